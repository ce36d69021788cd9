//! Parses a grid's text as settings, like the block of `machine { … }`.

use crate::lang::ast::{Command, Settings, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::parse::parse;
use crate::lang::span::Span;
use crate::run::facts::Component;
use crate::run::verbs::CORE;
use pagewalk_engine::machine::spec::Spec;

/// The words that declare the parts that a grid can vary.
pub(super) const PARTS: [&str; 2] = ["cache", "tlb"];

/// Text that the parser needs before the grid.
const BEFORE: &str = "machine {";
/// Text that the parser needs after the grid. The line break ends a final comment.
const BEHIND: &str = "\n}";

/// Returns the text for the parser.
pub(super) fn around(text: &str) -> String {
    format!("{BEFORE}{text}{BEHIND}")
}

/// Returns the span of the whole text.
pub(super) fn all(text: &str, file: u32) -> Span {
    let start = BEFORE.len() as u32;
    Span {
        file,
        start,
        end: start + text.len() as u32,
    }
}

/// Returns the settings of a grid. The settings' spans refer to the parsed text (see [`placed`]).
pub(super) fn block(text: &str, file: u32, base: &Spec) -> Result<Settings, Vec<Diagnostic>> {
    let parsed = parse(file, &around(text), &mut ());
    if !parsed.diagnostics.is_empty() {
        let wrong = assigned(text, file).or_else(|| listed(text, file));
        let wrong = wrong
            .or_else(|| dotted(text, file, base))
            .or_else(|| without_bytes(text, file));
        return Err(wrong.map_or(parsed.diagnostics, |wrong| vec![wrong]));
    }
    let block = match parsed.body.first().map(|statement| &*statement.kind) {
        Some(StmtKind::Command(Command {
            block: Some(block), ..
        })) if parsed.body.len() == 1 => block.clone(),
        _ => {
            return Err(whole(
                Code::Syntax,
                "these are not settings of a TLB or cache",
                all(text, file),
            ));
        }
    };
    if block.table.is_some() {
        return Err(whole(
            Code::BadTable,
            "a grid cannot contain a table",
            all(text, file),
        ));
    }
    if block.settings.is_empty() {
        let wrong = Diagnostic::new(Code::WrongCount, all(text, file), "the grid is empty");
        return Err(vec![wrong.help(
            "write settings with several values: `ways 1..16, size 4 KB..1 MB`",
        )]);
    }
    Ok(block)
}

/// Whether a word begins a setting of a grid.
pub fn begins_setting(word: &str) -> bool {
    PARTS.contains(&word) || is_setting(word)
}

/// Whether a part has a setting of this name.
pub(super) fn is_setting(name: &str) -> bool {
    let mut blocks = PARTS.iter().filter_map(|part| CORE.block(part));
    blocks.any(|block| block.setting(name).is_some())
}

/// Reports the first sign of a grid such as `ways=1,2,4; size=4KB`.
fn assigned(text: &str, file: u32) -> Option<Diagnostic> {
    let at = text.find(['=', ':'])?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let name = text[..at].trim_end().rsplit(|c| !is_word(c)).next()?;
    let values = text[at + 1..].split([';', '\n']).next()?;
    // `size=1KB:8KB`
    let values = match values.split_once(':') {
        Some((from, to))
            if !values.contains('=')
                && !to.contains(':')
                && to.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            format!("{from}..{to}")
        }
        _ => values.to_owned(),
    };
    let values = values.split(',');
    let values = values.take_while(|value| !value.contains(['=', ':']));
    let values: Vec<&str> = values.map(str::trim).collect();
    Some(without_sign(
        file,
        at,
        &format!("{name} {}", values.join(" ")),
    ))
}

/// Reports the first comma between two values, as in `ways 1,2,4`.
fn listed(text: &str, file: u32) -> Option<Diagnostic> {
    let is_value = |value: &str| value.trim_start().starts_with(|c: char| c.is_ascii_digit());
    // A setting before the comma, with its first value.
    let setting = |at: usize| {
        let first = text[..at].rsplit(['{', '}', ',', '\n']).next()?.trim();
        let (name, value) = first.split_once(' ')?;
        (is_setting(name) && is_value(value)).then_some(first)
    };
    let mut commas = text.match_indices(',');
    let (at, first) = commas
        .find_map(|(at, _)| Some((at, setting(at)?)).filter(|_| is_value(&text[at + 1..])))?;
    let more = text[at + 1..]
        .split(['{', '}', '#', '\n'])
        .next()?
        .split(',');
    let more = more.take_while(|value| is_value(value)).map(str::trim);
    let values: Vec<&str> = std::iter::once(first).chain(more).collect();
    Some(without_sign(file, at, &values.join(" ")))
}

/// Reports a sign between the name and the values of a setting, or between two values. `right` is the setting without the signs.
fn without_sign(file: u32, at: usize, right: &str) -> Diagnostic {
    let start = BEFORE.len() + at;
    let message = "in a grid, the values of a setting follow its name without a sign or commas";
    // A comma separates two settings.
    let mut settings = String::new();
    for word in right.split(' ') {
        let separator = match (settings.is_empty(), is_setting(word)) {
            (true, _) => "",
            (false, true) => ", ",
            (false, false) => " ",
        };
        settings.extend([separator, word]);
    }
    let help = format!(
        "write `{}`, or a range such as `ways 1..16`",
        with_units(&settings)
    );
    Diagnostic::new(Code::Syntax, Span::new(file, start..start + 1), message).help(help)
}

/// Returns a setting with the units of its sizes: other tools write `64K` for `64 KB`.
pub fn with_units(setting: &str) -> String {
    let mut right = String::new();
    let mut letters = setting.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_number = right.ends_with(|c: char| c.is_ascii_digit());
        let ends = letters.peek().is_none_or(|next| !next.is_alphanumeric());
        if is_number && ends && "KMG".contains(letter.to_ascii_uppercase()) {
            right.extend([' ', letter.to_ascii_uppercase(), 'B']);
        } else {
            right.push(letter);
        }
    }
    right
}

/// Reports sizes without the `B` of bytes, as in `size 1K..8K`.
fn without_bytes(text: &str, file: u32) -> Option<Diagnostic> {
    let right = with_units(text);
    let is_right = right != text && parse(file, &around(&right), &mut ()).diagnostics.is_empty();
    is_right.then(|| {
        let message = "the unit of a size is `KB`, `MB`, or `GB`";
        Diagnostic::new(Code::BadNumber, all(text, file), message).help(format!("write `{right}`"))
    })
}

/// Reports a part before a dot, as in `L1d.ways 1..4`.
fn dotted(text: &str, file: u32, base: &Spec) -> Option<Diagnostic> {
    let (before, rest) = text.split_once('.')?;
    let name = before.rsplit([' ', '{', ',']).next()?;
    let word = part_named(name, base)?;
    let rest = rest.split([',', '}']).next()?.trim();
    let start = BEFORE.len() + before.len() - name.len();
    let message = format!("the settings of `{name}` must be in braces");
    let span = Span::new(file, start..start + name.len());
    // The only cache is often called `cache`, and needs no name.
    let of_kind = match word {
        "tlb" => base.tlbs.len(),
        _ => base.caches.len(),
    };
    let part = if name == word && of_kind == 1 {
        word.to_owned()
    } else {
        format!("{word} {name}")
    };
    let help = format!("write `{part} {{ {} }}`", with_units(rest));
    Some(Diagnostic::new(Code::Syntax, span, message).help(help))
}

/// Returns the word that declares the part with this name.
pub(super) fn part_named(name: &str, base: &Spec) -> Option<&'static str> {
    match Component::named(base, name)? {
        Component::Tlb(_) => Some("tlb"),
        Component::Cache(_) => Some("cache"),
    }
}

/// Converts the spans of errors to the grid's text in `file`.
pub(super) fn placed(wrong: Vec<Diagnostic>, text: &str, file: u32) -> Vec<Diagnostic> {
    let at = |place: u32| {
        place
            .saturating_sub(BEFORE.len() as u32)
            .min(text.len() as u32)
    };
    let moved = |span: Span| Span {
        file,
        start: at(span.start),
        end: at(span.end),
    };
    let move_all = |mut diagnostic: Diagnostic| {
        diagnostic.span = moved(diagnostic.span);
        for (span, _) in &mut diagnostic.related {
            *span = moved(*span);
        }
        if let Some(fix) = &mut diagnostic.fix {
            fix.span = moved(fix.span);
        }
        diagnostic
    };
    wrong.into_iter().map(move_all).collect()
}

/// Returns an error without a label or help.
pub(super) fn whole(code: Code, message: impl Into<String>, span: Span) -> Vec<Diagnostic> {
    vec![Diagnostic::new(code, span, message)]
}
