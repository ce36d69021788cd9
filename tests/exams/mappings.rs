//! Tests of private and shared file mappings: the bytes of the file and of copied pages.

use std::collections::BTreeSet;

use super::sheet::{SEEDS, Sheet, exam, hex, number, scan};

#[test]
fn mappings_private_and_shared() {
    for seed in SEEDS {
        let exam = exam("mmap-private-shared", seed);
        who_sees(&exam.question("Who sees what"), seed);
        ends(&exam.question("Where the file ends"), seed);
    }
}

fn who_sees(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let pointers = [
        "at the pointer s = {}",
        "at the pointer q = {}",
        "at t = {}",
        "at u = {}",
    ];
    let pointers = pointers.map(|pattern| scan(&prose, pattern)[0]);
    let [s, q, t, _] = [0, 1, 2, 3].map(|at| pointers[at]);
    let mut file = *b"abcdefgh";
    let mut copy: Option<[u8; 8]> = None;
    let (mut there, mut own) = (
        BTreeSet::<(String, u64)>::new(),
        BTreeSet::<(String, u64)>::new(),
    );
    for asked in question.part("a").facts() {
        let (process, verb, va, value) = asked.access();
        let (page, at) = ((process.clone(), va & !7), (va & 7) as usize);
        assert!(
            pointers.contains(&page.1),
            "seed {seed}: {}",
            asked.operation
        );
        let (shared, anonymous, store) = (
            process == "A" && page.1 == s,
            process == "A" && page.1 == t,
            verb == "write",
        );
        if store && shared {
            file[at] = value as u8;
        } else if store && process == "B" && page.1 == q {
            copy.get_or_insert(file)[at] = value as u8;
        }
        let fresh = there.insert(page.clone());
        let first_store = store && own.insert(page);
        let right = match (fresh, first_store) {
            (true, _) if anonymous => ["demand-zero", "no"],
            (true, true) if !shared => ["file", "yes"],
            (true, _) => ["file", "no"],
            // The first store to a shared page only marks the page dirty.
            (false, true) if shared => ["file", "no"],
            (false, true) => ["copy-on-write", "yes"],
            (false, false) => ["none", "no"],
        };
        let keys: Vec<&str> = asked.keys.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", asked.operation);
    }
    let said = scan(&prose, "Now A stores {} to s[{}] and calls");
    file[said[1] as usize] = said[0] as u8;
    let place = scan(&prose, "writes the letter z at offset {} of the file")[0];
    file[place as usize] = b'z';
    let right = [copy.expect("B has stored"), file]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
}

fn ends(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let size = scan(&prose, "The file table has {} bytes")[0];
    let start = scan(&prose, "The pointer s is {}.")[0];
    for asked in question.part("a").facts() {
        let at = asked.access().2 - start;
        let byte = hex(if at < size { at % 256 } else { 0 }, 2);
        let right = if at < size.div_ceil(4096) * 4096 {
            ["none", "none", byte.as_str()]
        } else {
            ["SIGBUS", "BUS_ADRERR", "-"]
        };
        let keys: Vec<&str> = asked.keys.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", asked.operation);
    }
    let end = size.div_ceil(4096) * 4096;
    let mapped = scan(
        &prose,
        "calls s = mmap(NULL, {}, PROT_READ | PROT_WRITE, MAP_SHARED, ",
    )[0];
    let right = [end - size, mapped - end].map(|n| n.to_string());
    assert_eq!(question.part("b").keys(), right, "seed {seed}");
    for asked in question.part("c").facts() {
        let arguments: Vec<&str> = asked.operation.trim_end_matches(')').split(", ").collect();
        let (offset, read_only) = (
            number(arguments[5]),
            scan(&prose, "descriptor {} is open for reading only")[0],
        );
        let writes_through = arguments[2].contains("PROT_WRITE") && arguments[3] == "MAP_SHARED";
        let right = if offset % 4096 != 0 {
            "EINVAL"
        } else if writes_through && number(arguments[4]) == read_only {
            "EACCES"
        } else {
            "none"
        };
        assert_eq!(
            asked.key("error"),
            right,
            "seed {seed}: {}",
            asked.operation
        );
    }
}
