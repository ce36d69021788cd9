//! The arguments of `pagewalk test`, and what is done with them.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::amend::Amend;
use super::find::{Found, find};
use super::included::included;
use super::play::{Played, play};
use super::progress::Progress;
use super::script::scripts;
use super::select::{Filter, Partition, shuffle};
use super::threads::side_by_side;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print};
use crate::lang::loader::{Disk, Loader};
use crate::report::suite::{Case, Name, Suite, Verdict, summary, tell};
use crate::report::text;
use crate::run::amend::Wanted;

/// Arguments of `pagewalk test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Scripts, Markdown files and folders
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only cases with this text in their name; with `*` or `?`, those whose whole name matches
    #[arg(long, value_name = "TEXT")]
    filter: Option<Filter>,
    /// Stop at the first file with a case that fails
    #[arg(long)]
    fail_fast: bool,
    /// List the cases, without running them
    #[arg(long)]
    list: bool,
    /// Run the files in another order
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    /// Run one of N parts of the files; which file is in which part depends on its name alone
    #[arg(long, value_name = "K/N")]
    partition: Option<Partition>,
    /// Write the actual values in place of those that are stated and do not hold; refused where `CI` is set
    #[arg(long, conflicts_with_all = ["list", "fail_fast"])]
    accept: bool,
    /// Write the values of facts and cells that are stated as `?`; refused where `CI` is set
    #[arg(long, conflicts_with_all = ["list", "fail_fast"])]
    fill: bool,
    /// How many files are run at a time; as many as there are processors unless said
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

impl Test {
    /// Tests what is asked for.
    ///
    /// # Errors
    /// What standard output says.
    pub fn all(&self, color: Color) -> io::Result<Status> {
        let (all, wrong) = find(&self.paths);
        if !wrong.is_empty() {
            wrong.iter().for_each(|wrong| complain(&format!("pagewalk: {wrong}\n")));
            return Ok(Status::Wrong);
        }
        let mut files = all.clone();
        files.retain(|found| self.partition.is_none_or(|part| part.has(found)));
        if let Some(seed) = self.shuffle {
            shuffle(&mut files, seed);
        }
        let amend = Wanted { accept: self.accept, fill: self.fill };
        if amend != Wanted::default() {
            let wants = |name: &Name| self.filter.as_ref().is_none_or(|filter| filter.wants(name));
            return Amend { amend, all: &all, files: &files, wants: &wants, threads: self.threads(), color }
                .all();
        }
        if self.list { self.list(&files) } else { self.run(&all, &files, color) }
    }

    fn list(&self, files: &[Found]) -> io::Result<Status> {
        let of = |found: &Found| -> Vec<Case> {
            scripts(found)
                .map_or_else(|_| Vec::new(), |scripts| scripts.iter().flat_map(|s| s.cases()).collect())
        };
        let cases = side_by_side(files, self.threads(), of, |_| false, |_, _| {});
        let mut text = String::new();
        for case in cases.iter().flatten().filter(|case| self.wants(case)) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", case.name);
        }
        print(&text).map(|()| Status::Held)
    }

    fn run(&self, all: &[Found], files: &[Found], color: Color) -> io::Result<Status> {
        let start = Instant::now();
        let mut progress = Progress::new(files.len());
        let style = diagnostic_style(color);
        let work = |found: &Found| {
            let mut played = play(found, style);
            played.cases.retain(|case| self.wants(case));
            played
        };
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
        let mut told = String::new();
        for case in &suite.cases {
            let blocks = tell(case);
            if !blocks.is_empty() {
                told += &text::text(&blocks, colored);
                told.push('\n');
            }
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
        if suite.cases.is_empty() && self.partition.is_none() {
            let what =
                if self.filter.is_some() { "no case has such a name" } else { "no scripts were found" };
            complain(&format!("pagewalk: {what}\n"));
            return Ok(Status::Wrong);
        }
        Ok(match suite.worst() {
            Verdict::NotRun | Verdict::Passed => Status::Held,
            Verdict::Failed => Status::Failed,
            Verdict::Wrong => Status::Wrong,
        })
    }

    fn wants(&self, case: &Case) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.wants(&case.name))
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
        suite.cases.extend(played.cases);
    }
    suite
}
