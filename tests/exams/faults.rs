//! Tests of page faults in areas, according to the rules in the lecture.

use std::collections::BTreeSet;

use super::sheet::{Facts, SEEDS, Sheet, exam, scan};

/// An area in the format of `/proc/PID/maps`.
struct Area {
    start: u64,
    end: u64,
    perms: String,
    file: bool,
    /// Number of file bytes from the area's start to the end of the file.
    holds: u64,
}

fn areas(listing: &str) -> Vec<Area> {
    let of = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (start, end) = fields[0].split_once('-').expect("a range");
        let hex = |text: &str| u64::from_str_radix(text, 16).expect("hexadecimal");
        // The question's text gives the sizes: 24 KB and 6000 bytes.
        let size = match *fields.last().expect("a backing") {
            "prog" => 24 * 1024,
            "log" => 6000,
            _ => 0,
        };
        let (start, end) = (hex(start), hex(end));
        Area {
            start,
            end,
            perms: fields[1].to_owned(),
            file: size > 0,
            holds: size - hex(fields[2]).min(size),
        }
    };
    listing
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(of)
        .collect()
}

/// The pages that a process has accessed: the resident pages, and the private pages among them.
#[derive(Default)]
struct Touched {
    there: BTreeSet<u64>,
    own: BTreeSet<u64>,
}

/// The fault class, the signal, its code, and the numbers of minor and major faults in an access.
fn outcome(areas: &[Area], touched: &mut Touched, va: u64, store: bool) -> [&'static str; 5] {
    let Some(area) = areas
        .iter()
        .find(|area| (area.start..area.end).contains(&va))
    else {
        return ["segmentation", "SIGSEGV", "SEGV_MAPERR", "0", "0"];
    };
    if store && !area.perms.contains('w') {
        return ["protection", "SIGSEGV", "SEGV_ACCERR", "0", "0"];
    }
    if area.file && va - area.start >= area.holds.div_ceil(4096) * 4096 {
        return ["bus", "SIGBUS", "BUS_ADRERR", "0", "0"];
    }
    let page = va >> 12;
    let fresh = touched.there.insert(page);
    let private = area.perms.ends_with('p');
    let copies = store && private && area.file && !touched.own.contains(&page);
    if store || !area.file {
        touched.own.insert(page);
    }
    match (fresh, area.file) {
        (true, false) => ["demand-zero", "none", "none", "1", "0"],
        // The kernel reads the page from the disk.
        (true, true) => ["file", "none", "none", "0", "1"],
        (false, _) if copies => ["copy-on-write", "none", "none", "1", "0"],
        (false, _) => ["none", "none", "none", "0", "0"],
    }
}

fn keys(asked: &Facts) -> Vec<&str> {
    asked.keys.iter().map(|(_, key)| key.as_str()).collect()
}

#[test]
fn page_faults() {
    let mut orders = BTreeSet::new();
    for seed in SEEDS {
        let exam = exam("page-faults", seed);
        orders.insert(classes(&exam.question("Eight accesses"), seed));
        counts(&exam.question("How many faults"), seed);
    }
    assert!(
        orders.len() > 2,
        "the order of the faults changes with the seed"
    );
}

fn classes(question: &Sheet, seed: u64) -> Vec<String> {
    let areas = areas(&question.listing());
    assert_eq!(areas.len(), 4, "seed {seed}");
    let mut touched = Touched::default();
    let mut seen = Vec::new();
    for asked in question.facts() {
        let (_, verb, va, _) = asked.access();
        let right = outcome(&areas, &mut touched, va, verb == "write");
        assert_eq!(keys(&asked), right, "seed {seed}: {}", asked.operation);
        seen.push(right[0].to_owned());
    }
    let mut each = seen.clone();
    each.sort();
    let all = [
        "bus",
        "copy-on-write",
        "demand-zero",
        "file",
        "file",
        "none",
        "protection",
        "segmentation",
    ];
    assert_eq!(each, all, "seed {seed}: every class is asked for");
    seen
}

fn counts(question: &Sheet, seed: u64) {
    let prose = question.prose();
    let n = scan(
        &prose,
        "A private anonymous area of {} KB: the program reads",
    )[0] / 4;
    let m = scan(
        &prose,
        "A private anonymous area of {} KB: the program stores",
    )[0] / 4;
    let said = scan(
        &prose,
        "a file of {} bytes: the program reads a byte of each page, and then stores to the first {} pages",
    );
    let shared = scan(&prose, "A shared anonymous area of {} KB")[0] / 4;
    // On Linux, a read maps the zero page, and a later store copies it. A store without a previous read, or
    // an access to a shared page, needs one fault.
    let right = [2 * n, m, said[0].div_ceil(4096) + said[1], shared].map(|n| n.to_string());
    assert_eq!(question.keys(), right, "seed {seed}");
}
