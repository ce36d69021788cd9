//! Tests that worked solutions explain the values that a question prints or asks for, with the numbers of the
//! paper.

use pagewalk_script::exam::formats::{Edition, Style, markdown};

use crate::running::paper;

/// Returns the first question with its solutions.
fn solved(script: &str) -> String {
    let text = markdown(&paper(script, 0), Edition::Solutions, &Style::default());
    text.split_once("\n## 1 ").unwrap().1.to_owned()
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    let text = text.replace('\\', "");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(line.contains(part), "no `{part}` in\n{text}");
    }
}

#[track_caller]
fn lacks(text: &str, parts: &[&str]) {
    let text = text.replace('\\', "");
    for part in parts {
        assert!(!text.contains(part), "`{part}` in\n{text}");
    }
}

#[test]
fn the_address_of_a_decimal_paper_is_also_in_hexadecimal() {
    let decimal = solved(
        "exam { radix decimal }\nmachine simple\nquestion \"Q\" { ask translate 980 => vpn, vpo }",
    );
    has(&decimal, &["980 is 0x03D4, or 0b00_0011_1101_0100."]);
}

#[test]
fn only_structures_of_the_question_are_explained() {
    // Fields of an address need neither a page table nor a TLB or cache.
    let fields =
        solved("machine core-i7\nquestion \"Q\" { ask translate 0x70000FFF => vpn1, vpo }");
    has(&fields, &["VPN1 is 0b0_0000_0000, bits 47–39"]);
    lacks(&fields, &["TLB", "MMU", "page fault"]);
    // A question about the TLB hides the walk and the frame.
    let machine = "machine { virtual 16 bits, physical 16 bits, page 4 KB, tlb { entries 4 }\n\
        cache { size 64 B, block 4 B } }\nset page_table { | vpn ppn |; | 1 D | }\n";
    let tlb = solved(&format!(
        "{machine}question \"Q\" {{ ask read 0x1234 => tlb }}"
    ));
    has(&tlb, &["TLBT 0x1: miss", "fills the TLB entry"]);
    lacks(&tlb, &["fetches", "0xD", "cache", "sets the accessed bit"]);
    // The given page table is explained, but has no column A.
    let table = solved(&format!(
        "{machine}question \"Q\" {{ given page_table; ask read 0x1234 => tlb }}"
    ));
    has(
        &table,
        &[
            "fetches the page-table entry for VPN 0x1",
            "present (P = 1), PPN 0xD",
        ],
    );
    lacks(&table, &["accessed bit", "→ CPU: "]);
    let marks = solved(&format!(
        "{machine}question \"Q\" {{ ask read 0x1234 => tlb; ask page_table columns a }}"
    ));
    has(&marks, &["sets the accessed bit A"]);
    let other = solved(&format!(
        "{machine}question \"Q\" {{ ask read 0x1234 => tlb; ask page_table columns v }}"
    ));
    has(&other, &["fetches the page-table entry"]);
    lacks(&other, &["accessed bit"]);
    // The cache alone.
    let cache = solved(&format!(
        "{machine}question \"Q\" {{ ask read 0x1234 => cache }}"
    ));
    has(
        &cache,
        &[
            "MMU → cache: physical address 0xD234",
            "cache → memory: fetches the block",
        ],
    );
    lacks(&cache, &["TLB: ", "fills the TLB"]);
}

#[test]
fn the_kernel_is_explained_without_its_processor() {
    let text = solved(
        "question \"Q\" {\n  process P { | area start end perms backing |; | data 10000 12000 rw-p anonymous | }\n  \
         write 0x10000 = 1\n  text \"P has written to its first page.\"\n  write 0x11000 = 1\n  \
         ask \"Pages\" = P.rss / 4 KB\n  ask read 0x11000 => byte, fault\n}",
    );
    has(
        &text,
        &[
            "Process P writes the byte 0x01 at virtual address 0x000000011000.",
            "allocates frame 1",
        ],
    );
    lacks(
        &text,
        &[
            "dTLB",
            "L1d",
            "CR3",
            "page table in physical",
            "PTE",
            "0x000000010000",
            "0b",
        ],
    );
}

#[test]
fn the_repetition_after_a_page_fault_is_explained() {
    let script = "machine { virtual 16 bits, physical 16 bits, page 4 KB, tlb { entries 4, fully-associative } }\n\
        question \"Q\" {\n  given tlb, page_table\n  ask read 0x1234 => tlb, fault\n  \
        set page_table { | vpn ppn |; | 1 D | }\n  read 0x1234\n  ask tlb columns tag ppn\n}";
    let text = solved(script);
    has(
        &text,
        &[
            "The access ends with a page fault. After the page fault, the processor retries the access:",
        ],
    );
    let (before, after) = text.split_once("retries the access").unwrap();
    lacks(before, &["fills the TLB entry"]);
    has(
        after,
        &[
            "present (P = 1), PPN 0xD",
            "fills the TLB entry",
            "Fill in the table.",
        ],
    );
    // The table's solution does not repeat the explanation of the access.
    assert_eq!(after.matches("0x1234").count(), 1, "{text}");
}

#[test]
fn grids_show_what_the_policy_chooses_from() {
    let of = |policy: &str, ask: &str| {
        solved(&format!(
            "question \"Q\" {{ ask reference 1 2 3 1 4 5 {{ frames 3, replacement {policy} }} => {ask} }}"
        ))
    };
    // At step 5, every use bit is set, so the hand clears all use bits and evicts page 1.
    let clock = of("clock", "faults");
    has(
        &clock,
        &["use bits │ 100 110 111 111 100 110", "hand │ 0 0 0 0 1 2"],
    );
    lacks(&clock, &["modified"]);
    has(
        &of("third-chance, stores 2", "faults"),
        &["modified bits │ 000 010 010 010 010 010"],
    );
    has(
        &of("nru, stores 2", "faults"),
        &[
            "reference bits │ 100 110 111",
            "modified bits │ 000 010 010",
        ],
    );
    has(
        &of("lfu", "faults"),
        &["counter 0 │ 0 0 0 1 1 1", "counter 1 │ - 0 0 0 0 0"],
    );
    has(
        &of("aging, tick 3", "faults"),
        &["counter 1 │ - 00000000 10000000 10000000"],
    );
    lacks(&of("fifo", "faults"), &["use bits", "hand", "counter"]);
    // A working set has no empty frames.
    let set = solved(
        "question \"Q\" { ask reference 1 2 1 2 { replacement working-set, window 2 } => faults }",
    );
    has(&set, &["frame 1 │"]);
    lacks(&set, &["frame 2 │"]);
    // Solutions print long lists in full.
    let pages: Vec<String> = (0..30).map(|page| (page % 16).to_string()).collect();
    let long = solved(&format!(
        "question \"Q\" {{ ask reference {} {{ frames 16, replacement lru }} => faults, hits }}",
        pages.join(" ")
    ));
    has(&long, &["steps 1–16 missed", "steps 17–30 hit"]);
    lacks(&long, &["…"]);
}

#[test]
fn the_choice_among_initial_pages_is_explained() {
    let of = |policy: &str| {
        solved(&format!(
            "question \"Q\" {{ ask reference 4 {{ frames 4, replacement {policy}\n | page loaded used R M |\n \
             | 0 126 280 1 0 |\n | 1 230 265 0 1 |\n | 2 140 270 0 0 |\n | 3 110 285 1 1 |\n }} => faults }}"
        ))
    };
    has(
        &of("nru"),
        &["Page 2 is in the lowest class, with R = 0 and M = 0."],
    );
    has(&of("fifo"), &["Page 3 was loaded first (time 110)."]);
    has(
        &of("lru"),
        &["Page 1 was last used before all others (time 265)."],
    );
    has(
        &of("second-chance"),
        &["Page 2 is the first page in the order of loading with R = 0."],
    );
}

#[test]
fn paths_are_derived_from_the_machine() {
    let text = solved(
        "machine { virtual 32 bits, physical 30 bits, page 4 KB\n tlb { entries 128, ways 4 }\n \
         cache { size 1 MB, ways 16, block 64 B } }\nquestion \"Q\" {\n  ask \"a\" = tlb.tag_bits\n  \
         ask \"b\" = tlb.reach / 1 KB\n  ask \"c\" = cache.sets\n  ask \"d\" = cache.colors\n  \
         ask \"e\" = machine.flat_page_table_bytes / 1 MB\n  ask \"f\" = cache.tag_bits + tlb.index_bits\n  \
         ask \"g\" = machine.frames\n  ask \"h\" = cache.vipt\n  ask \"i\" = machine.vpn_bits\n}",
    );
    has(
        &text,
        &[
            "width of the tag 128 entries / 4 ways = 32 sets: 5 index bits; 32 − 12 − 5 = 15",
            "128 entries × 4 KB = 512 KB = 524288",
            "number of sets 1 MB / (64 B × 16 ways) = 1024",
            "1 MB / 16 ways = 64 KB in each way; 64 KB / 4 KB = 16",
            "size of a one-level page table 2³² / 4 KB = 2²⁰ entries; 2²⁰ × 4 B = 4 MB = 4194304",
            "1024 sets: 10 index bits; 30 − 6 − 10 = 14",
            "width of the set index 128 entries / 4 ways = 32 sets; log₂(32) = 5",
            "number of physical pages 2³⁰ / 4 KB = 2¹⁸ = 262144",
            "false: 10 index bits + 6 offset bits > 12 bits of the page offset",
            "width of a VPN 32 − 12 = 20",
        ],
    );
    let process = "process P { | area start end perms backing |; | data 10000 14000 rw-p anonymous |\n\
        | heap 20000 22000 rw-p anonymous | }\n";
    let text = solved(&format!(
        "kernel {{ frames 8 }}\n{process}question \"Q\" {{\n  write 0x10000 = 1\n  write 0x20000 = 1\n  \
         ask \"a\" = P.rss\n  ask \"b\" = P.vsize\n  ask \"c\" = frames.free\n  \
         ask \"d\" = P.page_table.bytes\n}}"
    ));
    has(
        &text,
        &[
            "total size of the process's resident pages (P) 2 resident pages × 4 KB = 8192",
            "total size of the process's areas (P) 16 KB + 8 KB",
            "free user page frames 8 − 2 = 6",
            "4 page tables × 4 KB = 16384",
        ],
    );
}

#[test]
fn formulas_of_variables_are_derived_first() {
    let of = |lets: &str, text: &str, ask: &str| {
        solved(&format!(
            "question \"Q\" {{ {lets}\n text \"\"\"{text}\"\"\"\n ask \"x\" = {ask} }}"
        ))
    };
    let lets =
        "let memory = 10; let walk = (1 - 0.96) * 2 * memory; let load = 1 + (1 - 0.9) * memory";
    has(
        &of(lets, "{memory} ns", "1 + walk + load"),
        &[
            "(1 − 0.96) × 2 × 10 = 0.04 × 2 × 10 = 0.8; 1 + (1 − 0.9) × 10 = 1 + 0.1 × 10 = 2; 1 + 0.8 + 2 = 3.8",
        ],
    );
    // A variable whose value the paper prints needs no derivation.
    lacks(
        &of(lets, "{memory} ns, {walk} ns", "1 + walk + load"),
        &["0.96"],
    );
    // Solutions also derive an answer that is only a name, and they omit formulas that no longer hold.
    has(
        &of("let step = 4 KB / 4; let n = 64 * step + 1", "-", "n"),
        &["4 KB / 4 = 1024; 64 × 1024 + 1 = 65537"],
    );
    let looped = of(
        "let n = 2 * 3; for k in 0..3 { let n = n + k }",
        "-",
        "n * 2",
    );
    has(&looped, &["9 × 2 = 18"]);
    lacks(&looped, &["2 × 3"]);
    // The cells of a table share formulas.
    let table = solved(
        "let words = 3 * 4\nquestion \"Q\" { table \"T\" { columns \"a\" \"b\"; row 1 ? = words; row 2 ? = 2 * words } }",
    );
    has(&table, &["b (1) 3 × 4 = 12", "b (2) 2 × 12 = 24"]);
}

#[test]
fn cells_with_drawn_values_and_facts_are_derived() {
    let text = solved(
        "machine { virtual 16 bits, physical 16 bits, page 4 KB }\nset page_table { | vpn ppn |; | 3 2 |; | 4 5 | }\n\
         choose first in [0x3ABC] where translate first => pa 0x2ABC\nprobe translate 0x4D0E\nlet third = last.pa\n\
         question \"Q\" { given page_table; table \"T\" { columns \"VA\" radix hex \"PA\" radix hex\n \
         row ? = first 0x2ABC\n row 0x4D0E ? = third } }",
    );
    has(
        &text,
        &[
            "the MMU translates the virtual address 0x3ABC. Physical address 0x2ABC",
            "0x5D0E: PPN 0x5 is followed by PPO 0xD0E, which equals the VPO",
        ],
    );
}

#[test]
fn a_grid_to_fill_in_is_explained() {
    let of = |columns: &str| {
        solved(&format!(
            "question \"Q\" {{ reference 1 2 3 4 {{ frames 3, replacement clock }}\n ask reference columns {columns} }}"
        ))
    };
    has(
        &of("victim"),
        &["use bits │ 100 110 111 100", "4 faults and 0 hits"],
    );
    lacks(
        &of("frame0 frame1 frame2 use hand"),
        &["4 faults and 0 hits"],
    );
    let both = solved(
        "question \"Q\" { ask reference 1 2 3 4 { frames 3, replacement clock } => faults; ask reference columns victim }",
    );
    assert_eq!(both.matches("4 faults and 0 hits").count(), 1, "{both}");
}

#[test]
fn evidence_contains_only_what_decides() {
    let strings = solved(
        "question \"Q\" { choice \"Which?\" {\n option \"first in\" where reference 1 2 1 3 1 { frames 2, replacement fifo } => faults 3\n \
         option \"least recent\" where reference 1 2 1 3 1 { frames 2, replacement lru } => faults 3 } }",
    );
    has(
        &strings,
        &[
            "first in Page faults 4, not 3",
            "least recent Page faults 3",
        ],
    );
    lacks(&strings, &["in order"]);
    let addresses = solved(
        "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\nquestion \"Q\" { choice \"Which?\" {\n \
         option \"a\" for x in 0..0x4000 where read x => tlb miss, fault none, cache miss\n \
         option \"b\" for x in 0..0x4000 where read x => tlb hit, fault page } }",
    );
    has(
        &addresses,
        &[
            "for example, a byte is read at virtual address 0x03C0: TLB miss, no page fault, cache miss",
            "no address from 0x0 to 0x3FFF does so",
        ],
    );
}

#[test]
fn lookups_are_explained_without_the_words_of_the_simulator() {
    let machine = |tlb: &str| {
        format!(
            "machine {{ virtual 16 bits, physical 16 bits, page 4 KB, tlb {{ entries 4, {tlb} }}\n \
             cache {{ size 64 B, block 4 B }} }}\nset page_table {{ | vpn ppn |; | 1 D |; | 3 E |; | 5 F | }}\n\
             question \"Q\" {{ given tlb, page_table, cache\n"
        )
    };
    let sets = solved(
        &(machine("ways 2")
            + "ask read 0x1234 => tlb, tlb.victim, cache, byte\n\
        ask read 0x3000 => tlb\n ask read 0x5000 => tlb.victim\n ask read 0x3004 => tlb }"),
    );
    has(
        &sets,
        &[
            "TLB hit? N no valid entry of set 1 has tag 0x0",
            "an entry of set 1 was invalid, so nothing was evicted",
            "no valid line of set 0xD has tag 0x348",
            "the cache misses, and the contents of memory are not given",
            "cache → CPU: a byte that is not given",
            "all entries of set 1 were valid, and LRU evicts tag 0x0",
            "way 1 of set 1 is valid and has tag 0x1",
        ],
    );
    lacks(
        &sets,
        &["holds tag", "of tlb", "chose", "uninitialized", "(unknown)"],
    );
    let one = solved(
        &(machine("fully-associative") + "ask read 0x1234 => tlb; ask read 0x1000 => tlb }"),
    );
    has(
        &one,
        &[
            "no valid entry has tag 0x1",
            "MMU → TLB: TLBT 0x1: miss",
            "fills the TLB entry: way 0, tag 0x1",
            "way 0 is valid and has tag 0x1",
        ],
    );
    lacks(&one, &["TLBI", "TLB entry: set"]);
    let direct = solved(
        &(machine("ways 1")
            + "ask read 0x1234 => tlb; ask read 0x5000 => tlb.victim; ask read 0x5000 => tlb }"),
    );
    has(
        &direct,
        &[
            "the only entry of set 1 had tag 0x0",
            "the entry of set 1 is valid and has tag 0x1",
        ],
    );
}

/// Page tables with two levels of 3 index bits, and entries in which bit 0 is the valid bit and bit 1 allows
/// stores.
const TWO_LEVELS: &str = "machine { virtual 12 bits, physical 12 bits, page 64 B\n \
    page_table { levels 2, bits 3 3, pte { size 2 B, valid 0, rw 1, ppn 10..15, big-endian } } }\n\
    set cr3 = 0x140\nset memory { | pa | b0 b1 b2 b3 |\n \
    | 140 | 40 03 00 00 |\n | 14C | 40 01 00 00 |\n | 400 | 18 01 B0 03 | }\n";

#[test]
fn the_entry_that_denies_an_access_is_named() {
    let denied = |va: &str| {
        solved(&format!(
            "{TWO_LEVELS}question \"Q\" {{ given memory; ask translate {va} for write => pte1.value, pte2.value, fault }}"
        ))
    };
    // Entry 6 of the level-1 table, 0x4001, forbids stores. Entry 1 of the level-2 table, 0xB003, allows stores.
    let upper = denied("0xC5D");
    has(
        &upper,
        &[
            "Page fault? Y (protection) the level-1 entry 0x4001 has R/W = 0, and the access is a store",
        ],
    );
    has(&upper, &["base of the root page table + VPN1 0x6 × 2"]);
    lacks(&upper, &["the page is read-only", "CR3"]);
    // Entry 0 of both tables: 0x4003 allows stores, and 0x1801 does not.
    has(
        &denied("0x000"),
        &["the page is read-only (R/W = 0), and the access is a store"],
    );
    let x86 = solved(
        "machine core-i7\nset cr3 = 0x1000\nquestion \"Q\" { ask translate 0 => pte1.address }",
    );
    has(&x86, &["= CR3 + VPN1 0x000 × 8"]);
}

#[test]
fn each_text_of_an_author_is_printed() {
    let text = solved(
        "question \"Q\" { ask \"Sum\" = 1 + 1; solution \"Take two ones.\"; solution \"Add them.\" }",
    );
    has(&text, &["Take two ones. Add them."]);
}

#[test]
fn wrong_options_of_a_replay_are_named_for_how_they_are_computed() {
    // With blocks of 8 bytes, 3/4 of the accesses would miss, and not twice as many as with 16 bytes.
    let text = solved(
        "machine { physical 16 bits, cache { size 512 B, block 16 B, ways 2, policy lru } }\n\
         program mul \"\"\"\n#define N 16\nint a[N][N], b[N][N];\nvoid add(void) {\n\
         for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) a[i][j] += b[j][i];\n}\n\"\"\"\n\
         question \"Q\" { given machine, program mul; choice \"Miss rate?\" { answers cache.miss_rate of replay mul call add } }",
    );
    has(
        &text,
        &[
            "5/12 The function add",
            "5/6 misses or faults counted twice",
        ],
    );
    lacks(&text, &["half as large"]);
}

#[test]
fn the_time_of_an_access_without_caches_contains_that_of_memory() {
    let times = solved(
        "machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 4, latency 10 ns }, memory { latency 100 ns } }\n\
         set page_table { | vpn ppn |; | 0F 0D | }\n\
         question \"Q\" { given machine, page_table; ask read 0x3D4 => tlb, cycles }",
    );
    has(
        &times,
        &[
            "210 TLB 10 + page-table entry 100 + memory 100",
            "MMU → memory: physical address 0x354",
        ],
    );
}

/// The counts of a program come from its lines, and initialized variables from its file.
#[test]
fn the_counts_of_a_run_are_derived_by_line() {
    let script = |data: &str| {
        format!(
            "machine simple
kernel
process P
program p \"\"\"
int g{data};
int main(void) {{
    g = 4;
    int *a = malloc(400);
    for (int i = 0; i < 100; i += 16) a[i] = 1;
    return a[0];
}}
\"\"\"
question \"Q\" points 4 {{ given machine, program p\n ask run p => minor, writes, major, exit }}"
        )
    };
    let text = solved(&script(" = 3"));
    has(
        &text,
        &[
            "private pages of the program's file",
            "1 in line 3, 7 in line 5",
            "in no line",
            "the process exited with status 1 in line 6",
        ],
    );
    lacks(&text, &["String literals are in"]);
    lacks(
        &solved(&script("")),
        &["private pages of the program's file"],
    );
}
