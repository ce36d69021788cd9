//! Implements `machine`, with a preset, a file, settings, or overrides of a preset or file.

use std::sync::Arc;

use pagewalk_engine::machine::presets::{PRESETS, Preset};
use pagewalk_engine::machine::spec::{Inclusion, Spec};

use super::perform::declare::declare_machine;
use super::system;
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::bind::Bound;
use crate::run::budget::WORK_OF_COPY;
use crate::run::session::{Action, Cx};
use crate::run::settings::{Field, build_machine, fixed_in_yaml, list, wrong_overrides};
use crate::run::state::{Binding, Slot};
use crate::run::stop::Stop;
use crate::run::unsupported;

/// Prepares `machine { … }`, `machine PRESET`, and `machine "file.yaml"`. A preset or a file accepts `{
/// overrides }`.
pub(crate) fn machine(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    let base = match bound.operands.first() {
        None if bound.block.is_none() => {
            return Err(bound.missing("a preset, a file, or settings").into());
        }
        None => None,
        Some(base) => Some(base_of(cx, base, bound.block.is_some()).or_else(|stop| {
            // A wrong machine hides no mistake in its overrides.
            if let Some(block) = bound.block.filter(|_| cx.checking()) {
                let fields = system::fields(cx, block)?;
                cx.report(wrong_overrides(&fields));
            }
            Err(stop)
        })?),
    };
    let fields = match bound.block {
        Some(block) if block.table.is_some() => {
            return Err(Diagnostic::new(
                Code::BadTable,
                block.span,
                "a table is not allowed in `machine`",
            )
            .help("set the contents after `machine`: `set tlb { … }`")
            .into());
        }
        Some(block) => system::fields(cx, block)?,
        None => Vec::new(),
    };
    let spec = build_machine(base.as_ref(), &fields, bound.place)?;
    if cx.checking() {
        cx.report(
            base.as_ref()
                .map_or_else(Vec::new, |base| added(base, &fields)),
        );
        cx.report(idle(&spec, &fields));
    }
    let (spec, place) = (Arc::new(spec), bound.place);
    if !matches!(cx.state.machine, Slot::Empty) {
        cx.work(2 * WORK_OF_COPY, place)?;
    }
    Ok(Action::declares(move |cx| Ok(declare_machine(cx, spec))))
}

/// Returns the machine that the overrides change. `own` is whether there are any.
fn base_of(cx: &mut Cx, base: &Expr, own: bool) -> Result<Spec, Stop> {
    match &base.kind {
        ExprKind::Name(name) => {
            let named = preset_in(cx, name)?;
            let name = named.as_deref().unwrap_or(name);
            let preset = PRESETS.iter().find(|preset| preset.name == name);
            preset
                .map(Preset::spec)
                .ok_or_else(|| unknown_preset(name, base, own).into())
        }
        ExprKind::Value(Value::Text(path)) => {
            let fields = machine_file(cx, path, base)?;
            let spec = build_machine(None, &fields, base.span);
            let sources = &cx.env.sources;
            let in_yaml = |one: Diagnostic| match sources.file(one.span.file) {
                Some(file) if one.span.file != base.span.file => fixed_in_yaml(&file.text, one),
                _ => one,
            };
            let named = |(at, one): (usize, Diagnostic)| match at {
                0 if one.span.file != base.span.file => {
                    one.also(base.span, "this statement reads the machine file")
                }
                _ => one,
            };
            let all = |wrong: Vec<_>| {
                wrong
                    .into_iter()
                    .map(in_yaml)
                    .enumerate()
                    .map(named)
                    .collect()
            };
            Ok(spec.map_err::<Vec<_>, _>(all)?)
        }
        _ => Err(Diagnostic::new(
            Code::WrongType,
            base.span,
            "a preset's name or a file in quotes is needed here",
        )
        .into()),
    }
}

/// Returns the preset that a variable contains, unless the word itself is a preset. A script can
/// therefore draw a random preset.
fn preset_in(cx: &Cx, name: &str) -> Result<Option<Arc<str>>, Stop> {
    match cx.state.find(name) {
        _ if PRESETS.iter().any(|preset| preset.name == name) => Ok(None),
        Some(Binding::Value(Value::Text(preset))) => Ok(Some(preset.as_ref().into())),
        Some(Binding::Unknowable) => Err(Stop::Unknowable),
        _ => Ok(None),
    }
}

/// Returns the fields of a machine file that was read before the script ran. Errors in the file have
/// already been reported.
fn machine_file(cx: &Cx, path: &str, place: &Expr) -> Result<Arc<[Field]>, Stop> {
    match cx.env.files.machine(place.span) {
        Some(fields) => Ok(fields),
        None if cx.checking() => Err(Stop::Unknowable),
        None => Err(Diagnostic::new(
            Code::Unreadable,
            place.span,
            format!("`{path}` could not be read"),
        )
        .into()),
    }
}

fn unknown_preset(name: &str, place: &Expr, own: bool) -> Diagnostic {
    let names = || PRESETS.iter().map(|preset| preset.name);
    let diagnostic = Diagnostic::new(
        Code::UnknownWord,
        place.span,
        format!("there is no machine `{name}`"),
    )
    .label("not a preset");
    if let Some(said) = unsupported::explanation(name) {
        return diagnostic.help(said);
    }
    match nearest(name, names()) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None if own => {
            let message = "a machine with settings of its own has no name";
            Diagnostic::new(Code::UnknownWord, place.span, message)
                .fix(Fix::write(place.span, name, ""))
        }
        None => diagnostic.help(format!(
            "a preset is {}; to use a machine file, write its name in quotes",
            list(names())
        )),
    }
}

/// Warns about each added TLB or cache that was probably meant to change an existing TLB or cache.
fn added(base: &Spec, fields: &[Field]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for field in fields.iter().filter(|field| field.block.is_some()) {
        let names: Vec<&str> = match &*field.name.text {
            "tlb" => base.tlbs.iter().map(|tlb| &*tlb.name).collect(),
            "cache" => base.caches.iter().map(|cache| &*cache.name).collect(),
            _ => continue,
        };
        let Some((arg, name)) = field.args.first().and_then(|arg| Some((arg, arg.word()?))) else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        let like = |known: &&str| known.to_ascii_lowercase().starts_with(&lower);
        let near = names
            .iter()
            .copied()
            .find(like)
            // The first level of data is also called L1.
            .or_else(|| {
                let of_data = |known: &&str| known.starts_with('d') && lower.starts_with("l1");
                names.iter().copied().find(of_data)
            })
            .filter(|_| !names.contains(&name));
        let kind = &field.name.text;
        let warning = |has: &str| {
            let message = format!("this setting adds a {kind} `{name}`, but the machine has {has}");
            Diagnostic::warning(Code::Unlikely, arg.span, message)
        };
        match (near, &*names) {
            (Some(near), _) => found.push(warning(&format!("`{near}`")).did_you_mean(name, near)),
            // The name L1 does not suggest a second level.
            (None, [only]) if **only == **kind && lower.starts_with("l1") => {
                let warning = warning(&format!("a {kind} without a name"));
                found.push(
                    warning
                        .help(format!("`{kind} {{ … }}` changes it"))
                        .fix(Fix::remove(arg.span)),
                );
            }
            _ => {}
        }
    }
    found
}

/// Warns about each TLB or cache setting that has no effect on this machine.
fn idle(spec: &Spec, fields: &[Field]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for field in fields {
        let kind = &*field.name.text;
        let name = field
            .args
            .first()
            .and_then(|arg| arg.word())
            .unwrap_or(kind);
        let ways = match kind {
            "tlb" => spec
                .tlbs
                .iter()
                .find(|tlb| *tlb.name == *name)
                .map(|tlb| tlb.ways),
            _ => spec
                .caches
                .iter()
                .find(|cache| *cache.name == *name)
                .map(|cache| cache.ways),
        };
        let cache = spec
            .caches
            .iter()
            .position(|cache| kind == "cache" && *cache.name == *name);
        let first = cache.is_some_and(|at| {
            let own = &spec.caches[at];
            own.inclusion != Inclusion::None
                && spec.caches[..at]
                    .iter()
                    .all(|above| !above.side.meets(own.side))
        });
        for setting in field.block.iter().flatten() {
            let said = setting.args.first().and_then(|arg| arg.word());
            let why = match &*setting.name.text {
                "policy" if ways == Some(1) && said != Some("lru") => "each set has one way",
                "shared" if cache.is_some() && spec.cores == 1 => "the machine has one core",
                "inclusion" if first => "no cache is above this one",
                _ => continue,
            };
            let message = format!("`{}` has no effect: {why}", setting.name.text);
            let warning = Diagnostic::warning(Code::NoEffect, setting.span, message);
            found.push(warning.fix(Fix::remove(setting.span)));
        }
    }
    found
}
