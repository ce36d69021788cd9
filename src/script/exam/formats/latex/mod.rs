//! A paper for pdfLaTeX that uses only packages from the basic installation.

mod leaves;
mod text;

use std::fmt::Write;

use self::text::Text;
use super::canvas::Canvas;
use super::code::unmarked;
use super::plan::sheet;
use super::style::{Edition, PageSize, Refusal, Style};
use super::tree::Sheet;
use super::walk::{Escape, Format};
use crate::exam::paper::Paper;

/// Macros for the elements of a paper.
const MACROS: &str = include_str!("paper.tex");
/// Left and right margin, in millimeters.
const MARGIN: f64 = 18.0;
/// Share of the page's width for the name and ID in the page header.
const OWNER: f64 = 0.75;

/// Returns an edition of a paper.
///
/// # Errors
/// Returns a refusal if the basic fonts lack a character.
pub fn latex(paper: &Paper, edition: Edition, style: &Style) -> Result<String, Refusal> {
    let sheet = sheet(paper, edition, style);
    let text = Text::default();
    let mut out = String::new();
    setup(&mut out, &sheet, style, &text);
    let canvas = Canvas::for_page(style.page.size().0 - 2.0 * MARGIN, style.large);
    out.push_str(&text.front(&sheet, canvas, &style.labels));
    refuse(&text, "the cover")?;
    if sheet.continuous {
        // With some stretch on each page, TeX compares breaks by the empty space above them, and `\pwstay` can weigh against one.
        out.push_str(
            "\\topskip=11pt plus .3\\textheight \\renewcommand\\pwbreak{\\par\\vspace{2em}}\\renewcommand\\pwpart[1]{\\par #1\\par}\n",
        );
    }
    for question in &sheet.questions {
        out.push_str(&text.question(question, canvas, &style.labels));
        refuse(&text, &format!("question {}", question.number))?;
    }
    out.push_str(&text.appendix(&sheet, canvas));
    out.push_str("\\label{last}\n\\end{document}\n");
    Ok(out)
}

fn refuse(text: &Text, part: &str) -> Result<(), Refusal> {
    text.missing().map_or(Ok(()), |sign| {
        let why = format!(
            "the fonts of a basic LaTeX installation lack `{sign}` (U+{:04X}); use `--format pdf` or `--format html`",
            sign as u32
        );
        Err(Refusal { part: part.to_owned(), why })
    })
}

fn setup(out: &mut String, sheet: &Sheet, style: &Style, text: &Text) {
    let paper = match style.page {
        PageSize::A4 => "a4paper",
        PageSize::Letter => "letterpaper",
    };
    let mut title = String::new();
    for unit in unmarked(&sheet.front.title).encode_utf16() {
        let _ = write!(title, "{unit:04X}");
    }
    let code = sheet.version(&style.labels);
    let whole: u32 = sheet.front.owner.iter().map(|(_, blank)| blank.width).sum();
    let owner = sheet.front.owner.iter().map(|(label, blank)| {
        let width = OWNER * f64::from(blank.width) / f64::from(whole);
        let content = blank.content.as_deref().unwrap_or_default();
        format!(
            "{} \\pwline{{{width:.2}\\textwidth}}{{{}}}",
            text.plain(label),
            text.plain(content)
        )
    });
    let owner: Vec<String> = owner.collect();
    let _ = writeln!(
        out,
        "\\documentclass[11pt,{paper}]{{article}}\n\\usepackage[{paper},hmargin={MARGIN}mm,top=20mm,headsep=4mm,bottom=22mm]{{geometry}}\n{MACROS}\
         \\pdfinfo{{/Title <FEFF{title}>}}\n\\pagestyle{{fancy}}\\fancyhf{{}}\\renewcommand\\headrulewidth{{0pt}}\n\
         \\fancyhead[L]{{\\small\\ifnum\\value{{page}}>1 {}\\fi}}\\fancyfoot[L]{{\\small {}}}\\fancyfoot[C]{{\\small {}}}\\fancyfoot[R]{{\\small {} \\thepage\\ {} \\pageref{{last}}}}\n\
         \\begin{{document}}{}",
        owner.join("\\hfill "),
        text.plain(&code),
        text.plain(sheet.front.edition.as_deref().unwrap_or_default()),
        text.plain(style.labels.localize("Page")),
        text.plain(style.labels.localize("of")),
        if style.large { LARGE } else { "" },
    );
}

/// 18-point type. Larger and smaller text sizes change in proportion.
const LARGE: &str = "\\renewcommand\\normalsize{\\fontsize{18}{22}\\selectfont}\\renewcommand\\small{\\fontsize{18}{22}\\selectfont}%\n\
    \\renewcommand\\footnotesize{\\fontsize{16}{20}\\selectfont}\\renewcommand\\large{\\fontsize{20}{24}\\selectfont}%\n\
    \\renewcommand\\Large{\\fontsize{22}{27}\\selectfont}\\renewcommand\\LARGE{\\fontsize{26}{31}\\selectfont}\\normalsize";
