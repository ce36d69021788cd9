//! The facts that are reported for a statement, in script notation.

use std::fmt;
use std::sync::Arc;

use super::component::Component;
use super::family::Family;
use super::key::{Key, facts_of};
use super::reference::ReferenceFact;
use super::row::Reported;
use crate::lang::value::Value;
use crate::run::record::{Did, Replayed, Shown};
use pagewalk_engine::machine::spec::Spec;

/// A fact of a statement. The fact is formatted as in a script: `ppn 0x0D`, `trace "mmh"`.
pub struct ReportedFact {
    pub(crate) name: String,
    pub(crate) key: Key,
    pub(crate) value: Shown,
}

impl ReportedFact {
    /// Returns the fact's value in script notation.
    pub fn stated(&self) -> String {
        stated(&self.key, &self.value)
    }
}

impl fmt::Display for ReportedFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.stated())
    }
}

/// Returns a fact's value in script notation: the fact's keywords are unquoted, and other strings are quoted.
pub fn stated(key: &Key, value: &Shown) -> String {
    match &value.value {
        Value::Text(word) if key.takes_words() || key.is_word(word, None) => word.to_string(),
        _ => value.quoted(),
    }
}

/// The names and keys of the facts that are reported for a result. A loop may run a million accesses, so those of an
/// access on the most recently used machine are kept.
#[derive(Default)]
pub(crate) struct ReportedKeys {
    /// The machine, and whether a process made the access, so that the kernel's result is reported.
    of_access: Option<(Arc<Spec>, bool)>,
    keys: Vec<(String, Key)>,
}

impl ReportedKeys {
    /// Returns the names and keys in reporting order.
    pub(crate) fn of(&mut self, did: &Did) -> &[(String, Key)] {
        let fits = match (did, &self.of_access) {
            (Did::Access(access), Some((spec, process))) => {
                Arc::ptr_eq(&access.spec, spec) && access.process.is_some() == *process
            }
            _ => false,
        };
        if !fits {
            self.keys = reported_keys(did);
            self.of_access = match did {
                Did::Access(access) => Some((access.spec.clone(), access.process.is_some())),
                _ => None,
            };
        }
        &self.keys
    }
}

fn reported_keys(did: &Did) -> Vec<(String, Key)> {
    match did {
        Did::Access(access) => access_keys(&access.spec, access.process.is_some()),
        Did::Reference(run) => ReferenceFact::reported_for(run)
            .map(|row| (row.name.to_owned(), Key::Reference(row)))
            .collect(),
        Did::Replay(run) => replay_keys(run),
        Did::Program(_) => facts_of(Family::of(did).0, None)
            .into_iter()
            .filter(|(_, key)| !matches!(key, Key::Program(row) if !row.is_reported))
            .collect(),
        did if did.call().is_some() => facts_of(Family::Call, None),
        _ => Vec::new(),
    }
}

/// Returns the facts of a result in reporting order, or an empty list.
pub fn reported_facts(did: &Did) -> Vec<ReportedFact> {
    let facts = reported_keys(did).into_iter().filter_map(|(name, key)| {
        Some(ReportedFact {
            value: key.value_in(did)?,
            name,
            key,
        })
    });
    facts.collect()
}

/// Returns the facts that a replay reports. If no process performed the replay, omits the facts of the kernel
/// and of TLBs.
pub(crate) fn replay_keys(run: &Replayed) -> Vec<(String, Key)> {
    let tells = |key: &Key| match key {
        Key::Replay(row) => row.is_reported(run),
        Key::Counter(row, _) if !row.is_reported => false,
        Key::Counter(_, Component::Tlb(_)) | Key::ReplayCounter(_, Component::Tlb(_)) => {
            run.map.has_process()
        }
        _ => true,
    };
    facts_of(Family::Replay, Some(run.spec()))
        .into_iter()
        .filter(|(_, key)| tells(key))
        .collect()
}

/// Returns each fact that is reported for an access on a machine, with or without a process.
pub fn access_keys(spec: &Spec, process: bool) -> Vec<(String, Key)> {
    let mut keys: Vec<(String, Key)> = Vec::new();
    for (name, key) in facts_of(Family::Access, Some(spec)) {
        if tells(key, spec, process) && !keys.iter().any(|(known, _)| *known == name) {
            keys.push((name, key));
        }
    }
    keys
}

/// Whether a fact is reported. Reports omit the facts of missing components and of a missing kernel.
fn tells(key: Key, spec: &Spec, process: bool) -> bool {
    let Key::Access(row) = key else { return true };
    let idle = match row.name {
        "tlb" | "walk" => spec.mmu.is_none(),
        "cache" => spec.caches.is_empty(),
        _ => false,
    };
    let is_reported = match row.reported {
        Reported::Always => true,
        Reported::OfProcesses => process,
        Reported::Never => false,
    };
    is_reported && !idle
}
