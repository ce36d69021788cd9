//! Machines by name or file, as the commands `replay` and `sweep` accept them.

use std::fmt;
use std::path::Path;

use pagewalk_engine::files::limits::MACHINE_FILE;
use pagewalk_engine::files::{reason, shown};

use super::{CheckedScript, Named};
use crate::lang::diagnostic::{Diagnostic, messages};
use crate::lang::include::not_a_machine_file;
use crate::lang::loader::Loader;
use crate::lang::nearest::nearest;
use crate::lang::source::{Sources, decode};
use crate::report::diagnostics::{Style, render};
use crate::traces::named::presets;

/// The reason why there is no machine.
#[derive(Debug)]
pub enum MachineError {
    /// The name is unknown, or the file cannot be read.
    Unusable {
        /// A sentence without a final period.
        message: String,
        /// The instructions for a fix.
        help: Option<String>,
    },
    /// The machine file has errors.
    File(Box<Sources>, Vec<Diagnostic>),
    /// The script has errors. They are in the script's diagnostics.
    Script(Box<CheckedScript>),
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable { message, .. } => f.write_str(message),
            Self::File(_, wrong) => f.write_str(&messages(wrong)),
            Self::Script(script) => f.write_str(&messages(&script.diagnostics)),
        }
    }
}

impl std::error::Error for MachineError {}

impl MachineError {
    fn unusable(message: String, help: impl Into<Option<String>>) -> Self {
        Self::Unusable {
            message,
            help: help.into(),
        }
    }

    /// Returns the error as a report. Each line ends with a line feed.
    pub fn render(&self, style: Style) -> String {
        match self {
            Self::Unusable { message, help } => {
                let help = help
                    .as_ref()
                    .map_or_else(String::new, |help| format!("  help: {help}\n"));
                format!("pagewalk: {message}\n{help}")
            }
            Self::File(sources, wrong) => render(wrong, sources, style),
            Self::Script(script) => script.render_diagnostics(style),
        }
    }
}

/// Returns a machine from a preset, from a machine file (`.yaml`), or from the end of a script (`.pw`).
///
/// # Errors
/// The reason why there is no machine.
///
/// ```
/// use std::path::Path;
/// use pagewalk_script::api::machines::{MachineError, find_machine};
///
/// assert!(find_machine(Path::new("core-i7"), &mut ()).unwrap().translates());
/// let Err(MachineError::Unusable { help, .. }) = find_machine(Path::new("core-i8"), &mut ()) else { panic!() };
/// assert_eq!(help.unwrap(), "did you mean `core-i7`?");
/// ```
pub fn find_machine(machine: &Path, loader: &mut dyn Loader) -> Result<Named, MachineError> {
    let name = shown(machine);
    if let Some(preset) = Named::preset(&name) {
        return Ok(preset);
    }
    match machine.extension().and_then(|end| end.to_str()) {
        Some("yaml" | "yml") => from_file(machine, &name, loader),
        Some("pw") => from_script(machine, &name, loader),
        _ => Err(unknown(machine, &name, loader)),
    }
}

fn unknown(machine: &Path, name: &str, loader: &dyn Loader) -> MachineError {
    let help = if loader.canonical(machine).is_ok() {
        "put the machine before the traces, as a preset, a `.yaml` machine file, or a `.pw` script"
            .to_owned()
    } else if let Some(near) = nearest(name, presets()) {
        format!("did you mean `{near}`?")
    } else {
        let presets: Vec<String> = presets().map(|name| format!("`{name}`")).collect();
        format!(
            "use one of the presets ({}), a `.yaml` machine file, or a `.pw` script",
            presets.join(" and ")
        )
    };
    MachineError::unusable(format!("unknown machine `{name}`"), help)
}

fn from_file(path: &Path, name: &str, loader: &mut dyn Loader) -> Result<Named, MachineError> {
    if let Some((message, help)) = not_a_machine_file(name) {
        return Err(MachineError::unusable(message, help));
    }
    let refused =
        |why: String| MachineError::unusable(format!("cannot read `{name}`: {why}"), None);
    let bytes = loader
        .argument(path, MACHINE_FILE)
        .map_err(|error| refused(reason(&error)))?;
    let text =
        decode(&bytes).map_err(|at| refused(format!("the file is not UTF-8 text (byte {at})")))?;
    let mut sources = Sources::default();
    let file = sources.add(name, Some(path.to_owned()), text);
    Named::of_file(name, file, text).map_err(|wrong| MachineError::File(Box::new(sources), wrong))
}

fn from_script(path: &Path, name: &str, loader: &mut dyn Loader) -> Result<Named, MachineError> {
    let mut script = CheckedScript::from_loader(path, loader);
    if script.diagnostics.is_empty() {
        match Named::of_script(name, &script.script.body, &script.sources, &script.files) {
            Ok(Some(named)) => return Ok(named),
            Ok(None) => {
                return Err(MachineError::unusable(
                    format!("`{name}` declares no machine outside of scenarios"),
                    "declare one, such as `machine core-i7`".to_owned(),
                ));
            }
            Err(wrong) => script.diagnostics = wrong,
        }
    }
    Err(MachineError::Script(Box::new(script)))
}
