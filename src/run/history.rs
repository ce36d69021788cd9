//! What has been done in a session, with the state after each statement: to go back and forward in.
//!
//! A state is a handful of reference counts, so a point costs what its statement has changed, and going to it costs
//! nothing.

use super::state::State;

/// What the session was like at one time, and the statement that led to it.
#[derive(Debug, Clone)]
pub struct Point<D> {
    /// The state.
    pub state: State,
    /// The statement; none for the beginning.
    pub done: Option<D>,
}

/// The points of a session in order. Statements are counted from 1; 0 is the beginning.
#[derive(Debug)]
pub struct History<D> {
    points: Vec<Point<D>>,
    at: usize,
}

impl<D> History<D> {
    /// A session that begins in this state.
    pub fn new(state: State) -> Self {
        Self { points: vec![Point { state, done: None }], at: 0 }
    }

    /// Where the session stands.
    pub fn now(&self) -> &Point<D> {
        &self.points[self.at]
    }

    /// The point before that; none at the beginning.
    pub fn before(&self) -> Option<&Point<D>> {
        self.points.get(self.at.checked_sub(1)?)
    }

    /// The number of the statement that was done last.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The number of the last statement that can be gone to.
    pub fn end(&self) -> usize {
        self.points.len() - 1
    }

    /// Goes on with a statement. What was undone is forgotten.
    pub fn push(&mut self, state: State, done: D) {
        self.points.truncate(self.at + 1);
        self.points.push(Point { state, done: Some(done) });
        self.at += 1;
    }

    /// Undoes up to `count` statements; the number of those that were.
    pub fn back(&mut self, count: usize) -> usize {
        let steps = count.min(self.at);
        self.at -= steps;
        steps
    }

    /// Does up to `count` undone statements again; the number of those that were.
    pub fn forward(&mut self, count: usize) -> usize {
        let steps = count.min(self.end() - self.at);
        self.at += steps;
        steps
    }

    /// Goes to the state after a statement; false if there is none of this number.
    pub fn goto(&mut self, number: usize) -> bool {
        let there = number < self.points.len();
        if there {
            self.at = number;
        }
        there
    }

    /// Every statement with its number, those that were undone too.
    pub fn all(&self) -> impl Iterator<Item = (usize, &D)> {
        self.points.iter().enumerate().filter_map(|(number, point)| Some((number, point.done.as_ref()?)))
    }

    /// The statements that led to where the session stands.
    pub fn done(&self) -> impl Iterator<Item = &D> {
        self.all().take_while(|(number, _)| *number <= self.at).map(|(_, done)| done)
    }
}

#[cfg(test)]
mod tests {
    use super::History;
    use crate::run::state::State;

    fn history(count: u64) -> History<u64> {
        let mut history = History::new(State::new(0));
        for n in 1..=count {
            history.push(State::new(n), n);
        }
        history
    }

    #[test]
    fn one_can_go_back_and_forward() {
        let mut history = history(5);
        assert_eq!((history.at(), history.now().state.seed), (5, 5));
        assert_eq!((history.back(2), history.now().state.seed), (2, 3));
        assert_eq!((history.forward(1), history.now().done), (1, Some(4)));
        assert_eq!((history.forward(9), history.at()), (1, 5));
        assert_eq!((history.back(9), history.now().done), (5, None));
        assert!(history.before().is_none());
        assert!(history.goto(3) && !history.goto(6));
        assert_eq!(history.before().map(|point| point.state.seed), Some(2));
    }

    #[test]
    fn what_was_undone_is_forgotten_when_one_goes_on() {
        let mut history = history(5);
        history.back(3);
        assert_eq!(history.done().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(history.all().count(), 5);
        history.push(State::new(9), 9);
        assert_eq!(history.all().map(|(at, n)| (at, *n)).collect::<Vec<_>>(), [(1, 1), (2, 2), (3, 9)]);
        assert_eq!((history.forward(1), history.end()), (0, 3));
    }
}
