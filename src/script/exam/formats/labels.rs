//! Labels of facts, and the words of a paper, in the terms of the textbook or a course, or in another language.

use std::collections::BTreeMap;

use crate::exam::paper::Paper;
use crate::lang::loader::too_deep;
use crate::lang::nearest::nearest;
use crate::questions::{messages, settings::ADDRESSABLE};
use crate::run::facts::{ACCESS_FACTS, CALL_FACTS, REFERENCE_FACTS, REPLAY_FACTS};
use crate::run::nouns::StepColumn;
use crate::run::table::{Rows, TableId};
use pagewalk_engine::machine::pte::BITS;

/// Labels of facts as on the textbook's worksheet (Computer Systems, homework problems in chapter 9).
const FACTS: &[(&str, &str)] = &[
    ("vpn", "VPN"),
    ("vpo", "VPO"),
    ("tlbi", "TLB index"),
    ("tlbt", "TLB tag"),
    ("tlb", "TLB hit?"),
    ("fault", "Page fault?"),
    ("page-fault", "Page fault?"),
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
    (
        "pieces",
        "Number of parts, divided at page and block boundaries",
    ),
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

/// Labels of questions about reference strings.
const OF_STRINGS: &[(&str, &str)] = &[
    ("faults", "Page faults"),
    ("hits", "Hits"),
    ("trace", "Hit (h) or miss (m), one letter per reference"),
    ("resident", "Pages in the frames at the end, in any order"),
    ("rate", "Page-fault rate"),
    ("victim", "Page evicted by the last reference"),
    ("disk_reads", "Pages read from disk"),
    ("disk_writes", "Pages written to disk"),
];

/// Labels of questions about replayed traces. The names after `replay.` are also those of facts about an access.
const OF_TRACES: &[(&str, &str)] = &[
    ("accesses", "Data loads and stores"),
    ("reads", "Loads"),
    ("writes", "Stores"),
    ("fetches", "Instruction fetches"),
    ("walks", "Page walks"),
    (
        "straddling",
        "References that cross a block or page boundary",
    ),
    ("outside", "References outside the address space"),
    ("malformed", "Malformed lines"),
    ("replay.evicted", "Evicted pages"),
    ("replay.swapped-out", "Pages written to swap"),
    ("replay.cycles", "Time of all accesses"),
];

/// Labels of questions about the outputs of programs.
const OF_PROGRAMS: &[(&str, &str)] = &[
    ("count", "Number of different outputs that are possible"),
    ("lines", "Number of printed lines"),
    ("processes", "Number of processes, with the first one"),
    (
        "all",
        "All possible outputs, in any order, with commas between them",
    ),
    ("output", "Output"),
    ("exit", "Exit status"),
    ("line", "Line where the run ends or pauses"),
];

/// Tables and columns whose names differ from the script's keywords.
const TABLES: &[(&str, &str)] = &[
    ("page_table", "Page table"),
    ("tlb", "TLB"),
    ("cache", "Cache"),
    ("memory", "Memory"),
    ("processes", "Processes"),
    ("frames", "Page frames"),
    ("maps", "Areas"),
    ("frames.maps", "Pages"),
    ("kernel_maps", "Kernel areas"),
    ("vpn", "VPN"),
    ("ppn", "PPN"),
    ("set", "Set"),
    ("tag", "Tag"),
    ("asid", "ASID"),
    ("pte", "PTE"),
    ("idx", "Idx"),
    ("v", "V"),
    ("pa", "PA"),
    ("va", "VA"),
    ("step", "Step"),
    ("exec", "Exec"),
    ("frame", "Frame"),
    ("counter", "Counter"),
    ("resident", "Resident pages"),
    ("refs", "PTEs that map it"),
    ("kind", "Kind"),
    ("dirty", "Dirty"),
    ("slot", "Slot"),
    ("area", "Area"),
    ("start", "Start"),
    ("end", "End"),
    ("perms", "Perms"),
    ("offset", "Offset"),
    ("backing", "Backing"),
    ("contents", "Contents"),
    ("size", "Size"),
    ("used", "Used"),
    ("process", "Process"),
    ("page", "Page"),
    ("write", "Write"),
    ("hit", "Hit"),
    ("victim", "Victim"),
    ("use", "Use bits"),
    ("hand", "Hand"),
    ("address", "Address"),
    ("written", "Page written to disk"),
    ("modified", "Modified bits"),
    ("order", "Eviction order"),
    ("working_set", "Working set"),
    ("working_set_size", "Pages in the working set"),
];

/// Built-in dialects, each with the labels that it changes.
pub const DIALECTS: &[(&str, &[(&str, &str)])] = &[
    ("ppn", &[]),
    (
        "pfn",
        &[("ppn", "PFN"), ("ppo", "Page-frame offset"), ("PPN", "PFN")],
    ),
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

/// The words of the paper, in order of appearance.
const WORDS: &[&str] = &[
    "lang",
    "Exam",
    "Key",
    "Solutions",
    "Course",
    "Term",
    "Date",
    "Duration",
    "Aids",
    "Version",
    "Name",
    "ID",
    "Question",
    "Points",
    "Score",
    "Total",
    "Instructions",
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
    "significant",
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
    "Latency",
    "Time of loading",
    "Access",
    "System call",
    "Replacement policy",
    "Frames",
    "R",
    "M",
    "before",
    "after",
];

/// Sentences about bytes, each with the sentence about the words of a word-addressable memory.
const OF_BYTES: &[(&str, &str)] = &[
    ("Byte offset", "Word offset"),
    ("Byte returned", "Word returned"),
    ("Memory is byte-addressable.", "Memory is word-addressable."),
    (
        "Multi-byte values are little-endian.",
        "Values of several words are little-endian.",
    ),
    (
        "A byte is read at {address}{why}.",
        "A word is read at {address}{why}.",
    ),
    (
        "Process {process} reads a byte at {address}{why}.",
        "Process {process} reads a word at {address}{why}.",
    ),
    (
        "{n} bytes are read at {address}{why}.",
        "{n} words are read at {address}{why}.",
    ),
    (
        "Process {process} reads {n} bytes at {address}{why}.",
        "Process {process} reads {n} words at {address}{why}.",
    ),
    (
        "The byte {value} is written at {address}{why}.",
        "The word {value} is written at {address}{why}.",
    ),
    (
        "Process {process} writes the byte {value} at {address}{why}.",
        "Process {process} writes the word {value} at {address}{why}.",
    ),
    (
        "The {n}-byte value {value} is written at {address}{why}.",
        "The {n}-word value {value} is written at {address}{why}.",
    ),
    (
        "Process {process} writes the {n}-byte value {value} at {address}{why}.",
        "Process {process} writes the {n}-word value {value} at {address}{why}.",
    ),
    (
        "{n} bytes are written at {address}{why}.",
        "{n} words are written at {address}{why}.",
    ),
    (
        "Process {process} writes {n} bytes at {address}{why}.",
        "Process {process} writes {n} words at {address}{why}.",
    ),
    (
        "Load of {n} bytes from {address}{why}",
        "Load of {n} words from {address}{why}",
    ),
    (
        "{process} reads {n} bytes at {address}{why}",
        "{process} reads {n} words at {address}{why}",
    ),
    (
        "Store of the {n}-byte value {value} to {address}{why}",
        "Store of the {n}-word value {value} to {address}{why}",
    ),
    (
        "{process} writes the {n}-byte value {value} to {address}{why}",
        "{process} writes the {n}-word value {value} to {address}{why}",
    ),
    (
        "Each page contains {n} bytes. A process references byte address {list}.",
        "Each page contains {n} words. A process references address {list}.",
    ),
    (
        "Each page contains {n} bytes. A process references these byte addresses in order: {list}.",
        "Each page contains {n} words. A process references these addresses in order: {list}.",
    ),
];

/// Labels that differ from the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    changed: BTreeMap<String, String>,
    /// Whether each address names a word instead of a byte.
    of_words: bool,
}

impl Labels {
    /// Reads labels from a file: a YAML mapping from names to labels. A name is a fact such as `ppn`,
    /// a word of the paper such as `Name`, or a whole sentence as printed. A printed sentence is
    /// its own key, so that translators need no list of key names.
    ///
    /// # Errors
    /// Returns a message that describes the first error.
    pub fn read(yaml: &str) -> Result<Self, String> {
        if let Some(line) = too_deep(yaml) {
            return Err(format!("line {line}: brackets are nested too deeply"));
        }
        let all: BTreeMap<String, String> = serde_yaml::from_str(yaml)
            .map_err(|error| {
                let nested: Result<BTreeMap<String, BTreeMap<String, String>>, _> = serde_yaml::from_str(yaml);
                match nested.ok().as_ref().and_then(BTreeMap::first_key_value) {
                    Some((group, _)) => format!("a file of labels has no groups: remove `{group}:`, and the spaces before the lines below it"),
                    None => format!("labels must be a mapping from names to text: {error}"),
                }
            })?;
        for (name, label) in &all {
            if label.trim().is_empty() || label.chars().any(char::is_control) {
                return Err(format!("`{name}` needs a one-line label"));
            }
            // The check skips sentences, because each machine prints only some of them, and names such as `L1d.hit`,
            // which depend on the machine.
            if !name.contains([' ', '.']) && !known().any(|known| known == name) {
                let near = nearest(name, known())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(format!("no label is named `{name}`{near}"));
            }
        }
        Ok(Self {
            changed: all,
            of_words: false,
        })
    }

    /// Returns a built-in dialect.
    pub fn dialect(name: &str) -> Option<Self> {
        let (_, words) = DIALECTS.iter().find(|(known, _)| *known == name)?;
        let changed = words
            .iter()
            .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
            .collect();
        Some(Self {
            changed,
            of_words: false,
        })
    }

    /// Returns these labels for a paper, which may set the unit of memory at each address.
    pub(crate) fn for_paper(&self, paper: &Paper) -> Self {
        let of_words = paper
            .cover
            .iter()
            .any(|(name, unit)| &**name == ADDRESSABLE && unit == "word");
        Self {
            of_words,
            ..self.clone()
        }
    }

    /// Whether each address names a word instead of a byte.
    pub(crate) fn of_words(&self) -> bool {
        self.of_words
    }

    /// Returns the sentence that the paper prints if nothing changes it.
    fn usual<'a>(&self, english: &'a str) -> &'a str {
        let of_word = || OF_BYTES.iter().find(|(of_byte, _)| *of_byte == english);
        of_word()
            .filter(|_| self.of_words)
            .map_or(english, |(_, of_word)| of_word)
    }

    /// Returns the paper's translation of a word or sentence.
    pub(crate) fn localize<'a>(&'a self, english: &'a str) -> &'a str {
        let english = self.usual(english);
        self.changed.get(english).map_or(english, String::as_str)
    }

    /// Translates a sentence. Without a label, replaces only PPN and VPN with the dialect's terms.
    pub(crate) fn sentence(&self, english: &str) -> String {
        let english = self.usual(english);
        if self.changed.contains_key(english) {
            return self.localize(english).to_owned();
        }
        ["PPN", "VPN"]
            .into_iter()
            .fold(english.to_owned(), |said, word| {
                said.replace(word, self.localize(word))
            })
    }

    /// Returns the paper's language code of two or three letters, which a label file sets with a line such as
    /// `lang: de`.
    pub(crate) fn language(&self) -> &str {
        let said = self.changed.get("lang").map(String::as_str);
        said.filter(|lang| {
            (2..=3).contains(&lang.len()) && lang.bytes().all(|b| b.is_ascii_lowercase())
        })
        .unwrap_or("en")
    }

    /// Whether a fact or word has a label other than the default.
    pub(crate) fn renames(&self, name: &str) -> bool {
        self.changed.contains_key(name)
    }

    /// Returns the label of a fact, if it is known.
    pub(crate) fn fact(&self, fact: &str) -> Option<&str> {
        let known = FACTS.iter().chain(OF_STRINGS).chain(OF_TRACES);
        let known = known.chain(OF_PROGRAMS);
        let usual = || {
            known
                .clone()
                .find(|(known, _)| *known == fact)
                .map(|(_, label)| self.usual(label))
        };
        self.changed.get(fact).map(String::as_str).or_else(usual)
    }

    /// Returns the name of a column, which can mean something else in another table.
    pub(crate) fn column(&self, table: &str, name: &str) -> String {
        let own = format!("{table}.{name}");
        let is_known =
            self.changed.contains_key(&own) || TABLES.iter().any(|(known, _)| *known == own);
        self.table(if is_known { &own } else { name })
    }

    /// Returns the name of a table or column (default: the script's name).
    pub(crate) fn table(&self, name: &str) -> String {
        if let Some(label) = self.changed.get(name) {
            return label.clone();
        }
        if let Some((_, label)) = TABLES.iter().find(|(known, _)| *known == name) {
            return (*label).to_owned();
        }
        if let Some(row) = BITS.iter().find(|row| row.name == name) {
            return row.label.to_owned();
        }
        let column = StepColumn::named(name).filter(|(column, _)| column.is_per_frame());
        column.map_or_else(
            || name.to_owned(),
            |(column, frame)| format!("{} {frame}", self.table(column.name)),
        )
    }

    /// Returns the title of a table.
    pub(crate) fn title(&self, of: &Rows) -> String {
        let (noun, title) = (of.id.noun(), &*of.title);
        let process = title
            .strip_suffix(noun)
            .and_then(|owner| owner.strip_suffix('.'));
        match (of.id, process) {
            (TableId::Reference, _) => "Reference string".to_owned(),
            // An array can be called like a bit of a page-table entry.
            (TableId::Program, _) => title.to_owned(),
            (_, Some(process)) => format!("{} of {process}", self.table(noun)),
            _ => self.table(title),
        }
    }
}

/// Lists all names that can have a label.
fn known() -> impl Iterator<Item = &'static str> {
    let labelled = FACTS
        .iter()
        .chain(OF_STRINGS)
        .chain(OF_TRACES)
        .chain(OF_PROGRAMS)
        .chain(TABLES)
        .map(|(name, _)| *name);
    let facts = ACCESS_FACTS
        .iter()
        .map(|row| row.name)
        .chain(CALL_FACTS.iter().map(|row| row.name));
    let runs = REFERENCE_FACTS
        .iter()
        .map(|row| row.name)
        .chain(REPLAY_FACTS.iter().map(|row| row.name));
    let bits = BITS.iter().map(|row| row.name).chain(messages::TITLES);
    labelled
        .chain(facts)
        .chain(runs)
        .chain(bits)
        .chain(WORDS.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::{FACTS, Labels, OF_STRINGS, OF_TRACES, WORDS};
    use crate::run::facts::{ACCESS_FACTS, REFERENCE_FACTS, REPLAY_FACTS};

    #[test]
    fn every_label_is_of_a_fact() {
        assert!(
            FACTS
                .iter()
                .all(|(name, _)| ACCESS_FACTS.iter().any(|row| row.name == *name))
        );
        assert!(
            OF_TRACES
                .iter()
                .map(|(name, _)| name.trim_start_matches("replay."))
                .all(|name| REPLAY_FACTS.iter().any(|row| row.name == name))
        );
        // A count of a replay has the label of an access only if it means the same.
        for row in REPLAY_FACTS {
            let own = format!("replay.{}", row.name);
            let is_own = OF_TRACES.iter().any(|(name, _)| **name == *own);
            let is_of_access = FACTS.iter().any(|(name, _)| *name == row.name);
            let means_the_same = matches!(row.name, "minor" | "major");
            assert_eq!(is_own, is_of_access && !means_the_same, "{}", row.name);
        }
        assert!(
            OF_STRINGS
                .iter()
                .all(|(name, _)| REFERENCE_FACTS.iter().any(|row| row.name == *name))
        );
    }

    #[test]
    fn a_dialect_calls_some_things_otherwise() {
        let pfn = Labels::dialect("pfn").expect("a dialect");
        assert_eq!(
            (pfn.fact("ppn"), pfn.fact("vpn"), &*pfn.table("ppn")),
            (Some("PFN"), Some("VPN"), "PFN")
        );
        assert_eq!(Labels::dialect("other"), None);
        assert_eq!(
            pfn.sentence("after a page fault there is no PPN"),
            "after a page fault there is no PFN"
        );
    }

    #[test]
    fn the_column_of_a_frame_has_the_label_of_frames() {
        let german = Labels::read("frame: Kachel\ncounter: Zähler\n").expect("labels");
        assert_eq!(german.table("frame12"), "Kachel 12");
        assert_eq!(german.table("counter0"), "Zähler 0");
        for other in ["frame", "hit"] {
            assert!(!german.table(other).contains(char::is_numeric), "{other}");
        }
        assert_eq!(german.table("frame3a"), "frame3a");
    }

    #[test]
    fn a_file_of_labels_is_read_and_its_mistakes_are_reported() {
        let german =
            Labels::read("lang: de\nName: Name, Vorname\nppn: Seitenrahmen\npoints: Punkte\n")
                .expect("labels");
        assert_eq!(
            (german.localize("points"), german.fact("ppn")),
            ("Punkte", Some("Seitenrahmen"))
        );
        assert_eq!(
            (german.language(), german.localize("Total")),
            ("de", "Total")
        );
        let wrong = |yaml| Labels::read(yaml).expect_err("wrong");
        assert_eq!(
            wrong("ppm: x"),
            "no label is named `ppm`; did you mean `ppn`?"
        );
        assert_eq!(wrong("ppn: \"\""), "`ppn` needs a one-line label");
        assert!(wrong("labels:\n  ppn: x").contains("remove `labels:`"));
        assert!(wrong("- a").starts_with("labels must be a mapping from names to text"));
    }

    #[test]
    fn every_word_of_the_paper_can_have_a_label() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/exam/formats");
        for file in [
            "plan/front.rs",
            "plan/instructions.rs",
            "plan/items.rs",
            "typst/mod.rs",
            "latex/mod.rs",
            "html/page.rs",
        ] {
            let text = std::fs::read_to_string(format!("{folder}/{file}")).expect("a source");
            for said in text
                .split("say(\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                assert!(
                    said.contains(' ') || WORDS.contains(&said),
                    "{said} of {file}"
                );
            }
        }
    }
}
