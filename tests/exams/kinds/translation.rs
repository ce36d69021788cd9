//! Tests of kinds of published questions about address translation.

use super::kind;
use crate::exams::sheet::{Facts, Sheet, hex};

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

/// Harvard CS61, 2017, section 8. The published index 0x300 of 0x70000FFF is wrong, because it has more
/// than 9 bits.
#[test]
fn level_indices() {
    let question = kind("02-level-indices", "Page-table indices");
    let items = question.facts();
    assert_eq!(items.len(), 3);
    for item in &items {
        let va = item.access().2;
        for (name, shift) in [("vpn1", 39), ("vpn2", 30), ("vpn3", 21), ("vpn4", 12)] {
            assert_eq!(item.key(name), (va >> shift & 0x1FF).to_string(), "{name} of {}", item.operation);
        }
        assert_eq!(item.key("vpo"), (va & 0xFFF).to_string(), "{}", item.operation);
    }
    assert_eq!([items[0].key("vpn1"), items[0].key("vpn2"), items[0].key("vpn4")], ["0", "1", "0"]);
    assert_eq!([items[1].key("vpn1"), items[1].key("vpn4")], ["17", "1"]);
    assert_eq!([items[2].key("vpn2"), items[2].key("vpn3"), items[2].key("vpo")], ["0", "7", "2202"]);
    assert_eq!(question.keys(), ["0x29004080100"]);
}

/// KTH DD2486, December 14, 2005, problem 4.
#[test]
fn tlb_lookup() {
    assert_eq!(lines(&kind("03-tlb-lookup", "TLB lookup")), ["0x3 0x2 N", "0x3 0x0 Y"]);
}

/// Patterson and Hennessy, exercise 5.11.1. The page of the second access replaces page 11, the least recently
/// used page. The published final TLB contains 12 -> 15, 8 -> 14, 3 -> 6, and 11 -> 12.
#[test]
fn address_stream() {
    let question = kind("04-address-stream", "Stream of addresses");
    let addresses: Vec<u64> = question.facts().iter().map(|item| item.access().2).collect();
    assert_eq!(addresses, [4669, 2227, 13916, 34587, 48870, 12608, 49225]);
    let right = ["0x1 N Y", "0x0 N N", "0x3 Y N", "0x8 N Y", "0xB N N", "0x3 Y N", "0xC N Y"];
    assert_eq!(lines(&question), right);
    assert_eq!(question.tables()[0].rows[0].join(" "), "0 C F 1 8 E 1 3 6 1 B C 1");
}

/// UNSW COMP3231: a walk fetches one entry at each of two levels, and the access itself follows. On
/// average, 0.95 * 1 + 0.05 * 3 = 1.1.
#[test]
fn accesses_of_a_walk() {
    let question = kind("05-walk-accesses", "Accesses of a walk");
    assert_eq!(lines(&question), ["N 2", "Y 0"]);
    assert_eq!(question.keys(), ["3", "1.1"]);
}

/// GATE 2003, question 78. The published solution adds 1 + 1 ns for two hits, 10 ns for a cache miss, and
/// 20 ns for a TLB miss.
#[test]
fn latencies() {
    let right = ["N N 32", "Y Y 2", "Y N 12", "N Y 22"];
    assert_eq!(lines(&kind("06-latency", "Latency of an access")), right);
}

/// The machine of the University of Iowa: a physical address is the frame, shifted by 6 bits, and the
/// word. Page 0 is not writable, page 1 is not writable or executable, page 2 is not executable, page 3
/// is not valid, and page 4 is the supervisor's.
#[test]
fn rights() {
    let question = kind("07-rights", "Rights");
    let right = [
        format!("N {}", hex(0x01_u64 << 6 | 0x17, 3)),
        "Y (protection) -".to_owned(),
        "Y (protection) -".to_owned(),
        format!("N {}", hex(0x09_u64 << 6 | 0x3C, 3)),
        "Y -".to_owned(),
        "Y (protection) -".to_owned(),
        format!("N {}", hex(0x18_u64 << 6 | 0x2E, 3)),
    ];
    assert_eq!(lines(&question), right);
}

/// GATE 2004, question 65: four of the accesses 8, 12, 0, 12, 8 miss. All of them use set 0. Block 0
/// replaces block 8 (tag 4), which the store made dirty, and block 8 replaces block 0, which is clean.
#[test]
fn set_of_a_cache() {
    let right = ["N - no", "N - no", "N 0x04 yes", "Y - no", "N 0x00 no"];
    assert_eq!(lines(&kind("08-cache-set", "A set of a cache")), right);
}

/// Without ASIDs, each switch flushes the TLB. With ASIDs, the entry of process A survives the access of
/// process B.
#[test]
fn context_switches() {
    let without = kind("09-asid", "Context switches without ASIDs");
    assert_eq!(lines(&without), ["N", "Y", "N", "N", "N"]);
    let with = kind("09-asid", "Context switches with ASIDs");
    assert_eq!(lines(&with), ["N", "Y", "N", "Y", "N"]);
}

/// Page 0x0F is in frame 0x0D, and pages have 64 bytes. Only core 1 still has the entry after the page
/// was unmapped.
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
    assert_eq!(lines(&kind("10-stale-entry", "Stale TLB entry")), right);
}

/// University of Wisconsin, CS537, quiz 3. Address 0x1787 is 00101 11100 00111, and byte 5 of page 73 is 0x7F,
/// which is not valid. Address 0x2665 is 01001 10011 00101. Byte 9 of page 73 is 0xF2 (page 114), byte 19 of page
/// 114 is 0x86 (page 6), and byte 5 of page 6 is 0x1A.
#[test]
fn hex_dump() {
    let byte_of_page_6 = hex(6_u64 * 32 + 5, 3);
    let right = ["0x05 0x1C 0x7F - Y - -".to_owned(), format!("0x09 0x13 0xF2 0x86 N {byte_of_page_6} 0x1A")];
    assert_eq!(lines(&kind("63-hex-dump", "Hex dump")), right);
}

/// Harvard CS61, 2016, answers A5 to A8 and A10.
#[test]
fn words_of_a_page_table() {
    let question = kind("64-words", "Words of a page table");
    assert_eq!(lines(&question), ["N 0x00000000", "N 0x00000100", "Y -", "N 0x00000040"]);
    assert_eq!(question.keys(), ["8192"]);
}

/// The output of `vmprint` in the lab of MIT 6.1810: entries 0, 0, and 1 lead to 0x87F68000, and entries
/// 255, 511, and 510 lead to 0x87F76000.
#[test]
fn addresses_of_entries() {
    let items = kind("65-entry-addresses", "Addresses of entries").facts();
    // The table, the index, and the entry at each level.
    let low: [(u64, u64, u64); 3] =
        [(0x87F6_E000, 0, 0x21FD_A801), (0x87F6_A000, 0, 0x21FD_A401), (0x87F6_9000, 1, 0x21FD_A00F)];
    let high: [(u64, u64, u64); 3] =
        [(0x87F6_E000, 255, 0x21FD_B401), (0x87F6_D000, 511, 0x21FD_B001), (0x87F6_C000, 510, 0x21FD_D807)];
    assert_eq!(items.len(), 2);
    for (item, walk) in items.iter().zip([low, high]) {
        for (at, (table, index, entry)) in walk.into_iter().enumerate() {
            let level = at + 1;
            assert_eq!(item.key(&format!("pte{level}.address")), hex(table + 8 * index, 14), "level {level}");
            assert_eq!(item.key(&format!("pte{level}.value")), hex(entry, 16), "level {level}");
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
        format!("0x2403 0xE403 N {}", hex(0x39_u64 << 6 | 0x27, 3)),
        format!("0x4003 0xB003 N {}", hex(0x2C_u64 << 6 | 0x1D, 3)),
        "0x4001 0x03B0 Y -".to_owned(),
        "0x4001 0xB003 Y (protection) -".to_owned(),
        "0x2402 - Y -".to_owned(),
    ];
    assert_eq!(lines(&kind("66-layout", "Unusual entries")), right);
}

/// University of Waterloo, CS350: the load from 0x3C9A accesses the physical address 0x0C9A, and a store
/// to page 3 is forbidden. Pages 3 and 5 replace pages 5 and 2, the oldest entries.
#[test]
fn software_managed_tlb() {
    let question = kind("71-software-tlb", "Software-managed TLB");
    let right =
        ["N N 0x00005 0x0C9A", "Y N - 0x4F08", "Y Y (protection) - -", "N N 0x00002 0x7004", "N Y - -"];
    assert_eq!(lines(&question), right);
    assert_eq!(question.tables()[0].rows[0].join(" "), "0 00003 0 00005 7 00001 9");
}

/// Frame 2 contains page 3, frame 0 contains page 0xE, and page 4 is in frame 5. Eight pages are not valid.
#[test]
fn virtual_addresses_of_physical_ones() {
    let question = kind("79-reverse", "Virtual and physical addresses");
    let rows: Vec<String> = question.cells().iter().map(|row| row.join(" ")).collect();
    assert_eq!(rows, ["0x3ABC 0x2ABC", "0xE123 0x0123", "0x4D0E 0x5D0E"]);
    assert_eq!(question.any()[0].1, ["0x2", "0x5", "0x7", "0x9", "0xA", "0xC", "0xD", "0xF"]);
}
