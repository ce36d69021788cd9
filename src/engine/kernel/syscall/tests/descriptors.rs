//! Descriptors: `open`, `close`, `dup`, `dup2`, `lseek`, `fstat`, `ftruncate`.

use super::lab::{Lab, args, c};
use crate::kernel::abi::Errno;

/// A kernel address.
const KERNEL: u64 = 0xFFFF_8000_0000_0000;

#[test]
fn the_lowest_free_descriptor_is_used() {
    let mut lab = Lab::i7();
    lab.file("f", "hello");
    assert_eq!(
        [0; 3].map(|_| lab.open("f", "O_RDONLY").unwrap()),
        [3, 4, 5]
    );
    assert_eq!(lab.call("close", args![4]), Ok(0));
    assert_eq!(lab.call("close", args![0]), Ok(0));
    assert_eq!(
        [0; 3].map(|_| lab.open("f", "O_RDONLY").unwrap()),
        [0, 4, 6]
    );
}

#[test]
fn a_closed_descriptor_cannot_be_closed() {
    let mut lab = Lab::i7();
    for fd in [3, -1, 99, i32::MAX, i32::MIN] {
        assert_eq!(lab.call("close", args![fd]), Err(Errno::EBADF), "{fd}");
    }
    assert_eq!(lab.call("close", args![2]), Ok(0));
    assert_eq!(lab.call("close", args![2]), Err(Errno::EBADF));
    // A descriptor is an int, so the upper 32 bits are ignored.
    assert_eq!(lab.call("close", args![1_u64 << 32]), Ok(0));
    assert_eq!(lab.call("close", args![0]), Err(Errno::EBADF));
}

#[test]
fn a_process_has_1024_descriptors_and_names_are_looked_up_after_that_is_known() {
    let mut lab = Lab::i7();
    lab.file("f", "");
    for fd in 3..1024 {
        assert_eq!(lab.open("f", "O_RDONLY"), Ok(fd));
    }
    assert_eq!(lab.open("f", "O_RDONLY"), Err(Errno::EMFILE));
    assert_eq!(lab.open("nope", "O_RDONLY"), Err(Errno::EMFILE));
    assert_eq!(lab.open("", "O_RDONLY"), Err(Errno::ENOENT));
    assert_eq!(lab.call("open", args![0, 0]), Err(Errno::EFAULT));
}

#[test]
fn duplicates_share_their_open_file() {
    let mut lab = Lab::i7();
    lab.file("f", "hello");
    lab.file("g", "");
    assert_eq!(lab.open("f", "O_RDWR"), Ok(3));
    assert_eq!(lab.call("dup", args![3]), Ok(4));
    assert_eq!(lab.call("lseek", args![4, 2, 0]), Ok(2));
    assert_eq!(lab.call("lseek", args![3, 0, 1]), Ok(2), "one offset");
    assert_eq!(lab.open("g", "O_RDWR"), Ok(5));
    assert_eq!(lab.call("dup2", args![3, 5]), Ok(5), "5 is closed first");
    assert_eq!(lab.call("lseek", args![5, 0, 1]), Ok(2));
    assert_eq!(lab.call("dup2", args![5, 5]), Ok(5));
    assert_eq!(lab.call("dup2", args![5, 1023]), Ok(1023));
    assert_eq!(lab.call("dup", args![5]), Ok(6), "the lowest free one");
    for (old, new) in [(7, 3), (-1, 3), (3, -1), (3, 1024), (7, 7)] {
        assert_eq!(
            lab.call("dup2", args![old, new]),
            Err(Errno::EBADF),
            "{old} {new}"
        );
    }
    assert_eq!(lab.call("dup", args![7]), Err(Errno::EBADF));
    // The file stays open until its last descriptor is closed.
    for fd in [3, 4, 5, 6] {
        assert_eq!(lab.call("lseek", args![fd, 0, 1]), Ok(2));
        assert_eq!(lab.call("close", args![fd]), Ok(0));
    }
    assert_eq!(lab.call("lseek", args![1023, 0, 1]), Ok(2));
    // Standard output goes to the file.
    lab.ok("dup2", args![1023, 1]);
    lab.ok("write", args![1, "y", 1_u64]);
    assert_eq!(lab.contents("f"), b"heylo");
}

#[test]
fn open_creates_truncates_or_fails() {
    let mut lab = Lab::i7();
    lab.file("f", "hello");
    assert_eq!(lab.open("nope", "O_RDONLY"), Err(Errno::ENOENT));
    assert_eq!(lab.open("nope", "O_RDWR|O_TRUNC"), Err(Errno::ENOENT));
    assert_eq!(lab.open("f", "O_RDWR|O_CREAT|O_EXCL"), Err(Errno::EEXIST));
    assert_eq!(lab.open("f", "O_RDWR|O_EXCL"), Ok(3));
    assert_eq!(lab.open("f", "O_RDWR|O_CREAT"), Ok(4));
    assert_eq!(lab.contents("f"), b"hello");
    // Linux truncates the file even if it is opened as read-only.
    assert_eq!(lab.open("f", "O_RDONLY|O_TRUNC"), Ok(5));
    assert_eq!(lab.contents("f"), b"");
    assert_eq!(
        lab.call("open", args!["new", c("O_RDONLY|O_CREAT"), 0o600]),
        Ok(6)
    );
    assert_eq!(lab.contents("new"), b"");
    assert_eq!(lab.open("new", "O_CREAT|O_EXCL"), Err(Errno::EEXIST));
    // `open` ignores flags that are unknown to Linux.
    assert_eq!(lab.call("open", args!["f", 0x4000_0000]), Ok(7));
}

#[test]
fn paths_are_strings_or_addresses_of_strings() {
    let mut lab = Lab::i7();
    lab.file("data", "x");
    lab.area("here", 0x10000, 0x12000, "rw-");
    let fd = lab_fd(&mut lab, "path", "data\0");
    lab.ok("pread", args![fd, 0x10FFE_u64, 5_u64, 0]);
    assert_eq!(lab.call("open", args![0x10FFE_u64, 0]), Ok(4));
    // The path ends at the last byte of its area.
    lab.ok("pread", args![3, 0x11FFB_u64, 5_u64, 0]);
    assert_eq!(lab.call("open", args![0x11FFB_u64, 0]), Ok(5));
    lab.ok("pread", args![3, 0x11FFC_u64, 4_u64, 0]);
    assert_eq!(lab.call("open", args![0x11FFC_u64, 0]), Err(Errno::EFAULT));
    for bad in [0x12000, 8, KERNEL, u64::MAX] {
        assert_eq!(
            lab.call("open", args![bad, 0]),
            Err(Errno::EFAULT),
            "{bad:#x}"
        );
    }
    assert_eq!(
        lab.call("open", args![0x10000_u64, 0]),
        Err(Errno::ENOENT),
        "an empty string"
    );
    assert_eq!(lab.call("open", args!["data\0more", 0]), Ok(6));
    assert_eq!(lab.open("", "O_RDWR|O_CREAT"), Err(Errno::ENOENT));
}

/// Opens a new file and returns its descriptor.
fn lab_fd(lab: &mut Lab, name: &str, bytes: &str) -> u64 {
    lab.file(name, bytes);
    lab.open(name, "O_RDONLY").expect("a descriptor")
}

#[test]
fn long_names_are_rejected() {
    let mut lab = Lab::i7();
    for (len, error) in [
        (255, Errno::ENOENT),
        (256, Errno::ENAMETOOLONG),
        (4095, Errno::ENAMETOOLONG),
        (5000, Errno::ENAMETOOLONG),
    ] {
        assert_eq!(lab.open(&"x".repeat(len), "O_RDONLY"), Err(error), "{len}");
    }
    assert_eq!(lab.open(&"x/".repeat(2047), "O_RDONLY"), Err(Errno::ENOENT));
    assert_eq!(
        lab.open(&"x/".repeat(2048), "O_RDONLY"),
        Err(Errno::ENAMETOOLONG)
    );
}

#[test]
fn lseek_moves_from_the_beginning_the_offset_or_the_end() {
    let mut lab = Lab::i7();
    let fd = lab_fd(&mut lab, "f", "hello, world\n");
    let mut seek = |by: i64, whence: &str| lab.call("lseek", args![fd, by, c(whence)]);
    assert_eq!(seek(0, "SEEK_END"), Ok(13));
    assert_eq!(seek(100, "SEEK_SET"), Ok(100));
    assert_eq!(seek(-101, "SEEK_CUR"), Err(Errno::EINVAL));
    assert_eq!(seek(-1, "SEEK_SET"), Err(Errno::EINVAL));
    assert_eq!(seek(-100, "SEEK_CUR"), Ok(0));
    assert_eq!(seek(i64::MAX, "SEEK_SET"), Ok(i64::MAX as u64));
    assert_eq!(seek(1, "SEEK_CUR"), Err(Errno::EINVAL));
    assert_eq!(seek(i64::MAX, "SEEK_END"), Err(Errno::EINVAL));
    assert_eq!(seek(i64::MIN, "SEEK_END"), Err(Errno::EINVAL));
    assert_eq!(
        seek(0, "SEEK_CUR"),
        Ok(i64::MAX as u64),
        "failures move nothing"
    );
}

#[test]
fn lseek_checks_the_descriptor_then_whence_then_the_file() {
    let mut lab = Lab::i7();
    assert_eq!(lab.call("lseek", args![99, 0, 77]), Err(Errno::EBADF));
    assert_eq!(lab.call("lseek", args![1, 0, 77]), Err(Errno::EINVAL));
    assert_eq!(lab.call("lseek", args![1, 0, -1]), Err(Errno::EINVAL));
    assert_eq!(lab.call("lseek", args![1, 0, 0]), Err(Errno::ESPIPE));
}

#[test]
fn fstat_reports_a_file_in_fields_and_in_memory() {
    let mut lab = Lab::i7();
    let fd = lab_fd(&mut lab, "f", "hello, world\n");
    let fields = lab.reply("fstat", args![fd]).fields;
    let field = |name: &str| {
        fields
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| *value)
    };
    assert_eq!(
        ["st_size", "st_ino", "st_mode", "st_blksize"].map(field),
        [13, 1, 0o100_644, 4096].map(Some)
    );
    lab.area("here", 0x10000, 0x11000, "rw-");
    assert_eq!(lab.call("fstat", args![fd, 0x10F70_u64]), Ok(0));
    // In the structure, the size is at byte 48 and the inode number at byte 8 (x86-64's asm/stat.h).
    assert_eq!(lab.bytes(0x10F70 + 48, 8), 13_u64.to_le_bytes());
    assert_eq!(lab.bytes(0x10F70 + 8, 8), 1_u64.to_le_bytes());
    assert_eq!(
        lab.call("fstat", args![fd, 0x10F71_u64]),
        Err(Errno::EFAULT),
        "its end lies outside"
    );
    assert_eq!(lab.call("fstat", args![fd, 0]), Err(Errno::EFAULT));
    assert_eq!(lab.reply("fstat", args![99, 0]).result, Err(Errno::EBADF));
    assert_eq!(lab.reply("fstat", args![99]).fields, []);
    assert_eq!(lab.reply("fstat", args![1]).fields[3], ("st_size", 0));
}

#[test]
fn ftruncate_truncates_and_adds_zeros() {
    let mut lab = Lab::i7();
    lab.file("f", "hello, world\n");
    let fd = lab.open("f", "O_RDWR").unwrap();
    assert_eq!(lab.call("ftruncate", args![fd, 5]), Ok(0));
    assert_eq!(lab.contents("f"), b"hello");
    assert_eq!(lab.call("ftruncate", args![fd, 8]), Ok(0));
    assert_eq!(lab.contents("f"), b"hello\0\0\0");
    assert_eq!(lab.call("ftruncate", args![fd, i64::MAX]), Ok(0));
    assert_eq!(lab.call("lseek", args![fd, 0, 2]), Ok(i64::MAX as u64));
    assert_eq!(lab.call("ftruncate", args![fd, 0]), Ok(0));
    assert_eq!(lab.contents("f"), b"");
}

#[test]
fn ftruncate_checks_the_length_then_the_descriptor_then_its_mode() {
    let mut lab = Lab::i7();
    let fd = lab_fd(&mut lab, "f", "hello");
    assert_eq!(lab.call("ftruncate", args![99, -1]), Err(Errno::EINVAL));
    assert_eq!(lab.call("ftruncate", args![99, 1]), Err(Errno::EBADF));
    assert_eq!(lab.call("ftruncate", args![fd, 1]), Err(Errno::EINVAL));
    assert_eq!(lab.call("ftruncate", args![1, 1]), Err(Errno::EINVAL));
}

#[test]
fn a_file_of_the_same_name_replaces_one_that_stays_as_long_as_it_is_open() {
    let mut lab = Lab::i7();
    let old = lab.file("f", "old");
    let fd = lab.open("f", "O_RDONLY").unwrap();
    let new = lab.file("f", "newer");
    assert_eq!(lab.kernel.file_named("f"), Some(new));
    assert_eq!(lab.call("lseek", args![fd, 0, 2]), Ok(3));
    lab.ok("close", args![fd]);
    assert!(
        !lab.kernel.files().all.contains_key(&old),
        "nobody can reach it any more"
    );
    assert!(lab.kernel.files().all.contains_key(&new));
}
