//! Tests of page-table sizes, according to the formulas.

use std::collections::BTreeSet;

use super::sheet::{SEEDS, Sheet, exam, scan};

fn strings(numbers: &[u64]) -> Vec<String> {
    numbers.iter().map(u64::to_string).collect()
}

#[test]
fn page_table_sizing() {
    for seed in SEEDS {
        let exam = exam("page-table-sizing", seed);
        one_level(&exam.question("One level"), seed);
        two_levels(&exam.question("Two levels"), seed);
        three_levels(&exam.question("Three levels"), seed);
        fits(&exam.question("Which page size fits"), seed);
    }
}

fn one_level(question: &Sheet, seed: u64) {
    let said = scan(
        &question.prose(),
        "has {}-bit virtual addresses, {}-bit physical addresses, and pages of {} bytes. Its page table has one level and an \
         entry of {} bytes for each virtual page.",
    );
    let [virtual_bits, physical_bits, page, entry] = said[..] else {
        panic!("four numbers")
    };
    let vpo = u64::from(page.ilog2());
    let (vpn, ppn) = (virtual_bits - vpo, physical_bits - vpo);
    let table = (1 << vpn) * entry / 1024;
    assert!(
        8 * entry >= ppn + 4,
        "seed {seed}: the entry is large enough"
    );
    let right = strings(&[vpo, vpn, ppn, 8 * entry - ppn - 4, vpn, table, table / 2]);
    assert_eq!(question.keys(), right, "seed {seed}");
}

fn two_levels(question: &Sheet, seed: u64) {
    let said = scan(
        &question.prose(),
        "uses these three ranges of pages and no others: {} pages from virtual page 0x08048 upward, {} pages from virtual page {} upward, and \
         {} stack pages",
    );
    let [text, file, start, stack] = said[..] else {
        panic!("four numbers")
    };
    // A level-1 entry covers 1024 pages.
    let tables = |pages: &mut dyn Iterator<Item = u64>| {
        pages.map(|vpn| vpn / 1024).collect::<BTreeSet<u64>>()
    };
    let low = tables(&mut (0x08048..0x08048 + text));
    let middle = tables(&mut (start..start + file));
    let high = tables(&mut (0xBFFFF + 1 - stack..0xBFFFF + 1));
    let all: BTreeSet<u64> = low.iter().chain(&middle).chain(&high).copied().collect();
    let count = all.len() as u64 + 1;
    let right = strings(&[low.len() as u64, middle.len() as u64, count, count * 4]);
    assert_eq!(question.part("a").keys(), right, "seed {seed}");
    let pages = scan(&question.prose(), "Another process uses {} distinct pages")[0];
    let right = strings(&[1 + pages.div_ceil(1024), 1 + pages.min(1024)]);
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
}

fn three_levels(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let memory = scan(
        &prose,
        "32-bit virtual addresses, {}-bit physical addresses",
    )[0];
    let said = scan(&prose, "is split into {}, {}, and {} bits");
    let [top, mid, low] = said[..] else {
        panic!("three numbers")
    };
    assert_eq!(top + mid + low, 20, "seed {seed}");
    let size = |bits: u64| (1 << bits) * 4u64;
    let needed = |bytes: u64| memory - u64::from(bytes.ilog2());
    let right = [
        size(mid),
        size(low),
        needed(size(mid)),
        needed(size(low)),
        needed(4096),
    ];
    assert_eq!(question.keys(), strings(&right), "seed {seed}");
}

fn fits(question: &Sheet, seed: u64) {
    let said = scan(
        &question.prose(),
        "A program has {} bytes of text, {} bytes of data, and {} bytes of stack",
    );
    let pages = |size: u64| said.iter().map(|bytes| bytes.div_ceil(size)).sum::<u64>();
    let used: u64 = said.iter().sum();
    let right = [
        pages(4096).to_string(),
        (pages(4096) * 4096 <= 65536).to_string(),
        pages(512).to_string(),
        (pages(512) * 512 <= 65536).to_string(),
        (pages(512) * 512 - used).to_string(),
    ];
    assert_eq!(question.keys(), right, "seed {seed}");
}
