//! The command line.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::num::IntErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, StyledStr};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};
use pagewalk_engine::files::reason;
use pagewalk_script::lang::loader::MemoryLimit;
use pagewalk_script::lang::nearest::nearest_option;
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::excerpt::visible;
use pagewalk_script::report::json::JsonSink;
use pagewalk_script::services::manual;
use pagewalk_script::services::manual::{SECTIONS, Section};
use serde_json::json;

use super::deferred::Deferred;
use super::diff::Diff;
use super::exam::Exam;
use super::fmt::Fmt;
use super::grade::Grade;
use super::help::with_help;
use super::lsp::Lsp;
use super::options::Checking;
use super::repl::start::Repl;
use super::replay::Replay;
use super::run::{Format, Run};
use super::sweep::{Merge, Sweep};
use super::terminal::{Color, Status, complain, diagnostic_style, finish, print};
use super::test::Test;
use super::threads::with_deep_stack;
use super::tips;
use super::{explain, lsp, version};

/// The place of an option after those of every command, and before `--help`.
const LAST: usize = 900;

/// A scenario language and interpreter for memory systems.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    arg_required_else_help = true,
    subcommand_required = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Color the output always, never, or automatically
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", display_order = LAST)]
    color: Color,
    /// With `--version`, also print the build and the formats of files
    #[arg(long, requires = "version")]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scripts, show what happens, and check expectations
    Run(Deferred<Run>),
    /// Check scripts for errors without running them
    Check {
        /// Scripts to check; `-` is standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print the results in this format
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Format,
        #[command(flatten)]
        checking: Checking,
    },
    /// Format scripts
    Fmt(Deferred<Fmt>),
    /// Run scripts and Markdown code blocks and check their expectations
    Test(Deferred<Test>),
    /// Explore a machine statement by statement, forward and back
    Repl(Deferred<Repl>),
    /// Replay memory traces on a machine and count TLB and cache events
    Replay(Deferred<Replay>),
    /// Replay one trace on many machines with different settings
    Sweep(Deferred<Sweep>),
    /// Join the parts of a sweep that several jobs have computed
    Merge(Deferred<Merge>),
    /// Run two scripts and compare facts, machines, and steps
    Diff(Deferred<Diff>),
    /// Print a script's questions as an exam paper or answer key
    Exam(Deferred<Exam>),
    /// Grade students' answers against an exam script's key
    Grade(Deferred<Grade>),
    /// Run the language server over standard input and output
    Lsp(Deferred<Lsp>),
    /// Explain a code, term, or word of the language, or list all codes
    Explain {
        /// Code, such as `unknown-fact`, term, such as `page fault`, or word, such as `tlbi`
        #[arg(value_name = "CODE|TERM|WORD")]
        name: Vec<String>,
    },
    /// Print the language reference, or one section of it, as Markdown
    Reference {
        /// Print only this section
        #[arg(value_parser = sections())]
        section: Option<String>,
    },
    /// Print shell completions
    Completions {
        /// Print completions for this shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one for each command
    Man {
        /// Write the pages to this folder
        folder: PathBuf,
    },
}

/// Runs the command line of this process. The exit status is 2 after a usage error, and 0 after `--help` or
/// `--version`.
pub fn main() -> ExitCode {
    let mut given: Vec<OsString> = std::env::args_os().collect();
    // As other interpreters do, `pagewalk first.pw` runs a script.
    if given
        .get(1)
        .is_some_and(|first| tips::is_script(Path::new(first)))
    {
        given.insert(1, "run".into());
    }
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) => return usage(error, &given),
    };
    remove_unfinished_files_at_end();
    with_deep_stack(|| finish(dispatch(&arguments)))
}

/// Prints a usage error, or the text of `--help` or `--version`, and returns the exit status.
fn usage(error: clap::Error, given: &[OsString]) -> ExitCode {
    let verbose = || given.iter().any(|argument| argument == "--verbose");
    if error.kind() == ErrorKind::DisplayVersion && verbose() {
        return finish(print(&version::verbose()).map(|()| Status::Held));
    }
    // The same arguments without characters that a terminal interprets have the same error.
    let plain = given
        .iter()
        .map(|given| visible(&given.to_string_lossy()).into_owned());
    let described = with_help(Arguments::command());
    let mut error = described.try_get_matches_from(plain).err().unwrap_or(error);
    let mut program = Arguments::command();
    // The options of subcommands are deferred.
    program.build();
    let tip = tips::tip(&program, &error, given);
    if error.kind() == ErrorKind::UnknownArgument {
        // No value begins with a dash. The similar arguments of clap are hardly similar, and the usage line contains them.
        error.remove(ContextKind::Suggested);
        error.remove(ContextKind::SuggestedArg);
    }
    let value = similar_value(&error);
    error.remove(ContextKind::SuggestedValue);
    if tips::parse_error(&error)
        .is_some_and(|why| matches!(why, IntErrorKind::InvalidDigit | IntErrorKind::Zero))
    {
        // The tip is clearer than "invalid digit found in string".
        error = without_source(&error);
    }
    if let Some(tip) = tip {
        error.remove(ContextKind::SuggestedSubcommand);
        let tip = StyledStr::from(tip);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    } else if let Some(value) = value {
        error.insert(ContextKind::SuggestedValue, ContextValue::String(value));
    }
    if let Some(usage) = usage_line(given).filter(|_| error.get(ContextKind::Usage).is_some()) {
        error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    }
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Status::Wrong as u8))
}

/// Returns an error without the reason why the value is invalid.
fn without_source(error: &clap::Error) -> clap::Error {
    let mut plain = clap::Error::new(error.kind()).with_cmd(&Arguments::command());
    for (kind, value) in error.context() {
        plain.insert(kind, value.clone());
    }
    plain
}

/// Returns the possible value that resembles the wrong one.
fn similar_value(error: &clap::Error) -> Option<String> {
    let (Some(ContextValue::String(said)), Some(ContextValue::Strings(values))) = (
        error.get(ContextKind::InvalidValue),
        error.get(ContextKind::ValidValue),
    ) else {
        return None;
    };
    nearest_option(said, values.iter().map(String::as_str)).map(str::to_owned)
}

/// Returns the usage line of a command.
fn usage_line(given: &[OsString]) -> Option<StyledStr> {
    let mut program = Arguments::command();
    program.build();
    let command = program.find_subcommand_mut(given.get(1)?)?;
    Some(command.render_usage())
}

fn dispatch(arguments: &Arguments) -> io::Result<Status> {
    match &arguments.command {
        Command::Run(run) => run.execute(arguments.color),
        Command::Check {
            files,
            format,
            checking,
        } => check(files, *format, *checking, arguments.color),
        Command::Fmt(fmt) => fmt.execute(arguments.color),
        Command::Test(test) => test.execute(arguments.color),
        Command::Repl(repl) => repl.execute(arguments.color),
        Command::Replay(replay) => replay.execute(arguments.color),
        Command::Sweep(sweep) => sweep.execute(arguments.color),
        Command::Merge(merge) => merge.execute(),
        Command::Diff(diff) => diff.execute(arguments.color),
        Command::Exam(exam) => exam.execute(arguments.color),
        Command::Grade(grade) => grade.execute(arguments.color),
        Command::Lsp(_) => lsp::serve(),
        Command::Explain { name } => explain(&name.join(" ")),
        Command::Reference { section } => reference(section.as_deref()),
        Command::Completions { shell } => completions(*shell),
        Command::Man { folder } => man(folder),
    }
}

/// Checks every file, even after one with errors.
fn check(
    files: &[PathBuf],
    format: Format,
    checking: Checking,
    color: Color,
) -> io::Result<Status> {
    let (mut errors, mut warnings) = (0, 0);
    for file in files {
        let reading = checking.read(file, MemoryLimit::DEFAULT, color);
        complain(&reading.render_diagnostics(diagnostic_style(color)));
        errors += reading.diagnostics.len();
        warnings += reading.warnings.len();
        match format {
            Format::Text if reading.diagnostics.is_empty() => {
                print(&format!("{}: no mistakes\n", reading.name()))?;
            }
            Format::Text => {}
            Format::Json => {
                let mut sink = JsonSink::new(io::stdout().lock(), &reading.sources);
                sink.report(&reading.warnings);
                sink.report(&reading.diagnostics);
                sink.close()?;
            }
        }
    }
    if format == Format::Json {
        let totals = json!({"files": files.len(), "errors": errors, "warnings": warnings});
        JsonSink::new(io::stdout().lock(), &Sources::default()).total(&totals)?;
    }
    Ok(if errors == 0 {
        Status::Held
    } else {
        Status::Wrong
    })
}

/// Explains a code or a term, or lists the codes if the name is empty.
fn explain(name: &str) -> io::Result<Status> {
    if name.is_empty() {
        return print(&explain::list()).map(|()| Status::Held);
    }
    match explain::page(visible(name).trim_matches(['[', ']'])) {
        Ok(page) => print(&page).map(|()| Status::Held),
        Err(message) => {
            complain(&format!("pagewalk: {message}\n"));
            Ok(Status::Wrong)
        }
    }
}

/// Returns the names of the sections of the reference.
fn sections() -> PossibleValuesParser {
    PossibleValuesParser::new(SECTIONS.iter().map(|section| section.name))
}

fn reference(section: Option<&str>) -> io::Result<Status> {
    print(
        &section
            .and_then(Section::named)
            .map_or_else(manual::page, Section::text),
    )
    .map(|()| Status::Held)
}

fn completions(shell: clap_complete::Shell) -> io::Result<Status> {
    // The script is generated in memory, because the generator panics on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "pagewalk", &mut script);
    print(&String::from_utf8_lossy(&script)).map(|()| Status::Held)
}

fn man(folder: &Path) -> io::Result<Status> {
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(with_help(Arguments::command()), folder));
    if let Err(error) = written {
        let shown = folder.display().to_string();
        complain(&format!(
            "pagewalk: cannot write `{}`: {}\n",
            visible(&shown),
            reason(&error)
        ));
        return Ok(Status::Wrong);
    }
    Ok(Status::Held)
}

/// Removes the unfinished files of this process when SIGTERM ends it. Without memory for a thread, the next write to the same
/// file removes them.
#[cfg(unix)]
fn remove_unfinished_files_at_end() {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use pagewalk_engine::files::atomic_write::end_writing;
    use signal_hook::consts::SIGTERM;
    use signal_hook::low_level::{emulate_default_handler, pipe};

    /// Stack size of the thread in bytes.
    const STACK: usize = 128 << 10;

    let Ok((mut signals, handler)) = UnixStream::pair() else {
        return;
    };
    let wait = move || {
        if signals.read_exact(&mut [0]).is_ok() {
            // Nothing is written from here on, until the process has ended.
            let _writing = end_writing();
            let _ = emulate_default_handler(SIGTERM);
        }
    };
    if thread::Builder::new().stack_size(STACK).spawn(wait).is_ok() {
        // Without the handler, SIGTERM ends the process as usual.
        let _ = pipe::register(SIGTERM, handler);
    }
}

/// Other systems have no SIGTERM.
#[cfg(not(unix))]
fn remove_unfinished_files_at_end() {}
