//! Ctrl-C, and a terminal.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::{folder, messages, replay, usual};
use crate::pty::pty;

/// A process that has read more bytes than a pipe can buffer, and that waits for more input. Such a process has
/// started and counted some records.
fn waiting(args: &[&str], name: &str) -> (Child, impl Sized) {
    let mut command = replay(&usual(name), args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    for n in 0..40_000 {
        writeln!(keys, " L {:x},4", n % 64).unwrap();
    }
    sleep(Duration::from_millis(500));
    (child, keys)
}

fn interrupt(child: &Child) {
    kill(
        Pid::from_raw(i32::try_from(child.id()).unwrap()),
        Signal::SIGINT,
    )
    .unwrap();
}

#[test]
fn ctrl_c_prints_the_counts_so_far() {
    // Standard input stays open, without further data.
    let (child, keys) = waiting(
        &[
            "m.pw", "-", "t.lackey", "--format", "json", "--plot", "p.svg",
        ],
        "ctrl-c",
    );
    interrupt(&child);
    let (status, out, err) = messages(child.wait_with_output().unwrap());
    drop(keys);
    assert_eq!(status, 130, "{err}");
    let messages: Value =
        serde_json::from_str(&out).expect("one object: the next trace is not begun");
    let records = messages["references"]["records"].as_u64().unwrap();
    assert!(0 < records && records <= 40_000, "{records}");
    assert_eq!(
        (&messages["ended"], &messages["lines"]),
        (&"interrupted".into(), &records.into())
    );
    assert!(
        err.starts_with("pagewalk: `standard input`: interrupted: "),
        "{err}"
    );
}

#[test]
fn a_terminal_shows_how_far_it_is_and_nothing_of_that_stays() {
    let text: Vec<u8> = (0..400_000)
        .flat_map(|n| format!(" L {:x},4\n", n * 64 % 99_991).into_bytes())
        .collect();
    let folder = folder("terminal", &[("t.lackey", &text)]);
    let pty = pty(None);
    let mut command = replay(&folder, &["core-i7", "t.lackey", "--format", "csv"]);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::from(pty.slave))
        .env("TERM", "xterm");
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut screen = fs::File::from(pty.master);
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    // Reading fails after the process has ended.
    while let Ok(count @ 1..) = screen.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..count]);
    }
    assert!(child.wait().unwrap().success());
    let shown = String::from_utf8(shown).unwrap();
    // On a fast machine, the replay may end before it shows any progress.
    if !shown.is_empty() {
        assert!(
            shown.contains("% ") && shown.contains(" lines  t.lackey"),
            "{shown}"
        );
        assert!(shown.ends_with("\r\u{1b}[K"), "{shown:?}");
    }
}
