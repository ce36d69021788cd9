//! Rows in the blocks of exam statements.

use crate::lang::ast::Setting;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::bind::{Bound, bind_setting};
use crate::run::settings::{SettingWord, list};

/// Reports a setting whose value is missing.
pub(crate) fn missing(row: &Bound, what: &str) -> Diagnostic {
    let message = format!("`{}` needs {what}", row.name);
    Diagnostic::new(Code::WrongCount, row.place, message)
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

/// Matches a setting with its row.
///
/// # Errors
/// Returns `unknown-setting`.
pub(crate) fn known<'t>(
    setting: &'t Setting,
    rows: &[&[SettingWord]],
    of: &str,
) -> Result<Bound<'t>, Diagnostic> {
    let name = &setting.name;
    let rows = || rows.iter().flat_map(|rows| rows.iter());
    if let Some(row) = rows().find(|row| row.name == &*name.text) {
        return Ok(bind_setting(row.params, setting));
    }
    let names = || rows().map(|row| row.name);
    let message = format!("`{of}` has no setting `{}`", name.text);
    let diagnostic = Diagnostic::new(Code::UnknownSetting, name.span, message);
    Err(match nearest(&name.text, names()) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        None => diagnostic.help(format!("there are {}", list(names()))),
    })
}
