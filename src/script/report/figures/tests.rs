//! Figures are legible at all values, and a paper has the layout of its key.

use proptest::prelude::*;

use super::{Room, scene, steps};
use crate::report::doc::Step;
use crate::report::playing::records;
use crate::report::scene::tests::{arrows, collisions, frames, slide_type};
use crate::report::scene::{DARK, Draws, PAPER, Place, Scene, Shape, Stroke, text};
use crate::run::record::{Did, StepRecord, View};

/// The room of a terminal.
const NARROW: Room = Room { columns: 80 };

/// Runs a script, and returns the scene of each figure.
fn drawn(script: &str, room: Room) -> Vec<Scene> {
    let views = |record: &StepRecord| match &*record.did {
        Did::Shown(views) => views.clone(),
        _ => Vec::new(),
    };
    let scene = |view: View| {
        if let View::Figure(data) = view {
            Some(scene(&data, room))
        } else {
            None
        }
    };
    records(script)
        .iter()
        .flat_map(views)
        .filter_map(scene)
        .collect()
}

/// Runs a script, and checks the scene of each figure.
fn check(script: &str) -> Result<usize, TestCaseError> {
    let mut count = 0;
    for (room, most) in [(Room::PAGE, 109), (NARROW, 96), (Room::SLIDE, 290)] {
        let scenes = drawn(script, room);
        for scene in &scenes {
            prop_assert_eq!(collisions(scene), Vec::<String>::new(), "{}", text(scene));
            // The room determines only which boxes of a translation are beside each other.
            let most = if scene.title == "the machine" {
                110
            } else {
                most
            };
            prop_assert!(scene.size().0 <= most, "{}", text(scene));
            prop_assert_eq!(frames(&scene.clone().unanswered()), frames(scene));
        }
        count = scenes.len();
    }
    Ok(count)
}

/// Returns the lines of a scene without the lines of its drawing, and with single blanks.
fn words(scene: &Scene) -> Vec<String> {
    let is_line = |c: char| ('\u{2500}'..'\u{2580}').contains(&c) || "▲▼◀".contains(c);
    let line = |line: &str| {
        let line = line.replace(is_line, " ");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    text(scene).lines().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_label_touches_a_line(
        va in any::<u64>(), frame in any::<u64>(), tlbs in 0u32..4, caches in 0u32..5, ways in 1u32..18, levels in 1u32..6,
        kernel in any::<bool>(), huge in any::<bool>(),
    ) {
        let tlb = |at: u32| format!(", tlb T{at} {{ sets 4, ways {ways} }}");
        let cache = |at: u32| format!(", cache C{at} {{ sets 8, ways {ways}, block {} B }}", 4 << at);
        let parts: String = (0..tlbs).map(tlb).chain((0..caches).map(cache)).collect();

        let bits = 12 + 9 * levels;
        let machine = format!(
            "machine {{ virtual {bits} bits, physical 40 bits, page 4 KB, page_table {{ levels {levels} }}, pte {{ size 8 B }}{parts} }}\n"
        );
        let va = va & ((1 << bits) - 1);
        let contents = if kernel {
            "kernel { frames 4 }\nprocess P\n".to_owned()
        } else if huge && levels > 1 {
            let (vpn, ppn) = (va >> 12 & !0x1FF, frame & 0xFFF_FE00);
            format!("set page_table {{ | vpn ppn ps |; | {vpn:X} {ppn:X} 1 |; }}\n")
        } else {
            format!("set page_table {{ | vpn ppn |; | {:X} {:X} |; }}\n", va >> 12, frame & 0xFFF_FFFF)
        };
        let vipt = if caches > 0 { format!("figure translation vipt {va}\n") } else { String::new() };
        let script = format!(
            "{machine}{contents}figure system\nfigure translation {va}\nfigure translation translate {va}\n\
             {vipt}read {va}\nfigure translation\n"
        );
        prop_assert!(check(&script)? >= 4);
        // Versions of a paper have the same layout: a miss, and a hit. The tag of a huge page has other bits after a miss,
        // because the MMU does not know the size of the page before the walk.
        let twice = format!("{machine}{contents}figure translation {va}\nread {va}\nfigure translation {va}\n");
        let layouts: Vec<_> = drawn(&twice, Room::PAGE).iter().map(frames).collect();
        prop_assert!(huge || layouts[0] == layouts[1]);
    }
}

#[test]
fn presets_are_legible() {
    for machine in ["simple", "core-i7"] {
        let script = format!(
            "machine {machine}\nfigure system\nfigure translation 0x3D4\nfigure translation vipt 0x3D4\n"
        );
        assert_eq!(check(&script).expect("legible figures"), 3);
    }
}

/// The tables of the simple memory system in CS:APP section 9.6.4.
const SIMPLE: &str = "machine simple
set page_table {
  | vpn ppn v | vpn ppn v | vpn ppn v |
  | 00  28  1 | 0A  09  1 | 0F  0D  1 |
}
set tlb {
  | set | tag ppn v | tag ppn v | tag ppn v | tag ppn v |
  |  0  | 03  -   0 | 09  0D  1 | 00  -   0 | 07  02  1 |
  |  2  | 02  -   0 | 08  -   0 | 06  -   0 | 03  -   0 |
  |  3  | 07  -   0 | 03  0D  1 | 0A  34  1 | 02  -   0 |
}
set cache {
  | idx | tag v | b0 b1 b2 b3 |
  | 3   | 36  0 | -  -  -  -  |
  | 5   | 0D  1 | 36 72 F0 1D |
  | 8   | 24  1 | 3A 00 51 89 |
}
";

/// The page tables of an address with four levels, a page of 2 MB, and a page of 1 GB.
const CORE_I7: &str = "machine core-i7
let va = 0x7F5A1B2C3D4E
set cr3 = 0x10000
set pte 1 0x10000 + 8 * 0x0FE { ppn 0x11 }
set pte 2 0x11000 + 8 * 0x168 { ppn 0x12 }
set pte 2 0x11000 + 8 * 0x169 { ppn 0x40000, ps 1 }
set pte 3 0x12000 + 8 * 0x0D9 { ppn 0x13 }
set pte 3 0x12000 + 8 * 0x0DA { ppn 0x400, ps 1 }
set pte 4 0x13000 + 8 * 0x0C3 { ppn 0xABCDE }
";

/// The figures of the worked accesses contain the sets, the entries, and the data in the book.
#[test]
fn figures_of_the_simple_memory_system_have_the_values_of_the_book() {
    let script = format!(
        "{SIMPLE}figure translation 0x03D4\nfigure translation 0x028F\nfigure translation 0x0020\n"
    );
    let expected = [
        [
            "CPU VPN 0x0F VPO 0x14",
            "TLBT 0x03 TLBI 0x3",
            "set 0x3",
            "tag 0x03",
            "0 07 - 0",
            "1▶03 0D 1 hit",
            "2 0A 34 1",
            "3 02 - 0",
            "8 VPN 0x0F",
            "▶ PPN 0x0D PPO 0x14",
            "CT 0x0D CI 0x5 CO 0x0",
            "set 0x5",
            "tag 0x0D",
            "0▶0D 1 36 72 F0 1D hit",
            "data 36 from cache",
        ],
        [
            "CPU VPN 0x0A VPO 0x0F",
            "TLBT 0x02 TLBI 0x2",
            "set 0x2",
            "tag 0x02",
            "0▶02 - 0 not valid",
            "1 08 - 0",
            "2 06 - 0",
            "3 03 - 0",
            "8 VPN 0x0A 09 1",
            "▶ PPN 0x09 PPO 0x0F",
            "CT 0x09 CI 0x3 CO 0x3",
            "set 0x3",
            "tag 0x09",
            "0 36 0 - - - -",
            "data unknown (from memory)",
        ],
        [
            "CPU VPN 0x00 VPO 0x20",
            "TLBT 0x00 TLBI 0x0",
            "set 0x0",
            "tag 0x00",
            "0 03 - 0",
            "1 09 0D 1",
            "2▶00 - 0 not valid",
            "3 07 02 1",
            "8 VPN 0x00 28 1",
            "▶ PPN 0x28 PPO 0x20",
            "CT 0x28 CI 0x8 CO 0x0",
            "set 0x8",
            "tag 0x28",
            "0 24 1 3A 00 51 89",
            "data unknown (from memory)",
        ],
    ];
    let scenes = drawn(&script, NARROW);
    assert_eq!(scenes.len(), 3);
    for (scene, expected) in scenes.iter().zip(expected) {
        assert!(scene.size().0 <= 80, "{}", text(scene));
        in_order(scene, &expected);
        in_order(scene, &["8 6", "6 2", "6 6", "6 4 2"]);
    }
}

/// Checks that the lines of a scene contain these words, in this order.
fn in_order(scene: &Scene, expected: &[&str]) {
    let lines = words(scene);
    let mut lines = lines.iter();
    for expected in expected {
        let is_found = lines.any(|line| line.replace("▶ VPN", "VPN").contains(expected));
        assert!(is_found, "no {expected:?} in {}", text(scene));
    }
}

/// The fields of the Core i7 have the widths in CS:APP section 9.7, and those of huge pages have the widths in Intel's manual.
#[test]
fn fields_of_the_core_i7_have_the_widths_of_the_book() {
    let script = format!(
        "{CORE_I7}figure translation va\nfigure translation 0x7F5A1B412345\nfigure translation 0x7F5A40000123\n"
    );
    let levels = ["9 VPN1 0x0FE", "9 VPN2", "9 VPN3", "9 VPN4"];
    for room in [Room::PAGE, NARROW, Room::SLIDE] {
        let scenes = drawn(&script, room);
        assert_eq!(scenes.len(), 3);
        for (scene, (top, bottom, count)) in scenes.iter().zip([
            ("36 12", "40 12", 4),
            ("27 21", "31 21", 3),
            ("18 30", "22 30", 2),
        ]) {
            assert!(scene.size().0 <= room.columns, "{}", text(scene));
            in_order(scene, &[top, "32 4"]);
            in_order(scene, &levels[..count]);
            in_order(scene, &[bottom, "40 6 6"]);
            let drawn = words(scene);
            let drawn = drawn
                .iter()
                .filter(|line| line.contains("VPN") && line.starts_with('9'));
            assert_eq!(drawn.count(), count);
        }
    }
}

/// The TLB entry of a huge page has the tag of this page. The other entries of a walk are those of the tables.
#[test]
fn huge_pages_and_gaps_end_the_walk() {
    let script = format!(
        "{CORE_I7}read 0x7F5A1B412345\nfigure translation 0x7F5A1B412345\nfigure translation 0x7F6A00000000\n"
    );
    let scenes = drawn(&script, Room::PAGE);
    // VPN 0x7F5A1B412345 >> 21 is 0x3FAD0DA: set 0xA of 16 sets, and tag 0x3FAD0D.
    in_order(
        &scenes[0],
        &[
            "28",
            "set 0xA",
            "tag 0x003FAD0D",
            "0▶003FAD0D 0000000400 1 hit, 2 MB",
        ],
    );
    in_order(
        &scenes[1],
        &[
            "9 VPN1 0x0FE 0000000011 1 0000000000011027 00000000107F0",
            "9 VPN2 0x1A8 - 0 - 0000000011D40",
            "9 VPN3 0x000 no table",
            "9 VPN4 0x000 no table",
        ],
    );
    let exception = "The access causes a page fault: the level-2 page-table entry is not present.";
    assert!(scenes[1].alt().contains(exception));
}

/// Each step adds what the access does next, and the last one is the whole figure.
#[test]
fn the_steps_of_a_translation_follow_the_access() {
    let scenes = drawn(&format!("{CORE_I7}figure translation va\n"), Room::PAGE);
    let scene = &scenes[0];
    let story = [
        (1, "VPN 0x7F5A1B2C3"),
        (2, "set 0x3"),
        (3, "set 0x43"),
        (4, "00000000107F0"),
        (5, "0000000011B40"),
        (6, "00000000126C8"),
        (7, "0000000013618"),
        (8, "PPN 0x00000ABCDE"),
        (9, "set 0x35"),
        (10, "set 0x1B5"),
        (11, "set 0x17B5"),
        (13, "unknown (from memory)"),
    ];
    // The access reaches main memory in step 12.
    assert_eq!(scene.last_step(), 13);
    for (step, words) in story {
        let has = |step: u16| text(&scene.upto(step)).contains(words);
        assert!(has(step) && !has(step - 1), "{words} in step {step}");
    }
    for step in 0..13 {
        let part = scene.upto(step);
        assert_eq!(part.size(), scene.size());
        assert_eq!(frames(&part), frames(scene));
        assert_eq!(collisions(&part), Vec::<String>::new());
    }
    assert_eq!(text(&scene.upto(13)), text(scene));
}

/// As in CS:APP's figures of a page hit and a page fault, each arrow has its number and its name.
#[test]
fn each_message_of_an_access_has_its_name_at_its_arrow() {
    let messages = [
        ("CPU", "MMU", "virtual address"),
        ("MMU", "TLB", "VPN"),
        ("MMU", "memory", "PTE address"),
        ("memory", "MMU", "PTE"),
        ("MMU", "CPU", "protection fault"),
        ("CPU", "handler", "control"),
        ("handler", "", "free frame"),
        ("MMU", "memory", "A and D bits"),
        ("TLB", "", "lookup"),
        ("memory", "CPU", "data"),
    ];
    let step = |(from, to, name): (&str, &str, &'static str)| Step {
        from: from.to_owned(),
        to: Some(to.to_owned()).filter(|to| !to.is_empty()),
        what: name.to_owned(),
        name,
    };
    let scene = steps::scene("Messages", &messages.map(step), Room::PAGE.columns);
    let printed = text(&scene);
    let labels = "1 VA, 2 VPN, 3 PTEA, 4 PTE, 5 protection fault, 6 control, (7) free frame, 8 A and D bits, (9) lookup, 10 data";
    for label in labels.split(", ") {
        assert!(printed.contains(label), "{label} in {printed}");
    }
    assert_eq!(collisions(&scene), Vec::<String>::new());
    assert!(scene.size().0 <= Room::PAGE.columns, "{printed}");
}

/// The MMU translates the address before the cache is looked up.
#[test]
fn the_mmu_is_between_the_cpu_and_the_cache() {
    let scenes = drawn("machine simple\nfigure system\n", NARROW);
    let printed = text(&scenes[0]);
    let rows: Vec<&str> = printed.lines().collect();
    let row = |word: &str| rows.iter().position(|row| row.contains(word));
    assert!(rows[4].contains("├─────▶│"), "{printed}");
    assert!(
        rows[7].contains("▲ data") && rows[7].contains("▼ PA"),
        "{printed}"
    );
    assert!(
        row("CPU") < row("PA") && row("PA") < row("cache"),
        "{printed}"
    );
}

/// The walk translates what no TLB holds, so the arrow to its first level begins at the TLB that was searched last.
#[test]
fn the_walk_hangs_on_the_last_tlb() {
    let script =
        "machine core-i7\nfigure translation read 0x123000\nfigure translation fetch 0x123000\n";
    for room in [Room::PAGE, NARROW] {
        let scenes = drawn(script, room);
        assert_eq!(scenes.len(), 2);
        for scene in &scenes {
            // The head of the arrow is in the row of the walk's heading.
            let text = text(scene);
            let lines: Vec<&str> = text.lines().collect();
            let heading = lines.iter().position(|line| line.contains("page walk"));
            let heading = heading.expect("a walk");
            let column = lines[heading]
                .chars()
                .position(|c| c == '▼')
                .expect("an arrow");
            let box_of = |line: &&&str| line.chars().nth(column) == Some('┳');
            assert!(lines[..heading].iter().rev().find(box_of).is_some());
            let last = lines
                .iter()
                .position(|line| line.contains("L2TLB"))
                .expect("a TLB");
            let title = lines[last].chars().collect::<String>();
            let at = title.find("L2TLB").map(|at| title[..at].chars().count());
            assert!(
                at.is_some_and(|at| at <= column && column < at + 30),
                "{text}"
            );
            assert!(last < heading, "{text}");
        }
    }
}

/// Returns the points of each thick arrow.
fn taken(scene: &Scene) -> Vec<Vec<Place>> {
    let path = |shape: &Shape| match &shape.draws {
        Draws::Path {
            points,
            stroke: Stroke::Taken,
            ..
        } => Some(points.clone()),
        _ => None,
    };
    scene.shapes.iter().filter_map(path).collect()
}

/// Returns the place of a text.
fn place(scene: &Scene, of: &str) -> Place {
    let label = |shape: &Shape| match &shape.draws {
        Draws::Label { at, text, .. } if text == of => Some(*at),
        _ => None,
    };
    let found = scene.shapes.iter().find_map(label);
    found.unwrap_or_else(|| panic!("no {of:?} in {}", text(scene)))
}

/// A fault leads from the missing entry to the exception, and from there to the physical address only if the kernel handled
/// it. The entry itself never does.
#[test]
fn a_fault_leads_to_its_handler() {
    let area = "| heap | 10000 | 20000 | rw-p | anonymous | - |";
    let process =
        format!("process P {{\n| area | start | end | perms | backing | offset |\n{area}\n}}\n");
    let script = format!(
        "machine core-i7\n{process}figure translation read 0x10000\nfigure translation read 0x900000\n"
    );
    for room in [Room::PAGE, NARROW, Room::SLIDE] {
        for (scene, handled) in drawn(&script, room).iter().zip([true, false]) {
            let (x, y) = place(scene, "page fault handler");
            let corner = (x - 2, y - 1);
            let frame = frames(scene).into_iter().find(|(at, _)| *at == corner);
            let (_, size) = frame.expect("a box");
            let inside = |(column, row): Place| {
                (corner.0 - 1..=corner.0 + size.0).contains(&column)
                    && (corner.1 - 1..=corner.1 + size.1).contains(&row)
            };
            let arrows = taken(scene);
            let enters = |points: &&Vec<Place>| points.last().copied().is_some_and(inside);
            assert_eq!(arrows.iter().filter(enters).count(), 1, "{}", text(scene));
            let leaves = |points: &&Vec<Place>| inside(points[0]);
            let leaves = arrows.iter().filter(leaves).count();
            assert_eq!(leaves, usize::from(handled), "{}", text(scene));
            // The entry of level 4 is in the last box of the walk.
            let last = place(scene, "VPN4").1 + 1;
            let from_walk = |points: &&Vec<Place>| points[0].1 == last && points.len() > 1;
            let from_walk = arrows.iter().filter(from_walk);
            assert!(
                from_walk
                    .clone()
                    .all(|points| inside(points[points.len() - 1]))
            );
        }
    }
}

/// On a wide slide (33.9 cm by 19 cm with its heading), the type of the lectures' wide figures has at least 8 points.
#[test]
fn wide_figures_are_legible_on_a_slide() {
    let script = format!(
        "{CORE_I7}figure translation va\nread va\nfigure translation va + 1\nfigure translation vipt va + 1\n"
    );
    let scenes = drawn(&script, Room::PAGE);
    assert_eq!(scenes.len(), 3);
    for scene in &scenes {
        assert!(slide_type(scene) >= 8.0, "{}", slide_type(scene));
        // A page has the other form.
        assert_eq!(scene.on(&PAPER, 174.0), scene);
        assert_ne!(scene.on(&PAPER, 300.0), scene);
    }
    in_order(
        scenes[1].on(&DARK, 174.0),
        &[
            "physical address 0x00000ABCDED4F",
            "set 0x35 tag 0x00000ABCDE hit",
        ],
    );
    let vipt = scenes[2].on(&DARK, 174.0);
    in_order(vipt, &["set holds it: hit", "9 VPN4 0x0C3"]);
    // The address leads to the TLB and to the cache, and a miss leads to the lower caches.
    let miss = place(vipt, "L2, L3, main memory");
    let entrance = |points: &[Place; 2]| points[1].1 + 2 == miss.1;
    assert!(arrows(vipt).iter().any(entrance), "{}", text(vipt));
}

/// A slide shows the parts of a machine in the order of a memory access, and the fields of an entry in the order of their
/// meanings.
#[test]
fn machines_and_entries_appear_step_by_step() {
    let pte = format!("{CORE_I7}figure system\nread va\nfigure pte of va\n");
    let scenes = drawn(&pte, Room::PAGE);
    let parts = [
        "CPU",
        "MMU",
        "dTLB (data)",
        "L2TLB (unified)",
        "L1d (data)",
        "L2 (unified)",
        "L3 (unified)",
    ];
    let meanings = [
        "P = 1:",
        "R/W = 1:",
        "U/S = 1:",
        "WT = 0:",
        "CD = 0:",
        "A = 1:",
        "│ D = 0:",
    ];
    for (scene, story) in scenes.iter().zip([&parts[..], &meanings]) {
        for (step, words) in (1..).zip(story) {
            let has = |step: u16| text(&scene.upto(step)).contains(words);
            assert!(has(step) && !has(step - 1), "{words} in step {step}");
        }
    }
    let [system, pte] = scenes.as_slice() else {
        panic!("{} figures", scenes.len());
    };
    assert_eq!((system.last_step(), pte.last_step()), (8, 11));
    assert!(
        !text(&pte.upto(9)).contains("0x00000ABCDE")
            && text(&pte.upto(10)).contains("0x00000ABCDE")
    );
}
