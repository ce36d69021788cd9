/* Performs the allocations on standard input, one a line, and prints the result and the break after each of them.
 *
 *   m SIZE         malloc
 *   c COUNT SIZE   calloc
 *   r BLOCK SIZE   realloc, where BLOCK is the number of an earlier line, counted from 0
 *   f BLOCK        free
 *   s BYTES        sbrk
 *
 * The program itself allocates nothing. Areas lie below the shared libraries, as in a process without libraries. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char input[1 << 20], output[1 << 20];
static void *blocks[1 << 16];

/* Maps what is free between the shared libraries and directly above them, where an area could lie otherwise. */
static void fill_gaps(void) {
    static char maps[1 << 16];
    size_t have = 0;
    ssize_t got;
    int file = open("/proc/self/maps", O_RDONLY);
    while ((got = read(file, maps + have, sizeof maps - 1 - have)) > 0) have += got;
    close(file);
    uintptr_t libraries = (uintptr_t)sbrk(0) + (1ul << 32), above = 0;
    for (char *at = maps; at && *at; at = strchr(at, '\n'), at += at != NULL) {
        uintptr_t start = strtoul(at, &at, 16), end = strtoul(at + 1, &at, 16), room = start - above;
        if (above > libraries)
            mmap((void *)above, room < 16 << 20 ? room : 16 << 20, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        above = end;
        if (strstr(at, "[stack]") && strstr(at, "[stack]") < strchr(at, '\n')) break;
    }
}

int main(void) {
    size_t have = 0, wrote = 0, line = 0;
    ssize_t got;
    fill_gaps();
    while ((got = read(0, input + have, sizeof input - 1 - have)) > 0) have += got;
    wrote += snprintf(output, sizeof output, "%lu\n", (unsigned long)sbrk(0));
    for (char *at = input; *at; line++) {
        char kind = *at++;
        long first = strtol(at, &at, 10), second = kind == 'c' || kind == 'r' ? strtol(at, &at, 10) : 0;
        void *result = NULL;
        switch (kind) {
        case 'm': result = malloc(first); break;
        case 'c': result = calloc(first, second); break;
        case 'r': result = realloc(blocks[first], second); break;
        case 'f': free(blocks[first]); break;
        case 's': result = sbrk(first); break;
        }
        blocks[line] = result;
        while (*at == '\n') at++;
        wrote += snprintf(output + wrote, sizeof output - wrote, "%lu %lu\n", (unsigned long)result, (unsigned long)sbrk(0));
    }
    for (size_t done = 0; done < wrote;) done += write(1, output + done, wrote - done);
    return 0;
}
