//! Tests of completion with a kernel.

use super::lab::{PROCESSES, holds, offered, state};

#[test]
fn statements_in_a_process() {
    holds(
        &state(PROCESSES),
        &[
            ("‸", "P1: P2: read twice", "buf P1 mmap fork"),
            ("P1: ‸", "read mmap munmap fork let expect", "P1: buf"),
            ("P1 { ‸", "read mmap", "buf"),
            ("P1: re‸", "read reference", ""),
            ("P1: let x = mm‸", "mmap", ""),
            ("let x = mm‸", "", ""),
            ("P1 {\n let x = 2 * mm‸", "mmap", ""),
            ("process P3\nP‸", "P1: P2: P3:", ""),
            ("let kid = fork()\nki‸", "kid:", ""),
        ],
    );
}

#[test]
fn the_only_process_makes_calls() {
    holds(
        &state("process P1"),
        &[("mm‸", "mmap", ""), ("let x = fo‸", "fork", "")],
    );
    holds(&state("process P1"), &[("process P2\nmunm‸", "", "")]);
    holds(
        &state(""),
        &[("munm‸", "", ""), ("process P1\nmunm‸", "munmap", "")],
    );
    holds(
        &state("process P1\nlet kid = fork()\nkid: exit(0)"),
        &[("munm‸", "munmap", "")],
    );
}

#[test]
fn constants_are_offered_for_their_parameter() {
    holds(
        &state(PROCESSES),
        &[
            (
                "P1: mmap(‸",
                "NULL buf page",
                "PROT_READ MAP_PRIVATE O_RDONLY",
            ),
            ("P1: mmap(NULL, ‸", "page buf", "NULL PROT_READ"),
            (
                "P1: mmap(NULL, page, ‸",
                "PROT_NONE PROT_READ PROT_WRITE PROT_EXEC",
                "MAP_PRIVATE PROT_GROWSDOWN O_RDONLY NULL",
            ),
            (
                "P1: mmap(NULL, page, PROT_READ | ‸",
                "PROT_WRITE PROT_EXEC",
                "PROT_READ MAP_SHARED",
            ),
            (
                "P1: mmap(NULL, page, PROT_READ | PROT_‸",
                "PROT_WRITE",
                "PROT_READ",
            ),
            (
                "P1: mmap(NULL, page, PROT_READ, ‸",
                "MAP_PRIVATE MAP_SHARED MAP_ANONYMOUS",
                "PROT_READ MS_SYNC MREMAP_FIXED",
            ),
            ("P1: mmap(NULL, 2 * (page + ‸", "page buf", ""),
            (
                "P1: let q = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_‸",
                "MAP_ANONYMOUS",
                "MAP_PRIVATE PROT_READ",
            ),
            (
                "P1: mprotect(buf, page, ‸",
                "PROT_READ PROT_GROWSDOWN",
                "MAP_PRIVATE",
            ),
            ("P1: msync(buf, page, ‸", "MS_SYNC", "MAP_PRIVATE PROT_READ"),
            (
                "P1: madvise(buf, page, MADV_D‸",
                "MADV_DONTNEED",
                "MADV_NORMAL",
            ),
            (
                "P1: open(\"data.txt\", ‸",
                "O_RDONLY O_RDWR O_CREAT",
                "PROT_READ SEEK_SET",
            ),
            ("P1: open(\"data.txt\", O_CREAT, ‸", "S_IRUSR", "O_RDONLY"),
            ("P1: lseek(3, 0, ‸", "SEEK_SET SEEK_END", "O_RDONLY"),
            (
                "P1: mremap(buf, page, page, ‸",
                "MREMAP_MAYMOVE",
                "MAP_FIXED",
            ),
            ("P1: mremap(buf, page, page, 0, ‸", "NULL", "MREMAP_FIXED"),
            ("P1: exit(‸", "EXIT_SUCCESS", "NULL"),
            ("P1: let x = fstat(3).‸", "st_size st_mode", "rss"),
            ("twice(‸", "buf page NULL", ""),
            ("P1: mmap(NULL, page) ‸", "", ""),
        ],
    );
}

#[test]
fn facts_of_calls_and_faults() {
    holds(
        &state(PROCESSES),
        &[
            (
                "P1: munmap(buf, page) => ‸",
                "returns error fault minor major",
                "vpn tlb",
            ),
            (
                "P1: let q = mmap(NULL, page, PROT_READ, MAP_PRIVATE, 3, 0) => error ‸",
                "none EINVAL ENOMEM EBADF",
                "SIGSEGV",
            ),
            ("P1: read(3, buf, 1) => ‸", "returns error", "vpn"),
            (
                "P1: read buf => ‸",
                "fault signal L1d dTLB.index vpn4 pte4.value frame",
                "error-none trace vpn5",
            ),
            (
                "P1: read buf => signal ‸",
                "SIGSEGV SIGBUS none",
                "SEGV_MAPERR",
            ),
            ("P1: read buf => code ‸", "SEGV_MAPERR", "SIGSEGV"),
            ("P1: read buf => served ‸", "memory L1d L2 L3", "dTLB"),
            ("P1: read buf => L1d ‸", "hit miss none", "L1d"),
            (
                "probe P1: read buf => fault ‸",
                "demand-zero segmentation",
                "",
            ),
            ("P1: probe munmap(buf, 1) => err‸", "error", ""),
            ("let x = 5 => ‸", "", ""),
        ],
    );
}

#[test]
fn nouns_of_processes_and_files() {
    holds(
        &state(PROCESSES),
        &[
            ("show ‸", "frames swap processes layout P1 page", "cr3"),
            ("show layout ‸", "P1 P2", "buf"),
            (
                "show P1.‸",
                "maps resident heap page_table rss faults stdout",
                "vpn_bits",
            ),
            ("expect P1.faults.‸", "minor major", "rss"),
            ("expect P1.‸", "rss faults maps", ""),
            ("let x = P1.‸", "rss faults page_table", "maps"),
            ("expect P1.page_table.‸", "bytes tables", ""),
            ("expect frames.‸", "free used total", "rss"),
            ("set ‸", "tlb cache P1", "page_table cr3 frames"),
            ("set P1.‸", "maps", "resident"),
            (
                "expect P1.maps {\n | ‸",
                "area start end perms offset backing",
                "vpn",
            ),
            (
                "expect P1.maps {\n | start | end | ‸",
                "perms backing",
                "start end",
            ),
            ("expect frames {\n | ‸", "frame refs kind", ""),
            (
                "process P4 {\n | area | ‸",
                "start end perms backing",
                "area",
            ),
            ("swap out ‸", "P1 P2 buf", "out"),
            ("show tlb ‸", "dTLB iTLB L2TLB", "L1d"),
            ("flush cache ‸", "L1d L3", "dTLB"),
            ("P1: open(\"‸", "data.txt a.out", ""),
            ("P1: execve(\"‸", "a.out", "data.txt"),
            ("show file_size(\"d‸", "data.txt", "a.out"),
            ("file \"‸", "data.txt", ""),
            ("scenario \"‸", "", ""),
        ],
    );
}

#[test]
fn files_on_disk_are_requested() {
    let state = state("");
    let disk = |marked| {
        offered(marked, &state)
            .disk
            .map(|disk| (disk.typed, disk.endings.concat()))
    };
    assert_eq!(
        disk("include \"lib/x‸"),
        Some(("lib/x".into(), ".pw".into()))
    );
    assert_eq!(
        disk("machine \"‸"),
        Some((String::new(), ".yaml.yml".into()))
    );
    assert_eq!(disk("show \"‸"), None);
    assert_eq!(offered("include \"lib/x‸", &state).from, 9);
}

#[test]
fn an_offer_has_a_description() {
    let state = state(PROCESSES);
    let help = |marked: &str, text: &str| {
        offered(marked, &state)
            .items
            .into_iter()
            .find(|item| item.text == text)
            .map(|item| item.help)
    };
    assert_eq!(help("read pa‸", "page").as_deref(), Some("4096"));
    assert_eq!(
        help("P1: mmap(0, 1, ‸", "PROT_READ").as_deref(),
        Some("pages can be read")
    );
    assert_eq!(
        help("read 0 => vp‸", "vpn").as_deref(),
        Some("virtual page number")
    );
}
