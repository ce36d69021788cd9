//! The formats of traces.

use std::path::Path;

/// How a trace is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// What `valgrind --tool=lackey --trace-mem=yes` prints.
    Lackey,
    /// What the simulators of the Dinero family read, the traditional and the extended one.
    Din,
    /// Comma-separated values.
    Csv,
    /// Our own binary one, see [`super::pack`].
    Packed,
}

/// A row of the formats.
#[derive(Debug, Clone, Copy)]
pub struct FormatRow {
    /// The format.
    pub format: Format,
    /// What it is called.
    pub name: &'static str,
    /// What it is, in a line.
    pub help: &'static str,
    /// How names of files end that are in this format, without the dot; what compresses them comes after it.
    pub extensions: &'static [&'static str],
}

/// All formats.
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        format: Format::Lackey,
        name: "lackey",
        help: "lines ` L 04222cac,8` with I, L, S or M, as valgrind's lackey prints them",
        extensions: &["lackey", "trace"],
    },
    FormatRow {
        format: Format::Din,
        name: "din",
        help: "lines `0 1fff4` or `r 1fff4 8`, as Dinero reads them",
        extensions: &["din"],
    },
    FormatRow {
        format: Format::Csv,
        name: "csv",
        help: "lines `L,0x1fff4,8`, with or without a line that names the columns",
        extensions: &["csv"],
    },
    FormatRow {
        format: Format::Packed,
        name: "packed",
        help: "a binary file that `--pack` wrote: small, and quickly read",
        extensions: &["pwt"],
    },
];

impl Format {
    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|row| row.name == name).map(|row| row.format)
    }

    /// By how the name of a file ends; `.gz` and `.zst` after that say nothing of it.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
        let end = Path::new(name).extension()?.to_str()?;
        FORMATS.iter().find(|row| row.extensions.contains(&end)).map(|row| row.format)
    }
}
