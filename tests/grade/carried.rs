//! Tests that errors are carried forward after dashes, after a wrong fault, and in grids.

use super::running::{folder, graded, marks, pagewalk, paper, put, table};
use pagewalk_script::exam::grade::rules::Rules;
use pagewalk_script::exam::grade::{Mark, Verdict};

/// The points of each student for each column.
fn points(
    name: &str,
    script: &str,
    columns: &[&str],
    rows: &[(&str, &[&str])],
) -> Vec<Vec<String>> {
    let folder = folder(name);
    let exam = put(&folder, "exam.pw", script);
    let each = rows
        .iter()
        .map(|(id, own)| (*id, own.iter().map(|text| (*text).to_owned()).collect()));
    let file = put(&folder, "answers.csv", table(columns, each));
    let ran = pagewalk(&["grade", &exam, &file]);
    let marks = marks(&ran.out);
    let of = |id: &str, column: &str| {
        let points = marks.get(&(id.to_owned(), column.to_owned()));
        points
            .unwrap_or_else(|| panic!("{column}: {}", ran.messages))
            .clone()
    };
    rows.iter()
        .map(|(id, _)| columns.iter().map(|column| of(id, column)).collect())
        .collect()
}

/// The result of [`points`], with one digit for each column.
fn digits(name: &str, script: &str, columns: &[&str], rows: &[(&str, &[&str])]) -> Vec<String> {
    points(name, script, columns, rows)
        .into_iter()
        .map(|each| each.concat())
        .collect()
}

/// An error in one `ask` about an access is carried forward to the next `ask` about it. PPN 0x0E leads to PA 0x394, CI 5, and
/// CT 0x0E, and a physical address with another offset leads to nothing.
#[test]
fn errors_are_carried_between_two_blocks_about_one_access() {
    let script = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\nquestion \"q\" points 5 {\n\
                  ask read 0x3D4 => vpn, ppn points 2\nask last => pa, ci, ct points 3 }";
    let columns = ["1.1.vpn", "1.1.ppn", "1.2.pa", "1.2.ci", "1.2.ct"];
    let rows: [(&str, &[&str]); 3] = [
        ("right", &["0F", "0D", "354", "5", "0D"]),
        ("carried", &["0F", "0E", "394", "5", "0E"]),
        ("wrong", &["0F", "0E", "395", "6", "0E"]),
    ];
    assert_eq!(
        digits("last", script, &columns, &rows),
        ["11111", "10111", "10001"]
    );
}

/// Entries for the walk of 0x1040 only. All other memory is unknown.
const WALK: &str = "machine { virtual 32 bits, physical 32 bits, page 4 KB,\n\
    page_table { levels 2, bits 10 10, pte { size 4 B, valid 0, ppn 12..31 } } }\n\
    set cr3 = 0x1000\n\
    set pte 1 0x1000 = 0x3007\n\
    set pte 2 0x3004 = 0x8007\n";

/// The entry is not present, so the access faults. A student who overlooks this uses the PPN of the entry, whether the entry's
/// box has the value or nothing.
#[test]
fn an_overlooked_present_bit_leads_to_the_page_of_the_entry() {
    let script = "machine { virtual 12 bits, physical 11 bits, page 32 B\n\
        page_table { levels 2, bits 4 3, pte { size 1 B, valid 0, ppn 2..7 } } }\n\
        set cr3 = 0x40\nset pte 1 0x48 = 0x21\nset pte 2 0x100 = 0xC8\n\
        question \"q\" points 4 { ask read 0x80A => pte2.value, fault, ppn, pa }\n";
    let columns = ["1.pte2.value", "1.fault", "1.ppn", "1.pa"];
    let rows: [(&str, &[&str]); 3] = [
        ("value", &["C8", "N", "32", "64A"]),
        ("nothing", &["", "N", "32", "64A"]),
        ("fault", &["C8", "Y", "32", "64A"]),
    ];
    assert_eq!(
        digits("overlooked", script, &columns, &rows),
        ["1011", "0011", "1101"]
    );
}

#[test]
fn a_dash_for_unlisted_memory_earns_nothing() {
    let script = format!(
        "{WALK}question \"q\" {{ ask translate 0x1040 => pte1.address, pte1.value, pte2.address, pte2.value }}"
    );
    let columns = [
        "1.pte1.address",
        "1.pte1.value",
        "1.pte2.address",
        "1.pte2.value",
    ];
    let rows: [(&str, &[&str]); 3] = [
        ("right", &["1000", "3007", "3004", "8007"]),
        ("guess", &["1234", "-", "5678", "-"]),
        ("index", &["1000", "3007", "3008", "none"]),
    ];
    assert_eq!(
        digits("unlisted", &script, &columns, &rows),
        ["1111", "0000", "1100"]
    );
}

/// The textbook's page 0F in frame 0D, with one block in the cache.
const SMALL: &str = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n\
    set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }\n";

#[test]
fn a_dash_for_a_byte_needs_a_lookup() {
    let script = |facts: &str| format!("{SMALL}question \"q\" {{ ask read 0x3D6 => {facts} }}");
    let alone = script("pa, byte");
    let rows: [(&str, &[&str]); 2] = [("right", &["356", "F0"]), ("guess", &["123", "-"])];
    assert_eq!(
        digits("byte-alone", &alone, &["1.pa", "1.byte"], &rows),
        ["11", "00"]
    );
    // PA 5D6 has CI 5 and CT 17, which the cache does not contain.
    let columns = ["1.pa", "1.ci", "1.ct", "1.cache", "1.byte"];
    let rows: [(&str, &[&str]); 3] = [
        ("carried", &["5D6", "5", "17", "N", "-"]),
        ("no tag", &["5D6", "5", "-", "N", "-"]),
        ("none", &["-", "-", "-", "none", "none"]),
    ];
    let script = script("pa, ci, ct, cache, byte");
    assert_eq!(
        digits("byte-lookup", &script, &columns, &rows),
        ["01111", "01000", "00000"]
    );
}

/// A process with an area for data. The first access is a demand-zero fault, and the second access a
/// segmentation fault.
fn faults(kernel: &str) -> String {
    format!(
        "machine core-i7 {{ tlb none, cache none }}\nkernel {{ frames 16{kernel} }}\n\
         process P {{ | area start end perms |; | data 0x10000 0x12000 rw- | }}\n\
         question \"q\" {{\n  ask P: read 0x10000 => fault, signal, code, minor, major, copied\n\
         ask P: write 0x30000 = 1 => fault, signal, code, minor, major, copied\n}}\n"
    )
}

const FAULT_COLUMNS: [&str; 6] = ["fault", "signal", "code", "minor", "major", "copied"];

/// The points for the same line in both accesses.
fn twice(name: &str, kernel: &str, rows: &[(&str, [&str; 6])]) -> Vec<String> {
    let columns: Vec<String> = ["1.1", "1.2"]
        .iter()
        .flat_map(|item| FAULT_COLUMNS.map(|fact| format!("{item}.{fact}")))
        .collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows: Vec<(&str, Vec<&str>)> = rows.iter().map(|(id, own)| (*id, own.repeat(2))).collect();
    let rows: Vec<(&str, &[&str])> = rows.iter().map(|(id, own)| (*id, own.as_slice())).collect();
    digits(name, &faults(kernel), &columns, &rows)
}

#[test]
fn the_consequences_of_a_fault_are_carried_if_something_happens() {
    let rows = [
        ("zero", ["demand-zero", "none", "none", "1", "0", "no"]),
        ("segv", ["segv", "SIGSEGV", "SEGV_MAPERR", "0", "0", "no"]),
        // A student who expects no fault has no other values to derive.
        ("none", ["none", "none", "none", "0", "0", "no"]),
        ("dash", ["none", "-", "-", "0", "0", "no"]),
        ("copy", ["COW", "none", "none", "1", "0", "yes"]),
        ("bus", ["bus", "SIGBUS", "BUS_ADRERR", "0", "0", "no"]),
        // The minor fault alone shows that the dashes are deliberate.
        ("zero-dash", ["demand-zero", "-", "-", "1", "0", "no"]),
        // The count contradicts the fault class, and the other answers show no work.
        ("zero-zero", ["demand-zero", "none", "none", "0", "0", "no"]),
    ];
    let expected = [
        "111111011111",
        "011111111111",
        "011011000111",
        "011011000111",
        "011111011111",
        "011111011111",
        "111111011111",
        "111011000111",
    ];
    assert_eq!(twice("consequences", "", &rows), expected);
}

#[test]
fn a_first_fault_on_a_file_page_is_major_unless_the_page_cache_is_warm() {
    let rows = [
        ("major", ["file", "none", "none", "0", "1", "no"]),
        ("minor", ["file", "none", "none", "1", "0", "no"]),
    ];
    // The key of the first access has a minor fault, and the key of the second access has none.
    assert_eq!(twice("cold", "", &rows), ["011111011111", "011111000011"]);
    assert_eq!(
        twice("warm", ", page-cache warm", &rows),
        ["011001000101", "011111011111"]
    );
}

/// The clock of a published exam, with the student's rows.
fn clock(name: &str, columns: &str, rows: &[(&str, &[&str])]) -> Vec<String> {
    let script = format!(
        "question \"q\" {{\n  reference 4 1 3 1 2 0 4 1 3 2 {{ frames 3, replacement clock, holding 1 4 0 }}\n\
         ask reference columns {columns}\n}}\n"
    );
    let columns: Vec<String> = (1..=10)
        .flat_map(|step| {
            columns
                .split(' ')
                .map(move |column| format!("1.{step}.{column}"))
        })
        .collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let split: Vec<(&str, Vec<&str>)> = rows
        .iter()
        .map(|(id, own)| (*id, own.iter().flat_map(|row| row.split(' ')).collect()))
        .collect();
    let split: Vec<(&str, &[&str])> = split
        .iter()
        .map(|(id, own)| (*id, own.as_slice()))
        .collect();
    let all: Vec<Vec<String>> = points(name, &script, &columns, &split);
    // The fields that earn no points.
    let lost = |own: &Vec<String>| {
        let lost = columns.iter().zip(own).filter(|(_, points)| *points == "0");
        lost.map(|(column, _)| column[2..].to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    all.iter().map(lost).collect()
}

#[test]
fn a_clock_continues_from_the_students_row() {
    let rows: [(&str, &[&str]); 3] = [
        // Although the use bit of frame 2 is clear, the hand passes frame 2 and evicts the page in frame 0.
        (
            "victim",
            &[
                "1 4 0 010 0",
                "1 4 0 110 0",
                "3 4 0 100 1",
                "3 1 0 110 2",
                "3 1 2 111 0",
                "0 1 2 100 1",
                "0 4 2 110 2",
                "0 4 1 111 0",
                "3 4 1 100 1",
                "3 2 1 110 2",
            ],
        ),
        // The hand immediately evicts the page in frame 0, although the use bit of that page is set.
        (
            "bit",
            &[
                "1 4 0 010 0",
                "1 4 0 110 0",
                "3 4 0 110 1",
                "3 4 1 101 0",
                "3 2 1 011 2",
                "0 2 1 110 1",
                "0 2 4 101 0",
                "0 1 4 011 2",
                "3 1 4 110 1",
                "3 1 2 101 0",
            ],
        ),
        // The student chooses the right frame but does not clear the use bits that the hand passes.
        (
            "cleared",
            &[
                "1 4 0 010 0",
                "1 4 0 110 0",
                "1 4 3 111 0",
                "1 4 3 111 0",
                "2 4 3 100 1",
                "2 0 3 110 2",
                "2 0 4 111 0",
                "1 0 4 100 1",
                "1 3 4 110 2",
                "1 3 2 111 0",
            ],
        ),
    ];
    let lost = clock("clock", "frame0 frame1 frame2 use hand", &rows);
    assert_eq!(
        lost,
        [
            "3.frame0 3.frame2 3.use 3.hand",
            "3.frame0 3.frame2 3.use 3.hand",
            "3.use"
        ]
    );
}

#[test]
fn a_clock_without_columns_for_its_state_sweeps_to_the_students_frame() {
    let rows: [(&str, &[&str]); 1] = [(
        "victim",
        &[
            "1 4 0", "1 4 0", "3 4 0", "3 1 0", "3 1 2", "0 1 2", "0 4 2", "0 4 1", "3 4 1",
            "3 2 1",
        ],
    )];
    assert_eq!(
        clock("clock-frames", "frame0 frame1 frame2", &rows),
        ["3.frame0 3.frame2"]
    );
}

#[test]
fn bits_may_have_separators() {
    let script = "question \"q\" {\n  reference 4 1 { frames 3, replacement clock, holding 1 4 0 }\n  ask reference columns use\n}\n";
    let folder = folder("bits");
    let exam = put(&folder, "exam.pw", script);
    let right = [
        "010", "0 1 0", "0,1,0", "0; 1; 0", "0b010", "010b", "(0,1,0)", "0-1-0", "0/1/0", "0|1|0",
    ];
    let refused = ["10", "0x2", "0 1", "two", "0 1 2"];
    let ids: Vec<String> = (0..right.len() + refused.len())
        .map(|at| format!("s{at}"))
        .collect();
    let each = right
        .iter()
        .chain(&refused)
        .map(|text| vec![(*text).to_owned(), "110".to_owned()]);
    let file = put(
        &folder,
        "answers.csv",
        table(
            &["1.1.use", "1.2.use"],
            ids.iter().map(String::as_str).zip(each),
        ),
    );
    let review = folder.join("review.csv");
    let ran = pagewalk(&["grade", &exam, &file, "--review", &review.to_string_lossy()]);
    let marks = marks(&ran.out);
    let listed = std::fs::read_to_string(&review).expect("a list");
    for (at, text) in right.iter().enumerate() {
        assert_eq!(
            marks[&(format!("s{at}"), "1.1.use".to_owned())],
            "1",
            "{text}"
        );
    }
    for (at, text) in refused.iter().enumerate() {
        let id = format!("s{}", right.len() + at);
        assert_eq!(marks[&(id.clone(), "1.1.use".to_owned())], "0", "{text}");
        assert!(
            listed.contains(&format!("{id},1.1.use,{text}")),
            "{text}: {listed}"
        );
    }
    // Any other value of the use bits is wrong and needs no review.
    let file = put(&folder, "wrong.csv", "id,1.1.use,1.2.use\nw,1 1 1,110\n");
    let ran = pagewalk(&[
        "grade",
        &exam,
        &file,
        "--review",
        &folder.join("none.csv").to_string_lossy(),
    ]);
    assert_eq!((ran.status, ran.messages.as_str()), (0, ""));
}

#[test]
fn a_hit_in_a_grid_may_be_a_word() {
    let script = "question \"q\" {\n  reference 1 2 1 2 1 2 { frames 3, replacement lru }\n  ask reference columns hit\n}\n";
    let columns = [
        "1.1.hit", "1.2.hit", "1.3.hit", "1.4.hit", "1.5.hit", "1.6.hit",
    ];
    let rows: [(&str, &[&str]); 5] = [
        ("numbers", &["0", "0", "1", "1", "1", "1"]),
        ("words", &["miss", "M", "hit", "H", "Yes", "Y"]),
        ("no", &["no", "N", "ja", "true", "1.0", "✓"]),
        ("wrong", &["hit", "yes", "miss", "N", "0", "none"]),
        ("unreadable", &["page", "F F", "2", "h h", "?", "fault"]),
    ];
    let all = digits("hit-words", script, &columns, &rows);
    assert_eq!(all, ["111111", "111111", "111111", "000000", "000000"]);
}

#[test]
fn a_dash_for_an_empty_frame_in_a_grid_is_an_answer() {
    let script = "question \"q\" {\n  reference 1 2 3 { frames 3, replacement fifo }\n  ask reference columns frame0 frame1 frame2\n}\n";
    let columns = [
        "1.1.frame0",
        "1.1.frame1",
        "1.1.frame2",
        "1.2.frame0",
        "1.2.frame1",
        "1.2.frame2",
        "1.3.frame0",
        "1.3.frame1",
        "1.3.frame2",
    ];
    // The student starts with frame 2 and continues with the lowest free frame.
    let rows: [(&str, &[&str]); 1] = [("s", &["-", "-", "1", "2", "-", "1", "2", "3", "1"])];
    assert_eq!(
        digits("empty-frame", script, &columns, &rows),
        ["010111111"]
    );
}

/// The verdict of each cell of a grid, in the order of the paper.
fn verdicts(script: &str, columns: &[&str], rows: &[&str]) -> Vec<String> {
    let cells = rows.iter().enumerate().flat_map(|(row, cells)| {
        let name = move |column: &str| format!("1.{}.{column}", row + 1);
        columns
            .iter()
            .zip(cells.split(' '))
            .map(move |(column, cell)| (name(column), cell.to_owned()))
    });
    let marked = graded(&paper(script, 0), &cells.collect(), &Rules::default());
    let verdict = |mark: &Mark| match &mark.verdict {
        Verdict::Carried(from) => format!("carried from {}", from.join(" and ")),
        other => other.name().to_owned(),
    };
    marked
        .marks
        .iter()
        .take(rows.len() * columns.len())
        .map(verdict)
        .collect()
}

/// A question about a grid.
fn grid(string: &str, setup: &str, columns: &str) -> String {
    format!(
        "question \"q\" {{\n  reference {string} {{ {setup} }}\n  ask reference columns {columns}\n}}\n"
    )
}

const CARRIED: &str = "carried from step 1";

#[test]
fn errors_in_a_grid_are_carried_from_the_steps_that_cause_them() {
    // The student loads page 1 into frame 1. In step 2, `hit` is another mistake, but no later answer follows from it.
    let script = grid("1 2 1 3", "frames 2, replacement fifo", "hit frame0 frame1");
    let rows = ["0 - 1", "1 2 1", "1 2 1", "0 2 3"];
    let expected = [
        ["right", "wrong", "wrong"],
        ["wrong", CARRIED, CARRIED],
        ["right", CARRIED, CARRIED],
        ["right", CARRIED, CARRIED],
    ];
    assert_eq!(
        verdicts(&script, &["hit", "frame0", "frame1"], &rows),
        expected.concat()
    );
    // Page 7 does not follow from the student's row. All other answers are wrong or carried.
    let script = grid("1 2 3", "frames 2, replacement fifo", "frame1");
    assert_eq!(
        verdicts(&script, &["frame1"], &["1", "1", "7"]),
        ["wrong", CARRIED, "wrong"]
    );
}

#[test]
fn a_clock_continues_from_the_students_hand() {
    // Only the hand is wrong in step 1. It then passes frame 1, and clears only the use bit of this frame.
    let columns = ["frame0", "frame1", "frame2", "use", "hand"];
    let script = grid(
        "4 1 3",
        "frames 3, replacement clock, holding 1 4 0",
        &columns.join(" "),
    );
    let expected = [
        ["right", "right", "right", "right", "wrong"],
        ["right", "right", "right", "right", CARRIED],
        ["right", "right", "right", CARRIED, "right"],
    ];
    let rows = ["1 4 0 010 1", "1 4 0 110 1", "1 4 3 101 0"];
    assert_eq!(verdicts(&script, &columns, &rows), expected.concat());
}

#[test]
fn errors_are_carried_in_grids_of_at_most_512_steps() {
    for (steps, second) in [(512, CARRIED), (513, "wrong")] {
        let string: Vec<String> = (1..=steps).map(|page| page.to_string()).collect();
        let script = grid(&string.join(" "), "frames 2, replacement fifo", "frame1");
        assert_eq!(
            verdicts(&script, &["frame1"], &["1", "1"]),
            ["wrong", second],
            "{steps}"
        );
    }
}

/// The present pages of the simple memory system of CS:APP, section 9.6.4: VPN and PPN.
const PAGES: [(u64, u64); 8] = [
    (0x00, 0x28),
    (0x02, 0x33),
    (0x03, 0x02),
    (0x05, 0x16),
    (0x08, 0x13),
    (0x09, 0x17),
    (0x0D, 0x2D),
    (0x0F, 0x0D),
];

/// The worksheet's fields from the student's own earlier ones, by the textbook's arithmetic.
fn worksheet(own: &[u64; 9], at: usize, va: u64) -> u64 {
    let ppn = |vpn| {
        PAGES
            .iter()
            .find(|(page, _)| *page == vpn)
            .map_or(0, |(_, ppn)| *ppn)
    };
    match at {
        0 => va >> 6,
        1 => va & 0x3F,
        2 => own[0] & 3,
        3 => own[0] >> 2,
        4 => ppn(own[0]),
        5 => own[4] << 6 | own[1],
        6 => own[5] & 3,
        7 => own[5] >> 2 & 15,
        _ => own[5] >> 6,
    }
}

/// An independent marker of 40 students, who make slips, continue from them, and write numbers as they like.
#[test]
fn a_second_marker_agrees_about_forty_students() {
    let va = 0x03D4;
    let rows: Vec<String> = PAGES
        .iter()
        .map(|(vpn, ppn)| format!("| {vpn:02X} {ppn:02X} 1 |"))
        .collect();
    let script = format!(
        "machine simple\nset page_table {{ | vpn ppn v |; {} }}\nquestion \"Q\" points 9 {{ given machine, page_table\n\
         ask read {va:#06X} => vpn, vpo, tlbi, tlbt, ppn, pa, co, ci, ct }}",
        rows.join("; ")
    );
    let fields = ["vpn", "vpo", "tlbi", "tlbt", "ppn", "pa", "co", "ci", "ct"];
    let columns = fields.map(|field| format!("1.{field}"));
    let columns = columns.each_ref().map(String::as_str);
    let mut key = [0; 9];
    for at in 0..9 {
        key[at] = worksheet(&key, at, va);
    }
    let mut state = 7_u64;
    let mut draw = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % n
    };
    let (mut written, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        let (mut own, mut texts, mut marks) = ([0; 9], Vec::new(), String::new());
        for at in 0..9 {
            let follows = worksheet(&own, at, va);
            own[at] = match draw(4) {
                // A slip: another page that is present, or another number.
                0 if at == 0 => PAGES[draw(8) as usize].0,
                0 => follows ^ (1 + draw(2)),
                _ => follows,
            };
            let value = own[at];
            texts.push(match draw(5) {
                0 => format!("{value:#x}"),
                1 => format!("{value:X}"),
                2 => format!("0x{value:04X}"),
                3 => format!(" {value:x}h "),
                _ => format!("0X{value:02x}"),
            });
            marks.push(if [key[at], follows].contains(&value) {
                '1'
            } else {
                '0'
            });
        }
        written.push(texts);
        expected.push(marks);
    }
    let ids: Vec<String> = (0..40).map(|at| format!("s{at}")).collect();
    let texts: Vec<Vec<&str>> = written
        .iter()
        .map(|texts| texts.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<(&str, &[&str])> = ids
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(Vec::as_slice))
        .collect();
    let found = digits("second-marker", &script, &columns, &rows);
    for ((found, expected), texts) in found.iter().zip(&expected).zip(&written) {
        assert_eq!(found, expected, "{texts:?}");
    }
    assert!(expected.concat().contains('0'), "some answers are wrong");
}
