//! Practice of accesses: a random access, and an exam question about the facts of a statement.

use crate::lang::value::Value;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Tag;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::machine::spec::Spec;

use crate::run::facts::{Family, key};
use crate::run::record::{AccessVerb, Did, Shown};
use crate::run::state::{Slot, State};

/// The facts of an access to ask for, in worksheet order.
const OF_ACCESS: &[&str] = &[
    "vpn", "tlbi", "tlbt", "tlb", "fault", "ppn", "pa", "co", "ci", "ct", "cache", "byte",
];

/// The facts of a system call to ask for.
const OF_CALL: &[&str] = &["returns", "error", "fault", "minor", "major"];

/// The facts whose value `none` is an answer. Other facts with this value do not exist, such as the PPN after a fault.
const MAY_BE_NONE: &[&str] = &["fault", "error"];

/// One in `ANYWHERE` addresses is random, and the others are near existing contents.
const ANYWHERE: u64 = 4;

/// Returns a question about the facts of a statement that ran, or `None` if the statement has no facts.
pub fn question(statement: &str, did: &Did) -> Option<String> {
    let (names, family, spec) = match did {
        Did::Access(access) => (OF_ACCESS, Family::Access, Some(&*access.spec)),
        did if did.call().is_some() => (OF_CALL, Family::Call, None),
        _ => return None,
    };
    // After a fault, the answer is `-` for these facts, as on a paper. Without them, the question would reveal the fault.
    let missing: &[&str] = match did {
        Did::Access(access) if access.outcome.fault.is_some() => match access.verb {
            AccessVerb::Translate => &["ppn", "pa"],
            AccessVerb::Write => &["ppn", "pa", "co", "ci", "ct", "cache"],
            AccessVerb::Read | AccessVerb::Fetch => {
                &["ppn", "pa", "co", "ci", "ct", "cache", "byte"]
            }
        },
        _ => &[],
    };
    let is_cached = matches!(did, Did::Access(access) if access.spec.caches.iter().any(|cache| cache.side.serves(access.kind)));
    let exists = |name: &&&str| {
        // A translation has the fields of a cache, but looks nothing up.
        let fact = match **name {
            "co" | "ci" | "ct" => "cache",
            name => name,
        };
        key(fact, family, spec).is_ok_and(|key| {
            let value = key.value_in(did);
            let may_be_none = MAY_BE_NONE.contains(*name)
                || missing.contains(*name) && (fact != "cache" || is_cached);
            may_be_none || value.is_some_and(|value| value.to_string() != "none")
        })
    };
    let facts: Vec<&str> = names.iter().filter(exists).copied().collect();
    let title = Value::from(statement.to_owned()).quoted();
    Some(format!(
        "question {title} {{\n  ask {statement}\n    => {}\n}}",
        facts.join(", ")
    ))
}

/// Returns access `number` to practice in a state. The same state and number always give the same access.
/// Returns `None` without a machine.
pub fn access(state: &State, number: u64) -> Option<String> {
    let mut random = SplitMix64::new(state.seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    match &state.machine {
        Slot::Is(machine) => Some(format!(
            "read {}",
            hex(machine.spec(), bare(machine, &mut random))
        )),
        Slot::Kernel(kernel) => {
            let place = in_process(kernel, &mut random);
            let spec = kernel.machine().spec();
            Some(match place {
                Some((process, va)) => format!("{process}: read {}", hex(spec, va)),
                None if kernel.processes().next().is_some() => return None,
                None => format!("read {}", hex(spec, bare(kernel.machine(), &mut random))),
            })
        }
        Slot::Empty | Slot::Unknowable => None,
    }
}

fn hex(spec: &Spec, va: u64) -> String {
    Shown::field(va, spec.virtual_bits()).to_string()
}

/// Returns a random address of `bits` bits.
fn below(random: &mut SplitMix64, bits: u32) -> u64 {
    if bits >= u64::BITS {
        random.next()
    } else {
        random.below(1 << bits)
    }
}

/// Returns an address on bare hardware: in a mapped page, in a cached block, or random.
fn bare(machine: &Machine, random: &mut SplitMix64) -> u64 {
    let spec = machine.spec();
    if random.below(ANYWHERE) == 0 {
        return below(random, spec.virtual_bits());
    }
    if spec.mmu.is_none() {
        return cached(machine, random).unwrap_or_else(|| below(random, spec.physical_bits));
    }
    let mappings = machine.page_table().mappings;
    let mapped: Vec<u64> = mappings
        .iter()
        .filter(|m| m.pte.flags.has(Bit::P))
        .map(|m| m.vpn.raw())
        .collect();
    let Some(vpn) = pick(&mapped, random) else {
        return below(random, spec.virtual_bits());
    };
    vpn << spec.page_bits() | below(random, spec.page_bits())
}

/// Returns an address in a block of the first cache.
fn cached(machine: &Machine, random: &mut SplitMix64) -> Option<u64> {
    let cache = machine.spec().caches.first()?;
    let set = *pick(&machine.cache_sets_in_use(0), random)?;
    let ways = (0..cache.ways).filter_map(|way| machine.cache_line(0, set, way));
    let tags: Vec<u64> = ways
        .filter(|line| line.valid)
        .filter_map(|line| line.tag)
        .map(Tag::raw)
        .collect();
    let tag = pick(&tags, random)?;
    let block = tag << cache.index_bits() | set.raw();
    Some(block << cache.offset_bits() | below(random, cache.offset_bits()))
}

/// Returns an address of a running process: in one of its areas, or random.
fn in_process(kernel: &Kernel, random: &mut SplitMix64) -> Option<(String, u64)> {
    let running: Vec<_> = kernel
        .processes()
        .filter(|process| process.state == ProcessState::Running)
        .collect();
    let process = *pick(&running, random)?;
    let areas: Vec<(u64, u64)> = process
        .space
        .areas
        .iter()
        .map(|area| (area.start, area.end - area.start))
        .collect();
    let anywhere = random.below(2 * ANYWHERE) == 0;
    let va = match pick(&areas, random).filter(|_| !anywhere) {
        Some((start, length)) => start + random.below(*length),
        None => below(random, kernel.machine().spec().virtual_bits() - 1),
    };
    Some((process.name.to_string(), va))
}

fn pick<'a, T>(of: &'a [T], random: &mut SplitMix64) -> Option<&'a T> {
    of.get(random.below(of.len() as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::{OF_ACCESS, OF_CALL};
    use crate::run::facts::{ACCESS_FACTS, CALL_FACTS};

    #[test]
    fn facts_have_a_row() {
        let known = |name: &&str| ACCESS_FACTS.iter().any(|row| row.name == *name);
        assert!(OF_ACCESS.iter().all(known));
        let known = |name: &&str| CALL_FACTS.iter().any(|row| row.name == *name);
        assert!(OF_CALL.iter().all(known));
    }
}
