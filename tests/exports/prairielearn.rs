//! Questions of `PrairieLearn`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::papers::{export, paper, special, versions};
use super::xml::{Node, fragment};
use pagewalk_script::exam::paper::Paper;

/// The files in an export, indexed by path.
fn files(papers: &[Paper]) -> BTreeMap<String, String> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    export("prairielearn", papers)
        .expect("files")
        .into_iter()
        .map(|file| (file.path, text(file.bytes)))
        .collect()
}

fn json(files: &BTreeMap<String, String>, path: &str) -> Value {
    serde_json::from_str(&files[path]).expect("JSON")
}

/// A stem's elements that have answers, in order.
fn elements(stem: &Node) -> Vec<&Node> {
    let all = stem.children.iter().flat_map(|child| {
        let own = child.tag.starts_with("pl-") && !child.attribute("answers-name").is_empty();
        if own { vec![child] } else { elements(child) }
    });
    all.collect()
}

const FIRST: &str = "questions/virtual-memory/1-address-translation";

#[test]
fn a_question_is_a_directory_with_its_versions_as_data() {
    let files = files(&versions(4));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let of = |folder: &str| {
        ["info.json", "question.html", "server.py", "versions.json"]
            .map(|file| format!("{folder}/{file}"))
    };
    assert_eq!(
        names,
        [of(FIRST), of("questions/virtual-memory/2-sizes")].concat()
    );
    let info = json(&files, &format!("{FIRST}/info.json"));
    assert_eq!(
        (info["type"].as_str(), info["singleVariant"].as_bool()),
        (Some("v3"), Some(false))
    );
    assert_eq!(
        json(&files, &format!("{FIRST}/versions.json"))["versions"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    // The second question is the same in every version.
    let sizes = json(&files, "questions/virtual-memory/2-sizes/versions.json");
    assert_eq!(sizes["versions"].as_array().map(Vec::len), Some(1));
    assert!(files.values().all(|text| !text.contains("777000")));
}

#[test]
fn the_uuid_is_that_of_the_question_and_not_of_its_version() {
    let uuid = |papers: &[Paper], question: &str| {
        let info = json(
            &files(papers),
            &format!("questions/virtual-memory/{question}/info.json"),
        );
        info["uuid"].as_str().expect("a text").to_owned()
    };
    let all = versions(3);
    let own = uuid(&all, "1-address-translation");
    assert_eq!(own, uuid(&all[2..], "1-address-translation"));
    assert_ne!(own, uuid(&all, "2-sizes"));
    // UUID version 5, variant 1, as defined in RFC 9562.
    assert!(
        own.len() == 36 && &own[14..15] == "5" && "89ab".contains(&own[19..20]),
        "{own}"
    );
}

#[test]
fn a_box_looks_the_same_whether_its_fact_is_there_or_not() {
    let files = files(&versions(2));
    let all = json(&files, &format!("{FIRST}/versions.json"));
    for version in all["versions"].as_array().expect("versions") {
        let stem = fragment(version["stem"].as_str().expect("a text"));
        let elements = elements(&stem);
        assert_eq!(elements.len(), 36);
        let look = |node: &Node| {
            let answers = node.attribute("answers-name").to_owned();
            let (_, fact) = answers.split_once('_').expect("a fact");
            (
                fact.to_owned(),
                node.tag.clone(),
                node.attribute("base").to_owned(),
            )
        };
        // Two of the parts have a PPN. The access in the third part faults, so this part has no PPN.
        let parts: Vec<Vec<(String, String, String)>> = elements
            .chunks(12)
            .map(|part| part.iter().map(|node| look(node)).collect())
            .collect();
        assert_eq!(parts[0], parts[1]);
        assert_eq!(parts[0], parts[2]);
        let kind = |fact: &str| {
            parts[0]
                .iter()
                .find(|look| look.0 == fact)
                .map(|look| (&*look.1, &*look.2))
        };
        assert_eq!(kind("vpn"), Some(("pl-integer-input", "16")));
        assert_eq!(kind("ppn"), Some(("pl-string-input", "")));
        assert_eq!(kind("tlb"), Some(("pl-multiple-choice", "")));
        // The elements do not contain any part of the key.
        assert!(
            elements
                .iter()
                .all(|node| node.attribute("correct-answer").is_empty())
        );
        let none = ["q1a_ppn", "q1b_ppn", "q1c_ppn"]
            .iter()
            .filter(|name| version["answers"][**name] == "-")
            .count();
        assert_eq!(none, 1);
    }
}

#[test]
fn decimal_integers_take_any_radix_by_its_prefix() {
    let files = files(&[paper(
        "question \"q\" { ask \"a\" = 512; ask \"b\" = 0xF0 radix hex; ask \"c\" = 5 radix binary; ask \"d\" = 3 / 8 }",
        0,
    )]);
    let version = &json(&files, "questions/exam/1-q/versions.json")["versions"][0];
    let stem = fragment(version["stem"].as_str().expect("a text"));
    let kinds: Vec<(&str, &str)> = elements(&stem)
        .iter()
        .map(|node| (node.tag.as_str(), node.attribute("base")))
        .collect();
    let integer = "pl-integer-input";
    assert_eq!(
        kinds,
        [
            (integer, "0"),
            (integer, "16"),
            (integer, "2"),
            ("pl-number-input", "")
        ]
    );
    assert_eq!(
        (
            version["answers"]["q1_2"].as_str(),
            version["answers"]["q1_4"].as_f64()
        ),
        (Some("0xF0"), Some(0.375))
    );
}

#[test]
fn special_strings_are_no_elements_and_no_templates() {
    for (path, text) in files(&[special()]) {
        if path.ends_with("versions.json") {
            let version = &serde_json::from_str::<Value>(&text).expect("JSON")["versions"][0];
            let html = version["stem"].as_str().expect("a text");
            assert!(!html.contains("{{") && !html.contains("<script"), "{html}");
            let stem = fragment(html);
            assert_eq!(elements(&stem).len(), 2, "{path}");
            assert_eq!(stem.all("pl-rich-text-editor").len(), 1);
        }
    }
}
