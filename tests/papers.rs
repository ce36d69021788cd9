//! Papers in their printed formats: no text of an author or a roster is markup, students see no key and no seed,
//! and every version and edition has the same boxes. `.ci/papers` checks them with PDF readers, browsers, and TeX.

use std::path::Path;

use pagewalk_script::exam::formats::labels::Labels;
use pagewalk_script::exam::formats::plan::sheet;
use pagewalk_script::exam::formats::style::PageSize;
use pagewalk_script::exam::formats::tree::{Blank, Block, Cell, Sheet};
use pagewalk_script::exam::formats::{Edition, Style, html, latex, markdown, typst};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Student, Version};

use crate::running;

const EXAM: &str = "examples/exams/address-translation.pw";
/// A seed that differs from every number in the exam.
const SEED: u64 = 987_654_321;

/// The paper of a text, as a version.
fn paper(text: &str, seed: u64) -> Paper {
    let mut paper = running::paper(text, seed);
    paper.version = Some(Version { code: "QX7".to_owned(), seed: SEED, student: None });
    paper
}

fn exam(seed: u64) -> Paper {
    paper(&std::fs::read_to_string(Path::new(EXAM)).expect("the exam"), seed)
}

/// A text with special characters of TeX, Typst, HTML, XML, CSS, and Markdown, for a string of the language.
const NASTY: &str = r#"NASTY \{ } $x$ & # ^ _ % ~ <b>i</b> <!-- c --> --> */ @x [l](u) *s* `r` ``` // n /* "q" 'a' #panic() $1 \input{x} </style><script>"#;

/// An exam with that text everywhere.
fn nasty() -> Paper {
    let text = NASTY.replace('\\', "\\\\").replace('"', "\\\"").replace('{', "\\x7B").replace('}', "\\x7D");
    let script = format!(
        "exam {{ title \"{text}\", course \"{text}\" }}\n\
         question \"{text}\" {{\n  text \"{text}\"\n  part \"{text}\" {{ ask \"{text}\" = 1; ask \"w\" = \"{text}\" }}\n\
         choice \"{text}\" {{ correct \"{text}\"; wrong \"n\" }}\n  essay \"{text}\" {{ rubric \"{text}\" points 1 }}\n}}"
    );
    let mut paper = paper(&script, 0);
    let student = Student { id: format!("=cmd() {NASTY}"), name: format!("שלום {NASTY}") };
    paper.version = Some(Version { code: "QX7".to_owned(), seed: SEED, student: Some(student) });
    paper
}

#[test]
fn nothing_is_markup_for_html() {
    for edition in [Edition::Paper, Edition::Key, Edition::Solutions] {
        let out = html::page(&nasty(), edition, &Style::default());
        assert_eq!(out.matches("</style>").count(), 1);
        for raw in ["<script", "<b>i", "<!--", "\"q\""] {
            assert!(!out.contains(raw), "{raw}");
        }
        let told = "NASTY \\{ } $x$ &amp; # ^ _ % ~ &lt;b&gt;i&lt;/b&gt;";
        assert!(out.matches(told).count() >= 9, "{out}");
        assert!(
            out.contains("<bdi><b style=") && out.contains("שלום NASTY"),
            "names are distinct from the text around them"
        );
    }
}

#[test]
fn nothing_is_markup_for_typst() {
    for edition in [Edition::Paper, Edition::Key, Edition::Solutions] {
        let out = typst(&nasty(), edition, &Style::default());
        // Without its strings, nothing of the text is left.
        let mut bare = String::new();
        let mut inside = false;
        let mut characters = out.chars();
        while let Some(character) = characters.next() {
            match (inside, character) {
                (true, '\\') => drop(characters.next()),
                (_, '"') => inside = !inside,
                (false, other) => bare.push(other),
                _ => {}
            }
        }
        assert!(!inside && !bare.contains("NASTY") && !bare.contains("panic") && out.contains("NASTY"));
    }
}

#[test]
fn nothing_is_markup_for_tex_and_letters_that_it_lacks_are_refused() {
    let mut exam = nasty();
    let refusal = latex(&exam, Edition::Paper, &Style::default()).expect_err("no Hebrew");
    assert!(refusal.why.contains("U+05D") && refusal.why.contains("--format pdf"), "{}", refusal.why);
    exam.version = None;
    for edition in [Edition::Paper, Edition::Key, Edition::Solutions] {
        let out = latex(&exam, edition, &Style::default()).expect("LaTeX");
        assert!(
            out.contains("NASTY {\\ttfamily\\char92}\\{ \\} \\$x\\$ \\& \\# {\\ttfamily\\char94}"),
            "{out}"
        );
        assert!(!out.contains("\\input{x}"));
        let depth = |open: char| {
            out.chars().zip(out.chars().skip(1)).filter(|(before, c)| *before != '\\' && *c == open).count()
        };
        assert_eq!(depth('{'), depth('}'));
    }
}

#[test]
fn students_get_no_key_and_no_seed() {
    let exam = exam(3);
    // The page of powers has many numbers.
    let style = Style { powers: false, ..Style::default() };
    let all = |edition| {
        let tex = latex(&exam, edition, &style).expect("LaTeX");
        [
            html::page(&exam, edition, &style),
            typst(&exam, edition, &style),
            tex,
            markdown(&exam, edition, &style),
        ]
    };
    for (paper, key) in all(Edition::Paper).into_iter().zip(all(Edition::Key)) {
        for answer in ["512", "neighboring pages"] {
            assert!(!paper.contains(answer) && key.contains(answer), "{answer}");
        }
        assert!(
            !paper.contains(&SEED.to_string())
                && !paper.contains(&format!("{SEED:x}"))
                && paper.contains("QX7")
        );
        assert!(!paper.contains("<!--"));
    }
}

/// The widths of a paper's boxes.
fn boxes(sheet: &Sheet) -> Vec<(String, u32, String)> {
    fn of(blocks: &[Block], all: &mut Vec<(String, u32, String)>) {
        let mut put = |blank: &Blank| all.push((blank.field.clone(), blank.room(), blank.prefix.clone()));
        for block in blocks {
            match block {
                Block::Worksheet { rows, .. } => rows.iter().for_each(|row| put(&row.blank)),
                Block::Value { blank, .. } => put(blank),
                Block::Fill { table, .. } => table.rows.iter().flatten().for_each(|cell| {
                    if let Cell::Blank(blank) = cell {
                        put(blank);
                    }
                }),
                _ => {}
            }
        }
        for block in blocks {
            if let Block::Part { body, .. } = block {
                of(body, all);
            }
        }
    }
    let mut all = Vec::new();
    sheet.questions.iter().for_each(|question| of(&question.body, &mut all));
    all
}

#[test]
fn every_version_and_edition_has_the_same_boxes() {
    let style = Style::default();
    let first = boxes(&sheet(&exam(0), Edition::Paper, &style));
    assert_eq!(first.len(), 39);
    assert!(first.iter().all(|(field, room, _)| !field.is_empty() && *room >= 4));
    for seed in 1..20 {
        for edition in [Edition::Paper, Edition::Key] {
            assert_eq!(boxes(&sheet(&exam(seed), edition, &style)), first, "seed {seed}");
        }
    }
}

#[test]
fn a_page_is_accessible() {
    let exam = exam(3);
    let a4 = html::page(&exam, Edition::Paper, &Style::default());
    for said in [
        "size: A4",
        "counter(page) \" / \" counter(pages)",
        "content: \"Version QX7\"",
        "<caption>TLB</caption>",
        "<th scope=\"col\">Set</th>",
        "<th scope=\"row\">VPN",
        "<desc>virtual address: a box for each of its bits, 13 down to 0, empty</desc>",
        "Powers of two",
        "data-field=\"1a.vpn\"",
    ] {
        assert!(a4.contains(said), "{said}");
    }
    let style = Style {
        page: PageSize::Letter,
        large: true,
        powers: false,
        labels: Labels::dialect("pfn").expect("known"),
    };
    let letter = html::page(&exam, Edition::Key, &style);
    assert!(
        letter.contains("size: letter")
            && letter.contains("font-size: 18pt")
            && !letter.contains("Powers of two")
    );
    assert!(letter.contains("PFN") && !letter.contains("PPN") && letter.contains("filled in: "));
    let printed = typst(&exam, Edition::Paper, &style);
    assert!(
        printed.contains("us-letter") && printed.contains("size: 18pt") && printed.contains("date: none")
    );
}

#[test]
fn a_version_made_for_someone_has_the_name_on_it() {
    let mut exam = exam(3);
    let student = Student { id: "s1234".to_owned(), name: "Ada, Countess".to_owned() };
    exam.version = Some(Version { code: "QX7".to_owned(), seed: SEED, student: Some(student) });
    let sheet = sheet(&exam, Edition::Paper, &Style::default());
    let owner: Vec<_> =
        sheet.front.owner.iter().map(|(label, blank)| (&**label, blank.content.as_deref())).collect();
    assert_eq!(owner, [("Name", Some("Ada, Countess")), ("ID", Some("s1234"))]);
}
