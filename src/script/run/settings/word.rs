//! The description of a setting, independent of the draft that the setting fills.

use crate::run::params::Param;

/// The description of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingWord {
    /// The setting's first word.
    pub name: &'static str,
    /// The setting's parameters, or none for a flag.
    pub params: &'static [Param],
    pub(crate) help: &'static str,
    /// Whether the setting may occur several times.
    pub(crate) repeats: bool,
    /// Whether the setting's value is also a path.
    pub(crate) is_path: bool,
}
