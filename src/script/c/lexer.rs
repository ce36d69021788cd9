//! From C text to tokens.

use std::rc::Rc;

use super::messages::{Mistake, Parsed, fail};
use pagewalk_engine::program::Place;

/// The maximum length of a C text in bytes.
pub const MOST_TEXT: usize = 256 << 10;

/// A token and its place. A token of a macro has the place of the macro's use.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    pub place: Place,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    Name(Rc<str>),
    /// An integer: its value, and its suffixes.
    Integer {
        value: u64,
        is_decimal: bool,
        is_unsigned: bool,
        /// Number of `l` in the suffix.
        longs: u8,
    },
    Float {
        value: f64,
        is_single: bool,
    },
    Character(u8),
    /// A string literal without its final zero.
    Text(Vec<u8>),
    Mark(&'static str),
    /// A character that is in no token.
    Stray,
    End,
}

impl TokenKind {
    /// Whether this is a punctuator.
    pub fn is(&self, mark: &str) -> bool {
        matches!(self, Self::Mark(found) if *found == mark)
    }

    /// Whether this is one of these words.
    pub fn is_any(&self, words: &[&str]) -> bool {
        matches!(self, Self::Name(name) if words.contains(&&**name))
    }
}

/// The punctuators, longer ones first.
const MARKS: &[&str] = &[
    "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "*=",
    "/=", "%=", "+=", "-=", "&=", "^=", "|=", "[", "]", "(", ")", "{", "}", ".", "&", "*", "+",
    "-", "~", "!", "/", "%", "<", ">", "^", "|", "?", ":", ";", "=", ",",
];

/// The help for a program in assembly language.
pub(super) const NOT_ASSEMBLY: &str =
    "a program is C, not assembly: write it as a function such as `int main(void)`";

/// Instructions that begin the lines of assembly languages.
pub(super) const INSTRUCTIONS: &[&str] = &[
    "addi", "li", "la", "lw", "sw", "lb", "sb", "mov", "movl", "movq", "beq", "bne", "jal", "jmp",
];

/// Words of C that are no names.
pub(super) const KEYWORDS: &[&str] = &[
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
    "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned",
    "void", "volatile", "while", "_Bool", "asm", "__asm__", "restrict",
];

/// The maximum number of wrong tokens that are reported.
const MOST_WRONG: usize = 20;

/// The tokens of a text, and the mistakes in them.
#[derive(Default)]
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    pub wrong: Vec<Mistake>,
    /// Whether declarations are missing because of a mistake.
    pub lacks_names: bool,
    /// Whether a comment without an end contains the rest of the text.
    pub is_cut: bool,
    /// The places of uses of macros that are probably wrong.
    pub doubtful: Vec<(Place, Doubt)>,
}

/// How to correct a macro whose body is usually a mistake.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    pub help: Rc<str>,
    /// Whether the mistake leads to an unknown variable, and not to a wrong syntax.
    pub is_unknown: bool,
    /// The place of the `#define`.
    pub place: Place,
}

impl Doubt {
    /// Names the macro as the cause of a mistake.
    pub fn explain(&self, mistake: Mistake) -> Mistake {
        mistake.help(&*self.help).also(self.place, "this `#define`")
    }
}

/// Reads the tokens of a C text.
pub(super) struct Lexer<'a> {
    text: &'a str,
    /// The byte of the next token.
    pub at: usize,
    pub line: u32,
    pub wrong: Vec<Mistake>,
    pub is_cut: bool,
    /// See [`Lexed::doubtful`].
    pub doubtful: Vec<(Place, Doubt)>,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            wrong: Vec::new(),
            is_cut: false,
            doubtful: Vec::new(),
        }
    }

    /// Adds a mistake, unless it can follow from another one in its line.
    pub fn report(&mut self, mistake: Mistake) {
        let is_first = |one: &Mistake| one.place.line != mistake.place.line;
        if self.wrong.len() < MOST_WRONG && self.wrong.last().is_none_or(is_first) {
            self.wrong.push(mistake);
        }
    }

    pub fn place(&self, start: usize) -> Place {
        Place {
            line: self.line,
            start: start as u32,
            end: self.at as u32,
            ..Place::START
        }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn bump(&mut self, bytes: usize) -> Place {
        let start = self.at;
        self.at += bytes;
        self.place(start)
    }

    pub fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len()
                - rest
                    .trim_start_matches([' ', '\t', '\r', '\x0c', '\x0b'])
                    .len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with('\n') {
                self.line += 1;
                self.at += 1;
            } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                self.at += rest.find('\n').unwrap_or_default() + 1;
                self.line += 1;
            } else if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let Some(end) = rest.find("*/") else {
                    let (place, message) =
                        (self.bump(2), "the comment has no end: `*/` is missing");
                    self.report(Mistake::new(place, message.to_owned()));
                    (self.at, self.is_cut) = (self.text.len(), true);
                    return;
                };
                self.line += rest[..end].matches('\n').count() as u32;
                self.at += end + 2;
            } else if blank == 0 {
                return;
            }
        }
    }

    /// Reads a token. Reports a wrong one, and returns one that may be in its place, so that it hides no other mistake.
    pub fn token(&mut self) -> Token {
        let (start, line) = (self.at, self.line);
        let mistake = match self.exact_token() {
            Ok(token) => return token,
            Err(mistake) => mistake,
        };
        let rest = &self.text[start..];
        let row = rest.split('\n').next().unwrap_or_default().trim_end();
        let first = rest.chars().next().unwrap_or_default();
        let kind = match first {
            '"' | '\'' | '“' | '„' | '‘' | '’' => {
                let is_text = matches!(first, '"' | '“' | '„');
                let ends: &[char] = if is_text {
                    &['"', '“', '”']
                } else {
                    &['\'', '‘', '’']
                };
                let marks = first.len_utf8();
                let end = row[marks..].find(ends).map(|end| marks + end);
                // Without an end, the marks at the end of the line belong to the statement.
                let end = end.map_or(
                    row.trim_end_matches([')', ';', ',', '}', ' ']).len(),
                    |end| end + row[end..].chars().next().map_or(0, char::len_utf8),
                );
                (self.at, self.line) = (start + end.max(marks), line);
                if is_text {
                    TokenKind::Text(Vec::new())
                } else {
                    TokenKind::Character(b'0')
                }
            }
            '–' | '−' => TokenKind::Mark("-"),
            _ if first.is_ascii_digit() || first == '.' => TokenKind::Integer {
                value: 1,
                is_decimal: true,
                is_unsigned: false,
                longs: 0,
            },
            _ => TokenKind::Stray,
        };
        self.report(mistake);
        let place = self.place(start);
        Token { kind, place }
    }

    fn exact_token(&mut self) -> Parsed<Token> {
        let rest = self.rest();
        let first = rest.bytes().next().unwrap_or_default();
        let second = rest.as_bytes().get(1).copied().unwrap_or_default();
        if first.is_ascii_alphabetic() || first == b'_' {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let kind = TokenKind::Name(rest[..end].into());
            let place = self.bump(end);
            return Ok(Token { kind, place });
        }
        if first.is_ascii_digit() || first == b'.' && second.is_ascii_digit() {
            return self.number();
        }
        if first == b'"' {
            return self.quoted();
        }
        if first == b'\'' {
            return self.character();
        }
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            let place = self.bump(mark.len());
            return Ok(Token {
                kind: TokenKind::Mark(mark),
                place,
            });
        }
        let found = rest.chars().next().unwrap_or_default();
        let place = self.bump(found.len_utf8());
        let result = Mistake::new(
            place,
            format!("unexpected character `{}`", found.escape_debug()),
        );
        Err(match found {
            '“' | '”' | '„' => result.help("write `\"`"),
            '‘' | '’' => result.help("write `'`"),
            '–' | '−' => result.help("write `-`"),
            // A register: `lw $t0, 0($s0)`
            '$' if matches!(second, b't' | b's' | b'a' | b'v' | b'z' | b'0'..=b'9') => {
                result.help(NOT_ASSEMBLY)
            }
            '#' => result.help(
                "a line that begins with `#` has nothing before it, such as the number of the line",
            ),
            _ => result,
        })
    }

    fn number(&mut self) -> Parsed<Token> {
        let rest = self.rest();
        let is_hex = rest.starts_with("0x") || rest.starts_with("0X");
        let mut previous = ' ';
        let end = rest.find(|c: char| {
            let is_sign = matches!(c, '+' | '-') && !is_hex && matches!(previous, 'e' | 'E');
            previous = c;
            !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || is_sign)
        });
        let word = &rest[..end.unwrap_or(rest.len())];
        let place = self.bump(word.len());
        let lower = word.to_ascii_lowercase();
        if is_hex && lower.contains(['.', 'p']) {
            fail!(place, "hexadecimal floating constants are not supported"; "write the number in decimal, such as `12.0`");
        }
        if !is_hex && lower.contains(['.', 'e']) {
            let is_single = lower.ends_with('f');
            let digits = lower.trim_end_matches(['f', 'l']);
            let Ok(value) = digits.parse::<f64>() else {
                fail!(place, "`{word}` is not a number");
            };
            let value = if is_single {
                digits.parse::<f32>().map_or(value, f64::from)
            } else {
                value
            };
            return Ok(Token {
                kind: TokenKind::Float { value, is_single },
                place,
            });
        }
        let digits = lower.trim_end_matches(['u', 'l']);
        let suffix = &lower[digits.len()..];
        let longs = suffix.matches('l').count() as u8;
        let (radix, digits) = match digits.as_bytes() {
            [b'0', b'x', ..] => (16, &digits[2..]),
            [b'0', b'b', ..] => (2, &digits[2..]),
            [b'0', _, ..] => (8, &digits[1..]),
            _ => (10, digits),
        };
        let is_unsigned = suffix.contains('u');
        if suffix.len() > 3
            || longs > 2
            || suffix.matches('u').count() > 1
            || !digits.bytes().all(|c| char::from(c).is_digit(radix))
        {
            let result = Mistake::new(place, format!("`{word}` is not a number"));
            return Err(if radix == 8 {
                result.help("a number that begins with `0` is octal: its digits are `0` to `7`")
            } else {
                result
            });
        }
        let Ok(value) = u64::from_str_radix(digits, radix) else {
            fail!(place, "`{word}` does not fit 64 bits");
        };
        let is_decimal = radix == 10;
        Ok(Token {
            kind: TokenKind::Integer {
                value,
                is_decimal,
                is_unsigned,
                longs,
            },
            place,
        })
    }

    fn quoted(&mut self) -> Parsed<Token> {
        let start = self.at;
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.rest().chars().next() {
                Some('"') => break,
                None | Some('\n') => {
                    fail!(self.place(start), "the string has no end: `\"` is missing");
                }
                Some('\\') => bytes.extend(self.escape()?),
                Some(character) => {
                    let utf8 = self.bump(character.len_utf8());
                    bytes.extend_from_slice(&self.text.as_bytes()[utf8.start as usize..self.at]);
                }
            }
        }
        self.at += 1;
        Ok(Token {
            kind: TokenKind::Text(bytes),
            place: self.place(start),
        })
    }

    fn character(&mut self) -> Parsed<Token> {
        let start = self.at;
        self.at += 1;
        let value = match self.rest().bytes().next() {
            Some(b'\\') => self.escape()?,
            Some(byte) if byte.is_ascii() && byte != b'\'' && byte != b'\n' => {
                self.at += 1;
                Some(byte)
            }
            _ => None,
        };
        let (Some(value), true) = (value, self.rest().starts_with('\'')) else {
            fail!(
                self.place(start),
                "a character literal is one character between `'` and `'`";
                "a string is between `\"` and `\"`"
            );
        };
        self.at += 1;
        Ok(Token {
            kind: TokenKind::Character(value),
            place: self.place(start),
        })
    }

    /// Reads an escape sequence. A `\` at the end of a line continues the string and is no character.
    fn escape(&mut self) -> Parsed<Option<u8>> {
        let start = self.at;
        let rest = self.rest();
        let letter = rest.as_bytes().get(1).copied().unwrap_or_default();
        self.at += 2;
        Ok(Some(match letter {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'\\' | b'\'' | b'"' | b'?' => letter,
            b'0'..=b'7' | b'x' => {
                let (skip, radix, most) = if letter == b'x' {
                    (2, 16, 2)
                } else {
                    (1, 8, 3)
                };
                let digits: String = rest[skip..]
                    .chars()
                    .take(most)
                    .take_while(|c| c.is_digit(radix))
                    .collect();
                self.at = start + skip + digits.len();
                match u32::from_str_radix(&digits, radix).map(u8::try_from) {
                    Ok(Ok(value)) => value,
                    _ => {
                        fail!(self.place(start), "the escape sequence is not a byte");
                    }
                }
            }
            b'\n' => {
                self.line += 1;
                return Ok(None);
            }
            _ => {
                self.at = start + 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                let place = self.place(start);
                fail!(
                    place,
                    "unknown escape sequence `{}`",
                    &self.text[start..self.at]
                );
            }
        }))
    }
}
