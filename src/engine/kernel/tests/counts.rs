//! Tests Linux's fault counts and the classes of faults.

use super::lab::{End, Lab, NONE, R, RW, preset};
use crate::kernel::event::FaultClass;
use crate::kernel::file::Fill;
use crate::kernel::ids::Pid;
use crate::kernel::sound;
use crate::kernel::vma::Backing;
use crate::machine::event::AccessKind;
use crate::machine::pte::Bit;

const AT: u64 = 0x7F00_0000_0000;
const PAGES: u64 = 16;

/// Linux's settings: a zero page, fault-around of 16 pages, and a warm page cache.
fn linux() -> (Lab, Pid) {
    let mut lab = Lab::i7(|config| {
        config.zero_page = true;
        config.fault_around = 16;
        config.warm = true;
    });
    let pid = lab.spawn();
    (lab, pid)
}

fn read_all(lab: &mut Lab, pid: Pid) -> u64 {
    let count = lab.counting(pid, |lab| {
        (0..PAGES).for_each(|page| {
            lab.read(pid, AT + page * 4096);
        });
    });
    sound::check(&lab.kernel);
    assert_eq!(count.1, 0, "a warm page cache has no major faults");
    count.0
}

fn write_all(lab: &mut Lab, pid: Pid) -> u64 {
    let count = lab.counting(pid, |lab| {
        (0..PAGES).for_each(|page| lab.write(pid, AT + page * 4096, 7));
    });
    sound::check(&lab.kernel);
    assert_eq!(count.1, 0, "a warm page cache has no major faults");
    count.0
}

#[test]
fn anonymous_pages_fault_once_for_a_read_and_once_for_a_write() {
    let (mut lab, pid) = linux();
    lab.anonymous(pid, AT, PAGES);
    assert_eq!(
        (read_all(&mut lab, pid), write_all(&mut lab, pid)),
        (16, 16)
    );
    let (mut lab, pid) = linux();
    lab.anonymous(pid, AT, PAGES);
    assert_eq!((write_all(&mut lab, pid), read_all(&mut lab, pid)), (16, 0));
}

#[test]
fn shared_anonymous_pages_fault_once() {
    let (mut lab, pid) = linux();
    let (_, backing) = lab.object(PAGES);
    lab.map(pid, AT, PAGES, RW, true, backing);
    assert_eq!((read_all(&mut lab, pid), write_all(&mut lab, pid)), (16, 0));
}

#[test]
fn private_file_pages_come_together_and_are_copied_one_by_one() {
    let (mut lab, pid) = linux();
    let (_, backing) = lab.file(Fill::Pages(0x40), PAGES * 4096);
    lab.map(pid, AT, PAGES, RW, false, backing);
    assert_eq!((read_all(&mut lab, pid), write_all(&mut lab, pid)), (1, 16));
    let (mut lab, pid) = linux();
    let (_, backing) = lab.file(Fill::Pages(0x40), PAGES * 4096);
    lab.map(pid, AT, PAGES, RW, false, backing);
    assert_eq!(write_all(&mut lab, pid), 16);
}

#[test]
fn populating_faults_inside_the_call() {
    let (mut lab, pid) = linux();
    lab.anonymous(pid, AT, PAGES);
    let inside = lab.counting(pid, |lab| {
        lab.kernel
            .populate(pid, AT..AT + PAGES * 4096, &mut ())
            .expect("memory");
    });
    assert_eq!(
        (inside, read_all(&mut lab, pid), write_all(&mut lab, pid)),
        ((16, 0), 0, 0)
    );
}

#[test]
fn after_fork_the_first_writer_copies_and_the_last_does_not() {
    let (mut lab, parent) = linux();
    lab.anonymous(parent, AT, PAGES);
    write_all(&mut lab, parent);
    let child = lab.fork(parent).expect("memory");
    sound::check(&lab.kernel);
    assert_eq!(read_all(&mut lab, child), 0);
    let used = lab.kernel.frames().used();
    assert_eq!(write_all(&mut lab, child), 16);
    assert_eq!(
        lab.kernel.frames().used(),
        used + 16,
        "the first writer has copies"
    );
    assert_eq!(write_all(&mut lab, parent), 16);
    assert_eq!(
        lab.kernel.frames().used(),
        used + 16,
        "the last one keeps the frames"
    );
    assert_eq!(write_all(&mut lab, parent), 0);
}

#[test]
fn after_fork_pages_of_others_fault_again_in_the_child() {
    let (mut lab, parent) = linux();
    let (_, backing) = lab.file(Fill::Pages(0x40), PAGES * 4096);
    lab.map(parent, AT, PAGES, RW, false, backing);
    read_all(&mut lab, parent);
    let (_, shared) = lab.object(PAGES);
    lab.map(parent, AT + 0x10_0000, PAGES, RW, true, shared);
    lab.write(parent, AT + 0x10_0000, 9);
    let child = lab.fork(parent).expect("memory");
    assert_eq!(
        lab.kernel.process(child).expect("the child").space.resident,
        0
    );
    assert_eq!(read_all(&mut lab, child), 1);
    assert_eq!(
        lab.counting(child, |lab| assert_eq!(lab.read(child, AT + 0x10_0000), 9)),
        (1, 0)
    );
    sound::check(&lab.kernel);
}

#[test]
fn an_exclusive_page_is_writable_as_soon_as_its_area_is() {
    let (mut lab, pid) = linux();
    lab.anonymous(pid, AT, PAGES);
    write_all(&mut lab, pid);
    lab.protect(pid, AT, PAGES, R);
    assert_eq!(lab.class(pid, AT, Some(1)), Some(FaultClass::Protection));
    lab.protect(pid, AT, PAGES, NONE);
    sound::check(&lab.kernel);
    assert_eq!(lab.class(pid, AT, None), Some(FaultClass::Protection));
    lab.protect(pid, AT, PAGES, RW);
    assert_eq!(write_all(&mut lab, pid), 0);
}

#[test]
fn dropped_pages_are_read_again_from_their_backing() {
    let (mut lab, pid) = linux();
    let (_, backing) = lab.file(Fill::Pages(0x40), 4096);
    let (_, shared) = lab.object(1);
    lab.anonymous(pid, AT, 1);
    lab.map(pid, AT + 0x1000, 1, RW, false, backing);
    lab.map(pid, AT + 0x2000, 1, RW, true, shared);
    (0..3).for_each(|page| lab.write(pid, AT + page * 4096, 7));
    lab.kernel.unmap_pages(pid, AT..AT + 0x3000);
    sound::check(&lab.kernel);
    assert_eq!(
        [0, 1, 2].map(|page| lab.read(pid, AT + page * 4096)),
        [0, 0x40, 7]
    );
}

#[test]
fn each_fault_has_its_class() {
    let (mut lab, pid) = linux();
    let (_, backing) = lab.file(Fill::Pages(0x40), 2 * 4096 + 5);
    let shared = backing;
    lab.anonymous(pid, AT, 1);
    lab.map(pid, AT + 0x1000, 2, R, false, Backing::Anonymous);
    lab.map(pid, AT + 0x10000, 4, RW, false, backing);
    lab.map(pid, AT + 0x20000, 4, RW, true, shared);
    assert_eq!(lab.class(pid, AT - 1, None), Some(FaultClass::Segmentation));
    assert_eq!(
        lab.class(pid, 0xFFFF_8000_0000_0000, None),
        Some(FaultClass::Segmentation)
    );
    assert_eq!(lab.class(pid, AT, None), Some(FaultClass::DemandZero));
    assert_eq!(lab.class(pid, AT, Some(1)), Some(FaultClass::CopyOnWrite));
    assert_eq!(
        lab.class(pid, AT + 0x1000, Some(1)),
        Some(FaultClass::Protection)
    );
    assert_eq!(lab.class(pid, AT + 0x10000, None), Some(FaultClass::File));
    assert_eq!(
        lab.class(pid, AT + 0x10000, Some(1)),
        Some(FaultClass::CopyOnWrite)
    );
    assert_eq!(
        lab.class(pid, AT + 0x11000, Some(1)),
        Some(FaultClass::CopyOnWrite),
        "it was mapped around"
    );
    assert_eq!(lab.class(pid, AT + 0x13000, None), Some(FaultClass::Bus));
    assert_eq!(lab.class(pid, AT + 0x13000, Some(1)), Some(FaultClass::Bus));
    assert_eq!(lab.class(pid, AT + 0x20000, None), Some(FaultClass::File));
    assert_eq!(
        lab.class(pid, AT + 0x20000, Some(1)),
        Some(FaultClass::File),
        "the first store to a shared page"
    );
    assert_eq!(lab.class(pid, AT + 0x20000, Some(1)), None);
    assert_eq!(
        lab.class(pid, AT + 0x22004, Some(1)),
        Some(FaultClass::File),
        "the last page's tail may be written"
    );
    lab.protect(pid, AT + 0x20000, 4, R);
    assert_eq!(
        lab.class(pid, AT + 0x23000, Some(1)),
        Some(FaultClass::Protection),
        "permission comes before the end"
    );
    sound::check(&lab.kernel);
}

#[test]
fn a_fatal_fault_counts_nothing_but_maps_its_window() {
    let (mut lab, pid) = linux();
    let (_, backing) = lab.file(Fill::Pages(0x40), 4 * 4096);
    lab.map(pid, AT, 8, RW, false, backing);
    let count = lab.counting(pid, |lab| {
        assert_eq!(lab.class(pid, AT + 0x5000, None), Some(FaultClass::Bus));
    });
    assert_eq!(count, (0, 0));
    assert_eq!(lab.kernel.process(pid).expect("it").space.resident, 4);
    assert_eq!(
        lab.counting(pid, |lab| (0..4).for_each(|n| {
            lab.read(pid, AT + n * 4096);
        })),
        (0, 0)
    );
    sound::check(&lab.kernel);
}

#[test]
fn a_cold_page_cache_reads_each_page_from_the_disk_once() {
    let mut lab = Lab::i7(|config| config.fault_around = 16);
    let pid = lab.spawn();
    let (_, backing) = lab.file(Fill::Pages(0x40), 4 * 4096);
    lab.map(pid, AT, 4, RW, false, backing);
    let read = |lab: &mut Lab| {
        lab.counting(pid, |lab| {
            (0..4).for_each(|n| {
                lab.read(pid, AT + n * 4096);
            });
        })
    };
    assert_eq!(read(&mut lab), (0, 4), "nothing to map around");
    lab.kernel.unmap_pages(pid, AT..AT + 0x4000);
    assert_eq!(
        lab.kernel.frames().used(),
        0,
        "unmapped pages of files take no frame"
    );
    assert_eq!(read(&mut lab), (1, 0), "they stayed in the page cache");
}

#[test]
fn a_stack_grows_by_faults_within_its_size() {
    let (mut lab, pid) = linux();
    let top = lab.kernel.config().stack_top;
    let area = crate::kernel::vma::Vma {
        stack: true,
        ..crate::kernel::vma::Vma::new(top - 0x1000..top, RW, false, Backing::Anonymous)
    };
    lab.kernel.map_area(pid, area);
    assert_eq!(
        lab.class(pid, top - 0x8000, Some(1)),
        Some(FaultClass::DemandZero)
    );
    let areas = &lab.kernel.process(pid).expect("it").space.areas;
    assert_eq!((areas.count(), areas.size()), (1, 0x8000));
    assert_eq!(
        lab.class(pid, top - (8 << 20), Some(1)),
        Some(FaultClass::DemandZero)
    );
    assert_eq!(
        lab.class(pid, top - (8 << 20) - 1, Some(1)),
        Some(FaultClass::Segmentation)
    );
    sound::check(&lab.kernel);
}

#[test]
fn without_an_xd_bit_all_pages_can_be_executed() {
    for (bit, end) in [
        (true, End::Killed(FaultClass::Protection)),
        (false, End::Done),
    ] {
        let mut spec = preset("simple");
        let place = &mut spec.mmu.as_mut().expect("it translates").pte.places[Bit::Xd as usize];
        assert!(place.is_some());
        *place = place.filter(|_| bit);
        let mut lab = Lab::new(spec, |_| {});
        let pid = lab.spawn();
        lab.anonymous(pid, 0x400, 1);
        lab.write(pid, 0x400, 1);
        assert_eq!(lab.access_bytes(pid, 0x400, 1, AccessKind::Execute).1, end);
        sound::check(&lab.kernel);
    }
}
