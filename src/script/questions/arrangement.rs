//! What `exam` says of the order of a paper and of what is on it: pools, shuffling, whose version it is.

use std::sync::Arc;

use super::settings::ARRANGEMENT_SETTINGS;
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::Number;

/// Whether a row of `exam` arranges the paper; the others are of its cover.
pub(crate) fn arranges(name: &str) -> bool {
    ARRANGEMENT_SETTINGS.iter().any(|row| row.name == name)
}

/// How a paper is arranged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrangement {
    /// Questions of which only some are on a paper.
    pub(crate) pools: Vec<Pool>,
    /// The questions come in an order that is drawn.
    pub(crate) questions: bool,
    /// So do the options of each choice.
    pub(crate) options: bool,
    /// What all of that is drawn by.
    pub(crate) seed: u64,
    /// The titles of the questions that are on the paper, in order, where the script lists them.
    pub(crate) listed: Option<Vec<Word>>,
    /// The options of choices in order, where the script lists them: of a question's first choice, then of its second.
    pub(crate) orders: Vec<(Word, Vec<usize>)>,
    /// The code on the paper, where the script says one.
    pub(crate) version: Option<String>,
    /// The id and the name of its student, where the script says them.
    pub(crate) student: Option<(String, String)>,
}

/// `pool "Translation" pick 2 of ["TLB hit", "TLB miss", "A fault"]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pool {
    /// What it is about.
    pub(crate) title: Word,
    /// How many of its questions are on a paper.
    pub(crate) pick: usize,
    /// The titles of its questions.
    pub(crate) of: Vec<Word>,
}

/// A question that stands somewhere in the script, with the points that it says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) title: Arc<str>,
    /// Its points, where they are known.
    pub(crate) points: Option<Number>,
}

impl Arrangement {
    /// What is wrong with the pools, given the questions that there are; those of one pool must be worth the same.
    pub(crate) fn wrong(&self, questions: &[Known]) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        let mut taken: Vec<&Word> = Vec::new();
        for pool in &self.pools {
            for title in &pool.of {
                if taken.iter().any(|other| other.text == title.text) {
                    let message = format!("the question “{}” is in two pools, or twice in one", title.text);
                    wrong.push(Diagnostic::new(Code::Duplicate, title.span, message));
                }
                taken.push(title);
                if !questions.iter().any(|known| known.title == title.text) {
                    wrong.push(unknown(title, questions));
                }
            }
            wrong.extend(unequal(pool, questions));
        }
        let listed = self.listed.iter().flatten().chain(self.orders.iter().map(|(title, _)| title));
        let missing = listed.filter(|title| !questions.iter().any(|known| known.title == title.text));
        wrong.extend(missing.map(|title| unknown(title, questions)));
        wrong
    }
}

/// Says that members of a pool are not worth the same.
fn unequal(pool: &Pool, questions: &[Known]) -> Option<Diagnostic> {
    let worth = |title: &Word| questions.iter().find(|known| known.title == title.text)?.points;
    let mut known = pool.of.iter().filter_map(|title| Some((title, worth(title)?)));
    let (first, points) = known.next()?;
    let (other, others) = known.find(|(_, own)| *own != points)?;
    let message =
        format!("“{}” is worth {others} points, and “{}” of the same pool {points}", other.text, first.text);
    let help = "papers must be worth the same whichever questions are picked";
    Some(Diagnostic::new(Code::BadPoints, other.span, message).label("another number of points").help(help))
}

fn unknown(title: &Word, questions: &[Known]) -> Diagnostic {
    let message = format!("no question is called “{}”", title.text);
    let diagnostic = Diagnostic::new(Code::UnknownName, title.span, message).label("in no pool's reach");
    let titles = || questions.iter().map(|known| &*known.title);
    match nearest(&title.text, titles()) {
        Some(near) => diagnostic.did_you_mean(&title.text, near),
        None if questions.is_empty() => diagnostic.help("the script has no question"),
        None => diagnostic.help(format!("there are “{}”", titles().collect::<Vec<_>>().join("”, “"))),
    }
}
