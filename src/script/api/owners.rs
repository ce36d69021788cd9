//! Messages about a name that lacks its owner: the part or the process of a property, and the block of a setting.

use std::collections::BTreeSet;

use crate::lang::ast::{ExprKind, Stmt, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout::{TokenKind, tokens};
use crate::lang::nearest::nearest;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::visit::statements;
use crate::questions::LANGUAGE;
use crate::run::bind::has_option;
use crate::run::paths::{PART_PROPERTIES, PROCESS_PROPERTIES};
use crate::run::settings::{BLOCKS, list, only_resembles_others};
use crate::run::verbs::FORMS;

/// Names the part or the process of a property: `tlb.hit_rate` for `tlb hit rate`, and `P.rss` for `rss`.
pub(super) fn name_owners(sources: &Sources, script: &[Stmt], diagnostics: &mut [Diagnostic]) {
    let unowned = |one: &&mut Diagnostic| {
        let codes = [Code::UnknownName, Code::UnknownNoun, Code::UnknownWord];
        let others = [
            Code::WrongCount,
            Code::Syntax,
            Code::UnknownProcess,
            Code::UnknownFunction,
        ];
        one.fix.is_none() && (codes.contains(&one.code) || others.contains(&one.code))
    };
    let declared: BTreeSet<_> = statements(script).filter_map(declared_name).collect();
    let scopes = statements(script).filter(|stmt| stmt.opens_scope());
    let scopes: Vec<Span> = scopes.map(|stmt| stmt.span).collect();
    // Returns the place of an earlier declaration whose scope has ended.
    let declared_before = |one: &Diagnostic| {
        let (name, at) = (sources.text(one.span), one.span);
        let mut earlier = declared.range((name, at.file, 0)..(name, at.file, at.start));
        let start = earlier.next_back()?.2;
        let has =
            |scope: &&Span| scope.file == at.file && (scope.start..scope.end).contains(&start);
        scopes
            .iter()
            .filter(has)
            .find(|scope| scope.end <= at.start)?;
        (one.code != Code::WrongCount && one.code != Code::Syntax)
            .then(|| Span::new(at.file, start as usize..start as usize))
    };
    for one in diagnostics.iter_mut().filter(unowned) {
        let text = sources.file(one.span.file).map_or("", |file| &file.text);
        let is_value = !matches!(one.code, Code::UnknownProcess | Code::UnknownFunction);
        let fix = is_value.then(|| {
            dotted_property(text, one.span).or_else(|| property_of_process(text, one.span, script))
        });
        if let Some(fix) = fix.flatten() {
            one.help = None;
            *one = one.clone().fix(fix);
        } else if let Some(declaration) = declared_before(one) {
            let line = sources.location(declaration).map_or(0, |(_, at)| at.line);
            one.label = format!("declared in another block, in line {line}");
            one.help = Some("declare it again in this block, or before both blocks".to_owned());
        }
    }
}

/// Returns the name that a statement declares in its block.
fn declared_name(stmt: &Stmt) -> Option<(&str, u32, u32)> {
    let name = match &*stmt.kind {
        StmtKind::Def { name, .. } => &name.text,
        _ => match stmt.variable() {
            Some(name) => &name.text,
            None => declared_process(stmt)?,
        },
    };
    Some((name, stmt.span.file, stmt.span.start))
}

/// Returns the fix for the words of a property after the name of a TLB or cache.
fn dotted_property(text: &str, at: Span) -> Option<Fix> {
    let (before, after) = text.split_at_checked(at.start as usize)?;
    let part = before.trim_end_matches(' ');
    let name = part.rsplit(|c: char| !c.is_alphanumeric()).next()?;
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let words = after.lines().next()?.split(' ');
    let mut words = words.filter_map(|word| word.split(|c| !is_letter(c)).next());
    let first = words.next()?.to_owned();
    let two = words.next().map(|second| format!("{first}_{second}"));
    let property = two
        .into_iter()
        .chain([first])
        .find(|words| PART_PROPERTIES.iter().any(|row| row.name == *words))?;
    let spaced = part.len() < before.len() && !name.is_empty();
    let place = Span::new(
        at.file,
        part.len() - name.len()..at.start as usize + property.len(),
    );
    let was = &text[place.start as usize..place.end as usize];
    spaced.then(|| Fix::write(place, was, format!("{name}.{property}")))
}

/// Returns the fix for a property without its process, in a script with one process.
fn property_of_process(text: &str, at: Span, script: &[Stmt]) -> Option<Fix> {
    let after = text.get(at.start as usize..)?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let property = after.split(|c| !is_part(c)).next()?;
    PROCESS_PROPERTIES.iter().find(|row| row.name == property)?;
    let mut declared = statements(script).filter_map(declared_process);
    let (process, None) = (declared.next()?, declared.next()) else {
        return None;
    };
    let place = Span::new(
        at.file,
        at.start as usize..at.start as usize + property.len(),
    );
    Some(Fix::write(place, property, format!("{process}.{property}")))
}

/// Returns the name of the process that a statement declares.
pub(super) fn declared_process(stmt: &Stmt) -> Option<&str> {
    let StmtKind::Command(command) = &*stmt.kind else {
        return None;
    };
    match &command.operands.first()?.kind {
        ExprKind::Name(name) if &*command.verb.text == "process" => Some(name),
        _ => None,
    }
}

/// Says how the widths of the indices give the number of entries in a table: `levels 4, entries 512` are `bits 9 9 9 9`.
fn index_widths(text: &str, entries: Span) -> String {
    let number_after = |rest: &str| {
        let digits = rest.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit());
        digits[..end.unwrap_or(digits.len())].parse::<u32>().ok()
    };
    let (before, after) = text.split_at(entries.end as usize);
    let block = &before[before.rfind('{').unwrap_or(0)..];
    let rest = &after[..after.find('}').unwrap_or(after.len())];
    let levels = [block, rest]
        .into_iter()
        .find_map(|part| number_after(part.split_once("levels")?.1));
    match (number_after(after), levels) {
        (Some(entries), Some(levels @ 1..=6)) if entries.is_power_of_two() => {
            let widths = vec![entries.ilog2().to_string(); levels as usize].join(" ");
            format!("a table has 2^n entries for n index bits: write `bits {widths}`")
        }
        _ => "a table has 2^n entries for n index bits: `bits 10 10`".to_owned(),
    }
}

/// Replaces the list of a block's settings by the blocks that have the setting, or by the place of a statement.
pub(super) fn name_other_blocks(
    sources: &Sources,
    script: &[Stmt],
    diagnostics: &mut [Diagnostic],
) {
    let unknown = |one: &&mut Diagnostic| one.code == Code::UnknownSetting && one.fix.is_none();
    for one in diagnostics.iter_mut().filter(unknown) {
        let name = sources.text(one.span).trim();
        let text = sources.file(one.span.file).map_or("", |file| &file.text);
        let around = || block_around(text, one.span.start as usize);
        // The size of a program is that of its sections, which its own help lists.
        if around() == Some("executable") {
            continue;
        }
        // The entries of a TLB are not those of a page table.
        if around() == Some("page_table") && name == "entries" {
            one.help = Some(index_widths(text, one.span));
            continue;
        }
        let own_help = match (around(), name) {
            // The memory of a machine has no size.
            (Some("kernel"), "memory" | "ram" | "mem") => Some(
                "write the number of its page frames, which is its size divided by the page size, after `frames`",
            ),
            (Some("exam"), "total" | "points") => Some(
                "each question has points, and the paper prints their sum: `question \"A\" points 5 {`",
            ),
            _ => None,
        };
        if let Some(help) = own_help {
            one.help = Some(help.to_owned());
            continue;
        }
        // An idiom's own help has no label.
        let has_label = !one.label.is_empty();
        if LANGUAGE.verb(name).is_some() && one.span.file == 0 && has_label {
            let of_core = crate::run::verbs::VERBS
                .iter()
                .any(|verb| verb.name == name);
            one.help = Some(if of_core || name == "exam" {
                format!("`{name}` begins a statement: write it after the `}}` of the block")
            } else {
                format!("`{name}` begins a statement: write it in a question")
            });
        }
        let own = || {
            let block = LANGUAGE.block(around()?)?;
            let settings = (block.settings)();
            nearest(name, settings.iter().map(|setting| setting.name))
        };
        let other = || {
            BLOCKS.iter().find_map(|block| {
                let settings = (block.settings)();
                let meant = nearest(name, settings.iter().map(|setting| setting.name))?;
                Some(format!(
                    "`{meant}` is a setting of `{} {{ … }}`",
                    block.name
                ))
            })
        };
        // `for` is also a setting of a cache.
        let line = || {
            let file = sources.file(one.span.file)?;
            file.text.get(one.span.end as usize..)?.lines().next()
        };
        let loops = |line: &str| match name {
            "for" => line.split_whitespace().nth(1) == Some("in"),
            "repeat" | "if" => line.contains('{'),
            _ => false,
        };
        if line().is_some_and(loops) {
            one.help = Some(if around() == Some("table") {
                "a table has no loops: write a `row` for each value".to_owned()
            } else {
                "a block of settings has no loops and no conditions".to_owned()
            });
        } else if let Some(place) = LANGUAGE.place_of_setting(name) {
            one.help = Some(place);
            if let Some(fix) = of_page_table(sources, one.span, name) {
                one.help = None;
                *one = one.clone().fix(fix);
            }
        } else if own_verb(script, one.span).is_some_and(|verb| has_own_option(verb, name)) {
            one.help = Some(format!("write `{name}` and its value before the `{{`"));
        } else if let Some(statements) = with_option(name) {
            one.help = Some(format!("it is an option of {statements}"));
        } else if let Some(other) = other().filter(|_| has_label && !only_resembles_others(name)) {
            one.help = Some(own().map_or(other, |own| format!("the setting is `{own}`")));
        }
    }
}

/// Returns the word that opens the innermost braces around a place: `cache` in `cache L1 { ways 2 }`.
fn block_around(text: &str, at: usize) -> Option<&str> {
    // The outermost block begins on a line without indentation.
    let is_head = |line: &str| !line.starts_with([' ', '\t', '}', '|', '\n', '\r']);
    let mut lines = text.get(..at)?.split_inclusive('\n').rev();
    let mut from = at;
    lines.find(|line| {
        from -= line.len();
        is_head(line)
    });
    let text = &text[from..at];
    let all = tokens(text).list;
    let before = all.iter();
    let (mut open, mut first) = (Vec::new(), None);
    for token in before.filter(|token| token.kind != TokenKind::Comment) {
        match token.kind {
            TokenKind::Open(b'{') => open.push(first.take()),
            TokenKind::Close(b'}') => drop(open.pop()),
            TokenKind::End => first = None,
            _ if token.text(text) == "," => first = None,
            _ => first = first.or(Some(token.text(text))),
        }
    }
    open.pop()?
}

/// Returns the verb of the innermost statement around a place.
fn own_verb(script: &[Stmt], at: Span) -> Option<&str> {
    let around = statements(script).filter(|stmt| {
        stmt.span.file == at.file && (stmt.span.start..stmt.span.end).contains(&at.start)
    });
    let innermost = around.min_by_key(|stmt| stmt.span.end - stmt.span.start)?;
    match &*innermost.kind {
        StmtKind::Command(command) => Some(&command.verb.text),
        _ => None,
    }
}

fn has_own_option(verb: &str, name: &str) -> bool {
    LANGUAGE
        .verb(verb)
        .is_some_and(|row| has_option(row.params, name))
}

/// Returns the statements that have an option, such as `points`.
fn with_option(name: &str) -> Option<String> {
    let forms = FORMS.iter().map(|row| (row.name, row.params));
    let verbs = LANGUAGE.verbs().map(|row| (row.name, row.params));
    let statements = forms
        .chain(verbs)
        .filter(|(_, params)| has_option(params, name));
    let statements = list(statements.map(|(statement, _)| statement));
    (!statements.is_empty()).then_some(statements)
}

/// Returns the fix for a setting that lacks only the braces of `page_table`.
fn of_page_table(sources: &Sources, span: Span, name: &str) -> Option<Fix> {
    let text = &sources.file(span.file)?.text;
    let table = BLOCKS.iter().find(|block| block.name == "page_table")?;
    table.setting(name).filter(|_| !text.contains(table.name))?;
    let rest = text[span.start as usize..].split([',', ';', '\n', '}']);
    // A comma in a list ends no setting.
    let setting = rest
        .map(str::trim)
        .next()
        .filter(|setting| !setting.contains('['))?;
    let end = span.start as usize + setting.len();
    let place = Span::new(span.file, span.start as usize..end);
    Some(Fix::write(
        place,
        setting,
        format!("page_table {{ {setting} }}"),
    ))
}
