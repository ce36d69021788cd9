//! A setting as it is told, without the draft that it fills.

use crate::run::params::Param;

/// A setting as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingWord {
    /// Its first word.
    pub name: &'static str,
    /// What follows it; empty for a flag.
    pub params: &'static [Param],
    /// One line of help.
    pub(crate) help: &'static str,
    /// It may stand several times.
    pub(crate) repeats: bool,
}
