//! Tests of `pagewalk replay` as a process: hand-calculated counts in every format, machines from presets,
//! files, and scripts, bad input, closed pipes, full disks, and Ctrl-C.

mod bad;
mod curve;
mod facts;
mod foreign;
#[cfg(target_os = "linux")]
mod interrupted;
mod machines;
#[cfg(target_os = "linux")]
mod stopped;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// A machine with one direct-mapped cache, which has two lines of 4 bytes.
const MACHINE: &str = "machine { physical 8 bits, cache { lines 2, block 4 B } }\n";

/// A trace that accesses blocks 4, 4, 6, 4, 5, 5, both 4 and 5, and 6. Blocks 4 and 6 are in the same set.
const TRACE: &str = "==1== Lackey\n S 11,1\n S 12,1\n L 18,1\n L 10,1\n M 17,1\n L 13,2\nI  18,4\n";

/// A new folder with these files.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("traces_cli")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (file, bytes) in files {
        fs::write(folder.join(file), bytes).unwrap();
    }
    folder
}

/// The usual folder, with the machine in `m.pw` and the trace in `t.lackey`.
fn usual(name: &str) -> PathBuf {
    folder(
        name,
        &[("m.pw", MACHINE.as_bytes()), ("t.lackey", TRACE.as_bytes())],
    )
}

/// `pagewalk replay` in a folder.
fn replay(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .arg("replay")
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

/// Returns the exit status, standard output, and standard error.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    messages(replay(folder, args).output().unwrap())
}

fn messages(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The JSON object of each trace in a successful run.
fn objects(folder: &Path, args: &[&str]) -> Vec<Value> {
    let (status, out, err) = run(folder, &[args, &["--format", "json"]].concat());
    assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
    out.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn counts_are_those_worked_out_by_hand() {
    let folder = usual("by-hand");
    let messages = objects(
        &folder,
        &["m.pw", "t.lackey", "--causes", "--curve", "--top", "1"],
    );
    let expected = json!({
        "trace": "t.lackey",
        "machine": "m.pw",
        "map": "identity",
        "straddle": "split",
        "ended": "whole",
        "lines": 8,
        "format": "lackey",
        "format_guessed": false,
        "malformed": {"count": 0, "first": []},
        "references": {
            "records": 7, "reads": 4, "writes": 3, "fetches": 1, "straddling": 1, "outside": 0, "first_outside": null,
        },
        "tlbs": [],
        "caches": [{
            "name": "cache",
            "reads": {"hits": 2, "misses": 3},
            "writes": {"hits": 2, "misses": 1},
            "fetches": {"hits": 0, "misses": 1},
            "walks": {"hits": 0, "misses": 0},
            "all": {"hits": 4, "misses": 5},
            "evictions": 3,
            "write_backs": 1,
            "causes": {"compulsory": 3, "capacity": 1, "conflict": 1},
        }],
        "memory": {"reads": 5, "writes": 1, "walks": 0},
        "curve": {
            "block": 4,
            "references": 8,
            "sizes": [{"bytes": 4, "misses": 6}, {"bytes": 8, "misses": 3}, {"bytes": 16, "misses": 3}],
        },
    });
    let mut got = messages[0].clone();
    let top = got
        .as_object_mut()
        .unwrap()
        .remove("top")
        .expect("the busiest places");
    assert_eq!(got, expected);
    assert_eq!(top["pages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_straddling_reference_counts_by_its_first_part_if_asked() {
    let messages = objects(
        &usual("first"),
        &["m.pw", "t.lackey", "--straddle", "first"],
    );
    assert_eq!(
        messages[0]["caches"][0]["reads"],
        json!({"hits": 1, "misses": 3})
    );
}

#[test]
fn text_and_csv_say_the_same() {
    let folder = usual("formats");
    let (status, out, err) = run(&folder, &["m.pw", "t.lackey", "--causes", "--curve"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let rows: Vec<String> = out
        .lines()
        .map(|line| {
            line.replace('│', " ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    for row in [
        "8 references of 7 records: 4 loads, 3 stores, 1 fetch",
        "cache reads 5 2 3 60.00%",
        "writes 3 2 1 33.33%",
        "fetches 1 0 1 100.00%",
        "all 9 4 5 55.56% 3 1 3 1 1",
        "reads of blocks 5",
        "4 B 6 75.00% ██████████████████████████████",
        "8 B 3 37.50% ███████████████ cache",
    ] {
        assert!(rows.iter().any(|messages| messages == row), "{row}\n{out}");
    }
    let (status, out, err) = run(
        &folder,
        &["m.pw", "t.lackey", "--causes", "--curve", "--format", "csv"],
    );
    assert_eq!((status, err.as_str()), (0, ""));
    for row in [
        "trace,machine,part,name,kind,count,hits,misses,evictions,write_backs,compulsory,capacity,conflict",
        "t.lackey,m.pw,trace,whole,records,7,,,,,,,",
        "t.lackey,m.pw,cache,cache,reads,5,2,3,,,,,",
        "t.lackey,m.pw,cache,cache,all,9,4,5,3,1,3,1,1",
        "t.lackey,m.pw,memory,,writes,1,,,,,,,",
        "t.lackey,m.pw,curve,8,all,8,5,3,,,,,",
    ] {
        assert!(out.lines().any(|messages| messages == row), "{row}\n{out}");
    }
}

/// Each trace has a new machine, so the same trace has the same counts twice.
#[test]
fn several_traces_are_each_replayed_on_a_fresh_machine() {
    let folder = usual("several");
    let messages = objects(&folder, &["m.pw", "t.lackey", "t.lackey"]);
    assert_eq!((messages.len(), &messages[0]), (2, &messages[1]));
    let (_, csv, _) = run(
        &folder,
        &["m.pw", "t.lackey", "t.lackey", "--format", "csv"],
    );
    assert_eq!(csv.matches("trace,machine,").count(), 1, "one header");
    let (_, text, _) = run(&folder, &["m.pw", "t.lackey", "t.lackey"]);
    assert_eq!(text.matches("── t.lackey on m.pw ──").count(), 2);
}

#[test]
fn a_trace_may_come_by_standard_input() {
    let folder = usual("stdin");
    let mut command = replay(&folder, &["m.pw", "-", "--format", "json"]);
    let (status, out, err) = messages(
        command
            .stdin(fs::File::open(folder.join("t.lackey")).unwrap())
            .output()
            .unwrap(),
    );
    assert_eq!((status, err.as_str()), (0, ""));
    let messages: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&messages["trace"], &messages["memory"]["reads"]),
        (&json!("standard input"), &json!(5))
    );
    let (status, out, err) = run(&folder, &["m.pw", "-", "-"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("once"), "{err}");
}

#[test]
fn a_plot_has_the_curve_and_a_bar_for_each_kind() {
    let folder = usual("plot");
    let messages = run(&folder, &["m.pw", "t.lackey", "--plot", "p.svg"]);
    assert_eq!((messages.0, messages.2.as_str()), (0, ""));
    let svg = fs::read_to_string(folder.join("p.svg")).unwrap();
    for text in [
        "t.lackey on m.pw",
        "cache",
        "3 of 5 (60.00%)",
        "1 of 3 (33.33%)",
        "1 of 1 (100.00%)",
    ] {
        assert!(svg.contains(&format!(">{text}<")), "{text}");
    }
    assert!(!svg.contains("<circle"), "no curve was asked for");
    run(&folder, &["m.pw", "t.lackey", "--plot", "p.svg", "--curve"]);
    let svg = fs::read_to_string(folder.join("p.svg")).unwrap();
    assert_eq!(svg.matches("<circle").count(), 3);
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        3,
        "nothing is left beside the plot"
    );
}

#[test]
fn help_shows_the_usage() {
    let (status, out, err) = run(Path::new("."), &["--help"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.contains("pagewalk replay [OPTIONS] <MACHINE> <TRACE>...\n"),
        "{out}"
    );
    for word in [
        "lackey:",
        "din:",
        "csv:",
        "second-chance:",
        "identity:",
        "130  interrupted",
    ] {
        assert!(out.contains(word), "{word}");
    }
    let completions = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(["completions", "fish"])
        .output()
        .unwrap();
    let completions = String::from_utf8(completions.stdout).unwrap();
    assert!(
        completions.contains("replay") && completions.contains("trace-format"),
        "completions know the command"
    );
}
