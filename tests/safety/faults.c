/* Makes the N-th call that changes or reads files below one folder fail, in the process that it is loaded into.
 *
 * Loaded by LD_PRELOAD.  fault_arm says from when on calls are counted, which one fails, with what, and whether all
 * behind it do; fault_count says how many there were, also of a process that was forked off.  ENOSPC and EROFS meet
 * only the calls that they can meet; a close that fails has closed.
 *
 * With FAULT_CLOCK="N SECONDS" in the environment the clock of the day jumps by so many seconds each N readings, there
 * and back again; the clock that only counts does not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { MAKES, FILLS, TAKES_AWAY, DRESSES, CLOSES, READS };

struct plan {
    long at, count;
    int error, lasting, reading, armed;
    char below[PATH_MAX], last[64];
};
static struct plan *plan;

__attribute__((constructor)) static void begin(void) {
    plan = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void fault_arm(long at, int error, int lasting, int reading, const char *below) {
    plan->armed = below[0] != 0;
    if (!plan->armed) return; /* what was counted stays */
    plan->at = at, plan->error = error, plan->lasting = lasting, plan->reading = reading, plan->count = 0;
    snprintf(plan->below, sizeof plan->below, "%s", below);
    plan->last[0] = 0;
}
long fault_count(void) { return plan->count; }
const char *fault_last(void) { return plan->last; }

static int meets(enum kind kind) {
    if (plan->reading) return kind == READS;
    if (kind == READS) return 0;
    if (plan->error == ENOSPC) return kind == MAKES || kind == FILLS || kind == CLOSES;
    if (plan->error == EROFS) return kind == MAKES || kind == TAKES_AWAY || kind == DRESSES;
    return 1;
}

static int is_below(int folder, const char *path) {
    char whole[PATH_MAX * 2] = "", link[64];
    if (!path) return 0;
    if (path[0] != '/') {
        ssize_t got = -1;
        if (folder == AT_FDCWD) got = getcwd(whole, PATH_MAX) ? (ssize_t)strlen(whole) : -1;
        else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            got = readlink(link, whole, PATH_MAX - 1);
        }
        if (got < 0) return 0;
        whole[got] = '/', whole[got + 1] = 0;
    }
    strncat(whole, path, PATH_MAX - 1);
    return strncmp(whole, plan->below, strlen(plan->below)) == 0;
}

static int is_file_below(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t got = readlink(link, path, sizeof path - 1);
    if (got <= 0) return 0;
    path[got] = 0;
    return strncmp(path, plan->below, strlen(plan->below)) == 0;
}

static int fails(const char *name, enum kind kind) {
    long now = __atomic_add_fetch(&plan->count, 1, __ATOMIC_SEQ_CST);
    int hit = plan->at && (now == plan->at || (plan->lasting && now > plan->at));
    (void)kind;
    if (now == plan->at) snprintf(plan->last, sizeof plan->last, "%s", name);
    if (hit) errno = plan->error;
    return hit;
}

#define AT(folder, path, name, kind) (plan->armed && meets(kind) && is_below(folder, path) && fails(name, kind))
#define ON(file, name, kind) (plan->armed && meets(kind) && is_file_below(file) && fails(name, kind))
#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

#define OPENS(name, head, folder, ...)                                                        \
    int name(head const char *path, int flags, ...) {                                         \
        va_list more;                                                                         \
        va_start(more, flags);                                                                \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;               \
        va_end(more);                                                                         \
        int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;                      \
        if (AT(folder, path, #name, writes ? MAKES : READS)) return -1;                       \
        return ((int (*)())dlsym(RTLD_NEXT, #name))(__VA_ARGS__ path, flags, mode);           \
    }
#define COMMA ,
OPENS(open, , AT_FDCWD, )
OPENS(open64, , AT_FDCWD, )
OPENS(openat, int folder COMMA, folder, folder COMMA)
OPENS(openat64, int folder COMMA, folder, folder COMMA)

ssize_t write(int file, const void *data, size_t size) {
    if (ON(file, "write", FILLS)) return -1;
    return REAL(ssize_t, write, int, const void *, size_t)(file, data, size);
}
ssize_t writev(int file, const struct iovec *data, int count) {
    if (ON(file, "writev", FILLS)) return -1;
    return REAL(ssize_t, writev, int, const struct iovec *, int)(file, data, count);
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t place) {
    if (ON(file, "pwrite64", FILLS)) return -1;
    return REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(file, data, size, place);
}
ssize_t sendfile64(int to, int from, off64_t *place, size_t size) {
    if (ON(to, "sendfile64", FILLS)) return -1;
    return REAL(ssize_t, sendfile64, int, int, off64_t *, size_t)(to, from, place, size);
}
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t size, unsigned flags) {
    if (ON(to, "copy_file_range", FILLS)) return -1;
    return REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned)(from, a, to, b, size, flags);
}
ssize_t read(int file, void *data, size_t size) {
    if (ON(file, "read", READS)) return -1;
    return REAL(ssize_t, read, int, void *, size_t)(file, data, size);
}
int close(int file) {
    int flags = fcntl(file, F_GETFL);
    int hit = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && ON(file, "close", CLOSES);
    int done = REAL(int, close, int)(file);
    if (hit) errno = plan->error;
    return hit ? -1 : done;
}

static long each, jump, readings;

static long jumped(void) {
    if (!each) {
        const char *told = getenv("FAULT_CLOCK");
        if (!told || sscanf(told, "%ld %ld", &each, &jump) != 2 || each < 1) each = LONG_MAX;
    }
    return (__atomic_add_fetch(&readings, 1, __ATOMIC_SEQ_CST) / each) % 2 ? jump : 0;
}
int clock_gettime(clockid_t clock, struct timespec *told) {
    int done = REAL(int, clock_gettime, clockid_t, struct timespec *)(clock, told);
    if (!done && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) told->tv_sec += jumped();
    return done;
}
time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec, told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

#define FILE_CALL(name, kind, types, ...)                  \
    int name types {                                       \
        if (ON(file, #name, kind)) return -1;              \
        return ((int (*)())dlsym(RTLD_NEXT, #name))(__VA_ARGS__); \
    }
FILE_CALL(fsync, FILLS, (int file), file)
FILE_CALL(fdatasync, FILLS, (int file), file)
FILE_CALL(ftruncate64, FILLS, (int file, off64_t size), file, size)
FILE_CALL(fchmod, DRESSES, (int file, mode_t mode), file, mode)
FILE_CALL(futimens, DRESSES, (int file, const struct timespec times[2]), file, times)

#define PATH_CALL(name, kind, folder, types, ...)          \
    int name types {                                       \
        if (AT(folder, path, #name, kind)) return -1;      \
        return ((int (*)())dlsym(RTLD_NEXT, #name))(__VA_ARGS__); \
    }
PATH_CALL(mkdir, MAKES, AT_FDCWD, (const char *path, mode_t mode), path, mode)
PATH_CALL(mkdirat, MAKES, folder, (int folder, const char *path, mode_t mode), folder, path, mode)
PATH_CALL(rename, MAKES, AT_FDCWD, (const char *from, const char *path), from, path)
PATH_CALL(renameat, MAKES, folder, (int from, const char *name, int folder, const char *path), from, name, folder, path)
PATH_CALL(renameat2, MAKES, folder, (int from, const char *name, int folder, const char *path, unsigned flags), from, name, folder, path, flags)
PATH_CALL(link, MAKES, AT_FDCWD, (const char *from, const char *path), from, path)
PATH_CALL(linkat, MAKES, folder, (int from, const char *name, int folder, const char *path, int flags), from, name, folder, path, flags)
PATH_CALL(symlink, MAKES, AT_FDCWD, (const char *to, const char *path), to, path)
PATH_CALL(symlinkat, MAKES, folder, (const char *to, int folder, const char *path), to, folder, path)
PATH_CALL(unlink, TAKES_AWAY, AT_FDCWD, (const char *path), path)
PATH_CALL(unlinkat, TAKES_AWAY, folder, (int folder, const char *path, int flags), folder, path, flags)
PATH_CALL(rmdir, TAKES_AWAY, AT_FDCWD, (const char *path), path)
PATH_CALL(chmod, DRESSES, AT_FDCWD, (const char *path, mode_t mode), path, mode)
PATH_CALL(fchmodat, DRESSES, folder, (int folder, const char *path, mode_t mode, int flags), folder, path, mode, flags)
PATH_CALL(utimensat, DRESSES, folder, (int folder, const char *path, const struct timespec times[2], int flags), folder, path, times, flags)
