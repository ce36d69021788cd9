//! An automaton over the parameters of a row. It reads the pieces of a statement in one pass, so that a statement of any
//! length is bound in linear time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::param::{Param, Slot, ways};
use super::piece::{Atom, Piece};
use crate::lang::value::unit_factor;

/// A parameter without parts.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// The index in [`Automaton::leaves`].
    pub(super) number: usize,
    pub(super) param: &'static Param,
    /// The keyword before the parameter.
    pub(super) clause: Option<&'static str>,
    /// The way to write the statement that contains the leaf.
    pub(crate) way: &'static [Param],
    /// Whether the leaf is in a clause, which may be given once, in any order with the clauses beside it.
    pub(super) in_clause: bool,
    pub(crate) begins_clause: bool,
}

/// The leaves of a row, and which of them follow each other.
#[derive(Default)]
pub(super) struct Automaton {
    pub(super) params: &'static [Param],
    pub(super) leaves: Vec<Leaf>,
    follow: Vec<Vec<usize>>,
    whole: Part,
}

/// A part of the parameters.
#[derive(Default)]
struct Part {
    first: Vec<usize>,
    last: Vec<usize>,
    nullable: bool,
}

/// A way to read the pieces so far: the last leaf, and the index of its step.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) leaf: Option<usize>,
    step: Option<usize>,
}

/// A piece that a leaf accepted.
struct Step {
    leaf: usize,
    piece: usize,
    before: Option<usize>,
}

/// The longest beginning of the pieces that fits the parameters.
pub(super) struct Reading {
    pub(super) states: Vec<State>,
    /// Number of pieces.
    pub(super) read: usize,
    steps: Vec<Step>,
}

impl Automaton {
    /// Returns the automaton of a row's parameters, which is built once.
    pub(super) fn of(params: &'static [Param]) -> &'static Self {
        static BUILT: Mutex<BTreeMap<(usize, usize), &'static Automaton>> =
            Mutex::new(BTreeMap::new());
        let row = (params.as_ptr() as usize, params.len());
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        built
            .entry(row)
            .or_insert_with(|| Box::leak(Box::new(Self::new(params))))
    }

    fn new(params: &'static [Param]) -> Self {
        let mut automaton = Self {
            params,
            ..Self::default()
        };
        for way in ways(params) {
            let begun = automaton.leaves.len();
            let part = automaton.sequence(way);
            automaton.whole.first.extend(part.first);
            automaton.whole.last.extend(part.last);
            automaton.whole.nullable |= part.nullable;
            for leaf in &mut automaton.leaves[begun..] {
                leaf.way = way;
            }
        }
        automaton
    }

    fn join(&mut self, from: &[usize], to: &[usize]) {
        for from in from {
            for to in to {
                if !self.follow[*from].contains(to) {
                    self.follow[*from].push(*to);
                }
            }
        }
    }

    fn sequence(&mut self, params: &'static [Param]) -> Part {
        let mut whole = Part {
            nullable: true,
            ..Part::default()
        };
        // The first leaves of the clauses directly before the current parameter.
        let mut clauses: Vec<usize> = Vec::new();
        let mut before = None;
        for param in params {
            let begun = self.leaves.len();
            let part = self.param(param, before);
            if is_clause(param) {
                self.leaves[begun].begins_clause = true;
                self.leaves[begun..]
                    .iter_mut()
                    .for_each(|leaf| leaf.in_clause = true);
                clauses.extend(&part.first);
                self.join(&part.last, &clauses);
            } else {
                clauses.clear();
            }
            self.join(&whole.last, &part.first);
            if whole.nullable {
                whole.first.extend(part.first);
            }
            if !part.nullable {
                whole.last.clear();
            }
            whole.last.extend(part.last);
            whole.nullable &= part.nullable;
            before = match param {
                Param::Keyword(word) => Some(*word),
                _ => None,
            };
        }
        whole
    }

    fn param(&mut self, param: &'static Param, clause: Option<&'static str>) -> Part {
        match param {
            Param::Comma => Part {
                nullable: true,
                ..Part::default()
            },
            Param::Optional(params) => Part {
                nullable: true,
                ..self.sequence(params)
            },
            Param::OneOf(params) => {
                let mut whole = Part::default();
                for param in *params {
                    let part = self.param(param, clause);
                    whole.first.extend(part.first);
                    whole.last.extend(part.last);
                    whole.nullable |= part.nullable;
                }
                whole
            }
            Param::Many(one) => {
                let part = self.param(one, clause);
                self.join(&part.last, &part.first);
                part
            }
            _ => {
                let leaf = self.leaves.len();
                self.leaves.push(Leaf {
                    number: leaf,
                    param,
                    clause,
                    way: &[],
                    in_clause: false,
                    begins_clause: false,
                });
                self.follow.push(Vec::new());
                Part {
                    first: vec![leaf],
                    last: vec![leaf],
                    nullable: false,
                }
            }
        }
    }

    /// Returns the leaves that may follow a state.
    pub(super) fn after(&self, state: State) -> &[usize] {
        state
            .leaf
            .map_or(&self.whole.first, |leaf| &self.follow[leaf])
    }

    /// Whether the parameters are complete in a state. The unit of a number may be missing.
    pub(super) fn is_complete(&self, state: State) -> bool {
        let ends = |leaf: &usize| self.whole.last.contains(leaf);
        state.leaf.map_or(self.whole.nullable, |leaf| ends(&leaf))
            || self
                .after(state)
                .iter()
                .any(|leaf| ends(leaf) && matches!(self.leaves[*leaf].param, Param::Unit(_)))
    }

    /// Reads as many of the pieces as fit.
    pub(super) fn read(&self, pieces: &[Piece]) -> Reading {
        let mut reading = Reading {
            states: vec![State {
                leaf: None,
                step: None,
            }],
            read: 0,
            steps: Vec::new(),
        };
        for at in 0..pieces.len() {
            let states = self.states_after(&mut reading, pieces, at);
            if states.is_empty() {
                break;
            }
            reading.states = states;
            reading.read += 1;
        }
        reading
    }

    /// Returns the states after one more piece, beginning with those for which the piece is a word of the row.
    fn states_after(&self, reading: &mut Reading, pieces: &[Piece], at: usize) -> Vec<State> {
        let mut found: Vec<(Fit, State)> = Vec::new();
        for state in reading.states.clone() {
            if self.is_extra_unit(state, pieces, at) {
                found.push((Fit::Value, state));
            }
            for leaf in self.after(state) {
                let fit = fit(self.leaves[*leaf].param, &pieces[at]);
                found.extend(fit.map(|fit| (fit, reading.add(*leaf, at, state))));
            }
            if let Some(leaf) = state.leaf {
                let continues = self.continues(leaf, reading, state, pieces, at);
                found.extend(continues.map(|fit| (fit, reading.add(leaf, at, state))));
            }
        }
        found.sort_by_key(|(fit, _)| *fit);
        let best = found.first().map(|(fit, _)| *fit);
        let mut states: Vec<State> = Vec::new();
        for (fit, state) in found {
            let is_new = states.iter().all(|known| known.leaf != state.leaf);
            if is_new && (fit != Fit::Rest || best == Some(Fit::Rest)) {
                states.push(state);
            }
        }
        states
    }

    /// Whether the piece is a unit after a number, where the usage names no unit.
    fn is_extra_unit(&self, state: State, pieces: &[Piece], at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| pieces[before].atom);
        match (before, pieces[at].atom) {
            (Some(Atom::Number), Atom::Word(unit)) => {
                let named = |leaf: &usize| self.leaves[*leaf].param.words().contains(&unit);
                unit_factor(unit).is_some() && !self.after(state).iter().any(named)
            }
            _ => false,
        }
    }

    /// Whether the piece belongs to the same parameter as the one before: the name of a part or a process after its
    /// noun, the operands of an operation, or another page.
    fn continues(
        &self,
        leaf: usize,
        reading: &Reading,
        state: State,
        pieces: &[Piece],
        at: usize,
    ) -> Option<Fit> {
        let (piece, slot) = (pieces[at].atom, self.leaves[leaf].param.slot()?);
        let is_value = !matches!(piece, Atom::Equals | Atom::Block);
        match slot {
            // Nothing follows an operation, except what the row names.
            Slot::Op => (piece != Atom::Block).then_some(Fit::Rest),
            Slot::Pages => is_value.then_some(Fit::Value),
            Slot::Noun => {
                let before = state.step.and_then(|step| reading.steps[step].before);
                let first = before.is_none_or(|before| reading.steps[before].leaf != leaf);
                let named = matches!(pieces[at - 1].atom, Atom::Word(_));
                (first && named && is_value).then_some(Fit::Value)
            }
            _ => None,
        }
    }
}

impl Reading {
    fn add(&mut self, leaf: usize, piece: usize, after: State) -> State {
        self.steps.push(Step {
            leaf,
            piece,
            before: after.step,
        });
        State {
            leaf: Some(leaf),
            step: Some(self.steps.len() - 1),
        }
    }

    /// Returns the leaf of each piece that a state has read. A unit that the usage does not name has no leaf.
    pub(super) fn path(&self, state: State) -> Vec<(usize, usize)> {
        let steps = std::iter::successors(state.step, |step| self.steps[*step].before);
        let mut path: Vec<_> = steps
            .map(|step| (self.steps[step].leaf, self.steps[step].piece))
            .collect();
        path.reverse();
        path
    }
}

/// Whether a parameter is a clause: an option that begins with a word.
pub(super) fn is_clause(param: &Param) -> bool {
    let Param::Optional([first, ..]) = param else {
        return false;
    };
    matches!(
        first,
        Param::Keyword(_) | Param::Literal(_) | Param::Words(_) | Param::Many(Param::Words(_))
    )
}

/// How a piece fits a parameter. A word of the row takes precedence over a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Word,
    Value,
    /// The piece belongs to an operation, unless another parameter accepts it.
    Rest,
}

pub(crate) fn fit(param: &Param, piece: &Piece) -> Option<Fit> {
    let fits = match (param, piece.atom) {
        // A variable may contain the name of a file.
        (Param::Value(Slot::FileName), Atom::Word(_)) => true,
        (Param::Value(Slot::FileText), atom) => !matches!(atom, Atom::Equals | Atom::Block),
        (Param::Value(Slot::Process), atom) => matches!(atom, Atom::Word(_) | Atom::Number),
        (Param::Value(Slot::Program | Slot::NewProgram), atom) => matches!(atom, Atom::Word(_)),
        (Param::Value(slot), atom) if slot.is_quoted() => matches!(atom, Atom::Text | Atom::Value),
        (Param::Value(_), atom) => !matches!(atom, Atom::Equals | Atom::Block),
        (Param::Equals | Param::Arrow, atom) => atom == Atom::Equals,
        (Param::Block(..), atom) => atom == Atom::Block,
        (Param::Unit(unit), Atom::Word(word)) => {
            return (*unit == word || unit.strip_suffix('s') == Some(word)).then_some(Fit::Word);
        }
        (param, Atom::Word(word)) => {
            return param.words().contains(&word).then_some(Fit::Word);
        }
        _ => false,
    };
    fits.then_some(Fit::Value)
}
