//! Lines that end too early, so that the next statement continues them.

use pagewalk_grammar::{Grammar, Parser as _, Rule};

use super::beside::VERBS;
use super::habits::word_length;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// Signs after which a fact must follow.
const BEFORE_FACTS: &[&str] = &["=>", ","];
/// Operators, after which a value must follow. `..` precedes its first character.
const OPERATORS: &[&str] = &[
    "..=", "..", "not", "and", "or", "in", "+", "-", "*", "/", "%", "<", ">", "&", "^", "|", "~",
    "!", "=",
];

/// Reports that a line with facts ends too early, if a mistake is at its end or in a later line of the same statement,
/// and the line after it looks like the next statement. `line` is the statement from byte `start`, without comments and newlines, and
/// `place` is the mistake.
pub(super) fn unfinished(source: &str, line: &str, place: Span, start: u32) -> Option<Diagnostic> {
    let (first, at) = (start as usize, place.start as usize);
    let ends = line.get(at - first..)?.trim().is_empty();
    let last = if ends {
        source
            .get(at..)?
            .find('\n')
            .map_or(at, |length| at + length + 1)
    } else {
        at
    };
    let mut from = first;
    while let Some(newline) = source
        .get(from..last)?
        .find('\n')
        .map(|length| from + length)
    {
        from = newline + 1;
        let before = line.get(..line.len().min(newline - first))?.trim_end();
        let next = source.get(from..)?.trim_start();
        if !before.contains("=>") {
            continue;
        }
        let Some((sign, missing)) = sign_after(before, next) else {
            continue;
        };
        let end = start + before.len() as u32;
        let sign_place = Span {
            start: end - sign.len() as u32,
            end,
            ..place
        };
        let what = if missing == "fact" {
            "the name of a fact"
        } else {
            "a value"
        };
        let message = format!("the line ends too early: {what} is missing");
        let diagnostic = Diagnostic::new(Code::Syntax, sign_place, message)
            .label(format!("no {missing} follows"));
        let kept = before.strip_suffix(sign)?.trim_end().len() as u32;
        let removal = Fix::replace(
            Span {
                start: start + kept,
                ..sign_place
            },
            "",
        );
        return Some(if missing == "fact" {
            diagnostic.fix(removal)
        } else {
            diagnostic
        });
    }
    None
}

/// Returns the sign that ends a text, and the part that must follow it, if the next line begins a statement instead.
fn sign_after(before: &str, next: &str) -> Option<(&'static str, &'static str)> {
    let ends = |sign: &&&str| {
        let word = sign.starts_with(|first: char| first.is_ascii_alphabetic());
        before
            .strip_suffix(**sign)
            .is_some_and(|rest| !word || rest.ends_with([' ', '\t']))
    };
    let verb = &next[..word_length(next)];
    let begins = VERBS.contains(&verb) || Grammar::parse(Rule::keyword, next).is_ok();
    if let Some(sign) = BEFORE_FACTS.iter().find(ends) {
        let call = !verb.is_empty() && next[verb.len()..].starts_with(['(', ':']);
        return (begins || call).then_some((*sign, "fact"));
    }
    let sign = OPERATORS.iter().find(ends)?;
    // No operand follows another operand.
    let operand = next[verb.len()..]
        .strip_prefix(' ')
        .unwrap_or("")
        .trim_start();
    let word = &operand[..word_length(operand)];
    let two = !verb.is_empty()
        && !word.is_empty()
        && !matches!(word, "and" | "or" | "in" | "where" | "else");
    (begins || two).then_some((*sign, "value"))
}
