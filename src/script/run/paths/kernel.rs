//! The properties of the kernel and of a process: one row per property.

use crate::lang::value::Value;
use crate::run::nouns::size;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::{Process, ProcessState};

/// A property of the kernel.
pub struct KernelProperty {
    /// The word before the dot.
    pub of: &'static str,
    /// The property's name after the dot.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) get: fn(&Kernel) -> u64,
    /// Returns the formula for the value with the kernel's numbers, if there is one.
    pub(crate) formula: fn(&Kernel) -> Option<String>,
}

/// A property of a process.
pub struct ProcessProperty {
    /// The property's name after the process's name.
    pub name: &'static str,
    pub(crate) help: &'static str,
    /// Returns the property's value, or `None` if the process has no such value.
    pub(crate) get: fn(&Kernel, &Process) -> Option<Value>,
    /// Returns the formula for the value with the process's numbers, if there is one.
    pub(crate) formula: fn(&Kernel, &Process) -> Option<String>,
}

const fn property(
    of: &'static str,
    name: &'static str,
    help: &'static str,
    get: fn(&Kernel) -> u64,
) -> KernelProperty {
    KernelProperty {
        of,
        name,
        help,
        get,
        formula: |_| None,
    }
}

pub const KERNEL_PROPERTIES: &[KernelProperty] = &[
    property("frames", "total", "user page frames", |k| {
        k.frame_limit().into()
    }),
    property("frames", "used", "user page frames in use", |k| {
        k.frames().used().into()
    }),
    KernelProperty {
        formula: |k| Some(format!("{} − {}", k.frame_limit(), k.frames().used())),
        ..property("frames", "free", "free user page frames", |k| {
            k.frame_limit().saturating_sub(k.frames().used()).into()
        })
    },
    property("swap", "slots", "slots in the swap file", |k| {
        k.swap().slots.into()
    }),
    property("swap", "used", "slots in use", |k| k.swap().used().into()),
    KernelProperty {
        formula: |k| Some(format!("{} − {}", k.swap().slots, k.swap().used())),
        ..property("swap", "free", "free slots", |k| {
            u64::from(k.swap().slots).saturating_sub(k.swap().used().into())
        })
    },
    property(
        "kernel",
        "processes",
        "processes that exist: running ones and zombies",
        |k| {
            let exists = |of: &&Process| !matches!(of.state, ProcessState::Ended { .. });
            k.processes().filter(exists).count() as u64
        },
    ),
    property("ksm", "scans", "number of `ksm scan` runs", |k| {
        k.merging().scans
    }),
    property("ksm", "merged", "frames that `ksm scan` freed", |k| {
        k.merging().merged
    }),
];

const fn of_process(
    name: &'static str,
    help: &'static str,
    get: fn(&Kernel, &Process) -> Option<Value>,
) -> ProcessProperty {
    ProcessProperty {
        name,
        help,
        get,
        formula: |_, _| None,
    }
}

/// Properties of a process, other than those of its page table.
pub const PROCESS_PROPERTIES: &[ProcessProperty] = &[
    of_process(
        "disk_reads",
        "pages read from disk to handle the process's page faults",
        |_, p| Some(Value::from(p.faults.major)),
    ),
    of_process(
        "disk_writes",
        "the process's evicted pages that the kernel wrote to disk",
        |_, p| Some(Value::from(p.written)),
    ),
    of_process(
        "faults.minor",
        "page faults resolved without disk I/O",
        |_, p| Some(Value::from(p.faults.minor)),
    ),
    of_process(
        "faults.major",
        "page faults resolved with disk I/O",
        |_, p| Some(Value::from(p.faults.major)),
    ),
    ProcessProperty {
        formula: |k, p| {
            // Bytes, as all sizes of the language. `ps` prints KB, and `/proc/PID/statm` counts pages.
            let pages = p.space.resident;
            let plural = if pages == 1 { "" } else { "s" };
            let page = size(1 << k.machine().spec().page_bits());
            Some(format!("{pages} resident page{plural} × {page}"))
        },
        ..of_process(
            "rss",
            "total size of the process's resident pages",
            |k, p| {
                Some(Value::from(
                    p.space.resident << k.machine().spec().page_bits(),
                ))
            },
        )
    },
    ProcessProperty {
        formula: |_, p| {
            let each: Vec<String> = p
                .space
                .areas
                .iter()
                .map(|area| size(u128::from(area.end - area.start)))
                .collect();
            (each.len() > 1).then(|| each.join(" + "))
        },
        ..of_process("vsize", "total size of the process's areas", |_, p| {
            Some(Value::from(p.space.areas.size()))
        })
    },
    of_process(
        "pc",
        "program counter: the address of the last fetch, or the entry point after `execve`",
        |_, p| p.pc.map(Value::from),
    ),
    of_process(
        "stdout",
        "all bytes that the process wrote to standard output and standard error; `fprintf(stderr, …)` and `perror` write nothing",
        |_, p| Some(Value::string(p.stdout.to_vec())),
    ),
    of_process(
        "state",
        "`running`, `zombie` (ended but not yet reaped), or `ended`",
        |_, p| Some(Value::from(p.state.name())),
    ),
    of_process("pid", "PID of the process", |_, p| {
        Some(Value::from(u64::from(p.pid.0)))
    }),
    of_process("areas", "number of areas", |_, p| {
        Some(Value::from(p.space.areas.iter().count() as u64))
    }),
    of_process(
        "cr3",
        "physical address of the level-1 page table, which CR3 contains while the process runs",
        |k, p| {
            let page_bits = k.machine().spec().page_bits();
            p.space
                .tables
                .get(1, 0)
                .map(|table| Value::from(table.ppn << page_bits))
        },
    ),
    of_process(
        "rsp",
        "stack pointer: the end of the empty stack",
        |_, p| p.stack_pointer().map(Value::from),
    ),
    of_process(
        "brk",
        "program break: the address just past the heap",
        |_, p| Some(Value::from(p.space.brk)),
    ),
];
