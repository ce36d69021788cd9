//! The machine files that a script names (`machine "file.yaml"`), read before it runs.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::lang::ast::{Command, ExprKind, Stmt, StmtKind, Word};
use crate::lang::beside::Beside;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::include::Loader;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;

use super::settings::{Field, fields_of_yaml};

/// Machine files, by the place of the string that names them.
#[derive(Debug, Default)]
pub struct Files {
    /// The number of the file, by the first byte of its name: the file that the name stands in, and where.
    named: BTreeMap<(u32, u32), u32>,
    /// The settings in a file; none if they are wrong.
    machines: BTreeMap<u32, Option<Rc<[Field]>>>,
}

impl Files {
    /// Reads every machine file that a statement of the script names, each once, and adds it to the sources. What is
    /// wrong with the files is said here; whether their settings make a machine is not looked at.
    pub fn read(script: &[Stmt], sources: &mut Sources, loader: &mut dyn Loader) -> (Self, Vec<Diagnostic>) {
        let mut files = Self::default();
        let wrong = files.add(script, 0, sources, loader);
        (files, wrong)
    }

    /// The same for a further script, which is file number `file` of the sources.
    pub fn add(
        &mut self,
        script: &[Stmt],
        file: u32,
        sources: &mut Sources,
        loader: &mut dyn Loader,
    ) -> Vec<Diagnostic> {
        let mut names = Names::default();
        names.collect(script);
        let mut wrong = Vec::new();
        let mut beside = Beside::new(sources, file, loader);
        for (place, name) in names.found {
            match beside.read(&name) {
                Ok(number) => {
                    self.named.insert(place, number);
                    self.machines.entry(number).or_insert_with(|| {
                        let fields = fields_of_yaml(number, beside.text(number));
                        fields.map(Rc::from).map_err(|problems| wrong.extend(problems)).ok()
                    });
                }
                Err(diagnostic) => wrong.push(diagnostic),
            }
        }
        wrong
    }

    /// The settings in the file that the string at this place names; none if it could not be read.
    pub fn machine(&self, name: Span) -> Option<Rc<[Field]>> {
        self.machines.get(self.named.get(&(name.file, name.start))?)?.clone()
    }
}

/// The names of machine files in a script.
#[derive(Default)]
struct Names {
    /// In the order of the text.
    found: BTreeMap<(u32, u32), Word>,
    /// The included files that were gone through: a file included twice has its names once.
    included: BTreeSet<u32>,
}

impl Names {
    fn collect(&mut self, block: &[Stmt]) {
        for stmt in block {
            match &stmt.kind {
                StmtKind::Command(command) => {
                    self.found.extend(named(command).map(|name| ((name.span.file, name.span.start), name)));
                }
                StmtKind::Include { body, .. } => {
                    if body.first().is_some_and(|first| self.included.insert(first.span.file)) {
                        self.collect(body);
                    }
                }
                StmtKind::For { body, .. }
                | StmtKind::Repeat { body, .. }
                | StmtKind::Def { body, .. }
                | StmtKind::Scenario { body, .. }
                | StmtKind::Question { body, .. }
                | StmtKind::Part { body, .. }
                | StmtKind::InProcess { body, .. } => self.collect(body),
                StmtKind::If { then, otherwise, .. } => {
                    self.collect(then);
                    self.collect(otherwise.as_deref().unwrap_or_default());
                }
                StmtKind::Probe(_)
                | StmtKind::Let { .. }
                | StmtKind::Choose { .. }
                | StmtKind::Given { .. }
                | StmtKind::Ask(_)
                | StmtKind::Reference { .. } => {}
            }
        }
    }
}

/// The file that a `machine` names.
fn named(command: &Command) -> Option<Word> {
    let operand = command.operands.first().filter(|_| &*command.verb.text == "machine")?;
    match &operand.kind {
        ExprKind::Value(Value::Text(path)) => Some(Word { text: path.clone(), span: operand.span }),
        _ => None,
    }
}
