//! The registry of bits.

/// A bit of a page-table entry, in Intel's bit order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Bit {
    /// Present.
    P,
    /// Stores are allowed.
    Rw,
    /// User mode may access the page.
    Us,
    /// Write-through.
    Wt,
    /// Cache disabled.
    Cd,
    /// Accessed.
    A,
    /// Dirty.
    D,
    /// Page size: an upper-level entry with this bit maps a page.
    Ps,
    /// Global.
    G,
    /// Execution disabled.
    Xd,
}

/// The target of a present entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A table of the next level.
    Table,
    /// A page that is larger than a base page: PS is 1 in an upper-level entry.
    HugePage,
    /// A page. The entry is of the last level.
    Page,
}

/// Whether a bit has a meaning in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitUse {
    /// The MMU uses the bit.
    Used,
    /// The entry has the bit, but the MMU ignores it.
    Ignored,
    /// The entry has no such bit.
    Absent,
}

/// A row in the registry of bits.
#[derive(Debug)]
pub struct BitRow {
    pub bit: Bit,
    /// The name in scripts.
    pub name: &'static str,
    /// The other names.
    pub aliases: &'static [&'static str],
    /// The name with the inverse meaning, which some lectures use. For example, `sup 1` means `us 0`.
    pub inverse: Option<&'static str>,
    /// The bit's name on lecture slides.
    pub label: &'static str,
    /// The help text, which is one line.
    pub help: &'static str,
    /// The meanings of 0 and 1. `{pages}` is replaced by the pages that the bit affects, and `{target}` by the page or the
    /// table that the entry leads to.
    meanings: [&'static str; 2],
    /// The use of the bit in an entry that points to a table, and in an entry of the last level.
    uses: [BitUse; 2],
}

use BitUse::{Absent, Ignored, Used};

/// All bits of an entry, in the order of the default format.
pub const BITS: [BitRow; 10] = [
    BitRow {
        bit: Bit::P,
        name: "p",
        aliases: &["v", "valid"],
        inverse: None,
        label: "P",
        help: "present: the entry maps a page or points to a table",
        meanings: [
            "not present, so an access causes a page fault",
            "{target} is present",
        ],
        uses: [Used, Used],
    },
    BitRow {
        bit: Bit::Rw,
        name: "rw",
        aliases: &["write"],
        inverse: None,
        label: "R/W",
        help: "stores are allowed",
        meanings: ["{pages} cannot be written", "{pages} can be written"],
        uses: [Used, Used],
    },
    BitRow {
        bit: Bit::Us,
        name: "us",
        aliases: &[],
        inverse: Some("sup"),
        label: "U/S",
        help: "user mode can access the page (0: supervisor only)",
        meanings: [
            "only the supervisor can access {pages}",
            "user mode can access {pages}",
        ],
        uses: [Used, Used],
    },
    BitRow {
        bit: Bit::Wt,
        name: "wt",
        aliases: &[],
        inverse: None,
        label: "WT",
        help: "the page (or table) is cached write-through",
        meanings: [
            "{target} is cached write-back",
            "{target} is cached write-through",
        ],
        uses: [Used, Used],
    },
    BitRow {
        bit: Bit::Cd,
        name: "cd",
        aliases: &[],
        inverse: None,
        label: "CD",
        help: "the page (or table) is not cached",
        meanings: ["{target} can be cached", "{target} is not cached"],
        uses: [Used, Used],
    },
    BitRow {
        bit: Bit::A,
        name: "a",
        aliases: &[],
        inverse: None,
        label: "A",
        help: "accessed: the MMU sets this bit when a walk uses the entry",
        meanings: [
            "no walk has used the entry since software cleared the bit",
            "a walk has used the entry",
        ],
        uses: [Used, Used],
    },
    BitRow {
        bit: Bit::D,
        name: "d",
        aliases: &[],
        inverse: None,
        label: "D",
        help: "dirty: the MMU sets this bit on a store to the page",
        meanings: [
            "no store has changed the page since software cleared the bit",
            "a store has changed the page",
        ],
        uses: [Absent, Used],
    },
    BitRow {
        bit: Bit::Ps,
        name: "ps",
        aliases: &[],
        inverse: None,
        label: "PS",
        help: "page size: an upper-level entry maps a huge page",
        meanings: ["the entry points to a table", "the entry maps a huge page"],
        uses: [Used, Absent],
    },
    BitRow {
        bit: Bit::G,
        name: "g",
        aliases: &[],
        inverse: None,
        label: "G",
        help: "global: a TLB flush keeps the entry",
        meanings: [
            "a TLB flush discards the translation",
            "a TLB flush does not discard the translation",
        ],
        uses: [Ignored, Used],
    },
    BitRow {
        bit: Bit::Xd,
        name: "xd",
        aliases: &[],
        inverse: Some("exec"),
        label: "XD",
        help: "instructions cannot be fetched from the page",
        meanings: [
            "instructions can be fetched from {pages}",
            "instructions cannot be fetched from {pages}",
        ],
        uses: [Used, Used],
    },
];

impl Bit {
    /// The bit's row in the registry.
    pub fn row(self) -> &'static BitRow {
        &BITS[self as usize]
    }
}

impl BitRow {
    /// The bit with this name, and whether the name has the inverse meaning.
    pub fn named(name: &str) -> Option<(Bit, bool)> {
        let row = BITS.iter().find(|row| row.names().any(|own| own == name))?;
        Some((row.bit, row.inverse == Some(name)))
    }

    /// All names in scripts, the one with the inverse meaning last.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let aliases = self.aliases.iter().copied();
        [self.name].into_iter().chain(aliases).chain(self.inverse)
    }

    /// Whether the bit has a meaning in a present entry.
    pub fn use_in(&self, kind: EntryKind) -> BitUse {
        match kind {
            EntryKind::Table => self.uses[0],
            EntryKind::Page => self.uses[1],
            EntryKind::HugePage => BitUse::Used,
        }
    }

    /// The meaning of the bit in a present entry.
    pub fn meaning(&self, on: bool, kind: EntryKind) -> String {
        let (pages, target) = match kind {
            EntryKind::Table => ("the pages below", "the next table"),
            EntryKind::HugePage => ("the huge page", "the huge page"),
            EntryKind::Page => ("the page", "the page"),
        };
        match self.use_in(kind) {
            BitUse::Used => self.meanings[usize::from(on)]
                .replace("{pages}", pages)
                .replace("{target}", target),
            BitUse::Ignored | BitUse::Absent => {
                "ignored, because the entry points to a table".to_owned()
            }
        }
    }
}
