//! Diagnostics for properties that do not exist.

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;

/// Reports that a property does not exist, and suggests the nearest name.
pub(crate) fn no_property(of: &str, name: &Word, names: impl Iterator<Item = &'static str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::UnknownPath, name.span, format!("`{of}` has no `{}`", name.text))
        .label("not known");
    match nearest(&name.text, names) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        None => diagnostic,
    }
}
