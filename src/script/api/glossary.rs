//! The entries of the glossary, from `docs/reference/glossary.md`.

const PAGE: &str = include_str!("glossary.md");

/// An entry of the glossary, in Markdown.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The heading, such as `Page fault` or `Virtual address (VA)`.
    pub heading: &'static str,
    /// The definition and the fields.
    pub text: &'static str,
}

/// All entries, in the order of the glossary.
fn entries() -> impl Iterator<Item = Entry> {
    PAGE.split("\n### ").skip(1).map(|section| {
        let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
        Entry {
            heading: heading.trim(),
            text: text.split("\n## ").next().unwrap_or(text).trim(),
        }
    })
}

/// The kinds of names that an entry can have, in order of precedence. [`find`] returns only the matches of
/// the first kind that has any.
const KINDS: [fn(Entry) -> Vec<&'static str>; 4] = [
    |entry| vec![entry.heading.split(" (").next().unwrap_or(entry.heading)],
    |entry| {
        entry
            .heading
            .split_once(" (")
            .map(|(_, short)| short.trim_end_matches(')'))
            .into_iter()
            .collect()
    },
    |entry| entry.field("Also called"),
    |entry| entry.field("In Pagewalk"),
];

impl Entry {
    /// The names in a field, without code marks and without remarks in parentheses.
    fn field(self, label: &str) -> Vec<&'static str> {
        let values = self.text.lines().find_map(|line| {
            line.strip_prefix("- ")?
                .strip_prefix(label)?
                .strip_prefix(": ")
        });
        let names = values.into_iter().flat_map(|values| values.split(", "));
        names
            .map(|name| name.split(" (").next().unwrap_or(name).trim_matches('`'))
            .filter(|name| *name != "–")
            .collect()
    }
}

/// The entries with this name, ignoring case. Terms take precedence, followed by abbreviations, words from
/// other courses, and Pagewalk's words.
pub(crate) fn find(name: &str) -> Vec<Entry> {
    let named = |names: fn(Entry) -> Vec<&'static str>| -> Vec<Entry> {
        entries()
            .filter(|entry| {
                names(*entry)
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name))
            })
            .collect()
    };
    KINDS
        .into_iter()
        .map(named)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Every name that [`find`] recognizes.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KINDS
        .into_iter()
        .flat_map(|names| entries().flat_map(names))
}

#[cfg(test)]
mod tests {
    use super::{entries, find};

    fn headings(name: &str) -> Vec<&'static str> {
        find(name).iter().map(|entry| entry.heading).collect()
    }

    #[test]
    fn a_name_finds_its_entries_by_precedence() {
        assert_eq!(headings("page fault"), ["Page fault"]);
        assert_eq!(headings("vpo"), ["Virtual page offset (VPO)"]);
        assert_eq!(headings("VM_AREA_STRUCT"), ["Area"]);
        assert_eq!(headings("madvise"), ["Advice"]);
        // A term takes precedence over words from other courses and over Pagewalk's words.
        assert_eq!(headings("line"), ["Line"]);
        assert_eq!(headings("cache"), ["Cache"]);
        // A word from other courses can have several meanings.
        assert!(headings("index").len() > 1);
        assert!(headings("–").is_empty() && headings("").is_empty());
    }

    #[test]
    fn every_entry_has_a_definition_and_names() {
        assert!(entries().count() > 100);
        for entry in entries() {
            assert!(entry.text.contains("\n\n- CS:APP: "), "{}", entry.heading);
            assert!(
                !entry.field("In Pagewalk").is_empty() || entry.text.contains("In Pagewalk: –"),
                "{}",
                entry.heading
            );
        }
    }
}
