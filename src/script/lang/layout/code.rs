//! Programs of C in prose: fences, and braces that begin no value.

/// The mark before and after a program in prose, as in Markdown. Prose between two fences is as written.
pub(crate) const FENCE: &str = "```";

/// Returns the length in bytes of the fenced text that begins here, with its fences. Without a second fence, the
/// text ends with the prose.
pub(crate) fn fenced(text: &str) -> usize {
    let inside = &text[FENCE.len()..];
    let prose = &inside[..inside.find("\"\"\"").unwrap_or(inside.len())];
    FENCE.len()
        + prose
            .find(FENCE)
            .map_or(prose.len(), |length| length + FENCE.len())
}

/// Whether the brace after `before` opens a block or an initializer of C. An expression contains no braces and no `;`.
pub(super) fn is_code(before: &str, inside: &str) -> bool {
    let (mut depth, mut quote, mut any) = (0_u32, None, false);
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = quote.filter(|_| c != open),
            (None, '"') if inside[at..].starts_with("\"\"\"") => return false,
            (None, '"' | '\'') => quote = Some(c),
            (None, ';' | '{') => return true,
            (None, '}') => return !any && before.trim_end().ends_with(['=', ')']),
            // The end of a sentence.
            (None, '.') if inside[at + 1..].starts_with([' ', '\n']) => return false,
            (None, ',') if depth == 0 && before.trim_end().ends_with('=') => return true,
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        any |= !c.is_whitespace();
    }
    false
}

/// Returns prose that prints its programs: between fences if the prose contains nothing else, and with double braces
/// otherwise.
pub(super) fn as_printed(prose: &str) -> String {
    if !is_only_code(prose) {
        return doubled(prose);
    }
    let body = prose.trim_end();
    let end = &prose[body.len()..];
    let Some((first, rest)) = body.split_once('\n') else {
        return format!("{FENCE}{prose}{FENCE}");
    };
    let lines = |text: &'_ str| {
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line[..line.len() - line.trim_start().len()].to_owned())
            .min_by_key(String::len)
            .unwrap_or_default()
    };
    let margin = lines(rest);
    if first.trim().is_empty() {
        format!("{first}\n{margin}{FENCE}\n{rest}\n{margin}{FENCE}{end}")
    } else {
        format!("{FENCE}\n{margin}{body}\n{margin}{FENCE}{end}")
    }
}

/// Whether prose begins with a declaration or a statement and ends like one.
fn is_only_code(prose: &str) -> bool {
    let text = prose.trim();
    let head = &text[..text.find(['(', '{', '[', '=', ';']).unwrap_or(0)];
    let is_declared = |c: char| c.is_ascii_alphanumeric() || "_* \n".contains(c);
    !head.trim().is_empty()
        && head.chars().all(is_declared)
        && text.ends_with(['}', ';'])
        && !text.contains(['`', '.'])
}

/// Returns prose with the braces of its programs doubled.
fn doubled(prose: &str) -> String {
    let mut out = String::with_capacity(prose.len());
    let mut rest = prose;
    while let Some(at) = rest.find(['{', '}', '`']) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let length = if found.starts_with(FENCE) {
            fenced(found)
        } else if found.starts_with("{{") || found.starts_with("}}") {
            2
        } else if let Some(inside) = found.strip_prefix('{') {
            let end = closing(found);
            if is_code(before, inside) {
                out.push_str(&found[..end].replace('{', "{{").replace('}', "}}"));
                rest = &found[end..];
                continue;
            }
            end
        } else {
            1
        };
        out.push_str(&found[..length]);
        rest = &found[length..];
    }
    out + rest
}

/// Returns the byte after the brace that closes the brace at the start of the text.
pub(super) fn closing(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{as_printed, fenced, is_code};

    #[test]
    fn braces_of_c_are_no_values() {
        for (before, inside) in [
            ("for (;;) ", " s += a[i]; }"),
            ("f() ", "}"),
            ("f() ", "  }"),
            ("int a[2] = ", "1, 2};"),
            ("int a[2][2] = ", " {1, 2}, {3, 4} };"),
        ] {
            assert!(is_code(before, inside), "{before}{{{inside}");
        }
        for (before, inside) in [
            ("at ", "hex(va)} and"),
            ("PPN = ", "ppn}; then"),
            ("", "size(\"a;{\")}"),
            ("PPN = ", "max(1, 2)}"),
            ("", "a, b}"),
            ("", "x\"\"\" ; }"),
        ] {
            assert!(!is_code(before, inside), "{before}{{{inside}");
        }
    }

    #[test]
    fn a_fence_ends_with_the_prose() {
        assert_eq!(fenced("```{ x; }``` y"), 12);
        assert_eq!(fenced("```{ x; }\"\"\" ```"), 9);
        assert_eq!(fenced("```"), 3);
    }

    #[test]
    fn programs_are_fenced_and_braces_between_words_are_doubled() {
        for (prose, printed) in [
            (
                "int f(void) { for (;;) { g(); } }",
                "```int f(void) { for (;;) { g(); } }```",
            ),
            (
                "int f() {\n    return n;\n  }",
                "```\n  int f() {\n    return n;\n  }\n  ```",
            ),
            (
                "\n    int f() {\n      return n;\n    }\n  ",
                "\n    ```\n    int f() {\n      return n;\n    }\n    ```\n  ",
            ),
            (
                "struct { int x; }  and  f() { return n; }  and `int` code",
                "struct {{ int x; }}  and  f() {{ return n; }}  and `int` code",
            ),
            (
                "At {hex(va)}, `if (x) { if (y) { z(); }}` and {{}} run.",
                "At {hex(va)}, `if (x) {{ if (y) {{ z(); }}}}` and {{}} run.",
            ),
        ] {
            assert_eq!(as_printed(prose), printed);
        }
    }
}
