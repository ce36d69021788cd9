//! Tests of the verdicts on single answers.

use std::collections::BTreeMap;

use pagewalk_script::exam::field::fields;
use pagewalk_script::exam::grade::rules::{Rules, Setting};
use pagewalk_script::exam::grade::{Given, Key, Sheet, covers, mark, mark_field};
use pagewalk_script::lang::value::Value;
use pagewalk_script::questions::entry::Answers;

use super::running::{EXAM, graded, paper};

fn answers(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter()
        .map(|(field, text)| ((*field).to_owned(), (*text).to_owned()))
        .collect()
}

/// Rules with these settings.
fn rules(settings: &[(&str, Setting)]) -> Rules {
    let mut rules = Rules::default();
    for (name, setting) in settings {
        rules.set(name, setting).expect("a rule");
    }
    rules
}

/// The verdict and the points of each answer, in the order of the paper.
fn verdicts(script: &str, all: &[(&str, &str)], rules: &Rules) -> Vec<(&'static str, String)> {
    let marked = graded(&paper(script, 0), &answers(all), rules);
    marked
        .marks
        .iter()
        .map(|mark| (mark.verdict.name(), mark.points.to_string()))
        .collect()
}

fn names(script: &str, all: &[(&str, &str)]) -> Vec<&'static str> {
    verdicts(script, all, &Rules::default())
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// Keys that are negative numbers, such as the result of a failed call, have the notations of C.
#[test]
fn negative_hexadecimal_keys_have_readable_answers() {
    let script = "machine { virtual 16 bits, physical 14 bits, page 256 B }\n\
        process P { | area start end perms |; | heap 0x1000 0x1800 rw-p | }\n\
        question \"q\" points 2 { ask P: mmap(0x1001, 256, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) => returns\n\
        ask \"x\" = 3 - 5 radix hex }\n";
    for right in [
        "-1",
        "−1",
        "-0x1",
        "MAP_FAILED",
        "(void *) -1",
        "0xFFFFFFFFFFFFFFFF",
    ] {
        assert_eq!(
            names(script, &[("1.1.returns", right)])[0],
            "right",
            "{right}"
        );
    }
    for (own, verdict) in [
        ("-2", "right"),
        ("- 0x2", "right"),
        ("2", "wrong"),
        ("--2", "unreadable"),
        ("-", "wrong"),
        ("MAP_FAILED", "unreadable"),
        ("0xFFFFFFFE", "unreadable"),
        ("0xE", "wrong"),
    ] {
        assert_eq!(names(script, &[("1.2", own)])[1], verdict, "{own}");
    }
    assert_eq!(names(script, &[("1.1.returns", "NULL")])[0], "wrong");
    assert_eq!(names(script, &[("1.1.returns", "0xFFFF")])[0], "unreadable");
}

#[test]
fn lists_can_be_written_as_in_a_sentence() {
    let script =
        "question \"q\" points 2 { ask \"Pages\" = [3, 5, 7]; ask \"Names\" = [\"and\", \"b\"] }\n";
    for right in [
        "3, 5, 7",
        "3, 5 and 7",
        "3, 5, and 7",
        "pages 3, 5, and 7",
        "[3 5 7]",
    ] {
        assert_eq!(names(script, &[("1.1", right)])[0], "right", "{right}");
    }
    // The order may or may not matter to the author.
    for (own, verdict) in [
        ("7, 5, 3", "unreadable"),
        ("3, 5", "wrong"),
        ("3, 5, 8", "wrong"),
        ("3 and 57", "wrong"),
    ] {
        assert_eq!(names(script, &[("1.1", own)])[0], verdict, "{own}");
    }
    assert_eq!(names(script, &[("1.2", "and, b")])[1], "right");
}

/// Without an eviction, no page can be written to swap, so `-` answers both questions.
#[test]
fn a_dash_is_no_for_a_page_that_was_not_evicted() {
    let script = "machine { virtual 16 bits, physical 14 bits, page 256 B }\nkernel { frames 1, replacement fifo, swap 4 slots }\n\
        process P { | area start end perms |; | heap 0x1000 0x1800 rw-p | }\n\
        question \"q\" points 8 { ask P: write 0x1000 = 1 => evicted, swapped-out, copied\nask P: read 0x1000 => copied\n\
        ask P: write 0x1100 = 1 => evicted, swapped-out }\n";
    let all = [
        "1.1.evicted",
        "1.1.swapped-out",
        "1.1.copied",
        "1.2.copied",
        "1.3.evicted",
        "1.3.swapped-out",
    ];
    let dashes = all.map(|name| (name, "-"));
    assert_eq!(
        names(script, &dashes),
        ["right", "right", "wrong", "right", "wrong", "wrong"]
    );
}

#[test]
fn yes_is_no_class_of_a_fault() {
    let script = "machine core-i7 { tlb none, cache none }\nkernel { frames 16 }\n\
        process P { | area start end perms |; | data 0x10000 0x12000 rw- | }\n\
        question \"q\" { ask P: read 0x10000 => fault, signal }\n";
    assert_eq!(
        names(script, &[("1.fault", "Y"), ("1.signal", "-")]),
        ["unreadable", "right"]
    );
    assert_eq!(
        names(script, &[("1.fault", "none"), ("1.signal", "SIGSEGV")]),
        ["wrong", "wrong"]
    );
}

#[test]
fn a_dash_is_the_output_of_a_program_that_prints_nothing() {
    let script = "machine simple\nprogram p \"\"\"int main(void) { return 0; }\"\"\"\n\
        question \"q\" { given program p; ask run p => output; ask outputs p => all }\n";
    assert_eq!(
        names(script, &[("1.1.output", "-"), ("1.2.all", "\"\"")]),
        ["right", "right"]
    );
}

/// The verdict on each of these answers to one blank.
fn each(ask: &str, texts: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    let script = format!("machine simple\nquestion \"q\" {{ ask {ask} }}");
    let verdict = |text: &&'static str| (*text, names(&script, &[("1", text)])[0]);
    texts.iter().map(verdict).collect()
}

/// Checks the verdicts on answers to one blank.
fn assert_each(ask: &str, verdict: &str, texts: &[&'static str]) {
    let wanted: Vec<_> = texts.iter().map(|text| (*text, verdict)).collect();
    assert_eq!(each(ask, texts), wanted, "{ask}");
}

#[test]
fn texts_of_an_author_are_right_in_every_usual_spelling() {
    assert_each(
        "\"T\" = \"yes\"",
        "right",
        &["yes", "Y", "y", "ja", "true", "hit"],
    );
    assert_each("\"T\" = \"yes\"", "wrong", &["n", "no", "miss", "maybe"]);
    assert_each("\"T\" = \"hit\"", "right", &["H", "h", "Hit", "Y"]);
    assert_each("\"T\" = \"hit\"", "wrong", &["M", "miss", "no"]);
    assert_each(
        "\"T\" = \"bad segment\"",
        "right",
        &[
            "Bad-Segment",
            "bad_segment",
            "BAD  SEGMENT",
            "badsegment",
            "bad segment.",
        ],
    );
    // The instructor decides about an abbreviation.
    assert_each(
        "\"T\" = \"bad segment\"",
        "unreadable",
        &["bad", "bad seg.", "bs", "b. s."],
    );
    assert_each(
        "\"T\" = \"bad segment\"",
        "wrong",
        &["good segment", "segment", "bad page"],
    );
    assert_each(
        "\"T\" = \"50 %\"",
        "right",
        &["50%", "50", "0.5", "50.0 %", "50 percent", "1/2"],
    );
    assert_each("\"T\" = \"50 %\"", "wrong", &["5 %", "0.05", "0.5 ns"]);
    assert_each(
        "\"T\" = \"16 KB\"",
        "right",
        &["16KB", "16384 B", "16 kb", "0x4000 B"],
    );
    assert_each(
        "\"T\" = \"16 KB\"",
        "wrong",
        &["16 ns", "16384 ns", "16384"],
    );
    assert_each(
        "\"T\" = \"0x2002\"",
        "right",
        &["0x2002", "2002", "0x02002"],
    );
    assert_each("\"T\" = \"-5\"", "wrong", &["5"]);
    assert_each("\"T\" = \"1 2\"", "wrong", &["12", "1-2"]);
    // A state of a line is no miss.
    assert_each("\"T\" = \"M\"", "right", &["m", "miss"]);
    assert_each("\"T\" = \"M\"", "wrong", &["N", "no", "0", "E"]);
    assert_each("\"T\" = \"n/a\"", "right", &["n/a", "-", "none"]);
}

#[test]
fn an_option_can_be_named_with_a_bracket() {
    let script = "question \"q\" {\nchoice \"c\" {\ncorrect \"3\"\nwrong \"4\"\nwrong \"5\"\n}\n}";
    for text in ["3", "3)", "(3)", "3."] {
        assert_eq!(names(script, &[("1", text)]), ["unreadable"], "{text}");
    }
}

#[test]
fn the_notation_of_a_column_is_that_of_its_numbers() {
    let script = "question \"T\" points 2 {\ntable \"A\" { columns \"Address\" radix hex digits 5 \"Entry\" radix hex digits 5\n\
        row 0x12345 ? = 0x2002\nrow 0x22345 ? = \"none\"\nrow 0x32345 ? = \"bad entry\" }\n}";
    let of = |all: &[(&str, &str)]| names(script, all);
    let fields = ["1.1.2", "1.2.2", "1.3.2"];
    let all = |texts: [&'static str; 3]| {
        of(&[
            (fields[0], texts[0]),
            (fields[1], texts[1]),
            (fields[2], texts[2]),
        ])
    };
    assert_eq!(all(["2002", "-", "Bad_Entry"]), ["right"; 3]);
    assert_eq!(
        all(["0x2002", "none", "bad"]),
        ["right", "right", "unreadable"]
    );
    assert_eq!(all(["-", "2002", "2002"]), ["wrong"; 3]);
}

#[test]
fn a_final_b_has_several_meanings() {
    let hex = "\"VPN\" = 0x1B radix hex";
    assert_each(hex, "unreadable", &["11011b", "0011011B"]);
    assert_each(hex, "wrong", &["11010b", "1011b"]);
    assert_each("\"VPN\" = 0xA radix hex", "unreadable", &["1010b"]);
    assert_each("\"VPN\" = 0x1010B radix hex", "right", &["1010b"]);
    assert_each("\"n\" = 10", "unreadable", &["1010 b", "1010B", "1010b"]);
    let size = "\"Size\" = 10 unit B";
    assert_each(size, "unreadable", &["1010b", "1010 B", "10 b"]);
    assert_each(size, "right", &["80 b", "10 B"]);
    assert_each("\"Time\" = 10 unit ns", "unreadable", &["1010b"]);
    assert_each("\"Time\" = 101 unit ns", "wrong", &["101 B"]);
    let size = "\"Size\" = 16384 unit B";
    assert_each(size, "unreadable", &["0x4000B", "16384 b", "16 Kb"]);
    assert_each(size, "right", &["131072 b", "0x4000 B", "16384 B"]);
    assert_each(
        "\"Size\" = 0x200 unit B radix hex",
        "unreadable",
        &["200B", "0x200B"],
    );
    assert_each(
        "\"Bits\" = 0b101 radix binary",
        "unreadable",
        &["101,0", "101.0"],
    );
    assert_each(
        "\"Bits\" = 0b1011010 radix binary",
        "right",
        &["101,1010", "1,011,010"],
    );
}

#[test]
fn the_notation_of_a_rounded_value_does_not_matter() {
    let time = "\"Time\" = 10 ns / 6 unit ns";
    assert_each(
        time,
        "unreadable",
        &[
            "1.7",
            "1.7 ns",
            "1.7e0",
            "17e-1",
            "1.7*10^0",
            "0.0017 us",
            "1.7e-3 us",
        ],
    );
    assert_each(
        time,
        "right",
        &["1.67", "1.67e0", "167e-2", "0.00167 us", "10/6"],
    );
    assert_each(
        "\"n\" = 1 / 4096",
        "right",
        &["2^-12", "2\u{207b}\u{b9}\u{b2}", "1/4096", "1/2^12"],
    );
}

#[test]
fn pages_are_named_with_or_without_their_kind() {
    let string = "reference a b c { frames 2, replacement lru } => victim, resident";
    for victim in ["a", "page a", "#a", "A", "page_a"] {
        for resident in [
            "b, c",
            "page b, page c",
            "#c #b",
            "pages b and c",
            "page c page b",
        ] {
            let script = format!("question \"q\" {{\nask {string}\n}}");
            let all = [("1.victim", victim), ("1.resident", resident)];
            let wanted = if victim == "page_a" { "wrong" } else { "right" };
            assert_eq!(
                names(&script, &all),
                [wanted, "right"],
                "{victim} {resident}"
            );
        }
    }
    let grid = "question \"q\" {\nreference a b c { frames 1, replacement lru }\nask reference columns frame0\n}";
    let all = [
        ("1.1.frame0", "page a"),
        ("1.2.frame0", "#b"),
        ("1.3.frame0", "frame c"),
    ];
    assert_eq!(names(grid, &all), ["right"; 3]);
}

#[test]
fn mapped_pages_are_right_in_any_order_and_notation() {
    let script = "question \"q\" {\nmachine core-i7\nkernel { frames 8 }\nprocess P\n\
        P: mmap(0x100000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)\n\
        P: write 0x100000 = 1\nP: let C = fork()\nask frames columns maps\n}";
    let of = |text| names(script, &[("1.1.maps", text)])[0];
    for text in [
        "P:100,C:100",
        "P:100, C:100",
        "C:100,P:100",
        "P:100;C:100",
        "P:100 C:100",
        "P:0x100,C:0x100",
        "p: 0100, c: 100h",
        "P:100 and C:100",
    ] {
        assert_eq!(of(text), "right", "{text}");
    }
    for (text, verdict) in [
        ("P:100", "wrong"),
        ("P:100,C:101", "wrong"),
        ("P100,C100", "unreadable"),
        ("-", "wrong"),
    ] {
        assert_eq!(of(text), verdict, "{text}");
    }
}

#[test]
fn only_units_of_the_same_dimension_convert() {
    let time = "\"Time\" = 121 ns unit ns";
    assert_each(
        time,
        "right",
        &["121", "121 ns", "0.121 us", "0.121 µs", "0.000121 ms"],
    );
    assert_each(
        time,
        "wrong",
        &[
            "121 B",
            "121 cycles",
            "121 bits",
            "121 %",
            "121 entries",
            "121 us",
        ],
    );
    assert_each(time, "unreadable", &["121 parsec", "121 K"]);
    // A byte has 8 bits.
    let size = "\"Size\" = 4096 unit B";
    assert_each(
        size,
        "right",
        &["4096", "4 KB", "4K", "32768 bits", "2^12 B", "0x1000 bytes"],
    );
    assert_each(
        size,
        "wrong",
        &[
            "4096 bits",
            "4096 ns",
            "4096 pages",
            "0x1000 ns",
            "2^12 bits",
        ],
    );
    // `Kb` means kilobits, but some write it for kilobytes.
    assert_each(
        size,
        "right",
        &[
            "32 Kib",
            "32 Kb",
            "4 kb",
            "4 kB",
            "32 Kbit",
            "32 Kibit",
            "32 kilobits",
        ],
    );
    assert_each(size, "wrong", &["4 Kbit", "32 Mbit", "32 kilobytes"]);
    assert_each(size, "unreadable", &["4 Kb", "4Kib", "32 kb"]);
    assert_each(
        "\"Size\" = 4096 unit bits",
        "right",
        &["4 Kb", "4 kb", "512 B"],
    );
    assert_each("\"Size\" = 4 unit KB", "unreadable", &["4 Kb"]);
    assert_each("\"n\" = 10", "right", &["0b1010"]);
    assert_each("\"n\" = 10", "unreadable", &["1010b"]);
    // An entry is not a page.
    assert_each("\"n\" = 64 unit entries", "wrong", &["64 pages"]);
    assert_each(
        "\"n\" = 64 unit entries",
        "right",
        &["64", "64 entries", "64 slots"],
    );
    assert_each("\"n\" = 16 unit pages", "wrong", &["16 entries"]);
    let width = "\"Width\" = 32 unit bits";
    assert_each(width, "right", &["32", "32 bit", "32 b", "4 B", "4 bytes"]);
    assert_each(width, "wrong", &["32 B", "32 cycles"]);
    assert_each("\"Time\" = 12 unit cycles", "wrong", &["12 ns", "12 B"]);
    // In a hexadecimal blank, `ns` follows a number with a prefix.
    let hex = "\"Size\" = 0x200 unit B radix hex";
    assert_each(hex, "right", &["200", "200 B", "0x200 B", "0x1000 bits"]);
    assert_each(hex, "wrong", &["0x200 ns", "0x200 bits"]);
}

/// The instructor decides about two digits, unless they are a percentage or two decimal places.
#[test]
fn a_key_with_endless_decimals_accepts_its_rounded_values() {
    let rate = "\"Miss rate\" = 97 / 120";
    assert_each(
        rate,
        "right",
        &["97/120", "0.81", "81 %", "80.8 %", "0.808"],
    );
    assert_each(rate, "wrong", &["0.8", "0.80", "80 %", "81", "8 %"]);
    let percent = "\"Miss rate\" = 97 / 120 * 100 unit \"%\"";
    assert_each(
        percent,
        "right",
        &["81", "81 %", "80.8", "80.83 %", "485/6"],
    );
    assert_each(percent, "wrong", &["80", "82", "0.81"]);
    let time = "\"Time\" = 10 / 3 unit ns";
    assert_each(time, "right", &["3.33", "3.333 ns", "10/3"]);
    assert_each(time, "unreadable", &["3.3", "3.3 ns"]);
    assert_each(time, "wrong", &["3", "3.4", "3.4 ns"]);
}

#[test]
fn counts_and_other_units_do_not_measure_sizes_or_times() {
    let pages = "\"Pages\" = 16384 unit pages";
    assert_each(pages, "right", &["16384", "16384 pages", "16K"]);
    assert_each(
        pages,
        "wrong",
        &["16384 B", "16 KB", "16384 ns", "16384 entries"],
    );
    let faults = "\"Faults\" = 3 unit faults";
    assert_each(faults, "right", &["3", "3 faults", "3 Faults"]);
    assert_each(faults, "wrong", &["3 B", "3 cycles", "300 %"]);
}

/// A key with a unit has a dimension even if the paper prints no unit. A plain key can measure anything.
#[test]
fn the_key_can_determine_the_dimension() {
    let time = "\"Time\" = 121 ns";
    assert_each(time, "right", &["121", "121 ns", "0.121 us"]);
    assert_each(time, "wrong", &["121 B", "121 cycles"]);
    assert_each("\"Size\" = 4 KB", "right", &["4096", "4 KB", "32768 bits"]);
    assert_each(
        "\"Size\" = 4096",
        "right",
        &["4096", "4 KB", "4096 B", "4096 entries"],
    );
    assert_each(
        "\"Faults\" = 3",
        "right",
        &["3 faults", "3 page faults", "3 entries", "3 times"],
    );
    assert_each(
        "\"Faults\" = 3",
        "unreadable",
        &["3 apples", "3 misses", "3 or 4"],
    );
}

#[test]
fn one_separator_before_three_digits_has_two_meanings() {
    let size = "\"Size\" = 16384 unit B";
    assert_each(
        size,
        "right",
        &["16384", "16,384", "16 384", "16'384", "16_384", "16,384.0"],
    );
    assert_each(size, "unreadable", &["16.384", "16.384 B"]);
    // Neither meaning is correct, or one of the digits excludes the second meaning.
    assert_each(size, "wrong", &["16.385", "16.3840", "0.384", "16.384 KB"]);
    let rate = "\"Time\" = 16384 / 1000 unit ns";
    assert_each(rate, "right", &["16.384", "16.3840", "16,3840", "2048/125"]);
    assert_each(rate, "unreadable", &["16,384", "16,384 ns"]);
    assert_each(rate, "wrong", &["16,385", "16384", "16 384"]);
    // A leading zero makes the comma a decimal comma.
    assert_each("\"Ratio\" = 1/8", "right", &["0.125", "0,125", "1/8"]);
    assert_each("\"Count\" = 125", "wrong", &["0,125", "0.125"]);
    let million = "\"Size\" = 1048576 unit B";
    assert_each(million, "right", &["1.048.576", "1,048,576", "1,048,576.0"]);
    // `1,048` could be the size in KB.
    assert_each("\"Size\" = 1048/1000 unit MB", "unreadable", &["1,048 MB"]);
}

#[test]
fn an_answer_with_two_meanings_can_be_any_correct_value() {
    let script =
        "machine simple\nquestion \"q\" { ask x in 0..0x4000 where x == 0x400 radix decimal }";
    let of = |text| names(script, &[("1", text)])[0];
    assert_eq!(
        ["1024", "1,024", "1.024", "1.025"].map(of),
        ["right", "right", "unreadable", "wrong"]
    );
}

#[test]
fn f_in_a_box_about_a_fault_has_two_meanings() {
    let script = "machine simple\nset page_table { | vpn ppn v | ; | 35 1E 1 | }\n\
        question \"q\" { ask read 0x0D50 => fault, tlb\n ask read 0x0400 => fault, tlb }";
    let all = |fault: &str, lookup: &str| {
        let answers = [
            ("1.1.fault", fault),
            ("1.1.tlb", lookup),
            ("1.2.fault", fault),
            ("1.2.tlb", lookup),
        ];
        names(script, &answers)
    };
    for text in ["F", "f", "F.", "F (page 10)"] {
        // Beside the TLB, `F` means "false".
        assert_eq!(all(text, text), ["unreadable", "right"].repeat(2), "{text}");
    }
    assert_eq!(all("false", "F"), ["right", "right", "wrong", "right"]);
    assert_eq!(all("N", "N"), ["right", "right", "wrong", "right"]);
    assert_eq!(all("page fault", "N"), ["wrong", "right", "right", "right"]);
    let process = "machine core-i7 { tlb none, cache none }\nkernel { frames 16 }\n\
        process P { | area start end perms |; | data 0x10000 0x12000 rw- | }\n\
        question \"q\" { ask P: read 0x10000 => fault }\n";
    assert_eq!(names(process, &[("1.fault", "F")]), ["unreadable"]);
}

/// The answer to "Page fault?" is yes or no. So may be the answer in a box of the author, about faults or about hits.
#[test]
fn the_words_of_a_fault_are_no_yes_or_no_of_hits() {
    let exam = "machine simple\nset page_table { | vpn ppn v |; | 35 1E 1 | }\n\
        question \"q\" { ask read 0x0400 => page-fault; ask read 0x0D50 => page-fault }\n";
    let both = |text: &str| names(exam, &[("1.1.page-fault", text), ("1.2.page-fault", text)]);
    for text in ["fault", "page fault", "PF", "yes", "T"] {
        assert_eq!(both(text), ["right", "wrong"], "{text}");
    }
    for text in ["no fault", "No page fault", "n", "false"] {
        assert_eq!(both(text), ["wrong", "right"], "{text}");
    }
    assert_eq!(both("F"), ["unreadable", "unreadable"]);
    for key in ["Y", "N", "yes", "no"] {
        assert_each(
            &format!("\"Page fault? (Y/N)\" = \"{key}\""),
            "unreadable",
            &["fault", "no fault", "F"],
        );
    }
    assert_each("\"T\" = \"false\"", "right", &["F", "f", "no"]);
}

#[test]
fn an_answer_with_the_key_and_other_words_is_reviewed() {
    assert_each(
        "\"T\" = \"major\"",
        "unreadable",
        &["major fault", "a major page fault", "maj"],
    );
    assert_each(
        "\"T\" = \"bad segment\"",
        "unreadable",
        &[
            "a bad segment, surely",
            "bad segment!",
            "(bad segment)",
            "\"bad segment\"",
            "bad segment,",
        ],
    );
    assert_each("\"T\" = \"f(x)\"", "wrong", &["x", "fx?"]);
    assert_each("\"T\" = \"major\"", "wrong", &["minor", "majority"]);
}

#[test]
fn other_prefixes_and_units_of_the_author_are_reviewed() {
    assert_each("\"T\" = 4096 unit B", "unreadable", &["4.096 kB"]);
    assert_each("\"T\" = 4096 unit B", "right", &["4 kB", "4 K", "4 KiB"]);
    assert_each(
        "\"T\" = 4096 unit B",
        "wrong",
        &["4.096 KiB", "4.096 KB", "4.1 kB"],
    );
    assert_each("\"T\" = 4 unit KB", "unreadable", &["4.096 kB"]);
    assert_each("\"T\" = 4 unit KB", "right", &["4 kB", "4 KB", "4"]);
    assert_each("\"T\" = 4 unit kB", "wrong", &["4.096 kB"]);
    assert_each("\"T\" = 64000", "unreadable", &["64k"]);
    assert_each(
        "\"T\" = 6 unit \"MB/s\"",
        "unreadable",
        &["6 Mb/s", "48 Mb/s"],
    );
    assert_each("\"T\" = 6 unit \"MB/s\"", "right", &["6", "6 mB/s"]);
    assert_each(
        "\"T\" = 121 unit \"clock cycles\"",
        "unreadable",
        &["121 cycles"],
    );
}

#[test]
fn each_blank_of_a_row_has_its_own_key() {
    let script =
        "question \"q\" { table \"t\" { columns \"a\" \"x\" \"y\"; row \"r\" ? = 1 ? = 2 } }";
    let paper = paper(script, 0);
    let names: Vec<String> = fields(&paper)
        .iter()
        .map(|field| field.name.clone())
        .collect();
    let all = |x: &str, y: &str| {
        let answers = [
            (names[0].clone(), x.to_owned()),
            (names[1].clone(), y.to_owned()),
        ]
        .into();
        graded(&paper, &answers, &Rules::default())
            .total
            .to_string()
    };
    assert_eq!(
        (all("1", "2"), all("2", "1"), all("2", "2")),
        ("2".into(), "0".into(), "1".into())
    );
}

#[test]
fn other_answers_may_have_any_spelling() {
    let script =
        "machine simple\nquestion \"q\" { ask read 0x10 => vpn, tlb\n  ask \"Name\" = \"frame\" }";
    let also = [
        ("1.1.vpn", "0x05"),
        ("1.1.tlb", "hit"),
        ("1.2", "Page Frame"),
    ];
    let also = also.map(|(field, text)| (field.to_owned(), vec![text.to_owned()]));
    let rules = rules(&[("also", Setting::Map(also.into()))]);
    let accepted = [("1.1.vpn", "5"), ("1.1.tlb", "Y"), ("1.2", "page  frame")];
    let one = |name| (name, "1".to_owned());
    assert_eq!(
        verdicts(script, &accepted, &rules),
        [one("accepted"), one("accepted"), one("accepted")]
    );
    let right = [("1.1.vpn", "0"), ("1.1.tlb", "N"), ("1.2", "Frame")];
    assert_eq!(
        verdicts(script, &right, &rules),
        [one("right"), one("right"), one("right")]
    );
    let wrong = [("1.1.vpn", "6"), ("1.1.tlb", "?"), ("1.2", "page")];
    let names: Vec<&str> = verdicts(script, &wrong, &rules)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["wrong", "unreadable", "wrong"]);
}

#[test]
fn only_the_right_answers_to_another_key_are_accepted() {
    let script = |ppn: &str| {
        format!(
            "machine simple\nset page_table {{ | vpn ppn v |; | 00 {ppn} 1 | }}\n\
                 question \"q\" {{ ask read 0x10 => vpn, vpo, ppn }}\n"
        )
    };
    let (own, other) = (paper(&script("05"), 0), [paper(&script("07"), 0)]);
    let key = Key::new(&own, &other, |_: &Answers, _: &Value| false);
    let given = [("1.vpn", "9"), ("1.vpo", "10"), ("1.ppn", "7")];
    let all = given
        .map(|(name, text)| (name.to_owned(), Given::from(text)))
        .into();
    let marked = mark(
        &key,
        &Sheet {
            id: "s".to_owned(),
            answers: all,
            ..Sheet::default()
        },
        &Rules::default(),
    );
    let names: Vec<&str> = marked
        .marks
        .iter()
        .map(|mark| mark.verdict.name())
        .collect();
    assert_eq!(names, ["wrong", "accepted", "accepted"]);
}

#[test]
fn a_row_of_a_table_can_be_all_or_nothing() {
    let script = "question \"q\" {\n  reference 1 2 { frames 2, replacement fifo }\n  \
                  ask reference columns frame0 frame1\n}\n";
    let cells = [
        ("1.1.frame0", "1"),
        ("1.1.frame1", "9"),
        ("1.2.frame0", "1"),
        ("1.2.frame1", "2"),
    ];
    let points = |whole: &str| {
        let rules = rules(&[("all-or-nothing", Setting::One(whole.to_owned()))]);
        graded(&paper(script, 0), &answers(&cells), &rules)
            .total
            .to_string()
    };
    assert_eq!(["fields", "rows", "items"].map(points), ["3", "2", "0"]);
}

#[test]
fn a_voided_field_has_no_other_verdict() {
    let script = "machine simple\nquestion \"q\" { ask read 0x10 => vpn, vpo }\n";
    let void = rules(&[("void", Setting::One("1.vpn".to_owned()))]);
    let all = [("1.vpn", "7"), ("1.vpo", "7")];
    let names: Vec<&str> = verdicts(script, &all, &void)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["voided", "wrong"]);
}

#[test]
fn a_wrong_number_of_a_message_is_wrong() {
    let script = "machine { virtual 14 bits; physical 12 bits; page 64 B }\nkernel { frames 4 }\n\
                  process P1 { | area | start | end | perms |; | heap | 1000 | 1200 | rw- | }\n\
                  question \"Fault\" { read 0x1000; ask steps all }\n";
    let paper = paper(script, 0);
    let names: Vec<String> = fields(&paper)
        .iter()
        .map(|field| field.name.clone())
        .collect();
    let given = [
        (names[0].clone(), "99".to_owned()),
        (names[1].clone(), "first".to_owned()),
    ]
    .into();
    let marks = graded(&paper, &given, &Rules::default()).marks;
    let names: Vec<&str> = marks
        .iter()
        .take(3)
        .map(|mark| mark.verdict.name())
        .collect();
    assert_eq!(names, ["wrong", "unreadable", "unanswered"]);
}

#[test]
fn a_rule_for_a_container_does_not_cover_its_neighbors() {
    for (name, field) in [
        ("1", "1.vpn"),
        ("1", "1a.vpn"),
        ("1a", "1a.vpn"),
        ("1a.vpn", "1a.vpn"),
        ("12", "12b"),
    ] {
        assert!(covers(name, field), "{name} {field}");
    }
    for (name, field) in [
        ("1", "12.vpn"),
        ("1a", "1ab"),
        ("1a", "1b.vpn"),
        ("1a.v", "1a.vpn"),
        ("2", "1.2"),
    ] {
        assert!(!covers(name, field), "{name} {field}");
    }
}

#[test]
fn a_single_field_has_the_mark_that_it_has_on_the_sheet() {
    let paper = paper(&std::fs::read_to_string(EXAM).expect("the exam"), 0);
    let key = Key::new(&paper, &[], |_: &Answers, _: &Value| false);
    let given = |name: &str| (name.to_owned(), Given::from("16"));
    let all = key
        .fields()
        .iter()
        .map(|field| given(&field.name))
        .collect();
    let sheet = Sheet {
        id: "s".to_owned(),
        answers: all,
        ..Sheet::default()
    };
    let rules = Rules::default();
    let marked = mark(&key, &sheet, &rules);
    assert_eq!(marked.marks.len(), 41);
    for mark in marked.marks {
        assert_eq!(
            mark_field(&key, &mark.field, &sheet, &rules).as_ref(),
            Some(&mark)
        );
    }
    assert_eq!(mark_field(&key, "1a.none", &sheet, &rules), None);
}

#[test]
fn a_trace_is_read_with_any_separators_and_words() {
    let ask = "reference 1 2 3 1 2 4 { frames 3, replacement lru } => trace";
    let script = format!("question \"q\" {{ ask {ask} }}");
    let verdict = |text: &'static str| names(&script, &[("1.trace", text)])[0];
    for text in [
        "mmmhhm",
        "m m m h h m",
        "m,m,m,h,h,m",
        "MMMH HM",
        "FFFHHF",
        "f f f h h f",
        "miss miss miss hit hit fault",
    ] {
        assert_eq!(verdict(text), "right", "{text}");
    }
    for text in ["mmmhhh", "mmmhh", "m m m m m m", "hit"] {
        assert_eq!(verdict(text), "wrong", "{text}");
    }
    assert_eq!(verdict("mmm?hm"), "unreadable");
}

/// The instructor decides if an answer names one option by its text and another by its letter or number, and only one of
/// them is right.
#[test]
fn an_answer_that_names_two_options_is_reviewed() {
    let verdict = |options: &str, text: &'static str| {
        let script = format!("question \"q\" {{ choice \"c\" {{ {options} }} }}");
        names(&script, &[("1", text)])[0]
    };
    let counts = "wrong \"1\"; wrong \"3\"; correct \"2\"; wrong \"4\"";
    assert_eq!(verdict(counts, "2"), "unreadable");
    assert_eq!(verdict(counts, "3"), "unreadable");
    assert_eq!(
        (
            verdict(counts, "C"),
            verdict(counts, "4"),
            verdict(counts, "1")
        ),
        ("right", "wrong", "wrong")
    );
    let letters = "wrong \"B\"; correct \"A\"; wrong \"C\"";
    assert_eq!(verdict(letters, "B"), "unreadable");
    assert_eq!(verdict(letters, "C"), "wrong");
    let sizes = "correct \"4 KB\"; wrong \"8 KB\"; wrong \"2\"; wrong \"1\"";
    assert_eq!(verdict(sizes, "1"), "unreadable");
    assert_eq!(
        (verdict(sizes, "4 KB"), verdict(sizes, "2")),
        ("right", "wrong")
    );
    // A learning platform writes the text of the option.
    let script = format!("question \"q\" {{ choice \"c\" {{ {counts} }} }}");
    let paper = paper(&script, 0);
    let sheet = Sheet {
        answers: [("1".to_owned(), Given::Response("2".to_owned()))].into(),
        ..Sheet::default()
    };
    let key = Key::new(&paper, &[], |_: &Answers, _: &Value| false);
    assert_eq!(
        mark(&key, &sheet, &Rules::default()).marks[0]
            .verdict
            .name(),
        "right"
    );
}
