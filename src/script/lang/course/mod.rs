//! The settings of a course: the file `pagewalk.toml` in the folder of a script or above it.

mod explain;
mod settings;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fmt, io};

pub use toml::Spanned;

use explain::{Explained, explained};
pub use settings::{ExamSettings, FmtSettings, NAME, Settings, TestSettings};

use super::diagnostic::{Code, Diagnostic};
use super::loader::{Loader, plain, text_of};
use super::source::{Conflict, Sources};
use super::span::Span;
use pagewalk_engine::files::limits::COURSE;
use pagewalk_engine::files::reason;

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

    /// Returns a mistake in a value, with the instructions for a fix.
    pub fn bad_value<T>(
        &self,
        value: &Spanned<T>,
        message: String,
        help: Option<String>,
    ) -> BadCourse {
        bad(&self.path, &self.text, value.span(), message).help(help)
    }
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
        let Explained {
            span,
            message,
            help,
        } = explained(text, &error);
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
            let help = format!("for the folder of `{NAME}`, write `root = \".\"`");
            let message = format!("there is no folder `{name}`");
            Err(course.bad_value(root, message, Some(help)))
        }
        _ => {
            let message = format!("the folder `{name}` is not inside the folder of `{NAME}`");
            let help = Some(format!(
                "move `{NAME}` to that folder, and write `root = \".\"` in it"
            ));
            Err(course.bad_value(root, message, help))
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
