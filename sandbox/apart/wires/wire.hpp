// Carries calls between a program and its tests, which are two processes: one header for both.
// Values travel as their bytes, containers as a count and their elements. What arrives is checked
// against what is left of the message, and is data and nothing else.
// No system header that declares names which programs like to take (index, link, read).
#ifndef REWARD_WIRE
#define REWARD_WIRE
#include <cstdint>
#ifdef REWARD_MEMORY
#include <map>
#endif
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
void *reward_break_(long) __asm__("sbrk");
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

#include "/box/messages.hpp"
#include "/box/values.hpp"
#include "/box/types.hpp"

enum : std::uint64_t { NAMED = ~std::uint64_t{0}, FUNCTION = NAMED - 1, WRITE = NAMED - 2 };
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

#include "/box/arguments.hpp"
#include "/box/shared.hpp"

#include "/box/exceptions.hpp"

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
#include "/box/objects.hpp"
#endif

template <class R, class F, class... H> void run_and_put(Bytes &to, F &&call, H &...held) {
  if constexpr (std::is_void_v<R>) call(held.pass()...);
#ifndef REWARD_TESTS
  else if constexpr (is_kept<bare<R>> && std::is_lvalue_reference_v<R>)
    put_count(to, number_of(const_cast<bare<R> *>(&call(held.pass()...))));
  else if constexpr (is_kept<bare<R>>) put_count(to, keep(new bare<R>(call(held.pass()...))));
#endif
  else if constexpr (is_pointer_to_data<R>) put_pointer(to, call(held.pass()...), held...);
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
#ifndef REWARD_TESTS
    if (index == WRITE) return take_write(from);
#endif
    LinkScope scope;
    if (index < entries) table[index]->run(from, reply);
  } catch (const std::exception &error) {
    put_thrown(reply, 0, error.what());
    put_exception(reply, 1, error, Known{});
    std::uint64_t number = 0;
    int own = own_exception ? own_exception(error, number) : -1;
    if (own < 0) return;
    reply[1] = static_cast<char>(OWN_EXCEPTION + own);
    put_count(reply, number);
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
  if (kind >= OWN_EXCEPTION && throw_own) throw_own(kind - OWN_EXCEPTION, get<std::uint64_t>(from), text);
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
  send_writes();
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
    } else if constexpr (is_pointer_to_data<R>) {
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
extern "C" __attribute__((used)) inline void reward_free_(void *at) {
#ifndef REWARD_MEMORY
  if (!reward_wire::lasting().count(at)) reward_real_free_(at);
#else
  (void)at;
#endif
}
#endif

#endif
