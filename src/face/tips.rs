//! Tips about arguments that other tools have, from `tips.txt`.

use clap::error::{ContextKind, ContextValue, ErrorKind};

const TIPS: &str = include_str!("tips.txt");

/// Returns the tip about the wrong or missing argument of a command, or of the program, `pagewalk`.
pub(super) fn tip(error: &clap::Error, command: &str) -> Option<&'static str> {
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
        (is_of && arguments.split(", ").any(|argument| argument == said)).then_some(tip)
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
