use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{NumberAllocator, Page, Pid, ReverseMap};

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
