//! A script's paper.

use super::collect::Collector;
use super::paper::Paper;
use crate::lang::ast::Block;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Sources;
use crate::run::session::Options;
use crate::run::{self, Files};

/// What came of a script that was run for its paper.
#[derive(Debug)]
pub struct Composed {
    /// Its paper.
    pub paper: Paper,
    /// What is wrong with the script; the paper is of no use then.
    pub diagnostics: Vec<Diagnostic>,
    /// How much of what it states does not hold; the paper's key would be of another machine than its author has in mind.
    pub failed: u64,
}

/// Runs a script in which nothing wrong was found, for its paper.
pub fn compose(script: &Block, sources: &Sources, files: &Files, options: Options) -> Composed {
    let mut collector = Collector::default();
    let ended = run::play(script, sources, files, options, &mut collector);
    let failed = ended.totals.failed();
    let (paper, wrong) = collector.arranged();
    let mut diagnostics = ended.diagnostics;
    // Where a question could not be run, that is what is wrong.
    if diagnostics.is_empty() {
        diagnostics.extend(wrong);
    }
    Composed { paper, diagnostics, failed }
}
