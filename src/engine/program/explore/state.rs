//! The processes at one time.

use std::hash::Hash;
use std::sync::Arc;

use super::member::{Identity, Member, WideHasher};

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
    pub fn key(&self, identity: Identity) -> u128 {
        let mut keys: Vec<u128> = match identity {
            Identity::Family => return self.family_key(),
            _ => self.members.iter().map(|one| one.key).collect(),
        };
        if identity == Identity::None {
            keys.sort_unstable();
        }
        let mut hasher = WideHasher::default();
        keys.hash(&mut hasher);
        self.zombies.hash(&mut hasher);
        hasher.wide()
    }

    /// Returns a hash of the processes, each with the hashes of its children in order.
    fn family_key(&self) -> u128 {
        let members = &self.members;
        let place = |pid: u32| members.binary_search_by_key(&pid, |one| one.pid).ok();
        let mut children = vec![Vec::new(); members.len()];
        for zombie in &self.zombies {
            if let Some(parent) = place(zombie.parent) {
                children[parent].push(zombie.status as u128);
            }
        }
        let mut roots = Vec::new();
        // A child has a higher number than its parent.
        for (at, member) in members.iter().enumerate().rev() {
            let own = family_of(member.key, std::mem::take(&mut children[at]));
            match place(member.parent) {
                Some(parent) => children[parent].push(own),
                None => roots.push(own),
            }
        }
        family_of(0, roots)
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

/// Returns a hash of a process and its children.
fn family_of(own: u128, mut children: Vec<u128>) -> u128 {
    children.sort_unstable();
    let mut hasher = WideHasher::default();
    (own, children).hash(&mut hasher);
    hasher.wide()
}
