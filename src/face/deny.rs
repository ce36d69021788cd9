//! `--deny warnings`, which treats warnings as errors, as the Rust compiler's option does.

use std::path::Path;

use clap::{Args, ValueEnum};

use super::terminal::{Color, complain, diagnostic_style};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::loader::{Disk, Loader, MemoryLimit, Within};

/// Options for checking scripts.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Checking {
    /// Treat warnings as errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Denied>,
}

/// The diagnostics that can be treated as errors.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Denied {
    /// Treat all warnings as errors
    Warnings,
}

impl Checking {
    /// Converts the warnings of a checked script to errors if warnings are denied.
    pub(crate) fn apply(self, mut script: CheckedScript) -> CheckedScript {
        if let Some(Denied::Warnings) = self.deny {
            script.deny_warnings();
        }
        script
    }

    /// Whether warnings are errors.
    pub(crate) fn denies_warnings(self) -> bool {
        self.deny.is_some()
    }

    /// Reads a script that may need this memory, and reports its warnings.
    pub(crate) fn read(self, path: &Path, limit: MemoryLimit, color: Color) -> CheckedScript {
        self.load(path, &mut Within { limit, other: Disk }, color)
    }

    /// Works like [`Self::read`], but reads the files through a loader.
    pub(crate) fn load(self, path: &Path, loader: &mut dyn Loader, color: Color) -> CheckedScript {
        let script = self.apply(CheckedScript::from_loader(path, loader));
        complain(&script.render_warnings(diagnostic_style(color)));
        script
    }
}
