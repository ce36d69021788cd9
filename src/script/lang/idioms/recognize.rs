//! Finds the rows that know a mistake.

use std::ops::Range;

use super::advice::Advice;
use super::likely::LIKELY;
use super::pattern::matched;
use super::rows::{EITHER, FACTS, Idiom, JOINED, REMOVED, STATEMENTS, WORDS};
use super::tokens::{indent, line_at, nesting, tokens};
use super::{blocks, steps, tables};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// The most bytes of a line that is compared with the rows.
const LONGEST: usize = 400;

/// What the rows say of a mistake, likelier advice first.
pub(super) fn advice(diagnostic: &Diagnostic, text: &str) -> Vec<Advice> {
    let Span { file, start, end } = diagnostic.span;
    let at = (start as usize).min(text.len());
    if !text.is_char_boundary(at) {
        return Vec::new();
    }
    let range = line_at(text, at);
    let line = &text[range.clone()];
    if line.len() > LONGEST {
        return Vec::new();
    }
    let place = |from: usize, to: usize| Span::new(file, range.start + from..range.start + to);
    let mut found = Vec::new();
    if let Some(said) = text.get(at..end as usize) {
        found.extend(words(diagnostic, said));
    }
    found.extend(comment(line, at - range.start, place));
    found.extend(percent(line, at - range.start, place));
    found.extend(blocks::advice(text, &range, file));
    found.extend(tables::advice(text, &range, file));
    found.extend(steps::advice(text, &range, file));
    // A block that is none of ours is read as settings, and the mistake is found in them.
    if let Some(head) = head_above(text, &range) {
        let said = text[head.clone()].trim();
        let above = [blocks::advice(text, &head, file), tables::advice(text, &head, file)];
        let row = self::found(STATEMENTS, said).filter(|(row, _)| row.ours.is_empty());
        let advised = row.map(|(row, _)| Advice::of(row, None, true));
        let place = Some(Span::new(file, head.end - said.len()..head.end));
        found.extend(above.into_iter().flatten().chain(advised).map(|advice| Advice { place, ..advice }));
    }
    // Bars are for tables, and no row is about a table.
    if line.trim_start().starts_with('|') {
        return found;
    }
    let read = matches!(
        diagnostic.code,
        Code::Syntax
            | Code::Unclosed
            | Code::BadNumber
            | Code::UnknownVerb
            | Code::UnknownFunction
            | Code::UnknownFact
    );
    let at = at - range.start;
    let (entry, setting) =
        (statement(line, at, &[",", ";", "{", "}"]), diagnostic.code == Code::UnknownSetting);
    for (from, to) in
        [whole(line), statement(line, at, &[";", "{", "}"])].into_iter().chain(setting.then_some(entry))
    {
        let said = &line[from..to];
        if diagnostic.code == Code::UnknownProcess {
            let head = said.find('{').map_or(said, |brace| &said[..=brace]);
            found.extend(
                self::found(STATEMENTS, head).map(|(row, _)| Advice::of(row, None, row.ours.is_empty())),
            );
            continue;
        }
        found.extend(likely(said).into_iter().map(|(row, new)| {
            let fix = Fix::write(place(from, to), said, new);
            Advice::fixed(Some(row.message), (!row.help.is_empty()).then_some(row.help), fix, false)
        }));
        let Some((row, new)) = rewritten(said) else { continue };
        let fix = new.map(|new| match row.ours {
            REMOVED => Fix::remove(place(from, to)),
            _ => Fix::write(place(from, to), said, new),
        });
        found.push(Advice::of(row, fix, read));
    }
    found
}

/// The line above that opens the block of a line.
fn head_above(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let within = indent(&text[line.clone()]);
    let mut at = line.start;
    while at > 0 {
        let above = line_at(text, at - 1);
        let said = &text[above.clone()];
        if !said.trim().is_empty() && indent(said) < within {
            return said
                .trim_end()
                .ends_with('{')
                .then_some(above.start..above.start + said.trim_end().len());
        }
        at = above.start;
    }
    None
}

/// A line without its indentation and its comment.
fn whole(line: &str) -> (usize, usize) {
    let found = tokens(line);
    found.first().zip(found.last()).map_or((0, 0), |(first, last)| (first.start, last.end()))
}

/// The statement of a line that a byte is in, where a line has several, or a block.
fn statement(line: &str, at: usize, parted_by: &[&str]) -> (usize, usize) {
    let (mut from, mut to, mut depth) = (0, 0, 0);
    for token in tokens(line) {
        if depth == 0 && parted_by.contains(&token.text) {
            if token.start >= at && to > from {
                break;
            }
            (from, to) = (token.end(), token.end());
            continue;
        }
        if to == from {
            from = token.start;
        }
        to = token.end();
        depth += nesting(token.text);
    }
    (from, to.max(from))
}

/// A statement in our words, and the row that knows it; no words where a row knows of none.
fn rewritten(said: &str) -> Option<(&'static Idiom, Option<String>)> {
    let arrow = tokens(said).into_iter().find(|token| token.text == "=>");
    let (does, facts) = arrow.map_or((said, ""), |arrow| (&said[..arrow.start], &said[arrow.end()..]));
    let whole = found(STATEMENTS, said);
    let (row, mut new) = match whole.or_else(|| found(STATEMENTS, does)) {
        Some((row, None)) => return Some((row, None)),
        Some((row, Some(text))) => {
            let rest = if found(STATEMENTS, said).is_some() || arrow.is_none() { "" } else { " =>" };
            (Some(row), format!("{text}{rest}"))
        }
        None => (None, said[..said.len() - facts.len()].to_owned()),
    };
    if row.is_some() && !new.ends_with("=>") {
        return row.map(|row| (row, Some(new)));
    }
    match stated(facts) {
        Some((other, None)) => Some((other, None)),
        Some((other, Some(facts))) => {
            new += " ";
            new += &facts;
            Some((row.unwrap_or(other), Some(new)))
        }
        None => row.map(|row| (row, Some(new + facts))),
    }
}

/// What a statement may have been meant to be, with its facts.
fn likely(said: &str) -> Vec<(&'static Idiom, String)> {
    let arrow = tokens(said).into_iter().find(|token| token.text == "=>");
    let does = arrow.map_or(said, |arrow| said[..arrow.start].trim_end());
    let head = said.find('{').map_or(said.len(), |brace| brace + 1);
    let mut found = Vec::new();
    for (row, pattern) in LIKELY.iter().flat_map(|row| row.theirs.iter().map(move |pattern| (row, pattern))) {
        // The whole line, its statement without the facts, and what stands before a block.
        for part in [said, does, &said[..head]] {
            if let Some(held) = matched(pattern, part) {
                found.push((row, format!("{}{}", held.fill(row.ours), &said[part.len()..])));
                break;
            }
        }
    }
    found
}

/// What the first row that fits makes of a text.
fn found(rows: &'static [Idiom], said: &str) -> Option<(&'static Idiom, Option<String>)> {
    rows.iter().find_map(|row| {
        let held = row.theirs.iter().find_map(|pattern| matched(pattern, said))?;
        Some((row, (!row.ours.is_empty()).then(|| held.fill(row.ours))))
    })
}

/// Facts in our words.
fn stated(facts: &str) -> Option<(&'static Idiom, Option<String>)> {
    let (mut row, mut parts, mut from, mut depth) = (None, Vec::new(), 0, 0);
    for token in tokens(facts) {
        depth += nesting(token.text);
        if depth == 0 && EITHER.theirs.contains(&token.text) {
            return Some((EITHER, None));
        }
        let joined = JOINED.theirs.contains(&token.text);
        if depth == 0 && (joined || token.text == ",") {
            row = row.or(joined.then_some(JOINED));
            parts.push(&facts[from..token.start]);
            from = token.end();
        }
    }
    parts.push(&facts[from..whole(facts).1.max(from)]);
    let mut new = Vec::new();
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        match found(FACTS, part) {
            Some((fact, None)) => return Some((fact, None)),
            Some((fact, Some(text))) => {
                row = Some(fact);
                new.push(text);
            }
            None => new.push(part.to_owned()),
        }
    }
    row.map(|row| (row, Some(new.join(", "))))
}

/// Single words and numbers.
fn words(diagnostic: &Diagnostic, said: &str) -> Vec<Advice> {
    let fix = |new: String| Fix::replace(diagnostic.span, new);
    let advice = |fix| Advice::fixed(None, None, fix, false);
    let digits = said.strip_suffix(['h', 'H']).map(|digits| digits.trim_start_matches("0x"));
    if let Some(digits) = digits.filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit())) {
        return vec![advice(fix(format!("0x{digits}")))];
    }
    if matches!(diagnostic.code, Code::WrongType | Code::Unreadable)
        && let Some(bare) = said.strip_prefix('"').and_then(|said| said.strip_suffix('"'))
    {
        return vec![advice(fix(bare.to_owned()))];
    }
    let capitals = |c| matches!(c, 'A'..='F' | '0'..='9');
    let hexadecimal = diagnostic.code == Code::UnknownName && said.chars().all(capitals);
    if hexadecimal {
        return vec![advice(fix(format!("0x{said}")))];
    }
    let lower = said.to_lowercase();
    let quiet = (diagnostic.fix.is_none() && lower != said).then(|| advice(fix(lower)));
    let ours = WORDS.iter().find(|(theirs, _)| *theirs == said).map_or(&[][..], |(_, ours)| ours);
    ours.iter().map(|our| advice(fix((*our).to_owned()))).chain(quiet).collect()
}

/// A comment of C.
fn comment(line: &str, at: usize, place: impl Fn(usize, usize) -> Span) -> Option<Advice> {
    let sign = tokens(line).into_iter().find(|token| matches!(token.text, "//" | "/*"))?;
    let (message, help) = ("this is no comment", "a comment begins with `#`");
    let fix = Fix::write(place(sign.start, sign.end()), sign.text, "#");
    let advice = Advice::fixed(Some(message), Some(help), fix, sign.start == at);
    (at >= sign.start || line[sign.start + 2..].contains(' ')).then_some(advice)
}

/// A percent sign away from its number.
fn percent(line: &str, at: usize, place: impl Fn(usize, usize) -> Span) -> Option<Advice> {
    let found = tokens(line);
    let sign = found.windows(2).find(|pair| {
        let number = pair[0].text.chars().all(|c| c.is_ascii_digit() || c == '.');
        number && pair[1].text == "%" && pair[1].end() >= at.min(line.trim_end().len())
    })?;
    let fix = Fix::replace(place(sign[0].end(), sign[1].end()), "%");
    let (message, help) = ("a percentage is written without a space", "`%` touches its number: `50%`");
    Some(Advice::fixed(Some(message), Some(help), fix, false))
}
