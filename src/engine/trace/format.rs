//! The trace formats.

use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The output of `valgrind --tool=lackey --trace-mem=yes`.
    Lackey,
    /// The traditional and extended formats of the Dinero simulators.
    Din,
    /// Comma-separated values.
    Csv,
    /// The output of Pin's example tool `pinatrace`.
    Pin,
    /// Loads and stores with the number of instructions since the previous access.
    Gap,
}

/// How the format of a trace was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice {
    /// The user named the format.
    Named,
    /// The file's name ends in one of the format's extensions.
    Extension,
    /// The first lines are records of the format, and of no other.
    FirstLines,
    /// The records are the accesses of a program that Pagewalk ran.
    Program,
}

/// The format in which a trace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChosenFormat {
    pub format: Format,
    /// How the format was chosen.
    pub choice: Choice,
}

impl ChosenFormat {
    /// Whether the format is a guess: neither the user nor the file's name states it.
    pub fn is_guess(self) -> bool {
        self.choice == Choice::FirstLines
    }
}

/// A row in the registry of formats.
#[derive(Debug, Clone, Copy)]
pub struct FormatRow {
    pub format: Format,
    pub name: &'static str,
    /// The help text, which is one line.
    pub help: &'static str,
    /// File extensions, without the dot and without a compression extension.
    pub extensions: &'static [&'static str],
}

pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        format: Format::Lackey,
        name: "lackey",
        help: "Valgrind lackey output: lines such as ` L 04222cac,8` (I, L, S, or M)",
        extensions: &["lackey"],
    },
    FormatRow {
        format: Format::Din,
        name: "din",
        help: "lines such as `0 1fff4` (Dinero), `r 1fff4 8`, or `1fff4 R`",
        extensions: &["din"],
    },
    FormatRow {
        format: Format::Csv,
        name: "csv",
        help: "CSV lines such as `L,0x1fff4,8`, with an optional header line",
        extensions: &["csv"],
    },
    FormatRow {
        format: Format::Pin,
        name: "pin",
        help: "output of Pin's `pinatrace`: lines such as `0x40052d: W 0x7ffe4c58`",
        extensions: &["pin"],
    },
    FormatRow {
        format: Format::Gap,
        name: "gap",
        help: "lines such as `# 0 7fffed80 1` or `l 0x1fffff50 1`: access, address, instructions since the last access",
        extensions: &["gap"],
    },
];

impl Format {
    /// The format with this name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.format)
    }

    pub fn name(self) -> &'static str {
        FORMATS
            .iter()
            .find(|row| row.format == self)
            .map_or("", |row| row.name)
    }

    /// The format of a file, according to its name. A final `.gz` or `.zst` is ignored.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let name = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"))
            .unwrap_or(name);
        let end = Path::new(name).extension()?.to_str()?;
        FORMATS
            .iter()
            .find(|row| row.extensions.contains(&end))
            .map(|row| row.format)
    }
}
