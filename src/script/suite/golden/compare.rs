//! Compares a case with its golden section.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use similar::{Algorithm, capture_diff_slices};

use super::model::{Entry, Section};
use crate::lang::span::Span;
use crate::report::words::reasons::reason;
use crate::run::facts::reported_facts;
use crate::run::record::Did;

/// The results of a statement, and the statement's location.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    pub entry: Entry,
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The location in the sources of the run.
    pub(crate) span: Span,
    /// The record, which explains the facts, or `None` if the entry is not a single statement.
    pub(crate) did: Option<Arc<Did>>,
}

/// A statement that differs from its golden entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file of the statement. For a removed statement, the file is that of the following statement.
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The location of the statement in the sources of the run, or `None` if the case has no statements.
    pub(crate) span: Option<Span>,
    /// The index of the entry in the golden section, or `None` if the section lacks the statement.
    pub(crate) entry: Option<usize>,
    /// Whether the run has the statement.
    pub(crate) ran: bool,
    pub(crate) statement: String,
    /// The lines that differ.
    pub(crate) changes: Vec<Change>,
    /// The first facts that differ, each with the reason for the actual value, as in `tlbi 0x3 because …`.
    pub(crate) reasons: Vec<String>,
}

/// Maximum number of reasons per statement.
const REASONS: usize = 3;

/// A line that differs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// A line that only the golden file contains.
    Old(String),
    /// A line that only the run contains.
    New(String),
    /// A line that has different words in the golden file and the run.
    Both { old: String, new: String },
}

/// A statement of a golden file, the corresponding statement of a run, and their difference.
pub(crate) struct Compared<'a> {
    pub(crate) old: Option<&'a Entry>,
    pub(crate) new: Option<&'a Entry>,
    pub(crate) difference: Option<Difference>,
}

/// Returns a case's statements that differ from the case's golden section. `case` is the file and the line of the
/// case, for a statement that did not run.
pub fn compare(golden: &[Entry], run: &[Placed], case: (&str, usize)) -> Vec<Difference> {
    compared(golden, run, case)
        .into_iter()
        .filter_map(|one| one.difference)
        .collect()
}

/// Compares all statements of a case.
pub(crate) fn compared<'a>(
    golden: &'a [Entry],
    run: &'a [Placed],
    case: (&str, usize),
) -> Vec<Compared<'a>> {
    let old: Vec<String> = golden.iter().map(Entry::head).collect();
    let new: Vec<String> = run.iter().map(|placed| placed.entry.head()).collect();
    let compared = pairs(&old, &new).into_iter().map(|Pair { at, old, new }| {
        let entry = old;
        let (old, placed) = (
            old.and_then(|at| golden.get(at)),
            new.and_then(|at| run.get(at)),
        );
        let new = placed.map(|placed| &placed.entry);
        let changes = changes(old, new);
        if changes.is_empty() {
            return Compared {
                old,
                new,
                difference: None,
            };
        }
        let statement = new.or(old).map(Entry::head).unwrap_or_default();
        let here = run.get(at).or(run.last());
        let (file, line) = here.map_or(case, |placed| (&*placed.file, placed.line));
        let did = placed.and_then(|placed| placed.did.as_deref());
        let reasons = match (old, new, did) {
            (Some(old), Some(new), Some(did)) => reasons(old, new, did),
            _ => Vec::new(),
        };
        let difference = Difference {
            file: file.to_owned(),
            line,
            span: here.map(|placed| placed.span),
            entry,
            ran: new.is_some(),
            statement,
            changes,
            reasons,
        };
        Compared {
            old,
            new,
            difference: Some(difference),
        }
    });
    compared.collect()
}

/// Explains the facts that differ: those that only the new entry lists. An entry does not list the facts of absent events
/// and of unused parts.
fn reasons(golden: &Entry, new: &Entry, did: &Did) -> Vec<String> {
    let lists = |entry: &Entry, fact: &str| {
        let is_separate = |(at, _): (usize, &str)| {
            let (before, after) = (&entry.facts[..at], &entry.facts[at + fact.len()..]);
            (before.is_empty() || before.ends_with([' ', '\n']))
                && (after.is_empty() || after.starts_with([',', '\n']))
        };
        entry.facts.match_indices(fact).any(is_separate)
    };
    let facts = reported_facts(did)
        .into_iter()
        .map(|fact| (fact.to_string(), fact));
    let changed = facts.filter(|(text, _)| lists(new, text) && !lists(golden, text));
    changed
        .map(|(text, fact)| format!("{text} because {}", reason(&fact.key.reason(did), did)))
        .take(REASONS)
        .collect()
}

/// Returns the lines that differ between two entries, including the statement's text.
fn changes(old: Option<&Entry>, new: Option<&Entry>) -> Vec<Change> {
    let lines = |entry: Option<&Entry>, with_head: bool| {
        let head = entry.filter(|_| with_head).map(Entry::head);
        head.into_iter()
            .chain(entry.map(Entry::lines).unwrap_or_default())
            .collect::<Vec<String>>()
    };
    let with_head = old.map(Entry::head) != new.map(Entry::head);
    let (old, new) = (lines(old, with_head), lines(new, with_head));
    let line = |lines: &[String], at: Option<usize>| at.and_then(|at| lines.get(at)).cloned();
    let changes = pairs(&old, &new).into_iter().filter_map(|pair| {
        match (line(&old, pair.old), line(&new, pair.new)) {
            (Some(old), Some(new)) => (old != new).then_some(Change::Both { old, new }),
            (Some(old), None) => Some(Change::Old(old)),
            (None, new) => new.map(Change::New),
        }
    });
    changes.collect()
}

/// The golden name of a block without a name.
pub(crate) const UNNAMED: &str = "unnamed";

/// Returns the golden name of a block. The names of unnamed and repeated blocks contain numbers, which a golden file
/// omits. Otherwise, two branches that each add a block would number the later blocks differently.
pub(crate) fn unnumbered(name: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.strip_prefix("block ").is_some_and(is_number) {
        return UNNAMED;
    }
    let repeated = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("));
    repeated
        .filter(|(_, number)| is_number(number))
        .map_or(name, |(name, _)| name)
}

/// Returns the index of the golden section of each case. Blocks with the same name belong together by their
/// statements and their order.
pub(crate) fn counterparts(golden: &[Section], run: &[Section]) -> Vec<Option<usize>> {
    let mut found = vec![None; run.len()];
    let names: BTreeSet<Option<&str>> = run.iter().map(|one| one.block.as_deref()).collect();
    for name in names {
        let (olds, news) = (blocks(golden, name), blocks(run, name));
        for pair in pairs(&texts(golden, &olds), &texts(run, &news)) {
            let (Some(old), Some(new)) = (pair.old, pair.new) else {
                continue;
            };
            for at in news[new].clone() {
                found[at] = olds[old]
                    .clone()
                    .find(|old| golden[*old].scenario == run[at].scenario);
            }
        }
    }
    found
}

/// Returns the sections of each block with a name. A block begins with the statements outside its scenarios.
fn blocks(sections: &[Section], wanted: Option<&str>) -> Vec<Range<usize>> {
    let begins =
        |at: usize| sections[at].scenario.is_none() || sections[at].block != sections[at - 1].block;
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for at in 0..sections.len() {
        match blocks.last_mut() {
            Some(block) if !begins(at) => block.end = at + 1,
            _ => blocks.push(at..at + 1),
        }
    }
    blocks.retain(|block| sections[block.start].block.as_deref() == wanted);
    blocks
}

/// Returns the statements of each block.
fn texts(sections: &[Section], blocks: &[Range<usize>]) -> Vec<String> {
    let heads = |block: &Range<usize>| {
        let statements = sections[block.clone()]
            .iter()
            .flat_map(|section| &section.statements);
        statements.map(Entry::head).collect::<Vec<_>>().join("\n")
    };
    blocks.iter().map(heads).collect()
}

/// An element of a golden file and the corresponding element of a run. An element without a counterpart is alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The position in the run: that of `new`, or that of the element after the removed one.
    pub(crate) at: usize,
    pub(crate) old: Option<usize>,
    pub(crate) new: Option<usize>,
}

/// Aligns two lists. Equal texts belong together. Texts that replace others at the same place also belong together.
fn pairs(old: &[String], new: &[String]) -> Vec<Pair> {
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let pairs = ops.into_iter().flat_map(|op| {
        let (olds, news) = (op.old_range(), op.new_range());
        (0..olds.len().max(news.len())).map(move |i| Pair {
            at: (news.start + i).min(news.end),
            old: Some(olds.start + i).filter(|at| olds.contains(at)),
            new: Some(news.start + i).filter(|at| news.contains(at)),
        })
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::Entry;
    use super::Section;
    use super::counterparts;
    use super::unnumbered;

    #[test]
    fn golden_names_of_blocks_have_no_numbers() {
        for (name, golden) in [
            ("block 12", "unnamed"),
            ("unnamed", "unnamed"),
            ("x.pw (4)", "x.pw"),
            ("x (4).pw", "x (4).pw"),
            ("block x.pw", "block x.pw"),
            ("x.pw ()", "x.pw ()"),
        ] {
            assert_eq!(unnumbered(name), golden);
        }
    }

    #[test]
    fn an_inserted_block_does_not_move_the_others() {
        let section = |block: &str, scenario: Option<&str>, statement: &str| Section {
            block: Some(block.to_owned()),
            scenario: scenario.map(ToOwned::to_owned),
            statements: vec![Entry {
                statement: statement.to_owned(),
                ..Entry::default()
            }],
            ..Section::default()
        };
        let golden = [
            section("unnamed", None, "read 1"),
            section("unnamed", Some("s"), "read 2"),
            section("unnamed", None, "read 3"),
        ];
        let run = [
            section("unnamed", None, "read 0"),
            section("unnamed", None, "read 1"),
            section("unnamed", Some("t"), "read 9"),
            section("unnamed", Some("s"), "read 2"),
            section("unnamed", None, "read 3"),
        ];
        assert_eq!(counterparts(&golden, &run[3..]), [Some(1), Some(2)]);
        assert_eq!(
            counterparts(&golden, &[&run[..2], &run[3..]].concat()),
            [None, Some(0), Some(1), Some(2)]
        );
        assert_eq!(
            counterparts(&golden, &run[1..]),
            [Some(0), None, Some(1), Some(2)]
        );
    }
}
