//! Names of the files and questions of an export.

use crate::exam::field::Field;
use crate::exam::formats::export::Refusal;
use crate::exam::paper::Paper;

/// Maximum length of a name in characters.
const LONGEST: usize = 48;

/// Returns the exam's title, or `Exam` if it has none.
pub(crate) fn title(paper: &Paper) -> &str {
    let said = paper.cover.iter().find(|(field, _)| &**field == "title");
    said.map_or("Exam", |(_, words)| words.as_str())
}

/// Returns a name of lowercase letters, digits, and `-`: `virtual-memory`.
pub(crate) fn slug(words: &str) -> String {
    let mut slug = String::new();
    for c in words.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() == LONGEST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "exam".to_owned()
    } else {
        slug.to_owned()
    }
}

/// Returns the identifier of a version's question: `virtual-memory-B-2`. The identifier does not contain the
/// seed.
pub(crate) fn identifier(paper: &Paper, question: usize) -> String {
    let code = paper.version.as_ref().map_or_else(String::new, |version| {
        format!("-{}", slug_of_code(&version.code))
    });
    format!("{}{code}-{}", slug(title(paper)), question + 1)
}

/// Returns a version's code with only letters, digits, and `-`.
pub(crate) fn slug_of_code(code: &str) -> String {
    code.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}

/// Describes where a field is on the paper: `question 2, part a, field 2a.vpn`.
pub fn field_location(field: &Field) -> String {
    let part = field
        .part
        .map_or_else(String::new, |part| format!(", part {part}"));
    format!(
        "question {}{part}, field {}",
        field.question + 1,
        field.name
    )
}

/// Creates a refusal that names a field.
pub(crate) fn refusal(field: &Field, why: impl Into<String>) -> Refusal {
    Refusal {
        part: field_location(field),
        why: why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_name_is_of_small_letters_digits_and_dashes() {
        assert_eq!(slug("Virtual memory, part 2!"), "virtual-memory-part-2");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(
            (slug("памя́ть"), slug("")),
            ("exam".to_owned(), "exam".to_owned())
        );
        assert_eq!(slug(&"x".repeat(1000)).len(), 48);
    }
}
