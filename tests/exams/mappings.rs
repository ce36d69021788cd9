//! Private and shared mappings of a file: bytes of the file, and of copies.

use crate::sheet::{SEEDS, Sheet, exam, hex, number, scan};

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
    let mut file = *b"abcdefgh";
    let mut copy: Option<[u8; 8]> = None;
    let (mut mapped, mut dirty) = ([false; 2], false);
    for asked in question.part("a").facts() {
        let (process, verb, va, value) = asked.access();
        let at = (va & 7) as usize;
        let (store, shared) = (verb == "write", process == "A");
        let first = !std::mem::replace(&mut mapped[usize::from(shared)], true);
        let right = match (store, shared) {
            (false, _) if first => ["file", "no"],
            (true, true) => {
                file[at] = value as u8;
                // The first store to a shared page only marks it.
                if std::mem::replace(&mut dirty, true) { ["none", "no"] } else { ["file", "no"] }
            }
            (true, false) => {
                copy.get_or_insert(file)[at] = value as u8;
                ["copy-on-write", "yes"]
            }
            (false, _) => ["none", "no"],
        };
        let keys: Vec<&str> = asked.keys.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", asked.operation);
    }
    let part = question.part("b");
    // The file's frame is A's alone now, and B has its copy.
    assert_eq!(part.tables()[0].rows, [["0", "1"], ["1", "1"]], "seed {seed}");
    let said = scan(&prose, "Now A stores {} to s[{}], and calls");
    file[said[1] as usize] = said[0] as u8;
    let place = scan(&prose, "puts the letter z (0x7A) at place {} of the file")[0];
    file[place as usize] = 0x7A;
    let copy = copy.expect("B has stored");
    for (label, key) in part.values() {
        let of = |bytes: &[u8; 8]| {
            let at = label.split_once('[').and_then(|(_, rest)| rest.split_once(']')).expect("an index").0;
            hex(u64::from(bytes[number(at) as usize]), 1)
        };
        let right = match label.split('[').next() {
            Some("s") => of(&file),
            Some("q") => of(&copy),
            _ => String::from_utf8_lossy(&file).into_owned(),
        };
        assert_eq!(key, right, "seed {seed}: {label}");
    }
}

fn ends(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let size = scan(&prose, "The file table has {} bytes")[0];
    let start = scan(&prose, "s is {}.")[0];
    for asked in question.part("a").facts() {
        let at = asked.access().2 - start;
        let right = if at < size {
            ["none", "none", "0x2E"]
        } else if at < size.div_ceil(4096) * 4096 {
            ["none", "none", "0x00"]
        } else {
            ["SIGBUS", "BUS_ADRERR", "-"]
        };
        let keys: Vec<&str> = asked.keys.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, right, "seed {seed}: {}", asked.operation);
    }
    assert_eq!(question.part("b").keys(), [size.to_string(), "0x21".to_owned()], "seed {seed}");
    for asked in question.part("c").facts() {
        let arguments: Vec<&str> = asked.operation.trim_end_matches(')').split(", ").collect();
        let (offset, read_only) =
            (number(arguments[5]), scan(&prose, "The descriptor {} is open for reading only")[0]);
        let writes_through = arguments[2].contains("PROT_WRITE") && arguments[3] == "MAP_SHARED";
        let right = if offset % 4096 != 0 {
            "EINVAL"
        } else if writes_through && number(arguments[4]) == read_only {
            "EACCES"
        } else {
            "none"
        };
        assert_eq!(asked.key("error"), right, "seed {seed}: {}", asked.operation);
    }
}
