//! Prints the tree of a script on one line, with every operation in brackets, so that tests can compare it.

use crate::lang::ast::*;
use crate::lang::value::Value;

pub(super) fn block(body: &[Stmt]) -> String {
    body.iter().map(stmt).collect::<Vec<_>>().join(" ; ")
}

fn braced(body: &[Stmt]) -> String {
    format!("{{ {} }}", block(body))
}

fn stmt(stmt: &Stmt) -> String {
    let kind = match &*stmt.kind {
        StmtKind::Command(command) => self::command(command),
        StmtKind::Probe(operation) => format!("probe {}", self::operation(operation)),
        StmtKind::Let { name, value } => format!("let {} = {}", name.text, expr(value)),
        StmtKind::Choose {
            name,
            from,
            conditions,
        } => {
            let conditions: String = conditions.iter().map(condition).collect();
            format!("choose {} in {}{conditions}", name.text, expr(from))
        }
        StmtKind::For { name, over, body } => {
            format!("for {} in {} {}", name.text, expr(over), braced(body))
        }
        StmtKind::Repeat { count, body } => format!("repeat {} {}", expr(count), braced(body)),
        StmtKind::If {
            condition,
            then,
            otherwise,
        } => {
            let otherwise = otherwise
                .as_ref()
                .map_or(String::new(), |body| format!(" else {}", braced(body)));
            format!("if {} {}{otherwise}", expr(condition), braced(then))
        }
        StmtKind::Def { name, params, body } => {
            let params: Vec<&str> = params.iter().map(|param| &*param.text).collect();
            format!("def {}({}) {}", name.text, params.join(", "), braced(body))
        }
        StmtKind::Include { path, body } => format!("include {:?} {}", path.text, braced(body)),
        StmtKind::Scenario { name, body } => format!("scenario {:?} {}", name.text, braced(body)),
        StmtKind::Question {
            title,
            points,
            body,
        } => unit("question", title, points.as_ref(), body),
        StmtKind::Part { name, points, body } => unit("part", name, points.as_ref(), body),
        StmtKind::Given { nouns, .. } => {
            format!(
                "given {}",
                nouns
                    .iter()
                    .map(noun_columns)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        StmtKind::Ask(ask) => self::ask(ask),
        StmtKind::Reference { pages, settings } => reference(pages, settings),
        StmtKind::InProcess { process, body } => format!("{}: {}", process.text, braced(body)),
    };
    kind + &facts(&stmt.facts)
}

fn unit(what: &str, name: &Word, points: Option<&Expr>, body: &[Stmt]) -> String {
    let points = points.map_or_else(String::new, |points| format!(" points {}", expr(points)));
    format!("{what} {:?}{points} {}", name.text, braced(body))
}

fn noun_columns(of: &NounColumns) -> String {
    let columns: Vec<&str> = of.columns.iter().map(|column| &*column.text).collect();
    let between = if columns.is_empty() { "" } else { " columns " };
    format!("{}{between}{}", join(&of.noun, " "), columns.join(" "))
}

fn ask(ask: &Ask) -> String {
    let what = match &ask.what {
        Asked::Facts { probe, operation } => {
            format!(
                "{}{}",
                if *probe { "probe " } else { "" },
                self::operation(operation)
            )
        }
        Asked::Value { label, value, unit } => {
            let unit = unit
                .as_ref()
                .map_or_else(String::new, |unit| format!(" unit {}", unit.text));
            format!("{} = {}{unit}", expr(label), expr(value))
        }
        Asked::Table(of) => noun_columns(of),
        Asked::Any {
            name,
            from,
            conditions,
        } => {
            let conditions: String = conditions.iter().map(condition).collect();
            format!("{} in {}{conditions}", name.text, expr(from))
        }
        Asked::Steps { all, .. } => if *all { "steps all" } else { "steps" }.to_owned(),
    };
    let radix = ask
        .radix
        .as_ref()
        .map_or_else(String::new, |radix| format!(" radix {}", radix.text));
    let points = ask
        .points
        .as_ref()
        .map_or_else(String::new, |points| format!(" points {}", expr(points)));
    let round = ask
        .round
        .as_ref()
        .map_or_else(String::new, |round| format!(" round {}", expr(round)));
    format!("ask {what}{round}{radix}{points}")
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Expr(condition) => format!(" where {}", expr(condition)),
        Condition::Facts { operation, facts } => {
            format!(
                " where {}{}",
                self::operation(operation),
                self::facts(facts)
            )
        }
    }
}

fn operation(operation: &Operation) -> String {
    let process = operation
        .process
        .as_ref()
        .map_or(String::new(), |process| format!("{}: ", process.text));
    match &operation.kind {
        OperationKind::Command(command) => format!("{process}<{}>", self::command(command)),
        OperationKind::Expr(address) => process + &expr(address),
        OperationKind::Reference { pages, settings } => reference(pages, settings),
    }
}

fn reference(pages: &Pages, block: &Settings) -> String {
    match pages {
        Pages::List(list) => format!("reference {}{}", expr(list), settings(block)),
        Pages::Trace(name) => format!("reference {:?}{}", &*name.text, settings(block)),
        Pages::Program(name, function) => {
            format!(
                "reference {} call {}{}",
                name.text,
                expr(function),
                settings(block)
            )
        }
        Pages::Words(words) => {
            let words: Vec<&str> = words.iter().map(|word| &*word.text).collect();
            format!("reference {}{}", words.join(" "), settings(block))
        }
    }
}

fn command(command: &Command) -> String {
    let mut text = command.verb.text.to_string();
    if command.call {
        return format!("{text}!({})", join(&command.operands, ", "));
    }
    if !command.operands.is_empty() {
        text = format!("{text} {}", join(&command.operands, " "));
    }
    if let Some(assigned) = &command.assigned {
        text = format!("{text} = {}", join(assigned, " "));
    }
    text + &command.block.as_ref().map_or(String::new(), settings)
}

fn settings(block: &Settings) -> String {
    let mut parts: Vec<String> = Vec::new();
    for setting in block.settings.iter() {
        let values = setting
            .values
            .iter()
            .map(|value| [" ".to_owned(), expr(value)].concat())
            .collect::<String>();
        parts.push(format!(
            "{}{values}{}",
            setting.name.text,
            setting.block.as_ref().map_or(String::new(), settings)
        ));
    }
    if let Some(table) = &block.table {
        parts.push(format!("|{}|", cells(&table.header)));
        parts.extend(
            table
                .rows
                .iter()
                .map(|row| format!("|{}|", cells(&row.cells))),
        );
    }
    if parts.is_empty() && block.span.start == block.span.end {
        String::new()
    } else {
        format!(" {{{}}}", parts.join(", "))
    }
}

pub(super) fn cells(cells: &[Cell]) -> String {
    let one = |cell: &Cell| match &cell.kind {
        CellKind::Bare(word) => word.to_string(),
        CellKind::Quoted(text) => format!("{text:?}"),
        CellKind::Byte(byte) => format!("'{byte}'"),
        CellKind::Expr(inner) => format!("({})", expr(inner)),
        CellKind::Nothing => "-".to_owned(),
        CellKind::Anything => "*".to_owned(),
        CellKind::Open => "?".to_owned(),
    };
    cells.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn facts(facts: &[Fact]) -> String {
    let one = |fact: &Fact| match &fact.claim {
        Claim::Is(value) => format!("{} {}", fact.name.text, expr(value)),
        Claim::Not(value) => format!("{} not {}", fact.name.text, expr(value)),
        Claim::In(range) => format!("{} in {}", fact.name.text, expr(range)),
        Claim::Open => format!("{} ?", fact.name.text),
        Claim::Blank => fact.name.text.to_string(),
    };
    if facts.is_empty() {
        String::new()
    } else {
        format!(
            " => {}",
            facts.iter().map(one).collect::<Vec<_>>().join(", ")
        )
    }
}

fn join(exprs: &[Expr], between: &str) -> String {
    exprs.iter().map(expr).collect::<Vec<_>>().join(between)
}

pub(super) fn expr(expr: &Expr) -> String {
    let inner = self::expr;
    match &expr.kind {
        ExprKind::Value(Value::Text(text)) => format!("{text:?}"),
        ExprKind::Value(value) | ExprKind::Quantity(value, _) => value.to_string(),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Unary(op, operand) => {
            let sign = match op {
                UnaryOp::Negate => "-",
                UnaryOp::Complement => "~",
                UnaryOp::Not => "!",
            };
            format!("({sign}{})", inner(operand))
        }
        ExprKind::Binary(op, left, right) => {
            format!("({} {} {})", inner(left), sign(*op), inner(right))
        }
        ExprKind::Range {
            from,
            to,
            inclusive,
        } => {
            format!(
                "({}{}{})",
                inner(from),
                if *inclusive { "..=" } else { ".." },
                inner(to)
            )
        }
        ExprKind::List(items) => format!("[{}]", join(items, ", ")),
        ExprKind::Index(list, index) => format!("{}[{}]", inner(list), inner(index)),
        ExprKind::Call { name, args } => format!("{}({})", name.text, join(args, ", ")),
        ExprKind::Field(of, name) => format!("{}.{}", inner(of), name.text),
        ExprKind::Prose(pieces) => {
            let one = |piece: &Piece| match piece {
                Piece::Text(text) => text.to_string(),
                Piece::Expr(value) => format!("<{}>", inner(value)),
            };
            format!("{:?}", pieces.iter().map(one).collect::<String>())
        }
    }
}

fn sign(op: BinaryOp) -> &'static str {
    use BinaryOp as B;
    match op {
        B::Power => "**",
        B::Multiply => "*",
        B::Divide => "/",
        B::FloorDivide => "//",
        B::Remainder => "%",
        B::Add => "+",
        B::Subtract => "-",
        B::ShiftLeft => "<<",
        B::ShiftRight => ">>",
        B::BitAnd => "&",
        B::BitXor => "^",
        B::BitOr => "|",
        B::Equal => "==",
        B::NotEqual => "!=",
        B::Less => "<",
        B::LessEqual => "<=",
        B::Greater => ">",
        B::GreaterEqual => ">=",
        B::In => "in",
        B::And => "and",
        B::Or => "or",
    }
}
