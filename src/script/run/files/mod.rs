//! The files that a script names. Pagewalk reads machine files (`machine "file.yaml"`) before the script
//! runs. Pagewalk locates traces (`replay "file.trace"`, `reference "file.trace"`) before the script runs, and reads the traces during
//! replay.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::ast::{
    Command, Expr, ExprKind, Operation, OperationKind, Pages, Settings, Stmt, StmtKind, Word,
};
use crate::lang::data_files::DataFiles;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::{Loader, not_a_machine_file};
use crate::lang::loader::Stream;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_operation, walk_stmt};

use super::settings::{Field, fields_of_yaml};

/// The word that begins a statement that names a trace.
pub(crate) const REPLAY: &str = "replay";

/// The word that begins a statement that may name the file of a program.
pub(crate) const PROGRAM: &str = "program";

/// Files, indexed by the location of the string that names each file.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// File numbers. The key is the file and byte offset of the string that contains the name.
    named: BTreeMap<(u32, u32), u32>,
    /// The settings in a file, or `None` if they are invalid.
    machines: BTreeMap<u32, Option<Arc<[Field]>>>,
    traces: BTreeMap<(u32, u32), Stream>,
    /// Whether the script names a file, also one that cannot be read.
    pub(crate) are_named: bool,
}

impl Files {
    /// The texts of the machine files.
    pub(crate) fn machine_texts<'s>(&self, sources: &'s Sources) -> impl Iterator<Item = &'s str> {
        self.machines
            .keys()
            .filter_map(|number| Some(&*sources.file(*number)?.text))
    }

    /// Reads each machine file that the script names, adds the file to the sources, and locates the traces.
    /// Reports errors in the files and their settings. Does not check whether the settings form a machine, and
    /// does not read the traces.
    pub fn read(
        script: &[Stmt],
        sources: &mut Sources,
        loader: &mut dyn Loader,
    ) -> (Self, Vec<Diagnostic>) {
        let mut files = Self::default();
        let wrong = files.add(script, 0, sources, loader);
        (files, wrong)
    }

    /// Reads the files of another script, which is file number `file` in the sources.
    pub(crate) fn add(
        &mut self,
        script: &[Stmt],
        file: u32,
        sources: &mut Sources,
        loader: &mut dyn Loader,
    ) -> Vec<Diagnostic> {
        let mut names = Names::default();
        names.visit_block(script);
        let mut wrong = Vec::new();
        // The search for the settings of a course takes time.
        if names.found.is_empty() {
            return wrong;
        }
        self.are_named = true;
        let mut beside = DataFiles::new(sources, file, loader);
        for (place, named) in names.found {
            let name = match named {
                Named::Machine(name) => name,
                Named::Program(name) => {
                    match beside.read(&name) {
                        Ok(number) => drop(self.named.insert(place, number)),
                        Err(diagnostic) => wrong.push(diagnostic),
                    }
                    continue;
                }
                Named::Trace { name, perhaps } => {
                    match beside.stream(&name) {
                        Ok(trace) => drop(self.traces.insert(place, trace)),
                        Err(_) if perhaps => {}
                        Err(diagnostic) => wrong.push(diagnostic),
                    }
                    continue;
                }
            };
            if let Some((message, help)) = not_a_machine_file(&name.text) {
                wrong.push(Diagnostic::new(Code::Unreadable, name.span, message).help(help));
                continue;
            }
            match beside.read(&name) {
                Ok(number) => {
                    self.named.insert(place, number);
                    self.machines.entry(number).or_insert_with(|| {
                        let fields = fields_of_yaml(number, beside.text(number));
                        let mut report = |mut problems: Vec<Diagnostic>| {
                            if let Some(first) = problems.first_mut() {
                                let what = "this statement reads the machine file";
                                first.related.push((name.span, what.to_owned()));
                            }
                            wrong.extend(problems);
                        };
                        fields.map(Arc::from).map_err(&mut report).ok()
                    });
                }
                Err(diagnostic) => wrong.push(diagnostic),
            }
        }
        wrong
    }

    /// Returns the settings in the file named by the string at this location, or `None` if the file could not
    /// be read.
    pub fn machine(&self, name: Span) -> Option<Arc<[Field]>> {
        self.machines
            .get(self.named.get(&(name.file, name.start))?)?
            .clone()
    }

    /// Returns the number of the program's file named by the string at this location, or `None` if the file could
    /// not be read.
    pub(crate) fn program(&self, name: Span) -> Option<u32> {
        self.named.get(&(name.file, name.start)).copied()
    }

    /// Returns the trace named by the string at this location, or `None` if the trace was not found.
    pub fn trace(&self, name: Span) -> Option<Stream> {
        self.traces.get(&(name.file, name.start)).cloned()
    }
}

/// The name of a file in a script.
enum Named {
    /// Name of a machine file.
    Machine(Word),
    /// Name of a program's file.
    Program(Word),
    /// Name of a trace. In `replay("x")`, the kind is uncertain, because the script may define `replay`.
    Trace {
        name: Word,
        /// Whether the name may refer to something other than a trace.
        perhaps: bool,
    },
}

/// The names of files in a script.
#[derive(Default)]
struct Names {
    /// The names, in the order of the text.
    found: BTreeMap<(u32, u32), Named>,
    /// The included files that were visited, so that each is visited once.
    included: BTreeSet<u32>,
}

impl<'s> Visit<'s> for Names {
    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        match &*stmt.kind {
            StmtKind::Include { body, .. } => {
                if body
                    .first()
                    .is_some_and(|first| self.included.insert(first.span.file))
                {
                    self.visit_block(body);
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_command(&mut self, command: &'s Command) {
        let named = match &*command.operands {
            // `program p from "p.c"`
            [_, word, file]
                if &*command.verb.text == PROGRAM && &*Word::of(word).text == "from" =>
            {
                Some(file)
            }
            operands => operands.first(),
        };
        self.named(&command.verb, named, command.call);
    }

    fn visit_operation(&mut self, operation: &'s Operation) {
        if let OperationKind::Expr(Expr {
            kind: ExprKind::Call { name, args },
            ..
        }) = &operation.kind
        {
            self.named(name, args.first(), true);
        }
        walk_operation(self, operation);
    }

    fn visit_reference(&mut self, pages: &'s Pages, _: &'s Settings) {
        if let Pages::Trace(name) = pages {
            let trace = Named::Trace {
                name: name.clone(),
                perhaps: false,
            };
            self.found.insert((name.span.file, name.span.start), trace);
        }
    }

    // Expressions do not name files.
    fn visit_expr(&mut self, _: &'s Expr) {}
}

impl Names {
    fn named(&mut self, verb: &Word, operand: Option<&Expr>, perhaps: bool) {
        let Some(Expr {
            kind: ExprKind::Value(Value::Text(path)),
            span,
        }) = operand
        else {
            return;
        };
        let name = Word {
            text: path.clone(),
            span: *span,
        };
        let named = match &*verb.text {
            "machine" => Named::Machine(name),
            PROGRAM => Named::Program(name),
            REPLAY => Named::Trace { name, perhaps },
            _ => return,
        };
        self.found.insert((span.file, span.start), named);
    }
}
