//! Invariants of all figures, on random machines and processes.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::plan::figure;
use super::tree::{Block, Figure};
use crate::report::doc;
use crate::report::figures::layout;
use crate::report::narrate::view::blocks as report;
use crate::report::playing::{PROGRAM, records};
use crate::report::scene::tests::{arrows, collisions, outlines, overlaps, slide_type};
use crate::report::scene::{
    DARK, Draws, PAPER, Place, SCREEN, Scene, Stroke, cells, placed, svg, text,
};
use crate::run::record::{Did, View};

/// The width of a page in millimeters, without its margins.
const PAGE: f64 = 174.0;

/// Runs a script, and returns the scenes of each figure in a key and on a paper.
fn drawn(script: &str) -> Vec<[Vec<Scene>; 2]> {
    let shown = records(script)
        .into_iter()
        .flat_map(|record| match &*record.did {
            Did::Shown(views) => views.clone(),
            _ => Vec::new(),
        });
    let scenes = |view: &View, filled: bool| -> Vec<Scene> {
        let blocks = figure(view, filled).unwrap_or_default();
        let figures = blocks.into_iter().filter_map(|block| match block {
            Block::Figure(mut figure) => {
                if let Figure::Layouts(layouts) = &mut figure {
                    for layout in layouts {
                        layout.written = true;
                    }
                }
                Some(figure)
            }
            _ => None,
        });
        figures
            .flat_map(|figure| figure.scenes(PAPER.columns(PAGE)))
            .collect()
    };
    let both = |view: View| [true, false].map(|filled| scenes(&view, filled));
    shown.map(both).collect()
}

/// Checks the figures of a script, and returns their number. `parts` has the names of the machine's parts.
fn check(script: &str, parts: &[String]) -> Result<usize, TestCaseError> {
    let figures = drawn(script);
    for [keys, papers] in &figures {
        prop_assert!(!keys.is_empty() && keys.len() == papers.len(), "{}", script);
        for (key, paper) in keys.iter().zip(papers) {
            // A slide has room for the wide form.
            if let (Some(key), Some(paper)) = (&key.wide, &paper.wide) {
                check_scenes([key, paper], script, 330.0, parts)?;
            }
            check_scenes([key, paper], script, PAGE, parts)?;
        }
    }
    Ok(figures.len())
}

/// Checks a figure in a key and on a paper, on a medium of this width in millimeters.
fn check_scenes(
    [key, paper]: [&Scene; 2],
    script: &str,
    width: f64,
    parts: &[String],
) -> Result<(), TestCaseError> {
    let said = format!("{script}\n{}\n{}", key.title, text(key));
    // A paper has the size of its key.
    prop_assert_eq!(paper.size(), key.size(), "{}\n{}", said, text(paper));
    for scene in [key, paper] {
        prop_assert_eq!(collisions(scene), Vec::<String>::new(), "{}", said);
        prop_assert!(overlaps(scene).is_empty(), "{:?} {}", overlaps(scene), said);
        prop_assert!(scene.size().0 <= PAPER.columns(width), "{}", said);
        check_svg(&svg(scene, &PAPER, width), parts)?;
    }
    check_steps(key)?;
    // Type is legible, except on a page that a tall figure fills.
    let on = |theme| placed(std::slice::from_ref(key), theme, width)[0].text;
    prop_assert!(on(&SCREEN) >= 2.5, "{}", said);
    prop_assert!(
        on(&PAPER) >= 2.5 || width > PAGE || key.size().1 > 69,
        "{}",
        said
    );
    Ok(())
}

/// Each step adds shapes to the step before it, in a scene of the same size.
fn check_steps(scene: &Scene) -> Result<(), TestCaseError> {
    let steps: Vec<Scene> = (0..=scene.last_step())
        .map(|step| scene.upto(step))
        .collect();
    for pair in steps.windows(2) {
        prop_assert_eq!(pair[0].size(), pair[1].size());
        prop_assert!(
            outlines(&pair[0]).is_subset(&outlines(&pair[1])),
            "{}",
            text(&pair[1])
        );
    }
    for step in 1..=scene.last_step() {
        let draws = scene.shapes.iter().any(|shape| shape.step == Some(step));
        prop_assert!(draws, "step {} of {}\n{}", step, scene.title, text(scene));
    }
    let last = steps.last().map(outlines);
    prop_assert_eq!(last, Some(outlines(scene)));
    Ok(())
}

/// A drawing is a document with a title and a description, and the parts in it are those of the machine.
fn check_svg(drawing: &str, parts: &[String]) -> Result<(), TestCaseError> {
    let mut reader = Reader::from_str(drawing);
    let mut names = BTreeSet::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let name = start.name().as_ref().to_owned();
                for attribute in start.attributes() {
                    let attribute = attribute.expect("an attribute");
                    let value = attribute.value.into_owned();
                    if attribute.key.as_ref() == "data-part" {
                        prop_assert!(parts.contains(&value), "{} of {:?}", value, parts);
                    }
                }
                names.insert(name);
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => prop_assert!(false, "{error}: {drawing}"),
        }
    }
    prop_assert!(names.contains("title") && names.contains("desc"));
    let said = drawing.split("<desc>").nth(1).unwrap_or_default();
    let said = said.split("</desc>").next().unwrap_or_default();
    prop_assert!(
        said.len() > 10 && !said.contains(",,") && !said.contains("  "),
        "{}",
        said
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn figures_of_machines_are_legible(
        va in any::<u64>(), frame in 1u64..1 << 20, tlbs in 1u32..4, caches in 0u32..4, ways in 1u32..17, levels in 1u32..6,
        huge in any::<bool>(), second in any::<u64>(),
    ) {
        let names: Vec<String> = (1..=tlbs).map(|at| format!("T{at}")).chain((1..=caches).map(|at| format!("C{at}"))).collect();
        let part = |name: &String| {
            let kind = if name.starts_with('T') { "tlb" } else { "cache" };
            let block = if kind == "cache" { ", block 16 B" } else { "" };
            format!(", {kind} {name} {{ sets 4, ways {ways}{block} }}")
        };
        let parts: String = names.iter().map(part).collect();
        let bits = 12 + 9 * levels;
        let mask = (1u64 << bits) - 1;
        let (va, second) = (va & mask, second & mask);
        let large = if huge && levels > 1 { format!("set pte {} 0x1000 {{ ppn 0x200, ps 1 }}\n", levels - 1) } else { String::new() };
        let script = format!(
            "machine {{ virtual {bits} bits, physical 40 bits, page 4 KB, page_table {{ levels {levels} }}, pte {{ size 8 B }}{parts} }}\n\
             set page_table {{ | vpn ppn |; | {:X} {frame:X} |; }}\n{large}figure system\nfigure translation {va}\nfigure walk {va}\n\
             figure walk {second}\nread {va}\nfigure steps\nfigure steps all\nfigure translation\nfigure tables\n\
             figure bits {va} fields\nfigure bits pa {frame} fields\nfigure pte\n",
            va >> 12,
        );
        let mut all = names.clone();
        all.extend(["CPU", "MMU", "memory"].map(str::to_owned));
        prop_assert!(check(&script, &all)? >= 11);
    }

    #[test]
    fn figures_of_processes_are_legible(
        areas in proptest::collection::vec((1u64..6, 0u64..3, any::<bool>()), 1..13),
        accesses in proptest::collection::vec((0usize..13, 0u64..6, any::<bool>()), 1..40), small in any::<bool>(),
    ) {
        let machine = if small { "machine { virtual 20 bits, physical 20 bits, page 64 B }\n" } else { "machine core-i7\n" };
        let (page, first) = if small { (64, 0x1000) } else { (4096, 0x1000_0000) };
        let mut next = first;
        let mut starts = Vec::new();
        let mut script = format!("{machine}process P\n");
        for (at, (pages, gap, shared)) in areas.iter().enumerate() {
            starts.push(next);
            let kind = if *shared { "MAP_SHARED" } else { "MAP_PRIVATE" };
            let bytes = pages * page;
            let _ = writeln!(script, "let p{at} = mmap({next}, {bytes}, PROT_READ | PROT_WRITE, {kind} | MAP_ANONYMOUS | MAP_FIXED, -1, 0)");
            next += bytes + gap * page;
        }
        for (area, offset, store) in &accesses {
            let va = starts[area % starts.len()] + offset * page;
            let store = if *store { ("write", " = 1") } else { ("read", "") };
            let _ = writeln!(script, "{} {va}{}", store.0, store.1);
        }
        script.push_str("figure layout P\nfigure layout P chain\n");
        let _ = write!(script, "read {first}\nfigure layout P accesses\nread {first}\nfigure layout P accesses chain\n");
        script.push_str("figure mapping P anonymous\nfigure frames P\nfigure tables P\n");
        prop_assert!(check(&script, &["P", "disk", "memory", "swap"].map(str::to_owned))? >= 6);
    }
}

/// The structures of a single area are lower than `task_struct` and `mm_struct` beside them.
#[test]
fn the_structure_of_a_single_area_is_drawn() {
    for areas in [
        "",
        "let p = mmap(4096, 64, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n",
    ] {
        let script = format!(
            "machine {{ virtual 20 bits, physical 20 bits, page 64 B }}\nprocess P\n{areas}figure layout P chain\n"
        );
        assert_eq!(check(&script, &["P".to_owned()]).expect("a figure"), 1);
    }
}

/// An address space fits a terminal of 80 columns, where its notes move into the boxes.
#[test]
fn address_spaces_fit_a_terminal() {
    let script = "machine core-i7\nprocess P\nlet p = mmap(0, 8 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
        read p\nfigure layout P accesses\n";
    let wide = |columns: u32| {
        let shown = records(script)
            .into_iter()
            .rev()
            .find_map(|record| match &*record.did {
                Did::Shown(views) => Some(report(&views[0])),
                _ => None,
            });
        match shown.expect("a figure").first() {
            Some(doc::Block::Layout(of)) => layout::scene(of, columns).size().0,
            other => panic!("{other:?}"),
        }
    };
    assert!(
        wide(80) <= 80 && wide(60) <= 60,
        "{} {}",
        wide(80),
        wide(60)
    );
    assert!(wide(u32::MAX) > 80, "{}", wide(u32::MAX));
}

/// Returns the last address spaces that a script draws, as a figure.
fn layouts(script: &str, count: usize) -> Vec<Scene> {
    let mut layouts = Vec::new();
    for record in records(script) {
        let Did::Shown(views) = &*record.did else {
            continue;
        };
        layouts.extend(
            views
                .iter()
                .flat_map(report)
                .filter_map(|block| match block {
                    doc::Block::Layout(layout) => Some(*layout),
                    _ => None,
                }),
        );
    }
    let last = layouts.split_off(layouts.len() - count);
    Figure::Layouts(last).scenes(PAPER.columns(PAGE))
}

#[test]
fn two_address_spaces_are_side_by_side() {
    let script = format!(
        "{PROGRAM}sbrk(0x1800)\nfigure layout P1\nsbrk(0x1000)\nread 0x603000\nfigure layout P1 accesses"
    );
    let scenes = layouts(&script, 2);
    let wide: Vec<f64> = placed(&scenes, &PAPER, PAGE)
        .iter()
        .map(|of| of.width)
        .collect();
    assert!(
        wide.len() == 2 && wide[0] + wide[1] + 4.0 <= PAGE,
        "{wide:?}"
    );
}

#[test]
fn each_structure_has_one_arrow_to_its_area() {
    let page = &layouts(&format!("{PROGRAM}sbrk(0x1800)\nfigure layout P1 chain"), 1)[0];
    assert!(slide_type(page) >= 8.0, "{}", slide_type(page));
    for scene in [page, page.wide.as_deref().expect("a wide form")] {
        let arrows = arrows(scene);
        let wall = arrows.iter().map(|[_, to]| to.0).max().expect("an arrow");
        let (areas, others): (Vec<[Place; 2]>, Vec<[Place; 2]>) =
            arrows.iter().partition(|[_, to]| to.0 == wall);
        // Seven areas (three sections, two of the library, the heap, and the stack), in the order of their structures.
        assert_eq!(areas.len(), 7);
        let rows = |at: usize| areas.iter().map(|arrow| arrow[at].1).collect::<Vec<_>>();
        assert!(
            rows(0).is_sorted() && rows(1).is_sorted(),
            "{}",
            text(scene)
        );
        // `mmap`, `mm`, and six times `vm_next`, which leads to the next higher area.
        assert_eq!(others.len(), 8);
        assert_eq!(others.iter().filter(|[from, to]| to.1 < from.1).count(), 6);
        assert_eq!(others.iter().filter(|[from, to]| to.1 == from.1).count(), 1);
        // No two arrows to areas share a cell.
        let mut taken = BTreeSet::new();
        for shape in &scene.shapes {
            let Draws::Path { points, .. } = &shape.draws else {
                continue;
            };
            if points.last().is_some_and(|to| to.0 == wall) {
                let mut own = Scene::new("an arrow");
                own.line(points, Stroke::Thin);
                assert!(cells(&own).into_keys().all(|cell| taken.insert(cell)));
            }
        }
    }
}

/// In a terminal of 80 columns, the structures are above the address space.
#[test]
fn structures_fit_a_terminal() {
    for record in records(&format!("{PROGRAM}sbrk(0x1800)\nfigure layout P1 chain")) {
        let Did::Shown(views) = &*record.did else {
            continue;
        };
        for block in views.iter().flat_map(report) {
            let doc::Block::Layout(of) = block else {
                continue;
            };
            let scene = layout::scene(&of, 78);
            assert!(scene.size().0 <= 78, "{}", text(&scene));
            assert_eq!(text(&scene).matches("vm_start").count(), 7);
        }
    }
}

/// The stack pointer has a mark even if no area contains it. The break has one if there is a program or a heap (CS:APP figures
/// 9.26 and 9.28).
#[test]
fn the_stack_pointer_and_the_end_of_the_heap_have_marks() {
    let marks = |script: &str| {
        let drawn = text(&layouts(&format!("{script}figure layout P1"), 1)[0]);
        ["← %rsp", "← brk"].map(|mark| drawn.contains(mark))
    };
    assert_eq!(marks(&format!("{PROGRAM}sbrk(0x1800)\n")), [true, true]);
    let unmap = "munmap(0x7FFFFFFFE000, 4096)\n";
    assert_eq!(
        marks(&format!("{PROGRAM}sbrk(0x1800)\n{unmap}")),
        [true, true]
    );
    assert_eq!(marks(PROGRAM), [true, true]);
    // The break of a process that `process` has made is below its data.
    let simple = "machine simple\nprocess P1 { | start end perms | ; | 400 440 r-x | ; | 1000 1100 rw- | }\n";
    assert_eq!(marks(simple), [false, false]);
    let free = simple.replace("1000 1100", "2000 2100");
    assert_eq!(marks(&format!("{free}sbrk(64)\n")), [false, true]);
}

#[test]
fn themes_draw_the_same_scene() {
    let [keys, _] = &drawn("machine simple\nfigure system\n")[0];
    for theme in [PAPER, SCREEN, DARK, crate::report::scene::INHERIT] {
        check_svg(
            &svg(&keys[0], &theme, PAGE),
            &["CPU", "MMU", "tlb", "cache", "memory"].map(str::to_owned),
        )
        .expect("a drawing");
    }
}

/// The messages of CS:APP's figure 9.16 (b), a TLB miss, with the names in the book.
#[test]
fn messages_have_their_names_at_the_arrows() {
    let script = "machine simple\nset page_table { | vpn ppn |; | 0F 0D |; }\nfigure steps read 0x3D4\nfigure steps all read 0x3D4\n";
    let figures = drawn(script);
    let lines = text(&figures[0][0][0]);
    for name in ["1 VA", "2 VPN", "3 PTEA", "4 PTE", "5 PA", "6 data"] {
        assert!(lines.contains(&format!(" {name} ")), "{name}: {lines}");
    }
    for [keys, _] in &figures {
        assert_eq!(keys[0].title, "Messages: read 0x03D4");
    }
}

/// The address and the levels of CS:APP's figure 9.25. In Intel's manual, the offset in a page of 2 MB has 21 bits.
#[test]
fn walks_show_each_index_and_the_fields_of_the_result() {
    let script = "machine core-i7
set cr3 = 0x10000
set pte 1 0x10000 + 8 * 0x0FE { ppn 0x11 }
set pte 2 0x11000 + 8 * 0x168 { ppn 0x12 }
set pte 3 0x12000 + 8 * 0x0D9 { ppn 0x13 }
set pte 3 0x12000 + 8 * 0x0DA { ppn 0x400, ps 1 }
set pte 4 0x13000 + 8 * 0x0C3 { ppn 0xABCDE }
figure walk 0x7F5A1B2C3D4E
figure walk 0x7F5A1B400000
figure walk 0x7F5A9B400000
";
    let figures = drawn(script);
    let lines: Vec<String> = figures.iter().map(|[keys, _]| text(&keys[0])).collect();
    let expected: [&[&str]; 3] = [
        &[
            "global directory",
            "middle directory",
            "9 bits, 47–39",
            "40 bits, 51–12",
            "0x00000ABCDE",
            "physical address 0x00000ABCDED4E",
        ],
        &[
            "31 bits, 51–21",
            "21 bits, 20–0",
            "0x00000002",
            "physical address 0x0000000400000, 2 MB page",
        ],
        // The walk ends at level 2, but the address has all indexes.
        &["0x0FE", "0x16A", "0x0DA", "0x000", "page fault"],
    ];
    for (lines, expected) in lines.iter().zip(expected) {
        for words in expected {
            assert!(lines.contains(words), "{words}: {lines}");
        }
    }
    let [_, papers] = &figures[2];
    assert!(!text(&papers[0]).contains("0x16A"), "{}", text(&papers[0]));
}
