//! `pagewalk diff`: compares two scripts or two machines.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::run::RunOptions;
use super::terminal::{Color, Status, complain, diagnostic_style, print};
use pagewalk_script::api::differences::{compare_runs, difference_blocks, json, totals};
use pagewalk_script::report::diagnostics::render;
use pagewalk_script::report::excerpt::visible;
use pagewalk_script::report::text;
use pagewalk_script::suite::reports::quoted;

/// Arguments of `pagewalk diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The first script
    #[arg(value_name = "A.pw")]
    a: PathBuf,
    /// The second script
    #[arg(value_name = "B.pw")]
    b: PathBuf,
    /// Print the differences in this format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    options: RunOptions,
}

/// Output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Readable tables
    #[default]
    Text,
    /// One JSON object per line; the last one contains the totals
    Json,
}

impl Diff {
    /// Runs both scripts and reports the differences.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let is_revision = |(path, _): &(&Path, &Path)| {
            let name = path.to_string_lossy();
            !path.exists() && (name.starts_with("HEAD") || name.contains(['~', '@']))
        };
        let (a, b) = (self.a.as_path(), self.b.as_path());
        if let Some((revision, other)) = [(a, b), (b, a)].into_iter().find(is_revision) {
            let name = visible(&revision.to_string_lossy()).into_owned();
            let old = old_script(&name, &visible(&other.to_string_lossy()));
            complain(&format!(
                "pagewalk: `{name}` is a revision, but `diff` compares two scripts\n  \
                 help: `git show {old} > old.pw` writes the old script\n"
            ));
            return Ok(Status::Wrong);
        }
        let read = |path| self.options.read(path, color);
        let (a, b) = (read(&self.a), read(&self.b));
        let comparison = match compare_runs(&a, &b, (&self.options).into()) {
            Ok(comparison) => comparison,
            Err(wrong) => {
                let style = diagnostic_style(color);
                for (script, wrong) in [&a, &b].into_iter().zip(wrong) {
                    let checked = !script.diagnostics.is_empty();
                    let report = || render(&wrong, &script.sources, style);
                    complain(&if checked {
                        script.render_diagnostics(style)
                    } else {
                        report()
                    });
                }
                return Ok(Status::Wrong);
            }
        };
        let mut rendered = String::new();
        match self.format {
            Format::Text => {
                let theme = color.theme(&io::stdout());
                for blocks in difference_blocks(&comparison, (a.name(), b.name())) {
                    rendered += &text::text(&blocks, theme);
                    rendered.push('\n');
                }
                // Here and below, writing to a string cannot fail.
                let _ = writeln!(rendered, "{}", theme.wrapped(&totals(&comparison)));
            }
            Format::Json => json(&comparison).iter().for_each(|line| {
                let _ = writeln!(rendered, "{line}");
            }),
        }
        print(&rendered)?;
        Ok(if comparison.same() {
            Status::Held
        } else {
            Status::Failed
        })
    }
}

/// Returns the name that Git has for a script in a revision. If the revision names no script, it is that with which the command
/// compares it, as in `HEAD~1:./first.pw`.
fn old_script(revision: &str, other: &str) -> String {
    let named = revision
        .split_once(':')
        .filter(|(_, file)| !file.is_empty());
    let is_here = !Path::new(other).is_absolute() && Path::new(other).exists();
    let file = if is_here { other } else { "FILE" };
    match named {
        // Git looks for a name without `./` in the root of the repository.
        Some(_) => revision.to_owned(),
        None => format!("{}:./{}", revision.trim_end_matches(':'), quoted(file)),
    }
}
