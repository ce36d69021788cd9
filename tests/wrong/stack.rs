//! Scripts that nest deeply, with stacks of several sizes.

use std::process::Command;

/// The deepest brackets, blocks, and calls, and the longest expression.
fn deep() -> String {
    let brackets = format!("let a = {}1{}\n", "(".repeat(190), ")".repeat(190));
    let blocks = format!(
        "{}let b = 1{}\n",
        "if true { ".repeat(190),
        " }".repeat(190)
    );
    let sum = format!("let c = {}1\n", "1 + ".repeat(490));
    let call = |n| format!("def f{n}() {{ if true {{ f{}() }} }}\n", n - 1);
    let calls = (1..120).map(call).collect::<Vec<_>>().concat();
    format!("{brackets}{blocks}{sum}def f0() {{ }}\n{calls}f119()\n")
}

/// A small stack is replaced. A stack of a little more than 6 MB is enough.
#[test]
fn every_stack_is_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep.pw");
    std::fs::write(&path, deep()).expect("a file");
    for command in ["run", "check", "fmt", "test"] {
        for kilobytes in ["256", "6300"] {
            let limited = "ulimit -s \"$3\"; exec \"$0\" \"$1\" \"$2\"";
            let done = Command::new("sh")
                .args(["-c", limited, env!("CARGO_BIN_EXE_pagewalk"), command])
                .arg(&path)
                .arg(kilobytes)
                .output()
                .expect("a shell");
            let said =
                String::from_utf8_lossy(&done.stderr) + String::from_utf8_lossy(&done.stdout);
            assert_eq!(
                done.status.code(),
                Some(0),
                "{command} with {kilobytes} KB: {said}"
            );
        }
    }
}

/// A larger stack does not fit in the memory of the process, so the small one is used.
#[cfg(target_os = "linux")]
#[test]
fn a_script_runs_without_memory_for_a_larger_stack() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("short.pw");
    std::fs::write(&path, "show 1 + 1\n").expect("a file");
    let limited = "ulimit -s 256; ulimit -v 68000; exec \"$0\" run \"$1\"";
    let done = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_pagewalk")])
        .arg(&path)
        .output()
        .expect("a shell");
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
