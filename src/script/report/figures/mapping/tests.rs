//! Figures of random objects, and those of the book.

use super::scene;
use crate::report::playing::{PROGRAM, records};
use crate::report::scene::tests::collisions;
use crate::report::scene::{Draws, Place, Scene, Shape, text};
use crate::run::record::{
    Did, FigureData, FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping,
    MappingProcess, PagePlace, View,
};
use proptest::prelude::*;

/// A process whose areas have these numbers of pages, in frames that `place` selects.
fn process(name: &str, areas: &[Vec<u64>], bits: u32) -> MappingProcess {
    let last = (1u64 << (bits - 6)) - 1;
    let place = |n: u64| match n {
        20 => PagePlace::NotResident,
        21 => PagePlace::Swapped {
            slot: 4_294_967_295,
        },
        22 => PagePlace::Zero,
        n => PagePlace::Frame {
            frame: n,
            writable: n.is_multiple_of(2),
            copy_on_write: n.is_multiple_of(3),
        },
    };
    let area = |pages: &Vec<u64>| MappedArea {
        name: if pages.len().is_multiple_of(2) {
            "a".repeat(pages.len() * 4)
        } else {
            String::new()
        },
        start: (1 << bits) - 128,
        end: (1 << bits) - 64,
        perms: "rwx".to_owned(),
        shared: pages.len().is_multiple_of(3),
        file: ["a", "b"]
            .map(str::to_owned)
            .into_iter()
            .nth(pages[0] as usize % 3),
        offset: Some(u64::MAX >> 12 << 12),
        pages: pages
            .iter()
            .map(|n| MappedPages {
                vpn: if *n == 20 { last - 40 } else { last },
                pages: if *n == 20 { 40 } else { 1 },
                page: Some(*n),
                place: place(*n),
                changed: n.is_multiple_of(4),
            })
            .collect(),
    };
    let unallocated = (0..areas.len() as u64).map(|vpn| MappedPages {
        vpn,
        pages: 1,
        page: None,
        place: PagePlace::Unallocated,
        changed: vpn.is_multiple_of(2),
    });
    let omitted_pages = if areas.len() == 2 { u64::MAX >> 12 } else { 0 };
    MappingProcess {
        process: name.to_owned(),
        areas: areas.iter().map(area).collect(),
        unallocated: unallocated.collect(),
        omitted_pages,
        gone: (0..areas.len() as u64).map(|vpn| (vpn, vpn + 1)).collect(),
    }
}

/// One to four processes with up to 12 areas, whose pages are in one of two files, in anonymous memory, and in swap.
fn figure() -> impl Strategy<Value = Mapping> {
    let areas = proptest::collection::vec(proptest::collection::vec(0u64..23, 1..4), 0..13);
    let processes = proptest::collection::vec(areas, 1..5);
    let bits = prop::sample::select(vec![12u32, 14, 32, 48, 57]);
    let file = proptest::collection::vec(0u64..20, 0..9);
    let swap = proptest::collection::btree_set(0u64..9, 0..4);
    (
        processes,
        bits,
        [file.clone(), file],
        "[a-z]{1,40}",
        0usize..4,
        swap,
        (0u32..3, any::<[bool; 3]>()),
    )
        .prop_map(
            |(processes, bits, files, name, spare, swap, (kind, flags))| {
                let names = ["P1", "a-process-with-a-long-name", "P3", "P4"];
                let [asked, compared, each_entry] = flags;
                let mut processes: Vec<MappingProcess> = processes
                    .iter()
                    .zip(names)
                    .map(|(areas, name)| process(name, areas, bits))
                    .collect();
                let each_entry = each_entry && kind == 2;
                for process in &mut processes {
                    process
                        .unallocated
                        .truncate(if each_entry { 16 } else { 0 });
                    if !compared {
                        process.gone.clear();
                        process.rows_mut().for_each(|row| row.changed = false);
                    }
                }
                let kinds = ["page cache", "copy", "anonymous", "merged", "shared"];
                let frames: Vec<MappedFrame> = (0..20)
                    .map(|frame| MappedFrame {
                        frame,
                        refs: 1 << frame,
                        kind: kinds[frame as usize % 5],
                        page: (kind > 0).then_some(u64::MAX >> frame),
                        file: (kind > 1).then(|| name.clone()),
                        changed: compared && frame % 3 == 1,
                    })
                    .collect();
                let page = |(at, frame): (u64, &u64)| FilePages {
                    page: at * 2,
                    pages: 1 + frame % 2,
                    frame: frame.is_multiple_of(2).then_some(*frame),
                };
                let mut files: Vec<MappedFile> = files
                    .iter()
                    .zip(["a".to_owned(), name])
                    .map(|(pages, name)| MappedFile {
                        name,
                        bytes: 1 << 62,
                        omitted_pages: pages.len() as u64 % 3,
                        pages: (0..).zip(pages).map(page).collect(),
                    })
                    .collect();
                files.truncate(kind as usize);
                Mapping {
                    virtual_bits: bits,
                    vpn_bits: bits - 6,
                    frame_bits: 20,
                    page_bytes: 4096,
                    swap_slots: u32::MAX,
                    whole: kind == 2,
                    each_entry,
                    asked,
                    compared,
                    file: if kind == 1 { files.pop() } else { None },
                    files,
                    swap: swap.into_iter().collect(),
                    processes,
                    places: frames.len() + spare,
                    frames,
                }
            },
        )
}

proptest! {
    #[test]
    fn no_label_touches_a_line(of in figure(), columns in 60u32..120) {
        let drawn = scene(&of, columns);
        prop_assert_eq!(collisions(&drawn), Vec::<String>::new());
        let paper = drawn.clone().unanswered();
        prop_assert_eq!(paper.size(), drawn.size());
        prop_assert!(!paper.description().contains("frame"));
        // Each step adds one arrow at most, and the last step completes the figure.
        let arrows = |scene: &Scene| {
            let is_path = |shape: &&Shape| matches!(shape.draws, Draws::Path { .. });
            scene.shapes.iter().filter(is_path).count()
        };
        let steps: Vec<Scene> = (0..=drawn.last_step()).map(|step| drawn.upto(step)).collect();
        let unchanged = of.processes.iter().flat_map(MappingProcess::rows).filter(|row| !row.changed);
        let unchanged = if of.compared { unchanged.count() } else { 0 };
        prop_assert!(arrows(&steps[0]) <= unchanged);
        for pair in steps.windows(2) {
            prop_assert!(arrows(&pair[1]) <= arrows(&pair[0]) + 1);
            prop_assert_eq!(pair[1].size(), drawn.size());
        }
        prop_assert_eq!(text(&steps[steps.len() - 1]), text(&drawn));
    }

    /// Two arrows cross only if the order of their pages differs from the order of their targets. Then each pair of
    /// lines between the two columns crosses.
    #[test]
    fn arrows_cross_only_where_every_route_crosses(of in figure(), columns in 60u32..120) {
        let drawn = scene(&of, columns);
        let arrows = arrows(&drawn);
        for (at, one) in arrows.iter().enumerate() {
            for other in &arrows[..at] {
                let ends = |points: &[Place]| (points[0], points[points.len() - 1]);
                let ((a, to), (b, end)) = (ends(one), ends(other));
                let same_side = a.0 == b.0;
                let must = same_side && to != end && (a.1 < b.1) != (to.1 < end.1);
                prop_assert_eq!(crossings(one, other), usize::from(must), "{:?} {:?}", one, other);
            }
        }
    }
}

/// Returns the points of each arrow.
fn arrows(scene: &Scene) -> Vec<&Vec<Place>> {
    let points = |shape| match shape {
        &Shape {
            draws: Draws::Path { ref points, .. },
            ..
        } => Some(points),
        _ => None,
    };
    scene.shapes.iter().filter_map(points).collect()
}

/// Counts the cells in which a horizontal line of one path crosses a vertical line of the other. Arrows to the same
/// target join and do not cross.
fn crossings(one: &[Place], other: &[Place]) -> usize {
    if one.last() == other.last() {
        return 0;
    }
    let cross = |a: &[Place], b: &[Place]| {
        let between = |n: u32, one: u32, other: u32| (one.min(other)..=one.max(other)).contains(&n);
        a[0].1 == a[1].1
            && b[0].0 == b[1].0
            && between(b[0].0, a[0].0, a[1].0)
            && between(a[0].1, b[0].1, b[1].1)
    };
    let pairs = one
        .windows(2)
        .flat_map(|a| other.windows(2).map(move |b| (a, b)));
    pairs.filter(|(a, b)| cross(a, b) || cross(b, a)).count()
}

/// Runs a script, and returns its mappings.
fn mappings(script: &str) -> Vec<Mapping> {
    let shown = records(script)
        .into_iter()
        .flat_map(|record| match &*record.did {
            Did::Shown(views) => views.clone(),
            _ => Vec::new(),
        });
    let mapping = |view: View| match view {
        View::Figure(data) => match &*data {
            FigureData::Mapping(of) => Some(of.clone()),
            _ => None,
        },
        _ => None,
    };
    shown.filter_map(mapping).collect()
}

/// Returns the pages and the frames that have changed.
fn changed(of: &Mapping) -> (Vec<u64>, Vec<u64>) {
    let rows = of.processes.iter().flat_map(MappingProcess::rows);
    let frames = of.frames.iter().filter(|frame| frame.changed);
    (
        rows.filter(|row| row.changed).map(|row| row.vpn).collect(),
        frames.map(|frame| frame.frame).collect(),
    )
}

/// Draws a figure, and checks that it has at most `most` columns and that no two arrows cross.
fn check(of: &Mapping, most: u32) -> String {
    let drawn = scene(of, most);
    assert!(drawn.size().0 <= most, "{}", text(&drawn));
    for (at, one) in arrows(&drawn).iter().enumerate() {
        for other in &arrows(&drawn)[..at] {
            assert_eq!(crossings(one, other), 0, "{}", text(&drawn));
        }
    }
    text(&drawn)
}

/// The page tables of CS:APP figures 9.4, 9.6, and 9.7: VP 0 and VP 5 are unallocated, VP 1, 2, 7, and 4 are in PP 0 to 3, and
/// VP 3 and VP 6 are on disk only. Then VP 3 replaces VP 4 in PP 3.
#[test]
fn a_page_fault_changes_two_entries_and_a_frame() {
    let figures = mappings(
        "machine { virtual 9 bits, physical 9 bits, page 64 B }
kernel { frames 4, replacement lru }
file \"disk\" { size 512 B, pages 0x10 }
process P1 {
  | area  | start | end | perms | backing | offset |
  | first | 040   | 140 | rw-s  | disk    | 40     |
  | last  | 180   | 200 | rw-s  | disk    | 180    |
}
read 0x040\nread 0x080\nread 0x1C0\nread 0x100\nread 0x040\nread 0x080\nread 0x1C0
figure mapping P1\nread 0x0C0\nfigure mapping P1\nfigure mapping P1
",
    );
    let null: Vec<u64> = figures[0].processes[0]
        .unallocated
        .iter()
        .map(|row| row.vpn)
        .collect();
    assert_eq!(null, [0, 5]);
    let changes: Vec<_> = figures.iter().map(changed).collect();
    assert_eq!(changes[1], (vec![3, 4], vec![3]));
    assert_eq!(changes[2], (vec![], vec![]));
    for of in &figures {
        let drawn = check(of, 114);
        let places = (0..8).map(|vpn| drawn.find(&format!("VPN 0x{vpn}")));
        assert!(
            places.clone().all(|place| place.is_some()) && places.is_sorted(),
            "{drawn}"
        );
    }
    // Each step is a change: VP 4 leaves the frame before VP 3 comes there.
    let drawn = [0, 1, 2].map(|at| scene(&figures[at], 114));
    assert_eq!(drawn.each_ref().map(Scene::last_step), [8, 2, 0]);
    let first = text(&drawn[1].upto(1));
    assert!(
        first.contains("not resident *") && !first.contains("read-only *"),
        "{first}"
    );
    assert!(scene(&figures[1], 78).size().0 <= 78);
}

/// The store in CS:APP figure 9.30b changes one entry of one process, and its two frames.
#[test]
fn a_copy_changes_one_entry_and_two_frames() {
    let figures = mappings(
        "machine simple { tlb none, cache none }
kernel { frames 8, page-cache warm }
file \"object\" { size 128 B, pages 0x40 }
process P1
process P2
def maps(at) { mmap(at, 128, PROT_READ | PROT_WRITE, MAP_PRIVATE, open(\"object\", O_RDWR), 0); read at; read at + 64 }
P1 { maps(0x1000) }
P2 { maps(0x2000) }
figure mapping P1 P2 \"object\"
P2: write 0x2040 = 'z'
figure mapping P1 P2 \"object\"
P1: munmap(0x1040, 64)
figure mapping P1 P2 \"object\"
",
    );
    assert_eq!(changed(&figures[0]), (vec![], vec![]));
    assert_eq!(changed(&figures[1]), (vec![0x81], vec![1, 2]));
    assert_eq!(figures[2].processes[0].gone, [(0x41, 1)]);
    let drawn = check(&figures[1], 90);
    assert!(
        drawn.contains("R/W *") && drawn.contains("* changed since"),
        "{drawn}"
    );
    // The file has no swap slots, although the copy could be swapped out.
    assert!(
        !drawn.contains("swap") && !drawn.contains("object:"),
        "{drawn}"
    );
}

/// After `execve`, the stack is at the top and the code at the bottom (CS:APP figure 9.31).
#[test]
fn a_new_program_has_its_stack_at_the_top() {
    let figures = mappings(&format!(
        "{PROGRAM}figure mapping P1\nfetch 0x400400\nread 0x602000\nread 0x603000\nwrite 0x7FFFFFFFEFF8 = 1\nfigure mapping P1"
    ));
    let names = [
        "stack",
        "libc.so .data",
        "libc.so .text",
        ".bss",
        "│ .data  rw-",
        "│ .text  r-x",
    ];
    for of in &figures {
        let drawn = check(of, 114);
        let row = |name: &&str| drawn.lines().position(|line| line.contains(*name));
        let rows: Vec<usize> = names.iter().filter_map(row).collect();
        assert!(rows.len() == names.len() && rows.is_sorted(), "{drawn}");
        // A slide is 190 mm high, of which a heading takes some. Type of 8 points is 2.82 mm high, and a row 1.2 times that.
        assert!(drawn.lines().count() <= 44, "{drawn}");
        assert!(scene(of, 78).size().0 <= 78);
    }
    assert_eq!(changed(&figures[1]).0, [0x400, 0x602, 0x603, 0x7_FFFF_FFFE]);
}
