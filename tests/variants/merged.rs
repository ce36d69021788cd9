//! Tests of `--merge`, and of the progress line on a terminal.

use std::fs::{self, File};
use std::io::Read;
use std::process::{Command, Stdio};

use super::{EXAM, Folder, list, names, pagewalk, text};
use crate::pty::pty;

/// A program that replaces Typst. The "PDF" that this program writes is the Typst source.
const TYPST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/variants/typst.sh");

fn with_typst(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(args).env("PAGEWALK_TYPST", TYPST);
    command
}

#[test]
fn all_versions_are_in_one_pdf_per_edition() {
    let folder = Folder::new("merged");
    let roster = folder.put("roster.csv", "id,name\na1,Ada\nb2,Bob\nc3,Cy\n");
    let out = folder.path("out");
    let args = [
        "exam", EXAM, "--format", "pdf", "--merge", "--roster", &roster, "--key", "--output", &out,
    ];
    let done = with_typst(&args).output().expect("pagewalk starts");
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), format!("{out}: 3 versions, 3 files\n"));
    let expected = [
        "address-translation.key.pdf",
        "address-translation.pdf",
        "address-translation.versions.csv",
    ];
    assert!(names(&out).iter().eq(expected), "{:?}", names(&out));
    let rows = list(&format!("{out}/address-translation.versions.csv"));
    for (file, edition) in [
        ("address-translation.pdf", "Score"),
        ("address-translation.key.pdf", "\"Key\""),
    ] {
        let source = fs::read_to_string(format!("{out}/{file}")).expect("a file");
        assert!(source.contains(edition), "{file}");
        // The papers are in the order of the roster, and each paper begins on a right-hand page with the number 1.
        let papers: Vec<&str> = source
            .split("#pagebreak(weak: true, to: \"odd\")")
            .collect();
        assert_eq!(papers.len(), 3);
        for ((paper, row), name) in papers.iter().zip(&rows).zip(["Ada", "Bob", "Cy"]) {
            assert!(
                paper.contains(&format!("Version {}", row[0]))
                    && paper.contains(&format!("\"{name}\""))
            );
            assert_eq!(paper.matches("#counter(page).update(1)").count(), 1);
            assert_eq!(
                row[4],
                "address-translation.pdf ; address-translation.key.pdf"
            );
        }
        assert_eq!(source.matches("#set document").count(), 1);
    }
}

#[test]
fn only_pdf_files_can_be_merged() {
    let refused = pagewalk(&[
        "exam",
        EXAM,
        "--variants",
        "2",
        "--merge",
        "--format",
        "html",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        text(&refused.stderr),
        "pagewalk: `--merge` needs `--format pdf`\n"
    );
    let refused = pagewalk(&["exam", EXAM, "--merge", "--check", "2"]);
    assert!(
        text(&refused.stderr).contains("cannot be used with"),
        "{}",
        text(&refused.stderr)
    );
}

/// The output of a command on a terminal at its standard error.
fn screen(mut command: Command) -> String {
    let pty = pty(None);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::from(pty.slave))
        .env("TERM", "xterm");
    let mut child = command.spawn().expect("pagewalk starts");
    drop(command);
    let mut screen = File::from(pty.master);
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    // Reading fails after the process has ended.
    while let Ok(count @ 1..) = screen.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..count]);
    }
    child.wait().expect("an end");
    text(&shown)
}

#[test]
fn a_terminal_shows_the_progress() {
    let folder = Folder::new("progress");
    let out = folder.path("out");
    let args = [
        "exam",
        EXAM,
        "--format",
        "pdf",
        "--variants",
        "3",
        "--key",
        "--output",
        &out,
    ];
    let shown = screen(with_typst(&args));
    for said in ["0/3 papers", "3/3 papers", "0/6 PDF files", "6/6 PDF files"] {
        assert!(shown.contains(said), "{said}: {shown:?}");
    }
    assert!(shown.ends_with("\r\u{1b}[K"), "{shown:?}");
    let shown = screen(with_typst(&["exam", EXAM, "--check", "2"]));
    assert!(
        shown.contains("2/2 versions checked") && shown.ends_with("\r\u{1b}[K"),
        "{shown:?}"
    );
    // A pipe gets nothing.
    let done = with_typst(&args).output().expect("pagewalk starts");
    assert!(done.stderr.is_empty(), "{}", text(&done.stderr));
}
