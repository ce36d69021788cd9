//! Characters of input methods, slides, and other alphabets, with their spelling in the language.

use super::habits::Stop;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// Characters that resemble a letter or sign of the language, the letters and signs in the same order, and what the
/// characters are.
const ALIKE: &[(&str, &str, &str)] = &[
    (
        "аеорсухіѕјԁһԛԝАВЕКМНОРСТУХІЅЈ",
        "aeopcyxisjdhqwABEKMHOPCTYXISJ",
        "Cyrillic",
    ),
    ("οανρτυιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavptuiABEZHIKMNOPTYX", "Greek"),
    ("µμ", "uu", "a micro sign"),
    ("│┃¦∣÷·∗ⅹ", "||||/**x", "typographic"),
    ("‐\u{2011}‒―⁃", "-----", "a typographic hyphen"),
    (
        "\u{3000}\u{2002}\u{2003}\u{2007}\u{2009}\u{200a}\u{202f}\u{205f}",
        "        ",
        "a wide or narrow space",
    ),
];

/// Signs of mathematics, ligatures, and characters without a width.
const SIGNS: &[(&str, &str)] = &[
    ("…", ".."),
    ("∧", " and "),
    ("∨", " or "),
    ("¬", "not "),
    ("∈", " in "),
    ("←", "="),
    ("≔", "="),
    ("ﬁ", "fi"),
    ("ﬂ", "fl"),
    ("ﬀ", "ff"),
    ("ﬃ", "ffi"),
    ("ﬄ", "ffl"),
    ("\u{ad}", ""),
    ("\u{200b}", ""),
    ("\u{200c}", ""),
    ("\u{200d}", ""),
    ("\u{2060}", ""),
    ("\u{200e}", ""),
    ("\u{feff}", ""),
];

const INVISIBLE: &str = "an invisible character";

const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/// Returns the spelling of a character in the language, and what the character is.
fn plain(c: char) -> Option<(String, &'static str)> {
    if ('\u{ff01}'..='\u{ff5e}').contains(&c) {
        return char::from_u32(u32::from(c) - 0xFEE0).map(|c| (c.to_string(), "full-width"));
    }
    if let Some((_, ours)) = SIGNS.iter().find(|(theirs, _)| theirs.starts_with(c)) {
        let kind = match c {
            'ﬀ'..='ﬄ' => "a ligature",
            _ if ours.is_empty() => INVISIBLE,
            _ => "a sign of mathematics",
        };
        return Some(((*ours).to_owned(), kind));
    }
    ALIKE.iter().find_map(|(theirs, ours, kind)| {
        let at = theirs.chars().position(|other| other == c)?;
        Some((ours.chars().nth(at)?.to_string(), *kind))
    })
}

/// Returns a text without foreign characters.
fn spelled(text: &str) -> String {
    let (mut new, mut raised) = (String::new(), false);
    for c in text.chars() {
        let digit = SUPERSCRIPTS.chars().position(|digit| digit == c);
        match (digit, plain(c)) {
            (Some(digit), _) => {
                new += if raised { "" } else { "**" };
                new += &digit.to_string();
            }
            (None, Some((ours, _))) => new += &ours,
            (None, None) => new.push(c),
        }
        raised = digit.is_some();
    }
    new
}

/// Reports a foreign character. The fix replaces all of them up to the end of the line, except in texts.
pub(super) fn foreign(stop: &Stop) -> Option<Diagnostic> {
    let first = stop.rest.chars().next()?;
    if let Some(diagnostic) = radix(stop) {
        return Some(diagnostic);
    }
    let superscript = SUPERSCRIPTS.contains(first);
    let kind = if superscript {
        "a superscript"
    } else {
        plain(first)?.1
    };
    let text = stop.rest.split(['"', '\'']).next().unwrap_or(stop.rest);
    let last = text
        .char_indices()
        .rfind(|(_, c)| SUPERSCRIPTS.contains(*c) || plain(*c).is_some());
    let (at, c) = last?;
    let was = &text[..at + c.len_utf8()];
    let message = if kind == INVISIBLE {
        format!("{INVISIBLE} is here: U+{:04X}", u32::from(first))
    } else if kind.starts_with("a ") {
        format!("`{first}` is {kind}")
    } else {
        format!("`{first}` is a {kind} character")
    };
    let diagnostic = Diagnostic::new(Code::Syntax, Span::default(), message);
    let fix = stop.write(was, spelled(was));
    let is_alone = fix.text.is_empty();
    let diagnostic = diagnostic.fix(fix);
    Some(if is_alone {
        diagnostic.help("delete the character, or type the line again")
    } else {
        diagnostic
    })
}

/// Reports the radix of a textbook, as in `03D4₁₆`.
fn radix(stop: &Stop) -> Option<Diagnostic> {
    let digit = |c: char| ('₀'..='₉').contains(&c);
    let length = stop.rest.find(|c| !digit(c)).unwrap_or(stop.rest.len());
    let said = &stop.rest[..length];
    let value = said
        .chars()
        .map(|c| char::from_digit(u32::from(c) - u32::from('₀'), 10));
    let prefix = match &*value.collect::<Option<String>>()? {
        "16" => "0x",
        "10" => "",
        "2" => "0b",
        _ => return None,
    };
    let is_digit = |c: char| c.is_ascii_hexdigit() || c == '_';
    let number = &stop.before[stop.before.trim_end_matches(is_digit).len()..];
    let digits = number.trim_start_matches(|c| prefix.is_empty() && c == '0');
    let start = stop.at.checked_sub(number.len())?;
    // A space may precede the digits.
    stop.line
        .get(start..stop.at)
        .filter(|before| *before == number)?;
    let fix = Fix::write(
        Span::new(0, start..stop.at + length),
        format!("{number}{said}"),
        format!("{prefix}{digits}"),
    );
    let message = format!("`{said}` is the radix of a textbook");
    let diagnostic = Diagnostic::new(Code::Syntax, Span::default(), message);
    (!number.is_empty()).then(|| diagnostic.fix(fix))
}
