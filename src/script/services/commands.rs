//! Commands of an interactive session, which begin with a colon. Each command is one row.

use crate::lang::nearest::nearest;
use crate::run::bind::Param::{self, Keyword, OneOf, Optional, Ways};
use crate::run::bind::{FACT, N, PA, PATH, Params, STATEMENT, TITLE, VA, WORD};

/// The option of `:save` that leaves out results.
pub const STATEMENTS_ONLY: &str = "--statements";

#[derive(Debug)]
pub struct Command {
    pub kind: CommandKind,
    /// The name, without the colon.
    pub name: &'static str,
    pub params: &'static [Param],
    /// One line of help.
    pub help: &'static str,
    pub example: &'static str,
    /// Alternative names, with and without the colon.
    pub aliases: &'static [&'static str],
}

impl Command {
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
}

/// Defines the actions and the commands. Each row has the action, the name, the parameters, an example, the aliases, and
/// the help.
macro_rules! commands {
    ($($kind:ident $name:literal [$($param:expr),*] $example:literal [$($alias:literal),*] $help:literal;)+) => {
        /// The action of a command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum CommandKind {
            $(#[doc = $help] $kind,)+
        }

        pub const COMMANDS: &[Command] = &[$(Command {
            kind: CommandKind::$kind,
            name: $name,
            params: &[$($param),*],
            help: $help,
            example: $example,
            aliases: &[$($alias),*],
        }),+];
    };
}

commands! {
    Back "back" [Optional(&[N])] ":back 2" [":undo"]
        "undoes the last statement or the last N statements";
    Forward "forward" [Optional(&[N])] ":forward" [":redo"]
        "redoes the next undone statement or the next N statements";
    Goto "goto" [N] ":goto 0" []
        "jumps to the state after statement N; 0 is the beginning";
    Next "next" [Optional(&[N])] ":next" []
        "redoes the next undone statement, or runs the next statement of an opened script, and shows the result";
    History "history" [] ":history" []
        "lists the statements with their numbers";
    What "what" [STATEMENT] ":what write 0x3D4 = 1" []
        "shows what a statement would do without running it";
    Diff "diff" [] ":diff" []
        "shows the changes made by the last statement, with old and new values";
    Steps "steps" [] ":steps" []
        "shows the numbered steps of the last access or system call";
    Why "why" [Optional(&[FACT])] ":why tlb" []
        "explains one fact or all facts of the last statement";
    Bits "bits" [Ways(&[&[VA], &[Keyword("pa"), PA]])] ":bits 0x3D4" []
        "shows the bits and fields of a virtual address, or after `pa`, of a physical address";
    Predict "predict" [] ":predict" []
        "hides results while you predict them with `=>`; a second `:predict` shows them again";
    Practice "practice" [Optional(&[OneOf(&[STATEMENT, TITLE])])] ":practice read 0x3D4" [":quiz"]
        "asks you for the facts of an access or the blanks of an exam question and marks your answers as in an exam";
    Save "save" [Optional(&[Keyword(STATEMENTS_ONLY)]), PATH] ":save session.pw" []
        "writes the session as a script that expects the observed facts; with `--statements`, without expectations";
    Load "load" [PATH] ":load first.pw" []
        "runs a script; each of its statements can be undone";
    Open "open" [PATH] ":open first.pw" []
        "opens a script without running it; `:next` runs its statements one at a time";
    Reset "reset" [] ":reset" []
        "removes all declarations; `:back` restores them";
    Help "help" [Optional(&[WORD])] ":help tlbi" [":explain", ":h", "help", "?"]
        "explains a word of the language, a command, a term of the field, or a diagnostic code";
    Quit "quit" [] ":quit" [":q", "quit", "exit"]
        "ends the session, like Ctrl-D";
}

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
    use crate::run::bind::Params;

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
