//! Resolves the names of facts.

use super::access::ACCESS_FACTS;
use super::call::{CALL_FACTS, CallFact};
use super::component::Component;
use super::family::Family;
use super::parts::{self, COMPONENT_FACTS, ComponentFact, LEVEL_FACTS, LevelFact};
use super::program::{self, ProgramFact};
use super::reference::{REFERENCE_FACTS, ReferenceFact};
use super::replay::{self, REPLAY_FACTS, ReplayFact};
use super::replay_counter::{REPLAY_COUNTERS, ReplayCounter, counter_of};
use super::row::FactRow;
use super::subject::Subject;
use super::types::{COUNT, FactType, Values};
use crate::lang::ast::NO_VALUE;
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::paths::PartProperty;
use crate::run::record::{Did, RequestedCount, Shown};
use crate::run::steps::Reason;
use pagewalk_engine::machine::spec::Spec;

/// A fact, resolved from its name.
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
    /// A row of [`PROGRAM_FACTS`].
    Program(&'static ProgramFact),
    /// A row of [`REPLAY_FACTS`].
    Replay(&'static ReplayFact),
    /// A TLB or cache counter in a replay.
    Counter(&'static PartProperty, Component),
    /// A row of [`REPLAY_COUNTERS`] for a TLB or cache.
    ReplayCounter(&'static ReplayCounter, Component),
}

impl Key {
    /// Returns the type of the fact's values.
    pub(crate) fn kind(&self) -> FactType {
        match self {
            Key::Access(row) => row.kind,
            Key::Component(row, _) => row.kind,
            Key::Level(row, _) => row.kind,
            Key::Call(row) => row.kind,
            Key::Reference(row) => row.kind,
            Key::Program(row) => row.kind,
            Key::Replay(row) => row.kind,
            Key::ReplayCounter(..) => COUNT,
            Key::Counter(row, _) => row.fact.unwrap_or(COUNT),
        }
    }

    /// Returns the words, besides cache names, that a script may expect for the fact.
    pub fn words(&self) -> &'static [&'static str] {
        self.kind().words()
    }

    /// Returns the structure that the fact is about. The name of a TLB or cache fact already identifies the
    /// structure.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Key::Access(row) => row.subject,
            Key::Level(row, _) => row.subject,
            _ => Subject::Nothing,
        }
    }

    /// Returns the TLB or cache that the fact names.
    pub(crate) fn part(&self) -> Option<Component> {
        match self {
            Key::Component(_, part) | Key::Counter(_, part) | Key::ReplayCounter(_, part) => {
                Some(*part)
            }
            _ => None,
        }
    }

    /// Returns the count that a `replay` must request to have the fact.
    pub(crate) fn request(&self) -> Option<RequestedCount> {
        match self {
            Key::Replay(row) => row.request(),
            Key::ReplayCounter(row, _) => Some(row.request),
            _ => None,
        }
    }

    pub(crate) fn help(&self) -> &'static str {
        match self {
            Key::Access(row) => row.help,
            Key::Component(row, _) => row.help,
            Key::Level(row, _) => row.help,
            Key::Call(row) => row.help,
            Key::Reference(row) => row.help,
            Key::Program(row) => row.help,
            Key::Replay(row) => row.help,
            Key::Counter(row, _) => row.help,
            Key::ReplayCounter(row, _) => row.help,
        }
    }

    /// Whether a bare word is a possible value of this fact on a machine.
    pub(crate) fn is_word(&self, word: &str, spec: Option<&Spec>) -> bool {
        let is_cache = || spec.is_some_and(|spec| spec.cache_named(word).is_some());
        word == NO_VALUE
            || self.words().contains(&word)
            || self.kind().values == Values::ServedBy && is_cache()
    }

    /// Returns the value of this fact that a word means in place of one of the fact's own words. A variable of the
    /// same name takes precedence.
    pub(crate) fn meaning(&self, word: &str) -> Option<&'static str> {
        match word {
            "none" if !self.words().contains(&word) => Some(NO_VALUE),
            word => self.kind().answer(word),
        }
    }

    /// Whether the fact has no value in a statement's results: the statement has no such fact, or its value is the
    /// word for a missing value.
    pub(crate) fn is_missing(&self, actual: Option<&Shown>) -> bool {
        actual.is_none_or(
            |actual| matches!(&actual.value, Value::Text(word) if self.kind().is_absent(word)),
        )
    }

    /// Whether the fact's values are words, rather than numbers that a word may replace.
    pub(crate) fn takes_words(&self) -> bool {
        self.kind().is_word()
    }

    /// Returns the reason for the fact's value, or the reason why the statement has no such fact.
    pub(crate) fn reason(&self, did: &Did) -> Reason {
        match (self, did) {
            (Key::Access(row), Did::Access(access)) => Reason::Access((row.why)(access)),
            (Key::Level(row, level), Did::Access(access)) => {
                Reason::Access((row.why)(access, *level))
            }
            (Key::Component(row, part), Did::Access(access)) => {
                Reason::Access((row.why)(access, *part))
            }
            (Key::Reference(row), Did::Reference(_)) => Reason::Reference(row.why),
            (Key::Program(row), Did::Program(_)) => Reason::Program {
                fact: row.name,
                claimed: row.is_claimed(),
            },
            (Key::Replay(row), Did::Replay(run)) => Reason::Replay(row.reason(run)),
            (Key::Counter(row, part), Did::Replay(_)) => {
                Reason::Replay(replay::counter_reason(row, *part))
            }
            (Key::ReplayCounter(row, part), Did::Replay(run)) => {
                Reason::Replay(row.reason(run, *part))
            }
            (Key::Call(row), did) => did
                .call()
                .map_or(Reason::NoFact, |call| Reason::Call((row.why)(call))),
            _ => Reason::NoFact,
        }
    }

    /// Returns the fact's value in a statement's results, or `None` if the statement has no such fact.
    pub(crate) fn value_in(&self, did: &Did) -> Option<Shown> {
        self.value_claimed(did, None)
    }

    /// Like [`Key::value_in`], for facts whose value depends on the claimed one.
    pub(crate) fn value_claimed(&self, did: &Did, claimed: Option<&Value>) -> Option<Shown> {
        match (self, did) {
            (Key::Program(row), Did::Program(run)) => row.value_in(run, claimed),
            (Key::Access(row), Did::Access(access)) => (row.get)(access),
            (Key::Level(row, level), Did::Access(access)) => (row.get)(access, *level),
            (Key::Component(row, component), Did::Access(access)) => (row.get)(access, *component),
            (Key::Reference(row), Did::Reference(run)) => Some((row.get)(run)),
            (Key::Replay(row), Did::Replay(run)) => row.value_in(run),
            (Key::Counter(row, part), Did::Replay(run)) => replay::part_of_replay(run, row, *part),
            (Key::ReplayCounter(row, part), Did::Replay(run)) => {
                row.value_in(run, *part).map(Shown::plain)
            }
            (Key::Call(row), did) => did.call().map(row.get),
            _ => None,
        }
    }
}

/// Resolves the name of a fact.
///
/// # Errors
/// Returns the nearest name, if any name is similar.
pub fn key(name: &str, family: Family, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    match family {
        Family::None => Err(None),
        Family::Reference => {
            named(name, REFERENCE_FACTS.iter(), |row| row.name).map(Key::Reference)
        }
        Family::Outputs | Family::Run => {
            let rows = program::facts_of(family);
            named(name, rows, |row| row.name).map(Key::Program)
        }
        Family::Replay => replay_key(name, spec),
        Family::Access => access_key(name, spec),
        Family::Call => call_key(name, spec),
    }
}

/// Resolves the name of a system call's fact. A system call lacks the facts of an access, so an expectation
/// about such a fact fails.
fn call_key(name: &str, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    if let Some(row) = CALL_FACTS.iter().find(|row| row.name == name) {
        return Ok(Key::Call(row));
    }
    let near = nearest(name, CALL_FACTS.iter().map(|row| row.name)).map(Into::into);
    access_key(name, spec).map_err(|other| near.or(other))
}

/// Returns the row with this name, or the nearest name.
fn named<T>(
    name: &str,
    rows: impl Iterator<Item = &'static T> + Clone,
    name_of: fn(&T) -> &'static str,
) -> Result<&'static T, Option<String>> {
    let found = rows.clone().find(|row| name_of(row) == name);
    found.ok_or_else(|| nearest(name, rows.map(name_of)).map(Into::into))
}

fn replay_key(name: &str, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    if let Some(row) = REPLAY_FACTS.iter().find(|row| row.name == name) {
        return Ok(Key::Replay(row));
    }
    let Some(spec) = spec else { return Err(None) };
    if let Some((row, component)) = replay::part_fact(name, spec) {
        return Ok(Key::Counter(row, component));
    }
    if let Some((row, component)) = counter_of(name, spec) {
        return Ok(Key::ReplayCounter(row, component));
    }
    Err(replay::counter_named(name, spec).or_else(|| near(name, Family::Replay, spec)))
}

fn access_key(name: &str, spec: Option<&Spec>) -> Result<Key, Option<String>> {
    if let Some(row) = ACCESS_FACTS.iter().find(|row| row.name == name) {
        return Ok(Key::Access(row));
    }
    if let Some((row, level)) = parts::level_fact(name, spec) {
        return Ok(Key::Level(row, level));
    }
    let Some(spec) = spec else { return Err(None) };
    if let Some((row, component)) = parts::component_fact(name, spec) {
        return Ok(Key::Component(row, component));
    }
    Err(near(name, Family::Access, spec))
}

/// Returns the fact with the nearest name in a family.
fn near(name: &str, family: Family, spec: &Spec) -> Option<String> {
    let facts = facts_of(family, Some(spec));
    nearest(name, facts.iter().map(|(name, _)| name.as_str())).map(Into::into)
}

/// Returns every fact that a statement of this family may have on a machine, in reporting order. Without a
/// machine, omits the facts of TLBs, caches, and page tables. If two facts have the same name, the first fact
/// takes precedence.
pub fn facts_of(family: Family, spec: Option<&Spec>) -> Vec<(String, Key)> {
    match family {
        Family::None => Vec::new(),
        Family::Reference => REFERENCE_FACTS
            .iter()
            .map(|row| (row.name.into(), Key::Reference(row)))
            .collect(),
        Family::Outputs | Family::Run => program::facts_of(family)
            .map(|row| (row.name.into(), Key::Program(row)))
            .collect(),
        Family::Call => CALL_FACTS
            .iter()
            .map(|row| (row.name.into(), Key::Call(row)))
            .collect(),
        Family::Replay => {
            let rows = REPLAY_FACTS
                .iter()
                .map(|row| (row.name.into(), Key::Replay(row)));
            rows.chain(spec.into_iter().flat_map(counters)).collect()
        }
        Family::Access => {
            let rows = ACCESS_FACTS
                .iter()
                .map(|row| (row.name.into(), Key::Access(row)));
            rows.chain(
                spec.into_iter()
                    .flat_map(|spec| levels(spec).chain(components(spec))),
            )
            .collect()
        }
    }
}

fn counters(spec: &Spec) -> impl Iterator<Item = (String, Key)> {
    Component::all(spec).flat_map(move |part| {
        let every = replay::counters(part).map(move |row| (row.name, Key::Counter(row, part)));
        let requested = REPLAY_COUNTERS
            .iter()
            .filter(move |row| row.counted_by(part));
        let requested = requested.map(move |row| (row.name, Key::ReplayCounter(row, part)));
        every
            .chain(requested)
            .map(move |(name, key)| (format!("{}.{name}", part.name(spec)), key))
    })
}

fn levels(spec: &Spec) -> impl Iterator<Item = (String, Key)> + use<> {
    let levels = spec.mmu.as_ref().map_or(0, |mmu| mmu.levels.len() as u32);
    LEVEL_FACTS.iter().flat_map(move |row| {
        let (before, after) = row.pattern;
        (1..=levels).map(move |level| (format!("{before}{level}{after}"), Key::Level(row, level)))
    })
}

fn components(spec: &Spec) -> impl Iterator<Item = (String, Key)> {
    Component::all(spec).flat_map(move |part| {
        let rows = COMPONENT_FACTS.iter().filter(move |row| row.is_of(part));
        rows.map(move |row| {
            (
                format!("{}{}", part.name(spec), row.suffix),
                Key::Component(row, part),
            )
        })
    })
}

/// Returns the type of the fact with this name, even for a TLB or cache of an unknown machine.
pub fn type_named(name: &str, family: Family, spec: Option<&Spec>) -> Option<FactType> {
    if let Ok(key) = key(name, family, spec) {
        return Some(key.kind());
    }
    let suffix = name.find('.').map_or("", |dot| &name[dot..]);
    COMPONENT_FACTS
        .iter()
        .find(|row| row.suffix == suffix)
        .map(|row| row.kind)
}
