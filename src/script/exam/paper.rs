//! A paper with its key.

use std::sync::Arc;

use super::version::Version;
use crate::lang::value::Number;
use crate::questions::entry::{Figure, Hardware, ItemKind};
use crate::run::record::{Did, View};

/// A paper.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// What its cover says, each field with its words.
    pub cover: Vec<(Arc<str>, String)>,
    /// Which of its versions it is, where it has several.
    pub version: Option<Version>,
    /// Its questions, in order.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its title.
    pub title: Arc<str>,
    /// What it is worth.
    pub points: Number,
    /// What stands in it, in order.
    pub(crate) body: Vec<Piece>,
}

/// What stands in a question or part.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Prose.
    Text(String),
    /// Tables and other things given.
    Given(Vec<View>),
    /// A figure.
    Figure(Figure),
    /// Something to answer.
    Item(Box<PaperItem>),
    /// A part; parts hold no parts.
    Part { name: Arc<str>, points: Number, body: Vec<Piece> },
}

/// Something to answer.
#[derive(Debug, Clone)]
pub struct PaperItem {
    /// What is asked, with the key.
    pub kind: ItemKind,
    /// What it is worth.
    pub points: Number,
    /// The machine that it is asked of.
    pub hardware: Option<Hardware>,
    /// What the statement did: the operation that is asked of.
    pub did: Arc<Did>,
}

impl Paper {
    /// What the whole is worth.
    pub fn points(&self) -> Number {
        self.questions.iter().fold(Number::from(0u64), |sum, question| {
            // Questions are worth numbers of a script; beyond all range the sum stays what it is.
            sum.plus(question.points).unwrap_or(sum)
        })
    }
}

impl Question {
    /// Everything to answer in it, in order.
    pub fn items(&self) -> impl Iterator<Item = &PaperItem> {
        self.body
            .iter()
            .flat_map(|piece| match piece {
                Piece::Part { body, .. } => body.as_slice(),
                other => std::slice::from_ref(other),
            })
            .filter_map(|piece| match piece {
                Piece::Item(item) => Some(&**item),
                _ => None,
            })
    }
}
