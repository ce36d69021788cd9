//! Tests that a script counts what `pagewalk replay` counts, and that the cycles of a trace are the sum of the
//! cycles of its accesses.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{folder, messages, objects};

/// Two first-level caches, a second level, and latencies.
const CACHES: &str = "cache L1d { sets 4, ways 2, block 16 B, latency 4, for data }
  cache L1i { sets 2, ways 2, block 16 B, latency 3, for instructions }
  cache L2 { sets 8, ways 2, block 16 B, latency 12 }
  memory { latency 100.5 }";

/// A paged machine with these caches.
fn paged() -> String {
    format!(
        "machine {{ virtual 16 bits, physical 16 bits, page 256 B\n  tlb {{ sets 2, ways 2, latency 1 }}\n  {CACHES} }}\n"
    )
}

/// A machine of physical addresses with these caches.
fn physical() -> String {
    format!("machine {{ physical 16 bits\n  {CACHES} }}\n")
}

/// Loads, stores, modifying records, and fetches. Some accesses cross block boundaries.
fn trace(records: u64) -> Vec<(char, u64, u64)> {
    let mut state = 12_345_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut record = || {
        let kind = ['L', 'S', 'M', 'I'][random(4) as usize];
        // Every eighth access is far from the others.
        let address = if random(8) == 0 {
            random(0x4000)
        } else {
            random(0x300)
        };
        // The statement `fetch` fetches one byte.
        let size = if kind == 'I' { 1 } else { 1 + random(8) };
        (kind, address, size)
    };
    (0..records).map(|_| record()).collect()
}

fn lackey(trace: &[(char, u64, u64)]) -> String {
    trace
        .iter()
        .fold(String::new(), |mut text, (kind, address, size)| {
            let _ = match kind {
                'I' => writeln!(text, "I  {address:x},{size}"),
                _ => writeln!(text, " {kind} {address:x},{size}"),
            };
            text
        })
}

/// The facts of each statement of a script whose expectations hold.
fn facts(folder: &Path, script: &str) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .args(["run", "--format", "json", script])
        .current_dir(folder);
    let (status, out, err) = messages(command.output().unwrap());
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let lines = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines
        .map(|line| line["facts"].clone())
        .filter(Value::is_object)
        .collect()
}

#[test]
fn a_script_counts_what_the_command_line_counts() {
    let trace = lackey(&trace(3000));
    for (map, machine) in [("identity", physical()), ("demand", paged())] {
        let script = format!("{machine}replay \"t.lackey\" causes map {map} kinds cycles\n");
        let files = [
            ("m.pw", machine.as_bytes()),
            ("t.lackey", trace.as_bytes()),
            ("s.pw", script.as_bytes()),
        ];
        let folder = folder(&format!("facts-{map}"), &files);
        let printed = &objects(&folder, &["m.pw", "t.lackey", "--causes", "--map", map])[0];
        let facts = facts(&folder, "s.pw")
            .pop()
            .expect("the replay is the last statement");
        let mut compared = 0;
        let parts = [&printed["tlbs"], &printed["caches"]]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten();
        for part in parts {
            let name = part["name"].as_str().unwrap();
            for (kind, result) in ["reads", "writes", "fetches"]
                .iter()
                .flat_map(|kind| [(kind, "hits"), (kind, "misses")])
            {
                assert_eq!(
                    facts[format!("{name}.{kind}.{result}")],
                    part[kind][result],
                    "{name} {kind} {result}"
                );
                compared += 1;
            }
            for cause in ["compulsory", "capacity", "conflict"]
                .iter()
                .filter(|_| part["causes"].is_object())
            {
                assert_eq!(
                    facts[format!("{name}.{cause}")],
                    part["causes"][cause],
                    "{name} {cause}"
                );
                assert!(
                    name != "L1d" || facts[format!("L1d.{cause}")].as_u64() > Some(0),
                    "{cause}"
                );
                compared += 1;
            }
        }
        assert_eq!(compared, if map == "demand" { 33 } else { 27 });
        assert_eq!(printed.get("cycles"), None);
    }
}

#[test]
fn the_requested_facts_are_absent_by_default() {
    let script = format!("{}replay \"t.lackey\" map demand\n", paged());
    let files = [("t.lackey", &b" L 10,4\n"[..]), ("s.pw", script.as_bytes())];
    let facts = facts(&folder("facts-absent", &files), "s.pw")
        .pop()
        .unwrap();
    let facts = facts.as_object().unwrap();
    let is_requested = |name: &str| {
        name == "cycles"
            || [
                "reads.",
                "writes.",
                "fetches.",
                "compulsory",
                "capacity",
                "conflict",
            ]
            .iter()
            .any(|word| name.contains(&format!(".{word}")))
    };
    assert_eq!(facts.keys().find(|name| is_requested(name)), None);
    assert!(facts.contains_key("L1d.misses"));
}

/// The sum of the cycles of the statements, in thousandths.
fn sum(facts: &[Value]) -> u64 {
    let thousandths = |cycles: &Value| match cycles {
        Value::Null => 0,
        // A fraction is a text, such as `201/2`.
        Value::String(text) => {
            let (over, under) = text.split_once('/').expect("a fraction");
            over.parse::<u64>().unwrap() * 1000 / under.parse::<u64>().unwrap()
        }
        number => (number.as_f64().unwrap() * 1000.0).round() as u64,
    };
    facts
        .iter()
        .map(|facts| thousandths(&facts["cycles"]))
        .sum()
}

/// The accesses of a trace as statements. A modifying record is a load and a store.
fn accesses(trace: &[(char, u64, u64)], before: &str) -> String {
    trace
        .iter()
        .fold(String::new(), |mut text, (kind, address, size)| {
            if matches!(kind, 'L' | 'M') {
                let _ = writeln!(text, "{before}read 0x{address:X} size {size}");
            }
            if matches!(kind, 'S' | 'M') {
                let _ = writeln!(
                    text,
                    "{before}write 0x{address:X} = \"{}\"",
                    "x".repeat(*size as usize)
                );
            }
            if *kind == 'I' {
                let _ = writeln!(text, "{before}fetch 0x{address:X}");
            }
            text
        })
}

#[test]
fn the_cycles_of_a_trace_are_the_sum_of_the_cycles_of_its_accesses() {
    let records = trace(300);
    let trace = lackey(&records);
    let bare = "machine { physical 16 bits, cache { sets 2, ways 1, block 8 B, latency 2, for data }, memory { latency 10 } }\n";
    for (name, machine) in [
        ("caches", physical()),
        ("no-cache-for-fetches", bare.to_owned()),
    ] {
        let replayed = format!("{machine}replay \"t.lackey\" cycles\n");
        let single = format!("{machine}{}", accesses(&records, ""));
        let files = [
            ("t.lackey", trace.as_bytes()),
            ("r.pw", replayed.as_bytes()),
            ("s.pw", single.as_bytes()),
        ];
        let folder = folder(&format!("cycles-{name}"), &files);
        let (whole, sum) = (sum(&facts(&folder, "r.pw")), sum(&facts(&folder, "s.pw")));
        assert_eq!(whole, sum, "{name}");
        assert!(whole > 300_000, "{name}: {whole}");
    }
}

#[test]
fn the_cycles_of_a_process_include_its_walks_but_not_the_attempts_that_fault() {
    let records = trace(300);
    let trace = lackey(&records);
    let replayed = format!("{}replay \"t.lackey\" map demand cycles\n", paged());
    let map = "P: mmap(0, 0x8000, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)\n";
    let single = format!(
        "{}kernel {{ }}\nprocess P {{ }}\n{map}{}",
        paged(),
        accesses(&records, "P: ")
    );
    let files = [
        ("t.lackey", trace.as_bytes()),
        ("r.pw", replayed.as_bytes()),
        ("s.pw", single.as_bytes()),
    ];
    let folder = folder("cycles-process", &files);
    let (whole, sum) = (sum(&facts(&folder, "r.pw")), sum(&facts(&folder, "s.pw")));
    assert_eq!(whole, sum);
    assert!(whole > 300_000, "{whole}");
}
