//! The lines of a file that a diagnostic shows. The lines are few, short, and free of terminal control
//! characters.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::text::Fit;
use crate::lang::source::SourceFile;
pub use pagewalk_engine::files::visible;

/// Maximum length, in bytes, of a line that is shown whole outside a terminal.
const WHOLE: usize = 160;
/// Number of columns of a terminal for the number of a line and two ellipses.
const MARGIN: usize = 10;
/// Maximum number of bytes shown before the main place in a longer line.
const BEFORE: usize = 40;

/// Some lines of a file, copied and possibly truncated. For miette, an excerpt is a source whose lines have
/// the line numbers of the file.
#[derive(Debug)]
pub(crate) struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
}

/// A line of an excerpt.
#[derive(Debug)]
struct Line {
    /// The number of the line in the file, counted from 0.
    number: usize,
    /// The bytes of the file that are shown.
    source: Range<usize>,
    /// Number of characters before the shown bytes in the line.
    column: usize,
    /// The offset of the shown bytes in the excerpt.
    shown: usize,
    /// Range of the line in the excerpt, including the truncation marks.
    whole: Range<usize>,
}

impl Excerpt {
    /// Creates an excerpt with the lines of these places, and with the lines directly before and after each
    /// place. Places are byte ranges, and the first one is the main place. A place beyond the end of the file
    /// moves to the end of the file.
    pub(crate) fn new(file: &SourceFile, places: &[Range<usize>], fit: Fit) -> Self {
        let text = &file.text;
        let whole = match fit {
            Fit::Lines(_) => WHOLE.min(fit.columns() - MARGIN),
            Fit::Nothing | Fit::Sentences(_) => WHOLE,
        };
        let mut lines: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        let mut beside: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        for place in places {
            let start = boundary(text, place.start);
            let number = file.line_column(start as u32).line - 1;
            let line = line_around(text, start);
            if let Some(end) = line.start.checked_sub(1) {
                beside.insert(number - 1, line_around(text, end));
            }
            if let Some(next) = text[line.end..]
                .find('\n')
                .map(|at| line.end + at + 1)
                .filter(|at| *at < text.len())
            {
                beside.insert(number + 1, line_around(text, next));
            }
            lines
                .entry(number)
                .or_insert_with(|| cut(text, &line, start, whole));
        }
        for (number, line) in beside {
            lines
                .entry(number)
                .or_insert_with(|| cut(text, &line, line.start, whole));
        }
        let name = visible(&file.name).into_owned();
        let mut excerpt = Self {
            name,
            text: String::new(),
            lines: Vec::new(),
        };
        for (number, source) in lines {
            excerpt.push(text, number, source);
        }
        excerpt
    }

    fn push(&mut self, text: &str, number: usize, source: Range<usize>) {
        let line = line_around(text, source.start);
        let start = self.text.len();
        if source.start > line.start {
            self.text.push('…');
        }
        let shown = self.text.len();
        self.text.push_str(&visible(&text[source.clone()]));
        if source.end < line.end {
            self.text.push('…');
        }
        let column = text[line.start..source.start].chars().count();
        self.lines.push(Line {
            number,
            source,
            column,
            shown,
            whole: start..self.text.len(),
        });
        self.text.push('\n');
    }

    /// Returns the range of a place in the excerpt, up to the end of its first line. Returns `None` if the
    /// place is not shown.
    pub(crate) fn find(&self, text: &str, place: &Range<usize>) -> Option<Range<usize>> {
        let start = boundary(text, place.start);
        let line = self
            .lines
            .iter()
            .find(|line| line.source.start <= start && start <= line.source.end)?;
        let end = boundary(text, place.end).clamp(start, line.source.end);
        let from = line.shown + visible(&text[line.source.start..start]).len();
        Some(from..from + visible(&text[start..end]).len())
    }

    /// Returns the index in `lines` of the line at this byte of the excerpt.
    fn line_at(&self, offset: usize) -> Option<usize> {
        self.lines.iter().position(|line| offset <= line.whole.end)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let ends = (
            self.line_at(span.offset()),
            self.line_at(span.offset() + span.len()),
        );
        let (Some(mut first), Some(mut last)) = ends else {
            return Err(MietteError::OutOfBounds);
        };
        let follows = |at: usize| self.lines[at].number + 1 == self.lines[at + 1].number;
        if !(first..last).all(follows) {
            return Err(MietteError::OutOfBounds);
        }
        let start = &self.lines[first];
        // This part of the excerpt has the same number of characters as the corresponding part of the file.
        let shown = self.text.get(start.shown..span.offset()).unwrap_or("");
        let mut column = start.column + shown.chars().count();
        for _ in 0..before {
            first -= usize::from(first > 0 && follows(first - 1));
        }
        for _ in 0..after {
            last += usize::from(last + 1 < self.lines.len() && follows(last));
        }
        let bytes = self.lines[first].whole.start..self.lines[last].whole.end;
        if before + after > 0 {
            column = 0;
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[bytes.clone()],
            (bytes.start, bytes.len()).into(),
            self.lines[first].number,
            column,
            last - first + 1,
        )))
    }
}

/// Returns the nearest character boundary at or before a byte of the text.
fn boundary(text: &str, byte: usize) -> usize {
    let byte = byte.min(text.len());
    (0..=byte)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Returns the line that contains a byte, without its line end (`\n` or `\r\n`).
fn line_around(text: &str, byte: usize) -> Range<usize> {
    let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
    let end = text[byte..].find('\n').map_or(text.len(), |at| byte + at);
    let end = if text[start..end].ends_with('\r') {
        end - 1
    } else {
        end
    };
    start..end.max(start)
}

/// Returns the part of a line to show around `focus`.
fn cut(text: &str, line: &Range<usize>, focus: usize, whole: usize) -> Range<usize> {
    if line.len() <= whole {
        return line.clone();
    }
    let start = boundary(text, focus.saturating_sub(BEFORE.min(whole / 2))).max(line.start);
    start..boundary(text, start + whole).min(line.end)
}
