//! Readable diagnostics: the code, the message, the lines involved, and the fix.

use std::fmt;
use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters,
    ThemeStyles,
};

use super::excerpt::{Excerpt, visible};
use super::text::Fit;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// Maximum length, in characters, of a message or label, which can quote the script.
const LONGEST: usize = 400;

/// Maximum distance of two places whose lines, with one line before and after each, form one excerpt.
const ADJACENT: usize = 3;

/// Options for drawing diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to use the terminal's colors.
    pub color: bool,
    /// Whether to draw lines in Unicode instead of ASCII.
    pub unicode: bool,
    /// The width of messages. In a terminal, lines of scripts also fit, so that their marks stay below them.
    pub fit: Fit,
}

/// Renders the diagnostics, each followed by an empty line.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.fit.columns())
        .without_syntax_highlighting();
    let mut text = String::new();
    for diagnostic in diagnostics {
        if is_about_whole_file(diagnostic, sources) {
            text += "pagewalk: ";
            text += &readable(&diagnostic.message);
            if let Some(help) = &diagnostic.help {
                text += "\n  help: ";
                text += &readable(help);
            }
            text.push('\n');
            continue;
        }
        // Writing to a string cannot fail.
        let _ = handler.render_report(&mut text, &Report::new(diagnostic, sources, style.fit));
        text.push('\n');
    }
    let text = text.replace(HYPHEN, "-").replace(SPACE, " ");
    if style.unicode {
        text
    } else {
        text.replace('…', "~").replace('\u{fffd}', "?")
    }
}

/// Whether a diagnostic is about a file that cannot be read, and that therefore has no lines.
pub(crate) fn is_about_whole_file(diagnostic: &Diagnostic, sources: &Sources) -> bool {
    let file = sources.file(diagnostic.span.file);
    diagnostic.code == Code::Unreadable && file.is_some_and(|file| file.text.is_empty())
}

/// A diagnostic with its lines, or a related location that is far from those lines.
#[derive(Debug)]
struct Report {
    message: String,
    help: Option<String>,
    severity: Severity,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    related: Vec<Report>,
}

impl Report {
    fn new(diagnostic: &Diagnostic, sources: &Sources, fit: Fit) -> Self {
        let main = diagnostic.span;
        let mut report = Self {
            message: format!(
                "[{}] {}",
                diagnostic.code.name(),
                readable(&diagnostic.message)
            ),
            help: diagnostic
                .help
                .as_deref()
                .map(|help| unbroken(&readable(help), fit.columns())),
            severity: if diagnostic.is_warning() {
                Severity::Warning
            } else {
                Severity::Error
            },
            excerpt: None,
            labels: Vec::new(),
            related: Vec::new(),
        };
        let (near, far): (Vec<_>, Vec<_>) = diagnostic
            .related
            .iter()
            .partition(|(span, _)| span.file == main.file);
        let places = std::iter::once((main, diagnostic.label.as_str()))
            .chain(near.iter().map(|(span, words)| (*span, words.as_str())))
            .collect::<Vec<_>>();
        let hidden = report.show(&places, sources, fit);
        let far = far.iter().map(|(span, words)| (*span, words.as_str()));
        report.related = hidden
            .into_iter()
            .chain(far)
            .map(|place| Self::elsewhere(place, sources, fit))
            .collect();
        report
    }

    /// Creates a report for a location outside the diagnostic's lines.
    fn elsewhere((span, words): (Span, &str), sources: &Sources, fit: Fit) -> Self {
        let mut report = Self {
            message: readable(words),
            help: None,
            severity: Severity::Advice,
            excerpt: None,
            labels: Vec::new(),
            related: Vec::new(),
        };
        report.show(&[(span, "")], sources, fit);
        report
    }

    /// Shows these locations in one file, and returns the locations outside the report's lines.
    fn show<'a>(
        &mut self,
        places: &[(Span, &'a str)],
        sources: &Sources,
        fit: Fit,
    ) -> Vec<(Span, &'a str)> {
        let Some(file) = places.first().and_then(|(span, _)| sources.file(span.file)) else {
            return Vec::new();
        };
        // The report begins with the lines of the main place. Lines above them are shown afterward.
        let line = |span: Span| file.line_column(span.start).line;
        let main = line(places[0].0);
        let (places, mut hidden): (Vec<_>, Vec<_>) = places
            .iter()
            .copied()
            .partition(|(span, _)| line(*span) + ADJACENT >= main);
        let ranges: Vec<Range<usize>> = places.iter().map(|(span, _)| range(*span)).collect();
        let excerpt = Excerpt::new(file, &ranges, fit);
        for (at, (span, words)) in places.iter().enumerate() {
            let Some(found) = excerpt.find(&file.text, &range(*span)) else {
                hidden.push((*span, *words));
                continue;
            };
            let new = if at == 0 {
                LabeledSpan::new_primary_with_span
            } else {
                LabeledSpan::new_with_span
            };
            self.labels.push(new(label(words), found));
        }
        self.excerpt = Some(excerpt);
        hidden
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end.max(span.start) as usize
}

fn label(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| readable(words))
}

/// A hyphen at which no line breaks, because it may be a part of code. Its width is that of a hyphen.
const HYPHEN: &str = "\u{e02d}";

/// A space of code, at which no line breaks, so that a user can copy the code.
const SPACE: &str = "\u{e020}";

/// The columns before and after code in a help: `  help: `, the backticks, and a sign.
const BESIDE_CODE: usize = 11;

/// Returns a help whose code does not break if it fits on a line.
fn unbroken(help: &str, columns: usize) -> String {
    let part = |(at, part): (usize, &str)| {
        let fits = at % 2 == 1 && part.chars().count().saturating_add(BESIDE_CODE) <= columns;
        if fits {
            part.replace(' ', SPACE)
        } else {
            part.to_owned()
        }
    };
    let parts: Vec<String> = help.split('`').enumerate().map(part).collect();
    parts.join("`")
}

/// Truncates text to a readable length.
fn readable(words: &str) -> String {
    let lines: Vec<_> = words.lines().map(visible).collect();
    let text = lines.join("\n").replace('-', HYPHEN);
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt
            .as_ref()
            .map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(
            self.related
                .iter()
                .map(|report| report as &dyn miette::Diagnostic),
        ))
    }
}
