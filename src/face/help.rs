//! The parts of `--help` that no run needs.

use clap::{Arg, Command};

/// Maximum number of columns. Terminals are often wider than a line that is easy to read.
const COLUMNS: usize = 80;

/// The end of the help of the program.
const START: &str = "\
Start here:
  pagewalk repl          Type statements at a prompt; `:help` lists its commands
  pagewalk run FILE      Run a script, such as `examples/first.pw`
  pagewalk help COMMAND  Show the options and exit statuses of a command

In the repository of Pagewalk:
  docs/tutorials/tutorial.md  Learn the language in 45 minutes
  docs/how-to/browser.md      Step through scripts on a page in the browser";

/// The exit statuses of the commands and their meanings.
const STATUSES: &str = "\
run          0  all expectations hold
run          1  an expectation fails
run          2  a script or option is invalid
check        0  all scripts are valid
check        2  a script or option is invalid
fmt          0  all scripts are formatted
fmt          1  `--check` finds unformatted scripts
fmt          2  a script or option is invalid, or a file cannot be written
test         0  all cases pass, or all values are written
test         1  a case fails, or `--accept` or `--fill` skips a value
test         2  a script, golden file, or option is invalid
repl         0  the session has ended
repl         2  an option is invalid, or `:save` from a pipe has failed
replay       0    all traces are replayed
replay       2    a file or option is invalid, or a limit ends a replay
replay       130  interrupted
sweep        0    all traces are replayed
sweep        2    a file or option is invalid, or a limit ends a replay
sweep        130  interrupted
merge        0  the parts are joined, or none is missing
merge        1  `--missing` lists parts
merge        2  the parts cannot be joined, or an option is invalid
diff         0  the results are the same
diff         1  the results differ
diff         2  a script or option is invalid
exam         0  the paper is written, or `--check` succeeds
exam         1  an expectation or `--check` fails
exam         2  a script or option is invalid
grade        0  all rows are graded
grade        1  a row is not graded, or a column or version is doubtful
grade        2  no row can be graded, or a file or option is invalid
lsp          0  the editor has ended the session
lsp          2  the editor has sent no `shutdown`, or an option is invalid
explain      0  the explanation is printed
explain      2  the name or an option is unknown
reference    0  the reference is printed
reference    2  the section or an option is unknown
completions  0  the completions are printed
completions  2  the shell or an option is unknown
";

/// Adds the first steps, the exit statuses, and the defaults to the help of a command line.
pub(super) fn with_help(mut command: Command) -> Command {
    // The options of subcommands are deferred.
    command.build();
    let command = command.max_term_width(COLUMNS).after_help(START);
    command.mut_subcommands(|command| {
        let command = command.max_term_width(COLUMNS).mut_args(with_default);
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

/// Puts a default at the end of an option's description where clap puts the others: in `--help`, below the description.
fn with_default(arg: Arg) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let Some((what, default)) = help.split_once(" [default: ") else {
        return arg;
    };
    let long = arg.get_long_help().map(ToString::to_string);
    let long = long.unwrap_or_else(|| what.to_owned());
    let long = long.replace(&format!(" [default: {default}"), "");
    arg.long_help(format!("{long}\n\n[default: {default}"))
}
