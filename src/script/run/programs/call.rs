//! The run of a program that a statement names: `NAME [call f] [define N = n]`.

use std::collections::BTreeSet;
use std::sync::Arc;

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::heap::{CHUNK_START, TCACHE};
use pagewalk_engine::program::ops::Object;
use pagewalk_engine::program::{Builtin, Flat, HostedProcess, Layout, Memory, Process, Program};

use super::listing::Listing;
use super::settings::{Constant, constant};
use crate::c::{self, Argument};
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::run::bind::Param::Equals;
use crate::run::bind::{C_NAME, V};
use crate::run::record::{Called, FromFile};
use crate::run::settings::SettingRow;

/// A program, the function that a statement calls, and its constants.
#[derive(Debug, Clone)]
pub(crate) struct ProgramCall {
    pub(crate) listing: Arc<Listing>,
    /// The function, or `main`.
    pub(crate) function: Option<Word>,
    pub(super) arguments: Vec<Passed>,
    /// The arguments of the command that starts `main`, without the program's name.
    pub(crate) texts: Vec<Arc<str>>,
    pub(crate) define: Vec<Constant>,
    /// The place of the program's name in the statement.
    pub(crate) place: Span,
}

/// The settings of a statement that runs a program.
pub(crate) const CALL_SETTINGS: &[SettingRow<ProgramCall>] = &[SettingRow::often(
    "define",
    &[C_NAME, Equals, V],
    "value of a `#define` of the program",
    |call, f| constant(f).map(|one| call.define(one)),
)];

/// An argument of a function.
#[derive(Debug, Clone)]
pub(crate) enum Passed {
    Integer(i64),
    /// A global variable of the program, whose address is passed, or another expression of C.
    Expression(Word),
}

/// Whether a program allocates blocks.
pub(super) fn allocates(program: &Program) -> bool {
    let allocates = [Builtin::Malloc, Builtin::Calloc, Builtin::Strdup];
    allocates.iter().any(|one| program.builtins.contains(one))
}

/// Returns the first function of a process, with the address of its variables in memory.
pub(super) fn first_frame(process: &Process, program: &Program) -> Option<(String, u64)> {
    let (function, address) = process.first_frame(program)?;
    Some((program.functions[function as usize].name.clone(), address))
}

/// Returns what the file of a program contains.
fn from_file(program: &Program) -> BTreeSet<FromFile> {
    let is_filled = |object: &&Object| {
        let mut contents = program.contents.iter();
        contents.any(|(start, bytes)| {
            *start < object.address + object.size && object.address < start + bytes.len() as u64
        })
    };
    let filled = program.objects.iter().filter(is_filled);
    let kinds = filled.map(|object| {
        if object.read_only {
            FromFile::StringLiterals
        } else {
            FromFile::Variables
        }
    });
    kinds.collect()
}

impl ProgramCall {
    /// Adds a value of a `#define`.
    pub(crate) fn define(&mut self, constant: Constant) {
        self.define.push(constant);
    }

    /// Returns the settings for the compiler.
    pub(super) fn settings(&self, layout: Layout) -> c::Settings {
        self.listing.draft(&self.define).for_compiler(layout)
    }

    /// Describes the run, without the variables in memory.
    pub(crate) fn called(&self) -> Called {
        let function = self.function.as_ref().map(|function| {
            let arguments = self.arguments.iter().map(|argument| match argument {
                Passed::Integer(value) => value.to_string(),
                Passed::Expression(text) => text.text.to_string(),
            });
            let arguments: Vec<String> = arguments.collect();
            match arguments.as_slice() {
                [] => function.text.to_string(),
                arguments => format!("{}({})", function.text, arguments.join(", ")),
            }
        });
        let constants = self
            .define
            .iter()
            .map(|(name, value, _)| format!("{name} = {value}"));
        let texts = self.texts.iter().map(|text| format!("{text:?}")).collect();
        let texts: Vec<String> = texts;
        let texts = match texts.as_slice() {
            [] => None,
            [one] => Some(format!("the argument {one}")),
            all => Some(format!("the arguments {}", all.join(" "))),
        };
        let conventions = self.listing.settings.conventions;
        Called {
            program: self.listing.name.text.clone(),
            function,
            constants: constants.chain(texts).collect(),
            variables: Vec::new(),
            first_block: None,
            frame: None,
            from_file: BTreeSet::new(),
            update_once: self.listing.update_once(&[]),
            sizes: self.listing.sizes(&Layout::default()),
            column_major: conventions.column_major,
            scalars_in_registers: conventions.scalars_in_registers,
            is_fragment: self.listing.is_fragment,
        }
    }

    /// Describes the run in a process that has started, with the variables in memory. The heap is new.
    pub(crate) fn called_at(&self, first: &HostedProcess, kernel: &Kernel) -> Called {
        let program = &first.program;
        let own = if kernel.machine().spec().virtual_bits() >= 47 {
            TCACHE
        } else {
            0
        };
        let variables = program.objects.iter().filter(|one| !one.name.is_empty());
        Called {
            variables: variables
                .map(|one| (one.name.clone(), one.address))
                .collect(),
            first_block: allocates(program).then(|| program.layout.heap + own + CHUNK_START),
            frame: first_frame(&first.process, program),
            from_file: from_file(program),
            sizes: self.listing.sizes(&program.layout),
            ..self.called()
        }
    }

    /// Returns the arguments of `main`, which begin with the program's name.
    pub(crate) fn command(&self) -> Vec<Vec<u8>> {
        let words = std::iter::once(&self.listing.name.text).chain(&self.texts);
        words.map(|word| word.as_bytes().to_vec()).collect()
    }

    /// Returns the program's name as statements write it, with the function.
    pub(crate) fn name(&self) -> Arc<str> {
        let name = &self.listing.name.text;
        match &self.function {
            None => name.clone(),
            Some(function) => format!("{name} call {}", function.text).into(),
        }
    }

    /// Compiles the program for memory with this layout, and returns the process at its start.
    ///
    /// # Errors
    /// Returns `c-syntax` for a value that does not compile, and `unknown-word` for a function that the program
    /// does not have.
    pub(crate) fn start(&self, layout: Layout) -> Result<(Arc<Program>, Process), Diagnostic> {
        let program = self.listing.compile(&self.define, layout)?;
        let process = match self.entry(&program)? {
            Some((function, operands)) => Some(Process::new(&program, function, &operands)),
            None => Process::start(&program),
        };
        let Some(process) = process else {
            let message = "`main` cannot have these parameters";
            return Err(Diagnostic::new(Code::WrongCount, self.place, message)
                .help("write `int main(void)`, or `int main(int argc, char **argv)`"));
        };
        Ok((Arc::new(program), process))
    }

    /// Returns the value of an expression of C at the start of the program.
    fn evaluated(&self, program: &Program, expression: &str) -> Option<Argument> {
        let settings = self.settings(program.layout);
        let source = c::Source {
            text: &self.listing.text,
            settings: &settings,
            program,
        };
        let (process, memory) = (Process::new(program, 0, &[]), Flat::new(program));
        let peek = |address, size| memory.peek(address, size);
        // The sum of an array and 0 is the address of its first element.
        let sum = format!("({expression}) + 0");
        match c::inspect(source, &process, &peek, &sum).ok()? {
            c::Value::Integer(value) => i64::try_from(value).ok().map(Argument::Integer),
            c::Value::Pointer(address) => Some(Argument::Address(address)),
            c::Value::Real(value) => Some(Argument::Real(value)),
            c::Value::Float(value) => Some(Argument::Real(value.into())),
            c::Value::List(_) => None,
        }
    }

    /// Returns the function that the statement calls, with its arguments as operands, or `None` for `main`.
    ///
    /// # Errors
    /// Returns `unknown-word` for a function that the program does not have, and `wrong-count` for other arguments.
    pub(crate) fn entry(&self, program: &Program) -> Result<Option<(u32, Vec<u64>)>, Diagnostic> {
        let Some(function) = &self.function else {
            if program.function("main").is_some() {
                return Ok(None);
            }
            let message = "the program has no function `main`";
            let wrong = Diagnostic::new(Code::UnknownWord, self.place, message);
            return Err(
                match program.functions.iter().find(|one| !one.name.is_empty()) {
                    Some(first) => wrong.help(format!(
                        "write `call {}` after the program's name",
                        first.name
                    )),
                    None => wrong,
                },
            );
        };
        let arguments = self.arguments.iter().map(|argument| match argument {
            Passed::Integer(value) => Ok(Argument::Integer(*value)),
            Passed::Expression(text) => {
                let object = program.objects.iter().find(|one| *one.name == *text.text);
                let address = object.map(|object| Argument::Address(object.address));
                let value = address.or_else(|| self.evaluated(program, &text.text));
                value.ok_or_else(|| {
                    let message = format!("`{}` is neither a variable of the script nor a variable or a constant of the program", text.text);
                    Diagnostic::new(Code::UnknownWord, text.span, message)
                })
            }
        });
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        let is_known = program.function(&function.text).is_some();
        let entry = c::entry(program, &function.text, &arguments);
        entry.map(Some).map_err(|mistake| {
            let code = if is_known {
                Code::WrongCount
            } else {
                Code::UnknownWord
            };
            let names = program.functions.iter().map(|one| &*one.name);
            let wrong = Diagnostic::new(code, function.span, mistake.message);
            match (
                nearest(&function.text, names).filter(|_| !is_known),
                mistake.help,
            ) {
                (Some(near), _) => wrong.did_you_mean(&function.text, near),
                (None, Some(help)) => wrong.help(help),
                (None, None) => wrong,
            }
        })
    }
}
