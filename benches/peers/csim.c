/* A plain cache simulator, as good students hand one in: one level, LRU by a counter, the trace read line by line, fetches skipped.
   csim SETBITS WAYS BLOCKBITS TRACE; what it prints is what the cache lab asks for. */
#include <stdio.h>
#include <stdlib.h>

struct line {
  int valid;
  unsigned long tag, used;
};

static struct line *lines;
static int s, E, b;
static unsigned long now, hits, misses, evictions;

static void use(unsigned long address) {
  unsigned long set = address >> b & ((1UL << s) - 1), tag = address >> (s + b);
  struct line *first = lines + set * E, *victim = first;
  now++;
  for (struct line *line = first; line < first + E; line++) {
    if (line->valid && line->tag == tag) {
      hits++;
      line->used = now;
      return;
    }
  }
  misses++;
  for (struct line *line = first; line < first + E; line++) {
    if (!line->valid) {
      victim = line;
      break;
    }
    if (line->used < victim->used)
      victim = line;
  }
  evictions += victim->valid;
  *victim = (struct line){1, tag, now};
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: csim SETBITS WAYS BLOCKBITS TRACE\n");
    return 2;
  }
  s = atoi(argv[1]), E = atoi(argv[2]), b = atoi(argv[3]);
  lines = calloc((1UL << s) * E, sizeof *lines);
  FILE *trace = fopen(argv[4], "r");
  if (!lines || !trace) {
    perror(argv[4]);
    return 1;
  }
  char text[256], op;
  unsigned long address;
  int size;
  while (fgets(text, sizeof text, trace)) {
    if (text[0] != ' ' || sscanf(text, " %c %lx,%d", &op, &address, &size) != 3)
      continue;
    use(address);
    if (op == 'M')
      use(address);
  }
  printf("hits:%lu misses:%lu evictions:%lu\n", hits, misses, evictions);
}
