//! Finds the rows that know a mistake.

use std::ops::Range;

use super::advice::Advice;
use super::facts::{EITHER, FACTS, JOINED, WORDED};
use super::marks::{comment, defined, note, percent, words};
use super::pattern::matched;
use super::phrases::PHRASES;
use super::rows::{Idiom, REMOVED, STATEMENTS};
use super::spelled::{respelled, spelled};
use super::tokens::{indent, line_at, nesting, tokens};
use super::variants::{arrowed, condition, method, of_process};
use super::{accesses, blocks, exams, settings, steps, tables};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

const SETTING: &str = "a setting is its name, and then its value";
const PAGES: &str = "the pages stand side by side, and the settings in braces";
const METHOD: &str = "there are no objects: a statement begins with what it does";
const CONDITION: &str = "a condition compares with `==`, and `and` joins conditions";
const POINTS: &str = "the points of a question or part follow its title";

/// The most bytes of a line that is compared with the rows.
const LONGEST: usize = 400;

/// What the rows say of a mistake, likelier advice first.
pub(super) fn advice(diagnostic: &Diagnostic, text: &str) -> Vec<Advice> {
    let mut found = all(diagnostic, text);
    let mut fixes: Vec<Fix> = Vec::new();
    found.retain(|one| {
        let known = one.fix.as_ref().is_some_and(|fix| fixes.contains(fix));
        fixes.extend(one.fix.clone().filter(|_| !known));
        !known
    });
    found
}

fn all(diagnostic: &Diagnostic, text: &str) -> Vec<Advice> {
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
        found.extend(words(diagnostic, said, line));
    }
    found.extend(defined(diagnostic, text));
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
    let block = block_of(text, &range);
    if let Some(block) = block
        && let (from, to) = whole(line)
        && let Some(new) = settings::line(block, &line[from..to])
    {
        let fix = Fix::write(place(from, to), &line[from..to], new);
        let message = if block == "choice" { exams::OPTION } else { SETTING };
        found.push(Advice::fixed(Some(message), None, fix, false));
    }
    if let Some((span, new)) = head_above(text, &range).and_then(|head| exams::inside(text, &range, &head)) {
        let fix = Fix::replace(Span::new(file, span), new);
        found.push(Advice::fixed(Some(POINTS), Some("write `points 6` before the `{`"), fix, true));
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
            let row = self::found(STATEMENTS, head);
            found.extend(row.map(|(row, _)| Advice::of(row, None, row.ours.is_empty())));
        }
        found.extend(statements(said, read && block.is_none(), |new| match new {
            REMOVED => Fix::remove(place(from, to)),
            _ => Fix::write(place(from, to), said, new),
        }));
    }
    if let [(part, new)] = &*spelled(line) {
        let fix = Fix::write(place(part.start, part.end), &line[part.clone()], new.as_str());
        found.push(Advice::fixed(None, None, fix, false));
    }
    if let Some(new) = respelled(line) {
        let (from, to) = whole(line);
        let fix = Fix::write(place(from, to), &line[from..to], new.trim());
        found.push(Advice::fixed(None, None, fix, false));
    }
    if matches!(diagnostic.code, Code::UnknownVerb | Code::Syntax | Code::UnknownProcess) {
        found.extend(note(line, at, place));
    }
    found
}

/// What the rows and the other notations say of a statement; `fix` writes another in its place.
fn statements(said: &str, read: bool, fix: impl Fn(&str) -> Fix) -> Vec<Advice> {
    let mut found: Vec<Advice> = of_process(said)
        .map(|new| {
            Advice::fixed(Some("a process and its statement are separated by `:`"), None, fix(&new), false)
        })
        .into_iter()
        .collect();
    let again = respelled(said).or_else(|| method(said));
    let pointed = arrowed(said);
    let condition = condition(again.as_deref().unwrap_or(said));
    let texts = [again.as_deref(), Some(said), pointed.as_deref(), condition.as_deref()];
    for text in texts.into_iter().flatten() {
        let row = |(row, new): (&'static Idiom, Option<String>)| {
            let new = new.map(|new| fix(if row.ours == REMOVED { REMOVED } else { &new }));
            Advice::of(row, new, read && row.begins())
        };
        if let Some(access) = accesses::access(text).filter(|_| text == said) {
            let help = access.ours.is_none().then_some(accesses::HELP);
            let nothing = access.ours.is_none();
            let fix = access.ours.map(|new| fix(&new));
            found.push(Advice { message: Some(access.message), help, fix, sure: read, nothing, place: None });
        }
        if let Some((message, new)) = exams::line(text) {
            let help = new.is_none().then_some(exams::HELP);
            let nothing = new.is_none();
            let fix = new.map(|new| fix(&new));
            found.push(Advice {
                message: Some(message),
                help,
                fix,
                sure: read && nothing,
                nothing,
                place: None,
            });
        }
        found.extend(rewritten(text).into_iter().map(row));
        if let Some(new) = settings::statement(text) {
            let message = if text.starts_with("reference") { PAGES } else { SETTING };
            if let Some((does, facts)) = new.split_once("=>")
                && let Some((_, Some(facts))) = stated(facts)
            {
                found.push(Advice::fixed(Some(message), None, fix(&format!("{does}=> {facts}")), false));
            }
            found.push(Advice::fixed(Some(message), None, fix(&new), false));
        }
    }
    if let Some(new) = condition {
        found.push(Advice::fixed(Some(CONDITION), None, fix(&new), false));
    }
    if let Some(new) = method(said) {
        found.push(Advice::fixed(Some(METHOD), None, fix(&new), false));
    }
    found
}

/// The block of settings that a line stands in, by its first word.
pub(super) fn block_of<'a>(text: &'a str, line: &Range<usize>) -> Option<&'a str> {
    let head = head_above(text, line)?;
    let word = tokens(&text[head]).first()?.text;
    let known =
        ["machine", "tlb", "cache", "page_table", "memory", "kernel", "exam", "choice", "reference", "file"];
    known.contains(&word).then_some(word)
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

/// A statement in our words, and the rows that know it; no words where a row knows of none.
fn rewritten(said: &str) -> Vec<(&'static Idiom, Option<String>)> {
    let mut whole = known(said);
    if !whole.is_empty() {
        let facts = |new: &Option<String>| {
            let (does, facts) = new.as_deref()?.split_once("=>")?;
            let (_, facts) = stated(facts)?;
            Some(Some(format!("{does}=> {}", facts?)))
        };
        let more: Vec<_> = whole.iter().filter_map(|(row, new)| Some((*row, facts(new)?))).collect();
        whole.extend(more);
        return whole;
    }
    let arrow = tokens(said).into_iter().find(|token| token.text == "=>");
    let Some(arrow) = arrow else { return Vec::new() };
    let (does, facts) = (&said[..arrow.start], &said[arrow.end()..]);
    let stated = stated(facts);
    let mut found = Vec::new();
    for (row, new) in known(does) {
        match (new, &stated) {
            (None, _) => found.push((row, None)),
            (Some(_), Some((other, None))) => found.push((*other, None)),
            (Some(new), Some((_, Some(facts)))) => found.push((row, Some(format!("{new} => {facts}")))),
            (Some(new), None) => found.push((row, Some(format!("{new} =>{facts}")))),
        }
    }
    if let Some((row, new)) = stated.filter(|_| found.is_empty()) {
        found.push((row, new.map(|facts| format!("{does}=> {facts}"))));
    }
    found
}

/// What the rows of statements make of a text, or of its part before a block.
fn known(said: &str) -> Vec<(&'static Idiom, Option<String>)> {
    let (head, block) = said.split_at(said.find('{').map_or(said.len(), |brace| brace + 1));
    let of_head = PHRASES.iter().flat_map(|rows| fitting(rows, head)).filter(|_| !block.is_empty());
    let with_block = of_head.filter_map(|(row, new)| Some((row, Some(format!("{}{block}", new?)))));
    let mut found = PHRASES.iter().flat_map(|rows| fitting(rows, said)).collect::<Vec<_>>();
    found.extend(fitting(STATEMENTS, said).into_iter().chain(with_block));
    found
}

/// What the rows that fit make of a text.
fn fitting(rows: &'static [Idiom], said: &str) -> Vec<(&'static Idiom, Option<String>)> {
    let fit = |row: &'static Idiom| {
        let held = row.theirs.iter().find_map(|pattern| matched(pattern, said))?;
        Some((row, (!row.ours.is_empty()).then(|| held.fill(row.ours))))
    };
    rows.iter().filter_map(fit).collect()
}

/// What the rows make of a fact.
fn fact(said: &str) -> Option<(&'static Idiom, Option<String>)> {
    found(WORDED, said).or_else(|| found(FACTS, said))
}

/// What the first row that fits makes of a text.
fn found(rows: &'static [Idiom], said: &str) -> Option<(&'static Idiom, Option<String>)> {
    fitting(rows, said).into_iter().next()
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
        match fact(&unsigned(part)).or_else(|| fact(part)) {
            Some((fact, None)) => return Some((fact, None)),
            Some((fact, Some(text))) => {
                row = Some(fact);
                new.push(text);
            }
            None => new.push(lowered(part)),
        }
    }
    row.map(|row| (row, Some(new.join(", "))))
}

/// A fact whose name is in capitals, in small letters.
fn lowered(fact: &str) -> String {
    let name = fact
        .split(' ')
        .next()
        .filter(|name| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase()));
    name.map_or_else(|| fact.to_owned(), |name| format!("{}{}", name.to_lowercase(), &fact[name.len()..]))
}

/// A fact without the signs between its name and its value.
fn unsigned(fact: &str) -> String {
    let words = tokens(fact).into_iter().map(|token| token.text);
    words.filter(|word| !matches!(*word, "?" | ":" | "=" | "==" | "is" | "->")).collect::<Vec<_>>().join(" ")
}
