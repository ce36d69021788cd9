//! Papers.

use crate::lang::idioms::rows::{Idiom, REMOVED, row};

const PART: &str = "a part needs a name in quotes and a block";
const COVER: &str = "the text of the cover must be in the braces of `exam`";

pub(super) const PAPERS: &[Idiom] = &[
    // Papers.
    row(
        &["part NAME) REST", "part (NAME) REST", "(NAME) ask REST"],
        "part \"NAME\" { REST }",
        PART,
        "write `part \"a\" { ask 0x10 => vpn }`",
    ),
    row(
        &["NAME) ask REST", "NAME. ask REST"],
        "part \"NAME\" { ask REST }",
        PART,
        "write `part \"a\" { ask 0x10 => vpn }`",
    ),
    row(
        &[
            "fill REST",
            "blank REST",
            "find REST",
            "determine REST",
            "compute REST",
            "give REST",
            "solve REST",
        ],
        "ask REST",
        "`ask` makes a blank",
        "write `ask 0x10 => vpn`",
    ),
    row(
        &["multiple choice REST", "single choice REST"],
        "choice REST",
        "a question with options is a `choice`",
        "write `choice \"2 + 2?\" { correct \"4\"; wrong \"5\" }`",
    ),
    row(
        &[
            "figure bits of A",
            "figure bits(A)",
            "draw bits A",
            "bits A",
        ],
        "figure bits A",
        "`figure` needs the kind of figure",
        "write `figure bits 0x3D4`",
    ),
    row(
        &["figure VALUE"],
        "figure bits VALUE",
        "`figure` needs the kind of figure",
        "write `figure bits 0x3D4`",
    ),
    row(
        &[
            "rubric TEXT : A",
            "rubric TEXT (A points)",
            "rubric TEXT A points",
            "rubric TEXT = A",
            "rubric TEXT A",
        ],
        "rubric TEXT points A",
        "points have the form `points N`",
        "write `essay \"Why?\" { rubric \"because\" points 2 }`",
    ),
    row(
        &[
            "exam : TEXT",
            "exam TEXT",
            "title TEXT",
            "title : TEXT",
            "title = TEXT",
        ],
        "exam { title TEXT }",
        COVER,
        "write `exam { title \"Midterm\" }`",
    ),
    row(
        &["exam : NAME", "exam NAME", "title : NAME"],
        "exam { title \"NAME\" }",
        COVER,
        "write `exam { title \"Midterm\" }`",
    ),
    row(
        &["course TEXT", "course : TEXT"],
        "exam { course TEXT }",
        COVER,
        "write `exam { course \"CS 213\" }`",
    ),
    row(
        &[
            "variants REST",
            "versions REST",
            "students REST",
            "roster REST",
        ],
        "",
        "to generate versions, run `pagewalk exam FILE --variants 5`",
        "remove the line",
    ),
    row(
        &["choose NAME where REST", "choose NAME"],
        "",
        "a `choose` needs the values to draw from",
        "write `choose va in 0..64 where read va => tlb miss`",
    ),
    row(
        &[
            "seed = A",
            "seed : A",
            "seed(A)",
            "random.seed(A)",
            "srand(A)",
            "random_seed = A",
            "set seed A",
            "seed is A",
        ],
        "seed A",
        "`seed` must be followed by a number",
        "write `seed 42`",
    ),
    row(
        &["choose NAME in A where B"],
        "choose NAME in A where read NAME => B",
        "in `where`, an expectation must follow an access and `=>`",
        "write `choose va in 0..64 where read va => tlb miss`",
    ),
    row(
        &[
            "answer REST",
            "answers REST",
            "key REST",
            "ans REST",
            "correct_answer REST",
            "feedback REST",
        ],
        REMOVED,
        "a script needs no answer key: Pagewalk computes it",
        "remove the line; to mark the correct option of a `choice`, use `correct \"…\"`",
    ),
    row(
        &[
            "A) TEXT", "A. TEXT", "(A) TEXT", "- TEXT", "* TEXT", "[ ] TEXT", "TEXT",
        ],
        "",
        "an option of a `choice` must begin with `correct` or `wrong`",
        "write `choice \"2 + 2?\" { correct \"4\"; wrong \"5\" }`",
    ),
    row(
        &["question TEXT { REST"],
        "part TEXT { REST",
        "a question can contain parts, but not questions",
        "write `part \"a\" { ask 0x10 => vpn }`",
    ),
];
