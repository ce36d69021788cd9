//! The facts that are reported for a statement, and how a script writes them.

use std::fmt;

use super::component::Component;
use super::family::Family;
use super::key::{Key, facts_of};
use crate::lang::value::Value;
use crate::run::record::{AddressMap, Did, Replayed, Shown};
use pagewalk_engine::machine::spec::Spec;

/// A fact of a statement. Written out, it is as a script states it: `ppn 0x0D`, `trace "mmh"`.
pub struct ReportedFact {
    pub(crate) name: String,
    pub(crate) key: Key,
    pub(crate) value: Shown,
}

impl ReportedFact {
    /// Its value as a script states it.
    pub fn stated(&self) -> String {
        stated(&self.key, &self.value)
    }
}

impl fmt::Display for ReportedFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.stated())
    }
}

/// A value of a fact as a script states it: words of the fact bare, other strings quoted.
pub fn stated(key: &Key, value: &Shown) -> String {
    match &value.value {
        Value::Text(word) if key.takes_words() || key.is_word(word, None) => word.to_string(),
        _ => value.quoted(),
    }
}

/// The facts of what was done, in the order of reports; empty if it has no facts.
pub fn reported_facts(did: &Did) -> Vec<ReportedFact> {
    let keys = match did {
        Did::Access(access) => access_keys(&access.spec, access.process.is_some()),
        Did::Reference(_) => facts_of(Family::Reference, None),
        Did::Replay(run) => replay_keys(run),
        did if did.call().is_some() => facts_of(Family::Call, None),
        _ => Vec::new(),
    };
    let facts = keys
        .into_iter()
        .filter_map(|(name, key)| Some(ReportedFact { value: key.value_in(did)?, name, key }));
    facts.collect()
}

/// The facts that are reported for a replay. Where no process performed it, neither the kernel nor a TLB did anything.
pub(crate) fn replay_keys(run: &Replayed) -> Vec<(String, Key)> {
    let tells = |key: &Key| match key {
        Key::Replay(row) => row.is_reported(run),
        Key::Counter(_, Component::Tlb(_)) => run.map == AddressMap::Demand,
        _ => true,
    };
    facts_of(Family::Replay, Some(run.spec())).into_iter().filter(|(_, key)| tells(key)).collect()
}

/// The facts that are reported for an access on a machine, by a process or not; each once.
pub fn access_keys(spec: &Spec, process: bool) -> Vec<(String, Key)> {
    let mut keys: Vec<(String, Key)> = Vec::new();
    for (name, key) in facts_of(Family::Access, Some(spec)) {
        if tells(key, spec, process) && !keys.iter().any(|(known, _)| *known == name) {
            keys.push((name, key));
        }
    }
    keys
}

/// Of a part that a machine lacks, it need not be said that it did nothing; nor of a kernel that there is none.
fn tells(key: Key, spec: &Spec, process: bool) -> bool {
    let Key::Access(row) = key else { return true };
    let idle = match row.name {
        "tlb" | "walk" => spec.mmu.is_none(),
        "cache" => spec.caches.is_empty(),
        _ => false,
    };
    (row.reported || process) && !idle
}
