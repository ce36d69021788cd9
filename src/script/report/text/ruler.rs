//! Bit rulers: the bit numbers, with the fields as boxes below them.
//!
//! A narrow address gets one cell per bit, as on lecture slides. A wide address gets one cell per run of bits
//! between field boundaries, with the numbers of the run's first and last bit.

use std::fmt::Write;

use super::theme::{Ink, Theme, line, width};
use crate::report::doc::{Ruler, RulerRow};
use crate::report::excerpt::visible;
use crate::run::fields::BitField;

/// Maximum width, in bits, of an address that gets one cell per bit.
const CELLS: u32 = 20;
/// Width of a bit's cell.
const CELL: usize = 3;
/// Minimum width of a run of several bits.
const STRETCH: usize = 7;

/// Draws a ruler.
pub fn draw(text: &mut String, ruler: &Ruler, theme: Theme) {
    let title = format!("{} ({} bits)", visible(&ruler.title), ruler.bits);
    line(text, 2, &theme.paint(Ink::Strong, &title));
    if ruler.bits == 0 || ruler.rows.iter().any(|row| row.fields.is_empty()) {
        return;
    }
    let drawing = Drawing::new(ruler);
    line(text, 2, &theme.paint(Ink::Faint, &drawing.numbers()));
    if !ruler.digits.is_empty() {
        line(
            text,
            2,
            &theme.paint(Ink::Strong, &drawing.digits(&ruler.digits)),
        );
    }
    line(text, 2, &drawing.border(None, ruler.rows.first()));
    for (at, row) in ruler.rows.iter().enumerate() {
        line(
            text,
            2,
            &format!(
                "{}  {}",
                drawing.boxes(row),
                theme.paint(Ink::Faint, &visible(&row.label))
            ),
        );
        line(text, 2, &drawing.border(Some(row), ruler.rows.get(at + 1)));
    }
}

/// Consecutive bits that no field boundary divides.
struct Stretch {
    high: u32,
    low: u32,
    width: usize,
}

/// The runs of bits of an address, from left to right.
struct Drawing(Vec<Stretch>);

impl Drawing {
    fn new(ruler: &Ruler) -> Self {
        let fields = || ruler.rows.iter().flat_map(|row| &row.fields);
        // The lowest bit of each run.
        let mut lows: Vec<u32> = fields()
            .flat_map(|field| [field.low, field.high + 1])
            .chain([0])
            .collect();
        if ruler.bits <= CELLS {
            lows.extend(0..ruler.bits);
        }
        lows.retain(|low| *low < ruler.bits);
        lows.sort_unstable_by(|a, b| b.cmp(a));
        lows.dedup();
        let highs =
            std::iter::once(ruler.bits - 1).chain(lows.iter().map(|low| low.saturating_sub(1)));
        // The digits of a run must fit.
        let digits = |high, low| {
            if ruler.digits.is_empty() {
                0
            } else {
                (high - low) as usize + 1
            }
        };
        let stretch = |(high, &low)| Stretch {
            high,
            low,
            width: if high == low {
                CELL
            } else {
                STRETCH.max(digits(high, low))
            },
        };
        let mut drawing = Self(highs.zip(&lows).map(stretch).collect());
        fields().for_each(|field| drawing.make_room(field));
        drawing
    }

    fn within(&self, field: &BitField) -> std::ops::Range<usize> {
        let first = self
            .0
            .iter()
            .position(|stretch| stretch.high <= field.high)
            .unwrap_or(0);
        let last = self
            .0
            .iter()
            .position(|stretch| stretch.low <= field.low)
            .unwrap_or(self.0.len() - 1);
        first..last.max(first) + 1
    }

    /// Returns the width of a field's box without its borders.
    fn room(&self, field: &BitField) -> usize {
        let stretches = &self.0[self.within(field)];
        stretches.iter().map(|stretch| stretch.width).sum::<usize>() + stretches.len() - 1
    }

    /// Widens a field's runs until the field's name fits.
    fn make_room(&mut self, field: &BitField) {
        let missing = (width(&field.full_name()) + 2).saturating_sub(self.room(field));
        let within = self.within(field);
        let count = within.len();
        for (at, stretch) in self.0[within].iter_mut().enumerate() {
            stretch.width += missing / count + usize::from(at < missing % count);
        }
    }

    fn numbers(&self) -> String {
        let cells = self.0.iter().map(|stretch| {
            let Stretch { high, low, width } = stretch;
            let (right, left) = (low.to_string(), high.to_string());
            if high == low {
                return format!("{right:>width$}");
            }
            format!("{left}{right:>fill$}", fill = width - left.len())
        });
        format!(" {}", cells.collect::<Vec<_>>().join(" "))
    }

    /// Returns the digits of each run, below the numbers of its bits. `digits` has a digit for each bit.
    fn digits(&self, digits: &str) -> String {
        let top = self.0.first().map_or(0, |stretch| stretch.high);
        let cells = self.0.iter().map(|Stretch { high, low, width }| {
            let own = digits
                .get((top - high) as usize..=(top - low) as usize)
                .unwrap_or_default();
            if high == low {
                format!("{own:>width$}")
            } else {
                format!("{own:^width$}")
            }
        });
        format!(" {}", cells.collect::<Vec<_>>().join(" "))
    }

    fn boxes(&self, row: &RulerRow) -> String {
        let mut line = String::new();
        for (at, field) in row.fields.iter().enumerate() {
            if at == 0 {
                let before: usize = self.0[..self.within(field).start]
                    .iter()
                    .map(|s| s.width + 1)
                    .sum();
                line.push_str(&" ".repeat(before));
            }
            line.push('│');
            let _ = write!(
                line,
                "{:^room$}",
                field.full_name(),
                room = self.room(field)
            );
        }
        line.push('│');
        line
    }

    /// Draws the line between two rows of boxes.
    fn border(&self, above: Option<&RulerRow>, below: Option<&RulerRow>) -> String {
        let mut line = String::new();
        for at in 0..=self.0.len() {
            let wall = |row: Option<&RulerRow>| row.is_some_and(|row| self.wall(row, at));
            let roof = |at: Option<usize>| {
                at.is_some_and(|at| {
                    [above, below]
                        .into_iter()
                        .flatten()
                        .any(|row| self.covers(row, at))
                })
            };
            line.push(junction(
                (wall(above), wall(below)),
                (roof(at.checked_sub(1)), roof(Some(at))),
            ));
            if let Some(stretch) = self.0.get(at) {
                let stroke = if roof(Some(at)) { "─" } else { " " };
                line.push_str(&stroke.repeat(stretch.width));
            }
        }
        line
    }

    /// Whether a box in the row begins or ends at the left edge of this run.
    fn wall(&self, row: &RulerRow, at: usize) -> bool {
        row.fields
            .iter()
            .map(|field| self.within(field))
            .any(|within| within.start == at || within.end == at)
    }

    fn covers(&self, row: &RulerRow, at: usize) -> bool {
        row.fields
            .iter()
            .any(|field| self.within(field).contains(&at))
    }
}

/// Returns the character for a junction of lines.
fn junction((up, down): (bool, bool), (left, right): (bool, bool)) -> char {
    match (up, down, left, right) {
        (true, true, true, true) => '┼',
        (true, true, true, false) => '┤',
        (true, true, false, true) => '├',
        (true, false, true, true) => '┴',
        (false, true, true, true) => '┬',
        (true, false, true, false) => '┘',
        (true, false, false, true) => '└',
        (false, true, true, false) => '┐',
        (false, true, false, true) => '┌',
        (false, false, true, _) | (false, false, _, true) => '─',
        (true, _, false, false) | (_, true, false, false) => '│',
        (false, false, false, false) => ' ',
    }
}
