//! Code actions at the cursor.
//!
//! - `quickfix`: the fix of a diagnostic, or all fixes of the file; the actual value for a failed expectation
//!   or a `?`, or all values of the file. A table cell updates its whole table to keep the columns aligned.
//! - `refactor.rewrite`: a number in another radix; one or more accesses as a question.
//! - `source.fixAll.pagewalk`, `source.accept.pagewalk`, `source.fill.pagewalk`: the same for the whole file,
//!   on request.

mod offer;
#[cfg(test)]
mod tests;

use std::ops::Range;

use lsp_types::{CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse};

use super::run_result::{Failure, RunResult};
use super::view::View;
use offer::{Offer, edits_of, touches};
use pagewalk_script::exam::rewrite::{spellings, turned};
use pagewalk_script::lang::cut::cut;
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::edit::{TextEdit, disjoint};
use pagewalk_script::lang::span::Span;
use pagewalk_script::questions::entry::Radix;
use pagewalk_script::suite::amend::{Plan, tables};

/// All fixes of the file.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.pagewalk");
/// All actual values of the file.
const ACCEPT_ALL: CodeActionKind = CodeActionKind::new("source.accept.pagewalk");
/// The values of all `?` in the file.
const FILL_ALL: CodeActionKind = CodeActionKind::new("source.fill.pagewalk");

/// The action kinds of this server.
pub(crate) fn kinds() -> Vec<CodeActionKind> {
    vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_REWRITE, FIX_ALL, ACCEPT_ALL, FILL_ALL]
}

/// The actions for a range of a document; none if the client accepts only commands.
pub(crate) fn actions(view: &View, params: &CodeActionParams) -> Option<CodeActionResponse> {
    if !view.client.actions {
        return None;
    }
    let context = &params.context;
    let asked = |kind: &CodeActionKind| match &context.only {
        Some(only) => only.iter().any(|wanted| includes(wanted.as_str(), kind.as_str())),
        // Actions on the whole file are offered only on request.
        None => !kind.as_str().starts_with("source"),
    };
    let range = view.byte_range(params.range);
    let mut offers = Vec::new();
    if asked(&CodeActionKind::QUICKFIX) {
        offers.extend(fixes(view, &range));
        offers.extend(values(view, &range));
    }
    if asked(&CodeActionKind::REFACTOR_REWRITE) {
        offers.extend(radices(view, &range));
        offers.extend(question_offer(view, &range));
    }
    let whole = [
        (FIX_ALL, all_fixes(view)),
        (ACCEPT_ALL, all_values(view, &ACCEPT)),
        (FILL_ALL, all_values(view, &FILL)),
    ];
    offers.extend(
        whole
            .into_iter()
            .filter(|(kind, _)| asked(kind))
            .filter_map(|(kind, offer)| Some(offer?.of_kind(kind))),
    );
    let told = |offer: Offer| CodeActionOrCommand::CodeAction(offer.into_action(view, &context.diagnostics));
    Some(offers.into_iter().map(told).collect())
}

/// Whether a kind equals the wanted kind or is below it.
fn includes(wanted: &str, kind: &str) -> bool {
    wanted.is_empty()
        || kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The diagnostics of the check and of the run.
fn diagnostics(view: &View) -> impl Iterator<Item = &Diagnostic> {
    let run = view.ran.iter().flat_map(|ran| &ran.diagnostics);
    view.reading().diagnostics.iter().chain(run).filter(|diagnostic| diagnostic.span.file == 0)
}

/// The edit and the title of a diagnostic's fix.
fn fix_of(view: &View, diagnostic: &Diagnostic) -> Option<(TextEdit, String)> {
    let fix = diagnostic.fix.as_ref().filter(|fix| fix.span.file == 0)?;
    Some((fix.edit(&view.text)?, fix.title()))
}

/// The fixes of diagnostics that meet a range.
fn fixes(view: &View, range: &Range<usize>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for diagnostic in diagnostics(view).filter(|diagnostic| touches(diagnostic.span, range)) {
        let Some((edit, title)) = fix_of(view, diagnostic) else { continue };
        let fixed = (diagnostic.span, diagnostic.code.name());
        let offer = Offer::new(CodeActionKind::QUICKFIX, capital(&title), vec![edit]).fixing(fixed);
        if !offers.iter().any(|known| known.edits == offer.edits) {
            offers.push(offer);
        }
    }
    let all = all_fixes(view).filter(|all| !offers.is_empty() && all.edits.len() > 1);
    offers.extend(all);
    offers
}

/// All fixes of the file, without those that overlap an earlier one.
fn all_fixes(view: &View) -> Option<Offer> {
    let edits: Vec<TextEdit> =
        diagnostics(view).filter_map(|diagnostic| Some(fix_of(view, diagnostic)?.0)).collect();
    let edits: Vec<TextEdit> = disjoint(&edits).into_iter().cloned().collect();
    let title = format!("Apply all mends of this file ({})", edits.len());
    (!edits.is_empty()).then(|| Offer::new(CodeActionKind::QUICKFIX, title, edits))
}

/// A source of actual values: failed expectations or `?`.
struct ValueSource {
    plan: fn(&RunResult) -> &Plan,
    /// Whether it is for `?`.
    open: bool,
    one: &'static str,
    table: &'static str,
    all: &'static str,
    code: &'static str,
}

const ACCEPT: ValueSource = ValueSource {
    plan: |ran| &ran.accept,
    open: false,
    one: "Accept the actual value",
    table: "Accept the actual values of this table",
    all: "Accept all actual values of this file",
    code: super::diagnostics::EXPECTATION,
};

const FILL: ValueSource = ValueSource {
    plan: |ran| &ran.fill,
    open: true,
    one: "Fill in",
    table: "Fill in what this table leaves open",
    all: "Fill in every `?` of this file",
    code: super::diagnostics::OPEN,
};

/// The actual values for failures in a range, and for the whole file.
fn values(view: &View, range: &Range<usize>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let Some(ran) = &view.ran else { return offers };
    for writing in [&ACCEPT, &FILL] {
        let failures = ran.failures.iter().filter(|failure| failure.open == writing.open);
        let here = failures.filter(|failure| failure.span.file == 0 && touches(failure.span, range));
        let before = offers.len();
        for offer in here.filter_map(|failure| value_offer(view, ran, writing, failure)) {
            if !offers.iter().any(|known| known.edits == offer.edits) {
                offers.push(offer);
            }
        }
        let several = |all: &Offer| offers.len() > before && all.edits.len() > offers[before].edits.len();
        let all = all_values(view, writing).filter(several);
        offers.extend(all);
    }
    offers
}

fn value_offer(view: &View, ran: &RunResult, writing: &ValueSource, failure: &Failure) -> Option<Offer> {
    let within = |outer: Span, inner: Span| {
        (outer.file, inner.file) == (0, 0) && outer.start <= inner.start && inner.end <= outer.end
    };
    let table = tables(&view.reading().script.body).into_iter().find(|table| within(*table, failure.span));
    let place = table.unwrap_or(failure.span);
    let edits = edits_of((writing.plan)(ran), |amendment| within(place, amendment));
    let title = match (table, edits.as_slice()) {
        (_, []) => return None,
        (None, [edit]) => format!("{} `{}`", writing.one, cut(&edit.replacement)),
        _ => writing.table.to_owned(),
    };
    Some(Offer::new(CodeActionKind::QUICKFIX, title, edits).about((failure.span, writing.code)))
}

/// All actual values of the file.
fn all_values(view: &View, writing: &ValueSource) -> Option<Offer> {
    let edits = edits_of((writing.plan)(view.ran.as_ref()?), |span| span.file == 0);
    (!edits.is_empty()).then(|| Offer::new(CodeActionKind::QUICKFIX, writing.all.to_owned(), edits))
}

/// The number at the start of a range in other radices.
fn radices(view: &View, range: &Range<usize>) -> Vec<Offer> {
    let found = spellings(&view.text, view.tokens(), range.start).into_iter();
    let whole = found.filter(|one| range.end <= one.edit.span.bytes().end.max(range.start));
    let offers = whole.map(|one| {
        let name = match one.radix {
            Radix::Hex => "hexadecimal",
            Radix::Decimal => "decimal",
            Radix::Binary => "binary",
        };
        let title = format!("Write in {name}: {}", one.edit.replacement.trim_end());
        Offer::new(CodeActionKind::REFACTOR_REWRITE, title, vec![one.edit])
    });
    offers.collect()
}

/// The accesses in a range as a question.
fn question_offer(view: &View, range: &Range<usize>) -> Option<Offer> {
    let wrong = diagnostics(view).any(|diagnostic| touches(diagnostic.span, range));
    if wrong {
        return None;
    }
    let told = |span: Span| {
        let steps = view.ran.iter().flat_map(|ran| &ran.steps);
        let within =
            |step: &&super::run_result::Step| span.start <= step.span.start && step.span.end <= span.end;
        steps.filter(within).map(|step| step.facts.clone()).next().unwrap_or_default()
    };
    let turned = turned(&view.text, &view.reading().script.body, range.clone(), &told)?;
    let title = match (turned.kept, turned.edit.replacement.starts_with("ask ")) {
        (_, true) => "Ask for this in the question",
        (true, _) => "Ask for this in a question above",
        _ => "Turn into a question",
    };
    Some(Offer::new(CodeActionKind::REFACTOR_REWRITE, title.to_owned(), vec![turned.edit]))
}

/// A title with a capital letter.
fn capital(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
