//! The contents and order of a paper according to `exam`: pools, shuffling, and the student.

use std::sync::Arc;

use super::settings::{ARRANGEMENT_SETTINGS, Finding};
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::Number;

/// Whether a row of `exam` arranges the paper. All other rows of `exam` belong to the cover.
pub(crate) fn arranges(name: &str) -> bool {
    ARRANGEMENT_SETTINGS.iter().any(|row| row.name == name)
}

/// The arrangement of a paper.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrangement {
    /// The pools of questions. A paper contains only some of the questions in a pool.
    pub(crate) pools: Vec<Pool>,
    /// Whether to shuffle the questions.
    pub(crate) questions: bool,
    /// Whether to shuffle the options of each choice.
    pub(crate) options: bool,
    /// Whether a question follows the question before it on the same page.
    pub(crate) continuous: bool,
    /// The seed of the random choices.
    pub(crate) seed: u64,
    /// The titles of the paper's questions in order, if the script lists them.
    pub(crate) listed: Option<Vec<Word>>,
    /// The order of the options, if the script lists the order. For a question with several choices, the list
    /// has one element per choice.
    pub(crate) orders: Vec<(Word, Vec<usize>)>,
    /// The findings of a check that the author accepts.
    pub(crate) accepted: Vec<Acceptance>,
    /// The paper's version code, if the script sets the code.
    pub(crate) version: Option<String>,
    /// The student's ID and name, if the script specifies a student.
    pub(crate) student: Option<(String, String)>,
}

/// `accept guessable of "Q" because "the first reference is always a miss"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acceptance {
    pub(crate) finding: (&'static str, Finding),
    /// The title of the question, or `None` for all questions.
    pub(crate) question: Option<String>,
    pub(crate) reason: String,
}

/// `pool "Translation" pick 2 of ["TLB hit", "TLB miss", "A fault"]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pool {
    pub(crate) title: Word,
    /// Number of questions that each paper takes from the pool.
    pub(crate) pick: usize,
    /// The titles of the pool's questions.
    pub(crate) of: Vec<Word>,
}

/// A question in the script with its declared points.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) title: Arc<str>,
    pub(crate) points: Option<Number>,
}

impl Arrangement {
    /// Returns the errors in the pools, given all questions. Questions in one pool must have the same points.
    pub(crate) fn wrong(&self, questions: &[Known]) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        let mut taken: Vec<&Word> = Vec::new();
        for pool in &self.pools {
            for title in &pool.of {
                if taken.iter().any(|other| other.text == title.text) {
                    let message = format!(
                        "the question “{}” appears in two pools or twice in the same pool",
                        title.text
                    );
                    wrong.push(Diagnostic::new(Code::Duplicate, title.span, message));
                }
                taken.push(title);
                if !questions.iter().any(|known| known.title == title.text) {
                    wrong.push(unknown(title, questions));
                }
            }
            wrong.extend(unequal(pool, questions));
        }
        let listed = self
            .listed
            .iter()
            .flatten()
            .chain(self.orders.iter().map(|(title, _)| title));
        let missing =
            listed.filter(|title| !questions.iter().any(|known| known.title == title.text));
        wrong.extend(missing.map(|title| unknown(title, questions)));
        wrong
    }
}

/// Reports members of a pool that have different points.
fn unequal(pool: &Pool, questions: &[Known]) -> Option<Diagnostic> {
    let worth = |title: &Word| {
        questions
            .iter()
            .find(|known| known.title == title.text)?
            .points
    };
    let mut known = pool
        .of
        .iter()
        .filter_map(|title| Some((title, worth(title)?)));
    let (first, points) = known.next()?;
    let (other, others) = known.find(|(_, own)| *own != points)?;
    let message = format!(
        "“{}” is worth {others} points, but “{}” in the same pool is worth {points}",
        other.text, first.text
    );
    let help = "all questions in a pool must be worth the same number of points";
    Some(
        Diagnostic::new(Code::BadPoints, other.span, message)
            .label("a different number of points")
            .help(help),
    )
}

fn unknown(title: &Word, questions: &[Known]) -> Diagnostic {
    let message = format!("unknown question “{}”", title.text);
    let diagnostic =
        Diagnostic::new(Code::UnknownName, title.span, message).label("no question has this title");
    let titles = || questions.iter().map(|known| &*known.title);
    match nearest(&title.text, titles()) {
        Some(near) => diagnostic.did_you_mean(&title.text, near),
        None if questions.is_empty() => diagnostic.help("the script has no question"),
        None => diagnostic.help(format!(
            "there are “{}”",
            titles().collect::<Vec<_>>().join("”, “")
        )),
    }
}
