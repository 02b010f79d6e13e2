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
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Carries calls between a program and its tests, which are two processes, in both directions: who
 * waits for an answer answers what the other side asks meanwhile.
 */
abstract class RewardWire extends RewardCodec {
  private static final int MOST = 256 << 20, DEEPEST = 8;

  /** What the other side threw. */
  static final class Remote extends Exception {
    Remote(Throwable cause) {
      super(cause);
    }
  }

  /** Something of the other side is no data. */
  static final class Refused extends RuntimeException {
    Refused(String why) {
      super(why);
    }
  }

  final RewardFields fields = new RewardFields(this);
  private final DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in));
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

  /** Whether this side's objects are copies of the other's. */
  abstract boolean isCopying();

  /** Runs what the other side asked for. */
  abstract Object invoke(Object self, String type, String name, String descriptor, Object[] given) throws Throwable;

  /** Reads what a constructor made. */
  abstract Object getMade(DataInputStream from) throws IOException;

  /** The number of an exception that the program's process has, or -1. */
  abstract int numberOf(Throwable error) throws IOException;

  /** The exception of a number, if there is a class for it. */
  abstract Throwable thrown(int number, String[] names, String message) throws IOException;

  void send(ByteArrayOutputStream message, Object[] touched) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream(), all = new ByteArrayOutputStream();
    fields.put(new DataOutputStream(head), touched);
    new DataOutputStream(all).writeInt(head.size() + message.size());
    head.writeTo(all);
    message.writeTo(all);
    all.writeTo(out);
  }

  DataInputStream receive() throws IOException {
    int size = in.readInt();
    if (size < 0 || size > MOST) throw new EOFException();
    byte[] message = new byte[size];
    in.readFully(message);
    DataInputStream from = new DataInputStream(new ByteArrayInputStream(message));
    fields.get(from);
    return from;
  }

  /** Calls something on the other side. */
  Object request(Object self, String type, String name, String descriptor, Object[] given) throws IOException, Remote {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(message);
    to.writeByte('Q');
    put(to, self);
    putText(to, type);
    putText(to, name);
    putText(to, descriptor);
    to.writeInt(given.length);
    for (Object value : given) put(to, value);
    send(message, name.equals("<init>") ? given : null);
    DataInputStream from = receive();
    int how = from.readUnsignedByte();
    for (; how == 'Q'; how = from.readUnsignedByte()) {
      answer(from);
      from = receive();
    }
    if (how == 'T') throw new Remote(getThrown(from));
    if (how == 'N') throw new Refused(getText(from));
    if (how != 'R') throw new EOFException();
    Object result = name.equals("<init>") ? getMade(from) : get(from);
    for (int i = from.readInt(); i >= 0 && i < given.length; i = from.readInt()) RewardContainers.copy(get(from), given[i]);
    return result;
  }

  /** Answers a call of the other side. */
  void answer(DataInputStream from) throws IOException {
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(reply);
    Object[] touched = null;
    try {
      touched = run(from, to);
    } catch (InvocationTargetException error) {
      reply.reset();
      to.writeByte('T');
      putThrown(to, error.getCause(), 0);
    } catch (NoData error) {
      reply.reset();
      to.writeByte('N');
      putText(to, error.getMessage());
    } catch (EOFException error) {
      throw error;
    } catch (Throwable error) {
      reply.reset();
      to.writeByte('T');
      putThrown(to, error, 0);
    }
    send(reply, touched);
  }

  /** Runs a call; gives the objects it can have changed, or null for all. */
  private Object[] run(DataInputStream from, DataOutputStream to) throws Throwable {
    Object self = get(from);
    String type = getText(from), name = getText(from), descriptor = getText(from);
    Object[] given = new Object[count(from)];
    byte[][] before = new byte[given.length][];
    for (int i = 0; i < given.length; i++) {
      given[i] = get(from);
      before[i] = RewardContainers.isMutable(given[i]) ? bytes(given[i]) : null;
    }
    Object result = invoke(self, type, name, descriptor, given);
    to.writeByte('R');
    put(to, result);
    for (int i = 0; i < given.length; i++) {
      if (before[i] == null || Arrays.equals(before[i], bytes(given[i]))) continue;
      to.writeInt(i);
      put(to, given[i]);
    }
    to.writeInt(-1);
    return name.equals("<init>") ? given : null;
  }

  /** The classes and interfaces that an object of a class is one of, the nearest first. */
  static Set<Class<?>> family(Class<?> type) {
    Set<Class<?>> found = new LinkedHashSet<>();
    for (Class<?> at = type; at != null; at = at.getSuperclass()) found.add(at);
    for (Class<?> at : found.toArray(new Class<?>[0])) addFaces(at, found);
    return found;
  }

  private static void addFaces(Class<?> type, Set<Class<?>> found) {
    for (Class<?> face : type.getInterfaces()) {
      found.add(face);
      addFaces(face, found);
    }
  }

  static void putNames(DataOutputStream to, Class<?> type) throws IOException {
    Set<Class<?>> all = family(type);
    to.writeInt(all.size());
    for (Class<?> one : all) putText(to, one.getName());
  }

  static String[] getNames(DataInputStream from) throws IOException {
    String[] names = new String[count(from)];
    for (int i = 0; i < names.length; i++) names[i] = getText(from);
    return names;
  }

  @Override
  void putThrown(DataOutputStream to, Throwable error, int depth) throws IOException {
    to.writeInt(numberOf(error));
    to.writeBoolean(error.getMessage() != null);
    putText(to, String.valueOf(error.getMessage()));
    putNames(to, error.getClass());
    Throwable cause = depth < DEEPEST ? error.getCause() : null;
    to.writeBoolean(cause != null);
    if (cause != null) putThrown(to, cause, depth + 1);
  }

  @Override
  Throwable getThrown(DataInputStream from) throws IOException {
    int number = from.readInt();
    boolean isSaid = from.readBoolean();
    String text = getText(from), message = isSaid ? text : null;
    String[] names = getNames(from);
    Throwable error = number >= 0 ? thrown(number, names, message) : null;
    if (error == null) error = made(names, message);
    if (from.readBoolean()) {
      Throwable cause = getThrown(from);
      try {
        if (error.getCause() == null) error.initCause(cause);
      } catch (IllegalStateException fixed) {
        return error;
      }
    }
    return error;
  }

  /** An exception of the library's class that comes first in a list of names. */
  private static Throwable made(String[] names, String message) {
    for (String name : names) {
      Class<?> type = named(name);
      if (type == null || type.getClassLoader() != null || !Throwable.class.isAssignableFrom(type)) continue;
      if (type == AssertionError.class) return new AssertionError(message);
      try {
        Constructor<?> maker = message == null ? type.getConstructor() : type.getConstructor(String.class);
        return (Throwable) (message == null ? maker.newInstance() : maker.newInstance(message));
      } catch (ReflectiveOperationException | RuntimeException error) {
        continue;
      }
    }
    return new RuntimeException(message);
  }

  static String describe(Class<?>[] types) {
    StringBuilder text = new StringBuilder();
    for (Class<?> type : types) text.append(type.descriptorString());
    return text.toString();
  }

  static boolean is(Method method, String name, String descriptor) {
    return method.getName().equals(name) && !method.isBridge() && describe(method.getParameterTypes()).equals(descriptor);
  }
}
