// Carries calls between a program and its tests, which are two processes: one header for both.
// Values travel as their bytes, containers as a count and their elements. What arrives is checked
// against what is left of the message, and is data and nothing else.
// No system header that declares names which programs like to take (index, link, read).
#ifndef REWARD_WIRE
#define REWARD_WIRE
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

extern "C" {
long reward_read_(int, void *, unsigned long) __asm__("read");
long reward_write_(int, const void *, unsigned long) __asm__("write");
int reward_open_(const char *, int, ...) __asm__("open");
int reward_fcntl_(int, int, ...) __asm__("fcntl");
int reward_dup2_(int, int) __asm__("dup2");
[[noreturn]] void reward_exit_(int) __asm__("_exit");
int reward_flush_(void *) __asm__("fflush");
int reward_on_exit_(void (*)(int, void *), void *) __asm__("on_exit");
void *reward_malloc_(unsigned long) __asm__("malloc");
void *reward_calloc_(unsigned long, unsigned long) __asm__("calloc");
void reward_real_free_(void *) __asm__("free");
unsigned long reward_usable_(void *) __asm__("malloc_usable_size");
extern char reward_data_[] __asm__("__data_start");
extern char reward_end_[] __asm__("_end");
}

namespace reward_wire {

// How the tests' process ends where it does not by itself; `sandbox/apart` knows these.
enum Ended { GONE = 81, RAISED = 82, NOT_CALLED = 83, UNSPLIT = 84 };
enum : std::size_t { MOST = 256u << 20, UNKNOWN = ~std::size_t{0} };
enum Kind : unsigned char { RETURNED, THREW, ASKED };

using Bytes = std::string;
inline int in = 0, out = 1;

[[noreturn]] inline void stop(int code, const char *why) {
  reward_write_(2, why, __builtin_strlen(why));
  reward_exit_(code);
}

// Before any other code: the wire leaves standard input and output, which stay usable.
inline void take_streams() {
  in = reward_fcntl_(0, 0 /* F_DUPFD */, 3);
  out = reward_fcntl_(1, 0, 3);
  int null = reward_open_("/dev/null", 0);
  if (in < 0 || out < 0 || null < 0 || reward_dup2_(null, 0) < 0 || reward_dup2_(2, 1) < 0)
    reward_exit_(1);
}
__attribute__((section(".preinit_array"), used)) static void (*const first)() = take_streams;

inline bool receive(char *to, std::size_t size) {
  while (size) {
    long got = reward_read_(in, to, size);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

inline bool send(const Bytes &message) {
  std::uint64_t size = message.size();
  Bytes all(reinterpret_cast<const char *>(&size), sizeof size);
  all += message;
  for (std::size_t at = 0; at < all.size();) {
    long put = reward_write_(out, all.data() + at, all.size() - at);
    if (put <= 0) return false;
    at += static_cast<std::size_t>(put);
  }
  return true;
}

inline bool receive(Bytes &message) {
  std::uint64_t size;
  if (!receive(reinterpret_cast<char *>(&size), sizeof size) || size > MOST) return false;
  message.resize(size);
  return receive(&message[0], size);
}

struct Garbled {};

struct Reader {
  const char *at, *end;
  explicit Reader(const Bytes &from) : at(from.data()), end(at + from.size()) {}
  void take(void *to, std::size_t size) {
    if (static_cast<std::size_t>(end - at) < size) throw Garbled{};
    __builtin_memcpy(to, at, size);
    at += size;
  }
  std::size_t count() {
    std::uint64_t n;
    take(&n, sizeof n);
    if (n > static_cast<std::size_t>(end - at)) throw Garbled{};
    return n;
  }
};

inline void put_raw(Bytes &to, const void *from, std::size_t size) {
  to.append(static_cast<const char *>(from), size);
}
inline void put_count(Bytes &to, std::uint64_t n) { put_raw(to, &n, sizeof n); }

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
    V real = reward_wire::get<V>(from);
    return T(real, reward_wire::get<V>(from));
  }
};

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

enum : std::uint64_t { NAMED = ~std::uint64_t{0}, FUNCTION = NAMED - 1 };
inline void put_key(Bytes &to, std::uint64_t index) { put_count(to, index); }
inline void put_key(Bytes &to, Numbered function) {
  put_count(to, FUNCTION);
  put_count(to, function.number);
}
inline void put_key(Bytes &to, const char *name) {
  put_count(to, NAMED);
  put_count(to, __builtin_strlen(name));
  to += name;
}
// The name of a template with its types, as the compiler writes it: what tests call is found by it.
template <int Index, class... T> const char *named() { return __PRETTY_FUNCTION__; }
// What a template returns that leaves this to the compiler: generated code specialises it.
template <int Index, class... T> struct Result;
template <class... T> struct Given;

template <class T> struct Codec<T, std::void_t<decltype(std::declval<T &>().data()), typename T::traits_type,
                                               std::enable_if_t<!is_sequence<T>>>> {  // string_view
  static void put(Bytes &to, const T &value) { reward_wire::put<Bytes>(to, Bytes(value.data(), value.size())); }
  static T get(Reader &from) { return *new Bytes(reward_wire::get<Bytes>(from)); }
};

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

template <class T> struct Codec<T *, std::enable_if_t<is_kept<bare<T>>>> {
  static void put(Bytes &to, T *value) {
    to.push_back(value != nullptr);
    if (value) put_kept<bare<T>>(to, const_cast<bare<T> *>(value));
  }
  static T *get(Reader &from) { return reward_wire::get<bool>(from) ? get_kept<bare<T>>(from) : nullptr; }
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

// A pointer with what the compiler knows of the memory behind it.
template <class T> struct Sized {
  T *at;
  std::size_t count;
  Sized(T *at, std::size_t bytes) : at(at), count(bytes == UNKNOWN ? UNKNOWN : bytes / sizeof(T)) {
    if constexpr (std::is_same_v<std::remove_const_t<T>, char>)
      if (at && count == UNKNOWN) count = __builtin_strlen(at) + 1;
    if (at && count == UNKNOWN) stop(UNSPLIT, "the length of what a pointer points to is not known");
  }
};

// One argument on the tests' side: how it is sent, and what comes back of it. `A` as declared.
template <class A, class> struct Sent {
  const bare<A> &value;
  void put(Bytes &to) const { reward_wire::put<bare<A>>(to, value); }
  void back(Reader &) const {}
  const void *memory() const { return nullptr; }
};
template <class T> struct Sent<T &, std::enable_if_t<!std::is_const_v<T> && is_linked<T>>> {
  T &value;
  void put(Bytes &to) const { put_link<T>(to, &value); }
  void back(Reader &) const {}
  const void *memory() const { return nullptr; }
};
template <class T> struct Sent<T *, std::enable_if_t<is_linked<bare<T>>>> {
  T *value;
  void put(Bytes &to) const { put_link<bare<T>>(to, value); }
  void back(Reader &) const {}
  const void *memory() const { return nullptr; }
};
template <class T> struct Sent<T &, std::enable_if_t<!std::is_const_v<T> && !is_kept<bare<T>> && !is_linked<T>>> {
  T &value;
  void put(Bytes &to) const { reward_wire::put<T>(to, value); }
  void back(Reader &from) const { value = reward_wire::get<T>(from); }
  const void *memory() const { return nullptr; }
};
template <class T> struct Sent<T *, std::enable_if_t<is_kept<bare<T>>>> {
  T *value;
  void put(Bytes &to) const {
    to.push_back(value != nullptr);
    if (value) put_kept<bare<T>>(to, const_cast<bare<T> *>(value));
  }
  void back(Reader &) const {}
  const void *memory() const { return nullptr; }
};
template <class T> struct Sent<T *, std::enable_if_t<!std::is_same_v<T, const char> && !is_kept<bare<T>> && !is_linked<bare<T>>>> {
  Sized<T> value;
  void put(Bytes &to) const {
    to.push_back(value.at != nullptr);
    if (!value.at) return;
    put_count(to, value.count);
    for (std::size_t i = 0; i < value.count; i++) reward_wire::put<bare<T>>(to, value.at[i]);
  }
  void back(Reader &from) const {
    if constexpr (!std::is_const_v<T>)
      if (value.at)
        for (std::size_t i = 0; i < value.count; i++) {
          T changed = reward_wire::get<T>(from);
          if constexpr (std::is_same_v<T, char *> || std::is_same_v<T, const char *>)
            if (changed && value.at[i] && !__builtin_strcmp(changed, value.at[i])) continue;
          value.at[i] = changed;
        }
  }
  const void *memory() const { return value.at; }
};

// The same argument on the program's side.
template <class A, class = void> struct Held {
  bare<A> value;
  explicit Held(Reader &from) : value(reward_wire::get<bare<A>>(from)) {}
  A pass() { return static_cast<A>(value); }
  void back(Bytes &) const {}
  bool holds(const void *, std::size_t &) const { return false; }
};
template <class A> struct Held<A, std::enable_if_t<!std::is_reference_v<A> && !std::is_pointer_v<A> && !is_kept<bare<A>>>> {
  bare<A> value;
  explicit Held(Reader &from) : value(reward_wire::get<bare<A>>(from)) {}
  bare<A> &&pass() { return std::move(value); }
  void back(Bytes &) const {}
  bool holds(const void *, std::size_t &) const { return false; }
};
template <class T> struct Held<T &, std::enable_if_t<!std::is_const_v<T> && is_linked<T>>> {
  T *value;
  explicit Held(Reader &from) : value(get_link<T>(from)) {
    if (!value) throw Garbled{};
  }
  T &pass() { return *value; }
  void back(Bytes &) const {}
  bool holds(const void *, std::size_t &) const { return false; }
};
template <class T> struct Held<T &, std::enable_if_t<!std::is_const_v<T> && !is_kept<bare<T>> && !is_linked<T>>> {
  T value;
  explicit Held(Reader &from) : value(reward_wire::get<T>(from)) {}
  T &pass() { return value; }
  void back(Bytes &to) const { reward_wire::put<T>(to, value); }
  bool holds(const void *, std::size_t &) const { return false; }
};
template <class T> struct Held<T *, std::enable_if_t<is_kept<bare<T>> || is_linked<bare<T>>>> {
  T *value;
  explicit Held(Reader &from) {
    if constexpr (is_linked<bare<T>>) value = get_link<bare<T>>(from);
    else value = reward_wire::get<bool>(from) ? get_kept<bare<T>>(from) : nullptr;
  }
  T *pass() { return value; }
  void back(Bytes &) const {}
  bool holds(const void *, std::size_t &) const { return false; }
};
template <class T> struct Held<T *, std::enable_if_t<!std::is_same_v<T, const char> && !is_kept<bare<T>> && !is_linked<bare<T>>>> {
  bare<T> *value = nullptr;
  std::size_t count = 0;
  explicit Held(Reader &from) {
    if (!reward_wire::get<bool>(from)) return;
    count = from.count();
    value = static_cast<bare<T> *>(reward_malloc_((count + 1) * sizeof(T)));
    for (std::size_t i = 0; i < count; i++) value[i] = reward_wire::get<bare<T>>(from);
  }
  T *pass() { return value; }
  void back(Bytes &to) const {
    if constexpr (!std::is_const_v<T>)
      for (std::size_t i = 0; i < count; i++) reward_wire::put<T>(to, value[i]);
  }
  bool holds(const void *pointer, std::size_t &offset) const {
    auto at = static_cast<const bare<T> *>(pointer);
    offset = static_cast<std::size_t>(at - value);
    return value && at >= value && at <= value + count;
  }
};

enum Where : unsigned char { NOWHERE, OWN, IN_ARGUMENT };

// What a pointer that was returned points to: part of an argument, text, or a block of memory.
template <class T, class... H> void put_pointer(Bytes &to, T *pointer, H &...held) {
  std::size_t offset = 0;
  unsigned char index = 0;
  if constexpr (is_linked<bare<T>>) return put_link<bare<T>>(to, pointer);
  else if constexpr (is_kept<bare<T>>) {
    to.push_back(pointer ? OWN : NOWHERE);
    if (pointer) put_kept<bare<T>>(to, const_cast<bare<T> *>(pointer));
    return;
  } else {
  bool found = pointer && (false || ... || (index++, held.holds(pointer, offset)));
  to.push_back(!pointer ? NOWHERE : found ? IN_ARGUMENT : OWN);
  if (found) {
    to.push_back(static_cast<char>(index - 1));
    put_count(to, offset);
  } else if (pointer) {
    std::size_t count;
    auto raw = reinterpret_cast<const char *>(pointer);
    if constexpr (std::is_same_v<bare<T>, char>) count = __builtin_strlen(pointer) + 1;
    else if (raw >= reward_data_ && raw < reward_end_) {
      std::size_t rest = static_cast<std::size_t>(reward_end_ - raw);
      count = (rest < 65536 ? rest : 65536) / sizeof(T);
    } else count = reward_usable_(const_cast<bare<T> *>(pointer)) / sizeof(T);
    put_count(to, count);
    for (std::size_t i = 0; i < count; i++) put<bare<T>>(to, pointer[i]);
  }
  }
}

template <class T, class... S> T *get_pointer(Reader &from, S &...sent) {
  if constexpr (is_linked<bare<T>>) return get_link<bare<T>>(from);
  else {
  auto where = get<unsigned char>(from);
  if (where == NOWHERE) return nullptr;
  if constexpr (is_kept<bare<T>>) return get_kept<bare<T>>(from);
  else {
  if (where == IN_ARGUMENT) {
    auto index = get<unsigned char>(from);
    std::uint64_t offset = get<std::uint64_t>(from);
    const void *memory = nullptr;
    std::size_t size = 0;
    unsigned char at = 0;
    (void)std::initializer_list<int>{(at++ == index ? (memory = sent.memory(), size = sizes(sent), 0) : 0)...};
    if (!memory || offset > size) throw Garbled{};
    return static_cast<T *>(const_cast<void *>(memory)) + offset;
  }
  std::size_t count = from.count();
  auto made = static_cast<bare<T> *>(reward_malloc_((count + 1) * sizeof(T)));
  for (std::size_t i = 0; i < count; i++) made[i] = get<bare<T>>(from);
  made[count] = bare<T>();
  return made;
  }
  }
}
template <class A> std::size_t sizes(const Sent<A> &sent) {
  if constexpr (std::is_pointer_v<A> && !std::is_same_v<A, const char *>) return sent.value.count;
  return 0;
}

// What the program threw keeps its type where the standard library knows it.
struct Mark { virtual ~Mark() = default; };
template <class E> struct Raised : E, Mark { using E::E; };
struct Other : std::exception, Mark {
  Bytes text;
  explicit Other(Bytes text) : text(std::move(text)) {}
  const char *what() const noexcept override { return text.c_str(); }
};
template <class... E> struct Kinds {};
using Known = Kinds<std::out_of_range, std::invalid_argument, std::domain_error, std::length_error, std::logic_error,
                    std::range_error, std::overflow_error, std::underflow_error, std::runtime_error>;

inline void put_exception(Bytes &, int, const std::exception &, Kinds<>) {}
template <class E, class... Rest>
void put_exception(Bytes &to, int kind, const std::exception &error, Kinds<E, Rest...>) {
  if (dynamic_cast<const E *>(&error)) to[1] = static_cast<char>(kind);
  else put_exception(to, kind + 1, error, Kinds<Rest...>{});
}
[[noreturn]] inline void throw_kind(int, const Bytes &text, Kinds<>) { throw Other(text); }
template <class E, class... Rest> [[noreturn]] void throw_kind(int kind, const Bytes &text, Kinds<E, Rest...>) {
  if (kind == 1) throw Raised<E>(text);
  throw_kind(kind - 1, text, Kinds<Rest...>{});
}
enum : unsigned char { NUMBER = 100, TEXT = 101, LITERAL = 102, OWN_EXCEPTION = 128 };
// Exceptions of the program: which of them one is, and how it is thrown on the other side.
inline int (*own_exception)(const std::exception &) = nullptr;
inline void (*throw_own)(int, const Bytes &) = nullptr;

// ---- The program's process: a table of what can be called, and a loop.

inline Served **table = nullptr;
inline std::size_t entries = 0;

inline void add(Served *served) {
  auto grown = static_cast<Served **>(::operator new((entries + 1) * sizeof(Served *)));
  for (std::size_t i = 0; i < entries; i++) grown[i] = table[i];
  grown[entries++] = served;
  table = grown;
}

#ifndef REWARD_TESTS
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
  else return std::move(object);
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

template <class R, class F, class... H> void run_and_put(Bytes &to, F &&call, H &...held) {
  if constexpr (std::is_void_v<R>) call(held.pass()...);
#ifndef REWARD_TESTS
  else if constexpr (is_kept<bare<R>> && std::is_lvalue_reference_v<R>)
    put_count(to, number_of(const_cast<bare<R> *>(&call(held.pass()...))));
  else if constexpr (is_kept<bare<R>>) put_count(to, keep(new bare<R>(call(held.pass()...))));
#endif
  else if constexpr (std::is_pointer_v<R>) put_pointer(to, call(held.pass()...), held...);
  else if constexpr (owns<bare<R>>) put<bare<R>>(to, *new bare<R>(call(held.pass()...)));
  else put<bare<R>>(to, call(held.pass()...));
  (held.back(to), ...);
  put_linked(to);
}

template <class R, class... A> struct Function : Served {
  R (*function)(A...);
  explicit Function(R (*function)(A...)) : function(function) {}
  void run(Reader &from, Bytes &to) override {
    std::tuple<Held<A>...> held{Held<A>(from)...};
    get_linked(from);
    std::apply([&](auto &...one) { run_and_put<R>(to, function, one...); }, held);
  }
};
template <class R, class... A> void serve(R (*function)(A...)) { add(new Function<R, A...>(function)); }

template <class F, class... A> struct Call : Served {
  F call;
  explicit Call(F call) : call(call) {}
  void run(Reader &from, Bytes &to) override {
    std::tuple<Held<A>...> held{Held<A>(from)...};
    get_linked(from);
    std::apply([&](auto &...one) { run_and_put<decltype(call(std::declval<A>()...))>(to, call, one...); }, held);
  }
};
// What a call runs: `A` are its arguments, as declared.
template <class... A, class F> void serve_call(F call) { add(new Call<F, A...>(call)); }

// The entry that comes next has this name.
struct Name { const char *text; std::size_t index; Name *before; };
inline Name *names = nullptr;
inline void name_next(const char *text) { names = new Name{text, entries, names}; }

inline void put_thrown(Bytes &to, unsigned char kind, const Bytes &text) {
  to.assign(1, THREW);
  to.push_back(static_cast<char>(kind));
  put<Bytes>(to, text);
}

inline void answer_one(const Bytes &request, Bytes &reply) {
  Reader from(request);
  reply.assign(1, RETURNED);
  try {
    if (get<unsigned char>(from) != ASKED) throw Garbled{};
    auto index = get<std::uint64_t>(from);
    if (index == FUNCTION) {
      auto number = get<std::uint64_t>(from);
      if (number >= given.size()) throw Garbled{};
      LinkScope scope;
      return given[number]->run(from, reply);
    }
    if (index == NAMED) {
      Bytes name = get<Bytes>(from);
      for (Name *one = names; one; one = one->before)
        if (name == one->text) index = one->index;
    }
    LinkScope scope;
    if (index < entries) table[index]->run(from, reply);
  } catch (const std::exception &error) {
    put_thrown(reply, 0, error.what());
    put_exception(reply, 1, error, Known{});
    int own = own_exception ? own_exception(error) : -1;
    if (own >= 0) reply[1] = static_cast<char>(OWN_EXCEPTION + own);
  } catch (int number) {
    put_thrown(reply, NUMBER, std::to_string(number));
  } catch (const Bytes &text) {
    put_thrown(reply, TEXT, text);
  } catch (const char *text) {
    put_thrown(reply, LITERAL, text);
  }
}

inline int answer() {
  Bytes request, reply;
  while (receive(request)) {
    answer_one(request, reply);
    if (!send(reply)) break;
  }
  reward_flush_(nullptr);
  reward_exit_(0);
}

// ---- The tests' process.

inline std::uint64_t calls = 0;

inline void at_end(int status, void *) {
  if (!status && !calls) stop(NOT_CALLED, "the tests never called the program");
}

[[noreturn]] inline void uncaught() {
  try {
    if (auto error = std::current_exception()) std::rethrow_exception(error);
  } catch (const Mark &error) {
    auto known = dynamic_cast<const std::exception *>(&error);
    stop(RAISED, known ? known->what() : "the program threw");
  } catch (const std::exception &error) {
    stop(134, error.what());
  } catch (...) {
  }
  stop(134, "uncaught exception");
}

#ifdef REWARD_TESTS
inline const bool ready = (reward_on_exit_(at_end, nullptr), std::set_terminate(uncaught), true);
#endif

[[noreturn]] inline void rethrow(Reader &from) {
  auto kind = get<unsigned char>(from);
  Bytes text = get<Bytes>(from);
  if (kind == NUMBER) throw std::stoi(text);
  if (kind == TEXT) throw text;
  if (kind == LITERAL) throw static_cast<const char *>((new Bytes(text))->c_str());
  if (kind >= OWN_EXCEPTION && throw_own) throw_own(kind - OWN_EXCEPTION, text);
  throw_kind(kind, text, Known{});
}

#ifdef REWARD_TESTS
// What is made of an object's number.
struct Handle { std::uint64_t number; };
template <class T> T *get_kept(Reader &from) { return new T(Handle{get<std::uint64_t>(from)}); }
template <class T> void put_kept(Bytes &to, T *object) { put_count(to, object->reward_object_); }
template <class T> struct Codec<T, std::enable_if_t<is_kept<T>>> {
  static void put(Bytes &to, const T &value) { put_count(to, value.reward_object_); }
  static T get(Reader &from) { return T(Handle{reward_wire::get<std::uint64_t>(from)}); }
};
#endif

template <class R, class Key, class... S> R call(Key key, const S &...sent) {
  Bytes message(1, ASKED);
#ifdef REWARD_TESTS
  calls++;
#endif
  LinkScope scope;
  put_key(message, key);
  (sent.put(message), ...);
  put_linked(message);
  if (!send(message) || !receive(message)) stop(GONE, "the other side ended");
  try {
    while (!message.empty() && message[0] == ASKED) {
      Bytes reply;
      answer_one(message, reply);
      if (!send(reply) || !receive(message)) stop(GONE, "the other side ended");
    }
    Reader from(message);
    if (get<unsigned char>(from) == THREW) rethrow(from);
    if constexpr (std::is_void_v<R>) {
      (sent.back(from), ...);
      get_linked(from);
    } else if constexpr (std::is_pointer_v<R>) {
      R result = get_pointer<std::remove_pointer_t<R>>(from, sent...);
      (sent.back(from), ...);
      get_linked(from);
      return result;
    } else {
#ifdef REWARD_TESTS
      if constexpr (is_kept<bare<R>> && std::is_reference_v<R>) {
        auto &result = *new bare<R>(Handle{get<std::uint64_t>(from)});
        (sent.back(from), ...);
        get_linked(from);
        return result;
      } else
#endif
      {
        bare<R> result = get<bare<R>>(from);
        (sent.back(from), ...);
        get_linked(from);
        return result;
      }
    }
  } catch (const Garbled &) {
    stop(GONE, "the program wrote nonsense");
  }
}

}  // namespace reward_wire

#ifdef REWARD_TESTS
// What tests call instead of `free`: objects that the program's answers may still name stay.
extern "C" inline void reward_free_(void *at) {
  if (!reward_wire::lasting().count(at)) reward_real_free_(at);
}
#endif

#endif
