//! The rules that a [`Spec`] must follow. An error names the setting that breaks a rule.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::policy::Policy;
use super::pte::{Bit, PteError};
use super::spec::{CacheSpec, Inclusion, Mmu, Spec, TlbSpec};

/// The maximum width of an address in bits.
const MAX_WIDTH: u32 = 64;
/// The maximum number of levels in a page table.
pub(crate) const MAX_LEVELS: usize = 6;
/// The maximum number of TLBs, which is also the maximum number of caches.
pub(crate) const MAX_UNITS: usize = 16;
/// The maximum number of lines in a TLB or cache.
const MAX_LINES: u64 = 1 << 26;
/// log2 of the maximum block size of a cache.
const MAX_BLOCK_BITS: u32 = 20;
/// The maximum number of cores.
pub const MAX_CORES: u32 = 64;

/// The reason why a spec is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError {
    /// The part of the machine that is invalid.
    pub part: SpecPart,
    /// The name of the setting in scripts.
    pub setting: &'static str,
    pub problem: SpecProblem,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.setting, self.problem)
    }
}

impl Error for SpecError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            SpecProblem::Pte(error) => error.source(),
            _ => None,
        }
    }
}

/// A part of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecPart {
    /// The machine itself.
    Machine,
    PageTable,
    /// The format of an entry. The value is the invalid bit if only one bit is invalid.
    Pte(Option<Bit>),
    Tlb(usize),
    Cache(usize),
}

/// A problem of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpecProblem {
    /// The number is out of range.
    OutOfRange {
        /// The invalid number.
        value: u64,
        /// The minimum.
        least: u64,
        /// The maximum.
        most: u64,
    },
    /// The number must be a power of two.
    NotPowerOfTwo {
        /// The counted objects.
        what: &'static str,
        /// The invalid number.
        value: u64,
    },
    /// A page is larger than an address space.
    PageTooLarge {
        /// log2 of the page size.
        page_bits: u32,
        /// Width of the address space.
        space_bits: u32,
    },
    /// The index bits of the levels do not add up to the width of a VPN.
    LevelBits {
        /// The sum of the index bits.
        sum: u32,
        /// Width of a VPN.
        vpn_bits: u32,
    },
    /// The entry format is invalid.
    Pte(PteError),
    /// The machine has no MMU.
    NoMmu,
    /// The list of page sizes is empty or unordered, or it has a size below the base page size or above the
    /// virtual address space.
    PageSizes,
    /// The TLB or cache is too large.
    TooManyLines { lines: u128 },
    /// The policy does not support TLBs and caches.
    PolicyOfFrames { name: &'static str },
    /// The name is used twice.
    NameTaken { name: Arc<str> },
    /// An exclusive cache has no cache above it.
    NothingAbove,
    /// The block size does not satisfy the inclusion policy. The size must equal that of the cache above
    /// (exclusive) or be at least as large (inclusive).
    BlockOfInclusion {
        /// log2 of the cache's block size.
        block_bits: u32,
        /// log2 of the block size of the cache above it.
        above: u32,
        inclusion: Inclusion,
    },
    /// A virtually indexed cache has blocks larger than a page.
    BlockAbovePage,
}

impl fmt::Display for SpecProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpecProblem::OutOfRange { value, least, most } => {
                write!(f, "{value} is not between {least} and {most}")
            }
            SpecProblem::NotPowerOfTwo { what, value } => {
                write!(f, "the number of {what} must be a power of two, but {value} is not")
            }
            SpecProblem::PageTooLarge { page_bits, space_bits } => {
                write!(
                    f,
                    "a page of 2^{page_bits} bytes does not fit into an address space of {space_bits} bits"
                )
            }
            SpecProblem::LevelBits { sum, vpn_bits } => {
                write!(f, "the levels use {sum} bits, but a VPN has {vpn_bits}")
            }
            SpecProblem::Pte(error) => error.fmt(f),
            SpecProblem::NoMmu => {
                f.write_str("a machine without `virtual` and `page` has no address translation")
            }
            SpecProblem::PageSizes => f.write_str(
                "list each page size once, in ascending order, from the size of `page` up to the size of the virtual address space",
            ),
            SpecProblem::TooManyLines { lines } => {
                write!(f, "{lines} lines exceed the maximum of {MAX_LINES}")
            }
            SpecProblem::PolicyOfFrames { name } => {
                write!(f, "`{name}` supports page frames, but not TLBs or caches")
            }
            SpecProblem::NameTaken { name } => write!(f, "the name `{name}` is already used"),
            SpecProblem::NothingAbove => {
                f.write_str("an exclusive cache needs a cache above it to supply evicted blocks")
            }
            SpecProblem::BlockOfInclusion { block_bits, above, inclusion } => {
                let (kind, rule) = match inclusion {
                    Inclusion::Exclusive => ("exclusive", "equal"),
                    _ => ("inclusive", "be no smaller than"),
                };
                let (block, above) = (1u64 << block_bits, 1u64 << above);
                write!(
                    f,
                    "the blocks of an {kind} cache must {rule} those of the cache above: {block} B here, {above} B above"
                )
            }
            SpecProblem::BlockAbovePage => {
                f.write_str("a virtually indexed cache needs blocks no larger than a page")
            }
        }
    }
}

struct Findings(Vec<SpecError>);

impl Findings {
    fn add(&mut self, part: SpecPart, setting: &'static str, problem: SpecProblem) {
        self.0.push(SpecError {
            part,
            setting,
            problem,
        });
    }

    /// Adds an error unless `value` lies within `least..=most`.
    fn range(
        &mut self,
        part: SpecPart,
        setting: &'static str,
        value: u64,
        (least, most): (u64, u64),
    ) -> bool {
        let within = (least..=most).contains(&value);
        if !within {
            self.add(
                part,
                setting,
                SpecProblem::OutOfRange { value, least, most },
            );
        }
        within
    }
}

impl Spec {
    /// Checks that a machine can be built from this spec.
    ///
    /// # Errors
    /// Returns every broken rule, with the setting at fault. If a width is invalid, the method does not check
    /// the settings that depend on the width.
    pub fn check(&self) -> Result<(), Vec<SpecError>> {
        let mut report = Findings(Vec::new());
        let wide = (1, u64::from(MAX_WIDTH));
        let mut widths = report.range(
            SpecPart::Machine,
            "physical",
            self.physical_bits.into(),
            wide,
        );
        if let Some(mmu) = &self.mmu {
            widths &= report.range(SpecPart::Machine, "virtual", mmu.virtual_bits.into(), wide);
            widths = widths && check_page(self, mmu, &mut report);
            if widths {
                check_table(self, mmu, &mut report);
            }
        }
        report.range(
            SpecPart::Machine,
            "cores",
            self.cores.into(),
            (1, MAX_CORES.into()),
        );
        report.range(
            SpecPart::Machine,
            "tlb",
            self.tlbs.len() as u64,
            (0, MAX_UNITS as u64),
        );
        report.range(
            SpecPart::Machine,
            "cache",
            self.caches.len() as u64,
            (0, MAX_UNITS as u64),
        );
        for (n, tlb) in self.tlbs.iter().enumerate() {
            check_tlb(self, n, tlb, &mut report);
        }
        for (n, cache) in self.caches.iter().enumerate() {
            check_cache(self, n, cache, widths, &mut report);
        }
        check_names(self, &mut report);
        if report.0.is_empty() {
            Ok(())
        } else {
            Err(report.0)
        }
    }
}

fn check_page(spec: &Spec, mmu: &Mmu, report: &mut Findings) -> bool {
    let page_bits = mmu.page_bits;
    let space_bits = mmu.virtual_bits.min(spec.physical_bits);
    if page_bits > space_bits {
        report.add(
            SpecPart::Machine,
            "page",
            SpecProblem::PageTooLarge {
                page_bits,
                space_bits,
            },
        );
    }
    page_bits <= space_bits
}

fn check_table(spec: &Spec, mmu: &Mmu, report: &mut Findings) {
    let levels = mmu.levels.len();
    report.range(
        SpecPart::PageTable,
        "levels",
        levels as u64,
        (1, MAX_LEVELS as u64),
    );
    let sum = mmu
        .levels
        .iter()
        .fold(0, |sum: u32, bits| sum.saturating_add(*bits));
    let vpn_bits = spec.vpn_bits();
    if sum != vpn_bits {
        report.add(
            SpecPart::PageTable,
            "bits",
            SpecProblem::LevelBits { sum, vpn_bits },
        );
    } else if levels > 1 && mmu.levels.contains(&0) {
        report.add(
            SpecPart::PageTable,
            "bits",
            SpecProblem::OutOfRange {
                value: 0,
                least: 1,
                most: vpn_bits.into(),
            },
        );
    }
    let (have, need) = (mmu.pte.ppn_bits(), spec.ppn_bits());
    let narrow = if have < need {
        Err(PteError::PpnNarrow { have, need })
    } else {
        Ok(())
    };
    if let Err(error) = mmu.pte.check().and(narrow) {
        let (part, setting) = match error {
            PteError::Size { .. } => (SpecPart::Pte(None), "size"),
            PteError::PpnOutside { .. } | PteError::PpnNarrow { .. } => {
                (SpecPart::Pte(None), "ppn")
            }
            PteError::BitOutside { bit, .. }
            | PteError::PpnOverlap { bit }
            | PteError::BitOverlap { second: bit, .. } => {
                (SpecPart::Pte(Some(bit)), bit.row().name)
            }
        };
        report.add(part, setting, SpecProblem::Pte(error));
    }
}

fn check_tlb(spec: &Spec, n: usize, tlb: &TlbSpec, report: &mut Findings) {
    let part = SpecPart::Tlb(n);
    check_sets(part, (tlb.sets, tlb.ways), tlb.policy, report);
    match &spec.mmu {
        None => report.add(part, "tlb", SpecProblem::NoMmu),
        Some(mmu) => {
            let sizes = &tlb.page_bits;
            let ordered = sizes.windows(2).all(|pair| pair[0] < pair[1]);
            let within = sizes
                .iter()
                .all(|bits| (mmu.page_bits..=mmu.virtual_bits).contains(bits));
            if !ordered || !within {
                report.add(part, "pages", SpecProblem::PageSizes);
            }
        }
    }
}

fn check_cache(spec: &Spec, n: usize, cache: &CacheSpec, widths: bool, report: &mut Findings) {
    let part = SpecPart::Cache(n);
    check_sets(part, (cache.sets, cache.ways), cache.policy, report);
    let most = if widths {
        MAX_BLOCK_BITS.min(spec.physical_bits)
    } else {
        MAX_BLOCK_BITS
    };
    if cache.block_bits > most {
        let size = |bits: u32| 1u64.checked_shl(bits).unwrap_or(u64::MAX);
        let problem = SpecProblem::OutOfRange {
            value: size(cache.block_bits),
            least: 1,
            most: size(most),
        };
        report.add(part, "block", problem);
    } else {
        check_blocks(spec, n, cache, report);
        if widths && cache.virtual_index && cache.block_bits > spec.page_bits() {
            report.add(part, "block", SpecProblem::BlockAbovePage);
        }
    }
}

/// Checks the numbers of sets and ways, for which TLBs and caches have the same rules.
fn check_sets(part: SpecPart, (sets, ways): (u64, u32), policy: Policy, report: &mut Findings) {
    if !sets.is_power_of_two() {
        report.add(
            part,
            "sets",
            SpecProblem::NotPowerOfTwo {
                what: "sets",
                value: sets,
            },
        );
    }
    if report.range(part, "ways", ways.into(), (1, MAX_LINES))
        && policy == Policy::Plru
        && !ways.is_power_of_two()
    {
        report.add(
            part,
            "ways",
            SpecProblem::NotPowerOfTwo {
                what: "ways of `plru`",
                value: ways.into(),
            },
        );
    }
    let lines = u128::from(sets) * u128::from(ways);
    if lines > u128::from(MAX_LINES) {
        report.add(part, "sets", SpecProblem::TooManyLines { lines });
    }
    if !policy.row().sets {
        report.add(
            part,
            "policy",
            SpecProblem::PolicyOfFrames {
                name: policy.row().name,
            },
        );
    }
}

/// Checks the block size. An exclusive cache exchanges whole blocks with the caches above it. Each block of
/// an inclusive cache must contain whole blocks of the caches above it.
fn check_blocks(spec: &Spec, n: usize, cache: &CacheSpec, report: &mut Findings) {
    let (part, inclusion) = (SpecPart::Cache(n), cache.inclusion);
    let mut above = spec.caches[..n]
        .iter()
        .filter(|above| above.side.meets(cache.side))
        .peekable();
    if inclusion == Inclusion::Exclusive && above.peek().is_none() {
        report.add(part, "inclusion", SpecProblem::NothingAbove);
    }
    let unfit = |above: &&CacheSpec| match inclusion {
        Inclusion::None => false,
        Inclusion::Inclusive => above.block_bits > cache.block_bits,
        Inclusion::Exclusive => above.block_bits != cache.block_bits,
    };
    if let Some(above) = above.find(unfit) {
        let (block_bits, above) = (cache.block_bits, above.block_bits.min(MAX_WIDTH - 1));
        report.add(
            part,
            "block",
            SpecProblem::BlockOfInclusion {
                block_bits,
                above,
                inclusion,
            },
        );
    }
}

/// Two unnamed TLBs have the same default name, as do two unnamed caches, so this check also requires names.
fn check_names(spec: &Spec, report: &mut Findings) {
    let tlbs = spec
        .tlbs
        .iter()
        .enumerate()
        .map(|(n, tlb)| (SpecPart::Tlb(n), &tlb.name));
    let caches = spec
        .caches
        .iter()
        .enumerate()
        .map(|(n, cache)| (SpecPart::Cache(n), &cache.name));
    let mut seen: Vec<&Arc<str>> = Vec::new();
    for (part, name) in tlbs.chain(caches) {
        if seen.contains(&name) {
            report.add(part, "name", SpecProblem::NameTaken { name: name.clone() });
        }
        seen.push(name);
    }
}

#[cfg(test)]
mod tests;
