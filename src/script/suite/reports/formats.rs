//! The formats of suite reports for other programs.

use super::suite::Suite;
use super::{github, html, json, junit};

/// A format.
pub struct Format {
    /// The name.
    pub name: &'static str,
    /// Whether the format contains the results of the statements.
    pub results: bool,
    /// The function that formats a suite.
    pub write: fn(&Suite) -> String,
}

/// The formats, in the order shown in the help.
pub const FORMATS: &[Format] = &[
    Format {
        name: "junit",
        results: false,
        write: junit::write,
    },
    Format {
        name: "json",
        results: false,
        write: json::write,
    },
    Format {
        name: "github",
        results: false,
        write: github::write,
    },
    Format {
        name: "html",
        results: true,
        write: html::write,
    },
];
