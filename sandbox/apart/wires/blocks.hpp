// Memory that fields and other pointers point to, in C: part of wire.hpp, inside its namespace.
// A block travels with its length and a number by which both sides know it, so that what is
// written comes back to where it was. The tests' side counts what its own memory holds exactly.
#ifndef REWARD_BLOCKS
#define REWARD_BLOCKS

// How many bytes are left behind a pointer into memory of one's own, or UNKNOWN.
#ifdef REWARD_TESTS
inline std::map<std::uintptr_t, std::size_t> &allocated() {
  static auto all = new std::map<std::uintptr_t, std::size_t>;
  return *all;
}
inline void *track(void *at, std::size_t size) {
  if (at) allocated()[reinterpret_cast<std::uintptr_t>(at)] = size;
  return at;
}
enum : std::uintptr_t { SHADOW = 0x7fff8000, STACK = 64u << 20, IMAGE = 0x400000 };
inline std::uintptr_t stack_top = 0;
inline bool has_shadow(std::uintptr_t at) {
  return (at >= IMAGE && at < reinterpret_cast<std::uintptr_t>(reward_end_)) ||
         (at < stack_top && at > stack_top - STACK);
}
// What the compiler wrote down of variables: a byte for eight, which says how many of them are one's own.
inline std::size_t variable(std::uintptr_t at) {
  for (std::size_t n = 0; n < MOST;) {
    auto own = *reinterpret_cast<signed char *>(SHADOW + (at >> 3));
    std::size_t inside = at & 7;
    if (own < 0) return n;
    if (own > 0) return inside < static_cast<std::size_t>(own) ? n + own - inside : n;
    n += 8 - inside;
    at += 8 - inside;
    if (!has_shadow(at)) break;
  }
  return UNKNOWN;
}
// The largest number among a call's arguments: no more than so many items are sent.
inline std::size_t told = UNKNOWN;
inline void tell(bool rows, std::initializer_list<long long> numbers) {
  told = numbers.size() ? 0 : UNKNOWN;
  for (long long number : numbers)
    if (number > 0 && static_cast<std::size_t>(number) > told && number < (1ll << 30)) told = static_cast<std::size_t>(number);
  if (rows && told != UNKNOWN) told *= told;
}
inline std::size_t extent(const void *pointer, std::size_t item) {
  auto at = reinterpret_cast<std::uintptr_t>(pointer);
  auto next = allocated().upper_bound(at);
  if (next != allocated().begin() && at < std::prev(next)->first + std::prev(next)->second)
    return std::prev(next)->first + std::prev(next)->second - at;
  if (!has_shadow(at) || told == UNKNOWN) return UNKNOWN;
  std::size_t size = variable(at);
  return size == UNKNOWN || size / item <= told ? size : told * item;
}
#else
inline std::size_t extent(const void *pointer, std::size_t) {
  auto at = reinterpret_cast<std::uintptr_t>(pointer);
  auto start = reinterpret_cast<std::uintptr_t>(reward_end_), end = reinterpret_cast<std::uintptr_t>(reward_break_(0));
  bool mapped = (at & 4095) == 16 && at > 0x700000000000;
  if (at % 16 || !(mapped || (at >= start + 16 && at < end))) return UNKNOWN;
  std::size_t size = reward_usable_(const_cast<void *>(pointer));
  return mapped || size <= end - at ? size : UNKNOWN;
}
#endif

inline bool is_allocated(const void *pointer) {
#ifdef REWARD_TESTS
  return !has_shadow(reinterpret_cast<std::uintptr_t>(pointer)) && extent(pointer, 1) != UNKNOWN;
#else
  return extent(pointer, 1) != UNKNOWN;
#endif
}

// Whether text can be there.
inline bool is_text(const char *pointer) {
  auto at = reinterpret_cast<std::uintptr_t>(pointer);
  return (at >= 0x400000 && at < reinterpret_cast<std::uintptr_t>(reward_break_(0))) || (at > 0x700000000000 && at < 0x800000000000);
}

template <class T> struct Blocks {
  struct Known {
    T *at = nullptr;
    std::size_t count = 0, extent = 0;
    std::uint64_t message = 0;
  };
  static inline std::unordered_map<const T *, std::uint64_t> numbers;
  static inline std::unordered_map<std::uint64_t, Known> places;
};

template <class T> struct Block {
  static std::size_t count(T *at, std::size_t bytes, const typename Blocks<T>::Known &known) {
    if (known.at == at && known.extent == bytes && bytes != UNKNOWN) return known.count;
    if constexpr (std::is_same_v<bare<T>, char>)
      if (is_text(at) && !is_allocated(at)) return __builtin_strlen(at) + 1;
    return bytes == UNKNOWN ? UNKNOWN : bytes / sizeof(T);
  }
  static void put(Bytes &to, T *at) {
    auto found = at ? Blocks<T>::numbers.try_emplace(at, next_link) : std::make_pair(Blocks<T>::numbers.end(), false);
    std::size_t bytes = at ? extent(at, sizeof(T)) : 0;
    if (found.second) next_link += 2;
    auto known = at ? &Blocks<T>::places[found.first->second] : nullptr;
    std::size_t many = at ? count(at, bytes, *known) : 0;
    if (!at || many == UNKNOWN) return put_count(to, 0);  // as where nothing was written yet
    *known = {at, many, bytes, link_message};
    put_count(to, found.first->second);
    put_count(to, many);
    for (std::size_t i = 0; i < many; i++) reward_wire::put<bare<T>>(to, at[i]);
  }
  static T *get(Reader &from) {
    std::uint64_t number = 0;
    from.take(&number, sizeof number);
    if (!number) return nullptr;
    std::size_t many = from.count();
    auto known = &Blocks<T>::places[number];
    bool alive = known->at && known->count >= many;
#ifdef REWARD_TESTS
    alive = alive && (known->message == link_message || allocated().count(reinterpret_cast<std::uintptr_t>(known->at)));
#endif
    if (!alive) {
      auto made = static_cast<T *>(reward_calloc_(many + 1, sizeof(T)));
#ifdef REWARD_TESTS
      track(const_cast<bare<T> *>(made), many * sizeof(T));
#endif
      Blocks<T>::numbers[made] = number;
      *known = {made, many, extent(made, sizeof(T)), link_message};
    }
    T *at = known->at;
    for (std::size_t i = 0; i < many; i++) {
      auto value = reward_wire::get<bare<T>>(from);
      if constexpr (std::is_scalar_v<T>)
        if (at[i] == value) continue;  // a literal can't be written
      const_cast<bare<T> &>(at[i]) = value;
    }
    return at;
  }
};
template <class T> struct Codec<T *, std::enable_if_t<!std::is_function_v<T> && !std::is_void_v<T> && !is_kept<bare<T>> && !is_linked<bare<T>>>> : Block<T> {};

#endif
