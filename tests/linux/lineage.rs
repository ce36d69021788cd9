//! Checks the adjacent areas that Linux does not merge because of their history, although a process sees no
//! difference between them.

use super::driver::*;
use super::names::*;
use super::op::{Fd, Op};
use super::place::{PAGE, Place};

super::asked_of_each_side! {
    Driver:
    a_child_maps_next_to_inherited_areas,
    areas_not_written_before_the_fork_merge,
    parts_of_one_inherited_area_merge_again,
    parts_that_the_parent_made_stay_apart_in_the_child,
    an_inherited_area_grows_by_mremap_and_not_by_brk,
    moved_away_an_inherited_area_leaves_a_new_one,
    a_grandchild_inherits_too,
    a_moved_area_merges_only_if_it_has_no_private_pages,
    areas_that_differ_in_permissions_get_one_owner,
    areas_that_were_apart_at_the_first_store_stay_apart,
    areas_of_two_descriptors_stay_apart,
    an_area_that_was_writable_stays_apart_from_one_that_was_not,
    a_stack_does_not_merge_with_the_area_below,
}

/// The first page of each area in the window, and the page after the area's last page.
fn areas(driver: &mut Driver<'_>, process: usize) -> Vec<(i64, i64)> {
    let window = |place: Place| place.bytes / PAGE;
    driver
        .0
        .maps(process)
        .iter()
        .map(|area| (window(area.start), window(area.end)))
        .collect()
}

/// Writes every page of a range.
fn write(driver: &mut Driver<'_>, process: usize, pages: std::ops::Range<i64>) {
    for at in pages {
        driver.in_process(process, store(page(at), 0x90));
    }
}

/// Forks a child of process 0, which has written pages 5 to 9.
fn forked(driver: &mut Driver<'_>) {
    driver.step(anonymous(5, 5, PROT_RW));
    write(driver, 0, 5..10);
    driver.step(Op::Fork);
}

fn a_child_maps_next_to_inherited_areas(driver: &mut Driver<'_>) {
    forked(driver);
    driver.in_process(1, anonymous(10, 2, PROT_RW));
    assert_eq!(areas(driver, 1), [(5, 10), (10, 12)]);
    write(driver, 1, 5..10);
    driver.in_process(1, anonymous(3, 2, PROT_RW));
    assert_eq!(areas(driver, 1), [(3, 5), (5, 10), (10, 12)]);
    write(driver, 1, 3..12);
    driver.in_process(1, anonymous(12, 1, PROT_RW));
    assert_eq!(areas(driver, 1), [(3, 5), (5, 10), (10, 13)]);
    // The parent did not inherit its area, so Linux merges this area with the new areas.
    driver.step(anonymous(10, 2, PROT_RW));
    driver.step(anonymous(3, 2, PROT_RW));
    assert_eq!(areas(driver, 0), [(3, 12)]);
}

fn areas_not_written_before_the_fork_merge(driver: &mut Driver<'_>) {
    driver.step(anonymous(5, 5, PROT_RW));
    driver.step(load(page(5)));
    driver.step(map(15, 2, PROT_RW, MAP_PRIVATE, F0, 0));
    driver.step(load(page(15)));
    driver.step(Op::Fork);
    driver.in_process(1, anonymous(10, 2, PROT_RW));
    driver.in_process(1, map(17, 2, PROT_RW, MAP_PRIVATE, F0, 0x2000));
    assert_eq!(areas(driver, 1), [(5, 12), (15, 19)]);
}

fn parts_of_one_inherited_area_merge_again(driver: &mut Driver<'_>) {
    forked(driver);
    driver.in_process(1, protect(7, 1, PROT_READ));
    assert_eq!(areas(driver, 1), [(5, 7), (7, 8), (8, 10)]);
    driver.in_process(1, protect(7, 1, PROT_RW));
    assert_eq!(areas(driver, 1), [(5, 10)]);
    // A new area in the middle has a different history, so Linux does not merge it with its neighbors.
    driver.in_process(1, anonymous(7, 1, PROT_RW));
    assert_eq!(areas(driver, 1), [(5, 7), (7, 8), (8, 10)]);
}

fn parts_that_the_parent_made_stay_apart_in_the_child(driver: &mut Driver<'_>) {
    driver.step(anonymous(5, 6, PROT_RW));
    write(driver, 0, 5..11);
    driver.step(protect(7, 2, PROT_READ));
    driver.step(Op::Fork);
    for process in [0, 1] {
        driver.in_process(process, protect(7, 2, PROT_RW));
    }
    assert_eq!(
        (areas(driver, 0), areas(driver, 1)),
        (vec![(5, 11)], vec![(5, 7), (7, 9), (9, 11)])
    );
}

fn an_inherited_area_grows_by_mremap_and_not_by_brk(driver: &mut Driver<'_>) {
    driver.step(Op::Brk {
        at: Place::heap(2 * PAGE),
    });
    driver.step(store(Place::heap(0), 0x90));
    forked(driver);
    driver.in_process(1, remap(5, 5, 6, 0, Place::NULL));
    driver.in_process(
        1,
        Op::Brk {
            at: Place::heap(3 * PAGE),
        },
    );
    let lengths: Vec<i64> = driver
        .0
        .maps(1)
        .iter()
        .map(|area| area.length() / PAGE)
        .collect();
    assert_eq!(lengths, [2, 1, 6]);
}

fn moved_away_an_inherited_area_leaves_a_new_one(driver: &mut Driver<'_>) {
    if !driver.0.permits().keeps_areas {
        return super::say("skipped: this Linux cannot leave an area behind");
    }
    forked(driver);
    let flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
    driver.in_process(1, remap(5, 5, 5, flags, page(20)));
    driver.in_process(1, map(10, 1, PROT_RW, ANONYMOUS, Fd::None, 0));
    driver.in_process(1, map(25, 1, PROT_RW, ANONYMOUS, Fd::None, 0));
    assert_eq!(areas(driver, 1), [(5, 11), (20, 25), (25, 26)]);
}

fn a_grandchild_inherits_too(driver: &mut Driver<'_>) {
    forked(driver);
    driver.in_process(1, anonymous(10, 2, PROT_RW));
    write(driver, 1, 10..12);
    driver.in_process(1, Op::Fork);
    for process in [1, 2] {
        driver.in_process(process, anonymous(12, 1, PROT_RW));
        driver.in_process(process, anonymous(4, 1, PROT_RW));
    }
    assert_eq!(areas(driver, 1), [(4, 5), (5, 10), (10, 13)]);
    assert_eq!(areas(driver, 2), [(4, 5), (5, 10), (10, 12), (12, 13)]);
}

fn a_moved_area_merges_only_if_it_has_no_private_pages(driver: &mut Driver<'_>) {
    let fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    driver.step(anonymous(0, 1, PROT_RW));
    driver.step(anonymous(2, 1, PROT_RW));
    driver.step(anonymous(10, 2, PROT_RW));
    write(driver, 0, 2..3);
    driver.step(remap(0, 1, 1, fixed, page(12)));
    driver.step(remap(2, 1, 1, fixed, page(9)));
    assert_eq!(areas(driver, 0), [(9, 10), (10, 13)]);
    // Back at its first address, the written area could merge again.
    driver.step(anonymous(3, 1, PROT_RW));
    driver.step(remap(9, 1, 1, fixed, page(2)));
    assert_eq!(areas(driver, 0), [(2, 4), (10, 13)]);
}

fn areas_that_differ_in_permissions_get_one_owner(driver: &mut Driver<'_>) {
    driver.step(anonymous(5, 6, PROT_RW));
    driver.step(protect(7, 2, PROT_READ));
    write(driver, 0, 5..6);
    driver.step(protect(7, 2, PROT_RW | PROT_EXEC));
    write(driver, 0, 7..8);
    driver.step(protect(7, 2, PROT_RW));
    assert_eq!(areas(driver, 0), [(5, 11)]);
}

fn areas_that_were_apart_at_the_first_store_stay_apart(driver: &mut Driver<'_>) {
    driver.step(anonymous(5, 2, PROT_RW));
    driver.step(anonymous(8, 2, PROT_RW));
    write(driver, 0, 5..6);
    write(driver, 0, 8..9);
    driver.step(anonymous(7, 1, PROT_RW));
    assert_eq!(areas(driver, 0), [(5, 8), (8, 10)]);
}

fn areas_of_two_descriptors_stay_apart(driver: &mut Driver<'_>) {
    driver.step(map(5, 1, PROT_READ, MAP_PRIVATE, F0, 0));
    driver.step(map(6, 1, PROT_READ, MAP_PRIVATE, F0_READ, 0x1000));
    driver.step(map(7, 1, PROT_READ, MAP_PRIVATE, F0_READ, 0x2000));
    assert_eq!(areas(driver, 0), [(5, 6), (6, 8)]);
}

fn an_area_that_was_writable_stays_apart_from_one_that_was_not(driver: &mut Driver<'_>) {
    driver.step(anonymous(5, 2, PROT_RW));
    driver.step(anonymous(10, 2, PROT_RW));
    write(driver, 0, 5..6);
    for start in [5, 10] {
        driver.step(protect(start, 2, PROT_READ));
        driver.step(anonymous(start + 2, 1, PROT_READ));
    }
    assert_eq!(areas(driver, 0), [(5, 7), (7, 8), (10, 13)]);
}

fn a_stack_does_not_merge_with_the_area_below(driver: &mut Driver<'_>) {
    let stack = ANONYMOUS | MAP_GROWSDOWN;
    driver.step(map(5, 1, PROT_RW, stack, Fd::None, 0));
    driver.step(map(7, 1, PROT_RW, stack, Fd::None, 0));
    driver.step(store(page(6), 0x90));
    assert_eq!(areas(driver, 0), [(5, 6), (6, 8)]);
}
