//! The settings of `tlb { … }`.

use crate::lang::diagnostic::Diagnostic;
use crate::lang::span::Span;
use pagewalk_engine::machine::spec::{Capacity, TlbSpec};

use super::field::{ON_OFF, SettingRow, latency, one, one_of, sole};
use super::level::{Common, Level, POLICY_WORDS, SIDES, policy, shared_rows};
use super::shape::{SetGeometry, Ways};
use super::value::{count, policy_name, power, time, word_of};
use crate::lang::value::Value;
use crate::run::params::Param::{Literal, Many, OneOf, Words};
use crate::run::params::{N, SIZE, T, words_of};

#[derive(Debug, Clone)]
pub(crate) struct TlbDraft {
    common: Common,
    page_bits: Vec<u32>,
    asid: bool,
}

pub(crate) const TLB_SETTINGS: &[SettingRow<TlbDraft>] = shared_rows![TlbDraft;
    SettingRow { name: "entries", params: &[N], help: "number of entries", repeats: false,
        get: Some(|d| count(d.build().ok()?.entries())), set: |d, f| d.common.shape.capacity(f, Capacity::Lines) },
    SettingRow { name: "pages", params: &[Many(&SIZE)], help: "supported page sizes (default: all)", repeats: false, get: Some(|d| Value::list(d.page_bits.iter().filter_map(|bits| power(*bits))).ok()), set: |d, f| {
        let sizes: Result<Vec<u32>, _> = f.args.iter().map(|arg| arg.log2("a page size")).collect();
        let mut sizes = sizes.map_err(one)?;
        sizes.sort_unstable();
        sizes.dedup();
        d.page_bits = sizes;
        Ok(())
    } },
    SettingRow { name: "asid", params: &[Words(words_of!(ON_OFF.0))], help: "whether each entry has the address-space ID (ASID) of its process", repeats: false,
        get: Some(|d| word_of(ON_OFF, &d.asid)), set: |d, f| one_of(sole(f)?, ON_OFF).map(|on| d.asid = on) },
];

impl Level for TlbDraft {
    const UNNAMED: &'static str = "tlb";

    fn fresh(common: Common) -> Self {
        Self {
            common,
            page_bits: Vec::new(),
            asid: false,
        }
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    fn agrees(&self) -> Result<(), Vec<Diagnostic>> {
        self.build().map(|_| ())
    }

    fn rows() -> &'static [SettingRow<Self>] {
        TLB_SETTINGS
    }
}

impl TlbDraft {
    pub(super) fn from_spec(spec: &TlbSpec) -> Self {
        let none = Span::default();
        let mut common = Common::new(Some((*spec.name).into()), Self::UNNAMED, none);
        let capacity = (Capacity::Lines(spec.entries()), none);
        common.shape = SetGeometry {
            capacity: Some(capacity),
            ways: Some((Ways::Number(u64::from(spec.ways)), none)),
        };
        (common.policy, common.side, common.latency) = (spec.policy, spec.side, spec.latency);
        Self {
            common,
            page_bits: spec.page_bits.clone(),
            asid: spec.asid,
        }
    }

    /// Builds the spec. Without `ways`, the TLB is fully associative.
    pub(super) fn build(&self) -> Result<TlbSpec, Vec<Diagnostic>> {
        let (sets, ways) = self.common.shape.sets(1, Ways::All, self.common.span)?;
        Ok(TlbSpec {
            name: (*self.common.name).into(),
            sets,
            ways,
            policy: self.common.policy,
            side: self.common.side,
            page_bits: self.page_bits.clone(),
            asid: self.asid,
            latency: self.common.latency,
        })
    }
}
