//! Tests of VIPT caches, TLB reach, and effective access times, according to the formulas.

use super::sheet::{SEEDS, Sheet, exam, hex, scan};

fn strings(numbers: &[u64]) -> Vec<String> {
    numbers.iter().map(u64::to_string).collect()
}

#[test]
fn vipt_and_reach() {
    for seed in SEEDS {
        let exam = exam("vipt-tlb-reach", seed);
        beside(&exam.question("A cache in parallel with the TLB"), seed);
        names(&exam.question("Three names for one page"), seed);
        reach(&exam.question("Reach"), seed);
    }
}

fn beside(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let said = scan(
        &prose,
        "has pages of {} KB and a first-level data cache of {} KB with {} ways and blocks of {} bytes",
    );
    let [page, size, ways, block] = said[..] else {
        panic!("four numbers")
    };
    let sets = size * 1024 / ways / block;
    let bits = |n: u64| u64::from(n.ilog2());
    let (offset, index, vpo) = (bits(block), bits(sets), bits(page * 1024));
    assert_eq!(
        question.part("a").keys(),
        strings(&[sets, offset, index, vpo]),
        "seed {seed}"
    );
    let beyond = (offset + index).saturating_sub(vpo);
    let right = [
        (beyond == 0).to_string(),
        beyond.to_string(),
        (1 << beyond).to_string(),
    ];
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
    // If the page offset contains all index bits, a way is at most as large as a page.
    assert_eq!(
        question.part("c").keys(),
        strings(&[page * ways, size.div_ceil(page)]),
        "seed {seed}"
    );
    let said = scan(
        &prose,
        "A lookup takes {} cycles in the TLB and {} cycles in the cache",
    );
    assert_eq!(
        question.part("d").keys(),
        strings(&[said[0].max(said[1]), said[0] + said[1]]),
        "seed {seed}"
    );
}

fn names(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let said = scan(
        &prose,
        "Virtual pages {}, {}, and {} are all mapped to the physical page {}.",
    );
    let frame = said[3];
    let mut first = None;
    for item in question.part("a").facts() {
        let (_, _, va, _) = item.access();
        assert!(said[..3].contains(&(va >> 12)), "seed {seed}");
        // A cache of 8 KB with blocks of 64 bytes has 128 sets, indexed by the virtual address.
        let set = va >> 6 & 127;
        let hit = first == Some(set);
        first = first.or(Some(set));
        let mut right = vec![hex(frame << 12 | va & 0xFFF, 5), hex(set, 2)];
        // The paper omits the first outcome, because the cache is empty.
        right.extend((item.keys.len() > 2).then(|| if hit { "Y" } else { "N" }.to_owned()));
        let keys: Vec<String> = item.keys.iter().map(|(_, key)| key.clone()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", item.operation);
    }
}

fn reach(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let said = scan(
        &prose,
        "has pages of {} KB, a first-level TLB of {} entries, and a second-level TLB of {} entries",
    );
    let large = scan(&prose, "Reach of the first-level TLB with pages of {} MB")[0];
    let right = strings(&[said[0] * said[1], said[0] * said[2], said[1] * large]);
    assert_eq!(question.part("a").keys(), right, "seed {seed}");
    let said = scan(
        &prose,
        "byte of each of {} consecutive pages, in order, in each of {} passes",
    );
    let (pages, rounds) = (said[0], said[1]);
    // The accesses visit more pages than the TLB has entries, always in the same order, so each page is
    // evicted before its next access.
    let misses = if pages > 4 { pages * rounds } else { pages };
    let right = strings(&[misses, pages * rounds - misses, 4, 4 * rounds - 4]);
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
}

#[test]
fn effective_access_times() {
    for seed in SEEDS {
        let exam = exam("effective-access-time", seed);
        translated(&exam.question("TLB and page table"), seed);
        faulting(&exam.question("Page faults"), seed);
        goal(&exam.question("A goal"), seed);
    }
}

/// A key in thousandths. The number has at most five decimals.
fn fine(key: &str) -> u64 {
    let (whole, part) = key.split_once('.').unwrap_or((key, ""));
    assert!(part.len() <= 5, "{key} is no number to write down");
    let digits = format!("{whole}{part:0<5}");
    digits
        .parse()
        .unwrap_or_else(|_| panic!("{key} is no decimal number"))
}

fn all_fine(keys: &[String]) -> Vec<u64> {
    keys.iter().map(|key| fine(key)).collect()
}

/// One nanosecond, in the unit that [`fine`] uses.
const ONE: u64 = 100_000;

fn translated(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let said = scan(
        &prose,
        "A TLB lookup takes {} ns, and a memory access takes {} ns",
    );
    let (tlb, memory) = (said[0], said[1]);
    let percent = scan(&prose, "takes no time. {} % of all accesses hit in the TLB")[0];
    let levels = scan(
        &prose,
        "Effective access time if the page table had {} levels",
    )[0];
    let better = scan(
        &prose,
        "replaces the TLB, and {} % of all accesses hit in it",
    )[0];
    // In a hundred accesses, each TLB hit requires one memory access, and each TLB miss requires one more memory
    // access per level.
    let average = |hits: u64, levels: u64| {
        (hits * (tlb + memory) + (100 - hits) * (tlb + memory + levels * memory)) * ONE / 100
    };
    let right = [
        (tlb + memory) * ONE,
        (tlb + 2 * memory) * ONE,
        average(percent, 1),
        average(percent, levels),
    ];
    assert_eq!(all_fine(&question.part("a").keys()), right, "seed {seed}");
    let right = [
        average(better, levels),
        average(percent, levels) - average(better, levels),
    ];
    assert_eq!(all_fine(&question.part("b").keys()), right, "seed {seed}");
}

fn faulting(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let memory = scan(&prose, "A memory access takes {} ns on average")[0];
    let one_in = scan(&prose, "One in {} accesses causes a page fault")[0];
    let fault = scan(&prose, "Handling a page fault takes {} ms on average")[0] * 1_000_000;
    let goal = scan(&prose, "access time by at most {} % of")[0];
    // The effective access times with one fault per `one_in` accesses.
    let added = (one_in * memory + fault) * ONE / one_in;
    let instead = ((one_in - 1) * memory + fault) * ONE / one_in;
    let room = memory * goal * ONE / 100;
    let right = [added, instead, room, fault * ONE / room * ONE];
    assert_eq!(all_fine(&question.keys()), right, "seed {seed}");
    assert_eq!(
        fault * ONE % room,
        0,
        "seed {seed}: a whole number of accesses"
    );
}

fn goal(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let said = scan(
        &prose,
        "hits in the TLB takes {} ns. A translation that misses takes {} ns longer",
    );
    let (tlb, walk) = (said[0], said[1]);
    let average = scan(&prose, "The average translation should take {} ns")[0];
    let miss = (average - tlb) * 100 * ONE / walk;
    let half = tlb * ONE + walk * miss / 200;
    assert_eq!(
        all_fine(&question.part("a").keys()),
        [miss, half],
        "seed {seed}"
    );
    let said = scan(
        &prose,
        "Reading a page from the disk takes {} ms. In {} % of all page faults",
    );
    let right = said[0] * ONE + said[0] * said[1] * ONE / 100;
    assert_eq!(all_fine(&question.part("b").keys()), [right], "seed {seed}");
}
