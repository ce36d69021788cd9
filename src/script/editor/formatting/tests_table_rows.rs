//! Tests that typed rows are aligned as the formatter aligns them, and that the text at the cursor stays.

use crate::editor::{Document, Edit, OpenTexts};
use crate::lang::format::format;

/// Types the character before `^`, and returns the new text with the cursor, or `None` for no answer.
fn typed(marked: &str) -> Option<String> {
    let at = marked.find('^').unwrap();
    let text = marked.replacen('^', "", 1);
    let line_break = text[..at].trim_end_matches([' ', '\t']).ends_with('\n');
    let edits = Document::new("a.pw", &*text, OpenTexts::default()).align_table(at, line_break)?;
    let mut text = text;
    text.insert(at, '^');
    for Edit { range, text: put } in edits.into_iter().rev() {
        // Editors insert before the cursor if the edit ends at the cursor.
        let shift = |byte: usize| if byte > at { byte + 1 } else { byte };
        assert!(
            range.start.max(range.end) <= at || range.start > at,
            "{range:?} crosses the cursor"
        );
        text.replace_range(shift(range.start)..shift(range.end), &put);
    }
    Some(text)
}

#[test]
fn a_completed_row_aligns_its_table() {
    let table = |first: &str, second: &str| format!("set page_table {{\n  {first}\n  {second}");
    let aligned = table("| vpn ppn v |", "| 0F  0D  1 |^");
    assert_eq!(
        typed(&table("| vpn ppn v |", "| 0F 0D 1 |^")),
        Some(aligned.clone())
    );
    assert_eq!(
        typed(&table("|vpn ppn v|", "   |0F   0D   1|^")),
        Some(aligned)
    );
    // A wider cell changes the rows above.
    let wide = table("| vpn  ppn |", "| 0x1F 0D  |^");
    assert_eq!(typed(&table("| vpn ppn  |", "| 0x1F 0D |^")), Some(wide));
    // A row with some of its cells.
    assert!(typed(&table("| vpn | ppn |", "| 0F |^")).is_some());
}

#[test]
fn enter_aligns_the_table_and_not_the_new_line() {
    let text =
        "set page_table {\r\n  | vpn ppn |\r\n  | 0F 0D | # one\r\n  ^\r\n  | 1 2 |\r\n}\r\nraed [";
    let wanted = "set page_table {\r\n  | vpn ppn |\r\n  | 0F  0D  |  # one\r\n  ^\r\n  | 1   2   |\r\n}\r\nraed [";
    assert_eq!(typed(text), Some(wanted.to_owned()));
}

#[test]
fn incomplete_rows_and_other_text_stay() {
    for text in [
        "set page_table {\n  |^",
        "set page_table {\n  | vpn  ppn |^ v |\n}",
        "set page_table {\n  | vpn  ppn\n^",
        "let a = 1 |^",
        "let a = 1  | 2\n^",
        "text \"\"\"\n| a   b |^\n\"\"\"",
        "# |  a |^",
        "set page_table { | vpn   ppn |^",
        "set page_table {\n  | vpn ppn |\n  |-----|-----|^",
        "^",
        "\n^",
    ] {
        assert_eq!(typed(text), None, "{text}");
    }
    // Trailing blanks after the cursor stay.
    let blanks = "set page_table {\n  | vpn ppn |^  \n}";
    assert_eq!(typed(blanks).as_deref(), Some(blanks));
}

#[test]
fn the_tables_of_the_examples_are_aligned_as_the_formatter_aligns_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut rows = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "pw") {
            continue;
        }
        let formatted = format(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut from = 0;
        for line in formatted.split_inclusive('\n') {
            let at = from + line.trim_end().len();
            from += line.len();
            if !line.trim_start().starts_with('|') || !line.trim_end().ends_with('|') {
                continue;
            }
            rows += 1;
            let document = Document::new("a.pw", &*formatted, OpenTexts::default());
            let edits = document.align_table(at, false);
            assert!(
                edits.as_ref().is_none_or(Vec::is_empty),
                "{}: {line}{edits:?}",
                path.display()
            );
            // A row with single blanks regains its blanks.
            let row = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let start = at - line.trim_end().len();
            let indent = line.len() - line.trim_start().len();
            let mut loose = formatted.clone();
            loose.replace_range(start + indent..at, &row);
            let cursor = start + indent + row.len();
            loose.insert(cursor, '^');
            if let Some(after) = typed(&loose) {
                assert_eq!(
                    after.replace('^', ""),
                    format(&loose.replace('^', "")).unwrap(),
                    "{line}"
                );
            }
        }
    }
    assert!(rows > 50, "{rows}");
}
