//! The commands: what begins with a colon.

mod bits;
mod help;
mod keep;
mod look;
mod travel;

use std::io;

pub(crate) use keep::load;

use super::context::ReplContext;
use pagewalk_script::prompt::commands::{Command, Kind};

/// Does what a command says; `rest` is what follows its word.
///
/// # Errors
/// What the output says.
pub(crate) fn obey(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    match command.kind {
        Kind::Back => travel::back(context, command, rest),
        Kind::Forward => travel::forward(context, command, rest),
        Kind::Goto => travel::goto(context, command, rest),
        Kind::History => travel::history(context),
        Kind::Reset => travel::reset(context),
        Kind::Save => keep::save(context, command, rest),
        Kind::Bits => bits::bits(context, command, rest),
        Kind::Load => keep::load_named(context, command, rest),
        Kind::What => look::what(context, command, rest),
        Kind::Diff => look::diff(context),
        Kind::Steps => look::steps(context),
        Kind::Why => look::why_so(context, rest),
        Kind::Help => help::help(context, rest),
        // These are the shell's own.
        Kind::Quiz | Kind::Quit => Ok(()),
    }
}
