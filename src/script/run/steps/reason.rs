//! Why a fact has its value: the case, and the numbers that distinguish it. Equal reasons of a statement have equal
//! words.

use pagewalk_engine::machine::addr::Pa;
use pagewalk_engine::machine::event::PteKind;

use super::handling::{Cause, Decider, Evicted, Stale};
use crate::run::facts::Component;
use crate::run::record::RequestedCount;

/// Why a fact of a statement has its value, or why the statement has no such fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The fact belongs to another kind of statement.
    NoFact,
    Access(AccessReason),
    Call(CallReason),
    Reference(ReferenceReason),
    /// A fact of a program that ran, by name, or a claim about its outputs.
    Program {
        fact: &'static str,
        claimed: bool,
    },
    Replay(ReplayReason),
}

/// A reason for a fact of an access.
#[derive(Debug, Clone, PartialEq)]
pub enum AccessReason {
    NoMmu,
    /// The machine has no TLB for this kind of access.
    NoTlb,
    /// The machine has no cache for this kind of access.
    NoCache,
    NoPhysicalAddress,
    NoSystemCall,
    /// The access does not read its data.
    NothingRead,
    /// `translate` translates one address.
    OneAddress,
    Bits(Bits),
    /// The field has no bits, because the TLB or cache has only one set.
    OneSet(Component),
    /// The address of an entry: that of its table, and an offset. `at` is `None` for a detached table.
    EntryAddress {
        level: u32,
        index: u64,
        at: Option<Pa>,
    },
    /// The value of an entry at this address. `known` is false if a byte is uninitialized.
    EntryValue {
        at: Option<Pa>,
        known: bool,
    },
    /// The upper levels of a detached table have no values.
    NoEntryValue,
    /// A set that the access looked up, and the way that hit.
    LookedUp(LookedUp),
    /// A TLB missed because a context switch flushed it.
    Flushed(LookedUp),
    /// The access did not look up this TLB or cache, because the one in `hit` came first.
    NotReached {
        part: Component,
        hit: Option<Component>,
    },
    /// The TLB or cache does not serve this kind of access.
    NotServed(Component),
    /// `translate` does not use caches.
    NoCacheUsed,
    Uncached,
    NoCacheHit,
    NotFilled(Component),
    /// The fill of a way in a set, with the tag that it evicted.
    Victim {
        part: Component,
        set: u64,
        tag: Option<u64>,
    },
    Writeback {
        part: Component,
        dirty: bool,
    },
    /// Why the hardware raised a fault at an address.
    Faulted {
        va: u64,
        cause: Cause,
    },
    Permitted(Decider),
    /// A TLB held the translation, so there was no walk.
    TlbHeldIt,
    NoWalk,
    /// A TLB held the translation, and the MMU fetched the PTE to set D.
    WalkToSetDirty,
    /// The last entry that the walk fetched, or only its level if the fact is about a lower level.
    WalkEnd {
        level: u32,
        found: Option<PteKind>,
    },
    PpnInTlb {
        ppn: u64,
        hit: LookedUp,
        stale: Option<Stale>,
    },
    /// The entry at a level, its address, and its raw value. Papers omit the raw values of detached tables.
    PpnInEntry {
        ppn: u64,
        level: u32,
        at: Option<Pa>,
        raw: Option<u64>,
    },
    PpnInTable(u64),
    /// The physical address consists of these two numbers.
    Follows {
        ppn: u64,
        ppo: u64,
        stale: Option<Stale>,
    },
    /// The first byte that the access read.
    Byte,
    /// All bytes that the access read.
    Bytes,
    /// A paper does not state the contents of memory. `missed` is true if the access also looked up a cache.
    NotGiven {
        missed: bool,
    },
    /// The latencies of the access.
    Latencies,
    Pieces,
    NoProcess,
    /// The process's page permits the access.
    NoFault,
    AllResolved,
    Kernel(KernelReason),
}

/// A reason for a fact of a system call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallReason {
    /// The call's meaning, or its error.
    Outcome,
    /// The number of faults, and the first one.
    Faults,
    /// A system call sends no signal.
    NoSignal,
    Kernel(KernelReason),
}

/// A reason that is about the kernel.
#[derive(Debug, Clone, PartialEq)]
pub enum KernelReason {
    /// The cause of a fault, which is counted from 0.
    Cause(usize),
    /// How the handler of a fault made the page resident, or why it mapped none.
    PageIn(usize),
    /// How the kernel resolved each fault.
    Costs,
    Evicted(Option<Evicted>),
    /// The kernel copied a page outside of fault handlers.
    Copied,
}

/// The bits of an address that form a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits {
    pub(crate) field: Field,
    /// The address, its width, and whether it is physical.
    pub(crate) address: (u64, u32, bool),
    pub(crate) lowest: u32,
    pub(crate) count: u32,
    /// log2 of the page size, if a TLB uses a page that is not its smallest.
    pub(crate) page: Option<u32>,
}

/// A field of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// An abbreviation, such as `VPN`.
    Name(&'static str),
    /// The part of the VPN that indexes this level.
    Level(u32),
    Part(Component, PartField),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartField {
    Index,
    Tag,
    Offset,
}

/// A lookup in a set, and the way that hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedUp {
    pub(crate) part: Component,
    pub(crate) set: u64,
    pub(crate) tag: u64,
    pub(crate) way: Option<u32>,
}

/// A reason for a fact of a reference string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceReason {
    /// The steps that hit, or those that missed.
    Steps {
        hit: bool,
    },
    Resident,
    Rate,
    Victim,
    DiskReads,
    DiskWrites,
}

/// A reason for a fact of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayReason {
    NotRequested(RequestedCount),
    /// The replay used physical addresses and no process.
    NoProcess,
    /// The fact counts these events in a trace, or in a trace that a process replayed.
    Counts {
        help: &'static str,
        process: bool,
    },
    /// A count that the script requested.
    Requested {
        help: &'static str,
    },
    /// The counters of lookups.
    Lookups(Component),
    Evictions(Component),
    Writebacks(Component),
    /// Another counter of a TLB or cache. `misses` are all of its misses.
    Counter {
        help: &'static str,
        part: Component,
        misses: Option<u64>,
    },
}

/// Why a check failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// The reason for the actual value.
    Reason(Reason),
    /// The statement has no such fact for this reason.
    Missing(Reason),
    /// A system call has no such fact.
    NotOfCalls,
    /// The expected value is impossible; then the reason for the actual value.
    Impossible(Impossible, Option<Box<Note>>),
    /// The expected value is the actual value rounded down, and the script divides exactly.
    Quotient,
    /// The expected word is not one of these words. `near` is similar to it.
    NoWord {
        words: Vec<String>,
        near: Option<String>,
    },
    /// The script lacks the value, which a command fills in for a file.
    FillIn { file: String },
    /// The table has no row with this key.
    NoRow {
        table: String,
        column: &'static str,
        key: u64,
    },
    /// An entry is in the state but not in the expected table. TLBs, caches, and page tables have valid entries.
    NotListed { valid: bool },
    /// The list has only this number of messages.
    LastMessage(usize),
    /// A reference string has only this number of steps.
    LastStep(usize),
    /// The table does not list a message, which is counted from 1.
    NextMessage { number: usize, message: String },
    /// The table must list every reference.
    EveryReference,
    /// The machine's entries have no bit that denies loads.
    NoReadBit,
    /// A cache has the expected byte, and memory does not have it yet.
    Cached,
    /// The rows of two tables differ first in this row, counted from 1, and in these columns. Without columns, one table
    /// has no such row.
    Row { number: usize, columns: Vec<String> },
}

/// Why a fact can never have an expected value.
#[derive(Debug, Clone, PartialEq)]
pub enum Impossible {
    /// The value is decimal, and its digits are those of the hexadecimal actual value.
    Decimal(i128),
    /// The value is decimal, and its digits are the binary digits of the actual value.
    Binary(i128),
    /// The address of the access is decimal, and the expected value is that of the address with the same hexadecimal digits.
    Address(u64),
    /// The value is an address in the page whose number is the actual value.
    AddressOfPage { address: u64, page: u64 },
    /// The page table has no row for the page, but one whose hexadecimal number has the page's decimal digits.
    Row { vpn: u64, row: u64 },
    /// The value is wider than the field.
    Wide { value: u64, bits: u32 },
}
