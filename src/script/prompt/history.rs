//! The executed statements of a session, with the states after them, for undo and redo.
//!
//! A state consists of a few references to shared data, such as the machine, and the data that its statement changed: about 10 KB
//! for an access on a small machine, and up to 200 KB for a page fault on a large one. The history keeps the
//! states of all recent statements. The history keeps only some of the earlier states and recomputes the
//! others from them. If the kept states need too much memory, the history drops the oldest of them.

use crate::run::budget::WORK_OF_STEP;
use crate::run::memory::{BYTES_OF_WORK, state_bytes};
use crate::run::state::State;

/// Number of recent statements whose states are all kept.
const DENSE: usize = 1024;

/// Interval between kept states of earlier statements. A page fault on a large machine changes up to 200 KB,
/// so all states of a long session would need too much memory.
const SPARSE: usize = 64;

/// Least memory that a statement may have changed for its previous state to be measured, in bytes.
const MEASURED: u64 = 1 << 20;

/// Work of a statement whose state is kept, because recomputing it takes a long time.
const COSTLY: u64 = 1000 * WORK_OF_STEP;

/// A state of the session, with the statement that led to it.
#[derive(Debug, Clone)]
struct Point<D> {
    /// The state, if it is kept.
    state: Option<State>,
    /// The statement, or `None` for the beginning.
    done: Option<D>,
    /// Whether recomputing the state takes a long time.
    costly: bool,
    /// The most memory that only this state needs: what the next statement changed.
    bytes: u64,
}

/// The states of a session, in order. Statements are numbered from 1, and 0 is the beginning.
#[derive(Debug)]
pub struct History<D> {
    points: Vec<Point<D>>,
    at: usize,
    /// The current state.
    now: State,
    /// Maximum memory that only the kept states need, in bytes.
    most: u64,
}

/// See [`History::mark`].
#[derive(Debug)]
pub struct Mark<D> {
    at: usize,
    now: State,
    undone: Vec<Point<D>>,
}

impl<D> History<D> {
    /// Creates a history that begins in this state. The states for undo need at most `most` bytes in addition to the
    /// current one.
    pub(crate) fn new(state: State, most: u64) -> Self {
        let beginning = Point {
            state: Some(state.clone()),
            done: None,
            costly: true,
            bytes: 0,
        };
        Self {
            points: vec![beginning],
            at: 0,
            now: state,
            most,
        }
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

    /// Appends an executed statement, which needed this amount of work, and discards undone ones.
    pub(crate) fn push(&mut self, state: State, done: D, work: u64) {
        self.points.truncate(self.at + 1);
        self.limit_memory(work);
        let costly = work > COSTLY;
        self.points.push(Point {
            state: Some(state.clone()),
            done: Some(done),
            costly,
            bytes: 0,
        });
        self.now = state;
        self.at += 1;
        let old = self.at.checked_sub(DENSE).filter(|old| old % SPARSE != 0);
        if let Some(point) = old
            .and_then(|old| self.points.get_mut(old))
            .filter(|point| !point.costly)
        {
            (point.state, point.bytes) = (None, 0);
        }
    }

    /// Estimates the memory of the last state after a statement with this amount of work. Drops the oldest states, but not
    /// the beginning, if the states need too much memory.
    fn limit_memory(&mut self, work: u64) {
        let changed = work.saturating_mul(BYTES_OF_WORK);
        let Some(last) = self.points.last_mut().filter(|_| changed >= MEASURED) else {
            return;
        };
        last.bytes = last.state.as_ref().map_or(0, state_bytes).min(changed);
        let mut bytes: u64 = self.points.iter().map(|point| point.bytes).sum();
        for point in self
            .points
            .iter_mut()
            .skip(1)
            .filter(|point| point.bytes > 0)
        {
            if bytes <= self.most {
                break;
            }
            bytes -= point.bytes;
            (point.state, point.bytes) = (None, 0);
        }
    }

    /// Returns a mark for the current position, and stores the undone statements in it.
    pub fn mark(&mut self) -> Mark<D> {
        Mark {
            at: self.at,
            now: self.now.clone(),
            undone: self.points.split_off(self.at + 1),
        }
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
        self.points
            .iter()
            .enumerate()
            .filter_map(|(number, point)| Some((number, point.done.as_ref()?)))
    }

    /// Returns the statements that led to the current state.
    pub(crate) fn done(&self) -> impl Iterator<Item = &D> {
        self.all()
            .take_while(|(number, _)| *number <= self.at)
            .map(|(_, done)| done)
    }
}

#[cfg(test)]
mod tests {
    use super::{COSTLY, DENSE, History, SPARSE};
    use crate::lang::value::Value;
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
    fn old_states_are_kept_here_and_there_and_come_back() {
        let all = 2 * DENSE as u64;
        let mut history = history(all);
        let kept = history
            .points
            .iter()
            .filter(|point| point.state.is_some())
            .count();
        assert!(
            (DENSE..=DENSE + DENSE / SPARSE + 2).contains(&kept),
            "{kept}"
        );
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
        let mut history = History::new(State::new(0), u64::MAX);
        for n in 1..=all {
            history.push(State::new(n), Nth(n), if n == 100 { COSTLY + 1 } else { 1 });
        }
        assert!(history.points[100].state.is_some() && history.points[101].state.is_none());
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
        let kept: Vec<usize> = (0..=20)
            .filter(|n| history.points[*n].state.is_some())
            .collect();
        assert_eq!(kept, [0, 16, 17, 18, 19, 20]);
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
        assert!(history.points.iter().all(|point| point.state.is_some()));
    }
}
