//! The values of settings as paths.

use crate::lang::value::{Number, Value};
use pagewalk_engine::machine::policy::{POLICIES, Policy};

use super::field::SettingRow;

/// Returns the value of the setting with this name, if it is a path and has a value.
pub(super) fn value_of<D>(rows: &[SettingRow<D>], draft: &D, name: &str) -> Option<Value> {
    rows.iter()
        .find(|row| row.name == name)
        .and_then(|row| (row.get?)(draft))
}

/// Returns a number as the value of a path.
pub(super) fn count(n: impl Into<u64>) -> Option<Value> {
    Some(Value::from(n.into()))
}

/// Returns a size of 2^`bits` bytes.
pub(super) fn power(bits: u32) -> Option<Value> {
    1u64.checked_shl(bits).map(Value::from)
}

/// Returns a latency, which drafts keep in thousandths.
pub(super) fn time(latency: u64) -> Option<Value> {
    Number::fraction(latency.into(), 1000)
        .ok()
        .map(Value::Number)
}

/// Returns the word for a setting's value.
pub(super) fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> Option<Value> {
    words
        .iter()
        .find(|(_, known)| known == value)
        .map(|(word, _)| Value::from(*word))
}

/// Returns the name of a replacement policy.
pub(super) fn policy_name(policy: Policy) -> Option<Value> {
    POLICIES
        .iter()
        .find(|row| row.policy == policy)
        .map(|row| Value::from(row.name))
}
