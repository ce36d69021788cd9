//! Sweeps that several jobs share. The table of one job is the expected result.

use super::process::Folder;
use super::{swept, trace};

const GRID: &str = "size 4 KB..16 KB, ways 1..4, policy lru fifo";

fn two_traces(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.put("a.trace", &trace(300));
    folder.put("b.trace", &trace(500));
    folder
}

fn part(folder: &Folder, into: &str, partition: &str) -> super::Told {
    swept(
        folder,
        &[
            "core-i7",
            "a.trace",
            "--trace",
            "b.trace",
            GRID,
            "--partition",
            partition,
            "--output",
            into,
        ],
    )
}

fn all_parts(folder: &Folder, into: &str, count: usize) {
    folder.folder(into);
    for number in 1..=count {
        assert_eq!(part(folder, into, &format!("{number}/{count}")).fine(), "");
    }
}

#[test]
fn the_parts_are_the_table_of_one_sweep() {
    let folder = two_traces("parts");
    let whole = swept(
        &folder,
        &[
            "core-i7", "a.trace", "--trace", "b.trace", GRID, "--format", "csv",
        ],
    )
    .fine();
    assert_eq!(whole.lines().count(), 1 + 2 * 18);
    for count in [1, 2, 5, 36, 50] {
        let into = format!("of-{count}");
        all_parts(&folder, &into, count);
        assert_eq!(
            folder.pagewalk(&["merge", &into]).fine(),
            whole,
            "{count} parts"
        );
        assert_eq!(folder.pagewalk(&["merge", "--missing", &into]).fine(), "");
    }
}

#[test]
fn missing_parts_are_listed_and_run_again() {
    let folder = two_traces("missing");
    all_parts(&folder, "parts", 12);
    let whole = folder.pagewalk(&["merge", "parts"]).fine();
    // A killed job leaves a table without a manifest, or nothing.
    folder.remove("parts/sweep-03-of-12.json");
    folder.remove("parts/sweep-10-of-12.json");
    folder.remove("parts/sweep-10-of-12.csv");
    let why =
        "pagewalk: 2 of 12 parts are missing: 3/12, 10/12; the option `--missing` lists all\n";
    assert_eq!(folder.pagewalk(&["merge", "parts"]).wrong(), why);
    let missing = folder.pagewalk(&["merge", "parts", "--missing"]);
    assert_eq!(
        (missing.status, &*missing.output),
        (Some(1), "3/12\n10/12\n")
    );
    for partition in missing.output.lines() {
        part(&folder, "parts", partition).fine();
    }
    assert_eq!(
        folder
            .pagewalk(&["merge", "parts", "--output", "whole.csv"])
            .fine(),
        ""
    );
    assert_eq!(folder.read("whole.csv"), whole.into_bytes());
}

#[test]
fn parts_of_other_sweeps_are_refused() {
    let folder = two_traces("mixed");
    all_parts(&folder, "parts", 3);
    let manifest = String::from_utf8(folder.read("parts/sweep-2-of-3.json")).expect("text");
    assert!(
        manifest.contains("\"map\": \"demand\",\n      \"frames\": null,"),
        "{manifest}"
    );
    let refuses = |why: &str, args: &[&str]| {
        let said = folder.pagewalk(args).wrong();
        assert!(said.contains(why), "{args:?}: {said}");
    };
    let other = |grid, partition, more: &[&'static str]| {
        let args = ["sweep", "core-i7", "a.trace", "--trace", "b.trace", grid];
        [
            &args[..],
            &["--partition", partition, "--output", "parts"],
            more,
        ]
        .concat()
    };
    refuses(
        "the grid differs",
        &other("size 4 KB..16 KB, ways 1..4, policy lru", "1/3", &[]),
    );
    refuses("the number of parts differs", &other(GRID, "1/4", &[]));
    refuses(
        "the option `straddle` differs",
        &other(GRID, "1/3", &["--straddle", "first"]),
    );
    refuses(
        "the option `frames` differs",
        &other(GRID, "1/3", &["--frames", "64"]),
    );
    refuses(
        "the option `strict` differs",
        &other(GRID, "1/3", &["--strict"]),
    );
    refuses(
        "`parts/sweep-2-of-3.csv` differs from its manifest; run part 2/3 again",
        &{
            folder.put("parts/sweep-2-of-3.csv", "trace\n");
            ["merge", "parts"]
        },
    );
    // The trace changes without changing its size.
    folder.put("b.trace", &trace(500).replace("S 200000,8", "S 200008,8"));
    refuses("the contents of a trace differ", &other(GRID, "3/3", &[]));
    refuses(
        "the folder does not exist",
        &[
            "sweep",
            "core-i7",
            "a.trace",
            GRID,
            "--partition",
            "1/3",
            "--output",
            "no",
        ],
    );
    refuses(
        "a sweep in parts needs traces in files",
        &[
            "sweep",
            "core-i7",
            "-",
            GRID,
            "--partition",
            "1/3",
            "--output",
            "parts",
        ],
    );
    folder.folder("empty");
    refuses(
        "`empty` contains no parts of a sweep",
        &["merge", "empty", "--missing"],
    );
    folder.put("empty/sweep-1-of-1.json", "{}");
    refuses(
        "`empty/sweep-1-of-1.json` is not a manifest of a sweep",
        &["merge", "empty"],
    );
}
