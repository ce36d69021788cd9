//! Tokens of other languages, with their spelling in Pagewalk: numbers, units, operators, and strings.

use crate::lang::sections::{Sections, Table};
use std::ops::Range;

use super::tokens::{Token, nesting, tokens};

pub(super) static TABLE: Table = Table::new(|| Sections::of(include_str!("spelled.txt")));

/// Returns the unit that a foreign word means.
pub(crate) fn unit(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    TABLE
        .rows("units")
        .find(|(ours, theirs)| *ours == word || theirs.split(' ').any(|theirs| theirs == lower))
        .map(|(ours, _)| ours)
}

/// Returns the parts of a line whose spelling differs in Pagewalk, with the new spelling.
pub(super) fn spelled(line: &str) -> Vec<(Range<usize>, String)> {
    let all = tokens(line);
    let mut found = Vec::new();
    // Prose is unchanged.
    if all.first().is_some_and(|first| {
        matches!(
            first.text,
            "text" | "question" | "part" | "choice" | "title" | "rubric"
        )
    }) {
        return found;
    }
    let (mut at, mut depth) = (0, 0);
    while let Some(token) = all.get(at) {
        depth += nesting(token.text);
        let new = number(line, &all, at, depth)
            .or_else(|| operator(&all, at))
            .or_else(|| word(&all, at));
        let Some((length, new)) = new else {
            at += 1;
            continue;
        };
        found.push((token.start..all[at + length - 1].end(), new));
        at += length;
    }
    found
}

/// Returns a line with the new spelling of its parts.
pub(super) fn respelled(line: &str) -> Option<String> {
    let parts = spelled(line);
    let mut new = line.to_owned();
    for (place, text) in parts.iter().rev() {
        new.replace_range(place.clone(), text);
    }
    (!parts.is_empty()).then_some(new)
}

/// The number of tokens in the part, and the new spelling.
type Spelled = Option<(usize, String)>;

/// Converts a number in another language's notation, with its unit.
fn number(line: &str, all: &[Token], at: usize, depth: i32) -> Spelled {
    let token = all[at];
    let after = |n: usize| all.get(at + n);
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if token.text == "$"
        && let Some(digits) = after(1).filter(|next| next.touches(&token))
    {
        let text = digits.text.trim_start_matches("0x");
        let literal = digits.text.starts_with("0x") || !hex(text);
        let plain = text.bytes().all(|digit| digit.is_ascii_digit());
        return hex(text).then(|| {
            (
                2,
                if plain && !literal {
                    text.to_owned()
                } else {
                    format!("0x{text}")
                },
            )
        });
    }
    // 16'h3D4, as in Verilog
    if token.is_number()
        && let Some(next) = after(1).filter(|next| next.touches(&token))
        && let Some((radix, digits)) = next
            .text
            .strip_prefix('\'')
            .and_then(|text| text.split_at_checked(1))
        && !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    {
        let prefix = match radix {
            "h" => "0x",
            "d" => "",
            "b" => "0b",
            _ => return None,
        };
        return Some((2, format!("{prefix}{digits}")));
    }
    if token.text == "." {
        let next = after(1).filter(|next| next.is_number() && next.touches(&token))?;
        let alone = at == 0
            || !token.touches(&all[at - 1])
            || !(all[at - 1].is_name() || all[at - 1].is_number());
        return alone.then(|| (2, format!("0.{}", next.text)));
    }
    if !token.is_number() {
        return None;
    }
    if let Some(digits) = token
        .text
        .strip_prefix("0b")
        .and_then(|digits| digits.strip_suffix('b'))
    {
        return Some((1, format!("0b{digits}")));
    }
    // 0x03 D4
    if let (Some(_), Some(next)) = (
        token
            .text
            .strip_prefix("0x")
            .filter(|digits| digits.len() % 2 == 0),
        after(1).filter(|next| hex(next.text)),
    ) && matches!(next.text.len(), 2 | 4)
        && after(2).is_none_or(|third| third.text == "=>")
    {
        return Some((2, format!("{}{}", token.text, next.text)));
    }
    if after(1).is_some_and(|next| matches!(next.text, "percent" | "pct")) {
        return Some((2, format!("{}%", token.text)));
    }
    if token.text.starts_with("0b") {
        let groups = all[at + 1..]
            .iter()
            .take_while(|next| next.text.bytes().all(|digit| matches!(digit, b'0' | b'1')));
        let groups: Vec<&str> = groups.map(|next| next.text).collect();
        let joined = || format!("{}_{}", token.text, groups.join("_"));
        return (!groups.is_empty()).then(|| (1 + groups.len(), joined()));
    }
    // The groups of bits of a worksheet: `translate 00 0011 1101 0100`
    let is_bits = |text: &str| text.len() > 1 && text.bytes().all(|bit| matches!(bit, b'0' | b'1'));
    let bits = all[at..].iter().take_while(|next| is_bits(next.text));
    let bits: Vec<&str> = bits.map(|next| next.text).collect();
    let is_access = ["translate ", "read ", "write ", "fetch "]
        .iter()
        .any(|verb| line.trim_start().starts_with(verb));
    if is_access && at == 1 && bits.len() > 2 {
        return Some((bits.len(), format!("0b{}", bits.join("_"))));
    }
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    // 1 000 000
    let groups = all[at + 1..]
        .iter()
        .take_while(|next| next.text.len() == 3 && digits(next.text))
        .count();
    if groups > 0
        && line.trim_start().starts_with("let ")
        && token.text.len() <= 3
        && digits(token.text)
    {
        let joined: String = all[at..=at + groups]
            .iter()
            .map(|token| token.text)
            .collect();
        return Some((groups + 1, joined));
    }
    // 4,096
    let groups = all[at + 1..]
        .chunks(2)
        .take_while(|pair| {
            let [comma, group] = pair else { return false };
            let touching = line
                .as_bytes()
                .get(comma.start.wrapping_sub(1))
                .is_some_and(u8::is_ascii_digit);
            comma.text == ","
                && touching
                && group.touches(comma)
                && group.text.len() == 3
                && digits(group.text)
        })
        .count();
    if groups > 0
        && depth <= 1
        && token.text.len() <= 3
        && digits(token.text)
        && !line.contains(['[', '('])
    {
        let joined: String = (0..=groups).map(|n| all[at + 2 * n].text).collect();
        return Some((1 + 2 * groups, joined));
    }
    if let Some(plain) = literal(token.text, line) {
        return Some((1, plain));
    }
    // 4 kilobytes, 14-bit
    let dash = after(1).filter(|dash| dash.text == "-" && dash.touches(&token));
    let (length, word) = match dash {
        Some(dash) => (3, after(2).filter(|word| word.touches(dash))?),
        None => (2, after(1)?),
    };
    let ours = unit(word.text).filter(|ours| dash.is_some() || *ours != word.text)?;
    let vague =
        matches!(word.text, "b" | "k" | "m" | "g" | "t" | "cycle" | "bit") && dash.is_none();
    let short = digits(token.text) && !vague;
    short.then(|| (length, format!("{} {ours}", token.text)))
}

/// Converts a number with a suffix that is a single token.
fn literal(text: &str, line: &str) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let bare = text.trim_end_matches(['u', 'U', 'l', 'L']);
    if bare.len() < text.len() && hex.map_or_else(|| digits(bare), |_| true) {
        return Some(bare.to_owned());
    }
    if hex.is_some() {
        return None;
    }
    if let Some(octal) = text.strip_prefix("0o").or_else(|| text.strip_prefix("0q")) {
        return Some(u64::from_str_radix(octal, 8).ok()?.to_string());
    }
    if let Some(decimal) = text.strip_prefix("0d").filter(|decimal| digits(decimal)) {
        let addressed = line.contains("=>");
        return (!addressed).then(|| decimal.to_owned());
    }
    // virtual 14b
    let width = line
        .split_whitespace()
        .any(|word| matches!(word, "virtual" | "physical"));
    if let Some(bits) = text.strip_suffix('b').filter(|bits| width && digits(bits)) {
        return Some(format!("{bits} bits"));
    }
    let binary = text
        .strip_suffix(['b', 'B'])
        .filter(|digits| digits.bytes().all(|digit| matches!(digit, b'0' | b'1')));
    if let Some(binary) = binary.filter(|digits| digits.len() > 1) {
        return Some(format!("0b{binary}"));
    }
    // In an address or a fact, `1e3` is hexadecimal.
    let hexadecimal =
        line.contains("=>") || line.trim_start().starts_with(['r', 'w', 't', 'f', 'p']);
    if let Some((whole, exponent)) = text.split_once(['e', 'E']).filter(|_| !hexadecimal) {
        let zeros: usize = exponent.parse().ok().filter(|zeros| *zeros <= 18)?;
        return digits(whole).then(|| format!("{whole}{}", "0".repeat(zeros)));
    }
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let ours = unit(&text[end..])?;
    let known =
        text[end..] == *ours && !matches!(ours, "cm" | "mm") || matches!(&text[end..], "b" | "m");
    (digits(&text[..end]) && !known).then(|| format!("{} {ours}", &text[..end]))
}

/// Converts an operator, a call, or a string of another language.
fn operator(all: &[Token], at: usize) -> Spelled {
    let token = all[at];
    if let Some((_, ours)) = TABLE
        .rows("operators")
        .find(|(theirs, _)| *theirs == token.text)
    {
        return Some((1, (*ours).to_owned()));
    }
    let next = all.get(at + 1);
    // Words such as `is` can be operators unless facts follow.
    let worded = at > 0 && !all.iter().any(|token| matches!(token.text, "=>" | "ask"));
    if worded
        && (all[at - 1].is_name() || all[at - 1].is_number() || all[at - 1].text == ")")
        && next.is_some()
    {
        if token.text == "is" && next.is_some_and(|next| next.text == "not") {
            return Some((2, "!=".to_owned()));
        }
        if let Some((_, ours)) = TABLE
            .rows("worded operators")
            .find(|(theirs, _)| *theirs == token.text)
        {
            return Some((1, (*ours).to_owned()));
        }
    }
    // The operator `*` may be a load through a pointer.
    let begins = at > 0
        && matches!(
            all[at - 1].text,
            "=" | "(" | "," | "==" | "+" | "show" | "expect" | "["
        );
    if token.text == "*" && begins {
        let name = next.filter(|name| name.is_name() && name.touches(&token))?;
        return Some((2, format!("byte({})", name.text)));
    }
    // For example: `tlb.hits()` or `tlb.hit_rate`.
    if token.is_name()
        && let Some((part, name)) = token.text.rsplit_once('.')
    {
        let empty = next.is_some_and(|open| open.text == "(")
            && all.get(at + 2).is_some_and(|close| close.text == ")");
        let ours = TABLE
            .rows("paths")
            .find(|(theirs, _)| *theirs == name)
            .map(|(_, ours)| ours.replace('X', part));
        let length = if empty { 3 } else { 1 };
        return (empty || ours.is_some())
            .then(|| (length, ours.unwrap_or_else(|| token.text.to_owned())));
    }
    if token.text == "f"
        && let Some(text) =
            next.filter(|text| text.touches(&token) && text.text.starts_with(['"', '\'']))
    {
        return Some((
            2,
            format!("\"\"\"{}\"\"\"", text.text.trim_matches(['"', '\''])),
        ));
    }
    let inside = token
        .text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    if let Some(inside) = inside
        .filter(|text| text.chars().count() > 1 && !text.starts_with('\\') && !text.contains('"'))
    {
        return Some((1, format!("\"{inside}\"")));
    }
    None
}

/// Joins words that are a single word in Pagewalk.
fn word(all: &[Token], at: usize) -> Spelled {
    let said = |n: usize, text: &str| {
        all.get(at + n)
            .is_some_and(|token| token.text.eq_ignore_ascii_case(text))
    };
    if said(0, "page") && said(1, "table") {
        return Some((2, "page_table".to_owned()));
    }
    if all[at].text.eq_ignore_ascii_case("page-table")
        || all[at].text.eq_ignore_ascii_case("pagetable")
    {
        return Some((1, "page_table".to_owned()));
    }
    // tlb_misses
    if let Some((part, name)) = all[at].text.split_once('_')
        && TABLE.lists("counted", &part.to_ascii_lowercase())
    {
        let known = matches!(
            name,
            "hits" | "misses" | "evictions" | "writebacks" | "sets" | "ways"
        );
        let ours = TABLE
            .rows("paths")
            .find(|(theirs, _)| *theirs == name)
            .map(|(_, ours)| ours.replace('X', part));
        return ours
            .or_else(|| known.then(|| format!("{part}.{name}")))
            .map(|new| (1, new));
    }
    if said(0, "pow") && said(1, "(") && said(2, "2") && said(3, ",") && said(5, ")") {
        return Some((6, format!("(1 << {})", all[at + 4].text)));
    }
    if said(0, "log") && said(1, "(") && said(3, ",") && said(4, "2") && said(5, ")") {
        return Some((6, format!("log2({})", all[at + 2].text)));
    }
    if said(0, "sizeof") && said(1, "(") {
        let pointer = said(3, "*");
        let (_, bytes) = TABLE.rows("sizes").find(|(name, _)| said(2, name))?;
        let bytes = if pointer { "8" } else { bytes };
        let length = if pointer { 5 } else { 4 };
        return said(length - 1, ")").then(|| (length, bytes.to_owned()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::respelled;

    #[test]
    fn tokens_are_spelled_as_here() {
        for (theirs, ours) in [
            ("page 4K", Some("page 4 KB")),
            ("page 64 bytes", Some("page 64 B")),
            ("virtual 14-bit", Some("virtual 14 bits")),
            ("page 4,096", Some("page 4096")),
            ("let x = 2**14 - 1", None),
            ("let x = pow(2, 14)", Some("let x = (1 << 14)")),
            ("expect r == .5", Some("expect r == 0.5")),
            ("read 0b11 1101 0100", Some("read 0b11_1101_0100")),
            ("read 0x3D4UL", Some("read 0x3D4")),
            ("let x = 1e3", Some("let x = 1000")),
            ("read 1e3", None),
            ("include 'two words'", Some("include \"two words\"")),
            ("write p = 'a'", None),
            ("let x = *p", Some("let x = byte(p)")),
            ("let x = y * p", None),
            ("f([1,100])", None),
            ("page 64 B, ways 4", None),
        ] {
            assert_eq!(respelled(theirs).as_deref(), ours, "{theirs}");
        }
    }
}
