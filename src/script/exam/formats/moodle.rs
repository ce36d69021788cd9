//! Papers as Moodle XML (<https://docs.moodle.org/en/Moodle_XML_format>). Each question is a category that
//! contains its versions, so that a quiz can draw one of the versions. A question has the type Cloze. Essays
//! are separate questions because Cloze does not support them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io;

use quick_xml::events::BytesCData;

use super::bank::group::{Group, Laid, groups, weights};
use super::bank::input::{
    Input, field_location, file_name, identifier, input, refusal, slug, title,
};
use super::bank::stem::{Slots, context, escaped, marked, rubric_html, stem};
use super::style::{File, Refusal};
use crate::exam::field::{Asked, Field};
use crate::exam::paper::Paper;
use crate::lang::value::Number;
use crate::questions::entry::{ItemKind, Rubric};
use crate::report::xml::{Xml, document, legal, words};

/// Maximum number of fields per question. Moodle truncates longer forms (PHP's `max_input_vars`, default:
/// 1000).
const FIELDS: usize = 900;

/// A question in the question bank.
struct Entry {
    /// The category, such as `Virtual memory/1 Address translation`, without the exam's title.
    category: String,
    name: String,
    identifier: String,
    stem: String,
    kind: Kind,
}

enum Kind {
    Cloze,
    Essay {
        points: Number,
        lines: u32,
        rubric: Vec<Rubric>,
    },
}

/// Writes all versions of a paper as one file.
///
/// # Errors
/// Returns a refusal if Moodle does not support part of a paper.
pub fn write(papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let Some(first) = papers.first() else {
        return Ok(Vec::new());
    };
    let mut entries = Vec::new();
    let laid = Laid::all(papers);
    for group in groups(papers) {
        for (of, at) in &group.versions {
            of_question(&mut entries, &group, &laid[*of], *at)?;
        }
    }
    let exam = title(first);
    let text = document(|xml| {
        xml.create_element("quiz")
            .write_inner_content(|xml| quiz(xml, &exam, &entries))?;
        Ok(())
    });
    Ok(vec![File {
        path: format!("{}.xml", file_name(first)),
        bytes: text.into_bytes(),
    }])
}

/// Adds a question with its fields in Cloze, and its essays.
fn of_question(
    entries: &mut Vec<Entry>,
    group: &Group,
    laid: &Laid,
    at: usize,
) -> Result<(), Refusal> {
    let (paper, sheet, fields) = (laid.paper, &laid.sheet, laid.own(at));
    let section = &sheet.questions[at];
    let code = paper
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" ({})", version.code));
    let named = group.name();
    let (essays, blanks): (Vec<&Field>, Vec<&Field>) = fields
        .iter()
        .partition(|field| matches!(field.asked, Asked::Essay));
    if let Some(field) = blanks.get(FIELDS) {
        let why = format!(
            "a Moodle question can have at most {FIELDS} blanks; ask for fewer cells or rows"
        );
        return Err(refusal(field, why));
    }
    if !blanks.is_empty() {
        let points: Vec<Number> = blanks.iter().map(|field| field.points).collect();
        let weights = weights(&points);
        let stem = stem(
            sheet,
            section,
            fields,
            &mut Cloze {
                weights: weights.iter(),
            },
        )?;
        let (name, identifier) = (format!("{named}{code}"), identifier(paper, at));
        entries.push(Entry {
            category: named.clone(),
            name,
            identifier,
            stem,
            kind: Kind::Cloze,
        });
    }
    for (essay, field) in (1..).zip(essays) {
        let (ItemKind::Essay { text, .. }, Input::Essay { rubric, lines }) =
            (&field.item.kind, input(field)?)
        else {
            return Err(Refusal {
                part: field_location(field),
                why: "no essay".to_owned(),
            });
        };
        let given = context(section, field, &mut Cloze { weights: [].iter() });
        let stem = format!("{given}<p>{}</p>", marked(text));
        // If the order of the questions differs between versions, the field names also differ.
        let own = match group.number {
            Some(_) => format!("{named}: {}", field.name),
            None => format!("{named}: essay {essay}"),
        };
        let kind = Kind::Essay {
            points: field.points,
            lines,
            rubric,
        };
        let identifier = format!("{}-{}", identifier(paper, at), slug(&field.name));
        entries.push(Entry {
            name: format!("{own}{code}"),
            category: own,
            identifier,
            stem,
            kind,
        });
    }
    Ok(())
}

/// Writes the categories in the order of the paper, and the versions in each category.
fn quiz(xml: &mut Xml, exam: &str, entries: &[Entry]) -> io::Result<()> {
    let mut categories: Vec<&str> = Vec::new();
    for entry in entries {
        if !categories.contains(&entry.category.as_str()) {
            categories.push(&entry.category);
        }
    }
    for category in categories {
        let path = format!("$course$/top/{}/{}", step(exam), step(category));
        xml.create_element("question")
            .with_attribute(("type", "category"))
            .write_inner_content(|xml| {
                text(xml, "category", &path)?;
                Ok(())
            })?;
        let mut seen = BTreeSet::new();
        for entry in entries.iter().filter(|entry| entry.category == *category) {
            // Identical versions become one question. A quiz would draw a duplicate version twice as often.
            if seen.insert(&entry.stem) {
                self::entry(xml, entry)?;
            }
        }
    }
    Ok(())
}

/// Returns one step of a category path, with each `/` doubled. Moodle allows 255 characters.
fn step(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name
        .chars()
        .take(200)
        .collect::<String>()
        .replace('/', "//");
    if name.is_empty() {
        "-".to_owned()
    } else {
        name
    }
}

fn entry(xml: &mut Xml, entry: &Entry) -> io::Result<()> {
    let kind = match entry.kind {
        Kind::Cloze => "cloze",
        Kind::Essay { .. } => "essay",
    };
    xml.create_element("question")
        .with_attribute(("type", kind))
        .write_inner_content(|xml| {
            text(xml, "name", &entry.name)?;
            html(xml, "questiontext", &entry.stem)?;
            html(xml, "generalfeedback", "")?;
            if let Kind::Essay { points, .. } = &entry.kind {
                words(xml, "defaultgrade", &points.to_f64().to_string())?;
            }
            words(xml, "penalty", "0")?;
            words(xml, "hidden", "0")?;
            words(xml, "idnumber", &entry.identifier)?;
            if let Kind::Essay { lines, rubric, .. } = &entry.kind {
                words(xml, "responseformat", "editor")?;
                words(xml, "responserequired", "1")?;
                words(xml, "responsefieldlines", &lines.to_string())?;
                words(xml, "attachments", "0")?;
                words(xml, "attachmentsrequired", "0")?;
                html(xml, "graderinfo", &rubric_html(rubric))?;
                html(xml, "responsetemplate", "")?;
            }
            Ok(())
        })?;
    Ok(())
}

fn text(xml: &mut Xml, tag: &str, said: &str) -> io::Result<()> {
    xml.create_element(tag)
        .write_inner_content(|xml| words(xml, "text", said))?;
    Ok(())
}

/// Writes HTML in a CDATA section. The HTML cannot end the section because every `>` in it is escaped.
fn html(xml: &mut Xml, tag: &str, html: &str) -> io::Result<()> {
    let element = xml.create_element(tag).with_attribute(("format", "html"));
    element.write_inner_content(|xml| match html {
        "" => words(xml, "text", ""),
        html => xml
            .create_element("text")
            .write_cdata_content(BytesCData::new(html))
            .map(|_| ()),
    })?;
    Ok(())
}

/// Writes fields in Cloze. `weights` has one weight for each field except essays, in order.
struct Cloze<'w> {
    /// The weight of each field.
    pub(crate) weights: std::slice::Iter<'w, u64>,
}

impl Slots for Cloze<'_> {
    fn blank(&mut self, field: &Field) -> Result<String, Refusal> {
        let mut weight = || self.weights.next().copied().unwrap_or(1);
        Ok(match input(field)? {
            Input::Pick { options, right } => {
                let each = options
                    .iter()
                    .enumerate()
                    .map(|(at, option)| (option.as_str(), at == right));
                subquestion(
                    "MULTICHOICE",
                    weight(),
                    each.map(|(option, right)| (escaped(option), right)),
                )
            }
            Input::Text(accepted) => subquestion(
                "SHORTANSWER",
                weight(),
                accepted.iter().map(|one| (one.replace('*', "\\*"), true)),
            ),
            Input::Number(number, off) => {
                let said = if off > 0.0 {
                    format!("{}:{off}", number.to_f64())
                } else {
                    number.to_string()
                };
                format!("{{{}:NUMERICAL:={said}}}", weight())
            }
            Input::Choice { options, several } => {
                let kind = if several {
                    "MULTIRESPONSE"
                } else {
                    "MULTICHOICE_V"
                };
                subquestion(
                    kind,
                    weight(),
                    options
                        .iter()
                        .map(|(option, right)| (marked(option), *right)),
                )
            }
            Input::Essay { .. } => "<em>This is a separate question.</em>".to_owned(),
        })
    }

    fn block(&mut self, field: &Field) -> Result<String, Refusal> {
        Ok(format!("<div>{}</div>", self.blank(field)?))
    }

    fn table(&self) -> &'static str {
        " class=\"generaltable\" border=\"1\""
    }
}

/// Formats a Cloze subquestion: `{2:SHORTANSWER:=0x0D~=0D}`.
fn subquestion(kind: &str, weight: u64, answers: impl Iterator<Item = (String, bool)>) -> String {
    let mut out = format!("{{{weight}:{kind}:");
    for (at, (answer, right)) in answers.enumerate() {
        let tilde = if at > 0 { "~" } else { "" };
        let equals = if right { "=" } else { "" };
        let _ = write!(out, "{tilde}{equals}{}", quoted(&answer));
    }
    out.push('}');
    out
}

/// Escapes an answer for Moodle. Moodle first searches for `~`, `#`, and `}`, then resolves HTML entities,
/// and then resolves `\}` and `\#`. No answer may end in `&` or `\`, and no wrong answer may begin with `=`
/// or `%`. `&` becomes `&#38;` because Moodle does not end an answer after `&amp;`.
fn quoted(answer: &str) -> String {
    let mut out = String::new();
    for c in legal(answer).chars() {
        match c {
            '}' | '#' => {
                let _ = write!(out, "&#92;&#{};", u32::from(c));
            }
            '~' | '&' | '\\' | '<' | '>' | '"' | '{' | '=' | '%' | '$' | '@' | '\'' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            // A line break would end the list of answers.
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    // Answers cannot be empty.
    if out.is_empty() {
        "&#160;".to_owned()
    } else {
        out
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn an_answer_ends_only_where_it_ends() {
        assert_eq!(quoted("0x0D"), "0x0D");
        assert_eq!(quoted("-"), "-");
        assert_eq!(quoted("a}~#b&"), "a&#92;&#125;&#126;&#92;&#35;b&#38;");
        assert_eq!(quoted("%50%=x\\"), "&#37;50&#37;&#61;x&#92;");
        assert_eq!(quoted("<b>"), "&#60;b&#62;");
    }
}
