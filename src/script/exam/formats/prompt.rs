//! Prompts: the sentences that ask for an item, without the script's notation.

use super::labels::Labels;
use super::page::records;
use crate::exam::paper::{Paper, PaperItem, Question};
use crate::questions::entry::{ItemKind, Radix};
use crate::questions::wording::series;
use crate::run::record::{Access, AccessVerb, CallRecord, Did, ReferenceRun, Shown, StartRow};
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::machine::reference_string::{Replacement, Ticks};

/// Returns the templates for an access: without a process, and with one. A paper's translation replaces them.
/// `stored` is the script text of the stored value.
fn templates(access: &Access, stored: &str) -> [&'static str; 2] {
    match (access.verb, access.data.len()) {
        (AccessVerb::Translate, _) => {
            ["The {address} is translated{why}.", "The {address} of process {process} is translated{why}."]
        }
        (AccessVerb::Fetch, _) => [
            "An instruction is fetched at {address}{why}.",
            "Process {process} fetches an instruction at {address}{why}.",
        ],
        (AccessVerb::Read, 0 | 1) => {
            ["A byte is read at {address}{why}.", "Process {process} reads a byte at {address}{why}."]
        }
        (AccessVerb::Read, _) => {
            ["{n} bytes are read at {address}{why}.", "Process {process} reads {n} bytes at {address}{why}."]
        }
        (AccessVerb::Write, _) if stored.starts_with('"') => [
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

/// Minimum number of initial pages that a paper prints as a table.
const TABLED: usize = 5;

/// Returns the reference string whose initial pages the paper prints as a table above the item.
pub(crate) fn tabled(item: &PaperItem) -> Option<&ReferenceRun> {
    let did = match &item.kind {
        ItemKind::Facts { .. } => &item.did,
        ItemKind::Table { string: Some(did), .. } => did,
        _ => return None,
    };
    let Did::Reference(run) = &**did else { return None };
    (item.printed.prompt.is_none() && run.start.len() >= TABLED).then_some(run)
}

/// Returns the prompt of an item for a format that does not print the initial pages as a table. If `cores` is
/// true, the paper uses several cores, and the prompts name the core.
pub(crate) fn prompt(item: &PaperItem, labels: &Labels, cores: bool) -> String {
    prompt_with(item, labels, cores, false)
}

/// Returns the prompt of an item. If `tables` is true, a table above the item lists the initial pages of a
/// reference string with many initial pages.
pub(crate) fn prompt_with(item: &PaperItem, labels: &Labels, cores: bool, tables: bool) -> String {
    if let Some(prompt) = &item.printed.prompt {
        return prompt.clone();
    }
    let tabled = tables && tabled(item).is_some();
    match &item.kind {
        ItemKind::Facts { operation, .. } => match &*item.did {
            Did::Access(access) => {
                let address = address(access, item.printed.radix, labels);
                of_access(
                    access,
                    templates(access, stored(operation)),
                    stored(operation),
                    labels,
                    cores,
                    &address,
                )
            }
            did => of_operation(did, operation, labels, tabled),
        },
        ItemKind::Table { string: Some(did), .. } => match &**did {
            Did::Reference(run) => {
                format!("{} {}", of_string(run, labels, tabled), labels.localize("Fill in the table."))
            }
            _ => labels.localize("Fill in the table.").to_owned(),
        },
        ItemKind::Table { .. } | ItemKind::Author(_) => labels.localize("Fill in the table.").to_owned(),
        ItemKind::Any { name, .. } => filled(labels, "Give a value for {name}.", &[("name", name)]),
        ItemKind::Value { label, .. } => label.clone(),
        ItemKind::Choice { text, .. } | ItemKind::Essay { text, .. } => text.clone(),
    }
}

/// Returns the prompt of several items that differ only in their addresses, or `None` if they differ in more.
pub(crate) fn prompt_of_stream(items: &[&PaperItem], labels: &Labels, cores: bool) -> Option<String> {
    let each = items.iter().map(|item| match (&item.kind, &*item.did) {
        (ItemKind::Facts { operation, .. }, Did::Access(access)) if item.printed.prompt.is_none() => {
            let [one, each, these] = match access.spec.mmu {
                Some(_) => [
                    "one of these virtual addresses",
                    "each of these virtual addresses",
                    "These virtual addresses",
                ],
                None => ["one of these addresses", "each of these addresses", "These addresses"],
            };
            let (templates, address) = match access.verb {
                AccessVerb::Translate => (TRANSLATED, these),
                _ => (templates(access, stored(operation)), if access.probe { one } else { each }),
            };
            Some(of_access(access, templates, stored(operation), labels, cores, labels.localize(address)))
        }
        _ => None,
    });
    let mut each = each.collect::<Option<Vec<String>>>()?;
    each.dedup();
    let [prompt] = &*each else { return None };
    Some(format!("{prompt} {}", labels.localize("Fill in the table.")))
}

/// The templates for the translation of several addresses.
const TRANSLATED: [&str; 2] =
    ["{address} are translated{why}.", "{address} of process {process} are translated{why}."];

/// Returns the script text of the stored value.
fn stored(operation: &str) -> &str {
    operation.split_once('=').map_or("", |(_, stored)| stored.trim_start())
}

/// Returns the term for the address of an access.
pub(crate) fn kind_of_address(access: &Access) -> &'static str {
    if access.spec.mmu.is_some() { "virtual address" } else { "address" }
}

/// Returns the address of an access in a radix.
pub(crate) fn number_of_address(access: &Access, radix: Option<Radix>) -> String {
    match radix {
        Some(Radix::Decimal) => access.va.raw().to_string(),
        _ => Shown::field(access.va.raw(), access.spec.virtual_bits()).to_string(),
    }
}

fn address(access: &Access, radix: Option<Radix>, labels: &Labels) -> String {
    format!("{} {}", labels.localize(kind_of_address(access)), number_of_address(access, radix))
}

/// Describes an operation that the paper does not ask about.
pub(crate) fn of_done(did: &Did, labels: &Labels) -> String {
    if let Did::Access(access) = did {
        let address = address(access, None, labels);
        return of_access(access, templates(access, ""), "", labels, false, &address);
    }
    let operation = did.call().map_or_else(String::new, |call| {
        let args: Vec<&str> = call.args.iter().map(|arg| arg.written.as_str()).collect();
        format!("{}({})", call.name, args.join(", "))
    });
    of_operation(did, &operation, labels, false)
}

fn of_operation(did: &Did, operation: &str, labels: &Labels, tabled: bool) -> String {
    match did {
        Did::Reference(run) => of_string(run, labels, tabled),
        Did::Call(call) | Did::Bound { call: Some(call), .. } => of_call(call, operation, labels),
        Did::Replay(run) => {
            let template = "The trace {name} is replayed{records}.";
            filled(labels, template, &[("name", &run.name), ("records", &records(run))])
        }
        _ => operation.to_owned(),
    }
}

/// Describes an access at `address` with its templates.
fn of_access(
    access: &Access,
    [passive, active]: [&'static str; 2],
    stored: &str,
    labels: &Labels,
    cores: bool,
    address: &str,
) -> String {
    let why = format!("{}{}", purpose(access, labels), by(access.mode, labels));
    let core = if cores { format!(" {} {}", labels.localize("on core"), access.core) } else { String::new() };
    let why = why + &core;
    let process = access.process.as_ref().map(|own| own.process.name.to_string());
    let text = filled(
        labels,
        if process.is_some() { active } else { passive },
        &[
            ("process", process.as_deref().unwrap_or_default()),
            ("address", address),
            ("n", &access.data.len().to_string()),
            ("stored", stored),
            ("value", &value(access)),
            ("why", &why),
        ],
    );
    supposed(access.probe, text, labels)
}

/// Returns the stored bytes as a little-endian number.
fn value(access: &Access) -> String {
    let bytes = access.data.iter().rev().map(|byte| format!("{:02X}", byte.unwrap_or(0)));
    format!("0x{}", bytes.collect::<String>())
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
    // The sentence names the process.
    let prefix = format!("{}:", call.process.name);
    let code = operation.strip_prefix(&prefix).unwrap_or(operation).trim_start();
    let text =
        filled(labels, "Process {process} calls {call}.", &[("process", &call.process.name), ("call", code)]);
    supposed(call.probe, text, labels)
}

/// Marks a hypothetical operation.
fn supposed(probe: bool, text: String, labels: &Labels) -> String {
    if !probe {
        return text;
    }
    let mut letters = text.chars();
    let text = letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str());
    filled(labels, "Suppose that {operation}", &[("operation", &text)])
}

/// Whether the operations of a paper run on several cores.
pub(crate) fn several_cores(paper: &Paper) -> bool {
    let core = |item: &PaperItem| match &*item.did {
        Did::Access(access) => access.core,
        did => did.call().map_or(0, |call| call.core),
    };
    paper.questions.iter().flat_map(Question::items).any(|item| core(item) > 0)
}

/// Describes a reference string with its settings. If `tabled` is true, a table lists the initial pages.
fn of_string(run: &ReferenceRun, labels: &Labels, tabled: bool) -> String {
    let setup = &run.setup;
    let held =
        |pages: &[u32]| series(&pages.iter().map(|page| run.page(*page).to_string()).collect::<Vec<_>>());
    let frames = setup.frames.to_string();
    let (template, n) = match setup.replacement {
        Replacement::WorkingSet { window } => {
            ("The working set contains the pages of the last {n} references.", window.to_string())
        }
        _ if setup.frames == 1 => ("There is one frame.", String::new()),
        Replacement::Optimal { lookahead: Some(1) } => (
            "There are {frames} frames, and the system uses the optimal replacement policy with a lookahead of one reference after \
             the current one.",
            String::new(),
        ),
        Replacement::Optimal { lookahead: Some(ahead) } => (
            "There are {frames} frames, and the system uses the optimal replacement policy with a lookahead of {n} references after \
             the current one.",
            ahead.to_string(),
        ),
        Replacement::Optimal { lookahead: None } => {
            ("There are {frames} frames, and the system uses the optimal replacement policy.", String::new())
        }
        _ => ("There are {frames} frames, and the replacement policy is {policy}.", String::new()),
    };
    let policy = match setup.replacement {
        Replacement::Policy(policy) => policy.row().title,
        Replacement::Optimal { .. } | Replacement::WorkingSet { .. } => "",
    };
    let policy = labels.localize(policy);
    let mut text = vec![
        references(run, labels),
        filled(labels, template, &[("frames", &frames), ("policy", policy), ("n", &n)]),
    ];
    if !setup.writes.is_empty() {
        let template = if setup.writes.len() == 1 {
            "Every reference to page {pages} is a store."
        } else {
            "Every reference to pages {pages} is a store."
        };
        text.push(filled(labels, template, &[("pages", &held(&setup.writes))]));
    }
    if !setup.stores.is_empty() {
        text.push(labels.localize("A reference marked (write) modifies its page.").to_owned());
    }
    match &setup.ticks {
        Ticks::Never => {}
        Ticks::Every(1) => text.push(labels.localize("The clock ticks after every reference.").to_owned()),
        Ticks::Every(interval) => {
            let template = "The clock ticks after every {n} references.";
            text.push(filled(labels, template, &[("n", &interval.to_string())]));
        }
        Ticks::After(_) => {
            text.push(labels.localize("The clock ticks after each reference marked (tick).").to_owned());
        }
    }
    if tabled {
        text.push(labels.localize("At the start, the frames hold the pages in the table.").to_owned());
    } else if !run.start.is_empty() {
        let pages: Vec<String> = run.start.iter().map(|row| start(row, labels)).collect();
        text.push(filled(labels, "At the start, the frames hold {pages}.", &[("pages", &series(&pages))]));
    } else if !setup.holding.is_empty() {
        let template = if setup.holding.len() == 1 {
            "At the start, a frame holds page {pages}."
        } else {
            "At the start, the frames hold pages {pages}, from the oldest to the newest."
        };
        text.push(filled(
            labels,
            template,
            &[("pages", &held(&setup.holding.iter().map(|held| held.page).collect::<Vec<_>>()))],
        ));
    }
    text.join(" ")
}

/// Lists the references. If the script sets individual references as stores, or sets clock ticks after individual
/// references, a mark follows each of these references.
fn references(run: &ReferenceRun, labels: &Labels) -> String {
    let marked = |(at, reference): (usize, String)| {
        let is_write = !run.setup.stores.is_empty() && run.is_store(at);
        let is_tick = matches!(&run.setup.ticks, Ticks::After(indexes) if indexes.contains(&at));
        let template = match (is_write, is_tick) {
            (false, false) => return reference,
            (true, false) => "{reference} (write)",
            (false, true) => "{reference} (tick)",
            (true, true) => "{reference} (write, tick)",
        };
        filled(labels, template, &[("reference", &reference)])
    };
    let list = run.spelt().into_iter().enumerate().map(marked).collect::<Vec<_>>().join(", ");
    let template = match (&run.addresses, run.steps.len()) {
        (None, 1) => "A process references page {list}.",
        (None, _) => "A process references these pages in order: {list}.",
        (Some(_), 1) => "Each page contains {n} bytes. A process references byte address {list}.",
        (Some(_), _) => {
            "Each page contains {n} bytes. A process references these byte addresses in order: {list}."
        }
    };
    let size = run.addresses.as_ref().map_or(0, |addresses| addresses.page_size);
    filled(labels, template, &[("n", &size.to_string()), ("list", &list)])
}

/// Describes a page that is resident at the start, with the columns of the script's table.
fn start(row: &StartRow, labels: &Labels) -> String {
    let values = [
        ("loaded at time {n}", row.loaded),
        ("last used at time {n}", row.used),
        ("R = {n}", row.referenced.map(u64::from)),
        ("M = {n}", row.modified.map(u64::from)),
    ];
    let parts = values.iter().filter_map(|(template, n)| Some((template, (*n)?)));
    let parts: Vec<String> =
        parts.map(|(template, n)| filled(labels, template, &[("n", &n.to_string())])).collect();
    let page = filled(labels, "page {page}", &[("page", &row.page.to_string())]);
    if parts.is_empty() { page } else { format!("{page} ({})", parts.join(", ")) }
}

/// Fills in a template's values in the paper's language.
pub(crate) fn filled(labels: &Labels, template: &str, values: &[(&str, &str)]) -> String {
    let mut rest = labels.localize(template);
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out + rest
}
