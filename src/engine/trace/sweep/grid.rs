//! A grid of machines, as plain data: settings of their parts with several values each, and every combination of them.

use crate::machine::cache::Counts;
use crate::machine::policy::Policy;
use crate::machine::spec::Spec;
use crate::trace::counts::ReplayCounts;

/// The most combinations that a grid may have.
pub const MOST_POINTS: usize = 10_000;

/// A part of a machine that is swept, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SweptUnit {
    /// A TLB.
    Tlb(usize),
    /// A cache.
    Cache(usize),
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AxisValue {
    /// A number, in bytes where it is a size.
    Number(u64),
    /// A word of the language.
    Word(Box<str>),
}

/// A setting and the values it takes, in the order of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// The part.
    pub unit: SweptUnit,
    /// The setting, by the language's word.
    pub setting: Box<str>,
    /// At least one.
    pub values: Vec<AxisValue>,
}

/// A combination that makes a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct GridPoint {
    /// For each axis, the number of the value that holds.
    pub at: Vec<usize>,
    /// The machine.
    pub spec: Spec,
}

/// A combination that makes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedPoint {
    /// For each axis, the number of the value that would hold.
    pub at: Vec<usize>,
    /// Why it makes none, in a sentence without a full stop.
    pub why: String,
}

/// A grid. The first axis changes slowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The settings.
    pub axes: Vec<Axis>,
    /// The combinations that make a machine, in order.
    pub points: Vec<GridPoint>,
    /// Those that make none, in order.
    pub skipped: Vec<SkippedPoint>,
}

impl Grid {
    /// The parts that are swept, each once, in the order in which the grid names them.
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
        (0..self.axes.len()).filter(|&at| self.axes[at].values.len() > 1).collect()
    }
}

/// What a part of a machine is like: the numbers that follow from its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Bytes of data; of caches only.
    pub size: Option<u128>,
    /// Bytes of a block; of caches only.
    pub block: Option<u64>,
    /// Entries; of TLBs only.
    pub entries: Option<u64>,
    /// Lines or entries a set.
    pub ways: u32,
    /// Sets.
    pub sets: u64,
    /// Which one of a full set goes.
    pub policy: Policy,
}

impl AxisValue {
    /// The word, if it is one, else nothing.
    pub fn word(&self) -> &str {
        match self {
            AxisValue::Number(_) => "",
            AxisValue::Word(word) => word,
        }
    }
}

impl SweptUnit {
    /// Its name on a machine that has it.
    pub fn name(self, spec: &Spec) -> &str {
        match self {
            SweptUnit::Tlb(n) => &spec.tlbs[n].name,
            SweptUnit::Cache(n) => &spec.caches[n].name,
        }
    }

    /// What it is like on a machine that has it.
    pub fn geometry(self, spec: &Spec) -> Geometry {
        match self {
            SweptUnit::Tlb(n) => {
                let tlb = &spec.tlbs[n];
                let (ways, sets, policy) = (tlb.ways, tlb.sets, tlb.policy);
                Geometry { size: None, block: None, entries: Some(tlb.entries()), ways, sets, policy }
            }
            SweptUnit::Cache(n) => {
                let cache = &spec.caches[n];
                let (size, block) = (Some(cache.size()), Some(1 << cache.block_bits));
                let (ways, sets, policy) = (cache.ways, cache.sets, cache.policy);
                Geometry { size, block, entries: None, ways, sets, policy }
            }
        }
    }

    /// What it counted; nothing where no TLB was asked.
    pub fn counts(self, counted: &ReplayCounts) -> Counts {
        let part = match self {
            SweptUnit::Tlb(n) => counted.tlbs.get(n),
            SweptUnit::Cache(n) => counted.caches.get(n),
        };
        part.map(|part| part.counts).unwrap_or_default()
    }
}

/// Every combination of so many values a place, the first place changing slowest. One, the empty one, of no places.
pub fn combinations(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for &length in lengths {
        let longer = |at: &Vec<usize>| -> Vec<Vec<usize>> {
            (0..length).map(|value| at.iter().copied().chain([value]).collect()).collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}
