//! A tournament among numbered players, which finds the player with the smallest key.

/// The key of a player. Keys are compared element by element.
pub(super) type Key = (u64, u64);

/// The key of a player who does not take part.
pub(super) const ABSENT: Key = (u64::MAX, u64::MAX);

/// The keys of players 0, 1, 2, and so on, and the winner of each match. A change of a key takes O(log n) time.
#[derive(Debug, Clone)]
pub(super) struct Tournament {
    /// The length is a power of two.
    keys: Vec<Key>,
    /// The winners of the matches, in heap order from index 1: the winners at `2 * n` and `2 * n + 1` play the match
    /// at `n`. The second half contains the players themselves.
    winners: Vec<u32>,
}

impl Tournament {
    pub(super) fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let mut keys: Vec<Key> = keys.into_iter().collect();
        keys.resize(keys.len().next_power_of_two(), ABSENT);
        let players = keys.len();
        let mut winners = vec![0; players];
        winners.extend(0..players as u32);
        for n in (1..players).rev() {
            winners[n] = winner(&keys, winners[2 * n], winners[2 * n + 1]);
        }
        Self { keys, winners }
    }

    /// The player with the smallest key, and the key. If several players have this key, the lowest player wins.
    #[inline]
    pub(super) fn first(&self) -> Option<(u32, Key)> {
        let player = self.winners[1];
        Some((player, self.keys[player as usize])).filter(|(_, key)| *key != ABSENT)
    }

    /// Lowers the key of a player to `key`, unless the key is already as small.
    ///
    /// # Panics
    /// Panics if the player does not exist.
    #[inline]
    pub(super) fn lower(&mut self, player: u32, key: Key) {
        if key < self.keys[player as usize] {
            self.set(player, key);
        }
    }

    /// Changes the key of a player.
    ///
    /// # Panics
    /// Panics if the player does not exist.
    #[inline]
    pub(super) fn set(&mut self, player: u32, key: Key) {
        self.keys[player as usize] = key;
        let (mut n, mut best) = (self.keys.len() + player as usize, player);
        while n > 1 {
            best = winner(&self.keys, best, self.winners[n ^ 1]);
            n /= 2;
            // The matches above depend only on the winner and its key.
            if self.winners[n] == best && best != player {
                return;
            }
            self.winners[n] = best;
        }
    }
}

/// The winner of a match.
#[inline]
fn winner(keys: &[Key], a: u32, b: u32) -> u32 {
    let of = |player: u32| (keys[player as usize], player);
    if of(b) < of(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ABSENT, Key, Tournament};

    /// The player with the smallest key, found by a search.
    fn smallest(keys: &[Key]) -> Option<(u32, Key)> {
        let players = keys.iter().zip(0..).filter(|(key, _)| **key != ABSENT);
        players.min().map(|(key, player)| (player, *key))
    }

    fn key() -> impl Strategy<Value = Key> {
        prop_oneof![4 => (0..4_u64, 0..4_u64), 1 => Just(ABSENT)]
    }

    proptest! {
        #[test]
        fn the_smallest_key_wins(
            mut keys in prop::collection::vec(key(), 1..40),
            changes in prop::collection::vec((any::<u32>(), key()), 0..60),
        ) {
            let mut tournament = Tournament::new(keys.iter().copied());
            prop_assert_eq!(tournament.first(), smallest(&keys));
            for (player, key) in changes {
                let player = player % keys.len() as u32;
                keys[player as usize] = key;
                tournament.set(player, key);
                prop_assert_eq!(tournament.first(), smallest(&keys));
            }
        }
    }
}
