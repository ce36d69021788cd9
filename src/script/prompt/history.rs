//! The executed statements of a session, with the states after them, for undo and redo.
//!
//! A state consists of a few references to shared data, such as the machine, and the data that its statement changed: about 10 KB
//! for an access on a small machine, and up to 200 KB for a page fault on a large one. In a long session, or if the states
//! need too much memory, the history keeps only some of the states and recomputes the others from them.

use std::collections::BTreeMap;

use crate::run::kept_states::{KeptState, KeptStates};
use crate::run::state::State;

/// An executed statement, with the work of all statements up to it.
#[derive(Debug, Clone)]
struct Executed<D> {
    done: D,
    worked: u64,
}

/// The states of a session, in order. Statements are numbered from 1, and 0 is the beginning.
#[derive(Debug)]
pub struct History<D> {
    executed: Vec<Executed<D>>,
    /// The number of the last executed statement. Later statements are undone.
    at: usize,
    now: State,
    /// The state before the last new statement, with its number. Undoing a new statement therefore repeats nothing, even if
    /// few states are kept.
    previous: (usize, State),
    kept: KeptStates<State>,
}

/// See [`History::mark`].
#[derive(Debug)]
pub struct Mark<D> {
    at: usize,
    now: State,
    previous: (usize, State),
    undone: Vec<Executed<D>>,
    kept: BTreeMap<u64, KeptState<State>>,
}

impl<D> History<D> {
    /// Creates a history that begins in this state. The states for undo need at most `most` bytes in addition to the
    /// current one and the one before.
    pub(crate) fn new(state: State, most: u64) -> Self {
        Self {
            executed: Vec::new(),
            at: 0,
            now: state.clone(),
            previous: (0, state.clone()),
            kept: KeptStates::new(state, most),
        }
    }

    pub(crate) fn state(&self) -> &State {
        &self.now
    }

    /// Returns the last executed statement, or `None` at the beginning.
    pub fn last(&self) -> Option<&D> {
        Some(&self.executed.get(self.at.checked_sub(1)?)?.done)
    }

    /// Returns the statement with this number.
    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut D> {
        Some(&mut self.executed.get_mut(number.checked_sub(1)?)?.done)
    }

    /// Returns the number of the last executed statement.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Returns the number of the last statement that can be redone.
    pub fn end(&self) -> usize {
        self.executed.len()
    }

    /// Appends an executed statement, which needed this amount of work, and discards undone ones.
    pub(crate) fn push(&mut self, state: State, done: D, work: u64) {
        self.discard_after(self.at);
        let before = self.executed.last().map_or(0, |last| last.worked);
        let worked = before.saturating_add(work);
        self.executed.push(Executed { done, worked });
        self.previous = (self.at, std::mem::replace(&mut self.now, state));
        self.at += 1;
        self.kept.keep(self.at as u64, &self.now, worked);
    }

    fn discard_after(&mut self, number: usize) -> BTreeMap<u64, KeptState<State>> {
        self.executed.truncate(number);
        self.kept.split_off(number as u64 + 1)
    }

    /// Returns a mark for the current position, and stores the undone statements in it.
    pub fn mark(&mut self) -> Mark<D> {
        Mark {
            at: self.at,
            now: self.now.clone(),
            previous: self.previous.clone(),
            undone: self.executed.split_off(self.at),
            kept: self.kept.split_off(self.at as u64 + 1),
        }
    }

    /// Restores the position of a mark and discards later statements.
    pub(crate) fn restore(&mut self, mark: Mark<D>) {
        self.discard_after(mark.at);
        self.executed.extend(mark.undone);
        self.kept.extend(mark.kept);
        (self.at, self.now, self.previous) = (mark.at, mark.now, mark.previous);
    }

    /// Returns the state after a statement. If the state is not kept, `again` recomputes it from the
    /// preceding one. Returns `None` if the number does not exist or the statement fails.
    pub(crate) fn state_after(
        &self,
        number: usize,
        mut again: impl FnMut(&State, &D) -> Option<State>,
    ) -> Option<State> {
        if self.previous.0 == number {
            return Some(self.previous.1.clone());
        }
        let upto = self.executed.get(..number)?;
        let (kept, state) = self.kept.latest(number as u64)?;
        let mut state = state.clone();
        for executed in &upto[kept as usize..] {
            state = again(&state, &executed.done)?;
        }
        Some(state)
    }

    /// Restores the state after a statement. Returns false if the number does not exist or the statement
    /// fails.
    pub(crate) fn goto(
        &mut self,
        number: usize,
        again: impl FnMut(&State, &D) -> Option<State>,
    ) -> bool {
        let Some(state) = self.state_after(number, again) else {
            return false;
        };
        self.now = state;
        self.at = number;
        true
    }

    /// Returns every statement, including undone ones, with its number.
    pub fn all(&self) -> impl Iterator<Item = (usize, &D)> {
        (1..).zip(self.executed.iter().map(|executed| &executed.done))
    }

    /// Returns the statements that led to the current state.
    pub(crate) fn done(&self) -> impl Iterator<Item = &D> {
        self.all().take(self.at).map(|(_, done)| done)
    }
}

#[cfg(test)]
mod tests {
    use super::History;
    use crate::lang::value::Value;
    use crate::run::kept_states::MOST_STATES;
    use crate::run::state::Binding;
    use crate::run::state::State;

    /// A statement that sets the seed to its number.
    #[derive(Debug, PartialEq)]
    struct Nth(u64);

    /// Returns a history whose statement `n` sets the seed to `n`.
    fn history(count: u64) -> History<Nth> {
        let mut history = History::new(State::new(0), u64::MAX);
        for n in 1..=count {
            history.push(State::new(n), Nth(n), 1);
        }
        history
    }

    /// Repeats a statement from the state before it.
    fn again(state: &State, n: &Nth) -> Option<State> {
        assert_eq!(state.seed + 1, n.0);
        Some(State::new(n.0))
    }

    #[test]
    fn one_can_go_back_and_forward() {
        let mut history = history(5);
        assert_eq!(
            (history.at(), history.state().seed, history.last()),
            (5, 5, Some(&Nth(5)))
        );
        for number in [3, 0, 5, 4] {
            assert!(history.goto(number, again));
            assert_eq!(
                (history.at(), history.state().seed),
                (number, number as u64)
            );
        }
        assert!(!history.goto(6, again));
        assert_eq!((history.at(), history.end()), (4, 5));
        assert_eq!(
            history.state_after(2, again).map(|state| state.seed),
            Some(2)
        );
        assert!(history.goto(0, again) && history.last().is_none());
    }

    #[test]
    fn a_new_statement_discards_the_undone_ones() {
        let mut history = history(5);
        history.goto(2, again);
        assert_eq!(history.done().map(|n| n.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(history.all().count(), 5);
        history.push(State::new(9), Nth(9), 1);
        assert_eq!(
            history.all().map(|(at, n)| (at, n.0)).collect::<Vec<_>>(),
            [(1, 1), (2, 2), (3, 9)]
        );
        assert_eq!(history.end(), 3);
    }

    #[test]
    fn one_comes_back_to_a_mark() {
        let mut history = history(5);
        history.goto(3, again);
        let mark = history.mark();
        history.push(State::new(8), Nth(8), 1);
        history.push(State::new(9), Nth(9), 1);
        history.restore(mark);
        assert_eq!(
            (history.at(), history.end(), history.state().seed),
            (3, 5, 3)
        );
        assert_eq!(
            history.all().map(|(_, n)| n.0).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
    }

    #[test]
    fn some_states_of_a_long_session_are_kept_and_the_others_come_back() {
        let all = 4 * MOST_STATES as u64;
        let mut history = history(all);
        assert!(
            (MOST_STATES / 2..=MOST_STATES).contains(&history.kept.len()),
            "{}",
            history.kept.len()
        );
        for number in [
            0,
            1,
            63,
            64,
            100,
            MOST_STATES,
            all as usize - 1,
            all as usize,
        ] {
            let mut done = 0;
            let counted = |state: &State, n: &Nth| {
                done += 1;
                again(state, n)
            };
            assert!(history.goto(number, counted) && done < 8, "{number}");
            assert_eq!(history.state().seed, number as u64);
        }
    }

    /// A list of 10,000 numbers has about 480 KB.
    #[test]
    fn states_that_need_much_memory_are_dropped_and_come_back() {
        let filled = |n: u64| {
            let mut state = State::new(n);
            let numbers = (0..10_000_u64).map(Value::from).collect::<Vec<_>>();
            state.bind(
                &"list".into(),
                Binding::Value(Value::list(numbers).expect("a list")),
            );
            state
        };
        let mut history = History::new(State::new(0), 2_000_000);
        for n in 1..=20 {
            history.push(filled(n), Nth(n), 100_000);
        }
        assert!(
            (2..=5).contains(&history.kept.len()),
            "{}",
            history.kept.len()
        );
        // Undoing the last statement repeats nothing.
        assert!(history.goto(19, |_, _| None));
        let again = |state: &State, n: &Nth| {
            assert_eq!(state.seed + 1, n.0);
            Some(filled(n.0))
        };
        for number in [3, 16, 0, 20] {
            assert!(history.goto(number, again));
            assert_eq!(history.state().seed, number as u64);
        }
        // Statements with little work keep all states.
        let mut history = History::new(State::new(0), 2_000_000);
        for n in 1..=20 {
            history.push(filled(n), Nth(n), 100);
        }
        assert_eq!(history.kept.len(), 21);
    }
}
