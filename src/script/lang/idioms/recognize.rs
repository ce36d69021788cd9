//! Finds the rows of the idiom table that match an error.

use std::ops::Range;

use super::advice::Advice;
use super::marks::{
    comment, defined, included, note, percent, tuples, unit_of_name, unquoted, words,
};
use super::outcome::same_statement;
use super::pattern::matched;
use super::rewritten::{
    asks, conditions, counter, fact, found_in, given, is_counter, numbered, printed, rewritten,
    stated,
};
use super::rows::{Idiom, REMOVED, is_fact, is_keyword, section};
use super::spelled::{TABLE, respelled, spelled};
use super::tokens::{indent, line_at, nesting, tokens};
use super::variants::{method, of_process, whole};
use super::{blocks, settings, steps, tables};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout;
use crate::lang::span::Span;

const SETTING: &str = "a setting is a name followed by its value";
const PAGES: &str = "write the pages first, then the settings in braces";
const OPTION: &str = "an option must be `correct \"…\"` or `wrong \"…\"`";
const CELLS: &str = "the cells of a row must be separated by spaces";
const CONDITION: &str = "`expect` checks a condition";
const CONDITIONS: &str = "`expect` checks conditions, which `and` joins";
const METHOD: &str = "the language has no objects; a statement must begin with a verb";
const PROCESS: &str = "a process and its statement must be separated by `:`";
const OPENED: &str = "a file is not a value; `open` returns its descriptor";
const POINTS: &str = "the points of a question or part must follow its title";

/// Statements with the name of a file, and the message about a name without quotes.
const QUOTED: &[(&str, &str)] = &[
    ("replay", "the name of a trace is in quotes"),
    ("machine", "the name of a machine file is in quotes"),
];

/// Maximum length in bytes of a line to compare with the idiom table.
const LONGEST: usize = 400;

/// Returns the advice for an error, likeliest first.
pub(super) fn advice(diagnostic: &Diagnostic, text: &str) -> Vec<Advice> {
    let named = diagnostic.span.start as usize..diagnostic.span.end as usize;
    let named = text
        .get(named)
        .filter(|_| diagnostic.code == Code::WrongCount);
    // A definition may have the name of something in another language.
    if named.is_some_and(|name| text.contains(&format!("def {name}("))) {
        return Vec::new();
    }
    let unknown = text.get(diagnostic.span.bytes());
    let unknown = unknown.filter(|_| diagnostic.code == Code::UnknownFact);
    // The parts of the machine decide which fact it is.
    if unknown.is_some_and(|name| TABLE.lists("facts of two parts", name)) {
        return Vec::new();
    }
    // The name of a TLB or cache is missing, while `show ppn` means a fact.
    let before = text[..diagnostic.span.start as usize].trim_end_matches(' ');
    let shows = before.ends_with("show")
        && matches!(text.get(diagnostic.span.bytes()), Some("tlb" | "cache"));
    if shows && diagnostic.code == Code::UnknownNoun {
        return Vec::new();
    }
    let mut found = all(diagnostic, text);
    // The file is missing, whatever follows its name.
    if diagnostic.code == Code::Unreadable {
        found.retain(|one| one.fix.is_some());
    }
    if !has_tlb(text) {
        found.iter_mut().for_each(without_tlb);
    }
    for one in &mut found {
        if let Some((fix, message)) = one.fix.as_ref().and_then(|fix| meant(fix, text)) {
            (one.fix, one.message) = (Some(fix), Some(message));
        }
    }
    // Beside a `correct` option, the others are wrong.
    let marked = || {
        let before = &text[..diagnostic.span.start as usize];
        let all = tokens(&text[before.rfind("choice ").unwrap_or(0)..]);
        let mut depth = 0;
        let block = all.iter().skip_while(|token| token.text != "{");
        let mut inside = block.take_while(|token| {
            depth += nesting(token.text);
            depth > 0
        });
        inside.any(|token| token.text == "correct")
    };
    for one in &mut found {
        let option = one.fix.as_ref().and_then(|fix| {
            let option = fix.text.strip_prefix("wrong ")?;
            fix.was.as_deref()?.starts_with("option ").then_some(option)
        });
        let option = option.filter(|_| !marked());
        if let Some(option) = option {
            one.help = Some(format!("write `correct {option}` or `wrong {option}`").into());
            (one.fix, one.sure) = (None, true);
        }
    }
    // A machine with a TLB and a cache leaves open which one a bare `hit` means.
    let both = ["cache", "simple", "core-i7"]
        .iter()
        .any(|part| text.contains(part));
    let both = both && has_tlb(text);
    for one in found.iter_mut().filter(|_| both) {
        // So does a counter.
        let counter = one.fix.as_ref().and_then(|fix| {
            let (before, rest) = fix.text.split_once("cache.")?;
            let bare = fix.was.as_deref() == Some(&*format!("{before}{rest}"));
            bare.then(|| rest.split(' ').next().unwrap_or(rest).to_owned())
        });
        if let Some(counter) = counter {
            (one.fix, one.sure) = (None, true);
            one.help = Some(format!("write `tlb.{counter}` or `cache.{counter}`").into());
            continue;
        }
        let bare = one
            .fix
            .as_ref()
            .filter(|fix| fix.text.strip_prefix("tlb ") == fix.was.as_deref());
        if let Some(word) = bare.and_then(|fix| fix.was.as_deref()) {
            one.help = Some(format!("write `tlb {word}` or `cache {word}`").into());
        }
    }
    let mut fixes: Vec<Fix> = Vec::new();
    let facts = |one: &Advice| {
        one.fix
            .as_ref()
            .is_some_and(|fix| fix.text.starts_with("=>"))
    };
    found.retain(|one| !(diagnostic.code == Code::UnknownProcess && facts(one)));
    // `let a[8]` declares an array of C, and no list.
    let lists = |fix: &Fix| {
        fix.text.contains(" = [") && fix.was.as_deref() == Some(&fix.text.replacen(" = ", "", 1))
    };
    found.retain(|one| !one.fix.as_ref().is_some_and(lists));
    found.retain(|one| {
        let known = one.fix.as_ref().is_some_and(|fix| fixes.contains(fix));
        fixes.extend(one.fix.clone().filter(|_| !known));
        !known
    });
    found
}

/// Replaces the facts of a TLB by those of the cache, in a machine without a TLB.
fn without_tlb(advice: &mut Advice) {
    let Some(fix) = &mut advice.fix else { return };
    if !fix.text.contains("=> tlb none") {
        fix.text = fix.text.replace("=> tlb ", "=> cache ");
    }
    if fix.text.starts_with("tlb ") {
        fix.text.replace_range(..3, "cache");
    }
    let facts = [
        ("tlb", "cache"),
        ("tlbi", "ci"),
        ("tlbt", "ct"),
        ("vpo", "co"),
    ];
    let name = fix.text.split(' ').next().unwrap_or_default();
    if let Some((tlb, fact)) = facts.iter().find(|(tlb, _)| *tlb == name) {
        fix.text.replace_range(..tlb.len(), fact);
        advice.message = Some("this machine has no TLB, and its cache has this fact");
        advice.help = None;
    }
}

/// Returns what a fix means in its script, and why: `given` in a question, and `run` for a program in C.
fn meant(fix: &Fix, text: &str) -> Option<(Fix, &'static str)> {
    let with = |text| Fix {
        text,
        ..fix.clone()
    };
    if let Some((before, name)) = fix.text.split_once("execve(\"") {
        let name = name.split('"').next()?;
        let program = text.contains(&format!("program {name} "));
        let message = "`run` runs a program in C, and `execve` loads an `executable`";
        return program.then(|| (with(format!("{before}run {name}")), message));
    }
    let of_one_kind = ["cache icache {", "cache dcache {"]
        .iter()
        .any(|head| fix.text.starts_with(head));
    if of_one_kind && !fix.was.as_deref().is_some_and(|was| was.contains("for ")) {
        let message = "the setting `for` limits a cache to one kind of access";
        return Some((fix.clone(), message));
    }
    let line = line_at(text, fix.span.start as usize);
    // A system call returns an address.
    let before = &text[line.start..fix.span.start as usize];
    let head = before.split('(').next().unwrap_or_default();
    let (ahead, call) = head.rsplit_once(' ').unwrap_or(("", head));
    let ahead = ahead.trim_end();
    let begins = ahead.is_empty() || ahead.ends_with([':', '=']) || ahead.ends_with("ask");
    if let Some(value) = fix.text.strip_prefix("pa")
        && (value.is_empty() || value.starts_with(' '))
        && head.len() < before.len()
        && begins
        && !call.is_empty()
        && !matches!(
            call,
            "read" | "write" | "fetch" | "translate" | "probe" | "where"
        )
    {
        let message = "what a system call returns is the fact `returns`";
        return Some((with(format!("returns{value}")), message));
    }
    if let Some(value) = fix.text.strip_prefix("byte ")
        && let Some((_, size)) = before.rsplit_once(" size ")
        && !size.starts_with("1 ")
    {
        let message = "to check the value that is read, use the fact `value`";
        return Some((with(format!("value {value}")), message));
    }
    let parts = fix.text.strip_prefix("show ")?.replace("; show ", ", ");
    let head = head_above(text, &line).map(|head| text[head].trim_start());
    let asks = head.is_some_and(|head| {
        ["question ", "part "]
            .iter()
            .any(|one| head.starts_with(one))
    });
    let message = "on a paper, `given` prints contents";
    let part = fix.was.as_ref() == Some(&parts) && TABLE.lists("missing parts", &parts);
    (asks && (part || parts.contains(", "))).then(|| (with(format!("given {parts}")), message))
}

/// Whether a machine of a script may have a TLB.
fn has_tlb(text: &str) -> bool {
    if text.contains("tlb none") {
        return false;
    }
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
    found.extend(process_without_colon(diagnostic, text));
    found.extend(defined(diagnostic, text).or_else(|| included(diagnostic, text)));
    found.extend(comment(line, &text[range.start..], at - range.start, place));
    found.extend(percent(line, at - range.start, place));
    found.extend(unit_of_name(line, at - range.start, place));
    if diagnostic.code == Code::Syntax {
        found.extend(tuples(line, at - range.start, place));
    }
    // The line above goes on after its `%`.
    if let Some(above) = range.start.checked_sub(1).map(|end| line_at(text, end))
        && text[above.clone()].trim_end().ends_with('%')
    {
        let place = |from: usize, to: usize| Span::new(file, above.start + from..above.start + to);
        found.extend(percent(&text[above.clone()], 0, place));
    }
    // No fix inside a block of another notation is right.
    if let Some(advice) = headed(text, &range, file) {
        return vec![advice];
    }
    found.extend(blocks::without_signs(diagnostic, text));
    found.extend(blocks::advice(text, &range, file));
    found.extend(tables::advice(text, &range, file));
    found.extend(tables::stored(line, place));
    found.extend(steps::advice(text, &range, file));
    // The error may be in a row of the table.
    if let Some(head) = head_above(text, &range)
        && let Some(advice) = tables::advice(text, &head, file)
    {
        let place = advice.place.unwrap_or(Span::new(file, head));
        found.push(Advice {
            place: Some(place),
            ..advice
        });
    }
    if matches!(diagnostic.code, Code::Syntax | Code::Unclosed) {
        found.extend(blocks::other_quotes(text, &range, file));
    }
    found.extend(blocks::below_question(diagnostic, text, &range));
    found.extend(blocks::outside(diagnostic, text).or_else(|| declared(diagnostic, text)));
    if diagnostic.code == Code::WhichProcess {
        // The processes of the questions above are gone.
        let question = text[..at].rfind("\nquestion ").unwrap_or(0);
        let named = |text: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| {
                line.trim()
                    .strip_prefix("process ")?
                    .split(' ')
                    .next()
                    .map(str::to_owned)
            })
        };
        let name = named(&text[question..at]).or_else(|| named(text));
        // The process of an option precedes the choice.
        let starts =
            [&[";", "{", "}"][..], &[]].map(|parted| statement(line, at - range.start, parted).0);
        let starts = starts.map(|from| range.start + from).into_iter();
        let block = head_above(text, &range).map(|head| head.start + indent(&text[head]));
        found.extend(starts.chain(block).filter_map(|start| {
            let fix = Fix::put_in(file, start as u32, format!("{}: ", name.as_ref()?));
            Some(Advice::fixed(None, fix))
        }));
    }
    // Bars belong to tables, and no idiom matches a table.
    if line.trim_start().starts_with('|') {
        found.extend(tables::ranges(line, place));
        return found;
    }
    let block = block_of(text, &range);
    found.extend(blocks::in_exam(diagnostic, text, block));
    if let Some(block) = block
        && let (from, to) = whole(line)
        && let Some(new) = settings::line(block, &line[from..to])
    {
        let fix = Fix::write(place(from, to), &line[from..to], new);
        let message = match block {
            "choice" => Some(OPTION),
            "table" => Some(CELLS),
            _ => setting_message(diagnostic),
        };
        found.push(Advice::fixed(message, fix));
    }
    if let Some((span, new)) = head_above(text, &range).and_then(|head| inside(text, &range, &head))
    {
        let fix = Fix::replace(Span::new(file, span), new);
        found.push(
            Advice::fixed(POINTS, fix)
                .help("write them between the title and the `{`")
                .sure(),
        );
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
    // One setting of a block in the line. A syntax error hides those of other settings.
    let (first, last) = entry;
    let of_entry = || {
        let before = &line[..first];
        let inner = inner_block(before).or(block)?;
        let head = before.rfind('{').map_or("", |brace| &before[..brace]);
        let own = head
            .split_whitespace()
            .next_back()
            .is_none_or(|word| word == inner);
        if !own && !matches!(inner, "tlb" | "cache") {
            return None;
        }
        let new = settings::line(inner, &line[first..last])?;
        let fix = Fix::write(place(first, last), &line[first..last], new);
        Some(Advice::fixed(setting_message(diagnostic), fix))
    };
    if let Some(new) = settings::duration(&line[first..last]) {
        let fix = Fix::write(place(first, last), &line[first..last], new);
        let message = "a duration is a number of minutes";
        found.push(Advice::fixed(message, fix));
    }
    let in_exam = || inner_block(&line[..first]).or(block) == Some("exam");
    if setting || diagnostic.code == Code::Syntax && in_exam() {
        found.extend(unquoted(line, at, place));
    }
    let of_value = matches!(
        diagnostic.code,
        Code::Syntax | Code::WrongType | Code::UnknownWord | Code::WrongCount | Code::UnknownName
    );
    if setting || of_value && inner_block(&line[..first]).or(block).is_some() {
        let said = &line[first..last];
        found.extend(found_in(section("settings"), said).map(|(row, new)| {
            let fix = new.map(|new| Fix::write(place(first, last), said, new));
            Advice::of(row, said, fix, true)
        }));
    }
    if setting {
        found.extend(of_entry());
    }
    // Other facts of the statement are right, or have messages of their own.
    let reserved = diagnostic.code == Code::Syntax && line[at..].starts_with("not ");
    if (diagnostic.code == Code::UnknownFact || reserved) && line[..at].contains("=>") {
        let (from, to) = statement(line, at, &[",", ";", "{", "}", "=>"]);
        let said = &line[from..to];
        // A blank lists facts without their values.
        let asks = asks(&line[..at]);
        // Among other facts, a value alone does not say whose it is.
        let others =
            line[..from].trim_end().ends_with(',') || line[to..].trim_start().starts_with(',');
        let value = said.trim();
        if others && matches!(value, "hit" | "miss") && has_tlb(text) {
            let of = |part: &str| {
                if asks {
                    format!("`{part}`")
                } else {
                    format!("`{part} {value}`")
                }
            };
            let help = format!("write {} or {}", of("tlb"), of("cache"));
            return vec![Advice::without(
                "a TLB and a cache have hits and misses",
                help,
            )];
        }
        found.extend(fact(&line[..at], said).map(|(row, new)| {
            let named = |new: String| match new.split_once(' ') {
                Some((name, _)) if asks => name.to_owned(),
                _ => new,
            };
            let fix = new.map(|new| Fix::write(place(from, to), said, named(new)));
            Advice::of(row, said, fix, true)
        }));
        return found;
    }
    let (from, to) = statement(line, at, &[";", "{", "}"]);
    // `P1: push 5`
    let in_process = tokens(&line[from..to]);
    let in_process = match &in_process[..] {
        [name, colon, first, ..] if name.is_name() && colon.text == ":" => {
            Some((from + first.start, to))
        }
        _ => None,
    };
    for (from, to) in [whole(line), (from, to)]
        .into_iter()
        .chain(in_process)
        .chain(setting.then_some(entry))
    {
        let said = &line[from..to];
        // A word before a brace opens a block.
        if !said.contains(' ') && line[to..].trim_start().starts_with('{') {
            continue;
        }
        let follows_block = line[..from].trim_end().ends_with('}');
        let opens = line[to..].trim_start().starts_with('{');
        let titled = setting_message(diagnostic);
        let new = statements(said, read && block.is_none(), titled, &|new| match new {
            REMOVED => Fix::remove(place(from, to)),
            _ => Fix::write(place(from, to), said, new),
        });
        // Only a condition or a head precedes a block.
        let ends = |fix: &Fix| fix.text.starts_with("expect ") || fix.text.starts_with("show ");
        let fits = |one: &Advice| {
            let head = opens && one.fix.as_ref().is_some_and(ends);
            // `} elif`, and a letter in a block of settings, have another meaning.
            let option = block == Some("choice");
            // `P: exit` ends the process, and `exit` the script.
            let removes = one.fix.as_ref().is_some_and(|fix| fix.text.is_empty());
            let ends_process = removes && line[..from].trim_end().ends_with(':');
            // The answer of an essay is its rubric.
            let rubric = removes && block == Some("essay");
            !head
                && !rubric
                && !ends_process
                && !(one.nothing && (follows_block || (setting || block.is_some()) && !option))
        };
        found.extend(new.into_iter().filter(fits));
    }
    if diagnostic.code == Code::Syntax {
        found.extend(of_entry());
    }
    if let [(part, new)] = &*spelled(line) {
        let fix = Fix::write(
            place(part.start, part.end),
            &line[part.clone()],
            new.as_str(),
        );
        found.push(Advice {
            place: part.contains(&at).then(|| place(part.start, part.end)),
            ..Advice::fixed(None, fix)
        });
    }
    if let Some(new) = respelled(line) {
        let (from, to) = whole(line);
        let fix = Fix::write(place(from, to), &line[from..to], new.trim());
        found.push(Advice::fixed(None, fix));
    }
    if matches!(
        diagnostic.code,
        Code::UnknownVerb | Code::Syntax | Code::UnknownProcess
    ) {
        found.extend(note(line, at, place));
    }
    found
}

/// Returns the word with dots that begins at a byte.
fn dotted(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    rest.split(ends).next().filter(|word| word.contains('.'))
}

/// Returns the advice for the name of a process that a word follows: `p mmap(…)`.
fn process_without_colon(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let Span { file, start, end } = diagnostic.span;
    let (start, end) = (start as usize, end as usize);
    let name = text
        .get(start..end)
        .filter(|_| diagnostic.code == Code::UnknownVerb)?;
    let follows = text[end..]
        .strip_prefix(' ')?
        .starts_with(|c: char| c.is_alphabetic());
    let declares = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words[..], ["process", own, ..] if own == name)
            || line.contains("fork()") && words.windows(2).any(|pair| pair == [name, "="])
    };
    // The processes of the questions above are gone.
    let question = text[..start].rfind("\nquestion ").unwrap_or(0);
    let shared = text[..start].find("\nquestion ").unwrap_or(start);
    let mut above = text[..shared].lines().chain(text[question..start].lines());
    let declared = follows && above.any(declares);
    declared.then(|| Advice {
        fix: Some(Fix::put_in(file, end as u32, ":")),
        ..Advice::without(PROCESS, format!("write `:` after `{name}`"))
    })
}

/// Returns the advice for a block that another notation needs, at its head or in it.
fn headed(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let heads = [
        Some(line.clone()),
        head_above(text, line),
        head_of_end(text, line),
    ];
    heads.into_iter().flatten().find_map(|head| {
        let start = head.start + indent(&text[head.clone()]);
        let said = text[start..head.end].trim_end();
        let (row, _) = found_in(section("heads"), said)?;
        let word = said.find(' ').unwrap_or(said.len());
        // A process may have this name.
        if text.contains(&format!("process {}", &said[..word])) {
            return None;
        }
        Some(Advice::of(row, said, None, true).at(Span::new(file, start..start + word)))
    })
}

/// The message for settings that were rewritten. An unknown name or a wrong number already has a message that says more.
fn setting_message(diagnostic: &Diagnostic) -> Option<&'static str> {
    matches!(diagnostic.code, Code::Syntax | Code::Unclosed).then_some(SETTING)
}

/// Returns the flags of C for permissions such as `rw-p`.
fn protections(perms: &str) -> Option<String> {
    let known = [('r', "PROT_READ"), ('w', "PROT_WRITE"), ('x', "PROT_EXEC")];
    let all = perms.strip_suffix(['p', 's']).unwrap_or(perms);
    let in_place = |((c, letter), _): ((char, char), _)| c == letter || c == '-';
    let letters = known.map(|(letter, _)| letter);
    let fits = all.len() == 3 && all.chars().zip(letters).zip(0..).all(in_place);
    let flags = known.iter().filter(|(letter, _)| all.contains(*letter));
    let flags: Vec<&str> = flags.map(|(_, flag)| *flag).collect();
    (fits && !flags.is_empty()).then(|| flags.join(" | "))
}

/// Returns the advice for a program that is called like a function: `run copy("a", 3)`, `copy("a", 3)`.
fn program_called(text: &str, Span { file, start, end }: Span, name: &str) -> Option<Advice> {
    let (before, after) = (&text[..start as usize], &text[end as usize..]);
    let declares = |line: &str| line.split_whitespace().take(2).eq(["program", name]);
    before.lines().find(|line| declares(line))?;
    let (given, _) = after.strip_prefix('(')?.split_once(')')?;
    let given = given.trim();
    let quoted = |one: &str| match one.trim() {
        one if one.starts_with('"') => Some(one.to_owned()),
        one => one.parse::<i64>().ok().map(|one| format!("\"{one}\"")),
    };
    let given: Vec<&str> = given.split(',').filter(|_| !given.is_empty()).collect();
    let given: Option<Vec<String>> = given.into_iter().map(quoted).collect();
    let given = given?.join(" ");
    let line = line_at(text, start as usize).start;
    let verb = text[line..start as usize].trim();
    let from = if verb == "run" {
        start as usize - "run ".len()
    } else {
        start as usize
    };
    let verb = if matches!(verb, "" | "run") {
        "run "
    } else {
        ""
    };
    let called = from..end as usize + after.find(')')? + 1;
    let (message, new) = if given.is_empty() {
        (
            "a program is named without parentheses",
            format!("{verb}{name}"),
        )
    } else {
        let message = "the arguments of a program are texts after `arguments`";
        (message, format!("{verb}{name} arguments {given}"))
    };
    let place = Span::new(file, called.clone());
    Some(Advice::fixed(message, Fix::write(place, &text[called], new)).sure())
}

/// Returns the name of the last program whose text calls or defines a function.
fn program_with<'t>(text: &'t str, function: &str) -> Option<&'t str> {
    let mut programs = text.rsplit("\nprogram ");
    let defines = |program: &&str| program.contains(&format!("{function}("));
    programs.find(defines)?.split_whitespace().next()
}

/// Returns the advice for a name whose declaration is missing or misspelled.
fn declared(diagnostic: &Diagnostic, text: &str) -> Option<Advice> {
    let Span { file, start, end } = diagnostic.span;
    let name = text.get(start as usize..end as usize)?;
    let keyword = match diagnostic.code {
        Code::UnknownProcess => "process",
        Code::UnknownFunction => "def",
        Code::WrongType | Code::UnknownWord => "program",
        _ => "",
    };
    let declares = |stmt: &str| {
        let rest = stmt.trim_start().strip_prefix(keyword)?.strip_prefix(' ')?;
        let rest = rest.trim_start().strip_prefix(name)?;
        (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(())
    };
    let mut below = text[end as usize..].split(['\n', ';']);
    let takes = ["run", "replay", "program", "outputs"];
    let before = text[..start as usize].trim_end();
    let is_operand = keyword != "program" || takes.iter().any(|verb| before.ends_with(verb));
    if is_operand && !keyword.is_empty() && below.any(|stmt| declares(stmt).is_some()) {
        let help = "move its declaration above this line";
        let message = match keyword {
            "def" => "this function is defined only below",
            "program" => "this program is declared only below",
            _ => "this process is declared only below",
        };
        return Some(Advice::without(message, help));
    }
    match diagnostic.code {
        Code::UnknownProcess => undeclared(diagnostic, text, name),
        Code::UnknownFunction if let Some(advice) = program_called(text, diagnostic.span, name) => {
            Some(advice)
        }
        // `run twice(3)`
        Code::UnknownWord
            if before.ends_with("run")
                && let Some((function, _)) = name.split_once('(')
                && let Some(program) = program_with(&text[..start as usize], function) =>
        {
            let fix = Fix::put_in(file, start, format!("{program} call "));
            let message = "the function to run must follow `call`";
            Some(Advice::fixed(message, fix).help(format!("write `run {program} call {name}`")))
        }
        // `ask "VPN" = vpn(va)`
        Code::UnknownFunction if is_fact(name) => {
            let (given, rest) = text[end as usize..].strip_prefix('(')?.split_once(')')?;
            let value = rest.trim_start().strip_prefix("== ");
            let value = value.and_then(|value| value.split_whitespace().next());
            let help = match value {
                Some(value) => format!("write `translate {given} => {name} {value}`"),
                None if text[line_at(text, start as usize)].contains("ask ") => {
                    format!("write `ask translate {given} => {name}`")
                }
                None => format!("write `translate {given}`, and below it `last.{name}`"),
            };
            Some(Advice::without(
                "this is a fact of an access, not a function",
                help,
            ))
        }
        Code::NoMachine => {
            let mut below = text[end as usize..].lines();
            below.any(|line| line.starts_with("machine ")).then(|| {
                let help = "move its declaration above this line";
                Advice::without("the machine is declared only below", help)
            })
        }
        Code::Syntax if start == 0 && text.starts_with("---\n") => Some(Advice::without(
            "a script has no YAML front matter; the title is a setting of `exam`",
            "write `exam { title \"Midterm\" }`",
        )),
        // `replay traces/yi.trace`, `machine machines/tiny.yaml`
        Code::UnknownName
            if text[end as usize..].starts_with('/')
                && let before = text[..start as usize].trim_end()
                && let Some((_, message)) =
                    QUOTED.iter().find(|(verb, _)| before.ends_with(verb)) =>
        {
            let rest = &text[start as usize..];
            let ends = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '}');
            let path = rest.split(ends).next()?;
            let place = Span::new(file, start as usize..start as usize + path.len());
            let quoted = format!("\"{path}\"");
            // A `replay` may also lack its `map`, so the fix alone may not be enough.
            let otherwise = Some(format!("put the name in quotes: `{quoted}`").into());
            let advice = Advice::fixed(*message, Fix::write(place, path, quoted));
            Some(Advice {
                otherwise,
                ..advice.sure().at(place)
            })
        }
        // `mmap(p, 4096, rw-p, …)`
        Code::UnknownName
            if let Some(flags) = protections(name)
                && text[line_at(text, start as usize)].contains("mmap(") =>
        {
            let fix = Fix::write(diagnostic.span, name, flags);
            let message = "a protection is written with the constants of C";
            Some(Advice::fixed(message, fix).sure())
        }
        // `expect cache.misses == 2 and miss_rate == 50%`
        Code::UnknownName if is_counter(name) => {
            let fix = Fix::write(diagnostic.span, name, format!("cache.{name}"));
            let message = "a counter must follow the name of its TLB or cache";
            Some(Advice::fixed(message, fix))
        }
        // `cache.victim dirty`
        Code::UnknownName
            if matches!(name, "dirty" | "clean") && text[..start as usize].ends_with("victim ") =>
        {
            let before = text[..start as usize].trim_end();
            let from = before.rfind([' ', ',']).map_or(0, |sign| sign + 1);
            let place = Span::new(file, from..end as usize);
            let part = before[from..].strip_suffix("victim")?;
            let wrote = if name == "dirty" { "yes" } else { "no" };
            let fix = Fix::write(
                place,
                &text[from..end as usize],
                format!("{part}writeback {wrote}"),
            );
            let message =
                "a victim is the tag of a block; whether it was dirty is the fact `writeback`";
            Some(Advice::fixed(message, fix).sure())
        }
        // `""" { N = 64 }`
        Code::Syntax
            if name == "="
                && let before = &text[line_at(text, start as usize).start..start as usize]
                && before.trim_start().starts_with("\"\"\" {") =>
        {
            let defined = before.trim_end().rsplit([' ', ',', '{']).next();
            // The settings of a program are in lowercase.
            let defined = defined.filter(|name| name.starts_with(char::is_uppercase))?;
            let value = text[end as usize..].split([',', ';', '}', '\n']).next();
            let at = start as usize - before.len() + before.rfind(defined)?;
            let fix = Fix::put_in(file, at as u32, "define ");
            let message = "`define` replaces a name in the text of a program";
            let help = format!("write `define {defined} = {}`", value?.trim());
            Some(Advice::fixed(message, fix).sure().help(help))
        }
        // `{ #define N 64 }`
        Code::Unclosed
            if let Some(hash) = text[start as usize..].lines().next()?.find('#')
                && let comment =
                    &text[start as usize + hash..line_at(text, start as usize).end]
                && comment.contains('}')
                && text[start as usize..start as usize + hash]
                    .matches('"')
                    .count()
                    .is_multiple_of(2) =>
        {
            let message = "`#` begins a comment, so the bracket after it closes nothing";
            let defined = comment.strip_prefix("#define ").and_then(|rest| {
                let (name, value) = rest.trim_end_matches([' ', '}']).split_once(' ')?;
                let was = &comment[..comment.find('}')?];
                let place = start as usize + hash;
                let span = Span::new(file, place..place + was.trim_end().len());
                let new = format!("define {name} = {}", value.trim());
                Some(Fix::write(span, was.trim_end(), new))
            });
            Some(match defined {
                Some(fix) => Advice::fixed(message, fix).sure(),
                None => Advice::without(message, "move the comment after the bracket"),
            })
        }
        // A comment, and no line of C, names a script.
        Code::UnknownFunction if text.contains("#include \"") => {
            let mut places = text.match_indices("#include \"").map(|(at, _)| at);
            let at = places.find(|at| text[line_at(text, *at)].trim_end().ends_with(".pw\""))?;
            let word = Span::new(file, at..at + "#include".len());
            let fix = Fix::write(word, "#include", "include");
            let message = "this line is a comment, because it begins with `#`";
            Some(
                Advice::fixed(message, fix)
                    .help("write `include` without `#`")
                    .sure()
                    .at(Span::new(file, at..at + 1)),
            )
        }
        Code::UnknownVerb | Code::Syntax
            if let Some(advice) = without_parentheses(text, diagnostic.span) =>
        {
            Some(advice)
        }
        Code::UnknownVerb
            if text[end as usize..].starts_with('[')
                && text.contains(&format!("let {name} = [")) =>
        {
            let help = "write the whole list again: `let xs = [0, 72, 128]`";
            Some(Advice::without(
                "an element of a list cannot be changed",
                help,
            ))
        }
        // A name alone that statements below use as a process.
        Code::UnknownVerb if text[line_at(text, start as usize)].trim() == name => {
            let below = &text[end as usize..];
            let uses = |line: &str| {
                let rest = line.trim_start().strip_prefix(name).map(str::trim_start);
                rest.is_some_and(|rest| rest.starts_with([':', '{']))
            };
            let fix = Fix::put_in(file, start, "process ");
            below.lines().any(uses).then(|| Advice::fixed(None, fix))
        }
        // The value of a setting.
        Code::UnknownWord if diagnostic.fix.is_none() => {
            ended(&layout::tokens(text).list, text, diagnostic.span)
        }
        Code::UnknownName if name.len() > 1 && name.bytes().all(|c| c == b'_') => {
            Some(Advice::without(
                "a blank is a question mark",
                "write a question mark, `=`, and the right answer",
            ))
        }
        // `mmap(…, poem.txt, 0)`
        Code::UnknownNoun | Code::UnknownPath
            if let Some(file) = dotted(text, start as usize)
                && text.contains(&format!("file \"{file}\"")) =>
        {
            let help = format!("write `let fd = open(\"{file}\", O_RDONLY)` above, and `fd` here");
            Some(Advice::without(OPENED, help))
        }
        // `mmap(…, poem, 0)`
        Code::UnknownName if text.contains(&format!("file \"{name}\"")) => {
            let help = format!("write `let fd = open(\"{name}\", O_RDONLY)` above, and `fd` here");
            Some(Advice::without(OPENED, help))
        }
        // `\textbf{word}`
        Code::UnknownName if let Some(from) = latex(text, start as usize) => {
            let whole = text
                .get(from..end as usize + 1)
                .filter(|said| said.ends_with('}'))?;
            let place = Span::new(file, from..from + whole.len());
            let fix = Fix::write(place, whole, name);
            let message = "a text is not LaTeX: braces contain a value";
            Some(Advice::fixed(message, fix).sure().at(place))
        }
        // A variable that nothing uses, and a similar name that several places use.
        Code::UnknownName => {
            let all = layout::tokens(text).list;
            let process = |pair: &[layout::Token]| {
                pair[0].text(text) == "process" && pair[1].text(text) == name
            };
            if all.windows(2).any(process) {
                let argument = text[end as usize..].starts_with([',', ')']);
                let line = text[line_at(text, start as usize)].trim_start();
                if argument && !line.starts_with("for ") {
                    let fix = Fix::write(diagnostic.span, name, format!("{name}.pid"));
                    let message = "a process is not a value; its number is its `pid`";
                    return Some(Advice::fixed(message, fix));
                }
                return Some(Advice::without(
                    "a process is not a value",
                    "write the statements once for each process: `A { … }`, then `B { … }`",
                ));
            }
            let Some(near) = diagnostic.fix.as_ref().map(|fix| &fix.text) else {
                let line = &text[line_at(text, start as usize).start..start as usize];
                let buffer = ["read(", "write("].iter().any(|call| {
                    let given = line.rsplit_once(call).map_or("", |(_, given)| given);
                    given.matches(',').count() == 1 && given.trim_end().ends_with(',')
                });
                return ended(&all, text, diagnostic.span).or_else(|| {
                    buffer.then(|| Advice {
                        message: None,
                        ..Advice::without(
                            "",
                            format!("a buffer is an address: `let {name} = malloc(64)`"),
                        )
                    })
                });
            };
            let uses = |word: &str| all.iter().filter(|token| token.text(text) == word).count();
            let pair = all.windows(2).find(|pair| {
                matches!(pair[0].text(text), "let" | "choose" | "for") && pair[1].text(text) == near
            });
            let Some(pair) = pair else {
                return ended(&all, text, diagnostic.span);
            };
            if uses(near) > 1 || uses(name) < 2 {
                return ended(&all, text, diagnostic.span);
            }
            let place = Span::new(file, pair[1].start..pair[1].end);
            let fix = Fix::write(place, near, name);
            let message = "nothing uses this variable, and the name that the statements below use is not declared";
            Some(Advice::fixed(message, fix).at(place))
        }
        _ => None,
    }
}

/// Returns the place of the LaTeX command whose braces begin before a byte.
fn latex(text: &str, at: usize) -> Option<usize> {
    let command = text.get(..at)?.strip_suffix('{')?;
    let before = command.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let named = before.len() < command.len();
    before.strip_suffix('\\').filter(|_| named).map(str::len)
}

/// Returns the advice for a call of a definition without parentheses.
fn without_parentheses(text: &str, at: Span) -> Option<Advice> {
    let line = line_at(text, at.start as usize);
    let (from, to) = statement(
        &text[line.clone()],
        at.start as usize - line.start,
        &[";", "{", "}"],
    );
    let said = &text[line.start + from..line.start + to];
    let (name, given) = said.split_once(' ').unwrap_or((said, ""));
    if !text.contains(&format!("def {name}(")) || given.contains(['(', ')', '=']) {
        return None;
    }
    let place = Span::new(at.file, line.start + from..line.start + to);
    let fix = Fix::write(place, said, format!("{name}({})", given.trim()));
    let message = "the arguments of a definition are in parentheses";
    Some(Advice::fixed(message, fix).sure())
}

/// Returns the advice for a name before `:` or `{` that is not the name of a process: contents without their `set`, a child
/// with the name of its variable, or a process without a declaration.
fn undeclared(diagnostic: &Diagnostic, text: &str, name: &str) -> Option<Advice> {
    let span = diagnostic.span;
    let all = layout::tokens(text).list;
    let word = |at: usize| all.get(at).map_or("", |token| token.text(text));
    let at = all
        .iter()
        .position(|token| token.start == span.start as usize)?;
    let table = word(at + 1) == "{" && word(at + 2) == "|";
    if table && TABLE.lists("missing parts", name) {
        let before = line_at(text, span.start as usize).start;
        let accessed = |line: &str| matched("ACCESS REST", line).is_some();
        let (verb, message) = if text[..before].lines().any(accessed) {
            (
                "expect",
                "the contents of a part are checked with `expect`, and changed with `set`",
            )
        } else {
            ("set", "the contents of a part are changed with `set`")
        };
        let fix = Fix::write(span, name, format!("{verb} {name}"));
        return Some(Advice::fixed(message, fix).sure());
    }
    // `core0: read 0x1000`
    if let Some(core) = ["core", "cpu"].into_iter().find_map(|word| {
        let number = name.to_ascii_lowercase().strip_prefix(word)?.to_owned();
        number.parse::<u32>().ok()
    }) && word(at + 1) == ":"
    {
        let whole = span.start as usize..all[at + 1].end;
        let said = &text[whole.clone()];
        let fix = Fix::write(Span::new(span.file, whole), said, format!("core {core};"));
        let message = "`core` selects the core that runs later statements";
        return Some(Advice::fixed(message, fix).sure());
    }
    let forks = (2..at).find(|at| word(*at) == "fork" && word(at + 1) == "(");
    let is_process = |name: &str| {
        (0..all.len()).any(|at| word(at) == name && matches!(word(at + 1), ":" | "{" | "."))
    };
    let declares = |line: &str| line.trim_start().starts_with("process ");
    // The parent exists before it forks.
    if let Some(fork) = forks.filter(|fork| !table && !(0..*fork).any(|at| word(at) == name))
        && word(fork - 1) == "="
        && !is_process(word(fork - 2))
        && text.lines().any(declares)
    {
        let fix = Fix::write(span, name, word(fork - 2));
        let message = "`let NAME = fork()` names the new process NAME";
        return Some(Advice::fixed(message, fix).sure());
    }
    // The help names the block of a setting. A preset has a dash, a process has none.
    if diagnostic.help.is_some()
        || is_keyword(name)
        || name.contains('-')
        || matches!(
            name,
            "machine" | "kernel" | "exam" | "program" | "file" | "executable"
        )
        || text.lines().any(declares)
    {
        return None;
    }
    let help = "declare the process in an earlier line";
    let fix = if table {
        Fix::put_in(span.file, span.start, "process ")
    } else {
        let line = line_at(text, span.start as usize).start as u32;
        Fix::put_in(span.file, line, format!("process {name}\n"))
    };
    Some(Advice::fixed(None, fix).help(help))
}

/// Returns the advice for a name that an earlier block or a later line declares.
fn ended(all: &[layout::Token], text: &str, name: Span) -> Option<Advice> {
    let said = text.get(name.start as usize..name.end as usize)?;
    let declares = |pair: &&[layout::Token]| {
        matches!(pair[0].text(text), "let" | "choose" | "for") && pair[1].text(text) == said
    };
    let at = all.windows(2).position(|pair| declares(&pair))?;
    if all[at].start > name.start as usize {
        // `read A + i for i in 0..4`
        if all[at].text(text) == "for"
            && same_statement(text, name, Span::new(name.file, all[at].start..all[at].end))
        {
            return None;
        }
        let (mut depth, mut outermost) = (0, 0);
        let between = all[..at]
            .iter()
            .skip_while(|token| token.start < name.start as usize);
        for brace in between.map(|token| token.text(text)) {
            depth += i32::from(brace == "{") - i32::from(brace == "}");
            outermost = outermost.min(depth);
        }
        // The block of another question declares the name for itself.
        if depth > outermost {
            return None;
        }
        let message = "this name is declared only below";
        return Some(Advice::without(
            message,
            "move its declaration above this line",
        ));
    }
    let mut open = Vec::new();
    for token in &all[..at] {
        match token.text(text) {
            "{" => open.push(token.start),
            "}" => drop(open.pop()),
            _ => {}
        }
    }
    // The block of a loop follows the name.
    let is_loop = all[at].text(text) == "for";
    let block = open.last().copied().or(is_loop.then_some(all[at].start))?;
    let (mut depth, mut opened) = (0, false);
    let between = all[at..]
        .iter()
        .take_while(|token| token.start < name.start as usize);
    let has_ended = between.map(|token| token.text(text)).any(|brace| {
        depth += i32::from(brace == "{") - i32::from(brace == "}");
        opened |= depth > 0;
        depth < 0 || is_loop && opened && depth == 0
    });
    if !has_ended {
        return None;
    }
    let block = line_at(text, block);
    let number = 1 + text[..block.start].matches('\n').count();
    let head = text[block].trim_start();
    let is_definition = head.starts_with("def ");
    let block = match head.split_once(['{', '(']) {
        Some((head, _)) if is_definition => &format!("`{}`", head.trim_end()),
        _ => "the block",
    };
    // The value may depend on the parameters.
    let help = if is_definition && !head.contains("()") {
        format!("write the statement that needs `{said}` in {block}")
    } else {
        format!("move the declaration of `{said}` above {block} in line {number}")
    };
    let message = if is_definition {
        "this name is declared only inside a definition"
    } else {
        "this name is declared only in a block that has ended"
    };
    Some(Advice::without(message, help))
}

/// Returns the advice from the idiom table and the other notations for a statement. The function `fix` creates
/// the fix that replaces the statement.
fn statements(
    said: &str,
    read: bool,
    setting: Option<&'static str>,
    fix: &dyn Fn(&str) -> Fix,
) -> Vec<Advice> {
    let mut found = Vec::new();
    let asked = said.strip_prefix("ask ");
    if let Some((process, rest)) = of_process(asked.unwrap_or(said)) {
        let ask = if asked.is_some() { "ask " } else { "" };
        let of_process = |new: &str| fix(&format!("{ask}{process}: {new}"));
        // Names of processes are capitalized as a rule, and those of objects are not.
        let named = process.starts_with(char::is_uppercase) && method(said).is_none();
        found.push(Advice::fixed(PROCESS, of_process(&rest)).sure_if(named));
        let inside = statements(&rest, read, setting, &of_process);
        found.extend(inside.into_iter().filter(|one| one.fix.is_some()));
    }
    let again = respelled(said).or_else(|| method(said));
    for text in again.as_deref().into_iter().chain([said]) {
        let row = |(row, new): (&'static Idiom, Option<String>)| {
            let new = new.map(|new| fix(if row.ours == REMOVED { REMOVED } else { &new }));
            Advice::of(row, text, new, read && row.begins)
        };
        found.extend(counter(text).map(|new| {
            let message = "a counter must follow the name of its TLB or cache";
            Advice::fixed(message, fix(&new))
        }));
        found.extend(given(text).map(|new| {
            let message = "`given` lists the parts to print: `given page_table, tlb`";
            Advice::fixed(message, fix(&new))
        }));
        found.extend(printed(text).map(|new| {
            let message = "a value belongs in braces in the text";
            Advice::fixed(message, fix(&new))
        }));
        found.extend(numbered(text).map(|(message, new)| Advice::fixed(message, fix(&new))));
        found.extend(rewritten(text).into_iter().map(row));
        found.extend(conditions(text).map(|new| {
            let joined = new.contains(" and ");
            let message = if joined { CONDITIONS } else { CONDITION };
            Advice::fixed(message, fix(&new))
        }));
        if let Some(new) = settings::statement(text) {
            let message = match text.split(' ').next() {
                // The pages come first, and a setting has a sign.
                Some("reference") if text.contains('{') => {
                    let paged = text["reference".len()..].trim_start();
                    let paged =
                        paged.starts_with(|c: char| c.is_ascii_digit() || "[(\"".contains(c));
                    if paged { setting } else { Some(PAGES) }
                }
                Some("reference" | "ask") if text.contains('{') => setting,
                Some("ask") if text.starts_with("ask reference ") => Some(PAGES),
                Some("reference" | "ask") => setting.map(|_| PAGES),
                Some("choice") => Some(OPTION),
                _ => setting,
            };
            if let Some((does, facts)) = new.split_once("=>")
                && let Some((_, Some(facts))) = stated(does, facts)
            {
                found.push(Advice::fixed(message, fix(&format!("{does}=> {facts}"))));
            }
            found.push(Advice::fixed(message, fix(&new)));
        }
    }
    if let Some(new) = method(said) {
        found.push(Advice::fixed(METHOD, fix(&new)));
    }
    found
}

/// Moves points from a line inside a question to the question's head, and returns the new text from the question's `{` to the
/// end of the line with the points.
fn inside(text: &str, line: &Range<usize>, head: &Range<usize>) -> Option<(Range<usize>, String)> {
    let said = text[line.clone()].trim();
    let points = [
        "PTS NUM",
        "PTS : NUM",
        "PTS = NUM",
        "NUM PTS",
        "(NUM PTS)",
        "[NUM PTS]",
    ];
    let held = points.iter().find_map(|pattern| matched(pattern, said))?;
    let first = tokens(&text[head.clone()]).first()?.text;
    let brace = head.start + text[head.clone()].rfind('{')?;
    let block = matches!(first, "question" | "part") && !text[head.clone()].contains(" points ");
    let between = text[brace + 1..line.start].trim_end_matches([' ', '\n']);
    block.then(|| {
        (
            brace..line.end,
            format!("points {} {{{between}", held.fill("NUM")),
        )
    })
}

/// Returns the first word of the block of settings that contains a line.
pub(super) fn block_of<'a>(text: &'a str, line: &Range<usize>) -> Option<&'a str> {
    let head = head_above(text, line)?;
    let word = tokens(&text[head]).first()?.text;
    TABLE.lists("blocks", word).then_some(word)
}

/// Returns the first word of the block of settings that is open at the end of a part of a line.
fn inner_block(part: &str) -> Option<&str> {
    let mut open = Vec::new();
    let mut head = None;
    for token in tokens(part) {
        match token.text {
            "{" => open.push(head.take()?),
            "}" => drop(open.pop()),
            "," | ";" => head = None,
            word => head = head.or(Some(word)),
        }
    }
    open.pop().filter(|word| TABLE.lists("blocks", word))
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

/// Returns the earlier line that opens the block which a line closes.
fn head_of_end(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let said = &text[line.clone()];
    let mut at = line.start;
    while said.trim_start().starts_with('}') && at > 0 {
        let above = line_at(text, at - 1);
        let head = &text[above.clone()];
        if indent(head) == indent(said) && !head.trim().is_empty() {
            return head.trim_end().ends_with('{').then_some(above);
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
