//! The settings that `pagewalk.toml` can contain.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

/// Name of the file.
pub const NAME: &str = "pagewalk.toml";

/// The settings of a course.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub(super) root: Option<Spanned<String>>,
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
    pub jobs: Option<NonZeroUsize>,
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

/// Returns whether a text is valid settings.
pub(super) fn reads(text: &str) -> bool {
    toml::from_str::<Settings>(text).is_ok()
}
