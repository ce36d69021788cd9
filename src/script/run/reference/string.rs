//! The references that a `reference` simulates: pages, or byte addresses within pages.

use std::collections::BTreeSet;

use crate::lang::ast::{Expr, ExprKind, Pages, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::{Number, Value};
use crate::run::record::Addresses;
use crate::run::session::Session;
use crate::run::settings::{Field, integer};
use crate::run::stop::Stop;
use crate::run::trace_file::TraceFile;

use super::draft::{Draft, OF_TRACES};

/// The references of a string, as the script lists them.
pub(super) enum Listed {
    /// Pages, each with its location. A value may be a list of pages.
    Pages(Vec<(Value, Span)>),
    /// Byte addresses.
    Addresses(Addresses),
    /// A memory trace and the page size.
    Trace(TraceFile, u64),
}

impl Session<'_> {
    /// Evaluates the references. Does not read a trace.
    ///
    /// # Errors
    /// Returns the errors in the expressions, and in the settings that depend on the kind of string.
    pub(super) fn listed_references(
        &mut self,
        pages: &Pages,
        fields: &[Field],
        draft: &Draft,
        place: Span,
    ) -> Result<Listed, Stop> {
        let set = |name: &str| fields.iter().find(|field| &*field.name.text == name);
        if let Pages::Trace(name) = pages {
            if let Some(field) = set("stores") {
                let message = "`stores` and a trace are mutually exclusive";
                return Err(Diagnostic::new(Code::Duplicate, field.span, message)
                    .label("the trace marks its stores")
                    .fix(Fix::remove(field.span))
                    .into());
            }
            let Some(page_size) = draft.page_size else {
                return Err(Diagnostic::new(Code::WrongCount, place, "the page size is missing")
                    .label("a trace contains byte addresses")
                    .help("add `page 4 KB`, or another page size")
                    .into());
            };
            return Ok(Listed::Trace(self.trace_file(name.clone(), draft.format)?, page_size));
        }
        let is_check = self.checking();
        for field in OF_TRACES.iter().filter_map(|name| set(name)).filter(|_| is_check) {
            let message = format!("`{}` has no effect without a trace", field.name.text);
            let warning = Diagnostic::warning(Code::NoEffect, field.span, message);
            self.report(vec![warning.fix(Fix::remove(field.span))]);
        }
        let string = self.references(pages)?;
        match draft.page_size {
            Some(size) => Ok(Listed::Addresses(self.addresses(pages, &string, size)?)),
            None => Ok(Listed::Pages(string)),
        }
    }

    /// Evaluates the references, each with its location. A value may be a list of references.
    ///
    /// # Errors
    /// Returns the errors in the expressions.
    fn references(&mut self, pages: &Pages) -> Result<Vec<(Value, Span)>, Stop> {
        match pages {
            Pages::Words(words) => {
                self.warn_of_variables(words);
                Ok(words.iter().map(|word| (bare_page(&word.text), word.span)).collect())
            }
            Pages::List(list) => match &list.kind {
                ExprKind::List(parts) => self.listed_pages(parts),
                _ => Ok(vec![(self.eval(list)?, list.span)]),
            },
            Pages::Trace(_) => Ok(Vec::new()),
        }
    }

    /// Evaluates a list of pages, and flattens nested lists.
    ///
    /// # Errors
    /// Returns the errors in the list's expressions.
    pub(crate) fn page_list(&mut self, parts: &[Expr]) -> Result<Value, Stop> {
        let pages = self.listed_pages(parts)?;
        Ok(Value::List(pages.into_iter().flat_map(|(page, _)| page.leaves()).collect()))
    }

    fn listed_pages(&mut self, parts: &[Expr]) -> Result<Vec<(Value, Span)>, Stop> {
        let values = parts.iter().map(|part| self.page(part)).collect::<Result<Vec<_>, Stop>>()?;
        let span = parts.first().map_or(Span::default(), |part| part.span);
        // The length is checked before the list is built.
        Value::check_list(&values).map_err(|e| e.at(span))?;
        Ok(values.into_iter().zip(parts).map(|(value, part)| (value, part.span)).collect())
    }

    /// Evaluates an expression to one or more pages, where a name that is not a variable denotes a page.
    pub(super) fn page(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match &expr.kind {
            ExprKind::Name(name) if !self.state.has_variable(name) => Ok(Value::Text(name.clone())),
            _ => self.eval(expr),
        }
    }

    /// Returns the addresses that a string lists.
    ///
    /// # Errors
    /// Returns an error for each reference that is not an address.
    fn addresses(&self, pages: &Pages, string: &[(Value, Span)], page_size: u64) -> Result<Addresses, Stop> {
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
            let text = self.sources.text(span);
            text.contains("0x") || text.contains("0X")
        };
        let hex = match pages {
            Pages::Words(words) => words.iter().any(|word| is_hex(word.span)),
            Pages::List(list) => is_hex(list.span),
            Pages::Trace(_) => true,
        };
        let digits = all.iter().max().map_or(1, |largest| format!("{largest:X}").len());
        Ok(Addresses { page_size, all, hex, digits })
    }

    /// During a check, warns about each page outside brackets that has the name of a variable.
    fn warn_of_variables(&mut self, words: &[Word]) {
        if self.checker.is_none() {
            return;
        }
        let mut seen = BTreeSet::new();
        for Word { text: name, span } in words {
            if self.state.has_variable(name) && seen.insert(name) {
                let message = format!("`{name}` refers to the page \"{name}\" here, not to the variable");
                let warning = Diagnostic::warning(Code::BarePage, *span, message).help(format!(
                    "for the variable's value, write `reference [{name}]`; for the page, write `reference [\"{name}\"]`"
                ));
                self.report(vec![warning]);
            }
        }
    }
}

/// Returns a page that is written without brackets: a number if the text is a number, and otherwise a name.
pub(super) fn bare_page(text: &str) -> Value {
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
        return diagnostic
            .help(format!("for a trace, write its name without brackets: `reference \"{name}\"`"));
    }
    diagnostic.help("write a number such as `0x3D4`, or remove the setting `page`")
}
