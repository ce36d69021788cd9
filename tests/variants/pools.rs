//! Pools and shuffling.

use std::collections::{BTreeMap, BTreeSet};

use pagewalk_script::exam::paper::Paper;
use pagewalk_script::lang::diagnostic::{Code, Diagnostic};
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::questions::entry::ItemKind;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, check};

use super::papers::{composed, keys, paper};

fn titles(paper: &Paper) -> Vec<String> {
    paper
        .questions
        .iter()
        .map(|question| question.title.to_string())
        .collect()
}

/// The mistake that the check finds in a script.
fn checked(text: &str) -> Vec<Diagnostic> {
    let (sources, script, wrong) = read_text("exam.pw", text, &mut Disk);
    assert_eq!(wrong, [], "{text}");
    check(
        &script.body,
        &sources,
        &Files::default(),
        Options::default(),
    )
    .diagnostics
}

/// A script of questions with these titles. Each question has one blank with a drawn value.
fn questions(titles: &[&str]) -> String {
    let one = |title: &&str| {
        format!("question \"{title}\" points 2 {{ choose a in 0..1000000; ask \"a\" = a }}\n")
    };
    titles.iter().map(one).collect()
}

#[test]
fn so_many_questions_of_a_pool_are_on_a_paper() {
    let script = format!(
        "exam {{ pool \"P\" pick 2 of [\"b\", \"c\", \"d\"] }}\n{}",
        questions(&["a", "b", "c", "d", "e"])
    );
    let all: BTreeMap<String, String> = ["a", "b", "c", "d", "e"]
        .map(str::to_owned)
        .into_iter()
        .zip(keys(&paper(&questions(&["a", "b", "c", "d", "e"]), 3)))
        .collect();
    let mut found = BTreeMap::new();
    for seed in 0..120 {
        let paper = paper(&script, seed);
        let titles = titles(&paper);
        assert!(
            titles.len() == 4 && titles[0] == "a" && titles[3] == "e" && titles.is_sorted(),
            "{titles:?}"
        );
        assert_eq!(paper.points().to_string(), "8");
        *found.entry(titles).or_insert(0) += 1;
    }
    assert!(
        found.len() == 3 && found.values().all(|times| *times > 20),
        "each pair comes up: {found:?}"
    );
    // Selecting other questions does not change the values in a question.
    let paper = paper(&script, 3);
    for (title, key) in titles(&paper).iter().zip(keys(&paper)) {
        assert_eq!(all[title], key);
    }
}

#[test]
fn questions_are_shuffled_whole() {
    let script = format!(
        "exam {{ shuffle questions }}\n{}",
        questions(&["a", "b", "c"])
    );
    let state = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\n\
                 question \"d\" { part \"one\" { ask read 0x3D4 => tlb }\npart \"two\" { ask read 0x3D4 => tlb } }";
    let script = format!("{script}{state}");
    let mut orders = BTreeSet::new();
    for seed in 0..200 {
        let paper = paper(&script, seed);
        let titles = titles(&paper);
        let at = titles.iter().position(|title| title == "d").expect("there");
        let d = &paper.questions[at];
        let mut alone = paper.clone();
        alone.questions = vec![d.clone()];
        assert_eq!(keys(&alone), ["miss", "hit"], "parts keep their order");
        orders.insert(titles);
    }
    assert_eq!(orders.len(), 24);
}

#[test]
fn options_are_shuffled_with_their_marks() {
    let script = "exam { shuffle options }\nquestion \"q\" { choice \"?\" { correct \"right\"; wrong \"x\"; wrong \"y\"; correct \"yes\" } }";
    let mut orders = BTreeSet::new();
    for seed in 0..200 {
        let paper = paper(script, seed);
        let item = paper.questions[0].items().next().expect("an item");
        let ItemKind::Choice { options, .. } = &item.kind else {
            panic!("a choice")
        };
        let order: Vec<String> = options.iter().map(|option| option.text.clone()).collect();
        for option in options {
            assert_eq!(
                option.correct,
                matches!(option.text.as_str(), "right" | "yes")
            );
        }
        orders.insert(order);
    }
    assert_eq!(orders.len(), 24);
}

#[test]
fn mistakes_in_a_pool_are_reported_before_the_run() {
    let one = |pool: &str, code: Code, words: &str| {
        let messages = checked(&format!(
            "exam {{ {pool} }}\n{}question \"big\" points 5 {{ ask \"x\" = 1 }}",
            questions(&["alpha", "beta"])
        ));
        assert_eq!(messages.len(), 1, "{pool}: {messages:?}");
        let said = format!(
            "{} {}",
            messages[0].message,
            messages[0].help.clone().unwrap_or_default()
        );
        assert!(
            messages[0].code == code && said.contains(words),
            "{pool}: {messages:?}"
        );
    };
    one(
        "pool \"P\" pick 1 of [\"alpha\", \"bata\"]",
        Code::UnknownName,
        "did you mean `beta`?",
    );
    one(
        "pool \"P\" pick 3 of [\"alpha\", \"beta\"]",
        Code::WrongCount,
        "cannot pick 3 of 2 questions",
    );
    one(
        "pool \"P\" pick 0 of [\"alpha\", \"beta\"]",
        Code::WrongCount,
        "0 of 2",
    );
    one(
        "pool \"P\" pick 1 of [\"alpha\", \"big\"]",
        Code::BadPoints,
        "“big” is worth 5 points",
    );
    one(
        "pool \"P\" pick 1 of [\"alpha\", \"alpha\"]",
        Code::Duplicate,
        "twice in the same pool",
    );
    one(
        "pool \"P\" pick 1 of [\"alpha\", 7]",
        Code::WrongType,
        "not the title",
    );
    one("pool \"P\"", Code::WrongCount, "pick 1 of");
    one(
        "shuffle parts",
        Code::UnknownWord,
        "`questions` or `options`",
    );
    one("shuffle", Code::WrongCount, "`questions` or `options`");
}

#[test]
fn members_that_say_no_points_are_compared_when_they_are_known() {
    let script = "exam { pool \"P\" pick 1 of [\"a\", \"b\"] }\nquestion \"a\" { ask \"x\" = 1 }\nquestion \"b\" { ask \"x\" = 1; ask \"y\" = 2 }";
    assert_eq!(checked(script), []);
    let messages = composed(script, 0).diagnostics;
    assert!(
        messages.len() == 1 && messages[0].code == Code::BadPoints,
        "{messages:?}"
    );
}
