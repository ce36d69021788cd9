//! Rows in the blocks of exam statements.

use crate::lang::ast::Setting;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::bind::Bound;
use crate::run::settings::{SettingWord, list};

/// Reports a setting whose value is missing.
pub(crate) fn missing(setting: &Setting, what: &str) -> Diagnostic {
    let message = format!("`{}` needs {what}", setting.name.text);
    Diagnostic::new(Code::WrongCount, setting.name.span, message)
}

/// Returns the settings in the block of a statement.
///
/// # Errors
/// Returns `bad-table`.
pub(crate) fn settings<'t>(bound: &Bound<'t>) -> Result<&'t [Setting], Diagnostic> {
    match bound.block {
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
