//! Lines that end too early, so that the next statement continues them.

use pagewalk_grammar::{Grammar, Parser as _, Rule};

use super::beside::VERBS;
use super::habits::word_length;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout::is_operator;
use crate::lang::span::Span;

/// Signs after which a fact must follow.
const BEFORE_FACTS: &[&str] = &["=>", ","];
/// Operators, after which a value must follow. `..` precedes its first character.
const OPERATORS: &[&str] = &[
    "..=", "..", "not", "and", "or", "in", "+", "-", "*", "/", "%", "<", ">", "&", "^", "|", "~",
    "!", "=",
];

/// Reports that a line ends too early, if a mistake is at its end or in a later line of the same statement, and the line
/// after it looks like the next statement. Returns also where that statement begins. `line` is the statement from byte `start`,
/// without comments and newlines, and `place` is the mistake.
pub(super) fn unfinished(
    source: &str,
    line: &str,
    place: Span,
    start: u32,
) -> Option<(Diagnostic, usize)> {
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
    next_statement(source, line, place, start, last, false)
}

/// Like [`unfinished`], for a command that the grammar accepts, because the words of the next statement are operands.
pub(super) fn run_on(source: &str, line: &str, place: Span) -> Option<(Diagnostic, usize)> {
    let text = &line[..(place.end - place.start) as usize];
    let head = text.find(['{', '"']).unwrap_or(text.len());
    let last = place.start as usize + head;
    next_statement(source, line, place, place.start, last, true)
}

/// Finds the first line before byte `last` that lacks a value or a fact. In an `accepted` command, the next line must be a verb
/// with operands.
fn next_statement(
    source: &str,
    line: &str,
    place: Span,
    start: u32,
    last: usize,
    accepted: bool,
) -> Option<(Diagnostic, usize)> {
    let first = start as usize;
    let mut from = first;
    while let Some(newline) = source
        .get(from..last)?
        .find('\n')
        .map(|length| from + length)
    {
        from = newline + 1;
        let before = line.get(..line.len().min(newline - first))?.trim_end();
        let next = source.get(from..)?.trim_start();
        if accepted && !is_command(next) {
            continue;
        }
        let Some((sign, missing)) = sign_after(before, next) else {
            continue;
        };
        // The rest of a block is not a script.
        if before.matches('{').count() != before.matches('}').count() {
            continue;
        }
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
        let removal = Fix::replace(sign_place.starting_at(start + kept), "");
        let diagnostic = if missing == "fact" {
            diagnostic.fix(removal)
        } else {
            diagnostic
        };
        return Some((diagnostic, from - first));
    }
    None
}

/// Whether a line of a statement that the grammar accepts can only be the next statement: a verb with an operand. In
/// `write VA = read size 4`, `read` is a variable.
fn is_command(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or("");
    let (verb, operand) = line.split_once(' ').unwrap_or((line, ""));
    let word = &operand[..word_length(operand)];
    let begins = operand.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"');
    VERBS.contains(&verb) && begins && !is_operator(word) && word != "size"
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
    let facts = before.contains("=>");
    if let Some(sign) = BEFORE_FACTS.iter().find(ends).filter(|_| facts) {
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
    let in_process = !verb.is_empty() && next[verb.len()..].starts_with(": ");
    (begins || in_process || facts && two).then_some((*sign, "value"))
}
