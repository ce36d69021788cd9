//! Tests that `--check` finds each kind of unfairness and its location.

use std::collections::BTreeSet;

use pagewalk_script::exam::fair::{Fairness, Sample};

use super::papers::composed;
use super::{EXAM, Folder, pagewalk, text};

/// The findings for N versions.
fn found(script: &str, count: u64) -> Fairness {
    let samples: Vec<Result<Sample, String>> = (0..count)
        .map(|seed| {
            let done = composed(script, seed);
            match done.diagnostics.first() {
                Some(wrong) => Err(wrong.message.clone()),
                None => Ok(Sample::from_paper(&done.paper)),
            }
        })
        .collect();
    Fairness::compare(&samples)
}

fn guessable(of: &Fairness) -> Vec<&str> {
    of.blanks
        .iter()
        .filter(|blank| blank.guessable())
        .map(|blank| blank.name.as_str())
        .collect()
}

const MACHINE: &str = "machine simple\nset page_table { | vpn ppn v | vpn ppn v |; | 00 28 1 | 01 0D 1 |; | 02 33 1 | 03 - 0 | }\n";

#[test]
fn a_fair_exam_is_found_fair() {
    let done = pagewalk(&["exam", EXAM, "--check", "60"]);
    let messages = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{messages}");
    assert!(
        messages.contains("✓ solvable: 60 of 60")
            && messages.contains("tlb hit 1, tlb miss 2, walk steps 2 in each version"),
        "{messages}"
    );
    assert!(
        messages.contains("the versions are fair") && !messages.contains('✗'),
        "{messages}"
    );
    assert_eq!(
        text(&pagewalk(&["exam", EXAM, "--check", "60"]).stdout),
        messages,
        "the same bytes again"
    );
}

#[test]
fn ranges_of_versions_are_checked() {
    let done = pagewalk(&["exam", EXAM, "--check", "41..60"]);
    assert!(
        text(&done.stdout).contains("✓ solvable: 20 of 20"),
        "{}",
        text(&done.stdout)
    );
    // Version 2 of this script has no solution, and version 1 has one.
    let folder = Folder::new("range");
    let script = folder.put(
        "r.pw",
        "question \"q\" { choose x in 0..2; choose y in 0..1 where y == x; ask \"x\" = x + y }\n",
    );
    let solvable = |range: &str| {
        let out = text(&pagewalk(&["exam", &script, "--check", range]).stdout);
        out.lines()
            .find(|line| line.contains("solvable"))
            .map(str::to_owned)
            .expect("a line")
    };
    let each: Vec<bool> = (1..=8)
        .map(|n| solvable(&format!("{n}..{n}")).contains("✓"))
        .collect();
    let count = |some: &[bool]| some.iter().filter(|one| **one).count();
    assert!(
        solvable("8").contains(&format!("{} of 8", count(&each))),
        "{each:?}"
    );
    assert!(
        solvable("3..6").contains(&format!("{} of 4", count(&each[2..6]))),
        "{each:?}"
    );
    for wrong in ["0", "0..5", "5..4", "1..10001", "a..b", "1..2..3"] {
        let done = pagewalk(&["exam", EXAM, "--check", wrong]);
        assert_eq!(done.status.code(), Some(2), "{wrong}");
        assert!(
            text(&done.stderr).contains("a range such as 201..400, with at most 10000 versions"),
            "{wrong}"
        );
    }
}

#[test]
fn a_blank_that_is_always_the_same_can_be_guessed() {
    let folder = Folder::new("guess");
    let script = format!(
        "{MACHINE}question \"q\" {{ choose va in 0..0xC0 where read va => fault none\nask read va => vpn, vpo, fault }}\n\
         question \"fixed\" {{ ask \"Pages\" = machine.pages }}"
    );
    let found = found(&script, 40);
    assert_eq!(
        guessable(&found),
        ["fault"],
        "that of the fixed question is not drawn"
    );
    assert!(!found.holds());
    let fixed = found
        .blanks
        .iter()
        .find(|blank| blank.question == "fixed")
        .expect("there");
    assert!(!fixed.drawn && fixed.different == 1);
    let vpn = found
        .blanks
        .iter()
        .find(|blank| blank.name == "vpn")
        .expect("there");
    assert!(vpn.drawn && vpn.different == 3 && vpn.versions == 40);
    let done = pagewalk(&["exam", &folder.put("g.pw", &script), "--check", "40"]);
    assert_eq!(
        (done.status.code(), text(&done.stderr)),
        (Some(1), String::new())
    );
    assert!(
        text(&done.stdout).contains("✗ 1 blank can be guessed\n      q fault: none in 40 of 40"),
        "{}",
        text(&done.stdout)
    );
}

/// A counter depends on the accesses above, although no operation of the blank differs.
#[test]
fn a_counter_that_never_changes_is_guessable() {
    let counter = |second: &str| {
        let script = format!(
            "{MACHINE}question \"q\" {{ choose a in 0..0x40; choose b in {second}\nask read a => vpo\nask read b => vpo\n\
             ask \"misses\" = tlb.misses }}"
        );
        let found = found(&script, 20);
        guessable(&found).contains(&"3")
    };
    assert!(
        counter("0x40..0x80"),
        "two pages are two misses in each version"
    );
    assert!(!counter("0..0x80"), "some versions read one page twice");
}

/// A drawn number can be in the text above a blank, and decide the answer or not.
#[test]
fn answers_that_no_drawn_number_changes_are_reported() {
    let draw = "choose n in 5..12\ntext \"\"\"An array has {n} KB.\"\"\"";
    let computed = found(
        &format!("question \"q\" {{ {draw}\nask \"Pages of 16 KB\" = ceil(n / 16) }}"),
        20,
    );
    assert_eq!(guessable(&computed), [""]);
    let script = format!(
        "question \"q\" {{ {draw}\nchoice \"It is\" {{ correct \"small\" when n < 20; wrong \"large\" }} }}\n\
         question \"r\" {{ {draw}\nask \"Bytes\" = n * 1024; ask \"Pages\" = 4 }}"
    );
    let folder = Folder::new("constant");
    let done = pagewalk(&["exam", &folder.put("c.pw", &script), "--check", "20"]);
    let out = text(&done.stdout);
    assert!(
        out.contains("! q: the versions differ, but each answer is the same in all of them")
            && !out.contains("! r"),
        "{out}"
    );
}

#[test]
fn a_grid_may_have_rows_that_are_forced_but_no_constant_column() {
    let script = "question \"q\" { choose a in 4..9\nchoose b in 4..9 where b != a\nreference [1, 2, a + 0, b + 0, 1, a + 0] { frames 3, replacement fifo }\n\
                  ask reference columns hit frame0 }";
    let found = found(script, 40);
    let cell = |name: &str| {
        found
            .blanks
            .iter()
            .find(|blank| blank.name == name)
            .expect("there")
    };
    assert!(
        cell("1.frame0").times == 40 && cell("1.frame0").forced && !cell("1.frame0").guessable()
    );
    // Hits do not depend on the names of the pages.
    assert!(
        guessable(&found).iter().all(|name| name.contains("hit")) && guessable(&found).len() == 6
    );
}

#[test]
fn versions_of_a_grid_differ_in_what_the_paper_prints() {
    // The pages differ between versions, but the hits and the number of faults do not.
    let grid = |string: &str| {
        format!(
            "question \"Grid\" {{ choose w in 11..=19; choose x in 21..=29; choose y in 31..=39; choose z in 41..=49\n\
             reference [{string}] {{ frames 3, replacement lru }}\n\
             ask reference columns hit\nask \"Faults\" = last.faults }}"
        )
    };
    let drawn = found(&grid("w, x, y, w, z, w, x, z, y"), 20);
    assert_eq!(drawn.same, [[0; 0]; 0]);
    assert_eq!(guessable(&drawn).len(), 10, "nine hits and the faults");
    let fixed = found(&grid("11, 21, 31, 11, 41"), 20);
    assert_eq!(fixed.same.len(), 1);
    assert_eq!(guessable(&fixed), [""; 0]);
}

#[test]
fn a_table_of_the_state_after_drawn_accesses_can_be_guessed() {
    let script = format!(
        "{MACHINE}question \"q\" {{ choose offset in 0..0x40\ntext \"\"\"A byte of page {{offset}} is read.\"\"\"\n\
         read offset\nask tlb columns tag }}"
    );
    let found = found(&script, 20);
    assert!(
        found
            .blanks
            .iter()
            .all(|blank| blank.drawn && blank.different == 1)
    );
    assert!(!guessable(&found).is_empty());
}

#[test]
fn versions_of_a_question_that_print_the_same_are_the_same() {
    // Only the printed table differs.
    let tables = "machine simple\nquestion \"q\" { choose p in 0x10..0x40\nset page_table { | vpn ppn |; | 00 (p) | }\n\
                  given page_table\nask \"Pages\" = 1 }";
    assert!(found(tables, 10).same.iter().map(Vec::len).sum::<usize>() < 5);
    let hidden = tables.replace("given page_table", "text \"A page table.\"");
    assert_eq!(found(&hidden, 10).same.len(), 1);
}

#[test]
fn versions_of_different_work_are_not_equally_hard() {
    let script =
        format!("{MACHINE}question \"q\" {{ choose va in 0..0x100\nask read va => vpn, fault }}");
    let found = found(&script, 60);
    let faults = found
        .uneven
        .iter()
        .find(|uneven| uneven.what == "fault")
        .expect("faults differ");
    let places: BTreeSet<usize> = faults
        .amounts
        .iter()
        .flat_map(|(_, versions)| versions.iter().copied())
        .collect();
    assert_eq!(places, (0..60).collect(), "every version is on one side");
    assert_eq!(
        faults
            .amounts
            .iter()
            .map(|(amount, _)| *amount)
            .collect::<BTreeSet<_>>(),
        BTreeSet::from([0, 1])
    );
    assert!(
        !found.holds()
            && found
                .uneven
                .iter()
                .all(|uneven| uneven.what != "walk steps")
    );
}

/// An access of 4 bytes is in two blocks of 8 bytes if its offset is 5, 6, or 7.
#[test]
fn the_pieces_of_a_split_access_are_work() {
    let of = |from: &str| {
        let script = format!(
            "question \"q\" {{ machine {{ physical 12 bits, cache {{ sets 4, ways 1, block 8 B }} }}\n\
             choose a in {from}\nask read a size 4 => cache }}"
        );
        let uneven = found(&script, 20).uneven;
        uneven
            .into_iter()
            .map(|uneven| (uneven.what, uneven.amounts.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("0x100..0x180"), [("cache miss".to_owned(), 2)]);
    assert_eq!(of("[0x100, 0x108, 0x111]"), []);
    assert_eq!(of("[0x105, 0x10E, 0x117]"), []);
}

#[test]
fn an_answer_that_appears_elsewhere_is_found() {
    let asks = "ask \"Its page\" = va >> 6 radix hex\nask \"Size\" = 64";
    let of = |words: &str| {
        found(
            &format!(
                "question \"q\" {{ choose va in 0x400..0x2000\ntext \"\"\"{words}\"\"\"\n{asks} }}"
            ),
            30,
        )
    };
    assert_eq!(of("The address is {hex(va)}.").readable, []);
    // A number that is the same in all versions does not reveal an answer.
    let messages = of("The address is {hex(va)}, in page {hex(va >> 6)}, and 64 stands here.");
    assert_eq!(messages.readable.len(), 1, "{:?}", messages.readable);
    assert_eq!(
        (
            messages.readable[0].blank.as_str(),
            messages.readable[0].versions.len()
        ),
        ("1", 30)
    );
    // Numbers with separators, in another radix, and in the prompt of the author.
    let sizes = "question \"q\" { choose k in 2..9; choose l in 100..999\ntext \"\"\"It has {k},{l} B.\"\"\"\n\
        ask \"Size\" = 1000 * k + l unit B; text \"\"\"In hex, {hex(k * 8 + 33)}.\"\"\"; ask \"Sum\" = k * 8 + 33 }";
    assert_eq!(found(sizes, 10).readable.len(), 2);
    let prompt = format!(
        "{MACHINE}question \"q\" {{ choose va in 0x10..0x400\n\
         ask read va as \"\"\"Page {{hex(va >> 6, 2)}} is read at {{hex(va)}}.\"\"\" => vpn }}"
    );
    assert_eq!(found(&prompt, 30).readable.len(), 1);
    // An operation in another item reveals the answer, because page 0x28 contains virtual page 0.
    let asks = |second: &str| {
        let script = format!(
            "{MACHINE}question \"q\" {{ choose va in 0x10..0x40\nask read va => pa\nask probe read {second} => vpn }}"
        );
        found(&script, 5)
            .readable
            .into_iter()
            .map(|found| found.blank)
            .collect::<Vec<_>>()
    };
    assert_eq!(asks("va + 0x40"), [""; 0]);
    assert_eq!(asks("va + 0x28 * 64"), ["1.pa"]);
}

/// The blanks whose answers appear elsewhere, in one version and in ten.
fn readable(machine: &str, question: &str) -> Vec<String> {
    let of = |count| {
        let found = found(&format!("{machine}question \"q\" {{ {question} }}"), count);
        let blanks = found.readable.into_iter().map(|found| found.blank);
        blanks.collect::<Vec<_>>()
    };
    assert_eq!(of(1), of(10), "{question}");
    of(10)
}

const SIMPLE: &str = "machine simple\nset page_table { | vpn ppn |; | 0F 0D |; | 10 21 | }\n";

#[test]
fn answers_in_texts_figures_and_steps_are_found() {
    let of = |question: &str| readable(SIMPLE, question);
    let given = "given page_table, tlb";
    for telling in [
        "text \"The PPN is 0x0D.\"; given page_table, tlb; ask read 0x3D4 => ppn",
        "given page_table, tlb; ask read 0x3D4 => ppn; text \"The PPN was 0x0D.\"",
        "given page_table, tlb; figure steps read 0x3D4; ask read 0x3D4 => ppn",
        "read 0x3D4; given steps; ask probe read 0x3D4 => ppn",
        "text \"A colleague says 256 KB.\"; ask \"Reach\" = 64 * 4 KB / 1 KB unit KB",
        "text \"A colleague says 256 KB.\"; ask \"Reach\" = 64 * 4 KB unit B",
        "given page_table, tlb; ask read 0x3D4 as \"Page 0x0F is read.\" => vpn; text \"Page 0x0F.\"",
        "given page_table, tlb; part \"a\" { ask read 0x3D4 => ppn }; part \"b\" { figure steps; ask \"x\" = 1 }",
    ] {
        assert_eq!(of(telling).len(), 1, "{telling}");
    }
    // The messages contain the results in words, and their order.
    assert_eq!(
        of("figure steps read 0x3D4; ask read 0x3D4 => tlb, fault"),
        ["tlb", "fault"]
    );
    assert!(!of("read 0x3D4; figure steps; ask steps").is_empty());
    assert_eq!(
        of("figure steps read 0x3D4; ask read 0x400 => tlb"),
        [""; 0]
    );
    for silent in [
        given.to_owned() + "; ask read 0x3D4 => vpn, tlbi, tlbt, tlb, fault, ppn",
        given.to_owned() + "; figure translation read 0x3D4; ask read 0x3D4 => ppn, pa",
        given.to_owned() + "; figure walk 0x3D4; figure bits 0x3D4; ask read 0x3D4 => ppn",
        // A digit of another field, and a decimal number.
        given.to_owned() + "; text \"Set 0xD of 13 sets.\"; ask read 0x3D4 => ppn",
        // Without a table, the text is where students look up the number.
        "text \"Page 0x0F is in frame 0x0D.\"; ask read 0x3D4 => ppn".to_owned(),
        "text \"A byte is 0x61.\"; text \"Again 0x61.\"; ask \"Byte\" = 0x61 radix hex".to_owned(),
    ] {
        assert_eq!(of(&silent), [""; 0], "{silent}");
    }
}

#[test]
fn a_table_below_an_operation_that_shows_its_result_is_found() {
    let of = |question: &str| readable(SIMPLE, question);
    // The access fills the TLB entry, but does not change the page table.
    assert_eq!(of("ask read 0x3D4 => ppn; given page_table, tlb"), ["ppn"]);
    assert_eq!(of("ask read 0x3D4 => ppn; given page_table"), [""; 0]);
    // The page table above does not say which of its entries is the answer.
    assert_eq!(
        of("given page_table; ask read 0x3D4 => ppn; given tlb"),
        ["ppn"]
    );
    let filled = "set tlb { | set | tag ppn v |; | 3 | 03 0D 1 | }; given page_table, tlb";
    assert_eq!(
        of(&format!("{filled}; ask read 0x3D4 => ppn; given tlb")),
        [""; 0]
    );
    assert_eq!(of("ask probe read 0x3D4 => ppn; given tlb"), [""; 0]);
    // The area that `mmap` creates is in the figure below.
    let process = "machine core-i7\nprocess P\n";
    let call = "ask mmap(NULL, 8 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) => returns";
    for below in ["figure layout P", "given P.maps"] {
        assert_eq!(
            readable(process, &format!("P: {call}; {below}")),
            ["returns"]
        );
        assert_eq!(readable(process, &format!("{below}; P: {call}")), [""; 0]);
    }
}

#[test]
fn cells_of_a_table_follow_from_the_text_above_it() {
    let process = "machine core-i7\nprocess P { | area start end perms backing |; | a 10000 16000 rw-p anonymous | }\n";
    let asks = "text \"P calls munmap(0x12000, 4096).\"; P: munmap(0x12000, 4096); ask P.maps columns start";
    assert_eq!(readable(process, asks), [""; 0]);
    let telling = format!("{asks}; text \"The second area begins at 0x13000.\"");
    assert_eq!(readable(process, &telling), ["2.start"]);
}

#[test]
fn a_page_table_below_a_question_is_a_page_table() {
    let hints = |question: &str| {
        let found = found(&format!("{SIMPLE}question \"q\" {{ {question} }}"), 1);
        let text = pagewalk_script::exam::formats::fairness(&found, &[]);
        format!("{text:?}").contains("prints no page table")
    };
    assert!(hints("ask read 0x3D4 => ppn"));
    assert!(!hints("ask read 0x3D4 => ppn; given page_table"));
}

#[test]
fn a_check_that_compared_nothing_does_not_pass() {
    let says = |question: &str| {
        let found = found(&format!("{SIMPLE}question \"q\" {{ {question} }}"), 20);
        let text = pagewalk_script::exam::formats::fairness(&found, &[]);
        format!("{text:?}").contains("no blank can be guessed")
    };
    assert!(says("choose a in 0..256; ask translate a => vpo"));
    assert!(!says("ask translate 0x3D4 => vpo"));
}

#[test]
fn versions_that_coincide_and_those_without_a_paper_are_reported() {
    let few = found(
        "question \"q\" { choose a in 0..4; ask \"{a}\" = a * a }",
        20,
    );
    assert!(
        !few.same.is_empty() && few.same.iter().map(Vec::len).sum::<usize>() >= 17,
        "{:?}",
        few.same
    );
    let none = found(
        "choose a in 0..4\nquestion \"q\" { choose b in 0..a; ask \"{b}\" = b }",
        40,
    );
    let [unsolved] = &*none.unsolved else {
        panic!("{:?}", none.unsolved)
    };
    assert!(
        unsolved.why.contains("there are no values to choose")
            && (1..40).contains(&unsolved.versions.len())
    );
    let folder = Folder::new("same");
    let fixed = folder.put("f.pw", "question \"q\" { ask \"x\" = 1 }");
    let done = pagewalk(&["exam", &fixed, "--check", "3"]);
    assert!(
        done.status.code() == Some(1)
            && text(&done.stdout).contains("the script draws no random values")
    );
}

#[test]
fn equal_prompts_with_different_keys_are_refused() {
    // The author's text replaces the generated text that distinguishes the items.
    let asks = "ask probe translate 0x45 as \"Translate.\" => ppn; ask probe translate 0x85 as \"Translate.\" => ppn";
    let found = |asks: &str| {
        found(&format!("{MACHINE}question \"q\" {{ {asks} }}"), 2)
            .ambiguous
            .len()
    };
    assert_eq!(found(asks), 1);
    assert_eq!(
        found("ask probe translate 0x45 => ppn; ask probe translate 0x85 => ppn"),
        0
    );
    assert_eq!(found("ask \"Pages\" = 1; ask \"Pages\" = 2"), 1);
    assert_eq!(
        found("ask \"Pages\" = 1; text \"\"\"Now with larger pages:\"\"\"; ask \"Pages\" = 2"),
        0
    );
    assert_eq!(
        found("ask \"4 KB\" = 1; ask \"Fits?\" = true; ask \"512 B\" = 1; ask \"Fits?\" = false"),
        0
    );
    // The program performs the two accesses in order, so their prompts are not ambiguous.
    assert_eq!(found("ask read 0x45 => tlb; ask read 0x45 => tlb"), 0);
}

#[test]
fn few_different_variants_of_a_question_are_reported() {
    let drawn = |below: u64| {
        let script = format!(
            "question \"q\" {{ choose a in 0..{below}\nask \"\"\"Twice {{a}}\"\"\" = 2 * a }}\nquestion \"r\" {{ choose b in 0..100000\nask \"\"\"Twice {{b}}\"\"\" = 2 * b }}"
        );
        found(&script, 40).repeated
    };
    let few = drawn(4);
    assert_eq!(few.len(), 1);
    // With 4 possible variants, about one in four pairs of the 40 versions has the same variant.
    assert!((20..35).contains(&few[0].percent), "{few:?}");
    assert!(drawn(1000).is_empty());
}

#[test]
fn a_coincidence_gives_nothing_away() {
    // In one version in 8, the PPN happens to equal the address 0x20 in the other item's text.
    let script = "machine simple\nset page_table { | vpn ppn v |; | 00 20 1 |; | 01 21 1 |; | 02 22 1 |; | 03 23 1 |; | 04 24 1 |; | 05 25 1 |; | 06 26 1 |; | 07 27 1 | }\n\
                  question \"q\" { choose page in 0..8\nchoose offset in 0..64\nask translate page * 64 + offset => ppn\nask \"\"\"At 0x20, twice {offset}\"\"\" = 2 * offset }";
    let found = found(script, 60);
    assert!(found.readable.is_empty(), "{:?}", found.readable);
}

/// The report on versions of a script.
fn report(script: &str, count: u64) -> String {
    let blocks = pagewalk_script::exam::formats::fairness(&found(script, count), &[]);
    format!("{blocks:?}")
}

#[test]
fn numbers_in_texts_are_compared_by_value() {
    for question in [
        "choose n in 1000..9999; text \"\"\"The number of pages is {n}.\"\"\"; ask \"Pages\" = n",
        "choose n in 1000..9999; ask \"\"\"The value {n}: what is it?\"\"\" = n",
        "choose va in 0x400..0x3FFF; text \"\"\"The page is {va >> 6} in decimal.\"\"\"; ask translate va => vpn",
        "choose n in 10..99; text \"\"\"The square of {n} is {n * n}.\"\"\"; choice \"Square\" { correct \"\"\"{n * n}\"\"\"; wrong \"1\"; wrong \"2\" }",
        "choose n in 10..99; table \"T\" { columns \"a\" \"b\"; row n ? = n + 1; row (n + 1) ? = n + 2 }",
    ] {
        let text = report(&format!("{MACHINE}question \"q\" {{ {question} }}"), 12);
        assert!(text.contains("✗ some answers appear"), "{question}: {text}");
    }
    // A text that is the same in all versions contains none of their answers.
    let constant = "choose n in [16, 32]; text \"Addresses have 16 bits, and words have 32 bits.\"; ask \"n\" = n";
    let text = report(&format!("question \"q\" {{ {constant} }}"), 12);
    assert!(text.contains("✓ no answer appears"), "{text}");
}

#[test]
fn a_table_that_the_paper_prints_below_or_draws_is_found() {
    let process = "machine { virtual 20 bits, physical 16 bits, page 4 KB }\nkernel { frames 8 }\n\
        process P1 { | area start end perms |; | data 0x10000 0x14000 rw- |; | code 0x20000 0x22000 r-x | }\n\
        P1: write 0x10000 = 1\nP1: read 0x20000\n";
    for (machine, question) in [
        (MACHINE, "ask page_table columns ppn; given page_table"),
        (process, "figure frames; ask P1.resident columns vpn frame"),
        (process, "figure layout P1; ask P1.maps columns start end"),
    ] {
        let text = report(&format!("{machine}question \"q\" {{ {question} }}"), 3);
        let said = "but the paper also prints it";
        assert_eq!(text.matches(said).count(), 1, "{question}: {text}");
        assert!(!text.contains("✓ no answer appears"), "{text}");
    }
}

#[test]
fn a_check_that_did_not_run_passes_nothing() {
    let one = report("question \"q\" { choose n in 0..100; ask \"n\" = n }", 1);
    assert!(
        !one.contains("equally hard") && !one.contains("no two versions"),
        "{one}"
    );
    let essay = report(
        "question \"q\" { choose n in 0..100; text \"\"\"{n}\"\"\"; essay \"Why\" }",
        4,
    );
    assert!(
        !essay.contains("✓ no answer appears") && !essay.contains("equally hard"),
        "{essay}"
    );
    // Versions without a paper cannot be compared.
    let none = report(
        "question \"q\" {\n  reference 1 2 3 { frames 3, replacement lru }\n  ask reference columns frame9\n}",
        3,
    );
    assert!(!none.contains("no two versions"), "{none}");
}

#[test]
fn an_accepted_finding_is_listed_with_its_reason() {
    let question =
        "question \"Q\" { choose n in 1000..9999; text \"\"\"It is {n}.\"\"\"; ask \"Pages\" = n }";
    assert!(!found(question, 5).holds());
    let accepted = "exam { accept readable of \"Q\" because \"the text is an example\" }\n";
    let of = found(&format!("{accepted}{question}"), 5);
    assert!(of.holds());
    let text = report(&format!("{accepted}{question}"), 5);
    assert!(
        text.contains("accepted: readable of Q, because the text is an example"),
        "{text}"
    );
    assert!(
        !text.contains("✓ no answer appears") && !text.contains('✗'),
        "{text}"
    );
    // Another question, or another finding, still fails.
    for other in ["readable of \"R\"", "guessable of \"Q\""] {
        let of = found(
            &format!("exam {{ accept {other} because \"no\" }}\n{question}"),
            5,
        );
        assert!(!of.holds(), "{other}");
    }
    let misspelled = format!("exam {{ accept readable of \"Zebra\" because \"no\" }}\n{question}");
    assert!(report(&misspelled, 5).contains("because no; no question has this title"));
}

/// A student does not know the version, so an answer that differs between versions cannot be guessed.
#[test]
fn a_column_with_one_answer_in_each_version_cannot_be_guessed() {
    let exam = "question \"Q\" points 4 {\n  choose n in 3..200\n  text \"\"\"A loop runs {n} times.\"\"\"\n  \
        machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }\n  program p \"\"\"\n#define N 10\nint A[400];\n\
        int main(void) { int t = 0;\n for (int i = 0; i < N; i++)\n t += A[i];\n for (int i = 0; i < N; i++)\n t += A[i];\n return t; }\n\"\"\" { define N = n }\n  \
        given machine, program p\n  replay p\n  ask p by line columns reads\n}";
    let text = report(exam, 20);
    assert!(
        text.contains("Q: guessing earns about 0.4 of 4 points"),
        "{text}"
    );
}

/// The paper prints the byte in a cache line, so a text that also states it gives it away. If no table prints the byte, the
/// text is its only source.
#[test]
fn bytes_of_a_printed_cache_line_are_compared_with_the_text() {
    let exam = |given: &str, text: &str| {
        format!(
            "machine simple\nset page_table {{ | vpn ppn v |; | 0F 0D 1 | }}\nquestion \"Q\" {{\n  \
                choose va in 0x3C4..0x400 where va & 3 == 1\n  choose b in 0x10..0xF0\n  write va = b\n  \
                given machine, page_table{given}\n  {text}\n  ask probe read va => byte\n}}"
        )
    };
    let states = "text \"\"\"The byte there is {hex(b, 2)}.\"\"\"";
    for (given, text, verdict) in [
        (
            ", cache",
            "",
            "✓ no answer appears elsewhere in its question\"",
        ),
        (
            ", cache",
            states,
            "✗ some answers appear elsewhere in their questions\"",
        ),
        (
            "",
            states,
            "✓ no answer appears elsewhere in its question; bytes that no table prints are not compared with the text above\"",
        ),
    ] {
        let text = report(&exam(given, text), 20);
        assert!(text.contains(verdict), "{given}: {text}");
    }
}

/// The line of the textbook's cache, from which the word is read (b3 b2 b1 b0), and main memory without a cache.
#[test]
fn bytes_are_found_in_the_line_or_in_memory() {
    let cached = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n\
        set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }\n";
    let memory = "machine { physical 16 bits }\nset memory { | pa | b0 b1 b2 b3 |; | 01D4 | 36 72 F0 1D | }\n";
    for (machine, given, va) in [(cached, "cache", "0x3D4"), (memory, "memory", "0x1D4")] {
        for (text, fair) in [("", true), ("text \"The value is 0x1DF07236.\"", false)] {
            let text = report(
                &format!(
                    "{machine}question \"Q\" {{ given machine, {given}\n{text}\nask read {va} size 4 => value }}"
                ),
                1,
            );
            assert_eq!(
                text.contains("✓ no answer appears"),
                fair,
                "{given}: {text}"
            );
        }
    }
}

/// The most frequent answer of the column is `miss`, in 9 of 12 rows.
#[test]
fn the_check_states_what_guessing_earns() {
    let grid = |marks: &str| {
        format!(
            "question \"Q\" points 12 {{\nreference 7 0 1 2 0 3 0 4 2 3 0 3 {{ frames 3, replacement lru }}\nask reference columns hit {marks} }}"
        )
    };
    let text = report(&grid(""), 3);
    assert!(
        text.contains("Q: guessing earns about 9 of 12 points"),
        "{text}"
    );
    let text = report(&grid("marks by column"), 3);
    assert!(
        text.contains("Q: guessing earns about 0 of 12 points"),
        "{text}"
    );
    let choice = "question \"Q\" points 2 { choice \"c\" { correct \"a\"; wrong \"b\"; wrong \"c\"; wrong \"d\" } }";
    let text = report(choice, 3);
    assert!(
        text.contains("Q: guessing earns about 0.5 of 2 points"),
        "{text}"
    );
}

/// A number above an item is usually given data. Below it, one of three digits gives the answer away, also if all versions are the same.
#[test]
fn a_decimal_answer_below_an_item_is_found_in_a_question_that_draws_nothing() {
    let leaks = |body: &str| {
        let report = report(&format!("question \"Q\" {{ {body} }}"), 3);
        report.contains("answers appear elsewhere")
    };
    let ask = "ask \"Misses\" = 640";
    assert!(leaks(&format!("{ask}\ntext \"The result is 640 misses.\"")));
    assert!(!leaks(&format!(
        "text \"An array has 640 elements.\"\n{ask}"
    )));
    assert!(!leaks(
        "ask \"Sets\" = 64\ntext \"Addresses have 64 bits.\""
    ));
}

#[test]
fn a_question_that_does_not_determine_its_answer_is_found() {
    let question = "choose size in [4, 8]; text \"The page table maps 20 bits.\"; ask \"Size\" = size * 2 ** 8";
    let text = report(&format!("question \"q\" {{ {question} }}"), 6);
    let found = "q: versions that print the same question have different answers: ";
    assert!(text.contains(found), "{text}");
    let accepted = format!(
        "exam {{ accept ambiguous of \"q\" because \"the room shows the size\" }}\nquestion \"q\" {{ {question} }}"
    );
    let text = report(&accepted, 6);
    assert!(
        !text.contains(found) && text.contains("accepted: ambiguous of q"),
        "{text}"
    );
    // What the paper prints determines the answers here.
    let stated = question.replace("20 bits.", "20 bits with {size} B each.");
    let text = report(
        &format!(
            "question \"q\" {{ {} }}",
            stated
                .replace("text \"", "text \"\"\"")
                .replace("each.\"", "each.\"\"\"")
        ),
        6,
    );
    assert!(!text.contains(found), "{text}");
}

#[test]
fn counts_in_a_figure_of_frames_are_found() {
    let process = "machine core-i7\nkernel { frames 32 }\nprocess P\n\
        P: let p = mmap(NULL, 8 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
        P: write p = 1\nP: let C = fork()\n";
    let said = "fill in the table `frames`, but the paper also prints it";
    for (question, is_printed) in [
        ("figure frames P C; ask frames columns refs", true),
        ("ask frames columns refs", false),
        ("figure frames P C; ask frames columns dirty", false),
        (
            "figure frames P C; C: write p = 2; ask frames columns refs",
            false,
        ),
    ] {
        let text = report(&format!("{process}question \"q\" {{ {question} }}"), 2);
        assert_eq!(text.contains(said), is_printed, "{question}: {text}");
    }
}

#[test]
fn the_work_of_an_access_is_counted_once() {
    let question =
        "choose va in 0x00..0x40; part \"a\" { ask read va => vpn }; part \"b\" { ask last => pa }";
    let text = report(&format!("{MACHINE}question \"q\" {{ {question} }}"), 3);
    assert!(
        text.contains("tlb miss 1, walk steps 1 in each version"),
        "{text}"
    );
}
