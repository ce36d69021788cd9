//! Tests files in memory: partial last pages, shared stores, size changes, and write-back.

use super::lab::{Lab, R, RW};
use crate::kernel::event::FaultClass;
use crate::kernel::file::Fill;
use crate::kernel::ids::{FileId, Pid};
use crate::kernel::sound;

const AT: u64 = 0x400;
const PAGE: u64 = 64;

/// Creates two processes that share a file of one page and ten bytes.
fn shared(
    change: impl FnOnce(&mut crate::kernel::config::KernelConfig),
) -> (Lab, FileId, Pid, Pid) {
    let mut lab = Lab::simple(change);
    let (first, second) = (lab.spawn(), lab.spawn());
    let (file, backing) = lab.file(Fill::Byte(b'a'), PAGE + 10);
    lab.map(first, AT, 3, RW, true, backing);
    lab.map(second, AT, 3, RW, true, backing);
    (lab, file, first, second)
}

fn byte(lab: &Lab, file: FileId, at: u64) -> Option<u8> {
    let mut out = [0];
    (lab.kernel.file_peek(file, at, &mut out) == 1).then_some(out[0])
}

#[test]
fn the_tail_of_the_last_page_never_reaches_the_file() {
    let (mut lab, file, first, second) = shared(|_| {});
    assert_eq!(lab.read(first, AT + PAGE + 10), 0);
    lab.write(first, AT + PAGE + 10, 7);
    assert_eq!(lab.read(second, AT + PAGE + 10), 7, "sharers see it");
    assert_eq!(byte(&lab, file, PAGE + 10), None);
    // Growing the file by two bytes adds zeros to the file and to the mapped page.
    lab.kernel.file_truncate(file, PAGE + 12);
    assert_eq!(
        (byte(&lab, file, PAGE + 10), lab.read(first, AT + PAGE + 10)),
        (Some(0), 0)
    );
    lab.write(first, AT + PAGE + 20, 8);
    lab.kernel.file_write(file, PAGE + 30, b"x");
    assert_eq!(
        (byte(&lab, file, PAGE + 20), byte(&lab, file, PAGE + 30)),
        (Some(0), Some(b'x'))
    );
    lab.write(first, AT + PAGE + 40, 9);
    lab.exit(first);
    lab.exit(second);
    lab.kernel.file_truncate(file, PAGE + 50);
    assert_eq!(
        byte(&lab, file, PAGE + 40),
        Some(0),
        "it was not written back"
    );
    sound::check(&lab.kernel);
}

#[test]
fn stores_to_shared_pages_are_seen_by_read_at_once_and_stay() {
    let (mut lab, file, first, second) = shared(|_| {});
    lab.write(first, AT + 3, b'z');
    assert_eq!(
        (byte(&lab, file, 3), lab.read(second, AT + 3)),
        (Some(b'z'), b'z')
    );
    lab.exit(first);
    assert_eq!(
        lab.read(second, AT + 3),
        b'z',
        "an exited sharer does not disturb the others"
    );
    lab.exit(second);
    assert_eq!(
        (byte(&lab, file, 3), lab.kernel.frames().used()),
        (Some(b'z'), 0)
    );
    sound::check(&lab.kernel);
}

#[test]
fn writes_show_through_private_pages_until_they_are_copied() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    let (file, backing) = lab.file(Fill::Counting, 2 * PAGE);
    lab.map(pid, AT, 2, RW, false, backing);
    assert_eq!(
        (lab.read(pid, AT + 5), lab.read(pid, AT + PAGE + 5)),
        (5, 69)
    );
    lab.kernel.file_write(file, 0, &[0xAA; 128]);
    assert_eq!(
        (lab.read(pid, AT + 5), lab.read(pid, AT + PAGE + 5)),
        (0xAA, 0xAA)
    );
    lab.write(pid, AT, 1);
    lab.kernel.file_write(file, 0, &[0xBB; 128]);
    assert_eq!(
        (lab.read(pid, AT + 5), lab.read(pid, AT + PAGE + 5)),
        (0xAA, 0xBB)
    );
    sound::check(&lab.kernel);
}

#[test]
fn truncating_a_file_unmaps_pages_and_copies() {
    let mut lab = Lab::simple(|_| {});
    let pid = lab.spawn();
    let (file, backing) = lab.file(Fill::Byte(1), 3 * PAGE);
    lab.map(pid, AT, 3, RW, false, backing);
    lab.map(pid, AT + 8 * PAGE, 3, R, true, backing);
    lab.write(pid, AT + PAGE, 2);
    lab.write(pid, AT + 2 * PAGE, 2);
    assert_eq!(lab.read(pid, AT + 9 * PAGE), 1);
    lab.kernel.file_truncate(file, PAGE + 4);
    sound::check(&lab.kernel);
    assert_eq!(
        lab.read(pid, AT + PAGE),
        2,
        "the copy of the last page stays"
    );
    assert_eq!(
        (
            lab.read(pid, AT + 9 * PAGE + 3),
            lab.read(pid, AT + 9 * PAGE + 4)
        ),
        (1, 0)
    );
    assert_eq!(
        lab.class(pid, AT + 2 * PAGE, None),
        Some(FaultClass::Bus),
        "also what was copied"
    );
    lab.kernel.file_truncate(file, 3 * PAGE);
    assert_eq!(
        (
            lab.read(pid, AT + 2 * PAGE),
            lab.read(pid, AT + 9 * PAGE + 4)
        ),
        (0, 0)
    );
    sound::check(&lab.kernel);
}

#[test]
fn after_a_sync_the_next_store_is_noticed() {
    let (mut lab, file, first, second) = shared(|_| {});
    assert_eq!(lab.class(first, AT, Some(b'1')), Some(FaultClass::File));
    assert_eq!(lab.class(first, AT, Some(b'2')), None);
    let frame = lab.frame(first, AT).expect("a frame");
    assert!(lab.kernel.is_dirty(frame));
    lab.kernel.file_sync(file, 0..1);
    assert!(!lab.kernel.is_dirty(frame));
    assert_eq!(
        lab.kernel.files().all[&file]
            .written
            .get(&0)
            .map(|page| page[0]),
        Some(b'2')
    );
    sound::check(&lab.kernel);
    assert_eq!(lab.read(second, AT), b'2');
    assert_eq!(
        lab.class(first, AT, Some(b'3')),
        Some(FaultClass::File),
        "read-only again"
    );
    assert!(lab.kernel.is_dirty(frame));
    lab.exit(first);
    assert!(
        lab.kernel.is_dirty(frame),
        "a removed entry keeps the frame dirty"
    );
    lab.exit(second);
    assert_eq!(byte(&lab, file, 0), Some(b'3'));
}

#[test]
fn fills_have_the_described_bytes() {
    let mut lab = Lab::simple(|_| {});
    let (text, _) = lab.file(Fill::Bytes(b"hello".as_slice().into()), 5);
    let (counting, _) = lab.file(Fill::Counting, 300);
    let (pages, _) = lab.file(Fill::Pages(0xFF), 3 * PAGE);
    assert_eq!(
        (byte(&lab, text, 4), byte(&lab, text, 5)),
        (Some(b'o'), None)
    );
    assert_eq!(
        (byte(&lab, counting, 255), byte(&lab, counting, 257)),
        (Some(255), Some(1))
    );
    assert_eq!(
        (byte(&lab, pages, 63), byte(&lab, pages, 64)),
        (Some(255), Some(0))
    );
    lab.kernel.file_write(text, 3, b"p!??");
    let mut out = [0; 9];
    assert_eq!(lab.kernel.file_peek(text, 0, &mut out), 7);
    assert_eq!(&out[..7], b"help!??");
}
