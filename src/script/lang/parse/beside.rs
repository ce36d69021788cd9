//! Errors after a complete expression.

use pagewalk_grammar::{Grammar, Parser as _, Rule};

use super::habits::{Stop, mistake, shown, word_length};
use super::text::quoted;
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::functions::FUNCTIONS;
use crate::lang::value::unit_spelt;

/// The statements with blocks, with heads for blocks whose own head has a mistake. `NAME` is the first name of the head, and `NAMES` are
/// the others.
pub(super) const HEADS: &[(&str, &str)] = &[
    ("question", "question \"\" "),
    ("part", "part \"\" "),
    ("scenario", "scenario \"\" "),
    ("repeat", "repeat 1 "),
    ("if", "if true "),
    ("for", "for NAME in 0..1 "),
    ("def", "def NAME(NAMES) "),
];

/// Reports text after a complete expression.
pub(super) fn after_a_value(stop: &Stop) -> Option<Diagnostic> {
    let Stop {
        rest, before, head, ..
    } = stop;
    let word = &rest[..word_length(rest)];
    if let Some(unit) = unit_spelt(word).filter(|_| before.ends_with(|c: char| c.is_ascii_digit()))
    {
        let message = format!("`{word}` is not a unit");
        let help = format!("did you mean `{unit}`?");
        return Some(mistake(message, help).fix(stop.write(word, unit)));
    }
    if rest.starts_with('?') && rest.contains(':') {
        return Some(mistake(
            "there is no `?:`",
            "write `if CONDITION { … } else { … }` around the statement",
        ));
    }
    if before == head && rest.starts_with('.') && is_statement(&rest[1..]) {
        let statement = rest[1..].lines().next().unwrap_or_default();
        let help = format!("write `{before}: {}`", quoted(statement.trim_end()));
        return Some(
            mistake("a process and its statement must be separated by `:`", help)
                .fix(stop.write(".", ": ")),
        );
    }
    if stop.setting && before == head && rest.starts_with('.') && head.is_empty() {
        // `{ .ppn = 0x20 }`
        let was = rest.split(['}', '\n']).next().unwrap_or_default();
        let was = was.trim_end();
        let fields = was.split(',').map(|field| {
            let field = field.trim().trim_start_matches('.').replace('=', " ");
            field.split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let new = fields.collect::<Vec<_>>().join(", ");
        let message = "a setting is a name and its value, without `.` and `=`";
        let wrong = mistake(message, format!("write `{new}`"));
        // A text may have these signs.
        return Some(if was.contains('"') {
            mistake(message, "write, for example, `ppn 0x20`")
        } else {
            wrong.fix(stop.write(was, new))
        });
    }
    if stop.setting && before == head && rest.starts_with('.') {
        return Some(mistake(
            "the name of a setting is one word",
            "`pagewalk reference settings` lists the settings",
        ));
    }
    let field = match (*head, rest.get(..2)) {
        ("R" | "r", Some("/W" | "/w")) => "rw",
        ("U" | "u", Some("/S" | "/s")) => "us",
        _ => "",
    };
    if before == head && !field.is_empty() {
        let was = &stop.line[..head.len() + 2];
        let span = Span::new(0, 0..was.len());
        let message = "the name of a field is one word";
        let help = format!("write `{field}`");
        return Some(mistake(message, help).fix(Fix::write(span, was, field)));
    }
    if before == head && rest.starts_with('.') && rest.contains('(') {
        return Some(mistake(
            "the language has no methods; a statement must begin with a verb",
            "`pagewalk reference statements` lists the statements",
        ));
    }
    if before == head && !head.is_empty() && rest.starts_with(['.', '+', '*', '/', '<', '>']) {
        let shown = format!("show {}", stop.line);
        let whole = Span::new(0, 0..stop.line.len());
        return Some(
            mistake(
                "a statement must begin with a verb",
                format!("to see a value, write `show {}`", quoted(stop.line)),
            )
            .fix(Fix::write(whole, stop.line, shown)),
        );
    }
    if before.ends_with(':') && rest.is_empty() {
        return Some(mistake(
            "the line ends too early: a statement is missing",
            "`NAME: STATEMENT` runs the statement in process NAME",
        ));
    }
    if rest.starts_with(':')
        && let Some((list, first)) = before.rsplit_once('[')
        && !first.contains(']')
    {
        return Some(slice(stop, list, first));
    }
    if rest.starts_with("for ")
        && let Some((_, item)) = before.rsplit_once('[')
        && !item.contains(']')
    {
        return Some(mistake(
            "the language has no list comprehensions",
            "write a loop: `for i in 0..4 { let xs = [xs, 64 * i] }`",
        ));
    }
    if let Some(body) = rest
        .strip_prefix(':')
        .filter(|_| matches!(*head, "for" | "repeat" | "if" | "def"))
    {
        let mistake = mistake(
            "a block must be enclosed in braces, without a `:`",
            "replace the `:` and the text after it with `{ … }`",
        );
        let text = format!(" {{ {} }}", body.trim());
        return Some(if is_statement(body.trim()) {
            mistake.fix(stop.write(rest, text))
        } else {
            mistake
        });
    }
    if rest.starts_with(':') && stop.setting && *head == "answers" {
        let process = before.rsplit(' ').next().unwrap_or(before);
        return Some(mistake(
            "the process of a `choice` must precede it",
            format!("write `{process}: choice …`"),
        ));
    }
    if *head == "let"
        && let Some(typed) = rest
            .strip_prefix(':')
            .and_then(|rest| rest.split('=').next())
        && rest.len() > typed.len() + 1
        && !before.contains('=')
    {
        let was = rest[..=typed.len()].trim_end();
        let value = rest[typed.len() + 1..].trim_start_matches('=').trim();
        let help = format!("write `{before} = {value}`");
        return Some(mistake("`let` takes no type", help).fix(stop.write(was, "")));
    }
    if rest.starts_with(':') && *head == "core" {
        let message = "`core` selects the core that runs later statements";
        let help = "write `;` after its number";
        return Some(mistake(message, help).fix(stop.write(":", ";")));
    }
    if rest.starts_with(':') && !stop.setting {
        return Some(mistake(
            "`:` does not belong here",
            "`NAME: STATEMENT` must be at the start of a line and contain only one name",
        ));
    }
    if rest.is_empty() {
        return None;
    }
    if before.ends_with('}') && matches!(word, "elif" | "elseif" | "elsif") {
        return Some(
            mistake(format!("`{word}` must be `else if`"), "write `else if`")
                .fix(stop.write(word, "else if")),
        );
    }
    if before.ends_with('}') && word == "else" && *head != "if" {
        return Some(mistake(
            "this `else` follows no `if`",
            "`if CONDITION { … } else { … }`",
        ));
    }
    if before.ends_with('}') && word == "points" {
        let points = rest.lines().next().unwrap_or_default().trim_end();
        return Some(mistake(
            format!("the points of a `{head}` precede its `{{`"),
            format!("write `{}` before the `{{`", quoted(points)),
        ));
    }
    if before.ends_with('}') {
        return Some(mistake(
            "the preceding statement ends with its `}`",
            "the next statement must begin on a separate line or after `;`",
        ));
    }
    beside(stop).or_else(|| division(stop))
}

/// Reports a part of a list, or the bits of a number, such as `va[13:6]`.
fn slice(stop: &Stop, list: &str, first: &str) -> Diagnostic {
    let Stop { rest, .. } = stop;
    let message = "the language has no slices and no ranges of bits";
    let help = "the bits H to L of a number are `va >> L & (1 << H - L + 1) - 1`";
    let plain = mistake(message, help);
    let last = rest[1..].split(']').next().unwrap_or("");
    let (Ok(high), Ok(low)) = (first.trim().parse::<u32>(), last.trim().parse::<u32>()) else {
        return plain;
    };
    let name = list
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c)))
        .next()
        .unwrap_or("");
    if name.is_empty() || high >= 64 || low >= 64 {
        return plain;
    }
    if high < low {
        // The elements of a list, without the last one.
        let elements: Vec<String> = (high..low).map(|at| format!("{name}[{at}]")).collect();
        return mistake(message, format!("write `[{}]`", elements.join(", ")));
    }
    let mask = u64::MAX >> (63 - (high - low));
    let start = list.len() - name.len();
    let end = stop.at + 1 + last.len() + 1;
    let span = Span::new(0, start..end);
    let was = &stop.line[start..end.min(stop.line.len())];
    let bits = format!("({name} >> {low} & 0x{mask:X})");
    mistake(message, format!("write `{bits}`")).fix(Fix::write(span, was, bits))
}

/// Words that begin most statements.
pub(in crate::lang) const VERBS: &[&str] = &[
    "read",
    "write",
    "fetch",
    "translate",
    "let",
    "set",
    "expect",
    "show",
    "for",
    "if",
    "repeat",
    "flush",
];

/// Reports a list in the wrong brackets, a call in another process, or a second statement on the line.
fn beside(stop: &Stop) -> Option<Diagnostic> {
    let Stop {
        rest, before, head, ..
    } = stop;
    if stop.setting {
        return None;
    }
    if let Some((inside, "")) = rest
        .strip_prefix('{')
        .and_then(|rest| rest.trim_end().rsplit_once('}'))
        && stop.wanted.contains(&Rule::expr)
        // After a complete list, `{` begins a block.
        && !before.ends_with(']')
        && !inside.trim().is_empty()
        && !inside.contains(['{', ';'])
        && !is_statement(inside.trim())
        // Before the block of `question "x" points {`, a value is missing.
        && (stop.head == "for" || HEADS.iter().all(|(keyword, _)| *keyword != stop.head))
    {
        if matches!(stop.head, "machine" | "kernel" | "exam") {
            let message = format!(
                "the settings of `{}` follow it without a name or `=`",
                stop.head
            );
            return Some(mistake(message, format!("write `{} {{`", stop.head)));
        }
        if inside.contains(':') {
            let help = "use a list, or give each value a name: `let hit = 4; let miss = 100`";
            return Some(mistake("the language has no dictionaries", help));
        }
        if stop.head == "ask" {
            let help = "write `solution \"…\"` and other statements on lines of their own";
            return Some(mistake("an `ask` has no braces", help));
        }
        let message = "a list must be in square brackets";
        let wrong = Diagnostic::new(Code::Syntax, Span::default(), message);
        let parts = || inside.split(',').map(str::trim);
        let is_word = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
        };
        // `choose policy in {fifo, lru}`
        let wrong = if parts().all(is_word) && stop.head == "choose" {
            let quoted: Vec<_> = parts().map(|word| format!("\"{word}\"")).collect();
            wrong.help(format!(
                "words in a list need quotes: `[{}]`",
                quoted.join(", ")
            ))
        } else {
            wrong
        };
        let list = stop.write(rest.trim_end(), format!("[{}]", inside.trim()));
        return Some(wrong.fix(list));
    }
    let digits =
        |text: &str| text.len() >= 3 && text.bytes().take(3).all(|byte| byte.is_ascii_digit());
    if before.ends_with(|c: char| c.is_ascii_digit()) && rest.strip_prefix(',').is_some_and(digits)
    {
        return Some(
            Diagnostic::new(
                Code::Syntax,
                Span::default(),
                "a number cannot contain commas",
            )
            .fix(stop.write(",", "")),
        );
    }
    let name = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c)))
        .next()
        .unwrap_or("");
    if rest.starts_with('(')
        && let Some(function) = name.strip_prefix("math.")
        && FUNCTIONS.iter().any(|known| known.name == function)
    {
        let start = (stop.at - name.len()) as u32;
        let span = Span {
            start,
            end: stop.at as u32,
            file: 0,
        };
        let fix = Fix::write(span, name, function);
        let message = "a function has no module before its name";
        return Some(Diagnostic::new(Code::Syntax, Span::default(), message).fix(fix));
    }
    if rest.starts_with('(') && name.contains('.') {
        let help =
            "`NAME: STATEMENT` runs a statement in a process, as in `P1: let p = malloc(16)`";
        return Some(mistake("a property takes no arguments", help));
    }
    if matches!(*head, "for" | "repeat" | "if" | "scenario")
        && !rest.contains('{')
        && is_statement(rest)
    {
        let text = format!("{{ {rest} }}");
        let message = format!("the body of a `{head}` must be a block in braces");
        return Some(
            mistake(message, format!("write `{}`", quoted(&text))).fix(stop.write(rest, text)),
        );
    }
    let behind_comma = rest.strip_prefix(',').map(str::trim_start);
    if behind_comma.is_some_and(is_statement) && !stop.wanted.contains(&Rule::block) {
        let help = "put a line break or `;` between them";
        let wrong = mistake("a comma does not separate statements", help);
        return Some(wrong.fix(stop.write(",", ";")));
    }
    (stop.wanted.contains(&Rule::infix) && is_statement(rest)).then(|| {
        mistake(
            "a second statement begins here",
            "put a line break or `;` before the second statement",
        )
        .fix(Fix::put_in(0, before.len() as u32, ";"))
    })
}

/// Whether a text has the form of a statement and is not a single word.
fn is_statement(text: &str) -> bool {
    VERBS.contains(&&text[..word_length(text)])
        && Grammar::parse(Rule::lone_statement, text).is_ok()
}

/// Reports a C comment.
fn division(Stop { rest, before, .. }: &Stop) -> Option<Diagnostic> {
    before.contains(" // ").then(|| {
        mistake(
            format!("{} does not belong here", shown(rest)),
            "`//` divides; a comment begins with `#`",
        )
    })
}
