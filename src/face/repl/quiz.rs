//! `:quiz`: prompts for the facts of an access one by one and grades each answer.

use std::io;

use super::context::ReplContext;
use pagewalk_script::prompt::quiz::{
    Question, meant_hexadecimal, questions, readable, right, statement,
};
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::report::narrate::count;

/// A quiz in progress.
pub(crate) struct Quiz {
    questions: Vec<Question>,
    asked: usize,
    right: usize,
    /// Whether the quiz has shown the reason for the current answer.
    explained: bool,
    /// Number of correct answers that the user gave after the quiz had shown the reason.
    after_reason: usize,
}

/// Starts a quiz about a given or random statement, or returns `None` if the statement has no facts.
pub(crate) fn begin(context: &mut ReplContext, rest: &str) -> io::Result<Option<Quiz>> {
    let made_up = if rest.is_empty() {
        statement(context.explore.state(), context.quizzes)
    } else {
        Some(rest.to_owned())
    };
    let Some(statement) = made_up else {
        context
            .complain_sentence("first declare a machine, such as `machine simple`, or a process")?;
        return Ok(None);
    };
    let Some(body) = context.read(&statement)? else {
        return Ok(None);
    };
    let records = context.try_out(&body)?;
    let asked = records.last().map(|record| questions(&record.did));
    let Some(questions) = asked.filter(|questions| !questions.is_empty()) else {
        context.complain_sentence(
            "this statement has no facts; use an access or a system call, such as `:quiz read 0x3D4`",
        )?;
        return Ok(None);
    };
    context.quizzes += u64::from(rest.is_empty());
    context.print(vec![
        Block::Statement { text: statement, place: String::new() },
        Block::line(
            "What is the result? Answer with a number in any base (0x0F, 15, 0b1111), with `hit` or `miss`, or with `-` for no value.",
        ),
        Block::line(
            "Type `?` for the reason, or press Enter to skip. Ctrl-C, a command, or a statement ends the quiz.",
        ),
    ])?;
    Ok(Some(Quiz {
        questions,
        asked: 0,
        right: 0,
        explained: false,
        after_reason: 0,
    }))
}

impl Quiz {
    /// The prompt for the current question.
    pub(crate) fn prompt(&self) -> String {
        let fact = self
            .questions
            .get(self.asked)
            .map_or("", |question| &question.fact);
        format!("{fact}? ")
    }

    /// Grades an answer, and returns true after the last answer. If the input is not an answer, the current
    /// question remains open.
    pub(crate) fn answer(&mut self, context: &mut ReplContext, given: &str) -> io::Result<bool> {
        let Some(question) = self.questions.get(self.asked) else {
            return Ok(true);
        };
        if given == "?" {
            self.explained = true;
            context.print_line(question.reason.as_str())?;
            return Ok(false);
        }
        if !readable(question, given) {
            context.complain_sentence(&format!(
                "`{given}` is not an answer: {}",
                expected(question)
            ))?;
            return Ok(false);
        }
        let holds = right(question, given);
        self.asked += 1;
        self.right += usize::from(holds);
        self.after_reason += usize::from(holds && std::mem::take(&mut self.explained));
        self.explained = false;
        let actual = question
            .answer
            .as_ref()
            .map_or_else(|| "-".to_owned(), ToString::to_string);
        let block = if holds {
            Block::toned(Tone::Good, format!("✓ {} {actual}", question.fact))
        } else {
            let hint = if meant_hexadecimal(question, given.trim()) {
                "; a hexadecimal number begins with 0x"
            } else {
                ""
            };
            Block::toned(
                Tone::Bad,
                format!("✗ {} {actual}: {}{hint}", question.fact, question.reason),
            )
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
        let tone = if self.right == self.asked {
            Tone::Good
        } else {
            Tone::Plain
        };
        let after = match self.after_reason {
            0 => String::new(),
            after => format!(" ({after} after `?`)"),
        };
        context.print(vec![Block::toned(
            tone,
            format!("{} of {all}{after}; the machine did not change", self.right),
        )])
    }

    /// Whether a line is an answer rather than a command or a statement.
    pub(crate) fn is_answer(context: &mut ReplContext, line: &str) -> bool {
        if line.split_whitespace().count() <= 1 {
            return !line.trim_start().starts_with(':');
        }
        !line.trim_start().starts_with(':') && !context.understands(line)
    }
}

/// The expected form of an answer.
fn expected(question: &Question) -> String {
    match question.words {
        _ if question.takes_number => {
            "write a number (0x0F, 15, 0b1111), or `-` for no value".to_owned()
        }
        words if words.len() <= MOST_WORDS => format!("write {}", words.join(", ")),
        [first, .., last] => format!("write a word such as {first} or {last}"),
        _ => "write -".to_owned(),
    }
}

/// Maximum number of words in a list of possible answers.
const MOST_WORDS: usize = 12;
