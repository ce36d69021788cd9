#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/resource.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <stdlib.h>
#define PG 4096L
static void flt(long*a,long*b){struct rusage r;getrusage(RUSAGE_SELF,&r);*a=r.ru_minflt;*b=r.ru_majflt;}
static long m0,M0;
#define B flt(&m0,&M0)
static const char*D(){static char b[4][60];static int k;long m,M;flt(&m,&M);char*s=b[k++%4];sprintf(s,"minor %ld major %ld",m-m0,M-M0);return s;}
static unsigned long pm(void*p){static int f=-1;if(f<0)f=open("/proc/self/pagemap",0);unsigned long v=0;pread(f,&v,8,(unsigned long)p/PG*8);return v;}
static const char*R(char*p,int n){static char b[4][40];static int k;char*s=b[k++%4];for(int i=0;i<n;i++){unsigned long v=pm(p+i*PG);s[i]=v>>63?'P':v>>62&1?'S':'-';}s[n]=0;return s;}
static const char*E(int r){return r?strerrorname_np(errno):"0";}
static char*an(int fl){return mmap(0,4*PG,3,fl,-1,0);}
int main(){setvbuf(stdout,0,_IONBF,0);int r;volatile char s;int A=MAP_PRIVATE|MAP_ANONYMOUS;flt(&m0,&M0);
 pm(&m0);
 {char*p=an(A);memset(p,7,2*PG);p[2*PG];s=p[2*PG];B;r=madvise(p,4*PG,MADV_PAGEOUT);printf("pageout anon dirty,dirty,zero,none: %s %s %s\n",E(r),R(p,4),D());usleep(300000);
  B;s=p[0];printf(" read: %d %s ",s,D());B;p[PG]=1;printf("write: %s ",D());B;s=p[2*PG];printf("zero: %s\n",D());
  // read page in from swap; pageout again
  r=madvise(p,4*PG,MADV_PAGEOUT);printf(" again: %s\n",R(p,4));usleep(300000);
  B;r=madvise(p,PG,MADV_FREE);printf(" FREE of swapped: %s %s ",E(r),R(p,4));B;s=p[0];printf("read %d %s; ",s,D());
  B;r=madvise(p+PG,PG,MADV_WILLNEED);printf("WILLNEED of swapped: %s %s ",R(p,4),D());usleep(300000);B;s=p[PG];printf("read %d %s\n",s,D());}
 {char*p=an(A);memset(p,7,4*PG);int a[2],b[2];pipe(a);pipe(b);int k=fork();if(!k){char c;read(a[0],&c,1);_exit(0);}
  r=madvise(p,2*PG,MADV_PAGEOUT);printf("pageout shared with child: %s %s\n",E(r),R(p,4));p[2*PG]=3;r=madvise(p+2*PG,PG,MADV_PAGEOUT);printf(" own after copy: %s %s\n",E(r),R(p,4));write(a[1],"x",1);wait(0);
  r=madvise(p,2*PG,MADV_PAGEOUT);printf(" after child's end: %s\n",R(p,4));}
 {char*p=an(MAP_SHARED|MAP_ANONYMOUS);memset(p,7,2*PG);r=madvise(p,4*PG,MADV_PAGEOUT);printf("pageout shared anon: %s %s\n",E(r),R(p,4));usleep(300000);B;s=p[0];printf(" read %d %s\n",s,D());}
 {int fd=open("/tmp/w4/g",O_RDWR|O_CREAT|O_TRUNC,0600);char b[4*PG];memset(b,'f',sizeof b);write(fd,b,sizeof b);fsync(fd);
  char*p=mmap(0,4*PG,3,MAP_SHARED,fd,0);madvise(p,4*PG,MADV_RANDOM);s=p[0];p[PG]=1;r=madvise(p,2*PG,MADV_PAGEOUT);printf("pageout shared file clean,dirty: %s %s\n",E(r),R(p,4));usleep(300000);B;s=p[0];printf(" read %s ",D());B;s=p[PG];printf("read %s\n",D());
  char*q=mmap(0,4*PG,3,MAP_PRIVATE,fd,0);madvise(q,4*PG,MADV_RANDOM);fsync(fd);s=q[2*PG];q[3*PG]=1;r=madvise(q+2*PG,2*PG,MADV_PAGEOUT);printf("pageout private file clean,copied: %s %s\n",E(r),R(q,4));usleep(300000);B;s=q[2*PG];printf(" read %s ",D());B;s=q[3*PG];printf("read %d %s\n",s,D());
  B;r=madvise(p,4*PG,MADV_COLD);printf("cold: %s\n",D());
  munmap(p,4*PG);p=mmap(0,4*PG,3,MAP_SHARED,fd,0);B;r=madvise(p,4*PG,MADV_POPULATE_READ);printf("populate read shared file: %s %s %s ",E(r),R(p,4),D());B;p[0]=1;printf("store %s; ",D());B;r=madvise(p,4*PG,MADV_POPULATE_WRITE);printf("pop write %s %s ",E(r),D());B;p[PG]=1;printf("store %s\n",D());
  q=mmap(0,4*PG,3,MAP_PRIVATE,fd,0);B;r=madvise(q,4*PG,MADV_POPULATE_READ);printf("populate read private file: %s %s ",R(q,4),D());B;r=madvise(q,4*PG,MADV_POPULATE_WRITE);printf("pop write %s %s ",E(r),D());B;q[PG]=1;printf("store %s\n",D());
  ftruncate(fd,2*PG);B;r=madvise(q,4*PG,MADV_POPULATE_READ);printf("populate past EOF: %s %s\n",E(r),R(q,4));
  close(fd);}
 {char*p=an(A);B;r=madvise(p,2*PG,MADV_POPULATE_READ);printf("populate read anon: %s %s %s ",E(r),R(p,4),D());B;p[0]=1;printf("store: %s; ",D());B;r=madvise(p,4*PG,MADV_POPULATE_WRITE);printf("pop write %s %s\n",E(r),D());
  p=an(A);munmap(p+2*PG,PG);B;r=madvise(p,4*PG,MADV_POPULATE_WRITE);printf("hole at 2: %s %s %s\n",E(r),R(p,4),D());
  p=an(A);mprotect(p+2*PG,PG,0);B;r=madvise(p,4*PG,MADV_POPULATE_READ);printf("PROT_NONE at 2: %s %s %s\n",E(r),R(p,4),D());
  p=an(A);mprotect(p+2*PG,PG,1);B;r=madvise(p,4*PG,MADV_POPULATE_WRITE);printf("read-only at 2: %s %s %s\n",E(r),R(p,4),D());
  p=an(A);munmap(p,PG);r=madvise(p,4*PG,MADV_POPULATE_WRITE);printf("hole first: %s %s\n",E(r),R(p,4));
  p=an(A);r=madvise(p,0,MADV_POPULATE_WRITE);printf("len 0: %s\n",E(r));
  }
 {char*p=an(MAP_SHARED|MAP_ANONYMOUS);memset(p,7,4*PG);B;r=madvise(p+PG,2*PG,9);printf("REMOVE shared: %s %s %s bytes ",E(r),R(p,4),D());B;printf("%d %d %d %s\n",p[0],p[PG],p[3*PG],D());mprotect(p,4*PG,1);r=madvise(p,PG,9);printf("REMOVE after mprotect ro: %s\n",E(r));}
 {char*p=an(A);mlock(p,2*PG);memset(p,7,2*PG);B;r=madvise(p,2*PG,MADV_DONTNEED_LOCKED);printf("DONTNEED_LOCKED: %s %s %s ",E(r),R(p,4),D());B;s=p[0];printf("read %d %s\n",s,D());}
 {char*p=an(A);memset(p,7,2*PG);r=madvise(p,PG,102);printf("guard: %s ",E(r));r=madvise(p,4*PG,103);B;s=p[0];printf("removed: %s byte %d %s\n",E(r),s,D());}
}
