//! Tests of kinds of published exam questions, one script for each kind. The keys are the published answers.

use pagewalk_script::exam::formats::{Edition, Style, markdown};

use super::sheet::{Sheet, script};

mod processes;
mod replacement;
mod sizes;
mod translation;

/// The question of a kind, whose name begins with its number.
fn kind(name: &str, title: &str) -> Sheet {
    script(&format!("tests/exams/kinds/{name}.pw"), 0).question(title)
}

/// CS:APP, practice problem 9.3.
#[test]
fn bits_of_an_address() {
    let question = kind("21-address-bits", "Address bits");
    let right = ["22 10 14 10", "21 11 13 11", "20 12 12 12", "19 13 11 13"];
    let rows = question.cells();
    assert_eq!(
        rows.iter()
            .map(|row| row[1..].join(" "))
            .collect::<Vec<_>>(),
        right
    );
    assert_eq!(
        rows.iter().map(|row| &*row[0]).collect::<Vec<_>>(),
        ["1 KB", "2 KB", "4 KB", "8 KB"]
    );
}

/// Patterson and Hennessy, section 5.7: a page that is not resident has no TLB entry and no data in the cache.
#[test]
fn possible_combinations() {
    let question = kind("42-combinations", "Possible combinations");
    let right = [
        "TLB hit, page-table hit, cache hit",
        "TLB hit, page-table hit, cache miss",
        "TLB miss, page-table hit, cache hit",
        "TLB miss, page-table hit, cache miss",
        "TLB miss, page-table miss, cache miss",
    ];
    assert_eq!(question.choices()[0].1, right);
}

/// Silberschatz, Galvin, and Gagne, chapter 9.
#[test]
fn fault_counts() {
    let question = kind("17-fault-counts", "Page faults");
    let keys: Vec<String> = question
        .facts()
        .iter()
        .map(|item| item.key("faults").to_owned())
        .collect();
    assert_eq!(keys, ["15", "12", "9"]);
}

/// Harvard CS61, 2015: the level-1 indices are 32, 735, and 767. There are three level-2 tables, page tables of
/// 16 KB, and five pages of data.
#[test]
fn page_table_indices() {
    let question = kind("24-sparse-process", "Page tables of a sparse process");
    let items = question.facts();
    let column = |fact: &str| -> Vec<String> {
        items.iter().map(|item| item.key(fact).to_owned()).collect()
    };
    let top = [32, 32, 32, 32, 32, 735, 767].map(|index| format!("0x{index:03X}"));
    assert_eq!(column("vpn1"), top);
    assert_eq!(
        column("vpn2"),
        [
            "0x048", "0x04B", "0x04A", "0x048", "0x048", "0x267", "0x3FF"
        ]
    );
    assert_eq!(question.keys(), ["3", "16", "5"]);
}

/// GATE 2024 (two levels, 2000 pages), GATE 2008 (question 67), UGC-NET 2019, and GATE 2000.
#[test]
fn values_of_published_exams() {
    for (name, title, right) in [
        (
            "25-table-pages",
            "Page-table pages",
            &["3", "1025"] as &[&str],
        ),
        (
            "29-pointer-bits",
            "Pointers in page tables",
            &["25", "25", "24"],
        ),
        (
            "55-effective-access-time",
            "Effective access time",
            &["116"],
        ),
        ("56-fault-rate", "Page-fault rate", &["1.9999"]),
    ] {
        assert_eq!(kind(name, title).keys(), right, "{name}");
    }
}

/// University of Iowa, homework 4, fall 2000.
#[test]
fn pages_of_a_program() {
    let question = kind("35-fragmentation", "Pages of a program");
    let rows: Vec<String> = question.cells().iter().map(|row| row.join(" ")).collect();
    assert_eq!(rows, ["4 KB 8 5 4 16", "512 B 64 33 31 128"]);
    // An address space of 64 KB has room for 128 pages of 512 B, but not for 17 pages of 4 KB.
    assert_eq!(question.choices()[0].1, ["512 B"]);
}

/// GATE IT 2008, question 39.
#[test]
fn byte_addresses() {
    let items = kind("41-byte-addresses", "Byte addresses").facts();
    assert_eq!(items[0].key("faults"), "7");
    let mut resident: Vec<char> = items[0]
        .key("resident")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    resident.sort_unstable();
    assert_eq!(resident, ['1', '2', '4', '5']);
}

/// Tanenbaum, problem 3.36: NRU, FIFO, LRU, and second chance.
#[test]
fn victims_of_a_start_table() {
    let items = kind("49-start-table", "Victims").facts();
    let victims: Vec<&str> = items.iter().map(|item| item.key("victim")).collect();
    assert_eq!(victims, ["2", "3", "1", "2"]);
}

/// ISRO 2013, question 65.
#[test]
fn working_set() {
    let items = kind("53-working-set", "Working set").facts();
    let mut pages: Vec<char> = items[0]
        .key("resident")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    pages.sort_unstable();
    assert_eq!(pages, ['2', '3', '6', '9']);
}

/// GATE 2018: p = (X - M) / (D - M) for all values of the parameters.
#[test]
fn a_formula_is_right_for_all_numbers() {
    for seed in 0..18 {
        let question = script("tests/exams/kinds/62-formula.pw", seed).question("Page-fault rate");
        assert_eq!(
            question.choices()[0].1,
            ["(X − M) / (D − M)"],
            "seed {seed}"
        );
    }
}

/// An edition of a paper of this kind, as Markdown.
fn printed(name: &str, edition: Edition) -> String {
    let text = std::fs::read_to_string(format!("tests/exams/kinds/{name}.pw")).expect("a script");
    markdown(&crate::running::paper(&text, 0), edition, &Style::default())
}

/// A page table of 32 rows is printed in two halves, each in order.
#[test]
fn a_long_table_is_split_only_once() {
    let printed = printed("01-worksheet", Edition::Paper);
    let table = printed
        .split("Page table (hex)\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let rows = table.expect("a table").lines().skip(2);
    let first = |half: &str| half.split_whitespace().next().expect("a VPN").to_owned();
    let vpns: Vec<Vec<String>> = rows
        .map(|row| row.split('│').map(first).collect())
        .collect();
    let right: Vec<Vec<String>> = (0..16)
        .map(|row| vec![format!("{row:03X}"), format!("{:03X}", row + 16)])
        .collect();
    assert_eq!(vpns, right);
}

/// The TLB of this question has three valid entries, and the fourth TLB miss evicts one of these entries.
#[test]
fn the_order_of_a_set_that_fills_up_is_an_assumption() {
    let order = "In the TLB, the leftmost valid way was used least recently, and the rightmost valid way was used \
                 most recently.";
    assert!(printed("04-address-stream", Edition::Paper).contains(order));
    // This question evicts no entry from the TLB.
    assert!(!printed("06-latency", Edition::Paper).contains("valid way"));
}

/// Without ASIDs, a context switch flushes the TLB. With ASIDs, a lookup does not match an entry of another
/// process.
#[test]
fn solutions_explain_misses_after_context_switches() {
    let solutions = printed("09-asid", Edition::Solutions);
    let (without, with) = solutions.split_once("### b").expect("two parts");
    let miss = "no valid entry has tag 0x10";
    assert_eq!(
        without
            .matches(&format!(
                "{miss}, because the context switch to process B flushed the TLB"
            ))
            .count(),
        1
    );
    assert_eq!(
        without
            .matches(&format!(
                "{miss}, because the context switch to process A flushed the TLB"
            ))
            .count(),
        1
    );
    assert_eq!(without.matches("because").count(), 2);
    for process in ["A", "B"] {
        assert_eq!(
            with.matches(&format!("{miss} for process {process}"))
                .count(),
            1,
            "{process}"
        );
    }
}

/// A key lists the answers that fit in the box, and the solutions list up to 16. A single answer is printed
/// without a list.
#[test]
fn keys_list_their_answers() {
    let printed = |range: &str, edition| {
        let script = format!(
            "question \"Q\" points 1 {{ ask n in {range} as \"A multiple of 3\" where n % 3 == 0 }}"
        );
        markdown(
            &crate::running::paper(&script, 0),
            edition,
            &Style::default(),
        )
    };
    let (key, solved) = (
        |range| printed(range, Edition::Key),
        |range| printed(range, Edition::Solutions),
    );
    let listed = |last: u64| {
        (0..=last)
            .map(|n| format!("0x{:X}", 3 * n))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert!(key("4..=8").contains(" **0x6** (hex)"), "{}", key("4..=8"));
    assert!(
        key("0..=5").contains(" **any of 0x0, 0x3** (hex)"),
        "{}",
        key("0..=5")
    );
    // The key has the same lines as the paper, and the solutions list up to 16 answers.
    let first = " **any of 0x0, 0x3, 0x6, 0x9, …** (hex";
    assert!(
        key("0..=47").contains(&format!("{first})")),
        "{}",
        key("0..=47")
    );
    assert!(
        solved("0..=47").contains(&format!("{first}; {})", listed(15))),
        "{}",
        solved("0..=47")
    );
    assert!(
        solved("0..=48").contains(&format!("{first}; {}, …)", listed(15))),
        "{}",
        solved("0..=48")
    );
}

/// Sentences that a paper prints only if the question needs them.
#[test]
fn assumptions_apply_to_the_question() {
    let has = |name: &str, sentence: &str| printed(name, Edition::Paper).contains(sentence);
    // The pages in this question are anonymous, and the question asks for no PTE or value of several bytes.
    assert!(
        !has("09-asid", "file page")
            && !has("09-asid", "little-endian")
            && !has("09-asid", "write -")
    );
    assert!(!has("19-file-end", "file page"));
    let major = "file \"f\" { size 4 KB }\nprocess P\nlet p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, open(\"f\", O_RDONLY), 0)\n\
                 question \"Q\" { ask read p => major }\n";
    let major = markdown(
        &crate::running::paper(major, 0),
        Edition::Paper,
        &Style::default(),
    );
    assert!(major.contains("is a major fault"), "{major}");
    // The script of the second question repeats each access after its page fault.
    assert!(has("03-tlb-lookup", "A page fault ends the access"));
    assert!(!has("04-address-stream", "A page fault ends the access"));
    // No access of this question faults, but only a key may show this.
    assert!(has("06-latency", "A page fault ends the access"));
    // The question gives the data in memory words.
    assert!(has("65-entry-addresses", "little-endian"));
    assert!(
        has("08-cache-set", "The cache is write-back")
            || has("01-worksheet", "The cache is write-back")
    );
}

/// Titles of tables, the pages of a reference string, and the steps before an item are printed in words, not in
/// script notation.
#[test]
fn titles_and_lists_are_in_words() {
    assert!(
        printed("40-split-areas", Edition::Paper).contains("Areas of P (Start and End in hex)")
    );
    assert!(printed("07-rights", Edition::Paper).contains("VPN V Write"));
    let start = printed("54-local-global", Edition::Paper);
    // The pages of the second item are in the table of the first item.
    assert_eq!(start.matches("Pages at the start").count(), 1);
    assert!(!start.contains("last used at time"));
    let pages = crate::running::paper(
        "question \"Q\" points 1 { reference A0 A1 A6 { frames 3, replacement fifo }\n ask reference A0 A1 A6 { frames 3, replacement fifo } => resident }",
        0,
    );
    let key = markdown(&pages, Edition::Key, &Style::default());
    assert!(key.contains("**A0, A1, A6**"), "{key}");
}

/// Worked solutions omit the kernel's later actions, and give the reasons for missing values.
#[test]
fn solutions_state_only_what_happened() {
    let solutions = printed("04-address-stream", Edition::Solutions);
    assert!(
        solutions.contains("The access ends with a page fault.")
            && !solutions.contains("no kernel")
    );
    assert!(!solutions.contains("PTE 0x"), "{solutions}");
    let missing = printed("66-layout", Edition::Solutions);
    assert!(missing.contains("Physical address -"), "{missing}");
    // The two options of a choice, and the accesses before a table, are explained.
    let choice = crate::running::paper(
        "question \"Q\" points 1 { let n = 2\n choice \"C\" { option \"a\" where n > 1\n option \"b\" where n > 2 } }",
        0,
    );
    let choice = markdown(&choice, Edition::Solutions, &Style::default());
    assert!(
        choice.contains("is true") && choice.contains("is false"),
        "{choice}"
    );
    let cache = "machine { physical 8 bits, cache { lines 1, block 1 B } }\nquestion \"Q\" points 1 { read 3\n choice \"Which \
                 block is in the cache?\" { option \"3\" where read 3 => cache hit\n option \"7\" where read 7 => cache hit } }";
    let table = markdown(
        &crate::running::paper(cache, 0),
        Edition::Solutions,
        &Style::default(),
    );
    assert!(table.contains("Cache hit? N"), "{table}");
}

/// The paper prints the column for stores because the script contains the column, although every entry of this TLB
/// allows stores.
#[test]
fn a_given_table_has_the_columns_of_the_script() {
    let printed = printed("71-software-tlb", Edition::Paper);
    let head = printed
        .lines()
        .skip_while(|line| !line.starts_with("TLB"))
        .nth(1)
        .expect("a head");
    let columns: Vec<String> = head
        .split(['│', ' '])
        .map(str::to_lowercase)
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(columns.len(), 13, "{head}");
    assert_eq!(
        columns
            .iter()
            .filter(|name| matches!(&***name, "rw" | "r/w"))
            .count(),
        3,
        "{head}"
    );
}

/// The script of this kind declares its latencies in nanoseconds.
#[test]
fn latencies_have_a_unit() {
    let printed = printed("06-latency", Edition::Key);
    assert!(
        printed.contains("| Time of the access (decimal) | **22** ns |"),
        "{printed}"
    );
    let cycles = crate::running::paper(
        "machine { physical 16 bits, memory { latency 9 } }\nquestion \"Q\" points 1 { ask read 0x10 => cycles }",
        0,
    );
    let key = markdown(&cycles, Edition::Key, &Style::default());
    assert!(
        key.contains("| Latency (decimal) | **9** cycles |"),
        "{key}"
    );
}

/// Each script of a kind prints its paper without script notation.
#[test]
fn papers_of_kinds_contain_no_script_notation() {
    let folder = std::fs::read_dir("tests/exams/kinds").expect("a folder");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "pw"))
        .collect();
    assert!(paths.len() > 10);
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a script");
        let paper = crate::running::paper(&text, 0);
        let printed = markdown(&paper, Edition::Paper, &Style::default());
        for notation in ["=>", "where", "ask ", "frames 3", "{", "last."] {
            assert!(
                !printed.contains(notation),
                "{}: `{notation}` in\n{printed}",
                path.display()
            );
        }
    }
}
