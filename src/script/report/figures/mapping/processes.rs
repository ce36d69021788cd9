//! The columns of processes, with their areas and pages.

use crate::report::narrate::hex;
use crate::report::scene::{ElementId, Line, PartClass, Stroke, widest, width};
use crate::run::nouns::size;
use crate::run::record::{MappedArea, MappedPages, MappingProcess};

use super::pen::{Form, Pen};
use super::words::{CHANGED, cut, is_valid, kind, note, section, state};

/// A page, with its area, the row of its upper border, and the step that draws its arrow.
#[derive(Clone, Copy)]
pub(super) struct DrawnPage<'o> {
    pub(super) area: Option<&'o MappedArea>,
    pub(super) page: &'o MappedPages,
    pub(super) row: u32,
    pub(super) step: u16,
}

/// A process, with the rows of its name and of its remark.
pub(super) struct DrawnProcess<'o> {
    process: &'o MappingProcess,
    name: u32,
    pub(super) boxes: Vec<DrawnBox<'o>>,
    note: u32,
}

/// An area, or consecutive pages without an area, with the rows of its borders.
pub(super) struct DrawnBox<'o> {
    area: Option<&'o MappedArea>,
    /// Whether the addresses above the area are unallocated.
    gap: bool,
    rows: [u32; 2],
    pub(super) pages: Vec<DrawnPage<'o>>,
}

impl<'o> Pen<'o> {
    /// Returns the width of a column of processes, which does not depend on the states of pages, which are answers.
    pub(super) fn width(&self, processes: &[MappingProcess]) -> u32 {
        let both = |line: &[Line; 2]| {
            line.iter()
                .map(|part| widest(std::slice::from_ref(part)))
                .sum()
        };
        let areas = processes.iter().flat_map(|process| &process.areas);
        let heads = areas
            .flat_map(|area| self.head(area))
            .map(|line| both(&line));
        let slot = if self.of.swap.is_empty() {
            0
        } else {
            width(&format!("swap slot {}", self.of.swap_slots))
        };
        let states = slot.max(width("copy-on-write")) + width(CHANGED);
        let page = |page: &MappedPages| {
            let line = width(&self.vpn(page)) + width("  v 0");
            match self.form {
                // Pages that share a row are not resident, which the valid bit shows.
                Form::Low if page.pages == 1 => line + 2 + states,
                Form::Low => line + width(CHANGED),
                Form::Wide | Form::Tall => line.max(states),
            }
        };
        let rows = processes.iter().flat_map(MappingProcess::rows).map(page);
        let boxes = heads.chain(rows).map(|inside: u32| inside + 4);
        let texts = processes
            .iter()
            .map(|process| width(&note(process)).max(width(&process.process)));
        boxes.chain(texts).max().unwrap_or(0)
    }

    /// Returns the boxes of a process from top to bottom: high addresses first, or the whole page table from entry 0 on.
    fn boxes(
        &self,
        process: &'o MappingProcess,
    ) -> Vec<(Option<&'o MappedArea>, Vec<&'o MappedPages>)> {
        let areas = process.areas.iter();
        if !self.of.each_entry {
            let pages = |area: &'o MappedArea| (Some(area), area.pages.iter().rev().collect());
            return areas.rev().map(pages).collect();
        }
        let others = process
            .unallocated
            .chunk_by(|one, next| one.vpn + 1 == next.vpn);
        let areas = areas.map(|area| (Some(area), area.pages.iter().collect::<Vec<_>>()));
        let mut boxes: Vec<_> = areas
            .chain(others.map(|pages| (None, pages.iter().collect())))
            .collect();
        boxes.sort_by_key(|(_, pages)| pages.first().map(|page| page.vpn));
        boxes
    }

    /// Places processes below each other.
    pub(super) fn column(&self, processes: &'o [MappingProcess]) -> Vec<DrawnProcess<'o>> {
        let step = self.form.step();
        let above =
            |area: Option<&MappedArea>| area.map_or(0, |area| self.head(area).len() as u32 + 1);
        // The first area determines the rows, so that no row above it is blank.
        let first = self
            .of
            .processes
            .first()
            .and_then(|process| self.boxes(process).into_iter().next());
        let phase = 1 + first.map_or(0, |(area, _)| above(area));
        let mut drawn = Vec::new();
        // The first free row.
        let mut next = 0;
        for process in processes {
            let (mut name, mut boxes) = (next, Vec::<DrawnBox>::new());
            next += 1;
            for (area, pages) in self.boxes(process) {
                let over = boxes.last().and_then(|drawn| drawn.area);
                let gap = over
                    .zip(area)
                    .is_some_and(|(over, area)| area.end < over.start);
                let gap = gap && self.of.whole && !self.of.each_entry;
                let is_low = self.form == Form::Low;
                // The entries of a page table have no space between them.
                let joins = !boxes.is_empty() && (self.of.each_entry || is_low && !gap);
                let least = next + u32::from(gap) - u32::from(joins);
                let mut row = least + above(area);
                if !is_low {
                    row += (phase + step - row % step) % step;
                }
                let top = if self.of.each_entry {
                    least
                } else {
                    row - above(area)
                };
                if boxes.is_empty() {
                    name = top - 1;
                }
                let place = |page: &'o MappedPages| {
                    row += step;
                    DrawnPage {
                        area,
                        page,
                        row: row - step,
                        // Only changes have their own steps.
                        step: u16::from(page.changed || !self.of.compared),
                    }
                };
                let pages: Vec<DrawnPage> = pages.into_iter().map(place).collect();
                boxes.push(DrawnBox {
                    area,
                    gap,
                    rows: [top, row],
                    pages,
                });
                next = row + 1;
            }
            drawn.push(DrawnProcess {
                process,
                name,
                boxes,
                note: next,
            });
            next += 1 + u32::from(!note(process).is_empty());
        }
        drawn
    }

    /// Draws a column of processes.
    pub(super) fn processes(&mut self, processes: &[DrawnProcess], x: u32, wide: u32) {
        for drawn in processes {
            for DrawnBox {
                area,
                gap,
                rows: [top, end],
                pages,
            } in &drawn.boxes
            {
                if *gap {
                    self.scene.write((x + 2, top - 1), "unallocated");
                }
                self.scene
                    .part(area.map(|area| ElementId::Area(area.start)));
                self.scene
                    .frame((x, *top), (wide, end - top + 1), Stroke::Thin);
                let head = area.map_or_else(Vec::new, |area| self.head(area));
                for (row, [name, rest]) in (top + 1..).zip(&head) {
                    let after = widest(std::slice::from_ref(name));
                    self.scene.lines((x + 2, row), std::slice::from_ref(name));
                    self.scene
                        .lines((x + 2 + after, row), std::slice::from_ref(rest));
                }
                for page in pages {
                    self.page(page, x, wide);
                }
                self.scene.part(None);
            }
            self.scene.write((x, drawn.note), note(drawn.process));
            let name = &drawn.process.process;
            self.scene
                .part(Some(ElementId::Part(PartClass::Process, name.clone())));
            self.scene.head((x, drawn.name), name.clone());
            self.scene.part(None);
        }
    }

    /// Draws a page with its valid bit and its state.
    fn page(&mut self, drawn: &DrawnPage, x: u32, wide: u32) {
        let DrawnPage {
            area,
            page,
            row,
            step,
        } = *drawn;
        let part = area.map(|area| ElementId::Area(area.start));
        self.scene
            .frame((x, row), (wide, self.form.step() + 1), Stroke::Thin);
        let vpn = self.vpn(page);
        let after = x + 4 + width(&vpn);
        self.scene.write((x + 2, row + 1), vpn);
        self.scene.step(Some(step));
        let valid = format!("v {}", u8::from(is_valid(area, page)));
        self.scene
            .answer((x + wide - 2 - width(&valid), row + 1), valid);
        let mut state = match self.form {
            Form::Low if page.pages > 1 => String::new(),
            _ => state(area, page),
        };
        if page.changed {
            state.push_str(CHANGED);
            self.changed.push((part, Some(step), (x, row), wide));
        }
        let place = match self.form {
            Form::Low => (after, row + 1),
            Form::Wide | Form::Tall => (x + 2, row + 2),
        };
        self.scene.answer(place, state);
        self.scene.step(None);
    }

    /// Returns the lines above the pages of an area, each with a first part in bold type.
    fn head(&self, area: &MappedArea) -> Vec<[Line; 2]> {
        let section = section(area);
        let name = match &area.file {
            Some(file) if *file == area.name => format!("{} {section}", cut(file)),
            _ => area.name.clone(),
        };
        let kind = format!("{} {}", area.perms, kind(area));
        let start = format!("start {}", hex(area.start, self.of.virtual_bits));
        let length = format!("len {}", size((area.end - area.start).into()));
        let rest = |text: String| [Line::default(), Line::new(text)];
        let mut lines = match self.form {
            _ if name.is_empty() => vec![rest(kind)],
            Form::Low => vec![[Line::head(name), Line::new(format!("  {kind}"))]],
            Form::Wide | Form::Tall => vec![[Line::head(name), Line::default()], rest(kind)],
        };
        // In a whole figure, only the file has the offset, so that the figure fits on a page.
        if let Some(offset) = area.offset.filter(|_| self.of.file.is_some()) {
            lines.push(rest(start));
            lines.push(rest(format!("{length}, offset 0x{offset:X}")));
        } else {
            lines.push(rest(format!("{start}, {length}")));
        }
        lines
    }
}
