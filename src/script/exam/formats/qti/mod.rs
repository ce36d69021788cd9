//! Papers as a QTI 2.1 content package (<https://www.imsglobal.org/question/>), which is a zip file. The
//! package contains an item for each version of a question, a test that draws one version of each, and a
//! manifest. More platforms read version 2.1 than version 2.2. The HTML of QTI 2.1 allows neither
//! styles nor drawings.

mod interactions;
mod item;
mod package;
mod test;

use std::collections::BTreeSet;

use interactions::Interactions;
use item::Entry;

use super::bank::group::{Group, Laid, groups};
use super::bank::name::{identifier, slug, title};
use super::bank::stem::stem;
use super::export::{File, Refusal};
use crate::exam::paper::Paper;

/// Writes all versions of a paper as one package.
///
/// # Errors
/// Returns a refusal if QTI does not support part of a paper.
pub fn write(papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let Some(first) = papers.first() else {
        return Ok(Vec::new());
    };
    let laid = Laid::all(papers);
    let mut sections = Vec::new();
    for group in groups(papers) {
        if group.versions.len() < papers.len() {
            let why = "only some versions contain this question, but a QTI test gives it to every student; export versions without `pool`";
            return Err(Refusal {
                part: format!("question \"{}\"", group.title),
                why: why.to_owned(),
            });
        }
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        for (of, at) in &group.versions {
            let entry = entry(&group, &laid[*of], *at)?;
            // The test would draw a duplicate version twice as often.
            if seen.insert(entry.stem.clone()) {
                entries.push(entry);
            }
        }
        sections.push(entries);
    }
    unique(&mut sections);
    let mut files = vec![test::write(title(first), &sections)];
    files.extend(sections.iter().flatten().map(item::write));
    files.insert(0, package::manifest(slug(title(first)).as_str(), &files));
    let bytes = package::zipped(&files);
    Ok(vec![File {
        path: format!("{}.zip", slug(title(first))),
        bytes,
    }])
}

/// Returns a version of a question as an entry.
fn entry(group: &Group, laid: &Laid, at: usize) -> Result<Entry, Refusal> {
    let mut interactions = Interactions::default();
    let stem = stem(
        &laid.sheet,
        &laid.sheet.questions[at],
        laid.own(at),
        &mut interactions,
    )?;
    // An identifier must begin with a letter.
    let identifier = format!("item-{}", identifier(laid.paper, at));
    Ok(Entry {
        identifier,
        title: group.name(),
        stem,
        responses: interactions.responses,
    })
}

/// Makes the entries' identifiers unique, because codes may differ only in characters that
/// identifiers cannot contain.
fn unique(sections: &mut [Vec<Entry>]) {
    let mut given = BTreeSet::new();
    for entry in sections.iter_mut().flatten() {
        let name = entry.identifier.clone();
        let mut again = 1;
        while !given.insert(entry.identifier.clone()) {
            again += 1;
            entry.identifier = format!("{name}-{again}");
        }
    }
}
