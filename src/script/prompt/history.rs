//! The executed statements of a session, with the states after them, for undo and redo.
//!
//! A state consists of a few references to shared data, and the data that its statement changed: about 10 KB
//! for an access on a small machine, and up to 200 KB for a page fault on a large one. The history keeps the
//! states of all recent statements. The history keeps only some of the earlier states and recomputes the
//! others from them.

use crate::run::state::State;

/// Number of recent statements whose states are all kept.
const DENSE: usize = 1024;

/// Interval between kept states of earlier statements.
const SPARSE: usize = 64;

/// A state of the session, with the statement that led to it.
#[derive(Debug, Clone)]
struct Point<D> {
    /// The state, if it is kept.
    state: Option<State>,
    /// The statement, or `None` for the beginning.
    done: Option<D>,
    /// Whether recomputing the state takes a long time.
    costly: bool,
}

/// The states of a session, in order. Statements are numbered from 1, and 0 is the beginning.
#[derive(Debug)]
pub struct History<D> {
    points: Vec<Point<D>>,
    at: usize,
    /// The current state.
    now: State,
}

/// See [`History::mark`].
#[derive(Debug)]
pub struct Mark<D> {
    at: usize,
    now: State,
    undone: Vec<Point<D>>,
}

impl<D> History<D> {
    /// Creates a history that begins in this state.
    pub(crate) fn new(state: State) -> Self {
        let beginning = Point { state: Some(state.clone()), done: None, costly: true };
        Self { points: vec![beginning], at: 0, now: state }
    }

    /// Returns the current state.
    pub(crate) fn state(&self) -> &State {
        &self.now
    }

    /// Returns the last executed statement, or `None` at the beginning.
    pub fn last(&self) -> Option<&D> {
        self.points.get(self.at)?.done.as_ref()
    }

    /// Returns the number of the last executed statement.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Returns the number of the last statement that can be redone.
    pub fn end(&self) -> usize {
        self.points.len() - 1
    }

    /// Appends an executed statement and discards undone ones. `costly` means that the statement took a long
    /// time.
    pub(crate) fn push(&mut self, state: State, done: D, costly: bool) {
        self.points.truncate(self.at + 1);
        self.points.push(Point { state: Some(state.clone()), done: Some(done), costly });
        self.now = state;
        self.at += 1;
        let old = self.at.checked_sub(DENSE).filter(|old| old % SPARSE != 0);
        if let Some(point) = old.and_then(|old| self.points.get_mut(old)).filter(|point| !point.costly) {
            point.state = None;
        }
    }

    /// Returns a mark for the current position, and stores the undone statements in it.
    pub fn mark(&mut self) -> Mark<D> {
        Mark { at: self.at, now: self.now.clone(), undone: self.points.split_off(self.at + 1) }
    }

    /// Restores the position of a mark and discards later statements.
    pub(crate) fn restore(&mut self, mark: Mark<D>) {
        self.points.truncate(mark.at + 1);
        self.points.extend(mark.undone);
        (self.at, self.now) = (mark.at, mark.now);
    }

    /// Returns the state after a statement. If the state is not kept, `again` recomputes it from the
    /// preceding one. Returns `None` if the number does not exist or the statement fails.
    pub(crate) fn state_after(
        &self,
        number: usize,
        mut again: impl FnMut(&State, &D) -> Option<State>,
    ) -> Option<State> {
        let upto = self.points.get(..=number)?;
        let kept = upto.iter().rposition(|point| point.state.is_some())?;
        let mut state = upto[kept].state.clone()?;
        for point in &upto[kept + 1..] {
            state = again(&state, point.done.as_ref()?)?;
        }
        Some(state)
    }

    /// Restores the state after a statement. Returns false if the number does not exist or the statement
    /// fails.
    pub(crate) fn goto(&mut self, number: usize, again: impl FnMut(&State, &D) -> Option<State>) -> bool {
        let Some(state) = self.state_after(number, again) else { return false };
        self.now = state;
        self.at = number;
        true
    }

    /// Returns every statement, including undone ones, with its number.
    pub fn all(&self) -> impl Iterator<Item = (usize, &D)> {
        self.points.iter().enumerate().filter_map(|(number, point)| Some((number, point.done.as_ref()?)))
    }

    /// Returns the statements that led to the current state.
    pub(crate) fn done(&self) -> impl Iterator<Item = &D> {
        self.all().take_while(|(number, _)| *number <= self.at).map(|(_, done)| done)
    }
}

#[cfg(test)]
mod tests {
    use super::{DENSE, History, SPARSE};
    use crate::run::state::State;

    /// A statement that sets the seed to its number.
    #[derive(Debug, PartialEq)]
    struct Nth(u64);

    /// Returns a history whose statement `n` sets the seed to `n`.
    fn history(count: u64) -> History<Nth> {
        let mut history = History::new(State::new(0));
        for n in 1..=count {
            history.push(State::new(n), Nth(n), false);
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
        assert_eq!((history.at(), history.state().seed, history.last()), (5, 5, Some(&Nth(5))));
        for number in [3, 0, 5, 4] {
            assert!(history.goto(number, again));
            assert_eq!((history.at(), history.state().seed), (number, number as u64));
        }
        assert!(!history.goto(6, again));
        assert_eq!((history.at(), history.end()), (4, 5));
        assert_eq!(history.state_after(2, again).map(|state| state.seed), Some(2));
        assert!(history.goto(0, again) && history.last().is_none());
    }

    #[test]
    fn a_new_statement_discards_the_undone_ones() {
        let mut history = history(5);
        history.goto(2, again);
        assert_eq!(history.done().map(|n| n.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(history.all().count(), 5);
        history.push(State::new(9), Nth(9), false);
        assert_eq!(history.all().map(|(at, n)| (at, n.0)).collect::<Vec<_>>(), [(1, 1), (2, 2), (3, 9)]);
        assert_eq!(history.end(), 3);
    }

    #[test]
    fn one_comes_back_to_a_mark() {
        let mut history = history(5);
        history.goto(3, again);
        let mark = history.mark();
        history.push(State::new(8), Nth(8), false);
        history.push(State::new(9), Nth(9), false);
        history.restore(mark);
        assert_eq!((history.at(), history.end(), history.state().seed), (3, 5, 3));
        assert_eq!(history.all().map(|(_, n)| n.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn old_states_are_kept_here_and_there_and_come_back() {
        let all = 2 * DENSE as u64;
        let mut history = history(all);
        let kept = history.points.iter().filter(|point| point.state.is_some()).count();
        assert!((DENSE..=DENSE + DENSE / SPARSE + 2).contains(&kept), "{kept}");
        for number in [0, 1, 63, 64, 100, DENSE, 2 * DENSE] {
            let mut done = 0;
            let counted = |state: &State, n: &Nth| {
                done += 1;
                again(state, n)
            };
            assert!(history.goto(number, counted) && done < SPARSE, "{number}");
            assert_eq!(history.state().seed, number as u64);
        }
        // A costly state is kept.
        let mut history = History::new(State::new(0));
        for n in 1..=all {
            history.push(State::new(n), Nth(n), n == 100);
        }
        assert!(history.points[100].state.is_some() && history.points[101].state.is_none());
    }
}
