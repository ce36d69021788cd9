//! The manifest and the zip file of the package.

use std::io::{self, Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::item::INSTANCE;
use super::test;
use crate::exam::formats::export::File;
use crate::report::xml::{Xml, document, empty, within, words};

/// The namespace of manifests.
const NAMESPACE: &str = "http://www.imsglobal.org/xsd/imscp_v1p1";
/// The location of the manifest schema.
const SCHEMA: &str = "http://www.imsglobal.org/xsd/imscp_v1p1 http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd";

/// Returns the manifest of these files: the items, and the test, which depends on all items.
pub(crate) fn manifest(name: &str, files: &[File]) -> File {
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
pub(crate) fn zipped(files: &[File]) -> Vec<u8> {
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
