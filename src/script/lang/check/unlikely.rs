//! Warnings about code that runs but probably does not do what the author meant.

use std::collections::HashMap;

use super::forks::forks;
use super::replaced::replaced;
use crate::lang::ast::{
    Ask, Asked, BinaryOp, Cell, CellKind, Claim, Command, Expr, ExprKind, Fact, Operation,
    OperationKind, Pages, Piece, Setting, Settings, Span, Stmt, StmtKind, Table, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::value::{Dimension, UNITS, Unit, Value};
use crate::lang::visit::{
    Visit, VisitedIncludes, statements, walk_ask, walk_expr, walk_stmt, walk_table,
};

/// Returns a warning about `$va` in a text, a variable in the notation of shells.
pub(super) fn shell(script: &[Stmt], said: &str, span: Span) -> Option<Diagnostic> {
    // Code is printed literally, and the dollars of LaTeX are in pairs.
    if said.contains('`') || said.matches('$').count().is_multiple_of(2) {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = said.match_indices('$').filter_map(|(at, _)| {
        let rest = &said[at + 1..];
        let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        let alone = !name.is_empty() && !said[..at].ends_with(is_part);
        alone.then_some((at, name))
    });
    let sets =
        |(_, name): &(usize, &str)| statements(script).any(|stmt| variable(stmt) == Some(*name));
    let (at, name) = names.find(sets)?;
    let shell = format!("${name}");
    let start = span.start as usize + at;
    let place = Span::new(span.file, start..start + shell.len());
    let message = format!("`{shell}` is printed literally");
    let warning = Diagnostic::warning(Code::Unlikely, place, message);
    if !said.trim_start().starts_with("\"\"\"") {
        return Some(warning.help(format!("in `\"\"\"`, `{{{name}}}` prints the value")));
    }
    let help = format!("write `{{{name}}}`, or `{{hex({name})}}` for a number in hexadecimal");
    let fix = Fix::write(place, &shell, format!("{{{name}}}"));
    Some(warning.help(help).fix(fix))
}

/// Returns the warnings about the statements of `part`, which are statements of the script. `has_file` knows the files from
/// before the script.
pub(crate) fn unlikely(
    script: &[Stmt],
    part: &[Stmt],
    sources: &Sources,
    has_file: impl Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    let mut found = forks(part, sources);
    found.extend(replaced(part));
    for stmt in statements(part) {
        match &*stmt.kind {
            StmtKind::Command(Command {
                verb,
                operands,
                block: Some(block),
                ..
            }) if &*verb.text == "machine" => {
                found.extend(tiny_pages(block, sources));
                found.extend(cycles_and_times(block));
                found.extend(divided_levels(block, sources));
                // The levels of a preset keep their order.
                let own = Some(block).filter(|_| operands.is_empty());
                found.extend(own.and_then(levels_in_order));
            }
            StmtKind::Let { name, value, .. } if stmt.facts.is_empty() => {
                found.extend(fraction(name, value, sources));
                found.extend(undeclared_file(value, script, sources, &has_file));
            }
            StmtKind::Choose { from, .. } => found.extend(two_values(from, sources)),
            StmtKind::Reference {
                pages: Pages::Words(pages),
                ..
            } => found.extend(word_for_pages(pages)),
            StmtKind::Ask(_) => {
                found.extend(stmt.facts.iter().filter_map(marked_blank));
                found.extend(stmt.facts.iter().filter_map(|fact| level(fact, sources)));
            }
            _ => {}
        }
    }
    found.extend(revealed(part));
    found.extend(unused_entries(script, part));
    found.extend(unreachable_rows(part));
    found.extend(
        part.iter()
            .filter_map(|stmt| given_before_set(script, stmt)),
    );
    let questions = statements(part).filter_map(|stmt| match &*stmt.kind {
        StmtKind::Question { body, .. } => Some(body),
        _ => None,
    });
    let mut questions = questions.peekable();
    // The search for a variable visits the whole script.
    if questions.peek().is_some() && !statements(script).any(|stmt| variable(stmt) == Some("last"))
    {
        for body in questions {
            Repeats::new(sources, &mut found).block(body);
        }
    }
    let mut numbers = Numbers {
        sources,
        script,
        included: VisitedIncludes::default(),
        found,
    };
    numbers.visit_block(part);
    numbers
        .found
        .sort_by_key(|one| (one.span.file, one.span.start));
    numbers.found
}

/// The fields of addresses, which are whole numbers.
const FIELDS: &[&str] = &["vpn", "ppn", "pfn", "tlbi", "tlbt", "ci", "ct"];
const ADDRESSES: &[&str] = &["va", "vaddr", "pa", "paddr", "addr", "address"];

/// Finds `let vpn = va / 64`, which C rounds down. Other dividends may be multiples of the divisor.
fn fraction(name: &Word, value: &Expr, sources: &Sources) -> Option<Diagnostic> {
    let ExprKind::Binary(BinaryOp::Divide, left, right) = &value.kind else {
        return None;
    };
    let between = left.span.gap(right.span);
    let of_address = matches!(&left.kind, ExprKind::Name(name) if ADDRESSES.contains(&&**name));
    if !of_address || !FIELDS.contains(&&*name.text) || sources.text(between).trim() != "/" {
        return None;
    }
    let start = between.start as usize + sources.text(between).find('/')?;
    let sign = Span::new(between.file, start..start + 1);
    let message = format!(
        "`/` keeps the fraction, but `{}` is a whole number",
        name.text
    );
    let warning = Diagnostic::warning(Code::Unlikely, sign, message);
    Some(
        warning
            .help("`//` rounds down")
            .fix(Fix::write(sign, "/", "//")),
    )
}

/// Finds `levels 10/10`, which is the number 1.
fn divided_levels(block: &Settings, sources: &Sources) -> Option<Diagnostic> {
    let tables = block
        .settings
        .iter()
        .filter_map(|setting| setting.block.as_ref());
    let own = tables.flat_map(|table| table.settings.iter());
    let (setting, value) = own.chain(block.settings.iter()).find_map(|setting| {
        let levels = &*setting.name.text == "levels";
        let value = setting.values.iter().find(|value| {
            matches!(value.kind, ExprKind::Binary(BinaryOp::Divide, ..)) && is_literal(value)
        });
        value.filter(|_| levels).map(|value| (setting, value))
    })?;
    let bits: Vec<&str> = sources.text(value.span).split('/').map(str::trim).collect();
    // A level of fewer bits is unusual, and `4/2` may be a number.
    let wide = |bits: &&str| bits.parse::<u32>().is_ok_and(|bits| bits > 4);
    if !bits.iter().all(wide) {
        return None;
    }
    let place = setting.name.span.to(value.span);
    let message = "`levels` is the number of the levels, and `bits` has the width of each";
    let fix = Fix::replace(
        place,
        format!("levels {}, bits {}", bits.len(), bits.join(" ")),
    );
    Some(Diagnostic::warning(Code::Unlikely, value.span, message).fix(fix))
}

/// Finds `let fd = open("data.txt", O_RDONLY)` of a file that the script does not declare.
fn undeclared_file(
    value: &Expr,
    script: &[Stmt],
    sources: &Sources,
    has_file: impl Fn(&str) -> bool,
) -> Option<Diagnostic> {
    let name = |of: &Expr| match &of.kind {
        ExprKind::Value(Value::Text(name)) => Some(name.clone()),
        _ => None,
    };
    let ExprKind::Call { name: call, args } = &value.kind else {
        return None;
    };
    let opened = args
        .first()
        .filter(|_| &*call.text == "open")
        .and_then(name)?;
    let creates = |span| sources.text(span).contains("O_CREAT");
    let may_exist = statements(script).any(|stmt| match &*stmt.kind {
        StmtKind::Include { .. } => true,
        StmtKind::Command(command) => {
            let declares = matches!(&*command.verb.text, "file" | "executable");
            let named = |operand| name(operand).is_none_or(|name| name == opened);
            declares && command.operands.iter().any(named) || creates(stmt.span)
        }
        StmtKind::Let { value, .. } => creates(value.span),
        _ => false,
    });
    (!may_exist && !has_file(&opened)).then(|| {
        let message = format!("no `file` declares `{opened}`, so this `open` returns -1");
        let help = format!("write `file \"{opened}\" {{ size 8192 B }}` above");
        Diagnostic::warning(Code::Unlikely, args[0].span, message).help(help)
    })
}

/// Finds `[0x40, 0x3FFF]`, two values that look like the ends of a range: all bits of the last one are ones.
fn two_values(from: &Expr, sources: &Sources) -> Option<Diagnostic> {
    let ExprKind::List(parts) = &from.kind else {
        return None;
    };
    let number = |part: &Expr| match &part.kind {
        ExprKind::Value(value @ Value::Number(_)) => u64::try_from(value.integer("").ok()?).ok(),
        _ => None,
    };
    let [first, last] = &**parts else {
        return None;
    };
    let (low, high) = (number(first)?, number(last)?);
    let text = |part: &Expr| sources.text(part.span).trim();
    let all_ones = high & high.wrapping_add(1) == 0 && text(last).starts_with("0x");
    // Two masks are two values.
    let far = low == 0 || low & low.wrapping_add(1) != 0 && high / low > 63;
    (all_ones && high > 255 && far).then(|| {
        let range = format!("{}..={}", text(first), text(last));
        let message = "this is a list of two values";
        let warning = Diagnostic::warning(Code::Unlikely, from.span, message);
        let help = format!("for all values between them, write `{range}`");
        warning.help(help).fix(Fix::replace(from.span, range))
    })
}

/// Returns the operand that directly follows the operator before this expression.
fn leftmost(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Binary(_, left, _) => leftmost(left),
        _ => expr,
    }
}

/// Returns the operand that directly precedes the operator after this expression.
fn rightmost(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Binary(_, _, right) => rightmost(right),
        _ => expr,
    }
}

/// Returns the name to which a statement gives a value.
fn variable(stmt: &Stmt) -> Option<&str> {
    match &*stmt.kind {
        StmtKind::Let { name, .. } | StmtKind::Choose { name, .. } | StmtKind::For { name, .. } => {
            Some(&name.text)
        }
        _ => None,
    }
}

impl<'a> Numbers<'a> {
    /// Finds `0 < x < 2`, which compares a truth value with a number.
    fn chain(&mut self, expr: &Expr) {
        use BinaryOp::{Greater, GreaterEqual, Less, LessEqual};
        let ordered = |expr: &Expr| match &expr.kind {
            ExprKind::Binary(Less | LessEqual | Greater | GreaterEqual, left, right) => {
                Some(((**left).clone(), (**right).clone()))
            }
            _ => None,
        };
        if let Some((left, right)) = ordered(expr)
            && let Some((_, middle)) = ordered(&left)
            && !self.sources.text(left.span).starts_with('(')
        {
            let text = |span| self.sources.text(span).trim();
            let sign = left.span.gap(right.span);
            let (first, middle) = (text(left.span), text(middle.span));
            let both = format!("{first} and {middle} {} {}", text(sign), text(right.span));
            let message = "a comparison has two sides";
            let fix = Fix::replace(expr.span, both);
            self.found
                .push(Diagnostic::new(Code::WrongType, expr.span, message).fix(fix));
        }
    }

    /// Finds `frames == 4`, which compares the rows of a table with a number.
    fn rows(&mut self, left: &Expr, right: &Expr) {
        let number = matches!(
            right.kind,
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..)
        );
        if let ExprKind::Name(noun) = &left.kind
            && matches!(&**noun, "frames" | "swap")
            && number
            && !statements(self.script).any(|stmt| variable(stmt) == Some(&**noun))
        {
            let message = format!("`{noun}` is a list of rows, and equals no number");
            let warning = Diagnostic::warning(Code::Unlikely, left.span, message);
            let count = Fix::write(left.span, &**noun, format!("{noun}.used"));
            self.found.push(warning.fix(count));
        }
    }

    /// Finds an answer that is a time or a size, and whose unit the paper leaves out: `ask "EAT" = 0.9 * 100 ns + 0.1 * 200 ns`.
    fn unit(&mut self, label: &Expr, value: &Expr) {
        let text = self.sources.text(value.span);
        // An address or a count can also be computed from sizes.
        let is_sum = |of: &Measured| {
            let kind = &value.kind;
            of.dimension == Dimension::Bytes
                && matches!(
                    kind,
                    ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, ..)
                )
        };
        let found = MEASURED
            .iter()
            .find(|of| quantity(value, of.dimension) && !is_sum(of));
        let Some(of) = found.filter(|_| !text.contains('/')) else {
            return;
        };
        let is_unit = |word: &str| {
            let named = |unit: &Unit| {
                unit.dimension == of.dimension && unit.name.eq_ignore_ascii_case(word)
            };
            let lower = word.to_lowercase();
            // The `s` of `P1's` and a second lookup are no units.
            (word.len() > 1 || word == of.unit) && UNITS.iter().any(named)
                || of.spelled.iter().any(|unit| lower.starts_with(unit))
        };
        let words = |text: &'a str| text.split(|c: char| !c.is_alphanumeric());
        // The text of the question may say it.
        let script = self
            .sources
            .file(value.span.file)
            .map_or("", |file| &file.text);
        let script = script.to_lowercase().replace('μ', "u");
        let says_unit = of.said.iter().any(|said| script.contains(said));
        if says_unit || words(self.sources.text(label.span)).any(is_unit) {
            return;
        }
        let (what, unit) = (of.what, of.unit);
        let message = format!("the answer is a {what}, but the paper prints no unit");
        let warning = Diagnostic::warning(Code::Unlikely, value.span, message);
        let other = words(text).find(|word| is_unit(word) && *word != unit);
        self.found.push(match other {
            None => {
                let end = value.span.start + text.trim_end().len() as u32;
                let unit = format!(" unit {unit}");
                warning.fix(Fix::put_in(value.span.file, end, unit))
            }
            // The key is not in the unit of the script.
            Some(other) => warning.help(format!(
                "the key is in `{unit}`; write `unit {unit}` after the answer, or divide it: `(…) / 1 {other} unit {other}`"
            )),
        });
    }

    /// Finds `0.9 * 100 + 0.1 * 200 ns` in an answer, which adds a time to a number without a unit.
    fn sum(&mut self, value: &Expr) {
        let ExprKind::Binary(operator, left, right) = &value.kind else {
            return;
        };
        self.sum(left);
        self.sum(right);
        let is_time = |side: &Expr| quantity(side, Dimension::Time);
        let (without, with) = match (is_time(left), is_time(right)) {
            (false, true) => (left, right),
            (true, false) => (right, left),
            _ => return,
        };
        if *operator == BinaryOp::Add && is_literal(without) && is_literal(with) {
            let message = "this adds a time to a number without a unit";
            let warning = Diagnostic::warning(Code::Unlikely, without.span, message);
            let help = "give each of them its unit, as in `0.9 * 100 ns + 0.1 * 200 ns`";
            self.found
                .push(warning.help(help).also(with.span, "a time"));
        }
    }

    /// Finds `0b1101` in a table, whose numbers are hexadecimal. Beside `0a101`, the zero is a part of each number.
    fn binary(&mut self, table: &Table) {
        let bare = |cell: &Cell| match &cell.kind {
            CellKind::Bare(text) => Some((text.clone(), cell.span)),
            _ => None,
        };
        let cells = || {
            table
                .rows
                .iter()
                .flat_map(|row| &row.cells)
                .filter_map(bare)
        };
        let value = |text: &str| {
            let digits = text.strip_prefix("0b").filter(|digits| digits.len() > 2)?;
            u64::from_str_radix(digits, 2).ok()
        };
        for (text, span) in cells() {
            let Some(number) = value(&text) else {
                continue;
            };
            let letter = |c: u8| c.is_ascii_hexdigit() && !c.is_ascii_digit();
            let padded = |other: &str| {
                let hexadecimal = other.starts_with('0') && other.bytes().any(letter);
                other.len() == text.len() && hexadecimal && value(other).is_none()
            };
            if cells().any(|(other, _)| padded(&other)) {
                continue;
            }
            let message = format!(
                "the numbers of a table are hexadecimal, so this is 0xB{}",
                &text[2..]
            );
            let warning = Diagnostic::warning(Code::Unlikely, span, message);
            self.found
                .push(warning.fix(Fix::write(span, &*text, format!("{number:X}"))));
        }
    }

    /// Finds `${va}`, a value in the notation of shells. A pair of dollars is a formula of LaTeX.
    fn dollar(&mut self, pieces: &[Piece]) {
        let dollars = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.matches('$').count(),
            Piece::Expr(_) => 0,
        });
        if dollars.sum::<usize>() % 2 == 0 {
            return;
        }
        let place = pieces.windows(2).find_map(|pair| match pair {
            [Piece::Text(text), Piece::Expr(value)] if text.ends_with('$') => {
                let open = Span {
                    start: value.span.start.checked_sub(2)?,
                    end: value.span.start,
                    ..value.span
                };
                (self.sources.text(open) == "${").then_some(open)
            }
            _ => None,
        });
        self.found.extend(place.map(|open| {
            let message = "this `$` is printed before the value";
            let warning = Diagnostic::warning(Code::Unlikely, open, message);
            let help = "write a value in braces, without `$`";
            warning.help(help).fix(Fix::write(open, "${", "{"))
        }));
    }

    /// Finds `cache.miss_rate == 25`, which lacks a percent sign.
    fn rate(&mut self, left: &Expr, right: &Expr) {
        if let (ExprKind::Field(_, name), ExprKind::Value(Value::Number(number))) =
            (&left.kind, &right.kind)
            && name.text.ends_with("_rate")
            && number.to_f64() > 1.0
        {
            let text = self.sources.text(right.span);
            let warning = Diagnostic::warning(Code::Unlikely, right.span, "a rate is at most 1");
            let percent = Fix::write(right.span, text, format!("{text}%"));
            self.found.push(warning.fix(percent));
        }
    }
}

/// A dimension whose answers need a unit on the paper.
struct Measured {
    dimension: Dimension,
    what: &'static str,
    /// The unit of keys.
    unit: &'static str,
    /// How words that name a unit begin.
    spelled: &'static [&'static str],
    /// Parts of a text that says the unit of an answer.
    said: &'static [&'static str],
}

const MEASURED: [Measured; 2] = [
    Measured {
        dimension: Dimension::Time,
        what: "time",
        unit: "ns",
        spelled: &["nanosec", "microsec", "millisec", "cycle"],
        said: &[
            "in ns",
            "in us",
            "in ms",
            "nanosecond",
            "microsecond",
            "millisecond",
        ],
    },
    Measured {
        dimension: Dimension::Bytes,
        what: "size",
        unit: "B",
        spelled: &["byte", "kilobyte", "megabyte", "gigabyte"],
        said: &["byte", "in kb", "in mb", "in gb", "kib", "mib", "gib"],
    },
];

/// Whether an expression adds or multiplies quantities of this dimension.
fn quantity(expr: &Expr, dimension: Dimension) -> bool {
    match &expr.kind {
        ExprKind::Quantity(_, unit) => unit.dimension == dimension,
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, left, right) => {
            quantity(left, dimension) || quantity(right, dimension)
        }
        _ => false,
    }
}

/// Whether an expression consists of numbers.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Quantity(..) | ExprKind::Value(Value::Number(_)) => true,
        ExprKind::Binary(_, left, right) => is_literal(left) && is_literal(right),
        _ => false,
    }
}

/// Finds numbers that probably mean something else, such as `10 ^ 3`, which is a power in other notations.
struct Numbers<'a> {
    sources: &'a Sources,
    script: &'a [Stmt],
    included: VisitedIncludes,
    found: Vec<Diagnostic>,
}

impl<'s> Visit<'s> for Numbers<'_> {
    fn visit_ask(&mut self, ask: &'s Ask) {
        walk_ask(self, ask);
        if let Asked::Value { label, value, unit } = &ask.what {
            self.sum(value);
            if unit.is_none() {
                self.unit(label, value);
            }
        }
    }

    fn visit_table(&mut self, table: &'s Table) {
        walk_table(self, table);
        self.binary(table);
    }

    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        if self.included.enters(stmt) {
            walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        walk_expr(self, expr);
        if let ExprKind::Binary(BinaryOp::Equal | BinaryOp::NotEqual, left, right) = &expr.kind {
            self.rows(left, right);
            self.rate(left, right);
        }
        self.chain(expr);
        if let ExprKind::Prose(pieces) = &expr.kind {
            self.dollar(pieces);
            self.found
                .extend(shell(self.script, self.sources.text(expr.span), expr.span));
        }
        let ExprKind::Binary(BinaryOp::BitXor, whole, exponent) = &expr.kind else {
            return;
        };
        let text = |expr: &Expr| self.sources.text(expr.span).trim().to_owned();
        let decimal = |expr: &Expr| match &expr.kind {
            ExprKind::Value(Value::Number(_)) => {
                !text(expr).starts_with(['0', '\'']) || text(expr) == "0"
            }
            ExprKind::Quantity(..) => !text(expr).starts_with('0'),
            _ => false,
        };
        // The precedence of `^` is low, so the right side can be a longer expression, as in `2 ^ 48 / 4 KB`.
        let (base, first) = (rightmost(whole), leftmost(exponent));
        let grouped = text(whole).ends_with(')') || text(exponent).starts_with('(');
        // A hash such as `va >> 5 ^ 1` has no power.
        let is_hash = matches!(whole.kind, ExprKind::Binary(BinaryOp::ShiftRight, ..));
        if is_hash || grouped || !decimal(base) || !(text(base) == "2" || decimal(first)) {
            return;
        }
        let place = Span {
            start: whole.span.end,
            end: exponent.span.start,
            ..expr.span
        };
        let sign = self.sources.text(place);
        let at = place.start + sign.find('^').unwrap_or(0) as u32;
        let operator = Span {
            start: at,
            end: at + 1,
            ..place
        };
        let message = "`^` is exclusive or, not a power";
        // The size of an address space is the number of bits of an address.
        let file = self.sources.file(expr.span.file).map(|file| &*file.text);
        let setting = file
            .and_then(|text| text.get(..expr.span.start as usize))
            .and_then(|before| before.split_whitespace().next_back());
        let digits = text(exponent);
        let digits = digits.trim_end_matches(['B', ' ']);
        if matches!(setting, Some("virtual" | "physical"))
            && text(whole) == "2"
            && digits.bytes().all(|c| c.is_ascii_digit())
        {
            let wrong = Diagnostic::new(Code::Unlikely, operator, message.to_owned());
            let fix = Fix::replace(expr.span, format!("{digits} bits"));
            let help = format!("write the width of an address: `{digits} bits`");
            self.found.push(wrong.help(help).fix(fix));
            return;
        }
        let power = match &first.kind {
            // In `2 ^ 10 KB`, the unit applies to the power.
            ExprKind::Quantity(_, unit) => {
                format!(
                    "{} * 1 {}",
                    text(first).trim_end_matches(unit.name).trim_end(),
                    unit.name
                )
            }
            _ => text(first),
        };
        let help = format!(
            "for a power, write `{} ** {power}`; for exclusive or, write numbers as `0x2` or `0b10`",
            text(base)
        );
        let fix = match &first.kind {
            ExprKind::Quantity(..) => Fix::replace(operator.to(first.span), format!("** {power}")),
            _ => Fix::replace(operator, "**"),
        };
        // With a variable as the exponent, an exclusive or is possible.
        let is_certain = decimal(first);
        let new = if is_certain {
            Diagnostic::new
        } else {
            Diagnostic::warning
        };
        self.found.push(
            new(Code::Unlikely, operator, message.to_owned())
                .help(help)
                .fix(fix),
        );
    }
}

/// Warns about `reference string 7 0 1`, where the word names a page.
fn word_for_pages(pages: &[Word]) -> Option<Diagnostic> {
    let [first, rest @ ..] = pages else {
        return None;
    };
    let says = matches!(
        &*first.text.to_ascii_lowercase(),
        "string" | "pages" | "sequence" | "stream" | "trace" | "refs"
    );
    let numbers = !rest.is_empty()
        && rest
            .iter()
            .all(|page| page.text.starts_with(|c: char| c.is_ascii_digit()));
    let message = format!("Pagewalk reads `{}` as the name of a page", first.text);
    let help = "remove the word: the pages follow `reference` directly";
    let span = first.span.ending_at(rest.first()?.span.start);
    let fix = Fix::replace(span, "");
    (says && numbers).then(|| {
        Diagnostic::warning(Code::Unlikely, first.span, message)
            .help(help)
            .fix(fix)
    })
}

/// Warns about `ask read va => vpn ?`, because a blank needs no `?`.
fn marked_blank(fact: &Fact) -> Option<Diagnostic> {
    let message = "`?` marks a value that the script still lacks, not a blank on the paper";
    let help = format!("a fact without a value is a blank: `{}`", fact.name.text);
    let warning = || Diagnostic::warning(Code::Unlikely, fact.span, message).help(&*help);
    (fact.claim == Claim::Open).then(|| warning().fix(Fix::replace(fact.span, &*fact.name.text)))
}

/// Warns about the first page-table entry in memory of a script that never sets CR3, so that no walk reads the entry.
fn unused_entries(script: &[Stmt], part: &[Stmt]) -> Option<Diagnostic> {
    let accesses = |stmt: &Stmt| match &*stmt.kind {
        StmtKind::Command(Command { verb, .. }) => {
            matches!(&*verb.text, "read" | "write" | "fetch" | "translate")
        }
        _ => false,
    };
    let first = statements(part).find(|stmt| sets(stmt, "pte"))?;
    let walks = statements(part).any(accesses);
    // Without CR3, a walk uses the entries of `set page_table`.
    let others = ["cr3", "page_table"];
    if !walks || statements(script).any(|stmt| others.iter().any(|other| sets(stmt, other))) {
        return None;
    }
    let message = "without `set cr3`, no walk reads this entry";
    let warning = Diagnostic::warning(Code::Unlikely, first.span, message);
    Some(warning.help("set CR3 first, to the physical address of the root table"))
}

/// Warns about `set cr3` below `set page_table`, whose rows are then in no table that a walk reads.
fn unreachable_rows(part: &[Stmt]) -> Option<Diagnostic> {
    let mut has_rows = false;
    let root = statements(part).find(|stmt| {
        has_rows |= sets(stmt, "page_table");
        // Another statement may have used the rows.
        has_rows &=
            matches!(&*stmt.kind, StmtKind::Command(command) if &*command.verb.text == "set");
        sets(stmt, "cr3")
    });
    // Rows below a root are in its tables, to which a later `set cr3` may return.
    let root = root.filter(|_| has_rows)?;
    let message = "no walk reads the rows of the page table above, because this sets another root";
    let warning = Diagnostic::warning(Code::Unlikely, root.span, message);
    Some(warning.help("write `set cr3` above `set page_table`"))
}

fn sets(stmt: &Stmt, what: &str) -> bool {
    match &*stmt.kind {
        StmtKind::Command(Command { verb, operands, .. }) => {
            &*verb.text == "set" && begins_with(operands, what)
        }
        _ => false,
    }
}

fn begins_with(words: &[Expr], word: &str) -> bool {
    matches!(words.first().map(|one| &one.kind), Some(ExprKind::Name(name)) if &**name == word)
}

/// Warns about a question that prints a page table which the script fills only below it.
fn given_before_set(script: &[Stmt], question: &Stmt) -> Option<Diagnostic> {
    const TABLE: &str = "page_table";
    let StmtKind::Question { body, .. } = &*question.kind else {
        return None;
    };
    let is_given = |stmt: &&Stmt| match &*stmt.kind {
        StmtKind::Given { nouns, .. } => nouns.iter().any(|one| begins_with(&one.noun, TABLE)),
        _ => false,
    };
    let given = statements(body).find(is_given)?;
    let at = script.iter().position(|stmt| stmt.span == question.span)?;
    let later = script[at..].iter().find(|stmt| sets(stmt, TABLE))?;
    // Another statement may also have mapped pages: `pte`, `mmap`, or a kernel.
    let maps = |stmt: &Stmt| match &*stmt.kind {
        StmtKind::Command(Command { verb, .. }) => !matches!(
            &*verb.text,
            "machine" | "read" | "write" | "fetch" | "translate"
        ),
        StmtKind::InProcess { .. } | StmtKind::Include { .. } => true,
        _ => false,
    };
    if statements(&script[..at]).chain(statements(body)).any(maps) {
        return None;
    }
    let message = "the page table is empty here, so the paper prints no entries";
    let warning = Diagnostic::warning(Code::Unlikely, given.span, message);
    let warning = warning.also(later.span, "it is filled only here");
    Some(warning.help("move `set page_table` above the question"))
}

/// Warns about `ask translate va => vpn[1]`, which expects a list in place of asking for the index of a level.
fn level(fact: &Fact, sources: &Sources) -> Option<Diagnostic> {
    let name = &*fact.name.text;
    let said = sources.text(fact.span).trim();
    let level = said
        .strip_prefix(name)?
        .strip_prefix('[')?
        .strip_suffix(']')?;
    let is_level = level.len() == 1 && level.bytes().all(|c| c.is_ascii_digit());
    (is_level && name == "vpn").then(|| {
        let message = "the level of a page table is a part of the fact's name";
        let new = format!("{name}{level}");
        Diagnostic::warning(Code::Unlikely, fact.span, message)
            .fix(Fix::write(fact.span, said, new))
    })
}

/// Warns about page sizes of a few bytes, which were probably meant to be kilobytes.
fn tiny_pages(block: &Settings, sources: &Sources) -> Option<Diagnostic> {
    let pages = |setting: &&Setting| &*setting.name.text == "page";
    let setting = block.settings.iter().find(pages)?;
    let [value] = &*setting.values else {
        return None;
    };
    let span = value.span;
    let text = sources.text(span).trim();
    matches!(text, "1" | "2" | "4" | "8").then(|| {
        let plural = if text == "1" { "" } else { "s" };
        let message =
            format!("a number without a unit is in bytes, so a page has {text} byte{plural}");
        let warning = Diagnostic::warning(Code::Unlikely, span, message);
        warning
            .help(format!("did you mean `{text} KB`? Else write `{text} B`"))
            .fix(Fix::write(span, text, format!("{text} KB")))
    })
}

/// Warns about a cache `L2` before `L1`, because a core asks the caches in the order of their declarations.
fn levels_in_order(block: &Settings) -> Option<Diagnostic> {
    let level = |setting: &Setting| match (&*setting.name.text, &setting.values[..]) {
        ("cache", [name, ..]) => match &name.kind {
            ExprKind::Name(name) => {
                // `L1`, `L1d`, `L1i`
                let level = name.strip_prefix(['L', 'l'])?.trim_end_matches(['d', 'i']);
                Some((name.clone(), level.parse::<u32>().ok()?))
            }
            _ => None,
        },
        _ => None,
    };
    let caches: Vec<_> = block
        .settings
        .iter()
        .filter_map(|one| Some((one, level(one)?)))
        .collect();
    caches.windows(2).find_map(|pair| {
        let [(setting, (first, nearer)), (next, (second, farther))] = pair else {
            return None;
        };
        (nearer > farther).then(|| {
            let message = format!("an access reaches `{first}` before `{second}`");
            let warning = Diagnostic::warning(Code::Unlikely, setting.name.span, message);
            let help = format!("declare `cache {second}` first");
            warning.help(help).also(next.name.span, "the next level")
        })
    })
}

/// Warns about latencies in cycles beside latencies in units of time, which a machine adds as if a cycle took 1 ns.
fn cycles_and_times(block: &Settings) -> Option<Diagnostic> {
    fn latencies<'s>(block: &'s Settings, found: &mut Vec<(&'s Expr, &'static str)>) {
        for setting in &*block.settings {
            if let ("latency", [value]) = (&*setting.name.text, &*setting.values) {
                match &value.kind {
                    ExprKind::Quantity(_, unit) => found.push((value, unit.name)),
                    // Zero is the same in each unit.
                    ExprKind::Value(value_of @ Value::Number(_))
                        if value_of.integer("").is_ok_and(|n| n != 0) =>
                    {
                        found.push((value, "cycles"));
                    }
                    _ => {}
                }
            }
            if let Some(inner) = &setting.block {
                latencies(inner, found);
            }
        }
    }
    let mut found = Vec::new();
    latencies(block, &mut found);
    let in_cycles = |unit: &str| unit.starts_with("cycle");
    let (cycles, _) = found.iter().find(|(_, unit)| in_cycles(unit))?;
    let (time, _) = found.iter().find(|(_, unit)| !in_cycles(unit))?;
    let message = "this machine adds cycles and times, as if a cycle took 1 ns";
    let warning = Diagnostic::warning(Code::Unlikely, cycles.span, message)
        .help("give all latencies in one unit: with a clock of 2 GHz, 4 cycles are `2 ns`");
    Some(warning.also(time.span, "a time"))
}

/// A reference string on a paper.
#[derive(Default)]
struct Drawn {
    figures: Vec<Span>,
    /// Whether a question asks about the string.
    asked: bool,
}

/// Warns about each `figure reference` of a string that a question asks about, because the figure shows every
/// step. A warning and not an error, because the figure may be an example in an earlier part of the exam.
pub(super) fn revealed(script: &[Stmt]) -> Vec<Diagnostic> {
    let mut strings = Vec::new();
    let mut string = Drawn::default();
    for stmt in statements(script) {
        if starts_string(stmt) {
            strings.push(std::mem::take(&mut string));
        }
        match &*stmt.kind {
            StmtKind::Ask(ask) => {
                string.asked |= match &ask.what {
                    Asked::Facts { .. } => starts_string(stmt),
                    Asked::Table(of) => is_reference(of.noun.first()),
                    _ => false,
                };
            }
            StmtKind::Command(command)
                if &*command.verb.text == "figure" && is_reference(command.operands.first()) =>
            {
                string.figures.push(stmt.span);
            }
            _ => {}
        }
    }
    strings.push(string);
    strings
        .into_iter()
        .filter(|string| string.asked)
        .flat_map(|string| string.figures)
        .map(warning)
        .collect()
}

/// Finds operations that a question asks about twice, one directly after the other, for different facts. The second operation
/// runs on the state that the first one left, so its hits and faults are others. If both questions ask for a fact, the author
/// wants both of its values, and a statement between the questions that may change the state makes the second operation
/// another one.
struct Repeats<'a> {
    sources: &'a Sources,
    found: &'a mut Vec<Diagnostic>,
    /// The text of each operation that the question asks about, and the facts that it asks for, the latest last.
    asked: Vec<(String, Vec<&'a str>)>,
    /// The number of each variable that the question sets to a number.
    numbers: HashMap<&'a str, String>,
}

impl<'a> Repeats<'a> {
    fn new(sources: &'a Sources, found: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            sources,
            found,
            asked: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    fn block(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.stmt(stmt, "");
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, process: &str) {
        match &*stmt.kind {
            StmtKind::Part { body, .. } => self.block(body),
            StmtKind::InProcess { process, body } => {
                for stmt in &**body {
                    self.stmt(stmt, &process.text);
                }
            }
            StmtKind::Ask(ask) => {
                if let Asked::Facts { probe, operation } = &ask.what
                    && !probe
                {
                    self.operation(stmt, operation, process);
                }
            }
            StmtKind::Given { .. } => {}
            StmtKind::Let { name, value } => match &value.kind {
                ExprKind::Value(Value::Number(number)) if &*name.text != "last" => {
                    self.numbers.insert(&name.text, number.to_string());
                }
                _ => {
                    self.numbers.remove(&*name.text);
                    self.asked.clear();
                }
            },
            StmtKind::Command(command) if QUIET.contains(&&*command.verb.text) => {}
            _ => self.asked.clear(),
        }
    }

    fn operation(&mut self, stmt: &'a Stmt, operation: &'a Operation, process: &str) {
        let text = self.sources.text(operation.span);
        // `read 0x28F`, `read 655`, and `0x28F size 1` are the same access.
        let words = text.split_whitespace().map(|word| match integer(word) {
            Some(number) => number.to_string(),
            None => self
                .numbers
                .get(word)
                .cloned()
                .unwrap_or_else(|| word.to_owned()),
        });
        let words = words.collect::<Vec<_>>().join(" ");
        let words = words.strip_prefix("read ").unwrap_or(&words);
        let words = words.strip_suffix(" size 1").unwrap_or(words);
        if words == "last" {
            return;
        }
        let facts: Vec<&str> = stmt.facts.iter().map(|fact| &*fact.name.text).collect();
        let whole = format!("{process}: {words}");
        let mut before = self.asked.iter().rev();
        let at = before.position(|(earlier, _)| *earlier == whole);
        let earlier = at.map(|at| self.asked.remove(self.asked.len() - 1 - at));
        let repeated =
            earlier.is_some_and(|(_, earlier)| !earlier.iter().any(|fact| facts.contains(fact)));
        // A reference string starts from its own pages, and `outputs` changes nothing.
        let runs_again = match &operation.kind {
            OperationKind::Reference { .. } => false,
            OperationKind::Command(command) => &*command.verb.text != "outputs",
            OperationKind::Expr(_) => true,
        };
        // The bits of an address are the same in each state.
        let of_address = |fact: &&str| fact.starts_with("vp") || matches!(*fact, "tlbi" | "tlbt");
        if repeated && runs_again && !facts.iter().all(of_address) {
            let message = "this operation runs twice, and its second run starts from the state after the first one";
            let warning = Diagnostic::warning(Code::Unlikely, operation.span, message);
            self.found.push(if at == Some(0) {
                warning
                    .help("to ask for more facts of the first run, write `last`")
                    .fix(Fix::write(operation.span, text, "last"))
            } else {
                warning.help("to ask for more facts of the first run, write `ask last` directly after the first `ask`")
            });
        }
        self.asked.push((whole, facts));
    }
}

/// Returns the integer that a word spells.
fn integer(word: &str) -> Option<u64> {
    let digits = word.replace('_', "");
    let of = |prefix: &str, radix| u64::from_str_radix(digits.strip_prefix(prefix)?, radix).ok();
    of("0x", 16).or_else(|| of("0b", 2)).or_else(|| of("", 10))
}

/// Statements that leave the state of the machine as it is.
const QUIET: &[&str] = &[
    "text", "solution", "figure", "choice", "essay", "table", "show", "expect",
];

fn starts_string(stmt: &Stmt) -> bool {
    match &*stmt.kind {
        StmtKind::Reference { .. } => true,
        StmtKind::Ask(ask) => matches!(
            &ask.what,
            Asked::Facts { operation, .. } if matches!(operation.kind, OperationKind::Reference { .. })
        ),
        _ => false,
    }
}

fn is_reference(noun: Option<&Expr>) -> bool {
    matches!(noun.map(|noun| &noun.kind), Some(ExprKind::Name(name)) if &**name == "reference")
}

fn warning(figure: Span) -> Diagnostic {
    let message =
        "this figure shows students every step of a reference string that a question asks about";
    Diagnostic::warning(Code::Unlikely, figure, message)
        .help("remove the figure; the question prints the references")
        .fix(Fix::remove(figure))
}
