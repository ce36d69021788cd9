//! A paper for pdfLaTeX that uses only packages from the basic installation.

mod blocks;
mod text;

use std::fmt::Write;

use self::blocks::{Writer, blank};
use self::text::Text;
use super::canvas::Canvas;
use super::labels::Labels;
use super::plan::sheet;
use super::style::{Edition, PageSize, Refusal, Style};
use super::tree::{Front, Section, Sheet};
use crate::exam::paper::Paper;

/// Macros for the elements of a paper.
const MACROS: &str = include_str!("paper.tex");
/// Left and right margin, in millimeters.
const MARGIN: f64 = 18.0;
/// Share of the page's width for the name and ID in the page header.
const OWNER: f64 = 0.75;
/// Number of questions per row of the score grid.
const GRID: usize = 12;

/// Returns an edition of a paper.
///
/// # Errors
/// Returns a refusal if the basic fonts lack a character.
pub fn latex(paper: &Paper, edition: Edition, style: &Style) -> Result<String, Refusal> {
    let sheet = sheet(paper, edition, style);
    let text = Text::default();
    let mut out = String::new();
    setup(&mut out, &sheet, style, &text);
    front(&mut out, &sheet, &style.labels, &text);
    let canvas = Canvas::for_page(style.page.size().0 - 2.0 * MARGIN, style.large);
    if sheet.continuous {
        out.push_str(
            "\\renewcommand\\pwbreak{\\par\\vspace{2em}}\\renewcommand\\pwpart[1]{\\par #1\\par}\n",
        );
    }
    for question in &sheet.questions {
        section(&mut out, question, canvas, &style.labels, &text);
        refuse(&text, &format!("question {}", question.number))?;
    }
    if !sheet.appendix.is_empty() {
        let _ = writeln!(
            out,
            "\\clearpage\n{}",
            Writer::blocks(&sheet.appendix, canvas, &text)
        );
    }
    out.push_str("\\label{last}\n\\end{document}\n");
    refuse(&text, "the cover")?;
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
    for unit in sheet.front.title.encode_utf16() {
        let _ = write!(title, "{unit:04X}");
    }
    let code = sheet.code.as_ref().map_or_else(String::new, |code| {
        format!("{} {code}", style.labels.localize("Version"))
    });
    let whole: u32 = sheet.front.owner.iter().map(|(_, blank)| blank.width).sum();
    let owner = sheet.front.owner.iter().map(|(label, blank)| {
        let width = OWNER * f64::from(blank.width) / f64::from(whole);
        let content = blank.content.as_deref().unwrap_or_default();
        format!(
            "{} \\pwline{{{width:.2}\\textwidth}}{{{}}}",
            text.escaped(label),
            text.escaped(content)
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
        text.escaped(&code),
        text.escaped(sheet.front.edition.as_deref().unwrap_or_default()),
        text.escaped(style.labels.localize("Page")),
        text.escaped(style.labels.localize("of")),
        if style.large { LARGE } else { "" },
    );
}

/// 18-point type. Larger and smaller text sizes change in proportion.
const LARGE: &str = "\\renewcommand\\normalsize{\\fontsize{18}{22}\\selectfont}\\renewcommand\\small{\\fontsize{18}{22}\\selectfont}%\n\
    \\renewcommand\\footnotesize{\\fontsize{16}{20}\\selectfont}\\renewcommand\\large{\\fontsize{20}{24}\\selectfont}%\n\
    \\renewcommand\\Large{\\fontsize{22}{27}\\selectfont}\\renewcommand\\LARGE{\\fontsize{26}{31}\\selectfont}\\normalsize";

fn front(out: &mut String, sheet: &Sheet, labels: &Labels, text: &Text) {
    let Front {
        title,
        edition,
        cover,
        owner,
        instructions,
        assumptions: said,
        ..
    } = &sheet.front;
    let edition = edition.as_ref().map_or_else(String::new, |words| {
        format!("\\hfill\\fbox{{{}}}", text.escaped(words))
    });
    let _ = writeln!(
        out,
        "{{\\LARGE\\bfseries {}{edition}\\par}}",
        text.escaped(title)
    );
    let version = sheet
        .code
        .iter()
        .map(|code| (labels.localize("Version"), code.as_str()));
    let cover = cover
        .iter()
        .map(|(name, words)| (name.as_str(), words.as_str()))
        .chain(version);
    let cover: Vec<String> = cover
        .map(|(name, words)| format!("{}: {}", text.escaped(name), text.escaped(words)))
        .collect();
    let _ = writeln!(out, "{}\\par\\vspace{{0.8em}}", cover.join(" $\\cdot$ "));
    for (label, of) in owner {
        let _ = writeln!(
            out,
            "\\mbox{{{} {}}}\\hspace{{1em}}",
            text.escaped(label),
            blank(of, text)
        );
    }
    out.push_str("\\par\\vspace{0.8em}\n");
    grid(out, &sheet.front, text);
    sentences(out, labels.localize("Instructions"), instructions, text);
    sentences(out, labels.localize("Assumptions"), said, text);
}

/// Adds the grid of points and scores.
fn grid(out: &mut String, front: &Front, text: &Text) {
    let grid = &front.grid;
    let chunks: Vec<&[(String, String)]> = grid.questions.chunks(GRID).collect();
    for (at, some) in chunks.iter().enumerate() {
        let total = (at + 1 == chunks.len()).then_some(&grid.total);
        let columns: Vec<&(String, String)> = some.iter().chain(total).collect();
        let row = |head: &str, cell: &dyn Fn(&(String, String)) -> String| {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| format!(" & {}", cell(column)))
                .collect();
            format!(
                "\\textbf{{{}}}{}\\\\\\hline\n",
                text.escaped(head),
                cells.concat()
            )
        };
        let _ = write!(
            out,
            "\\fit{{\\renewcommand\\arraystretch{{1.5}}\\begin{{tabular}}{{|c|{}}}\\hline\n{}{}{}\\end{{tabular}}}}\n",
            "w{c}{2em}|".repeat(columns.len()),
            row(&grid.heads[0], &|(number, _)| format!(
                "\\textbf{{{}}}",
                text.escaped(number)
            )),
            row(&grid.heads[1], &|(_, points)| text.escaped(points)),
            row(&grid.heads[2], &|_| "\\rule[-0.8em]{0pt}{2.2em}".to_owned()),
        );
    }
}

fn sentences(out: &mut String, heading: &str, said: &[String], text: &Text) {
    if !said.is_empty() {
        let _ = writeln!(out, "\\heading{{{}}}", text.escaped(heading));
        for sentence in said {
            let _ = writeln!(out, "\\point{{{}}}", text.marked(sentence));
        }
    }
}

fn section(out: &mut String, question: &Section, canvas: Canvas, labels: &Labels, text: &Text) {
    let Section {
        number,
        title,
        points,
        ..
    } = question;
    let _ = writeln!(
        out,
        "\\question{{{}}}{{{}}}{{{}}}",
        text.escaped(number),
        text.escaped(title),
        text.escaped(points)
    );
    let (introduction, rest) = question.parts_on_page();
    out.push_str(&Writer::blocks(introduction, canvas, text));
    sentences(
        out,
        labels.localize("Assumptions"),
        &question.assumptions,
        text,
    );
    out.push_str(&Writer::blocks(rest, canvas, text));
}
