//! Versions with questions in different orders, or from a pool.

use pagewalk_script::exam::paper::Paper;

use super::papers::{export, text, versions};
use super::xml::read;

/// Two versions. The second version has its questions in reverse order.
fn shuffled() -> Vec<Paper> {
    let mut papers = versions(2);
    papers[1].questions.reverse();
    papers
}

#[test]
fn a_question_is_known_by_its_title_wherever_it_stands() {
    let quiz = read(&text("moodle", &shuffled()));
    let of = |kind: &str, tag: &str| -> Vec<String> {
        let all = quiz
            .children
            .iter()
            .filter(|question| question.attribute("type") == kind);
        all.map(|question| question.said(tag).to_owned()).collect()
    };
    let paths = of("category", "category");
    let expected = ["Address translation", "Sizes", "Sizes: essay 1"];
    assert_eq!(
        paths,
        expected.map(|name| format!("$course$/top/Virtual memory/{name}"))
    );
    assert_eq!(
        of("cloze", "name"),
        [
            "Address translation (A)",
            "Address translation (B)",
            "Sizes (A)"
        ]
    );

    let files = export("prairielearn", &shuffled()).expect("files");
    let folders: Vec<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_suffix("/info.json"))
        .collect();
    assert_eq!(
        folders,
        [
            "questions/virtual-memory/address-translation",
            "questions/virtual-memory/sizes"
        ]
    );
    assert!(export("qti", &shuffled()).is_ok());
}

#[test]
fn the_uuid_does_not_follow_the_order() {
    let uuid = |papers: &[Paper], folder: &str| {
        let files = export("prairielearn", papers).expect("files");
        let info = files
            .iter()
            .find(|file| file.path.ends_with(&format!("{folder}/info.json")))
            .expect("there");
        serde_json::from_slice::<serde_json::Value>(&info.bytes).expect("JSON")["uuid"].clone()
    };
    assert_eq!(uuid(&versions(2), "2-sizes"), uuid(&shuffled(), "/sizes"));
}

#[test]
fn pools_are_exported_to_a_bank_and_rejected_in_a_test() {
    let mut papers = versions(2);
    papers[0].questions.remove(0);
    papers[1].questions.remove(1);
    let quiz = text("moodle", &papers);
    assert!(
        quiz.contains("$course$/top/Virtual memory/Address translation<")
            && quiz.contains("/Sizes<"),
        "{quiz}"
    );
    let refused = export("qti", &papers).expect_err("a refusal");
    assert_eq!(refused.part, "question \"Sizes\"");
    assert!(
        refused
            .why
            .contains("only some versions contain this question"),
        "{}",
        refused.why
    );
}
