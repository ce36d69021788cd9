//! Seeds and codes of a paper's versions. All seeds derive from one seed, so that a version does not depend
//! on the number of versions or on other students.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::version::{Student, Version};
use crate::lang::ast::{Block, Command, Expr, ExprKind, Setting, Stmt, StmtKind};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::lang::visit::{Visit, statements, walk_setting};
use crate::run::Files;
use crate::run::seeds::{draws, mixed, mixed_text};

/// Characters of codes. No two characters look alike. Without vowels, a code cannot be a word, or a month or
/// number that a spreadsheet would convert. The first [`DIGITS`] characters are digits.
const ALPHABET: &[u8] = b"34679CDFGHJKMNPQRTVWXY";
/// Number of digits in the alphabet. No code begins with a digit.
const DIGITS: usize = 5;
/// Length of a code in characters.
const CODE: usize = 5;
/// Maximum number of codes that a version may have to skip because other versions have them.
const SKIPPED: u64 = 16;
/// Salt that separates the seeds for students from those for numbered versions.
const STUDENTS: u64 = 0x5354_5544_454E_5453;

/// The keyword of policies that make random choices at run time.
const RANDOM: &str = "random";

/// A series of versions.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// The seed from which all version seeds derive.
    seed: u64,
    /// A hash of the script.
    text: u64,
}

impl Series {
    /// Creates the series for an exam, or for the make-up exam with this number, counted from 1. The exam
    /// itself has number 0.
    pub fn new(seed: u64, make_up: u64, sources: &Sources) -> Self {
        let text = sources
            .files()
            .fold(0, |text, file| mixed_text(text, &file.text));
        Self {
            seed: mixed(seed, make_up),
            text,
        }
    }

    /// Returns the versions 1 to `count`.
    pub fn numbered(self, count: u64) -> Vec<Version> {
        self.range(1..=count)
    }

    /// Returns the versions with these numbers, whose seeds do not depend on the range.
    pub fn range(self, numbers: RangeInclusive<u64>) -> Vec<Version> {
        self.versions(numbers.map(|number| (mixed(self.seed, number), None)))
    }

    /// Returns one version per student, with a seed derived from the student's ID.
    pub fn of_students(self, students: Vec<Student>) -> Vec<Version> {
        let own = mixed(self.seed, STUDENTS);
        self.versions(
            students
                .into_iter()
                .map(|student| (mixed_text(own, &student.id), Some(student))),
        )
    }

    /// Returns versions with these seeds and with distinct codes.
    fn versions(self, each: impl Iterator<Item = (u64, Option<Student>)>) -> Vec<Version> {
        let mut given = BTreeSet::new();
        let versions = each.map(|(seed, student)| {
            let code = (0..u64::MAX)
                .map(|attempt| self.code(seed, attempt))
                .find(|code| given.insert(code.clone()));
            Version {
                code: code.unwrap_or_default(),
                seed,
                student,
            }
        });
        versions.collect()
    }

    /// Whether a version with this seed can have this code. A code also depends on the script, so the answer is no if
    /// the script has changed.
    pub fn may_have_code(self, seed: u64, code: &str) -> bool {
        (0..=SKIPPED).any(|attempt| self.code(seed, attempt) == code)
    }

    /// Returns the code of a version. The code is much shorter than the seed and also depends on the script,
    /// so it reveals neither the seed nor the script.
    fn code(self, seed: u64, attempt: u64) -> String {
        let mut below = draws(mixed(mixed(self.text, seed), attempt));
        let code = (0..CODE).map(|at| {
            let from = if at == 0 { DIGITS } else { 0 };
            let pick = below((ALPHABET.len() - from) as u64) as usize;
            char::from(ALPHABET[from + pick])
        });
        code.collect()
    }
}

/// Returns the seed that the script sets before its first question.
pub fn declared_seed(script: &Block) -> Option<u64> {
    let mut before = script
        .iter()
        .take_while(|stmt| !matches!(*stmt.kind, StmtKind::Question { .. }));
    before.find_map(seed_of)
}

/// Returns all seeds that the script sets.
pub fn declared_seeds(script: &Block) -> Vec<u64> {
    statements(script).filter_map(seed_of).collect()
}

fn seed_of(stmt: &Stmt) -> Option<u64> {
    match &*stmt.kind {
        StmtKind::Command(Command { verb, operands, .. }) if &*verb.text == "seed" => {
            number(operands.first()?)
        }
        _ => None,
    }
}

/// Whether the papers of a script depend on the seed, because the script draws values, shuffles or selects
/// questions, or uses a random policy.
pub fn depends_on_seed(script: &Block, sources: &Sources, files: &Files) -> bool {
    let draws = statements(script).any(|stmt| match &*stmt.kind {
        StmtKind::Choose { .. } => true,
        StmtKind::Command(command) if &*command.verb.text == "exam" => {
            let settings = command.block.iter().flat_map(|block| &*block.settings);
            settings
                .into_iter()
                .any(|setting| matches!(&*setting.name.text, "pool" | "shuffle"))
        }
        _ => false,
    });
    draws || has_random_policy(script, sources, files)
}

/// Whether a machine, a kernel, or a reference string makes random choices at run time.
pub(super) fn has_random_policy(script: &Block, sources: &Sources, files: &Files) -> bool {
    struct Policies(bool);
    impl<'s> Visit<'s> for Policies {
        fn visit_setting(&mut self, setting: &'s Setting) {
            let is_random =
                |value: &Expr| matches!(&value.kind, ExprKind::Name(word) if &**word == RANDOM);
            self.0 |= setting.values.iter().any(is_random);
            walk_setting(self, setting);
        }
    }
    let mut policies = Policies(false);
    script.iter().for_each(|stmt| policies.visit_stmt(stmt));
    policies.0
        || files
            .machine_texts(sources)
            .any(|text| text.contains(RANDOM))
}

/// The message for a text that is not a seed.
pub const NOT_A_SEED: &str = "a seed must be a number from 0 to 2^64-1, and a hexadecimal one begins with `0x`; the list that `pagewalk exam --output` wrote (NAME.versions.csv) \
                              has the seeds of the versions";

/// Parses a seed in the notation of version lists: decimal, or hexadecimal with a prefix.
pub fn parse(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn number(expr: &Expr) -> Option<u64> {
    match &expr.kind {
        ExprKind::Value(Value::Number(number)) | ExprKind::Quantity(Value::Number(number), _) => {
            u64::try_from(number.as_integer()?).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ALPHABET, DIGITS, Series, parse};
    use crate::exam::version::Student;
    use crate::lang::source::Sources;

    #[test]
    fn seeds_are_decimal_or_hexadecimal() {
        assert_eq!(
            ["12", "0xFF", "0Xff"].map(parse),
            [Some(12), Some(255), Some(255)]
        );
        assert_eq!(parse("18446744073709551615"), Some(u64::MAX));
        assert_eq!(
            ["", "-1", "0x", "18446744073709551616", "x"].map(parse),
            [None; 5]
        );
    }

    fn series(seed: u64, make_up: u64) -> Series {
        let mut sources = Sources::default();
        sources.add("a.pw", None, "question \"q\" { ask \"1\" = 1 }");
        Series::new(seed, make_up, &sources)
    }

    fn student(id: &str) -> Student {
        Student {
            id: id.to_owned(),
            name: String::new(),
        }
    }

    #[test]
    fn a_version_is_the_same_among_ten_and_a_thousand() {
        let range = series(7, 0).range(901..=1000);
        assert_eq!(
            series(7, 0).numbered(1000)[900..]
                .iter()
                .map(|version| version.seed)
                .collect::<Vec<_>>(),
            range.iter().map(|version| version.seed).collect::<Vec<_>>()
        );
        let (ten, thousand) = (series(7, 0).numbered(10), series(7, 0).numbered(1000));
        assert_eq!(ten, thousand[..10]);
        let codes: BTreeSet<&str> = thousand
            .iter()
            .map(|version| version.code.as_str())
            .collect();
        let seeds: BTreeSet<u64> = thousand.iter().map(|version| version.seed).collect();
        assert_eq!((codes.len(), seeds.len()), (1000, 1000));
    }

    #[test]
    fn exams_their_make_ups_and_other_seeds_share_no_version() {
        let of = |seed, make_up| {
            series(seed, make_up)
                .numbered(1000)
                .into_iter()
                .map(|version| version.seed)
        };
        let all: Vec<u64> = of(7, 0)
            .chain(of(7, 1))
            .chain(of(7, 2))
            .chain(of(8, 0))
            .collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn a_student_keeps_the_seed_whoever_else_is_there() {
        let seed = |ids: &[&str], id: &str| {
            let all = series(7, 0).of_students(ids.iter().map(|id| student(id)).collect());
            let own = all
                .into_iter()
                .find(|version| version.student.as_ref().is_some_and(|of| of.id == id));
            own.map(|version| version.seed)
        };
        let alone = seed(&["b12"], "b12");
        assert!(alone.is_some());
        assert_eq!(seed(&["a11", "b12", "c13"], "b12"), alone);
        assert_ne!(seed(&["a11"], "a11"), alone);
    }

    #[test]
    fn codes_are_short_and_begin_with_a_letter() {
        let codes: Vec<String> = series(0, 0)
            .numbered(500)
            .into_iter()
            .map(|version| version.code)
            .collect();
        for code in &codes {
            assert_eq!(code.len(), 5);
            assert!(
                code.bytes().all(|c| ALPHABET.contains(&c))
                    && !ALPHABET[..DIGITS].contains(&code.as_bytes()[0])
            );
        }
        // Every character of the alphabet occurs, so the codes show no pattern.
        let used: BTreeSet<u8> = codes.iter().flat_map(|code| code.bytes()).collect();
        assert_eq!(used.len(), ALPHABET.len());
    }
}
