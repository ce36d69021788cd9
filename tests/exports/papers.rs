//! Papers to export.

use pagewalk_script::exam::Version;
use pagewalk_script::exam::field::{Field, fields};
use pagewalk_script::exam::formats::paper_formats::{FORMATS, Writer};
use pagewalk_script::exam::formats::style::{File, Refusal};
use pagewalk_script::exam::paper::Paper;

pub use crate::running::paper;

/// The exam from the examples.
pub const EXAM: &str = "examples/exams/address-translation.pw";

/// Strings that are special in XML, HTML, Cloze, Mustache, spreadsheets, or right-to-left text.
pub const SPECIALS: &[&str] = &[
    "a < b && c > d \"quoted\" 'single'",
    "<script>alert(1)</script><!-- no -->",
    "]]> and ]]&gt; and &amp; and &#38;",
    "{1:SHORTANSWER:=x} {#1} } ~ # = % \\ %50%half",
    "{{params.secret}} {{{raw}}} $$x$$ \\(y\\)",
    "=cmd()|' /C calc'!A0",
    "\u{5D0}\u{5D1}\u{5D2} \u{202E}reversed\u{202C}",
    "bell \u{7} and escape \u{1B} and \u{FFFF}",
    "@@PLUGINFILE@@/x and 100% and ~tilde~",
];

/// Several versions of the exam from the examples: A, B, C, …
pub fn versions(count: u8) -> Vec<Paper> {
    let text = std::fs::read_to_string(EXAM).expect("the exam");
    let version = |at: u8| {
        let seed = 7_770_001 + u64::from(at);
        let mut paper = paper(&text, seed);
        paper.version = Some(Version {
            code: char::from(b'A' + at).to_string(),
            seed,
            student: None,
        });
        paper
    };
    (0..count).map(version).collect()
}

/// A paper in which every string has special characters.
pub fn special() -> Paper {
    let mut text = String::from("exam { title \"T <&> \\x7b1:SA:=x\\x7d / ]]>\" }\n");
    for special in SPECIALS {
        let said: String = special.chars().map(written).collect();
        let question = format!(
            "question \"{said}\" {{ text \"{said}\"; ask \"{said}\" = \"{said}\"; choice \"{said}\" {{ correct \"{said}\"; wrong \"%50%{said}\"; correct \"=2\" }}; essay \"{said}\" {{ rubric \"{said}\" points 1 }} }}\n",
        );
        text.push_str(&question);
    }
    paper(&text, 0)
}

/// An export.
pub fn export(format: &str, papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let format = FORMATS
        .iter()
        .find(|known| known.name == format)
        .expect("the format");
    let Writer::Bank(write) = format.write else {
        panic!("{} is no export", format.name)
    };
    write(papers)
}

/// The text of an export that consists of one file.
pub fn text(format: &str, papers: &[Paper]) -> String {
    let files = export(format, papers).expect("an export");
    assert_eq!(files.len(), 1);
    String::from_utf8(files[0].bytes.clone()).expect("text")
}

/// The fields in a question.
pub fn of_question(paper: &Paper, question: usize) -> Vec<Field<'_>> {
    fields(paper)
        .into_iter()
        .filter(|field| field.question == question)
        .collect()
}

/// A character, written as an escape in a script's string.
fn written(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '{' | '}' | '\0'..' ' => format!("\\x{:02x}", u32::from(c)),
        c => c.to_string(),
    }
}
