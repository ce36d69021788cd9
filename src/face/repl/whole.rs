//! Whether an input is whole, or goes on in the next line.

/// Whether a text cannot end here: a bracket, brace or string is open, or what stands last needs something after it.
pub fn goes_on(text: &str) -> bool {
    let mut open = 0i64;
    let mut last = "";
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = match next {
            '#' => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '"' | '\'' => match quoted(rest) {
                Ok(length) => length,
                Err(prose) => return prose,
            },
            '(' | '[' | '{' => {
                open += 1;
                1
            }
            ')' | ']' | '}' => {
                open -= 1;
                1
            }
            _ => next.len_utf8(),
        };
        if !rest[..taken].trim().is_empty() {
            last = &rest[..taken];
        } else if next == '\n' && open <= 0 && !trails(last, text) {
            last = "";
        }
        rest = &rest[taken..];
    }
    open > 0 || trails(last, text)
}

/// Bytes of the string that a text begins with; for an open one, whether it may go on in the next line.
fn quoted(text: &str) -> Result<usize, bool> {
    let quote = ["\"\"\"", "\"", "'"].into_iter().find(|quote| text.starts_with(quote)).unwrap_or("\"");
    let mut at = quote.len();
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with(quote) {
            return Ok(at + quote.len());
        }
        if next == '\n' && quote.len() == 1 {
            return Err(false);
        }
        at += next.len_utf8();
        if next == '\\' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    Err(quote.len() == 3)
}

/// Whether what stands last needs something after it.
fn trails(last: &str, text: &str) -> bool {
    let operator = matches!(last, "," | "+" | "-" | "*" | "/" | "%" | "&" | "^" | "<" | "=" | "~" | "!");
    operator || last == ">" && text.trim_end().ends_with("=>")
}
