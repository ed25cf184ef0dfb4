// Preloaded into the process under test: at the FAULT_AT-th call that writes, synchronises, renames or removes, the process dies or
// the call fails. FAULT_MODE is kill-before, kill-after, EIO, ENOSPC, or FULL: ENOSPC for
// a fifth of a second, until somebody has made room.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long at = -1;
static const char *mode = "";
static atomic_long full_since;

__attribute__((constructor)) static void start(void) {
    const char *number = getenv("FAULT_AT");
    if (number) at = atol(number);
    if (getenv("FAULT_MODE")) mode = getenv("FAULT_MODE");
}

// How many calls there were: the process prints it at its end, so that the harness knows where to stop.
long fault_calls(void) { return atomic_load(&calls); }

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

// 0 when the call goes ahead, else the error that it fails with; *after says whether to die behind it.
static int meet(int *after) {
    long call = atomic_fetch_add(&calls, 1) + 1;
    *after = 0;
    if (at < 0 || call < at) return 0;
    if (call == at) {
        if (!strcmp(mode, "kill-before")) die();
        if (!strcmp(mode, "kill-after")) { *after = 1; return 0; }
        if (!strcmp(mode, "EIO")) return EIO;
        if (!strcmp(mode, "ENOSPC")) return ENOSPC;
    }
    if (!strcmp(mode, "FULL")) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        long moment = now.tv_sec * 1000 + now.tv_nsec / 1000000, none = 0;
        atomic_compare_exchange_strong(&full_since, &none, moment);
        if (moment < atomic_load(&full_since) + 200) return ENOSPC;
    }
    return 0;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define GUARD(failure, call) \
    int after, error = meet(&after); \
    if (error) { errno = error; return failure; } \
    __auto_type result = call; \
    if (after) die(); \
    return result

ssize_t write(int fd, const void *data, size_t size) { REAL(write); GUARD(-1, real(fd, data, size)); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t to) { REAL(pwrite); GUARD(-1, real(fd, data, size, to)); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t to) { REAL(pwrite64); GUARD(-1, real(fd, data, size, to)); }
int fsync(int fd) { REAL(fsync); GUARD(-1, real(fd)); }
int fdatasync(int fd) { REAL(fdatasync); GUARD(-1, real(fd)); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); GUARD(-1, real(fd, size)); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); GUARD(-1, real(fd, size)); }
int rename(const char *from, const char *to) { REAL(rename); GUARD(-1, real(from, to)); }
int unlink(const char *path) { REAL(unlink); GUARD(-1, real(path)); }
int mkdir(const char *path, mode_t bits) { REAL(mkdir); GUARD(-1, real(path, bits)); }

int open(const char *path, int flags, ...) {
    REAL(open);
    mode_t bits = 0;
    if (flags & O_CREAT) { va_list list; va_start(list, flags); bits = va_arg(list, mode_t); va_end(list); }
    // Reading is no part of a commit.
    if ((flags & O_ACCMODE) == O_RDONLY) return real(path, flags, bits);
    GUARD(-1, real(path, flags, bits));
}
int open64(const char *path, int flags, ...) {
    REAL(open64);
    mode_t bits = 0;
    if (flags & O_CREAT) { va_list list; va_start(list, flags); bits = va_arg(list, mode_t); va_end(list); }
    if ((flags & O_ACCMODE) == O_RDONLY) return real(path, flags, bits);
    GUARD(-1, real(path, flags, bits));
}
