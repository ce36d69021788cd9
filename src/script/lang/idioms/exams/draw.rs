//! Random values in the notation of other languages.

use crate::lang::idioms::tokens::{Token, nesting};

/// Rewrites a draw: `choose x from 1..5`, `let x = random(1, 5)`.
pub(super) fn choose(said: &str, all: &[Token]) -> Option<String> {
    let text: Vec<&str> = all.iter().map(|token| token.text).collect();
    let name = all.get(1).filter(|name| name.is_name())?.text;
    let slice = |from: usize, to: usize| {
        Some(&said[all.get(from)?.start..all.get(to.checked_sub(1)?)?.end()])
    };
    if text[0] == "let" && text.get(2) != Some(&"in") {
        return (text.get(2) == Some(&"="))
            .then(|| random(name, said, &all[3..]))
            .flatten();
    }
    if let (Some(&","), Some(other), Some(&"in")) = (text.get(2), all.get(3), text.get(4)) {
        let range = slice(5, text.len())?;
        return Some(format!(
            "choose {name} in {range}; choose {} in {range}",
            other.text
        ));
    }
    let mut depth = 0;
    let comma = text.iter().position(|token| {
        depth += nesting(token);
        *token == "," && depth == 0
    });
    let condition = |word: &&str| {
        matches!(
            *word,
            "," | "where"
                | "such"
                | "with"
                | "if"
                | "when"
                | "for"
                | "that"
                | "st"
                | "|"
                | "provided"
        )
    };
    let end = text
        .iter()
        .position(|word| *word != "," && condition(word))
        .or(comma)
        .unwrap_or(text.len());
    // `choose where …` has no name.
    let begin = 2 + text
        .get(2..end)?
        .iter()
        .take_while(|word| {
            matches!(
                **word,
                "in" | "from" | "=" | ":" | "between" | "of" | "out" | "∈"
            )
        })
        .count();
    let range = range(said, &all[begin..end])?;
    let mut rest = String::new();
    if end < text.len() {
        let skip = text[end..]
            .iter()
            .take_while(|word| condition(word))
            .count();
        let stated = slice(end + skip, text.len())?;
        let stated = if stated.contains("=>") {
            stated.to_owned()
        } else {
            stated.replace(" = ", " == ")
        };
        rest = format!(" where {stated}");
    }
    Some(format!("choose {name} in {range}{rest}"))
}

/// Rewrites a range or list: `1..5`, `1 to 5`, `{1, 2}`, `[1, 5]`.
fn range(said: &str, all: &[Token]) -> Option<String> {
    let (first, last) = (all.first()?, all.last()?);
    let text = &said[first.start..last.end()];
    let mid = all
        .iter()
        .position(|token| matches!(token.text, "to" | "and" | "through" | "until" | "..."));
    if let Some(mid) = mid.filter(|mid| *mid > 0 && mid + 1 < all.len()) {
        let exclusive = all[mid].text == "until";
        let dots = if exclusive { ".." } else { "..=" };
        let (before, after) = (
            &said[first.start..all[mid - 1].end()],
            &said[all[mid + 1].start..last.end()],
        );
        return Some(format!("{before}{dots}{after}"));
    }
    match (first.text, last.text) {
        ("{", "}") | ("(", ")") => Some(format!("[{}]", text[1..text.len() - 1].trim())),
        ("range", ")") => {
            let inside = said[all.get(1)?.end()..last.start].trim();
            Some(inside.split_once(',').map_or_else(
                || format!("0..{inside}"),
                |(a, b)| format!("{}..{}", a.trim(), b.trim()),
            ))
        }
        _ => Some(text.to_owned()),
    }
}

/// Rewrites a call that draws a value: `random(1, 5)`, `random.choice([1, 2])`, `rand() % 5`.
pub(super) fn random(name: &str, said: &str, all: &[Token]) -> Option<String> {
    let function = all.first()?.text.to_ascii_lowercase();
    let function = function.rsplit('.').next()?;
    let close = all.iter().position(|token| token.text == ")")?;
    if !matches!(
        function,
        "random"
            | "rand"
            | "randint"
            | "randrange"
            | "uniform"
            | "choice"
            | "sample"
            | "randi"
            | "draw"
    ) {
        return None;
    }
    if let [_, _, _, percent, value] = all
        && percent.text == "%"
    {
        return Some(format!("choose {name} in 0..{}", value.text));
    }
    let mut depth = 0;
    let comma = all.iter().position(|token| {
        depth += nesting(token.text);
        token.text == "," && depth == 1
    });
    let inside = all
        .get(2..all.len() - 1)
        .filter(|_| close + 1 == all.len())?;
    let text = |all: &[Token]| Some(said[all.first()?.start..all.last()?.end()].to_owned());
    Some(match comma {
        Some(comma) => {
            let dots = if function == "randrange" { ".." } else { "..=" };
            format!(
                "choose {name} in {}{dots}{}",
                text(&all[2..comma])?,
                text(&all[comma + 1..all.len() - 1])?
            )
        }
        None if inside.first()?.text == "["
            || inside.iter().any(|token| token.text.starts_with("..")) =>
        {
            format!("choose {name} in {}", text(inside)?)
        }
        None => format!("choose {name} in 0..{}", text(inside)?),
    })
}
