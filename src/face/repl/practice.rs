//! `:practice`: prompts for the blanks of an exam question one by one and marks each answer.

use std::io;

use super::context::ReplContext;
use pagewalk_script::exam::Collector;
use pagewalk_script::exam::practice::{Practice, Reply};
use pagewalk_script::lang::nearest::nearest;
use pagewalk_script::report::doc::Block;

/// Starts a question of the session, or returns `None` if no question has this title.
pub(crate) fn begin(context: &mut ReplContext, title: &str) -> io::Result<Option<Practice>> {
    let mut collector = Collector::default();
    // Runs the session again, so that questions of a loaded exam and typed questions both work.
    context.explore.replay(&mut collector);
    let mut practice = match Practice::new(collector.paper(), title) {
        Ok(practice) => practice,
        Err(titles) => {
            context.complain_sentence(&no_question(title, &titles))?;
            return Ok(None);
        }
    };
    if practice.is_over() {
        context.complain_sentence(
            "this question has no blank, and `:practice` cannot mark an essay",
        )?;
        return Ok(None);
    }
    let mut blocks = practice.title();
    blocks.push(Block::line(
        "Press Enter to skip a blank, or type `?` to see the item again. Ctrl-C, a command, or a statement ends the \
         practice.",
    ));
    blocks.extend(practice.lead());
    context.print(blocks)?;
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
        context.print(practice.repeat())?;
        return Ok(false);
    }
    let explore = &context.explore;
    match practice.answer(given, |answers, value| explore.satisfies(answers, value)) {
        Reply::Unreadable(field) => {
            context.complain_sentence(&format!("`{given}` is not an answer; write {field}"))?;
        }
        Reply::Marked(mut blocks) => {
            blocks.extend(practice.lead());
            context.print(blocks)?;
        }
    }
    if practice.is_over() {
        end(practice, context)?;
    }
    Ok(practice.is_over())
}

/// Prints the points.
pub(crate) fn end(practice: &Practice, context: &mut ReplContext) -> io::Result<()> {
    let explore = &context.explore;
    let result = practice.result(|answers, value| explore.satisfies(answers, value));
    context.print(vec![result])
}
