//! The formats in which papers are written.

use super::edition::Edition;
use super::export::{File, Refusal};
use super::style::Style;
use super::{html, json, latex, markdown, moodle, prairielearn, qti, typst};
use crate::exam::paper::Paper;

/// A format.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// How its files end.
    pub extension: &'static str,
    /// How it is written.
    pub write: Writer,
}

/// How papers are written in a format.
#[derive(Debug, Clone, Copy)]
pub enum Writer {
    /// A file a paper and edition.
    Each(fn(&Paper, Edition, &Style) -> Result<String, Refusal>),
    /// A file a paper and edition: the PDF that Typst makes of this text.
    Typeset(fn(&Paper, Edition, &Style) -> Result<String, Refusal>),
    /// All versions at once, for a learning platform: it has keys and students' texts together.
    Bank(fn(&[Paper]) -> Result<Vec<File>, Refusal>),
}

/// The formats, in the order in which help lists them; the first is the usual one.
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
