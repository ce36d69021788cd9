//! Nouns in a statement: parts of the machine, and objects of the kernel and its processes.

use super::plan::SHOWN_NOUNS;
use super::row::{TABLE_NOUNS, TableNoun};
use super::thing::{THING_NOUNS, ThingNoun, ThingRef};
use crate::lang::ast::{Expr, ExprKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::{is_word_of, nearest};
use crate::run::bind::word;
use crate::run::facts::Component;
use crate::run::paths::LAST;
use crate::run::programs::variable_without_program;
use crate::run::running::{is_process, looked_at, process_called};
use crate::run::session::Cx;
use crate::run::settings::list;
use crate::run::state::Slot;
use crate::run::stop::Stop;
use crate::run::unsupported;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::syscall::constant;
use pagewalk_engine::machine::spec::Spec;

/// A noun with a table.
#[derive(Clone, Copy)]
pub(crate) enum NounRef {
    Part {
        noun: &'static TableNoun,
        /// Index of the TLB or cache.
        level: usize,
        /// Process that owns the page table.
        pid: Option<Pid>,
    },
    Things(ThingRef),
}

impl NounRef {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Part { noun, .. } => noun.name,
            Self::Things(things) => things.noun.name,
        }
    }

    /// Returns the noun's columns, for a message.
    pub(crate) fn columns(&self) -> String {
        match self {
            Self::Part { noun, .. } => noun.columns.to_owned(),
            Self::Things(things) => things.noun.column_names(),
        }
    }
}

pub(crate) fn has_kernel(cx: &Cx) -> bool {
    matches!(cx.state.machine, Slot::Kernel(_))
}

/// Rejects a noun that needs address translation on a machine without translation.
///
/// # Errors
/// Returns `no-machine`.
pub(crate) fn needs_mmu(cx: &mut Cx, place: &Expr) -> Result<(), Stop> {
    if cx.machine(place.span)?.spec().mmu.is_some() {
        return Ok(());
    }
    Err(Diagnostic::new(
        Code::NoMachine,
        place.span,
        "this machine does not translate addresses",
    )
    .label("the machine has no page table")
    .help("declare `virtual N bits` and `page SIZE`")
    .into())
}

/// Whether an expression names a noun with a table, such as `tlb` or `P1.maps`. If the script names no
/// process, a variable takes precedence over a noun of the same name.
pub(crate) fn names_noun(cx: &Cx, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field(of, noun) => {
            word(of).is_some_and(|of| component(cx, of).is_none())
                && (&*noun.text == "page_table"
                    || ThingNoun::named(&noun.text).is_some_and(|noun| noun.of_process))
        }
        ExprKind::Name(name) => {
            TableNoun::named(name).is_some()
                || ThingNoun::named(name).is_some() && cx.state.find(name).is_none()
                || cx.state.find(name).is_none()
                    && constant(name).is_none()
                    && !cx.state.program_texts().any(|text| is_word_of(text, name))
        }
        _ => false,
    }
}

/// Whether an expression is the name of a noun that `show` accepts, or that of a process's noun, such as `P1.maps`.
pub(crate) fn names_shown(cx: &Cx, expr: &Expr) -> bool {
    names_noun(cx, expr) && word(expr).is_none_or(is_noun)
}

/// Returns the noun with a table that the operands name, such as `page_table`, `tlb L2TLB`, `P1.maps`, or
/// `frames`.
///
/// # Errors
/// Returns `unknown-noun`, `unknown-process`, `which-process`, `no-machine`, or `no-kernel`.
pub(crate) fn noun(cx: &mut Cx, operands: &[Expr]) -> Result<NounRef, Stop> {
    let first = &operands[0];
    if let ExprKind::Field(of, noun) = &first.kind
        && let Some(process) = word(of)
    {
        let process = Word {
            text: process.into(),
            span: of.span,
        };
        return noun_of_process(cx, &process, noun, operands.get(1));
    }
    let name = word(first).unwrap_or_default();
    if let Some(noun) = ThingNoun::named(name) {
        no_more(operands.get(1), name)?;
        let pid = if noun.of_process {
            Some(looked_at(cx, first.span)?)
        } else {
            None
        };
        cx.kernel(first.span)?;
        return Ok(NounRef::Things(ThingRef { noun, pid }));
    }
    let Some(noun) = TableNoun::named(name) else {
        return Err(unknown_noun(cx, operands, name).into());
    };
    let (level, pid) = match name {
        "page_table" => {
            no_more(operands.get(1), name)?;
            needs_mmu(cx, first)?;
            (0, page_table_of(cx, first.span)?)
        }
        _ => (level_of(cx, noun, operands)?, None),
    };
    Ok(NounRef::Part { noun, level, pid })
}

/// Returns the noun of a process, such as `P1.maps` or `P1.page_table`.
fn noun_of_process(
    cx: &mut Cx,
    process: &Word,
    name: &Word,
    more: Option<&Expr>,
) -> Result<NounRef, Stop> {
    let pid = Some(process_called(cx, process)?.pid);
    no_more(more, &name.text)?;
    if let Some(noun) = ThingNoun::named(&name.text).filter(|noun| noun.of_process) {
        return Ok(NounRef::Things(ThingRef { noun, pid }));
    }
    if let Some(noun) = TABLE_NOUNS
        .iter()
        .find(|noun| noun.name == "page_table" && noun.name == &*name.text)
    {
        return Ok(NounRef::Part {
            noun,
            level: 0,
            pid,
        });
    }
    let names = THING_NOUNS
        .iter()
        .filter(|noun| noun.of_process)
        .map(|noun| noun.name);
    let names: Vec<&str> = names.chain(["page_table"]).collect();
    let message = format!("a process has no `{}`", name.text);
    let diagnostic =
        Diagnostic::new(Code::UnknownNoun, name.span, message).label("not a noun of processes");
    Err(match nearest(&name.text, names.iter().copied()) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        None => diagnostic.help(format!("it has {}", list(names.into_iter()))),
    }
    .into())
}

/// Returns the index of the TLB or cache that the operands name, or 0 for memory.
fn level_of(cx: &mut Cx, noun: &TableNoun, operands: &[Expr]) -> Result<usize, Stop> {
    let (first, name, named) = (&operands[0], noun.name, operands.get(1));
    cx.machine(first.span)?;
    match (name, named) {
        ("tlb" | "cache", named) => part_level(cx, first, name == "tlb", named),
        (_, more) => no_more(more, name).map(|()| 0),
    }
}

/// Returns the index of the named TLB or cache, or else of the only TLB or cache.
fn part_level(cx: &mut Cx, first: &Expr, tlb: bool, named: Option<&Expr>) -> Result<usize, Stop> {
    let what = if tlb { "TLB" } else { "cache" };
    let Some(named) = named else {
        let spec = cx.machine(first.span)?.spec();
        let names: Vec<&str> = if tlb {
            spec.tlbs.iter().map(|t| &*t.name).collect()
        } else {
            spec.caches.iter().map(|c| &*c.name).collect()
        };
        return match names.len() {
            1 => Ok(0),
            0 => Err(Diagnostic::new(
                Code::NoMachine,
                first.span,
                format!("this machine has no {what}"),
            )
            .label("not a part of this machine")
            .help(format!(
                "give `machine` a {what}: `{} {{ … }}`",
                what.to_lowercase()
            ))
            .into()),
            _ => Err(nameless(first.span, what, &names).into()),
        };
    };
    match part(cx, named)? {
        Component::Tlb(level) if tlb => Ok(level),
        Component::Cache(level) if !tlb => Ok(level),
        _ => {
            let message = format!("`{}` is no {what}", cx.text(named.span).trim());
            Err(Diagnostic::new(Code::UnknownNoun, named.span, message).into())
        }
    }
}

/// Reports that a TLB or cache needs its name, because there are several.
fn nameless(span: Span, what: &str, names: &[&str]) -> Diagnostic {
    let message = format!("the name of the {what} is missing");
    Diagnostic::new(Code::UnknownNoun, span, message)
        .label("there are several")
        .help(format!("write {}", names_of(&what.to_lowercase(), names)))
}

/// Lists the parts of a kind with its word: `tlb dTLB`.
fn names_of(word: &str, names: &[&str]) -> String {
    let named: Vec<String> = names.iter().map(|name| format!("{word} {name}")).collect();
    list(named.iter().map(String::as_str))
}

fn unknown_noun(cx: &Cx, operands: &[Expr], name: &str) -> Diagnostic {
    let place = &operands[0];
    if let Some(diagnostic) = unsupported::diagnostic(&Word {
        text: name.into(),
        span: place.span,
    }) {
        return diagnostic;
    }
    if let Some(part) = component(cx, name) {
        let kind = part.noun();
        let message = format!("`{kind}` must precede the name `{name}` here");
        return Diagnostic::new(Code::UnknownNoun, place.span, message).fix(Fix::write(
            place.span,
            name,
            format!("{kind} {name}"),
        ));
    }
    if is_process(cx, name) {
        return Diagnostic::new(
            Code::UnknownNoun,
            place.span,
            format!("`{name}` is a process"),
        )
        .label("what of it?")
        .help(format!(
            "write `show layout {name}`, `{name}.maps`, `{name}.resident`, or `processes`"
        ));
    }
    // An expression has no name.
    let name = if name.is_empty() {
        cx.text(place.span).trim()
    } else {
        name
    };
    let diagnostic = Diagnostic::new(
        Code::UnknownNoun,
        place.span,
        format!("unknown name `{name}`"),
    )
    .label("not a part of the machine");
    // `TLB table`, `page table`
    if let [first, .., last] = operands {
        let to = |end: &Expr| first.span.to(end.span);
        let plain = |end: &Expr| cx.text(to(end)).to_lowercase().replace(' ', "_");
        let named = |end: &&Expr| nouns().any(|noun| noun == plain(end));
        if let Some(end) = operands.iter().rev().find(named) {
            let span = to(last);
            let noun = plain(end);
            return Diagnostic { span, ..diagnostic }.did_you_mean(cx.text(span), &noun);
        }
    }
    match cx.nearest(name, nouns().chain(cx.state.names())) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None => diagnostic.help(format!("there are {}", list(nouns()))),
    }
}

/// Returns the TLB or cache that a bare word names.
///
/// # Errors
/// Returns `unknown-noun` or `no-machine`.
pub(crate) fn part(cx: &mut Cx, name: &Expr) -> Result<Component, Stop> {
    cx.machine(name.span)?;
    // A number is no word.
    let name = Word {
        text: cx.text(name.span).trim().into(),
        span: name.span,
    };
    component(cx, &name.text).ok_or_else(|| unknown_part(cx, &name).into())
}

/// Returns the TLB or cache with this name. The names `tlb` and `cache` refer to the only TLB or cache.
pub(crate) fn component(cx: &Cx, name: &str) -> Option<Component> {
    Component::named(cx.spec()?, name)
}

/// Returns the TLB or cache that a wrong name means. `L1` and `L1d` mean the only cache.
pub(crate) fn part_meant<'s>(cx: &Cx, name: &str, spec: &'s Spec) -> Option<&'s str> {
    // The part of `L1.set` is right.
    let of = name.split_once('.').map_or("", |(of, _)| of);
    if Component::named(spec, of).is_some() {
        return None;
    }
    let names = Component::all(spec).map(|part| part.name(spec));
    let near = cx.nearest(name, names.filter(|part| *part != "tlb"));
    let first_level = || Component::named(spec, "cache").filter(|_| name.starts_with("L1"));
    near.or_else(|| Some(first_level()?.name(spec)))
}

/// Reports that the machine has no TLB or cache with this name.
pub(crate) fn unknown_part(cx: &Cx, of: &Word) -> Diagnostic {
    let Some(spec) = cx.spec() else {
        return Diagnostic::new(
            Code::UnknownPath,
            of.span,
            format!("`{}` is not known", of.text),
        );
    };
    if let Some(diagnostic) = variable_without_program(cx, &of.text, of.span) {
        return diagnostic;
    }
    let names: Vec<&str> = Component::all(spec)
        .map(|component| component.name(spec))
        .collect();
    let diagnostic = Diagnostic::new(
        Code::UnknownNoun,
        of.span,
        format!("this machine has no `{}`", of.text),
    )
    .label("not a part of this machine");
    if matches!(&*of.text, "tlb" | "cache") && !names.is_empty() {
        let of_kind =
            |component: &Component| matches!(component, Component::Tlb(_)) == (&*of.text == "tlb");
        let kind: Vec<&str> = Component::all(spec)
            .filter(of_kind)
            .map(|component| component.name(spec))
            .collect();
        if !kind.is_empty() {
            let what = if &*of.text == "tlb" { "TLB" } else { "cache" };
            return nameless(of.span, what, &kind);
        }
    }
    let processes = match &cx.state.machine {
        Slot::Kernel(kernel) => kernel
            .processes()
            .map(|process| process.name.to_string())
            .collect(),
        _ => Vec::new(),
    };
    let others = [
        LAST,
        "machine",
        "page_table",
        "memory",
        "frames",
        "swap",
        "ksm",
    ]
    .into_iter();
    let others = others.chain(processes.iter().map(String::as_str));
    let near = cx.nearest(&of.text, names.iter().copied().chain(others));
    match near.or_else(|| part_meant(cx, &of.text, spec)) {
        Some(near) => diagnostic.did_you_mean(&of.text, near),
        None if names.is_empty() => diagnostic.help("the machine has neither a TLB nor a cache"),
        None => diagnostic.help(format!("the machine has {}", list(names.into_iter()))),
    }
}

/// Returns the process whose page table is used by default, or `None` without a kernel or before the
/// first process.
///
/// # Errors
/// Returns `which-process`.
pub(crate) fn page_table_of(cx: &mut Cx, place: Span) -> Result<Option<Pid>, Stop> {
    match &cx.state.machine {
        Slot::Kernel(kernel) if kernel.processes().next().is_some() => {
            looked_at(cx, place).map(Some)
        }
        Slot::Unknowable => Err(Stop::Unknowable),
        _ => Ok(None),
    }
}

/// Returns the names of all nouns that `show` and `figure` accept.
pub(crate) fn nouns<'n>() -> impl Iterator<Item = &'n str> {
    let tables = TABLE_NOUNS.iter().map(|noun| noun.name);
    let things = THING_NOUNS.iter().map(|noun| noun.name);
    tables
        .chain(things)
        .chain(SHOWN_NOUNS.iter().map(|noun| noun.name))
}

pub(crate) fn is_noun(name: &str) -> bool {
    nouns().any(|noun| noun == name)
}

fn no_more(more: Option<&Expr>, name: &str) -> Result<(), Stop> {
    let Some(more) = more else { return Ok(()) };
    Err(Diagnostic::new(
        Code::WrongCount,
        more.span,
        format!("there is only one `{name}`"),
    )
    .into())
}
