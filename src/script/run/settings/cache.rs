//! The settings of `cache { … }`.

use pagewalk_engine::machine::spec::{CacheSpec, Capacity, Inclusion, TlbSpec, WritePolicy};

use super::field::{
    ON_OFF, SettingRow, count, latency, one, one_of, policy_name, power, sole, time, word_of,
};
use super::level::{Common, Level, POLICY_WORDS, SIDES, SetGeometry, Ways, policy, shared_rows};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::bind::Param::{Literal, Many, OneOf, Words};
use crate::run::bind::{N, SIZE, T, words_of};

#[derive(Debug, Clone)]
pub(crate) struct CacheDraft {
    common: Common,
    block_bits: Option<u32>,
    write: WritePolicy,
    write_allocate: bool,
    virtual_index: bool,
    inclusion: Inclusion,
    shared: bool,
}

/// The values of `index`, which select a virtual or physical index.
const INDEXES: &[(&str, bool)] = &[("physical", false), ("virtual", true)];

const INCLUSIONS: &[(&str, Inclusion)] = &[
    ("none", Inclusion::None),
    ("inclusive", Inclusion::Inclusive),
    ("exclusive", Inclusion::Exclusive),
];

pub(crate) const CACHE_SETTINGS: &[SettingRow<CacheDraft>] = shared_rows![CacheDraft;
    SettingRow::path("size", &[SIZE], "capacity in bytes",
        |d| count(u64::try_from(d.build().ok()?.size()).ok()?), |d, f| d.common.shape.capacity(f, Capacity::Bytes)),
    SettingRow::path("lines", &[N], "number of lines",
        |d| count(d.build().ok()?.lines()), |d, f| d.common.shape.capacity(f, Capacity::Lines)),
    SettingRow::path("block", &[SIZE], "block size, a power of two",
        |d| power(d.block_bits?), |d, f| sole(f)?.log2("the block size").map(|n| d.block_bits = Some(n)).map_err(one)),
    SettingRow::path("write-back", &[], "write-back: a store marks the block dirty",
        |d| Some(Value::Bool(d.write == WritePolicy::Back)), |d, _| { d.write = WritePolicy::Back; Ok(()) }),
    SettingRow::path("write-through", &[], "write-through: a store also updates the next level",
        |d| Some(Value::Bool(d.write == WritePolicy::Through)), |d, _| { d.write = WritePolicy::Through; Ok(()) }),
    SettingRow::path("write-allocate", &[], "write-allocate: a store miss fills the line",
        |d| Some(Value::Bool(d.write_allocate)), |d, _| { d.write_allocate = true; Ok(()) }),
    SettingRow::path("no-write-allocate", &[], "no-write-allocate: a store miss updates only the next level",
        |d| Some(Value::Bool(!d.write_allocate)), |d, _| { d.write_allocate = false; Ok(()) }),
    SettingRow::path("index", &[Words(words_of!(INDEXES.0))], "whether the physical or virtual address selects the set",
        |d| word_of(INDEXES, &d.virtual_index), |d, f| one_of(sole(f)?, INDEXES).map(|v| d.virtual_index = v)),
    SettingRow::path("inclusion", &[Words(words_of!(INCLUSIONS.0))], "whether this cache includes or excludes the blocks of the caches closer to the core",
        |d| word_of(INCLUSIONS, &d.inclusion), |d, f| one_of(sole(f)?, INCLUSIONS).map(|i| d.inclusion = i)),
    SettingRow::path("shared", &[], "one cache that all cores share",
        |d| Some(Value::Bool(d.shared)), |d, _| { d.shared = true; Ok(()) }),
];

impl Level for CacheDraft {
    const UNNAMED: &'static str = "cache";
    const ROWS: &'static [SettingRow<Self>] = CACHE_SETTINGS;

    fn fresh(common: Common) -> Self {
        Self {
            common,
            block_bits: None,
            write: WritePolicy::Back,
            write_allocate: true,
            virtual_index: false,
            inclusion: Inclusion::None,
            shared: false,
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
}

impl CacheDraft {
    pub(super) fn from_spec(spec: &CacheSpec) -> Self {
        let none = Span::default();
        let mut common = Common::new(Some((*spec.name).into()), Self::UNNAMED, none);
        let ways = (Ways::Number(u64::from(spec.ways)), none);
        common.shape = SetGeometry {
            capacity: Some((spec.capacity, none)),
            ways: Some(ways),
        };
        (common.policy, common.side, common.latency) = (spec.policy, spec.side, spec.latency);
        Self {
            common,
            block_bits: Some(spec.block_bits),
            write: spec.write,
            write_allocate: spec.write_allocate,
            virtual_index: spec.virtual_index,
            inclusion: spec.inclusion,
            shared: spec.shared,
        }
    }

    /// Builds the spec. Without `ways`, the cache is direct-mapped.
    pub(super) fn build(&self) -> Result<CacheSpec, Vec<Diagnostic>> {
        let Some(block_bits) = self.block_bits else {
            return Err(one(Diagnostic::new(
                Code::BadGeometry,
                self.common.span,
                "the block size is missing",
            )
            .help("add `block 64 B`")));
        };
        let block = 1u64 << block_bits.min(63);
        let (sets, ways) =
            self.common
                .shape
                .sets(Self::UNNAMED, block, Ways::Number(1), self.common.span)?;
        Ok(CacheSpec {
            name: (*self.common.name).into(),
            sets,
            ways,
            capacity: self
                .common
                .shape
                .capacity
                .map_or(Capacity::Sets(sets), |(capacity, _)| capacity),
            block_bits,
            policy: self.common.policy,
            write: self.write,
            write_allocate: self.write_allocate,
            side: self.common.side,
            virtual_index: self.virtual_index,
            inclusion: self.inclusion,
            shared: self.shared,
            latency: self.common.latency,
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TlbDraft {
    common: Common,
    page_bits: Vec<u32>,
    asid: bool,
}

pub(crate) const TLB_SETTINGS: &[SettingRow<TlbDraft>] = shared_rows![TlbDraft;
    SettingRow::path("entries", &[N], "number of entries",
        |d| count(d.build().ok()?.entries()), |d, f| d.common.shape.capacity(f, Capacity::Lines)),
    SettingRow::path("pages", &[Many(&SIZE)], "supported page sizes (default: all)",
        |d| Value::list(d.page_bits.iter().filter_map(|bits| power(*bits))).ok(), |d, f| {
        let sizes: Result<Vec<u32>, _> = f.args.iter().map(|arg| arg.log2("a page size")).collect();
        let mut sizes = sizes.map_err(one)?;
        sizes.sort_unstable();
        sizes.dedup();
        d.page_bits = sizes;
        Ok(())
    }),
    SettingRow::path("asid", &[Words(words_of!(ON_OFF.0))], "whether each entry has the address-space ID (ASID) of its process",
        |d| word_of(ON_OFF, &d.asid), |d, f| one_of(sole(f)?, ON_OFF).map(|on| d.asid = on)),
];

impl Level for TlbDraft {
    const UNNAMED: &'static str = "tlb";
    const ROWS: &'static [SettingRow<Self>] = TLB_SETTINGS;

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
        let (sets, ways) = self
            .common
            .shape
            .sets(Self::UNNAMED, 1, Ways::All, self.common.span)?;
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
