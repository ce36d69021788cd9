//! Files that a document names, scripts and scenarios that can run, and the parts of a state that an editor displays.

use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;

use serde::Serialize;

use super::document::Document;
use crate::lang::ast::{Command, ExprKind, Pages, StmtKind};
use crate::lang::include::add_text;
use crate::lang::loader::Stream;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::statements;
use crate::report::doc::Block;
use crate::report::narrate::shown;
use crate::report::text::text;
use crate::run::facts::Component;
use crate::run::record::{Did, Sink, StepRecord};
use crate::run::session::Options;
use crate::run::state::State;
use crate::run::{Files, check_in, play_from};

/// The name of an existing file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The bytes of the name, without the quotes.
    pub range: Range<usize>,
    /// The path of the file.
    pub path: PathBuf,
}

impl Link {
    /// Returns the cursor positions from before the opening quote to after the closing quote.
    pub(super) fn quoted(&self) -> RangeInclusive<usize> {
        self.range.start - 1..=self.range.end + 1
    }
}

/// A script or scenario that can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The first byte.
    pub at: usize,
    /// The name of the scenario, or `None` for the whole script.
    pub scenario: Option<String>,
}

impl Document {
    /// Returns the files that the document names: included files, machine files, and traces.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let mut open = OpenTexts::default();
    /// open.texts.insert("/lib.pw".into(), b"let x = 1".into());
    /// let links = Document::new("/a.pw", "include \"lib.pw\"", open).links();
    /// assert_eq!((links[0].range.clone(), links[0].path.to_str()), (9..15, Some("/lib.pw")));
    /// ```
    pub fn links(&self) -> Vec<Link> {
        let mut found = Vec::new();
        for stmt in statements(&self.parsed().script.body).filter(|stmt| stmt.span.file == 0) {
            match &*stmt.kind {
                StmtKind::Include { path, body } => {
                    found.extend(
                        body.first()
                            .and_then(|first| self.link_to(path.span, first.span.file)),
                    );
                }
                StmtKind::Command(command) => {
                    found.extend(self.machine_link(command));
                    found.extend(
                        command
                            .operands
                            .first()
                            .and_then(|name| self.trace_link(name.span)),
                    );
                }
                StmtKind::Reference {
                    pages: Pages::Trace(name),
                    ..
                } => {
                    found.extend(self.trace_link(name.span));
                }
                _ => {}
            }
        }
        found
    }

    /// Returns the scripts that can run: each scenario of the document, and the document itself unless it is
    /// empty.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let lenses = Document::new("a.pw", "scenario \"one\" { }", OpenTexts::default()).lenses();
    /// assert_eq!(lenses[1].scenario.as_deref(), Some("one"));
    /// ```
    pub fn lenses(&self) -> Vec<Lens> {
        let body = &self.parsed().script.body;
        let whole = (!body.is_empty()).then_some(Lens {
            at: 0,
            scenario: None,
        });
        let scenarios = statements(body).filter_map(|stmt| match &*stmt.kind {
            StmtKind::Scenario { name, .. } if stmt.span.file == 0 => Some(Lens {
                at: stmt.span.bytes().start,
                scenario: Some(name.text.to_string()),
            }),
            _ => None,
        });
        whole.into_iter().chain(scenarios).collect()
    }

    /// Returns a quoted name as a link to a file of the script.
    fn link_to(&self, name: Span, file: u32) -> Option<Link> {
        Some(link(name, self.parsed().sources.file(file)?.path.clone()?))
    }

    fn machine_link(&self, command: &Command) -> Option<Link> {
        let name = command
            .operands
            .first()
            .filter(|_| &*command.verb.text == "machine")?;
        let ExprKind::Value(Value::Text(_)) = &name.kind else {
            return None;
        };
        let fields = self.parsed().files.machine(name.span)?;
        self.link_to(name.span, fields.first()?.span.file)
    }

    fn trace_link(&self, name: Span) -> Option<Link> {
        match self.parsed().files.trace(name)? {
            Stream::File(path) => Some(link(name, path)),
            Stream::Bytes(_) => None,
        }
    }
}

fn link(name: Span, path: PathBuf) -> Link {
    let Range { start, end } = name.bytes();
    Link {
        range: start + 1..end.saturating_sub(1),
        path,
    }
}

/// Maximum length of a panel in characters.
const LONGEST: usize = 1 << 16;

/// A titled text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Panel {
    /// The operand of `show`.
    pub title: String,
    pub text: String,
}

/// Returns the panels of a state: processes with their areas and page tables, frames, swap, TLBs and caches, page
/// tables, and counters.
pub(super) fn panels(state: &State) -> Vec<Panel> {
    let mut nouns = Vec::new();
    // Processes come before the TLBs and caches, whose tables are long.
    if let Some(kernel) = state.kernel() {
        for process in kernel.processes() {
            nouns.push(format!("{}.maps", process.name));
            nouns.push(format!("{}.page_table", process.name));
        }
        nouns.extend(["processes", "frames", "swap"].map(str::to_owned));
    }
    if let Some(spec) = state.spec() {
        for part in Component::all(spec) {
            let (noun, count) = match part {
                Component::Tlb(_) => ("tlb", spec.tlbs.len()),
                Component::Cache(_) => ("cache", spec.caches.len()),
            };
            let name = if count > 1 {
                format!("{noun} {}", part.name(spec))
            } else {
                noun.to_owned()
            };
            nouns.push(name);
        }
        if spec.mmu.is_some() && state.kernel().is_none() {
            nouns.push("page_table".to_owned());
        }
        nouns.push("stats".to_owned());
    }
    nouns
        .into_iter()
        .filter_map(|noun| panel(state, noun))
        .collect()
}

/// Returns the output of `show NOUN`, or `None` if the output is empty or an error.
fn panel(state: &State, noun: String) -> Option<Panel> {
    let (mut sources, options) = (Sources::default(), Options::default());
    let (script, wrong) = add_text(&mut sources, "show", &format!("show {noun}"), &mut ());
    let files = Files::default();
    if !wrong.is_empty()
        || !check_in(state, &script.body, &sources, &files, options)
            .diagnostics
            .is_empty()
    {
        return None;
    }
    let mut seen = ShownText::default();
    play_from(
        state.clone(),
        &script.body,
        &sources,
        &files,
        options,
        &mut seen,
        None,
    );
    let cut = seen.0.char_indices().nth(LONGEST).map(|(at, _)| at);
    if let Some(at) = cut {
        seen.0.truncate(at);
        seen.0.push('…');
    }
    (!seen.0.trim().is_empty()).then_some(Panel {
        title: noun,
        text: seen.0,
    })
}

/// Removes the title of a lone table, because this title would duplicate the panel's title.
fn untitled(mut blocks: Vec<Block>) -> Vec<Block> {
    if let [Block::Table(table)] = &mut blocks[..] {
        table.title.clear();
    }
    blocks
}

/// A sink that collects the output as text.
#[derive(Default)]
struct ShownText(String);

impl Sink for ShownText {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Did::Shown(views) = &*record.did {
            self.0 += &text(&untitled(shown(views)), false);
        }
        true
    }
}
