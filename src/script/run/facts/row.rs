//! The row of a fact.

use super::subject::Subject;
use super::types::{FIELD, FactType};
use crate::lang::value::{Number, Value};
use crate::run::record::{Access, Shown};
use crate::run::steps::AccessReason;

/// A row for a fact of an access.
pub struct FactRow {
    pub name: &'static str,
    /// Type of the fact's values. The keywords of the type take precedence over variables.
    pub kind: FactType,
    pub(crate) help: &'static str,
    /// Returns the value for an access, or `None` if the access has no such fact.
    pub(crate) get: fn(&Access) -> Option<Shown>,
    /// Returns the reason for the value, or the reason why the access has no such fact.
    pub(crate) why: fn(&Access) -> AccessReason,
    pub(crate) subject: Subject,
    pub(crate) reported: Reported,
}

impl FactRow {
    /// Whether the fact is a part of an address, which is known before the access.
    pub(crate) fn is_field(&self) -> bool {
        let of_address = [Subject::Address, Subject::FirstTlb, Subject::FirstCache];
        self.kind == FIELD && of_address.contains(&self.subject)
    }
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
