//! A session of `pagewalk repl` that a document shows.

use std::path::Path;

use pagewalk::face::repl::keys::inputs;
use pagewalk::face::repl::shell::Shell;

/// Width of the terminal in the document, in columns.
const COLUMNS: usize = 100;

/// Returns the inputs of the session, with the output of the current program. An input begins with the current
/// prompt.
pub fn retold(shown: &str, folder: &Path) -> String {
    let (shell, messages) = Shell::in_memory(COLUMNS);
    let mut shell = shell.in_folder(folder);
    let mut text = String::new();
    let mut lines = shown.lines().peekable();
    while let Some(line) = lines.next() {
        let prompt = shell.prompt();
        let first = line
            .strip_prefix(prompt.trim_end())
            .map(|first| first.trim_start().to_owned());
        // A prompt in the document may lack a number or have an outdated number.
        let other = || {
            inputs(line)
                .pop()
                .filter(|input| input != line && prompt.starts_with('['))
        };
        let Some(mut input) = first.or_else(other) else {
            continue;
        };
        text += (prompt + &input).trim_end();
        text.push('\n');
        while let Some(more) = lines
            .peek()
            .and_then(|line| line.trim_start().strip_prefix("..."))
        {
            input += "\n";
            input += more;
            text.extend([shell.continuation_prompt().trim_end(), more, "\n"]);
            lines.next();
        }
        assert!(!shell.goes_on(&input), "this input continues: {input}");
        shell.input(&input).expect("answers go to memory");
        text.extend(
            messages
                .take_text()
                .lines()
                .flat_map(|line| [line.trim_end(), "\n"]),
        );
    }
    text
}
