// two 2
int main(void) { if (fork() == 0) printf("a"); else printf("b"); return 0; }
// parent-waits 1
int main(void) { if (fork() == 0) { printf("child\n"); exit(0); } wait(NULL); printf("parent\n"); return 0; }
// three-forks 1
int main(void) { fork(); fork(); fork(); printf("x"); return 0; }
// counts 3
int main(void) { int x = 1; if (fork() == 0) printf("%d", ++x); printf("%d", --x); exit(0); }
// nested 5
int main(void) { printf("L0\n"); if (fork() != 0) { printf("L1\n"); if (fork() != 0) { printf("L2\n"); } } printf("Bye\n"); return 0; }
// abc 30
int main(void) { if (fork() == 0) { printf("a"); if (fork() == 0) { printf("b"); } printf("c"); exit(0); } printf("d"); printf("e"); return 0; }
// atexit 50
void end(void) { printf("2"); }
int main(void) { if (fork() == 0) atexit(end); if (fork() == 0) printf("0"); else printf("1"); exit(0); }
// status 1
int main(void) { int status; if (fork() == 0) exit(17); wait(&status); if (WIFEXITED(status)) printf("%d\n", WEXITSTATUS(status)); return 0; }
// two-children 2
int main(void) { int i, status; for (i = 0; i < 2; i++) if (fork() == 0) exit(100 + i); while (wait(&status) > 0) printf("%d ", WEXITSTATUS(status)); return 0; }
// in-order 1
int main(void) { pid_t pid[3]; int i, status; for (i = 0; i < 3; i++) if ((pid[i] = fork()) == 0) { exit(10 + i); } for (i = 0; i < 3; i++) { waitpid(pid[i], &status, 0); printf("%d ", WEXITSTATUS(status)); } return 0; }
// abort full 1
int main(void) { int s; if (fork() == 0) { printf("lost"); abort(); } wait(&s); printf("%d %d %d\n", WIFEXITED(s), WIFSIGNALED(s), WTERMSIG(s)); return 0; }
// assert 1
#include <assert.h>
int main(void) { int s; char *p = 0; assert(sizeof p > 1 && !p); if (fork() == 0) { printf("a"); assert(p); printf("b"); } wait(&s); assert(WIFSIGNALED(s)); printf("%d\n", WTERMSIG(s)); return 0; }
// copies 2
int g = 5;
int main(void) { int local = 1; if (fork() == 0) { g++; local += 2; printf("%d%d ", g, local); exit(0); } wait(NULL); printf("%d%d ", g, local); if (fork() == 0) { printf("c"); exit(0); } printf("p"); return 0; }
// loop 24
int main(void) { int i; for (i = 0; i < 3; i++) { if (fork() == 0) { printf("%d", i); exit(0); } } printf("p"); return 0; }
// buffered full 1
int main(void) { printf("hello "); fork(); printf("x "); return 0; }
// lines line 2
int main(void) { printf("a\nb"); if (fork() == 0) { printf("c\n"); _exit(0); } printf("d\n"); return 0; }
// exit-now full 1
int main(void) { printf("lost"); if (fork() == 0) _exit(0); wait(NULL); printf(" kept"); return 0; }
// orphan 4
int main(void) { if (fork() == 0) { if (fork() == 0) { printf("1"); exit(0); } printf("2"); exit(0); } wait(NULL); printf("3"); printf("4"); return 0; }
// tree 1
int main(void) { int depth; for (depth = 0; depth < 4; depth++) { if (fork() != 0) { wait(NULL); break; } } printf("%d", depth); return 0; }
// letters 6
int main(void) { pid_t pid = fork(); if (pid == 0) { putchar('a'); putchar('b'); } else { putchar('x'); waitpid(pid, NULL, 0); putchar('y'); if (fork() == 0) { putchar('z'); exit(0); } putchar('w'); } return 0; }
// no-child 1
int main(void) { printf("%d", (int) wait(NULL)); return 0; }
// grandchild 3
int main(void) { if (fork() == 0) { if (fork() == 0) { puts("g"); exit(0); } wait(NULL); puts("c"); exit(0); } puts("p"); wait(NULL); puts("q"); return 0; }
// and-or 22
int main(void) { if (fork() && fork()) printf("p"); else printf("p"); fork() || fork(); printf("."); return 0; }
// flush full 3
int main(void) { printf("a"); fflush(stdout); if (fork() == 0) { printf("b"); exit(0); } printf("c"); fflush(stdout); printf("d"); return 0; }
// write 3
int main(void) { if (fork() == 0) { write(1, "ab", 2); exit(0); } write(STDOUT_FILENO, "c", 1); printf("d"); return 0; }
// pipeline 1
void run(int n) { if (n == 0) return; if (fork() == 0) { run(n - 1); printf("%d", n); exit(0); } wait(NULL); }
int main(void) { run(4); printf("\n"); return 0; }
// parent-number 1
int main(void) { pid_t me = getpid(); if (fork() == 0) { pid_t parent = getppid(); printf("%d", parent == me || parent != me); exit(0); } wait(NULL); return 0; }
// set-line full 1
int main(void) { setvbuf(stdout, NULL, _IOLBF, 0); printf("a"); if (fork() == 0) { printf("b\n"); return 0; } wait(NULL); printf("c\n"); return 0; }
// set-full line 1
int main(void) { setvbuf(stdout, NULL, _IOFBF, 0); printf("a\n"); if (fork() == 0) { printf("b\n"); return 0; } wait(NULL); printf("c\n"); return 0; }
