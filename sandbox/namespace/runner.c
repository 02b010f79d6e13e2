/* Takes power away from itself and becomes a program: what `lockdown.Lock` and `execute.Entry` do
   in a forked Python, for 0.7 ms of CPU instead of 2. Started with a filter on descriptor 3 as

       runner CPU_S MEMORY FILE DATA STACK UID WIRES PROGRAM ARGUMENT...

   in bytes, -1 for no limit; UID -1: keep it, and drop capabilities instead. WIRES: 1 where the
   program is to have as its descriptor 3 what is 4 here, else 0.

   No C library: what it does at the start of each process (glibc asks the processor for its features,
   which a virtual machine answers slowly) costs as much as all that is done here.

   The filter lets one execve pass: the one whose path lies at a random address that only this
   process knows, and that is gone once the program has replaced it. */

#include <asm/unistd.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/seccomp.h>
#include <stdint.h>

enum { CPU = 1, MEMORY, FILE_SIZE, DATA, STACK, UID, WIRES, PROGRAM };
enum { FILTER = 3, MAX_INSTRUCTIONS = 1024, MAX_PATH = 4096, NOT_STARTED = 127 };

/* What `seccomp.ADDRESS_MARK` puts where the address belongs. */
static const uint32_t LOW_MARK = 0x55667788, HIGH_MARK = 0x11223344;

#if defined(__x86_64__)
__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long fourth __asm__("r10") = d, fifth __asm__("r8") = e, sixth __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start: mov x0, sp\n bl begin\n");

static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long which __asm__("x8") = number, first __asm__("x0") = a, second __asm__("x1") = b;
  register long third __asm__("x2") = c, fourth __asm__("x3") = d, fifth __asm__("x4") = e;
  register long sixth __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(first)
                   : "r"(which), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "memory");
  return first;
}
#endif

#define FIRST_SIX(n, a, b, c, d, e, f, ...) \
  call(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL(...) FIRST_SIX(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

static long length(const char *text) {
  long size = 0;
  while (text[size]) size++;
  return size;
}

__attribute__((noreturn)) static void die(const char *what, long result) {
  char number[] = ": error 000\n";
  for (long at = 10, left = -result; at > 7; at--, left /= 10) number[at] = (char)('0' + left % 10);
  CALL(write, 2, what, length(what));
  CALL(write, 2, number, sizeof number - 1);
  for (;;) CALL(exit_group, NOT_STARTED);
}

static void check(const char *what, long result) {
  if (result < 0) die(what, result);
}

static long long parsed(const char *text) {
  long long value = 0;
  const char *digit = text + (*text == '-');
  for (; *digit; digit++) value = value * 10 + (*digit - '0');
  return *text == '-' ? -value : value;
}

static void limit(int what, const char *text) {
  long long value = parsed(text);
  struct rlimit64 both = {(uint64_t)value, (uint64_t)value};
  if (value >= 0) check("prlimit64", CALL(prlimit64, 0, what, &both));
}

static void change_identity(const char *text) {
  long uid = (long)parsed(text);
  if (uid >= 0) {
    check("setresgid", CALL(setresgid, uid, uid, uid));
    check("setresuid", CALL(setresuid, uid, uid, uid));
    return;
  }
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  static const struct __user_cap_data_struct none[2];
  check("capset", CALL(capset, &header, none));
}

/* A copy of the path, at an address of 35 random bits. */
static char *hide(const char *path) {
  uint64_t random = 0;
  if (CALL(getrandom, &random, sizeof random) != sizeof random) die("getrandom", 0);
  uint64_t wanted = ((random >> 29) << 12) | (1ULL << 32);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  long place = CALL(mmap, wanted, MAX_PATH, PROT_READ | PROT_WRITE, flags, -1);
  check("mmap", place);
  volatile char *page = (volatile char *)place; /* or the loop would become a call of memcpy */
  for (long at = 0; path[at] && at < MAX_PATH - 1; at++) page[at] = path[at];
  return (char *)place;
}

static void install_filter(const char *path, int wires) {
  static struct sock_filter code[MAX_INSTRUCTIONS];
  long size = CALL(pread64, FILTER, code, sizeof code);
  if (size <= 0 || size % (long)sizeof *code) die("filter", size);
  long count = size / (long)sizeof *code;
  for (long i = 0; i < count; i++) {
    if (code[i].k == LOW_MARK) code[i].k = (uint32_t)(uintptr_t)path;
    if (code[i].k == HIGH_MARK) code[i].k = (uint32_t)((uintptr_t)path >> 32);
  }
  struct sock_fprog program = {(unsigned short)count, code};
  CALL(close, FILTER);
  if (wires) {
    check("wire", CALL(dup3, FILTER + 1, FILTER));
    check("wire", CALL(close, FILTER + 1));
  }
  check("no_new_privs", CALL(prctl, PR_SET_NO_NEW_PRIVS, 1));
  check("seccomp", CALL(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

__attribute__((noreturn, used)) static void begin(long *stack) {
  long count = *stack;
  char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
  if (count <= PROGRAM) die("arguments", 0);
  char *path = hide(arguments[PROGRAM]);
  int wires = *arguments[WIRES] == '1';
  check("close_range", CALL(close_range, FILTER + 1 + wires, ~0U));
  CALL(setsid);
  limit(RLIMIT_CPU, arguments[CPU]);
  limit(RLIMIT_AS, arguments[MEMORY]);
  limit(RLIMIT_FSIZE, arguments[FILE_SIZE]);
  limit(RLIMIT_DATA, arguments[DATA]);
  limit(RLIMIT_STACK, arguments[STACK]);
  check("chdir", CALL(chdir, "/tmp"));
  change_identity(arguments[UID]);
  install_filter(path, wires);
  die("execve", CALL(execve, path, arguments + PROGRAM, environment));
}
