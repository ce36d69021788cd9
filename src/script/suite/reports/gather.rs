//! Parts the records of one run by the cases that they belong to.

use std::collections::HashMap;
use std::sync::Arc;

use super::case::{Broken, Case};
use crate::lang::source::Sources;
use crate::report::narrate::Narrator;
use crate::run::record::{Sink, StepRecord};
use crate::suite::golden::Placed;
use crate::suite::listing::Recorder;

/// Statements of a case that are kept of those that fail.
const KEPT: usize = 20;

/// Takes the records of a script, for its cases: the first is that of the statements outside of scenarios.
pub struct Gather<'s> {
    narrator: Narrator<'s>,
    sources: &'s Sources,
    cases: Vec<Case>,
    /// Places in `cases`, by scenario.
    places: HashMap<Arc<str>, usize>,
    /// The first byte of the script that counts: what stands before it belongs to another case.
    from: u32,
    /// What the cases do, if that is wanted.
    recorder: Option<Recorder<'s>>,
}

impl<'s> Gather<'s> {
    /// For these cases of a script. A scenario that is none of them is part of the first.
    /// With `record`, what they do is taken down, too.
    pub fn new(sources: &'s Sources, cases: Vec<Case>, from: u32, record: bool) -> Self {
        let scenarios = cases.iter().enumerate();
        let places = scenarios.filter_map(|(at, case)| Some((case.name.scenario.as_deref()?.into(), at)));
        let places = places.collect();
        let recorder = record.then(|| Recorder::new(sources, cases.len()));
        Self { narrator: Narrator::new(sources, false), sources, places, cases, from, recorder }
    }

    /// The cases, with what they came to; and what each did, if that was wanted.
    pub fn cases(self) -> (Vec<Case>, Vec<Vec<Placed>>) {
        let none = self.cases.iter().map(|_| Vec::new()).collect();
        (self.cases, self.recorder.map_or(none, Recorder::cases))
    }

    fn broken(&mut self, record: &StepRecord) -> Option<Broken> {
        let (statement, checks) = self.narrator.failed(record)?;
        let failed = record.checks.iter().filter(|check| !check.held);
        let line = |span| self.sources.location(span).map_or(statement.line, |(_, at)| at.line);
        let lines = failed.map(|check| line(check.span)).collect();
        let (file, text) = (statement.file.clone(), statement.short.clone());
        Some(Broken { file, line: statement.line, text, checks, lines })
    }
}

impl Sink for Gather<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if record.span.file == 0 && record.span.start < self.from {
            return true;
        }
        let at = record.scenario.as_ref().and_then(|name| self.places.get(name)).copied().unwrap_or(0);
        let failed = record.checks.iter().filter(|check| !check.held).count() as u64;
        let kept = self.cases.get(at).map_or(0, |case| case.broken.len());
        let broken = if failed > 0 && kept < KEPT { self.broken(record) } else { None };
        let Some(case) = self.cases.get_mut(at) else { return true };
        if let Some(recorder) = &mut self.recorder {
            recorder.add_record(at, record, case.fails);
        }
        case.ran = true;
        case.statements += 1;
        case.checks += record.checks.len() as u64;
        case.failed += failed;
        case.broken.extend(broken);
        true
    }
}
