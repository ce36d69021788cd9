//! The commands that inspect past and hypothetical statements: `:what`, `:diff`, `:steps`, and `:why`.

use std::io;

use crate::face::repl::answer::AnswerDetail;
use crate::face::repl::context::ReplContext;
use pagewalk_script::prompt::explore::Mode;
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::report::narrate::{changes, why};
use pagewalk_script::run::changes;
use pagewalk_script::services::commands::Command;

/// `:what STATEMENT`.
pub(crate) fn what(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return context.complain_sentence(&format!("write `{}`", command.usage()));
    }
    let Some(body) = context.read(rest)? else {
        return Ok(());
    };
    let tell = context.detail_for(&body);
    let ended = context.run(&body, Mode::Tried, tell)?;
    if ended.diagnostics.is_empty() && !ended.interrupted {
        context.print(vec![Block::toned(
            Tone::Faint,
            "Tried on a copy. Nothing changes.",
        )])?;
    }
    Ok(())
}

pub(crate) fn diff(context: &mut ReplContext) -> io::Result<()> {
    let Some(before) = context.explore.before() else {
        return context.print_line("No statement has run yet.");
    };
    let changed = changes::changes(&before, context.explore.state());
    context.print(changes(&changed))
}

pub(crate) fn steps(context: &mut ReplContext) -> io::Result<()> {
    let Some(body) = context.read("show steps")? else {
        return Ok(());
    };
    context
        .run(&body, Mode::Tried, AnswerDetail::Answer)
        .map(|_| ())
}

/// `:why [FACT]`.
pub(crate) fn why_so(context: &mut ReplContext, rest: &str) -> io::Result<()> {
    let Some(did) = context.explore.state().last.clone() else {
        return context.print_line("There has been no access or system call yet.");
    };
    let fact = rest.split_whitespace().next();
    match why(&did, fact) {
        Ok(blocks) => context.print(blocks),
        Err(sentence) => context.complain_sentence(&sentence),
    }
}
