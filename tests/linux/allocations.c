/* Performs the allocations on standard input, one a line, and prints the result and the break after each of them.
 *
 *   m SIZE         malloc
 *   c COUNT SIZE   calloc
 *   r BLOCK SIZE   realloc, where BLOCK is the number of an earlier line, counted from 0
 *   f BLOCK        free
 *   s BYTES        sbrk
 *
 * The program itself allocates nothing. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char input[1 << 20], output[1 << 20];
static void *blocks[1 << 16];

int main(void) {
    size_t have = 0, wrote = 0, line = 0;
    ssize_t got;
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
