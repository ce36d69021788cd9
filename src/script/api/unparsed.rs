//! The names and machines that statements with syntax errors may declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::ast::{Command, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::INCLUDE;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::visit::statements;
use crate::run::bind::word;

/// The words before a declared name.
const DECLARING: &[&str] = &["let", "def", "choose", "for", "process"];

/// The words of statements that declare a machine or a kernel.
const MACHINES: &[&str] = &["machine", INCLUDE];
const KERNELS: &[&str] = &["kernel", "process", INCLUDE];

/// The declarations that the statements with syntax errors may contain. Other errors may be consequences of them.
#[derive(Default)]
pub(super) struct Unparsed<'s> {
    names: BTreeSet<&'s str>,
    /// Whether a file that is not read may declare any name.
    any_name: bool,
    /// Where the text of the first possible declaration begins. It affects only later statements.
    machine: Option<(u32, u32)>,
    kernel: Option<(u32, u32)>,
}

impl<'s> Unparsed<'s> {
    pub(super) fn new(sources: &'s Sources, body: &'s [Stmt], syntax: &[Diagnostic]) -> Self {
        let mut unparsed = Self::default();
        if syntax.is_empty() {
            return unparsed;
        }
        let mut borders: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for stmt in statements(body) {
            let of_file = borders.entry(stmt.span.file).or_default();
            of_file.extend([stmt.span.start, stmt.span.end]);
        }
        for Diagnostic { span, .. } in syntax {
            let text = sources.file(span.file).map_or("", |file| &file.text);
            let borders = borders.entry(span.file).or_default();
            // The text between two statements, or the statement itself if the parser read it in part.
            let start = borders.range(..=span.start).next_back().unwrap_or(&0);
            let after = span.end.max(span.start + 1);
            let end = borders.range(after..).next().copied();
            let end = end.map_or(text.len(), |end| end as usize);
            let unread = text.get(*start as usize..end).unwrap_or("");
            unparsed.note(unread, (span.file, *start));
            if sources.text(*span) == "}" {
                unparsed.note_blocks(body);
            }
        }
        unparsed
    }

    /// Records the declarations that a text may contain.
    fn note(&mut self, text: &'s str, start: (u32, u32)) {
        let of_line = |line: &'s str| line.split('#').next().unwrap_or("");
        for line in text.lines().map(of_line) {
            let is_letter = |c: char| c.is_alphanumeric() || c == '_';
            let ends = line.split_inclusive(|c| !is_letter(c));
            let (mut at, mut last) = (0, "");
            for part in ends {
                let word = part.trim_end_matches(|c| !is_letter(c));
                let rest = line[at + word.len()..].trim_start();
                at += part.len();
                if word.is_empty() {
                    continue;
                }
                let assigned = rest.strip_prefix(':').unwrap_or(rest).strip_prefix('=');
                let assigned = assigned.is_some_and(|value| !value.starts_with(['=', '>']));
                // `void touch(int va) {`
                let defined = !last.is_empty() && rest.starts_with('(') && rest.contains('{');
                if DECLARING.contains(&last) || assigned || defined || rest.starts_with("in ") {
                    self.names.insert(word);
                }
                self.any_name |= word == INCLUDE;
                let note = |first: &mut Option<(u32, u32)>| {
                    *first = Some(first.unwrap_or(start).min(start));
                };
                if MACHINES.contains(&word) {
                    note(&mut self.machine);
                }
                if KERNELS.contains(&word) {
                    note(&mut self.kernel);
                }
                last = word;
            }
        }
    }

    /// Records the declarations of all blocks, because a `}` may have closed one of them too early.
    fn note_blocks(&mut self, body: &'s [Stmt]) {
        let blocks = body.iter().flat_map(Stmt::blocks);
        for stmt in blocks.flat_map(|block| statements(block)) {
            let start = Some((stmt.span.file, stmt.span.start));
            self.names.extend(stmt.variable().map(|name| &*name.text));
            match &stmt.kind {
                StmtKind::Def { name, .. } => {
                    self.names.insert(&name.text);
                }
                StmtKind::Command(Command { verb, operands, .. }) => {
                    if MACHINES.contains(&&*verb.text) {
                        self.machine = self.machine.or(start);
                    }
                    if KERNELS.contains(&&*verb.text) {
                        self.kernel = self.kernel.or(start);
                    }
                    let words = operands.iter().filter_map(word);
                    self.names.extend(words);
                }
                _ => {}
            }
        }
    }

    /// Whether an error of the check is independent of these statements.
    pub(super) fn is_independent_of(&self, sources: &Sources, one: &Diagnostic) -> bool {
        let Span { file, start, .. } = one.span;
        let follows = |first: Option<(u32, u32)>| {
            first.is_some_and(|first| first.0 != file || first.1 <= start)
        };
        let is_declared = || {
            let text = sources.text(one.span);
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            self.any_name || words.any(|word| self.names.contains(word))
        };
        match one.code {
            Code::UnknownName
            | Code::UnknownFunction
            | Code::UnknownVerb
            | Code::UnknownProcess => !is_declared(),
            Code::NoKernel => !follows(self.kernel),
            Code::UnknownNoun | Code::UnknownPath if is_declared() => false,
            Code::UnknownNoun
            | Code::UnknownPath
            | Code::UnknownFact
            | Code::NoMachine
            | Code::AddressTooWide
            | Code::ValueTooWide
            | Code::BadTable
            | Code::BadIndex => !follows(self.machine),
            _ => true,
        }
    }
}
