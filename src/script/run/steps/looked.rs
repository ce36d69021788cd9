//! The sets that an access looked up, with their lines at the lookup. A fill destroys its victim, so the events do not
//! determine these lines.

use pagewalk_engine::machine::event::{Event, SetLine, SetView};

/// Maximum number of ways that are copied.
const WAYS: u32 = 64;

/// A set that an access looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Looked {
    /// The lookup: an [`Event::TlbLookup`] or an [`Event::CacheLookup`].
    pub(crate) lookup: Event,
    /// The lines in way order, or only the way that hit if the set is too wide.
    pub(crate) lines: Vec<SetLine>,
}

impl Looked {
    /// Copies the set of a lookup.
    pub(crate) fn copy(lookup: Event, set: &dyn SetView) -> Self {
        let ways = match lookup {
            _ if set.ways() <= WAYS => 0..set.ways(),
            Event::TlbLookup { way: Some(way), .. } | Event::CacheLookup { way: Some(way), .. } => {
                way..way + 1
            }
            _ => 0..0,
        };
        Self {
            lookup,
            lines: ways.map(|way| set.line(way)).collect(),
        }
    }
}
