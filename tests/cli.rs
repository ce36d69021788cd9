//! The `pagewalk` command as a process: streams, exit statuses, pipes.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

fn pagewalk(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(args).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    told(pagewalk(args).output().unwrap())
}

fn told(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn usage_errors_are_2_and_help_is_0() {
    for args in [&["nonsense"][..], &["explain", "a", "b"], &["--color", "purple", "explain"], &[]] {
        let (status, out, err) = run(args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(!err.is_empty(), "{args:?}");
    }
    for args in [&["--help"][..], &["explain", "--help"], &["--version"]] {
        let (status, out, err) = run(args);
        assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
        assert!(!out.is_empty(), "{args:?}");
    }
    assert_eq!(run(&["--version"]).1, format!("pagewalk {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn explain_tells_a_code_or_all_of_them() {
    let (status, out, err) = run(&["explain", "not-a-power-of-two"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with("not-a-power-of-two: this number must be a power of two\n"), "{out}");
    assert_eq!(run(&["explain", "[not-a-power-of-two]"]).1, out);

    let (status, out, _) = run(&["explain"]);
    assert_eq!(status, 0);
    assert!(out.lines().any(|line| line.starts_with("divide-by-zero ")), "{out}");

    let (status, out, err) = run(&["explain", "not-a-power-of-2"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("not-a-power-of-two"), "{err}");
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (status, out, err) = run(&["completions", shell]);
        assert_eq!((status, err.as_str()), (0, ""), "{shell}");
        assert!(out.contains("pagewalk") && out.contains("explain"), "{shell}");
    }
}

/// As `| head -c 10` does: reads a little and closes the pipe.
#[test]
fn a_closed_pipe_ends_quietly() {
    for args in [&["completions", "zsh"][..], &["explain"]] {
        let mut child = pagewalk(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Closed before anything is read: the first write may fail already.
        drop(child.stdout.take());
        let mut complaints = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        assert!(child.wait().unwrap().success(), "{args:?}");
        assert_eq!(complaints, "", "{args:?}");
    }
}

/// A file of this text in a folder of its own.
fn script(name: &str, text: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("script.pw");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn check_tells_mistakes_and_their_places() {
    let right = script("right", "machine simple\nread 0x3D4 => vpn 0x0F\n");
    let wrong = script("wrong", "let entries = 16\nlet sets = entires / 4\n");
    let (status, out, err) = run(&["check", &right]);
    assert_eq!((status, out, err.as_str()), (0, format!("{right}: no mistakes\n"), ""));

    let (status, out, err) = run(&["check", &wrong, &right]);
    assert_eq!((status, out), (2, format!("{right}: no mistakes\n")));
    assert!(err.contains("[unknown-name]") && err.contains(&format!("{wrong}:2:12")), "{err}");
    assert!(err.contains("did you mean `entries`?") && err.ends_with("1 mistake\n"), "{err}");
    assert!(!err.contains('\u{1b}'), "no colour where there is no terminal: {err}");

    let (_, _, colored) = run(&["check", "--color", "always", &wrong]);
    assert!(colored.contains('\u{1b}'), "{colored}");
}

#[test]
fn check_reads_standard_input() {
    let mut child = pagewalk(&["check", "-"]);
    let mut child =
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"let x = y\n").unwrap();
    let (status, _, err) = told(child.wait_with_output().unwrap());
    assert_eq!(status, 2);
    assert!(err.contains("<stdin>:1:9"), "{err}");
}

#[test]
fn files_that_cannot_be_read_are_2() {
    for path in ["/no/such/file.pw", "/"] {
        let (status, out, err) = run(&["check", path]);
        assert_eq!((status, out.as_str()), (2, ""), "{path}");
        assert!(err.contains("[unreadable]"), "{err}");
    }
}

#[test]
fn many_mistakes_are_counted_and_not_all_shown() {
    let text = (0..1000).map(|i| format!("let x{i} = y{i}q\n")).collect::<Vec<_>>().concat();
    let (status, _, err) = run(&["check", &script("many", &text)]);
    assert_eq!(status, 2);
    assert_eq!(err.matches("[unknown-name]").count(), 100);
    assert!(err.ends_with("1000 mistakes, the first 100 shown\n"), "{err}");
}
