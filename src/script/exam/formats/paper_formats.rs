//! Formats of papers.

use super::edition::Edition;
use super::export::{File, Refusal};
use super::style::Style;
use super::{html, json, latex, markdown, moodle, prairielearn, qti, typst};
use crate::exam::paper::Paper;

/// A format.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name.
    pub name: &'static str,
    /// A short description.
    pub about: &'static str,
    /// The file extension.
    pub extension: &'static str,
    /// The writer.
    pub write: Writer,
}

/// The writer of a format.
#[derive(Debug, Clone, Copy)]
pub enum Writer {
    /// Writes one file per paper and edition.
    Each(fn(&Paper, Edition, &Style) -> Result<String, Refusal>),
    /// Writes Typst source for one PDF per paper and edition.
    Typeset(fn(&Paper, Edition, &Style) -> Result<String, Refusal>),
    /// Writes all versions together for a learning platform, with keys and students' texts.
    Bank(fn(&[Paper]) -> Result<Vec<File>, Refusal>),
}

/// The formats in the order of the help; the first is the default.
pub const FORMATS: &[Format] = &[
    Format {
        name: "markdown",
        about: "Markdown text to print or convert",
        extension: "md",
        write: Writer::Each(|paper, edition, style| Ok(markdown(paper, edition, style))),
    },
    Format {
        name: "html",
        about: "a page for a browser, to show or print",
        extension: "html",
        write: Writer::Each(|paper, edition, style| Ok(html::page(paper, edition, style))),
    },
    Format {
        name: "pdf",
        about: "pages to print, made by Typst (`pip install typst`)",
        extension: "pdf",
        write: Writer::Typeset(|paper, edition, style| Ok(typst(paper, edition, style))),
    },
    Format {
        name: "typst",
        about: "text for the typesetter Typst",
        extension: "typ",
        write: Writer::Each(|paper, edition, style| Ok(typst(paper, edition, style))),
    },
    Format {
        name: "latex",
        about: "text for pdfLaTeX, run twice; needs no more than its basic installation",
        extension: "tex",
        write: Writer::Each(latex),
    },
    Format {
        name: "json",
        about: "one object",
        extension: "json",
        write: Writer::Each(|paper, edition, _| Ok(json(paper, edition))),
    },
    Format {
        name: "moodle",
        about: "question bank of Moodle, as Moodle XML",
        extension: "xml",
        write: Writer::Bank(moodle::write),
    },
    Format {
        name: "prairielearn",
        about: "questions of a PrairieLearn course, a directory each",
        extension: "d",
        write: Writer::Bank(prairielearn::write),
    },
    Format {
        name: "qti",
        about: "content package of QTI 2.1, a zip",
        extension: "zip",
        write: Writer::Bank(qti::write),
    },
];
