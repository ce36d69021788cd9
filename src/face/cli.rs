//! The command line.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::num::{IntErrorKind, ParseIntError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, StyledStr};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, CommandFactory, Parser, Subcommand};
use pagewalk_engine::files::reason;
use pagewalk_script::lang::loader::MemoryLimit;
use pagewalk_script::lang::nearest::{nearest, nearest_option, synonym};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::report::excerpt::visible;
use pagewalk_script::report::json::JsonSink;
use pagewalk_script::services::manual;
use pagewalk_script::services::manual::{SECTIONS, Section};
use pagewalk_script::suite::reports::quoted;
use pagewalk_script::traces::sweep::begins_setting;
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
        .is_some_and(|first| is_script(Path::new(first)))
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
    let tip = tip(&error, given);
    if error.kind() == ErrorKind::UnknownArgument {
        // No value begins with a dash. The similar arguments of clap are hardly similar, and the usage line contains them.
        error.remove(ContextKind::Suggested);
        error.remove(ContextKind::SuggestedArg);
    }
    let value = similar_value(&error);
    error.remove(ContextKind::SuggestedValue);
    let why = source(&error).and_then(|source| source.downcast_ref::<ParseIntError>());
    if why.is_some_and(|why| matches!(why.kind(), IntErrorKind::InvalidDigit | IntErrorKind::Zero))
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

/// Returns a tip that corrects a usage error.
fn tip(error: &clap::Error, given: &[OsString]) -> Option<String> {
    let command = given.get(1).map(|given| given.to_string_lossy());
    let command = command.as_deref().unwrap_or_default();
    let written = || {
        let intended = intended(error, command).or_else(|| intended_command(error, given));
        intended.map(|text| format!("write '{text}'"))
    };
    let known = || tips::tip(error, command_name(command)).map(str::to_owned);
    let tip = file_with_dash(error, given).or_else(|| misplaced(error, given));
    tip.or_else(known)
        .or_else(|| option_of_another(error, command))
        .or_else(written)
}

/// Returns the reason why a value is invalid.
fn source(error: &clap::Error) -> Option<&(dyn std::error::Error + 'static)> {
    std::error::Error::source(error)
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

/// Returns the name of a command, or of the program if it has no such command.
fn command_name(given: &str) -> &str {
    let program = Arguments::command();
    if program.find_subcommand(given).is_some() {
        given
    } else {
        "pagewalk"
    }
}

/// Returns the usage line of a command.
fn usage_line(given: &[OsString]) -> Option<StyledStr> {
    let mut program = Arguments::command();
    program.build();
    let command = program.find_subcommand_mut(given.get(1)?)?;
    Some(command.render_usage())
}

/// Returns a tip about a file whose name begins with a dash.
fn file_with_dash(error: &clap::Error, given: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    // Clap reads `-x.pw` as `-x`.
    let mut words = given.iter().skip(1).map(|word| word.to_string_lossy());
    let file = words.find(|word| {
        word.starts_with(&**said) && (is_script(Path::new(&**word)) || Path::new(&**word).exists())
    })?;
    let is_unknown = error.kind() == ErrorKind::UnknownArgument && said.starts_with('-');
    is_unknown.then(|| format!("write '{}'", quoted(&visible(&format!("./{file}")))))
}

/// Returns a tip about an option that only another command has, under this name or another.
fn option_of_another(error: &clap::Error, given: &str) -> Option<String> {
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let name = said.strip_prefix("--")?;
    let mut program = Arguments::command();
    program.build();
    let command = program.find_subcommand(given)?;
    if error.kind() != ErrorKind::UnknownArgument || synonym(name, &long_options(command)).is_some()
    {
        return None;
    }
    let (other, option) = command_with(&program, name)?;
    Some(format!("'--{option}' is an option of 'pagewalk {other}'"))
}

fn long_options(command: &clap::Command) -> Vec<&str> {
    command.get_arguments().filter_map(Arg::get_long).collect()
}

/// Returns the option that has another name in other tools, or whose values include the wrong argument.
fn intended(error: &clap::Error, given: &str) -> Option<String> {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.split(' ').next()?.trim_start_matches('-')),
        _ => None,
    };
    let mut command = Arguments::command();
    // The options of subcommands are deferred.
    command.build();
    let options = || {
        let command = command.find_subcommand(given).unwrap_or(&command);
        command.get_arguments()
    };
    let said = of(ContextKind::InvalidValue).or_else(|| of(ContextKind::InvalidArg))?;
    let takes = |option: &&Arg| {
        option
            .get_possible_values()
            .iter()
            .any(|value| value.matches(said, false))
    };
    // The format of the results, if other files can have the same format.
    let names = options().filter(takes).filter_map(Arg::get_long);
    if let Some(name) = names.min_by_key(|name| *name != "format") {
        return Some(format!("--{name} {said}"));
    }
    let near = of(ContextKind::InvalidValue)
        .is_none()
        .then(|| nearest_option(said, options().filter_map(Arg::get_long)))??;
    // `--no-fail-fast` is not `--fail-fast`, and an option that is in conflict with another is not misspelled.
    (said.strip_prefix("no-") != Some(near) && said != near).then(|| format!("--{near}"))
}

/// Ends of files and names of platforms, with the format of a paper for them.
const FORMATS: &[(&str, &str)] = &[
    ("md", "markdown"),
    ("txt", "markdown"),
    ("tex", "latex"),
    ("typ", "typst"),
    ("xml", "moodle"),
    ("canvas", "qti"),
    ("blackboard", "qti"),
    ("gradescope", "pdf"),
    ("word", "pdf"),
    ("docx", "pdf"),
];

/// Returns the first command that has an option, and the option's name here.
fn command_with<'p>(program: &'p clap::Command, option: &str) -> Option<(&'p str, &'p str)> {
    let with = |meant: fn(&str, &[&'p str]) -> Option<&'p str>| {
        program.get_subcommands().find_map(|command| {
            let name = meant(option, &long_options(command))?;
            Some((command.get_name(), name))
        })
    };
    with(|option, names| names.iter().copied().find(|name| *name == option))
        .or_else(|| with(synonym))
}

/// Returns a tip about an argument that no parameter takes, because of the arguments before it.
fn misplaced(error: &clap::Error, given: &[OsString]) -> Option<String> {
    let words: Vec<_> = given.iter().map(|word| word.to_string_lossy()).collect();
    if error.kind() == ErrorKind::MissingRequiredArgument
        && let [_, command, trace] = &words[..]
        && command == "replay"
    {
        return Some(format!(
            "the machine precedes the trace: 'pagewalk replay simple {}'",
            quoted(&visible(trace))
        ));
    }
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if error.kind() == ErrorKind::InvalidValue {
        let answers = said.starts_with("--answers") && words.get(1)? == "exam";
        let own = answers.then(|| "to print the answer key, use '--key'".to_owned());
        return own.or_else(|| {
            let value = error.get(ContextKind::InvalidValue);
            let (_, format) = FORMATS.iter().find(|(other, _)| {
                matches!(value, Some(ContextValue::String(value)) if value.eq_ignore_ascii_case(other))
            })?;
            let is_paper = said.starts_with("--format") && words.get(1)? == "exam";
            is_paper.then(|| format!("write '--format {format}'"))
        });
    }
    if error.kind() == ErrorKind::TooManyValues
        && let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue)
    {
        return Some(format!("write '{said} {}'", quoted(value)));
    }
    if error.kind() == ErrorKind::ValueValidation {
        if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue)
            && Path::new(value).extension().is_some_and(|end| end == "csv")
            && words.get(1)? == "exam"
        {
            return Some(format!(
                "a class list has an option of its own: '--roster {}'",
                quoted(value)
            ));
        }
        let name = said.split(' ').next()?;
        let why = source(error)?.downcast_ref::<ParseIntError>()?;
        return match why.kind() {
            IntErrorKind::Zero => Some(format!("write a whole number from 1: '{name} 4'")),
            IntErrorKind::PosOverflow => None,
            _ => Some(format!("write a whole number: '{name} 100'")),
        };
    }
    if matches!(&**said, "-v" | "--verbose" | "--explain") && words.get(1)?.starts_with('-') {
        let script = words.iter().find(|word| is_script(Path::new(&***word)))?;
        return Some(format!(
            "write 'pagewalk run --explain {}'",
            quoted(&visible(script))
        ));
    }
    let ends_with = |end: &str| said.to_ascii_lowercase().ends_with(end);
    match &**words.get(1)? {
        "exam" if ends_with(".csv") => return Some("a class list follows '--roster'".to_owned()),
        "merge" if ends_with(".csv") => {
            return Some("'merge' takes the folder of the parts".to_owned());
        }
        _ => {}
    }
    if is_report(said) && words.get(1)? == "test" {
        return Some("write '--report junit=results.xml'; the other reports are 'json', 'github', and 'html'".to_owned());
    }
    if is_geometry(said) && matches!(&**words.get(1)?, "replay" | "sweep") {
        return Some("describe the caches in a machine file, which precedes the trace: 'cache: { size: 32 KB, ways: 8, block: 64 }'".to_owned());
    }
    let at = words.iter().position(|word| word == said)?;
    let mut program = Arguments::command();
    program.build();
    let command = program.find_subcommand(&**words.get(1)?)?;
    let before = |back: usize| {
        let name = words.get(at.checked_sub(back)?)?.strip_prefix("--")?;
        command
            .get_arguments()
            .find(|option| option.get_long() == Some(name))
    };
    let is_pair = |option: &Arg| {
        let names = option.get_value_names().unwrap_or_default();
        names.iter().any(|name| name == "NAME=VALUE")
    };
    if let (Some(setting), "sweep") = (said.strip_prefix("--"), command.get_name()) {
        let near = nearest_option(setting, long_options(command).into_iter());
        let value = words
            .get(at + 1)
            .filter(|_| near.is_none() && begins_setting(setting))?;
        // `1K` is not a number of bytes.
        let sizes = value
            .split(',')
            .map(|size| match size.strip_suffix(['K', 'M']) {
                Some(_) => format!("{size}B"),
                None => size.to_owned(),
            });
        let sizes = sizes.collect::<Vec<_>>().join(" ");
        return Some(format!(
            "the grid follows the machine and the trace, without dashes: write '{setting} {sizes}'"
        ));
    }
    if before(2).is_some_and(is_pair) {
        Some(format!(
            "write '{} {}={said}'",
            words[at - 2],
            words[at - 1]
        ))
    } else if is_script(Path::new(said)) && command.get_name() != "merge" {
        // `diff` names its two scripts `A.pw` and `B.pw`.
        let named = |option: &&Arg| {
            let mut names = option.get_value_names().unwrap_or_default().iter();
            names.any(|name| is_script(Path::new(&**name)))
        };
        let takes = match command.get_positionals().filter(named).count() {
            2.. => "two scripts; run it for each pair",
            _ => "one script; run it for each script, or write a script with an 'include' for each",
        };
        Some(format!("the command takes {takes}"))
    } else {
        let flag = before(1)
            .filter(|option| !option.get_action().takes_values() && !said.starts_with('-'))?;
        let name = flag.get_long()?;
        Some(format!(
            "'--{name}' takes no value; to write the output to a file, use '> {said}'"
        ))
    }
}

/// Whether other test runners write a report with this option, as in `--junit-xml results.xml`.
fn is_report(option: &str) -> bool {
    let word = option.trim_start_matches('-').split(['-', '=']).next();
    matches!(word, Some("junit" | "junitxml" | "json" | "html" | "xml"))
}

/// Whether other simulators describe a cache or a TLB with this option, as in `--D1=32768,8,64` and `--cache-size 1024`. The
/// settings in the grid of a sweep are single words.
fn is_geometry(option: &str) -> bool {
    let mut words = option.trim_start_matches('-').split(['-', '=']);
    let part = words.next().unwrap_or_default().to_lowercase();
    let parts = ["d1", "i1", "ll", "l1", "l1d", "l2", "cache", "tlb"];
    parts.contains(&&*part)
}

/// Whether the file of this name is a script.
fn is_script(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "pw")
}

/// Returns the command line with the right command instead of a misspelled one, and with a command before a file or folder.
fn intended_command(error: &clap::Error, given: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(said)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let mut program = Arguments::command();
    program.build();
    let path = Path::new(said);
    let names_command = given.get(1).is_some_and(|first| first == "help");
    if let Some(first) = given
        .get(2)
        .filter(|first| names_command && *first != &**said)
    {
        // `help test run`
        let named = program.find_subcommand(first)?;
        return Some(format!("pagewalk help {}", named.get_name()));
    }
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    let right = if names_command && said.starts_with('-') {
        // `help --help` asks for the help of `help`.
        "help".to_owned()
    } else if is_script(path) && !names_command {
        format!("run {}", quoted(said))
    } else if path.exists() && !names_command && given.last() == Some(&said.into()) {
        // Before other names, the name is rather that of a command.
        let command = if path.is_dir() || is_markdown {
            "test"
        } else {
            "run"
        };
        format!("{command} {}", quoted(said))
    } else {
        let names = program.get_subcommands().map(clap::Command::get_name);
        if let Some(near) = nearest(said, names.chain(["--version", "--help"])) {
            near.to_owned()
        } else {
            let (command, option) = command_with(&program, said)?;
            // An option that takes a value would not work as typed here.
            let mut known = program.find_subcommand(command)?.get_arguments();
            let arg = known.find(|arg| arg.get_long() == Some(option))?;
            if option != said && (arg.get_action().takes_values() || said.len() == 1) {
                return None;
            }
            format!("{command} --{option}")
        }
    };
    let meant = program.find_subcommand(&right);
    // `export moodle quiz.pw`
    let has_format = given.iter().any(|word| {
        let word = word.to_string_lossy();
        word.starts_with("--format") || word == "-f"
    });
    let format = |word: &str| {
        if has_format {
            return None;
        }
        let mut options = meant?.get_arguments();
        let option = options.find(|option| option.get_long() == Some("format"))?;
        let mut values = option.get_possible_values().into_iter();
        values.find(|value| value.matches(word, false))
    };
    let mut words = vec!["pagewalk".to_owned()];
    words.extend(given.iter().skip(1).map(|word| {
        let word = visible(&word.to_string_lossy()).into_owned();
        if word == *said {
            right.clone()
        } else if format(&word).is_some() {
            format!("--format {word}")
        } else {
            quoted(&word)
        }
    }));
    Some(words.join(" "))
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
