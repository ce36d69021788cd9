//! Differences from a golden file as text: by line, and by word within a line.

use similar::{ChangeTag, TextDiff};

use crate::report::excerpt::visible;
use crate::report::text::{Ink, Theme};
use crate::suite::golden::{Change, Difference};

/// Maximum number of differing statements shown per case.
const SHOWN: usize = 10;
/// Maximum number of differing lines shown per statement.
const LINES: usize = 12;

/// Returns the differences in a case: each statement with its location, golden lines (`-`), and actual lines
/// (`+`). Without color, `^` marks the words that differ.
pub fn draw(differences: &[Difference], color: bool) -> String {
    let theme = Theme { color };
    let mut lines = Vec::new();
    for difference in differences.iter().take(SHOWN) {
        let place = theme.paint(
            Ink::Faint,
            &format!("{}:{}", difference.file, difference.line),
        );
        lines.push(format!(
            "{}  {place}",
            theme.paint(Ink::Strong, &visible(&difference.statement))
        ));
        lines.extend(
            difference
                .changes
                .iter()
                .take(LINES)
                .flat_map(|change| changed(change, theme)),
        );
        lines.extend(more(
            difference.changes.len(),
            LINES,
            "lines of this statement",
            theme,
        ));
        let reasons = difference
            .reasons
            .iter()
            .map(|reason| theme.paint(Ink::Faint, &visible(reason)));
        lines.extend(reasons.map(|reason| format!("  {reason}")));
    }
    lines.extend(more(differences.len(), SHOWN, "statements", theme));
    lines
        .into_iter()
        .flat_map(|line| [line, "\n".to_owned()])
        .collect()
}

/// Returns a line with the number of items that are not shown.
fn more(all: usize, shown: usize, what: &str, theme: Theme) -> Option<String> {
    let count = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(format!(
        "  {}",
        theme.paint(Ink::Faint, &format!("… {count} more {what} differ"))
    ))
}

fn changed(change: &Change, theme: Theme) -> Vec<String> {
    match change {
        Change::Old(line) => vec![format!(
            "  {}",
            theme.paint(Ink::Bad, &format!("- {}", visible(line)))
        )],
        Change::New(line) => vec![format!(
            "  {}",
            theme.paint(Ink::Good, &format!("+ {}", visible(line)))
        )],
        Change::Both { old, new } => {
            let (old, new) = (visible(old), visible(new));
            let diff = TextDiff::from_words(&*old, &*new);
            let side = |tag: ChangeTag| -> Vec<(bool, String)> {
                let words = diff.iter_all_changes();
                let words =
                    words.filter(|word| word.tag() == ChangeTag::Equal || word.tag() == tag);
                words
                    .map(|word| (word.tag() == tag, word.value().to_owned()))
                    .collect()
            };
            let old = marked('-', &side(ChangeTag::Delete), Ink::Bad, theme);
            old.into_iter()
                .chain(marked('+', &side(ChangeTag::Insert), Ink::Good, theme))
                .collect()
        }
    }
}

/// Returns a line, and a second line that marks the words that only the first line has.
fn marked(sign: char, words: &[(bool, String)], ink: Ink, theme: Theme) -> Vec<String> {
    let (mut line, mut marks) = (theme.paint(ink, &format!("{sign} ")), String::new());
    for (only, word) in words {
        line += &theme.paint(if *only { ink } else { Ink::Plain }, word);
        marks.extend(word.chars().map(|c| {
            if *only && !c.is_whitespace() {
                '^'
            } else {
                ' '
            }
        }));
    }
    let marks = Some(format!("    {}", marks.trim_end()))
        .filter(|marks| !theme.color && marks.contains('^'));
    std::iter::once(format!("  {line}")).chain(marks).collect()
}
