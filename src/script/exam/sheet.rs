//! Tables for spreadsheets: rosters, lists of versions, and marks. All tables follow the same rule, which prevents
//! spreadsheets from interpreting text as a formula.

use std::borrow::Cow;

/// Characters that begin a formula in spreadsheets (OWASP, "CSV Injection"), including the full-width forms
/// of East Asian keyboards.
const LIVE: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Returns a text for a cell, preceded by an apostrophe if a spreadsheet would evaluate the text.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_live(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Removes the apostrophe that [`guarded`] adds.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_live(text) => text,
        _ => cell,
    }
}

/// Whether a text is a formula, with or without leading apostrophes. Leading apostrophes are allowed so that
/// a text with an apostrophe survives a round trip.
fn is_live(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(LIVE)
}

/// Whether a spreadsheet has rounded a long number, as in `1.23E+07`, so that its digits are lost.
pub fn is_rounded(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let parts = cell.split_once("E+").or_else(|| cell.split_once("e+"));
    parts
        .is_some_and(|(number, power)| digits(&number.replacen(['.', ','], "", 1)) && digits(power))
}

/// Returns a row of comma-separated values with its line end (RFC 4180). Calls [`guarded`] for each cell, and
/// quotes the cell if necessary.
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

/// Quotes a cell that contains a comma, a quote, a line break, or surrounding spaces.
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
        for text in [
            "=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1",
        ] {
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
        let cells = [
            "Smith, \"Al\"",
            "=cmd()",
            "two\nlines",
            " room ",
            "שם, פרטי",
            "",
        ];
        let text = row(cells);
        assert!(text.ends_with("\r\n"));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let read = reader
            .records()
            .next()
            .expect("a row")
            .expect("which can be read");
        let back: Vec<&str> = read.iter().map(unguarded).collect();
        assert_eq!(back, cells);
    }
}
