//! Tests of a replay's machine and of address mappings.

use serde_json::json;

use super::{MACHINE, TRACE, folder, objects, run, usual};

/// The machine in [`MACHINE`] as a machine file.
const FILE: &[u8] = b"physical: 8 bits\ncache:\n  lines: 2\n  block: 4 B\n";

/// A machine with pages of 16 bytes, and a kernel with two frames.
const KERNEL: &str = "machine { virtual 8 bits, physical 8 bits, page 16 B, tlb { entries 2, fully-associative }, \
                      cache { lines 2, block 4 B } }\nkernel { frames 2, replacement fifo, swap 4 slots }\n";

/// A trace of pages 1, 2, 1, 3, 1. With two frames, page 3 evicts page 1 under FIFO and page 2 under LRU.
const PAGES: &[u8] = b" L 10,1\n L 20,1\n L 10,1\n L 30,1\n L 10,1\n";

#[test]
fn a_file_and_a_script_are_the_same_machine() {
    let folder = folder(
        "machines",
        &[
            ("m.pw", MACHINE.as_bytes()),
            ("m.yaml", FILE),
            ("t", TRACE.as_bytes()),
        ],
    );
    let [script, file] =
        ["m.pw", "m.yaml"].map(|machine| objects(&folder, &[machine, "t"]).remove(0));
    assert_eq!(script["caches"], file["caches"]);
    assert_eq!(file["machine"], "m.yaml");
}

#[test]
fn the_machine_is_that_at_the_end_of_a_script() {
    let text =
        format!("machine core-i7\n{MACHINE}scenario \"s\" {{ machine simple }}\nexpect 1 == 2\n");
    let folder = folder("end", &[("m.pw", text.as_bytes()), ("t", TRACE.as_bytes())]);
    assert_eq!(
        objects(&folder, &["m.pw", "t"])[0]["caches"][0]["misses"],
        json!(null)
    );
    assert_eq!(
        objects(&folder, &["m.pw", "t"])[0]["caches"][0]["all"]["misses"],
        5
    );
}

#[test]
fn a_preset_maps_on_demand_by_default() {
    let folder = usual("presets");
    let messages = objects(&folder, &["core-i7", "t.lackey"]).remove(0);
    assert_eq!(
        (&messages["map"], &messages["paging"]["faults"]["minor"]),
        (&json!("demand"), &json!(1))
    );
    assert_eq!(messages["tlbs"].as_array().unwrap().len(), 3);
    let messages = objects(&folder, &["core-i7", "t.lackey", "--map", "identity"]).remove(0);
    assert_eq!(
        (&messages["map"], &messages["tlbs"], &messages["paging"]),
        (&json!("identity"), &json!([]), &json!(null))
    );
}

#[test]
fn the_default_frames_and_replacement_are_the_kernels() {
    let folder = folder("frames", &[("k.pw", KERNEL.as_bytes()), ("t", PAGES)]);
    let faults = |args: &[&str]| {
        let paging = objects(&folder, &[&["k.pw", "t"], args].concat())[0]["paging"].clone();
        (
            paging["faults"]["minor"].as_u64().unwrap(),
            paging["faults"]["major"].as_u64().unwrap(),
        )
    };
    // Three pages are accessed for the first time, which causes minor faults. Evicted pages are read from
    // swap.
    assert_eq!(faults(&[]), (3, 1));
    assert_eq!(faults(&["--replacement", "lru"]), (3, 0));
    assert_eq!(faults(&["--frames", "3"]), (3, 0));
    assert_eq!(faults(&["--frames", "1"]), (3, 2));
}

#[test]
fn unknown_machines_are_reported() {
    let wrong = "machine core-i8\n";
    let files: [(&str, &[u8]); 8] = [
        ("t", TRACE.as_bytes()),
        ("m.pw", MACHINE.as_bytes()),
        ("wrong.pw", wrong.as_bytes()),
        ("none.pw", b"let x = 1\n"),
        ("wrong.yaml", b"physical: 8 bots\n"),
        ("pageless.yaml", b"virtual: 8 bits\n"),
        ("m.golden.yaml", b""),
        ("late.pw", b"machine simple\nlet x = [1][7]\n"),
    ];
    let folder = folder("wrong-machines", &files);
    for (args, said) in [
        (&["core-i8", "t"][..], "did you mean `core-i7`?"),
        (&["pdp-11", "t"], "`simple` and `core-i7`"),
        (&["t", "m.pw"], "put the machine before the traces"),
        (&["absent.yaml", "t"], "there is no such file"),
        (
            &["absent.pw", "t"],
            "cannot read `absent.pw`: there is no such file",
        ),
        (&["wrong.pw", "t"], "core-i8"),
        (
            &["none.pw", "t"],
            "`none.pw` declares no machine outside of scenarios",
        ),
        (&["wrong.yaml", "t"], "wrong.yaml"),
        (&["pageless.yaml", "t"], "add `page: 4 KB`"),
        (
            &["m.golden.yaml", "t"],
            "`m.golden.yaml` is a golden file, not a machine file",
        ),
        (&["late.pw", "t"], "late.pw"),
        (
            &["m.pw", "t", "--map", "demand"],
            "without `virtual` and `page`",
        ),
        (
            &["m.pw", "t", "--frames", "2"],
            "`--frames` needs `--map demand`",
        ),
        (
            &["core-i7", "t", "--map", "identity", "--replacement", "lru"],
            "`--replacement` needs",
        ),
        (&["core-i7", "t", "--frames", "4000000000"], "user frames"),
        (&["core-i7", "t", "--replacement", "plru"], "plru"),
        (&["core-i7", "t", "--top", "0"], "--top"),
    ] {
        let (status, out, err) = run(&folder, args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}: {err}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
}
