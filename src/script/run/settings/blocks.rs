//! Every block of settings: one row each, by the word that opens it. Its rows are told without the drafts that they fill.

use super::cache::CACHE_SETTINGS;
use super::field::SettingRow;
use super::file::{EXECUTABLE_SETTINGS, FILE_SETTINGS};
use super::kernel::KERNEL_SETTINGS;
use super::machine::{MACHINE_SETTINGS, MEMORY_SETTINGS, TABLE_SETTINGS};
use super::paper::{ARRANGEMENT_SETTINGS, CHOICE_SETTINGS, COVER_SETTINGS, ESSAY_SETTINGS};
use super::pte::PTE_SETTINGS;
use super::tlb::TLB_SETTINGS;
use super::word::SettingWord;
use crate::run::reference::REFERENCE_SETTINGS;

/// A block of settings.
pub struct BlockRow {
    /// The statement's or setting's word.
    pub name: &'static str,
    /// How the reference calls it.
    pub title: &'static str,
    /// The bits of a page-table entry may stand in it, too.
    pub bits: bool,
    /// Its settings.
    pub settings: fn() -> Vec<SettingWord>,
}

fn words<D>(rows: &'static [SettingRow<D>]) -> Vec<SettingWord> {
    let word = |row: &SettingRow<D>| SettingWord {
        name: row.name,
        params: row.params,
        help: row.help,
        repeats: row.repeats,
    };
    rows.iter().map(word).collect()
}

const fn block(name: &'static str, title: &'static str, settings: fn() -> Vec<SettingWord>) -> BlockRow {
    BlockRow { name, title, bits: false, settings }
}

/// Every block of settings.
pub const BLOCKS: &[BlockRow] = &[
    block("machine", "`machine { … }`", || words(MACHINE_SETTINGS)),
    block("page_table", "`page_table { … }`", || words(TABLE_SETTINGS)),
    BlockRow { bits: true, ..block("pte", "`pte { … }`, besides the bits below", || words(PTE_SETTINGS)) },
    block("tlb", "`tlb { … }`", || words(TLB_SETTINGS)),
    block("cache", "`cache { … }`", || words(CACHE_SETTINGS)),
    block("memory", "`memory { … }`", || words(MEMORY_SETTINGS)),
    block("kernel", "`kernel { … }`", || words(KERNEL_SETTINGS)),
    block("file", "`file \"name\" { … }`", || words(FILE_SETTINGS)),
    block(
        "executable",
        "`executable \"name\" { … }`, besides the table `section start size perms`",
        || words(EXECUTABLE_SETTINGS),
    ),
    block("reference", "`reference PAGES { … }`", || words(REFERENCE_SETTINGS)),
    block("exam", "`exam { … }`", || [COVER_SETTINGS, ARRANGEMENT_SETTINGS].concat()),
    block("choice", "`choice TEXT { … }`", || CHOICE_SETTINGS.to_vec()),
    block("essay", "`essay TEXT { … }`", || ESSAY_SETTINGS.to_vec()),
];

impl BlockRow {
    /// The block that this word opens.
    pub fn named(name: &str) -> Option<&'static Self> {
        BLOCKS.iter().find(|block| block.name == name)
    }

    /// The setting of this name.
    pub fn setting(&self, name: &str) -> Option<SettingWord> {
        (self.settings)().into_iter().find(|setting| setting.name == name)
    }
}
