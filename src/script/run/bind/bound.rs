//! A statement, setting, or operation whose pieces are matched with the parameters of its row.

use std::borrow::Cow;

use super::automaton::{Automaton, Leaf, Reading, State};
use super::param::{Param, Params, Slot, ways};
use super::piece::{Atom, Piece, word};
use crate::lang::ast::{Command, Expr, Fit, Setting, Settings};
use crate::lang::span::Span;
use crate::lang::value::{Number, unit_factor};

/// A piece and its parameter.
#[derive(Debug, Clone, Copy)]
pub struct Arg<'t> {
    pub param: &'static Param,
    /// The keyword before the parameter.
    pub clause: Option<&'static str>,
    pub is: Piece<'t>,
    pub(crate) leaf: &'static Leaf,
}

/// The pieces of a statement, matched with the parameters of its row. If they do not fit, the beginning that fits is
/// matched.
pub struct Bound<'t> {
    /// The first word.
    pub(crate) name: &'t str,
    /// The place of the first word.
    pub(crate) place: Span,
    pub(crate) operands: &'t [Expr],
    pub(crate) assigned: &'t [Expr],
    pub(crate) block: Option<&'t Settings>,
    pub(crate) params: &'static [Param],
    automaton: &'static Automaton,
    /// The parameters of the pieces. A command in a loop lends those that its first execution found.
    fit: Cow<'t, Fit>,
    /// All pieces, or nothing if the operands and the block have them.
    pieces: Vec<Piece<'t>>,
}

/// Matches the pieces of a statement with parameters.
pub fn bind<'t>(params: &'static [Param], pieces: Vec<Piece<'t>>) -> Bound<'t> {
    let automaton = Automaton::of(params);
    let fit = fit(automaton, &pieces);
    Bound {
        pieces,
        ..bound(automaton, Cow::Owned(fit))
    }
}

/// Finds the parameters of the pieces.
fn fit(automaton: &'static Automaton, pieces: &[Piece]) -> Fit {
    let reading = automaton.read(pieces);
    let is_complete = |state: &&State| automaton.is_complete(**state);
    let state = reading.states.iter().find(is_complete);
    let path = state.or(reading.states.first());
    Fit {
        row: automaton,
        path: path.map_or_else(Box::default, |state| reading.path(*state).into()),
        read: reading.read,
        is_right: false,
    }
}

fn bound<'t>(automaton: &'static Automaton, fit: Cow<'t, Fit>) -> Bound<'t> {
    Bound {
        name: "",
        place: Span::default(),
        operands: &[],
        assigned: &[],
        block: None,
        params: automaton.params,
        automaton,
        fit,
        pieces: Vec::new(),
    }
}

/// Matches the operands of a command with the parameters of its verb.
pub(crate) fn bind_command<'t>(params: &'static [Param], command: &'t Command) -> Bound<'t> {
    let assigned = command.assigned.as_deref().unwrap_or_default();
    let (operands, block) = (&*command.operands, command.block.as_ref());
    // A loop executes the same command again and again, so the command keeps the parameters of its pieces.
    let kept = command.fits.0.get_or_init(|| {
        let bound = bind_operands(params, operands, assigned, block);
        Fit {
            is_right: bound.refuse().is_ok(),
            ..bound.fit.into_owned()
        }
    });
    let automaton = kept.row.downcast_ref::<Automaton>();
    let bound = match automaton.filter(|automaton| std::ptr::eq(automaton.params, params)) {
        Some(automaton) => bound(automaton, Cow::Borrowed(kept)),
        None => bind(params, pieces(operands, assigned, block)),
    };
    Bound {
        name: &command.verb.text,
        place: command.verb.span,
        operands,
        assigned,
        block,
        ..bound
    }
}

/// Matches operands, the operands after `=`, and a block with parameters.
pub(crate) fn bind_operands<'t>(
    params: &'static [Param],
    operands: &'t [Expr],
    assigned: &'t [Expr],
    block: Option<&'t Settings>,
) -> Bound<'t> {
    Bound {
        operands,
        assigned,
        block,
        ..bind(params, pieces(operands, assigned, block))
    }
}

fn pieces<'t>(
    operands: &'t [Expr],
    assigned: &'t [Expr],
    block: Option<&'t Settings>,
) -> Vec<Piece<'t>> {
    (0..)
        .map_while(|at| piece(operands, assigned, block, at))
        .collect()
}

/// Returns a piece of a command by its index: the operands, `=` with its operands, and the block.
fn piece<'t>(
    operands: &'t [Expr],
    assigned: &'t [Expr],
    block: Option<&'t Settings>,
    at: usize,
) -> Option<Piece<'t>> {
    if let Some(operand) = operands.get(at) {
        return Some(operand.into());
    }
    let (atom, span) = match (assigned.first(), at - operands.len()) {
        (Some(first), 0) => (Atom::Equals, first.span),
        (Some(_), after) if after <= assigned.len() => return Some((&assigned[after - 1]).into()),
        (first, after) => {
            let before = first.map_or(0, |_| assigned.len() + 1);
            (Atom::Block, block.filter(|_| after == before)?.span)
        }
    };
    Some(Piece {
        span,
        ..atom.into()
    })
}

/// Matches the values of a setting with the parameters of its row.
pub(crate) fn bind_setting<'t>(params: &'static [Param], setting: &'t Setting) -> Bound<'t> {
    let mut pieces: Vec<Piece> = Vec::new();
    for value in &*setting.values {
        // A unit with the factor 1 may follow a variable, as in `page n B`.
        let is_unit = word(value).is_some_and(|word| {
            unit_factor(word) == Some(Number::from(1u64)) && !params.has_word(word)
        });
        let is_first = pieces.last().is_none_or(|last| last.atom == Atom::Equals);
        if is_first || !is_unit || params.has(Slot::Pages) {
            pieces.push(value.into());
        }
        // The values of `define N = n` are the name and the value.
        if pieces.len() == 1 && params.contains(&Param::Equals) {
            pieces.push(Piece {
                span: setting.name.span,
                ..Atom::Equals.into()
            });
        }
    }
    if let Some(block) = &setting.block {
        pieces.push(Piece {
            span: block.span,
            ..Atom::Block.into()
        });
    }
    Bound {
        name: &setting.name.text,
        place: setting.name.span,
        operands: &setting.values,
        block: setting.block.as_ref(),
        ..bind(params, pieces)
    }
}

impl<'t> Bound<'t> {
    /// Sets the name and the place of the statement for messages.
    pub(crate) fn named(self, name: &'t str, place: Span) -> Self {
        Self {
            name,
            place,
            ..self
        }
    }

    /// Returns the pieces that fit, each with its parameter.
    pub fn args(&self) -> impl DoubleEndedIterator<Item = Arg<'t>> {
        self.leaves().filter_map(|(leaf, at)| {
            Some(Arg {
                param: leaf.param,
                clause: leaf.clause,
                is: self.piece(at)?,
                leaf,
            })
        })
    }

    /// Returns the leaves of the pieces that fit, each with the index of its piece.
    fn leaves(&self) -> impl DoubleEndedIterator<Item = (&'static Leaf, usize)> {
        let path = self.fit.path.iter();
        path.map(|&(leaf, at)| (&self.automaton.leaves[leaf], at))
    }

    /// Returns the pieces from the first one that does not fit.
    pub fn unread(&self) -> impl Iterator<Item = Piece<'t>> {
        (self.fit.read..).map_while(|at| self.piece(at))
    }

    fn piece(&self, at: usize) -> Option<Piece<'t>> {
        if self.pieces.is_empty() {
            piece(self.operands, self.assigned, self.block, at)
        } else {
            self.pieces.get(at).copied()
        }
    }

    /// Returns the parameters that may follow, without clauses that are already given. If the pieces do not fit, nothing may
    /// follow.
    pub fn next(&self) -> Vec<&'static Param> {
        let mut next = Vec::new();
        for leaf in self.next_leaves() {
            if !next.contains(&leaf.param) {
                next.push(leaf.param);
            }
        }
        next
    }

    /// Whether a line may end after the pieces. A unit may be missing, and a block may begin on the next line.
    pub fn may_end(&self) -> bool {
        let breaks = |leaf: &Leaf| matches!(leaf.param, Param::Unit(_) | Param::Block(..));
        let complete = |state: &State| self.automaton.is_complete(*state);
        self.is_read()
            && (self.reading().states.iter().any(complete) || self.next_leaves().any(breaks))
    }

    /// Whether the command that keeps the parameters was accepted before.
    pub(super) fn is_right(&self) -> bool {
        self.fit.is_right
    }

    /// Whether all pieces fit.
    fn is_read(&self) -> bool {
        self.unread().next().is_none()
    }

    fn pieces(&self) -> Vec<Piece<'t>> {
        (0..).map_while(|at| self.piece(at)).collect()
    }

    fn reading(&self) -> Reading {
        self.automaton.read(&self.pieces())
    }

    pub(super) fn next_leaves(&self) -> impl Iterator<Item = &'static Leaf> {
        let leaves = if self.is_read() {
            self.following(true)
        } else {
            Vec::new()
        };
        let leaves = leaves.into_iter();
        leaves.map(|leaf| &self.automaton.leaves[leaf])
    }

    /// Returns the leaves that may follow the args, and after each state's own leaves those that it may repeat. With `once`,
    /// excludes clauses that are already given.
    fn following(&self, once: bool) -> Vec<usize> {
        let mut found = Vec::new();
        let reading = self.reading();
        for state in &reading.states {
            let path = reading.path(*state).into_iter().rev();
            let given: Vec<usize> = path
                .map(|(leaf, _)| leaf)
                .take_while(|leaf| self.automaton.leaves[*leaf].in_clause)
                .collect();
            let mut leaves = self.automaton.after(*state).to_vec();
            leaves.sort_unstable_by_key(|leaf| (Some(*leaf) <= state.leaf, *leaf));
            for leaf in leaves {
                let row = &self.automaton.leaves[leaf];
                let is_once = once && row.begins_clause && !matches!(row.param, Param::Words(_));
                if !(found.contains(&leaf) || is_once && given.contains(&leaf)) {
                    found.push(leaf);
                }
            }
        }
        found
    }

    /// Returns the parameters that may follow the args, including clauses that are already given.
    pub(super) fn expected(&self) -> Vec<&'static Param> {
        let mut leaves = self.following(false);
        leaves.sort_unstable();
        let leaves = leaves.into_iter();
        leaves
            .map(|leaf| self.automaton.leaves[leaf].param)
            .collect()
    }

    /// Matches the same pieces with other parameters.
    pub(crate) fn with(&self, params: &'static [Param]) -> Self {
        let bound = bind(params, self.pieces());
        Self {
            name: self.name,
            place: self.place,
            operands: self.operands,
            assigned: self.assigned,
            block: self.block,
            ..bound
        }
    }

    /// Whether another way to write the statement, which begins with the same parameter, has this slot.
    pub(crate) fn alternative(&self, arg: &Arg, slot: Slot) -> bool {
        let mut ways = ways(self.params).into_iter();
        ways.any(|way| way.first() == arg.leaf.way.first() && way.has(slot))
    }

    /// Returns the first expression that fills a slot.
    pub(crate) fn slot(&self, slot: Slot) -> Option<&'t Expr> {
        self.slots(slot).next()
    }

    /// Returns the expressions that fill a slot.
    pub(crate) fn slots(&self, slot: Slot) -> impl Iterator<Item = &'t Expr> {
        self.leaves()
            .filter(move |(leaf, _)| leaf.param.slot() == Some(slot))
            .filter_map(|(_, at)| self.piece(at)?.expr)
    }

    /// Returns the expression in the clause of this word.
    pub(crate) fn clause(&self, word: &str) -> Option<&'t Expr> {
        let (_, at) = self.leaves().find(|(leaf, _)| leaf.clause == Some(word))?;
        self.piece(at)?.expr
    }

    /// Whether the statement has this word of its row.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words().any(|own| own == word)
    }

    /// Returns the words of the row that the statement has.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'t str> {
        self.args().filter_map(|arg| match arg.is.atom {
            Atom::Word(word) if arg.param.slot().is_none() => Some(word),
            _ => None,
        })
    }

    /// Returns the value of a clause's word, or `None` if the clause is missing.
    pub(crate) fn choice<T: Copy>(&self, clause: &str, words: &[(&'static str, T)]) -> Option<T> {
        let word = word(self.clause(clause)?)?;
        let row = words.iter().find(|(name, _)| *name == word)?;
        Some(row.1)
    }
}
