//! Implements `machine`, with a preset, a file, settings, or overrides of a preset or file.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, ExprKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::budget::WORK_OF_COPY;
use crate::run::session::{Action, Session};
use crate::run::settings::{Field, build_machine, list};
use crate::run::state::{Binding, Slot};
use crate::run::stop::Stop;
use crate::run::unsupported;
use pagewalk_engine::machine::presets::{PRESETS, Preset};
use pagewalk_engine::machine::spec::Spec;

use super::idle::{added, idle};
use super::operands::{missing, unexpected};

/// Prepares `machine { … }`, `machine PRESET`, and `machine "file.yaml"`. A preset or a file accepts `{
/// overrides }`.
pub(crate) fn machine(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    if let Some(value) = command.assigned.as_ref().and_then(|exprs| exprs.first()) {
        return Err(unexpected(command, value, &[]).into());
    }
    let base = match &*command.operands {
        [] if command.block.is_none() => {
            return Err(missing(command, "a preset, a file, or settings").into());
        }
        [] => None,
        [base] => Some(session.base(base)?),
        [_, more, ..] => return Err(unexpected(command, more, &[]).into()),
    };
    let fields = match &command.block {
        Some(block) if block.table.is_some() => {
            return Err(Diagnostic::new(
                Code::BadTable,
                block.span,
                "a table is not allowed in `machine`",
            )
            .help("set the contents after `machine`: `set tlb { … }`")
            .into());
        }
        Some(block) => session.fields(block)?,
        None => Vec::new(),
    };
    let spec = build_machine(base.as_ref(), &fields, command.verb.span)?;
    if session.checking() {
        session.report(
            base.as_ref()
                .map_or_else(Vec::new, |base| added(base, &fields)),
        );
        session.report(idle(&spec, &fields));
    }
    let (spec, place) = (Arc::new(spec), command.verb.span);
    if !matches!(session.state.machine, Slot::Empty) {
        session.work(2 * WORK_OF_COPY, place)?;
    }
    Ok(Action::declares(move |session| {
        Ok(session.declare_machine(spec))
    }))
}

impl Session<'_> {
    /// Returns the machine that the overrides change.
    fn base(&mut self, base: &Expr) -> Result<Spec, Stop> {
        match &base.kind {
            ExprKind::Name(name) => {
                let named = self.preset_in(name)?;
                let name = named.as_deref().unwrap_or(name);
                let preset = PRESETS.iter().find(|preset| preset.name == name);
                preset
                    .map(Preset::spec)
                    .ok_or_else(|| unknown_preset(name, base).into())
            }
            ExprKind::Value(Value::Text(path)) => {
                let fields = self.machine_file(path, base)?;
                Ok(build_machine(None, &fields, base.span)?)
            }
            _ => Err(Diagnostic::new(
                Code::WrongType,
                base.span,
                "a preset's name or a file in quotes is needed here",
            )
            .into()),
        }
    }

    /// Returns the preset that a variable contains, unless the word itself is a preset. A script can
    /// therefore draw a random preset.
    fn preset_in(&self, name: &str) -> Result<Option<Arc<str>>, Stop> {
        match self.state.find(name) {
            _ if PRESETS.iter().any(|preset| preset.name == name) => Ok(None),
            Some(Binding::Value(Value::Text(preset))) => Ok(Some(preset.as_ref().into())),
            Some(Binding::Unknowable) => Err(Stop::Unknowable),
            _ => Ok(None),
        }
    }

    /// Returns the fields of a machine file that was read before the script ran. Errors in the file have
    /// already been reported.
    fn machine_file(&self, path: &str, place: &Expr) -> Result<Arc<[Field]>, Stop> {
        match self.files.machine(place.span) {
            Some(fields) => Ok(fields),
            None if self.checking() => Err(Stop::Unknowable),
            None => Err(Diagnostic::new(
                Code::Unreadable,
                place.span,
                format!("`{path}` could not be read"),
            )
            .into()),
        }
    }
}

fn unknown_preset(name: &str, place: &Expr) -> Diagnostic {
    let names = || PRESETS.iter().map(|preset| preset.name);
    let diagnostic = Diagnostic::new(
        Code::UnknownWord,
        place.span,
        format!("there is no machine `{name}`"),
    )
    .label("not a preset");
    if let Some(said) = unsupported::explanation(name) {
        return diagnostic.help(said);
    }
    match nearest(name, names()) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None => diagnostic.help(format!(
            "the presets are {}; to use a machine file, write its name in quotes",
            list(names())
        )),
    }
}
