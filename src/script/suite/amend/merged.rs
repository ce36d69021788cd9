//! Findings from several runs, which may share files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use similar::TextDiff;

use super::LeftAlone;
use super::findings::{Findings, Wanted};
use super::plan::Plan;
use crate::lang::edit::edited;
use crate::lang::loader::{Loader, plain};
use crate::lang::source::{SourceFile, Sources};
use crate::lang::span::Span;
use crate::report::excerpt::visible;
use crate::report::narrate::count;
use crate::report::text::{Ink, Theme};

/// The place of a script in the document that contains it.
#[derive(Debug, Clone)]
pub struct BlockPlace {
    /// The text of the document.
    pub document: Arc<str>,
    /// The position of the script's text in the document.
    pub start: u32,
    /// The paths by which blocks of the document include each other. No files have these paths.
    pub blocks: Arc<[PathBuf]>,
    /// The parts of the document that must keep failing, also if a later block continues them.
    pub fails: Arc<[Range<usize>]>,
}

impl BlockPlace {
    /// Whether the text at a position of the document must keep failing.
    fn fails_at(&self, at: u32) -> bool {
        self.fails.iter().any(|part| part.contains(&(at as usize)))
    }
}

/// The findings from several runs, sorted by file.
pub struct Merged {
    findings: Findings,
    /// The complete files, as the runs read them. A script may be a part of a file.
    pub sources: Sources,
    numbers: BTreeMap<PathBuf, u32>,
    /// The files that changed between two runs.
    changed: BTreeSet<u32>,
}

/// A file that the findings change.
#[derive(Debug)]
pub struct ChangedFile<'m> {
    /// The file as the runs read it.
    pub file: &'m SourceFile,
    /// The new text, or `None` if another program changed the file between two runs.
    pub new: Option<String>,
    /// Number of facts and cells that change.
    pub facts: usize,
}

impl Merged {
    /// Creates empty findings.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            findings: Findings::new(wanted),
            sources: Sources::default(),
            numbers: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Adds the findings from running a script with these files. Only the paths of the files come from the loader,
    /// because a file may have changed since the run.
    pub fn absorb(
        &mut self,
        findings: Findings,
        sources: &Sources,
        place: Option<&BlockPlace>,
        loader: &dyn Loader,
    ) {
        let number = |(at, file): (usize, &SourceFile)| {
            let path = file.path.as_deref()?;
            match place {
                Some(place) if at == 0 => Some((
                    self.number(file, path, &place.document, loader),
                    place.start,
                )),
                // The block itself has the findings.
                Some(place) if place.blocks.iter().any(|block| block == path) => None,
                _ => Some((self.number(file, path, &file.text, loader), 0)),
            }
        };
        let numbers: Vec<_> = sources.files().enumerate().map(number).collect();
        self.findings.absorb(findings, |span| {
            let (file, by) = numbers.get(span.file as usize).copied().flatten()?;
            if span.file == 0 && place.is_some_and(|place| place.fails_at(span.start + by)) {
                return None;
            }
            Some(Span {
                file,
                start: span.start + by,
                end: span.end + by,
            })
        });
    }

    /// Returns the number of a file with this text.
    fn number(
        &mut self,
        file: &SourceFile,
        path: &Path,
        text: &Arc<str>,
        loader: &dyn Loader,
    ) -> u32 {
        // A file that has disappeared keeps its path, so that writing it reports the loss.
        let path = loader.canonical(path).unwrap_or_else(|_| plain(path));
        if let Some(number) = self.numbers.get(&path) {
            let known = self.sources.file(*number).map(|known| &known.text);
            if known.is_some_and(|known| !Arc::ptr_eq(known, text) && known != text) {
                self.changed.insert(*number);
            }
            return *number;
        }
        let number = self
            .sources
            .share(&file.name, Some(path.clone()), text.clone());
        self.numbers.insert(path, number);
        number
    }

    /// Returns the plan and the changed files.
    pub fn plan(&self) -> (Plan, Vec<ChangedFile<'_>>) {
        let plan = self.findings.plan(&self.sources);
        let change = |(number, file): (u32, &'_ SourceFile)| {
            let facts = *plan.facts.get(&number)?;
            if self.changed.contains(&number) {
                return Some(ChangedFile {
                    file: self.sources.file(number)?,
                    new: None,
                    facts,
                });
            }
            let new = edited(&file.text, Span::start_of(number), &plan.edits);
            let file = self.sources.file(number)?;
            (*new != *file.text).then_some(ChangedFile {
                file,
                new: Some(new),
                facts,
            })
        };
        let changed = (0..).zip(self.sources.files()).filter_map(change).collect();
        (plan, changed)
    }
}

/// Number of context lines around a difference.
const AROUND: usize = 2;

/// Returns the unified diff between two texts of a file, or an empty text if they are equal.
pub fn difference(name: &str, old: &str, new: &str, theme: Theme) -> String {
    let diff = TextDiff::from_lines(old, new);
    let unified = diff
        .unified_diff()
        .context_radius(AROUND)
        .header(name, name)
        .to_string();
    let mut text = String::new();
    for (number, line) in unified.lines().enumerate() {
        let ink = match line.as_bytes().first() {
            _ if number < 2 => Ink::Strong,
            Some(b'+') => Ink::Good,
            Some(b'-') => Ink::Bad,
            Some(b'@' | b'\\') => Ink::Faint,
            _ => Ink::Plain,
        };
        text += &theme.paint(ink, &visible(line));
        text.push('\n');
    }
    text
}

/// Returns one line per unchanged expectation, with the location, the fact, and the reason.
pub fn left_alone(left: &[LeftAlone], sources: &Sources, theme: Theme) -> String {
    let mut text = String::new();
    for LeftAlone { span, fact, reason } in left {
        let place = sources
            .location(*span)
            .map(|(name, at)| format!("{name}:{}", at.line))
            .unwrap_or_default();
        let place = theme.paint(Ink::Strong, &visible(&place));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{place}: `{}` stays unchanged: {}",
            visible(fact),
            visible(reason)
        );
    }
    text
}

/// Returns a summary such as `40 facts written in 2 files, 1 unchanged`. `unwritten` files could not be written.
pub fn summary(facts: usize, files: usize, left: usize, unwritten: usize) -> String {
    let mut text = match facts {
        0 if unwritten == 0 => "nothing to write".to_owned(),
        _ => format!(
            "{} written in {}",
            count(facts as u64, "fact", "facts"),
            count(files as u64, "file", "files")
        ),
    };
    if unwritten > 0 {
        let _ = write!(
            text,
            ", {} not written",
            count(unwritten as u64, "file", "files")
        );
    }
    if left > 0 {
        let _ = write!(text, ", {left} unchanged");
    }
    text
}
