#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/resource.h>
#include <string.h>
#include <unistd.h>
#define PG 4096L
static long mf(){struct rusage r;getrusage(RUSAGE_SELF,&r);return r.ru_minflt;}
static void maps(const char*w,char*lo,char*hi){FILE*f=fopen("/proc/self/maps","r");char l[500];printf(" %s:",w);while(fgets(l,500,f)){unsigned long a,b;char p[8];sscanf(l,"%lx-%lx %s",&a,&b,p);if(a<(unsigned long)hi&&b>(unsigned long)lo)printf(" %+ld..%+ld %s;",((long)a-(long)lo)/PG,((long)b-(long)lo)/PG,p);}puts("");fclose(f);}
int main(){setvbuf(stdout,0,_IONBF,0);int A=MAP_PRIVATE|MAP_ANONYMOUS;
 char*b=mmap(0,16*PG,0,A,-1,0);munmap(b,16*PG);char*p=mmap(b+2*PG,8*PG,3,A|MAP_FIXED,-1,0);memset(p,7,8*PG);
 printf("dontfork %d\n",madvise(p+2*PG,2*PG,MADV_DONTFORK));printf("wipe %d\n",madvise(p+5*PG,2*PG,MADV_WIPEONFORK));maps("parent",b,b+16*PG);
 if(!fork()){maps("child",b,b+16*PG);printf(" wiped %d next %d kept %d\n",p[5*PG],p[6*PG],p[4*PG]);long m=mf();p[6*PG]=1;printf(" store in wiped after read: %ld\n",mf()-m);p[5*PG]=4;
  if(!fork()){printf(" grandchild: %d\n",p[5*PG]);maps("grand",b,b+16*PG);_exit(0);}wait(0);
  printf("keep %d\n",madvise(p+5*PG,2*PG,MADV_KEEPONFORK));maps("child kept",b,b+16*PG);
  if(!fork()){printf(" grandchild kept: %d\n",p[5*PG]);maps("grand kept",b,b+16*PG);_exit(0);}wait(0);
  _exit(0);}
 wait(0);printf("dofork %d keep %d\n",madvise(p+2*PG,2*PG,MADV_DOFORK),madvise(p+5*PG,2*PG,MADV_KEEPONFORK));maps("parent",b,b+16*PG);
 madvise(p,PG,MADV_DONTDUMP);maps("dontdump",b,b+16*PG);madvise(p,PG,MADV_DODUMP);madvise(p+PG,PG,MADV_HUGEPAGE);maps("huge",b,b+16*PG);madvise(p+PG,PG,MADV_NOHUGEPAGE);madvise(p+2*PG,PG,MADV_HUGEPAGE);maps("nohuge, huge",b,b+16*PG);
 madvise(p,8*PG,MADV_NOHUGEPAGE);maps("all nohuge",b,b+16*PG);
 madvise(p,PG,MADV_DONTFORK);madvise(p,PG,MADV_WIPEONFORK);if(!fork()){maps("both: child",b,b+16*PG);_exit(0);}wait(0);
}
