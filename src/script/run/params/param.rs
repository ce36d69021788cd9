//! Parameters, and what they are filled with.

/// A parameter. A row lists them in the order in which they are written: `&[VA, Optional(&[Keyword("size"), N])]` is
/// `VA [size N]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    /// A value, a name, or a string.
    Value(Slot),
    /// A word that introduces what follows it: `size`.
    Keyword(&'static str),
    /// A word that is a value itself: `none`.
    Literal(&'static str),
    /// One of several such words: `on|off`.
    Words(&'static [&'static str]),
    /// The unit of the number before it: `bits`.
    Unit(&'static str),
    /// `=`
    Equals,
    /// `=>`
    Arrow,
    /// A comma after the parameter before it.
    Comma,
    /// Braces: what they hold, and what the usage prints between them.
    Block(Contents, &'static str),
    /// `[…]`: may be left out.
    Optional(&'static [Param]),
    /// `N|none`: one of these.
    OneOf(&'static [Param]),
    /// `N…`: one or more.
    Many(&'static Param),
    /// `… | …`: the ways to write the whole; the only parameter of its row.
    Ways(&'static [&'static [Param]]),
}

/// What braces hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Statements.
    Statements,
    /// Settings of the block that the first word names.
    Settings,
    /// A table of the noun before the braces.
    Table,
    /// A table of the areas of a process.
    Areas,
    /// The fields of a page-table entry.
    Entry,
}

/// `{ … }`
pub(crate) const STATEMENTS: Param = Param::Block(Contents::Statements, "…");

/// `{ table }`
pub(crate) const TABLE: Param = Param::Block(Contents::Table, "table");

/// `{ settings }`
pub const fn settings(shown: &'static str) -> Param {
    Param::Block(Contents::Settings, shown)
}

impl Param {
    /// The words that it is written as.
    pub fn words(&self) -> &[&'static str] {
        match self {
            Self::Keyword(word) | Self::Literal(word) | Self::Unit(word) => std::slice::from_ref(word),
            Self::Words(words) => words,
            _ => &[],
        }
    }

    /// The parameters that it consists of, itself if it has no parts.
    pub(super) fn leaves(&'static self, found: &mut Vec<&'static Self>) {
        match self {
            Self::Optional(parts) | Self::OneOf(parts) => parts.iter().for_each(|part| part.leaves(found)),
            Self::Ways(ways) => ways.iter().copied().flatten().for_each(|part| part.leaves(found)),
            Self::Many(part) => part.leaves(found),
            _ => found.push(self),
        }
    }
}

/// Makes the slots, their printed names, and a parameter of each.
macro_rules! slots {
    ($($(#[$doc:meta])+ $constant:ident = $slot:ident $name:literal,)+) => {
        /// What a parameter is filled with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot {
            $($(#[$doc])+ $slot,)+
        }

        impl Slot {
            /// How the usage prints it. A string has its quotes.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$slot => $name,)+
                }
            }
        }

        $($(#[$doc])+ pub const $constant: Param = Param::Value(Slot::$slot);)+
    };
}

slots! {
    /// A virtual address; a physical one on a machine without an MMU.
    VA = Va "VA",
    /// A physical address.
    PA = Pa "PA",
    /// A page-table entry as a number.
    RAW = Raw "RAW",
    /// A level of the page table.
    LEVEL = Level "LEVEL",
    /// A number.
    N = Number "N",
    /// A stored value.
    V = Stored "V",
    /// A number of bytes.
    SIZE = Size "SIZE",
    /// A byte.
    BYTE = Byte "BYTE",
    /// A latency.
    T = Latency "T",
    /// Bit numbers, both ends included.
    BITS = Bits "N..N",
    /// Pages of a reference string.
    PAGES = Pages "PAGES",
    /// An expression.
    EXPR = Expr "EXPR",
    /// A condition.
    COND = Cond "COND",
    /// A list.
    LIST = List "LIST",
    /// A range.
    RANGE = Range "RANGE",
    /// A text.
    TEXT = Text "TEXT",
    /// A text that expressions may stand in.
    PROSE = Prose "PROSE",
    /// The unit of an answer.
    UNIT = Unit "U",
    /// A student's number.
    ID = Id "ID",
    /// A student's name.
    STUDENT = Student "NAME",
    /// An operation: an access, a replay, a `reference`, or a call.
    OP = Op "OP",
    /// A statement.
    STATEMENT = Statement "STATEMENT",
    /// A fact of the operation.
    FACT = Fact "FACT",
    /// Expected facts.
    FACTS = Facts "FACTS",
    /// A part of the machine or the kernel.
    NOUN = Noun "NOUN",
    /// A TLB.
    TLB = Tlb "NAME",
    /// A cache.
    CACHE = Cache "NAME",
    /// A machine that has a name.
    PRESET = Preset "PRESET",
    /// A replacement policy for page frames.
    POLICY = Policy "POLICY",
    /// A process.
    PROCESS = Process "PROCESS",
    /// The name of a new process.
    NEW_PROCESS = NewProcess "NAME",
    /// The name of a new variable.
    VARIABLE = Variable "NAME",
    /// The name of a new definition, and its parameters.
    DEFINITION = Definition "NAME(a, b)",
    /// A script on disk.
    SCRIPT = Script "\"file.pw\"",
    /// A machine file on disk.
    MACHINE_FILE = MachineFile "\"file.yaml\"",
    /// A trace on disk.
    TRACE = Trace "\"file.trace\"",
    /// A file that the script declares.
    FILE_NAME = FileName "\"name\"",
    /// The bytes of a file.
    FILE_TEXT = FileText "\"text\"",
    /// The name of a block.
    BLOCK_NAME = BlockName "\"name\"",
    /// The title of a question.
    TITLE = Title "\"title\"",
    /// Titles of questions.
    TITLES = Titles "LIST",
    /// The title of a question that there is.
    TITLED = Titled "TEXT",
    /// The label of a blank.
    LABEL = Label "\"label\"",
    /// A path on disk, without quotes.
    PATH = Path "FILE",
    /// A word of the language.
    WORD = Word "WORD",
    /// A number of bytes to look at.
    COUNT = Count "n",
    /// An offset into a file.
    OFFSET = Offset "OFFSET",
    /// More of the same.
    ETC = Etc "…",
}

impl Slot {
    /// Whether it is filled with a string in quotes.
    pub(crate) const fn is_quoted(self) -> bool {
        self.name().as_bytes()[0] == b'"'
    }

    /// Whether a bare word there is the name of something, and never a variable.
    pub(crate) const fn is_name(self) -> bool {
        matches!(
            self,
            Self::Policy
                | Self::Preset
                | Self::Noun
                | Self::Fact
                | Self::Tlb
                | Self::Cache
                | Self::NewProcess
                | Self::Variable
                | Self::Definition
                | Self::Student
        )
    }
}
