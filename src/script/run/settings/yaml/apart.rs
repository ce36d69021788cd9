//! The settings of a machine file that is not YAML as a whole.
//!
//! The YAML library stops at the first mistake. Each setting at the left margin is therefore read as a document of its
//! own, so that a mistake in one of them hides none in the others.

use std::ops::Range;

use super::said::{EQUALS, SPACE, is_tight, token, toml};
use super::tree::{Entry, Node, tree};
use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::run::settings::field::Field;

/// The maximum number of bytes to read for the settings of one file. Each of them is read with its distance from the start.
const MOST_BYTES: usize = 1 << 22;

/// Returns the settings and the mistakes outside their values. `whole` is the mistake of the file as a whole, and `block`
/// returns the settings of a block.
pub(super) fn apart(
    file: u32,
    text: &str,
    whole: Diagnostic,
    block: impl Fn(&[Entry]) -> Vec<Field>,
) -> (Vec<Field>, Vec<Diagnostic>) {
    let settings = settings(text);
    let is_connected = text.contains('&') || text.lines().any(|line| line.starts_with("---"));
    if is_connected || settings.len().saturating_mul(text.len()) > MOST_BYTES {
        return (Vec::new(), vec![whole]);
    }
    let toml = toml(file, text);
    let (mut fields, mut wrong) = (Vec::new(), Vec::from_iter(toml.clone()));
    for place in settings {
        let setting = &text[place.clone()];
        let start = place.start + setting.len() - setting.trim_start().len();
        let word = |start: usize| {
            let span = token(file, text, start);
            let text = text[span.start as usize..span.end as usize].into();
            Word { text, span }
        };
        // The table of a TOML file contains the settings up to the next one.
        if let Some(inner) = setting.trim_start().strip_prefix('[') {
            let name = start + setting.trim_start().len() - inner.trim_start_matches('[').len();
            let name = word(name);
            let (span, block) = (name.span, Some(Vec::new()));
            fields.push(Field {
                block,
                ..Field::named(name, span)
            });
            continue;
        }
        let first = setting.trim_start().lines().next().unwrap_or_default();
        let mut read = text.as_bytes()[..place.end].to_vec();
        // The rest keeps its place.
        for byte in &mut read[..place.start] {
            *byte = if *byte == b'\n' { b'\n' } else { b' ' };
        }
        if is_tight(first) {
            let colon = start + first.find(':').unwrap_or_default();
            let fix = Fix::write(Span::new(file, colon..colon + 1), ":", ": ");
            let help = format!("write `{}`", first.replacen(':', ": ", 1));
            wrong.push(SPACE.at(token(file, text, start)).help(help).fix(fix));
            continue;
        }
        let is_equation = first
            .find(['=', ':'])
            .filter(|at| first[*at..].starts_with('='));
        if let Some(at) = is_equation {
            read[start + at] = b':';
            if toml.is_none() {
                wrong.push(EQUALS.at(token(file, text, start)));
            }
        }
        let read = String::from_utf8(read).unwrap_or_default();
        let new = match tree(file, &read) {
            _ if is_equation.is_none() && !first.contains(':') => {
                let (name, message) = (word(start), "`:` is missing after the name of a setting");
                let values = first[name.text.len()..].trim_end();
                let mistake = Diagnostic::new(Code::MachineFile, name.span, message);
                let mistake = mistake.help(format!("write `{}:{values}`", name.text));
                vec![Field::unread(name, mistake)]
            }
            Ok(Node::Block(entries)) => block(&entries),
            Ok(_) => vec![],
            Err(mistake) => vec![Field::unread(word(start), mistake)],
        };
        match fields.last_mut() {
            Some(Field {
                block: Some(inner), ..
            }) if toml.is_some() => inner.extend(new),
            _ => fields.extend(new),
        }
    }
    if fields.is_empty() && wrong.is_empty() {
        wrong.push(whole);
    }
    (fields, wrong)
}

/// Returns the place of each setting at the left margin, with the lines below it, and of each head of a TOML table.
fn settings(text: &str) -> Vec<Range<usize>> {
    let (mut margin, mut at) = (None, 0);
    let mut found: Vec<Range<usize>> = Vec::new();
    for line in text.split_inclusive('\n') {
        let (start, setting) = (at, line.trim_start());
        at += line.len();
        let is_head = setting.starts_with(|c: char| c.is_alphabetic())
            || setting.trim_end().ends_with(']') && setting.starts_with('[');
        let indent = line.len() - setting.len();
        // A block `machine:` may contain all settings.
        if is_head && indent <= *margin.get_or_insert(indent) {
            if found.is_empty() && setting.trim_end() == "machine:" {
                margin = None;
                continue;
            }
            found.push(start..at);
        } else if let Some(last) = found.last_mut() {
            last.end = at;
        }
    }
    found
}
