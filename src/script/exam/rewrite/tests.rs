//! Tests of numbers and questions against the lecture's simple memory system (CS:APP, 9.6.4).

use super::{spellings, turned};
use crate::lang::edit::edited;
use crate::lang::include::read_text;
use crate::lang::span::Span;
use crate::lang::tree::Tree;
use crate::questions::entry::{Entry, ItemKind, Radix};
use crate::run::record::StepRecord;
use crate::run::session::Options;
use crate::run::{Files, facts, run};

/// Returns the text with the number at the `^` converted to a radix, or `None` if this radix is not offered.
fn written(marked: &str, radix: Radix) -> Option<String> {
    let at = marked.find('^').expect("a place");
    let text = marked.replace('^', "");
    let all = spellings(&Tree::parse(text.as_str(), None), at);
    let one = all.into_iter().find(|one| one.radix == radix)?;
    Some(edited(&text, Span::start_of(0), &[one.edit]))
}

#[test]
fn a_number_keeps_its_value_in_another_radix() {
    use Radix::{Binary, Decimal, Hex};
    for (script, radix, wanted) in [
        ("read ^0x03D4", Decimal, Some("read 980")),
        ("read 0x03D4^", Binary, Some("read 0b11_1101_0100")),
        ("read 9^80", Hex, Some("read 0x3D4")),
        ("read ^980", Decimal, None),
        ("let x = 0b1_01^00", Hex, Some("let x = 0x14")),
        (
            "machine { virtual ^14 bits }",
            Hex,
            Some("machine { virtual 0xE bits }"),
        ),
        (
            "machine { page ^64B }",
            Hex,
            Some("machine { page 0x40 B }"),
        ),
        ("let x = ^4 KB", Hex, Some("let x = 0x1000")),
        ("let x = 4 K^B", Decimal, Some("let x = 4096")),
        ("let x = ^4KB + 1", Hex, Some("let x = 0x1000 + 1")),
        ("let x = -^16", Hex, Some("let x = -0x10")),
        ("let t = ^10 ns", Hex, None),
        ("let r = ^96%", Hex, None),
        ("let r = 0.^5", Hex, None),
        ("let s = \"^16\"", Hex, None),
        ("let s = \"\"\"^16 {x}\"\"\"", Hex, None),
        (
            "let s = \"\"\"{^16}\"\"\"",
            Hex,
            Some("let s = \"\"\"{0x10}\"\"\""),
        ),
        ("# ^16", Hex, None),
        (
            "let x = 18446744073709551615^",
            Hex,
            Some("let x = 0xFFFFFFFFFFFFFFFF"),
        ),
        ("let x = ^99999999999999999999", Hex, None),
        ("let x = ^0D", Decimal, None),
        (
            "set tlb { | set | tag ppn v |\n| ^0 | 03 0D 1 | }",
            Hex,
            None,
        ),
        (
            "set tlb { | set | tag ppn v |\n| 0 | (^16) 0D 1 | }",
            Hex,
            Some("set tlb { | set | tag ppn v |\n| 0 | (0x10) 0D 1 | }"),
        ),
        ("reference ^7 0 1 { frames 3 }", Hex, None),
        (
            "reference 7 0 1 { frames 3, holding [^7, 0] } => faults 3",
            Hex,
            None,
        ),
        (
            "reference 7 0 { frames 3 } => faults 2; read ^16",
            Hex,
            Some("reference 7 0 { frames 3 } => faults 2; read 0x10"),
        ),
    ] {
        assert_eq!(
            written(script, radix).as_deref(),
            wanted,
            "{script} {radix:?}"
        );
    }
}

/// Runs a script that has no errors and no failed expectations.
fn records(script: &str) -> Vec<StepRecord> {
    let (sources, read, wrong) = read_text("a.pw", script, &mut ());
    assert_eq!(wrong, [], "{script}");
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = run(
        &read.body,
        &sources,
        &Files::default(),
        Options::default(),
        &mut records,
    );
    assert_eq!(ended.diagnostics, [], "{script}");
    assert_eq!(ended.totals.failed(), 0, "{script}");
    records
}

/// Converts the selection between `«` and `»` to a question, using the facts of a run.
fn asked(marked: &str) -> Option<String> {
    let start = marked.find('«').expect("a place");
    let end = marked.find('»').expect("a place") - '«'.len_utf8();
    let text = marked.replace(['«', '»'], "");
    let (_, script, wrong) = read_text("a.pw", &text, &mut ());
    assert_eq!(wrong, []);
    let records = records(&text);
    let output = |span: crate::lang::span::Span| {
        let record = records
            .iter()
            .find(|record| record.span.start >= span.start && record.span.end <= span.end);
        record.map_or_else(Vec::new, |record| {
            facts::reported_facts(&record.did)
                .iter()
                .map(ToString::to_string)
                .collect()
        })
    };
    let turned = turned(&text, &script.body, start..end, false, &output)?;
    Some(edited(&text, Span::start_of(0), &[turned.edit]))
}

/// Returns the blanks of a script's questions with their keys.
fn keys(script: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for record in records(script) {
        if let Some(Entry::Item { item, .. }) = Entry::in_record(&record)
            && let ItemKind::Facts { blanks, .. } = &item.kind
        {
            let key = |blank: &crate::questions::entry::Blank| {
                format!(
                    "{} {}",
                    blank.fact,
                    blank
                        .key
                        .as_ref()
                        .map_or("-".to_owned(), ToString::to_string)
                )
            };
            keys.extend(blanks.iter().map(key));
        }
    }
    keys
}

const SIMPLE: &str = "machine simple
set page_table {
  | vpn ppn v |
  | 0F  0D  1 |
  | 00  28  1 |
}
set tlb {
  | set | tag ppn v |
  |  3  | 03  0D  1 |
}
";

/// The first address in CS:APP has VPN 0x0F, TLB index 3, TLB tag 3 (a hit), PPN 0x0D, and physical address
/// 0x354.
const FACTS: &str = "vpn 0x0F, tlbi 0x3, tlbt 0x03, tlb hit, fault none, ppn 0x0D, pa 0x354";

#[test]
fn a_translation_becomes_a_question_with_the_same_values_as_its_key() {
    let script = asked(&format!(
        "{SIMPLE}«»translate 0x03D4 => {FACTS}  # figure 9.20\n"
    ))
    .expect("a question");
    let wanted = "question \"Address translation\" points 7 {
  text \"\"\"Translate the address 0x03D4.\"\"\"
  given page_table, tlb
  ask translate 0x03D4 => vpn, tlbi, tlbt, tlb, fault, ppn, pa
}  # figure 9.20
";
    assert_eq!(script.strip_prefix(SIMPLE), Some(wanted));
    assert_eq!(keys(&script).join(", "), FACTS);
}

#[test]
fn later_statements_still_see_the_effects_of_the_statement() {
    let script = asked(&format!(
        "{SIMPLE}read« »0x0000 => tlb miss\nread 0x0001 => tlb hit\n"
    ))
    .expect("a question");
    assert_eq!(keys(&script), ["tlb miss"]);
    assert!(
        script.ends_with("}\nread 0x0000 => tlb miss\nread 0x0001 => tlb hit\n"),
        "{script}"
    );
    let last = asked(&format!(
        "{SIMPLE}read 0x0000 => tlb miss\nread« »0x0001 => tlb hit\n"
    ))
    .expect("a question");
    assert_eq!(keys(&last), ["tlb hit"]);
    assert!(last.ends_with("ask read 0x0001 => tlb\n}\n"), "{last}");
    // A scenario discards the effects of its statements.
    let apart = format!(
        "{SIMPLE}scenario \"a\" {{\n  read« »0x0000 => tlb miss\n}}\nread 0x0000 => tlb miss\n"
    );
    let script = asked(&apart).expect("a question");
    assert!(
        script.contains("scenario \"a\" {\n  question \"Memory access\" points 1 {\n    text"),
        "{script}"
    );
    assert!(
        script.contains("    ask read 0x0000 => tlb\n  }\n}\n"),
        "{script}"
    );
    assert_eq!(keys(&script), ["tlb miss"]);
}

#[test]
fn several_statements_become_one_question() {
    let two = "«read 0x0000 => tlb miss, ppn 0x28,\n  vpo 0x00\nwrite 0x0001 = 5 size 2 # two bytes\n  => tlb hit, fault not page»\n";
    let script = asked(&format!("{SIMPLE}{two}")).expect("a question");
    assert!(script.contains("points 4 {"), "{script}");
    assert!(
        script.contains("  ask read 0x0000 => tlb, ppn, vpo points 3\n"),
        "{script}"
    );
    assert!(
        script.contains("  ask write 0x0001 = 5 size 2 => fault not page, tlb points 1\n"),
        "{script}"
    );
    assert_eq!(
        keys(&script),
        ["tlb miss", "ppn 0x28", "vpo 0x00", "tlb hit"]
    );
}

#[test]
fn in_a_question_it_becomes_an_ask() {
    let script = format!(
        "{SIMPLE}question \"Q\" {{\n  ask read 0x03D4 => vpn\n  «»read 0x0000 => ppn 0x28\n}}\n"
    );
    let script = asked(&script).expect("an ask");
    assert!(
        script.ends_with("  ask read 0x03D4 => vpn\n  ask read 0x0000 => ppn\n}\n"),
        "{script}"
    );
    assert_eq!(keys(&script), ["vpn 0x0F", "ppn 0x28"]);
    let shared = "question \"Q\" points 2 {\n  ask read 0x03D4 => vpn points 2\n  «»read 0x0000 => ppn 0x28\n}\n";
    assert_eq!(asked(&format!("{SIMPLE}{shared}")), None);
}

#[test]
fn processes_probes_and_names_become_questions() {
    let script = "process P1\nlet p = mmap(NULL, 8 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n«»P1: write p = 1 => fault demand-zero, frame 0, minor 1\n";
    let script = asked(script).expect("a question");
    assert!(
        script.contains(
            "to the address {hex(p)}.\"\"\"\n  ask P1: write p = 1 => fault, frame, minor\n}"
        ),
        "{script}"
    );
    assert_eq!(keys(&script), ["fault demand-zero", "frame 0", "minor 1"]);
    let probe = asked(&format!("{SIMPLE}«»probe 0x03D4 => ppn 0x0D\n")).expect("a question");
    assert_eq!(keys(&probe), ["ppn 0x0D"]);
    // Without expectations, the question has a blank for each known fact.
    let bare = asked(&format!("{SIMPLE}«»translate 0x03D4\n")).expect("a question");
    assert_eq!(
        keys(&bare)[..5].join(", "),
        "vpn 0x0F, vpo 0x14, tlbi 0x3, tlbt 0x03, tlb hit"
    );
}

#[test]
fn other_statements_and_repeated_ones_become_no_question() {
    for script in [
        "«»let x = 1\n",
        "repeat 2 { «»read 0 => ppn 0x28 }\n",
        "def f() { «»read 0 => ppn 0x28 }\n",
        "«let x = 1\nread 0 => ppn 0x28»\n",
        "«»show tlb\n",
    ] {
        assert_eq!(asked(&format!("{SIMPLE}{script}")), None, "{script}");
    }
    let taken = "question \"Memory access\" { ask read 0 => ppn }\nread« »0 => ppn 0x28\n";
    assert!(
        asked(&format!("{SIMPLE}{taken}"))
            .expect("a question")
            .contains("\"Memory access 2\"")
    );
}
