package reward;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Values as bytes: data as data, all else as the number of an object that stays where it is. */
abstract class RewardCodec {
  private static final Set<String> FACES = Set.of(
      "java.lang.Iterable", "java.lang.Runnable", "java.util.Comparator", "java.util.Iterator",
      "java.util.PrimitiveIterator$OfInt", "java.util.PrimitiveIterator$OfLong",
      "java.util.PrimitiveIterator$OfDouble", "java.util.concurrent.Callable");
  private static final Comparator<?>[] COMPARATORS = {Comparator.naturalOrder(), Comparator.reverseOrder(), String.CASE_INSENSITIVE_ORDER};

  /** Something that is no data. */
  static final class NoData extends RuntimeException {
    NoData(Object value) {
      super("a value of " + value.getClass().getName() + " is no plain data");
    }
  }

  /** Whether an object was written that stays where it is. */
  abstract boolean putObject(DataOutputStream to, Object value) throws IOException;

  /** Writes the number of an object of the library's that stays where it is. */
  abstract void putReference(DataOutputStream to, Object value) throws IOException;

  abstract Object getObject(DataInputStream from, int tag) throws IOException;

  abstract void putThrown(DataOutputStream to, Throwable error, int depth) throws IOException;

  abstract Throwable getThrown(DataInputStream from) throws IOException;

  /** Interfaces by which an object may be used from afar: none of them is asked what equals it. */
  static boolean isFace(Class<?> type) {
    return type.getName().startsWith("java.util.function.") || FACES.contains(type.getName());
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
    else return false;
    return true;
  }

  private void putContainer(DataOutputStream to, Object value) throws IOException {
    if (value.getClass().isArray()) putArray(to, value);
    else if (value instanceof Map<?, ?> map) {
      to.writeByte('m');
      to.writeByte(RewardContainers.kind(value, RewardContainers.MAPS));
      to.writeByte(RewardContainers.order(value));
      to.writeInt(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        put(to, entry.getKey());
        put(to, entry.getValue());
      }
    } else if (value instanceof List<?> list) putItems(to, 'l', RewardContainers.LISTS, list);
    else if (value instanceof Set<?> set) putItems(to, 'x', RewardContainers.SETS, set);
    else if (value instanceof Queue<?> queue) putItems(to, 'q', RewardContainers.QUEUES, queue);
    else if (value instanceof Collection<?> other) putItems(to, 'l', RewardContainers.LISTS, other);
    else putRest(to, value);
  }

  private void putRest(DataOutputStream to, Object value) throws IOException {
    int text = RewardTexts.index(value);
    if (text >= 0) { to.writeByte('t'); to.writeByte(text); putText(to, value.toString()); }
    else if (value instanceof Optional<?> o) { to.writeByte('o'); put(to, o.orElse(null)); }
    else if (value instanceof OptionalInt o) { to.writeByte('i'); put(to, o.isPresent() ? o.getAsInt() : null); }
    else if (value instanceof OptionalLong o) { to.writeByte('j'); put(to, o.isPresent() ? o.getAsLong() : null); }
    else if (value instanceof OptionalDouble o) { to.writeByte('e'); put(to, o.isPresent() ? o.getAsDouble() : null); }
    else if (value instanceof Map.Entry<?, ?> e) { to.writeByte('p'); put(to, e.getKey()); put(to, e.getValue()); }
    else if (value instanceof Throwable error) { to.writeByte('y'); putThrown(to, error, 0); }
    else if (value instanceof Enum<?> constant) { to.writeByte('E'); putText(to, constant.getDeclaringClass().getName()); putText(to, constant.name()); }
    else if (value instanceof Future<?> future) { to.writeByte('v'); putFuture(to, future); }
    else if (value.getClass() == Object.class) to.writeByte('O');
    else if (value instanceof BaseStream<?, ?> stream) putStream(to, stream);
    else putFace(to, value);
  }

  /** What comes of a future, which is waited for. */
  private void putFuture(DataOutputStream to, Future<?> future) throws IOException {
    try {
      Object value = future.get();
      to.writeByte(0);
      put(to, value);
    } catch (ExecutionException error) {
      to.writeByte(1);
      putThrown(to, error.getCause(), 0);
    } catch (CancellationException | InterruptedException error) {
      to.writeByte(1);
      putThrown(to, error, 0);
    }
  }

  private void putStream(DataOutputStream to, BaseStream<?, ?> stream) throws IOException {
    to.writeByte('z');
    to.writeByte(stream instanceof IntStream ? 1 : stream instanceof LongStream ? 2 : stream instanceof DoubleStream ? 3 : 0);
    put(to, stream.iterator());
  }

  private void putFace(DataOutputStream to, Object value) throws IOException {
    for (int i = 0; i < COMPARATORS.length; i++)
      if (value == COMPARATORS[i]) {
        to.writeByte('k');
        to.writeByte(i);
        return;
      }
    for (Class<?> type : RewardWire.family(value.getClass()))
      if (isFace(type)) {
        putReference(to, value);
        return;
      }
    throw new NoData(value);
  }

  private void putItems(DataOutputStream to, char tag, Class<?>[] kinds, Collection<?> items) throws IOException {
    Object[] all = RewardContainers.items(items);
    to.writeByte(tag);
    to.writeByte(RewardContainers.kind(items, kinds));
    to.writeByte(RewardContainers.order(items));
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
      case 'a': return getArray(from);
      case 'm': return getMap(from);
      case 'l': case 'x': case 'q': return getItems(from, tag);
      default: return getRest(from, tag);
    }
  }

  private Object getRest(DataInputStream from, int tag) throws IOException {
    switch (tag) {
      case 't': return RewardTexts.parsed(from.readUnsignedByte(), getText(from));
      case 'o': return Optional.ofNullable(get(from));
      case 'i': { Integer n = (Integer) get(from); return n == null ? OptionalInt.empty() : OptionalInt.of(n); }
      case 'j': { Long n = (Long) get(from); return n == null ? OptionalLong.empty() : OptionalLong.of(n); }
      case 'e': { Double n = (Double) get(from); return n == null ? OptionalDouble.empty() : OptionalDouble.of(n); }
      case 'p': { Object key = get(from); return new AbstractMap.SimpleEntry<>(key, get(from)); }
      case 'y': return getThrown(from);
      case 'E': return constant(getText(from), getText(from));
      case 'v': return from.readUnsignedByte() == 0 ? CompletableFuture.completedFuture(get(from)) : CompletableFuture.failedFuture(getThrown(from));
      case 'O': return new Object();
      case 'z': return getStream(from);
      case 'k': return COMPARATORS[from.readUnsignedByte() % COMPARATORS.length];
      default: return getObject(from, tag);
    }
  }

  /** A constant of an enumeration of the library's. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object constant(String type, String name) throws IOException {
    Class<?> found = named(type);
    if (found == null || found.getClassLoader() != null || !found.isEnum()) throw new EOFException();
    try {
      return Enum.valueOf((Class) found, name);
    } catch (IllegalArgumentException error) {
      throw new EOFException();
    }
  }

  private Object getStream(DataInputStream from) throws IOException {
    int kind = from.readUnsignedByte();
    Iterator<?> items = (Iterator<?>) get(from);
    Stream<?> all = StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, 0), false);
    switch (kind) {
      case 1: return all.mapToInt(item -> (Integer) item);
      case 2: return all.mapToLong(item -> (Long) item);
      case 3: return all.mapToDouble(item -> (Double) item);
      default: return all;
    }
  }

  private Object getMap(DataInputStream from) throws IOException {
    int kind = from.readUnsignedByte(), order = from.readUnsignedByte();
    Object[] keys = new Object[count(from)], values = new Object[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = get(from);
      values[i] = get(from);
    }
    return RewardContainers.map(kind, order, keys, values);
  }

  private Object getItems(DataInputStream from, int tag) throws IOException {
    int kind = from.readUnsignedByte(), order = from.readUnsignedByte();
    Object[] items = new Object[count(from)];
    for (int i = 0; i < items.length; i++) items[i] = get(from);
    List<Object> list = Arrays.asList(items);
    if (tag == 'q') return RewardContainers.queue(kind, order, list);
    return tag == 'x' ? RewardContainers.set(kind, order, list) : RewardContainers.list(kind, list);
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
      return Class.forName(name, false, RewardCodec.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError error) {
      return null;
    }
  }
}
