//! Rewrites accesses as an exam question whose blanks are the accesses' expected facts.

use std::ops::Range;

use crate::lang::ast::{
    Ask, Block, Claim, Command, Expr, ExprKind, Fact, Operation, OperationKind, Span, Stmt,
    StmtKind,
};
use crate::lang::edit::TextEdit;
use crate::lang::value::Value;
use crate::lang::visit::statements;
use crate::questions::LANGUAGE;
use crate::run::facts::Family;

/// Maximum number of facts to ask about a statement without expectations.
const MOST: usize = 8;

/// The rewritten form of some statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// Replaces the statements with a question, or with `ask`s if they are already in a question.
    pub edit: TextEdit,
    /// Whether the statements also remain after the question because later statements may depend on their
    /// effects. A question runs on a copy of the state.
    pub kept: bool,
}

/// Returns the facts of the statement at a position, each in script notation (`ppn 0x0D`). The list is empty if
/// the statement has not run.
pub type KnownFacts<'a> = &'a dyn Fn(Span) -> Vec<String>;

/// Converts the selected accesses to a question, or to `ask`s within a question. The accesses must be in one
/// block, and not in a loop or definition, which would repeat the question. The question for a statement
/// without expectations has a blank for each known fact. Statements outside the script can follow (`continued`).
pub fn turned(
    text: &str,
    script: &Block,
    selection: Range<usize>,
    continued: bool,
    known: KnownFacts,
) -> Option<Turned> {
    let place = Surroundings {
        question: false,
        kept: continued,
    };
    let (accesses, place) = find(text, script, &selection, place)?;
    let asks: Vec<Asking> = accesses
        .iter()
        .map(|access| access.asking(text, known))
        .collect::<Option<_>>()?;
    let (first, last) = (accesses.first()?.span, accesses.last()?.span);
    let bytes = first.start as usize..last.end as usize;
    let indent = indent(text, bytes.start);
    if place.question {
        let lines: Vec<String> = asks.iter().map(|ask| ask.written(false)).collect();
        let edit = TextEdit::new(Span::new(0, bytes), lines.join(&format!("\n{indent}")));
        return Some(Turned { edit, kept: false });
    }
    let mut written = question(script, &accesses, &asks, (&indent, text));
    if place.kept {
        written = format!("{written}\n{indent}{}", &text[bytes.clone()]);
    }
    Some(Turned {
        edit: TextEdit::new(Span::new(0, bytes), written),
        kept: place.kept,
    })
}

/// The context of statements.
#[derive(Debug, Clone, Copy)]
struct Surroundings {
    /// Whether the statements are in a question.
    question: bool,
    /// Whether a later statement depends on the effects of these statements.
    kept: bool,
}

/// An access in a script.
struct Access<'s> {
    span: Span,
    /// The end of the operation, where its expectations begin.
    end: u32,
    facts: &'s [Fact],
    verb: &'s str,
    address: Option<&'s Expr>,
}

/// The blanks for an access.
struct Asking {
    operation: String,
    facts: Vec<String>,
    blanks: usize,
    parts: Vec<&'static str>,
}

/// Returns the accesses that a selection overlaps, from the innermost block that contains the whole
/// selection.
fn find<'s>(
    text: &str,
    block: &'s [Stmt],
    selection: &Range<usize>,
    place: Surroundings,
) -> Option<(Vec<Access<'s>>, Surroundings)> {
    let met = |stmt: &&Stmt| {
        let (start, end) = (stmt.span.start as usize, stmt.span.end as usize);
        stmt.span.file == 0 && start <= selection.end && selection.start <= end
    };
    let last = block.iter().rposition(|stmt| met(&stmt))?;
    let all: Vec<&Stmt> = block.iter().filter(met).collect();
    let accesses: Option<Vec<Access>> = all.iter().map(|stmt| access(text, stmt)).collect();
    let follows = last + 1 < block.len();
    if let Some(accesses) = accesses {
        let pointed = place.question && block.iter().any(has_points);
        return (!pointed).then_some((
            accesses,
            Surroundings {
                kept: place.kept || follows,
                ..place
            },
        ));
    }
    let [stmt] = all.as_slice() else { return None };
    let within = Surroundings {
        kept: place.kept || follows,
        ..place
    };
    let apart = Surroundings {
        kept: false,
        ..place
    };
    match &*stmt.kind {
        StmtKind::Scenario { body, .. } => find(text, body, selection, apart),
        StmtKind::Question { body, .. } | StmtKind::Part { body, .. } => find(
            text,
            body,
            selection,
            Surroundings {
                question: true,
                kept: false,
            },
        ),
        StmtKind::If {
            then, otherwise, ..
        } => find(text, then, selection, within).or_else(|| {
            otherwise
                .as_deref()
                .and_then(|block| find(text, block, selection, within))
        }),
        _ => None,
    }
}

/// Whether a statement has points. If some statements have points, new statements get no points.
fn has_points(stmt: &Stmt) -> bool {
    matches!(&*stmt.kind, StmtKind::Ask(ask) if matches!(&**ask, Ask { points: Some(_), .. }))
}

/// Returns the statement as an access, if it is one.
fn access<'s>(text: &str, stmt: &'s Stmt) -> Option<Access<'s>> {
    let of = |command: &'s Command| {
        let access = !command.call && LANGUAGE.verb(&command.verb.text)?.family == Family::Access;
        let end = command
            .assigned
            .as_deref()
            .unwrap_or(&command.operands)
            .last()?
            .span
            .end;
        access.then_some((end, &*command.verb.text, command.operands.first()))
    };
    let (end, verb, address) = match &*stmt.kind {
        StmtKind::Command(command) => of(command)?,
        StmtKind::Probe(operation) => match &**operation {
            Operation {
                kind: OperationKind::Command(command),
                ..
            } => of(command)?,
            Operation {
                kind: OperationKind::Expr(expr),
                ..
            } if !matches!(expr.kind, ExprKind::Call { .. }) => (expr.span.end, "read", Some(expr)),
            _ => return None,
        },
        StmtKind::InProcess { process, body } => {
            let [inner] = &**body else { return None };
            let between = text.get(process.span.end as usize..inner.span.start as usize)?;
            return (between.trim() == ":").then(|| {
                access(text, inner).map(|access| Access {
                    span: stmt.span,
                    ..access
                })
            })?;
        }
        _ => return None,
    };
    Some(Access {
        span: stmt.span,
        end,
        facts: &stmt.facts,
        verb,
        address,
    })
}

impl Access<'_> {
    fn asking(&self, text: &str, known: KnownFacts) -> Option<Asking> {
        let operation = text
            .get(self.span.start as usize..self.end as usize)?
            .to_owned();
        let run = known(self.span);
        let (mut facts, mut blanks) = (Vec::new(), Vec::new());
        for fact in self.facts {
            match fact.claim {
                Claim::Not(_) | Claim::In(_) => {
                    facts.push(
                        text.get(fact.span.start as usize..fact.span.end as usize)?
                            .to_owned(),
                    );
                }
                _ if blanks.iter().any(|known| known == &*fact.name.text) => {}
                _ => blanks.push(fact.name.text.to_string()),
            }
        }
        if self.facts.is_empty() {
            let names = run.iter().filter_map(|fact| fact.split(' ').next());
            blanks.extend(
                names
                    .filter(|name| !name.contains('.'))
                    .take(MOST)
                    .map(ToOwned::to_owned),
            );
        }
        let count = blanks.len();
        facts.extend(blanks);
        (count > 0).then(|| Asking {
            operation,
            facts,
            blanks: count,
            parts: parts(&run, self.verb),
        })
    }

    /// Returns the address as prose, if it is a number or a name.
    fn address(&self, text: &str) -> Option<String> {
        let address = self.address?;
        match &address.kind {
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..) => text
                .get(address.span.start as usize..address.span.end as usize)
                .map(ToOwned::to_owned),
            ExprKind::Name(name) => Some(format!("{{hex({name})}}")),
            _ => None,
        }
    }

    fn sentence(&self, text: &str) -> String {
        let does = match self.verb {
            "translate" => "Translate the address",
            "write" => "The processor writes to the address",
            "fetch" => "The processor fetches an instruction from the address",
            _ => "The processor reads from the address",
        };
        match self.address(text) {
            Some(address) => format!("{does} {address}."),
            None => "Work out the result of this access.".to_owned(),
        }
    }
}

impl Asking {
    fn written(&self, points: bool) -> String {
        let points = if points {
            format!(" points {}", self.blanks)
        } else {
            String::new()
        };
        format!(
            "ask {} => {}{points}",
            self.operation,
            self.facts.join(", ")
        )
    }
}

/// Returns the parts of a textbook's machine that a student must see: the page table, TLB, and cache, each
/// only if a run has reported its facts.
fn parts(known: &[String], verb: &str) -> Vec<&'static str> {
    let has = |name: &str| {
        known
            .iter()
            .any(|fact| fact.split(' ').next() == Some(name))
    };
    let table = has("vpn1") && !has("vpn2") && !has("frame");
    let parts = [
        (table, "page_table"),
        (has("tlb.index"), "tlb"),
        (verb != "translate" && has("cache.index"), "cache"),
    ];
    parts
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| name)
        .collect()
}

/// Returns a question that contains the `ask`s.
fn question(
    script: &[Stmt],
    accesses: &[Access],
    asks: &[Asking],
    (indent, text): (&str, &str),
) -> String {
    let points: usize = asks.iter().map(|ask| ask.blanks).sum();
    let mut lines = vec![format!(
        "question \"{}\" points {points} {{",
        title(script, accesses)
    )];
    let said = match accesses {
        [only] => only.sentence(text),
        _ => "The processor performs these accesses in order.".to_owned(),
    };
    lines.push(format!("  text \"\"\"{said}\"\"\""));
    if let Some(parts) = asks
        .iter()
        .map(|ask| &ask.parts)
        .max_by_key(|parts| parts.len())
        && !parts.is_empty()
    {
        lines.push(format!("  given {}", parts.join(", ")));
    }
    lines.extend(
        asks.iter()
            .map(|ask| format!("  {}", ask.written(asks.len() > 1))),
    );
    lines.push("}".to_owned());
    lines.join(&format!("\n{indent}"))
}

/// Returns a title that is not used in the script.
fn title(script: &[Stmt], accesses: &[Access]) -> String {
    let translation = accesses.iter().all(|access| access.verb == "translate");
    let title = if translation {
        "Address translation"
    } else {
        "Memory access"
    };
    let taken: Vec<&str> = statements(script)
        .filter_map(|stmt| match &*stmt.kind {
            StmtKind::Question { title, .. } => Some(&*title.text),
            _ => None,
        })
        .collect();
    let numbered = |n: usize| {
        if n == 1 {
            title.to_owned()
        } else {
            format!("{title} {n}")
        }
    };
    (1..=taken.len() + 1)
        .map(numbered)
        .find(|title| !taken.contains(&title.as_str()))
        .unwrap_or_default()
}

/// Returns the indentation of the line at a byte.
fn indent(text: &str, at: usize) -> String {
    let line = text
        .get(..at)
        .and_then(|ahead| ahead.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    text[line..]
        .chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect()
}
