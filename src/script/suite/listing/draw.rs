//! Shows the differences from a golden file as text.

use similar::{ChangeTag, TextDiff};

use crate::lang::nearest::cut;
use crate::report::broken::width;
use crate::report::excerpt::visible;
use crate::report::text::{Ink, Theme};
use crate::suite::golden::{Change, Difference};

/// Maximum number of differing statements shown per case.
const SHOWN: usize = 10;
/// Maximum number of differing lines shown per statement.
const LINES: usize = 12;

/// Returns the differences in a case: each statement with its location, golden lines (`-`), and actual lines
/// (`+`). Without color, `^` marks the words that differ.
pub fn draw(differences: &[Difference], theme: Theme) -> String {
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

/// Returns a line, and a second line that marks the words that only the first line has, unless the terminal breaks the
/// line.
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
    let fits = width(&line) + 2 <= theme.fit.columns();
    let marks = Some(format!("    {}", marks.trim_end()))
        .filter(|marks| !theme.color && fits && marks.contains('^'));
    std::iter::once(format!("  {line}")).chain(marks).collect()
}

/// Maximum number of facts in a message.
const FACTS: usize = 4;

/// The lines of an entry that are not facts: the label, the words for a change, and whether the message contains both
/// values.
const LABELS: [(&str, &str, bool); 7] = [
    ("count: ", "count", true),
    ("value: ", "", true),
    ("prints: ", "output", true),
    ("text: ", "the text of the statement", false),
    ("calls: ", "the system calls", false),
    ("shows: ", "the shown view", false),
    ("fails: ", "the failures", false),
];

/// Returns the facts that differ, such as `tlb miss → hit, walk 1 → none`. A golden file omits the facts of absent
/// events, so the missing value of a fact is `none`.
pub fn brief(difference: &Difference) -> String {
    if difference.entry.is_none() {
        return "the golden file does not contain this statement".to_owned();
    }
    if !difference.ran {
        return format!(
            "the golden file also contains `{}` here",
            cut(&difference.statement)
        );
    }
    if let Some(Change::Both { old, new }) = difference.changes.first()
        && *new == difference.statement
    {
        return format!("the golden file contains `{}` here", cut(old));
    }
    let mut parts = facts(&difference.changes);
    for (label, words, with_values) in LABELS {
        let changed = difference
            .changes
            .iter()
            .find(|change| sides(change).iter().any(|one| one.starts_with(label)));
        parts.extend(changed.map(|change| match change {
            Change::Both { old, new } if with_values => {
                let value = |line: &str| cut(line.strip_prefix(label).unwrap_or(line));
                format!("{words} {} → {}", value(old), value(new))
                    .trim_start()
                    .to_owned()
            }
            _ if words.is_empty() => "the value".to_owned(),
            _ => words.to_owned(),
        }));
    }
    if difference
        .changes
        .iter()
        .any(|change| sides(change).iter().any(|line| is_omission(line)))
    {
        parts.push("statements that it does not list".to_owned());
    }
    let more = parts.len().saturating_sub(FACTS);
    parts.truncate(FACTS);
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    format!("differs from the golden file: {}", parts.join(", "))
}

/// Returns the line of the golden file and the line of the run.
fn sides(change: &Change) -> [&str; 2] {
    match change {
        Change::Old(old) => [old, ""],
        Change::New(new) => ["", new],
        Change::Both { old, new } => [old, new],
    }
}

/// Whether a line is the number of omitted statements.
fn is_omission(line: &str) -> bool {
    line.contains(" more statements, digest ")
}

/// Returns the facts that differ.
fn facts(changes: &[Change]) -> Vec<String> {
    let side = |at: usize| -> Vec<(&str, &str)> {
        let lines = changes.iter().map(|change| sides(change)[at]);
        let lines = lines
            .filter(|line| !is_omission(line) && LABELS.iter().all(|row| !line.starts_with(row.0)));
        lines
            .flat_map(|line| line.split(", "))
            .filter_map(|fact| fact.split_once(' '))
            .collect()
    };
    let (old, new) = (side(0), side(1));
    let value = |list: &[(&str, &str)], name: &str| {
        list.iter()
            .find(|fact| fact.0 == name)
            .map_or_else(|| "none".to_owned(), |fact| cut(fact.1))
    };
    let gone = old
        .iter()
        .filter(|fact| new.iter().all(|other| other.0 != fact.0));
    let changed = new
        .iter()
        .chain(gone)
        .filter(|fact| !(old.contains(fact) && new.contains(fact)));
    changed
        .map(|(name, _)| format!("{name} {} → {}", value(&old, name), value(&new, name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::brief;
    use crate::suite::golden::{Entry, Placed, compare};

    fn entry(statement: &str, facts: &str) -> Entry {
        Entry {
            statement: statement.to_owned(),
            facts: facts.to_owned(),
            ..Entry::default()
        }
    }

    fn briefs(golden: &[Entry], run: &[Entry]) -> Vec<String> {
        let run: Vec<Placed> = run
            .iter()
            .map(|entry| Placed {
                entry: entry.clone(),
                ..Placed::default()
            })
            .collect();
        compare(golden, &run, ("x.pw", 1))
            .iter()
            .map(brief)
            .collect()
    }

    #[test]
    fn only_the_facts_that_differ_are_named() {
        let golden = [entry("read 0", "vpn 0x0, tlb miss, walk 1\nppn 0x1")];
        let run = [entry(
            "read 0",
            "vpn 0x0, tlb hit, walk 1\nppn 0x1\nevicts page 3",
        )];
        assert_eq!(
            briefs(&golden, &run),
            ["differs from the golden file: tlb miss → hit, evicts none → page 3"]
        );
        assert_eq!(
            briefs(&run, &golden),
            ["differs from the golden file: tlb hit → miss, evicts page 3 → none"]
        );
    }

    #[test]
    fn many_facts_are_counted() {
        let (golden, run) = (
            [entry("read 0", "a 1, b 1, c 1, d 1, e 1, f 1")],
            [entry("read 0", "a 2, b 2, c 2, d 2, e 2, f 2")],
        );
        let expected =
            "differs from the golden file: a 1 → 2, b 1 → 2, c 1 → 2, d 1 → 2, and 2 more";
        assert_eq!(briefs(&golden, &run), [expected]);
    }

    #[test]
    fn added_removed_and_replaced_statements_are_named() {
        let [zero, one, two] = ["read 0", "read 1", "read 2"].map(|text| entry(text, "vpn 0"));
        let all = [zero.clone(), one.clone()];
        assert_eq!(
            briefs(&all[..1], &all),
            ["the golden file does not contain this statement"]
        );
        assert_eq!(
            briefs(&all, &all[..1]),
            ["the golden file also contains `read 1` here"]
        );
        assert_eq!(
            briefs(&all, &[zero, two]),
            ["the golden file contains `read 1` here"]
        );
    }

    #[test]
    fn results_other_than_facts_are_named() {
        let change = |alter: &dyn Fn(&mut Entry, &str)| {
            let [golden, run] = ["1", "2"].map(|value| {
                let mut entry = entry("let x = 1", "");
                alter(&mut entry, value);
                [entry]
            });
            briefs(&golden, &run).concat()
        };
        let words = "differs from the golden file: ";
        let value = change(&|entry, value| entry.value = format!("x = {value}"));
        assert_eq!(value, format!("{words}x = 1 → x = 2"));
        assert_eq!(
            change(&|entry, value| entry.count = value.parse().ok()),
            format!("{words}count 1 → 2")
        );
        assert_eq!(
            change(&|entry, value| entry.shows = value.to_owned()),
            format!("{words}the shown view")
        );
        assert_eq!(
            change(&|entry, value| entry.text = value.to_owned()),
            format!("{words}the text of the statement")
        );
        let more = |entry: &mut Entry, value: &str| {
            (entry.more, entry.digest) = (value.parse().ok(), value.to_owned());
        };
        assert_eq!(
            change(&more),
            format!("{words}statements that it does not list")
        );
    }
}
