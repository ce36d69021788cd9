//! The words in the parameters of a verb's or a setting's row: small letters are words, capitals stand for something.

/// The words of a row.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    params: &'static str,
}

/// Slots that only words of a registry fill, never a value.
const NAMES: &[&str] = &["POLICY", "NAME", "PRESET", "NOUN", "FACT"];

impl Words {
    /// The words of these parameters.
    pub fn of(params: &'static str) -> Self {
        Self { params }
    }

    fn each(self) -> impl Iterator<Item = &'static str> {
        let ends = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
        // What stands in braces belongs to the block.
        let before = self.params.split('{').next().unwrap_or_default();
        before.split(ends).filter(|word| !word.is_empty())
    }

    /// Whether this is one of the words.
    pub fn has(&self, word: &str) -> bool {
        self.each().any(|known| known == word && known.starts_with(|c: char| c.is_ascii_lowercase()))
    }

    /// Whether a value can stand there.
    pub fn take_values(&self) -> bool {
        let quoted = self.params.contains('"');
        quoted
            || self
                .each()
                .any(|word| word.starts_with(|c: char| c.is_ascii_uppercase()) && !NAMES.contains(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn words_are_told_from_slots() {
        let ways = Words::of("N|fully-associative|direct-mapped");
        assert!(ways.has("direct-mapped") && !ways.has("N") && ways.take_values());
        let policy = Words::of("lru|fifo");
        assert!(policy.has("lru") && !policy.take_values());
        assert!(!Words::of("POLICY").take_values());
        assert!(!Words::of("[NAME] { size SIZE } | none").has("size"));
        assert!(Words::of("\"name\"…").take_values());
    }
}
