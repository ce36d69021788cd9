//! Python blocks, and loops with a condition.

use std::ops::Range;

use super::advice::Advice;
use super::pattern::matched;
use super::rewritten::rewritten;
use super::settings;
use super::spelled::respelled;
use super::steps::{self, TABLE};
use super::tokens::{indent, line_at, tokens};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::Number;

/// Returns the advice for the block that begins on a line of a text.
pub(super) fn advice(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let head = text[line.clone()].trim();
    if let Some(advice) = function(text, line, file) {
        return Some(advice);
    }
    if !head.ends_with([':', '{']) {
        return None;
    }
    if head.ends_with('{') && !head.starts_with("while") {
        return None;
    }
    let lines: Vec<&str> = text[line.start..].split('\n').collect();
    if head.starts_with("while") {
        return counting(text, line, &lines, file);
    }
    let mut out = String::new();
    let used = block(&lines, &mut out, 0)?;
    let end = line.start + length_of(&lines[..used]);
    let fix = Fix::replace(Span::new(file, line.start..end), out);
    let message = "a block must be enclosed in braces, without a `:`";
    Some(
        Advice::fixed(message, fix)
            .help("replace the `:` with `{`, and end the block with `}`")
            .sure(),
    )
}

/// Returns the advice for a part outside the braces of the `machine` above it: `tlb { … }` as a statement, or in a second
/// `machine`. The new text joins both.
pub(super) fn outside(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let Span { file, start, .. } = diagnostic.span;
    let at = match diagnostic.code {
        Code::UnknownProcess | Code::UnknownVerb => start as usize,
        Code::NoMachine => text[..start as usize].rfind("machine {")?,
        _ => return None,
    };
    let open = at + text[at..].find('{')?;
    let mut depth = 0;
    let closes = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    };
    let end = open + 1 + text[open..].find(closes)?;
    let word = text[at..open].split_whitespace().next()?;
    let (message, part) = match word {
        "machine" => (
            "a second `machine` replaces the first",
            text[open + 1..end - 1].trim(),
        ),
        "tlb" | "cache" | "page_table" | "pte" | "memory"
            if !text[open + 1..].trim_start().starts_with('|') =>
        {
            (
                "a part of a machine belongs in the braces of `machine`",
                &text[at..end],
            )
        }
        // `swap out` is a statement.
        "swap" => {
            let message = "the size of swap space is a setting of `kernel`";
            return Some(Advice::without(message, "write `kernel { swap 8 pages }`"));
        }
        _ => return None,
    };
    let help = "write all settings and parts in the braces of one `machine`";
    let before = text[..at].trim_end().strip_suffix('}').map(str::trim_end);
    let joined = before.and_then(|before| {
        let head = before.rfind("machine {")?;
        let (parted, close) = if before[head..].contains('\n') {
            ("\n  ", "\n}")
        } else {
            (", ", " }")
        };
        let new = format!(
            "{}{parted}{part}{close}",
            before[head..].trim_end_matches(',')
        );
        Some(Fix::replace(Span::new(file, head..end), new))
    });
    Some(match joined {
        Some(fix) if fix.text.contains('\n') => Advice::fixed(message, fix).help(help).sure(),
        Some(fix) => Advice::fixed(message, fix).sure(),
        None if diagnostic.code == Code::NoMachine => return None,
        None => Advice::without(message, help),
    })
}

/// Returns the advice for a question in the braces of `exam`, which contain only settings. The fix closes `exam` above the first
/// question.
pub(super) fn in_exam(diagnostic: &Diagnostic, text: &str, block: Option<&str>) -> Option<Advice> {
    let Span { file, start, end } = diagnostic.span;
    let is_question = diagnostic.code == Code::UnknownSetting
        && block == Some("exam")
        && text.get(start as usize..end as usize) == Some("question");
    if !is_question {
        return None;
    }
    let from = line_at(text, start as usize).start;
    let mut depth = 1;
    let closes = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    };
    let close = from + text[from..].find(closes)?;
    let questions = text[from..close].trim_end();
    let fix = Fix::replace(Span::new(file, from..close + 1), format!("}}\n{questions}"));
    let message = "a question is a statement, not a setting of `exam`";
    let help = "close `exam` with `}` above the first question, and remove the last `}`";
    Some(Advice::fixed(message, fix).help(help).sure())
}

/// Returns the advice for a text of several lines in two quotes or in Python's single quotes, of which each line is an error.
pub(super) fn other_quotes(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let quoted = |quotes| in_quotes(quotes, text, line, file);
    let fenced = || quoted("```c").or_else(|| quoted("```"));
    quoted("\"\"").or_else(|| quoted("'''")).or_else(fenced)
}

fn in_quotes(quotes: &str, text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let opens = |at: &usize| {
        let (before, after) = (&text[..*at], &text[at + quotes.len()..]);
        before.ends_with(' ') && after.starts_with('\n')
    };
    // A block of Markdown names its language.
    let closing = quotes.trim_end_matches('c');
    let open = text[..line.end]
        .rmatch_indices(quotes)
        .map(|(at, _)| at)
        .find(opens)?;
    let from = line.start.max(open + quotes.len());
    let mut at = from;
    let close = text[from..].split_inclusive('\n').find_map(|line| {
        let start = at + indent(line);
        at += line.len();
        (line.trim() == closing).then_some(start)
    })?;
    let inside = &text[open + quotes.len()..close];
    let fix = Fix::replace(
        Span::new(file, open..close + closing.len()),
        format!("\"\"\"{inside}\"\"\""),
    );
    let message = "a text of several lines is in three double quotes";
    Some(
        Advice::fixed(message, fix)
            .help("write `\"\"\"` above and below it")
            .sure()
            .at(Span::new(file, open..open + quotes.len())),
    )
}

/// Returns the advice for a part, or another statement of a question, below the `}` of its question.
pub(super) fn below_question(
    diagnostic: &Diagnostic,
    text: &str,
    line: &Range<usize>,
) -> Option<Advice> {
    let is_outside = !text[line.clone()].starts_with([' ', '\t']);
    let is_part = diagnostic.code == Code::Misplaced && is_outside;
    let above = text[..line.start]
        .trim_end()
        .strip_suffix('}')
        .filter(|_| is_part)?;
    let mut lines = above.lines().rev();
    let is_own = |line: &&str| !line.is_empty() && !line.starts_with([' ', '\t', '}', '|']);
    let head = lines.find(is_own)?;
    head.starts_with("question ").then(|| {
        let close = above.matches('\n').count() + 1;
        let help = format!("move it above the `}}` in line {close}");
        Advice::without("the question above has ended", help)
    })
}

/// Returns the advice for the settings of several lines with `:` or `=`, of which only the first is an error so far.
pub(super) fn without_signs(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let Span { file, start, .. } = diagnostic.span;
    let (sign, help) = match text.get(start as usize..)?.chars().next()? {
        ':' => (": ", "write the names and their values without `:`"),
        '=' => (" = ", "write the names and their values without `=`"),
        _ => return None,
    };
    let begin = line_at(text, start as usize).start;
    let lines = text[begin..].split_inclusive('\n');
    let own =
        lines.take_while(|line| !line.trim_start().starts_with('}') && !line.contains(['"', '#']));
    let said: String = own.collect();
    // The sign of a row belongs to its blank.
    if said.trim_start().starts_with("row ") {
        return None;
    }
    let fix = Fix::replace(
        Span::new(file, begin..begin + said.len()),
        said.replace(sign, " "),
    );
    // A single one has a message of its own.
    if said.matches(sign).count() <= 1 {
        return None;
    }
    let advice = Advice::fixed(None, fix);
    Some(if said.trim_end().contains('\n') {
        advice.help(help)
    } else {
        advice
    })
}

/// Returns the advice for a C function: `main` becomes its statements, and any other function becomes a
/// definition without types.
fn function(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let whole = text[line.clone()].trim();
    let said = &whole[..=whole.find('{')?];
    let all = tokens(said.strip_suffix('{')?);
    let open = all
        .iter()
        .position(|token| token.text == "(")
        .filter(|open| *open > 1)?;
    let said_before = said[..all[open - 2].end()]
        .trim_start_matches("def ")
        .trim_start_matches("function ");
    let types = matched("TYPE", said_before).is_some()
        || open == 2 && matches!(all[0].text, "function" | "def");
    let (name, close) = (all[open - 1], all.last().filter(|close| close.text == ")")?);
    let from = line.start + indent(&text[line.clone()]);
    if !types {
        return None;
    }
    if name.text != "main" {
        let parameters = said[all[open].end()..close.start].split(',');
        if all[0].text == "def"
            && parameters
                .clone()
                .any(|one| tokens(one).len() > 1 && matched("TYPE A", one).is_none())
        {
            return None;
        }
        let last = |parameter: &str| {
            tokens(parameter)
                .iter()
                .rfind(|token| token.is_name())
                .map(|token| token.text.to_owned())
        };
        let named = |one: &str| one.trim().is_empty() || last(one).is_some();
        if !parameters.clone().all(named) {
            return None;
        }
        let parameters: Vec<String> = parameters
            .filter_map(last)
            .filter(|name| name != "void")
            .collect();
        let new = format!("def {}({}) {{", name.text, parameters.join(", "));
        if new == said {
            return None;
        }
        let message = "a definition must begin with `def` and have no types";
        let fix = Fix::write(Span::new(file, from..from + said.len()), said, new);
        return Some(Advice::fixed(message, fix).sure());
    }
    let lines: Vec<&str> = text[line.start..].split('\n').collect();
    let length = body(&lines);
    let closed = lines.get(length).is_some_and(|line| line.trim() == "}");
    let inner: Vec<&str> = lines[1..length]
        .iter()
        .filter(|line| !line.trim().starts_with("return"))
        .copied()
        .collect();
    let least = inner
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| indent(line))
        .min()?;
    let blanks = &lines[0][..indent(lines[0])];
    let in_our_words = |line: &str| {
        let line = line.trim_end().trim_end_matches(';');
        let said = respelled(line).unwrap_or_else(|| line.to_owned());
        rewritten(&said)
            .into_iter()
            .find_map(|(_, new)| new)
            .unwrap_or(said)
    };
    let new: Vec<String> = inner
        .iter()
        .map(|line| format!("{blanks}{}", in_our_words(line.get(least..).unwrap_or(""))))
        .collect();
    let used = length + usize::from(closed);
    let end = line.start + length_of(&lines[..used]);
    let fix = Fix::replace(Span::new(file, line.start..end), new.join("\n"));
    let message = "there is no `main`: a script runs from its first line";
    Some(
        Advice::fixed(message, fix)
            .help("write the statements of `main` without a function")
            .sure(),
    )
}

/// Returns the number of bytes of lines, without the newline after the last one.
fn length_of(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.len() + 1).sum::<usize>() - 1
}

/// Returns the number of lines in a block whose first line is the head, excluding blank lines at the end.
fn body(lines: &[&str]) -> usize {
    let within = |line: &&&str| line.trim().is_empty() || indent(line) > indent(lines[0]);
    let length = 1 + lines[1..].iter().take_while(within).count();
    let blank = lines[..length]
        .iter()
        .rev()
        .take_while(|line| line.trim().is_empty())
        .count();
    length - blank
}

/// Writes a Python block in braces and returns its number of lines.
fn block(lines: &[&str], out: &mut String, depth: usize) -> Option<usize> {
    let head = lines[0].trim().strip_suffix(':')?.trim_end();
    let ours = TABLE
        .rows("heads")
        .find_map(|(theirs, ours)| Some(matched(theirs, head)?.fill(ours)))?;
    let length = body(lines);
    if length == 1 || depth > 20 {
        return None;
    }
    let blanks = &lines[0][..indent(lines[0])];
    if out.ends_with('}') && ours.starts_with("else") {
        out.extend([" ", &*ours, " {\n"]);
    } else {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.extend([blanks, &*ours, " {\n"]);
    }
    let mut at = 1;
    let mut inner = String::new();
    while at < length {
        if let Some(used) = block(&lines[at..length], &mut inner, depth + 1) {
            at += used;
            continue;
        }
        if !inner.is_empty() && !inner.ends_with('\n') {
            inner.push('\n');
        }
        let word = ours.split(' ').next().unwrap_or("");
        let setting = matches!(
            word,
            "machine" | "kernel" | "exam" | "tlb" | "cache" | "memory"
        );
        match setting.then(|| settings::line(word, lines[at])).flatten() {
            Some(new) => inner.extend([&lines[at][..indent(lines[at])], &*new]),
            None => inner += lines[at],
        }
        at += 1;
    }
    out.extend([&*inner, "\n", blanks, "}"]);
    let next = lines.get(length).map_or("", |line| line.trim());
    if next.starts_with("else") || next.starts_with("elif") {
        let mut rest = out.clone();
        if let Some(more) = block(&lines[length..], &mut rest, depth + 1) {
            *out = rest;
            return Some(length + more);
        }
    }
    Some(length)
}

/// Rewrites a loop as a `for` if the line above it initializes a counter and its last line advances the
/// counter.
fn counting(text: &str, line: &Range<usize>, lines: &[&str], file: u32) -> Option<Advice> {
    let head = lines[0].trim();
    let (held, ours) = TABLE
        .rows("counting")
        .find_map(|(theirs, ours)| Some((matched(theirs, head)?, ours)))?;
    let before = text[..line.start].trim_end();
    let above = line_at(text, before.len());
    let start = text[above.clone()].trim().trim_end_matches(';');
    let first = matched("let NAME = A", start).or_else(|| matched("TYPE NAME = A", start))?;
    let name = held
        .get("NAME")
        .filter(|name| first.get("NAME") == Some(name))?;
    let length = body(lines);
    let counts = |line: &&&str| {
        TABLE.section("increments").lines().any(|step| {
            matched(step, line.trim()).is_some_and(|held| held.get("NAME") == Some(name))
        })
    };
    let (from, to) = (first.get("A")?, held.get("B")?);
    let blanks = &lines[0][..indent(lines[0])];
    let head = if lines[length - 1..length].iter().any(|line| counts(&line)) {
        ours.replace("NAME", name)
            .replace('B', to)
            .replace('A', from)
    } else {
        let step = TABLE
            .rows("strides")
            .find_map(|(step, _)| matched(step, lines[length - 1].trim()))?;
        let number = |text: &str| u64::try_from(Number::literal(text).ok()?.as_integer()?).ok();
        let end = number(to)?.checked_add(u64::from(ours.contains("..=")))?;
        step.get("NAME").filter(|other| **other == *name)?;
        let by = usize::try_from(number(step.get("NUM")?)?).ok()?;
        steps::head(name, number(from)?..end, by, from.starts_with("0x"))?
    };
    let mut out = format!("{blanks}{head}\n");
    for line in &lines[1..length - 1] {
        out += line;
        out.push('\n');
    }
    let closed = lines[0].trim().ends_with('{');
    let used = if closed { length + 1 } else { length };
    if closed && lines.get(length)?.trim() != "}" {
        return None;
    }
    out.extend([blanks, "}"]);
    let end = line.start + length_of(&lines[..used]);
    let fix = Fix::replace(Span::new(file, above.start..end), out);
    let message = "the language has no `while`; write a counting loop as a `for`";
    let help = format!("write `{head} … }}`, which declares the counter");
    Some(Advice::fixed(message, fix).sure().help(help))
}
