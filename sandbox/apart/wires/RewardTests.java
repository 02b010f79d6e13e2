package reward;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
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
  private final List<Object> given = new ArrayList<>();
  private final Map<Object, Integer> numbers = new IdentityHashMap<>();
  private long calls;
  private String failure;

  /** Something that stays with the program. */
  public interface Stub {
    int rewardNumber();
  }

  /** What a stub's constructor is given that makes no new object. */
  public static final class Made {
    public final int number;
    public final String message;

    Made(int number, String message) {
      this.number = number;
      this.message = message;
    }
  }

  public static void main(String[] arguments) throws Throwable {
    System.setIn(InputStream.nullInputStream());
    System.setOut(System.err);
    try {
      WIRE.share();
    } catch (IOException error) {
      stop(GONE, "the program ended");
    }
    try {
      Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      main.invoke(null, (Object) new String[0]);
    } catch (InvocationTargetException error) {
      Throwable cause = error.getCause();
      if (cause instanceof ExceptionInInitializerError && cause.getCause() != null) cause = cause.getCause();
      String name = cause.getClass().getName();
      stop(RAISED_THERE.contains(cause) && WIRE.failure == null ? RAISED : 1, name + ": " + cause.getMessage());
    }
    if (WIRE.failure != null) stop(1, WIRE.failure);
    stop(WIRE.calls == 0 ? NOT_CALLED : 0, "");
  }

  private void share() throws IOException {
    if (RewardTable.FIELDS.length == 0) return;
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(message);
    to.writeByte('M');
    to.writeInt(RewardTable.FIELDS.length);
    for (String[] row : RewardTable.FIELDS) {
      to.writeInt(row.length);
      for (String name : row) putText(to, name);
    }
    send(message, null);
    fields.share(RewardTable.FIELDS);
    receive();
  }

  private static void stop(int code, String why) {
    System.err.println(why);
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  /** Calls a method, or makes an object where the name is that of a constructor. */
  public static synchronized Object call(Object self, String type, String name, String descriptor, Object... given) {
    try {
      WIRE.calls++;
      return WIRE.request(self, type, name, descriptor, given);
    } catch (NoData error) {
      stop(UNSPLIT, error.getMessage());
    } catch (Refused error) {
      stop(RAISED, error.getMessage());
    } catch (Remote error) {
      RAISED_THERE.add(error.getCause());
      throw RewardTests.<RuntimeException>hidden(error.getCause());
    } catch (IOException | RuntimeException error) {
      stop(GONE, "the program ended");
    }
    return null;
  }

  /** What a constant of an interface is. */
  public static Object constant(String type, String name) {
    return call(null, type, "<get>", name);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E hidden(Throwable error) throws E {
    throw (E) error;
  }

  @Override
  boolean isCopying() {
    return true;
  }

  @Override
  Object getMade(DataInputStream from) throws IOException {
    if (from.readUnsignedByte() != 'H') throw new EOFException();
    int number = from.readInt();
    boolean isSaid = from.readBoolean();
    String message = getText(from);
    getNames(from);
    return new Made(number, isSaid ? message : null);
  }

  /** Registers a stub that the tests made. */
  public static int keep(Stub stub, Object made) {
    int number = ((Made) made).number;
    Stub old = WIRE.stubs.put(number, stub);
    try {
      if (old == null) WIRE.fields.add(stub);
      else WIRE.fields.replace(old, stub);
    } catch (IOException error) {
      stop(GONE, "the program ended");
    }
    return number;
  }

  /** The number of a constant of an enumeration, or that it has none. */
  public static int numberOf(Stub constant) {
    return WIRE.numbers.getOrDefault(constant, -1);
  }

  /** Runs what the program asks for of an object that the tests gave it. */
  @Override
  Object invoke(Object self, String type, String name, String descriptor, Object[] given) throws Throwable {
    if (!numbers.containsKey(self) || self instanceof Stub) throw new EOFException();
    for (Class<?> known : family(self.getClass())) {
      boolean isAsked = known == Object.class && Set.of("equals", "hashCode", "toString").contains(name);
      if (!isAsked && !isShown(known)) continue;
      for (Method method : known.getDeclaredMethods()) {
        boolean isOpen = Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
        if (!isOpen || !is(method, name, descriptor)) continue;
        method.setAccessible(known.getClassLoader() != null);
        return judged(method, self, given);
      }
    }
    throw new EOFException();
  }

  private Object judged(Method method, Object self, Object[] given) throws Throwable {
    try {
      return method.invoke(self, given);
    } catch (InvocationTargetException error) {
      if (error.getCause() instanceof AssertionError) failure = String.valueOf(error.getCause().getMessage());
      throw error;
    }
  }

  /** Whether the program may know of an interface. */
  private static boolean isShown(Class<?> type) {
    if (!type.isInterface() || type == Stub.class) return false;
    return type.getClassLoader() == null || RewardTable.KNOWN.contains(type.getName());
  }

  @Override
  boolean putObject(DataOutputStream to, Object value) throws IOException {
    if (value instanceof Stub stub) {
      to.writeByte('H');
      to.writeInt(stub.rewardNumber());
      if (stub.rewardNumber() < 0) {
        putText(to, ((Enum<?>) value).getDeclaringClass().getName());
        putText(to, ((Enum<?>) value).name());
      }
      return true;
    }
    if (value.getClass().getClassLoader() == null || value instanceof Collection || value instanceof Map) return false;
    if (value.getClass().isArray()) return false;
    putReference(to, value);
    return true;
  }

  @Override
  void putReference(DataOutputStream to, Object value) throws IOException {
    Integer number = numbers.get(value);
    if (number == null) {
      number = given.size();
      numbers.put(value, number);
      given.add(value);
    }
    List<String> names = new ArrayList<>();
    for (Class<?> type : family(value.getClass())) if (isShown(type)) names.add(type.getName());
    to.writeByte('P');
    to.writeInt(number);
    to.writeInt(names.size());
    for (String name : names) putText(to, name);
  }

  @Override
  Object getObject(DataInputStream from, int tag) throws IOException {
    int number = from.readInt();
    if (tag == 'G' && number >= 0 && number < given.size()) return given.get(number);
    if (tag != 'H') throw new EOFException();
    boolean isSaid = from.readBoolean();
    String text = getText(from);
    Object found = stub(number, getNames(from), isSaid ? text : null);
    if (found == null) stop(RAISED, "an object of the program is no plain data");
    return found;
  }

  /** What stands for an object: its nearest class, or the interfaces of it that are known. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private Stub stub(int number, String[] names, String text) throws IOException {
    if (stubs.containsKey(number)) return stubs.get(number);
    List<Class<?>> faces = new ArrayList<>();
    try {
      for (String name : names) {
        Class<?> type = RewardTable.KNOWN.contains(name) || name.startsWith("java.") ? named(name) : null;
        if (type == null) continue;
        if (type.isInterface() && (type.getClassLoader() != null || isFace(type))) faces.add(type);
        if (type.isInterface() || !Stub.class.isAssignableFrom(type)) continue;
        if (type.isEnum()) return kept(number, (Stub) Enum.valueOf((Class) type, text));
        return made(type, new Made(number, text));
      }
    } catch (ReflectiveOperationException | RuntimeException error) {
      throw new EOFException();
    }
    if (faces.isEmpty()) return null;
    faces.add(Stub.class);
    Class<?>[] all = faces.toArray(new Class<?>[0]);
    return kept(number, (Stub) Proxy.newProxyInstance(RewardTests.class.getClassLoader(), all, new Held(number)));
  }

  /** A stub for a number; one of a class within another has no object around it here. */
  private static Stub made(Class<?> type, Made made) throws ReflectiveOperationException {
    for (Constructor<?> maker : type.getDeclaredConstructors()) {
      Class<?>[] taken = maker.getParameterTypes();
      if (taken.length == 0 || taken[taken.length - 1] != Made.class) continue;
      maker.setAccessible(true);
      return (Stub) (taken.length == 1 ? maker.newInstance(made) : maker.newInstance(null, made));
    }
    throw new NoSuchMethodException();
  }

  private Stub kept(int number, Stub stub) {
    if (stub instanceof Enum) numbers.put(stub, number);
    keep(stub, new Made(number, null));
    return stub;
  }

  @Override
  int numberOf(Throwable error) {
    return error instanceof Stub stub ? stub.rewardNumber() : -1;
  }

  @Override
  Throwable thrown(int number, String[] names, String message) throws IOException {
    return stub(number, names, message) instanceof Throwable error ? error : null;
  }

  /** An object of the program, by its interfaces. */
  private static final class Held implements InvocationHandler {
    private final int number;

    Held(int number) {
      this.number = number;
    }

    @Override
    public Object invoke(Object self, Method method, Object[] given) throws Throwable {
      Class<?> type = method.getDeclaringClass();
      if (given == null) given = new Object[0];
      if (type == Stub.class) return number;
      if (type == Object.class && given.length == 1) return given[0] == self;
      if (method.isDefault() && type.getClassLoader() == null) return InvocationHandler.invokeDefault(self, method, given);
      if (given.length > 0 && type.getClassLoader() != null && !RewardTable.NAMED.contains(type.getName()))
        throw new UnsupportedOperationException("tests do not name " + type.getName());
      return call(self, type.getName(), method.getName(), describe(method.getParameterTypes()), given);
    }
  }
}
