//! What facts and the paper's own words are called: in the textbook's terms, in a course's dialect, in another language.

use std::collections::BTreeMap;

/// Facts and what the textbook's worksheet calls them (Computer Systems, homework problems of chapter 9).
pub const FACTS: &[(&str, &str)] = &[
    ("vpn", "VPN"),
    ("vpo", "VPO"),
    ("tlbi", "TLB index"),
    ("tlbt", "TLB tag"),
    ("tlb", "TLB hit?"),
    ("fault", "Page fault?"),
    ("ppn", "PPN"),
    ("ppo", "PPO"),
    ("pa", "Physical address"),
    ("co", "Byte offset"),
    ("ci", "Cache index"),
    ("ct", "Cache tag"),
    ("cache", "Cache hit?"),
    ("byte", "Byte returned"),
    ("value", "Value returned"),
    ("walk", "Page-table entries fetched"),
    ("served", "Served by"),
    ("cycles", "Time of the access"),
    ("frame", "Frame that is mapped"),
    ("evicted", "VPN of the page that is evicted"),
    ("swapped-out", "Written to swap?"),
    ("copied", "Page copied?"),
    ("minor", "Minor faults"),
    ("major", "Major faults"),
    ("signal", "Signal"),
    ("code", "Its si_code"),
    ("returns", "Return value"),
    ("error", "errno"),
];

/// What a reference string is asked for.
const OF_STRINGS: &[(&str, &str)] = &[
    ("faults", "Page faults"),
    ("hits", "Hits"),
    ("trace", "Hit (h) or miss (m), one letter a reference"),
    ("resident", "Pages in the frames at the end, in any order"),
    ("rate", "Page faults / references"),
];

/// Tables and columns that are not called what a script calls them.
const TABLES: &[(&str, &str)] = &[
    ("page_table", "Page table"),
    ("tlb", "TLB"),
    ("cache", "Cache"),
    ("memory", "Memory"),
    ("processes", "Processes"),
    ("vpn", "VPN"),
    ("ppn", "PPN"),
    ("set", "Set"),
    ("tag", "Tag"),
    ("idx", "Idx"),
    ("v", "V"),
    ("pa", "PA"),
    ("va", "VA"),
];

/// Dialects that are built in: each with what it calls otherwise.
pub const DIALECTS: &[(&str, &[(&str, &str)])] = &[
    ("ppn", &[]),
    ("pfn", &[("ppn", "PFN"), ("ppo", "Page-frame offset"), ("PPN", "PFN")]),
    (
        "frame",
        &[
            ("ppn", "Frame"),
            ("vpn", "Page"),
            ("ppo", "Frame offset"),
            ("vpo", "Page offset"),
            ("PPN", "frame"),
        ],
    ),
];

/// What things are called where that is not the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Labels by the names of facts (`ppn`), or by the words that the paper prints (`Name`, `points`, a whole assumption).
    pub fn new(all: BTreeMap<String, String>) -> Self {
        Self(all)
    }

    /// A dialect that is built in.
    pub fn dialect(name: &str) -> Option<Self> {
        let (_, words) = DIALECTS.iter().find(|(known, _)| *known == name)?;
        Some(Self(words.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()))
    }

    /// A word or sentence of the paper's own.
    pub fn say<'a>(&'a self, english: &'a str) -> &'a str {
        self.0.get(english).map_or(english, String::as_str)
    }

    /// The language that the paper is in, as two letters; a file of labels says `lang: de`.
    pub fn language(&self) -> &str {
        let said = self.0.get("lang").map(String::as_str);
        said.filter(|lang| (2..=3).contains(&lang.len()) && lang.bytes().all(|b| b.is_ascii_lowercase()))
            .unwrap_or("en")
    }

    /// The label of a fact, where one is known.
    pub fn fact(&self, fact: &str) -> Option<&str> {
        let known = FACTS.iter().chain(OF_STRINGS);
        let usual = || known.clone().find(|(known, _)| *known == fact).map(|(_, label)| *label);
        self.0.get(fact).map(String::as_str).or_else(usual)
    }

    /// The name of a table or column: as a script writes it where nobody calls it otherwise.
    pub fn table<'a>(&'a self, name: &'a str) -> &'a str {
        let usual = || TABLES.iter().find(|(known, _)| *known == name).map(|(_, label)| *label);
        self.0.get(name).map(String::as_str).or_else(usual).unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{FACTS, Labels, OF_STRINGS};
    use crate::run::facts::{ACCESS_FACTS, REFERENCE_FACTS};

    #[test]
    fn every_label_is_of_a_fact() {
        assert!(FACTS.iter().all(|(name, _)| ACCESS_FACTS.iter().any(|row| row.name == *name)));
        assert!(OF_STRINGS.iter().all(|(name, _)| REFERENCE_FACTS.iter().any(|row| row.name == *name)));
    }

    #[test]
    fn a_dialect_calls_some_things_otherwise() {
        let pfn = Labels::dialect("pfn").expect("a dialect");
        assert_eq!((pfn.fact("ppn"), pfn.fact("vpn"), pfn.table("ppn")), (Some("PFN"), Some("VPN"), "PFN"));
        assert_eq!(Labels::dialect("other"), None);
    }
}
