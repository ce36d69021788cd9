//! Questions, their parts, and what they ask, as platforms and LaTeX write them.

use std::ops::Range;

use super::settings;
use super::tokens::{Token, nesting, tokens};

const QUOTES: &str = "a title or text is in double quotes";
const POINTS: &str = "points follow the title or text: `points 6`";
const ROOM: &str = "room for an answer follows the text: `space 5 lines`";
pub(super) const OPTION: &str = "an option is `correct \"…\"` or `wrong \"…\"`";
const BLANK: &str = "a blank is asked for with `ask`";
const FOLLOWS: &str = "a title or text follows its statement without a sign";
const TABLE: &str = "an `ask` for a table names its blank columns side by side";
const NAMED: &str = "this statement has another name here";
const ASK: &str = "an `ask` names an access, and after `=>` the facts to find";
const VALUE: &str = "an `ask` for a value has a label in quotes, `=`, and the value";
const GIVEN: &str = "`given` lists what is printed: `given page_table, tlb`";
const CHOOSE: &str = "a value is drawn with `choose NAME in RANGE where CONDITION`";

/// What to write where no line does the same.
pub(super) const HELP: &str = "write `ask read 0x3D4 => vpn, ppn`";

/// What statements of a paper are called elsewhere.
const HEADS: &[(&str, &[&str])] = &[
    ("question", &["problem", "exercise", "task"]),
    ("part", &["subquestion", "subpart", "subproblem"]),
    ("choice", &["choices", "mcq", "multiple_choice", "multiplechoice", "select", "options"]),
    ("essay", &["explain", "open", "freetext", "short_answer"]),
    ("scenario", &["test", "case", "testcase", "section"]),
    ("text", &["prompt", "prose", "stem"]),
];

const NOUNS: &[&str] = &["page_table", "tlb", "cache", "memory", "frames", "swap"];

const OPERATIONS: &[&str] = &["read", "write", "translate", "fetch", "probe", "reference", "replay"];

/// A line in our words with what is wrong with it; no words where no line does the same.
pub(super) fn line(said: &str) -> Option<(&'static str, Option<String>)> {
    let all = tokens(said);
    let first = all.first()?;
    let found = match first.text {
        "ask" | "asks" => ask(said, &all),
        "given" | "gives" => given(&all).map(|new| (GIVEN, Some(new))),
        "choose" | "draw" | "pick" | "random" | "let" => choose(said, &all).map(|new| (CHOOSE, Some(new))),
        "true_false" | "truefalse" | "tf" => truth(&all).map(|new| (OPTION, Some(new))),
        _ if all.get(1).is_some_and(|sign| sign.text == "=") => {
            random(first.text, said, &all[2..]).map(|new| (CHOOSE, Some(new))).or_else(|| head(said, &all))
        }
        word if OPERATIONS.contains(&word) && said.contains("=>") => {
            Some((BLANK, Some(format!("ask {said}"))))
        }
        _ if first.is_text() => Some((QUOTES, Some(format!("text {said}")))),
        _ => head(said, &all),
    };
    found.filter(|(_, new)| new.as_deref() != Some(said))
}

fn is_points(token: &Token) -> bool {
    matches!(
        &*token.text.to_ascii_lowercase(),
        "points" | "point" | "pts" | "pt" | "marks" | "mark" | "credits"
    )
}

/// Points in some tokens, and where they stand.
fn points(all: &[Token], alone: bool) -> Option<(Range<usize>, String)> {
    let number = |at: usize| all.get(at).filter(|token| token.is_number());
    for at in 0..all.len() {
        if is_points(&all[at]) {
            if let Some(before) = at.checked_sub(1).and_then(number).filter(|_| number(at + 1).is_none()) {
                return Some((around(all, at - 1..at + 1), before.text.to_owned()));
            }
            let sign = usize::from(all.get(at + 1).is_some_and(|sign| matches!(sign.text, "=" | ":" | "==")));
            let value = number(at + 1 + sign)?;
            return Some((around(all, at..at + 2 + sign), value.text.to_owned()));
        }
        let open = at > 0 && matches!(all[at - 1].text, "(" | "[" | ",");
        let closed = all.get(at + 1).is_some_and(|close| matches!(close.text, ")" | "]"));
        let last = at + 1 == all.len() && all[at - usize::from(at > 0)].text == ",";
        if alone && at > 1 && open && (closed || last) && number(at).is_some() {
            return Some((around(all, at..at + 1), all[at].text.to_owned()));
        }
    }
    None
}

/// A range with the brackets, commas, and words around it that only part it from the rest.
fn around(all: &[Token], mut range: Range<usize>) -> Range<usize> {
    let parts = |text: &str| matches!(text, "(" | "[" | "," | "-" | "worth" | "for" | "." | ":");
    while range.start > 1 && parts(all[range.start - 1].text) {
        range.start -= 1;
    }
    while all.get(range.end).is_some_and(|token| matches!(token.text, ")" | "]")) {
        range.end += 1;
    }
    range
}

/// `question "title" points 6 {`, and other heads of this form.
fn head(said: &str, all: &[Token]) -> Option<(&'static str, Option<String>)> {
    let word = all[0].text.to_ascii_lowercase();
    let name = HEADS
        .iter()
        .find(|(ours, theirs)| *ours == word || theirs.contains(&&*word))
        .map(|(ours, _)| *ours)?;
    let open = all.iter().position(|token| token.text == "{").unwrap_or(all.len());
    let mut middle = all[1..open].to_vec();
    let block = matches!(name, "question" | "part" | "scenario");
    if name == "scenario" && all.get(open).is_none() {
        return None;
    }
    let points = (!matches!(name, "text" | "scenario")).then(|| points(&all[..open], block)).flatten();
    let mut tail = String::new();
    if name == "essay" {
        tail += &room(&mut middle).unwrap_or_default();
    }
    if let Some((place, points)) = &points {
        let gone = all[place.start].start..all[place.end - 1].end();
        middle.retain(|token| !gone.contains(&token.start));
        tail += &format!(" points {points}");
    }
    let edge = |token: &Token| matches!(token.text, ":" | "(" | ")" | "=" | "," | "." | "-" | "[" | "]");
    while middle.first().is_some_and(edge) {
        middle.remove(0);
    }
    let sentence = name != "text" && !block || middle.len() > 1 && name == "text";
    while middle.last().is_some_and(|token| edge(token) && !(sentence && token.text == ".")) {
        middle.pop();
    }
    let (first, last) = (middle.first()?, middle.last()?);
    let mut text = said[first.start..last.end()].to_owned();
    if let Some((place, _)) = &points
        && let (from, to) = (all[place.start].start, all[place.end - 1].end())
        && first.start < from
        && to < last.end()
    {
        text.replace_range(from - first.start..to - first.start, "");
        text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" :", ":");
    }
    let text = &*text;
    let title = match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        _ if middle.len() == 1 && first.is_text() || text.starts_with("\"\"\"") => text.to_owned(),
        Some(text) if !text.contains('"') => format!("\"{text}\""),
        _ if text.contains(['"', '\'', '“', '”', '„', '’']) => return None,
        _ => format!("\"{text}\""),
    };
    let mut message = match (title == text, &points) {
        (true, Some(_)) => POINTS,
        (true, None) => FOLLOWS,
        (false, _) => QUOTES,
    };
    if title == text && tail.starts_with(" space") {
        message = ROOM;
    }
    if title == text && word != name {
        message = NAMED;
    }
    let rest = all.get(open).map_or("", |open| &said[open.start..]);
    let inside = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|_| name == "choice");
    let rest = match inside.and_then(|inside| settings::line("choice", inside)) {
        Some(inside) => {
            message = if title == text { OPTION } else { message };
            format!("{{ {inside} }}")
        }
        None => rest.to_owned(),
    };
    Some((message, Some(format!("{name} {title}{tail} {rest}").trim_end().to_owned())))
}

/// Room for an answer: `5 lines`, `space: 5 lines`.
fn room(middle: &mut Vec<Token>) -> Option<String> {
    let at = middle
        .iter()
        .position(|token| matches!(token.text, "lines" | "line" | "cm" | "mm"))
        .filter(|at| *at > 0)?;
    if let Some(number) = middle.get(at + 1).filter(|next| next.is_number() && !middle[at - 1].is_number()) {
        let new = format!(" space {} lines", number.text);
        middle.drain(at..at + 2);
        return Some(new);
    }
    let (number, unit) = (middle[at - 1].text, middle[at].text);
    let new = format!(" space {number} {}", if unit == "line" { "lines" } else { unit });
    let from = middle[..at].iter().rposition(|token| token.is_text()).map_or(at - 1, |text| text + 1);
    middle.drain(from..=at);
    Some(new)
}

/// An `ask`.
fn ask(said: &str, all: &[Token]) -> Option<(&'static str, Option<String>)> {
    let mut end = all.len();
    let mut tail = String::new();
    if let Some((place, points)) = points(all, false).filter(|(place, _)| place.start > 1) {
        if place.end < all.len() {
            return None;
        }
        end = place.start;
        tail = format!(" points {points}");
    }
    if let Some((place, radix)) = radix(&all[..end]) {
        end = place;
        tail = format!(" radix {radix}{tail}");
    }
    let all = &all[1..end];
    let (first, last) = (all.first()?, all.last()?);
    let slice = |from: &Token, to: &Token| &said[from.start..to.end()];
    let sign = |token: &Token| matches!(token.text, "=" | ":" | "==" | "=>" | "->" | "is");
    if let Some(at) = all.iter().position(|token| token.text == "columns").filter(|at| *at > 0) {
        let names: Vec<&str> = all[at + 1..]
            .iter()
            .filter(|token| token.is_name() && token.text != "and")
            .map(|token| token.text)
            .collect();
        return Some((
            TABLE,
            Some(format!("ask {} columns {}{tail}", slice(first, &all[at - 1]), names.join(" "))),
        ));
    }
    if all.iter().any(|token| matches!(token.text, "where" | "{")) {
        return None;
    }
    if first.is_text() {
        let from = all.iter().skip(1).find(|token| !sign(token))?;
        let value = slice(from, last);
        let operation = all.iter().any(|token| token.text == "=>") && OPERATIONS.contains(&from.text);
        let value = value.replace(", unit ", " unit ");
        let value = value.trim_end_matches(',');
        let new = if operation {
            format!("text {}; ask {value}{tail}", first.text)
        } else {
            format!("ask {} = {value}{tail}", first.text)
        };
        return Some((VALUE, Some(new)));
    }
    if all.get(1).is_some_and(|sign| matches!(sign.text, "=" | ":" | "=="))
        && first.is_name()
        && !OPERATIONS.contains(&first.text)
    {
        return Some((VALUE, Some(format!("ask \"{}\" = {}{tail}", first.text, slice(all.get(2)?, last)))));
    }
    if OPERATIONS.contains(&first.text) {
        let arrow = all.iter().position(|token| matches!(token.text, "=>" | "->" | ":")).filter(|at| *at > 1);
        let (operation, stated) = match arrow {
            Some(at) => (slice(first, &all[at - 1]), &all[at + 1..]),
            None => (slice(first, all.get(1)?), &all[2..]),
        };
        let stated = facts(stated).filter(|stated| !stated.is_empty());
        return Some((ASK, stated.map(|stated| format!("ask {operation} => {stated}{tail}"))));
    }
    // `vpn and ppn of read 0x3D4`, `vpn of 0x3D4`
    if let Some(at) = all.iter().position(|token| matches!(token.text, "of" | "for" | "after")) {
        let stated = facts(&all[..at]).filter(|stated| !stated.is_empty())?;
        let from = all.get(at + 1)?;
        let read = if OPERATIONS.contains(&from.text) { "" } else { "read " };
        return Some((ASK, Some(format!("ask {read}{} => {stated}{tail}", slice(from, last)))));
    }
    if let [name, open, inside @ .., close] = all
        && open.text == "("
        && close.text == ")"
        && !inside.is_empty()
    {
        return Some((
            ASK,
            Some(format!("ask read {} => {}{tail}", slice(&inside[0], &inside[inside.len() - 1]), name.text)),
        ));
    }
    let listed = facts(all).is_some() && all.iter().all(|token| !token.is_number());
    listed.then_some((ASK, None))
}

/// Facts to find, as a sheet lists them.
fn facts(all: &[Token]) -> Option<String> {
    let mut parts: Vec<Vec<&Token>> = vec![Vec::new()];
    for token in all {
        match token.text {
            "," | "and" | "&" | "&&" | ";" => parts.push(Vec::new()),
            _ => parts.last_mut()?.push(token),
        }
    }
    let mut found = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let asked = part.iter().any(|token| blank(token));
        let words = part.iter().filter(|token| token.is_name() && !blank(token) || token.is_number());
        let small = |text: &str| {
            if text.bytes().all(|byte| byte.is_ascii_uppercase()) {
                text.to_lowercase()
            } else {
                text.to_owned()
            }
        };
        let words: Vec<String> = words.map(|token| small(token.text)).collect();
        let strange = |token: &&&Token| {
            !(token.is_name() || token.is_number() || blank(token) || "[]()=:==->".contains(token.text))
        };
        if part.iter().any(|token| strange(&token)) || words.is_empty() {
            return None;
        }
        match (words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), asked) {
            (["page", "fault"], _) => found.push("fault".to_owned()),
            ([name, "hit" | "miss"], true) => found.push((*name).to_owned()),
            (all, _) if all.len() > 1 && all.iter().all(|word| super::recognize::is_fact(word)) => {
                found.push(all.join(", "))
            }
            (all, _) => found.push(all.join(" ")),
        }
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// A place to fill in, as it stands on paper.
pub(super) fn blank(token: &Token) -> bool {
    token.text == "?" || token.text.bytes().all(|byte| matches!(byte, b'_' | b'.')) || token.text == "…"
}

/// How digits are to be written: `radix 16`, `in hex`, `base 2`.
fn radix(all: &[Token]) -> Option<(usize, &'static str)> {
    if let [.., open, value, close] = all
        && open.text == "("
        && close.text == ")"
    {
        let known = match value.text {
            "hex" => "hex",
            "decimal" => "decimal",
            "binary" => "binary",
            _ => return None,
        };
        return Some((all.len() - 3, known));
    }
    let [.., word, value] = all else { return None };
    let known = match &*value.text.to_ascii_lowercase() {
        "16" | "hex" | "hexadecimal" => "hex",
        "10" | "decimal" | "dec" => "decimal",
        "2" | "binary" | "bin" => "binary",
        _ => return None,
    };
    matches!(word.text, "radix" | "base" | "in").then_some((all.len() - 2, known))
}

/// `given page table and tlb`
fn given(all: &[Token]) -> Option<String> {
    let mut text = String::new();
    let mut from = 1;
    while let Some(token) = all.get(from) {
        let next = all.get(from + 1).is_some_and(|next| next.text.eq_ignore_ascii_case("table"));
        match &*token.text.to_ascii_lowercase() {
            ":" | "=" | "the" | "a" | "{" | "}" | "[" | "]" | "(" | ")" => {}
            "," | "and" | "&" => text = format!("{}, ", text.trim_end_matches(", ")),
            "page" if next => {
                text += "page_table";
                from += 1;
            }
            "pagetable" | "page-table" | "pt" => text += "page_table",
            "contents" | "table" | "tables" => {}
            word if NOUNS.contains(&word) && !text.is_empty() && !text.ends_with(' ') => {
                text += &format!(", {word}")
            }
            word if text.is_empty() || text.ends_with(' ') => {
                text += if token.text == "TLB" { "tlb" } else { word }
            }
            _ => text += &format!(" {}", token.text),
        }
        from += 1;
    }
    (!text.is_empty()).then(|| format!("given {text}"))
}

/// Draws: `choose x from 1..5`, `let x = random(1, 5)`.
fn choose(said: &str, all: &[Token]) -> Option<String> {
    let text: Vec<&str> = all.iter().map(|token| token.text).collect();
    let name = all.get(1).filter(|name| name.is_name())?.text;
    let slice =
        |from: usize, to: usize| Some(&said[all.get(from)?.start..all.get(to.checked_sub(1)?)?.end()]);
    if text[0] == "let" && text.get(2) != Some(&"in") {
        return (text.get(2) == Some(&"=")).then(|| random(name, said, &all[3..])).flatten();
    }
    if let (Some(&","), Some(other), Some(&"in")) = (text.get(2), all.get(3), text.get(4)) {
        let range = slice(5, text.len())?;
        return Some(format!("choose {name} in {range}; choose {} in {range}", other.text));
    }
    let mut depth = 0;
    let comma = text.iter().position(|token| {
        depth += nesting(token);
        *token == "," && depth == 0
    });
    let condition = |word: &&str| {
        matches!(
            *word,
            "," | "where" | "such" | "with" | "if" | "when" | "for" | "that" | "st" | "|" | "provided"
        )
    };
    let end = text.iter().position(|word| *word != "," && condition(&word)).or(comma).unwrap_or(text.len());
    let begin = 2 + text[2..end]
        .iter()
        .take_while(|word| matches!(**word, "in" | "from" | "=" | ":" | "between" | "of" | "out" | "∈"))
        .count();
    let range = range(said, &all[begin..end])?;
    let mut rest = String::new();
    if end < text.len() {
        let skip = text[end..].iter().take_while(|word| condition(word)).count();
        let stated = slice(end + skip, text.len())?;
        let stated = if stated.contains("=>") { stated.to_owned() } else { stated.replace(" = ", " == ") };
        rest = format!(" where {stated}");
    }
    Some(format!("choose {name} in {range}{rest}"))
}

/// A range or list: `1..5`, `1 to 5`, `{1, 2}`, `[1, 5]`.
fn range(said: &str, all: &[Token]) -> Option<String> {
    let (first, last) = (all.first()?, all.last()?);
    let text = &said[first.start..last.end()];
    let mid = all.iter().position(|token| matches!(token.text, "to" | "and" | "through" | "until" | "..."));
    if let Some(mid) = mid.filter(|mid| *mid > 0 && mid + 1 < all.len()) {
        let exclusive = all[mid].text == "until";
        let dots = if exclusive { ".." } else { "..=" };
        let (before, after) = (&said[first.start..all[mid - 1].end()], &said[all[mid + 1].start..last.end()]);
        return Some(format!("{before}{dots}{after}"));
    }
    match (first.text, last.text) {
        ("{", "}") | ("(", ")") => Some(format!("[{}]", text[1..text.len() - 1].trim())),
        ("range", ")") => {
            let inside = said[all.get(1)?.end()..last.start].trim();
            Some(
                inside
                    .split_once(',')
                    .map_or_else(|| format!("0..{inside}"), |(a, b)| format!("{}..{}", a.trim(), b.trim())),
            )
        }
        _ => Some(text.to_owned()),
    }
}

/// A draw by a function: `random(1, 5)`, `random.choice([1, 2])`, `rand() % 5`.
pub(super) fn random(name: &str, said: &str, all: &[Token]) -> Option<String> {
    let function = all.first()?.text.to_ascii_lowercase();
    let function = function.rsplit('.').next()?;
    let close = all.iter().position(|token| token.text == ")")?;
    if !matches!(
        function,
        "random" | "rand" | "randint" | "randrange" | "uniform" | "choice" | "sample" | "randi" | "draw"
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
    let inside = all.get(2..all.len() - 1).filter(|_| close + 1 == all.len())?;
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
        None if inside.first()?.text == "[" || inside.iter().any(|token| token.text.starts_with("..")) => {
            format!("choose {name} in {}", text(inside)?)
        }
        None => format!("choose {name} in 0..{}", text(inside)?),
    })
}

/// `true_false "…" true`
fn truth(all: &[Token]) -> Option<String> {
    let text = all.iter().find(|token| token.is_text())?;
    let right = all.last()?.text.to_ascii_lowercase();
    let (right, wrong) = match &*right {
        "true" | "t" | "yes" => ("true", "false"),
        "false" | "f" | "no" => ("false", "true"),
        _ => return None,
    };
    Some(format!("choice {} {{ correct \"{right}\"; wrong \"{wrong}\" }}", text.text))
}

/// Points that stand inside a question: a text for the place from its `{` to the end of their line.
pub(super) fn inside(text: &str, line: &Range<usize>, head: &Range<usize>) -> Option<(Range<usize>, String)> {
    let said = &text[line.clone()];
    let all = tokens(said);
    let (_, value) = points(&all, false).filter(|(place, _)| *place == (0..all.len()))?;
    let first = tokens(&text[head.clone()]).first()?.text;
    let brace = head.start + text[head.clone()].rfind('{')?;
    let block = matches!(first, "question" | "part") && !text[head.clone()].contains(" points ");
    let between = &text[brace + 1..line.start];
    block.then(|| (brace..line.end, format!("points {value} {{{}", between.trim_end_matches([' ', '\n']))))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_of_papers_are_said_in_our_words() {
        for (theirs, ours) in [
            ("question \"Q\" [6] {", "question \"Q\" points 6 {"),
            ("question(\"Q\", 6) {", "question \"Q\" points 6 {"),
            ("question \"Q\" (6 points) {", "question \"Q\" points 6 {"),
            ("question \"Q\", points: 6 {", "question \"Q\" points 6 {"),
            ("question Address translation - 6 pts {", "question \"Address translation\" points 6 {"),
            ("question 1 points 6 {", "question \"1\" points 6 {"),
            ("part (a) points 2 { ask read 1 => vpn }", "part \"a\" points 2 { ask read 1 => vpn }"),
            ("part a: {", "part \"a\" {"),
            ("text Translate the address.", "text \"Translate the address.\""),
            ("text 'Go.'", "text \"Go.\""),
            ("essay \"Why?\" 5 lines points 3", "essay \"Why?\" space 5 lines points 3"),
            ("ask read 0x3D4: vpn, ppn", "ask read 0x3D4 => vpn, ppn"),
            ("ask read 0x3D4 => vpn: ____, ppn: ?", "ask read 0x3D4 => vpn, ppn"),
            ("ask read 0x3D4 => vpn, ppn (6 points)", "ask read 0x3D4 => vpn, ppn points 6"),
            ("ask vpn and ppn of read 0x3D4", "ask read 0x3D4 => vpn, ppn"),
            ("ask \"Size\": 4 unit B", "ask \"Size\" = 4 unit B"),
            ("ask pages = machine.pages", "ask \"pages\" = machine.pages"),
            ("ask read 0x3D4 => vpn radix 16", "ask read 0x3D4 => vpn radix hex"),
            ("ask read 1 => VPN, TLB hit?", "ask read 1 => vpn, tlb"),
            ("ask tlb columns tag, ppn", "ask tlb columns tag ppn"),
            ("Question 1 (10 points): Go {", "question \"1: Go\" points 10 {"),
            ("choose x in 1..5, x % 2 == 0", "choose x in 1..5 where x % 2 == 0"),
            ("choose x from 1..5", "choose x in 1..5"),
            ("choose x between 1 and 5", "choose x in 1..=5"),
            ("choose x in {1, 2}", "choose x in [1, 2]"),
            ("choose x in 1..5 such that x % 2 == 0", "choose x in 1..5 where x % 2 == 0"),
            ("let x = random(1, 5)", "choose x in 1..=5"),
            ("let x = random.choice([1, 5])", "choose x in [1, 5]"),
            ("given page table, tlb", "given page_table, tlb"),
            ("true_false \"Yes.\" true", "choice \"Yes.\" { correct \"true\"; wrong \"false\" }"),
        ] {
            assert_eq!(line(theirs).and_then(|(_, new)| new).as_deref(), Some(ours), "{theirs}");
        }
    }
}
