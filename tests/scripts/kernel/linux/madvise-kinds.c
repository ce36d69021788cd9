/* Prints how madvise(2) answers each advice on areas of eight kinds. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
    const char *kinds[] = {"anonymous", "shared", "private-file", "shared-file", "locked", "none", "read-only", "hole"};
    char name[] = "/tmp/madvise-kinds-XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    ftruncate(fd, 16384);
    for (int advice = 0; advice <= 101; advice++) {
        printf("%d:", advice);
        for (int kind = 0; kind < 8; kind++) {
            int prot = kind == 5 ? PROT_NONE : kind == 6 ? PROT_READ : PROT_READ | PROT_WRITE;
            int flags = kind == 1 || kind == 3 ? MAP_SHARED : MAP_PRIVATE;
            int file = kind == 2 || kind == 3;
            char *p = mmap(NULL, 16384, prot, flags | (file ? 0 : MAP_ANONYMOUS) | (kind == 4 ? MAP_LOCKED : 0), file ? fd : -1, 0);
            if (kind < 5) p[0] = 7;
            if (kind == 7) munmap(p + 4096, 4096);
            int failed = madvise(p, kind == 7 ? 16384 : 8192, advice);
            printf(" %s=%s", kinds[kind], failed ? strerrorname_np(errno) : "0");
            munmap(p, 16384);
        }
        puts("");
    }
}
