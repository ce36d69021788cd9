//! Common functions for all XML documents of this crate.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// An XML writer that writes into memory.
pub(crate) type Xml = Writer<Vec<u8>>;

/// Returns a document: the declaration, the output of `body`, and a final line break.
pub(crate) fn document(body: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let declaration = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    elements(|xml| xml.write_event(declaration).and_then(|()| body(xml)))
}

/// Returns the output of `body` and a final line break.
pub(crate) fn elements(body: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory cannot fail.
    let _ = body(&mut xml);
    let mut text = String::from_utf8(xml.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

/// Removes the characters that XML 1.0 forbids (section 2.2).
pub(crate) fn legal(text: &str) -> String {
    let known = |c: char| matches!(c, '\t' | '\n' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars()
        .map(|c| if known(c) { c } else { '\u{FFFD}' })
        .collect()
}

/// Writes an element with the contents that `body` writes.
///
/// # Errors
/// Returns the errors from `body`.
pub(crate) fn within(
    xml: &mut Xml,
    tag: &str,
    attributes: &[(&str, &str)],
    body: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    xml.create_element(tag)
        .with_attributes(attributes.iter().copied())
        .write_inner_content(body)
        .map(|_| ())
}

/// Writes an empty element.
///
/// # Errors
/// Never fails, because the writer writes to memory.
pub(crate) fn empty(xml: &mut Xml, tag: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.create_element(tag)
        .with_attributes(attributes.iter().copied())
        .write_empty()
        .map(|_| ())
}

/// Writes an element with text content.
///
/// # Errors
/// Never fails, because the writer writes to memory.
pub fn words(xml: &mut Xml, tag: &str, words: &str) -> io::Result<()> {
    xml.create_element(tag)
        .write_text_content(BytesText::new(&legal(words)))
        .map(|_| ())
}

/// Escapes text between tags or in quotes of HTML and XML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            // Documents must not contain control characters.
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}
