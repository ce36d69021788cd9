//! Whether an unfinished input is still unfinished after another line, without scanning the lines before it.

use pagewalk_script::lang::layout::{TokenKind, tokens};

/// The known part of an unfinished input's state.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    /// The open brackets. More brackets may be open.
    open: Vec<u8>,
    /// Whether the input ends inside `"""`.
    in_prose: bool,
}

impl Unfinished {
    /// Scans an unfinished input.
    pub(crate) fn scan(input: &str) -> Self {
        let (mut state, mut quotes) = (Self::default(), 0);
        for token in tokens(input).list {
            match token.kind {
                TokenKind::Open(bracket) => state.open.push(bracket),
                TokenKind::Close(bracket) if !state.close(bracket) => return Self::default(),
                TokenKind::Prose if token.text(input) == "\"\"\"" => quotes += 1,
                _ => {}
            }
        }
        state.in_prose = quotes % 2 == 1;
        state
    }

    /// Whether the input is certainly unfinished after another line. If not, only a scan of the input can tell.
    pub(crate) fn goes_on(&mut self, line: &str) -> bool {
        if self.in_prose {
            return !line.contains("\"\"\"") && !line.contains(['{', '}']);
        }
        let Some(line) = without_strings(line) else { return false };
        let was_open = !self.open.is_empty();
        for byte in line.bytes() {
            match byte {
                // A brace in a bracket is a mistake, which ends the bracket.
                b'{' if self.open.last().is_some_and(|open| *open != b'{') => return false,
                b'(' | b'[' | b'{' => self.open.push(byte),
                b')' | b']' | b'}' if !self.close(byte) || self.open.is_empty() => return false,
                _ => {}
            }
        }
        was_open
    }

    /// Removes the bracket that a closing bracket closes. Returns false if the last open bracket is another one.
    fn close(&mut self, bracket: u8) -> bool {
        let opening = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        self.open.pop_if(|last| *last == opening).is_some()
    }
}

/// Returns a line without its strings and comments, or `None` if they are not obvious.
fn without_strings(line: &str) -> Option<String> {
    if line.contains("\"\"\"") || line.contains(['\\', '\'']) {
        return None;
    }
    let parts: Vec<&str> = line.split('"').collect();
    let code: String = parts.iter().step_by(2).copied().collect();
    let (code, comment) = code.split_once('#').unwrap_or((&code, ""));
    (parts.len() % 2 == 1 && comment.is_empty()).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Unfinished;
    use pagewalk_script::lang::layout::tokens;

    #[test]
    fn an_input_is_unfinished_only_if_a_scan_says_so() {
        let lines = [
            "repeat 2 {",
            "}",
            "read 0",
            "let a = [1,",
            "2]",
            "(",
            ")",
            "print \"}\"",
            "# }",
            "\"\"\"",
            "x {",
            "1 +",
            "\"a\" }",
            "{ read 0 }",
            "]",
        ];
        // All inputs of five lines.
        let mut certain = 0;
        for mut number in 0..lines.len().pow(5) {
            let mut input = String::new();
            let mut state: Option<Unfinished> = None;
            for _ in 0..5 {
                let line = lines[number % lines.len()];
                number /= lines.len();
                input += line;
                input.push('\n');
                let unfinished = || tokens(&input).unfinished;
                if let Some(state) = &mut state
                    && state.goes_on(line)
                {
                    certain += 1;
                    assert!(unfinished(), "{input}");
                } else if unfinished() {
                    state = Some(Unfinished::scan(&input));
                } else {
                    break;
                }
            }
        }
        assert!(certain > 100_000, "{certain}");
    }
}
