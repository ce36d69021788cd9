//! `read`, `write`, `pread`, `pwrite`.

use super::lab::{Lab, args, c};
use crate::kernel::abi::Errno;
use crate::kernel::file::Fill;

/// A two-page buffer at 0x10000, followed by a hole.
const BUFFER: u64 = 0x10000;
/// The address after the buffer.
const END: u64 = 0x12000;
/// A kernel address.
const KERNEL: u64 = 0xFFFF_8000_0000_0000;

/// Creates a lab whose descriptor 3 is a file opened for reading and writing.
fn lab() -> Lab {
    let mut lab = Lab::i7();
    lab.file("f", "hello, world\n");
    assert_eq!(lab.open("f", "O_RDWR"), Ok(3));
    lab.area("buffer", BUFFER, END, "rw-");
    lab
}

fn offset(lab: &mut Lab, fd: i32) -> u64 {
    lab.ok("lseek", args![fd, 0, c("SEEK_CUR")])
}

#[test]
fn a_read_moves_the_offset_and_ends_at_the_end() {
    let mut lab = lab();
    assert_eq!(lab.call("read", args![3, BUFFER, 5_u64]), Ok(5));
    assert_eq!(lab.bytes(BUFFER, 6), b"hello\0");
    assert_eq!(lab.call("read", args![3, BUFFER, 100_u64]), Ok(8));
    assert_eq!(lab.bytes(BUFFER, 9), b", world\n\0");
    assert_eq!(lab.call("read", args![3, BUFFER, 100_u64]), Ok(0));
    assert_eq!(offset(&mut lab, 3), 13);
    lab.ok("lseek", args![3, 100, 0]);
    assert_eq!(lab.call("read", args![3, BUFFER, 100_u64]), Ok(0));
    assert_eq!(offset(&mut lab, 3), 100);
}

#[test]
fn a_buffer_that_ends_early_causes_a_short_transfer() {
    let mut lab = lab();
    assert_eq!(lab.call("read", args![3, END - 5, 13_u64]), Ok(5));
    assert_eq!(lab.bytes(END - 5, 5), b"hello");
    assert_eq!(offset(&mut lab, 3), 5);
    assert_eq!(lab.call("read", args![3, END, 13_u64]), Err(Errno::EFAULT));
    assert_eq!(offset(&mut lab, 3), 5);
    assert_eq!(lab.call("read", args![3, END, 0_u64]), Ok(0));
    assert_eq!(lab.call("read", args![3, 0, 0_u64]), Ok(0));
    lab.ok("lseek", args![3, 0, 2]);
    assert_eq!(
        lab.call("read", args![3, END, 13_u64]),
        Ok(0),
        "there is nothing to put there"
    );
    assert_eq!(
        lab.call("read", args![3, KERNEL, 13_u64]),
        Err(Errno::EFAULT),
        "checked before all"
    );
}

#[test]
fn a_buffer_lies_in_the_user_half_whatever_the_file_has() {
    let mut lab = lab();
    for (at, count) in [
        (KERNEL, 0),
        (KERNEL, 1),
        (0x9000_0000_0000, 1),
        (BUFFER, u64::MAX),
        (BUFFER, i64::MAX as u64),
        (BUFFER, 1 << 63),
        (BUFFER, 1 << 47),
    ] {
        assert_eq!(
            lab.call("read", args![3, at, count]),
            Err(Errno::EFAULT),
            "{at:#x} {count:#x}"
        );
        assert_eq!(
            lab.call("write", args![3, at, count]),
            Err(Errno::EFAULT),
            "{at:#x} {count:#x}"
        );
    }
    assert_eq!(lab.call("read", args![3, BUFFER, 1_u64 << 46]), Ok(13));
}

#[test]
fn descriptors_are_checked_before_buffers() {
    let mut lab = lab();
    assert_eq!(
        [lab.open("f", "O_RDONLY"), lab.open("f", "O_WRONLY")],
        [Ok(4), Ok(5)]
    );
    // Access mode 3 allows neither reading nor writing, as on Linux.
    assert_eq!(lab.call("open", args!["f", 3]), Ok(6));
    for at in [BUFFER, KERNEL] {
        for count in [0_u64, 1, 1 << 63] {
            for (name, fd) in [
                ("write", 4),
                ("read", 5),
                ("read", 6),
                ("write", 6),
                ("read", 99),
                ("write", -1),
            ] {
                assert_eq!(
                    lab.call(name, args![fd, at, count]),
                    Err(Errno::EBADF),
                    "{name} {fd}"
                );
            }
            assert_eq!(
                lab.call("pwrite", args![4, at, count, 0]),
                Err(Errno::EBADF)
            );
            assert_eq!(lab.call("pread", args![5, at, count, 0]), Err(Errno::EBADF));
        }
    }
}

#[test]
fn pread_and_pwrite_leave_the_offset() {
    let mut lab = lab();
    assert_eq!(lab.call("pread", args![3, BUFFER, 5_u64, 7]), Ok(5));
    assert_eq!(lab.bytes(BUFFER, 5), b"world");
    assert_eq!(lab.call("pwrite", args![3, "W", 1_u64, 7]), Ok(1));
    assert_eq!(lab.contents("f"), b"hello, World\n");
    assert_eq!(offset(&mut lab, 3), 0);
}

#[test]
fn offsets_and_sums_are_checked_first() {
    let mut lab = lab();
    for name in ["pread", "pwrite"] {
        assert_eq!(
            lab.call(name, args![99, BUFFER, 5_u64, -1]),
            Err(Errno::EINVAL)
        );
        assert_eq!(
            lab.call(name, args![99, BUFFER, 5_u64, 0]),
            Err(Errno::EBADF)
        );
        assert_eq!(
            lab.call(name, args![1, BUFFER, 5_u64, 0]),
            Err(Errno::ESPIPE)
        );
        assert_eq!(
            lab.call(name, args![1, BUFFER, 5_u64, -1]),
            Err(Errno::EINVAL)
        );
        assert_eq!(
            lab.call(name, args![3, BUFFER, 5_u64, i64::MAX]),
            Err(Errno::EINVAL)
        );
        assert_eq!(lab.call(name, args![3, BUFFER, 0_u64, i64::MAX]), Ok(0));
    }
    assert_eq!(
        lab.call("pread", args![3, BUFFER, 5_u64, i64::MAX - 5]),
        Ok(0)
    );
    assert_eq!(
        lab.call("pwrite", args![3, "12345", 5_u64, i64::MAX - 5]),
        Ok(5)
    );
    assert_eq!(lab.call("lseek", args![3, 0, 2]), Ok(i64::MAX as u64));
    assert_eq!(lab.call("write", args![3, "x", 1_u64]), Err(Errno::EINVAL));
    let fd = lab.open("f", "O_WRONLY|O_APPEND").unwrap();
    assert_eq!(lab.call("write", args![fd, "x", 1_u64]), Err(Errno::EFBIG));
}

#[test]
fn a_write_uses_the_readable_bytes() {
    let mut lab = lab();
    lab.ok("pwrite", args![3, "abcdefgh", 8_u64, 100]);
    lab.ok("pread", args![3, END - 5, 5_u64, 100]);
    assert_eq!(lab.call("write", args![3, END - 5, 13_u64]), Ok(5));
    assert_eq!(offset(&mut lab, 3), 5);
    assert_eq!(&lab.contents("f")[..13], b"abcde, world\n");
    assert_eq!(lab.call("write", args![3, END, 13_u64]), Err(Errno::EFAULT));
    assert_eq!(lab.call("write", args![3, END, 0_u64]), Ok(0));
    assert_eq!(
        lab.call("write", args![3, KERNEL, 0_u64]),
        Err(Errno::EFAULT)
    );
    assert_eq!(offset(&mut lab, 3), 5);
}

#[test]
fn a_hole_reads_as_zeros() {
    let mut lab = lab();
    lab.ok("lseek", args![3, 5000, 0]);
    assert_eq!(lab.call("write", args![3, "end", 3_u64]), Ok(3));
    let bytes = lab.contents("f");
    assert_eq!(
        (bytes.len(), &bytes[..14], &bytes[5000..]),
        (5003, &b"hello, world\n\0"[..], &b"end"[..])
    );
    assert!(bytes[13..5000].iter().all(|byte| *byte == 0));
}

#[test]
fn every_append_writes_at_the_end() {
    let mut lab = Lab::i7();
    lab.file("f", "");
    let fd = lab.open("f", "O_RDWR|O_APPEND").unwrap() as i32;
    lab.area("buffer", BUFFER, END, "rw-");
    assert_eq!(lab.call("write", args![fd, "abc", 3_u64]), Ok(3));
    assert_eq!(offset(&mut lab, fd), 3);
    lab.ok("lseek", args![fd, 0, 0]);
    assert_eq!(lab.call("read", args![fd, BUFFER, 2_u64]), Ok(2));
    assert_eq!(lab.call("write", args![fd, "de", 2_u64]), Ok(2));
    assert_eq!(offset(&mut lab, fd), 5);
    // "BUGS: … on Linux, … pwrite() appends data to the end of the file, regardless of the value of offset"
    // (pwrite(2)).
    assert_eq!(lab.call("pwrite", args![fd, "Z", 1_u64, 0]), Ok(1));
    assert_eq!(offset(&mut lab, fd), 5);
    assert_eq!(lab.contents("f"), b"abcdeZ");
    lab.ok("lseek", args![fd, 1, 0]);
    assert_eq!(lab.call("write", args![fd, "", 0_u64]), Ok(0));
    assert_eq!(lab.call("write", args![fd, END, 3_u64]), Err(Errno::EFAULT));
    assert_eq!(offset(&mut lab, fd), 1);
}

#[test]
fn a_string_may_replace_a_buffer_that_is_read() {
    let mut lab = lab();
    assert_eq!(
        lab.call("write", args![1, "hello, world\n", 13_u64]),
        Ok(13)
    );
    assert_eq!(lab.stdout(), b"hello, world\n");
    // The string's NUL is readable, but the bytes after it are not, and no byte is writable.
    assert_eq!(lab.call("write", args![1, "hi", 9_u64]), Ok(3));
    assert_eq!(lab.stdout(), b"hello, world\nhi\0");
    assert_eq!(lab.call("read", args![3, "hi", 2_u64]), Err(Errno::EFAULT));
    assert_eq!(lab.call("read", args![3, "hi", 0_u64]), Ok(0));
    assert_eq!(
        lab.call("write", args![3, "hi", u64::MAX]),
        Err(Errno::EINVAL)
    );
}

#[test]
fn the_terminal_is_read_to_its_end_and_keeps_a_megabyte() {
    let mut lab = lab();
    assert_eq!(lab.call("read", args![0, BUFFER, 100_u64]), Ok(0));
    assert_eq!(lab.call("write", args![2, "error", 5_u64]), Ok(5));
    assert_eq!(lab.call("write", args![1, END, 3_u64]), Err(Errno::EFAULT));
    assert_eq!(lab.call("write", args![1, END, 0_u64]), Ok(0));
    lab.area("large", 0x10_0000, 0x30_0000, "rw-");
    assert_eq!(
        lab.call("write", args![1, 0x10_0000_u64, 2_u64 << 20]),
        Ok((1 << 20) - 5)
    );
    assert_eq!(lab.call("write", args![1, "x", 1_u64]), Err(Errno::EFBIG));
    assert_eq!(lab.call("write", args![1, "", 0_u64]), Ok(0));
    assert_eq!(lab.stdout().len(), 1 << 20);
}

#[test]
fn a_large_file_is_transferred_in_parts_and_work_is_counted() {
    let mut lab = lab();
    lab.kernel.add_file("big".into(), Fill::Counting, 40 << 20);
    let fd = lab.open("big", "O_RDONLY").unwrap();
    lab.area("large", 0x100_0000, 0x500_0000, "rw-");
    lab.kernel.take_work();
    assert_eq!(
        lab.call("read", args![fd, 0x100_0000_u64, 40_u64 << 20]),
        Ok(16 << 20)
    );
    assert!(lab.kernel.take_work() >= (16 << 20) / 64);
    assert_eq!(lab.bytes(0x100_0000 + 4096 + 7, 3), [7, 8, 9]);
    assert_eq!(
        lab.call("read", args![fd, 0x200_0000_u64, 40_u64 << 20]),
        Ok(16 << 20)
    );
    assert_eq!(
        lab.call("read", args![fd, 0x300_0000_u64, 40_u64 << 20]),
        Ok(8 << 20)
    );
}

#[test]
fn buffers_are_faulted_in() {
    let mut lab = lab();
    lab.ok("read", args![3, BUFFER + 4090, 13_u64]);
    let process = lab.kernel.process(lab.pid).unwrap();
    assert_eq!(
        (
            process.faults.minor,
            process.faults.major,
            process.space.resident
        ),
        (2, 0, 2)
    );
}

#[test]
fn small_pages_work_the_same() {
    let mut lab = Lab::simple();
    let text = "the quick brown fox jumps over the lazy dog; ".repeat(8);
    lab.file("f", &text);
    let fd = lab.open("f", "O_RDWR").unwrap();
    lab.area("buffer", 0x1000, 0x1200, "rw-");
    assert_eq!(lab.call("read", args![fd, 0x1021_u64, 1000_u64]), Ok(360));
    assert_eq!(lab.bytes(0x1021, 360), text.as_bytes());
    assert_eq!(lab.call("write", args![fd, 0x11F0_u64, 100_u64]), Ok(16));
    assert_eq!(lab.contents("f").len(), 376);
    // The user address space is the entire address space.
    assert_eq!(
        lab.call("write", args![fd, 0x3FFF_u64, 2_u64]),
        Err(Errno::EFAULT)
    );
    assert_eq!(
        lab.call("read", args![fd, 0x1000_u64, 0x3001_u64]),
        Err(Errno::EFAULT)
    );
    assert_eq!(
        lab.call("pread", args![fd, 0x1000_u64, 0x3000_u64, 0]),
        Ok(376)
    );
}
