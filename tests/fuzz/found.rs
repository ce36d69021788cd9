//! Scripts with which a target in `fuzz/` has failed.

use super::twice;

/// The scripts, each with the code of its first diagnostic, if any.
const FOUND: &[(&str, &str)] = &[
    // The idiom `choose x where …` expected a name.
    ("machine simple\nchoose where read 0 => nonsense 1", "unknown-fact"),
];
