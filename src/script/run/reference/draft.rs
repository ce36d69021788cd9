//! The settings of a `reference`.

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::reference_string::Replacement;
use pagewalk_engine::trace::format::{FORMATS, Format};
use pagewalk_engine::trace::replay::Straddle;

use crate::run::bind::Param::{Equals, Keyword, Literal, Many, Optional, Ways, Words};
use crate::run::bind::{C_NAME, N, PAGES, SIZE, V, words_of};
use crate::run::programs::{Constant, constant};
use crate::run::record::{Only, STRADDLES};
use crate::run::settings::{ArgKind, Field, SettingRow, integer, list, one_of, sole};
use crate::run::table::{Column, decimal, words};
use crate::run::trace_file::formats;

/// The columns of the table of resident pages: the page, its loading time, the time of its last use, its referenced bit, and its
/// modified bit.
pub(crate) const START_COLUMNS: &[Column] = &[
    words("page"),
    decimal("loaded"),
    decimal("used"),
    decimal("R"),
    decimal("M"),
];

/// The settings in the block of a `reference`.
#[derive(Default)]
pub(crate) struct Draft {
    pub(super) frames: Option<u64>,
    pub(super) reserved: Option<u64>,
    pub(super) replacement: Option<Word>,
    pub(super) lookahead: Option<u64>,
    pub(super) window: Option<u64>,
    pub(super) tick: Option<u64>,
    pub(super) holding: Vec<Value>,
    pub(super) writes: Vec<Value>,
    pub(super) stores: Vec<(u64, Span)>,
    pub(super) ticks: Vec<(u64, Span)>,
    pub(super) page_size: Option<u64>,
    pub(super) define: Vec<Constant>,
    pub(super) format: Option<Format>,
    pub(super) options: TraceOptions,
}

/// The use of the records of a trace.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TraceOptions {
    pub(super) straddle: Straddle,
    pub(super) only: Only,
    /// The type of C that counts as one item of a page, and its size in bytes.
    pub(super) unit: Option<(&'static str, u64)>,
}

/// The choices of references, with their words.
const ONLY: &[(&str, Only)] = &[("data", Only::Data), ("fetches", Only::Fetches)];

/// The settings that apply only to a trace.
pub(super) const OF_TRACES: &[&str] = &["format", "straddle", "only", "unit", "define"];

/// The types that can be the items of a page, with their sizes in bytes.
const ITEMS: &[(&str, u64)] = &[
    ("char", 1),
    ("short", 2),
    ("int", 4),
    ("long", 8),
    ("float", 4),
    ("double", 8),
];

pub(crate) const REFERENCE_SETTINGS: &[SettingRow<Draft>] = &[
    SettingRow::once("frames", &[N], "number of frames", |d, f| {
        number(f, "a number of frames", &mut d.frames)
    }),
    SettingRow::once(
        "reserved",
        &[N],
        "number of these frames that hold the program's code, and no page of the string",
        |d, f| number(f, "a number of frames", &mut d.reserved),
    ),
    SettingRow::once(
        "replacement",
        &[Ways(&[
            &[Words(&[
                "lru",
                "fifo",
                "clock",
                "second-chance",
                "third-chance",
                "nru",
                "aging",
                "mru",
                "lifo",
                "lfu",
                "random",
            ])],
            &[Literal("optimal"), Optional(&[Keyword("lookahead"), N])],
            &[Literal("working-set"), Optional(&[Keyword("window"), N])],
        ])],
        "page replacement policy (default: `lru`)",
        replacement,
    ),
    SettingRow::once(
        "window",
        &[N],
        "length of the working-set window, in references",
        |d, f| number(f, "a window", &mut d.window),
    ),
    SettingRow::once(
        "tick",
        &[N],
        "number of references between clock ticks, for policies with use or reference bits",
        |d, f| number(f, "an interval between ticks", &mut d.tick),
    ),
    SettingRow::once(
        "ticks",
        &[Many(&N)],
        "positions, counted from 1, of the references that precede a clock tick",
        |d, f| positions(f, &mut d.ticks),
    ),
    SettingRow::once(
        "holding",
        &[Optional(&[PAGES])],
        "initially resident pages, oldest first",
        |d, f| pages(f, &mut d.holding),
    ),
    SettingRow::once(
        "writes",
        &[Optional(&[PAGES])],
        "pages whose references are all stores",
        |d, f| pages(f, &mut d.writes),
    ),
    SettingRow::once(
        // Positions, because a letter after a page, as in `1r`, is a valid name of a page.
        "stores",
        &[Many(&N)],
        "positions, counted from 1, of the stores in the reference string",
        |d, f| positions(f, &mut d.stores),
    ),
    SettingRow::once(
        // Not necessarily a power of two, because published problems also use pages of 100 records.
        "page",
        &[SIZE],
        "page size; with this setting, each reference is a byte address",
        |d, f| number(f, "a page size", &mut d.page_size),
    ),
    SettingRow::once(
        "unit",
        &[Words(words_of!(ITEMS.0))],
        "the items that `page` counts, if the references are accesses of a program: `page 200, unit int`; default: bytes",
        |d, f| {
            choice(
                f,
                &ITEMS.iter().map(|item| (item.0, *item)).collect::<Vec<_>>(),
                |item| {
                    d.options.unit = Some(item);
                },
            )
        },
    ),
    SettingRow::often(
        "define",
        &[C_NAME, Equals, V],
        "value of a `#define` of the program",
        |d, f| constant(f).map(|one| d.define.push(one)),
    ),
    SettingRow::once(
        "format",
        &[Words(words_of!(FORMATS.name))],
        "format of the trace; default: detected as for `replay`",
        |d, f| choice(f, &formats(), |format| d.format = Some(format)),
    ),
    SettingRow::once(
        "straddle",
        &[Words(words_of!(STRADDLES.0))],
        "whether an access of a trace references each page that it touches (default), or only the first",
        |d, f| choice(f, STRADDLES, |straddle| d.options.straddle = straddle),
    ),
    SettingRow::once(
        "only",
        &[Words(words_of!(ONLY.0))],
        "whether to use only the loads and stores of a trace, or only its instruction fetches; default: both",
        |d, f| choice(f, ONLY, |only| d.options.only = only),
    ),
];

fn choice<T: Copy>(
    field: &Field,
    words: &[(&'static str, T)],
    set: impl FnOnce(T),
) -> Result<(), Vec<Diagnostic>> {
    one_of(sole(field)?, words).map(set)
}

fn number(field: &Field, what: &str, to: &mut Option<u64>) -> Result<(), Vec<Diagnostic>> {
    *to = Some(
        sole(field)?
            .within(1, 1 << 32, Code::LimitSize, what)
            .map_err(|d| vec![d])?,
    );
    Ok(())
}

fn positions(field: &Field, to: &mut Vec<(u64, Span)>) -> Result<(), Vec<Diagnostic>> {
    for arg in &field.args {
        let value = arg.value().map_err(|d| vec![d])?;
        // The length is checked before a range is expanded.
        Value::check_list([value]).map_err(|e| vec![e.at(arg.span)])?;
        for position in value.leaves() {
            to.push((integer(&position, arg.span).map_err(|d| vec![d])?, arg.span));
        }
    }
    Ok(())
}

fn pages(field: &Field, to: &mut Vec<Value>) -> Result<(), Vec<Diagnostic>> {
    for arg in &field.args {
        match &arg.kind {
            ArgKind::Value(list @ Value::List(_)) => to.extend(list.leaves()),
            _ => to.push(arg.value().map_err(|d| vec![d])?.clone()),
        }
    }
    Ok(())
}

fn replacement(draft: &mut Draft, field: &Field) -> Result<(), Vec<Diagnostic>> {
    let words = || {
        POLICIES
            .iter()
            .filter(|row| row.frames)
            .map(|row| row.name)
            .chain(["optimal", "working-set"])
    };
    let [first, rest @ ..] = field.args.as_slice() else {
        return sole(field).map(|_| ());
    };
    // A variable may contain the name of a policy.
    let value = first
        .value()
        .ok()
        .map(ToString::to_string)
        .unwrap_or_default();
    let said = first.word().unwrap_or(&value);
    let Some(name) = [said, &value]
        .into_iter()
        .find_map(|said| words().find(|word| *word == said))
    else {
        let near = crate::lang::nearest::nearest(said, words());
        let message = format!("`{said}` is not a replacement policy");
        let diagnostic = Diagnostic::new(Code::UnknownWord, first.span, message);
        return Err(vec![match near {
            Some(near) => diagnostic.did_you_mean(said, near),
            None => diagnostic.help(format!("the policies are {}", list(words()))),
        }]);
    };
    draft.replacement = Some(Word {
        text: name.into(),
        span: first.span,
    });
    match rest {
        [] => Ok(()),
        [word, n] if name == "optimal" && word.word() == Some("lookahead") => {
            draft.lookahead = Some(n.integer().map_err(|d| vec![d])?);
            Ok(())
        }
        [word, n] if name == "working-set" && word.word() == Some("window") => {
            draft.window = Some(n.integer().map_err(|d| vec![d])?);
            Ok(())
        }
        [more, ..] => Err(vec![
            Diagnostic::new(Code::WrongCount, more.span, format!("`{name}` does not accept this value"))
                .help(
                    "separate settings with a comma; only `optimal lookahead N` and `working-set window N` take a \
                     number",
                ),
        ]),
    }
}

impl Draft {
    pub(super) fn policy(&self, place: Span) -> Result<Replacement, Diagnostic> {
        let Some(word) = &self.replacement else {
            return self.framed(Replacement::Policy(Policy::Lru), place);
        };
        match (&*word.text, self.window) {
            ("optimal", _) => self.framed(
                Replacement::Optimal {
                    lookahead: self.lookahead,
                },
                place,
            ),
            ("working-set", Some(window)) => Ok(Replacement::WorkingSet { window }),
            ("working-set", None) => {
                Err(
                    Diagnostic::new(Code::WrongCount, word.span, "a working set needs a window")
                        .help("add `window N`, the length of the working-set window in references"),
                )
            }
            (name, _) => self.framed(
                Replacement::Policy(Policy::by_name(name).unwrap_or_default()),
                place,
            ),
        }
    }

    fn framed(&self, replacement: Replacement, place: Span) -> Result<Replacement, Diagnostic> {
        if self.frames.is_some() {
            return Ok(replacement);
        }
        Err(
            Diagnostic::new(Code::WrongCount, place, "the number of frames is missing")
                .help("write the number in the block of settings: `{ frames 3 }`"),
        )
    }

    /// Returns the number of frames for the pages of the string, or `None` without `frames`.
    ///
    /// # Errors
    /// Returns `bad-geometry` if all frames are reserved.
    pub(super) fn frames(&self, place: Span) -> Result<Option<u64>, Diagnostic> {
        let (Some(frames), Some(reserved @ 1..)) = (self.frames, self.reserved) else {
            return Ok(self.frames);
        };
        if reserved < frames {
            return Ok(Some(frames - reserved));
        }
        let message = format!("{frames} frames cannot hold pages if {reserved} are reserved");
        let wrong = Diagnostic::new(Code::BadGeometry, place, message);
        Err(wrong.help(format!(
            "write `frames {}` or more",
            reserved.saturating_add(1)
        )))
    }

    fn held(&self) -> String {
        let pages: Vec<String> = self.holding.iter().map(ToString::to_string).collect();
        if pages.is_empty() {
            String::new()
        } else {
            format!("holding {}", pages.join(" "))
        }
    }

    fn only(&self) -> String {
        let row = ONLY.iter().find(|(_, only)| *only == self.options.only);
        row.map_or_else(String::new, |(word, _)| format!("only {word}"))
    }

    pub(super) fn caption(&self) -> String {
        let name = self.replacement.as_ref().map_or("lru", |word| &word.text);
        let more = |what: &str, n: Option<u64>| n.map_or(String::new(), |n| format!("{what} {n}"));
        let parts = [
            name.to_owned(),
            more("lookahead", self.lookahead),
            more("window", self.window),
            more("frames", self.frames),
            more("reserved", self.reserved),
            more("tick", self.tick),
            more("page", self.page_size),
            self.options
                .unit
                .map_or(String::new(), |(item, _)| format!("unit {item}")),
            self.only(),
            listed("ticks", &self.ticks),
            listed("stores", &self.stores),
            self.held(),
        ];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Formats a list of positions, such as `stores 1 5`. Returns an empty string if there are no positions.
fn listed(name: &str, positions: &[(u64, Span)]) -> String {
    let positions: Vec<String> = positions
        .iter()
        .map(|(position, _)| position.to_string())
        .collect();
    if positions.is_empty() {
        String::new()
    } else {
        format!("{name} {}", positions.join(" "))
    }
}
