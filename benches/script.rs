//! Measures the cost of parsing, checking, and running a script. Run with `cargo bench --bench script`.

use std::fmt::Write;
use std::process::Command;

use divan::Bencher;
use pagewalk_script::lang::format::format;
use pagewalk_script::lang::include::{Disk, Script, read_text};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::text::{self, TextSink};
use pagewalk_script::run::record::{Sink, StepRecord};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, check, play, run};

/// Number of lines in the long script.
const LINES: usize = 20_000;

fn main() {
    divan::main();
}

/// A sink that ignores records.
struct NullSink;

impl Sink for NullSink {
    fn accept(&mut self, _: &StepRecord) -> bool {
        true
    }
}

/// Builds a script of accesses with expectations, one access per line, on a page table of 64 pages.
fn long() -> String {
    let mut text = "machine simple\nset page_table {\n  | vpn ppn |\n".to_owned();
    for vpn in 0..64 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  | {vpn:02X}  {vpn:02X}  |");
    }
    text += "}\n";
    for line in text.lines().count()..LINES {
        let va = line * 52 % 4096;
        let _ = writeln!(
            text,
            "read 0x{va:04X} => vpn 0x{:02X}, fault none, pa 0x{va:03X}",
            va / 64
        );
    }
    text
}

fn script(text: &str) -> (Sources, Script) {
    let (sources, script, wrong) = read_text("script.pw", text, &mut Disk);
    assert_eq!(wrong, []);
    (sources, script)
}

/// Parses a text into a tree.
#[divan::bench]
fn read_20_000_lines(bencher: Bencher) {
    let text = long();
    bencher.bench(|| script(&text));
}

/// Checks a tree for mistakes.
#[divan::bench]
fn check_20_000_lines(bencher: Bencher) {
    let (sources, script) = script(&long());
    bencher.bench_local(|| {
        let wrong = check(
            &script.body,
            &sources,
            &Files::default(),
            Options::default(),
        );
        assert_eq!(wrong.diagnostics, []);
    });
}

/// Runs a checked tree and ignores the records.
#[divan::bench]
fn run_20_000_lines(bencher: Bencher) {
    let (sources, script) = script(&long());
    bencher.bench_local(|| {
        let ended = play(
            &script.body,
            &sources,
            &Files::default(),
            Options::default(),
            &mut NullSink,
        );
        assert_eq!((ended.diagnostics.len(), ended.totals.failed()), (0, 0));
    });
}

/// Parses, checks, and runs a script.
fn whole(text: &str) {
    let (sources, script) = script(text);
    let ended = run(
        &script.body,
        &sources,
        &Files::default(),
        Options::default(),
        &mut NullSink,
    );
    assert_eq!(ended.diagnostics, []);
}

/// Number of iterations of the loops below.
const ROUNDS: u64 = 400_000;

/// Returns a script that repeats a statement. `kind` is the name of the loop in `peers/loops.py`.
fn repeated(kind: &str) -> String {
    let pages = "set page_table {\n  | vpn ppn |\n  | 03 0F |\n  | 04 10 |\n  | 05 11 |\n}\n";
    let (declared, statement) = match kind {
        "let" => (String::new(), "let x = i * 3 + 1"),
        "if" => (String::new(), "if i % 7 == 3 { let x = i }"),
        "call" => ("def f(a) { let x = a }\n".to_owned(), "f(i)"),
        "simple" => (format!("machine simple\n{pages}"), "read 0xC0 + i % 64"),
        "simple writes" => (
            format!("machine simple\n{pages}"),
            "write 0xC0 + i % 64 = 1",
        ),
        "core-i7" => (
            format!("machine core-i7\n{pages}"),
            "read 0x3000 + i % 4096",
        ),
        "core-i7 writes" => (
            format!("machine core-i7\n{pages}"),
            "write 0x3000 + i % 4096 = 1",
        ),
        _ => unreachable!("an unknown loop"),
    };
    format!("{declared}for i in 0..{ROUNDS} {{ {statement} }}\n")
}

/// Runs a loop of one statement. `run` prints such a loop, but only its first iterations.
#[divan::bench(args = ["let", "if", "call", "simple", "simple writes", "core-i7", "core-i7 writes"], sample_count = 5)]
fn loops(bencher: Bencher, kind: &str) {
    let (sources, script) = script(&repeated(kind));
    bencher
        .counter(divan::counter::ItemsCount::new(ROUNDS))
        .bench_local(|| {
            let mut sink = TextSink::new(std::io::sink(), &sources, text::Options::default());
            let ended = play(
                &script.body,
                &sources,
                &Files::default(),
                Options::default(),
                &mut sink,
            );
            assert_eq!(ended.diagnostics, []);
        });
}

/// Runs the same loop in Python, including the start of Python.
#[divan::bench(args = ["let", "if", "call", "simple", "core-i7"], sample_count = 5)]
fn loops_in_python(bencher: Bencher, kind: &str) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/loops.py");
    bencher
        .counter(divan::counter::ItemsCount::new(ROUNDS))
        .bench_local(|| {
            let ended = Command::new("python3")
                .args([file, kind, &ROUNDS.to_string()])
                .status();
            assert!(
                ended.is_ok_and(|status| status.success()),
                "python3 does not run"
            );
        });
}

/// Runs `set page_table` with N rows.
#[divan::bench(args = [4096, 16384, 65536], sample_count = 5)]
fn rows_of_a_page_table(bencher: Bencher, rows: u64) {
    let row = |vpn: u64| format!("  | {vpn:05X} {vpn:05X} |\n");
    let machine =
        "machine { virtual 32 bits, physical 32 bits, page 4 KB, page_table { levels 2 } }";
    let rows = (0..rows).map(row).collect::<String>();
    let text = format!("{machine}\nset page_table {{\n  | vpn ppn |\n{rows}}}\n");
    bencher.bench_local(|| whole(&text));
}

/// Declares a process with N named areas.
#[divan::bench(args = [2048, 8192, 32768], sample_count = 5)]
fn rows_of_areas(bencher: Bencher, rows: u64) {
    let row = |area: u64| {
        format!(
            "  | area{area} {:X}000 {:X}000 rw-p |\n",
            0x100 + 2 * area,
            0x101 + 2 * area
        )
    };
    let rows = (0..rows).map(row).collect::<String>();
    let text = format!("process P1 {{\n  | area start end perms |\n{rows}}}\n");
    bencher.bench_local(|| whole(&text));
}

/// Checks a script that has N variables and N unknown names.
#[divan::bench(args = [2048, 8192, 32768], sample_count = 5)]
fn unknown_names(bencher: Bencher, names: u64) {
    let line = |n: u64| format!("let known{n:05} = 1; expect name{n:05} == 1\n");
    let (sources, script) = script(&(0..names).map(line).collect::<String>());
    bencher.bench_local(|| {
        let found = check(
            &script.body,
            &sources,
            &Files::default(),
            Options::default(),
        );
        assert_eq!(found.diagnostics.len() as u64, names);
    });
}

/// Parses and runs the worked example.
#[divan::bench]
fn simple_memory_system(bencher: Bencher) {
    let text = include_str!("../examples/simple-memory-system.pw");
    bencher.bench_local(|| {
        let (sources, script) = script(text);
        assert_eq!(
            check(
                &script.body,
                &sources,
                &Files::default(),
                Options::default()
            )
            .diagnostics,
            []
        );
        play(
            &script.body,
            &sources,
            &Files::default(),
            Options::default(),
            &mut NullSink,
        )
        .totals
    });
}

/// Builds half of the long script with extra blanks.
fn sloppy() -> String {
    let text: Vec<String> = long()
        .lines()
        .take(LINES / 2)
        .map(ToOwned::to_owned)
        .collect();
    text.join("\n")
        .replace(", ", ",")
        .replace(" => ", "  =>")
        .replace("  | ", "|")
}

/// Formats a text.
#[divan::bench]
fn format_10_000_lines(bencher: Bencher) {
    let text = sloppy();
    bencher.bench(|| format(&text));
}

/// Formats a text that is already formatted.
#[divan::bench]
fn format_10_000_lines_again(bencher: Bencher) {
    let text = format(&sloppy()).expect("a script");
    bencher.bench(|| format(&text));
}
