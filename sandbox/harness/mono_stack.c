/* Loaded before Mono's own libraries. Mono asks glibc for the bounds of its first stack, which glibc
   looks up in /proc/self/maps, and sets priorities. Here is no /proc and no leave to set any: the
   bounds follow from where the stack ends and how large it may get, and priorities are ignored. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

extern void *__libc_stack_end;

/* Arguments and environment, which lie above the end. */
static const unsigned long ABOVE = 65536;

int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes) {
  int (*next)(pthread_t, pthread_attr_t *) = dlsym(RTLD_NEXT, "pthread_getattr_np");
  if (getpid() != gettid() || !pthread_equal(thread, pthread_self())) return next(thread, attributes);
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit)) return -1;
  unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
  unsigned long size = (limit.rlim_cur - ABOVE) & -page;
  unsigned long end = ((unsigned long)__libc_stack_end + page) & -page;
  pthread_attr_init(attributes);
  return pthread_attr_setstack(attributes, (void *)(end - size), size);
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *wanted) {
  (void)thread, (void)policy, (void)wanted;
  return 0;
}
