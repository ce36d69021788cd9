//! The standard headers: their constants, types, and functions.

use std::rc::Rc;

use super::lexer::{Lexed, Token};
use super::messages::{Mistake, Parsed};
use super::preprocessor::{self, Macros};
use super::settings::Settings;
use pagewalk_engine::kernel::abi::Errno;
use pagewalk_engine::kernel::syscall::constants;

/// The constants of the standard headers that are not those of a system call's parameter.
const MACROS: &str = "
#define NULL ((void *) 0)
#define EOF (-1)
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
#define stdout ((FILE *) 1)
#define stderr ((FILE *) 2)
#define true 1
#define false 0
#define bool _Bool
#define CHAR_BIT 8
#define INT_MAX 2147483647
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX 4294967295u
#define UCHAR_MAX 255
#define SCHAR_MAX 127
#define SCHAR_MIN (-128)
#define CHAR_MAX 127
#define CHAR_MIN (-128)
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define SIZE_MAX ((size_t) -1)
#define ULONG_MAX ((unsigned long) -1)
#define LONG_MAX ((long) (ULONG_MAX / 2))
#define LONG_MIN (-LONG_MAX - 1)
#define LLONG_MAX 9223372036854775807
#define LLONG_MIN (-LLONG_MAX - 1)
#define ULLONG_MAX 18446744073709551615ull
#define INT8_MAX 127
#define INT8_MIN (-128)
#define UINT8_MAX 255
#define INT16_MAX 32767
#define INT16_MIN (-32768)
#define UINT16_MAX 65535
#define INT32_MAX INT_MAX
#define INT32_MIN INT_MIN
#define UINT32_MAX UINT_MAX
#define INT64_MAX LLONG_MAX
#define INT64_MIN LLONG_MIN
#define UINT64_MAX ULLONG_MAX
#define INTPTR_MAX LONG_MAX
#define INTPTR_MIN LONG_MIN
#define UINTPTR_MAX ULONG_MAX
#define PTRDIFF_MAX LONG_MAX
#define PTRDIFF_MIN LONG_MIN
#define SSIZE_MAX LONG_MAX
#define offsetof(type, member) ((size_t) &((type *) 0)->member)
#define errno (__errno())
#define EINTR 4
#define WNOHANG 1
#define WUNTRACED 2
#define S_IXUSR 0100
#define S_IRWXU 0700
#define S_IRGRP 0040
#define S_IWGRP 0020
#define S_IXGRP 0010
#define S_IRWXG 0070
#define S_IROTH 0004
#define S_IWOTH 0002
#define S_IXOTH 0001
#define S_IRWXO 0007
#define MAP_FAILED ((void *) -1)
#define _SC_PAGESIZE 30
#define _SC_PAGE_SIZE 30
";

/// The sizes in the names of the formats of `<inttypes.h>`, with their lengths in formats.
const LENGTHS: &[(&str, &str)] = &[
    ("8", "hh"),
    ("16", "h"),
    ("32", ""),
    ("64", "ll"),
    ("PTR", "l"),
    ("MAX", "ll"),
];

/// The declarations of the standard headers.
const DECLARATIONS: &str = "
typedef unsigned long size_t; typedef long ssize_t; typedef long off_t; typedef int pid_t;
typedef unsigned int mode_t; typedef long ptrdiff_t; typedef long intptr_t; typedef unsigned long uintptr_t;
typedef signed char int8_t; typedef unsigned char uint8_t; typedef short int16_t; typedef unsigned short uint16_t;
typedef int int32_t; typedef unsigned int uint32_t; typedef long long int64_t; typedef unsigned long long uint64_t;
typedef struct FILE FILE;
int printf(const char *format, ...); int fprintf(FILE *stream, const char *format, ...);
int sprintf(char *to, const char *format, ...); int snprintf(char *to, size_t size, const char *format, ...);
int puts(const char *s); int putchar(int c);
int fflush(FILE *stream);
void setbuf(FILE *stream, char *buffer); int setvbuf(FILE *stream, char *buffer, int mode, size_t size); void perror(const char *s);
void unix_error(const char *message); void app_error(const char *message); int __errno(void);
void *malloc(size_t size); void *calloc(size_t n, size_t size); void free(void *block);
void *memcpy(void *to, const void *from, size_t n); void *memset(void *to, int c, size_t n);
char *strcpy(char *to, const char *from); size_t strlen(const char *s); int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n); int memcmp(const void *a, const void *b, size_t n);
char *strcat(char *to, const char *from); char *strncpy(char *to, const char *from, size_t n); char *strdup(const char *s);
int abs(int n); int atoi(const char *s); void exit(int status); void _exit(int status); int atexit(void *function);
void abort(void); void assert(_Bool condition); int getpagesize(void); long sysconf(int name);
int WIFEXITED(int status); int WEXITSTATUS(int status); int WIFSIGNALED(int status); int WTERMSIG(int status);
pid_t fork(void); pid_t wait(int *status); pid_t waitpid(pid_t pid, int *status, int options);
pid_t getpid(void); pid_t getppid(void);
int execl(const char *path, const char *argument, ...); int execlp(const char *path, const char *argument, ...);
int execv(const char *path, char **argv); int execvp(const char *path, char **argv);
int execve(const char *path, char **argv, char **envp);
void *mmap(void *start, size_t size, int prot, int flags, int fd, off_t offset);
int munmap(void *start, size_t size); int mprotect(void *start, size_t size, int prot);
int msync(void *start, size_t size, int flags); int madvise(void *start, size_t size, int advice);
void *mremap(void *start, size_t old, size_t size, int flags, ...);
int brk(void *end); void *sbrk(intptr_t increment);
int open(const char *path, int flags, ...); int close(int fd);
int dup(int fd); int dup2(int fd, int to);
off_t lseek(int fd, off_t offset, int whence);
struct stat {
  unsigned long long st_dev, st_ino, st_nlink; unsigned st_mode, st_uid, st_gid, st_padding;
  unsigned long long st_rdev; long long st_size, st_blksize, st_blocks, st_times[6], st_unused[3];
};
int fstat(int fd, struct stat *to);
ssize_t read(int fd, void *to, size_t n); ssize_t write(int fd, const void *from, size_t n);
unsigned int sleep(unsigned int seconds); int usleep(unsigned int microseconds);
";

thread_local! {
    // Each statement that runs a program compiles it, and reading the headers would take most of the time.
    static HEADERS: Parsed<Headers> = Headers::read();
}

/// The standard headers, as a program includes them.
struct Headers {
    /// The constants, with those of the errors.
    macros: Rc<Macros>,
    declarations: Vec<Token>,
}

impl Headers {
    fn read() -> Parsed<Self> {
        let errors = Errno::ALL.iter();
        let errors = errors.map(|one| format!("#define {} {}\n", one.name(), one.number()));
        // `PRIu64` is `"llu"`, also if a `long` has 4 bytes.
        let conversions = ["d", "i", "o", "u", "x", "X"].into_iter();
        let formats = conversions.flat_map(|conversion| {
            let format = move |(bits, length)| {
                format!("#define PRI{conversion}{bits} \"{length}{conversion}\"\n")
            };
            LENGTHS.iter().copied().map(format)
        });
        // `NULL` fits each parameter, and is a pointer in C.
        let passed = constants().filter(|one| !matches!(one.passed, "" | "*"));
        let passed = passed.map(|one| format!("#define {} {}\n", one.name, one.value));
        let constants =
            MACROS.to_owned() + &passed.chain(errors).chain(formats).collect::<String>();
        let macros = Rc::new(preprocessor::macros(&constants)?);
        let declarations = preprocessor::tokens(DECLARATIONS, &[], macros.clone())?.tokens;
        Ok(Self {
            macros,
            declarations,
        })
    }
}

fn with_headers<T>(get: impl FnOnce(&Headers) -> T) -> Parsed<T> {
    HEADERS.with(|headers| headers.as_ref().map(get).map_err(Mistake::clone))
}

/// Returns the tokens of the declarations.
pub(super) fn declarations() -> Parsed<Vec<Token>> {
    with_headers(|headers| headers.declarations.clone())
}

/// Returns the tokens of a program, with its settings' constants and those of the headers.
pub(super) fn read(text: &str, settings: &Settings) -> Parsed<Lexed> {
    let macros = with_headers(|headers| headers.macros.clone())?;
    preprocessor::tokens(text, &settings.define, macros)
}

/// Returns the tokens of a program without a wrong token.
pub(super) fn tokens(text: &str, settings: &Settings) -> Parsed<Vec<Token>> {
    let mut read = read(text, settings)?;
    if read.wrong.is_empty() {
        Ok(read.tokens)
    } else {
        Err(read.wrong.swap_remove(0))
    }
}
