//! Converts machine files (the settings of `machine { … }` in YAML) to fields with locations in the file.
//!
//! A YAML mapping is a block, a scalar is a word or a number with its unit, and a list represents several
//! values. The value `true`, or the name alone, sets a flag. Several TLBs or caches form a list of blocks,
//! each with an optional `name`.

mod apart;
mod foreign;
mod notation;
mod said;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use foreign::fixed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::source::Conflict;
use crate::lang::value::{Dimension, Number, Unit, Value, ValueError};
use pagewalk_engine::machine::pte::BitRow;

use crate::run::bind::{BITS, Param, Params, Place};

use super::field::{Arg, ArgKind, Field, list, opposite};
use super::machine::{MACHINE_SETTINGS, build_machine};
use notation::{names_in, params};
use said::{BLOCK, twice};
use tree::{Entry, Node, Scalar, join, tree};

/// Returns the settings in a machine file, in the form of a script's settings. `file` is the file's number in
/// the sources. A single block `machine:` may contain all settings. If every value is valid, does not check whether the
/// settings exist and are consistent.
///
/// # Errors
/// Returns `machine-file` for text that is not YAML or does not contain settings, the errors in the values, and
/// those of the other settings.
pub(crate) fn fields_of_yaml(file: u32, text: &str) -> Result<Vec<Field>, Vec<Diagnostic>> {
    let start = Span::new(file, 0..0);
    let mut within = start;
    let read = tree(file, text).and_then(|top| match top {
        // One setting in another notation.
        Node::Scalar(one) if one.text.contains([' ', ':', '=']) => Err(BLOCK.at(one.span)),
        top => Ok(top),
    });
    let mut top = match read {
        Ok(top) => top,
        Err(_) if let Some(conflict) = Conflict::whole(text) => {
            let place = Span::new(file, conflict.place(text));
            let wrong = Diagnostic::new(Code::MachineFile, place, conflict.to_string());
            return Err(vec![wrong.help(conflict.help())]);
        }
        Err(whole) => {
            let (fields, mut wrong) =
                apart::apart(file, text, whole, |entries| block(entries, false));
            if !fields.is_empty() {
                let others = build_machine(None, &fields, start).err();
                // The size of a page may be in the part that is not read.
                let others = others.into_iter().flatten();
                let others = others.filter(|one| one.code != Code::BadGeometry);
                wrong.extend(others.map(|one| fixed(text, one)));
            }
            return Err(wrong);
        }
    };
    if let Node::Block(entries) = &mut top
        && let [(key, inner)] = entries.as_mut_slice()
        && key.text == "machine"
    {
        within = key.span;
        top = std::mem::replace(inner, Node::List(Vec::new()));
    }
    let Node::Block(entries) = &mut top else {
        let span = top.span().unwrap_or(within);
        return Err(vec![BLOCK.at(span).label("not a block")]);
    };
    let mut fields = Vec::new();
    while let Some(wrong) = not_indented(entries, text) {
        fields.push(wrong);
    }
    fields.extend(block(entries, false));
    if fields.iter().any(has_mistake) {
        let built = build_machine(None, &fields, start).map(|_| fields);
        built.map_err(|wrong| wrong.into_iter().map(|one| fixed(text, one)).collect())
    } else {
        Ok(fields)
    }
}

/// Whether a setting contains a value that could not be read.
fn has_mistake(field: &Field) -> bool {
    field.mistakes().next().is_some() || field.block.iter().flatten().any(has_mistake)
}

/// Removes the settings of a part that are beside the part instead of below it, and returns the part with this mistake.
fn not_indented(entries: &mut Vec<Entry>, text: &str) -> Option<Field> {
    let is_empty = |node: &Node| matches!(node, Node::Scalar(scalar) if scalar.is_null());
    let follows = |at: &usize| {
        let names = names_in(entries[*at].0.text);
        let length = entries[at + 1..].iter();
        length
            .take_while(|(key, _)| names.contains(&key.text))
            .count()
    };
    let at = (0..entries.len()).find(|at| is_empty(&entries[*at].1) && follows(at) > 0)?;
    let end = at + follows(&at);
    let inner = &entries[at + 1..=end];
    let (part, (first, _), (last, value)) = (&entries[at].0, inner.first()?, inner.last()?);
    let place = join(first.span, Some(join(last.span, value.span())));
    let lines = text.get(place.start as usize..place.end as usize)?;
    let message = format!("the settings of `{}` must be indented below it", part.text);
    let fix = Fix::replace(place, format!("  {}", lines.replace('\n', "\n  ")));
    let wrong = Diagnostic::new(Code::MachineFile, first.span, message);
    let wrong = wrong.also(part.span, "no setting is below this key");
    let wrong = wrong
        .help(format!(
            "indent the lines below `{}:` by two spaces",
            part.text
        ))
        .fix(fix);
    let part = Field::unread(word(part), wrong);
    entries.drain(at..=end);
    Some(part)
}

/// Whether a setting may occur several times with different names.
fn repeats(name: &str) -> bool {
    MACHINE_SETTINGS
        .iter()
        .any(|row| row.name == name && row.repeats)
}

/// Returns the settings of a block. The `name` of a level is no setting.
fn block(entries: &[Entry], is_level: bool) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut places = BTreeMap::new();
    for (key, node) in entries {
        let first = places.insert(key.text, key.span);
        let wrong = if let Some(first) = first {
            twice(key.text, key.span, first)
        } else if is_level && key.text == "name" {
            continue;
        } else if let Node::List(items) = node
            && repeats(key.text)
            && are_parts(items)
        {
            let message = format!("each `-` begins another `{}`", key.text);
            let help = "write the settings below each other without `-`";
            Diagnostic::new(Code::MachineFile, key.span, message).help(help)
        } else if is_word(key.text) {
            let other = opposite(key.text)
                .filter(|other| entries.iter().all(|(key, _)| key.text != *other));
            match node {
                // `write-back: false` is `write-through`.
                Node::Scalar(scalar)
                    if let Some(other) = other
                        && scalar.truth() == Some(false) =>
                {
                    let text = other.into();
                    let name = Word {
                        text,
                        span: key.span,
                    };
                    fields.push(Field::named(name, join(key.span, Some(scalar.span))));
                }
                Node::List(items) if repeats(key.text) => {
                    let place = |item: &Node| item.span().unwrap_or(key.span);
                    fields.extend(
                        items
                            .iter()
                            .filter_map(|item| field(key, item, place(item))),
                    );
                }
                _ => fields.extend(field(key, node, join(key.span, node.span()))),
            }
            continue;
        } else {
            let message = format!("`{}` cannot be the name of a setting", key.text);
            Diagnostic::new(Code::MachineFile, key.span, message).label("a word is needed here")
        };
        fields.push(Field::unread(word(key), wrong));
    }
    fields
}

/// Whether the items of a list are different settings, each in a block of its own.
fn are_parts(items: &[Node]) -> bool {
    let key = |item: &Node| match item {
        Node::Block(entries) => match entries.as_slice() {
            [(key, _)] if key.text != "name" => Some(key.text.to_owned()),
            _ => None,
        },
        _ => None,
    };
    let keys: Option<BTreeSet<String>> = items.iter().map(key).collect();
    items.len() > 1 && keys.is_some_and(|keys| keys.len() == items.len())
}

/// Returns a setting, or `None` for a flag that is `false`.
fn field(key: &Scalar, node: &Node, span: Span) -> Option<Field> {
    let plain = Field::named(word(key), span);
    match node {
        // `tlb: null` denies the part, and an empty value is unfinished.
        Node::Scalar(scalar)
            if scalar.is_null() && !scalar.text.is_empty() && repeats(key.text) =>
        {
            let message = format!("`{}` is not a value", scalar.text);
            let wrong = Diagnostic::new(Code::MachineFile, scalar.span, message);
            let fix = Fix::write(scalar.span, scalar.text, "none");
            let help = format!("write `{}: none` for a machine without it", key.text);
            Some(Field {
                args: vec![Arg::wrong(wrong.help(help).fix(fix))],
                ..plain
            })
        }
        Node::Scalar(scalar) if scalar.is_null() => Some(plain),
        Node::Scalar(scalar) => match (scalar.truth(), params(key.text)) {
            (Some(true), Some([])) => Some(plain),
            (Some(false), Some([])) => None,
            (None, Some([])) => Some(Field {
                args: vec![Arg::wrong(no_truth(key, scalar))],
                ..plain
            }),
            (Some(truth), Some([Param::Words(["on", "off"])])) => {
                let text = if truth { "on" } else { "off" };
                let kind = ArgKind::Word {
                    text: text.into(),
                    value: Some(Value::Bool(truth)),
                };
                Some(Field {
                    args: vec![Arg {
                        kind,
                        span: scalar.span,
                    }],
                    ..plain
                })
            }
            _ => Some(Field {
                args: vec![measured(key, scalar).unwrap_or_else(Arg::wrong)],
                ..plain
            }),
        },
        Node::List(items) => {
            let item = |item| item_value(key, item).unwrap_or_else(Arg::wrong);
            let args = items.iter().map(item).collect();
            Some(Field { args, ..plain })
        }
        Node::Block(entries) if repeats(key.text) && are_levels(entries) => {
            let level = |(name, node): &Entry| foreign::level_by_name(key.text, name, node);
            let args = entries.iter().map(level).map(Arg::wrong).collect();
            Some(Field { args, ..plain })
        }
        Node::Block(_) if let Some(part) = foreign::part(key.text) => {
            let wrong = foreign::level_by_name(part, key, node);
            Some(Field::unread(word(key), wrong))
        }
        Node::Block(entries) => {
            let is_level = repeats(key.text);
            let names = |(name, _): &&Entry| is_level && name.text == "name";
            let mut inner = block(entries, is_level);
            let name = entries.iter().find(names);
            let name = name.map(|(name, node)| level_name(name, node));
            let args = match name {
                Some(Ok(name)) => vec![name],
                Some(Err(wrong)) => {
                    inner.push(Field::unread(
                        Word {
                            text: "name".into(),
                            span: wrong.span,
                        },
                        wrong,
                    ));
                    Vec::new()
                }
                None => Vec::new(),
            };
            Some(Field {
                args,
                block: Some(inner),
                ..plain
            })
        }
    }
}

/// Reports a flag with another value than `true` or `false`.
fn no_truth(key: &Scalar, scalar: &Scalar) -> Diagnostic {
    let name = key.text;
    let message = format!("the value of `{name}` must be `true` or `false`");
    let wrong = Diagnostic::new(Code::WrongCount, scalar.span, message);
    let meant = match &*scalar.text.to_lowercase() {
        "yes" | "on" | "y" | "1" | "true" => "true",
        "no" | "off" | "n" | "0" | "false" => "false",
        _ => return wrong.help(format!("write `{name}: true`")),
    };
    wrong.help(format!("write `{name}: {meant}`"))
}

/// Whether a block has only blocks, as if its keys were the names of TLBs or caches.
fn are_levels(entries: &[Entry]) -> bool {
    let is_block = |(_, node): &Entry| matches!(node, Node::Block(_));
    !entries.is_empty() && entries.iter().all(is_block)
}

fn level_name(name: &Scalar, node: &Node) -> Result<Arg, Diagnostic> {
    match node {
        Node::Scalar(scalar) if is_word(scalar.text) && !scalar.is_null() => Ok(Arg {
            kind: ArgKind::Word {
                text: scalar.text.into(),
                value: None,
            },
            span: scalar.span,
        }),
        _ => {
            let span = node.span().unwrap_or(name.span);
            Err(
                Diagnostic::new(Code::MachineFile, span, "a name must be a word")
                    .label("not a name")
                    .help(
                        "a name must begin with a letter and contain only letters, digits, and `_`",
                    ),
            )
        }
    }
}

/// Returns the value of one item in a list of values.
fn item_value(key: &Scalar, item: &Node) -> Result<Arg, Diagnostic> {
    match item {
        Node::Scalar(scalar) if !scalar.is_null() => measured(key, scalar),
        _ => {
            let span = item.span().unwrap_or(key.span);
            let wrong = Diagnostic::new(
                Code::MachineFile,
                span,
                format!("this value is not allowed in a list of `{}`", key.text),
            )
            .label("a number or a word is needed here");
            let help = "contents belong in the script: `set page_table { | vpn ppn |; | 0A 09 | }`";
            Err(match item {
                Node::Block(_) => wrong.help(help),
                _ => wrong,
            })
        }
    }
}

fn word(scalar: &Scalar) -> Word {
    Word {
        text: scalar.text.into(),
        span: scalar.span,
    }
}

/// Whether a text is a word of the language.
fn is_word(text: &str) -> bool {
    let letter = |c: char| c == '_' || c.is_alphabetic();
    text.starts_with(letter)
        && text
            .chars()
            .all(|c| letter(c) || c.is_numeric() || c == '-')
}

/// Whether a text contains valid settings.
fn fits(text: &str) -> bool {
    fields_of_yaml(0, text).is_ok()
}

/// Returns a value after checking that its unit matches the setting's dimension.
fn measured(key: &Scalar, scalar: &Scalar) -> Result<Arg, Diagnostic> {
    let params =
        params(key.text).or_else(|| BitRow::named(key.text).map(|_| &[BITS] as &[Param]));
    let place = params.and_then(|params| Place::first(key.text, params));
    if place.is_some()
        && let Some(wrong) = params.and_then(|params| no_number(key, scalar, params))
    {
        return Err(wrong);
    }
    let arg = value(scalar).map_err(|wrong| foreign::improved((key, scalar), fits, wrong))?;
    match (place, Unit::behind(scalar.text), &arg.kind) {
        (Some(place), Some(unit), ArgKind::Value(value) | ArgKind::Time(value)) => {
            place
                .refuses(value, unit, None)
                .map_or(Ok(arg.clone()), |wrong| {
                    // The diagnostic has no fix, because fixes are tested as scripts.
                    Err(Diagnostic {
                        fix: None,
                        ..wrong.at(arg.span)
                    })
                })
        }
        _ => Ok(arg),
    }
}

/// Reports words in place of a number.
fn no_number(key: &Scalar, scalar: &Scalar, params: &'static [Param]) -> Option<Diagnostic> {
    let (said, literals) = (scalar.text.trim(), params.literals());
    let words = || literals.iter().copied();
    let is_said = said.split(' ').all(is_word) && scalar.truth().is_none();
    if !is_said || words().any(|word| word == said) {
        return None;
    }
    let message = format!("`{said}` is not a number");
    let wrong = Diagnostic::new(Code::UnknownWord, scalar.span, message);
    let wrong = wrong.label("a number is needed here");
    // `full`
    let begun = words().find(|word| word.starts_with(said));
    Some(match nearest(said, words()).or(begun) {
        Some(near) => wrong.help(format!("write `{}: {near}`", key.text)),
        None if words().next().is_none() => wrong,
        None => wrong.help(format!("write a number, or {}", list(words()))),
    })
}

/// Returns a truth value, a number with its unit, a range, or a word.
fn value(scalar: &Scalar) -> Result<Arg, Diagnostic> {
    let (text, span) = (scalar.text.trim(), scalar.span);
    let at = |error: ValueError| number_wrong(text, error).at(span);
    let kind = if let Some(truth) = scalar.truth() {
        ArgKind::Value(Value::Bool(truth))
    } else if is_word(text) {
        ArgKind::Word {
            text: Arc::from(text),
            value: None,
        }
    } else if let Some((from, to)) = text.split_once("..") {
        let (to, inclusive) = to.strip_prefix('=').map_or((to, false), |to| (to, true));
        let (from, to) = (
            Number::parse(from).map_err(at)?,
            Number::parse(to).map_err(at)?,
        );
        let range = Value::range(&from.into(), &to.into(), inclusive).map_err(at)?;
        if inclusive {
            ArgKind::Inclusive(range)
        } else {
            ArgKind::Value(range)
        }
    } else if text
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit())
    {
        let number = Number::parse(text).map_err(at)?.into();
        let time = Unit::behind(text).is_some_and(|unit| unit.dimension == Dimension::Time);
        if time {
            ArgKind::Time(number)
        } else {
            ArgKind::Value(number)
        }
    } else {
        return Err(Diagnostic::new(Code::MachineFile, span, format!("`{text}` is not a value"))
            .label("neither a number nor a word")
            .help(
                "write a number with its unit, such as `64 B`, or a word, such as `plru`; a machine file cannot \
                 contain expressions",
            ));
    };
    Ok(Arg { kind, span })
}

/// Returns the error for a number. If the text consists of several numbers, the help suggests a list.
fn number_wrong(text: &str, error: ValueError) -> ValueError {
    let values: Vec<&str> = text.split_whitespace().collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    if values.len() > 1 && values.iter().all(is_number) {
        error.help(format!(
            "write several values as a list: `[{}]`",
            values.join(", ")
        ))
    } else {
        error
    }
}
