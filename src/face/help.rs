//! The parts of `--help` that no run needs.

use clap::{Arg, Command};

/// Maximum number of columns. Terminals are often wider than a line that is easy to read.
const COLUMNS: usize = 80;

/// The end of the help of the program.
const START: &str = "\
Start here:
  pagewalk repl          Type statements at a prompt; `:help` lists its commands
  pagewalk run FILE      Run a script and check its expectations
  pagewalk help COMMAND  Show the options and exit statuses of a command

In the repository of Pagewalk:
  examples/first.pw           Run a script that predicts three reads
  docs/tutorials/tutorial.md  Learn the language in 45 minutes
  docs/how-to/browser.md      Step through scripts on a page in the browser";

/// The exit statuses of the commands and their meanings: `COMMAND STATUS MEANING`, one in each line.
const STATUSES: &str = include_str!("statuses.txt");

/// Adds the first steps, the exit statuses, and the defaults to the help of a command line.
pub(super) fn with_help(mut command: Command) -> Command {
    // The options of subcommands are deferred.
    command.build();
    let command = command.max_term_width(COLUMNS).after_help(START);
    command.mut_subcommands(|command| {
        let command = command.max_term_width(COLUMNS).mut_args(with_note);
        match command.get_name() {
            "help" => command.about("Print this message or the help of a command"),
            name => {
                let statuses = exit_statuses(name);
                command.after_help(statuses)
            }
        }
    })
}

/// Returns the part of a command's help that lists its exit statuses.
fn exit_statuses(command: &str) -> String {
    let of_command = STATUSES.lines().filter_map(|line| {
        let (name, status) = line.split_once(' ')?;
        (name == command).then(|| format!("\n  {}", status.trim_start()))
    });
    format!("Exit status:{}", of_command.collect::<String>())
}

/// Puts a note in brackets at the end of a description, such as `[default: 0]`, where clap puts the others: in `--help`, into
/// a paragraph of its own.
fn with_note(arg: Arg) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let brackets = help
        .strip_suffix(']')
        .and_then(|text| text.rsplit_once(" ["));
    let Some((text, note)) = brackets else {
        return arg;
    };
    let long = arg.get_long_help().map(ToString::to_string);
    let rest = long.as_deref().and_then(|long| long.strip_prefix(&*help));
    let long = format!("{text}{}\n\n[{note}]", rest.unwrap_or_default());
    arg.long_help(long)
}
