// Structs, text, variants and other types as bytes: part of wire.hpp, inside its namespace.
#ifndef REWARD_TYPES
#define REWARD_TYPES

// A class without a constructor that takes nothing is made by filling its fields in place.
struct Raw {};
template <class F> void fill(F &field, Reader &from) {
  if constexpr (std::is_array_v<F>) for (auto &item : field) fill(item, from);
  else field = reward_wire::get<bare<F>>(from);
}
template <class T, std::size_t N> struct Codec<T[N]> {
  static void put(Bytes &to, const T (&value)[N]) {
    for (const auto &item : value) reward_wire::put<bare<T>>(to, item);
  }
};
template <class T> struct Codec<T, std::enable_if_t<is_fields<T>>> {
  static void put(Bytes &to, const T &value) {
    std::apply([&](const auto &...item) { (reward_wire::put<bare<decltype(item)>>(to, item), ...); },
               reward_tie_(const_cast<T &>(value)));
  }
  static T get(Reader &from) {
    if constexpr (std::is_constructible_v<T, Raw>) {
      T value(Raw{});
      std::apply([&](auto &...item) { (fill(item, from), ...); }, reward_tie_(value));
      return value;
    } else if constexpr (std::is_default_constructible_v<T>) {
      T value{};
      std::apply([&](auto &...item) { (fill(item, from), ...); }, reward_tie_(value));
      return value;
    } else {
      auto value = static_cast<T *>(reward_malloc_(sizeof(T)));
      std::apply([&](auto &...item) { (make(item, from), ...); }, reward_tie_(*value));
      return *value;
    }
  }
  template <class F> static void make(F &field, Reader &from) {
    if constexpr (std::is_array_v<F>) return fill(field, from);
    else ::new (const_cast<bare<F> *>(&field)) bare<F>(reward_wire::get<bare<F>>(from));
  }
};

template <class T> struct Codec<T, std::void_t<decltype(std::declval<T &>().data()), typename T::traits_type,
                                               std::enable_if_t<!is_sequence<T>>>> {  // string_view
  static void put(Bytes &to, const T &value) { reward_wire::put<Bytes>(to, Bytes(value.data(), value.size())); }
  static T get(Reader &from) { return *new Bytes(reward_wire::get<Bytes>(from)); }
};

#ifdef REWARD_MEMORY
#include "/box/blocks.hpp"
#else
template <> struct Codec<const char *> {
  static void put(Bytes &to, const char *value) {
    to.push_back(value != nullptr);
    if (value) reward_wire::put<Bytes>(to, value);
  }
  static const char *get(Reader &from) {
    return reward_wire::get<bool>(from) ? (new Bytes(reward_wire::get<Bytes>(from)))->c_str() : nullptr;
  }
};

template <> struct Codec<char *> {
  static void put(Bytes &to, const char *value) { Codec<const char *>::put(to, value); }
  static char *get(Reader &from) { return const_cast<char *>(Codec<const char *>::get(from)); }
};
#endif

template <class T> struct Codec<T *, std::enable_if_t<is_kept<bare<T>>>> {
  static void put(Bytes &to, T *value) {
    to.push_back(value != nullptr);
    if (value) put_kept<bare<T>>(to, const_cast<bare<T> *>(value));
  }
  static T *get(Reader &from) { return reward_wire::get<bool>(from) ? get_kept<bare<T>>(from) : nullptr; }
};

// A list in braces is where its items lie and how many they are.
template <class T> struct Codec<std::initializer_list<T>> {
  using L = std::initializer_list<T>;
  struct Inside { const T *at; std::size_t count; };
  static_assert(sizeof(L) == sizeof(Inside));
  static void put(Bytes &to, const L &value) {
    put_count(to, value.size());
    for (const auto &item : value) reward_wire::put<T>(to, item);
  }
  static L get(Reader &from) {
    auto items = new std::vector<T>(reward_wire::get<std::vector<T>>(from));
    Inside inside{items->data(), items->size()};
    L value;
    __builtin_memcpy(static_cast<void *>(&value), &inside, sizeof inside);
    return value;
  }
};

// std::any and boost::any, which are alike, of what tests put there.
template <class T> void any_cast();
template <class... T> struct Types {};
using Anything = Types<int, double, bool, Bytes, const char *, char, long, long long, unsigned, float, std::size_t>;
template <class T, class = void> constexpr bool is_any = false;
template <class T> constexpr bool is_any<
    T, std::enable_if_t<std::is_same_v<decltype(std::declval<T &>().type()), const std::type_info &>>> = true;

template <class A> void put_any(Bytes &, const A &, unsigned char, Types<>) {}
template <class A, class T, class... Rest>
void put_any(Bytes &to, const A &value, unsigned char index, Types<T, Rest...>) {
  if (value.type() != typeid(T)) return put_any(to, value, index + 1, Types<Rest...>{});
  to.back() = static_cast<char>(index);
  put<T>(to, *any_cast<T>(&value));
}
template <class A> A get_any(Reader &, unsigned char, Types<>) { return A(); }
template <class A, class T, class... Rest> A get_any(Reader &from, unsigned char index, Types<T, Rest...>) {
  if (index) return get_any<A>(from, index - 1, Types<Rest...>{});
  return A(get<T>(from));
}
template <class A> struct Codec<A, std::enable_if_t<is_any<A>>> {
  static void put(Bytes &to, const A &value) {
    to.push_back(99);
    put_any(to, value, 0, Anything{});
  }
  static A get(Reader &from) { return get_any<A>(from, reward_wire::get<unsigned char>(from), Anything{}); }
};

template <class... T> struct Codec<std::variant<T...>> {
  using V = std::variant<T...>;
  static void put(Bytes &to, const V &value) {
    to.push_back(static_cast<char>(value.index()));
    std::visit([&](const auto &one) { reward_wire::put<bare<decltype(one)>>(to, one); }, value);
  }
  static V get(Reader &from) { return pick<0>(from, reward_wire::get<unsigned char>(from)); }
  template <std::size_t I> static V pick(Reader &from, std::size_t index) {
    if constexpr (I == sizeof...(T)) throw Garbled{};
    else if (index != I) return pick<I + 1>(from, index);
    else return V(std::in_place_index<I>, reward_wire::get<std::variant_alternative_t<I, V>>(from));
  }
};
template <> struct Codec<std::monostate> {
  static void put(Bytes &, std::monostate) {}
  static std::monostate get(Reader &) { return {}; }
};

// Stacks and queues, by the container inside.
template <class T, class = void> constexpr bool is_adaptor = false;
template <class T> constexpr bool is_adaptor<T, std::void_t<typename T::container_type, decltype(std::declval<T &>().pop())>> = true;
template <class T> struct Codec<T, std::enable_if_t<is_adaptor<T> && !is_kept<T> && !is_fields<T>>> {
  using C = typename T::container_type;
  struct Open : T {
    static const C &inside(const T &value) { return value.*&Open::c; }
  };
  static void put(Bytes &to, const T &value) { reward_wire::put<C>(to, Open::inside(value)); }
  static T get(Reader &from) {
    if constexpr (std::is_constructible_v<T, C>) return T(reward_wire::get<C>(from));
    else return T(typename T::value_compare(), reward_wire::get<C>(from));
  }
};

template <class T, class = void> constexpr bool is_bits = false;
template <class T> constexpr bool
    is_bits<T, std::void_t<decltype(std::declval<T &>().to_ullong()), decltype(std::declval<T &>().flip())>> = true;
template <class T> struct Codec<T, std::enable_if_t<is_bits<T> && !is_kept<T> && !is_fields<T>>> {
  static void put(Bytes &to, const T &value) { reward_wire::put<Bytes>(to, value.to_string()); }
  static T get(Reader &from) { return T(reward_wire::get<Bytes>(from)); }
};

#endif
