//! The settings of a course: the file `pagewalk.toml` in the folder of a script or above it.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use serde::Deserialize;
pub use toml::Spanned;

use super::diagnostic::{Code, Diagnostic};
use super::loader::{Loader, plain, text_of};
use super::nearest::nearest;
use super::source::{Conflict, Sources};
use super::span::Span;
use pagewalk_engine::files::limits::COURSE;
use pagewalk_engine::files::reason;

/// Name of the file.
pub const NAME: &str = "pagewalk.toml";

#[derive(Debug, Clone)]
pub struct Course {
    /// The canonical path of the file.
    pub(super) path: PathBuf,
    text: String,
    pub settings: Settings,
    /// The canonical folder whose files the scripts can name, if the file sets `root`.
    pub root: Option<PathBuf>,
}

impl Course {
    /// Returns the canonical folder of the file.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Returns a mistake in a value.
    pub fn bad_value<T>(&self, value: &Spanned<T>, message: String) -> BadCourse {
        bad(&self.path, &self.text, value.span(), message)
    }
}

/// The settings of a course.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    root: Option<Spanned<String>>,
    /// Defaults of `pagewalk test`.
    pub test: TestSettings,
    /// Defaults of `pagewalk fmt`.
    pub fmt: FmtSettings,
    /// Defaults of `pagewalk exam`.
    pub exam: ExamSettings,
}

/// Defaults of `pagewalk test`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TestSettings {
    /// Patterns of files to skip, in the notation of `.gitignore`.
    pub exclude: Vec<Spanned<String>>,
    /// The number of files to run in parallel.
    pub jobs: Option<usize>,
}

/// Defaults of `pagewalk fmt`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FmtSettings {
    /// Patterns of files to skip, in the notation of `.gitignore`.
    pub exclude: Vec<Spanned<String>>,
}

/// Defaults of `pagewalk exam`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExamSettings {
    /// The folder of the papers, relative to the folder of the settings.
    pub output: Option<PathBuf>,
    /// The format of the papers.
    pub format: Option<Spanned<String>>,
}

/// A mistake in the settings of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCourse(Box<Mistake>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    path: PathBuf,
    text: String,
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl fmt::Display for BadCourse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for BadCourse {}

impl BadCourse {
    /// Adds the file to the sources, and returns the diagnostic.
    pub fn diagnostic(self, sources: &mut Sources) -> Diagnostic {
        let Mistake {
            path,
            text,
            span,
            message,
            help,
        } = *self.0;
        let name = path.display().to_string();
        let file = sources.add(&name, Some(path), &text);
        let diagnostic = Diagnostic::new(Code::BadCourse, Span::new(file, span), message);
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// Returns the folder of the file.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.0.path.parent()
    }

    fn help(mut self, help: Option<String>) -> Self {
        self.0.help = help;
        self
    }
}

/// Returns the course of a canonical folder: the settings in the folder itself, or in the nearest
/// folder above it. Files are not merged, so that one file shows all settings. A mistake stops
/// every script below the file, because the script could otherwise read files that the course does
/// not intend.
///
/// # Errors
/// Returns the first mistake in the settings.
pub fn of_folder(loader: &mut dyn Loader, folder: &Path) -> Result<Option<Course>, BadCourse> {
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        let unreadable = |reason| bad(&path, "", 0..0, format!("cannot read `{NAME}`: {reason}"));
        match loader.load(&path, COURSE) {
            Ok(bytes) => {
                let text = text_of(&bytes).map_err(unreadable)?;
                return course(loader, &path, text).map(Some);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(reason(&error))),
        }
    }
    Ok(None)
}

fn course(loader: &dyn Loader, path: &Path, text: &str) -> Result<Course, BadCourse> {
    let settings: Settings = toml::from_str(text).map_err(|error| {
        if let Some(conflict) = Conflict::whole(text) {
            let place = conflict.place(text);
            return bad(path, text, place, conflict.to_string()).help(Some(conflict.help()));
        }
        let span = error.span().unwrap_or(0..0);
        let word = text.get(span.clone()).unwrap_or_default();
        // The names that TOML's message lists.
        let known = || error.message().split('`').skip(3).step_by(2);
        let reads = |text: String| toml::from_str::<Settings>(&text).is_ok();
        let (before, after) = (
            text.get(..span.start).unwrap_or_default(),
            text.get(span.end..).unwrap_or_default(),
        );
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let section = known().find(|name| reads(format!("[{name}]\n{line}")));
        let section =
            section.map(|name| format!("it is a setting of `[{name}]`: put `[{name}]` above it"));
        let is_list = !word.is_empty() && reads([before, "[", word, "]", after].concat());
        let list = is_list.then(|| format!("write a list: `[{word}]`"));
        let one = word.starts_with('[').then(|| {
            let first = word.split('"').nth(1)?;
            let is_one = reads([before, "\"", first, "\"", after].concat());
            is_one.then(|| format!("write one value: `\"{first}\"`"))
        });
        let quoted = line.split_once('=').and_then(|(name, value)| {
            let (name, value) = (name.trim(), value.trim());
            let line = format!("{name} = \"{value}\"");
            let is_text = reads(line.clone()) || reads(format!("[exam]\n{line}"));
            (!value.contains('"') && is_text).then(|| format!("write `{line}`"))
        });
        let of_grade = ["grade", "grading", "rules", "rule", "marking"].contains(&word);
        let of_grade = of_grade.then(|| "rules of grading are in a file of their own: `pagewalk grade exam.pw answers.csv --rules rules.yaml`".to_owned());
        let near = nearest(word, known()).map(|near| format!("did you mean `{near}`?"));
        let yaml = text.lines().find_map(|line| line.trim().strip_suffix(':'));
        let yaml = yaml.map(|name| format!("`{NAME}` is TOML, not YAML: write `[{name}]`, and below it lines such as `NAME = VALUE`"));
        let windows = line.contains('\\');
        let windows = windows.then(|| "write `/` between the names of folders".to_owned());
        let underscored = word.replace('-', "_");
        let of_exam = match &*underscored {
            "paper" | "papersize" | "paper_size" | "page_size" => "page",
            "language" | "lang" | "translation" => "labels",
            _ => word,
        };
        let is_option = ["key", "variants", "seed", "roster", "solutions", "first", "last", "page", "labels", "large", "answers"].contains(&of_exam);
        let option = (is_option && known().any(|name| name == "output"))
            .then(|| format!("`--{of_exam}` is an option of `pagewalk exam`"));
        let dashed = word.replace('_', "-");
        let of_test = ["require-golden", "bless", "filter", "golden", "fail-fast", "quiet", "junit", "format"];
        let of_test = match &*dashed {
            "paths" | "files" | "folders" | "include" | "testpaths" => Some("name the folders on the command line, such as `pagewalk test lectures`".to_owned()),
            name if of_test.contains(&name) => Some(format!("`--{name}` is an option of `pagewalk test`")),
            _ => None,
        };
        let of_test = of_test.filter(|_| known().any(|name| name == "jobs"));
        let help = yaml.or(option).or(of_grade).or(of_test).or(windows).or(section).or(list).or(one.flatten()).or(quoted).or(near);
        let message = error.message().replace("usize", "a number");
        bad(path, text, span, message).help(help)
    })?;
    let mut course = Course {
        path: path.to_owned(),
        text: text.to_owned(),
        settings,
        root: None,
    };
    if let Some(root) = &course.settings.root {
        course.root = Some(found(loader, &course, root)?);
    }
    Ok(course)
}

/// Returns the canonical folder that `root` names. The folder must be inside the folder of the
/// settings, so that a downloaded script cannot widen its own access: it reads other files only if
/// the user keeps it below such a file.
fn found(
    loader: &dyn Loader,
    course: &Course,
    root: &Spanned<String>,
) -> Result<PathBuf, BadCourse> {
    let (name, folder) = (root.get_ref(), course.folder());
    let target = folder.join(name);
    match loader.canonical(&target) {
        Ok(found) if found.starts_with(folder) => Ok(found),
        Err(_) if plain(&target).starts_with(folder) => {
            Err(course.bad_value(root, format!("there is no folder `{name}`")))
        }
        _ => {
            let message = format!("the folder `{name}` is not inside the folder of `{NAME}`");
            let help = Some(format!(
                "move `{NAME}` to that folder, and write `root = \".\"` in it"
            ));
            Err(course.bad_value(root, message).help(help))
        }
    }
}

fn bad(path: &Path, text: &str, span: Range<usize>, message: String) -> BadCourse {
    BadCourse(Box::new(Mistake {
        path: path.to_owned(),
        text: text.to_owned(),
        span,
        message,
        help: None,
    }))
}
