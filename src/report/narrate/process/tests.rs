//! How processes are told: the words are the lecture's (lectures.md, sections 4 to 8), the formats Linux's.

use crate::kernel::syscall::system_calls;
use crate::report::doc::{Block, Slab, Step, Tone};
use crate::report::narrate::Narrator;
use crate::report::playing::{play, records};
use crate::run::record::{Did, Sink, StepRecord};

/// The lectures' simple memory system with a process, eight frames of 64 bytes, four slots.
const SMALL: &str = "machine simple
kernel { frames 8, swap 4 slots, replacement fifo }
file \"poem\" { size 100 B, fill 0x2E }
process P1 {
  | area | start | end  | perms | backing   | offset |
  | text | 0400  | 0480 | r--p  | poem      | 0      |
  | heap | 1000  | 1400 | rw-p  | anonymous | -      |
}
";

/// Keeps what is told.
struct Told {
    narrator: Narrator<'static>,
    blocks: Vec<Block>,
}

impl Sink for Told {
    fn take(&mut self, record: &StepRecord) -> bool {
        self.blocks.extend(self.narrator.tell(record));
        true
    }
}

/// The blocks that a script tells.
fn told(script: &str) -> Vec<Block> {
    let (mut told, _) =
        play(script, |sources| Told { narrator: Narrator::new(sources, false), blocks: Vec::new() });
    let rest = told.narrator.rest();
    told.blocks.extend(rest);
    told.blocks
}

/// The sentences of the last statement.
fn sentences(script: &str) -> Vec<String> {
    let blocks = told(script);
    let from = blocks.iter().rposition(|block| matches!(block, Block::Statement { .. })).unwrap();
    let text = |block: &Block| match block {
        Block::Paragraph { text, .. } => Some(text.clone()),
        _ => None,
    };
    blocks[from..].iter().filter_map(text).collect()
}

/// What the last statement says first.
fn first(script: &str) -> String {
    sentences(script).remove(0)
}

fn heads(script: &str) -> Vec<String> {
    let blocks = told(script).into_iter();
    blocks
        .filter_map(|block| match block {
            Block::Statement { text, .. } => Some(text),
            _ => None,
        })
        .collect()
}

/// The steps of the last statement, which is `show steps`.
fn steps(script: &str) -> Vec<Step> {
    let blocks = told(&format!("{script}\nshow steps"));
    match blocks.last() {
        Some(Block::Steps(steps)) => steps.clone(),
        other => panic!("no steps: {other:?}"),
    }
}

fn lines(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|step| format!("{}: {}", step.who, step.what)).collect()
}

#[test]
fn a_first_touch_is_demand_zero() {
    let told = sentences(&format!("{SMALL}write 0x1004 = 1"));
    assert_eq!(
        told[0],
        "Page fault: page 0x40 of P1 (heap) is anonymous and was never touched (demand-zero)."
    );
    assert_eq!(
        told[1],
        "Frame 0 is taken, filled with zeros and mapped. Minor fault; the access is done again."
    );
}

#[test]
fn a_page_of_a_file_is_read_from_disk_once() {
    let told = sentences(&format!("{SMALL}read 0x0440"));
    assert_eq!(told[0], "Page fault: page 0x11 of P1 (text) is page 1 of poem, and not mapped.");
    assert_eq!(
        told[1],
        "It is read from disk into frame 0 and mapped. Major fault; the access is done again."
    );
    let warm = SMALL.replace("replacement fifo", "page-cache warm");
    let told = sentences(&format!("{warm}read 0x0440"));
    assert_eq!(
        told[1],
        "The page cache has it: it is put into frame 0 and mapped. Minor fault; the access is done again."
    );
    let again = sentences(&format!("{SMALL}read 0x0440\nread 0x0441"));
    assert!(again.iter().all(|text| !text.contains("fault")), "{again:?}");
}

#[test]
fn a_victim_makes_room_and_comes_back() {
    let fill = "for n in 0..8 { write 0x1000 + 64 * n = n + 1 }\n";
    let told = sentences(&format!("{SMALL}{fill}write 0x1200 = 9"));
    assert_eq!(
        told[1],
        "No frame is free: the victim (fifo) is frame 0, page 0x40 of P1; it goes to swap slot 0."
    );
    assert!(told[2].starts_with("Frame 0 is taken, filled with zeros and mapped."), "{told:?}");
    let told = sentences(&format!("{SMALL}{fill}write 0x1200 = 9\nread 0x1000"));
    assert_eq!(told[0], "Page fault: page 0x40 of P1 (heap) was swapped out: it is in swap slot 0.");
    assert!(told[1].contains("frame 1, page 0x41 of P1; it goes to swap slot 1"), "{told:?}");
    assert_eq!(
        told[2],
        "It is read from swap slot 0 into frame 1 and mapped. Major fault; the access is done again."
    );
    let clean = format!("{SMALL}read 0x0400\nfor n in 0..7 {{ write 0x1000 + 64 * n = n }}\nread 0x1200");
    assert!(sentences(&clean)[1].ends_with("frame 0, page 0x10 of P1; it is clean and is dropped."));
}

#[test]
fn a_store_to_a_shared_page_copies_it_and_the_last_sharer_keeps_it() {
    let fork = format!("{SMALL}write 0x1000 = 1\nlet child = fork()\n");
    let told = sentences(&format!("{fork}child: write 0x1000 = 2"));
    assert_eq!(
        told[0],
        "Protection fault: page 0x40 of child (heap) is in frame 0, which is shared, so its entry is read-only \
         although the area may be written (copy-on-write)."
    );
    assert_eq!(
        told[1],
        "Frame 0 is copied to frame 1, which child may write. Minor fault; the access is done again."
    );
    let told = sentences(&format!("{fork}child: write 0x1000 = 2\nP1: write 0x1000 = 3"));
    assert!(told[1].starts_with("Nobody else has frame 0 any more"), "{told:?}");
    assert!(told[1].contains("nothing is copied"), "{told:?}");
}

#[test]
fn the_page_of_zeros_is_copied_by_a_store() {
    let zero = SMALL.replace("replacement fifo", "zero-page on");
    let read = sentences(&format!("{zero}read 0x1000"));
    assert!(read[1].starts_with("The shared page of zeros is mapped, read-only"), "{read:?}");
    let told = sentences(&format!("{zero}read 0x1000\nwrite 0x1000 = 1"));
    assert!(told[0].contains("is the shared page of zeros so far"), "{told:?}");
    assert!(told[1].starts_with("Frame 0 is taken and filled with zeros; P1 may write it."), "{told:?}");
}

#[test]
fn fatal_faults_name_signal_and_code() {
    // Figure 9.28: outside of every area; and a write to a read-only area, which Linux reports as a segmentation fault.
    assert_eq!(
        first(&format!("{SMALL}read 0x0500")),
        "P1 has no area at 0x0500 (text ends at 0x0480, heap begins at 0x1000): a segmentation fault, SIGSEGV, \
         SEGV_MAPERR."
    );
    assert_eq!(
        first(&format!("{SMALL}write 0x0404 = 1")),
        "P1 may not write at 0x0404, as its area text 0x0400–0x0480 is r--p: a protection exception, which Linux \
         reports as a segmentation fault, SIGSEGV, SEGV_ACCERR."
    );
    let past = SMALL.replace("| 0400  | 0480 |", "| 0400  | 0500 |");
    assert_eq!(
        first(&format!("{past}read 0x0480")),
        "Page 0x12 of P1 is page 2 of poem, past the end of the file, which has 100 bytes: a bus error, SIGBUS, \
         BUS_ADRERR."
    );
    let half = "process P1\nread 0xFFFF800000000000";
    assert!(
        first(half).starts_with("0x800000000000 is in the kernel's half of the address space: "),
        "{}",
        first(half)
    );
    let tone = |script: &str| {
        told(script).into_iter().find_map(|block| match block {
            Block::Paragraph { tone, text } if text.contains("SIGSEGV") => Some(tone),
            _ => None,
        })
    };
    assert_eq!(tone(&format!("{SMALL}read 0x0500")), Some(Tone::Bad));
}

#[test]
fn the_worksheet_is_that_of_the_retry() {
    let blocks = told(&format!("{SMALL}write 0x1004 = 0x2A"));
    let sheets: Vec<String> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Worksheet(blanks) => {
                Some(blanks.iter().map(|b| format!("{} {}", b.label, b.value)).collect::<Vec<_>>().join(", "))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        sheets[0],
        "VPN 0x40, TLBI 0x0, TLBT 0x10, TLB hit? no, page fault? yes (demand-zero), PPN 0x00"
    );
    assert_eq!(sheets[1], "PA 0x004, CO 0x0, CI 0x1, CT 0x00, cache hit? no, stored 0x2A");
}

#[test]
fn steps_of_a_fault_are_the_lectures() {
    // Lectures.md section 5: up to the entry as a hit, valid bit 0: exception; the handler picks a victim and writes it to
    // disk if it is dirty; pages the new page in and updates the entry; returns, and the instruction runs again.
    let fill = "for n in 0..8 { write 0x1000 + 64 * n = n + 1 }\n";
    let steps = steps(&format!("{SMALL}{fill}write 0x1200 = 9"));
    let lines = lines(&steps);
    // The page table has 256 entries of 2 bytes: 512 bytes at the top of 4 KB, 0xE00.
    let expected = [
        "CPU → MMU: virtual address 0x1200 (VPN 0x48, VPO 0x00)",
        "MMU → TLB: TLBI 0x0, TLBT 0x12: miss",
        "MMU → memory: PTE address 0xE90, which is CR3 + VPN 0x48 × 2",
        "memory → MMU: PTE 0x0000: not present (P = 0)",
        "MMU → CPU: exception: page fault",
        "CPU → handler: control goes to the kernel's page fault handler",
        "handler: the address is in the area heap 0x1000–0x1400 rw-p, anonymous, which allows this",
        "handler → disk: victim (fifo): frame 0, page 0x40 of P1; writes it to swap slot 0",
        "handler → memory: fills frame 0 with zeros",
        "handler → memory: updates the PTE of page 0x48: P = 1, PPN 0x00, R/W = 1",
        "handler → CPU: returns (minor fault): the instruction runs again",
        "CPU → MMU: virtual address 0x1200 (VPN 0x48, VPO 0x00)",
        "MMU → TLB: TLBI 0x0, TLBT 0x12: miss",
    ];
    assert_eq!(lines[..expected.len()], expected);
    assert!(lines.last().unwrap().contains("stores byte 0x09"), "{lines:#?}");
}

#[test]
fn steps_of_a_fatal_fault_end_with_the_signal() {
    let steps = lines(&steps(&format!("{SMALL}read 0x0500")));
    assert_eq!(
        steps[4..],
        [
            "MMU → CPU: exception: page fault",
            "CPU → handler: control goes to the kernel's page fault handler",
            "handler: no area has this address",
            "handler → process: sends SIGSEGV (SEGV_MAPERR): the instruction is not done",
        ]
    );
}

#[test]
fn an_access_over_two_pages_handles_both_faults_in_turn() {
    let steps = lines(&steps(&format!("{SMALL}write 0x103F = 0x0102 size 2")));
    let at = |words: &str| {
        steps.iter().position(|step| step.contains(words)).unwrap_or_else(|| panic!("{words}: {steps:#?}"))
    };
    assert!(at("takes frame 0") < at("piece 2 ") && at("piece 2 ") < at("takes frame 1"), "{steps:#?}");
    assert_eq!(steps.iter().filter(|step| step.contains("piece 1 ")).count(), 2, "{steps:#?}");
    assert_eq!(steps.iter().filter(|step| step.contains("piece 2 ")).count(), 2, "{steps:#?}");
    assert_eq!(steps.iter().filter(|step| step.contains("piece 3 ")).count(), 0, "{steps:#?}");
}

#[test]
fn the_process_stands_before_what_it_names() {
    let script = "process A\nprocess B\nA: let x = getpid()\nA: let z = 1\nB { let y = getpid() ; read 0x1000 }\nexpect x == 1";
    let heads = heads(script);
    assert_eq!(
        heads[2..],
        ["A: let x = getpid()", "A: z = 1", "B: let y = getpid()", "B: read 0x1000", "expect x == 1  ✓"]
    );
}

#[test]
fn every_system_call_says_what_its_result_means() {
    let script = "machine simple\nkernel { frames 16, swap 4 slots }\nfile \"f\" = \"hello\"\nprocess P1\n\
        let fd = open(\"f\", 2)\nlet p = mmap(0, 256, 3, 1, fd, 0)\nfstat(fd)\nlseek(fd, 1, 0)\nread(fd, p, 2)\n\
        pread(fd, p, 2, 0)\nwrite(fd, p, 1)\npwrite(fd, p, 1, 0)\nftruncate(fd, 4)\nmsync(p, 64, 4)\n\
        madvise(p, 64, 4)\nmlock(p, 64)\nmunlock(p, 64)\nmprotect(p, 64, 1)\nlet q = mmap(0, 64, 3, 34, -1, 0)\n\
        let r = mremap(q, 64, 128, 1)\nlet b = sbrk(64)\nbrk(b)\nlet m = malloc(10)\nfree(m)\nclose(fd)\n\
        let child = fork()\nchild: exit(3)\nP1: wait()\nP1: getpid()\nP1: munmap(p, 256)\n\
        executable \"a\" {\n entry 0x400\n | section | start | size | perms |\n | .text | 400 | 40 | r-x |\n}\nP1: execve(\"a\")\n";
    let mut seen: Vec<&str> = Vec::new();
    for record in records(script) {
        let Some(call) = record.did.call() else { continue };
        seen.push(call.name);
        let Block::Paragraph { text, tone } = super::call::blocks(call, None).last().unwrap().clone() else {
            panic!("{}", call.name)
        };
        assert_eq!(tone, Tone::Plain, "{text}");
        assert!(text.starts_with(call.name) && text.contains(": "), "{text}");
    }
    for call in system_calls() {
        assert!(seen.contains(&call.name), "{} is not tried", call.name);
    }
}

#[test]
fn system_calls_return_a_value_and_a_meaning() {
    let small = "machine simple\nkernel { frames 16 }\nfile \"f\" = \"hello\"\nprocess P1\n";
    let call = |statement: &str| first(&format!("{small}{statement}"));
    assert_eq!(call("let fd = open(\"f\", 0)"), "open returns fd = 3: f is open for reading.");
    assert_eq!(call("let fd = open(\"g\", 0)"), "open returns fd = -1: ENOENT, no such file.");
    assert_eq!(
        call("let fd = open(\"f\", 0)\nlet p = mmap(0, 5, 1, 2, fd, 0)"),
        // The highest page below mmap-base, three quarters of 2^14.
        "mmap returns p = 0x2FC0: P1 has a new area 0x2FC0–0x3000 r--p, f."
    );
    assert_eq!(call("write(1, \"hi\\n\", 3)"), "write returns 3: 3 bytes go to standard output: \"hi\\n\".");
    assert!(call("munmap(0x1000, 64)").ends_with("nothing was mapped in 0x1000–0x1040."));
    assert_eq!(call("let n = fstat(open(\"f\", 0)).st_size"), "open returns 3: f is open for reading.");
    assert_eq!(sentences(&format!("{small}let n = fstat(open(\"f\", 0)).st_size")).last().unwrap(), "n = 5");
    let fork = format!("{SMALL}write 0x1000 = 1\nwrite 0x1040 = 1\nlet child = fork()");
    assert_eq!(
        first(&fork),
        "fork returns child = 2: child is a copy of P1, with the same 2 areas and a page table of its own; 2 pages are \
         shared with P1, read-only in both until one of them writes."
    );
}

#[test]
fn faults_inside_a_call_are_told_and_counted() {
    let script = format!("{SMALL}write(1, 0x0400, 70)");
    let told = sentences(&script);
    assert_eq!(told[0], "Page fault: page 0x10 of P1 (text) is page 0 of poem, and not mapped.");
    assert!(told[1].ends_with("Major fault; write goes on."), "{told:?}");
    assert!(told.last().unwrap().ends_with(" 2 page faults inside (major)."), "{told:?}");
    let bad = sentences(&format!("{SMALL}write(1, 0x0500, 4)"));
    assert!(
        bad[0].ends_with("The kernel touched it for write, so there is an error and no signal."),
        "{bad:?}"
    );
    assert_eq!(bad[1], "write returns -1: EFAULT, bad address.");
}

#[test]
fn loops_tell_a_fault_in_a_few_words() {
    let script = format!(
        "{SMALL}for n in 0..9 {{ write 0x1000 + 64 * n = n }}\nfor n in 0..1 {{ read 0x500 ; brk(0x5000) }}"
    );
    let told: Vec<String> = told(&script)
        .into_iter()
        .filter_map(|block| match block {
            Block::Paragraph { text, .. } if text.contains('→') => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(
        told[0],
        "write 0x1000 = 0x00 → fault demand-zero, frame 0, TLB miss, PPN 0x00, PA 0x000, cache miss"
    );
    assert_eq!(
        told[8],
        "write 0x1200 = 0x08 → fault demand-zero, frame 0, evicts page 0x40 of P1 (to swap slot 0), TLB miss, \
         PPN 0x00, PA 0x000, cache miss"
    );
    assert_eq!(told[9], "read 0x0500 → fault segmentation, SIGSEGV, SEGV_MAPERR, TLB miss");
    assert_eq!(told[10], "brk(0x5000) → -1 (ENOMEM)");
}

/// The boxes of the last statement, which is `show layout P1`, from the top.
fn slabs(script: &str) -> Vec<Slab> {
    let blocks = told(&format!("{script}\nshow layout P1"));
    let layout = blocks.into_iter().find_map(|block| match block {
        Block::Layout(layout) => Some(layout),
        _ => None,
    });
    layout.expect("a layout").slabs
}

#[test]
fn a_layout_is_the_lectures_picture() {
    // Figures 9.26 and 9.27, lectures.md section 4, from the top.
    let script =
        "machine core-i7\nfile \"a.out\" { size 16 KB, fill zero }\nfile \"libc.so\" { size 8 KB, fill zero }
process P1 {
  | area  | start        | end          | perms | backing   | offset |
  | .text | 400000       | 402000       | r-xp  | a.out     | 0      |
  | .data | 602000       | 603000       | rw-p  | a.out     | 2000   |
  | heap  | 603000       | 605000       | rw-p  | anonymous | -      |
  | libc  | 7FFFF7800000 | 7FFFF7802000 | r-xs  | libc.so   | 0      |
  | stack | 7FFFFFFDE000 | 7FFFFFFFF000 | rw-p  | anonymous | -      |
}
write 0x603000 = 1";
    let slabs = slabs(script);
    let named: Vec<&str> = slabs.iter().map(|slab| slab.lines[0].0.as_str()).collect();
    assert_eq!(
        named,
        [
            "page tables, task and mm structs,",
            "physical memory",
            "kernel code and data",
            "user stack",
            "↓ grows by faults, down to 0x7FFFFF7FF000",
            "memory-mapped region: libc",
            "(nothing mapped)",
            "run-time heap (malloc)",
            "initialized data (.data)",
            "(nothing mapped)",
            "program text (.text)",
            "unused",
        ]
    );
    let tops: Vec<&str> = slabs[3..].iter().map(|slab| slab.top.as_str()).collect();
    assert_eq!(
        tops,
        [
            "0x7FFFFFFFF000",
            "0x7FFFFFFDE000",
            "0x7FFFF7802000",
            "0x7FFFF7800000",
            "0x605000",
            "0x603000",
            "0x602000",
            "0x402000",
            "0x400000",
        ]
    );
    assert!(slabs[0].note.contains("different for each process"));
    assert!(slabs[1].note.contains("identical for each process"));
    assert_eq!((slabs[7].mark.as_str(), slabs[7].note.as_str()), ("brk", "1 of 2 pages in memory"));
    assert_eq!(slabs[7].lines[0].1, "rw-p  anonymous");
}

#[test]
fn a_small_machine_has_no_kernel_half() {
    let slabs = slabs(SMALL);
    let tops: Vec<&str> = slabs.iter().map(|slab| slab.top.as_str()).collect();
    assert_eq!(tops, ["0x4000", "0x1400", "0x1000", "0x0480", "0x0400"]);
    assert!(slabs[0].gap && !slabs[1].gap && slabs[4].gap);
}

#[test]
fn many_areas_are_drawn_in_part() {
    let mut script =
        "process P1\nfor n in 0..100 { mmap(0x10000000 + 8192 * n, 4096, 1, 50, -1, 0) }".to_owned();
    script.push_str("\nmprotect(0x10000000, 4096, 0)");
    let slabs = slabs(&script);
    let areas = slabs.iter().filter(|slab| !slab.gap).count() - 3;
    assert_eq!(areas, 40);
    assert!(slabs.iter().any(|slab| slab.lines[0].0 == "… and 60 more areas"));
}

#[test]
fn maps_are_as_proc_prints_them() {
    // Linux 6.x, fs/proc/task_mmu.c: addresses of at least eight digits in lower case, perms, offset, device, inode, and
    // the name in column 73 where addresses have up to sixteen digits.
    let script = "machine core-i7\nfile \"a.out\" { size 16 KB, fill zero }
process P1 {
  | area  | start        | end          | perms | backing   | offset |
  | text  | 400000       | 402000       | r-xp  | a.out     | 1000   |
  | heap  | 603000       | 605000       | rw-p  | anonymous | -      |
  | blob  | 700000       | 701000       | rw-p  | anonymous | -      |
  | stack | 7FFFFFFDE000 | 7FFFFFFFF000 | rw-p  | anonymous | -      |
}
show P1.maps";
    let Some(Block::Script(text)) = told(script).pop() else { panic!("no lines") };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("{:<73}a.out", "00400000-00402000 r-xp 00001000 08:01 1"));
    assert_eq!(lines[1], format!("{:<73}[heap]", "00603000-00605000 rw-p 00000000 00:00 0"));
    assert_eq!(lines[2], "00700000-00701000 rw-p 00000000 00:00 0 ");
    assert_eq!(lines[3], format!("{:<73}[stack]", "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0"));
    let Some(Block::Script(text)) = told(&format!("{SMALL}show P1.maps")).pop() else { panic!("no lines") };
    assert_eq!(text.lines().next(), Some(format!("{:<49}poem", "0400-0480 r--p 0000 08:01 1").as_str()));
}

#[test]
fn kernel_actions_say_what_they_came_to() {
    let pages = "write 0x1000 = 7\nwrite 0x1040 = 7\nmadvise(0x1000, 256, 12)\n";
    let told = sentences(&format!("{SMALL}{pages}ksm scan"));
    assert_eq!(
        told,
        [
            "1 frame is free again: equal pages share one frame now, read-only.",
            "page 0x41 of P1 shares frame 0 now"
        ]
    );
    assert_eq!(
        sentences(&format!("{SMALL}ksm scan")),
        ["No pages of mergeable areas are equal: nothing to merge."]
    );
    let told = sentences(&format!("{SMALL}{pages}swap out P1 0x1040"));
    assert_eq!(told[0], "Page 0x41 of P1 leaves memory.");
    assert_eq!(told[1], "frame 1: page 0x41 of P1 goes to swap slot 0");
    assert_eq!(sentences(&format!("{SMALL}{pages}reclaim 2 pages"))[0], "2 pages are evicted.");
}

#[test]
fn declarations_say_what_came_of_them() {
    assert_eq!(
        first("machine simple\nkernel { frames 8, swap 4 slots, replacement fifo }"),
        "8 user frames, replacement fifo, swap of 4 slots, page cache cold"
    );
    assert_eq!(first(SMALL), "P1 is process 1, with 2 areas of 1152 B together; no page is in memory yet");
    assert!(first("process P1").starts_with("No machine was declared"));
    let record = records(&format!("{SMALL}process P2")).pop().unwrap();
    assert!(matches!(&*record.did, Did::Declared(declared) if declared.booted.is_none()));
}
