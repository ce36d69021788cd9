//! The row of a fact, and the field arithmetic that facts share.

use super::subject::Subject;
use super::types::FactType;
use crate::lang::value::{Number, Value};
use crate::run::record::{Access, Shown};

/// A row for a fact of an access.
pub struct FactRow {
    /// Name of the fact.
    pub name: &'static str,
    /// Type of the fact's values. The keywords of the type take precedence over variables.
    pub kind: FactType,
    pub(crate) help: &'static str,
    /// Returns the value for an access, or `None` if the access has no such fact.
    pub(crate) get: fn(&Access) -> Option<Shown>,
    /// Explains the value, or why the access has no such fact, in a clause without a period.
    pub(crate) why: fn(&Access) -> String,
    pub(crate) subject: Subject,
    pub(crate) reported: Reported,
}

/// The accesses for which a fact is reported. A script can expect and ask for the fact of any access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// Every access.
    Always,
    /// The accesses of processes.
    OfProcesses,
    /// No access.
    Never,
}

/// Returns a latency stored in thousandths.
pub(crate) fn thousandths(t: u64) -> Value {
    Number::fraction(i128::from(t), 1000).map_or(Value::from(0u64), Value::Number)
}

/// Returns `x` without its lowest `bits` bits, or 0 if `bits` is 64.
pub(crate) fn shifted(x: u64, bits: u32) -> u64 {
    x.checked_shr(bits).unwrap_or(0)
}

/// Returns the lowest `bits` bits.
pub(crate) fn low(x: u64, bits: u32) -> u64 {
    if bits >= 64 { x } else { x & ((1 << bits) - 1) }
}
