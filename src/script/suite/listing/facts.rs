//! Assigns the facts of a statement to fixed lines, so that each change is on a separate line.
//!
//! The lines omit facts with the value `none` or `no` and the facts of unused TLBs and caches, because such
//! facts represent no event.

use std::fmt::Write as _;
use std::sync::Arc;

use super::clip::clipped;
use crate::lang::value::Value;
use crate::run::facts::{COMPONENT_FACTS, Component, Key, access_keys, reported_facts, stated};
use crate::run::record::{Did, Shown};
use pagewalk_engine::machine::spec::Spec;

/// Number of facts on each line of the facts common to all accesses: the address, the lookups, the result,
/// and the kernel's actions.
const ON_A_LINE: usize = 7;

#[derive(Default)]
pub(crate) struct Facts {
    /// The facts that an access can have on the machine of the last access.
    known: Option<Known>,
}

/// A machine, and the facts of an access on it.
struct Known {
    spec: Arc<Spec>,
    process: bool,
    keys: Vec<(String, Key)>,
}

/// A group of facts that share a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    /// Facts of every access or of a call, with the index of the line.
    Line(usize),
    /// Facts of all page-table levels.
    Levels(&'static str, &'static str),
    /// Facts of a TLB or cache.
    Part(Component),
}

impl Group {
    fn for_key(at: usize, key: &Key) -> Self {
        match *key {
            Key::Level(row, _) => Self::Levels(row.pattern.0, row.pattern.1),
            Key::Component(_, part) | Key::Counter(_, part) | Key::ReplayCounter(_, part) => {
                Self::Part(part)
            }
            Key::Access(_) | Key::Call(_) => Self::Line(at / ON_A_LINE),
            Key::Reference(_) | Key::Replay(_) => Self::Line(0),
        }
    }
}

impl Facts {
    /// Returns the facts of a record as lines.
    pub(crate) fn lines(&mut self, did: &Did) -> String {
        let mut lines = Lines::default();
        let Did::Access(access) = did else {
            for (at, fact) in reported_facts(did).into_iter().enumerate() {
                lines.put(
                    Group::for_key(at, &fact.key),
                    &fact.name,
                    &fact.key,
                    &fact.value,
                );
            }
            return lines.text;
        };
        let process = access.process.is_some();
        let fits =
            |known: &Known| Arc::ptr_eq(&known.spec, &access.spec) && known.process == process;
        let known = self.known.take().filter(fits).unwrap_or_else(|| Known {
            spec: access.spec.clone(),
            process,
            keys: access_keys(&access.spec, process),
        });
        let mut idle = None;
        for (at, (name, key)) in known.keys.iter().enumerate() {
            if let Key::Component(_, part) = *key {
                if idle.is_none_or(|(of, _)| of != part) {
                    let asked = COMPONENT_FACTS.iter().find(|row| row.suffix.is_empty());
                    idle = Some((
                        part,
                        asked
                            .and_then(|row| (row.get)(access, part))
                            .is_none_or(|v| nothing(&v)),
                    ));
                }
                if idle == Some((part, true)) {
                    continue;
                }
            }
            if let Some(value) = key.value_in(did) {
                lines.put(Group::for_key(at, key), name, key, &value);
            }
        }
        self.known = Some(known);
        lines.text
    }
}

/// Lines under construction.
#[derive(Default)]
struct Lines {
    text: String,
    group: Option<Group>,
}

impl Lines {
    fn put(&mut self, group: Group, name: &str, key: &Key, value: &Shown) {
        if nothing(value) {
            return;
        }
        if let Some(last) = self.group {
            self.text.push_str(if last == group { ", " } else { "\n" });
        }
        self.group = Some(group);
        self.text.push_str(name);
        self.text.push(' ');
        match &value.value {
            // Numbers take a fast path, because most facts are numbers and loops report many facts. Writing
            // to a string cannot fail.
            Value::Number(_) => drop(write!(self.text, "{value}")),
            _ => self.text.push_str(&clipped(&stated(key, value))),
        }
    }
}

/// Whether a value represents the absence of an event.
fn nothing(value: &Shown) -> bool {
    matches!(&value.value, Value::Text(word) if matches!(&**word, "none" | "no"))
}
