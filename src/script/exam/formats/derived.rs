//! The derivations of values, of the cells of tables, and of the options of choices.

use super::label::{called, filled, part_name};
use super::labels::Labels;
use super::prompt::of_done;
use crate::exam::topics::Topics;
use crate::lang::value::Value;
use crate::questions::entry::{
    Alternative, AuthorTable, Blank, Derivation, Evidence, Form, PathValue, Radix,
};
use crate::report::doc::Block;
use crate::report::narrate::reason_named;
use crate::report::words::counts::approximately;
use crate::report::words::reasons::reason;
use crate::run::record::Did;
use crate::services::lookup::look_up;

/// First words of paths that need no explanation, because the meaning of the path contains them. All other
/// first words are names.
const OBVIOUS: [&str; 7] = [
    "machine",
    "page_table",
    "tlb",
    "cache",
    "frames",
    "swap",
    "ksm",
];

/// Returns the meanings of the paths in an expression, and the expression with its numbers.
pub(super) fn derived(
    derivation: &Derivation,
    blank: &Blank,
    topics: &Topics,
    labels: &Labels,
) -> Vec<Block> {
    let chosen = derivation.chosen.iter();
    let lines = chosen.filter_map(|evidence| shown(evidence, true, labels));
    let lines = lines.chain(formula(derivation, blank)).map(Block::line);
    paired(paths(derivation, blank, topics, labels))
        .into_iter()
        .chain(lines)
        .collect()
}

/// Returns names with their explanations, if there are any.
pub(super) fn paired(pairs: Vec<(String, String)>) -> Option<Block> {
    let title = String::new();
    (!pairs.is_empty()).then_some(Block::Pairs { title, pairs })
}

/// Returns the meanings of the paths in an expression, with their values or formulas.
fn paths(
    derivation: &Derivation,
    blank: &Blank,
    topics: &Topics,
    labels: &Labels,
) -> Vec<(String, String)> {
    let radix = match blank.form {
        Form::Number { radix, .. } => radix,
        Form::Words(_) | Form::Set | Form::Free => Radix::Decimal,
    };
    let path = |PathValue {
                    path,
                    names,
                    value,
                    formula,
                    last,
                }: &PathValue| {
        let rows = look_up(path);
        if let Some((did, fact)) = last {
            let blank = Blank {
                fact: fact.clone(),
                key: None,
                form: Form::Free,
                unit: None,
                round: None,
                whole: false,
                of_replay: matches!(**did, Did::Replay(_)),
            };
            let label = called(&blank, labels).trim_end_matches('?').to_owned();
            let seen = topics.seen(did);
            let why = reason_named(&seen, fact).map(|why| format!(": {}", reason(&why, &seen)));
            return Some((
                label,
                format!("{}{}", radix.write(value, None), why.unwrap_or_default()),
            ));
        }
        let row = rows
            .iter()
            .find(|row| row.section == "paths")
            .or(rows.first())?;
        let meaning = row.cells.last()?.1.clone();
        let head = names.first().filter(|head| !OBVIOUS.contains(&&***head));
        let meaning = head.map_or_else(|| meaning.clone(), |head| format!("{meaning} ({head})"));
        let written = format!("{}{}", radix.write(value, None), approximately(value));
        Some((
            meaning,
            match formula {
                Some(comparison) if matches!(value, Value::Bool(_)) => {
                    format!("{written}: {comparison}")
                }
                Some(formula) => format!("{formula} = {written}"),
                None => written,
            },
        ))
    };
    derivation.paths.iter().filter_map(path).collect()
}

/// Returns the formulas of the variables and the formula of the value, such as
/// `2 × 5 = 10; 0.9 × (10 + 60) = 0.9 × 70 = 63` or `7 + 5 <= 16 is true`.
fn formula(derivation: &Derivation, blank: &Blank) -> Option<String> {
    let result = filled(blank, true);
    let mut formulas: Vec<String> = derivation
        .variables
        .iter()
        .map(|steps| steps.join(" = "))
        .collect();
    if let Form::Words(_) = blank.form {
        formulas.extend(
            derivation
                .steps
                .last()
                .map(|last| format!("{last} is {}", blank.answer())),
        );
    } else {
        let steps = derivation.steps.iter().filter(|step| **step != result);
        let steps: Vec<&str> = steps.map(String::as_str).collect();
        let sign = if blank.is_approximate() { "≈" } else { "=" };
        let exact = blank.key.as_ref().filter(|_| blank.round.is_none());
        let about = exact.map_or_else(String::new, |key| approximately(&key.value));
        if !steps.is_empty() {
            formulas.push(format!("{} {sign} {result}{about}", steps.join(" = ")));
        } else if let (Some(last), Some(steps)) = (formulas.last_mut(), derivation.variables.last())
            && steps.last() != Some(&result)
        {
            *last = format!("{last} {sign} {result}{about}");
        }
    }
    (!formulas.is_empty()).then(|| formulas.join("; "))
}

/// Returns the formulas of a table's cells. Includes the formula of each variable only once.
pub(super) fn cells(table: &AuthorTable, topics: &Topics, labels: &Labels) -> Option<Block> {
    let mut pairs = Vec::new();
    let mut known: Vec<&[String]> = Vec::new();
    for (row, at, blank, derivation) in table.blanks() {
        let mut own = derivation.clone();
        own.variables
            .retain(|steps| !known.contains(&steps.as_slice()));
        known.extend(derivation.variables.iter().map(Vec::as_slice));
        let chosen = own
            .chosen
            .iter()
            .filter_map(|evidence| shown(evidence, true, labels));
        let all: Vec<String> = chosen.chain(formula(&own, blank)).collect();
        let label = table.label(row, at);
        let paths = paths(&own, blank, topics, labels)
            .into_iter()
            .filter(|_| all.is_empty());
        pairs.extend(paths.map(|(_, why)| (label.clone(), why)));
        if !all.is_empty() {
            pairs.push((label, all.join(" ")));
        }
    }
    paired(pairs)
}

/// Explains the options of a choice: the mistakes behind wrong ones, and the evidence for computed ones.
pub(super) fn decided(options: &[Alternative], bare: bool, labels: &Labels) -> Option<Block> {
    let pair = |option: &Alternative| {
        let evidence: Vec<String> = option
            .evidence
            .iter()
            .filter_map(|evidence| {
                claim(evidence, option).or_else(|| shown(evidence, bare, labels))
            })
            .collect();
        let why = option
            .mistake
            .map(str::to_owned)
            .or((!evidence.is_empty()).then(|| evidence.join("; ")))?;
        Some((option.text.clone(), why))
    };
    paired(options.iter().filter_map(pair).collect())
}

/// Explains whether a program can print an option.
fn claim(evidence: &Evidence, option: &Alternative) -> Option<String> {
    let Evidence::Facts { did, blanks, .. } = evidence else {
        return None;
    };
    let Did::Program(run) = &**did else {
        return None;
    };
    let is_claim = blanks.iter().any(|blank| &*blank.fact == "possible");
    let why = match run.output_written(&option.text) {
        Some(_) => "an order of the processes prints it",
        None => "no order of the processes prints it",
    };
    is_claim.then(|| why.to_owned())
}

/// Returns the evidence for or against an option as text.
fn shown(evidence: &Evidence, bare: bool, labels: &Labels) -> Option<String> {
    match evidence {
        Evidence::Facts {
            did,
            blanks,
            expected,
        } => {
            let fact = |blank: &Blank| {
                let not = expected.iter().find(|(fact, _)| *fact == blank.fact);
                let not = not.map_or_else(String::new, |(_, value)| format!(", not {value}"));
                match &*blank.fact {
                    // The value of `trace`, such as `mmhm`, needs no label.
                    "trace" => format!("{}{not}", filled(blank, bare)),
                    _ => format!("{} {}{not}", called(blank, labels), filled(blank, bare)),
                }
            };
            let mut facts: Vec<String> = blanks.iter().map(fact).collect();
            facts.dedup();
            let facts = facts.join(", ");
            // For a reference string, the option itself already describes the settings.
            Some(if matches!(**did, Did::Reference(_)) {
                facts
            } else {
                format!("{} {facts}", of_done(did, None, labels))
            })
        }
        Evidence::Truth { derivation, holds } => derivation
            .steps
            .last()
            .map(|last| format!("{last} is {holds}")),
        Evidence::First {
            value: Some(value),
            example,
            ..
        } if !example.is_empty() => {
            let each: Vec<String> = example
                .iter()
                .filter_map(|evidence| described(evidence, bare, labels))
                .collect();
            let each = if each.is_empty() {
                Radix::Decimal.write(value, None)
            } else {
                each.join("; ")
            };
            Some(format!("for example, {each}"))
        }
        Evidence::First {
            name,
            value: Some(value),
            ..
        } => Some(format!(
            "true for {name} = {}",
            Radix::Decimal.write(value, None)
        )),
        Evidence::First {
            value: None, tried, ..
        } => Some(format!("{tried} does so")),
    }
}

/// Describes an operation with its facts in words: `a byte is read at virtual address 0x03D4: TLB hit, no page fault`.
fn described(evidence: &Evidence, bare: bool, labels: &Labels) -> Option<String> {
    let Evidence::Facts { did, blanks, .. } = evidence else {
        return None;
    };
    let mut done = (**did).clone();
    if let Did::Access(access) = &mut done {
        access.probe = false;
    }
    let sentence = of_done(&done, None, labels);
    let mut letters = sentence.trim_end_matches('.').chars();
    let first = letters.next()?.to_lowercase().to_string();
    let facts: Vec<String> = blanks
        .iter()
        .map(|blank| in_words(blank, bare, labels))
        .collect();
    Some(format!("{first}{}: {}", letters.as_str(), facts.join(", ")))
}

/// Returns `TLB hit`, `no page fault`, or `PPN 0x0D`.
fn in_words(blank: &Blank, bare: bool, labels: &Labels) -> String {
    let answer = blank.answer();
    match (&*blank.fact, &*answer) {
        ("fault", "none") => labels.localize("no page fault").to_owned(),
        ("fault", "page") => labels.localize("page fault").to_owned(),
        ("fault", class) => format!("{class} {}", labels.localize("fault")),
        (fact, "hit" | "miss" | "none" | "-") if matches!(blank.form, Form::Words(words) if words.contains(&"hit")) =>
        {
            let part = part_name(fact);
            if matches!(&*answer, "hit" | "miss") {
                format!("{part} {answer}")
            } else {
                format!("no {part} lookup")
            }
        }
        _ => format!("{} {}", called(blank, labels), filled(blank, bare)),
    }
}
