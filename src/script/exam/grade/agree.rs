//! Compares an answer with the key.

use super::answer::{Answer, AnswerForm, Notation};
use super::number::{self, Spelled};
use super::words;
use crate::lang::value::{List, Number, Value};
use crate::questions::entry::{Form, Radix};
use crate::run::record::Shown;

/// Whether an answer equals the key. If the key is `None`, the blank has no value, and only a dash is correct.
pub(crate) fn agrees(answer: &Answer, key: Option<&Shown>, way: AnswerForm) -> bool {
    let Some(key) = key else {
        return *answer == Answer::Dash;
    };
    match (answer, &key.value) {
        (Answer::Number(spelled), Value::Number(key)) => match way.round {
            Some(digits) => spelled.fits && spelled.value.rounds_with(*key, digits),
            // A pointer has 64 bits in C.
            None if way.notation == Notation::Returned
                && unsigned_bits(spelled, *key) == Some(64) =>
            {
                spelled.fits
            }
            None => is_number(spelled, *key),
        },
        (Answer::Number(spelled), Value::Text(key)) => {
            number::read(key, Radix::Decimal, None, None)
                .is_some_and(|page| is_number(spelled, page.value))
        }
        (Answer::Word(word), Value::Text(key)) => {
            *word == &**key || page_fault(way) && (*word, &**key) == ("page", "protection")
        }
        (Answer::Word(word), Value::Bool(key)) => *word == if *key { "true" } else { "false" },
        // No event is also 0 events.
        (Answer::Dash, Value::Number(key)) => way.notation == Notation::Count && key.is_zero(),
        // The answer to whether a page fault occurs is yes or no, not a dash.
        (Answer::Dash, Value::Text(key)) => words::is_dash(key) && !page_fault(way),
        (Answer::Text(text), Value::List(pages)) if way.form == Form::Set => is_set(text, pages),
        (Answer::Text(text), Value::Text(key)) => match way.notation {
            Notation::Mapped => words::mapped(key).as_ref() == Some(text),
            Notation::Place => [text, words::unnamed(text)]
                .map(words::plain)
                .contains(&words::plain(key)),
            Notation::Plain => is_same_text(text, key),
            _ => words::plain(text) == words::plain(key),
        },
        (Answer::Text(text), key) => is_text(text, key),
        _ => false,
    }
}

/// Whether the instructor decides about an answer: another of its meanings equals the key, it could abbreviate the key, or it
/// contains the key.
pub(crate) fn could_agree(answer: &Answer, key: Option<&Shown>, way: AnswerForm) -> bool {
    let mut others = answer.others();
    others.any(|other| agrees(&other, key, way))
        || match (answer, key.map(|key| &key.value)) {
            (Answer::Text(text), Some(Value::Text(key))) if way.notation == Notation::Plain => {
                let numbers = numbers(text, key);
                words::abbreviates(text, key)
                    || words::contains(text, key)
                    || words::could_be_fault(text, key)
                    || numbers
                        .into_iter()
                        .any(|(own, key)| own.others().any(|own| is_number(&own, key)))
            }
            // A negative number may be the number of its bits, of which the paper does not state how many there are.
            (Answer::Number(spelled), Some(Value::Number(key))) => {
                !matches!(
                    way.form,
                    Form::Number {
                        radix: Radix::Decimal,
                        ..
                    }
                ) && unsigned_bits(spelled, *key).is_some_and(|bits| bits >= 8)
            }
            (Answer::Text(text), Some(Value::List(elements))) => {
                way.notation == Notation::Listed && is_set(text, elements)
            }
            _ => false,
        }
}

/// Returns the number of bits in which a number is the two's complement of a negative key.
fn unsigned_bits(spelled: &Spelled, key: Number) -> Option<u32> {
    let away = spelled.value.as_integer()? - key.as_integer().filter(|key| *key < 0)?;
    (away.count_ones() == 1).then(|| away.trailing_zeros())
}

/// Whether a text means the same as a text of the author: the same words, the same truth, or an equal number.
pub(crate) fn is_same_text(text: &str, key: &str) -> bool {
    words::folded(text) == words::folded(key)
        || words::is_same_truth(text, key)
        || numbers(text, key)
            .iter()
            .any(|(own, key)| is_number(own, *key))
}

/// Returns the numbers in an answer and in a key that are texts: both in the unit of the key, or as plain numbers if the
/// key is a percentage.
fn numbers(text: &str, key: &str) -> Vec<(Spelled, Number)> {
    let lower = key.trim().to_lowercase();
    let radix = match lower.get(..2) {
        Some("0x") => Radix::Hex,
        Some("0b") => Radix::Binary,
        _ => Radix::Decimal,
    };
    let named = lower
        .rsplit(|c: char| !c.is_alphabetic() && c != '%')
        .next();
    let unit = named.filter(|name| radix == Radix::Decimal && !name.is_empty());
    let is_plain = text.trim().ends_with(|c: char| c.is_ascii_digit());
    let plainly = (unit == Some("%") && is_plain).then_some(None);
    let read = |unit: Option<&str>| {
        let key = number::read(key, radix, None, unit)?;
        Some((number::read(text, radix, None, unit)?, key.value))
    };
    [Some(unit), plainly]
        .into_iter()
        .flatten()
        .filter_map(read)
        .collect()
}

fn page_fault(way: AnswerForm) -> bool {
    matches!(way.form, Form::Words(words) if words::is_page_fault(words, way.bare))
}

/// Whether the numbers are equal. Rounds a fractional key to the decimal places of the answer.
pub(crate) fn is_number(spelled: &Spelled, key: Number) -> bool {
    if !spelled.fits {
        return false;
    }
    if spelled.value.compare(key).is_eq() {
        return true;
    }
    let Some(within) = spelled
        .within
        .filter(|_| !spelled.is_rough() && key.as_integer().is_none())
    else {
        return false;
    };
    let Ok(away) = spelled.value.minus(key) else {
        return false;
    };
    let away = if away.is_negative() {
        away.negate().unwrap_or(away)
    } else {
        away
    };
    !away.compare(within).is_gt()
}

/// Whether texts are equal, ignoring case, or lists are equal, ignoring separators.
fn is_text(text: &str, key: &Value) -> bool {
    match key {
        Value::Text(key) => is_same_text(text, key),
        Value::List(_) | Value::Range { .. } => {
            let is_list = |parts: Vec<String>| {
                // A range may be too long to expand.
                let items = key.items();
                items.is_some_and(|items| items.remaining() <= parts.len() as u128) && {
                    let keys = key.leaves();
                    let mut pairs = keys.iter().zip(&parts);
                    parts.len() == keys.len() && pairs.all(|(key, part)| is_element(part, key))
                }
            };
            OTHERS.iter().any(|others| is_list(pages(text, others)))
        }
        Value::Number(key) => {
            number::read(text, Radix::Decimal, None, None).is_some_and(|n| is_number(&n, *key))
        }
        Value::Bool(_) | Value::Bytes(_) => words::plain(text) == words::plain(&key.to_string()),
    }
}

/// The words that can be beside the elements of a list, or be elements themselves.
const OTHERS: [&[&str]; 3] = [
    &[],
    &["and", "&", "pages"],
    &["and", "&", "pages", "page", "frame", "frames"],
];

/// Whether a text lists all elements, in any order.
fn is_set(text: &str, elements: &List) -> bool {
    // The only output of a program can have spaces and commas.
    if elements.len() == 1 && elements.iter().all(|only| is_element(text, only)) {
        return true;
    }
    let mut others = OTHERS.iter();
    others.any(|others| is_set_of(pages(text, others), elements))
}

fn is_set_of(mut parts: Vec<String>, elements: &List) -> bool {
    parts.len() == elements.len()
        && elements.iter().all(|element| {
            let found = parts.iter().position(|part| is_element(part, element));
            found.map(|at| parts.swap_remove(at)).is_some()
        })
}

fn is_element(part: &str, key: &Value) -> bool {
    match key {
        Value::Number(key) => {
            let number = number::read(words::unnamed(part), Radix::Decimal, None, None);
            number.is_some_and(|n| is_number(&n, *key))
        }
        Value::Text(key) => {
            let part = part.trim_matches(['"', '\'']);
            [part, words::unnamed(part)]
                .map(words::plain)
                .contains(&words::plain(key))
        }
        other => words::plain(part) == words::plain(&other.to_string()),
    }
}

/// Returns the elements of a list: `[1, 2]`, `{1 2}`, `1;2`.
fn parts(text: &str) -> Vec<&str> {
    let inside = text.trim().trim_matches(['[', ']', '{', '}', '(', ')']);
    let separators: &[char] = if inside.contains([',', ';']) {
        &[',', ';']
    } else if inside.contains('\n') {
        &['\n']
    } else {
        &[' ', '\t']
    };
    inside
        .split(separators)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// Returns the pages of a list, which can also be a sentence: `pages 1, 2, and 9`. `others` are its other words.
fn pages(text: &str, others: &[&str]) -> Vec<String> {
    let is_other = |word: &&str| others.contains(&&*word.to_lowercase());
    let pages = parts(text).into_iter().flat_map(|part| {
        let words: Vec<&str> = part.split_whitespace().collect();
        let pages = words.split(is_other).map(|words| words.join(" "));
        pages.collect::<Vec<_>>()
    });
    pages.filter(|page| !page.is_empty()).collect()
}
