//! Formulas of LaTeX in the texts of papers, which print as they are written.

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;

/// Characters with the formulas of LaTeX that print them.
pub(crate) const SIGNS: &[(char, &str)] = &[
    ('→', "$\\rightarrow$"),
    ('⇒', "$\\Rightarrow$"),
    ('≈', "$\\approx$"),
    ('≤', "$\\leq$"),
    ('≥', "$\\geq$"),
    ('≠', "$\\neq$"),
    ('×', "$\\times$"),
    ('÷', "$\\div$"),
    ('·', "$\\cdot$"),
    ('±', "$\\pm$"),
    ('⌈', "$\\lceil$"),
    ('⌉', "$\\rceil$"),
    ('⌊', "$\\lfloor$"),
    ('⌋', "$\\rfloor$"),
    ('µ', "$\\mu$"),
];

/// Other commands that texts of this subject contain, with the text that replaces them.
const OTHERS: &[(&str, &str)] = &[
    ("le", "≤"),
    ("ge", "≥"),
    ("to", "→"),
    ("ldots", "…"),
    ("dots", "…"),
    ("alpha", "α"),
    ("lambda", "λ"),
    ("rho", "ρ"),
    ("theta", "θ"),
    ("sum", "Σ"),
    ("log", "log"),
    ("lg", "lg"),
];

/// Commands that nothing replaces alone.
const STYLES: &[&str] = &[
    "frac", "sqrt", "text", "textbf", "textit", "texttt", "emph", "mathrm", "begin", "item",
];

/// Returns the command at the start of a text, after its backslash, and what replaces it, or an empty text.
pub(crate) fn command(text: &str) -> Option<(&str, String)> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic());
    let word = &text[..end.unwrap_or(text.len())];
    let is_word = |tex: &str| tex.trim_matches('$').strip_prefix('\\') == Some(word);
    let sign = SIGNS.iter().find(|(_, tex)| is_word(tex));
    let sign = sign.map(|(sign, _)| sign.to_string());
    let other = || OTHERS.iter().find(|(name, _)| *name == word);
    let replaced = sign.or_else(|| other().map(|(_, text)| (*text).to_owned()));
    let style = || STYLES.contains(&word).then(String::new);
    Some((word, replaced.or_else(style)?))
}

/// Warns about the first command or formula in the source text of a string, with its quotes.
pub(crate) fn formula(said: &str, span: Span) -> Option<Diagnostic> {
    // Code is printed as it is written.
    if said.contains('`') {
        return None;
    }
    let place = |from: usize, to: usize| {
        let start = span.start as usize;
        Span::new(span.file, start + from..start + to)
    };
    // Doubled, a backslash is printed, as in the path of a file. Between dollars, it begins a command even so.
    let commands = said.match_indices('\\').filter_map(|(at, _)| {
        let (name, sign) = command(&said[at + 1..])?;
        let from = said[..at].trim_end_matches('\\').len();
        let ends = !said[at + 1 + name.len()..].starts_with(|c: char| c.is_alphanumeric());
        let in_formula = said[..from].matches('$').count() % 2 == 1;
        (ends && (from == at || in_formula)).then_some((from, at + 1 + name.len(), name, sign))
    });
    if let Some((from, to, name, sign)) = { commands }.next() {
        let message = format!("a text is not LaTeX, and has no `\\{name}`");
        let warning = Diagnostic::warning(Code::Unlikely, place(from, to), message);
        return Some(if sign.is_empty() {
            warning.help("write the words or the numbers without it")
        } else {
            warning.fix(Fix::write(place(from, to), &said[from..to], sign))
        });
    }
    let (from, to) = between_dollars(said)?;
    let inside = &said[from + 1..to - 1];
    let message = format!(
        "a text is not LaTeX: `{}` prints its dollars",
        &said[from..to]
    );
    let fix = Fix::write(place(from, to), &said[from..to], inside);
    Some(Diagnostic::warning(Code::Unlikely, place(from, to), message).fix(fix))
}

/// Returns the place of a formula between dollars. Amounts, as in `$5 and $6`, variables, as in `$(A)/$(B)`, and words, as in
/// `SYS$QIO$`, are none.
fn between_dollars(said: &str) -> Option<(usize, usize)> {
    let mut dollars = said.match_indices('$').map(|(at, _)| at);
    let (from, to) = (dollars.next()?, dollars.next()? + 1);
    let inside = &said[from + 1..to - 1];
    let begins = said[..from].ends_with([' ', '\n', '(', '"']);
    let ends = !said[to..].starts_with(|c: char| c.is_alphanumeric() || "$({".contains(c));
    let is_tight = inside.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !inside.ends_with(char::is_whitespace);
    let is_word = inside.len() > 1 && inside.bytes().all(|c| c.is_ascii_alphabetic());
    let is_braced = inside.contains(['{', '}', '\n']);
    (begins && ends && is_tight && !is_word && !is_braced).then_some((from, to))
}
