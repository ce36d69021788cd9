//! The settings of `file "name" { … }` and `executable "name" { … }`.

use std::sync::Arc;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::Value;
use pagewalk_engine::kernel::file::Fill;

use crate::run::bind::Param::{Literal, Many, OneOf};
use crate::run::bind::{BYTE, FILE_NAME, SIZE, VA};

use super::field::{Arg, Field, SettingRow, one, sole};

/// Maximum declared size of a file, as for an ext4 file with 4 KB blocks.
const SIZE_LIMIT: u64 = 1 << 44;

#[derive(Debug, Clone, Default)]
pub(crate) struct FileDraft {
    size: Option<u64>,
    fill: Option<Fill>,
    /// Location of the setting that gives the file's bytes.
    filled: Option<Span>,
}

pub(crate) const FILE_SETTINGS: &[SettingRow<FileDraft>] = &[
    SettingRow::once("size", &[SIZE], "size of the file", |d, f| {
        let n = sole(f)?
            .within(0, SIZE_LIMIT, Code::LimitSize, "a file")
            .map_err(one)?;
        d.size = Some(n);
        Ok(())
    }),
    SettingRow::once(
        "fill",
        &[OneOf(&[BYTE, Literal("zero"), Literal("counting")])],
        "initial contents: one value for all bytes (default: 0), or `counting` (byte i is i mod 256)",
        |d, f| {
            let arg = sole(f)?;
            let fill = match arg.word() {
                Some("zero") => Fill::Byte(0),
                Some("counting") => Fill::Counting,
                _ => Fill::Byte(byte(arg)?),
            };
            fill_with(d, f, fill)
        },
    ),
    SettingRow::once(
        "pages",
        &[BYTE],
        "initial contents: every byte of page i is BYTE + i",
        |d, f| {
            let fill = Fill::Pages(byte(sole(f)?)?);
            fill_with(d, f, fill)
        },
    ),
];

fn byte(arg: &Arg) -> Result<u8, Vec<Diagnostic>> {
    let n = arg.integer().map_err(one)?;
    u8::try_from(n).map_err(|_| {
        one(
            Diagnostic::new(Code::ValueTooWide, arg.span, format!("{n} is not a byte"))
                .label("at most 0xFF"),
        )
    })
}

fn fill_with(draft: &mut FileDraft, field: &Field, fill: Fill) -> Result<(), Vec<Diagnostic>> {
    if let Some(first) = draft.filled {
        return Err(one(Diagnostic::new(
            Code::Duplicate,
            field.span,
            "the contents of this file are given twice",
        )
        .label("again here")
        .also(first, "first here")
        .help("remove one of the two settings")
        .fix(Fix::remove(field.span))));
    }
    draft.fill = Some(fill);
    draft.filled = Some(field.span);
    Ok(())
}

impl FileDraft {
    /// Returns the file's bytes and size.
    ///
    /// # Errors
    /// Returns `wrong-count` if the size is missing.
    pub(crate) fn build(self, place: Span) -> Result<(Fill, u64), Diagnostic> {
        let Some(size) = self.size else {
            return Err(Diagnostic::new(
                Code::WrongCount,
                place,
                "the size of this file is missing",
            )
            .label("how many bytes?")
            .help("write `size 8 KB`"));
        };
        Ok((self.fill.unwrap_or(Fill::Byte(0)), size))
    }
}

/// Draft of an executable's declaration, without its sections.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExecutableDraft {
    /// Address of the first instruction.
    pub(crate) entry: Option<u64>,
    pub(crate) libraries: Vec<Arc<str>>,
}

/// Settings of `executable`, other than the table of its sections.
pub(crate) const EXECUTABLE_SETTINGS: &[SettingRow<ExecutableDraft>] = &[
    SettingRow::once(
        "entry",
        &[VA],
        "entry point (default: the start of the first section)",
        |d, f| sole(f)?.integer().map(|at| d.entry = Some(at)).map_err(one),
    ),
    SettingRow::often(
        "library",
        &[Many(&FILE_NAME)],
        "a shared library to map with the program",
        |d, f| {
            for arg in &f.args {
                match arg.value() {
                    Ok(Value::Text(name)) => d.libraries.push(name.clone()),
                    _ => {
                        return Err(one(Diagnostic::new(
                            Code::WrongType,
                            arg.span,
                            "a library name must be in quotes",
                        )
                        .label("not a name in quotes")
                        .help("write `library \"libc.so\"`")));
                    }
                }
            }
            Ok(())
        },
    ),
];
