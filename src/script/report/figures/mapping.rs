//! Objects that processes map: the areas at the left and at the right, and the page frames between them, above the files on
//! disk. An arrow leads from each page to its contents.

use super::lanes::{Link, points, routes};
use crate::report::narrate::hex;
use crate::report::scene::{ElementId, Line, PartClass, Place, Scene, Stroke, widest, width};
use crate::run::nouns::size;
use crate::run::record::{
    FilePages, MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess, PagePlace,
};

/// Height of a page or frame, which shares its lower border with the next one. The upper borders of all pages and frames
/// are a multiple of this number of rows apart, so that lanes exist for all arrows.
const STEP: u32 = 3;
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
        phase: 0,
        step: 0,
    };
    let areas = of.processes.iter().flat_map(|process| &process.areas);
    // The first area determines the rows, so that no row above it is blank.
    if let Some(first) = areas.clone().next() {
        pen.phase = (pen.head(first).len() as u32 + 2) % STEP;
    }
    let (left, right) = of.processes.split_at(of.processes.len().div_ceil(2));
    let sides = [left, right];
    // One lane for each page, so that the width does not reveal which pages are resident.
    let lanes = sides.map(|processes| each_page(processes).count() as u32);
    let columns = sides.map(|processes| pen.width(processes));
    let mut stores = pen.stores();
    let wide = stores.iter().map(Store::width).max().unwrap_or(0);
    let x = columns[0] + lanes[0] + 2;
    let end = x + wide - 1;
    let at = [0, end + lanes[1] + 3];
    let pages = [0, 1].map(|side| pen.column(sides[side], at[side], columns[side]));
    // The frames begin at the same row as the first page of an area. Each file is beside an area that maps it if there is room.
    let first = pages
        .iter()
        .filter_map(|pages| pages.first())
        .map(|page| page.row)
        .min();
    let mut next = first.unwrap_or(STEP + pen.phase);
    for store in &mut stores {
        let mut pages = pages.iter().flatten();
        let beside =
            pages.find(|page| store.file.is_some() && page.area.file.as_deref() == store.file);
        store.top = beside.map_or(next, |page| page.row.max(next));
        next = store.bottom() + STEP;
    }
    let routes = routes(&pages.each_ref().map(|pages| links(pages, &stores)));
    for store in &stores {
        pen.store(store, (x, store.top + routes.offset), wide, &pages);
    }
    let ends = [(columns[0] - 1, x), (at[1], end)];
    for ((pages, (source, target)), links) in pages.iter().zip(ends).zip(&routes.sides) {
        for (lane, link) in (0..).zip(links) {
            let page = pages.iter().find(|page| page.row + 1 == link.from);
            pen.scene.step(page.map(|page| page.step));
            pen.scene
                .part(page.map(|page| ElementId::Area(page.area.start)));
            pen.scene
                .answer_arrow(&points(link, lane, source, target), link.stroke);
        }
    }
    describe(&mut pen.scene, of);
    pen.scene
}

/// Returns each listed row of pages with its area.
fn each_page(processes: &[MappingProcess]) -> impl Iterator<Item = (&MappedArea, &MappedPages)> {
    let areas = processes.iter().flat_map(|process| &process.areas);
    areas.flat_map(|area| area.pages.iter().map(move |page| (area, page)))
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

/// A page of an area, with the row of its upper border and the step that draws its arrow.
struct DrawnPage<'o> {
    area: &'o MappedArea,
    page: &'o MappedPages,
    row: u32,
    step: u16,
}

/// Page frames, a file on disk, or the swap file.
struct Store<'o> {
    head: String,
    /// The name of a file.
    file: Option<&'o str>,
    /// The row of the upper border, below the heading.
    top: u32,
    /// The width of the texts, which does not depend on answers.
    inside: u32,
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
        (self.inside + 4).max(width(&self.head))
    }

    fn bottom(&self) -> u32 {
        self.top + self.cells.len() as u32 * STEP
    }
}

impl Holder<'_> {
    /// Returns what the contents represent.
    fn part(&self) -> Option<ElementId> {
        let disk = |name: &str| ElementId::Part(PartClass::Disk, name.to_owned());
        match self {
            Self::Frame(frame) => Some(ElementId::Frame(frame.frame)),
            Self::Nothing => None,
            Self::File(file, _) => Some(disk(&file.name)),
            Self::Slot(_) => Some(disk("swap")),
        }
    }

    /// Whether the contents of an area's page are here.
    fn holds(&self, DrawnPage { area, page, .. }: &DrawnPage) -> bool {
        match (self, page.place) {
            (Self::Frame(held), PagePlace::Frame { frame, .. }) => held.frame == frame,
            (Self::Slot(held), PagePlace::Swapped { slot }) => *held == slot,
            (Self::File(file, row), PagePlace::NotResident) => {
                let held = row.page..row.page + row.pages;
                area.file.as_ref() == Some(&file.name)
                    && page.page.is_some_and(|page| held.contains(&page))
            }
            _ => false,
        }
    }
}

/// Returns the rows that the arrows of a column connect.
fn links(pages: &[DrawnPage], stores: &[Store]) -> Vec<Link> {
    let cells = || {
        stores.iter().flat_map(|store| {
            let rows = (store.top..).step_by(STEP as usize);
            store.cells.iter().zip(rows)
        })
    };
    let link = |page: &DrawnPage| {
        let (_, to) = cells().find(|((holder, _), _)| holder.holds(page))?;
        Some(Link {
            from: page.row + 1,
            to: to + 1,
            stroke: match page.page.place {
                PagePlace::Frame {
                    copy_on_write: true,
                    ..
                } => Stroke::Dashed,
                _ => Stroke::Thin,
            },
        })
    };
    pages.iter().filter_map(link).collect()
}

struct Pen<'o> {
    scene: Scene,
    of: &'o Mapping,
    /// The remainder of the row of each page, divided by [`STEP`].
    phase: u32,
    /// The number of pages that are drawn.
    step: u16,
}

impl<'o> Pen<'o> {
    /// Returns the width of a column of processes, which does not depend on the states of pages, which are answers.
    fn width(&self, processes: &[MappingProcess]) -> u32 {
        let areas = processes.iter().flat_map(|process| &process.areas);
        let heads = areas.map(|area| widest(&self.head(area)));
        let valid = width("  v 0");
        let pages = each_page(processes).map(|(_, page)| width(&self.vpn(page)) + valid);
        let slot = width(&format!("swap slot {}", self.of.swap_slots));
        let boxes = heads.chain(pages).map(|inside| inside.max(slot) + 4);
        let texts = processes
            .iter()
            .map(|process| width(&note(process)).max(width(&process.process)));
        boxes.chain(texts).max().unwrap_or(0)
    }

    /// Draws processes below each other, and returns their pages.
    fn column(&mut self, processes: &'o [MappingProcess], x: u32, wide: u32) -> Vec<DrawnPage<'o>> {
        let mut drawn = Vec::new();
        // The first free row.
        let mut next = 0;
        for process in processes {
            let mut name = next;
            next += 1;
            for (at, area) in process.areas.iter().enumerate() {
                let head = self.head(area);
                let above = head.len() as u32 + 1;
                let mut row = (next + above - self.phase).next_multiple_of(STEP) + self.phase;
                let top = row - above;
                match at.checked_sub(1).map(|before| &process.areas[before]) {
                    None => name = top - 1,
                    Some(before) if self.of.whole && before.end < area.start => {
                        self.scene.write((x + 2, top - 1), "unallocated");
                    }
                    Some(_) => {}
                }
                self.scene.part(Some(ElementId::Area(area.start)));
                let tall = above + area.pages.len() as u32 * STEP + 1;
                self.scene.frame((x, top), (wide, tall), Stroke::Thin);
                self.scene.lines((x + 2, top + 1), &head);
                for page in &area.pages {
                    self.scene.frame((x, row), (wide, STEP + 1), Stroke::Thin);
                    self.scene.write((x + 2, row + 1), self.vpn(page));
                    self.step += 1;
                    self.scene.step(Some(self.step));
                    let valid = format!("v {}", u8::from(is_valid(area, page)));
                    let right = x + wide - 2 - width(&valid);
                    self.scene.answer((right, row + 1), valid);
                    self.scene.answer((x + 2, row + 2), state(area, page));
                    self.scene.step(None);
                    let step = self.step;
                    drawn.push(DrawnPage {
                        area,
                        page,
                        row,
                        step,
                    });
                    row += STEP;
                }
                self.scene.part(None);
                next = row + 2;
            }
            let note = note(process);
            next -= u32::from(!process.areas.is_empty());
            self.scene.write((x, next), note.clone());
            next += 1 + u32::from(!note.is_empty());
            let part = ElementId::Part(PartClass::Process, process.process.clone());
            self.scene.part(Some(part));
            self.scene.head((x, name), process.process.clone());
            self.scene.part(None);
        }
        drawn
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

    /// Plans the page frames, the files, and the swap file.
    fn stores(&self) -> Vec<Store<'o>> {
        let of = self.of;
        // The widths do not depend on the contents, which are answers.
        let name = of.on_disk().map(|file| width(&cut(&file.name))).max();
        let name = name.filter(|_| of.whole).unwrap_or(0);
        let number = width(&hex(0, of.frame_bits)) + width("  refs 99");
        let inside = number.max(name.max(width("page cache")) + width(", page 99"));
        let frame = |frame| (Holder::Frame(frame), self.frame(frame, inside));
        let free = || (Holder::Nothing, Default::default());
        let frames = of
            .frames
            .iter()
            .map(frame)
            .chain(std::iter::repeat_with(free));
        let mut stores = vec![Store {
            head: "page frames".to_owned(),
            file: None,
            top: 0,
            inside,
            cells: frames.take(of.places).collect(),
            note: Line::labeled("", if of.places == 0 { "none" } else { "" }),
        }];
        for file in of.on_disk() {
            let cell = |row| (Holder::File(file, row), self.file_row(file, row));
            let cells: Vec<Cell> = file.pages.iter().map(cell).collect();
            let (name, bytes) = (quoted(&file.name), size(file.bytes.into()));
            stores.push(Store {
                head: format!("{name} on disk, {bytes}"),
                file: Some(&file.name),
                top: 0,
                inside: cells
                    .iter()
                    .map(|(_, lines)| widest(lines))
                    .max()
                    .unwrap_or(0),
                cells,
                note: Line::new(more(file.omitted_pages)),
            });
        }
        if !of.swap.is_empty() {
            let slot = |slot: &u64| (Holder::Slot(*slot), self.slot(*slot));
            let texts = [
                format!("slot {}", of.swap_slots),
                format!("VPN {}", hex(0, of.vpn_bits)),
            ];
            stores.push(Store {
                head: "swap file on disk".to_owned(),
                file: None,
                top: 0,
                inside: texts.iter().map(|text| width(text)).max().unwrap_or(0),
                cells: of.swap.iter().map(slot).collect(),
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
            .map(|text| Line::labeled("", text.chars().take(inside as usize).collect::<String>()))
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
        let held = |page: &MappedPages| page.place == PagePlace::Swapped { slot };
        let page = each_page(&self.of.processes).find(|(_, page)| held(page));
        [
            Line::labeled("", format!("slot {slot}")),
            Line::labeled(
                "",
                page.map_or_else(String::new, |(_, page)| self.vpn(page)),
            ),
        ]
    }

    /// Draws a store. The contents of a frame or a slot have the step of the first page that is there.
    fn store(&mut self, store: &Store, (x, top): Place, wide: u32, pages: &[Vec<DrawnPage>]) {
        self.scene.head((x, top - 1), store.head.clone());
        let mut row = top;
        for (holder, lines) in &store.cells {
            let is_given = matches!(holder, Holder::File(..));
            let mut pages = pages.iter().flatten();
            let first = pages.find(|page| !is_given && holder.holds(page));
            // The box of a frame does not have the number of the frame, which is an answer.
            self.scene.part(holder.part().filter(|_| is_given));
            self.scene.frame((x, row), (wide, STEP + 1), Stroke::Thin);
            self.scene.part(holder.part());
            self.scene.step(first.map(|page| page.step));
            self.scene.lines((x + 2, row + 1), lines);
            self.scene.step(None);
            row += STEP;
        }
        self.scene.part(None);
        let below = row + u32::from(row > top);
        self.scene
            .lines((x, below), std::slice::from_ref(&store.note));
    }
}

/// Returns a remark about omitted pages, or about a missing area.
fn note(process: &MappingProcess) -> String {
    match process.omitted_pages {
        0 if process.areas.is_empty() => "no area maps it".to_owned(),
        pages => more(pages),
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
        let page = frame
            .page
            .map_or_else(String::new, |page| match &frame.file {
                Some(file) => format!(", page {page} of {}", quoted(file)),
                None => format!(", page {page} of the file"),
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
