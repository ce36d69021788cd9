//! The page frames, the files, and the swap file.

use crate::report::narrate::hex;
use crate::report::scene::{ElementId, Line, PartClass, Place, Stroke, widest, width};
use crate::run::nouns::size;
use crate::run::record::{
    FilePages, MappedFile, MappedFrame, MappedPages, MappingProcess, PagePlace,
};

use super::pen::{Form, Pen};
use super::processes::DrawnPage;
use super::words::{CHANGED, cut, more, quoted, section};
use crate::report::figures::lanes::Link;

/// Page frames, a file on disk, or the swap file.
pub(super) struct Store<'o> {
    head: String,
    /// The name of a file.
    file: Option<&'o str>,
    /// The row of the upper border, below the heading.
    pub(super) top: u32,
    /// The width of the texts, which does not depend on answers.
    inside: u32,
    cells: Vec<Cell<'o>>,
    /// A remark below the cells.
    note: Line,
}

/// A box of a store: what it holds, and its lines of text.
type Cell<'o> = (Holder<'o>, Vec<Line>);

/// What a box holds.
#[derive(Clone, Copy)]
enum Holder<'o> {
    Frame(&'o MappedFrame),
    /// A place for a frame that is not used.
    Nothing,
    File(&'o MappedFile, &'o FilePages),
    Slot(u64),
}

impl Store<'_> {
    pub(super) fn width(&self) -> u32 {
        (self.inside + 4).max(width(&self.head))
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
                area.and_then(|area| area.file.as_ref()) == Some(&file.name)
                    && page.page.is_some_and(|page| held.contains(&page))
            }
            _ => false,
        }
    }
}

/// Puts boxes into the order of their numbers, the reverse order, or the order of their pages: the first of these in which
/// the fewest arrows cross.
fn arranged<'o>(cells: &[Cell<'o>], sides: &[Vec<DrawnPage>]) -> Vec<Cell<'o>> {
    let place =
        |order: &[Cell], page: &DrawnPage| order.iter().position(|(holder, _)| holder.holds(page));
    let crossings = |order: &Vec<Cell>| -> usize {
        let count = |side: &Vec<DrawnPage>| {
            let places: Vec<usize> = side.iter().filter_map(|page| place(order, page)).collect();
            let before = |(at, place): (usize, &usize)| {
                places[..at].iter().filter(|own| *own > place).count()
            };
            places.iter().enumerate().map(before).sum::<usize>()
        };
        sides.iter().map(count).sum()
    };
    let mut orders = vec![cells.to_vec(), cells.iter().rev().cloned().collect()];
    for side in sides {
        let mut order = cells.to_vec();
        order.sort_by_key(|(holder, _)| {
            side.iter()
                .position(|page| holder.holds(page))
                .unwrap_or(usize::MAX)
        });
        orders.push(order);
    }
    orders.into_iter().min_by_key(crossings).unwrap_or_default()
}

/// Places stores below each other: each file beside an area that maps it if there is room, and the others from `next` on.
pub(super) fn place(stores: &mut [Store], pages: &[Vec<DrawnPage>], mut next: u32, form: Form) {
    for store in stores {
        let is_beside = |page: &&DrawnPage| store.file.is_some() && file_of(page) == store.file;
        let beside = pages.iter().flatten().find(is_beside);
        store.top = beside.map_or(next, |page| page.row.max(next));
        // In the low form, a remark would be in the row of the next heading.
        let has_note = form == Form::Low && widest(std::slice::from_ref(&store.note)) > 0;
        next = store.top + (store.cells.len() as u32 + 1 + u32::from(has_note)) * form.step();
    }
}

/// Returns the file that the area of a page maps.
fn file_of<'o>(page: &DrawnPage<'o>) -> Option<&'o str> {
    page.area?.file.as_deref()
}

/// Returns the rows that the arrows of a column connect.
pub(super) fn links(pages: &[DrawnPage], stores: &[Store], form: Form) -> Vec<Link> {
    let cells = || {
        stores.iter().flat_map(|store| {
            let rows = (store.top..).step_by(form.step() as usize);
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
                _ if page.page.changed => Stroke::Taken,
                _ => Stroke::Thin,
            },
        })
    };
    pages.iter().filter_map(link).collect()
}

impl<'o> Pen<'o> {
    pub(super) fn memory(&self, pages: &[Vec<DrawnPage>]) -> Store<'o> {
        let of = self.of;
        // The width does not depend on the contents, which are answers.
        let name = of.on_disk().map(|file| width(&cut(&file.name))).max();
        let name = name.filter(|_| of.whole).unwrap_or(0);
        let number = width(&hex(0, of.frame_bits)) + width("  refs 99");
        let contents = name.max(width("page cache")) + width(", page 99");
        let inside = match self.form {
            Form::Low => number + 2 + contents,
            Form::Wide | Form::Tall => contents.max(number + width(CHANGED)),
        };
        let frame = |frame| (Holder::Frame(frame), self.frame(frame, inside));
        let frames = arranged(&of.frames.iter().map(frame).collect::<Vec<_>>(), pages);
        let texts = frames.iter().map(|(_, lines)| widest(lines)).max();
        let free = std::iter::repeat_with(|| (Holder::Nothing, Vec::new()));
        Store {
            head: "page frames".to_owned(),
            file: None,
            top: 0,
            inside: match self.form {
                Form::Low => texts.unwrap_or(0),
                Form::Wide | Form::Tall => inside,
            },
            cells: frames.into_iter().chain(free).take(of.places).collect(),
            note: Line::labeled("", if of.places == 0 { "none" } else { "" }),
        }
    }

    /// Plans the files and the swap file, in the order of the pages that they hold.
    pub(super) fn disk(&self, pages: &[Vec<DrawnPage>]) -> Vec<Store<'o>> {
        let of = self.of;
        let mut stores = Vec::new();
        for file in of.on_disk() {
            let cell = |row| (Holder::File(file, row), self.file_row(file, row));
            let mut cells: Vec<Cell> = file.pages.iter().map(cell).collect();
            if !of.each_entry {
                cells.reverse();
            }
            let (name, bytes) = (quoted(&file.name), size(file.bytes.into()));
            let inside = cells.iter().map(|(_, lines)| widest(lines)).max();
            let place = |page: &DrawnPage| file_of(page) == Some(&file.name);
            let place = pages.iter().flatten().position(place);
            let store = Store {
                head: format!("{name} on disk, {bytes}"),
                file: Some(&file.name),
                top: 0,
                inside: inside.unwrap_or(0),
                cells,
                note: Line::new(more(file.omitted_pages)),
            };
            stores.push((place, store));
        }
        if !of.swap.is_empty() {
            let slot = |slot: &u64| (Holder::Slot(*slot), self.slot(*slot));
            let texts = [
                format!("slot {}", of.swap_slots),
                format!("VPN {}", hex(0, of.vpn_bits)),
            ];
            let inside = texts.iter().map(|text| width(text));
            let is_swapped =
                |page: &DrawnPage| matches!(page.page.place, PagePlace::Swapped { .. });
            let place = pages.iter().flatten().position(is_swapped);
            let store = Store {
                head: "swap file on disk".to_owned(),
                file: None,
                top: 0,
                inside: match self.form {
                    Form::Low => inside.sum::<u32>() + 2,
                    Form::Wide | Form::Tall => inside.max().unwrap_or(0),
                },
                cells: arranged(&of.swap.iter().map(slot).collect::<Vec<_>>(), pages),
                note: Line::default(),
            };
            stores.push((place.filter(|_| !of.asked), store));
        }
        stores.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
        stores.into_iter().map(|(_, store)| store).collect()
    }

    /// Returns the lines of a frame, cut to a width.
    fn frame(&self, frame: &MappedFrame, inside: u32) -> Vec<Line> {
        let number = hex(frame.frame, self.of.frame_bits);
        let number = format!("{number}  refs {}", frame.refs.min(9999));
        let contents = match (frame.page, &frame.file) {
            (Some(page), _) if frame.kind == "copy" => format!("copy of page {page}"),
            (Some(page), Some(file)) => format!("{}, page {page}", cut(file)),
            (Some(page), None) => format!("{}, page {page}", frame.kind),
            (None, _) => frame.kind.to_owned(),
        };
        let lines = match self.form {
            Form::Low => vec![format!("{number}  {contents}")],
            Form::Wide | Form::Tall => vec![number, contents],
        };
        let mark = if frame.changed { CHANGED } else { "" };
        let cut = |(line, mark): (String, &str)| {
            let text: String = line.chars().take(inside as usize).collect();
            Line::labeled("", text + mark)
        };
        lines.into_iter().zip([mark, ""]).map(cut).collect()
    }

    /// Returns the lines of pages of a file. In a whole figure, they have the section of the first area that maps them.
    fn file_row(&self, file: &MappedFile, row: &FilePages) -> Vec<Line> {
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
        let section = mapped.map(|area| {
            if self.of.whole {
                section(area)
            } else {
                String::new()
            }
        });
        let mut lines = vec![Line::new(match section.as_deref() {
            None => pages,
            Some("") => format!("{pages}, mapped"),
            Some(section) => format!("{section}: {pages}"),
        })];
        // In the low form, the number of the page is enough.
        if self.form != Form::Low {
            lines.push(Line::new(format!(
                "offset 0x{:X}",
                row.page * self.of.page_bytes
            )));
        }
        lines
    }

    /// Returns the lines of a swap slot, with the first listed page that is in it.
    fn slot(&self, slot: u64) -> Vec<Line> {
        let held = |page: &&MappedPages| page.place == PagePlace::Swapped { slot };
        let mut pages = self.of.processes.iter().flat_map(MappingProcess::rows);
        let page = pages
            .find(held)
            .map_or_else(String::new, |page| self.vpn(page));
        let number = format!("slot {slot}");
        match self.form {
            Form::Low => vec![Line::labeled("", format!("{number}  {page}").trim_end())],
            Form::Wide | Form::Tall => vec![Line::labeled("", number), Line::labeled("", page)],
        }
    }

    /// Draws a store. The contents of a frame or a slot have the step of the first page that is there, or of the first page
    /// that has come there since the previous figure.
    pub(super) fn store(
        &mut self,
        store: &Store,
        (x, top): Place,
        wide: u32,
        pages: &[Vec<DrawnPage>],
    ) {
        self.scene.head((x, top - 1), store.head.clone());
        let mut row = top;
        for (holder, lines) in &store.cells {
            let is_given = matches!(holder, Holder::File(..));
            let held = || {
                pages
                    .iter()
                    .flatten()
                    .filter(|page| !is_given && holder.holds(page))
            };
            let step = held().find(|page| page.page.changed).or(held().next());
            let mut step = step.map(|page| page.step);
            let changed = match holder {
                Holder::Frame(frame) => frame.changed,
                Holder::Slot(_) => held().any(|page| page.page.changed),
                Holder::File(..) | Holder::Nothing => false,
            };
            if changed {
                // Another process has changed what no drawn page shows.
                step = step.filter(|step| *step > 0).or(Some(self.step));
                self.changed.push((holder.part(), step, (x, row), wide));
            }
            // The box of a frame does not have the number of the frame, which is an answer.
            self.scene.part(holder.part().filter(|_| is_given));
            self.scene
                .frame((x, row), (wide, self.form.step() + 1), Stroke::Thin);
            self.scene.part(holder.part());
            self.scene.step(step);
            self.scene.lines((x + 2, row + 1), lines);
            self.scene.step(None);
            row += self.form.step();
        }
        self.scene.part(None);
        let below = row + u32::from(row > top);
        self.scene
            .lines((x, below), std::slice::from_ref(&store.note));
    }
}
