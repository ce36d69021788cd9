//! How a kernel is set up: the `kernel { … }` settings.

use crate::machine::policy::Policy;
use crate::machine::spec::Spec;

/// The most user frames there are, however large memory is: a limit of the simulation.
pub(crate) const FRAME_LIMIT: u64 = 1 << 20;

/// Whose frames may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplacementScope {
    /// Any process's.
    Global,
    /// Only those of the process that needs one (if it has any).
    Local,
}

/// What becomes of a process after a fatal fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalPolicy {
    /// It goes on at its next statement.
    Report,
    /// It ends.
    Kill,
}

/// The settings of a kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelConfig {
    /// User page frames; none: all that fit beside the page tables, at most [`FRAME_LIMIT`].
    pub frames: Option<u32>,
    /// Victim for eviction.
    pub replacement: Policy,
    /// Whose frames may be taken.
    pub scope: ReplacementScope,
    /// Slots of the swap file.
    pub swap: u32,
    /// The address just past the stack.
    pub stack_top: u64,
    /// The most bytes a stack may have.
    pub stack_size: u64,
    /// The address below which `mmap` looks for a hole.
    pub mmap_base: u64,
    /// Where the heap begins in a process that executed nothing.
    pub brk_start: u64,
    /// Pages mapped by one read fault on a file or shared area, a power of two.
    pub fault_around: u64,
    /// Files are in the page cache from the beginning.
    pub warm: bool,
    /// A read of an untouched anonymous page maps a shared zero frame.
    pub zero_page: bool,
    /// What becomes of a process after a fatal fault.
    pub signals: SignalPolicy,
}

impl KernelConfig {
    /// The defaults on a machine: from 47 bits of virtual address up those of Linux, below that by quarters of the space.
    pub fn default_for(spec: &Spec) -> Self {
        let bits = spec.virtual_bits();
        let (stack_top, stack_size, mmap_base, brk_start) = if bits >= 47 {
            (0x7FFF_FFFF_F000, 8 << 20, 0x7FFF_F7FF_F000, 0x5555_5555_9000)
        } else {
            let n = 1u64 << bits;
            let page = 1u64 << spec.page_bits();
            let round = |at: u64| (at & !(page - 1)).max(page);
            (n, round(n / 8), round(n / 4 * 3), round(n / 4))
        };
        Self {
            frames: None,
            replacement: Policy::Clock,
            scope: ReplacementScope::Global,
            swap: 0,
            stack_top,
            stack_size,
            mmap_base,
            brk_start,
            fault_around: 1,
            warm: false,
            zero_page: false,
            signals: SignalPolicy::Report,
        }
    }
}
