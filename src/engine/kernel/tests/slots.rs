//! Tests how long a page keeps its swap slot, and what its page-table entry contains.

use super::lab::{Lab, RW};
use crate::kernel::ids::{Pid, SlotNo};
use crate::kernel::sound;
use crate::machine::pte::Bit;

const AT: u64 = 0x400;
const PAGE: u64 = 64;

fn va(page: u64) -> u64 {
    AT + page * PAGE
}

fn out(lab: &mut Lab, pid: Pid, page: u64) {
    let vpn = lab.kernel.vpn(va(page) / PAGE).expect("a page");
    assert_eq!(lab.kernel.swap_out(pid, vpn, &mut ()), Ok(true));
    sound::check(&lab.kernel);
}

fn used(lab: &Lab) -> Vec<u32> {
    lab.kernel.swap().iter().map(|(slot, _)| slot.0).collect()
}

/// Swaps out pages 0 and 1 of a process to slots 0 and 1, and keeps page 2 in a frame.
fn two_in_swap(lab: &mut Lab) -> Pid {
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 4);
    (0..3).for_each(|page| lab.write(pid, va(page), page as u8));
    (0..2).for_each(|page| out(lab, pid, page));
    assert_eq!(used(lab), [0, 1]);
    pid
}

#[test]
fn the_first_store_frees_the_slot() {
    for loads_first in [true, false] {
        let mut lab = Lab::simple(|config| config.swap = 4);
        let pid = two_in_swap(&mut lab);
        if loads_first {
            assert_eq!(lab.read(pid, va(0)), 0);
            assert_eq!(used(&lab), [0, 1], "clean, it keeps its slot");
        }
        lab.write(pid, va(0), 9);
        assert_eq!(used(&lab), [1]);
        sound::check(&lab.kernel);
        out(&mut lab, pid, 2);
        assert_eq!(used(&lab), [0, 1], "the lowest free slot");
        out(&mut lab, pid, 0);
        assert_eq!(
            lab.kernel.swap().pages_in(SlotNo(2)).collect::<Vec<_>>(),
            [(pid, va(0) / PAGE)]
        );
        assert_eq!([0, 1, 2].map(|page| lab.read(pid, va(page))), [9, 1, 2]);
    }
}

#[test]
fn a_store_by_the_kernel_frees_the_slot() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let pid = two_in_swap(&mut lab);
    assert_eq!(lab.read(pid, va(0)), 0);
    assert_eq!(lab.kernel.copy_out(pid, va(0), &[7], &mut ()), Ok(1));
    assert_eq!(used(&lab), [1]);
    sound::check(&lab.kernel);
}

#[test]
fn a_store_to_a_shared_page_frees_its_slot() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let (first, second) = (lab.spawn(), lab.spawn());
    let (_, backing) = lab.object(1);
    for pid in [first, second] {
        lab.map(pid, AT, 1, RW, true, backing);
    }
    lab.write(first, va(0), 1);
    out(&mut lab, first, 0);
    assert_eq!(
        (lab.read(first, va(0)), lab.read(second, va(0)), used(&lab)),
        (1, 1, vec![0])
    );
    lab.write(second, va(0), 2);
    assert_eq!((lab.read(first, va(0)), used(&lab)), (2, vec![]));
    sound::check(&lab.kernel);
}

#[test]
fn a_store_leaves_the_slot_to_pages_still_in_it() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let parent = two_in_swap(&mut lab);
    let child = lab.fork(parent).expect("memory");
    lab.write(parent, va(0), 9);
    assert_eq!(
        lab.kernel.swap().pages_in(SlotNo(0)).collect::<Vec<_>>(),
        [(child, va(0) / PAGE)]
    );
    assert_eq!((lab.read(child, va(0)), used(&lab)), (0, vec![0, 1]));
    sound::check(&lab.kernel);
}

#[test]
fn without_a_dirty_bit_a_page_that_may_be_stored_to_has_no_slot() {
    let mut spec = super::lab::preset("simple");
    spec.mmu.as_mut().expect("it translates").pte.places[Bit::D as usize] = None;
    let mut lab = Lab::new(spec, |config| config.swap = 4);
    let pid = two_in_swap(&mut lab);
    assert_eq!((lab.read(pid, va(0)), used(&lab)), (0, vec![1]));
    lab.protect(pid, va(1), 1, super::lab::R);
    assert_eq!((lab.read(pid, va(1)), used(&lab)), (1, vec![1]));
    lab.protect(pid, va(1), 1, RW);
    assert_eq!(used(&lab), [0u32; 0]);
    sound::check(&lab.kernel);
}

/// The raw value of a page-table entry.
fn raw(lab: &Lab, pid: Pid, page: u64) -> u64 {
    let kernel = &lab.kernel;
    let tables = &kernel.process(pid).expect("a process").space.tables;
    let at =
        crate::kernel::entries::entry_of(tables, &kernel.shape, va(page) / PAGE).expect("a table");
    kernel
        .machine
        .raw_at(kernel.machine.pa(at).expect("an address"))
}

#[test]
fn a_page_in_swap_leaves_its_slot_in_its_entry() {
    // In `simple`'s format, the PPN field has 6 bits starting at bit 9, so slots 64 and above do not fit.
    let mut lab = Lab::simple(|config| config.swap = 80);
    let pid = two_in_swap(&mut lab);
    let mark = 1 << 3;
    assert_eq!(
        [0, 1].map(|page| raw(&lab, pid, page)),
        [mark, 1 << 9],
        "slot 0 has a mark"
    );
    assert_eq!(lab.read(pid, va(1)), 1);
    assert_ne!(raw(&lab, pid, 1) & 1, 0, "it is present again");
    out(&mut lab, pid, 2);
    assert_eq!(raw(&lab, pid, 2), 2 << 9);
    lab.kernel.unmap_range(pid, va(0)..va(3));
    lab.anonymous(pid, AT, 4);
    sound::check(&lab.kernel);
    assert_eq!(lab.read(pid, va(2)), 0);
}

#[test]
fn a_slot_that_does_not_fit_fills_its_field() {
    let mut lab = Lab::simple(|config| config.swap = 80);
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 70);
    for page in 0..70 {
        lab.write(pid, va(page), 1);
        out(&mut lab, pid, page);
    }
    assert_eq!(
        [63, 64, 65].map(|page| raw(&lab, pid, page)),
        [63 << 9, 63 << 9 | 1 << 3, 63 << 9 | 1 << 3]
    );
    assert_eq!(lab.read(pid, va(65)), 1);
}

#[test]
fn a_child_and_a_moved_page_keep_the_slot_in_the_entry() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let parent = two_in_swap(&mut lab);
    let child = lab.fork(parent).expect("memory");
    sound::check(&lab.kernel);
    assert_eq!([parent, child].map(|pid| raw(&lab, pid, 1)), [1 << 9; 2]);
    lab.kernel
        .move_pages(parent, va(0)..va(4), va(20))
        .expect("no table is needed");
    lab.kernel.unmap_range(parent, va(0)..va(4));
    lab.anonymous(parent, va(20), 4);
    lab.kernel.own_area(parent, va(20));
    sound::check(&lab.kernel);
    assert_eq!(raw(&lab, parent, 21), 1 << 9);
}

#[test]
fn a_shared_page_leaves_nothing_in_its_entries() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let pid = two_in_swap(&mut lab);
    let (_, backing) = lab.object(1);
    lab.map(pid, va(8), 1, RW, true, backing);
    lab.write(pid, va(8), 1);
    out(&mut lab, pid, 8);
    assert_eq!((raw(&lab, pid, 8), used(&lab)), (0, vec![0, 1, 2]));
}

#[test]
fn with_four_levels_the_slot_is_in_the_bits_from_12_on() {
    let mut lab = Lab::i7(|config| config.swap = 8);
    let pid = lab.spawn();
    let at = 0x40_0000;
    lab.anonymous(pid, at, 4);
    for page in 0..4 {
        lab.write(pid, at + page * 4096, 1);
        let vpn = lab.kernel.vpn(at / 4096 + page).expect("a page");
        assert_eq!(lab.kernel.swap_out(pid, vpn, &mut ()), Ok(true));
    }
    sound::check(&lab.kernel);
    let listed: Vec<_> = lab
        .kernel
        .machine_of(pid)
        .page_table()
        .mappings
        .iter()
        .map(|map| (map.vpn.raw(), map.pte.ppn))
        .collect();
    assert_eq!(listed, [(0x400, 0), (0x401, 1), (0x402, 2), (0x403, 3)]);
    assert_eq!(
        lab.kernel.pte(pid, 0x403).map(|pte| pte.flags),
        Some(crate::machine::pte::Flags::NONE)
    );
}
