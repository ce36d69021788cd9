//! Exam papers and marks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pagewalk::face::grade::answer;
use pagewalk_script::api::exam::{
    Edition, Exam, FORMATS, Format, PaperError, Rendered, Student, Style, Version, students,
};
use pagewalk_script::api::marking::{Marking, Rules, Sheet};
use pagewalk_script::api::{self, CheckedScript};
use pagewalk_script::lang::nearest::nearest;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::calls::call;
use crate::errors::{diagnostics, script_error};
use crate::scripts::{RunLimits, Script};
use crate::values::from_json;

/// A paper of an exam with its key.
#[pyclass(frozen, module = "pagewalk._pagewalk")]
pub(crate) struct Paper {
    script: Arc<CheckedScript>,
    paper: api::exam::Paper,
}

/// The versions of an exam: a number of versions, or the IDs and names of students.
#[derive(FromPyObject)]
pub(crate) enum Versions {
    Count(u64),
    Students(Vec<(String, String)>),
    Roster(Vec<u8>),
}

/// A mark: the field, the answer, the verdict, the points, the maximum points, and known mistakes.
type MarkRow = (String, String, &'static str, f64, f64, Vec<String>);

/// The papers of a script, and the warnings about the script.
type Papers<'py> = (Vec<Paper>, Vec<Bound<'py, PyAny>>);

/// Returns the papers of a script: one for each version, or the paper of the script itself. Also returns the warnings.
#[pyfunction]
#[pyo3(signature = (script, seed, versions, make_up, limits))]
pub(crate) fn exam(
    py: Python<'_>,
    script: Script,
    seed: Option<u64>,
    versions: Option<Versions>,
    make_up: Option<u64>,
    limits: RunLimits,
) -> PyResult<Papers<'_>> {
    let script = Arc::new(call(py, &AtomicBool::new(false), || {
        script.check(limits.memory())
    })?);
    if !script.diagnostics.is_empty() {
        return Err(script_error(py, &script.diagnostics, &script.sources, None));
    }
    let exam = Exam {
        script: &script,
        seed,
        limits: limits.limits(),
    };
    let series = exam.series(make_up.unwrap_or(0));
    let versions = match versions {
        None if make_up.is_none() => vec![None],
        None => of(series.numbered(1)),
        Some(Versions::Count(count)) => of(series.numbered(count)),
        Some(Versions::Students(all)) => of(series.of_students(
            all.into_iter()
                .map(|(id, name)| Student { id, name })
                .collect(),
        )),
        Some(Versions::Roster(csv)) => {
            let all = students(&csv).map_err(|flaws| {
                let lines = flaws
                    .iter()
                    .map(|flaw| format!("line {}: {}", flaw.line, flaw.message));
                PyValueError::new_err(format!(
                    "the roster is invalid\n{}",
                    lines.collect::<Vec<_>>().join("\n")
                ))
            })?;
            of(series.of_students(all))
        }
    };
    let mut papers = Vec::with_capacity(versions.len());
    for version in versions {
        // Ctrl-C ends the exam after the current paper.
        let made = call(py, &AtomicBool::new(false), || exam.paper(version.as_ref()))?;
        let paper = made.map_err(|error| match &error {
            PaperError::Diagnostics(wrong) => script_error(py, wrong, &script.sources, None),
            PaperError::Failed { count, .. } => PyValueError::new_err(format!(
                "{count} of the script's expectations failed, so its key would be wrong; `pagewalk.run` shows the failures"
            )),
            PaperError::NoQuestion => PyValueError::new_err(error.to_string()),
        })?;
        papers.push(Paper {
            script: script.clone(),
            paper,
        });
    }
    let warnings = diagnostics(py, &script.warnings, &script.sources)?;
    Ok((papers, warnings))
}

fn of(versions: Vec<Version>) -> Vec<Option<Version>> {
    versions.into_iter().map(Some).collect()
}

fn edition(name: &str) -> Edition {
    match name {
        "key" => Edition::Key,
        "solutions" => Edition::Solutions,
        _ => Edition::Paper,
    }
}

impl Paper {
    fn version(&self) -> Option<&Version> {
        self.paper.version.as_ref()
    }
}

#[pymethods]
impl Paper {
    /// The code on each page, or `None` for the paper of the script itself.
    #[getter]
    fn code(&self) -> Option<&str> {
        self.version().map(|version| &*version.code)
    }

    /// The seed of the version's values, or `None` for the paper of the script itself.
    #[getter]
    fn seed(&self) -> Option<u64> {
        self.version().map(|version| version.seed)
    }

    /// The ID of the student for whom the paper was made, or `None`.
    #[getter]
    fn student(&self) -> Option<&str> {
        self.version()?.student.as_ref().map(|student| &*student.id)
    }

    /// The name of the student for whom the paper was made, or `None`.
    #[getter]
    fn student_name(&self) -> Option<&str> {
        self.version()?
            .student
            .as_ref()
            .map(|student| &*student.name)
    }

    /// The maximum points.
    #[getter]
    fn points(&self) -> f64 {
        self.paper.points().to_f64()
    }

    /// The names of the fields that a student fills in, in order, with their points.
    #[getter]
    fn fields(&self) -> Vec<(String, f64)> {
        let rules = Rules::default();
        let marking = Marking::new(&self.script, &self.paper, &[], &rules);
        marking
            .fields()
            .iter()
            .map(|field| (field.name.clone(), field.points.to_f64()))
            .collect()
    }

    /// Returns an edition in a format: a text, or the bytes of an archive.
    fn render<'py>(
        &self,
        py: Python<'py>,
        edition: &str,
        format: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(format) = Format::named(format) else {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            return Err(PyValueError::new_err(format!(
                "there is no format `{format}`; the formats are {}",
                names.join(", ")
            )));
        };
        match self
            .paper
            .render(format, self::edition(edition), &Style::default())
        {
            Ok(Rendered::Text(text)) => Ok(text.into_pyobject(py)?.into_any()),
            Ok(Rendered::Typst(_)) => Err(PyValueError::new_err(format!(
                "`{}` needs the program Typst; use the command `pagewalk exam --format {0}`",
                format.name
            ))),
            Ok(Rendered::Files(mut files)) if files.len() == 1 => {
                Ok(PyBytes::new(py, &files.remove(0).bytes).into_any())
            }
            Ok(Rendered::Files(_)) => Err(PyValueError::new_err(format!(
                "`{}` has several files; use the command `pagewalk exam --format {0} --output DIR`",
                format.name
            ))),
            Err(refusal) => Err(PyValueError::new_err(format!(
                "{}: {}",
                refusal.part, refusal.why
            ))),
        }
    }

    /// Returns an edition as data.
    fn data<'py>(&self, py: Python<'py>, edition: &str) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.paper.to_json(self::edition(edition)))
    }

    /// Marks answers, each a text of JSON. Returns the points, the maximum points, and the marks.
    fn mark(
        &self,
        answers: Vec<(String, String)>,
        rules: Vec<String>,
    ) -> PyResult<(f64, f64, Vec<MarkRow>)> {
        let mut own = Rules::default();
        for rule in &rules {
            own.set_written(rule)
                .map_err(|why| PyValueError::new_err(format!("rule `{rule}`: {why}")))?;
        }
        let marking = Marking::new(&self.script, &self.paper, &[], &own);
        let unknown = |what: &str, name: &str| {
            let near = nearest(name, marking.fields().iter().map(|field| &*field.name));
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("{what} `{name}`, which is not a field of the paper{help}")
        };
        let known: Vec<&str> = marking.ruled().collect();
        if let Some(name) = own.named().find(|name| !known.contains(name)) {
            return Err(PyValueError::new_err(unknown("the rules name", name)));
        }
        let mut sheet = Sheet::default();
        for (name, json) in answers {
            let value = serde_json::from_str(&json).map_err(|why| {
                PyValueError::new_err(format!("the answer `{name}` is invalid: {why}"))
            })?;
            let given = answer(value).ok_or_else(|| {
                PyValueError::new_err(format!("the value of `{name}` is not an answer"))
            })?;
            if !marking.answer(&mut sheet, &name, given) {
                return Err(PyKeyError::new_err(unknown("the answers contain", &name)));
            }
        }
        let marked = marking.mark_sheet(&sheet);
        let rows = marked.marks.into_iter().map(|mark| {
            let (points, of) = (mark.points.to_f64(), mark.of.to_f64());
            (
                mark.field,
                mark.written,
                mark.verdict.name(),
                points,
                of,
                mark.mistakes,
            )
        });
        Ok((marked.total.to_f64(), marked.of.to_f64(), rows.collect()))
    }
}
