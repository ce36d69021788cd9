//! Pairs of mistaken and intended scripts (`pairs/*.txt`). Each mistake is reported on its line, and after
//! the editors' fixes, the mistaken script has the same effect as the intended script.

use pagewalk_script::api::differences::compare_runs;
use pagewalk_script::api::{CheckedScript, Options};
use pagewalk_script::editor::{ActionKind, Document, OpenTexts};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::edit::{TextEdit, edited};
use pagewalk_script::lang::format::format;
use pagewalk_script::lang::span::Span;
use pagewalk_script::run::record::StepRecord;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::sync::atomic::AtomicBool;

mod units;

const PAGE: &str = "machine simple\nset page_table {\n  | vpn ppn |\n  | 0F  0D  |\n}";

/// Maximum number of rounds of fixes, because a line may have several mistakes.
const ROUNDS: usize = 3;

/// A mistaken script, the line of the expected message, if any, and the intended script, if known.
struct Pair {
    title: String,
    mistaken: String,
    line: Option<usize>,
    meant: Option<String>,
}

fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for file in fs::read_dir("tests/idioms/pairs").expect("the pairs") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a text");
        pairs.extend(text.split("\n== ").skip(1).map(pair));
    }
    pairs
}

/// Returns the mistaken scripts.
pub fn mistaken() -> impl Iterator<Item = String> {
    pairs().into_iter().map(|pair| pair.mistaken)
}

fn pair(text: &str) -> Pair {
    // A note describes the pairs below it.
    let text: String = text
        .lines()
        .filter(|line| !line.starts_with("%%"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let (title, scripts) = text.split_once('\n').expect("a title");
    let (mistaken, meant) = scripts
        .split_once("\n--\n")
        .map_or((scripts, None), |(a, b)| (a, Some(b)));
    let script = |text: &str| format!("{}\n", text.replace("<P>", PAGE).trim_end());
    let marked = script(mistaken);
    let line = marked
        .lines()
        .position(|line| line.ends_with('«'))
        .map(|index| index + 1);
    let mistaken = marked.replace(" «", "");
    Pair {
        title: title.to_owned(),
        mistaken,
        line,
        meant: meant.map(script),
    }
}

fn checked(text: &str) -> CheckedScript {
    CheckedScript::from_text("pair.pw", text, &mut ())
}

fn reported(script: &CheckedScript) -> impl Iterator<Item = &Diagnostic> {
    script.diagnostics.iter().chain(&script.warnings)
}

/// The caret of an idiom is at the first word that its fix changes, although the parser reads on.
#[test]
fn the_caret_is_where_the_fix_begins() {
    for (statement, at) in [
        ("ask \"Size\" machine.page unit B", "machine.page"),
        (
            "choice \"Which?\" {\n    option \"a\" if read 0 => vpn 0\n    wrong \"b\"\n  }",
            "if",
        ),
    ] {
        let script = checked(&format!(
            "machine simple\nquestion \"Q\" {{\n  {statement}\n}}\n"
        ));
        let place = script.diagnostics[0].span;
        assert_eq!(script.sources.text(place), at, "{:?}", script.diagnostics);
    }
}

/// The text after all fixes are applied.
fn fixed(text: &str) -> String {
    let script = checked(text);
    let edits: Vec<TextEdit> = reported(&script)
        .filter_map(|one| one.fix.as_ref()?.edit(text))
        .collect();
    edited(text, Span::start_of(0), &edits)
}

/// The text with all actual values that an editor would insert.
fn accepted(text: &str) -> String {
    let document = Document::new("pair.pw", text, OpenTexts::default());
    let run = document.run(1000, &AtomicBool::new(false));
    let mut actions = document.code_actions(0..0, Some(&run), false).into_iter();
    let all = actions
        .find(|action| action.kind == ActionKind::AcceptAll)
        .map_or_else(Vec::new, |action| action.edits);
    let mut new = text.to_owned();
    all.iter()
        .rev()
        .for_each(|edit| new.replace_range(edit.range.clone(), &edit.text));
    new
}

/// The failures of a pair, possibly none. The text `rest` follows both scripts.
fn broken(pair: &Pair, rest: &str) -> String {
    let mistaken = format!("{}{rest}", pair.mistaken);
    let script = checked(&mistaken);
    let line = |span| Some(script.sources.location(span)?.1.line);
    let mut lines: Vec<usize> = reported(&script).filter_map(|one| line(one.span)).collect();
    let at_run = lines.is_empty() && pair.line.is_some();
    if at_run {
        // The check found no mistakes, so run the script.
        let mut records: Vec<StepRecord> = Vec::new();
        let ended = script.run(Options::default(), &mut records);
        let failed = records
            .iter()
            .flat_map(|record| &record.checks)
            .filter(|check| !check.held);
        let diagnostics = ended.diagnostics.iter().map(|one| one.span);
        lines.extend(
            failed
                .map(|check| check.span)
                .chain(diagnostics)
                .filter_map(line),
        );
    }
    if lines.first().copied() != pair.line {
        return format!("reported in lines {lines:?}, expected {:?}", pair.line);
    }
    let Some(meant) = &pair.meant else {
        return String::new();
    };
    let new = if at_run {
        accepted(&mistaken)
    } else {
        (0..ROUNDS).fold(mistaken, |text, _| fixed(&text))
    };
    let after = checked(&new);
    if reported(&after).next().is_some() {
        return format!("{new}\n{:#?}", reported(&after).collect::<Vec<_>>());
    }
    // The comparison includes the texts of statements, so both scripts are formatted.
    let formatted = |text: &str| checked(&format(text).expect("a script that can be read"));
    match compare_runs(
        &formatted(&new),
        &formatted(&format!("{meant}{rest}")),
        Options::default(),
    ) {
        Ok(comparison) if comparison.same() => String::new(),
        Ok(_) => format!("does something else than was meant:\n{new}"),
        Err(wrong) => format!("{new}\n{wrong:#?}"),
    }
}

#[test]
fn a_mistake_is_reported_in_its_line_and_its_fix_is_correct() {
    all_right("", 1);
}

#[test]
fn fixes_of_a_long_script_are_tried_together() {
    let long = format!("# {}\n", "A line that does nothing. ".repeat(4)).repeat(90);
    all_right(&long, if crate::running::long() { 1 } else { 12 });
}

fn all_right(rest: &str, each: usize) {
    let mut report = String::new();
    for pair in pairs().into_iter().step_by(each) {
        let wrong = broken(&pair, rest);
        if !wrong.is_empty() {
            let _ = writeln!(
                report,
                "== {}\n{}\n",
                pair.title,
                if rest.is_empty() {
                    wrong
                } else {
                    wrong.replace(rest, "")
                }
            );
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn a_word_of_a_fact_may_be_a_variable_parameter_or_loop_name() {
    let text = format!(
        "{PAGE}\nlet cold = \"miss\"\nread 0x3D4 => tlb cold\ndef warm(answer) {{\n  read 0x3D4 => tlb answer, cache later\n}}\n\
         let later = \"hit\"\nwarm(\"hit\")\nfor outcome in [\"hit\"] {{\n  read 0x3D4 => tlb in [outcome, none]\n}}\n"
    );
    let script = checked(&text);
    assert!(script.diagnostics.is_empty(), "{:#?}", script.diagnostics);
    let mut records: Vec<StepRecord> = Vec::new();
    script.run(Options::default(), &mut records);
    assert!(
        records
            .iter()
            .flat_map(|record| &record.checks)
            .all(|check| check.held)
    );
}

#[test]
fn a_fix_that_leaves_a_mistake_is_not_shown() {
    // Replacing `load` with `read` does not fix the statement, because `read` takes only one address.
    let script = checked(&format!("{PAGE}\nload 1 3\n"));
    let messages: Vec<_> = script
        .diagnostics
        .iter()
        .map(|one| (&*one.message, one.fix.is_some()))
        .collect();
    assert_eq!(messages, [("a load is a `read`", false)]);
    // Another mistake on the line is also reported.
    let script = checked(&format!("{PAGE}\nload nothing + 1\n"));
    let messages: Vec<_> = script
        .diagnostics
        .iter()
        .map(|one| (one.code.name(), one.fix.is_some()))
        .collect();
    assert_eq!(messages, [("unknown-verb", true), ("unknown-name", false)]);
}

#[test]
fn every_warning_is_shown() {
    let warned = "let x = 010\nlet y = 020\npage 4\nfor i in 4..4 { show x }\nshow 1; let z = 030; show 2; let w = 040\n";
    for rest in ["", &"# A line that does nothing.\n".repeat(400)] {
        let script = checked(&format!("{warned}{rest}"));
        let mut lines: Vec<usize> = reported(&script)
            .filter_map(|one| Some(script.sources.location(one.span)?.1.line))
            .collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [1, 2, 3, 4, 5, 5],
            "{:#?}",
            reported(&script).collect::<Vec<_>>()
        );
        // A mistake does not hide warnings in the surrounding lines.
        let script = checked(&format!(
            "let v = 050\nif (1) {{\n  show 060\n}}\n{warned}{rest}"
        ));
        let warnings = reported(&script).filter(|one| one.is_warning()).count();
        assert_eq!(warnings, 7, "{:#?}", reported(&script).collect::<Vec<_>>());
    }
}

/// What the command `run` prints about a script, with the trace `a.trace` beside it.
fn said_of_run(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.trace"), " L 10,1\n").expect("a trace");
    let file = folder.path().join("a.pw");
    fs::write(&file, script).expect("a file");
    let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("run")
        .arg(&file)
        .output()
        .expect("a run");
    String::from_utf8(run.stdout).expect("text")
}

#[test]
fn a_value_that_cannot_be_is_reported_with_the_reason() {
    let script = format!(
        "{PAGE}\nread 0x3D4 => pa 354, vpn 15, tlbi 7, vpo 0x7F\nread 0x3D4 => vpn 0x1FF\ntranslate 0x3D4 => vpn 0x3D4\n\
         set page_table {{ | vpn ppn |; | 10 5 | }}\nread 0x280 => ppn 5\n\
         translate 0x3D4 => byte 1, tlbi 11\nlet q = 980 / 64\nexpect q == 15\n\
         write 0x3D4 = 0x2A\nexpect memory {{ | pa b0 |; | 354 2A | }}\n\
         machine core-i7\nreplay \"a.trace\" map identity => dTLB.misses 1\n"
    );
    let messages = said_of_run(&script);
    for message in [
        "the row 10 is VPN 0x10; for VPN 10, write 0A; ",
        "to read the byte, write `read`",
        "for the integer division of C, write `//`",
        "so the replay does not use dTLB; with `map demand`, it does",
        "354 is decimal; for hexadecimal, write 0x354; ",
        "0x7 does not fit: `tlbi` has 2 bits; TLBI is 0b11, bits 7–6",
        "11 is decimal; for binary, write 0b11; ",
        "a cache has this byte, and writes it to memory",
        "0x7F does not fit: `vpo` has 6 bits; ",
        "0x1FF does not fit: `vpn` has 8 bits; ",
        "`vpn` is the number of a page, and 0x3D4 is an address in page 0xF; ",
    ] {
        assert_eq!(messages.matches(message).count(), 1, "{messages}");
    }
    let messages = said_of_run(&format!("{PAGE}\nread 0x3D4 => vpn 0x3D4 / 64\n"));
    assert!(
        messages.contains("for the integer division of C, write `//`"),
        "{messages}"
    );
}

#[test]
fn a_failed_call_and_a_failed_program_say_why() {
    let script = r#"process P
file "a" { size 4 KB }
P: let p = mmap(NULL, 8 KB, PROT_READ, MAP_ANONYMOUS, -1, 0)
P: mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
P: mmap(NULL, 64, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0)
P: munmap(1, 8 KB)
P: execve("a") => error none
P: free(8)
P: let q = sbrk(8 KB)
P: write q = 1 => frame 4096, evicted q
program p """
int main(void) { execlp("ls", "ls", (char *)0); return 1; }
"""
run p
"#;
    let messages = said_of_run(script);
    for message in [
        "EINVAL, invalid argument: `flags` has neither MAP_PRIVATE nor MAP_SHARED",
        "EINVAL, invalid argument: `length` is 0",
        "EINVAL, invalid argument: the address is not a multiple of the page size",
        "the kernel has no huge pages in reserve for MAP_HUGETLB",
        "`execve` failed with EACCES: the file is no program; `executable` declares one",
        "EINVAL, invalid argument: no allocated block begins at this address",
        "the script declares no program named `ls`, so it printed nothing and ended with status 0",
    ] {
        assert_eq!(
            messages.matches(message).count(),
            1,
            "{message}\n{messages}"
        );
    }
}

#[test]
fn no_text_is_too_strange_for_the_rows() {
    let long = "a ".repeat(100_000);
    let nested = "for i in range(2):\n".repeat(50);
    for text in [
        "=>",
        "=> tlb_hit",
        "« ü = 5:",
        "while",
        "while x < 3:",
        "for (",
        "for (;;) {",
        "set {",
        "set tlb {",
        "%",
        "5 %",
        "//",
        "\"",
        "'",
        "print(",
        "if x:\n",
        "else:",
        "  if x:\n    print(x)\n  else:\n",
        "a\n  b {\n    c {",
        "3h",
        "h",
        &long,
        &nested,
        "set tlb {\n}\n",
        "while i < 3 {\n  i++\n}",
        "let i = 0\nwhile i < 3 {",
        "let i = 0\nwhile i < 3:\n  i++",
    ] {
        checked(text);
        checked(&format!("{PAGE}\r\n{text}\r\n"));
    }
}

/// Scripts with one token removed, repeated, or moved.
#[test]
fn no_part_of_a_mistake_is_too_strange_for_the_rows() {
    let mut random = 1_u64;
    let mut next = |below: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let (each, changes) = if crate::running::long() {
        (1, 3)
    } else {
        (6, 1)
    };
    for pair in pairs().into_iter().step_by(each) {
        let words: Vec<&str> = pair
            .mistaken
            .split_inclusive([' ', '(', '=', ':', ',', '{', '[', '"', '\n'])
            .collect();
        for _ in 0..changes {
            let (at, other) = (next(words.len()), next(words.len()));
            let mut words = words.clone();
            match next(3) {
                0 => drop(words.remove(at)),
                1 => words.insert(at, words[other]),
                _ => words.swap(at, other),
            }
            checked(&words.concat());
        }
    }
}
