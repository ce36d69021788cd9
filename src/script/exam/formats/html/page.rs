//! A self-contained page to show or print.

use std::fmt::Write;

use super::escape::css_string;
use super::leaves::{self, Html, ROOM};
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::code::unmarked;
use crate::exam::formats::plan::sheet;
use crate::exam::formats::style::{Edition, PageSize, Style};
use crate::exam::formats::tree::Sheet;
use crate::exam::formats::walk::Format;
use crate::exam::paper::Paper;
use crate::report::xml::escaped;

/// The style sheet without the parts that depend on the paper.
const STYLE: &str = include_str!("page.css");

/// Returns a paper as a self-contained page.
pub fn page(paper: &Paper, edition: Edition, style: &Style) -> String {
    let sheet = sheet(paper, edition, style);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n",
        style.labels.language()
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    let _ = writeln!(
        out,
        "<title>{}</title>",
        escaped(&unmarked(&sheet.front.title))
    );
    let _ = writeln!(
        out,
        "<style>\n{}{STYLE}</style>\n</head>\n<body{}>",
        paged(&sheet, style),
        if sheet.continuous {
            " class=\"continuous\""
        } else {
            ""
        }
    );
    let canvas = Canvas::for_page(ROOM, style.large);
    out.push_str(&Html.contents(&sheet, canvas, &style.labels));
    out.push_str("</body>\n</html>\n");
    out
}

/// Returns the figures of a paper as SVG, in order.
pub fn figures(paper: &Paper, edition: Edition, style: &Style) -> Vec<String> {
    let canvas = Canvas::for_page(ROOM, style.large);
    let questions = sheet(paper, edition, style).questions;
    questions
        .iter()
        .flat_map(|question| leaves::figures(&question.body, canvas))
        .collect()
}

/// Returns the style of the printed pages, with the page number and the version in the footer.
fn paged(sheet: &Sheet, style: &Style) -> String {
    let size = match style.page {
        PageSize::A4 => "A4",
        PageSize::Letter => "letter",
    };
    let (points, large) = if style.large {
        (18, "; --mono: 1em")
    } else {
        (11, "")
    };
    let code = sheet.version(&style.labels);
    let mut owner = String::new();
    for ((label, blank), corner) in sheet.front.owner.iter().zip(["left", "right"]) {
        let line = "_".repeat(blank.width as usize);
        let content = css_string(&format!(
            "{label} {}",
            blank.content.as_deref().unwrap_or(&line)
        ));
        let _ = write!(
            owner,
            "@top-{corner} {{ content: {content}; font-size: 9pt }} "
        );
    }
    format!(
        "@page :first {{ @top-left {{ content: none }} @top-right {{ content: none }} }}\n\
         @page {{ size: {size}; margin: 18mm 18mm 20mm; {owner}@bottom-left {{ content: {code}; font-size: 9pt }} \
         @bottom-right {{ content: {page} counter(page) \" / \" counter(pages); font-size: 9pt }} }}\n\
         html {{ font-size: {points}pt{large} }}\n",
        code = css_string(&code),
        page = css_string(&format!("{} ", style.labels.localize("Page"))),
    )
}
