//! C memory constants with Linux's values on x86-64.

use crate::kernel::abi::constants;

constants! {
    u32;
    "prot" {
        PROT_NONE 0x0 "pages cannot be accessed",
        PROT_READ 0x1 "pages can be read",
        PROT_WRITE 0x2 "pages can be written",
        PROT_EXEC 0x4 "pages can be executed",
    }
    "mprotect.prot" {
        PROT_GROWSDOWN 0x100_0000 "mprotect: extend the range down to the start of the stack area",
    }
    "mmap.flags" {
        MAP_FILE 0x0 "a file (the default)",
        MAP_SHARED 0x01 "stores are visible to all sharers and reach the file",
        MAP_PRIVATE 0x02 "the kernel makes a private copy of a page on the first store",
        MAP_SHARED_VALIDATE 0x03 "same as `MAP_SHARED`, but unknown flags cause an error",
        MAP_FIXED 0x10 "map at exactly this address and replace existing mappings",
        MAP_ANONYMOUS 0x20 "zero-filled pages without a file",
        MAP_ANON 0x20 "older name of `MAP_ANONYMOUS`",
        MAP_GROWSDOWN 0x100 "a stack that grows downward on page faults",
        MAP_LOCKED 0x2000 "the kernel maps all pages during the call and locks them",
        MAP_NORESERVE 0x4000 "reserve no swap space",
        MAP_POPULATE 0x8000 "the kernel maps all pages during the call",
        MAP_NONBLOCK 0x1_0000 "with `MAP_POPULATE`, do not make pages resident",
        MAP_STACK 0x2_0000 "for a thread's stack (no effect)",
        MAP_HUGETLB 0x4_0000 "huge pages (not available)",
        MAP_FIXED_NOREPLACE 0x10_0000 "map at exactly this address, or fail if it is in use",
    }
    "mremap.flags" {
        MREMAP_MAYMOVE 0x1 "mremap may move the mapping",
        MREMAP_FIXED 0x2 "mremap moves the mapping to the given address",
        MREMAP_DONTUNMAP 0x4 "mremap keeps the old mapping without its pages",
    }
    "msync.flags" {
        MS_ASYNC 0x1 "msync: write dirty pages to the file later (no effect)",
        MS_INVALIDATE 0x2 "msync: invalidate other mappings of the file (no effect)",
        MS_SYNC 0x4 "msync: write dirty pages to the file now",
    }
    "advice" {
        MADV_NORMAL 0 "no advice",
        MADV_RANDOM 1 "the process uses the pages in random order",
        MADV_SEQUENTIAL 2 "the process uses the pages in sequential order",
        MADV_WILLNEED 3 "the process is about to use the pages; the kernel reads a file's pages into the page cache",
        MADV_DONTNEED 4 "the process no longer needs the pages, and the kernel unmaps them immediately",
        MADV_FREE 8 "the kernel may discard the pages when memory is low (Pagewalk discards only pages in swap)",
        MADV_DONTFORK 10 "a child of fork does not have the area",
        MADV_DOFORK 11 "a child of fork has the area (undoes `MADV_DONTFORK`)",
        MADV_MERGEABLE 12 "the kernel may merge identical pages (KSM)",
        MADV_UNMERGEABLE 13 "the kernel no longer merges the pages",
        MADV_HUGEPAGE 14 "the kernel may use huge pages (Pagewalk has none for processes)",
        MADV_NOHUGEPAGE 15 "the kernel uses no huge pages (the default in Pagewalk)",
        MADV_DONTDUMP 16 "a core dump leaves the pages out (Pagewalk writes no core dumps)",
        MADV_DODUMP 17 "a core dump contains the pages (undoes `MADV_DONTDUMP`)",
        MADV_WIPEONFORK 18 "a child of fork has zeros in the area",
        MADV_KEEPONFORK 19 "a child of fork has a copy of the area (undoes `MADV_WIPEONFORK`)",
        MADV_COLD 20 "the kernel should evict the pages before others (no effect in Pagewalk)",
        MADV_PAGEOUT 21 "the kernel evicts the pages that no other process maps now",
        MADV_POPULATE_READ 22 "the kernel makes all pages resident, as loads would",
        MADV_POPULATE_WRITE 23 "the kernel makes all pages resident and writable, as stores would",
        MADV_DONTNEED_LOCKED 24 "`MADV_DONTNEED` also for locked pages",
        MADV_COLLAPSE 25 "the kernel makes one huge page of the pages (not available)",
        MADV_HWPOISON 100 "the kernel treats the pages as broken memory (not available)",
        MADV_SOFT_OFFLINE 101 "the kernel stops using the frames of the pages (not available)",
    }
}
