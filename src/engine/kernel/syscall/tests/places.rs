//! Tests the default addresses of mappings and the limits of a small address space.

use super::lab::{Lab, args, c};
use crate::kernel::abi::Errno;
use crate::machine::spec::Spec;

const PAGE: u64 = 0x1000;

/// `mmap-base` of a Core i7.
const BASE: u64 = 0x7FFF_F7FF_F000;

fn map(lab: &mut Lab, hint: u64, len: u64, more: &str) -> Result<u64, Errno> {
    let flags = c("MAP_PRIVATE|MAP_ANONYMOUS") | c(more);
    lab.call(
        "mmap",
        args![hint, len, c("PROT_READ|PROT_WRITE"), flags, -1, 0],
    )
}

#[test]
fn mappings_go_to_the_top_of_the_highest_hole_below_the_base() {
    let mut lab = Lab::i7();
    assert_eq!(map(&mut lab, 0, PAGE, "MAP_FILE"), Ok(BASE - PAGE));
    // `mmap` rounds a length up to whole pages.
    assert_eq!(map(&mut lab, 0, PAGE + 1, "MAP_FILE"), Ok(BASE - 3 * PAGE));
    assert_eq!(
        map(&mut lab, BASE - 10 * PAGE, 2 * PAGE, "MAP_FIXED"),
        Ok(BASE - 10 * PAGE)
    );
    assert_eq!(
        map(&mut lab, 0, 6 * PAGE, "MAP_FILE"),
        Ok(BASE - 16 * PAGE),
        "the hole of five is too small"
    );
    assert_eq!(map(&mut lab, 0, 3 * PAGE, "MAP_FILE"), Ok(BASE - 6 * PAGE));
    assert_eq!(lab.call("munmap", args![BASE - 3 * PAGE, 2 * PAGE]), Ok(0));
    assert_eq!(map(&mut lab, 0, PAGE, "MAP_FILE"), Ok(BASE - 2 * PAGE));
    // The search for a hole ignores areas above `mmap-base`.
    assert_eq!(
        map(&mut lab, BASE + 5 * PAGE, PAGE, "MAP_FIXED"),
        Ok(BASE + 5 * PAGE)
    );
    assert_eq!(map(&mut lab, 0, PAGE, "MAP_FILE"), Ok(BASE - 3 * PAGE));
}

#[test]
fn a_hole_across_the_base_is_usable_below_it() {
    let mut lab = Lab::i7();
    assert_eq!(
        map(&mut lab, BASE - PAGE, 2 * PAGE, "MAP_FIXED"),
        Ok(BASE - PAGE)
    );
    assert_eq!(map(&mut lab, 0, PAGE, "MAP_FILE"), Ok(BASE - 2 * PAGE));
    assert_eq!(lab.call("munmap", args![BASE - PAGE, 2 * PAGE]), Ok(0));
    assert_eq!(map(&mut lab, 0, PAGE, "MAP_FILE"), Ok(BASE - PAGE));
}

#[test]
fn a_hint_is_rounded_down_and_used_if_it_is_free() {
    let mut lab = Lab::i7();
    assert_eq!(map(&mut lab, 0x40_0123, PAGE, "MAP_FILE"), Ok(0x40_0000));
    assert_eq!(map(&mut lab, 0x40_0000, PAGE, "MAP_FILE"), Ok(BASE - PAGE));
    assert_eq!(
        map(&mut lab, 0x3F_F000, 2 * PAGE, "MAP_FILE"),
        Ok(BASE - 3 * PAGE),
        "it reaches into the first"
    );
    // A hint above `mmap-base` is also valid, up to the end of the user address space.
    assert_eq!(
        map(&mut lab, 0x7FFF_FFFF_E000, PAGE, "MAP_FILE"),
        Ok(0x7FFF_FFFF_E000)
    );
    assert_eq!(
        map(&mut lab, 0x7FFF_FFFF_F000, PAGE, "MAP_FILE"),
        Ok(BASE - 4 * PAGE)
    );
    assert_eq!(
        map(&mut lab, 0xFFFF_8000_0000_0000, PAGE, "MAP_FILE"),
        Ok(BASE - 5 * PAGE)
    );
}

#[test]
fn a_14_bit_space_is_all_user_space_except_page_0() {
    let mut lab = Lab::simple();
    assert_eq!(
        map(&mut lab, 0, 64, "MAP_FILE"),
        Ok(0x2FC0),
        "mmap-base is at three quarters"
    );
    assert_eq!(map(&mut lab, 0x3FC0, 64, "MAP_FIXED"), Ok(0x3FC0));
    assert_eq!(map(&mut lab, 0x4000, 64, "MAP_FIXED"), Err(Errno::ENOMEM));
    assert_eq!(map(&mut lab, 0x3FC0, 65, "MAP_FIXED"), Err(Errno::ENOMEM));
    assert_eq!(map(&mut lab, 0, 0x4001, "MAP_FILE"), Err(Errno::ENOMEM));
    assert_eq!(
        map(&mut lab, 0, 0x2FC0, "MAP_FILE"),
        Err(Errno::ENOMEM),
        "only page 0 would make it fit"
    );
    assert_eq!(map(&mut lab, 0, 0x2F80, "MAP_FILE"), Ok(0x40));
    assert_eq!(map(&mut lab, 0, 64, "MAP_FILE"), Err(Errno::ENOMEM));
    assert_eq!(map(&mut lab, 64, 64, "MAP_FILE"), Err(Errno::ENOMEM));
    // An explicit request for address 0 succeeds, as it does for root on Linux.
    assert_eq!(map(&mut lab, 0, 64, "MAP_FIXED"), Ok(0));
    assert_eq!(lab.call("munmap", args![0, 0x4000]), Ok(0));
    assert_eq!(lab.call("munmap", args![64, 0x4000]), Err(Errno::EINVAL));
    assert_eq!(lab.maps(), []);
}

#[test]
fn a_small_space_has_no_room_for_gaps_below_stacks() {
    let mut lab = Lab::simple();
    assert_eq!(
        map(&mut lab, 0x2000, 64, "MAP_FIXED|MAP_GROWSDOWN"),
        Ok(0x2000)
    );
    assert_eq!(map(&mut lab, 0x1FC0, 64, "MAP_FILE"), Ok(0x1FC0));
}

/// Creates a lab with 16-bit addresses, two levels of one-page tables (32 entries each), and room for
/// `tables` tables.
fn two_levels(tables: u32) -> Lab {
    let spec = Spec::paged(16, 12, 6)
        .levels(&[5, 5])
        .tlb("tlb", 4, 4)
        .cache("cache", 16, 1, 2);
    Lab::with(spec, |config| config.frames = Some(64 - tables))
}

#[test]
fn without_room_for_a_table_a_call_answers_enomem_and_changes_nothing() {
    // The three tables are the root and two leaf tables that cover 0x800 bytes each.
    let mut lab = two_levels(3);
    let at = |table: u64| table * 0x800;
    for table in [1, 2] {
        assert_eq!(
            map(&mut lab, at(table), 64, "MAP_FIXED|MAP_POPULATE"),
            Ok(at(table))
        );
    }
    let before = lab.maps();
    assert_eq!(
        map(&mut lab, at(3), 64, "MAP_FIXED|MAP_POPULATE"),
        Err(Errno::ENOMEM)
    );
    assert_eq!(lab.maps(), before);
    let fixed = c("MREMAP_MAYMOVE|MREMAP_FIXED");
    assert_eq!(lab.touch(at(2), Some(7)), None);
    assert_eq!(
        lab.call("mremap", args![at(2), 64, 64, fixed, at(3)]),
        Err(Errno::ENOMEM)
    );
    assert_eq!((lab.maps(), lab.bytes(at(2), 1)), (before, vec![7]));
    // An area without pages needs no table.
    assert_eq!(map(&mut lab, at(3), 64, "MAP_FIXED"), Ok(at(3)));
    assert_eq!(lab.call("mlock", args![at(3), 64]), Err(Errno::ENOMEM));
    assert_eq!(lab.call("munmap", args![at(1), 64]), Ok(0));
    assert_eq!(
        lab.call("mlock", args![at(3), 64]),
        Ok(0),
        "the table went with its last page"
    );
}

#[test]
fn mremap_moves_to_the_highest_hole_when_there_is_no_room() {
    let mut lab = Lab::i7();
    let low = map(&mut lab, 0x40_0000, 2 * PAGE, "MAP_FILE").expect("room");
    assert_eq!(
        map(&mut lab, 0x40_2000, PAGE, "MAP_NORESERVE"),
        Ok(0x40_2000)
    );
    assert_eq!(lab.touch(low + PAGE, Some(7)), None);
    let may_move = c("MREMAP_MAYMOVE");
    assert_eq!(
        lab.call("mremap", args![low, 2 * PAGE, 3 * PAGE, 0]),
        Err(Errno::ENOMEM)
    );
    assert_eq!(
        lab.call("mremap", args![low, 2 * PAGE, 3 * PAGE, may_move]),
        Ok(BASE - 3 * PAGE)
    );
    assert_eq!(lab.bytes(BASE - 2 * PAGE, 1), [7]);
    // The mapping at 0x402000 has room to grow in place, so it does not move.
    assert_eq!(
        lab.call("mremap", args![0x40_2000, PAGE, 3 * PAGE, may_move]),
        Ok(0x40_2000)
    );
    assert_eq!(
        lab.call("mremap", args![BASE - 3 * PAGE, 3 * PAGE, PAGE, may_move]),
        Ok(BASE - 3 * PAGE)
    );
}

#[test]
fn mremap_to_a_fixed_address_needs_the_address() {
    let mut lab = Lab::i7();
    let at = map(&mut lab, 0, PAGE, "MAP_FILE").expect("room");
    let fixed = c("MREMAP_MAYMOVE|MREMAP_FIXED");
    assert_eq!(
        lab.call("mremap", args![at, PAGE, PAGE, fixed]),
        Err(Errno::EINVAL)
    );
    assert_eq!(lab.call("mremap", args![at, PAGE, PAGE, fixed, 0]), Ok(0));
}

#[test]
fn huge_pages_are_not_available() {
    let mut lab = Lab::i7();
    lab.file("f", "hello");
    let fd = lab.open("f", "O_RDWR").expect("a descriptor");
    let mut map = |flags: &str, fd: u64, len: u64| {
        let flags = c(flags) | c("MAP_HUGETLB");
        lab.call("mmap", args![0, len, c("PROT_READ"), flags, fd as i32, 0])
    };
    for kind in [
        "MAP_SHARED",
        "MAP_PRIVATE",
        "MAP_SHARED_VALIDATE",
        "MAP_FILE",
    ] {
        assert_eq!(map(kind, fd, PAGE), Err(Errno::EINVAL), "{kind}");
        assert_eq!(
            map(kind, fd, 1 << 50),
            Err(Errno::EINVAL),
            "before the length: {kind}"
        );
        assert_eq!(map(kind, 77, PAGE), Err(Errno::EBADF), "{kind}");
    }
    assert_eq!(map("MAP_ANONYMOUS", fd, PAGE), Err(Errno::EINVAL));
    // Linux 6.18 returns the errors below if no huge pages are reserved. x86-64 supports only the sizes 2^21
    // and 2^30 bytes.
    let mut map = |kind: &str, more: i32| {
        let flags = c(kind) | c("MAP_ANONYMOUS|MAP_HUGETLB") | more;
        lab.call(
            "mmap",
            args![0x1000_0000, PAGE, c("PROT_READ"), flags, -1, 0],
        )
    };
    for (kind, no_replace) in [
        ("MAP_SHARED", Errno::ENOMEM),
        ("MAP_PRIVATE", Errno::ENOMEM),
        ("MAP_SHARED_VALIDATE", Errno::EOPNOTSUPP),
    ] {
        for size in 0..64_i32 {
            let errno = if [0, 21, 30].contains(&size) {
                Errno::ENOMEM
            } else {
                Errno::EINVAL
            };
            assert_eq!(map(kind, size << 26), Err(errno), "{kind} {size}");
        }
        assert_eq!(map(kind, c("MAP_GROWSDOWN")), Err(Errno::EINVAL), "{kind}");
        assert_eq!(
            map(kind, c("MAP_FIXED_NOREPLACE")),
            Err(no_replace),
            "{kind}"
        );
    }
}
