//! Prompts, and pasted lines that contain prompts.

use pagewalk_script::lang::layout::{TokenKind, tokens};

/// Indentation per block level, in columns.
pub(crate) const INDENT: usize = 2;

/// The prompt for a statement with this number. The number is before the word, so that programs that wait for
/// `pagewalk> ` still find it.
pub(crate) fn prompt(number: usize) -> String {
    format!("[{number}] pagewalk> ")
}

/// Returns the prompt for a continuation line, as wide as the prompt of the input.
pub(crate) fn continuation_prompt(number: usize) -> String {
    format!("{:>width$}", "... ", width = prompt(number).len())
}

/// Splits a text into its inputs. If the text starts with a prompt, each prompt starts an input, and the
/// session's output is omitted. Otherwise, the whole text is one input.
pub fn inputs(text: &str) -> Vec<String> {
    if !has_prompt(text) {
        return vec![text.to_owned()];
    }
    let mut inputs: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(input) = after_prompt(line) {
            inputs.push(input.to_owned());
        } else if let Some(last) = inputs.last_mut() {
            let bare = line.trim_start();
            let more = match bare.strip_prefix("...") {
                Some(more) => more.strip_prefix(' ').unwrap_or(more),
                None if bare.starts_with("=>") || tokens(last).unfinished => line,
                None => continue,
            };
            last.push('\n');
            last.push_str(more);
        }
    }
    inputs.retain(|input| !input.trim().is_empty());
    inputs
}

/// Whether a text starts with a prompt.
pub(crate) fn has_prompt(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| after_prompt(line).is_some())
}

/// Returns a line without its leading prompt, which may contain a number.
fn after_prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let numbered = line.strip_prefix('[').and_then(|line| {
        line.trim_start_matches(|c: char| c.is_ascii_digit())
            .strip_prefix("] ")
    });
    let line = numbered.unwrap_or(line).strip_prefix("pagewalk>")?;
    Some(line.strip_prefix(' ').unwrap_or(line))
}

/// The indentation for the next line of an unfinished input.
pub(crate) fn indentation(text: &str) -> String {
    // Spaces in prose are part of the text.
    if text.matches("\"\"\"").count() % 2 == 1 {
        return String::new();
    }
    let depth = tokens(text)
        .list
        .iter()
        .fold(0usize, |depth, token| match token.kind {
            TokenKind::Open(_) => depth + 1,
            TokenKind::Close(_) => depth.saturating_sub(1),
            _ => depth,
        });
    " ".repeat(INDENT * depth.max(1))
}

#[cfg(test)]
mod tests {
    use super::{continuation_prompt, indentation, inputs, prompt};

    #[test]
    fn prompts_are_stripped_and_answers_left_out() {
        for line in [
            "read 0",
            "pagewalk> read 0",
            "[12] pagewalk> read 0",
            "  pagewalk> read 0",
        ] {
            assert_eq!(inputs(line), ["read 0"], "{line}");
        }
        for line in ["", "pagewalk", "show [1] > 2", "let pagewalk = 3"] {
            assert_eq!(inputs(line), [line]);
        }
        let session = "\n[1] pagewalk> set tlb {\n          ... | set |\n          ... }\nset tlb { … }\n\
            [2] pagewalk> read 0 =>\n  vpn 0\n  VPN 0x0  TLBI 0x0\npagewalk> read 1\n  => vpn 0\npagewalk> \n";
        assert_eq!(
            inputs(session),
            [
                "set tlb {\n| set |\n}",
                "read 0 =>\n  vpn 0",
                "read 1\n  => vpn 0"
            ]
        );
        assert_eq!(inputs("pagewalk> "), [""; 0]);
    }

    #[test]
    fn lines_are_indented_by_open_brackets() {
        for (text, columns) in [
            ("machine {", 2),
            ("P1 {\n  if x {", 4),
            ("P1 {\n  if x {\n  }", 2),
            ("read 0 =>", 2),
            ("text \"\"\"a", 0),
        ] {
            assert_eq!(indentation(text).len(), columns, "{text}");
        }
        assert_eq!(prompt(12).len(), continuation_prompt(12).len());
    }
}
