//! The exam state of a session, and functions that add entries to the paper.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arrangement::{Arrangement, Known};
use super::entry::{Entry, Figure, Radix};
use super::sheet::Sheet;
use crate::run::record::{Did, View};
use crate::run::session::{Action, Session};

/// The exam state of a session.
#[derive(Clone, Default)]
pub(crate) struct Papers {
    /// Number of questions per title so far.
    pub(crate) titles: BTreeMap<Arc<str>, u64>,
    /// The arrangement of the paper. Only the check before a run sets it.
    pub(crate) arrangement: Option<Arrangement>,
    /// The questions of the script. Only the check before a run adds them.
    pub(crate) questions: Vec<Known>,
    /// The number of the file with the `exam` block that applies.
    pub(crate) cover: Option<u32>,
    /// The radix of the paper, if `exam` specifies a radix.
    pub(crate) radix: Option<Radix>,
    /// The current question.
    sheet: Option<Sheet>,
}

/// Returns an action that adds an entry to the paper and displays the entry.
pub(crate) fn puts(entry: Entry, views: Vec<View>) -> Action {
    Action::does(move |session| {
        session.enter(entry);
        Ok(Did::Shown(views))
    })
}

impl Session<'_> {
    /// Returns the exam state.
    pub(crate) fn exam_mut(&mut self) -> &mut Papers {
        self.extension_state()
    }

    /// Returns the radix of the paper, if `exam` specifies a radix.
    pub(crate) fn radix_of_paper(&self) -> Option<Radix> {
        self.known_extension_state::<Papers>()?.radix
    }

    /// Returns the current question.
    pub fn sheet(&self) -> Option<&Sheet> {
        self.known_extension_state::<Papers>()?.sheet.as_ref()
    }

    /// Returns the current question for modification.
    pub(crate) fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        self.exam_mut().sheet.as_mut()
    }

    pub(crate) fn open_sheet(&mut self, sheet: Option<Sheet>) {
        self.draws_together = sheet.is_some();
        self.exam_mut().sheet = sheet;
    }

    pub(crate) fn close_sheet(&mut self) -> Option<Sheet> {
        self.draws_together = false;
        self.exam_mut().sheet.take()
    }
}

/// Returns an action that shows a figure and, in a question, adds it to the paper.
pub(crate) fn drawn(session: &Session, figure: Figure, views: Vec<View>) -> Action {
    if session.is_in_question() {
        return puts(Entry::Figure { figure, in_part: session.in_part() }, views);
    }
    Action::does(move |_| Ok(Did::Shown(views)))
}
