//! Whether an unfinished input is still unfinished after another line, without scanning the lines before it.

use pagewalk_script::lang::layout::{TokenKind, tokens};

/// The brackets, blocks, and prose that an unfinished input ends inside of.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    /// The opening bytes of the open brackets, blocks, and prose, outermost first.
    open: Vec<u8>,
}

impl Unfinished {
    /// Scans an unfinished input.
    pub(crate) fn scan(input: &str) -> Self {
        Self {
            open: tokens(input).open,
        }
    }

    /// Whether the input is certainly unfinished after another line. If not, a scan of the input must decide.
    pub(crate) fn goes_on(&mut self, line: &str) -> bool {
        // Strings, and blocks inside of brackets, are mistakes if they do not end in time. Only the scan finds them.
        let unclear: &[char] = match self.open.last() {
            None => return false,
            Some(b'"') => return !line.contains(['"', '{', '}']),
            // A hole in prose.
            Some(_) if self.open.contains(&b'"') => return false,
            Some(b'{') => &[],
            Some(_) => &['|', '{', '"', '\''],
        };
        if line.contains(unclear) {
            return false;
        }
        for token in tokens(line).list {
            match token.kind {
                TokenKind::Open(b'{') if !matches!(self.open.last(), Some(b'{')) => return false,
                TokenKind::Open(bracket) => self.open.push(bracket),
                TokenKind::Close(bracket) if !self.close(bracket) => return false,
                TokenKind::Prose | TokenKind::String { closed: false } => return false,
                _ => {}
            }
        }
        !self.open.is_empty()
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
            "| [ |",
        ];
        // Every 61st input of six lines.
        let mut certain = 0;
        for mut number in (0..lines.len().pow(6)).step_by(61) {
            let mut input = String::new();
            let mut state: Option<Unfinished> = None;
            for _ in 0..6 {
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
