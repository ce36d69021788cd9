//! The settings of a grid and their values.

use super::reading::{PARTS, is_setting, part_named, whole};
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Setting, Settings, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value;
use crate::run::bind::{Param, Params};
use crate::run::eval::eval;
use crate::run::files::Files;
use crate::run::session::{Cx, Options};
use crate::run::settings::{
    Arg, ArgKind, Field, cache_mistakes, evaluate, integer, list, tlb_mistakes,
};
use crate::run::stop::Stop;
use crate::run::units::wrong_units_of;
use crate::run::verbs::CORE;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::sweep::grid::{Axis, AxisValue, SweptUnit};

/// A setting, with a field for each value.
pub(super) struct ParsedAxis {
    pub(crate) axis: Axis,
    pub(crate) fields: Vec<Field>,
    pub(crate) span: Span,
}

/// Returns the settings of a grid, in order. Reports all errors in single values and in combinations of
/// settings. The language parses and checks the settings, so that a grid has no second list of words, units,
/// and rules.
pub(super) fn axes(
    block: &Settings,
    base: &Spec,
    unit: Option<SweptUnit>,
    sources: &Sources,
) -> Result<Vec<ParsedAxis>, Vec<Diagnostic>> {
    let files = Files::default();
    let mut cx = Cx::new(sources, &files, Options::new(&CORE));
    without_braces(&cx, block, base)?;
    let (mut axes, mut wrong) = (Vec::new(), Vec::new());
    let mut take =
        |all: &[Setting], setting: &Setting, unit| match elsewhere(&cx, all, setting, unit, base)
            .map_or_else(|| axis(&mut cx, setting, unit), |wrong| Err(wrong.into()))
        {
            Ok(axis) => axes.push(axis),
            Err(stop) => wrong.extend(mistakes(stop)),
        };
    for setting in block.settings.iter() {
        let name = &setting.name;
        if setting.block.is_some()
            && !part(&name.text)
            && let Some(word) = part_named(&name.text, base)
        {
            let message = format!("`{word}` must precede the name `{}`", name.text);
            let wrong = Diagnostic::new(Code::UnknownSetting, name.span, message);
            let fix = Fix::write(name.span, &*name.text, format!("{word} {}", name.text));
            return Err(vec![wrong.fix(fix)]);
        }
        match &setting.block {
            Some(inner) if part(&setting.name.text) => {
                let unit = named(setting, base)?;
                inner
                    .settings
                    .iter()
                    .for_each(|setting| take(&inner.settings, setting, unit));
            }
            _ => take(
                &block.settings,
                setting,
                unit.ok_or_else(|| nothing(setting))?,
            ),
        }
    }
    if wrong.is_empty() {
        wrong = axes
            .iter()
            .flat_map(|axes| wrong_values(axes, base))
            .collect();
    }
    if wrong.is_empty() {
        wrong = wrong_together(&axes, base);
    }
    if wrong.is_empty() {
        Ok(axes)
    } else {
        Err(wrong)
    }
}

/// Whether a word declares a kind of part that can be swept.
fn part(word: &str) -> bool {
    PARTS.contains(&word)
}

/// Reports settings of a part that are not in braces, as in `cache L1d ways 1..4` and `L1d ways 1..4`.
fn without_braces(cx: &Cx, block: &Settings, base: &Spec) -> Result<(), Vec<Diagnostic>> {
    for setting in block
        .settings
        .iter()
        .filter(|setting| setting.block.is_none())
    {
        let name = &*setting.name.text;
        let (kind, named) = if part(name) {
            let Some(first) = setting.values.first() else {
                continue;
            };
            let word = cx.text(first.span).trim();
            match part_named(word, base) {
                Some(kind) if kind == name => (name, Some(first.span)),
                None if is_setting(word) => (name, None),
                _ => continue,
            }
        } else if let Some(kind) = part_named(name, base).filter(|_| !is_setting(name)) {
            (kind, Some(setting.name.span))
        } else {
            continue;
        };
        let own = setting
            .values
            .iter()
            .find(|value| Some(value.span) != named);
        let (Some(own), Some(last)) = (own, setting.values.last()) else {
            continue;
        };
        let own = Span {
            end: last.span.end,
            ..own.span
        };
        // One of several parts needs its name.
        let parts: Vec<&str> = match kind {
            "tlb" => base.tlbs.iter().map(|tlb| &*tlb.name).collect(),
            _ => base.caches.iter().map(|cache| &*cache.name).collect(),
        };
        let usual = parts.first().filter(|_| parts.len() > 1);
        let own_name = named.map(|named| cx.text(named).trim());
        let head = [kind, own_name.or(usual.copied()).unwrap_or_default()].join(" ");
        let wrong = Diagnostic::new(
            Code::Syntax,
            own,
            format!("the settings of `{kind}` must be in braces"),
        );
        let right = format!("{} {{ {} }}", head.trim_end(), cx.text(own));
        return Err(vec![wrong.help(format!("write `{right}`"))]);
    }
    Ok(())
}

/// Reports a setting that the part does not have, but something else: another kind of part, a kernel, a whole machine, or the
/// setting before, whose value it is.
fn elsewhere(
    cx: &Cx,
    all: &[Setting],
    setting: &Setting,
    unit: SweptUnit,
    base: &Spec,
) -> Option<Diagnostic> {
    let (name, own) = (&*setting.name.text, kind(unit));
    let row = |block: &str| CORE.block(block)?.setting(name);
    if row(own).is_some() || part(name) {
        return None;
    }
    let wrong = |message| Diagnostic::new(Code::UnknownSetting, setting.name.span, message);
    let before = all.iter().take_while(|one| one.span != setting.span).last();
    if let Some(before) = before
        && let Some(known) = CORE.block(own)?.setting(&before.name.text)
        && known.params.has_word(name)
    {
        let message = format!(
            "`{name}` is a value of `{}`, not a setting",
            before.name.text
        );
        let right = format!("{} {name}", cx.text(before.span).trim());
        return Some(wrong(message).help(format!("separate values with spaces: `{right}`")));
    }
    if let Some(other) = PARTS.into_iter().find(|part| row(part).is_some()) {
        let message = format!("`{name}` is a setting of `{other}`, not of `{own}`");
        let part = match other {
            "tlb" => base.tlbs.first().map(|tlb| &*tlb.name),
            _ => base.caches.first().map(|cache| &*cache.name),
        };
        let right =
            part.map(|part| format!("{other} {part} {{ {} }}", cx.text(setting.span).trim()));
        let wrong = wrong(message);
        return Some(match right {
            Some(right) => wrong.help(format!("write `{right}`")),
            None => wrong,
        });
    }
    let other = ["machine", "kernel"]
        .into_iter()
        .find(|block| row(block).is_some())?;
    let message =
        format!("`{name}` is a setting of `{other}`, not of `{own}`, so a sweep cannot vary it");
    Some(wrong(message).help(format!(
        "a loop in a script can vary it: `for x in [A, B] {{ … }}` around `{other}` and `replay`"
    )))
}

/// The word that declares a part.
fn kind(unit: SweptUnit) -> &'static str {
    match unit {
        SweptUnit::Tlb(_) => "tlb",
        SweptUnit::Cache(_) => "cache",
    }
}

fn nothing(setting: &Setting) -> Vec<Diagnostic> {
    whole(
        Code::NoMachine,
        "the machine has neither a cache nor a TLB to sweep",
        setting.span,
    )
}

/// Returns the part that `cache NAME { … }` names. Without a name, returns the only part of that kind.
fn named(setting: &Setting, base: &Spec) -> Result<SweptUnit, Vec<Diagnostic>> {
    let tlb = &*setting.name.text == "tlb";
    let unit = if tlb {
        SweptUnit::Tlb
    } else {
        SweptUnit::Cache
    };
    let names: Vec<&str> = if tlb {
        base.tlbs.iter().map(|tlb| &*tlb.name).collect()
    } else {
        base.caches.iter().map(|cache| &*cache.name).collect()
    };
    let all = || list(names.iter().copied());
    match &*setting.values {
        [] if names.len() == 1 => Ok(unit(0)),
        [] => {
            let message = format!(
                "`{}` needs a name, because the machine has several",
                setting.name.text
            );
            let wrong = Diagnostic::new(Code::BadGeometry, setting.name.span, message);
            Err(vec![wrong.help(format!("name it: {}", all()))])
        }
        [
            Expr {
                kind: ExprKind::Name(name),
                span,
            },
        ] => {
            let at = names.iter().position(|known| *known == &**name);
            at.map(unit).ok_or_else(|| {
                let message = format!("the machine has no {} `{name}`", setting.name.text);
                let wrong = Diagnostic::new(Code::UnknownNoun, *span, message);
                vec![match nearest(name, names.iter().copied()) {
                    Some(near) => wrong.did_you_mean(name, near),
                    None => wrong.help(format!("it has {}", all())),
                }]
            })
        }
        [.., more] => Err(whole(
            Code::WrongCount,
            "write one name before a part's settings",
            more.span,
        )),
    }
}

/// Returns a setting and its values.
fn axis(cx: &mut Cx<'_>, setting: &Setting, unit: SweptUnit) -> Result<ParsedAxis, Stop> {
    let word = kind(unit);
    let row = CORE
        .block(word)
        .and_then(|block| block.setting(&setting.name.text));
    let fields = if row.as_ref().is_some_and(|row| row.params.is_empty()) {
        flags(setting)?
    } else {
        parted(setting, word, row.map_or(&[], |row| row.params))?;
        units(setting, word)?;
        valued(cx, setting)?
    };
    let values = fields.iter().map(shown).collect();
    let axis = Axis {
        unit,
        setting: (*setting.name.text).into(),
        values,
    };
    Ok(ParsedAxis {
        axis,
        fields,
        span: setting.span,
    })
}

/// Rejects a value that is another setting's name, which means that a comma is missing.
fn parted(setting: &Setting, block: &str, params: &'static [Param]) -> Result<(), Stop> {
    let known = |word: &str| {
        CORE.block(block)
            .and_then(|block| block.setting(word))
            .is_some()
    };
    for value in setting.values.iter() {
        if let ExprKind::Name(word) = &value.kind
            && known(word)
            && !params.has_word(word)
        {
            let wrong = Diagnostic::new(
                Code::Syntax,
                value.span,
                format!("`{word}` begins another setting"),
            );
            let comma = Fix::put_in(value.span.file, value.span.start, ", ");
            return Err(wrong
                .help(format!("put a comma before `{word}`"))
                .fix(comma)
                .into());
        }
    }
    Ok(())
}

/// The unit of each value fits the setting.
fn units(setting: &Setting, block: &str) -> Result<(), Stop> {
    let Some(row) = CORE.block(block) else {
        return Ok(());
    };
    let alone = |value: &Expr| Setting {
        values: [value.clone()].into(),
        ..setting.clone()
    };
    let wrong = |value| wrong_units_of(&alone(value), row, &CORE);
    let wrong: Vec<_> = setting.values.iter().flat_map(wrong).collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.into())
    }
}

/// Returns mutually exclusive settings that have no values, such as `write-back write-through`.
fn flags(setting: &Setting) -> Result<Vec<Field>, Stop> {
    let flag = |name: Word| Field {
        span: name.span,
        name,
        args: Vec::new(),
        block: None,
    };
    let mut fields = vec![flag(setting.name.clone())];
    for value in setting.values.iter() {
        let ExprKind::Name(text) = &value.kind else {
            let message = format!("`{}` takes no value", setting.name.text);
            let help = "only a comma or an alternative can follow this setting, as in `write-back write-through`";
            return Err(Diagnostic::new(Code::WrongCount, value.span, message)
                .help(help)
                .into());
        };
        fields.push(flag(Word {
            text: text.clone(),
            span: value.span,
        }));
    }
    Ok(fields)
}

/// Returns a field for each value. The values of a range double from the lower end.
fn valued(cx: &mut Cx<'_>, setting: &Setting) -> Result<Vec<Field>, Stop> {
    let alone = |values: &[Expr]| Setting {
        values: values.into(),
        ..setting.clone()
    };
    if setting.values.is_empty() {
        return Ok(vec![evaluate::field(cx, setting)?]);
    }
    not_a_range(cx, setting)?;
    let mut fields = Vec::new();
    for value in setting.values.iter() {
        let with = |kind: ArgKind, cx: &mut Cx<'_>| -> Result<Field, Stop> {
            let plain = evaluate::field(cx, &alone(&[]))?;
            Ok(Field {
                args: vec![Arg {
                    kind,
                    span: value.span,
                }],
                ..plain
            })
        };
        if let ExprKind::Range { from, to, .. } = &value.kind {
            for number in doubled(cx, from, to, value.span)? {
                fields.push(with(
                    ArgKind::Value(value::Value::Number(number.into())),
                    cx,
                )?);
            }
            continue;
        }
        let field = evaluate::field(cx, &alone(std::slice::from_ref(value)))?;
        match field.args.first().map(|arg| &arg.kind) {
            Some(ArgKind::Value(value::Value::List(elements))) => {
                for element in elements {
                    fields.push(with(ArgKind::Value(element.clone()), cx)?);
                }
            }
            _ => fields.push(field),
        }
    }
    Ok(fields)
}

/// Reports a range that is written `1-8` or `1 to 8`.
fn not_a_range(cx: &mut Cx<'_>, setting: &Setting) -> Result<(), Stop> {
    for (at, value) in setting.values.iter().enumerate() {
        let ends = match &value.kind {
            ExprKind::Binary(BinaryOp::Subtract, from, to) => Some((&**from, &**to)),
            ExprKind::Name(word) if &**word == "to" && at > 0 => setting
                .values
                .get(at + 1)
                .map(|to| (&setting.values[at - 1], to)),
            _ => None,
        };
        let Some((from, to)) = ends else { continue };
        let mut number = |end: &Expr| integer(&eval(cx, end).ok()?, end.span).ok();
        let smaller = matches!((number(from), number(to)), (Some(from), Some(to)) if from < to);
        if smaller {
            let span = Span {
                end: to.span.end,
                ..from.span
            };
            let range = format!("{}..{}", cx.text(from.span).trim(), cx.text(to.span).trim());
            let fix = Fix::write(span, cx.text(span), range);
            let message = "the ends of a range are separated by `..`";
            return Err(Diagnostic::new(Code::Syntax, span, message).fix(fix).into());
        }
    }
    Ok(())
}

/// Returns `low`, `2 * low`, `4 * low`, and so on, up to `high`. Sizes of caches are powers of two; a list
/// has other values.
fn doubled(cx: &mut Cx<'_>, low: &Expr, high: &Expr, span: Span) -> Result<Vec<u64>, Stop> {
    let mut end = |expr: &Expr| -> Result<u64, Stop> { Ok(integer(&eval(cx, expr)?, expr.span)?) };
    let (from, to) = (end(low)?, end(high)?);
    if from == 0 {
        let wrong = Diagnostic::new(
            Code::BadGeometry,
            low.span,
            "each value of a range in a grid is twice the previous one, so the first cannot be 0",
        );
        return Err(wrong.label("must be at least 1").into());
    }
    if from > to {
        let wrong = Diagnostic::new(
            Code::BadGeometry,
            span,
            format!("the range from {from} to {to} is empty"),
        );
        return Err(wrong
            .label("an empty range")
            .help("write the smaller number first")
            .into());
    }
    Ok(std::iter::successors(Some(from), |n| n.checked_mul(2))
        .take_while(|n| *n <= to)
        .collect())
}

/// Returns a value in the notation of the grid.
fn shown(field: &Field) -> AxisValue {
    let Some(arg) = field.args.first() else {
        return AxisValue::Word((*field.name.text).into());
    };
    match arg
        .value()
        .ok()
        .map(|value| (value, integer(value, arg.span)))
    {
        Some((_, Ok(number))) => AxisValue::Number(number),
        Some((value, Err(_))) => AxisValue::Word(value.to_string().into()),
        None => AxisValue::Word(arg.word().unwrap_or_default().into()),
    }
}

/// Returns the errors in a setting's individual values, with at most one error per location.
fn wrong_values(axis: &ParsedAxis, base: &Spec) -> Vec<Diagnostic> {
    let mut wrong: Vec<Diagnostic> = Vec::new();
    for (at, field) in axis.fields.iter().enumerate() {
        let value = &axis.axis.values[at];
        let mut found = mistakes_of(axis.axis.unit, std::slice::from_ref(field), base);
        if found.is_empty() && axis.axis.values[..at].contains(value) {
            let span = field.args.first().map_or(field.span, |arg| arg.span);
            let twice = Diagnostic::new(
                Code::Duplicate,
                span,
                format!("`{}` has a value twice", field.name.text),
            );
            found.push(twice.label("again here").fix(Fix::remove(span)));
        }
        let first = &axis.fields[0];
        // Alternatives cannot be together.
        if found.is_empty()
            && first.name.text != field.name.text
            && mistakes_of(axis.axis.unit, &[first.clone(), field.clone()], base).is_empty()
        {
            let name = &field.name.text;
            let message = format!("`{name}` begins another setting");
            let comma = Fix::put_in(field.span.file, field.span.start, ", ");
            let wrong = Diagnostic::new(Code::Syntax, field.span, message);
            found.push(
                wrong
                    .help(format!("put a comma before `{name}`"))
                    .fix(comma),
            );
        }
        found.retain(|one| wrong.iter().all(|known| known.span != one.span));
        wrong.extend(found);
    }
    wrong
}

/// Returns the errors in combinations of settings: a duplicate setting, or two settings for the same size.
fn wrong_together(axes: &[ParsedAxis], base: &Spec) -> Vec<Diagnostic> {
    let mut units: Vec<SweptUnit> = axes.iter().map(|axis| axis.axis.unit).collect();
    units.sort_unstable();
    units.dedup();
    let of = |unit: SweptUnit| -> Vec<Field> {
        let own = axes.iter().filter(|axis| axis.axis.unit == unit);
        own.filter_map(|axis| {
            axis.fields.first().map(|field| Field {
                span: axis.span,
                ..field.clone()
            })
        })
        .collect()
    };
    units
        .into_iter()
        .flat_map(|unit| mistakes_of(unit, &of(unit), base))
        .collect()
}

fn mistakes_of(unit: SweptUnit, fields: &[Field], base: &Spec) -> Vec<Diagnostic> {
    match unit {
        SweptUnit::Tlb(n) => tlb_mistakes(base, n, fields),
        SweptUnit::Cache(n) => cache_mistakes(base, n, fields),
    }
}

/// Returns the diagnostics that a stop contains. Errors are the only reason why the evaluation of a grid stops.
fn mistakes(stop: Stop) -> Vec<Diagnostic> {
    match stop {
        Stop::Wrong(wrong) => wrong,
        Stop::Unknowable | Stop::Closed => Vec::new(),
    }
}
