package reward;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tests' process: starts their main, and carries the calls of stubs to the program. */
public final class RewardTests extends RewardWire {
  static final int GONE = 81, RAISED = 82, NOT_CALLED = 83, UNSPLIT = 84;
  private static final RewardTests WIRE = new RewardTests();
  private static final Set<Throwable> RAISED_THERE = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<Integer, Stub> stubs = new HashMap<>();
  private long calls;

  /** Something that stays with the program. */
  public interface Stub {
    int rewardNumber();
  }

  /** What a stub's constructor is given that makes no new object. */
  public static final class Made {
    public final int number;

    Made(int number) {
      this.number = number;
    }
  }

  public static void main(String[] arguments) throws Throwable {
    System.setIn(InputStream.nullInputStream());
    System.setOut(System.err);
    try {
      Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      main.invoke(null, (Object) new String[0]);
    } catch (InvocationTargetException error) {
      Throwable cause = error.getCause();
      if (cause instanceof ExceptionInInitializerError && cause.getCause() != null) cause = cause.getCause();
      String name = cause.getClass().getName();
      stop(RAISED_THERE.contains(cause) ? RAISED : 1, name + ": " + cause.getMessage());
    }
    stop(WIRE.calls == 0 ? NOT_CALLED : 0, "");
  }

  private static void stop(int code, String why) {
    System.err.println(why);
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  /** Calls a method, or makes an object where the name is that of a constructor. */
  public static synchronized Object call(Object self, String type, String name, String descriptor, Object... given) {
    try {
      return WIRE.exchange(self, type, name, descriptor, given);
    } catch (NoData error) {
      stop(UNSPLIT, error.getMessage());
    } catch (Remote error) {
      RAISED_THERE.add(error.getCause());
      throw RewardTests.<RuntimeException>hidden(error.getCause());
    } catch (IOException | RuntimeException error) {
      stop(GONE, "the program ended");
    }
    return null;
  }

  /** Around what the program threw. */
  private static final class Remote extends Exception {
    Remote(Throwable cause) {
      super(cause);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E hidden(Throwable error) throws E {
    throw (E) error;
  }

  private Object exchange(Object self, String type, String name, String descriptor, Object[] given) throws IOException, Remote {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(message);
    calls++;
    put(to, self);
    putText(to, type);
    putText(to, name);
    putText(to, descriptor);
    to.writeInt(given.length);
    for (Object value : given) put(to, value);
    send(message);
    DataInputStream from = receive();
    int how = from.readUnsignedByte();
    if (how == 'N') stop(RAISED, getText(from));
    if (how == 'T') throw new Remote(thrown(from));
    if (how != 'R') throw new EOFException();
    Object result = name.equals("<init>") ? made(from) : get(from);
    for (int i = from.readInt(); i >= 0 && i < given.length; i = from.readInt()) copy(get(from), given[i]);
    return result;
  }

  private static Made made(DataInputStream from) throws IOException {
    if (from.readUnsignedByte() != 'H') throw new EOFException();
    Made made = new Made(from.readInt());
    getText(from);
    for (int n = count(from); n > 0; n--) getText(from);
    return made;
  }

  /** Registers a stub that the tests made. */
  public static int keep(Stub stub, Object made) {
    int number = ((Made) made).number;
    WIRE.stubs.put(number, stub);
    return number;
  }

  private static Throwable thrown(DataInputStream from) throws IOException {
    String text = getText(from);
    String message = from.readBoolean() ? text : null;
    for (int n = count(from); n > 0; n--) {
      String name = getText(from);
      Class<?> type = named(name);
      if (type == null || !Throwable.class.isAssignableFrom(type)) continue;
      try {
        if (message != null) {
          Constructor<?> maker = type.getDeclaredConstructor(message.getClass());
          maker.setAccessible(type.getClassLoader() != null);
          return (Throwable) maker.newInstance(message);
        }
        Constructor<?> maker = type.getDeclaredConstructor();
        maker.setAccessible(type.getClassLoader() != null);
        return (Throwable) maker.newInstance();
      } catch (ReflectiveOperationException | RuntimeException error) {
        if (AssertionError.class == type) return new AssertionError(message);
      }
    }
    return new RuntimeException(message);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static void copy(Object from, Object to) {
    try {
      if (to instanceof StringBuilder text) text.replace(0, text.length(), from.toString());
      else if (to instanceof Map map) { map.clear(); map.putAll((Map) from); }
      else if (to instanceof List list && list.size() == ((List) from).size())
        for (int i = 0; i < list.size(); i++) list.set(i, ((List) from).get(i));
      else if (to instanceof Collection items) { items.clear(); items.addAll((Collection) from); }
      else for (int i = 0; i < Array.getLength(to); i++) {
        Object inner = Array.get(to, i), changed = Array.get(from, i);
        if (inner != null && changed != null && inner.getClass().isArray() && inner.getClass() == changed.getClass() && Array.getLength(inner) == Array.getLength(changed)) copy(changed, inner);
        else Array.set(to, i, changed);
      }
    } catch (UnsupportedOperationException error) {
      // It can't be changed here, so no test expects that it was.
    }
  }

  @Override
  boolean putObject(DataOutputStream to, Object value) throws IOException {
    if (value instanceof Stub stub) {
      to.writeByte('H');
      to.writeInt(stub.rewardNumber());
      return true;
    }
    if (value instanceof Enum<?> constant && value.getClass().getClassLoader() == RewardTests.class.getClassLoader()) {
      to.writeByte('H');
      to.writeInt(-1);
      putText(to, constant.getDeclaringClass().getName());
      putText(to, constant.name());
      return true;
    }
    return false;
  }

  @Override
  @SuppressWarnings({"unchecked", "rawtypes"})
  Object getObject(DataInputStream from) throws IOException {
    int number = from.readInt();
    String constant = getText(from);
    Object found = stubs.get(number);
    for (int n = count(from); n > 0; n--) {
      String name = getText(from);
      Class<?> type = found == null ? named(name) : null;
      if (type == null || type.getClassLoader() == null) continue;
      try {
        if (type.isEnum()) found = Enum.valueOf((Class) type, constant);
        else if (Stub.class.isAssignableFrom(type)) {
          Constructor<?> maker = type.getDeclaredConstructor(Made.class);
          maker.setAccessible(true);
          found = maker.newInstance(new Made(number));
          stubs.put(number, (Stub) found);
        }
      } catch (ReflectiveOperationException | IllegalArgumentException error) {
        throw new EOFException();
      }
    }
    if (found == null) stop(RAISED, "an object of the program is no plain data");
    return found;
  }
}
