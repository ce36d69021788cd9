//! Formats of papers.

#[cfg(feature = "exports")]
use super::qti;
use super::style::{Edition, File, Refusal, Style};
use super::{html, json, latex, markdown, moodle, prairielearn, typst};
use crate::exam::paper::Paper;

#[derive(Debug, Clone, Copy)]
pub struct Format {
    pub name: &'static str,
    /// A short description.
    pub about: &'static str,
    /// The file extension.
    pub extension: &'static str,
    pub write: Writer,
}

/// The writer of a format.
#[derive(Debug, Clone, Copy)]
pub enum Writer {
    /// Writes one file per paper and edition.
    Each(fn(&Paper, Edition, &Style) -> Result<String, Refusal>),
    /// Writes Typst source for a PDF with an edition of these papers.
    Typeset(fn(&[Paper], Edition, &Style) -> String),
    /// Writes all versions together for a learning platform, with keys and the text for students.
    Bank(fn(&[Paper]) -> Result<Vec<File>, Refusal>),
}

/// The formats in the order of the help. The first format is the default.
pub const FORMATS: &[Format] = &[
    Format {
        name: "markdown",
        about: "Markdown text to print or convert",
        extension: "md",
        write: Writer::Each(|paper, edition, style| Ok(markdown(paper, edition, style))),
    },
    Format {
        name: "html",
        about: "web page to view or print",
        extension: "html",
        write: Writer::Each(|paper, edition, style| Ok(html::page(paper, edition, style))),
    },
    Format {
        name: "pdf",
        about: "PDF made with Typst",
        extension: "pdf",
        write: Writer::Typeset(typst::all),
    },
    Format {
        name: "typst",
        about: "Typst source",
        extension: "typ",
        write: Writer::Each(|paper, edition, style| Ok(typst::typst(paper, edition, style))),
    },
    Format {
        name: "latex",
        about: "pdfLaTeX source (compile twice); needs only a basic LaTeX installation",
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
        about: "Moodle question bank (Moodle XML)",
        extension: "xml",
        write: Writer::Bank(moodle::write),
    },
    Format {
        name: "prairielearn",
        about: "PrairieLearn questions, one directory each",
        extension: "d",
        write: Writer::Bank(prairielearn::write),
    },
    #[cfg(feature = "exports")]
    Format {
        name: "qti",
        about: "QTI 2.1 content package (ZIP)",
        extension: "zip",
        write: Writer::Bank(qti::write),
    },
];
