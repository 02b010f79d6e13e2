// Exceptions on their way from one side to the other: part of wire.hpp, inside its namespace.
#ifndef REWARD_EXCEPTIONS
#define REWARD_EXCEPTIONS

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
inline int (*own_exception)(const std::exception &, std::uint64_t &) = nullptr;
inline void (*throw_own)(int, std::uint64_t, const Bytes &) = nullptr;

#endif
