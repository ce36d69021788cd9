//! The data of figures are compared with the facts of accesses on random machines.

mod entries;
mod layouts;
mod runs;
mod tables;
mod walks;

use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};

/// The report of each statement of a script.
fn json_lines(script: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.pw");
    std::fs::write(&file, script).expect("a script");
    let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(["run", "--format", "json"])
        .arg(&file)
        .output();
    let run = run.expect("a run");
    assert!(
        run.status.success(),
        "{}{script}",
        String::from_utf8_lossy(&run.stderr)
    );
    let out = String::from_utf8(run.stdout).expect("text");
    out.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The fields of a figure: names, values, and widths.
fn fields(line: &Value) -> Vec<(String, u64, u64)> {
    let fields = line["shown"][0]["fields"].as_array().expect("fields");
    let field = |field: &Value| {
        let number = |name: &str| field[name].as_u64().expect("a number");
        let name = field["name"].as_str().expect("a name").to_owned();
        (name, number("value"), number("high") - number("low") + 1)
    };
    fields.iter().map(field).collect()
}

fn value(fields: &[(String, u64, u64)], name: &str) -> u64 {
    fields
        .iter()
        .find(|(own, ..)| own == name)
        .map_or(0, |(_, value, _)| *value)
}

/// A paper in JSON and a practice session do not print the answers in figures.
#[test]
fn papers_do_not_print_the_answers_of_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("paper.pw");
    // The page 0x12 is in the frame 0xAB, so the physical address of 0x48D is 0x2ACD.
    let script = "machine { virtual 14 bits, physical 14 bits, page 64 B, tlb { entries 4, ways 2 } }\n\
        set page_table { | vpn ppn |; | 12 AB | }\n\
        question \"Q\" {\n\
        figure walk 0x48D\n figure translation 0x48D\n figure bits pa 0x2ACD fields\n\
        ask \"Name\" = \"x\"\n}\n";
    std::fs::write(&file, script).expect("a script");
    let printed = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
            .args(arguments)
            .arg(&file)
            .output()
            .expect("a run");
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        String::from_utf8(run.stdout).expect("text")
    };
    let paper = printed(&["exam", "--format", "json"]);
    assert!(
        !paper.contains("2AC") && !paper.contains("0xAB") && !paper.contains("10101011"),
        "{paper}"
    );
    assert!(printed(&["exam", "--format", "json", "--key"]).contains("0x2ACD"));
    let practice = printed(&["repl", "--practice", "Q"]);
    assert!(
        practice.contains("page walk") && !practice.contains("2AC") && !practice.contains("0xAB"),
        "{practice}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The values that `figure bits … fields` draws are the facts of a read of the same address.
    #[test]
    fn bits_have_the_values_of_the_facts(
        page in 4u32..13, vpn in 2u32..20, ppn in 2u32..16, tlb in 0u32..3, sets in 0u32..4, block in 1u32..5,
        va in any::<u64>(), frame in any::<u64>(),
    ) {
        let (va, frame) = (va & ((1 << (vpn + page)) - 1), frame & ((1 << ppn) - 1));
        let script = format!(
            "machine {{ virtual {} bits, physical {} bits, page {} B, tlb {{ sets {}, ways 2 }}, \
             cache {{ sets {}, ways 1, block {} B }} }}\n\
             set page_table {{ | vpn ppn |; | {:X} {frame:X} | }}\n\
             read {va}\nfigure bits {va} fields\nfigure bits pa last.pa fields\n",
            vpn + page, ppn + page, 1u64 << page, 1u64 << tlb.min(vpn - 1), 1u64 << sets, 1u64 << block, va >> page,
        );
        let lines = json_lines(&script);
        let facts = &lines[2]["facts"];
        let (virtual_fields, physical) = (fields(&lines[3]), fields(&lines[4]));
        for (name, fields) in [
            ("vpn", &virtual_fields), ("vpo", &virtual_fields), ("tlbi", &virtual_fields), ("tlbt", &virtual_fields),
            ("ppn", &physical), ("ppo", &physical), ("ct", &physical), ("ci", &physical), ("co", &physical),
        ] {
            // A field without bits is not drawn, and the value of the fact is 0.
            let fact = facts[name].as_u64().expect(name);
            prop_assert_eq!(value(fields, &name.to_uppercase()), fact, "{} of {}", name, script);
        }
        // The digits are those of the addresses.
        prop_assert_eq!(lines[3]["shown"][0]["value"].as_u64(), Some(va));
        prop_assert_eq!(lines[4]["shown"][0]["value"].as_u64(), facts["pa"].as_u64());
    }

    /// `figure walk` draws the entries that a read of the same address fetches after a TLB flush.
    #[test]
    fn walks_have_the_values_of_the_facts(page in 0u64..1 << 35, offset in 0u64..4096) {
        let va = (page << 12) + offset;
        let script = format!(
            "machine core-i7\nprocess P\nlet p = mmap({}, 4 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)\n\
             read {va}\nfigure walk {va}\nflush tlb\nread {va}\n",
            page << 12,
        );
        prop_assume!(page << 12 >= 0x10000);
        let lines = json_lines(&script);
        let (walk, facts) = (&lines[4]["shown"][0], &lines[6]["facts"]);
        let levels = walk["levels"].as_array().expect("levels");
        prop_assert_eq!(levels.len(), 4);
        for (level, number) in levels.iter().zip(1..) {
            let fact = |name: &str| &facts[format!("{}{number}{}", &name[..3], &name[3..])];
            prop_assert_eq!(&level["index"], fact("vpn"), "{}", script);
            prop_assert_eq!(&level["at"], fact("pte.address"), "{}", script);
            prop_assert_eq!(&level["entry"], fact("pte.value"), "{}", script);
        }
        prop_assert_eq!(&levels[3]["ppn"], &facts["ppn"]);
        prop_assert_eq!(&walk["pa"], &facts["pa"]);
    }

    /// `figure mapping` draws the frames that the tables of resident pages and frames contain.
    #[test]
    fn mappings_have_the_pages_and_frames_of_the_tables(
        shared in proptest::bool::ANY, pages in 1u64..20, first in 0u64..4,
        accesses in proptest::collection::vec((1u32..3, 0u64..20, proptest::bool::ANY), 0..12),
    ) {
        let kind = if shared { "MAP_SHARED" } else { "MAP_PRIVATE" };
        let map = |n: u32| format!(
            "P{n}: let fd{n} = open(\"f\", O_RDWR)\nP{n}: let m{n} = mmap(0x{n}000, {pages} * 64, PROT_READ | PROT_WRITE, \
             {kind} | MAP_FIXED, fd{n}, {first} * 64)\n"
        );
        let access = |(n, page, store): &(u32, u64, bool)| {
            let va = format!("0x{:X}", u64::from(*n) * 0x1000 + page % pages * 64);
            if *store { format!("P{n}: write {va} = 1\n") } else { format!("P{n}: read {va}\n") }
        };
        let script = format!(
            "machine {{ virtual 14 bits, physical 12 bits, page 64 B }}\nkernel {{ frames 32 }}\n\
             file \"f\" {{ size {}, pages 1 }}\nprocess P1\nprocess P2\n{}{}{}\
             show frames\nshow P1.resident\nshow P2.resident\nfigure mapping P1 P2 \"f\"\n\
             figure frames P1 P2\n",
            (pages + first) * 64, map(1), map(2), accesses.iter().map(access).collect::<String>(),
        );
        let lines = json_lines(&script);
        let shown = |back: usize| &lines[lines.len() - 1 - back]["shown"][0];
        // The last line contains the totals.
        let (figure, sharing, frames) = (shown(2), shown(1), shown(5)["rows"].as_array().expect("rows"));
        let mut listed = std::collections::BTreeSet::new();
        for (process, table) in [(0, shown(4)), (1, shown(3))] {
            let resident = table["rows"].as_array().expect("rows");
            let resident_pages = sharing["sharing"][process]["pages"].as_array().expect("pages").iter();
            let drawn: Vec<Value> = resident_pages.map(|page| json!([page["vpn"], page["frame"]])).collect();
            prop_assert_eq!(&drawn, resident, "{}", script);
            let process = &figure["processes"][process];
            let mut covered = process["omitted_pages"].as_u64().expect("a number");
            for area in process["areas"].as_array().expect("areas") {
                for page in area["pages"].as_array().expect("pages") {
                    let count = page["pages"].as_u64().expect("a number");
                    covered += count;
                    let vpn = page["vpn"].as_u64().expect("a number");
                    prop_assert_eq!(page["page"].as_u64(), Some(vpn % 64 + first));
                    let own = resident.iter().find(|row| (vpn..vpn + count).contains(&row[0].as_u64().expect("a VPN")));
                    prop_assert_eq!(&page["frame"], own.map_or(&Value::Null, |row| &row[1]), "{}", script);
                    prop_assert_eq!(page["state"] == "frame", own.is_some());
                    listed.extend(page["frame"].as_u64());
                    // A private page is copied on a store unless it already is a copy.
                    let frame = frames.iter().find(|row| row[0] == page["frame"]);
                    let cached = frame.is_some_and(|row| row[2] == "file");
                    prop_assert_eq!(page["copy_on_write"] == true, !shared && cached, "{}", script);
                }
            }
            prop_assert_eq!(covered, pages);
        }
        for frame in figure["frames"].as_array().expect("frames") {
            let row = frames.iter().find(|row| row[0] == frame["frame"]).expect("a frame in use");
            prop_assert_eq!(&frame["refs"], &row[1]);
            prop_assert_eq!(frame["kind"] == "page cache", row[2] == "file");
            listed.remove(&frame["frame"].as_u64().expect("a number"));
        }
        prop_assert!(listed.is_empty(), "{:?} in {}", listed, script);
        let drawn = sharing["frames"].as_array().expect("frames").iter();
        let drawn: Vec<Value> = drawn.map(|frame| json!([frame["frame"], frame["refs"]])).collect();
        let used: Vec<Value> = frames.iter().map(|row| json!([row[0], row[1]])).collect();
        prop_assert_eq!(drawn, used, "{}", script);
    }

    /// `figure translation` draws the path that a read takes: first from empty TLBs and caches, and then through what the
    /// first reads left there.
    #[test]
    fn translations_have_the_values_of_the_facts(
        levels in 1u32..4, sets in 0u32..3, ways in 1u32..6, block in 1u32..5, second in any::<bool>(),
        vas in proptest::collection::vec(any::<u64>(), 1..6), frames in proptest::collection::vec(0u64..64, 6),
    ) {
        let bits = 6 + 4 * levels;
        let vas: Vec<u64> = vas.iter().map(|va| va & ((1 << bits) - 1)).collect();
        let rows: Vec<String> = vas.iter().zip(&frames).map(|(va, frame)| format!("| {:X} {frame:X} |; ", va >> 6)).collect();
        let rows = rows.concat();

        let more = if second { ", tlb L2TLB { entries 8, ways 2 }, cache L2 { sets 8, ways 2, block 16 B }" } else { "" };
        let (block, sets) = (1u64 << block, 1u64 << sets);
        let script = format!(
            "machine {{ virtual {bits} bits, physical 12 bits, page 64 B, page_table {{ levels {levels} }}, \
             tlb T {{ sets {sets}, ways {ways} }}, cache L1 {{ sets {sets}, ways {ways}, block {block} B }}{more} }}\n\
             set page_table {{ | vpn ppn |; {rows} }}\n"
        );
        // Two pages of the table must not have the same VPN.
        let mut pages: Vec<u64> = vas.iter().map(|va| va >> 6).collect();
        pages.sort_unstable();
        pages.dedup();
        prop_assume!(pages.len() == vas.len());
        let draw = |va: &u64| format!("figure translation read {va}\nread {va}\nfigure translation\n");
        let drawings: Vec<String> = vas.iter().chain(&vas).map(draw).collect();
        let lines = json_lines(&(script.clone() + &drawings.concat()));
        for (lines, va) in lines[2..].chunks_exact(3).zip(vas.iter().chain(&vas)) {
            let (drawn, facts) = (&lines[0]["shown"][0], &lines[1]["facts"]);
            // The figure of the last access shows the sets as they were at the lookups.
            prop_assert_eq!(drawn, &lines[2]["shown"][0], "{}", script);
            prop_assert_eq!(drawn["va"]["value"].as_u64(), Some(*va), "{}", script);
            prop_assert_eq!(&drawn["pa"]["value"], &facts["pa"], "{}", script);
            for address in ["va", "pa"] {
                for field in drawn[address]["rows"].as_array().expect("rows").iter().flat_map(|row| row.as_array().expect("fields")) {
                    let name = field["name"].as_str().expect("a name").to_lowercase();
                    prop_assert_eq!(&field["value"], &facts[&name], "{} of {}", name, script);
                }
            }
            for (kind, names) in [("tlbs", ["T", "L2TLB"]), ("caches", ["L1", "L2"])] {
                let parts = drawn[kind].as_array().expect("parts");
                prop_assert_eq!(parts.len(), 1 + usize::from(second));
                for (part, name) in parts.iter().zip(names) {
                    let looked_up = |fact: &str| facts.get(format!("{name}.{fact}")).cloned().unwrap_or_default();
                    let hit = match facts.get(name).and_then(Value::as_str) {
                        Some("hit") => Some(true),
                        Some("miss") => Some(false),
                        _ => None,
                    };
                    prop_assert_eq!(part["hit"].as_bool(), hit, "{} of {}", name, script);
                    let listed = part["entries"].as_array().map_or(0, Vec::len);
                    let ways = part["ways"].as_u64().expect("a number") as usize;
                    prop_assert_eq!(listed, if hit.is_some() { ways } else { 0 }, "{}", script);
                    if hit.is_some() {
                        prop_assert_eq!(&part["set"], &looked_up("index"), "{} of {}", name, script);
                        prop_assert_eq!(&part["tag"], &looked_up("tag"), "{} of {}", name, script);
                    }
                }
            }
            let walked = facts["walk"].as_u64().is_some_and(|levels| levels > 0);
            prop_assert_eq!(drawn["walked"].as_bool(), Some(walked), "{}", script);
        }
    }
}

/// A store to a page of a private object copies the page (Computer Systems, figure 9.30). The file and the other process
/// keep the original.
#[test]
fn a_store_to_a_private_object_copies_the_page() {
    let lines = json_lines(
        "machine simple\nfile \"object\" { size 128, pages 0x40 }\nprocess P1\n\
         P1: let fd = open(\"object\", O_RDONLY)\nP1: let p = mmap(0x1000, 128, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)\n\
         P1: read p\nP1: let P2 = fork()\nfigure mapping P1 P2 \"object\"\nP2: write p = 1\nfigure mapping P1 P2 \"object\"\n",
    );
    let figures: Vec<&Value> = lines
        .iter()
        .map(|line| &line["shown"][0])
        .filter(|view| !view.is_null())
        .collect();
    let [before, after] = figures.as_slice() else {
        panic!("{figures:?}")
    };
    assert_eq!(
        before["frames"],
        json!([{"frame": 0, "refs": 1, "kind": "page cache", "page": 0}])
    );
    assert_eq!(
        after["frames"],
        json!([
            {"frame": 0, "refs": 1, "kind": "page cache", "page": 0},
            {"frame": 1, "refs": 1, "kind": "copy", "page": 0, "changed": true},
        ])
    );
    let place = |figure: &Value, process: usize| {
        figure["processes"][process]["areas"][0]["pages"][0]["state"].clone()
    };
    assert_eq!(
        [place(before, 0), place(before, 1), place(after, 1)],
        ["frame", "not-resident", "frame"]
    );
}

/// `figure frames` marks the pages and frames that a store changes after `fork` (Computer Systems, section 9.8.2): the page of
/// the process that stores, its old frame, and its new frame.
#[test]
fn the_second_figure_of_the_same_processes_marks_changes() {
    let lines = json_lines(
        "machine simple\nprocess P1\n\
         P1: let p = mmap(0x1000, 128, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
         P1: write p = 1\nP1: write p + 64 = 2\nP1: let P2 = fork()\n\
         figure frames P1 P2\nfigure frames P1\nP2: write p = 3\nfigure frames P1 P2\nfigure frames P1 P2\n\
         scenario \"s\" { P2: munmap(p, 64); figure frames P1 P2 }\nfigure frames P2 P1\n",
    );
    let figures: Vec<&Value> = lines
        .iter()
        .map(|line| &line["shown"][0])
        .filter(|view| !view.is_null())
        .collect();
    let [first, other, second, third, scenario, swapped] = figures.as_slice() else {
        panic!("{figures:?}")
    };
    let marked = |figure: &Value| {
        let named = |list: &Value, name: &str| {
            let list = list.as_array().expect("a list").iter();
            list.filter(|row| row["changed"] == true)
                .map(|row| row[name].clone())
                .collect::<Vec<_>>()
        };
        let pages = [0, 1].map(|at| {
            named(
                figure["sharing"]
                    .get(at)
                    .map_or(&json!([]), |own| &own["pages"]),
                "vpn",
            )
        });
        json!([
            figure["compared"],
            pages[0],
            pages[1],
            named(&figure["frames"], "frame")
        ])
    };
    assert_eq!(marked(first), json!([false, [], [], []]));
    assert_eq!(marked(other), json!([false, [], [], []]), "other processes");
    assert_eq!(marked(second), json!([true, [], [0x40], [0, 2]]));
    assert_eq!(marked(third), json!([true, [], [], []]));
    assert_eq!(
        (marked(scenario), &scenario["sharing"][1]["gone"]),
        (json!([true, [], [], []]), &json!([0x40]))
    );
    assert_eq!(marked(swapped), json!([false, [], [], []]), "another order");
    // The members of earlier versions.
    let page = &second["sharing"][0]["pages"][0];
    assert_eq!(
        (&page["vpn"], &page["frame"], &page["writable"]),
        (&json!(0x40), &json!(0), &json!(false))
    );
    assert_eq!(
        (&page["area"], &page["copy_on_write"]),
        (&json!(""), &json!(true))
    );
}

/// A frame that the kernel frees and allocates for another page has changed, although its number of entries is the same.
#[test]
fn a_frame_with_another_page_has_changed() {
    let lines = json_lines(
        "machine simple\nprocess P1\n\
         P1: let p = mmap(0x1000, 128, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
         P1: write p = 1\nfigure frames P1\nP1: munmap(p, 64)\nP1: write p + 64 = 1\nfigure frames P1\n",
    );
    let figure = &lines[7]["shown"][0];
    assert_eq!(
        figure["frames"],
        json!([{"frame": 0, "refs": 1, "changed": true}])
    );
    assert_eq!(figure["sharing"][0]["gone"], json!([0x40]));
    assert_eq!(figure["sharing"][0]["pages"][0]["changed"], json!(true));
}
