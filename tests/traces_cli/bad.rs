//! Tests of damaged or missing traces, and of output without a reader.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{MACHINE, TRACE, folder, messages, replay, run, usual};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// N loads of different blocks, in an order that is hard to compress.
fn loads(count: u64) -> Vec<u8> {
    let mut text = Vec::new();
    for n in 0..count {
        let address = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24;
        writeln!(text, " L {address:x},8").unwrap();
    }
    text
}

#[test]
fn a_truncated_gzip_is_counted_up_to_its_end() {
    let whole = gzip(&loads(20_000));
    let folder = folder(
        "truncated",
        &[("t.gz", &whole), ("cut.gz", &whole[..whole.len() / 2])],
    );
    assert_eq!(run(&folder, &["core-i7", "t.gz"]).0, 0);
    let (status, out, err) = run(&folder, &["core-i7", "cut.gz", "--format", "json"]);
    let messages: Value = serde_json::from_str(&out).expect("the counts so far");
    let records = messages["references"]["records"].as_u64().unwrap();
    assert!((1000..20_000).contains(&records), "{records}");
    assert_eq!((status, &messages["ended"]), (2, &"broken".into()));
    assert!(err.contains("`cut.gz` is truncated"), "{err}");
    assert!(messages["error"].as_str().unwrap().contains("truncated"));
    let (status, out, _) = run(&folder, &["core-i7", "cut.gz"]);
    assert_eq!(status, 2);
    assert!(out.contains("the trace is incomplete"), "{out}");
    // Later traces are still replayed.
    let (status, out, _) = run(&folder, &["core-i7", "cut.gz", "t.gz", "--format", "json"]);
    assert_eq!((status, out.lines().count()), (2, 2));
}

#[test]
fn files_without_a_trace_are_reported() {
    let binary: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let folder = folder(
        "no-traces",
        &[
            ("m.pw", MACHINE.as_bytes()),
            ("b", &binary),
            ("t", TRACE.as_bytes()),
        ],
    );
    for (trace, said) in [
        ("b", "not a trace"),
        ("absent", "there is no such file"),
        (".", "it is a folder"),
    ] {
        let (status, out, err) = run(&folder, &["m.pw", trace, "t", "--format", "json"]);
        assert_eq!(status, 2, "{err}");
        assert!(
            err.contains(said) && err.contains(trace) && err.starts_with("pagewalk: "),
            "{err}"
        );
        assert_eq!(out.lines().count(), 1, "the trace beside it is replayed");
    }
    assert_eq!(run(&folder, &["m.pw", "b"]).1, "", "nothing was counted");
}

#[test]
fn a_message_about_a_trace_fits_its_machine_and_its_format() {
    let small = "machine { virtual 20 bits, physical 12 bits, page 256 B, tlb { entries 4 } }\n";
    let folder = folder(
        "fitting",
        &[
            ("m.pw", small.as_bytes()),
            ("t.lackey", TRACE.as_bytes()),
            ("empty.csv", b"op,address,size\n"),
            ("empty.lackey", b"==1== Lackey\n"),
        ],
    );
    for (args, words, other) in [
        (
            &["m.pw", "t.lackey", "--frames", "4"][..],
            "of the 16 page frames",
            "at least one",
        ),
        (
            &["core-i7", "empty.csv"],
            "it contains no records",
            "valgrind",
        ),
        (&["core-i7", "empty.lackey"], "--trace-mem=yes", "csv"),
    ] {
        let (status, _, err) = run(&folder, args);
        assert_eq!(status, 2);
        assert!(
            err.contains(words) && !err.contains(other),
            "{args:?}: {err}"
        );
    }
    // A kernel has the upper half of a large address space.
    fs::write(folder.join("high.csv"), "L,0x1000,8\nL,0x900000000000,8\n").unwrap();
    let (status, out, err) = run(&folder, &["core-i7", "high.csv"]);
    let end = "the addresses of a process, which end at 0x7FFFFFFFEFFF,";
    assert_eq!(status, 0);
    assert!(out.contains(end) && err.contains(end), "{out}\n{err}");
}

#[test]
fn malformed_lines_are_skipped_and_reported() {
    let mut text = TRACE.as_bytes().to_vec();
    text.extend_from_slice(b" X 10,4\n");
    text.extend_from_slice(" L ".as_bytes());
    text.extend(std::iter::repeat_n(b'1', 10_000_000));
    text.extend_from_slice(b"\n L 10,1\n");
    text.extend_from_slice("what?\n".repeat(100).as_bytes());
    let folder = folder("malformed", &[("m.pw", MACHINE.as_bytes()), ("t", &text)]);
    let (status, out, err) = run(&folder, &["m.pw", "t", "--format", "json"]);
    let messages: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &messages["malformed"]["count"]), (0, &102.into()));
    assert_eq!(messages["references"]["records"], 8);
    let first = messages["malformed"]["first"].as_array().unwrap();
    assert_eq!(
        (first.len(), &first[0]["line"], &first[1]["line"]),
        (10, &9.into(), &10.into())
    );
    assert!(
        err.starts_with("pagewalk: `t`: 102 malformed lines are skipped\n  line 9: "),
        "{err}"
    );
    assert!(
        err.ends_with("\n  and 92 more\n") && err.len() < 2000,
        "{err}"
    );
    let (status, out, err) = run(&folder, &["m.pw", "t", "--strict"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.starts_with("pagewalk: `t` is rejected: line 9: ") && err.contains("` X 10,4`"),
        "{err}"
    );
}

#[test]
fn addresses_beyond_the_width_are_skipped_and_reported() {
    let text = format!("{TRACE} S ff,2\n L 100,4\n L ffffffffffffffff,8\n");
    let folder = folder(
        "outside",
        &[("m.pw", MACHINE.as_bytes()), ("t", text.as_bytes())],
    );
    let (status, out, err) = run(&folder, &["m.pw", "t", "--format", "json"]);
    let messages: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &messages["references"]["outside"]), (0, &3.into()));
    assert_eq!(messages["references"]["first_outside"]["address"], 0xFF);
    assert_eq!(
        err,
        "pagewalk: `t`: 3 records outside the 8-bit address space are skipped; the first is a store of 2 bytes at 0xFF\n"
    );
    let (status, out, err) = run(&folder, &["m.pw", "t", "--strict"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.contains("record 8, a store of 2 bytes at 0xFF, is outside"),
        "{err}"
    );
}

/// The test closes the pipe before the report is printed.
#[test]
fn a_closed_pipe_ends_quietly_and_the_plot_is_there() {
    let folder = usual("pipe");
    for format in ["text", "json", "csv"] {
        let mut command = replay(
            &folder,
            &["m.pw", "t.lackey", "--format", format, "--plot", "p.svg"],
        );
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let (status, _, err) = messages(child.wait_with_output().unwrap());
        assert_eq!((status, err.as_str()), (0, ""), "{format}");
        fs::remove_file(folder.join("p.svg")).expect("a plot");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let folder = usual("full");
    let full = || {
        Stdio::from(
            fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .unwrap(),
        )
    };
    for args in [
        &["m.pw", "t.lackey"][..],
        &["m.pw", "t.lackey", "--format", "csv"],
    ] {
        let (status, _, err) = messages(replay(&folder, args).stdout(full()).output().unwrap());
        assert_eq!(status, 2, "{args:?}");
        assert!(
            err.contains("cannot write the results: No space left"),
            "{args:?}: {err}"
        );
    }
    let (status, out, err) = run(
        &folder,
        &[
            "m.pw",
            "t.lackey",
            "--plot",
            "/dev/full",
            "--format",
            "json",
        ],
    );
    assert_eq!(
        (status, out.lines().count()),
        (2, 1),
        "the results are printed"
    );
    assert!(
        err.contains("cannot write `/dev/full`: No space left"),
        "{err}"
    );
    assert!(
        !fs::metadata("/dev/full").unwrap().is_file(),
        "a device stays one"
    );
}

#[test]
fn files_that_cannot_be_written_are_reported_and_unchanged() {
    let folder = usual("unwritable");
    fs::write(folder.join("old"), "old").unwrap();
    fs::create_dir(folder.join("dir")).unwrap();
    for file in ["absent/p.svg", "dir"] {
        let (status, out, err) = run(
            &folder,
            &["m.pw", "t.lackey", "--plot", file, "--format", "json"],
        );
        assert_eq!(
            (status, out.lines().count()),
            (2, 1),
            "the results are printed"
        );
        assert!(err.contains(&format!("cannot write `{file}`: ")), "{err}");
    }
    let (status, _, _) = run(&folder, &["m.pw", "absent", "--plot", "old"]);
    assert_eq!(
        (
            status,
            fs::read_to_string(folder.join("old")).unwrap().as_str()
        ),
        (2, "old")
    );
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        4,
        "nothing is left beside them"
    );
}
