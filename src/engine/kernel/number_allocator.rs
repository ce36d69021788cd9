//! Allocates numbers for frames and swap slots, lowest first.

use crate::machine::number_set::NumberSet;

/// Numbers from 0 upward, each allocated or free.
#[derive(Debug, Clone)]
pub(crate) struct NumberAllocator {
    /// One more than the highest allocated number.
    next: u32,
    /// The free numbers below `next`.
    free: NumberSet,
}

impl NumberAllocator {
    /// Creates an allocator of numbers below `most`, all free.
    pub(crate) fn new(most: u32) -> Self {
        Self {
            next: 0,
            free: NumberSet::new(most),
        }
    }

    /// Number of allocated numbers.
    pub(crate) fn used(&self) -> u32 {
        self.next - self.free.len()
    }

    /// One more than the highest allocated number, or 0 if all are free.
    pub(crate) fn end(&self) -> u32 {
        self.next
    }

    /// Allocates the lowest free number below `limit`, which is at most the allocator's own limit.
    pub(crate) fn allocate(&mut self, limit: u32) -> Option<u32> {
        if let Some(lowest) = self.free.first() {
            return (lowest < limit).then(|| {
                self.free.remove(lowest);
                lowest
            });
        }
        (self.next < limit).then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    pub(crate) fn free(&mut self, number: u32) {
        self.free.insert(number);
        while let Some(last) = self.next.checked_sub(1)
            && self.free.remove(last)
        {
            self.next = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NumberAllocator;

    #[test]
    fn the_lowest_free_number_is_allocated() {
        let mut numbers = NumberAllocator::new(8);
        assert_eq!(
            (0..4).map(|_| numbers.allocate(4)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2), Some(3)]
        );
        assert_eq!(numbers.allocate(4), None);
        numbers.free(2);
        numbers.free(1);
        assert_eq!((numbers.used(), numbers.end()), (2, 4));
        assert_eq!(
            (
                numbers.allocate(1),
                numbers.allocate(4),
                numbers.allocate(4)
            ),
            (None, Some(1), Some(2))
        );
    }

    #[test]
    fn the_end_follows_the_highest_in_use() {
        let mut numbers = NumberAllocator::new(8);
        (0..8).for_each(|_| assert!(numbers.allocate(8).is_some()));
        (1..7).for_each(|number| numbers.free(number));
        assert_eq!((numbers.end(), numbers.used()), (8, 2));
        numbers.free(7);
        assert_eq!((numbers.end(), numbers.used()), (1, 1));
        numbers.free(0);
        assert_eq!(
            (numbers.end(), numbers.used(), numbers.allocate(1)),
            (0, 0, Some(0))
        );
    }
}
