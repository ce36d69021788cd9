//! Scripts that need much memory.

#[cfg(target_os = "linux")]
use std::process::Command;

use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::loader::{MemoryLimit, Within};
use pagewalk_script::run::session::Options;

use crate::running::{text, text_within};

use super::sole;

/// A script, the place of its mistake, and the use that needs most memory.
const SCRIPTS: [(&str, &str, &str); 8] = [
    (
        "for i in [0..1000000] { let a = [0..1000000] }",
        "for i in [0..1000000] { let a = [0..1000000] }",
        "lists and texts",
    ),
    (
        "def f(a, b) { }\nlet n = 1\nf([0..900000], [0..1000000])",
        "[0..1000000]",
        "lists and texts",
    ),
    (
        "machine { physical 52 }\nfor i in 0..1000000 { write i*4096 = 1 }",
        "for i in 0..1000000 { write i*4096 = 1 }",
        "main memory",
    ),
    (
        "machine core-i7\nfile \"data\" { size 1 GB }\nprocess P\nP: let f = open(\"data\", O_RDWR)\n\
         P: let a = mmap(0, 1 GB, PROT_READ|PROT_WRITE, MAP_SHARED, f, 0)\n\
         for i in 0..200000 { P: write a + i*4096 = 1 }",
        "for i in 0..200000 { P: write a + i*4096 = 1 }",
        "main memory",
    ),
    (
        "machine core-i7\nkernel { frames 1000, swap 1000000 }\nprocess P\n\
         P: let a = mmap(0, 1 GB, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n\
         for i in 0..200000 { P: write a + i*4096 + 4095 = 1 }",
        "for i in 0..200000 { P: write a + i*4096 + 4095 = 1 }",
        "swap",
    ),
    (
        "machine core-i7\nprocess P\n\
         P: let a = mmap(0, 16 MB, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_POPULATE, -1, 0)\n\
         repeat 1000 { P: fork() }",
        "repeat 1000 { P: fork() }",
        "page frames",
    ),
    (
        "let a = [0..1000000]\nlet b = [0..1000000]\nlet c = [0..1000000]\nlet d = 1",
        "[0..1000000]",
        "lists and texts",
    ),
    (
        "machine { physical 52 }\nscenario \"one\" { for i in 0..1000000 { write i*4096 = 1 } }\nread 0 size 1",
        "for i in 0..1000000 { write i*4096 = 1 }",
        "main memory",
    ),
];

/// The scripts end at the same statement everywhere, because the sizes do not depend on the platform.
#[test]
fn memory_is_limited() {
    let options = Options {
        max_memory: 64 << 20,
        ..Options::default()
    };
    for (script, at, most) in SCRIPTS {
        let outcome = text_within(script, options);
        assert_eq!(
            sole(&outcome),
            ("limit-memory", at),
            "{script}: {:?}",
            outcome.mistakes
        );
        let said = &outcome.mistakes[0].said;
        assert!(said.contains(&format!("MB for {most}")), "{script}: {said}");
        assert!(said.contains("--max-memory SIZE"), "{script}: {said}");
    }
}

#[test]
fn memory_within_the_limit_is_enough() {
    let script = "let a = [0..1000000]\nlet a = [0..1000000]\nlet a = [0..1000000]\nexpect a[999999] == 999999";
    let options = Options {
        max_memory: 128 << 20,
        ..Options::default()
    };
    assert_eq!(text_within(script, options).status(), 0);
    // An expression needs its lists only until they have a value.
    let sum = "expect len([0..1000000]) + len([0..1000000]) + len([0..1000000]) == 3000000";
    assert_eq!(
        text_within(
            sum,
            Options {
                max_memory: 64 << 20,
                ..options
            }
        )
        .status(),
        0
    );
    // The lists share their elements, but each counts.
    let appended = "let a = []\nfor i in 0..200000 { let a = [a, i] }\nexpect len(a) == 200000";
    assert_eq!(
        text_within(
            appended,
            Options {
                max_memory: 32 << 20,
                ..options
            }
        )
        .status(),
        0
    );
    let pages = "machine { physical 52 }\nfor i in 0..5000 { write i*4096 = 1 }";
    assert_eq!(text(pages).status(), 0);
    assert_eq!(text_within(pages, options).status(), 0);
}

/// The estimates do not exceed the real memory by much: with twice the limit, the process can report the mistake.
#[cfg(target_os = "linux")]
#[test]
fn the_limit_bounds_the_memory_of_the_process() {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, (script, _, _)) in SCRIPTS.iter().enumerate() {
        let path = folder.path().join(format!("{number}.pw"));
        std::fs::write(&path, script).expect("a file");
        let limited = "ulimit -v 400000; exec \"$0\" run --max-memory 64MB \"$1\"";
        let done = Command::new("sh")
            .args(["-c", limited, env!("CARGO_BIN_EXE_pagewalk")])
            .arg(&path)
            .output();
        let done = done.expect("a shell");
        let said = String::from_utf8_lossy(&done.stderr) + String::from_utf8_lossy(&done.stdout);
        assert_eq!(done.status.code(), Some(2), "{script}: {said}");
        assert!(said.contains("[limit-memory]"), "{script}: {said}");
    }
}

/// A trace whose pages are far apart needs memory for each page, page table, and block. The thread that reads the trace, and
/// those of the sweep, reserve address space for their stacks.
#[cfg(target_os = "linux")]
#[test]
fn the_limit_bounds_the_memory_of_replays() {
    use std::fmt::Write as _;

    let folder = tempfile::tempdir().expect("a folder");
    let mut trace = String::new();
    for page in 0..400_000u64 {
        let _ = writeln!(trace, " L {:x},4", (page * 37) << 12);
    }
    std::fs::write(folder.path().join("t.trace"), trace).expect("a file");
    std::fs::write(
        folder.path().join("x.pw"),
        "machine core-i7\nreplay \"t.trace\" map identity causes\n",
    )
    .expect("a file");
    for (arguments, why) in [
        (
            "replay core-i7 t.trace",
            "cannot continue: the limit of memory is too low",
        ),
        (
            "replay core-i7 t.trace --top 5",
            "cannot continue: the limit of memory is too low",
        ),
        (
            "replay core-i7 t.trace --map identity --causes",
            "cannot continue: the limit of memory is too low",
        ),
        (
            "replay core-i7 t.trace --map identity --curve",
            "cannot continue: the limit of memory is too low",
        ),
        (
            "sweep core-i7 t.trace 'cache L1d { size 16 KB..64 KB }' --threads 1",
            "a grid point cannot replay `t.trace`: the limit of memory is too low",
        ),
        (
            "sweep core-i7 t.trace 'tlb dTLB { entries 32..64 }' --threads 1",
            "a grid point cannot replay",
        ),
        ("run x.pw", "[limit-memory]"),
    ] {
        let limited =
            format!("ulimit -v 500000; cd \"$1\"; exec \"$0\" {arguments} --max-memory 16MB");
        let done = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_pagewalk")])
            .arg(folder.path())
            .output();
        let done = done.expect("a shell");
        let said = String::from_utf8_lossy(&done.stderr) + String::from_utf8_lossy(&done.stdout);
        assert_eq!(done.status.code(), Some(2), "{arguments}: {said}");
        assert!(
            said.contains(why) && said.contains("--max-memory SIZE"),
            "{arguments}: {said}"
        );
    }
}

/// A table of pages that are far apart, so that each row needs its own parts of the page table.
#[cfg(target_os = "linux")]
fn sparse_table(rows: u64) -> String {
    let rows = (0..rows).fold(String::new(), |rows, row| {
        rows + &format!("| {:X} {row:X} |\n", row * 512)
    });
    format!("machine core-i7\nset page_table {{\n| vpn ppn |\n{rows}}}\n")
}

/// A table ends the script while its rows are set, and the statements of a script count before they are parsed.
#[cfg(target_os = "linux")]
#[test]
fn the_limit_bounds_the_memory_of_statements() {
    let folder = tempfile::tempdir().expect("a folder");
    for (script, why) in [
        (sparse_table(8_000), "MB for page tables"),
        (sparse_table(200_000), "for its statements"),
        ("let x = 1\n".repeat(100_000), "for its statements"),
    ] {
        let path = folder.path().join("a.pw");
        std::fs::write(&path, script).expect("a file");
        let limited = "ulimit -v 400000; exec \"$0\" run --max-memory 16MB \"$1\"";
        let done = Command::new("sh")
            .args(["-c", limited, env!("CARGO_BIN_EXE_pagewalk")])
            .arg(&path)
            .output();
        let done = done.expect("a shell");
        let said = String::from_utf8_lossy(&done.stderr) + String::from_utf8_lossy(&done.stdout);
        assert_eq!(done.status.code(), Some(2), "{why}: {said}");
        assert!(
            said.contains("[limit-memory]") && said.contains(why),
            "{why}: {said}"
        );
    }
    let enough = Options {
        max_memory: 64 << 20,
        ..Options::default()
    };
    assert_eq!(text_within(sparse_table(8_000), enough).status(), 0);
}

/// The message points to the first word that needs more than the limit. Comments need no memory.
#[test]
fn the_first_word_beyond_the_limit_is_named() {
    let limit = MemoryLimit {
        bytes: 200 * 5_242,
        ..MemoryLimit::DEFAULT
    };
    let checked = |script: &str| {
        let mut loader = Within { limit, other: () };
        CheckedScript::from_text("a.pw", script, &mut loader).diagnostics
    };
    let found = checked(&"let x = 1\n".repeat(2_000));
    let [one] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (one.code.name(), one.span.bytes()),
        ("limit-memory", 13_106..13_107)
    );
    assert!(
        checked(&format!(
            "{}{}",
            "# let x = 1\n".repeat(2_000),
            "let x = 1\n".repeat(1_310)
        ))
        .is_empty()
    );
}
