//! Single words, numbers, and comments of other languages.

use super::advice::Advice;
use super::rows::{is_fact, is_keyword, is_latest};
use super::search::is_flag;
use super::settings::is_policy;
use super::spelled::{TABLE, respelled};
use super::tokens::{Token, indent, tokens};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::linux::is_constant;
use crate::lang::span::Span;
use crate::lang::value::UNITS;
use std::path::Path;

/// Returns the advice for single words and numbers.
pub(super) fn words(diagnostic: &Diagnostic, said: &str, line: &str) -> Vec<Advice> {
    // `cache L1` keeps the name.
    let keeps = |fix: &Fix| fix.text.ends_with(&format!(" {said}"));
    if diagnostic.code == Code::UnknownSetting && diagnostic.fix.as_deref().is_some_and(keeps) {
        return Vec::new();
    }
    let fix = |new: String| Fix::replace(diagnostic.span, new);
    let advice = |fix| Advice::fixed(None, fix);
    let mut found = Vec::new();
    let digits = said
        .strip_suffix(['h', 'H'])
        .map(|digits| digits.trim_start_matches("0x"));
    if let Some(digits) = digits.filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit())) {
        return vec![advice(fix(format!("0x{digits}")))];
    }
    if diagnostic.code == Code::UnknownName
        && said.bytes().all(|c| matches!(c, b'A'..=b'F' | b'0'..=b'9'))
        && (said.len() > 1
            || line
                .split_once("=>")
                .is_some_and(|(_, facts)| facts.contains(said)))
    {
        return vec![advice(fix(format!("0x{said}")))];
    }
    let modes = match line {
        line if line.contains("open(") => "modes of open",
        line if line.contains("mmap(") || line.contains("mprotect(") => "modes of mmap mprotect",
        _ => "",
    };
    if let Some((_, flags)) = TABLE.rows(modes).find(|(theirs, _)| *theirs == said) {
        return vec![advice(fix(flags.to_owned()))];
    }
    // A variable contains the name of a policy as a text.
    if diagnostic.code == Code::UnknownName && is_policy(said) {
        return vec![advice(fix(format!("\"{said}\"")))];
    }
    // `result.ppn`
    let after = line.split_once(said).map_or("", |(_, after)| after);
    if matches!(diagnostic.code, Code::UnknownNoun | Code::UnknownName)
        && TABLE.lists("results", said)
        && after.starts_with('.')
    {
        return vec![advice(fix("last".to_owned()))];
    }
    if diagnostic.code == Code::UnknownName && is_constant(said) {
        return found;
    }
    if diagnostic.code == Code::UnknownName {
        let part = |at: usize| TABLE.lists("counted", &said[..at].to_ascii_lowercase());
        let fields = said.char_indices().filter(|(at, c)| *c == '_' && part(*at));
        let paths = fields.map(|(at, _)| format!("{}.{}", &said[..at], &said[at + 1..]));
        // The right side of a comparison is a word, not a fact.
        let (before, after) = line.split_once(said).unwrap_or_default();
        let side = before
            .trim_end()
            .strip_suffix("==")
            .or_else(|| before.trim_end().strip_suffix("!="));
        let side = side.and_then(|side| side.split_whitespace().next_back());
        let compared = side.is_some_and(is_latest)
            || before.trim_end().ends_with(['=', ' ']) && before.contains("last.");
        if compared && TABLE.lists("values", said) {
            return vec![advice(fix(format!("\"{said}\"")))];
        }
        let assigns = line.trim_start().starts_with(['l', 'a']) && before.matches('=').count() == 1;
        let condition = ["expect", "assert", "if", "let", "ask", "show"]
            .iter()
            .any(|word| line.trim_start().starts_with(word))
            && (assigns || !before.trim_end().ends_with(['=', ',', '[']))
            // A fact alone is no condition.
            && (assigns || line.trim_start().starts_with('s') || !after.trim().is_empty());
        // A function with brackets. The line has the name once, so `after` follows it.
        if let Some((inside, _)) = after
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .filter(|_| line.matches(said).count() == 1)
        {
            let start = diagnostic.span.start;
            let was = format!("{said}[{inside}]");
            let span = diagnostic.span.ending_at(start + was.len() as u32);
            let fix = Fix::write(span, was, format!("{said}({inside})"));
            return vec![advice(fix)];
        }
        let fact = (condition && is_latest(said)).then(|| format!("last.{said}"));
        found.extend(paths.chain(fact).map(|new| advice(fix(new))));
    }
    if (diagnostic.code == Code::WrongType
        || diagnostic.code == Code::Unreadable && !said.contains('.'))
        && diagnostic.help.is_none()
        && let Some(bare) = [('"', '"'), ('[', ']')]
            .into_iter()
            .find_map(|(open, close)| said.strip_prefix(open)?.strip_suffix(close))
    {
        // `reference "70120304"`: a page for each digit.
        let digits = said.len() > 4 && bare.bytes().all(|c| c.is_ascii_digit());
        let pages = bare.split("").filter(|digit| !digit.is_empty());
        let new = match diagnostic.code {
            Code::Unreadable if digits => pages.collect::<Vec<_>>().join(" "),
            _ => bare.to_owned(),
        };
        return vec![advice(fix(new))];
    }
    let lower = said.to_lowercase();
    // A name that is taken needs another one.
    if diagnostic.code == Code::Duplicate {
        return found;
    }
    let quiet = (diagnostic.fix.is_none() && lower != said && !said.starts_with('"'))
        .then(|| advice(fix(lower)));
    // As a fact, an index is that of a TLB or cache.
    let fact = diagnostic.code == Code::UnknownFact;
    let ours = TABLE
        .rows("words")
        .filter(|(theirs, _)| *theirs == said && !(fact && said == "index"));
    let ours = ours.flat_map(|(_, ours)| ours.split(' '));
    found.extend(ours.map(|our| advice(fix(our.to_owned()))).chain(quiet));
    found
}

/// The most lines of a comment that a fix writes.
const COMMENT: usize = 40;

/// Returns the advice for a C comment. `rest` begins with the line.
pub(super) fn comment(
    line: &str,
    rest: &str,
    at: usize,
    place: impl Fn(usize, usize) -> Span,
) -> Option<Advice> {
    let sign = tokens(line)
        .into_iter()
        .find(|token| matches!(token.text, "//" | "/*"))?;
    let (message, help) = ("this does not begin a comment", "a comment begins with `#`");
    let fix = closed(line, sign.start, rest).map_or_else(
        || Fix::write(place(sign.start, sign.end()), sign.text, "#"),
        |(end, new)| Fix::replace(place(sign.start, end), new),
    );
    // `machine simple // CS:APP`
    let colon = line.get(sign.end()..at).is_some() && line[at..].starts_with(':');
    let advice = Advice::fixed(message, fix)
        .help(help)
        .sure_if(colon || sign.start == at)
        .at(place(sign.start, sign.end()));
    // After a division, an operator or a bracket follows, or nothing.
    let rest = tokens(&line[sign.end()..]);
    let words = |pair: &[Token]| pair[1].is_name() && !TABLE.lists("clauses", pair[1].text);
    let prose = rest.iter().all(Token::is_name) || rest.windows(2).next().is_some_and(words);
    if sign.text == "//" && sign.start > indent(line) && !prose && !colon {
        return None;
    }
    (at >= sign.start || line[sign.start + 2..].contains(' ')).then_some(advice)
}

/// Returns the end of a C comment that begins at this byte of a line and ends with `*/`, and the comment in Pagewalk. What follows
/// in its line begins another one. `text` begins with the line.
fn closed(line: &str, start: usize, text: &str) -> Option<(usize, String)> {
    let (inside, after) = text[start..].strip_prefix("/*")?.split_once("*/")?;
    let lines = inside.trim().lines().map(|line| {
        let said = line.trim().trim_start_matches('*');
        format!("# {}", said.trim()).trim_end().to_owned()
    });
    let lines: Vec<String> = lines.take(COMMENT + 1).collect();
    let (mut end, mut new) = (start + inside.len() + 4, lines.join("\n"));
    let goes_on = after
        .lines()
        .next()
        .is_some_and(|rest| !rest.trim().is_empty());
    if goes_on {
        end += after.len() - after.trim_start().len();
        new = format!("{new}\n{}", &line[..indent(line)]);
    }
    (lines.len() <= COMMENT).then_some((end, new))
}

/// Returns the advice for a name that an earlier `#define` was meant to define. In Pagewalk, a `#define` line
/// is a comment.
pub(super) fn defined(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let Span { start, end, .. } = diagnostic.span;
    let name = text
        .get(start as usize..end as usize)
        .filter(|_| diagnostic.code == Code::UnknownName)?;
    directives(diagnostic.span, text, "#define").find_map(|(span, said, rest)| {
        let value = rest.strip_prefix(name)?;
        let apart = value.starts_with([' ', '\t']).then_some(value.trim())?;
        let value = respelled(apart).unwrap_or_else(|| apart.to_owned());
        let fix = Fix::write(span, said, format!("let {name} = {value}"));
        let message = "a line that begins with `#` is a comment, not a definition";
        Some(Advice::fixed(message, fix).at(span))
    })
}

/// Returns the advice for something that is missing because `#include "FILE"`, a comment in Pagewalk, was meant to declare it.
pub(super) fn included(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let sure = match diagnostic.code {
        Code::NoMachine => true,
        Code::UnknownName | Code::UnknownProcess | Code::UnknownVerb => false,
        _ => return None,
    };
    directives(diagnostic.span, text, "#include").find_map(|(span, said, rest)| {
        let quoted = rest.starts_with(['"', '<']).then_some(rest)?;
        let name = quoted.trim_matches(['<', '>', '"']);
        // The header of a program in C has nothing for a script.
        if Path::new(name).extension().is_some_and(|end| end == "h") {
            return None;
        }
        let fix = Fix::write(span, said, format!("include \"{name}\""));
        let message = "a line that begins with `#` is a comment, not an `include`";
        Some(Advice::fixed(message, fix).sure_if(sure).at(span))
    })
}

/// Returns the lines above a place that begin with a directive of C's preprocessor: the place, the text, and what follows the
/// directive.
fn directives<'t>(
    below: Span,
    text: &'t str,
    directive: &'static str,
) -> impl Iterator<Item = (Span, &'t str, &'t str)> {
    let mut at = 0;
    text.get(..below.start as usize)
        .unwrap_or_default()
        .split_inclusive('\n')
        .filter_map(move |line| {
            let (said, from) = (line.trim(), at + indent(line));
            at += line.len();
            let rest = said.strip_prefix(directive)?.trim_start();
            Some((Span::new(below.file, from..from + said.len()), said, rest))
        })
}

/// Returns the advice for a comma that ends a text without quotes: `title Midterm, Part 1`.
pub(super) fn unquoted(
    line: &str,
    at: usize,
    place: impl Fn(usize, usize) -> Span,
) -> Option<Advice> {
    let before = line[..at].trim_end().strip_suffix(',')?;
    let entry = before.rfind(['{', ';']).map_or(0, |sign| sign + 1);
    let name = tokens(&before[entry..])
        .into_iter()
        .rfind(|token| matches!(token.text, "title" | "course" | "term" | "date" | "aids"))?;
    let from = entry + name.end();
    let end = line[at..]
        .find([',', '}', ';'])
        .map_or(line.len(), |end| at + end);
    let said = line[from..end].trim();
    let start = from + line[from..end].find(said)?;
    let span = place(start, start + said.len());
    let fix = Fix::write(span, said, format!("\"{said}\""));
    let message = "a comma ends a text without quotes";
    (!said.contains('"')).then(|| Advice::fixed(message, fix))
}

/// Returns the advice for an assembly, SQL, or LaTeX comment.
pub(super) fn note(line: &str, at: usize, place: impl Fn(usize, usize) -> Span) -> Option<Advice> {
    let all = tokens(line);
    let sign = all.iter().enumerate().find(|(index, token)| {
        let word = all
            .get(index + 1)
            .is_some_and(|next| next.is_name() && !next.touches(token));
        // A comment is a sequence of words that does not form a statement.
        let words = all.len() > index + 3 && all[index + 1..].iter().all(Token::is_name);
        word && words
            && (matches!(token.text, ";" | "--" | "%") || *index == 0 && token.text == "*")
    })?;
    let (index, sign) = sign;
    // The word after the sign does not begin a statement.
    let wrong = all
        .get(index + 1)
        .is_some_and(|next| at == sign.start || at >= next.start);
    let (message, help) = ("this does not begin a comment", "a comment begins with `#`");
    let fix = Fix::write(place(sign.start, sign.end()), sign.text, "#");
    wrong.then(|| Advice::fixed(message, fix).help(help))
}

/// Returns the advice for a percent sign that does not touch its number.
pub(super) fn percent(
    line: &str,
    at: usize,
    place: impl Fn(usize, usize) -> Span,
) -> Option<Advice> {
    let found = tokens(line);
    // The percentage of a tolerance has no place, however it is written.
    if found.iter().any(|token| token.text == "tolerance") {
        return None;
    }
    let named = found.windows(3).find(|three| {
        let value = three[0].is_name() || three[0].text == ")";
        let operator = matches!(three[2].text, "*" | "+" | ")" | "/");
        value && three[1].text == "%" && operator && three[2].start == at
    });
    if let Some(named) = named {
        let message = "`%` after a name is the remainder of a division";
        let help = "a percentage is a fraction: `percent / 100`";
        return Some(Advice::without(message, help).at(place(named[1].start, named[1].end())));
    }
    let sign = found.windows(2).find(|pair| {
        let number = pair[0].text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let ends = pair[1].end();
        let before = ends >= at.min(line.trim_end().len())
            || line
                .get(ends..at)
                .is_some_and(|between| between.trim().is_empty());
        number && pair[1].text == "%" && before
    })?;
    let fix = Fix::replace(place(sign[0].end(), sign[1].end()), "%");
    let message = "a percentage cannot contain a space";
    let help = format!("`%` touches its number: `{}%`", sign[0].text);
    let ends = line[sign[1].end()..].trim().is_empty();
    Some(
        Advice::fixed(message, fix)
            .sure_if(ends)
            .help(help)
            .at(place(sign[1].start, sign[1].end())),
    )
}

/// Returns the advice for a unit after a name or a bracket: `k KB`.
pub(super) fn unit_of_name(
    line: &str,
    at: usize,
    place: impl Fn(usize, usize) -> Span,
) -> Option<Advice> {
    let all = tokens(line);
    let index = all.iter().position(|token| token.start == at)?;
    let (unit, value) = (&all[index], &all[index.checked_sub(1)?]);
    // `pages` and `cycles` may be names.
    let is_unit = unit.text.ends_with(['B', 's'])
        && unit.text != "s"
        && unit.text.len() < 3
        && UNITS.iter().any(|known| known.name == unit.text);
    let is_word = |word| is_keyword(word) || is_fact(word) || TABLE.lists("clauses", word);
    let named = value.is_name() && !is_word(value.text) && !is_flag(value.text);
    if !is_unit || !(named || value.text == ")") {
        return None;
    }
    // A paper prints the unit of an answer after its box.
    let ends = all
        .get(index + 1)
        .is_none_or(|next| matches!(next.text, "}" | ";" | "points"));
    if all[0].text == "ask" && ends && !all.iter().any(|token| token.text == "unit") {
        let fix = Fix::write(
            place(unit.start, unit.end()),
            unit.text,
            format!("unit {}", unit.text),
        );
        let message = "the unit of an answer follows the word `unit`";
        return Some(Advice::fixed(message, fix));
    }
    // A product on the right side of one of these needs parentheses.
    let divides = |token: &Token| matches!(token.text, "/" | "//" | "%" | "**");
    let before = index.checked_sub(2).map(|before| &all[before]);
    let (start, new) = match before {
        _ if value.text == ")" && all.iter().any(divides) => return None,
        _ if value.text == ")" => (unit.start, format!("* 1 {}", unit.text)),
        Some(before) if divides(before) => {
            (value.start, format!("({} * 1 {})", value.text, unit.text))
        }
        _ => (value.start, format!("{} * 1 {}", value.text, unit.text)),
    };
    let fix = Fix::write(place(start, unit.end()), &line[start..unit.end()], new);
    let message = "a unit must follow a number, not a name";
    Some(Advice::fixed(message, fix))
}

/// Returns the advice for lists in parentheses, as Python has them: `(1, 2)`.
pub(super) fn tuples(
    line: &str,
    at: usize,
    place: impl Fn(usize, usize) -> Span,
) -> Option<Advice> {
    let all = tokens(line);
    let mut open = Vec::new();
    let mut brackets = Vec::new();
    for (index, token) in all.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => {
                let calls = index > 0 && all[index - 1].is_name() && token.touches(&all[index - 1]);
                open.push((token, calls, false));
            }
            "," => {
                if let Some((_, _, lists)) = open.last_mut() {
                    *lists = true;
                }
            }
            ")" | "]" | "}" => {
                let (first, calls, lists) = open.pop()?;
                if first.text == "(" && lists && !calls {
                    brackets.push((first.start, token.start));
                }
            }
            _ => {}
        }
    }
    if !brackets
        .iter()
        .any(|(first, last)| (first..last).contains(&&at))
    {
        return None;
    }
    let first = brackets.iter().map(|(first, _)| *first).min()?;
    let last = brackets.iter().map(|(_, last)| *last).max()?;
    let mut new = line[first..=last].to_owned();
    for (opening, closing) in brackets {
        new.replace_range(opening - first..=opening - first, "[");
        new.replace_range(closing - first..=closing - first, "]");
    }
    let fix = Fix::write(place(first, last + 1), &line[first..=last], new);
    let message = "a list must be in square brackets";
    Some(Advice::fixed(message, fix))
}
