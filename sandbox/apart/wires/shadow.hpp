// What the C compiler writes down of the tests' variables, so that it is known how long an array is:
// the calls that `-fsanitize=kernel-address` makes, none of which checks anything here.
// After https://www.kernel.org/doc/html/latest/dev-tools/kasan.html, "Implementation details".
#ifndef REWARD_SHADOW
#define REWARD_SHADOW

extern "C" {
void *reward_map_(void *, unsigned long, int, int, int, long) __asm__("mmap");

struct RewardVariable {
  std::uintptr_t at, size, full;
  const char *names[2];
  std::uintptr_t rest[3];
};

void reward_no_return_() __asm__("__asan_handle_no_return");
void reward_no_return_() {}
void reward_unregister_(RewardVariable *, std::size_t) __asm__("__asan_unregister_globals");
void reward_unregister_(RewardVariable *, std::size_t) {}
void reward_before_(const char *) __asm__("__asan_before_dynamic_init");
void reward_before_(const char *) {}
void reward_after_() __asm__("__asan_after_dynamic_init");
void reward_after_() {}
#define REWARD_ACCESS(size)                                                        \
  void reward_load##size##_(void *) __asm__("__asan_load" #size "_noabort");       \
  void reward_load##size##_(void *) {}                                             \
  void reward_store##size##_(void *) __asm__("__asan_store" #size "_noabort");     \
  void reward_store##size##_(void *) {}
REWARD_ACCESS(1) REWARD_ACCESS(2) REWARD_ACCESS(4) REWARD_ACCESS(8) REWARD_ACCESS(16) REWARD_ACCESS(N)
#undef REWARD_ACCESS
void reward_register_(RewardVariable *, std::size_t) __asm__("__asan_register_globals");
void reward_poison_(std::uintptr_t, std::size_t) __asm__("__asan_alloca_poison");
void reward_unpoison_(std::uintptr_t, std::uintptr_t) __asm__("__asan_allocas_unpoison");

static signed char *reward_shadow_of_(std::uintptr_t at) { return reinterpret_cast<signed char *>(reward_wire::SHADOW + (at >> 3)); }

void reward_register_(RewardVariable *all, std::size_t count) {
  for (auto one = all; one < all + count; one++)
    for (std::uintptr_t i = 0; i < one->full; i += 8)
      *reward_shadow_of_(one->at + i) = i + 8 <= one->size ? 0 : i < one->size ? static_cast<signed char>(one->size - i) : -7;
}
void reward_poison_(std::uintptr_t at, std::size_t size) {
  if (size % 8) *reward_shadow_of_(at + size) = static_cast<signed char>(size % 8);
  *reward_shadow_of_((at + size + 7) & ~7ul) = -53;
}
void reward_unpoison_(std::uintptr_t from, std::uintptr_t to) {
  for (auto at = from; from && at < to; at += 8) *reward_shadow_of_(at) = 0;
}
}

static void reward_cover_(std::uintptr_t from, std::uintptr_t to) {
  std::uintptr_t start = (reward_wire::SHADOW + (from >> 3)) & ~4095ul, end = (reward_wire::SHADOW + (to >> 3) + 4095) & ~4095ul;
  void *at = reinterpret_cast<void *>(start);
  if (reward_map_(at, end - start, 3, 0x4032, -1, 0) != at) reward_wire::stop(reward_wire::UNSPLIT, "no room for a shadow");
}
static void reward_map_shadow_() {
  reward_wire::stack_top = (reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + (1 << 20)) & ~4095ul;
  reward_cover_(reward_wire::IMAGE, reinterpret_cast<std::uintptr_t>(reward_end_));
  reward_cover_(reward_wire::stack_top - reward_wire::STACK, reward_wire::stack_top);
}
__attribute__((section(".preinit_array"), used)) static void (*const reward_first_)() = reward_map_shadow_;

extern "C" {
void *reward_new_(std::size_t size) { return reward_wire::track(reward_malloc_(size), size); }
void *reward_zero_(std::size_t count, std::size_t size) { return reward_wire::track(reward_calloc_(count, size), count * size); }
void *reward_more_(void *old, std::size_t size) {
  auto &all = reward_wire::allocated();
  auto known = all.find(reinterpret_cast<std::uintptr_t>(old));
  auto made = static_cast<char *>(reward_new_(size));
  std::size_t kept = known == all.end() ? 0 : known->second;
  if (made && old) __builtin_memcpy(made, old, kept < size ? kept : size);
  return made;
}
char *reward_copy_(const char *text) {
  std::size_t size = __builtin_strlen(text) + 1;
  return static_cast<char *>(__builtin_memcpy(reward_new_(size), text, size));
}
}

#endif
