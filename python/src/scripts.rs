//! Checks and runs of scripts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pagewalk_script::api::{CheckedScript, LimitNames, Limits, Options, Recording};
use pagewalk_script::lang::diagnostic::{Code, Diagnostic};
use pagewalk_script::lang::loader::{Disk, MemoryLimit, Texts, Within};
use pagewalk_script::lang::source::Sources;
use pyo3::prelude::*;

use crate::calls::call;
use crate::errors::{diagnostics, script_error};
use crate::runs::Run;

/// The files that a script can read.
pub(crate) type Files = Texts<Option<Disk>>;

const FILES: &str = "a text reads no files from disk: pass their contents with `files={…}`, or the script as a `pathlib.Path`";

/// A script, as `pagewalk._scripts` passes it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Script {
    name: PathBuf,
    /// The texts of files by name, with the script's own text unless it is on disk.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Whether the script can read other files from disk.
    disk: bool,
}

impl Script {
    /// Whether the text of the script is given, so that the script is not read from disk.
    pub(crate) fn has_own_text(&self) -> bool {
        self.files.contains_key(&self.name)
    }

    /// Returns the name or path as text.
    pub(crate) fn name(&self) -> String {
        self.name.display().to_string()
    }

    /// Returns the script whose relative path refers to a folder.
    pub(crate) fn below(self, folder: &Path) -> Self {
        Self {
            name: folder.join(&self.name),
            ..self
        }
    }

    /// Returns the script's path and its files.
    pub(crate) fn open(self) -> (PathBuf, Files) {
        (
            self.name,
            Texts {
                texts: self.files,
                other: self.disk.then_some(Disk),
            },
        )
    }

    /// Parses and checks the script, which may need this memory.
    pub(crate) fn check(self, limit: MemoryLimit) -> CheckedScript {
        let (name, other) = self.open();
        let mut files = Within { limit, other };
        let mut checked = CheckedScript::from_loader(Path::new(&name), &mut files);
        name_files(&mut checked.diagnostics, &checked.sources, &files.other);
        checked
    }
}

/// Adds help to errors about files that a text names: a text reads no files from disk.
pub(crate) fn name_files(wrong: &mut [Diagnostic], sources: &Sources, files: &Files) {
    let given = |one: &Diagnostic| {
        let name = sources.text(one.span).trim_matches('"');
        files.texts.contains_key(Path::new(name))
    };
    for one in wrong {
        if files.other.is_none()
            && one.code == Code::Unreadable
            && one.help.is_none()
            && !given(one)
        {
            one.help = Some(FILES.to_owned());
        }
    }
}

/// The limits of a run: `(max_steps, max_memory)`.
#[derive(FromPyObject)]
pub(crate) struct RunLimits(u64, u64);

impl RunLimits {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_steps: self.0,
            max_memory: self.1,
            max_time: None,
        }
    }

    pub(crate) fn memory(&self) -> MemoryLimit {
        self.limits().memory(LimitNames::KEYWORDS)
    }

    pub(crate) fn options(&self, seed: u64) -> Options {
        Options {
            seed,
            raised_by: LimitNames::KEYWORDS,
            ..Options::default().within(self.limits())
        }
    }
}

#[pyfunction]
pub(crate) fn run(
    py: Python<'_>,
    script: Script,
    seed: u64,
    limits: RunLimits,
) -> PyResult<Py<Run>> {
    let interrupt = AtomicBool::new(false);
    let (script, recording) = call(py, &interrupt, || {
        let script = script.check(limits.memory());
        let options = limits.options(seed);
        let recording = script
            .diagnostics
            .is_empty()
            .then(|| Recording::new(&script, options, &interrupt));
        (script, recording)
    })?;
    let Some(Recording {
        records,
        ended,
        state,
        ..
    }) = recording
    else {
        return Err(script_error(py, &script.diagnostics, &script.sources, None));
    };
    let sources = Arc::new(script.sources);
    let run = Run::new(
        sources.clone(),
        records,
        ended.totals,
        state,
        script.warnings,
    );
    let run = Py::new(py, run)?;
    if ended.diagnostics.is_empty() {
        return Ok(run);
    }
    Err(script_error(py, &ended.diagnostics, &sources, Some(run)))
}

/// Checks a script and returns its diagnostics: errors, or warnings if there are no errors.
#[pyfunction]
pub(crate) fn check(py: Python<'_>, script: Script) -> PyResult<Vec<Bound<'_, PyAny>>> {
    let script = call(py, &AtomicBool::new(false), || {
        script.check(MemoryLimit::DEFAULT)
    })?;
    let all: Vec<_> = script
        .diagnostics
        .iter()
        .chain(&script.warnings)
        .cloned()
        .collect();
    diagnostics(py, &all, &script.sources)
}
