//! Blanks that are answered with words: the possible words, and the right one.

use crate::lang::value::Value;
use crate::questions::entry::{Blank, Form};

/// The possible answers for a blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Words {
    /// Yes for this word, no for any other word, and `-` if the fact has no value.
    YesNo {
        /// The fact's word for yes.
        yes: &'static str,
        /// Whether `none` means that no lookup took place, in which case the answer is `-`.
        not_looked_up: bool,
    },
    /// One of these.
    OneOf(Vec<&'static str>),
}

impl Words {
    /// Returns the words for a blank whose answer is a word, or `None` for other blanks. `bare` means that
    /// no kernel handles faults.
    pub(crate) fn for_blank(blank: &Blank, bare: bool) -> Option<Self> {
        let Form::Words(words) = blank.form else {
            return None;
        };
        Some(if words.contains(&"hit") {
            Self::YesNo {
                yes: "hit",
                not_looked_up: true,
            }
        } else if &*blank.fact == "fault" && bare {
            Self::YesNo {
                yes: "page",
                not_looked_up: false,
            }
        } else if let [yes @ ("yes" | "true"), _] = words {
            Self::YesNo {
                yes,
                not_looked_up: false,
            }
        } else {
            // Omit words that only scripts or only the hardware use.
            let stated = |word: &&&str| !matches!(**word, "normal" | "any" | "page");
            Self::OneOf(words.iter().filter(stated).copied().collect())
        })
    }

    /// Returns the possible answers: `Y`, `N`, and `-`, or the words.
    pub(crate) fn options(&self, blank: &Blank) -> Vec<String> {
        let words = match self {
            Self::YesNo { .. } => vec!["Y", "N"],
            Self::OneOf(words) => words.clone(),
        };
        let mut options: Vec<String> = words.into_iter().map(str::to_owned).collect();
        // A value, unlike a fact, always exists.
        if !blank.fact.is_empty() {
            options.push("-".to_owned());
        }
        options
    }

    /// Whether the right answer to a question of yes or no is `-`.
    pub(crate) fn is_missing(&self, blank: &Blank) -> bool {
        let Self::YesNo { not_looked_up, .. } = self else {
            return false;
        };
        match &blank.key {
            None => true,
            Some(key) => *not_looked_up && key.value == Value::from("none"),
        }
    }

    /// Returns the right option, or the key itself if it is not an option.
    pub(crate) fn right(&self, blank: &Blank) -> String {
        let answer = blank.answer();
        let word = match self {
            Self::OneOf(_) => return answer,
            // x86 raises the same exception, #PF, for missing pages and for protection violations.
            Self::YesNo { yes, .. } if answer == *yes || answer == "protection" => "Y",
            Self::YesNo {
                not_looked_up: true,
                ..
            } if answer == "none" => "-",
            Self::YesNo { .. } if answer == "-" => "-",
            Self::YesNo { .. } => "N",
        };
        word.to_owned()
    }
}
