//! Parameters and the kinds of values that fill them.

use std::fmt;

use crate::lang::value::Dimension;
use crate::lang::value::Dimension::{Bits, Bytes, Count, Time};

/// A parameter. A row lists its parameters in the order in which they are written:
/// `&[VA, Optional(&[Keyword("size"), N])]` is `VA [size N]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    /// A value, a name, or a string.
    Value(Slot),
    /// A word that introduces the next parameter: `size`.
    Keyword(&'static str),
    /// A word that is itself a value: `none`.
    Literal(&'static str),
    /// One of several words: `on|off`.
    Words(&'static [&'static str]),
    /// The unit of the preceding number: `bits`.
    Unit(&'static str),
    /// `=`
    Equals,
    /// `=>`
    Arrow,
    /// A comma after the preceding parameter.
    Comma,
    /// Braces: their contents, and the text that the usage prints between them.
    Block(Contents, &'static str),
    /// `[…]`: optional.
    Optional(&'static [Param]),
    /// `N|none`: one of these.
    OneOf(&'static [Param]),
    /// `N…`: one or more.
    Many(&'static Param),
    /// `… | …`: the ways to write the complete statement. `Ways` is the only parameter of its row.
    Ways(&'static [&'static [Param]]),
}

/// The contents of braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Statements.
    Statements,
    /// Settings of the block that the first word names.
    Settings,
    /// A table of the noun that precedes the braces.
    Table,
    /// A table of a process's areas.
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
    /// Returns the words that match the parameter.
    pub fn words(&self) -> &[&'static str] {
        match self {
            Self::Keyword(word) | Self::Literal(word) | Self::Unit(word) => {
                std::slice::from_ref(word)
            }
            Self::Words(words) => words,
            _ => &[],
        }
    }

    /// Returns the slot of the parameter, if it is a value.
    pub(crate) fn slot(&self) -> Option<Slot> {
        if let Self::Value(slot) = self {
            Some(*slot)
        } else {
            None
        }
    }

    /// Collects this parameter's parts, or the parameter itself if it has no parts.
    pub(super) fn leaves(&'static self, found: &mut Vec<&'static Self>) {
        match self {
            Self::Optional(parts) | Self::OneOf(parts) => {
                for part in *parts {
                    part.leaves(found);
                }
            }
            Self::Ways(ways) => ways
                .iter()
                .copied()
                .flatten()
                .for_each(|part| part.leaves(found)),
            Self::Many(part) => part.leaves(found),
            _ => found.push(self),
        }
    }
}

/// Defines the slots. Each slot has a printed name, the dimension of its numbers, and a parameter.
macro_rules! slots {
    ($($(#[$doc:meta])+ $constant:ident = $slot:ident $name:literal $dimension:expr,)+) => {
        /// The kind of value that fills a parameter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot {
            $($(#[$doc])+ $slot,)+
        }

        impl Slot {
            /// Returns the name printed in the usage. The name of a string has quotes.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$slot => $name,)+
                }
            }

            /// Returns the dimension of the slot's numbers, or `None` if the slot accepts any number or no
            /// number.
            pub const fn dimension(self) -> Option<Dimension> {
                match self {
                    $(Self::$slot => $dimension,)+
                }
            }
        }

        $($(#[$doc])+ pub const $constant: Param = Param::Value(Slot::$slot);)+
    };
}

slots! {
    /// A virtual address, or a physical address on a machine without an MMU.
    VA = Va "VA" Some(Bytes),
    /// A physical address.
    PA = Pa "PA" Some(Bytes),
    /// A page-table entry, written as a number.
    RAW = Raw "RAW" None,
    /// A page-table level.
    LEVEL = Level "LEVEL" Some(Count),
    /// A number.
    N = Number "N" Some(Count),
    /// A count of frames, pages, or one-page slots.
    FRAMES = Frames "N" Some(Count),
    /// The points of an answer.
    POINTS = Points "N" Some(Count),
    /// A width in bits.
    WIDTH = Width "N" Some(Bits),
    /// The number of bytes in an access.
    LENGTH = Length "N" Some(Bytes),
    /// A stored value.
    V = Stored "V" None,
    /// A number of bytes.
    SIZE = Size "SIZE" Some(Bytes),
    /// A byte.
    BYTE = Byte "BYTE" Some(Count),
    /// A latency.
    T = Latency "T" Some(Time),
    /// An inclusive range of bit numbers.
    BITS = Bits "N..N" Some(Bits),
    /// The pages of a reference string.
    PAGES = Pages "PAGES" None,
    /// An expression.
    EXPR = Expr "EXPR" None,
    /// A condition.
    COND = Cond "COND" None,
    /// A list.
    LIST = List "LIST" None,
    /// A range.
    RANGE = Range "RANGE" None,
    /// A text.
    TEXT = Text "TEXT" None,
    /// A text that may contain expressions.
    PROSE = Prose "PROSE" None,
    /// The unit of an answer.
    UNIT = Unit "U" None,
    /// A student's number.
    ID = Id "ID" None,
    /// A student's name.
    STUDENT = Student "NAME" None,
    /// An operation: an access, a replay, a `reference`, or a call.
    OP = Op "OP" None,
    /// A statement.
    STATEMENT = Statement "STATEMENT" None,
    /// A fact of the operation.
    FACT = Fact "FACT" None,
    /// Expected facts.
    FACTS = Facts "FACTS" None,
    /// A part of the machine or the kernel.
    NOUN = Noun "NOUN" None,
    /// A TLB.
    TLB = Tlb "NAME" None,
    /// A cache.
    CACHE = Cache "NAME" None,
    /// A named machine.
    PRESET = Preset "PRESET" None,
    /// A replacement policy for page frames.
    POLICY = Policy "POLICY" None,
    /// A process.
    PROCESS = Process "PROCESS" None,
    /// The name of a new process.
    NEW_PROCESS = NewProcess "NAME" None,
    /// The name of a new program.
    NEW_PROGRAM = NewProgram "NAME" None,
    /// A program.
    PROGRAM = Program "PROGRAM" None,
    /// The text of a program.
    C_TEXT = CText "\"\"\"C\"\"\"" None,
    /// A program on disk.
    C_FILE = CFile "\"file.c\"" None,
    /// A function of a program, alone or with its arguments.
    FUNCTION = Function "FUNCTION" None,
    /// A `#define` or a global variable of a program.
    C_NAME = CName "NAME" None,
    /// The name of a new variable.
    VARIABLE = Variable "NAME" None,
    /// The name of a new definition, and its parameters.
    DEFINITION = Definition "NAME(a, b)" None,
    /// A script on disk.
    SCRIPT = Script "\"file.pw\"" None,
    /// A machine file on disk.
    MACHINE_FILE = MachineFile "\"file.yaml\"" None,
    /// A trace on disk.
    TRACE = Trace "\"file.trace\"" None,
    /// A file that the script declares.
    FILE_NAME = FileName "\"name\"" None,
    /// The bytes of a file.
    FILE_TEXT = FileText "\"text\"" None,
    /// The name of a block.
    BLOCK_NAME = BlockName "\"name\"" None,
    /// The title of a question.
    TITLE = Title "\"title\"" None,
    /// Titles of questions.
    TITLES = Titles "LIST" None,
    /// The title of an existing question.
    TITLED = Titled "TEXT" None,
    /// The label of a blank.
    LABEL = Label "\"label\"" None,
    /// A path on disk, without quotes.
    PATH = Path "FILE" None,
    /// A word of the language.
    WORD = Word "WORD" None,
    /// The number of bytes to inspect.
    COUNT = Count "n" Some(Bytes),
    /// An offset into a file.
    OFFSET = Offset "OFFSET" Some(Bytes),
    /// Further values of the same kind.
    ETC = Etc "…" None,
}

impl Slot {
    /// Whether the slot is filled with a quoted string.
    pub(crate) const fn is_quoted(self) -> bool {
        self.name().as_bytes()[0] == b'"'
    }

    /// Describes a missing value.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Va | Self::Pa => "an address",
            Self::Stored => "a value after `=`",
            Self::Number => "a number",
            Self::Frames => "a number of pages",
            Self::Trace => "the name of a trace in quotes",
            Self::FileName => "a name in quotes",
            Self::NewProcess | Self::NewProgram => "a name",
            Self::CText => "a program in C between `\"\"\"`",
            Self::CFile => "the name of a file in quotes",
            Self::Text => "a text",
            _ => "a value",
        }
    }

    /// Whether a bare word in this slot is always a name and never a variable.
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
                | Self::NewProgram
                | Self::Program
                | Self::CName
                | Self::Variable
                | Self::Definition
                | Self::Student
        )
    }
}

/// Returns the ways to write a list of parameters.
pub fn ways(params: &'static [Param]) -> Vec<&'static [Param]> {
    match params {
        [Param::Ways(ways)] => ways.to_vec(),
        _ => vec![params],
    }
}

/// Whether an option of a row begins with a word.
pub(crate) fn has_option(params: &'static [Param], word: &str) -> bool {
    let begins = |part: &Param| matches!(part, Param::Optional([Param::Keyword(first), ..]) if *first == word);
    ways(params).into_iter().flatten().any(begins)
}

/// Queries on the parameters of a row.
pub trait Params {
    /// Returns the parameters in the format of the usage.
    fn text(self) -> String;
    /// Returns all parameters that have no parts, in all ways to write the statement.
    fn leaves(self) -> Vec<&'static Param>;
    /// Whether one of the parameters can be this word.
    fn has_word(self, word: &str) -> bool;
    /// Whether one of the parameters is this slot.
    fn has(self, slot: Slot) -> bool;
    /// Returns the contents of the braces that may follow.
    fn block(self) -> Option<Contents>;
    /// Returns the first way to write the statement.
    fn first_way(self) -> &'static [Param];
    /// Returns the words that may come first.
    fn first_words(self) -> Vec<&'static str>;
    /// Returns the dimension of the first parameter, if it is a number.
    fn dimension(self) -> Option<Dimension>;
    /// Returns the words that are values.
    fn literals(self) -> Vec<&'static str>;
    /// Whether several values fill the only parameter.
    fn takes_list(self) -> bool;
    /// Returns the unit that may follow a value.
    fn unit_after(self, slot: Slot) -> Option<&'static str>;
}

impl Params for &'static [Param] {
    fn text(self) -> String {
        Sequence(self).to_string()
    }

    fn leaves(self) -> Vec<&'static Param> {
        let mut found = Vec::new();
        for param in self {
            param.leaves(&mut found);
        }
        found
    }

    fn has_word(self, word: &str) -> bool {
        self.leaves()
            .iter()
            .any(|param| param.words().contains(&word))
    }

    fn has(self, slot: Slot) -> bool {
        self.leaves().contains(&&Param::Value(slot))
    }

    fn block(self) -> Option<Contents> {
        self.leaves().into_iter().find_map(|param| match param {
            Param::Block(contents, _) => Some(*contents),
            _ => None,
        })
    }

    fn first_way(self) -> &'static [Param] {
        ways(self)[0]
    }

    fn first_words(self) -> Vec<&'static str> {
        let first = ways(self).into_iter().filter_map(|way| way.first());
        first.flat_map(Param::words).copied().collect()
    }

    fn literals(self) -> Vec<&'static str> {
        let leaves = self.leaves().into_iter();
        leaves
            .filter_map(|param| match param {
                Param::Literal(word) => Some(*word),
                _ => None,
            })
            .collect()
    }

    fn takes_list(self) -> bool {
        matches!(self, [Param::Many(_)])
    }

    fn dimension(self) -> Option<Dimension> {
        self.leaves().first()?.slot()?.dimension()
    }

    fn unit_after(self, slot: Slot) -> Option<&'static str> {
        let leaves = self.leaves();
        leaves.windows(2).find_map(|pair| match pair {
            [number, Param::Unit(unit)] if number.slot() == Some(slot) => Some(*unit),
            _ => None,
        })
    }
}

/// Consecutive parameters.
struct Sequence(&'static [Param]);

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, param) in self.0.iter().enumerate() {
            let blank = if at == 0 || *param == Param::Comma {
                ""
            } else {
                " "
            };
            write!(f, "{blank}{param}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(slot) => f.write_str(slot.name()),
            Self::Keyword(word) | Self::Literal(word) | Self::Unit(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join("|")),
            Self::Equals => f.write_str("="),
            Self::Arrow => f.write_str("=>"),
            Self::Comma => f.write_str(","),
            Self::Block(_, shown) => write!(f, "{{ {shown} }}"),
            Self::Optional(parts) => write!(f, "[{}]", Sequence(parts)),
            Self::OneOf(parts) => f.write_str(&joined(parts.iter(), "|")),
            Self::Many(part) => write!(f, "{part}…"),
            Self::Ways(ways) => f.write_str(&joined(ways.iter().map(|way| Sequence(way)), " | ")),
        }
    }
}

fn joined(parts: impl Iterator<Item = impl fmt::Display>, between: &str) -> String {
    parts
        .map(|part| part.to_string())
        .collect::<Vec<_>>()
        .join(between)
}
