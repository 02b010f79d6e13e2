package reward;

import java.lang.reflect.Array;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Which containers of the library there are, how they are made again, and how they are copied. */
final class RewardContainers {
  static final Class<?>[] LISTS = {ArrayList.class, LinkedList.class, Vector.class, Stack.class, CopyOnWriteArrayList.class};
  static final Class<?>[] SETS = {HashSet.class, LinkedHashSet.class, TreeSet.class};
  static final Class<?>[] QUEUES = {ArrayDeque.class, PriorityQueue.class};
  static final Class<?>[] MAPS = {HashMap.class, LinkedHashMap.class, TreeMap.class, Hashtable.class, ConcurrentHashMap.class, EnumMap.class};
  private static final int SORTED = 2, ENUMS = 5, AS_LIST = 100, FIXED = 101;
  private static final int NATURAL = 0, REVERSED = 1, RANKED = 2;

  private RewardContainers() {}

  static int kind(Object value, Class<?>[] kinds) {
    for (int i = 0; i < kinds.length; i++) if (value.getClass() == kinds[i]) return i;
    if (value instanceof SortedSet || value instanceof SortedMap) return SORTED;
    if (value instanceof EnumSet) return ENUMS;
    String name = value.getClass().getName();
    if (name.startsWith("java.util.Arrays")) return AS_LIST;
    return name.contains("Immutable") || name.contains("Unmodifiable") ? FIXED : kinds == LISTS ? 0 : 1;
  }

  /** How a sorted container is sorted: never by a comparator of the other side, which could lie. */
  static int order(Object value) {
    Comparator<?> by = value instanceof SortedSet<?> set ? set.comparator()
        : value instanceof SortedMap<?, ?> map ? map.comparator()
        : value instanceof PriorityQueue<?> queue ? queue.comparator() : null;
    return by == null || by == Comparator.naturalOrder() ? NATURAL : by == Comparator.reverseOrder() ? REVERSED : RANKED;
  }

  /** Items in their order; those of a queue with an order of its own as it gives them. */
  static Object[] items(Collection<?> items) {
    if (!(items instanceof PriorityQueue<?> queue) || order(items) != RANKED) return items.toArray();
    PriorityQueue<?> copy = new PriorityQueue<>(queue);
    Object[] all = new Object[copy.size()];
    for (int i = 0; i < all.length; i++) all[i] = copy.poll();
    return all;
  }

  /** The order in which items came; what did not come is last. */
  private static final class Ranked implements Comparator<Object> {
    private final Map<Object, Integer> ranks = new HashMap<>();

    Ranked(List<Object> items) {
      for (Object item : items) ranks.putIfAbsent(item, ranks.size());
    }

    @Override
    public int compare(Object a, Object b) {
      int first = ranks.getOrDefault(a, Integer.MAX_VALUE), second = ranks.getOrDefault(b, Integer.MAX_VALUE);
      return first != second ? Integer.compare(first, second) : Objects.equals(a, b) ? 0 : 1;
    }
  }

  private static Comparator<Object> comparator(int order, List<Object> items) {
    return order == NATURAL ? null : order == REVERSED ? reversed() : new Ranked(items);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Comparator<Object> reversed() {
    return (Comparator) Comparator.reverseOrder();
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  static Object map(int kind, int order, Object[] keys, Object[] values) {
    Map<Object, Object> map;
    switch (kind) {
      case 0: map = new HashMap<>(); break;
      case SORTED: map = new TreeMap<>(comparator(order, Arrays.asList(keys))); break;
      case 3: map = new Hashtable<>(); break;
      case 4: map = new ConcurrentHashMap<>(); break;
      case ENUMS: map = keys.length > 0 && keys[0] instanceof Enum<?> key ? new EnumMap(key.getDeclaringClass()) : new LinkedHashMap<>(); break;
      default: map = new LinkedHashMap<>();
    }
    for (int i = 0; i < keys.length; i++) map.put(keys[i], values[i]);
    return kind == FIXED ? Collections.unmodifiableMap(map) : map;
  }

  static Object queue(int kind, int order, List<Object> items) {
    if (kind != 1) return new ArrayDeque<>(items);
    PriorityQueue<Object> queue = new PriorityQueue<>(comparator(order, items));
    queue.addAll(items);
    return queue;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  static Object set(int kind, int order, List<Object> items) {
    if (kind == ENUMS && !items.isEmpty() && items.get(0) instanceof Enum<?>) return EnumSet.copyOf((List) items);
    Set<Object> set = kind == SORTED ? new TreeSet<>(comparator(order, items)) : kind == 0 ? new HashSet<>() : new LinkedHashSet<>();
    set.addAll(items);
    return kind == FIXED ? Collections.unmodifiableSet(set) : set;
  }

  static Object list(int kind, List<Object> items) {
    switch (kind) {
      case 1: return new LinkedList<>(items);
      case 2: return new Vector<>(items);
      case 3: { Stack<Object> stack = new Stack<>(); stack.addAll(items); return stack; }
      case 4: return new CopyOnWriteArrayList<>(items);
      case AS_LIST: return items;
      case FIXED: return Collections.unmodifiableList(items);
      default: return new ArrayList<>(items);
    }
  }

  static boolean isMutable(Object value) {
    if (value == null) return false;
    int text = RewardTexts.index(value);
    return value instanceof Collection || value instanceof Map || value.getClass().isArray() || text >= 0 && RewardTexts.isMutable(text);
  }

  /** Makes a container hold what another holds. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  static void copy(Object from, Object to) {
    try {
      if (to instanceof Map map) { map.clear(); map.putAll((Map) from); }
      else if (to instanceof List list && list.size() == ((List) from).size())
        for (int i = 0; i < list.size(); i++) setItem(list, i, ((List) from).get(i));
      else if (to instanceof Collection items) { items.clear(); items.addAll((Collection) from); }
      else if (!to.getClass().isArray()) RewardTexts.copy(from, to);
      else for (int i = 0; i < Array.getLength(to); i++) {
        Object inner = Array.get(to, i), changed = Array.get(from, i);
        if (isSameShape(inner, changed)) copy(changed, inner);
        else Array.set(to, i, changed);
      }
    } catch (UnsupportedOperationException error) {
      // It can't be changed here, so no test expects that it was.
    }
  }

  private static void setItem(List<Object> list, int at, Object changed) {
    Object inner = list.get(at);
    if (inner instanceof List && changed instanceof List && isMutable(inner)) copy(changed, inner);
    else list.set(at, changed);
  }

  /** Whether one can be made to hold what the other holds. */
  static boolean isAlike(Object a, Object b) {
    if (a == null || b == null || a == b || !isMutable(a)) return false;
    return a instanceof List && b instanceof List || a instanceof Set && b instanceof Set || a instanceof Map && b instanceof Map || isSameShape(a, b);
  }

  private static boolean isSameShape(Object a, Object b) {
    return a != null && b != null && a.getClass().isArray() && a.getClass() == b.getClass() && Array.getLength(a) == Array.getLength(b);
  }
}
