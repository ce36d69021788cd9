//! The time limit of runs and replays. The front end passes the clock, because some hosts, such as WebAssembly, have none.

use std::time::Duration;

/// A maximum elapsed time.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimit {
    pub most: Duration,
    /// Returns the time since some fixed moment.
    pub clock: fn() -> Duration,
}

impl TimeLimit {
    /// Starts the time.
    pub fn begin(self) -> Deadline {
        Deadline {
            limit: self,
            end: (self.clock)().saturating_add(self.most),
        }
    }
}

/// The end of a limited time that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    pub limit: TimeLimit,
    /// The time of the clock.
    end: Duration,
}

impl Deadline {
    pub fn has_passed(self) -> bool {
        (self.limit.clock)() >= self.end
    }
}
