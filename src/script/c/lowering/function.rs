//! Functions and their statements.

use std::collections::BTreeSet;

use super::super::messages::{Parsed, fail};
use super::super::settings::Conventions;
use super::super::tree::{Expr, ExprKind, Function, Initial, Stmt, StmtKind, Tree};
use super::super::types::Type;
use super::objects::Placement;
use pagewalk_engine::program::ops::{self, BinaryOp, Op, Scalar, Storage, UnaryOp};
use pagewalk_engine::program::{Place, Program};

/// The jumps out of a loop or a `switch`, which get their targets at its end.
#[derive(Default)]
struct Targets {
    breaks: Vec<usize>,
    /// `None` for a `switch`.
    continues: Option<Vec<usize>>,
    /// The places of the cases' labels, and the assignments before the `switch`.
    cases: Vec<Option<u32>>,
    mark: usize,
}

/// The state of the lowering. `globals` and `texts` are the addresses of variables and of string literals.
pub(super) struct Lowering<'a> {
    pub(super) tree: &'a Tree,
    pub(super) conventions: Conventions,
    pub(super) globals: Vec<u64>,
    pub(super) texts: Vec<u64>,
    pub(super) program: Program,
    /// The place of the next operation.
    pub(super) place: Place,
    pub(super) storage: Vec<Storage>,
    registers: u32,
    frame: u64,
    /// The local variables that have a value on every path to here, and the order of their assignments.
    pub(super) assigned: Vec<bool>,
    journal: Vec<u32>,
    /// The variables whose assignments set a flag.
    flagged: BTreeSet<u32>,
    /// The variables with a use that needs the flag.
    pub(super) required: BTreeSet<u32>,
    /// Those of the first pass.
    checked: BTreeSet<u32>,
    /// The variables that are declared without a value. Their flags show a paused run whether they have one.
    unset: BTreeSet<u32>,
    targets: Vec<Targets>,
    /// The register with the address for the result, if it is a struct.
    result: Option<(u32, u32)>,
    function: &'a Function,
}

impl<'a> Lowering<'a> {
    /// Lowers the functions of a program.
    pub fn program(
        tree: &'a Tree,
        placement: Placement,
        conventions: Conventions,
    ) -> Parsed<Program> {
        let Some(function) = tree.functions.first() else {
            fail!(Place::START, "the program has no function");
        };
        // Calls refer to functions by their numbers in the tree.
        let named = |function: &Function| ops::Function {
            name: function.name.to_string(),
            ..ops::Function::default()
        };
        let contents = placement.contents(tree, conventions)?;
        let mut lowering = Self {
            tree,
            conventions,
            globals: placement.globals,
            texts: placement.texts,
            program: Program {
                code: Vec::new(),
                places: Vec::new(),
                functions: tree.functions.iter().map(named).collect(),
                objects: placement.objects,
                contents,
                layout: placement.layout,
                builtins: BTreeSet::new(),
                uses_pids: tree.uses_pids,
                stores_status: tree.stores_status,
            },
            place: Place::default(),
            storage: Vec::new(),
            registers: 0,
            frame: 0,
            assigned: Vec::new(),
            journal: Vec::new(),
            flagged: BTreeSet::new(),
            required: BTreeSet::new(),
            checked: BTreeSet::new(),
            unset: BTreeSet::new(),
            targets: Vec::new(),
            result: None,
            function,
        };
        for (number, function) in tree.functions.iter().enumerate() {
            if let Some(body) = &function.body {
                lowering.function(number, function, body)?;
            } else {
                lowering.program.functions[number].name.clear();
            }
        }
        Ok(lowering.program)
    }

    pub(super) fn emit(&mut self, op: Op) -> usize {
        self.program.code.push(op);
        self.program.places.push(self.place);
        self.program.code.len() - 1
    }

    pub(super) fn here(&self) -> u32 {
        self.program.code.len() as u32
    }

    /// Lets jumps continue here.
    pub(super) fn patch(&mut self, jumps: Vec<usize>) {
        let here = self.here();
        self.patch_to(jumps, here);
    }

    pub(super) fn patch_to(&mut self, jumps: Vec<usize>, target: u32) {
        for at in jumps {
            match &mut self.program.code[at] {
                Op::Jump(to) | Op::JumpIfZero(to) | Op::JumpIfNonzero(to) => *to = target,
                _ => {}
            }
        }
    }

    pub(super) fn scalar(&self, ty: &Type) -> Scalar {
        self.tree
            .types
            .scalar(ty)
            .unwrap_or(self.tree.types.address())
    }

    pub(super) fn size(&self, ty: &Type) -> u32 {
        self.tree.types.size(ty).unwrap_or_default() as u32
    }

    pub(super) fn register(&mut self) -> u32 {
        self.registers += 1;
        self.registers - 1
    }

    /// Reserves bytes of the frame.
    pub(super) fn reserve(&mut self, ty: &Type, place: Place) -> Parsed<u32> {
        let types = &self.tree.types;
        let offset = self.frame.next_multiple_of(types.align(ty).max(1));
        self.frame = offset + types.size(ty).unwrap_or_default();
        if self.frame > u64::from(u32::MAX) {
            fail!(place, "the local variables are too large");
        }
        Ok(offset as u32)
    }

    pub(super) fn assign_mark(&self) -> usize {
        self.journal.len()
    }

    pub(super) fn note_assigned(&mut self, local: u32) {
        if !std::mem::replace(&mut self.assigned[local as usize], true) {
            self.journal.push(local);
        }
    }

    /// Discards assignments that happen only on some paths.
    pub(super) fn forget_assigned(&mut self, mark: usize) {
        for local in self.journal.drain(mark.min(self.journal.len())..) {
            self.assigned[local as usize] = false;
        }
    }

    /// Lowers a function. If a variable is declared without a value, a second pass adds flags.
    fn function(&mut self, number: usize, function: &'a Function, body: &[Stmt]) -> Parsed<()> {
        let start = self.program.code.len();
        for set in [&mut self.flagged, &mut self.checked, &mut self.unset] {
            set.clear();
        }
        self.function_once(number, function, body)?;
        self.checked = std::mem::take(&mut self.required);
        self.flagged = &self.checked | &self.unset;
        if !self.flagged.is_empty() {
            self.program.code.truncate(start);
            self.program.places.truncate(start);
            self.function_once(number, function, body)?;
            self.required.clear();
        }
        Ok(())
    }

    fn function_once(
        &mut self,
        number: usize,
        function: &'a Function,
        body: &[Stmt],
    ) -> Parsed<()> {
        let entry = self.here();
        (self.registers, self.frame) = (0, 0);
        self.function = function;
        self.place = function.place;
        self.assigned = vec![false; function.locals.len()];
        self.journal.clear();
        let returns_struct = matches!(function.result, Type::Struct(_));
        let result = if returns_struct {
            Some(self.register())
        } else {
            None
        };
        self.result = result.map(|register| (register, self.size(&function.result)));
        let first = self.registers;
        let parameters = function.parameters.len() as u32;
        self.registers += parameters;
        self.storage.clear();
        for (at, local) in function.locals.iter().enumerate() {
            let is_parameter = (at as u32) < parameters;
            let in_register = local.ty.is_scalar() && !local.has_address;
            let storage = if !in_register {
                Storage::Memory(self.reserve(&local.ty, function.place)?)
            } else if is_parameter {
                Storage::Register(first + at as u32, None)
            } else {
                let register = self.register();
                let flag = self.flagged.contains(&(at as u32)).then(|| self.register());
                Storage::Register(register, flag)
            };
            self.storage.push(storage);
            if is_parameter {
                self.note_assigned(at as u32);
                if let Storage::Memory(offset) = storage {
                    self.emit(Op::Local(offset));
                    self.emit(Op::Get(first + at as u32));
                    if local.ty.is_scalar() {
                        self.emit(Op::Store(self.scalar(&local.ty)));
                    } else {
                        self.emit(Op::Copy(self.size(&local.ty)));
                        self.emit(Op::Drop);
                    }
                }
            }
        }
        for stmt in body {
            self.statement(stmt)?;
        }
        // No run arrives at the end of a function after its `return`.
        self.place = if self.is_reached(entry) {
            function.place
        } else {
            Place::default()
        };
        self.end_function();
        self.program.functions[number] = ops::Function {
            name: function.name.to_string(),
            entry,
            parameters: first + parameters,
            registers: self.registers,
            frame: self.frame.next_multiple_of(16) as u32,
            types: function
                .parameters
                .iter()
                .map(|ty| ty.is_number().then(|| self.scalar(ty)))
                .collect(),
            variables: self.storage.clone(),
            names: function
                .locals
                .iter()
                .map(|local| local.name.to_string())
                .collect(),
        };
        Ok(())
    }

    /// Whether the next operation follows the last one, or is the target of a jump in the function that begins at `entry`.
    fn is_reached(&self, entry: u32) -> bool {
        let (code, here) = (&self.program.code[entry as usize..], self.here());
        let is_jump_here = |op: &Op| matches!(op, Op::Jump(to) | Op::JumpIfZero(to) | Op::JumpIfNonzero(to) if *to == here);
        !matches!(code.last(), Some(Op::Return | Op::Jump(_))) || code.iter().any(is_jump_here)
    }

    /// Returns without a value.
    fn end_function(&mut self) {
        let is_void = self.function.result == Type::Void;
        if &*self.function.name == "main" && !is_void {
            self.emit(Op::Const(0));
            self.emit(Op::Return);
        } else {
            self.emit(if is_void { Op::Return } else { Op::NoResult });
        }
    }

    fn statement(&mut self, stmt: &Stmt) -> Parsed<()> {
        self.place = stmt.place;
        match &stmt.kind {
            StmtKind::Expr(expr) => self.effect(expr)?,
            StmtKind::Declare(local, initial) => self.declare(*local, initial.as_ref())?,
            StmtKind::Block(body) => {
                for stmt in body {
                    self.statement(stmt)?;
                }
            }
            StmtKind::If(condition, then, otherwise) => {
                let to_else = self.jump(condition, false)?;
                let mark = self.assign_mark();
                self.statement(then)?;
                self.forget_assigned(mark);
                if let Some(otherwise) = otherwise {
                    let end = self.emit(Op::Jump(0));
                    self.patch(to_else);
                    self.statement(otherwise)?;
                    self.forget_assigned(mark);
                    self.patch(vec![end]);
                } else {
                    self.patch(to_else);
                }
            }
            StmtKind::While(condition, body) => self.repeat(Some(condition), None, body, true)?,
            StmtKind::DoWhile(body, condition) => {
                self.repeat(Some(condition), None, body, false)?;
            }
            StmtKind::For(first, condition, step, body) => {
                for stmt in first {
                    self.statement(stmt)?;
                }
                self.repeat(condition.as_ref(), step.as_ref(), body, condition.is_some())?;
            }
            StmtKind::Switch(value, body, cases) => self.switch(value, body, cases)?,
            StmtKind::Case(number) => {
                let here = self.here();
                let targets = self
                    .targets
                    .iter_mut()
                    .rev()
                    .find(|one| one.continues.is_none());
                if let Some(targets) = targets {
                    targets.cases[*number] = Some(here);
                    let mark = targets.mark;
                    self.forget_assigned(mark);
                }
            }
            StmtKind::Break => {
                let jump = self.emit(Op::Jump(0));
                if let Some(targets) = self.targets.last_mut() {
                    targets.breaks.push(jump);
                }
            }
            StmtKind::Continue => {
                let jump = self.emit(Op::Jump(0));
                let mut targets = self.targets.iter_mut().rev();
                if let Some(continues) = targets.find_map(|one| one.continues.as_mut()) {
                    continues.push(jump);
                }
            }
            StmtKind::Return(None) => {
                self.end_function();
            }
            StmtKind::Return(Some(value)) => {
                if let Some((register, size)) = self.result {
                    self.emit(Op::Get(register));
                    self.expr(value)?;
                    self.emit(Op::Copy(size));
                } else {
                    self.expr(value)?;
                }
                self.place = stmt.place;
                self.emit(Op::Return);
            }
        }
        Ok(())
    }

    /// Lowers a loop. Its condition follows the body, so that each iteration has one jump.
    fn repeat(
        &mut self,
        condition: Option<&Expr>,
        step: Option<&Expr>,
        body: &Stmt,
        checks_first: bool,
    ) -> Parsed<()> {
        let to_condition = checks_first.then(|| self.emit(Op::Jump(0)));
        let (start, mark) = (self.here(), self.assign_mark());
        self.targets.push(Targets {
            continues: Some(Vec::new()),
            ..Targets::default()
        });
        self.statement(body)?;
        self.forget_assigned(mark);
        let targets = self.targets.pop().unwrap_or_default();
        self.patch(targets.continues.unwrap_or_default());
        if let Some(step) = step {
            self.place = step.place;
            self.effect(step)?;
            self.forget_assigned(mark);
        }
        self.patch(to_condition.into_iter().collect());
        let back = match condition {
            Some(condition) => self.jump(condition, true)?,
            None => vec![self.emit(Op::Jump(0))],
        };
        self.patch_to(back, start);
        self.patch(targets.breaks);
        Ok(())
    }

    fn switch(&mut self, value: &Expr, body: &Stmt, cases: &[Option<u64>]) -> Parsed<()> {
        self.expr(value)?;
        let kind = self.scalar(&value.ty);
        let register = self.register();
        self.emit(Op::Set(register));
        let mut jumps = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            if let Some(case) = case {
                self.emit(Op::Get(register));
                self.emit(Op::Const(*case));
                self.emit(Op::Binary(BinaryOp::Eq, kind));
                jumps.push((number, self.emit(Op::JumpIfNonzero(0))));
            }
        }
        let otherwise = self.emit(Op::Jump(0));
        let mark = self.assign_mark();
        let labels = vec![None; cases.len()];
        self.targets.push(Targets {
            cases: labels,
            mark,
            ..Targets::default()
        });
        self.statement(body)?;
        self.forget_assigned(mark);
        let targets = self.targets.pop().unwrap_or_default();
        let end = self.here();
        let label = |number: usize| targets.cases[number].unwrap_or(end);
        let default = cases.iter().position(Option::is_none).map_or(end, label);
        for (number, jump) in jumps {
            self.patch_to(vec![jump], label(number));
        }
        self.patch_to(vec![otherwise], default);
        self.patch(targets.breaks);
        Ok(())
    }

    fn declare(&mut self, local: u32, initial: Option<&Initial>) -> Parsed<()> {
        let storage = self.storage[local as usize];
        match (storage, initial) {
            (Storage::Register(_, flag), None) => {
                self.unset.insert(local);
                // Without such a use, the line of the declaration has no operation.
                if let Some(flag) = flag.filter(|_| self.checked.contains(&local)) {
                    self.emit(Op::Const(0));
                    self.emit(Op::Set(flag));
                }
            }
            (Storage::Register(..), Some(initial)) => {
                if let Some((_, value)) = initial.values.first() {
                    self.expr(value)?;
                    self.set(local);
                }
            }
            (Storage::Memory(offset), None) => {
                let size = self.local_size(local);
                self.emit(Op::Declare { offset, size });
            }
            (Storage::Memory(offset), Some(initial)) => {
                if initial.is_partial {
                    self.emit(Op::Local(offset));
                    let size = self.local_size(local);
                    self.emit(Op::Clear(size));
                }
                for (at, value) in &initial.values {
                    let ty = &self.function.locals[local as usize].ty;
                    let at = self.tree.types.position(self.conventions, ty, *at);
                    self.emit(Op::Local(offset + at as u32));
                    self.expr(value)?;
                    if let Type::Struct(_) = value.ty {
                        self.emit(Op::Copy(self.size(&value.ty)));
                        self.emit(Op::Drop);
                    } else {
                        self.emit(Op::Store(self.scalar(&value.ty)));
                    }
                }
            }
        }
        Ok(())
    }

    fn local_size(&self, local: u32) -> u32 {
        self.size(&self.function.locals[local as usize].ty)
    }

    /// Pops a value into a register variable.
    pub(super) fn set(&mut self, local: u32) {
        if let Storage::Register(register, flag) = self.storage[local as usize] {
            self.emit(Op::Set(register));
            if let (Some(flag), false) = (flag, self.assigned[local as usize]) {
                self.emit(Op::Const(1));
                self.emit(Op::Set(flag));
            }
            self.note_assigned(local);
        }
    }

    /// Jumps if a condition is true, or if it is false. Returns the jumps to patch.
    pub(super) fn jump(&mut self, condition: &Expr, if_true: bool) -> Parsed<Vec<usize>> {
        self.place = condition.place;
        match &condition.kind {
            ExprKind::Number(value) if (*value != 0) == if_true => Ok(vec![self.emit(Op::Jump(0))]),
            ExprKind::Number(_) => Ok(Vec::new()),
            ExprKind::Unary(UnaryOp::Not, inner) if !self.scalar(&inner.ty).is_float() => {
                self.jump(inner, !if_true)
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                let is_and = matches!(condition.kind, ExprKind::And(..));
                let left = self.jump(left, !is_and)?;
                let mark = self.assign_mark();
                let mut right = self.jump(right, if_true)?;
                self.forget_assigned(mark);
                if is_and == if_true {
                    // The left operand decides against the wanted value of the condition.
                    self.patch(left);
                } else {
                    right.extend(left);
                }
                Ok(right)
            }
            _ => {
                self.expr(condition)?;
                self.place = condition.place;
                let op = if if_true {
                    Op::JumpIfNonzero(0)
                } else {
                    Op::JumpIfZero(0)
                };
                Ok(vec![self.emit(op)])
            }
        }
    }
}
