//! Tests eviction, swap, the swap cache, locking, and replacement scopes.

use super::lab::{End, Lab, R, RW};
use crate::kernel::config::ReplacementScope;
use crate::kernel::event::{BackingStore, FaultClass, KernelStep};
use crate::kernel::file::Fill;
use crate::kernel::ids::{FrameNo, Pid, SlotNo};
use crate::kernel::vma::Backing;
use crate::kernel::{OutOfMemory, sound};
use crate::machine::policy::Policy;
use crate::machine::pte::Bit;

const AT: u64 = 0x400;
const PAGE: u64 = 64;

fn lab(frames: u32, swap: u32) -> Lab {
    Lab::simple(|config| {
        config.frames = Some(frames);
        config.swap = swap;
        config.replacement = Policy::Fifo;
    })
}

/// Creates a process with one private anonymous area.
fn process(lab: &mut Lab, pages: u64) -> Pid {
    let pid = lab.spawn();
    lab.anonymous(pid, AT, pages);
    pid
}

fn va(page: u64) -> u64 {
    AT + page * PAGE
}

/// The evicted frame and the location to which its page was written.
fn evicted(steps: &[KernelStep]) -> Option<(FrameNo, Option<BackingStore>)> {
    steps.iter().find_map(|step| match step {
        KernelStep::Evicted { frame, to, .. } => Some((*frame, *to)),
        _ => None,
    })
}

fn slot(number: u32) -> Option<BackingStore> {
    Some(BackingStore::Swap {
        slot: SlotNo(number),
    })
}

#[test]
fn without_swap_private_pages_stay_and_memory_runs_out() {
    let mut lab = lab(2, 0);
    let pid = process(&mut lab, 3);
    (0..2).for_each(|page| lab.write(pid, va(page), 1));
    assert_eq!(
        lab.store(pid, va(2), &[1]).0,
        End::NoMemory(OutOfMemory::Frames)
    );
    assert_eq!(
        lab.faults(pid),
        (2, 0),
        "what could not be resolved is not counted"
    );
    sound::check(&lab.kernel);
}

#[test]
fn without_swap_pages_of_files_make_room() {
    let mut lab = lab(2, 0);
    let pid = lab.spawn();
    let (file, backing) = lab.file(Fill::Pages(0x40), 4 * PAGE);
    lab.map(pid, AT, 4, RW, true, backing);
    lab.write(pid, va(0), 9);
    assert_eq!(lab.read(pid, va(1)), 0x41);
    let (_, _, steps) = lab.load(pid, va(2), 1);
    assert_eq!(
        evicted(&steps),
        Some((FrameNo(0), Some(BackingStore::File { file, page: 0 }))),
        "dirty: written"
    );
    let (_, _, steps) = lab.load(pid, va(3), 1);
    assert_eq!(evicted(&steps), Some((FrameNo(1), None)), "clean: dropped");
    assert_eq!(
        lab.counting(pid, |lab| assert_eq!(lab.read(pid, va(0)), 9)),
        (0, 1),
        "it left the page cache"
    );
    sound::check(&lab.kernel);
}

#[test]
fn a_clean_page_keeps_its_slot_and_is_dropped() {
    let mut lab = lab(2, 4);
    let pid = process(&mut lab, 4);
    (0..2).for_each(|page| lab.write(pid, va(page), 1 + page as u8));
    assert_eq!(
        evicted(&lab.store(pid, va(2), &[3]).1),
        Some((FrameNo(0), slot(0)))
    );
    let (bytes, _, steps) = lab.load(pid, va(0), 1);
    assert_eq!(
        (bytes, evicted(&steps)),
        (vec![Some(1)], Some((FrameNo(1), slot(1))))
    );
    assert_eq!(lab.faults(pid), (3, 1));
    assert_eq!(
        lab.kernel.swap().used(),
        2,
        "page 0 is in its frame and in slot 0"
    );
    assert_eq!(
        evicted(&lab.load(pid, va(1), 1).2),
        Some((FrameNo(0), slot(2))),
        "page 2 was new"
    );
    assert_eq!(
        evicted(&lab.load(pid, va(2), 1).2),
        Some((FrameNo(1), None)),
        "page 0 is in slot 0 as it is"
    );
    lab.write(pid, va(1), 7);
    assert_eq!(
        evicted(&lab.load(pid, va(0), 1).2),
        Some((FrameNo(0), slot(1))),
        "page 1 goes to its own slot"
    );
    assert_eq!([0, 1, 2].map(|page| lab.read(pid, va(page))), [1, 7, 3]);
    sound::check(&lab.kernel);
}

#[test]
fn as_many_pages_as_frames_and_slots_have_room() {
    for policy in [Policy::Fifo, Policy::Lru, Policy::Clock, Policy::Random] {
        let mut lab = Lab::simple(|config| {
            (config.frames, config.swap, config.replacement) = (Some(3), 2, policy);
        });
        let pid = process(&mut lab, 6);
        for round in 0..4u8 {
            for page in 0..5 {
                if round > 0 {
                    assert_eq!(lab.read(pid, va(page)), page as u8 + round - 1);
                }
                lab.write(pid, va(page), page as u8 + round);
                sound::check(&lab.kernel);
            }
        }
        assert_eq!(
            lab.store(pid, va(5), &[1]).0,
            End::NoMemory(OutOfMemory::Frames)
        );
        sound::check(&lab.kernel);
    }
}

#[test]
fn a_spare_slot_is_reused_when_swap_is_full() {
    let mut lab = lab(2, 1);
    let pid = process(&mut lab, 3);
    (0..3).for_each(|page| lab.write(pid, va(page), 1 + page as u8));
    assert_eq!(lab.read(pid, va(0)), 1);
    sound::check(&lab.kernel);
    assert_eq!(lab.kernel.swap().used(), 1);
    assert_eq!([1, 2, 0].map(|page| lab.read(pid, va(page))), [2, 3, 1]);
    sound::check(&lab.kernel);
}

#[test]
fn sharers_of_a_swapped_page_cause_one_read() {
    let mut lab = lab(4, 8);
    let parent = process(&mut lab, 1);
    lab.write(parent, va(0), 5);
    let child = lab.fork(parent).expect("memory");
    let vpn = lab.kernel.vpn(va(0) / PAGE).expect("a page");
    assert_eq!(lab.kernel.swap_out(parent, vpn, &mut ()), Ok(true));
    sound::check(&lab.kernel);
    assert_eq!(
        (lab.frame(parent, va(0)), lab.frame(child, va(0))),
        (None, None)
    );
    assert_eq!(lab.class(parent, va(0), None), Some(FaultClass::Swap));
    assert_eq!(lab.class(child, va(0), None), Some(FaultClass::Swap));
    assert_eq!(
        (lab.faults(parent), lab.faults(child)),
        ((1, 1), (1, 0)),
        "the child finds it in the swap cache"
    );
    assert_eq!(lab.frame(parent, va(0)), lab.frame(child, va(0)));
    assert_eq!(
        lab.class(child, va(0), Some(6)),
        Some(FaultClass::CopyOnWrite)
    );
    assert_eq!((lab.read(parent, va(0)), lab.read(child, va(0))), (5, 6));
    sound::check(&lab.kernel);
}

#[test]
fn a_store_to_a_swapped_page_is_one_fault() {
    let mut lab = lab(4, 8);
    let parent = process(&mut lab, 1);
    lab.write(parent, va(0), 5);
    let child = lab.fork(parent).expect("memory");
    let vpn = lab.kernel.vpn(va(0) / PAGE).expect("a page");
    assert_eq!(lab.kernel.swap_out(parent, vpn, &mut ()), Ok(true));
    assert_eq!(
        lab.counting(child, |lab| lab.write(child, va(0), 6)),
        (0, 1)
    );
    assert_eq!(
        lab.class(child, va(0), Some(6)),
        None,
        "it is the child's own"
    );
    sound::check(&lab.kernel);
    assert_eq!(
        lab.counting(parent, |lab| lab.write(parent, va(0), 7)),
        (0, 1)
    );
    assert_eq!((lab.read(parent, va(0)), lab.read(child, va(0))), (7, 6));
    assert_eq!(
        lab.kernel.swap_out(parent, vpn, &mut ()),
        Ok(true),
        "private pages only"
    );
    sound::check(&lab.kernel);
}

#[test]
fn only_resident_private_pages_are_swapped_out() {
    let mut lab = lab(4, 1);
    let pid = lab.spawn();
    let (_, backing) = lab.file(Fill::Byte(1), PAGE);
    lab.map(pid, AT, 1, R, false, backing);
    lab.anonymous(pid, AT + PAGE, 2);
    let out = |lab: &mut Lab, page: u64| {
        let vpn = lab.kernel.vpn(va(page) / PAGE).expect("a page");
        lab.kernel.swap_out(pid, vpn, &mut ())
    };
    assert_eq!(
        (lab.read(pid, va(0)), out(&mut lab, 0), out(&mut lab, 1)),
        (1, Ok(false), Ok(false))
    );
    (1..3).for_each(|page| lab.write(pid, va(page), 2));
    assert_eq!(out(&mut lab, 1), Ok(true));
    assert_eq!(out(&mut lab, 2), Err(OutOfMemory::Frames), "swap is full");
    assert_eq!(out(&mut lab, 1), Ok(false), "it is there already");
    sound::check(&lab.kernel);
}

#[test]
fn locked_pages_stay() {
    for policy in [Policy::Fifo, Policy::Clock, Policy::Lru] {
        let mut lab = Lab::simple(|config| {
            (config.frames, config.swap, config.replacement) = (Some(3), 16, policy);
        });
        let pid = process(&mut lab, 8);
        lab.kernel
            .change_areas(pid, va(0)..va(2), &|area| area.locked = true);
        (0..8).for_each(|page| lab.write(pid, va(page), page as u8));
        (0..8)
            .rev()
            .for_each(|page| assert_eq!(lab.read(pid, va(page)), page as u8));
        assert_eq!(
            [0, 1].map(|page| lab.frame(pid, va(page))),
            [Some(FrameNo(0)), Some(FrameNo(1))]
        );
        assert_eq!(lab.kernel.reclaim(9, &mut ()), 1);
        let vpn = lab.kernel.vpn(va(0) / PAGE).expect("a page");
        assert_eq!(lab.kernel.swap_out(pid, vpn, &mut ()), Ok(false));
        sound::check(&lab.kernel);
    }
}

#[test]
fn local_scope_evicts_pages_of_the_same_process() {
    for (scope, victim) in [(ReplacementScope::Local, 2), (ReplacementScope::Global, 0)] {
        let mut lab = Lab::simple(|config| {
            (config.frames, config.swap, config.replacement) = (Some(4), 16, Policy::Fifo);
            config.scope = scope;
        });
        let (first, second) = (process(&mut lab, 2), process(&mut lab, 4));
        (0..2).for_each(|page| lab.write(first, va(page), 1));
        (0..2).for_each(|page| lab.write(second, va(page), 2));
        assert_eq!(
            evicted(&lab.store(second, va(2), &[3]).1),
            Some((FrameNo(victim), slot(0)))
        );
        let third = process(&mut lab, 1);
        assert!(
            evicted(&lab.store(third, va(0), &[4]).1).is_some(),
            "one that has none takes from all"
        );
        sound::check(&lab.kernel);
    }
}

#[test]
fn without_a_dirty_bit_no_store_is_forgotten_when_an_entry_becomes_read_only() {
    let mut spec = super::lab::preset("simple");
    spec.mmu.as_mut().expect("it translates").pte.places[Bit::D as usize] = None;
    for forks in [true, false] {
        let mut lab = Lab::new(spec.clone(), |config| config.swap = 4);
        let pid = process(&mut lab, 1);
        let vpn = lab.kernel.vpn(va(0) / PAGE).expect("a page");
        lab.write(pid, va(0), 1);
        assert_eq!(lab.kernel.swap_out(pid, vpn, &mut ()), Ok(true));
        lab.write(pid, va(0), 2);
        if forks {
            lab.fork(pid).expect("memory");
        } else {
            lab.protect(pid, va(0), 1, R);
        }
        assert_eq!(
            lab.kernel.swap_out(pid, vpn, &mut ()),
            Ok(true),
            "slot 0 holds an older page"
        );
        assert_eq!(lab.read(pid, va(0)), 2);
        sound::check(&lab.kernel);
    }
}

#[test]
fn copying_the_only_frame_evicts_from_other_processes() {
    let mut lab = Lab::simple(|config| {
        (config.frames, config.swap, config.replacement) = (Some(2), 16, Policy::Fifo);
        config.scope = ReplacementScope::Local;
    });
    let (first, second) = (process(&mut lab, 1), process(&mut lab, 1));
    lab.write(first, va(0), 1);
    lab.write(second, va(0), 2);
    let child = lab.fork(second).expect("memory");
    assert_eq!(
        evicted(&lab.store(child, va(0), &[3]).1),
        Some((FrameNo(0), slot(0)))
    );
    assert_eq!(
        [first, second, child].map(|pid| lab.read(pid, va(0))),
        [1, 2, 3]
    );
    sound::check(&lab.kernel);
}

#[test]
fn shared_pages_go_to_swap_once_and_come_back_for_all() {
    let mut lab = lab(2, 4);
    let (first, second) = (lab.spawn(), lab.spawn());
    let (_, backing) = lab.object(3);
    lab.map(first, AT, 3, RW, true, backing);
    lab.map(second, AT + PAGE, 3, RW, true, backing);
    lab.write(first, va(0), 1);
    assert_eq!(
        lab.class(second, va(1), None),
        Some(FaultClass::DemandZero),
        "its first touch by this process"
    );
    lab.write(first, va(1), 2);
    assert_eq!(
        evicted(&lab.store(first, va(2), &[3]).1),
        Some((FrameNo(0), slot(0)))
    );
    assert_eq!(
        (lab.frame(first, va(0)), lab.frame(second, va(1))),
        (None, None),
        "it left both"
    );
    assert_eq!(lab.class(second, va(1), None), Some(FaultClass::Swap));
    assert_eq!(lab.faults(second), (1, 1));
    lab.write(second, va(1), 9);
    assert_eq!(lab.read(first, va(0)), 9);
    sound::check(&lab.kernel);
    lab.exit(first);
    assert_eq!(
        (lab.read(second, va(2)), lab.read(second, va(3))),
        (2, 3),
        "the pages are the object's"
    );
    lab.exit(second);
    assert_eq!(
        (lab.kernel.frames().used(), lab.kernel.swap().used()),
        (0, 0)
    );
    sound::check(&lab.kernel);
}

#[test]
fn fault_around_evicts_nothing() {
    let mut lab = Lab::simple(|config| {
        (config.frames, config.fault_around, config.warm) = (Some(3), 8, true);
    });
    let pid = lab.spawn();
    let (_, backing) = lab.file(Fill::Pages(0x40), 8 * PAGE);
    lab.map(pid, AT, 8, R, true, backing);
    let (_, _, steps) = lab.load(pid, va(5), 1);
    assert!(
        steps.contains(&KernelStep::MappedAround { pages: 2 }),
        "{steps:?}"
    );
    assert_eq!(
        [5, 0, 1].map(|page| lab.frame(pid, va(page)).map(|frame| frame.0)),
        [Some(0), Some(1), Some(2)]
    );
    sound::check(&lab.kernel);
}

#[test]
fn a_table_needs_room_above_the_frames_in_use() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    lab.map(pid, AT, 60, RW, false, Backing::Anonymous);
    assert_eq!(
        lab.kernel.frame_limit(),
        64 - 8 * if lab.kernel.shape.table_pages(1) == Some(8) {
            1
        } else {
            2
        }
    );
    let limit = u64::from(lab.kernel.frame_limit());
    (0..limit).for_each(|page| lab.write(pid, va(page), 1));
    assert_eq!(
        lab.store(pid, va(limit), &[1]).0,
        End::NoMemory(OutOfMemory::Frames)
    );
    assert_eq!(lab.kernel.spawn("late".into()), Err(OutOfMemory::Tables));
    lab.kernel.unmap_range(pid, va(0)..va(20));
    assert_eq!(
        lab.kernel.spawn("late".into()),
        Err(OutOfMemory::Tables),
        "the frames below do not help"
    );
    lab.kernel.unmap_range(pid, va(20)..va(60));
    let late = lab.kernel.spawn("late".into()).expect("room");
    assert!(u64::from(lab.kernel.frame_limit()) < limit);
    lab.anonymous(late, AT, 1);
    assert_eq!(
        lab.read(late, va(0)),
        0,
        "what was a frame is a clean table"
    );
    sound::check(&lab.kernel);
}

#[test]
fn a_victim_gets_a_spare_slot_if_swap_is_full() {
    let mut lab = lab(2, 2);
    let pid = process(&mut lab, 4);
    (0..3).for_each(|page| lab.write(pid, va(page), 1 + page as u8));
    assert_eq!(
        evicted(&lab.load(pid, va(0), 1).2),
        Some((FrameNo(1), slot(1))),
        "page 0 is in slot 0 and here"
    );
    assert_eq!(
        evicted(&lab.store(pid, va(3), &[4]).1),
        Some((FrameNo(0), slot(0))),
        "page 2 is evicted, because it is first"
    );
    sound::check(&lab.kernel);
    assert_eq!(
        [0, 1, 2, 3].map(|page| lab.read(pid, va(page))),
        [1, 2, 3, 4]
    );
    sound::check(&lab.kernel);
}

#[test]
fn an_unmapped_sharer_keeps_the_frame_dirty() {
    let mut lab = lab(2, 4);
    let parent = process(&mut lab, 1);
    let vpn = lab.kernel.vpn(va(0) / PAGE).expect("a page");
    lab.write(parent, va(0), 1);
    assert_eq!(lab.kernel.swap_out(parent, vpn, &mut ()), Ok(true));
    assert_eq!(lab.read(parent, va(0)), 1, "clean, with a slot");
    lab.write(parent, va(0), 2);
    let child = lab.fork(parent).expect("memory");
    lab.exit(parent);
    assert_eq!(lab.kernel.swap_out(child, vpn, &mut ()), Ok(true));
    assert_eq!(lab.read(child, va(0)), 2);
}

#[test]
fn moved_pages_leave_no_tlb_entries() {
    let mut lab = lab(8, 4);
    let pid = process(&mut lab, 4);
    (0..4).for_each(|page| lab.write(pid, va(page), 1 + page as u8));
    let vpn = lab.kernel.vpn(va(2) / PAGE).expect("a page");
    assert_eq!(lab.kernel.swap_out(pid, vpn, &mut ()), Ok(true));
    lab.kernel
        .move_pages(pid, va(0)..va(4), va(20))
        .expect("no table is needed");
    lab.kernel.unmap_range(pid, va(0)..va(4));
    lab.anonymous(pid, va(20), 4);
    lab.kernel.own_area(pid, va(20));
    sound::check(&lab.kernel);
    let moved = lab.counting(pid, |lab| {
        assert_eq!([20, 21, 23].map(|page| lab.read(pid, va(page))), [1, 2, 4]);
    });
    assert_eq!(moved, (0, 0));
    assert_eq!(
        lab.counting(pid, |lab| assert_eq!(lab.read(pid, va(22)), 3)),
        (0, 1)
    );
    assert_eq!(lab.class(pid, va(0), None), Some(FaultClass::Segmentation));
}

#[test]
fn a_store_maps_nothing_around() {
    let mut lab = Lab::simple(|config| (config.fault_around, config.warm) = (8, true));
    let pid = lab.spawn();
    let (_, backing) = lab.file(Fill::Pages(0x40), 8 * PAGE);
    lab.map(pid, AT, 8, RW, false, backing);
    lab.map(pid, AT + 8 * PAGE, 8, RW, true, backing);
    lab.write(pid, va(3), 1);
    lab.write(pid, va(8), 1);
    assert_eq!(lab.kernel.process(pid).expect("it").space.resident, 2);
}
