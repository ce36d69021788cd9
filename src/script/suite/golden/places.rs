//! The lines of a golden file's entries.

use super::model::Golden;

/// The lines of a case, counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The first line of the case.
    pub(crate) first: usize,
    /// The first line of each entry.
    pub(crate) entries: Vec<usize>,
}

/// Returns the lines of each case in a golden file, or an empty list if the layout is not that of [`super::write`].
pub(crate) fn places(text: &str, golden: &Golden) -> Vec<Places> {
    let mut found: Vec<Places> = Vec::new();
    let mut in_statements = false;
    for (number, line) in text.lines().enumerate() {
        let begins_case = line.starts_with("- ");
        if begins_case {
            found.push(Places {
                first: number,
                entries: Vec::new(),
            });
        }
        // The texts of an entry are indented by more than two spaces.
        let Some(member) = line
            .get(2..)
            .filter(|_| begins_case || line.starts_with("  "))
        else {
            continue;
        };
        match found.last_mut() {
            Some(case) if member.starts_with("- ") && in_statements => case.entries.push(number),
            _ if member.starts_with([' ', '-']) => {}
            _ => in_statements = member.starts_with("statements:"),
        }
    }
    let expected = golden.cases.iter().map(|case| case.statements.len());
    if found.iter().map(|case| case.entries.len()).eq(expected) {
        found
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, Golden, Section, read, write};
    use super::places;

    #[test]
    fn the_line_of_each_entry_is_found() {
        let entry = |statement: &str, shows: &str| Entry {
            statement: statement.to_owned(),
            shows: shows.to_owned(),
            ..Entry::default()
        };
        let own = Section {
            statements: vec![entry("read 0", "")],
            ..Section::default()
        };
        let other = Section {
            scenario: Some("- statements:\n- x".to_owned()),
            mistakes: vec!["unknown-name".to_owned()],
            statements: vec![entry("show tlb", "- a\n  - b"), entry("read 1", "")],
            ..Section::default()
        };
        let golden = Golden::new(vec![own, Section::default(), other]);
        let text = write(&golden, "x.pw");
        let lines: Vec<&str> = text.lines().collect();
        let found = places(&text, &golden);
        let entries: Vec<Vec<&str>> = found
            .iter()
            .map(|case| case.entries.iter().map(|at| lines[*at].trim()).collect())
            .collect();
        assert_eq!(
            entries,
            [
                vec!["- do: read 0"],
                vec![],
                vec!["- do: show tlb", "- do: read 1"]
            ]
        );
        assert!(lines[found[2].first].starts_with("- scenario:"));
    }

    #[test]
    fn another_layout_has_no_places() {
        let text = "{format: 2, cases: [{statements: [{do: read 0}]}]}\n...\n";
        assert_eq!(places(text, &read(text.as_bytes()).unwrap()), []);
    }
}
