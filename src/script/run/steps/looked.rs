//! The sets that an access looked up, with their lines at the lookup. A fill destroys its victim, so the events do not
//! determine these lines.

use pagewalk_engine::machine::event::{Event, SetLine};

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
    /// Copies the set of a lookup; see [`MachineObserver::on_set`].
    ///
    /// [`MachineObserver::on_set`]: pagewalk_engine::machine::event::MachineObserver::on_set
    pub(crate) fn copy(lookup: Event, ways: u32, line: &dyn Fn(u32) -> SetLine) -> Self {
        let copied = match hit(lookup) {
            _ if ways <= WAYS => 0..ways,
            Some(way) => way..way + 1,
            None => 0..0,
        };
        Self {
            lookup,
            lines: copied.map(line).collect(),
        }
    }

    /// Returns the line that hit.
    pub(crate) fn hit(&self) -> Option<&SetLine> {
        let way = hit(self.lookup)?;
        self.lines.iter().find(|line| line.way == way)
    }
}

/// Returns the way that hit.
fn hit(lookup: Event) -> Option<u32> {
    match lookup {
        Event::TlbLookup { way, .. } | Event::CacheLookup { way, .. } => way,
        _ => None,
    }
}
