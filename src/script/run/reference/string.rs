//! The references that a `reference` simulates: pages, or byte addresses within pages.

use super::draft::START_COLUMNS;
use super::draft::{Draft, OF_TRACES};
use crate::lang::ast::{Expr, ExprKind, Pages, Settings, Span, Table, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Number, Value};
use crate::run::eval::eval;
use crate::run::programs::{ProgramCall, ProgramSource, program_call};
use crate::run::record::{Addresses, StartRow};
use crate::run::session::Cx;
use crate::run::settings::{Field, integer};
use crate::run::state::Binding;
use crate::run::stop::Stop;
use crate::run::table::read::read_table;
use crate::run::table::{Shape, WrittenRow};
use crate::run::trace_file::{TraceFile, trace_file};
use pagewalk_engine::machine::policy::Policy;

/// The references of a string, as the script lists them.
pub(super) enum Listed {
    /// Pages, each with its location. A value may be a list of pages.
    Pages(Vec<(Value, Span)>),
    /// Byte addresses.
    Addresses(Addresses),
    /// A memory trace and the page size.
    Trace(TraceFile, u64),
}

/// Evaluates the references. Does not read a trace.
///
/// # Errors
/// Returns the errors in the expressions, and in the settings that depend on the kind of string.
pub(super) fn listed_references(
    cx: &mut Cx,
    pages: &Pages,
    fields: &[Field],
    draft: &Draft,
    place: Span,
) -> Result<Listed, Stop> {
    let set = |name: &str| fields.iter().find(|field| &*field.name.text == name);
    let program = program_of(cx, pages, draft)?;
    if program.is_some() || matches!(pages, Pages::Trace(_)) {
        if let Some(field) = set("stores") {
            let message = "`stores` and a trace are mutually exclusive";
            return Err(Diagnostic::new(Code::Duplicate, field.span, message)
                .label("the trace marks its stores")
                .fix(Fix::remove(field.span))
                .into());
        }
        // The machine's page size is not the default, because small pages make a short trace interesting.
        let Some(page_size) = draft.page_size else {
            return Err(
                Diagnostic::new(Code::WrongCount, place, "the page size is missing")
                    .label("the references are byte addresses")
                    .help("add `page 4 KB`, or another page size")
                    .into(),
            );
        };
        let trace = match (program, pages) {
            (Some(call), _) => TraceFile::of_program(ProgramSource::new(call, None, page_size)?),
            (None, Pages::Trace(name)) => trace_file(cx, name.clone(), draft.format)?,
            (None, _) => return Err(Stop::Unknowable),
        };
        let page_size = page_size.saturating_mul(draft.options.unit.map_or(1, |(_, size)| size));
        return Ok(Listed::Trace(trace, page_size));
    }
    let is_check = cx.checking();
    for field in OF_TRACES
        .iter()
        .filter_map(|name| set(name))
        .filter(|_| is_check)
    {
        let message = format!("`{}` has no effect without a trace", field.name.text);
        let warning = Diagnostic::warning(Code::NoEffect, field.span, message);
        cx.report(vec![warning.fix(Fix::remove(field.span))]);
    }
    let string = references(cx, pages)?;
    match draft.page_size {
        Some(size) => Ok(Listed::Addresses(addresses(cx, pages, &string, size)?)),
        None => Ok(Listed::Pages(string)),
    }
}

/// Returns the run of a program whose accesses are the references. A single word that names a program is not a page.
fn program_of(cx: &mut Cx, pages: &Pages, draft: &Draft) -> Result<Option<ProgramCall>, Stop> {
    let call = match pages {
        Pages::Program(name, function) => match program_call(cx, name, Some(function), None)? {
            None => {
                let message = format!("`{}` is not a program", name.text);
                let help = format!("declare it first: `program {} \"\"\"…\"\"\"`", name.text);
                let wrong = Diagnostic::new(Code::UnknownWord, name.span, message);
                return Err(wrong.help(help).into());
            }
            call => call,
        },
        Pages::Words(words) if names_program(cx, words) => {
            let function = words.get(2).map(|word| Expr {
                kind: ExprKind::Name(word.text.clone()),
                span: word.span,
            });
            program_call(cx, &words[0], function.as_ref(), None)?
        }
        _ => None,
    };
    Ok(call.map(|mut call| {
        for constant in &draft.define {
            call.define(constant.clone());
        }
        call
    }))
}

/// Whether words are `PROGRAM` or `PROGRAM call FUNCTION`.
fn names_program(cx: &Cx, words: &[Word]) -> bool {
    let is_call = match words {
        [_] => true,
        [_, call, _] => &*call.text == "call",
        _ => false,
    };
    is_call && matches!(cx.state.find(&words[0].text), Some(Binding::Program(_)))
}

/// Warns about a word of the settings among numbered pages, such as `lru` in `reference 1 2 3 lru`, where it is the name of a page.
fn warn_of_settings(cx: &mut Cx, words: &[Word]) {
    if let [program, page, _, ..] = words
        && &*page.text == "page"
        && let Some(Binding::Program(_)) = cx.state.find(&program.text)
    {
        let message = format!("`{0}` is a page here, not the program `{0}`", program.text);
        let help = "write the settings of its references in the braces: `{ page 16 B, frames 2 }`";
        let warning = Diagnostic::warning(Code::Unlikely, program.span, message).help(help);
        return cx.report(vec![warning]);
    }
    let is_number = |word: &Word| word.text.bytes().all(|c| c.is_ascii_digit());
    let help = |word: &Word| {
        if Policy::by_name(&word.text).is_some() {
            return Some(format!("write `replacement {}` in the braces", word.text));
        }
        let joins = matches!(&*word.text, "with" | "using" | "frames" | "replacement");
        joins
            .then(|| "write the settings in the braces: `{ frames 3, replacement lru }`".to_owned())
    };
    let found = words.iter().find_map(|word| Some((word, help(word)?)));
    if let Some((word, help)) = found.filter(|_| words.iter().any(is_number)) {
        let message = format!(
            "`{}` is a page here, as each word before the `{{` is",
            word.text
        );
        cx.report(vec![
            Diagnostic::warning(Code::Unlikely, word.span, message).help(help),
        ]);
    }
}

/// Evaluates the references, each with its location. A value may be a list of references.
///
/// # Errors
/// Returns the errors in the expressions.
fn references(cx: &mut Cx, pages: &Pages) -> Result<Vec<(Value, Span)>, Stop> {
    match pages {
        Pages::Words(words) => Ok(words
            .iter()
            .map(|word| (bare_page(&word.text), word.span))
            .collect()),
        Pages::List(list) => match &list.kind {
            ExprKind::List(parts) => listed_pages(cx, parts),
            _ => Ok(vec![(eval(cx, list)?, list.span)]),
        },
        Pages::Trace(_) | Pages::Program(..) => Ok(Vec::new()),
    }
}

/// Evaluates a list of pages, and flattens nested lists.
///
/// # Errors
/// Returns the errors in the list's expressions.
pub(crate) fn page_list(cx: &mut Cx, parts: &[Expr]) -> Result<Value, Stop> {
    let pages = listed_pages(cx, parts)?;
    Ok(Value::List(
        pages
            .into_iter()
            .flat_map(|(page, _)| page.leaves())
            .collect(),
    ))
}

fn listed_pages(cx: &mut Cx, parts: &[Expr]) -> Result<Vec<(Value, Span)>, Stop> {
    let values = parts
        .iter()
        .map(|part| page(cx, part))
        .collect::<Result<Vec<_>, Stop>>()?;
    let span = parts.first().map_or(Span::default(), |part| part.span);
    // The length is checked before the list is built.
    Value::check_list(&values).map_err(|e| e.at(span))?;
    Ok(values
        .into_iter()
        .zip(parts)
        .map(|(value, part)| (value, part.span))
        .collect())
}

/// Evaluates an expression to one or more pages, where a name that is not a variable denotes a page.
pub(super) fn page(cx: &mut Cx, expr: &Expr) -> Result<Value, Stop> {
    match &expr.kind {
        ExprKind::Name(name) if !cx.state.has_variable(name) => Ok(Value::Text(name.clone())),
        _ => eval(cx, expr),
    }
}

/// Returns the addresses that a string lists.
///
/// # Errors
/// Returns an error for each reference that is not an address.
fn addresses(
    cx: &Cx,
    pages: &Pages,
    string: &[(Value, Span)],
    page_size: u64,
) -> Result<Addresses, Stop> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for (value, span) in string {
        value.each_leaf(&mut |leaf| match (leaf, integer(leaf, *span)) {
            (_, Ok(address)) => all.push(address),
            (Value::Text(name), Err(_)) => wrong.push(no_address(name, *span)),
            (_, Err(error)) => wrong.push(error),
        });
    }
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let is_hex = |span: Span| {
        let text = cx.env.sources.text(span);
        text.contains("0x") || text.contains("0X")
    };
    let hex = match pages {
        Pages::Words(words) => words.iter().any(|word| is_hex(word.span)),
        Pages::List(list) => is_hex(list.span),
        Pages::Trace(_) | Pages::Program(..) => true,
    };
    let digits = all
        .iter()
        .max()
        .map_or(1, |largest| format!("{largest:X}").len());
    Ok(Addresses {
        page_size,
        all,
        hex,
        digits,
    })
}

/// Reports words outside brackets that the author did not mean as page names.
///
/// # Errors
/// Returns `bare-page`.
pub(super) fn check_bare_pages(
    cx: &mut Cx,
    pages: &Pages,
    settings: &Settings,
) -> Result<(), Stop> {
    let Pages::Words(words) = pages else {
        return Ok(());
    };
    if names_program(cx, words) {
        return Ok(());
    }
    if cx.checking() {
        warn_of_settings(cx, words);
    }
    refuse_variables(cx, words)?;
    refuse_marks(cx, words, settings)
}

/// Reports a page outside brackets that has the name of a variable. Such a string would silently reference
/// a page of this name instead of the variable's pages.
fn refuse_variables(cx: &Cx, words: &[Word]) -> Result<(), Stop> {
    let Some(Word { text: name, span }) =
        words.iter().find(|word| cx.state.has_variable(&word.text))
    else {
        return Ok(());
    };
    let list = bracketed(words);
    let message = format!("`{name}` is a variable, but outside brackets each word is a page name");
    let help = format!(
        "for the variable's value, write `reference {list}`; a page with this name is `\"{name}\"` in brackets"
    );
    let place = words.first().map_or(*span, |first| {
        between(first.span, words[words.len() - 1].span)
    });
    Err(Diagnostic::new(Code::BarePage, *span, message)
        .label("not the variable's value")
        .help(help)
        .fix(Fix::replace(place, list))
        .into())
}

/// Reports a string that marks its loads and stores, as in `1r 2w` and `1 r 2 w`. The setting `stores` marks
/// stores.
fn refuse_marks(cx: &Cx, words: &[Word], settings: &Settings) -> Result<(), Stop> {
    let Some(Marked {
        pages,
        stores,
        wrong,
    }) = Marked::find(words)
    else {
        return Ok(());
    };
    let message = format!(
        "`{}` is a page name here, not a mark for a load or a store",
        wrong.text
    );
    let diagnostic = Diagnostic::new(Code::BarePage, wrong.span, message)
        .label("each word is the name of a page");
    let positions = stores
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ");
    let pages = pages.join(" ");
    let has_stores = settings
        .settings
        .iter()
        .any(|setting| &*setting.name.text == "stores");
    let (Some(first), Some(last), Some(setting)) = (
        words.first(),
        words.last(),
        settings.settings.last().filter(|_| !has_stores),
    ) else {
        return Err(diagnostic
            .help(format!(
                "write `reference {pages} {{ stores {positions} }}`"
            ))
            .into());
    };
    if stores.is_empty() {
        return Err(diagnostic
            .fix(Fix::replace(between(first.span, last.span), pages))
            .into());
    }
    let between_words = Span {
        start: last.span.end,
        end: setting.span.end,
        ..first.span
    };
    let rest = Span {
        start: setting.span.end,
        end: settings.span.end,
        ..first.span
    };
    let text = format!(
        "{pages}{}, stores {positions}{}",
        cx.text(between_words),
        cx.text(rest)
    );
    Err(diagnostic
        .help(format!("write `reference {text}`"))
        .fix(Fix::replace(between(first.span, settings.span), text))
        .into())
}

/// Returns a list of these pages, in which each name of a variable is replaced with its value.
fn bracketed(words: &[Word]) -> String {
    let is_name = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let part = |Word { text, .. }: &Word| match Number::literal(text) {
        Ok(_) => text.to_string(),
        Err(_) if is_name(text) && !text.contains('.') => text.to_string(),
        Err(_) => Value::Text(text.clone()).quoted(),
    };
    format!(
        "[{}]",
        words.iter().map(part).collect::<Vec<_>>().join(", ")
    )
}

fn between(first: Span, last: Span) -> Span {
    first.to(last)
}

/// A reference string in which letters mark loads and stores.
struct Marked<'w> {
    pages: Vec<String>,
    /// The positions of the stores, counted from 1.
    stores: Vec<usize>,
    /// The first marked word.
    wrong: &'w Word,
}

impl<'w> Marked<'w> {
    /// Returns the string's pages and stores. A letter before the number is a mark only if every word has one,
    /// because `r1` alone can be the name of a page.
    fn find(words: &'w [Word]) -> Option<Self> {
        let is_number = |text: &str| Number::literal(text).is_ok();
        let store = |mark: &str| match mark {
            "w" | "W" => Some(true),
            "r" | "R" => Some(false),
            _ => None,
        };
        let after = |text: &'w str| {
            let (page, mark) = text.split_at_checked(text.len().checked_sub(1)?)?;
            Some((page, store(mark)?)).filter(|_| is_number(page))
        };
        let before = |text: &'w str| {
            let (mark, page) = text.split_at_checked(1)?;
            Some((page, store(mark)?)).filter(|_| is_number(page))
        };
        let apart = |pair: &'w [Word]| match pair {
            [page, mark] if is_number(&page.text) => Some((&*page.text, store(&mark.text)?)),
            _ => None,
        };
        let texts = || words.iter().map(|word| &*word.text);
        let (marked, wrong): (Vec<(&str, bool)>, _) =
            match words.iter().find(|word| after(&word.text).is_some()) {
                Some(wrong) => (
                    texts()
                        .map(|text| after(text).unwrap_or((text, false)))
                        .collect(),
                    wrong,
                ),
                None => match texts().map(before).collect::<Option<Vec<_>>>() {
                    Some(all) => (all, words.first()?),
                    None => (
                        words.chunks(2).map(apart).collect::<Option<Vec<_>>>()?,
                        words.get(1)?,
                    ),
                },
            };
        let stores = marked
            .iter()
            .enumerate()
            .filter(|(_, (_, store))| *store)
            .map(|(at, _)| at + 1);
        let (stores, pages) = (
            stores.collect(),
            marked.iter().map(|(page, _)| (*page).to_owned()).collect(),
        );
        Some(Self {
            pages,
            stores,
            wrong,
        })
    }
}

/// Returns a page that is written without brackets: a number if the text is a number, and otherwise a name.
fn bare_page(text: &str) -> Value {
    Number::literal(text).map_or_else(|_| Value::from(text), Value::Number)
}

/// Reports a reference that is a name although the string lists addresses.
fn no_address(name: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::WrongType, span, format!("`{name}` is not an address"))
        .label("the setting `page` makes each reference a byte address");
    if u64::from_str_radix(name, 16).is_ok() {
        return diagnostic.did_you_mean(name, &format!("0x{name}"));
    }
    if name.contains('.') {
        return diagnostic.help(format!(
            "for a trace, write its name without brackets: `reference \"{name}\"`"
        ));
    }
    diagnostic.help("write a number such as `0x3D4`, or remove the setting `page`")
}

/// Evaluates the table, which may list at most `frames` pages.
///
/// # Errors
/// Returns the errors in the table.
pub(super) fn start_table(
    cx: &mut Cx,
    table: &Table,
    frames: Option<u64>,
) -> Result<Vec<StartRow>, Stop> {
    // Every row needs a value in every column of the header.
    let needed: Vec<&str> = START_COLUMNS
        .iter()
        .map(|column| column.name)
        .filter(|name| *name == "page" || table.has_column(name))
        .collect();
    let shape = Shape::Objects {
        what: "resident pages",
        columns: START_COLUMNS,
        needed: &needed,
        expected: false,
    };
    let (mut rows, mut wrong) = (Vec::<(StartRow, Span)>::new(), Vec::new());
    for row in read_table(cx, table, &shape)? {
        let start = start_row(&row, &mut wrong);
        let span = row.cell("page").map_or(row.span, |cell| cell.span);
        if let Some((_, first)) = rows
            .iter()
            .find(|(other, _)| other.page.quoted() == start.page.quoted())
        {
            let message = format!("page {} is listed twice", start.page);
            wrong.push(Diagnostic::new(Code::Duplicate, span, message).also(*first, "first here"));
        }
        rows.push((start, span));
    }
    if let Some(frames) = frames
        && let Some((_, span)) = usize::try_from(frames)
            .ok()
            .and_then(|frames| rows.get(frames))
    {
        let count = rows.len();
        let message = format!("there are {count} initial pages, but `frames` is {frames}");
        wrong.push(
            Diagnostic::new(Code::BadGeometry, *span, message)
                .help(format!("write `frames {count}`")),
        );
    }
    if wrong.is_empty() {
        Ok(rows.into_iter().map(|(row, _)| row).collect())
    } else {
        Err(wrong.into())
    }
}

fn start_row(row: &WrittenRow, wrong: &mut Vec<Diagnostic>) -> StartRow {
    let mut bit = |column: &str| {
        let cell = row.cell(column)?;
        let n = row.number(column)?;
        if n > 1 {
            let message = format!("a bit must be 0 or 1, not {n}");
            wrong.push(Diagnostic::new(Code::ValueTooWide, cell.span, message));
        }
        Some(n == 1)
    };
    StartRow {
        referenced: bit("R"),
        modified: bit("M"),
        page: bare_page(row.word("page").map_or("", |(page, _)| page)),
        loaded: row.number("loaded"),
        used: row.number("used"),
    }
}
