//! The row of a block of settings.

use super::word::SettingWord;

/// A block of settings.
pub struct BlockRow {
    /// Name of the statement or setting.
    pub name: &'static str,
    /// Its title in the reference.
    pub(crate) title: &'static str,
    /// Whether it may also contain the bits of a page-table entry.
    pub(crate) bits: bool,
    /// Its settings.
    pub settings: fn() -> Vec<SettingWord>,
}

impl BlockRow {
    /// Returns a block without bits of page-table entries.
    pub(crate) const fn new(
        name: &'static str,
        title: &'static str,
        settings: fn() -> Vec<SettingWord>,
    ) -> Self {
        Self { name, title, bits: false, settings }
    }

    /// Returns the setting of this name.
    pub(crate) fn setting(&self, name: &str) -> Option<SettingWord> {
        (self.settings)().into_iter().find(|setting| setting.name == name)
    }
}
