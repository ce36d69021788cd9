//! Runs a `reference`.

use std::collections::BTreeSet;

use crate::lang::ast::{Expr, ExprKind, Pages, Setting, Settings, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::Value;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{
    Held, ReferenceError, ReferenceString, Replacement, Ticks,
};

use crate::run::record::{ReferenceRun, StartRow};
use crate::run::session::Cx;
use crate::run::settings::{Arg, ArgKind, Field, apply, evaluate};
use crate::run::stop::Stop;

use super::draft::{Draft, REFERENCE_SETTINGS};
use super::string::{self, Listed, check_bare_pages, listed_references, page_list, start_table};
use super::trace::{Names, NumberedString, read_references};

/// Simulates a reference string. The random number generator advances if the policy is random.
///
/// # Errors
/// Returns the errors in the settings.
pub(crate) fn reference(
    cx: &mut Cx,
    pages: &Pages,
    settings: &Settings,
) -> Result<ReferenceRun, Stop> {
    // The words are known even if a setting depends on the run.
    check_bare_pages(cx, pages, settings)?;
    let fields = reference_fields(cx, settings)?;
    let mut draft = Draft::default();
    apply(REFERENCE_SETTINGS, "reference", &fields, &mut draft)?;
    warn_of_unused(cx, &fields, &draft);
    let start = initial_pages(cx, settings, &fields, &draft)?;
    let listed = listed_references(cx, pages, &fields, &draft, settings.span)?;
    let mut names = Names::default();
    let mut order = start.clone();
    // If the table has no loading times, its rows are in the order of loading. Frames in the order of
    // loading let a clock hand at frame 0 inspect the oldest page first, as a FIFO queue with second
    // chances does.
    order.sort_by_key(|row| row.loaded);
    if !order.is_empty() {
        draft.holding = order.iter().map(|row| row.page.clone()).collect();
    }
    let holding = Held::in_order(names.all(&draft.holding));
    let is_unknown = cx.checking() && matches!(listed, Listed::Trace(..));
    let mut string = match listed {
        Listed::Pages(parts) => {
            let mut pages = Vec::new();
            for (part, _) in &parts {
                part.each_leaf(&mut |page| pages.push(names.number(page)));
            }
            NumberedString {
                pages,
                ..NumberedString::default()
            }
        }
        Listed::Addresses(all) => NumberedString {
            pages: all
                .pages()
                .map(|page| names.number(&Value::from(page)))
                .collect(),
            addresses: Some(all),
            ..NumberedString::default()
        },
        // A check does not read the trace.
        Listed::Trace(..) if is_unknown => NumberedString::default(),
        Listed::Trace(file, page_size) => {
            read_references(cx, &file, page_size, draft.options, &mut names)?
        }
    };
    let length = (!is_unknown).then_some(string.pages.len());
    if string.trace.is_none() {
        string.stores = indexes(&draft.stores, "stores", length)?
            .into_iter()
            .collect();
    }
    let ticks = ticks(&draft, &fields, length)?;
    let holding = holding
        .into_iter()
        .enumerate()
        .map(|(at, held)| match order.get(at) {
            Some(row) => Held {
                used: row.used.unwrap_or(held.used),
                referenced: row.referenced == Some(true),
                dirty: row.modified == Some(true),
                ..held
            },
            None => held,
        });
    let NumberedString {
        pages,
        stores,
        addresses,
        trace,
    } = string;
    let reference = ReferenceString {
        pages,
        writes: names.all(&draft.writes),
        frames: draft
            .frames(settings.span)?
            .unwrap_or(0)
            .min(u64::from(u32::MAX)) as u32,
        replacement: draft.policy(settings.span)?,
        stores,
        holding: holding.collect(),
        ticks,
        random: cx.state.random,
    };
    let wrong = |error: ReferenceError| {
        Stop::from(Diagnostic::new(
            Code::BadGeometry,
            settings.span,
            error.to_string(),
        ))
    };
    let work = work_of(&reference, names.pages.len() as u64, trace.is_some());
    cx.work(work, settings.span)?;
    let run = ReferenceRun::new(
        names.pages,
        (draft.caption(), draft.reserved.unwrap_or(0)),
        (addresses, trace),
        start,
        reference,
    )
    .map_err(wrong)?;
    if is_unknown {
        return Err(Stop::Unknowable);
    }
    if run.setup.replacement == Replacement::Policy(Policy::Random) {
        cx.state.random = run.totals().random;
    }
    Ok(run)
}

/// Evaluates settings. In `holding [a, b]`, a name that is not a variable denotes a page.
fn reference_fields(cx: &mut Cx, settings: &Settings) -> Result<Vec<Field>, Stop> {
    let mut fields = Vec::new();
    for setting in &*settings.settings {
        if !matches!(&*setting.name.text, "holding" | "writes") {
            fields.push(evaluate::field(cx, &spread(setting))?);
            continue;
        }
        let mut args = Vec::new();
        for expr in &*setting.values {
            let kind = match &expr.kind {
                ExprKind::List(parts) => ArgKind::Value(page_list(cx, parts)?),
                _ => ArgKind::Value(string::page(cx, expr)?),
            };
            args.push(Arg {
                kind,
                span: expr.span,
            });
        }
        fields.push(Field {
            name: setting.name.clone(),
            args,
            block: None,
            span: setting.span,
        });
    }
    Ok(fields)
}

/// During a check, warns about each setting that the policy ignores.
fn warn_of_unused(cx: &mut Cx, fields: &[Field], draft: &Draft) {
    if !cx.checking() {
        return;
    }
    let policy = draft.replacement.as_ref().map_or("lru", |word| &*word.text);
    let unused = |field: &&Field| match &*field.name.text {
        "window" => policy != "working-set",
        "tick" | "ticks" => !Policy::by_name(policy).is_some_and(Policy::uses_ticks),
        _ => false,
    };
    for field in fields.iter().filter(unused) {
        let message = format!("`{}` has no effect on `{policy}`", field.name.text);
        let warning = Diagnostic::warning(Code::NoEffect, field.span, message);
        cx.report(vec![warning.fix(Fix::remove(field.span))]);
    }
}

/// Evaluates the table of initial pages. If the script has no such table, returns no rows.
fn initial_pages(
    cx: &mut Cx,
    settings: &Settings,
    fields: &[Field],
    draft: &Draft,
) -> Result<Vec<StartRow>, Stop> {
    let Some(table) = &settings.table else {
        return Ok(Vec::new());
    };
    if let Some(field) = fields.iter().find(|field| &*field.name.text == "holding") {
        let message = "`holding` and a table of initial pages are mutually exclusive";
        return Err(Diagnostic::new(Code::Duplicate, field.span, message)
            .help("remove `holding` or the table")
            .fix(Fix::remove(field.span))
            .into());
    }
    let unlimited = draft
        .replacement
        .as_ref()
        .is_some_and(|word| &*word.text == "working-set");
    start_table(cx, table, draft.frames(table.span)?.filter(|_| !unlimited))
}

/// Returns the work of a simulation.
fn work_of(reference: &ReferenceString, pages: u64, is_trace: bool) -> u64 {
    let length = reference.pages.len() as u64;
    let frames = if reference.frames == 0 {
        u64::MAX
    } else {
        u64::from(reference.frames)
    };
    let held = pages.min(frames).max(1);
    match &reference.ticks {
        // The simulation of a reference may visit every resident page.
        _ if !is_trace => length.saturating_mul(held + 32),
        // The lines of a trace have already been charged. A clock tick visits every resident page.
        Ticks::Never => 0,
        Ticks::Every(interval) => (length / interval.max(&1)).saturating_mul(held),
        Ticks::After(indexes) => (indexes.len() as u64).saturating_mul(held),
    }
}

/// Returns the times of the clock ticks. Rejects a script that sets both regular ticks and ticks at positions.
fn ticks(
    draft: &Draft,
    fields: &[Field],
    references: Option<usize>,
) -> Result<Ticks, Vec<Diagnostic>> {
    let mut both = fields
        .iter()
        .filter(|field| matches!(&*field.name.text, "tick" | "ticks"));
    if let (Some(first), Some(field)) = (both.next(), both.next()) {
        let message = "`tick` and `ticks` are mutually exclusive";
        return Err(vec![
            Diagnostic::new(Code::Duplicate, field.span, message)
                .also(first.span, "the other setting is here")
                .help("remove one of the two settings")
                .fix(Fix::remove(field.span)),
        ]);
    }
    Ok(match draft.tick {
        Some(interval) => Ticks::Every(interval),
        None if draft.ticks.is_empty() => Ticks::Never,
        None => Ticks::After(indexes(&draft.ticks, "ticks", references)?),
    })
}

/// Returns the indexes of the references at the positions that a setting lists. `references` is the length of the
/// string, if it is known.
fn indexes(
    positions: &[(u64, Span)],
    setting: &str,
    references: Option<usize>,
) -> Result<BTreeSet<usize>, Vec<Diagnostic>> {
    let (mut indexes, mut wrong) = (BTreeSet::new(), Vec::new());
    for (position, span) in positions {
        let index = usize::try_from(*position)
            .ok()
            .and_then(|position| position.checked_sub(1));
        match index.filter(|index| references.is_none_or(|references| *index < references)) {
            Some(index) if indexes.insert(index) => {}
            Some(_) => {
                let message = format!("reference {position} is listed twice");
                wrong.push(Diagnostic::new(Code::Duplicate, *span, message));
            }
            None => {
                let message = format!("there is no reference {position}");
                let help = match references {
                    None => "positions begin at 1".to_owned(),
                    Some(0) => format!("the string is empty, so remove `{setting}`"),
                    Some(n) => format!("the references have the positions 1 to {n}"),
                };
                wrong.push(Diagnostic::new(Code::BadGeometry, *span, message).help(help));
            }
        }
    }
    if wrong.is_empty() {
        Ok(indexes)
    } else {
        Err(wrong)
    }
}

/// Converts `stores [1, 2]` to `stores 1 2`, so that each position keeps its location.
fn spread(setting: &Setting) -> Setting {
    let part = |value: &Expr| match &value.kind {
        ExprKind::List(parts) => parts.to_vec(),
        _ => vec![value.clone()],
    };
    Setting {
        values: setting.values.iter().flat_map(part).collect(),
        ..setting.clone()
    }
}
