//! Why a system call failed: the conditions of its errors, as the manual pages state them.

use pagewalk_engine::kernel::abi::{Arg, Errno};
use pagewalk_engine::kernel::mapping::MOST_AREAS;
use pagewalk_engine::kernel::syscall::{constant, system_call};

use crate::run::record::CallRecord;

/// The numbers that a failed call was given.
struct Given<'a> {
    call: &'a CallRecord,
    page: i128,
}

impl Given<'_> {
    /// An argument. An omitted one is 0.
    fn number(&self, at: usize) -> i128 {
        match self.call.args.get(at).map(|arg| &arg.value) {
            Some(Arg::Number(number)) => *number,
            _ => 0,
        }
    }

    fn is_unaligned(&self, at: usize) -> bool {
        self.number(at) % self.page != 0
    }
}

/// A condition under which calls return an error.
struct Condition {
    calls: &'static [&'static str],
    error: Errno,
    holds: fn(&Given) -> bool,
    why: &'static str,
}

const fn when(
    calls: &'static [&'static str],
    error: Errno,
    holds: fn(&Given) -> bool,
    why: &'static str,
) -> Condition {
    Condition {
        calls,
        error,
        holds,
        why,
    }
}

/// A call that returns the error for only one reason.
const fn always(calls: &'static [&'static str], error: Errno, why: &'static str) -> Condition {
    when(calls, error, |_| true, why)
}

/// The conditions. The first one of a call and an error that holds is the reason.
const CONDITIONS: &[Condition] = &[
    when(
        &["mmap"],
        Errno::EINVAL,
        |given| !(1..=3).contains(&(given.number(3) & 0xF)),
        "`flags` has neither MAP_PRIVATE nor MAP_SHARED",
    ),
    when(
        &["mmap"],
        Errno::EINVAL,
        |given| given.number(1) == 0,
        "`length` is 0",
    ),
    when(
        &["mmap"],
        Errno::EINVAL,
        |given| given.is_unaligned(5),
        "`offset` is not a multiple of the page size",
    ),
    when(
        &["mmap", "munmap", "mprotect", "mremap", "msync", "madvise"],
        Errno::EINVAL,
        |given| given.is_unaligned(0),
        "the address is not a multiple of the page size",
    ),
    when(
        &["munmap"],
        Errno::EINVAL,
        |given| given.number(1) == 0,
        "`length` is 0",
    ),
    always(
        &["munmap"],
        Errno::EINVAL,
        "the range ends above the addresses of processes",
    ),
    when(
        &["mremap"],
        Errno::EINVAL,
        |given| given.number(2) == 0,
        "`new_size` is 0",
    ),
    always(
        &["mmap"],
        Errno::EACCES,
        "the file is not open for reading, or not for writing, which a shared mapping with PROT_WRITE needs",
    ),
    always(&["mmap"], Errno::EEXIST, "there is a mapping in the range"),
    when(
        &["mmap"],
        Errno::ENOMEM,
        |given| constant("MAP_HUGETLB").is_some_and(|flag| given.number(3) & i128::from(flag) != 0),
        "the kernel has no huge pages in reserve for MAP_HUGETLB",
    ),
    when(
        &["mmap", "munmap", "malloc", "calloc", "realloc"],
        Errno::ENOMEM,
        |given| given.call.effect.areas >= MOST_AREAS,
        "the process already has 65,530 areas, the maximum",
    ),
    always(
        &["mmap", "malloc", "calloc", "realloc"],
        Errno::ENOMEM,
        "the address space has no free range of this size",
    ),
    // One of the two new areas of a split is the last one.
    when(
        &["mprotect", "mlock", "munlock"],
        Errno::ENOMEM,
        |given| given.call.effect.areas + 1 >= MOST_AREAS,
        "part of the range is not mapped, or the process would have more than 65,530 areas",
    ),
    always(
        &["mprotect", "msync", "madvise", "mlock", "munlock"],
        Errno::ENOMEM,
        "part of the range is not mapped",
    ),
    always(
        &["mprotect"],
        Errno::EACCES,
        "the file of a shared mapping is not open for writing",
    ),
    always(
        &["mremap"],
        Errno::EFAULT,
        "the old range is not in one area",
    ),
    when(
        &["mremap"],
        Errno::ENOMEM,
        |given| given.number(3) & 1 == 0,
        "the area cannot grow where it is, and `flags` lacks MREMAP_MAYMOVE",
    ),
    always(
        &["free", "realloc"],
        Errno::EINVAL,
        "no allocated block begins at this address",
    ),
    always(
        &["execve"],
        Errno::EACCES,
        "the file is no program; `executable` declares one",
    ),
    when(
        &["open"],
        Errno::ENOENT,
        |given| given.number(1) & 0o100 == 0,
        "no `file` above declares it, and `flags` lacks O_CREAT",
    ),
    always(
        &["execve"],
        Errno::ENOENT,
        "no `executable` above declares it",
    ),
    always(
        &["wait"],
        Errno::EAGAIN,
        "no child has ended yet, and statements run one after another",
    ),
    always(
        &["ftruncate"],
        Errno::EINVAL,
        "`length` is negative, or the file is not open for writing",
    ),
    always(
        &["lseek"],
        Errno::EINVAL,
        "`whence` is unknown, or the new offset is outside the file's range",
    ),
    always(
        &["read", "write", "pread", "pwrite"],
        Errno::EFAULT,
        "the process may not access the buffer",
    ),
];

/// Explains the error of a call: the condition that holds, or else what the error means.
pub(crate) fn cause(call: &CallRecord, error: Errno) -> String {
    if error == Errno::EBADF
        && let Some(fd) = descriptor(call)
    {
        let process = &call.process.name;
        let mapping = if call.name == "mmap" && fd == -1 {
            "; a mapping without a file needs MAP_ANONYMOUS"
        } else {
            ""
        };
        return format!("descriptor {fd} of {process} is not open for this call{mapping}");
    }
    let given = Given {
        call,
        page: 1 << call.spec.page_bits(),
    };
    let holds = |row: &&Condition| {
        row.calls.contains(&call.name) && row.error == error && (row.holds)(&given)
    };
    let found = CONDITIONS.iter().find(holds);
    found.map_or_else(|| error.help().to_owned(), |row| row.why.to_owned())
}

/// The descriptor that a call was given.
fn descriptor(call: &CallRecord) -> Option<i128> {
    let parameters = system_call(call.name)?.parameters();
    let at = parameters.iter().position(|one| one.name == "fd")?;
    match call.args.get(at)?.value {
        Arg::Number(fd) => Some(fd),
        Arg::Bytes(_) => None,
    }
}
