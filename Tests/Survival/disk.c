// A disk that is slow or fails, in front of the C library: loaded by LD_PRELOAD, for the scripts beside it.
//
// Counts the calls that write below DISK_DIRECTORY, in their order: open to write, write, fsync, rename, symlink, unlink.
//   DISK_DELAY_MS     each of them takes so much longer
//   DISK_FAIL_AT      the call of this number (from 1) fails
//   DISK_FAIL_COUNT   so do this many from there on (1; 0 for all)
//   DISK_FAIL_ERRNO   with this error
//   DISK_LOG          a line for each call: its number and its name
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static long number(const char *name, long fallback) {
  const char *text = getenv(name);
  return text ? atol(text) : fallback;
}

static int is_below(const char *path) {
  const char *directory = getenv("DISK_DIRECTORY");
  // The lock is no part of a checkpoint.
  return directory && path && strncmp(path, directory, strlen(directory)) == 0 && !strstr(path, "run.lock");
}

static int is_open_below(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t count = readlink(link, path, sizeof path - 1);
  if (count <= 0) return 0;
  path[count] = 0;
  return is_below(path);
}

// Whether the call fails, with errno set.
static int fails(const char *name) {
  long call = atomic_fetch_add(&calls, 1) + 1;
  const char *log = getenv("DISK_LOG");
  if (log) {
    FILE *file = fopen(log, "a");
    if (file) {
      fprintf(file, "%ld %s\n", call, name);
      fclose(file);
    }
  }
  long delay = number("DISK_DELAY_MS", 0);
  struct timespec time = {delay / 1000, delay % 1000 * 1000000};
  if (delay) nanosleep(&time, NULL);
  long first = number("DISK_FAIL_AT", 0), count = number("DISK_FAIL_COUNT", 1);
  if (first == 0 || call < first || (count && call >= first + count)) return 0;
  errno = (int)number("DISK_FAIL_ERRNO", ENOSPC);
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (flags & O_CREAT && is_below(path) && fails("open")) return -1;
  return REAL(open)(path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (is_open_below(descriptor) && fails("write")) {
    // A full disk takes what it has room for.
    if (count > 1) REAL(write)(descriptor, bytes, count / 2);
    errno = (int)number("DISK_FAIL_ERRNO", ENOSPC);
    return -1;
  }
  return REAL(write)(descriptor, bytes, count);
}

int fsync(int descriptor) { return is_open_below(descriptor) && fails("fsync") ? -1 : REAL(fsync)(descriptor); }

int rename(const char *from, const char *to) { return is_below(to) && fails("rename") ? -1 : REAL(rename)(from, to); }

int symlink(const char *target, const char *path) {
  return is_below(path) && fails("symlink") ? -1 : REAL(symlink)(target, path);
}

int unlink(const char *path) { return is_below(path) && fails("unlink") ? -1 : REAL(unlink)(path); }
