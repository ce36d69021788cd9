//! Tables that spreadsheets open: rosters, lists of versions, marks. One rule for all of them keeps a text from being taken
//! for a formula.

use std::borrow::Cow;

/// What a spreadsheet takes a cell for a formula by, if it begins with it (OWASP, "CSV Injection"); also in the wide forms of
/// East Asian keyboards.
const LIVE: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text as a cell holds it: behind an apostrophe where a spreadsheet would run it otherwise.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_live(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`guarded`] was given.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_live(text) => text,
        _ => cell,
    }
}

/// With apostrophes in front of it or without, so that a text that has one itself comes back as it was.
fn is_live(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(LIVE)
}

/// A row of comma-separated values, each a text: guarded, quoted where it must be, with its line's end (RFC 4180).
pub fn row<'t>(cells: impl IntoIterator<Item = &'t str>) -> String {
    let mut row = String::new();
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            row.push(',');
        }
        row.push_str(&quoted(&guarded(text)));
    }
    row.push_str("\r\n");
    row
}

/// A cell in quotes, where it has a comma, a quote or an end of a line in it, or room around it.
pub(crate) fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell.trim() != cell {
        return Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")));
    }
    Cow::Borrowed(cell)
}

#[cfg(test)]
mod tests {
    use super::{guarded, row, unguarded};

    #[test]
    fn no_cell_comes_alive_and_each_comes_back() {
        for text in ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1"] {
            assert!(guarded(text).starts_with('\''), "{text:?}");
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in ["O'Neill", "'quoted'", "a=b", "", "1-2", "שלום"] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
    }

    #[test]
    fn any_reader_of_csv_reads_what_a_row_says() {
        let cells = ["Smith, \"Al\"", "=cmd()", "two\nlines", " room ", "שם, פרטי", ""];
        let text = row(cells);
        assert!(text.ends_with("\r\n"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let read = reader.records().next().expect("a row").expect("which can be read");
        let back: Vec<&str> = read.iter().map(unguarded).collect();
        assert_eq!(back, cells);
    }
}
