//! Hovers.

use std::ops::Range;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::run_result::RunResult;
use super::view::View;
use crate::face::explain::sections;
use pagewalk_script::report::hover::{Asked, Told, code, paragraphs, script, told};

/// The most facts in a hover on a verb.
const FACTS: usize = 24;

/// The hover at a position.
pub(crate) fn hover(view: &View, position: Position) -> Option<Hover> {
    let at = view.byte_at(position);
    let state = |at| view.state(at);
    let sources = &view.reading().sources;
    let asked = Asked { text: &view.text, tokens: &view.tokens().list, sources, state: &state };
    let known = told(&asked, at);
    let ran = view.ran.as_deref();
    let came = ran.map_or_else(String::new, |ran| run_facts(ran, known.as_ref(), at));
    let wrong = mistakes(view, at);
    let (span, meant) = known.map_or((at..at, String::new()), |known| (known.span, known.text));
    let text = paragraphs([came, wrong, meant]);
    let range = (!span.is_empty()).then(|| view.lines.range(&view.text, span));
    (!text.is_empty()).then(|| Hover { contents: contents(text, view.client.markdown), range })
}

/// Markdown, or plain text without markup.
fn contents(text: String, markdown: bool) -> HoverContents {
    let content = if markdown {
        MarkupContent { kind: MarkupKind::Markdown, value: text }
    } else {
        let lines = text.lines().filter(|line| !line.starts_with("```"));
        let plain: Vec<String> = lines.map(|line| line.replace(['`'], "").replace("**", "")).collect();
        MarkupContent { kind: MarkupKind::PlainText, value: plain.join("\n") }
    };
    HoverContents::Markup(content)
}

fn contains(span: pagewalk_script::lang::span::Span, at: usize) -> bool {
    span.file == 0 && (span.start as usize..=span.end as usize).contains(&at)
}

/// The results of the run: the actual value for a failed fact, the value for another fact, all facts for the
/// beginning of the statement.
fn run_facts(ran: &RunResult, known: Option<&Told>, at: usize) -> String {
    let failed = ran.failures.iter().filter(|failure| contains(failure.span, at));
    let failed: Vec<String> = failed.map(|failure| format!("**{}**", failure.message)).collect();
    let steps = ran.steps.iter().filter(|step| contains(step.span, at));
    let Some(step) = steps.min_by_key(|step| step.span.end - step.span.start) else {
        return paragraphs(failed);
    };
    let times = if step.times > 1 {
        format!(" (ran {} times; what was the same each time)", step.times)
    } else {
        String::new()
    };
    let value = match known.and_then(|known| known.fact.as_ref().map(|fact| (fact, known))) {
        Some((fact, _)) => {
            let begins = format!("{fact} ");
            let value = step.facts.iter().find(|told| told.starts_with(&begins));
            value.map_or_else(String::new, |told| format!("In the run: {}{times}.", code(told)))
        }
        None if is_at_beginning(step.span, known) && !step.facts.is_empty() => {
            let facts: Vec<&str> = step.facts.iter().take(FACTS).map(String::as_str).collect();
            paragraphs([format!("In the run{times}:"), script(&facts.join(", "))])
        }
        None => String::new(),
    };
    paragraphs(failed.into_iter().chain([value]))
}

/// Whether the word is at the beginning of the statement: its verb or the name that it sets.
fn is_at_beginning(span: pagewalk_script::lang::span::Span, known: Option<&Told>) -> bool {
    let within = |bytes: &Range<usize>| bytes.start <= span.start as usize + 4;
    known.is_some_and(|known| within(&known.span))
}

/// The explanations of the diagnostics here: the first paragraph of each page.
fn mistakes(view: &View, at: usize) -> String {
    let here = view.reading().diagnostics.iter().filter(|one| contains(one.span, at));
    let pages = here.filter_map(|one| {
        let (_, body) = sections().find(|(name, _)| *name == one.code.name())?;
        let first = body.split("\n\n").next().unwrap_or("");
        Some(format!("{}: {}", code(one.code.name()), first.replace('\n', " ")))
    });
    paragraphs(pages)
}

#[cfg(test)]
mod tests {
    use lsp_types::{Hover, HoverContents, Position};

    use super::hover;
    use crate::face::lsp::run_result::{Failure, RunResult, Step};
    use crate::face::lsp::tests::support::document_with_cursor;
    use pagewalk_script::lang::span::Span;

    fn of(text: &str, ran: Option<RunResult>) -> Option<(String, Option<(Position, Position)>)> {
        let (view, position) = document_with_cursor(text, ran, &[]);
        let Hover { contents, range } = hover(&view, position)?;
        let HoverContents::Markup(content) = contents else { panic!("no markup") };
        Some((content.value, range.map(|range| (range.start, range.end))))
    }

    #[test]
    fn a_word_is_told_with_its_range() {
        let (text, range) = of("# 𝕏\nshow \"𝕏\"; re‸ad 0", None).expect("something");
        assert!(text.contains("read VA [size N]"), "{text}");
        let at = |character| Position { line: 1, character };
        assert_eq!(range, Some((at(11), at(15))));
        assert_eq!(of("let x = 1 ‸ ", None), None);
    }

    #[test]
    fn a_mistake_is_told_with_the_page_of_its_code() {
        let (text, _) = of("machine simple\nread 0x12‸345", None).expect("something");
        assert!(text.contains("`address-too-wide`: "), "{text}");
    }

    #[test]
    fn what_the_run_told_stands_first() {
        let text = "machine simple\nread 0 => vp‸n 3, tlb miss";
        let span = |start, end| Span { file: 0, start, end };
        let ran = RunResult {
            steps: vec![Step {
                span: span(15, 40),
                facts: vec!["vpn 0x00".to_owned(), "tlb miss".to_owned()],
                times: 1,
                ..Step::default()
            }],
            failures: vec![Failure {
                span: span(25, 30),
                message: "`vpn` is 0x00, not 3".to_owned(),
                open: false,
            }],
            ..RunResult::default()
        };
        let (told, _) = of(text, Some(ran.clone())).expect("something");
        assert!(told.starts_with("**`vpn` is 0x00, not 3**\n\nIn the run: `vpn 0x00`."), "{told}");
        let (told, _) = of("machine simple\nre‸ad 0 => vpn 3, tlb miss", Some(ran)).expect("something");
        assert!(told.contains("vpn 0x00, tlb miss") && told.contains("read VA"), "{told}");
    }
}
