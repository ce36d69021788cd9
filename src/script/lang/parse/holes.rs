//! Braces in prose that contain no expression.

use pagewalk_grammar::{Grammar, Parser as _, Rule};

use super::habits::word_length;
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout::code::{FENCE, fenced};

/// Words that begin statements of template languages.
const STATEMENTS: &[&str] = &["if", "for", "else", "elif", "end", "endif", "endfor"];

/// Reports the first brace of prose that begins no value, as in `{va:x}`. The text begins with the quotes of the prose, at
/// this byte of the file.
pub(super) fn wrong_hole(text: &str, file: u32, start: usize) -> Option<Diagnostic> {
    let prose = text.strip_prefix("\"\"\"")?;
    let prose = &prose[..prose.find("\"\"\"")?];
    let mut at = 0;
    while let Some(found) = prose[at..].find(['{', '}', '`']) {
        at += found;
        let rest = &prose[at..];
        at += if rest.starts_with(FENCE) {
            fenced(rest)
        } else if rest.starts_with("{{") || rest.starts_with("}}") {
            2
        } else if rest.starts_with('{') {
            let hole = &rest[..=rest.find('}')?];
            let read = Grammar::parse(Rule::hole, hole);
            if read.map_or("", |pairs| pairs.as_str()) != hole {
                let inside = start + "\"\"\"{".len() + at;
                let wrong = described(&hole[1..hole.len() - 1], file, inside);
                return Some(without_prefix(&prose[..at], hole, wrong));
            }
            hole.len()
        } else {
            1
        };
    }
    None
}

/// Extends the fix of `0x{va:04x}` to the prefix, which `hex` prints.
fn without_prefix(before: &str, hole: &str, wrong: Diagnostic) -> Diagnostic {
    match &wrong.fix {
        Some(fix) if before.ends_with("0x") && fix.text.starts_with("hex(") => {
            let Span { file, start, end } = fix.span;
            let whole = Span {
                file,
                start: start - 3,
                end: end + 1,
            };
            let fix = Fix::write(whole, format!("0x{hole}"), format!("{{{}}}", fix.text));
            Diagnostic {
                span: whole,
                help: None,
                ..wrong
            }
            .fix(fix)
        }
        _ => wrong,
    }
}

/// Reports the text between braces that begins at this byte of the file.
fn described(inside: &str, file: u32, start: usize) -> Diagnostic {
    let span = Span::new(file, start..start + inside.len());
    let wrong = |message| Diagnostic::new(Code::Syntax, span, message);
    // `{% if x %}` of Jinja
    let begins = inside.trim_start_matches(['%', ' ', '-']);
    if STATEMENTS.contains(&&begins[..word_length(begins)]) {
        return wrong("the braces of a text contain a value, not a statement")
            .help("write a question for each case, or compute the text with `let` above");
    }
    match inside.split_once(':') {
        Some((value, format)) if !value.is_empty() && !inside.contains('"') => {
            let value = value.trim();
            // `04x`: at least four digits
            let digits = format.trim_matches(|c: char| !c.is_ascii_digit());
            // In `#06x`, the digits include the prefix.
            let prefix = if format.contains('#') { 2 } else { 0 };
            let digits = digits.parse::<u32>().unwrap_or(0).saturating_sub(prefix);
            let digits = match digits {
                0 => String::new(),
                digits => format!(", {digits}"),
            };
            let value = match format.chars().next_back() {
                Some('x' | 'X') => format!("hex({value}{digits})"),
                Some('b') => format!("bin({value}{digits})"),
                _ => value.to_owned(),
            };
            wrong("a value in a text has no format after `:`").fix(Fix::write(span, inside, value))
        }
        _ => wrong("the braces of a text contain one value")
            .help("`{hex(va)}` prints a value; for a brace itself, write `{{`"),
    }
}
