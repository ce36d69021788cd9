//! Tests of kinds of published questions about address translation.

use super::kind;
use crate::exams::sheet::{Facts, Sheet, hex, number};

/// The keys of each operation, in the order of the paper, on one line.
fn lines(question: &Sheet) -> Vec<String> {
    let line = |item: &Facts| {
        let keys: Vec<&str> = item.keys.iter().map(|(_, key)| key.as_str()).collect();
        keys.join(" ")
    };
    question.facts().iter().map(line).collect()
}

/// CMU 15-213, spring 2003, problem 1 of the published sample problems. The physical addresses are published
/// in binary: 01 0101 1100 1110 0110 and 01 1010 0010 1010 0100. The last bits of these addresses are 1001 10 and
/// 1001 00, so both accesses use line 9 of the cache.
#[test]
fn worksheet() {
    let right = [
        "0x01E 0x6 0x03 N N 0x57 0x15CE6 0x2 0x9 0x573 Y 0xD4",
        "0x012 0x2 0x02 Y N 0x68 0x1A2A4 0x0 0x9 0x68A N -",
    ];
    assert_eq!(lines(&kind("01-worksheet", "Worksheet")), right);
}

/// Harvard CS61, 2017, section 8. The published index 0x300 of 0x70000FFF is wrong, because an index has only 9
/// bits.
#[test]
fn level_indices() {
    let question = kind("02-level-indices", "Page-table indices");
    let items = question.facts();
    assert_eq!(items.len(), 3);
    for item in &items {
        let va = item.access().2;
        for (name, shift) in [("vpn1", 39), ("vpn2", 30), ("vpn3", 21), ("vpn4", 12)] {
            assert_eq!(
                item.key(name),
                hex(va >> shift & 0x1FF, 3),
                "{name} of {}",
                item.operation
            );
        }
        assert_eq!(item.key("vpo"), hex(va & 0xFFF, 3), "{}", item.operation);
    }
    // The published answers.
    let published = |at: usize, name: &str| number(items[at].key(name));
    assert_eq!(
        [
            published(0, "vpn1"),
            published(0, "vpn2"),
            published(0, "vpn4")
        ],
        [0, 1, 0]
    );
    assert_eq!([published(1, "vpn1"), published(1, "vpn4")], [17, 1]);
    assert_eq!(
        [
            published(2, "vpn2"),
            published(2, "vpn3"),
            published(2, "vpo")
        ],
        [0, 7, 2202]
    );
    assert_eq!(question.keys(), ["0x29004080100"]);
}

/// KTH DD2486, December 14, 2005, problem 4. The physical addresses are published in binary.
#[test]
fn tlb_lookup() {
    let right = [
        format!("0x0B 0x3 0x2 N N 0x1 {}", hex(0b00_0111_0000_1001_u64, 4)),
        format!("0x03 0x3 0x0 Y N 0xD {}", hex(0b11_0100_0101_0011_u64, 4)),
    ];
    assert_eq!(lines(&kind("03-tlb-lookup", "TLB lookup")), right);
}

/// Patterson and Hennessy, exercise 5.11.1. The page of the second access replaces page 11, the least recently
/// used page. The published final TLB contains 12 -> 15, 8 -> 14, 3 -> 6, and 11 -> 12.
#[test]
fn address_stream() {
    let question = kind("04-address-stream", "Stream of addresses");
    let addresses: Vec<u64> = question
        .facts()
        .iter()
        .map(|item| item.access().2)
        .collect();
    assert_eq!(addresses, [4669, 2227, 13916, 34587, 48870, 12608, 49225]);
    let right = [
        "1 N Y", "0 N N", "3 Y N", "8 N Y", "11 N N", "3 Y N", "12 N Y",
    ];
    assert_eq!(lines(&question), right);
    assert_eq!(
        question.tables()[0].rows[0].join(" "),
        "0 12 15 1 8 14 1 3 6 1 11 12 1"
    );
}

/// UNSW COMP3231: a walk fetches one entry at each of two levels, and the access itself follows. On
/// average, 0.95 * 1 + 0.05 * 3 = 1.1.
#[test]
fn accesses_of_a_walk() {
    assert_eq!(
        kind("05-walk-accesses", "Memory accesses").keys(),
        ["3", "1.1"]
    );
}

/// GATE 2003, question 78. The published solution adds 1 + 1 ns for two hits, 10 ns for a cache miss, and
/// 20 ns for a TLB miss.
#[test]
fn latencies() {
    let right = ["N N 32", "Y Y 2", "Y N 12", "N Y 22"];
    assert_eq!(lines(&kind("06-latency", "Latency of an access")), right);
}

/// University of Iowa, CS:3620, homework 7, spring 2018, problem 2. An entry has the rights r, w, and x and a
/// frame. Each right is a bit.
#[test]
fn rights() {
    let table: [(&str, u64); 8] = [
        ("101", 0b00001),
        ("100", 0b00010),
        ("110", 0b01001),
        ("000", 0b00101),
        ("000", 0b11000),
        ("000", 0b00101),
        ("000", 0b01001),
        ("000", 0b10000),
    ];
    let question = kind("07-rights", "Rights");
    let addresses = [
        0b0_1010_1010,
        0b1_0101_0101,
        0b0_0110_0110,
        0b1_1001_1001,
        0b0_0011_1000,
    ];
    assert_eq!(
        question
            .facts()
            .iter()
            .map(|item| item.access().2)
            .collect::<Vec<_>>(),
        addresses
    );
    for ((item, choice), va) in question
        .facts()
        .iter()
        .zip(question.choices())
        .zip(addresses)
    {
        let (rights, frame) = table[usize::try_from(va >> 6).expect("a page")];
        let names = ["read", "write", "execute"].iter().zip(rights.chars());
        let mut permitted: Vec<&str> = names
            .filter(|(_, right)| *right == '1')
            .map(|(name, _)| *name)
            .collect();
        if permitted.is_empty() {
            permitted.push("none");
            assert_eq!(item.key("pa"), "-", "{va:09b}");
        } else {
            let pa = item.key("pa").trim_start_matches("0b");
            assert_eq!(
                u64::from_str_radix(pa, 2),
                Ok(frame << 6 | va & 0x3F),
                "{va:09b}"
            );
        }
        assert_eq!(choice.1, permitted, "{va:09b}");
    }
}

/// GATE 2004, question 65: four of the accesses 8, 12, 0, 12, 8 miss. All five accesses use set 0. Block 0
/// replaces block 8 (tag 4), which the store made dirty, and block 8 replaces block 0, which is clean, so one
/// block is written back.
#[test]
fn set_of_a_cache() {
    let question = kind("08-cache-set", "A set of a cache");
    assert_eq!(lines(&question), ["N -", "N -", "N 4", "Y -", "N 0"]);
    assert_eq!(question.keys(), ["1"]);
}

/// Without ASIDs, each switch flushes the TLB. With ASIDs, the entry of process A survives the accesses of
/// process B.
#[test]
fn context_switches() {
    let question = kind("09-asid", "Context switches");
    assert_eq!(lines(&question.part("a")), ["N", "Y", "N", "N", "N", "N"]);
    assert_eq!(lines(&question.part("b")), ["N", "Y", "N", "N", "Y", "N"]);
}

/// Page 0x0F is in frame 0x0D, and pages have 64 bytes. After the kernel unmaps the page, only core 1 still has
/// the entry.
#[test]
fn stale_entry() {
    let page = 0x0D_u64 << 6;
    let right = [
        format!("N N {}", hex(page | 0x14, 3)),
        format!("N N {}", hex(page | 0x14, 3)),
        "N Y -".to_owned(),
        format!("Y N {}", hex(page | 0x18, 3)),
        "N Y -".to_owned(),
    ];
    assert_eq!(lines(&kind("10-stale-entry", "Two cores")), right);
}

/// University of Wisconsin, CS537, quiz 3. Address 0x1787 is 00101 11100 00111, and byte 5 of page 73 is 0x7F,
/// which is not valid. Address 0x2665 is 01001 10011 00101. Byte 9 of page 73 is 0xF2 (page 114), byte 19 of page
/// 114 is 0x86 (page 6), and byte 5 of page 6 is 0x1A.
#[test]
fn hex_dump() {
    let byte_of_page_6 = hex(6_u64 * 32 + 5, 3);
    let right = [
        "0x05 0x1C 0x7F - Y - -".to_owned(),
        format!("0x09 0x13 0xF2 0x86 N {byte_of_page_6} 0x1A"),
    ];
    assert_eq!(lines(&kind("63-hex-dump", "Hex dump")), right);
}

/// Harvard CS61, 2016, answers A5 to A10.
#[test]
fn words_of_a_page_table() {
    let question = kind("64-words", "Words of a page table");
    assert_eq!(
        lines(&question),
        ["N 0x00000000", "N 0x00000100", "Y -", "N 0x00000040"]
    );
    assert_eq!(question.keys(), ["1", "8192"]);
}

/// The output of `vmprint` in the lab of MIT 6.1810: entries 0, 0, and 1 lead to 0x87F68000, and entries
/// 255, 511, and 510 lead to 0x87F76000.
#[test]
fn addresses_of_entries() {
    let items = kind("65-entry-addresses", "Addresses of page-table entries").facts();
    // The table, the index, and the entry at each level.
    let low: [(u64, u64, u64); 3] = [
        (0x87F6_E000, 0, 0x21FD_A801),
        (0x87F6_A000, 0, 0x21FD_A401),
        (0x87F6_9000, 1, 0x21FD_A00F),
    ];
    let high: [(u64, u64, u64); 3] = [
        (0x87F6_E000, 255, 0x21FD_B401),
        (0x87F6_D000, 511, 0x21FD_B001),
        (0x87F6_C000, 510, 0x21FD_D807),
    ];
    assert_eq!(items.len(), 2);
    for (item, walk) in items.iter().zip([low, high]) {
        for (at, (table, index, entry)) in walk.into_iter().enumerate() {
            let level = at + 1;
            assert_eq!(
                item.key(&format!("pte{level}.address")),
                hex(table + 8 * index, 14),
                "level {level}"
            );
            assert_eq!(
                item.key(&format!("pte{level}.value")),
                hex(entry, 16),
                "level {level}"
            );
        }
    }
    assert_eq!(items[0].key("pa"), hex(0x87F6_8ABC_u64, 14));
    assert_eq!(items[1].key("pa"), hex(0x87F7_6123_u64, 14));
}

/// Each walk is calculated by hand. Address 0x6A7 has the indexes 3 and 2: 24 03 is page 9 (0x240), and E4 03 is
/// page 0x39. Address 0x05D has the indexes 0 and 1: 40 03 is page 0x10 (0x400), and B0 03 is page 0x2C. Address
/// 0xC9E has the indexes 6 and 2: 40 01 is page 0x10 without stores, and 03 B0 is not valid. Address 0xC5D has the
/// indexes 6 and 1, and level 1 forbids the store. Address 0x215 has the index 1 at level 1: 24 02 is not valid.
#[test]
fn unusual_entries() {
    let right = [
        format!("0x2403 0xE403 {}", hex(0x39_u64 << 6 | 0x27, 3)),
        format!("0x4003 0xB003 {}", hex(0x2C_u64 << 6 | 0x1D, 3)),
        "0x4001 0x03B0 -".to_owned(),
        "0x4001 0xB003 -".to_owned(),
        "0x2402 - -".to_owned(),
    ];
    assert_eq!(
        lines(&kind("66-layout", "Big-endian page-table entries")),
        right
    );
}

/// University of Waterloo, CS350: the load from 0x3C9A finds an invalid TLB entry and accesses the physical
/// address 0x0C9A. A store to page 3 is forbidden. Page 1 replaces page 5, the oldest entry.
#[test]
fn software_managed_tlb() {
    let question = kind("71-software-tlb", "Software-managed TLB");
    let right = [
        "N N 0x0C9A",
        "Y N 0x4F08",
        "Y Y (protection) -",
        "N N 0x9ABC",
        "N Y -",
    ];
    assert_eq!(lines(&question), right);
    assert_eq!(
        question.tables()[0].rows[0].join(" "),
        "0 00001 9 00003 0 00002 4"
    );
}

/// Frame 2 contains page 3, frame 0 contains page 0xE, and page 4 is in frame 5. Eight pages are not valid.
#[test]
fn virtual_addresses_of_physical_ones() {
    let question = kind("79-reverse", "Virtual and physical addresses");
    let rows: Vec<String> = question.cells().iter().map(|row| row.join(" ")).collect();
    assert_eq!(rows, ["0x4D0E 0x5D0E", "0x3ABC 0x2ABC", "0xE123 0x0123"]);
}
