//! Packages of QTI.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use pagewalk_script::exam::paper::Paper;
use zip::ZipArchive;

use super::papers::{export, of_question, paper, special, versions};
use super::xml::{Node, read};

/// The files in a package, indexed by path.
pub fn files(papers: &[Paper]) -> BTreeMap<String, String> {
    let package = export("qti", papers).expect("a package");
    assert_eq!(package.len(), 1);
    let mut zip = ZipArchive::new(Cursor::new(package[0].bytes.clone())).expect("a zip");
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).expect("a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        files.insert(file.name().expect("a name").into_owned(), text);
    }
    files
}

#[test]
fn the_test_draws_a_version_of_each_question() {
    let files = files(&versions(3));
    let test = read(&files["test.xml"]);
    let sections = test.all("assessmentSection");
    assert_eq!(
        sections
            .iter()
            .map(|one| one.attribute("title"))
            .collect::<Vec<_>>(),
        ["1 Address translation", "2 Sizes"]
    );
    assert_eq!(sections[0].all("selection")[0].attribute("select"), "1");
    assert_eq!(
        (
            sections[0].all("assessmentItemRef").len(),
            sections[1].all("assessmentItemRef").len()
        ),
        (3, 1)
    );
    let manifest = read(&files["imsmanifest.xml"]);
    let mut listed: Vec<&str> = manifest
        .all("file")
        .iter()
        .map(|file| file.attribute("href"))
        .collect();
    listed.push("imsmanifest.xml");
    listed.sort_unstable();
    assert_eq!(listed, files.keys().map(String::as_str).collect::<Vec<_>>());
    for reference in test.all("assessmentItemRef") {
        let item = read(&files[reference.attribute("href")]);
        assert_eq!(
            item.attribute("identifier"),
            reference.attribute("identifier")
        );
    }
    assert!(files.values().all(|text| !text.contains("777000")));
}

#[test]
fn the_same_papers_give_the_same_bytes() {
    assert_eq!(export("qti", &versions(2)), export("qti", &versions(2)));
}

/// The maximum score for the answers to an item.
fn most(item: &Node) -> f64 {
    let worth = |declaration: &&Node| {
        let worth = declaration
            .all("mapEntry")
            .iter()
            .map(|one| {
                one.attribute("mappedValue")
                    .parse::<f64>()
                    .expect("a number")
            })
            .fold(0.0, f64::max);
        if declaration.attribute("cardinality") == "multiple" {
            declaration.all("mapping")[0]
                .attribute("upperBound")
                .parse::<f64>()
                .expect("a number")
        } else {
            worth
        }
    };
    item.all("responseDeclaration").iter().map(worth).sum()
}

#[test]
fn blanks_points_and_keys_are_those_of_the_paper() {
    let papers = versions(1);
    let files = files(&papers);
    let items: Vec<Node> = files
        .iter()
        .filter(|(path, _)| path.starts_with("items/"))
        .map(|(_, text)| read(text))
        .collect();
    let fields = of_question(&papers[0], 0);
    let declared = items[0].all("responseDeclaration");
    assert_eq!((declared.len(), fields.len()), (36, 36));
    assert!((most(&items[0]) - 36.0).abs() < 1e-9, "{}", most(&items[0]));
    let names: Vec<String> = fields
        .iter()
        .map(|field| pagewalk_script::exam::field::slot(&field.name))
        .collect();
    assert_eq!(
        declared
            .iter()
            .map(|one| one.attribute("identifier"))
            .collect::<Vec<_>>(),
        names
    );
    // The instructor grades the essay with up to 5 points, and only graders see the rubric.
    assert!((most(&items[1]) - 9.0).abs() < 1e-9);
    let rubric = items[1].all("rubricBlock");
    assert_eq!((rubric.len(), rubric[0].attribute("view")), (1, "scorer"));
    let essay = items[1].all("extendedTextInteraction")[0].attribute("responseIdentifier");
    let declared = items[1].all("responseDeclaration");
    let essay = declared
        .iter()
        .find(|one| one.attribute("identifier") == essay)
        .expect("declared");
    assert!(essay.children.is_empty());
    assert!(
        items
            .iter()
            .all(|item| item.all("itemBody")[0].all("correctResponse").is_empty())
    );
}

#[test]
fn special_strings_come_back_as_they_were() {
    let special = special();
    for text in files(std::slice::from_ref(&special)).values() {
        read(text);
    }
    let odd = paper(
        "question \"q\" { choice \"<b>&\" { correct \"]]>\"; wrong \"{{x}}\" } }",
        0,
    );
    let files = files(&[odd]);
    let item = read(&files["items/item-exam-1.xml"]);
    let options: Vec<&str> = item
        .all("simpleChoice")
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(options, ["]]>", "{{x}}"]);
}
