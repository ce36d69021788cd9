//! What a block of settings is.

use super::word::SettingWord;

/// A block of settings.
pub struct BlockRow {
    /// The statement's or setting's word.
    pub name: &'static str,
    /// How the reference calls it.
    pub(crate) title: &'static str,
    /// The bits of a page-table entry may stand in it, too.
    pub(crate) bits: bool,
    /// Its settings.
    pub settings: fn() -> Vec<SettingWord>,
}

impl BlockRow {
    /// A block without bits of page-table entries.
    pub(crate) const fn new(
        name: &'static str,
        title: &'static str,
        settings: fn() -> Vec<SettingWord>,
    ) -> Self {
        Self { name, title, bits: false, settings }
    }

    /// The setting of this name.
    pub(crate) fn setting(&self, name: &str) -> Option<SettingWord> {
        (self.settings)().into_iter().find(|setting| setting.name == name)
    }
}
