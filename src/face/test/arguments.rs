//! The arguments of `pagewalk test`, and what is done with them.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::amend::{Amend, Values};
use super::find::{Found, find};
use super::included::included;
use super::play::{Plan, Played};
use super::progress::Progress;
use super::script::{Script, scripts};
use super::select::Selection;
use super::threads::side_by_side;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::lang::loader::{Disk, Loader};
use crate::report::suite::{Case, Name, Suite, Verdict, summary, tell};

/// Arguments of `pagewalk test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Scripts, Markdown files and folders
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    goldens: Goldens,
    /// Stop at the first file with a case that fails
    #[arg(long)]
    fail_fast: bool,
    /// List the cases, without running them
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    values: Values,
    /// How many files are run at a time; as many as there are processors unless said
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

/// What is done about golden files.
#[derive(Debug, Args)]
struct Goldens {
    /// Write the golden files anew as the scripts do now, and show what has changed
    #[arg(long, conflicts_with_all = ["list", "require_golden"])]
    bless: bool,
    /// Fail where a script has no golden file
    #[arg(long)]
    require_golden: bool,
}

impl Test {
    /// Tests what is asked for.
    ///
    /// # Errors
    /// What standard output says.
    pub fn all(&self, color: Color) -> io::Result<Status> {
        if let Some(refusal) = self.refusal() {
            complain(&refusal);
            return Ok(Status::Wrong);
        }
        let (all, wrong) = find(&self.paths);
        if !wrong.is_empty() {
            for wrong in wrong {
                complain(&format!("pagewalk: {wrong}\n"));
            }
            return Ok(Status::Wrong);
        }
        let files = self.selection.of(&all);
        if let Some(wanted) = self.values.wanted() {
            let wants = |name: &Name| self.selection.wants_name(name);
            return Amend { wanted, all: &all, files: &files, wants: &wants, threads: self.threads(), color }
                .all();
        }
        if self.list { self.list(&files) } else { self.run(&all, &files, color) }
    }

    /// Why nothing is done, where a machine is asked to write what a person is to answer for.
    fn refusal(&self) -> Option<String> {
        let writing = [
            (self.goldens.bless, "--bless", "golden files"),
            (self.values.accept, "--accept", "scripts"),
            (self.values.fill, "--fill", "scripts"),
        ];
        let (_, option, written) = writing.into_iter().find(|(wanted, ..)| *wanted)?;
        std::env::var_os("CI").filter(|ci| !ci.is_empty())?;
        Some(format!(
            "pagewalk: `{option}` is refused where the variable `CI` is set\n  help: {written} are written by a \
             person, and what has changed is reviewed: run it on your own machine\n"
        ))
    }

    fn list(&self, files: &[Found]) -> io::Result<Status> {
        let of = |found: &Found| -> Vec<Case> {
            scripts(found).unwrap_or_default().iter().flat_map(Script::cases).collect()
        };
        let cases = side_by_side(files, self.threads(), of, |_| false, |_, _| {});
        let mut text = String::new();
        for case in cases.iter().flatten().filter(|case| self.selection.wants(case)) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", case.name);
        }
        print(&text).map(|()| Status::Held)
    }

    fn run(&self, all: &[Found], files: &[Found], color: Color) -> io::Result<Status> {
        let start = Instant::now();
        let mut progress = Progress::new(files.len());
        let plan = Plan {
            style: diagnostic_style(color),
            color: color.wanted(&io::stdout()),
            bless: self.goldens.bless,
            required: self.goldens.require_golden,
            wanted: &|case| self.selection.wants(case),
        };
        let work = |found: &Found| plan.play(found);
        let red = |played: &Played| played.cases.iter().any(|case| case.verdict().bad());
        let stop = |played: &Played| self.fail_fast && red(played);
        let played = side_by_side(files, self.threads(), work, stop, |found, played| {
            progress.done(&found.name, red(played));
        });
        progress.clear();
        let suite = suite(all, files, played);
        self.told(&suite, color, start.elapsed())
    }

    fn told(&self, suite: &Suite, color: Color, took: Duration) -> io::Result<Status> {
        let out = io::stdout();
        let colored = color.wanted(&out);
        let mut told = suite.blessed.concat();
        for case in &suite.cases {
            told += &tell(case, colored);
        }
        let mut lines = summary(suite);
        if let Some(last) = lines.last_mut().filter(|_| out.is_terminal()) {
            let _ = write!(last, " ({:.2} s)", took.as_secs_f64());
        }
        for line in lines {
            told += &line;
            told.push('\n');
        }
        print(&told)?;
        if suite.cases.is_empty() && self.selection.partition.is_none() {
            let what = if self.selection.filter.is_some() {
                "no case has such a name"
            } else {
                "no scripts were found"
            };
            complain(&format!("pagewalk: {what}\n"));
            return Ok(Status::Wrong);
        }
        Ok(match suite.worst() {
            Verdict::NotRun | Verdict::Passed => Status::Held,
            Verdict::Failed => Status::Failed,
            Verdict::Wrong => Status::Wrong,
        })
    }

    fn threads(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.unwrap_or_else(processors)
    }
}

/// The cases of what was played, without scripts that are wrong on their own and are there to be included; what is wrong
/// with the others is complained of.
fn suite(all: &[Found], files: &[Found], played: Vec<Played>) -> Suite {
    let mut suite = Suite::default();
    let mut includes = None;
    for (found, played) in files.iter().zip(played) {
        let wrong = played.cases.iter().any(|case| case.verdict() == Verdict::Wrong);
        if wrong && let Ok(path) = Disk.canonical(&found.path) {
            let includes = includes.get_or_insert_with(|| included(all));
            if includes.contains(&path) {
                continue;
            }
        }
        complain(&played.complaint);
        suite.blessed.extend(played.blessed);
        suite.cases.extend(played.cases);
    }
    suite
}
