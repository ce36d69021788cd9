//! A sequence of steps in the making.

use crate::report::doc::Step;
use crate::run::record::Access;
use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::{Event, PteKind};

/// An entry that the walk fetched, as its event has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fetched {
    /// Its level, 1 the top.
    pub(crate) level: u32,
    /// Its place in its table.
    pub(crate) index: u64,
    /// Where it stands in memory.
    pub(crate) address: Option<Pa>,
    pub(crate) value: Option<u64>,
    pub(crate) found: PteKind,
}

impl Fetched {
    /// The first entry that these events fetch.
    pub(crate) fn first(events: &[Event]) -> Option<Self> {
        events.iter().find_map(|event| match *event {
            Event::Pte { level, index, address, value, found } => {
                Some(Self { level, index, address, value, found })
            }
            _ => None,
        })
    }
}

/// The steps so far, and what the next ones depend on.
pub(crate) struct Sequence<'a> {
    /// The access that they are of.
    pub(crate) access: &'a Access,
    pub(crate) steps: Vec<Step>,
    /// Pieces that have begun.
    pub(crate) pieces: u32,
    /// Entries that the walks have fetched.
    pub(crate) fetched: Vec<Fetched>,
    /// The walk has asked for an entry and not yet got it.
    pub(crate) asked: bool,
    /// Who answers with what was last asked for.
    pub(crate) source: String,
    pub(crate) last: String,
    /// The piece has stored its bytes, and that was told.
    pub(crate) stored: bool,
    /// The first cache that holds the piece's block.
    pub(crate) holder: Option<u32>,
    /// The last step set these bits in entries from this level on.
    pub(crate) marked: Option<(u32, &'static str)>,
}

impl<'a> Sequence<'a> {
    pub(crate) fn new(access: &'a Access) -> Self {
        Self {
            access,
            steps: Vec::new(),
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

    pub(crate) fn push(&mut self, who: impl Into<String>, what: impl Into<String>) {
        self.marked = None;
        self.steps.push(Step { who: who.into(), what: what.into() });
    }

    /// The MMU asks for something: memory has it unless a cache holds it.
    pub(crate) fn begin_asking(&mut self) {
        (self.source, self.last) = ("memory".to_owned(), "MMU".to_owned());
    }
}
