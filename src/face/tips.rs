//! Tips that correct usage errors: about names, orders, and formats of arguments, and about those of other tools, from `tips.txt`.

use std::error::Error;
use std::ffi::OsString;
use std::num::{IntErrorKind, ParseIntError};
use std::path::Path;

use clap::Arg;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use pagewalk_script::exam::grade::rules::{RULES, Rules};
use pagewalk_script::lang::nearest::{nearest, nearest_option, synonym};
use pagewalk_script::report::excerpt::visible;
use pagewalk_script::suite::reports::quoted;
use pagewalk_script::traces::sweep::{begins_setting, with_units};

use super::explain;

const TIPS: &str = include_str!("tips.txt");

/// Returns a tip that corrects a usage error of the program, whose commands are complete.
pub(super) fn tip(
    program: &clap::Command,
    error: &clap::Error,
    given: &[OsString],
) -> Option<String> {
    let command = given.get(1).map(|given| given.to_string_lossy());
    let command = command.as_deref().unwrap_or_default();
    let written = || {
        let intended = intended(program, error, given, command)
            .or_else(|| intended_command(program, error, given));
        intended.map(|text| format!("write {}", in_quotes(&text)))
    };
    let listed = || {
        let (said, tip) = known(error, command_name(program, command))?;
        Some(with_typed(tip, said, given))
    };
    let tip = file_with_dash(error, given)
        .or_else(|| rule_as_option(program, error, given))
        .or_else(|| misplaced(program, error, given));
    tip.or_else(|| described(error, given))
        .or_else(listed)
        .or_else(|| option_of_another(program, error, command))
        .or_else(written)
}

/// Returns a tip about a cache in the options of the cache lab of CS:APP: `csim -s 4 -E 1 -b 4 -t yi.trace`.
fn described(error: &clap::Error, given: &[OsString]) -> Option<String> {
    let kinds = [ErrorKind::InvalidSubcommand, ErrorKind::UnknownArgument];
    let number = |option| value_of(option, given)?.parse().ok();
    let power = |option| number(option).and_then(|bits: u32| 1_u64.checked_shl(bits));
    let (sets, ways, block) = (power("-s")?, number("-E")?, power("-b")?);
    kinds.contains(&error.kind()).then(|| {
        let tip = format!(
            "write the cache into a script, 'machine {{ physical 64 bits, cache {{ sets {sets}, ways {ways}, block {block} B }} }}', \
             and replay the trace with it: 'pagewalk replay first.pw"
        );
        let trace = value_of("-t", given).unwrap_or_else(|| "first.trace".to_owned());
        format!("{tip} {}'", quoted(&trace))
    })
}

/// Returns the name of a command, or of the program if it has no such command.
fn command_name<'g>(program: &clap::Command, given: &'g str) -> &'g str {
    if program.find_subcommand(given).is_some() {
        given
    } else {
        "pagewalk"
    }
}

/// Returns the wrong or missing argument of a command, or of the program, `pagewalk`, with the tip about it.
fn known<'e>(error: &'e clap::Error, command: &str) -> Option<(&'e str, &'static str)> {
    let kind = match error.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument | ErrorKind::MissingRequiredArgument => ContextKind::InvalidArg,
        _ => return None,
    };
    let said = match error.get(kind)? {
        ContextValue::String(said) => said,
        ContextValue::Strings(missing) => missing.first()?.trim_end_matches('.'),
        _ => return None,
    };
    rows().find_map(|(commands, arguments, tip)| {
        let is_of = commands.split(',').any(|of| of == command || of == "*");
        (is_of && arguments.split(", ").any(|argument| argument == said)).then_some((said, tip))
    })
}

/// Returns a tip with the files, the machine, and the code that the user typed, in place of those in the table.
fn with_typed(tip: &str, said: &str, given: &[OsString]) -> String {
    let words: Vec<String> = given
        .iter()
        .skip(1)
        .map(|word| {
            let word = visible(&word.to_string_lossy()).into_owned();
            match word.split_once('=') {
                Some((option, value)) if option.starts_with('-') => value.to_owned(),
                _ => word,
            }
        })
        .collect();
    let end = |word: &str| {
        let end = Path::new(word).extension()?.to_str()?.to_owned();
        end.starts_with(|c: char| c.is_ascii_alphabetic())
            .then_some(end)
    };
    let with_end = |wanted: fn(&str) -> bool| {
        let mut words = words.iter();
        words
            .find(|word| end(word).is_some_and(|end| wanted(&end)))
            .cloned()
    };
    let replays = ["replay", "sweep"]
        .iter()
        .any(|command| words.first().is_some_and(|first| first == command));
    let trace = with_end(|end| !["pw", "yaml", "yml", "csv"].contains(&end));
    let is_machine = ["--machine", "-m"].contains(&said);
    let machine = value_of(said, given).filter(|_| is_machine);
    let typed = [
        ("first.pw", with_end(|end| end == "pw")),
        ("exam.pw", with_end(|end| end == "pw")),
        ("answers.csv", with_end(|end| end == "csv")),
        ("first.trace", trace.filter(|_| replays)),
        (
            "bad-course",
            value_of(said, given).filter(|word| explain::page(word).is_ok()),
        ),
        (
            "replay simple",
            machine.map(|name| format!("replay {name}")),
        ),
    ];
    let mut done = String::new();
    let mut rest = tip;
    // One pass, because a typed name can contain a sample: `my-exam.pw`.
    while let Some((at, sample, typed)) = typed
        .iter()
        .filter_map(|(sample, typed)| Some((rest.find(sample)?, *sample, typed.as_ref()?)))
        .min_by_key(|(at, ..)| *at)
    {
        done.push_str(&rest[..at]);
        let is_name = !sample.contains(' ');
        done.push_str(&if is_name {
            quoted(typed)
        } else {
            typed.clone()
        });
        rest = &rest[at + sample.len()..];
    }
    done + rest
}

/// Whether a value is no file that the command reads, so that it may belong to an option.
fn is_no_input(value: &str) -> bool {
    let path = Path::new(value);
    !is_script(path) && !path.exists()
}

/// Returns the value after an option, as in `--filter page`, `--filter=page`, and `-kpage`.
fn value_of(option: &str, given: &[OsString]) -> Option<String> {
    let words: Vec<_> = given.iter().map(|word| word.to_string_lossy()).collect();
    let at = words.iter().position(|word| word.starts_with(option))?;
    let value = match words[at].strip_prefix(option)? {
        "" => words.get(at + 1).filter(|next| !next.starts_with('-'))?,
        rest => rest.strip_prefix('=').or_else(|| {
            let is_short = !option.starts_with("--");
            is_short.then_some(rest)
        })?,
    };
    Some(visible(value).into_owned())
}

/// Returns a tip about a marking rule that is written as an option of `grade`, such as `--void 1.tlbt`.
fn rule_as_option(
    program: &clap::Command,
    error: &clap::Error,
    given: &[OsString],
) -> Option<String> {
    let said = text_of(error, ContextKind::InvalidArg)?;
    let command = program.find_subcommand(given.get(1)?)?;
    if error.kind() != ErrorKind::UnknownArgument || command.get_name() != "grade" {
        return None;
    }
    let name = said.strip_prefix("--")?;
    let value = value_of(said, given).filter(|value| is_no_input(value));
    let is_like = |rule: &str| nearest_option(name, std::iter::once(rule)).is_some();
    if let Some(rule) = value.as_deref().and_then(Rules::also_written)
        && is_like("also")
    {
        return Some(format!("write --rule {}", quoted(&rule)));
    }
    let rule = RULES.iter().find(|rule| rule.name == name).or_else(|| {
        let is_option = nearest_option(name, long_options(command).into_iter()).is_some();
        RULES.iter().find(|rule| !is_option && is_like(rule.name))
    })?;
    let name = rule.name;
    let written = value.map(|value| format!("{name}={value}"));
    let right = written.filter(|written| Rules::default().set_written(written).is_ok());
    Some(if let Some(written) = right {
        format!(
            "write {}",
            in_quotes(&format!("--rule {}", quoted(&written)))
        )
    } else {
        let values = rule.values.split(';').next().unwrap_or_default();
        format!("write '--rule {name}=VALUE' ({values})")
    })
}

/// The commands, the arguments, and the tip of each row.
fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = TIPS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let (arguments, tip) = line.split_once(": ")?;
        let (commands, arguments) = arguments.split_once(' ')?;
        Some((commands, arguments, tip))
    })
}

/// Returns the reason why a value is no whole number.
pub(super) fn parse_error(error: &clap::Error) -> Option<&IntErrorKind> {
    let why = error.source()?.downcast_ref::<ParseIntError>()?;
    Some(why.kind())
}

/// Returns a text that an error contains.
fn text_of(error: &clap::Error, kind: ContextKind) -> Option<&String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

/// Returns a tip about a file whose name begins with a dash.
fn file_with_dash(error: &clap::Error, given: &[OsString]) -> Option<String> {
    let said = text_of(error, ContextKind::InvalidArg)?;
    // Clap reads `-x.pw` as `-x`.
    let mut words = given.iter().skip(1).map(|word| word.to_string_lossy());
    let file = words.find(|word| {
        word.starts_with(&**said) && (is_script(Path::new(&**word)) || Path::new(&**word).exists())
    })?;
    let is_unknown = error.kind() == ErrorKind::UnknownArgument && said.starts_with('-');
    is_unknown.then(|| {
        format!(
            "write {}",
            in_quotes(&quoted(&visible(&format!("./{file}"))))
        )
    })
}

/// Returns the words of a command line in quotes, unless a word has quotes, because nested quotes would be ambiguous.
fn in_quotes(words: &str) -> String {
    if words.contains('\'') {
        words.to_owned()
    } else {
        format!("'{words}'")
    }
}

/// Returns a tip about an option that only another command has, under this name or another.
fn option_of_another(program: &clap::Command, error: &clap::Error, given: &str) -> Option<String> {
    let said = text_of(error, ContextKind::InvalidArg)?;
    let name = said.strip_prefix("--")?;
    let command = program.find_subcommand(given)?;
    if error.kind() != ErrorKind::UnknownArgument || synonym(name, &long_options(command)).is_some()
    {
        return None;
    }
    let (other, option) = command_with(program, name)?;
    Some(format!("'--{option}' is an option of 'pagewalk {other}'"))
}

fn long_options(command: &clap::Command) -> Vec<&str> {
    command.get_arguments().filter_map(Arg::get_long).collect()
}

/// Returns the option that has another name in other tools, or whose values include the wrong argument.
fn intended(
    program: &clap::Command,
    error: &clap::Error,
    given: &[OsString],
    command: &str,
) -> Option<String> {
    let of = |kind| {
        let text = text_of(error, kind)?;
        Some(text.split(' ').next()?.trim_start_matches('-'))
    };
    let options = || {
        let command = program.find_subcommand(command).unwrap_or(program);
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
    let argument = text_of(error, ContextKind::InvalidArg).map_or("", String::as_str);
    let near = of(ContextKind::InvalidValue)
        .is_none()
        .then(|| nearest_option(said, options().filter_map(Arg::get_long)))??;
    // `--no-fail-fast` is not `--fail-fast`, and an option that is in conflict with another is not misspelled.
    if said.strip_prefix("no-") == Some(near) || said == near {
        return None;
    }
    // The value may be a file that the command reads.
    let takes_value = options()
        .filter(|option| option.get_long() == Some(near))
        .any(|option| option.get_action().takes_values());
    let typed = value_of(argument, given).filter(|value| takes_value && is_no_input(value));
    Some(match typed {
        Some(value) => format!("--{near} {}", quoted(&value)),
        None => format!("--{near}"),
    })
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
fn misplaced(program: &clap::Command, error: &clap::Error, given: &[OsString]) -> Option<String> {
    let words: Vec<_> = given.iter().map(|word| word.to_string_lossy()).collect();
    if error.kind() == ErrorKind::MissingRequiredArgument
        && let [_, command, trace] = &words[..]
        && command == "replay"
    {
        let ends = Path::new(&**trace).extension();
        // A name without an ending is one of a machine, unless there is such a file.
        let is_machine = match ends {
            Some(end) => ["pw", "yaml", "yml"].iter().any(|own| end == *own),
            None => !Path::new(&**trace).exists(),
        };
        if is_machine {
            return Some(format!(
                "the traces follow the machine, and '-' is standard input: 'pagewalk replay {} -'",
                quoted(&visible(trace))
            ));
        }
        return Some(format!(
            "the machine precedes the trace: 'pagewalk replay simple {}'",
            quoted(&visible(trace))
        ));
    }
    let said = text_of(error, ContextKind::InvalidArg)?;
    if error.kind() == ErrorKind::InvalidValue {
        let answers = said.starts_with("--answers") && words.get(1)? == "exam";
        let own = answers.then(|| "to print the answer key, use '--key'".to_owned());
        let map = said.starts_with("--map").then(|| {
            "write '--map identity' to use the trace's addresses as physical addresses".to_owned()
        });
        return own.or(map).or_else(|| {
            let value = text_of(error, ContextKind::InvalidValue)?;
            let mut formats = FORMATS.iter();
            let (_, format) = formats.find(|(other, _)| value.eq_ignore_ascii_case(other))?;
            let is_paper = said.starts_with("--format") && words.get(1)? == "exam";
            is_paper.then(|| format!("write '--format {format}'"))
        });
    }
    if error.kind() == ErrorKind::TooManyValues
        && let Some(value) = text_of(error, ContextKind::InvalidValue)
    {
        return Some(format!("write '{said} {}'", quoted(value)));
    }
    if error.kind() == ErrorKind::ValueValidation {
        if let Some(value) = text_of(error, ContextKind::InvalidValue)
            && Path::new(value).extension().is_some_and(|end| end == "csv")
            && words.get(1)? == "exam"
        {
            return Some(format!(
                "a class list has an option of its own: '--roster {}'",
                quoted(value)
            ));
        }
        let name = said.split(' ').next()?;
        return match parse_error(error)? {
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
    if let Some((format, file)) = report_of(said)
        && words.get(1)? == "test"
    {
        let typed = value_of(said, given).filter(|file| is_no_input(file));
        let file = typed.map_or_else(|| file.to_owned(), |typed| quoted(&typed));
        return Some(format!(
            "write '--report {format}={file}'; the formats are 'junit', 'json', 'github', and 'html'"
        ));
    }
    if is_geometry(said) && matches!(&**words.get(1)?, "replay" | "sweep") {
        return Some("describe the caches in a machine file, which precedes the trace: 'cache: { size: 32 KB, ways: 8, block: 64 }'".to_owned());
    }
    let at = words.iter().position(|word| word == said)?;
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
        let sizes = with_units(&value.replace(',', " "));
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

/// Returns the format of the report that other test runners write with this option, as in `--junit-xml results.xml`, and a name
/// for the file.
fn report_of(option: &str) -> Option<(&'static str, &'static str)> {
    let word = option.trim_start_matches('-').split(['-', '=']).next()?;
    match word {
        "junit" | "junitxml" | "xml" => Some(("junit", "results.xml")),
        "json" => Some(("json", "results.json")),
        "html" => Some(("html", "results.html")),
        _ => None,
    }
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
pub(super) fn is_script(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "pw")
}

/// Returns the command line with the right command instead of a misspelled one, and with a command before a file or folder.
fn intended_command(
    program: &clap::Command,
    error: &clap::Error,
    given: &[OsString],
) -> Option<String> {
    let said = text_of(error, ContextKind::InvalidSubcommand)?;
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
        } else if let Some((command, option)) = command_with(program, said) {
            // An option that takes a value would not work as typed here.
            let mut known = program.find_subcommand(command)?.get_arguments();
            let arg = known.find(|arg| arg.get_long() == Some(option))?;
            if option != said && (arg.get_action().takes_values() || said.len() == 1) {
                return None;
            }
            format!("{command} --{option}")
        } else {
            let is_alone = given.get(1..)? == [said.as_str()];
            if !is_alone || explain::page(said).is_err() {
                return None;
            }
            format!("explain {said}")
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
