//! Settings as configurations and sheets write them: `size = 32kB`, `8-way`, `64-byte blocks`, `page size: 4K`.

use super::spelled::unit;
use super::tokens::{Token, nesting, tokens};

/// What a setting is called elsewhere: its block (none for any), its name here, and other names, in lower case and without
/// what `NOISE` says.
const NAMES: &[(&str, &str, &[&str])] = &[
    (
        "machine",
        "virtual",
        &["virtual address", "va", "vaddr", "logical", "logical address", "virtual memory"],
    ),
    ("machine", "virtual", &["address space", "virtual address space", "address", "virtual space", "asize"]),
    (
        "machine",
        "physical",
        &["physical address", "pa", "paddr", "physical memory", "physical address space", "ram"],
    ),
    ("machine", "page", &["pages", "psize", "page frame"]),
    ("machine", "cores", &["core", "cpus", "processors"]),
    ("machine", "memory", &["main memory", "dram"]),
    ("page_table", "levels", &["level", "depth"]),
    ("page_table", "pte", &["entry", "entries", "page table entry"]),
    ("tlb", "entries", &["size", "entry", "capacity", "lines"]),
    ("cache", "size", &["cache", "capacity", "data", "bytes"]),
    ("cache", "block", &["blocks", "line", "cache line", "cache block", "bsize", "blk", "words"]),
    ("", "ways", &["way", "assoc", "associativity", "associative", "way set associative", "way associative"]),
    ("", "ways", &["set associativity", "lines per set", "blocks per set", "way assoc"]),
    ("", "sets", &["set"]),
    (
        "",
        "policy",
        &["replacement", "replacement policy", "eviction", "eviction policy", "repl", "algorithm"],
    ),
    (
        "",
        "replacement",
        &["policy", "replacement policy", "algorithm", "page replacement", "eviction", "repl"],
    ),
    (
        "",
        "latency",
        &["hit time", "hit latency", "access time", "access latency", "delay", "time", "hit", "penalty"],
    ),
    ("", "frames", &["frame", "page frames", "physical frames", "physical pages"]),
    ("", "title", &["name", "exam"]),
    ("", "duration", &["time", "length"]),
    ("", "course", &["class"]),
    ("", "aids", &["allowed", "materials"]),
    (
        "choice",
        "correct",
        &["right", "true", "yes", "answer", "key", "solution", "=", "*", "+", "correct answer"],
    ),
    ("choice", "wrong", &["false", "incorrect", "no", "distractor", "~", "-", "bad", "wrong answer"]),
];

/// Whole settings that are one word here.
const FLAGS: &[(&str, &str)] = &[
    ("fully associative", "fully-associative"),
    ("full associative", "fully-associative"),
    ("full", "fully-associative"),
    ("associativity full", "fully-associative"),
    ("ways full", "fully-associative"),
    ("ways all", "fully-associative"),
    ("direct mapped", "direct-mapped"),
    ("direct map", "direct-mapped"),
    ("direct", "direct-mapped"),
    ("associativity direct", "direct-mapped"),
    ("write back", "write-back"),
    ("writeback", "write-back"),
    ("wb", "write-back"),
    ("copy back", "write-back"),
    ("write through", "write-through"),
    ("writethrough", "write-through"),
    ("wt", "write-through"),
    ("write back no", "write-through"),
    ("write back false", "write-through"),
    ("write allocate", "write-allocate"),
    ("write allocate yes", "write-allocate"),
    ("write allocate true", "write-allocate"),
    ("allocate yes", "write-allocate"),
    ("allocate on write", "write-allocate"),
    ("wa", "write-allocate"),
    ("no write allocate", "no-write-allocate"),
    ("write no allocate", "no-write-allocate"),
    ("write around", "no-write-allocate"),
    ("write allocate no", "no-write-allocate"),
    ("write allocate false", "no-write-allocate"),
    ("allocate no", "no-write-allocate"),
    ("allocate false", "no-write-allocate"),
    ("no allocate", "no-write-allocate"),
    ("nwa", "no-write-allocate"),
    ("little endian", "little-endian"),
    ("big endian", "big-endian"),
    ("opt", "optimal"),
    ("min", "optimal"),
    ("belady", "optimal"),
    ("second chance", "second-chance"),
    ("least recently used", "lru"),
    ("first in first out", "fifo"),
    ("working set", "working-set"),
];

/// Words that add nothing to a setting's name.
const NOISE: &[&str] = &[
    "size", "num", "number", "of", "the", "count", "n", "total", "bits", "bit", "in", "bytes", "byte",
    "width", "length", "per",
];

/// Words between a part's name and its settings, or between settings.
const SKIPPED: &[&str] =
    &["cache", "data", "unified", "has", "is", "a", "an", "with", "using", "and", "by", "of"];

const POLICIES: &[&str] = &[
    "lru",
    "fifo",
    "lifo",
    "mru",
    "plru",
    "clock",
    "second-chance",
    "lfu",
    "nru",
    "aging",
    "random",
    "optimal",
    "working-set",
];

/// A line of a block in our words; none where it has them already. `block` is what the line stands in.
pub(super) fn line(block: &str, said: &str) -> Option<String> {
    let said = said.trim();
    let new = content(block, said)?;
    (new != said).then_some(new)
}

/// A statement that has settings in braces, or behind its pages.
pub(super) fn statement(said: &str) -> Option<String> {
    let all = tokens(said);
    let first = all.first()?;
    if !matches!(first.text, "machine" | "kernel" | "reference" | "exam" | "file") {
        return None;
    }
    let open = all.iter().position(|token| token.text == "{");
    let named = |token: &Token| {
        first.text == "reference" && matches!(token.text, "frames" | "with" | "frame" | "replacement")
    };
    let open_or_named = open.or_else(|| all.iter().position(named));
    let begin = all.get(open_or_named?)?;
    let mut head = said[..begin.start].trim().to_owned();
    if first.text == "reference" {
        head = pages(&head);
    } else {
        head = head.replace([':', '='], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let (inside, tail) = match open {
        Some(open) => {
            let close = closing(&all, open)?;
            (&said[all[open].end()..all[close].start], &said[all[close].end()..])
        }
        None => {
            let arrow = all.iter().find(|token| token.text == "=>").map_or(said.len(), |arrow| arrow.start);
            (said[begin.start..arrow].trim_start_matches("with"), &said[arrow..])
        }
    };
    let inside = content(first.text, inside)?;
    let tail = if open.is_none() && !tail.is_empty() { format!(" {tail}") } else { tail.to_owned() };
    let new = format!("{head} {{ {inside} }}{tail}");
    (new.split_whitespace().ne(said.split_whitespace())).then_some(new)
}

/// The pages of a reference string: numbers side by side.
fn pages(head: &str) -> String {
    let head = if head.contains('[') { head.to_owned() } else { head.replace(['(', ')'], " ") };
    let spaced = head.replace([',', ':', '='], " ").replace(['"', '\''], " ");
    let words = spaced.split_whitespace();
    let words: Vec<&str> =
        words.filter(|word| !matches!(*word, "string" | "pages" | "sequence" | "->")).collect();
    words.join(" ")
}

/// The token that closes a bracket.
fn closing(all: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0;
    let closes = |token: &Token| {
        depth += nesting(token.text);
        depth == 0
    };
    all[open..].iter().position(closes).map(|at| open + at)
}

/// What stands in a block, in our words.
fn content(block: &str, said: &str) -> Option<String> {
    let all = tokens(said);
    if all.is_empty() || all.iter().any(|token| token.text.contains('|') || token.text == "=>") {
        return None;
    }
    let mut pieces: Vec<Vec<Token>> = vec![Vec::new()];
    let mut depth = 0;
    for (at, token) in all.iter().enumerate() {
        depth += nesting(token.text);
        // 4,096 is no list.
        let apart = token.text == ";" || token.text == "," && !thousands(&all, at);
        match apart && depth == 0 {
            true => pieces.push(Vec::new()),
            false => pieces.last_mut()?.push(*token),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    let mut new: Vec<String> = Vec::new();
    let mut rest = pieces.iter().enumerate();
    while let Some((at, piece)) = rest.next() {
        // `L1d.latency = 4`
        if let Some((name, setting)) = piece[0].text.split_once('.').filter(|_| block == "machine") {
            let (head, inner) = (
                Token { text: name, ..piece[0] },
                Token { text: setting, start: piece[0].start + name.len() + 1 },
            );
            let head = part(&[head])?;
            let inner: Vec<Token> = std::iter::once(inner).chain(piece[1..].iter().copied()).collect();
            let inner = settings(head.split(' ').next()?, said, &inner)?;
            new.push(format!("{head} {{ {} }}", inner.join(", ")));
        } else if let Some(part) = part(piece).filter(|_| matches!(block, "machine" | "kernel")) {
            let (own, wrapped) = level(said, &part, piece, &pieces[at + 1..])?;
            new.push(wrapped);
            for _ in 0..own {
                rest.next();
            }
        } else if let ([text], Some(before)) =
            (&**piece, new.last().filter(|_| block == "choice" && piece[0].is_text()))
        {
            // `wrong "a", "b"`
            let marked = matches!(pieces[0][0].text, "*" | "=" | "+");
            if !(marked || before.starts_with("wrong")) {
                return None;
            }
            new.push(format!("wrong {}", text.text));
        } else if let ([text, name], "choice") = (&**piece, block)
            && text.is_text()
        {
            // `"a" correct`
            new.push(format!("{} {}", named(block, &phrase(&[name.text]), None)?, text.text));
        } else if let (Some(texts), "choice") = (listed(piece), block) {
            let name = named(block, &phrase(&[piece[0].text]), None)?;
            new.extend(texts.iter().map(|text| format!("{name} {text}")));
        } else if let (Some(text), "exam") = (plain(said, piece), block) {
            new.push(text);
        } else {
            new.extend(settings(block, said, piece)?);
        }
    }
    let separator = if said.contains(';') { "; " } else { ", " };
    (!new.is_empty()).then(|| new.join(separator))
}

/// The texts of an option that is a list: `wrong: ["a", "b"]`.
fn listed<'a>(piece: &[Token<'a>]) -> Option<Vec<&'a str>> {
    let open = piece.iter().position(|token| token.text == "[").filter(|open| *open > 0)?;
    let texts: Vec<&str> =
        piece[open..].iter().filter(|token| token.is_text()).map(|token| token.text).collect();
    (!texts.is_empty()).then_some(texts)
}

/// A text of a cover that has no quotes: `course: CS 213`.
fn plain(said: &str, piece: &[Token]) -> Option<String> {
    piece.get(1).filter(|sign| matches!(sign.text, "=" | ":"))?;
    let name = named("exam", &phrase(&[piece[0].text]), None)
        .filter(|name| matches!(&**name, "title" | "course" | "aids"))?;
    let (first, last) = (piece.get(2)?, piece.last()?);
    let text = &said[first.start..last.end()];
    (!text.contains(['"', '\''])).then(|| format!("{name} \"{text}\""))
}

fn thousands(all: &[Token], at: usize) -> bool {
    let digits = |token: &Token| token.text.bytes().all(|digit| digit.is_ascii_digit());
    let (Some(before), Some(after)) = (at.checked_sub(1).map(|at| &all[at]), all.get(at + 1)) else {
        return false;
    };
    digits(before)
        && digits(after)
        && after.text.len() == 3
        && all[at].touches(before)
        && after.touches(&all[at])
}

/// A TLB, a cache, or another block that a piece begins with: its head here.
fn part(piece: &[Token]) -> Option<String> {
    let word = piece.first()?.text;
    let first = word.split('_').next()?;
    let lower = first.to_ascii_lowercase();
    if word.eq_ignore_ascii_case("page_table") || word == "pte" || word == "memory" {
        let braced = piece.iter().any(|token| token.text == "{");
        return braced.then(|| word.to_ascii_lowercase());
    }
    let kind = match &*lower {
        "tlb" | "cache" => return Some(lower),
        _ if lower.ends_with("tlb") => "tlb",
        "l1" | "l2" | "l3" | "l1d" | "l1i" | "dcache" | "icache" | "llc" => "cache",
        _ => return None,
    };
    // `L1 cache`, `L2 TLB`
    let kind = match piece.get(1).map(|next| next.text.to_ascii_lowercase()).as_deref() {
        Some("tlb") => "tlb",
        _ => kind,
    };
    Some(format!("{kind} {first}"))
}

/// A TLB or cache with its settings in braces, and how many of the following pieces are its own.
fn level(said: &str, head: &str, piece: &[Token], after: &[Vec<Token>]) -> Option<(usize, String)> {
    let kind = head.split(' ').next()?;
    let called = piece
        .get(1)
        .filter(|open| open.text == "(" && piece.last().is_some_and(|last| last.text == ")"))
        .map(|_| 1);
    if let Some(open) = piece.iter().position(|token| token.text == "{").or(called) {
        let close = closing(piece, open)?;
        let name: Vec<&str> = piece[..open]
            .iter()
            .map(|token| token.text)
            .filter(|text| !matches!(*text, ":" | "="))
            .filter(|text| !head.split(' ').any(|word| word.eq_ignore_ascii_case(text)))
            .collect();
        let inside = &said[piece[open].end()..piece[close].start];
        let inside = if inside.trim().is_empty() { String::new() } else { content(kind, inside)? };
        let head = if name.is_empty() { head.to_owned() } else { format!("{head} {}", name.join(" ")) };
        return Some((0, format!("{head} {{ {inside} }}")));
    }
    let skip = |token: &&Token| {
        let known = head.split(' ').any(|word| word.eq_ignore_ascii_case(token.text));
        known
            || matches!(token.text, ":" | "=" | "(" | ")")
            || SKIPPED.contains(&&*token.text.to_ascii_lowercase())
    };
    let mut rest: Vec<Token> = piece.iter().skip_while(skip).copied().collect();
    if rest.is_empty() || rest[0].text == "none" {
        return None;
    }
    // `tlb_entries = 16`
    if let Some((_, word)) =
        rest[0].text.split_once('_').filter(|(first, _)| head.ends_with(&first.to_ascii_lowercase()))
    {
        rest[0].start += rest[0].text.len() - word.len();
        rest[0].text = word;
    }
    rest.retain(|token| !matches!(token.text, "(" | ")" | "with"));
    let own = after.iter().take_while(|piece| {
        settings("machine", said, piece).is_none_or(|new| !top(&new)) && part(piece).is_none()
    });
    let own: Vec<&Vec<Token>> = own.collect();
    let mut new = settings(kind, said, &rest)?;
    for piece in &own {
        new.extend(settings(kind, said, piece)?);
    }
    Some((own.len(), format!("{head} {{ {} }}", new.join(", "))))
}

/// Whether a setting is of a machine itself.
fn top(new: &[String]) -> bool {
    let own = ["virtual ", "physical ", "page ", "cores ", "page_table ", "pte ", "memory "];
    new.iter().any(|new| own.iter().any(|name| new.starts_with(name)))
}

/// The settings of a piece, which may have several without a comma: `32KB 8-way 64B lines`.
fn settings(block: &str, said: &str, piece: &[Token]) -> Option<Vec<String>> {
    if let [token] = piece
        && token.is_name()
    {
        return Some(vec![word(block, token.text)]);
    }
    let mut new = Vec::new();
    let between = |token: &&Token| matches!(token.text, "using" | "with" | "by" | "and" | ",");
    let mut rest = piece;
    while !rest.is_empty() {
        rest = &rest[rest.iter().take_while(between).count()..];
        if let [token] = rest
            && token.is_name()
        {
            new.push(word(block, token.text));
            break;
        }
        let (length, setting) = setting(block, said, rest)?;
        new.push(setting);
        rest = &rest[length..];
    }
    Some(new)
}

/// A setting that is one word.
fn word(block: &str, said: &str) -> String {
    let phrase = phrase(&[said]);
    let flag = flag(&phrase).unwrap_or(&phrase);
    if POLICIES.contains(&flag) {
        let name = if matches!(block, "kernel" | "reference") { "replacement" } else { "policy" };
        return format!("{name} {flag}");
    }
    if flag.contains('-') { flag.to_owned() } else { said.to_owned() }
}

/// Words in lower case, apart.
fn phrase(words: &[&str]) -> String {
    words.join(" ").to_ascii_lowercase().replace(['_', '-'], " ")
}

fn flag(phrase: &str) -> Option<&'static str> {
    let bare = [
        "write policy ",
        "write miss policy ",
        "write hit policy ",
        "mapping ",
        "policy ",
        "replacement policy ",
    ];
    let rest = bare.iter().find_map(|begin| phrase.strip_prefix(begin)).unwrap_or(phrase);
    FLAGS.iter().find(|(theirs, _)| *theirs == phrase || *theirs == rest).map(|(_, ours)| *ours)
}

/// The first setting of some tokens, and how many it takes.
fn setting(block: &str, said: &str, all: &[Token]) -> Option<(usize, String)> {
    let sign = |token: &Token| matches!(token.text, "=" | ":" | "==" | ":=" | "->" | "is" | "-" | "of");
    let prose = matches!(block, "choice" | "exam");
    let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let number = |token: &Token| token.is_number() || !prose && quoted(token.text).is_some_and(digits);
    let begins = !number(&all[0]);
    if !begins {
        // 8-way set associative, 64-byte blocks, 32KB
        let (mut at, value, unit) = value(all)?;
        while all.get(at).is_some_and(|token| token.text == "-" || token.text == "of") {
            at += 1;
        }
        let names = all[at..].iter().take_while(|token| token.is_name()).count();
        let found = (1..=names).rev().find_map(|n| {
            let words: Vec<&str> = all[at..at + n].iter().map(|token| token.text).collect();
            named(block, &phrase(&words), unit).map(|name| (n, name))
        });
        let (length, name) = match found {
            Some(found) => found,
            None if unit.is_some_and(|unit| unit.ends_with('B')) && block == "cache" => {
                (0, "size".to_owned())
            }
            None if unit == Some("entries") => (0, "entries".to_owned()),
            None => return None,
        };
        return Some((at + length, written(&name, &value, unit)));
    }
    let names =
        all.iter().take_while(|token| token.is_name() || matches!(token.text, "-" | "~" | "*" | "+")).count();
    let names = if all[0].text == "=" { 1 } else { names };
    let words: Vec<&str> = all[..names].iter().map(|token| token.text).collect();
    let mut at = names;
    while all.get(at).is_some_and(sign) {
        at += 1;
    }
    let Some(next) = all.get(at) else {
        // No value: a flag, or a name and a word.
        return flagged(block, &words).map(|new| (at, new));
    };
    if next.is_name() {
        // `write_policy = write-through`, `policy: LRU`
        let values = all[at..].iter().take_while(|token| token.is_name()).count();
        let all_words: Vec<&str> =
            words.iter().copied().chain(all[at..at + values].iter().map(|token| token.text)).collect();
        if let Some(new) = flagged(block, &all_words) {
            return Some((at + values, new));
        }
        let name = named(block, &phrase(&words), None)?;
        let value = &all[at..at + values];
        return Some((
            at + values,
            format!("{name} {}", lowered(&name, &said[value[0].start..value[values - 1].end()])),
        ));
    }
    let name = named(block, &phrase(&words), None)?;
    if number(next) {
        let (length, value, unit) = value(&all[at..])?;
        // More values of the same setting.
        let more =
            all[at + length..].iter().take_while(|token| token.is_number() || token.text == "..").count();
        let more = if name == "bits" || name == "holding" || name == "ppn" { more } else { 0 };
        let behind: String =
            all[at + length..at + length + more].iter().map(|token| format!(" {}", token.text)).collect();
        return Some((at + length + more, written(&name, &value, unit) + &behind));
    }
    // A string, a list, or an expression, which stays.
    let until = all[at..].iter().take_while(|token| !matches!(token.text, "{" | "}")).count();
    let last = at + until.checked_sub(1)?;
    let text = &said[all[at].start..all[last].end()];
    let bare = quoted(text).filter(|_| !matches!(block, "exam" | "choice" | "file"));
    let text = bare.map_or_else(|| text.to_owned(), |text| lowered(&name, text));
    Some((at + until, format!("{name} {text}")))
}

/// A policy in lower case; other words as they are.
fn lowered(name: &str, text: &str) -> String {
    let phrase = phrase(&[text]);
    let flag = flag(&phrase).unwrap_or(&phrase);
    if matches!(name, "policy" | "replacement") { flag.to_owned() } else { text.to_owned() }
}

/// What words without a value are here.
fn flagged(block: &str, words: &[&str]) -> Option<String> {
    let phrase = phrase(words);
    let flag = flag(&phrase).or_else(|| POLICIES.iter().copied().find(|name| *name == phrase))?;
    Some(word(block, flag))
}

/// The text in quotes.
fn quoted(text: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|sign| text.strip_prefix(sign)?.strip_suffix(sign))
}

/// A number, how many tokens it takes, and its unit.
fn value(all: &[Token]) -> Option<(usize, String, Option<&'static str>)> {
    let mut text = quoted(all[0].text).unwrap_or(all[0].text).to_owned();
    let mut length = 1;
    while thousands(all, length) {
        text += all[length + 1].text;
        length += 2;
    }
    let (number, glued) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(end) if !text.starts_with("0x") && !text.starts_with("0b") => text.split_at(end),
        _ => (&*text, ""),
    };
    let number = number.trim_end().to_owned();
    if !glued.is_empty() {
        return Some((length, number, Some(unit(glued)?)));
    }
    let dash = all.get(length).is_some_and(|dash| dash.text == "-" && dash.touches(&all[length - 1]));
    let word = all.get(length + usize::from(dash)).filter(|word| word.is_name());
    let known = word.and_then(|word| match word.text {
        "entries" | "entry" => Some("entries"),
        "b" | "m" | "g" | "t" => None,
        text => unit(text),
    });
    match known {
        // `16 entries`, `2^12 bytes`
        Some(unit) => Some((length + 1 + usize::from(dash), number, Some(unit))),
        None if all.get(length).is_some_and(|sign| matches!(sign.text, "^" | "**")) && number == "2" => {
            let exponent = all.get(length + 1)?;
            let unit = all.get(length + 2).and_then(|word| unit(word.text));
            Some((length + 2 + usize::from(unit.is_some()), format!("1 << {}", exponent.text), unit))
        }
        None => Some((length, number, None)),
    }
}

/// The setting of a block that a phrase names.
fn named(block: &str, phrase: &str, unit: Option<&str>) -> Option<String> {
    // `64 B lines` are blocks, `64 lines` are not.
    if block == "cache" && matches!(phrase, "lines" | "line" | "blocks" | "block") {
        return Some(
            if unit.is_some_and(|unit| unit.ends_with('B')) || !phrase.ends_with('s') {
                "block"
            } else {
                "lines"
            }
            .to_owned(),
        );
    }
    let parts = phrase.split(' ').filter(|word| !NOISE.contains(word)).collect::<Vec<_>>().join(" ");
    let own = |(of, ours, theirs): &&(&str, &str, &[&str])| {
        let place = *of == block || of.is_empty() && fits(block, ours);
        place && (theirs.contains(&phrase) || theirs.contains(&&*parts) || *ours == parts)
    };
    if let Some((_, ours, _)) = NAMES.iter().find(own) {
        return Some((*ours).to_owned());
    }
    let name = phrase.replace(' ', "_");
    let bare = parts.replace(' ', "_");
    if KNOWN.contains(&&*name) || KNOWN.contains(&&*phrase.replace(' ', "-")) {
        let dashed = phrase.replace(' ', "-");
        return Some(if KNOWN.contains(&&*dashed) { dashed } else { name });
    }
    KNOWN.contains(&&*bare).then_some(bare)
}

/// Names that stay.
const KNOWN: &[&str] = &[
    "virtual",
    "physical",
    "page",
    "page_table",
    "pte",
    "tlb",
    "cache",
    "memory",
    "cores",
    "levels",
    "bits",
    "walk",
    "size",
    "ppn",
    "sets",
    "ways",
    "policy",
    "for",
    "latency",
    "entries",
    "pages",
    "asid",
    "lines",
    "block",
    "index",
    "inclusion",
    "shared",
    "frames",
    "replacement",
    "scope",
    "swap",
    "stack-top",
    "stack-size",
    "mmap-base",
    "brk-start",
    "fault-around",
    "page-cache",
    "zero-page",
    "signals",
    "window",
    "tick",
    "holding",
    "writes",
    "title",
    "course",
    "duration",
    "aids",
    "shuffle",
    "correct",
    "wrong",
    "answers",
    "fill",
    "rubric",
];

/// Whether a setting without a block of its own in `NAMES` is one of this block.
fn fits(block: &str, name: &str) -> bool {
    match name {
        "ways" | "sets" | "policy" => matches!(block, "tlb" | "cache"),
        "latency" => matches!(block, "tlb" | "cache" | "memory"),
        "frames" | "replacement" => matches!(block, "kernel" | "reference"),
        _ => block == "exam",
    }
}

/// A setting with its value; the width of addresses is in bits, also where it is given in bytes.
fn written(name: &str, value: &str, unit: Option<&str>) -> String {
    let unit = unit
        .filter(|unit| *unit != "entries" || name == "entries")
        .map(|unit| if unit == "entries" { "" } else { unit });
    let shift = match unit {
        Some("B") => Some(0),
        Some("KB") => Some(10),
        Some("MB") => Some(20),
        Some("GB") => Some(30),
        Some("TB") => Some(40),
        _ => None,
    };
    let bytes = value.parse::<u64>().ok().filter(|bytes| bytes.is_power_of_two());
    if let (Some(shift), Some(bytes)) = (shift, bytes)
        && matches!(name, "virtual" | "physical")
    {
        return format!("{name} {} bits", shift + bytes.ilog2());
    }
    match unit {
        Some(unit) if !unit.is_empty() => format!("{name} {value} {unit}"),
        _ => format!("{name} {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{line, statement};

    #[test]
    fn settings_are_said_in_our_words() {
        for (block, theirs, ours) in [
            ("machine", "tlb { entries = 16; ways: 4 }", "tlb { entries 16; ways 4 }"),
            ("machine", "cache size=8K assoc=2 block=64", "cache { size 8 KB, ways 2, block 64 }"),
            ("machine", "L1d: 32KB 8-way 64B lines", "cache L1d { size 32 KB, ways 8, block 64 B }"),
            ("machine", "tlb: 16 entries, 4-way set associative", "tlb { entries 16, ways 4 }"),
            ("machine", "14-bit virtual", "virtual 14 bits"),
            ("machine", "page size: 64 bytes", "page 64 B"),
            ("machine", "virtual address 14 bits", "virtual 14 bits"),
            ("machine", "virtual_bits = 14", "virtual 14"),
            ("machine", "address space 16K", "virtual 14 bits"),
            ("machine", "physical memory 4K", "physical 12 bits"),
            ("machine", "tlb_entries = 16", "tlb { entries 16 }"),
            (
                "machine",
                "L2 cache: 256KB, 8-way, 64-byte lines, latency 12",
                "cache L2 { size 256 KB, ways 8, block 64 B, latency 12 }",
            ),
            (
                "machine",
                "cache L1d { size = '32kB', assoc = 8, line_size = 64 }",
                "cache L1d { size 32 KB, ways 8, block 64 }",
            ),
            ("cache", "16 sets, 2 ways, 16-byte blocks", "sets 16, ways 2, block 16 B"),
            ("cache", "write_policy = write-through, allocate = no", "write-through, no-write-allocate"),
            ("cache", "size 2^10, block 16", "size 1 << 10, block 16"),
            ("tlb", "fully associative, LRU", "fully-associative, policy lru"),
            ("kernel", "4 frames, algorithm = LRU", "frames 4, replacement lru"),
            ("choice", "correct: \"the low ones\"", "correct \"the low ones\""),
            ("choice", "= \"the low ones\"", "correct \"the low ones\""),
            ("choice", "~ \"the high ones\"", "wrong \"the high ones\""),
        ] {
            assert_eq!(line(block, theirs).as_deref(), Some(ours), "{theirs}");
        }
        assert_eq!(line("cache", "size 32 KB, ways 8, block 64 B"), None);
        assert_eq!(
            statement("reference 7, 0, 1 { frames = 3, algorithm = LRU } => faults 3").as_deref(),
            Some("reference 7 0 1 { frames 3, replacement lru } => faults 3")
        );
        assert_eq!(
            statement("reference 7 0 1 frames 3 lru").as_deref(),
            Some("reference 7 0 1 { frames 3, replacement lru }")
        );
    }
}
