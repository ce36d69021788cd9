//! An object that processes map: their areas at the left and at the right, the page frames between them, and the file on
//! disk at the bottom.

use super::lanes::{Link, Routes, points, routes};
use crate::report::narrate::hex;
use crate::report::scene::{Frame, Line, Place, Scene, Stroke, widest, width};
use crate::run::nouns::size;
use crate::run::record::{
    FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess, PagePlace,
};

/// Height of a page or frame, which shares its lower border with the next one.
const STEP: u32 = 3;
/// The row of the first areas.
const TOP: u32 = 2;
/// Maximum length of a file's name.
const NAME: usize = 24;
/// The number of lines above a file's pages, with the border.
const FILE_HEAD: u32 = 3;

/// Draws an object.
pub(crate) fn scene(of: &Mapping) -> Scene {
    let name = of
        .file
        .as_ref()
        .map_or_else(|| "anonymous memory".to_owned(), |file| quoted(&file.name));
    let mut pen = Pen {
        scene: Scene::new(format!("mapping of {name}")),
        of,
    };
    let left = of
        .processes
        .first()
        .map_or_else(Column::default, |process| pen.plan(process));
    let right = of.processes.get(1).map(|process| pen.plan(process));
    // The frames begin at the same row as the first page of an area.
    let top = [Some(&left), right.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(Column::first_page)
        .min();
    let top = top.unwrap_or(TOP + STEP);
    let links = [Some(&left), right.as_ref()]
        .map(|of| of.map_or_else(Vec::new, |column| pen.links(column, top)));
    let routes = routes(&links);
    let lines = of
        .file
        .as_ref()
        .map_or_else(Vec::new, |file| pen.file_lines(file));
    let wide = pen.frame_width();
    let object = (widest(&lines) + 4).max(wide);
    let x = (left.wide + left.lanes() + 2).max(object.saturating_sub(wide));
    let frames = pen.frames((x, top + routes.offset), wide);
    pen.column(&left, 0);
    pen.arrows(&left, 0, frames, &routes, 0);
    let object_lanes = of
        .file
        .as_ref()
        .map_or(0, |file| file.pages.len() as u32 + 1);
    let mut bottom = frames.bottom().max(left.bottom());
    if let Some(right) = &right {
        let at = frames.right() + object_lanes + right.lanes() + 3;
        pen.column(right, at);
        pen.arrows(right, at, frames, &routes, 1);
        bottom = bottom.max(right.bottom());
    }
    if let Some(file) = &of.file {
        let at = ((frames.right() + 1).saturating_sub(object), bottom + 2);
        pen.scene.boxed(at, object - 4, &lines, Stroke::Thin);
        pen.held(file, frames, bottom + 2 + FILE_HEAD);
    }
    describe(&mut pen.scene, of, &name);
    pen.scene
}

/// Returns a name in quotes. A long name is cut.
fn quoted(name: &str) -> String {
    if name.chars().count() <= NAME {
        return format!("\"{name}\"");
    }
    format!("\"{}…\"", name.chars().take(NAME - 1).collect::<String>())
}

/// The areas of a process, with the rows of their boxes.
#[derive(Default)]
struct Column {
    title: String,
    wide: u32,
    areas: Vec<PlannedArea>,
    /// A remark about omitted pages, or about a missing area.
    note: String,
}

struct PlannedArea {
    /// The row of the upper border.
    top: u32,
    head: Vec<Line>,
    pages: Vec<PlannedPage>,
}

struct PlannedPage {
    /// The row of the upper border.
    top: u32,
    vpn: String,
    state: String,
    place: PagePlace,
}

impl Column {
    fn pages(&self) -> impl Iterator<Item = &PlannedPage> {
        self.areas.iter().flat_map(|area| &area.pages)
    }

    /// Returns the number of lanes for arrows: one per page, so that the width does not reveal resident pages.
    fn lanes(&self) -> u32 {
        self.pages().count() as u32
    }

    fn first_page(&self) -> Option<u32> {
        self.pages().next().map(|page| page.top)
    }

    /// Returns the last row.
    fn bottom(&self) -> u32 {
        let note = u32::from(!self.note.is_empty());
        self.pages().last().map_or(TOP, |page| page.top + STEP) + note
    }
}

struct Pen<'o> {
    scene: Scene,
    of: &'o Mapping,
}

impl Pen<'_> {
    /// Plans the column of a process.
    fn plan(&self, process: &MappingProcess) -> Column {
        let mut areas: Vec<PlannedArea> = Vec::new();
        let mut next = TOP;
        for area in &process.areas {
            let head = self.head(area);
            let above = head.len() as u32 + 1;
            // The pages of all areas have the same distance from the rows of frames.
            let first = areas
                .first()
                .map_or(next + above, |first| first.pages[0].top);
            next += (STEP - (next + above - first) % STEP) % STEP;
            let page = |(row, page): (usize, &MappedPages)| PlannedPage {
                top: next + above + row as u32 * STEP,
                vpn: self.vpn(page),
                state: state(page),
                place: page.place,
            };
            let pages: Vec<PlannedPage> = area.pages.iter().enumerate().map(page).collect();
            let end = next + above + area.pages.len() as u32 * STEP;
            areas.push(PlannedArea {
                top: next,
                head,
                pages,
            });
            next = end + 2;
        }
        let note = match process.omitted_pages {
            0 if areas.is_empty() => "no area maps it".to_owned(),
            0 => String::new(),
            pages => more(pages),
        };
        // The width does not depend on the states, which are answers.
        let texts = areas.iter().map(|area| {
            let pages = area
                .pages
                .iter()
                .map(|page| width(&page.vpn))
                .max()
                .unwrap_or(0);
            let swapped = format!("swap slot {}", self.of.swap_slots);
            pages
                .max(widest(&area.head))
                .max(width(&swapped))
                .max(width("copy-on-write"))
        });
        let wide = texts
            .max()
            .map_or(0, |inside| inside + 4)
            .max(width(&note))
            .max(width(&process.process));
        Column {
            title: process.process.clone(),
            wide,
            areas,
            note,
        }
    }

    fn head(&self, area: &MappedArea) -> Vec<Line> {
        let mut lines = Vec::new();
        if !area.name.is_empty() {
            lines.push(Line::head(area.name.clone()));
        }
        lines.push(Line::new(format!(
            "{} start",
            hex(area.start, self.of.virtual_bits)
        )));
        lines.push(Line::new(format!(
            "{} end",
            hex(area.end, self.of.virtual_bits)
        )));
        lines.push(Line::new(format!(
            "{} {}",
            area.perms,
            if area.shared { "shared" } else { "private" }
        )));
        if let Some(offset) = area.offset.filter(|_| self.of.file.is_some()) {
            lines.push(Line::new(format!("offset 0x{offset:X}")));
        }
        lines
    }

    fn vpn(&self, page: &MappedPages) -> String {
        let first = format!("VPN {}", hex(page.vpn, self.of.vpn_bits));
        if page.pages == 1 {
            return first;
        }
        format!(
            "{first}–{}",
            hex(page.vpn + page.pages - 1, self.of.vpn_bits)
        )
    }

    /// Draws the column of a process.
    fn column(&mut self, column: &Column, x: u32) {
        self.scene.head((x, 0), column.title.clone());
        for area in &column.areas {
            let cells = area.pages.len() as u32 * STEP;
            self.scene.frame(
                (x, area.top),
                (column.wide, area.head.len() as u32 + 2 + cells),
                Stroke::Thin,
            );
            self.scene.lines((x + 2, area.top + 1), &area.head);
            for page in &area.pages {
                self.scene
                    .frame((x, page.top), (column.wide, STEP + 1), Stroke::Thin);
                self.scene.write((x + 2, page.top + 1), page.vpn.clone());
                self.scene.answer((x + 2, page.top + 2), page.state.clone());
            }
        }
        let row = if column.areas.is_empty() {
            TOP
        } else {
            column.bottom()
        };
        self.scene.write((x, row), column.note.clone());
    }

    /// Returns the rows that the arrows of a column connect, for frames whose first upper border is at `top`.
    fn links(&self, column: &Column, top: u32) -> Vec<Link> {
        let link = |page: &PlannedPage| {
            let PagePlace::Frame {
                frame,
                copy_on_write,
                ..
            } = page.place
            else {
                return None;
            };
            let at = self
                .of
                .frames
                .iter()
                .position(|known| known.frame == frame)?;
            let stroke = if copy_on_write {
                Stroke::Dashed
            } else {
                Stroke::Thin
            };
            Some(Link {
                from: page.top + 1,
                to: top + at as u32 * STEP + 1,
                stroke,
            })
        };
        column.pages().filter_map(link).collect()
    }

    /// Returns the width of a frame's box, which does not depend on the contents.
    fn frame_width(&self) -> u32 {
        let line = width(&hex(0, self.of.frame_bits)) + width("  refs 99");
        line.max(width("copy of page 99")) + 4
    }

    /// Draws the frames, and returns the box around them.
    fn frames(&mut self, (x, top): Place, wide: u32) -> Frame {
        self.scene.head((x, top - 1), "page frames");
        let places = self.of.places as u32;
        if places == 0 {
            self.scene.answer((x, top), "none");
        }
        for place in 0..places {
            let top = top + place * STEP;
            self.scene.frame((x, top), (wide, STEP + 1), Stroke::Thin);
            let Some(frame) = self.of.frames.get(place as usize) else {
                continue;
            };
            let refs = format!("refs {}", frame.refs.min(9999));
            self.scene
                .answer((x + 2, top + 1), hex(frame.frame, self.of.frame_bits));
            self.scene
                .answer((x + wide - 2 - width(&refs), top + 1), refs);
            let words = match frame.page {
                Some(page) if frame.kind == "copy" => format!("copy of page {page}"),
                _ => frame.kind.to_owned(),
            };
            self.scene.answer(
                (x + 2, top + 2),
                words.chars().take(wide as usize - 4).collect::<String>(),
            );
        }
        Frame {
            at: (x, top),
            size: (wide, places * STEP + 1),
        }
    }

    /// Draws the arrows of a column to the frames.
    fn arrows(&mut self, column: &Column, x: u32, frames: Frame, routes: &Routes, side: usize) {
        let (source, target) = if side == 0 {
            (column.wide - 1, frames.at.0)
        } else {
            (x, frames.right())
        };
        for (lane, link) in (0..).zip(&routes.sides[side]) {
            self.scene
                .answer_arrow(&points(link, lane, source, target), link.stroke);
        }
    }

    /// Returns the lines of a file: [`FILE_HEAD`] lines, and its pages.
    fn file_lines(&self, file: &MappedFile) -> Vec<Line> {
        let page = |row: &FilePages| match row.pages {
            1 => Line::new(format!(
                "page {}, offset 0x{:X}",
                row.page,
                row.page * self.of.page_bytes
            )),
            pages => Line::new(format!("pages {}–{}", row.page, row.page + pages - 1)),
        };
        let head = [
            Line::head(quoted(&file.name)),
            Line::new(format!("{} on disk", size(file.bytes.into()))),
        ];
        let mut lines: Vec<Line> = head
            .into_iter()
            .chain(file.pages.iter().map(page))
            .collect();
        if file.omitted_pages > 0 {
            lines.push(Line::new(more(file.omitted_pages)));
        }
        lines
    }

    /// Draws the lines from the pages of a file, which begin at row `first`, to their frames.
    fn held(&mut self, file: &MappedFile, frames: Frame, first: u32) {
        for (row, page) in (0..).zip(&file.pages) {
            let known = |frame: &MappedFrame| Some(frame.frame) == page.frame;
            let Some(at) = self.of.frames.iter().position(known) else {
                continue;
            };
            let lane = frames.right() + 2 + row;
            let (from, to) = (frames.at.1 + at as u32 * STEP + 2, first + row);
            let points = [
                (frames.right(), from),
                (lane, from),
                (lane, to),
                (frames.right(), to),
            ];
            self.scene.answer_line(&points, Stroke::Thin);
        }
    }
}

/// Returns a remark about pages that a figure leaves out.
fn more(pages: u64) -> String {
    format!(
        "… and {pages} more page{}",
        if pages == 1 { "" } else { "s" }
    )
}

/// Returns the state of a page in words.
fn state(page: &MappedPages) -> String {
    match page.place {
        PagePlace::Frame {
            copy_on_write: true,
            ..
        } => "copy-on-write".to_owned(),
        PagePlace::Frame { writable: true, .. } => "R/W".to_owned(),
        PagePlace::Frame { .. } => "read-only".to_owned(),
        PagePlace::Zero => "zero frame".to_owned(),
        PagePlace::Swapped { slot } => format!("swap slot {slot}"),
        PagePlace::NotResident => "not resident".to_owned(),
    }
}

fn describe(scene: &mut Scene, of: &Mapping, name: &str) {
    let number = |frame: u64| hex(frame, of.frame_bits);
    for process in &of.processes {
        for area in &process.areas {
            let kind = if area.shared { "shared" } else { "private" };
            let ends = [area.start, area.end]
                .map(|end| hex(end, of.virtual_bits))
                .join("–");
            scene.say(
                format!(
                    "{} maps {name} at {ends}, {} {kind}.",
                    process.process, area.perms
                ),
                false,
            );
            for page in &area.pages {
                let vpn = hex(page.vpn, of.vpn_bits);
                let place = match page.place {
                    PagePlace::Frame { frame, .. } => {
                        format!("in frame {}, {}", number(frame), state(page))
                    }
                    _ => state(page),
                };
                let pages = if page.pages == 1 {
                    "Page"
                } else {
                    "Pages from"
                };
                scene.say(format!("{pages} {vpn}: {place}."), true);
            }
        }
    }
    for frame in &of.frames {
        let page = frame
            .page
            .map_or_else(String::new, |page| format!(", page {page} of the file"));
        scene.say(
            format!(
                "Frame {}: {}{page}, refs {}.",
                number(frame.frame),
                frame.kind,
                frame.refs
            ),
            true,
        );
    }
    if let Some(file) = &of.file {
        let all = file.pages.iter().map(|row| row.pages).sum::<u64>() + file.omitted_pages;
        scene.say(format!("{name} has {all} pages on disk."), false);
    }
}

#[cfg(test)]
mod tests {
    use super::scene;
    use crate::report::scene::tests::collisions;
    use crate::run::record::{
        FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess,
        PagePlace,
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
            offset: Some(u64::MAX >> 12 << 12),
            pages: pages
                .iter()
                .map(|n| MappedPages {
                    vpn: if *n == 20 { last - 40 } else { last },
                    pages: if *n == 20 { 40 } else { 1 },
                    page: Some(*n),
                    place: place(*n),
                })
                .collect(),
        };
        let omitted_pages = if areas.len() == 2 { u64::MAX >> 12 } else { 0 };
        MappingProcess {
            process: name.to_owned(),
            areas: areas.iter().map(area).collect(),
            omitted_pages,
        }
    }

    fn areas() -> impl Strategy<Value = Vec<Vec<u64>>> {
        proptest::collection::vec(proptest::collection::vec(0u64..23, 1..5), 0..4)
    }

    proptest! {
        #[test]
        fn no_label_touches_a_line(
            one in areas(), other in proptest::option::of(areas()), bits in prop::sample::select(vec![12u32, 14, 32, 48, 57]),
            file in proptest::option::of(proptest::collection::vec(0u64..20, 0..9)), name in "[a-z]{1,40}", spare in 0usize..4,
        ) {
            let processes: Vec<MappingProcess> = [Some(one), other]
                .into_iter().flatten().zip(["P1", "a-process-with-a-long-name"])
                .map(|(areas, name)| process(name, &areas, bits)).collect();
            let kinds = ["page cache", "copy", "anonymous", "merged", "shared"];
            let frames: Vec<MappedFrame> = (0..20).map(|frame| MappedFrame {
                frame, refs: 1 << frame, kind: kinds[frame as usize % 5], page: file.is_some().then_some(u64::MAX >> frame),
            }).collect();
            let file = file.map(|pages| MappedFile {
                name,
                bytes: 1 << 62,
                omitted_pages: pages.len() as u64 % 3,
                pages: pages.iter().map(|frame| FilePages {
                    page: 1 << 40, pages: 1 + frame % 2, frame: frame.is_multiple_of(2).then_some(*frame),
                }).collect(),
            });
            let of = Mapping {
                virtual_bits: bits, vpn_bits: bits - 6, frame_bits: 20, page_bytes: 4096, swap_slots: u32::MAX, file, processes,
                places: frames.len() + spare, frames,
            };
            let drawn = scene(&of);
            prop_assert_eq!(collisions(&drawn), Vec::<String>::new());
            let paper = drawn.clone().unanswered();
            prop_assert_eq!(paper.size(), drawn.size());
            prop_assert!(!paper.description().contains("frame"));
        }
    }
}
