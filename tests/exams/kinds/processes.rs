//! Tests of kinds of published exam questions about the memory of processes. The keys are the published
//! answers, or they are computed here.

use std::collections::BTreeMap;

use super::kind;
use crate::exams::sheet::{Sheet, hex, scan};

/// The keys of each question about an operation, in order.
fn outcomes(question: &Sheet) -> Vec<String> {
    let mut all = Vec::new();
    for asked in question.facts() {
        let keys: Vec<&str> = asked.keys.iter().map(|(_, key)| key.as_str()).collect();
        all.push(keys.join(" "));
    }
    all
}

/// CS:APP, section 9.7.2. The first two accesses are segmentation faults on Linux: no area contains the first
/// address, and the area of the second address is read-only. The other accesses are normal faults. A store to a
/// private page that was read from a file copies the page.
#[test]
fn fault_classes() {
    let right = [
        "segmentation",
        "protection",
        "file",
        "file",
        "copy-on-write",
        "demand-zero",
        "none",
    ];
    assert_eq!(outcomes(&kind("11-fault-classes", "Page faults")), right);
}

/// The child's store copies page 1 to frame 3, the lowest free frame. Frame 1 then belongs to the parent alone, so
/// the parent's store faults without a copy. Loads do not fault. Page 2 is still shared, so the parent's store
/// copies it to frame 4.
#[test]
fn stores_after_fork() {
    let question = kind("12-fork-stores", "Copy-on-write");
    let keys: Vec<String> = question
        .facts()
        .iter()
        .map(|item| format!("{} {}", item.key("copied"), item.key("frame")))
        .collect();
    assert_eq!(keys, ["yes 3", "no -", "no -", "yes 4"]);
    // For each page, its frame, and whether the page is writable. No process has stored to page 0, and C has not
    // stored to page 2.
    let tables = question.tables();
    for (table, right) in tables.iter().zip([
        ["10 00 0", "11 01 1", "12 04 1"],
        ["10 00 0", "11 03 1", "12 02 0"],
    ]) {
        assert_eq!(
            table
                .rows
                .iter()
                .map(|row| row.join(" "))
                .collect::<Vec<_>>(),
            right
        );
    }
}

/// All of A's stores change the file. The first store of B copies the page, and B then uses the copy.
#[test]
fn private_and_shared_mappings() {
    let mut file = *b"abcdef";
    file[0] = b'U';
    let mut copy = file;
    copy[1] = b'V';
    file[2] = b'W';
    copy[3] = b'X';
    let right = [file, copy, file].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(
        kind("13-private-shared", "Two mappings of a file").keys(),
        right
    );
}

/// `sbrk` returns the old program break. The first access to each page of the heap is a fault, and an
/// access beyond the last page is a segmentation fault.
#[test]
fn calls_that_move_the_program_break() {
    let question = kind("14-heap-calls", "The program break");
    let start = scan(&question.prose(), "its program break is {}.")[0];
    let right = [
        hex(start, 12),
        "1 none".to_owned(),
        "0 none".to_owned(),
        "0 SIGSEGV".to_owned(),
        hex(start + 1, 12),
        "1 none".to_owned(),
        "0 none".to_owned(),
        "0 SIGSEGV".to_owned(),
        "0 SIGSEGV".to_owned(),
    ];
    assert_eq!(outcomes(&question), right);
    assert_eq!(question.keys(), ["4096"]);
}

/// CS:APP, section 9.8.4. Each area ends at a multiple of the page size.
#[test]
fn areas_after_execve() {
    let question = kind("15-execve", "execve");
    let rows: Vec<String> = question.tables()[0]
        .rows
        .iter()
        .map(|row| row.join(" "))
        .collect();
    let right = [
        (".text", 0x40_0000_u64, 0x1800_u64, "r-xp a.out"),
        (".data", 0x60_2000, 0x400, "rw-p a.out"),
        (".bss", 0x60_3000, 0x2000, "rw-p anonymous"),
        ("stack", 0x7FFF_FFFF_E000, 0x1000, "rw-p anonymous"),
    ];
    let right = right.map(|(area, start, size, rest)| {
        let end = (start + size).next_multiple_of(4096);
        format!("{area} {start:012X} {end:012X} {rest}")
    });
    assert_eq!(rows, right);
    assert_eq!(outcomes(&question), ["segmentation", "file", "demand-zero"]);
}

/// University of Iowa, CS:3620, homework 7, spring 2018: one fault for each of the 16 pages.
#[test]
fn faults_of_a_mapped_file() {
    assert_eq!(
        kind("16-file-faults", "Reading a mapped file").keys(),
        ["16"]
    );
}

/// Kerrisk, figure 49-4: the bytes from 2200 to 4095 are zeros, the bytes from 4096 to 8191 cause SIGBUS,
/// and the bytes beyond the mapping cause SIGSEGV. A longer file makes the second page accessible.
#[test]
fn signals_of_mapped_files() {
    let right = [
        "none 0x61",
        "none 0x00",
        "SIGBUS -",
        "SIGSEGV -",
        "none 0x00",
        "SIGSEGV SEGV_ACCERR",
        "SIGSEGV SEGV_MAPERR",
        "none none",
    ];
    assert_eq!(outcomes(&kind("19-file-end", "Signals")), right);
}

/// The loop stores to the pages 1, 65, 129, and so on of a heap of 2^18 pages. Each store causes a page fault.
#[test]
fn lazy_allocation() {
    let pages = (1..1_u64 << 18).step_by(64).count();
    let right = [0, pages, (pages * 4096) >> 20, 1 << (30 - 20)].map(|n| n.to_string());
    assert_eq!(kind("20-lazy-allocation", "Lazy allocation").keys(), right);
}

/// After fork, all entries are read-only. The child's store maps a copy in frame 3. Frame 2 then belongs to the
/// parent alone, so the parent's store makes the parent's entry writable. The text was read-only at the start.
#[test]
fn entries_after_fork() {
    let question = kind("39-entries-after-fork", "Copy-on-write");
    let right = [
        ("a", ["1 0 0", "4 1 0", "5 2 0"]),
        ("b", ["1 0 0", "4 1 0", "5 3 1"]),
        ("c", ["1 0 0", "4 1 0", "5 2 1"]),
    ];
    for (part, right) in right {
        let rows: Vec<String> = question.part(part).tables()[0]
            .rows
            .iter()
            .map(|row| row.join(" "))
            .collect();
        assert_eq!(rows, right, "part {part}");
    }
    // After fork, the child has the same entries as the parent.
    let tables = question.part("a").tables();
    assert_eq!(tables[0].rows, tables[1].rows);
}

/// The permissions of each page, in runs of neighboring pages with the same permissions.
#[test]
fn areas_after_munmap_and_mprotect() {
    let mut pages: BTreeMap<u64, &str> = (0x10..0x16).map(|page| (page, "rw-p")).collect();
    pages.remove(&0x12);
    pages.insert(0x14, "r--p");
    let mut areas: Vec<(u64, u64, &str)> = Vec::new();
    for (page, perms) in pages {
        match areas.last_mut() {
            Some(last) if last.1 == page && last.2 == perms => last.1 = page + 1,
            _ => areas.push((page, page + 1, perms)),
        }
    }
    let right: Vec<String> = areas
        .iter()
        .map(|(start, end, perms)| format!("{:08X} {:08X} {perms}", start << 12, end << 12))
        .collect();
    let question = kind("40-split-areas", "Areas");
    let rows: Vec<String> = question.tables()[0]
        .rows
        .iter()
        .map(|row| row[1..].join(" "))
        .collect();
    assert_eq!(rows, right);
}

/// Patterson and Hennessy, exercise 5.11.2. The accesses use pages 0, 0, 0, 2, 2, 0, and 3. Page 0 fills the
/// invalid entry, and page 3 is in the TLB at the start. Page 2 is on disk and replaces page 11, the least
/// recently used page.
#[test]
fn larger_pages() {
    let question = kind("44-larger-pages", "Larger pages");
    assert_eq!(
        outcomes(&question),
        ["N N", "Y N", "Y N", "N Y", "Y N", "Y N", "Y N"]
    );
    let tlb = &question.tables()[0].rows[0];
    // The row of a set has the set's number, followed by a tag, a PPN, and a valid bit for each way.
    let ways: Vec<String> = tlb[1..]
        .chunks(3)
        .map(|way| format!("{} {}", way[0], way[2]))
        .collect();
    assert_eq!(ways, ["2 1", "7 1", "3 1", "0 1"]);
}

/// Tanenbaum, Modern Operating Systems, figure 3-22: page A5 has the lowest age of A's pages, and page B3 has the
/// lowest age of all pages.
#[test]
fn local_and_global_replacement() {
    let question = kind("54-local-global", "Local and global replacement");
    let victims: Vec<String> = question
        .facts()
        .iter()
        .map(|item| item.key("victim").to_owned())
        .collect();
    assert_eq!(victims, ["B3", "A5"]);
}

/// After fork, both entries point to the same frame and are read-only. The parent's store copies the page.
/// The child is then the only user of the old frame, so its store faults without a copy.
#[test]
fn true_statements() {
    let choices = kind("73-true-statements", "Copy-on-write").choices();
    let right = [
        "If the child reads var, it accesses the same physical address as the parent.",
        "If the parent executes var = 3, a page fault occurs.",
        "If the child executes var = 3, a page fault occurs.",
    ];
    assert_eq!(choices[0].1, right);
    let right = [
        "If the child reads var, it reads 5.",
        "If the child executes var = 4, a page fault occurs.",
    ];
    assert_eq!(choices[1].1, right);
}

/// All three blocks of 16 bytes become one free block between two allocated blocks, as bits 1 and 2 of the
/// header show. The allocator changes only the header and the footer of the new block.
#[test]
fn heap_words() {
    let rows = kind("74-heap-words", "Implicit free list").cells();
    let merged = format!("0x{:08X}", (3 * 16) | 0b110);
    for row in rows {
        let right = if ["0x600A028", "0x6009FFC"].contains(&row[0].as_str()) {
            &merged
        } else {
            &row[1]
        };
        assert_eq!(&row[2], right, "{}", row[0]);
    }
}

/// Plank, CS360, test 2, 1996: 1022 chunks of 1012 + 8 + 4 bytes are in use, and 2 chunks are free. The
/// 1024 chunks fill 128 units of 8 KB.
#[test]
fn heap_bytes() {
    let keys = kind("75-heap-bytes", "Bytes of a heap").keys();
    assert_eq!(keys, ["1048576", "1034264", "8176", "4088", "2048"]);
}
