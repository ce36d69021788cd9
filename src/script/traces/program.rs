//! The accesses of a program that a script declares, as a trace of a command.

use std::fmt::Write;

use super::named::Named;
use crate::lang::ast::StmtKind;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::run::files::Files;
use crate::run::record::AddressMap;
use crate::run::session::{Cx, Options};
use crate::run::state::Binding;
use crate::run::stop::Stop;
use crate::run::verbs::{CORE, named_program};
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::read_ahead::TraceOrigin;
use pagewalk_engine::trace::record::Op;

/// The largest number of accesses, and of operations between them that cost as much. The trace is in memory.
const MOST: u64 = 1 << 24;

/// The mistakes in the words that name a program, or in its run, with the texts that they are in.
pub type ProgramError = (Box<Sources>, Vec<Diagnostic>);

impl Named {
    /// Whether the first of these words is the name of a program of the machine's script.
    pub fn has_program(&self, words: &str) -> bool {
        let name = words.split_whitespace().next();
        name.zip(self.script.as_ref())
            .is_some_and(|(name, script)| {
                matches!(script.state.find(name), Some(Binding::Program(_)))
            })
    }

    /// Returns the accesses of a program, `NAME [call f(…)] [define N = n]` as in `replay`, as a trace, or `None` if the
    /// machine's script has no program of this name.
    ///
    /// # Errors
    /// Returns the errors that `replay` reports, and `limit` for a trace that is too long.
    pub fn accesses(
        &self,
        words: &str,
        map: AddressMapping,
    ) -> Option<Result<TraceOrigin, ProgramError>> {
        let script = self.script.as_ref().filter(|_| self.has_program(words))?;
        let mut sources = script.sources.clone();
        let text = format!("replay {words}");
        let file = sources.add("<trace>", None, &text);
        let trace = self.trace_of(&text, file, map, &sources);
        Some(match trace {
            Ok(bytes) => Ok(TraceOrigin::Program(
                bytes.into_bytes().into(),
                words.to_owned(),
            )),
            Err(Stop::Wrong(wrong)) => Err((Box::new(sources), wrong)),
            Err(Stop::Unknowable | Stop::Closed) => Err((Box::new(sources), Vec::new())),
        })
    }

    /// Returns the program of the machine's script whose name resembles the first of these words.
    pub fn similar_program(&self, words: &str) -> Option<&str> {
        let name = words.split_whitespace().next()?;
        nearest(name, self.script.as_ref()?.state.programs())
    }

    /// Runs the program of a statement `replay`, and returns its accesses in lackey's notation.
    fn trace_of(
        &self,
        text: &str,
        file: u32,
        map: AddressMapping,
        sources: &Sources,
    ) -> Result<String, Stop> {
        let parsed = parse(file, text, &mut ());
        if !parsed.diagnostics.is_empty() {
            return Err(parsed.diagnostics.into());
        }
        let place = Span::new(file, 0..text.len());
        let command = match &*parsed.body {
            [statement] => match &*statement.kind {
                StmtKind::Command(command) => Some(command),
                _ => None,
            },
            _ => None,
        };
        let Some(command) = command else {
            let message = "this is more than a program and its settings";
            return Err(Diagnostic::new(Code::Syntax, place, message).into());
        };
        let files = Files::default();
        let mut cx = Cx::new(sources, &files, Options::new(&CORE));
        if let Some(script) = &self.script {
            cx.state = script.state.clone();
        }
        let map = match map {
            AddressMapping::Identity => AddressMap::Identity,
            AddressMapping::Demand(_) => AddressMap::Demand,
        };
        let source = named_program(&mut cx, command, map)?;
        let mut trace = String::new();
        source.read(None, &mut |batch, lines| {
            if lines > MOST {
                let message = "the program makes too many accesses for a trace in memory";
                let wrong = Diagnostic::new(Code::LimitSize, place, message);
                return Err(wrong.help("use smaller constants: `define N = 64`").into());
            }
            for record in &batch.records {
                let op = match record.op {
                    Op::Store => 'S',
                    _ => 'L',
                };
                // Writing to a string does not fail.
                let _ = writeln!(trace, " {op} {:x},{}", record.address, record.size);
            }
            Ok(())
        })?;
        Ok(trace)
    }
}
