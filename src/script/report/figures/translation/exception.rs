//! The exception that an access causes, and what the kernel does.

use super::pen::{LEFT, Pen, stroke};
use crate::report::broken::broken;
use crate::report::scene::{Frame, Place};
use crate::run::nouns::size;

/// The widths and least heights of a box beside the page walk, if there is room, and the least height of one below it.
pub(super) const BOX: [Place; 2] = [(34, 7), (22, 11)];
const BELOW: u32 = 7;
/// The rows of the first level of a walk and of the next levels.
const LEVEL: [u32; 2] = [2, 4];

impl Pen<'_> {
    /// Draws the box of the exception, and the lines to it from the page walk: beside the walk, or between two columns below
    /// it. A paper shows neither the text nor the level of the fault.
    pub(super) fn exception(
        &mut self,
        walk: Frame,
        (left, right): (u32, u32),
        beside: Option<Place>,
    ) -> Frame {
        let of = self.of;
        let mut text = of.fault.clone().unwrap_or_default();
        if of.handled {
            text.push_str("; the handler updates the entry, and the instruction runs again");
        }
        let (at, (wide, high)) = match beside {
            Some(size) => ((walk.right() + 5, walk.at.1), size),
            None => ((left, walk.bottom() + 2), (right - left, BELOW)),
        };
        let lines = broken(&text, wide as usize - 4, 0);
        let high = high.max(lines.lines().count() as u32 + 3);
        self.step(of.fault.is_some(), None);
        let frame = self
            .scene
            .frame(at, (wide, high), stroke(of.fault.is_some()));
        let name = if of.process.is_some() {
            "page fault handler"
        } else {
            "exception"
        };
        self.scene.head((at.0 + 2, at.1 + 1), name);
        for (row, line) in (at.1 + 2..).zip(lines.lines()) {
            self.scene.answer((at.0 + 2, row), line);
        }
        let reached = of.walk.iter().rposition(|level| level.reached);
        let last = reached.filter(|_| of.fault.is_some());
        if beside.is_none() {
            let x = at.0 + 14;
            let points = [(x, walk.bottom()), (x, at.1 - 1)];
            self.scene.arrow(&points, stroke(last.is_some()));
        } else {
            let (lane, end) = (walk.right() + 2, (at.0 - 1, walk.at.1 + LEVEL[0]));
            for level in 0..of.walk.len() {
                let y = end.1 + LEVEL[1] * level as u32;
                let points = [(walk.right(), y), (lane, y), (lane, end.1), end];
                self.scene.arrow(&points, stroke(last == Some(level)));
            }
        }
        if let Some(page) = of.page_bytes {
            let at = (LEFT + 20, walk.bottom() + 1);
            let page = format!("a page of {}", size(page.into()).trim());
            self.scene.step(None);
            self.scene.answer(at, page);
        }
        frame
    }
}
