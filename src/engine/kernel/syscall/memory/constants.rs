//! C's constants for memory, with Linux's values on x86-64.

use crate::kernel::abi::Constant;

macro_rules! constants {
    ($($passed:literal { $($name:ident $value:literal $help:literal),* $(,)? })*) => {
        $($(#[doc = $help] #[allow(dead_code, reason = "scripts use it")] pub(crate) const $name: u32 = $value;)*)*

        pub(crate) const CONSTANTS: &[Constant] =
            &[$($(Constant::new(stringify!($name), $value, $passed, $help)),*),*];
    };
}

constants! {
    "prot" {
        PROT_NONE 0x0 "pages may not be used at all",
        PROT_READ 0x1 "pages may be read",
        PROT_WRITE 0x2 "pages may be written",
        PROT_EXEC 0x4 "pages may be executed",
    }
    "mprotect.prot" {
        PROT_GROWSDOWN 0x100_0000 "mprotect: down to the beginning of a stack",
    }
    "mmap.flags" {
        MAP_FILE 0x0 "a file, which is the default",
        MAP_SHARED 0x01 "stores are seen by all who map the same, and reach the file",
        MAP_PRIVATE 0x02 "stores make copies of the process's own",
        MAP_SHARED_VALIDATE 0x03 "shared, and unknown flags are an error",
        MAP_FIXED 0x10 "at this very address, in place of what is there",
        MAP_ANONYMOUS 0x20 "no file: pages of zeros",
        MAP_ANON 0x20 "no file: pages of zeros (an older name)",
        MAP_GROWSDOWN 0x100 "a stack: faults below it make it grow",
        MAP_LOCKED 0x2000 "pages are touched at once and stay in memory",
        MAP_NORESERVE 0x4000 "no swap is set aside",
        MAP_POPULATE 0x8000 "pages are touched at once",
        MAP_NONBLOCK 0x1_0000 "pages are not touched at once all the same",
        MAP_STACK 0x2_0000 "for a thread's stack; does nothing",
        MAP_HUGETLB 0x4_0000 "huge pages, of which there are none",
        MAP_FIXED_NOREPLACE 0x10_0000 "at this very address, if nothing is there",
    }
    "mremap.flags" {
        MREMAP_MAYMOVE 0x1 "mremap may move the mapping",
        MREMAP_FIXED 0x2 "mremap moves the mapping to the address given",
        MREMAP_DONTUNMAP 0x4 "mremap leaves the old mapping, empty",
    }
    "msync.flags" {
        MS_ASYNC 0x1 "msync: write some time; does nothing",
        MS_INVALIDATE 0x2 "msync: others see what was written, as they do anyway",
        MS_SYNC 0x4 "msync: write dirty pages to the file now",
    }
    "advice" {
        MADV_NORMAL 0 "no advice",
        MADV_RANDOM 1 "pages will be used in no order",
        MADV_SEQUENTIAL 2 "pages will be used in order",
        MADV_WILLNEED 3 "pages will be used soon: a file's are read into the page cache",
        MADV_DONTNEED 4 "pages will not be used: they leave memory at once",
        MADV_FREE 8 "pages may be thrown away when memory runs short; they never are here",
        MADV_MERGEABLE 12 "equal pages may be merged (ksm)",
        MADV_UNMERGEABLE 13 "pages are not merged any more",
    }
}
