// Messages, each with its length before it, and how one is read: part of wire.hpp, inside its namespace.
#ifndef REWARD_MESSAGES
#define REWARD_MESSAGES

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

#endif
