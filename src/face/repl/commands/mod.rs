//! The commands that start with a colon.

mod bits;
mod help;
mod keep;
mod look;
mod travel;

use std::io;

pub(crate) use keep::{load, unquoted};

use super::context::ReplContext;
use pagewalk_script::services::commands::{Command, CommandKind};

/// Executes a command with the arguments `rest`.
pub(crate) fn obey(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    match command.kind {
        CommandKind::Back => travel::back(context, command, rest),
        CommandKind::Forward => travel::forward(context, command, rest),
        CommandKind::Goto => travel::goto(context, command, rest),
        CommandKind::History => travel::history(context),
        CommandKind::Reset => travel::reset(context),
        CommandKind::Save => keep::save(context, command, rest),
        CommandKind::Bits => bits::bits(context, command, rest),
        CommandKind::Load => keep::load_named(context, command, rest),
        CommandKind::What => look::what(context, command, rest),
        CommandKind::Diff => look::diff(context),
        CommandKind::Steps => look::steps(context),
        CommandKind::Why => look::why_so(context, rest),
        CommandKind::Help => help::help(context, rest),
        // The shell handles these commands.
        CommandKind::Practice | CommandKind::Quit => Ok(()),
    }
}
