//! The parts of a snapshot that a caller wants.

/// The parts of a snapshot that take most of its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The only core in the snapshot, or `None` for all cores. A shared cache is listed for each core.
    pub core: Option<u32>,
    /// Whether the page tables are in the snapshot.
    pub page_tables: bool,
    /// Whether blocks without known bytes have their list of `null`s.
    pub unknown_bytes: bool,
}

impl Parts {
    pub const ALL: Self = Self {
        core: None,
        page_tables: true,
        unknown_bytes: true,
    };
}
