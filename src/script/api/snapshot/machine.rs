//! The hardware in a snapshot.

use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::machine::addr::{Pa, SetIndex, Tag};
use pagewalk_engine::machine::pte::{BITS, Flags, Pte};
use pagewalk_engine::machine::spec::Mmu;
use pagewalk_engine::machine::{self, Machine};
use serde::{Deserialize, Serialize};

use crate::run::nouns::tree;
use crate::run::record::{TreeEntry, TreeTable};

/// Maximum number of memory blocks in a snapshot.
const MEMORY_BLOCKS: usize = 1 << 14;
/// Size of a memory block in bytes.
const BLOCK: u64 = 64;

/// The parts of a snapshot that take most of its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The only core in the snapshot, or `None` for all cores. A shared cache is listed for each core.
    pub core: Option<u32>,
    /// Whether the page tables are in the snapshot.
    pub page_tables: bool,
    /// Whether the bytes of main memory are in the snapshot.
    pub memory: bool,
    /// Whether blocks without known bytes have their list of `null`s.
    pub unknown_bytes: bool,
}

impl Parts {
    pub const ALL: Self = Self {
        core: None,
        page_tables: true,
        memory: true,
        unknown_bytes: true,
    };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineState {
    /// Width of a virtual address in bits, or of a physical address on a machine without an MMU.
    pub virtual_bits: u32,
    /// Width of a physical address in bits.
    pub physical_bits: u32,
    /// Width of the page offset in bits.
    pub page_bits: u32,
    /// Number of the current core.
    pub current_core: u32,
    /// Each core with its TLBs and caches. A shared cache is listed for each core.
    pub cores: Vec<Core>,
    /// The page table of bare hardware, from level 1 down. `None` on a machine without an MMU, and on a machine
    /// with processes, which have their own page tables.
    pub page_table: Option<Table>,
    /// Known bytes of main memory, up to 1 MB.
    pub memory: Vec<MemoryRun>,
    /// Whether `memory` omits further known bytes.
    pub memory_truncated: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Core {
    /// The physical address of the level-1 page table, or `None` for a page table outside simulated memory.
    pub cr3: Option<u64>,
    /// The process that runs on the core.
    pub process: Option<u32>,
    /// The TLBs, in the order of the declaration.
    pub tlbs: Vec<TlbState>,
    /// The caches, in the order of the declaration.
    pub caches: Vec<CacheState>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlbState {
    pub name: String,
    pub sets: u64,
    /// Number of entries per set.
    pub ways: u32,
    /// The valid entries, by set and way.
    pub entries: Vec<TlbEntry>,
    pub counts: Counts,
}

/// A valid entry of a TLB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlbEntry {
    /// The set (TLBI).
    pub set: u64,
    pub way: u32,
    /// The tag (TLBT).
    pub tag: Option<u64>,
    /// The physical page number.
    pub ppn: Option<u64>,
    /// log2 of the page size in bytes, or 0 for the TLB's smallest page size.
    pub page_bits: u32,
    /// The ASID of the entry's process, or 0 on bare hardware.
    pub asid: u16,
    /// The names of the bits that are set.
    pub flags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CacheState {
    pub name: String,
    pub sets: u64,
    /// Number of lines per set.
    pub ways: u32,
    /// Size of a block in bytes.
    pub block: u64,
    /// The valid lines, by set and way.
    pub lines: Vec<CacheLine>,
    pub counts: Counts,
}

/// A valid line of a cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CacheLine {
    /// The set (CI).
    pub set: u64,
    pub way: u32,
    /// The tag (CT).
    pub tag: Option<u64>,
    /// Whether the block differs from its copy in the level below.
    pub dirty: bool,
    /// The bytes. An uninitialized byte is `null`.
    pub bytes: Vec<Option<u8>>,
}

/// The counters of a TLB or cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accesses that hit.
    pub hits: u64,
    /// Accesses that missed.
    pub misses: u64,
    /// Valid entries that were evicted.
    pub evictions: u64,
    /// Dirty blocks that were written back.
    pub writebacks: u64,
}

/// A page table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The level, where 1 is the top level.
    pub level: u32,
    /// The physical address of the table's first byte, or `None` for a page table outside simulated memory.
    pub address: Option<u64>,
    /// The entries that are set, by index.
    pub entries: Vec<Entry>,
}

/// An entry of a page table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The index in the table.
    pub index: u64,
    /// The virtual page number, if the entry maps a page.
    pub vpn: Option<u64>,
    /// The raw value, if the entry maps a page.
    pub raw: Option<u64>,
    /// The physical page number, if the entry maps a page.
    pub ppn: Option<u64>,
    /// The names of the bits that are set, if the entry maps a page.
    pub flags: Vec<String>,
    /// The table of the next level, if the entry points to one.
    pub table: Option<Table>,
}

/// Known bytes of main memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryRun {
    /// The physical address of the first byte.
    pub address: u64,
    /// The bytes. An uninitialized byte is `null`.
    pub bytes: Vec<Option<u8>>,
}

impl MachineState {
    pub(super) fn capture(machine: &Machine, kernel: Option<&Kernel>, parts: Parts) -> Self {
        let spec = machine.spec();
        let known = if parts.memory {
            machine.memory_known()
        } else {
            Vec::new()
        };
        let processes = kernel.is_some_and(|kernel| kernel.processes().next().is_some());
        let page_table = spec
            .mmu
            .as_ref()
            .filter(|_| !processes && parts.page_tables);
        let cores = parts
            .core
            .map_or(0..machine.core_count(), |core| core..core + 1);
        Self {
            virtual_bits: spec.virtual_bits(),
            physical_bits: spec.physical_bits,
            page_bits: spec.page_bits(),
            current_core: machine.core(),
            cores: cores
                .map(|core| Core::capture(machine, core, parts))
                .collect(),
            page_table: page_table.map(|mmu| Table::capture(&tree::table(machine, mmu), mmu)),
            memory: known
                .iter()
                .take(MEMORY_BLOCKS)
                .map(|start| MemoryRun::capture(machine, *start))
                .collect(),
            memory_truncated: known.len() > MEMORY_BLOCKS,
        }
    }
}

impl Core {
    fn capture(machine: &Machine, core: u32, parts: Parts) -> Self {
        let mut there = machine.clone();
        // `set_core` cannot fail, because the core exists.
        let _ = there.set_core(core);
        let spec = machine.spec();
        Self {
            cr3: there.cr3().map(Pa::raw),
            process: Some(u32::from(there.asid())).filter(|asid| *asid > 0),
            tlbs: (0..spec.tlbs.len())
                .map(|level| TlbState::capture(&there, level))
                .collect(),
            caches: (0..spec.caches.len())
                .map(|level| CacheState::capture(&there, level, parts))
                .collect(),
        }
    }
}

impl TlbState {
    fn capture(machine: &Machine, level: usize) -> Self {
        let spec = &machine.spec().tlbs[level];
        let sets = machine.tlb_sets_in_use(level);
        let entries = valid(sets, spec.ways, |set, way| {
            let line = machine.tlb_line(level, set, way)?;
            line.valid.then(|| TlbEntry {
                set: set.raw(),
                way,
                tag: line.tag.map(Tag::raw),
                ppn: Some(line.ppn.raw()),
                page_bits: line.page_bits,
                asid: line.asid,
                flags: flags(line.flags),
            })
        });
        Self {
            name: spec.name.to_string(),
            sets: spec.sets,
            ways: spec.ways,
            entries,
            counts: machine.tlb_counts(level).into(),
        }
    }
}

impl CacheState {
    fn capture(machine: &Machine, level: usize, parts: Parts) -> Self {
        let spec = &machine.spec().caches[level];
        let sets = machine.cache_sets_in_use(level);
        let lines = valid(sets, spec.ways, |set, way| {
            let line = machine.cache_line(level, set, way)?;
            if !line.valid {
                return None;
            }
            let mut bytes: Vec<Option<u8>> = (0..1 << spec.block_bits)
                .map(|at| machine.cache_byte(level, set, way, at))
                .collect();
            if !parts.unknown_bytes && bytes.iter().all(Option::is_none) {
                bytes.clear();
            }
            Some(CacheLine {
                set: set.raw(),
                way,
                tag: line.tag.map(Tag::raw),
                dirty: line.dirty,
                bytes,
            })
        });
        Self {
            name: spec.name.to_string(),
            sets: spec.sets,
            ways: spec.ways,
            block: 1 << spec.block_bits,
            lines,
            counts: machine.cache_counts(level).into(),
        }
    }
}

/// Returns the valid ways of sets.
fn valid<T>(
    sets: impl IntoIterator<Item = SetIndex>,
    ways: u32,
    way: impl Fn(SetIndex, u32) -> Option<T>,
) -> Vec<T> {
    let places = sets
        .into_iter()
        .flat_map(|set| (0..ways).map(move |way| (set, way)));
    places.filter_map(|(set, at)| way(set, at)).collect()
}

impl From<machine::cache::Counts> for Counts {
    fn from(counts: machine::cache::Counts) -> Self {
        Self {
            hits: counts.hits,
            misses: counts.misses,
            evictions: counts.evictions,
            writebacks: counts.writebacks,
        }
    }
}

impl Table {
    pub(super) fn capture(table: &TreeTable, mmu: &Mmu) -> Self {
        let entries = table
            .entries
            .iter()
            .map(|(index, entry)| Entry::from_entry(*index, entry, mmu));
        Self {
            level: table.level,
            address: table.at,
            entries: entries.collect(),
        }
    }
}

impl Entry {
    fn from_entry(index: u64, entry: &TreeEntry, mmu: &Mmu) -> Self {
        match entry {
            TreeEntry::Table(table) => Self {
                index,
                table: Some(Table::capture(table, mmu)),
                ..Self::default()
            },
            TreeEntry::Page(vpn, pte @ Pte { ppn, flags: bits }) => Self {
                index,
                vpn: Some(*vpn),
                raw: Some(mmu.pte.encode(*pte)),
                ppn: Some(*ppn),
                flags: flags(*bits),
                table: None,
            },
        }
    }
}

impl MemoryRun {
    fn capture(machine: &Machine, start: Pa) -> Self {
        let bytes = (0..BLOCK).map(|at| machine.memory_byte(machine.pa(start.raw() + at).ok()?));
        Self {
            address: start.raw(),
            bytes: bytes.collect(),
        }
    }
}

/// Returns the names of the bits that are set.
fn flags(flags: Flags) -> Vec<String> {
    BITS.iter()
        .filter(|row| flags.has(row.bit))
        .map(|row| row.name.to_owned())
        .collect()
}
