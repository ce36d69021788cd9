//! `:quiz`: asks for the facts of an access one by one and marks each answer.

use std::io;

use super::context::ReplContext;
use pagewalk_script::prompt::quiz::{Question, meant_hexadecimal, questions, right, statement};
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::report::narrate::count;

/// A quiz in progress.
pub(crate) struct Quiz {
    questions: Vec<Question>,
    asked: usize,
    right: usize,
}

/// Starts a quiz about a given or random statement; none if it has no facts.
pub(crate) fn begin(context: &mut ReplContext, rest: &str) -> io::Result<Option<Quiz>> {
    let made_up = if rest.is_empty() {
        statement(context.explore.state(), context.quizzes)
    } else {
        Some(rest.to_owned())
    };
    let Some(statement) = made_up else {
        context.complain_sentence("declare a machine first: `machine simple`, or a process that runs")?;
        return Ok(None);
    };
    let Some(body) = context.read(&statement)? else { return Ok(None) };
    let records = context.try_out(&body)?;
    let asked = records.last().map(|record| questions(&record.did));
    let Some(questions) = asked.filter(|questions| !questions.is_empty()) else {
        context.complain_sentence(
            "this has no facts to ask for; take an access or a system call: `:quiz read 0x3D4`",
        )?;
        return Ok(None);
    };
    context.quizzes += u64::from(rest.is_empty());
    context.print(vec![
        Block::Statement { text: statement, place: String::new() },
        Block::line(
            "What comes of it? Numbers in any base (0x0F, 15, 0b1111), hit or miss, - for what there is not.",
        ),
        Block::line("An empty line passes; a command or a statement ends the quiz."),
    ])?;
    Ok(Some(Quiz { questions, asked: 0, right: 0 }))
}

impl Quiz {
    /// The prompt of the current question.
    pub(crate) fn prompt(&self) -> String {
        let fact = self.questions.get(self.asked).map_or("", |question| &question.fact);
        format!("{fact}? ")
    }

    /// Marks an answer; true after the last one.
    pub(crate) fn answer(&mut self, context: &mut ReplContext, given: &str) -> io::Result<bool> {
        let Some(question) = self.questions.get(self.asked) else { return Ok(true) };
        let holds = right(question, given);
        self.asked += 1;
        self.right += usize::from(holds);
        let actual = question.answer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let block = if holds {
            Block::toned(Tone::Good, format!("✓ {} {actual}", question.fact))
        } else {
            let hint =
                if meant_hexadecimal(question, given.trim()) { "; hexadecimal is written 0x…" } else { "" };
            Block::toned(Tone::Bad, format!("✗ {} {actual}: {}{hint}", question.fact, question.reason))
        };
        context.print(vec![block])?;
        let last = self.asked == self.questions.len();
        if last {
            self.end(context)?;
        }
        Ok(last)
    }

    /// Prints the number of correct answers.
    pub(crate) fn end(&self, context: &mut ReplContext) -> io::Result<()> {
        let all = count(self.asked as u64, "answer is right", "answers are right");
        let tone = if self.right == self.asked { Tone::Good } else { Tone::Plain };
        context.print(vec![Block::toned(tone, format!("{} of {all}; nothing was changed", self.right))])
    }

    /// Whether a line is an answer rather than a command or a statement.
    pub(crate) fn is_answer(line: &str) -> bool {
        let words = line.split_whitespace().count();
        !line.trim_start().starts_with(':') && words <= 1
    }
}
