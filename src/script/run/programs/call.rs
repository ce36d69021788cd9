//! The run of a program that a statement names: `NAME [call f] [define N = n]`.

use std::sync::Arc;

use pagewalk_engine::program::{Layout, Process, Program};

use super::listing::Listing;
use super::settings::Constant;
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::run::record::Called;

/// A program, the function that a statement calls, and its constants.
#[derive(Debug, Clone)]
pub(crate) struct ProgramCall {
    pub(crate) listing: Arc<Listing>,
    /// The function, or `main`.
    pub(crate) function: Option<Word>,
    pub(super) arguments: Vec<i64>,
    pub(super) define: Vec<Constant>,
    /// The place of the program's name in the statement.
    pub(crate) place: Span,
}

impl ProgramCall {
    /// Adds a value of a `#define`.
    pub(crate) fn define(&mut self, constant: Constant) {
        self.define.push(constant);
    }

    /// Returns the number of the function that the statement calls with its arguments, or `None` for `main`.
    pub(crate) fn entry(&self, program: &Program) -> Option<(u32, Vec<u64>)> {
        let function = program.function(&self.function.as_ref()?.text)?;
        let arguments = self.arguments.iter().map(|one| *one as u64);
        Some((function, arguments.collect()))
    }

    /// Describes the run, without the variables in memory.
    pub(crate) fn called(&self) -> Called {
        let function = self.function.as_ref().map(|function| {
            let arguments: Vec<String> = self.arguments.iter().map(i64::to_string).collect();
            match arguments.as_slice() {
                [] => function.text.to_string(),
                arguments => format!("{}({})", function.text, arguments.join(", ")),
            }
        });
        let constants = self
            .define
            .iter()
            .map(|(name, value, _)| format!("{name} = {value}"));
        Called {
            program: self.listing.name.text.clone(),
            function,
            constants: constants.collect(),
            variables: Vec::new(),
            update_once: self.listing.settings.update_once,
        }
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
        let name = self.function.as_ref().map_or("main", |one| &*one.text);
        let place = self.function.as_ref().map_or(self.place, |one| one.span);
        let functions = || program.functions.iter().map(|one| &*one.name);
        let Some(number) = program.function(name) else {
            let message = format!("the program has no function `{name}`");
            let wrong = Diagnostic::new(Code::UnknownWord, place, message);
            return Err(match nearest(name, functions()) {
                Some(near) if self.function.is_some() => wrong.did_you_mean(name, near),
                _ => match functions().next() {
                    Some(first) => {
                        wrong.help(format!("write `call {first}` after the program's name"))
                    }
                    None => wrong,
                },
            });
        };
        let (given, taken) = (
            self.arguments.len(),
            program.functions[number as usize].parameters,
        );
        let process = if self.function.is_none() {
            Process::start(&program)
        } else {
            (given as u32 == taken).then(|| {
                let values: Vec<u64> = self.arguments.iter().map(|one| *one as u64).collect();
                Process::new(&program, number, &values)
            })
        };
        let Some(process) = process else {
            let message = format!("`{name}` takes {taken} arguments, not {given}");
            return Err(
                Diagnostic::new(Code::WrongCount, place, message).help(format!(
                    "write the arguments in parentheses: `call {name}(…)`"
                )),
            );
        };
        Ok((Arc::new(program), process))
    }
}
