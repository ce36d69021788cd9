//! Replays and sweeps that are stopped: by a time limit or by Ctrl-C, and outputs that could wait.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{folder, messages, usual};

fn pagewalk(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command
}

/// Starts a command that waits for the rest of a trace on standard input.
fn waiting(folder: &Path, args: &[&str]) -> (Child, ChildStdin) {
    let mut command = pagewalk(folder, args);
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

/// Sends a signal.
fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A small file that unpacks to many blank lines.
#[test]
fn a_time_limit_ends_a_trace_without_records() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let lines = vec![b'\n'; 1 << 20];
    for _ in 0..512 {
        encoder.write_all(&lines).unwrap();
    }
    let folder = folder("blank-lines", &[("nl.gz", &encoder.finish().unwrap())]);
    for args in [
        &["replay", "core-i7", "nl.gz"][..],
        &["sweep", "core-i7", "nl.gz", "ways 1 2"],
        &["sweep", "--threads", "1", "core-i7", "nl.gz", "ways 1 2"],
    ] {
        let began = Instant::now();
        let args = [args, &["--max-time", "0.3"]].concat();
        let (status, out, err) = messages(pagewalk(&folder, &args).output().unwrap());
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(
            err.contains("after 0.3 seconds") && err.contains("`--max-time SECONDS`"),
            "{err}"
        );
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{args:?}: {:?}",
            began.elapsed()
        );
    }
    assert_eq!(names(&folder), ["nl.gz"]);
}

#[test]
fn a_time_limit_keeps_the_counts_so_far() {
    let folder = usual("time-limit");
    let args = ["replay", "m.pw", "-", "--format", "json", "--max-time", "2"];
    let (child, keys) = waiting(&folder, &args);
    let (status, out, err) = messages(child.wait_with_output().unwrap());
    drop(keys);
    assert_eq!(status, 2, "{err}");
    let replayed: serde_json::Value = serde_json::from_str(&out).expect("the counts so far");
    assert_eq!(replayed["ended"], "broken");
    assert!(replayed["references"]["records"].as_u64().unwrap() > 0);
    assert!(
        err.contains("cannot continue: Pagewalk stopped it after 2 seconds"),
        "{err}"
    );
}

#[test]
fn a_table_is_kept_when_a_sweep_is_interrupted() {
    for (stop, expected) in [(Some(Signal::SIGINT), 130), (None, 2)] {
        let folder = usual("sweep-ctrl-c");
        for file in ["old.csv", "old.svg"] {
            fs::write(folder.join(file), "complete").unwrap();
        }
        let grid = [
            "sweep",
            "m.pw",
            "-",
            "lines 2 4",
            "--format",
            "csv",
            "--output",
            "old.csv",
            "--plot",
            "old.svg",
        ];
        let limit: &[&str] = if stop.is_some() {
            &[]
        } else {
            &["--max-time", "2"]
        };
        let (child, keys) = waiting(&folder, &[&grid, limit].concat());
        if let Some(signal) = stop {
            send(&child, signal);
        }
        let (status, out, err) = messages(child.wait_with_output().unwrap());
        drop(keys);
        assert_eq!(status, expected, "{err}");
        for file in ["old.csv", "old.svg"] {
            assert_eq!(fs::read_to_string(folder.join(file)).unwrap(), "complete");
            assert!(
                err.contains(&format!(
                    "`{file}` is not written, because the results are incomplete"
                )),
                "{err}"
            );
        }
        assert!(
            out.starts_with("trace,") && out.lines().count() == 3,
            "{out}"
        );
    }
}

#[test]
fn an_output_is_never_a_named_pipe() {
    let folder = usual("output-pipe");
    assert!(
        Command::new("mkfifo")
            .arg("p")
            .current_dir(&folder)
            .status()
            .expect("mkfifo starts")
            .success()
    );
    fs::write(
        folder.join("e.pw"),
        "question \"A\" {\n    ask \"sum\" = 1 + 1\n}\n",
    )
    .unwrap();
    fs::write(folder.join("a.csv"), "id,1\nx,2\n").unwrap();
    for args in [
        &["replay", "m.pw", "t.lackey", "--plot", "p"][..],
        &["sweep", "m.pw", "t.lackey", "lines 2 4", "--output", "p"],
        &["sweep", "m.pw", "t.lackey", "lines 2 4", "--plot", "p"],
        &["grade", "e.pw", "a.csv", "--output", "p"],
    ] {
        let mut child = pagewalk(&folder, args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                panic!("{args:?} waits");
            }
            sleep(Duration::from_millis(20));
        }
        let (status, _, err) = messages(child.wait_with_output().unwrap());
        assert!(status == 2, "{args:?}: {status} {err}");
        assert!(err.contains("it is a named pipe"), "{args:?}: {err}");
    }
}
