//! A message between two components, with the data that its text describes.

use super::kind::{End, Kind, MessageRow};
use crate::run::record::MessageLevel;
use crate::run::table::Cell;
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::addr::{Pa, Va};
use pagewalk_engine::machine::event::{Event, PteKind};

/// A message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) from: String,
    /// The receiver, or `None` if the sender acts alone.
    pub(crate) to: Option<String>,
    pub(crate) detail: Detail,
    /// Whether the message belongs to the retry after a page fault that the kernel resolved.
    pub(crate) retry: bool,
}

/// The data of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detail {
    Nothing,
    /// The address of an access, or of a piece of an access: the piece's number and its size in bytes.
    Address {
        va: Va,
        piece: Option<(u32, u32)>,
    },
    Event(Event),
    /// The cache that stores the data.
    Cache(u32),
    /// The frame in a TLB entry, unless the entry denies the access.
    Frame(Option<u64>),
    Entry(Fetched),
    /// The bits that a walk sets in the entries of these levels.
    Marked {
        first: u32,
        last: u32,
        bits: &'static str,
    },
    /// A step of the handler during a fault, which is counted from 0, or outside faults.
    Kernel {
        step: KernelStep,
        fault: Option<usize>,
    },
}

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
            Event::Pte {
                level,
                index,
                address,
                value,
                found,
            } => Some(Self {
                level,
                index,
                address,
                value,
                found,
            }),
            _ => None,
        })
    }

    /// Whether the walk continues in the page table that the entry points to.
    pub(crate) fn leads_to_table(self) -> bool {
        self.found == PteKind::Table
    }
}

impl Message {
    /// Creates a message. `parts` names the components whose names depend on the machine, the sender first.
    pub(crate) fn new(kind: Kind, parts: &[&str], detail: Detail) -> Self {
        let mut parts = parts.iter().map(|part| (*part).to_owned());
        let mut name = |end: End| match end {
            End::Named(name) => Some(name.to_owned()),
            End::Part => parts.next(),
            End::Alone => None,
        };
        let from = name(kind.row().from).unwrap_or_default();
        Self {
            kind,
            from,
            to: name(kind.row().to),
            detail,
            retry: false,
        }
    }

    pub(crate) fn row(&self) -> &'static MessageRow {
        self.kind.row()
    }

    /// Returns the sender and the receiver: `CPU → MMU`.
    pub(crate) fn ends(&self) -> String {
        match &self.to {
            Some(to) => format!("{} → {to}", self.from),
            None => self.from.clone(),
        }
    }

    /// Returns a cell of the table of messages.
    pub(crate) fn cell(&self, column: &str) -> Cell {
        match column {
            "from" => Cell::Text(self.from.clone()),
            "to" => self.to.clone().map_or(Cell::Nothing, Cell::Text),
            _ => Cell::Text(self.row().words.to_owned()),
        }
    }
}

/// Keeps the messages of a level, with the senders and receivers that the level shows. The lecture ends with
/// the return from a fault: CS:APP's figure 9.13 (b) ends there, because the retried instruction repeats
/// figure 9.13 (a).
pub(crate) fn at_level(level: MessageLevel, messages: Vec<Message>) -> Vec<Message> {
    if level == MessageLevel::All {
        return messages;
    }
    let shown = messages
        .into_iter()
        .filter(|message| message.row().lecture && !message.retry);
    let lecture = |message: Message| Message {
        to: message.row().lecture_to.map(str::to_owned).or(message.to),
        ..message
    };
    shown.map(lecture).collect()
}
