//! Which fact a name stands for.

use super::access::ACCESS_FACTS;
use super::call::{CALL_FACTS, CallFact};
use super::component::{self, Component, ComponentFact, LevelFact};
use super::family::Family;
use super::reference::{REFERENCE_FACTS, ReferenceFact};
use super::replay::{self, REPLAY_FACTS, ReplayFact, replay_names};
use super::row::FactRow;
use crate::lang::nearest::nearest;
use crate::run::paths::PartProperty;
use crate::run::record::{Did, Shown};
use pagewalk_engine::machine::spec::Spec;

/// A fact's name, understood.
#[derive(Clone, Copy)]
pub enum Key {
    /// A row of [`ACCESS_FACTS`].
    Access(&'static FactRow),
    /// A row of [`LEVEL_FACTS`](super::LEVEL_FACTS) for a level.
    Level(&'static LevelFact, u32),
    /// A row of [`COMPONENT_FACTS`](super::COMPONENT_FACTS) for a TLB or cache.
    Component(&'static ComponentFact, Component),
    /// A row of [`CALL_FACTS`].
    Call(&'static CallFact),
    /// A row of [`REFERENCE_FACTS`].
    Reference(&'static ReferenceFact),
    /// A row of [`REPLAY_FACTS`].
    Replay(&'static ReplayFact),
    /// A counter of a TLB or cache, in a replay.
    Counter(&'static PartProperty, Component),
}

impl Key {
    /// The words that may stand for its value.
    pub fn words(&self) -> &'static [&'static str] {
        match self {
            Key::Access(row) => row.words,
            Key::Component(row, _) => row.words,
            Key::Level(row, _) => row.words,
            Key::Call(row) => row.words,
            Key::Reference(_) | Key::Replay(_) | Key::Counter(..) => &[],
        }
    }

    /// One line of help.
    pub fn help(&self) -> &'static str {
        match self {
            Key::Access(row) => row.help,
            Key::Component(row, _) => row.help,
            Key::Level(row, _) => row.help,
            Key::Call(row) => row.help,
            Key::Reference(row) => row.help,
            Key::Replay(row) => row.help,
            Key::Counter(row, _) => row.help,
        }
    }

    /// Whether a bare word stands for a value of this fact; `served` has the caches' names, too.
    pub fn is_word(&self, word: &str, spec: Option<&Spec>) -> bool {
        let served = matches!(self, Key::Access(row) if row.name == "served");
        self.words().contains(&word) || served && spec.is_some_and(|spec| spec.cache_named(word).is_some())
    }

    /// Whether its values are words, not numbers that a word may stand in for.
    pub fn takes_words(&self) -> bool {
        let words = self.words();
        words.len() > 1 || words == ["memory"]
    }

    /// What it is in what was done; none if that has no such fact.
    pub fn of(&self, did: &Did) -> Option<Shown> {
        match (self, did) {
            (Key::Access(row), Did::Access(access)) => (row.get)(access),
            (Key::Level(row, level), Did::Access(access)) => (row.get)(access, *level),
            (Key::Component(row, component), Did::Access(access)) => (row.get)(access, *component),
            (Key::Reference(row), Did::Reference(run)) => Some((row.get)(run)),
            (Key::Replay(row), Did::Replay(run)) => Some(row.of(run)),
            (Key::Counter(row, part), Did::Replay(run)) => replay::part_of_replay(run, row, *part),
            (Key::Call(row), did) => did.call().map(row.get),
            _ => None,
        }
    }
}

/// Understands a fact's name; the error is the nearest name that exists.
///
/// # Errors
/// The nearest name, if one is close.
pub fn key(name: &str, family: Family, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    match family {
        Family::None => Err(None),
        Family::Reference => reference_key(name),
        Family::Replay => replay_key(name, spec),
        Family::Access => access_key(name, spec),
        Family::Call => call_key(name, spec),
    }
}

/// A fact of an access is one that a system call does not have, so it does not hold.
fn call_key(name: &str, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    if let Some(row) = CALL_FACTS.iter().find(|row| row.name == name) {
        return Ok(Key::Call(row));
    }
    let near = nearest(name, CALL_FACTS.iter().map(|row| row.name)).map(Into::into);
    access_key(name, spec).map_err(|other| near.or(other))
}

fn reference_key(name: &str) -> Result<Key, Option<String>> {
    let found = REFERENCE_FACTS.iter().find(|row| row.name == name).map(Key::Reference);
    found.ok_or_else(|| nearest(name, REFERENCE_FACTS.iter().map(|row| row.name)).map(Into::into))
}

fn replay_key(name: &str, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    if let Some(row) = REPLAY_FACTS.iter().find(|row| row.name == name) {
        return Ok(Key::Replay(row));
    }
    let Some(spec) = spec else { return Err(None) };
    if let Some((row, component)) = replay::part_fact(name, spec) {
        return Ok(Key::Counter(row, component));
    }
    let names: Vec<String> = replay_names(spec).collect();
    let near = || nearest(name, names.iter().map(String::as_str)).map(Into::into);
    Err(replay::counter_named(name, spec).or_else(near))
}

fn access_key(name: &str, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    if let Some(row) = ACCESS_FACTS.iter().find(|row| row.name == name) {
        return Ok(Key::Access(row));
    }
    if let Some((row, level)) = component::level_fact(name, spec) {
        return Ok(Key::Level(row, level));
    }
    let Some(spec) = spec else { return Err(None) };
    if let Some((row, component)) = component::component_fact(name, spec) {
        return Ok(Key::Component(row, component));
    }
    let names = access_names(spec);
    Err(nearest(name, names.iter().map(String::as_str)).map(Into::into))
}

/// Every name of a fact that an access on this machine may have.
pub fn access_names(spec: &Spec) -> Vec<String> {
    let rows = ACCESS_FACTS.iter().map(|row| row.name.to_owned());
    rows.chain(component::level_names(spec)).chain(component::component_names(spec)).collect()
}
