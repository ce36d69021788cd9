//! A sequence of steps that is being built.

use crate::report::doc::Step;
use crate::run::record::Access;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{Event, PteKind};

/// An entry that the walk fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fetched {
    /// The level, counted from 1 at the top.
    pub(crate) level: u32,
    /// The index of the entry in its page table.
    pub(crate) index: u64,
    /// The address of the entry in memory.
    pub(crate) address: Option<Pa>,
    pub(crate) value: Option<u64>,
    pub(crate) found: PteKind,
}

impl Fetched {
    /// Returns the first entry that these events fetch.
    pub(crate) fn first(events: &[Event]) -> Option<Self> {
        events.iter().find_map(|event| match *event {
            Event::Pte { level, index, address, value, found } => {
                Some(Self { level, index, address, value, found })
            }
            _ => None,
        })
    }
}

/// Where steps are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// In the narration of a run.
    Run,
    /// On a paper, which does not print the raw values of entries outside memory. If `bytes` is true, the
    /// steps mention unknown bytes.
    Paper { bytes: bool },
}

/// The steps so far, with the state for the next steps.
pub(crate) struct Sequence<'a> {
    pub(crate) access: &'a Access,
    pub(crate) steps: Vec<Step>,
    pub(crate) medium: Medium,
    /// Number of pieces that have begun.
    pub(crate) pieces: u32,
    /// Entries that the walks fetched.
    pub(crate) fetched: Vec<Fetched>,
    /// Whether the walk has requested an entry but not received it.
    pub(crate) asked: bool,
    /// The component that responds to the last request.
    pub(crate) source: String,
    pub(crate) last: String,
    /// Whether a step for the piece's store has been added.
    pub(crate) stored: bool,
    /// The first cache that holds the piece's block.
    pub(crate) holder: Option<u32>,
    /// The bits that the last step set in entries, from this level down.
    pub(crate) marked: Option<(u32, &'static str)>,
}

impl<'a> Sequence<'a> {
    pub(crate) fn new(access: &'a Access) -> Self {
        Self {
            access,
            steps: Vec::new(),
            medium: Medium::Run,
            pieces: 0,
            fetched: Vec::new(),
            asked: false,
            source: String::new(),
            last: String::new(),
            stored: false,
            holder: None,
            marked: None,
        }
    }

    /// Whether the steps are printed on a paper.
    pub(crate) fn on_paper(&self) -> bool {
        self.medium != Medium::Run
    }

    pub(crate) fn push(&mut self, who: impl Into<String>, what: impl Into<String>) {
        self.marked = None;
        self.steps.push(Step { who: who.into(), what: what.into() });
    }

    /// Records a request from the MMU, which memory answers unless a cache holds the block.
    pub(crate) fn begin_asking(&mut self) {
        (self.source, self.last) = ("memory".to_owned(), "MMU".to_owned());
    }
}
