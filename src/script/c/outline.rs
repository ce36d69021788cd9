//! A text before it is parsed: its items, its braces, and what completes a listing to a program.

use pagewalk_engine::program::Place;

use super::lexer::{KEYWORDS, Token, TokenKind};
use super::messages::{Mistake, Parsed, fail};

/// A declaration, a function, or a statement outside of braces and parentheses.
struct Item {
    start: usize,
    /// The `{` of a body.
    body: Option<usize>,
}

/// Finds the items of a text, without parsing them.
fn items(tokens: &[Token]) -> Vec<Item> {
    let (mut items, mut depth, mut is_start) = (Vec::<Item>::new(), 0_u32, true);
    for (at, Token { kind, .. }) in tokens.iter().enumerate() {
        // Before a statement, a `;` may be missing.
        if depth == 0 && (is_start || kind.is_any(STATEMENTS)) && *kind != TokenKind::End {
            let (start, body) = (at, None);
            items.push(Item { start, body });
        }
        is_start = false;
        match kind {
            TokenKind::Mark("{" | "(") => {
                if depth == 0
                    && kind.is("{")
                    && at > 0
                    && tokens[at - 1].kind.is(")")
                    && let Some(item) = items.last_mut()
                {
                    item.body.get_or_insert(at);
                }
                depth += 1;
            }
            TokenKind::Mark("}" | ")") => {
                depth = depth.saturating_sub(1);
                is_start = kind.is("}");
            }
            TokenKind::Mark(";") => is_start = true,
            _ => {}
        }
    }
    items
}

/// The words that begin a statement.
const STATEMENTS: &[&str] = &["do", "else", "for", "if", "return", "switch", "while"];

/// Whether a text is statements without a function.
pub(super) fn is_fragment(tokens: &[Token]) -> bool {
    is_without_function(tokens, &items(tokens))
}

fn is_without_function(tokens: &[Token], items: &[Item]) -> bool {
    let kind = |at: usize| &tokens[at].kind;
    let is_statement = |item: &Item| match kind(item.start) {
        TokenKind::Name(_) if kind(item.start).is_any(KEYWORDS) => {
            kind(item.start).is_any(STATEMENTS)
        }
        TokenKind::Name(_) => {
            !matches!(kind(item.start + 1), TokenKind::Name(_)) && !kind(item.start + 1).is("*")
        }
        TokenKind::Mark(mark) => ["++", "--", "*", "("].contains(mark),
        _ => false,
    };
    let is_function = |item: &Item| {
        // The types of parameters can come before the body: `f(n) int n; { … }`.
        let is_body = kind(item.start).is("{") && item.start > 0;
        is_body || item.body.is_some() && !kind(item.start).is_any(STATEMENTS)
    };
    items.iter().any(is_statement) && !items.iter().any(is_function)
}

/// Completes a text, which a parser reads from its start to its end: statements without a function are the body of `main`,
/// and functions are declared before the first one, because many listings begin with `main`. Also returns whether the text is a
/// fragment.
pub(super) fn completed(tokens: Vec<Token>) -> Parsed<(Vec<Token>, bool)> {
    if let TokenKind::Integer { .. } = tokens[0].kind {
        fail!(tokens[0].place, "a number begins no declaration"; "remove the numbers of the lines");
    }
    let items = items(&tokens);
    if is_without_function(&tokens, &items) {
        check_braces(&tokens)?;
        return Ok((as_main(tokens), true));
    }
    Ok((with_prototypes(tokens, &items), false))
}

/// Returns a mistake if a `{` or `}` has no partner.
fn check_braces(tokens: &[Token]) -> Parsed<()> {
    let mut open = Vec::new();
    for Token { kind, place } in tokens {
        if kind.is("{") {
            open.push(*place);
        } else if kind.is("}") && open.pop().is_none() {
            fail!(*place, "`}}` has no matching `{{`");
        }
    }
    open.pop().map_or(Ok(()), |place| Err(never_closed(place)))
}

/// Returns the statements of a text as the body of `main`.
fn as_main(mut tokens: Vec<Token>) -> Vec<Token> {
    let place = tokens[0].place;
    let name = |text: &str| TokenKind::Name(text.into());
    let heading = [
        name("int"),
        name("main"),
        TokenKind::Mark("("),
        name("void"),
        TokenKind::Mark(")"),
        TokenKind::Mark("{"),
    ];
    tokens.splice(0..0, heading.map(|kind| Token { kind, place }));
    let end = tokens.len() - 1;
    let place = tokens[end].place;
    tokens.insert(
        end,
        Token {
            kind: TokenKind::Mark("}"),
            place,
        },
    );
    tokens
}

/// Declares each function before the first one. Functions with types that the text declares are left out.
fn with_prototypes(mut tokens: Vec<Token>, items: &[Item]) -> Vec<Token> {
    let mut prototypes = Vec::new();
    let functions = items
        .iter()
        .filter_map(|item| Some((item.start, item.body?)));
    for (start, body) in functions.clone() {
        let heading = &tokens[start..body];
        let mut parts = heading.split(|token| token.kind.is("(") || token.kind.is(","));
        // The type follows these words: `static T f(const T *t)`
        let qualifiers = [
            "const", "volatile", "static", "extern", "inline", "register",
        ];
        let is_known = parts.all(|part| {
            let mut words = part.iter().skip_while(|one| one.kind.is_any(&qualifiers));
            words
                .next()
                .is_none_or(|one| one.kind.is_any(KEYWORDS) || one.kind.is(")"))
        });
        let hides = ["struct", "union", "enum", "main"];
        if is_known && !heading.iter().any(|one| one.kind.is_any(&hides)) {
            prototypes.extend_from_slice(heading);
            let (kind, place) = (TokenKind::Mark(";"), tokens[body - 1].place);
            prototypes.push(Token { kind, place });
        }
    }
    let first = functions.map(|(start, _)| start).next().unwrap_or_default();
    tokens.splice(first..first, prototypes);
    tokens
}

/// Returns the `{` without a `}` in a text with more `{` than `}`: the first one whose block seems to end at a `}` with less
/// indentation than the line of the `{`.
pub(super) fn unclosed(text: &str, tokens: &[Token]) -> Option<Place> {
    let count = |mark| tokens.iter().filter(|token| token.kind.is(mark)).count();
    if count("{") <= count("}") {
        return None;
    }
    let line_of = |place: Place| {
        let start = text
            .get(..place.start as usize)?
            .rfind('\n')
            .map_or(0, |at| at + 1);
        text.get(start..)
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut open: Vec<Place> = Vec::new();
    for token in tokens {
        if token.kind.is("{") {
            open.push(token.place);
        } else if token.kind.is("}")
            && let Some(opened) = open.pop()
            && let (Some(first), Some(last)) = (line_of(opened), line_of(token.place))
            && last.trim_start().starts_with('}')
            && indent(last) < indent(first)
        {
            return Some(opened);
        }
    }
    None
}

pub(super) fn never_closed(open: Place) -> Mistake {
    Mistake::new(open, "this `{` is never closed".to_owned())
        .help("write `}` at the end of its block")
}
