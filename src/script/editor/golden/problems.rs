//! Problems for the statements and cases that differ from the golden file.

use super::result::{GOLDEN, GoldenResult};
use crate::editor::diagnostics::Problem;
use crate::editor::document::{Document, Location};
use crate::lang::diagnostic::Severity;
use crate::lang::span::Span;

impl Document {
    /// Returns the statements and cases that differ from the golden file. Each problem refers to the golden entry.
    pub(crate) fn golden_problems<'d>(
        &'d self,
        golden: &'d GoldenResult,
    ) -> impl Iterator<Item = Problem> + 'd {
        golden.marks.iter().filter_map(|mark| {
            let place = golden.location(mark.line);
            Some(Problem {
                location: self.first_line(mark.span)?,
                code: GOLDEN,
                severity: Severity::Warning,
                message: mark.message.clone(),
                related: vec![(place, "the golden file".to_owned())],
            })
        })
    }

    /// Returns the first line of a span, or the line that contains an empty span.
    pub(super) fn first_line(&self, span: Span) -> Option<Location> {
        let location = self.location(span)?;
        let line = location
            .lines
            .bytes_of(location.lines.line_of(location.range.start));
        let end = if location.range.is_empty() {
            line.end
        } else {
            location.range.end.min(line.end)
        };
        Some(Location {
            range: location.range.start..end,
            ..location
        })
    }
}
