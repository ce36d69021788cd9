//! The registry row that describes a block of settings.

use crate::run::bind::Param;
use crate::run::table::Column;

pub struct BlockRow {
    /// Name of the statement or setting.
    pub name: &'static str,
    /// The block's title in the reference.
    pub(crate) title: &'static str,
    /// Whether the block may also contain the bits of a page-table entry.
    pub(crate) bits: bool,
    /// The columns of the table that the block may contain.
    pub(crate) columns: &'static [Column],
    pub settings: fn() -> Vec<SettingWord>,
}

impl BlockRow {
    /// Returns the row of a block without bits of page-table entries.
    pub(crate) const fn new(
        name: &'static str,
        title: &'static str,
        settings: fn() -> Vec<SettingWord>,
    ) -> Self {
        Self {
            name,
            title,
            bits: false,
            columns: &[],
            settings,
        }
    }

    /// Returns the setting with this name.
    pub(crate) fn setting(&self, name: &str) -> Option<SettingWord> {
        (self.settings)()
            .into_iter()
            .find(|setting| setting.name == name)
    }
}

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
