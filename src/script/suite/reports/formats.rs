//! The formats in which a suite is reported to other programs.

use super::case::Suite;
use super::{github, json, junit, tap};

/// A format.
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// A suite in it.
    pub write: fn(&Suite) -> String,
}

/// The formats, in the order in which help lists them.
pub const FORMATS: &[Format] = &[
    Format { name: "junit", write: junit::write },
    Format { name: "tap", write: tap::write },
    Format { name: "json", write: json::write },
    Format { name: "github", write: github::write },
];
