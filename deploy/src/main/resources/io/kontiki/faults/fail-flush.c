/*
 * To be preloaded: lets flushes fail, on wish. Once the file named by FAIL_FLUSH_WISH is there, the next fsync or
 * fdatasync of a file whose path begins with that file's content fails with EIO, and the file is deleted: the flush
 * after it is a true one again, as it is on Linux, which forgets the pages that it could not write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

static int must_fail(int fd) {
    const char *wish = getenv("FAIL_FLUSH_WISH");
    char prefix[PATH_BYTES], link[64], path[PATH_BYTES];
    if (wish == NULL || access(wish, R_OK) != 0) {
        return 0;
    }
    int file = open(wish, O_RDONLY);
    if (file < 0) {
        return 0;
    }
    ssize_t length = read(file, prefix, sizeof prefix);
    close(file);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t path_length = readlink(link, path, sizeof path);
    if (length <= 0 || path_length < length || strncmp(prefix, path, (size_t)length) != 0) {
        return 0;
    }
    return unlink(wish) == 0; /* only one of several threads gets it */
}

int fsync(int fd) {
    if (must_fail(fd)) {
        errno = EIO;
        return -1;
    }
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return next(fd);
}

int fdatasync(int fd) {
    if (must_fail(fd)) {
        errno = EIO;
        return -1;
    }
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return next(fd);
}
