// References to what the program's objects hold: part of wire.hpp, inside its namespace.
// The tests have a copy of each; what they write into one is sent before the next call.
#ifndef REWARD_SHARED
#define REWARD_SHARED

template <class T> struct Shared { T *at; };

#ifdef REWARD_TESTS
struct Copy {
  std::uint64_t number;
  void *at;
  Bytes seen;
  void (*put)(Bytes &, void *);
};
enum : std::size_t { MOST_COPIES = 256 };
inline std::vector<Copy> copies;

template <class T> struct Codec<Shared<T>> {
  static void put_copy(Bytes &to, void *at) { reward_wire::put<T>(to, *static_cast<T *>(at)); }
  static Shared<T> get(Reader &from) {
    auto number = reward_wire::get<std::uint64_t>(from);
    T value = reward_wire::get<T>(from);
    Bytes seen;
    put_copy(seen, &value);
    for (auto &copy : copies)
      if (copy.number == number && copy.put == put_copy) {
        copy.seen = seen;
        *static_cast<T *>(copy.at) = std::move(value);
        return {static_cast<T *>(copy.at)};
      }
    if (copies.size() == MOST_COPIES) copies.erase(copies.begin());
    copies.push_back({number, new T(std::move(value)), seen, put_copy});
    return {static_cast<T *>(copies.back().at)};
  }
};

// Writes that the program has not seen yet, each as one message.
inline void send_writes() {
  for (auto &copy : copies) {
    Bytes now, message(1, ASKED);
    copy.put(now, copy.at);
    if (now == copy.seen) continue;
    put_count(message, WRITE);
    put_count(message, copy.number);
    message += copy.seen = now;
    if (!send(message) || !receive(message)) stop(GONE, "the other side ended");
  }
}
#else
struct Place {
  void *at;
  void (*get)(Reader &, void *);
};
inline std::vector<Place> shown;

template <class T> struct Codec<Shared<T>> {
  static void get_place(Reader &from, void *at) { *static_cast<T *>(at) = reward_wire::get<T>(from); }
  static void put(Bytes &to, const Shared<T> &value) {
    std::size_t i = 0;
    while (i < shown.size() && (shown[i].at != value.at || shown[i].get != get_place)) i++;
    if (i == shown.size()) shown.push_back({value.at, get_place});
    put_count(to, i);
    reward_wire::put<T>(to, *value.at);
  }
};
template <class T> Shared<T> shared(T &value) { return {&value}; }

inline void take_write(Reader &from) {
  auto number = get<std::uint64_t>(from);
  if (number < shown.size()) shown[number].get(from, shown[number].at);
}
#endif

#endif
