//! Rows in the blocks of exam statements.

use crate::lang::ast::{Command, Expr, ExprKind, Setting};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::settings::{SettingWord, list};

/// Returns the expression if it is a bare word.
pub(crate) fn word(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

/// Reports a setting whose value is missing.
pub(crate) fn missing(setting: &Setting, what: &str) -> Diagnostic {
    let message = format!("`{}` needs {what}", setting.name.text);
    Diagnostic::new(Code::WrongCount, setting.name.span, message)
}

/// Returns the settings in the block of a command.
///
/// # Errors
/// Returns `bad-table`.
pub fn settings(command: &Command) -> Result<&[Setting], Diagnostic> {
    match &command.block {
        Some(block) => match &block.table {
            Some(table) => Err(Diagnostic::new(
                Code::BadTable,
                table.span,
                "a table is not allowed here",
            )),
            None => Ok(&block.settings),
        },
        None => Ok(&[]),
    }
}

/// Rejects an unknown setting.
///
/// # Errors
/// Returns `unknown-setting`.
pub(crate) fn known(
    setting: &Setting,
    rows: &[&[SettingWord]],
    of: &str,
) -> Result<(), Diagnostic> {
    let name = &setting.name;
    let names = || rows.iter().flat_map(|rows| rows.iter()).map(|row| row.name);
    if names().any(|known| known == &*name.text) {
        return Ok(());
    }
    let message = format!("`{of}` has no setting `{}`", name.text);
    let diagnostic = Diagnostic::new(Code::UnknownSetting, name.span, message);
    Err(match nearest(&name.text, names()) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        None => diagnostic.help(format!("there are {}", list(names()))),
    })
}
