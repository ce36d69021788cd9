//! Processes and the kernel's actions as JSON.

use serde_json::{Map, Value, json};

use crate::lang::value::Value as Text;
use crate::report::narrate::declaration;
use crate::run::record::{
    ActionRecord, AreaRecord, Booted, CallRecord, Declaration, Declared, FaultRecord, KernelAction,
    Legend,
};
use crate::run::steps::{Evicted, Handling, HandlingEnd, PageIn};
use pagewalk_engine::kernel::abi::Arg;
use pagewalk_engine::kernel::config::{KernelConfig, ReplacementScope, SignalPolicy};
use pagewalk_engine::kernel::event::{BackingStore, FaultClass};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::policy::POLICIES;
use pagewalk_engine::machine::spec::Spec;

/// Maximum number of faults listed per statement. The facts contain the number of faults.
const FAULTS: usize = 256;

/// Returns an area as an object with the columns of `/proc/PID/maps`.
pub(crate) fn area(record: &AreaRecord) -> Value {
    let area = &record.area;
    json!({
        "name": record.name,
        "start": area.start,
        "end": area.end,
        "perms": area.perms(),
        "offset": area.offset_of(area.start),
        "backing": record.backing,
    })
}

pub(crate) fn faults(spec: &Spec, legend: &Legend, faults: &[FaultRecord]) -> Value {
    faults
        .iter()
        .take(FAULTS)
        .map(|fault| self::fault(spec, legend, fault))
        .collect()
}

fn fault(spec: &Spec, legend: &Legend, fault: &FaultRecord) -> Value {
    let handling = Handling::of(fault);
    let signal = fault.class().and_then(FaultClass::signal);
    let wanted = fault.wanted();
    json!({
        "class": fault.class().map(FaultClass::name),
        "address": wanted.map(|(va, _)| va.raw()),
        "page": wanted.map(|(va, _)| va.raw().checked_shr(spec.page_bits()).unwrap_or(0)),
        "access": wanted.map(|(_, kind)| match kind {
            AccessKind::Read => "read",
            AccessKind::Write => "write",
            AccessKind::Execute => "execute",
        }),
        "area": fault.area.as_ref().map(area),
        "major": match handling.end {
            HandlingEnd::Resolved { major, .. } => Some(major),
            _ => None,
        },
        "signal": signal.map(|(signal, _)| signal.name()),
        "code": signal.map(|(_, code)| code.name()),
        "frame": fault.frame().map(|frame| frame.0),
        "copied": matches!(handling.page, PageIn::Copied { .. }),
        "filled": handling.read().map(|from| store(legend, from)),
        "around": handling.around,
        "evicted": handling.evicted.iter().map(|evicted| self::evicted(legend, evicted)).collect::<Value>(),
    })
}

fn evicted(legend: &Legend, evicted: &Evicted) -> Value {
    let process = evicted
        .page
        .and_then(|page| legend.processes.get(&page.pid));
    json!({
        "frame": evicted.frame.0,
        "process": process.map(ToString::to_string),
        "page": evicted.page.map(|page| page.vpn.raw()),
        "to": evicted.to.map(|to| store(legend, to)),
    })
}

fn store(legend: &Legend, store: BackingStore) -> Value {
    let named = |file| legend.files.get(&file).map(ToString::to_string);
    match store {
        BackingStore::File { file, page } => json!({"file": named(file), "page": page}),
        BackingStore::PageCache { file, page } => json!({"cached": named(file), "page": page}),
        BackingStore::Object { page, .. } => json!({"object": page}),
        BackingStore::Swap { slot } => json!({"slot": slot.0}),
    }
}

fn string(bytes: &[u8]) -> Value {
    Text::string(bytes.to_vec()).to_json()
}

pub(crate) fn call(record: &CallRecord) -> Value {
    let args = record.args.iter().map(|arg| match &arg.value {
        Arg::Number(n) => integer(*n),
        Arg::Bytes(bytes) => string(bytes),
    });
    let effect = &record.effect;
    let areas = |areas: &[AreaRecord]| areas.iter().map(area).collect::<Value>();
    let fields = record.reply.fields.iter();
    let fields: Map<String, Value> = fields
        .map(|(name, n)| ((*name).to_owned(), (*n).into()))
        .collect();
    let child = record.child.as_ref();
    with_optional(
        json!({
            "name": record.name,
            "process": &*record.process.name,
            "args": args.collect::<Value>(),
            "returns": record.reply.result.map_or(Value::from(record.failure()), Value::from),
            "error": record.reply.result.err().map_or("none", |error| error.name()),
            "faults": faults(&record.spec, &record.legend, &record.faults),
        }),
        [
            (
                "child",
                child.map(|child| json!({"name": &*child.name, "pid": child.pid.0})),
            ),
            (
                "areas",
                (effect.count != (0, 0))
                    .then(|| json!({"gone": areas(&effect.gone), "come": areas(&effect.come)})),
            ),
            (
                "brk",
                (effect.brk.0 != effect.brk.1).then(|| effect.brk.1.into()),
            ),
            (
                "output",
                (!effect.output.is_empty()).then(|| string(&effect.output)),
            ),
            ("fields", (!fields.is_empty()).then(|| fields.into())),
        ],
    )
}

/// Returns a script's number, as a string if it exceeds 64 bits.
fn integer(n: i128) -> Value {
    match (u64::try_from(n), i64::try_from(n)) {
        (Ok(n), _) => n.into(),
        (_, Ok(n)) => n.into(),
        _ => n.to_string().into(),
    }
}

/// Returns a kernel declaration.
pub(crate) fn declared(declared: &Declared) -> Value {
    let what = match &declared.what {
        Declaration::Kernel => json!({}),
        Declaration::File { name, size } => json!({"file": &**name, "size": size}),
        Declaration::Executable { name, executable } => {
            let sections = executable
                .sections
                .iter()
                .map(|section| json!({"name": &*section.name, "start": section.start, "size": section.size}));
            let libraries = executable.libraries.iter();
            json!({
                "executable": &**name,
                "entry": executable.entry,
                "sections": sections.collect::<Value>(),
                "libraries": libraries.map(|library| Value::from(&**library)).collect::<Value>(),
            })
        }
        Declaration::Program { name, lines } => json!({"program": &**name, "lines": lines}),
        Declaration::Process { process, areas } => json!({
            "process": &*process.name,
            "pid": process.pid.0,
            "areas": areas.iter().map(area).collect::<Value>(),
        }),
    };
    with_optional(what, [("kernel", declared.booted.as_ref().map(kernel))])
}

/// Adds the members that are present to an object.
pub(super) fn with_optional<const N: usize>(
    mut object: Value,
    members: [(&str, Option<Value>); N],
) -> Value {
    for (name, value) in members {
        if let Some(value) = value {
            object[name] = value;
        }
    }
    object
}

/// Returns a started kernel as an object with the names of its settings.
pub(crate) fn kernel(booted: &Booted) -> Value {
    let config: &KernelConfig = &booted.config;
    let policy = POLICIES.iter().find(|row| row.policy == config.replacement);
    let kernel = json!({
        "machine": booted.machine.as_deref().map(declaration),
        "frames": booted.frames,
        "replacement": policy.map(|row| row.name),
        "scope": if config.scope == ReplacementScope::Local { "local" } else { "global" },
        "swap": config.swap,
        "stack-top": config.stack_top,
        "stack-size": config.stack_size,
        "mmap-base": config.mmap_base,
        "brk-start": config.brk_start,
        "fault-around": config.fault_around,
        "page-cache": if config.warm { "warm" } else { "cold" },
        "zero-page": if config.zero_page { "on" } else { "off" },
        "signals": if config.signals == SignalPolicy::Kill { "kill" } else { "report" },
    });
    let pages = config.on_disk.then(|| "on-disk".into());
    with_optional(kernel, [("pages", pages)])
}

/// Returns an action that the kernel initiated.
pub(crate) fn action(action: &ActionRecord) -> Value {
    let name = match &action.what {
        KernelAction::KsmScan => "ksm scan",
        KernelAction::Reclaim { .. } => "reclaim",
        KernelAction::Sync => "sync",
        KernelAction::SwapOut { .. } => "swap out",
        KernelAction::Tick => "tick",
    };
    let evicted = action
        .steps
        .iter()
        .filter_map(Evicted::from_step)
        .take(FAULTS)
        .map(|evicted| self::evicted(&action.legend, &evicted));
    json!({"name": name, "count": action.count, "evicted": evicted.collect::<Value>()})
}
