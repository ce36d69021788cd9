//! Tests of the printed parts of a paper: tables, addresses, notation, and formulas.

use pagewalk_script::exam::fair::{Fairness, Sample};
use pagewalk_script::exam::formats::{Edition, Style, fairness, hints, html, latex, markdown};
use pagewalk_script::exam::paper::Division;

use crate::running::paper;

/// CS:APP's simple memory system with an entry that is not valid but has a PPN.
const MACHINE: &str = "machine simple\n\
    set page_table { | vpn ppn v |; | 00 28 1 |; | 01 16 0 | }\n\
    set tlb { | set | tag ppn v | tag ppn v |; | 0 | 03 11 0 | 09 0D 1 | }\n\
    set cache { | idx | tag v | b0 b1 b2 b3 |; | 6 | 31 0 | 36 72 F0 1D | }\n";

fn printed(question: &str, edition: Edition) -> String {
    markdown(
        &paper(&format!("{MACHINE}{question}"), 0),
        edition,
        &Style::default(),
    )
}

/// The lines of a text, without the spaces that align cells.
fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[track_caller]
fn has_line(text: &str, line: &str) {
    assert!(
        lines(text).iter().any(|own| own == line),
        "no line `{line}` in\n{text}"
    );
}

#[test]
fn given_tables_print_what_invalid_entries_contain() {
    let text = printed(
        "question \"Q\" { given page_table, tlb, cache; ask read 0 => ppn }",
        Edition::Paper,
    );
    has_line(&text, "01 16 0");
    assert!(text.contains("03  11 0"), "{text}");
    assert!(text.contains("31 0 36 72 F0 1D"), "{text}");
}

#[test]
fn given_selects_columns_and_their_order() {
    let question = "question \"Q\" { given tlb columns ppn tag, page_table columns rw ppn; ask read 0 => ppn }";
    let text = printed(question, Edition::Paper);
    has_line(&text, "Set │ PPN Tag │ PPN Tag │ PPN Tag │ PPN Tag");
    has_line(&text, "0 │ 11 03 │ 0D 09 │ - - │ - -");
    has_line(&text, "00 1 28");
}

#[test]
fn a_loop_of_accesses_is_one_table() {
    let question = "question \"Q\" points 4 {\n  given page_table\n\
        for va in [0x004, 0x044, 0x038] { ask read va => vpn, tlb, fault, pa }\n}";
    let text = printed(question, Edition::Key);
    let sentence = "A byte is read at each of these virtual addresses. Fill in the table.";
    assert_eq!(text.matches(sentence).count(), 1, "{text}");
    // The VPN has 8 bits, and the VPO has 6 bits. Page 0 is in frame 0x28, and page 1 is not present.
    has_line(
        &text,
        "Virtual address VPN (hex) TLB hit? (Y/N) Page fault? (Y/N) PA (hex)",
    );
    has_line(&text, "0x0004 00 N N A04");
    has_line(&text, "0x0044 01 N Y -");
    has_line(&text, "0x0038 00 Y N A38");
    let probes = printed(
        &question.replace("ask read", "ask probe read"),
        Edition::Key,
    );
    assert!(
        probes.contains("Suppose that a byte is read at one of these virtual addresses."),
        "{probes}"
    );
    has_line(&probes, "0x0038 00 N N A38");
    // If prompts differ in more than the address, each prompt becomes a row.
    let stores = "question \"Q\" { for va in [0, 4] { ask write va = va => vpn, tlb } }";
    has_line(
        &printed(stores, Edition::Key),
        "Store of 0x04 to 0x0004 00 Y",
    );
}

#[test]
fn a_paper_can_be_decimal() {
    let question = "exam { radix decimal }\nquestion \"Q\" {\n  given page_table\n\
        ask read 0x044 as \"One\" => vpn\n  ask read 0x038 => pa\n  ask read 0x038 => pa radix hex\n}";
    let text = printed(question, Edition::Key);
    has_line(&text, "1 22 0");
    assert_eq!(
        text.matches("A byte is read at virtual address 56.")
            .count(),
        2,
        "{text}"
    );
    // 0x28 * 64 + 56
    assert!(
        text.contains("**2616**") && text.contains("**0xA38**"),
        "{text}"
    );
}

#[test]
fn every_number_of_a_decimal_paper_is_decimal() {
    let exam = "exam { radix decimal }\nset page_table { | vpn ppn |; | 0x11 28 | }\n\
                set tlb { | set | tag ppn | tag ppn | tag ppn | tag ppn |; | 1 | 0 1 | 1 2 | 2 3 | 3 4 | }\nread 0x140\n";
    let stores = "for va in [16, 20] { ask write va = va + 284 size 4 => pa }";
    let of = |item: &str| {
        let text = printed(
            &format!("{exam}question \"Q\" {{\n  given tlb\n  {item}\n}}"),
            Edition::Paper,
        );
        assert!(!text.contains("0x"), "{text}");
        text
    };
    has_line(
        &of(stores),
        "Store of the 4-byte value 300 to 16 ____________",
    );
    let one = of("ask write 16 = 300 size 4 => pa");
    assert!(
        one.contains("The 4-byte value 300 is written at virtual address 16."),
        "{one}"
    );
    // 980 is in page 15.
    assert!(of("choice \"Which VPN?\" { answers vpn of read 980 }").contains("- [ ] 15\n"));
    let steps = of("read 68\n  ask steps");
    assert!(
        steps.contains("A byte is read at virtual address 68. Number the messages in order."),
        "{steps}"
    );
    // Way 1 holds tag 1, the last one that was used.
    let order = of("ask read 1092 => tlb, pa\n  ask read 64 => tlb");
    assert!(
        order.contains("Set 1 of the TLB is full. From the least to the most recently used, its ways are 0, 2, 3, 1."),
        "{order}"
    );
}

#[test]
fn a_given_machine_prints_the_defaults_that_the_author_states() {
    let of = |settings: &str| {
        let script = format!(
            "machine {{ virtual 14 bits; physical 12 bits; page 64 B; tlb {{ entries 16, ways 4 {settings} }}\n\
             cache L1 {{ sets 16, direct-mapped, block 4 B, write-back }} }}\n\
             question \"Q\" {{ given machine; ask read 0 => vpn }}"
        );
        markdown(&paper(&script, 0), Edition::Paper, &Style::default())
    };
    let stated = of(", policy lru, for both, asid off");
    has_line(
        &stated,
        "tlb { entries 16, ways 4, policy lru, for both, asid off }",
    );
    has_line(
        &stated,
        "cache L1 { sets 16, ways 1, block 4 B, write-back }",
    );
    has_line(&of(""), "tlb { entries 16, ways 4 }");
    has_line(
        &of(", policy fifo"),
        "tlb { entries 16, ways 4, policy fifo }",
    );
}

#[test]
fn a_given_machine_of_words_has_no_bytes() {
    let script = "exam { addressable word }\nmachine { virtual 14 bits; physical 12 bits; page 4 KB; pte 1 B\n\
                  cache { size 64 B, direct-mapped, block 4 B } }\nquestion \"Q\" { given machine; ask read 0 => co }";
    let text = markdown(&paper(script, 0), Edition::Paper, &Style::default());
    has_line(&text, "page 4096 words");
    has_line(&text, "page_table { pte 1 word }");
    has_line(
        &text,
        "cache { size 64 words, direct-mapped, block 4 words }",
    );
}

#[test]
fn lists_in_prose_are_sentences() {
    let question = "question \"Q\" { text \"\"\"Pages {[5, 0, 1]} and {[7, 8]}, or {[3]}.\"\"\"; ask \"x\" = 1 }";
    has_line(
        &printed(question, Edition::Paper),
        "Pages 5, 0, and 1 and 7 and 8, or 3.",
    );
}

#[test]
fn lines_with_marks_are_lists_in_every_format() {
    let question = "question \"Q\" { text \"\"\"\nFirst:\n- fork\n- exec\n\n1. one\n2. two\n\"\"\"; ask \"x\" = 1 }";
    let text = printed(question, Edition::Paper);
    assert!(
        text.contains("First:\n\n- fork\n- exec\n\n1. one\n2. two\n"),
        "{text}"
    );
    let paper = paper(&format!("{MACHINE}{question}"), 0);
    let html = html::page(&paper, Edition::Paper, &Style::default());
    let items: Vec<&str> = html.lines().filter(|line| line.contains("<li")).collect();
    assert!(html.contains("<ol>") && items.len() >= 4, "{html}");
    let latex = latex(&paper, Edition::Paper, &Style::default()).unwrap();
    assert!(
        latex.contains(r"\marked{$\bullet$}{fork") && latex.contains(r"\marked{2.}{two"),
        "{latex}"
    );
}

#[test]
fn formulas_are_in_the_notation_of_mathematics() {
    for (formula, steps) in [
        ("1 << 32 - 12", "2³²⁻¹² = 2²⁰ = 1048576"),
        ("4 KB / 4", "4 KB / 4 = 1024"),
        (
            "(5 - 2) / (5 - 1) * 100",
            "(5 − 2) / (5 − 1) × 100 = 3 / 4 × 100 = 75",
        ),
        ("ceil(100 / 7) * 3", "⌈100 / 7⌉ × 3 = 15 × 3 = 45"),
        ("100 // 7", "⌊100 / 7⌋ = 14"),
        ("sqrt(2 * 65536 * 8)", "√(2 × 65536 × 8) = √1048576 = 1024"),
        ("100 >> 3", "⌊100 / 2³⌋ = 12"),
    ] {
        let question = format!("question \"Q\" {{ ask \"x\" = {formula} }}");
        has_line(&printed(&question, Edition::Solutions), steps);
    }
}

#[test]
fn an_answer_in_words_looks_like_one_in_numbers() {
    let question =
        "question \"Q\" points 2 { ask \"What happens?\" = \"trap\"; ask \"How often?\" = 2 }";
    let text = printed(question, Edition::Paper);
    assert!(
        text.contains("What happens? (1 point): `________`"),
        "{text}"
    );
    assert!(text.contains("How often? (1 point): `________`"), "{text}");
}

#[test]
fn computed_options_do_not_show_how_many_are_correct() {
    let option = |page| format!("option \"page {page}\" where translate {page} * 64 => fault none");
    let question = format!(
        "question \"Q\" {{ choice \"Which?\" {{ {}; {} }} }}",
        option(0),
        option(1)
    );
    assert!(printed(&question, Edition::Paper).contains("Tick all that are correct."));
    let stated = "question \"Q\" { choice \"Which?\" { correct \"a\"; wrong \"b\" } }";
    assert!(printed(stated, Edition::Paper).contains("Tick one."));
}

/// The findings of a check of one version.
fn findings(question: &str) -> (bool, String) {
    let sample = Sample::from_paper(&paper(&format!("{MACHINE}{question}"), 0));
    let fair = Fairness::compare(&[Ok(sample)]);
    let text = fairness(&fair, &[]);
    (fair.holds(), format!("{text:?}"))
}

#[test]
fn a_table_that_is_given_with_its_key_is_unfair() {
    let reference = "reference 1 2 3 1 { frames 2, replacement lru }\nquestion \"Q\" {";
    let (fair, text) = findings(&format!(
        "{reference} figure reference; ask reference columns victim }}"
    ));
    assert!(!fair && text.contains("the paper also prints it"), "{text}");
    let (fair, text) = findings(&format!("{reference} ask reference columns victim }}"));
    assert!(fair && !text.contains("also prints"), "{text}");
    let pages =
        "set page_table { | vpn ppn |; | 1 0D |; | 2 11 | }\nquestion \"Q\" { figure tables";
    let (fair, text) = findings(&format!("{pages}; ask page_table columns ppn }}"));
    assert!(!fair && text.contains("the paper also prints it"), "{text}");
    let (fair, text) = findings(&format!(
        "{pages}; set page_table {{ | vpn ppn |; | 1 0E | }}; ask page_table columns ppn }}"
    ));
    assert!(fair, "{text}");
    // An access may change the table.
    let (fair, _) =
        findings("question \"Q\" { given tlb; ask read 0 => ppn; ask tlb columns tag ppn v }");
    assert!(fair);
}

#[test]
fn a_readable_answer_names_its_question() {
    let question = "question \"Q\" { choose k in 100..1000\n text \"\"\"A TLB has {k} entries; its reach is {4 * k} KB with pages of 4 KB.\"\"\"\n\
                    ask \"Reach\" = 4 * k unit KB }";
    let samples: Vec<_> = (0..12)
        .map(|seed| Ok(Sample::from_paper(&paper(question, seed))))
        .collect();
    let text = format!("{:?}", fairness(&Fairness::compare(&samples), &[]));
    assert!(text.contains("appears in"), "{text}");
    assert!(text.contains("Q: ") && !text.contains("Q : "), "{text}");
}

#[test]
fn a_ppn_without_a_table_gets_a_hint() {
    let (fair, text) = findings("question \"Q\" { ask read 0 => ppn }");
    assert!(fair && text.contains("prints no page table"), "{text}");
    for given in ["given page_table", "text \"\"\"VPN 0 | PPN 28\"\"\""] {
        let (_, text) = findings(&format!("question \"Q\" {{ {given}; ask read 0 => ppn }}"));
        assert!(!text.contains("prints no page table"), "{given}: {text}");
    }
    // A declaration and a figure without its values have no entries, and the frame is a part of the other answers.
    for question in [
        "given machine; ask read 0 => ppn",
        "figure walk 0; ask read 0 => ppn",
        "figure translation translate 0; ask read 0 => ppn",
        "given machine; ask read 0 => cache",
    ] {
        let (_, text) = findings(&format!("question \"Q\" {{ {question} }}"));
        assert!(text.contains("prints no page table"), "{question}: {text}");
    }
}

#[test]
fn a_byte_that_the_question_stores_is_no_leak() {
    let question = "question \"Q\" { given machine, page_table; choose v in 16..256; ask write 0 = v => pa; ask read 0 => byte }";
    let sample = |seed| {
        Ok(Sample::from_paper(&paper(
            &format!("{MACHINE}{question}"),
            seed,
        )))
    };
    let samples: Vec<_> = (0..12).map(sample).collect();
    let fair = Fairness::compare(&samples);
    assert!(fair.readable.is_empty(), "{fair:?}");
}

/// The hints that `pagewalk exam` prints concern the paper alone. Versions without random values are no hint.
#[test]
fn hints_about_a_paper_come_in_the_order_of_its_questions() {
    let paper = paper(
        "machine simple\nset page_table { | vpn ppn v |; | 00 28 1 | }\nquestion \"Z\" points 10 { ask read 0 => vpn, vpo, ppn }\n\
         question \"A\" points 2 { given machine, page_table; ask read 0 => ppn, pa }",
        0,
    );
    let found = hints(&paper);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("Z: 10 points do not divide"),
        "{found:?}"
    );
    assert!(found[1].starts_with("Z: asks for a PPN"), "{found:?}");
    assert!(
        found[2].starts_with("Z: asks about an address"),
        "{found:?}"
    );
}

#[test]
fn a_value_after_a_call_that_no_text_states_gets_a_hint() {
    let hint = "asks for an address that `malloc` returned";
    let ask = "P: let p = malloc(24); ask \"Address of the block\" = p radix hex }";
    let hints_of = |text: &str| {
        let script = format!("process P\nquestion \"Q\" {{ text \"{text}\"; {ask}");
        hints(&paper(&script, 0)).join("\n")
    };
    assert!(hints_of("A process allocates memory.").contains(hint));
    assert_eq!(hints_of("P calls malloc(24)."), "");
}

#[test]
fn sizes_that_no_text_states_get_a_hint_if_a_value_is_computed_from_them() {
    let size = |what: &str| {
        format!("asks about the machine, but the paper states no {what}; add `given machine`")
    };
    let tables = "machine { virtual 39 bits, physical 39 bits, page 4 KB, page_table { levels 3, pte 8 B } }\n\
        set page_table { | vpn ppn |; | 0 1 | }\n";
    for (value, text, lacks) in [
        ("page_table.bytes", "", &["page size"][..]),
        ("page_table.bytes", "Pages have 4 KB.", &[]),
        (
            "machine.pages",
            "",
            &["page size", "size of virtual addresses"],
        ),
        (
            "machine.pages",
            "Pages have 4096 bytes.",
            &["size of virtual addresses"],
        ),
        ("machine.pages", "39-bit addresses, and 4 KB pages.", &[]),
        (
            "machine.ppn_bits",
            "A page has 2^12 bytes.",
            &["size of physical addresses"],
        ),
    ] {
        let question = format!("question \"Q\" {{ text \"{text}\"; ask \"Value\" = {value} }}");
        let found = hints(&paper(&format!("{tables}{question}"), 0));
        let expected: Vec<String> = lacks
            .iter()
            .map(|what| format!("Q: {}", size(what)))
            .collect();
        assert_eq!(found, expected, "{value} {text}");
    }
    let given =
        format!("{tables}question \"Q\" {{ given machine; ask \"Value\" = machine.pages }}");
    assert_eq!(hints(&paper(&given, 0)), [""; 0]);
}

#[test]
fn settings_that_the_text_of_as_does_not_state_get_a_hint() {
    let found = |setup: &str, text: &str| {
        let ask = format!("ask reference 0x0 0x40 0x80 {{ {setup} }} as \"{text}\" => faults");
        let found = hints(&paper(&format!("question \"Q\" {{ {ask} }}"), 0));
        let lacks = found.into_iter().map(|hint| {
            let lack = hint.split_once(" states no ").expect("a hint").1;
            lack.split_once(';').expect("a hint").0.to_owned()
        });
        lacks.collect::<Vec<_>>()
    };
    let lru = "page 64, frames 3, replacement lru";
    assert_eq!(
        found(lru, "A loop visits an array."),
        ["number of frames", "page size", "replacement policy"]
    );
    assert_eq!(
        found(lru, "There are three frames of 64 bytes."),
        ["replacement policy"]
    );
    for policy in ["LRU", "Least-recently-used replacement"] {
        let text = format!("{policy}, 3 frames, and pages of 64 bytes.");
        assert_eq!(found(lru, &text), [""; 0]);
    }
    assert_eq!(
        found(
            "page 64, replacement working-set, window 7",
            "A working set of 64-byte pages."
        ),
        ["length of the window"]
    );
}

#[test]
fn ties_of_initial_pages_are_decided_by_the_paper() {
    let text = |setup: &str, rows: &str| {
        let ask = format!("ask reference 4 {{ {setup}\n{rows}\n}} => victim");
        printed(&format!("question \"Q\" {{ {ask} }}"), Edition::Paper)
    };
    let tied = "Initial pages with the same time of last use were used in the listed order.";
    let lru = "frames 3, replacement lru";
    assert!(text(lru, "| page used |\n| 0 9 |\n| 1 9 |\n| 3 12 |").contains(tied));
    assert!(!text(lru, "| page used |\n| 0 9 |\n| 1 8 |\n| 3 12 |").contains(tied));
    let loaded = text(
        lru,
        "| page loaded used |\n| 0 3 9 |\n| 1 3 9 |\n| 3 2 12 |",
    );
    assert!(loaded.contains("with the same loading time were loaded in the listed order"));
    assert!(loaded.contains("were used in the order in which they were loaded"));
    let set = text(
        "replacement working-set, window 2",
        "| page used |\n| 0 6 |\n| 1 9 |\n| 2 9 |",
    );
    assert!(
        set.contains(tied) && set.contains("Pages outside the window have already left memory.")
    );
}

/// On x86-64 Linux with glibc 2.39, the first chunk of the heap has 0x290 bytes for the tcache, and the first `brk` adds
/// 0x21000 bytes: the tcache, 128 KB, and 32 bytes, in whole pages.
#[test]
fn the_heap_has_its_place_on_the_paper() {
    let script = "process P\nquestion \"Q\" { P { let a = malloc(12) }; ask P.heap columns start size used }";
    let text = markdown(&paper(script, 0), Edition::Key, &Style::default());
    assert!(
        text.contains(
            "The heap begins at 0x555555559000, and its first 656 bytes contain data of malloc."
        ),
        "{text}"
    );
    assert!(
        text.contains("by the missing bytes, 128 KB, and 32 bytes, rounded up to whole pages.")
    );
    // 0x555555559000 + 0x290 + 0x10 is the block, and 0x21000 - 0x290 - 0x20 - 8 bytes are the free rest.
    assert!(
        text.contains("5555555592A0") && text.contains("20D48"),
        "{text}"
    );
}

#[test]
fn a_page_size_that_no_text_states_gets_a_hint() {
    let hint = "states no page size";
    let asks = "ask translate 0x3D4 => vpn, vpo }";
    let (fair, text) = findings(&format!("question \"Q\" {{ {asks}"));
    assert!(fair && text.contains(hint), "{text}");
    let stated = [
        "given machine",
        "figure geometry",
        "text \"Pages have 64 bytes.\"",
        "text \"The VPO has 6 bits.\"",
    ];
    for stated in stated {
        let (_, text) = findings(&format!("question \"Q\" {{ {stated}; {asks}"));
        assert!(!text.contains(hint), "{stated}: {text}");
    }
    // The machine of another question says nothing about this one.
    let (_, text) = findings(&format!(
        "question \"P\" {{ machine {{ virtual 16 bits, physical 16 bits, page 256 B }}; given machine; ask \"VPN bits\" = machine.vpn_bits }}\n\
         question \"Q\" {{ {asks}"
    ));
    assert!(
        text.contains(&format!("Q: asks about an address, but the paper {hint}")),
        "{text}"
    );
    // A later question on the paper can use what an earlier one states, but not the reverse.
    let other = format!("question \"P\" {{ given machine; {asks}");
    let own = format!("question \"Q\" {{ {asks}");
    assert!(!findings(&format!("{other}\n{own}")).1.contains(hint));
    assert!(findings(&format!("{own}\n{other}")).1.contains(hint));
}

#[test]
fn a_reference_string_that_is_not_printed_gets_a_hint() {
    let hint = "a reference string, but";
    let string = "reference 7 0 1 2 0 { frames 3, replacement lru }\nquestion \"Q\" {";
    let asks = "ask \"Number of faults\" = last.faults }";
    let (fair, text) = findings(&format!("{string} {asks}"));
    assert!(fair && text.contains(hint), "{text}");
    for printed in [
        "figure reference",
        "ask reference columns hit",
        "text \"LRU with 3 frames: 7, 0, 1, 2, 0.\"",
    ] {
        let (_, text) = findings(&format!("{string} {printed}; {asks}"));
        assert!(!text.contains(hint), "{printed}: {text}");
    }
    // A text says "a page fault occurs" instead of listing one page.
    let single = string.replace("7 0 1 2 0", "7");
    let (_, text) = findings(&format!("{single} {asks}"));
    assert!(!text.contains(hint), "{text}");
}

#[test]
fn settings_that_are_texts_are_printed_as_written() {
    let cover = "exam { title 5, course 3 + 4, date 2026-03-01, term 1/3/2026 }\n";
    let question = "question \"Q\" { ask \"a\" = 1 }";
    let text = printed(&format!("{cover}{question}"), Edition::Paper);
    for written in ["# 5\n", "3 + 4", "2026-03-01", "1/3/2026"] {
        assert!(text.contains(written), "{written}: {text}");
    }
    // Settings of a question are texts, too: dates, fractions, and hexadecimal numbers are no calculations.
    let question = "question \"Q\" { text 2026-03-01; choice 3 + 4 { correct 3+4; wrong 1/2; wrong 0x10; option 007 where 1 == 2 }\n\
        table 8 - 1 { columns 1/3 \"B\"; row 1 + 1 ? = 2 }; essay 2**10 { rubric 5 - 6 points 1 } }";
    let text = printed(question, Edition::Key);
    for written in [
        "2026-03-01",
        "3 + 4. Tick",
        "[x] 3+4",
        "[ ] 1/2",
        "[ ] 0x10",
        "[ ] 007",
        "8 - 1",
        "1/3 B",
        "2\\*\\*10",
        "- 5 - 6",
    ] {
        assert!(text.contains(written), "{written}: {text}");
    }
    // Cells of an author's table are values.
    has_line(&text, "2 2");
    // Variables and texts are still evaluated.
    let question = "question \"Q\" { ask \"a\" = 1 }";
    let cover = "let year = 2020 + 6\nexam { title \"\"\"Exam {year}\"\"\", term year, duration 60 + 30 min }\n";
    let text = printed(&format!("{cover}{question}"), Edition::Paper);
    for value in ["Exam 2026", "90 min"] {
        assert!(text.contains(value), "{value}: {text}");
    }
}

/// FIFO and LRU of Silberschatz, Galvin, and Gagne, chapter 9: Belady's anomaly.
#[test]
fn a_string_with_several_policies_is_one_table() {
    let string = "1 2 3 4 1 2 5 1 2 3 4 5";
    let question = format!(
        "question \"Q\" {{ for policy in [\"fifo\", \"lru\"] {{ for n in [3, 4] {{\n\
         ask reference {string} {{ frames n, replacement policy }} => faults }} }} }}"
    );
    let text = printed(&question, Edition::Key);
    assert_eq!(
        text.matches("1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5").count(),
        1,
        "{text}"
    );
    has_line(&text, "Replacement policy Frames Page faults");
    for row in ["FIFO 3 9", "FIFO 4 10", "LRU 3 10", "LRU 4 8"] {
        has_line(&text, row);
    }
    // A frame count that all rows share is in the text.
    let question = question.replace("[3, 4]", "[3]");
    let text = printed(&question, Edition::Key);
    assert!(
        text.contains("There are 3 frames. Fill in the table."),
        "{text}"
    );
    has_line(&text, "LRU 10");
    // Other references do not share the table.
    let other = "question \"Q\" { ask reference 1 2 { frames 1 } => faults\n ask reference 1 3 { frames 1 } => faults }";
    assert!(!printed(other, Edition::Key).contains("Fill in the table."));
}

/// Tanenbaum, Modern Operating Systems, problem 3.36: NRU evicts page 2, FIFO page 3, and LRU page 1.
#[test]
fn the_evicted_page_is_a_fact() {
    let text = printed(
        "question \"Q\" { for policy in [\"nru\", \"fifo\", \"lru\"] { ask reference 4 { frames 4, replacement policy\n\
         | page loaded used R M |\n| 0 126 280 1 0 |\n| 1 230 265 0 1 |\n| 2 140 270 0 0 |\n| 3 110 285 1 1 | } => victim } }",
        Edition::Key,
    );
    for row in [
        "NRU 2",
        "FIFO 3",
        "LRU 1",
        "Page Time of loading Time of last use R M",
        "3 110 285 1 1",
    ] {
        has_line(&text, row);
    }
}

#[test]
fn small_items_share_a_table_and_others_do_not() {
    let ask = |asks: &str| printed(&format!("question \"Q\" {{ {asks} }}"), Edition::Key);
    // VPNs are 8 bits wide. The words of the author are the row.
    let text = ask("ask read 0x40 => vpn\n ask write 0x80 = 7 as \"A store.\" => vpn");
    has_line(&text, "Load from 0x0040 01");
    has_line(&text, "A store. 02");
    for apart in [
        "ask read 0x40 => vpn\n ask read 0x80 => vpo",
        "ask read 0x40 => vpn\n text \"Then:\"\n ask read 0x80 => vpn",
        "ask read 0x40 => vpn points 2\n ask read 0x80 => vpn points 1",
        "ask probe read 0x40 => vpn\n ask read 0x80 => vpn",
        "ask read 0x40 => vpn, vpo, tlbi, tlbt\n ask write 0x80 = 7 => vpn, vpo, tlbi, tlbt",
    ] {
        assert!(!ask(apart).contains("Fill in the table."), "{apart}");
    }
}

#[test]
fn an_author_writes_a_solution_and_may_tick_one() {
    let question = "question \"Q\" {\n  ask \"Sum\" = 2 + 2\n  solution \"\"\"Add the {2} numbers.\"\"\"\n\
        choice \"Which?\" { tick one; option \"even\" where 4 % 2 == 0; option \"odd\" where 4 % 2 == 1 }\n\
        for va in [0x40, 0x80] { ask read va => vpn }\n  solution \"Shift by 6.\"\n}";
    let solutions = printed(question, Edition::Solutions);
    assert!(
        solutions.contains("Add the 2 numbers.") && !solutions.contains("2 + 2 = 4"),
        "{solutions}"
    );
    // The solution after the loop is that of its table.
    assert_eq!(solutions.matches("Shift by 6.").count(), 1, "{solutions}");
    assert!(!solutions.contains("bits 13"), "{solutions}");
    for edition in [Edition::Paper, Edition::Key] {
        let text = printed(question, edition);
        assert!(
            !text.contains("Add the") && text.contains("Tick one."),
            "{text}"
        );
    }
    let several = printed(&question.replace("tick one; ", ""), Edition::Paper);
    assert!(several.contains("Tick all that are correct."), "{several}");
}

#[test]
fn the_number_of_areas_is_not_on_the_paper() {
    let process = "machine core-i7\nprocess P { | area start end perms backing |; | a 10000 16000 rw-p anonymous | }\n";
    let question = format!(
        "{process}question \"Q\" {{ P: munmap(0x12000, 4096)\n ask P.maps columns start perms }}"
    );
    let of = |edition| markdown(&paper(&question, 0), edition, &Style::default());
    let (sheet, key) = (of(Edition::Paper), of(Edition::Key));
    // Two areas, in a table of four rows.
    assert!(sheet.contains("Write - in unused rows."), "{sheet}");
    assert_eq!(
        lines(&sheet)
            .iter()
            .filter(|line| line.starts_with("____"))
            .count(),
        4,
        "{sheet}"
    );
    assert_eq!(
        lines(&key).iter().filter(|line| *line == "- -").count(),
        2,
        "{key}"
    );
    assert_eq!(
        pagewalk_script::exam::field::fields(&paper(&question, 0)).len(),
        4
    );
}

#[test]
fn parts_without_points_have_those_of_their_items() {
    let text = printed(
        "question \"Q\" points 5 { part \"a\" { ask \"x\" = 1 points 2 }\n part \"b\" { ask \"y\" = 2 points 3 } }",
        Edition::Paper,
    );
    assert!(
        text.contains("### a (2 points)") && text.contains("### b (3 points)"),
        "{text}"
    );
}

/// Four points for six blanks are 2/3 each, and six points one each. Fifteen for an item with two blanks and one with
/// three are 3 3/4 and 2 1/2, which have two decimals.
#[test]
fn points_that_do_not_divide_get_a_hint_with_points_that_do() {
    let six = "ask translate 0x3D4 => vpn, tlbi, tlbt, tlb, fault, ppn }";
    let five = "ask translate 0x3D4 => vpn, vpo; ask translate 0 => vpn, tlb, fault }";
    let own =
        "ask translate 0x3D4 => vpn, vpo points 2; ask translate 0 => vpn, tlb, fault points 2 }";
    let larger = |each: &[(&str, u64)]| {
        let each = each
            .iter()
            .map(|(name, points)| ((*name).to_owned(), (*points).into()));
        Division::Uneven(each.collect())
    };
    let division = |question: &str| {
        paper(&format!("{MACHINE}{question}"), 0).questions[0]
            .division
            .clone()
    };
    assert_eq!(
        division(&format!("question \"Q\" points 4 {{ {six}")),
        larger(&[("", 6)])
    );
    assert_eq!(
        division(&format!("question \"Q\" points 6 {{ {six}")),
        Division::Even
    );
    assert_eq!(
        division(&format!("question \"Q\" points 14 {{ {five}")),
        larger(&[("", 15)])
    );
    assert_eq!(
        division(&format!("question \"Q\" points 15 {{ {five}")),
        Division::Even
    );
    // Two points for three blanks are 2/3 each, and three points one each. One part of five points has two items with
    // two and three blanks, which have 1 1/4 and 5/6 points each, and six points would be 1 1/2 and 1.
    let parts = "part \"a\" points 5 { ask translate 0x3D4 => vpn, vpo; ask translate 0 => vpn, tlb, fault }\n\
        part \"b\" { ask translate 0 => vpn, tlb, fault points 2 } }";
    for (question, points, raised, expected) in [
        (own, 4, "points 5", larger(&[("item 2", 3), ("", 5)])),
        (
            parts,
            7,
            "points 9",
            larger(&[("part a", 6), ("item 1 of part b", 3), ("", 9)]),
        ),
    ] {
        let old = format!("question \"Q\" points {points} {{ {question}");
        assert_eq!(division(&old), expected);
        let new = old
            .replace(
                &format!("\"Q\" points {points}"),
                &format!("\"Q\" {raised}"),
            )
            .replace("\"a\" points 5", "\"a\" points 6")
            .replace("fault points 2", "fault points 3");
        assert_eq!(division(&new), Division::Even, "{new}");
    }
}

#[test]
fn a_hint_about_points_keeps_the_total_if_it_can() {
    let exam = paper(
        "question \"Z\" { ask \"a\" = 1 points 0.333; ask \"b\" = 2 points 1.667 }",
        0,
    );
    let found = hints(&exam);
    assert!(
        found[0].contains("`points 0.5` for item 1 and `points 1.5` for item 2 would"),
        "{found:?}"
    );
}

/// The Core i7 splits the 36 bits of a VPN into 4 × 9, and its entries have 8 bytes.
#[test]
fn a_list_is_printed_without_brackets_and_the_size_of_an_entry_is_a_path() {
    let question = "machine core-i7\nquestion \"Q\" { ask \"bits\" = machine.bits\nask \"entry\" = page_table.pte\nask \"table\" = page_table.pte * 512 }\n\
        question \"R\" { machine { virtual 14 bits, physical 12 bits, page 64 B, pte 2 B }\nask \"small\" = page_table.pte }";
    let text = printed(question, Edition::Key);
    for line in ["**9, 9, 9, 9**", "**8**", "**4096**", "**2**"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn the_rule_about_the_address_of_a_mapping_is_printed_where_mmap_chooses_it() {
    let rule = "mmap chooses";
    let call = |address: &str, fixed: &str| {
        format!("mmap({address}, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS{fixed}, -1, 0)")
    };
    let (chosen, fixed) = (call("0", ""), call("0x100000", " | MAP_FIXED"));
    for (body, is_printed) in [
        (format!("ask P: {chosen} => returns"), true),
        (format!("ask P: {fixed} => returns"), false),
        (
            format!("P: let a = {chosen}\nask P.maps columns start"),
            true,
        ),
        (
            format!("P {{ let a = {fixed}\nmunmap(a, 4096) }}\nask P.maps columns start"),
            false,
        ),
        // The calls before the question are not known.
        ("ask P.maps columns start".to_owned(), true),
    ] {
        let script = format!(
            "machine core-i7\nprocess P\nP {{ {} }}\nquestion \"Q\" {{ text \"T\"\n{body} }}",
            call("0x200000", " | MAP_FIXED")
        );
        let text = printed(&script, Edition::Paper);
        assert_eq!(text.contains(rule), is_printed, "{body}: {text}");
    }
}

/// A process with private anonymous memory and a private file of two pages in an area of three, and its child.
const FORKED: &str =
    "machine core-i7\nkernel { frames 16 }\nfile \"data\" { size 5000 B, fill counting }\nprocess P
P {
  let fd = open(\"data\", O_RDWR)
  mmap(0x200000, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0)
  mmap(0x100000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
  mmap(0x300000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
  write 0x100000 = 1
}
let child = 0
P: let child = fork()
";

/// A version whose answer is `bus` must not be the only one that defines `bus`.
#[test]
fn the_assumptions_do_not_depend_on_the_answer() {
    // Copied, demand-zero, file, bus, protection, and segmentation.
    for facts in ["fault, signal", "copied", "tlb", "minor"] {
        let printed = |va| assumptions(FORKED, &format!("ask P: write {va} = 1 => {facts}"));
        let first = printed("0x100000");
        for va in ["0x101000", "0x200000", "0x202000", "0x300000", "0x400000"] {
            assert_eq!(printed(va), first, "{va} => {facts}");
        }
    }
    let first = assumptions(FORKED, "ask P: write 0x400000 = 1 => fault");
    assert!(
        first.contains("bus (the page is beyond the end of its file)"),
        "{first}"
    );
    // Without a kernel, page 0 is present and writable, page 1 is read-only, and page 2 is not present.
    let bare = |va: &str| {
        let script = format!(
            "machine {{ virtual 8 bits, physical 8 bits, page 16 B, tlb {{ entries 2 }}\n\
             page_table {{ pte 4 B {{ ppn 4..7, v 0, rw 1 }} }} }}\n\
             set page_table {{ | vpn pte |; | 0 00000023 |; | 1 00000031 | }}\n\
             set tlb {{ | set | tag ppn v rw |; | 0 | 3 5 1 1 | }}\n\
             question \"Q\" {{ given page_table columns vpn pte\nask write {va} = 1 => ppn }}"
        );
        let text = markdown(&paper(&script, 0), Edition::Paper, &Style::default());
        text.split_once("## 1").expect("a question").0.to_owned()
    };
    let first = bare("0x01");
    assert!(first.contains("a store if R/W is 0"), "{first}");
    for va in ["0x11", "0x21", "0x31"] {
        assert_eq!(bare(va), first, "{va}");
    }
}

/// The assumptions about a question after these statements.
fn assumptions(before: &str, question: &str) -> String {
    let script = format!("{before}\nquestion \"Q\" {{ text \"T\"\n{question} }}");
    let text = markdown(&paper(&script, 0), Edition::Paper, &Style::default());
    let (_, rest) = text.split_once("## Assumptions").expect("assumptions");
    rest.split_once("## 1").expect("a question").0.to_owned()
}

/// Linux copies the entries of an area only if the area has private pages (`vma_needs_copy`), and maps a page of a shared
/// file read-only until a store, which makes the page dirty.
#[test]
fn the_rule_about_fork_says_which_pages_are_not_mapped() {
    let (skipped, read_only) = (
        "fork maps no page of a MAP",
        "A load maps a page of a shared file mapping read-only",
    );
    let mapped = |flags: &str, file: &str| {
        format!(
            "machine core-i7\nfile \"data\" = \"hello\"\nprocess P\nP {{ let fd = open(\"data\", O_RDWR)\n\
             mmap(0x200000, 4096, PROT_READ | PROT_WRITE, {flags} | MAP_FIXED, {file}, 0)\nread 0x200000 }}\n"
        )
    };
    for (flags, file, says_skipped, says_read_only) in [
        ("MAP_SHARED", "fd", true, true),
        ("MAP_SHARED | MAP_ANONYMOUS", "-1", true, false),
        ("MAP_PRIVATE | MAP_ANONYMOUS", "-1", false, false),
    ] {
        let forked = mapped(flags, file) + "let child = 0\nP: let child = fork()\n";
        for asked in [
            "ask child: read 0x200000 => fault",
            "ask P: write 0x200000 = 1 => copied",
            "ask P.page_table columns rw",
            "ask frames columns maps",
            "ask \"m\" = P.faults.minor",
        ] {
            let text = assumptions(&forked, asked);
            assert_eq!(text.contains(skipped), says_skipped, "{asked}: {text}");
            assert_eq!(text.contains(read_only), says_read_only, "{asked}: {text}");
        }
        let alone = assumptions(&mapped(flags, file), "ask P: write 0x200000 = 1 => fault");
        assert!(!alone.contains(skipped), "{alone}");
    }
}

/// The areas of a program's processes are gone when the question is printed.
#[test]
fn the_rules_about_fork_and_files_hold_for_the_areas_of_a_program() {
    let (shared, private, disk) = (
        "fork maps no page of a MAP",
        "fork also maps no page of a private file mapping",
        "The first fault on a file page reads the page from disk",
    );
    let program = |global: &str, mapped: &str, forks: bool| {
        let child = if forks {
            "if (fork() == 0) { c = p[0]; _exit(0); } wait(NULL);"
        } else {
            ""
        };
        format!(
            "machine core-i7\nfile \"f\" {{ size 8192, pages 0x10 }}\nprocess P\nprogram g \"\"\"\n{global}\n\
             int main(void) {{\n{mapped}\n  char c = p[0];\n  {child}\n  return c;\n}}\n\"\"\"\nP: run g\n"
        )
    };
    let file = "  int fd = open(\"f\", O_RDONLY); char *p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);";
    let memory =
        "  char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);";
    for (global, mapped, forks, says) in [
        ("", file, true, [false, true, true]),
        ("", file, false, [false, false, true]),
        ("", memory, true, [true, false, false]),
        ("", memory, false, [false, false, false]),
        (
            "char own[3] = \"ab\";",
            "  char *p = own;",
            true,
            [false, true, false],
        ),
        (
            "char own[3];",
            "  char *p = own;",
            true,
            [false, false, false],
        ),
    ] {
        let text = assumptions(
            &program(global, mapped, forks),
            "ask g by line columns minor major",
        );
        let said = [shared, private, disk].map(|rule| text.contains(rule));
        assert_eq!(said, says, "{mapped} {forks}: {text}");
    }
}

#[test]
fn the_assumptions_follow_the_machine() {
    for given in [
        "given page_table, machine",
        "given page_table\n text \"Look.\"\n given machine",
    ] {
        let question = format!("question \"Q\" {{ {given}\n ask read 0x40 => ppn, tlb }}");
        let text = printed(&question, Edition::Paper);
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        assert!(at("machine {") < at("Assumptions"), "{text}");
        assert!(at("Assumptions") < at("Page table"), "{text}");
    }
}

#[test]
fn rules_that_decide_a_fault_are_on_the_paper() {
    let anonymous = "P: let a = mmap(0x100000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)";
    let shared = anonymous.replace("MAP_PRIVATE", "MAP_SHARED");
    let stack = "process P { | area | start | end | perms | backing |; | stack | 7FFFFFFFE000 | 7FFFFFFFF000 | rw-p | anonymous | }";
    // The limit of the stack is RLIMIT_STACK, 8 MB, and its gap is `stack_guard_gap`, 256 pages.
    let grows = "An access below a stack area extends the area down to the page of the access, if the area then has at most 8 MB, and if 256 \
                 pages below it remain free.";
    let on_disk = "Each page of private anonymous memory is on disk at first";
    let merged = "A store to a merged page always copies it";
    let of_process = "the first access of a process to a page of shared anonymous memory";
    let (core_i7, write) = ("machine core-i7\n", "ask P: write 0x100000 = 1 =>");
    for (before, facts, rule) in [
        (format!("{core_i7}{stack}"), "fault", grows),
        (format!("{core_i7}{stack}"), "signal", grows),
        (format!("{core_i7}{stack}"), "minor", grows),
        (
            format!("{core_i7}kernel {{ pages on-disk, frames 4 }}\nprocess P\n{anonymous}"),
            "major",
            on_disk,
        ),
        (
            format!("{core_i7}process P\n{anonymous}\nP: write a = 1\nksm scan"),
            "copied",
            merged,
        ),
        (format!("{core_i7}process P\n{shared}"), "fault", of_process),
    ] {
        let text = assumptions(&before, &format!("{write} {facts}"));
        assert!(text.contains(rule), "{rule}: {text}");
        let without = assumptions(
            &format!("{core_i7}kernel {{ swap 8 }}\nprocess P\n{anonymous}"),
            &format!("{write} {facts}"),
        );
        assert!(!without.contains(rule), "{rule}: {without}");
    }
    // Swap slots hold only pages that the kernel has written, so the sentence about them contradicts pages on disk.
    let text = assumptions(
        &format!(
            "{core_i7}kernel {{ pages on-disk, swap 8, zero-page on }}\nprocess P\n{anonymous}"
        ),
        &format!("{write} fault, major"),
    );
    assert!(text.contains("such as a page of private anonymous memory before its first access"));
    for wrong in ["demand-zero", "lowest free swap slot", "zero page"] {
        assert!(!text.contains(wrong), "{text}");
    }
}

/// As on x86, a store that hits a clean TLB entry sets the D bit in the page table.
#[test]
fn a_store_to_a_clean_page_fetches_its_entry_again() {
    let rule = "If a store hits a TLB entry whose D bit is 0";
    let before = format!("{MACHINE}read 0x0000");
    for (asked, is_printed) in [
        ("ask write 0x0001 = 1 => tlb, walk", true),
        ("ask write 0x0001 = 1 => cycles", true),
        ("ask write 0x0001 = 1 => tlb", false),
        ("ask read 0x0001 => tlb, walk", false),
    ] {
        let text = assumptions(&before, asked);
        assert_eq!(text.contains(rule), is_printed, "{asked}: {text}");
    }
}

/// As on x86 with PCIDs, a global entry serves all address spaces, and a load of CR3 keeps it.
#[test]
fn a_lookup_in_a_tlb_with_asids_has_its_rule() {
    let before = "machine { virtual 32 bits, physical 32 bits, page 4 KB, tlb { entries 2, fully-associative, asid on } }\nset asid = 8\n";
    let (local, global) = (
        "tag asid ppn v |; | 0 | 28 7 63F 1",
        "tag asid ppn v g |; | 0 | 28 7 63F 1 1",
    );
    for (table, rules) in [
        (
            local,
            "- The current ASID is 0x8.\n- A TLB entry hits only if its ASID is the current one.\n",
        ),
        (
            global,
            "- The current ASID is 0x8.\n- A TLB entry hits only if its ASID is the current one or its G bit is 1.\n\
             - A flush of the TLB keeps the entries whose G bit is 1.\n",
        ),
    ] {
        let before = format!("{before}set tlb {{ | set | {table} | }}");
        let text = assumptions(&before, "given tlb\nask read 0x28000 => tlb");
        assert!(text.contains(rules), "{text}");
        let text = assumptions(&before, "given tlb\nask read 0x28000 => vpn");
        assert!(!text.contains("ASID") && !text.contains("G bit"), "{text}");
    }
    let without = format!("{MACHINE}flush tlb");
    assert!(!assumptions(&without, "ask read 0x0001 => tlb").contains("ASID"));
}

#[test]
fn a_latency_has_its_parts_on_the_paper() {
    let machine = |mmu: &str, write: &str| {
        format!(
            "machine {{ {mmu} physical 16 bits\ncache {{ size 64 B, block 16 B, ways 2, latency 2 cycles{write} }}\n\
             memory {{ latency 50 cycles }} }}"
        )
    };
    let mmu = "virtual 16 bits, page 256 B, tlb { entries 4, latency 1 cycles },";
    let with_mmu = "set page_table { | vpn ppn |; | 0..15 0..15 | }";
    let walks = "A page walk fetches page-table entries from memory, and not through the caches.";
    let writes = "Writing a block back to memory adds nothing to a latency.";
    for (before, asked, present, absent) in [
        (
            format!("{}\n{with_mmu}", machine(mmu, "")),
            "ask write 0x10 = 1 => cycles",
            vec![walks, writes, "including those of page walks."],
            vec![],
        ),
        (
            format!("{}\n{with_mmu}", machine(mmu, ", write-through")),
            "ask write 0x10 = 1 => cycles",
            vec![walks],
            vec![writes],
        ),
        (
            machine("", ""),
            "ask write 0x10 = 1 => cycles",
            vec!["lookups and memory accesses.", writes],
            vec!["page walk"],
        ),
        (
            machine("", ""),
            "ask write 0x10 = 1 => cache",
            vec![],
            vec!["latency", "page walk"],
        ),
    ] {
        let text = assumptions(&before, asked);
        for sentence in present {
            assert!(text.contains(sentence), "{sentence}: {text}");
        }
        for sentence in absent {
            assert!(!text.contains(sentence), "{sentence}: {text}");
        }
    }
    let program =
        "program c \"\"\"\nint a[16];\nint main(void) { return a[0]; }\n\"\"\"\ngiven program c\n";
    let text = assumptions(
        &machine("", ""),
        &format!("{program}replay c cycles causes\nask last => cycles, cache.conflict"),
    );
    for sentence in [
        "A compulsory miss is a miss of the first lookup of a block.",
        "The latency of an access is the sum of the latencies of its lookups and memory accesses.",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
}

/// On x86-64 Linux, the first block of a heap of glibc is 0x2A0 bytes above its start. Variables that span two pages of 4 KB
/// need two faults.
#[test]
fn the_addresses_that_decide_the_faults_of_a_program_are_on_the_paper() {
    let program = |text: &str, asked: &str| {
        assumptions(
            "",
            &format!("machine core-i7\nprogram c \"\"\"\n{text}\n\"\"\"\ngiven program c\n{asked}"),
        )
    };
    let main = |body: &str| {
        format!(
            "#include <stdlib.h>\n#include <unistd.h>\nchar n; char g[4096];\nint main(void) {{ {body} return 0; }}"
        )
    };
    let loops = main(
        "char b[8192]; char *p = malloc(8192); for (int i = 0; i < 4096; i++) g[i] = b[i] = p[i] = 1;",
    );
    let text = program(&loops, "ask run c => minor");
    for sentence in [
        "n begins at address 0x404000 and g begins at address 0x404001.",
        "the first block of malloc begins at address 0x5555555592A0.",
        "the variables of main that are in memory begin at address 0x7FFFFFFFD000",
        "a pointer has 8 bytes",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
    let text = program(&loops, "ask run c => exit");
    assert!(!text.contains("begins at address"), "{text}");
    // The fault of the parent and that of the child count. One copies the page, and the other one reuses the frame.
    let all = "The page faults of a program are those of all its processes.";
    let asked = "run c\nask c by line columns minor";
    let forks = program(&main("g[0] = 1; fork(); g[1] = 2;"), asked);
    assert!(
        forks.contains(all) && forks.contains("After fork"),
        "{forks}"
    );
    let alone = program(&main("g[0] = 1; g[1] = 2;"), asked);
    assert!(
        !alone.contains(all) && !alone.contains("After fork"),
        "{alone}"
    );
}

/// With glibc 2.39, `malloc(131049)` is the least request whose block has 128 KB, and gets a mapping. On Linux with a new PID
/// namespace, the first PID is 1. On x86-64, bit 63 forbids fetches.
#[test]
fn rules_of_frames_blocks_and_entries_are_on_the_paper() {
    let process = "machine core-i7\nprocess P { | area | start | end | perms | backing |; | data | 601000 | 603000 | rw-p | anonymous | }\n\
                   P: write 0x601000 = 1";
    for (asked, rule) in [
        ("ask P: malloc(131049) => returns", "mmap chooses"),
        (
            "ask frames columns maps dirty",
            "Dirty is 1 if a store has changed the page",
        ),
        ("ask \"p\" = P.pid", "The first PID is 1."),
        ("ask P: read 0x601000 => pte4.value", "XD is bit 63"),
    ] {
        let text = assumptions(process, asked);
        assert!(text.contains(rule), "{asked}: {text}");
    }
    for (asked, rule) in [
        ("ask P: malloc(131048) => returns", "mmap chooses"),
        ("ask frames columns maps", "Dirty"),
        ("ask P: read 0x601000 => pa", "XD"),
    ] {
        let text = assumptions(process, asked);
        assert!(!text.contains(rule), "{asked}: {text}");
    }
}

#[test]
fn a_date_in_a_table_is_no_difference() {
    let question = "question \"Q\" { table \"T\" { columns \"day\" \"n\"; row 2026-03-01 ? = 2; row 1/3/2026 ? = 3; row 7-2-1 ? = 4 } }";
    let text = lines(&printed(question, Edition::Key));
    for row in ["2026-03-01 2", "1/3/2026 3", "4 4"] {
        assert!(text.iter().any(|line| line == row), "{row}: {text:?}");
    }
}

#[test]
fn the_columns_of_frames_say_what_they_count_and_which_words_they_take() {
    let question = "machine core-i7\nkernel { frames 4 }\nprocess P\nP: let a = malloc(8)\nP: write a = 1\n\
                    question \"Q\" { ask frames columns refs kind }";
    let text = printed(question, Edition::Paper);
    for head in [
        "PTEs that map it",
        "Kind (anonymous, file, shared if not of a file, merged)",
    ] {
        assert!(text.contains(head), "{head}: {text}");
    }
}

#[test]
fn json_prints_what_a_paper_prints() {
    let exam = paper(
        "machine { physical 12 bits, cache { sets 1, ways 2, block 16 B, policy lru } }\n\
         question \"Q\" { given machine; ask read 0x10 => cache; reference 1 2 3 { frames 2, replacement lru }\n\
         ask reference columns hit marks by row }",
        0,
    );
    let json = exam.to_json(Edition::Paper).to_string();
    for said in [
        "policy lru",
        "A row earns its points only if all its cells are right.",
    ] {
        assert!(json.contains(said), "no `{said}` in {json}");
        let text = markdown(&exam, Edition::Paper, &Style::default());
        assert!(text.contains(said), "no `{said}` in {text}");
    }
}

#[test]
fn a_walk_is_drawn_without_its_values_in_every_format() {
    let question = "question \"Q\" { figure walk 0x0040; ask translate 0x0040 => ppn }";
    let paper = printed(question, Edition::Paper);
    assert!(
        paper.contains("VPN") && paper.contains("─┐") && !paper.contains("0x16"),
        "{paper}"
    );
}
