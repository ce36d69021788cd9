//! Rows in the blocks of exam statements.

use super::papers::unsure_of_question;
use crate::lang::ast::Setting;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::bind::{Bound, bind_setting};
use crate::run::session::Cx;
use crate::run::settings::{SettingWord, list};
use crate::run::stop::Stop;

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
            Some(table) => {
                let wrong = |message| Diagnostic::new(Code::BadTable, table.span, message);
                Err(if bound.name == "table" {
                    wrong("a table with blanks is written without `|`").help(
                        "write `columns \"VA\" \"VPN\"`, and a line such as `row \"0x03D4\" ? = 0x0F` for each row",
                    )
                } else {
                    wrong("a table is not allowed here")
                })
            }
            None => Ok(&block.settings),
        },
        None => Ok(&[]),
    }
}

/// Calls a function for each setting in the block of a statement. A check reports the mistakes of all settings.
///
/// # Errors
/// Returns `bad-table`, or the errors of the function.
pub(crate) fn each_setting<'t>(
    cx: &mut Cx,
    bound: &Bound<'t>,
    mut each: impl FnMut(&mut Cx, &'t Setting) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut failed = false;
    for setting in settings(bound)? {
        match each(cx, setting) {
            Err(Stop::Wrong(wrong)) if cx.checking() => {
                cx.report(wrong);
                failed = true;
            }
            done => done?,
        }
    }
    if failed {
        unsure_of_question(cx);
        return Err(Stop::Unknowable);
    }
    Ok(())
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
    if of == "choice" && name.text.len() == 1 {
        let message = "an option must begin with `correct` or `wrong`";
        return Err(Diagnostic::new(Code::UnknownWord, name.span, message)
            .help("replace the letter with one of these words; the paper adds the letters"));
    }
    if of == "exam" && matches!(&*name.text, "versions" | "variants" | "copies") {
        return Err(diagnostic.help("`pagewalk exam FILE --variants 3` writes three versions"));
    }
    Err(match nearest(&name.text, names()) {
        Some(near) => diagnostic.did_you_mean(&name.text, near),
        None => diagnostic.help(format!("there are {}", list(names()))),
    })
}
