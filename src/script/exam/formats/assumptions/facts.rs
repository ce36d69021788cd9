//! The rules on which the value of each askable fact rests.

use std::sync::Arc;

use super::rules::Rule::{
    self, AccessedDirty, AsRead, CachedBytes, CachedWalk, Causes, Classes, CopyOnWrite, Cores,
    DirtyFrame, DirtyWalk, EntrySize, FaultAround, Fill, Frame, Frames, Inclusion, Kill, Latency,
    Minor, PageCache, Paged, Stack, Swap, Switch, Tables, Tagged, Unlisted, Victim, ZeroCount,
};
use crate::run::facts::{Component, Family, Key, key};
use crate::run::record::Did;
use crate::run::table::TableId;
use pagewalk_engine::machine::spec::Spec;

/// The kind of a fact. Facts of different kinds can have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A fact of an access.
    Access,
    /// A fact of a page-table level, with `K` in place of the level.
    Level,
    /// A fact of a named TLB or cache, without the name.
    Part,
    /// A fact of a system call, other than its result.
    Call,
    /// The result of a system call with this name.
    Result,
    Reference,
    /// A program that ran.
    Program,
    Replay,
    /// A counter or another property of a TLB or cache.
    Counter,
    /// A path that begins with a fixed name.
    Path,
    /// A property of a process.
    Process,
    /// The cells of a table.
    Table,
    /// A function that reads memory or a file.
    Function,
}

/// The fact follows from the numbers of the paper.
const ARITHMETIC: &[Rule] = &[];

/// C, POSIX, or the manual pages of Linux define the fact, so a paper does not repeat the definition.
const STANDARD: &[Rule] = &[];

const TRANSLATION: &[Rule] = &[Unlisted, Paged, Frame];
const OF_TLBS: &[Rule] = &[Unlisted, Cores, Fill, Tagged, Switch, Paged];
const OF_WALKS: &[Rule] = &[Unlisted, Cores, Fill, Tagged, DirtyWalk, Switch, Paged];
/// A physically indexed cache depends on the frames.
const OF_CACHES: &[Rule] = &[Unlisted, Cores, Fill, CachedWalk, Inclusion, Paged, Frame];
const OF_CAUSES: &[Rule] = &[
    Unlisted, Cores, Fill, CachedWalk, Inclusion, Causes, Paged, Frame,
];
/// The fields of a physical address.
const OF_CACHE_FIELDS: &[Rule] = TRANSLATION;
const OF_BYTES: &[Rule] = &[Unlisted, CachedBytes, Paged];
const OF_TIMES: &[Rule] = &[
    Unlisted, Cores, Fill, Tagged, DirtyWalk, CachedWalk, Inclusion, Latency, Switch, Paged, Frame,
    PageCache,
];
const OF_FAULTS: &[Rule] = &[
    Unlisted,
    Paged,
    Classes,
    Stack,
    CopyOnWrite,
    FaultAround,
    Kill,
];
/// Whether an access faults, without the class of the fault.
const OF_PAGE_FAULTS: &[Rule] = &[Unlisted, Paged, Stack, CopyOnWrite, FaultAround, Kill];
/// The fault that sends a signal has a class of its own, but the signals themselves are those of Linux.
const OF_SIGNALS: &[Rule] = &[Paged, Stack, Kill];
const OF_COUNTS: &[Rule] = &[
    Paged,
    Minor,
    Stack,
    CopyOnWrite,
    Swap,
    PageCache,
    FaultAround,
];
const OF_EVICTIONS: &[Rule] = &[Paged, Frame, CopyOnWrite, Victim, FaultAround];
const OF_SWAP: &[Rule] = &[Paged, Frame, CopyOnWrite, Victim, Swap];
const OF_COPIES: &[Rule] = &[Paged, CopyOnWrite];
const OF_FRAMES: &[Rule] = &[Paged, Frame, CopyOnWrite, FaultAround];
const OF_FRAME_TABLE: &[Rule] = &[Paged, Frame, DirtyFrame, CopyOnWrite, FaultAround];
const OF_ENTRIES: &[Rule] = &[Unlisted, AccessedDirty, Paged, Frame, CopyOnWrite];
const OF_RAW_ENTRIES: &[Rule] = &[Unlisted, AccessedDirty, AsRead, Paged, Frame];
const OF_TABLES: &[Rule] = &[Tables, Frames];
const OF_TABLE_BYTES: &[Rule] = &[EntrySize, Tables, Frames];
const OF_RESIDENT: &[Rule] = &[Paged, CopyOnWrite, FaultAround];
const OF_RSS: &[Rule] = &[Paged, ZeroCount, CopyOnWrite, FaultAround];

/// The rules of each askable fact. The conditions of the rules select those that apply to the machine of a question.
#[rustfmt::skip]
const ROWS: &[(Kind, &[&str], &[Rule])] = &[
    (Kind::Access, &["vpn", "vpo", "tlbi", "tlbt", "pieces"], ARITHMETIC),
    (Kind::Access, &["tlb"], OF_TLBS),
    (Kind::Access, &["walk"], OF_WALKS),
    (Kind::Access, &["fault"], OF_FAULTS),
    (Kind::Access, &["page-fault"], OF_PAGE_FAULTS),
    (Kind::Access, &["ppn", "ppo", "pa"], TRANSLATION),
    (Kind::Access, &["co", "ci", "ct"], OF_CACHE_FIELDS),
    (Kind::Access, &["cache", "served"], OF_CACHES),
    (Kind::Access, &["byte", "value"], OF_BYTES),
    (Kind::Access, &["cycles"], OF_TIMES),
    (Kind::Access, &["signal", "code"], OF_SIGNALS),
    (Kind::Access, &["frame"], OF_FRAMES),
    (Kind::Access, &["evicted"], OF_EVICTIONS),
    (Kind::Access, &["swapped-out"], OF_SWAP),
    (Kind::Access, &["copied"], OF_COPIES),
    (Kind::Access, &["minor", "major"], OF_COUNTS),
    // An access has no result of a system call.
    (Kind::Access, &["returns", "error"], STANDARD),
    (Kind::Level, &["vpnK"], ARITHMETIC),
    (Kind::Level, &["pteK.address"], TRANSLATION),
    (Kind::Level, &["pteK.value"], OF_RAW_ENTRIES),
    (Kind::Part, &[""], OF_CACHES),
    (Kind::Part, &[".index", ".tag", ".offset"], OF_CACHE_FIELDS),
    (Kind::Part, &[".victim", ".writeback"], OF_CACHES),
    (Kind::Call, &["error", "signal", "code"], STANDARD),
    // The row of the system call has the rules of its result.
    (Kind::Call, &["returns"], STANDARD),
    (Kind::Call, &["fault"], OF_FAULTS),
    (Kind::Call, &["minor", "major"], OF_COUNTS),
    (Kind::Call, &["evicted"], OF_EVICTIONS),
    (Kind::Call, &["swapped-out"], OF_SWAP),
    (Kind::Call, &["copied"], OF_COPIES),
    (Kind::Result, &["mmap", "mremap"], &[Rule::Placement]),
    (Kind::Result, &["malloc", "calloc", "realloc"], &[Rule::Placement, Rule::Allocator, Rule::Heap]),
    (Kind::Result, &["brk", "sbrk"], &[Rule::Break]),
    (Kind::Result, &["fork", "wait", "getpid"], &[Rule::Pids]),
    (Kind::Result, &[
        "open", "close", "dup", "dup2", "read", "write", "pread", "pwrite", "lseek", "fstat", "ftruncate", "munmap", "mprotect", "msync", "madvise",
        "mlock", "munlock", "execve", "exit", "free",
    ], STANDARD),
    (Kind::Reference, &["faults", "hits", "trace", "resident", "rate", "victim", "disk_reads", "disk_writes"], &[Rule::Strings]),
    (Kind::Program, &["count", "lines", "processes", "all", "possible", "exit", "line", "output", "reads", "writes"], STANDARD),
    (Kind::Program, &["minor", "major"], OF_COUNTS),
    (Kind::Program, &["signal"], OF_SIGNALS),
    (Kind::Replay, &["accesses", "reads", "writes", "fetches", "straddling", "outside", "malformed"], ARITHMETIC),
    (Kind::Replay, &["cycles"], OF_TIMES),
    (Kind::Replay, &["walks"], OF_WALKS),
    (Kind::Replay, &["faults", "minor", "major"], OF_COUNTS),
    (Kind::Replay, &["evicted"], OF_EVICTIONS),
    (Kind::Replay, &["disk_reads", "disk_writes", "swapped-out"], OF_SWAP),
    (Kind::Counter, &[
        "hits", "misses", "evictions", "writebacks", "walk_hits", "walk_misses", "miss_rate", "hit_rate", "reads.hits", "reads.misses", "writes.hits",
        "writes.misses", "fetches.hits", "fetches.misses",
    ], OF_CACHES),
    (Kind::Counter, &["compulsory", "capacity", "conflict"], OF_CAUSES),
    (Kind::Counter, &["sets", "ways", "index_bits", "offset_bits", "tag_bits", "reach", "vipt", "colors"], ARITHMETIC),
    (Kind::Path, &[
        "machine.vpn_bits", "machine.vpo_bits", "machine.ppn_bits", "machine.pages", "machine.frames", "machine.page_bytes",
    ], ARITHMETIC),
    (Kind::Path, &["machine.flat_page_table_bytes"], &[Rule::EntrySize]),
    (Kind::Path, &["page_table.tables"], OF_TABLES),
    (Kind::Path, &["page_table.bytes"], OF_TABLE_BYTES),
    (Kind::Path, &["frames.total", "swap.slots"], ARITHMETIC),
    (Kind::Path, &["frames.used", "frames.free"], OF_RESIDENT),
    (Kind::Path, &["swap.used", "swap.free"], OF_SWAP),
    (Kind::Path, &["kernel.processes"], STANDARD),
    (Kind::Path, &["ksm.scans"], ARITHMETIC),
    (Kind::Path, &["ksm.merged"], OF_COPIES),
    (Kind::Process, &["rss"], OF_RSS),
    (Kind::Process, &["faults.minor", "faults.major"], OF_COUNTS),
    (Kind::Process, &["disk_reads", "disk_writes"], OF_SWAP),
    (Kind::Process, &["vsize", "areas", "pc", "stdout", "state", "rsp", "brk"], STANDARD),
    (Kind::Process, &["pid"], &[Rule::Pids]),
    (Kind::Process, &["cr3"], OF_TABLES),
    (Kind::Table, &["page_table"], OF_ENTRIES),
    (Kind::Table, &["tlb"], OF_TLBS),
    (Kind::Table, &["cache", "stats"], OF_CACHES),
    (Kind::Table, &["memory"], OF_ENTRIES),
    (Kind::Table, &["maps"], &[Rule::Stack, Rule::Placement]),
    (Kind::Table, &["kernel_maps", "variables", "table"], STANDARD),
    (Kind::Table, &["resident"], OF_FRAMES),
    (Kind::Table, &["heap"], &[Rule::Allocator, Rule::Heap]),
    (Kind::Table, &["frames"], OF_FRAME_TABLE),
    (Kind::Table, &["swap"], OF_SWAP),
    (Kind::Table, &["processes"], &[Rule::Pids]),
    (Kind::Table, &["steps"], &[Rule::Fill, Rule::DirtyWalk, Rule::Faults]),
    (Kind::Table, &["reference"], &[Rule::Strings]),
    // The functions read what the accesses of the question stored.
    (Kind::Function, &["byte", "word", "string", "file_byte", "file_size"], STANDARD),
];

/// Returns the rules of a fact, or `None` for an unknown name.
fn row(kind: Kind, name: &str) -> Option<&'static [Rule]> {
    let mut rows = ROWS.iter();
    rows.find(|(own, names, _)| *own == kind && names.contains(&name))
        .map(|(.., rules)| *rules)
}

fn rules(kind: Kind, name: &str) -> &'static [Rule] {
    row(kind, name).unwrap_or_default()
}

/// Returns the kind of a fact, and its name in the rows.
fn named(key: &Key) -> (Kind, String) {
    match key {
        Key::Access(row) => (Kind::Access, row.name.to_owned()),
        Key::Level(row, _) => (Kind::Level, format!("{}K{}", row.pattern.0, row.pattern.1)),
        Key::Component(row, _) => (Kind::Part, row.suffix.to_owned()),
        Key::Call(row) => (Kind::Call, row.name.to_owned()),
        Key::Reference(row) => (Kind::Reference, row.name.to_owned()),
        Key::Program(row) => (Kind::Program, row.name.to_owned()),
        Key::Replay(row) => (Kind::Replay, row.name.to_owned()),
        Key::Counter(row, _) => (Kind::Counter, row.name.to_owned()),
        Key::ReplayCounter(row, _) => (Kind::Counter, row.name.to_owned()),
    }
}

/// Returns the rules of an operation's fact.
pub(super) fn of_fact(did: &Did, fact: &str) -> Vec<Rule> {
    let (family, spec) = Family::of(did);
    let Ok(key) = key(fact, family, spec) else {
        return Vec::new();
    };
    let (kind, name) = named(&key);
    let mut all = rules(kind, &name).to_vec();
    match key.part() {
        // A lookup in a TLB does not depend on frames.
        Some(Component::Tlb(_)) if kind == Kind::Part => {
            let fields = matches!(&*name, ".index" | ".tag" | ".offset");
            all = if fields { ARITHMETIC } else { OF_TLBS }.to_vec();
        }
        Some(Component::Tlb(_)) => all = OF_TLBS.to_vec(),
        _ => {}
    }
    if let Some(call) = did.call().filter(|_| fact == "returns") {
        all.extend(of_result(call.name));
    }
    all
}

/// Returns the rules of a system call's result.
pub(super) fn of_result(call: &str) -> &'static [Rule] {
    rules(Kind::Result, call)
}

/// Returns the rules of the cells in these columns of a table.
pub(super) fn of_table(table: TableId, columns: &[Arc<str>]) -> impl Iterator<Item = Rule> {
    let is_translation = |name: &Arc<str>| matches!(&**name, "vpn" | "ppn" | "v" | "p");
    let bits = table != TableId::PageTable || !columns.iter().all(is_translation);
    let dirty = columns.iter().any(|name| **name == *"dirty");
    let rules = rules(Kind::Table, table.noun()).iter().copied();
    rules.filter(move |rule| match rule {
        Rule::AccessedDirty => bits,
        Rule::DirtyFrame => dirty,
        _ => true,
    })
}

/// Returns the rules of a table about a reference string, or about a program that ran.
pub(super) fn of_string(did: &Did) -> &'static [Rule] {
    match did {
        Did::Program(_) => OF_COUNTS,
        Did::Replay(_) => OF_CACHES,
        _ => &[Rule::Strings],
    }
}

/// Returns the rules of a path such as `P1.faults.minor`. A setting of the machine or the kernel is a given number.
pub(super) fn of_path(names: &[&str], spec: &Spec) -> &'static [Rule] {
    let Some((head, rest)) = names.split_first() else {
        return ARITHMETIC;
    };
    let rest = rest.join(".");
    let whole = format!("{head}.{rest}");
    if let Some(part) = Component::named(spec, head) {
        return match part {
            Component::Tlb(_) if rules(Kind::Counter, &rest) == OF_CACHES => OF_TLBS,
            _ => rules(Kind::Counter, &rest),
        };
    }
    // A process has page tables of its own.
    let table = whole.find("page_table.").map_or(&*whole, |at| &whole[at..]);
    row(Kind::Path, table).unwrap_or_else(|| rules(Kind::Process, &rest))
}

#[cfg(test)]
mod tests {
    use super::{Kind, ROWS, Rule, row};
    use crate::run::facts::{
        ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, LEVEL_FACTS, PROGRAM_FACTS, REFERENCE_FACTS,
        REPLAY_COUNTERS, REPLAY_FACTS,
    };
    use crate::run::nouns::{TABLE_NOUNS, THING_NOUNS};
    use crate::run::paths::{
        KERNEL_PROPERTIES, MACHINE_PROPERTIES, PART_PROPERTIES, PEEK_FUNCTIONS, PROCESS_PROPERTIES,
    };
    use pagewalk_engine::kernel::syscall::system_calls;

    /// Returns every fact that a script can ask for.
    fn askable() -> Vec<(Kind, String)> {
        let names: [(Kind, Vec<&str>); 13] = [
            (
                Kind::Access,
                ACCESS_FACTS.iter().map(|row| row.name).collect(),
            ),
            (Kind::Call, CALL_FACTS.iter().map(|row| row.name).collect()),
            (
                Kind::Part,
                COMPONENT_FACTS.iter().map(|row| row.suffix).collect(),
            ),
            (
                Kind::Reference,
                REFERENCE_FACTS.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Program,
                PROGRAM_FACTS.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Replay,
                REPLAY_FACTS.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Counter,
                REPLAY_COUNTERS.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Counter,
                PART_PROPERTIES.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Process,
                PROCESS_PROPERTIES.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Function,
                PEEK_FUNCTIONS.iter().map(|row| row.name).collect(),
            ),
            (Kind::Result, system_calls().map(|row| row.name).collect()),
            (
                Kind::Table,
                TABLE_NOUNS.iter().map(|row| row.name).collect(),
            ),
            (
                Kind::Table,
                THING_NOUNS.iter().map(|row| row.name).collect(),
            ),
        ];
        let levels = LEVEL_FACTS.iter().map(|row| row.pattern);
        let levels = levels.map(|(before, after)| (Kind::Level, format!("{before}K{after}")));
        let machine = MACHINE_PROPERTIES.iter().map(|row| (row.of, row.name));
        let paths = machine.chain(KERNEL_PROPERTIES.iter().map(|row| (row.of, row.name)));
        let paths = paths.map(|(of, name)| (Kind::Path, format!("{of}.{name}")));
        let owned = |(kind, names): (Kind, Vec<&str>)| {
            names
                .into_iter()
                .map(move |name| (kind, name.to_owned()))
                .collect::<Vec<_>>()
        };
        names
            .into_iter()
            .flat_map(owned)
            .chain(levels)
            .chain(paths)
            .collect()
    }

    #[test]
    fn every_askable_fact_has_one_row() {
        let askable = askable();
        assert!(askable.len() > 120, "{}", askable.len());
        let rows = |(kind, name): &&(Kind, String)| {
            let own = |(own, names, _): &&(Kind, &[&str], &[Rule])| {
                own == kind && names.contains(&&**name)
            };
            ROWS.iter().filter(own).count()
        };
        let wrong: Vec<_> = askable.iter().filter(|fact| rows(fact) != 1).collect();
        assert!(
            wrong.is_empty(),
            "each of these facts belongs to one row of `ROWS`, with the assumptions that its value rests on: {wrong:?}"
        );
        for noun in ["stats", "processes", "reference", "steps"] {
            assert!(row(Kind::Table, noun).is_some(), "{noun}");
        }
    }

    #[test]
    fn every_row_has_an_askable_fact() {
        let askable = askable();
        let names = ROWS
            .iter()
            .flat_map(|(kind, names, _)| names.iter().map(move |name| (*kind, *name)));
        let known = |(kind, name): &(Kind, &str)| {
            *kind == Kind::Table
                || askable
                    .iter()
                    .any(|(own, known)| own == kind && known == name)
        };
        let unknown: Vec<_> = names.filter(|fact| !known(fact)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
