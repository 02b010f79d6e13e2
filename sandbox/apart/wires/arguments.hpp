// Arguments on both sides, and pointers that are returned: part of wire.hpp, inside its namespace.
#ifndef REWARD_ARGUMENTS
#define REWARD_ARGUMENTS

// A row of an array of arrays.
template <class T, std::size_t... N> struct RowOf { using type = T; };
template <class T, std::size_t N, std::size_t... Rest> struct RowOf<T, N, Rest...> { using type = typename RowOf<T, Rest...>::type[N]; };
template <class T, std::size_t... N> using Row = typename RowOf<T, N...>::type;

// A pointer with what the compiler knows of the memory behind it.
template <class T> struct Sized {
  T *at;
  std::size_t count;
  Sized(T *at, std::size_t bytes) : at(at), count(bytes == UNKNOWN ? UNKNOWN : bytes / sizeof(T)) {
    if constexpr (std::is_same_v<std::remove_const_t<T>, char>)
      if (at && count == UNKNOWN) count = __builtin_strlen(at) + 1;
#if defined(REWARD_MEMORY) && defined(REWARD_TESTS)
    if (at && count == UNKNOWN) {
      std::size_t known = extent(at, sizeof(T));
      count = known == UNKNOWN ? UNKNOWN : known / sizeof(T);
    }
#endif
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
  void back(Reader &from) const { get_link<T>(from); }
  const void *memory() const { return nullptr; }
};
template <class T> struct Sent<T *, std::enable_if_t<is_linked<bare<T>>>> {
  T *value;
  void put(Bytes &to) const { put_link<bare<T>>(to, value); }
  void back(Reader &from) const {
    if constexpr (!std::is_const_v<T>) get_link<bare<T>>(from);
  }
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
template <class T> struct Sent<T *, std::enable_if_t<!std::is_same_v<T, const char> && !std::is_function_v<T> && !is_kept<bare<T>> && !is_linked<bare<T>>>> {
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
          if constexpr (std::is_same_v<T, char *> || std::is_same_v<T, const char *>) {
            T changed = reward_wire::get<T>(from);
            if (changed && value.at[i] && !__builtin_strcmp(changed, value.at[i])) continue;
            value.at[i] = changed;
          } else fill(value.at[i], from);
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
  void back(Bytes &to) const { put_link<T>(to, value); }
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
  void back(Bytes &to) const {
    if constexpr (is_linked<bare<T>> && !std::is_const_v<T>) put_link<bare<T>>(to, value);
  }
  bool holds(const void *, std::size_t &) const { return false; }
};
template <class T> struct Held<T *, std::enable_if_t<!std::is_same_v<T, const char> && !std::is_function_v<T> && !is_kept<bare<T>> && !is_linked<bare<T>>>> {
  bare<T> *value = nullptr;
  std::size_t count = 0;
  explicit Held(Reader &from) {
    if (!reward_wire::get<bool>(from)) return;
    count = from.count();
    value = static_cast<bare<T> *>(reward_malloc_((count + 1) * sizeof(T)));
    for (std::size_t i = 0; i < count; i++) fill(value[i], from);
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

// How many bytes are behind a pointer that was returned.
inline std::size_t behind(const void *pointer) {
#ifdef REWARD_MEMORY
  std::size_t bytes = extent(pointer, 1);
  if (bytes != UNKNOWN) return bytes;
  return is_text(static_cast<const char *>(pointer)) ? 4096 - reinterpret_cast<std::uintptr_t>(pointer) % 4096 : 0;
#else
  return reward_usable_(const_cast<void *>(pointer));
#endif
}

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
    } else count = behind(pointer) / sizeof(T);
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
#if defined(REWARD_MEMORY) && defined(REWARD_TESTS)
  track(made, count * sizeof(T));
#endif
  return made;
  }
  }
}
template <class A> std::size_t sizes(const Sent<A> &sent) {
  if constexpr (is_pointer_to_data<A> && !std::is_same_v<A, const char *> && !is_kept<bare<std::remove_pointer_t<A>>> && !is_linked<bare<std::remove_pointer_t<A>>>) return sent.value.count;
  return 0;
}

#endif
