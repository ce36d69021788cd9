//! Prose in paragraphs.

use crate::exam::formats::tree::Paragraph;

/// Indentation of preformatted lines.
const CODE: usize = 4;

/// Splits a text into paragraphs at blank lines. Lines indented by four or more spaces are preformatted.
pub fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut all: Vec<Paragraph> = Vec::new();
    let text = text.replace('\t', "    ");
    for chunk in text.split("\n\n").map(|chunk| chunk.trim_matches('\n')) {
        if chunk.trim().is_empty() {
            continue;
        }
        let is_code = chunk
            .lines()
            .all(|line| line.trim().is_empty() || line.len() - line.trim_start().len() >= CODE);
        match (is_code, all.last_mut()) {
            (true, Some(Paragraph::Code(code))) => {
                code.push_str("\n\n");
                code.push_str(chunk);
            }
            (true, _) => all.push(Paragraph::Code(chunk.to_owned())),
            (false, _) => all.push(Paragraph::Words(
                chunk.split_whitespace().collect::<Vec<_>>().join(" "),
            )),
        }
    }
    for paragraph in &mut all {
        if let Paragraph::Code(code) = paragraph {
            *code = dedented(code);
        }
    }
    all
}

/// Removes the common indentation of all lines.
fn dedented(code: &str) -> String {
    let filled = || code.lines().filter(|line| !line.trim().is_empty());
    let common = filled()
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = code
        .lines()
        .map(|line| line.get(common..).unwrap_or("").trim_end())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::paragraphs;
    use crate::exam::formats::tree::Paragraph::{Code, Words};

    #[test]
    fn blank_lines_part_paragraphs_and_indentation_keeps_lines() {
        let words = |text: &str| Words(text.to_owned());
        assert_eq!(
            paragraphs("one\ntwo\n\n\nthree"),
            [words("one two"), words("three")]
        );
        assert_eq!(
            paragraphs("see:\n\n    int main() {\n\n      fork();\n    }\n\nWhat is printed?"),
            [
                words("see:"),
                Code("int main() {\n\n  fork();\n}".to_owned()),
                words("What is printed?")
            ]
        );
        assert_eq!(paragraphs(" \n\n"), []);
    }
}
