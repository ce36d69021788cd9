//! Looking at what was done, and at what would be: `:what`, `:diff`, `:steps`, `:why`.

use std::io;

use crate::face::repl::answer::Tell;
use crate::face::repl::context::Desk;
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::report::narrate::{changes, why};
use pagewalk_script::run::changes;
use pagewalk_script::run::commands::Command;
use pagewalk_script::run::explore::Mode;

/// `:what STATEMENT`.
pub fn what(desk: &mut Desk, command: &Command, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return desk.complain_of(&format!("write `{}`", command.usage()));
    }
    let Some(body) = desk.read(rest)? else { return Ok(()) };
    let tell = desk.tell(&body);
    let ended = desk.run(&body, Mode::Tried, tell)?;
    if ended.diagnostics.is_empty() && !ended.interrupted {
        desk.print(vec![Block::toned(Tone::Faint, "Tried on a copy: nothing was changed.")])?;
    }
    Ok(())
}

/// `:diff`.
pub fn diff(desk: &mut Desk) -> io::Result<()> {
    let Some(before) = desk.explore.before() else {
        return desk.line("No statement has been done yet.");
    };
    let changed = changes::changes(&before, desk.explore.state());
    desk.print(changes(&changed))
}

/// `:steps`.
pub fn steps(desk: &mut Desk) -> io::Result<()> {
    let Some(body) = desk.read("show steps")? else { return Ok(()) };
    desk.run(&body, Mode::Tried, Tell::Answer).map(|_| ())
}

/// `:why [FACT]`.
pub fn why_so(desk: &mut Desk, rest: &str) -> io::Result<()> {
    let Some(did) = desk.explore.state().last.clone() else {
        return desk.line("No access has been made yet, and no system call.");
    };
    let fact = rest.split_whitespace().next();
    match why(&did, fact) {
        Ok(blocks) => desk.print(blocks),
        Err(sentence) => desk.complain_of(&sentence),
    }
}
