//! Evaluates dotted paths.

use crate::lang::ast::{Expr, ExprKind, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::is_word_of;
use crate::lang::value::{Measure, Value};
use crate::run::budget::work_of_value;
use crate::run::facts::{self, Family, PROGRAM_FACTS};
use crate::run::nouns::THING_NOUNS;
use crate::run::nouns::naming::{self, page_table_of, unknown_part};
use crate::run::nouns::value::noun_value;
use crate::run::programs::variable_of_program;
use crate::run::running::{is_process, process_called, unknown_process};
use crate::run::session::Cx;
use crate::run::settings::{
    kernel_setting, level_setting, machine_setting, memory_setting, table_setting,
};
use crate::run::state::{Binding, Slot};
use crate::run::stop::Stop;
use crate::run::unsure::Unsure;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::Machine;

use super::declared::{DECLARED, LAST, is_in_bytes, kind_of, measured, no_property, setting_paths};
use super::kernel::{KERNEL_PROPERTIES, KernelProperty, PROCESS_PROPERTIES};
use super::machine::MACHINE_PROPERTIES;
use super::part::{PART_PROPERTIES, part_of};
use crate::run::facts::Component;

/// Why a machine has no virtual addresses.
const NO_MMU: &str = "the machine has no MMU: the settings `virtual` and `page` declare one";

/// Returns the value of a dotted path.
///
/// # Errors
/// Returns `unknown-path`, `no-answer`, or `no-machine`.
pub(crate) fn path_value(cx: &mut Cx, words: &[Word]) -> Result<Value, Stop> {
    let value = unmeasured_path(cx, words)?;
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

fn unmeasured_path(cx: &mut Cx, words: &[Word]) -> Result<Value, Stop> {
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
        span: rest[0].span.to(rest[rest.len() - 1].span),
    };
    match &*head.text {
        LAST => last_fact(cx, &name),
        "machine" => machine_property(cx, head, &name),
        "page_table" => table_property(cx, head, None, &name),
        "frames" | "swap" | "ksm" if naming::component(cx, &head.text).is_none() => {
            kernel_property(cx, head, &name)
        }
        declared
            if DECLARED.contains(&declared)
                && naming::component(cx, declared).is_none()
                && cx.state.find(declared).is_none() =>
        {
            declared_property(cx, head, &name)
        }
        process if naming::component(cx, process).is_none() && is_process(cx, process) => {
            process_property(cx, head, rest, &name)
        }
        _ => part_property(cx, head, &name),
    }
}

/// Returns a property of a process: `P1.rss`, `P1.faults.minor`, `P1.page_table.bytes`.
fn process_property(cx: &mut Cx, of: &Word, rest: &[Word], name: &Word) -> Result<Value, Stop> {
    let process = process_called(cx, of)?;
    if let [table, property] = rest
        && &*table.text == "page_table"
    {
        return table_property(cx, table, Some(process.pid), property);
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
            let span = of.span.to(noun.span);
            let noun = Expr {
                kind: ExprKind::Field(Box::new(process), noun.clone()),
                span,
            };
            if let Some(value) = noun_value(cx, &noun)? {
                return Ok(value);
            }
        }
        let mut texts = cx.state.program_texts();
        // The text of a program can contain the name of a fact in a string.
        let is_fact = |name: &Word| PROGRAM_FACTS.iter().any(|row| row.name == &*name.text);
        if let [variable] = rest
            && !is_fact(variable)
            && texts.any(|text| is_word_of(text, &variable.text))
        {
            let message = format!(
                "`{0}` is a variable of the program, not a property",
                variable.text
            );
            let path = of.span.to(variable.span);
            let wrong = Diagnostic::new(Code::UnknownPath, path, message);
            return Err(wrong.fix(Fix::replace(path, &*variable.text)).into());
        }
        drop(texts);
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
    cx.needs_run()?;
    let kernel = cx.kernel(of.span)?;
    let value = kernel
        .process(process.pid)
        .and_then(|process| (row.get)(kernel, process));
    cx.work(value.as_ref().map_or(0, work_of_value), of.span)?;
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
fn declared_property(cx: &mut Cx, of: &Word, name: &Word) -> Result<Value, Stop> {
    if kernel_properties(&of.text).any(|row| row.name == &*name.text) {
        return kernel_property(cx, of, name);
    }
    let checking = cx.checking();
    let (value, spec) = if &*of.text == "kernel" {
        let kernel = cx.kernel(of.span)?;
        (
            kernel_setting(kernel, &name.text),
            kernel.machine().spec().clone(),
        )
    } else {
        let spec = cx.machine(of.span)?.spec().clone();
        (memory_setting(&spec, &name.text), spec)
    };
    match value {
        Some(_) if checking => Err(Stop::Unknowable),
        Some(value) => Ok(measured(&of.text, &name.text, value, Some(&spec))),
        None => {
            let properties = kernel_properties(&of.text).map(|row| row.name);
            let names = setting_paths(&of.text).map(|setting| setting.name);
            let names = names.chain(properties);
            Err(no_property(&of.text, name, names).into())
        }
    }
}

fn kernel_properties(of: &str) -> impl Iterator<Item = &'static KernelProperty> {
    KERNEL_PROPERTIES.iter().filter(move |row| row.of == of)
}

fn kernel_property(cx: &mut Cx, of: &Word, name: &Word) -> Result<Value, Stop> {
    let rows = || kernel_properties(&of.text);
    let Some(row) = rows().find(|row| row.name == &*name.text) else {
        return Err(no_property(&of.text, name, rows().map(|row| row.name)).into());
    };
    let checking = cx.checking();
    let kernel = cx.kernel(of.span)?;
    if checking {
        Err(Stop::Unknowable)
    } else {
        Ok(Value::from((row.get)(kernel)))
    }
}

/// Returns a property of a process's page table, or of the machine's page table if no kernel was started.
fn table_property(cx: &mut Cx, of: &Word, pid: Option<Pid>, name: &Word) -> Result<Value, Stop> {
    let pid = match pid {
        Some(pid) => Some(pid),
        None => page_table_of(cx, of.span)?,
    };
    let Some(pid) = pid else {
        return machine_property(cx, of, name);
    };
    cx.work_of_listing(of.span)?;
    let machine = cx.kernel(of.span)?.machine_of(pid);
    let value = property_of(&machine, of, name)?;
    cx.needs_run()?;
    Ok(value)
}

fn last_fact(cx: &mut Cx, name: &Word) -> Result<Value, Stop> {
    let no_fact = |near: Option<String>| {
        let message = format!("there is no fact `{}`", name.text);
        let diagnostic = Diagnostic::new(Code::UnknownFact, name.span, message);
        near.map_or(diagnostic.clone(), |near| {
            diagnostic.did_you_mean(&name.text, &near)
        })
    };
    // A name that no statement has as a fact is a mistake before the run.
    // The access may have been on an earlier machine, with other parts.
    let part = name.text.split('.').next().unwrap_or_default();
    let is_part = |unsure: &Unsure| unsure.machines.may_have(part);
    if cx.checking()
        && !cx.unsure.as_ref().is_none_or(is_part)
        && let Some(spec) = cx.spec()
    {
        let named = |family| facts::key(&name.text, family, Some(spec));
        if Family::WITH_FACTS
            .iter()
            .all(|family| named(*family).is_err())
        {
            return Err(no_fact(named(Family::Access).err().flatten()).into());
        }
    }
    cx.needs_run()?;
    let Some(last) = cx.state.last.clone() else {
        return Err(Diagnostic::new(
            Code::NoAnswer,
            name.span,
            "no statement with facts has run yet",
        )
        .help("`last` is the latest access, system call, `probe`, `reference`, or `replay`")
        .into());
    };
    let (family, spec) = Family::of(&last);
    let key = facts::key(&name.text, family, spec).map_err(no_fact)?;
    let shown = key.value_in(&last).ok_or_else(|| {
        Diagnostic::new(
            Code::NoAnswer,
            name.span,
            format!("the latest statement has no value for `{}`", name.text),
        )
        .label("its value is `-`")
        .help(format!(
            "for the reason, write the fact after the statement: `=> {} ?`",
            name.text
        ))
    })?;
    Ok(shown.value)
}

fn machine_property(cx: &mut Cx, of: &Word, name: &Word) -> Result<Value, Stop> {
    property_of(cx.machine(of.span)?, of, name)
}

fn part_property(cx: &mut Cx, of: &Word, name: &Word) -> Result<Value, Stop> {
    if cx.state.find(&of.text).is_some()
        && !matches!(&*of.text, "tlb" | "cache")
        && naming::component(cx, &of.text).is_none()
    {
        return no_fields(cx, of, name);
    }
    // Only a process has the property, so a missing machine is not the mistake.
    let of_process = PROCESS_PROPERTIES.iter().any(|row| row.name == &*name.text)
        && PART_PROPERTIES.iter().all(|row| row.name != &*name.text)
        && !matches!(&*of.text, "tlb" | "cache");
    if !of_process || !matches!(cx.state.machine, Slot::Empty) {
        cx.machine(of.span)?;
    }
    let Some(component) = naming::component(cx, &of.text) else {
        // A member of a struct in a program that has paused: `s.x`.
        let whole = of.span.to(name.span);
        if let Some(value) = variable_of_program(cx, &of.text, whole)? {
            return Ok(value);
        }
        // The page table may belong to a process that is not yet known.
        let perhaps = cx.unknown_processes().may_have(&of.text);
        return Err(match (perhaps, of_process) {
            (true, _) => Stop::Unknowable,
            (false, true) => unknown_process(cx, of).into(),
            (false, false) => unknown_part(cx, of).into(),
        });
    };
    let kind = kind_of(component);
    let Some(row) = PART_PROPERTIES.iter().find(|row| row.name == &*name.text) else {
        let spec = cx.machine(of.span)?.spec().clone();
        if let Some(value) = level_setting(&spec, component, &name.text) {
            return Ok(measured(kind, &name.text, value, Some(&spec)));
        }
        let part = part_of(cx.machine(of.span)?, component);
        let rows = PART_PROPERTIES
            .iter()
            .filter(|row| (row.get)(&part).is_some())
            .map(|row| row.name);
        let names: Vec<&str> = rows.collect();
        let settings = setting_paths(kind).map(|setting| setting.name);
        let settings = settings.filter(|setting| !names.contains(setting));
        return Err(no_property(&of.text, name, names.iter().copied().chain(settings)).into());
    };
    cx.needs_run()?;
    let machine = cx.machine(of.span)?;
    let value = (row.get)(&part_of(machine, component));
    value.ok_or_else(|| no_property(&of.text, name, std::iter::empty()).into())
}

fn no_fields(cx: &mut Cx, of: &Word, name: &Word) -> Result<Value, Stop> {
    if let Some(Binding::Unknowable) = cx.state.find(&of.text) {
        return Err(Stop::Unknowable);
    }
    let wrong = no_property(&of.text, name, std::iter::empty());
    let fact = match &*name.text {
        counter @ ("hits" | "misses" | "hit_rate" | "miss_rate") => format!("cache.{counter}"),
        other => other.to_owned(),
    };
    let verb = match &*fact {
        "output" | "exit" => "run",
        part if part.contains('.') => "replay",
        _ => return Err(wrong.into()),
    };
    Err(match cx.state.find(&of.text) {
        // The facts are those of the statement that runs the program.
        Some(Binding::Program(_)) => {
            let run = format!("{verb} {}", of.text);
            wrong.help(format!(
                "`{run}` has this fact: `last.{fact}` after it, or `ask {run} => {fact}`"
            ))
        }
        _ => wrong,
    }
    .into())
}

/// Returns a property of a machine.
fn property_of(machine: &Machine, of: &Word, name: &Word) -> Result<Value, Stop> {
    let rows = || MACHINE_PROPERTIES.iter().filter(|row| row.of == &*of.text);
    let Some(row) = rows().find(|row| row.name == &*name.text) else {
        let spec = machine.spec();
        let value_of = |name: &str| match &*of.text {
            "machine" => machine_setting(spec, name),
            _ => table_setting(spec, name),
        };
        if let Some(value) = value_of(&name.text) {
            return Ok(measured(&of.text, &name.text, value, Some(spec)));
        }
        let settings = || setting_paths(&of.text).map(|setting| setting.name);
        if spec.mmu.is_none() && settings().any(|setting| setting == &*name.text) {
            let message = format!("`{}` has no `{}`", of.text, name.text);
            let wrong = Diagnostic::new(Code::UnknownPath, name.span, message);
            return Err(wrong.help(NO_MMU).into());
        }
        let settings = settings().filter(|name| value_of(name).is_some());
        let wrong = no_property(&of.text, name, rows().map(|row| row.name).chain(settings));
        let part = name
            .text
            .split_once('.')
            .map_or(&*name.text, |(part, _)| part);
        let wrong = match Component::named(spec, part) {
            Some(_) => wrong.help(format!(
                "a path of a part begins with the part: `{part}.sets`, `{part}.ways`"
            )),
            None => wrong,
        };
        return Err(wrong.into());
    };
    let n = (row.get)(machine);
    u64::try_from(n).map(Value::from).map_err(|_| {
        let message = format!("{} is {n}, which exceeds the largest number", row.help);
        Diagnostic::new(Code::Overflow, name.span, message)
            .help("the largest number is 2^64 - 1")
            .into()
    })
}
