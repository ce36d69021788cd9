//! A session of `pagewalk repl` that a document shows.

use std::path::Path;

use pagewalk::face::repl::shell::Shell;

/// The columns of the terminal that is shown.
const COLUMNS: usize = 100;

/// What stands before a line that goes on with an input.
const GOES_ON: &str = "     ... ";

/// The same inputs, with what the session answers now. An input begins with the prompt of the moment.
pub fn retold(shown: &str, folder: &Path) -> String {
    let (shell, told) = Shell::in_memory(COLUMNS);
    let mut shell = shell.in_folder(folder);
    let mut text = String::new();
    let mut lines = shown.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix(shell.prompt().trim_end()) else { continue };
        let mut input = first.trim_start().to_owned();
        text += line.trim_end();
        text.push('\n');
        while let Some(more) = lines.peek().and_then(|line| line.strip_prefix(GOES_ON.trim_end())) {
            input += "\n";
            input += more;
            text += lines.next().unwrap_or_default();
            text.push('\n');
        }
        assert!(!shell.goes_on(&input), "this input goes on: {input}");
        shell.input(&input).expect("answers go to memory");
        text.extend(told.take_text().lines().flat_map(|line| [line.trim_end(), "\n"]));
    }
    text
}
