//! The data of figures are compared with the facts of accesses on random machines.

mod entries;
mod layouts;

use std::process::Command;

use proptest::prelude::*;
use serde_json::Value;

/// The report of each statement of a script.
fn json_lines(script: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.pw");
    std::fs::write(&file, script).expect("a script");
    let run =
        Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(["run", "--format", "json"]).arg(&file).output();
    let run = run.expect("a run");
    assert!(run.status.success(), "{}{script}", String::from_utf8_lossy(&run.stderr));
    let out = String::from_utf8(run.stdout).expect("text");
    out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
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
    fields.iter().find(|(own, ..)| own == name).map_or(0, |(_, value, _)| *value)
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
        let run =
            Command::new(env!("CARGO_BIN_EXE_pagewalk")).args(arguments).arg(&file).output().expect("a run");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).expect("text")
    };
    let paper = printed(&["exam", "--format", "json"]);
    assert!(!paper.contains("2AC") && !paper.contains("0xAB") && !paper.contains("10101011"), "{paper}");
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

    /// `figure translation` draws the path that a read takes: first from empty TLBs and caches, and then through what the
    /// first reads left there.
    #[test]
    fn translations_have_the_values_of_the_facts(
        levels in 1u32..4, sets in 0u32..3, ways in 1u32..6, block in 1u32..5, second in any::<bool>(),
        vas in proptest::collection::vec(any::<u64>(), 1..6), frames in proptest::collection::vec(0u64..64, 6),
    ) {
        let bits = 6 + 4 * levels;
        let vas: Vec<u64> = vas.iter().map(|va| va & ((1 << bits) - 1)).collect();
        let rows: String = vas.iter().zip(&frames).map(|(va, frame)| format!("| {:X} {frame:X} |; ", va >> 6)).collect();

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
        let pairs: String = vas.iter().chain(&vas).map(|va| format!("figure translation read {va}\nread {va}\n")).collect();
        let lines = json_lines(&(script.clone() + &pairs));
        for (pair, va) in lines[2..].chunks_exact(2).zip(vas.iter().chain(&vas)) {
            let (drawn, facts) = (&pair[0]["shown"][0], &pair[1]["facts"]);
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
