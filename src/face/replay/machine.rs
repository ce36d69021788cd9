//! The machine that a command names: a preset, a machine file, or the machine that stands at the end of a script.

use std::path::Path;
use std::rc::Rc;

use crate::face::reading::Reading;
use crate::face::terminal::{Color, diagnostic_style};
use crate::face::test::find::words;
use crate::kernel::config::Config;
use crate::lang::loader::{Disk, Loader};
use crate::lang::nearest::nearest;
use crate::lang::source::{Sources, decode};
use crate::lang::span::Span;
use crate::machine::presets::{PRESETS, Preset};
use crate::machine::spec::Spec;
use crate::report::diagnostics::render;
use crate::run::record::{Sink, StepRecord};
use crate::run::session::Options;
use crate::run::settings::{build_machine, fields_of_yaml};
use crate::run::state::{Slot, State};

/// A machine that a command names.
#[derive(Debug, Clone)]
pub struct Named {
    /// As the command names it.
    pub name: String,
    /// How it is built.
    pub spec: Rc<Spec>,
    /// The settings of the kernel that a script has started on it.
    pub kernel: Option<Config>,
}

/// How a machine is built: that of a preset's name, of a machine file (`.yaml`), or the one that stands at the end of a
/// script (`.pw`).
///
/// # Errors
/// What to say on standard error, with its line break.
pub fn spec(machine: &Path, color: Color) -> Result<Rc<Spec>, String> {
    named(machine, color).map(|named| named.spec)
}

/// The same, with the settings of the script's kernel.
///
/// # Errors
/// As of [`spec`].
pub fn named(machine: &Path, color: Color) -> Result<Named, String> {
    let name = machine.display().to_string();
    if let Some(preset) = Preset::named(&name) {
        return Ok(Named { name, spec: Rc::new((preset.build)()), kernel: None });
    }
    match machine.extension().and_then(|end| end.to_str()) {
        Some("yaml" | "yml") => Ok(Named { spec: of_file(machine, color)?, name, kernel: None }),
        Some("pw") => of_script(machine, name, color),
        _ => Err(unknown(machine, &name)),
    }
}

fn unknown(machine: &Path, name: &str) -> String {
    let presets = || PRESETS.iter().map(|preset| preset.name);
    let help = if machine.exists() {
        "a machine file ends in `.yaml`, a script in `.pw`; the machine stands before the traces".to_owned()
    } else if let Some(near) = nearest(name, presets()) {
        format!("did you mean `{near}`?")
    } else {
        let presets: Vec<String> = presets().map(|name| format!("`{name}`")).collect();
        format!(
            "the presets are {}; a machine file ends in `.yaml`, a script in `.pw`",
            presets.join(" and ")
        )
    };
    format!("pagewalk: there is no machine `{name}`\n  help: {help}\n")
}

fn of_file(path: &Path, color: Color) -> Result<Rc<Spec>, String> {
    let name = path.display().to_string();
    let refused = |why: String| format!("pagewalk: cannot read `{name}`: {why}\n");
    let bytes = Disk.load(path).map_err(|error| refused(words(&error)))?;
    let text = decode(&bytes).map_err(|at| refused(format!("it is not UTF-8 text (byte {at})")))?;
    let mut sources = Sources::default();
    let file = sources.add(&name, Some(path.to_owned()), text);
    let place = Span { file, ..Span::default() };
    let spec = fields_of_yaml(file, text).and_then(|fields| build_machine(None, &fields, place));
    spec.map(Rc::new).map_err(|wrong| render(&wrong, &sources, diagnostic_style(color)))
}

/// Takes nothing of what a script does.
struct Nowhere;

impl Sink for Nowhere {
    fn take(&mut self, _: &StepRecord) -> bool {
        true
    }
}

fn of_script(path: &Path, name: String, color: Color) -> Result<Named, String> {
    let mut reading = Reading::of(path);
    let style = diagnostic_style(color);
    if !reading.diagnostics.is_empty() {
        return Err(reading.complaint(style));
    }
    let options = Options::default();
    let (state, body) = (State::new(options.seed), &reading.script.body);
    let (ended, state) =
        crate::run::play_from(state, body, &reading.sources, &reading.files, options, &mut Nowhere, None);
    if !ended.diagnostics.is_empty() {
        reading.diagnostics = ended.diagnostics;
        return Err(reading.complaint(style));
    }
    match state.machine {
        Slot::Is(machine) => Ok(Named { name, spec: machine.spec().clone(), kernel: None }),
        Slot::Kernel(kernel) => {
            let (spec, config) = (kernel.machine().spec().clone(), kernel.config().clone());
            Ok(Named { name, spec, kernel: Some(config) })
        }
        Slot::Empty | Slot::Unknowable => Err(format!(
            "pagewalk: no machine stands at the end of `{name}`\n  help: declare one outside of scenarios, as \
             `machine core-i7`\n"
        )),
    }
}
