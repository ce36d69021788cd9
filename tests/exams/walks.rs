//! Tests of walks through page tables whose bytes are on the paper.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{Facts, SEEDS, Sheet, dump, exam, hex, number, scan};

type Memory = BTreeMap<u64, u8>;

/// The value of an entry's bytes. Bytes missing from the paper are zero.
fn entry(memory: &Memory, at: u64, size: u64, big_endian: bool) -> u64 {
    let byte = |n: u64| u64::from(*memory.get(&(at + n)).unwrap_or(&0));
    let place = |n: u64| if big_endian { size - 1 - n } else { n };
    (0..size).fold(0, |raw, n| raw | byte(n) << (8 * place(n)))
}

/// The page-table format that a paper describes.
struct Format {
    /// The widths of each level's index, beginning with level 1, and of the page offset, in bits.
    levels: Vec<u32>,
    offset: u32,
    /// Number of bytes in an entry, and the byte order.
    size: u64,
    big_endian: bool,
    /// The valid bit, and the PPN's lowest bit and width.
    valid: u32,
    ppn: (u32, u32),
    /// Number of digits in a physical address.
    digits: usize,
}

/// A walk, with each entry and its address, and with the PPN if every entry is valid.
struct Walk {
    indices: Vec<u64>,
    entries: Vec<(u64, u64)>,
    ppn: Option<u64>,
}

impl Format {
    fn walk(&self, memory: &Memory, top: u64, va: u64) -> Walk {
        let mut low = self.offset + self.levels.iter().sum::<u32>();
        let indices: Vec<u64> = self
            .levels
            .iter()
            .map(|bits| {
                low -= bits;
                va >> low & ((1 << bits) - 1)
            })
            .collect();
        let (mut table, mut entries) = (top, Vec::new());
        for index in &indices {
            let at = table + index * self.size;
            let raw = entry(memory, at, self.size, self.big_endian);
            entries.push((at, raw));
            if raw >> self.valid & 1 == 0 {
                return Walk {
                    indices,
                    entries,
                    ppn: None,
                };
            }
            table = (raw >> self.ppn.0 & ((1 << self.ppn.1) - 1)) << self.offset;
        }
        Walk {
            indices,
            entries,
            ppn: Some(table >> self.offset),
        }
    }

    /// The value of a walk fact that a paper asks for, in the key's format.
    fn fact(&self, walk: &Walk, va: u64, name: &str) -> String {
        let offset = va & ((1 << self.offset) - 1);
        let level = |name: &str| name.parse::<usize>().expect("a level") - 1;
        let digits = |bits: u32| bits.div_ceil(4) as usize;
        match name {
            "vpo" => hex(offset, digits(self.offset)),
            "fault" => if walk.ppn.is_some() { "N" } else { "Y" }.to_owned(),
            "ppn" => hex(walk.ppn, digits(self.ppn.1)),
            "pa" => hex(walk.ppn.map(|ppn| ppn << self.offset | offset), self.digits),
            _ if name.starts_with("vpn") => {
                let level = level(&name[3..]);
                hex(walk.indices[level], digits(self.levels[level]))
            }
            _ => {
                let (number, what) = name[3..].split_once('.').expect("a part of an entry");
                let found = walk.entries.get(level(number));
                match what {
                    "address" => hex(found.map(|entry| entry.0), self.digits),
                    _ => hex(found.map(|entry| entry.1), self.size as usize * 2),
                }
            }
        }
    }

    /// Checks every blank of the question against the walk.
    fn holds(&self, memory: &Memory, top: u64, asked: &Facts, place: &str) -> Walk {
        let (_, _, va, _) = asked.access();
        let walk = self.walk(memory, top, va);
        for (fact, key) in asked
            .keys
            .iter()
            .filter(|(fact, _)| !matches!(&**fact, "byte" | "ct"))
        {
            assert_eq!(
                *key,
                self.fact(&walk, va, fact),
                "{place}: {fact} of {}",
                asked.operation
            );
        }
        walk
    }
}

#[test]
fn tiny_entries() {
    let mut faults = BTreeSet::new();
    for seed in SEEDS {
        let exam = exam("tiny-pte-walk", seed);
        faults.insert(one_byte(&exam.question("Entries of one byte"), seed));
        two_bytes(&exam.question("Entries of two bytes, big-endian"), seed);
        x86(&exam.question("The words of an x86-32 page table"), seed);
    }
    assert!(
        faults.len() > 2,
        "the order of the faults changes with the seed"
    );
}

/// Checks the first question, and returns whether each read faults.
fn one_byte(question: &Sheet, seed: u64) -> Vec<bool> {
    let format = Format {
        levels: vec![4, 4],
        offset: 4,
        size: 1,
        big_endian: false,
        valid: 7,
        ppn: (0, 5),
        digits: 3,
    };
    let memory = dump(&question.given()[0]);
    assert_eq!(memory.len(), 512, "seed {seed}");
    let top = scan(
        &question.prose(),
        "The level-1 table is at the physical address {}.",
    )[0];
    let asked = question.facts();
    assert_eq!(asked.len(), 4);
    let mut faults = Vec::new();
    for item in &asked {
        let walk = format.holds(&memory, top, item, &format!("seed {seed}"));
        let va = item.access().2;
        let byte = walk.ppn.map(|ppn| u64::from(memory[&(ppn << 4 | va & 15)]));
        assert_eq!(item.key("byte"), hex(byte, 2), "seed {seed}");
        faults.push(walk.ppn.is_none());
    }
    assert_eq!(
        faults.iter().filter(|fault| **fault).count(),
        2,
        "seed {seed}: two of four fault"
    );
    faults
}

fn two_bytes(question: &Sheet, seed: u64) {
    let format = Format {
        levels: vec![4, 4],
        offset: 8,
        size: 2,
        big_endian: true,
        valid: 15,
        ppn: (0, 7),
        digits: 4,
    };
    let memory = dump(&question.given()[0]);
    let top = scan(
        &question.prose(),
        "The level-1 table is at the physical address {}.",
    )[0];
    let mut present = 0;
    for name in ["a", "b", "c"] {
        let part = question.part(name);
        let walk = format.holds(&memory, top, &part.facts()[0], &format!("seed {seed}"));
        present += u32::from(walk.ppn.is_some());
        let writable = walk.ppn.is_some() && walk.entries.iter().all(|(_, raw)| raw >> 14 & 1 == 1);
        assert_eq!(part.keys(), [writable.to_string()], "seed {seed}");
        if name == "c" {
            let raw = walk.entries[0].1;
            let swapped = raw >> 8 | (raw & 0xFF) << 8;
            let valid = if swapped >> 15 == 1 {
                "would be"
            } else {
                "would not be"
            };
            let rubrics = part.rubrics();
            assert!(
                rubrics.contains(&hex(swapped, 4)) && rubrics.contains(valid),
                "seed {seed}: {rubrics}"
            );
        }
    }
    assert_eq!(present, 2, "seed {seed}: one of three is not there");
}

fn x86(question: &Sheet, seed: u64) {
    let format = Format {
        levels: vec![10, 10],
        offset: 12,
        size: 4,
        big_endian: false,
        valid: 0,
        ppn: (12, 20),
        digits: 8,
    };
    let memory = dump(&question.given()[0]);
    let top = scan(&question.prose(), "CR3 contains {}.")[0];
    for item in question.facts() {
        format.holds(&memory, top, &item, &format!("seed {seed}"));
    }
    let [(among, answers)] = &question.any()[..] else {
        panic!("one is asked")
    };
    let candidates = among
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .expect("a list")
        .0;
    let mapped = candidates
        .split(", ")
        .map(number)
        .filter(|va| format.walk(&memory, top, *va).ppn.is_some());
    let mapped: Vec<String> = mapped.map(|va| hex(va, 1)).collect();
    assert_eq!(*answers, mapped, "seed {seed}");
    // Every mapped page.
    let pages: BTreeSet<u64> = memory
        .keys()
        .filter(|at| **at >> 12 == top >> 12 && **at % 4 == 0)
        .flat_map(|at| (0..1024).map(move |slot| (at & 0xFFF) << 20 | slot << 12))
        .filter_map(|va| format.walk(&memory, top, va).ppn)
        .collect();
    let pages: Vec<u64> = pages.into_iter().collect();
    assert_eq!(pages.len(), 2, "seed {seed}");
    let said = format!("page {} and page {}", pages[0], hex(pages[1], 1));
    assert_eq!(question.choices()[0].1, [said], "seed {seed}");
}

/// The Core i7's format: four levels with nine bits each, and entries of eight bytes.
fn core_i7() -> Format {
    Format {
        levels: vec![9; 4],
        offset: 12,
        size: 8,
        big_endian: false,
        valid: 0,
        ppn: (12, 40),
        digits: 13,
    }
}

#[test]
fn the_core_i7_walk() {
    for seed in SEEDS {
        let exam = exam("core-i7-walk", seed);
        let parts = exam.question("The parts of an address");
        let asked = &parts.part("a").facts()[0];
        let (_, _, va, _) = asked.access();
        let indices: Vec<String> = (0..4)
            .map(|level| hex(va >> (39 - 9 * level) & 0x1FF, 3))
            .collect();
        let mut right = indices;
        // With 64 entries and 4 ways, the TLB has 16 sets, so the index has 4 bits and the tag has 32 bits.
        right.extend([hex(va & 0xFFF, 3), hex(va >> 12 & 15, 1), hex(va >> 16, 8)]);
        let keys: Vec<String> = asked.keys.iter().map(|(_, key)| key.clone()).collect();
        assert_eq!(keys, right, "seed {seed}");
        assert_eq!(
            parts.part("b").keys(),
            [hex(va >> 6 & 0x3F, 1)],
            "seed {seed}"
        );
        walked(&exam.question("The walk"), va, seed);
        four_levels(&exam.question("Four levels"), seed);
    }
}

fn walked(question: &Sheet, va: u64, seed: u64) {
    let memory = dump(&question.given()[0]);
    let top = scan(&question.prose(), "CR3 contains {}.")[0];
    let asked = &question.part("a").facts()[0];
    let walk = core_i7().holds(&memory, top, asked, &format!("seed {seed}"));
    assert_eq!(
        asked.access().2,
        va,
        "seed {seed}: the address of the question before"
    );
    assert_eq!(asked.key("ct"), hex(walk.ppn, 10), "seed {seed}");
    let leaf = walk.entries[3].1;
    // A load sets A (bit 5), and a store sets D (bit 6). The second load hits in the TLB.
    let right = [hex(leaf | 0x20, 1), hex(leaf | 0x60, 1), "0".to_owned()];
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
    let mut outcomes = Vec::new();
    for (text, correct) in question.part("c").choices() {
        let at = number(
            text.split_whitespace()
                .find(|word| word.starts_with("0x"))
                .expect("an address"),
        );
        let walk = core_i7().walk(&memory, top, at);
        let all = |bit: u32| walk.entries.iter().all(|(_, raw)| raw >> bit & 1 == 1);
        let none = |bit: u32| walk.entries.iter().all(|(_, raw)| raw >> bit & 1 == 0);
        let allowed = all(2)
            && match text.split(' ').nth(2) {
                Some("stores") => all(1),
                Some("jumps") => none(63),
                _ => true,
            };
        let right = match (walk.ppn, allowed) {
            (None, _) => "page fault: the entry is not present",
            (Some(_), false) => "protection fault: an entry forbids the access",
            (Some(_), true) => "the access succeeds",
        };
        assert_eq!(correct, [right], "seed {seed}: {text}");
        outcomes.push(right);
    }
    outcomes.sort_unstable();
    outcomes.dedup();
    assert_eq!(outcomes.len(), 3, "seed {seed}: each comes once");
}

fn four_levels(question: &Sheet, seed: u64) {
    let level = scan(&question.prose(), "that one level-{} entry covers")[0];
    let spans = [512 << 30, 1 << 30, 2 << 20][level as usize - 1];
    assert_eq!(
        question.part("a").keys(),
        [hex(spans, 1), "512".to_owned()],
        "seed {seed}"
    );
    let pages = scan(&question.prose(), "A process uses {} consecutive pages")[0];
    // Each used page needs a table for each prefix of its VPN.
    let used = (0..pages).map(|n| 0x400 + n).chain([0x7_FFFF_FFFE]);
    let tables = |bits: u32| {
        used.clone()
            .map(|vpn| vpn >> bits)
            .collect::<BTreeSet<u64>>()
            .len()
    };
    let all = tables(36) + tables(27) + tables(18) + tables(9);
    let right = [
        tables(9).to_string(),
        all.to_string(),
        (4 * all).to_string(),
    ];
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
}
