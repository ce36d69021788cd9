//! The reasons behind an answer.

use super::bits::{binary, bit_range};
use super::process::handler;
use super::ruler::rulers;
use crate::lang::nearest::nearest;
use crate::report::doc::{Block, Tone};
use crate::run::facts::{ReportedFact, reason, reported_facts};
use crate::run::record::{Access, CallRecord, Did};
use pagewalk_engine::machine::addr::Pa;

/// Why the facts of a statement are what they are, or one of them. Facts with one reason stand together.
///
/// # Errors
/// A sentence that says that there is no such fact.
pub fn why(did: &Did, fact: Option<&str>) -> Result<Vec<Block>, String> {
    let mut facts = reported_facts(did);
    if let Some(name) = fact {
        if !facts.iter().any(|told| told.name == name) {
            let near = nearest(name, facts.iter().map(|told| told.name.as_str()));
            let fix = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("the last answer has no fact `{name}`{fix}"));
        }
        facts.retain(|told| told.name == name);
    }
    let groups = reasons(did, &facts, fact.is_none());
    if groups.is_empty() {
        return Ok(vec![Block::toned(Tone::Faint, "The last answer speaks for itself.")]);
    }
    let mut blocks = Vec::new();
    for (reason, facts) in groups {
        let facts: Vec<String> = facts.into_iter().map(ToString::to_string).collect();
        blocks.push(Block::line(facts.join(", ")));
        blocks.push(Block::line(format!("  because {reason}")));
    }
    Ok(blocks)
}

/// Facts by their reasons, in order; those without one are left out. What is said of the only TLB or cache is not said again
/// under its name, where `briefly`.
pub fn reasons<'t>(
    did: &Did,
    facts: &'t [ReportedFact],
    briefly: bool,
) -> Vec<(String, Vec<&'t ReportedFact>)> {
    let mut groups: Vec<(String, Vec<&ReportedFact>)> = Vec::new();
    for told in facts {
        let Some(reason) = because(did, &told.name) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some(_) if briefly && told.name.contains('.') => {}
            Some((_, members)) => members.push(told),
            None => groups.push((reason, vec![told])),
        }
    }
    groups
}

/// Why a fact is what it is; none where there is nothing to say.
pub fn because(did: &Did, fact: &str) -> Option<String> {
    match did {
        Did::Access(access) => part(access, fact).or_else(|| {
            // What a fault leaves as it is has no reason in it.
            let depends = !matches!(fact, "cycles" | "pieces" | "vpo") && !fact.starts_with("vpn");
            reason(access, fact).filter(|_| depends)
        }),
        Did::Call(call) | Did::Bound { call: Some(call), .. } => of_call(call, fact),
        _ => None,
    }
}

/// Which bits of an address a fact is.
fn part(access: &Access, fact: &str) -> Option<String> {
    if fact == "ppn" {
        // It comes from the page table.
        return None;
    }
    let spec = &access.spec;
    let tlb = spec.first_tlb(access.kind).map(|at| &*spec.tlbs[at].name);
    let cache = spec.first_cache(access.kind).map(|at| &*spec.caches[at].name);
    let addresses = spec.mmu.is_some().then(|| access.va.raw()).into_iter().map(Some);
    let addresses = addresses.chain([access.outcome.pa.map(Pa::raw)]);
    for (ruler, address) in rulers(spec).into_iter().zip(addresses) {
        let rows = ruler.rows.iter().filter(|row| {
            ["", "page tables"].contains(&&*row.label) || [tlb, cache].contains(&Some(&*row.label))
        });
        let field = rows.flat_map(|row| &row.fields).find(|field| field.full_name().to_lowercase() == fact);
        if let (Some(field), Some(address)) = (field, address) {
            let binary = binary(address, ruler.bits);
            return Some(format!("it is {} of the {}, {binary}", bit_range(field), ruler.title));
        }
    }
    None
}

/// Why a system call returned what it did.
fn of_call(call: &CallRecord, fact: &str) -> Option<String> {
    let error = call.reply.result.err().filter(|_| matches!(fact, "returns" | "error"));
    if let Some(error) = error {
        return Some(format!("`{}` failed with {}: {}", call.name, error.name(), error.help()));
    }
    let faulted = matches!(fact, "fault" | "minor" | "major" | "evicted" | "copied" | "swapped-out");
    let steps = handler::call_steps(call);
    let last = steps.iter().rfind(|step| step.what.contains("fault")).or(steps.first());
    last.filter(|_| faulted && !call.faults.is_empty()).map(|step| step.what.clone())
}
