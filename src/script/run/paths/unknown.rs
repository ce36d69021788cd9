//! Diagnostics for properties that do not exist.

use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::settings::list;

/// Reports that a property does not exist, and lists the properties that do.
pub(crate) fn no_property(
    of: &str,
    name: &Word,
    names: impl Iterator<Item = &'static str>,
) -> Diagnostic {
    let names: Vec<&str> = names.collect();
    let diagnostic = Diagnostic::new(
        Code::UnknownPath,
        name.span,
        format!("`{of}` has no `{}`", name.text),
    )
    .label("not known");
    let all = list(names.iter().copied());
    match nearest(&name.text, names.iter().copied()) {
        Some(near) => {
            let help = format!("did you mean `{near}`? `{of}` has {all}");
            diagnostic.did_you_mean(&name.text, near).help(help)
        }
        None if names.is_empty() => diagnostic,
        None => diagnostic.help(format!("it has {all}")),
    }
}
