//! A paper with its key.

use std::sync::Arc;

use super::version::Version;
use crate::lang::value::Number;
use crate::questions::arrangement::Acceptance;
use crate::questions::entry::{Figure, Hardware, ItemKind, Printed};
use crate::run::record::{Did, View};

#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// The cover's fields with their text.
    pub cover: Vec<(Arc<str>, String)>,
    /// The file name of the script without its extension, or an empty string.
    pub script: String,
    /// The version, if there are several.
    pub version: Option<Version>,
    /// Whether a question follows the question before it on the same page.
    pub continuous: bool,
    /// The findings of a check that the author accepts.
    pub(crate) accepted: Vec<Acceptance>,
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone)]
pub struct Question {
    pub title: Arc<str>,
    pub points: Number,
    /// Whether the points divide among the blanks.
    pub division: Division,
    /// Whether a machine has been declared since the last item of the previous question. What that question prints may be the
    /// contents of another machine.
    pub(crate) on_new_machine: bool,
    /// The contents, in order.
    pub(crate) body: Vec<Piece>,
}

/// Whether each blank of a question is worth points with at most two decimals.
#[derive(Debug, Clone, PartialEq)]
pub enum Division {
    Even,
    /// The blanks are worth fractions. The next larger points that would divide, each with the name of the part or item,
    /// or an empty name for the question. The list is empty if there are no such points.
    Uneven(Vec<(String, Number)>),
}

/// A piece of a question or part.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Prose.
    Text(String),
    /// Empty space on the printed paper, with its height in millimeters.
    Space(u32),
    /// Given tables and other views.
    Given(Vec<View>),
    Figure(Figure),
    /// An item that students answer.
    Item(Box<PaperItem>),
    /// A part, which does not contain other parts.
    Part {
        name: Arc<str>,
        points: Number,
        body: Vec<Piece>,
    },
}

/// An item to answer.
#[derive(Debug, Clone)]
pub struct PaperItem {
    /// The question and its key.
    pub kind: ItemKind,
    pub(crate) printed: Printed,
    pub points: Number,
    /// The machine of the question.
    pub hardware: Option<Hardware>,
    /// The record of the operation in question.
    pub did: Arc<Did>,
    /// The operations since the previous item of the question, which a worked solution explains.
    pub(crate) since: Arc<[Arc<Did>]>,
    /// The repetition of an access that ended with a page fault.
    pub(crate) retry: Option<Arc<Did>>,
    /// Whether an earlier item of the question is about the same operation, which ran only once.
    pub(crate) again: bool,
    /// Whether a statement that the paper does not print has changed the state since the previous item of the question.
    pub(crate) unseen: bool,
    /// The titles of tables that the operation changed, and that the question prints after the operation, but above the item.
    pub(crate) late: Arc<[String]>,
}

impl Paper {
    pub fn points(&self) -> Number {
        self.questions
            .iter()
            .fold(Number::from(0u64), |sum, question| {
                // Points are script numbers. A sum that would overflow stays unchanged.
                sum.plus(question.points).unwrap_or(sum)
            })
    }
}

impl Question {
    /// Returns the given views, and those of figures, in order.
    pub(crate) fn views(&self) -> impl Iterator<Item = &View> {
        self.pieces().flat_map(|piece| match piece {
            Piece::Given(views) | Piece::Figure(Figure::Views(views)) => views.as_slice(),
            _ => &[],
        })
    }

    /// Returns all pieces, with each part replaced by its pieces.
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.body.iter().flat_map(|piece| match piece {
            Piece::Part { body, .. } => body.as_slice(),
            other => std::slice::from_ref(other),
        })
    }

    /// Whether the question contains prose besides its prompts.
    pub(crate) fn has_text(&self) -> bool {
        self.pieces().any(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Returns the operations of all items, each after those since the previous item.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Did> {
        let all = self.items();
        let all = all.flat_map(|item| item.since.iter().chain([&item.did]));
        all.map(|did| &**did)
    }

    /// Returns all items, in order.
    pub fn items(&self) -> impl Iterator<Item = &PaperItem> {
        self.pieces().filter_map(|piece| match piece {
            Piece::Item(item) => Some(&**item),
            _ => None,
        })
    }
}
