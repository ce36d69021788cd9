//! Tests of `replay` in a script: a trace that the fast simulation performs leaves the same state as one that needs the general
//! simulation, because the script expects cycles.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use pagewalk_engine::trace::record::{Op, Record};

use super::traces::program;

fn lackey(records: &[Record]) -> String {
    records.iter().fold(String::new(), |mut text, record| {
        let letter = match record.op {
            Op::Fetch => "I ",
            Op::Load => " L",
            Op::Store => " S",
            Op::Modify => " M",
        };
        let _ = writeln!(text, "{letter} {:x},{}", record.address, record.size);
        text
    })
}

/// What a script prints from its first `show` on.
fn shown(folder: &Path, script: &str) -> String {
    let path = folder.join("script.pw");
    fs::write(&path, script).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("run")
        .arg(&path)
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{out}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    out.split_once("\nshow").unwrap().1.to_owned()
}

#[test]
fn a_script_continues_as_after_the_general_simulation() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay_scripts");
    fs::create_dir_all(&folder).unwrap();
    let records = program(30_000, 26);
    fs::write(folder.join("t.lackey"), lackey(&records)).unwrap();
    // The general simulation also performs short traces.
    fs::write(folder.join("short.lackey"), lackey(&records[..500])).unwrap();
    let i7 = "machine core-i7\nkernel { frames 200, swap 100000 slots, replacement clock }\n";
    let bare = "machine { physical 26, cache I { size 4 KB, ways 2, block 32, for instructions }
        cache D { size 4 KB, ways 4, block 32, for data }
        cache L2 { size 32 KB, ways 128, block 32, policy fifo } }\n";
    let scripts = [
        (
            i7,
            "map demand",
            "show cache L1d\nshow cache L1i\nshow cache L2\nshow tlb dTLB\nshow tlb L2TLB\nshow frames",
        ),
        (
            i7,
            "map identity",
            "show cache L1d\nshow cache L1i\nshow cache L2",
        ),
        (bare, "", "show cache I\nshow cache D\nshow cache L2"),
    ];
    for (machine, map, shows) in scripts {
        let script = |counts: &str| {
            format!(
                "{machine}replay \"t.lackey\" {map} {counts}\nreplay \"short.lackey\" {map} {counts}\n\
                 replay \"t.lackey\" {map} {counts}\nshow stats\n{shows}\nreplay \"short.lackey\" {map}\nshow stats\n"
            )
        };
        let (fast, general) = (
            shown(&folder, &script("")),
            shown(&folder, &script("cycles")),
        );
        // The echoed lines differ in the column of the place, but not what follows the first `show`.
        assert_eq!(fast, general, "{machine}{map}");
    }
}
