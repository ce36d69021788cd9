//! Papers made: on as many threads as there are processors, each of which reads the script for itself.

use std::path::Path;

use super::made::{Made, Trouble};
use crate::exam::paper::Paper;
use crate::exam::{Composed, Version, compose, compose_version};
use crate::face::kept::Kept;
use crate::face::reading::Reading;
use crate::face::terminal::Status;
use crate::face::threads::side_by_side;
use crate::report::diagnostics::Style;
use crate::report::exam::export::{File, Refusal};
use crate::report::exam::{Edition, Style as Layout};
use crate::run::session::Options;

/// How papers are made.
pub struct Making<'a> {
    /// The script.
    pub path: &'a Path,
    /// Its files, which were read and checked.
    pub kept: &'a Kept,
    /// The editions that are wanted of each version.
    pub editions: &'a [Edition],
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

/// Writes a paper.
type Write = fn(&Paper, Edition, &Layout) -> Result<String, Refusal>;

impl Making<'_> {
    /// Each version, or else the first trouble that there is with one.
    ///
    /// # Errors
    /// What keeps a version from being made.
    pub fn each(&self, versions: &[Option<Version>], write: Write) -> Result<Vec<Made>, Trouble> {
        // Some pieces of work for each thread, as one may be slower than another.
        let piece = versions.len().div_ceil(self.threads * 4).max(1);
        let pieces: Vec<&[Option<Version>]> = versions.chunks(piece).collect();
        let work = |piece: &&[Option<Version>]| {
            let mut reading = self.read();
            let made = piece.iter().map(|version| {
                let paper = self.paper(&mut reading, version.as_ref())?;
                self.written(&reading, &paper, write)
            });
            made.collect::<Result<Vec<Made>, Trouble>>()
        };
        let made = side_by_side(&pieces, self.threads, work, Result::is_err, |_, _| {});
        let made: Result<Vec<Vec<Made>>, Trouble> = made.into_iter().collect();
        Ok(made?.into_iter().flatten().collect())
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

    fn paper(&self, reading: &mut Reading, version: Option<&Version>) -> Result<Paper, Trouble> {
        let (script, sources, files) = (&reading.script.body, &reading.sources, &reading.files);
        let Composed { paper, mut diagnostics, failed } = if let Some(version) = version {
            compose_version(script, sources, files, self.max_steps, version.clone())
        } else {
            let options = Options { max_steps: self.max_steps, seed: self.seed, ..Options::default() };
            compose(script, sources, files, options)
        };
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

    fn written(&self, reading: &Reading, paper: &Paper, write: Write) -> Result<Made, Trouble> {
        let one = |edition: &Edition| {
            let text = write(paper, *edition, self.layout);
            text.map(|text| (*edition, text.into_bytes()))
                .map_err(|refusal| refused(reading, paper.version.as_ref(), &refusal))
        };
        Ok(Made { editions: self.editions.iter().map(one).collect::<Result<_, _>>()? })
    }
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
