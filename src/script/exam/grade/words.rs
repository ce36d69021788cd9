//! Spellings of words: yes and no, hits and misses, faults, and the dash.

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
        own.eq_ignore_ascii_case(name).then(|| rest.trim_start())
    });
    rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()))
        .unwrap_or(text)
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
    match &*plain(text) {
        "fault" | "page fault" | "pagefault" | "pf" => return Some(false),
        "no fault" | "no page fault" => return Some(true),
        _ => {}
    }
    read(text, &["hit", "miss"], true).map(|word| word == "hit")
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
