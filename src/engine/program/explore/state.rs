//! The processes at one time.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::member::{Member, WideHasher};

/// A process that has ended and that its parent may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Zombie {
    pub pid: u32,
    pub parent: u32,
    pub status: i32,
}

/// The processes at one time.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct State {
    /// Sorted by number.
    pub members: Vec<Arc<Member>>,
    /// Sorted.
    pub(super) zombies: Vec<Zombie>,
}

impl State {
    /// Returns a hash of the state.
    pub fn key(&self, is_anonymous: bool) -> u128 {
        let mut keys: Vec<u128> = self.members.iter().map(|one| one.key).collect();
        if is_anonymous {
            keys.sort_unstable();
        }
        let mut hasher = WideHasher::default();
        for key in keys {
            hasher.write_u64(key as u64);
            hasher.write_u64((key >> 64) as u64);
        }
        self.zombies.hash(&mut hasher);
        hasher.wide()
    }

    pub(super) fn add(&mut self, member: Arc<Member>) {
        let at = self.members.partition_point(|one| one.pid < member.pid);
        self.members.insert(at, member);
    }

    /// Returns the ended children of a process, or the one with a number.
    pub(super) fn zombies_of(&self, parent: u32, pid: Option<u32>) -> Vec<Zombie> {
        let is_child = |one: &&Zombie| one.parent == parent && pid.is_none_or(|pid| pid == one.pid);
        self.zombies.iter().filter(is_child).copied().collect()
    }

    pub(super) fn add_zombie(&mut self, zombie: Zombie) {
        let at = self.zombies.partition_point(|one| *one < zombie);
        self.zombies.insert(at, zombie);
    }
}
