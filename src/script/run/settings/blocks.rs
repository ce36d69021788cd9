//! The registry of blocks of settings. Each row describes one block and is identified by the word that opens
//! the block. A row does not depend on the type of the draft that the block's settings fill.

use super::block::{BlockRow, SettingWord};
use super::cache::{CACHE_SETTINGS, TLB_SETTINGS};
use super::field::SettingRow;
use super::file::{EXECUTABLE_SETTINGS, FILE_SETTINGS};
use super::kernel::KERNEL_SETTINGS;
use super::machine::{MACHINE_SETTINGS, MEMORY_SETTINGS};
use super::pte::{PTE_SETTINGS, TABLE_SETTINGS};
use crate::run::programs::{CALL_SETTINGS, PROGRAM_SETTINGS};
use crate::run::reference::{REFERENCE_SETTINGS, START_COLUMNS};
use crate::run::verbs::SECTION_COLUMNS;

fn words<D>(rows: &'static [SettingRow<D>]) -> Vec<SettingWord> {
    let word = |row: &SettingRow<D>| SettingWord {
        name: row.name,
        params: row.params,
        help: row.help,
        repeats: row.repeats,
        is_path: row.get.is_some(),
    };
    rows.iter().map(word).collect()
}

pub(crate) const BLOCKS: &[BlockRow] = &[
    BlockRow::new("machine", "`machine { … }`", || words(MACHINE_SETTINGS)),
    BlockRow::new("page_table", "`page_table { … }`", || {
        words(TABLE_SETTINGS)
    }),
    BlockRow {
        bits: true,
        ..BlockRow::new(
            "pte",
            "`pte { … }`, in addition to the bits below",
            || words(PTE_SETTINGS),
        )
    },
    BlockRow::new("tlb", "`tlb { … }`", || words(TLB_SETTINGS)),
    BlockRow::new("cache", "`cache { … }`", || words(CACHE_SETTINGS)),
    BlockRow::new("memory", "`memory { … }`", || words(MEMORY_SETTINGS)),
    BlockRow::new("kernel", "`kernel { … }`", || words(KERNEL_SETTINGS)),
    BlockRow::new("program", "`program NAME \"\"\"…\"\"\" { … }`", || {
        words(PROGRAM_SETTINGS)
    }),
    BlockRow::new("replay", "`replay PROGRAM { … }`", || {
        words(CALL_SETTINGS)
    }),
    BlockRow::new("outputs", "`outputs PROGRAM { … }`", || {
        words(CALL_SETTINGS)
    }),
    BlockRow::new("run", "`run PROGRAM { … }`", || words(CALL_SETTINGS)),
    BlockRow::new("file", "`file \"name\" { … }`", || words(FILE_SETTINGS)),
    BlockRow {
        columns: SECTION_COLUMNS,
        ..BlockRow::new(
            "executable",
            "`executable \"name\" { … }`, in addition to the table `section start size perms`",
            || words(EXECUTABLE_SETTINGS),
        )
    },
    BlockRow {
        columns: START_COLUMNS,
        ..BlockRow::new(
            "reference",
            "`reference PAGES { … }`, in addition to the table `page loaded used R M`",
            || words(REFERENCE_SETTINGS),
        )
    },
];
