//! Compares loaded programs with CS:APP's picture of a process and, for pages that two segments share, with
//! an ELF loader.

use super::*;

fn prot(perms: &str) -> Prot {
    Prot {
        read: perms.contains('r'),
        write: perms.contains('w'),
        exec: perms.contains('x'),
    }
}

fn section(name: &str, start: u64, size: u64, perms: &str) -> Section {
    Section {
        name: name.into(),
        start,
        size,
        prot: prot(perms),
        zero: name == ".bss",
    }
}

/// The example in the language documentation.
fn a_out() -> Vec<Section> {
    vec![
        section(".text", 0x40_0000, 0x1800, "r-x"),
        section(".data", 0x60_2000, 0x400, "rw-"),
        section(".bss", 0x60_3000, 0x2000, "rw-"),
    ]
}

/// Lists the addresses, permissions, file offset, and name of each segment.
fn described_segments(sections: &[Section]) -> Vec<(Range<u64>, Prot, Option<u64>, &str)> {
    let name = |segment: &Segment| segment.section.map_or("", |at| &*sections[at].name);
    let describe = |segment: Segment| {
        (
            segment.pages.clone(),
            segment.prot,
            segment.offset,
            name(&segment),
        )
    };
    segments(sections, 0x1000)
        .into_iter()
        .map(describe)
        .collect()
}

#[test]
fn sections_are_loaded_in_whole_pages() {
    assert_eq!(
        described_segments(&a_out()),
        [
            (0x40_0000..0x40_2000, prot("r-x"), Some(0), ".text"),
            (0x60_2000..0x60_3000, prot("rw-"), Some(0x2000), ".data"),
            (0x60_3000..0x60_5000, prot("rw-"), None, ".bss"),
        ]
    );
    assert_eq!(file_size(&a_out(), 0x1000), 0x2400);
}

#[test]
fn the_offset_in_the_file_is_congruent_with_the_address() {
    let sections = [
        section(".text", 0x40_0123, 0x100, "r-x"),
        section(".data", 0x60_2FF0, 0x20, "rw-"),
    ];
    assert_eq!(offsets(&sections, 0x1000), [Some(0x123), Some(0x1FF0)]);
    assert_eq!(file_size(&sections, 0x1000), 0x2010);
    assert_eq!(
        described_segments(&sections)[1],
        (0x60_2000..0x60_4000, prot("rw-"), Some(0x1000), ".data")
    );
}

#[test]
fn bss_in_the_last_page_of_data_is_the_rest_of_that_page() {
    let sections = [
        section(".data", 0x60_2000, 0x400, "rw-"),
        section(".bss", 0x60_2400, 0x2000, "rw-"),
    ];
    assert_eq!(
        described_segments(&sections),
        [
            (0x60_2000..0x60_3000, prot("rw-"), Some(0), ".data"),
            (0x60_3000..0x60_5000, prot("rw-"), None, ".bss"),
        ]
    );
    let small = [
        section(".data", 0x60_2000, 0x400, "rw-"),
        section(".bss", 0x60_2400, 0x10, "rw-"),
    ];
    assert_eq!(
        described_segments(&small),
        [(0x60_2000..0x60_3000, prot("rw-"), Some(0), ".data")]
    );
}

#[test]
fn a_common_page_has_the_permissions_of_both_sections() {
    let sections = [
        section(".rodata", 0x1000, 0x1800, "r--"),
        section(".text", 0x2800, 0x1000, "r-x"),
        section(".data", 0x3800, 0x10, "rw-"),
    ];
    assert_eq!(
        described_segments(&sections),
        [
            (0x1000..0x2000, prot("r--"), Some(0), ".rodata"),
            (0x2000..0x3000, prot("r-x"), Some(0x1000), ".text"),
            (0x3000..0x4000, prot("rwx"), Some(0x2000), ".data"),
        ]
    );
    // The bytes of two sections that share a page are adjacent in the file, as in memory.
    assert_eq!(
        offsets(&sections, 0x1000),
        [Some(0), Some(0x1800), Some(0x2800)]
    );
}

#[test]
fn three_sections_may_have_one_page_in_common() {
    let sections = [
        section("a", 0x1000, 8, "r--"),
        section("b", 0x1010, 8, "rw-"),
        section("c", 0x1020, 0x1000, "r-x"),
    ];
    assert_eq!(
        described_segments(&sections),
        [
            (0x1000..0x2000, prot("rwx"), Some(0), "c"),
            (0x2000..0x3000, prot("r-x"), Some(0x1000), "c")
        ]
    );
}

#[test]
fn bytes_after_a_bss_in_the_same_page_come_from_the_file() {
    let sections = [
        section(".bss", 0x1000, 0x1800, "rw-"),
        section(".data", 0x2800, 0x10, "rw-"),
    ];
    assert_eq!(
        described_segments(&sections),
        [
            (0x1000..0x2000, prot("rw-"), None, ".bss"),
            (0x2000..0x3000, prot("rw-"), Some(0), ".bss")
        ]
    );
    assert_eq!(offsets(&sections, 0x1000), [None, Some(0x800)]);
}

#[test]
fn invalid_executables_are_reported() {
    let check = |sections: &[Section]| {
        check(
            &Executable {
                entry: 0,
                sections: sections.to_vec(),
                libraries: Vec::new(),
            },
            1 << 47,
        )
    };
    assert_eq!(check(&a_out()), Ok(()));
    assert_eq!(check(&[]), Err(ExecutableError::Empty));
    assert_eq!(
        check(&[section("a", 1, 0, "r--")]),
        Err(ExecutableError::Empty)
    );
    let top = section("a", (1 << 47) - 1, 2, "r--");
    assert_eq!(
        check(&[a_out()[0].clone(), top]),
        Err(ExecutableError::Beyond(1))
    );
    assert_eq!(
        check(&[section("a", u64::MAX, 2, "r--")]),
        Err(ExecutableError::Beyond(0))
    );
    assert_eq!(
        check(&[section("a", 8, u64::MAX, "r--")]),
        Err(ExecutableError::Beyond(0))
    );
    let touching = [
        section("a", 0x20, 0x10, "r--"),
        section("b", 0x10, 0x10, "r--"),
    ];
    assert_eq!(check(&touching), Ok(()));
    let overlapping = [
        section("a", 0x20, 0x10, "r--"),
        section("b", 0x10, 0x11, "r--"),
    ];
    assert_eq!(check(&overlapping), Err(ExecutableError::Overlap(1, 0)));
}

#[test]
fn a_plain_library_is_text_and_a_page_of_data() {
    let plain = |size| -> Vec<_> {
        let tell = |s: Segment| (s.pages.start, s.pages.end, s.prot, s.offset);
        plain_library(size, 0x1000).into_iter().map(tell).collect()
    };
    assert_eq!(
        plain(0x2001),
        [
            (0, 0x3000, prot("r-x"), Some(0)),
            (0x3000, 0x4000, prot("rw-"), Some(0x2000))
        ]
    );
    assert_eq!(plain(0), []);
    assert_eq!(plain(u64::MAX), []);
    assert_eq!(plain(u64::MAX - 0xFFF), []);
}
