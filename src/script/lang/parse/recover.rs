//! What is wrong with a line that is no statement, in words of the language.

use pagewalk_grammar::{ErrorVariant, InputLocation};

use super::text::quoted;
use crate::lang::ast::{BinaryOp, Command, ExprKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::value::unit_spelt;
use pagewalk_grammar::{Grammar, Parser as _, Rule};

/// What stands in other languages, or on other keyboards: what it is, what to write for it, and what else to say.
const HABITS: &[(&str, &str, &str, &str)] = &[
    ("&&", "`&&` is no operator", "and", ""),
    ("||", "`||` is no operator", "or", ""),
    ("->", "`->` is no arrow of the language", "=>", "facts follow `=>`"),
    ("→", "`→` is no arrow of the language", "=>", "facts follow `=>`"),
    ("⇒", "`⇒` is no arrow of the language", "=>", "facts follow `=>`"),
    ("“", "these quotes are typographic", "\"", "write straight quotes, \"…\""),
    ("”", "these quotes are typographic", "\"", "write straight quotes, \"…\""),
    ("„", "these quotes are typographic", "\"", "write straight quotes, \"…\""),
    ("‘", "these quotes are typographic", "'", "write straight quotes, '…'"),
    ("’", "these quotes are typographic", "'", "write straight quotes, '…'"),
    ("–", "this dash is no minus sign", "-", "write `-`; only a table's cell may hold a dash"),
    ("—", "this dash is no minus sign", "-", ""),
    ("−", "this minus sign is typographic", "-", ""),
    ("×", "`×` is no operator", "*", ""),
    ("≤", "`≤` is no operator", "<=", ""),
    ("≥", "`≥` is no operator", ">=", ""),
    ("≠", "`≠` is no operator", "!=", ""),
    ("**", "`**` is no operator", "", "a power of two is written `1 << n`"),
    ("++", "`++` is no operator", "", "write `let x = x + 1`"),
    ("+=", "`+=` is no operator", "", "write `let x = x + …`"),
    ("-=", "`-=` is no operator", "", "write `let x = x - …`"),
    ("*=", "`*=` is no operator", "", "write `let x = x * …`"),
    ("<>", "`<>` is no operator", "!=", ""),
    ("===", "`===` is no operator", "==", ""),
];

/// How the statements with a shape of their own are written.
const SHAPES: &[(&str, &str)] = &[
    ("let", "`let NAME = VALUE`"),
    ("choose", "`choose NAME in RANGE where CONDITION`"),
    ("for", "`for NAME in RANGE { … }`"),
    ("repeat", "`repeat COUNT { … }`"),
    ("if", "`if CONDITION { … } else { … }`"),
    ("def", "`def NAME(A, B) { … }`"),
    ("include", "`include \"other.pw\"`"),
    ("scenario", "`scenario \"name\" { … }`"),
    ("reference", "`reference 7 0 1 2 { frames 3, replacement lru }`"),
    ("probe", "`probe read 0x10`"),
];

/// A broken line and the place in it where reading stopped.
struct Stop<'a> {
    line: &'a str,
    /// The byte of the line where it is.
    at: usize,
    /// The first word of the line.
    head: &'a str,
    /// What was read, without blanks at its end.
    before: &'a str,
    /// What was not.
    rest: &'a str,
    /// What the grammar would have taken.
    wanted: Vec<Rule>,
    /// It is a setting, no statement.
    setting: bool,
}

impl Stop<'_> {
    /// A text in the place of the first of what was not read.
    fn write(&self, was: &str, text: impl Into<String>) -> Fix {
        let start = self.at as u32;
        Fix::write(Span { start, end: start + was.len() as u32, file: 0 }, was, text)
    }

    /// A blank in the place of a sign and the blanks around it.
    fn blank(&self, sign: usize) -> Fix {
        let rest = &self.rest[sign..];
        let end = self.at + self.rest.len() - rest.trim_start().len();
        Fix::replace(Span { file: 0, start: self.before.len() as u32, end: end as u32 }, " ")
    }
}

/// The diagnostic for a line which the grammar's `rule` does not take; it begins at byte `start` of the file.
pub(super) fn explain(line: &str, rule: Rule, file: u32, start: u32) -> Diagnostic {
    let line = line.trim_end();
    let (at, wanted) = match Grammar::parse(rule, line).map_err(|error| (error.location, error.variant)) {
        Err((InputLocation::Pos(at), ErrorVariant::ParsingError { positives, .. })) => (at, positives),
        _ => (0, Vec::new()),
    };
    // The first half of a foreign operator may have been read as one of ours.
    let earlier =
        at.checked_sub(1).filter(|earlier| line.get(*earlier..).is_some_and(|rest| foreign(rest).is_some()));
    let (before, rest) = line.split_at_checked(earlier.unwrap_or(at)).unwrap_or((line, ""));
    let head = &line[..word_length(line)];
    let setting = rule == Rule::lone_setting;
    let stop = Stop { line, at: before.len(), head, before: before.trim_end(), rest, wanted, setting };
    let found = &rest[..token_length(rest)];
    // Where the line just ends, the place is behind its last character.
    let at = start + if found.is_empty() { stop.before.len() } else { before.len() } as u32;
    let span = Span { file, start: at, end: at + found.len() as u32 };
    let described = fix(&stop).unwrap_or_else(|| plain(&stop, found));
    // A fix stands in the line so far.
    let place = |at: Span| Span { file, start: start + at.start, end: start + at.end };
    let fix = described.fix.clone().map(|fix| Box::new(Fix { span: place(fix.span), ..*fix }));
    Diagnostic { span, fix, ..described }
}

/// The foreign operator or character that a text begins with.
fn foreign(text: &str) -> Option<&'static (&'static str, &'static str, &'static str, &'static str)> {
    HABITS.iter().find(|(habit, ..)| text.starts_with(habit))
}

/// A mistake without its place.
fn mistake(message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, Span::default(), message).help(help)
}

/// The mistakes that are common enough to have an answer of their own.
fn fix(stop: &Stop) -> Option<Diagnostic> {
    let Stop { rest, before, head, .. } = stop;
    if stop.line.starts_with("//") || stop.line.starts_with("/*") {
        return Some(mistake("this is no comment", "a comment begins with `#`"));
    }
    if stop.line.starts_with('|') && !stop.setting {
        return Some(mistake("a row of a table stands in a block", "write `set tlb { … }` around the rows"));
    }
    if *head == "else" && before.is_empty() {
        return Some(mistake("this `else` follows no `if`", "`if CONDITION { … } else { … }`"));
    }
    if let Some(habit) = foreign(rest) {
        return Some(unlearnt(stop, habit));
    }
    equals(stop)
        .or_else(|| character(rest))
        .or_else(|| reserved(stop))
        .or_else(|| facts(stop))
        .or_else(|| after_a_value(stop))
}

/// The mistake of a habit.
fn unlearnt(stop: &Stop, (habit, message, instead, help): &(&str, &str, &str, &str)) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::Syntax, Span::default(), *message);
    diagnostic.help = (!help.is_empty()).then(|| (*help).to_owned());
    // A pair of quotes is two fixes, and one of them alone is none.
    let pair = message.contains("quotes");
    let fix = if pair { straight(stop, instead) } else { Some(stop.write(habit, *instead)) };
    match fix.filter(|_| !instead.is_empty()) {
        Some(fix) => diagnostic.fix(fix),
        None => diagnostic,
    }
}

/// A text in typographic quotes in straight ones, where they are a pair.
fn straight(stop: &Stop, quote: &str) -> Option<Fix> {
    let typographic = |c: char| "“”„‘’".contains(c);
    let inside = stop.rest.strip_prefix(typographic)?;
    let length = inside.find(|c| typographic(c) || c == '"' || c == '\'')?;
    let (text, closing) = inside.split_at_checked(length)?;
    let closing = closing.chars().next()?;
    let was = &stop.rest[..stop.rest.len() - inside.len() + length + closing.len_utf8()];
    Some(stop.write(was, format!("{quote}{text}{quote}")))
}

/// `=` and `==` in each other's places, and where neither belongs.
fn equals(stop: &Stop) -> Option<Diagnostic> {
    let equals = stop.rest.starts_with('=') && !stop.rest.starts_with("=>");
    if stop.setting && (equals || stop.rest.starts_with(':')) {
        let help = format!("write `{} VALUE`", quoted(stop.head));
        let sign = if stop.rest.starts_with("==") { 2 } else { 1 };
        let message = "a setting and its value stand side by side";
        return Some(mistake(message, help).fix(stop.blank(sign)));
    }
    if !equals {
        return None;
    }
    if stop.before.contains("=>") {
        let help = "write `vpn 3`, `fault not none` or `va in 0..64`";
        let sign = if stop.rest.starts_with("==") { 2 } else { 1 };
        return Some(mistake("a fact and its value stand side by side", help).fix(stop.blank(sign)));
    }
    if stop.head == "let" {
        let mistake = || mistake("`==` compares", "`let` gives a value with `=`").fix(stop.write("==", "="));
        return stop.rest.starts_with("==").then(mistake);
    }
    let mistake = mistake("`=` gives a value, and nothing takes one here", "to compare, write `==`");
    let again = stop.rest.starts_with("==");
    Some(if again { mistake } else { mistake.fix(stop.write("=", "==")) })
}

/// Characters that the language does not have.
fn character(rest: &str) -> Option<Diagnostic> {
    let first = rest.chars().next()?;
    if first.is_alphabetic() && !first.is_ascii() {
        return Some(mistake(
            format!("`{first}` cannot stand in a name"),
            "names are made of the letters a to z and A to Z, digits and `_`",
        ));
    }
    let known = first.is_ascii_alphanumeric() || "_+-*/%<>&^|~!=.,:?(){}[]\"';".contains(first);
    let shown = first.escape_debug();
    (!known).then(|| {
        Diagnostic::new(Code::Syntax, Span::default(), format!("the character `{shown}` means nothing here"))
    })
}

/// A reserved word in the place of a name, or away from its own place.
fn reserved(stop: &Stop) -> Option<Diagnostic> {
    let word = &stop.rest[..word_length(stop.rest)];
    if word == "where" {
        return Some(mistake("`where` belongs to `choose`", "`choose NAME in RANGE where CONDITION`"));
    }
    if word == "in" && stop.before.ends_with(" not") {
        let help = "write `not (a in b)`; of a fact, `va not 3`";
        return Some(mistake("`not` stands before all that it denies", help));
    }
    let name =
        stop.wanted.iter().any(|rule| matches!(rule, Rule::name | Rule::verb | Rule::fact_name | Rule::fact));
    let reserved = matches!(word, "and" | "or" | "not" | "in" | "true" | "false");
    (name && reserved && !stop.wanted.contains(&Rule::expr)).then(|| {
        mistake(format!("`{word}` is a word of the language and names nothing"), "choose another name")
    })
}

/// What goes wrong after `=>`.
fn facts(stop: &Stop) -> Option<Diagnostic> {
    if stop.rest.starts_with("=>") {
        let block = stop.before.ends_with('}');
        let message = if stop.setting { "a setting has no facts" } else { "facts cannot stand here" };
        let help = if block { "facts follow a statement in the block" } else { "`STATEMENT => FACT, FACT`" };
        return Some(mistake(message, help));
    }
    let (_, listed) = stop.before.rsplit_once("=>")?;
    let begins = stop.rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let last = listed.rsplit(',').next().unwrap_or("").trim();
    (begins && stop.wanted.contains(&Rule::infix)).then(|| {
        let next: String = quoted(&stop.rest[..word_length(stop.rest)]);
        mistake("a comma is missing between two facts", format!("write `{}, {next} …`", quoted(last)))
            .fix(Fix::put_in(0, stop.before.len() as u32, ","))
    })
}

/// Something follows what is complete already.
fn after_a_value(stop: &Stop) -> Option<Diagnostic> {
    let Stop { rest, before, head, .. } = stop;
    let word = &rest[..word_length(rest)];
    if let Some(unit) = unit_spelt(word).filter(|_| before.ends_with(|c: char| c.is_ascii_digit())) {
        let message = format!("`{word}` is no unit");
        let help = format!("did you mean `{unit}`?");
        return Some(mistake(message, help).fix(stop.write(word, unit)));
    }
    if rest.starts_with('?') && rest.contains(':') {
        return Some(mistake("there is no `?:`", "write `if CONDITION { … } else { … }`"));
    }
    if before == head && !head.is_empty() && rest.starts_with(['.', '+', '*', '/', '<', '>']) {
        return Some(mistake(
            "a statement begins with what it does",
            format!("to see a value, write `show {}`", quoted(stop.line)),
        ));
    }
    if before.ends_with(':') && rest.is_empty() {
        return Some(mistake(
            "the line ends too early: a statement is missing",
            "`NAME: STATEMENT` runs in that process",
        ));
    }
    if rest.starts_with(':') && !stop.setting {
        return Some(mistake("`:` does not belong here", "`NAME: STATEMENT` begins a line, with one name"));
    }
    if rest.is_empty() {
        return None;
    }
    if before.ends_with('}') {
        return Some(mistake(
            "this statement ends with its `}`",
            "the next statement begins on its own line, or after `;`",
        ));
    }
    before.contains(" // ").then(|| {
        mistake(format!("{} does not belong here", shown(rest)), "`//` divides; a comment begins with `#`")
    })
}

/// The message for all the rest: what stands there, and what would belong there.
fn plain(stop: &Stop, found: &str) -> Diagnostic {
    let value = [Rule::expr, Rule::number].iter().any(|rule| stop.wanted.contains(rule));
    let mut wanted: Vec<&str> = stop.wanted.iter().filter_map(|rule| words(*rule)).collect();
    // A value may be many things.
    wanted.retain(|word| !value || *word == "a value");
    wanted.sort_unstable();
    wanted.dedup();
    let here = if found.is_empty() {
        "the line ends too early".to_owned()
    } else {
        format!("{} does not belong here", shown(found))
    };
    let message = match wanted.as_slice() {
        _ if stop.wanted.contains(&Rule::infix) => here,
        [] => here,
        [all @ .., last] if !all.is_empty() => format!("{here}: {} or {last} is missing", all.join(", ")),
        [only, ..] => format!("{here}: {only} is missing"),
    };
    let diagnostic = Diagnostic::new(Code::Syntax, Span::default(), message);
    let shape = SHAPES.iter().find(|(keyword, _)| *keyword == stop.head && !stop.setting);
    if stop.before.is_empty() && !stop.setting {
        return diagnostic.help("a statement begins with a word: `read 0x10`, `let x = 1`, `show x`");
    }
    if stop.before.is_empty() {
        return diagnostic
            .help("a setting begins with its name; its values stand side by side: `bits 9 9 9 9`");
    }
    match shape {
        Some((_, shape)) => diagnostic.help(format!("it is written {shape}")),
        None => diagnostic,
    }
}

/// What a rule of the grammar is to a reader; none for rules that say nothing to him.
fn words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::expr | Rule::number | Rule::prefix => "a value",
        Rule::name | Rule::process => "a name",
        Rule::string => "a string in double quotes",
        Rule::block | Rule::settings => "a block in `{ }`",
        Rule::parameters => "a list of parameters in `( )`",
        Rule::equals => "`=`",
        Rule::fact | Rule::fact_name => "the name of a fact",
        Rule::operation => "an operation",
        Rule::word_in => "`in`",
        Rule::page => "a page",
        _ => return None,
    })
}

/// A command gives a value with `=` where the grammar allows that and the language does not.
pub(super) fn assigned(verb: &Word, alone: bool, equals: Span) -> Option<Diagnostic> {
    if alone {
        let name = quoted(&verb.text);
        let message = format!("`{name}` is given a value without `let`");
        let mistake = mistake(message, format!("write `let {name} = …`"));
        let Span { file, start, .. } = verb.span;
        return Some(Diagnostic { span: verb.span, ..mistake }.fix(Fix::put_in(file, start, "let ")));
    }
    let compares = matches!(&*verb.text, "expect" | "show");
    let fix = || Fix::write(equals, "=", "==");
    compares.then(|| {
        let mistake = mistake("`=` compares nothing", "to compare, write `==`");
        Diagnostic { span: equals, ..mistake }.fix(fix())
    })
}

/// A command compares where it should give a value.
pub(super) fn compared(command: &Command) -> Option<Diagnostic> {
    let last = command.operands.last().filter(|_| command.assigned.is_none())?;
    let gives = matches!(&*command.verb.text, "set" | "write" | "file");
    let ExprKind::Binary(BinaryOp::Equal, left, right) = &last.kind else { return None };
    let help = || format!("`{}` gives a value with `=`", command.verb.text);
    // Where a bracket stands around the comparison, more stands here than the sign, and nothing is written.
    let sign = Span { start: left.span.end, end: right.span.start, ..last.span };
    let mistake = || Diagnostic { span: last.span, ..mistake("`==` compares", help()) };
    gives.then(|| mistake().fix(Fix::write(sign, "==", "=")))
}

/// The token that a text begins with, in quotes.
fn shown(text: &str) -> String {
    format!("`{}`", quoted(&text[..token_length(text)]))
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// Bytes of the word, or else of the operator or character, that a text begins with.
fn token_length(text: &str) -> usize {
    let word = word_length(text);
    let habit =
        HABITS.iter().map(|(habit, ..)| *habit).chain(["=>", "==", "!=", "<=", ">=", "..", "//", "<<", ">>"]);
    let operator = habit.filter(|operator| text.starts_with(operator)).map(str::len).max();
    let character = text.chars().next().map_or(0, char::len_utf8);
    if word > 0 { word } else { operator.unwrap_or(character) }
}
