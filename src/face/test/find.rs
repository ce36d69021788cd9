//! Searches for files that contain scripts.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use glob::Pattern;
use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use pagewalk_engine::files::{reason, shown};
use pagewalk_script::lang::course::{BadCourse, Settings, Spanned};
use pagewalk_script::lang::include::{missing_help, read};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::suite::golden::Digest;
use pagewalk_script::suite::reports::{Mistake, Name};
use pagewalk_script::traces::parts::Part;

use crate::face::options::{course_message, course_mistake, course_of};
use crate::face::terminal::Color;

/// File name ending of a golden file.
pub(crate) const ENDING: &str = ".golden.yaml";

/// A file with scripts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SuiteFile {
    /// The name in reports: the path as given, but with `/` between folders and without a leading `./`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) kind: SuiteFileKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SuiteFileKind {
    Script,
    /// A document with scripts in code blocks.
    Markdown,
    /// A golden file without a script.
    Golden,
}

impl SuiteFileKind {
    /// Returns the kind of a file by its name, or `None` for a file without scripts.
    fn from_path(path: &Path) -> Option<Self> {
        if path.to_str().is_some_and(|path| path.ends_with(ENDING)) {
            return Some(Self::Golden);
        }
        match path.extension()?.to_str()? {
            "pw" => Some(Self::Script),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}

impl SuiteFile {
    /// Returns the file at a path, or `None` for a file without scripts.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        Some(Self {
            kind: SuiteFileKind::from_path(path)?,
            name: report_name(path),
            path: path.to_owned(),
        })
    }
}

/// Returns the golden file for a file: `x.golden.yaml` for `x.pw`, and also for `x.md` unless `x.pw` exists. If `x.pw` existed
/// earlier, `x.md` keeps its `x.md.golden.yaml`.
pub(crate) fn golden_of(found: &SuiteFile) -> PathBuf {
    let of = |stem: Option<&OsStr>| {
        let stem = stem.unwrap_or_default().to_string_lossy();
        found.path.with_file_name(format!("{stem}{ENDING}"))
    };
    let own = of(found.path.file_name());
    let is_beside_script =
        || found.path.with_extension("pw").exists() || fs::symlink_metadata(&own).is_ok();
    if found.kind == SuiteFileKind::Markdown && is_beside_script() {
        own
    } else {
        of(found.path.file_stem())
    }
}

/// Returns the files to which this golden file may belong.
pub(crate) fn scripts_of(golden: &Path) -> [PathBuf; 3] {
    let file = golden.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.strip_suffix(ENDING).unwrap_or(&file);
    ["", ".pw", ".md"].map(|end| golden.with_file_name(format!("{stem}{end}")))
}

/// Returns the existing files to which this golden file belongs.
fn owners(golden: &Path) -> impl Iterator<Item = PathBuf> {
    scripts_of(golden).into_iter().filter(move |path| {
        let is_own = |found| golden_of(&found) == golden;
        path.is_file() && SuiteFile::from_path(path).is_none_or(is_own)
    })
}

/// A path without scripts to find, or a file or folder below a path that the search cannot read.
pub(crate) struct SearchError {
    /// The report.
    pub(crate) complaint: String,
    /// The mistake, if it is below a path. Otherwise, the path itself is wrong.
    pub(crate) mistake: Option<Mistake>,
}

impl SearchError {
    /// Returns an error in a path of the command line.
    fn of_path(complaint: String) -> Self {
        Self {
            complaint,
            mistake: None,
        }
    }

    fn of_course(bad: BadCourse, color: Color) -> Self {
        let mut mistake = course_mistake(bad.clone());
        // A report is the same on every computer.
        let here = Path::new(".").canonicalize().unwrap_or_default();
        let file = Path::new(&mistake.file);
        mistake.file = report_name(file.strip_prefix(here).unwrap_or(file));
        Self {
            complaint: course_message(bad, color),
            mistake: Some(mistake),
        }
    }

    fn of_walk(error: &ignore::Error) -> Self {
        let place = path_of(error).unwrap_or(Path::new("."));
        let place = place.strip_prefix(".").unwrap_or(place);
        let why = error.io_error().map_or_else(|| error.to_string(), reason);
        let message = format!("cannot read `{}`: {why}", shown(place));
        let complaint = format!("pagewalk: {message}\n");
        let mistake = Mistake {
            file: report_name(place),
            line: 1,
            column: 1,
            code: "",
            message,
            help: String::new(),
        };
        Self {
            complaint,
            mistake: Some(mistake),
        }
    }
}

/// Returns the file or folder that a walk could not read.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

/// A search for files with scripts.
pub(crate) struct Search<'a> {
    pub(crate) paths: &'a [PathBuf],
    /// Patterns of files to skip, relative to the current folder.
    pub(crate) skip: &'a [SkipPattern],
    /// Returns the patterns that a course excludes, relative to its folder.
    pub(crate) excluded: fn(&Settings) -> &[Spanned<String>],
    /// Returns more help about a missing file.
    pub(crate) missing: fn(&Path) -> Option<String>,
    pub(crate) color: Color,
}

/// A pattern in the notation of `.gitignore`.
#[derive(Debug, Clone)]
pub(crate) struct SkipPattern(String);

impl FromStr for SkipPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        matcher(Path::new("."), [text]).map_err(|(_, reason)| reason)?;
        Ok(Self(text.to_owned()))
    }
}

impl Search<'_> {
    /// Returns the files at and below the paths, sorted by name, and any errors. Skips hidden folders, folders named
    /// `target`, and files that Git ignores, and does not follow links to folders. Never skips the paths themselves.
    pub(crate) fn files(&self) -> (Vec<SuiteFile>, Vec<SearchError>) {
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        let cannot_read = |path: &Path, words: &str| {
            format!("pagewalk: cannot read `{}`: {words}\n", shown(path))
        };
        for path in self.paths {
            // Remove a leading `./`, but keep `.` itself.
            let path = path
                .strip_prefix(".")
                .ok()
                .filter(|rest| *rest != Path::new(""))
                .unwrap_or(path);
            match fs::metadata(path) {
                Err(_) if path == Path::new("-") => wrong.push(SearchError::of_path(
                    "pagewalk: `test` does not read standard input\n  help: `pagewalk run -` runs a script from it\n"
                        .to_owned(),
                )),
                Err(error) => {
                    let mut complaint = cannot_read(path, &reason(&error));
                    complaint.extend(missing_help(&Disk, path).map(|help| format!("  help: {help}\n")));
                    complaint.extend((self.missing)(path).map(|help| format!("  help: {help}\n")));
                    wrong.push(SearchError::of_path(complaint));
                }
                Ok(data) if data.is_dir() => match self.skipped(path) {
                    Ok(skipped) => below(path, skipped, &mut found, &mut wrong),
                    Err(bad) => wrong.push(SearchError::of_course(bad, self.color)),
                },
                Ok(_) => match SuiteFileKind::from_path(path) {
                    // If the path names a golden file, select its script.
                    Some(SuiteFileKind::Golden) if owners(path).next().is_some() => {
                        found.extend(owners(path).filter_map(|path| SuiteFile::from_path(&path)));
                    }
                    Some(_) => found.extend(SuiteFile::from_path(path)),
                    None => wrong.push(SearchError::of_path(format!(
                        "pagewalk: `{}` is neither a script (`.pw`) nor Markdown (`.md`)\n",
                        shown(path)
                    ))),
                },
            }
        }
        found.retain(|found| {
            found.kind != SuiteFileKind::Golden || owners(&found.path).next().is_none()
        });
        found.sort();
        found.dedup_by(|one, other| one.name == other.name);
        (found, wrong)
    }

    /// Returns the files to skip below a folder.
    fn skipped(&self, folder: &Path) -> Result<Skipped, BadCourse> {
        let canonical = |path: &Path| path.canonicalize().unwrap_or_default();
        let skip = self.skip.iter().map(|SkipPattern(text)| &**text);
        // The command line accepts only valid patterns.
        let mut patterns: Vec<Gitignore> = matcher(&canonical(Path::new(".")), skip)
            .into_iter()
            .collect();
        if let Some(course) = course_of(folder)? {
            let excluded = (self.excluded)(&course.settings);
            let texts = excluded.iter().map(|pattern| &**pattern.get_ref());
            let matcher = matcher(course.folder(), texts);
            let matcher = matcher.map_err(|(at, reason)| {
                let bracket = "to match the character `[` itself, write `\\\\[`";
                let help = excluded[at]
                    .get_ref()
                    .contains('[')
                    .then(|| bracket.to_owned());
                course.bad_value(&excluded[at], reason, help)
            })?;
            patterns.push(matcher);
        }
        patterns.retain(|one| !one.is_empty());
        Ok(Skipped {
            folder: folder.to_owned(),
            canonical: canonical(folder),
            patterns,
        })
    }
}

/// Returns a matcher of patterns in a folder, or the number of the first invalid pattern with the reason.
fn matcher<'p>(
    folder: &Path,
    patterns: impl IntoIterator<Item = &'p str>,
) -> Result<Gitignore, (usize, String)> {
    let mut builder = GitignoreBuilder::new(folder);
    builder.allow_unclosed_class(false);
    let mut count = 0;
    for pattern in patterns {
        builder
            .add_line(None, pattern)
            .map_err(|error| (count, error.to_string()))?;
        count += 1;
    }
    builder
        .build()
        .map_err(|error| (count.saturating_sub(1), error.to_string()))
}

/// The files to skip below a folder.
struct Skipped {
    folder: PathBuf,
    canonical: PathBuf,
    patterns: Vec<Gitignore>,
}

impl Skipped {
    fn skips(&self, path: &Path, is_folder: bool) -> bool {
        let path = self
            .canonical
            .join(path.strip_prefix(&self.folder).unwrap_or(path));
        let mut patterns = self
            .patterns
            .iter()
            .filter(|one| path.starts_with(one.path()));
        patterns.any(|one| one.matched(&path, is_folder).is_ignore())
    }
}

/// The package `ignore` is that of ripgrep, so `.gitignore` has its usual meaning.
fn below(
    folder: &Path,
    skipped: Skipped,
    found: &mut Vec<SuiteFile>,
    wrong: &mut Vec<SearchError>,
) {
    let entries = WalkBuilder::new(folder)
        .hidden(false)
        .ignore(false)
        // A user's personal settings of git must not change which scripts a suite contains.
        .git_global(false)
        .git_exclude(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let name = entry.file_name();
            let is_apart =
                is_folder && (name == "target" || name.to_string_lossy().starts_with('.'));
            entry.depth() == 0 || !is_apart && !skipped.skips(entry.path(), is_folder)
        })
        .build();
    for entry in entries {
        match entry {
            Ok(entry) => {
                let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
                found.extend(SuiteFile::from_path(path).filter(|_| path.is_file()));
            }
            Err(error) => wrong.push(SearchError::of_walk(&error)),
        }
    }
}

/// Returns the canonical paths of all files that these scripts include. An included file need not be a
/// complete script.
pub(crate) fn included(all: &[SuiteFile]) -> BTreeSet<PathBuf> {
    let scripts = all
        .iter()
        .filter(|found| found.kind == SuiteFileKind::Script);
    let files = scripts.flat_map(|found| {
        let (sources, _, _) = read(&found.path, &mut Disk);
        let beside = sources.files().skip(1).filter_map(|file| file.path.clone());
        beside.collect::<Vec<_>>()
    });
    files
        .filter_map(|path| Disk.canonical(&path).ok())
        .collect()
}

/// Returns a path in the form that reports use on every system.
pub(crate) fn report_name(path: &Path) -> String {
    shown(path).replace('\\', "/")
}

/// The selected files and cases.
#[derive(Debug, Clone, Args)]
pub(crate) struct Selection {
    /// Run only cases whose names contain TEXT or match the pattern (`*`, `?`, `[…]`)
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<Filter>,
    /// Run the files in a random order
    #[arg(long, value_name = "SEED")]
    pub(crate) shuffle: Option<u64>,
    /// Run only part K of N; the names of files determine the parts
    #[arg(long, value_name = "K/N")]
    pub(crate) partition: Option<Part>,
}

impl Selection {
    /// The selected files in the order of execution.
    pub(crate) fn files_in(&self, all: &[SuiteFile]) -> Vec<SuiteFile> {
        // Only the file's name determines its part.
        let in_part = |found: &&SuiteFile| {
            self.partition
                .is_none_or(|part| number(0, &found.name) % part.of == part.part - 1)
        };
        let mut files: Vec<SuiteFile> = all.iter().filter(in_part).cloned().collect();
        if let Some(seed) = self.shuffle {
            files.sort_by_cached_key(|found| number(seed, &found.name));
        }
        files
    }

    /// Whether a case is selected.
    pub(crate) fn wants(&self, name: &Name) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.wants(name))
    }
}

/// A text that a case's name contains, or a pattern with `*`, `?`, or `[` that matches the whole name.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// The text as it was written.
    pub(crate) text: String,
    pattern: Option<Pattern>,
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_pattern = text.contains(['*', '?', '[']);
        let pattern = if is_pattern {
            Some(Pattern::new(text).map_err(|e| e.to_string())?)
        } else {
            None
        };
        Ok(Self {
            text: text.to_owned(),
            pattern,
        })
    }
}

impl Filter {
    /// Whether a case matches.
    pub(crate) fn wants(&self, name: &Name) -> bool {
        let name = name.to_string();
        self.pattern.as_ref().map_or_else(
            || name.contains(&self.text),
            |pattern| pattern.matches(&name),
        )
    }
}

/// Returns a hash of a name and a seed, with well-mixed low bits.
fn number(seed: u64, name: &str) -> u64 {
    let mut digest = Digest::default();
    digest.put(&seed.to_string());
    digest.put(name);
    let hash = digest.number();
    (hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16
}
