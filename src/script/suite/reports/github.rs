//! Formats a suite as GitHub annotations: workflow commands, one per line (docs.github.com, "Workflow
//! commands for GitHub Actions"). The text is escaped as in GitHub's toolkit.

use super::suite::Suite;
use super::trouble::{Trouble, troubles};
use crate::report::excerpt::visible;

/// Returns a line for each problem in a failed case.
pub fn write(suite: &Suite) -> String {
    let lines = suite.cases.iter().flat_map(|case| {
        let title = case.name.to_string();
        troubles(case)
            .into_iter()
            .map(move |trouble| annotation(&trouble, &title))
    });
    lines.collect()
}

fn annotation(trouble: &Trouble, title: &str) -> String {
    let column = trouble
        .column
        .map_or_else(String::new, |column| format!(",col={column}"));
    format!(
        "::error file={},line={}{column},title={}::{}\n",
        property(&trouble.file),
        trouble.line,
        property(title),
        data(&trouble.message)
    )
}

fn data(text: &str) -> String {
    visible(
        &text
            .replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A"),
    )
    .into_owned()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{Trouble, annotation};

    #[test]
    fn delimiters_are_escaped() {
        // Escapes as `escapeData` and `escapeProperty` do in @actions/core (packages/core/src/command.ts).
        let trouble = Trouble {
            file: "a,b:c%.pw".to_owned(),
            line: 3,
            column: Some(7),
            message: "100%: one,\r\ntwo".to_owned(),
            sides: None,
        };
        assert_eq!(
            annotation(&trouble, "x :: y"),
            "::error file=a%2Cb%3Ac%25.pw,line=3,col=7,title=x %3A%3A y::100%25: one,%0D%0Atwo\n"
        );
    }

    #[test]
    fn control_characters_are_replaced() {
        let text = "a\0b\u{1b}[31mc\u{202e}d\r\n";
        let trouble = Trouble {
            file: text.to_owned(),
            line: 1,
            column: None,
            message: text.to_owned(),
            sides: None,
        };
        let shown = "a\u{fffd}b\u{fffd}[31mc\u{fffd}d%0D%0A";
        let line = format!("::error file={shown},line=1,title={shown}::{shown}\n");
        assert_eq!(annotation(&trouble, text), line);
    }
}
