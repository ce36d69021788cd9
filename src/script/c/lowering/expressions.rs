//! Expressions. Operands go left to right, and the address of an assignment's left side comes first.

use super::super::messages::{Parsed, fail};
use super::super::tree::{Change, Expr, ExprKind, Update};
use super::super::types::Type;
use super::function::Lowering;
use pagewalk_engine::program::ops::{BinaryOp, Op, Scalar, Storage};

impl Lowering<'_> {
    /// Lowers an expression whose value is dropped.
    pub(super) fn effect(&mut self, expr: &Expr) -> Parsed<()> {
        match &expr.kind {
            ExprKind::Assign(target, value) => self.assign(expr, target, value, false),
            ExprKind::Update(update) => self.update(expr, update, false),
            ExprKind::Comma(left, right) => {
                self.effect(left)?;
                self.effect(right)
            }
            _ => {
                self.expr(expr)?;
                if expr.ty != Type::Void {
                    self.emit(Op::Drop);
                }
                Ok(())
            }
        }
    }

    /// Pushes the value of an expression. The value of a struct is its address.
    pub(super) fn expr(&mut self, expr: &Expr) -> Parsed<()> {
        self.place = expr.place;
        match &expr.kind {
            ExprKind::Number(bits) => {
                self.emit(Op::Const(*bits));
            }
            ExprKind::Function(number) => {
                self.emit(Op::Const(u64::from(*number)));
            }
            ExprKind::Local(number)
                if matches!(self.storage[*number as usize], Storage::Register(..)) =>
            {
                self.get(*number);
            }
            ExprKind::Local(_)
            | ExprKind::Global(_)
            | ExprKind::Text(_)
            | ExprKind::Dereference(_)
            | ExprKind::Element(..)
            | ExprKind::Member(..) => {
                self.address(expr)?;
                if expr.ty.is_scalar() {
                    self.place = expr.place;
                    self.emit(Op::Load(self.scalar(&expr.ty)));
                }
            }
            ExprKind::Address(object) => self.address_of(object)?,
            ExprKind::Unary(op, operand) => {
                self.expr(operand)?;
                self.place = expr.place;
                self.emit(Op::Unary(*op, self.scalar(&operand.ty)));
            }
            ExprKind::Binary(op, kind, left, right) => {
                self.expr(left)?;
                self.expr(right)?;
                self.place = expr.place;
                self.emit(Op::Binary(*op, *kind));
            }
            ExprKind::Offset(pointer, index, size) => {
                self.expr(pointer)?;
                self.expr(index)?;
                self.place = expr.place;
                self.emit(Op::Index {
                    size: *size,
                    limit: 0,
                });
            }
            ExprKind::Difference(left, right, size) => {
                self.expr(left)?;
                self.expr(right)?;
                self.emit(Op::Difference(*size));
            }
            ExprKind::Convert(operand) => {
                self.expr(operand)?;
                self.place = expr.place;
                let from = self.scalar(&operand.ty);
                self.convert(from, &expr.ty);
            }
            ExprKind::And(..) | ExprKind::Or(..) => {
                let to_false = self.jump(expr, false)?;
                self.emit(Op::Const(1));
                let end = self.emit(Op::Jump(0));
                self.patch(to_false);
                self.emit(Op::Const(0));
                self.patch(vec![end]);
            }
            ExprKind::Conditional(condition, then, otherwise) => {
                let to_else = self.jump(condition, false)?;
                let mark = self.assign_mark();
                self.expr(then)?;
                self.forget_assigned(mark);
                let end = self.emit(Op::Jump(0));
                self.patch(to_else);
                self.expr(otherwise)?;
                self.forget_assigned(mark);
                self.patch(vec![end]);
            }
            ExprKind::Assign(target, value) => self.assign(expr, target, value, true)?,
            ExprKind::Update(update) => self.update(expr, update, true)?,
            ExprKind::Comma(left, right) => {
                self.effect(left)?;
                if expr.ty == Type::Void {
                    self.effect(right)?;
                } else {
                    self.expr(right)?;
                }
            }
            ExprKind::Call(number, arguments) => {
                if let Type::Struct(_) = expr.ty {
                    let offset = self.reserve(&expr.ty, expr.place)?;
                    self.emit(Op::Local(offset));
                }
                for argument in arguments {
                    self.expr(argument)?;
                }
                self.place = expr.place;
                let function = &self.tree.functions[*number as usize];
                if function.body.is_none() {
                    fail!(expr.place, "`{}` has no body", function.name; "write the function, or call one that exists");
                }
                self.emit(Op::Call(*number));
            }
            ExprKind::Builtin(builtin, arguments) => {
                for argument in arguments {
                    self.expr(argument)?;
                }
                self.place = expr.place;
                self.program.builtins.insert(*builtin);
                self.emit(Op::Builtin(*builtin, arguments.len() as u8));
                if expr.ty == Type::Void {
                    self.emit(Op::Drop);
                }
            }
        }
        Ok(())
    }

    /// Pushes a register variable, and checks that it has a value.
    fn get(&mut self, local: u32) {
        if let Storage::Register(register, flag) = self.storage[local as usize] {
            if !self.assigned[local as usize] {
                self.required.insert(local);
                if let Some(flag) = flag {
                    self.emit(Op::Require(flag));
                }
            }
            self.emit(Op::Get(register));
        }
    }

    /// Pushes the address of an object that is not in a register.
    fn address(&mut self, object: &Expr) -> Parsed<()> {
        self.element_address(object, 0)
    }

    /// Pushes the address of an object, which may be the end of an array.
    fn address_of(&mut self, object: &Expr) -> Parsed<()> {
        self.contiguous(object)?;
        self.element_address(object, 1)
    }

    /// Rejects the address of a row, and of an array with rows, whose elements do not follow each other.
    fn contiguous(&self, object: &Expr) -> Parsed<()> {
        let has_rows = matches!(object.ty.element(), Some(element) if element.element().is_some());
        let is_row = matches!(
            object.kind,
            ExprKind::Element(..) | ExprKind::Dereference(_)
        ) && object.ty.element().is_some();
        if self.conventions.column_major && (has_rows || is_row) {
            fail!(object.place, "the elements of a row do not follow each other in column-major order"; "write all indexes of the array: `a[i][j]`");
        }
        Ok(())
    }

    fn element_address(&mut self, object: &Expr, beyond: u64) -> Parsed<()> {
        match &object.kind {
            ExprKind::Local(number) => {
                if let Storage::Memory(offset) = self.storage[*number as usize] {
                    self.emit(Op::Local(offset));
                }
            }
            ExprKind::Global(number) => {
                self.emit(Op::Const(self.globals[*number as usize]));
            }
            ExprKind::Text(number) => {
                self.emit(Op::Const(self.texts[*number as usize]));
            }
            ExprKind::Dereference(pointer) => {
                self.contiguous(object)?;
                self.expr(pointer)?;
            }
            ExprKind::Element(array, index) => {
                self.address(array)?;
                self.expr(index)?;
                self.place = object.place;
                let (size, length) = match &array.ty {
                    Type::Array(element, length) => {
                        let stride = self.tree.stride(self.conventions, array, element);
                        (u32::try_from(stride).unwrap_or(u32::MAX), *length)
                    }
                    _ => (1, 0),
                };
                let limit = u32::try_from(length + beyond).unwrap_or_default();
                self.emit(Op::Index { size, limit });
            }
            ExprKind::Member(of, offset) => {
                self.address(of)?;
                if *offset != 0 {
                    self.emit(Op::Const(*offset));
                    self.emit(Op::Index { size: 1, limit: 0 });
                }
            }
            // A struct that is a value has an address.
            _ => self.expr(object)?,
        }
        Ok(())
    }

    /// Converts the operand on top.
    fn convert(&mut self, from: Scalar, to: &Type) {
        if *to == Type::Bool {
            self.emit(Op::Const(0));
            self.emit(Op::Binary(BinaryOp::Ne, from));
            return;
        }
        let to = self.scalar(to);
        let keeps_bits = !from.is_float() && !to.is_float() && {
            let wider = from.size() < to.size() && (!from.is_signed() || to.is_signed());
            to.size() == 8 || wider || from == to
        };
        if !keeps_bits && from != to {
            self.emit(Op::Convert(from, to));
        }
    }

    fn assign(&mut self, expr: &Expr, target: &Expr, value: &Expr, is_used: bool) -> Parsed<()> {
        if let ExprKind::Local(number) = target.kind
            && matches!(self.storage[number as usize], Storage::Register(..))
        {
            self.expr(value)?;
            self.place = expr.place;
            if is_used {
                self.emit(Op::Duplicate);
            }
            self.set(number);
            return Ok(());
        }
        self.address(target)?;
        self.expr(value)?;
        self.place = expr.place;
        if let Type::Struct(_) = target.ty {
            self.emit(Op::Copy(self.size(&target.ty)));
            if !is_used {
                self.emit(Op::Drop);
            }
            return Ok(());
        }
        let kind = self.scalar(&target.ty);
        self.emit(if is_used {
            Op::StoreKeep(kind)
        } else {
            Op::Store(kind)
        });
        Ok(())
    }

    fn update(&mut self, expr: &Expr, update: &Update, is_used: bool) -> Parsed<()> {
        let target = &update.target;
        let kind = self.scalar(&target.ty);
        let keeps_old = is_used && update.is_postfix;
        if let ExprKind::Local(number) = target.kind
            && matches!(self.storage[number as usize], Storage::Register(..))
        {
            self.get(number);
            if keeps_old {
                self.emit(Op::Duplicate);
            }
            self.change(expr, update)?;
            if is_used && !keeps_old {
                self.emit(Op::Duplicate);
            }
            self.set(number);
            return Ok(());
        }
        self.address(target)?;
        self.place = expr.place;
        self.emit(Op::Duplicate);
        self.emit(if self.conventions.update_once {
            Op::Peek(kind)
        } else {
            Op::Load(kind)
        });
        let old = keeps_old.then(|| self.register());
        if let Some(old) = old {
            self.emit(Op::Duplicate);
            self.emit(Op::Set(old));
        }
        self.change(expr, update)?;
        self.emit(if is_used && !keeps_old {
            Op::StoreKeep(kind)
        } else {
            Op::Store(kind)
        });
        if let Some(old) = old {
            self.emit(Op::Get(old));
        }
        Ok(())
    }

    /// Replaces the old value on top by the new one.
    fn change(&mut self, expr: &Expr, update: &Update) -> Parsed<()> {
        match update.change {
            Change::Binary(op, kind) => {
                let ty = &update.target.ty;
                self.convert(self.scalar(ty), &Type::Scalar(kind));
                self.expr(&update.value)?;
                self.place = expr.place;
                self.emit(Op::Binary(op, kind));
                self.convert(kind, ty);
            }
            Change::Offset(size) => {
                self.expr(&update.value)?;
                self.place = expr.place;
                self.emit(Op::Index { size, limit: 0 });
            }
        }
        Ok(())
    }
}
