//! Typical mistakes in the counts of a replay. They generate wrong options for choices.

use crate::lang::value::{Number, Value};
use crate::run::facts::{Family, key};
use crate::run::record::{Did, Shown};

/// A count that a student gets wrong.
struct Miscount<'a> {
    did: &'a Did,
    /// The name of the fact: `cache.misses`, `faults`.
    name: &'a str,
    right: Number,
}

/// Returns a wrong count, or `None` if the mistake is impossible.
type Mistaken = fn(&Miscount) -> Option<Number>;

/// The mistakes with their descriptions for graders, the most common first.
const MISCOUNTS: &[(&str, Mistaken)] = &[
    ("hits and misses swapped", |count| match count.last() {
        "misses" => count.beside("hits"),
        "hits" => count.beside("misses"),
        "miss_rate" | "hit_rate" => Number::from(1_u64).minus(count.right).ok(),
        _ => None,
    }),
    (
        "only the first access to each block counted",
        |count| match count.last() {
            "misses" => count.beside("compulsory"),
            _ => None,
        },
    ),
    ("each access counted as a miss", |count| {
        match count.last() {
            "misses" => count.all(),
            "miss_rate" => Some(1_u64.into()),
            "hit_rate" => Some(0_u64.into()),
            "faults" => count.beside("accesses"),
            _ => None,
        }
    }),
    ("misses or faults counted twice", |count| {
        count.with_misses(2_u64.into())
    }),
    ("only half of the misses or faults counted", |count| {
        let half = Number::from(1_u64).divide(2_u64.into()).ok()?;
        let wrong = count.with_misses(half)?;
        (count.is_rate() || wrong.as_integer().is_some()).then_some(wrong)
    }),
    ("a count one too high", |count| {
        let one = (!count.is_rate()).then_some(Number::from(1_u64));
        count.right.plus(one?).ok()
    }),
];

/// The mistakes in other counts. At least three are possible for each count.
const MISCOUNTED: &[(&str, Mistaken)] = &[
    ("a count one too high", |count| count.more(1)),
    ("a count one too low", |count| count.more(-1)),
    ("all counted twice", |count| {
        count.right.times(2_u64.into()).ok()
    }),
    ("a count two too high", |count| count.more(2)),
    ("a count three too high", |count| count.more(3)),
];

/// Returns distinct wrong values of a count, with the mistakes, or none if the fact is no such count.
pub(super) fn miscounts(
    did: &Did,
    name: &str,
    right: &Shown,
    count: usize,
) -> Vec<(Shown, &'static str)> {
    let Value::Number(number) = right.value else {
        return Vec::new();
    };
    let miscount = Miscount {
        did,
        name,
        right: number,
    };
    let is_of_replay = matches!(did, Did::Replay(_))
        && ["misses", "hits", "miss_rate", "hit_rate", "faults"].contains(&miscount.last());
    let rows = match number.as_integer() {
        _ if is_of_replay => MISCOUNTS,
        Some(_) if right.hex.is_none() => MISCOUNTED,
        _ => return Vec::new(),
    };
    let mut found: Vec<(Shown, &'static str)> = Vec::new();
    for (mistake, answer) in rows {
        let Some(wrong) = answer(&miscount) else {
            continue;
        };
        let most = match miscount.last() {
            _ if !is_of_replay => None,
            _ if miscount.is_rate() => Some(1_u64.into()),
            "faults" => miscount.beside("accesses"),
            _ => miscount.all(),
        };
        let is_possible =
            !wrong.is_negative() && most.is_none_or(|most| wrong.compare(most).is_le());
        let is_new = found
            .iter()
            .all(|(known, _)| known.value != Value::Number(wrong));
        if is_possible && is_new && wrong.compare(number).is_ne() && found.len() < count {
            let value = Value::Number(wrong);
            found.push((
                Shown {
                    value,
                    ..right.clone()
                },
                mistake,
            ));
        }
    }
    found
}

impl Miscount<'_> {
    /// The name without that of the TLB or cache.
    fn last(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    fn more(&self, by: i128) -> Option<Number> {
        self.right.plus(Number::integer(by).ok()?).ok()
    }

    /// Returns the number of accesses to the TLB or cache.
    fn all(&self) -> Option<Number> {
        self.beside("hits")?.plus(self.beside("misses")?).ok()
    }

    /// Returns the count with a multiple of the misses.
    fn with_misses(&self, factor: Number) -> Option<Number> {
        let all = match self.last() {
            "hits" => self.all()?,
            "hit_rate" => 1_u64.into(),
            _ => return self.right.times(factor).ok(),
        };
        let misses = all.minus(self.right).ok()?.times(factor).ok()?;
        all.minus(misses).ok()
    }

    /// Whether this is a share of the accesses.
    fn is_rate(&self) -> bool {
        self.last().ends_with("_rate")
    }

    /// Returns another count of the same TLB or cache.
    fn beside(&self, other: &str) -> Option<Number> {
        let part = self.name.strip_suffix(self.last())?;
        let (family, spec) = Family::of(self.did);
        let key = key(&format!("{part}{other}"), family, spec).ok()?;
        match key.value_in(self.did)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
}
