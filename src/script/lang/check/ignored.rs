//! Warnings about code that has no effect, or a different effect than in other languages.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use super::unlikely::shell;
use crate::lang::ast::{
    Ask, Asked, BinaryOp, Claim, Command, Expr, ExprKind, Fact, Span, Stmt, StmtKind, UnaryOp, Word,
};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::latex::formula;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::lang::visit::{
    Visit, VisitedIncludes, any_expr, statements, walk_ask, walk_command, walk_expr, walk_fact,
    walk_stmt,
};

/// Verbs whose strings contain bytes, not text.
const BYTES: &[&str] = &["file", "executable", "write", "machine", "replay"];

/// Maximum number of braces to check in a string, and maximum length of the text between them.
const HOLES: usize = 16;
const HOLE: usize = 200;

/// Returns the warnings about the statements of `part`, which are statements of the script.
pub(crate) fn ignored(script: &[Stmt], part: &[Stmt], sources: &Sources) -> Vec<Diagnostic> {
    let mut search = Search {
        sources,
        script,
        variables: OnceCell::new(),
        in_question: false,
        included: VisitedIncludes::default(),
        found: Vec::new(),
    };
    for stmt in part {
        search.directives(stmt.span);
    }
    search.visit_block(part);
    search.found
}

/// Returns the names of the variables and parameters of a script.
fn variables(script: &[Stmt]) -> HashSet<&str> {
    let mut variables = HashSet::new();
    for stmt in statements(script) {
        variables.extend(stmt.variable().map(|name| &*name.text));
        if let StmtKind::Def { params, .. } = &*stmt.kind {
            variables.extend(params.iter().map(|param| &*param.text));
        }
    }
    variables
}

struct Search<'a> {
    sources: &'a Sources,
    script: &'a [Stmt],
    /// All variables of the script. Few scripts have braces in a string, so most do not need them.
    variables: OnceCell<HashSet<&'a str>>,
    in_question: bool,
    included: VisitedIncludes,
    found: Vec<Diagnostic>,
}

impl<'s> Visit<'s> for Search<'_> {
    fn visit_stmt(&mut self, stmt: &'s Stmt) {
        match &*stmt.kind {
            StmtKind::For { over, .. } => self.empty(over),
            StmtKind::Repeat { count, .. } if is_number(count, 0) => {
                self.never(count.span, "this block never runs: the repeat count is 0");
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => match condition.kind {
                ExprKind::Value(Value::Bool(false)) if !then.is_empty() => {
                    self.never(
                        condition.span,
                        "this block never runs: the condition is `false`",
                    );
                }
                ExprKind::Value(Value::Bool(true)) if otherwise.is_some() => {
                    self.never(
                        condition.span,
                        "the block after `else` never runs: the condition is `true`",
                    );
                }
                _ => {}
            },
            StmtKind::Scenario { name, .. } | StmtKind::Part { name, .. } => self.title(name),
            StmtKind::Question { title, .. } => self.title(title),
            _ => {}
        }
        let outside = self.in_question;
        self.in_question |= matches!(*stmt.kind, StmtKind::Question { .. });
        if self.included.enters(stmt) {
            walk_stmt(self, stmt);
        }
        self.in_question = outside;
    }

    fn visit_command(&mut self, command: &'s Command) {
        let verb = &*command.verb.text;
        if verb == "show" && self.in_question && !command.call {
            let warning = Diagnostic::warning(
                Code::NoEffect,
                command.verb.span,
                "papers do not include the output of `show`",
            )
            .help("`given` prints a table on the paper, and `text \"\"\"{…}\"\"\"` prints a value");
            self.found.push(Diagnostic {
                fix: Some(Box::new(Fix::write(command.verb.span, "show", "given"))),
                ..warning
            });
        }
        if !command.call && verb != "expect" && verb != "show" {
            command
                .operands
                .iter()
                .for_each(|operand| self.comment(operand));
        }
        // Strings that a program writes consist of bytes.
        if !command.call && !BYTES.contains(&verb) {
            return walk_command(self, command);
        }
        let values = command
            .operands
            .iter()
            .chain(command.assigned.iter().flat_map(|values| values.iter()));
        values
            .filter(|value| !matches!(value.kind, ExprKind::Value(Value::Text(_))))
            .for_each(|value| self.visit_expr(value));
        command
            .block
            .iter()
            .for_each(|block| self.visit_settings(block));
    }

    fn visit_ask(&mut self, ask: &'s Ask) {
        if let Asked::Value { label, .. } = &ask.what {
            self.underscores(label.span);
        }
        walk_ask(self, ask);
    }

    fn visit_fact(&mut self, fact: &'s Fact) {
        if let Claim::Is(value) | Claim::Not(value) = &fact.claim {
            self.comment(value);
        }
        walk_fact(self, fact);
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        match &expr.kind {
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..) => {
                self.leading_zero(expr.span);
            }
            ExprKind::Value(Value::Text(_))
                if self.text(expr.span).trim().starts_with("\"\"\"") =>
            {
                self.doubled_braces(expr.span);
                self.latex(expr.span, true);
            }
            ExprKind::Value(Value::Text(_)) => {
                self.braces(expr.span, true);
                self.latex(expr.span, false);
                self.cloze(expr.span);
                self.shell(expr.span);
            }
            ExprKind::Prose(_) => {
                self.prefix(expr.span);
                self.picture(expr.span);
                self.doubled_braces(expr.span);
                self.latex(expr.span, true);
            }
            ExprKind::Binary(BinaryOp::Add, left, right) => self.tolerance(left, right),
            ExprKind::Binary(BinaryOp::FloorDivide, left, right) => {
                self.slashes(left, right, false);
            }
            ExprKind::Binary(BinaryOp::Subtract, left, right) => self.dashes(left, right),
            ExprKind::Binary(BinaryOp::BitAnd, left, right)
                if is_flag(left) && is_flag(right) && left.kind != right.kind =>
            {
                let between = left.span.gap(right.span);
                let warning = Diagnostic::warning(
                    Code::Unlikely,
                    expr.span,
                    "different flags have no bit in common, so `&` gives 0",
                );
                self.found.push(warning.fix(Fix::replace(between, " | ")));
            }
            ExprKind::Unary(UnaryOp::Negate, inner) if self.text(expr.span).starts_with("--") => {
                let warning = Diagnostic::warning(
                    Code::NoEffect,
                    expr.span,
                    "`--` is two minus signs, which cancel out",
                );
                let fix = Fix::replace(expr.span, self.text(inner.span).trim_start_matches('-'));
                self.found.push(warning.fix(fix));
            }
            ExprKind::Call { args, .. } => {
                let text = |arg: &&Expr| matches!(arg.kind, ExprKind::Value(Value::Text(_)));
                return args
                    .iter()
                    .filter(|arg| !text(arg))
                    .for_each(|arg| self.visit_expr(arg));
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

impl Search<'_> {
    fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    fn never(&mut self, span: Span, message: &str) {
        self.found
            .push(Diagnostic::warning(Code::NoEffect, span, message));
    }

    /// Warns about a loop over an empty range or list. Warns only about literal bounds, because a random or
    /// computed range can be empty in some runs.
    fn empty(&mut self, over: &Expr) {
        let bounds = match &over.kind {
            ExprKind::List(items) if items.is_empty() => {
                return self.never(over.span, "this loop never runs: the list is empty");
            }
            ExprKind::Range {
                from,
                to,
                inclusive,
            } => (number(from), number(to), *inclusive),
            _ => return,
        };
        let (Some(from), Some(to), inclusive) = bounds else {
            return;
        };
        if from < to || inclusive && from == to {
            return;
        }
        let message = if from == to {
            format!("this loop never runs: the range excludes its end, {to}")
        } else {
            format!("this loop never runs: {from} is greater than {to}")
        };
        let warning = Diagnostic::warning(Code::NoEffect, over.span, message);
        self.found.push(if from == to {
            warning
                .help("`..=` includes the end")
                .fix(Fix::replace(over.span, format!("{from}..={to}")))
        } else {
            warning.help(format!(
                "a range counts up: write `reverse({to}..={from})` to count down to {to}, or write the smaller number first"
            ))
        });
    }

    /// Warns about `010`, which is 10 in Pagewalk, but 8 in C and 16 in a Pagewalk table.
    fn leading_zero(&mut self, span: Span) {
        let text = self.text(span).trim();
        let digits = text.trim_start_matches(['0', '_']);
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        if !text.starts_with('0') || whole < 2 || digits.len() == text.len() {
            return;
        }
        let message = format!(
            "a leading zero has no effect: this number is {}",
            &digits[..whole]
        );
        let octal = u64::from_str_radix(digits, 8).ok();
        let octal = octal.map_or_else(String::new, |value| {
            format!(", and the octal `{text}` of C is `0x{value:X}`")
        });
        let help = format!("write `{digits}`; hexadecimal is `0x{digits}`{octal}");
        let fix = Fix::replace(span, digits);
        self.found.push(
            Diagnostic::warning(Code::NoEffect, span, message)
                .help(help)
                .fix(fix),
        );
    }

    fn title(&mut self, title: &Word) {
        self.braces(title.span, false);
    }

    /// Warns about `{{x}}` in prose, which template languages print as a value.
    fn doubled_braces(&mut self, span: Span) {
        let text = self.text(span);
        let holes = text.match_indices("{{").take(HOLES);
        let inner = holes.filter_map(|(at, _)| Some((at, text[at + 2..].split_once("}}")?.0)));
        // `{{ y(); }}` is C code.
        let mut inner = inner.filter(|(_, hole)| !hole.contains(';'));
        let Some((at, hole)) = inner.find(|(_, hole)| self.computes(hole)) else {
            return;
        };
        let value = format!("{{{}}}", hole.trim());
        let start = span.start as usize + at;
        let place = Span::new(span.file, start..start + hole.len() + 4);
        let warning =
            Diagnostic::warning(Code::Unlikely, place, "`{{` prints a brace, not a value").fix(
                Fix::write(place, text[at..at + hole.len() + 4].trim(), value),
            );
        self.found.push(warning);
    }

    /// Warns about `$n` in a text of a paper that has no values.
    fn shell(&mut self, span: Span) {
        if self.in_question {
            let found = shell(self.script, self.sources.text(span), span);
            self.found.extend(found);
        }
    }

    /// Warns about `2^{14}` and `\textbf{64}` in a text of a paper, which is not LaTeX. Prose evaluates the braces.
    fn latex(&mut self, span: Span, prose: bool) {
        let text = self.sources.text(span);
        let reported = self.found.len();
        for (at, _) in text
            .match_indices('{')
            .take(HOLES)
            .filter(|_| self.in_question)
        {
            let Some((hole, after)) = text[at + 1..].split_once('}') else {
                break;
            };
            // A string prints its braces, and prose evaluates them.
            let plain = |c: u8| c.is_ascii_digit() || !prose && c.is_ascii_alphabetic();
            // `trace_{pid}` may be meant.
            let letters = hole.bytes().filter(u8::is_ascii_alphabetic).count();
            let is_number = !hole.is_empty() && letters < 3 && hole.bytes().all(plain);
            let ahead = text[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let (from, sign) = if ahead.ends_with('\\') && ahead.len() + 1 < at {
                (ahead.len() - 1, "")
            } else if is_number && text[..at].ends_with(['^', '_']) {
                (at - 1, &text[at - 1..at])
            } else {
                continue;
            };
            // Doubled braces are printed, and the second argument of `\frac{1}{2}` would lose its command.
            if hole.starts_with('{') || after.starts_with('{') {
                continue;
            }
            let (start, end) = (span.start as usize, at + hole.len() + 2);
            let hole = &text[at..end];
            let value = hole.trim_matches(['{', '}']);
            let new = if is_number || !prose { value } else { hole };
            // `$2^{12}$`
            let base = text[..from].rsplit(|c: char| c.is_whitespace()).next();
            let base = base
                .and_then(|base| base.strip_prefix('$'))
                .filter(|_| after.starts_with('$'));
            let (from, end, new) = match base {
                Some(base) => (from - base.len() - 1, end + 1, format!("{base}{sign}{new}")),
                None => (from, end, format!("{sign}{new}")),
            };
            let whole = Span::new(span.file, start + from..start + end);
            let fix = Fix::write(whole, &text[from..end], new);
            let prints = if prose { "a value" } else { "braces" };
            let message = format!("a text is not LaTeX: `{hole}` prints {prints}");
            self.found
                .push(Diagnostic::warning(Code::Unlikely, whole, message).fix(fix));
        }
        if self.in_question && self.found.len() == reported {
            self.found.extend(formula(text, span));
        }
    }

    /// Warns about `#include "base.pw"` above a statement, which is a comment.
    fn directives(&mut self, stmt: Span) {
        let file = self.sources.file(stmt.file);
        let Some(text) = file.and_then(|file| file.text.get(..stmt.start as usize)) else {
            return;
        };
        // In a long line of statements, each would search the line again.
        let text = text.trim_end_matches([' ', '\t']);
        if !text.ends_with('\n') {
            return;
        }
        let mut end = text.len();
        for line in text.split_inclusive('\n').rev() {
            end -= line.len();
            let line_of_code = line.trim_start();
            if !line_of_code.is_empty() && !line_of_code.starts_with('#') {
                break;
            }
            if line.starts_with("#include \"") {
                let place = Span::new(stmt.file, end..end + 1);
                let message = "this line is a comment, so it includes nothing";
                let warning = Diagnostic::warning(Code::Unlikely, place, message);
                self.found.push(
                    warning
                        .help("remove the `#`")
                        .fix(Fix::write(place, "#", "")),
                );
            }
        }
    }

    /// Warns about `0x{hex(va)}`, which prints the prefix twice, and about `0x{va}`, which prints decimal digits.
    fn prefix(&mut self, span: Span) {
        let text = self.sources.text(span);
        let holes = text.match_indices("0x{").take(HOLES);
        let mut holes = holes.filter_map(|(at, _)| Some((at, text[at + 3..].split_once('}')?.0)));
        let Some((at, hole)) = holes.find(|(_, hole)| self.computes(hole)) else {
            return;
        };
        let start = span.start as usize + at;
        let (end, message, new) = if hole.starts_with("hex(") {
            (2, "`hex` prints the prefix `0x`, too", String::new())
        } else {
            let message = "a number in braces is printed in decimal";
            (hole.len() + 4, message, format!("{{hex({hole})}}"))
        };
        let place = Span::new(span.file, start..start + end);
        let warning = Diagnostic::warning(Code::Unlikely, place, message);
        self.found
            .push(warning.fix(Fix::write(place, &text[at..at + end], new)));
    }

    /// Warns about `![the TLB](tlb.png)` in a text of a paper, which is a picture in Markdown.
    fn picture(&mut self, span: Span) {
        let text = self.sources.text(span);
        let picture = text.find("![").and_then(|at| {
            let (said, link) = text[at + 2..].split_once("](")?;
            Some(at..at + said.len() + 5 + link.find(')')?)
        });
        let Some(picture) = picture.filter(|_| self.in_question) else {
            return;
        };
        let start = span.start as usize;
        let place = Span::new(span.file, start + picture.start..start + picture.end);
        let message = "a text has no pictures, so this is printed as it is";
        let warning = Diagnostic::warning(Code::Unlikely, place, message);
        self.found
            .push(warning.help("write `figure tlb`, or another figure, below the text"));
    }

    /// Warns about `{1:NUMERICAL:=15}` in a text of a paper, which is a blank in Moodle.
    fn cloze(&mut self, span: Span) {
        let text = self.sources.text(span);
        let holes = text.match_indices('{').take(HOLES);
        let mut holes = holes.filter_map(|(at, _)| Some((at, text[at + 1..].split_once('}')?.0)));
        let is_blank = |hole: &str| {
            let mut parts = hole.split(':').skip(1);
            let kind = parts.next().unwrap_or_default();
            !kind.is_empty()
                && kind.bytes().all(|c| c.is_ascii_uppercase() || c == b'_')
                && parts.next().is_some()
        };
        if let Some((at, hole)) = holes.find(|(_, hole)| self.in_question && is_blank(hole)) {
            let start = span.start as usize + at;
            let place = Span::new(span.file, start..start + hole.len() + 2);
            let warning = Diagnostic::warning(
                Code::Unlikely,
                place,
                "a text has no blanks, so these braces are printed",
            );
            self.found
                .push(warning.help("write `ask \"…\" = VALUE` below the text"));
        }
    }

    /// Warns about underscores in the label of a blank, which the paper prints beside the blank.
    fn underscores(&mut self, span: Span) {
        let text = self.sources.text(span);
        let Some(at) = text.find("___") else {
            return;
        };
        let length = text[at..].bytes().take_while(|c| *c == b'_').count();
        let start = span.start as usize + at;
        let place = Span::new(span.file, start..start + length);
        let warning = Diagnostic::warning(
            Code::Unlikely,
            place,
            "the paper prints a blank after this label, and these underscores, too",
        );
        self.found.push(
            warning.help(
                "write the label without underscores, such as `ask \"Bytes of a page\" = 64`",
            ),
        );
    }

    /// Warns about `0.5 +- 0.01`, which is a tolerance in other notations.
    fn tolerance(&mut self, left: &Expr, right: &Expr) {
        let Some(sign) = self.before_negative("+-", left, right) else {
            return;
        };
        let message = "`+-` adds a negative number; it is no tolerance";
        let warning = Diagnostic::warning(Code::Unlikely, sign, message);
        self.found.push(if self.in_question {
            warning.help("write `round 2` after the value to accept rounded answers")
        } else {
            warning
        });
    }

    /// Warns about `{x}` in a string that is not prose.
    fn braces(&mut self, span: Span, prose: bool) {
        let text = self.text(span).trim();
        let Some(inside) = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
        else {
            return;
        };
        let holes = inside
            .match_indices('{')
            .filter_map(|(at, _)| Some(inside[at + 1..].split_once('}')?.0));
        // `{va:x}` is Python's notation.
        let mut holes = holes
            .take(HOLES)
            .map(|hole| (hole, hole.split_once(':').unwrap_or((hole, ""))));
        let Some((hole, (value, form))) = holes.find(|(_, (value, _))| self.computes(value)) else {
            return;
        };
        let value = if form.contains(['x', 'X']) {
            format!("hex({value})")
        } else {
            value.to_owned()
        };
        let message = format!(
            "`{{{hole}}}` is printed literally: only text in `\"\"\"` evaluates `{{{value}}}`"
        );
        let warning = Diagnostic::warning(Code::Unlikely, span, message);
        self.found.push(match prose {
            true if !inside.contains('\\') => {
                let inside = inside.replace(&format!("{{{hole}}}"), &format!("{{{value}}}"));
                let fix = Fix::replace(span, format!("\"\"\"{inside}\"\"\""));
                warning.help("in `\"\"\"`, `{…}` prints a value").fix(fix)
            }
            true => warning.help("in `\"\"\"`, `{…}` prints a value"),
            false => {
                warning.help("a title is the same in every run; print the value below the title")
            }
        });
    }

    /// Whether the text in braces is an expression with variables or operators.
    fn computes(&self, hole: &str) -> bool {
        if hole.len() > HOLE {
            return false;
        }
        let script = parse(0, &format!("let hole = {hole}"), &mut ());
        let [stmt] = &*script.body else {
            return false;
        };
        let StmtKind::Let { value, .. } = &*stmt.kind else {
            return false;
        };
        if !script.diagnostics.is_empty() {
            return false;
        }
        let mut names = Names(Vec::new());
        names.visit_expr(value);
        let variables = self.variables.get_or_init(|| variables(self.script));
        let known = names.0.iter().all(|name| variables.contains(&**name));
        let operator = |part: &Expr| {
            matches!(
                part.kind,
                ExprKind::Binary(..)
                    | ExprKind::Quantity(..)
                    | ExprKind::Field(..)
                    | ExprKind::Call { .. }
                    | ExprKind::Index(..)
            )
        };
        known && (!names.0.is_empty() || any_expr(value, operator))
    }

    /// Warns about `read 0x10 // x`, a C-style comment in which `x` happens to be a variable.
    fn comment(&mut self, operand: &Expr) {
        if let ExprKind::Binary(BinaryOp::FloorDivide, left, right) = &operand.kind
            && (matches!(right.kind, ExprKind::Name(_))
                || number(left).is_some() && number(right).is_some())
            && !self.text(operand.span).starts_with('(')
            // A comment goes on to the end of its line.
            && self.ends_line(operand.span)
        {
            self.slashes(left, right, true);
        }
    }

    fn ends_line(&self, span: Span) -> bool {
        let file = self.sources.file(span.file);
        let rest = file.and_then(|file| file.text.get(span.end as usize..)?.lines().next());
        rest.is_none_or(|rest| rest.trim().is_empty())
    }

    /// Warns about `//` that is spaced like a comment.
    fn slashes(&mut self, left: &Expr, right: &Expr, sure: bool) {
        let span = left.span.gap(right.span);
        let between = self.sources.text(span);
        let Some((before, after)) = between.split_once("//") else {
            return;
        };
        if between.contains('\n')
            || !(sure || before.len() >= 2 || !before.is_empty() && after.is_empty())
        {
            return;
        }
        let at = span.start + before.len() as u32;
        let operator = Span {
            start: at,
            end: at + 2,
            ..span
        };
        let warning = Diagnostic::warning(Code::Unlikely, operator, "`//` divides and rounds down");
        self.found.push(
            warning
                .help("a comment begins with `#`")
                .fix(Fix::write(operator, "//", "#")),
        );
    }

    /// Warns about `5 -- x`, a comment in SQL and Ada.
    fn dashes(&mut self, left: &Expr, right: &Expr) {
        let Some(sign) = self.before_negative("--", left, right) else {
            return;
        };
        let message = "`--` subtracts a negative number";
        let warning = Diagnostic::warning(Code::Unlikely, sign, message);
        self.found.push(
            warning
                .help("a comment begins with `#`")
                .fix(Fix::write(sign, "--", "#")),
        );
    }

    /// Returns the place of an operator that touches the minus of a negative operand.
    fn before_negative(&self, signs: &str, left: &Expr, right: &Expr) -> Option<Span> {
        let between = Span {
            start: left.span.end,
            end: right.span.start + 1,
            ..left.span
        };
        let is_negative = matches!(right.kind, ExprKind::Unary(UnaryOp::Negate, _));
        let at = self.text(between).find(signs).filter(|_| is_negative)?;
        let start = between.start as usize + at;
        Some(Span::new(between.file, start..start + signs.len()))
    }
}

/// The names in an expression.
struct Names(Vec<Arc<str>>);

impl<'s> Visit<'s> for Names {
    fn visit_expr(&mut self, expr: &'s Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.0.push(Arc::clone(name)),
            // In `tlb.hits`, the word before the dot is not a variable.
            ExprKind::Field(whole, _) if matches!(whole.kind, ExprKind::Name(_)) => {}
            _ => walk_expr(self, expr),
        }
    }
}

/// Whether an expression is a flag of `mmap` or `mprotect`. Some flags of `open` have bits in common.
fn is_flag(expr: &Expr) -> bool {
    let begins = |name: &str| name.starts_with("MAP_") || name.starts_with("PROT_");
    matches!(&expr.kind, ExprKind::Name(name) if begins(name))
}

/// Returns the value of a literal whole number.
fn number(expr: &Expr) -> Option<i128> {
    match &expr.kind {
        ExprKind::Value(Value::Number(number)) | ExprKind::Quantity(Value::Number(number), _) => {
            number.as_integer()
        }
        ExprKind::Unary(UnaryOp::Negate, inner) => number(inner).map(|n| -n),
        _ => None,
    }
}

fn is_number(expr: &Expr, n: i128) -> bool {
    number(expr) == Some(n)
}
