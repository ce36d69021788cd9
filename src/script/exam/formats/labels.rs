//! What facts and the paper's own words are called: in the textbook's terms, in a course's dialect, in another language.

use std::collections::BTreeMap;

use crate::lang::nearest::nearest;
use crate::run::facts::{ACCESS_FACTS, CALL_FACTS, REFERENCE_FACTS, REPLAY_FACTS};

/// Facts and what the textbook's worksheet calls them (Computer Systems, homework problems of chapter 9).
pub(crate) const FACTS: &[(&str, &str)] = &[
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
    ("frame", "Frame newly mapped"),
    ("evicted", "VPN of the evicted page"),
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
    ("trace", "Hit (h) or miss (m), one letter per reference"),
    ("resident", "Pages in the frames at the end, in any order"),
    ("rate", "Page faults / references"),
];

/// What a replayed trace is asked for.
const OF_TRACES: &[(&str, &str)] = &[
    ("accesses", "Data loads and stores"),
    ("reads", "Loads"),
    ("writes", "Stores"),
    ("fetches", "Instruction fetches"),
    ("walks", "Page walks"),
    ("straddling", "References that cross a block or page boundary"),
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
            ("VPN", "page"),
        ],
    ),
];

/// The paper's own words, in the order in which they stand on it.
pub(crate) const WORDS: &[&str] = &[
    "lang",
    "Exam",
    "Key",
    "Solutions",
    "Course",
    "Duration",
    "Aids",
    "Version",
    "Name",
    "ID",
    "Question",
    "Points",
    "Score",
    "Total",
    "Assumptions",
    "point",
    "points",
    "Parameter",
    "Value",
    "hex",
    "decimal",
    "binary",
    "digit",
    "digits",
    "Y/N",
    "Y",
    "N",
    "hit?",
    "Any",
    "Digits",
    "Page",
    "of",
    "PPN",
    "VPN",
];

/// What things are called where that is not the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Labels of a file: a YAML mapping of what is called (a fact, `ppn`; a word of the paper, `Name`; or a sentence of its own
    /// as it is printed) to how.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read(yaml: &str) -> Result<Self, String> {
        let all: BTreeMap<String, String> = serde_yaml::from_str(yaml)
            .map_err(|error| format!("labels are a mapping of names to texts: {error}"))?;
        for (name, label) in &all {
            if label.trim().is_empty() || label.chars().any(char::is_control) {
                return Err(format!("`{name}` needs a label of one line"));
            }
            // A sentence is not looked up: it is printed by some machine only.
            if !name.contains([' ', '.']) && !is_known(name) {
                let near = nearest(name, known())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(format!("nothing on a paper is called `{name}`{near}"));
            }
        }
        Ok(Self(all))
    }

    /// A dialect that is built in.
    pub fn dialect(name: &str) -> Option<Self> {
        let (_, words) = DIALECTS.iter().find(|(known, _)| *known == name)?;
        Some(Self(words.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()))
    }

    /// Returns a word or sentence of the paper in its language.
    pub(crate) fn localize<'a>(&'a self, english: &'a str) -> &'a str {
        self.0.get(english).map_or(english, String::as_str)
    }

    /// A sentence; where it has no label of its own, its words PPN and VPN are called what the dialect calls them.
    pub(crate) fn sentence(&self, english: &str) -> String {
        if self.0.contains_key(english) {
            return self.localize(english).to_owned();
        }
        ["PPN", "VPN"]
            .into_iter()
            .fold(english.to_owned(), |said, word| said.replace(word, self.localize(word)))
    }

    /// The language that the paper is in, as two letters; a file of labels says `lang: de`.
    pub(crate) fn language(&self) -> &str {
        let said = self.0.get("lang").map(String::as_str);
        said.filter(|lang| (2..=3).contains(&lang.len()) && lang.bytes().all(|b| b.is_ascii_lowercase()))
            .unwrap_or("en")
    }

    /// The label of a fact, where one is known.
    pub(crate) fn fact(&self, fact: &str) -> Option<&str> {
        let known = FACTS.iter().chain(OF_STRINGS).chain(OF_TRACES);
        let usual = || known.clone().find(|(known, _)| *known == fact).map(|(_, label)| *label);
        self.0.get(fact).map(String::as_str).or_else(usual)
    }

    /// The name of a table or column: as a script writes it where nobody calls it otherwise.
    pub(crate) fn table<'a>(&'a self, name: &'a str) -> &'a str {
        let usual = || TABLES.iter().find(|(known, _)| *known == name).map(|(_, label)| *label);
        self.0.get(name).map(String::as_str).or_else(usual).unwrap_or(name)
    }
}

/// What can have a label.
fn known() -> impl Iterator<Item = &'static str> {
    let labelled = FACTS.iter().chain(OF_STRINGS).chain(OF_TRACES).chain(TABLES).map(|(name, _)| *name);
    let facts = ACCESS_FACTS.iter().map(|row| row.name).chain(CALL_FACTS.iter().map(|row| row.name));
    let runs = REFERENCE_FACTS.iter().map(|row| row.name).chain(REPLAY_FACTS.iter().map(|row| row.name));
    labelled.chain(facts).chain(runs).chain(WORDS.iter().copied())
}

/// Whether something can have a label; caches and their facts have names of their own.
fn is_known(name: &str) -> bool {
    known().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::{FACTS, Labels, OF_STRINGS, OF_TRACES, WORDS};
    use crate::run::facts::{ACCESS_FACTS, REFERENCE_FACTS, REPLAY_FACTS};

    #[test]
    fn every_label_is_of_a_fact() {
        assert!(FACTS.iter().all(|(name, _)| ACCESS_FACTS.iter().any(|row| row.name == *name)));
        assert!(OF_TRACES.iter().all(|(name, _)| REPLAY_FACTS.iter().any(|row| row.name == *name)));
        assert!(OF_STRINGS.iter().all(|(name, _)| REFERENCE_FACTS.iter().any(|row| row.name == *name)));
    }

    #[test]
    fn a_dialect_calls_some_things_otherwise() {
        let pfn = Labels::dialect("pfn").expect("a dialect");
        assert_eq!((pfn.fact("ppn"), pfn.fact("vpn"), pfn.table("ppn")), (Some("PFN"), Some("VPN"), "PFN"));
        assert_eq!(Labels::dialect("other"), None);
        assert_eq!(pfn.sentence("after a page fault there is no PPN"), "after a page fault there is no PFN");
    }

    #[test]
    fn a_file_of_labels_is_read_and_its_mistakes_are_told() {
        let german = Labels::read("lang: de\nName: Name, Vorname\nppn: Seitenrahmen\npoints: Punkte\n")
            .expect("labels");
        assert_eq!((german.localize("points"), german.fact("ppn")), ("Punkte", Some("Seitenrahmen")));
        assert_eq!((german.language(), german.localize("Total")), ("de", "Total"));
        let wrong = |yaml| Labels::read(yaml).expect_err("wrong");
        assert_eq!(wrong("ppm: x"), "nothing on a paper is called `ppm`; did you mean `ppn`?");
        assert_eq!(wrong("ppn: \"\""), "`ppn` needs a label of one line");
        assert!(wrong("- a").starts_with("labels are a mapping of names to texts"));
    }

    #[test]
    fn every_word_of_the_paper_can_have_a_label() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/exam/formats");
        for file in [
            "plan/appendix.rs",
            "plan/front.rs",
            "plan/items.rs",
            "typst/mod.rs",
            "latex/mod.rs",
            "html/page.rs",
        ] {
            let text = std::fs::read_to_string(format!("{folder}/{file}")).expect("a source");
            for said in text.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(said.contains(' ') || WORDS.contains(&said), "{said} of {file}");
            }
        }
    }
}
