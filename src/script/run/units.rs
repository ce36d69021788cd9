//! Units of numbers. The unit of a literal must have the dimension that the parameter's
//! [`Slot`](crate::run::bind::Slot) requires. Variables and computed values have no unit.

use crate::lang::ast::{
    BinaryOp, Command, Expr, ExprKind, Operation, OperationKind, Pages, Setting, Settings, Stmt,
    StmtKind, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::ops::symbol;
use crate::lang::value::{Dimension, Measure, Number, Unit, Value};
use crate::lang::visit::{Visit, walk_expr, walk_stmt};
use pagewalk_engine::kernel::syscall::{ParamKind, SystemCall, constants};
use pagewalk_engine::machine::pte::BitRow;

use super::bind::{
    Atom, BITS, Bound, N, Param, Params, Piece, Place, Slot, VA, bind, bind_command, bind_setting,
    offer, size,
};
use super::paths::{PeekFunction, is_in_bytes};
use super::session::{Cx, Language};
use super::settings::BlockRow;
use super::state::{Binding, Slot as Machine, State};
use super::syscalls::{called, prototype};
use super::verbs::Form;

/// The settings that give the size of a TLB or cache in different dimensions.
const CAPACITIES: &[&str] = &["size", "lines", "sets"];

/// Returns errors for the misplaced units and warnings about the misplaced constants in a statement, excluding the statements in its blocks.
pub(crate) fn wrong_units(cx: &Cx, stmt: &Stmt) -> Vec<Diagnostic> {
    let page = match cx.spec() {
        Some(spec) => spec.mmu.as_ref().map(|mmu| 1 << mmu.page_bits),
        // The first process creates the default machine.
        None => matches!(cx.state.machine, Machine::Empty).then_some(4096),
    };
    let mut check = UnitCheck {
        language: cx.language(),
        state: Some(&cx.state),
        page,
        found: Vec::new(),
    };
    check.visit_stmt(stmt);
    check.found
}

/// Returns errors for the misplaced units in a setting.
pub(crate) fn wrong_units_of(
    setting: &Setting,
    row: &BlockRow,
    language: &'static Language,
) -> Vec<Diagnostic> {
    let mut check = UnitCheck {
        language,
        state: None,
        page: None,
        found: Vec::new(),
    };
    check.setting(setting, row);
    check.found
}

struct UnitCheck<'a> {
    language: &'static Language,
    /// The state that defines the names.
    state: Option<&'a State>,
    page: Option<u64>,
    found: Vec<Diagnostic>,
}

impl<'s> Visit<'s> for UnitCheck<'_> {
    /// Skips blocks, whose statements are checked separately.
    fn visit_block(&mut self, _: &'s [Stmt]) {}

    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        match &*stmt.kind {
            StmtKind::Repeat { count, .. } => self.clause("repeat", &[], count),
            StmtKind::Question {
                points: Some(points),
                ..
            }
            | StmtKind::Part {
                points: Some(points),
                ..
            } => {
                self.clause("question", &[Atom::Text, Atom::Word("points")], points);
            }
            StmtKind::Ask(ask) => {
                if let Some(points) = &ask.points {
                    self.clause("question", &[Atom::Text, Atom::Word("points")], points);
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_command(&mut self, command: &'s Command) {
        if command.call {
            return self.call(&command.verb, &command.operands);
        }
        let Some(verb) = self.language.verb(&command.verb.text) else {
            return;
        };
        self.bound(&bind_command(verb.params, command));
        if let Some(block) = &command.block {
            match self.language.block(verb.name) {
                Some(row) => {
                    // The pages of a machine's own settings are not those of the machine before.
                    let before = self.page;
                    if verb.name == "machine" {
                        self.page = page_of(block);
                    }
                    self.settings(block, row);
                    self.page = before;
                }
                // `set pte 1 0x1000 { ppn 0x12, p 1 }`
                None => {
                    for setting in block.settings.iter() {
                        self.bound(&bind_setting(&[N], setting));
                    }
                }
            }
        }
    }

    fn visit_operation(&mut self, operation: &'s Operation) {
        match &operation.kind {
            OperationKind::Command(command) => self.visit_command(command),
            OperationKind::Reference { pages, settings } => self.visit_reference(pages, settings),
            OperationKind::Expr(expr) => {
                self.bound(&bind(&[VA], vec![expr.into()]).named("address", expr.span));
            }
        }
    }

    fn visit_reference(&mut self, _: &'s Pages, settings: &'s Settings) {
        if let Some(row) = self.language.block("reference") {
            self.settings(settings, row);
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match &expr.kind {
            ExprKind::Call { name, args } => self.call(name, args),
            ExprKind::Binary(op, a, b) => {
                self.pages_beside_bytes(*op, a, b);
                self.pages_beside_bytes(*op, b, a);
                self.bits_beside_bytes(*op, a, b);
                self.bits_beside_bytes(*op, b, a);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}

impl UnitCheck<'_> {
    /// Checks a literal number of pages that is compared with, or added to, a path in bytes. During a check, the path
    /// has no value yet.
    fn pages_beside_bytes(&mut self, op: BinaryOp, pages: &Expr, bytes: &Expr) {
        let compares = matches!(
            op,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Less
                | BinaryOp::LessEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterEqual
                | BinaryOp::Add
                | BinaryOp::Subtract
        );
        if let (ExprKind::Quantity(value, unit), ExprKind::Field(_, property)) =
            (&pages.kind, &bytes.kind)
            && compares
            && unit.name.starts_with("page")
            && is_in_bytes(&property.text)
        {
            let said = format!("`{}`", property.text);
            let place = Place {
                said,
                slot: Slot::Size,
                suffix: None,
            };
            self.found.extend(
                place
                    .refuses(value, unit, self.page)
                    .map(|wrong| wrong.at(pages.span)),
            );
        }
    }

    /// Checks a number that follows these pieces in a statement with a special form.
    fn clause(&mut self, form: &'static str, before: &[Atom], value: &Expr) {
        let Some(form) = Form::named(form) else {
            return;
        };
        let before = before.iter().copied().map(Piece::from);
        let pieces = before.chain([value.into()]).collect();
        self.bound(&bind(form.params, pieces).named(form.name, value.span));
    }

    /// Checks a literal number of bits beside bytes. Computed bits and bytes combine as plain numbers, because scripts convert
    /// them with a factor of 8.
    fn bits_beside_bytes(&mut self, op: BinaryOp, bits: &Expr, bytes: &Expr) {
        let converts = !matches!(
            op,
            BinaryOp::Power
                | BinaryOp::Multiply
                | BinaryOp::In
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::ShiftLeft
                | BinaryOp::ShiftRight
                | BinaryOp::BitAnd
                | BinaryOp::BitOr
                | BinaryOp::BitXor
        );
        let is_bytes = match &bytes.kind {
            ExprKind::Quantity(_, unit) => unit.measure() == Some(Measure::Bytes),
            ExprKind::Field(_, property) => is_in_bytes(&property.text),
            _ => false,
        };
        let ExprKind::Quantity(Value::Number(number), unit) = &bits.kind else {
            return;
        };
        if !converts || !is_bytes || unit.measure() != Some(Measure::Bits) {
            return;
        }
        let message = format!("`{}` combines bits with bytes", symbol(op));
        let wrong = Diagnostic::new(Code::WrongUnit, bits.span, message);
        let whole = number.as_integer().filter(|n| n % 8 == 0);
        self.found.push(match whole {
            Some(n) => wrong.fix(Fix::replace(bits.span, format!("{} B", n / 8))),
            None => wrong.help("write both sides in the same unit"),
        });
    }

    /// Checks the numbers in the operands of a statement or the values of a setting.
    fn bound(&mut self, bound: &Bound<'_>) {
        let mut said = bound.name;
        for arg in bound.args() {
            let slot = arg.param.slot();
            match arg.is.expr {
                Some(expr) if matches!(expr.kind, ExprKind::Quantity(..)) => {
                    let place = slot.map(|slot| Place::of(said, slot, bound.params));
                    self.value(place, expr);
                }
                Some(expr) => self.visit_expr(expr),
                None => {}
            }
            said = match arg.is.atom {
                Atom::Word(word) if slot.is_none() => word,
                _ => bound.name,
            };
        }
        let unread = bound.unread().filter_map(|piece| piece.expr);
        unread
            .filter(|expr| !matches!(expr.kind, ExprKind::Quantity(..)))
            .for_each(|expr| self.visit_expr(expr));
    }

    fn value(&mut self, place: Option<Place>, expr: &Expr) {
        if let (Some(place), ExprKind::Quantity(value, unit)) = (place, &expr.kind) {
            self.found.extend(
                place
                    .refuses(value, unit, self.page)
                    .map(|wrong| wrong.at(expr.span)),
            );
        }
    }

    /// Checks a call to a system call or to a function that reads memory. A definition accepts any value.
    fn call(&mut self, name: &Word, args: &[Expr]) {
        let defined = matches!(
            self.state.and_then(|state| state.find(&name.text)),
            Some(Binding::Def(_))
        );
        let row = called(&name.text, args.len()).filter(|_| !defined);
        let peek = PeekFunction::named(&name.text).filter(|_| !defined);
        let access = matches!(&*name.text, "read" | "write") && args.len() == 1;
        let parameters = row.map(SystemCall::parameters).unwrap_or_default();
        for (at, arg) in args.iter().enumerate() {
            let parameter = parameters.get(at);
            let slot = match (row, peek) {
                (Some(row), _) => row.params.get(at).and_then(|kind| match kind {
                    ParamKind::Bytes if parameter.is_some_and(|parameter| !parameter.pointer) => {
                        Some(Slot::Size)
                    }
                    ParamKind::Bytes | ParamKind::Buffer => Some(Slot::Va),
                    ParamKind::Number => Some(Slot::Number),
                    ParamKind::Path => None,
                }),
                (_, Some(peek)) => peek.params.get(at).copied(),
                _ => access.then_some(Slot::Va),
            };
            if let Some(slot) = slot {
                let said = match parameter {
                    Some(parameter) => format!("`{}` of `{}`", parameter.name, name.text),
                    None => format!("`{}`", name.text),
                };
                self.value(
                    Some(Place {
                        said,
                        slot,
                        suffix: None,
                    }),
                    arg,
                );
            }
            if let (Some(row), Some(parameter)) = (row, parameter) {
                self.constants(row, parameter.name, arg);
            }
            self.visit_expr(arg);
        }
    }

    /// Warns about a constant of another parameter: `mmap(NULL, PROT_READ, 4096, …)`.
    fn constants(&mut self, row: &SystemCall, parameter: &str, arg: &Expr) {
        match &arg.kind {
            ExprKind::Binary(_, a, b) => {
                let before = self.found.len();
                self.constants(row, parameter, a);
                // One warning for each argument is enough.
                if self.found.len() == before {
                    self.constants(row, parameter, b);
                }
            }
            ExprKind::Name(name) => {
                let is_variable = self.state.is_some_and(|state| state.find(name).is_some());
                let mut rows = constants().filter(|constant| *constant.name == **name);
                let Some(constant) = rows.next().filter(|_| !is_variable) else {
                    return;
                };
                let (of, takes) = constant
                    .passed
                    .rsplit_once('.')
                    .unwrap_or(("", constant.passed));
                let fits = takes == parameter && (of.is_empty() || of == row.name);
                if fits || matches!(takes, "" | "*") {
                    return;
                }
                let owner = if of.is_empty() {
                    format!("`{takes}`")
                } else {
                    format!("`{takes}` of `{of}`")
                };
                let message = format!(
                    "`{name}` is a value of {owner}, but this argument of `{}` is `{parameter}`",
                    row.name
                );
                let warning = Diagnostic::warning(Code::Unlikely, arg.span, message);
                self.found.push(warning.help(prototype(row)));
            }
            _ => {}
        }
    }

    fn settings(&mut self, block: &Settings, row: &BlockRow) {
        for setting in block.settings.iter() {
            self.setting(setting, row);
        }
    }

    fn setting(&mut self, setting: &Setting, row: &BlockRow) {
        let name = &*setting.name.text;
        if let (Some(block), Some(inner)) = (&setting.block, self.language.block(name)) {
            self.settings(block, inner);
        }
        let bit = || (row.bits && BitRow::named(name).is_some()).then_some(&[BITS] as &[Param]);
        let Some(params) = row.setting(name).map(|known| known.params).or_else(bit) else {
            return;
        };
        let before = self.found.len();
        self.bound(&bind_setting(params, setting));
        self.bare_units(name, params, setting);
        self.spelled_units(name, params, setting);
        if let ([wrong], [value]) = (&mut self.found[before..], &*setting.values) {
            offer_other_capacity(wrong, setting, value, row);
        }
    }

    /// Checks words that are used as units, as in `virtual 16 bytes` and `frames 64 frames`.
    fn spelled_units(&mut self, name: &str, params: &'static [Param], setting: &Setting) {
        let [
            number,
            Expr {
                kind: ExprKind::Name(word),
                span,
            },
        ] = &*setting.values
        else {
            return;
        };
        let ExprKind::Value(value @ Value::Number(n)) = &number.kind else {
            return;
        };
        let Some((_, unit)) = SPELLED.iter().find(|(words, _)| words.contains(&&**word)) else {
            return;
        };
        let Some(place) = Place::first(name, params) else {
            return;
        };
        let unit = Unit::named(unit.unwrap_or("entries"));
        let span = number.span.to(*span);
        let Some(unit) = unit else { return };
        let factor = Number::fraction(unit.factor.0, unit.factor.1);
        let bytes = factor
            .and_then(|factor| n.times(factor))
            .map_or_else(|_| value.clone(), Value::Number);
        let wrong = place
            .refuses(&bytes, unit, self.page)
            .map(|wrong| wrong.at(span));
        let wrong = wrong.unwrap_or_else(|| {
            let text = match (unit.dimension, place.suffix) {
                (Dimension::Count, Some(suffix)) => format!("{n} {suffix}"),
                (Dimension::Count, None) => n.to_string(),
                _ => format!("{n} {}", unit.name),
            };
            Diagnostic::new(Code::WrongUnit, span, format!("`{word}` is not a unit"))
                .fix(Fix::replace(span, text))
        });
        self.found.push(wrong);
    }

    /// Checks units after a variable, as in `virtual n pages`.
    fn bare_units(&mut self, name: &str, params: &'static [Param], setting: &Setting) {
        let [
            value,
            Expr {
                kind: ExprKind::Name(word),
                span,
            },
        ] = &*setting.values
        else {
            return;
        };
        let known = self.state.is_some_and(|state| state.find(word).is_some());
        let unit = Unit::named(word).filter(|unit| unit.factor == (1, 1) && !known);
        let (Some(unit), ExprKind::Name(_)) = (unit, &value.kind) else {
            return;
        };
        if let Some(place) = Place::first(name, params) {
            self.found
                .extend(place.refuses_bare(unit).map(|wrong| wrong.at(*span)));
        }
    }
}

/// Returns the page size that the settings of a machine state as a literal.
fn page_of(block: &Settings) -> Option<u64> {
    let page = block
        .settings
        .iter()
        .find(|one| &*one.name.text == "page")?;
    match page.values.first().map(|value| &value.kind) {
        Some(ExprKind::Quantity(Value::Number(size), unit))
            if unit.dimension == Dimension::Bytes =>
        {
            u64::try_from(size.as_integer()?).ok()
        }
        _ => None,
    }
}

/// Words that scripts may misuse as units, with the intended unit, or `None` for words that denote plain counts.
const SPELLED: &[(&[&str], Option<&str>)] = &[
    (&["byte", "bytes"], Some("B")),
    (&["kilobyte", "kilobytes"], Some("KB")),
    (&["megabyte", "megabytes"], Some("MB")),
    (&["gigabyte", "gigabytes"], Some("GB")),
    (
        &[
            "frame", "frames", "set", "sets", "way", "ways", "line", "lines", "block", "blocks",
        ],
        None,
    ),
    (
        &[
            "level",
            "levels",
            "core",
            "cores",
            "reference",
            "references",
        ],
        None,
    ),
];

/// Suggests a different setting for a capacity with this unit, such as `size 32 KB` for `sets 32 KB`.
fn offer_other_capacity(wrong: &mut Diagnostic, setting: &Setting, value: &Expr, row: &BlockRow) {
    let ExprKind::Quantity(number, unit) = &value.kind else {
        return;
    };
    let takes = |name: &&&str| {
        let slot = row.setting(name).map(|known| known.params.dimension());
        slot.flatten() == Some(unit.dimension)
    };
    if !CAPACITIES.contains(&&*setting.name.text) || unit.name.starts_with("page") {
        return;
    }
    if let Some(other) = CAPACITIES.iter().find(takes) {
        let said = match unit.dimension {
            Dimension::Bytes => size(number),
            _ => number.to_string(),
        };
        let span = setting.name.span.to(value.span);
        offer(wrong, span, format!("{other} {said}"));
    }
}
