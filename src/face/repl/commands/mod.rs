//! The commands that begin with a colon.

mod bits;
mod help;
mod keep;
mod look;
mod travel;

use std::io;

pub(crate) use keep::load;

use super::context::ReplContext;
use pagewalk_script::services::commands::{Command, Kind};

/// Executes a command with its arguments `rest`.
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
        // The shell handles these.
        Kind::Quiz | Kind::Quit => Ok(()),
    }
}
