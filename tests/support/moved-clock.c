/*
 * A clock that a test moves while a process runs: preloaded, it adds what stands in a file to the time of day, and leaves alone what measures
 * spans. Of Redis, since libfaketime cannot be: jemalloc asks for the time before that library is ready. Needs no header and no library.
 */
struct timespec { long sec; long nsec; };
struct timeval { long sec; long usec; };
extern long syscall(long number, ...);
extern char *getenv(const char *name);

#if defined(__x86_64__)
enum { CLOCK_GETTIME = 228, OPENAT = 257, MMAP = 9 };
#elif defined(__aarch64__)
enum { CLOCK_GETTIME = 113, OPENAT = 56, MMAP = 222 };
#else
#error no such machine
#endif

static volatile long *ahead; /* ms */

static long now_ahead(void) {
  if (!ahead) {
    const char *path = getenv("MOVED_CLOCK");
    if (!path) return 0;
    long file = syscall(OPENAT, -100L, path, 0L, 0L);
    if (file < 0) return 0;
    long at = syscall(MMAP, 0L, 8L, 1L /* read */, 1L /* shared */, file, 0L);
    if (at == -1) return 0;
    ahead = (volatile long *)at;
  }
  return *ahead;
}

int clock_gettime(int clock, struct timespec *out) {
  long failed = syscall(CLOCK_GETTIME, (long)clock, out);
  /* CLOCK_REALTIME and its coarse kind. */
  if (!failed && (clock == 0 || clock == 5)) {
    long ms = now_ahead();
    out->sec += ms / 1000;
    out->nsec += ms % 1000 * 1000000;
    if (out->nsec >= 1000000000) { out->sec += 1; out->nsec -= 1000000000; }
    if (out->nsec < 0) { out->sec -= 1; out->nsec += 1000000000; }
  }
  return (int)failed;
}

int gettimeofday(struct timeval *out, void *zone) {
  struct timespec at;
  (void)zone;
  clock_gettime(0, &at);
  if (out) { out->sec = at.sec; out->usec = at.nsec / 1000; }
  return 0;
}

long time(long *out) {
  struct timespec at;
  clock_gettime(0, &at);
  if (out) *out = at.sec;
  return at.sec;
}
