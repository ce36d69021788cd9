//! fork and copy-on-write: frames with counters, naively.

use std::collections::{BTreeMap, BTreeSet};

use crate::sheet::{SEEDS, Sheet, exam, hex, number, scan};

/// Frames: how many entries point to each, and the byte at its beginning. Processes: which frame each page is in.
#[derive(Default)]
struct Frames {
    refs: BTreeMap<u64, u64>,
    byte: BTreeMap<u64, u64>,
    mapped: BTreeMap<(String, u64), u64>,
    read_only: BTreeSet<(String, u64)>,
}

impl Frames {
    fn fresh(&mut self, key: &(String, u64), byte: u64) -> u64 {
        let frame = (0..).find(|frame| !self.refs.contains_key(frame)).expect("a frame");
        self.refs.insert(frame, 1);
        self.byte.insert(frame, byte);
        self.mapped.insert(key.clone(), frame);
        self.read_only.remove(key);
        frame
    }

    /// An access to the first byte of a page: class, whether it copies, the new frame, minor faults.
    fn access(&mut self, process: &str, page: u64, store: Option<u64>) -> [String; 4] {
        let key = (process.to_owned(), page);
        let Some(frame) = self.mapped.get(&key).copied() else {
            let frame = self.fresh(&key, store.unwrap_or(0));
            return ["demand-zero", "no", &frame.to_string(), "1"].map(str::to_owned);
        };
        let Some(value) = store else { return ["none", "no", "-", "0"].map(str::to_owned) };
        if !self.read_only.contains(&key) {
            self.byte.insert(frame, value);
            return ["none", "no", "-", "0"].map(str::to_owned);
        }
        if self.refs[&frame] == 1 {
            // The last one that has it: its entry is made writable.
            self.read_only.remove(&key);
            self.byte.insert(frame, value);
            return ["copy-on-write", "no", "-", "1"].map(str::to_owned);
        }
        *self.refs.get_mut(&frame).expect("in use") -= 1;
        let copy = self.fresh(&key, value);
        ["copy-on-write", "yes", &copy.to_string(), "1"].map(str::to_owned)
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
            self.read_only.extend([(parent.to_owned(), page), (child.to_owned(), page)]);
        }
    }

    fn byte(&self, process: &str, page: u64) -> u64 {
        self.byte[&self.mapped[&(process.to_owned(), page)]]
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
    let start = scan(&prose, "an area that begins at {}.")[0];
    let first = scan(&prose, "it stores a byte: {} plus the page's number")[0];
    let pages = prose.split_once("the pages [").and_then(|(_, rest)| rest.split_once(']')).expect("a list").0;
    let pages: Vec<u64> = pages.split(", ").map(number).collect();
    let mut frames = Frames::default();
    for page in &pages {
        frames.access("P", *page, Some(first + page));
    }
    frames.fork("P", "C");
    let right = [frames.refs.len() as u64, frames.refs.values().sum()].map(|n: u64| n.to_string());
    assert_eq!(question.part("a").keys(), right, "seed {seed}");
    for asked in question.part("b").facts() {
        let (process, verb, va, value) = asked.access();
        let right = frames.access(&process, (va - start) / 4096, (verb == "write").then_some(value));
        let keys: Vec<String> = asked.keys.iter().map(|(_, key)| key.clone()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", asked.operation);
    }
    let part = question.part("c");
    let table: Vec<Vec<String>> =
        frames.refs.iter().map(|(frame, refs)| vec![frame.to_string(), refs.to_string()]).collect();
    assert_eq!(part.tables()[0].rows, table, "seed {seed}");
    let all = scan(&part.prose(), "point to each of the {} frames")[0];
    assert_eq!(all, table.len() as u64, "seed {seed}: the table tells no more than the text does");
    let prose = part.prose();
    let x =
        scan(&prose, "P reads at the beginning of page {} The byte that C reads there The byte that P")[0];
    let rest = prose.split_once("C reads there").expect("two bytes").1;
    let y = scan(rest, "P reads at the beginning of page {}")[0];
    let right = [frames.byte("P", x), frames.byte("C", x), frames.byte("P", y), frames.byte("C", y)];
    assert_eq!(part.keys(), right.map(|byte| hex(byte, 1)), "seed {seed}");
}

fn program(question: &Sheet, seed: u64) {
    let listing = question.listing();
    let stored = |what: &str| -> Vec<String> {
        let places = listing.match_indices(what).map(|(at, _)| &listing[at + what.len()..]);
        places.map(|rest| rest.split_once(';').expect("a statement").0.to_owned()).collect()
    };
    let (s, q, late) = (stored("s[0] = "), stored("q[0] = "), stored("s[1] = "));
    // The shared page has the last store to it; of the private one each process has its own, or its parent's from before.
    let right = [&q[2], &s[1], &q[1], &late[0], &q[0], &s[1]];
    assert_eq!(question.part("a").keys(), right.map(String::clone), "seed {seed}");
    let choices = question.part("b").choices();
    assert_eq!(choices[0].1, ["3"], "seed {seed}");
    assert_eq!(choices[1].1, [format!("q[0] = {}", q[1]), format!("q[0] = {}", q[2])], "seed {seed}");
}
