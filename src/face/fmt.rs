//! `pagewalk fmt`: formats scripts in the standard style.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::options::other_kind;
use super::terminal::{Color, Status, complain, diagnostic_style, print};
use super::test::find::{Search, SuiteFileKind, report_name};
use super::tips::is_script;
use pagewalk_engine::files::atomic_write::replace;
use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_engine::files::reason;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::format::{Unformatted, format};
use pagewalk_script::lang::include::{Script, missing_help, text_of};
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::narrate::count;
use pagewalk_script::run::Files;
use pagewalk_script::suite::amend::merged::difference;

/// The path that represents standard input.
const STDIN: &str = "-";

/// Arguments of `pagewalk fmt`.
#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Show the changes without writing them; exit with status 1 if there are any
    #[arg(long)]
    check: bool,
    /// Scripts and folders to format; `-` formats standard input to standard output [default: -]
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,
}

/// Number of files by result.
#[derive(Debug, Default)]
struct Tally {
    changed: u64,
    same: u64,
    /// Scripts that cannot be read.
    wrong: u64,
    unwritten: u64,
}

impl Fmt {
    /// Formats every script, even after one with errors.
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        let stdin = [PathBuf::from(STDIN)];
        let paths = if self.paths.is_empty() {
            &stdin[..]
        } else {
            &self.paths
        };
        let mut tally = Tally::default();
        for path in scripts(paths, color, &mut tally) {
            self.format_file(&path, color, &mut tally)?;
        }
        let Tally {
            changed,
            same,
            wrong,
            unwritten,
        } = tally;
        // The message about a single file that cannot be read is enough. When Pagewalk formats standard input, standard output
        // contains only the script.
        let summarizes = changed + same + unwritten > 0 || wrong > 1;
        if summarizes && (self.check || !paths.iter().any(|path| is_stdin(path))) {
            print(&self.summary(&tally))?;
        }
        Ok(match (wrong + unwritten, changed + same) {
            (1.., _) | (0, 0) => Status::Wrong,
            _ if self.check && changed > 0 => Status::Failed,
            _ => Status::Held,
        })
    }

    fn format_file(&self, path: &Path, color: Color, tally: &mut Tally) -> io::Result<()> {
        let shown = if is_stdin(path) {
            "<stdin>".to_owned()
        } else {
            report_name(path)
        };
        let mut wrong = |message: &str| {
            complain(message);
            tally.wrong += 1;
            Ok(())
        };
        let old = match read_text(path) {
            Ok(old) => old,
            Err(reason) => {
                let help = missing_help(&Disk, path)
                    .map_or_else(String::new, |help| format!("  help: {help}\n"));
                return wrong(&format!(
                    "pagewalk: cannot read `{shown}`: {reason}\n{help}"
                ));
            }
        };
        let new = match format(&old) {
            Ok(new) => new,
            Err(Unformatted::Wrong(diagnostics)) => {
                let mut sources = Sources::default();
                sources.add(&shown, None, &old);
                let script = Script::default();
                let reading = CheckedScript {
                    sources,
                    script,
                    files: Files::default(),
                    diagnostics,
                    warnings: Vec::new(),
                    checked: std::sync::Arc::default(),
                };
                return wrong(&reading.render_diagnostics(diagnostic_style(color)));
            }
            Err(Unformatted::Changed) => {
                return wrong(&format!(
                    "pagewalk: `{shown}` is unchanged, because formatting it would change its meaning. This is a bug \
                     in Pagewalk\n"
                ));
            }
        };
        if old == new {
            tally.same += 1;
        } else {
            tally.changed += 1;
        }
        if self.check {
            // Lines that differ only in their ends look the same.
            let unix = old.replace("\r\n", "\n");
            if unix != old {
                print(&format!(
                    "{shown}: the line endings change from CR LF to LF\n"
                ))?;
            }
            let color = color.is_wanted(&io::stdout()).into();
            return print(&difference(&shown, &unix, &new, color));
        }
        if is_stdin(path) {
            return print(&new);
        }
        if old != new {
            if let Err(error) = replace(path, Some(old.as_bytes()), new.as_bytes()) {
                complain(&format!(
                    "pagewalk: cannot write `{shown}`: {}\n",
                    reason(&error)
                ));
                tally.changed -= 1;
                tally.unwritten += 1;
                return Ok(());
            }
            print(&format!("{shown}: formatted\n"))?;
        }
        Ok(())
    }

    /// The summary, such as `2 scripts formatted, 5 scripts unchanged`.
    fn summary(&self, tally: &Tally) -> String {
        let Tally {
            changed,
            same,
            wrong,
            unwritten,
        } = tally;
        let (done, rest) = if self.check {
            ("not formatted", "already formatted")
        } else {
            ("formatted", "unchanged")
        };
        let mut parts = Vec::new();
        if *changed > 0 {
            parts.push(format!("{} {done}", count(*changed, "script", "scripts")));
        }
        if *same > 0 {
            parts.push(format!("{} {rest}", count(*same, "script", "scripts")));
        }
        if *wrong > 0 {
            parts.push(format!("{wrong} not read"));
        }
        if *unwritten > 0 {
            parts.push(format!("{unwritten} not written"));
        }
        parts.join(", ") + "\n"
    }
}

/// The scripts at and below these paths, each listed once. Reports paths that contain no scripts.
fn scripts(paths: &[PathBuf], color: Color, tally: &mut Tally) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let (mut found, mut wrong) = (vec![path.clone()], Vec::new());
        if path.is_dir() {
            let paths = std::slice::from_ref(path);
            let search = Search {
                paths,
                skip: &[],
                excluded: |settings| &settings.fmt.exclude,
                missing: |_| None,
                color,
            };
            let (all, unfound) = search.files();
            wrong.extend(unfound.into_iter().map(|wrong| wrong.complaint));
            found = all
                .into_iter()
                .filter(|one| one.kind == SuiteFileKind::Script)
                .map(|one| one.path)
                .collect();
            found.retain(|file| is_inside(path, file));
            if found.is_empty() && wrong.is_empty() {
                wrong.push(format!(
                    "pagewalk: there is no script (`.pw`) in `{}`\n",
                    report_name(path)
                ));
            }
        } else if let Some(other) = not_a_script(path) {
            wrong.push(format!(
                "pagewalk: `{}` is {other}; `pagewalk fmt` formats only scripts (`.pw`, `.txt`, or no ending)\n",
                report_name(path)
            ));
            found.clear();
        }
        for wrong in wrong {
            complain(&wrong);
            tally.wrong += 1;
        }
        for path in found {
            if !files.contains(&path) {
                files.push(path);
            }
        }
    }
    files
}

/// Returns what a file is that must not be formatted because of its name: other text, such as a program in C, can consist of
/// the tokens of a script. A script can be in a text file. A missing file gets its own message.
fn not_a_script(path: &Path) -> Option<&'static str> {
    let is_text = path.extension().is_none_or(|extension| extension == "txt");
    let is_other = !is_text && !is_script(path) && path.exists();
    other_kind(path).or_else(|| is_other.then_some("not a script by its name"))
}

/// Whether a file below a folder is in this folder. Reports a link to a file outside the folder.
fn is_inside(folder: &Path, file: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let inside = whole(file).starts_with(whole(folder));
    if !inside {
        let (file, folder) = (report_name(file), report_name(folder));
        complain(&format!(
            "pagewalk: `{file}` is skipped, because it is a link to a file outside `{folder}`\n"
        ));
    }
    inside
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

/// The text of a file, or the reason why it cannot be read.
fn read_text(path: &Path) -> Result<String, String> {
    let bytes = Disk
        .argument(path, SCRIPT)
        .map_err(|error| reason(&error))?;
    text_of(&bytes).map(str::to_owned)
}
