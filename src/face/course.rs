//! The settings of the course to which a file or folder belongs.

use std::path::Path;

use super::terminal::{Color, diagnostic_style};
use pagewalk_script::lang::course::{BadCourse, Course, of_folder};
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::diagnostics::render;

/// Returns the course of a file or folder (`-` is the current folder), or `None` if no folder contains settings.
///
/// # Errors
/// Returns the first mistake in the settings.
pub(crate) fn course_of(path: &Path) -> Result<Option<Course>, BadCourse> {
    let folder = if path.is_dir() {
        Some(path)
    } else {
        path.parent()
    };
    let folder = folder
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // A missing folder gets its own message.
    folder
        .canonicalize()
        .map_or(Ok(None), |folder| of_folder(&mut Disk, &folder))
}

/// Returns the message about a mistake.
pub(crate) fn message(bad: BadCourse, color: Color) -> String {
    let mut sources = Sources::default();
    let diagnostic = bad.diagnostic(&mut sources);
    render(&[diagnostic], &sources, diagnostic_style(color))
}
