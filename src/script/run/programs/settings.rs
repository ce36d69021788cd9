//! The settings of `program NAME """…""" { … }`.

use pagewalk_engine::program::{Buffering, Layout};

use crate::c;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::bind::Param::{Equals, Literal, Words};
use crate::run::bind::{C_NAME, SIZE, V, VA, words_of};
use crate::run::settings::{Arg, Field, SettingRow, one, one_of, sole};

/// The name of a `#define`, its value as C writes it, and the place of the setting.
pub(crate) type Constant = (String, String, Span);

/// The settings of a program, with their places.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProgramDraft {
    pub(super) define: Vec<Constant>,
    pub(super) at: Vec<(String, u64, Span)>,
    pub(super) pointer: Option<u8>,
    pub(super) conventions: c::Conventions,
    /// When `printf` writes its output.
    pub(crate) buffering: Buffering,
}

/// The orders of an array's elements in memory, with their words. In column-major order, the first index varies fastest.
const ORDERS: &[(&str, bool)] = &[("row-major", false), ("column-major", true)];

/// When `printf` writes its output, with its words.
pub(crate) const BUFFERINGS: &[(&str, Buffering)] = &[
    ("at-once", Buffering::AtOnce),
    ("line", Buffering::Line),
    ("full", Buffering::Full),
];

pub(crate) const PROGRAM_SETTINGS: &[SettingRow<ProgramDraft>] = &[
    SettingRow::often(
        "at",
        &[C_NAME, VA],
        "address of a global variable (default: in order from address 0, or from 0x404000 in a `run` with addresses above 32 bits)",
        |d, f| {
            let [name, address] = two(f)?;
            let place = (word(name)?, address.integer().map_err(one)?, f.span);
            once(&d.at, &place)?;
            d.at.push(place);
            Ok(())
        },
    ),
    SettingRow::often(
        "define",
        &[C_NAME, Equals, V],
        "value of a `#define` of the program, in place of the one in its text",
        |d, f| {
            let constant = constant(f)?;
            once(&d.define, &constant)?;
            d.define.push(constant);
            Ok(())
        },
    ),
    SettingRow::once(
        "order",
        &[Words(words_of!(ORDERS.0))],
        "order of an array's elements in memory: `row-major` (default), or `column-major` as in Fortran",
        |d, f| {
            one_of(sole(f)?, ORDERS).map(|column_major| d.conventions.column_major = column_major)
        },
    ),
    SettingRow::once(
        "pointer",
        &[SIZE],
        "size of a pointer and of `long`: 4 B (default), or 8 B (default in a `run` with addresses above 32 bits)",
        |d, f| {
            let size = sole(f)?;
            d.pointer = match size.integer().map_err(one)? {
                4 => Some(4),
                8 => Some(8),
                n => {
                    let message = format!("a pointer cannot have {n} bytes");
                    let diagnostic = Diagnostic::new(Code::UnknownWord, size.span, message);
                    return Err(one(diagnostic.help("write `pointer 4 B` or `pointer 8 B`")));
                }
            };
            Ok(())
        },
    ),
    SettingRow::once(
        "printf",
        &[Words(words_of!(BUFFERINGS.0))],
        "when `printf` writes its output: in each call (default), at the end of each line, or when the buffer is full",
        |d, f| one_of(sole(f)?, BUFFERINGS).map(|when| d.buffering = when),
    ),
    SettingRow::once(
        "registers",
        &[Literal("scalars")],
        "also keeps scalar global variables in registers, so that only arrays and structs are accessed",
        |d, f| {
            d.conventions.scalars_in_registers = literal(f, "scalars")?;
            Ok(())
        },
    ),
    SettingRow::once(
        "update",
        &[Literal("once")],
        "makes `a += b` one access, the store (default: a load and a store)",
        |d, f| {
            d.conventions.update_once = literal(f, "once")?;
            Ok(())
        },
    ),
];

/// Reports a second setting of the same name.
fn once<T>(known: &[(String, T, Span)], next: &(String, T, Span)) -> Result<(), Vec<Diagnostic>> {
    let (name, _, place) = next;
    let Some((.., first)) = known.iter().find(|(other, ..)| other == name) else {
        return Ok(());
    };
    let message = format!("the braces set `{name}` twice");
    let twice = Diagnostic::new(Code::Duplicate, *place, message).also(*first, "the first time");
    Err(one(twice.fix(Fix::remove(*place))))
}

/// Returns true if the setting's word is the expected one.
fn literal(field: &Field, word: &str) -> Result<bool, Vec<Diagnostic>> {
    if sole(field)?.word() == Some(word) {
        return Ok(true);
    }
    let message = format!("`{word}` is missing");
    let diagnostic = Diagnostic::new(Code::UnknownWord, field.span, message);
    Err(one(
        diagnostic.help(format!("write `{} {word}`", field.name.text))
    ))
}

fn two(field: &Field) -> Result<&[Arg; 2], Vec<Diagnostic>> {
    field.args.as_slice().try_into().map_err(|_| {
        let message = format!("`{}` takes a name and a value", field.name.text);
        one(Diagnostic::new(Code::WrongCount, field.span, message))
    })
}

/// Returns the name of a variable or a constant of C. A variable of the script may have the same name.
fn word(arg: &Arg) -> Result<String, Vec<Diagnostic>> {
    arg.word().map(str::to_owned).ok_or_else(|| {
        let diagnostic = Diagnostic::new(Code::WrongType, arg.span, "a name is needed here");
        one(diagnostic.label("not a name of the program"))
    })
}

/// Returns the constant that `define NAME = V` sets.
pub(crate) fn constant(field: &Field) -> Result<Constant, Vec<Diagnostic>> {
    let [name, value] = two(field)?;
    let text = in_c(value.value().map_err(one)?, value.span).map_err(one)?;
    Ok((word(name)?, text, field.span))
}

/// Returns a value as C writes it.
pub(super) fn in_c(value: &Value, place: Span) -> Result<String, Diagnostic> {
    match value {
        Value::Text(text) => Ok(text.to_string()),
        value @ Value::Number(_) => Ok(value.to_string()),
        value => {
            let message = format!("a constant of a program cannot be {}", value.kind());
            let wrong = Diagnostic::new(Code::WrongType, place, message);
            Err(wrong.help("write a number, or a text in quotes: `define T = \"double\"`"))
        }
    }
}

impl ProgramDraft {
    /// Returns the settings for the compiler.
    pub(super) fn for_compiler(&self, layout: Layout) -> c::Settings {
        let defined = self.define.iter();
        c::Settings {
            define: defined
                .map(|(name, value, _)| (name.clone(), value.clone()))
                .collect(),
            at: self
                .at
                .iter()
                .map(|(name, at, _)| (name.clone(), *at))
                .collect(),
            layout: Layout {
                pointer: self.pointer.unwrap_or(layout.pointer),
                ..layout
            },
            conventions: self.conventions,
        }
    }
}
