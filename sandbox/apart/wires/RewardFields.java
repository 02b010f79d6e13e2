package reward;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fields of the program's objects that its tests name. Both sides have them; each message says
 * first which of them changed since the last.
 */
final class RewardFields {
  /** One field, and as which bytes both sides know it. */
  private static final class Slot {
    Object of;
    final int type, index;
    final Field field;
    byte[] seen;

    Slot(Object of, int type, int index, Field field) {
      this.of = of;
      this.type = type;
      this.index = index;
      this.field = field;
    }
  }

  private final RewardWire wire;
  private final List<Class<?>> types = new ArrayList<>();
  private final List<Field[]> fields = new ArrayList<>();
  private final List<Slot> all = new ArrayList<>();
  private final List<Slot> changed = new ArrayList<>(), shared = new ArrayList<>();
  private final Map<Object, List<Slot>> slots = new IdentityHashMap<>();
  private int sent;

  RewardFields(RewardWire wire) {
    this.wire = wire;
  }

  /** Which fields of which classes: the name of a class, then those of its fields. */
  void share(String[][] rows) throws IOException {
    for (String[] row : rows) {
      Class<?> type = RewardCodec.named(row[0]);
      if (type == null) throw new EOFException();
      Field[] named = new Field[row.length - 1];
      types.add(type);
      fields.add(named);
      for (int i = 0; i < named.length; i++) {
        try {
          named[i] = type.getDeclaredField(row[i + 1]);
        } catch (NoSuchFieldException error) {
          throw new EOFException();
        }
        named[i].setAccessible(true);
        if (Modifier.isStatic(named[i].getModifiers())) {
          shared.add(new Slot(null, types.size() - 1, i, named[i]));
          add(type, shared.get(shared.size() - 1));
        }
      }
    }
  }

  /** An object that both sides have from now on, its fields being those of a new one. */
  void add(Object object) throws IOException {
    for (int type = 0; type < types.size(); type++) {
      if (!types.get(type).isInstance(object)) continue;
      Field[] named = fields.get(type);
      for (int i = 0; i < named.length; i++)
        if (!Modifier.isStatic(named[i].getModifiers())) add(object, new Slot(object, type, i, named[i]));
    }
  }

  private void add(Object key, Slot slot) throws IOException {
    all.add(slot);
    slots.putIfAbsent(key, new ArrayList<>());
    slots.get(key).add(slot);
    if (wire.isCopying()) slot.seen = bytes(slot);
  }

  /** In the place of an object that was made for a number comes the one that has it. */
  void replace(Object old, Object now) throws IOException {
    List<Slot> mine = slots.remove(old);
    if (mine == null) return;
    for (Slot slot : mine) {
      set(slot, now, read(slot));
      slot.of = now;
    }
    slots.put(now, mine);
    for (Slot slot : changed) if (read(slot) == old) set(slot, slot.of, now);
  }

  private static Object read(Slot slot) {
    try {
      return slot.field.get(slot.of);
    } catch (IllegalAccessException | LinkageError error) {
      return null;
    }
  }

  private static void set(Slot slot, Object of, Object value) throws IOException {
    try {
      slot.field.set(of, value);
    } catch (IllegalAccessException | RuntimeException error) {
      throw new EOFException();
    }
  }

  /** What a field holds; nothing where that is no data. */
  private byte[] bytes(Slot slot) throws IOException {
    try {
      return wire.bytes(read(slot));
    } catch (RewardCodec.NoData error) {
      return null;
    }
  }

  /** Writes what changed: of all objects, or of classes, of objects that are new and of some others. */
  void put(DataOutputStream to, Object[] touched) throws IOException {
    if (touched != null) {
      for (Slot slot : shared) put(to, slot);
      for (Object object : touched) for (Slot slot : slots.getOrDefault(object, List.of())) put(to, slot);
    }
    for (int i = touched == null ? 0 : sent; i < all.size(); i++) put(to, all.get(i));
    sent = all.size();
    to.writeInt(-1);
  }

  private void put(DataOutputStream to, Slot slot) throws IOException {
    byte[] now = bytes(slot);
    if (now == null || Arrays.equals(now, slot.seen)) return;
    slot.seen = now;
    to.writeInt(slot.type);
    to.writeInt(slot.index);
    wire.put(to, slot.of);
    to.write(now);
  }

  void get(DataInputStream from) throws IOException {
    changed.clear();
    for (int type = from.readInt(); type >= 0; type = from.readInt()) {
      int index = from.readInt();
      Object of = wire.get(from), value = wire.get(from);
      if (type >= types.size()) throw new EOFException();
      Slot slot = find(of == null ? types.get(type) : of, type, index);
      Object old = read(slot);
      if (RewardContainers.isAlike(old, value)) RewardContainers.copy(value, old);
      else if (!Modifier.isFinal(slot.field.getModifiers())) set(slot, slot.of, value);
      slot.seen = bytes(slot);
      changed.add(slot);
    }
  }

  private Slot find(Object key, int type, int index) throws IOException {
    for (Slot slot : slots.getOrDefault(key, List.of())) if (slot.type == type && slot.index == index) return slot;
    throw new EOFException();
  }
}
