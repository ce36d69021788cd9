//! `:practice`: asks for the blanks of a question one by one and marks each answer. The question is an exam question of
//! the session, or is about the facts of a statement.

use std::io;

use super::commands::unquoted;
use super::context::ReplContext;
use pagewalk_script::exam::Collector;
use pagewalk_script::exam::practice::{Practice, Reply};
use pagewalk_script::lang::nearest::nearest;
use pagewalk_script::prompt::practice::{access, question};
use pagewalk_script::report::doc::Block;
use pagewalk_script::run::record::Sink;

/// Starts the question with the title in quotes, or a question about a statement. Without both, starts the only question
/// of the session, or one about a random access if the session has no question. Returns `None` after reporting an error.
pub(crate) fn begin(context: &mut ReplContext, rest: &str) -> io::Result<Option<Practice>> {
    let (title, is_title) = (unquoted(rest), rest.starts_with(['"', '\'']));
    if is_title || rest.is_empty() {
        let mut collector = Collector::default();
        // Runs the session again, so that questions of a loaded exam and typed questions both work.
        context.explore.replay(&mut collector);
        match Practice::new(collector.paper(), title) {
            Ok(practice) => return start(context, practice),
            Err(titles) if is_title || !titles.is_empty() => {
                context.complain_sentence(&no_question(title, &titles))?;
                return Ok(None);
            }
            Err(_) => {}
        }
    }
    match about(context, rest)? {
        Some(practice) => start(context, practice),
        None => Ok(None),
    }
}

/// Runs a statement, or a random access, on a copy of the state, and returns a question about its facts.
fn about(context: &mut ReplContext, given: &str) -> io::Result<Option<Practice>> {
    let chosen = if given.is_empty() {
        access(context.explore.state(), context.practiced)
    } else {
        Some(given.to_owned())
    };
    let Some(statement) = chosen else {
        context.complain_sentence(
            "first declare a machine, such as `machine simple`, or load a script with questions",
        )?;
        return Ok(None);
    };
    let Some(body) = context.read(&statement)? else {
        return Ok(None);
    };
    let records = context.try_out(&body)?;
    let text = records
        .last()
        .and_then(|record| question(&statement, &record.did));
    let Some(body) = text.and_then(|text| context.parse(&text).ok()) else {
        context.complain_sentence(
            "this statement has no facts to ask for; use an access or a system call, such as `:practice read 0x3D4`",
        )?;
        return Ok(None);
    };
    let mut collector = Collector::default();
    for record in context.try_out(&body)? {
        collector.accept(&record);
    }
    context.practiced += u64::from(given.is_empty());
    Ok(Practice::new(collector.paper(), "").ok())
}

/// Prints the question up to the first blank.
fn start(context: &mut ReplContext, mut practice: Practice) -> io::Result<Option<Practice>> {
    if practice.is_over() {
        context.complain_sentence(
            "this question has no blank, and `:practice` cannot mark an essay",
        )?;
        return Ok(None);
    }
    let mut blocks = practice.title();
    blocks.push(Block::line(
        "Press Enter to skip a blank. Type `?` to see the item again, or `again` to answer the blank before it again. \
         Ctrl-C, a command, or a statement ends the practice.",
    ));
    blocks.extend(practice.lead());
    context.print(&blocks)?;
    Ok(Some(practice))
}

fn no_question(title: &str, titles: &[String]) -> String {
    if titles.is_empty() {
        return "this session has no question; load a script with questions, such as `:load exam.pw`"
            .to_owned();
    }
    let all = || {
        titles
            .iter()
            .map(|title| format!("`:practice \"{title}\"`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if title.is_empty() {
        return format!("write one of these: {}", all());
    }
    match nearest(title, titles.iter().map(String::as_str)) {
        Some(near) => {
            format!("no question has the title “{title}”; did you mean `:practice \"{near}\"`?")
        }
        None => format!(
            "no question has the title “{title}”; write one of these: {}",
            all()
        ),
    }
}

/// Marks an answer, and returns true after the last one.
pub(crate) fn answer(
    practice: &mut Practice,
    context: &mut ReplContext,
    given: &str,
) -> io::Result<bool> {
    if given == "?" {
        context.print(&practice.repeat())?;
        return Ok(false);
    }
    if given == "again" {
        if !practice.again() {
            context.complain_sentence("this is the first blank")?;
        }
        return Ok(false);
    }
    let explore = &context.explore;
    match practice.answer(given, |answers, value| explore.satisfies(answers, value)) {
        Reply::Unreadable(field) => {
            context.complain_sentence(&format!("`{given}` is not an answer; write {field}"))?;
        }
        Reply::Marked(mut blocks) => {
            blocks.extend(practice.lead());
            context.print(&blocks)?;
        }
    }
    if practice.is_over() {
        end(practice, context)?;
    }
    Ok(practice.is_over())
}

pub(crate) fn end(practice: &Practice, context: &mut ReplContext) -> io::Result<()> {
    let explore = &context.explore;
    let result = practice.result(|answers, value| explore.satisfies(answers, value));
    context.print(&[result])
}

/// Whether a line is an answer rather than a command or a statement.
pub(crate) fn is_answer(context: &mut ReplContext, line: &str) -> bool {
    let is_word = line.split_whitespace().count() <= 1;
    !line.trim_start().starts_with(':') && (is_word || context.parse(line).is_err())
}
