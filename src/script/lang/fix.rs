//! Fixes for errors whose exact replacement text is known.

use super::edit::TextEdit;
use super::nearest::cut;
use super::span::Span;

/// A text that replaces another text in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The span to replace, which is empty for an insertion.
    pub span: Span,
    /// The old text without surrounding spaces, possibly in quotes, or `None` to match any text.
    pub(crate) was: Option<String>,
    /// The new text, which is empty for a deletion.
    pub text: String,
}

impl Fix {
    /// Returns a fix that replaces one text with another.
    pub fn write(span: Span, was: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            span,
            was: Some(was.into()),
            text: text.into(),
        }
    }

    /// Returns a fix that replaces the text at a span, regardless of that text.
    pub(crate) fn replace(span: Span, text: impl Into<String>) -> Self {
        Self {
            span,
            was: None,
            text: text.into(),
        }
    }

    /// Returns a fix that inserts a text before this byte.
    pub(crate) fn put_in(file: u32, at: u32, text: impl Into<String>) -> Self {
        Self {
            span: Span {
                file,
                start: at,
                end: at,
            },
            was: None,
            text: text.into(),
        }
    }

    /// Returns a fix that removes the text at a span, along with its comma, or with its line if the line
    /// would be left empty.
    pub(crate) fn remove(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// Returns the fix as help text: ``write `vpn` ``, `remove it`.
    pub fn title(&self) -> String {
        let text = cut(self.text.trim());
        if text.is_empty() {
            return match self.was.as_deref() {
                Some(was) if self.span.start < self.span.end => format!("remove `{}`", cut(was)),
                _ => "remove it".to_owned(),
            };
        }
        let verb = if self.span.start == self.span.end {
            "put in"
        } else {
            "write"
        };
        format!("{verb} `{text}`")
    }

    /// Returns the edit to a file's text. Strings keep their quotes, spaces are unchanged, and a removal
    /// includes the comma. Returns `None` if the file's text differs from the old text, for example because a
    /// name is computed.
    pub fn edit(&self, file: &str) -> Option<TextEdit> {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let there = file.get(start..end)?;
        match self.was.as_deref() {
            None if self.text.is_empty() => Some(TextEdit::new(without(file, self.span), "")),
            None => Some(TextEdit::new(self.span, &*self.text)),
            Some(was) => {
                let plain = there.trim();
                let begin = self.span.start + (there.len() - there.trim_start().len()) as u32;
                let span = Span {
                    start: begin,
                    end: begin + plain.len() as u32,
                    ..self.span
                };
                if plain == was && self.text.is_empty() {
                    return Some(TextEdit::new(apart(file, span), ""));
                }
                if plain == was {
                    return Some(TextEdit::new(span, &*self.text));
                }
                let bare = plain.strip_prefix('"')?.strip_suffix('"')?;
                let simple = !self.text.contains(['"', '\\', '\n']);
                (bare == was && simple).then(|| TextEdit::new(span, format!("\"{}\"", self.text)))
            }
        }
    }
}

/// Extends the span of a removed word by one of the spaces around it.
fn apart(file: &str, span: Span) -> Span {
    let (before, after) = (&file[..span.start as usize], &file[span.end as usize..]);
    let inside = before
        .trim_end_matches([' ', '\t'])
        .ends_with(|c: char| c != '\n');
    if before.ends_with(' ') && inside {
        span.starting_at(span.start - 1)
    } else {
        let joins = before.ends_with(|c: char| c.is_alphanumeric() || ")]}\"'".contains(c));
        span.ending_at(span.end + u32::from(after.starts_with(' ') && !joins))
    }
}

/// Extends the span of a removal to the whole line if the line contains nothing else, or otherwise to the
/// comma or `;` that separates the text from its neighbor.
fn without(file: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let (ahead, behind) = (&file[..start], &file[end..]);
    let line = ahead.rfind('\n').map_or(0, |at| at + 1);
    let parting = |c: char| matches!(c, ',' | ';');
    let (before, after) = (
        ahead[line..].trim_end(),
        behind.trim_start_matches([' ', '\t']),
    );
    let comma = after.starts_with(parting);
    let rest = if comma {
        after[1..].trim_start_matches([' ', '\t'])
    } else {
        after
    };
    let line_ends = rest.is_empty() || rest.starts_with(['\n', '\r']);
    let (start, end) = match (before.is_empty(), line_ends) {
        (true, true) => {
            let newline = rest.find('\n').map_or(rest.len(), |at| at + 1);
            (line, file.len() - rest.len() + newline)
        }
        (_, false) if comma => (start, file.len() - rest.len()),
        _ if before.ends_with(parting) => (line + before.len() - 1, end),
        _ => (start, end),
    };
    Span::new(span.file, start..end)
}

#[cfg(test)]
mod tests {
    use super::Fix;
    use crate::lang::edit::edited;
    use crate::lang::span::Span;

    /// Returns the text after fixing the part between the first `«` and `»`.
    fn fixed(text: &str, was: Option<&str>, new: &str) -> Option<String> {
        let start = text.find('«').expect("a place");
        let end = text.find('»').expect("a place") - '«'.len_utf8();
        let text = text.replace(['«', '»'], "");
        let span = Span::new(0, start..end);
        let fix = Fix {
            span,
            was: was.map(ToOwned::to_owned),
            text: new.to_owned(),
        };
        Some(edited(&text, Span::start_of(0), &[fix.edit(&text)?]))
    }

    #[test]
    fn only_the_matching_text_is_replaced() {
        assert_eq!(
            fixed("read «vnp» 3", Some("vnp"), "vpn").as_deref(),
            Some("read vpn 3")
        );
        assert_eq!(fixed("read «x» 3", Some("vnp"), "vpn"), None);
        assert_eq!(
            fixed("size(«\"dta\"»)", Some("dta"), "data").as_deref(),
            Some("size(\"data\")")
        );
        assert_eq!(fixed("size(«\"dta\"»)", Some("dta"), "da\"ta"), None);
        assert_eq!(
            fixed("cr3« == »5", Some("=="), "=").as_deref(),
            Some("cr3 = 5")
        );
    }

    #[test]
    fn a_removal_includes_the_separator() {
        for (text, wanted) in [
            ("{ ways 4, «ways 4» }", "{ ways 4 }"),
            ("{ «ways 4», sets 2 }", "{ sets 2 }"),
            ("{ sets 2, «ways 4», policy lru }", "{ sets 2, policy lru }"),
            ("{ sets 2; «ways 4»; policy lru }", "{ sets 2; policy lru }"),
            ("{\n  sets 2\n  «ways 4»\n}", "{\n  sets 2\n}"),
            ("{\n  sets 2,\n  «ways 4»,\n}", "{\n  sets 2,\n}"),
            ("{\n  sets 2, «ways 4»\n}", "{\n  sets 2\n}"),
            ("{ «ways 4» }", "{  }"),
            ("«ways 4»", ""),
        ] {
            assert_eq!(fixed(text, None, "").as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_title_describes_the_fix() {
        let span = Span {
            file: 0,
            start: 3,
            end: 6,
        };
        assert_eq!(Fix::write(span, "vnp", "vpn").title(), "write `vpn`");
        assert_eq!(Fix::put_in(0, 3, ")").title(), "put in `)`");
        assert_eq!(Fix::remove(span).title(), "remove it");
        assert_eq!(Fix::write(span, ")", "").title(), "remove `)`");
    }
}
