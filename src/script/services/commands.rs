//! Commands of an interactive session, which begin with a colon. Each command is one row.

use crate::lang::nearest::nearest;
use crate::run::params::Param::{self, Keyword, OneOf, Optional};
use crate::run::params::{FACT, N, PATH, Params, STATEMENT, TITLE, VA, WORD};

/// The action of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandKind {
    /// Undoes statements.
    Back,
    /// Redoes undone statements.
    Forward,
    /// Jumps to the statement with a given number.
    Goto,
    /// Redoes the next undone statement, or runs the next statement of the opened script, and shows the result.
    Next,
    /// Lists the statements.
    History,
    /// Shows a statement's facts without changing the state.
    What,
    /// Shows the changes that the last statement made.
    Diff,
    /// Shows the steps of the last access.
    Steps,
    /// Explains the last answer.
    Why,
    /// Shows the fields of an address.
    Bits,
    /// Asks for the facts of an access or the blanks of an exam question, and marks the answers.
    Practice,
    /// Writes the session as a script.
    Save,
    /// Runs a script.
    Load,
    /// Reads a script without running it.
    Open,
    /// Discards the session.
    Reset,
    /// Explains a word.
    Help,
    /// Ends the session.
    Quit,
}

/// The option of `:save` that leaves out results.
pub const STATEMENTS_ONLY: &str = "--statements";

/// A command.
#[derive(Debug)]
pub struct Command {
    /// The action.
    pub kind: CommandKind,
    /// The name, without the colon.
    pub name: &'static str,
    /// The parameters.
    pub params: &'static [Param],
    /// One line of help.
    pub help: &'static str,
    /// An example.
    pub example: &'static str,
    /// Alternative names, with and without the colon.
    pub aliases: &'static [&'static str],
}

impl Command {
    /// Returns the usage.
    pub fn usage(&self) -> String {
        format!(":{} {}", self.name, self.params.text())
            .trim_end()
            .to_owned()
    }

    /// Returns the help text with the alternative names.
    pub fn does(&self) -> String {
        let aliases: Vec<String> = self
            .aliases
            .iter()
            .map(|alias| format!("`{alias}`"))
            .collect();
        if aliases.is_empty() {
            self.help.to_owned()
        } else {
            let noun = if aliases.len() == 1 {
                "alias"
            } else {
                "aliases"
            };
            format!("{} ({noun}: {})", self.help, aliases.join(", "))
        }
    }

    const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}

const fn row(
    kind: CommandKind,
    name: &'static str,
    params: &'static [Param],
    help: &'static str,
    example: &'static str,
) -> Command {
    Command {
        kind,
        name,
        params,
        help,
        example,
        aliases: &[],
    }
}

/// Every command.
pub const COMMANDS: &[Command] = &[
    row(
        CommandKind::Back,
        "back",
        &[Optional(&[N])],
        "undoes the last statement or the last N statements",
        ":back 2",
    )
    .or(&[":undo"]),
    row(
        CommandKind::Forward,
        "forward",
        &[Optional(&[N])],
        "redoes the next undone statement or the next N statements",
        ":forward",
    )
    .or(&[":redo"]),
    row(
        CommandKind::Goto,
        "goto",
        &[N],
        "jumps to the state after statement N; 0 is the beginning",
        ":goto 0",
    ),
    row(
        CommandKind::Next,
        "next",
        &[Optional(&[N])],
        "redoes the next undone statement, or runs the next statement of an opened script, and shows the result",
        ":next",
    ),
    row(
        CommandKind::History,
        "history",
        &[],
        "lists the statements with their numbers",
        ":history",
    ),
    row(
        CommandKind::What,
        "what",
        &[STATEMENT],
        "shows what a statement would do without running it",
        ":what write 0x3D4 = 1",
    ),
    row(
        CommandKind::Diff,
        "diff",
        &[],
        "shows the changes made by the last statement, with old and new values",
        ":diff",
    ),
    row(
        CommandKind::Steps,
        "steps",
        &[],
        "shows the numbered steps of the last access or system call",
        ":steps",
    ),
    row(
        CommandKind::Why,
        "why",
        &[Optional(&[FACT])],
        "explains one fact or all facts of the last statement",
        ":why tlb",
    ),
    row(
        CommandKind::Bits,
        "bits",
        &[VA],
        "shows the bits and fields of an address",
        ":bits 0x3D4",
    ),
    row(
        CommandKind::Practice,
        "practice",
        &[Optional(&[OneOf(&[STATEMENT, TITLE])])],
        "asks you for the facts of an access or the blanks of an exam question and marks your answers as in an exam",
        ":practice read 0x3D4",
    )
    .or(&[":quiz"]),
    row(
        CommandKind::Save,
        "save",
        &[Optional(&[Keyword(STATEMENTS_ONLY)]), PATH],
        "writes the session as a script that expects the observed facts; with `--statements`, without expectations",
        ":save session.pw",
    ),
    row(
        CommandKind::Load,
        "load",
        &[PATH],
        "runs a script; each of its statements can be undone",
        ":load first.pw",
    ),
    row(
        CommandKind::Open,
        "open",
        &[PATH],
        "opens a script without running it; `:next` runs its statements one at a time",
        ":open first.pw",
    ),
    row(
        CommandKind::Reset,
        "reset",
        &[],
        "removes all declarations; `:back` restores them",
        ":reset",
    ),
    row(
        CommandKind::Help,
        "help",
        &[Optional(&[WORD])],
        "explains a word of the language, a command, a term of the field, or a diagnostic code",
        ":help tlbi",
    )
    .or(&[":explain", ":h", "help", "?"]),
    row(
        CommandKind::Quit,
        "quit",
        &[],
        "ends the session, like Ctrl-D",
        ":quit",
    )
    .or(&[":q", "quit", "exit"]),
];

/// Returns the command for the first word of a line without a colon. Single letters are more likely names. Unless
/// `forgiving`, only the aliases without a colon are commands.
pub fn without_colon(word: &str, forgiving: bool) -> Option<&'static Command> {
    let row = find(word).ok()?;
    (row.aliases.contains(&word) || forgiving && word.len() > 1).then_some(row)
}

/// Returns the command with this name.
///
/// # Errors
/// Returns the nearest name, if a similar name exists.
pub fn find(name: &str) -> Result<&'static Command, Option<&'static str>> {
    let also = |row: &Command| {
        row.aliases
            .iter()
            .any(|alias| alias.trim_start_matches(':') == name)
    };
    let named = COMMANDS.iter().find(|row| row.name == name || also(row));
    named.ok_or_else(|| nearest(name, COMMANDS.iter().map(|row| row.name)))
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, CommandKind, find, without_colon};
    use crate::run::params::Params;

    #[test]
    fn a_command_is_found_by_its_name_or_nearly() {
        assert_eq!(
            find("back").map(|row| row.kind).ok(),
            Some(CommandKind::Back)
        );
        assert_eq!(find("hlep").err().flatten(), Some("help"));
        assert_eq!(find("zzz").err().flatten(), None);
        assert_eq!(
            find("undo").map(|row| row.kind).ok(),
            Some(CommandKind::Back)
        );
        let kind = |word, forgiving| without_colon(word, forgiving).map(|row| row.kind);
        assert_eq!(kind("exit", false), Some(CommandKind::Quit));
        assert_eq!((kind("back", false), kind("undo", false)), (None, None));
        assert_eq!(kind("back", true), Some(CommandKind::Back));
        assert_eq!(kind("quiz", true), Some(CommandKind::Practice));
        assert_eq!((kind("h", true), kind("bakc", true)), (None, None));
    }

    #[test]
    fn every_row_shows_itself() {
        for row in COMMANDS {
            assert!(
                row.example.starts_with(&format!(":{}", row.name)),
                "{}",
                row.name
            );
            assert!(
                row.params.is_empty() || row.usage().ends_with(&row.params.text()),
                "{}",
                row.name
            );
            assert!(
                !row.help.is_empty() && !row.help.ends_with('.'),
                "{}",
                row.name
            );
        }
    }
}
