//! A paper for Typst, which converts it to PDF.

mod leaves;

use std::fmt::Write;

use self::leaves::{Typst, array};
use super::canvas::Canvas;
use super::plan::sheet;
use super::style::{Edition, Style};
use super::tree::Sheet;
use super::walk::{Escape, Format};
use crate::exam::paper::Paper;

/// Functions for the elements of a paper.
const FUNCTIONS: &str = include_str!("paper.typ");
/// Margins in millimeters: left and right, top, bottom.
const MARGINS: (f64, f64, f64) = (18.0, 20.0, 18.0);

/// Returns an edition of a paper.
pub fn typst(paper: &Paper, edition: Edition, style: &Style) -> String {
    all(std::slice::from_ref(paper), edition, style)
}

/// Returns an edition of several papers as one document. Each paper begins on a right-hand page
/// with the number 1. Two students therefore never share a sheet of paper. Joining finished PDF
/// files would need a PDF library.
pub(crate) fn all(papers: &[Paper], edition: Edition, style: &Style) -> String {
    let (width, height) = style.page.size();
    let canvas = Canvas::for_page(width - 2.0 * MARGINS.0, style.large);
    let mut out = format!(
        "#let high = {:.1}mm\n#let large = {}\n#let continuous = {}\n",
        height - MARGINS.1 - MARGINS.2,
        style.large,
        papers.iter().any(|paper| paper.continuous)
    );
    out.push_str(FUNCTIONS);
    text(&mut out, style);
    for (at, paper) in papers.iter().enumerate() {
        let sheet = sheet(paper, edition, style);
        if at == 0 {
            let _ = writeln!(
                out,
                "#set document(title: {}, date: none)",
                Typst.marked(&sheet.front.title)
            );
        } else {
            out.push_str("#pagebreak(weak: true, to: \"odd\")\n");
        }
        page(&mut out, &sheet, at, style);
        out.push_str(&Typst.contents(&sheet, canvas, &style.labels));
        // The label marks the last page.
        let _ = writeln!(out, "#metadata(none) <end-{at}>");
    }
    out
}

/// Sets the page, with its header and footer.
fn page(out: &mut String, sheet: &Sheet, at: usize, style: &Style) {
    let say = |word| Typst.plain(style.labels.localize(word));
    let code = sheet.version(&style.labels);
    let owner = sheet.front.owner.iter().map(|(label, blank)| {
        let content = blank.content.as_ref();
        let content = content.map_or_else(|| "none".to_owned(), |content| Typst.plain(content));
        format!("({}, {}, {content})", Typst.plain(label), blank.width)
    });
    let _ = writeln!(
        out,
        "#set page(paper: \"{}\", margin: (x: {}mm, top: {}mm, bottom: {}mm), header-ascent: 6mm, header: head(<end-{at}>, {}), footer: foot(<end-{at}>, {}, {}, {}, {}))\n#counter(page).update(1)",
        match style.page.name() {
            "letter" => "us-letter",
            name => name,
        },
        MARGINS.0,
        MARGINS.1,
        MARGINS.2,
        array(owner),
        Typst.plain(&code),
        Typst.plain(sheet.front.edition.as_deref().unwrap_or_default()),
        say("Page"),
        say("of"),
    );
}

/// Sets the type.
fn text(out: &mut String, style: &Style) {
    let _ = writeln!(
        out,
        "#set text(font: (\"Libertinus Serif\", \"DejaVu Sans Mono\"), size: {}pt, lang: {}, hyphenate: false)",
        if style.large { 18 } else { 11 },
        Typst.plain(style.labels.language()),
    );
    out.push_str(
        "#set par(leading: 0.6em, spacing: 0.9em)\n#show raw: set text(font: mono)\n#show figure: set align(left)\n\
         #show figure: set block(breakable: true, above: 1em, below: 1em)\n#show figure.caption: it => strong(it.body)\n\
         #set figure.caption(position: top)\n#set figure(gap: 0.4em)\n#show heading.where(level: 1): set text(size: 1.2em)\n\
         #show heading.where(level: 2): set text(size: 1.08em)\n#show heading: set block(above: 1.2em, below: 0.8em)\n\
         #show title: set text(size: 1.1em)\n",
    );
}
