//! The types of expressions, and constant folding.

use super::messages::{Mistake, Parsed, fail};
use super::parser::Parser;
use super::tree::{Expr, ExprKind};
use super::types::{INT, Type};
use crate::lang::nearest::nearest;
use pagewalk_engine::program::ops::{self, BinaryOp, Scalar, UnaryOp};
use pagewalk_engine::program::{Builtin, Place};

/// The maximum height of an expression, because functions on trees recurse.
const MOST_HEIGHT: u16 = 400;

impl Parser {
    /// Applies a unary operator.
    pub fn apply(&mut self, op: UnaryOp, operand: Expr) -> Parsed<Expr> {
        let (operand, result) = if op == UnaryOp::Not {
            let operand = operand.value();
            self.scalar(&operand)?;
            (operand, Some(INT))
        } else {
            (self.promoted(operand)?, None)
        };
        let kind = self.scalar(&operand)?;
        if op == UnaryOp::Complement && kind.is_float() {
            fail!(operand.place, "`~` needs an integer");
        }
        let (ty, place) = (result.unwrap_or_else(|| operand.ty.clone()), operand.place);
        if let ExprKind::Number(bits) = operand.kind
            && let Ok(bits) = ops::unary(op, kind, bits)
        {
            return Ok(self.number(bits, ty, place));
        }
        Expr::new(ExprKind::Unary(op, Box::new(operand)), ty, place)
    }

    /// Applies a binary operator other than `&&` and `||`.
    pub fn operate(&mut self, op: BinaryOp, left: Expr, right: Expr) -> Parsed<Expr> {
        let (left, right) = (left.value(), right.value());
        let place = left.place.to(right.place);
        if op.is_comparison() {
            if matches!(right.kind, ExprKind::Number(_)) {
                self.note_comparison(&left);
            }
            if matches!(left.kind, ExprKind::Number(_)) {
                self.note_comparison(&right);
            }
        }
        match (&left.ty, &right.ty, op) {
            (Type::Struct(_), Type::Struct(_), _) if op.is_comparison() => {
                fail!(place, "structs cannot be compared"; "compare their members");
            }
            (Type::Pointer(a), Type::Pointer(b), BinaryOp::Sub) => {
                if a != b {
                    fail!(place, "the pointers have different types");
                }
                let size = self.element_size(a, place)?;
                let ty = Type::Scalar(self.types.long());
                let difference = |left, right| ExprKind::Difference(left, right, size);
                return Expr::pair(difference, left, right, ty, place);
            }
            (Type::Pointer(_), _, BinaryOp::Add) => return self.offset(left, right, place),
            (_, Type::Pointer(_), BinaryOp::Add) => return self.offset(right, left, place),
            (Type::Pointer(_), _, BinaryOp::Sub) => {
                let index = self.negated_index(right)?;
                return self.offset(left, index, place);
            }
            (Type::Pointer(_), _, _) | (_, Type::Pointer(_), _) if op.is_comparison() => {
                let is_left = matches!(left.ty, Type::Pointer(_));
                let ty = if is_left { &left.ty } else { &right.ty }.clone();
                let (left, right) = (self.assignable(left, &ty)?, self.assignable(right, &ty)?);
                let kind = self.types.address();
                let binary = |left, right| ExprKind::Binary(op, kind, left, right);
                return Expr::pair(binary, left, right, INT, place);
            }
            _ => {}
        }
        let (kind, left, right) = if matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
            let (left, right) = (self.promoted(left)?, self.promoted(right)?);
            (self.number_kind(&left)?, left, right)
        } else {
            self.balance(left, right)?
        };
        let needs_integers = matches!(
            op,
            BinaryOp::Rem
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Xor
                | BinaryOp::Shl
                | BinaryOp::Shr
        );
        if needs_integers && (kind.is_float() || !right.ty.is_integer()) {
            fail!(place, "the operator needs integers");
        }
        let ty = if op.is_comparison() {
            INT
        } else {
            Type::Scalar(kind)
        };
        if let (ExprKind::Number(a), ExprKind::Number(b)) = (&left.kind, &right.kind)
            && let Ok(bits) = ops::binary(op, kind, *a, *b)
        {
            return Ok(self.number(bits, ty, place));
        }
        let binary = |left, right| ExprKind::Binary(op, kind, left, right);
        Expr::pair(binary, left, right, ty, place)
    }

    /// Returns a pointer plus an index.
    fn offset(&mut self, pointer: Expr, index: Expr, place: Place) -> Parsed<Expr> {
        let ty = pointer.ty.clone();
        let mut index = self.index(index)?;
        let mut target = ty.target().unwrap_or(&Type::Void);
        // Rows of variable length have no constant size, so the index counts their elements.
        while let (Some(element), None) = (target.element(), self.types.size(target)) {
            let length = self.length(target, place);
            let long = Type::Scalar(Scalar::I64);
            let (index_of_row, length) =
                (self.convert(index, &long)?, self.convert(length, &long)?);
            index = self.operate(BinaryOp::Mul, index_of_row, length)?;
            target = element;
        }
        let size = self.element_size(target, place)?;
        let offset = |pointer, index| ExprKind::Offset(pointer, index, size);
        Expr::pair(offset, pointer, index, ty, place)
    }

    /// Returns the length of an array.
    fn length(&self, array: &Type, place: Place) -> Expr {
        match *array {
            Type::VariableArray(_, number) => Expr {
                kind: ExprKind::Local(number),
                ty: self.locals[number as usize].ty.clone(),
                place,
                height: 1,
            },
            Type::Array(_, length) => self.number(length, Type::Scalar(Scalar::I64), place),
            _ => self.number(1, INT, place),
        }
    }

    /// Returns a mistake if an expression is the length of an array parameter. C fixes lengths when the function starts.
    fn check_length(&self, object: &Expr) -> Parsed<()> {
        let ExprKind::Local(number) = object.kind else {
            return Ok(());
        };
        let is_length = |ty: &Type| matches!(ty, Type::VariableArray(_, of) if *of == number);
        for array in &self.locals {
            if std::iter::successors(Some(&array.ty), |ty| ty.target()).any(is_length) {
                let (name, array) = (&self.locals[number as usize].name, &array.name);
                fail!(object.place, "`{name}` is a length of `{array}` and cannot be changed"; "copy it to another variable");
            }
        }
        Ok(())
    }

    /// Returns an expression that is zero or not, in an integer type.
    pub fn condition(&mut self, expr: Expr) -> Parsed<Expr> {
        let expr = expr.value();
        // As in gcc, additional parentheses show that an assignment is meant. All tokens of a macro have the place of its use.
        if let ExprKind::Assign(target, value) = &expr.kind
            && let ExprKind::Number(bits) = value.kind
            && target.place.start == expr.place.start
            && target.place != value.place
        {
            let always = if bits == 0 { "false" } else { "true" };
            let message = format!("this condition is an assignment, and always {always}");
            let warning = Mistake::new(expr.place, message);
            self.warnings.push(warning.help("to compare, write `==`"));
        }
        self.note_comparison(&expr);
        if !self.scalar(&expr)?.is_float() {
            return Ok(expr);
        }
        let zero = self.number(0, Type::Scalar(Scalar::F64), expr.place);
        self.operate(BinaryOp::Ne, expr, zero)
    }

    /// Joins two conditions with `&&` or `||`.
    pub fn logical(&mut self, left: Expr, right: Expr, is_and: bool) -> Parsed<Expr> {
        let (left, right) = (self.condition(left)?, self.condition(right)?);
        let place = left.place.to(right.place);
        match (&left.kind, &right.kind) {
            (ExprKind::Number(a), _) if (*a == 0) == is_and => {
                return Ok(self.number(u64::from(!is_and), INT, place));
            }
            (ExprKind::Number(_), ExprKind::Number(b)) => {
                return Ok(self.number(u64::from(*b != 0), INT, place));
            }
            _ => {}
        }
        let make = if is_and { ExprKind::And } else { ExprKind::Or };
        Expr::pair(make, left, right, INT, place)
    }

    /// Returns `condition ? then : otherwise`.
    pub fn choose(&mut self, condition: Expr, then: Expr, otherwise: Expr) -> Parsed<Expr> {
        let (then, otherwise) = (then.value(), otherwise.value());
        let place = condition.place.to(otherwise.place);
        let (then, otherwise) = if then.ty.is_number() && otherwise.ty.is_number() {
            let (_, then, otherwise) = self.balance(then, otherwise)?;
            (then, otherwise)
        } else {
            let is_null = |one: &Expr| matches!(one.kind, ExprKind::Number(0));
            let ty = if is_null(&then) && !matches!(otherwise.ty, Type::Void) {
                otherwise.ty.clone()
            } else {
                then.ty.clone()
            };
            if ty == Type::Void {
                (then, otherwise)
            } else {
                (
                    self.assignable(then, &ty)?,
                    self.assignable(otherwise, &ty)?,
                )
            }
        };
        if let (ExprKind::Number(value), ExprKind::Number(_), ExprKind::Number(_)) =
            (&condition.kind, &then.kind, &otherwise.kind)
        {
            let chosen = if *value != 0 { then } else { otherwise };
            return Ok(Expr { place, ..chosen });
        }
        let ty = then.ty.clone();
        Expr::new(
            ExprKind::Conditional(Box::new(condition), Box::new(then), Box::new(otherwise)),
            ty,
            place,
        )
    }

    pub fn assign(&mut self, target: Expr, value: Expr) -> Parsed<Expr> {
        // `errno` is a call, and with an argument an assignment.
        if matches!(target.kind, ExprKind::Builtin(Builtin::Errno, _)) {
            let place = target.place.to(value.place);
            let value = self.assignable(value, &target.ty)?;
            return Expr::new(
                ExprKind::Builtin(Builtin::Errno, vec![value]),
                target.ty,
                place,
            );
        }
        self.check_target(&target)?;
        let ty = target.ty.clone();
        let place = target.place.to(value.place);
        match target.kind {
            ExprKind::Local(number) => {
                self.locals[number as usize].uses -= 1;
                self.locals[number as usize].is_pid |= value.is_pid();
            }
            // Other objects are not followed.
            _ if value.is_pid() => self.pid_uses += 1,
            _ => {}
        }
        let value = self.assignable(value, &ty)?;
        Expr::pair(ExprKind::Assign, target, value, ty, place)
    }

    /// Returns a mistake if an expression cannot be assigned to.
    pub fn check_target(&self, target: &Expr) -> Parsed<()> {
        target.check_target()?;
        self.check_length(target)?;
        let (is_const, name) = match target.root().kind {
            ExprKind::Local(number) => {
                let local = &self.locals[number as usize];
                (local.is_const, &local.name)
            }
            ExprKind::Global(number) => {
                let global = &self.globals[number as usize];
                (global.is_const, &global.name)
            }
            _ => return Ok(()),
        };
        if is_const {
            fail!(target.place, "`{name}` is `const` and cannot be changed"; "remove `const` from its declaration");
        }
        Ok(())
    }

    /// Returns the type in which an update computes, and its right operand in this type.
    pub fn update_operand(
        &mut self,
        target: &Expr,
        op: BinaryOp,
        value: Expr,
        place: Place,
    ) -> Parsed<(Scalar, Expr)> {
        if !target.ty.is_number() || !value.ty.is_number() {
            fail!(place, "the operator needs numbers");
        }
        // The types follow from the plain operation on an operand that is no constant.
        let mut left = target.clone();
        left.kind = ExprKind::Global(u32::MAX);
        match self.operate(op, left, value)?.kind {
            ExprKind::Binary(_, kind, _, right) => Ok((kind, *right)),
            _ => fail!(place, "the operator needs numbers"),
        }
    }

    pub fn dereference(&mut self, operand: Expr) -> Parsed<Expr> {
        let operand = operand.value();
        let place = operand.place;
        match &operand.ty {
            Type::Pointer(target) if **target != Type::Void => {
                let ty = (**target).clone();
                Expr::new(ExprKind::Dereference(Box::new(operand)), ty, place)
            }
            ty => fail!(
                place,
                "`*` needs a pointer to an object, not `{}`",
                self.types.name(ty)
            ),
        }
    }

    pub fn address_of(&mut self, operand: Expr) -> Parsed<Expr> {
        if operand.ty == Type::Function {
            return Ok(operand);
        }
        if !operand.is_object() {
            fail!(operand.place, "`&` needs a variable or another object");
        }
        self.check_length(&operand)?;
        if let ExprKind::Local(number) = operand.root().kind {
            self.locals[number as usize].has_address = true;
        }
        let (ty, place) = (operand.ty.clone().pointer(), operand.place);
        Expr::new(ExprKind::Address(Box::new(operand)), ty, place)
    }

    /// Returns `array[index]`.
    pub fn subscript(&mut self, array: Expr, index: Expr) -> Parsed<Expr> {
        let place = array.place.to(index.place);
        if let Type::Array(element, _) = &array.ty
            && self.types.size(element).is_some()
        {
            let ty = (**element).clone();
            let index = self.index(index)?;
            return Expr::pair(ExprKind::Element, array, index, ty, place);
        }
        if array.ty.target().is_none() && index.ty.target().is_none() {
            let name = self.types.name(&array.ty);
            fail!(array.place, "`[` needs an array or a pointer, not `{name}`");
        }
        let sum = self.operate(BinaryOp::Add, array, index)?;
        self.dereference(sum)
    }

    pub fn member(
        &mut self,
        of: Expr,
        name: &str,
        through_pointer: bool,
        place: Place,
    ) -> Parsed<Expr> {
        let of = if through_pointer {
            if !matches!(of.ty.target(), Some(Type::Struct(_))) {
                let found = self.types.name(&of.ty);
                fail!(of.place, "`->` needs a pointer to a struct, not `{found}`");
            }
            self.dereference(of)?
        } else {
            of
        };
        let Type::Struct(number) = of.ty else {
            let found = self.types.name(&of.ty);
            let result = Mistake::new(of.place, format!("`.` needs a struct, not `{found}`"));
            let is_pointer = matches!(of.ty.target(), Some(Type::Struct(_)));
            return Err(if is_pointer {
                result.help("write `->` after a pointer")
            } else {
                result
            });
        };
        let Some((ty, offset)) = self.types.member(number, name) else {
            let found = self.types.name(&of.ty);
            let wrong = Mistake::new(place, format!("`{found}` has no member `{name}`"));
            let names = self.types.member_names(number);
            return Err(match nearest(name, names.iter().map(|one| &**one)) {
                Some(near) => wrong.did_you_mean(near.to_owned()),
                None => wrong,
            });
        };
        let ty = ty.clone();
        let place = of.place.to(place);
        Expr::new(ExprKind::Member(Box::new(of), offset), ty, place)
    }

    /// Returns an index, which must be an integer.
    pub fn index(&mut self, expr: Expr) -> Parsed<Expr> {
        let expr = expr.value();
        if expr.ty.is_integer() {
            return self.promoted(expr);
        }
        fail!(
            expr.place,
            "an integer is expected here, not `{}`",
            self.types.name(&expr.ty)
        )
    }

    /// Returns the index that is added to a pointer in place of the subtraction of another one. It is negated in 64 bits: as an
    /// `unsigned`, the 8 of `p - 8u` would become 4294967288.
    pub fn negated_index(&mut self, index: Expr) -> Parsed<Expr> {
        let index = self.index(index)?;
        let index = self.convert(index, &Type::Scalar(Scalar::I64))?;
        // Modulo 2^64, which never overflows.
        let index = self.convert(index, &Type::Scalar(Scalar::U64))?;
        self.apply(UnaryOp::Negate, index)
    }

    /// The unit of arithmetic with pointers to this type. As in gcc, `void` has the size 1.
    pub fn element_size(&self, ty: &Type, place: Place) -> Parsed<u32> {
        match self.types.size(ty) {
            _ if *ty == Type::Void => Ok(1),
            Some(size) if size > 0 => Ok(size as u32),
            _ => fail!(place, "the size of `{}` is unknown", self.types.name(ty)),
        }
    }

    /// Notes that a value is only compared with a constant, or dropped. See [`super::tree::Tree::uses_pids`].
    pub fn note_comparison(&mut self, expr: &Expr) {
        if expr.is_pid() {
            self.pid_uses -= 1;
        } else if let ExprKind::Local(number) = expr.without_conversions().kind {
            self.locals[number as usize].uses -= 1;
        }
    }

    /// Notes the value with which a variable is initialized.
    pub fn note_pid(&mut self, number: u32, value: &Expr) {
        if value.is_pid() {
            self.locals[number as usize].is_pid = true;
            self.note_comparison(value);
        }
    }

    /// Returns a known name that is similar to an unknown one.
    pub fn similar(&self, name: &str) -> Option<String> {
        // The scope of a variable may have ended.
        let locals = self.locals.iter().map(|one| &*one.name);
        let locals = locals.filter(|one| self.find(one).is_some());
        let globals = self.globals.iter().map(|one| &*one.name);
        let functions = self.functions.iter().map(|one| &*one.name);
        nearest(name, locals.chain(globals).chain(functions)).map(str::to_owned)
    }
}

impl Expr {
    /// Returns an expression, whose height must be valid.
    pub fn new(kind: ExprKind, ty: Type, place: Place) -> Parsed<Expr> {
        let height = 1 + match &kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Local(_)
            | ExprKind::Global(_)
            | ExprKind::Function(_) => 0,
            ExprKind::Dereference(a)
            | ExprKind::Member(a, _)
            | ExprKind::Address(a)
            | ExprKind::Unary(_, a)
            | ExprKind::Convert(a) => a.height,
            ExprKind::Element(a, b)
            | ExprKind::Binary(_, _, a, b)
            | ExprKind::Offset(a, b, _)
            | ExprKind::Difference(a, b, _)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Assign(a, b)
            | ExprKind::Comma(a, b) => a.height.max(b.height),
            ExprKind::Conditional(a, b, c) => a.height.max(b.height).max(c.height),
            ExprKind::Update(update) => update.target.height.max(update.value.height),
            ExprKind::Call(_, all) | ExprKind::Builtin(_, all) => {
                all.iter().map(|one| one.height).max().unwrap_or(0)
            }
        };
        if height > MOST_HEIGHT {
            fail!(place, "the expression has more than {MOST_HEIGHT} nested operators"; "split it into several statements");
        }
        Ok(Expr {
            kind,
            ty,
            place,
            height,
        })
    }

    /// Returns an expression with two operands: `Expr::pair(ExprKind::Assign, target, value, ty, place)`.
    pub fn pair(
        make: impl FnOnce(Box<Self>, Box<Self>) -> ExprKind,
        left: Self,
        right: Self,
        ty: Type,
        place: Place,
    ) -> Parsed<Self> {
        Self::new(make(Box::new(left), Box::new(right)), ty, place)
    }

    /// Returns an array as the address of its first element.
    pub fn value(self) -> Self {
        let Some(element) = self.ty.element() else {
            return self;
        };
        let (ty, place, height) = (Type::Pointer(element.clone()), self.place, self.height + 1);
        let kind = ExprKind::Address(Box::new(self));
        Self {
            kind,
            ty,
            place,
            height,
        }
    }

    /// The object that contains this one.
    fn root(&self) -> &Self {
        match &self.kind {
            ExprKind::Element(of, _) | ExprKind::Member(of, _) => of.root(),
            _ => self,
        }
    }

    /// Returns a mistake if the expression cannot be assigned to.
    fn check_target(&self) -> Parsed<()> {
        if self.is_object() && (self.ty.is_scalar() || matches!(self.ty, Type::Struct(_))) {
            return Ok(());
        }
        if self.is_object() && self.ty.element().is_some() {
            fail!(self.place, "an array cannot be assigned to";
                "copy the elements: call `strcpy` for a string, and `memcpy` for other arrays");
        }
        fail!(self.place, "this expression cannot be assigned to"; "to compare, write `==`");
    }

    /// Returns `left, right`.
    pub fn comma(self, right: Self) -> Parsed<Self> {
        let (ty, place) = (right.ty.clone(), self.place.to(right.place));
        Self::pair(ExprKind::Comma, self, right, ty, place)
    }

    /// The expression inside conversions.
    fn without_conversions(&self) -> &Self {
        match &self.kind {
            ExprKind::Convert(inner) => inner.without_conversions(),
            _ => self,
        }
    }

    /// Whether the value is the result of `fork` or `wait`, perhaps after an assignment.
    fn is_pid(&self) -> bool {
        match &self.kind {
            ExprKind::Convert(inner) | ExprKind::Assign(_, inner) => inner.is_pid(),
            kind => matches!(kind, ExprKind::Builtin(builtin, _) if builtin.returns_pid()),
        }
    }

    /// Whether the value is the constant 0, also as a null pointer.
    pub fn is_zero(&self) -> bool {
        matches!(self.without_conversions().kind, ExprKind::Number(0))
    }

    /// Whether the expression is an object with an address or a register.
    pub fn is_object(&self) -> bool {
        match &self.kind {
            ExprKind::Local(_)
            | ExprKind::Global(_)
            | ExprKind::Dereference(_)
            | ExprKind::Text(_) => true,
            ExprKind::Element(of, _) | ExprKind::Member(of, _) => of.is_object(),
            _ => false,
        }
    }
}
