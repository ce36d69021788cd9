//! Questions and their parts in the notation of learning platforms and LaTeX.

mod ask;
mod points;

use std::ops::Range;

use super::settings;
use super::tokens::{Token, tokens};
use ask::{OPERATIONS, ask};
use points::points;

const QUOTES: &str = "a title or text must be in double quotes";
const POINTS: &str = "points must follow the title or text: `points 6`";
const ROOM: &str = "the space for an answer must follow the text: `space 5 lines`";
pub(super) const OPTION: &str = "an option must be `correct \"…\"` or `wrong \"…\"`";
const BLANK: &str = "`ask` makes a blank";
const FOLLOWS: &str = "a title or text must follow its keyword without punctuation";
const NAMED: &str = "this statement has a different name in Pagewalk";
const GIVEN: &str = "`given` lists the parts to print: `given page_table, tlb`";

/// The help for a line without an equivalent.
pub(super) const HELP: &str = "write `ask read 0x3D4 => vpn, ppn`";

/// Statements of a paper, with their names in other notations.
const HEADS: &[(&str, &[&str])] = &[
    ("question", &["problem", "exercise", "task"]),
    ("part", &["subquestion", "subpart", "subproblem"]),
    (
        "choice",
        &[
            "choices",
            "mcq",
            "multiple_choice",
            "multiplechoice",
            "select",
            "options",
        ],
    ),
    ("essay", &["explain", "open", "freetext", "short_answer"]),
    ("scenario", &["test", "case", "testcase", "section"]),
    ("text", &["prompt", "prose", "stem"]),
];

const NOUNS: &[&str] = &["page_table", "tlb", "cache", "memory", "frames", "swap"];

/// Returns the message for a line, and the equivalent line if one exists.
pub(super) fn line(said: &str) -> Option<(&'static str, Option<String>)> {
    let all = tokens(said);
    let first = all.first()?;
    let found = match first.text {
        "ask" | "asks" => ask(said, &all),
        "given" | "gives" => given(&all).map(|new| (GIVEN, Some(new))),
        "true_false" | "truefalse" | "tf" => truth(&all).map(|new| (OPTION, Some(new))),
        word if OPERATIONS.contains(&word) && has_blank(said) => {
            Some((BLANK, Some(format!("ask {said}"))))
        }
        _ if first.is_text() => Some((QUOTES, Some(format!("text {said}")))),
        _ => head(said, &all),
    };
    found.filter(|(_, new)| new.as_deref() != Some(said))
}

/// Whether a fact after `=>` has no value.
fn has_blank(said: &str) -> bool {
    let is_value = |word: &str| word.contains(char::is_alphanumeric);
    said.split_once("=>").is_some_and(|(_, facts)| {
        facts.split(',').any(|fact| {
            fact.split_whitespace()
                .filter(|word| is_value(word))
                .count()
                < 2
        })
    })
}

/// Rewrites `question "title" points 6 {`, and other heads of this form.
fn head(said: &str, all: &[Token]) -> Option<(&'static str, Option<String>)> {
    let word = all[0].text.to_ascii_lowercase();
    let name = HEADS
        .iter()
        .find(|(ours, theirs)| *ours == word || theirs.contains(&&*word))
        .map(|(ours, _)| *ours)?;
    let open = all
        .iter()
        .position(|token| token.text == "{")
        .unwrap_or(all.len());
    let mut middle = all[1..open].to_vec();
    let block = matches!(name, "question" | "part" | "scenario");
    if name == "scenario" && all.get(open).is_none() {
        return None;
    }
    let points = (!matches!(name, "text" | "scenario"))
        .then(|| points(&all[..open], block))
        .flatten();
    let mut tail = String::new();
    if name == "essay" {
        tail += &room(&mut middle).unwrap_or_default();
    }
    if let Some((place, points)) = &points {
        let gone = all[place.start].start..all[place.end - 1].end();
        middle.retain(|token| !gone.contains(&token.start));
        tail.extend([" points ", points]);
    }
    let edge = |token: &Token| {
        matches!(
            token.text,
            ":" | "(" | ")" | "=" | "," | "." | "-" | "[" | "]"
        )
    };
    while middle.first().is_some_and(edge) {
        middle.remove(0);
    }
    let sentence = name != "text" && !block || middle.len() > 1 && name == "text";
    while middle
        .last()
        .is_some_and(|token| edge(token) && !(sentence && token.text == "."))
    {
        middle.pop();
    }
    let (first, last) = (middle.first()?, middle.last()?);
    let mut text = said[first.start..last.end()].to_owned();
    if let Some((place, _)) = &points
        && let (from, to) = (all[place.start].start, all[place.end - 1].end())
        && first.start < from
        && to < last.end()
    {
        text.replace_range(from - first.start..to - first.start, "");
        text = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace(" :", ":");
    }
    let text = &*text;
    let title = match text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
    {
        _ if middle.len() == 1 && first.is_text() || text.starts_with("\"\"\"") => text.to_owned(),
        Some(text) if !text.contains('"') => format!("\"{text}\""),
        _ if text.contains(['"', '\'', '“', '”', '„', '’', '{', '}']) => return None,
        _ => format!("\"{text}\""),
    };
    let mut message = match (title == text, &points) {
        (true, Some(_)) => POINTS,
        (true, None) => FOLLOWS,
        (false, _) => QUOTES,
    };
    if title == text && tail.starts_with(" space") {
        message = ROOM;
    }
    if title == text && word != name {
        message = NAMED;
    }
    let rest = all.get(open).map_or("", |open| &said[open.start..]);
    let inside = rest
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|_| name == "choice");
    let rest = match inside.and_then(|inside| settings::line("choice", inside)) {
        Some(inside) => {
            message = if title == text { OPTION } else { message };
            format!("{{ {inside} }}")
        }
        None => rest.to_owned(),
    };
    Some((
        message,
        Some(format!("{name} {title}{tail} {rest}").trim_end().to_owned()),
    ))
}

/// Rewrites the space for an answer: `5 lines`, `space: 5 lines`.
fn room(middle: &mut Vec<Token>) -> Option<String> {
    let at = middle
        .iter()
        .position(|token| matches!(token.text, "lines" | "line" | "cm" | "mm"))
        .filter(|at| *at > 0)?;
    if let Some(number) = middle
        .get(at + 1)
        .filter(|next| next.is_number() && !middle[at - 1].is_number())
    {
        let new = format!(" space {} lines", number.text);
        middle.drain(at..at + 2);
        return Some(new);
    }
    let (number, unit) = (middle[at - 1].text, middle[at].text);
    let new = format!(
        " space {number} {}",
        if unit == "line" { "lines" } else { unit }
    );
    let from = middle[..at]
        .iter()
        .rposition(Token::is_text)
        .map_or(at - 1, |text| text + 1);
    middle.drain(from..=at);
    Some(new)
}

/// Rewrites `given page table and tlb`.
fn given(all: &[Token]) -> Option<String> {
    let mut text = String::new();
    let mut from = 1;
    while let Some(token) = all.get(from) {
        let next = all
            .get(from + 1)
            .is_some_and(|next| next.text.eq_ignore_ascii_case("table"));
        match &*token.text.to_ascii_lowercase() {
            ":" | "=" | "the" | "a" | "{" | "}" | "[" | "]" | "(" | ")" | "contents" | "table"
            | "tables" => {}
            "," | "and" | "&" => text = format!("{}, ", text.trim_end_matches(", ")),
            "page" if next => {
                text += "page_table";
                from += 1;
            }
            "pagetable" | "page-table" | "pt" => text += "page_table",
            word if NOUNS.contains(&word) && !text.is_empty() && !text.ends_with(' ') => {
                text.extend([", ", word]);
            }
            word if text.is_empty() || text.ends_with(' ') => {
                text += if token.text == "TLB" { "tlb" } else { word }
            }
            _ => text.extend([" ", token.text]),
        }
        from += 1;
    }
    (!text.is_empty()).then(|| format!("given {text}"))
}

/// Rewrites `true_false "…" true`.
fn truth(all: &[Token]) -> Option<String> {
    let text = all.iter().find(|token| token.is_text())?;
    let right = all.last()?.text.to_ascii_lowercase();
    let (right, wrong) = match &*right {
        "true" | "t" | "yes" => ("true", "false"),
        "false" | "f" | "no" => ("false", "true"),
        _ => return None,
    };
    Some(format!(
        "choice {} {{ correct \"{right}\"; wrong \"{wrong}\" }}",
        text.text
    ))
}

/// Moves points from inside a question to the question's head, and returns the new text from the question's
/// `{` to the end of the line with the points.
pub(super) fn inside(
    text: &str,
    line: &Range<usize>,
    head: &Range<usize>,
) -> Option<(Range<usize>, String)> {
    let said = &text[line.clone()];
    let all = tokens(said);
    let (_, value) = points(&all, false).filter(|(place, _)| *place == (0..all.len()))?;
    let first = tokens(&text[head.clone()]).first()?.text;
    let brace = head.start + text[head.clone()].rfind('{')?;
    let block = matches!(first, "question" | "part") && !text[head.clone()].contains(" points ");
    let between = &text[brace + 1..line.start];
    block.then(|| {
        (
            brace..line.end,
            format!("points {value} {{{}", between.trim_end_matches([' ', '\n'])),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_of_papers_are_rewritten() {
        for (theirs, ours) in [
            ("question \"Q\" [6] {", "question \"Q\" points 6 {"),
            ("question(\"Q\", 6) {", "question \"Q\" points 6 {"),
            ("question \"Q\" (6 points) {", "question \"Q\" points 6 {"),
            ("question \"Q\", points: 6 {", "question \"Q\" points 6 {"),
            (
                "question Address translation - 6 pts {",
                "question \"Address translation\" points 6 {",
            ),
            ("question 1 points 6 {", "question \"1\" points 6 {"),
            (
                "part (a) points 2 { ask read 1 => vpn }",
                "part \"a\" points 2 { ask read 1 => vpn }",
            ),
            ("part a: {", "part \"a\" {"),
            (
                "text Translate the address.",
                "text \"Translate the address.\"",
            ),
            ("text 'Go.'", "text \"Go.\""),
            (
                "essay \"Why?\" 5 lines points 3",
                "essay \"Why?\" space 5 lines points 3",
            ),
            ("ask read 0x3D4: vpn, ppn", "ask read 0x3D4 => vpn, ppn"),
            (
                "ask read 0x3D4 => vpn: ____, ppn: ?",
                "ask read 0x3D4 => vpn, ppn",
            ),
            (
                "ask read 0x3D4 => vpn, ppn (6 points)",
                "ask read 0x3D4 => vpn, ppn points 6",
            ),
            (
                "ask vpn and ppn of read 0x3D4",
                "ask read 0x3D4 => vpn, ppn",
            ),
            ("ask \"Size\": 4 unit B", "ask \"Size\" = 4 unit B"),
            ("ask pages = machine.pages", "ask \"pages\" = machine.pages"),
            (
                "ask read 0x3D4 => vpn radix 16",
                "ask read 0x3D4 => vpn radix hex",
            ),
            ("ask read 1 => VPN, TLB hit?", "ask read 1 => vpn, tlb"),
            ("ask tlb columns tag, ppn", "ask tlb columns tag ppn"),
            (
                "Question 1 (10 points): Go {",
                "question \"1: Go\" points 10 {",
            ),
            ("given page table, tlb", "given page_table, tlb"),
            (
                "true_false \"Yes.\" true",
                "choice \"Yes.\" { correct \"true\"; wrong \"false\" }",
            ),
        ] {
            assert_eq!(
                line(theirs).and_then(|(_, new)| new).as_deref(),
                Some(ours),
                "{theirs}"
            );
        }
    }
}
