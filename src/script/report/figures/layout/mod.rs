//! Address spaces as stacked boxes, with addresses at the left of their edges and notes at the right of the boxes.

mod chain;

use crate::report::broken::broken;
use crate::report::doc::{Layout, Slab};
use crate::report::scene::{ElementId, Fill, Scene, Stroke, width};
use chain::{Chained, Form};

/// Minimum width of the texts in a box without and with notes at its right.
const LEAST: [u32; 2] = [24, 44];
/// The widths between which the texts of a box are wrapped.
const NARROW: [u32; 2] = [24, 40];
/// The width of a figure with structures where there is more room, which is that of a page.
const PAGE: u32 = 114;
/// Maximum number of accesses on a paper whose results have two rows each, in which students write.
const ROOMY: usize = 12;
/// The length of a blank, in which students write a result.
const BLANK: u32 = 28;

/// Draws an address space for a medium with this number of columns.
pub(crate) fn scene(of: &Layout, columns: u32) -> Scene {
    let narrow = (NARROW[0]..NARROW[1]).rev().map(Notes::Narrow);
    let wide = [Notes::Right, Notes::OwnLine].into_iter();
    let above = wide.chain(narrow.clone());
    let above = above.map(|notes| Plan::new(of, notes, Form::Above));
    let (mut plans, columns) = if of.chain.is_some() {
        let beside = narrow.map(|notes| Plan::new(of, notes, Form::Narrow));
        (beside.chain(above).collect::<Vec<_>>(), columns.min(PAGE))
    } else {
        (above.collect(), columns)
    };
    let fits = plans.iter().position(|plan| plan.columns() <= columns);
    let mut scene = plans.swap_remove(fits.unwrap_or(plans.len() - 1)).draw();
    if of.chain.is_some() {
        scene.wide = Some(Box::new(Plan::new(of, Notes::Right, Form::Low).draw()));
    }
    scene
}

/// Draws one or two address spaces (before and after) for a page with this number of columns. Two of them are narrow enough
/// to be side by side, if possible.
pub(crate) fn scenes(of: &[Layout], columns: u32) -> Vec<Scene> {
    if of.len() > 1 {
        let half = columns / 2 - 3;
        for notes in [Notes::OwnLine, Notes::Narrow(NARROW[0])] {
            let plans: Vec<Plan> = of
                .iter()
                .map(|layout| Plan::new(layout, notes, Form::Narrow))
                .collect();
            if plans.iter().all(|plan| plan.columns() <= half) {
                return plans.iter().map(Plan::draw).collect();
            }
        }
    }
    of.iter().map(|layout| scene(layout, columns)).collect()
}

/// Position of the notes on a box.
#[derive(Clone, Copy, PartialEq)]
enum Notes {
    Right,
    /// On a separate line.
    OwnLine,
    /// On a separate line of a box whose lines have at most this number of characters.
    Narrow(u32),
}

/// The dimensions of a figure.
struct Plan<'l> {
    layout: &'l Layout,
    slabs: Vec<Vec<Line>>,
    /// The distance of the upper edges of each box and the next one.
    heights: Vec<u32>,
    notes: Notes,
    chain: Option<Chained<'l>>,
    /// The columns of the left and the right walls of the boxes.
    walls: [u32; 2],
    /// The width of the texts at the right of the boxes.
    beside: u32,
}

/// A line of a box.
#[derive(Default)]
struct Line {
    left: String,
    right: String,
    /// The width of the right text on all editions of a paper.
    room: u32,
    /// The text at the right of the box.
    beside: String,
    /// The number of the access that the line describes.
    number: Option<u64>,
    /// Whether students write the right text.
    blank: bool,
    /// Whether the line has an empty row above it, for handwriting.
    tall: bool,
    /// Whether a paper omits the left text and the text at the right of the box.
    hidden: [bool; 2],
}

impl<'l> Plan<'l> {
    fn new(layout: &'l Layout, notes: Notes, form: Form) -> Self {
        let slabs: Vec<Vec<Line>> = layout
            .slabs
            .iter()
            .map(|slab| lines(layout, slab, notes))
            .collect();
        let tops = layout.slabs.iter().map(|slab| &slab.top);
        let margin = tops.chain([&layout.bottom]).map(|top| width(top)).max();
        let inside = slabs.iter().flatten().map(Line::inside).max().unwrap_or(0);
        let edges = layout.slabs.iter().flat_map(|slab| mark(slab, notes));
        let all = slabs.iter().flatten().map(|line| line.beside.clone());
        let beside = all.chain(edges).map(|text| width(&text)).max();
        let high = |lines: &Vec<Line>| lines.iter().map(Line::height).sum::<u32>().max(1) + 1;
        let heights: Vec<u32> = slabs.iter().map(high).collect();
        let chain = Chained::of_layout(layout, &heights, form);
        let left = chain.as_ref().map_or(0, Chained::columns) + margin.unwrap_or(0) + 1;
        let least = LEAST[usize::from(notes == Notes::Right)];
        Self {
            layout,
            slabs,
            heights,
            notes,
            chain,
            walls: [left, left + inside.max(least) + 3],
            beside: beside.unwrap_or(0),
        }
    }

    fn columns(&self) -> u32 {
        let legend = self.layout.legend.iter().map(|line| width(line)).max();
        let beside = if self.beside > 0 { self.beside + 1 } else { 0 };
        let boxes = (self.walls[1] + 1 + beside).max(self.walls[0] + legend.unwrap_or(0));
        boxes.max(self.chain.as_ref().map_or(0, Chained::all))
    }

    fn draw(&self) -> Scene {
        let layout = self.layout;
        let mut scene = Scene::new(layout.title.clone());
        let [left, right] = self.walls;
        let mut y = 0;
        if let Some(chain) = &self.chain {
            chain.draw(&mut scene, left);
            y = chain.first;
        }
        let mut changed = Vec::new();
        for ((slab, lines), height) in layout.slabs.iter().zip(&self.slabs).zip(&self.heights) {
            scene.part(slab.start.map(ElementId::Area));
            let size = (right + 1 - left, height + 1);
            if slab.gap {
                scene.line(&[(left, y), (right, y)], Stroke::Thin);
                for wall in self.walls {
                    scene.line(&[(wall, y), (wall, y + height)], Stroke::Dashed);
                }
            } else if slab.changed {
                changed.push((slab, (left, y), size));
            } else {
                scene.filled((left, y), size, Stroke::Thin, Fill::Gray);
            }
            scene.write((left - 1 - width(&slab.top), y), slab.top.clone());
            for (row, text) in (y..).zip(mark(slab, self.notes)) {
                scene.head((right + 2, row), text);
            }
            let mut row = y + 1;
            for line in lines {
                self.line(&mut scene, line, row);
                row += line.height();
            }
            y += height;
        }
        // Thick borders cover the borders of unchanged neighbors.
        for (slab, at, size) in changed {
            scene.part(slab.start.map(ElementId::Area));
            scene.filled(at, size, Stroke::Taken, Fill::Gray);
        }
        scene.part(None);
        if !layout.slabs.is_empty() {
            scene.line(&[(left, y), (right, y)], Stroke::Thin);
        }
        scene.write((left - 1 - width(&layout.bottom), y), layout.bottom.clone());
        for (row, explanation) in (y + 1..).zip(&layout.legend) {
            scene.write((left, row), explanation.clone());
        }
        // A paper has room for the notes of its key.
        scene.reserve((self.columns(), 0));
        self.describe(&mut scene);
        scene
    }

    fn line(&self, scene: &mut Scene, line: &Line, row: u32) {
        let [left, right] = self.walls;
        let row = row + line.height() - 1;
        let [inside, beside] = line.hidden;
        if !inside {
            scene.write((left + 2, row), line.left.clone());
        }
        let end = (right - 1).saturating_sub(width(&line.right));
        scene.write((end, row), line.right.clone());
        if !beside {
            scene.write((right + 2, row), line.beside.clone());
        }
    }

    /// Describes the areas as text, from top to bottom.
    fn describe(&self, scene: &mut Scene) {
        for slab in &self.layout.slabs {
            let lines = lines(self.layout, slab, Notes::Right);
            let mut said: Vec<String> = lines.iter().flat_map(Line::words).collect();
            said.extend(lines.iter().filter_map(Line::note));
            if !slab.mark.is_empty() {
                let label = mark(slab, Notes::Right).concat();
                said.push(format!("{label} at the upper edge"));
            }
            let top = match slab.top.as_str() {
                "" => String::new(),
                top => format!("Below {top}: "),
            };
            scene.say(format!("{top}{}.", said.join(", ")));
        }
        for line in &self.layout.legend {
            scene.say(format!("{line}."));
        }
        if let Some(chain) = &self.chain {
            scene.say(chain.description());
        }
    }
}

impl Line {
    fn new(left: &str, right: &str) -> Self {
        Self {
            left: left.to_owned(),
            right: right.to_owned(),
            room: width(right),
            ..Self::default()
        }
    }

    /// Returns the width of the text in the box.
    fn inside(&self) -> u32 {
        let between = if self.room == 0 || self.left.is_empty() {
            0
        } else {
            2
        };
        width(&self.left) + between + self.room
    }

    fn height(&self) -> u32 {
        1 + u32::from(self.tall)
    }

    /// Splits a line that is too long.
    fn narrowed(mut self, most: u32) -> Vec<Self> {
        if self.inside() <= most {
            return vec![self];
        }
        let (room, most) = (std::mem::take(&mut self.room), most as usize);
        let result = std::mem::take(&mut self.right);
        let result = broken(&result, most, 0);
        let result: Vec<&str> = result.lines().collect();
        // The longest results have two rows, and so has a blank.
        let above = usize::from(room >= BLANK && result.len() < 2);
        let result = vec![""; above].into_iter().chain(result).map(|right| Self {
            right: right.chars().take(most).collect(),
            room: room.min(most as u32),
            ..Self::default()
        });
        let result: Vec<Self> = result.collect();
        self.tall = false;
        let left = std::mem::take(&mut self.left);
        let left = broken(&left, most, 0);
        let mut left = left.lines().map(str::to_owned);
        self.left = left.next().unwrap_or_default();
        let more = left.map(|left| Self {
            left,
            hidden: self.hidden,
            ..Self::default()
        });
        let more: Vec<Self> = more.chain(result).collect();
        std::iter::once(self).chain(more).collect()
    }

    /// Returns the texts in the box.
    fn words(&self) -> Vec<String> {
        let number = self.number.map(|number| format!("access {number}: "));
        let left = format!("{}{}", number.unwrap_or_default(), self.left);
        let left = if self.hidden[0] { "" } else { &left };
        let right = if self.blank { "blank" } else { &self.right };
        [left, right]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .map(|text| text.trim_end_matches(',').to_owned())
            .collect()
    }

    /// Returns the note at the right of the box.
    fn note(&self) -> Option<String> {
        let noted = self.number.is_none() && !self.hidden[1] && !self.beside.is_empty();
        noted.then(|| self.beside.clone())
    }
}

/// Returns the lines of a box: its own lines, its note, and its accesses.
fn lines(layout: &Layout, slab: &Slab, notes: Notes) -> Vec<Line> {
    let mut lines: Vec<Line> = slab
        .lines
        .iter()
        .map(|(left, right)| Line::new(left, right))
        .collect();
    // The number of resident pages would reveal the results of the accesses.
    let hidden = layout.asked && slab.start.is_some();
    if let Some(first) = lines.first_mut() {
        if slab.changed {
            first.left.insert_str(0, "* ");
        }
        if notes == Notes::Right {
            first.beside.clone_from(&slab.note);
            first.hidden[1] = hidden;
        }
    }
    if notes != Notes::Right && !slab.note.is_empty() {
        lines.push(Line {
            hidden: [hidden, false],
            ..Line::new(&slab.note, "")
        });
    }
    let accesses: usize = layout.slabs.iter().map(|slab| slab.accesses.len()).sum();
    let blank = "_".repeat(BLANK as usize);
    lines.extend(slab.accesses.iter().map(|mark| {
        let result = mark.result.as_deref().unwrap_or(&blank);
        let right = if layout.asked { &blank } else { result };
        Line {
            room: if layout.written { BLANK } else { 0 }.max(width(result)),
            beside: format!("← {}", mark.number),
            number: Some(mark.number),
            blank: layout.asked,
            tall: layout.written && accesses <= ROOMY,
            ..Line::new(&mark.operation, right)
        }
    }));
    match notes {
        Notes::Narrow(most) => lines
            .into_iter()
            .flat_map(|line| line.narrowed(most))
            .collect(),
        Notes::Right | Notes::OwnLine => lines,
    }
}

/// Returns the lines of the label at the upper edge of a box. Beside a narrow box, the address of a label has its own
/// line.
fn mark(of: &Slab, notes: Notes) -> Vec<String> {
    let (name, at) = (&of.mark, &of.mark_at);
    match notes {
        _ if name.is_empty() => Vec::new(),
        _ if at.is_empty() => vec![format!("← {name}")],
        Notes::Narrow(_) => vec![format!("← {name} is"), format!("  {at}")],
        Notes::Right | Notes::OwnLine => vec![format!("← {name} is {at}")],
    }
}
