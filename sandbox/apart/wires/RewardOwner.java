package reward;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The program's process: calls what its tests ask for, and keeps its objects. */
final class RewardOwner extends RewardWire {
  private final List<Object> objects = new ArrayList<>();
  private final IdentityHashMap<Object, Integer> numbers = new IdentityHashMap<>();
  private final Map<Integer, Object> foreign = new HashMap<>();

  public static void main(String[] arguments) throws Throwable {
    RewardOwner owner = new RewardOwner();
    System.setIn(InputStream.nullInputStream());
    System.setOut(System.err);
    try {
      for (;;) owner.serve();
    } catch (EOFException end) {
      Runtime.getRuntime().halt(0);
    }
  }

  private void serve() throws Throwable {
    DataInputStream from = receive();
    int how = from.readUnsignedByte();
    if (how == 'M') share(from);
    else if (how == 'Q') answer(from);
    else throw new EOFException();
  }

  /** What the tests have copies of: fields, and the constants of enumerations. */
  private void share(DataInputStream from) throws Throwable {
    String[][] rows = new String[count(from)][];
    for (int i = 0; i < rows.length; i++) rows[i] = getNames(from);
    try {
      for (String[] row : rows) {
        Class<?> type = Class.forName(row[0]);
        Object[] constants = type.getEnumConstants();
        fields.share(new String[][] {row});
        if (constants != null) for (Object constant : constants) number(constant);
      }
    } catch (ExceptionInInitializerError error) {
      error.printStackTrace();
    }
    send(new java.io.ByteArrayOutputStream(), null);
  }

  @Override
  boolean isCopying() {
    return false;
  }

  /** Tests ask one after the other, and so do the program's threads. */
  private synchronized Object ask(Object self, String type, String name, String descriptor, Object[] given) throws Throwable {
    try {
      return request(self, type, name, descriptor, given);
    } catch (Remote error) {
      throw error.getCause();
    } catch (EOFException error) {
      Runtime.getRuntime().halt(0);
      return null;
    }
  }

  @Override
  Object invoke(Object self, String type, String name, String descriptor, Object[] given) throws Throwable {
    Class<?> owner = Class.forName(type);
    if (name.equals("<init>")) {
      for (Constructor<?> maker : owner.getDeclaredConstructors()) {
        if (!describe(maker.getParameterTypes()).equals(descriptor)) continue;
        maker.setAccessible(true);
        return new Made(maker.newInstance(given));
      }
    }
    if (name.equals("<get>")) {
      Field field = owner.getField(descriptor);
      field.setAccessible(true);
      return field.get(null);
    }
    for (Class<?> at = owner; at != null; at = at.getSuperclass())
      for (Method method : at.getDeclaredMethods()) if (is(method, name, descriptor)) return invoke(method, self, given);
    for (Method method : owner.getMethods()) if (is(method, name, descriptor)) return invoke(method, self, given);
    throw new NoSuchMethodError(owner.getName() + "." + name);
  }

  private static Object invoke(Method method, Object self, Object[] given) throws Throwable {
    if (method.isDefault() && isForeign(self)) {
      MethodHandles.Lookup inside = MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup());
      try {
        return inside.unreflectSpecial(method, method.getDeclaringClass()).bindTo(self).invokeWithArguments(given);
      } catch (Throwable error) {
        throw new InvocationTargetException(error);
      }
    }
    method.setAccessible(true);
    return method.invoke(self, given);
  }

  /** What a constructor made, which is an object whatever it extends. */
  private record Made(Object object) {}

  /** An object of the tests, by the interfaces of it that are known here. */
  private final class Foreign implements InvocationHandler {
    private final int number;

    Foreign(int number) {
      this.number = number;
    }

    @Override
    public Object invoke(Object self, Method method, Object[] given) throws Throwable {
      Class<?> type = method.getDeclaringClass();
      if (given == null) given = new Object[0];
      if (method.getName().equals("equals") && given.length == 1 && given[0] == self) return true;
      if (method.isDefault() && type.getClassLoader() == null) return InvocationHandler.invokeDefault(self, method, given);
      return ask(self, type.getName(), method.getName(), describe(method.getParameterTypes()), given);
    }
  }

  private static boolean isForeign(Object value) {
    return value != null && Proxy.isProxyClass(value.getClass()) && Proxy.getInvocationHandler(value) instanceof Foreign;
  }

  @Override
  boolean putObject(DataOutputStream to, Object value) throws IOException {
    if (value instanceof Made made) {
      putReference(to, made.object);
      return true;
    }
    if (isForeign(value)) {
      to.writeByte('G');
      to.writeInt(((Foreign) Proxy.getInvocationHandler(value)).number);
      return true;
    }
    Class<?> type = value.getClass();
    if (type.isArray() || type.getClassLoader() != RewardOwner.class.getClassLoader()) return false;
    if ((value instanceof Collection || value instanceof Map) && !numbers.containsKey(value)) return false;
    putReference(to, value);
    return true;
  }

  private int number(Object value) throws IOException {
    Integer number = numbers.get(value);
    if (number != null) return number;
    numbers.put(value, objects.size());
    objects.add(value);
    fields.add(value);
    return objects.size() - 1;
  }

  @Override
  void putReference(DataOutputStream to, Object value) throws IOException {
    to.writeByte('H');
    to.writeInt(number(value));
    boolean isError = value instanceof Throwable;
    String text = isError ? ((Throwable) value).getMessage() : value instanceof Enum<?> constant ? constant.name() : null;
    to.writeBoolean(text != null);
    putText(to, String.valueOf(text));
    putNames(to, value.getClass());
  }

  @Override
  Object getObject(DataInputStream from, int tag) throws IOException {
    int number = from.readInt();
    if (tag == 'P') return foreign(number, getNames(from));
    if (tag != 'H') throw new EOFException();
    if (number < 0) return constant(getText(from), getText(from));
    if (number >= objects.size()) throw new EOFException();
    return objects.get(number);
  }

  private Object foreign(int number, String[] names) {
    Object known = foreign.get(number);
    if (known != null) return known;
    List<Class<?>> faces = new ArrayList<>();
    for (String name : names) {
      Class<?> face = named(name);
      if (face != null && face.isInterface() && !face.isSealed() && !face.isHidden()) faces.add(face);
    }
    known = Proxy.newProxyInstance(RewardOwner.class.getClassLoader(), faces.toArray(new Class<?>[0]), new Foreign(number));
    foreign.put(number, known);
    return known;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object constant(String type, String name) throws IOException {
    try {
      return Enum.valueOf((Class) Class.forName(type), name);
    } catch (ClassNotFoundException | IllegalArgumentException error) {
      throw new EOFException();
    }
  }

  @Override
  Object getMade(DataInputStream from) throws IOException {
    throw new EOFException();
  }

  @Override
  int numberOf(Throwable error) throws IOException {
    return error.getClass().getClassLoader() == RewardOwner.class.getClassLoader() ? number(error) : -1;
  }

  @Override
  Throwable thrown(int number, String[] names, String message) {
    return number < objects.size() && objects.get(number) instanceof Throwable error ? error : null;
  }
}
