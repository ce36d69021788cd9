//! The names and machines that statements with syntax errors may declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::ast::Stmt;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::INCLUDE;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::visit::statements;

/// The words before a declared name.
const DECLARING: &[&str] = &["let", "def", "choose", "for", "process"];

/// The statements whose names are also those of their results.
const RESULTS: &[&str] = &["reference"];

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
    pub(super) fn new(sources: &'s Sources, body: &[Stmt], syntax: &[Diagnostic]) -> Self {
        let mut unparsed = Self::default();
        if syntax.is_empty() {
            return unparsed;
        }
        let mut borders: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for stmt in statements(body) {
            let of_file = borders.entry(stmt.span.file).or_default();
            of_file.extend([stmt.span.start, stmt.span.end]);
        }
        let mut noted = BTreeSet::new();
        for Diagnostic { span, .. } in syntax {
            let text = sources.file(span.file).map_or("", |file| &file.text);
            let borders = borders.entry(span.file).or_default();
            // The text between two statements, or the statement itself if the parser read it in part.
            let start = borders.range(..=span.start).next_back().unwrap_or(&0);
            let after = span.end.max(span.start + 1);
            let end = borders.range(after..).next().copied();
            let end = end.map_or(text.len(), |end| end as usize);
            // A statement may have many errors.
            if noted.insert((span.file, *start, end)) {
                let unread = text.get(*start as usize..end).unwrap_or("");
                unparsed.note(unread, (span.file, *start));
            }
        }
        // The brace may have closed a block too early.
        if syntax.iter().any(|one| sources.text(one.span) == "}") {
            for stmt in body.iter().filter(|stmt| stmt.blocks().next().is_some()) {
                let at = (stmt.span.file, stmt.span.start);
                unparsed.note(sources.text(stmt.span), at);
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
            let block = line.rfind('{').unwrap_or(0);
            let (mut at, mut last) = (0, "");
            for part in ends {
                let word = part.trim_end_matches(|c| !is_letter(c));
                let end = at + word.len();
                at += part.len();
                if word.is_empty() {
                    continue;
                }
                let rest = line[end..].trim_start();
                let assigned = rest.strip_prefix(':').unwrap_or(rest).strip_prefix('=');
                let assigned = assigned.is_some_and(|value| !value.starts_with(['=', '>']));
                // `void touch(int va) {`
                let defined = !last.is_empty() && rest.starts_with('(') && block > end;
                let ranges = rest.split(' ').next() == Some("in");
                let is_result = RESULTS.contains(&word);
                if DECLARING.contains(&last) || assigned || defined || ranges || is_result {
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

    /// Whether an error or a warning of the check is independent of these statements.
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
        let is_call = || {
            let text = sources.file(file).map_or("", |file| &file.text);
            text.get(one.span.end as usize..)
                .is_some_and(|after| after.starts_with('('))
        };
        match one.code {
            // Only a call can be that of a definition.
            Code::UnknownVerb if !is_call() => true,
            Code::UnknownName
            | Code::UnknownFunction
            | Code::UnknownVerb
            | Code::UnknownProcess => !is_declared(),
            Code::NoKernel => !follows(self.kernel),
            Code::UnknownNoun | Code::UnknownPath | Code::NoMachine if is_declared() => false,
            Code::UnknownNoun
            | Code::UnknownPath
            | Code::UnknownFact
            | Code::NoMachine
            | Code::AddressTooWide
            | Code::ValueTooWide
            | Code::BadTable
            | Code::BadIndex
            | Code::Unlikely => !follows(self.machine),
            _ => true,
        }
    }
}
