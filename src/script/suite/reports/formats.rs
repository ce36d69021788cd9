//! The formats of suite reports for other programs.

use super::suite::Suite;
use super::{github, json, junit, tap};

/// A format.
pub struct Format {
    /// The name.
    pub name: &'static str,
    /// The function that formats a suite.
    pub write: fn(&Suite) -> String,
}

/// The formats, in the order shown in the help.
pub const FORMATS: &[Format] = &[
    Format { name: "junit", write: junit::write },
    Format { name: "tap", write: tap::write },
    Format { name: "json", write: json::write },
    Format { name: "github", write: github::write },
];
