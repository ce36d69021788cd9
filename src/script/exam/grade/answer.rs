//! An answer read as its blank takes it.

use super::number::{self, Spelled};
use super::sheet::Given;
use super::words;
use crate::lang::value::Value;
use crate::questions::entry::{Blank, Form, Radix};
use crate::questions::follow::Claim;
use crate::run::record::{CellView, Shown, TableView};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// Nothing was written.
    Unanswered,
    /// Nothing applies.
    Dash,
    /// A number.
    Number(Spelled),
    /// One of the words of the blank.
    Word(&'static str),
    /// Other words.
    Text(String),
    /// Something that the blank does not take.
    Unreadable,
}

/// How a blank takes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AnswerForm<'p> {
    pub(crate) form: Form,
    /// The unit printed beside it.
    pub(crate) unit: Option<&'p str>,
    /// No kernel handles the faults of what is asked.
    pub(crate) bare: bool,
}

impl<'p> AnswerForm<'p> {
    /// The form for a blank.
    pub(crate) fn for_blank(blank: &'p Blank, bare: bool) -> Self {
        Self { form: blank.form, unit: blank.unit.as_deref(), bare }
    }

    /// That of a column of a table: what its cells have is what may be written into them.
    pub(crate) fn of_column(table: &TableView, at: usize) -> Self {
        let mut cells = table.rows.iter().filter_map(|row| row.get(at));
        let form = cells.find_map(|cell| match cell {
            CellView::Hex(_, digits) => Some(Form::Number { radix: Radix::Hex, digits: Some(*digits) }),
            CellView::Number(_) => Some(Form::Number { radix: Radix::Decimal, digits: None }),
            CellView::Text(_) => Some(Form::Free),
            CellView::Nothing => None,
        });
        Self { form: form.unwrap_or(Form::Free), unit: None, bare: true }
    }

    /// An answer read.
    pub fn read(self, given: &Given) -> Answer {
        let text = match given {
            Given::Number(number) if matches!(self.form, Form::Number { .. }) => {
                return Answer::Number(Spelled::from(*number));
            }
            given => given.text(),
        };
        if text.trim().is_empty() {
            return Answer::Unanswered;
        }
        match self.form {
            Form::Words(known) => match words::read(&text, known, self.bare) {
                Some(word) => Answer::Word(word),
                None if words::is_dash(&text) => Answer::Dash,
                None => Answer::Unreadable,
            },
            Form::Number { .. } | Form::Free if words::is_dash(&text) => Answer::Dash,
            Form::Number { radix, digits } => {
                number::read(&text, radix, digits, self.unit).map_or(Answer::Unreadable, Answer::Number)
            }
            Form::Free => Answer::Text(text),
        }
    }
}

impl Answer {
    /// As a value of the machine, for what is computed from it: none inside where nothing applies.
    pub(crate) fn claim(&self) -> Option<Claim> {
        match self {
            Self::Dash => Some(None),
            Self::Word(word) => Some(Some(Shown::word(word))),
            Self::Number(spelled) => Some(Some(Shown::plain(Value::Number(spelled.value)))),
            Self::Unanswered | Self::Text(_) | Self::Unreadable => None,
        }
    }

    /// Whether it says that there is nothing, or one word of a few: what can be said without any work.
    pub(crate) fn is_said(&self) -> bool {
        matches!(self, Self::Dash | Self::Word(_))
    }
}
