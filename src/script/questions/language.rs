//! The language with exams: the core's rows, and the rows of `exam`, `question`, and their statements.

use super::ask::{check_ask, run_ask};
use super::commands::UNITS_OF_LENGTH;
use super::papers::{close_sheet, exam_mut, unsure_of_question};
use super::question::{
    check_given, check_part, check_question, end_part, run_given, run_part, run_question,
};
use super::settings::{
    ARRANGEMENT_SETTINGS, CHOICE_SETTINGS, COVER_SETTINGS, ESSAY_SETTINGS, NOTATION_SETTINGS,
    TABLE_SETTINGS,
};
use super::{author_table, choice, commands, figures};
use crate::lang::ast::{Stmt, StmtKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::visit::statements;
use crate::run::bind::Param::{Keyword, OneOf, Optional, Ways};
use crate::run::bind::{N, POINTS, PROSE, TEXT, settings};
use crate::run::facts::Family;
use crate::run::name_table::NameTable;
use crate::run::session::{Checker, Cx, Extension, Language, Options, Run, Verb};
use crate::run::settings::{BLOCKS, BlockRow};
use crate::run::stop::Stop;
use crate::run::verbs::VERBS;

/// The whole language.
pub static LANGUAGE: Language = Language {
    verbs: NameTable::new(&[VERBS, PAPER_VERBS], |verb| verb.name),
    blocks: NameTable::new(&[BLOCKS, PAPER_BLOCKS], |block| block.name),
    extension: &Papers,
};

/// The default options use the whole language.
impl Default for Options {
    fn default() -> Self {
        Self::new(&LANGUAGE)
    }
}

/// The verbs that exams add.
pub(crate) static PAPER_VERBS: &[Verb] = &[
    Verb {
        name: "exam",
        params: &[settings(
            "title, course, term, date, duration, aids, instructions, radix hex|decimal|binary, addressable byte|word, layout pages|continuous, pool TEXT pick N of [TEXT, …], shuffle questions|options",
        )],
        help: "sets the cover and structure of an exam paper",
        example: "exam { title \"Final\", duration 90 min, shuffle options }",
        family: Family::None,
        prepare: commands::exam,
    },
    Verb {
        name: "text",
        params: &[PROSE],
        help: "adds prose to a question: `{EXPR}` in `\"\"\"…\"\"\"` prints a value, `{{` prints a brace, and text between fences of three backticks is code as written",
        example: "question \"Q\" { text \"Name the page.\"; ask 0x10 => vpn }",
        family: Family::None,
        prepare: commands::text,
    },
    Verb {
        name: "solution",
        params: &[PROSE],
        help: "adds a worked solution to the previous item",
        example: "question \"Q\" { ask \"Sum\" = 2 + 2; solution \"Add the numbers.\" }",
        family: Family::None,
        prepare: commands::solution,
    },
    Verb {
        name: "space",
        params: &[N, OneOf(UNITS_OF_LENGTH)],
        help: "adds empty space to a printed question, for the students' work",
        example: "question \"Q\" { ask 0x10 => vpn; space 4 cm }",
        family: Family::None,
        prepare: commands::space,
    },
    Verb {
        name: "figure",
        params: &[Ways(figures::WAYS)],
        help: "adds a figure to a question, or shows a figure outside questions",
        example: "question \"Q\" { figure bits 0x10; ask 0x10 => vpn }",
        family: Family::None,
        prepare: figures::figure,
    },
    Verb {
        name: "choice",
        params: &[
            TEXT,
            Optional(&[Keyword("points"), POINTS]),
            settings(
                "correct TEXT [when COND]; wrong TEXT; option TEXT where COND; answers FACT of OP; tick one",
            ),
        ],
        help: "asks a multiple-choice question",
        example: "question \"Q\" { choice \"2 + 2?\" { correct \"4\"; wrong \"5\" } }",
        family: Family::None,
        prepare: choice::choice,
    },
    Verb {
        name: "table",
        params: &[
            TEXT,
            Optional(&[Keyword("points"), POINTS]),
            settings("columns TEXT…; row EXPR…"),
        ],
        help: "asks for the missing cells of a table",
        example: "question \"Q\" { table \"Sizes\" { columns \"bits\" \"bytes\"; row 4 ? = 16 } }",
        family: Family::None,
        prepare: author_table::table,
    },
    Verb {
        name: "essay",
        params: &[
            TEXT,
            Optional(&[Keyword("space"), N, OneOf(UNITS_OF_LENGTH)]),
            Optional(&[Keyword("points"), POINTS]),
            settings("rubric TEXT points N"),
        ],
        help: "asks a question that students answer in words",
        example: "question \"Q\" { essay \"Why?\" space 4 cm }",
        family: Family::None,
        prepare: commands::essay,
    },
];

/// The blocks of settings that exams add.
const PAPER_BLOCKS: &[BlockRow] = &[
    BlockRow::new("exam", "`exam { … }`", || {
        [COVER_SETTINGS, NOTATION_SETTINGS, ARRANGEMENT_SETTINGS].concat()
    }),
    BlockRow::new("choice", "`choice TEXT { … }`", || {
        CHOICE_SETTINGS.to_vec()
    }),
    BlockRow::new("table", "`table TEXT { … }`", || TABLE_SETTINGS.to_vec()),
    BlockRow::new("essay", "`essay TEXT { … }`", || ESSAY_SETTINGS.to_vec()),
];

/// Performs `question`, `part`, `given`, and `ask`.
struct Papers;

impl Extension for Papers {
    fn run(&self, run: &mut Run, stmt: &Stmt) -> Result<(), Stop> {
        match &*stmt.kind {
            StmtKind::Question {
                title,
                points,
                body,
            } => run_question(run, stmt, title, points.as_ref(), body),
            StmtKind::Part { name, points, body } => {
                run_part(run, stmt, name, points.as_ref(), body)
            }
            StmtKind::Given { place, nouns } => run_given(run, stmt, *place, nouns),
            StmtKind::Ask(ask) => run_ask(run, stmt, ask),
            _ => run.begin(stmt),
        }
    }

    fn check(&self, checker: &mut Checker, stmt: &Stmt) -> Result<(), Stop> {
        match &*stmt.kind {
            StmtKind::Question {
                title,
                points,
                body,
            } => check_question(checker, title, points.as_ref(), body),
            StmtKind::Part { name, points, body } => {
                check_part(checker, name, points.as_ref(), body)
            }
            StmtKind::Given { place, nouns } => check_given(&mut checker.cx, *place, nouns),
            StmtKind::Ask(ask) => check_ask(&mut checker.cx, stmt, ask),
            _ => Ok(()),
        }
    }

    fn end(&self, cx: &mut Cx, word: &'static str) -> Result<(), Stop> {
        match word {
            "part" => end_part(cx),
            _ => close_sheet(cx).map_or(Ok(()), |sheet| Ok(sheet.close()?)),
        }
    }

    fn leave(&self, cx: &mut Cx) {
        close_sheet(cx);
    }

    fn note_uncertain(&self, cx: &mut Cx) {
        unsure_of_question(cx);
    }

    fn draws_sets(&self, script: &[Stmt]) -> bool {
        statements(script).any(figures::draws_sets)
    }

    fn finish_check(&self, cx: &mut Cx) -> Vec<Diagnostic> {
        let exam = exam_mut(cx);
        exam.arrangement
            .take()
            .map_or_else(Vec::new, |arrangement| arrangement.wrong(&exam.questions))
    }
}

#[cfg(test)]
mod tests {
    use super::LANGUAGE;
    use crate::lang::include::read_text;
    use crate::run::session::Options;
    use crate::run::state::Binding;
    use crate::run::{Checkpoints, Files, state_at};

    #[test]
    fn each_verb_has_a_different_name() {
        for verb in LANGUAGE.verbs() {
            assert!(
                LANGUAGE
                    .verb(verb.name)
                    .is_some_and(|found| std::ptr::eq(found, verb)),
                "{}",
                verb.name
            );
        }
        assert!(LANGUAGE.verb("").is_none() && LANGUAGE.verb("reads").is_none());
    }

    #[test]
    fn the_state_within_a_part_of_a_question_is_known() {
        let text = "question \"a\" { let x = 5; part \"b\" { let x = 6; ask x } }";
        let (sources, script, _) = read_text("q.pw", text, &mut ());
        let at = text.len() - 4;
        let state = state_at(
            &script.body,
            &sources,
            &Files::default(),
            Options::default(),
            at,
            &mut Checkpoints::default(),
        );
        assert!(matches!(state.find("x"), Some(Binding::Value(value)) if value.to_string() == "6"));
    }
}
