//! Exam papers of a script, with answer keys, solutions, and versions.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use super::{CheckedScript, Options};
pub use crate::exam::fair::{Fairness, Sample};
pub use crate::exam::formats::paper_formats::{FORMATS, Format, Writer};
pub use crate::exam::formats::style::{File, Refusal};
pub use crate::exam::formats::{Edition, Style};
pub use crate::exam::paper::Paper;
pub use crate::exam::roster::students;
pub use crate::exam::seeds::Series;
pub use crate::exam::{Student, Version};
use crate::run::record::Shown;
use crate::run::session::Limits;

use crate::exam::formats::{html, json_value, markdown, solutions};
use crate::exam::{Composed, compose, seeds, written};
use crate::lang::diagnostic::{Diagnostic, messages};
use crate::lang::loader::Loader;

/// A script as an exam.
///
/// ```
/// use pagewalk_script::api::CheckedScript;
/// use pagewalk_script::api::exam::{Edition, Exam, Format, Rendered, Style};
///
/// let text = "machine simple\nquestion \"Bits\" {\n  choose va in 0..0x4000\n  figure bits va\n  ask \"VPN\" = va / 64\n}\n";
/// let script = CheckedScript::from_text("quiz.pw", text, &mut ());
/// let exam = Exam::new(&script);
/// let versions = exam.series(0).numbered(2);
/// let paper = exam.paper(Some(&versions[0])).unwrap();
/// assert_eq!(paper.to_json(Edition::Paper)["questions"][0]["title"], "Bits");
/// assert_ne!(paper.to_json(Edition::Key), exam.paper(Some(&versions[1])).unwrap().to_json(Edition::Key));
/// assert!(paper.figures(Edition::Key, &Style::default())[0].starts_with("<svg"));
/// let markdown = Format::named("markdown").unwrap();
/// let Ok(Rendered::Text(key)) = paper.render(markdown, Edition::Key, &Style::default()) else { panic!() };
/// assert!(key.contains("Bits") && key.contains(&versions[0].code));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Exam<'s> {
    /// The script, which has no errors.
    pub script: &'s CheckedScript,
    /// The seed that replaces the script's seed.
    pub seed: Option<u64>,
    /// The limits of a version's run.
    pub limits: Limits,
}

/// The reason why a script has no paper.
#[derive(Debug, Clone, PartialEq)]
pub enum PaperError {
    /// Diagnostics from the run.
    Diagnostics(Vec<Diagnostic>),
    /// Expectations failed, which would make the key wrong.
    Failed {
        count: u64,
        /// The place of the first one, and its values.
        first: String,
    },
    /// The script has no question.
    NoQuestion,
}

impl fmt::Display for PaperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diagnostics(wrong) => f.write_str(&messages(wrong)),
            Self::Failed { count, first } => {
                write!(f, "{count} of the script's expectations failed: {first}")
            }
            Self::NoQuestion => f.write_str("the script contains no `question`"),
        }
    }
}

impl Error for PaperError {}

/// The reason why a version cannot be written as a script.
#[derive(Debug)]
pub enum ScriptError {
    /// Diagnostics from the run, including random choices that a script cannot express.
    Diagnostics(Vec<Diagnostic>),
    /// The new script has errors.
    Invalid(Box<CheckedScript>),
    /// The new script produces a different paper.
    Differs,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diagnostics(wrong) => f.write_str(&messages(wrong)),
            Self::Invalid(script) => f.write_str(&messages(&script.diagnostics)),
            Self::Differs => f.write_str("the written script produces another paper"),
        }
    }
}

impl Error for ScriptError {}

/// A paper in a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rendered {
    Text(String),
    /// The Typst source of the format.
    Typst(String),
    /// The files of an export, with keys.
    Files(Vec<File>),
}

impl<'s> Exam<'s> {
    /// Creates an exam with the script's own seed and the default limit.
    pub fn new(script: &'s CheckedScript) -> Self {
        Self {
            script,
            seed: None,
            limits: Limits::DEFAULT,
        }
    }

    /// Returns the series of versions for the exam (number 0) or for the make-up exam with this number.
    ///
    /// ```
    /// use pagewalk_script::api::CheckedScript;
    /// use pagewalk_script::api::exam::{Exam, students};
    ///
    /// let script = CheckedScript::from_text("quiz.pw", "question \"Sum\" { choose n in 1..9; ask \"n\" = n }", &mut ());
    /// let series = Exam::new(&script).series(0);
    /// let roster = students(b"id,name\na11,Ada\nb12,Bob\n").unwrap();
    /// let versions = series.of_students(roster.clone());
    /// assert_eq!(versions[1], series.of_students(roster[1..].to_vec())[0], "Bob's version is the same without Ada");
    /// ```
    pub fn series(&self, make_up: u64) -> Series {
        let seed = self
            .seed
            .or_else(|| seeds::declared_seed(&self.script.script.body))
            .unwrap_or(0);
        Series::new(seed, make_up, &self.script.sources)
    }

    /// Returns the paper of a version, or of the unmodified script.
    ///
    /// # Errors
    /// The reason why there is no paper.
    pub fn paper(&self, version: Option<&Version>) -> Result<Paper, PaperError> {
        let CheckedScript {
            script,
            sources,
            files,
            ..
        } = self.script;
        let Composed {
            mut paper,
            diagnostics,
            failed,
            first_failed,
        } = compose(&script.body, sources, files, self.options(version));
        if !diagnostics.is_empty() {
            return Err(PaperError::Diagnostics(diagnostics));
        }
        if failed > 0 {
            let first = first_failed.map_or_else(String::new, |check| {
                let place = sources.location(check.span);
                let place =
                    place.map_or_else(String::new, |(file, at)| format!("{file}:{}", at.line));
                let actual = check.actual.unwrap_or_else(|| Shown::word("none"));
                format!(
                    "{place}: `{}`: expected {}, actual {actual}",
                    check.fact, check.expected
                )
            });
            return Err(PaperError::Failed {
                count: failed,
                first,
            });
        }
        if paper.questions.is_empty() {
            return Err(PaperError::NoQuestion);
        }
        if let Some(version) = version {
            paper.version = Some(version.clone());
        }
        let file = sources
            .file(0)
            .and_then(|file| file.path.as_ref()?.file_stem());
        paper.script = file.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        Ok(paper)
    }

    /// Returns the properties of a version for [`Fairness::compare`], or the reason why it has no paper.
    ///
    /// # Errors
    /// The reason, on one line, why there is no paper.
    ///
    /// ```
    /// use pagewalk_script::api::exam::{Exam, Fairness};
    /// use pagewalk_script::api::CheckedScript;
    ///
    /// let text = "question \"Sum\" { choose n in 1..9; ask \"4 + 5\" = 9 }";
    /// let script = CheckedScript::from_text("quiz.pw", text, &mut ());
    /// let exam = Exam::new(&script);
    /// let samples: Vec<_> = exam.series(0).numbered(5).iter().map(|own| exam.sample(Some(own))).collect();
    /// let fairness = Fairness::compare(&samples);
    /// assert!(!fairness.holds() && fairness.same[0].len() == 5, "all versions are equal");
    /// ```
    pub fn sample(&self, version: Option<&Version>) -> Result<Sample, String> {
        self.paper(version)
            .map(|paper| Sample::from_paper(&paper))
            .map_err(|error| match error {
                PaperError::Diagnostics(diagnostics) => {
                    diagnostics.first().map_or_else(String::new, |wrong| {
                        let place = self
                            .script
                            .sources
                            .location(wrong.span)
                            .map_or_else(String::new, |(file, place)| {
                                format!("{file}:{}:{}: ", place.line, place.column)
                            });
                        format!("{place}{} [{}]", wrong.message, wrong.code.name())
                    })
                }
                PaperError::Failed { count, .. } => format!("{count} failed expectations"),
                PaperError::NoQuestion => "the script has no question".to_owned(),
            })
    }

    /// Returns the version as a script without random choices. Checks that the new script has the same paper
    /// and key. The loader provides the files that the script names.
    ///
    /// # Errors
    /// The reason why no such script exists.
    ///
    /// ```
    /// use pagewalk_script::api::{CheckedScript, Exam};
    ///
    /// let text = "question \"Double\" { choose n in 4..6; ask \"2n\" = 2 * n }";
    /// let script = CheckedScript::from_text("quiz.pw", text, &mut ());
    /// let exam = Exam::new(&script);
    /// let version = &exam.series(0).numbered(1)[0];
    /// let own = exam.script_of(Some(version), &exam.paper(Some(version)).unwrap(), &mut ()).unwrap();
    /// assert!(own.contains("let n = 4") || own.contains("let n = 5"), "{own}");
    /// ```
    pub fn script_of(
        &self,
        version: Option<&Version>,
        paper: &Paper,
        loader: &mut dyn Loader,
    ) -> Result<String, ScriptError> {
        let CheckedScript {
            script,
            sources,
            files,
            ..
        } = self.script;
        let text = written(&script.body, sources, files, self.options(version), version)
            .map_err(ScriptError::Diagnostics)?;
        let mut again = CheckedScript::from_text(self.script.name(), &text, loader);
        if again.diagnostics.is_empty() {
            let options = Options::default().within(self.limits);
            let done = compose(&again.script.body, &again.sources, &again.files, options);
            if done.diagnostics.is_empty() {
                let same = visible_content(&done.paper) == visible_content(paper);
                return if same {
                    Ok(text)
                } else {
                    Err(ScriptError::Differs)
                };
            }
            again.diagnostics = done.diagnostics;
        }
        Err(ScriptError::Invalid(Box::new(again)))
    }

    fn options(&self, version: Option<&Version>) -> Options {
        Options {
            seed: version.map_or(self.seed.unwrap_or_default(), |version| version.seed),
            version: version.is_some(),
            ..Options::default().within(self.limits)
        }
    }
}

impl Format {
    /// Returns the format with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

impl Paper {
    /// Returns the paper in a format. Formats for learning platforms contain all editions.
    ///
    /// # Errors
    /// Returns a refusal that names the part that the format does not support.
    pub fn render(
        &self,
        format: &Format,
        edition: Edition,
        style: &Style,
    ) -> Result<Rendered, Refusal> {
        match format.write {
            Writer::Each(write) => write(self, edition, style).map(Rendered::Text),
            Writer::Typeset(write) => Ok(Rendered::Typst(write(
                std::slice::from_ref(self),
                edition,
                style,
            ))),
            Writer::Bank(write) => write(std::slice::from_ref(self)).map(Rendered::Files),
        }
    }

    /// Returns the paper as data. Only the key and the solutions contain answers.
    pub fn to_json(&self, edition: Edition) -> Value {
        json_value(self, edition)
    }

    /// Returns the worked solution of each item as data: its fields, its steps, and its text.
    ///
    /// ```
    /// use pagewalk_script::api::CheckedScript;
    /// use pagewalk_script::api::exam::{Exam, Style};
    ///
    /// let text = "machine simple\nquestion \"Walk\" { ask read 0x3D4 => vpn, fault }";
    /// let script = CheckedScript::from_text("quiz.pw", text, &mut ());
    /// let solutions = Exam::new(&script).paper(None).unwrap().solutions(&Style::default());
    /// assert_eq!(solutions[0]["fields"][0], "1.vpn");
    /// assert!(solutions[0]["steps"][0]["what"].as_str().unwrap().contains("0x0F"), "{solutions}");
    /// ```
    pub fn solutions(&self, style: &Style) -> Value {
        solutions(self, &style.labels)
    }

    /// Returns the figures as SVG, in the order of the paper.
    pub fn figures(&self, edition: Edition, style: &Style) -> Vec<String> {
        html::figures(self, edition, style)
    }
}

/// Returns the visible contents of a paper.
fn visible_content(paper: &Paper) -> (String, String, Value) {
    let text = |edition| markdown(paper, edition, &Style::default());
    (
        text(Edition::Paper),
        text(Edition::Key),
        paper.to_json(Edition::Key),
    )
}
