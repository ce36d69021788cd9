//! What a fault handler did, picked out of its steps.

use pagewalk_engine::kernel::event::{PageOf, Step, Store};
use pagewalk_engine::kernel::ids::FrameNo;

/// What a fault handler did, each thing at its latest; evictions all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Handled {
    /// The stack grew down to here.
    pub grew: Option<u64>,
    /// Levels of the page tables that were made.
    pub tables: Vec<u32>,
    /// Frames whose pages went.
    pub evicted: Vec<Evicted>,
    /// A frame was filled with zeros.
    pub zeroed: Option<FrameNo>,
    /// A frame was filled from somewhere.
    pub filled: Option<(FrameNo, Store)>,
    /// A frame was there already.
    pub shared: Option<FrameNo>,
    /// A page was copied; the source is none for zeros, and where a file's page was read into the copy at once.
    pub copied: Option<(Option<FrameNo>, FrameNo)>,
    /// The last sharer kept its frame.
    pub reused: Option<FrameNo>,
    /// The entry was set: the frame (none is the zero page), and whether it may be stored to.
    pub mapped: Option<(Option<FrameNo>, bool)>,
    /// Pages mapped around.
    pub around: u32,
    /// The fault was major; none if it was not resolved.
    pub major: Option<bool>,
}

/// A frame whose page went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evicted {
    /// The frame.
    pub frame: FrameNo,
    /// The page.
    pub page: Option<PageOf>,
    /// Where it was written.
    pub to: Option<Store>,
}

impl Handled {
    /// What these steps did.
    pub fn of(steps: &[Step]) -> Self {
        let mut handled = Self::default();
        for step in steps {
            match *step {
                Step::Grew { start } => handled.grew = Some(start),
                Step::Table { level, .. } => handled.tables.push(level),
                Step::Evicted { frame, page, to } => handled.evicted.push(Evicted { frame, page, to }),
                Step::Zeroed { frame } => handled.zeroed = Some(frame),
                Step::Filled { frame, from } => handled.filled = Some((frame, from)),
                Step::Shared { frame } => handled.shared = Some(frame),
                Step::Copied { from, to } => handled.copied = Some((from, to)),
                Step::Reused { frame } => handled.reused = Some(frame),
                Step::Mapped { frame, writable, .. } => handled.mapped = Some((frame, writable)),
                Step::Around { pages } => handled.around += pages,
                Step::Resolved { major, .. } => handled.major = Some(major),
                Step::Fault { .. } | Step::Area { .. } | Step::Taken { .. } | Step::Killed { .. } => {}
            }
        }
        handled
    }
}
