//! Rows of a table without the braces around them.

use pagewalk_grammar::Pair;

use super::habits::word_length;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// Whether a table can follow a statement that has no block.
pub(super) fn lacks_rows(statement: &Pair) -> bool {
    let text = statement.as_str();
    let text = text.split_once(": ").map_or(text, |(_, text)| text);
    let verb = &text[..word_length(text)];
    matches!(verb, "process" | "set" | "expect") && !text.contains(['{', '=', ';'])
}

/// Whether a statement is wrong without a table.
pub(super) fn needs_rows(statement: &Pair) -> bool {
    !statement.as_str().starts_with("process")
}

/// Reports rows that no braces enclose. `owner` is the statement before them that can have a table.
pub(super) fn mistake(source: &str, owner: Option<Span>, rows: Span) -> Diagnostic {
    let text = |span: Span| {
        source
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    };
    let place = rows.ending_at(rows.start + 1);
    let diagnostic = Diagnostic::new(Code::Syntax, place, "a row of a table belongs in a block");
    let Some(owner) = owner else {
        let help =
            "put the rows of a table in the braces of a statement, as in `set page_table { … }`";
        return diagnostic.help(help);
    };
    let all = rows.starting_at(owner.end);
    let fix = Fix::replace(all, format!(" {{{}\n}}", text(all)));
    Diagnostic {
        help: Some(format!("put the rows in braces: `{} {{ … }}`", text(owner))),
        ..diagnostic.fix(fix)
    }
}
