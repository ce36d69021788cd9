//! The settings of `kernel { … }`.

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::boot::BootError;
use pagewalk_engine::kernel::config::{KernelConfig, ReplacementScope, SignalPolicy};
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::spec::Spec;

use super::field::{
    Field, ON_OFF, SettingRow, apply, count, one, one_of, policy_name, sole, value_of, word_of,
};
use crate::lang::value::Value;
use crate::run::bind::Param::{Unit, Words};
use crate::run::bind::{FRAMES, POLICY, SIZE, VA, words_of};

#[derive(Debug, Clone)]
pub(crate) struct KernelDraft {
    config: KernelConfig,
    places: Vec<(&'static str, Span)>,
}

/// Maximum number of slots in a simulated swap file.
const SWAP_LIMIT: u64 = 1 << 20;

/// Maximum number of pages that one fault maps around the faulting page.
const AROUND_LIMIT: u64 = 1 << 16;

const SCOPES: &[(&str, ReplacementScope)] = &[
    ("global", ReplacementScope::Global),
    ("local", ReplacementScope::Local),
];

/// The values of `page-cache`, which determine whether the page cache is warm.
const PAGE_CACHES: &[(&str, bool)] = &[("cold", false), ("warm", true)];

/// The keywords for the initial location of anonymous pages, each with a flag that is true for the disk.
const PLACES: &[(&str, bool)] = &[("demand-zero", false), ("on-disk", true)];

const SIGNALS: &[(&str, SignalPolicy)] = &[
    ("report", SignalPolicy::Report),
    ("kill", SignalPolicy::Kill),
];

pub(crate) const KERNEL_SETTINGS: &[SettingRow<KernelDraft>] = &[
    SettingRow::path(
        "frames",
        &[FRAMES],
        "number of user page frames (default: all that fit in memory)",
        |d| d.config.frames.map(Value::from),
        |d, f| {
            let n = sole(f)?
                .within(
                    1,
                    u64::from(u32::MAX),
                    Code::BadKernel,
                    "a number of frames",
                )
                .map_err(one)?;
            d.places.push(("frames", f.span));
            d.config.frames = Some(n as u32);
            Ok(())
        },
    ),
    SettingRow::path(
        "replacement",
        &[POLICY],
        "page replacement policy (default: `clock`)",
        |d| policy_name(d.config.replacement),
        |d, f| replacement(f).map(|policy| d.config.replacement = policy),
    ),
    SettingRow::path(
        "scope",
        &[Words(words_of!(SCOPES.0))],
        "processes whose pages the kernel can evict (default: `global`, all processes)",
        |d| word_of(SCOPES, &d.config.scope),
        |d, f| one_of(sole(f)?, SCOPES).map(|scope| d.config.scope = scope),
    ),
    SettingRow::path(
        "swap",
        &[FRAMES, Unit("slots")],
        "number of one-page swap slots (default: 0)",
        |d| count(d.config.swap),
        |d, f| {
            let n = sole(f)?
                .within(0, SWAP_LIMIT, Code::BadKernel, "a number of slots")
                .map_err(one)?;
            d.config.swap = n as u32;
            Ok(())
        },
    ),
    SettingRow::path(
        "stack-top",
        &[VA],
        "address just past the stack",
        |d| count(d.config.stack_top),
        |d, f| address(d, "stack-top", f).map(|at| d.config.stack_top = at),
    ),
    SettingRow::path(
        "stack-size",
        &[SIZE],
        "maximum size of a stack",
        |d| count(d.config.stack_size),
        |d, f| address(d, "stack-size", f).map(|size| d.config.stack_size = size),
    ),
    SettingRow::path(
        "mmap-base",
        &[VA],
        "address below which `mmap` searches for free space",
        |d| count(d.config.mmap_base),
        |d, f| address(d, "mmap-base", f).map(|at| d.config.mmap_base = at),
    ),
    SettingRow::path(
        "brk-start",
        &[VA],
        "start of the heap before `execve`",
        |d| count(d.config.brk_start),
        |d, f| address(d, "brk-start", f).map(|at| d.config.brk_start = at),
    ),
    SettingRow::path(
        "fault-around",
        &[FRAMES, Unit("pages")],
        "number of file pages that a read fault maps, a power of two (default: 1)",
        |d| count(d.config.fault_around),
        |d, f| {
            let arg = sole(f)?;
            let n = arg
                .within(1, AROUND_LIMIT, Code::BadKernel, "a window")
                .map_err(one)?;
            arg.log2("the window of `fault-around`").map_err(one)?;
            d.config.fault_around = n;
            Ok(())
        },
    ),
    SettingRow::path(
        "page-cache",
        &[Words(words_of!(PAGE_CACHES.0))],
        "whether file pages start in the page cache (default: `cold`, not cached)",
        |d| word_of(PAGE_CACHES, &d.config.warm),
        |d, f| one_of(sole(f)?, PAGE_CACHES).map(|warm| d.config.warm = warm),
    ),
    SettingRow::path(
        "zero-page",
        &[Words(words_of!(ON_OFF.0))],
        "whether the first read of an anonymous page maps the shared zero page (default: `off`)",
        |d| word_of(ON_OFF, &d.config.zero_page),
        |d, f| one_of(sole(f)?, ON_OFF).map(|on| d.config.zero_page = on),
    ),
    SettingRow::path(
        "pages",
        &[Words(words_of!(PLACES.0))],
        "initial contents of an anonymous page: zeros or data from disk (default: `demand-zero`)",
        |d| word_of(PLACES, &d.config.on_disk),
        |d, f| one_of(sole(f)?, PLACES).map(|on_disk| d.config.on_disk = on_disk),
    ),
    SettingRow::path(
        "signals",
        &[Words(words_of!(SIGNALS.0))],
        "whether a fatal fault ends the process or Pagewalk only reports it (default: `report`)",
        |d| word_of(SIGNALS, &d.config.signals),
        |d, f| one_of(sole(f)?, SIGNALS).map(|signals| d.config.signals = signals),
    ),
];

/// Returns the value of a setting of a running kernel: `kernel.replacement`.
pub(crate) fn kernel_setting(kernel: &Kernel, name: &str) -> Option<Value> {
    // Without a setting, the number of frames follows from the machine.
    let config = KernelConfig {
        frames: Some(kernel.frame_limit()),
        ..kernel.config().clone()
    };
    value_of(
        KERNEL_SETTINGS,
        &KernelDraft {
            config,
            places: Vec::new(),
        },
        name,
    )
}

/// Returns a policy for replacing page frames.
fn replacement(field: &Field) -> Result<Policy, Vec<Diagnostic>> {
    let words: Vec<_> = POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| (row.name, row.policy))
        .collect();
    one_of(sole(field)?, &words)
}

fn address(
    draft: &mut KernelDraft,
    name: &'static str,
    field: &Field,
) -> Result<u64, Vec<Diagnostic>> {
    draft.places.push((name, field.span));
    sole(field)?.integer().map_err(one)
}

/// Returns the settings of a kernel on a machine, and their locations.
///
/// # Errors
/// Returns the errors in the fields.
pub(crate) fn build_kernel(spec: &Spec, fields: &[Field]) -> Result<KernelPlan, Vec<Diagnostic>> {
    let mut draft = KernelDraft {
        config: KernelConfig::default_for(spec),
        places: Vec::new(),
    };
    apply(KERNEL_SETTINGS, "kernel", fields, &mut draft)?;
    // If the script gives no size, the disk has room for every page.
    if draft.config.on_disk && !fields.iter().any(|field| &*field.name.text == "swap") {
        draft.config.swap = SWAP_LIMIT as u32;
    }
    Ok(KernelPlan {
        config: draft.config,
        places: draft.places,
    })
}

/// The settings of a kernel, and their locations.
#[derive(Debug, Clone)]
pub(crate) struct KernelPlan {
    pub(crate) config: KernelConfig,
    places: Vec<(&'static str, Span)>,
}

impl KernelPlan {
    pub(crate) fn default_for(spec: &Spec) -> Self {
        Self {
            config: KernelConfig::default_for(spec),
            places: Vec::new(),
        }
    }

    /// Explains why a kernel with these settings cannot start. The error's location is the responsible
    /// setting, or else `place`.
    pub(crate) fn refused(&self, error: &BootError, place: Span) -> Diagnostic {
        let said = |name: &str| {
            self.places
                .iter()
                .find(|(said, _)| *said == name)
                .map(|(_, span)| *span)
        };
        match error {
            BootError::NoMmu => Diagnostic::new(Code::NoMachine, place, error.to_string())
                .label("this machine does not translate addresses")
                .help("declare `virtual N bits` and `page SIZE`, or `machine core-i7`; `replay` counts the hits and misses of a program without them"),
            BootError::TooManyFrames { .. } | BootError::NoFrames => {
                Diagnostic::new(Code::BadKernel, said("frames").unwrap_or(place), error.to_string())
                    .label("too many")
                    .help(
                        "page tables also need physical memory: change `frames`, or increase the machine's \
                         `physical`",
                    )
            }
            BootError::TableTooLarge { .. } => Diagnostic::new(Code::BadKernel, place, error.to_string())
                .help("increase the machine's `physical` or `page`, or declare a page table with more `levels`"),
            BootError::NoPresentBit | BootError::PageTooLarge => {
                Diagnostic::new(Code::BadKernel, place, error.to_string())
                    .label("a kernel cannot run on this machine")
            }
            BootError::PolicyOfSets => {
                Diagnostic::new(Code::BadKernel, said("replacement").unwrap_or(place), error.to_string())
            }
            BootError::BadAddress { setting } => Diagnostic::new(
                Code::BadKernel,
                said(setting).unwrap_or(place),
                error.to_string(),
            )
            .label("not a valid address")
            .help("the address must be a multiple of the page size, in the user half of the address space"),
        }
    }
}
