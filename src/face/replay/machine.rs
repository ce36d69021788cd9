//! The machine that a command uses: a preset, a machine file, or the machine at the end of a script.

use std::path::Path;

use crate::face::terminal::{Color, diagnostic_style};
use pagewalk_engine::files::limits::MACHINE_FILE;
use pagewalk_engine::files::reason;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::loader::{Disk, Loader};
use pagewalk_script::lang::nearest::nearest;
use pagewalk_script::lang::source::{Sources, decode};
use pagewalk_script::report::diagnostics::render;
pub(crate) use pagewalk_script::traces::named::Named;
use pagewalk_script::traces::named::presets;

/// Returns a machine from a preset, from a machine file (`.yaml`), or from the end of a script (`.pw`). The
/// returned error is a complete message.
pub(crate) fn find_machine(machine: &Path, color: Color) -> Result<Named, String> {
    let name = machine.display().to_string();
    if let Some(preset) = Named::preset(&name) {
        return Ok(preset);
    }
    match machine.extension().and_then(|end| end.to_str()) {
        Some("yaml" | "yml") => from_file(machine, &name, color),
        Some("pw") => from_script(machine, &name, color),
        _ => Err(unknown(machine, &name)),
    }
}

fn unknown(machine: &Path, name: &str) -> String {
    let help = if machine.exists() {
        "put the machine before the traces, as a preset, a `.yaml` machine file, or a `.pw` script".to_owned()
    } else if let Some(near) = nearest(name, presets()) {
        format!("did you mean `{near}`?")
    } else {
        let presets: Vec<String> = presets().map(|name| format!("`{name}`")).collect();
        format!(
            "use one of the presets ({}), a `.yaml` machine file, or a `.pw` script",
            presets.join(" and ")
        )
    };
    format!("pagewalk: unknown machine `{name}`\n  help: {help}\n")
}

fn from_file(path: &Path, name: &str, color: Color) -> Result<Named, String> {
    let refused = |why: String| format!("pagewalk: cannot read `{name}`: {why}\n");
    let bytes = Disk.argument(path, MACHINE_FILE).map_err(|error| refused(reason(&error)))?;
    let text = decode(&bytes).map_err(|at| refused(format!("the file is not UTF-8 text (byte {at})")))?;
    let mut sources = Sources::default();
    let file = sources.add(name, Some(path.to_owned()), text);
    Named::of_file(name, file, text).map_err(|wrong| render(&wrong, &sources, diagnostic_style(color)))
}

fn from_script(path: &Path, name: &str, color: Color) -> Result<Named, String> {
    let reading = CheckedScript::from_path(path);
    let style = diagnostic_style(color);
    if !reading.diagnostics.is_empty() {
        return Err(reading.render_diagnostics(style));
    }
    match Named::of_script(name, &reading.script.body, &reading.sources, &reading.files) {
        Ok(Some(named)) => Ok(named),
        Ok(None) => Err(format!(
            "pagewalk: `{name}` declares no machine outside of scenarios\n  help: declare one, such as \
             `machine core-i7`\n"
        )),
        Err(wrong) => Err(reading.render(&wrong, style)),
    }
}
