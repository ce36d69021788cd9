//! The machine that a command uses: a preset, a machine file, or the machine at the end of a script.

use std::path::Path;

use crate::face::terminal::{Color, diagnostic_style};
use pagewalk_script::api::machines;
use pagewalk_script::lang::loader::Disk;
pub(crate) use pagewalk_script::traces::named::Named;

/// Returns a machine from a preset, from a machine file (`.yaml`), or from the end of a script (`.pw`). The
/// returned error is a complete message.
pub(crate) fn find_machine(machine: &Path, color: Color) -> Result<Named, String> {
    machines::find_machine(machine, &mut Disk)
        .map_err(|error| error.render(diagnostic_style(color)))
}
