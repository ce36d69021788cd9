//! Inlay hints: a statement's facts from the run, except the expected ones.
//!
//! A hint has at most 80 characters and follows these rules:
//! - A hint omits expected facts and facts of a single component (`L1d.index`). It also omits facts that
//!   report nothing notable: `none`, `no`, `unknown`, a count of 0, or `pieces 1`. A hint omits `value` if it
//!   equals `byte`, and always omits `ppo`, which equals `vpo`. A hint always includes the return value of a
//!   call.
//! - Outcomes (`tlb hit`, `fault swap`, `ppn`, `error ENOMEM`) come first, because an editor may cut a hint. The fields
//!   of the addresses follow, and then facts specific to this machine (`L2TLB miss`). If not all facts fit, a `…` replaces
//!   the rest.
//! - The hint for a statement that ran several times consists of its count (`×12`) and the facts that never
//!   changed.
//! - The hint for a `let` or `choose` is its value, unless the value is a literal.
//!
//! [`Hint::explanation`] contains all facts.

use std::collections::BTreeMap;
use std::ops::Range;

use super::document::Document;
use super::run::{RunResult, StatedFact, Step};
use crate::lang::layout::{TokenKind, tokens};
use crate::lang::source::Sources;
use crate::run::facts::{ACCESS_FACTS, CALL_FACTS};

/// Maximum length of a hint in characters.
const ROOM: usize = 80;

/// Replaces the facts that do not fit.
const LEFT_OUT: &str = "…";

/// A hint at the end of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The byte at the end of the line.
    pub at: usize,
    /// The text of the hint.
    pub label: String,
    /// The narration of the statements on the line, and all their facts if the text lacks some. May be empty.
    pub explanation: String,
}

impl Document {
    /// Returns the hints for a range, one per line, with the results of a run.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "let x = 3 * 5 # why", OpenTexts::default());
    /// let hints = document.inlay_hints(0..19, &document.run(1000, &false.into()));
    /// assert_eq!((hints[0].at, &*hints[0].label), (19, "= 15"));
    /// ```
    pub fn inlay_hints(&self, range: Range<usize>, run: &RunResult) -> Vec<Hint> {
        line_hints(&run.steps, &self.script().sources, range)
    }
}

/// Returns the hints for a range of the first file, one per line.
fn line_hints(steps: &[Step], sources: &Sources, range: Range<usize>) -> Vec<Hint> {
    let text = sources.file(0).map_or("", |file| &file.text);
    let mut lines: BTreeMap<usize, (Hint, Vec<&Step>)> = BTreeMap::new();
    for step in steps {
        let (start, end) = (step.span.start as usize, step.span.end as usize);
        let Some(statement) = text.get(start..end) else {
            continue;
        };
        let at = end + line_rest(&text[end..]);
        if at < range.start || start > range.end {
            continue;
        }
        let Some(label) = label(statement, step) else {
            continue;
        };
        let explanation = step.narration(sources).trim_end().to_owned();
        match lines.get_mut(&at) {
            None => {
                let hint = Hint {
                    at,
                    label,
                    explanation,
                };
                lines.insert(at, (hint, vec![step]));
            }
            Some((hint, steps)) => {
                hint.label = cut(&format!("{}; {label}", hint.label));
                hint.explanation = format!("{}\n\n{explanation}", hint.explanation);
                steps.push(step);
            }
        }
    }
    lines.into_values().map(with_all_facts).collect()
}

/// Adds the facts of these statements to a hint that shows only some.
fn with_all_facts((mut hint, steps): (Hint, Vec<&Step>)) -> Hint {
    if hint.label.ends_with(LEFT_OUT) {
        let facts = steps.into_iter().flat_map(Step::facts);
        let all: Vec<String> = facts.map(|fact| fact.to_string()).collect();
        hint.explanation = format!("{}\n\nFacts: {}", hint.explanation, all.join(", "));
    }
    hint
}

/// Returns the length of the rest of a line without trailing whitespace.
fn line_rest(rest: &str) -> usize {
    rest.lines().next().unwrap_or("").trim_end().len()
}

/// Returns the text of a hint, or `None` if the text is empty.
fn label(statement: &str, step: &Step) -> Option<String> {
    let facts = match step.facts().as_slice() {
        [StatedFact { value, .. }] if gives_a_name(statement) => {
            if is_literal(statement) {
                String::new()
            } else {
                cut(&format!("= {value}"))
            }
        }
        facts_of_step => chosen(facts_of_step, &step.stated),
    };
    let times = if step.times > 1 {
        format!("×{}", step.times)
    } else {
        String::new()
    };
    let label = [times, facts]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    (!label.is_empty()).then_some(label)
}

fn gives_a_name(statement: &str) -> bool {
    ["let", "choose"]
        .iter()
        .any(|word| statement.split_whitespace().next() == Some(word))
}

/// Whether a `let` has a literal value: `let x = 0x40`.
fn is_literal(statement: &str) -> bool {
    let Some((head, value)) = statement.split_once('=') else {
        return false;
    };
    let mut kinds: Vec<TokenKind> = tokens(value).list.iter().map(|token| token.kind).collect();
    kinds.retain(|kind| !matches!(kind, TokenKind::End | TokenKind::Comment));
    let number = [TokenKind::Number, TokenKind::Word];
    let signed = kinds.strip_prefix(&[TokenKind::Operator]).unwrap_or(&kinds);
    let string = matches!(kinds.as_slice(), [TokenKind::String { .. }]);
    head.starts_with("let") && (signed == &number[..1] || signed == number || string)
}

/// Returns the text of the facts in a hint.
fn chosen(facts_of_step: &[StatedFact], stated: &[String]) -> String {
    let value_of = |wanted: &str| {
        let fact = facts_of_step.iter().find(|fact| fact.name == wanted);
        fact.map(|fact| &*fact.value)
    };
    let shown = |StatedFact { name, value }: &&StatedFact| {
        let said_by = match &**name {
            "value" => value_of("byte"),
            "ppo" => value_of("vpo"),
            _ => None,
        };
        !name.contains('.')
            && !stated.iter().any(|known| known == name)
            && !is_nothing(name, value)
            && said_by != Some(value)
    };
    let facts: Vec<&StatedFact> = facts_of_step.iter().filter(shown).collect();
    let mut order: Vec<usize> = (0..facts.len()).collect();
    order.sort_by_key(|&index| (rank(facts[index]), index));
    // Each fact needs two more characters for `, `, and `…` may follow the last fact.
    let width = |index: usize| facts[index].to_string().chars().count() + 2;
    let mut room = ROOM - 1;
    let mut fitting: Vec<usize> = Vec::new();
    for index in order {
        let Some(left) = room.checked_sub(width(index)) else {
            break;
        };
        room = left;
        fitting.push(index);
    }
    let mut parts: Vec<String> = fitting
        .iter()
        .map(|&index| facts[index].to_string())
        .collect();
    if parts.is_empty()
        && let Some(fact) = facts.first()
    {
        return cut(&fact.to_string());
    }
    if parts.len() < facts.len() {
        parts.push(LEFT_OUT.to_owned());
    }
    parts.join(", ")
}

/// Whether a fact reports that nothing happened.
fn is_nothing(name: &str, value: &str) -> bool {
    match value {
        "none" | "no" | "unknown" => true,
        // Fields are in hexadecimal, so a decimal 0 is a count.
        "0" => name != "returns",
        "1" => name == "pieces",
        _ => false,
    }
}

/// Returns the place of a fact: outcomes come first, because an editor may cut a hint, then the fields of addresses.
fn rank(StatedFact { name, .. }: &StatedFact) -> u8 {
    let of_access = ACCESS_FACTS.iter().find(|row| *row.name == **name);
    match of_access {
        Some(row) if row.is_field() => 1,
        Some(_) => 0,
        None if CALL_FACTS.iter().any(|row| *row.name == **name) => 0,
        None => 2,
    }
}

fn cut(label: &str) -> String {
    match label.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}{LEFT_OUT}", label[..end].trim_end()),
        None => label.to_owned(),
    }
}

#[cfg(test)]
mod tests;
