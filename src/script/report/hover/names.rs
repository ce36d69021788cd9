//! Hover texts for a script's names: variables, definitions, processes, and parts of the machine.

use super::number::{Asked, code, number, paragraphs, script};
use crate::lang::value::Value;
use crate::run::facts::Component;
use crate::run::paths::{PART_PROPERTIES, kind_of, part_of, setting_paths};
use crate::run::settings::{SettingWord, level_setting};
use crate::run::state::{Binding, State};
use crate::services::complete::{CursorToken, Role};
use pagewalk_engine::kernel::process::Process;

/// Maximum length, in characters, of a value that is shown whole.
const SHOWN: usize = 400;

/// Returns a variable's value if the value is known without a run. For an assignment, returns the assigned
/// value.
pub(crate) fn variable(asked: &Asked, place: &CursorToken, state: &State) -> Option<String> {
    let gives = matches!(place.head, "let" | "choose" | "for");
    let after = gives.then(|| (asked.state)(end_of_line(asked.text, place.span.end)));
    let given = after
        .as_ref()
        .is_some_and(|after| after.find(place.text).is_some())
        && names_it(asked.text, place);
    let state = if given {
        after.as_ref().unwrap_or(state)
    } else {
        state
    };
    let name = code(place.text);
    match state.find(place.text)? {
        Binding::Value(Value::Number(value)) => {
            let written = hex_or_plain(&Value::Number(*value));
            let described = number(*value, Role::Unknown, &written, state);
            Some(format!(
                "{name} = {}",
                described.unwrap_or(format!("**{written}**"))
            ))
        }
        Binding::Value(value) => {
            let text: String = value.quoted().chars().take(SHOWN).collect();
            Some(paragraphs([
                format!("{name}: {}", value.kind()),
                script(&text),
            ]))
        }
        Binding::Unknowable => Some(format!(
            "{name}: the value is known only when the script runs."
        )),
        Binding::Def(_) => definition(asked, place.text, state),
    }
}

/// Whether the statement defines this word, which must directly follow the verb.
fn names_it(text: &str, place: &CursorToken) -> bool {
    text.get(..place.span.start)
        .is_some_and(|before| before.trim_end().ends_with(place.head))
}

/// Returns the end of the line.
fn end_of_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + rest.find(['\n', ';']).unwrap_or(rest.len()) + 1
}

/// Formats large numbers in hexadecimal, like addresses.
fn hex_or_plain(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_integer().and_then(|n| u64::try_from(n).ok()) {
            Some(n) if n >= 0x100 => format!("0x{n:X}"),
            _ => value.to_string(),
        },
        _ => value.to_string(),
    }
}

/// Returns the head of a definition and the comment above it.
pub(crate) fn definition(asked: &Asked, name: &str, state: &State) -> Option<String> {
    let Some(Binding::Def(def)) = state.find(name) else {
        return None;
    };
    let params: Vec<&str> = def.params.iter().map(|param| &*param.text).collect();
    let head = format!("def {}({})", def.name.text, params.join(", "));
    let file = asked.sources.file(def.name.span.file)?;
    Some(paragraphs([
        script(&head),
        comment_above(&file.text, def.name.span.start as usize),
    ]))
}

/// Returns the comment lines directly above a position.
fn comment_above(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or("");
    let above = before.rfind('\n').map_or("", |end| &before[..end]);
    let mut lines: Vec<&str> = above
        .lines()
        .rev()
        .map_while(|line| line.trim().strip_prefix('#'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.reverse();
    lines.join("\n")
}

/// Describes a process.
pub(crate) fn process(name: &str, state: &State) -> Option<String> {
    let kernel = state.kernel()?;
    let process = kernel.processes().find(|process| &*process.name == name)?;
    Some(paragraphs([
        format!(
            "Process {}, number {}: {}.",
            code(name),
            process.pid.0,
            process.state.name()
        ),
        areas(process),
    ]))
}

fn areas(process: &Process) -> String {
    let count = process.space.areas.iter().count();
    let plural = if count == 1 { "area" } else { "areas" };
    format!(
        "{count} {plural} with a total size of {} bytes, as declared above.",
        process.space.areas.size()
    )
}

/// Describes a TLB or cache: its kind, and the values derived from its declaration.
pub(crate) fn part(name: &str, state: &State) -> Option<String> {
    let machine = state.hardware()?;
    let component = Component::named(machine.spec(), name)?;
    let kind = if matches!(component, Component::Tlb(_)) {
        "TLB"
    } else {
        "cache"
    };
    let part = part_of(machine, component);
    let rows = PART_PROPERTIES
        .iter()
        .filter(|row| row.fact.is_none())
        .filter_map(|row| {
            let value = (row.get)(&part)?;
            Some(format!(
                "| {} | {value} | {} |",
                code(&format!("{name}.{}", row.name)),
                row.help
            ))
        });
    let new = |setting: &SettingWord| PART_PROPERTIES.iter().all(|row| row.name != setting.name);
    let settings = setting_paths(kind_of(component))
        .filter(new)
        .filter_map(|setting| {
            let value = level_setting(machine.spec(), component, setting.name)?;
            Some(format!(
                "| {} | {value} | {} |",
                code(&format!("{name}.{}", setting.name)),
                setting.help
            ))
        });
    let rows: Vec<String> = rows.chain(settings).collect();
    Some(format!(
        "The {kind} {}:\n\n| | is | |\n|---|---|---|\n{}",
        code(name),
        rows.join("\n")
    ))
}
