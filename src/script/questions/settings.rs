//! What stands in the blocks of `exam`, `choice` and `essay`.

use crate::run::params::Param::{self, Keyword, Many, Optional, Unit, Words};
use crate::run::params::{COND, FACT, ID, LIST, N, OP, POINTS, STUDENT, TEXT, TITLED, TITLES};
use crate::run::settings::SettingWord;

const fn once(name: &'static str, params: &'static [Param], help: &'static str) -> SettingWord {
    SettingWord { name, params, help, repeats: false }
}

const fn often(name: &'static str, params: &'static [Param], help: &'static str) -> SettingWord {
    SettingWord { name, params, help, repeats: true }
}

/// What `exam` says of the cover.
pub(crate) const COVER_SETTINGS: &[SettingWord] = &[
    once("title", &[TEXT], "what the exam is called"),
    once("course", &[TEXT], "the course that it is of"),
    once("duration", &[N, Unit("min")], "how long it takes"),
    once("aids", &[TEXT], "what may be used"),
];

/// What `exam` says of the arrangement of the paper.
pub(crate) const ARRANGEMENT_SETTINGS: &[SettingWord] = &[
    often(
        "pool",
        &[TEXT, Keyword("pick"), N, Keyword("of"), TITLES],
        "questions, by their titles, of which only some are on a paper",
    ),
    often(
        "shuffle",
        &[Many(&Words(&["questions", "options"]))],
        "each version has the questions, or the options of a choice, in another order",
    ),
    once("questions", &[TITLES], "the questions of this paper, by their titles, in their order"),
    often("options", &[TITLED, LIST], "the order of a choice's options, from 0"),
    once("version", &[TEXT], "the code of this version"),
    once("student", &[ID, STUDENT], "whose paper it is"),
];

/// The options of a `choice`.
pub(crate) const CHOICE_SETTINGS: &[SettingWord] = &[
    often(
        "correct",
        &[TEXT, Optional(&[Keyword("when"), COND])],
        "an option that is right, or is while the condition is true",
    ),
    often("wrong", &[TEXT], "an option that is wrong"),
    often("answers", &[FACT, Keyword("of"), OP], "the fact as it is, and as usual mistakes would have it"),
];

/// What an `essay` is marked by.
pub(crate) const ESSAY_SETTINGS: &[SettingWord] = &[often(
    "rubric",
    &[TEXT, Optional(&[Keyword("points"), POINTS])],
    "what an answer must have, and what that is worth",
)];
