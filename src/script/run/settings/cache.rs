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
    SettingRow { name: "size", params: &[SIZE], help: "capacity in bytes", repeats: false,
        get: Some(|d| count(u64::try_from(d.build().ok()?.size()).ok()?)), set: |d, f| d.common.shape.capacity(f, Capacity::Bytes) },
    SettingRow { name: "lines", params: &[N], help: "number of lines", repeats: false,
        get: Some(|d| count(d.build().ok()?.lines())), set: |d, f| d.common.shape.capacity(f, Capacity::Lines) },
    SettingRow { name: "block", params: &[SIZE], help: "block size, a power of two", repeats: false,
        get: Some(|d| power(d.block_bits?)), set: |d, f| sole(f)?.log2("the block size").map(|n| d.block_bits = Some(n)).map_err(one) },
    SettingRow { name: "write-back", params: &[], help: "write-back: a store marks the block dirty", repeats: false,
        get: Some(|d| Some(Value::Bool(d.write == WritePolicy::Back))), set: |d, _| { d.write = WritePolicy::Back; Ok(()) } },
    SettingRow { name: "write-through", params: &[], help: "write-through: a store also updates the next level", repeats: false,
        get: Some(|d| Some(Value::Bool(d.write == WritePolicy::Through))), set: |d, _| { d.write = WritePolicy::Through; Ok(()) } },
    SettingRow { name: "write-allocate", params: &[], help: "write-allocate: a store miss fills the line", repeats: false,
        get: Some(|d| Some(Value::Bool(d.write_allocate))), set: |d, _| { d.write_allocate = true; Ok(()) } },
    SettingRow { name: "no-write-allocate", params: &[], help: "no-write-allocate: a store miss updates only the next level", repeats: false,
        get: Some(|d| Some(Value::Bool(!d.write_allocate))), set: |d, _| { d.write_allocate = false; Ok(()) } },
    SettingRow { name: "index", params: &[Words(words_of!(INDEXES.0))], help: "whether the physical or virtual address selects the set", repeats: false,
        get: Some(|d| word_of(INDEXES, &d.virtual_index)), set: |d, f| one_of(sole(f)?, INDEXES).map(|v| d.virtual_index = v) },
    SettingRow { name: "inclusion", params: &[Words(words_of!(INCLUSIONS.0))], help: "whether this cache includes or excludes the blocks of the caches closer to the core", repeats: false,
        get: Some(|d| word_of(INCLUSIONS, &d.inclusion)), set: |d, f| one_of(sole(f)?, INCLUSIONS).map(|i| d.inclusion = i) },
    SettingRow { name: "shared", params: &[], help: "one cache that all cores share", repeats: false,
        get: Some(|d| Some(Value::Bool(d.shared))), set: |d, _| { d.shared = true; Ok(()) } },
];

impl Level for CacheDraft {
    const UNNAMED: &'static str = "cache";

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

    fn rows() -> &'static [SettingRow<Self>] {
        CACHE_SETTINGS
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
