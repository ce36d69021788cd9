//! Pages of one process at the left, pages of another process at the right, and their frames between them.

use super::lanes::{Link, points, routes};
use super::words::listed;
use crate::report::narrate::hex;
use crate::report::scene::{ElementId, PartClass, Place, Scene, Stroke, width};
use crate::run::record::{PageInFrame, SharedFrame, Sharing, SharingProcess};

/// Height of a page or frame, which shares its lower border with the next one.
const STEP: u32 = 2;
/// The row of the upper borders.
const TOP: u32 = 1;
/// Maximum number of pages, for one process, and for each of two processes.
const ROWS: [usize; 2] = [24, 12];
/// Maximum length of an area's name.
const NAME: usize = 16;

/// Draws pages and frames.
pub(crate) fn scene(of: &Sharing) -> Scene {
    let mut scene = Scene::new("pages and frames");
    let rows = ROWS[usize::from(of.sharing.len() > 1)];
    let listed =
        |process: &SharingProcess| process.pages.iter().take(rows).cloned().collect::<Vec<_>>();
    let columns: Vec<Vec<PageInFrame>> = of.sharing.iter().map(listed).collect();
    let shown = |frame: &&SharedFrame| {
        columns
            .iter()
            .flatten()
            .any(|page| page.frame == frame.frame)
    };
    let frames: Vec<&SharedFrame> = of.frames.iter().filter(shown).collect();
    let links = [0, 1].map(|at| {
        columns
            .get(at)
            .map_or_else(Vec::new, |pages| links(pages, &frames))
    });
    let routes = routes(&links);
    let lanes = |side: usize| {
        routes.sides[side]
            .iter()
            .filter(|link| link.from != link.to)
            .count() as u32
    };
    let texts: Vec<Vec<Cell>> = columns
        .iter()
        .map(|pages| pages.iter().map(|page| cell(of, page)).collect())
        .collect();
    let wide = |at: usize| {
        texts
            .get(at)
            .map_or(0, |cells| column_width(cells, &of.sharing[at].process))
    };
    let held: Vec<Cell> = frames.iter().map(|frame| held(of, frame)).collect();
    let x = wide(0) + lanes(0) + 3;
    let right = x + column_width(&held, "frames") - 1;
    let ends = [
        (0, wide(0) - 1, x),
        (right + lanes(1) + 4, right + lanes(1) + 4, right),
    ];
    let frame = |row: usize| ElementId::Frame(frames[row].frame);
    let mut bottom = column(&mut scene, "frames", &held, (x, TOP + routes.offset), frame);
    let mut steps = 0;
    for (at, cells) in texts.iter().enumerate() {
        let (left, source, target) = ends[at];
        let process = &of.sharing[at].process;
        let part = |_| ElementId::Part(PartClass::Process, process.clone());
        let end = column(&mut scene, process, cells, (left, TOP), part);
        bottom = bottom.max(end);
        let mut bent = 0;
        for link in &routes.sides[at] {
            let page = (link.from - TOP) / STEP + 1;
            scene.step(Some(steps + page as u16));
            scene.arrow(&points(link, bent, source, target), link.stroke);
            bent += u32::from(link.from != link.to);
        }
        scene.step(None);
        steps += cells.len() as u16;
    }
    for (row, note) in (bottom..).zip(notes(of, rows)) {
        scene.say(format!("{note}."));
        scene.write((0, row), note);
    }
    describe(&mut scene, of);
    scene
}

/// A page or a frame: its text, and whether it has changed.
type Cell = (String, bool);

fn cell(of: &Sharing, page: &PageInFrame) -> Cell {
    let name: String = page.area.chars().take(NAME).collect();
    let name = if name.is_empty() {
        name
    } else {
        format!(" {name}")
    };
    (
        format!("{}{name}, {}", hex(page.vpn, of.vpn_bits), access(page)),
        page.changed,
    )
}

fn held(of: &Sharing, frame: &SharedFrame) -> Cell {
    (
        format!("{} refs {}", hex(frame.frame, of.frame_bits), frame.refs),
        frame.changed,
    )
}

/// Returns the stores that a page's entry allows.
fn access(page: &PageInFrame) -> &'static str {
    match (page.copy_on_write, page.writable) {
        (true, _) => "copy-on-write",
        (false, true) => "R/W",
        (false, false) => "read-only",
    }
}

fn column_width(cells: &[Cell], title: &str) -> u32 {
    let inside = cells
        .iter()
        .map(|cell| width(&marked(cell)))
        .max()
        .unwrap_or(width("none"));
    (inside + 4).max(width(title))
}

/// Returns the text with its mark.
fn marked((text, changed): &Cell) -> String {
    format!("{text}{}", if *changed { " *" } else { "" })
}

/// Draws boxes below a title, and returns the row below them. `part` returns what the box of a row represents. Thick
/// borders cover the borders of unchanged neighbors.
fn column(
    scene: &mut Scene,
    title: &str,
    cells: &[Cell],
    (x, y): Place,
    part: impl Fn(usize) -> ElementId,
) -> u32 {
    let wide = column_width(cells, title);
    scene.head((x, 0), title);
    if cells.is_empty() {
        scene.write((x, y), "none");
        return y + 2;
    }
    for changed in [false, true] {
        for (row, _) in (0..).zip(cells).filter(|(_, cell)| cell.1 == changed) {
            let stroke = if changed { Stroke::Taken } else { Stroke::Thin };
            scene.part(Some(part(row as usize)));
            scene.frame((x, y + row * STEP), (wide, STEP + 1), stroke);
        }
    }
    for (row, cell) in (0..).zip(cells) {
        scene.part(Some(part(row as usize)));
        scene.write((x + 2, y + row * STEP + 1), marked(cell));
    }
    scene.part(None);
    y + cells.len() as u32 * STEP + 1
}

/// Returns the rows that the arrows of a column connect.
fn links(pages: &[PageInFrame], frames: &[&SharedFrame]) -> Vec<Link> {
    let link = |(row, page): (u32, &PageInFrame)| {
        let at = frames.iter().position(|frame| frame.frame == page.frame)?;
        let stroke = if page.copy_on_write {
            Stroke::Dashed
        } else {
            Stroke::Thin
        };
        Some(Link {
            from: TOP + row * STEP + 1,
            to: TOP + at as u32 * STEP + 1,
            stroke,
        })
    };
    (0..).zip(pages).filter_map(link).collect()
}

/// Returns the legend, with the pages that the figure leaves out.
fn notes(of: &Sharing, rows: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let changed = of.frames.iter().any(|frame| frame.changed)
        || of
            .sharing
            .iter()
            .flat_map(|process| &process.pages)
            .any(|page| page.changed);
    if changed {
        notes.push("* changed since the previous figure".to_owned());
    }
    for process in of.sharing.iter().filter(|process| !process.gone.is_empty()) {
        let gone = process.gone.iter().map(|vpn| hex(*vpn, of.vpn_bits));
        notes.push(format!(
            "no longer in a frame: {} of {}",
            listed(gone.collect()),
            process.process
        ));
    }
    if of.compared && notes.is_empty() {
        notes.push("no changes since the previous figure".to_owned());
    }
    for process in of
        .sharing
        .iter()
        .filter(|process| process.pages.len() > rows)
    {
        let omitted = process.pages.len() - rows;
        notes.push(format!(
            "not shown: {omitted} more {} of {}",
            if omitted == 1 { "page" } else { "pages" },
            process.process
        ));
    }
    notes
}

fn describe(scene: &mut Scene, of: &Sharing) {
    let mark = |changed: bool| if changed { " (changed)" } else { "" };
    for process in &of.sharing {
        for page in &process.pages {
            let (text, changed) = cell(of, page);
            let frame = hex(page.frame, of.frame_bits);
            let name = &process.process;
            scene.say(format!(
                "{name}: page {text}, is in frame {frame}{}.",
                mark(changed)
            ));
        }
    }
    for frame in &of.frames {
        scene.say(format!(
            "Frame {}{}.",
            held(of, frame).0,
            mark(frame.changed)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::scene;
    use crate::report::scene::tests::collisions;
    use crate::run::record::{PageInFrame, SharedFrame, Sharing, SharingProcess};
    use proptest::prelude::*;

    fn process() -> impl Strategy<Value = SharingProcess> {
        let page = (
            0u64..20,
            "[a-z]{0,20}",
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
        )
            .prop_map(
                |(frame, area, writable, copy_on_write, changed)| PageInFrame {
                    vpn: 7,
                    area,
                    frame,
                    writable,
                    copy_on_write,
                    changed,
                },
            );
        let gone = proptest::collection::vec(0u64..128, 0..8);
        ("[a-z]{1,30}", proptest::collection::vec(page, 0..30), gone).prop_map(
            |(process, pages, gone)| SharingProcess {
                process,
                pages,
                gone,
            },
        )
    }

    proptest! {
        #[test]
        fn no_label_touches_a_line(
            sharing in proptest::collection::vec(process(), 1..3), vpn_bits in 7u32..45, compared in any::<bool>(),
        ) {
            let frame = |frame: u64| SharedFrame { frame, refs: 1 << frame, changed: frame.is_multiple_of(3) };
            let of = Sharing { vpn_bits, frame_bits: 6, sharing, frames: (0..20).map(frame).collect(), compared };
            prop_assert_eq!(collisions(&scene(&of)), Vec::<String>::new());
        }
    }
}
