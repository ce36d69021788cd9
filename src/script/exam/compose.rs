//! The paper of a script.

use super::collect::Collector;
use super::paper::Paper;
use crate::lang::ast::Block;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Sources;
use crate::run::record::{Check, Sink, StepRecord};
use crate::run::session::Options;
use crate::run::{self, Files};

/// The result of running a script for its paper.
#[derive(Debug)]
pub struct Composed {
    pub paper: Paper,
    /// Errors in the script. If there are any errors, the paper is unusable.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of failed expectations. If any expectation failed, the key belongs to a different machine than
    /// the author intended.
    pub failed: u64,
    /// The first failed expectation.
    pub first_failed: Option<Check>,
}

/// Passes the records to the collector, and keeps the first failed expectation.
#[derive(Default)]
struct Checked {
    collector: Collector,
    first_failed: Option<Check>,
}

impl Sink for Checked {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if self.first_failed.is_none() {
            self.first_failed = record.checks.iter().find(|check| !check.held).cloned();
        }
        self.collector.accept(record)
    }
}

/// Runs a checked script for its paper.
pub fn compose(script: &Block, sources: &Sources, files: &Files, options: Options) -> Composed {
    let mut checked = Checked::default();
    let ended = run::play(script, sources, files, options, &mut checked);
    let failed = ended.totals.failed();
    let (paper, wrong) = checked.collector.arranged();
    let mut diagnostics = ended.diagnostics;
    // If the run had errors, report only those.
    if diagnostics.is_empty() {
        diagnostics.extend(wrong);
    }
    Composed {
        paper,
        diagnostics,
        failed,
        first_failed: checked.first_failed,
    }
}
