//! Objects that processes map: the areas, the page frames that hold their pages, and the files on disk. An arrow leads from
//! each page to its contents. High addresses are at the top, as in the figure of an address space.

mod pen;
mod processes;
mod stores;
#[cfg(test)]
mod tests;
mod words;

use super::lanes::{Link, points, routes};
use super::words::listed;
use crate::report::scene::{ElementId, Scene, Stroke};
use crate::run::record::{Mapping, MappingProcess};
use pen::{Form, Pen};
use processes::DrawnPage;
use stores::{Store, links, place};
use words::{describe, is_valid};

/// Draws an object in at most this number of columns, if possible.
pub(crate) fn scene(of: &Mapping, columns: u32) -> Scene {
    let forms: &[Form] = match of.processes.len() {
        // The lanes of the low form depend on the answers of a question.
        1 if of.whole && !of.asked => &[Form::Low, Form::Wide, Form::Tall],
        1 => &[Form::Wide, Form::Tall],
        _ => &[Form::Tall],
    };
    let drawn = forms.iter().filter_map(|form| Pen::new(of, *form).draw());
    let mut drawn: Vec<Scene> = drawn.collect();
    let fits = drawn.iter().position(|scene| scene.size().0 <= columns);
    drawn.swap_remove(fits.unwrap_or(drawn.len() - 1))
}

impl Pen<'_> {
    /// Draws the figure, unless the form has no lanes for its arrows.
    fn draw(mut self) -> Option<Scene> {
        let (of, form) = (self.of, self.form);
        let (left, right) = of.processes.split_at(of.processes.len().div_ceil(2));
        let mut columns = [self.column(left), self.column(right)];
        let boxes = columns
            .iter_mut()
            .flatten()
            .flat_map(|drawn| &mut drawn.boxes);
        let pages = boxes.flat_map(|drawn| &mut drawn.pages);
        let mut pages: Vec<&mut DrawnPage> = pages.filter(|page| page.step > 0).collect();
        if of.compared {
            // A page leaves its frame before another page comes there.
            pages.sort_by_key(|drawn| is_valid(drawn.area, drawn.page));
        }
        self.step = pages.len() as u16;
        for (step, page) in (1..).zip(pages) {
            page.step = step;
        }
        let pages = columns.each_ref().map(|processes| -> Vec<DrawnPage> {
            let boxes = processes.iter().flat_map(|process| &process.boxes);
            boxes.flat_map(|drawn| &drawn.pages).copied().collect()
        });
        // The frames begin at the same row as the first page of an area.
        let first = pages.iter().filter_map(|pages| pages.first());
        let top = first.map(|page| page.row).min().unwrap_or(form.step());
        let (mut disk, mut memory) = (self.disk(&pages), vec![self.memory(&pages)]);
        // From left to right, there are three columns. For each side: which of them has the pages, and which the boxes.
        let (mut stores, sides) = if form == Form::Tall {
            memory.append(&mut disk);
            ([memory, Vec::new()], [(0, 1), (2, 1)])
        } else {
            ([disk, memory], [(1, 0), (1, 2)])
        };
        for stores in &mut stores {
            place(stores, &pages, top, form);
        }
        let (stores_of, pages_of) = match form {
            Form::Tall => ([0, 0], [0, 1]),
            Form::Low | Form::Wide => ([0, 1], [0, 0]),
        };
        let linked = [0, 1].map(|at| links(&pages[pages_of[at]], &stores[stores_of[at]], form));
        let (routed, offsets) = if form == Form::Tall {
            let routes = routes(&linked);
            (routes.sides, [routes.offset; 2])
        } else {
            let [disk, memory] = linked.map(|links| routes(&[links, Vec::new()]));
            let ([one, _], [other, _]) = (disk.sides, memory.sides);
            ([one, other], [disk.offset, memory.offset])
        };
        if form == Form::Low && offsets != [0; 2] {
            return None;
        }
        // In a question, the width does not reveal which pages are resident.
        let lanes = [0, 1].map(|at| match stores[stores_of[at]].is_empty() {
            true => 0,
            false if of.asked => pages[pages_of[at]].len() as u32,
            false => routed[at].iter().filter(|link| is_bent(link)).count() as u32,
        });
        let of_stores = stores.each_ref().map(|stores| {
            let widths = stores.iter().map(Store::width);
            widths.max().unwrap_or(0)
        });
        let of_pages = [left, right].map(|processes| self.width(processes));
        let mut wide = [0; 3];
        for at in [0, 1] {
            wide[sides[at].0] = of_pages[pages_of[at]];
            wide[sides[at].1] = of_stores[stores_of[at]];
        }
        let mut x = [0; 3];
        if wide[0] > 0 {
            x[1] = wide[0] + lanes[0] + 2;
        }
        x[2] = x[1] + wide[1] + lanes[1] + 2;
        for (at, (column, store)) in sides.into_iter().enumerate() {
            // Both sides can share a column.
            if at == 0 || sides[0].1 != store {
                for of in &stores[stores_of[at]] {
                    self.store(of, (x[store], of.top + offsets[at]), wide[store], &pages);
                }
            }
            if at == 0 || sides[0].0 != column {
                self.processes(&columns[pages_of[at]], x[column], wide[column]);
            }
            let right = |at: usize| (x[at] + wide[at]).saturating_sub(1);
            let (source, target) = if column < store {
                (right(column), x[store])
            } else {
                (x[column], right(store))
            };
            let mut lane = 0;
            for link in &routed[at] {
                let page = pages[pages_of[at]]
                    .iter()
                    .find(|page| page.row + 1 == link.from);
                self.scene.step(page.map(|page| page.step));
                self.scene
                    .part(page.and_then(|page| Some(ElementId::Area(page.area?.start))));
                let points = points(link, lane, source, target);
                self.scene.answer_arrow(&points, link.stroke);
                lane += u32::from(is_bent(link));
            }
            self.scene.step(None);
        }
        for (part, step, at, wide) in std::mem::take(&mut self.changed) {
            self.scene.part(part);
            self.scene.step(step);
            self.scene.frame(at, (wide, form.step() + 1), Stroke::Taken);
        }
        self.scene.part(None);
        self.scene.step(None);
        self.notes();
        describe(&mut self.scene, of);
        Some(self.scene)
    }

    /// Explains the marks, and lists pages that the processes no longer have.
    fn notes(&mut self) {
        if !self.of.compared {
            return;
        }
        let below = self.scene.size().1;
        let mut rows = self.of.processes.iter().flat_map(MappingProcess::rows);
        let any = rows.any(|page| page.changed) || self.of.frames.iter().any(|frame| frame.changed);
        let changes = if any { "* changed" } else { "no changes" };
        self.scene.step(any.then_some(self.step));
        self.scene
            .answer((0, below), format!("{changes} since the previous figure"));
        self.scene.step(None);
        let gone = self
            .of
            .processes
            .iter()
            .filter(|process| !process.gone.is_empty());
        for (row, process) in (below + 1..).zip(gone) {
            let pages = process
                .gone
                .iter()
                .map(|(vpn, pages)| self.range(*vpn, *pages));
            let pages = listed(pages.collect());
            let note = format!("no longer in an area: {pages} of {}", process.process);
            self.scene.say(format!("{note}."));
            self.scene.write((0, row), note);
        }
    }
}

/// Whether an arrow turns.
fn is_bent(link: &Link) -> bool {
    link.from != link.to
}
