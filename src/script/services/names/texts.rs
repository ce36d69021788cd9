//! File names in the strings of variables, as in `let path = "data.txt"` or `def look(path) { open(path,
//! O_RDONLY) }`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::kind::Space;
use super::occurrence::Form;
use super::table::{Found, Id, Table};
use crate::lang::span::Span;

/// An assigned value.
#[derive(Debug, Clone)]
pub(crate) enum AssignedValue {
    /// A string with its location, and the visible file with this name, if any.
    Text(Arc<str>, Span, Option<Id>),
    /// The value of another variable.
    Variable(Id),
}

/// Assigned values, and the variables that name files.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    assigned: Vec<(Id, AssignedValue)>,
    names_files: Vec<Id>,
    parameters: Vec<(Id, Vec<Id>)>,
    arguments: Vec<(Id, usize, AssignedValue)>,
}

impl Texts {
    /// Records an assignment to a variable.
    pub(crate) fn assign(&mut self, variable: Id, value: AssignedValue) {
        self.assigned.push((variable, value));
    }

    /// Records that a variable contains the name of a file.
    pub(crate) fn names_file(&mut self, variable: Id) {
        self.names_files.push(variable);
    }

    /// Records the parameters of a definition.
    pub(crate) fn takes(&mut self, definition: Id, parameters: Vec<Id>) {
        self.parameters.push((definition, parameters));
    }

    /// Records an argument of a call to a definition.
    pub(crate) fn passes(&mut self, definition: Id, number: usize, value: AssignedValue) {
        self.arguments.push((definition, number, value));
    }

    /// Adds the strings that name files. `files` looks up a name in the script's outermost scope.
    pub(crate) fn find(self, files: &dyn Fn(&Arc<str>) -> Option<Id>, table: &mut Table) {
        let mut assigned: HashMap<Id, Vec<AssignedValue>> = HashMap::new();
        for (variable, one) in self.assigned {
            assigned.entry(table.root(variable)).or_default().push(one);
        }
        let mut parameters: HashMap<Id, Vec<Vec<Id>>> = HashMap::new();
        for (definition, list) in self.parameters {
            parameters
                .entry(table.root(definition))
                .or_default()
                .push(list);
        }
        for (definition, number, one) in self.arguments {
            for list in parameters
                .get(&table.root(definition))
                .into_iter()
                .flatten()
            {
                if let Some(parameter) = list.get(number) {
                    assigned
                        .entry(table.root(*parameter))
                        .or_default()
                        .push(one.clone());
                }
            }
        }
        let (mut next, mut seen) = (self.names_files, HashSet::new());
        while let Some(variable) = next.pop() {
            let variable = table.root(variable);
            if !seen.insert(variable) {
                continue;
            }
            for one in assigned.get(&variable).into_iter().flatten() {
                match one {
                    AssignedValue::Variable(other) => next.push(*other),
                    AssignedValue::Text(text, span, file) => {
                        if let Some(id) = file.or_else(|| files(text)) {
                            table.add(Found {
                                span: *span,
                                id,
                                space: Space::File,
                                gives: None,
                                form: Form::Quoted,
                            });
                        }
                    }
                }
            }
        }
    }
}
