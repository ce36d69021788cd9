//! Tests of what students cannot see: statements, contents, and latencies that no paper prints, and the rules of several
//! machines.

use pagewalk_script::exam::formats::{Edition, Style, hints, markdown};

use crate::running::paper;

/// A machine with a fully associative TLB of two entries, and a page table.
const MACHINE: &str =
    "machine { virtual 16 bits, physical 16 bits, page 256 B, tlb { entries 2, latency 3 ns }
    memory { latency 70 ns } }
set page_table { | vpn ppn |\n | 1..9 1..9 | }\n";

fn printed(script: &str) -> String {
    markdown(&paper(script, 0), Edition::Paper, &Style::default())
}

/// The hints about a question with these statements.
fn found(statements: &str) -> String {
    hints(&paper(
        &format!("{MACHINE}question \"Q\" points 6 {{ given page_table\n {statements} }}"),
        0,
    ))
    .join("\n")
}

#[test]
fn a_hidden_change_between_two_accesses_is_reported_and_divides_their_table() {
    let between = "statements before one of its operations";
    for hidden in [
        "flush tlb",
        "read 0x300",
        "set tlb { | set | tag ppn v |\n | 0 | 01 05 1 | }",
        "invlpg 0x100",
    ] {
        let question =
            format!("given machine\n ask read 0x100 => tlb\n {hidden}\n ask read 0x104 => tlb");
        assert!(found(&question).contains(between), "{hidden}");
        let text = printed(&format!(
            "{MACHINE}question \"Q\" points 2 {{ {question} }}"
        ));
        // Each access has a table of its own.
        assert_eq!(
            text.matches("A byte is read at virtual address").count(),
            2,
            "{text}"
        );
    }
    for visible in [
        "ask read 0x100 => tlb\n text \"The TLB is flushed.\"\n flush tlb\n ask read 0x104 => tlb",
        "ask read 0x100 => tlb\n flush tlb\n given tlb\n ask read 0x104 => tlb",
        "ask read 0x100 => tlb\n flush tlb\n ask read 0x104 as \"After a flush, a byte is read at 0x104.\" => tlb",
        "ask read 0x100 => tlb\n probe read 0x300\n let x = 3\n expect last.vpn == 3\n ask read 0x104 => tlb",
        "ask read 0x100 => tlb\n ask read 0x104 => tlb",
        // The paper says what the item is about.
        "read 0x100\n ask last => tlb",
    ] {
        assert!(
            !found(&format!("given machine\n {visible}")).contains(between),
            "{visible}"
        );
    }
    let text = printed(&format!(
        "{MACHINE}question \"Q\" points 2 {{ ask read 0x100 => tlb\n ask read 0x104 => tlb }}"
    ));
    assert!(
        text.contains("A byte is read at each of these virtual addresses."),
        "{text}"
    );
}

#[test]
fn a_text_above_a_table_does_not_describe_what_happens_below_it() {
    let above =
        "given machine\n text \"A program runs.\"\n given tlb\n read 0x300\n ask read 0x304 => tlb";
    assert!(found(above).contains("statements before one of its operations"));
}

#[test]
fn a_program_and_the_parts_that_the_paper_does_not_print_are_reported() {
    let reported = |question: &str| {
        let script = format!(
            "machine {{ physical 16 bits, cache {{ size 64 B, block 16 B, direct-mapped }} }}
program sum \"\"\"
int a[8];
int f(void) {{ int s = 0; for (int i = 0; i < 8; i++) s += a[i]; return s; }}
\"\"\"
question \"The cache\" points 2 {{ {question} }}"
        );
        let found = hints(&paper(&script, 0)).join("\n");
        [
            found.contains("asks about a cache"),
            found.contains("asks about the program `sum`"),
        ]
    };
    let run = "text \"The function f runs.\"\n";
    let cache = "text \"The cache has four sets with blocks of 16 bytes.\"\n";
    let ask = "ask replay sum call f => cache.misses";
    assert_eq!(reported(&format!("{run}{ask}")), [true, true]);
    assert_eq!(reported(&format!("{run}{cache}{ask}")), [false, true]);
    let given = format!("given machine, program sum\n {ask}");
    assert_eq!(reported(&given), [false, false]);
    let code = "text \"\"\"The loop is `for (i = 0; i < 8; i++) s += a[i];`.\"\"\"\n ask replay sum call f => cache.misses";
    assert_eq!(reported(code), [true, false]);
    assert_eq!(reported("ask \"Sets\" = cache.sets"), [true, false]);
}

#[test]
fn a_dash_is_explained_only_if_a_cell_has_no_value() {
    let of = |ask: &str| printed(&format!("{MACHINE}question \"Q\" points 4 {{ {ask} }}"));
    let dash = "in table cells without a value";
    assert!(!of("ask page_table columns ppn").contains(dash));
    assert!(
        of("reference 1 2 3 1 { frames 2, replacement lru }\n ask reference columns victim")
            .contains(dash)
    );
}

#[test]
fn an_empty_list_in_a_text_is_none() {
    let text = printed("question \"Q\" { text \"\"\"Free: {[]}.\"\"\"\n ask \"Two\" = 2 }");
    assert!(text.contains("Free: none."), "{text}");
}

#[test]
fn areas_that_the_paper_does_not_print_are_reported() {
    let reported = |question: &str| {
        let script = format!(
            "machine core-i7\nprocess P1\nP1: mmap(0x600000, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)\n\
             question \"Q\" points 1 {{ {question} }}"
        );
        let found = hints(&paper(&script, 0)).join("\n");
        found.contains("the paper prints no areas")
    };
    assert!(reported("ask P1: read 0x600000 => signal"));
    assert!(reported(
        "text \"Pages have 4 KB.\"\n ask P1: read 0x600000 => minor"
    ));
    assert!(!reported("given P1.maps\n ask P1: read 0x600000 => signal"));
    assert!(!reported(
        "text \"P1 has one mapping.\"\n ask P1: read 0x600000 => signal"
    ));
}

#[test]
fn a_size_in_a_text_is_not_the_address_of_the_page_table() {
    let script = "machine { virtual 16 bits, physical 14 bits, page 256 B\n\
        page_table { levels 2, bits 4 4, pte { size 2 B, valid 15, ppn 0..5 } } }\n\
        set cr3 = 0x100\nset pte 1 0x102 { v 1, ppn 2 }\nset pte 2 0x204 { v 1, ppn 0x33 }\n\
        question \"Q\" points 2 { text \"Pages have 256 bytes.\"\n given machine, memory\n ask translate 0x1234 => ppn, pa }";
    let text = printed(script);
    assert!(
        text.contains("page table is at physical address 0x100."),
        "{text}"
    );
}

#[test]
fn empty_tlbs_and_caches_are_stated_and_unprinted_contents_are_reported() {
    let text = |statements: &str| printed(&format!("{MACHINE}{statements}"));
    let empty = "- The TLB is empty at first.";
    assert!(text("question \"Q\" points 1 { ask read 0x100 => tlb }").contains(empty));
    assert!(!text("question \"Q\" points 1 { given tlb\n ask read 0x100 => tlb }").contains(empty));
    // A single access depends on the entries before it, and not on those that it fills.
    let fills = "- A miss in the TLB fills";
    assert!(!text("question \"Q\" points 1 { ask read 0x100 => tlb }").contains(fills));
    assert!(
        text("question \"Q\" points 2 { ask read 0x100 => tlb\n ask read 0x104 => tlb }")
            .contains(fills)
    );
    // The answer does not depend on the TLB.
    assert!(!text("question \"Q\" points 1 { ask read 0x100 => vpn }").contains(empty));
    let full = "read 0x100\nquestion \"Q\" points 1 { ask read 0x104 => tlb }";
    assert!(!text(full).contains(empty));
    let of_contents = |script: &str| {
        let found = hints(&paper(&format!("{MACHINE}{script}"), 0)).join("\n");
        found.contains("asks about the TLB, but the paper does not print its contents")
    };
    assert!(of_contents(full));
    assert!(!of_contents(
        "read 0x100\nquestion \"Q\" points 1 { given tlb\n ask read 0x104 => tlb }"
    ));
    assert!(!of_contents(
        "read 0x100\nflush tlb\nquestion \"Q\" points 1 { ask read 0x104 => tlb }"
    ));
    assert!(!of_contents(
        "question \"Q\" points 1 { ask read 0x100 => tlb\n ask read 0x104 => tlb }"
    ));
}

#[test]
fn latencies_that_no_text_states_are_reported() {
    let reported = |question: &str| found(question).contains("the paper states no latencies");
    assert!(reported("ask read 0x100 => cycles"));
    assert!(reported(
        "text \"The memory needs 70 ns.\"\n ask read 0x100 => cycles"
    ));
    assert!(!reported(
        "text \"The memory needs 70 ns, and the TLB 3 ns.\"\n ask read 0x100 => cycles"
    ));
    assert!(!reported("given machine\n ask read 0x100 => cycles"));
    assert!(!reported("ask read 0x100 => tlb"));
}

#[test]
fn a_machine_without_latencies_is_reported() {
    let reported = |latency: &str, fact: &str| {
        let script = format!(
            "question \"Q\" points 1 {{ machine {{ physical 12 bits, cache {{ sets 4, ways 1, block 8 B {latency} }} }}\n\
             given machine\n ask read 0x100 => {fact} }}"
        );
        hints(&paper(&script, 0))
            .join("\n")
            .contains("has no `latency`")
    };
    assert!(reported("", "cycles"));
    assert!(!reported(", latency 3", "cycles"));
    assert!(!reported("", "cache"));
}

/// A store to a page that is not writable faults, which no table with only the columns VPN and PPN shows.
#[test]
fn columns_that_decide_an_answer_are_reported() {
    let of = |table: &str, given: &str, ask: &str| {
        let question =
            format!("{MACHINE}{table}question \"Q\" points 4 {{ given {given}\n {ask} }}");
        hints(&paper(&question, 0))
            .join("\n")
            .contains("leaves out")
    };
    let read_only = "set page_table { | vpn ppn rw |\n | 02 02 0 | }\n";
    let store = "ask write 0x200 = 1 => fault";
    assert!(of(read_only, "page_table columns vpn ppn", store));
    assert!(!of(read_only, "page_table", store));
    assert!(!of("", "page_table columns vpn ppn", store));
    assert!(!of(
        read_only,
        "page_table columns vpn ppn",
        "ask read 0x200 => fault"
    ));
    assert!(!of(
        read_only,
        "page_table columns vpn ppn",
        "ask write 0x200 = 1 => vpn"
    ));
    // The frame comes from the page table, or from the TLB if it has the entry.
    let resident = "set page_table { | vpn ppn |\n | 02 02 | }\n";
    let cached = "set page_table { | vpn ppn |\n | 02 02 | }\nset tlb { | set | tag ppn v |; | 0 | 02 02 1 | }\n";
    let translate = "ask translate 0x200 => ppn";
    assert!(of(resident, "page_table columns vpn v", translate));
    assert!(!of(cached, "page_table columns vpn v, tlb", translate));
    assert!(of(
        cached,
        "page_table columns vpn v, tlb columns tag v",
        translate
    ));
    assert!(of(
        cached,
        "page_table, tlb columns ppn v",
        "ask translate 0x200 => tlb"
    ));
    assert!(!of(
        cached,
        "page_table, tlb",
        "ask translate 0x200 => tlb, ppn"
    ));
}

/// The TLB of a paper has the frame only if it has the entry.
#[test]
fn a_tlb_is_no_page_table_if_the_access_misses() {
    let lacks = |tlb: &str| {
        let question = format!(
            "{MACHINE}{tlb}question \"Q\" points 4 {{ given tlb\n ask translate 0x200 => ppn }}"
        );
        hints(&paper(&question, 0))
            .join("\n")
            .contains("prints no page table")
    };
    assert!(lacks(""));
    assert!(!lacks("set tlb { | set | tag ppn v |; | 0 | 02 02 1 | }\n"));
}

/// What another question prints is the state of its machine.
#[test]
fn contents_of_another_machine_are_not_printed() {
    let all = |second: &str| {
        let first = "question \"A\" points 2 { machine simple\n\
             set page_table { | vpn ppn |; | 0F 0D | }\nset tlb { | set | tag ppn v |; | 0 | 02 02 1 | }\n\
             given page_table, tlb, machine\nask translate 0x3D8 => ppn }\n";
        let script = format!("{first}question \"B\" points 2 {{ {second} }}");
        hints(&paper(&script, 0)).join("\n")
    };
    let (page_table, tlb) = ("prints no page table", "does not print its contents");
    let entry =
        |ppn: &str| format!("machine simple\nset page_table {{ | vpn ppn |; | 0F {ppn} | }}\n");
    let filled = |ppn: &str| {
        format!(
            "{}set tlb {{ | set | tag ppn v |; | 0 | 02 {ppn} 1 | }}\n",
            entry("0D")
        )
    };
    let ask = "text \"Pages have 64 B.\"\nask translate 0x3D8 => ppn";
    assert!(all(&format!("{}{ask}", entry("1E"))).contains(page_table));
    let again = all(&format!("{}{ask}", entry("0D")));
    assert!(!again.contains(page_table), "{again}");
    // Only the contents count, and not the latency of memory.
    let slow = entry("0D").replace("simple", "simple { memory { latency 20 } }");
    assert!(!all(&format!("{slow}{ask}")).contains(page_table));
    let of_tlb = "text \"Pages have 64 B.\"\nask translate 0x200 => tlb";
    assert!(all(&format!("{}{of_tlb}", filled("03"))).contains(tlb));
    assert!(!all(&format!("{}{of_tlb}", filled("02"))).contains(tlb));
}

/// The size of a cache does not say which blocks it contains.
#[test]
fn a_text_about_the_size_of_a_cache_does_not_describe_its_contents() {
    let hinted = |text: &str| {
        let script = format!(
            "machine {{ physical 12 bits, cache {{ size 64 B, block 8 B, ways 2 }} }}\nread 0x123\n\
             question \"Q\" points 2 {{ text \"{text}\"\nask read 0x123 => cache }}"
        );
        hints(&paper(&script, 0))
            .join("\n")
            .contains("does not print its contents")
    };
    assert!(hinted("A two-way cache of 64 B has blocks of 8 B."));
    assert!(!hinted(
        "A two-way cache of 64 B has blocks of 8 B. It contains the block of address 0x123."
    ));
}

/// A walk of an entry whose bytes a dump prints as `-` faults, also if the question asks for the entry.
#[test]
fn entries_that_are_not_listed_are_not_present_also_if_an_entry_is_asked() {
    let text = |facts: &str| {
        printed(&format!(
            "machine {{ virtual 8 bits, physical 10 bits, page 16 B, page_table {{ levels 2, bits 2 2, pte {{ size 1 B, valid 7, ppn 0..5 }} }} }}
             set cr3 = 0x100
             set pte 1 0x102 = 0x92
             question \"Q\" points 4 {{ given machine, memory\n ask translate 0xA5 => {facts} }}"
        ))
    };
    let rule = "Page-table entries that are not listed, or that are printed as -, are not present.";
    for facts in ["fault", "pte1.value, fault", "pte2.value, fault"] {
        assert!(text(facts).contains(rule), "{facts}");
    }
}

/// Without `set cr3`, the entries are at no address, so no walk can look them up in a cache.
#[test]
fn walks_use_the_caches_only_if_the_page_table_is_in_memory() {
    let question = |set: &str| {
        format!(
            "machine {{ virtual 16 bits, physical 16 bits, page 256 B, page_table {{ levels 2, walk cached, pte 4 B }}
             cache {{ size 256 B, block 16 B }} }}\n{set}
             question \"Q\" points 4 {{ given machine, page_table\n ask read 0x4000 => cache }}"
        )
    };
    let table = "set page_table { | vpn ppn |\n | 40 11 | }";
    let detached = printed(&question(table));
    assert!(
        detached.contains("A page walk fetches page-table entries from memory."),
        "{detached}"
    );
    let in_memory = printed(&question(
        "set cr3 = 0x2000\nset pte 1 0x2010 { ppn 0x21, p 1 }",
    ));
    assert!(
        in_memory.contains("A page walk fetches page-table entries through the caches."),
        "{in_memory}"
    );
}

/// A cache of 128 bytes has no capacity of 0.
#[test]
fn the_causes_of_misses_are_labelled_as_misses() {
    let text = printed(
        "machine { physical 16 bits, cache { size 128 B, block 16 B } }
         program c \"\"\"\nint a[8];\nint main(void) { a[0] = 1; return a[1]; }\n\"\"\"
         question \"Q\" points 6 { given machine, program c\n ask replay c causes kinds => cache.capacity, cache.writes.misses }",
    );
    assert!(
        text.contains("| Cache capacity misses |") && text.contains("| Cache write misses |"),
        "{text}"
    );
}

#[test]
fn each_machine_of_a_question_has_its_rules() {
    let machine = |write: &str| {
        format!(
            "machine {{ physical 16 bits, cache {{ lines 4, block 16 B, direct-mapped, {write} }} }}"
        )
    };
    let (back, through) = (
        machine("write-back"),
        machine("write-through, no-write-allocate"),
    );
    let ask = "ask write 0x00 = 1 => cache; ask read 0x00 => cache";
    let in_parts = format!(
        "question \"Q\" points 2 {{ {back}\n part \"a\" {{ {ask} }}\n {through}\n part \"b\" {{ {ask} }} }}"
    );
    let text = printed(&in_parts);
    let rule = |name: &str, rule: &str| {
        let line = format!(
            "- {name}A miss in the cache replaces the only entry in the set. The cache is {rule}."
        );
        assert!(
            text.lines().any(|own| own == line),
            "no line `{line}` in\n{text}"
        );
    };
    rule("Part a: ", "write-back and write-allocate");
    rule("Part b: ", "write-through and no-write-allocate");
    // Loads do not depend on the write policy.
    let loads = printed(&format!(
        "question \"Q\" points 2 {{ {back}\n ask read 0x00 => cache; ask read 0x40 => cache }}"
    ));
    assert!(
        loads.contains("replaces the only entry in the set.\n") && !loads.contains("write-back"),
        "{loads}"
    );
    // Both machines have this rule.
    assert!(text.contains("\n- Memory is byte-addressable.\n"), "{text}");
    let text = printed(&format!(
        "question \"Q\" points 2 {{ {back}\n {ask}\n {through}\n {ask} }}"
    ));
    assert!(
        text.contains("- Machine 1: A miss") && text.contains("- Machine 2: A miss"),
        "{text}"
    );
    let text = printed(&format!(
        "question \"Q\" points 2 {{ {back}\n {ask}\n {back}\n {ask} }}"
    ));
    assert!(
        text.contains("\n- A miss in the cache") && !text.contains("Machine 1"),
        "{text}"
    );
}

/// CS:APP's and Tanenbaum's rules: with clear use bits, the hand passes the entry that was used, and evicts the next one.
#[test]
fn policies_without_an_order_have_their_rules_and_their_state() {
    let tlb = |policy: &str, before: &str| {
        let machine = MACHINE.replace("entries 2,", &format!("entries 2, policy {policy},"));
        let given = "set tlb { | set | tag ppn v | tag ppn v |\n | 0 | 01 01 1 | 02 02 1 | }";
        printed(&format!(
            "{machine}{given}\n{before}\nquestion \"Q\" points 2 {{ given tlb\n ask read 0x100 => tlb\n ask read 0x300 => tlb.victim }}"
        ))
    };
    for (policy, rule, at_first) in [
        (
            "clock",
            "A hit or a fill in the TLB sets the use bit",
            "all use bits are clear",
        ),
        (
            "second-chance",
            "A fill in the TLB clears the use bit",
            "all use bits are clear",
        ),
        (
            "lfu",
            "The victim in the TLB is the entry with the fewest hits",
            "no entry has had a hit",
        ),
        (
            "plru",
            "PLRU in the TLB keeps a binary tree",
            "all bits point to the left",
        ),
    ] {
        let text = tlb(policy, "");
        assert!(
            text.contains(rule) && text.contains(at_first),
            "{policy}: {text}"
        );
        let text = tlb(policy, "read 0x200\nread 0x100");
        assert!(text.contains(rule), "{policy}: {text}");
        // A paper cannot say that a used state is clear.
        assert!(!text.contains(at_first), "{policy}: {text}");
    }
    assert!(!tlb("lru", "").contains("use bit"));
}

#[test]
fn a_size_that_two_items_need_is_reported_once() {
    let found = found("ask read 0x100 => vpn\n ask \"Pages\" = machine.pages");
    assert_eq!(found.matches("page size").count(), 1, "{found}");
    assert!(found.contains("size of virtual addresses"), "{found}");
}

/// The hints about a question on a machine of its own.
fn hinted(machine: &str, question: &str) -> String {
    let script = format!("{machine}\nquestion \"Q\" points 12 {{ {question} }}");
    hints(&paper(&script, 0)).join("\n")
}

const CONTENTS: &str = "machine simple
set page_table { | vpn ppn v |; | 0F 0D 1 | }
set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }
set tlb { | set | tag ppn v |; | 3 | 03 0D 1 | }";

#[test]
fn each_form_of_a_question_needs_the_contents_that_its_facts_look_up() {
    let found = |ask: &str| {
        let found = hinted(CONTENTS, &format!("given machine, page_table; {ask}"));
        [
            found.contains("asks about the TLB"),
            found.contains("asks about the cache"),
        ]
    };
    for (ask, expected) in [
        ("ask read 0x3D5 => tlb", [true, false]),
        ("ask read 0x3D5 => cache", [false, true]),
        ("ask read 0x3D5 => ci, tlbi", [false, false]),
        (
            "choice \"Which hit?\" { option \"0x3D5\" where read 0x3D5 => cache hit }",
            [false, true],
        ),
        (
            "choice \"Which hit?\" { option \"0x3D5\" where read 0x3D5 => tlb hit }",
            [true, false],
        ),
        (
            "choice \"Which byte?\" { answers byte of read 0x3D5 }",
            [false, true],
        ),
        (
            "ask x in 0x3C0..0x400 where read x => cache hit",
            [false, true],
        ),
        (
            "ask x in 0x3C0..0x400 where read x => tlb hit",
            [true, false],
        ),
    ] {
        assert_eq!(found(ask), expected, "{ask}");
    }
}

#[test]
fn bytes_that_no_table_prints_are_reported() {
    let memory = "machine simple\nset page_table { | vpn ppn |; | 0F 0D | }\n\
                  set memory { | pa | b0 b1 b2 b3 |; | 354 | 11 12 13 14 | }";
    let lacks = |machine: &str, question: &str| {
        hinted(machine, &format!("given machine; {question}")).contains("does not print them")
            || hinted(machine, question).contains("for the contents of")
    };
    for ask in [
        "ask read 0x3D5 => byte",
        "ask read 0x3D4 size 2 => value",
        "ask \"B\" = byte(0x3D5)",
    ] {
        assert!(lacks(memory, &format!("given page_table; {ask}")), "{ask}");
        assert!(
            !lacks(memory, &format!("given page_table, memory; {ask}")),
            "{ask}"
        );
    }
    // No statement has set the byte, so the answer is a dash.
    assert!(!lacks(memory, "given page_table; ask read 0x3C0 => byte"));
    assert!(!lacks(
        memory,
        "given page_table; ask write 0x3D5 = 7 => pa; ask read 0x3D5 => byte"
    ));
    let file = "machine core-i7\nfile \"f\" { size 32 KB, fill counting }\n\
                process P { | area start end perms backing offset |; | data 600000 608000 r--p f 0 | }";
    assert!(lacks(file, "given P.maps; ask P: read 0x600011 => byte"));
    assert!(!lacks(file, "given P.maps; ask P: read 0x600011 => fault"));
    assert!(!lacks(
        file,
        "given P.maps; text \"Byte n of f is n mod 256.\"; ask P: read 0x600011 => byte"
    ));
}

#[test]
fn bits_and_addresses_that_decide_an_answer_are_reported() {
    let tables = |rows: &str, ask: &str| {
        let machine = format!(
            "machine {{ virtual 12 bits, physical 12 bits, page 64 B, page_table {{ levels 2, bits 3 3 }} }}\nset page_table {{ {rows} }}"
        );
        let found = hinted(&machine, &format!("given machine, tables; {ask}"));
        found.contains("which `given tables` does not print")
    };
    let read_only = "| vpn ppn rw |; | 03 0A 0 |";
    assert!(tables(read_only, "ask write 0x0C5 = 1 => fault"));
    assert!(!tables(read_only, "ask read 0x0C5 => fault"));
    assert!(!tables(
        read_only,
        "given page_table; ask write 0x0C5 = 1 => fault"
    ));
    assert!(!tables(
        "| vpn ppn |; | 03 0A |",
        "ask write 0x0C5 = 1 => fault"
    ));
    assert!(tables(
        "| vpn ppn us |; | 03 0A 0 |",
        "ask read 0x0C5 => fault"
    ));
    let invalid = format!("{MACHINE}set page_table {{ | vpn ppn v |; | 3 3 0 | }}");
    let given = "given page_table columns vpn ppn; ask read 0x300 => fault";
    assert!(hinted(&invalid, given).contains("the column `v`"));
    assert!(!hinted(MACHINE, given).contains("the column `v`"));
    let process = "machine { virtual 12 bits, physical 14 bits, page 64 B, page_table { levels 2, bits 3 3 } }
process P { | area start end perms |; | heap 400 600 rw-p | }";
    let root = |given: &str| {
        let question =
            format!("given machine, P.maps{given}; ask P: write 0x400 = 1 => pte1.address");
        hinted(process, &question).contains("the address of a page table of a process")
    };
    assert!(root("") && !root(", P.cr3"));
    let areas = |ask: &str| hinted(process, ask).contains("the paper prints no areas");
    // The words of a label describe no areas.
    assert!(areas(
        "given machine; ask P: write 0x700 = 1 => signal, code"
    ));
    assert!(areas("given machine; ask P: sbrk(64) => returns"));
    assert!(!areas("given machine, P.maps; ask P: sbrk(64) => returns"));
}

#[test]
fn a_table_between_an_operation_and_its_question_is_reported() {
    let late =
        |statements: &str| found(statements).contains("printed as it is after the operation");
    assert!(late(
        "given machine; read 0x100; given tlb; ask last => tlb"
    ));
    assert!(!late(
        "given machine; given tlb; read 0x100; ask last => tlb"
    ));
    assert!(!late(
        "given machine; ask read 0x100 => tlb; given tlb; ask read 0x104 => tlb"
    ));
}

#[test]
fn random_victims_are_reported_and_the_choice_of_a_core_is_not() {
    let random = "`random` decides an answer";
    let string = |policy: &str| {
        let ask =
            format!("ask reference 1 2 3 4 1 2 5 1 {{ frames 3, replacement {policy} }} => faults");
        hinted("", &ask).contains(random)
    };
    assert!(string("random") && !string("lru"));
    let cores = "machine { cores 2, physical 12 bits, cache { sets 4, ways 1, block 8 B } }";
    let asked = "given machine; core 0; ask read 0x100 => cache; core 1; ask read 0x100 => cache";
    assert!(!hinted(cores, asked).contains("before one of its operations"));
    let figure = "figure translation read 0x3D4; ask read 0x3D4 => vpn";
    assert!(!hinted(CONTENTS, figure).contains("page size"));
}

#[test]
fn rules_on_which_an_answer_rests_are_stated() {
    let text = |machine: &str, question: &str| {
        printed(&format!(
            "{machine}\nquestion \"Q\" points 12 {{ {question} }}"
        ))
    };
    let process = "machine { virtual 16 bits, physical 14 bits, page 256 B }
process P { | area | start | end | perms |; | heap | 1000 | 1400 | rw-p | }";
    for ask in ["sbrk(256)", "malloc(100)"] {
        let text = text(
            process,
            &format!("given machine, P.maps; ask {ask} => returns; ask brk(0x1800) => returns"),
        );
        assert_eq!(
            text.matches("The heap begins at 0x1000").count(),
            1,
            "{text}"
        );
        assert!(!text.contains("0x4000"), "{text}");
    }
    let vipt = |size: &str| {
        let machine = format!(
            "machine {{ virtual 16 bits, physical 14 bits, page 256 B, cache {{ size {size}, block 16 B, ways 2, index virtual }} }}
set page_table {{ | vpn ppn |; | 10 05 |; | 11 05 | }}"
        );
        let asks = "given machine, page_table; ask read 0x1034 => cache; ask read 0x1134 => cache";
        text(&machine, asks).contains("at most one copy of a physical block")
    };
    // An index within the page offset is the same for each virtual address of a block.
    assert!(vipt("1 KB") && !vipt("512 B"));
    let huge = "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2, bits 10 10, pte 4 B }, tlb L1 { entries 4, ways 2, pages 4 KB } }
set cr3 = 0x10000\nset pte 1 0x10004 { ppn 0x400, p 1, ps 1 }\nset pte 1 0x10008 { ppn 0x20, p 1 }\nset pte 2 0x20000 { ppn 5, p 1 }";
    let (smallest, pieces) = (
        "at the smallest page size, 4 KB",
        "maps only the accessed 4 KB",
    );
    let of = |ask: &str| text(huge, &format!("given machine, tables; {ask}"));
    assert!(of("ask translate 0x412345 => vpn, ppn").contains(smallest));
    assert!(of("ask read 0x412345 => L1; ask read 0x413345 => L1").contains(pieces));
    let small = of("ask translate 0x800345 => vpn, ppn, L1");
    assert!(
        !small.contains(smallest) && !small.contains(pieces),
        "{small}"
    );
    let entries = "machine { virtual 12 bits, physical 12 bits, page 64 B, page_table { levels 1, pte 2 B } }\nset page_table { | vpn ppn |; | 03 0A | }";
    let flags = "R/W and U/S are 1 and the other flags are 0 at first";
    assert!(
        text(
            entries,
            "given machine, page_table; ask read 0x0C5 => pte1.value"
        )
        .contains(flags)
    );
    assert!(!text(entries, "given machine, page_table; ask read 0x0C5 => ppn").contains(flags));
}
