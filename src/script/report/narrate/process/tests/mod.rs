//! Tests of the narration of processes. The wording follows the lectures (lectures.md, sections 4 to 8), and
//! the formats follow Linux.

use crate::report::doc::{Block, Step, Tone};
use crate::report::narrate::Narrator;
use crate::report::playing::play;
use crate::run::record::{Sink, StepRecord};

mod calls;
mod shown;

/// The simple memory system from the lectures with a process, eight 64-byte frames, and four swap slots.
const SMALL: &str = "machine simple
kernel { frames 8, swap 4 slots, replacement fifo }
file \"poem\" { size 100 B, fill 0x2E }
process P1 {
  | area | start | end  | perms | backing   | offset |
  | text | 0400  | 0480 | r--p  | poem      | 0      |
  | heap | 1000  | 1400 | rw-p  | anonymous | -      |
}
";

/// A sink that keeps the narration.
struct NarrationSink {
    narrator: Narrator<'static>,
    blocks: Vec<Block>,
}

impl Sink for NarrationSink {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.blocks.extend(self.narrator.narrate(record));
        true
    }
}

/// Returns the narration of a script.
fn narrated(script: &str) -> Vec<Block> {
    let (mut narrated, _) = play(script, |sources| NarrationSink {
        narrator: Narrator::new(sources, false),
        blocks: Vec::new(),
    });
    let rest = narrated.narrator.rest();
    narrated.blocks.extend(rest);
    narrated.blocks
}

/// Returns the sentences of the last statement.
fn sentences(script: &str) -> Vec<String> {
    let blocks = narrated(script);
    let from = blocks
        .iter()
        .rposition(|block| matches!(block, Block::Statement { .. }))
        .unwrap();
    let text = |block: &Block| match block {
        Block::Paragraph { text, .. } => Some(text.clone()),
        _ => None,
    };
    blocks[from..].iter().filter_map(text).collect()
}

/// Returns the first sentence of the last statement.
fn first(script: &str) -> String {
    sentences(script).remove(0)
}

fn heads(script: &str) -> Vec<String> {
    let blocks = narrated(script).into_iter();
    blocks
        .filter_map(|block| match block {
            Block::Statement { text, .. } => Some(text),
            _ => None,
        })
        .collect()
}

/// Returns the steps of the last statement, which is `show steps`.
fn steps(script: &str) -> Vec<Step> {
    let blocks = narrated(&format!("{script}\nshow steps"));
    match blocks.last() {
        Some(Block::Steps(steps)) => steps.clone(),
        other => panic!("no steps: {other:?}"),
    }
}

fn lines(steps: &[Step]) -> Vec<String> {
    steps
        .iter()
        .map(|step| format!("{}: {}", step.who(), step.what))
        .collect()
}

#[test]
fn a_first_touch_is_demand_zero() {
    let narrated = sentences(&format!("{SMALL}write 0x1004 = 1"));
    assert_eq!(
        narrated[0],
        "Page fault: page 0x40 of P1 (heap) is anonymous and was never touched (demand-zero)."
    );
    assert_eq!(
        narrated[1],
        "The kernel allocates frame 0, fills it with zeros, and maps it. Minor fault; the instruction is retried."
    );
}

#[test]
fn a_page_of_a_file_is_read_from_disk_once() {
    let narrated = sentences(&format!("{SMALL}read 0x0440"));
    assert_eq!(
        narrated[0],
        "Page fault: page 0x11 of P1 (text) is backed by page 1 of `poem` but has no valid PTE."
    );
    assert_eq!(
        narrated[1],
        "The kernel reads the page from disk into frame 0 and maps it. Major fault; the instruction is retried."
    );
    let warm = SMALL.replace("replacement fifo", "page-cache warm");
    let narrated = sentences(&format!("{warm}read 0x0440"));
    assert_eq!(
        narrated[1],
        "The kernel loads the page from the page cache into frame 0 and maps it. Minor fault; the instruction is retried."
    );
    let again = sentences(&format!("{SMALL}read 0x0440\nread 0x0441"));
    assert!(
        again.iter().all(|text| !text.contains("fault")),
        "{again:?}"
    );
}

#[test]
fn a_victim_makes_room_and_comes_back() {
    let fill = "for n in 0..8 { write 0x1000 + 64 * n = n + 1 }\n";
    let narrated = sentences(&format!("{SMALL}{fill}write 0x1200 = 9"));
    assert_eq!(
        narrated[1],
        "No frame is free. The victim (FIFO) is frame 0 with page 0x40 of P1, which the kernel writes to \
         swap slot 0. The kernel sets P = 0 and slot 0 in the page's PTE and invalidates its TLB entry."
    );
    assert!(
        narrated[2].starts_with("The kernel allocates frame 0, fills it with zeros, and maps it."),
        "{narrated:?}"
    );
    let narrated = sentences(&format!("{SMALL}{fill}write 0x1200 = 9\nread 0x1000"));
    assert_eq!(
        narrated[0],
        "Page fault: page 0x40 of P1 (heap) is on disk, in swap slot 0."
    );
    assert!(
        narrated[1]
            .contains("frame 1 with page 0x41 of P1, which the kernel writes to swap slot 1. "),
        "{narrated:?}"
    );
    assert!(
        narrated[1].ends_with(
            " The kernel sets P = 0 and slot 1 in the page's PTE and invalidates its TLB entry."
        ),
        "{narrated:?}"
    );
    assert_eq!(
        narrated[2],
        "The kernel reads the page from swap slot 0 into frame 1 and maps it. Major fault; the instruction is retried."
    );
    let clean =
        format!("{SMALL}read 0x0400\nfor n in 0..7 {{ write 0x1000 + 64 * n = n }}\nread 0x1200");
    assert!(sentences(&clean)[1].ends_with(
        "frame 0 with page 0x10 of P1, which is clean, so the kernel discards it. \
         The kernel sets P = 0 in the page's PTE and invalidates its TLB entry."
    ));
}

#[test]
fn a_store_to_a_shared_page_copies_it_and_the_last_sharer_keeps_it() {
    let fork = format!("{SMALL}write 0x1000 = 1\nlet child = fork()\n");
    let narrated = sentences(&format!("{fork}child: write 0x1000 = 2"));
    assert_eq!(
        narrated[0],
        "Protection fault: page 0x40 of child (heap) is in shared frame 0. The PTE is read-only although the \
         area is writable (copy-on-write)."
    );
    assert_eq!(
        narrated[1],
        "The kernel copies frame 0 to frame 1 and maps frame 1 writable in child. Minor fault; the instruction is retried."
    );
    let narrated = sentences(&format!(
        "{fork}child: write 0x1000 = 2\nP1: write 0x1000 = 3"
    ));
    assert!(
        narrated[1].starts_with("Frame 0 is no longer shared"),
        "{narrated:?}"
    );
    assert!(narrated[1].contains("without copying"), "{narrated:?}");
}

#[test]
fn the_page_of_zeros_is_copied_by_a_store() {
    let zero = SMALL.replace("replacement fifo", "zero-page on");
    let read = sentences(&format!("{zero}read 0x1000"));
    assert!(
        read[1].starts_with("The kernel maps the shared zero page read-only"),
        "{read:?}"
    );
    let narrated = sentences(&format!("{zero}read 0x1000\nwrite 0x1000 = 1"));
    assert!(
        narrated[0].contains("is mapped to the shared zero page"),
        "{narrated:?}"
    );
    assert!(
        narrated[1].starts_with(
            "The kernel allocates frame 0, fills it with zeros, and maps it writable in P1."
        ),
        "{narrated:?}"
    );
}

#[test]
fn fatal_faults_name_signal_and_code() {
    // Figure 9.28 shows an access outside every area, and a write to a read-only area, which Linux reports as a
    // segmentation fault.
    assert_eq!(
        first(&format!("{SMALL}read 0x0500")),
        "P1 has no area at 0x0500 (text ends at 0x0480, heap begins at 0x1000). Linux reports a segmentation fault \
         (SIGSEGV, SEGV_MAPERR)."
    );
    assert_eq!(
        first(&format!("{SMALL}write 0x0404 = 1")),
        "P1 cannot write to 0x0404, because the area text (0x0400–0x0480) is r--p. Linux reports the protection \
         exception as a segmentation fault (SIGSEGV, SEGV_ACCERR)."
    );
    // A name keeps its spelling at the beginning of a sentence.
    let lower = SMALL.replace("P1", "p");
    assert!(lower.contains("process p") && !lower.contains("process P"));
    for statement in ["read 0x0500", "write 0x0404 = 1"] {
        let said = first(&format!("{lower}{statement}"));
        assert!(said.starts_with("p "), "{said}");
    }
    let past = SMALL.replace("| 0400  | 0480 |", "| 0400  | 0500 |");
    assert_eq!(
        first(&format!("{past}read 0x0480")),
        "Page 0x12 of P1 maps page 2 of `poem`, past the end of the file (100 bytes). Linux reports a bus error \
         (SIGBUS, BUS_ADRERR)."
    );
    let half = "process P1\nread 0xFFFF800000000000";
    assert!(
        first(half).starts_with("0x800000000000 is in the kernel's half of the address space. "),
        "{}",
        first(half)
    );
    let tone = |script: &str| {
        narrated(script).into_iter().find_map(|block| match block {
            Block::Paragraph { tone, text } if text.contains("SIGSEGV") => Some(tone),
            _ => None,
        })
    };
    assert_eq!(tone(&format!("{SMALL}read 0x0500")), Some(Tone::Bad));
}

#[test]
fn the_worksheet_is_that_of_the_retry() {
    let blocks = narrated(&format!("{SMALL}write 0x1004 = 0x2A"));
    let sheets: Vec<String> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Worksheet(blanks) => Some(
                blanks
                    .iter()
                    .map(|b| format!("{} {}", b.label, b.value))
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            _ => None,
        })
        .collect();
    assert_eq!(
        sheets[0],
        "VPN 0x40, TLBI 0x0, TLBT 0x10, TLB hit? no, page fault? yes (demand-zero), PPN 0x00"
    );
    assert_eq!(
        sheets[1],
        "PA 0x004, CO 0x0, CI 0x1, CT 0x00, cache hit? no, stored 0x2A"
    );
}

#[test]
fn steps_of_a_fault_are_the_lectures() {
    // In section 5 of lectures.md, the sequence begins like a hit, and then a valid bit of 0 raises an
    // exception. The handler selects a victim, writes it to disk if it is dirty, pages in the new page, updates
    // the entry, and returns. The CPU restarts the instruction.
    let fill = "for n in 0..8 { write 0x1000 + 64 * n = n + 1 }\n";
    let steps = steps(&format!("{SMALL}{fill}write 0x1200 = 9"));
    let lines = lines(&steps);
    // The page table has 256 entries of 2 bytes each, so it occupies 512 bytes at the top of the 4 KB memory,
    // at 0xE00.
    let expected = [
        "CPU → MMU: virtual address 0x1200 (VPN 0x48, VPO 0x00)",
        "MMU → TLB: TLBI 0x0, TLBT 0x12: miss",
        "MMU → memory: PTE address 0xE90 = CR3 + VPN 0x48 × 2",
        "memory → MMU: PTE 0x0000: not present (P = 0)",
        "MMU → CPU: exception: page fault",
        "CPU → handler: transfers control to the kernel's page fault handler",
        "handler: the address is in the area heap (0x1000–0x1400, rw-p, anonymous), which permits the access",
        "handler → disk: evicts page 0x40 of P1 from frame 0 (FIFO) and writes it to swap slot 0. \
         The kernel sets P = 0 and slot 0 in the page's PTE and invalidates its TLB entry",
        "handler → memory: fills frame 0 with zeros",
        "handler → memory: updates the PTE of page 0x48: P = 1, PPN 0x00, R/W = 1",
        "handler → CPU: returns from the minor fault; the instruction is retried",
        "CPU → MMU: virtual address 0x1200 (VPN 0x48, VPO 0x00)",
        "MMU → TLB: TLBI 0x0, TLBT 0x12: miss",
    ];
    assert_eq!(lines[..expected.len()], expected);
    assert!(
        lines.last().unwrap().contains("stores byte 0x09"),
        "{lines:#?}"
    );
}

#[test]
fn steps_of_a_fatal_fault_end_with_the_signal() {
    let steps = lines(&steps(&format!("{SMALL}read 0x0500")));
    assert_eq!(
        steps[4..],
        [
            "MMU → CPU: exception: page fault",
            "CPU → handler: transfers control to the kernel's page fault handler",
            "handler: no area contains this address",
            "handler → process: sends SIGSEGV (SEGV_MAPERR); the instruction does not complete",
        ]
    );
}

#[test]
fn an_access_over_two_pages_handles_both_faults_in_turn() {
    let steps = lines(&steps(&format!("{SMALL}write 0x103F = 0x0102 size 2")));
    let at = |words: &str| {
        steps
            .iter()
            .position(|step| step.contains(words))
            .unwrap_or_else(|| panic!("{words}: {steps:#?}"))
    };
    assert!(
        at("allocates frame 0") < at("piece 2 ") && at("piece 2 ") < at("allocates frame 1"),
        "{steps:#?}"
    );
    assert_eq!(
        steps
            .iter()
            .filter(|step| step.contains("piece 1 "))
            .count(),
        2,
        "{steps:#?}"
    );
    assert_eq!(
        steps
            .iter()
            .filter(|step| step.contains("piece 2 "))
            .count(),
        2,
        "{steps:#?}"
    );
    assert_eq!(
        steps
            .iter()
            .filter(|step| step.contains("piece 3 "))
            .count(),
        0,
        "{steps:#?}"
    );
}
