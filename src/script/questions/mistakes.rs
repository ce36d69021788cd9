//! Typical mistakes of students. Typical mistakes generate wrong options for choices and explain wrong
//! answers.

use crate::lang::value::Value;
use crate::run::facts::{ACCESS_FACTS, low, shifted};
use crate::run::record::{Access, Shown};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Pa;

/// A mistake in a calculation with addresses.
#[derive(Debug)]
pub(crate) struct MistakeRow {
    /// A description of the mistake for graders.
    pub(crate) name: &'static str,
    /// The results of the mistake, or `None` if the mistake is impossible.
    answers: fn(&Scene) -> Option<Answers>,
}

/// Facts with the values that a mistake yields.
type Answers = Vec<(&'static str, u64)>;

/// The results of a mistake.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) name: &'static str,
    /// The wrong facts with their values.
    pub(crate) facts: Vec<(&'static str, Shown)>,
}

const fn mistake(name: &'static str, answers: fn(&Scene) -> Option<Answers>) -> MistakeRow {
    MistakeRow { name, answers }
}

/// The mistakes, the most common first.
pub(crate) const MISTAKES: &[MistakeRow] = &[
    mistake("VPN and VPO swapped", |s| s.in_page(s.vpo?, s.vpn?)),
    mistake("TLB tag and TLB index swapped", |s| {
        Some(vec![("tlbi", s.fact("tlbt")?), ("tlbt", s.fact("tlbi")?)])
    }),
    mistake("the PPN not shifted", |s| {
        s.at(s.fact("ppn")?.checked_add(s.vpo?)?)
    }),
    mistake("cache tag and cache index swapped", |s| {
        Some(vec![("ci", s.fact("ct")?), ("ct", s.fact("ci")?)])
    }),
    mistake("the VPN used as the PPN", |s| s.to_page(s.vpn?)),
    mistake("a stale entry used", |s| s.to_page(s.stale()?)),
    mistake("TLB index from the high bits of the VPN", |s| {
        let spec = &s.access.spec;
        let bits = spec.tlbs.get(spec.first_tlb(s.access.kind)?)?.index_bits();
        let below = spec.vpn_bits().checked_sub(bits)?;
        Some(vec![
            ("tlbi", shifted(s.vpn?, below)),
            ("tlbt", low(s.vpn?, below)),
        ])
    }),
    mistake("cache index from the high bits of the address", |s| {
        let spec = &s.access.spec;
        let cache = spec.caches.get(spec.first_cache(s.access.kind)?)?;
        let below = spec.physical_bits.checked_sub(cache.index_bits())?;
        let pa = s.access.outcome.pa?.raw();
        Some(vec![
            ("ci", shifted(pa, below)),
            (
                "ct",
                low(shifted(pa, cache.offset_bits()), cache.tag_bits(spec)),
            ),
        ])
    }),
    mistake("the block offset left out", |s| {
        let spec = &s.access.spec;
        let cache = spec.caches.get(spec.first_cache(s.access.kind)?)?;
        let pa = s.access.outcome.pa?.raw();
        Some(vec![
            ("ci", low(pa, cache.index_bits())),
            ("ct", shifted(pa, cache.index_bits())),
        ])
    }),
];

/// An access, and the state of the machine before the access.
struct Scene<'a> {
    access: &'a Access,
    before: Option<&'a Machine>,
    vpn: Option<u64>,
    vpo: Option<u64>,
}

/// Returns the results of each possible mistake in this access, excluding answers that are right by chance.
/// `before` is the machine before the access. It can contain stale entries.
pub(crate) fn made(access: &Access, before: Option<&Machine>) -> Vec<Made> {
    let scene = Scene::new(access, before);
    let of = |row: &MistakeRow| {
        let facts: Vec<(&'static str, Shown)> = (row.answers)(&scene)?
            .into_iter()
            .filter_map(|(name, value)| Some((name, scene.wrong(name, value)?)))
            .collect();
        (!facts.is_empty()).then_some(Made {
            name: row.name,
            facts,
        })
    };
    MISTAKES.iter().filter_map(of).collect()
}

/// Returns the distinct values that mistakes yield for a fact, with the mistakes. If there are too few values,
/// adds values with one wrong bit, starting with the lowest bit. A question therefore has the same
/// number of options in every version.
pub(crate) fn distractors(
    access: &Access,
    before: Option<&Machine>,
    fact: &str,
    count: usize,
) -> Vec<(Shown, &'static str)> {
    let mut found: Vec<(Shown, &'static str)> = Vec::new();
    for mistake in made(access, before) {
        for (name, wrong) in mistake.facts {
            if name == fact && !found.iter().any(|(known, _)| *known == wrong) {
                found.push((wrong, mistake.name));
            }
        }
    }
    let scene = Scene::new(access, before);
    let Some(right) = scene.fact(fact) else {
        return found;
    };
    for bit in 0..scene.bits(fact) {
        let Some(wrong) = scene.wrong(fact, right ^ 1 << bit) else {
            continue;
        };
        if found.len() < count && !found.iter().any(|(known, _)| *known == wrong) {
            found.push((wrong, "a bit misread"));
        }
    }
    found.truncate(count);
    found
}

impl<'a> Scene<'a> {
    fn new(access: &'a Access, before: Option<&'a Machine>) -> Self {
        let mut scene = Self {
            access,
            before,
            vpn: None,
            vpo: None,
        };
        (scene.vpn, scene.vpo) = (scene.fact("vpn"), scene.fact("vpo"));
        scene
    }

    /// Returns a fact as a number if the fact is numeric.
    fn fact(&self, name: &str) -> Option<u64> {
        number(&self.shown(name)?)
    }

    fn shown(&self, name: &str) -> Option<Shown> {
        let row = ACCESS_FACTS.iter().find(|row| row.name == name)?;
        (row.get)(self.access)
    }

    /// Returns the value in the fact's format, or `None` if the value is right.
    fn wrong(&self, name: &str, value: u64) -> Option<Shown> {
        let right = self.shown(name)?;
        (number(&right)? != value).then(|| Shown {
            value: Value::from(value),
            ..right
        })
    }

    /// Returns the width of a hexadecimal fact in bits. The result is at most the width of the fact's digits.
    fn bits(&self, name: &str) -> u32 {
        let digits = self.shown(name).and_then(|shown| shown.hex).unwrap_or(0);
        (4 * digits)
            .min(u64::BITS)
            .min(self.access.spec.virtual_bits())
    }

    /// Returns the results of a wrong page number and offset, up to the TLB index and tag.
    fn in_page(&self, vpn: u64, vpo: u64) -> Option<Answers> {
        let spec = &self.access.spec;
        let mut answers = vec![("vpn", vpn), ("vpo", vpo)];
        if let Some(tlb) = spec
            .first_tlb(self.access.kind)
            .and_then(|at| spec.tlbs.get(at))
        {
            let bits = tlb.index_bits();
            answers.extend([("tlbi", low(vpn, bits)), ("tlbt", shifted(vpn, bits))]);
        }
        Some(answers)
    }

    /// Returns the results of a wrong physical page.
    fn to_page(&self, ppn: u64) -> Option<Answers> {
        let spec = &self.access.spec;
        let ppn = low(ppn, spec.ppn_bits());
        let mut answers = vec![("ppn", ppn)];
        answers.extend(self.at(ppn << spec.page_bits() | self.vpo?)?);
        Some(answers)
    }

    /// Returns the results of a wrong physical address.
    fn at(&self, pa: u64) -> Option<Answers> {
        let spec = &self.access.spec;
        self.access.outcome.pa?;
        let mut answers = vec![("pa", pa)];
        let cache = spec.first_cache(self.access.kind);
        if let (Some(cache), Some(before)) = (cache, self.before) {
            let pa: Option<Pa> = before.pa(low(pa, spec.physical_bits)).ok();
            if let Some((offset, set, tag)) =
                pa.and_then(|pa| before.cache_location(cache, self.access.va, pa))
            {
                answers.extend([("co", offset), ("ci", set.raw()), ("ct", tag.raw())]);
            }
        }
        Some(answers)
    }

    /// Returns the physical page of a TLB entry that has the right tag but is not valid.
    fn stale(&self) -> Option<u64> {
        let (before, spec) = (self.before?, &self.access.spec);
        let tlb = spec.first_tlb(self.access.kind)?;
        let (set, tag) = before.tlb_location(tlb, self.access.va)?;
        let ways = spec.tlbs.get(tlb)?.ways;
        let mut lines = (0..ways).filter_map(|way| before.tlb_line(tlb, set, way));
        lines
            .find(|line| !line.valid && line.tag == Some(tag) && line.ppn.raw() != 0)
            .map(|line| line.ppn.raw())
    }
}

/// Returns a fact as a number if the fact is numeric.
pub(crate) fn number(shown: &Shown) -> Option<u64> {
    match &shown.value {
        Value::Number(number) => number.as_integer().and_then(|n| u64::try_from(n).ok()),
        _ => None,
    }
}
