//! Makes the papers of all versions, on several threads that share the script.

use std::path::Path;

use super::made::{ExamError, MadePaper};
use crate::face::terminal::Status;
use crate::face::threads::side_by_side;
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::exam::fair::Sample;
use pagewalk_script::exam::formats::export::{File, Refusal};
use pagewalk_script::exam::formats::{Edition, Style as Layout};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Composed, Version, compose, compose_version};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::loader::{Cached, Disk};
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::run::session::Options;

/// The input of all versions.
pub(crate) struct PaperMaker<'a> {
    pub(crate) path: &'a Path,
    /// The script, read and checked.
    pub(crate) reading: &'a CheckedScript,
    /// The files that the script names, as they were read.
    pub(crate) loader: &'a Cached<Disk>,
    pub(crate) editions: &'a [Edition],
    /// Whether each version's script is also requested.
    pub(crate) scripts: bool,
    pub(crate) layout: &'a Layout,
    /// The seed for a script without versions that sets none.
    pub(crate) seed: u64,
    /// The limit on statements for each version.
    pub(crate) max_steps: u64,
    /// The style of diagnostics.
    pub(crate) style: Style,
    pub(crate) threads: usize,
}

type Editions = Vec<(Edition, Vec<u8>)>;

type Write = fn(&Paper, Edition, &Layout) -> Result<String, Refusal>;

impl PaperMaker<'_> {
    /// Makes all versions, or returns the first error.
    pub(crate) fn each(
        &self,
        versions: &[Option<Version>],
        write: Write,
    ) -> Result<Vec<MadePaper>, ExamError> {
        let work = |version: &Option<Version>| {
            let paper = self.paper(version.as_ref())?;
            let editions = self.written(&paper, write)?;
            let script = self.scripts.then(|| self.script_of(version.as_ref(), &paper));
            Ok(MadePaper { editions, script: script.transpose()? })
        };
        side_by_side(versions, self.threads, work, Result::is_err, |_, _| {}).into_iter().collect()
    }

    /// The properties of each version that `--check` compares, or the reason why it has no paper.
    pub(crate) fn samples(&self, versions: &[Option<Version>]) -> Vec<Result<Sample, String>> {
        let work = |version: &Option<Version>| {
            let Composed { paper, diagnostics, failed } = self.composed(version.as_ref());
            match (diagnostics.first(), failed, &*paper.questions) {
                (Some(wrong), ..) => {
                    Err(format!("{}{} [{}]", self.position(wrong), wrong.message, wrong.code.name()))
                }
                (None, 1.., _) => Err(format!("{failed} of what it states does not hold")),
                (None, 0, []) => Err("it has no question".to_owned()),
                (None, 0, _) => Ok(Sample::of(&paper)),
            }
        };
        side_by_side(versions, self.threads, work, |_| false, |_, _| {})
    }

    /// All versions as the files of an export.
    pub(crate) fn bank(
        &self,
        versions: &[Option<Version>],
        write: fn(&[Paper]) -> Result<Vec<File>, Refusal>,
    ) -> Result<Vec<File>, ExamError> {
        let papers = versions.iter().map(|version| self.paper(version.as_ref()));
        let papers = papers.collect::<Result<Vec<Paper>, ExamError>>()?;
        write(&papers).map_err(|refusal| self.refused(None, &refusal))
    }

    fn composed(&self, version: Option<&Version>) -> Composed {
        let CheckedScript { script, sources, files, .. } = self.reading;
        let script = &script.body;
        if let Some(version) = version {
            compose_version(script, sources, files, self.max_steps, version.clone())
        } else {
            let options = Options { max_steps: self.max_steps, seed: self.seed, ..Options::of(&LANGUAGE) };
            compose(script, sources, files, options)
        }
    }

    fn paper(&self, version: Option<&Version>) -> Result<Paper, ExamError> {
        let Composed { paper, diagnostics, failed } = self.composed(version);
        let of = self.name_of(version);
        if !diagnostics.is_empty() {
            let which =
                if version.is_some() { format!("pagewalk: {of} cannot be made\n") } else { String::new() };
            let complaint = self.reading.render(&diagnostics, self.style);
            return Err(ExamError::wrong(format!("{complaint}{which}")));
        }
        if failed > 0 {
            let text = format!(
                "pagewalk: {of}: {failed} of what it states does not hold, so there is no paper; `pagewalk run {}` tells more\n",
                self.reading.name()
            );
            return Err(ExamError { text, status: Status::Failed });
        }
        if paper.questions.is_empty() {
            return Err(ExamError::wrong(format!("pagewalk: {of} has no question\n")));
        }
        Ok(paper)
    }

    fn written(&self, paper: &Paper, write: Write) -> Result<Editions, ExamError> {
        let one = |edition: &Edition| {
            let text = write(paper, *edition, self.layout);
            text.map(|text| (*edition, text.into_bytes()))
                .map_err(|refusal| self.refused(paper.version.as_ref(), &refusal))
        };
        self.editions.iter().map(one).collect()
    }

    /// The position of a mistake, as the beginning of a message.
    fn position(&self, wrong: &Diagnostic) -> String {
        let place = self.reading.sources.place(wrong.span);
        place.map_or_else(String::new, |(file, place)| format!("{file}:{}:{}: ", place.line, place.column))
    }

    /// The name of a version in messages.
    fn name_of(&self, version: Option<&Version>) -> String {
        let name = self.reading.name();
        version.map_or_else(
            || name.to_owned(),
            |version| format!("{name}, version {} (seed {:#018x})", version.code, version.seed),
        )
    }

    fn refused(&self, version: Option<&Version>, refusal: &Refusal) -> ExamError {
        ExamError::wrong(format!("pagewalk: {}, {}: {}\n", self.name_of(version), refusal.part, refusal.why))
    }
}
