//! The description of a setting, without the draft that it fills.

use crate::run::params::Param;

/// The description of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingWord {
    /// Its first word.
    pub name: &'static str,
    /// Its parameters; empty for a flag.
    pub params: &'static [Param],
    pub(crate) help: &'static str,
    /// Whether it may occur several times.
    pub(crate) repeats: bool,
}
