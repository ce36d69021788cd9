//! Settings in the notation of configuration files and exam sheets: `size = 32kB`, `8-way`, `64-byte blocks`,
//! `page size: 4K`.

mod names;
mod setting;
mod value;

use crate::lang::idioms::tokens::{Token, nesting, tokens};
use names::TABLE;
pub(super) use names::is_policy;
use names::word;
use setting::settings;
use value::thousands;

/// Words between a part's name and its settings, or between settings.
const SKIPPED: &[&str] = &[
    "cache", "data", "unified", "has", "is", "a", "an", "with", "using", "and", "by", "of",
];

/// Rewrites a line of a block. Returns `None` if nothing changes. `block` is the first word of the block of
/// settings.
pub(crate) fn line(block: &str, said: &str) -> Option<String> {
    let said = said.trim();
    let new = match block {
        "table" => cells(said)?,
        _ => content(block, said)?,
    };
    (new != said).then_some(new)
}

/// Rewrites the cells of a row without commas between them.
fn cells(said: &str) -> Option<String> {
    let (mut depth, mut new) = (0, said.to_owned());
    let all = tokens(said);
    let commas = all.iter().any(|token| token.text == ",");
    for token in &all {
        depth += nesting(token.text);
        // LaTeX separates cells by `&`, and ends a row with `\\`.
        let foreign = token.text == "," || !commas && matches!(token.text, "&" | "\\");
        if depth == 0 && foreign {
            let start = said[..token.start].trim_end().len();
            let removed = said.len() - new.len();
            let apart = said[token.end()..].starts_with(|c: char| !c.is_whitespace() && c != '\\');
            let space = if apart { " " } else { "" };
            new.replace_range(start - removed..token.end() - removed, space);
        }
    }
    matches!(all.first()?.text, "row" | "columns").then_some(new)
}

/// Rewrites a statement whose settings are in braces or after a list of pages.
pub(super) fn statement(said: &str) -> Option<String> {
    if let Some(asked) = said
        .strip_prefix("ask ")
        .filter(|asked| asked.starts_with("reference "))
    {
        return statement(asked).map(|new| format!("ask {new}"));
    }
    if said.starts_with("set pte ") {
        return fields(said);
    }
    let all = tokens(said);
    let first = all.first()?;
    if !matches!(
        first.text,
        "machine" | "kernel" | "reference" | "exam" | "file" | "choice"
    ) {
        return None;
    }
    if first.text == "reference"
        && let Some(new) = pages_first(said, &all)
    {
        return statement(&new).or(Some(new));
    }
    let open = all.iter().position(|token| token.text == "{");
    let named = |token: &Token| {
        first.text == "reference"
            && (matches!(
                token.text,
                "frames" | "with" | "using" | "frame" | "replacement" | "policy"
            ) || is_policy(token.text))
    };
    // `reference lru frames 3: 1 2 3`
    if let [_, second, ..] = &all[..]
        && named(second)
        && let Some((settings, pages)) = said[second.start..].split_once(':')
    {
        let (pages, tail) = pages.split_at(pages.find("=>").unwrap_or(pages.len()));
        let (pages, settings) = (pages.trim(), settings.trim());
        return statement(format!("reference {pages} {{ {settings} }} {tail}").trim());
    }
    // `kernel frames 4, replacement lru`
    let bare = matches!(first.text, "kernel" | "exam").then_some(1);
    // `page 16` among the settings, and not among the pages.
    let sized = |pair: &[Token]| pair[0].text == "page" && pair[1].is_number();
    let sized = all.windows(2).skip(2).position(sized).map(|at| at + 2);
    let early = all.iter().position(named);
    let early = match (early, sized) {
        (Some(early), Some(sized)) => Some(early.min(sized)),
        _ => early,
    };
    let open_or_named = match (open, early) {
        // `reference 1 2 3 with 3 frames { replacement fifo }`
        (Some(open), Some(early)) if early < open => Some(early),
        _ => open.or(early).or(bare),
    };
    let begin = all.get(open_or_named?)?;
    let mut head = said[..begin.start].trim().to_owned();
    if first.text == "reference" {
        head = pages(&head);
    } else if first.text != "choice" {
        head = head
            .replace([':', '='], " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
    }
    let without_with = |text: &'_ str| text.trim_start_matches("with").trim().to_owned();
    let (inside, tail) = if let Some(open) = open {
        let close = closing(&all, open)?;
        let block = &said[all[open].end()..all[close].start];
        let before = said.get(begin.start..all[open].start).map(without_with);
        let before = before.filter(|before| !before.is_empty());
        (
            before.map_or_else(|| block.to_owned(), |before| format!("{before}, {block}")),
            &said[all[close].end()..],
        )
    } else {
        let arrow = all
            .iter()
            .find(|token| token.text == "=>")
            .map_or(said.len(), |arrow| arrow.start);
        (without_with(said.get(begin.start..arrow)?), &said[arrow..])
    };
    let inside = content(first.text, &inside)?;
    let tail = if open.is_none() && !tail.is_empty() {
        format!(" {tail}")
    } else {
        tail.to_owned()
    };
    let new = format!("{head} {{ {inside} }}{tail}");
    (new.split_whitespace().ne(said.split_whitespace())).then_some(new)
}

/// Moves the pages of a reference string before its settings: `reference { frames 3 } 1 2 3`,
/// `reference { frames 3, string 1 2 3 }`, and `reference lru frames 3 { 1 2 3 }`.
fn pages_first(said: &str, all: &[Token]) -> Option<String> {
    let open = all.iter().position(|token| token.text == "{")?;
    let close = closing(all, open)?;
    let before = said[all[0].end()..all[open].start].trim();
    let inside = said[all[open].end()..all[close].start].trim();
    let after = said[all[close].end()..].trim();
    let (after, tail) = after.split_at(after.find("=>").unwrap_or(after.len()));
    let is_list = |text: &str| {
        let mut all = tokens(text).into_iter().peekable();
        let is_page = |token: &Token| token.is_number() || matches!(token.text, "," | "[" | "]");
        all.peek().is_some() && all.all(|token| is_page(&token))
    };
    let without = |text: &str| text.trim_start_matches(',').trim().to_owned();
    let (pages, settings) = if before.is_empty() && is_list(after) {
        (without(after), inside.to_owned())
    } else if after.is_empty() && is_list(inside) && before.starts_with(char::is_alphabetic) {
        (inside.to_owned(), before.to_owned())
    } else if after.is_empty() && before.is_empty() {
        // The pages end at the next name.
        let own = &all[open + 1..close];
        let names = ["string", "pages", "references", "sequence", "refs"];
        let name = own.iter().position(|token| names.contains(&token.text))?;
        let end = own[name + 1..].iter().position(Token::is_name);
        let end = end.map_or(close, |at| open + 1 + name + 1 + at);
        let (name, end) = (own[name], all[end].start);
        let pages = said[name.end()..end].trim_matches([' ', ',', ';', ':', '=']);
        let pages = pages.trim_matches('"');
        let rest = [
            &said[all[open].end()..name.start],
            &said[end..all[close].start],
        ];
        let rest = rest.map(|part| part.trim().trim_matches([',', ';']).trim());
        let rest: Vec<&str> = rest.into_iter().filter(|part| !part.is_empty()).collect();
        is_list(pages).then(|| (pages.to_owned(), rest.join(", ")))?
    } else {
        return None;
    };
    Some(
        format!("reference {pages} {{ {settings} }} {tail}")
            .trim_end()
            .to_owned(),
    )
}

/// Rewrites the fields of an entry in the notation of a manual: `set pte 1 0x1000 { P=1, R/W=0 }`.
fn fields(said: &str) -> Option<String> {
    let (head, inside) = said
        .split_once('{')
        .filter(|(_, inside)| inside.contains(['=', ':', '/']))?;
    let field = |field: &str| {
        let mut words = field.split(['=', ':', ' ']).filter(|word| !word.is_empty());
        let name = words.next()?.replace('/', "").to_lowercase();
        Some(format!("{name} {}", words.collect::<Vec<_>>().join(" ")))
    };
    let all: Option<Vec<String>> = inside.strip_suffix('}')?.split(',').map(field).collect();
    let new = format!("{}{{ {} }}", head, all?.join(", "));
    (new.split_whitespace().ne(said.split_whitespace())).then_some(new)
}

/// Rewrites the pages of a reference string as adjacent numbers.
fn pages(head: &str) -> String {
    // A list keeps its commas.
    let spaced = if head.contains('[') {
        head.replace([':', '='], " ")
    } else {
        head.replace(['(', ')', ',', ':', '='], " ")
    };
    let spaced = spaced.replace(['"', '\''], " ");
    // `reference [1, 2, 3], frames = 3`
    let spaced = spaced.trim_end().trim_end_matches(',');
    let words = spaced.split_whitespace();
    let words: Vec<&str> = words
        .filter(|word| !matches!(*word, "string" | "pages" | "sequence" | "->"))
        .collect();
    words.join(" ")
}

/// Rewrites `duration 1h30`, `duration 1.5 h`, and `duration 1 h 30 min` in minutes.
pub(in crate::lang::idioms) fn duration(said: &str) -> Option<String> {
    let mut rest = said
        .trim()
        .strip_prefix("duration ")?
        .trim()
        .trim_matches('"');
    let (mut minutes, mut begun) = (0.0, false);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, after) = rest.split_at(digits.unwrap_or(rest.len()));
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic());
        let (unit, after) = after.split_at(letters.unwrap_or(after.len()));
        let number: f64 = number.parse().ok()?;
        match unit {
            "h" | "hr" | "hrs" | "hour" | "hours" if !begun => minutes += 60.0 * number,
            "m" | "min" | "mins" | "minute" | "minutes" => minutes += number,
            "" if begun => minutes += number,
            _ => return None,
        }
        begun = true;
        rest = after.trim_start();
    }
    (begun && minutes.fract() == 0.0).then(|| format!("duration {minutes} min"))
}

/// Returns the index of the token that closes a bracket.
fn closing(all: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0;
    let closes = |token: &Token| {
        depth += nesting(token.text);
        depth == 0
    };
    all[open..].iter().position(closes).map(|at| open + at)
}

/// Rewrites the contents of a block.
fn content(block: &str, said: &str) -> Option<String> {
    let all = tokens(said);
    // csim's options: `-s 4 -E 1 -b 4`
    let options = all.windows(2).map(|pair| {
        let letter = pair[1].text.len() == 1 && pair[1].touches(&pair[0]);
        block == "cache" && pair[0].text == "-" && letter
    });
    let options: Vec<bool> = options.chain([false]).collect();
    let kept = all.into_iter().zip(options).filter(|(_, option)| !option);
    let all: Vec<Token> = kept.map(|(token, _)| token).collect();
    if all.is_empty()
        || all
            .iter()
            .any(|token| token.text.contains('|') || token.text == "=>")
    {
        return None;
    }
    let mut pieces: Vec<Vec<Token>> = vec![Vec::new()];
    let mut depth = 0;
    // `{ = "frame" ~ "set" }`
    let marks = |at: usize| {
        let follows = at > 0 && all[at - 1].is_text();
        block == "choice" && (all[at].text == "~" || all[at].text == "=" && follows)
    };
    let names_part = |token: &Token| part(std::slice::from_ref(token)).is_some();
    // A comma can be missing before `tlb {` or `cache L1 {`.
    let opens = |at: usize| {
        let block = all[at + 1..].iter().take(2).any(|next| next.text == "{");
        block && names_part(&all[at]) && at > 0 && !names_part(&all[at - 1])
    };
    for (at, token) in all.iter().enumerate() {
        if depth == 0 && (opens(at) || marks(at)) {
            pieces.push(Vec::new());
        }
        depth += nesting(token.text);
        // The comma in a number such as 4,096 does not separate list elements.
        let apart = matches!(token.text, ";" | "->") || token.text == "," && !thousands(&all, at);
        if apart && depth == 0 {
            pieces.push(Vec::new());
        } else {
            pieces.last_mut()?.push(*token);
        }
        // A comma can be missing after a block.
        if depth == 0 && token.text == "}" {
            pieces.push(Vec::new());
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    // `bits 4, 4`
    if block == "page_table" {
        pieces = pieces
            .into_iter()
            .fold(Vec::new(), |mut joined: Vec<Vec<Token>>, piece| {
                let number = piece.len() == 1 && piece[0].is_number();
                match joined.last_mut() {
                    Some(bits) if number && bits.len() > 1 && bits[0].text == "bits" => {
                        bits.extend(piece);
                    }
                    _ => joined.push(piece),
                }
                joined
            });
    }
    if let Some(new) = positional(block, &pieces) {
        return Some(new);
    }
    // `cache L1 { … } -> memory`
    pieces.retain(|piece| !(block == "machine" && piece.len() == 1 && piece[0].text == "memory"));
    // `16-entry 4-way tlb`
    for piece in &mut pieces {
        let ends = matches!(piece.last(), Some(last) if matches!(&*last.text.to_ascii_lowercase(), "tlb" | "cache"));
        if block == "machine" && ends && piece[0].is_number() {
            piece.rotate_right(1);
        }
    }
    let mut new: Vec<String> = Vec::new();
    let mut rest = pieces.iter().enumerate();
    while let Some((at, piece)) = rest.next() {
        if let Some(part) = part(piece).filter(|_| matches!(block, "machine" | "kernel"))
            && let Some((own, wrapped)) = level(said, &part, piece, &pieces[at + 1..])
        {
            new.push(wrapped);
            for _ in 0..own {
                rest.next();
            }
        } else if let [
            mark @ Token {
                text: "=" | "~", ..
            },
            first,
            ..,
        ] = &piece[..]
            && block == "choice"
            && !first.is_text()
            && let Some(last) = piece.last()
        {
            // GIFT's options have no quotes.
            let option = if mark.text == "=" { "correct" } else { "wrong" };
            new.push(format!("{option} \"{}\"", &said[first.start..last.end()]));
        } else if let Some(widths) = widths(piece).filter(|_| block == "machine") {
            let levels = widths.split(' ').count();
            new.push(format!("page_table {{ levels {levels}, bits {widths} }}"));
        } else if let ([text], Some(before)) = (
            &**piece,
            new.last()
                .filter(|_| block == "choice" && piece[0].is_text()),
        ) {
            // `wrong "a", "b"`
            let marked = matches!(pieces[0][0].text, "*" | "=" | "+");
            if !(marked || before.starts_with("wrong")) {
                return None;
            }
            new.push(format!("wrong {}", text.text));
        } else {
            new.extend(settings(block, said, piece)?);
        }
    }
    let separator = if said.contains(';') { "; " } else { ", " };
    (!new.is_empty()).then(|| new.join(separator))
}

/// Returns the widths in `levels (10, 10)`.
fn widths(piece: &[Token]) -> Option<String> {
    let [name, open, inside @ .., close] = piece else {
        return None;
    };
    let listed = matches!((open.text, close.text), ("(", ")") | ("[", "]"));
    let numbers = inside.iter().filter(|token| token.text != ",");
    let numbers: Vec<&Token> = numbers.collect();
    let all = listed && !numbers.is_empty() && numbers.iter().all(|token| token.is_number());
    let named = matches!(name.text, "levels" | "bits");
    (named && all).then(|| {
        numbers
            .iter()
            .map(|token| token.text)
            .collect::<Vec<_>>()
            .join(" ")
    })
}

/// Names numbers by their places: `tlb { 16, 4 }`, `cache { 16, 1, 4 }` as (S, E, B, m) of CS:APP, and
/// `page_table { levels 10, 10 }`.
fn positional(block: &str, pieces: &[Vec<Token>]) -> Option<String> {
    let numbers = |pieces: &[Vec<Token>]| {
        let texts = pieces.iter().map(|piece| match &piece[..] {
            [number] if number.is_number() => Some(number.text.to_owned()),
            _ => None,
        });
        texts.collect::<Option<Vec<String>>>()
    };
    if let ("page_table", [first, rest @ ..]) = (block, pieces)
        && let [name, width] = &first[..]
        && matches!(name.text, "levels" | "level" | "bits" | "index")
        && let Some(widths) = numbers(rest).filter(|widths| !widths.is_empty())
    {
        let levels = widths.len() + 1;
        return Some(format!(
            "levels {levels}, bits {} {}",
            width.text,
            widths.join(" ")
        ));
    }
    // The number of frames beside the policy: `reference 1 2 3 1 lru 3`, `reference lru 3 frames: 1 2 3`.
    if let ("reference" | "kernel", [piece]) = (block, pieces)
        && let [first, second] | [first, second, Token { text: "frames", .. }] = &piece[..]
        && let (name, number) = if first.is_name() {
            (first, second)
        } else {
            (second, first)
        }
        && number.is_number()
        && let policy = word(block, name.text)
        && policy.starts_with("replacement ")
    {
        return Some(format!("frames {}, {policy}", number.text));
    }
    // The split of an address ends with its page offset: `page_table { 10 bits, 10 bits, 12 bits }`.
    let widths = pieces.iter().map(|piece| match &piece[..] {
        [number, bits] if number.is_number() && bits.text == "bits" => Some(number.text),
        _ => None,
    });
    if let ("page_table", Some(widths)) = (block, widths.collect::<Option<Vec<&str>>>())
        && let [first, .., last] = widths[..]
    {
        let levels = widths.len() - usize::from(first != last);
        return Some(format!(
            "levels {levels}, bits {}",
            widths[..levels].join(" ")
        ));
    }
    match (block, &numbers(pieces)?[..]) {
        ("tlb", [entries, ways]) => Some(format!("entries {entries}, ways {ways}")),
        ("cache", [sets, ways, block] | [sets, ways, block, _]) => {
            Some(format!("sets {sets}, ways {ways}, block {block}"))
        }
        _ => None,
    }
}

/// Returns the head of the TLB, cache, or other block with which a piece begins.
fn part(piece: &[Token]) -> Option<String> {
    let word = piece.first()?.text;
    let first = word.split('_').next()?;
    let lower = first.to_ascii_lowercase();
    if word.eq_ignore_ascii_case("page_table") || word == "pte" || word == "memory" {
        let braced = piece.iter().any(|token| token.text == "{");
        let timed = piece
            .iter()
            .any(|token| matches!(token.text, "ns" | "us" | "cycles" | "clks"));
        let levels =
            word == "page_table" && piece.iter().any(|token| token.text.starts_with("level"));
        return (braced || levels || word == "memory" && timed).then(|| word.to_ascii_lowercase());
    }
    // `memory_access_time 100 ns`
    if first == "memory" {
        return Some(lower);
    }
    let kind = match &*lower {
        "tlb" | "cache" => return Some(lower),
        _ if lower.ends_with("tlb") => "tlb",
        "l1" | "l2" | "l3" | "l1d" | "l1i" | "dcache" | "icache" | "llc" => "cache",
        _ => return None,
    };
    // `L1 cache`, `L2 TLB`
    let kind = match piece
        .get(1)
        .map(|next| next.text.to_ascii_lowercase())
        .as_deref()
    {
        Some("tlb") => "tlb",
        _ => kind,
    };
    Some(format!("{kind} {first}"))
}

/// Rewrites a TLB or cache with its settings in braces, and returns the number of following pieces that
/// belong to the same TLB or cache.
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
        let role = |word: &&str| {
            TABLE
                .rows("roles")
                .find(|(theirs, _)| theirs == word)
                .map(|(_, ours)| ours)
        };
        let (roles, name): (Vec<&str>, Vec<&str>) = name.into_iter().partition(|word| {
            role(word).is_some() || matches!(*word, "only" | "unified" | "private" | "per" | "core")
        });
        let inside = &said[piece[open].end()..piece[close].start];
        let inside = if inside.trim().is_empty() {
            String::new()
        } else {
            content(kind, inside)?
        };
        let head = if name.is_empty() {
            head.to_owned()
        } else {
            format!("{head} {}", name.join(" "))
        };
        // `icache` is one of two caches of the same level.
        let name = head.rsplit(' ').next().unwrap_or_default().to_lowercase();
        let of_name = name.strip_suffix("cache").and_then(|kind| role(&kind));
        let of_name = of_name.filter(|_| roles.is_empty() && !inside.contains("for "));
        let roles = roles.iter().filter_map(role);
        let parts = roles.chain([&*inside]).chain(of_name);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        return Some((0, format!("{head} {{ {} }}", parts.join(", "))));
    }
    let skip = |token: &&Token| {
        let known = head
            .split(' ')
            .any(|word| word.eq_ignore_ascii_case(token.text));
        known
            || matches!(token.text, ":" | "=" | "(" | ")")
            || SKIPPED.contains(&&*token.text.to_ascii_lowercase())
    };
    let mut rest: Vec<Token> = piece.iter().skip_while(skip).copied().collect();
    if rest.is_empty() || rest[0].text == "none" {
        return None;
    }
    // `tlb_entries = 16`
    if let Some((_, word)) = rest[0]
        .text
        .split_once('_')
        .filter(|(first, _)| head.ends_with(&first.to_ascii_lowercase()))
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

/// Whether a setting belongs to the machine itself.
fn top(new: &[String]) -> bool {
    let own = [
        "virtual ",
        "physical ",
        "page ",
        "cores ",
        "page_table ",
        "pte ",
        "memory ",
    ];
    new.iter()
        .any(|new| own.iter().any(|name| new.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use super::{line, statement};

    #[test]
    fn settings_are_rewritten() {
        for (block, theirs, ours) in [
            (
                "machine",
                "tlb { entries = 16; ways: 4 }",
                "tlb { entries 16; ways 4 }",
            ),
            (
                "machine",
                "cache size=8K assoc=2 block=64",
                "cache { size 8 KB, ways 2, block 64 }",
            ),
            (
                "machine",
                "L1d: 32KB 8-way 64B lines",
                "cache L1d { size 32 KB, ways 8, block 64 B }",
            ),
            (
                "machine",
                "tlb: 16 entries, 4-way set associative",
                "tlb { entries 16, ways 4 }",
            ),
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
            (
                "cache",
                "16 sets, 2 ways, 16-byte blocks",
                "sets 16, ways 2, block 16 B",
            ),
            (
                "cache",
                "write_policy = write-through, allocate = no",
                "write-through, no-write-allocate",
            ),
            ("cache", "size 2^10, block 16", "size 1 << 10, block 16"),
            (
                "tlb",
                "fully associative, LRU",
                "fully-associative, policy lru",
            ),
            (
                "kernel",
                "4 frames, algorithm = LRU",
                "frames 4, replacement lru",
            ),
            (
                "choice",
                "correct: \"the low ones\"",
                "correct \"the low ones\"",
            ),
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
