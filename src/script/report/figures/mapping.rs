//! Objects that processes map: the areas at the left and at the right, and the page frames between them, above the files on
//! disk. An arrow leads from each page to its contents.

use super::lanes::{Link, points, routes};
use crate::report::narrate::hex;
use crate::report::scene::{ElementId, Line, PartClass, Scene, Stroke, widest, width};
use crate::run::nouns::size;
use crate::run::record::{
    FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess, PagePlace,
};

/// Height of a page or frame, which shares its lower border with the next one. The upper borders of all pages and frames
/// are a multiple of this number of rows apart, so that lanes exist for all arrows.
const STEP: u32 = 3;
/// The valid bit of an entry.
const VALID: [&str; 2] = ["v 0", "v 1"];
/// Maximum length of a file's name.
const NAME: usize = 24;

/// Draws an object.
pub(crate) fn scene(of: &Mapping) -> Scene {
    let name = match &of.file {
        _ if of.whole => "all areas".to_owned(),
        Some(file) => quoted(&file.name),
        None => "anonymous memory".to_owned(),
    };
    let mut pen = Pen {
        scene: Scene::new(format!("mapping of {name}")),
        of,
    };
    let (left, right) = of.processes.split_at(of.processes.len().div_ceil(2));
    // The first area of the first process determines the rows, so that no row above it is blank.
    let first = of
        .processes
        .iter()
        .flat_map(|process| &process.areas)
        .next();
    let phase = first.map_or(0, |area| (pen.head(area).len() as u32 + 2) % STEP);
    let columns = [left, right].map(|processes| pen.plan(processes, phase));
    // The frames begin at the same row as the first page of an area.
    let top = columns.iter().filter_map(Column::first_page).min();
    let mut stores = pen.stores(top.unwrap_or(STEP + phase), &columns);
    let routes = routes(&columns.each_ref().map(|column| links(column, &stores)));
    for store in &mut stores {
        store.top += routes.offset;
    }
    let wide = stores.iter().map(Store::width).max().unwrap_or(0);
    let x = columns[0].wide + columns[0].lanes() + 2;
    let end = x + wide - 1;
    let at = end + columns[1].lanes() + 3;
    for store in &stores {
        pen.store(store, x, wide, &columns);
    }
    let ends = [(columns[0].wide - 1, x), (at, end)];
    let mut step = 0;
    for ((column, x), ((source, target), links)) in columns
        .iter()
        .zip([0, at])
        .zip(ends.into_iter().zip(&routes.sides))
    {
        pen.column(column, x, step);
        for (lane, link) in (0..).zip(links) {
            let page = (step + 1..)
                .zip(column.pages())
                .find(|(_, (.., row))| row + 1 == link.from);
            pen.scene.step(page.map(|(step, _)| step));
            pen.scene
                .part(page.map(|(_, (area, ..))| ElementId::Area(area.start)));
            pen.scene
                .answer_arrow(&points(link, lane, source, target), link.stroke);
        }
        step += column.lanes() as u16;
    }
    describe(&mut pen.scene, of);
    pen.scene
}

/// Returns a name in quotes. A long name is cut.
fn quoted(name: &str) -> String {
    format!("\"{}\"", cut(name))
}

/// Cuts a long name.
fn cut(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    format!("{}…", name.chars().take(NAME - 1).collect::<String>())
}

/// Processes below each other, with the rows of their boxes.
struct Column<'o> {
    wide: u32,
    processes: Vec<PlannedProcess<'o>>,
}

struct PlannedProcess<'o> {
    name: String,
    /// The row of the name.
    top: u32,
    areas: Vec<PlannedArea<'o>>,
    /// A remark about omitted pages, or about a missing area, and its row.
    note: (String, u32),
}

struct PlannedArea<'o> {
    area: &'o MappedArea,
    /// The row of the upper border.
    top: u32,
    head: Vec<Line>,
    /// The row of the first page's upper border.
    pages: u32,
    /// Whether no area is between this one and the previous one, and their addresses are apart.
    apart: bool,
}

impl<'o> Column<'o> {
    /// Returns each page with its area and the row of its upper border.
    fn pages(&self) -> impl Iterator<Item = (&'o MappedArea, &'o MappedPages, u32)> {
        self.processes
            .iter()
            .flat_map(|process| &process.areas)
            .flat_map(|planned| {
                let rows = (planned.pages..).step_by(STEP as usize);
                let pages = planned.area.pages.iter().zip(rows);
                pages.map(|(page, row)| (planned.area, page, row))
            })
    }

    /// Returns the number of lanes for arrows: one per page, so that the width does not reveal resident pages.
    fn lanes(&self) -> u32 {
        self.pages().count() as u32
    }

    fn first_page(&self) -> Option<u32> {
        self.pages().next().map(|(_, _, row)| row)
    }
}

/// Page frames, or a file on disk.
struct Store<'o> {
    head: String,
    /// The row of the upper border, below the heading.
    top: u32,
    /// The least width of the boxes, which does not depend on answers.
    wide: u32,
    cells: Vec<Cell<'o>>,
    /// A remark below the cells.
    note: Line,
}

/// A box of a store: what it holds, and two lines of text.
type Cell<'o> = (Holder<'o>, [Line; 2]);

/// What a box holds.
enum Holder<'o> {
    Frame(&'o MappedFrame),
    /// A place for a frame that is not used.
    Nothing,
    File(&'o MappedFile, &'o FilePages),
    Slot(u64),
}

impl Store<'_> {
    fn width(&self) -> u32 {
        self.wide.max(width(&self.head))
    }

    fn bottom(&self) -> u32 {
        self.top + self.cells.len() as u32 * STEP
    }
}

impl Holder<'_> {
    /// Returns what the box and its text represent.
    fn parts(&self) -> (ElementId, ElementId) {
        let memory = ElementId::Part(PartClass::Memory, "memory".to_owned());
        let disk = |name: &str| ElementId::Part(PartClass::Disk, name.to_owned());
        match self {
            Self::Frame(frame) => (memory, ElementId::Frame(frame.frame)),
            Self::Nothing => (memory.clone(), memory),
            Self::File(file, _) => (disk(&file.name), disk(&file.name)),
            Self::Slot(_) => (disk("swap"), disk("swap")),
        }
    }

    /// Whether the contents of an area's page are here.
    fn holds(&self, area: &MappedArea, page: &MappedPages) -> bool {
        match (self, page.place) {
            (Self::Frame(held), PagePlace::Frame { frame, .. }) => held.frame == frame,
            (Self::Slot(held), PagePlace::Swapped { slot }) => *held == slot,
            (Self::File(file, row), PagePlace::NotResident) => {
                area.file.as_ref() == Some(&file.name)
                    && page.page.is_some_and(|page| holds_page(row, page))
            }
            _ => false,
        }
    }
}

fn holds_page(row: &FilePages, page: u64) -> bool {
    (row.page..row.page + row.pages).contains(&page)
}

/// Returns the rows that the arrows of a column connect.
fn links(column: &Column, stores: &[Store]) -> Vec<Link> {
    let link = |(area, page, row): (&MappedArea, &MappedPages, u32)| {
        let to = stores.iter().find_map(|store| {
            let at = store
                .cells
                .iter()
                .position(|(of, _)| of.holds(area, page))?;
            Some(store.top + at as u32 * STEP + 1)
        })?;
        let copied = matches!(
            page.place,
            PagePlace::Frame {
                copy_on_write: true,
                ..
            }
        );
        Some(Link {
            from: row + 1,
            to,
            stroke: if copied { Stroke::Dashed } else { Stroke::Thin },
        })
    };
    column.pages().filter_map(link).collect()
}

struct Pen<'o> {
    scene: Scene,
    of: &'o Mapping,
}

impl<'o> Pen<'o> {
    /// Plans a column of processes. The row of each page, divided by [`STEP`], has the remainder `phase`.
    fn plan(&self, processes: &'o [MappingProcess], phase: u32) -> Column<'o> {
        let mut column = Column {
            wide: 0,
            processes: Vec::new(),
        };
        // The first row that is free, below a blank one.
        let mut next = 0;
        for process in processes {
            let mut top = None;
            let mut areas: Vec<PlannedArea> = Vec::new();
            next += 1;
            for area in &process.areas {
                let head = self.head(area);
                let above = head.len() as u32 + 1;
                let pages = (next + above - phase).next_multiple_of(STEP) + phase;
                let previous = areas.last().map(|previous| previous.area.end);
                top = top.or(Some(pages - above - 1));
                next = pages + area.pages.len() as u32 * STEP + 2;
                areas.push(PlannedArea {
                    area,
                    top: pages - above,
                    head,
                    pages,
                    apart: self.of.whole && previous.is_some_and(|end| end < area.start),
                });
            }
            let note = match process.omitted_pages {
                0 if areas.is_empty() => "no area maps it".to_owned(),
                pages => more(pages),
            };
            let inside = areas.iter().flat_map(|planned| {
                let valid = 2 + width(VALID[1]);
                let pages = planned
                    .area
                    .pages
                    .iter()
                    .map(move |page| width(&self.vpn(page)) + valid);
                pages.chain([widest(&planned.head)])
            });
            // The width does not depend on the states, which are answers.
            let states = [
                width(&format!("swap slot {}", self.of.swap_slots)),
                width("copy-on-write"),
            ];
            let boxes = inside.chain(states).max().map_or(0, |inside| inside + 4);
            let texts = width(&note).max(width(&process.process));
            column.wide = column.wide.max(boxes).max(texts);
            let row = next - u32::from(!areas.is_empty());
            next = row + 1 + u32::from(!note.is_empty());
            column.processes.push(PlannedProcess {
                name: process.process.clone(),
                top: top.unwrap_or(row - 1),
                areas,
                note: (note, row),
            });
        }
        column
    }

    fn head(&self, area: &MappedArea) -> Vec<Line> {
        let mut lines = Vec::new();
        let section = section(area);
        if !area.name.is_empty() {
            lines.push(Line::head(match &area.file {
                Some(file) if *file == area.name => format!("{} {section}", cut(file)),
                _ => area.name.clone(),
            }));
        }
        lines.push(Line::new(format!("{} {}", area.perms, kind(area))));
        let start = format!("start {}", hex(area.start, self.of.virtual_bits));
        let length = format!("len {}", size((area.end - area.start).into()));
        // In a whole figure, only the file has the offset, so that the figure fits on a page.
        if let Some(offset) = area.offset.filter(|_| self.of.file.is_some()) {
            lines.push(Line::new(start));
            lines.push(Line::new(format!("{length}, offset 0x{offset:X}")));
        } else {
            lines.push(Line::new(format!("{start}, {length}")));
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

    /// Draws a column of processes. The states of the pages have the steps after `step`, as their arrows.
    fn column(&mut self, column: &Column, x: u32, mut step: u16) {
        for process in &column.processes {
            let part = ElementId::Part(PartClass::Process, process.name.clone());
            self.scene.step(None);
            self.scene.part(Some(part));
            self.scene.head((x, process.top), process.name.clone());
            for planned in &process.areas {
                self.scene.part(None);
                if planned.apart {
                    self.scene.write((x + 2, planned.top - 1), "unallocated");
                }
                self.scene.part(Some(ElementId::Area(planned.area.start)));
                let rows = planned.area.pages.len() as u32 * STEP;
                self.scene.frame(
                    (x, planned.top),
                    (column.wide, planned.pages - planned.top + rows + 1),
                    Stroke::Thin,
                );
                self.scene.lines((x + 2, planned.top + 1), &planned.head);
                for (page, row) in planned
                    .area
                    .pages
                    .iter()
                    .zip((planned.pages..).step_by(STEP as usize))
                {
                    self.scene
                        .frame((x, row), (column.wide, STEP + 1), Stroke::Thin);
                    self.scene.write((x + 2, row + 1), self.vpn(page));
                    step += 1;
                    self.scene.step(Some(step));
                    let valid = if is_valid(planned.area, page) {
                        VALID[1]
                    } else {
                        VALID[0]
                    };
                    let right = x + column.wide - 2 - width(valid);
                    self.scene.answer((right, row + 1), valid);
                    self.scene
                        .answer((x + 2, row + 2), state(planned.area, page));
                    self.scene.step(None);
                }
            }
            let (note, row) = &process.note;
            self.scene.part(None);
            self.scene.write((x, *row), note.clone());
        }
    }

    /// Plans the page frames, the files, and the swap file. The first box is at row `top`, and each file is beside an area
    /// that maps it if there is room.
    fn stores(&self, top: u32, columns: &[Column; 2]) -> Vec<Store<'o>> {
        let of = self.of;
        // The width does not depend on the contents, which are answers.
        let name = of.on_disk().map(|file| width(&cut(&file.name))).max();
        let name = name.filter(|_| of.whole).unwrap_or(0);
        let number = width(&hex(0, of.frame_bits)) + width("  refs 99");
        let inside = number.max(name.max(width("page cache")) + width(", page 99"));
        let frame = |frame| (Holder::Frame(frame), self.frame(frame, inside));
        let free = || (Holder::Nothing, <[Line; 2]>::default());
        let mut stores = vec![Store {
            head: "page frames".to_owned(),
            top,
            wide: inside + 4,
            cells: of
                .frames
                .iter()
                .map(frame)
                .chain(std::iter::repeat_with(free))
                .take(of.places)
                .collect(),
            note: Line::answer(if of.places == 0 { "none" } else { "" }),
        }];
        for file in of.on_disk() {
            let cell = |row| (Holder::File(file, row), self.file_row(file, row));
            let cells: Vec<Cell> = file.pages.iter().map(cell).collect();
            let inside = cells.iter().map(|(_, lines)| widest(lines)).max();
            let above = stores.last().map_or(top, Store::bottom);
            let mut pages = columns.iter().flat_map(Column::pages);
            let beside = pages.find(|(area, ..)| area.file.as_ref() == Some(&file.name));
            stores.push(Store {
                head: format!(
                    "{} on disk, {}",
                    quoted(&file.name),
                    size(file.bytes.into())
                ),
                top: beside.map_or(0, |(.., row)| row).max(above + STEP),
                wide: inside.unwrap_or(0) + 4,
                cells,
                note: Line::new(more(file.omitted_pages)),
            });
        }
        if !of.swap.is_empty() {
            let cell = |slot: &u64| (Holder::Slot(*slot), self.slot(*slot));
            let lines = [format!("slot {}", of.swap_slots), hex(0, of.vpn_bits)];
            let inside = lines.iter().map(|line| width(line) + 4).max();
            let above = stores.last().map_or(top, Store::bottom);
            stores.push(Store {
                head: "swap file on disk".to_owned(),
                top: above + STEP,
                wide: inside.unwrap_or(0) + 4,
                cells: of.swap.iter().map(cell).collect(),
                note: Line::default(),
            });
        }
        stores
    }

    /// Returns the lines of a frame, cut to a width.
    fn frame(&self, frame: &MappedFrame, inside: u32) -> [Line; 2] {
        let number = hex(frame.frame, self.of.frame_bits);
        let contents = match (frame.page, &frame.file) {
            (Some(page), _) if frame.kind == "copy" => format!("copy of page {page}"),
            (Some(page), Some(file)) => format!("{}, page {page}", cut(file)),
            (Some(page), None) => format!("{}, page {page}", frame.kind),
            (None, _) => frame.kind.to_owned(),
        };
        [format!("{number}  refs {}", frame.refs.min(9999)), contents]
            .map(|text| Line::answer(text.chars().take(inside as usize).collect::<String>()))
    }

    /// Returns the lines of pages of a file, with the section of the first area that maps them.
    fn file_row(&self, file: &MappedFile, row: &FilePages) -> [Line; 2] {
        let pages = match row.pages {
            1 => format!("page {}", row.page),
            pages => format!("pages {}–{}", row.page, row.page + pages - 1),
        };
        let areas = self.of.processes.iter().flat_map(|process| &process.areas);
        let mapped = areas
            .filter(|area| area.file.as_ref() == Some(&file.name))
            .find(|area| {
                let first = area.offset.unwrap_or(0) / self.of.page_bytes;
                let length = (area.end - area.start) / self.of.page_bytes;
                (first..first + length).contains(&row.page)
            });
        let section = mapped.map(section);
        [
            Line::new(match section.as_deref() {
                None => pages,
                Some("") => format!("{pages}, mapped"),
                Some(section) => format!("{section}: {pages}"),
            }),
            Line::new(format!("offset 0x{:X}", row.page * self.of.page_bytes)),
        ]
    }

    /// Returns the lines of a swap slot, with the first listed page that is in it.
    fn slot(&self, slot: u64) -> [Line; 2] {
        let areas = self.of.processes.iter().flat_map(|process| &process.areas);
        let page = areas
            .flat_map(|area| &area.pages)
            .find(|page| page.place == PagePlace::Swapped { slot });
        [
            Line::answer(format!("slot {slot}")),
            Line::answer(page.map_or_else(String::new, |page| self.vpn(page))),
        ]
    }

    /// Draws a store. The contents of a frame or a slot have the step of the first page that is there.
    fn store(&mut self, store: &Store, x: u32, wide: u32, columns: &[Column; 2]) {
        self.scene.step(None);
        self.scene.part(None);
        self.scene.head((x, store.top - 1), store.head.clone());
        for ((holder, lines), row) in store.cells.iter().zip((store.top..).step_by(STEP as usize)) {
            // The box of a frame has no number, because a paper does not reveal it.
            let (boxed, text) = holder.parts();
            let pages = columns.iter().flat_map(Column::pages);
            let first = (1..)
                .zip(pages)
                .find(|(_, (area, page, _))| holder.holds(area, page));
            self.scene.part(Some(boxed));
            self.scene.frame((x, row), (wide, STEP + 1), Stroke::Thin);
            self.scene.part(Some(text));
            let is_given = matches!(holder, Holder::File(..));
            self.scene
                .step(first.filter(|_| !is_given).map(|(step, _)| step));
            self.scene.lines((x + 2, row + 1), lines);
            self.scene.step(None);
        }
        self.scene.part(None);
        let below = store.bottom() + u32::from(!store.cells.is_empty());
        self.scene
            .lines((x, below), std::slice::from_ref(&store.note));
    }
}

/// Returns the name of the section that an area maps, or an empty string. A library's areas have the name of its file.
fn section(area: &MappedArea) -> String {
    match &area.file {
        Some(file) if *file == area.name && area.perms.contains('x') => ".text".to_owned(),
        Some(file) if *file == area.name => ".data".to_owned(),
        _ => area.name.clone(),
    }
}

/// Returns the kind of an area's object in the words of CS:APP.
fn kind(area: &MappedArea) -> String {
    let shared = if area.shared { "shared" } else { "private" };
    let object = if area.file.is_some() {
        "file-backed"
    } else {
        "demand-zero"
    };
    format!("{shared}, {object}")
}

/// Returns a remark about pages that a figure leaves out.
fn more(pages: u64) -> String {
    match pages {
        0 => String::new(),
        1 => "… and 1 more page".to_owned(),
        pages => format!("… and {pages} more pages"),
    }
}

/// Whether the valid bit of a page's entry is set. A resident page that no access may use has P = 0.
fn is_valid(area: &MappedArea, page: &MappedPages) -> bool {
    let resident = matches!(page.place, PagePlace::Frame { .. } | PagePlace::Zero);
    resident && area.perms != "---"
}

/// Returns the state of a page in words.
fn state(area: &MappedArea, page: &MappedPages) -> String {
    match page.place {
        PagePlace::Frame { .. } if !is_valid(area, page) => "no access".to_owned(),
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

fn describe(scene: &mut Scene, of: &Mapping) {
    let number = |frame: u64| hex(frame, of.frame_bits);
    for process in &of.processes {
        for area in &process.areas {
            let ends = [area.start, area.end]
                .map(|end| hex(end, of.virtual_bits))
                .join("–");
            let file = area.file.as_deref().map(quoted);
            let object = file.unwrap_or_else(|| "anonymous memory".to_owned());
            scene.say(
                format!(
                    "{} maps {object} at {ends}, {} {}.",
                    process.process,
                    area.perms,
                    kind(area)
                ),
                false,
            );
            for page in &area.pages {
                let vpn = hex(page.vpn, of.vpn_bits);
                let place = match page.place {
                    PagePlace::Frame { frame, .. } => {
                        format!("in frame {}, {}", number(frame), state(area, page))
                    }
                    _ => state(area, page),
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
        let page = frame.page.map_or_else(String::new, |page| {
            let name = frame
                .file
                .as_deref()
                .map_or_else(|| "the file".to_owned(), quoted);
            format!(", page {page} of {name}")
        });
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
    for file in of.on_disk() {
        let all = file.pages.iter().map(|row| row.pages).sum::<u64>() + file.omitted_pages;
        scene.say(
            format!("{} has {all} pages on disk.", quoted(&file.name)),
            false,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::scene;
    use crate::report::scene::tests::collisions;
    use crate::report::scene::{Draws, Place, Scene, Shape, text};
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
            0u32..3,
        )
            .prop_map(|(processes, bits, files, name, spare, swap, kind)| {
                let names = ["P1", "a-process-with-a-long-name", "P3", "P4"];
                let processes = processes
                    .iter()
                    .zip(names)
                    .map(|(areas, name)| process(name, areas, bits))
                    .collect();
                let kinds = ["page cache", "copy", "anonymous", "merged", "shared"];
                let frames: Vec<MappedFrame> = (0..20)
                    .map(|frame| MappedFrame {
                        frame,
                        refs: 1 << frame,
                        kind: kinds[frame as usize % 5],
                        page: (kind > 0).then_some(u64::MAX >> frame),
                        file: (kind > 1).then(|| name.clone()),
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
                    file: if kind == 1 { files.pop() } else { None },
                    files,
                    swap: swap.into_iter().collect(),
                    processes,
                    places: frames.len() + spare,
                    frames,
                }
            })
    }

    proptest! {
        #[test]
        fn no_label_touches_a_line(of in figure()) {
            let drawn = scene(&of);
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
            prop_assert_eq!(arrows(&steps[0]), 0);
            for pair in steps.windows(2) {
                prop_assert!(arrows(&pair[1]) <= arrows(&pair[0]) + 1);
                prop_assert_eq!(pair[1].size(), drawn.size());
            }
            prop_assert_eq!(text(&steps[steps.len() - 1]), text(&drawn));
        }

        /// Two arrows cross only if the order of their pages differs from the order of their targets. Then each pair of
        /// lines between the two columns crosses.
        #[test]
        fn arrows_cross_only_where_every_route_crosses(of in figure()) {
            let drawn = scene(&of);
            let arrows: Vec<&Vec<Place>> = drawn.shapes.iter().filter_map(|shape| match &shape.draws {
                Draws::Path { points, .. } => Some(points),
                _ => None,
            }).collect();
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

    /// Counts the cells in which a horizontal line of one path crosses a vertical line of the other. Arrows to the same
    /// target join and do not cross.
    fn crossings(one: &[Place], other: &[Place]) -> usize {
        if one.last() == other.last() {
            return 0;
        }
        let cross = |a: &[Place], b: &[Place]| {
            let between =
                |n: u32, one: u32, other: u32| (one.min(other)..=one.max(other)).contains(&n);
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
}
