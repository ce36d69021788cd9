//! Tests that the Rust programs in `examples/rust/` print the textbook's results, or results calculated by
//! hand.

use std::env::current_exe;
use std::process::Command;

/// Runs an example, which `cargo test` builds in a folder next to this test's folder, and returns the
/// standard output.
fn output(example: &str) -> String {
    let tests = current_exe().expect("a path");
    let folder = tests
        .parent()
        .and_then(|deps| deps.parent())
        .expect("a target folder")
        .join("examples");
    let run = Command::new(folder.join(example))
        .output()
        .unwrap_or_else(|error| {
            panic!("{example}: {error}; build it with `cargo build --examples`")
        });
    assert!(
        run.status.success(),
        "{example}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).expect("text")
}

#[test]
fn translate_prints_the_address_of_the_textbook() {
    // From CS:APP 9.6.4: VA 0x3D4 translates to PA 0x354.
    let expected = "0x3d4 -> 0x354 (VPN 0xf, PPN 0xd)\n\
                    0x400 -> page fault: the level-1 page-table entry is not present\n";
    assert_eq!(output("translate"), expected);
}

#[test]
fn count_misses_prints_the_counts_by_hand() {
    // TLB set 0 gets pages 0, 0 (hit), 2, and 0. Set 1 gets pages 1 and 1 (hit). The total is 4 misses.
    // Cache set 0 gets frames 8, 8 (hit), 10, and 8, and sets 1 and 2 get frame 9, which gives 5 misses.
    assert_eq!(
        output("count_misses"),
        "6 accesses: 4 TLB misses, 5 cache misses\n"
    );
}

#[test]
fn facts_prints_the_faults_of_a_fresh_heap() {
    // The first store to a heap page faults (demand-zero), and the second store hits in the TLB.
    let expected = "write heap = 1: fault \"demand-zero\", tlb \"miss\"\n\
                    write heap = 2: fault \"none\", tlb \"hit\"\n";
    assert_eq!(output("facts"), expected);
}
