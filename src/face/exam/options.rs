//! Options that select the versions of an exam and the layout of its papers.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::make::ExamError;
use pagewalk_engine::files::limits::{LABELS, TABLE};
use pagewalk_engine::files::{reason, shown};
use pagewalk_script::api::exam::{Exam, Student, Style, Version, students};
use pagewalk_script::exam::formats::labels::{DIALECTS, Labels};
use pagewalk_script::exam::formats::style::PageSize;
use pagewalk_script::exam::seeds::{NOT_A_SEED, parse};
use pagewalk_script::lang::loader::{Disk, Loader, text_of};

/// Maximum number of versions that `--check` compares.
const MOST_CHECKED: u64 = 10_000;

/// Maximum number of roster errors in a report.
const TOLD: usize = 50;

/// The arguments that select versions.
#[derive(Debug, Args)]
pub(crate) struct VersionArguments {
    /// Make N versions, each with different values
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    variants: Option<u64>,
    /// Make one version per student in a class list from Canvas, Moodle, or a table
    ///
    /// A column such as `student id` or `email` must identify the students. Their names are optional.
    #[arg(long, value_name = "FILE.csv", conflicts_with = "variants")]
    pub(crate) roster: Option<PathBuf>,
    /// Make versions of make-up exam K with new seeds; without K, of make-up exam 1
    #[arg(long, value_name = "K", num_args = 0..=1, default_missing_value = "1", value_parser = clap::value_parser!(u64).range(1..=1000))]
    make_up: Option<u64>,
    /// Check N versions, or the versions A to B, for fairness without printing a paper
    ///
    /// Fails if Pagewalk cannot generate every version. The versions must also be equally difficult and have
    /// different answers, and no question may reveal an answer. The exit status is 1 if the check fails.
    #[arg(long, value_name = "N|A..B", conflicts_with_all = ["variants", "roster", "output", "key", "solutions", "script"], value_parser = checked)]
    pub(crate) check: Option<RangeInclusive<u64>>,
    /// Use this seed, in decimal or hexadecimal (0x…); a single paper has that of the script's `seed` statement instead
    #[arg(long, value_name = "N", value_parser = |text: &str| parse(text).ok_or(NOT_A_SEED))]
    pub(crate) seed: Option<u64>,
}

impl VersionArguments {
    /// Returns the selected versions, or `None` if the script is used unchanged.
    pub(crate) fn versions(&self, exam: &Exam) -> Result<Option<Vec<Version>>, ExamError> {
        let numbers = self.check.clone().or(self.variants.map(|count| 1..=count));
        if numbers.is_none() && self.roster.is_none() && self.make_up.is_none() {
            return Ok(None);
        }
        let series = exam.series(self.make_up.unwrap_or(0));
        match &self.roster {
            None => Ok(Some(series.range(numbers.unwrap_or(1..=1)))),
            Some(path) => Ok(Some(series.of_students(roster(path)?))),
        }
    }
}

/// Parses the numbers of the versions to check: a count, or the first and the last number.
fn checked(text: &str) -> Result<RangeInclusive<u64>, String> {
    let range = match text.split_once("..") {
        Some((first, last)) => first
            .parse()
            .ok()
            .zip(last.parse().ok())
            .map(|(first, last)| first..=last),
        None => text.parse().ok().map(|count| 1..=count),
    };
    let valid = |range: &RangeInclusive<u64>| {
        *range.start() >= 1 && !range.is_empty() && range.end() - range.start() < MOST_CHECKED
    };
    range.filter(valid).ok_or_else(|| {
        format!(
            "write a number of versions or a range such as 201..400, with at most {MOST_CHECKED} versions"
        )
    })
}

fn roster(path: &Path) -> Result<Vec<Student>, ExamError> {
    let name = shown(path);
    let bytes = Disk
        .argument(path, TABLE)
        .map_err(|error| ExamError::refused(format!("cannot read `{name}`: {}", reason(&error))))?;
    students(&bytes).map_err(|flaws| {
        let messages = flaws
            .iter()
            .take(TOLD)
            .map(|flaw| format!("{name}:{}: {}", flaw.line, flaw.message));
        let plural = if flaws.len() == 1 { "" } else { "s" };
        let last = format!(
            "{name}: {} mistake{plural}, so nothing was generated\n",
            flaws.len()
        );
        ExamError::wrong(messages.chain([last]).collect::<Vec<_>>().join("\n"))
    })
}

/// Options for paged formats.
#[derive(Debug, Args)]
pub(crate) struct LayoutArguments {
    /// Use this page size
    #[arg(long, value_name = "SIZE", default_value = PageSize::A4.name(), value_parser = known_size(), help_heading = "Layout")]
    page: PageSize,
    /// Use 18-point type
    #[arg(long, help_heading = "Layout")]
    large: bool,
    /// Omit the page of powers of two
    #[arg(long, help_heading = "Layout")]
    no_powers: bool,
    /// Write all versions to one PDF per edition
    ///
    /// Each version begins on a right-hand page, so that you can print the file on both sides.
    #[arg(long, conflicts_with_all = ["script", "check"], help_heading = "Layout")]
    pub(crate) merge: bool,
    /// Use this set of labels: `ppn` (textbook), `pfn`, `frame`, or a YAML file
    #[arg(long, value_name = "WORDS", default_value = DIALECTS[0].0, help_heading = "Layout")]
    pub(crate) labels: PathBuf,
}

impl LayoutArguments {
    /// Returns the style for these options.
    pub(crate) fn style(&self) -> Result<Style, String> {
        Ok(Style {
            page: self.page,
            large: self.large,
            powers: !self.no_powers,
            labels: self.labels()?,
        })
    }

    fn labels(&self) -> Result<Labels, String> {
        let name = shown(&self.labels);
        if let Some(dialect) = self.labels.to_str().and_then(Labels::dialect) {
            return Ok(dialect);
        }
        let bytes = Disk.argument(&self.labels, LABELS).map_err(|error| {
            let dialects: Vec<&str> = DIALECTS.iter().map(|(name, _)| *name).collect();
            format!(
                "`{name}` is not a built-in dialect ({}), and the file cannot be read: {}",
                dialects.join(", "),
                reason(&error)
            )
        })?;
        let text = text_of(&bytes).map_err(|why| format!("cannot read `{name}`: {why}"))?;
        Labels::read(text).map_err(|wrong| format!("{name}: {wrong}"))
    }
}

/// A page size, listed by `--help`.
fn known_size() -> impl TypedValueParser<Value = PageSize> {
    let sizes = PossibleValuesParser::new(PageSize::NAMES.map(|(name, _)| name));
    sizes.map(|name| {
        PageSize::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(PageSize::A4, |(_, size)| *size)
    })
}
