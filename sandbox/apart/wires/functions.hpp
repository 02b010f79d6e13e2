// Functions that one side gives the other: part of wire.hpp, inside its namespace.
// A function stays where it is and has a number there; the other side has a `FarFunction` of it, which asks.
#ifndef REWARD_FUNCTIONS
#define REWARD_FUNCTIONS

struct Served { virtual void run(Reader &, Bytes &) = 0; };
inline std::vector<Served *> given;

struct Numbered { std::uint64_t number; };
template <class R, class Key, class... S> R call(Key key, const S &...sent);
template <class A, class = void> struct Sent;
template <class F, class... A> struct Call;

template <class T> struct FarFunction;
template <class R, class... A> struct FarFunction<R(A...)> {
  std::uint64_t number;
  R operator()(A... a) const { return call<R>(Numbered{number}, Sent<A>{a}...); }
};

// What a callable takes and returns, and what stands for it on the other side: itself if it is none.
template <class T> struct Signature;
template <class R, class... A> struct Signature<R (*)(A...)> { using far = FarFunction<R(A...)>; template <class F> using local = Call<F, A...>; };
template <class C, class R, class... A> struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};
template <class C, class R, class... A> struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <class C, class R, class... A> struct Signature<R (C::*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class C, class R, class... A> struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {};

template <class T, class = void> struct Callable { static constexpr bool is = false; using far = T; };
template <class R, class... A> struct Callable<R (*)(A...)> : Signature<R (*)(A...)> { static constexpr bool is = true; };
template <class T> struct Callable<T, std::void_t<decltype(&T::operator())>> : Signature<decltype(&T::operator())> {
  static constexpr bool is = true;
};
template <class T> using Norm = typename Callable<std::decay_t<T>>::far;

template <class T> void put_function(Bytes &to, const T &value) {
  put_count(to, given.size());
  given.push_back(new typename Callable<T>::template local<T>(value));
}
inline std::uint64_t get_number(Reader &from) {
  std::uint64_t number;
  from.take(&number, sizeof number);
  return number;
}

template <class T, class = void> constexpr bool is_function = false;
template <template <class> class F, class R, class... A> constexpr bool is_function<F<R(A...)>> = true;

template <class T> struct Codec<T, std::enable_if_t<Callable<T>::is && !std::is_pointer_v<T> && !is_function<T> && !is_kept<T> && !is_fields<T>>> {
  static void put(Bytes &to, const T &value) {
    to.push_back(1);
    put_function(to, value);
  }
};
template <template <class> class F, class R, class... A> struct Codec<F<R(A...)>> {
  using T = F<R(A...)>;
  static void put(Bytes &to, const T &value) {
    if constexpr (std::is_constructible_v<bool, const T &>) {
      to.push_back(static_cast<bool>(value));
      if (!value) return;
    } else to.push_back(1);
    put_function(to, value);
  }
  static T get(Reader &from) {
    if (!reward_wire::get<bool>(from)) return T();
    return T(FarFunction<R(A...)>{get_number(from)});
  }
};


// Function pointers carry nothing but themselves: each of a signature's slots asks for one number.
template <class S> using FarPointer = S *;
template <class S> struct Slots;
template <class R, class... A> struct Slots<R(A...)> {
  using P = R (*)(A...);
  enum { COUNT = 32 };
  static inline std::uint64_t numbers[COUNT];
  static inline std::size_t used = 0;
  static inline std::unordered_map<P, std::uint64_t> ours;
  template <std::size_t I> static R ask(A... a) { return call<R>(Numbered{numbers[I]}, Sent<A>{a}...); }
  template <std::size_t... I> static P pick(std::size_t at, std::index_sequence<I...>) {
    static constexpr P all[] = {ask<I>...};
    return all[at];
  }
  static P at(std::uint64_t number) {
    std::size_t i = 0;
    while (i < used && numbers[i] != number) i++;
    if (i == COUNT) throw Garbled{};
    if (i == used) numbers[used++] = number;
    return pick(i, std::make_index_sequence<COUNT>{});
  }
};
template <class R, class... A> struct Codec<R (*)(A...)> {
  using P = R (*)(A...);
  static void put(Bytes &to, P value) {
    to.push_back(value != nullptr);
    if (!value) return;
    auto known = Slots<R(A...)>::ours.try_emplace(value, given.size());
    if (known.second) given.push_back(new Call<P, A...>(value));
    put_count(to, known.first->second);
  }
  static P get(Reader &from) { return reward_wire::get<bool>(from) ? Slots<R(A...)>::at(get_number(from)) : nullptr; }
};
template <class T> constexpr bool is_pointer_to_data = std::is_pointer_v<T> && !std::is_function_v<std::remove_pointer_t<T>>;

#endif
