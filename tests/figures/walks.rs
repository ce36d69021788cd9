//! Translations and page walks of textbook examples, huge pages, and gaps.

use serde_json::{Value, json};

use super::json_lines;

/// Returns the data of each figure.
fn figures(script: &str) -> Vec<Value> {
    let shown = |line: Value| line["shown"].get(0).cloned();
    json_lines(script)
        .into_iter()
        .filter_map(shown)
        .filter(|shown| shown.get("figure").is_some())
        .collect()
}

/// Returns the lists of these members.
fn members(list: &Value, names: &[&str]) -> Value {
    let row =
        |entry: &Value| -> Vec<Value> { names.iter().map(|name| entry[*name].clone()).collect() };
    list.as_array().expect("a list").iter().map(row).collect()
}

/// Runs a script, and returns the text and each figure as SVG.
fn drawn(script: &str) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("walks.pw");
    std::fs::write(&file, script).expect("a script");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(["run", "--figures"])
        .args([&folder.path().join("svg"), &file])
        .output()
        .expect("a run");
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{text}");
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join("svg"))
        .expect("figures")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    let read = |file: &std::path::PathBuf| std::fs::read_to_string(file).expect("a figure");
    (text, files.iter().map(read).collect())
}

/// Computer Systems, section 9.6.4: set 0 of the TLB has an entry with tag 0x00, but its valid bit is 0, so an access to
/// 0x0020 misses. Line 8 of the cache holds the block with tag 0x24.
#[test]
fn an_invalid_entry_with_the_tag_misses() {
    let script = "machine simple\nset page_table { | vpn ppn |; | 00 28 | }\n\
        set tlb { | set | tag ppn v | tag ppn v | tag ppn v | tag ppn v |\n\
                  |  0  | 03  -   0 | 09  0D  1 | 00  -   0 | 07  02  1 | }\n\
        set cache { | idx | tag v | b0 b1 b2 b3 |\n | 8 | 24 1 | 3A 00 51 89 | }\n\
        read 0x0020\nfigure translation\n";
    let figures = figures(script);
    let (tlb, cache) = (&figures[0]["tlbs"][0], &figures[0]["caches"][0]);
    assert_eq!(
        (&tlb["tag"], &tlb["hit"], &cache["hit"]),
        (&json!(0), &json!(false), &json!(false))
    );
    assert_eq!(
        members(&tlb["entries"], &["way", "tag", "ppn", "valid"]),
        json!([
            [0, 3, null, false],
            [1, 9, 0xD, true],
            [2, 0, null, false],
            [3, 7, 2, true]
        ])
    );
    let bytes = &cache["entries"][0]["bytes"].as_array().expect("bytes")[..4];
    assert_eq!(
        (&cache["entries"][0]["tag"], bytes),
        (
            &json!(0x24),
            &[0x3A.into(), 0.into(), 0x51.into(), 0x89.into()][..]
        )
    );
    let text = drawn(script).0;
    for line in [
        "0 03  -   0",
        "1 09  0D  1",
        "2▶00  -   0  not valid",
        "3 07  02  1",
        "0 24  1 3A 00 51 89 ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

/// The first attempt of an access that faults searches the TLB, and the last one finds the data.
#[test]
fn the_figure_of_a_handled_fault_has_the_sets_of_both_attempts() {
    let figures = figures(
        "machine simple\nprocess P\nP: let p = mmap(0x1000, 128, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
         P: write p = 1\nP: figure translation read 0x1040\nP: read 0x1040\nP: figure translation\n",
    );
    assert_eq!(figures[0], figures[1]);
    let entries = members(&figures[1]["tlbs"][0]["entries"], &["tag", "valid"]);
    // Page 0x40 is in set 0, and page 0x41 in set 1, which is empty.
    assert_eq!(
        entries,
        json!([[null, false], [null, false], [null, false], [null, false]])
    );
    assert_eq!(figures[1]["handled"], json!(true));
    assert_eq!(
        figures[1]["caches"][0]["entries"].as_array().map(Vec::len),
        Some(1)
    );
}

/// An access in a loop also has its sets if the script draws the last access.
#[test]
fn the_last_access_of_a_loop_has_its_sets() {
    let figures = figures(
        "machine simple\nset page_table { | vpn ppn |; | F D | }\n\
         def draw() { figure translation }\nrepeat 2 { read 0x3D4 }\ndraw()\n",
    );
    assert_eq!(
        members(&figures[0]["tlbs"][0]["entries"], &["tag", "ppn", "valid"])[0],
        json!([3, 0xD, true])
    );
}

/// A 2 MB page at 0x800000, and a 1 GB page at 0x80000000 (Intel SDM 3A, section 4.5).
const HUGE: &str = "machine core-i7 { tlb none, tlb { entries 4 } }\nset cr3 = 0x1000\nset pte 1 0x1000 { ppn 2 }\n\
    set pte 2 0x2000 { ppn 3 }\nset pte 3 0x3010 { ppn 0x800, ps 1 }\nset pte 2 0x2008 { ppn 0x80000, ps 1 }\n";

/// The walk to a huge page has fewer levels, and a longer offset.
#[test]
fn figures_of_huge_pages_have_their_levels_and_offsets() {
    for (va, pa, levels, bits, hidden) in [
        (0x41_2345_u64, 0x81_2345_u64, 3, 21, "VPN4"),
        (0x4012_3456, 0x8012_3456, 2, 30, "VPN3"),
    ] {
        let offset = va & ((1 << bits) - 1);
        let script = format!(
            "{HUGE}figure walk {va}\nread {va}\nfigure translation\nread {va}\nfigure translation\n"
        );
        let figures = figures(&script);
        assert_eq!(figures[0]["levels"].as_array().map(Vec::len), Some(levels));
        assert_eq!(figures[0]["pa"], json!(pa));
        for (drawn, hit) in [(&figures[1], false), (&figures[2], true)] {
            assert_eq!(drawn["walk"].as_array().map(Vec::len), Some(levels));
            let field = |address: &str, row: usize, at: usize| {
                members(
                    &drawn[address]["rows"][row],
                    &["name", "high", "low", "value"],
                )[at]
                    .clone()
            };
            assert_eq!(field("va", 0, 0), json!(["VPN", 47, bits, va >> bits]));
            assert_eq!(field("va", 0, 1), json!(["VPO", bits - 1, 0, offset]));
            assert_eq!(field("pa", 0, 0), json!(["PPN", 51, bits, pa >> bits]));
            assert_eq!(field("pa", 0, 1), json!(["PPO", bits - 1, 0, offset]));
            // A TLB of one set. A miss reports the tag for base pages, and a hit that of the entry.
            let low = if hit { bits } else { 12 };
            assert_eq!(field("va", 1, 0), json!(["TLBT", 47, low, va >> low]));
            let tlb = &drawn["tlbs"][0];
            assert_eq!((&tlb["hit"], &tlb["tag"]), (&json!(hit), &json!(va >> low)));
            let entry = members(&tlb["entries"], &["tag", "ppn", "valid"])[0].clone();
            let held = json!([va >> bits, (pa - offset) >> 12, true]);
            assert_eq!(
                entry,
                if hit {
                    held
                } else {
                    json!([null, null, false])
                }
            );
        }
        let (text, svg) = drawn(&script);
        let digits = (bits as usize).div_ceil(4);
        let result = format!("physical address 0x{pa:013X} (VPO 0x{offset:0digits$X})");
        assert!(text.contains(&result), "{result} in {text}");
        let drawn = &svg[0];
        assert!(
            drawn.contains(&format!("{bits} bits, {}–0", bits - 1)),
            "{drawn}"
        );
        assert!(!drawn.contains(hidden), "{drawn}");
        assert!(!drawn.contains(&format!("level {}", levels + 1)), "{drawn}");
    }
}

/// A walk into a gap ends at the entry that is missing, and the tables below it do not exist.
#[test]
fn a_walk_into_a_gap_draws_no_table_that_does_not_exist() {
    let script = format!("{HUGE}figure walk 0x8000000000\nfigure walk 0x80000000\n");
    let svg = drawn(&script).1;
    for (drawn, levels) in svg.iter().zip([1, 2]) {
        let has = |text: &str| drawn.contains(text);
        for level in 1..5 {
            assert!(has(&format!("VPN{level}")), "{drawn}");
            assert_eq!(has(&format!("level {level}")), level <= levels, "{drawn}");
        }
        assert!(has("not present") && has("page fault"), "{drawn}");
    }
}

/// The paper of a walk reveals neither the end of the walk nor the size of the page.
#[test]
fn the_papers_of_walks_have_every_level() {
    let paper = |va: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("paper.pw");
        let question =
            format!("{HUGE}question \"Q\" {{ figure walk {va}; ask \"Name\" = \"x\" }}\n");
        std::fs::write(&file, question).expect("a script");
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_pagewalk"))
            .args(["exam", "--format", "html"])
            .arg(&file)
            .output()
            .expect("a run");
        let out = String::from_utf8(run.stdout).expect("text");
        let svg = out.split_once("<svg").expect("a figure").1;
        let svg = svg.split_once("</svg>").expect("a figure").0.to_owned();
        svg.replace(va, "VA")
            .replace(&va.to_uppercase().replace('X', "x"), "VA")
    };
    let walk = paper("0x000000412345");
    assert!(
        walk.contains("VPN4") && walk.contains("12 bits, 11–0"),
        "{walk}"
    );
    assert_eq!(walk, paper("0x000040123456"));
    assert_eq!(walk, paper("0x008000000000"));
}

/// Without `fields`, each bit of an address has a box. The binary digits are those of 0x027C and 0x354 in CS:APP 9.6.4.
#[test]
fn bits_without_fields_have_a_box_each() {
    let (text, svg) = drawn("machine simple\nfigure bits 0x027C\nfigure bits pa 0x354\n");
    for digits in ["00001001111100", "001101010100"] {
        let boxes = digits.chars().flat_map(|digit| [' ', digit, ' ', '│']);
        let boxes: String = boxes.collect();
        assert!(text.contains(&format!("│{boxes}\n")), "{digits} in {text}");
    }
    assert_eq!(svg.len(), 2);
    assert_eq!(svg[0].matches("<rect").count(), 14);
    assert!(text.contains("virtual address 0x027C (14 bits)"), "{text}");
}
