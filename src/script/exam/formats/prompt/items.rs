//! Prompts: the sentences that ask for an item, without the script's notation.

use super::strings::{Stated, filled, of_string, ran, ran_in_process, scheduled, tabled};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::page::records;
use crate::exam::paper::{Paper, PaperItem, Question};
use crate::lang::value::Value;
use crate::questions::entry::{AuthorTable, ItemKind, Radix};
use crate::run::programs::ELEMENTS;
use crate::run::record::{Access, AccessVerb, AddressMap, CallRecord, Did, Replayed, Shown};
use crate::run::table::TableId;
use pagewalk_engine::machine::event::{AccessKind, Privilege};

/// The templates for a translation that students do not carry out themselves, or only suppose.
const TRANSLATED: [&str; 2] = [
    "The MMU translates the {address}{why}.",
    "The MMU translates the {address} of process {process}{why}.",
];

/// Returns the templates for an access: without a process, and with one. A paper's translation replaces these
/// templates.
pub(super) fn templates(access: &Access) -> [&'static str; 2] {
    match (access.verb, access.data.len()) {
        (AccessVerb::Translate, _) if access.probe => TRANSLATED,
        (AccessVerb::Translate, _) => [
            "Translate the {address}{why}.",
            "Translate the {address} of process {process}{why}.",
        ],
        (AccessVerb::Fetch, _) => [
            "An instruction is fetched at {address}{why}.",
            "Process {process} fetches an instruction at {address}{why}.",
        ],
        (AccessVerb::Read, 0 | 1) => [
            "A byte is read at {address}{why}.",
            "Process {process} reads a byte at {address}{why}.",
        ],
        (AccessVerb::Read, _) => [
            "{n} bytes are read at {address}{why}.",
            "Process {process} reads {n} bytes at {address}{why}.",
        ],
        (AccessVerb::Write, _) if access.stored_string().is_some() => [
            "The string {stored} is written at {address}{why}.",
            "Process {process} writes the string {stored} at {address}{why}.",
        ],
        (AccessVerb::Write, 1) => [
            "The byte {value} is written at {address}{why}.",
            "Process {process} writes the byte {value} at {address}{why}.",
        ],
        (AccessVerb::Write, 2..=8) => [
            "The {n}-byte value {value} is written at {address}{why}.",
            "Process {process} writes the {n}-byte value {value} at {address}{why}.",
        ],
        (AccessVerb::Write, _) => [
            "{n} bytes are written at {address}{why}.",
            "Process {process} writes {n} bytes at {address}{why}.",
        ],
    }
}

/// Returns the prompt of an item for a format without a table of initial pages above the item. `cores` means that
/// the paper uses several cores, so that prompts name the core.
pub(crate) fn prompt(item: &PaperItem, labels: &Labels, cores: bool) -> String {
    prompt_with(item, labels, cores, false)
}

/// Returns the prompt of an item. `tables` means that a table above the item lists many initial pages of a reference
/// string.
pub(crate) fn prompt_with(item: &PaperItem, labels: &Labels, cores: bool, tables: bool) -> String {
    if let Some(prompt) = &item.printed.prompt {
        return prompt.clone();
    }
    let tabled = tables && tabled(item).is_some();
    let text = of_kind(item, labels, cores, tabled);
    if !item.again || !matches!(item.kind, ItemKind::Facts { .. }) {
        return text;
    }
    let template = match &*item.did {
        Did::Access(_) => "The same access: {operation}",
        Did::Reference(_) => "The same references: {operation}",
        Did::Replay(_) => "The same replay: {operation}",
        Did::Program(_) => "The same run: {operation}",
        _ => "The same system call: {operation}",
    };
    filled(labels, template, &[("operation", &lowercase(&text))])
}

/// Returns the prompt of an item without a text of the author.
fn of_kind(item: &PaperItem, labels: &Labels, cores: bool, tabled: bool) -> String {
    match &item.kind {
        ItemKind::Facts { operation, .. } => match &*item.did {
            Did::Access(access) => {
                let address = address(access, item.printed.radix, labels);
                let value = stored(access, item.printed.radix);
                of_access(access, templates(access), labels, cores, [&address, &value])
            }
            did => {
                let text = of_operation(did, &operation.operation, labels, tabled);
                let runs = matches!(did, Did::Replay(_) | Did::Program(_));
                supposed(runs && did.is_probe(), text, labels)
            }
        },
        ItemKind::Table {
            table,
            string: Some(did),
            ..
        } => {
            let fill = if table.id == TableId::Program && table.groups[0][0] == ELEMENTS {
                "Fill in the table. Write h for a hit and m for a miss, one letter for each access to the element, in order."
            } else {
                "Fill in the table."
            };
            let fill = labels.localize(fill);
            match &**did {
                // The item that asks for the facts of the run has described it.
                Did::Replay(_) | Did::Program(_) if item.again => fill.to_owned(),
                did => format!("{} {fill}", of_operation(did, "", labels, tabled)),
            }
        }
        ItemKind::Author(AuthorTable {
            order: Some(did), ..
        }) => {
            let number = labels.localize("Number the messages in order.");
            match &**did {
                did @ (Did::Access(_) | Did::Call(_)) => {
                    format!("{} {number}", of_done(did, item.printed.radix, labels))
                }
                _ => number.to_owned(),
            }
        }
        ItemKind::Table { .. } | ItemKind::Author(_) => {
            labels.localize("Fill in the table.").to_owned()
        }
        ItemKind::Any { name, .. } => filled(labels, "Give a value for {name}.", &[("name", name)]),
        ItemKind::Value { label, .. } => label.clone(),
        ItemKind::Choice { text, .. } | ItemKind::Essay { text, .. } => text.clone(),
    }
}

/// Returns the term for the address of an access.
pub(crate) fn kind_of_address(access: &Access) -> &'static str {
    if access.spec.mmu.is_some() {
        "virtual address"
    } else {
        "address"
    }
}

/// Returns the address of an access in a radix.
pub(crate) fn number_of_address(access: &Access, radix: Option<Radix>) -> String {
    in_radix(access.va.raw(), access.spec.virtual_bits(), radix)
}

fn in_radix(value: u64, bits: u32, radix: Option<Radix>) -> String {
    match radix {
        Some(Radix::Decimal) => value.to_string(),
        Some(Radix::Binary) => Radix::Binary.write(&Value::from(value), Some(bits)),
        _ => Shown::field(value, bits).to_string(),
    }
}

fn address(access: &Access, radix: Option<Radix>, labels: &Labels) -> String {
    format!(
        "{} {}",
        labels.localize(kind_of_address(access)),
        number_of_address(access, radix)
    )
}

/// Describes an operation that the paper does not ask about, with its address in a radix.
pub(crate) fn of_done(did: &Did, radix: Option<Radix>, labels: &Labels) -> String {
    if let Did::Access(access) = did {
        let address = address(access, radix, labels);
        let templates = match access.verb {
            AccessVerb::Translate => TRANSLATED,
            _ => templates(access),
        };
        let value = stored(access, radix);
        return of_access(access, templates, labels, false, [&address, &value]);
    }
    let operation = did.call().map_or_else(String::new, CallRecord::stated);
    of_operation(did, &operation, labels, false)
}

fn of_operation(did: &Did, operation: &str, labels: &Labels, tabled: bool) -> String {
    match did {
        Did::Reference(run) => of_string(run, labels, tabled, Stated::ALL),
        Did::Call(call)
        | Did::Bound {
            call: Some(call), ..
        } => of_call(call, operation, labels),
        Did::Program(run) => {
            let first = match run.in_process() {
                Some(process) => ran_in_process(run, process, labels),
                None => ran(&run.called, labels),
            };
            let mut sentences = vec![first];
            sentences.extend(scheduled(run, labels));
            sentences.join(" ")
        }
        Did::Replay(run) => {
            let first = match did.called() {
                Some(called) => ran(called, labels),
                None => filled(
                    labels,
                    "The trace {name} is replayed{records}.",
                    &[("name", &run.name), ("records", &records(run))],
                ),
            };
            first + labels.localize(addresses(run))
        }
        _ => operation.to_owned(),
    }
}

/// Returns the sentence about the addresses of a replay, with a space before it, or nothing if the machine has no other addresses.
fn addresses(run: &Replayed) -> &'static str {
    match run.map {
        AddressMap::Identity if run.counted.spec.mmu.is_some() => {
            " Its addresses are physical addresses."
        }
        AddressMap::Identity => "",
        AddressMap::Demand => {
            " No page is resident at first. An access that causes a page fault is repeated, and looks up the TLB again."
        }
        AddressMap::Resident => " All its pages are resident.",
    }
}

/// Describes an access with its templates, its address, and the stored value.
pub(super) fn of_access(
    access: &Access,
    [passive, active]: [&'static str; 2],
    labels: &Labels,
    cores: bool,
    [address, value]: [&str; 2],
) -> String {
    let why = format!("{}{}", purpose(access, labels), by(access.mode, labels));
    let core = if cores {
        format!(" {} {}", labels.localize("on core"), access.core)
    } else {
        String::new()
    };
    let why = why + &core;
    let process = access
        .process
        .as_ref()
        .map(|own| own.process.name.to_string());
    let text = filled(
        labels,
        if process.is_some() { active } else { passive },
        &[
            ("process", process.as_deref().unwrap_or_default()),
            ("address", address),
            ("n", &access.data.len().to_string()),
            ("stored", &access.stored_string().unwrap_or_default()),
            ("value", value),
            ("why", &why),
        ],
    );
    supposed(access.probe, text, labels)
}

/// Returns the stored bytes as a little-endian number in a radix. A sentence about more than eight bytes has no number.
pub(super) fn stored(access: &Access, radix: Option<Radix>) -> String {
    let bytes = &access.data[..access.data.len().min(8)];
    let value = bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(byte.unwrap_or(0)));
    in_radix(value, 8 * bytes.len() as u32, radix)
}

/// Returns the kind of access that a translation is for, unless the access is a load.
fn purpose(access: &Access, labels: &Labels) -> String {
    let text = match (access.verb, access.kind) {
        (AccessVerb::Translate, AccessKind::Write) => "for a store",
        (AccessVerb::Translate, AccessKind::Execute) => "for an instruction fetch",
        _ => return String::new(),
    };
    format!(" {}", labels.localize(text))
}

fn by(mode: Privilege, labels: &Labels) -> String {
    match mode {
        Privilege::User => String::new(),
        Privilege::Supervisor => format!(" {}", labels.localize("in supervisor mode")),
    }
}

fn of_call(call: &CallRecord, operation: &str, labels: &Labels) -> String {
    let text = filled(
        labels,
        "Process {process} calls {call}.",
        &[("process", &call.process.name), ("call", operation)],
    );
    supposed(call.probe, text, labels)
}

/// Marks a hypothetical operation.
fn supposed(probe: bool, text: String, labels: &Labels) -> String {
    if !probe {
        return text;
    }
    filled(
        labels,
        "Suppose that {operation}",
        &[("operation", &lowercase(&text))],
    )
}

/// Returns a sentence with a lowercase first letter.
fn lowercase(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + letters.as_str()
    })
}

/// Whether the operations of a paper run on several cores.
pub(crate) fn several_cores(paper: &Paper) -> bool {
    let core = |item: &PaperItem| match &*item.did {
        Did::Access(access) => access.core,
        did => did.call().map_or(0, |call| call.core),
    };
    paper
        .questions
        .iter()
        .flat_map(Question::items)
        .any(|item| core(item) > 0)
}
