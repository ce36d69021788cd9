//! The data of a version, for comparison with other versions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::lacking::{Lacking, Stated, derivations};
use super::printed::{Source, Text, texts, tokens};
use crate::exam::field::{Asked, Field, fields};
use crate::exam::formats::figure_texts;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::plan::{figure, for_screens};
use crate::exam::formats::prompt::{of_done, prompt};
use crate::exam::formats::tree::Block;
use crate::exam::grade::rules::Rules;
use crate::exam::grade::{Given, Key, Sheet, mark};
use crate::exam::paper::{Paper, PaperItem, Piece, Question as Asking};
use crate::exam::spelling::of_cell;
use crate::lang::value::Value;
use crate::questions::arrangement::Acceptance;
use crate::questions::entry::{Blank, Evidence, Figure, Form, ItemKind, Radix};
use crate::run::facts::Component;
use crate::run::facts::reported_facts;
use crate::run::record::{Did, Shown, View};
use crate::run::seeds::mixed_text;
use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::machine::event::Event;

/// The contents of a version, for the comparison with other versions. The sample does not refer to the run, so it
/// can move between threads.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The questions by title, because their order does not affect fairness.
    pub(crate) questions: BTreeMap<String, Question>,
    /// The findings that the author accepts.
    pub(crate) accepted: Vec<Acceptance>,
}

/// A question of a version.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Question {
    /// The position on the paper, counted from 1.
    pub(crate) number: usize,
    /// The amount of each kind of work that the operations require: `tlb hit`, `walk steps`.
    pub(crate) effort: BTreeMap<String, u64>,
    pub(crate) items: Vec<ItemSample>,
    /// A hash of everything that the question prints. The hashes of two versions differ if the question does.
    pub(crate) stimulus: u64,
    /// The points that guessing earns in its tables and choices, and their maximum.
    pub(crate) guess: [f64; 2],
    /// Hashes of the texts that the question prints.
    pub(crate) printed: BTreeSet<u64>,
    /// Prompts that occur twice although their keys differ.
    pub(crate) ambiguous: Vec<String>,
    /// The titles of fill-in tables that the paper also prints with their contents.
    pub(crate) printed_keys: Vec<String>,
    /// What the answers depend on although the paper does not print it.
    pub(crate) lacking: Vec<Lacking>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ItemSample {
    /// A hash of what the item prints, and of the operations and values that determine its answers.
    pub(crate) basis: u64,
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
    pub(crate) found_in: Option<Found>,
}

/// A text that contains an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The words around the answer.
    pub(crate) excerpt: String,
    /// The hash of the whole text.
    pub(crate) text: u64,
    /// Whether the text gives the answer away even if the item is the same in all versions. The text above such an item
    /// is usually its only source, as in "CR3 contains 0x2000".
    pub(crate) surely: bool,
    /// Whether the number has the prefix of the answer's radix. Other numbers are in many texts by coincidence.
    pub(crate) prefixed: bool,
}

impl Sample {
    /// Returns the questions with their titles, in the order of the paper.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (&str, &Question)> {
        let mut questions: Vec<(&str, &Question)> = self
            .questions
            .iter()
            .map(|(title, question)| (&**title, question))
            .collect();
        questions.sort_by_key(|(_, question)| question.number);
        questions.into_iter()
    }

    /// Extracts the data for a comparison from a paper.
    pub fn from_paper(paper: &Paper) -> Self {
        let all = fields(paper);
        let sheet = for_screens(paper);
        let mut questions = BTreeMap::new();
        let guesses = guesses(paper, &all);
        let mut from = 0;
        let (mut stated, mut given) = (Stated::default(), Vec::new());
        for (at, (question, section)) in paper.questions.iter().zip(&sheet.questions).enumerate() {
            let items: Vec<&PaperItem> = question.items().collect();
            let texts = texts(section);
            let mut own = Question {
                number: at + 1,
                guess: guesses.get(&at).copied().unwrap_or_default(),
                stimulus: section
                    .assumptions
                    .iter()
                    .chain(&sheet.front.assumptions)
                    .fold(hash(&texts), |hash, said| mixed_text(hash, said)),
                printed: texts
                    .iter()
                    .map(|text| mixed_text(0, &text.words))
                    .collect(),
                ..Question::default()
            };
            ambiguous(&question.body, &mut own.ambiguous);
            printed_keys(
                &question.body,
                &mut given,
                &mut Vec::new(),
                &mut own.printed_keys,
            );
            stated.add(question, &texts);
            own.lacking = stated.lacking(question);
            for (place, item) in items.iter().enumerate() {
                effort(&mut own.effort, item);
                let blanks = all.iter().filter(|field| field.of_item == from + place);
                let answers = blanks.filter_map(|field| answer(field, question, place, &texts));
                own.items.push(ItemSample {
                    basis: basis(item, place, &texts),
                    answers: answers.collect(),
                });
            }
            from += items.len();
            let mut title = question.title.to_string();
            while questions.contains_key(&title) {
                title.push('′');
            }
            questions.insert(title, own);
        }
        Self {
            questions,
            accepted: paper.accepted.clone(),
        }
    }
}

/// Returns what guessing earns in the tables and choices of each question, and their points: the most frequent answer of a
/// column in all its cells, with errors carried forward, and one option of each choice at random.
fn guesses(paper: &Paper, all: &[Field]) -> BTreeMap<usize, [f64; 2]> {
    let mut columns: BTreeMap<(usize, usize), BTreeMap<String, usize>> = BTreeMap::new();
    let column_of = |field: &Field| match field.asked {
        Asked::Cell { at, cell, .. } => Some((
            (field.of_item, at),
            of_cell(cell).first().cloned().unwrap_or_default(),
        )),
        _ => None,
    };
    for (column, key) in all.iter().filter_map(column_of) {
        *columns.entry(column).or_default().entry(key).or_default() += 1;
    }
    let most = |column: &(usize, usize)| {
        let (key, _) = columns[column].iter().max_by_key(|(_, times)| **times)?;
        Some(Given::from(key.as_str()))
    };
    let cells = all
        .iter()
        .filter_map(|field| Some((field, column_of(field)?.0)));
    let answers = cells.filter_map(|(field, column)| Some((field.name.clone(), most(&column)?)));
    let sheet = Sheet {
        answers: answers.collect(),
        ..Sheet::default()
    };
    let key = Key::new(paper, &[], |_, _| false);
    let marked = mark(&key, &sheet, &Rules::default());
    let mut guesses: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
    for (field, mark) in all.iter().zip(&marked.marks) {
        let earned = match (field.asked, &field.item.kind) {
            (Asked::Cell { .. }, _) => mark.points.to_f64(),
            (
                _,
                ItemKind::Choice {
                    options,
                    several: false,
                    ..
                },
            ) => field.points.to_f64() / options.len().max(1) as f64,
            _ => continue,
        };
        let own = guesses.entry(field.question).or_default();
        own[0] += earned;
        own[1] += field.points.to_f64();
    }
    guesses
}

fn hash(texts: &[Text]) -> u64 {
    texts
        .iter()
        .fold(0, |hash, text| mixed_text(hash, &text.words))
}

/// Returns a hash of what an item prints, and of the operations that determine its answers. If the hash differs between
/// versions although the answers do not, students can guess the answers.
fn basis(item: &PaperItem, place: usize, texts: &[Text]) -> u64 {
    let own = own_place(place, texts);
    if let ItemKind::Table { string: None, .. } = &item.kind {
        // The state follows from everything above the table.
        return hash(&texts[..=own]);
    }
    let operations = operations(item).into_iter();
    let operations = operations.map(|did| of_done(did, None, &Labels::default()));
    // The formula of a value contains the drawn numbers, which only a text above may print.
    let formulas = derivations(item).into_iter().flat_map(|derivation| {
        let variables = derivation.variables.iter().flatten();
        variables.chain(&derivation.steps).cloned()
    });
    operations
        .chain(formulas)
        .fold(hash(&texts[own..=own]), |hash, words| {
            mixed_text(hash, &words)
        })
}

/// Returns the operations that determine the answers of an item. The item may print none of them.
fn operations(item: &PaperItem) -> Vec<&Did> {
    match &item.kind {
        ItemKind::Facts { .. } => vec![&item.did],
        ItemKind::Table { string, .. } => string.as_deref().into_iter().collect(),
        ItemKind::Value { derivation, .. } => derivation.operations().collect(),
        ItemKind::Author(table) => table
            .blanks()
            .flat_map(|(.., derivation)| derivation.operations())
            .collect(),
        ItemKind::Choice { options, .. } => options
            .iter()
            .flat_map(|option| &option.evidence)
            .flat_map(of_evidence)
            .collect(),
        ItemKind::Any { .. } | ItemKind::Essay { .. } => Vec::new(),
    }
}

fn of_evidence(evidence: &Evidence) -> Vec<&Did> {
    match evidence {
        Evidence::Facts { did, .. } => vec![did],
        Evidence::Truth { derivation, .. } => derivation.operations().collect(),
        Evidence::First { example, .. } => example.iter().flat_map(of_evidence).collect(),
    }
}

/// Returns the index of an item's text.
fn own_place(item: usize, texts: &[Text]) -> usize {
    let is_own = |text: &Text| text.source == Source::Item(item);
    texts.iter().position(is_own).unwrap_or(0)
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

/// A table to fill in, with the columns that students fill in.
type Asks<'p> = (&'p Rows, &'p [Arc<str>]);

/// Collects the titles of fill-in tables whose cells a table or a figure of the paper contains. Adds the views that the
/// paper prints to `given`, and the fill-in tables of the question to `asked`.
fn printed_keys<'p>(
    body: &'p [Piece],
    given: &mut Vec<&'p View>,
    asked: &mut Vec<Asks<'p>>,
    found: &mut Vec<String>,
) {
    for piece in body {
        match piece {
            Piece::Given(views) | Piece::Figure(Figure::Views(views)) => {
                let printed = |(table, columns): &&Asks| {
                    views.iter().any(|view| prints(view, table, columns))
                };
                found.extend(
                    asked
                        .iter()
                        .filter(printed)
                        .map(|(table, _)| table.title.clone()),
                );
                given.extend(views);
            }
            Piece::Part { body, .. } => printed_keys(body, given, asked, found),
            // The operation may change the state that a table above it shows or asks for.
            Piece::Item(item) if in_sequence(item) => {
                given.clear();
                asked.clear();
            }
            Piece::Item(item) => {
                if let ItemKind::Table { table, columns, .. } = &item.kind {
                    if given.iter().any(|view| prints(view, table, columns)) {
                        found.push(table.title.clone());
                    }
                    asked.push((table, columns));
                }
            }
            _ => {}
        }
    }
}

/// Whether a paper that prints `view` prints these columns of a table.
fn prints(view: &View, table: &Rows, columns: &[Arc<str>]) -> bool {
    match view {
        View::Table(printed) | View::Maps { table: printed, .. } => {
            contains(printed, table, columns)
        }
        View::Tree(tree) => {
            let owner = table.title.strip_suffix("page_table");
            let ppns = tree.root.ppns();
            let prints = |cell: &Cell| match cell {
                Cell::Hex(ppn, _) => ppns.contains(ppn),
                _ => true,
            };
            owner.is_some_and(|owner| owner.trim_end_matches('.') == tree.of)
                && columns.iter().any(|name| **name == *"ppn")
                && table.cells("ppn").all(prints)
        }
        View::Layout(_) | View::Figure(_) => {
            let drawn = figure(view, matches!(view, View::Layout(_))).unwrap_or_default();
            let texts: Vec<String> = drawn
                .iter()
                .flat_map(|block| match block {
                    Block::Figure(figure) => figure_texts(figure),
                    _ => Vec::new(),
                })
                .collect();
            let printed = texts.iter().flat_map(|text| tokens(text));
            let printed: BTreeSet<u128> = printed.filter_map(value_of).collect();
            let cells = columns.iter().flat_map(|column| table.cells(column));
            let keys = cells.filter_map(|cell| match cell {
                Cell::Hex(number, _) => Some(u128::from(*number)),
                _ => None,
            });
            let keys: Vec<u128> = keys.collect();
            keys.iter().any(|key| *key >= LONG) && keys.iter().all(|key| printed.contains(key))
        }
        _ => false,
    }
}

/// Whether a printed table contains these columns of a table with the same title.
fn contains(printed: &Rows, table: &Rows, columns: &[Arc<str>]) -> bool {
    let column = |of: &Rows, name: &str| {
        let cells = of.cells(name).map(ToString::to_string);
        cells.collect::<Vec<_>>()
    };
    (printed.id, &printed.title) == (table.id, &table.title)
        && columns
            .iter()
            .all(|name| column(printed, name) == column(table, name))
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

/// Adds the work of an item's operation.
fn effort(to: &mut BTreeMap<String, u64>, item: &PaperItem) {
    if !matches!(item.kind, ItemKind::Facts { .. }) {
        return;
    }
    // Students compute the counts of a program by formula, not access by access.
    if item.did.called().is_some() {
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
fn answer(field: &Field, question: &Asking, place: usize, texts: &[Text]) -> Option<Answer> {
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
    let found_in = Telling::of(field)
        .and_then(|telling| telling.found_in(field, place, texts))
        .or_else(|| in_messages(field, question));
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
        found_in,
    })
}

/// Returns the messages of an item's access if the question prints them and they contain the word or the number of a
/// message that answers a blank. The words of messages, such as `hit`, are too common to be found in a text.
fn in_messages(field: &Field, question: &Asking) -> Option<Found> {
    let did = match (field.asked, &field.item.kind) {
        (Asked::Blank(_), ItemKind::Author(table)) => table.order.as_deref()?,
        (
            Asked::Blank(Blank {
                form: Form::Words(_),
                ..
            }),
            ItemKind::Facts { .. },
        ) => &field.item.did,
        _ => return None,
    };
    let Did::Access(own) = did else { return None };
    let is_own = |view: &View| match view {
        View::Steps(of, _) => (of.va, of.verb, &of.events) == (own.va, own.verb, &own.events),
        _ => false,
    };
    question.views().any(is_own).then(|| Found {
        excerpt: format!("the messages of {}", own.operation()),
        text: 0,
        prefixed: true,
        surely: true,
    })
}

/// A number that answers a blank, and that a text is unlikely to contain by coincidence. Almost any text contains
/// numbers of one digit.
#[derive(Debug, Clone, Copy)]
struct Telling {
    number: u128,
    base: u32,
    digits: Option<u32>,
}

impl Telling {
    /// Returns the answer of a field if it has at least two digits, or if a fixed number of digits makes it longer than one
    /// digit, as in `0x0D`.
    fn of(field: &Field) -> Option<Self> {
        let (number, radix, digits) = match (field.asked, &field.item.kind) {
            (
                Asked::Blank(Blank {
                    form: Form::Number { radix, digits },
                    key:
                        Some(Shown {
                            value: Value::Number(number),
                            ..
                        }),
                    ..
                }),
                _,
            ) => (u128::try_from(number.as_integer()?).ok()?, *radix, *digits),
            (
                Asked::Cell {
                    cell: Cell::Hex(number, digits),
                    ..
                },
                _,
            ) => (u128::from(*number), Radix::Hex, Some(*digits)),
            (_, ItemKind::Choice { options, .. }) => {
                let mut right = options.iter().filter(|option| option.correct);
                let number = right.next().and_then(|option| value_of(&option.text))?;
                (number, Radix::Decimal, None)
            }
            _ => return None,
        };
        let base = match radix {
            Radix::Hex => 16,
            Radix::Binary => 2,
            Radix::Decimal => 10,
        };
        let least = if base == 10 { 10 } else { LONG };
        let long = number >= least || number > 1 && digits.is_some_and(|digits| digits > 1);
        long.then_some(Self {
            number,
            base,
            digits,
        })
    }

    /// Returns the text that gives the answer of an item away: a text other than the item's own, or a table that an
    /// operation changes and that the paper prints below the operation. Students may look up an answer in any other
    /// table. The cells of a table to fill in follow from the text above the table, and bytes from the stores above. The
    /// label of a value and the cells of an author's table are texts of the author.
    fn found_in(self, field: &Field, place: usize, texts: &[Text]) -> Option<Found> {
        let item = field.item;
        let is_data = match field.asked {
            Asked::Blank(blank) => matches!(&*blank.fact, "byte" | "value"),
            _ => false,
        };
        let own = own_place(place, texts);
        let above = &texts[..own];
        let is_listed = |text: &Text| match text.source {
            Source::State(_) => self.is_listed(&text.words),
            _ => false,
        };
        let looked_up_above = above.iter().any(is_listed);
        let holds_answers = |text: &&Text| {
            matches!(
                text.source,
                Source::State(TableId::PageTable | TableId::Tlb(_) | TableId::Cache(_))
            )
        };
        let looked_up = texts.iter().filter(holds_answers).any(is_listed);
        let told_above = above
            .iter()
            .any(|text| text.source == Source::Prose && self.is_mentioned(&text.words));
        let is_cell = matches!(item.kind, ItemKind::Table { .. });
        let is_of_author = matches!(item.kind, ItemKind::Value { .. } | ItemKind::Author(_));
        let found = texts.iter().enumerate().filter_map(|(at, text)| {
            let words = &text.words;
            let below = at > own;
            let (is_found, surely) = match text.source {
                Source::Steps => (self.is_mentioned(words), true),
                Source::Prose => (
                    self.is_told(words) && !(is_data && at < own),
                    self.is_mentioned(words) && (below && !told_above || looked_up && !is_cell),
                ),
                Source::Item(other) if other == place => {
                    (is_of_author && self.is_told(words), false)
                }
                Source::Item(other) => (
                    !(is_data && other < place) && self.number >= LONG && self.is_told(words),
                    false,
                ),
                Source::State(id) => (
                    below && !looked_up_above && changes(&item.did, id) && self.is_listed(words),
                    true,
                ),
            };
            (is_found && (surely || !is_cell)).then(|| Found {
                excerpt: self.excerpt(words),
                text: mixed_text(0, words),
                prefixed: self.is_mentioned(words) || self.is_listed(words),
                surely,
            })
        });
        // A text that surely gives the answer away is the better example.
        found.max_by_key(|found| found.surely)
    }

    /// Whether a text contains the number with the prefix of its radix.
    fn is_mentioned(self, words: &str) -> bool {
        tokens(words).any(|token| self.is(token))
    }

    /// Whether a text contains the number in any radix.
    fn is_told(self, words: &str) -> bool {
        let same = |token: &str| token.len() > 1 && value_of(token) == Some(self.number);
        self.is_mentioned(words)
            || tokens(words).any(|token| !token.starts_with('0') && same(token))
    }

    /// Whether a row of a table contains the number, which needs no prefix there. A number of a few digits must have
    /// leading zeros, because a decimal number may look like it.
    fn is_listed(self, words: &str) -> bool {
        let width = self.digits.unwrap_or(2) as usize;
        self.base != 10
            && tokens(words).any(|token| {
                let distinct = token.len() >= width || self.number >= LISTED;
                self.is(token) || distinct && self.is_written(token)
            })
    }

    fn is(self, token: &str) -> bool {
        let prefix = match self.base {
            2 => "0b",
            16 => "0x",
            // Almost every text contains decimal numbers.
            _ => return false,
        };
        token.strip_prefix(prefix).is_some_and(|written| {
            // A short number must have the digits of the answer.
            let alike = self.number >= LONG || self.digits == Some(written.len() as u32);
            alike && self.is_written(written)
        })
    }

    /// Whether digits without a prefix are the number.
    fn is_written(self, digits: &str) -> bool {
        u128::from_str_radix(digits, self.base) == Ok(self.number)
    }

    /// Returns the words of a text around the number.
    fn excerpt(self, words: &str) -> String {
        let each: Vec<&str> = words.split_whitespace().collect();
        let at = each
            .iter()
            .position(|word| self.is_listed(word) || self.is_told(word));
        let at = at.unwrap_or(0);
        let (from, to) = (at.saturating_sub(BESIDE), (at + BESIDE + 1).min(each.len()));
        let cut = |is: bool| if is { "…" } else { "" };
        format!(
            "{}{}{}",
            cut(from > 0),
            each[from..to].join(" "),
            cut(to < each.len())
        )
    }
}

/// Returns the value of a decimal number, or of one with the prefix of its radix.
fn value_of(token: &str) -> Option<u128> {
    let in_radix = |prefix: &str, radix: u32| {
        let digits = token.trim().strip_prefix(prefix)?;
        u128::from_str_radix(digits, radix).ok()
    };
    in_radix("0x", 16)
        .or_else(|| in_radix("0b", 2))
        .or_else(|| in_radix("", 10))
}

/// Minimum number of more than one hexadecimal digit.
const LONG: u128 = 16;
/// Minimum number that tables may contain without leading zeros.
const LISTED: u128 = 0x1000;
/// Number of words before and after an answer in the excerpt of a text.
const BESIDE: usize = 3;

/// Whether an operation changes the contents that a table lists, so that a table below the operation shows its result.
fn changes(did: &Did, id: TableId) -> bool {
    let access = match did {
        Did::Access(access) if !access.probe => access,
        Did::Access(_) => return false,
        other => return other.call().is_some_and(|call| !call.probe),
    };
    let part = Component::of_table(id);
    let fills = |event: &Event| part.is_some_and(|part| part.filled_set(event).is_some());
    let of_kernel = part.is_none() && id != TableId::Memory;
    access.events.iter().any(fills) || of_kernel && !access.faults().is_empty()
}

#[cfg(test)]
mod tests {
    use super::Telling;

    #[test]
    fn a_number_is_found_in_the_radix_of_its_answer() {
        let of = |number, base, digits| Telling {
            number,
            base,
            digits,
        };
        let hex = of(0x3D4, 16, Some(4));
        assert!(hex.is_mentioned("read 0x03D4 size 2") && hex.is_mentioned("0x3D4"));
        assert!(!hex.is_mentioned("0x3D40") && !hex.is_mentioned("03D4"));
        assert!(hex.is_listed("0F 03D4 1") && !hex.is_listed("0F 3D4 1"));
        assert!(!of(14, 16, None).is_mentioned("of 14-bit addresses"));
        assert!(of(0b10110, 2, None).is_mentioned("0b00010110"));
    }

    #[test]
    fn a_short_number_is_found_only_with_all_its_digits() {
        let short = Telling {
            number: 0xD,
            base: 16,
            digits: Some(2),
        };
        assert!(short.is_mentioned("The PPN is 0x0D."));
        assert!(!short.is_mentioned("set 0xD") && !short.is_mentioned("set 0x000D"));
    }
}
