//! The settings of `page_table { … }`.

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;

use super::field::{Arg, SettingRow, count, integer, one, one_of, sole, word_of};
use super::pte::PteDraft;
use crate::run::params::Param::{Many, Ways, Words};
use crate::run::params::{N, SIZE, WIDTH, settings, words_of};

/// Draft of the page table's shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableDraft {
    pub(super) levels: Option<u64>,
    pub(super) split: Option<Vec<u32>>,
    pub(super) split_span: Option<Span>,
    /// The split of the VPN in the overridden machine, which is the default.
    pub(super) inherited: Vec<u32>,
    pub(super) pte: PteDraft,
    pub(super) walk_cached: bool,
    pub(super) span: Option<Span>,
}

/// The values of `walk`, which determine whether walks use the caches.
const WALKS: &[(&str, bool)] = &[("cached", true), ("uncached", false)];

/// Settings of `page_table` inside `machine`.
pub(crate) const TABLE_SETTINGS: &[SettingRow<TableDraft>] = &[
    SettingRow {
        name: "levels",
        params: &[N],
        help: "number of levels, 1 to 6",
        repeats: false,
        get: Some(|d| count(d.inherited.len() as u64)),
        set: |d, f| {
            d.levels = Some(
                sole(f)?
                    .within(1, 6, Code::BadGeometry, "a number of levels")
                    .map_err(one)?,
            );
            Ok(())
        },
    },
    SettingRow {
        name: "bits",
        params: &[Many(&WIDTH)],
        help: "number of VPN bits that index each level, top first",
        repeats: false,
        get: Some(|d| Value::list(d.inherited.iter().map(|bits| Value::from(*bits))).ok()),
        set: |d, f| {
            let each = |arg: &Arg| {
                each_integer(arg).map(|list| {
                    list.into_iter()
                        .map(|n| n.min(65) as u32)
                        .collect::<Vec<_>>()
                })
            };
            d.split_span = Some(f.span);
            d.split = Some(
                f.args
                    .iter()
                    .map(each)
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(one)?
                    .concat(),
            );
            Ok(())
        },
    },
    SettingRow {
        name: "pte",
        params: &[Ways(&[
            &[SIZE],
            &[settings("size SIZE, valid N, ppn N..N, …")],
        ])],
        help: "the format of an entry",
        repeats: false,
        get: None,
        set: |d, f| d.pte.set(f),
    },
    SettingRow {
        name: "walk",
        params: &[Words(words_of!(WALKS.0))],
        help: "whether page walks use the data caches",
        repeats: false,
        get: Some(|d| word_of(WALKS, &d.walk_cached)),
        set: |d, f| {
            d.walk_cached = one_of(sole(f)?, WALKS)?;
            Ok(())
        },
    },
];

impl TableDraft {
    /// Returns the default split of the VPN: one level, or the levels of the overridden machine.
    pub(super) fn inherited_split(&self, vpn_bits: u32) -> Vec<u32> {
        let before = &self.inherited;
        let levels = before.len().max(1) as u32;
        let even = even_split(before.iter().sum(), levels) == *before;
        if even || before.is_empty() {
            even_split(vpn_bits, levels)
        } else {
            before.clone()
        }
    }
}

/// Splits the VPN into levels: equally among the lower levels, with fewer bits for the top level.
pub(super) fn even_split(vpn_bits: u32, levels: u32) -> Vec<u32> {
    let each = vpn_bits.div_ceil(levels);
    let below = each * (levels - 1);
    if below < vpn_bits || vpn_bits == 0 {
        let mut split = vec![each; levels as usize];
        split[0] = vpn_bits - below;
        return split;
    }
    let spare = levels - vpn_bits % levels;
    (0..levels)
        .map(|level| vpn_bits / levels + u32::from(level >= spare))
        .collect()
}

/// Returns one number, or the numbers of a list.
fn each_integer(arg: &Arg) -> Result<Vec<u64>, Diagnostic> {
    match arg.value()? {
        Value::List(list) => list.iter().map(|value| integer(value, arg.span)).collect(),
        value => Ok(vec![integer(value, arg.span)?]),
    }
}
