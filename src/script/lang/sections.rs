//! Tables of words in text files. A section begins with its name in brackets and ends at an empty line.

/// Returns the lines of a section.
pub(crate) fn section(table: &'static str, name: &str) -> &'static str {
    let rest = table
        .split_once(&format!("[{name}]\n"))
        .map_or("", |(_, rest)| rest);
    rest.split("\n\n").next().unwrap_or_default()
}

/// Returns the rows of a section, each with the texts before and after its colon.
pub(crate) fn rows(
    table: &'static str,
    name: &str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    section(table, name)
        .lines()
        .filter_map(|line| line.split_once(": "))
}

/// Whether a section of words contains a word.
pub(crate) fn lists(table: &'static str, name: &str, word: &str) -> bool {
    section(table, name)
        .split_whitespace()
        .any(|known| known == word)
}
