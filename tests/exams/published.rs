//! Questions of seven universities with keys that are not ours: the published ones, or those that a Python program derived
//! from the published data. Each script names its source.

use pagewalk_script::exam::field::{Asked, fields};
use pagewalk_script::questions::entry::ItemKind;

use crate::running::paper;

/// The answers to all fields of a paper, in order. A choice has the text of its right option.
fn keys(script: &str) -> Vec<(String, String)> {
    let path = format!("tests/exams/published/{script}.pw");
    let exam = paper(&std::fs::read_to_string(path).expect("a script"), 0);
    let key = |asked: Asked, kind: &ItemKind| match (asked, kind) {
        (Asked::Blank(blank), _) => blank.answer(),
        (_, ItemKind::Choice { options, .. }) => {
            let right = options.iter().filter(|option| option.correct);
            right.map(|option| option.text.clone()).collect()
        }
        _ => String::new(),
    };
    let all = fields(&exam).into_iter();
    all.map(|field| (field.name.clone(), key(field.asked, &field.item.kind)))
        .collect()
}

#[track_caller]
fn assert_keys(script: &str, expected: &[&str]) {
    let found = keys(script);
    let keys: Vec<&str> = found.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(keys, expected, "{found:?}");
}

#[test]
fn carnegie_mellon_2008_translates_two_addresses() {
    assert_keys(
        "q01-cmu-f08-translate",
        &[
            "12", "8", "6", "0x1F", "0x3", "0x07", "miss", "none", "0x15", "0x15213", "0x14",
            "0x0", "0x05", "hit", "none", "0x13", "0x13213",
        ],
    );
}

#[test]
fn carnegie_mellon_2002_computes_miss_rates() {
    assert_keys("q02-cmu-f02-sums", &["25", "100", "50", "25", "25", "25"]);
}

#[test]
fn new_south_wales_2008_looks_up_six_addresses() {
    assert_keys(
        "q03-unsw-r3000",
        &[
            "page",
            "-",
            "page",
            "-",
            "none",
            "0x006A8FFF",
            "none",
            "0x00A97642",
            "protection",
            "-",
            "none",
            "0x001FC000",
        ],
    );
}

#[test]
fn berkeley_2008_translates_segments_and_pages() {
    assert_keys(
        "q04-berkeley-cs162-f08",
        &[
            "4096",
            "1",
            "1",
            "none",
            "0x57",
            "none",
            "protection",
            "0x1",
            "0x03",
            "0x20006",
            "0x220F",
            "0x22045",
            "page",
            "page",
        ],
    );
}

#[test]
fn massachusetts_counts_lookups_of_a_restarted_instruction() {
    let best = "one TLB lookup and one memory access";
    assert_keys("q05-mit-6823-tlb", &["32", "hit", "0", best, "4", "6", "2"]);
}

#[test]
fn toronto_2015_divides_an_address() {
    assert_keys(
        "q06-toronto-ece344-2015",
        &["16", "3", "13", "8", "16", "14", "2", "16384"],
    );
}

/// The posted answer of 2^16 + 3 pages lacks two tables.
#[test]
fn san_diego_counts_pages_and_faults() {
    assert_keys(
        "q07-ucsd-cse120",
        &["28", "14", "14", "16", "65541", "8", "7"],
    );
}
