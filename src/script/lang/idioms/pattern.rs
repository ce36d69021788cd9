//! Patterns for lines, and their matching.
//!
//! A pattern is a line with holes, and matching ignores case. `NAME` matches a word, `FACT` a fact name, `TYPE`
//! a C type, and `TEXT` a string. `NAME.NAME2` matches a path of two words. `NUM` matches a single number or word, `PATH` a word that may contain dots, `PART` one that does,
//! `VALUE` a number, and `SMALL` the number of bytes of an access. `YES` and `NO` match the words and digits
//! for yes and no. `HEX` matches hexadecimal digits, and `REG`, `REG1`, `REG2`, `REG4`, and `REG8` a register,
//! of that many bytes. `HEAD` matches a statement of a paper, such as `question`, under any of its names, `PTS` the word `points`,
//! `BLANK` a printed blank, `ACCESS` an access, `LIST` tokens with commas, and `PROSE` words without quotes. `SAID` in an equivalent is the whole line, and `CELL` and `CELL2` are `NUM` and
//! `NUM2` in the notation of tables. `CALL` matches the name of a function, and `PLACE` a line of a file, such as `first.pw:13`. Each of
//! `A`, `B`, and `C` matches one or more tokens up to the next comma. `REST` matches the rest of the line, which may be empty, and
//! `SOME` a rest that is not. A hole that occurs twice must match the same text twice.

use super::rows::{is_fact, is_keyword};
use super::spelled::TABLE;
use super::tokens::{Split, Token, nesting};
use crate::lang::value::functions::FUNCTIONS;

/// The texts that match the holes of a pattern.
#[derive(Debug, Clone, Default)]
pub(super) struct Held<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Held<'a> {
    /// Returns the text that matches a hole.
    pub(super) fn get(&self, hole: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(name, _)| *name == hole)
            .map(|(_, text)| *text)
    }

    /// Returns a template with its holes filled in.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while !rest.is_empty() {
            let word = rest
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            let length = if word == 0 {
                rest.chars().next().map_or(1, char::len_utf8)
            } else {
                word
            };
            if &rest[..length] == "HEX"
                && self
                    .get("HEX")
                    .is_some_and(|digits| !digits.starts_with("0x"))
            {
                text += "0x";
            }
            let cells = [("CELL", "NUM"), ("CELL2", "NUM2")];
            let cell = cells.iter().find(|(cell, _)| *cell == &rest[..length]);
            let cell = cell.and_then(|(_, hole)| self.get(hole)).map(cell_of);
            text += match &rest[..length] {
                _ if cell.is_some() => cell.as_deref().unwrap_or_default(),
                "BARE" => self.get("TEXT").map_or("", |text| text.trim_matches('"')),
                "HEAD" => self.get("HEAD").and_then(head).unwrap_or("HEAD"),
                word => self.get(word).unwrap_or(word),
            };
            rest = &rest[length..];
        }
        text.trim_end().to_owned()
    }
}

/// Returns a number as a cell of a table, in which numbers are hexadecimal.
pub(super) fn cell_of(number: &str) -> String {
    let digits = number.strip_prefix("0x").or(number.strip_prefix("0X"));
    match (digits, number.parse::<u64>()) {
        (Some(digits), _) => digits.to_owned(),
        (None, Ok(number)) => format!("{number:02X}"),
        (None, Err(_)) => format!("({number})"),
    }
}

/// Matches a line against a pattern.
pub(super) fn matched<'a>(pattern: &'static str, line: &'a str) -> Option<Held<'a>> {
    fits(&Split::of(pattern), &Split::of(line))
}

/// Matches a line against a pattern, both already split.
pub(super) fn fits<'a>(pattern: &Split<'static>, line: &Split<'a>) -> Option<Held<'a>> {
    let mut held = Held(vec![("SAID", line.text)]);
    matches(&pattern.tokens, line.text, &line.tokens, &mut held).then_some(held)
}

fn matches<'a>(
    pattern: &[Token<'static>],
    line: &'a str,
    found: &[Token<'a>],
    held: &mut Held<'a>,
) -> bool {
    let Some((hole, pattern)) = pattern.split_first() else {
        return found.is_empty();
    };
    let first = found.first();
    // A path is one token: `NAME.NAME2`, `NAME.fork`, `reference.NAME`.
    if let Some((part, property)) = hole.text.split_once('.')
        && (part.starts_with("NAME") || property.starts_with("NAME"))
    {
        let mut fits = |hole: &'static str, word: &'a str| {
            let is_hole = hole.starts_with("NAME");
            if is_hole {
                held.0.push((hole, word));
            }
            if is_hole {
                !word.contains('.')
            } else {
                word == hole
            }
        };
        let path = first.filter(|token| token.is_name());
        let both = path.and_then(|token| token.text.split_once('.'));
        let fits = both.is_some_and(|(one, other)| fits(part, one) && fits(property, other));
        return fits && matches(pattern, line, &found[1..], held);
    }
    let one = usize::from;
    let longest = match hole.text {
        "SOME" if found.is_empty() => return false,
        "REST" | "SOME" => return take(hole.text, line, found, found.len(), held),
        "HEAD" => one(first.is_some_and(|token| head(token.text).is_some())),
        "BLANK" => one(first.is_some_and(|token| {
            token.text == "?" || token.text == "…" || token.text.bytes().all(|c| b"_.".contains(&c))
        })),
        "LIST" => {
            let ends = |token: &Token| matches!(token.text, "{" | "}" | ";" | "[" | "]");
            found.iter().position(ends).unwrap_or(found.len())
        }
        "PROSE" if first.is_some_and(|token| token.text.starts_with(['=', ',', '<', '>'])) => 0,
        "PROSE" => {
            let ends = |token: &Token| {
                token
                    .text
                    .starts_with(['"', '\'', '“', '”', '„', '‘', '’', '{', '}', '~'])
            };
            found.iter().position(ends).unwrap_or(found.len())
        }
        "PLACE" => place(found),
        "CALL" => one(first.is_some_and(|token| is_function(token.text))),
        "A" | "B" | "C" => sequence(found),
        "TYPE" => found
            .iter()
            .take_while(|token| TABLE.lists("types", token.text))
            .count(),
        "NAME" | "NAME2" | "NAME3" => one(first.is_some_and(|token| {
            token.is_name() && !token.text.contains('.') && !is_keyword(token.text)
        })),
        "TEXT" | "TEXT2" => one(first.is_some_and(Token::is_text)),
        "PART" => one(first.is_some_and(|token| token.is_name() && token.text.contains('.'))),
        "PATH" => one(first.is_some_and(Token::is_name)),
        "VALUE" => one(first.is_some_and(Token::is_number)),
        "FACT" | "FACT2" => one(first.is_some_and(|token| is_fact(token.text))),
        hole if hole.bytes().all(|byte| byte.is_ascii_uppercase())
            && let Some((_, words)) = TABLE.rows("holes").find(|(name, _)| *name == hole) =>
        {
            one(first.is_some_and(|token| {
                words
                    .split(' ')
                    .any(|word| token.text.eq_ignore_ascii_case(word))
            }))
        }
        "HEX" => one(first.is_some_and(|token| {
            let digits = token.text.trim_start_matches("0x");
            !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        })),
        "REG" => one(first.is_some_and(|token| width(token.text).is_some())),
        "REG1" | "REG2" | "REG4" | "REG8" => {
            one(first.is_some_and(|token| width(token.text) == Some(&hole.text[3..])))
        }
        "NUM" | "NUM2" => one(first.is_some_and(|token| {
            token
                .text
                .starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '\'')
        })),
        word => {
            let same = found
                .first()
                .is_some_and(|token| token.text.eq_ignore_ascii_case(word));
            return same && matches(pattern, line, &found[1..], held);
        }
    };
    (1..=longest).any(|length| {
        let before = held.clone();
        let fits = take(hole.text, line, found, length, held)
            && matches(pattern, line, &found[length..], held);
        if !fits {
            *held = before;
        }
        fits
    })
}

/// Returns the width in bytes of a register of x86, or an empty text for a register of another machine.
fn width(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let named = |(_, names): &(&str, &str)| names.split(' ').any(|name| name == lower);
    if let Some((width, _)) = TABLE.rows("registers").find(named) {
        return Some(width);
    }
    let number = lower.strip_prefix(['r', 'x', 't', 's', 'a', 'w', 'v'])?;
    let digits = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    digits.then_some("")
}

/// Returns the number of tokens of a place such as `examples/first.pw:13` at the end of a line.
fn place(found: &[Token]) -> usize {
    let touches = |pair: &[Token]| pair[1].touches(&pair[0]);
    let [.., file, colon, line] = found else {
        return 0;
    };
    let ends = file.text.rsplit('.').next() == Some("pw") && colon.text == ":" && line.is_number();
    if ends && found.windows(2).all(touches) {
        found.len()
    } else {
        0
    }
}

/// Returns the statement of a paper that a word of another notation means.
fn head(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let means = |(ours, theirs): &(&str, &str)| {
        *ours == word || theirs.split(' ').any(|other| other == word)
    };
    TABLE.rows("heads").find(means).map(|(ours, _)| ours)
}

fn is_function(word: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == word)
}

/// Assigns tokens to a hole. A hole that is already filled must contain the same tokens.
fn take<'a>(
    hole: &'static str,
    line: &'a str,
    found: &[Token<'a>],
    length: usize,
    held: &mut Held<'a>,
) -> bool {
    let text = match found[..length] {
        [] => "",
        [first, ..] => &line[first.start..found[length - 1].end()],
    };
    if let Some(before) = held.get(hole) {
        return before == text;
    }
    held.0.push((hole, text));
    true
}

/// Returns the maximum number of tokens that an `A` can match.
fn sequence(found: &[Token]) -> usize {
    let mut depth = 0;
    let mut ends = |token: &&Token| {
        depth += nesting(token.text);
        depth < 0
            || depth == 0 && matches!(token.text, "," | ";" | "=>")
            || matches!(token.text, "{" | "}")
    };
    found
        .iter()
        .position(|token| ends(&token))
        .unwrap_or(found.len())
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn holes_hold_the_matching_text() {
        let filled =
            |pattern, line, template: &str| matched(pattern, line).map(|held| held.fill(template));
        assert_eq!(
            filled("TYPE * NAME = A", "int *p = malloc(4)", "let NAME = A").as_deref(),
            Some("let p = malloc(4)")
        );
        assert_eq!(
            filled("store A, B", "store f(1, 2), 3", "write A = B").as_deref(),
            Some("write f(1, 2) = 3")
        );
        assert_eq!(
            filled(
                "for (NAME = A; NAME < B; NAME++) {",
                "for (i = 0; j < 4; i++) {",
                ""
            ),
            None
        );
        assert_eq!(
            filled("load REST", "load 0x3D4 size 2", "read REST").as_deref(),
            Some("read 0x3D4 size 2")
        );
        assert_eq!(filled("print(A)", "print(a, b)", "show A"), None);
    }
}
