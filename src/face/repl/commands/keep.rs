//! Scripts: `:load`, `:save`.

use std::io;
use std::path::Path;

use crate::face::repl::answer::Tell;
use crate::face::repl::desk::Desk;
use crate::lang::loader::Disk;
use crate::report::narrate;
use crate::run::commands::Command;
use crate::run::explore::Mode;

/// `:load FILE`.
pub fn load_named(desk: &mut Desk, command: &Command, rest: &str) -> io::Result<()> {
    match unquoted(rest) {
        "" => desk.complain_of(&format!("write `{}`", command.usage())),
        name => load(desk, Path::new(name)),
    }
}

/// Runs a script; each of its statements is one that can be undone. Those before a mistake that only shows in the run
/// stay done.
pub fn load(desk: &mut Desk, file: &Path) -> io::Result<()> {
    let body = match desk.explore.read_file(file, &mut Disk) {
        Ok(body) => body,
        Err(wrong) => return desk.complain(&wrong),
    };
    let before = desk.explore.history.at();
    let ended = desk.run(&body, Mode::Each, Tell::Failures)?;
    let (_, words) = narrate::summary(ended.totals, ended.diagnostics.len());
    desk.line(format!("{}: {words}", file.display()))?;
    let done = desk.explore.history.at() - before;
    if done < body.len() && done > 0 {
        let all = body.len();
        return desk
            .complain_of(&format!("{done} of its {all} statements are done; `:back {done}` undoes them"));
    }
    Ok(())
}

/// A name that may stand in quotes.
fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}
