//! Prompts for items that share a table.

use super::items::{kind_of_address, number_of_address, of_access, prompt, stored, templates};
use super::strings::{Stated, memory, of_string, policy, tabled};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::tree::Cell;
use crate::exam::paper::PaperItem;
use crate::lang::nearest::capitalized;
use crate::questions::entry::ItemKind;
use crate::run::record::{Access, AccessVerb, Did, ReferenceRun};

/// The beginning of a table whose rows are items.
pub(crate) struct Rows {
    /// The prompt above the table.
    pub(crate) prompt: String,
    /// The heads of the columns before the facts.
    pub(crate) heads: Vec<String>,
    /// The cells of these columns, one row for each item.
    pub(crate) leads: Vec<Vec<Cell>>,
    /// The name of each item, for its solution.
    pub(crate) names: Vec<String>,
}

/// Returns the beginning of the table of these items: accesses, system calls, or the settings of one reference
/// string. Returns `None` if the items do not fit in one table. Scripts have no syntax for such a
/// table, because a loop around an `ask` already shows which accesses belong together. Each row
/// remains an item with its own fields and points, so that grading and JSON do not depend on the
/// layout.
pub(crate) fn rows(items: &[&PaperItem], labels: &Labels, cores: bool) -> Option<Rows> {
    let first = items.first()?;
    if let Did::Reference(_) = &*first.did {
        return of_strings(items, labels);
    }
    let names = items
        .iter()
        .map(|item| prompt(item, labels, cores))
        .collect();
    if let (Some(prompt), Did::Access(access)) = (of_addresses(items, labels, cores), &*first.did) {
        let number = |item: &&PaperItem| match &*item.did {
            Did::Access(access) => Some(vec![Cell::Number(number_of_address(
                access,
                item.printed.radix,
            ))]),
            _ => None,
        };
        let leads = items.iter().map(number).collect::<Option<_>>()?;
        let heads = vec![capitalized(labels.localize(kind_of_address(access)))];
        return Some(Rows {
            prompt,
            heads,
            leads,
            names,
        });
    }
    let head = if matches!(&*first.did, Did::Access(_)) {
        "Access"
    } else {
        "System call"
    };
    let lead = |item: &&PaperItem| Some(vec![Cell::Word(of_row(item, labels, cores)?)]);
    Some(Rows {
        prompt: labels.localize("Fill in the table.").to_owned(),
        heads: vec![labels.localize(head).to_owned()],
        leads: items.iter().map(lead).collect::<Option<_>>()?,
        names,
    })
}

/// Returns the beginning of the table of one reference string: the replacement policies, the numbers of frames, or
/// both.
fn of_strings(items: &[&PaperItem], labels: &Labels) -> Option<Rows> {
    let runs: Vec<&ReferenceRun> = items.iter().filter_map(|item| string_of(item)).collect();
    let first = *runs.first().filter(|_| runs.len() == items.len())?;
    let stated = Stated {
        frames: runs
            .iter()
            .all(|run| run.setup.frames == first.setup.frames),
        policy: runs
            .iter()
            .all(|run| run.setup.replacement == first.setup.replacement),
    };
    let columns: Vec<(&str, Setting)> = [
        (!stated.policy).then_some(("Replacement policy", policy_cell as Setting)),
        (!stated.frames).then_some(("Frames", frames_cell)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if columns.is_empty() {
        return None;
    }
    let tabled = tabled(items.first()?).is_some();
    let string = of_string(first, labels, tabled, stated);
    let leads: Vec<Vec<Cell>> = runs
        .iter()
        .map(|run| columns.iter().map(|(_, cell)| cell(run, labels)).collect())
        .collect();
    let name = |run: &&ReferenceRun| {
        let memory = memory(
            run,
            labels,
            Stated {
                frames: !stated.frames,
                policy: !stated.policy,
            },
        );
        memory.unwrap_or_default()
    };
    Some(Rows {
        prompt: format!("{string} {}", labels.localize("Fill in the table.")),
        heads: columns
            .iter()
            .map(|(head, _)| labels.localize(head).to_owned())
            .collect(),
        leads,
        names: runs.iter().map(name).collect(),
    })
}

/// Returns the cell of a setting.
type Setting = fn(&ReferenceRun, &Labels) -> Cell;

fn policy_cell(run: &ReferenceRun, labels: &Labels) -> Cell {
    Cell::Word(capitalized(&policy(run, labels)))
}

fn frames_cell(run: &ReferenceRun, _: &Labels) -> Cell {
    Cell::Number(run.setup.frames.to_string())
}

/// Whether two items ask about the same reference string. The numbers of frames and the replacement policies
/// may differ.
pub(crate) fn share_string(a: &PaperItem, b: &PaperItem) -> bool {
    let (Some(a), Some(b)) = (string_of(a), string_of(b)) else {
        return false;
    };
    let (one, other) = (&a.setup, &b.setup);
    let same = one.writes == other.writes
        && one.stores == other.stores
        && one.holding == other.holding
        && one.ticks == other.ticks;
    same && a.names == b.names && a.spelt() == b.spelt() && a.start == b.start
}

/// Returns the reference string that an item asks about, unless the author wrote the item's prompt.
fn string_of(item: &PaperItem) -> Option<&ReferenceRun> {
    match &*item.did {
        Did::Reference(run) if item.printed.prompt.is_none() => Some(run),
        _ => None,
    }
}

/// Returns the prompt of several accesses that differ only in their addresses, or `None` if the accesses also
/// differ in other ways.
fn of_addresses(items: &[&PaperItem], labels: &Labels, cores: bool) -> Option<String> {
    let each = items.iter().map(|item| match (&item.kind, &*item.did) {
        (ItemKind::Facts { .. }, Did::Access(_)) if item.printed.prompt.is_some() => {
            item.printed.prompt.clone()
        }
        (ItemKind::Facts { .. }, Did::Access(access)) => {
            let [one, each] = match access.spec.mmu {
                Some(_) => [
                    "one of these virtual addresses",
                    "each of these virtual addresses",
                ],
                None => ["one of these addresses", "each of these addresses"],
            };
            let (templates, address) = match access.verb {
                AccessVerb::Translate => (TRANSLATED, each),
                _ => (templates(access), if access.probe { one } else { each }),
            };
            let value = stored(access, item.printed.radix);
            let address = labels.localize(address);
            Some(of_access(
                access,
                templates,
                labels,
                cores,
                [address, &value],
            ))
        }
        _ => None,
    });
    let mut each = each.collect::<Option<Vec<String>>>()?;
    each.dedup();
    let [prompt] = &*each else { return None };
    Some(format!(
        "{prompt} {}",
        labels.localize("Fill in the table.")
    ))
}

/// Returns the prompt of an item in a table, without a period, or `None` for a hypothetical operation.
fn of_row(item: &PaperItem, labels: &Labels, cores: bool) -> Option<String> {
    let text = match (&item.kind, &*item.did) {
        _ if item.printed.prompt.is_some() => return Some(prompt(item, labels, cores)),
        (ItemKind::Facts { .. }, Did::Access(access)) if !access.probe => {
            let address = number_of_address(access, item.printed.radix);
            let value = stored(access, item.printed.radix);
            of_access(
                access,
                row_templates(access),
                labels,
                cores,
                [&address, &value],
            )
        }
        (_, did) if did.call().is_some_and(|call| !call.probe) => prompt(item, labels, cores),
        _ => return None,
    };
    Some(text.trim_end_matches('.').to_owned())
}

/// Returns the templates for an access in a table: without a process, and with one.
fn row_templates(access: &Access) -> [&'static str; 2] {
    match (access.verb, access.data.len()) {
        (AccessVerb::Translate, _) => [
            "Translation of {address}{why}",
            "Translation of {address} of {process}{why}",
        ],
        (AccessVerb::Fetch, _) => [
            "Instruction fetch at {address}{why}",
            "{process} fetches an instruction at {address}{why}",
        ],
        (AccessVerb::Read, 0 | 1) => ["Load from {address}{why}", "{process} reads {address}{why}"],
        (AccessVerb::Read, _) => [
            "Load of {n} bytes from {address}{why}",
            "{process} reads {n} bytes at {address}{why}",
        ],
        (AccessVerb::Write, 1) => [
            "Store of {value} to {address}{why}",
            "{process} writes {value} to {address}{why}",
        ],
        (AccessVerb::Write, 9..) if access.stored_string().is_some() => [
            "Store of {stored} to {address}{why}",
            "{process} writes {stored} to {address}{why}",
        ],
        (AccessVerb::Write, _) => [
            "Store of the {n}-byte value {value} to {address}{why}",
            "{process} writes the {n}-byte value {value} to {address}{why}",
        ],
    }
}

/// The templates for several addresses that are translated.
const TRANSLATED: [&str; 2] = [
    "Translate {address}{why}.",
    "Translate {address} of process {process}{why}.",
];
