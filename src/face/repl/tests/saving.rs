//! Tests of saved and loaded scripts.

use std::fs;
use std::path::PathBuf;

use super::{Typed, words};
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::run::record::Totals;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, run};

pub(super) fn file(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pagewalk-saving-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let _ = fs::remove_file(&path);
    path
}

/// The totals of a script.
fn ran(text: &str) -> Totals {
    let (mut sources, script, mut wrong) =
        read_text(&file("saved.pw").display().to_string(), text, &mut Disk);
    let (files, missing) = Files::read(&script.body, &mut sources, &mut Disk);
    wrong.extend(missing);
    assert_eq!(wrong, [], "{text}");
    let ended = run(
        &script.body,
        &sources,
        &files,
        Options::default(),
        &mut Vec::new(),
    );
    assert_eq!(ended.diagnostics, [], "{text}");
    ended.totals
}

/// The script of a saved session.
fn saved(typed: &mut Typed, name: &str) -> String {
    let path = file(name);
    let output = typed.types(&format!(":save {}", path.display()));
    assert!(!output.contains("does not hold"), "{output}");
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_session_becomes_a_test_of_its_results() {
    let mut typed = Typed::simple();
    typed.types("read 0x03D4 => ppn 0x0E, tlb hit   # a wrong guess");
    typed.types("read 0x0040");
    typed.types("expect tlb.hits == 9");
    typed.types("for i in 0..3 { read 0x3D0 + i => tlb hit, vpn 3; expect i == 1 }");
    typed.types("probe 0x289");
    typed.types("let x = 7");
    typed.types(":back");
    let script = saved(&mut typed, "seen.pw");
    assert!(
        script.contains("\nread 0x03D4\n  => vpn 0x0F, vpo 0x14, tlbi 0x3"),
        "{script}"
    );
    assert!(
        script.contains("ppn 0x0D") && !script.contains("ppn 0x0E"),
        "{script}"
    );
    assert!(
        script.contains("# did not hold: expect tlb.hits == 9\n"),
        "{script}"
    );
    assert!(
        script.contains("{ read 0x3D0 + i => tlb hit; expect true }"),
        "{script}"
    );
    assert!(!script.contains("let x"), "{script}");
    let totals = ran(&script);
    assert_eq!(totals.failed(), 0);
    assert!(totals.held > 60, "{totals:?}");
    // The saved script is a test, so a different value makes it fail.
    assert!(ran(&script.replace("ppn 0x0D", "ppn 0x0C")).failed() > 0);
    assert!(ran(&script.replace("36 72", "37 72")).failed() > 0);
}

#[test]
fn sessions_with_processes_become_tests() {
    let mut typed = Typed::new();
    let inputs = [
        "file \"data.txt\" = \"hello, world\\n\"",
        "process P1",
        "P1 { let fd = open(\"data.txt\", O_RDONLY); let p = mmap(NULL, fstat(fd).st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) }",
        "P1: read p + 7 size 5",
        "P1: let child = fork()",
        "child: write p = 'j'",
        "P1: read 0x10",
        "scenario \"s\" { P1: read p => fault swap }",
        "scenario \"s\" { P1: read p => byte 'h' }",
        "if p > 0 { P1: write p + 4096 = 1 } else { P1: read p }",
        "def twice(n) { P1: read n => fault swap\n P1: read n }",
        "twice(p)",
        "reference 1 2 3 1 2 { frames 2, replacement lru }",
        "P1: munmap(p, 4096)",
        "P1: munmap(3, 4096)",
        "probe P1: read p",
        "seed 3",
        "choose x in 0..100 where x % 2 == 1",
        "expect x > 200",
        "show frames",
    ];
    for input in inputs {
        let output = typed.types(input);
        assert!(!output.contains("× ["), "{input}: {output}");
    }
    let totals = ran(&saved(&mut typed, "processes.pw"));
    assert_eq!(totals.failed(), 0);
    assert_eq!(totals.scenarios, 2);
}

#[test]
fn every_example_that_is_loaded_and_saved_holds() {
    let examples = fs::read_dir("examples")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let scripts = examples.filter(|path| path.extension().is_some_and(|end| end == "pw"));
    let more = ["tests/scripts/include/main.pw"].map(PathBuf::from);
    // Saved scripts look for their traces below their own folder.
    let traces = file("traces");
    fs::create_dir_all(&traces).unwrap();
    for trace in fs::read_dir("examples/traces")
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        fs::copy(&trace, traces.join(trace.file_name().unwrap())).unwrap();
    }
    for path in scripts.chain(more) {
        let mut typed = Typed::new();
        let output = typed.types(&format!(":load {}", path.display()));
        assert!(!output.contains("× ["), "{output}");
        let totals = ran(&saved(&mut typed, "example.pw"));
        assert_eq!(totals.failed(), 0, "{}", path.display());
    }
}

#[test]
fn only_its_own_files_are_written_over() {
    let mut typed = Typed::simple();
    let path = file("mine.pw");
    fs::write(&path, "machine simple # mine\n").unwrap();
    let save = format!(":save \"{}\"", path.display());
    assert!(typed.types(&save).contains("already exists"));
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "machine simple # mine\n"
    );
    fs::remove_file(&path).unwrap();
    assert!(typed.types(&save).contains("4 statements saved"));
    typed.types("read 0x3D4");
    assert!(typed.types(&save).contains("5 statements saved"));
    // Another session may write only the same script.
    let saved = fs::read_to_string(&path).unwrap();
    let mut other = Typed::simple();
    assert!(
        words(&other.types(&save)).contains("already exists, and this session did not write it")
    );
    other.types("read 0x3D4");
    assert!(other.types(&save).contains("5 statements saved"));
    assert_eq!(fs::read_to_string(&path).unwrap(), saved);
    // The user filled in the file.
    let edited = saved + "read 0x40 => tlb miss\n";
    fs::write(&path, &edited).unwrap();
    for (session, why) in [
        (&mut typed, "was changed after `:save` wrote it"),
        (&mut Typed::simple(), "already exists"),
    ] {
        let output = words(&session.types(&save));
        assert!(
            output.contains(why) && output.contains("save to another file"),
            "{output}"
        );
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    assert!(
        typed
            .types(":save /no/such/folder/x.pw")
            .contains("cannot write")
    );
    assert!(
        typed
            .types(":save")
            .contains("write `:save [--statements] FILE`")
    );
}

/// A misspelled option must not become a part of the file's name.
#[test]
fn names_of_files_have_quotes_but_no_options() {
    let mut typed = Typed::new();
    let folder = file("names");
    let _ = fs::create_dir(&folder);
    typed.shell = typed.shell.in_folder(&folder);
    typed.types("let x = 1");
    for (input, said) in [
        (":save --statement lab.pw", "did you mean `--statements`?"),
        (
            ":save lab.pw -statements",
            "no option `-statements`; did you mean `--statements`?",
        ),
        (
            ":save --force lab.pw",
            "no option `--force`; write `:save [--statements] FILE`",
        ),
        (":save --x.pw", "quotes around a name such as `\"--x.pw\"`"),
        (":save \"a b.pw", "a quote is missing"),
        (
            ":load --open lab.pw",
            "`:load` has no option `--open`; write `:load FILE`",
        ),
        (":open ''", "write `:open FILE`"),
    ] {
        let output = words(&typed.types(input));
        assert!(output.contains(said), "{input}: {output}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    for (input, name, word) in [
        ("'a b.pw'", "a b.pw", "'a b.pw'"),
        ("\"it's.pw\"", "it's.pw", "'it'\\''s.pw'"),
        ("a - b.pw", "a - b.pw", "'a - b.pw'"),
        ("-x.pw", "-x.pw", "./-x.pw"),
        ("\"--x.pw\"", "--x.pw", "./--x.pw"),
    ] {
        let output = words(&typed.types(&format!(":save {input}")));
        assert!(
            output.contains(&format!("use `pagewalk run {word}` to")),
            "{output}"
        );
        assert!(folder.join(name).exists(), "{input}");
        let output = typed.types(&format!(":load {input}"));
        assert!(output.contains("1 statement;"), "{input}: {output}");
        typed.types(":back");
    }
}

#[test]
fn statements_before_a_reset_are_not_saved() {
    let mut typed = Typed::simple();
    typed.types(":reset");
    typed.types("machine simple { tlb none }");
    let path = file("after reset.pw");
    let output = words(&typed.types(&format!(":save \"{}\"", path.display())));
    assert!(output.starts_with("1 statement saved"), "{output}");
    let advised = format!("`pagewalk run '{}'`", path.display());
    assert!(output.contains(&advised), "{output}");
    let script = saved(&mut typed, "reset.pw");
    assert!(
        script.contains("tlb none") && !script.contains("page_table"),
        "{script}"
    );
}

#[test]
fn a_script_is_loaded_statement_by_statement() {
    let mut typed = Typed::new();
    let output = typed.types(":load examples/first.pw");
    assert_eq!(
        output,
        "  examples/first.pw: 6 statements; 8 expectations hold\n"
    );
    assert_eq!((typed.done(), typed.value("tlb.hits").as_str()), (6, "1"));
    typed.types(":back 2");
    assert_eq!(typed.value("tlb.hits"), "0");
    assert!(ran(&saved(&mut typed, "loaded.pw")).held > 5);
}

#[test]
fn a_failing_script_runs_up_to_its_mistake() {
    let mut typed = Typed::new();
    let path = file("wrong.pw");
    fs::write(
        &path,
        "machine simple\nread 0x40 => tlb hit\nshow 1 / tlb.hits\nlet x = 1\n",
    )
    .unwrap();
    let output = typed.types(&format!(":load {}", path.display()));
    assert!(
        output.contains("[divide-by-zero]") && output.contains("expected hit  actual miss"),
        "{output}"
    );
    assert!(
        output.contains("2 of the 4 statements ran; `:back 2` undoes them"),
        "{output}"
    );
    assert_eq!(typed.value("tlb.misses"), "1");
    // A script with a static error is not loaded.
    fs::write(&path, "let y = 1\nread zz\n").unwrap();
    assert!(
        typed
            .types(&format!(":load {}", path.display()))
            .contains("[unknown-name]")
    );
    assert_eq!(typed.done(), 2);
    assert!(
        typed
            .types(":load /no/such.pw")
            .contains("cannot read `/no/such.pw`")
    );
    assert!(typed.types(":load").contains("write `:load FILE`"));
}

#[test]
fn machine_files_and_includes_are_written_out() {
    let mut typed = Typed::new();
    let (machine, included) = (file("m.yaml"), file("inner.pw"));
    fs::write(&machine, "virtual: 14\nphysical: 12\npage: 64\n").unwrap();
    fs::write(&included, "let y = 0x40\nread y\n").unwrap();
    let outer = file("outer.pw");
    fs::write(&outer, "machine \"m.yaml\"\ninclude \"inner.pw\"\n").unwrap();
    let output = typed.types(&format!(":load {}", outer.display()));
    assert!(!output.contains('×'), "{output}");
    let script = saved(&mut typed, "whole.pw");
    assert!(
        script.contains("virtual 14 bits") && script.contains("read y\n  => vpn 0x01"),
        "{script}"
    );
    assert!(
        !script.contains("include") && !script.contains("yaml"),
        "{script}"
    );
    assert_eq!(ran(&script).failed(), 0);
}

#[test]
fn the_statements_alone_are_saved() {
    let mut typed = Typed::simple();
    for input in [
        "read 0x03D4 => ppn 0x0E, tlb hit",
        "expect tlb.hits == 9",
        "scenario \"s\" { read 0x3D0 => tlb hit; expect tlb.hits == 1 }",
        "def touch(n) { read n => tlb hit\n expect n > 0 }",
        "choose x in 0x3D4..0x3D8 where read x => tlb hit",
        "process P1",
        "P1: read 0x10 => fault page",
        "P1 { expect tlb.hits == 7 }",
        "reference 1 2 3 1 { frames 2 } => faults 4",
    ] {
        assert!(!typed.types(input).contains("× ["), "{input}");
    }
    let path = file("bare.pw");
    let save = |option: &str| format!(":save {option} {}", path.display());
    let output = typed.types(&save("--statements"));
    assert!(
        words(&output).ends_with("11 statements saved without expectations"),
        "{output}"
    );
    // The option may follow the name, too.
    for name in [
        path.display().to_string(),
        format!("\"{}\"", path.display()),
    ] {
        let output = words(&typed.types(&format!(":save {name} --statements")));
        assert!(output.ends_with("saved without expectations"), "{output}");
    }
    let script = fs::read_to_string(&path).unwrap();
    for line in [
        "\nread 0x03D4\n",
        "scenario \"s\" { read 0x3D0; ",
        "def touch(n) { read n\n",
        // The condition of a random value is no expectation.
        "\nchoose x in 0x3D4..0x3D8 where read x => tlb hit\n",
        "\nP1: read 0x10\n",
        "\nreference 1 2 3 1 { frames 2 }\n",
    ] {
        assert!(script.contains(line), "{line}: {script}");
    }
    assert!(
        !script.contains("expect") && !script.contains("0x0E"),
        "{script}"
    );
    let totals = ran(&script);
    assert_eq!((totals.checks, totals.scenarios), (0, 1), "{totals:?}");
    // The same file can hold the session with its results.
    assert!(words(&typed.types(&save(""))).contains("check that the results"));
    assert!(ran(&fs::read_to_string(&path).unwrap()).held > 20);
    let output = typed.types(":save --statements");
    assert!(
        output.contains("write `:save [--statements] FILE`"),
        "{output}"
    );
}
