// Values as bytes, by what their types can do: part of wire.hpp, inside its namespace.
#ifndef REWARD_VALUES
#define REWARD_VALUES

template <class T> using bare = std::remove_cv_t<std::remove_reference_t<T>>;
template <class T, class = void> struct Codec {
  static_assert(sizeof(T) == 0, "reward_wire: no plain data");
};
template <class T> void put(Bytes &to, const T &value) { Codec<bare<T>>::put(to, value); }
template <class T> T get(Reader &from) { return Codec<bare<T>>::get(from); }

template <class T> constexpr bool is_number =
    std::is_arithmetic_v<T> || std::is_same_v<T, __int128> || std::is_same_v<T, unsigned __int128>;

template <class T> struct Codec<T, std::enable_if_t<is_number<T>>> {
  static void put(Bytes &to, T value) { put_raw(to, &value, sizeof value); }
  static T get(Reader &from) {
    if constexpr (std::is_same_v<T, bool>) {
      char byte;
      from.take(&byte, 1);
      return byte != 0;
    } else {
      T value;
      from.take(&value, sizeof value);
      return value;
    }
  }
};

// What containers have in common, so that none of their headers is needed here.
template <class T, class = void> constexpr bool is_sequence = false;
template <class T> constexpr bool
    is_sequence<T, std::void_t<decltype(std::declval<T &>().push_back(std::declval<typename T::value_type>())),
                               decltype(std::declval<T &>().begin())>> = true;
template <class T, class = void> constexpr bool is_keyed = false;
template <class T> constexpr bool is_keyed<T, std::void_t<typename T::key_type, typename T::value_type>> = true;
template <class T, class = void> constexpr bool is_tuple = false;
template <class T> constexpr bool is_tuple<T, std::void_t<decltype(std::tuple_size<T>::value)>> = true;
template <class T, class = void> constexpr bool is_array = false;
template <class T> constexpr bool
    is_array<T, std::void_t<decltype(std::tuple_size<T>::value), typename T::value_type>> = true;
template <class T, class = void> constexpr bool is_optional = false;
template <class T> constexpr bool
    is_optional<T, std::void_t<decltype(std::declval<T &>().has_value()), typename T::value_type>> = true;
template <class T, class = void> constexpr bool is_pointer = false;
template <class T> constexpr bool
    is_pointer<T, std::void_t<typename T::element_type, decltype(std::declval<T &>().reset())>> = true;
// What would end the life of objects that both sides know by number.
template <class T, class = void> constexpr bool owns = is_pointer<T>;
template <class T> constexpr bool owns<T, std::void_t<typename T::value_type>> = is_pointer<typename T::value_type>;
template <class T, class = void> constexpr bool is_complex = false;
template <class T> constexpr bool is_complex<
    T, std::void_t<typename T::value_type, decltype(std::declval<T &>().real()), decltype(std::declval<T &>().imag())>> = true;
template <class T, class = void> constexpr bool is_fields = false;
template <class T> constexpr bool is_fields<T, std::void_t<decltype(reward_tie_(std::declval<T &>()))>> = true;

// Objects that stay with the program: generated code declares `reward_kept_` for their classes.
template <class T, class = void> constexpr bool is_kept = false;
template <class T> constexpr bool is_kept<T, std::void_t<decltype(reward_kept_(static_cast<T *>(nullptr)))>> = true;

// Classes of fields that point at each other: generated code declares `reward_linked_` for them.
template <class T, class = void> constexpr bool is_linked = false;
template <class T> constexpr bool is_linked<T, std::void_t<decltype(reward_linked_(static_cast<T *>(nullptr)))>> = true;

template <class T> struct Codec<T, std::enable_if_t<std::is_enum_v<T>>> {
  using V = std::underlying_type_t<T>;
  static void put(Bytes &to, T value) { reward_wire::put<V>(to, static_cast<V>(value)); }
  static T get(Reader &from) { return static_cast<T>(reward_wire::get<V>(from)); }
};

template <class T> struct Codec<T, std::enable_if_t<is_sequence<T> && !is_kept<T> && !is_fields<T>>> {
  using V = typename T::value_type;
  static void put(Bytes &to, const T &value) {
    put_count(to, value.size());
    for (const auto &item : value) reward_wire::put<V>(to, item);
  }
  static T get(Reader &from) {
    T value;
    for (std::size_t n = from.count(); n; n--) value.push_back(reward_wire::get<V>(from));
    return value;
  }
};

template <class T> struct Unlocked { using type = T; };
template <class A, class B> struct Unlocked<std::pair<const A, B>> { using type = std::pair<A, B>; };

template <class T> struct Codec<T, std::enable_if_t<is_keyed<T> && !is_kept<T> && !is_fields<T>>> {
  using V = typename Unlocked<typename T::value_type>::type;
  static void put(Bytes &to, const T &value) {
    put_count(to, value.size());
    for (const auto &item : value) reward_wire::put<V>(to, V(item));
  }
  static T get(Reader &from) {
    T value;
    for (std::size_t n = from.count(); n; n--) value.insert(reward_wire::get<V>(from));
    return value;
  }
};

template <class T> struct Codec<T, std::enable_if_t<is_array<T>>> {
  using V = typename T::value_type;
  static void put(Bytes &to, const T &value) {
    for (const auto &item : value) reward_wire::put<V>(to, item);
  }
  static T get(Reader &from) {
    T value{};
    for (auto &item : value) item = reward_wire::get<V>(from);
    return value;
  }
};

template <class T> struct Codec<T, std::enable_if_t<is_tuple<T> && !is_array<T>>> {
  static void put(Bytes &to, const T &value) {
    std::apply([&](const auto &...item) { (reward_wire::put<bare<decltype(item)>>(to, item), ...); }, value);
  }
  static T get(Reader &from) {
    T value{};
    std::apply([&](auto &...item) { ((item = reward_wire::get<bare<decltype(item)>>(from)), ...); }, value);
    return value;
  }
};

template <class T> struct Codec<T, std::enable_if_t<is_optional<T> && !is_kept<T> && !is_fields<T>>> {
  using V = typename T::value_type;
  static void put(Bytes &to, const T &value) {
    to.push_back(value.has_value());
    if (value.has_value()) reward_wire::put<V>(to, *value);
  }
  static T get(Reader &from) {
    T value;
    if (reward_wire::get<bool>(from)) value = reward_wire::get<V>(from);
    return value;
  }
};

#include "/box/links.hpp"
#include "/box/functions.hpp"

template <class T> T *get_kept(Reader &from);
template <class T> void put_kept(Bytes &to, T *object);
template <class T> struct Codec<T, std::enable_if_t<is_pointer<T> && !is_kept<T> && !is_fields<T>>> {
  using V = typename T::element_type;
  static void put(Bytes &to, const T &value) {
    if constexpr (is_linked<V>) return put_link<V>(to, value.get());
    to.push_back(value.get() != nullptr);
    if constexpr (is_kept<V>) {
      if (value.get()) put_kept<V>(to, value.get());
      new T(std::move(const_cast<T &>(value)));  // lives on: the other side has its number
    } else if (value.get()) reward_wire::put<V>(to, *value);
  }
  static T get(Reader &from) {
    if constexpr (is_linked<V>) {
      if constexpr (std::is_copy_constructible_v<T>) return T(get_link<V>(from), [](V *) {});
      else return T(get_link<V>(from));
    }
    else if (!reward_wire::get<bool>(from)) return T();
    else if constexpr (is_kept<V>) return T(get_kept<V>(from));
    else return T(new V(reward_wire::get<V>(from)));
  }
};

template <class T> struct Codec<T, std::enable_if_t<is_complex<T> && !is_kept<T> && !is_fields<T>>> {
  using V = typename T::value_type;
  static void put(Bytes &to, const T &value) {
    reward_wire::put<V>(to, value.real());
    reward_wire::put<V>(to, value.imag());
  }
  static T get(Reader &from) {
    V whole = reward_wire::get<V>(from);
    return T(whole, reward_wire::get<V>(from));
  }
};

#endif
