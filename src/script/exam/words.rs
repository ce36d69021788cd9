//! Blanks that are answered in words: which words there are, and which of them is right.

use crate::questions::entry::{Blank, Form};

/// How the words of a blank are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Words {
    /// Yes for this word, no for any other; `-` where there is nothing to say.
    YesNo {
        /// The fact's word that means yes.
        yes: &'static str,
        /// `none` means that it was not looked up, which is answered with `-`.
        not_looked_up: bool,
    },
    /// One of these.
    OneOf(Vec<&'static str>),
}

impl Words {
    /// The words that answer a blank, if it takes words; `bare` if no kernel handles faults.
    pub(crate) fn for_blank(blank: &Blank, bare: bool) -> Option<Self> {
        let Form::Words(words) = blank.form else { return None };
        Some(if words.contains(&"hit") {
            Self::YesNo { yes: "hit", not_looked_up: true }
        } else if &*blank.fact == "fault" && bare {
            Self::YesNo { yes: "page", not_looked_up: false }
        } else {
            // What only a script may state, and what hardware alone reports.
            let stated = |word: &&&str| !matches!(**word, "normal" | "any" | "page");
            Self::OneOf(words.iter().filter(stated).copied().collect())
        })
    }

    /// What can be written: `Y`, `N` and `-`, or the words.
    pub(crate) fn options(&self, blank: &Blank) -> Vec<String> {
        let words = match self {
            Self::YesNo { .. } => vec!["Y", "N"],
            Self::OneOf(words) => words.clone(),
        };
        let mut options: Vec<String> = words.into_iter().map(str::to_owned).collect();
        // A value exists always, a fact does not.
        if !blank.fact.is_empty() {
            options.push("-".to_owned());
        }
        options
    }

    /// What is right, as one of the options; a word of its own where the key is none of them.
    pub(crate) fn right(&self, blank: &Blank) -> String {
        let answer = blank.answer();
        let word = match self {
            Self::OneOf(_) => return answer,
            Self::YesNo { yes, .. } if answer == *yes || answer == "protection" => "Y",
            Self::YesNo { not_looked_up: true, .. } if answer == "none" => "-",
            Self::YesNo { .. } if answer == "-" => "-",
            Self::YesNo { .. } => "N",
        };
        word.to_owned()
    }
}
