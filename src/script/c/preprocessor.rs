//! The preprocessor: lines that begin with `#`, and the uses of macros.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::lexer::{Doubt, Lexed, Lexer, MOST_TEXT, Token, TokenKind};
use super::messages::{Mistake, Parsed, fail};
use crate::lang::nearest::nearest;
use pagewalk_engine::program::Place;

/// The maximum number of tokens, including those of macros, and of uses of macros.
const MOST_TOKENS: usize = 256 << 10;
/// The maximum number of macros around a token, because [`Preprocessor::expand`] recurses.
const MOST_MACROS: u32 = 64;

/// The directives that have an effect.
const DIRECTIVES: &[&str] = &["define", "include", "pragma", "undef"];

/// The macros of a text.
pub(super) type Macros = BTreeMap<Rc<str>, Macro>;

/// A macro.
#[derive(Debug, Clone)]
pub(super) struct Macro {
    /// The names of its parameters, or `None` for a constant.
    parameters: Option<Vec<Rc<str>>>,
    body: Vec<Token>,
    doubt: Option<Doubt>,
}

/// Reads the lines of a C text that begin with `#`, and replaces the uses of macros.
struct Preprocessor<'a> {
    lexer: Lexer<'a>,
    /// A copy of those of the headers only if the text defines others.
    macros: Rc<Macros>,
    /// Values that replace those of the text's macros.
    defines: &'a [(String, String)],
    /// The names of the macros with other values.
    replaced: Vec<String>,
    /// Number of macros around the token that is expanded.
    depth: u32,
    /// Number of uses of macros.
    uses: usize,
    tokens: Vec<Token>,
    /// Whether a line that begins with `#` has a mistake.
    lacks_names: bool,
}

/// Returns the macros of a text.
pub(super) fn macros(text: &str) -> Parsed<Macros> {
    let read = Preprocessor::new(text, &[], Rc::default()).read()?;
    Ok(Rc::unwrap_or_clone(read.macros))
}

/// Returns the tokens of a text. `macros` are those of the standard headers.
pub(super) fn tokens(
    text: &str,
    defines: &[(String, String)],
    macros: Rc<Macros>,
) -> Parsed<Lexed> {
    if text.len() > MOST_TEXT {
        let place = Place::START;
        fail!(
            place,
            "the program has {} bytes; the maximum is {MOST_TEXT}",
            text.len()
        );
    }
    let mut read = Preprocessor::new(text, defines, macros).read()?;
    if let Some((name, _)) = defines
        .iter()
        .find(|(name, _)| read.lexer.wrong.is_empty() && !read.replaced.contains(name))
    {
        let place = Place::START;
        fail!(place, "the program has no `#define {name}`"; "add the line `#define {name} 1` to the program");
    }
    let (kind, place) = (TokenKind::End, read.lexer.place(read.lexer.at));
    read.tokens.push(Token { kind, place });
    read.tokens.retain(|one| one.kind != TokenKind::Stray);
    Ok(Lexed {
        tokens: read.tokens,
        lacks_names: read.lacks_names || read.lexer.is_cut,
        is_cut: read.lexer.is_cut,
        doubtful: read.lexer.doubtful,
        wrong: read.lexer.wrong,
    })
}

impl<'a> Preprocessor<'a> {
    fn new(text: &'a str, defines: &'a [(String, String)], macros: Rc<Macros>) -> Self {
        Self {
            lexer: Lexer::new(text),
            macros,
            defines,
            replaced: Vec::new(),
            depth: 0,
            uses: 0,
            tokens: Vec::new(),
            lacks_names: false,
        }
    }

    fn read(mut self) -> Parsed<Self> {
        let mut starts_line = true;
        loop {
            let line = self.lexer.line;
            self.lexer.skip_blanks();
            starts_line |= self.lexer.line != line;
            if self.lexer.rest().is_empty() {
                return Ok(self);
            }
            if starts_line && self.lexer.rest().starts_with('#') {
                let end = self.end_of_directive();
                let lines = self.lexer.rest()[..end - self.lexer.at]
                    .matches('\n')
                    .count();
                let line = self.lexer.line + lines as u32;
                if let Err(mistake) = self.directive() {
                    // One `#if` has several lines.
                    let is_same = |one: &Mistake| one.help.is_some() && one.help == mistake.help;
                    if !self.lexer.wrong.iter().any(is_same) {
                        self.lexer.report(mistake);
                    }
                    self.lacks_names = true;
                    (self.lexer.at, self.lexer.line) = (end, line);
                }
                continue;
            }
            starts_line = false;
            let tokens = self.macro_use();
            self.expand(&tokens, &mut Vec::new())?;
        }
    }

    /// Reads a token. After the name of a macro, also reads parentheses with their content, which may be its arguments.
    fn macro_use(&mut self) -> Vec<Token> {
        let mut tokens = vec![self.lexer.token()];
        if !matches!(&tokens[0].kind, TokenKind::Name(name) if self.macros.contains_key(name)) {
            return tokens;
        }
        let (at, line) = (self.lexer.at, self.lexer.line);
        self.lexer.skip_blanks();
        if !self.lexer.rest().starts_with('(') {
            // The caller has to see where a line begins.
            (self.lexer.at, self.lexer.line) = (at, line);
            return tokens;
        }
        let mut depth = 0;
        while !self.lexer.rest().is_empty() {
            let token = self.lexer.token();
            match token.kind {
                TokenKind::Mark("(") => depth += 1,
                TokenKind::Mark(")") => depth -= 1,
                _ => {}
            }
            tokens.push(token);
            if depth == 0 {
                break;
            }
            self.lexer.skip_blanks();
        }
        tokens
    }

    /// Adds tokens, with the tokens of the macros that they use. `active` are the macros around them.
    fn expand(&mut self, tokens: &[Token], active: &mut Vec<Rc<str>>) -> Parsed<()> {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if self.tokens.len().max(self.uses) >= MOST_TOKENS {
                fail!(token.place, "the program has too many tokens");
            }
            let found = match &token.kind {
                TokenKind::Name(name) if !active.contains(name) => {
                    self.macros.get(name).map(|found| (name, found.clone()))
                }
                _ => None,
            };
            let Some((
                name,
                Macro {
                    parameters,
                    mut body,
                    doubt,
                },
            )) = found
            else {
                self.tokens.push(token.clone());
                continue;
            };
            self.uses += 1;
            self.depth += 1;
            self.lexer
                .doubtful
                .extend(doubt.map(|doubt| (token.place, doubt)));
            if self.depth > MOST_MACROS {
                fail!(
                    token.place,
                    "`{name}` is nested in more than {MOST_MACROS} macros"
                );
            }
            if let Some(parameters) = parameters {
                if !matches!(tokens.get(at), Some(next) if next.kind == TokenKind::Mark("(")) {
                    self.depth -= 1;
                    self.tokens.push(token.clone());
                    continue;
                }
                let (arguments, end) = arguments(name, token.place, &tokens[at + 1..])?;
                at += 1 + end;
                let (expected, found) = (parameters.len(), arguments.len());
                if expected != found {
                    let noun = if expected == 1 {
                        "argument"
                    } else {
                        "arguments"
                    };
                    let message = format!("the macro `{name}` has {expected} {noun}, not {found}");
                    self.lexer.report(Mistake::new(token.place, message));
                    self.depth -= 1;
                    continue;
                }
                // An argument can use the macro itself: `MAX(MAX(a, b), c)`.
                let mut values = Vec::new();
                for argument in arguments {
                    let start = self.tokens.len();
                    self.expand(argument, active)?;
                    values.push(self.tokens.split_off(start));
                }
                body = substituted(&body, &parameters, &values, token.place)?;
            }
            for one in &mut body {
                one.place = token.place;
            }
            active.push(name.clone());
            self.expand(&body, active)?;
            active.pop();
            self.depth -= 1;
        }
        Ok(())
    }

    /// Reads a line that begins with `#`.
    fn directive(&mut self) -> Parsed<()> {
        let line = self.lexer.rest().split('\n').next().unwrap_or_default();
        let words = line[1..].trim_start();
        let name = words
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let after = words[name.len()..].trim_start();
        match name {
            "include"
                if after
                    .split('"')
                    .nth(1)
                    .is_some_and(|path| path.ends_with("csapp.h"))
                    || after.starts_with('<') && after.contains('>') =>
            {
                self.lexer.at += line.len();
            }
            "pragma" | "" => self.lexer.at += line.len(),
            "define" => return self.define(),
            "undef" => {
                let name = after.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let name = name.clone().next().unwrap_or_default();
                if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                    let place = self.lexer.bump(line.trim_end().len());
                    fail!(place, "the name of a macro is missing after `#undef`");
                }
                Rc::make_mut(&mut self.macros).remove(name);
                self.lexer.at += line.len();
            }
            "include" => {
                let place = self.lexer.bump(line.trim_end().len());
                fail!(place, "`#include {}` is not supported", after.trim_end(); "remove the line; standard functions are built in, and others must be in the program");
            }
            _ => {
                let place = self.lexer.bump(line.trim_end().len());
                let known = DIRECTIVES.iter().copied();
                if let Some(near) = nearest(name, known) {
                    fail!(place, "unknown directive `#{name}`"; "did you mean `#{near}`?");
                }
                fail!(place, "`#{name}` is not supported"; "keep `#define` of constants and `#include <…>`, and remove other lines that begin with `#`");
            }
        }
        Ok(())
    }

    /// Reads `#define NAME TOKENS`, up to the end of the line.
    fn define(&mut self) -> Parsed<()> {
        let start = self.lexer.at;
        self.lexer.at += self.lexer.rest().find("define").unwrap_or_default() + "define".len();
        let line = self.lexer.line;
        self.lexer.skip_blanks();
        let token = if self.lexer.line == line && !self.lexer.rest().is_empty() {
            Some(self.lexer.token())
        } else {
            None
        };
        let Some(Token {
            kind: TokenKind::Name(name),
            ..
        }) = token
        else {
            fail!(
                self.lexer.place(start),
                "the name is missing after `#define`"
            );
        };
        let place = self.lexer.place(start);
        let end = self.end_of_directive();
        let parameters = if self.lexer.rest().starts_with('(') {
            Some(self.parameters(&name, end)?)
        } else {
            None
        };
        let mut body = Vec::new();
        loop {
            self.lexer.skip_blanks();
            if self.lexer.at >= end {
                break;
            }
            if self.lexer.rest().starts_with('#') {
                let place = self.lexer.bump(1);
                fail!(place, "`#` and `##` in macros are not supported"; "write out the text that the macro makes");
            }
            body.push(self.lexer.token());
        }
        let value = self.defines.iter().find(|(of, _)| **of == *name);
        if let (None, Some((of, value))) = (&parameters, value) {
            self.replaced.push(of.clone());
            let read = Preprocessor::new(value, &[], Rc::default()).read();
            let wrong = |mistake| Mistake { place, ..mistake };
            let mut read = read.map_err(wrong)?;
            if let Some(mistake) = read.lexer.wrong.pop() {
                return Err(wrong(mistake));
            }
            for token in &mut read.tokens {
                token.place = place;
            }
            body = read.tokens;
        }
        let doubt = match &parameters {
            None => doubt(&name, &body, place),
            Some(_) => None,
        };
        let new = Macro {
            parameters,
            body,
            doubt,
        };
        Rc::make_mut(&mut self.macros).insert(name, new);
        Ok(())
    }

    /// Reads the parameters of a macro, whose `#define` has an end.
    fn parameters(&mut self, name: &str, end: usize) -> Parsed<Vec<Rc<str>>> {
        let (mut parameters, mut needs_comma) = (Vec::new(), false);
        self.lexer.bump(1);
        loop {
            self.lexer.skip_blanks();
            let place = self.lexer.place(self.lexer.at);
            if self.lexer.at >= end {
                fail!(
                    place,
                    "`)` is missing after the parameters of the macro `{name}`"
                );
            }
            match self.lexer.token().kind {
                TokenKind::Mark(")") => return Ok(parameters),
                TokenKind::Mark(",") if needs_comma => needs_comma = false,
                TokenKind::Name(name) if !needs_comma => {
                    parameters.push(name);
                    needs_comma = true;
                }
                TokenKind::Mark("...") => {
                    fail!(place, "macros with a variable number of arguments are not supported"; "write each parameter");
                }
                _ if needs_comma => fail!(
                    place,
                    "`,` is missing between the parameters of the macro `{name}`"
                ),
                _ => fail!(place, "the name of a parameter is missing"),
            }
        }
    }

    /// Returns the end of the line, including lines after a `\`.
    fn end_of_directive(&self) -> usize {
        let mut end = self.lexer.at;
        for line in self.lexer.rest().split_inclusive('\n') {
            end += line.len();
            if !line.trim_end_matches(['\n', '\r']).ends_with('\\') {
                return end - usize::from(line.ends_with('\n'));
            }
        }
        end
    }
}

/// Returns how to correct the body of a macro without parameters if its uses are usually mistakes.
fn doubt(name: &str, body: &[Token], place: Place) -> Option<Doubt> {
    // A statement ends with `;` on purpose.
    let is_statement = || {
        let calls =
            |pair: &[Token]| matches!(pair[0].kind, TokenKind::Name(_)) && pair[1].kind.is("(");
        let marks = ["=", "{", "++", "--", "+=", "-=", "*=", "/="];
        body.windows(2).any(calls)
            || body
                .iter()
                .any(|one| marks.iter().any(|mark| one.kind.is(mark)))
    };
    let (help, is_unknown) = match body {
        [first, ..] if first.kind.is("=") => {
            (format!("remove the `=` from `#define {name}`"), false)
        }
        [.., last] if last.kind.is(";") && !is_statement() => {
            (format!("remove the `;` from `#define {name}`"), false)
        }
        // `#define SQUARE (x) ((x) * (x))`
        [open, parameter, close, next, ..]
            if open.kind.is("(")
                && matches!(parameter.kind, TokenKind::Name(_))
                && (close.kind.is(",") || close.kind.is(")"))
                && (next.kind.is("(") || !matches!(next.kind, TokenKind::Mark(_))) =>
        {
            (
                format!("remove the blank before `(` from `#define {name} (`"),
                true,
            )
        }
        _ => return None,
    };
    Some(Doubt {
        help: help.into(),
        is_unknown,
        place,
    })
}

/// Returns the arguments of a macro, and the number of tokens up to their `)`. The tokens are those after the `(`.
fn arguments<'t>(
    name: &str,
    place: Place,
    tokens: &'t [Token],
) -> Parsed<(Vec<&'t [Token]>, usize)> {
    let (mut arguments, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Mark("(") => depth += 1,
            TokenKind::Mark(")" | ",") if depth == 0 => {
                let is_end = token.kind == TokenKind::Mark(")");
                if at > start || !is_end || !arguments.is_empty() {
                    arguments.push(&tokens[start..at]);
                }
                if is_end {
                    return Ok((arguments, at + 1));
                }
                start = at + 1;
            }
            TokenKind::Mark(")") => depth -= 1,
            _ => {}
        }
    }
    fail!(
        place,
        "`)` is missing after the arguments of the macro `{name}`"
    )
}

/// Returns the body of a macro with the values of its parameters.
fn substituted(
    body: &[Token],
    parameters: &[Rc<str>],
    values: &[Vec<Token>],
    place: Place,
) -> Parsed<Vec<Token>> {
    let mut tokens = Vec::new();
    for token in body {
        let value = match &token.kind {
            TokenKind::Name(name) => parameters.iter().position(|one| one == name),
            _ => None,
        };
        match value {
            Some(number) => tokens.extend_from_slice(&values[number]),
            None => tokens.push(token.clone()),
        }
        if tokens.len() > MOST_TOKENS {
            fail!(place, "the program has too many tokens");
        }
    }
    Ok(tokens)
}
