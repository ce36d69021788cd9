//! Undo and redo: `:back`, `:forward`, `:goto`, `:history`, `:reset`.

use std::io;

use crate::face::repl::context::ReplContext;
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::report::narrate::count;
use pagewalk_script::services::commands::Command;

/// Maximum length of a listed statement in characters.
const LONGEST: usize = 100;

/// Maximum number of listed statements.
const LISTED: usize = 500;

/// `:back [N]`.
pub(crate) fn back(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    let Some(steps) = number(context, command, rest, Some(1))? else {
        return Ok(());
    };
    match context.explore.back(steps) {
        0 => context.print_line("nothing to undo: the session is at the beginning"),
        moved => report_move(
            context,
            &format!("{} undone", count(moved as u64, "statement", "statements")),
        ),
    }
}

/// `:forward [N]`.
pub(crate) fn forward(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    let Some(steps) = number(context, command, rest, Some(1))? else {
        return Ok(());
    };
    match context.explore.forward(steps) {
        0 => context.print_line("nothing to redo: the session is at the latest statement"),
        moved => report_move(
            context,
            &format!("{} redone", count(moved as u64, "statement", "statements")),
        ),
    }
}

/// `:goto N`.
pub(crate) fn goto(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    let Some(target) = number(context, command, rest, None)? else {
        return Ok(());
    };
    if context.explore.goto(target) {
        return report_move(context, "");
    }
    let end = context.explore.history.end();
    context.complain_sentence(&format!(
        "there is no statement {target}; use a number from 0 (the beginning) to {end}"
    ))
}

pub(crate) fn history(context: &mut ReplContext) -> io::Result<()> {
    let history = &context.explore.history;
    let (at, digits) = (history.at(), history.end().to_string().len());
    let line = |number: usize, text: &str| {
        let mark = if number == at { "→" } else { " " };
        let tone = if number > at {
            Tone::Faint
        } else {
            Tone::Plain
        };
        Block::toned(tone, format!("{mark} {number:digits$}  {text}"))
    };
    let first = history.end().saturating_sub(LISTED);
    let mut lines = vec![line(0, "(the beginning)")];
    if first > 0 {
        lines.push(Block::toned(
            Tone::Faint,
            format!("… {}", count(first as u64, "statement", "statements")),
        ));
    }
    lines.extend(
        history
            .all()
            .skip(first)
            .map(|(number, done)| line(number, &short(context.explore.text(done)))),
    );
    context.print(lines)
}

pub(crate) fn reset(context: &mut ReplContext) -> io::Result<()> {
    context.explore.reset();
    context.print_line("all declarations are removed; `:back` restores them")
}

/// Prints `moved`, followed by the session's position.
fn report_move(context: &mut ReplContext, moved: &str) -> io::Result<()> {
    let history = &context.explore.history;
    let place = match history.last() {
        None => "at the beginning".to_owned(),
        Some(done) => format!(
            "after statement {}: {}",
            history.at(),
            short(context.explore.text(done))
        ),
    };
    let ahead = history.end() - history.at();
    let words = if moved.is_empty() {
        place
    } else {
        format!("{moved}; {place}")
    };
    let ahead = if ahead > 0 {
        format!("  ({ahead} ahead)")
    } else {
        String::new()
    };
    context.print_line(words + &ahead)
}

/// Shortens a statement to one line.
fn short(text: &str) -> String {
    if text.is_empty() {
        return ":reset".to_owned();
    }
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}

/// The number given after a command, or its default. Reports an argument that is not a number.
fn number(
    context: &mut ReplContext,
    command: &Command,
    rest: &str,
    without: Option<usize>,
) -> io::Result<Option<usize>> {
    if let (true, Some(without)) = (rest.is_empty(), without) {
        return Ok(Some(without));
    }
    let number = rest.parse().ok();
    if number.is_none() {
        context.complain_sentence(&format!(
            "write `{}`, where N is a whole number",
            command.usage()
        ))?;
    }
    Ok(number)
}
