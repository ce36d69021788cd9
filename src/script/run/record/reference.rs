//! The record of a `reference`.

use std::sync::{Arc, OnceLock};

use crate::lang::value::Value;
use pagewalk_engine::machine::reference_string::{
    ReferenceError, ReferenceStep, ReferenceString, ReferenceTotals, Replacement,
};
use pagewalk_engine::trace::record::Malformed;

use super::program::Called;
use super::replayed::FIRST_RECORDS;

/// Maximum number of cells in the table of steps. Longer runs keep only their totals.
const STEP_CELLS: u64 = 1 << 22;

/// Maximum number of rows in the table of steps, which is the maximum length of a listed string.
const STEP_ROWS: usize = 1 << 20;

/// A simulated reference string.
#[derive(Debug, Clone)]
pub struct ReferenceRun {
    /// The pages' names, indexed by page number in the run.
    pub(crate) names: Vec<Value>,
    /// A summary of the settings, for the caption.
    pub(crate) caption: String,
    /// Number of frames that hold the program's code, in addition to those of the string.
    pub(crate) reserved: u64,
    /// The byte addresses, if the string lists addresses instead of pages.
    pub(crate) addresses: Option<Addresses>,
    /// The trace, if the string is a memory trace.
    pub(crate) trace: Option<TraceSource>,
    /// The rows of the table of initial pages, or an empty list if the script has no such table.
    pub(crate) start: Vec<StartRow>,
    /// The string and its settings.
    pub(crate) setup: ReferenceString,
    /// See [`ReferenceRun::totals`]. A check needs no totals.
    totals: OnceLock<ReferenceTotals>,
    /// See [`ReferenceRun::steps`]. Most steps are never needed.
    steps: OnceLock<Vec<ReferenceStep>>,
}

/// The byte addresses of a string.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    /// Number of bytes in a page.
    pub(crate) page_size: u64,
    pub(crate) all: Vec<u64>,
    /// Whether the script writes addresses in hexadecimal.
    pub(crate) hex: bool,
    /// Number of digits of the largest address in hexadecimal.
    pub(crate) digits: usize,
}

impl Addresses {
    /// Returns the page of each address.
    pub(crate) fn pages(&self) -> impl Iterator<Item = u64> + '_ {
        self.all
            .iter()
            .map(|address| address / self.page_size.max(1))
    }

    /// Returns an address in the radix of the script. All hexadecimal addresses have the same number of digits.
    pub(crate) fn spelt(&self, at: usize) -> String {
        let address = self.all.get(at).copied().unwrap_or(0);
        if self.hex {
            format!("0x{address:0width$X}", width = self.digits)
        } else {
            address.to_string()
        }
    }
}

/// The references of a trace to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Only {
    /// Loads, stores, and fetches.
    #[default]
    All,
    /// Loads and stores.
    Data,
    /// Instruction fetches.
    Fetches,
}

/// A memory trace whose references are a string.
#[derive(Debug, Clone)]
pub(crate) struct TraceSource {
    /// The file's name in the script.
    pub(crate) name: Arc<str>,
    /// The program whose accesses are the references.
    pub(crate) called: Option<Called>,
    /// The type of C that counts as one item of a page, and its size in bytes.
    pub(crate) unit: Option<(&'static str, u64)>,
    /// Number of bytes in a page.
    pub(crate) page_size: u64,
    /// The references that the string contains.
    pub(crate) only: Only,
    pub(crate) malformed: Malformed,
}

impl TraceSource {
    /// Maximum number of references, and of resident pages, that are listed.
    pub(crate) const LISTED: usize = FIRST_RECORDS;
}

/// A row of the table of pages at the start of a string. A column that the table lacks is `None`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StartRow {
    pub(crate) page: Value,
    pub(crate) loaded: Option<u64>,
    pub(crate) used: Option<u64>,
    pub(crate) referenced: Option<bool>,
    pub(crate) modified: Option<bool>,
}

impl ReferenceRun {
    /// Creates the record of a string, which runs when its results are needed.
    ///
    /// # Errors
    /// Fails if the string is invalid.
    pub(crate) fn new(
        names: Vec<Value>,
        (caption, reserved): (String, u64),
        (addresses, trace): (Option<Addresses>, Option<TraceSource>),
        start: Vec<StartRow>,
        setup: ReferenceString,
    ) -> Result<Self, ReferenceError> {
        setup.check()?;
        let (totals, steps) = (OnceLock::new(), OnceLock::new());
        Ok(Self {
            names,
            caption,
            reserved,
            addresses,
            trace,
            start,
            setup,
            totals,
            steps,
        })
    }

    /// Returns the results of the string. The first call runs the string.
    pub(crate) fn totals(&self) -> &ReferenceTotals {
        self.totals
            .get_or_init(|| self.setup.run().expect("the settings were checked"))
    }

    /// Returns the steps of the references, or an empty list if the table would be too large. The first call
    /// simulates the string again, step by step.
    pub(crate) fn steps(&self) -> &[ReferenceStep] {
        self.steps.get_or_init(|| {
            let steps = self.has_steps().then(|| self.setup.steps().ok()).flatten();
            steps.map(Iterator::collect).unwrap_or_default()
        })
    }

    /// Whether the table of steps is small enough to be kept.
    pub(crate) fn has_steps(&self) -> bool {
        let length = self.setup.pages.len();
        let frames = (self.setup.frames as usize).min(length).max(1);
        length <= STEP_ROWS && length as u64 * frames as u64 <= STEP_CELLS
    }

    /// Returns the number of bytes in a page, if the references are byte addresses.
    pub(crate) fn page_size(&self) -> Option<u64> {
        let of_trace = self.trace.as_ref().map(|trace| trace.page_size);
        of_trace.or_else(|| self.addresses.as_ref().map(|addresses| addresses.page_size))
    }

    /// Whether the string is a trace with too many references to list them.
    pub(crate) fn is_long_trace(&self) -> bool {
        self.trace.is_some() && self.setup.pages.len() > TraceSource::LISTED
    }

    /// Whether the script marks individual references as stores, or pages as modified, so that results include
    /// disk writes.
    pub(crate) fn has_stores(&self) -> bool {
        !self.setup.stores.is_empty() || self.setup.holding.iter().any(|held| held.dirty)
    }

    /// Whether the pages are those of a working set, which has no limited number of frames.
    pub(crate) fn is_working_set(&self) -> bool {
        matches!(self.setup.replacement, Replacement::WorkingSet { .. })
    }

    /// Whether the reference with this index is a store.
    pub(crate) fn is_store(&self, at: usize) -> bool {
        let writes = |step: &ReferenceStep| self.setup.writes.contains(&step.page);
        self.setup.stores.contains(at) || self.steps().get(at).is_some_and(writes)
    }

    /// Returns the references as the script lists them: pages or addresses. For a long trace, returns its name.
    pub(crate) fn spelt(&self) -> Vec<String> {
        if let Some(trace) = self.trace.as_ref().filter(|_| self.is_long_trace()) {
            return vec![format!("\"{}\"", trace.name)];
        }
        let spelt = |(at, step): (usize, &ReferenceStep)| match &self.addresses {
            Some(all) => all.spelt(at),
            None => self.page(step.page).to_string(),
        };
        self.steps().iter().enumerate().map(spelt).collect()
    }

    /// Returns the name of a page.
    pub fn page(&self, page: u32) -> Value {
        self.names
            .get(page as usize)
            .cloned()
            .unwrap_or_else(|| Value::from(u64::from(page)))
    }
}
