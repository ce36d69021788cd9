//! The properties of the kernel and of a process: one row per property.

use crate::lang::value::Value;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::Process;

/// A property of the kernel.
pub struct KernelProperty {
    /// Name before the dot.
    pub of: &'static str,
    /// Its name after the dot.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&Kernel) -> u64,
}

/// A property of a process.
pub struct ProcessProperty {
    /// Its name after the name of the process.
    pub name: &'static str,
    pub(crate) help: &'static str,
    /// Returns its value; none if there is none.
    pub(crate) get: fn(&Kernel, &Process) -> Option<Value>,
}

const fn property(
    of: &'static str,
    name: &'static str,
    help: &'static str,
    get: fn(&Kernel) -> u64,
) -> KernelProperty {
    KernelProperty { of, name, help, get }
}

/// Properties of the kernel.
pub const KERNEL_PROPERTIES: &[KernelProperty] = &[
    property("frames", "total", "user page frames", |k| k.frame_limit().into()),
    property("frames", "used", "user page frames in use", |k| k.frames().used().into()),
    property("frames", "free", "user page frames that are free", |k| {
        k.frame_limit().saturating_sub(k.frames().used()).into()
    }),
    property("swap", "slots", "slots of the swap file", |k| k.swap().slots.into()),
    property("swap", "used", "slots in use", |k| k.swap().used.len() as u64),
    property("swap", "free", "slots that are free", |k| {
        u64::from(k.swap().slots).saturating_sub(k.swap().used.len() as u64)
    }),
    property("ksm", "scans", "times that `ksm scan` ran", |k| k.merging().scans),
    property("ksm", "merged", "frames that it has freed", |k| k.merging().merged),
];

const fn of_process(
    name: &'static str,
    help: &'static str,
    get: fn(&Kernel, &Process) -> Option<Value>,
) -> ProcessProperty {
    ProcessProperty { name, help, get }
}

/// Properties of a process, besides those of its page table.
pub const PROCESS_PROPERTIES: &[ProcessProperty] = &[
    of_process("faults.minor", "page faults resolved without a disk", |_, p| {
        Some(Value::from(p.faults.minor))
    }),
    of_process("faults.major", "page faults that needed a disk", |_, p| Some(Value::from(p.faults.major))),
    of_process("rss", "bytes of its pages in user frames", |k, p| {
        Some(Value::from(p.space.resident << k.machine().spec().page_bits()))
    }),
    of_process("vsize", "bytes of its areas", |_, p| Some(Value::from(p.space.areas.size()))),
    of_process("pc", "the program counter: the entry after `execve`, then where it last fetched", |_, p| {
        p.pc.map(Value::from)
    }),
    of_process("stdout", "its output to standard output and standard error", |_, p| {
        Some(Value::string(p.stdout.to_vec()))
    }),
    of_process("state", "`running`, `zombie` (ended, not waited for) or `ended`", |_, p| {
        Some(Value::from(p.state.name()))
    }),
    of_process("pid", "its number", |_, p| Some(Value::from(u64::from(p.pid.0)))),
    of_process("brk", "its break: the byte after the heap's last", |_, p| Some(Value::from(p.space.brk))),
];
