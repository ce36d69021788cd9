//! Quizzes: the statement, the questions, and the grading of answers.

use crate::lang::value::{Number, Value};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Tag;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::machine::spec::Spec;

use crate::run::facts::{Family, Key, key};
use crate::run::record::{Access, AccessVerb, Did, Shown};
use crate::run::state::{Slot, State};

/// The facts that a quiz about an access covers, in worksheet order.
const ASKED: &[&str] = &[
    "vpn", "tlbi", "tlbt", "tlb", "fault", "ppn", "pa", "co", "ci", "ct", "cache", "byte",
];

/// The facts that a quiz about a system call covers.
const ASKED_OF_CALLS: &[&str] = &["returns", "error", "fault", "minor", "major"];

/// One in `ANYWHERE` addresses is random, and the others are near existing contents.
const ANYWHERE: u64 = 4;

/// A question: the name of a fact and its value, which is `None` if the statement has no such fact.
#[derive(Debug, Clone)]
pub struct Question {
    /// The fact.
    pub fact: String,
    /// The answer.
    pub answer: Option<Shown>,
    /// The reason for the answer: a clause without a period.
    pub reason: String,
    /// Whether the answer is a number.
    pub takes_number: bool,
    /// The possible words.
    pub words: &'static [&'static str],
}

/// Returns the questions about a statement, or an empty list if the statement has no facts. Omits facts that
/// do not exist after a fault.
pub fn questions(did: &Did) -> Vec<Question> {
    let (names, family, spec) = match did {
        Did::Access(access) => (ASKED, Family::Access, Some(&access.spec)),
        did if did.call().is_some() => (ASKED_OF_CALLS, Family::Call, None),
        _ => return Vec::new(),
    };
    let asked = names.iter().filter(|name| match did {
        Did::Access(access) => has(access, name),
        _ => true,
    });
    let question = |name: &&str| {
        let key: Key = key(name, family, spec.map(AsRef::as_ref)).ok()?;
        Some(Question {
            fact: (*name).to_owned(),
            answer: key.value_in(did),
            reason: key.reason(did),
            takes_number: !key.takes_words(),
            words: key.words(),
        })
    };
    let mut faulted = false;
    let mut questions: Vec<Question> = asked.filter_map(question).collect();
    questions.retain(|question| {
        let exists = !right(question, "none");
        let asked = !faulted || exists;
        faulted |= question.fact == "fault" && exists;
        asked
    });
    questions
}

/// Whether the machine has the component of a fact.
fn has(access: &Access, name: &str) -> bool {
    let Spec { mmu, .. } = &*access.spec;
    match name {
        "tlb" | "tlbi" | "tlbt" => access.spec.first_tlb(access.kind).is_some(),
        "cache" | "co" | "ci" | "ct" => {
            access.spec.first_cache(access.kind).is_some() && access.uses_caches()
        }
        "byte" => matches!(access.verb, AccessVerb::Read | AccessVerb::Fetch),
        _ => mmu.is_some(),
    }
}

/// Whether an answer is right. An answer is a number in any base, a keyword of the fact, `yes` or `no` (for a
/// hit, miss, or fault), or `-` if the statement has no such fact.
pub fn right(question: &Question, given: &str) -> bool {
    let given = given.trim();
    let Some(answer) = &question.answer else {
        return matches!(given, "-" | "none" | "no");
    };
    match &answer.value {
        Value::Number(number) => read(given).is_some_and(|given| given.compare(*number).is_eq()),
        Value::Text(word) => {
            let word = word.to_lowercase();
            let given = given.to_lowercase();
            let meant = matches!(
                (given.as_str(), word.as_str()),
                ("yes", "hit") | ("no", "miss" | "none") | ("-", "unknown" | "none")
            );
            let fault = question.fact == "fault" && given == "yes" && word != "none";
            meant || fault || given == word
        }
        other => other.quoted() == given,
    }
}

/// Whether an answer is in a valid form. An empty answer is valid.
pub fn readable(question: &Question, given: &str) -> bool {
    let given = given.trim().to_lowercase();
    let word = |word: &str| {
        question
            .words
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    };
    match given.as_str() {
        "" | "-" | "none" => true,
        "yes" if word("hit") || question.fact == "fault" => true,
        "no" if word("miss") || word("none") => true,
        given => word(given) || question.takes_number && read(given).is_some(),
    }
}

/// Parses a number in script notation, or in hexadecimal without `0x` if one of its digits is a letter.
fn read(given: &str) -> Option<Number> {
    if let Some(given) = given.strip_prefix('-') {
        return read(given).filter(|n| !n.is_negative())?.negate().ok();
    }
    let literal = Number::literal(&given.replace('X', "x")).ok();
    literal.or_else(|| {
        let n = u64::from_str_radix(given, 16).ok()?;
        Number::integer(i128::from(n)).ok()
    })
}

/// Whether an answer's decimal digits would be correct if read as hexadecimal digits, so that a hint is
/// useful.
pub fn meant_hexadecimal(question: &Question, given: &str) -> bool {
    let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
    digits && right(question, &format!("0x{given}"))
}

/// Returns quiz statement `number` for a state. The same state and number always give the same statement.
/// Returns `None` without a machine.
pub fn statement(state: &State, number: u64) -> Option<String> {
    let mut random = SplitMix64::new(state.seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    match &state.machine {
        Slot::Is(machine) => Some(format!(
            "read {}",
            hex(machine.spec(), bare(machine, &mut random))
        )),
        Slot::Kernel(kernel) => {
            let place = in_process(kernel, &mut random);
            let spec = kernel.machine().spec();
            Some(match place {
                Some((process, va)) => format!("{process}: read {}", hex(spec, va)),
                None if kernel.processes().next().is_some() => return None,
                None => format!("read {}", hex(spec, bare(kernel.machine(), &mut random))),
            })
        }
        Slot::Empty | Slot::Unknowable => None,
    }
}

fn hex(spec: &Spec, va: u64) -> String {
    Shown::field(va, spec.virtual_bits()).to_string()
}

/// Returns a random address of `bits` bits.
fn below(random: &mut SplitMix64, bits: u32) -> u64 {
    if bits >= u64::BITS {
        random.next()
    } else {
        random.below(1 << bits)
    }
}

/// Returns an address on bare hardware: in a mapped page, in a cached block, or random.
fn bare(machine: &Machine, random: &mut SplitMix64) -> u64 {
    let spec = machine.spec();
    if random.below(ANYWHERE) == 0 {
        return below(random, spec.virtual_bits());
    }
    if spec.mmu.is_none() {
        return cached(machine, random).unwrap_or_else(|| below(random, spec.physical_bits));
    }
    let mappings = machine.page_table().mappings;
    let mapped: Vec<u64> = mappings
        .iter()
        .filter(|m| m.pte.flags.has(Bit::P))
        .map(|m| m.vpn.raw())
        .collect();
    let Some(vpn) = pick(&mapped, random) else {
        return below(random, spec.virtual_bits());
    };
    vpn << spec.page_bits() | below(random, spec.page_bits())
}

/// Returns an address in a block of the first cache.
fn cached(machine: &Machine, random: &mut SplitMix64) -> Option<u64> {
    let cache = machine.spec().caches.first()?;
    let set = *pick(&machine.cache_sets_in_use(0), random)?;
    let ways = (0..cache.ways).filter_map(|way| machine.cache_line(0, set, way));
    let tags: Vec<u64> = ways
        .filter(|line| line.valid)
        .filter_map(|line| line.tag)
        .map(Tag::raw)
        .collect();
    let tag = pick(&tags, random)?;
    let block = tag << cache.index_bits() | set.raw();
    Some(block << cache.offset_bits() | below(random, cache.offset_bits()))
}

/// Returns an address of a running process: in one of its areas, or random.
fn in_process(kernel: &Kernel, random: &mut SplitMix64) -> Option<(String, u64)> {
    let running: Vec<_> = kernel
        .processes()
        .filter(|process| process.state == ProcessState::Running)
        .collect();
    let process = *pick(&running, random)?;
    let areas: Vec<(u64, u64)> = process
        .space
        .areas
        .iter()
        .map(|area| (area.start, area.end - area.start))
        .collect();
    let anywhere = random.below(2 * ANYWHERE) == 0;
    let va = match pick(&areas, random).filter(|_| !anywhere) {
        Some((start, length)) => start + random.below(*length),
        None => below(random, kernel.machine().spec().virtual_bits() - 1),
    };
    Some((process.name.to_string(), va))
}

fn pick<'a, T>(of: &'a [T], random: &mut SplitMix64) -> Option<&'a T> {
    of.get(random.below(of.len() as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::{ASKED, ASKED_OF_CALLS, Question, meant_hexadecimal, readable, right};
    use crate::run::facts::{ACCESS_FACTS, CALL_FACTS};
    use crate::run::record::Shown;

    fn question(answer: Option<Shown>) -> Question {
        Question {
            fact: String::new(),
            answer,
            reason: String::new(),
            takes_number: true,
            words: &[],
        }
    }

    #[test]
    fn questions_have_a_row() {
        assert!(
            ASKED
                .iter()
                .all(|name| ACCESS_FACTS.iter().any(|row| row.name == *name))
        );
        assert!(
            ASKED_OF_CALLS
                .iter()
                .all(|name| CALL_FACTS.iter().any(|row| row.name == *name))
        );
    }

    #[test]
    fn numbers_are_taken_in_any_base() {
        let vpn = question(Some(Shown::field(0x1F, 8)));
        for given in ["0x1F", "0X1f", "31", "0b1_1111", "1F", " 0x01F "] {
            assert!(right(&vpn, given), "{given}");
        }
        let minus = question(Some(Shown::plain(-1i64)));
        assert!(right(&minus, "-1") && !right(&minus, "1") && !right(&minus, "--1"));
        for given in ["", "-", "0x1E", "hit", "1G", "-31"] {
            assert!(!right(&vpn, given), "{given}");
        }
        let question = question(Some(Shown::field(0x10, 8)));
        assert!(!right(&question, "10") && meant_hexadecimal(&question, "10"));
        assert!(right(&question, "16") && !meant_hexadecimal(&question, "16"));
    }

    #[test]
    fn words_may_be_those_of_the_worksheet() {
        let of = |word: &str| question(Some(Shown::word(word)));
        assert!(right(&of("hit"), "yes") && right(&of("miss"), "no") && right(&of("miss"), "Miss"));
        assert!(!right(&of("hit"), "no") && !right(&of("hit"), ""));
        assert!(
            right(&of("none"), "no") && right(&of("unknown"), "-") && right(&of("page"), "page")
        );
        let fault = |word: &str| Question {
            fact: "fault".to_owned(),
            ..of(word)
        };
        assert!(
            right(&fault("page"), "yes")
                && right(&fault("demand-zero"), "yes")
                && !right(&fault("none"), "yes")
        );
        let absent = question(None);
        assert!(right(&absent, "-") && right(&absent, "none") && !right(&absent, "0"));
    }

    #[test]
    fn an_answer_is_read_as_the_fact_takes_it() {
        let number = question(None);
        let word = Question {
            takes_number: false,
            words: &["hit", "miss", "none"],
            ..question(None)
        };
        for given in ["", "-", "none", "0x1f", "0X1F", "31", "0b11", "1F", "-1"] {
            assert!(readable(&number, given), "{given}");
        }
        for given in ["?", "hit", "0xZ", "three", "1 2", "yes", "quit"] {
            assert!(!readable(&number, given), "{given}");
        }
        for given in ["", "-", "Hit", "miss", "yes", "no"] {
            assert!(readable(&word, given), "{given}");
        }
        for given in ["?", "hot", "0x1", "page"] {
            assert!(!readable(&word, given), "{given}");
        }
    }
}
