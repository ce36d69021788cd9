//! The rules that decide keys, and their sentences.

use std::collections::BTreeSet;

use super::lookups::lookups;
use super::machine_rules::{
    aliases, base, cores, entry, has_root, number, pieces, rights, stores, tagged, usual_bits,
};
use super::orders::of_frames;
use super::policy_rules::rule;
use crate::exam::paper::Question;
use crate::exam::topics::{Topic, Topics};
use crate::questions::entry::{Hardware, ItemKind, Sharing};
use crate::run::nouns::size;
use crate::run::record::{CallRecord, Did};
use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::abi::Arg;
use pagewalk_engine::kernel::config::{
    GUARD_GAP_PAGES, KernelConfig, ReplacementScope, SignalPolicy,
};
use pagewalk_engine::kernel::heap::{CHUNK_START, MMAP_THRESHOLD, TCACHE};
use pagewalk_engine::kernel::process::Process;
use pagewalk_engine::machine::pte::Bit;
use pagewalk_engine::machine::reference_string::Replacement;
use pagewalk_engine::machine::spec::{CacheSpec, Inclusion, Spec, WritePolicy};

/// A rule of the machine or of the kernel on which books and systems differ. The order is that of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// Missing entries of a given page table.
    Unlisted,
    /// How pages come into memory: [`Rule::Faults`], [`Rule::Frames`], and [`Rule::ZeroPage`].
    Paged,
    /// The address of a page table in memory.
    Base,
    /// The size of an entry, and the positions of its fields.
    Entry,
    /// The size of an entry, for a value that is computed from it.
    EntrySize,
    /// The accesses that entries forbid.
    Rights,
    /// The TLBs and caches of each core.
    Cores,
    /// The entry that a miss fills, its victim, and the policies for stores.
    Fill,
    /// Without a kernel, the bytes of memory are known only if a cache holds them, so [`Rule::Fill`] decides the values.
    CachedBytes,
    /// The ASIDs and G bits of TLB entries.
    Tagged,
    /// Stores that hit in a TLB and fetch an entry to set its dirty bit.
    DirtyWalk,
    /// Page walks that use the caches.
    CachedWalk,
    /// Caches that hold the blocks of other caches.
    Inclusion,
    /// The causes of cache misses.
    Causes,
    /// The parts of a latency.
    Latency,
    /// Context switches that flush TLBs.
    Switch,
    /// The processor's updates of entries.
    AccessedDirty,
    /// The time at which a walk reads an entry.
    AsRead,
    /// The result of a page fault for the instruction.
    Faults,
    /// The names of the classes of page faults.
    Classes,
    /// The accesses that extend a stack.
    Stack,
    /// Minor and major faults.
    Minor,
    /// Shared frames after a `fork`, and copies of pages.
    CopyOnWrite,
    /// The choice of a free frame.
    Frame,
    /// The number of frames, and the replacement policy.
    Frames,
    /// How the replacement policy selects a victim.
    Victim,
    /// The frames whose pages were stored to.
    DirtyFrame,
    /// Pages in the swap file.
    Swap,
    PageCache,
    FaultAround,
    ZeroPage,
    /// The zero page in counts of resident pages.
    ZeroCount,
    /// Signals that end a process.
    Kill,
    /// The page tables that exist.
    Tables,
    /// The addresses that `mmap` chooses.
    Placement,
    /// The addresses that `malloc` chooses.
    Allocator,
    /// The place and the growth of the heap.
    Heap,
    /// The first address of the heap, for the calls that move its end.
    Break,
    Pids,
    /// The rules of reference strings, which depend on the string.
    Strings,
}

/// The circumstances of a question.
pub(super) struct Context<'q> {
    pub(super) question: &'q Question,
    pub(super) hardware: &'q Hardware,
    /// The processes of the question's state.
    pub(super) sharing: Sharing,
    pub(super) asked: &'q Topics,
    /// Whether the question's answers depend on lookups in TLBs and caches.
    pub(super) fills: bool,
    /// Whether no answer depends on the entries that the question's operations fill.
    pub(super) fills_nothing: bool,
    /// Whether an answer is computed from the size of an entry.
    pub(super) sized: bool,
    /// Number of frames for user pages, if an answer can depend on it.
    pub(super) frames: Option<u32>,
    /// The kernel before the question.
    pub(super) kernel_before: Option<&'q Kernel>,
    /// The sentences about the order of the entries in sets.
    pub(super) orders: Vec<String>,
}

impl Rule {
    /// Returns the sentences of the rule, or none if the machine or the kernel lacks what the rule is about.
    pub(super) fn sentences(self, context: &Context) -> Vec<String> {
        let (spec, asked) = (&*context.hardware.spec, context.asked);
        let question = context.question;
        match (self, &context.hardware.kernel) {
            (Self::Base, None) => base(question, spec, asked).into_iter().collect(),
            (Self::Rights, None) => rights(question, spec, asked).into_iter().collect(),
            (Self::Entry, kernel) => {
                let usual = usual_bits(question, spec, asked).filter(|_| kernel.is_none());
                let entry = entry(question, spec, asked, context.sized);
                entry.into_iter().chain(usual).collect()
            }
            (Self::Tagged, kernel) => tagged(question, spec, kernel.is_some()),
            (Self::DirtyWalk, _) if sets_dirty(spec) && stores(question) => {
                vec![DIRTY_WALK.to_owned()]
            }
            (Self::Cores, _) => cores(question, spec, asked).into_iter().collect(),
            (Self::Fill, _) => {
                let mut sentences = if context.fills_nothing {
                    Vec::new()
                } else {
                    let caches = asked.is(Topic::UsesCaches);
                    let aliases = aliases(question, spec).filter(|_| caches);
                    let filled = lookups(spec, asked).into_iter();
                    filled
                        .chain(aliases)
                        .chain(pieces(question, spec))
                        .collect()
                };
                sentences.extend(context.orders.iter().cloned());
                sentences
            }
            (Self::Victim, Some(kernel)) => victim(kernel, context),
            (Self::Heap, Some(kernel)) => heap_start(context, kernel)
                .map_or_else(Vec::new, |start| heap(context, start, spec)),
            (Self::Causes, _) => vec![CAUSES.to_owned()],
            (Self::Latency, _) => latency(spec, asked),
            (Self::Inclusion, _) if asked.is(Topic::UsesCaches) => inclusion(spec),
            // [`Rule::Entry`] has the sentence about the size of an entry.
            (
                Self::Strings | Self::CachedBytes | Self::Inclusion | Self::EntrySize | Self::Paged,
                _,
            ) => Vec::new(),
            (_, None) => {
                let sentence = self.of_machine(spec, asked, has_root(question));
                let sentence = sentence.or_else(|| self.of_bare(spec, asked, has_root(question)));
                sentence.into_iter().collect()
            }
            (_, Some(kernel)) => {
                let sentence = self.of_machine(spec, asked, true);
                let sentence = sentence.or_else(|| self.of_kernel(kernel, context));
                sentence.into_iter().collect()
            }
        }
    }

    /// Returns the sentence of a rule of the processor. Without a root, the page table is at no address.
    fn of_machine(self, spec: &Spec, asked: &Topics, has_root: bool) -> Option<String> {
        let mmu = spec.mmu.as_ref()?;
        let text = match self {
            Self::CachedWalk
                if mmu.walk_cached && !spec.caches.is_empty() && asked.is(Topic::UsesCaches) =>
            {
                if has_root {
                    "A page walk fetches page-table entries through the caches."
                } else {
                    "A page walk fetches page-table entries from memory. Although the machine caches walks, no cache contains entries of a page table \
                     without physical addresses."
                }
            }
            Self::AccessedDirty => accessed(spec)?,
            Self::AsRead if accessed(spec).is_some() => {
                "The value of a page-table entry is the value that the walk reads, before the processor sets bits in it."
            }
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// Returns the sentence of a rule of a machine without a kernel.
    fn of_bare(self, spec: &Spec, asked: &Topics, has_root: bool) -> Option<String> {
        spec.mmu.as_ref()?;
        let text = match self {
            Self::Unlisted
                if asked.is(Topic::PageTable) && asked.listed >> spec.vpn_bits().min(63) == 0 =>
            {
                if has_root && asked.is(Topic::Dump) {
                    "Page-table entries that are not listed, or that are printed as -, are not present."
                } else {
                    "Page-table entries that are not listed are not present."
                }
            }
            Self::Faults if !asked.is(Topic::Faults) || asked.is(Topic::Retries) => return None,
            Self::Faults => match (spec.tlbs.is_empty(), spec.caches.is_empty()) {
                (true, true) => "A page fault ends the access.",
                (true, false) => "A page fault ends the access, which then uses no cache.",
                (false, true) => "A page fault ends the access, which then fills no TLB entry.",
                (false, false) => {
                    "A page fault ends the access, which then fills no TLB entry and uses no cache."
                }
            },
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn of_kernel(self, kernel: &KernelConfig, context: &Context) -> Option<String> {
        let (spec, asked) = (&context.hardware.spec, context.asked);
        let sharing = context.sharing;
        let text = match self {
            Self::Switch if sharing.processes > 1 => return switch(spec),
            Self::Faults if asked.is(Topic::Faults) => return Some(retries(spec, context.fills)),
            Self::Classes => return Some(classes(kernel, sharing, asked)),
            Self::Stack if sharing.stack => return Some(stack(kernel, spec)),
            Self::Minor => {
                "A page fault is major if the kernel reads the page from disk, and minor otherwise. A fault that ends in a signal is neither."
            }
            Self::CopyOnWrite => return copies(kernel, spec, sharing, asked),
            Self::Frame
                if context
                    .kernel_before
                    .is_some_and(|kernel| kernel.frames().used() == 0) =>
            {
                "All frames are free at first. The kernel allocates the free frame with the lowest number."
            }
            Self::Frame => "The kernel allocates the free frame with the lowest number.",
            Self::Frames => return frames(kernel, context.frames),
            Self::DirtyFrame => dirty_frame(spec),
            Self::Swap if kernel.on_disk => {
                "Each page of private anonymous memory is on disk at first, so the first access to it reads it from disk (a major fault). The kernel \
                 writes an evicted page to disk only if a store changed it since it was read."
            }
            Self::Swap if kernel.swap > 0 => {
                "The kernel writes an evicted anonymous page to the lowest free swap slot. A page that it reads back keeps its slot until the \
                 next store to the page, and until then, an eviction writes nothing."
            }
            Self::PageCache if asked.is(Topic::Files) => page_cache(kernel.warm),
            Self::FaultAround if kernel.fault_around > 1 && asked.is(Topic::Files) => {
                return Some(format!(
                    "A read fault on a file page also maps the other pages of its group that are in the page cache. A group is {0} pages of \
                     an area, from a page whose number is a multiple of {0}.",
                    kernel.fault_around
                ));
            }
            Self::ZeroPage if has_zero_page(kernel) => {
                "A read of an untouched anonymous page maps the shared zero page."
            }
            Self::ZeroPage if !kernel.on_disk => {
                "The first access to an anonymous page allocates a frame, also if it is a load."
            }
            Self::ZeroCount if has_zero_page(kernel) => {
                "The zero page does not count as a resident page."
            }
            Self::Break => {
                let start = number(context.question, heap_start(context, kernel)?);
                return Some(format!("The heap begins at {start}."));
            }
            Self::Kill if kernel.signals == SignalPolicy::Kill => {
                "A signal of a page fault ends the process."
            }
            Self::Tables => {
                "Each process has a level-1 page table. The kernel allocates any other page table when the first of its entries is needed, and \
                 munmap frees tables that have no entries left."
            }
            Self::Placement if places(context.question) => {
                return Some(format!(
                    "Without an address, mmap chooses the highest hole below {} that is large enough.",
                    number(context.question, kernel.mmap_base)
                ));
            }
            Self::Allocator => {
                "malloc works like that of glibc: a block occupies the smallest multiple of 16 bytes, but at least 32 bytes, that holds an 8-byte \
                 header and the requested bytes. A request first reuses the block of the same size that was freed last, if the size is at most 1040 \
                 bytes and at most 7 blocks of this size are free. A block that occupies at least 128 KB gets a mapping of its own, with 8 more bytes and in \
                 whole pages. The address that malloc returns is 16 bytes after the start of the mapping."
            }
            Self::Pids => "Each new process gets the next PID. The first PID is 1.",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// Returns the arguments of a call that are numbers.
fn numbers(call: &CallRecord) -> impl Iterator<Item = i128> {
    let numbers = call.args.iter().map(|argument| &argument.value);
    numbers.filter_map(|value| match value {
        Arg::Number(number) => Some(*number),
        Arg::Bytes(_) => None,
    })
}

/// Whether `malloc` or a relative gives a request a mapping of its own, with the header and in a multiple of 16 bytes.
fn is_large(request: Option<i128>) -> bool {
    request.is_some_and(|bytes| bytes.saturating_add(8 + 15) >= MMAP_THRESHOLD.into())
}

/// Describes which frames count as dirty.
fn dirty_frame(spec: &Spec) -> &'static str {
    let pte = spec.mmu.as_ref().map(|mmu| &mmu.pte);
    if pte.is_some_and(|pte| pte.bit_position(Bit::D).is_some()) {
        "Dirty is 1 if a store has changed the page since it came into the frame or was last written to disk."
    } else {
        "Page-table entries have no D bit, so Dirty is 1 if the page was mapped writable since it came into the frame or was last written to disk."
    }
}

/// Whether `mmap` chooses an address in a question. Without a call of the question, the areas may come from calls before it.
fn places(question: &Question) -> bool {
    let mut calls = question.operations().filter_map(Did::call).peekable();
    let chooses = |call: &CallRecord| match (call.name, call.args.first()) {
        ("mmap", Some(address)) => address.value == Arg::Number(0),
        ("malloc", _) => is_large(numbers(call).next()),
        ("calloc", _) => is_large(numbers(call).reduce(i128::saturating_mul)),
        ("realloc", _) => is_large(numbers(call).nth(1)),
        (name, _) => name == "mremap",
    };
    calls.peek().is_none() || calls.any(chooses)
}

/// Returns the first address of the heap of the processes that call the kernel, or `None` if these heaps begin at different
/// addresses. An area of the script can begin a heap.
fn heap_start(context: &Context, kernel: &KernelConfig) -> Option<u64> {
    let before = context.kernel_before;
    let start = |process: Option<&Process>| {
        process.map_or(kernel.brk_start, |process| process.space.brk_start)
    };
    let calls = context.question.operations().filter_map(Did::call);
    let of_caller =
        |call: &CallRecord| start(before.and_then(|before| before.process(call.process.pid)));
    let starts: BTreeSet<u64> = calls.map(of_caller).collect();
    match starts.len() {
        0 => Some(start(before.and_then(|before| before.processes().next()))),
        1 => starts.first().copied(),
        _ => None,
    }
}

/// Describes where the heap of an answer begins, and how it grows.
fn heap(context: &Context, start: u64, spec: &Spec) -> Vec<String> {
    let tables = || {
        context
            .question
            .items()
            .filter_map(|item| match &item.kind {
                ItemKind::Table { table, .. } if table.id == TableId::Heap => Some(table),
                _ => None,
            })
    };
    let first = |table: &Rows| match table.rows.first()?.first()? {
        Cell::Hex(start, _) => start.checked_sub(CHUNK_START),
        _ => None,
    };
    let start = tables().find_map(first).unwrap_or(start);
    // On a small machine, the allocator keeps no data in the heap.
    let (own, more) = if spec.virtual_bits() >= 47 {
        (
            format!(", and its first {TCACHE} bytes contain data of malloc"),
            ", 128 KB,",
        )
    } else {
        (String::new(), "")
    };
    let mut sentences = vec![format!(
        "The heap begins at 0x{start:X}{own}. If the free space at its end is too small, malloc extends the heap by the missing bytes{more} and 32 \
         bytes, rounded up to whole pages."
    )];
    if tables().next().is_some() {
        sentences.push(
            "In the table, a block starts at the address that malloc returns, and its size does not include its header. The last block is the free \
             space at the end of the heap."
                .to_owned(),
        );
    }
    sentences
}

fn inclusion(spec: &Spec) -> Vec<String> {
    let sentence = |cache: &CacheSpec| match cache.inclusion {
        Inclusion::None => None,
        Inclusion::Inclusive => Some(format!(
            "{} is inclusive: an eviction from it invalidates the copies in the caches above.",
            cache.name
        )),
        Inclusion::Exclusive => Some(format!(
            "{} is exclusive: victims of the caches above fill it, and a hit moves the block up.",
            cache.name
        )),
    };
    spec.caches.iter().filter_map(sentence).collect()
}

/// The classification of Hill, as in Hennessy and Patterson.
const CAUSES: &str = "A compulsory miss is a miss of the first lookup of a block. A capacity miss is any other miss that also occurs in a fully associative LRU cache \
     with the same number of blocks. All other misses are conflict misses.";

/// Describes what the latency of an access contains.
fn latency(spec: &Spec, asked: &Topics) -> Vec<String> {
    let parts = match (spec.tlbs.is_empty(), spec.caches.is_empty()) {
        (true, true) => "memory accesses",
        _ => "lookups and memory accesses",
    };
    let walks = if spec.mmu.is_some() {
        ", including those of page walks"
    } else {
        ""
    };
    let mut sentences = vec![format!(
        "The latency of an access is the sum of the latencies of its {parts}{walks}."
    )];
    let mut add = |applies: bool, sentence: &str| {
        sentences.extend(applies.then(|| sentence.to_owned()));
    };
    let any = |is: fn(&CacheSpec) -> bool| spec.caches.iter().any(is);
    add(
        !spec.tlbs.is_empty() && any(|cache| cache.virtual_index),
        "The lookup in a virtually indexed cache overlaps with the TLB lookup, and only the longer latency is added.",
    );
    add(
        !spec.caches.is_empty() && spec.mmu.as_ref().is_some_and(|mmu| !mmu.walk_cached),
        "A page walk fetches page-table entries from memory, and not through the caches.",
    );
    add(
        asked.is(Topic::Stores) && any(|cache| cache.write == WritePolicy::Back),
        "Writing a block back to memory adds nothing to a latency.",
    );
    sentences
}

/// Describes the updates of the A and D bits, if the entries have them.
fn accessed(spec: &Spec) -> Option<&'static str> {
    let pte = &spec.mmu.as_ref()?.pte;
    let has = |bit| pte.bit_position(bit).is_some();
    match (has(Bit::A), has(Bit::D)) {
        (true, true) => Some(
            "A page walk sets the accessed bit (A) in the entries that it uses, and a store sets the dirty bit (D) in the entry of its page.",
        ),
        (true, false) => Some("A page walk sets the accessed bit (A) in the entries that it uses."),
        (false, true) => Some("A store sets the dirty bit (D) in the entry of its page."),
        (false, false) => None,
    }
}

/// How a store sets the dirty bit after a hit in a TLB.
const DIRTY_WALK: &str = "If a store hits a TLB entry whose D bit is 0, the MMU fetches the page-table entry of the page again to set its D bit.";

/// Whether a TLB hit of a store can leave a dirty bit to set in the page table.
fn sets_dirty(spec: &Spec) -> bool {
    let pte = spec.mmu.as_ref().map(|mmu| &mmu.pte);
    !spec.tlbs.is_empty() && pte.is_some_and(|pte| pte.bit_position(Bit::D).is_some())
}

fn switch(spec: &Spec) -> Option<String> {
    let (with, without): (Vec<_>, Vec<_>) = spec.tlbs.iter().partition(|tlb| tlb.asid);
    let text = match (with.is_empty(), without.is_empty()) {
        (_, true) if with.is_empty() => return None,
        (_, true) => {
            "TLB entries contain an address-space identifier, so a context switch flushes none of them."
        }
        _ => "A context switch flushes all TLB entries that are not global.",
    };
    Some(text.to_owned())
}

fn retries(spec: &Spec, fills: bool) -> String {
    let second = match (fills, spec.tlbs.is_empty(), spec.caches.is_empty()) {
        (false, ..) | (_, true, true) => "",
        (true, false, true) => ". Answers about the TLB are for the retry",
        (true, true, false) => ". Answers about the cache are for the retry",
        (true, false, false) => ". Answers about the TLB and cache are for the retry",
    };
    format!("The kernel handles page faults, and the processor retries the instruction{second}.")
}

/// Whether a load can map the zero page.
fn has_zero_page(kernel: &KernelConfig) -> bool {
    kernel.zero_page && !kernel.on_disk
}

/// Describes the accesses that extend a stack.
fn stack(kernel: &KernelConfig, spec: &Spec) -> String {
    let gap = if spec.virtual_bits() >= 47 {
        format!(", and if {GUARD_GAP_PAGES} pages below it remain free")
    } else {
        String::new()
    };
    let most = size(kernel.stack_size.into());
    format!(
        "An access below a stack area extends the area down to the page of the access, if the area then has at most {most}{gap}."
    )
}

/// Defines the classes of page faults that can occur.
fn classes(kernel: &KernelConfig, sharing: Sharing, asked: &Topics) -> String {
    let files = asked.is(Topic::Files);
    let demand_zero = match (kernel.on_disk, sharing.shared_memory) {
        (true, _) => {
            "demand-zero (the first access of a process to a page of shared anonymous memory)"
        }
        (false, true) => {
            "demand-zero (the first access to a page of private anonymous memory, or the first access of a process to a page of shared anonymous \
             memory)"
        }
        (false, false) => "demand-zero (the first access to a page of anonymous memory)",
    };
    let swap = if kernel.on_disk {
        "swap (the page is on disk, such as a page of private anonymous memory before its first access)"
    } else {
        "swap (the page is on disk)"
    };
    let segmentation = if sharing.stack {
        "segmentation (no area contains the address, and no stack can grow to it)"
    } else {
        "segmentation (no area contains the address)"
    };
    let each = [
        (demand_zero, !kernel.on_disk || sharing.shared_memory),
        (
            "file (the page belongs to a mapped file and is not mapped yet, or a store finds a page of a shared file mapping that a load mapped)",
            files,
        ),
        (swap, kernel.swap > 0 || kernel.on_disk),
        (
            "copy-on-write (a store finds a page that is mapped read-only, although its private area permits stores)",
            true,
        ),
        ("protection (the area of the page forbids the access)", true),
        (segmentation, true),
        ("bus (the page is beyond the end of its file)", files),
    ];
    let each: Vec<&str> = each
        .into_iter()
        .filter_map(|(class, possible)| possible.then_some(class))
        .collect();
    let (last, first) = each.split_last().unwrap_or((&"", &[]));
    format!(
        "The classes of page faults are {}, and {last}.",
        first.join(", ")
    )
}

/// Defines the sharing and copying of frames, as far as the processes share frames.
fn copies(kernel: &KernelConfig, spec: &Spec, sharing: Sharing, asked: &Topics) -> Option<String> {
    let mut text = Vec::new();
    let pte = spec.mmu.as_ref().map(|mmu| &mmu.pte);
    let has_rw = pte.is_some_and(|pte| pte.bit_position(Bit::Rw).is_some());
    if sharing.forked {
        text.push(
            "After fork, both processes share the frames of their resident private pages: each entry points to the same frame and is read-only. \
             A store to such a page faults (copy-on-write). If other entries still point to the frame, the page is copied: the kernel copies the \
             frame to a new one and maps it writable. If no other entry does, the kernel reuses the frame: it makes the entry writable and copies \
             nothing. A read copies nothing.",
        );
    }
    if sharing.forked && (sharing.shared_files || sharing.shared_memory) {
        text.push(
            "fork maps no page of a MAP_SHARED area in the child, even if the parent has accessed the page. The child's first access to the page \
             faults, and this fault is minor if a frame contains the page.",
        );
    }
    if sharing.forked && sharing.private_files {
        text.push(
            "fork also maps no page of a private file mapping to which the parent has not stored.",
        );
    }
    if sharing.shared_files && has_rw {
        text.push("A load maps a page of a shared file mapping read-only, and the first store to the page then faults.");
    }
    if asked.is(Topic::Files) {
        text.push("The first store to a page of a private file mapping copies the page from the page cache to a new frame.");
    }
    if sharing.merged && has_rw {
        text.push(
            "When ksm scans, the kernel maps equal pages of mergeable areas read-only to the frame with the lowest number among theirs. A store to a \
             merged page always copies it, even if no other entry points to the frame.",
        );
    }
    if has_zero_page(kernel) {
        text.push("The first store to a page that is mapped to the zero page copies the zero page to a new frame.");
    }
    (!text.is_empty()).then(|| text.join(" "))
}

fn frames(kernel: &KernelConfig, frames: Option<u32>) -> Option<String> {
    let frames = frames?;
    let there = if frames == 1 {
        "is 1 frame".to_owned()
    } else {
        format!("are {frames} frames")
    };
    let among = match kernel.scope {
        ReplacementScope::Global => "",
        ReplacementScope::Local => " among the frames of the process that needs one",
    };
    Some(format!(
        "There {there} for user pages. When no frame is free, {} selects a victim{among}.",
        kernel.replacement.row().title
    ))
}

/// Describes how the replacement policy of the frames selects a victim, and the state of the frames at first.
fn victim(kernel: &KernelConfig, context: &Context) -> Vec<String> {
    if context.frames.is_none() {
        return Vec::new();
    }
    let policy = kernel.replacement;
    let before = context.kernel_before.map(Kernel::replacement);
    let hand = before.as_ref().and_then(|frames| frames.state.hand);
    let rule = rule(Replacement::Policy(policy));
    let rule = rule.map(|rule| rule.printed(true, false, hand.unwrap_or(0)));
    let at_first = before.and_then(|frames| of_frames(frames, policy));
    rule.into_iter().chain(at_first).collect()
}

/// Describes whether files are in the page cache at the start.
fn page_cache(warm: bool) -> &'static str {
    if warm {
        "Files are in the page cache, so a fault on a file page is minor."
    } else {
        "The first fault on a file page reads the page from disk and is a major fault. After that, the page is in the page cache."
    }
}
