//! A paper for Typst, which converts it to PDF.

mod blocks;

use std::fmt::Write;

use self::blocks::Writer;
use super::canvas::Canvas;
use super::labels::Labels;
use super::plan::sheet;
use super::style::{Edition, Style};
use super::tree::{Block, Front, Section, Sheet};
use crate::exam::paper::Paper;
use blocks::{array, flowing, perhaps, string};

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
    let (_, height) = style.page.size();
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
                string(&sheet.front.title)
            );
        } else {
            out.push_str("#pagebreak(weak: true, to: \"odd\")\n");
        }
        page(&mut out, &sheet, at, style);
        contents(&mut out, &sheet, style);
        // The label marks the last page.
        let _ = writeln!(out, "#metadata(none) <end-{at}>");
    }
    out
}

fn contents(out: &mut String, sheet: &Sheet, style: &Style) {
    let (width, _) = style.page.size();
    front(out, &sheet.front, sheet.code.as_deref(), &style.labels);
    let canvas = Canvas::for_page(width - 2.0 * MARGINS.0, style.large);
    for question in &sheet.questions {
        section(out, question, canvas, &style.labels);
    }
    if !sheet.appendix.is_empty() {
        let _ = writeln!(
            out,
            "#pagebreak(weak: true)\n#{{\n{}}}",
            Writer::blocks(&sheet.appendix, canvas)
        );
    }
}

/// Sets the page, with its header and footer.
fn page(out: &mut String, sheet: &Sheet, at: usize, style: &Style) {
    let say = |word| string(style.labels.localize(word));
    let code = sheet.code.as_ref().map_or_else(String::new, |code| {
        format!("{} {code}", style.labels.localize("Version"))
    });
    let owner = sheet.front.owner.iter().map(|(label, blank)| {
        let content = blank.content.as_deref().unwrap_or_default();
        format!("({}, {}, {})", string(label), blank.width, perhaps(content))
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
        string(&code),
        string(sheet.front.edition.as_deref().unwrap_or_default()),
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
        string(style.labels.language()),
    );
    out.push_str(
        "#set par(leading: 0.6em, spacing: 0.9em)\n#show raw: set text(font: mono)\n#show figure: set align(left)\n\
         #show figure: set block(breakable: true, above: 1em, below: 1em)\n#show figure.caption: it => strong(it.body)\n\
         #set figure.caption(position: top)\n#set figure(gap: 0.4em)\n#show heading.where(level: 1): set text(size: 1.2em)\n\
         #show heading.where(level: 2): set text(size: 1.08em)\n#show heading: set block(above: 1.2em, below: 0.8em)\n\
         #show title: set text(size: 1.1em)\n",
    );
}

fn front(out: &mut String, front: &Front, code: Option<&str>, labels: &Labels) {
    let pair = |(one, other): &(String, String)| format!("({}, {})", string(one), string(other));
    let version = code.map(|code| (labels.localize("Version").to_owned(), code.to_owned()));
    let owner = front
        .owner
        .iter()
        .map(|(label, blank)| format!("({}, {})", string(label), blocks::blank(blank)));
    let _ = writeln!(
        out,
        "#cover({}, {}, {}, {}, {}, {}, {})",
        string(&front.title),
        perhaps(front.edition.as_deref().unwrap_or_default()),
        array(front.cover.iter().chain(&version).map(pair)),
        array(owner),
        array(front.grid.heads.iter().map(|head| string(head))),
        array(front.grid.questions.iter().map(pair)),
        pair(&front.grid.total),
    );
    sentences(out, 1, labels.localize("Instructions"), &front.instructions);
    sentences(out, 1, labels.localize("Assumptions"), &front.assumptions);
}

fn sentences(out: &mut String, level: u32, heading: &str, said: &[String]) {
    if !said.is_empty() {
        let said: Vec<String> = said.iter().map(|sentence| flowing(sentence)).collect();
        let _ = writeln!(
            out,
            "#sentences({}, {level}, {})",
            string(heading),
            said.join(", ")
        );
    }
}

/// Writes a question. By default, it starts on a new page, and a longer question in another version therefore does not
/// move the boxes of later questions.
fn section(out: &mut String, question: &Section, canvas: Canvas, labels: &Labels) {
    let Section {
        number,
        title,
        points,
        ..
    } = question;
    let _ = writeln!(
        out,
        "#question({}, {}, {})",
        string(number),
        string(title),
        string(points)
    );
    let (introduction, rest) = question.parts_on_page();
    blocks(out, introduction, canvas);
    sentences(
        out,
        2,
        labels.localize("Assumptions"),
        &question.assumptions,
    );
    blocks(out, rest, canvas);
}

fn blocks(out: &mut String, blocks: &[Block], canvas: Canvas) {
    if !blocks.is_empty() {
        let _ = writeln!(out, "#{{\n{}}}", Writer::blocks(blocks, canvas));
    }
}
