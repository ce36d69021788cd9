//! The words that are values of facts.

use pagewalk_engine::kernel::abi::Errno;

use super::types::{FactType, Values};

/// Whether a TLB or cache contained the entry.
pub(crate) const LOOKUP: FactType = FactType::one_of(&["hit", "miss", "none"]);
pub(crate) const SIGNAL: FactType = FactType::one_of(&["none", "SIGSEGV", "SIGBUS"]);
pub(crate) const CODE: FactType =
    FactType::one_of(&["none", "SEGV_MAPERR", "SEGV_ACCERR", "BUS_ADRERR"]);
pub(crate) const ERROR: FactType = FactType::one_of(ERRORS);
pub(crate) const FAULT: FactType = FactType::new(Values::OneOf {
    words: FAULTS,
    groups: &["normal", "any"],
})
.or_none();

const FAULTS: &[&str] = &[
    "none",
    "page",
    "demand-zero",
    "file",
    "swap",
    "copy-on-write",
    "protection",
    "segmentation",
    "bus",
    "normal",
    "any",
];

const ERRORS: &[&str] = &{
    let mut words = ["none"; Errno::ALL.len() + 1];
    let mut at = 0;
    while at < Errno::ALL.len() {
        words[at + 1] = Errno::ALL[at].name();
        at += 1;
    }
    words
};
