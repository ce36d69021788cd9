//! Papers as a content package of QTI 2.1 (<https://www.imsglobal.org/question/>): an item for each version of a question, a test that
//! draws one of each, and their manifest, in a zip.

mod interactions;
mod item;
mod package;
mod test;

use std::collections::BTreeSet;

use interactions::Interactions;
use item::Entry;

use super::bank::name::{identifier, slug, title};
use super::bank::stem::stem;
use super::export::{File, Refusal};
use super::plan::for_screens;
use crate::exam::field::{Field, fields};
use crate::exam::paper::Paper;

/// All versions of a paper as one package.
///
/// # Errors
/// Which part QTI cannot hold.
pub fn write(papers: &[Paper]) -> Result<Vec<File>, Refusal> {
    let Some(first) = papers.first() else { return Ok(Vec::new()) };
    let mut sections: Vec<Vec<Entry>> = Vec::new();
    for paper in papers {
        let (sheet, fields) = (for_screens(paper), fields(paper));
        sections.resize_with(sections.len().max(paper.questions.len()), Vec::new);
        for (at, section) in sheet.questions.iter().enumerate() {
            let own: Vec<Field> = fields.iter().filter(|field| field.question == at).cloned().collect();
            let mut interactions = Interactions::default();
            let stem = stem(&sheet, section, &own, &mut interactions)?;
            let name = format!("{} {}", section.number, section.title);
            // An identifier begins with a letter.
            let identifier = format!("item-{}", identifier(paper, at));
            sections[at].push(Entry { identifier, title: name, stem, responses: interactions.responses });
        }
    }
    for section in &mut sections {
        let mut seen = BTreeSet::new();
        // Versions that ask the same would be drawn twice as often.
        section.retain(|entry| seen.insert(entry.stem.clone()));
        unique(section);
    }
    let mut files = vec![test::write(title(first), &sections)];
    files.extend(sections.iter().flatten().map(item::write));
    files.insert(0, package::manifest(slug(title(first)).as_str(), &files));
    let bytes = package::zipped(&files);
    Ok(vec![File { path: format!("{}.zip", slug(title(first))), bytes }])
}

/// Identifiers that no two entries share: codes may differ in what no identifier can hold.
fn unique(section: &mut [Entry]) {
    let mut given = BTreeSet::new();
    for entry in section {
        let name = entry.identifier.clone();
        let mut again = 1;
        while !given.insert(entry.identifier.clone()) {
            again += 1;
            entry.identifier = format!("{name}-{again}");
        }
    }
}
