//! Finds the rows of the idiom table that match an error.

use std::ops::Range;

use super::advice::Advice;
use super::marks::{comment, defined, note, percent, words};
use super::rewritten::{found_in, rewritten, stated};
use super::rows::{Idiom, REMOVED, is_keyword, section};
use super::spelled::{respelled, spelled};
use super::tokens::{indent, line_at, nesting, tokens};
use super::variants::{method, of_process, whole};
use super::{blocks, exams, settings, steps, tables};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout;
use crate::lang::span::Span;

const SETTING: &str = "a setting is a name followed by its value";
const PAGES: &str = "write the pages first, then the settings in braces";
const METHOD: &str = "the language has no objects; a statement must begin with a verb";
const POINTS: &str = "the points of a question or part must follow its title";

/// Maximum length in bytes of a line to compare with the idiom table.
const LONGEST: usize = 400;

/// Returns the advice for an error, likeliest first.
pub(super) fn advice(diagnostic: &Diagnostic, text: &str) -> Vec<Advice> {
    let mut found = all(diagnostic, text);
    if !has_tlb(text) {
        let fixes = found.iter_mut().filter_map(|one| one.fix.as_mut());
        fixes.for_each(|fix| fix.text = fix.text.replace("=> tlb ", "=> cache "));
    }
    let mut fixes: Vec<Fix> = Vec::new();
    found.retain(|one| {
        let known = one.fix.as_ref().is_some_and(|fix| fixes.contains(fix));
        fixes.extend(one.fix.clone().filter(|_| !known));
        !known
    });
    found
}

/// Whether a machine of a script may have a TLB.
fn has_tlb(text: &str) -> bool {
    let own = text.contains("machine {") && !text.contains("include");
    let lower = text.to_ascii_lowercase();
    !own || ["tlb", "simple", "core-i7", "machine \""]
        .iter()
        .any(|part| lower.contains(part))
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
    // The parser treats a block with an unknown head as settings, and reports the error inside the block.
    if let Some(head) = head_above(text, &range) {
        let said = text[head.clone()].trim();
        let above = [
            blocks::advice(text, &head, file),
            tables::advice(text, &head, file),
        ];
        let row = found_in(section("statements"), said).filter(|(row, _)| row.ours.is_empty());
        let advised = row.map(|(row, _)| Advice::of(row, None, true));
        let place = Some(Span::new(file, head.end - said.len()..head.end));
        found.extend(
            above
                .into_iter()
                .flatten()
                .chain(advised)
                .map(|advice| Advice { place, ..advice }),
        );
    }
    found.extend(declared(diagnostic, text));
    if diagnostic.code == Code::WhichProcess
        && let Some(name) = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("process ")?.split(' ').next())
    {
        let (from, _) = statement(line, at - range.start, &[";", "{", "}"]);
        let start = (range.start + from) as u32;
        found.push(Advice::fixed(
            None,
            None,
            Fix::put_in(file, start, format!("{name}: ")),
            false,
        ));
    }
    // Bars belong to tables, and no idiom matches a table.
    if line.trim_start().starts_with('|') {
        return found;
    }
    let block = block_of(text, &range);
    if let Some(block) = block
        && let (from, to) = whole(line)
        && let Some(new) = settings::line(block, &line[from..to])
    {
        let fix = Fix::write(place(from, to), &line[from..to], new);
        let message = if block == "choice" {
            exams::OPTION
        } else {
            SETTING
        };
        found.push(Advice::fixed(Some(message), None, fix, false));
    }
    if let Some((span, new)) =
        head_above(text, &range).and_then(|head| exams::inside(text, &range, &head))
    {
        let fix = Fix::replace(Span::new(file, span), new);
        found.push(Advice::fixed(
            Some(POINTS),
            Some("write `points 6` before the `{`"),
            fix,
            true,
        ));
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
    let (entry, setting) = (
        statement(line, at, &[",", ";", "{", "}"]),
        diagnostic.code == Code::UnknownSetting,
    );
    for (from, to) in [whole(line), statement(line, at, &[";", "{", "}"])]
        .into_iter()
        .chain(setting.then_some(entry))
    {
        let said = &line[from..to];
        // A word before a brace opens a block.
        if !said.contains(' ') && line[to..].trim_start().starts_with('{') {
            continue;
        }
        if diagnostic.code == Code::UnknownProcess {
            let head = said.find('{').map_or(said, |brace| &said[..=brace]);
            let row = found_in(section("statements"), head);
            found.extend(row.map(|(row, _)| Advice::of(row, None, row.ours.is_empty())));
        }
        found.extend(statements(said, read && block.is_none(), |new| match new {
            REMOVED => Fix::remove(place(from, to)),
            _ => Fix::write(place(from, to), said, new),
        }));
    }
    if let [(part, new)] = &*spelled(line) {
        let fix = Fix::write(
            place(part.start, part.end),
            &line[part.clone()],
            new.as_str(),
        );
        found.push(Advice::fixed(None, None, fix, false));
    }
    if let Some(new) = respelled(line) {
        let (from, to) = whole(line);
        let fix = Fix::write(place(from, to), &line[from..to], new.trim());
        found.push(Advice::fixed(None, None, fix, false));
    }
    if matches!(
        diagnostic.code,
        Code::UnknownVerb | Code::Syntax | Code::UnknownProcess
    ) {
        found.extend(note(line, at, place));
    }
    found
}

/// Returns the advice for a name whose declaration is missing or misspelled.
fn declared(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let Span { file, start, end } = diagnostic.span;
    let name = text.get(start as usize..end as usize)?;
    match diagnostic.code {
        Code::UnknownProcess
            if !is_keyword(name)
                && !matches!(name, "machine" | "kernel" | "exam")
                && !text
                    .lines()
                    .any(|line| line.trim_start().starts_with("process ")) =>
        {
            let at = line_at(text, start as usize).start as u32;
            let fix = Fix::put_in(file, at, format!("process {name}\n"));
            Some(Advice::fixed(
                None,
                Some("declare the process in an earlier line"),
                fix,
                false,
            ))
        }
        // A variable that nothing uses, and a similar name that several places use.
        Code::UnknownName => {
            let all = layout::tokens(text).list;
            let Some(near) = diagnostic.fix.as_ref().map(|fix| &fix.text) else {
                return ended(&all, text, diagnostic.span);
            };
            let uses = |word: &str| all.iter().filter(|token| token.text(text) == word).count();
            let pair = all
                .windows(2)
                .find(|pair| pair[0].text(text) == "let" && pair[1].text(text) == near)?;
            if uses(near) > 1 || uses(name) < 2 {
                return None;
            }
            let place = Span::new(file, pair[1].start..pair[1].end);
            let fix = Fix::write(place, near, name);
            let message = Some(
                "nothing uses this variable, and the name that the statements below use is not declared",
            );
            Some(Advice {
                place: Some(place),
                ..Advice::fixed(message, None, fix, false)
            })
        }
        _ => None,
    }
}

/// Returns the advice for a name that an earlier block or a later line declares.
fn ended(all: &[layout::Token], text: &str, name: Span) -> Option<Advice> {
    let said = text.get(name.start as usize..name.end as usize)?;
    let declares = |pair: &&[layout::Token]| {
        matches!(pair[0].text(text), "let" | "choose" | "for") && pair[1].text(text) == said
    };
    let declared = all.windows(2).find(declares)?;
    let (message, help) = if declared[1].start < name.start as usize {
        (
            "this name is declared only in a block that has ended",
            "declare it before both blocks",
        )
    } else {
        (
            "this name is declared only below",
            "move its declaration above this line",
        )
    };
    Some(Advice {
        message: Some(message),
        help: Some(help),
        fix: None,
        sure: true,
        nothing: true,
        place: None,
    })
}

/// Returns the advice from the idiom table and the other notations for a statement. The function `fix` creates
/// the fix that replaces the statement.
fn statements(said: &str, read: bool, fix: impl Fn(&str) -> Fix) -> Vec<Advice> {
    let mut found: Vec<Advice> = of_process(said)
        .map(|new| {
            Advice::fixed(
                Some("a process and its statement must be separated by `:`"),
                None,
                fix(&new),
                false,
            )
        })
        .into_iter()
        .collect();
    let again = respelled(said).or_else(|| method(said));
    for text in again.as_deref().into_iter().chain([said]) {
        let row = |(row, new): (&'static Idiom, Option<String>)| {
            let new = new.map(|new| fix(if row.ours == REMOVED { REMOVED } else { &new }));
            Advice::of(row, new, read && row.begins)
        };
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
            let message = if text.starts_with("reference") {
                PAGES
            } else {
                SETTING
            };
            if let Some((does, facts)) = new.split_once("=>")
                && let Some((_, Some(facts))) = stated(facts)
            {
                found.push(Advice::fixed(
                    Some(message),
                    None,
                    fix(&format!("{does}=> {facts}")),
                    false,
                ));
            }
            found.push(Advice::fixed(Some(message), None, fix(&new), false));
        }
    }
    if let Some(new) = method(said) {
        found.push(Advice::fixed(Some(METHOD), None, fix(&new), false));
    }
    found
}

/// Returns the first word of the block of settings that contains a line.
pub(super) fn block_of<'a>(text: &'a str, line: &Range<usize>) -> Option<&'a str> {
    let head = head_above(text, line)?;
    let word = tokens(&text[head]).first()?.text;
    let known = [
        "machine",
        "tlb",
        "cache",
        "page_table",
        "memory",
        "kernel",
        "exam",
        "choice",
        "reference",
        "file",
    ];
    known.contains(&word).then_some(word)
}

/// Returns the earlier line that opens the block containing a line.
fn head_above(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let within = indent(&text[line.clone()]);
    // No line has a smaller indentation than a line without one.
    let mut at = if within > 0 { line.start } else { 0 };
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

/// Returns the range of the statement that contains a byte, on a line with several statements or a block.
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
