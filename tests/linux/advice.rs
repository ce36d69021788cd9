//! The answers of `madvise` compared with Linux 6.13 or later, for each advice and areas of eight kinds.

use std::fmt::Write;
use std::process::Command;

use super::allocations::compiled;
use super::say;

/// Whether the running kernel has at least this version.
fn kernel_is_at_least(least: (u32, u32)) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok());
    matches!((numbers.next(), numbers.next()), (Some(major), Some(minor)) if (major, minor) >= least)
}

/// The statements that expect the answer which the C program printed for an advice and a kind of area.
fn statements(script: &mut String, advice: u32, kind: &str, answer: &str) {
    let prot = match kind {
        "none" => "PROT_NONE",
        "read-only" => "PROT_READ",
        _ => "PROT_READ | PROT_WRITE",
    };
    let flags = match kind {
        "shared" => "MAP_SHARED | MAP_ANONYMOUS",
        "shared-file" => "MAP_SHARED",
        "private-file" => "MAP_PRIVATE",
        "locked" => "MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED",
        _ => "MAP_PRIVATE | MAP_ANONYMOUS",
    };
    let file = if kind.ends_with("file") { "fd" } else { "-1" };
    let _ = writeln!(
        script,
        "let p = mmap(NULL, 16384, {prot}, {flags}, {file}, 0)"
    );
    if !matches!(kind, "none" | "read-only" | "hole") {
        script.push_str("write p = 7\n");
    }
    if kind == "hole" {
        script.push_str("munmap(p + 4096, 4096)\n");
    }
    let length = if kind == "hole" { 16384 } else { 8192 };
    let expected = if answer == "0" {
        "returns 0".to_owned()
    } else {
        format!("returns -1, error {answer}")
    };
    let _ = writeln!(
        script,
        "madvise(p, {length}, {advice}) => {expected}\nmunmap(p, 16384)"
    );
}

#[test]
fn pagewalk_answers_advice_as_linux_does() {
    if !kernel_is_at_least((6, 13)) {
        return say("skipped: the kernel is older than Linux 6.13");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let program = match compiled("tests/scripts/kernel/linux/madvise-kinds.c", folder.path()) {
        Ok(program) => program,
        Err(why) => return say(&format!("skipped: {why}")),
    };
    let output = Command::new(program)
        .output()
        .expect("the compiled program");
    let mut script =
        "file \"f\" { size 16 KB }\nprocess P\nlet fd = open(\"f\", O_RDWR)\n".to_owned();
    let mut answers = 0;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (advice, kinds) = line.split_once(": ").expect("an advice");
        // Pagewalk does not have MADV_REMOVE (9). Whether the memory may be declared broken (100, 101) depends on
        // the rights of the user.
        let advice: u32 = advice.parse().expect("a number");
        for (kind, answer) in kinds.split(' ').filter_map(|answer| answer.split_once('=')) {
            if !matches!(advice, 9 | 100 | 101) {
                statements(&mut script, advice, kind, answer);
                answers += 1;
            }
        }
    }
    assert!(answers > 700, "{answers}");
    let outcome = crate::running::text(&script);
    assert_eq!(
        (&outcome.mistakes[..], &outcome.failures[..]),
        (&[][..], &[][..])
    );
    say(&format!(
        "Linux and Pagewalk agree on {answers} answers of madvise"
    ));
}
