//! Writes feedback files, one per student.

use std::collections::BTreeSet;
use std::path::Path;

use pagewalk_engine::files::atomic_write::write_below;
use pagewalk_script::exam::marks::Format;

/// Maximum length of an ID in a file name.
const LONGEST: usize = 80;

/// Writes the feedback for each student ID. An error message continues a sentence that starts with the folder
/// name.
pub(crate) fn write<'t>(
    folder: &Path,
    format: Format,
    each: impl Iterator<Item = (&'t str, &'t str)>,
) -> Result<usize, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot be created: {error}"))?;
    let mut used = BTreeSet::new();
    let mut written = 0;
    for (id, text) in each {
        let stem = stem(id, &mut used);
        let name = format!("{stem}.{}", format.extension());
        write_below(folder, &name, text.as_bytes())
            .map_err(|error| format!("cannot store the file for `{id}`: {error}"))?;
        written += 1;
    }
    Ok(written)
}

/// Returns a unique file name for an ID, with only letters, digits, `-`, `_`, `@`, and `.`. Names that differ
/// only in case are treated as duplicates.
fn stem(id: &str, used: &mut BTreeSet<String>) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || "-_@.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let plain: String = id.chars().take(LONGEST).map(safe).collect();
    let plain = plain.trim_start_matches('.');
    let plain = if plain.is_empty() { "student" } else { plain };
    let mut stem = plain.to_owned();
    let mut again = 1;
    while !used.insert(stem.to_lowercase()) {
        again += 1;
        stem = format!("{plain}-{again}");
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn names_of_files_are_safe_and_stay_apart() {
        let mut used = std::collections::BTreeSet::new();
        let names: Vec<String> = ["a1", "A1", "../../etc/passwd", "", "x/y", "x\\y"]
            .iter()
            .map(|id| stem(id, &mut used))
            .collect();
        assert_eq!(
            names,
            ["a1", "A1-2", "_.._etc_passwd", "student", "x_y", "x_y-2"]
        );
    }
}
