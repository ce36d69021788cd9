//! Tests of `pagewalk sweep` as a process. A sweep's numbers equal those of single replays, the formats
//! agree, and mistakes are reported.

mod parts;
mod process;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use process::{Folder, Told};

/// A trace of a program that traverses two matrices and jumps between functions. Some references straddle
/// blocks.
fn trace(rounds: u64) -> String {
    let mut text = String::from("==77== Lackey, an example Valgrind tool\n");
    for n in 0..rounds {
        let code = 0x40_0000 + n * 52 % 0x1800;
        let _ = writeln!(text, "I  {code:x},3");
        let _ = writeln!(text, " L {:x},8", 0x10_0000 + n * 72 % 0x6000);
        let _ = write!(
            text,
            "I  {:x},5\n S {:x},8\n",
            code + 3,
            0x20_0000 + n * 4168 % 0x9000
        );
        if n % 5 == 0 {
            let _ = writeln!(text, " M {:x},4", 0x30_0000 + n * 28 % 0x800);
        }
    }
    text
}

fn swept(folder: &Folder, args: &[&str]) -> Told {
    folder.pagewalk(&[&["sweep"], args].concat())
}

/// The rows of a CSV text, with cells indexed by column name.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

#[test]
fn every_point_counts_like_a_single_replay() {
    let folder = Folder::new("single");
    folder.put("t.lackey", &trace(800));
    for mapping in ["identity", "demand"] {
        let grid = "ways 1..4, size 1 KB..4 KB, policy lru random";
        let args = [
            "core-i7", "t.lackey", grid, "--map", mapping, "--format", "csv",
        ];
        let rows = table(&swept(&folder, &args).fine());
        assert_eq!(rows.len(), 18);
        for row in &rows {
            let settings = ["ways", "size", "policy"]
                .map(|name| format!("{name} {}", row[name]))
                .join(", ");
            folder.put(
                "one.pw",
                &format!("machine core-i7 {{ cache L1d {{ {settings} }} }}\n"),
            );
            let args = [
                "replay", "one.pw", "t.lackey", "--map", mapping, "--format", "csv",
            ];
            let single = table(&folder.pagewalk(&args).fine());
            let single = single
                .iter()
                .find(|row| row["name"] == "L1d" && row["kind"] == "all")
                .expect("a row");
            for name in ["hits", "misses", "evictions", "write_backs"] {
                assert_eq!(row[name], single[name], "{mapping}, {settings}: {name}");
            }
            assert_eq!(row["accesses"], single["count"]);
            assert!(row["misses"] != "0");
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = Folder::new("threads");
    folder.put("t.lackey", &trace(1_500));
    let grid = "ways 1..8, size 1 KB..8 KB, policy lru random";
    let with = |threads: &str| {
        swept(
            &folder,
            &[
                "core-i7",
                "t.lackey",
                grid,
                "--threads",
                threads,
                "--format",
                "json",
            ],
        )
        .fine()
    };
    let one = with("1");
    assert_eq!(with("2"), one);
    assert_eq!(with("5"), one);
    assert!(with("1").contains("\"ended\":\"whole\""));
}

#[test]
fn the_formats_say_the_same() {
    let folder = Folder::new("formats");
    folder.put("t.lackey", &trace(500));
    let args = [
        "core-i7",
        "t.lackey",
        "ways",
        "1..2,",
        "size",
        "512 B..2 KB",
    ];
    let with = |more: &[&str]| swept(&folder, &[&args, more].concat()).fine();
    let (text, csv, json) = (
        with(&[]),
        with(&["--format", "csv"]),
        with(&["--format", "json"]),
    );
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = table(&csv);
    assert_eq!(rows.len(), 6);
    for (row, point) in rows.iter().zip(json["points"].as_array().expect("points")) {
        for name in [
            "size",
            "block",
            "ways",
            "sets",
            "accesses",
            "hits",
            "misses",
            "evictions",
            "write_backs",
        ] {
            assert_eq!(row[name], point[name].to_string(), "{name}");
        }
        let rate: f64 = row["miss_rate"].parse().expect("a rate");
        assert_eq!(Some(rate), point["miss_rate"].as_f64());
        let parts: [f64; 2] =
            ["misses", "accesses"].map(|name| row[name].parse().expect("a number"));
        assert!((rate - parts[0] / parts[1]).abs() < 1e-15);
        // The rate appears both in the table and in the matrix.
        let shown = format!("{:.2}%", rate * 100.0);
        assert!(text.matches(&shown).count() >= 2, "{shown} in\n{text}");
    }
    assert!(
        text.contains("miss rate of L1d: size down, ways across"),
        "{text}"
    );
    assert_eq!(with(&["--format", "csv", "--output", "out.csv"]), "");
    assert_eq!(folder.read("out.csv"), csv.as_bytes());
}

#[test]
fn the_picture_has_a_line_for_each_combination_but_the_size() {
    let folder = Folder::new("picture");
    folder.put("t.lackey", &trace(200));
    let args = [
        "core-i7",
        "t.lackey",
        "ways 1..4, size 1 KB..8 KB",
        "--plot",
        "p.svg",
        "--format",
        "csv",
    ];
    swept(&folder, &args).fine();
    let svg = String::from_utf8(folder.read("p.svg")).expect("text");
    assert_eq!(svg.matches("<circle").count(), 12);
    for words in [
        "ways 1<",
        "ways 2<",
        "ways 4<",
        ">1 KB<",
        ">8 KB<",
        "miss rate of L1d",
    ] {
        assert!(svg.contains(words), "{words} in {svg}");
    }
}

#[test]
fn a_tlb_is_swept_like_a_cache() {
    let folder = Folder::new("tlb");
    folder.put("t.lackey", &trace(500));
    let grid = "entries 4..16, ways 4 fully-associative";
    let args = [
        "core-i7", "t.lackey", grid, "--tlb", "dTLB", "--format", "csv",
    ];
    let rows = table(&swept(&folder, &args).fine());
    let column = |name: &str| {
        rows.iter()
            .map(|row| row[name].clone())
            .collect::<Vec<String>>()
    };
    assert_eq!(column("entries"), ["4", "4", "8", "8", "16", "16"]);
    assert_eq!(column("sets"), ["1", "1", "2", "1", "4", "1"]);
    assert!(
        rows.iter()
            .all(|row| row["part"] == "dTLB" && row["accesses"] != "0")
    );
    let messages = swept(
        &folder,
        &[
            "core-i7", "t.lackey", grid, "--tlb", "dTLB", "--map", "identity",
        ],
    );
    assert!(
        messages.wrong().contains("needs `--map demand`"),
        "{messages:?}"
    );
}

#[test]
fn parts_are_swept_together() {
    let folder = Folder::new("together");
    folder.put("t.lackey", &trace(500));
    let grid = "cache L1d { size 1 KB..2 KB, ways 2 }, cache L2 { size 8 KB..16 KB }";
    let rows = table(&swept(&folder, &["core-i7", "t.lackey", grid, "--format", "csv"]).fine());
    let places: Vec<_> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["point"], row["part"], row["size"]))
        .collect();
    assert_eq!(
        places[..4],
        ["1 L1d 1024", "1 L2 8192", "2 L1d 1024", "2 L2 16384"]
    );
    assert_eq!(places.len(), 8);
}

#[test]
fn points_without_a_machine_are_reported() {
    let folder = Folder::new("skipped");
    folder.put("t.lackey", &trace(20));
    let messages = swept(
        &folder,
        &["core-i7", "t.lackey", "size 256 B..1 KB, ways 8"],
    )
    .fine();
    assert!(messages.contains("skipped 1 invalid point"), "{messages}");
    assert!(
        messages.contains("size 256 B: 4 lines or entries cannot form sets of 8 ways"),
        "{messages}"
    );
}

#[test]
fn a_wrong_grid_is_reported_with_its_place() {
    let folder = Folder::new("wrong");
    folder.put("t.lackey", &trace(20));
    for (grid, words) in [
        ("wys 1..4", "did you mean `ways`?"),
        ("ways 1..4, policy lro", "did you mean `lru`?"),
        ("ways 1..4 size 4 KB", "put a comma before `size`"),
        (
            "ways 0..4",
            "each value of a range in a grid is twice the previous one, so the first cannot",
        ),
        (
            "size 64 B, ways 8",
            "no point in the grid is a valid machine",
        ),
        (
            "latency 0 1 2 3 4 5 6 7 8 9 10, sets 1..512, block 1 B..512 B, ways 1..512",
            "the limit is 10000",
        ),
        ("ways 1 }", "syntax"),
        ("ways 1-8", "the ends of a range are separated by `..`"),
        (
            "size 4 KB to 64 KB",
            "the ends of a range are separated by `..`",
        ),
        ("L2 { size 256 KB..1 MB }", "write `cache L2`"),
        ("ways 1-8", "help: write `1..8`"),
        ("ways 1,2, 4, size 4 KB", "write `ways 1 2 4`"),
        ("size 2 KB, 4 KB", "write `size 2 KB 4 KB`"),
        ("policy lru, fifo", "`policy lru fifo`"),
        ("L1d.ways 1..4", "write `cache L1d { ways 1..4 }`"),
        ("L1d ways 1..4", "write `cache L1d { ways 1..4 }`"),
        ("cache L1d ways 1..4", "write `cache L1d { ways 1..4 }`"),
        ("size=1K..4K", "write `size 1 KB..4 KB`"),
        ("L1d.size 1K..4K", "write `cache L1d { size 1 KB..4 KB }`"),
        ("entries 16..64", "write `tlb dTLB { entries 16..64 }`"),
        ("frames 2..8", "`frames` is a setting of `kernel`"),
        ("page 1 KB..4 KB", "`page` is a setting of `machine`"),
        (
            "write-back no-write-allocate",
            "put a comma before `no-write-allocate`",
        ),
    ] {
        let messages = swept(&folder, &["core-i7", "t.lackey", grid]).wrong();
        assert!(
            messages.contains(words) && messages.contains("<grid>:1:"),
            "{grid}: {messages}"
        );
    }
    for (args, words) in [
        (
            &["core-i7", "t.lackey", "ways 1", "--cache", "l1d"][..],
            "did you mean `L1d`?",
        ),
        (
            &["core-i8", "t.lackey", "ways 1"],
            "did you mean `core-i7`?",
        ),
        (
            &["simple", "t.lackey", "cache.size 1 KB..4 KB"],
            "write `cache { size 1 KB..4 KB }`",
        ),
        (&["core-i7", "t.lackey"], "<GRID>"),
        (&["core-i7", "none.lackey", "ways 1"], "none.lackey"),
        (&["core-i7", ".", "ways 1"], "`.`"),
        (
            &["core-i7", "t.lackey", "ways 1", "--output", "no/such/file"],
            "the folder does not exist",
        ),
        (&["core-i7", "t.lackey", "ways 1", "--frames", "0"], "0"),
    ] {
        let messages = swept(&folder, args).wrong();
        assert!(messages.contains(words), "{args:?}: {messages}");
    }
}

/// The help of these messages is a grid or a command that works.
#[test]
fn a_misplaced_trace_is_named() {
    let folder = Folder::new("misplaced");
    folder.put("t.lackey", &trace(20));
    folder.put("u.lackey", &trace(10));
    for (args, words) in [
        (&["core-i7", "ways", "1..4"][..], "must precede the grid"),
        (
            &["core-i7", "ways", "1..4", "t.lackey"],
            "`pagewalk sweep core-i7 t.lackey ways 1..4`",
        ),
        (
            &["core-i7", "t.lackey", "u.lackey", "ways", "1..4"],
            "write `--trace u.lackey`",
        ),
    ] {
        let messages = swept(&folder, args).wrong();
        assert!(messages.contains(words), "{args:?}: {messages}");
    }
    swept(&folder, &["core-i7", "t.lackey", "ways", "1..4"]).fine();
}

#[test]
fn an_input_is_never_overwritten() {
    let folder = Folder::new("overwritten");
    let (text, machine) = (trace(20), "machine core-i7\n");
    folder.put("t.lackey", &text);
    folder.put("m.pw", machine);
    folder.folder("parts");
    for part in ["1/2", "2/2"] {
        let args = [
            "m.pw",
            "t.lackey",
            "ways 1 2",
            "--partition",
            part,
            "-o",
            "parts",
        ];
        swept(&folder, &args).fine();
    }
    let part = folder.read("parts/sweep-1-of-2.csv");
    for args in [
        &["replay", "m.pw", "t.lackey", "--plot", "./t.lackey"][..],
        &["replay", "m.pw", "t.lackey", "--plot", "m.pw"],
        &[
            "sweep",
            "m.pw",
            "t.lackey",
            "ways 1 2",
            "-o",
            "parts/../t.lackey",
        ],
        &["sweep", "m.pw", "t.lackey", "ways 1 2", "--plot", "m.pw"],
        &["merge", "parts", "-o", "parts/sweep-1-of-2.csv"],
    ] {
        let messages = folder.pagewalk(args).wrong();
        assert!(
            messages.contains("it is also an input"),
            "{args:?}: {messages}"
        );
    }
    assert_eq!(folder.read("t.lackey"), text.as_bytes());
    assert_eq!(folder.read("m.pw"), machine.as_bytes());
    assert_eq!(folder.read("parts/sweep-1-of-2.csv"), part);
    folder
        .pagewalk(&["merge", "parts", "-o", "parts/all.csv"])
        .fine();
    folder
        .pagewalk(&["merge", "parts", "-o", "parts/all.csv"])
        .fine();
}

#[test]
fn a_file_with_the_end_of_another_format_is_noted() {
    let folder = Folder::new("ends");
    folder.put("t.lackey", &trace(20));
    for (options, note) in [
        (
            &["-o", "t.csv"][..],
            "`t.csv` contains text; for csv, add `--format csv`",
        ),
        (
            &["-o", "t.json", "--format", "csv"],
            "`t.json` contains csv; for json, add `--format json`",
        ),
        (&["--plot", "t.png"], "`t.png` contains SVG"),
        (&["-o", "u.csv", "--format", "csv"], ""),
        (&["-o", "table", "--plot", "t.svg"], ""),
    ] {
        let told = swept(
            &folder,
            &[&["core-i7", "t.lackey", "ways 1 2"], options].concat(),
        );
        assert_eq!(told.status, Some(0), "{}", told.errors);
        assert!(told.errors.contains(note), "{options:?}: {}", told.errors);
        assert_eq!(told.errors.is_empty(), note.is_empty(), "{}", told.errors);
    }
    let told = folder.pagewalk(&["replay", "core-i7", "t.lackey", "--plot", "r.png"]);
    assert!(
        told.errors.contains("`r.png` contains SVG"),
        "{}",
        told.errors
    );
}

/// The misses of a cache whose lines are random depend on the seed of the script, as in the statement `replay`.
#[test]
fn the_seed_of_a_script_determines_random_choices() {
    let folder = Folder::new("seed");
    // Six blocks take turns in a set of four ways.
    let turns = (0..300).map(|n| format!(" L {:x},8\n", n % 6 * 0x100));
    folder.put("t.lackey", &turns.collect::<String>());
    let misses = |seed: u32| {
        let script = format!(
            "seed {seed}\nmachine core-i7 {{ cache L1d {{ size 1 KB, ways 4, policy random }} }}\n"
        );
        folder.put("m.pw", &script);
        let csv = ["--map", "identity", "--format", "csv"];
        let of = |rows: &[BTreeMap<String, String>], key: &str, name: &str| {
            let row = rows
                .iter()
                .find(|row| row[key] == "L1d" && row.get("kind").is_none_or(|kind| kind == "all"));
            row.expect("a row")[name].clone()
        };
        let replayed = table(
            &folder
                .pagewalk(&[&["replay", "m.pw", "t.lackey"], &csv[..]].concat())
                .fine(),
        );
        let replayed = of(&replayed, "name", "misses");
        let grid = ["m.pw", "t.lackey", "ways 4"];
        let swept = table(&swept(&folder, &[&grid, &csv[..]].concat()).fine());
        assert_eq!(of(&swept, "part", "misses"), replayed);
        let statement =
            format!("{script}replay \"t.lackey\" map identity => L1d.misses {replayed}\n");
        folder.put("run.pw", &statement);
        folder.pagewalk(&["run", "run.pw"]).fine();
        replayed
    };
    // Other seeds can have equal numbers by chance.
    assert_ne!(misses(3), misses(4));
}

#[test]
fn malformed_lines_are_reported_or_rejected() {
    let folder = Folder::new("malformed");
    folder.put("t.lackey", &format!("{}what is this\n", trace(20)));
    let messages = swept(&folder, &["core-i7", "t.lackey", "ways 1..2"]);
    assert_eq!(messages.status, Some(0));
    assert!(
        messages.errors.contains("1 malformed line is skipped"),
        "{messages:?}"
    );
    let messages = swept(&folder, &["core-i7", "t.lackey", "ways 1..2", "--strict"]).wrong();
    assert!(messages.contains("is rejected: line 86"), "{messages}");
    folder.put("far.lackey", " L ffffffffffffffff,1\n L 10,1\n");
    let args = ["simple", "far.lackey", "ways 1..2", "--map", "identity"];
    assert!(
        swept(&folder, &args)
            .errors
            .contains("outside the 12-bit address space")
    );
    let messages = swept(&folder, &[&args[..], &["--strict"]].concat()).wrong();
    assert!(
        messages.contains("outside the machine's address space"),
        "{messages}"
    );
}

/// Writes to a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_lost_where_the_disk_is_full() {
    let folder = Folder::new("full");
    folder.put("t.lackey", &trace(50));
    let args = ["core-i7", "t.lackey", "ways 1..2", "--format"];
    let csv = swept(&folder, &[&args[..], &["csv"]].concat()).fine();
    let messages = swept(
        &folder,
        &[&args[..], &["csv", "--output", "/dev/full"]].concat(),
    );
    assert_eq!(messages.status, Some(2));
    assert_eq!(messages.output, csv, "the results are on standard output");
    assert!(
        messages.errors.contains("cannot write `/dev/full`"),
        "{messages:?}"
    );
    let messages = swept(
        &folder,
        &[&args[..], &["csv", "--plot", "/dev/full"]].concat(),
    );
    assert_eq!((messages.status, &messages.output), (Some(2), &csv));
    let messages = folder.where_full(&[&["sweep"], &args[..], &["csv"]].concat());
    assert_eq!(messages.status, Some(2));
    assert!(
        messages.errors.contains("cannot write the results"),
        "{messages:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_mistake() {
    let folder = Folder::new("pipe");
    folder.put("t.lackey", &trace(50));
    let messages = folder.where_closed(&[
        "sweep",
        "core-i7",
        "t.lackey",
        "ways 1..1024, sets 1..1024, block 1 B 2 B",
        "--format",
        "csv",
    ]);
    assert_eq!((messages.status, &*messages.errors), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_prints_the_counts_so_far() {
    let folder = Folder::new("interrupted");
    let text = trace(20_000);
    // The pipe stays open without further data.
    let messages = folder.interrupted(
        &["sweep", "core-i7", "-", "ways 1..4", "--format", "json"],
        &text,
    );
    assert_eq!(messages.status, Some(130), "{messages:?}");
    let json: serde_json::Value = serde_json::from_str(&messages.output).expect("JSON");
    assert_eq!(json["ended"], "interrupted");
    let points = json["points"].as_array().expect("points");
    assert!(
        points
            .iter()
            .all(|point| point["accesses"] == points[0]["accesses"])
    );
    assert!(points[0]["accesses"].as_u64() > Some(0));
}

#[test]
fn a_program_of_the_script_is_a_trace() {
    let folder = Folder::new("program");
    folder.put(
        "matrix.pw",
        "machine { physical 16 bits, cache { size 1 KB, ways 1, block 16 B } }
program sum \"\"\"
#define N 16
int a[N][N];
void by_columns(int n) {
    int s = 0;
    for (int j = 0; j < n; j++) for (int i = 0; i < n; i++) s += a[i][j];
}
int main(void) { for (;;) a[0][0] = 1; }
\"\"\"
",
    );
    let sweep = |trace| {
        swept(
            &folder,
            &["matrix.pw", trace, "size 128 B..1 KB", "--format", "csv"],
        )
    };
    // A column has 16 blocks, one in every fourth set, so four elements of a block meet again only in a cache that holds
    // all 64 blocks.
    let misses: Vec<String> = table(&sweep("sum call by_columns(16)").fine())
        .iter()
        .map(|row| row["misses"].clone())
        .collect();
    assert_eq!(misses, ["256", "256", "256", "64"]);
    let smaller = table(&sweep("sum call by_columns(8) define N = 8").fine());
    assert_eq!(
        (&*smaller[0]["misses"], &*smaller[3]["misses"]),
        ("64", "16")
    );
    let messages = sweep("sum call by_columns(8) map resident").wrong();
    assert!(
        messages.contains("`map` is a clause of the whole replay")
            && messages.contains("<trace>:1:"),
        "{messages}"
    );
    let near = sweep("sun").wrong();
    assert!(near.contains("did you mean `sum`?"), "{near}");
    let args = [
        "replay",
        "matrix.pw",
        "sum call by_columns(8)",
        "--format",
        "json",
    ];
    let json: serde_json::Value =
        serde_json::from_str(&folder.pagewalk(&args).fine()).expect("JSON");
    assert_eq!(json["format"], "program");
    let endless = sweep("sum");
    assert_eq!(endless.status, Some(2));
    assert!(
        endless.errors.contains("[limit-size]"),
        "{}",
        endless.errors
    );
    let unknown = sweep("sum call by_column");
    assert!(
        unknown.errors.contains("did you mean `by_columns`"),
        "{}",
        unknown.errors
    );
    let replayed = folder.pagewalk(&[
        "replay",
        "matrix.pw",
        "sum call by_columns(16)",
        "--format",
        "json",
    ]);
    assert!(replayed.fine().contains("\"misses\":64"));
}
