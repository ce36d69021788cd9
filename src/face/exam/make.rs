//! Generates the papers of all versions on several threads, which share the script.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::OnceLock;

use crate::face::progress::ItemProgress;
use crate::face::terminal::{Status, complain};
use crate::face::threads::side_by_side;
use pagewalk_script::api::exam::{
    Edition, Exam, File, Paper, PaperError, Refusal, Sample, ScriptError, Style as Layout, Version,
};
use pagewalk_script::exam::formats::{hints, losses};
use pagewalk_script::lang::loader::{Cached, Disk};
use pagewalk_script::report::diagnostics::Style;

/// The papers of a version.
#[derive(Debug)]
pub(crate) struct MadePaper {
    /// The requested editions in their final form.
    pub(crate) editions: Vec<(Edition, Vec<u8>)>,
    /// The version's script, if requested.
    pub(crate) script: Option<Vec<u8>>,
}

/// The reason why no papers could be generated.
#[derive(Debug)]
pub(crate) struct ExamError {
    /// The error message for standard error.
    pub(crate) text: String,
    pub(crate) status: Status,
}

impl ExamError {
    /// Creates an error about the script, the arguments, or a file.
    pub(crate) fn wrong(text: String) -> Self {
        Self {
            text,
            status: Status::Wrong,
        }
    }

    /// Creates an error from the reason alone, without the name of the program and the line break.
    pub(crate) fn refused(why: impl Display) -> Self {
        Self::wrong(format!("pagewalk: {why}\n"))
    }
}

/// The input of all versions.
pub(crate) struct PaperMaker<'a> {
    pub(crate) exam: Exam<'a>,
    /// Cached files that the script refers to.
    pub(crate) loader: &'a Cached<Disk>,
    pub(crate) editions: &'a [Edition],
    /// Whether each version's script is also requested.
    pub(crate) scripts: bool,
    pub(crate) layout: &'a Layout,
    pub(crate) style: Style,
    pub(crate) threads: usize,
    /// Hints for the author about the first paper.
    pub(crate) hints: OnceLock<Vec<String>>,
}

impl PaperMaker<'_> {
    /// Generates all versions, or returns the first error. No file is written before all versions
    /// exist, so that a folder never contains only a part of them.
    pub(crate) fn each(
        &self,
        versions: &[Option<Version>],
        write: impl Fn(&Paper, Edition, &Layout) -> Result<String, Refusal> + Sync,
    ) -> Result<Vec<MadePaper>, ExamError> {
        let work = |version: &Option<Version>| {
            let paper = self.paper(version.as_ref())?;
            let edition = |edition: &Edition| {
                let text = write(&paper, *edition, self.layout);
                text.map(|text| (*edition, text.into_bytes()))
                    .map_err(|refusal| self.refused(paper.version.as_ref(), &refusal))
            };
            let editions = self
                .editions
                .iter()
                .map(edition)
                .collect::<Result<_, ExamError>>()?;
            let script = self
                .scripts
                .then(|| self.script_of(version.as_ref(), &paper));
            Ok(MadePaper {
                editions,
                script: script.transpose()?,
            })
        };
        let progress = ItemProgress::new("papers", versions.len());
        side_by_side(versions, self.threads, work, Result::is_err, |_, _| {
            progress.one();
        })
        .into_iter()
        .collect()
    }

    /// The properties of each version that `--check` compares, or the reason why the version has no paper.
    pub(crate) fn samples(&self, versions: &[Option<Version>]) -> Vec<Result<Sample, String>> {
        let work = |version: &Option<Version>| self.exam.sample(version.as_ref());
        let progress = ItemProgress::new("versions checked", versions.len());
        side_by_side(
            versions,
            self.threads,
            work,
            |_| false,
            |_, _| progress.one(),
        )
    }

    /// Generates one document for each edition, which contains all versions.
    pub(crate) fn together(
        &self,
        versions: &[Option<Version>],
        write: fn(&[Paper], Edition, &Layout) -> String,
    ) -> Result<MadePaper, ExamError> {
        let papers = self.papers(versions)?;
        let of = |edition: &Edition| (*edition, write(&papers, *edition, self.layout).into_bytes());
        Ok(MadePaper {
            editions: self.editions.iter().map(of).collect(),
            script: None,
        })
    }

    /// Generates the files of an export, which contain all versions.
    pub(crate) fn bank(
        &self,
        versions: &[Option<Version>],
        write: fn(&[Paper]) -> Result<Vec<File>, Refusal>,
    ) -> Result<Vec<File>, ExamError> {
        let papers = self.papers(versions)?;
        let files = write(&papers).map_err(|refusal| self.refused(None, &refusal))?;
        let losses: BTreeSet<_> = papers.iter().flat_map(losses).collect();
        for loss in losses {
            complain(&format!("pagewalk: warning: {loss}\n"));
        }
        Ok(files)
    }

    /// Generates the papers of all versions, or returns the first error.
    pub(super) fn papers(&self, versions: &[Option<Version>]) -> Result<Vec<Paper>, ExamError> {
        let progress = ItemProgress::new("papers", versions.len());
        let work = |version: &Option<Version>| self.paper(version.as_ref());
        side_by_side(versions, self.threads, work, Result::is_err, |_, _| {
            progress.one();
        })
        .into_iter()
        .collect()
    }

    pub(super) fn paper(&self, version: Option<&Version>) -> Result<Paper, ExamError> {
        let of = || self.name_of(version);
        let paper = self.exam.paper(version);
        if let Ok(paper) = &paper {
            self.hints.get_or_init(|| hints(paper));
        }
        paper.map_err(|error| match error {
            PaperError::Diagnostics(diagnostics) => {
                let which = version.map_or_else(String::new, |_| format!("pagewalk: {} cannot be generated\n", of()));
                ExamError::wrong(self.exam.script.render(&diagnostics, self.style) + &which)
            }
            PaperError::Failed { count, first } => {
                let text = format!(
                    "pagewalk: {}: {count} of the script's expectations failed, so no paper was generated\n  {first}\n  help: `pagewalk run {}` shows the failures\n",
                    of(),
                    self.exam.script.name()
                );
                ExamError { text, status: Status::Failed }
            }
            PaperError::NoQuestion => ExamError::refused(format!("{} contains no `question`", of())),
        })
    }

    /// Prints the hints for the author.
    pub(super) fn give_hints(&self) {
        for hint in self.hints.get().into_iter().flatten() {
            complain(&format!("pagewalk: {hint}\n"));
        }
    }

    fn script_of(&self, version: Option<&Version>, paper: &Paper) -> Result<Vec<u8>, ExamError> {
        let text = self
            .exam
            .script_of(version, paper, &mut self.loader.clone());
        text.map(String::into_bytes).map_err(|error| {
            ExamError::wrong(match error {
                ScriptError::Diagnostics(wrong) => self.exam.script.render(&wrong, self.style),
                ScriptError::Invalid(script) => script.render_diagnostics(self.style),
                ScriptError::Differs => format!(
                    "pagewalk: {} cannot be written as a script, because the script would produce a different paper\n",
                    self.exam.script.name()
                ),
            })
        })
    }

    /// Returns the name of a version for messages.
    fn name_of(&self, version: Option<&Version>) -> String {
        let name = self.exam.script.name();
        version.map_or_else(
            || name.to_owned(),
            |version| {
                format!(
                    "{name}, version {} (seed {:#018x})",
                    version.code, version.seed
                )
            },
        )
    }

    fn refused(&self, version: Option<&Version>, refusal: &Refusal) -> ExamError {
        ExamError::refused(format!("{}, {refusal}", self.name_of(version)))
    }
}
