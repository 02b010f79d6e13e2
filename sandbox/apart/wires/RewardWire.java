package reward;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;

/**
 * Carries values between a program and its tests, which are two processes: data as data, and the
 * program's own objects as numbers. Nothing that arrives decides which code runs.
 */
abstract class RewardWire {
  static final int MOST = 256 << 20;
  static final Class<?>[] LISTS = {ArrayList.class, LinkedList.class, Vector.class, Stack.class};
  static final Class<?>[] SETS = {HashSet.class, LinkedHashSet.class, TreeSet.class};
  static final Class<?>[] QUEUES = {ArrayDeque.class, PriorityQueue.class};
  static final Class<?>[] MAPS = {HashMap.class, LinkedHashMap.class, TreeMap.class, Hashtable.class};

  /** Something that is no data. */
  static final class NoData extends RuntimeException {
    NoData(Object value) {
      super("a value of " + value.getClass().getName() + " is no plain data");
    }
  }

  private final DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in));
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

  /** Whether an object was written that stays where it is. */
  abstract boolean putObject(DataOutputStream to, Object value) throws IOException;

  abstract Object getObject(DataInputStream from) throws IOException;

  void send(ByteArrayOutputStream message) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    new DataOutputStream(all).writeInt(message.size());
    message.writeTo(all);
    all.writeTo(out);
  }

  DataInputStream receive() throws IOException {
    int size = in.readInt();
    if (size < 0 || size > MOST) throw new EOFException();
    byte[] message = new byte[size];
    in.readFully(message);
    return new DataInputStream(new ByteArrayInputStream(message));
  }

  byte[] bytes(Object value) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    put(new DataOutputStream(all), value);
    return all.toByteArray();
  }

  static void putText(DataOutputStream to, String text) throws IOException {
    to.writeInt(text.length());
    to.writeChars(text);
  }

  static String getText(DataInputStream from) throws IOException {
    char[] text = new char[count(from)];
    for (int i = 0; i < text.length; i++) text[i] = from.readChar();
    return new String(text);
  }

  static int count(DataInputStream from) throws IOException {
    int n = from.readInt();
    if (n < 0 || n > from.available()) throw new EOFException();
    return n;
  }

  void put(DataOutputStream to, Object value) throws IOException {
    if (value == null) to.writeByte('0');
    else if (!putScalar(to, value) && !putObject(to, value)) putContainer(to, value);
  }

  private static boolean putScalar(DataOutputStream to, Object value) throws IOException {
    if (value instanceof Integer i) { to.writeByte('I'); to.writeInt(i); }
    else if (value instanceof String s) { to.writeByte('s'); putText(to, s); }
    else if (value instanceof Boolean b) { to.writeByte('Z'); to.writeBoolean(b); }
    else if (value instanceof Double d) { to.writeByte('D'); to.writeDouble(d); }
    else if (value instanceof Long l) { to.writeByte('J'); to.writeLong(l); }
    else if (value instanceof Character c) { to.writeByte('C'); to.writeChar(c); }
    else if (value instanceof Float f) { to.writeByte('F'); to.writeFloat(f); }
    else if (value instanceof Short s) { to.writeByte('S'); to.writeShort(s); }
    else if (value instanceof Byte b) { to.writeByte('B'); to.writeByte(b); }
    else if (value instanceof BigInteger n) { to.writeByte('n'); putText(to, n.toString(16)); }
    else if (value instanceof BigDecimal n) { to.writeByte('d'); putText(to, n.toString()); }
    else if (value instanceof StringBuilder b) { to.writeByte('b'); putText(to, b.toString()); }
    else return false;
    return true;
  }

  private void putContainer(DataOutputStream to, Object value) throws IOException {
    if (value.getClass().isArray()) putArray(to, value);
    else if (value instanceof Map<?, ?> map) {
      to.writeByte('m');
      to.writeByte(kind(value, MAPS));
      to.writeInt(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        put(to, entry.getKey());
        put(to, entry.getValue());
      }
    } else if (value instanceof List<?> list) putItems(to, 'l', kind(value, LISTS), list);
    else if (value instanceof Set<?> set) putItems(to, 'x', kind(value, SETS), set);
    else if (value instanceof Queue<?> queue) putItems(to, 'q', kind(value, QUEUES), queue);
    else if (value instanceof Collection<?> other) putItems(to, 'l', 0, other);
    else putRest(to, value);
  }

  private void putRest(DataOutputStream to, Object value) throws IOException {
    if (value instanceof Optional<?> o) { to.writeByte('o'); put(to, o.orElse(null)); }
    else if (value instanceof OptionalInt o) { to.writeByte('i'); put(to, o.isPresent() ? o.getAsInt() : null); }
    else if (value instanceof OptionalDouble o) { to.writeByte('e'); put(to, o.isPresent() ? o.getAsDouble() : null); }
    else if (value instanceof Map.Entry<?, ?> e) { to.writeByte('p'); put(to, e.getKey()); put(to, e.getValue()); }
    else if (value instanceof java.time.LocalDate t) { to.writeByte('t'); putText(to, t.toString()); }
    else if (value instanceof java.time.LocalDateTime t) { to.writeByte('u'); putText(to, t.toString()); }
    else if (value.getClass() == Object.class) to.writeByte('O');
    else throw new NoData(value);
  }

  private static int kind(Object value, Class<?>[] kinds) {
    for (int i = 0; i < kinds.length; i++) if (value.getClass() == kinds[i]) return i;
    if (value instanceof SortedSet || value instanceof SortedMap) return 2;
    String name = value.getClass().getName();
    if (name.startsWith("java.util.Arrays")) return 100;
    return name.contains("Immutable") || name.contains("Unmodifiable") ? 101 : kinds == LISTS ? 0 : 1;
  }

  private void putItems(DataOutputStream to, char tag, int kind, Collection<?> items) throws IOException {
    Object[] all = items.toArray();
    to.writeByte(tag);
    to.writeByte(kind);
    to.writeInt(all.length);
    for (Object item : all) put(to, item);
  }

  private void putArray(DataOutputStream to, Object array) throws IOException {
    int size = Array.getLength(array);
    to.writeByte('a');
    putText(to, array.getClass().getComponentType().getName());
    to.writeInt(size);
    for (int i = 0; i < size; i++) put(to, Array.get(array, i));
  }

  Object get(DataInputStream from) throws IOException {
    int tag = from.readUnsignedByte();
    switch (tag) {
      case '0': return null;
      case 'I': return from.readInt();
      case 's': return getText(from);
      case 'Z': return from.readBoolean();
      case 'D': return from.readDouble();
      case 'J': return from.readLong();
      case 'C': return from.readChar();
      case 'F': return from.readFloat();
      case 'S': return from.readShort();
      case 'B': return from.readByte();
      case 'n': return new BigInteger(getText(from), 16);
      case 'd': return new BigDecimal(getText(from));
      case 'b': return new StringBuilder(getText(from));
      case 'a': return getArray(from);
      case 'm': return getMap(from);
      case 'l': case 'x': case 'q': return getItems(from, tag);
      case 'o': return Optional.ofNullable(get(from));
      case 'i': { Integer n = (Integer) get(from); return n == null ? OptionalInt.empty() : OptionalInt.of(n); }
      case 'e': { Double n = (Double) get(from); return n == null ? OptionalDouble.empty() : OptionalDouble.of(n); }
      case 'p': { Object key = get(from); return new AbstractMap.SimpleEntry<>(key, get(from)); }
      case 't': return java.time.LocalDate.parse(getText(from));
      case 'u': return java.time.LocalDateTime.parse(getText(from));
      case 'O': return new Object();
      case 'H': return getObject(from);
      default: throw new EOFException();
    }
  }

  private Object getMap(DataInputStream from) throws IOException {
    int kind = from.readUnsignedByte();
    Map<Object, Object> map =
        kind == 2 ? new TreeMap<>() : kind == 3 ? new Hashtable<>() : kind == 0 ? new HashMap<>() : new LinkedHashMap<>();
    for (int n = count(from); n > 0; n--) {
      Object key = get(from);
      map.put(key, get(from));
    }
    return kind == 101 ? Collections.unmodifiableMap(map) : map;
  }

  private Object getItems(DataInputStream from, int tag) throws IOException {
    int kind = from.readUnsignedByte();
    Object[] items = new Object[count(from)];
    for (int i = 0; i < items.length; i++) items[i] = get(from);
    List<Object> list = Arrays.asList(items);
    if (tag == 'q') return kind == 1 ? new PriorityQueue<>(list) : new ArrayDeque<>(list);
    if (tag == 'x') {
      Set<Object> set = kind == 2 ? new TreeSet<>() : kind == 0 ? new HashSet<>() : new LinkedHashSet<>();
      set.addAll(list);
      return kind == 101 ? Collections.unmodifiableSet(set) : set;
    }
    if (kind == 100) return list;
    if (kind == 101) return Collections.unmodifiableList(list);
    List<Object> made = kind == 1 ? new LinkedList<>() : kind == 2 ? new Vector<>() : kind == 3 ? new Stack<>() : new ArrayList<>();
    made.addAll(list);
    return made;
  }

  private Object getArray(DataInputStream from) throws IOException {
    Class<?> type = named(getText(from));
    int size = count(from);
    if (type == null) throw new EOFException();
    Object array = Array.newInstance(type, size);
    for (int i = 0; i < size; i++) Array.set(array, i, get(from));
    return array;
  }

  static Class<?> named(String name) {
    for (Class<?> type : new Class<?>[] {int.class, long.class, double.class, boolean.class, char.class, byte.class, float.class, short.class})
      if (type.getName().equals(name)) return type;
    try {
      return Class.forName(name, false, RewardWire.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError error) {
      return null;
    }
  }
}
