//! Properties: every spelling of the key gets full points, a mistake costs only its own points if later
//! answers follow from it, and no answer makes grading fail.

use crate::textbook::{CACHE, PAGE_TABLE, TLB};
use std::collections::BTreeMap;

use pagewalk_script::exam::field::{Asked, Field, fields, slot};
use pagewalk_script::exam::grade::rules::{Rules, Setting};
use pagewalk_script::exam::grade::{Given, Key, Mark, Sheet, Verdict, mark};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::spelling;
use pagewalk_script::lang::value::{Number, Value};
use pagewalk_script::questions::entry::{Answers, Form, ItemKind, Radix};
use proptest::prelude::*;

use super::running::{EXAM, graded, paper};

fn exam(seed: u64) -> Paper {
    paper(&std::fs::read_to_string(EXAM).expect("the exam"), seed)
}

/// Spellings of the correct answer to a field.
fn spellings(field: &Field) -> Vec<String> {
    let dashes = || ["-", "–", "n/a", "none", "N/A"].map(str::to_owned).to_vec();
    match (field.asked, &field.item.kind) {
        (Asked::Blank(blank), _) => match (blank.answer().as_str(), blank.form) {
            ("-" | "unknown", _) => dashes(),
            (
                answer,
                Form::Number {
                    radix: Radix::Hex, ..
                },
            ) => {
                let n =
                    u64::from_str_radix(answer.trim_start_matches("0x"), 16).expect("hexadecimal");
                vec![
                    format!("{n:X}"),
                    format!("{n:x}"),
                    format!("0x{n:x}"),
                    format!("0X{n:04X}"),
                    format!("{n:02X}h"),
                    format!(" 0x{n:03X} "),
                ]
            }
            (answer, Form::Number { .. }) => {
                let n: u64 = answer.parse().expect("decimal");
                vec![
                    answer.to_owned(),
                    format!("{n} B"),
                    format!("{n}.0"),
                    format!("0x{n:x}"),
                    format!("{n} bytes"),
                ]
            }
            ("hit", _) => ["Y", "y", "yes", "hit", "HIT", "h"]
                .map(str::to_owned)
                .to_vec(),
            ("miss", _) => ["N", "no", "miss", "Miss"].map(str::to_owned).to_vec(),
            ("page", _) => ["Y", "yes", "page", "page fault"]
                .map(str::to_owned)
                .to_vec(),
            ("none", _) if &*blank.fact == "fault" => {
                ["N", "no", "none", "n"].map(str::to_owned).to_vec()
            }
            ("none", _) => dashes(),
            (other, _) => vec![other.to_owned()],
        },
        (_, ItemKind::Any { answers, .. }) => answers
            .first
            .iter()
            .map(|value| format!("{value:#}"))
            .map(|text| {
                let n: u64 = text.parse().expect("an address");
                format!("0x{n:X}")
            })
            .collect(),
        (_, ItemKind::Choice { options, .. }) => {
            let at = options
                .iter()
                .position(|option| option.correct)
                .expect("a right one");
            let letter = char::from(b'A' + at as u8);
            vec![
                letter.to_string(),
                format!("{})", letter.to_lowercase()),
                (at + 1).to_string(),
                options[at].text.to_uppercase(),
            ]
        }
        _ => Vec::new(),
    }
}

#[test]
fn the_key_has_full_marks_in_every_spelling() {
    for seed in 0..100 {
        let paper = exam(seed);
        let all = fields(&paper);
        for round in 0..6 {
            let answers: BTreeMap<String, String> = all
                .iter()
                .filter_map(|field| {
                    let each = spellings(field);
                    Some((
                        field.name.clone(),
                        each.get(round % each.len().max(1))?.clone(),
                    ))
                })
                .collect();
            let marked = graded(&paper, &answers, &Rules::default());
            let wrong: Vec<_> = marked
                .marks
                .iter()
                .filter(|mark| !matches!(mark.verdict, Verdict::Right | Verdict::Unanswered))
                .map(|mark| (&mark.field, &mark.written))
                .collect();
            assert_eq!(wrong, [], "seed {seed}");
            assert_eq!(marked.total.to_string(), "45", "seed {seed}");
        }
    }
}

#[test]
fn fields_have_one_name_each_the_same_in_every_version_and_points_that_add_up() {
    let names = |paper: &Paper| {
        fields(paper)
            .into_iter()
            .map(|field| field.name)
            .collect::<Vec<_>>()
    };
    let first = names(&exam(0));
    let once: std::collections::BTreeSet<String> = first.iter().cloned().collect();
    let slots: std::collections::BTreeSet<String> = first.iter().map(|name| slot(name)).collect();
    assert_eq!((once.len(), slots.len()), (first.len(), first.len()));
    assert_eq!(first.len(), 41);
    for seed in 1..20 {
        let paper = exam(seed);
        assert_eq!(names(&paper), first);
        let all = fields(&paper);
        let sum = all.iter().fold(Number::ZERO, |sum, field| {
            sum.plus(field.points).expect("a sum")
        });
        assert_eq!(sum, paper.points());
    }
}

#[test]
fn every_exam_has_fields_with_names_of_their_own() {
    for entry in std::fs::read_dir("examples/exams").expect("exams") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|end| end != "pw") {
            continue;
        }
        let paper = paper(&std::fs::read_to_string(&path).expect("a script"), 1);
        let all = fields(&paper);
        let names: std::collections::BTreeSet<&str> =
            all.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names.len(), all.len(), "{}", path.display());
        let sum = all.iter().fold(Number::ZERO, |sum, field| {
            sum.plus(field.points).expect("a sum")
        });
        assert_eq!(sum, paper.points(), "{}", path.display());
    }
}

/// The answers that a learning platform accepts for a field, including the printed key.
fn exported(field: &Field) -> Vec<String> {
    let bare = field
        .item
        .hardware
        .as_ref()
        .is_none_or(|hardware| hardware.kernel.is_none());
    match (field.asked, &field.item.kind) {
        (Asked::Blank(blank), _) => spelling::spellings(blank, bare),
        (Asked::Cell { cell, .. }, _) => spelling::of_cell(cell),
        (_, ItemKind::Any { answers, radix, .. }) => answers
            .first
            .iter()
            .flat_map(|value| spelling::of_value(value, *radix, None))
            .collect(),
        (_, ItemKind::Choice { options, .. }) => {
            let correct: Vec<&str> = options
                .iter()
                .filter(|option| option.correct)
                .map(|option| option.text.as_str())
                .collect();
            vec![correct.join("; ")]
        }
        _ => Vec::new(),
    }
}

#[test]
fn answers_accepted_on_platforms_are_accepted_here() {
    for entry in std::fs::read_dir("examples/exams").expect("exams") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|end| end != "pw") {
            continue;
        }
        let paper = paper(&std::fs::read_to_string(&path).expect("a script"), 5);
        let all = fields(&paper);
        let each: Vec<(String, Vec<String>)> = all
            .iter()
            .map(|field| (field.name.clone(), exported(field)))
            .collect();
        let most = each
            .iter()
            .map(|(_, spelled)| spelled.len())
            .max()
            .unwrap_or(0)
            .min(24);
        for round in 0..most {
            let written = |(name, spelled): &(String, Vec<String>)| {
                let text = spelled.get(round % spelled.len().max(1))?;
                Some((name.clone(), text.clone()))
            };
            let answers = each.iter().filter_map(written);
            // A platform writes the text of an option, which can also be the number of another.
            let sheet = Sheet {
                answers: answers
                    .map(|(name, text)| (name, Given::Response(text)))
                    .collect(),
                ..Sheet::default()
            };
            let key = Key::new(&paper, &[], |_: &Answers, _: &Value| false);
            let marked = mark(&key, &sheet, &Rules::default());
            for mark in marked.marks.iter().filter(|mark| !mark.written.is_empty()) {
                assert_eq!(
                    mark.verdict,
                    Verdict::Right,
                    "{}: {} {:?}",
                    path.display(),
                    mark.field,
                    mark.written
                );
            }
        }
    }
}

/// The worksheet for an address according to the textbook's formulas, with one value replaced. Later values
/// follow from the replaced value.
fn worked(va: u64, wrong: (&str, u64)) -> Vec<(&'static str, String)> {
    let mut sheet: Vec<(&'static str, String)> = Vec::new();
    let mut put = |name: &'static str, right: Option<u64>| {
        let value = if wrong.0 == name {
            Some(wrong.1)
        } else {
            right
        };
        sheet.push((name, value.map_or("-".to_owned(), |n| format!("{n:X}"))));
        value
    };
    let vpn = put("vpn", Some(va / 64)).unwrap_or(0);
    let index = put("tlbi", Some(vpn % 4)).unwrap_or(0);
    let tag = put("tlbt", Some(vpn / 4)).unwrap_or(0);
    let entry = TLB
        .iter()
        .find(|entry| (entry.0, entry.1) == (index, tag))
        .map(|entry| entry.2);
    let found = entry.or_else(|| {
        PAGE_TABLE
            .iter()
            .find(|entry| entry.0 == vpn)
            .map(|entry| entry.1)
    });
    let ppn = put("ppn", found);
    let pa = put("pa", ppn.map(|ppn| ppn * 64 + va % 64));
    let offset = put("co", pa.map(|pa| pa % 4));
    let set = put("ci", pa.map(|pa| pa / 4 % 16));
    let tag = put("ct", pa.map(|pa| pa / 64));
    let block = CACHE
        .iter()
        .find(|line| Some(line.0) == set && Some(line.1) == tag)
        .map(|line| line.2);
    let byte = block
        .zip(offset)
        .and_then(|(block, offset)| block.get(offset as usize).copied());
    put("byte", byte);
    let word = |yes: bool| if yes { "Y" } else { "N" }.to_owned();
    sheet.push(("tlb", word(entry.is_some())));
    sheet.push(("fault", word(found.is_none())));
    sheet.push((
        "cache",
        if pa.is_none() {
            "-".to_owned()
        } else {
            word(block.is_some())
        },
    ));
    sheet
}

/// A script with the textbook's tables and a question about one address.
fn asked(va: u64) -> Paper {
    let text = std::fs::read_to_string(EXAM).expect("the exam");
    let (machine, _) = text.split_once("question ").expect("a question");
    let facts = "vpn, tlbi, tlbt, tlb, fault, ppn, pa, co, ci, ct, cache, byte";
    paper(
        &format!("{machine}question \"q\" {{ ask read {va} => {facts} }}"),
        0,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_mistake_costs_no_more_than_itself(
        page in 0usize..PAGE_TABLE.len(),
        offset in 0u64..64,
        which in 0usize..8,
        value in 0u64..4096,
    ) {
        let va = PAGE_TABLE[page].0 * 64 + offset;
        let (name, most) = [
            ("vpn", 256), ("tlbi", 4), ("tlbt", 64), ("ppn", 64), ("pa", 4096), ("co", 4), ("ci", 16), ("ct", 64),
        ][which];
        let answers = worked(va, (name, value % most));
        let answers = answers.into_iter().map(|(fact, text)| (format!("1.{fact}"), text)).collect();
        let marked = graded(&asked(va), &answers, &Rules::default());
        // A dash for a value that does not exist after a fault earns no points.
        let is_dash = |mark: &Mark| mark.written == "-" && matches!(mark.verdict, Verdict::Follows(_));
        // `1B` may be binary, so an instructor reads it.
        let is_unclear = |mark: &Mark| mark.verdict == Verdict::Unreadable && mark.written.ends_with('B');
        let lost = marked.marks.iter().filter(|mark| mark.points.is_zero() && !is_dash(mark) && !is_unclear(mark));
        let lost: Vec<_> = lost.collect();
        prop_assert!(lost.len() <= 1, "{name} {:X} at {va:X}: {lost:?}", value % most);
        prop_assert!(lost.iter().all(|mark| mark.field == format!("1.{name}")), "{lost:?}");
        // Errors are carried from wrong answers only.
        for mark in &marked.marks {
            let (Verdict::Carried(from) | Verdict::Follows(from)) = &mark.verdict else { continue };
            let of = |fact: &String| marked.marks.iter().find(|mark| mark.field == format!("1.{fact}"));
            let right = from.iter().filter(|fact| of(fact).is_none_or(|mark| mark.verdict == Verdict::Right));
            prop_assert_eq!(right.collect::<Vec<_>>(), Vec::<&String>::new(), "{:?}", mark);
            prop_assert!(!from.is_empty());
        }
    }

    #[test]
    fn no_answer_makes_marking_fail(texts in proptest::collection::vec(".{0,40}|[-0-9a-fxhA-F,.'_ /^%KMGBi]{0,24}", 41)) {
        let paper = exam(3);
        let all = fields(&paper);
        let answers = all.iter().zip(&texts).map(|(field, text)| (field.name.clone(), text.clone())).collect();
        let mut rules = Rules::default();
        for (name, value) in [("wrong", "1"), ("wrong-choice", "1"), ("floor", "none")] {
            rules.set(name, &Setting::One(value.to_owned())).expect("a rule");
        }
        let marked = graded(&paper, &answers, &rules);
        prop_assert!(!marked.total.compare(Number::from(50u64)).is_gt());
        prop_assert!(!marked.total.compare(Number::from(-50i64)).is_lt());
    }
}
