//! Papers as a QTI 2.1 content package (<https://www.imsglobal.org/question/>), which is a zip file. The
//! package contains an item for each version of a question, a test that draws one version of each, and a
//! manifest. More platforms read version 2.1 than version 2.2. The HTML of QTI 2.1 allows neither
//! styles nor drawings.

mod item;
mod test;

use std::collections::BTreeSet;
use std::io;
use std::io::{Cursor, Write};

use item::{Entry, INSTANCE, Interactions};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::bank::group::{Group, Laid, groups};
use super::bank::input::{file_name, identifier, title};
use super::bank::stem::stem;
use super::style::{File, Refusal};
use crate::exam::paper::Paper;
use crate::report::xml::{Xml, document, empty, within, words};

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
    let name = file_name(first);
    let mut files = vec![test::write(&name, &title(first), &sections)];
    files.extend(sections.iter().flatten().map(item::write));
    files.insert(0, manifest(&name, &files));
    let bytes = zipped(&files);
    Ok(vec![File {
        path: format!("{name}.zip"),
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

/// The namespace of manifests.
const NAMESPACE: &str = "http://www.imsglobal.org/xsd/imscp_v1p1";
/// The location of the manifest schema.
const SCHEMA: &str = "http://www.imsglobal.org/xsd/imscp_v1p1 http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd";

/// Returns the manifest of these files: the items, and the test, which depends on all items.
fn manifest(name: &str, files: &[File]) -> File {
    let identifier = format!("manifest-{name}");
    let attributes = [
        ("xmlns", NAMESPACE),
        ("xmlns:xsi", INSTANCE),
        ("xsi:schemaLocation", SCHEMA),
        ("identifier", identifier.as_str()),
    ];
    let text = document(|xml| {
        within(xml, "manifest", &attributes, |xml| {
            within(xml, "metadata", &[], |xml| {
                words(xml, "schema", "QTIv2.1 Package")?;
                words(xml, "schemaversion", "1.0.0")
            })?;
            empty(xml, "organizations", &[])?;
            within(xml, "resources", &[], |xml| {
                files.iter().try_for_each(|file| resource(xml, file, files))
            })
        })
    });
    File {
        path: "imsmanifest.xml".to_owned(),
        bytes: text.into_bytes(),
    }
}

fn resource(xml: &mut Xml, file: &File, files: &[File]) -> io::Result<()> {
    let is_test = file.path == test::PATH;
    let kind = if is_test {
        "imsqti_test_xmlv2p1"
    } else {
        "imsqti_item_xmlv2p1"
    };
    let identifier = named(&file.path);
    let attributes = [
        ("identifier", identifier.as_str()),
        ("type", kind),
        ("href", &*file.path),
    ];
    within(xml, "resource", &attributes, |xml| {
        empty(xml, "file", &[("href", &*file.path)])?;
        let mut items = files
            .iter()
            .filter(|item| is_test && item.path != file.path);
        items.try_for_each(|item| {
            empty(xml, "dependency", &[("identifierref", &*named(&item.path))])
        })
    })
}

/// Returns a resource's identifier.
fn named(path: &str) -> String {
    format!(
        "resource-{}",
        path.trim_start_matches("items/").trim_end_matches(".xml")
    )
}

/// Returns the files in a zip without timestamps, so that equal files produce equal bytes.
fn zipped(files: &[File]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for file in files {
        // Writing to memory cannot fail, and no path is too long.
        let _ = zip
            .start_file(file.path.as_str(), options)
            .map(|()| zip.write_all(&file.bytes));
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}
