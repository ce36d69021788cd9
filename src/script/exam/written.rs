//! A version as a separate script without random choices. The script reproduces the handed-out paper even if
//! a later release makes different random choices. For this reason, the script also contains the
//! drawn orders and selections instead of the seed.

use std::collections::BTreeMap;

use super::arrange::{arrange, choices};
use super::collect::Collector;
use super::paper::Paper;
use super::seeds::has_random_policy;
use super::version::Version;
use crate::lang::ast::{Asked, Block, Command, Span, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::lang::visit::statements;
use crate::questions::arrangement::{Arrangement, arranges};
use crate::questions::entry::Alternative;
use crate::run::record::{Did, Sink, StepRecord};
use crate::run::seeds::mixed;
use crate::run::session::Options;
use crate::run::{self, Files};

/// A sink that collects the paper and the values that statements assign.
#[derive(Default)]
struct Watching {
    collector: Collector,
    bound: BTreeMap<(u32, u32), Vec<Value>>,
}

impl Sink for Watching {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Did::Bound { value, .. } = &*record.did {
            let values = self
                .bound
                .entry((record.span.file, record.span.start))
                .or_default();
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        self.collector.accept(record)
    }
}

/// Returns the script of a version, given its options. Replaces each `choose` with a `let`, replaces selections
/// and orders with lists, and inlines included files.
///
/// # Errors
/// Returns the errors from running the script, or an error if a `choose` has several values, as in a loop.
pub fn written(
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    version: Option<&Version>,
) -> Result<String, Vec<Diagnostic>> {
    let mut watching = Watching::default();
    let ended = run::play(script, sources, files, options, &mut watching);
    if !ended.diagnostics.is_empty() {
        return Err(ended.diagnostics);
    }
    let rows = rows(watching.collector.parts(), version)?;
    let draws = has_random_policy(script, sources, files) || shuffles_messages(script);
    let seeds = draws.then_some(options);
    let mut writing = Writing {
        sources,
        bound: &watching.bound,
        rows: &rows,
        seeds,
        covered: false,
        wrong: Vec::new(),
    };
    let body = writing.file(0, script);
    if !writing.wrong.is_empty() {
        return Err(writing.wrong);
    }
    let seed = seeds.map_or_else(String::new, |options| format!("seed {}\n", options.seed));
    let cover = if writing.covered || rows.is_empty() {
        String::new()
    } else {
        format!("exam {{\n{rows}}}\n")
    };
    Ok(format!(
        "# A version as it was handed out. It draws no values.\n{seed}{cover}{body}"
    ))
}

/// Whether an `ask steps` prints messages in a random order.
fn shuffles_messages(script: &Block) -> bool {
    statements(script).any(|stmt| match &*stmt.kind {
        StmtKind::Ask(ask) => matches!(ask.what, Asked::Steps { .. }),
        _ => false,
    })
}

/// Returns the rows of `exam` that list the contents of the paper in order.
fn rows(
    (by, raw): (Arrangement, Paper),
    version: Option<&Version>,
) -> Result<String, Vec<Diagnostic>> {
    let mut paper = raw.clone();
    let wrong = arrange(&mut paper, &by);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let text = |text: &str| Value::from(text.to_owned()).quoted();
    let mut rows: Vec<String> = Vec::new();
    if !by.pools.is_empty() || by.questions || by.listed.is_some() {
        let titles: Vec<String> = paper
            .questions
            .iter()
            .map(|question| text(&question.title))
            .collect();
        rows.push(format!("  questions [{}]\n", titles.join(", ")));
    }
    if by.options || !by.orders.is_empty() {
        let mut raw = raw.questions;
        for question in &mut paper.questions {
            let Some(before) = raw.iter_mut().find(|before| before.title == question.title) else {
                continue;
            };
            for (now, before) in choices(&mut question.body)
                .into_iter()
                .zip(choices(&mut before.body))
            {
                let order: Vec<String> =
                    order(now, before).iter().map(ToString::to_string).collect();
                rows.push(format!(
                    "  options {} [{}]\n",
                    text(&question.title),
                    order.join(", ")
                ));
            }
        }
    }
    let said = version.map(|version| (version.code.clone(), version.student.clone()));
    let kept = || by.version.clone().map(|code| (code, None));
    if let Some((code, student)) = said.or_else(kept) {
        rows.push(format!("  version {}\n", text(&code)));
        let student = student
            .map(|student| (student.id, student.name))
            .or_else(|| by.student.clone());
        if let Some((id, name)) = student {
            rows.push(format!("  student {} {}\n", text(&id), text(&name)));
        }
    }
    Ok(rows.concat())
}

/// Returns, for each option in `now`, its index in `before`.
fn order(now: &[Alternative], before: &[Alternative]) -> Vec<usize> {
    let mut free: Vec<usize> = (0..before.len()).collect();
    let mut place = |option: &Alternative| {
        let at = free.iter().position(|at| {
            (&before[*at].text, before[*at].correct) == (&option.text, option.correct)
        })?;
        Some(free.remove(at))
    };
    now.iter().filter_map(&mut place).collect()
}

/// Writes the files of a script with their replacements.
struct Writing<'s> {
    sources: &'s Sources,
    bound: &'s BTreeMap<(u32, u32), Vec<Value>>,
    /// Rows for the `exam` block.
    rows: &'s str,
    /// The run options, if the script makes random choices at run time and must therefore keep its seeds.
    seeds: Option<Options>,
    /// Whether the script contains an `exam` block.
    covered: bool,
    wrong: Vec<Diagnostic>,
}

impl Writing<'_> {
    /// Returns the text of a file with all replacements.
    fn file(&mut self, number: u32, body: &[Stmt]) -> String {
        let mut edits = Vec::new();
        self.block(body, &mut edits);
        let text = self.sources.file(number).map_or("", |file| &*file.text);
        edited(text, Span::start_of(number), &edits)
    }

    fn block(&mut self, block: &[Stmt], edits: &mut Vec<TextEdit>) {
        for stmt in block {
            match &*stmt.kind {
                StmtKind::Choose { name, .. } => self.draw(stmt, &name.text, edits),
                StmtKind::Command(command) if &*command.verb.text == "seed" => {
                    edits.push(TextEdit::new(stmt.span, self.seed(command)));
                }
                StmtKind::Command(command) if &*command.verb.text == "exam" => {
                    self.cover(command, edits);
                }
                StmtKind::Include { body, .. } => {
                    if let Some(first) = body.first() {
                        let text = self.file(first.span.file, body);
                        edits.push(TextEdit::new(stmt.span, format!("\n{text}\n")));
                    }
                }
                _ => stmt.blocks().for_each(|block| self.block(block, edits)),
            }
        }
    }

    /// Replaces a `choose` by a `let`. A `choose` that did not run remains unchanged.
    fn draw(&mut self, stmt: &Stmt, name: &str, edits: &mut Vec<TextEdit>) {
        match self
            .bound
            .get(&(stmt.span.file, stmt.span.start))
            .map(Vec::as_slice)
        {
            None | Some([]) => {}
            Some([value]) => {
                edits.push(TextEdit::new(
                    stmt.span,
                    format!("let {name} = {}", value.quoted()),
                ));
            }
            Some([_, _, ..]) => self.wrong.push(
                Diagnostic::new(
                    Code::WrongCount,
                    stmt.span,
                    format!("`{name}` is drawn several times with different values"),
                )
                .label("cannot be written as one `let`")
                .help("move the `choose` outside of loops and definitions"),
            ),
        }
    }

    /// Returns the effective `seed` statement if the script makes random choices at run time. Otherwise, the script does not
    /// depend on the seed.
    fn seed(&self, command: &Command) -> String {
        let said = command
            .operands
            .first()
            .map_or("", |operand| self.sources.text(operand.span));
        match self.seeds {
            None => String::new(),
            Some(Options {
                version: true,
                seed,
                ..
            }) => said.trim().parse().map_or_else(
                |_| format!("seed {said}"),
                |said| format!("seed {}", mixed(seed, said)),
            ),
            Some(_) => format!("seed {said}"),
        }
    }

    /// Replaces the arrangement rows of the `exam` block with lists.
    fn cover(&mut self, command: &Command, edits: &mut Vec<TextEdit>) {
        let Some(block) = &command.block else { return };
        let settings = &block.settings;
        let kept = settings.iter().position(|one| !arranges(&one.name.text));
        for (at, setting) in settings.iter().enumerate() {
            if !arranges(&setting.name.text) {
                continue;
            }
            let mut span = setting.span;
            // The separator before a setting goes with it. Ahead of all kept settings, the one after it does.
            if kept.is_some_and(|kept| kept < at) {
                span.start = settings[at - 1].span.end;
            } else if let Some(next) = settings.get(at + 1) {
                span.end = next.span.start;
            }
            edits.push(TextEdit::new(span, ""));
        }
        let end = Span {
            start: block.span.end.saturating_sub(1),
            ..block.span
        };
        edits.push(TextEdit::new(
            Span {
                end: end.start,
                ..end
            },
            format!("\n{}", self.rows),
        ));
        self.covered = true;
    }
}
