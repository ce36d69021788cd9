//! The whole state of a run as data, and the differences between two states.

mod kernel;
mod machine;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::programs::HostedRun;
use crate::run::state::State;

pub use kernel::{Area, FileState, Frame, KernelState, PageState, ProcessState, Slot};
pub use machine::{
    CacheLine, CacheState, Core, Counts, Entry, MachineState, MemoryRun, Parts, Table, TlbEntry,
    TlbState,
};

/// The version of the format. The version changes when a member is renamed, removed, or redefined.
pub const VERSION: u32 = 1;

/// The whole state of a run: the machine, the kernel, and the variables.
///
/// Numbers have the same meaning as in the script's tables. Flags are listed by the names of the bits that
/// are set (`rw`, `us`, `d`).
///
/// ```
/// use pagewalk_script::api::{CheckedScript, Options, Snapshot, Stepper};
///
/// let text = "machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\ntranslate 0x3D4\n";
/// let script = CheckedScript::from_text("walk.pw", text, &mut ());
/// let mut run = Stepper::new(script.into(), Options::default());
/// run.goto(2);
/// let before = run.snapshot();
/// run.goto(3);
/// let after = run.snapshot();
/// let tlb = &after.machine.as_ref().unwrap().cores[0].tlbs[0];
/// assert_eq!((tlb.entries[0].set, tlb.entries[0].tag, tlb.entries[0].ppn), (3, Some(0x03), Some(0x0D)));
/// let paths: Vec<String> = before.compare(&after).into_iter().map(|change| change.path).collect();
/// assert!(paths.contains(&"/machine/cores/0/tlbs/0/counts/misses".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The version of the format: [`VERSION`].
    pub version: u32,
    /// The hardware, or `None` before a machine is declared.
    pub machine: Option<MachineState>,
    /// The operating system, or `None` on bare hardware.
    pub kernel: Option<KernelState>,
    /// The visible variables with their values.
    pub variables: BTreeMap<String, Value>,
    /// The C programs that run or have run in processes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<ProgramState>,
}

/// A C program in a process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgramState {
    pub name: String,
    pub pid: u32,
    /// The line before which the process has paused, or where it has ended, from 1.
    pub line: u32,
    pub has_ended: bool,
    /// The lines of the program.
    pub text: Vec<String>,
}

impl ProgramState {
    fn capture(run: &HostedRun) -> Self {
        let (line, ending) = run.progress();
        let listing = &run.call.listing;
        Self {
            name: listing.name.text.to_string(),
            pid: run.pid.0,
            line,
            has_ended: ending.is_some(),
            text: listing.printed().lines().map(str::to_owned).collect(),
        }
    }
}

/// A member that differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The path as a JSON pointer (RFC 6901): `/kernel/processes/0/brk`. List elements are identified by
    /// index.
    pub path: String,
    /// The value in the earlier snapshot, or `None` if the member is absent.
    pub before: Option<Value>,
    /// The value in the later snapshot, or `None` if the member is absent.
    pub after: Option<Value>,
}

impl Snapshot {
    /// Takes a snapshot of a state.
    pub fn capture(state: &State) -> Self {
        Self::of_parts(state, Parts::ALL)
    }

    /// Takes a snapshot with only some parts. The others are empty or `None`.
    ///
    /// ```
    /// use pagewalk_script::api::snapshot::{Parts, Snapshot};
    /// use pagewalk_script::api::{CheckedScript, Options, Stepper};
    ///
    /// let script = CheckedScript::from_text("a.pw", "machine core-i7\nset page_table {\n| vpn ppn v |\n| 1 1 1 |\n}\n", &mut ());
    /// let mut run = Stepper::new(script.into(), Options::default());
    /// run.goto(2);
    /// let parts = Parts { core: Some(0), page_tables: false, ..Parts::ALL };
    /// let machine = Snapshot::of_parts(&run.progress().state, parts).machine.unwrap();
    /// assert_eq!((machine.cores.len(), machine.page_table), (1, None));
    /// ```
    pub fn of_parts(state: &State, parts: Parts) -> Self {
        let variables = state.variables().into_iter();
        Self {
            version: VERSION,
            machine: state
                .hardware()
                .map(|machine| MachineState::capture(machine, state.kernel(), parts)),
            kernel: state
                .kernel()
                .map(|kernel| KernelState::capture(kernel, parts)),
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_json()))
                .collect(),
            programs: state.hosted().map(ProgramState::capture).collect(),
        }
    }

    /// Returns the members that differ, in the order of the format.
    pub fn compare(&self, after: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let json = |snapshot: &Self| serde_json::to_value(snapshot).unwrap_or_default();
        compare(
            &mut String::new(),
            Some(&json(self)),
            Some(&json(after)),
            &mut changes,
        );
        changes
    }
}

fn compare(
    path: &mut String,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<Change>,
) {
    if before == after {
        return;
    }
    let length = path.len();
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                path.push('/');
                path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                compare(path, old.get(name), new.get(name), changes);
                path.truncate(length);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for at in 0..old.len().max(new.len()) {
                path.push('/');
                path.push_str(&at.to_string());
                compare(path, old.get(at), new.get(at), changes);
                path.truncate(length);
            }
        }
        _ => changes.push(Change {
            path: path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}
