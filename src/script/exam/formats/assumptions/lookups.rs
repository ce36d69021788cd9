//! Sentences about the entries that misses fill in TLBs and caches.

use crate::exam::topics::{Topic, Topics};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};

/// Describes how misses fill the TLBs and caches. Groups the TLBs and caches that follow the same rules.
/// Omits instruction caches and TLBs if the question fetches no instructions.
pub(super) fn lookups(spec: &Spec, asked: &Topics) -> Vec<String> {
    let fetches = asked.is(Topic::Fetches);
    let tlbs = spec
        .tlbs
        .iter()
        .filter(|tlb| fetches || tlb.side.serves(AccessKind::Read));
    let tlbs = tlbs.map(|tlb| {
        (
            &*tlb.name,
            Shape::new(tlb.sets, tlb.ways),
            tlb.policy.row().title,
            String::new(),
        )
    });
    let caches = spec
        .caches
        .iter()
        .filter(|_| asked.is(Topic::UsesCaches))
        .filter(|cache| fetches || cache.side.serves(AccessKind::Read));
    let caches = caches.map(|cache| {
        (
            &*cache.name,
            Shape::new(cache.sets, cache.ways),
            cache.policy.row().title,
            if asked.is(Topic::Stores) {
                stores(cache)
            } else {
                String::new()
            },
        )
    });
    let mut alike: Vec<(Vec<&str>, Shape, &str, String)> = Vec::new();
    for (name, shape, policy, stores) in tlbs.chain(caches) {
        let same = alike
            .last_mut()
            .filter(|row| (row.1, row.2, &row.3) == (shape, policy, &stores));
        match same {
            Some(row) => row.0.push(name),
            None => alike.push((vec![name], shape, policy, stores)),
        }
    }
    let sentence = |(names, shape, policy, stores): (Vec<&str>, Shape, &str, String)| {
        let verb = if names.len() == 1 { "is" } else { "are" };
        let stores = if stores.is_empty() {
            stores
        } else {
            format!(" {} {verb} {stores}.", listed(&names, "The", "and"))
        };
        format!("{}{stores}", filled(&named(&names), shape, policy))
    };
    alike.into_iter().map(sentence).collect()
}

/// Returns `the TLB`, or `L1d, L2, or L3`.
pub(super) fn named(names: &[&str]) -> String {
    listed(names, "the", "or")
}

/// Joins the names of TLBs or caches. A list begins with `article` if its first part has no name, and has the conjunction
/// `word` before the last name.
pub(super) fn listed(names: &[&str], article: &str, word: &str) -> String {
    let one = |(at, name): (usize, &&str)| {
        let article = if at == 0 { article } else { "the" };
        match *name {
            "tlb" => format!("{article} TLB"),
            "cache" => format!("{article} cache"),
            other => other.to_owned(),
        }
    };
    let names: Vec<String> = names.iter().enumerate().map(one).collect();
    match &*names {
        [first, last] => format!("{first} {word} {last}"),
        [first @ .., last] if !first.is_empty() => format!("{}, {word} {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// The organization of a TLB or cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    DirectMapped,
    SetAssociative,
    FullyAssociative,
}

impl Shape {
    fn new(sets: u64, ways: u32) -> Self {
        match (sets, ways) {
            (_, 1) => Self::DirectMapped,
            (1, _) => Self::FullyAssociative,
            _ => Self::SetAssociative,
        }
    }
}

/// Describes the entry that a miss fills.
fn filled(name: &str, shape: Shape, policy: &str) -> String {
    let place = match shape {
        Shape::DirectMapped => {
            return format!("A miss in {name} replaces the only entry in the set.");
        }
        Shape::SetAssociative => " in the set",
        Shape::FullyAssociative => "",
    };
    format!(
        "A miss in {name} fills the lowest-numbered invalid entry{place}. If all entries are valid, {policy} selects the victim."
    )
}

fn stores(cache: &CacheSpec) -> String {
    let write = match cache.write {
        WritePolicy::Back => "write-back",
        WritePolicy::Through => "write-through",
    };
    format!(
        "{write} and {}",
        if cache.write_allocate {
            "write-allocate"
        } else {
            "no-write-allocate"
        }
    )
}
