//! Tests of fork and copy-on-write against a naive model with frame counters.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{SEEDS, Sheet, exam, listed, number, scan};

/// For each frame, the number of entries that point to it. For each page of a process, the page's frame, and
/// whether the page is read-only.
#[derive(Default)]
struct Frames {
    refs: BTreeMap<u64, u64>,
    mapped: BTreeMap<(String, u64), u64>,
    read_only: BTreeSet<(String, u64)>,
}

impl Frames {
    fn fresh(&mut self, key: &(String, u64)) -> u64 {
        let frame = (0..=u64::MAX)
            .find(|frame| !self.refs.contains_key(frame))
            .expect("a frame");
        self.refs.insert(frame, 1);
        self.mapped.insert(key.clone(), frame);
        self.read_only.remove(key);
        frame
    }

    /// Accesses the first byte of a page. Returns the fault class, whether the page was copied, and the new
    /// frame.
    fn access(&mut self, process: &str, page: u64, store: bool) -> [String; 3] {
        let key = (process.to_owned(), page);
        let Some(frame) = self.mapped.get(&key).copied() else {
            let frame = self.fresh(&key);
            return ["demand-zero", "no", &frame.to_string()].map(str::to_owned);
        };
        if !store || !self.read_only.contains(&key) {
            return ["none", "no", "-"].map(str::to_owned);
        }
        if self.refs[&frame] == 1 {
            // The frame has no other user, so the kernel makes the entry writable.
            self.read_only.remove(&key);
            return ["copy-on-write", "no", "-"].map(str::to_owned);
        }
        *self.refs.get_mut(&frame).expect("in use") -= 1;
        let copy = self.fresh(&key);
        ["copy-on-write", "yes", &copy.to_string()].map(str::to_owned)
    }

    fn fork(&mut self, parent: &str, child: &str) {
        let of_parent: Vec<(u64, u64)> = self
            .mapped
            .iter()
            .filter(|(key, _)| key.0 == parent)
            .map(|(key, frame)| (key.1, *frame))
            .collect();
        for (page, frame) in of_parent {
            *self.refs.get_mut(&frame).expect("in use") += 1;
            self.mapped.insert((child.to_owned(), page), frame);
            self.read_only
                .extend([(parent.to_owned(), page), (child.to_owned(), page)]);
        }
    }
}

#[test]
fn fork_and_copy_on_write() {
    for seed in SEEDS {
        let exam = exam("fork-cow", seed);
        parent_and_child(&exam.question("A parent and a child"), seed);
        program(&exam.question("A program with two mappings"), seed);
    }
}

fn parent_and_child(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let start = scan(&prose, "private anonymous memory at {}.")[0];
    let pages = listed(prose.split_once("the pages ").expect("a list").1);
    let mut frames = Frames::default();
    let others = scan(&prose, "only frames with numbers below {} are in use")[0];
    for page in 0..others {
        frames.access("Q", page, true);
    }
    for page in &pages {
        frames.access("P", *page, true);
    }
    frames.fork("P", "C");
    let (used, entries): (u64, u64) = (frames.refs.len() as u64, frames.refs.values().sum());
    let right = [used - others, entries - others].map(|n: u64| n.to_string());
    assert_eq!(question.part("a").keys(), right, "seed {seed}");
    for asked in question.part("b").facts() {
        let (process, verb, va, _) = asked.access();
        let right = frames.access(&process, (va - start) / 4096, verb == "write");
        let keys: Vec<String> = asked.keys.iter().map(|(_, key)| key.clone()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", asked.operation);
    }
    frames.fork("P", "D");
    let part = question.part("c");
    let table: Vec<Vec<String>> = frames
        .refs
        .iter()
        .map(|(frame, refs)| vec![frame.to_string(), refs.to_string()])
        .collect();
    assert_eq!(part.tables()[0].rows, table, "seed {seed}");
    let all = scan(&part.prose(), "point to each of the {} frames")[0];
    assert_eq!(
        all,
        table.len() as u64,
        "seed {seed}: the table has no more information than the text"
    );
}

fn program(question: &Sheet, seed: u64) {
    let listing = question.listing();
    let after = |what: &str| -> Vec<u64> {
        let places = listing
            .match_indices(what)
            .map(|(at, _)| &listing[at + what.len()..]);
        let words = places.map(|rest| rest.split_once(';').expect("a statement").0);
        // `q[0] += s[0]` has no number.
        words
            .filter(|word| word.bytes().all(|c| c.is_ascii_digit()))
            .map(number)
            .collect()
    };
    let (begin, s, q, late) = (
        after("s[0] = ")[0],
        after("s[0] += ")[0],
        after("q[0] += "),
        after("s[0] + ")[0],
    );
    // All stores to the shared page are visible to both processes. The fork created a separate copy of the
    // private page for each process.
    let (shared, in_c) = (begin + s, begin + q[0]);
    let right = [
        in_c + q[1],
        shared,
        in_c,
        shared + late,
        begin + shared,
        shared,
    ];
    assert_eq!(
        question.part("a").keys(),
        right.map(|n| n.to_string()),
        "seed {seed}"
    );
    let choices = question.part("b").choices();
    assert_eq!(choices[0].1, ["3"], "seed {seed}");
    // The options may be in any order.
    let mut copies = choices[1].1.clone();
    copies.sort_by_key(|option| option != &format!("q[0] += {}", q[0]));
    assert_eq!(
        copies,
        [format!("q[0] += {}", q[0]), format!("q[0] += {}", q[1])],
        "seed {seed}"
    );
}
