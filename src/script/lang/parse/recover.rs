//! Diagnostics for a line that is not a statement, in the language's terms.

use pagewalk_grammar::{ErrorVariant, Grammar, InputLocation, Parser as _, Rule};

use super::beside::{VERBS, after_a_value};
use super::characters;
use super::habits::{Stop, foreign, mistake, shown, token_length, unlearnt, word_length};
use super::holes::wrong_hole;
use super::text::quoted;
use crate::lang::ast::{BinaryOp, Command, Condition, ExprKind, Holds, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;

/// The forms of statements with their own syntax. If a part of a statement is missing, the message shows the
/// statement's form.
const SHAPES: &[(&str, &str)] = &[
    ("let", "`let NAME = VALUE`"),
    ("choose", "`choose NAME in RANGE where CONDITION`"),
    ("for", "`for NAME in RANGE { … }`"),
    ("repeat", "`repeat COUNT { … }`"),
    ("if", "`if CONDITION { … } else { … }`"),
    ("def", "`def NAME(A, B) { … }`"),
    ("include", "`include \"other.pw\"`"),
    ("scenario", "`scenario \"name\" { … }`"),
    ("question", "`question \"title\" points 4 { … }`"),
    ("part", "`part \"a\" points 2 { … }`"),
    ("ask", "`ask read 0x03D4 => ppn`"),
    ("given", "`given page_table`"),
    (
        "reference",
        "`reference 7 0 1 2 { frames 3, replacement lru }`",
    ),
    ("probe", "`probe read 0x10`"),
];

/// Parts of a statement's syntax.
const PARTS: &[Rule] = &[
    Rule::name,
    Rule::equals,
    Rule::word_in,
    Rule::block,
    Rule::parameters,
    Rule::string,
    Rule::page,
    Rule::operation,
];

/// Returns the diagnostic for a line that begins at byte `start` of the file and that the grammar's `rule`
/// does not match.
pub(super) fn explain(line: &str, rule: Rule, file: u32, start: u32) -> Diagnostic {
    let line = line.trim_end();
    let (at, wanted) =
        match Grammar::parse(rule, line).map_err(|error| (error.location, error.variant)) {
            Err((InputLocation::Pos(at), ErrorVariant::ParsingError { positives, .. })) => {
                (at, positives)
            }
            _ => (0, Vec::new()),
        };
    let hole = line
        .find("\"\"\"")
        .filter(|quotes| *quotes <= at && !line.starts_with("program "));
    if let Some(wrong) = hole.and_then(|at| wrong_hole(&line[at..], file, start as usize + at)) {
        return wrong;
    }
    // The first half of a foreign operator may have been parsed as an operator of the language.
    let sign = |rest: &str, read: usize| {
        word_length(rest) == 0 && foreign(rest).is_some_and(|(habit, ..)| habit.len() > read)
    };
    let earlier = [2, 1].into_iter().find_map(|read| {
        let earlier = at.checked_sub(read)?;
        line.get(earlier..)
            .is_some_and(|rest| sign(rest, read))
            .then_some(earlier)
    });
    let (before, rest) = line
        .split_at_checked(earlier.unwrap_or(at))
        .unwrap_or((line, ""));
    let head = &line[..word_length(line)];
    let setting = rule == Rule::lone_setting;
    if rule != Rule::lone_statement
        && rest.starts_with('{')
        && before.trim_end() == head
        && begins_statement(head)
    {
        let message = format!("`{head} {{ … }}` is a statement, and this block contains none");
        let at = Span {
            file,
            start,
            end: start + head.len() as u32,
        };
        return Diagnostic::new(Code::Syntax, at, message)
            .help("move it above the statement with this block");
    }
    let stop = Stop {
        line,
        at: before.len(),
        head,
        before: before.trim_end(),
        rest,
        wanted,
        setting,
    };
    let found = &rest[..token_length(rest)];
    // If parsing stopped at the end of the line, the position is after the last character.
    let at = start
        + if found.is_empty() {
            stop.before.len()
        } else {
            before.len()
        } as u32;
    let span = Span {
        file,
        start: at,
        end: at + found.len() as u32,
    };
    let described = fix(&stop).unwrap_or_else(|| plain(&stop, found));
    // The span of a fix is relative to the line.
    let place = |at: Span| Span {
        file,
        start: start + at.start,
        end: start + at.end,
    };
    let fix = described.fix.clone().map(|fix| {
        Box::new(Fix {
            span: place(fix.span),
            ..*fix
        })
    });
    // A mistake before the place where the parser stopped has a place of its own.
    let span = if described.span == Span::default() {
        span
    } else {
        place(described.span)
    };
    Diagnostic {
        span,
        fix,
        ..described
    }
}

/// Returns the diagnostic for a common error.
fn fix(stop: &Stop) -> Option<Diagnostic> {
    let Stop {
        rest, before, head, ..
    } = stop;
    if stop.line.starts_with("//") || stop.line.starts_with("/*") {
        return Some(mistake(
            "this does not begin a comment",
            "a comment begins with `#`",
        ));
    }
    if *head == "else" && before.is_empty() {
        return Some(mistake(
            "this `else` follows no `if`",
            "`if CONDITION { … } else { … }`",
        ));
    }
    if let Some(habit) = foreign(rest) {
        return Some(unlearnt(stop, habit));
    }
    equals(stop)
        .or_else(|| characters::foreign(stop))
        .or_else(|| character(rest))
        .or_else(|| reserved(stop))
        .or_else(|| block_after_facts(stop))
        .or_else(|| table_after_sign(stop))
        .or_else(|| facts(stop))
        .or_else(|| after_a_value(stop))
}

/// Reports the settings of a statement that follow its facts: `reference 1 2 1 => faults 2 { frames 2 }`.
fn block_after_facts(stop: &Stop) -> Option<Diagnostic> {
    let arrow = stop
        .before
        .find("=>")
        .filter(|_| stop.head == "reference")?;
    let close = stop.rest.find('}').filter(|_| stop.rest.starts_with('{'))?;
    let block = &stop.rest[..=close];
    let (facts, end) = (&stop.before[arrow..], stop.at + block.len());
    let span = Span::new(0, arrow..end);
    let fix = Fix::write(span, &stop.line[arrow..end], format!("{block} {facts}"));
    let message = "the settings of a statement must precede its facts";
    let help = format!("write `{block} {facts}`");
    Some(mistake(message, help).fix(fix))
}

/// Reports a comparison with a table: `expect frames == { | frame refs |`.
fn table_after_sign(stop: &Stop) -> Option<Diagnostic> {
    let table = stop.rest.strip_prefix('{')?.trim_start().starts_with('|');
    let named = stop.before.trim_end_matches([' ', '=']);
    if !table || stop.head != "expect" || named.len() == stop.before.trim_end().len() {
        return None;
    }
    let fix = Fix::replace(Span::new(0, named.len()..stop.at), " ");
    let mistake = mistake(
        "a table follows its name without an operator",
        format!("write `{named} {{`"),
    );
    Some(mistake.fix(fix))
}

/// Whether a word begins a statement whose settings are in braces.
fn begins_statement(word: &str) -> bool {
    matches!(word, "machine" | "kernel" | "exam" | "process")
}

/// Reports `=` instead of `==`, `==` instead of `=`, or either operator where neither is allowed.
fn equals(stop: &Stop) -> Option<Diagnostic> {
    let equals = stop.rest.starts_with('=') && !stop.rest.starts_with("=>");
    if stop.setting && equals && stop.head == "row" {
        // `row 4 KB ____ = 12`
        let cells = stop.before.trim_end_matches('_');
        if cells.len() < stop.before.len() && cells.ends_with(' ') {
            let blank = Span::new(0, cells.len()..stop.before.len());
            let fix = Fix::write(blank, &stop.before[cells.len()..], "?");
            let mistake = mistake("a blank is a question mark", "write `? = VALUE`");
            return Some(
                Diagnostic {
                    span: blank,
                    ..mistake
                }
                .fix(fix),
            );
        }
        let fix = Fix::put_in(0, stop.at as u32, "? ");
        let message = "a cell that students fill in begins with a question mark";
        return Some(mistake(message, "write `? = VALUE`").fix(fix));
    }
    if stop.setting && (equals || stop.rest.starts_with(':')) {
        let sign = if stop.rest.starts_with("==") { 2 } else { 1 };
        // `at a = 0x80` sets two values.
        let name = stop.before.rsplit(['{', ',', ';', '\n']).next();
        let value = stop.rest[sign..].split([',', '}', ';', '\n', '{']).next();
        let value = Some(value.unwrap_or("").trim()).filter(|value| !value.is_empty());
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        let is_digit = |c: char| c.is_ascii_digit();
        if stop.rest.starts_with(':')
            && stop.before.ends_with(is_digit)
            && stop.rest[1..].starts_with(is_digit)
            // `dl1:128:32:4:l` is a cache.
            && !stop.rest[1..].split(' ').next().unwrap_or_default().contains(':')
        {
            // `duration 1:30`
            let start = stop.before.rfind(' ').map_or(0, |space| space + 1);
            let end = stop.at
                + 1
                + stop.rest[1..]
                    .find(|c| !is_digit(c))
                    .unwrap_or(stop.rest.len() - 1);
            let said = &stop.line[start..end];
            let fix = Fix::write(Span::new(0, start..end), said, format!("\"{said}\""));
            let help = format!("write `\"{said}\"`");
            return Some(mistake("a value with a colon must be in quotes", help).fix(fix));
        }
        if stop.rest.starts_with(':')
            && let Some((_, process)) = name.and_then(|name| name.split_once(" of "))
        {
            let help = format!("write `{process}: choice …`");
            return Some(mistake("the process is named before the `choice`", help));
        }
        // `let size = 4` is more than a setting with a sign.
        if let Some(name) = name.filter(|name| name.contains(' ')) {
            let help = format!("no setting is called `{name}`");
            return Some(mistake(
                "a setting is one name, followed by its value",
                help,
            ));
        }
        let help = format!(
            "write `{} {}`",
            name.unwrap_or(&quoted(stop.head)),
            value.unwrap_or("VALUE")
        );
        let message = "write a setting's value after its name";
        return Some(mistake(message, help).fix(stop.blank(sign)));
    }
    if !equals {
        return None;
    }
    if stop.before.contains("=>") {
        let sign = if stop.rest.starts_with("==") { 2 } else { 1 };
        let name = stop.before.rsplit([' ', ',']).next().unwrap_or("");
        let value = stop.rest[sign..].split([',', '{', ';']).next();
        let value = value.unwrap_or("").trim();
        // `PA` on a worksheet
        let is_part = name.ends_with(|c: char| c.is_ascii_digit());
        let ours = if is_part || name.chars().any(char::is_lowercase) {
            name.to_owned()
        } else {
            name.to_lowercase()
        };
        let blank = stop.blank(sign);
        let span = blank.span.starting_at(blank.span.start - name.len() as u32);
        let help = format!("write `{ours} {value}`");
        let mistake = mistake("write a fact's value after its name", help);
        return Some(mistake.fix(Fix::replace(span, format!("{ours} "))));
    }
    let name = &stop.before[stop.before.rfind(['(', ',']).map_or(0, |at| at + 1)..];
    let name = name.trim_start();
    if !stop.rest.starts_with("==") && !name.is_empty() && stop.before.contains('(') {
        if word_length(name) == name.len() {
            return Some(named_arguments(stop));
        }
        if name.ends_with(')') {
            return Some(
                mistake(
                    "the result of a call is its fact `returns`",
                    "write `=> returns`",
                )
                .fix(stop.write("=", "=> returns")),
            );
        }
    }
    if stop.head == "let" {
        let mistake = || {
            mistake("`==` compares", "`let` assigns a value with `=`").fix(stop.write("==", "="))
        };
        return stop.rest.starts_with("==").then(mistake);
    }
    if stop.rest.starts_with("==") {
        let message = "`==` compares, but nothing uses the result here";
        return Some(mistake(message, "`expect CONDITION` checks a condition"));
    }
    // `P: let = 64` lacks a name.
    if stop.before.trim_end().ends_with(": let") {
        return None;
    }
    let mistake = mistake(
        "`=` assigns a value, but nothing here can be assigned",
        "to compare, write `==`",
    );
    Some(mistake.fix(stop.write("=", "==")))
}

/// Reports arguments with the names of their parameters.
fn named_arguments(stop: &Stop) -> Diagnostic {
    let wrong = mistake("arguments have no names", "give their values in order");
    let start = stop.before.rfind('(').map_or(0, |open| open + 1);
    let Some((inside, _)) = stop.line[start..].split_once(')') else {
        return wrong;
    };
    let value = |argument: &str| {
        let value = argument
            .split_once('=')
            .map_or(argument, |(_, value)| value);
        value.trim().to_owned()
    };
    let values: Vec<String> = inside.split(',').map(value).collect();
    let span = Span::new(0, start..start + inside.len());
    // The order of six arguments is not obvious, and most calls give only some of them.
    if stop.before[..start].ends_with("mmap(") {
        let order = [
            ("addr", "NULL"),
            ("length", "4096"),
            ("prot", "PROT_READ | PROT_WRITE"),
            ("flags", "MAP_PRIVATE | MAP_ANONYMOUS"),
            ("fd", "-1"),
            ("offset", "0"),
        ];
        let given: Vec<_> = inside
            .split(',')
            .filter_map(|argument| argument.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim()))
            .collect();
        let value = |(name, usual)| {
            let one = given
                .iter()
                .find(|(given, _): &&(&str, &str)| *given == name);
            one.map_or(usual, |(_, value)| *value)
        };
        return wrong.help(format!("write `mmap({})`", order.map(value).join(", ")));
    }
    wrong.fix(Fix::write(span, inside, values.join(", ")))
}

/// Reports characters that are not part of the language.
fn character(rest: &str) -> Option<Diagnostic> {
    let first = rest.chars().next()?;
    if first.is_alphabetic() && !first.is_ascii() {
        return Some(mistake(
            format!("a name cannot contain `{first}`"),
            "names can contain only the letters a to z and A to Z, digits, and `_`",
        ));
    }
    let known = first.is_ascii_alphanumeric() || "_+-*/%<>&^|~!=.,:?(){}[]\"';".contains(first);
    let shown = match first {
        '\\' => first.to_string(),
        _ => first.escape_debug().to_string(),
    };
    (!known).then(|| {
        Diagnostic::new(
            Code::Syntax,
            Span::default(),
            format!("the character `{shown}` has no meaning here"),
        )
    })
}

/// Reports a reserved word used as a name or in the wrong place.
fn reserved(stop: &Stop) -> Option<Diagnostic> {
    let word = &stop.rest[..word_length(stop.rest)];
    if word == "where" {
        return Some(mistake(
            "`where` belongs to `choose`",
            "`choose NAME in RANGE where CONDITION`",
        ));
    }
    if let Some(mistake) = not_in(stop) {
        return Some(mistake);
    }
    let name = stop
        .wanted
        .iter()
        .any(|rule| matches!(rule, Rule::name | Rule::verb | Rule::fact_name | Rule::fact));
    let reserved = matches!(word, "and" | "or" | "not" | "in" | "true" | "false");
    (name && reserved && !stop.wanted.contains(&Rule::expr)).then(|| {
        mistake(
            format!("`{word}` is a reserved word, not a name"),
            "choose another name",
        )
    })
}

/// Reports `a not in b`, with a fix that puts the whole condition after `not`.
fn not_in(stop: &Stop) -> Option<Diagnostic> {
    let (before, rest) = match stop.before.strip_suffix(" not") {
        Some(before) => (before.trim_end(), stop.rest),
        None => (stop.before, stop.rest.strip_prefix("not ")?.trim_start()),
    };
    let set = rest.strip_prefix("in ")?.trim_start();
    let begin = |word: &str| before.rfind(word).map(|at| at + word.len());
    let words = [
        "where ", "and ", "or ", "if ", "expect ", "show ", "= ", "(",
    ];
    let from = words.into_iter().filter_map(begin).max().unwrap_or(0);
    let end = match set.strip_prefix('[').and_then(|list| list.find(']')) {
        Some(close) => close + 2,
        None => [" where ", " and ", " or ", " {", " =>", ")"]
            .into_iter()
            .filter_map(|word| set.find(word))
            .min()
            .unwrap_or(set.len()),
    };
    let (element, set) = (before[from..].trim(), set[..end].trim());
    let after = stop.at + stop.rest.len() - rest.len();
    let span = Span::new(0, from..after + rest.find(set)? + set.len());
    let negated = format!("not ({element} in {set})");
    Some(
        mistake(
            "`not` must come before the condition that it negates",
            format!("write `{negated}`; of a fact, `va not 3`"),
        )
        .fix(Fix::replace(span, negated)),
    )
}

/// Reports mistakes after `=>`.
fn facts(stop: &Stop) -> Option<Diagnostic> {
    if stop.rest.starts_with("=>") {
        let block = stop.before.ends_with('}');
        let message = if stop.setting {
            "a setting has no facts"
        } else {
            "facts are not allowed here"
        };
        let help = if block {
            "facts must follow a statement in the block"
        } else {
            "`STATEMENT => FACT, FACT`"
        };
        return Some(mistake(message, help));
    }
    let (_, listed) = stop.before.rsplit_once("=>")?;
    if stop.wanted.contains(&Rule::fact_name) && stop.rest.starts_with(['(', '[', '{']) {
        let signs = match &stop.rest[..1] {
            "(" => "parentheses",
            "[" => "brackets",
            _ => "braces",
        };
        return Some(mistake(
            format!("facts are not enclosed in {signs}"),
            "`STATEMENT => FACT, FACT`",
        ));
    }
    if stop.wanted.contains(&Rule::fact_name)
        && stop
            .rest
            .starts_with(|c: char| c.is_ascii_digit() || c == '"')
    {
        return Some(mistake(
            "the name of the fact is missing before this value",
            "a fact is a name and a value: `vpn 0x0F`",
        ));
    }
    let begins = stop
        .rest
        .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let last = listed.rsplit(',').next().unwrap_or("").trim();
    if stop.wanted.contains(&Rule::infix)
        && stop.rest.starts_with('"')
        && let Some((name, value)) = last.split_once(' ').filter(|_| last.ends_with('"'))
        && let Some(length) = stop.rest[1..].find('"')
    {
        let next = &stop.rest[..length + 2];
        let help = format!("write `{}`", quoted(&format!("{name} [{value}, {next}]")));
        return Some(mistake("several texts must be a list in brackets", help));
    }
    (begins && stop.wanted.contains(&Rule::infix)).then(|| {
        if last.contains(" or ") {
            return mistake(
                "`or` cannot join facts, because all of them must hold",
                "list several values of one fact in brackets, as in `cycles in [1, 101]`",
            );
        }
        if stop.head == "ask" && stop.rest.starts_with("point") {
            return mistake(
                "the points of an `ask` follow its last fact",
                "write `vpn, ppn points 2`, or an `ask` for each weight",
            );
        }
        let next: String = quoted(&stop.rest[..word_length(stop.rest)]);
        if matches!(&*next, "if" | "when" | "unless") {
            return mistake(
                format!("a statement has no `{next}` after its facts"),
                "write `if CONDITION { … }` around the statement",
            );
        }
        if last.contains(" and ") {
            let listed = quoted(&last.replace(" and ", ", "));
            return mistake(
                "facts are separated by commas",
                format!("write `{listed} {next} …`"),
            );
        }
        mistake(
            "a comma is missing between two facts",
            format!("write `{}, {next} …`", quoted(last)),
        )
        .fix(Fix::put_in(0, stop.before.len() as u32, ","))
    })
}

/// Returns the general message, with the text found and the texts allowed in its place.
fn plain(stop: &Stop, found: &str) -> Diagnostic {
    let value = [Rule::expr, Rule::number]
        .iter()
        .any(|rule| stop.wanted.contains(rule));
    let mut wanted: Vec<&str> = stop.wanted.iter().filter_map(|rule| words(*rule)).collect();
    // A value can take many forms.
    wanted.retain(|word| !value || *word == "a value");
    wanted.sort_unstable();
    wanted.dedup();
    let here = if found.is_empty() {
        "the line ends too early".to_owned()
    } else {
        format!("{} does not belong here", shown(found))
    };
    // An operator is always allowed after a value.
    let behind = stop.wanted.contains(&Rule::infix);
    wanted.retain(|word| !behind || *word == BLOCK);
    let message = match wanted.as_slice() {
        [] => here,
        // The block follows the superfluous word.
        [BLOCK] if stop.rest.contains('{') => here,
        [only] => format!("{here}: {only} is missing"),
        [first, last] => format!("{here}: {first} or {last} is missing"),
        [all @ .., last] => format!("{here}: {}, or {last} is missing", all.join(", ")),
    };
    let diagnostic = Diagnostic::new(Code::Syntax, Span::default(), message);
    if stop.before.is_empty() && !found.is_empty() {
        let what = if stop.setting {
            "a setting"
        } else {
            "a statement"
        };
        let diagnostic = Diagnostic {
            message: format!("{what} must begin with a word, not with {}", shown(found)),
            ..diagnostic
        };
        // The text after the comma is a value, not a setting.
        let value = stop.setting
            && found.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '?'));
        let help =
            "a setting is a name and its values, with spaces between them, as in `page 64 B`";
        // `3-way`, with an ordinary or a typographic hyphen. The number may not fit the other settings.
        let number = found
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or("");
        let mut rest = stop.rest[number.len()..].chars();
        if value
            && matches!(rest.next(), Some('-' | '\u{2010}' | '\u{2011}' | ' '))
            && rest.as_str().starts_with("way")
        {
            return diagnostic.help(format!("write `ways {number}`"));
        }
        // `12: read 0x10`, from a listing.
        let after = stop.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = !stop.setting
            && after.len() < stop.rest.len()
            && after
                .trim_start_matches([':', '.', ')', '|', ' '])
                .starts_with(char::is_alphabetic);
        return if value {
            diagnostic.help(help)
        } else if is_number {
            diagnostic.help("remove the number of the line")
        } else {
            diagnostic
        };
    }
    let first = value && stop.before == stop.head;
    let missing =
        |rule: &Rule| stop.wanted.contains(rule) && !value && (!behind || *rule == Rule::block);
    let shape = SHAPES
        .iter()
        .find(|(keyword, _)| *keyword == stop.head && !stop.setting);
    match shape.filter(|_| first || PARTS.iter().any(missing)) {
        Some((_, shape)) => {
            let quotes = stop.wanted.contains(&Rule::string);
            let typed = quotes.then(|| with_text(shape, stop.rest)).flatten();
            let shape = typed.unwrap_or_else(|| (*shape).to_owned());
            diagnostic.help(format!("write the statement as {shape}"))
        }
        None => diagnostic,
    }
}

/// Replaces the string in the form of a statement by the first word of a text. A name of a file without an ending gets that of
/// the form.
fn with_text(shape: &str, text: &str) -> Option<String> {
    let [before, string, after] = shape.split('"').collect::<Vec<_>>()[..] else {
        return None;
    };
    let word = text.split_whitespace().next()?;
    let plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    let end = match string.rsplit_once('.') {
        Some((_, end)) if !word.contains('.') => format!(".{end}"),
        _ => String::new(),
    };
    word.chars()
        .all(plain)
        .then(|| format!("{before}\"{word}{end}\"{after}"))
}

/// A block, in words.
const BLOCK: &str = "a block in `{ }`";

/// Describes a rule of the grammar, or returns `None` for rules without a useful description.
fn words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::expr | Rule::number | Rule::prefix => "a value",
        Rule::name | Rule::process => "a name",
        Rule::string => "a string in double quotes",
        Rule::block | Rule::settings => BLOCK,
        Rule::parameters => "a list of parameters in `( )`",
        Rule::equals => "`=`",
        Rule::fact | Rule::fact_name => "the name of a fact",
        Rule::operation => "an operation",
        Rule::word_in => "`in`",
        Rule::page => "a page",
        _ => return None,
    })
}

/// Reports a command that assigns a value with `=` where the grammar allows the assignment but the language
/// does not.
pub(super) fn assigned(verb: &Word, alone: bool, equals: Span) -> Option<Diagnostic> {
    if alone {
        let name = quoted(&verb.text);
        let message = format!("`{name}` is assigned without `let`");
        if VERBS.contains(&&*verb.text) || matches!(&*verb.text, "expect" | "machine" | "kernel") {
            let message =
                format!("`{name}` begins a statement, and a value cannot be assigned to it");
            let wrong = Diagnostic::new(Code::Syntax, equals, message);
            let help = format!("a variable of this name is set with `let {name} = …`");
            return Some(wrong.help(help));
        }
        let mistake = mistake(message, format!("write `let {name} = …`"));
        let Span { file, start, .. } = verb.span;
        return Some(
            Diagnostic {
                span: verb.span,
                ..mistake
            }
            .fix(Fix::put_in(file, start, "let ")),
        );
    }
    let compares = matches!(&*verb.text, "expect" | "show");
    let fix = || Fix::write(equals, "=", "==");
    compares.then(|| {
        let mistake = mistake("`=` compares nothing", "to compare, write `==`");
        Diagnostic {
            span: equals,
            ..mistake
        }
        .fix(fix())
    })
}

/// Reports a `?` outside the rows of a `table`, or a `?` in a row that has no answer.
pub(super) fn cell(setting: &Word, mark: Span, answered: bool) -> Option<Diagnostic> {
    let mistake = match (&*setting.text, answered) {
        ("row", true) => return None,
        ("row", false) => mistake(
            "this cell has no answer",
            "write the answer after the `?`: `? = EXPR`",
        ),
        _ => mistake(
            "`?` is not a value",
            "write a value; only the rows of a `table` have cells to fill in",
        ),
    };
    Some(Diagnostic {
        span: mark.ending_at(mark.start + 1),
        ..mistake
    })
}

/// Reports conditions after a setting other than an option.
pub(super) fn holds(setting: &Word, holds: &Holds) -> Option<Diagnostic> {
    let first = holds
        .conditions
        .first()
        .filter(|_| &*setting.text != "option")?;
    let span = match first {
        Condition::Expr(expr) => expr.span,
        Condition::Facts { operation, .. } => operation.span,
    };
    let mistake = mistake(
        "a condition is not allowed here",
        "among settings, only an `option` of a `choice` has a `where` condition",
    );
    Some(Diagnostic { span, ..mistake })
}

/// Reports a command that compares instead of assigning a value.
pub(super) fn compared(command: &Command) -> Option<Diagnostic> {
    let last = command
        .operands
        .last()
        .filter(|_| command.assigned.is_none())?;
    let gives = matches!(&*command.verb.text, "set" | "write" | "file");
    let ExprKind::Binary(BinaryOp::Equal, left, right) = &last.kind else {
        return None;
    };
    let help = || format!("`{}` assigns a value with `=`", command.verb.text);
    // If an operand is in brackets, the span includes more than the sign, so the fix does not apply.
    let sign = left.span.gap(right.span);
    let mistake = || Diagnostic {
        span: last.span,
        ..mistake("`==` compares", help())
    };
    gives.then(|| mistake().fix(Fix::write(sign, "==", "=")))
}
