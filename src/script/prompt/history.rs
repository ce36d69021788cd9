//! What has been done in a session, with the state after each statement: to go back and forward in.
//!
//! A state is a handful of reference counts, and what it does not share with the one before it is what its statement has
//! changed: some 10 KB for an access on a small machine, up to 200 KB for a page fault on a large one. So the states of the
//! latest statements are all kept, and of those before them one here and there, from which the others follow again.

use crate::run::state::State;

/// The latest statements whose states are all kept.
const DENSE: usize = 1024;

/// Before them, the state of every so many statements is kept.
const SPARSE: usize = 64;

/// What the session was like at one time, and the statement that led to it.
#[derive(Debug, Clone)]
struct Point<D> {
    /// The state, if it is kept.
    state: Option<State>,
    /// The statement; none for the beginning.
    done: Option<D>,
    /// It takes long to come here again.
    costly: bool,
}

/// The points of a session in order. Statements are counted from 1; 0 is the beginning.
#[derive(Debug)]
pub struct History<D> {
    points: Vec<Point<D>>,
    at: usize,
    /// The state there.
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
    /// A session that begins in this state.
    pub(crate) fn new(state: State) -> Self {
        let beginning = Point { state: Some(state.clone()), done: None, costly: true };
        Self { points: vec![beginning], at: 0, now: state }
    }

    /// The state where the session stands.
    pub(crate) fn state(&self) -> &State {
        &self.now
    }

    /// The statement that was done last; none at the beginning.
    pub fn last(&self) -> Option<&D> {
        self.points.get(self.at)?.done.as_ref()
    }

    /// The number of the statement that was done last.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The number of the last statement that can be gone to.
    pub fn end(&self) -> usize {
        self.points.len() - 1
    }

    /// Goes on with a statement; `costly` is one that took long. What was undone is forgotten.
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

    /// Where the session stands, to come back to. What was undone is put aside.
    pub fn mark(&mut self) -> Mark<D> {
        Mark { at: self.at, now: self.now.clone(), undone: self.points.split_off(self.at + 1) }
    }

    /// Comes back to where the session stood; what has been done since is forgotten.
    pub(crate) fn restore(&mut self, mark: Mark<D>) {
        self.points.truncate(mark.at + 1);
        self.points.extend(mark.undone);
        (self.at, self.now) = (mark.at, mark.now);
    }

    /// The state after a statement; `again` makes it out of the one before where it is not kept. None if there is no
    /// statement of this number, or it cannot be done again.
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

    /// Goes to the state after a statement; false if there is none of this number, or it cannot be done again.
    pub(crate) fn goto(&mut self, number: usize, again: impl FnMut(&State, &D) -> Option<State>) -> bool {
        let Some(state) = self.state_after(number, again) else { return false };
        self.now = state;
        self.at = number;
        true
    }

    /// Every statement with its number, those that were undone too.
    pub fn all(&self) -> impl Iterator<Item = (usize, &D)> {
        self.points.iter().enumerate().filter_map(|(number, point)| Some((number, point.done.as_ref()?)))
    }

    /// The statements that led to where the session stands.
    pub(crate) fn done(&self) -> impl Iterator<Item = &D> {
        self.all().take_while(|(number, _)| *number <= self.at).map(|(_, done)| done)
    }
}

#[cfg(test)]
mod tests {
    use super::{DENSE, History, SPARSE};
    use crate::run::state::State;

    /// A statement that makes its number the seed.
    #[derive(Debug, PartialEq)]
    struct Nth(u64);

    /// A session whose statement `n` makes `n` the seed.
    fn history(count: u64) -> History<Nth> {
        let mut history = History::new(State::new(0));
        for n in 1..=count {
            history.push(State::new(n), Nth(n), false);
        }
        history
    }

    /// Does a statement again, after the one before it.
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
    fn what_was_undone_is_forgotten_when_one_goes_on() {
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
        // One that took long is kept.
        let mut history = History::new(State::new(0));
        for n in 1..=all {
            history.push(State::new(n), Nth(n), n == 100);
        }
        assert!(history.points[100].state.is_some() && history.points[101].state.is_none());
    }
}
