//! A suite as a web page: the counts, the failures, and the results of each case as a worksheet. The page is a single
//! file without scripts.

use std::io;

use quick_xml::events::{BytesText, Event};

use super::case::{Case, Verdict};
use super::summary::{Suite, failure_summary, summary};
use crate::report::excerpt::visible;
use crate::report::narrate::count;
use crate::report::text::Theme;
use crate::report::xml::{Xml, elements, empty, legal, within, words};
use crate::suite::golden::Entry;

pub fn write(suite: &Suite) -> String {
    let page = elements(|xml| within(xml, "html", &[("lang", "en")], |xml| page(xml, suite)));
    format!("<!DOCTYPE html>\n{page}")
}

fn page(xml: &mut Xml, suite: &Suite) -> io::Result<()> {
    let lines = summary(suite);
    let (result, counts) = lines
        .split_last()
        .map_or(("", &lines[..]), |(last, rest)| (&**last, rest));
    let files: Vec<&[Case]> = suite
        .cases
        .chunk_by(|one, other| one.name.file == other.name.file)
        .collect();
    within(xml, "head", &[], |xml| {
        empty(xml, "meta", &[("charset", "utf-8")])?;
        empty(
            xml,
            "meta",
            &[("name", "viewport"), ("content", "width=device-width")],
        )?;
        words(xml, "title", &format!("{result} – Pagewalk"))?;
        // Style sheets have no escapes.
        let style = BytesText::from_escaped(include_str!("html.css"));
        xml.create_element("style")
            .write_text_content(style)
            .map(|_| ())
    })?;
    within(xml, "body", &[], |xml| {
        let tone = if suite.failed() > 0 { "bad" } else { "good" };
        marked(xml, "h1", tone, result)?;
        counts.iter().try_for_each(|line| words(xml, "p", line))?;
        within(xml, "table", &[("class", "files")], |xml| {
            within(xml, "tr", &[], |xml| {
                ["file", "passed", "failed", "not run"]
                    .iter()
                    .try_for_each(|head| words(xml, "th", head))
            })?;
            (0..)
                .zip(&files)
                .try_for_each(|(at, cases)| contents(xml, at, cases))
        })?;
        (0..)
            .zip(&files)
            .try_for_each(|(at, cases)| file(xml, at, cases))
    })
}

/// Writes a row of the table of contents.
fn contents(xml: &mut Xml, at: usize, cases: &[Case]) -> io::Result<()> {
    let all = |is: &dyn Fn(Verdict) -> bool| cases.iter().filter(|case| is(case.verdict())).count();
    let (passed, failed) = (
        all(&|verdict| verdict == Verdict::Passed),
        all(&Verdict::bad),
    );
    let tone = if failed > 0 { "bad" } else { "good" };
    within(xml, "tr", &[], |xml| {
        within(xml, "td", &[], |xml| {
            let link = format!("#file-{at}");
            let link = xml
                .create_element("a")
                .with_attributes([("href", &*link), ("class", tone)]);
            link.write_text_content(text(&file_name(cases))).map(|_| ())
        })?;
        let counts = [passed, failed, all(&|verdict| verdict == Verdict::NotRun)];
        counts
            .iter()
            .try_for_each(|count| words(xml, "td", &count.to_string()))
    })
}

fn file_name(cases: &[Case]) -> String {
    cases
        .first()
        .map_or_else(String::new, |case| case.name.file.clone())
}

fn file(xml: &mut Xml, at: usize, cases: &[Case]) -> io::Result<()> {
    let id = format!("file-{at}");
    within(xml, "section", &[("id", &id)], |xml| {
        words(xml, "h2", &visible(&file_name(cases)))?;
        cases.iter().try_for_each(|case| one(xml, case))
    })
}

fn one(xml: &mut Xml, case: &Case) -> io::Result<()> {
    let (tone, sign) = match case.verdict() {
        Verdict::Passed => ("good", "✓ passed"),
        Verdict::NotRun => ("", "not run"),
        Verdict::Failed => ("bad", "✗ failed"),
        Verdict::Wrong => ("bad", "✗ mistake"),
    };
    let parts: Vec<&str> = case
        .name
        .block
        .iter()
        .chain(&case.name.scenario)
        .map(|part| &**part)
        .collect();
    let name = if parts.is_empty() {
        "statements outside scenarios".to_owned()
    } else {
        parts.join(" :: ")
    };
    let time = case.time.map(|time| format!("{:.3} s", time.as_secs_f64()));
    within(xml, "h3", &[], |xml| {
        marked(xml, "span", tone, sign)?;
        xml.write_event(Event::Text(text(&format!(" {name} "))))?;
        time.map_or(Ok(()), |time| words(xml, "small", &time))
    })?;
    let failures = failure_summary(case, Theme::default());
    // The heading has the name of the case.
    let failures = failures
        .split_once('\n')
        .map_or("", |(_, rest)| rest.trim_end());
    if !failures.is_empty() {
        words(xml, "pre", &visible_lines(failures))?;
    }
    if case.results.is_empty() {
        return Ok(());
    }
    within(
        xml,
        "details",
        if case.verdict().bad() {
            &[("open", "")]
        } else {
            &[]
        },
        |xml| {
            let results = count(case.results.len() as u64, "result", "results");
            words(xml, "summary", &format!("worksheet: {results}"))?;
            within(xml, "ol", &[("class", "steps")], |xml| {
                case.results
                    .iter()
                    .try_for_each(|entry| within(xml, "li", &[], |xml| worksheet(xml, entry)))
            })
        },
    )
}

/// Writes a statement and its results.
fn worksheet(xml: &mut Xml, entry: &Entry) -> io::Result<()> {
    if let Some(more) = entry.more {
        let statements = count(more, "more statement", "more statements");
        return words(xml, "p", &format!("{statements}, digest {}", entry.digest));
    }
    let texts = [
        &entry.value,
        &entry.calls,
        &entry.prints,
        &entry.shows,
        &entry.fails,
    ];
    words(
        xml,
        "pre",
        &visible_lines(if entry.text.is_empty() {
            &entry.statement
        } else {
            &entry.text
        }),
    )?;
    entry.facts.lines().try_for_each(|line| facts(xml, line))?;
    let count = entry.count.map(|count| format!("count: {count}"));
    let texts = count.iter().chain(texts).filter(|text| !text.is_empty());
    texts
        .into_iter()
        .try_for_each(|text| words(xml, "pre", &visible_lines(text)))
}

/// Writes a line of facts as a table with the names above the values.
fn facts(xml: &mut Xml, line: &str) -> io::Result<()> {
    let pairs: Vec<(&str, &str)> = fields(line)
        .map(|fact| fact.split_once(' ').unwrap_or((fact, "")))
        .collect();
    within(xml, "table", &[("class", "facts")], |xml| {
        within(xml, "tr", &[], |xml| {
            pairs
                .iter()
                .try_for_each(|(name, _)| words(xml, "th", name))
        })?;
        within(xml, "tr", &[], |xml| {
            pairs
                .iter()
                .try_for_each(|(_, value)| words(xml, "td", &visible(value)))
        })
    })
}

/// Splits a line at the commas between facts. A list or a text can also contain commas.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    line.split(move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' | '(' if !quoted => depth += 1,
            ']' | ')' if !quoted => depth = depth.saturating_sub(1),
            _ => return c == ',' && !quoted && depth == 0,
        }
        false
    })
    .map(str::trim)
}

/// Makes control characters visible, except for the ends of lines.
pub(super) fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

fn text(words: &str) -> BytesText<'static> {
    BytesText::new(&legal(&visible(words))).into_owned()
}

/// Writes an element with a class.
fn marked(xml: &mut Xml, tag: &str, class: &str, words: &str) -> io::Result<()> {
    xml.create_element(tag)
        .with_attribute(("class", class))
        .write_text_content(text(words))
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn commas_inside_values_do_not_separate_facts() {
        let line = r#"vpn 0x0F, frames [1, 2], path "a, \", b", tlb miss"#;
        let found: Vec<&str> = fields(line).collect();
        assert_eq!(
            found,
            [
                "vpn 0x0F",
                "frames [1, 2]",
                r#"path "a, \", b""#,
                "tlb miss"
            ]
        );
    }
}
