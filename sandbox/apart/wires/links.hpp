// Objects of fields that point at each other: part of wire.hpp, inside its namespace's includes.
// A pointer travels as a number that both sides know the object by; the fields of all objects that
// a message reaches stand at its end. The tests' process gives even numbers, the program's odd ones.
#ifndef REWARD_LINKS
#define REWARD_LINKS

template <class T> struct Links {
  struct Known { T *at; std::uint64_t message; };
  static inline std::unordered_map<const T *, std::uint64_t> numbers;
  static inline std::unordered_map<std::uint64_t, Known> places;
};

// Memory of objects that is never given back: the other side may write there at any time.
inline std::unordered_set<const void *> &lasting() {
  static auto all = new std::unordered_set<const void *>;
  return *all;
}
inline void *last(std::size_t size) {
  void *at = reward_calloc_(1, size);
  lasting().insert(at);
  return at;
}

struct Link {
  void *at;
  bool fresh;
  void (*put)(Bytes &, void *);
  void (*get)(Reader &, void *, bool);
};
#ifdef REWARD_TESTS
inline std::uint64_t next_link = 2;
#else
inline std::uint64_t next_link = 3;
#endif
inline std::uint64_t link_message = 0;
inline std::vector<Link> reached;

// One exchange of messages; what the other side asks meanwhile is another one.
struct LinkScope {
  std::vector<Link> before;
  std::uint64_t message = link_message;
  LinkScope() {
    static std::uint64_t last_message = 0;
    before.swap(reached);
    link_message = ++last_message;
  }
  LinkScope(const LinkScope &) = delete;
  ~LinkScope() {
    before.swap(reached);
    link_message = message;
  }
};

template <class T> void put_fields(Bytes &to, void *at) { Codec<T>::put(to, *static_cast<T *>(at)); }
template <class F> void get_field(F &field, Reader &from, bool fresh);
template <class T> void get_fields(Reader &from, void *at, bool fresh) {
  std::apply([&](auto &...field) { (get_field(field, from, fresh), ...); }, reward_tie_(*static_cast<T *>(at)));
}
// Reads what is said of an object that may be gone.
template <class T> void skip_fields(Reader &from, void *, bool) { get_fields<T>(from, reward_calloc_(1, sizeof(T)), true); }

// Numbers whose fields the message that is read or written has already reached: with a mark.
template <class T> bool is_first(typename Links<T>::Known &known, bool reading) {
  std::uint64_t mark = 2 * link_message + reading;
  return std::exchange(known.message, mark) != mark;
}

template <class T> void put_link(Bytes &to, const T *object) {
  auto at = const_cast<T *>(object);
  if (!at) return put_count(to, 0);
  auto found = Links<T>::numbers.try_emplace(at, next_link);
  if (found.second) {
#ifdef REWARD_LINKED
    lasting().insert(at);
#endif
    Links<T>::places[next_link] = {at, 0};
    next_link += 2;
  }
  put_count(to, found.first->second);
  if (is_first<T>(Links<T>::places[found.first->second], false)) reached.push_back({at, false, put_fields<T>, nullptr});
}

template <class T> T *get_link(Reader &from) {
  std::uint64_t number = 0;
  from.take(&number, sizeof number);
  if (!number) return nullptr;
  auto &known = Links<T>::places[number];
  bool fresh = !known.at;
  if (fresh) {
    known.at = static_cast<T *>(last(sizeof(T)));
    Links<T>::numbers[known.at] = number;
  }
#ifdef REWARD_TESTS
  bool alive = lasting().count(known.at) || known.message / 2 == link_message;
#else
  bool alive = true;
#endif
  if (is_first<T>(known, true)) reached.push_back({known.at, fresh, nullptr, alive ? get_fields<T> : skip_fields<T>});
  return known.at;
}

inline void put_linked(Bytes &to) {
  for (std::size_t i = 0; i < reached.size(); i++) {
    Link one = reached[i];
    if (one.put) one.put(to, one.at);
  }
  reached.clear();
}
inline void get_linked(Reader &from) {
  for (std::size_t i = 0; i < reached.size(); i++) {
    Link one = reached[i];
    if (one.get) one.get(from, one.at, one.fresh);
  }
  reached.clear();
}

template <class T> struct Codec<T *, std::enable_if_t<is_linked<bare<T>>>> {
  static void put(Bytes &to, T *value) { put_link<bare<T>>(to, value); }
  static T *get(Reader &from) { return get_link<bare<T>>(from); }
};

template <class F> void get_field(F &field, Reader &from, bool fresh) {
  using T = bare<F>;
  if constexpr (std::is_array_v<T>) {
    for (auto &item : field) get_field(item, from, fresh);
    return;
  } else {
  auto &plain = const_cast<T &>(field);
  T value = reward_wire::get<T>(from);
  if (fresh) ::new (static_cast<void *>(&plain)) T(std::move(value));
  else if constexpr (owns<T>) ::new (static_cast<void *>(&plain)) T(std::move(value));  // what it pointed to lives on
  else plain = std::move(value);
  }
}

#ifdef REWARD_LINKED
// What the program frees or deletes stays as it is, where the tests know it: the linker's --wrap=free.
extern "C" {
void reward_free_at_last_(void *) __asm__("__real_free");
__attribute__((used)) inline void reward_wrapped_free_(void *) __asm__("__wrap_free");
inline void reward_wrapped_free_(void *at) {
  if (!lasting().count(at)) reward_free_at_last_(at);
}
}
#endif

#endif
