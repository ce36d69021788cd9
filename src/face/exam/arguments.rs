//! The arguments and the top-level code of `pagewalk exam`.

use crate::face::options::{Checking, LimitArguments, course_of};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{io, slice};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::make::{ExamError, MadePaper, PaperMaker};
use super::options::{LayoutArguments, VersionArguments};
use super::output;
use super::practice;
use super::typeset::typeset;
use crate::face::options;
use crate::face::run::warn_of_own_seed;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print, print_bytes};
use pagewalk_engine::files::shown;
use pagewalk_script::api::exam::{
    Edition, FORMATS, Fairness, File, Format, Paper, Style, Version, Writer,
};
use pagewalk_script::api::{self, CheckedScript};
use pagewalk_script::exam::formats::{answer_table, fairness as report, indivisible};
use pagewalk_script::lang::course::BadCourse;
use pagewalk_script::lang::loader::{Cached, Disk};
use pagewalk_script::report::text::text;

/// Arguments of `pagewalk exam`.
#[derive(Debug, Args)]
pub(crate) struct Exam {
    /// Exam script; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    wanted: VersionArguments,
    /// Write the papers, the requested editions, and NAME.versions.csv to this folder; `-` is standard output [default: that of `pagewalk.toml`, or -]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print the answer key, which is the completed paper
    #[arg(long)]
    key: bool,
    /// Print worked solutions, which add the steps to the key
    #[arg(long)]
    solutions: bool,
    /// Print a script that contains this version's values, to reproduce the paper
    #[arg(long)]
    script: bool,
    /// Print an empty table for the students' answers, which `pagewalk grade` reads
    ///
    /// With `--roster`, the table contains a row with the seed of each student.
    #[arg(long, value_name = "FORMAT", value_parser = ["csv"], conflicts_with_all = ["check", "key", "solutions", "script", "format", "output"])]
    answers: Option<String>,
    /// Print the paper in this format [default: that of `pagewalk.toml`, or markdown]
    #[arg(long, value_name = "FORMAT", value_parser = known_format())]
    format: Option<String>,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    layout: LayoutArguments,
    #[command(flatten)]
    checking: Checking,
}

impl Exam {
    /// Runs the script for each version and writes the papers. If an expectation fails, the command writes no
    /// papers, because the keys would describe a different machine from the one intended.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let mut loader = Cached::<Disk>::default();
        let reading = self.checking.load(&self.file, &mut loader, color);
        if !reading.diagnostics.is_empty() {
            complain(&reading.render_diagnostics(diagnostic_style(color)));
            return Ok(Status::Wrong);
        }
        match self.output(&reading, &loader, color) {
            Ok(ExamOutput::Stream(bytes)) => match std::str::from_utf8(&bytes) {
                Ok(text) => print(text),
                Err(_) => print_bytes(&bytes),
            }
            .map(|()| Status::Held),
            Ok(ExamOutput::Report(text, status)) => print(&text).map(|()| status),
            Err(trouble) => {
                complain(&trouble.text);
                Ok(trouble.status)
            }
        }
    }

    /// Returns the folder and the format of the papers. Options replace the settings of the course.
    fn destination(&self) -> Result<Destination, BadCourse> {
        let course = course_of(&self.file)?;
        let mut folder = self.output.clone();
        let mut format = self.format.as_deref().and_then(Form::named);
        if let Some(course) = &course {
            let settings = &course.settings.exam;
            folder = folder.or_else(|| Some(course.folder().join(settings.output.as_ref()?)));
            if let (None, Some(name)) = (format, &settings.format) {
                let names: Vec<&str> = forms().map(|(name, _)| name).collect();
                let formats = names.join(", ");
                let unknown = format!(
                    "there is no format `{}`; the formats are {formats}",
                    name.get_ref()
                );
                format = Some(
                    Form::named(name.get_ref())
                        .ok_or_else(|| course.bad_value(name, unknown, None))?,
                );
            }
        }
        Ok(Destination {
            folder: folder.filter(|folder| folder.as_os_str() != "-"),
            format: format.unwrap_or(Form::Papers(&FORMATS[0])),
        })
    }

    fn output(
        &self,
        reading: &CheckedScript,
        loader: &Cached<Disk>,
        color: Color,
    ) -> Result<ExamOutput, ExamError> {
        if let Some(file) = self.output.as_deref().filter(|path| !path.is_dir())
            && let Some(name) = format_of(file)
        {
            let file = shown(file);
            return Err(ExamError::refused(format!(
                "`--output` takes a folder, not the name of a file; for one file, write `--format {name} > {file}`"
            )));
        }
        let destination = self
            .destination()
            .map_err(|bad| ExamError::wrong(options::course_message(bad, color)))?;
        let editions = self.editions(&destination)?;
        let exam = api::Exam {
            script: reading,
            seed: self.wanted.seed,
            limits: self.limits.limits(),
        };
        let versions = self.wanted.versions(&exam)?;
        if versions.is_none() && exam.seed.is_some() {
            warn_of_own_seed(reading);
        }
        let versions: Vec<Option<Version>> =
            versions.map_or_else(|| vec![None], |all| all.into_iter().map(Some).collect());
        let layout = self.layout.style().map_err(ExamError::refused)?;
        let making = PaperMaker {
            exam,
            loader,
            editions: &editions,
            scripts: self.script,
            layout: &layout,
            style: diagnostic_style(color),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            hints: OnceLock::new(),
        };
        if self.wanted.check.is_some() {
            return Ok(check(&making, &versions, color));
        }
        if self.answers.is_some() {
            let papers = making.papers(&versions)?;
            let versions: Vec<Version> = versions.into_iter().flatten().collect();
            let table = answer_table(&papers, &versions, making.exam.script.depends_on_seed());
            return Ok(ExamOutput::Stream(table.into_bytes()));
        }
        let form = destination.format;
        let made = match form {
            Form::Practice => {
                making.paper(versions.first().and_then(Option::as_ref))?;
                practice::practice(&making, &self.file).map(Made::Bank)
            }
            Form::Papers(format) if self.layout.merge => together(&making, format, &versions),
            Form::Papers(format) => made(&making, format, &versions),
        }?;
        making.give_hints();
        let Some(folder) = &destination.folder else {
            return stream(made, form.name()).map(ExamOutput::Stream);
        };
        let stem = output::stem(&self.file);
        let files = match made {
            Made::Each(made) => output::files(&stem, form.extension(), &versions, made),
            Made::Together(made) => output::together(&stem, form.extension(), &versions, made),
            Made::Bank(files) => output::bank(&stem, &versions, files),
        };
        let named = [self.wanted.roster.as_deref(), Some(&*self.layout.labels)];
        let mut inputs: Vec<&Path> = named.into_iter().flatten().chain([&*self.file]).collect();
        inputs.extend(loader.files().map(|(path, _)| path));
        let report = output::write(folder, &files, &inputs, versions.len())?;
        Ok(ExamOutput::Report(report, Status::Held))
    }

    /// Returns the editions of each version: one edition for standard output, or the paper and every
    /// requested edition for a folder.
    fn editions(&self, destination: &Destination) -> Result<Vec<Edition>, ExamError> {
        let extra = [
            (self.key, Edition::Key),
            (self.solutions, Edition::Solutions),
        ];
        let extra: Vec<Edition> = extra
            .into_iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, edition)| edition)
            .collect();
        match (&destination.folder, &*extra, self.script) {
            (None, [_, _, ..], _) | (None, [_], true) => Err(ExamError::refused(
                "without `--output DIR`, you can use only one of `--key`, `--solutions`, and `--script`",
            )),
            (None, [], true) => Ok(Vec::new()),
            (None, [edition], false) => Ok(vec![*edition]),
            _ => Ok([Edition::Paper].into_iter().chain(extra).collect()),
        }
    }
}

/// Where the papers go, and how they are written.
struct Destination {
    /// The folder, or `None` for standard output.
    folder: Option<PathBuf>,
    format: Form,
}

/// A format of the command.
#[derive(Clone, Copy)]
enum Form {
    Papers(&'static Format),
    /// One page for all versions, which the page makes itself.
    Practice,
}

impl Form {
    fn named(name: &str) -> Option<Self> {
        if name == practice::NAME {
            return Some(Self::Practice);
        }
        Format::named(name).map(Self::Papers)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Papers(format) => format.name,
            Self::Practice => practice::NAME,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Papers(format) => format.extension,
            Self::Practice => "html",
        }
    }
}

/// Returns the first format whose files have the extension of this one. `.d` is that of folders.
fn format_of(file: &Path) -> Option<&'static str> {
    let extension = file.extension()?.to_str().filter(|end| *end != "d")?;
    forms()
        .map(|(name, _)| name)
        .find(|name| Form::named(name).is_some_and(|form| form.extension() == extension))
}

/// Returns the names and descriptions of all formats.
fn forms() -> impl Iterator<Item = (&'static str, &'static str)> {
    let papers = FORMATS.iter().map(|format| (format.name, format.about));
    papers.chain([(practice::NAME, practice::ABOUT)])
}

/// The result of the command.
enum ExamOutput {
    Stream(Vec<u8>),
    /// The files written or the result of `--check`, and the exit status.
    Report(String, Status),
}

fn check(making: &PaperMaker, versions: &[Option<Version>], color: Color) -> ExamOutput {
    let fairness = Fairness::compare(&making.samples(versions));
    // All versions have the same points. The report contains the other hints.
    if let Some(Ok(paper)) = versions
        .first()
        .map(|version| making.paper(version.as_ref()))
    {
        for hint in paper.questions.iter().filter_map(indivisible) {
            complain(&format!("pagewalk: {hint}\n"));
        }
    }
    let versions: Vec<Version> = versions.iter().flatten().cloned().collect();
    let text = text(&report(&fairness, &versions), color.theme(&io::stdout()));
    let status = if fairness.holds() {
        Status::Held
    } else {
        Status::Failed
    };
    ExamOutput::Report(text, status)
}

/// All versions in one format.
enum Made {
    Each(Vec<MadePaper>),
    /// One file per edition.
    Together(MadePaper),
    Bank(Vec<File>),
}

fn made(
    making: &PaperMaker,
    format: &Format,
    versions: &[Option<Version>],
) -> Result<Made, ExamError> {
    match format.write {
        Writer::Each(write) => making.each(versions, write).map(Made::Each),
        Writer::Typeset(write) => {
            let one = |paper: &Paper, edition, style: &Style| {
                Ok(write(slice::from_ref(paper), edition, style))
            };
            typeset(&making.each(versions, one)?, making.threads).map(Made::Each)
        }
        Writer::Bank(write) => making.bank(versions, write).map(Made::Bank),
    }
}

/// All versions in one file per edition.
fn together(
    making: &PaperMaker,
    format: &Format,
    versions: &[Option<Version>],
) -> Result<Made, ExamError> {
    let Writer::Typeset(write) = format.write else {
        return Err(ExamError::refused("`--merge` needs `--format pdf`"));
    };
    let made = typeset(&[making.together(versions, write)?], making.threads)?;
    Ok(Made::Together(MadePaper {
        editions: made.into_iter().flat_map(|made| made.editions).collect(),
        script: None,
    }))
}

fn stream(made: Made, format: &str) -> Result<Vec<u8>, ExamError> {
    let of = |made: MadePaper| {
        made.editions
            .into_iter()
            .map(|(_, bytes)| bytes)
            .chain(made.script)
    };
    match made {
        Made::Each(made) => Ok(made.into_iter().flat_map(of).flatten().collect()),
        Made::Together(made) => Ok(of(made).flatten().collect()),
        Made::Bank(mut files) => match (files.pop(), files.len()) {
            (Some(file), 0) => Ok(file.bytes),
            (_, more) => Err(ExamError::refused(format!(
                "{format} produces {} files; add `--output DIR` to choose a folder",
                more + 1
            ))),
        },
    }
}

/// A format name, listed by `--help`.
fn known_format() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(forms().map(|(name, about)| PossibleValue::new(name).help(about)))
}
