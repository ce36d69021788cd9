//! A process of a state.

use std::hash::{Hash, Hasher};

use super::super::cpu::Process;
use super::super::error::{ErrorKind, Place, RunError};
use super::super::memory::{Flat, mix};

/// The number of the process that adopts orphans.
pub(super) const INIT: u32 = 1;

/// The next visible step of a process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) enum Wants {
    /// Writes bytes, and then continues.
    Write {
        text: Vec<u8>,
        exits: Option<i32>,
    },
    /// Waits for a child, any if the number is `None`.
    Wait {
        pid: Option<u32>,
        status: u64,
        polls: bool,
    },
    Getppid,
    /// Sleeps for a number of microseconds.
    Sleep(u64),
    Fork,
    /// Replaces its program.
    Exec,
    /// Ends with a status as `wait` stores it.
    Exit(i32),
}

/// What distinguishes the processes of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Identity {
    /// Nothing: a state is a multiset of processes.
    None,
    /// Only their children, for which they can wait: a state is a forest without an order.
    Family,
    /// Their numbers.
    Number,
}

/// A running process. It does not change once it is in a state.
#[derive(Debug, Clone)]
pub(in super::super) struct Member {
    pub pid: u32,
    pub parent: u32,
    /// Number of children so far.
    pub children: u32,
    /// The number of the program.
    pub program: usize,
    pub cpu: Process,
    pub memory: Flat,
    pub wants: Wants,
    pub may_fail: bool,
    /// A hash of everything above.
    pub key: u128,
    /// The operation of the step.
    pub place: Place,
}

impl Member {
    pub fn new(pid: u32, cpu: Process, memory: Flat) -> Self {
        Self {
            pid,
            parent: INIT,
            children: 0,
            program: 0,
            cpu,
            memory,
            wants: Wants::Exit(0),
            may_fail: false,
            key: 0,
            place: Place::START,
        }
    }

    /// Whether the next step has results that do not depend on other processes.
    pub fn chooses(&self) -> bool {
        self.may_fail
    }

    /// Returns how long the process still sleeps, in microseconds.
    pub fn sleeps(&self) -> Option<u64> {
        match self.wants {
            Wants::Sleep(time) => Some(time),
            _ => None,
        }
    }

    /// Returns an error of the step.
    pub fn error(&self, kind: ErrorKind) -> RunError {
        let place = self.place;
        RunError { kind, place }
    }

    /// Computes the key. Numbers of processes are left out if they do not distinguish processes.
    pub fn seal(&mut self, identity: Identity) {
        let mut hasher = WideHasher::default();
        (self.program, &self.cpu).hash(&mut hasher);
        (self.memory.digest(), &self.wants).hash(&mut hasher);
        if identity == Identity::Number {
            (self.pid, self.parent, self.children).hash(&mut hasher);
        }
        self.key = hasher.wide();
    }
}

/// A hash of 128 bits, so that unequal states practically never have equal keys.
#[derive(Debug, Default)]
pub(super) struct WideHasher(u64, u64);

impl WideHasher {
    pub fn wide(&self) -> u128 {
        u128::from(mix(self.0)) << 64 | u128::from(mix(self.1 ^ self.0))
    }
}

impl Hasher for WideHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word) ^ (chunk.len() as u64) << 59);
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word);
        self.1 = (self.1.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
