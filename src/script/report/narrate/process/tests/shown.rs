//! Tests of displayed address spaces, declarations, and kernel actions.

use super::{SMALL, first, narrated, sentences};
use crate::report::doc::{Block, Layout, Slab};
use crate::report::playing::records;
use crate::run::record::Did;

/// Returns the boxes drawn by the last statement, which is `show layout P1`, from top to bottom.
fn slabs(script: &str) -> Vec<Slab> {
    let blocks = narrated(&format!("{script}\nshow layout P1"));
    let layout = blocks.into_iter().find_map(|block| match block {
        Block::Layout(layout) => Some(layout),
        _ => None,
    });
    layout.expect("a layout").slabs
}

#[test]
fn a_layout_is_the_lectures_picture() {
    // The boxes match figures 9.26 and 9.27 (lectures.md, section 4), from top to bottom.
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
            "↓ grows on faults, down to 0x7FFFFF7FF000",
            "memory-mapped region: libc",
            "(nothing mapped)",
            "run-time heap (malloc)",
            "initialized data (.data)",
            "(nothing mapped)",
            "program text (.text)",
            "unused",
            // Linux's default `vm.mmap_min_addr` is 64 KB.
            "forbidden (null pointers)",
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
            "0x10000",
        ]
    );
    assert!(slabs[0].note.contains("different for each process"));
    assert!(slabs[1].note.contains("identical for each process"));
    assert_eq!(
        (slabs[7].mark.as_str(), slabs[7].note.as_str()),
        ("brk", "1 of 2 pages resident")
    );
    assert_eq!(slabs[7].lines[0].1, "rw-p  anonymous");
}

#[test]
fn the_heap_is_above_bss_with_the_break() {
    let script = "process P1 {
  | area  | start        | end          | perms |
  | .bss  | 555555557000 | 555555559000 | rw-p  |
  | stack | 7FFFFFFDE000 | 7FFFFFFFF000 | rw-p  |
}
mmap(0x7FFFFFFDA000, 16 KB, 3, 0x132, -1, 0)
sbrk(0x1800)
write 0x555555559000 = 1";
    let seen = |script: &str| {
        let slabs = slabs(script);
        let areas = slabs
            .iter()
            .filter(|slab| !slab.gap && !slab.top.is_empty());
        areas
            .map(|slab| {
                let marked = [&*slab.mark, &slab.mark_at].map(str::to_owned);
                (slab.lines[0].0.clone(), marked.join(" "))
            })
            .collect::<Vec<_>>()
    };
    let narrated = |name: &str, mark: &str| (name.to_owned(), format!("{mark} "));
    let bss = narrated("uninitialized data (.bss)", "");
    let [stack, mapped, heap, ..] = [
        narrated("user stack", "%rsp"),
        narrated("mapped", ""),
        (
            "run-time heap (malloc)".to_owned(),
            "brk 0x55555555A800".to_owned(),
        ),
    ];
    assert_eq!(
        seen(script),
        [stack.clone(), mapped.clone(), heap, bss.clone()]
    );
    // In a child, the heap can have several areas. The break is at the end of the last area.
    let child =
        format!("{script}\nlet P2 = fork()\nP2: sbrk(0x800)\nP2: sbrk(0x1000)\nshow layout P2")
            .replace("P1", "P0")
            .replace("P2", "P1");
    let heap = |mark| narrated("run-time heap (malloc)", mark);
    assert_eq!(seen(&child), [stack, mapped, heap("brk"), heap(""), bss]);
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
        "process P1\nfor n in 0..100 { mmap(0x10000000 + 8192 * n, 4096, 1, 50, -1, 0) }"
            .to_owned();
    script.push_str("\nmprotect(0x10000000, 4096, 0)");
    let slabs = slabs(&script);
    let areas = slabs.iter().filter(|slab| !slab.gap).count() - 3;
    assert_eq!(areas, 40);
    assert!(
        slabs
            .iter()
            .any(|slab| slab.lines[0].0 == "… and 60 more areas")
    );
}

#[test]
fn maps_are_as_proc_prints_them() {
    // Linux 6.x, fs/proc/task_mmu.c, prints lowercase addresses of at least eight digits, perms, offset,
    // device, inode, and the name. The name is in column 73 if addresses have up to sixteen digits.
    let script = "machine core-i7\nfile \"a.out\" { size 16 KB, fill zero }
process P1 {
  | area  | start        | end          | perms | backing   | offset |
  | text  | 400000       | 402000       | r-xp  | a.out     | 1000   |
  | heap  | 603000       | 605000       | rw-p  | anonymous | -      |
  | blob  | 700000       | 701000       | rw-p  | anonymous | -      |
  | stack | 7FFFFFFDE000 | 7FFFFFFFF000 | rw-p  | anonymous | -      |
}
show P1.maps";
    let Some(Block::Script(text)) = narrated(script).pop() else {
        panic!("no lines")
    };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!("{:<73}a.out", "00400000-00402000 r-xp 00001000 08:01 1")
    );
    assert_eq!(
        lines[1],
        format!("{:<73}[heap]", "00603000-00605000 rw-p 00000000 00:00 0")
    );
    assert_eq!(lines[2], "00700000-00701000 rw-p 00000000 00:00 0 ");
    assert_eq!(
        lines[3],
        format!(
            "{:<73}[stack]",
            "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0"
        )
    );
    let Some(Block::Script(text)) = narrated(&format!("{SMALL}show P1.maps")).pop() else {
        panic!("no lines")
    };
    assert_eq!(
        text.lines().next(),
        Some(format!("{:<49}poem", "0400-0480 r--p 0000 08:01 1").as_str())
    );
}

#[test]
fn kernel_actions_report_their_results() {
    let pages = "write 0x1000 = 7\nwrite 0x1040 = 7\nmadvise(0x1000, 256, 12)\n";
    let narrated = sentences(&format!("{SMALL}{pages}ksm scan"));
    assert_eq!(
        narrated,
        [
            "The kernel frees 1 frame, because each set of equal pages now shares one read-only frame.",
            "page 0x41 of P1 now shares frame 0"
        ]
    );
    assert_eq!(
        sentences(&format!("{SMALL}ksm scan")),
        ["No pages of mergeable areas are equal, so the kernel merges nothing."]
    );
    let narrated = sentences(&format!("{SMALL}{pages}swap out P1 0x1040"));
    assert_eq!(narrated[0], "Page 0x41 of P1 is swapped out.");
    assert_eq!(
        narrated[1],
        "frame 1: page 0x41 of P1 is written to swap slot 0; the kernel sets P = 0 and slot 0 in the page's PTE and invalidates its TLB entry"
    );
    let shared = "let q = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)\nwrite q = 1\n\
                  let child = fork()\nchild: read q\n";
    let narrated = sentences(&format!("{SMALL}{shared}swap out P1 q"));
    assert!(
        narrated[1].ends_with(
            "; the kernel sets P = 0 in the page's 2 PTEs and invalidates their TLB entries"
        ),
        "{narrated:?}"
    );
    assert_eq!(
        sentences(&format!("{SMALL}{pages}reclaim 2 pages"))[0],
        "The kernel evicts 2 pages."
    );
}

#[test]
fn declarations_report_their_results() {
    assert_eq!(
        first("machine simple\nkernel { frames 8, swap 4 slots, replacement fifo }"),
        "8 user frames, replacement by FIFO, 4 swap slots, cold page cache"
    );
    assert_eq!(
        first(SMALL),
        "P1 is process 1, with 2 areas totaling 1152 B; no page is resident yet"
    );
    assert!(first("process P1").starts_with("Without a machine declaration"));
    let record = records(&format!("{SMALL}process P2")).pop().unwrap();
    assert!(matches!(&*record.did, Did::Declared(declared) if declared.booted.is_none()));
}

/// The address space of the lecture's three accesses (lectures.md, section 5; CS:APP figure 9.28).
const THREE: &str = "machine core-i7\nfile \"a.out\" { size 16 KB, fill zero }
process P1 {
  | area  | start  | end    | perms | backing | offset |
  | .text | 400000 | 402000 | r-xp  | a.out   | 0      |
  | .data | 602000 | 603000 | rw-p  | a.out   | 2000   |
}
read 0x500000
read 0x602004
write 0x400000 = 1";

/// Returns the last address space that a script draws.
fn layout(script: &str) -> Layout {
    let mut layouts = narrated(script)
        .into_iter()
        .filter_map(|block| match block {
            Block::Layout(layout) => Some(layout),
            _ => None,
        });
    *layouts.next_back().expect("a layout")
}

#[test]
fn the_lectures_three_accesses_are_in_their_boxes() {
    // 1 is outside every area, 2 is in an area and allowed, and 3 is a write to a read-only area.
    let layout = layout(&format!("{THREE}\nfigure layout P1 accesses"));
    let marked: Vec<_> = layout
        .slabs
        .iter()
        .flat_map(|slab| slab.accesses.iter().map(move |mark| (slab, mark)))
        .map(|(slab, mark)| {
            let result = mark.result.as_deref().expect("a result");
            (
                slab.lines[0].0.as_str(),
                slab.top.as_str(),
                mark.number,
                mark.operation.as_str(),
                result,
            )
        })
        .collect();
    assert_eq!(
        marked,
        [
            (
                "initialized data (.data)",
                "0x603000",
                2,
                "read 0x602004",
                "normal page fault (file)"
            ),
            (
                "(nothing mapped)",
                "0x602000",
                1,
                "read 0x500000",
                "segmentation fault"
            ),
            (
                "program text (.text)",
                "0x402000",
                3,
                "write 0x400000",
                "protection exception"
            ),
        ]
    );
}

#[test]
fn the_accesses_are_those_since_the_last_figure() {
    let numbers = |script: &str| {
        let layout = layout(script);
        let marks = layout.slabs.iter().flat_map(|slab| &slab.accesses);
        let mut numbers: Vec<u64> = marks.map(|mark| mark.number).collect();
        numbers.sort_unstable();
        (numbers, layout.legend)
    };
    let last = "\nfigure layout P1 accesses";
    let none = Vec::<String>::new;
    assert_eq!(numbers(&format!("{THREE}{last}")), (vec![1, 2, 3], none()));
    // A `probe` and the accesses of other processes do not count.
    let others = "\nprobe 0x602004\nprocess P2\nP2: read 0";
    assert_eq!(
        numbers(&format!(
            "{THREE}\nfigure layout P1\nread 0x602004{others}{last}"
        )),
        (vec![1], none())
    );
    assert_eq!(
        numbers(&format!("{THREE}\nscenario \"s\" {{ read 0{last} }}")),
        (vec![1], none())
    );
    // After a scenario, the earlier accesses are those before the scenario.
    assert_eq!(
        numbers(&format!("{THREE}\nscenario \"s\" {{ read 0 }}{last}")),
        (vec![1, 2, 3], none())
    );
    let many = numbers(&format!("{THREE}\nrepeat 100 {{ read 0x602004 }}{last}"));
    assert_eq!(
        many,
        (
            (72..=103).collect(),
            vec!["71 earlier accesses are omitted".to_owned()]
        )
    );
}

#[test]
fn the_chain_leads_from_the_lowest_to_the_highest_area() {
    let layout = layout(&format!("{THREE}\nfigure layout P1 chain"));
    let chain = layout.chain.as_ref().expect("a chain");
    assert_eq!(
        (chain.process.as_str(), chain.mmap.as_str()),
        ("P1", "0x400000")
    );
    let structures = layout
        .slabs
        .iter()
        .filter_map(|slab| Some((slab, slab.structure.as_ref()?)));
    let structures: Vec<_> = structures
        .map(|(slab, structure)| (slab.lines[0].0.as_str(), structure.join(", ")))
        .collect();
    let area = "vm_area_struct, vm_end";
    assert_eq!(
        structures,
        [
            (
                "initialized data (.data)",
                format!("{area} 0x603000, vm_start 0x602000, vm_prot rw-, vm_flags private")
            ),
            (
                "program text (.text)",
                format!("{area} 0x402000, vm_start 0x400000, vm_prot r-x, vm_flags private")
            ),
        ]
    );
}

/// Each of the lecture's seven areas has a structure with all fields of CS:APP figure 9.27.
#[test]
fn a_chain_of_seven_areas_has_all_labels() {
    let row = |at: u64| format!("| {:X} {:X} rw-p | ; ", at << 13, (at << 13) + 0x1000);
    let rows: Vec<String> = (0x200..0x207).map(row).collect();
    let rows = rows.concat();
    let layout = layout(&format!(
        "process P1 {{ | start end perms | ; {rows} }}\nfigure layout P1 chain"
    ));
    let structures: Vec<String> = layout
        .slabs
        .iter()
        .filter_map(|slab| Some(slab.structure.as_ref()?.join(" ")))
        .collect();
    assert_eq!(structures.len(), 7);
    for label in ["vm_end 0x", "vm_start 0x", "vm_prot ", "vm_flags "] {
        assert!(
            structures.iter().all(|lines| lines.contains(label)),
            "{structures:?}"
        );
    }
}

#[test]
fn layouts_mark_the_stack_pointer_and_the_break() {
    let marks = |script: &str| {
        slabs(script)
            .into_iter()
            .filter(|slab| !slab.mark.is_empty())
            .map(|slab| (slab.top, slab.mark))
            .collect::<Vec<_>>()
    };
    let mark = |top: &str, name: &str| (top.to_owned(), name.to_owned());
    let program = "executable \"a.out\" { | section start size perms | ; | .text 400000 1800 r-x | }\nprocess P1";
    assert_eq!(marks(program), []);
    // The heap of a new program is empty and begins after its last section.
    let marked = [mark("0x7FFFFFFFF000", "%rsp"), mark("0x402000", "brk")];
    assert_eq!(marks(&format!("{program}\nexecve(\"a.out\")")), marked);
    // Stores below the stack grow the area but do not run the program.
    let grown = format!("{program}\nexecve(\"a.out\")\nwrite 0x7FFFFFFF0000 = 1");
    assert_eq!(marks(&grown), marked);
    // A process whose areas a script lists has a stack pointer, too.
    let listed = "process P1 { | area start end perms | ; | stack 7FFFFFFDE000 7FFFFFFFF000 rw-p | }\nexpect P1.rsp == 0x7FFFFFFFF000";
    assert_eq!(marks(listed), [mark("0x7FFFFFFFF000", "%rsp")]);
}
