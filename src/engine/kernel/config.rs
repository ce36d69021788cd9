//! The settings of a kernel.

use crate::machine::policy::Policy;
use crate::machine::spec::Spec;

/// The maximum number of user frames, a limit of the simulation.
pub(crate) const FRAME_LIMIT: u64 = 1 << 20;

/// The frames that may be evicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplacementScope {
    /// The frames of any process.
    Global,
    /// The frames of the faulting process, if it has any.
    Local,
}

/// The effect of a fatal fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalPolicy {
    /// The process continues with the next statement.
    Report,
    /// The process ends.
    Kill,
}

/// Number of pages below a stack that stay free on machines with large address spaces (`stack_guard_gap`).
pub const GUARD_GAP_PAGES: u64 = 256;

/// The settings of a kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelConfig {
    /// Number of user page frames. Default: as many as fit in memory along with the page tables, but at most
    /// 2^20.
    pub frames: Option<u32>,
    /// The replacement policy for page frames.
    pub replacement: Policy,
    /// The frames that may be evicted.
    pub scope: ReplacementScope,
    /// Number of slots in the swap file.
    pub swap: u32,
    /// The address immediately above the stack.
    pub stack_top: u64,
    /// The maximum size of a stack in bytes.
    pub stack_size: u64,
    /// The address below which `mmap` looks for a hole.
    pub mmap_base: u64,
    /// The start of the heap in a process that has not called `execve`.
    pub brk_start: u64,
    /// Number of pages that a read fault on a file or shared area maps (a power of two).
    pub fault_around: u64,
    /// Whether all files are in the page cache at the start.
    pub warm: bool,
    /// Whether a read of an untouched anonymous page maps a shared zero frame.
    pub zero_page: bool,
    /// Whether the first access to an anonymous page reads the page from disk, as in textbooks.
    pub on_disk: bool,
    /// The effect of a fatal fault.
    pub signals: SignalPolicy,
}

impl KernelConfig {
    /// Returns the default settings for a machine. If virtual addresses have at least 47 bits, the defaults
    /// are Linux's. For shorter addresses, the defaults divide the address space into quarters.
    pub fn default_for(spec: &Spec) -> Self {
        let bits = spec.virtual_bits();
        let (stack_top, stack_size, mmap_base, brk_start) = if bits >= 47 {
            (
                0x7FFF_FFFF_F000,
                8 << 20,
                0x7FFF_F7FF_F000,
                0x5555_5555_9000,
            )
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
            on_disk: false,
            signals: SignalPolicy::Report,
        }
    }
}
