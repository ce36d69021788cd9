//! Spellings of words: yes and no, hits and misses, faults, and the dash.

use super::number;
use crate::questions::entry::Radix;

/// Spellings of yes.
const YES: &[&str] = &[
    "y", "yes", "j", "ja", "oui", "o", "si", "sí", "s", "true", "t", "1", "✓", "✔", "☑",
];
/// Spellings of no.
const NO: &[&str] = &["n", "no", "nein", "non", "false", "f", "0", "✗", "✘", "☒"];
/// Spellings of the dash.
const DASHES: &[&str] = &[
    "-",
    "–",
    "—",
    "−",
    "‐",
    "‑",
    "--",
    "---",
    "n/a",
    "na",
    "n.a.",
    "/",
    "not applicable",
    "none",
    "nothing",
    "unknown",
    "undefined",
    "∅",
    "empty",
];
/// What a student can miss, as in `no frame`.
const ABSENT: &[&str] = &[
    "no frame",
    "no page",
    "no value",
    "no address",
    "no ppn",
    "no pa",
];
/// Kinds of hits and misses.
const KINDS: &[&str] = &["cold", "compulsory", "conflict", "capacity", "cache", "tlb"];
/// Synonyms for the words that facts use.
const OTHERWISE: &[(&str, &str)] = &[
    ("h", "hit"),
    ("m", "miss"),
    ("cow", "copy-on-write"),
    ("zero-fill", "demand-zero"),
    ("segv", "segmentation"),
    ("segfault", "segmentation"),
    ("segmentation-fault", "segmentation"),
    ("bus-error", "bus"),
    ("page-fault", "page"),
    ("pagefault", "page"),
    ("pf", "page"),
    ("protection-fault", "protection"),
    ("file-backed", "file"),
];

/// Whether a text is a dash.
pub(crate) fn is_dash(text: &str) -> bool {
    DASHES.contains(&plain(text).as_str())
}

/// Whether a text states that there is no value. For a frame or a page, `no` suffices.
pub(crate) fn is_absent(text: &str, place: bool) -> bool {
    let text = plain(text);
    ABSENT.contains(&&*text) || place && text == "no"
}

/// Returns the number of a frame or a page without its name: `3` for `frame 3`, `page 3`, `p3`, and `#3`.
pub(crate) fn unnamed(text: &str) -> &str {
    let text = text.trim();
    let rest = ["frame", "page", "p", "#"].iter().find_map(|name| {
        let (own, rest) = text.split_at_checked(name.len())?;
        own.eq_ignore_ascii_case(name).then_some((*name, rest))
    });
    // A page can have a name that begins as these words do.
    let is_apart = |name: &str, rest: &str| {
        let first = rest.trim_start().chars().next();
        first.is_some_and(|first| {
            first.is_ascii_hexdigit() || name == "#" || rest.starts_with(char::is_whitespace)
        })
    };
    rest.filter(|(name, rest)| is_apart(name, rest))
        .map_or(text, |(_, rest)| rest.trim_start())
}

/// Returns a text without the differences that a key's author does not mean: case, and the spaces, `-`, and `_` beside a
/// letter or a sign. Between two digits, they matter.
pub(crate) fn folded(text: &str) -> String {
    let (mut folded, mut gap) = (String::new(), String::new());
    for c in plain(text).chars() {
        if c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}' | '\u{2011}') {
            gap.push(c);
            continue;
        }
        let before = folded.chars().last();
        let beside_letter = before.is_some_and(char::is_alphabetic) || c.is_alphabetic();
        if !(before.is_some() && beside_letter) && gap.contains('-') {
            folded.push('-');
        } else if c.is_ascii_digit() && before.is_some_and(|before| before.is_ascii_digit()) {
            folded.extend(gap.chars().next().map(|_| ' '));
        }
        gap.clear();
        folded.push(c);
    }
    folded + gap.trim()
}

/// Whether a key is a word of yes or no, or of hit or miss, and a text means the same.
pub(crate) fn is_same_truth(text: &str, key: &str) -> bool {
    let (text, key) = (plain(text), plain(key));
    // One letter can be a name, such as the state M of a line, so yes and no do not mean it.
    let names_kind = |text: &str| matches!(text, "h" | "hit" | "m" | "miss");
    let is_truth = match &*key {
        "h" | "m" => names_kind(&text),
        "hit" | "miss" => true,
        key => is_yes_or_no(key) && !could_be_fault(&text, key),
    };
    is_truth && flag(&key).is_some_and(|meant| flag(&text) == Some(meant))
}

/// Whether a text could mean that there is a page fault or none, and the key is yes or no. The question may be about faults or
/// about hits, and `F` could mean "fault" or "false".
pub(crate) fn could_be_fault(text: &str, key: &str) -> bool {
    let (text, key) = (plain(text), plain(key));
    let is_letter = text == "f" && !matches!(&*key, "true" | "false");
    is_yes_or_no(&key) && (is_letter || fault(&text).is_some())
}

fn is_yes_or_no(key: &str) -> bool {
    let is_long = key.chars().count() > 1 && (YES.contains(&key) || NO.contains(&key));
    is_long || matches!(key, "y" | "n")
}

/// Whether a text means a page fault, or none.
pub(crate) fn fault(text: &str) -> Option<bool> {
    match &*plain(text) {
        "fault" | "page fault" | "pagefault" | "page-fault" | "pf" => Some(true),
        "no fault" | "no page fault" | "no pagefault" | "no page-fault" => Some(false),
        _ => None,
    }
}

/// Whether a text contains all words of a key and others, as in `major fault` for `major`, or in other punctuation.
pub(crate) fn contains(text: &str, key: &str) -> bool {
    let is_around = |c: char| ".,;:!?\"'“”‘’„«»()[]{}".contains(c);
    let [text, key] = [text, key].map(|text| {
        let text = plain(text);
        let words = text.split(' ').map(|word| word.trim_matches(is_around));
        let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
        format!(" {} ", words.join(" "))
    });
    !key.trim().is_empty() && text.contains(&key)
}

/// Whether a text could be an abbreviation of a key: its letters appear in the key in this order, from the first.
pub(crate) fn abbreviates(text: &str, key: &str) -> bool {
    let letters = |text: &str| -> Option<String> {
        let text: String = folded(text)
            .chars()
            .filter(|c| !".-/".contains(*c))
            .collect();
        text.chars().all(char::is_alphabetic).then_some(text)
    };
    let Some(text) = letters(text) else {
        return false;
    };
    let key = folded(key);
    let mut rest = key.chars();
    let begins = text
        .chars()
        .next()
        .is_some_and(|first| key.starts_with(first));
    begins && text.chars().all(|c| rest.any(|own| own == c))
}

/// Returns the word of the blank that a text means. The text can also be yes or no.
pub fn read(text: &str, words: &'static [&'static str], bare: bool) -> Option<&'static str> {
    let text = plain(text);
    let hyphened = |text: &str| text.to_lowercase().replace([' ', '_'], "-");
    let named = hyphened(&text);
    let own = |wanted: &str| words.iter().find(|word| hyphened(word) == wanted).copied();
    if let Some(word) = own(&named) {
        return Some(word);
    }
    let otherwise = OTHERWISE
        .iter()
        .find(|(name, _)| *name == named)
        .and_then(|(_, word)| own(word));
    if otherwise.is_some() {
        return otherwise;
    }
    if bare && named == "fault" {
        return own("page");
    }
    if matches!(&*named, "no-fault" | "no-page-fault" | "no-pagefault") {
        return own("none");
    }
    if let Some(class) = named
        .strip_suffix("-fault")
        .filter(|_| words.contains(&"none"))
    {
        return read(class, words, bare);
    }
    if let Some((kind, word)) = named.rsplit_once('-')
        && KINDS.contains(&kind)
        && words.contains(&"miss")
    {
        return own(word);
    }
    let (yes, no) = pair(words, bare)?;
    // Accept `Y (protection)`, as the key prints it, and other remarks in parentheses.
    let first = text.split([' ', '(', ',']).next().unwrap_or("");
    if first != text && text.contains("protection") {
        return own("protection");
    }
    let answer = text
        .split_once('(')
        .map_or(&*text, |(answer, _)| answer.trim_end());
    if answer == "f" && words.contains(&"page") {
        // `F` could mean "fault" or "false".
        return None;
    }
    if YES.contains(&answer) {
        return own(yes);
    }
    NO.contains(&answer).then(|| own(no)).flatten()
}

/// Returns the bit that a text means: 1 for yes or a hit, and 0 for no or a miss.
pub(crate) fn flag(text: &str) -> Option<bool> {
    // A reference either hits or faults.
    let hit = fault(text).map(|faults| !faults);
    hit.or_else(|| read(text, &["hit", "miss"], true).map(|word| word == "hit"))
}

/// Returns the value that C gives a name or a cast for the result of a call: `MAP_FAILED`, `(void *)-1`, or `NULL`.
pub(crate) fn returned(text: &str) -> Option<i128> {
    match &*plain(text).replace(['(', ')', ' '], "") {
        "map_failed" | "void*-1" => Some(-1),
        "null" | "void*0" => Some(0),
        _ => None,
    }
}

/// Returns one letter for each reference, `h` for a hit and `m` for a miss: `MMH`, `m, m, h`, `FFH`, or `miss miss hit`.
pub(crate) fn hits_and_misses(text: &str) -> Option<String> {
    let is_separator = |c: char| c.is_whitespace() || ",;:/|.-_'()[]{}".contains(c);
    let words = || text.split(is_separator).filter(|word| !word.is_empty());
    let letter = |word: &str| match &*plain(word) {
        // A fault is a miss.
        "f" => Some('m'),
        word => flag(word).map(|hit| if hit { 'h' } else { 'm' }),
    };
    let of_words: Option<String> = words().map(letter).collect();
    of_words.or_else(|| {
        words()
            .flat_map(str::chars)
            .map(|c| letter(c.encode_utf8(&mut [0; 4])))
            .collect()
    })
}

/// Returns the pages that processes map to a frame, in one order and notation: `C:100, P:0x100` and `P:100 C:100` are
/// the same. The numbers are hexadecimal.
pub(crate) fn mapped(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(':').map(str::trim).collect();
    let text = words.join(":");
    let parts = text.split(|c: char| c.is_whitespace() || ",;&[](){}".contains(c));
    let page = |part: &str| {
        let (process, page) = part.rsplit_once(':')?;
        let page = number::read(page, Radix::Hex, None, None)?.value;
        Some(format!("{}:{page}", process.to_lowercase()))
    };
    let parts = parts.filter(|part| !part.is_empty() && *part != "and");
    let mut pages: Vec<String> = parts.map(page).collect::<Option<_>>()?;
    pages.sort();
    Some(pages.join(","))
}

/// Returns the meanings of yes and no for a blank with these words.
fn pair(words: &[&str], bare: bool) -> Option<(&'static str, &'static str)> {
    let pairs = [("hit", "miss"), ("true", "false"), ("yes", "no")];
    if let Some(pair) = pairs.into_iter().find(|(yes, _)| words.contains(yes)) {
        return Some(pair);
    }
    if !words.contains(&"page") {
        return None;
    }
    // In a process, the answer is the class of the fault, and `yes` is not a class.
    Some(if bare { ("page", "none") } else { ("", "none") })
}

/// Whether these words belong to a blank that asks whether bare hardware raises a page fault.
pub(crate) fn is_page_fault(words: &[&str], bare: bool) -> bool {
    bare && words.contains(&"page")
}

/// Converts the full-width characters of East Asian keyboards to their usual width.
pub(crate) fn narrow(text: &str) -> String {
    const WIDE: std::ops::RangeInclusive<char> = '！'..='～';
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        c if WIDE.contains(&c) => char::from((c as u32 - '！' as u32) as u8 + b'!'),
        c => c,
    };
    text.chars().map(narrow).collect()
}

/// Converts to lowercase with single spaces and without a final period.
pub(crate) fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let text = words.join(" ");
    match text.strip_suffix('.') {
        Some(rest) if !rest.contains('.') && !rest.is_empty() => rest.to_owned(),
        _ => text,
    }
}
