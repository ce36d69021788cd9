//! Settings in the blocks of `exam`, `choice`, and `essay`.

use crate::run::params::Param::{self, Keyword, Many, Optional, Unit, Words};
use crate::run::params::{COND, FACT, ID, LIST, N, OP, POINTS, STUDENT, TEXT, TITLED, TITLES};
use crate::run::settings::SettingWord;

const fn once(name: &'static str, params: &'static [Param], help: &'static str) -> SettingWord {
    SettingWord { name, params, help, repeats: false }
}

const fn often(name: &'static str, params: &'static [Param], help: &'static str) -> SettingWord {
    SettingWord { name, params, help, repeats: true }
}

/// Cover settings of `exam`.
pub(crate) const COVER_SETTINGS: &[SettingWord] = &[
    once("title", &[TEXT], "title of the exam"),
    once("course", &[TEXT], "course of the exam"),
    once("duration", &[N, Unit("min")], "duration of the exam"),
    once("aids", &[TEXT], "permitted aids"),
];

/// Arrangement settings of `exam`.
pub(crate) const ARRANGEMENT_SETTINGS: &[SettingWord] = &[
    often(
        "pool",
        &[TEXT, Keyword("pick"), N, Keyword("of"), TITLES],
        "titles of questions; each paper has some of them",
    ),
    often(
        "shuffle",
        &[Many(&Words(&["questions", "options"]))],
        "shuffle the questions, or the options of choices, in each version",
    ),
    once("questions", &[TITLES], "titles of the questions of this paper, in order"),
    often("options", &[TITLED, LIST], "order of a choice's options, from 0"),
    once("version", &[TEXT], "code of this version"),
    once("student", &[ID, STUDENT], "student who has this paper"),
];

/// The options of a `choice`.
pub(crate) const CHOICE_SETTINGS: &[SettingWord] = &[
    often(
        "correct",
        &[TEXT, Optional(&[Keyword("when"), COND])],
        "a correct option, or one that is correct if the condition holds",
    ),
    often("wrong", &[TEXT], "a wrong option"),
    often("answers", &[FACT, Keyword("of"), OP], "the fact's value and the values that usual mistakes give"),
];

/// The rubric of an `essay`.
pub(crate) const ESSAY_SETTINGS: &[SettingWord] = &[often(
    "rubric",
    &[TEXT, Optional(&[Keyword("points"), POINTS])],
    "something that an answer must contain, and its points",
)];
