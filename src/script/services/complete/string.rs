//! Names of files within quotes.

use super::head::Head;
use super::item::{Completions, Kind, OnDisk, Pick};
use super::spot::{Spot, spot};
use super::usage::Part;
use super::walk::Walk;
use crate::run::paths::FILE_FUNCTIONS;
use crate::run::state::State;
use pagewalk_engine::kernel::syscall::{ParamKind, system_call};

/// How names of traces end that are offered, compressed or not; any other name can be written.
const TRACES: &[&str] = &[
    ".trace",
    ".lackey",
    ".din",
    ".csv",
    ".pwt",
    ".trace.gz",
    ".din.gz",
    ".csv.gz",
    ".trace.zst",
    ".din.zst",
    ".csv.zst",
];

/// Which files are meant.
enum Wanted {
    /// Those on disk with these endings.
    Disk(&'static [&'static str]),
    /// Those that the script has declared.
    Declared,
    /// Those that can be executed.
    Executable,
}

/// What can stand in the quotes that are open at the end of a text; their text begins at `from`.
pub fn complete(walk: &Walk, text: &str, from: usize, state: &State) -> Completions {
    let typed = text.get(from..).unwrap_or("");
    let nothing = Completions { from, ..Completions::default() };
    let declared = |executable| Completions { items: files(typed, state, executable), ..nothing.clone() };
    match wanted(walk) {
        None => nothing,
        Some(Wanted::Disk(endings)) => {
            Completions { disk: Some(OnDisk { typed: typed.to_owned(), endings }), ..nothing }
        }
        Some(Wanted::Declared) => declared(false),
        Some(Wanted::Executable) => declared(true),
    }
}

fn wanted(walk: &Walk) -> Option<Wanted> {
    match spot(walk) {
        Spot::Usage(parts) => parts.iter().find_map(|part| match part {
            Part::Text(shown) if shown.rsplit('.').next() == Some("pw") => Some(Wanted::Disk(&[".pw"])),
            Part::Text(shown) if shown.rsplit('.').next() == Some("yaml") => {
                Some(Wanted::Disk(&[".yaml", ".yml"]))
            }
            Part::Text(shown) if shown.rsplit('.').next() == Some("trace") => Some(Wanted::Disk(TRACES)),
            Part::Text("name") if !matches!(walk.statement().head, Some((Head::Form(..), _))) => {
                Some(Wanted::Declared)
            }
            _ => None,
        }),
        Spot::Argument(call, at) => {
            if at == 0 && FILE_FUNCTIONS.iter().any(|row| row.name == call) {
                return Some(Wanted::Declared);
            }
            let row = system_call(call)?;
            let path = row.params.get(at) == Some(&ParamKind::Path);
            path.then_some(if call == "execve" { Wanted::Executable } else { Wanted::Declared })
        }
        _ => None,
    }
}

fn files(typed: &str, state: &State, executable: bool) -> Vec<super::item::Item> {
    let Some(kernel) = state.kernel() else { return Vec::new() };
    let files = kernel.files();
    Pick::of(typed, true, |pick| {
        for (name, file) in &files.names {
            if !executable || files.executables.contains_key(file) {
                pick.add(name, Kind::File, "");
            }
        }
    })
}
