//! An author's text: paragraphs, lists, listings, and code between backticks.

use super::tree::Paragraph;
use crate::lang::layout::code::FENCE;
use crate::report::doc::Block;

/// Indentation of preformatted lines.
const CODE: usize = 4;

/// Splits a text into paragraphs at blank lines. Lines between fences, and lines indented by four or more spaces, are
/// preformatted. Lines that begin with `- `, `* `, or with `1. `, `2. `, … are the items of a list.
pub fn paragraphs(text: &str) -> Vec<Paragraph> {
    let text = text.replace('\t', "    ");
    let (mut all, mut rest) = (Vec::new(), &*text);
    while let Some((before, code, after)) = listing(rest) {
        all.extend(unfenced(before));
        all.push(Paragraph::Code(code));
        rest = after;
    }
    all.extend(unfenced(rest));
    all
}

/// Returns the text before the first listing, the listing without its fences, and the text after it. A fenced text
/// within a line is no listing.
fn listing(text: &str) -> Option<(&str, String, &str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find(FENCE).map(|at| from + at) {
        let inside = &text[at + FENCE.len()..];
        let (body, after) = inside.split_once(FENCE).unwrap_or((inside, ""));
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let is_alone = text[line..at].trim().is_empty()
            && after
                .lines()
                .next()
                .is_none_or(|rest| rest.trim().is_empty());
        if body.contains('\n') || is_alone {
            return Some((&text[..at], code(body, at - line), after));
        }
        from = at + FENCE.len() + body.len() + FENCE.len();
        if from >= text.len() {
            break;
        }
    }
    None
}

/// Returns the lines of a listing without the indentation of its fence, and without the language after the fence.
fn code(body: &str, margin: usize) -> String {
    let Some((first, rest)) = body.split_once('\n') else {
        return body.trim().to_owned();
    };
    let is_language = first
        .chars()
        .all(|c| c.is_alphanumeric() || "+#-".contains(c));
    let first = if is_language { "" } else { first };
    let lines = rest.lines().map(|line| {
        let indent = line.len() - line.trim_start_matches(' ').len();
        line[indent.min(margin)..].trim_end()
    });
    let lines: Vec<&str> = std::iter::once(first.trim_end()).chain(lines).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

fn unfenced(text: &str) -> Vec<Paragraph> {
    let mut all: Vec<Paragraph> = Vec::new();
    for chunk in text.split("\n\n").map(|chunk| chunk.trim_matches('\n')) {
        if chunk.trim().is_empty() {
            continue;
        }
        let is_code = chunk
            .lines()
            .all(|line| line.trim().is_empty() || line.len() - line.trim_start().len() >= CODE);
        match (is_code, all.last_mut()) {
            (true, Some(Paragraph::Code(code))) => {
                code.push_str("\n\n");
                code.push_str(chunk);
            }
            (true, _) => all.push(Paragraph::Code(chunk.to_owned())),
            (false, _) => add_lines(&mut all, chunk),
        }
    }
    for paragraph in &mut all {
        if let Paragraph::Code(code) = paragraph {
            *code = dedented(code);
        }
    }
    all
}

/// Adds the words and the items of the lines between two blank lines. A line without a mark continues the words or the item
/// before it.
fn add_lines(all: &mut Vec<Paragraph>, chunk: &str) {
    let mut continues = false;
    for line in chunk.lines() {
        let next = match all.last() {
            Some(Paragraph::List {
                numbered: true,
                items,
            }) => items.len() + 1,
            _ => 1,
        };
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let bullet = line.strip_prefix("- ").or(line.strip_prefix("* "));
        // Only the next number is a mark, because a line of a paragraph can begin with any other.
        let item = line.strip_prefix(&format!("{next}. "));
        match (bullet.or(item), all.last_mut()) {
            (Some(item), Some(Paragraph::List { numbered, items }))
                if *numbered == bullet.is_none() =>
            {
                items.push(item.to_owned());
            }
            (Some(item), _) => all.push(Paragraph::List {
                numbered: bullet.is_none(),
                items: vec![item.to_owned()],
            }),
            (None, Some(Paragraph::Words(words))) if continues => {
                words.push(' ');
                words.push_str(&line);
            }
            (None, Some(Paragraph::List { items, .. })) if continues => {
                // A list has at least the item that began it.
                if let Some(last) = items.last_mut() {
                    last.push(' ');
                    last.push_str(&line);
                }
            }
            (None, _) => all.push(Paragraph::Words(line)),
        }
        continues = true;
    }
}

/// Returns a text as blocks of a report.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let block = |paragraph: Paragraph| match paragraph {
        Paragraph::Code(code) => vec![Block::Script(code)],
        other => other.lines().into_iter().map(Block::line).collect(),
    };
    paragraphs(text).into_iter().flat_map(block).collect()
}

/// Removes the common indentation of all lines.
fn dedented(code: &str) -> String {
    let filled = || code.lines().filter(|line| !line.trim().is_empty());
    let common = filled()
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = code
        .lines()
        .map(|line| line.get(common..).unwrap_or("").trim_end())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::paragraphs;
    use crate::exam::formats::tree::Paragraph::{Code, List, Words};

    #[test]
    fn blank_lines_part_paragraphs_and_indentation_keeps_lines() {
        let words = |text: &str| Words(text.to_owned());
        assert_eq!(
            paragraphs("one\ntwo\n\n\nthree"),
            [words("one two"), words("three")]
        );
        assert_eq!(
            paragraphs("see:\n\n    int main() {\n\n      fork();\n    }\n\nWhat is printed?"),
            [
                words("see:"),
                Code("int main() {\n\n  fork();\n}".to_owned()),
                words("What is printed?")
            ]
        );
        assert_eq!(paragraphs(" \n\n"), []);
    }

    #[test]
    fn marks_begin_the_items_of_a_list() {
        let words = |text: &str| Words(text.to_owned());
        let list = |numbered, items: &[&str]| List {
            numbered,
            items: items.iter().map(|&item| item.to_owned()).collect(),
        };
        assert_eq!(
            paragraphs("Assume:\n- one\n  and more\n- two\n\n- three\n\nEnd"),
            [
                words("Assume:"),
                list(false, &["one and more", "two", "three"]),
                words("End")
            ]
        );
        assert_eq!(
            paragraphs("1. fork\n2. exec\n4. more"),
            [list(true, &["fork", "exec 4. more"])]
        );
        // Numbers within a paragraph are no marks.
        assert_eq!(
            paragraphs("in\n2024. Then\n-1"),
            [words("in 2024. Then -1")]
        );
        assert_eq!(
            list(true, &["a", "b"]).lines(),
            ["1. a".to_owned(), "2. b".to_owned()]
        );
    }

    #[test]
    fn fences_keep_lines_and_their_indentation() {
        let words = |text: &str| Words(text.to_owned());
        let code = |text: &str| Code(text.to_owned());
        assert_eq!(
            paragraphs("see\n```c\nint f() {\n\n  {{ return; }}\n}\n```\nWhat\nnow?"),
            [
                words("see"),
                code("int f() {\n\n  {{ return; }}\n}"),
                words("What now?")
            ]
        );
        // The fence's own indentation is not part of the code, but more is.
        assert_eq!(
            paragraphs("  ```\n    a\n  b\n c\n  ```"),
            [code("  a\nb\nc")]
        );
        assert_eq!(paragraphs("```int  x;```"), [code("int  x;")]);
        assert_eq!(paragraphs("a ```int  x;``` b"), [words("a ```int x;``` b")]);
        // Without a second fence, the rest is code.
        assert_eq!(paragraphs("a\n```\nb\n\nc"), [words("a"), code("b\n\nc")]);
        assert_eq!(
            paragraphs("```\na\n```\n```\nb\n```"),
            [code("a"), code("b")]
        );
    }
}
