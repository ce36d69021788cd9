//! Scripts as tests, and golden files, which record a script's reviewed results.

use std::collections::{HashMap, HashSet};

use super::{CheckedScript, Options};
use crate::lang::ast::{Block, Stmt, StmtKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::span::Span;
use crate::lang::visit::statements;
use crate::run;
use crate::suite::amend::{BlockPlace, Findings, Wanted};
pub use crate::suite::case_runs::{CaseFilter, CaseRuns};
use crate::suite::golden::write;
pub use crate::suite::golden::{Golden, Unusable};
pub use crate::suite::listing::draw;
pub use crate::suite::reports::{Case, Held, Mistake, Name, Verdict};
use crate::suite::reports::{Clock, Gather};

/// Returns the text of a script's golden file.
pub fn golden(script: CheckedScript) -> String {
    let name = script.name().to_owned();
    write(&TestScript::new(script).run(true).golden(), &name)
}

/// Runs a script and compares each of its cases with its golden file.
///
/// # Errors
/// The reason why the text is not a golden file.
///
/// ```
/// use pagewalk_script::api::CheckedScript;
/// use pagewalk_script::api::golden::{Held, Verdict, compare_golden, golden};
///
/// let script = |va: &str| {
///     let text = format!("machine simple\nscenario \"walk\" {{ translate {va} }}\n");
///     CheckedScript::from_text("walk.pw", &text, &mut ())
/// };
/// let golden = golden(script("0x3D4"));
/// let cases = compare_golden(script("0x3D4"), &golden).unwrap();
/// assert!(cases.len() == 2 && cases.iter().all(|case| case.verdict() == Verdict::Passed));
/// let changed = compare_golden(script("0x3D5"), &golden).unwrap();
/// assert!(matches!(changed[1].golden, Held::Differs { .. }) && changed[1].own() == Verdict::Passed);
/// assert!(compare_golden(script("0x3D4"), "format: 3\n").is_err());
/// ```
pub fn compare_golden(script: CheckedScript, golden: &str) -> Result<Vec<Case>, Unusable> {
    let name = script.name().to_owned();
    let mut runs = TestScript::new(script).run(true);
    runs.compare_bytes(golden.as_bytes(), &name)?;
    Ok(runs.into_cases().collect())
}

/// A test script. If the script is in a document, all line numbers refer to the document.
#[derive(Debug)]
pub struct TestScript {
    /// The name of the script. Its `scenario` is `None`.
    pub name: Name,
    pub script: CheckedScript,
    /// Whether the script is expected to fail.
    pub fails: bool,
    /// The number of the script's first line, counted from 1.
    pub line: usize,
    /// The position of the script's first byte in its text. The text before this position belongs to another
    /// script.
    pub from: u32,
    /// The place of the script's text in its document, if any.
    pub place: Option<BlockPlace>,
    /// The clock that measures the cases, if any.
    pub clock: Option<Clock>,
}

impl TestScript {
    /// Creates a test script from a whole file.
    pub fn new(script: CheckedScript) -> Self {
        let name = Name {
            file: script.name().to_owned(),
            ..Name::default()
        };
        Self {
            name,
            script,
            fails: false,
            line: 1,
            from: 0,
            place: None,
            clock: None,
        }
    }

    /// Returns the cases: first the statements outside scenarios, then every scenario in text order. A script
    /// that is expected to fail is a single case. Omits the scenarios of included scripts, which are tested on their
    /// own.
    pub fn cases(&self) -> Vec<Case> {
        self.script_cases()
            .cases()
            .into_iter()
            .filter(|case| !case.included)
            .collect()
    }

    /// Returns the span of the first scenario with a name.
    pub fn scenario(&self, name: &str) -> Option<Span> {
        self.script_cases().scenario(name)
    }

    fn script_cases(&self) -> ScriptCases<'_> {
        let Self {
            name,
            script,
            fails,
            line,
            from,
            clock: _,
            place: _,
        } = self;
        let scripts = included_scripts(script);
        ScriptCases {
            name: name.clone(),
            script,
            fails: *fails,
            line: *line,
            from: *from,
            scripts,
        }
    }

    /// Runs the script unless it has errors. Adds the errors from the run to the script's diagnostics and
    /// cases. `record` adds the entries of a golden file to the cases.
    pub fn run(&mut self, record: bool) -> CaseRuns {
        let cases = self.script_cases();
        if !self.script.diagnostics.is_empty() {
            return cases.runs(None, &self.script.diagnostics);
        }
        let mut gather = cases.gather(record);
        if let Some(clock) = self.clock {
            gather.measure(clock);
        }
        let ended = self.script.run(Options::default(), &mut gather);
        let runs = cases.runs(Some(gather), &ended.diagnostics);
        self.script.diagnostics = ended.diagnostics;
        runs
    }

    /// Runs the script, which has no errors. Returns the values to write into the selected cases, and the
    /// errors from the run.
    pub fn findings(
        &self,
        wanted: Wanted,
        wants: &dyn Fn(&Name) -> bool,
    ) -> (Findings, Vec<Diagnostic>) {
        let CheckedScript {
            script, sources, ..
        } = &self.script;
        let wants = |scenario: Option<&str>| {
            wants(&Name {
                scenario: scenario.map(str::to_owned),
                ..self.name.clone()
            })
        };
        let mut findings = Findings::new(wanted);
        let mut watching = findings.watch(&script.body, sources, &wants);
        let ended = self.script.run(Options::default(), &mut watching);
        (findings, ended.diagnostics)
    }
}

/// The cases of a script that another owner runs.
#[derive(Debug)]
pub struct ScriptCases<'s> {
    name: Name,
    script: &'s CheckedScript,
    fails: bool,
    line: usize,
    from: u32,
    /// The `include` of each complete script.
    scripts: HashSet<Span>,
}

impl<'s> ScriptCases<'s> {
    /// Returns the cases of a whole file.
    pub fn new(script: &'s CheckedScript) -> Self {
        let name = Name {
            file: script.name().to_owned(),
            ..Name::default()
        };
        Self {
            name,
            script,
            fails: false,
            line: 1,
            from: 0,
            scripts: included_scripts(script),
        }
    }

    fn cases(&self) -> Vec<Case> {
        let mut own = Case::new(self.name.clone(), self.line);
        own.fails = self.fails;
        let mut cases = vec![own];
        if !self.fails {
            self.scenarios(&self.script.script.body, false, &mut cases);
        }
        cases
    }

    /// Returns the span of the first scenario with a name.
    pub fn scenario(&self, name: &str) -> Option<Span> {
        let is_wanted = |stmt: &&Stmt| self.is_own(stmt) && title(stmt) == Some(name);
        statements(&self.script.script.body)
            .find(is_wanted)
            .map(|stmt| stmt.span)
    }

    /// Whether a statement is not in the text before the script.
    fn is_own(&self, stmt: &Stmt) -> bool {
        stmt.span.file != 0 || stmt.span.end > self.from
    }

    fn scenarios(&self, block: &Block, included: bool, cases: &mut Vec<Case>) {
        for stmt in block.iter().filter(|stmt| self.is_own(stmt)) {
            let Some(scenario) = title(stmt) else {
                let included = included || self.scripts.contains(&stmt.span);
                stmt.blocks()
                    .for_each(|body| self.scenarios(body, included, cases));
                continue;
            };
            let scenario = Some(scenario.to_owned());
            if cases.iter().all(|case| case.name.scenario != scenario) {
                let line = self
                    .script
                    .sources
                    .location(stmt.span)
                    .map_or(self.line, |(_, at)| at.line);
                let name = Name {
                    scenario,
                    ..self.name.clone()
                };
                cases.push(Case {
                    included,
                    ..Case::new(name, line)
                });
            }
            stmt.blocks()
                .for_each(|body| self.scenarios(body, included, cases));
        }
    }

    /// Returns the sink for a run of the script. `record` adds the entries of a golden file to the cases.
    pub fn gather(&self, record: bool) -> Gather<'s> {
        let scripts = record.then(|| self.scripts.clone());
        Gather::new(&self.script.sources, self.cases(), self.from, scripts)
    }

    /// Returns the results of the cases after a run, or without results if the script did not run because of its errors.
    /// Adds the errors, and the script's warnings, to the cases.
    pub fn runs(&self, gathered: Option<Gather>, errors: &[Diagnostic]) -> CaseRuns {
        let ran = gathered.is_some();
        let (mut cases, did) = gathered.map_or_else(|| (self.cases(), Vec::new()), Gather::cases);
        cases[0].ran = ran;
        let did = did.into_iter().chain(std::iter::repeat_with(Vec::new));
        let mut runs: Vec<_> = cases.into_iter().zip(did).collect();
        for diagnostic in errors.iter().chain(&self.script.warnings) {
            let scenario = self.scenario_at(diagnostic.span);
            let at = runs
                .iter()
                .position(|(case, _)| case.name.scenario == scenario)
                .unwrap_or(0);
            let case = &mut runs[at].0;
            let list = if diagnostic.is_warning() {
                &mut case.warnings
            } else {
                &mut case.mistakes
            };
            list.push(Mistake::from_diagnostic(diagnostic, &self.script.sources));
        }
        // A mistake in a scenario ends only the scenario, unless the script does not run at all.
        if !self.fails && (!ran || !runs[0].0.mistakes.is_empty()) {
            let rest = runs.iter_mut().filter(|(case, _)| case.mistakes.is_empty());
            rest.for_each(|(case, _)| case.interrupted = true);
        }
        CaseRuns(runs)
    }

    /// Returns the innermost scenario around a position.
    fn scenario_at(&self, at: Span) -> Option<String> {
        let mut scenario = None;
        let mut block = &self.script.script.body;
        loop {
            let around = |stmt: &&Stmt| {
                stmt.span.file == at.file && (stmt.span.start..stmt.span.end).contains(&at.start)
            };
            let Some(stmt) = block.iter().find(around) else {
                break;
            };
            scenario = title(stmt).map(str::to_owned).or(scenario);
            let deeper = stmt
                .blocks()
                .find(|body| body.iter().any(|stmt| around(&stmt)));
            let Some(deeper) = deeper else { break };
            block = deeper;
        }
        scenario
    }
}

/// Returns each `include` of a file that is a complete script: a check of the file alone finds no
/// mistakes. The result depends only on the included file, so that a script has the same golden
/// file on every machine.
fn included_scripts(script: &CheckedScript) -> HashSet<Span> {
    let CheckedScript {
        script,
        sources,
        files,
        ..
    } = script;
    let mut known = HashMap::new();
    let mut is_complete = |body: &Block| {
        *known.entry(body.as_ptr()).or_insert_with(|| {
            run::check(body, sources, files, Options::default())
                .diagnostics
                .is_empty()
        })
    };
    let includes = statements(&script.body).filter_map(|stmt| match &*stmt.kind {
        StmtKind::Include { body, .. } if stmt.span.file == 0 => Some((stmt.span, body)),
        _ => None,
    });
    includes
        .filter(|(_, body)| is_complete(body))
        .map(|(span, _)| span)
        .collect()
}

/// Returns the name of a scenario or the title of a question.
fn title(stmt: &Stmt) -> Option<&str> {
    match &*stmt.kind {
        StmtKind::Scenario { name, .. } | StmtKind::Question { title: name, .. } => {
            Some(&name.text)
        }
        _ => None,
    }
}
