//! The limits of runs and of values.

use pagewalk_engine::trace::time_limit::TimeLimit;

use crate::lang::loader::MemoryLimit;

/// Maximum number of bytes in an access or string.
pub(crate) const ACCESS_LIMIT: u64 = 1 << 20;

/// Maximum number of definitions, loops, and blocks around a statement while it runs.
pub(crate) const DEPTH_LIMIT: usize = 256;

/// The limits of a run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// See [`Options::max_steps`](super::session::Options::max_steps).
    pub max_steps: u64,
    /// See [`Options::max_memory`](super::session::Options::max_memory).
    pub max_memory: u64,
    /// See [`Options::max_time`](super::session::Options::max_time).
    pub max_time: Option<TimeLimit>,
}

impl Limits {
    /// The limits of runs without options.
    pub const DEFAULT: Self = Self {
        max_steps: 10_000_000,
        max_memory: MemoryLimit::DEFAULT.bytes,
        max_time: None,
    };
}

impl Limits {
    /// The limit of memory, with the name of the option or setting that raises it.
    pub fn memory(&self, names: LimitNames) -> MemoryLimit {
        MemoryLimit {
            bytes: self.max_memory,
            raised_by: names.memory,
        }
    }
}

impl From<u64> for Limits {
    /// A limit of this number of steps, and the default limit of memory.
    fn from(max_steps: u64) -> Self {
        Self {
            max_steps,
            ..Self::DEFAULT
        }
    }
}

/// The names of the options or settings that raise the limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitNames {
    /// The name for [`Limits::max_steps`].
    pub steps: &'static str,
    /// The name for [`Limits::max_memory`].
    pub memory: &'static str,
}

impl LimitNames {
    /// The options of commands.
    pub const OPTIONS: Self = Self {
        steps: "--max-steps N",
        memory: MemoryLimit::DEFAULT.raised_by,
    };
    /// The keyword arguments of functions in Python.
    pub const KEYWORDS: Self = Self {
        steps: "max_steps=N",
        memory: "max_memory=BYTES",
    };
    /// The arguments of the Jupyter kernel.
    pub const KERNEL: Self = Self {
        steps: "--PagewalkKernel.max_steps=N",
        memory: "--PagewalkKernel.max_memory=BYTES",
    };
    /// The commands of the installed program, for a page, whose limits are fixed.
    pub const PROGRAM: Self = Self {
        steps: "pagewalk run --max-steps N",
        memory: "pagewalk run --max-memory SIZE",
    };
    /// The settings of editors.
    pub const SETTINGS: Self = Self {
        steps: "pagewalk.maxSteps",
        memory: "pagewalk.maxMemory",
    };
}
