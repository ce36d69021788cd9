//! Running statements: scopes, loops, definitions, scenarios.

use std::rc::Rc;

use crate::lang::ast::{Command, Expr, ExprKind, Operation, OperationKind, Span, Stmt, StmtKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::lang::value::functions::function;

use super::absent;
use super::facts::Family;
use super::record::{AccessVerb, Check, Did};
use super::session::{DEPTH_LIMIT, Session, Stop};
use super::state::{Binding, Definition, Scope};
use super::verbs::{self, Action};

impl Session<'_> {
    /// Runs the statements of a block, up to the first that the script is wrong in.
    ///
    /// # Errors
    /// What the script is wrong with.
    pub fn run_block(&mut self, block: &[Stmt], place: Span) -> Result<(), Stop> {
        if self.depth >= DEPTH_LIMIT {
            let message = format!("more than {DEPTH_LIMIT} blocks and definitions stand within each other");
            return Err(Diagnostic::new(Code::TooDeep, place, message).into());
        }
        self.depth += 1;
        let result = block.iter().try_for_each(|stmt| self.run(stmt));
        self.depth -= 1;
        result
    }

    fn run(&mut self, stmt: &Stmt) -> Result<(), Stop> {
        self.step(stmt.span)?;
        match &stmt.kind {
            StmtKind::Command(command) => self.run_command(stmt, command),
            StmtKind::Probe(operation) => {
                let (action, family) = self.prepare_operation(operation)?;
                let (did, checks) = self.perform(action, true)?;
                self.conclude(stmt, did, checks, family)
            }
            StmtKind::Let { name, value } => {
                let value = self.eval(value)?;
                self.bind_and_tell(stmt, name, value)
            }
            StmtKind::Choose { name, from, conditions } => {
                let value = self.choose(name, from, conditions)?;
                self.bind_and_tell(stmt, name, value)
            }
            StmtKind::For { name, over, body } => self.run_for(stmt, name, over, body),
            StmtKind::Repeat { count, body } => {
                let rounds = self.integer(count)?;
                self.run_loop(stmt, (0..rounds).map(|_| None), None, body)
            }
            StmtKind::If { condition, then, otherwise } => {
                let block = if self.truth(condition)? { Some(then) } else { otherwise.as_ref() };
                block.map_or(Ok(()), |block| self.run_block(block, stmt.span))
            }
            StmtKind::Def { name, params, body } => {
                self.define(name, params, body);
                Ok(())
            }
            StmtKind::Include { body, .. } => self.run_block(body, stmt.span),
            StmtKind::Scenario { name, body } => self.run_scenario(stmt, name, body),
            StmtKind::Reference { pages, settings } => {
                let run = self.reference(pages, settings)?;
                self.conclude(stmt, Did::Reference(run), Vec::new(), Family::Reference)
            }
            StmtKind::InProcess { process, .. } => Err(self.unknown_process(process).into()),
        }
    }

    fn run_command(&mut self, stmt: &Stmt, command: &Command) -> Result<(), Stop> {
        let (action, family) = self.prepare(command)?;
        if let Action::Call(def, args) = action {
            self.no_facts(stmt, &def.name.text)?;
            return self.run_call(stmt, &def, args);
        }
        let (did, checks) = self.perform(action, false)?;
        self.conclude(stmt, did, checks, family)
    }

    /// Checks the facts stated of what was done, and hands on the record.
    fn conclude(
        &mut self,
        stmt: &Stmt,
        did: Did,
        mut checks: Vec<Check>,
        family: Family,
    ) -> Result<(), Stop> {
        for fact in &*stmt.facts {
            checks.push(self.check_fact(fact, &did, family)?);
        }
        self.finish(stmt.span, did, checks)
    }

    fn bind_and_tell(&mut self, stmt: &Stmt, name: &Word, value: Value) -> Result<(), Stop> {
        self.no_facts(stmt, "this value")?;
        self.state.bind(name.text.clone(), Binding::Value(value.clone()));
        self.finish(stmt.span, Did::Bound { name: name.text.clone(), value, call: None }, Vec::new())
    }

    /// Refuses facts stated of what has none.
    ///
    /// # Errors
    /// `unknown-fact`.
    pub fn no_facts(&self, stmt: &Stmt, what: &str) -> Result<(), Stop> {
        let Some(fact) = stmt.facts.first() else { return Ok(()) };
        Err(Diagnostic::new(Code::UnknownFact, fact.name.span, format!("{what} has no facts"))
            .label("nothing can be stated here")
            .help("state what must be true of it with `expect`")
            .into())
    }

    fn run_for(&mut self, stmt: &Stmt, name: &Word, over: &Expr, body: &[Stmt]) -> Result<(), Stop> {
        let value = self.eval(over)?;
        let Some(items) = value.items() else { return Err(not_a_list(over, &value).into()) };
        self.run_loop(stmt, items.map(Some), Some(name), body)
    }

    fn run_loop(
        &mut self,
        stmt: &Stmt,
        rounds: impl Iterator<Item = Option<Value>>,
        name: Option<&Word>,
        body: &[Stmt],
    ) -> Result<(), Stop> {
        self.loops.push(stmt.span);
        for value in rounds {
            if let (Some(name), Some(value)) = (name, value) {
                self.state.bind(name.text.clone(), Binding::Value(value));
            }
            let before = self.worked;
            self.run_block(body, stmt.span)?;
            // A round without a statement is a step of its own: it must not be endless for nothing.
            if self.worked == before {
                self.step(stmt.span)?;
            }
        }
        self.loops.pop();
        Ok(())
    }

    /// Makes a definition known.
    pub fn define(&mut self, name: &Word, params: &Rc<[Word]>, body: &Rc<[Stmt]>) {
        let definition = Definition { name: name.clone(), params: params.clone(), body: body.clone() };
        self.state.bind(name.text.clone(), Binding::Def(Rc::new(definition)));
    }

    /// A definition sees the script's and the scenario's names, and its own; not those of the definition that calls it.
    fn run_call(&mut self, stmt: &Stmt, def: &Definition, args: Vec<Value>) -> Result<(), Stop> {
        let shared =
            self.state.scopes.iter().position(|scope| scope.private).unwrap_or(self.state.scopes.len());
        let hidden = self.state.scopes.split_off(shared);
        let mut own = Scope::new(true);
        for (param, arg) in def.params.iter().zip(args) {
            own.bind(param.text.clone(), Binding::Value(arg));
        }
        self.state.scopes.push(own);
        let result = self.run_block(&def.body, stmt.span);
        self.state.scopes.truncate(shared);
        self.state.scopes.extend(hidden);
        result
    }

    /// Runs on a copy of the state. What is wrong in a scenario ends it, and the script goes on after it.
    fn run_scenario(&mut self, stmt: &Stmt, name: &Word, body: &[Stmt]) -> Result<(), Stop> {
        self.totals.scenarios += 1;
        let (state, scenario, loops) =
            (self.state.clone(), self.scenario.replace(name.text.clone()), std::mem::take(&mut self.loops));
        let depth = self.depth;
        self.state.scopes.push(Scope::new(false));
        self.finish(stmt.span, Did::Scenario(name.text.clone()), Vec::new())?;
        let result = self.run_block(body, stmt.span);
        (self.state, self.scenario, self.loops, self.depth) = (state, scenario, loops, depth);
        match result {
            Err(Stop::Wrong(diagnostics)) if diagnostics.iter().all(|d| d.code != Code::LimitSteps) => {
                self.report(diagnostics);
                Ok(())
            }
            result => result,
        }
    }

    /// Remembers mistakes, each once.
    pub fn report(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            let Span { file, start, end } = diagnostic.span;
            if self.reported.insert((diagnostic.code.name(), file, start, end)) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Evaluates and checks a command.
    ///
    /// # Errors
    /// What the script is wrong with.
    pub fn prepare(&mut self, command: &Command) -> Result<(Action, Family), Stop> {
        if let Some(Binding::Def(def)) = self.state.find(&command.verb.text).filter(|_| command.call) {
            let def = def.clone();
            return Ok((self.prepare_call(&def, command)?, Family::None));
        }
        let names: Vec<&str> = self.state.names().collect();
        let verb = match verbs::verb(&command.verb.text) {
            Some(verb) => verb,
            None if command.call => return Err(self.unknown_call(&command.verb)),
            None => verbs::find(&command.verb, &names)?,
        };
        match (verb.prepare)(self, command) {
            Ok(action) => Ok((action, verb.family)),
            Err(Stop::Wrong(diagnostics)) => {
                let mend = |d: Diagnostic| {
                    if d.code == Code::WrongCount && d.help.is_none() {
                        d.help(format!("write `{}`", verb.usage()))
                    } else {
                        d
                    }
                };
                Err(Stop::Wrong(diagnostics.into_iter().map(mend).collect()))
            }
            Err(stop) => Err(stop),
        }
    }

    /// Says that what is called is not defined, or only later. In the body of a definition that is only checked,
    /// what is defined later may be defined in time.
    fn unknown_call(&self, name: &Word) -> Stop {
        if self.checking && self.state.scopes.iter().any(|scope| scope.private) {
            return Stop::Unknowable;
        }
        let is_function = function(&name.text).is_some()
            || super::paths::MEMORY_FUNCTIONS.iter().any(|row| row.name == &*name.text);
        if is_function {
            let message = format!("`{}` yields a value, and is no statement", name.text);
            let help = format!("write `show {}(…)`, or `let x = {}(…)`", name.text, name.text);
            return Diagnostic::new(Code::UnknownVerb, name.span, message).help(help).into();
        }
        absent::diagnostic(name).unwrap_or_else(|| self.unknown_function(name)).into()
    }

    fn prepare_call(&mut self, def: &Rc<Definition>, command: &Command) -> Result<Action, Stop> {
        let (given, wanted) = (command.operands.len(), def.params.len());
        if given != wanted {
            return Err(Diagnostic::new(
                Code::WrongCount,
                command.verb.span,
                format!("`{}` takes {wanted} values, not {given}", def.name.text),
            )
            .also(def.name.span, "defined here")
            .into());
        }
        Ok(Action::Call(def.clone(), self.values(&command.operands)?))
    }

    /// Evaluates and checks what `probe` or `where … =>` does; a bare value is an address to read.
    ///
    /// # Errors
    /// What the script is wrong with; `wrong-type` for what cannot be tried without effect.
    pub fn prepare_operation(&mut self, operation: &Operation) -> Result<(Action, Family), Stop> {
        if let Some(process) = &operation.process {
            return Err(self.unknown_process(process).into());
        }
        let (action, family) = match &operation.kind {
            OperationKind::Expr(expr) => match as_command(expr) {
                Some(command) => self.prepare(&command)?,
                None => (verbs::load(self, AccessVerb::Read, expr, 1)?, Family::Access),
            },
            OperationKind::Command(command) => self.prepare(command)?,
        };
        if matches!(action, Action::Access(_)) {
            return Ok((action, family));
        }
        Err(Diagnostic::new(Code::WrongType, operation.span, "this has no facts to try out")
            .label("not an operation on memory")
            .help("`probe` takes `translate`, `read`, `write`, `fetch` or an address")
            .into())
    }

    /// Says that there is no such process.
    pub fn unknown_process(&self, process: &Word) -> Diagnostic {
        let diagnostic = Diagnostic::new(
            Code::UnknownProcess,
            process.span,
            format!("there is no process `{}`", process.text),
        )
        .label("not declared");
        match crate::lang::nearest::nearest(&process.text, ["machine", "scenario", "repeat"].into_iter()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("processes belong to the kernel, which this version does not have yet"),
        }
    }
}

/// Says that a value cannot be gone through.
pub fn not_a_list(place: &Expr, value: &Value) -> Diagnostic {
    Diagnostic::new(Code::WrongType, place.span, format!("{} is neither a range nor a list", value.kind()))
        .label("nothing to go through")
        .help("write a range `0..4` or a list `[1, 2]`")
}

/// `probe read(x)` reads as a call; it is the verb with one operand.
fn as_command(expr: &Expr) -> Option<Command> {
    match &expr.kind {
        ExprKind::Call { name, args }
            if verbs::verb(&name.text).is_some() || absent::diagnostic(name).is_some() =>
        {
            Some(Command {
                verb: name.clone(),
                call: true,
                operands: args.clone(),
                assigned: None,
                block: None,
            })
        }
        _ => None,
    }
}
