//! A parsed and checked script.

use crate::exam::seeds::{Series, declared_seeds, depends_on_seed};
use crate::lang::ast::{Stmt, StmtKind};
use crate::lang::course;
use crate::lang::diagnostic::{Code, Diagnostic, Severity};
use crate::lang::idioms::improve;
use crate::lang::include::{Script, add_text, golden_stem, is_yaml, read};
use crate::lang::loader::{Disk, Loader, MemoryLimit, Texts};
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::visit::statements;
use crate::questions::LANGUAGE;
use crate::report::diagnostics::{Style, is_about_whole_file, render};
use crate::run::arranged::arrangements;
use crate::run::record::Sink;
use crate::run::session::{LimitNames, Options};
use crate::run::{self, Checked, Earlier, Ended, Files, check_again};
use pagewalk_engine::files::shown;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::owners::{declared_process, name_other_blocks, name_owners};
use super::parsed_script::ParsedScript;
use super::unparsed::Unparsed;

/// Maximum number of diagnostics in a report.
const MOST: usize = 100;

/// Maximum number of lines in the help of an error that occurs in several lines.
const LISTED: usize = 8;

/// A script and its diagnostics.
#[derive(Debug)]
pub struct CheckedScript {
    /// The texts of the script and its included files.
    pub sources: Sources,
    pub script: Script,
    /// The machine files and traces that the script names.
    pub files: Files,
    /// The errors, none if the script can run.
    pub diagnostics: Vec<Diagnostic>,
    /// The warnings, which do not prevent a run.
    pub warnings: Vec<Diagnostic>,
    /// The results of the check, from which the check of a similar script can continue.
    pub checked: Arc<Checked>,
}

impl CheckedScript {
    /// Parses and checks the script at this path (`-` is standard input) and all files that the script names.
    pub fn from_path(path: &Path) -> Self {
        Self::from_loader(path, &mut Disk)
    }

    /// Like [`CheckedScript::from_path`], with files from a loader.
    pub fn from_loader(path: &Path, loader: &mut dyn Loader) -> Self {
        let mut checked = Self::from_parsed(ParsedScript::new(read(path, loader), loader), loader);
        // The blocks of a document are scripts of this name, and only the whole file is not a script.
        checked.refuse_for(markdown(path));
        checked
    }

    /// Whether the script has neither errors nor warnings.
    pub fn is_free_of_messages(&self) -> bool {
        self.diagnostics.is_empty() && self.warnings.is_empty()
    }

    /// Whether the papers of the script differ between seeds.
    pub fn depends_on_seed(&self) -> bool {
        depends_on_seed(&self.script.body, &self.sources, &self.files)
    }

    /// Whether a statement sets the seed.
    pub fn sets_seed(&self) -> bool {
        statements(&self.script.body).any(|stmt| {
            matches!(&*stmt.kind, StmtKind::Command(command) if &*command.verb.text == "seed")
        })
    }

    /// Returns all seeds that the script sets.
    pub fn declared_seeds(&self) -> Vec<u64> {
        declared_seeds(&self.script.body)
    }

    /// Whether this script can have printed the paper with this code and seed. The answer is no if the script has
    /// changed since.
    pub fn may_have_printed(&self, seed: u64, code: &str) -> bool {
        Series::new(seed, 0, &self.sources).may_have_code(seed, code)
    }

    /// Parses and checks a text as if it were a file of this name. The loader provides other files.
    pub fn from_text(name: &str, text: &str, loader: &mut dyn Loader) -> Self {
        Self::from_parsed(
            ParsedScript::from_text(name, text, &Script::default(), loader),
            loader,
        )
    }

    /// Checks a parsed script. The loader provides files for the fixes that the method tries.
    pub fn from_parsed(parsed: ParsedScript, loader: &mut dyn Loader) -> Self {
        Self::from_parsed_after(parsed, None, loader)
    }

    /// Like [`CheckedScript::from_parsed`], for a text that was parsed as a later version of an earlier script. The result does
    /// not depend on the earlier script.
    pub fn from_parsed_after(
        parsed: ParsedScript,
        earlier: Option<&Self>,
        loader: &mut dyn Loader,
    ) -> Self {
        let limit = loader.memory_limit();
        let mut checked = Self::found(parsed, earlier.map(Self::as_earlier), limit);
        let path = checked.sources.file(0).and_then(|file| file.path.clone());
        let name = path.as_ref().map_or_else(
            || checked.name().to_owned(),
            |path| path.display().to_string(),
        );
        if checked.refuse_for(not_a_script(&name)) {
            return checked;
        }
        let earlier = Earlier {
            script: &checked.script,
            sources: &checked.sources,
            checked: &checked.checked,
        };
        let mut wrong = |file: u32, text: &str| match (file, &path) {
            (0, Some(_)) => {
                let parsed = ParsedScript::from_text(&name, text, earlier.script, loader);
                Self::found(parsed, Some(earlier), limit).diagnostics
            }
            (0, None) => {
                let mut sources = Sources::default();
                let (script, wrong) = add_text(&mut sources, &name, text, loader);
                let parsed = ParsedScript::new((sources, script, wrong), loader);
                Self::found(parsed, None, limit).diagnostics
            }
            // An included file, beside the others.
            _ => {
                let path = earlier
                    .sources
                    .file(file)
                    .and_then(|file| file.path.as_ref());
                let path = path.and_then(|path| loader.canonical(path).ok());
                let Some(path) = path else {
                    return parse(file, text, &mut ()).diagnostics;
                };
                let mut loader = Texts {
                    texts: BTreeMap::from([(path, text.as_bytes().to_vec())]),
                    other: &mut *loader,
                };
                let main = earlier.sources.file(0).map_or("", |file| &*file.text);
                let parsed = ParsedScript::from_text(&name, main, earlier.script, &mut loader);
                Self::found(parsed, Some(earlier), limit).diagnostics
            }
        };
        // Verify fixes for warnings only if there are no errors.
        let right = checked.diagnostics.is_empty();
        let found = if right {
            &mut checked.warnings
        } else {
            &mut checked.diagnostics
        };
        name_owners(&checked.sources, &checked.script.body, found);
        let arrange = |script: &str, said: &str| arrangements(&LANGUAGE, script, said);
        improve(
            &checked.sources,
            found,
            checked.checked.work,
            &arrange,
            &mut wrong,
        );
        name_other_blocks(&checked.sources, &checked.script.body, found);
        // A line with an error gets no warnings until the error is fixed.
        let row = |one: &Diagnostic| {
            let file = checked.sources.file(one.span.file);
            (
                one.span.file,
                file.map_or(0, |file| file.line_number(one.span.start)),
            )
        };
        let rows: BTreeSet<(u32, usize)> = checked.diagnostics.iter().map(row).collect();
        checked.warnings.retain(|one| !rows.contains(&row(one)));
        let body = &checked.script.body;
        once_per_cause(&checked.sources, body, &mut checked.diagnostics, false);
        checked
    }

    /// Replaces all mistakes and warnings by the reason why the file is not a script, if there is a reason and a mistake. Returns
    /// whether it did so.
    fn refuse_for(&mut self, reason: Option<Diagnostic>) -> bool {
        // A file that cannot be read has no text.
        let text = self.sources.file(0).map_or("", |file| &file.text);
        let Some(reason) = reason.filter(|_| !self.diagnostics.is_empty() && !text.is_empty())
        else {
            return false;
        };
        self.diagnostics = vec![reason];
        self.warnings.clear();
        true
    }

    fn as_earlier(&self) -> Earlier<'_> {
        Earlier {
            script: &self.script,
            sources: &self.sources,
            checked: &self.checked,
        }
    }

    /// Creates a script from its diagnostics, with unverified fixes. A check may need as much memory as a run.
    fn found(parsed: ParsedScript, earlier: Option<Earlier>, limit: MemoryLimit) -> Self {
        let ParsedScript {
            sources,
            script,
            files,
            mut diagnostics,
        } = parsed;
        let unparsed = Unparsed::new(&sources, &script.body, &diagnostics);
        let unread = SpanIndex::new(diagnostics.iter().map(|one| one.span));
        // Most scripts have no syntax errors.
        let read = if diagnostics.is_empty() {
            BTreeMap::new()
        } else {
            statements_by_file(&script.body)
        };
        let raised_by = LimitNames {
            memory: limit.raised_by,
            ..LimitNames::OPTIONS
        };
        let options = Options {
            max_memory: limit.bytes,
            raised_by,
            ..Options::default()
        };
        let checked = earlier
            .and_then(|earlier| check_again(earlier, &script, &sources, &files, options))
            .unwrap_or_else(|| run::check(&script.body, &sources, &files, options));
        let beside = |one: &Diagnostic| {
            unparsed.is_independent_of(&sources, one)
                && !unread.meets(one.span)
                && !(is_about_the_whole(one.code) && is_partly_read(&read, one.span, &unread))
        };
        let new = checked
            .diagnostics
            .iter()
            .filter(|one| beside(one))
            .cloned();
        let mut new: Vec<Diagnostic> = new.collect();
        let warnings = checked.warnings.iter().filter(|one| beside(one));
        let warnings = warnings.cloned().collect();
        // Nothing is known about the contents of a block whose head is no statement.
        let contents = |heads: &dyn Fn(&Diagnostic) -> bool, new: &[Diagnostic]| {
            let heads = new.iter().filter(|one| heads(one));
            let heads: BTreeSet<_> = heads.map(|one| (one.span.file, one.span.start)).collect();
            let blocks = statements(&script.body).map(|stmt| stmt.span);
            SpanIndex::new(blocks.filter(|block| heads.contains(&(block.file, block.start))))
        };
        let is_unknown = |one: &Diagnostic| one.code == Code::UnknownVerb;
        let is_setting = |one: &Diagnostic| {
            one.code == Code::UnknownProcess
                && LANGUAGE.place_of_setting(sources.text(one.span)).is_some()
        };
        if new.iter().any(is_setting) {
            let blocks = contents(&is_setting, &new);
            diagnostics.retain(|one| !blocks.meets(one.span));
            new.retain(|one| is_setting(one) || !blocks.meets(one.span));
        }
        if !diagnostics.is_empty() && new.iter().any(is_unknown) {
            let blocks = contents(&is_unknown, &new);
            diagnostics.retain(|one| !blocks.meets(one.span));
        }
        diagnostics.extend(new);
        // An error about the paper may be a consequence of another error, whose line may be part of a question.
        if diagnostics.iter().any(|one| !is_of_paper(one.code)) {
            diagnostics.retain(|one| !is_of_paper(one.code));
        }
        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
        // An unknown statement, such as `switch P2`, may name the process of those below it.
        if let Some(unread) = diagnostics
            .iter()
            .find(|one| is_unknown(one) && one.fix.is_none())
        {
            let (file, start) = (unread.span.file, unread.span.start);
            diagnostics.retain(|one| {
                one.code != Code::WhichProcess || one.span.file != file || one.span.start < start
            });
        }
        Self {
            sources,
            script,
            files,
            diagnostics,
            warnings,
            checked: Arc::new(checked),
        }
    }

    /// Runs the script, which has no errors. The sink receives a record for each statement.
    pub fn run(&self, options: Options, sink: &mut dyn Sink) -> Ended {
        run::play(&self.script.body, &self.sources, &self.files, options, sink)
    }

    /// Returns the script's name for messages.
    pub fn name(&self) -> &str {
        self.sources.file(0).map_or("", |file| &file.name)
    }

    /// Turns every warning into an error, so that the script does not run.
    pub fn deny_warnings(&mut self) {
        let denied = self.warnings.drain(..).map(|one| Diagnostic {
            severity: Severity::Error,
            ..one
        });
        self.diagnostics.extend(denied);
        self.diagnostics
            .sort_by_key(|one| (one.span.file, one.span.start));
    }

    /// Returns a report of the diagnostics and their count, or an empty text if there are none.
    pub fn render_diagnostics(&self, style: Style) -> String {
        let mut diagnostics = self.diagnostics.clone();
        once_per_cause(&self.sources, &self.script.body, &mut diagnostics, true);
        self.render(&diagnostics, style)
    }

    /// Returns a report of the warnings and their count, or an empty text if there are none.
    pub fn render_warnings(&self, style: Style) -> String {
        self.render(&self.warnings, style)
    }

    /// Returns a report of other diagnostics for the script, such as those from a run.
    pub fn render(&self, diagnostics: &[Diagnostic], style: Style) -> String {
        let count = diagnostics.len();
        let Some(first) = diagnostics.first() else {
            return String::new();
        };
        if is_about_whole_file(first, &self.sources) {
            return render(diagnostics, &self.sources, style);
        }
        let noun = if first.is_warning() {
            "warning"
        } else {
            "mistake"
        };
        let shown = diagnostics.get(..MOST).unwrap_or(diagnostics);
        let plural = if count == 1 { "" } else { "s" };
        let rest = if count > MOST {
            format!("; showing the first {MOST}")
        } else {
            String::new()
        };
        // The settings of a course are not part of the script.
        let course = (first.code == Code::BadCourse).then(|| self.sources.file(first.span.file));
        let name = course.flatten().map_or(self.name(), |file| &file.name);
        format!(
            "{}{name}: {count} {noun}{plural}{rest}\n",
            render(shown, &self.sources, style),
        )
    }
}

/// Keeps the first of several errors that have the same cause, and lists the lines of the others in its help: errors that
/// have no fix, or all others, such as the same misspelled name in several lines.
fn once_per_cause(
    sources: &Sources,
    body: &[Stmt],
    diagnostics: &mut Vec<Diagnostic>,
    repeated: bool,
) {
    if diagnostics.is_empty() {
        return;
    }
    let names = diagnostics.iter().map(|one| sources.text(one.span));
    let names: BTreeSet<&str> = names.collect();
    let no_process = !statements(body).any(|stmt| declared_process(stmt).is_some());
    let cause = |one: &Diagnostic| {
        let fix = one.fix.as_ref().map_or("", |fix| &*fix.text);
        let text = sources.text(one.span);
        // A part of `L1d.victim` is the unknown name `L1d` of other errors.
        let head = text.split('.').next().filter(|head| names.contains(head));
        let (consequence, name) = match one.code {
            Code::NoKernel | Code::UnknownProcess
                if no_process && (fix.is_empty() || fix.split(' ').next() == Some("process")) =>
            {
                return (!repeated).then(|| (one.span.file, String::new(), String::new()));
            }
            Code::NoMachine | Code::NoKernel => (true, &*one.message),
            Code::UnknownProcess | Code::UnknownName | Code::UnknownNoun | Code::UnknownFact => {
                (true, head.unwrap_or(text))
            }
            Code::WhichProcess | Code::UnknownWord | Code::MachineFile => (false, &*one.message),
            Code::UnknownFunction => (false, text),
            // A pasted prompt, typographic quotes, or an arrow of another language in several lines.
            Code::Syntax if one.help.is_some() => {
                // `correct "64"` and `wrong "32"` are not the same.
                let first = fix.split(' ').next();
                let first = first.filter(|first| matches!(*first, "correct" | "wrong"));
                let same = || {
                    (
                        one.span.file,
                        format!("{} {text}", one.message),
                        first.unwrap_or_default().to_owned(),
                    )
                };
                return repeated.then(same);
            }
            _ => return None,
        };
        let fix = match head {
            Some(head) if head.len() < text.len() => fix.split('.').next().unwrap_or(fix),
            _ => fix,
        };
        let is_repeated = !consequence || one.fix.is_some();
        (is_repeated == repeated).then(|| (one.span.file, name.to_owned(), fix.to_owned()))
    };
    let mut lines: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
    diagnostics.retain(|one| {
        let Some(cause) = cause(one) else {
            return true;
        };
        let line = sources.location(one.span).map_or(0, |(_, at)| at.line);
        let is_first = !lines.contains_key(&cause);
        lines.entry(cause).or_default().insert(line);
        is_first
    });
    for one in diagnostics {
        let lines = cause(one).and_then(|cause| lines.get(&cause));
        // The errors are in the order of their places.
        let others = lines.into_iter().flatten().skip(1);
        let mut listed: Vec<String> = others.take(LISTED + 1).map(ToString::to_string).collect();
        if listed.is_empty() {
            continue;
        }
        if listed.len() > LISTED {
            listed[LISTED] = "…".into();
        }
        let noun = if listed.len() == 1 { "line" } else { "lines" };
        let also = format!("also in {noun} {}", listed.join(", "));
        one.help = Some(match one.help.take() {
            Some(help) if help.ends_with('?') => format!("{help} ({also})"),
            Some(help) => format!("{help}; {also}"),
            None => also,
        });
    }
}

/// Whether another error in the same question can cause an error with this code.
fn is_of_paper(code: Code) -> bool {
    matches!(
        code,
        Code::NoBlank | Code::NoCorrectAnswer | Code::BadPoints
    )
}

/// Whether an error with this code can mean that a statement lacks a part.
fn is_about_the_whole(code: Code) -> bool {
    matches!(
        code,
        Code::NoBlank
            | Code::NoCorrectAnswer
            | Code::BadPoints
            | Code::BadGeometry
            | Code::BadKernel
            | Code::WrongCount
    )
}

/// Some spans, sorted, to find in logarithmic time whether another span meets any of them.
struct SpanIndex {
    all: BTreeSet<Span>,
    /// For each file, the start of each span, and the last end of the spans up to it.
    ends: BTreeMap<u32, Vec<(u32, u32)>>,
}

impl SpanIndex {
    fn new(spans: impl Iterator<Item = Span>) -> Self {
        let all: BTreeSet<Span> = spans.collect();
        let mut ends: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        let mut sorted: Vec<Span> = all.iter().copied().collect();
        sorted.sort_by_key(|span| (span.file, span.start));
        for span in sorted {
            let of_file = ends.entry(span.file).or_default();
            let last = of_file.last().map_or(0, |(_, end)| *end);
            of_file.push((span.start, last.max(span.end)));
        }
        Self { all, ends }
    }

    /// Whether [`Span::meets`] is true for any span.
    fn meets(&self, span: Span) -> bool {
        let meets = |of_file: &Vec<(u32, u32)>| {
            let before = of_file.partition_point(|(start, _)| *start < span.end);
            before > 0 && of_file[before - 1].1 > span.start
        };
        self.all.contains(&span) || self.ends.get(&span.file).is_some_and(meets)
    }
}

/// Reports a file of another kind, whose lines would each be a mistake.
fn not_a_script(name: &str) -> Option<Diagnostic> {
    let (message, help) = if let Some(script) = golden_stem(name) {
        let help = format!("`pagewalk test {script}.pw` compares the script with it");
        ("this is a golden file, not a script", help)
    } else if is_yaml(name) {
        let help = format!("a script names a machine file: `machine \"{name}\"`");
        ("this is a file in YAML, not a script", help)
    } else if Path::new(name)
        .file_name()
        .is_some_and(|file| file == course::NAME)
    {
        let help = "name a script: Pagewalk finds the settings by itself".to_owned();
        ("these are the settings of a course, not a script", help)
    } else {
        return None;
    };
    Some(Diagnostic::new(Code::Syntax, Span::new(0, 0..0), message).help(help))
}

fn markdown(path: &Path) -> Option<Diagnostic> {
    let is_document = path.extension().is_some_and(|end| end == "md");
    let wrong = is_document.then(|| {
        let message = "this is a file in Markdown, not a script";
        Diagnostic::new(Code::Syntax, Span::new(0, 0..0), message)
    })?;
    let help = format!(
        "`pagewalk test {}` runs the scripts in its code blocks",
        shown(path)
    );
    Some(wrong.help(help))
}

/// Returns the spans of all statements, in the order of their starts in each file.
fn statements_by_file(body: &[Stmt]) -> BTreeMap<u32, Vec<Span>> {
    let mut by_file: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for stmt in statements(body) {
        by_file.entry(stmt.span.file).or_default().push(stmt.span);
    }
    for spans in by_file.values_mut() {
        // The sort is stable, so a statement precedes those in its block.
        spans.sort_by_key(|span| span.start);
    }
    by_file
}

/// Whether a syntax error overlaps the statement that contains this error.
fn is_partly_read(read: &BTreeMap<u32, Vec<Span>>, mistake: Span, unread: &SpanIndex) -> bool {
    let Some(spans) = read.get(&mistake.file) else {
        return false;
    };
    let before = spans.partition_point(|span| span.start < mistake.end.max(mistake.start + 1));
    spans[..before]
        .iter()
        .rfind(|span| span.meets(mistake))
        .is_some_and(|span| unread.meets(*span))
}
