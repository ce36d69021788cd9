//! `--bless`: rewrites golden files.

use std::fmt::Write as _;
use std::fs;

use super::find::{SuiteFile, error_words, report_name};
use super::goldens::{
    CaseFilter, CaseRuns, compare_cases, compare_with_golden, file_name, golden_from, golden_of, is_of,
    load_golden, reject_golden,
};
use crate::face::atomic_write::write_file;
use pagewalk_script::report::narrate::count;
use pagewalk_script::suite::golden::{Golden, Unusable, read, write};
use pagewalk_script::suite::listing::draw;
use pagewalk_script::suite::reports::Held;

/// Rewrites the golden file for the wanted cases and returns the changes. Leaves it unchanged if a case fails
/// or has a mistake.
pub(crate) fn rewrite(
    found: &SuiteFile,
    did: &mut CaseRuns,
    wanted: CaseFilter,
    color: bool,
) -> Option<String> {
    if did.is_empty() || did.iter().any(|(case, _)| wanted(case) && case.own().bad()) {
        compare_with_golden(found, did, wanted, false);
        return None;
    }
    let path = golden_of(found);
    let old =
        if path.exists() { load_golden(&path).and_then(|bytes| read(&bytes)) } else { Ok(Golden::default()) };
    if let Err(unusable @ (Unusable::Newer { .. } | Unusable::Unreadable(_))) = &old {
        reject_golden(found, &path, unusable, did, wanted);
        return None;
    }
    let shown = report_name(&path);
    let (mut told, mut kept) = (String::new(), Vec::new());
    if let Ok(old) = &old {
        compare_cases(old, did);
        kept.extend(
            old.cases
                .iter()
                .filter(|section| did.iter().any(|(case, _)| is_of(section, case) && !wanted(case))),
        );
        told = changes(did, wanted, color, !old.cases.is_empty());
    }
    let mut new = golden_from(did);
    for (section, (case, _)) in new.cases.iter_mut().zip(did.iter()) {
        if let Some(old) = kept.iter().find(|old| is_of(old, case)) {
            section.clone_from(old);
        }
    }
    // Unwanted cases that are not in the file stay out of it.
    let mut cases = did.iter();
    new.cases.retain(|_| {
        cases.next().is_some_and(|(case, _)| wanted(case) || kept.iter().any(|old| is_of(old, case)))
    });
    new.total = new.listed();
    let text = write(&new, &file_name(found));
    if fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return None;
    }
    if let Err(error) = write_file(&path, &text) {
        let why = format!("the golden file cannot be written: {}", error_words(&error));
        reject_golden(found, &path, &Unusable::Unreadable(why), did, wanted);
        return None;
    }
    for (case, _) in did.iter_mut().filter(|(case, _)| wanted(case)) {
        case.golden = Held::Same;
    }
    Some(format!("{shown}: written, {}\n{told}", count(new.total, "statement", "statements")))
}

/// The blessed differences.
fn changes(did: &CaseRuns, wanted: CaseFilter, color: bool, old: bool) -> String {
    let mut text = String::new();
    for (case, _) in did.iter().filter(|(case, _)| wanted(case) && old) {
        if let Held::Differs { differences, notes } = &case.golden {
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {}", case.name);
            for note in notes {
                let _ = writeln!(text, "  {note}");
            }
            text += &draw(differences, color);
        }
    }
    text
}
