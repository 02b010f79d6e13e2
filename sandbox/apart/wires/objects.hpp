// Objects that stay with the program, each by its number: part of wire.hpp, inside its namespace.
#ifndef REWARD_OBJECTS
#define REWARD_OBJECTS

inline void **objects = nullptr;
inline std::size_t object_count = 0;
inline std::uint64_t keep(void *object) {
  if (!(object_count & (object_count + 1))) {
    auto grown = static_cast<void **>(::operator new((2 * object_count + 2) * sizeof(void *)));
    for (std::size_t i = 0; i < object_count; i++) grown[i] = objects[i];
    objects = grown;
  }
  objects[object_count] = object;
  return object_count++;
}
inline std::uint64_t number_of(void *object) {
  for (std::size_t i = 0; i < object_count; i++)
    if (objects[i] == object) return i;
  return keep(object);
}
template <class C> C &kept(Reader &from) {
  auto index = get<std::uint64_t>(from);
  if (index >= object_count) throw Garbled{};
  return *static_cast<C *>(objects[index]);
}
template <class T> T *get_kept(Reader &from) { return &kept<T>(from); }
template <class T> void put_kept(Bytes &to, T *object) { put_count(to, number_of(object)); }
template <class T> T moved_or_copied(T &object) {
  if constexpr (std::is_copy_constructible_v<T>) return object;
  else if constexpr (std::is_move_constructible_v<T>) return std::move(object);
  else throw Garbled{};
}
template <class T> struct Codec<T, std::enable_if_t<is_kept<T>>> {
  static void put(Bytes &to, const T &value) {
    if constexpr (std::is_copy_constructible_v<T>) put_count(to, keep(new T(value)));
    else put_count(to, number_of(const_cast<T *>(&value)));
  }
  static T get(Reader &from) { return moved_or_copied(kept<T>(from)); }
};
template <class A> struct Held<A, std::enable_if_t<is_kept<bare<A>>>> {
  bare<A> &value;
  explicit Held(Reader &from) : value(kept<bare<A>>(from)) {}
  decltype(auto) pass() {
    if constexpr (std::is_lvalue_reference_v<A>) return (value);
    else if constexpr (std::is_reference_v<A>) return std::move(value);
    else return moved_or_copied(value);
  }
  void back(Bytes &) const {}
  bool holds(const void *, std::size_t &) const { return false; }
};

#endif
