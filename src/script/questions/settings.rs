//! Settings in the blocks of `exam`, `choice`, and `essay`.

use crate::run::bind::Param::{self, Keyword, Many, Optional, Unit, Words};
use crate::run::bind::words_of;
use crate::run::bind::{
    COND, EXPR, FACT, ID, LIST, N, OP, POINTS, RANGE, STUDENT, TEXT, TITLED, TITLES, VARIABLE,
};
use crate::run::settings::SettingWord;

use super::radix::RADIXES;

const fn once(name: &'static str, params: &'static [Param], help: &'static str) -> SettingWord {
    SettingWord {
        name,
        params,
        help,
        repeats: false,
        is_path: false,
    }
}

const fn often(name: &'static str, params: &'static [Param], help: &'static str) -> SettingWord {
    SettingWord {
        repeats: true,
        ..once(name, params, help)
    }
}

/// A kind of finding about versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Uneven,
    Same,
    Repeated,
    Ambiguous,
    Printed,
    Guessable,
    Readable,
}

/// The words for the findings in `accept`.
pub(crate) const FINDINGS: [(&str, Finding); 7] = [
    ("uneven", Finding::Uneven),
    ("same", Finding::Same),
    ("repeated", Finding::Repeated),
    ("ambiguous", Finding::Ambiguous),
    ("printed", Finding::Printed),
    ("guessable", Finding::Guessable),
    ("readable", Finding::Readable),
];

/// Cover settings of `exam`.
pub(crate) const COVER_SETTINGS: &[SettingWord] = &[
    once("title", &[TEXT], "title of the exam"),
    once("course", &[TEXT], "course of the exam"),
    once("term", &[TEXT], "term of the course"),
    once("date", &[TEXT], "date of the exam"),
    once("duration", &[N, Unit("min")], "duration of the exam"),
    once("aids", &[TEXT], "permitted aids"),
    once(
        "instructions",
        &[TEXT],
        "instructions on the first page, by default about writing the answers (`\"\"` omits them)",
    ),
];

/// Notation settings of `exam`.
pub(crate) const NOTATION_SETTINGS: &[SettingWord] = &[
    once(
        "radix",
        &[Words(words_of!(RADIXES.0))],
        "radix of the answers, addresses, and tables of all questions; an `ask` can override it",
    ),
    once(
        ADDRESSABLE,
        &[Words(&ADDRESSABLE_UNITS)],
        "whether papers call the unit of memory at each address a byte (the default) or a word",
    ),
    once(
        "layout",
        &[Words(&LAYOUTS)],
        "whether each question starts on a new page (the default) or follows the question before it",
    ),
];

/// The layouts that `layout` accepts.
pub(crate) const LAYOUTS: [&str; 2] = ["pages", "continuous"];

/// The setting of `exam` that names the unit of memory at each address. It changes only the words
/// of a paper. A simulated memory of words would need a width for each cell, and questions about
/// word-addressable memory ask about addresses, not about contents.
pub(crate) const ADDRESSABLE: &str = "addressable";

/// The units that `addressable` accepts.
pub(crate) const ADDRESSABLE_UNITS: [&str; 2] = ["byte", "word"];

/// Arrangement settings of `exam`.
pub(crate) const ARRANGEMENT_SETTINGS: &[SettingWord] = &[
    often(
        "pool",
        &[TEXT, Keyword("pick"), N, Keyword("of"), TITLES],
        "a pool of question titles; each paper gets N of the questions",
    ),
    often(
        "shuffle",
        &[Many(&Words(&["questions", "options"]))],
        "what each version shuffles: the questions, the options of multiple-choice questions, or both",
    ),
    once(
        "questions",
        &[TITLES],
        "question titles of this paper, in order",
    ),
    often(
        "options",
        &[TITLED, LIST],
        "order of a multiple-choice question's options, numbered from 0",
    ),
    often(
        "accept",
        &[
            Words(words_of!(FINDINGS.0)),
            Optional(&[Keyword("of"), TITLED]),
            Keyword("because"),
            TEXT,
        ],
        "a finding of `--check` that is intended, of one question or of all, with the reason",
    ),
    once("version", &[TEXT], "code of this version"),
    once("student", &[ID, STUDENT], "student who receives this paper"),
];

/// The options of a `choice`.
pub(crate) const CHOICE_SETTINGS: &[SettingWord] = &[
    often(
        "correct",
        &[TEXT, Optional(&[Keyword("when"), COND])],
        "a correct option; with `when`, correct only if the condition holds",
    ),
    often("wrong", &[TEXT], "a wrong option"),
    often(
        "option",
        &[
            TEXT,
            Optional(&[Keyword("for"), VARIABLE, Keyword("in"), RANGE]),
            Optional(&[Keyword("where"), COND]),
        ],
        "an option that is correct if the condition holds (with `for`: if it holds for at least one value); after `answers possible of \
         outputs p`, an output that is correct if it is possible",
    ),
    once(
        "tick",
        &[Keyword("one")],
        "exactly one option must be correct, and the paper asks students to tick one",
    ),
    often(
        "answers",
        &[FACT, Keyword("of"), OP],
        "one option for the correct value, and options for the values that result from common mistakes",
    ),
];

/// The contents of a `table`.
pub(crate) const TABLE_SETTINGS: &[SettingWord] = &[
    once(
        "columns",
        &[Many(&Optional(&[
            TEXT,
            Optional(&[Keyword("radix"), Words(words_of!(RADIXES.0))]),
            Optional(&[Keyword("digits"), N]),
        ]))],
        "column titles, each with an optional radix (default: decimal) and number of digits",
    ),
    often(
        "row",
        &[Many(&EXPR)],
        "cells of a row, from left to right; `? = EXPR` is a cell to fill in",
    ),
];

/// The rubric of an `essay`.
pub(crate) const ESSAY_SETTINGS: &[SettingWord] = &[often(
    "rubric",
    &[TEXT, Optional(&[Keyword("points"), POINTS])],
    "a required element of an answer, with its points",
)];
