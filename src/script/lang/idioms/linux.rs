//! Calls and constants of Linux and C that Pagewalk does not model.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::span::Span;

/// System calls of Linux and functions of the C library.
const CALLS: &[&str] = &[
    // Processes and threads.
    "clone clone3 vfork waitpid waitid wait3 wait4 execv execvp execvpe execl execlp execle execveat fexecve \
     _exit _Exit exit_group abort atexit system popen pclose posix_spawn posix_spawnp getppid getpgid getpgrp setpgid \
     setsid getsid gettid getuid geteuid getgid getegid setuid setgid nice getpriority setpriority prctl arch_prctl \
     ptrace personality unshare setns sched_yield sched_setaffinity sched_getaffinity sched_setscheduler \
     sched_getscheduler sched_getcpu getcpu getrusage getrlimit setrlimit prlimit prlimit64 times kcmp \
     process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_open pidfd_getfd \
     pidfd_send_signal set_tid_address capget capset chroot",
    "pthread_create pthread_join pthread_exit pthread_self pthread_detach pthread_cancel pthread_mutex_init \
     pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock pthread_mutex_destroy pthread_cond_init \
     pthread_cond_wait pthread_cond_signal pthread_cond_broadcast pthread_cond_destroy pthread_attr_init \
     pthread_attr_setstacksize pthread_kill pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_unlock \
     pthread_barrier_wait pthread_spin_lock pthread_spin_unlock sem_init sem_open sem_wait sem_trywait sem_post sem_close \
     sem_destroy sem_unlink futex thrd_create thrd_join mtx_lock mtx_unlock membarrier rseq",
    // Signals and time.
    "kill tkill tgkill raise signal sigaction sigprocmask sigpending sigsuspend sigaltstack sigemptyset sigfillset \
     sigaddset sigdelset sigqueue sigwait sigreturn rt_sigaction rt_sigprocmask signalfd pause alarm setitimer getitimer \
     sleep usleep nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday settimeofday time clock \
     timer_create timer_settime timerfd_create timerfd_settime setjmp longjmp sigsetjmp siglongjmp",
    // Memory.
    "mincore mlockall munlockall mlock2 remap_file_pages pkey_mprotect pkey_alloc pkey_free mseal memfd_create \
     memfd_secret userfaultfd mbind set_mempolicy get_mempolicy migrate_pages move_pages swapon swapoff \
     cachestat map_shadow_stack posix_madvise posix_fadvise shmget shmat shmdt shmctl shm_open shm_unlink calloc \
     realloc reallocarray aligned_alloc posix_memalign memalign valloc pvalloc malloc_usable_size malloc_trim mallopt \
     mallinfo mallinfo2 malloc_stats malloc_info alloca getpagesize sysconf",
    // Files.
    "openat openat2 creat dup dup2 dup3 pipe pipe2 fcntl ioctl flock lockf stat lstat fstatat statx access faccessat \
     chmod fchmod chown fchown lchown umask truncate fallocate posix_fallocate readv writev preadv pwritev preadv2 pwritev2 \
     sendfile splice tee vmsplice copy_file_range readahead fsync fdatasync sync_file_range syncfs link linkat symlink \
     readlink unlink unlinkat rename renameat mkdir mkdirat rmdir opendir readdir closedir getdents getdents64 chdir \
     fchdir getcwd mknod mkfifo mount umount umount2 statfs fstatfs utime utimes utimensat futimens inotify_init \
     inotify_add_watch fanotify_init select pselect poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait \
     eventfd io_setup io_submit io_getevents io_uring_setup io_uring_enter aio_read aio_write mkstemp tmpfile remove \
     isatty ttyname fopen fdopen freopen fclose fread fwrite fgets fputs fgetc fputc getc putc getchar putchar getline \
     fseek fseeko ftell ftello rewind fflush setvbuf setbuf fileno feof ferror fprintf sprintf snprintf vprintf \
     dprintf scanf fscanf sscanf perror strerror",
    // Networks and messages.
    "socket socketpair bind listen accept accept4 connect shutdown send sendto sendmsg recv recvfrom recvmsg setsockopt \
     getsockopt getsockname getpeername msgget msgsnd msgrcv msgctl mq_open mq_send mq_receive semget semop semctl",
    // Other calls and functions.
    "syscall uname sysinfo getrandom rand srand random srandom rand_r drand48 reboot bpf perf_event_open seccomp \
     init_module finit_module delete_module dlopen dlsym dlclose getenv setenv unsetenv putenv gethostname \
     getopt memmove memcmp memchr strcpy strncpy strcat strncat strcmp strncmp strlen strdup strndup strchr \
     strrchr strstr strtok strtol strtoul atoi atol atof qsort bsearch \
     __builtin_prefetch __builtin_expect __sync_synchronize atomic_load atomic_store atomic_fetch_add",
];

/// Calls that have the same parameters as a call that Pagewalk models.
const SAME: &[(&str, &str)] = &[
    ("pread64", "pread"),
    ("pwrite64", "pwrite"),
    ("lseek64", "lseek"),
    ("open64", "open"),
    ("mmap64", "mmap"),
    ("ftruncate64", "ftruncate"),
    ("fstat64", "fstat"),
    ("cfree", "free"),
    ("_exit", "exit"),
    ("_Exit", "exit"),
    ("exit_group", "exit"),
    ("vfork", "fork"),
];

/// The replacement that Pagewalk has for a group of calls.
const INSTEAD: &[(&str, &str)] = &[
    ("waitpid waitid wait3 wait4", "`wait()` waits for any child"),
    (
        "clone clone3 posix_spawn posix_spawnp",
        "`let child = fork()` creates a process",
    ),
    (
        "execv execvp execvpe execl execlp execle execveat fexecve system popen",
        "`execve` starts a program",
    ),
    (
        "mincore",
        "`show resident` lists the pages that are resident",
    ),
    (
        "mlockall munlockall mlock2",
        "`mlock(ADDR, LENGTH)` locks a range",
    ),
    (
        "posix_madvise posix_fadvise process_madvise",
        "`madvise(ADDR, LENGTH, ADVICE)` gives advice about a range",
    ),
    (
        "stat lstat fstatat statx",
        "`fstat(FD)` describes an open file",
    ),
    (
        "truncate fallocate posix_fallocate",
        "`ftruncate(FD, LENGTH)` changes the size of an open file",
    ),
    (
        "openat openat2 creat fopen",
        "`open(NAME, FLAGS)` opens a file",
    ),
    ("fclose", "`close(FD)` closes a file"),
    (
        "fsync fdatasync sync_file_range syncfs fflush",
        "the statement `sync` writes all dirty pages to their files",
    ),
    (
        "readv preadv preadv2 fread",
        "`read(FD, BUFFER, COUNT)` reads from a file",
    ),
    (
        "writev pwritev pwritev2 fwrite",
        "`write(FD, BUFFER, COUNT)` writes to a file",
    ),
    (
        "getrusage",
        "`P1.faults.minor` and `P1.faults.major` count the faults of process P1",
    ),
    (
        "shmget shmat shm_open",
        "`mmap` with `MAP_SHARED | MAP_ANONYMOUS` creates memory that a child shares",
    ),
    (
        "getpagesize sysconf",
        "`machine.page` is the size of a page",
    ),
    (
        "strcpy strncpy memmove",
        "`write p = \"text\"` stores bytes",
    ),
];

/// Constants of Linux and C.
const CONSTANTS: &[&str] = &[
    "MADV_REMOVE MADV_DONTFORK MADV_DOFORK MADV_HWPOISON MADV_SOFT_OFFLINE MADV_HUGEPAGE MADV_NOHUGEPAGE MADV_DONTDUMP \
     MADV_DODUMP MADV_WIPEONFORK MADV_KEEPONFORK MADV_COLD MADV_PAGEOUT MADV_POPULATE_READ MADV_POPULATE_WRITE \
     MADV_DONTNEED_LOCKED MADV_COLLAPSE MADV_GUARD_INSTALL MADV_GUARD_REMOVE POSIX_MADV_NORMAL POSIX_MADV_RANDOM \
     POSIX_MADV_SEQUENTIAL POSIX_MADV_WILLNEED POSIX_MADV_DONTNEED",
    "MAP_32BIT MAP_ABOVE4G MAP_DENYWRITE MAP_EXECUTABLE MAP_SYNC MAP_UNINITIALIZED MAP_HUGE_2MB MAP_HUGE_1GB MAP_HUGE_SHIFT \
     MAP_HUGE_MASK MAP_TYPE MAP_DROPPABLE PROT_GROWSUP PROT_SEM PROT_SAO PROT_BTI PROT_MTE",
    "MCL_CURRENT MCL_FUTURE MCL_ONFAULT MLOCK_ONFAULT MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB",
    "O_APPEND O_ASYNC O_CLOEXEC O_DIRECT O_DIRECTORY O_DSYNC O_EXCL O_LARGEFILE O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK \
     O_NDELAY O_PATH O_SYNC O_RSYNC O_TMPFILE O_ACCMODE O_CREAT O_TRUNC SEEK_DATA SEEK_HOLE AT_FDCWD AT_EMPTY_PATH",
    "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGIOT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM \
     SIGTERM SIGSTKFLT SIGCHLD SIGCLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF \
     SIGWINCH SIGIO SIGPOLL SIGPWR SIGSYS SIGRTMIN SIGRTMAX SIG_DFL SIG_IGN SIG_ERR SIG_BLOCK SIG_UNBLOCK SIG_SETMASK \
     SIGSTKSZ MINSIGSTKSZ SEGV_MAPERR SEGV_ACCERR SEGV_PKUERR BUS_ADRALN BUS_ADRERR BUS_OBJERR",
    "WNOHANG WUNTRACED WCONTINUED WEXITED WSTOPPED WNOWAIT P_ALL P_PID P_PGID",
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN EWOULDBLOCK ENOMEM EACCES EFAULT ENOTBLK \
     EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM \
     ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENOMSG EIDRM ENODATA ETIME EPROTO EOVERFLOW EILSEQ ERESTART \
     EUSERS EOPNOTSUPP ENOTSUP EADDRINUSE ECONNREFUSED ECONNRESET ETIMEDOUT EALREADY EINPROGRESS ESTALE EDQUOT ECANCELED \
     EHWPOISON",
    "STDIN_FILENO STDOUT_FILENO STDERR_FILENO EXIT_SUCCESS EXIT_FAILURE BUFSIZ EOF PAGE_SIZE PAGE_SHIFT PAGE_MASK PATH_MAX \
     OPEN_MAX CHAR_BIT INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN ULONG_MAX SIZE_MAX SSIZE_MAX INTPTR_MAX UINTPTR_MAX \
     M_TRIM_THRESHOLD M_TOP_PAD M_MMAP_MAX M_ARENA_MAX M_MXFAST M_CHECK_ACTION M_PERTURB _IOFBF _IOLBF _IONBF",
];

/// Beginnings of the constants of a header.
const FAMILIES: &[&str] = &[
    "MADV_",
    "MAP_",
    "PROT_",
    "MREMAP_",
    "MS_",
    "MCL_",
    "MLOCK_",
    "MFD_",
    "MPOL_",
    "PKEY_",
    "POSIX_MADV_",
    "POSIX_FADV_",
    "O_",
    "F_",
    "FD_",
    "AT_",
    "SEEK_",
    "S_I",
    "R_OK",
    "W_OK",
    "X_OK",
    "F_OK",
    "LOCK_",
    "FALLOC_",
    "CLONE_",
    "SIG",
    "SA_",
    "SS_",
    "SI_",
    "WEXIT",
    "WIF",
    "WTERM",
    "WSTOP",
    "RLIMIT_",
    "RLIM_",
    "RUSAGE_",
    "PR_",
    "PTRACE_",
    "SCHED_",
    "PRIO_",
    "FUTEX_",
    "IPC_",
    "SHM_",
    "SEM_",
    "MSG_",
    "_SC_",
    "CLOCK_",
    "ITIMER_",
    "TIMER_",
    "EPOLL",
    "POLL",
    "IN_",
    "AF_",
    "PF_",
    "SOCK_",
    "SO_",
    "SOL_",
    "PTHREAD_",
    "UFFD_",
    "UFFDIO_",
    "ARCH_",
    "RTLD_",
    "MEMBARRIER_",
    "SYS_",
    "__NR_",
];

/// Returns the diagnostic for a call of Linux or C that Pagewalk does not model. Never suggests a
/// call with a similar name, because `mmap` does something else than `mincore`.
pub(crate) fn call(name: &str, span: Span) -> Option<Diagnostic> {
    let listed = |names: &str| names.split_whitespace().any(|known| known == name);
    let same = SAME.iter().find(|(theirs, _)| *theirs == name);
    if same.is_none() && !CALLS.iter().any(|names| listed(names)) {
        return None;
    }
    let message = format!("`{name}` is a call of Linux that Pagewalk does not model");
    let diagnostic = Diagnostic::new(Code::UnknownFunction, span, message);
    Some(
        match (same, INSTEAD.iter().find(|(names, _)| listed(names))) {
            (Some((_, ours)), _) => diagnostic.did_you_mean(name, ours),
            (None, Some((_, instead))) => diagnostic.help(*instead),
            (None, None) => diagnostic.help("`pagewalk reference calls` lists the system calls"),
        },
    )
}

/// Returns the diagnostic for a constant of Linux or C that Pagewalk does not model. A name that only begins like a
/// constant may be a misspelling of one of the `modeled` constants.
pub(crate) fn constant<'a>(
    name: &str,
    span: Span,
    modeled: impl Iterator<Item = &'a str>,
) -> Option<Diagnostic> {
    let listed = CONSTANTS
        .iter()
        .any(|names| names.split_whitespace().any(|known| known == name));
    if !listed && !is_of_a_family(name) {
        return None;
    }
    // A listed name is spelled correctly, so a similar name would mean something else.
    let near = nearest(name, modeled).filter(|_| !listed);
    let message = format!("`{name}` is a constant of Linux that Pagewalk does not model");
    let diagnostic = |message: String| Diagnostic::new(Code::UnknownName, span, message);
    Some(match near {
        Some(near) => {
            diagnostic(format!("no constant is called `{name}`")).did_you_mean(name, near)
        }
        None => diagnostic(message)
            .help("`pagewalk reference constants` lists the constants that scripts can use"),
    })
}

/// Whether a name is a constant of Linux or C.
pub(super) fn is_constant(name: &str) -> bool {
    constant(name, Span::default(), std::iter::empty()).is_some()
}

/// Whether a name looks like a constant of one of the headers.
fn is_of_a_family(name: &str) -> bool {
    let upper = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    upper
        && FAMILIES
            .iter()
            .any(|family| name.len() > family.len() && name.starts_with(family) || name == *family)
}

#[cfg(test)]
mod tests {
    use super::{CALLS, CONSTANTS, INSTEAD, SAME, call, constant};
    use crate::lang::span::Span;

    #[test]
    fn every_name_is_listed_once() {
        for lists in [CALLS, CONSTANTS] {
            let mut names: Vec<&str> = lists
                .iter()
                .flat_map(|list| list.split_whitespace())
                .collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn every_replacement_belongs_to_a_listed_call() {
        let names = INSTEAD
            .iter()
            .flat_map(|(names, _)| names.split_whitespace());
        for name in names.chain(SAME.iter().map(|(theirs, _)| *theirs)) {
            assert!(call(name, Span::default()).is_some(), "{name}");
        }
    }

    #[test]
    fn a_real_name_is_never_a_misspelling() {
        let modeled = ["MADV_FREE", "MADV_RANDOM", "PROT_READ", "mmap"];
        let message = |name: &str| {
            let found = constant(name, Span::default(), modeled.into_iter())?;
            Some((found.message, found.fix.map(|fix| fix.text)))
        };
        let unknown = |name: &str| {
            Some((
                format!("`{name}` is a constant of Linux that Pagewalk does not model"),
                None,
            ))
        };
        assert_eq!(message("MADV_COLD"), unknown("MADV_COLD"));
        assert_eq!(message("CLONE_VM"), unknown("CLONE_VM"));
        assert_eq!(message("S_ISVTX"), unknown("S_ISVTX"));
        assert_eq!(message("RLIMIT_STACK"), unknown("RLIMIT_STACK"));
        let near = message("PROT_RAED").expect("a family");
        assert_eq!(near.1.as_deref(), Some("PROT_READ"));
        for name in ["EAT", "SIGNAL_x", "pages", "E", "WAYS", "MAX"] {
            assert_eq!(message(name), None, "{name}");
        }
    }

    #[test]
    fn a_call_of_linux_says_so() {
        for name in [
            "mincore",
            "dup",
            "clone",
            "waitpid",
            "pthread_create",
            "mprotect2",
            "mapp",
        ] {
            let found = call(name, Span::default()).map(|found| found.fix.map(|fix| fix.text));
            let known = !matches!(name, "mprotect2" | "mapp");
            assert_eq!(found, known.then_some(None), "{name}");
        }
        let same = call("vfork", Span::default())
            .and_then(|found| found.fix)
            .map(|fix| fix.text);
        assert_eq!(same.as_deref(), Some("fork"));
    }
}
