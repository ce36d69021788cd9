//! Hover texts for a script's names: variables, definitions, processes, and parts of the machine.

use std::ops::Range;

use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::{Pa, Va};
use pagewalk_engine::machine::pte::{BITS, Bit, Pte, PteFormat};
use pagewalk_engine::machine::spec::Spec;

use crate::lang::source::Sources;
use crate::lang::tree::Tree;
use crate::lang::value::{Number, Value};
use crate::report::doc::Block;
use crate::report::narrate::{fields, hex, rulers};
use crate::report::text::text;
use crate::report::words::numbers::binary;
use crate::run::facts::Component;
use crate::run::paths::{PART_PROPERTIES, kind_of, part_of, setting_paths};
use crate::run::settings::{SettingWord, level_setting};
use crate::run::state::{Binding, State};
use crate::services::complete::{CursorToken, Role};

/// Maximum length, in characters, of a value that is shown whole.
const SHOWN: usize = 400;

/// Returns a variable's value if the value is known without a run. For an assignment, returns the assigned
/// value.
pub(crate) fn variable(asked: &Asked, place: &CursorToken, state: &State) -> Option<String> {
    let gives = matches!(place.head, "let" | "choose" | "for");
    let after = gives.then(|| (asked.state)(end_of_line(asked.tree.text(), place.span.end)));
    let given = after
        .as_ref()
        .is_some_and(|after| after.find(place.text).is_some())
        && names_it(asked.tree.text(), place);
    let state = if given {
        after.as_ref().unwrap_or(state)
    } else {
        state
    };
    let name = code(place.text);
    match state.find(place.text)? {
        Binding::Value(Value::Number(value)) => {
            let written = hex_or_plain(*value);
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
        Binding::Program(listing) => Some(paragraphs([
            format!("{name}: a program in C"),
            format!("```c\n{}\n```", listing.text),
        ])),
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
fn hex_or_plain(number: Number) -> String {
    match number.as_integer().and_then(|n| u64::try_from(n).ok()) {
        Some(n) if n >= 0x100 => format!("0x{n:X}"),
        _ => number.to_string(),
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

// Hover texts for numbers: the number in other bases, and its meaning to the machine (the fields of an
// address, or the bits of a page-table entry).

/// Describes a number written as `written`, or returns `None` if the number's meaning is obvious.
pub(crate) fn number(number: Number, role: Role, written: &str, state: &State) -> Option<String> {
    let Some(integer) = number.as_integer() else {
        return Some(other(number, written));
    };
    let radices = radices(integer, written);
    let address = u64::try_from(integer).ok().zip(state.hardware());
    let meaning = address.map_or_else(String::new, |(raw, machine)| match role {
        Role::Virtual => virtual_address(raw, machine, state.kernel().is_none()),
        Role::Physical => physical_address(raw, machine),
        Role::Entry => machine
            .spec()
            .mmu
            .as_ref()
            .map_or_else(String::new, |mmu| entry(raw, &mmu.pte, machine.spec())),
        Role::Unknown if looks_like_address(written) => virtual_address(raw, machine, false),
        Role::Unknown | Role::Count => String::new(),
    });
    // A single digit needs no description.
    let known = meaning.is_empty() && written.len() == 1;
    (!known).then(|| paragraphs([radices, meaning]))
}

/// Whether a number of unknown meaning may be an address, because it is in hexadecimal or binary.
fn looks_like_address(written: &str) -> bool {
    let prefixed = ["0x", "0X", "0b"]
        .iter()
        .any(|prefix| written.starts_with(prefix));
    prefixed && !written.contains(' ')
}

/// Describes a number that is not an integer.
fn other(number: Number, written: &str) -> String {
    let value = crate::lang::value::Value::Number(number).to_string();
    if value == written {
        format!("**{written}**")
    } else {
        format!("**{written}** = {value}")
    }
}

/// Returns the number in each base, starting with the base of `written`.
fn radices(integer: i128, written: &str) -> String {
    let magnitude = integer.unsigned_abs();
    let Ok(magnitude) = u64::try_from(magnitude) else {
        return format!("**{written}**");
    };
    let sign = if integer < 0 { "-" } else { "" };
    let bits = (u64::BITS - magnitude.leading_zeros()).max(1);
    let plain = written.replace('_', "");
    let forms = [
        format!("{sign}{magnitude}"),
        format!("{sign}0x{magnitude:X}"),
        format!("{sign}{}", binary(magnitude, bits)),
    ];
    let same = |form: &String| {
        let (form, plain) = (form.replace('_', ""), plain.replace("0x0", "0x"));
        form.eq_ignore_ascii_case(&plain)
    };
    let others: Vec<String> = forms.into_iter().filter(|form| !same(form)).collect();
    format!("**{written}** = {}", others.join(" = "))
}

/// Returns the fields of a virtual address. With `walked`, also returns the result of a page walk. Without an
/// MMU, the address is physical.
fn virtual_address(raw: u64, machine: &Machine, walked: bool) -> String {
    let spec = machine.spec();
    if spec.mmu.is_none() {
        return physical_address(raw, machine);
    }
    let Ok(va) = machine.va(raw) else {
        return format!(
            "Too large: a virtual address on this machine has {} bits.",
            spec.virtual_bits()
        );
    };
    let ruler = rulers(spec).into_iter().next();
    let drawing = ruler.map_or_else(String::new, |ruler| drawn(&fields(ruler, va.raw())));
    paragraphs([
        drawing,
        if walked {
            mapped(va, machine)
        } else {
            String::new()
        },
    ])
}

/// Returns the result of a page walk, as far as the result is known without a run.
fn mapped(va: Va, machine: &Machine) -> String {
    let spec = machine.spec();
    let vpn = machine.vpn_of(va);
    let entry = machine
        .page_table_entry(vpn)
        .filter(|(_, pte)| pte.flags.has(Bit::P));
    let Some((level, pte)) = entry else {
        return String::new();
    };
    let bits = spec
        .mmu
        .as_ref()
        .map_or(0, |mmu| mmu.level_page_bits(level));
    let offset = if bits >= u64::BITS {
        va.raw()
    } else {
        va.raw() & ((1 << bits) - 1)
    };
    let Some(base) = pte.ppn.checked_shl(spec.page_bits()) else {
        return String::new();
    };
    let Ok(pa) = machine.pa(base | offset) else {
        return String::new();
    };
    let said = format!(
        "The page table maps VPN {} to PPN {}, so the physical address is **{}**.",
        hex(vpn.raw(), spec.vpn_bits()),
        hex(pte.ppn, spec.ppn_bits()),
        hex(pa.raw(), spec.physical_bits)
    );
    paragraphs([said, drawn_physical(pa, spec)])
}

fn physical_address(raw: u64, machine: &Machine) -> String {
    let spec = machine.spec();
    match machine.pa(raw) {
        Ok(pa) => drawn_physical(pa, spec),
        Err(_) => format!(
            "Too large: a physical address on this machine has {} bits.",
            spec.physical_bits
        ),
    }
}

fn drawn_physical(pa: Pa, spec: &Spec) -> String {
    let ruler = rulers(spec).pop();
    ruler.map_or_else(String::new, |ruler| drawn(&fields(ruler, pa.raw())))
}

/// Returns a page-table entry in memory as a table of its bits, highest first.
fn entry(raw: u64, format: &PteFormat, spec: &Spec) -> String {
    let width = format.bytes * 8;
    if width < u64::BITS && raw >> width > 0 {
        return format!("Too large: a page-table entry on this machine has {width} bits.");
    }
    let Pte { ppn, flags } = format.decode(raw);
    let start = ppn
        .checked_shl(spec.page_bits())
        .map_or_else(String::new, |base| hex(base, spec.physical_bits));
    let place = if format.ppn_high == format.ppn_low {
        format.ppn_low.to_string()
    } else {
        format!("{}–{}", format.ppn_high, format.ppn_low)
    };
    let leads = if flags.has(Bit::P) {
        format!("the page, or the next table, at {start}")
    } else {
        "nothing: not present".to_owned()
    };
    let mut rows = vec![(
        format.ppn_low,
        format!(
            "| PPN | {place} | {} | {leads} |",
            hex(ppn, format.ppn_bits())
        ),
    )];
    for row in &BITS {
        if let Some(place) = format.bit_position(row.bit) {
            let value = raw >> place & 1;
            let inverse = row.inverse.filter(|_| format.inverted.has(row.bit));
            let meaning = inverse.map_or_else(
                || row.help.to_owned(),
                |inverse| format!("{} 1 is {} 0", code(inverse), code(row.name)),
            );
            rows.push((
                place,
                format!(
                    "| {} | {place} | {value} | {} |",
                    format.label(row),
                    meaning
                ),
            ));
        }
    }
    rows.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    let rows: Vec<String> = rows.into_iter().map(|(_, row)| row).collect();
    format!(
        "Page-table entry of {} bytes:\n\n| | bit | value | meaning |\n|---|---|---|---|\n{}",
        format.bytes,
        rows.join("\n")
    )
}

/// Returns a code block of script lines.
pub fn script(lines: &str) -> String {
    format!("```pagewalk\n{}\n```", lines.trim_end())
}

/// Renders blocks in a code block, as on a terminal.
pub(crate) fn drawn(blocks: &[Block]) -> String {
    let text = text(blocks, false);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let indent = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let cut = lines
        .iter()
        .map(|line| line.get(indent.unwrap_or(0)..).unwrap_or(""));
    let body: Vec<&str> = cut.skip_while(|line| line.is_empty()).collect();
    format!("```text\n{}\n```", body.join("\n").trim_end())
}

/// Returns inline code.
pub fn code(text: &str) -> String {
    if text.contains('`') {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

/// Joins paragraphs, and skips empty paragraphs.
pub fn paragraphs(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// The text of a script, with the results of its analysis.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub tree: &'a Tree,
    /// The files of the script, beginning with the text itself.
    pub sources: &'a Sources,
    /// Returns the state known before the statement at a byte.
    pub state: &'a dyn Fn(usize) -> State,
}

/// Information about a position in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoverInfo {
    /// The bytes that the information describes.
    pub span: Range<usize>,
    /// The name of the fact at these bytes, if any.
    pub fact: Option<String>,
    /// The text in Markdown.
    pub text: String,
}
