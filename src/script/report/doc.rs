//! What a run tells, as a tree without a format. Text, Markdown, HTML, LaTeX and Typst are drawn from it; nothing here
//! knows of colours, columns of characters or tags.

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// Beside the point: a place, a count of what is left out.
    Faint,
    /// Something held.
    Good,
    /// Something did not hold, or could not be done.
    Bad,
}

/// A part of what is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The name of a scenario.
    Heading(String),
    /// A statement of the script and where it stands (`file:line`); what follows up to the next one came of it.
    Statement {
        /// Its text on one line.
        text: String,
        /// Its file and line.
        place: String,
    },
    /// A sentence, or a line of its own.
    Paragraph {
        /// How it is meant.
        tone: Tone,
        /// Its words.
        text: String,
    },
    /// A line of the textbook's worksheet, with the blanks filled in.
    Worksheet(Vec<Blank>),
    /// Names and values under a title.
    Pairs {
        /// What they are of.
        title: String,
        /// Each name with its value.
        pairs: Vec<(String, String)>,
    },
    /// A table.
    Table(Table),
    /// An address with its fields.
    Ruler(Ruler),
    /// A numbered sequence, from 1.
    Steps(Vec<Step>),
    /// An address space.
    Layout(Layout),
    /// Lines of the language.
    Script(String),
    /// What was stated, against what is the case.
    Checks(Checks),
}

impl Block {
    /// A plain sentence or line.
    pub fn line(text: impl Into<String>) -> Self {
        Self::toned(Tone::Plain, text)
    }

    /// A sentence or line that is meant in a certain way.
    pub fn toned(tone: Tone, text: impl Into<String>) -> Self {
        Self::Paragraph { tone, text: text.into() }
    }
}

/// A blank of the worksheet: `VPN 0x0F`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// A table whose columns stand in groups (the ways of a set).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What it is; may be empty.
    pub title: String,
    /// The names of the columns, group by group.
    pub(crate) groups: Vec<Vec<String>>,
    /// The cells of each row, as many as there are columns in all groups.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub(crate) text: String,
    /// It is a word, not a number: words begin where their column begins, numbers end where it ends.
    pub(crate) word: bool,
}

/// An address drawn as boxes: its bits are numbered from the left, the highest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruler {
    /// Which address it is.
    pub(crate) title: String,
    pub(crate) bits: u32,
    /// Ways of cutting it up, one below the other.
    pub(crate) rows: Vec<RulerRow>,
}

/// A way of cutting an address up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RulerRow {
    /// Whose it is (a TLB, a cache); empty where that needs no saying.
    pub(crate) label: String,
    /// The fields, from the highest bit downward, each beginning where the one before it ends.
    pub(crate) fields: Vec<BitField>,
}

/// Consecutive bits of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BitField {
    /// Its name: `TLBT`.
    pub(crate) name: &'static str,
    /// What follows its name, for one of several: the 2 of `VPN2`.
    pub(crate) number: Option<u32>,
    pub(crate) high: u32,
    /// Its lowest bit, not above the highest.
    pub(crate) low: u32,
}

impl BitField {
    /// Its name with its number.
    pub(crate) fn full_name(&self) -> String {
        self.number.map_or_else(|| self.name.to_owned(), |number| format!("{}{number}", self.name))
    }
}

/// An address space drawn as boxes one upon the other, the highest address on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub(crate) title: String,
    /// The boxes, from the top.
    pub(crate) slabs: Vec<Slab>,
    /// The address at the bottom of the last.
    pub(crate) bottom: String,
}

/// A box of an address space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slab {
    /// The address at its upper edge: of the first byte above it.
    pub(crate) top: String,
    /// What stands beside its upper edge: `brk`.
    pub(crate) mark: String,
    /// What is in it: each line in two parts, to the left and to the right.
    pub(crate) lines: Vec<(String, String)>,
    /// What stands beside it.
    pub(crate) note: String,
    /// Nothing is mapped there.
    pub(crate) gap: bool,
}

/// A step of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who does it, or who hands on to whom: `CPU → MMU`.
    pub(crate) who: String,
    pub(crate) what: String,
}

/// What came of the facts stated of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    pub(crate) held: u64,
    /// Those that did not.
    pub failed: Vec<Failure>,
}

/// A fact that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub fact: String,
    /// What was stated.
    pub expected: String,
    /// What is the case; none if the statement has no such fact.
    pub actual: Option<String>,
    /// Why that is the case.
    pub reason: Option<String>,
}
