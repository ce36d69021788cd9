//! Tests of the narration of system calls.

use super::{SMALL, first, heads, narrated, sentences};
use crate::report::doc::{Block, Tone};
use crate::report::narrate::process::call;
use crate::report::playing::records;
use crate::report::words::errors::cause;
use crate::report::words::reasons::note;
use pagewalk_engine::kernel::abi::Errno;
use pagewalk_engine::kernel::mapping::MOST_AREAS;
use pagewalk_engine::kernel::syscall::system_calls;

#[test]
fn the_process_precedes_its_statement() {
    let script = "process A\nprocess B\nA: let x = getpid()\nA: let z = 1\nB { let y = getpid() ; read 0x1000 }\nexpect x == 1";
    let heads = heads(script);
    assert_eq!(
        heads[2..],
        [
            "A: let x = getpid()",
            "A: z = 1",
            "B: let y = getpid()",
            "B: read 0x1000",
            "expect x == 1  ✓"
        ]
    );
}

#[test]
fn every_system_call_explains_its_result() {
    let script = "machine simple\nkernel { frames 16, swap 4 slots }\nfile \"f\" = \"hello\"\nprocess P1\n\
        let fd = open(\"f\", 2)\nlet p = mmap(0, 256, 3, 1, fd, 0)\nfstat(fd)\nlseek(fd, 1, 0)\nread(fd, p, 2)\n\
        pread(fd, p, 2, 0)\nwrite(fd, p, 1)\npwrite(fd, p, 1, 0)\nftruncate(fd, 4)\nmsync(p, 64, 4)\n\
        madvise(p, 64, 4)\nmlock(p, 64)\nmunlock(p, 64)\nmprotect(p, 64, 1)\nlet q = mmap(0, 64, 3, 34, -1, 0)\n\
        let r = mremap(q, 64, 128, 1)\nlet b = sbrk(64)\nbrk(b)\nlet m = malloc(10)\nfree(m)\nlet c = calloc(2, 8)\nrealloc(c, 40)\ndup(fd)\ndup2(fd, 9)\nclose(fd)\n\
        let child = fork()\nchild: exit(3)\nP1: wait()\nP1: getpid()\nP1: munmap(p, 256)\n\
        executable \"a\" {\n entry 0x400\n | section | start | size | perms |\n | .text | 400 | 40 | r-x |\n}\nP1: execve(\"a\")\n";
    let mut seen: Vec<&str> = Vec::new();
    for record in records(script) {
        let Some(made) = record.did.call() else {
            continue;
        };
        seen.push(made.name);
        let Block::Paragraph { text, tone } = call::blocks(made, None).last().unwrap().clone()
        else {
            panic!("{}", made.name)
        };
        assert_eq!(tone, Tone::Plain, "{text}");
        assert!(text.starts_with(made.name) && text.contains(": "), "{text}");
    }
    for call in system_calls() {
        assert!(seen.contains(&call.name), "{} is not tried", call.name);
    }
}

#[test]
fn system_calls_return_a_value_and_a_meaning() {
    let small = "machine simple\nkernel { frames 16 }\nfile \"f\" = \"hello\"\nprocess P1\n";
    let call = |statement: &str| first(&format!("{small}{statement}"));
    assert_eq!(
        call("let fd = open(\"f\", 0)"),
        "open returns fd = 3: P1 opens `f` for reading."
    );
    assert_eq!(
        call("let fd = open(\"g\", 0)"),
        "open returns fd = -1: ENOENT, no such file: no `file` above declares it, and `flags` lacks O_CREAT."
    );
    assert_eq!(
        call("let fd = open(\"f\", 0)\nlet p = mmap(0, 5, 1, 2, fd, 0)"),
        // The area gets the highest page below mmap-base, which is three quarters of 2^14.
        "mmap returns p = 0x2FC0: P1 has a new area 0x2FC0–0x3000 (r--p, f)."
    );
    assert_eq!(
        call("write(1, \"hi\\n\", 3)"),
        "write returns 3: the kernel writes 3 bytes to standard output: \"hi\\n\"."
    );
    assert_eq!(
        call("pread(7, 0x1000, 1, 0)"),
        "pread returns -1: EBADF, bad file descriptor: descriptor 7 of P1 is not open for this call."
    );
    for (statement, end) in [
        (
            "mmap(0, 64, 3, 2, -1, 0)",
            "; a mapping without a file needs MAP_ANONYMOUS.",
        ),
        (
            "execve(\"g\", NULL, NULL)",
            "no such file: no `executable` above declares it.",
        ),
        (
            "brk(8)",
            "; `brk` takes its new address, and `sbrk` a number of bytes.",
        ),
    ] {
        let said = call(statement);
        assert!(said.ends_with(end), "{said}");
    }
    assert!(call("munmap(0x1000, 64)").ends_with("nothing was mapped in 0x1000–0x1040."));
    assert_eq!(
        call("let n = fstat(open(\"f\", 0)).st_size"),
        "open returns 3: P1 opens `f` for reading."
    );
    assert_eq!(
        sentences(&format!("{small}let n = fstat(open(\"f\", 0)).st_size"))
            .last()
            .unwrap(),
        "n = 5"
    );
    let fork = format!("{SMALL}write 0x1000 = 1\nwrite 0x1040 = 1\nlet child = fork()");
    assert_eq!(
        first(&fork),
        "fork returns child = 2: child is a copy of P1, with the same 2 areas and its own page table. The two \
         processes share 2 pages (0x40, 0x41) copy-on-write: a page is read-only in both until one of them writes to it."
    );
    let far = "write 0x1000 = 1\nwrite 0x1080 = 1\nwrite 0x1100 = 1\nwrite 0x1180 = 1\nwrite 0x1200 = 1\nwrite 0x1280 = 1\n";
    assert!(
        first(&format!("{SMALL}{far}let child = fork()"))
            .contains("share 6 pages (0x40, 0x42, 0x44, 0x46, …) copy-on-write: ")
    );
    let one = format!("{SMALL}write 0x1000 = 1\nlet child = fork()");
    assert!(first(&one).ends_with(
        " share page 0x40 copy-on-write: a page is read-only in both until one of them writes to it."
    ));
    // The kernel cannot protect a page if its PTE has no R/W bit.
    let copied = one.replace(
        "machine simple",
        "machine simple { pte { size 4 B, p 0, us 1, ppn 12..17 } }",
    );
    assert_ne!(one, copied);
    assert!(
        first(&copied).ends_with(
            " The kernel copies page 0x40, because PTEs without an R/W bit do not permit copy-on-write."
        ),
        "{}",
        first(&copied)
    );
}

#[test]
fn faults_inside_a_call_are_reported_and_counted() {
    let script = format!("{SMALL}write(1, 0x0400, 70)");
    let narrated = sentences(&script);
    assert_eq!(
        narrated[0],
        "Page fault: page 0x10 of P1 (text) is backed by page 0 of `poem` but has no valid PTE."
    );
    assert!(
        narrated[1].ends_with("Major fault; the write call continues."),
        "{narrated:?}"
    );
    assert!(
        narrated
            .last()
            .unwrap()
            .ends_with(" The call caused 2 page faults (major)."),
        "{narrated:?}"
    );
    let bad = sentences(&format!("{SMALL}write(1, 0x0500, 4)"));
    assert!(
        bad[0].ends_with(
            "The kernel accessed this address for write, so the call fails without a signal."
        ),
        "{bad:?}"
    );
    assert_eq!(
        bad[1],
        "write returns -1: EFAULT, bad address: the process may not access the buffer."
    );
}

#[test]
fn a_page_that_leaves_its_merged_frame_is_reported_and_counted() {
    let merged =
        format!("{SMALL}write 0x1000 = 7\nwrite 0x1040 = 7\nmadvise(0x1000, 128, 12)\nksm scan\n");
    assert_eq!(
        sentences(&format!("{merged}madvise(0x1000, 128, 13)")),
        [
            "Protection fault: page 0x40 of P1 (heap) is in merged frame 0, so the kernel must copy it (copy-on-write).",
            "The kernel copies frame 0 to frame 1, which only P1 maps. Minor fault; the madvise call continues.",
            "Protection fault: page 0x41 of P1 (heap) is in merged frame 0, so the kernel must copy it (copy-on-write).",
            "The kernel copies frame 0 to frame 2, which only P1 maps. Minor fault; the madvise call continues.",
            "madvise returns 0: pages of 0x1000–0x1080 are no longer merged; 2 pages have their own frames again. \
             The call caused 2 page faults (minor).",
        ]
    );
    let moved = sentences(&format!("{merged}mremap(0x1000, 64, 64, 3, 0x2000)"));
    assert_eq!(
        moved.last().unwrap(),
        "mremap returns 0x2000: 0x1000–0x1040 moves to 0x2000–0x2040 with its pages; 1 page is copied because \
         it was merged. The call caused 1 page fault (minor)."
    );
}

#[test]
fn appended_bytes_are_written_at_the_end_at_any_offset() {
    let script = "process P1\nfile \"f\" = \"hello\"\nlet fd = open(\"f\", O_RDWR | O_APPEND)\n";
    let appended = "the kernel appends 3 bytes to `f` at offset 5; `f` now has 8 bytes.";
    assert_eq!(
        first(&format!("{script}pwrite(fd, \"abc\", 3, 0)")),
        format!("pwrite returns 3: {appended}")
    );
    assert_eq!(
        first(&format!("{script}write(fd, \"abc\", 3)")),
        format!("write returns 3: {appended}")
    );
}

#[test]
fn the_heap_has_a_range_of_its_own() {
    let script =
        "process P1 { | area start end perms | ; | .bss 555555557000 555555559000 rw-p | }\n";
    assert_eq!(
        first(&format!("{script}brk(0x55555555A800)")),
        "brk returns 0: the break moves from 0x555555559000 to 0x55555555A800. The heap is now 0x555555559000–0x55555555B000."
    );
    assert_eq!(
        first(&format!("{script}brk(0)")),
        "brk returns 0: the break cannot move there and stays at 0x555555559000."
    );
    assert_eq!(
        first(&format!("{script}sbrk(-1)")),
        "sbrk returns 0x555555559000: the break cannot move there and stays at 0x555555559000."
    );
    // In a child, the heap grows into a separate area. Both areas are treated as one heap.
    let child = format!("{script}sbrk(4096)\nwrite 0x555555559000 = 1\nlet c = fork()\n");
    assert!(
        first(&format!("{child}c: sbrk(4096)"))
            .ends_with(". The heap is now 0x555555559000–0x55555555B000.")
    );
}

#[test]
fn loops_tell_a_fault_in_a_few_words() {
    let script = format!(
        "{SMALL}for n in 0..9 {{ write 0x1000 + 64 * n = n }}\nfor n in 0..1 {{ read 0x500 ; brk(0x5000) }}"
    );
    let narrated: Vec<String> = narrated(&script)
        .into_iter()
        .filter_map(|block| match block {
            Block::Paragraph { text, .. } if text.contains('→') => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(
        narrated[0],
        "write 0x1000 = 0x00 → fault demand-zero, frame 0, TLB miss, PPN 0x00, PA 0x000, cache miss"
    );
    assert_eq!(
        narrated[8],
        "write 0x1200 = 0x08 → fault demand-zero, frame 0, evicts page 0x40 of P1 (to swap slot 0), TLB miss, \
         PPN 0x00, PA 0x000, cache miss"
    );
    assert_eq!(
        narrated[9],
        "read 0x0500 → fault segmentation, SIGSEGV, SEGV_MAPERR, TLB miss"
    );
    assert_eq!(narrated[10], "brk(0x5000) → -1 (ENOMEM)");
}

#[test]
fn a_protection_that_entries_cannot_express_is_explained() {
    let map = "let p = mmap(NULL, 64, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)";
    let why = "; its pages remain readable, because page-table entries have no read bit.";
    assert!(first(&format!("{SMALL}{map}")).ends_with(&format!("(-w-p, anonymous){why}")));
    assert!(
        first(&format!("{SMALL}{map}\nmprotect(p, 64, PROT_EXEC)"))
            .ends_with(&format!("is now --xp{why}"))
    );
    assert!(first(&format!("{SMALL}{map}\nmprotect(p, 64, PROT_NONE)")).ends_with("is now ---p."));
    let flat = "machine simple { pte { ppn 1..6, p 0 } }";
    let read_only = "let p = mmap(NULL, 64, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)";
    let narrated = first(&format!(
        "{flat}\nkernel {{ frames 8 }}\nprocess P1\n{read_only}"
    ));
    assert!(
        narrated.ends_with("once present, because this page-table entry format has no R/W bit."),
        "{narrated}"
    );
}

#[test]
fn a_readable_page_without_read_permission_is_explained() {
    let script = "machine simple\nset page_table { | vpn ppn |\n| 07 0D | }\nexpect page_table { | vpn read |\n| 07 0 | }";
    let record = records(script).pop().unwrap();
    let check = &record.checks[0];
    let why = "a page-table entry has no read bit, so every present page is readable";
    assert_eq!(
        (check.held, note(check, &record.did).as_deref()),
        (false, Some(why))
    );
}

#[test]
fn calls_on_shared_memory_say_what_they_do() {
    let shared = format!("{SMALL}let s = mmap(0, 64, 3, 33, -1, 0)\nwrite s = 5\n");
    for (call, said) in [
        (
            "madvise(s, 64, MADV_DONTNEED)\n",
            "the kernel unmaps 1 page of 0x2FC0–0x3000; the next access finds zeros in private anonymous memory, and \
             otherwise the bytes of the file or of the shared memory.",
        ),
        (
            "msync(s, 64, MS_ASYNC)\n",
            "the kernel writes nothing yet, so dirty shared pages of 0x2FC0–0x3000 stay dirty.",
        ),
        (
            "mremap(s, 0, 64, MREMAP_MAYMOVE)\n",
            "P1 also maps the shared memory of 0x2FC0 at 0x2F80–0x2FC0.",
        ),
    ] {
        let all = sentences(&format!("{shared}{call}"));
        assert!(all.iter().any(|line| line.ends_with(said)), "{all:?}");
    }
}

#[test]
fn a_call_at_the_maximum_of_areas_names_it() {
    let records = records(&format!("{SMALL}mmap(0, 1 << 40, 3, 34, -1, 0)"));
    let mut call = records.iter().find_map(|record| record.did.call()).cloned();
    let call = call.as_mut().expect("a call");
    assert_eq!(
        cause(call, Errno::ENOMEM),
        "the address space has no free range of this size"
    );
    call.effect.areas = MOST_AREAS;
    assert_eq!(
        cause(call, Errno::ENOMEM),
        "the process already has 65,530 areas, the maximum"
    );
}
