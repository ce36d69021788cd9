//! Swap slots: how long a page keeps its own, and what its page-table entry says of it.

use super::lab::{Lab, RW};
use super::sound;
use crate::kernel::ids::{Pid, SlotNo};
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
    lab.kernel.swap().used.iter().map(|(slot, _)| slot.0).collect()
}

/// Pages 0 and 1 of a process are in slots 0 and 1, page 2 is in a frame.
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
        assert_eq!(lab.kernel.swap().pages_in(SlotNo(2)).collect::<Vec<_>>(), [(pid, va(0) / PAGE)]);
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
    [first, second].into_iter().for_each(|pid| lab.map(pid, AT, 1, RW, true, backing));
    lab.write(first, va(0), 1);
    out(&mut lab, first, 0);
    assert_eq!((lab.read(first, va(0)), lab.read(second, va(0)), used(&lab)), (1, 1, vec![0]));
    lab.write(second, va(0), 2);
    assert_eq!((lab.read(first, va(0)), used(&lab)), (2, vec![]));
    sound::check(&lab.kernel);
}

#[test]
fn a_store_leaves_the_slot_to_those_whose_page_is_still_there() {
    let mut lab = Lab::simple(|config| config.swap = 4);
    let parent = two_in_swap(&mut lab);
    let child = lab.fork(parent).expect("memory");
    lab.write(parent, va(0), 9);
    assert_eq!(lab.kernel.swap().pages_in(SlotNo(0)).collect::<Vec<_>>(), [(child, va(0) / PAGE)]);
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
