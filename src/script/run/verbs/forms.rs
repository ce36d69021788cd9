//! The registry of statements with a special form.

use crate::run::bind::Param::{
    self, Arrow, Comma, Equals, Keyword, Literal, OneOf, Optional, Ways,
};
use crate::run::bind::{
    BLOCK_NAME, COND, DEFINITION, ETC, EXPR, FACT, FACTS, LABEL, LIST, N, NOUN, OP, PAGES, POINTS,
    RANGE, SCRIPT, STATEMENT, STATEMENTS, TITLE, TRACE, UNIT, VA, VARIABLE, settings,
};

/// A word that begins a statement with a special form, which the grammar defines.
pub struct Form {
    /// The keyword of the form, or one of the patterns `NAME` and `NAME:`.
    pub name: &'static str,
    /// The form's parameters.
    pub params: &'static [Param],
    pub(crate) help: &'static str,
    /// Whether the statement belongs in a question.
    pub(crate) in_question: bool,
}

impl Form {
    pub(crate) fn named(word: &str) -> Option<&'static Self> {
        FORMS
            .iter()
            .find(|form| form.name == word && !form.is_pattern())
    }

    /// Whether the form's name is a pattern instead of a word.
    pub fn is_pattern(&self) -> bool {
        self.name.starts_with("NAME")
    }
}

const fn form(name: &'static str, params: &'static [Param], help: &'static str) -> Form {
    Form {
        name,
        params,
        help,
        in_question: false,
    }
}

const fn of_question(name: &'static str, params: &'static [Param], help: &'static str) -> Form {
    Form {
        in_question: true,
        ..form(name, params, help)
    }
}

/// Words that begin a statement with a special form, which the grammar defines.
pub const FORMS: &[Form] = &[
    form(
        "let",
        &[VARIABLE, Equals, EXPR],
        "assigns a value to a name",
    ),
    form(
        "choose",
        &[Ways(&[
            &[
                VARIABLE,
                Keyword("in"),
                OneOf(&[RANGE, LIST]),
                Keyword("where"),
                COND,
            ],
            &[Keyword("where"), OP, Arrow, FACTS],
        ])],
        "draws a random value that meets every condition",
    ),
    form(
        "for",
        &[VARIABLE, Keyword("in"), OneOf(&[RANGE, LIST]), STATEMENTS],
        "runs the block for each value",
    ),
    form("repeat", &[N, STATEMENTS], "runs the block N times"),
    form(
        "if",
        &[COND, STATEMENTS, Keyword("else"), STATEMENTS],
        "runs the first block if the condition holds, and otherwise the second block",
    ),
    form("def", &[DEFINITION, STATEMENTS], "defines a new statement"),
    form("include", &[SCRIPT], "runs the statements of another file"),
    form(
        "scenario",
        &[BLOCK_NAME, STATEMENTS],
        "runs the block on a copy of the state, then discards the copy",
    ),
    form(
        "probe",
        &[Ways(&[&[OP], &[VA]])],
        "reports an operation's facts without changing anything",
    ),
    form("NAME:", &[STATEMENT], "runs the statement in process NAME"),
    form("NAME", &[STATEMENTS], "runs the block in process NAME"),
    form(
        "question",
        &[TITLE, Optional(&[Keyword("points"), POINTS]), STATEMENTS],
        "asks an exam question; its statements run on a copy of the state",
    ),
    of_question(
        "part",
        &[
            BLOCK_NAME,
            Optional(&[Keyword("points"), POINTS]),
            STATEMENTS,
        ],
        "declares a part of a question",
    ),
    of_question(
        "given",
        &[NOUN, Optional(&[Keyword("columns"), ETC]), Comma, ETC],
        "shows tables and other state in a question",
    ),
    of_question(
        "ask",
        &[Ways(&[
            &[OP, Arrow, FACT, Comma, ETC],
            &[
                LABEL,
                Equals,
                EXPR,
                Optional(&[Keyword("round"), N]),
                Optional(&[Keyword("unit"), UNIT]),
            ],
            &[NOUN, Keyword("columns"), ETC],
            &[Keyword("steps"), Optional(&[Literal("all")])],
            &[VARIABLE, Keyword("in"), LIST, Keyword("where"), ETC],
        ])],
        "asks for facts, optionally with `radix hex|decimal|binary` and `points N`, and a table with `marks by row|column`",
    ),
    form(
        "reference",
        &[
            OneOf(&[PAGES, TRACE]),
            settings("frames N, replacement P, …"),
        ],
        "simulates page replacement on a reference string, or on the pages of a memory trace",
    ),
];
