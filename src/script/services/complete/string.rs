//! File names in quotes.

use super::context::{CompletionContext, context};
use super::item::{CompletionOffer, Completions, ItemKind, OnDisk, Pick};
use super::walk::Walk;
use crate::run::params::{Param, Slot};
use crate::run::paths::PeekFunction;
use crate::run::state::State;
use pagewalk_engine::kernel::syscall::{ParamKind, system_call};

/// Extensions of the traces to offer, compressed or not. A script may also name any other file.
const TRACES: &[&str] = &[
    ".trace",
    ".lackey",
    ".din",
    ".csv",
    ".trace.gz",
    ".lackey.gz",
    ".din.gz",
    ".csv.gz",
    ".trace.zst",
    ".lackey.zst",
    ".din.zst",
    ".csv.zst",
];

/// The possible files.
enum Wanted {
    /// Files on disk with these extensions.
    Disk(&'static [&'static str]),
    /// Files that the script declares.
    Declared,
    /// Executable files.
    Executable,
}

/// Returns the file names for the open quotes at the end of a text. The text in quotes begins at `from`.
pub fn complete(walk: &Walk, text: &str, from: usize, state: &State) -> Completions {
    let typed = text.get(from..).unwrap_or("");
    let nothing = Completions {
        from,
        ..Completions::default()
    };
    let declared = |executable| Completions {
        items: files(typed, state, executable),
        ..nothing.clone()
    };
    match wanted(walk) {
        None => nothing,
        Some(Wanted::Disk(endings)) => Completions {
            disk: Some(OnDisk {
                typed: typed.to_owned(),
                endings,
            }),
            ..nothing
        },
        Some(Wanted::Declared) => declared(false),
        Some(Wanted::Executable) => declared(true),
    }
}

fn wanted(walk: &Walk) -> Option<Wanted> {
    match context(walk) {
        CompletionContext::Params(params) => params.into_iter().find_map(|param| match param {
            Param::Value(slot) => of_slot(*slot),
            _ => None,
        }),
        CompletionContext::Argument(call, at) => {
            if let Some(row) = PeekFunction::named(call) {
                return of_slot(*row.params.get(at)?);
            }
            let row = system_call(call)?;
            let path = row.params.get(at) == Some(&ParamKind::Path);
            path.then_some(if call == "execve" {
                Wanted::Executable
            } else {
                Wanted::Declared
            })
        }
        _ => None,
    }
}

fn of_slot(slot: Slot) -> Option<Wanted> {
    match slot {
        Slot::Script => Some(Wanted::Disk(&[".pw"])),
        Slot::MachineFile => Some(Wanted::Disk(&[".yaml", ".yml"])),
        Slot::Trace => Some(Wanted::Disk(TRACES)),
        Slot::FileName => Some(Wanted::Declared),
        _ => None,
    }
}

fn files(typed: &str, state: &State, executable: bool) -> Vec<CompletionOffer> {
    let Some(kernel) = state.kernel() else {
        return Vec::new();
    };
    let files = kernel.files();
    Pick::matching(typed, true, |pick| {
        for (name, file) in &files.names {
            if !executable || files.executables.contains_key(file) {
                pick.add(name, ItemKind::File, "");
            }
        }
    })
}
