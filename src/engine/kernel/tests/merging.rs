//! Tests same-page merging and other background activities of the kernel.

use super::lab::{Lab, RW};
use crate::kernel::event::FaultClass;
use crate::kernel::ids::{FrameNo, Pid};
use crate::kernel::sound;

const AT: u64 = 0x400;
const PAGE: u64 = 64;

fn mergeable(lab: &mut Lab, pid: Pid, pages: u64) {
    lab.kernel
        .change_areas(pid, AT..AT + pages * PAGE, &|area| area.mergeable = true);
}

#[test]
fn equal_pages_of_processes_become_the_lowest_frame_until_one_is_stored_to() {
    let mut lab = Lab::simple(|_| {});
    let pids = [lab.spawn(), lab.spawn()];
    for pid in pids {
        lab.anonymous(pid, AT, 3);
        lab.write(pid, AT, 7);
        lab.write(pid, AT + PAGE, 7);
        lab.write(pid, AT + 2 * PAGE, pid.0 as u8);
        mergeable(&mut lab, pid, 3);
    }
    assert_eq!(
        lab.kernel.ksm_scan(&mut ()),
        3,
        "four equal pages, and two that differ"
    );
    sound::check(&lab.kernel);
    let merging = lab.kernel.merging();
    assert_eq!(
        (merging.scans, merging.merged, lab.kernel.frames().used()),
        (1, 3, 3)
    );
    assert_eq!(lab.frame(pids[1], AT + PAGE), Some(FrameNo(0)));
    assert_eq!(
        lab.class(pids[0], AT, Some(8)),
        Some(FaultClass::CopyOnWrite)
    );
    assert_eq!(
        (
            lab.read(pids[0], AT),
            lab.read(pids[0], AT + PAGE),
            lab.read(pids[1], AT)
        ),
        (8, 7, 7)
    );
    assert_eq!(lab.kernel.ksm_scan(&mut ()), 0);
    lab.write(pids[0], AT, 7);
    assert_eq!(lab.kernel.ksm_scan(&mut ()), 1, "equal again");
    sound::check(&lab.kernel);
}

#[test]
fn a_merged_frame_is_copied_even_by_its_last_user() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 2);
    (0..2).for_each(|page| lab.write(pid, AT + page * PAGE, 7));
    mergeable(&mut lab, pid, 2);
    assert_eq!(lab.kernel.ksm_scan(&mut ()), 1);
    lab.kernel.unmap_range(pid, AT..AT + PAGE);
    let frame = lab.frame(pid, AT + PAGE);
    assert_eq!(
        lab.class(pid, AT + PAGE, Some(8)),
        Some(FaultClass::CopyOnWrite)
    );
    assert_ne!(
        lab.frame(pid, AT + PAGE),
        frame,
        "merged frames are always copied"
    );
    sound::check(&lab.kernel);
}

#[test]
fn only_mergeable_areas_are_merged() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    let (_, backing) = lab.object(2);
    lab.anonymous(pid, AT, 2);
    lab.map(pid, AT + 2 * PAGE, 2, RW, true, backing);
    (0..4).for_each(|page| lab.write(pid, AT + page * PAGE, 7));
    assert_eq!(lab.kernel.ksm_scan(&mut ()), 0);
    lab.kernel
        .change_areas(pid, AT + 2 * PAGE..AT + 4 * PAGE, &|area| {
            area.mergeable = true;
        });
    mergeable(&mut lab, pid, 1);
    assert_eq!(
        lab.kernel.ksm_scan(&mut ()),
        0,
        "one private page and shared ones"
    );
}

#[test]
fn processes_with_the_same_asid_do_not_share_tlb_entries() {
    let mut spec = super::lab::preset("simple");
    spec.tlbs[0].asid = true;
    let mut lab = Lab::new(spec, |_| {});
    let first = lab.spawn();
    lab.anonymous(first, AT, 1);
    lab.write(first, AT, 1);
    for _ in 0..65_535 {
        let pid = lab.spawn();
        lab.exit(pid);
    }
    let alias = lab.spawn();
    assert_eq!(alias, Pid(65_537));
    lab.anonymous(alias, AT, 1);
    lab.write(alias, AT, 2);
    assert_eq!((lab.read(first, AT), lab.read(alias, AT)), (1, 2));
}

#[test]
fn a_tlb_entry_set_by_a_script_is_used_without_endless_retries() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 1);
    lab.write(pid, AT, 1);
    let va = lab.kernel.machine.va(AT).expect("an address");
    let (set, _) = lab.kernel.machine.tlb_location(0, va).expect("a TLB");
    let lines = (0..4).filter_map(|way| lab.kernel.machine.tlb_line(0, set, way));
    let forbidding: Vec<_> = lines
        .map(|line| {
            Some(crate::machine::contents::TlbLine {
                flags: crate::machine::pte::Flags::NONE,
                ..line
            })
        })
        .collect();
    lab.kernel.machine_mut().set_tlb_lines(0, set, &forbidding);
    assert_eq!(
        lab.counting(pid, |lab| lab.write(pid, AT, 2)),
        (0, 0),
        "a spurious fault is not counted"
    );
    assert_eq!(lab.read(pid, AT), 2);
    sound::check(&lab.kernel);
}

#[test]
fn a_process_that_ended_or_never_was_has_no_memory() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 1);
    lab.write(pid, AT, 1);
    lab.exit(pid);
    assert_eq!(lab.class(pid, AT, None), None, "no step, no fault");
    assert_eq!(
        lab.load(pid, AT, 1).1,
        super::lab::End::Killed(FaultClass::Segmentation)
    );
    assert_eq!(
        lab.load(Pid(99), AT, 1).1,
        super::lab::End::Killed(FaultClass::Segmentation)
    );
    assert_eq!(lab.kernel.current(), None);
    sound::check(&lab.kernel);
}
