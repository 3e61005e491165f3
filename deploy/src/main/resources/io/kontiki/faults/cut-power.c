/*
 * cut-power DIRECTORY FLAGS: shuts the ext4 file system of a directory down at once, as a power cut would.
 * FLAGS: 0 all is written first, 1 the journal is, 2 nothing is.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)

int main(int argc, char **argv) {
    uint32_t flags = argc == 3 ? (uint32_t)atoi(argv[2]) : 0;
    int directory = argc == 3 ? open(argv[1], O_RDONLY) : -1;
    if (directory < 0 || ioctl(directory, EXT4_IOC_SHUTDOWN, &flags) != 0) {
        perror("cut-power");
        return 1;
    }
    return 0;
}
