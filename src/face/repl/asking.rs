//! A quiz or a practice in progress.

use std::io;

use super::context::ReplContext;
use super::practice;
use super::quiz::Quiz;
use pagewalk_script::exam::practice::Practice;

pub(crate) enum Asking {
    Quiz(Quiz),
    Practice(Box<Practice>),
}

impl Asking {
    /// The prompt for the current answer.
    pub(crate) fn prompt(&self) -> String {
        match self {
            Self::Quiz(quiz) => quiz.prompt(),
            Self::Practice(practice) => format!("{}? ", practice.field()),
        }
    }

    /// Marks an answer, and returns true after the last answer.
    pub(crate) fn answer(&mut self, context: &mut ReplContext, given: &str) -> io::Result<bool> {
        match self {
            Self::Quiz(quiz) => quiz.answer(context, given),
            Self::Practice(practice) => practice::answer(practice, context, given),
        }
    }

    /// Prints the result.
    pub(crate) fn end(&self, context: &mut ReplContext) -> io::Result<()> {
        match self {
            Self::Quiz(quiz) => quiz.end(context),
            Self::Practice(practice) => practice::end(practice, context),
        }
    }
}
