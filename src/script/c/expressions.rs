//! Expressions, by precedence climbing.

use super::lexer::{KEYWORDS, TokenKind};
use super::messages::{Mistake, Parsed, fail};
use super::parser::{Meaning, Parser};
use super::tree::{Change, Expr, ExprKind, Local, Update};
use super::types::{CHAR, INT, Type};
use crate::lang::linux;
use crate::lang::nearest::nearest;
use pagewalk_engine::program::ops::{BinaryOp, Scalar, UnaryOp};
use pagewalk_engine::program::{Builtin, Place, printed_size};

/// The binary operators with their precedence.
const OPERATORS: &[(&str, u8, Operator)] = &[
    ("||", 1, Operator::Or),
    ("&&", 2, Operator::And),
    ("|", 3, Operator::Plain(BinaryOp::Or)),
    ("^", 4, Operator::Plain(BinaryOp::Xor)),
    ("&", 5, Operator::Plain(BinaryOp::And)),
    ("==", 6, Operator::Plain(BinaryOp::Eq)),
    ("!=", 6, Operator::Plain(BinaryOp::Ne)),
    ("<", 7, Operator::Plain(BinaryOp::Lt)),
    ("<=", 7, Operator::Plain(BinaryOp::Le)),
    (">", 7, Operator::Plain(BinaryOp::Gt)),
    (">=", 7, Operator::Plain(BinaryOp::Ge)),
    ("<<", 8, Operator::Plain(BinaryOp::Shl)),
    (">>", 8, Operator::Plain(BinaryOp::Shr)),
    ("+", 9, Operator::Plain(BinaryOp::Add)),
    ("-", 9, Operator::Plain(BinaryOp::Sub)),
    ("*", 10, Operator::Plain(BinaryOp::Mul)),
    ("/", 10, Operator::Plain(BinaryOp::Div)),
    ("%", 10, Operator::Plain(BinaryOp::Rem)),
];

/// The operators of compound assignments.
const UPDATES: &[(&str, BinaryOp)] = &[
    ("+=", BinaryOp::Add),
    ("-=", BinaryOp::Sub),
    ("*=", BinaryOp::Mul),
    ("/=", BinaryOp::Div),
    ("%=", BinaryOp::Rem),
    ("&=", BinaryOp::And),
    ("|=", BinaryOp::Or),
    ("^=", BinaryOp::Xor),
    ("<<=", BinaryOp::Shl),
    (">>=", BinaryOp::Shr),
];

/// The names of the operator that returns the alignment of a type.
const ALIGNMENTS: &[&str] = &["_Alignof", "alignof", "__alignof__"];

#[derive(Debug, Clone, Copy)]
enum Operator {
    And,
    Or,
    Plain(BinaryOp),
}

impl Parser {
    /// Parses an expression, which may contain commas.
    pub fn expression(&mut self) -> Parsed<Expr> {
        let mut left = self.assignment()?;
        while self.accept(",") {
            self.note_comparison(&left);
            let right = self.assignment()?;
            let right = right.value();
            left = left.comma(right)?;
        }
        Ok(left)
    }

    /// Parses an expression without commas.
    pub fn assignment(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            let target = parser.conditional()?;
            if parser.accept("=") {
                let value = parser.assignment()?;
                return parser.assign(target, value);
            }
            let TokenKind::Mark(mark) = *parser.peek() else {
                return Ok(target);
            };
            let Some((_, op)) = UPDATES.iter().find(|(update, _)| *update == mark) else {
                return Ok(target);
            };
            parser.advance();
            let value = parser.assignment()?;
            parser.update(target, *op, value, false)
        })
    }

    pub fn conditional(&mut self) -> Parsed<Expr> {
        let condition = self.binary(1)?;
        if !self.accept("?") {
            return Ok(condition);
        }
        let condition = self.condition(condition)?;
        let then = self.expression()?;
        self.expect(":")?;
        let otherwise = self.nested(Self::conditional)?;
        self.choose(condition, then, otherwise)
    }

    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        while let TokenKind::Mark(mark) = *self.peek() {
            let Some((_, precedence, operator)) = OPERATORS.iter().find(|(of, ..)| *of == mark)
            else {
                break;
            };
            if *precedence < least {
                break;
            }
            self.advance();
            let right = self.nested(|parser| parser.binary(precedence + 1))?;
            left = match operator {
                Operator::Plain(op) => self.operate(*op, left, right)?,
                Operator::And => self.logical(left, right, true)?,
                Operator::Or => self.logical(left, right, false)?,
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.place();
        let mark = match *self.peek() {
            TokenKind::Mark(mark) => mark,
            TokenKind::Name(_) if self.is_word("sizeof") => return self.size_of(),
            // `alignof` is a macro in C11, and may be the name of a variable.
            TokenKind::Name(ref name)
                if self.peek().is_any(ALIGNMENTS) && self.find(name).is_none() =>
            {
                return self.align_of();
            }
            _ => "",
        };
        if mark == "(" && self.begins_type(self.peek_second()) {
            self.advance();
            let ty = self.type_name()?;
            self.expect(")")?;
            if self.is_mark("{") {
                let place = self.place();
                self.skip_braces();
                fail!(place, "values of structs and arrays without a name are not supported";
                    "declare a variable with these values, and write its name");
            }
            let operand = self.nested(Self::unary)?;
            let mut cast = self.cast(operand, &ty)?;
            cast.place = self.place_from(start);
            return Ok(cast);
        }
        if !matches!(mark, "+" | "-" | "!" | "~" | "*" | "&" | "++" | "--") {
            return self.postfix();
        }
        self.advance();
        let operand = self.nested(Self::unary)?;
        let mut result = match mark {
            "*" => self.dereference(operand)?,
            "&" => self.address_of(operand)?,
            "++" | "--" => {
                let one = self.number(1, INT, start);
                let op = if mark == "++" {
                    BinaryOp::Add
                } else {
                    BinaryOp::Sub
                };
                self.update(operand, op, one, false)?
            }
            "!" => {
                let operand = operand.value();
                self.note_comparison(&operand);
                self.apply(UnaryOp::Not, operand)?
            }
            "-" => self.apply(UnaryOp::Negate, operand)?,
            "~" => self.apply(UnaryOp::Complement, operand)?,
            _ => self.promoted(operand)?,
        };
        result.place = self.place_from(start);
        Ok(result)
    }

    fn size_of(&mut self) -> Parsed<Expr> {
        let start = self.place();
        self.advance();
        let ty = if self.is_mark("(") && self.begins_type(self.peek_second()) {
            self.advance();
            let ty = self.type_name()?;
            self.expect(")")?;
            ty
        } else {
            let uses = self.pid_uses;
            let operand = self.nested(Self::unary)?;
            self.pid_uses = uses;
            operand.ty
        };
        let place = self.place_from(start);
        let Some(size) = self.types.size(&ty) else {
            fail!(place, "the size of `{}` is unknown", self.types.name(&ty));
        };
        Ok(self.number(size, Type::Scalar(self.types.address()), place))
    }

    fn align_of(&mut self) -> Parsed<Expr> {
        let start = self.place();
        self.advance();
        self.expect("(")?;
        if !self.is_type() {
            return Err(self.missing("a type"));
        }
        let ty = self.type_name()?;
        self.expect(")")?;
        let place = self.place_from(start);
        if self.types.size(&ty).is_none() {
            fail!(place, "the size of `{}` is unknown", self.types.name(&ty));
        }
        let align = self.types.align(&ty);
        Ok(self.number(align, Type::Scalar(self.types.address()), place))
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let start = self.place();
        let mut expr = self.primary()?;
        loop {
            let mark = match *self.peek() {
                TokenKind::Mark(mark) => mark,
                _ => "",
            };
            match mark {
                "[" => {
                    self.advance();
                    let index = self.expression()?;
                    let has_rows = match &expr.ty {
                        Type::Array(row, _) | Type::VariableArray(row, _) | Type::Pointer(row) => {
                            matches!(**row, Type::Array(..) | Type::VariableArray(..))
                        }
                        _ => false,
                    };
                    if let (true, ExprKind::Comma(_, column)) = (has_rows, &index.kind) {
                        fail!(column.place, "`,` does not separate the indices of an array in C"; "write `][` instead of `,`, as in `a[i][j]`");
                    }
                    self.expect("]")?;
                    expr = self.subscript(expr, index)?;
                }
                "." | "->" => {
                    self.advance();
                    let (name, place) = self.name("the name of a member")?;
                    expr = self.member(expr, &name, mark == "->", place)?;
                }
                "++" | "--" => {
                    self.advance();
                    let one = self.number(1, INT, self.last_place());
                    let op = if mark == "++" {
                        BinaryOp::Add
                    } else {
                        BinaryOp::Sub
                    };
                    expr = self.update(expr, op, one, true)?;
                }
                "(" => {
                    fail!(self.place(), "only the name of a function can be called");
                }
                _ => return Ok(expr),
            }
            expr.place = self.place_from(start);
        }
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let place = self.place();
        match self.peek().clone() {
            TokenKind::Integer {
                value,
                is_decimal,
                is_unsigned,
                longs,
            } => {
                self.advance();
                let ty = self.integer_type(value, is_decimal, is_unsigned, longs);
                Ok(self.number(value, Type::Scalar(ty), place))
            }
            TokenKind::Float {
                value,
                is_single: true,
            } => {
                self.advance();
                Ok(self.number(
                    u64::from((value as f32).to_bits()),
                    Type::Scalar(Scalar::F32),
                    place,
                ))
            }
            TokenKind::Float { value, .. } => {
                self.advance();
                Ok(self.number(value.to_bits(), Type::Scalar(Scalar::F64), place))
            }
            TokenKind::Character(value) => {
                self.advance();
                Ok(self.number(value as i8 as u64, INT, place))
            }
            TokenKind::Text(mut bytes) => {
                self.advance();
                while let TokenKind::Text(more) = self.peek().clone() {
                    bytes.extend(more);
                    self.advance();
                }
                let place = self.place_from(place);
                let ty = Type::Array(CHAR.into(), bytes.len() as u64 + 1);
                let number = self.add_text(bytes);
                Ok(Expr {
                    kind: ExprKind::Text(number),
                    ty,
                    place,
                    height: 1,
                })
            }
            TokenKind::Mark("(") => {
                self.advance();
                if self.is_mark("{") {
                    self.skip_braces();
                    fail!(place, "statements in an expression are not supported"; "write a function");
                }
                let mut expr = self.expression()?;
                self.expect(")")?;
                expr.place = self.place_from(place);
                Ok(expr)
            }
            TokenKind::Name(name) => {
                self.check_supported()?;
                let instead = match &*name {
                    "new" => Some("call `malloc`"),
                    "delete" => Some("call `free`"),
                    "cout" | "cerr" | "std" | "endl" => Some("call `printf`"),
                    "cin" => Some("leave the input out, because programs have none"),
                    _ => None,
                };
                if let Some(instead) = instead.filter(|_| self.find(&name).is_none()) {
                    let message = format!("`{name}` is not part of C");
                    return Err(Mistake::new(place, message).help(instead));
                }
                let (name, _) = self.name("an expression")?;
                if self.is_mark("(") {
                    return self.call(&name, place);
                }
                let (kind, ty) = match self.find(&name) {
                    Some(Meaning::Local(number)) => {
                        let number = *number;
                        let local = &mut self.locals[number as usize];
                        local.uses += 1;
                        (ExprKind::Local(number), local.ty.clone())
                    }
                    Some(Meaning::Global(number)) => (
                        ExprKind::Global(*number),
                        self.globals[*number as usize].ty.clone(),
                    ),
                    Some(Meaning::Function(number)) => {
                        (ExprKind::Function(*number), Type::Function)
                    }
                    Some(Meaning::Constant(value)) => (ExprKind::Number(*value as u64), INT),
                    Some(Meaning::Typedef(_)) => {
                        fail!(place, "`{name}` is a type and has no value");
                    }
                    None if &*name == "__func__" && !self.is_global() => {
                        let bytes = self.function_name.as_bytes().to_vec();
                        let ty = Type::Array(CHAR.into(), bytes.len() as u64 + 1);
                        (ExprKind::Text(self.add_text(bytes)), ty)
                    }
                    None => return Err(self.unknown(&name, "variable", place)),
                };
                Ok(Expr {
                    kind,
                    ty,
                    place,
                    height: 1,
                })
            }
            TokenKind::Mark("{") if matches!(self.peek_second(), TokenKind::Name(_)) => Err(self
                .missing("an expression")
                .help("the text is C, so braces print no value: write `#define N 16`, and `define N = n` in the settings of the program")),
            TokenKind::Mark("...") => {
                fail!(place, "`...` is no statement"; "write the code that it stands for, or a comment: `/* ... */`");
            }
            _ => Err(self.missing("an expression")),
        }
    }

    /// The call that a wrapper of CS:APP's `csapp.h` makes: `fork` for `Fork`. The wrappers also end the program if
    /// the call fails.
    fn find_wrapped(&self, name: &str) -> Option<&Meaning> {
        let wrapped = name.to_ascii_lowercase();
        // The functions of `<stdio.h>` and `<string.h>` have none.
        let has_wrapper = |one: Builtin| {
            one.is_call() || matches!(one, Builtin::Malloc | Builtin::Calloc | Builtin::Free)
        };
        let is_wrapper =
            name[1..] == wrapped[1..] && Builtin::named(&wrapped).is_some_and(has_wrapper);
        is_wrapper.then(|| self.find(&wrapped)).flatten()
    }

    fn unknown(&self, name: &str, what: &str, place: Place) -> Mistake {
        let result = Mistake::new(place, format!("unknown {what} `{name}`")).unknown();
        let is_keyword = match self.peek() {
            // A misspelled `return 0;`.
            TokenKind::Integer { .. }
            | TokenKind::Float { .. }
            | TokenKind::Character(_)
            | TokenKind::Text(_)
            | TokenKind::Name(_) => true,
            // A misspelled `while (x) { … }`.
            TokenKind::Mark("(") => self.has_body(self.position()),
            _ => false,
        };
        if what == "variable"
            && let Some(ended) = self.locals.iter().rev().find(|one| *one.name == *name)
        {
            return self.after_scope(result, ended);
        }
        let keyword = || nearest(name, KEYWORDS.iter().copied()).filter(|_| is_keyword);
        let near = self.similar(name);
        match near.or_else(|| keyword().map(str::to_owned)) {
            Some(near) => result.did_you_mean(near),
            None if what != "variable" => result,
            None => result.help(if self.is_mark("=") {
                format!("declare it with its type: `int {name} = …`")
            } else if self.is_mark("++") || UPDATES.iter().any(|(mark, _)| self.is_mark(mark)) {
                format!("declare it with its type and its first value, such as `int {name} = 0;`")
            } else if self.is_mark("[") {
                format!("declare it with its type and length, such as `int {name}[64];`")
            } else {
                format!("declare it with its type, such as `int {name};`")
            }),
        }
    }

    /// Explains the use of a variable after the end of its scope.
    fn after_scope(&self, mistake: Mistake, local: &Local) -> Mistake {
        let name = &local.name;
        let token = |is_meant: &dyn Fn(&Place) -> bool| {
            let mut tokens = self.tokens.iter();
            tokens.position(|one| is_meant(&one.place))
        };
        // `for (int i = 0; i < 4; i++);`
        if let Some(end) = token(&|place| place.end == local.scope.1)
            && self.tokens[end].kind.is(";")
            && self.tokens[end.saturating_sub(1)].kind.is(")")
        {
            let help = format!("remove the `;` after `)`, which ends the loop of `{name}`");
            let place = self.tokens[end].place;
            return mistake.help(help).also(place, "the loop ends here");
        }
        let help =
            format!("the scope of `{name}` has ended: declare it before the block or the loop");
        match token(&|place| place.start == local.scope.0) {
            Some(declared) => mistake
                .help(help)
                .also(self.tokens[declared].place, "the declaration"),
            None => mistake.help(help),
        }
    }

    /// The type of an integer literal.
    fn integer_type(&self, value: u64, is_decimal: bool, is_unsigned: bool, longs: u8) -> Scalar {
        let (long, unsigned_long) = (self.types.long(), self.types.address());
        let all = [
            (Scalar::I32, 0, false),
            (Scalar::U32, 0, true),
            (long, 1, false),
            (unsigned_long, 1, true),
            (Scalar::I64, 2, false),
            (Scalar::U64, 2, true),
        ];
        let fits = |kind: Scalar| {
            let bits = u32::from(kind.size()) * 8 - u32::from(kind.is_signed());
            bits == 64 || value >> bits == 0
        };
        let found = all.into_iter().find(|(kind, of, unsigned)| {
            *of >= longs
                && fits(*kind)
                && if is_unsigned {
                    *unsigned
                } else {
                    !unsigned || !is_decimal
                }
        });
        found.map_or(Scalar::U64, |(kind, ..)| kind)
    }

    fn call(&mut self, name: &str, place: Place) -> Parsed<Expr> {
        let number = match self.find(name).or_else(|| self.find_wrapped(name)) {
            Some(Meaning::Function(number)) => *number,
            Some(_) => fail!(place, "`{name}` is not a function"),
            None => {
                if let Some(instead) = linux::instead_in_program(name) {
                    fail!(place, "`{name}` is a function of the C library or of Linux that programs do not have"; "{instead}");
                }
                let unknown = self.unknown(name, "function", place);
                return Err(match unknown.help {
                    Some(_) => unknown,
                    None => unknown.help("declare the function before its use; the functions of the C library that Pagewalk has are listed in the reference"),
                });
            }
        };
        self.expect("(")?;
        let mut arguments = Vec::new();
        if !self.accept(")") {
            loop {
                arguments.push(self.assignment()?);
                if !self.accept(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        let place = self.place_from(place);
        let function = &self.functions[number as usize];
        let (parameters, result, builtin) = (
            function.parameters.clone(),
            function.result.clone(),
            function.builtin,
        );
        let is_right = if function.is_variadic {
            arguments.len() >= parameters.len()
        } else {
            arguments.len() == parameters.len() || !function.has_prototype && builtin.is_none()
        };
        if !is_right || arguments.len() > 200 {
            let (expected, found) = (parameters.len(), arguments.len());
            let noun = if expected == 1 {
                "argument"
            } else {
                "arguments"
            };
            let wrong = Mistake::new(
                place,
                format!("`{name}` has {expected} {noun}, not {found}"),
            );
            return Err(match builtin {
                Some(Builtin::Wait) => wrong.help("write `wait(NULL)`"),
                _ => wrong,
            });
        }
        let mut converted = Vec::new();
        for (at, argument) in arguments.into_iter().enumerate() {
            converted.push(match parameters.get(at) {
                Some(ty) => self.assignable(argument, ty)?,
                None => self.default_promotion(argument)?,
            });
        }
        if let Some(Builtin::Printf | Builtin::Fprintf | Builtin::Sprintf | Builtin::Snprintf) =
            builtin
        {
            self.check_format(&converted[parameters.len() - 1..])?;
        }
        let kind = match builtin {
            Some(builtin) => {
                self.pid_uses += i32::from(builtin.returns_pid());
                let status = match builtin {
                    Builtin::Wait => converted.first(),
                    Builtin::Waitpid => converted.get(1),
                    _ => None,
                };
                self.stores_status |= status.is_some_and(|status| !status.is_zero());
                ExprKind::Builtin(builtin, converted)
            }
            None => ExprKind::Call(number, converted),
        };
        Expr::new(kind, result, place)
    }

    /// Returns a mistake if a value of `printf` has another kind of type than its conversion in the format. Warns of a value
    /// of another size, and of a value without a conversion.
    fn check_format(&mut self, arguments: &[Expr]) -> Parsed<()> {
        let text = match &arguments[0].kind {
            ExprKind::Address(text) => &text.kind,
            _ => return Ok(()),
        };
        let &ExprKind::Text(number) = text else {
            return Ok(());
        };
        let mut values = arguments[1..].iter();
        let format = &self.texts[number as usize];
        let mut bytes = format.iter().copied().peekable();
        while bytes.any(|byte| byte == b'%') {
            while let Some(byte) = bytes.next_if(|byte| b"-+ #.*0123456789".contains(byte)) {
                if byte == b'*' {
                    values.next();
                }
            }
            let start = format.len() - bytes.clone().count();
            let size = printed_size(&mut bytes, self.types.pointer);
            let conversion = bytes.next().map_or('%', char::from);
            if conversion == '%' {
                continue;
            }
            let Some(value) = values.next() else { break };
            let is_float = matches!(value.ty, Type::Scalar(kind) if kind.is_float());
            let (is_right, help) = match conversion {
                'f' | 'F' => (is_float, "write `%d`, or the cast `(double)`"),
                's' if is_float => (false, "write `%f`"),
                's' => (matches!(value.ty, Type::Pointer(_)), "write `%d`"),
                'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'c' => (!is_float, "write `%f`"),
                _ => (true, ""),
            };
            if !is_right {
                let ty = self.types.name(&value.ty);
                fail!(value.place, "`%{conversion}` cannot print a value of the type `{ty}`"; "{help}");
            }
            let end = format.len() - bytes.clone().count();
            let written = String::from_utf8_lossy(&format[start..end]);
            let warning = self.warning_of_size(&written, conversion, size, value);
            self.warnings.extend(warning);
        }
        if let Some(value) = values.next() {
            let message = "the format has no conversion for this value, so it is not printed";
            let warning = Mistake::new(value.place, message.to_owned());
            self.warnings.push(
                warning.help("add a conversion such as `%d` to the format, or remove the value"),
            );
        }
        Ok(())
    }

    /// Returns a warning if a conversion prints another number of bytes than the value has. `size` is that of integer conversions.
    fn warning_of_size(
        &self,
        written: &str,
        conversion: char,
        size: u8,
        value: &Expr,
    ) -> Option<Mistake> {
        let size = match conversion {
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => size,
            'p' => self.types.pointer,
            _ => return None,
        };
        let given = self.types.scalar(&value.ty)?;
        // Smaller integers are promoted to `int`, so `%hd` prints their bytes.
        if (given.size() > 4) == (size > 4) {
            return None;
        }
        let (ty, has) = (self.types.name(&value.ty), given.size());
        let machine = match self.types.pointer {
            8 => "on a 64-bit machine, ",
            _ => "",
        };
        let message = format!(
            "{machine}`%{written}` prints {size} bytes, and a value of the type `{ty}` has {has}"
        );
        let length = match (has, self.types.pointer) {
            (8, 8) => "l",
            (8, _) => "ll",
            _ => "",
        };
        let help = match (&value.ty, conversion) {
            (Type::Pointer(_), _) => "use `%p`".to_owned(),
            (_, 'x' | 'X' | 'o') => format!("use `%{length}{conversion}`"),
            _ if given.is_signed() => format!("use `%{length}d`"),
            _ => format!("use `%{length}u`"),
        };
        Some(Mistake::new(value.place, message).help(help))
    }

    /// Parses the update of a variable: `x op= value`, `++x`, or `x++`.
    fn update(
        &mut self,
        target: Expr,
        op: BinaryOp,
        value: Expr,
        is_postfix: bool,
    ) -> Parsed<Expr> {
        self.check_target(&target)?;
        let value = value.value();
        let place = target.place.to(value.place);
        let ty = target.ty.clone();
        let (change, value) = if let Type::Pointer(of) = &ty {
            let size = self.element_size(of, place)?;
            let value = match op {
                BinaryOp::Add => self.index(value)?,
                BinaryOp::Sub => self.negated_index(value)?,
                _ => {
                    fail!(place, "a pointer can only be increased and decreased");
                }
            };
            (Change::Offset(size), value)
        } else {
            let (kind, value) = self.update_operand(&target, op, value, place)?;
            (Change::Binary(op, kind), value)
        };
        let update = Update {
            target,
            change,
            value,
            is_postfix,
        };
        Expr::new(ExprKind::Update(Box::new(update)), ty, place)
    }
}
