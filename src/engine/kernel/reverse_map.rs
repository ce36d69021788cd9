//! The reverse mapping: the pages of processes that use each frame or swap slot.

use super::ids::Pid;
use super::persistent::{Set, Table};

/// A process, and the number of one of its virtual pages.
type Page = (Pid, u64);

/// The pages of processes that use each frame or swap slot, ordered by process and virtual page number.
#[derive(Debug, Clone)]
pub(super) struct ReverseMap {
    /// The first page of each number.
    first: Table<Page>,
    /// The other pages, each with its number. Nearly all frames and slots have one page, so this B-tree is
    /// nearly always empty.
    others: Set<(u32, Pid, u64)>,
}

impl ReverseMap {
    /// Creates a map without pages for the numbers below `limit`.
    pub(super) fn new(limit: u32) -> Self {
        Self {
            first: Table::new(limit),
            others: Set::new(),
        }
    }

    /// The memory that the map needs, in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.first.host_bytes(24) + self.others.len() as u64 * 32
    }

    /// The pages of a number, in order.
    pub(super) fn pages(&self, number: u32) -> impl Iterator<Item = Page> + '_ {
        let others = (!self.others.is_empty()).then(|| {
            self.others
                .range((number, Pid(0), 0)..=(number, Pid(u32::MAX), u64::MAX))
        });
        let others = others
            .into_iter()
            .flatten()
            .map(|&(_, pid, vpn)| (pid, vpn));
        self.first
            .get(number.into())
            .copied()
            .into_iter()
            .chain(others)
    }

    /// Whether a number has pages.
    pub(super) fn has_pages(&self, number: u32) -> bool {
        self.first.get(number.into()).is_some()
    }

    /// The first page of a number that belongs to a process.
    pub(super) fn page_of(&self, number: u32, pid: Pid) -> Option<u64> {
        let (owner, vpn) = *self.first.get(number.into())?;
        if owner >= pid || self.others.is_empty() {
            return (owner == pid).then_some(vpn);
        }
        let (at, owner, vpn) = *self.others.get_next(&(number, pid, 0))?;
        (at == number && owner == pid).then_some(vpn)
    }

    /// Adds a page to a number.
    pub(super) fn insert(&mut self, number: u32, pid: Pid, vpn: u64) {
        let first = self
            .first
            .place_mut(number.into())
            .get_or_insert((pid, vpn));
        let other = (*first).max((pid, vpn));
        *first = (*first).min((pid, vpn));
        if *first != other {
            self.others.insert((number, other.0, other.1));
        }
    }

    /// Removes a page from a number.
    pub(super) fn remove(&mut self, number: u32, pid: Pid, vpn: u64) {
        if self.first.get(number.into()) != Some(&(pid, vpn)) {
            self.others.remove(&(number, pid, vpn));
            return;
        }
        let next = self.pages(number).nth(1);
        match next {
            Some(next) => {
                self.others.remove(&(number, next.0, next.1));
                self.first.insert(number.into(), next);
            }
            None => drop(self.first.remove(number.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Page, Pid, ReverseMap};

    proptest! {
        #[test]
        fn behaves_as_an_ordered_set(
            changes in prop::collection::vec((0..3_u32, (0..3_u32).prop_map(Pid), 0..3_u64, any::<bool>()), 0..60),
        ) {
            let (mut map, mut expected) = (ReverseMap::new(3), BTreeSet::new());
            for (number, pid, vpn, insert) in changes {
                if insert {
                    map.insert(number, pid, vpn);
                    expected.insert((number, pid, vpn));
                } else {
                    map.remove(number, pid, vpn);
                    expected.remove(&(number, pid, vpn));
                }
                let rows = expected.iter().filter(|row| row.0 == number);
                let pages: Vec<Page> = rows.map(|&(_, pid, vpn)| (pid, vpn)).collect();
                prop_assert_eq!(map.has_pages(number), !pages.is_empty());
                let its = pages.iter().find(|(owner, _)| *owner == pid).map(|(_, vpn)| *vpn);
                prop_assert_eq!(map.page_of(number, pid), its);
                prop_assert_eq!(map.pages(number).collect::<Vec<_>>(), pages);
            }
        }
    }
}
