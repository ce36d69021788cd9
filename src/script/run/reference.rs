//! `reference`: simulates page replacement on a string of pages.

use std::collections::BTreeSet;

use crate::lang::ast::{Expr, ExprKind, Pages, Settings, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Number, Value};
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::reference_string::{ReferenceError, ReferenceString, Replacement};

use super::budget::surplus_work;
use super::params::Param::{Keyword, Literal, Optional, Ways, Words};
use super::params::{N, PAGES};
use super::record::ReferenceRun;
use super::session::Session;
use super::settings::{Arg, ArgKind, Field, SettingRow, apply, list, sole};
use super::stop::Stop;

/// Maximum number of cells in the table of steps. A longer run keeps only its totals.
const STEP_CELLS: u64 = 1 << 22;

/// The settings in the block of a `reference`.
#[derive(Default)]
pub(crate) struct Draft {
    frames: Option<u64>,
    replacement: Option<Word>,
    lookahead: Option<u64>,
    window: Option<u64>,
    tick: Option<u64>,
    holding: Vec<Value>,
    writes: Vec<Value>,
}

pub(crate) const REFERENCE_SETTINGS: &[SettingRow<Draft>] = &[
    SettingRow {
        name: "frames",
        params: &[N],
        help: "number of frames",
        repeats: false,
        set: |d, f| number(f, &mut d.frames),
    },
    SettingRow {
        name: "replacement",
        params: &[Ways(&[
            &[Words(&[
                "lru",
                "fifo",
                "clock",
                "second-chance",
                "nru",
                "aging",
                "mru",
                "lifo",
                "lfu",
                "random",
            ])],
            &[Literal("optimal"), Optional(&[Keyword("lookahead"), N])],
            &[Literal("working-set")],
        ])],
        help: "page replacement policy",
        repeats: false,
        set: replacement,
    },
    SettingRow {
        name: "window",
        params: &[N],
        help: "references that a working set looks back",
        repeats: false,
        set: |d, f| number(f, &mut d.window),
    },
    SettingRow {
        name: "tick",
        params: &[N],
        help: "a tick every N references, for nru and aging",
        repeats: false,
        set: |d, f| number(f, &mut d.tick),
    },
    SettingRow {
        name: "holding",
        params: &[Optional(&[PAGES])],
        help: "pages in memory at the start, oldest first",
        repeats: false,
        set: |d, f| pages(f, &mut d.holding),
    },
    SettingRow {
        name: "writes",
        params: &[Optional(&[PAGES])],
        help: "pages to which every reference is a store",
        repeats: false,
        set: |d, f| pages(f, &mut d.writes),
    },
];

fn number(field: &Field, to: &mut Option<u64>) -> Result<(), Vec<Diagnostic>> {
    *to = Some(sole(field)?.within(1, 1 << 32, Code::LimitSize, "this").map_err(|d| vec![d])?);
    Ok(())
}

fn pages(field: &Field, to: &mut Vec<Value>) -> Result<(), Vec<Diagnostic>> {
    for arg in &field.args {
        match &arg.kind {
            ArgKind::Value(Value::List(list)) => to.extend(list.iter().cloned()),
            _ => to.push(arg.value().map_err(|d| vec![d])?.clone()),
        }
    }
    Ok(())
}

fn replacement(draft: &mut Draft, field: &Field) -> Result<(), Vec<Diagnostic>> {
    let words =
        || POLICIES.iter().filter(|row| row.frames).map(|row| row.name).chain(["optimal", "working-set"]);
    let [first, rest @ ..] = field.args.as_slice() else { return sole(field).map(|_| ()) };
    let said = first.word().unwrap_or_default();
    let Some(name) = words().find(|word| *word == said) else {
        let near = crate::lang::nearest::nearest(said, words());
        let message = format!("`{said}` is not a replacement policy");
        let diagnostic = Diagnostic::new(Code::UnknownWord, first.span, message);
        return Err(vec![match near {
            Some(near) => diagnostic.did_you_mean(said, near),
            None => diagnostic.help(format!("it is one of {}", list(words()))),
        }]);
    };
    draft.replacement = Some(Word { text: name.into(), span: first.span });
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
            Diagnostic::new(Code::WrongCount, more.span, format!("`{name}` takes nothing like this"))
                .help("separate settings by a comma; only `optimal lookahead N` takes a number"),
        ]),
    }
}

/// Names of pages. Pages are numbered in the order in which they are first named.
#[derive(Default)]
struct Names(Vec<Value>, std::collections::BTreeMap<String, u32>);

impl Names {
    fn number(&mut self, page: &Value) -> u32 {
        let key = page.quoted();
        let next = self.0.len() as u32;
        *self.1.entry(key).or_insert_with(|| {
            self.0.push(page.clone());
            next
        })
    }

    fn all(&mut self, pages: &[Value]) -> Vec<u32> {
        pages.iter().map(|page| self.number(page)).collect()
    }
}

impl Session<'_> {
    /// Simulates a reference string. The generator advances if the policy draws random numbers.
    ///
    /// # Errors
    /// The errors of the settings.
    pub(crate) fn reference(&mut self, pages: &Pages, settings: &Settings) -> Result<ReferenceRun, Stop> {
        let fields = self.reference_fields(settings)?;
        let (mut draft, mut wrong) = (Draft::default(), Vec::new());
        apply(REFERENCE_SETTINGS, "reference", &fields, &mut draft, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        self.warn_of_unused(&fields, &draft);
        let string = self.pages(pages)?;
        let mut names = Names::default();
        let reference = ReferenceString {
            pages: names.all(&string),
            writes: names.all(&draft.writes),
            frames: draft.frames.unwrap_or(0).min(u64::from(u32::MAX)) as u32,
            replacement: draft.policy(settings.span)?,
            holding: names.all(&draft.holding),
            tick: draft.tick,
            random: self.state.random,
        };
        let wrong = |error: ReferenceError| {
            Stop::from(Diagnostic::new(Code::BadGeometry, settings.span, error.to_string()))
        };
        // Each reference may visit every resident page.
        let frames = if reference.frames == 0 { u64::MAX } else { u64::from(reference.frames) };
        let held = (names.0.len() as u64).min(frames).max(1);
        self.work(surplus_work((string.len() as u64).saturating_mul(held + 32)), settings.span)?;
        let totals = reference.run().map_err(wrong)?;
        self.state.random = totals.random;
        let kept =
            string.len() as u64 * u64::from(reference.frames.min(string.len() as u32).max(1)) <= STEP_CELLS;
        let steps = if kept { reference.steps().map_err(wrong)?.collect() } else { Vec::new() };
        Ok(ReferenceRun { names: names.0, caption: draft.caption(), frames: reference.frames, totals, steps })
    }

    /// Evaluates settings. In `holding [a, b]`, a name that is not a variable is a page.
    fn reference_fields(&mut self, settings: &Settings) -> Result<Vec<Field>, Stop> {
        let mut fields = Vec::new();
        for setting in &*settings.settings {
            if !matches!(&*setting.name.text, "holding" | "writes") {
                fields.push(self.field(setting)?);
                continue;
            }
            let mut args = Vec::new();
            for expr in &*setting.values {
                let kind = match &expr.kind {
                    ExprKind::List(parts) => ArgKind::Value(self.page_list(parts)?),
                    _ => ArgKind::Value(self.page(expr)?),
                };
                args.push(Arg { kind, span: expr.span });
            }
            fields.push(Field { name: setting.name.clone(), args, block: None, span: setting.span });
        }
        Ok(fields)
    }

    fn pages(&mut self, pages: &Pages) -> Result<Vec<Value>, Stop> {
        match pages {
            Pages::Words(words) => {
                self.warn_of_variables(words);
                Ok(words.iter().map(bare_page).collect())
            }
            Pages::List(list) => match &list.kind {
                ExprKind::List(parts) => match self.page_list(parts)? {
                    Value::List(pages) => Ok(pages.to_vec()),
                    _ => Ok(Vec::new()),
                },
                _ => Ok(vec![self.eval(list)?]),
            },
        }
    }

    /// Evaluates a list of pages; nested lists are flattened.
    ///
    /// # Errors
    /// The errors of its expressions.
    pub(crate) fn page_list(&mut self, parts: &[Expr]) -> Result<Value, Stop> {
        let mut pages = Vec::new();
        for part in parts {
            pages.push(self.page(part)?);
        }
        let span = parts.first().map_or(Span::default(), |part| part.span);
        Ok(Value::list(pages).map_err(|e| e.at(span))?)
    }

    /// Evaluates a page or several: the value of a variable, or otherwise the name as a page.
    fn page(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Name(name) if !self.state.has_variable(name) => Ok(Value::Text(name.clone())),
            _ => self.eval(expr),
        }
    }

    /// Warns, while a script is checked, about each setting that the policy ignores.
    fn warn_of_unused(&mut self, fields: &[Field], draft: &Draft) {
        if self.checker.is_none() {
            return;
        }
        let policy = draft.replacement.as_ref().map_or("lru", |word| &*word.text);
        let unused = |field: &&Field| match &*field.name.text {
            "window" => policy != "working-set",
            "tick" => !matches!(policy, "nru" | "aging"),
            _ => false,
        };
        for field in fields.iter().filter(unused) {
            let message = format!("`{}` has no effect on `{policy}`", field.name.text);
            let warning = Diagnostic::warning(Code::NoEffect, field.span, message);
            self.report(vec![warning.fix(Fix::remove(field.span))]);
        }
    }

    /// Warns, while a script is checked, about each page outside brackets that has the name of a variable.
    fn warn_of_variables(&mut self, words: &[Word]) {
        if self.checker.is_none() {
            return;
        }
        let mut seen = BTreeSet::new();
        for Word { text: name, span } in words {
            if self.state.has_variable(name) && seen.insert(name) {
                let message = format!("`{name}` is the page \"{name}\" here, not the variable");
                let warning = Diagnostic::warning(Code::BarePage, *span, message).help(format!(
                    "in brackets a variable is its value: `reference [{name}]`; the page is `reference [\"{name}\"]`"
                ));
                self.report(vec![warning]);
            }
        }
    }
}

/// Returns a page of a bare string: a number if it parses as one, otherwise a name.
fn bare_page(word: &Word) -> Value {
    Number::literal(&word.text).map_or_else(|_| Value::Text(word.text.clone()), Value::Number)
}

impl Draft {
    fn policy(&self, place: Span) -> Result<Replacement, Diagnostic> {
        let Some(word) = &self.replacement else {
            return self.framed(Replacement::Policy(Policy::Lru), place);
        };
        match (&*word.text, self.window) {
            ("optimal", _) => self.framed(Replacement::Optimal { lookahead: self.lookahead }, place),
            ("working-set", Some(window)) => Ok(Replacement::WorkingSet { window }),
            ("working-set", None) => {
                Err(Diagnostic::new(Code::WrongCount, word.span, "a working set needs a window")
                    .help("add `window N`: the references it looks back"))
            }
            (name, _) => self.framed(Replacement::Policy(Policy::by_name(name).unwrap_or_default()), place),
        }
    }

    fn framed(&self, replacement: Replacement, place: Span) -> Result<Replacement, Diagnostic> {
        if self.frames.is_some() {
            return Ok(replacement);
        }
        Err(Diagnostic::new(Code::WrongCount, place, "the number of frames is missing")
            .help("add `frames N`"))
    }

    fn held(&self) -> String {
        let pages: Vec<String> = self.holding.iter().map(ToString::to_string).collect();
        if pages.is_empty() { String::new() } else { format!("holding {}", pages.join(" ")) }
    }

    fn caption(&self) -> String {
        let name = self.replacement.as_ref().map_or("lru", |word| &word.text);
        let more = |what: &str, n: Option<u64>| n.map_or(String::new(), |n| format!("{what} {n}"));
        let parts = [
            name.to_owned(),
            more("lookahead", self.lookahead),
            more("window", self.window),
            more("frames", self.frames),
            more("tick", self.tick),
            self.held(),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}
