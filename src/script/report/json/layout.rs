//! Address spaces as JSON.

use serde_json::{Value, json};

use super::process::area;
use crate::report::narrate::{flags, prot, verb};
use crate::run::record::{AccessMark, AreaLayout, LayoutView, MarkResult};
use pagewalk_engine::kernel::event::FaultClass;

/// Returns the address space of a process.
pub(crate) fn layout(view: &LayoutView) -> Value {
    let areas = view.areas.iter().map(|layout: &AreaLayout| {
        let mut area = area(&layout.area);
        area["resident"] = layout.resident.into();
        area["swapped"] = layout.swapped.into();
        area
    });
    let mut layout = json!({
        "process": &*view.process.name,
        "pid": view.process.pid.0,
        "areas": areas.collect::<Value>(),
        "user_end": view.user_end,
        "brk_start": view.brk.0,
        "brk": view.brk.1,
        "mmap_base": view.mmap_base,
        "stack_top": view.stack.0,
        "stack_size": view.stack.1,
        "pgd": view.pgd,
        "page_table_bytes": view.table_bytes,
        "pc": view.pc,
    });
    if let Some(accesses) = &view.accesses {
        layout["accesses"] = accesses.marks.iter().map(mark).collect();
        layout["earlier_accesses"] = accesses.earlier.into();
    }
    if view.chain {
        layout["chain"] = chain(view);
    }
    json!({"layout": layout})
}

/// Returns an access that a figure marks, with its facts `fault` and `signal`.
fn mark(mark: &AccessMark) -> Value {
    let fault = |result: MarkResult| result.fault.map_or("none", FaultClass::name);
    let signal = |result: MarkResult| {
        let signal = result.killed.and_then(FaultClass::signal);
        signal.map_or("none", |(signal, _)| signal.name())
    };
    json!({
        "number": mark.number,
        "access": verb(mark.verb),
        "address": mark.va,
        "size": mark.bytes,
        "fault": mark.result.map(fault),
        "signal": mark.result.map(signal),
        "result": mark.result.map(MarkResult::words),
    })
}

/// Returns the structures that lead to the areas. `mmap` and `vm_next` are starts of areas.
fn chain(view: &LayoutView) -> Value {
    let starts = view.areas.iter().map(|layout| layout.area.area.start);
    let next = starts.clone().skip(1).map(Some).chain([None]);
    let areas = view.areas.iter().zip(next).map(|(layout, next)| {
        let area = &layout.area.area;
        json!({
            "vm_end": area.end,
            "vm_start": area.start,
            "vm_prot": prot(area.prot),
            "vm_flags": flags(area),
            "vm_next": next,
        })
    });
    json!({
        "task": {"process": &*view.process.name, "pid": view.process.pid.0, "rsp": view.rsp},
        "mm": {"pgd": view.pgd, "mmap": starts.clone().next()},
        "areas": areas.collect::<Value>(),
    })
}
