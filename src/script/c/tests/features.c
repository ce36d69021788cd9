#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
#include <assert.h>
#include <errno.h>
#include <unistd.h>
#include <limits.h>
#include <stddef.h>
#include <inttypes.h>
#define N 128
#undef N // of another size
#define N 64
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define AT(i, j) ((i) * WIDTH + (j))
#define WIDTH 4
#define SWAP(x, y) do { int t = x; x = y; y = t; } while (0)
#define TWICE(f) f(f(1))
#define SAY(text, n) \
  printf(text "=%d\n", n)
typedef struct { int x; char c; double d; } item;
struct node { int v; struct node *next; };
typedef union { int i; float f; unsigned char b[4]; } word;
union sizes { char c; short s[3]; int i; };
struct tree { int is_leaf; union { struct { struct tree *left, *right; }; double data; }; };
word first = { 0x01020304 }, words[2] = { { 1 }, { .f = 1.0f } };
union sizes last = { .i = 70000, .s = { 1, 2 } };
int g[3][4] = {{1,2},{3},5,6};
char msg[] = "hello";
long __attribute__((aligned(64))) wide[sizeof(char)], near;
static int far[2] __attribute__((__aligned__(256), unused)) = { 1, 2 };
__attribute__((noinline)) const char *own(void) { return __func__; }
int sparse[2][3] = { [1] = { [2] = 8 } };
char *names[] = {"ab", "cde", 0};
int fib(int n) { return n < 2 ? n : fib(n-1) + fib(n-2); }
item make(int x) { item i; i.x = x; i.c = 'q'; i.d = x / 2.0; return i; }
int sum(item i) { i.x++; return i.x + (int) i.d; }
void done(void) { printf("done\n"); }
enum color { RED, GREEN = 5, BLUE };
static int counter(void) { static int n = 10; return n++; }
void turn(int n, int m, int from[n][m], int to[m][n]) { for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) to[j][i] = from[i][j]; }
long rows(char n, unsigned m, short all[2][n][m], short (*one)[m], int last[n]) { return all[1][2][3] * 1000 + one[1][2] * 100 + (*one)[1] * 10 + last[n - 1] + *(all[0][n - 1] + m - 1) + (&one[2][1] - &one[1][0]); }
int old(s, n, at, c)
  char *s, c;
  int at[4];
{ return s[1] + n * 100 + at[1] + c; }
typedef struct { int k; } late;
static late put(int k) { late l = { k }; return l; }
int look(const late *l, volatile const late all[]) { return l->k + all[1].k; }
int main(void) {
  atexit(done);
  printf("%d %s %c %5d|%-5d|%05d %x %u %ld %p\n", fib(15), msg, 'z', 42, 42, 42, 255, -1, 123L, (void*)0);
  for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) printf("%d ", g[i][j]);
  printf("größe → %zu\n", strlen("é\n"));
  puts("");
  char *high = msg + 4; int *third = &g[1][2]; unsigned back = 3; unsigned short less = 2; size_t size = 4;
  printf("%d %ld %ld %ld %ld ", high - back < high, (long) (high - (high - back)), (long) (high - less - msg), (long) (high - size - msg), (long) (third - (third - back)));
  high -= back; third -= back; high--;
  printf("%ld %ld\n", (long) (high - msg), (long) (third - g[0]));
  late both[2] = { put(3), put(4) };
  printf("%d\n", look(both, both));
  assert(far[1] == 2);
  printf("%s %s %d %ld %ld %d %d\n", __func__, own(), getpagesize(), sysconf(_SC_PAGESIZE), sysconf(-1), (int) ((unsigned long) wide % 64 + (unsigned long) &near % 64), (int) ((unsigned long) far % 256));
  item a = make(7), b; b = a; b.x += 3;
  printf("%d %d %c %f %d\n", a.x, b.x, b.c, b.d, sum(b));
  struct node *head = NULL;
  for (int i = 0; i < 5; i++) { struct node *n = malloc(sizeof(struct node)); n->v = i; n->next = head; head = n; }
  for (struct node *n = head; n; n = n->next) printf("%d,", n->v);
  puts("");
  int k = 0; int *p = &k; *p += 5; (*p)++; printf("%d %d %d\n", k, *p, p[0]);
  switch (k) { case 1: puts("one"); case 6: puts("six"); case 7: puts("seven"); break; default: puts("def"); }
  unsigned char uc = 250; uc += 10; printf("%d %d\n", uc, (signed char)200);
  char buf[20]; strcpy(buf, "abc"); printf("%d %d %s\n", (int)strlen(buf), (int)sizeof buf, buf);
  for (char **q = names; *q; q++) printf("%s;", *q);
  int c1 = counter(), c2 = counter(); printf("%d %d %d %d\n", c1, c2, RED, BLUE);
  int i = 3, x = i++ * 2; printf("%d %d\n", i, x);
  do { i--; if (i == 3) continue; if (i == 1) break; } while (i > 0);
  printf("%d %d\n", i, 1 ? 2 : 3);
  int (*m)[4] = g; printf("%d %ld\n", m[1][0], (long)(&g[2][1] - &g[0][0]));
  float f = 0.1f; f += 0.2; printf("%f %d %d\n", f, f == 0.3f, (int) (f * 10));
  bool yes = 5; yes += 3; printf("%d %d\n", yes, (bool) 0.5);
  unsigned u = 3; printf("%d %d\n", u - 4 > 0, -1 < (int) u);
  short s = -7; s >>= 1; s %= 3; printf("%d %d %d\n", s, s / 2, -7 % 3);
  struct { int a[3]; item in; } nest = { { 1, 2 }, { 9, 'x', 0.5 } }, *np = &nest;
  printf("%d %d %c %f\n", np->a[1], np->a[2], np->in.c, nest.in.d);
  long l = 1L << 40; unsigned char byte = l >> 36; printf("%ld %d %x %o %X\n", l, byte, 255, 8, 48879);
  printf("%s|%8s|%-8s|%.2s|%c%%\n", "ab", "cd", "ef", "ghi", 65);
  printf("%5.3d|%+d|% d|%#x|%08.3f|%-8.2f|%4d %#X %hhd %hu\n", 7, 7, 7, 255, 3.14159, 2.5, 42, 254, 300, 70000);
  int grid[2][3][2], total = 0; for (int a = 0; a < 2; a++) for (int b = 0; b < 3; b++) for (int d = 0; d < 2; d++) grid[a][b][d] = a * 100 + b * 10 + d;
  for (int *q = &grid[0][0][0]; q < &grid[0][0][0] + 12; q++) total += *q;
  printf("%d %d %d\n", total, (int) sizeof grid[0], (int) (sizeof(item) + sizeof(struct node) + sizeof "abc"));
  int sw = 3, hits = 0; while (1) { switch (sw) { case 3: hits++; case 2: hits += 10; break; default: hits += 100; } if (--sw < 0) break; } printf("%d %d %d\n", hits, sparse[1][2], sparse[0][2]);
  int *zero = calloc(4, sizeof *zero), *set = malloc(16); memset(set, 1, 16); memcpy(zero + 1, set, 8); printf("%d %d %d %d\n", zero[0], zero[1], zero[3], strcmp("abc", "abd") < 0);
  free(zero); free(set);
  int comma = (k = 5, k + 1); comma <<= 2; comma |= 1; comma ^= 0xff; printf("%d %d %d\n", comma, ~comma, !comma);
  printf("a" "b" "\x41\101\t%d\n", '\n');
  int at[6] = { [2] = 5, 6, [0] = 1, [2] = 7 }, open[] = { [3] = 1, 2, [1] = 9 };
  for (int a = 0; a < 6; a++) printf("%d ", at[a]);
  printf("%d %d %d\n", (int) (sizeof open / sizeof open[0]), open[1], open[4]);
  struct { int x, y[2]; item in; } parts[2] = { [1] = { .in = { .c = 'd', .x = 2 }, .y = { 3, 4 }, .x = 1 } };
  printf("%d %d %d %d %c %f %d\n", parts[0].x, parts[1].x, parts[1].y[1], parts[1].in.x, parts[1].in.c, parts[1].in.d, parts[0].in.x);
  printf("[%*d] [%-*d] [%*d] [%.*s] [%*.*f] [%.*d] [%0*d]\n", 6, 42, 6, 42, -6, 42, 2, "abcdef", 8, 2, 3.14159, -1, 7, 5, 9);
  { typedef short tiny; enum shade { DARK = 3, LIGHT }; tiny t = (tiny) 70000; enum shade s = LIGHT; printf("%d %d\n", t, s); }
  { char to[16]; int n = sprintf(to, "%d-%s", 42, "x"); fprintf(stdout, "%s %d %d\n", to, n, fprintf(stderr, "no output\n")); }
  printf("%d %d %d %d\n", atoi(" 42x"), atoi("-7"), atoi("+8"), atoi("x"));
  { char b[16] = "ab", to[8]; strcat(b, "cde"); memset(to, 'x', 8); strncpy(to, b, 3); to[3] = 0; printf("%s %s\n", b, to);
    strncpy(to, "q", 8); for (int a = 0; a < 8; a++) printf("%d ", to[a]);
    char *d = strdup(b); d[0] = 'z'; printf("%s %s %d\n", d, b, strcmp(b, d) < 0); free(d); }
  printf("%d %d %d %d\n", strncmp("abc", "abd", 2), strncmp("abc", "abd", 3) < 0, memcmp("a\0b", "a\0c", 3) < 0, strncmp("ab", "ab", 5));
  errno = 0; printf("%d ", errno); errno = ENOMEM; printf("%d ", errno); { int e = (errno = 2) + 1; printf("%d %d\n", errno, e); }
  { int to[4][3], ends[] = { 1, 2, 3 }; short box[2][3][5] = { { { 0 }, { 0 }, { 0, 0, 0, 0, 4 } }, { { 0, 9 }, { 0, 5, 6 }, { 0, 0, 0, 7 } } };
    turn(3, 4, g, to); printf("%d %d %d %ld\n", to[0][1], to[1][0], to[3][2], rows(3, 5, box, box[1], ends)); }
  { int p = 1, q = 2, MAX = 3, flat[3 * WIDTH]; for (int i = 0; i < 3; i++) for (int j = 0; j < WIDTH; j++) flat[AT(i, j)] = AT(i + 1, j);
    SWAP(p, q); printf("%d %d %d %d %d\n", p, q, MAX, flat[AT(2, 3)], MAX(MAX(1, 7), MAX (3, MAX(5, 2))));
    SAY("x", MAX((1, 2), TWICE(abs))); printf("%d\n", old("ab", 3, flat, 'c')); }
  { char cut[6]; int n = snprintf(cut, sizeof cut, "%d-%s", 1234, "abcdef"); printf("%s %d %d\n", cut, n, snprintf(NULL, 0, "%d", 70)); }
  { word w, copy; w.f = -2.5f; copy = w; copy.b[3] ^= 0x80; printf("%x %f %d %d %d\n", w.i, copy.f, first.b[0], words[0].i, words[1].i);
    union sizes *p = &last; p->c = 9; printf("%d %d %d\n", p->s[0], last.s[1], (int) sizeof last);
    struct tree leaf = { 1, .data = 2.5 }, top = { .right = &leaf, .is_leaf = 0 }; leaf.data *= 2;
    printf("%d %d %f %d\n", top.is_leaf, top.left == NULL || top.left == (struct tree *) 0, top.right->data, (int) (sizeof leaf == 2 * sizeof top.right + 8 || sizeof leaf == 12));
    struct { int tag; union { int i; double d; char t[6]; } v; } one = { 3, { .t = "abc" } }, two = one; one.v.t[0]++; printf("%s %s %d\n", one.v.t, two.v.t, two.tag); }
  printf("[%#.0f] [%#5.0f] [%-#5.0f] [%#.1f] [%05.0f] [%#05.0f]\n", 2.0, 3.0, 4.0, 5.0, 6.0, 7.0);
  printf("%#o %#x %#o %#06o %#.0o %#.3o %#o\n", 8, 0, 0, 8, 0, 8, 64);
  printf("%llu %lld %lld %d %d %d %d %d\n", ULLONG_MAX, LLONG_MIN, LLONG_MAX, SCHAR_MIN, SCHAR_MAX, CHAR_MIN, SHRT_MIN, UCHAR_MAX);
  printf("%d %u %d %u %d %u\n", INT8_MIN, UINT8_MAX, INT16_MIN, UINT16_MAX, INT32_MIN, UINT32_MAX);
  printf("%" PRId64 " %" PRIu64 " %" PRIx64 " %" PRIX32 " %" PRIu8 " %" PRIo16 " %" PRIxPTR "\n", INT64_MIN, UINT64_MAX, INT64_MAX, UINT32_MAX, (uint8_t) 7, (uint16_t) 9, (uintptr_t) 255);
  printf("%d %d %d %d\n", (int) offsetof(item, d), (int) offsetof(struct tree, data), (int) _Alignof(int), (int) _Alignof(item));
  { int below(int); extern int later; later++; printf("%d %d\n", below(2), later); }
  return 3;
}

int below(int n) { return n * 2 + 1; }
int later = 41;
