//! Tests of `pagewalk fmt` as a process: files in place, standard input, `--check`, and diagnostics.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const SLOPPY: &str = "machine simple\nread   5=>tlb miss\n";
const NEAT: &str = "machine simple\nread 5 => tlb miss\n";
const BROKEN: &str = "machine {\n";

/// A new folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pagewalk-fmt-{name}-{}", std::process::id()));
    // An interrupted earlier run may have left the folder.
    let _ = fs::remove_dir_all(&folder);
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

fn fmt(folder: &PathBuf, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("fmt")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // The process may exit before it reads its input.
    let _ = process
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    let Output {
        status,
        stdout,
        stderr,
    } = process.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (
        status.code().expect("an exit status"),
        text(stdout),
        text(stderr),
    )
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder("stdin", &[("x", "")]);
    for arguments in [&[][..], &["-"]] {
        assert_eq!(
            fmt(&folder, arguments, SLOPPY),
            (0, NEAT.to_owned(), String::new())
        );
    }
    let (status, messages, wrong) = fmt(&folder, &[], BROKEN);
    assert_eq!((status, &*messages), (2, ""));
    assert!(
        wrong.contains("unclosed") && wrong.contains("<stdin>:1"),
        "{wrong}"
    );
    let (status, messages, _) = fmt(&folder, &["--check"], SLOPPY);
    assert_eq!(status, 1);
    assert!(
        messages.contains("-read   5=>tlb miss\n+read 5 => tlb miss\n"),
        "{messages}"
    );
    fs::remove_dir_all(folder).expect("taken away");
}

#[test]
fn files_and_folders_are_formatted_in_place() {
    let files = [
        ("a.pw", SLOPPY),
        ("in/b.pw", SLOPPY),
        ("in/c.pw", NEAT),
        ("in/d.md", SLOPPY),
        ("target/e.pw", SLOPPY),
        ("f.txt", SLOPPY),
    ];
    let folder = folder("place", &files);
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("there");
    let (status, messages, wrong) = fmt(&folder, &["a.pw", ".", "f.txt"], "");
    assert_eq!((status, &*wrong), (0, ""));
    assert_eq!(
        messages,
        "a.pw: formatted\nin/b.pw: formatted\nf.txt: formatted\n3 scripts formatted, 1 script unchanged\n"
    );
    for (name, text) in [
        ("a.pw", NEAT),
        ("in/b.pw", NEAT),
        ("in/c.pw", NEAT),
        ("f.txt", NEAT),
    ] {
        assert_eq!(read(name), text, "{name}");
    }
    for name in ["in/d.md", "target/e.pw"] {
        assert_eq!(read(name), SLOPPY, "{name}");
    }
    assert_eq!(
        fs::read_dir(&folder).expect("a folder").count(),
        4,
        "nothing is left beside"
    );
    fs::remove_dir_all(folder).expect("taken away");
}

#[test]
fn a_check_writes_nothing() {
    let folder = folder("check", &[("a.pw", SLOPPY), ("b.pw", NEAT)]);
    let (status, messages, wrong) = fmt(&folder, &["--check", "."], "");
    assert_eq!((status, &*wrong), (1, ""));
    assert!(messages.starts_with("--- a.pw\n+++ a.pw\n"), "{messages}");
    assert!(
        messages.ends_with("1 script not formatted, 1 script already formatted\n"),
        "{messages}"
    );
    assert!(!messages.contains('\u{1b}'));
    assert!(
        fmt(&folder, &["--check", "--color", "always", "a.pw"], "")
            .1
            .contains("\u{1b}[")
    );
    assert_eq!(
        fs::read_to_string(folder.join("a.pw")).expect("there"),
        SLOPPY
    );
    assert_eq!(
        fmt(&folder, &["--check", "b.pw"], ""),
        (0, "1 script already formatted\n".to_owned(), String::new())
    );
    fs::remove_dir_all(folder).expect("taken away");
}

#[test]
fn a_check_names_the_line_ends_and_shows_only_other_changes() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let files = [("a.pw", &*windows(SLOPPY)), ("b.pw", &*windows(NEAT))];
    let folder = folder("line-ends", &files);
    let ends = "the line endings change from CR LF to LF\n";
    let (status, messages, _) = fmt(&folder, &["--check", "b.pw"], "");
    assert_eq!(
        (status, messages),
        (1, format!("b.pw: {ends}1 script not formatted\n"))
    );
    let (_, messages, _) = fmt(&folder, &["--check", "a.pw"], "");
    let (_, unix, _) = fmt(&folder, &["--check", "-"], SLOPPY);
    assert_eq!(
        messages,
        format!("a.pw: {ends}{}", unix.replace("<stdin>", "a.pw"))
    );
    fs::remove_dir_all(folder).expect("taken away");
}

#[test]
fn mistakes_are_reported_and_the_rest_is_formatted() {
    let files = [
        ("a.pw", BROKEN),
        ("b.pw", SLOPPY),
        ("c.md", ""),
        ("empty/x.txt", ""),
    ];
    let folder = folder("wrong", &files);
    fs::write(folder.join("d.pw"), [0xFF]).expect("written");
    let (status, messages, wrong) = fmt(
        &folder,
        &["a.pw", "b.pw", "c.md", "d.pw", "e.pw", "empty"],
        "",
    );
    assert_eq!(
        (status, &*messages),
        (2, "b.pw: formatted\n1 script formatted, 5 not read\n")
    );
    for said in [
        "a.pw: 1 mistake",
        "`c.md` is Markdown",
        "cannot read `d.pw`: the file is not UTF-8",
        "cannot read `e.pw`: there is no such file",
        "there is no script (`.pw`) in `empty`",
    ] {
        assert!(wrong.contains(said), "{said}\n{wrong}");
    }
    assert_eq!(
        fs::read_to_string(folder.join("a.pw")).expect("there"),
        BROKEN
    );
    fs::remove_dir_all(folder).expect("taken away");
}
