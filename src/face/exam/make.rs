//! Papers made: on as many threads as there are processors, each of which reads the script for itself.

use std::path::Path;

use super::made::{Made, Trouble};
use crate::face::kept::Kept;
use crate::face::reading::Reading;
use crate::face::terminal::Status;
use crate::face::threads::side_by_side;
use pagewalk_script::exam::LANGUAGE;
use pagewalk_script::exam::fair::Sample;
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Composed, Version, compose, compose_version};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::report::exam::export::{File, Refusal};
use pagewalk_script::report::exam::{Edition, Style as Layout};
use pagewalk_script::run::session::Options;

/// How papers are made.
pub struct Making<'a> {
    /// The script.
    pub path: &'a Path,
    /// Its files, which were read and checked.
    pub kept: &'a Kept,
    /// The editions that are wanted of each version.
    pub editions: &'a [Edition],
    /// A script of each version is wanted, too.
    pub scripts: bool,
    /// How they are laid out.
    pub layout: &'a Layout,
    /// The seed of a script that says none and has no versions.
    pub seed: u64,
    /// Statements after which a version is stopped.
    pub max_steps: u64,
    /// How mistakes are drawn.
    pub style: Style,
    /// How many threads.
    pub threads: usize,
}

/// Editions of a paper as they are written.
type Editions = Vec<(Edition, Vec<u8>)>;

/// Writes a paper.
type Write = fn(&Paper, Edition, &Layout) -> Result<String, Refusal>;

impl Making<'_> {
    /// Each version, or else the first trouble that there is with one.
    ///
    /// # Errors
    /// What keeps a version from being made.
    pub fn each(&self, versions: &[Option<Version>], write: Write) -> Result<Vec<Made>, Trouble> {
        let work = |reading: &mut Reading, version: &Option<Version>| {
            let paper = self.paper(reading, version.as_ref())?;
            let editions = self.written(reading, &paper, write)?;
            let script = self.scripts.then(|| self.script_of(reading, version.as_ref(), &paper));
            Ok(Made { editions, script: script.transpose()? })
        };
        self.spread(versions, work, Result::is_err).into_iter().collect()
    }

    /// What is compared of each version, or why it has no paper.
    pub fn samples(&self, versions: &[Option<Version>]) -> Vec<Result<Sample, String>> {
        let work = |reading: &mut Reading, version: &Option<Version>| {
            let Composed { paper, diagnostics, failed } = self.composed(reading, version.as_ref());
            match (diagnostics.first(), failed, &*paper.questions) {
                (Some(wrong), ..) => {
                    Err(format!("{}{} [{}]", place(reading, wrong), wrong.message, wrong.code.name()))
                }
                (None, 1.., _) => Err(format!("{failed} of what it states does not hold")),
                (None, 0, []) => Err("it has no question".to_owned()),
                (None, 0, _) => Ok(Sample::of(&paper)),
            }
        };
        self.spread(versions, work, |_| false)
    }

    /// Does a piece of work for each version, on all threads; what follows a result that it stops at may be left out.
    fn spread<R: Send>(
        &self,
        versions: &[Option<Version>],
        work: impl Fn(&mut Reading, &Option<Version>) -> R + Sync,
        stop: impl Fn(&R) -> bool + Sync,
    ) -> Vec<R> {
        // Some pieces for each thread, as one may be slower than another.
        let piece = versions.len().div_ceil(self.threads * 4).max(1);
        let pieces: Vec<&[Option<Version>]> = versions.chunks(piece).collect();
        let piece = |piece: &&[Option<Version>]| {
            let mut reading = self.read();
            let mut results = Vec::new();
            for version in *piece {
                results.push(work(&mut reading, version));
                if results.last().is_some_and(&stop) {
                    break;
                }
            }
            results
        };
        let stopped = |results: &Vec<R>| results.last().is_some_and(&stop);
        side_by_side(&pieces, self.threads, piece, stopped, |_, _| {}).into_iter().flatten().collect()
    }

    /// All versions as the files of an export.
    ///
    /// # Errors
    /// What keeps a version from being made.
    pub fn bank(
        &self,
        versions: &[Option<Version>],
        write: fn(&[Paper]) -> Result<Vec<File>, Refusal>,
    ) -> Result<Vec<File>, Trouble> {
        let mut reading = self.read();
        let papers = versions.iter().map(|version| self.paper(&mut reading, version.as_ref()));
        let papers = papers.collect::<Result<Vec<Paper>, Trouble>>()?;
        write(&papers).map_err(|refusal| refused(&reading, None, &refusal))
    }

    fn read(&self) -> Reading {
        Reading::again(self.path, &mut self.kept.clone())
    }

    fn composed(&self, reading: &Reading, version: Option<&Version>) -> Composed {
        let (script, sources, files) = (&reading.script.body, &reading.sources, &reading.files);
        if let Some(version) = version {
            compose_version(script, sources, files, self.max_steps, version.clone())
        } else {
            let options = Options { max_steps: self.max_steps, seed: self.seed, ..Options::of(&LANGUAGE) };
            compose(script, sources, files, options)
        }
    }

    fn paper(&self, reading: &mut Reading, version: Option<&Version>) -> Result<Paper, Trouble> {
        let Composed { paper, mut diagnostics, failed } = self.composed(reading, version);
        let of = named(reading, version);
        if !diagnostics.is_empty() {
            std::mem::swap(&mut reading.diagnostics, &mut diagnostics);
            let which =
                if version.is_some() { format!("pagewalk: {of} cannot be made\n") } else { String::new() };
            return Err(Trouble::wrong(format!("{}{which}", reading.complaint(self.style))));
        }
        if failed > 0 {
            let text = format!(
                "pagewalk: {of}: {failed} of what it states does not hold, so there is no paper; `pagewalk run {}` tells more\n",
                reading.name()
            );
            return Err(Trouble { text, status: Status::Failed });
        }
        if paper.questions.is_empty() {
            return Err(Trouble::wrong(format!("pagewalk: {of} has no question\n")));
        }
        Ok(paper)
    }

    fn written(&self, reading: &Reading, paper: &Paper, write: Write) -> Result<Editions, Trouble> {
        let one = |edition: &Edition| {
            let text = write(paper, *edition, self.layout);
            text.map(|text| (*edition, text.into_bytes()))
                .map_err(|refusal| refused(reading, paper.version.as_ref(), &refusal))
        };
        self.editions.iter().map(one).collect()
    }
}

/// Where a mistake stands, before what it is.
fn place(reading: &Reading, wrong: &Diagnostic) -> String {
    let place = reading.sources.place(wrong.span);
    place.map_or_else(String::new, |(file, place)| format!("{file}:{}:{}: ", place.line, place.column))
}

/// A version as messages name it.
fn named(reading: &Reading, version: Option<&Version>) -> String {
    version.map_or_else(
        || reading.name().to_owned(),
        |version| format!("{}, version {} (seed {:#018x})", reading.name(), version.code, version.seed),
    )
}

fn refused(reading: &Reading, version: Option<&Version>, refusal: &Refusal) -> Trouble {
    Trouble::wrong(format!("pagewalk: {}, {}: {}\n", named(reading, version), refusal.part, refusal.why))
}
