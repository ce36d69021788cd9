//! Page tables as a tree: a box per table, with arrows from entries to the tables of the next level.

use crate::report::narrate::tree::{TreeRow, described, is_long, rows};
use crate::report::scene::{ElementId, Fill, Scene, Stroke, width};
use crate::report::words::numbers;
use crate::run::record::{TreeEntry, TreeTable, TreeView};

/// The maximum height with a line between two entries.
const TALL: u32 = 60;
/// The maximum height, which fits on a page.
const MOST: u32 = 70;
/// The width of a page, and the length of the arrows to virtual pages.
const WIDE: u32 = 112;
const PAGES: u32 = 4;

/// Draws page tables, or returns `None` if they do not fit on a page.
pub(crate) fn scene(of: &TreeView) -> Option<Scene> {
    let place = |step| {
        let mut tables = Tables {
            of,
            step,
            placed: Vec::new(),
            columns: Vec::new(),
        };
        let bottom = tables.place(&of.root, 0, 0).1;
        (tables, bottom)
    };
    let (mut tables, mut bottom) = place(2);
    if bottom > TALL {
        (tables, bottom) = place(1);
    }
    (bottom <= MOST).then(|| tables.scene())
}

/// Page tables with their rows.
struct Tables<'v> {
    of: &'v TreeView,
    /// The distance of two entries.
    step: u32,
    placed: Vec<Placed>,
    columns: Vec<Column>,
}

struct Placed {
    depth: usize,
    level: u32,
    /// The row of the upper border.
    top: u32,
    head: Vec<String>,
    /// The index, the contents, and the virtual pages of each entry.
    entries: Vec<[String; 3]>,
    /// The rows of the entries that lead to a table, and of its title.
    links: Vec<(u32, u32)>,
}

/// The tables of a level.
#[derive(Default)]
struct Column {
    /// The row below which the space is free.
    free: u32,
    wide: u32,
    /// The lanes of bent arrows from the tables, numbered from the right.
    lanes: u32,
}

impl Tables<'_> {
    /// Places a table and its subtree at or below a row. Returns the first row of the table and the row below the subtree.
    fn place(&mut self, table: &TreeTable, depth: usize, top: u32) -> (u32, u32) {
        let (view, step) = (self.of, self.step);
        let spec = &view.spec;
        let mmu = spec.mmu.as_ref();
        let bits = mmu.and_then(|mmu| mmu.levels.get((table.level as usize).checked_sub(1)?));
        let bits = bits.copied().unwrap_or(0);
        if self.columns.len() <= depth {
            self.columns.push(Column::default());
        }
        let top = top.max(self.columns[depth].free);
        let at = table.at.map(|at| numbers::pa(spec, at));
        let mut head = vec![format!("level {}", table.level)];
        head.extend(at.map(|at| format!("at {at}")));
        let rows = rows(table, bits, is_long(view));
        let first = top + head.len() as u32 + 2;
        let own = self.placed.len();
        // Without lines between entries, the last one is above a border of its own.
        let mut bottom = first + rows.len() as u32 * step + 2 - step;
        self.columns[depth].free = bottom + 1;
        self.placed.push(Placed {
            depth,
            level: table.level,
            top,
            head,
            entries: Vec::new(),
            links: Vec::new(),
        });
        for (at, row) in rows.iter().enumerate() {
            let [index, words, pages] = described(spec, row, bits);
            let words = match row {
                TreeRow::Entry(_, TreeEntry::Table(below)) => {
                    let y = first + at as u32 * step;
                    let (top, end) = self.place(below, depth + 1, y - 1);
                    self.placed[own].links.push((y, top + 1));
                    bottom = bottom.max(end);
                    String::new()
                }
                _ => words,
            };
            self.placed[own].entries.push([index, words, pages]);
        }
        let placed = &self.placed[own];
        let entries = placed.entries.iter().map(|[index, words, _]| {
            width(index) + width(words) + if words.is_empty() { 0 } else { 2 }
        });
        let heads = placed.head.iter().map(|line| width(line));
        let wide = entries.chain(heads).max().unwrap_or(0) + 4;
        self.columns[depth].wide = self.columns[depth].wide.max(wide);
        (top, bottom)
    }

    fn scene(&mut self) -> Scene {
        let of = match &*self.of.of {
            "" => String::new(),
            name => format!(" of {name}"),
        };
        let mut scene = Scene::new(format!("page tables{of}"));
        let mut links: Vec<Vec<(u32, u32, u32)>> = vec![Vec::new(); self.columns.len()];
        for placed in &self.placed {
            for (from, to) in &placed.links {
                let own = &mut links[placed.depth];
                // An arrow that begins beside another one turns at the left of it, so that they do not cross.
                let active = own.iter().filter(|(_, end, _)| end >= from);
                let lane = active.map(|(.., lane)| lane + 1).max().unwrap_or(0);
                if from != to {
                    let column = &mut self.columns[placed.depth];
                    column.lanes = column.lanes.max(lane + 1);
                    own.push((*from, *to, lane));
                }
            }
        }
        let lefts = self.columns.iter().scan(0, |x, column| {
            let left = *x;
            *x += column.wide + column.lanes + 2;
            Some(left)
        });
        let lefts: Vec<u32> = lefts.collect();
        // The virtual pages are beside the last tables, if there is room.
        let right = lefts.last().zip(self.columns.last());
        let right = right.map_or(0, |(left, column)| left + column.wide + PAGES + 1);
        let pages = self.placed.iter().flat_map(|placed| &placed.entries);
        let pages = pages.map(|[.., pages]| width(pages)).max();
        let has_pages = right + pages.unwrap_or(0) <= WIDE;
        for placed in &self.placed {
            let (column, left) = (&self.columns[placed.depth], lefts[placed.depth]);
            let right = left + column.wide - 1;
            scene.part(Some(ElementId::Level(placed.level)));
            self.draw(&mut scene, placed, left, has_pages);
            for (from, to) in &placed.links {
                let end = (right + column.lanes + 2, *to);
                let bent = links[placed.depth].iter().find(|link| link.0 == *from);
                let points = match bent {
                    Some((.., lane)) => {
                        let lane = right + 1 + column.lanes - lane;
                        vec![(right, *from), (lane, *from), (lane, *to), end]
                    }
                    None => vec![(right, *from), end],
                };
                scene.arrow(&points, Stroke::Thin);
            }
        }
        scene.part(None);
        scene
    }

    fn draw(&self, scene: &mut Scene, of: &Placed, left: u32, has_pages: bool) {
        let wide = self.columns[of.depth].wide;
        let high = of.head.len() as u32 + 2;
        scene.filled((left, of.top), (wide, high), Stroke::Thin, Fill::Gray);
        for (row, line) in (of.top + 1..).zip(&of.head) {
            scene.head((left + 2, row), line.clone());
        }
        let first = of.top + high;
        let count = of.entries.len() as u32;
        if self.step == 1 {
            scene.frame((left, first - 1), (wide, count + 2), Stroke::Thin);
        }
        let mut said = Vec::new();
        for ([index, words, pages], y) in
            of.entries.iter().zip((first..).step_by(self.step as usize))
        {
            if self.step > 1 {
                scene.frame((left, y - 1), (wide, 3), Stroke::Thin);
            }
            scene.write((left + 2, y), index.clone());
            scene.write((left + wide - 2 - width(words), y), words.clone());
            if of.depth + 1 == self.columns.len() && has_pages && !pages.is_empty() {
                let right = left + wide - 1;
                scene.arrow(&[(right, y), (right + PAGES, y)], Stroke::Thin);
                scene.write((right + PAGES + 2, y), pages.clone());
            }
            let words = if words.is_empty() {
                "leads to a table"
            } else {
                words
            };
            said.push(format!("entry {index}: {words}"));
        }
        scene.say(format!("{} ({}).", of.head.join(" "), said.join("; ")));
    }
}
