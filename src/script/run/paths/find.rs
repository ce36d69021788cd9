//! Evaluates dotted paths.

use crate::lang::ast::{Expr, ExprKind, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::{Measure, Value};
use crate::run::budget::work_of_value;
use crate::run::facts::{self, Component, Family};
use crate::run::nouns::THING_NOUNS;
use crate::run::record::Did;
use crate::run::session::Session;
use crate::run::settings::{
    kernel_setting, level_setting, list, machine_setting, memory_setting, table_setting,
};
use crate::run::state::{Binding, Slot};
use crate::run::stop::Stop;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::Machine;

use super::declared::{DECLARED, is_in_bytes, kind_of, measured, no_property, setting_paths};
use super::kernel::{KERNEL_PROPERTIES, PROCESS_PROPERTIES};
use super::machine::MACHINE_PROPERTIES;
use super::part::{PART_PROPERTIES, part_of};

/// The path to the facts of the latest statement that has facts.
pub const LAST: &str = "last";

impl Session<'_> {
    /// Returns the value of a dotted path.
    ///
    /// # Errors
    /// Returns `unknown-path`, `no-answer`, or `no-machine`.
    pub(crate) fn path_value(&mut self, words: &[Word]) -> Result<Value, Stop> {
        let value = self.unmeasured_path(words)?;
        let (Value::Number(number), Some(name)) = (&value, words.last()) else {
            return Ok(value);
        };
        let measure = match &*name.text {
            name if is_in_bytes(name) => Some(Measure::Bytes),
            name if name.ends_with("_bits") => Some(Measure::Bits),
            _ => return Ok(value),
        };
        Ok(Value::Number(number.in_measure(measure)))
    }

    fn unmeasured_path(&mut self, words: &[Word]) -> Result<Value, Stop> {
        let [head, rest @ ..] = words else {
            return Err(Stop::Unknowable);
        };
        let name = Word {
            text: rest
                .iter()
                .map(|word| &*word.text)
                .collect::<Vec<_>>()
                .join(".")
                .into(),
            span: rest[0].span,
        };
        match &*head.text {
            LAST => self.last_fact(&name),
            "machine" => self.machine_property(head, &name),
            "page_table" => self.table_property(head, None, &name),
            "frames" | "swap" | "ksm" if self.component(&head.text).is_none() => {
                self.kernel_property(head, &name)
            }
            declared
                if DECLARED.contains(&declared)
                    && self.component(declared).is_none()
                    && self.state.find(declared).is_none() =>
            {
                self.declared_property(head, &name)
            }
            process if self.component(process).is_none() && self.is_process(process) => {
                self.process_property(head, rest, &name)
            }
            _ => self.part_property(head, &name),
        }
    }

    /// Returns a property of a process: `P1.rss`, `P1.faults.minor`, `P1.page_table.bytes`.
    fn process_property(&mut self, of: &Word, rest: &[Word], name: &Word) -> Result<Value, Stop> {
        let process = self.process_called(of)?;
        if let [table, property] = rest
            && &*table.text == "page_table"
        {
            return self.table_property(table, Some(process.pid), property);
        }
        let Some(row) = PROCESS_PROPERTIES
            .iter()
            .find(|row| row.name == &*name.text)
        else {
            if let [noun] = rest {
                let process = Expr {
                    kind: ExprKind::Name(of.text.clone()),
                    span: of.span,
                };
                let span = Span {
                    end: noun.span.end,
                    ..of.span
                };
                let noun = Expr {
                    kind: ExprKind::Field(Box::new(process), noun.clone()),
                    span,
                };
                if let Some(value) = self.noun_value(&noun)? {
                    return Ok(value);
                }
            }
            let names = PROCESS_PROPERTIES.iter().map(|row| row.name);
            let nouns = THING_NOUNS
                .iter()
                .filter(|noun| noun.of_process)
                .map(|noun| noun.name);
            let names = names
                .chain(["page_table.bytes", "page_table.tables", "page_table"])
                .chain(nouns);
            return Err(no_property(&of.text, name, names).into());
        };
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        let kernel = self.kernel(of.span)?;
        let value = kernel
            .process(process.pid)
            .and_then(|process| (row.get)(kernel, process));
        self.work(value.as_ref().map_or(0, work_of_value), of.span)?;
        value.ok_or_else(|| {
            Diagnostic::new(
                Code::NoAnswer,
                name.span,
                format!("`{}` has no `{}` yet", of.text, name.text),
            )
            .into()
        })
    }

    /// Returns a setting of the kernel or of main memory: `kernel.swap`, `memory.latency`.
    fn declared_property(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        let checking = self.checking();
        let (value, spec) = if &*of.text == "kernel" {
            let kernel = self.kernel(of.span)?;
            (
                kernel_setting(kernel, &name.text),
                kernel.machine().spec().clone(),
            )
        } else {
            let spec = self.machine(of.span)?.spec().clone();
            (memory_setting(&spec, &name.text), spec)
        };
        match value {
            Some(_) if checking => Err(Stop::Unknowable),
            Some(value) => Ok(measured(&of.text, &name.text, value, Some(&spec))),
            None => {
                let names = setting_paths(&of.text).map(|setting| setting.name);
                Err(no_property(&of.text, name, names).into())
            }
        }
    }

    fn kernel_property(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        let rows = || KERNEL_PROPERTIES.iter().filter(|row| row.of == &*of.text);
        let Some(row) = rows().find(|row| row.name == &*name.text) else {
            return Err(no_property(&of.text, name, rows().map(|row| row.name)).into());
        };
        let checking = self.checking();
        let kernel = self.kernel(of.span)?;
        if checking {
            Err(Stop::Unknowable)
        } else {
            Ok(Value::from((row.get)(kernel)))
        }
    }

    /// Returns a property of a process's page table, or of the machine's page table if no kernel was started.
    fn table_property(&mut self, of: &Word, pid: Option<Pid>, name: &Word) -> Result<Value, Stop> {
        let pid = match pid {
            Some(pid) => Some(pid),
            None => self.page_table_of(of.span)?,
        };
        let Some(pid) = pid else {
            return self.machine_property(of, name);
        };
        self.work_of_listing(of.span)?;
        let machine = self.kernel(of.span)?.machine_of(pid);
        let value = property_of(&machine, of, name)?;
        if self.checking() {
            Err(Stop::Unknowable)
        } else {
            Ok(value)
        }
    }

    /// Returns the process whose page table is used by default, or `None` without a kernel or before the
    /// first process.
    ///
    /// # Errors
    /// Returns `which-process`.
    pub(crate) fn page_table_of(&mut self, place: Span) -> Result<Option<Pid>, Stop> {
        match &self.state.machine {
            Slot::Kernel(kernel) if kernel.processes().next().is_some() => {
                self.looked_at(place).map(Some)
            }
            Slot::Unknowable => Err(Stop::Unknowable),
            _ => Ok(None),
        }
    }

    fn last_fact(&mut self, name: &Word) -> Result<Value, Stop> {
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        let Some(last) = self.state.last.clone() else {
            return Err(Diagnostic::new(
                Code::NoAnswer,
                name.span,
                "no statement with facts has run yet",
            )
            .help("`last` is the latest access, system call, `probe`, `reference`, or `replay`")
            .into());
        };
        let (family, spec) = match (&*last, last.call()) {
            (Did::Access(access), _) => (Family::Access, Some(&*access.spec)),
            (_, Some(call)) => (Family::Call, Some(&*call.spec)),
            (Did::Replay(run), _) => (Family::Replay, Some(&**run.spec())),
            _ => (Family::Reference, None),
        };
        let key = facts::key(&name.text, family, spec).map_err(|near| {
            let diagnostic = Diagnostic::new(
                Code::UnknownFact,
                name.span,
                format!("there is no fact `{}`", name.text),
            );
            near.map_or(diagnostic.clone(), |near| {
                diagnostic.did_you_mean(&name.text, &near)
            })
        })?;
        let shown = key.value_in(&last).ok_or_else(|| {
            Diagnostic::new(
                Code::NoAnswer,
                name.span,
                format!("the latest statement has no value for `{}`", name.text),
            )
            .label("the statement ended before this value was known")
        })?;
        Ok(shown.value)
    }

    fn machine_property(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        property_of(self.machine(of.span)?, of, name)
    }

    fn part_property(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        if self.state.find(&of.text).is_some()
            && !matches!(&*of.text, "tlb" | "cache")
            && self.component(&of.text).is_none()
        {
            return self.no_fields(of, name);
        }
        self.machine(of.span)?;
        let Some(component) = self.component(&of.text) else {
            // The page table may belong to a process that is not yet known.
            let perhaps = self.unsure().others;
            return Err(if perhaps {
                Stop::Unknowable
            } else {
                self.unknown_part(of).into()
            });
        };
        let kind = kind_of(component);
        let Some(row) = PART_PROPERTIES.iter().find(|row| row.name == &*name.text) else {
            let spec = self.machine(of.span)?.spec().clone();
            if let Some(value) = level_setting(&spec, component, &name.text) {
                return Ok(measured(kind, &name.text, value, Some(&spec)));
            }
            let part = part_of(self.machine(of.span)?, component);
            let rows = PART_PROPERTIES
                .iter()
                .filter(|row| (row.get)(&part).is_some())
                .map(|row| row.name);
            let names: Vec<&str> = rows.collect();
            let settings = setting_paths(kind).map(|setting| setting.name);
            let settings = settings.filter(|setting| !names.contains(setting));
            return Err(no_property(&of.text, name, names.iter().copied().chain(settings)).into());
        };
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        let machine = self.machine(of.span)?;
        let value = (row.get)(&part_of(machine, component));
        value.ok_or_else(|| no_property(&of.text, name, std::iter::empty()).into())
    }

    fn no_fields(&mut self, of: &Word, name: &Word) -> Result<Value, Stop> {
        if let Some(Binding::Unknowable) = self.state.find(&of.text) {
            return Err(Stop::Unknowable);
        }
        Err(no_property(&of.text, name, std::iter::empty()).into())
    }

    /// Returns the TLB or cache with this name. The names `tlb` and `cache` refer to the only TLB or cache.
    pub(crate) fn component(&self, name: &str) -> Option<Component> {
        Component::named(self.spec()?, name)
    }

    /// Reports that the machine has no TLB or cache with this name.
    pub(crate) fn unknown_part(&self, of: &Word) -> Diagnostic {
        let Some(spec) = self.spec() else {
            return Diagnostic::new(
                Code::UnknownPath,
                of.span,
                format!("`{}` is not known", of.text),
            );
        };
        let names: Vec<&str> = Component::all(spec)
            .map(|component| component.name(spec))
            .collect();
        let diagnostic = Diagnostic::new(
            Code::UnknownNoun,
            of.span,
            format!("this machine has no `{}`", of.text),
        )
        .label("not a part of this machine");
        if matches!(&*of.text, "tlb" | "cache") && !names.is_empty() {
            let of_kind = |component: &Component| {
                matches!(component, Component::Tlb(_)) == (&*of.text == "tlb")
            };
            let kind: Vec<&str> = Component::all(spec)
                .filter(of_kind)
                .map(|component| component.name(spec))
                .collect();
            if !kind.is_empty() {
                return diagnostic
                    .label("there are several")
                    .help(format!("name it: {}", list(kind.into_iter())));
            }
        }
        let processes = match &self.state.machine {
            Slot::Kernel(kernel) => kernel
                .processes()
                .map(|process| process.name.to_string())
                .collect(),
            _ => Vec::new(),
        };
        let others = [LAST, "machine", "page_table", "frames", "swap", "ksm"].into_iter();
        let others = others.chain(processes.iter().map(String::as_str));
        match self.nearest(&of.text, names.iter().copied().chain(others)) {
            Some(near) => diagnostic.did_you_mean(&of.text, near),
            None if names.is_empty() => {
                diagnostic.help("the machine has neither a TLB nor a cache")
            }
            None => diagnostic.help(format!("the machine has {}", list(names.into_iter()))),
        }
    }
}

/// Returns a property of a machine.
fn property_of(machine: &Machine, of: &Word, name: &Word) -> Result<Value, Stop> {
    let rows = || MACHINE_PROPERTIES.iter().filter(|row| row.of == &*of.text);
    let Some(row) = rows().find(|row| row.name == &*name.text) else {
        let spec = machine.spec();
        let setting = match &*of.text {
            "machine" => machine_setting(spec, &name.text),
            _ => table_setting(spec, &name.text),
        };
        if let Some(value) = setting {
            return Ok(measured(&of.text, &name.text, value, Some(spec)));
        }
        let settings = setting_paths(&of.text).map(|setting| setting.name);
        return Err(no_property(&of.text, name, rows().map(|row| row.name).chain(settings)).into());
    };
    let n = (row.get)(machine);
    u64::try_from(n).map(Value::from).map_err(|_| {
        let message = format!("{} is {n}, which exceeds the largest number", row.help);
        Diagnostic::new(Code::Overflow, name.span, message)
            .help("the largest number is 2^64 - 1")
            .into()
    })
}
