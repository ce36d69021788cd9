//! The commands: what begins with a colon.

mod bits;
mod help;
mod keep;
mod look;
mod travel;

use std::io;

pub use keep::load;

use super::context::Desk;
use pagewalk_script::run::commands::{Command, Kind};

/// Does what a command says; `rest` is what follows its word.
///
/// # Errors
/// What the output says.
pub fn obey(desk: &mut Desk, command: &Command, rest: &str) -> io::Result<()> {
    match command.kind {
        Kind::Back => travel::back(desk, command, rest),
        Kind::Forward => travel::forward(desk, command, rest),
        Kind::Goto => travel::goto(desk, command, rest),
        Kind::History => travel::history(desk),
        Kind::Reset => travel::reset(desk),
        Kind::Save => keep::save(desk, command, rest),
        Kind::Bits => bits::bits(desk, command, rest),
        Kind::Load => keep::load_named(desk, command, rest),
        Kind::What => look::what(desk, command, rest),
        Kind::Diff => look::diff(desk),
        Kind::Steps => look::steps(desk),
        Kind::Why => look::why_so(desk, rest),
        Kind::Help => help::help(desk, rest),
        // These are the shell's own.
        Kind::Quiz | Kind::Quit => Ok(()),
    }
}
