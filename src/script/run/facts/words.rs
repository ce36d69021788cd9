//! The words that facts have for values.

use pagewalk_engine::kernel::abi::Errno;

/// Whether something held it.
pub const LOOKUP: &[&str] = &["hit", "miss", "none"];
/// No value.
pub const NOTHING: &[&str] = &["none"];
/// A truth.
pub const YES_NO: &[&str] = &["yes", "no"];
/// A byte never set.
pub const UNKNOWN: &[&str] = &["unknown"];
/// Classes of fault; `normal` and `any` stand for several.
pub const FAULTS: &[&str] = &[
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
/// Signals of faults.
pub const SIGNALS: &[&str] = &["none", "SIGSEGV", "SIGBUS"];
/// Their codes.
pub const CODES: &[&str] = &["none", "SEGV_MAPERR", "SEGV_ACCERR", "BUS_ADRERR"];

/// The names of every error.
pub const ERRORS: &[&str] = &{
    let mut words = ["none"; Errno::ALL.len() + 1];
    let mut at = 0;
    while at < Errno::ALL.len() {
        words[at + 1] = Errno::ALL[at].name();
        at += 1;
    }
    words
};
