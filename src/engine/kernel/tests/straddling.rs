//! Tests that stores across two pages store all bytes or none.

use super::lab::{End, Lab, R, RW};
use crate::kernel::event::FaultClass;
use crate::kernel::file::Fill;
use crate::kernel::ids::Pid;
use crate::kernel::sound;
use crate::machine::pte::Bit;

const AT: u64 = 0x400;
const PAGE: u64 = 64;
/// The last byte of the first page.
const LAST: u64 = AT + PAGE - 1;

fn marks(lab: &Lab, pid: Pid) -> (bool, bool) {
    let flags = lab.kernel.pte(pid, AT / PAGE).unwrap_or_default().flags;
    (flags.has(Bit::A), flags.has(Bit::D))
}

#[test]
fn a_store_into_nothing_stores_nothing() {
    for touched in [false, true] {
        let mut lab = Lab::simple(|_| {});
        let pid = lab.spawn();
        lab.anonymous(pid, AT, 1);
        if touched {
            assert_eq!(lab.read(pid, LAST), 0);
        }
        let counts = lab.counting(pid, |lab| {
            assert_eq!(
                lab.store(pid, LAST, &[0x22, 0x11]).0,
                End::Killed(FaultClass::Segmentation)
            );
        });
        assert_eq!(
            counts,
            (u64::from(!touched), 0),
            "the first page faults in as ever"
        );
        assert_eq!((lab.read(pid, LAST), marks(&lab, pid)), (0, (true, false)));
        sound::check(&lab.kernel);
    }
}

#[test]
fn a_store_into_a_forbidden_page_stores_nothing() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 1);
    lab.map(
        pid,
        AT + PAGE,
        1,
        R,
        false,
        crate::kernel::vma::Backing::Anonymous,
    );
    let (end, _) = lab.store(pid, LAST, &[1, 2]);
    assert_eq!(
        (end, lab.read(pid, LAST)),
        (End::Killed(FaultClass::Protection), 0)
    );
}

#[test]
fn a_store_past_a_file_stores_nothing() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    let (file, backing) = lab.file(Fill::Byte(5), PAGE);
    lab.map(pid, AT, 2, RW, true, backing);
    assert_eq!(
        lab.store(pid, LAST, &[1, 2]).0,
        End::Killed(FaultClass::Bus)
    );
    assert_eq!(lab.read(pid, LAST), 5);
    let mut byte = [0];
    lab.kernel.file_peek(file, PAGE - 1, &mut byte);
    assert_eq!(byte, [5]);
}

#[test]
fn a_store_over_two_writable_pages_works_with_one_frame() {
    let mut lab = Lab::simple(|config| (config.frames, config.swap) = (Some(1), 2));
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 2);
    assert_eq!(lab.store(pid, LAST, &[1, 2]).0, End::Done);
    assert_eq!((lab.read(pid, LAST), lab.read(pid, LAST + 1)), (1, 2));
    sound::check(&lab.kernel);
}

#[test]
fn a_store_over_two_pages_of_a_growing_stack_is_done() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    lab.anonymous(pid, AT, 1);
    lab.kernel
        .change_areas(pid, AT..AT + PAGE, &|area| area.stack = true);
    if lab.kernel.growing_stack(pid, AT - 1).is_some() {
        assert_eq!(lab.store(pid, AT - 1, &[1, 2]).0, End::Done);
        assert_eq!((lab.read(pid, AT - 1), lab.read(pid, AT)), (1, 2));
    }
}
