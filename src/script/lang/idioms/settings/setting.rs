//! Rewrites one setting, or several settings without commas between them.

use super::names::{flagged, lettered, lowered, named, phrase, word};
use super::value::{quoted, value, written};
use crate::lang::idioms::tokens::Token;

/// Rewrites the settings in a piece. A piece can contain several settings without commas, such as `32KB 8-way
/// 64B lines`.
pub(super) fn settings(block: &str, said: &str, piece: &[Token]) -> Option<Vec<String>> {
    if let [token] = piece
        && token.is_name()
    {
        return Some(vec![word(block, token.text)]);
    }
    if let Some(cache) = simple_scalar(piece).filter(|_| block == "machine") {
        return Some(vec![cache]);
    }
    let mut new = Vec::new();
    let between = |token: &&Token| {
        matches!(
            token.text,
            "using" | "with" | "by" | "and" | "," | "x" | "×" | "*" | "/" | "of" | "each"
        )
    };
    let mut rest = piece;
    while !rest.is_empty() {
        rest = &rest[rest.iter().take_while(between).count()..];
        if let [token] = rest
            && token.is_name()
        {
            new.push(word(block, token.text));
            break;
        }
        // A setting of no tokens, such as the widths in `bits "4" "4"`, would be found again and again.
        let (length, setting) = setting(block, said, rest).filter(|(length, _)| *length > 0)?;
        // `16 lines of 4 bytes`, `2 levels of 10 bits`
        let size = setting.strip_prefix("size ").filter(|_| {
            // Of two sizes, the second one is that of a block: `1 KB 2-way 16 B`
            new.iter().any(|one: &String| {
                ["lines ", "sets ", "size "]
                    .iter()
                    .any(|name| one.starts_with(name))
            })
        });
        let levels = new
            .iter()
            .find_map(|one| one.strip_prefix("levels ")?.parse().ok());
        let bits = setting
            .strip_prefix("bits ")
            .and_then(|bits| bits.split(' ').next());
        new.push(match (size, levels.zip(bits)) {
            (Some(size), _) => format!("block {size}"),
            (_, Some((levels, width))) if levels < 8 && setting.split(' ').count() < 4 => {
                format!("bits{}", format!(" {width}").repeat(levels))
            }
            _ => setting,
        });
        rest = &rest[length..];
    }
    Some(new)
}

/// Rewrites a cache of `SimpleScalar`, `cache dl1:128:32:4:l`: the sets, the bytes of a block, the ways, and the policy.
fn simple_scalar(piece: &[Token]) -> Option<String> {
    let (kind, piece) = piece.split_first()?;
    let mut parts = piece
        .split(|token| token.text == ":")
        .map(|part| match part {
            [only] => Some(only.text),
            _ => None,
        });
    let mut next = || parts.next().flatten();
    let (name, sets, block, ways) = (next()?, next()?, next()?, next()?);
    let policy = match next()? {
        "l" => "lru",
        "f" => "fifo",
        "r" => "random",
        _ => return None,
    };
    (kind.text == "cache" && parts.next().is_none()).then(|| {
        format!("cache {name} {{ sets {sets}, block {block} B, ways {ways}, policy {policy} }}")
    })
}

/// Rewrites the first setting among some tokens, and returns the number of tokens in it.
fn setting(block: &str, said: &str, all: &[Token]) -> Option<(usize, String)> {
    if let Some(found) = positions(all) {
        return Some(found);
    }
    let sign = |token: &Token| {
        matches!(
            token.text,
            "=" | ":" | "==" | ":=" | "->" | "is" | "-" | "of"
        )
    };
    let prose = matches!(block, "choice" | "exam");
    let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let number =
        |token: &Token| token.is_number() || !prose && quoted(token.text).is_some_and(digits);
    let begins = !number(all.first()?);
    if !begins {
        // For example: 8-way set associative, 64-byte blocks, 32KB.
        let (mut at, value, unit) = value(all)?;
        while all
            .get(at)
            .is_some_and(|token| token.text == "-" || token.text == "of")
        {
            at += 1;
        }
        let names = all[at..].iter().take_while(|token| token.is_name()).count();
        let found = (1..=names).rev().find_map(|n| {
            let words: Vec<&str> = all[at..at + n].iter().map(|token| token.text).collect();
            named(block, &phrase(&words), unit).map(|name| (n, name))
        });
        let (length, name) = match found {
            Some(found) => found,
            None if unit.is_some_and(|unit| unit.ends_with('B'))
                && matches!(block, "cache" | "pte" | "file") =>
            {
                (0, "size".to_owned())
            }
            None if block == "page_table" && unit.is_none_or(|unit| unit == "bits") => {
                let bits = all.iter().take_while(|token| token.is_number());
                let bits: Vec<&str> = bits.map(|token| token.text).collect();
                return Some((bits.len(), format!("bits {}", bits.join(" "))));
            }
            None if unit == Some("entries") => (0, "entries".to_owned()),
            None => return None,
        };
        return Some((at + length, written(&name, &value, unit)));
    }
    let names = all
        .iter()
        .take_while(|token| token.is_name() || matches!(token.text, "-" | "~" | "*" | "+"))
        .count();
    let names = if all[0].text == "=" { 1 } else { names };
    let words: Vec<&str> = all[..names].iter().map(|token| token.text).collect();
    if let ["no" | "without", part @ ("tlb" | "cache")]
    | ["no" | "without", "a", part @ ("tlb" | "cache")] = words[..]
    {
        return Some((names, format!("{part} none")));
    }
    let mut at = names;
    while all.get(at).is_some_and(sign) {
        at += 1;
    }
    let Some(next) = all.get(at) else {
        // A setting without a value is a flag, or a name followed by a word.
        return flagged(block, &words).map(|new| (at, new));
    };
    if next.is_name() {
        // `write_policy = write-through`, `policy: LRU`
        let values = all[at..].iter().take_while(|token| token.is_name()).count();
        let all_words: Vec<&str> = words
            .iter()
            .copied()
            .chain(all[at..at + values].iter().map(|token| token.text))
            .collect();
        if let Some(new) = flagged(block, &all_words) {
            return Some((at + values, new));
        }
        let Some(name) = named(block, &phrase(&words), None) else {
            return begun(block, &words);
        };
        let value = &all[at..at + values];
        // `policy write_through no_write_allocate`
        let flags = value.iter().map(|token| flagged(block, &[token.text]));
        let flags: Option<Vec<String>> = flags.collect();
        if let Some(flags) = flags.filter(|flags| flags.len() > 1) {
            return Some((at + values, flags.join(", ")));
        }
        return Some((
            at + values,
            format!(
                "{name} {}",
                lowered(&name, &said[value[0].start..value[values - 1].end()])
            ),
        ));
    }
    // `n 14` lacks only a better name, but the numbers after these letters have another meaning.
    let small = matches!(words[..], ["s" | "e" | "E" | "b" | "p"]);
    let letter = words.first().filter(|_| at > names || small);
    let letter = letter.and_then(|letter| lettered(block, letter));
    let name = named(block, &phrase(&words), None).or_else(|| letter.map(str::to_owned));
    let Some(name) = name else {
        return begun(block, &words);
    };
    if number(next) {
        let (length, mut value, unit) = value(&all[at..])?;
        // In CS:APP, S is 2^s sets, B is 2^b bytes, and P is 2^p bytes.
        let binary = matches!(
            (block, &words[..]),
            ("cache", ["s" | "b"]) | ("machine", ["p"])
        );
        if binary && letter.is_some() {
            value = exponent(&value)?;
        }
        // The remaining values belong to the same setting.
        let more = all[at + length..]
            .iter()
            .take_while(|token| number(token) || token.text == "..")
            .count();
        let more = if name == "bits" || name == "holding" || name == "ppn" {
            more
        } else {
            0
        };
        let behind: String = all[at + length..at + length + more]
            .iter()
            .flat_map(|token| [" ", quoted(token.text).unwrap_or(token.text)])
            .collect();
        // `associativity 2-way`, `memory 4 frames`, but the size of a word in `block 4 words` is unknown
        let rest = &all[at + length + more..];
        let dash = usize::from(rest.first().is_some_and(|dash| dash.text == "-"));
        let again = rest
            .get(dash)
            .filter(|word| word.is_name() && !word.text.starts_with("word"));
        let again = again.and_then(|word| named(block, &phrase(&[word.text]), None));
        let repeated = if again.as_ref() == Some(&name) {
            dash + 1
        } else {
            0
        };
        return Some((
            at + length + more + repeated,
            written(&name, &value, unit) + &behind,
        ));
    }
    // A string, a list, or an expression remains unchanged.
    let until = all[at..]
        .iter()
        .take_while(|token| !matches!(token.text, "{" | "}"))
        .count();
    let last = at + until.checked_sub(1)?;
    let text = &said[all[at].start..all[last].end()];
    let bare = quoted(text).filter(|_| !matches!(block, "exam" | "choice" | "essay" | "file"));
    let text = bare.map_or_else(|| text.to_owned(), |text| lowered(&name, text));
    Some((at + until, format!("{name} {text}")))
}

/// Rewrites the setting of one word with which words begin: `lru swap 32`.
fn begun(block: &str, words: &[&str]) -> Option<(usize, String)> {
    let mut lengths = (1..words.len()).rev();
    lengths.find_map(|length| Some((length, flagged(block, &words[..length])?)))
}

/// Rewrites positions of bits, such as `ppn 12:31`, `PPN [31:12]`, `bits 31:22 21:12`, and `virtual [31:0]`.
fn positions(all: &[Token]) -> Option<(usize, String)> {
    let name = all.first()?.text.to_lowercase();
    let (mut at, mut found) = (1, Vec::new());
    while let Some((length, range)) = range_of_bits(&all[at..]) {
        found.push(range);
        at += length;
    }
    let width = |(from, to): &(u32, u32)| (to - from + 1).to_string();
    // Other ranges exclude their ends: `virtual 0..32`.
    let has_end = !all[..at].iter().any(|token| token.text == "..");
    // The index of level 1 has the highest bits.
    found.sort_unstable_by(|one, other| other.cmp(one));
    let joined = found.windows(2).all(|pair| pair[0].0 == pair[1].1 + 1);
    let new = match (&*name, &found[..]) {
        ("ppn", [(from, to)]) => format!("ppn {from}..{to}"),
        ("virtual" | "physical", [whole @ (0, _)]) if has_end => {
            format!("{name} {} bits", width(whole))
        }
        ("bits", [_, .., (1.., _)]) if joined && has_end => {
            let widths: Vec<String> = found.iter().map(width).collect();
            format!("bits {}", widths.join(" "))
        }
        _ => return None,
    };
    Some((at, new))
}

/// Returns the number of tokens in a range such as `12:31`, `[31:12]`, or `bits 12 to 31`, and its lowest and highest bit. The
/// range includes both.
fn range_of_bits(all: &[Token]) -> Option<(usize, (u32, u32))> {
    let before = |token: &&Token| matches!(token.text, ":" | "=" | "[" | "<" | "bit" | "bits");
    let at = all.iter().take_while(before).count();
    let [from, sign, to, rest @ ..] = all.get(at..)? else {
        return None;
    };
    let is_range = matches!(sign.text, "-" | "–" | ":" | "to" | ".." | "..=" | "...");
    let number = |token: &Token| token.text.parse::<u32>().ok().filter(|bit| *bit < 64);
    let (from, to) = (number(from)?, number(to)?);
    let after = rest
        .iter()
        .take_while(|token| matches!(token.text, "]" | ">"));
    is_range.then(|| (at + 3 + after.count(), (from.min(to), from.max(to))))
}

/// Returns the power of two with a decimal exponent.
fn exponent(digits: &str) -> Option<String> {
    let power = 1_u64.checked_shl(digits.parse().ok()?)?;
    Some(power.to_string())
}
