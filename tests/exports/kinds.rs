//! The kind of box follows the question and not its key.

use pagewalk_script::exam::formats::{Edition, Style, html, latex, markdown, typst};
use pagewalk_script::exam::paper::Paper;

use super::papers::{export, paper, text};
use super::xml::{Node, fragment, read};

/// A paper with the reads of its version. Their miss rate is 50 % or a third.
fn version(reads: u32) -> Paper {
    paper(
        &format!(
            "machine {{ physical 16 bits, cache {{ size 1 KB, block 16 B, direct-mapped }} }}\n\
             question \"Q\" {{\n  for i in 0..{reads} {{ read 0 size 4 }}\n  let rate = cache.miss_rate\n  \
             ask \"Miss rate\" = cache.miss_rate * 100 unit \"%\"\n  ask \"Ratio\" = cache.misses / cache.hits\n  ask \"Rate\" = 100 * rate\n  \
             ask \"Average\" = max(2, 1 + cache.miss_rate * 2)\n  ask \"Hits\" = cache.hits\n  ask \"Bytes\" = cache.block * 2 ** cache.hits\n  \
             table \"T\" {{ columns \"what\" \"how many\"; row \"rate\" ? = cache.miss_rate * 100; row \"hits\" ? = cache.hits }}\n}}"
        ),
        0,
    )
}

/// The names and the kinds of all boxes in a question for `PrairieLearn`, in order.
fn elements(node: &Node) -> Vec<(String, String)> {
    let own = node.children.iter().flat_map(|child| {
        let box_of = (child.tag.clone(), child.attribute("base").to_owned());
        let own = child.tag.starts_with("pl-").then_some(box_of);
        own.into_iter().chain(elements(child))
    });
    own.collect()
}

#[test]
fn a_whole_key_has_the_box_of_a_fraction() {
    let (whole, fraction) = (version(2), version(3));
    let prairielearn = |paper: &Paper| {
        let files = export("prairielearn", std::slice::from_ref(paper)).expect("files");
        let versions = files
            .iter()
            .find(|file| file.path.ends_with("versions.json"));
        let versions: serde_json::Value =
            serde_json::from_slice(&versions.expect("versions").bytes).expect("JSON");
        elements(&fragment(
            versions["versions"][0]["stem"].as_str().expect("a text"),
        ))
    };
    let (number, integer) = (("pl-number-input", ""), ("pl-integer-input", "0"));
    let expected = [
        number, number, number, number, integer, integer, number, number,
    ];
    for paper in [&whole, &fraction] {
        let found = prairielearn(paper);
        let found: Vec<(&str, &str)> = found.iter().map(|(tag, base)| (&**tag, &**base)).collect();
        assert_eq!(found, expected);
    }
    let qti = |paper: &Paper| {
        let files = super::qti::files(std::slice::from_ref(paper));
        let (_, item) = files
            .iter()
            .find(|(path, _)| path.starts_with("items/"))
            .expect("an item");
        let item = read(item);
        let types = item.all("responseDeclaration");
        let types: Vec<String> = types
            .iter()
            .map(|one| one.attribute("baseType").to_owned())
            .collect();
        (
            types,
            item.all("textEntryInteraction").len(),
            item.all("equal").len(),
        )
    };
    assert_eq!(qti(&whole), qti(&fraction));
    assert_eq!(
        qti(&whole).0,
        [
            "float", "float", "float", "float", "string", "string", "float", "float"
        ]
    );
    let moodle = |paper: &Paper| {
        let quiz = text("moodle", std::slice::from_ref(paper));
        quiz.matches(":NUMERICAL:").count()
    };
    assert_eq!((moodle(&whole), moodle(&fraction)), (8, 8));
    for of in [html::page, typst, markdown] {
        let [one, other] =
            [&whole, &fraction].map(|paper| of(paper, Edition::Paper, &Style::default()));
        assert_eq!(one, other);
    }
    let [one, other] =
        [&whole, &fraction].map(|paper| latex(paper, Edition::Paper, &Style::default()));
    assert_eq!(one.expect("LaTeX"), other.expect("LaTeX"));
}

/// The elements of the fields on `PrairieLearn`.
fn boxes(body: &str) -> Vec<String> {
    let exam = paper(&format!("question \"Q\" {{\n{body}\n}}"), 0);
    let files = export("prairielearn", std::slice::from_ref(&exam)).expect("files");
    let versions = files
        .iter()
        .find(|file| file.path.ends_with("versions.json"));
    let versions: serde_json::Value =
        serde_json::from_slice(&versions.expect("versions").bytes).expect("JSON");
    let stem = versions["versions"][0]["stem"].as_str().expect("a text");
    let tags = elements(&fragment(stem)).into_iter().map(|(tag, _)| tag);
    tags.filter(|tag| tag != "pl-answer").collect()
}

#[test]
fn the_item_and_not_its_key_decides_the_box() {
    for condition in ["1 == 1", "1 == 2"] {
        let choice = |more: &str| format!("choice \"x\" {{ {more}wrong \"c\"; correct \"a\"");
        let both = format!("{}; correct \"b\" when {condition} }}", choice(""));
        assert_eq!(boxes(&both), ["pl-checkbox"]);
        assert_eq!(boxes(&format!("{} }}", choice(""))), ["pl-multiple-choice"]);
        let one = format!("{} when 2 == 2 }}", choice("tick one; "));
        assert_eq!(boxes(&one), ["pl-multiple-choice"]);
    }
    let column = |second: &str| {
        format!("table \"T\" {{ columns \"a\" \"b\"; row 1 ? = 2; row 2 ? = {second} }}")
    };
    assert_eq!(boxes(&column("5 / 2")), ["pl-number-input"; 2]);
    assert_eq!(boxes(&column("3")), ["pl-integer-input"; 2]);
    for time in [
        "121 ns unit ns",
        "121 unit ns",
        "100 ns + 21 ns",
        "50 unit \"%\"",
        "50 unit percent",
    ] {
        assert_eq!(
            boxes(&format!("ask \"t\" = {time}")),
            ["pl-number-input"],
            "{time}"
        );
    }
    assert_eq!(boxes("ask \"s\" = 4 KB"), ["pl-integer-input"]);
}

/// A paper about a run, with another key for each string.
fn run(string: &str) -> Paper {
    paper(
        &format!(
            "question \"Q\" {{\nask reference {string} {{ frames 2, replacement lru }} => rate, faults, hits\n}}"
        ),
        0,
    )
}

#[test]
fn the_facts_of_a_run_have_numerical_answers() {
    for string in ["1 2 1", "1 2 3"] {
        let exam = run(string);
        let files = export("prairielearn", std::slice::from_ref(&exam)).expect("files");
        let text = |end: &str| {
            let file = files.iter().find(|file| file.path.ends_with(end));
            String::from_utf8(file.expect("a file").bytes.clone()).expect("UTF-8")
        };
        let versions: serde_json::Value =
            serde_json::from_str(&text("versions.json")).expect("JSON");
        let stem = versions["versions"][0]["stem"].as_str().expect("a text");
        let kinds: Vec<String> = elements(&fragment(stem))
            .into_iter()
            .map(|(tag, _)| tag)
            .collect();
        assert_eq!(
            kinds,
            ["pl-number-input", "pl-integer-input", "pl-integer-input"],
            "{string}"
        );
        let quiz = self::text("moodle", std::slice::from_ref(&exam));
        assert_eq!(quiz.matches(":NUMERICAL:").count(), 3, "{quiz}");
    }
    let quiz = text("moodle", &[run("1 2 1")]);
    assert!(
        quiz.contains(":NUMERICAL:=0.6666666666666666:0.00333"),
        "{quiz}"
    );
}

#[test]
fn a_cell_without_a_value_has_the_box_of_its_column() {
    let exam = paper(
        "question \"T\" points 2 {\ntable \"A\" { columns \"Address\" radix hex digits 5 \"Entry\" radix hex digits 5\n\
         row 0x12345 ? = 0x2002\nrow 0x22345 ? = \"none\" }\n}",
        0,
    );
    let files = export("prairielearn", std::slice::from_ref(&exam)).expect("files");
    let versions = files
        .iter()
        .find(|file| file.path.ends_with("versions.json"));
    let versions = String::from_utf8(versions.expect("versions").bytes.clone()).expect("UTF-8");
    assert_eq!(
        versions.matches("<pl-string-input").count(),
        2,
        "{versions}"
    );
    let sheet = markdown(&exam, Edition::Paper, &Style::default());
    let boxes: Vec<&str> = sheet
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("0x"))
        .filter_map(|line| Some(line.split_once(' ')?.1))
        .collect();
    assert!(boxes.len() == 2 && boxes[0] == boxes[1], "{sheet}");
}

/// An instructor whose key is 16384 does not accept 16400, nor 4.52 for 4.5, and the box does not reveal that its key is whole.
#[test]
fn a_key_that_students_write_in_full_has_no_tolerance() {
    let stem = |key: &str| {
        let exam = paper(
            &format!("question \"Q\" {{ let n = {key}; ask \"Entries\" = n }}"),
            0,
        );
        let files = export("prairielearn", &[exam]).expect("files");
        let file = files
            .iter()
            .find(|file| file.path.ends_with("versions.json"))
            .expect("versions");
        String::from_utf8(file.bytes.clone())
            .expect("UTF-8")
            .replace("\\\"", "\"")
    };
    for (key, share) in [
        ("32768 / 2", "0"),
        ("9 / 2", "0"),
        ("1 / 3", "0.005"),
        ("75 / 32", "0.005"),
    ] {
        let stem = stem(key);
        assert!(stem.contains("pl-number-input") && stem.contains("placeholder=\"number\""));
        assert!(
            stem.contains(&format!("rtol=\"{share}\" atol=\"0\"")),
            "{key}: {stem}"
        );
    }
}

#[test]
fn the_maximum_of_an_item_is_the_exact_sum_of_its_points() {
    let exam = paper(
        "machine simple\nquestion \"Q\" points 4 { ask translate 0x3D4 => vpn, tlbi, tlbt, tlb, fault, ppn }",
        0,
    );
    let files = super::qti::files(&[exam]);
    let item = files.iter().find(|(path, _)| path.starts_with("items/"));
    let (_, item) = item.expect("an item");
    assert!(
        item.contains("<value>4</value>") && !item.contains("3.99"),
        "{item}"
    );
}
