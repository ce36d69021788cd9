//! Arrows between columns of boxes. Each arrow turns in its own lane.

use crate::report::scene::{Place, Stroke};

/// An arrow from a row of one column to a row of another column. No two arrows begin at the same row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) stroke: Stroke,
}

/// The arrows on both sides of a column, with their lanes.
#[derive(Debug)]
pub(super) struct Routes {
    /// The number of rows by which the targets are moved down.
    pub(super) offset: u32,
    /// The arrows of each side, in the order of their lanes. The first lane is next to the sources.
    pub(super) sides: [Vec<Link>; 2],
}

/// Assigns lanes so that arrows share a row only if they have the same target. If no such order of lanes is found, the
/// targets move down by one row. Then no target is in the row of a source, because all boxes have the same height.
pub(super) fn routes(sides: &[Vec<Link>; 2]) -> Routes {
    let clear = |links: &Vec<Link>| orders(links).into_iter().find(|order| is_clear(order));
    if let [Some(left), Some(right)] = sides.each_ref().map(clear) {
        return Routes {
            offset: 0,
            sides: [left, right],
        };
    }
    let moved = sides.each_ref().map(|links| {
        let [order, _] = orders(links);
        order
            .into_iter()
            .map(|link| Link {
                to: link.to + 1,
                ..link
            })
            .collect()
    });
    Routes {
        offset: 1,
        sides: moved,
    }
}

/// Returns the points of an arrow in a lane, from a border of a source to the cell before a border of the target.
pub(super) fn points(link: &Link, lane: u32, source: u32, target: u32) -> Vec<Place> {
    let (turn, end) = if source < target {
        (source + 2 + lane, target - 1)
    } else {
        (source - 2 - lane, target + 1)
    };
    if link.from == link.to {
        return vec![(source, link.from), (end, link.to)];
    }
    vec![
        (source, link.from),
        (turn, link.from),
        (turn, link.to),
        (end, link.to),
    ]
}

/// Returns two orders of lanes with few crossings: among the arrows in the same direction, none cross needlessly.
fn orders(links: &[Link]) -> [Vec<Link>; 2] {
    let (mut up, mut down): (Vec<Link>, Vec<Link>) =
        links.iter().partition(|link| link.to < link.from);
    up.sort_by_key(|link| link.from);
    down.sort_by_key(|link| std::cmp::Reverse(link.from));
    [[up.clone(), down.clone()].concat(), [down, up].concat()]
}

/// Whether no arrow runs along another one to a different target.
fn is_clear(order: &[Link]) -> bool {
    order.iter().enumerate().all(|(at, link)| {
        let runs_into = |later: &Link| later.from == link.to && later.from != later.to;
        link.from == link.to || !order[at..].iter().any(runs_into)
    })
}

#[cfg(test)]
mod tests {
    use super::{Link, Stroke, routes};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Sources have distinct rows, and sources and targets are in every third row.
        #[test]
        fn arrows_share_a_row_only_if_they_have_the_same_target(
            left in proptest::collection::vec(0u32..8, 0..8), right in proptest::collection::vec(0u32..8, 0..8),
        ) {
            let links = |targets: &Vec<u32>| {
                let link = |(row, to): (usize, &u32)| Link { from: row as u32 * 3, to: to * 3, stroke: Stroke::Thin };
                targets.iter().enumerate().map(link).collect::<Vec<_>>()
            };
            let routes = routes(&[links(&left), links(&right)]);
            for order in &routes.sides {
                // The target of the arrow in each cell.
                let mut cells = BTreeMap::new();
                for (lane, link) in (1..).zip(order) {
                    let lane = if link.from == link.to { 9 } else { lane };
                    let source = (0..=lane).map(|column| (link.from, column));
                    for cell in source.chain((lane..=9).map(|column| (link.to, column))) {
                        prop_assert_eq!(*cells.entry(cell).or_insert(link.to), link.to, "{:?}", order);
                    }
                }
            }
            for (order, targets) in routes.sides.iter().zip([&left, &right]) {
                for link in order {
                    prop_assert_eq!(link.to - routes.offset, targets[link.from as usize / 3] * 3);
                }
            }
        }
    }

    #[test]
    fn straight_arrows_stay_straight() {
        let straight = |row| Link {
            from: row,
            to: row,
            stroke: Stroke::Thin,
        };
        let routes = routes(&[vec![straight(0), straight(3)], vec![straight(3)]]);
        assert_eq!(routes.offset, 0);
    }
}
