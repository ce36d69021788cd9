//! Options that several commands share.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use pagewalk_engine::files::{is_same_file, reason, shown};
use pagewalk_engine::trace::time_limit::{Deadline, TimeLimit};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::course::{BadCourse, Course, of_folder};
use pagewalk_script::lang::diagnostic::Code;
use pagewalk_script::lang::loader::{Disk, Loader, MemoryLimit, Within};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::lang::value::byte_size;
use pagewalk_script::report::diagnostics::render;
use pagewalk_script::run::session::{LimitNames, Limits};
use pagewalk_script::suite::reports::Mistake;

use super::terminal::{Color, complain, diagnostic_style};

/// Options for the limits of runs.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LimitArguments {
    /// Stop each run after a total of N statements and loop iterations
    #[arg(long = "max-steps", value_name = "N", default_value_t = Limits::DEFAULT.max_steps)]
    steps: u64,
    /// Stop each run that needs more memory than SIZE, such as `512MB`
    #[arg(long = "max-memory", value_name = "SIZE", value_parser = size, default_value = "1GB")]
    memory: u64,
    /// Stop each run after this number of seconds, such as `2.5` [default: no limit]
    #[arg(long = "max-time", value_name = "SECONDS", value_parser = seconds)]
    time: Option<Duration>,
}

impl LimitArguments {
    pub(crate) fn limits(self) -> Limits {
        Limits {
            max_steps: self.steps,
            max_memory: self.memory,
            max_time: self.time.map(elapsed),
        }
    }

    pub(crate) fn memory(self) -> MemoryLimit {
        self.limits().memory(LimitNames::OPTIONS)
    }
}

/// The options for the limits of replays.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ReplayLimits {
    /// Stop if the simulations need more memory than SIZE, such as `8GB`
    // More than for a script, because traces of real programs use more pages. Each of five million pages that
    // are far apart needs a page table, which is 5 GB in total.
    #[arg(long = "max-memory", value_name = "SIZE", value_parser = size, default_value = "4GB")]
    pub(crate) memory: u64,
    /// Stop after this number of seconds, such as `2.5` [default: no limit]
    #[arg(long = "max-time", value_name = "SECONDS", value_parser = seconds)]
    time: Option<Duration>,
}

impl ReplayLimits {
    /// The end of the limited time, which begins now.
    pub(crate) fn deadline(self) -> Option<Deadline> {
        self.time.map(|most| elapsed(most).begin())
    }
}

/// A limit of the time that the system's clock measures.
fn elapsed(most: Duration) -> TimeLimit {
    static START: OnceLock<Instant> = OnceLock::new();
    TimeLimit {
        most,
        clock: || START.get_or_init(Instant::now).elapsed(),
    }
}

/// Parses a number of bytes with a unit.
fn size(text: &str) -> Result<u64, String> {
    byte_size(text).ok_or_else(|| "write a size such as 512MB or 1GB".to_owned())
}

/// Parses a positive number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "write a number of seconds such as 10 or 0.5".to_owned())
}

/// Options for checking scripts.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Checking {
    /// Treat warnings as errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Denied>,
}

/// The diagnostics that can be treated as errors.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Denied {
    /// Treat all warnings as errors
    Warnings,
}

impl Checking {
    /// Converts the warnings of a checked script to errors if warnings are denied.
    pub(crate) fn apply(self, mut script: CheckedScript) -> CheckedScript {
        if let Some(Denied::Warnings) = self.deny {
            script.deny_warnings();
        }
        script
    }

    /// Whether warnings are errors.
    pub(crate) fn denies_warnings(self) -> bool {
        self.deny.is_some()
    }

    /// Reads a script that may need this memory, and reports its warnings.
    pub(crate) fn read(self, path: &Path, limit: MemoryLimit, color: Color) -> CheckedScript {
        self.load(path, &mut Within { limit, other: Disk }, color)
    }

    /// Works like [`Self::read`], but reads the files through a loader.
    pub(crate) fn load(self, path: &Path, loader: &mut dyn Loader, color: Color) -> CheckedScript {
        let mut script = self.apply(CheckedScript::from_loader(path, loader));
        // Each line is a mistake, and all have one cause.
        if let Some((kind, help)) = not_a_script(path)
            && let Some(first) = script.diagnostics.first_mut()
            && matches!(first.code, Code::Syntax | Code::UnknownVerb)
        {
            first.message = format!("this file is a {kind}, not a script");
            first.label.clear();
            first.fix = None;
            first.help = Some(help);
            script.diagnostics.truncate(1);
        }
        complain(&script.render_warnings(diagnostic_style(color)));
        script
    }
}

/// Returns what a file with another extension than that of scripts contains, and how to use it.
fn not_a_script(path: &Path) -> Option<(&'static str, String)> {
    let name = shown(path);
    match path.extension()?.to_str()? {
        "trace" => Some((
            "memory trace",
            format!(
                "replay it on a machine: `pagewalk replay simple {name}`, or on that of a script"
            ),
        )),
        "c" => {
            let program = path
                .file_stem()?
                .to_str()?
                .replace(|c: char| !c.is_alphanumeric(), "_");
            let digit = program.starts_with(|c: char| c.is_ascii_digit());
            let program = if digit {
                format!("p{program}")
            } else {
                program
            };
            let help = format!(
                "run it in a script: `machine simple; program {program} from \"{name}\"; run {program}`"
            );
            Some(("C program", help))
        }
        _ => None,
    }
}

/// Checks before a run that the files that it writes are none of those that it reads.
///
/// # Errors
/// Returns the reason against the first file that is both.
pub(crate) fn check_outputs<'p>(
    outputs: impl IntoIterator<Item = &'p Path>,
    inputs: &[&Path],
) -> Result<(), String> {
    let mut others: BTreeSet<&Path> = BTreeSet::new();
    for output in outputs {
        if !others.insert(output)
            || others
                .iter()
                .any(|other| *other != output && is_same_file(output, other))
        {
            let output = shown(output);
            return Err(format!("two outputs cannot be the same file, `{output}`"));
        }
        if inputs.iter().any(|input| is_same_file(output, input)) {
            let output = shown(output);
            return Err(format!(
                "cannot write `{output}`: it is also an input; choose another output"
            ));
        }
    }
    Ok(())
}

/// Returns the reason for a file that could not be written.
pub(crate) fn cannot_write(file: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {}", shown(file), reason(error))
}

/// Returns the kind of a text file that is no script, by its name.
pub(crate) fn other_kind(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "md" => Some("Markdown"),
        "yaml" | "yml" => Some("YAML"),
        "toml" => Some("TOML"),
        _ => None,
    }
}

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

pub(crate) fn course_mistake(bad: BadCourse) -> Mistake {
    let mut sources = Sources::default();
    let diagnostic = bad.diagnostic(&mut sources);
    Mistake::from_diagnostic(&diagnostic, &sources)
}

/// Returns the message about a mistake.
pub(crate) fn course_message(bad: BadCourse, color: Color) -> String {
    let mut sources = Sources::default();
    let diagnostic = bad.diagnostic(&mut sources);
    render(&[diagnostic], &sources, diagnostic_style(color))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::seconds;
    use super::size;

    #[test]
    fn sizes_have_units_of_bytes() {
        for (text, bytes) in [
            ("4096", 4096),
            ("512MB", 512 << 20),
            ("1 GB", 1 << 30),
            ("64KiB", 64 << 10),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "MB",
            "-1",
            "1.5GB",
            "8 bits",
            "10 pages",
            "99999999999GB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_positive_numbers_of_seconds() {
        for (text, milliseconds) in [("10", 10_000), ("0.5", 500), ("1e2", 100_000)] {
            assert_eq!(
                seconds(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in ["", "0", "-1", "10s", "inf", "NaN", "1e30"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
