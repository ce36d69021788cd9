//! Moodle XML.

use pagewalk_script::exam::field::Asked;
use pagewalk_script::exam::formats::losses;
use pagewalk_script::questions::entry::ItemKind;

use super::cloze;
use super::papers::{SPECIALS, export, of_question, paper, special, text, versions};
use super::xml::{Node, fragment, read};

/// The questions of one type.
fn of_type<'n>(quiz: &'n Node, kind: &str) -> Vec<&'n Node> {
    quiz.children
        .iter()
        .filter(|question| question.attribute("type") == kind)
        .collect()
}

#[test]
fn a_category_holds_every_version_of_a_question() {
    let papers = versions(5);
    let quiz = read(&text("moodle", &papers));
    let categories: Vec<&str> = of_type(&quiz, "category")
        .iter()
        .map(|node| node.said("category"))
        .collect();
    let expected = ["1 Address translation", "2 Sizes", "2 Sizes: 2.5"];
    assert_eq!(
        categories,
        expected.map(|name| format!("$course$/top/Virtual memory/{name}"))
    );
    let names: Vec<&str> = of_type(&quiz, "cloze")
        .iter()
        .map(|node| node.said("name"))
        .collect();
    // The second question is the same in every version, so it appears once.
    let first = ["A", "B", "C", "D", "E"].map(|code| format!("1 Address translation ({code})"));
    assert_eq!(names[..5], first);
    assert_eq!(names[5..], ["2 Sizes (A)"]);
    let identifiers: Vec<&str> = of_type(&quiz, "cloze")
        .iter()
        .map(|node| node.said("idnumber"))
        .collect();
    assert_eq!(identifiers[1], "virtual-memory-B-1");
}

#[test]
fn blanks_points_and_keys_are_those_of_the_paper() {
    let papers = versions(3);
    let quiz = read(&text("moodle", &papers));
    let cloze = of_type(&quiz, "cloze");
    for (paper, node) in papers.iter().zip(&cloze) {
        let (subs, left) = cloze::read(node.said("questiontext"));
        fragment(&left);
        let fields = of_question(paper, 0);
        assert_eq!(subs.len(), fields.len());
        // Each blank is worth one point.
        assert!(subs.iter().all(|sub| sub.weight == 1));
        for (sub, field) in subs.iter().zip(&fields) {
            let Asked::Blank(blank) = field.asked else {
                panic!("{}", field.name)
            };
            let key = match blank.answer().as_str() {
                "hit" | "page" => "Y".to_owned(),
                "miss" => "N".to_owned(),
                "none" if &*blank.fact == "fault" => "N".to_owned(),
                "none" => "-".to_owned(),
                other => other.to_owned(),
            };
            assert!(
                (sub.mark(&key) - 1.0).abs() < 1e-9,
                "{} is {key}: {sub:?}",
                field.name
            );
            if let Some(digits) = key.strip_prefix("0x") {
                let short = digits.trim_start_matches('0');
                let short = if short.is_empty() { "0" } else { short };
                for way in [
                    digits.to_lowercase(),
                    format!("0X{short}"),
                    short.to_owned(),
                ] {
                    assert!(
                        (sub.mark(&way) - 1.0).abs() < 1e-9,
                        "{way} for {key}: {sub:?}"
                    );
                }
                let other = u64::from_str_radix(digits, 16).expect("a number") + 1;
                assert!(sub.mark(&format!("0x{other:X}")).abs() < 1e-9);
            }
            assert!(sub.mark("").abs() < 1e-9 && sub.mark("0x0_").abs() < 1e-9);
        }
    }
    let (subs, _) = cloze::read(cloze[3].said("questiontext"));
    let weights: Vec<u64> = subs.iter().map(|sub| sub.weight).collect();
    assert_eq!(
        weights,
        [2, 2, 3, 2],
        "the points of question 2 without its essay"
    );
    // According to the textbook's formula, the page table has 2^(14 - 6) entries of 2 bytes.
    assert_eq!(subs[0].answers, [("512".to_owned(), 1.0)]);
    assert_eq!(
        (subs[3].kind.as_str(), subs[3].answers.len()),
        ("MULTICHOICE_V", 3)
    );
    // The pattern matches only the addresses of pages that are not present.
    assert!((subs[2].mark("0x40") - 1.0).abs() < 1e-9 && subs[2].mark("0x0").abs() < 1e-9);
}

#[test]
fn an_essay_is_a_question_of_its_own_and_its_rubric_is_for_graders() {
    let quiz = read(&text("moodle", &versions(2)));
    let essays = of_type(&quiz, "essay");
    assert_eq!(essays.len(), 1);
    assert_eq!(essays[0].said("defaultgrade"), "5");
    assert!(essays[0].said("graderinfo").contains("neighboring pages"));
    assert!(!essays[0].said("questiontext").contains("neighboring"));
    assert!(
        of_type(&quiz, "cloze")
            .iter()
            .all(|node| !node.text.contains("neighboring"))
    );
    assert!(
        of_type(&quiz, "cloze")
            .iter()
            .all(|node| node.said("generalfeedback").is_empty())
    );
}

#[test]
fn no_seed_is_in_it() {
    let out = text("moodle", &versions(3));
    assert!(!out.contains("777000") && !out.to_lowercase().contains("seed"));
}

#[test]
fn points_that_are_no_whole_numbers_are_scaled() {
    let script = "question \"q\" points 5 { ask \"a\" = 1 points 1; ask \"b\" = 2; ask \"c\" = 3; ask \"d\" = 4 }";
    let quiz = read(&text("moodle", &[paper(script, 0)]));
    let (subs, _) = cloze::read(of_type(&quiz, "cloze")[0].said("questiontext"));
    // The first blank is worth 1 point, and each of the others 4/3 points.
    assert_eq!(
        subs.iter().map(|sub| sub.weight).collect::<Vec<_>>(),
        [3, 4, 4, 4]
    );
}

#[test]
fn special_strings_come_back_as_they_were() {
    let special = special();
    let quiz = read(&text("moodle", std::slice::from_ref(&special)));
    let cloze = of_type(&quiz, "cloze");
    assert_eq!(cloze.len(), SPECIALS.len());
    for (at, node) in cloze.iter().enumerate() {
        let fields = of_question(&special, at);
        let ItemKind::Value { label, .. } = &fields[0].item.kind else {
            panic!("a value")
        };
        let shown: String = label
            .chars()
            .map(|c| {
                if (c < ' ') || c == '\u{FFFF}' {
                    '\u{FFFD}'
                } else {
                    c
                }
            })
            .collect();
        let (subs, left) = cloze::read(node.said("questiontext"));
        assert_eq!(subs.len(), 2, "{label}");
        assert!(
            fragment(&left).text.matches(&shown).count() >= 3,
            "{label}: {left}"
        );
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            (subs[0].mark(&words) - 1.0).abs() < 1e-9,
            "{words}: {:?}",
            subs[0]
        );
        assert_eq!(subs[1].kind, "MULTIRESPONSE");
        let options: Vec<(String, f64)> = subs[1]
            .answers
            .iter()
            .map(|(html, share)| (fragment(html).text, *share))
            .collect();
        let expected = [
            (shown.clone(), 1.0),
            (format!("%50%{shown}"), 0.0),
            ("=2".to_owned(), 1.0),
        ];
        assert_eq!(options, expected);
    }
}

#[test]
fn questions_beyond_moodle_are_rejected_with_their_place() {
    let refused = |script: &str| export("moodle", &[paper(script, 0)]).expect_err("a refusal");
    let any = refused(
        "question \"q\" { ask \"a\" = 1; part \"b\" { ask x in 0..0x10000 where x % 2 == 0 } }",
    );
    assert_eq!(any.part, "question 1, part b, field 1b");
    assert!(any.why.contains("too many right answers"), "{}", any.why);
    let long = refused(
        "question \"q\" { reference 1 2 1 3 5 6 7 8 9 { frames 6, replacement lru }; ask last => resident }",
    );
    assert!(long.why.contains("too many orders"), "{}", long.why);
    let alone = refused("question \"q\" { choice \"c\" { correct \"a\" } }");
    assert!(alone.why.contains("two options"), "{}", alone.why);
}

#[test]
fn a_hit_in_a_grid_has_the_words_of_hits() {
    let script =
        "question \"q\" { reference 1 1 { frames 2, replacement lru }; ask reference columns hit }";
    let export = text("moodle", &[paper(script, 0)]);
    for cell in [
        "SHORTANSWER:=N~=no~=false~=M~=miss~=0}",
        "SHORTANSWER:=Y~=yes~=true~=H~=hit~=1}",
    ] {
        assert!(export.contains(cell), "{cell}: {export}");
    }
}

#[test]
fn marks_of_rows_are_lost_with_a_message() {
    let by_row = "question \"a\" { ask \"x\" = 1 }\nquestion \"q\" { reference 1 1 { frames 2, replacement lru }; ask reference columns hit frame0 marks by row }";
    let losses = losses(&paper(by_row, 0));
    assert_eq!(losses.len(), 1);
    assert!(
        losses[0].starts_with("question 2: ") && losses[0].contains("`marks by row`"),
        "{losses:?}"
    );
}
