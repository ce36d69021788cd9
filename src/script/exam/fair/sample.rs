//! The data of a version, for comparison with other versions.

use std::collections::{BTreeMap, BTreeSet};

use super::asks::derivations;
use super::flaws::{ambiguous, printed_keys};
use super::lacking::{Lacking, Stated};
use super::leaks::{Found, Telling, are_bytes_in_table, in_messages};
use super::printed::{Text, own_place, texts};
use crate::exam::field::{Asked, Field, fields};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::plan::for_screens;
use crate::exam::formats::prompt::of_done;
use crate::exam::grade::rules::Rules;
use crate::exam::grade::{Given, Key, Sheet, mark};
use crate::exam::paper::{Paper, PaperItem, Question as Asking};
use crate::exam::spelling::of_cell;
use crate::lang::value::Value;
use crate::questions::arrangement::Acceptance;
use crate::questions::entry::{Evidence, ItemKind};
use crate::run::facts::reported_facts;
use crate::run::record::Did;
use crate::run::seeds::mixed_text;

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
    /// What guessing earns in its tables and choices.
    pub(crate) guess: Guess,
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
    /// Whether the answer is bytes that follow from a text, and that are not compared with the text above.
    pub(crate) follows: bool,
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
        let mut guesses = guesses(paper, &all);
        let mut from = 0;
        let (mut stated, mut given) = (Stated::default(), Vec::new());
        for (at, (question, section)) in paper.questions.iter().zip(&sheet.questions).enumerate() {
            let items: Vec<&PaperItem> = question.items().collect();
            let texts = texts(section);
            let mut own = Question {
                number: at + 1,
                guess: guesses.remove(&at).unwrap_or_default(),
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

/// What guessing earns in the tables and choices of a question.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Guess {
    /// The points for one option of each choice at random.
    choices: f64,
    /// The points for each answer that a student writes in all cells of a column, by item and column.
    columns: BTreeMap<(usize, usize), BTreeMap<String, f64>>,
    /// The maximum.
    of: f64,
}

impl Guess {
    /// Returns the mean points in all versions of a question, and their mean maximum. A student does not know the version,
    /// so one guess must serve all versions.
    pub(crate) fn mean(versions: &[&Self]) -> [f64; 2] {
        let mut columns: BTreeMap<_, BTreeMap<&str, f64>> = BTreeMap::new();
        for (column, answers) in versions.iter().flat_map(|guess| &guess.columns) {
            for (answer, points) in answers {
                *columns
                    .entry(column)
                    .or_default()
                    .entry(answer)
                    .or_default() += points;
            }
        }
        let best = |answers: &BTreeMap<&str, f64>| answers.values().copied().fold(0.0, f64::max);
        let earned = columns.values().map(best).sum::<f64>();
        let choices = versions.iter().map(|guess| guess.choices).sum::<f64>();
        let of = versions.iter().map(|guess| guess.of).sum::<f64>();
        [earned + choices, of].map(|sum| sum / versions.len().max(1) as f64)
    }
}

/// Returns what guessing earns in each question. The most frequent answer of a column earns points also for the errors
/// that it carries forward.
fn guesses(paper: &Paper, all: &[Field]) -> BTreeMap<usize, Guess> {
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
    let mut guesses: BTreeMap<usize, Guess> = BTreeMap::new();
    // Versions can have their questions in another order.
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for (field, mark) in all.iter().zip(&marked.marks) {
        let own = guesses.entry(field.question).or_default();
        let first = *first.entry(field.question).or_insert(field.of_item);
        let points = field.points.to_f64();
        match (field.asked, &field.item.kind) {
            (Asked::Cell { .. }, _) => {
                let Some(((item, at), key)) = column_of(field) else {
                    continue;
                };
                let answers = own.columns.entry((item - first, at)).or_default();
                // Where a whole row or column must be right, only the sheet above shows what a guess earns.
                if mark.written != key && field.item.printed.marks.is_none() {
                    *answers.entry(key).or_default() += points;
                }
                *answers.entry(mark.written.clone()).or_default() += mark.points.to_f64();
            }
            (
                _,
                ItemKind::Choice {
                    options,
                    several: false,
                    ..
                },
            ) => own.choices += points / options.len().max(1) as f64,
            _ => continue,
        }
        own.of += points;
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
    let is_state = match &item.kind {
        ItemKind::Table { string, .. } => string.is_none(),
        ItemKind::Value { derivation, .. } => derivation.counts(),
        _ => false,
    };
    if is_state {
        // The state follows from everything above the item.
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

/// Adds the work of an item's operation.
fn effort(to: &mut BTreeMap<String, u64>, item: &PaperItem) {
    if !matches!(item.kind, ItemKind::Facts { .. }) {
        return;
    }
    // Students compute the counts of a program by formula, not access by access. An operation runs only once, even if several
    // items ask about it.
    if item.again || item.did.called().is_some() {
        return;
    }
    work(to, &item.did, |_| true);
}

/// Adds the work of an operation that these facts describe.
fn work(to: &mut BTreeMap<String, u64>, did: &Did, counts: fn(&str) -> bool) {
    for fact in reported_facts(did).iter().filter(|fact| counts(&fact.name)) {
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
    // The facts of an access that a boundary splits describe the lookups of its first piece.
    if let Did::Access(access) = did {
        let rest = &access.events[access.first_piece().len()..];
        if access.outcome.fragments > 1 && !rest.is_empty() {
            let mut piece = access.clone();
            piece.events = rest.to_vec();
            work(to, &Did::Access(piece), |name| {
                matches!(name, "tlb" | "cache" | "walk")
            });
        }
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
    let in_table = are_bytes_in_table(field, question);
    let found_in = Telling::of(field)
        .and_then(|telling| telling.found_in(field, place, texts, in_table))
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
        follows: in_table == Some(false),
    })
}
