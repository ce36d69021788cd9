//! Tests of the JSON lines.

use std::io;

use serde_json::{Value, json};

use super::JsonSink;
use crate::report::playing::{SIMPLE, play};

/// Runs a script and returns its lines.
fn lines(script: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (sink, ended) = play(script, |sources| JsonSink::new(&mut out, sources));
    sink.finish(ended.totals, 0).unwrap();
    String::from_utf8(out)
        .unwrap()
        .lines()
        .map(ToOwned::to_owned)
        .collect()
}

fn objects(script: &str) -> Vec<Value> {
    lines(script)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs a statement on the simple memory system from the lectures, and returns its record.
fn last(statement: &str) -> Value {
    let mut objects = objects(&format!("{SIMPLE}{statement}\n"));
    objects.truncate(objects.len() - 1);
    objects.pop().unwrap()
}

#[test]
fn an_access_has_its_facts_with_their_types() {
    // The answers are in section 1 of lectures.md.
    let record = last("read 0x03D4 # comment\n => vpn 0x0F, byte 0x36, cache miss");
    assert_eq!(record["file"], "t.pw");
    assert_eq!(record["line"], 35);
    assert_eq!(record["statement"], "read 0x03D4");
    let facts = &record["facts"];
    for (name, n) in [
        ("vpn", 0x0F),
        ("tlbi", 3),
        ("tlbt", 3),
        ("ppn", 0x0D),
        ("pa", 0x354),
        ("co", 0),
        ("ci", 5),
        ("ct", 0x0D),
        ("byte", 0x36),
    ] {
        assert_eq!(facts[name], json!(n), "{name}");
    }
    for (name, word) in [
        ("tlb", "hit"),
        ("fault", "none"),
        ("cache", "hit"),
        ("served", "cache"),
    ] {
        assert_eq!(facts[name], json!(word), "{name}");
    }
    assert_eq!(facts["tlb.victim"], "none");
    assert_eq!(
        record["checks"][0],
        json!({"fact": "vpn", "expected": 15, "actual": 15, "held": true})
    );
    assert_eq!(record["checks"][2]["expected"], "miss");
    assert_eq!(record["checks"][2]["held"], false);
    assert!(record["checks"][2]["reason"].is_string());
    assert!(record.get("scenario").is_none());
}

#[test]
fn facts_that_an_access_lacks_are_omitted() {
    let record = last("read 0x028F");
    assert_eq!(record["facts"]["byte"], "unknown");
    assert_eq!(record["facts"]["value"], "unknown");
    assert_eq!(record["checks"], json!([]));
    let record = last("read 0x0040 => fault not none, ppn 1, vpn in 0..4");
    assert_eq!(record["facts"]["fault"], "page");
    assert!(record["facts"].get("ppn").is_none() && record["facts"].get("byte").is_none());
    assert_eq!(record["checks"][0]["expected"], "not none");
    assert_eq!(record["checks"][1]["actual"], Value::Null);
    assert_eq!(record["checks"][1]["held"], false);
    assert_eq!(record["checks"][2]["expected"], "in 0..4");
}

#[test]
fn open_expectations_have_no_expected_value() {
    let record = last("read 0x03D4 => ppn ?, tlb ?");
    let check = &record["checks"][0];
    assert_eq!(
        (&check["expected"], &check["actual"], &check["held"]),
        (&Value::Null, &json!(0x0D), &json!(false))
    );
    assert_eq!(
        check["reason"],
        "is not filled in; `pagewalk test --fill t.pw` fills in the value"
    );
    assert_eq!(record["checks"][1]["actual"], "hit");
}

#[test]
fn names_are_unique() {
    // A JSON parser keeps only the last of several members with the same name, so this test checks the text.
    let script = format!("{SIMPLE}read 0x03D4\nmachine core-i7\nread 0x1000\n");
    for line in lines(&script) {
        let facts = line
            .split_once("\"facts\":{")
            .and_then(|(_, rest)| rest.split_once('}'));
        let Some((facts, _)) = facts.filter(|(facts, _)| !facts.is_empty()) else {
            continue;
        };
        let mut names: Vec<&str> = facts
            .split(',')
            .filter_map(|member| member.split_once(':'))
            .map(|(name, _)| name)
            .collect();
        let count = names.len();
        assert!(count > 20, "{line}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{line}");
    }
}

#[test]
fn the_other_statements_have_their_effects() {
    assert_eq!(last("let va = 0x28F")["name"], "va");
    assert_eq!(last("let va = 0x28F")["value"], 0x28F);
    assert_eq!(last("let r = 4 / 7")["value"], "4/7");
    assert_eq!(last("let t = \"a\\\"\\n\\x1b\"")["value"], "a\"\n\u{1b}");
    let record = last(
        "reference 7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1 { frames 3, replacement fifo } => faults 15",
    );
    assert_eq!(record["facts"]["faults"], 15);
    assert_eq!(record["facts"]["hits"], 5);
    assert_eq!(record["facts"]["rate"], 0.75);
    assert_eq!(record["facts"]["trace"].as_str().unwrap().len(), 20);
    assert_eq!(record["facts"]["resident"].as_array().unwrap().len(), 3);
    assert_eq!(record["checks"][0]["held"], true);
}

#[test]
fn shown_structures_are_data() {
    let record = last("show tlb");
    let table = &record["shown"][0];
    assert_eq!(table["columns"][0], "set");
    // Set 0 of the lecture's TLB contains 03 – 0, 09 0D 1, 00 – 0, and 07 02 1.
    assert_eq!(
        table["rows"][0],
        json!([0, 3, null, 0, 9, 0x0D, 1, 0, null, 0, 7, 2, 1])
    );
    assert_eq!(
        last("show 1 + 1")["shown"][0],
        json!({"of": "1 + 1", "value": 2})
    );
    let rulers = last("show geometry");
    assert_eq!(
        rulers["shown"][0]["fields"][0],
        json!({"name": "VPN", "of": null, "high": 13, "low": 6})
    );
    assert!(
        last("show machine")["shown"][0]["machine"]
            .as_str()
            .unwrap()
            .starts_with("machine {\n")
    );
    assert!(last("read 0x20\nshow steps")["shown"][0]["steps"][0]["what"].is_string());
    assert!(last("show stats")["shown"][0]["rows"].is_array());
}

#[test]
fn scenarios_and_totals_are_reported() {
    let objects = objects("let x = 1\nscenario \"a \\\"b\\\"\" { expect x == 2; expect x == 1 }\n");
    assert!(objects[0].get("scenario").is_none());
    assert_eq!(objects[1]["statement"], "scenario \"a \\\"b\\\"\"");
    assert_eq!(objects[2]["statement"], "expect x == 2");
    assert_eq!(objects[2]["scenario"], objects[3]["scenario"]);
    assert_eq!(objects[2]["checks"][0]["actual"], 1);
    let totals = json!({"totals": {"statements": 4, "checks": 2, "held": 1, "failed": 1, "scenarios": 1, "errors": 0}, "format": 1});
    assert_eq!(objects.last(), Some(&totals));
    assert_eq!(objects.len(), 5);
}

#[test]
fn a_closed_pipe_stops_the_run() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (sink, ended) = play("repeat 900 { repeat 900 { let x = 1 } }\n", |sources| {
        JsonSink::new(Closed, sources)
    });
    assert!(ended.totals.statements < 10_000, "{:?}", ended.totals);
    assert_eq!(
        sink.finish(ended.totals, 0).unwrap_err().kind(),
        io::ErrorKind::BrokenPipe
    );
}

/// A process on the simple memory system from the lectures, with eight frames and four swap slots.
const PROCESS: &str = "machine simple
kernel { frames 8, swap 4 slots, replacement fifo }
file \"poem\" { size 100 B, fill 0x2E }
process P1 {
  | area | start | end  | perms | backing   | offset |
  | text | 0400  | 0480 | r--p  | poem      | 0      |
  | heap | 1000  | 1400 | rw-p  | anonymous | -      |
}
";

/// Runs a statement in that process, and returns its record.
fn last_in_process(statement: &str) -> Value {
    let mut objects = objects(&format!("{PROCESS}{statement}\n"));
    objects.truncate(objects.len() - 1);
    objects.pop().unwrap()
}

#[test]
fn an_access_of_a_process_has_the_kernels_facts_and_its_faults() {
    let record = last_in_process("write 0x1004 = 1 => fault demand-zero, frame 0");
    assert_eq!(record["process"], "P1");
    let facts = &record["facts"];
    for (name, word) in [
        ("fault", "demand-zero"),
        ("signal", "none"),
        ("code", "none"),
        ("evicted", "none"),
        ("copied", "no"),
    ] {
        assert_eq!(facts[name], json!(word), "{name}");
    }
    assert_eq!(
        (&facts["minor"], &facts["major"], &facts["frame"]),
        (&json!(1), &json!(0), &json!(0))
    );
    let fault = &record["faults"][0];
    assert_eq!(
        (&fault["class"], &fault["page"], &fault["address"]),
        (&json!("demand-zero"), &json!(0x40), &json!(0x1004))
    );
    assert_eq!(
        (&fault["major"], &fault["area"]["name"], &fault["access"]),
        (&json!(false), &json!("heap"), &json!("write"))
    );
    let evicting = last_in_process("for n in 0..9 { write 0x1000 + 64 * n = 1 }");
    assert_eq!(evicting["facts"]["evicted"], 0x40);
    assert_eq!(evicting["facts"]["swapped-out"], "yes");
    assert_eq!(
        evicting["faults"][0]["evicted"][0],
        json!({"frame": 0, "process": "P1", "page": 0x40, "to": {"slot": 0}})
    );
    let fatal = last_in_process("read 0x500");
    assert_eq!(
        (&fatal["facts"]["signal"], &fatal["facts"]["code"]),
        (&json!("SIGSEGV"), &json!("SEGV_MAPERR"))
    );
    assert_eq!(
        (&fatal["faults"][0]["major"], &fatal["faults"][0]["area"]),
        (&Value::Null, &Value::Null)
    );
    // On bare hardware, no kernel handles the fault.
    assert!(
        last("read 0x03D4").get("process").is_none() && last("read 0x03D4").get("faults").is_none()
    );
}

#[test]
fn a_system_call_has_its_result() {
    let record = last_in_process("let fd = open(\"poem\", 0) => returns 3");
    assert_eq!(
        (&record["name"], &record["value"]),
        (&json!("fd"), &json!(3))
    );
    assert_eq!(
        (&record["facts"]["returns"], &record["facts"]["error"]),
        (&json!(3), &json!("none"))
    );
    assert_eq!(record["call"]["name"], "open");
    assert_eq!(record["call"]["args"], json!(["poem", 0]));
    assert_eq!(record["statement"], "let fd = open(\"poem\", 0)");
    let record = last_in_process("munmap(1, 1) => error EINVAL");
    assert_eq!(
        (&record["call"]["returns"], &record["call"]["error"]),
        (&json!(-1), &json!("EINVAL"))
    );
    assert_eq!(record["facts"]["returns"], -1);
    let record = last_in_process("munmap(0x1000, 64)");
    assert_eq!(record["call"]["areas"]["gone"][0]["start"], 0x1000);
    assert_eq!(record["call"]["areas"]["come"][0]["start"], 0x1040);
    let record = last_in_process("write(1, 0x400, 70)");
    assert_eq!(
        (&record["call"]["returns"], &record["facts"]["major"]),
        (&json!(70), &json!(2))
    );
    assert_eq!(record["call"]["faults"].as_array().unwrap().len(), 2);
    assert_eq!(record["call"]["output"].as_str().unwrap(), ".".repeat(70));
    let record = last_in_process("expect fstat(open(\"poem\", 0)).st_size == 100");
    assert_eq!(record["calls"][0]["name"], "open");
    assert_eq!(record["calls"][1]["fields"]["st_size"], 100);
}

#[test]
fn the_state_of_the_kernel_is_data() {
    let layout = &last_in_process("show layout P1")["shown"][0]["layout"];
    assert_eq!(
        (&layout["process"], &layout["areas"][1]["end"]),
        (&json!("P1"), &json!(0x1400))
    );
    assert_eq!(
        (
            &layout["areas"][0]["backing"],
            &layout["areas"][0]["resident"]
        ),
        (&json!("poem"), &json!(0))
    );
    let maps = &last_in_process("show P1.maps")["shown"][0];
    assert_eq!(maps["columns"][0], "area");
    assert_eq!(maps["rows"][0][1], 0x400);
    let objects = objects(PROCESS);
    assert_eq!(objects[1]["declared"]["kernel"]["replacement"], "fifo");
    assert_eq!(objects[2]["declared"], json!({"file": "poem", "size": 100}));
    assert_eq!(objects[3]["declared"]["areas"][1]["perms"], "rw-p");
    let action = last_in_process("write 0x1000 = 1\nreclaim 1 pages");
    assert_eq!(
        (&action["action"]["name"], &action["action"]["count"]),
        (&json!("reclaim"), &json!(1))
    );
    assert_eq!(action["action"]["evicted"][0]["page"], 0x40);
}

#[test]
fn a_replay_has_its_facts_and_the_lines_that_are_none() {
    // `tests/scripts/replay/identity.pw` contains the calculation by hand.
    let trace = "straddle.trace";
    let script = "machine { physical 16 bits, cache L1d { sets 4, ways 1, block 16 B, for data } }";
    let all = objects(&format!(
        "{script}\nreplay \"{trace}\" straddle first => fetches 2, L1d.hits 3\n"
    ));
    let record = &all[1];
    for (name, n) in [
        ("accesses", 4),
        ("reads", 2),
        ("fetches", 2),
        ("malformed", 2),
        ("L1d.hits", 2),
    ] {
        assert_eq!(record["facts"][name], json!(n), "{name}");
    }
    // Without a process, there are no kernel events to report.
    assert!(record["facts"].get("faults").is_none());
    let printed = &record["replay"];
    assert_eq!(
        (&printed["file"], &printed["map"], &printed["straddle"]),
        (&json!(trace), &json!("identity"), &json!("first"))
    );
    assert_eq!(printed["records"], 5);
    let lines: Vec<&Value> = printed["malformed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| &bad["line"])
        .collect();
    assert_eq!(lines, [&json!(6), &json!(7)]);
    let reason = "2 of 4 lookups in L1d hit, and 2 missed";
    let check =
        json!({"fact": "L1d.hits", "expected": 3, "actual": 2, "held": false, "reason": reason});
    assert_eq!(record["checks"][1], check);
}
