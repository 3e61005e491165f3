/*
 * To be preloaded: whoever asks the kernel for the id of this boot is told what the file named by OTHER_BOOT says, if
 * there is such a file. A file system whose power was cut and that is mounted again has lost what a boot would have
 * lost, though the kernel went on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*opener)(const char *, int, ...);

static int pass(const char *name, const char *path, int flags, mode_t mode) {
    const char *other = getenv("OTHER_BOOT");
    if (other != NULL && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0 && access(other, R_OK) == 0) {
        path = other;
    }
    return ((opener)dlsym(RTLD_NEXT, name))(path, flags, mode);
}

static mode_t mode_of(int flags, va_list rest) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return pass("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return pass("open64", path, flags, mode);
}
