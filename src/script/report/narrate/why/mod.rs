//! The reasons for facts.

use std::collections::BTreeSet;

use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::report::doc::Block;
use crate::report::words::reasons::reason;
use crate::run::facts::{self, Component, Family, Key, ReportedFact, key, reported_facts};
use crate::run::record::Did;
use crate::run::steps::Reason;

/// Explains all facts of a statement, or one fact. Groups facts with the same reason.
///
/// # Errors
/// Returns a message stating that the fact does not exist.
pub fn why(did: &Did, fact: Option<&str>) -> Result<Vec<Block>, String> {
    let mut facts = reported_facts(did);
    if let Some(name) = fact {
        if !facts.iter().any(|fact| fact.name == name) {
            if let Some(key) = key_of(did, name) {
                let reason = reason(&key.reason(did), did);
                // Statements do not report all of their facts.
                let said = match key.value_in(did) {
                    Some(value) => format!("{name} {}", facts::stated(&key, &value)),
                    None => format!("the last result has no value for `{name}`"),
                };
                return Ok(vec![
                    Block::line(said),
                    Block::line(format!("  because {reason}")),
                ]);
            }
            // A value in place of its fact, such as `miss`.
            let of_value = facts.iter().find(|fact| fact.stated() == name);
            let near = of_value.map(|fact| fact.name.as_str()).or_else(|| {
                let names = facts.iter().map(|fact| fact.name.as_str());
                nearest(name, names)
            });
            let fix = near
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            return Err(format!("the last result has no fact `{name}`{fix}"));
        }
        facts.retain(|fact| fact.name == name);
    }
    if fact.is_none() {
        facts.retain(|fact| !is_uneventful(fact));
        let names: BTreeSet<String> = facts.iter().map(|fact| fact.name.clone()).collect();
        facts.retain(|fact| !is_repeated(did, fact) && is_used(fact, &names));
    }
    let groups = reasons(did, &facts);
    if groups.is_empty() {
        return Ok(vec![Block::faint("The last result has no facts.")]);
    }
    let mut blocks = Vec::new();
    for (why, facts) in groups {
        let facts: Vec<String> = facts.into_iter().map(ToString::to_string).collect();
        blocks.push(Block::line(facts.join(", ")));
        blocks.push(Block::line(format!("  because {}", reason(&why, did))));
    }
    Ok(blocks)
}

/// Returns the key of a fact for statements of this kind.
fn key_of(did: &Did, name: &str) -> Option<Key> {
    let (family, spec) = match did {
        Did::Access(access) => (Family::Access, Some(&access.spec)),
        Did::Reference(_) => (Family::Reference, None),
        Did::Replay(run) => (Family::Replay, Some(run.spec())),
        did => (Family::Call, Some(&did.call()?.spec)),
    };
    key(name, family, spec.map(AsRef::as_ref)).ok()
}

/// Returns the reason for a fact, even if the statement has no value for the fact. Returns `None` if no such
/// fact exists.
pub(crate) fn reason_named(did: &Did, name: &str) -> Option<Reason> {
    key_of(did, name).map(|key| key.reason(did))
}

/// Whether a fact has the value that it has in an access without events.
fn is_uneventful(fact: &ReportedFact) -> bool {
    match &fact.value.value {
        Value::Text(word) => matches!(&**word, "none" | "no"),
        Value::Number(number) => {
            let number = number.as_integer();
            fact.name == "pieces" && number == Some(1) || fact.name == "cycles" && number == Some(0)
        }
        _ => false,
    }
}

/// Whether a fact is about a TLB or cache that was looked up, a page-table level that was visited, or anything else. The only
/// level repeats the VPN. `names` has the facts that are not uneventful.
fn is_used(fact: &ReportedFact, names: &BTreeSet<String>) -> bool {
    match fact.key {
        Key::Component(..) => names.contains(fact.name.split('.').next().unwrap_or("")),
        Key::Level(_, 1) if fact.name == "vpn1" && !names.contains("vpn2") => false,
        Key::Level(_, level) => names.contains(&format!("pte{level}.value")),
        _ => true,
    }
}

/// Whether a fact of the first TLB or cache repeats a fact with a short name: `tlb.index` is
/// `tlbi`.
fn is_repeated(did: &Did, fact: &ReportedFact) -> bool {
    let suffix = suffix_of_first(did, &fact.key);
    suffix.is_some_and(|suffix| !matches!(suffix, ".victim" | ".writeback"))
}

/// Returns the end of a fact's name, such as `.index`, if the fact is of the first TLB or cache.
pub(crate) fn suffix_of_first(did: &Did, key: &Key) -> Option<&'static str> {
    let (Did::Access(access), Key::Component(row, component)) = (did, key) else {
        return None;
    };
    let first = match component {
        Component::Tlb(at) => access.spec.first_tlb(access.kind) == Some(*at),
        Component::Cache(at) => access.spec.first_cache(access.kind) == Some(*at),
    };
    first.then_some(row.suffix)
}

/// Groups facts by their reasons, in order.
pub(crate) fn reasons<'t>(
    did: &Did,
    facts: &'t [ReportedFact],
) -> Vec<(Reason, Vec<&'t ReportedFact>)> {
    let mut groups: Vec<(Reason, Vec<&ReportedFact>)> = Vec::new();
    for fact in facts {
        let reason = fact.key.reason(did);
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, members)) => members.push(fact),
            None => groups.push((reason, vec![fact])),
        }
    }
    groups
}

#[cfg(test)]
mod tests;
