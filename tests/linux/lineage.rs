//! Checks the adjacent areas that Linux does not merge after `fork`, although their properties are the same.

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
}

/// The first page of each area in the window, and the page after the area's last page.
fn areas(driver: &mut Driver<'_>, process: usize) -> Vec<(i64, i64)> {
    let window = |place: Place| place.bytes / PAGE;
    driver.0.maps(process).iter().map(|area| (window(area.start), window(area.end))).collect()
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
    assert_eq!((areas(driver, 0), areas(driver, 1)), (vec![(5, 11)], vec![(5, 7), (7, 9), (9, 11)]));
}

fn an_inherited_area_grows_by_mremap_and_not_by_brk(driver: &mut Driver<'_>) {
    driver.step(Op::Brk { at: Place::heap(2 * PAGE) });
    driver.step(store(Place::heap(0), 0x90));
    forked(driver);
    driver.in_process(1, remap(5, 5, 6, 0, Place::NULL));
    driver.in_process(1, Op::Brk { at: Place::heap(3 * PAGE) });
    let lengths: Vec<i64> = driver.0.maps(1).iter().map(|area| area.length() / PAGE).collect();
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
