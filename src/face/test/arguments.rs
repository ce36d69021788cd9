//! The arguments and the entry point of `pagewalk test`.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;

use super::amend::{Amend, ReviewFile, review};
use super::find::{Search, Selection, SkipPattern, SuiteFile};
use super::goldens::{orphans, prune};
use super::play::{Goldens, PlayedFile, SuitePlan};
use super::reports::Report;
use super::script::{scenario_at, scripts};
use super::watch::{Keys, wait_for_change};
use crate::face::options::{Checking, check_outputs, course_of};
use crate::face::progress::FileProgress;
use crate::face::replay::refused;
use crate::face::terminal::{Color, Status, complain, diagnostic_style, print, print_bytes};
use crate::face::threads::side_by_side;
use pagewalk_script::report::excerpt::visible;
use pagewalk_script::report::text::{Fit, Theme};
use pagewalk_script::suite::amend::Wanted;
use pagewalk_script::suite::reports::{
    Case, Held, Mistake, Name, Suite, Verdict, failures, outcomes, summary,
};

/// Arguments of `pagewalk test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Scripts, Markdown files, and folders to test
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    /// Skip files and folders that match PATTERN, in the notation of `.gitignore`
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<SkipPattern>,
    #[command(flatten)]
    goldens: GoldenOptions,
    /// Stop at the first file with a failing case
    #[arg(long)]
    fail_fast: bool,
    /// List the cases without running them
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    amending: AmendOptions,
    #[command(flatten)]
    checking: Checking,
    /// Rerun the tests after every file change
    #[arg(long, conflicts_with = "list")]
    watch: bool,
    #[command(flatten)]
    output: OutputOptions,
    /// Run N files in parallel [default: that of `pagewalk.toml`, or the number of processors]
    #[arg(short, long, alias = "threads", value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct OutputOptions {
    /// Also write a report: `junit`, `json`, `github`, or `html`; `-` is standard output
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<Report>,
    /// Add the run time of each case to the reports
    #[arg(long, requires = "reports")]
    report_times: bool,
    /// Show all differences from golden files, even if they are alike
    #[arg(long)]
    verbose: bool,
    /// Print only failures and the last line
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
}

/// The files to change instead of running tests.
#[derive(Debug, Args)]
struct AmendOptions {
    /// Replace failed expectations with the actual values; refused if `CI` is set
    #[arg(long, conflicts_with_all = ["list", "fail_fast", "bless", "watch"])]
    accept: bool,
    /// Fill in expected values written as `?`; refused if `CI` is set
    #[arg(long, conflicts_with_all = ["list", "fail_fast", "bless", "watch"])]
    fill: bool,
    /// List and remove golden files without a script; refused if `CI` is set
    #[arg(long, conflicts_with_all = ["list", "fail_fast", "bless", "require_golden", "watch", "accept", "fill"])]
    prune: bool,
}

/// The handling of golden files.
#[derive(Debug, Args)]
struct GoldenOptions {
    /// Update the golden files to the current results and show the changes
    #[arg(long, conflicts_with_all = ["list", "require_golden"])]
    bless: bool,
    /// Accept or reject each difference from a golden file; refused if `CI` is set
    #[arg(long, conflicts_with_all = ["list", "bless", "watch", "fail_fast", "accept", "fill", "prune", "reports"])]
    review: bool,
    /// Fail if a script has no golden file
    #[arg(long)]
    require_golden: bool,
}

/// The result of a run, and the files on which it depended.
struct SuiteRun {
    suite: Suite,
    took: Duration,
    files: Vec<PathBuf>,
}

impl Test {
    pub(crate) fn execute(&self, color: Color) -> io::Result<Status> {
        if let Some(refusal) = self.refusal() {
            complain(&refusal);
            return Ok(Status::Wrong);
        }
        let search = Search {
            paths: &self.paths,
            skip: &self.skip,
            excluded: |settings| &settings.test.exclude,
            missing: scenario_at,
            color,
        };
        let keys = if self.watch && !in_ci() {
            Some(Keys::read())
        } else {
            None
        };
        let mut bless = self.goldens.bless;
        loop {
            let since = SystemTime::now();
            let (all, wrong) = search.files();
            for wrong in &wrong {
                complain(&wrong.complaint);
            }
            let unfound: Option<Vec<Mistake>> =
                wrong.into_iter().map(|wrong| wrong.mistake).collect();
            let unfound = match unfound {
                Some(unfound) if unfound.is_empty() || !self.writes() => unfound,
                _ => return Ok(Status::Wrong),
            };
            let files = self.selection.files_in(&all);
            if self.amending.prune {
                return prune(&files);
            }
            if self.list {
                return self.list(&files);
            }
            let wanted = Wanted {
                accept: self.amending.accept,
                fill: self.amending.fill,
            };
            if wanted != Wanted::default() {
                let wants = |name: &Name| self.selection.wants(name);
                let threads = self.threads();
                return Amend {
                    wanted,
                    all: &all,
                    files: &files,
                    wants: &wants,
                    threads,
                    color,
                }
                .execute();
            }
            if self
                .output
                .reports
                .iter()
                .filter(|report| report.to_stdout())
                .count()
                > 1
            {
                let why = "only one report can be written to standard output";
                return Ok(refused(why));
            }
            if let Some(why) = self
                .output
                .reports
                .iter()
                .find_map(|report| report.prepare().err())
            {
                return Ok(refused(&why));
            }
            let reports = self.output.reports.iter().filter_map(Report::file);
            let inputs: Vec<&Path> = all.iter().map(|found| &*found.path).collect();
            if let Err(why) = check_outputs(reports, &inputs) {
                return Ok(refused(&why));
            }
            let mut ran = self.run(&all, &files, bless, color)?;
            ran.suite
                .cases
                .splice(0..0, unfound.into_iter().map(unread));
            let status = self.report_run(&ran, color)?;
            if !self.watch {
                return Ok(status);
            }
            let differs = |case: &Case| matches!(case.golden, Held::Differs { .. });
            let differs = keys.is_some() && ran.suite.cases.iter().any(differs);
            if differs {
                print("to accept the differences, type `a` and press Enter\n")?;
            }
            let accepted = || differs && keys.as_ref().is_some_and(Keys::accept);
            wait_for_change(&ran.files, since, &|| accepted() || search.files().0 != all);
            // The key applies only to the differences on the screen.
            bless = self.goldens.bless || keys.as_ref().is_some_and(Keys::take) && differs;
            clear()?;
        }
    }

    /// Whether the command lists or changes files, which needs all of them.
    fn writes(&self) -> bool {
        let Self {
            goldens, amending, ..
        } = self;
        let writing = [
            goldens.bless,
            goldens.review,
            amending.prune,
            amending.accept,
            amending.fill,
            self.list,
        ];
        writing.contains(&true)
    }

    /// Returns the reason for not writing in CI, where changes are not reviewed.
    fn refusal(&self) -> Option<String> {
        let writing = [
            (self.goldens.bless, "--bless", "golden files"),
            (self.goldens.review, "--review", "golden files"),
            (self.amending.prune, "--prune", "golden files"),
            (self.amending.accept, "--accept", "scripts"),
            (self.amending.fill, "--fill", "scripts"),
        ];
        let (_, option, written) = writing.into_iter().find(|(wanted, ..)| *wanted)?;
        in_ci().then(|| {
            format!(
                "pagewalk: `{option}` refuses to run because the environment variable `CI` is set\n  \
                 help: run `pagewalk test {option}` on your own machine, and review the changed {written}; `CI=false` \
                 means your own machine\n"
            )
        })
    }

    fn list(&self, files: &[SuiteFile]) -> io::Result<Status> {
        let of = |found: &SuiteFile| -> Vec<Case> {
            scripts(found)
                .into_iter()
                .flatten()
                .flat_map(|script| script.cases())
                .collect()
        };
        let cases = side_by_side(files, self.threads(), of, |_| false, |_, _| {});
        let mut text = String::new();
        for case in cases
            .iter()
            .flatten()
            .filter(|case| self.selection.wants(&case.name))
        {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", visible(&case.name.to_string()));
        }
        print(&text).map(|()| Status::Held)
    }

    fn run(
        &self,
        all: &[SuiteFile],
        files: &[SuiteFile],
        bless: bool,
        color: Color,
    ) -> io::Result<SuiteRun> {
        let start = Instant::now();
        let mut progress = FileProgress::new(files.len());
        let plan = SuitePlan {
            style: diagnostic_style(color),
            checking: self.checking,
            goldens: match (self.goldens.review, bless) {
                (true, _) => Goldens::Review,
                (false, true) => Goldens::Bless,
                (false, false) => Goldens::Compare,
            },
            required: self.goldens.require_golden,
            results: self.output.reports.iter().any(Report::has_results),
            clock: if self.output.report_times {
                Some(clock)
            } else {
                None
            },
            wanted: &|case| self.selection.wants(&case.name),
            all,
            orphans: &orphans(all),
            included: OnceLock::new(),
        };
        let work = |found: &SuiteFile| plan.play(found);
        let red = |played: &PlayedFile| played.cases.iter().any(|case| case.verdict().bad());
        let stop = |played: &PlayedFile| self.fail_fast && red(played);
        let mut played = side_by_side(files, self.threads(), work, stop, |found, played| {
            progress.done(&found.name, red(played));
        });
        progress.clear();
        let took = start.elapsed();
        let mut ran = SuiteRun {
            suite: Suite::default(),
            took,
            files: Vec::new(),
        };
        let differing = files.iter().zip(&mut played);
        let mut differing: Vec<ReviewFile> = differing
            .filter_map(|(found, played)| {
                Some(ReviewFile {
                    found,
                    runs: played.review.as_mut()?,
                })
            })
            .collect();
        if self.goldens.review {
            print(&review(
                &mut differing,
                plan.wanted,
                color.theme(&io::stdout()),
            )?)?;
        }
        for mut played in played {
            played.cases.extend(
                played
                    .review
                    .take()
                    .map(|runs| plan.selected(runs))
                    .unwrap_or_default(),
            );
            complain(&played.complaint);
            ran.suite.blessed.extend(played.blessed);
            ran.suite.cases.extend(played.cases);
            ran.files.extend(played.beside);
        }
        ran.files
            .extend(files.iter().map(|found| found.path.clone()));
        Ok(ran)
    }

    /// Prints the result of a run and writes its reports.
    fn report_run(&self, ran: &SuiteRun, color: Color) -> io::Result<Status> {
        let suite = &ran.suite;
        let mut status = match suite.worst() {
            Verdict::NotRun | Verdict::Passed => Status::Held,
            Verdict::Failed => Status::Failed,
            Verdict::Wrong => Status::Wrong,
        };
        if suite.cases.is_empty() && self.selection.partition.is_none() {
            let what = match &self.selection.filter {
                Some(filter) => {
                    let text = visible(&filter.text);
                    let whole = if text.contains('*') && !text.starts_with('*') {
                        format!("; a pattern must match a whole name, as `*{text}` does")
                    } else {
                        String::new()
                    };
                    format!(
                        "no case matches `{text}`{whole}; `pagewalk test --list` lists the cases"
                    )
                }
                None => "found no scripts in `.pw` or `.md` files".to_owned(),
            };
            status = refused(&what);
        }
        for report in &self.output.reports {
            if let Err(why) = report.write(suite)? {
                status = refused(&why);
            }
        }
        // A report on standard output must be the only output there.
        if self.output.reports.iter().any(Report::to_stdout) {
            complain(&self.summary_text(ran, color.theme(&io::stderr())));
        } else {
            print(&self.summary_text(ran, color.theme(&io::stdout())))?;
        }
        Ok(status)
    }

    /// Returns the changes to golden files, the failures, and the summary. Includes the time only on a terminal.
    fn summary_text(&self, ran: &SuiteRun, theme: Theme) -> String {
        let verbose = self.output.verbose;
        let mut text = outcomes(&ran.suite.blessed, theme, verbose);
        text += &failures(&ran.suite, theme, verbose);
        let lines = summary(&ran.suite);
        let first = if self.output.quiet {
            lines.len().saturating_sub(1)
        } else {
            0
        };
        text += &lines[first..].join("\n");
        if theme.fit != Fit::Nothing {
            // Writing to a string cannot fail.
            let _ = write!(text, " ({:.2} s)", ran.took.as_secs_f64());
        }
        theme.wrapped(&(text + "\n"))
    }

    fn threads(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        // The search for files has reported a mistake in the settings.
        let course = self
            .paths
            .first()
            .and_then(|path| course_of(path).ok().flatten());
        let jobs = self.jobs.or_else(|| course?.settings.test.jobs);
        jobs.map_or_else(processors, NonZeroUsize::get)
    }
}

/// Returns the case of a file or folder that the search could not read.
fn unread(mistake: Mistake) -> Case {
    let name = Name {
        file: mistake.file.clone(),
        ..Name::default()
    };
    Case {
        mistakes: vec![mistake],
        golden: Held::NotCompared,
        ..Case::new(name, 1)
    }
}

/// Returns the time since the first call.
fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Whether a CI system runs the program. Most systems set `CI` to `true`, some to `1` or to their
/// own names. There, `--bless` is refused, because only an instructor can decide whether a result
/// is correct.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| says_yes(&ci.to_string_lossy()))
}

/// Whether the value of a variable turns something on.
fn says_yes(value: &str) -> bool {
    !["", "0", "false", "no", "off"].contains(&value.trim().to_lowercase().as_str())
}

/// Clears the screen of a terminal.
fn clear() -> io::Result<()> {
    if io::stdout().is_terminal() {
        print_bytes(b"\x1b[2J\x1b[H")
    } else {
        print("\n")
    }
}
