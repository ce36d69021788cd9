//! A grid of machines: settings with several values each, and all combinations of these values.

use std::ops::Range;

use crate::machine::cache::Counts;
use crate::machine::policy::Policy;
use crate::machine::spec::Spec;
use crate::trace::counting_replay::{AddressMapping, ReplayError};
use crate::trace::counts::{ReferenceCounts, ReplayCounts};
use crate::trace::replay::Straddle;

/// The maximum number of combinations in a grid.
pub const MOST_POINTS: usize = 10_000;

/// The TLB or cache that a setting belongs to, with its number in the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SweptUnit {
    Tlb(usize),
    Cache(usize),
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AxisValue {
    /// A number. Sizes are in bytes.
    Number(u64),
    Word(Box<str>),
}

/// A setting and its values, in grid order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    pub unit: SweptUnit,
    /// The name of the setting.
    pub setting: Box<str>,
    /// The list of values, which is never empty.
    pub values: Vec<AxisValue>,
}

/// A combination that forms a valid machine.
#[derive(Debug, Clone, PartialEq)]
pub struct GridPoint {
    /// The number of the point among the points of the whole grid, from 1.
    pub number: u64,
    /// The index of the value on each axis.
    pub at: Vec<usize>,
    pub spec: Spec,
}

/// A combination that does not form a valid machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedPoint {
    /// The index of the value on each axis.
    pub at: Vec<usize>,
    /// The reason, without a period at the end.
    pub why: String,
}

/// A grid. The first axis changes slowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    pub axes: Vec<Axis>,
    /// The valid combinations, in order.
    pub points: Vec<GridPoint>,
    /// The invalid combinations, in order.
    pub skipped: Vec<SkippedPoint>,
}

impl Grid {
    /// The grid with only some of its points, by their places in order.
    ///
    /// # Panics
    /// Panics if there is no point at one of the places.
    #[must_use]
    pub fn selected(&self, places: Range<usize>) -> Self {
        let points = self.points[places].to_vec();
        Self {
            axes: self.axes.clone(),
            points,
            skipped: self.skipped.clone(),
        }
    }

    /// The swept TLBs and caches, each listed once, in the order of their first axis.
    pub fn units(&self) -> Vec<SweptUnit> {
        let mut units = Vec::new();
        for axis in &self.axes {
            if !units.contains(&axis.unit) {
                units.push(axis.unit);
            }
        }
        units
    }

    /// The numbers of the axes with more than one value.
    pub fn varied(&self) -> Vec<usize> {
        (0..self.axes.len())
            .filter(|&at| self.axes[at].values.len() > 1)
            .collect()
    }
}

/// The counts of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointCounts {
    /// The references performed.
    pub references: ReferenceCounts,
    /// The counts of each swept TLB and cache.
    pub units: Vec<(SweptUnit, Counts)>,
}

/// The number of a point, and its counts.
pub(super) type PointResult = (usize, Result<PointCounts, ReplayError>);

impl PointCounts {
    /// Selects the counts of some TLBs and caches from those of a whole machine.
    pub fn new(counted: &ReplayCounts, units: &[SweptUnit]) -> Self {
        let units = units
            .iter()
            .map(|unit| (*unit, unit.counts(counted)))
            .collect();
        Self {
            references: counted.references,
            units,
        }
    }

    /// The counts of a swept TLB or cache, or zeros for another unit.
    pub fn of(&self, unit: SweptUnit) -> Counts {
        self.units
            .iter()
            .find(|(own, _)| *own == unit)
            .map(|(_, counts)| *counts)
            .unwrap_or_default()
    }
}

/// The geometry of a TLB or cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Size in bytes. Only for caches.
    pub size: Option<u128>,
    /// Block size in bytes. Only for caches.
    pub block: Option<u64>,
    /// Number of entries. Only for TLBs.
    pub entries: Option<u64>,
    /// Number of lines or entries per set.
    pub ways: u32,
    pub sets: u64,
    pub policy: Policy,
}

impl AxisValue {
    /// The word, or an empty string if the value is a number.
    pub fn word(&self) -> &str {
        match self {
            AxisValue::Number(_) => "",
            AxisValue::Word(word) => word,
        }
    }
}

impl SweptUnit {
    /// The unit's name on a machine.
    pub fn name(self, spec: &Spec) -> &str {
        match self {
            SweptUnit::Tlb(n) => &spec.tlbs[n].name,
            SweptUnit::Cache(n) => &spec.caches[n].name,
        }
    }

    /// The unit's geometry on a machine.
    pub fn geometry(self, spec: &Spec) -> Geometry {
        match self {
            SweptUnit::Tlb(n) => {
                let tlb = &spec.tlbs[n];
                let (ways, sets, policy) = (tlb.ways, tlb.sets, tlb.policy);
                Geometry {
                    size: None,
                    block: None,
                    entries: Some(tlb.entries()),
                    ways,
                    sets,
                    policy,
                }
            }
            SweptUnit::Cache(n) => {
                let cache = &spec.caches[n];
                let (size, block) = (Some(cache.size()), Some(1 << cache.block_bits));
                let (ways, sets, policy) = (cache.ways, cache.sets, cache.policy);
                Geometry {
                    size,
                    block,
                    entries: None,
                    ways,
                    sets,
                    policy,
                }
            }
        }
    }

    /// The unit's counts, or zeros if the TLBs were not used.
    fn counts(self, counted: &ReplayCounts) -> Counts {
        let part = match self {
            SweptUnit::Tlb(n) => counted.tlbs.get(n),
            SweptUnit::Cache(n) => counted.caches.get(n),
        };
        part.map(|part| part.counts).unwrap_or_default()
    }
}

/// All combinations of indices that are less than the given lengths. The first index changes slowest.
pub fn combinations(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for &length in lengths {
        let longer = |at: &Vec<usize>| -> Vec<Vec<usize>> {
            (0..length)
                .map(|value| at.iter().copied().chain([value]).collect())
                .collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// The replay options that all points share.
#[derive(Debug, Clone, Copy)]
pub struct ReplayOptions {
    pub map: AddressMapping,
    /// The method for counting references that straddle blocks or pages.
    pub straddle: Straddle,
    /// The seed of each machine's random choices.
    pub seed: u64,
    /// Maximum memory of all simulations, in bytes. Each simulation may use the same part of it.
    pub max_memory: u64,
}
