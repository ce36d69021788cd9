//! What a session remembers of a paper, and how statements put things on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arrangement::{Arrangement, Known};
use super::entry::Entry;
use super::sheet::Sheet;
use crate::run::record::{Did, View};
use crate::run::session::{Action, Session};

/// What a session remembers of a paper.
#[derive(Clone, Default)]
pub(crate) struct Papers {
    /// How many questions there have been of each title.
    pub(crate) titles: BTreeMap<Arc<str>, u64>,
    /// How the paper is arranged (when checking only).
    pub(crate) arrangement: Option<Arrangement>,
    /// The questions of the script (when checking only).
    pub(crate) questions: Vec<Known>,
    /// The question that the statement belongs to.
    sheet: Option<Sheet>,
}

/// An action that puts something on the paper, and shows it.
pub(crate) fn puts(entry: Entry, views: Vec<View>) -> Action {
    Action::does(move |session| {
        session.enter(entry);
        Ok(Did::Shown(views))
    })
}

impl Session<'_> {
    /// What is remembered of the paper.
    pub(crate) fn exam_mut(&mut self) -> &mut Papers {
        self.extension_state()
    }

    /// The question that the statement belongs to.
    pub fn sheet(&self) -> Option<&Sheet> {
        self.known_extension_state::<Papers>()?.sheet.as_ref()
    }

    /// The same, to be changed.
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
