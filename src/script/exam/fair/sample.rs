//! The data of a version, for comparison with other versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exam::field::{Asked, Field, fields};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::prompt::prompt;
use crate::exam::paper::{Paper, PaperItem, Piece};
use crate::exam::spelling::of_cell;
use crate::lang::value::Value;
use crate::questions::entry::{Blank, Figure, Form, ItemKind, Radix};
use crate::report::narrate::view;
use crate::report::text::text;
use crate::run::facts::reported_facts;
use crate::run::record::{Did, Shown, View};
use crate::run::seeds::{mixed, mixed_text};
use crate::run::table::Rows;

/// The contents of a version, for the comparison with other versions. The sample does not refer to the run, so it
/// can move between threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The questions by title, because their order does not affect fairness.
    pub(crate) questions: BTreeMap<String, Question>,
}

/// A question of a version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Question {
    /// The position on the paper, counted from 1.
    pub(crate) number: usize,
    /// The amount of each kind of work that the operations require: `tlb hit`, `walk steps`.
    pub(crate) effort: BTreeMap<String, u64>,
    /// The items, in order.
    pub(crate) items: Vec<ItemSample>,
    /// A hash of everything that the question prints. The hashes of two versions differ if the question does.
    pub(crate) stimulus: u64,
    /// Prompts that occur twice although their keys differ.
    pub(crate) ambiguous: Vec<String>,
    /// The titles of fill-in tables that the paper also prints with their contents.
    pub(crate) printed_keys: Vec<String>,
    /// Whether the question asks for a PPN before the paper prints anything that could contain it.
    pub(crate) ppn_without_table: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ItemSample {
    /// The text of the item: the operation with its address, the label, and the options.
    pub(crate) words: String,
    pub(crate) answers: Vec<Answer>,
}

/// A blank and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The name of the blank within its question: `a.vpn`.
    pub(crate) blank: String,
    /// The column that contains the blank, if any.
    pub(crate) column: Option<String>,
    pub(crate) key: String,
    /// The text elsewhere in the question that contains the answer, if any.
    pub(crate) found_in: Option<String>,
}

impl Sample {
    /// Extracts the data for a comparison from a paper.
    pub fn from_paper(paper: &Paper) -> Self {
        let all = fields(paper);
        let mut questions = BTreeMap::new();
        let mut from = 0;
        let (mut printed, mut given) = (false, Vec::new());
        for (at, question) in paper.questions.iter().enumerate() {
            let items: Vec<&PaperItem> = question.items().collect();
            let words: Vec<String> = items.iter().map(|item| words(item)).collect();
            let prose = prose(&question.body);
            let mut own = Question {
                number: at + 1,
                ..Question::default()
            };
            own.stimulus = words.iter().fold(stimulus(&question.body), |hash, words| {
                mixed_text(hash, words)
            });
            ambiguous(&question.body, &mut own.ambiguous);
            printed_keys(&question.body, &mut given, &mut own.printed_keys);
            own.ppn_without_table = ppn_without_table(&question.body, &mut printed);
            for (place, item) in items.iter().enumerate() {
                effort(&mut own.effort, item);
                let others = words
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != place)
                    .map(|(_, words)| words);
                let elsewhere: Vec<&String> = others.chain(&prose).collect();
                let blanks = all.iter().filter(|field| field.of_item == from + place);
                let answers = blanks
                    .filter_map(|field| answer(field, &elsewhere))
                    .collect();
                own.items.push(ItemSample {
                    words: words[place].clone(),
                    answers,
                });
            }
            from += items.len();
            let mut title = question.title.to_string();
            while questions.contains_key(&title) {
                title.push('′');
            }
            questions.insert(title, own);
        }
        Self { questions }
    }
}

/// Returns the parts of an item's text that may differ between versions.
fn words(item: &PaperItem) -> String {
    match &item.kind {
        ItemKind::Facts { operation, .. } => match &*item.did {
            Did::Access(access) => format!("{} {:#x}", operation.whole, access.va.raw()),
            _ => operation.whole.clone(),
        },
        ItemKind::Value { label, .. } => label.clone(),
        ItemKind::Table { table, .. } => table.title.clone(),
        ItemKind::Author(table) => table.given(),
        ItemKind::Any { among, .. } => among.clone(),
        ItemKind::Choice { text, options, .. } => {
            // A different order of options does not make a different question.
            let mut options: Vec<&str> =
                options.iter().map(|option| option.text.as_str()).collect();
            options.sort_unstable();
            format!("{text} {}", options.join(" / "))
        }
        ItemKind::Essay { text, .. } => text.clone(),
    }
}

/// Returns the prose of a question without its items. Omits tables, because students should look up answers
/// in them.
fn prose(body: &[Piece]) -> Vec<String> {
    let one = |piece: &Piece| match piece {
        Piece::Text(text) => vec![text.clone()],
        Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
            views.iter().filter_map(value).collect()
        }
        Piece::Figure(Figure::Bits { title, .. }) => vec![title.clone()],
        Piece::Part { body, .. } => prose(body),
        Piece::Item(_) => Vec::new(),
    };
    body.iter().flat_map(one).collect()
}

/// Returns a hash of the text, tables, and figures of a question.
fn stimulus(body: &[Piece]) -> u64 {
    let one = |hash, piece: &Piece| match piece {
        Piece::Text(words) => mixed_text(hash, words),
        Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
            views.iter().fold(hash, |hash, given| {
                mixed_text(hash, &text(&view::blocks(given), false))
            })
        }
        Piece::Figure(Figure::Bits { title, .. }) => mixed_text(hash, title),
        Piece::Part { body, .. } => mixed(hash, stimulus(body)),
        Piece::Item(_) => hash,
    };
    body.iter().fold(0, one)
}

/// Collects prompts that are printed twice for items with different keys, unless text between the items or
/// different preceding items distinguish them. Executed accesses and system calls are exempt, because their
/// order distinguishes them.
fn ambiguous(body: &[Piece], found: &mut Vec<String>) {
    let mut before: Vec<(&PaperItem, String)> = Vec::new();
    for piece in body {
        match piece {
            Piece::Item(item) => {
                let own = prompt(item, &Labels::default(), true);
                // A label such as “Does it fit?” may refer to the item above it.
                let above = before.last().map(|(_, prompt)| prompt.clone());
                let same = |at: usize| {
                    let (other, prompt) = &before[at];
                    let context = at.checked_sub(1).map(|above| &before[above].1);
                    let alike = matches!(item.kind, ItemKind::Facts { .. })
                        || above.as_ref() == Some(prompt)
                        || context == above.as_ref();
                    *prompt == own && alike && differ(other, item)
                };
                if !in_sequence(item) && (0..before.len()).any(same) {
                    found.push(own.clone());
                }
                before.push((item, own));
            }
            Piece::Part { body, .. } => {
                ambiguous(body, found);
                before.clear();
            }
            _ => before.clear(),
        }
    }
}

/// Collects the titles of fill-in tables whose cells an earlier table of the paper contains. Adds the tables that
/// the paper prints to `given`.
fn printed_keys<'p>(body: &'p [Piece], given: &mut Vec<&'p Rows>, found: &mut Vec<String>) {
    for piece in body {
        match piece {
            Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
                given.extend(views.iter().filter_map(|view| match view {
                    View::Table(table) | View::Maps { table, .. } => Some(table),
                    _ => None,
                }));
            }
            Piece::Part { body, .. } => printed_keys(body, given, found),
            // The operation may change the state that an earlier table showed.
            Piece::Item(item) if in_sequence(item) => given.clear(),
            Piece::Item(item) => {
                if let ItemKind::Table { table, columns, .. } = &item.kind
                    && given.iter().any(|other| contains(other, table, columns))
                {
                    found.push(table.title.clone());
                }
            }
            _ => {}
        }
    }
}

/// Whether a printed table contains these columns of a table with the same title.
fn contains(printed: &Rows, table: &Rows, columns: &[Arc<str>]) -> bool {
    let column = |of: &Rows, name: &str| {
        let heads = of
            .groups
            .iter()
            .flatten()
            .enumerate()
            .filter(|(_, head)| *head == name);
        let places: Vec<usize> = heads.map(|(at, _)| at).collect();
        let cells = of
            .rows
            .iter()
            .flat_map(|row| places.iter().filter_map(|at| row.get(*at)));
        cells.map(ToString::to_string).collect::<Vec<_>>()
    };
    printed.title == table.title
        && columns
            .iter()
            .all(|name| column(printed, name) == column(table, name))
}

/// Whether an item asks for a PPN while `printed` is false. Sets `printed` at the first piece that may contain
/// page-table entries: a table, a figure, or a text with a table.
fn ppn_without_table(body: &[Piece], printed: &mut bool) -> bool {
    body.iter().any(|piece| match piece {
        Piece::Given(_) | Piece::Figure(Figure::Views(_)) => {
            *printed = true;
            false
        }
        Piece::Text(text) => {
            *printed |= text.contains('|') || text.contains("\n\n");
            false
        }
        Piece::Figure(Figure::Bits { .. }) => false,
        Piece::Part { body, .. } => ppn_without_table(body, printed),
        Piece::Item(item) => !*printed && asks_ppn(item),
    })
}

/// Whether an item asks for the PPN of an access on bare hardware. If a kernel chooses the PPNs, students can
/// apply the kernel's allocation rule.
fn asks_ppn(item: &PaperItem) -> bool {
    let (ItemKind::Facts { blanks, .. }, Did::Access(access)) = (&item.kind, &*item.did) else {
        return false;
    };
    let asked = |blank: &Blank| &*blank.fact == "ppn" && blank.key.is_some();
    access.process.is_none() && blanks.iter().any(asked)
}

fn in_sequence(item: &PaperItem) -> bool {
    match &*item.did {
        Did::Access(access) => !access.probe,
        did => did.call().is_some_and(|call| !call.probe),
    }
}

/// Whether two items ask for the same facts or values and have different keys.
fn differ(one: &PaperItem, other: &PaperItem) -> bool {
    match (&one.kind, &other.kind) {
        (ItemKind::Facts { blanks: a, .. }, ItemKind::Facts { blanks: b, .. }) => {
            a.iter().any(|a| {
                b.iter()
                    .any(|b| a.fact == b.fact && a.answer() != b.answer())
            })
        }
        (ItemKind::Value { blank: a, .. }, ItemKind::Value { blank: b, .. }) => {
            a.answer() != b.answer()
        }
        _ => false,
    }
}

fn value(view: &View) -> Option<String> {
    match view {
        View::Value { of, value } => Some(format!("{of} {value}")),
        _ => None,
    }
}

/// Adds the work of an item's operation.
fn effort(to: &mut BTreeMap<String, u64>, item: &PaperItem) {
    if !matches!(item.kind, ItemKind::Facts { .. }) {
        return;
    }
    for fact in reported_facts(&item.did) {
        let name = fact.name.as_str();
        let (what, amount) = match (name, &fact.value.value) {
            ("tlb" | "cache", Value::Text(word)) if matches!(&**word, "hit" | "miss") => {
                (format!("{name} {word}"), 1)
            }
            ("fault", Value::Text(word)) if **word != *"none" => ("fault".to_owned(), 1),
            ("walk" | "minor" | "major" | "faults" | "hits", Value::Number(number)) => {
                let what = if name == "walk" { "walk steps" } else { name };
                (
                    what.to_owned(),
                    number
                        .as_integer()
                        .and_then(|n| u64::try_from(n).ok())
                        .unwrap_or(0),
                )
            }
            _ => continue,
        };
        *to.entry(what).or_default() += amount;
    }
}

/// Returns a blank with its answer, or `None` for free text.
fn answer(field: &Field, elsewhere: &[&String]) -> Option<Answer> {
    let key = match (field.asked, &field.item.kind) {
        (Asked::Blank(blank), _) => blank.answer(),
        (Asked::Cell { cell, .. }, _) => of_cell(cell).first().cloned().unwrap_or_default(),
        (_, ItemKind::Any { answers, radix, .. }) => {
            let each: Vec<String> = answers
                .first
                .iter()
                .map(|value| radix.write(value, None))
                .collect();
            each.join(", ")
        }
        (_, ItemKind::Choice { options, .. }) => {
            let mut right: Vec<&str> = options
                .iter()
                .filter(|option| option.correct)
                .map(|option| option.text.as_str())
                .collect();
            right.sort_unstable();
            right.join(" / ")
        }
        _ => return None,
    };
    let number = match field.asked {
        Asked::Blank(blank) => telling(blank),
        _ => None,
    };
    let found_in = number.and_then(|number| elsewhere.iter().find(|words| mentions(words, number)));
    // The question's number may differ between versions, so remove it.
    let blank = field
        .name
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start_matches('.');
    let column = match field.asked {
        Asked::Cell { column, .. } => Some(column.to_owned()),
        _ => None,
    };
    Some(Answer {
        blank: blank.to_owned(),
        column,
        key,
        found_in: found_in.map(|words| (*words).clone()),
    })
}

/// Returns the number that answers a blank if the number is distinctive: at least 16, in a radix other than
/// 10. Almost any text contains some decimal number, or a number of one digit.
fn telling(blank: &Blank) -> Option<(u128, Radix)> {
    let Form::Number { radix, .. } = blank.form else {
        return None;
    };
    if radix == Radix::Decimal {
        return None;
    }
    let Some(Shown {
        value: Value::Number(number),
        ..
    }) = &blank.key
    else {
        return None;
    };
    let number = u128::try_from(number.as_integer()?).ok()?;
    (number >= 16).then_some((number, radix))
}

/// Whether a text contains a number in the radix of the answer.
fn mentions(words: &str, (number, radix): (u128, Radix)) -> bool {
    let digits = |token: &str| match radix {
        Radix::Hex => u128::from_str_radix(token.strip_prefix("0x")?, 16).ok(),
        Radix::Binary => u128::from_str_radix(token.strip_prefix("0b")?, 2).ok(),
        Radix::Decimal => token.parse().ok(),
    };
    words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|token| digits(token) == Some(number))
}

#[cfg(test)]
mod tests {
    use super::mentions;
    use crate::questions::entry::Radix;

    #[test]
    fn a_number_is_found_in_the_radix_of_its_answer() {
        assert!(mentions("read 0x03D4 size 2", (0x3D4, Radix::Hex)));
        assert!(!mentions("of 14-bit addresses", (14, Radix::Hex)));
        assert!(
            mentions("pages of 64 bytes", (64, Radix::Decimal))
                && !mentions("0x64", (64, Radix::Decimal))
        );
        assert!(!mentions("0x3D40", (0x3D4, Radix::Hex)));
    }
}
