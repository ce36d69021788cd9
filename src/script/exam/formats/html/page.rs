//! A self-contained page to show or print.

use std::fmt::Write;

use super::blocks::{self, ROOM, piece};
use super::escape::{boxed, css_string, marked};
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::plan::sheet;
use crate::exam::formats::style::{Edition, PageSize, Style};
use crate::exam::formats::tree::{Front, Section, Sheet};
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
    let _ = writeln!(out, "<title>{}</title>", escaped(&sheet.front.title));
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
    front(&mut out, &sheet.front, sheet.code.as_deref(), &style.labels);
    let canvas = Canvas::for_page(ROOM, style.large);
    for question in &sheet.questions {
        section(&mut out, question, canvas, &style.labels);
    }
    if !sheet.appendix.is_empty() {
        let _ = writeln!(
            out,
            "<section class=\"appendix\">\n{}</section>",
            piece(&sheet.appendix, canvas)
        );
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// Returns the figures of a paper as SVG, in order.
pub fn figures(paper: &Paper, edition: Edition, style: &Style) -> Vec<String> {
    let canvas = Canvas::for_page(ROOM, style.large);
    let questions = sheet(paper, edition, style).questions;
    questions
        .iter()
        .flat_map(|question| blocks::figures(&question.body, canvas))
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
    let code = sheet.code.as_ref().map_or_else(String::new, |code| {
        format!("{} {code}", style.labels.localize("Version"))
    });
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

fn front(out: &mut String, front: &Front, code: Option<&str>, labels: &Labels) {
    let edition = front.edition.as_ref();
    let edition = edition.map_or_else(String::new, |words| {
        format!(" <span class=\"edition\">{}</span>", escaped(words))
    });
    let _ = writeln!(
        out,
        "<header>\n<h1 dir=\"auto\">{}{edition}</h1>",
        escaped(&front.title)
    );
    let said = front
        .cover
        .iter()
        .map(|(name, words)| (name.as_str(), words.as_str()));
    let said: Vec<String> = said
        .chain(code.map(|code| (labels.localize("Version"), code)))
        .map(|(name, words)| format!("{}: <bdi>{}</bdi>", escaped(name), escaped(words)))
        .collect();
    if !said.is_empty() {
        let _ = writeln!(out, "<p class=\"cover\">{}</p>", said.join(" · "));
    }
    out.push_str("<div class=\"owner\">\n");
    for (label, blank) in &front.owner {
        let _ = writeln!(out, "<div>{} {}</div>", escaped(label), boxed(blank));
    }
    out.push_str("</div>\n");
    grid(out, front);
    sentences(
        out,
        "h2",
        labels.localize("Instructions"),
        &front.instructions,
    );
    sentences(
        out,
        "h2",
        labels.localize("Assumptions"),
        &front.assumptions,
    );
    out.push_str("</header>\n");
}

/// Adds the grid of points and scores.
fn grid(out: &mut String, front: &Front) {
    let grid = &front.grid;
    let _ = write!(
        out,
        "<table class=\"grid\">\n<thead><tr><th scope=\"col\">{}</th>",
        escaped(&grid.heads[0])
    );
    for (number, _) in &grid.questions {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(number));
    }
    let _ = writeln!(
        out,
        "<th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        escaped(&grid.total.0)
    );
    let points: Vec<&str> = grid
        .questions
        .iter()
        .map(|(_, points)| points.as_str())
        .chain([&*grid.total.1])
        .collect();
    for (head, filled) in [(&grid.heads[1], true), (&grid.heads[2], false)] {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(head));
        for points in &points {
            let _ = write!(
                out,
                "<td>{}</td>",
                if filled {
                    escaped(points)
                } else {
                    String::new()
                }
            );
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

fn sentences(out: &mut String, level: &str, heading: &str, said: &[String]) {
    if said.is_empty() {
        return;
    }
    let _ = writeln!(out, "<{level}>{}</{level}>\n<ul>", escaped(heading));
    for sentence in said {
        let _ = writeln!(out, "<li>{}</li>", marked(sentence));
    }
    out.push_str("</ul>\n");
}

fn section(out: &mut String, question: &Section, canvas: Canvas, labels: &Labels) {
    let _ = writeln!(
        out,
        "<section class=\"question\">\n<h2 dir=\"auto\"><span class=\"points\">{}</span>{} {}</h2>",
        escaped(&question.points),
        escaped(&question.number),
        escaped(&question.title)
    );
    let (introduction, rest) = question.parts_on_page();
    out.push_str(&piece(introduction, canvas));
    sentences(
        out,
        "h3",
        labels.localize("Assumptions"),
        &question.assumptions,
    );
    out.push_str(&piece(rest, canvas));
    out.push_str("</section>\n");
}
