//! Why the kernel did what it did about an access of a process, in one sentence.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep};
use pagewalk_engine::kernel::vma::Backing;

use super::reasons::words::{NO_PROCESS, noun};
use crate::run::record::{Access, FaultRecord, Shown};

/// What the first fault of an access was, or that there was none.
pub(crate) fn reason(access: &Access) -> String {
    fault_reason(access, access.faults().first())
}

/// What the last fault of an access was, which is the one that sends a signal.
pub(crate) fn signal(access: &Access) -> String {
    fault_reason(access, access.faults().last())
}

/// What a fault was.
fn fault_reason(access: &Access, fault: Option<&FaultRecord>) -> String {
    let Some(process) = &access.process else { return NO_PROCESS.to_owned() };
    let name = &process.process.name;
    let Some(fault) = fault else {
        return format!("the page is mapped in {name} and permits the access, so there was no fault");
    };
    let at = address(fault).unwrap_or(access.va.raw());
    let page = Shown::field(at >> access.spec.page_bits(), access.spec.vpn_bits());
    let area = fault.area.as_ref();
    let perms = area.map_or_else(String::new, |area| area.area.perms());
    let Some(class) = fault.class() else {
        return format!("memory ran out while the kernel handled the fault on page {page} of {name}");
    };
    match class {
        FaultClass::DemandZero => format!("page {page} of {name} is anonymous and was not touched before"),
        FaultClass::File => match area.map(|area| (&area.area.backing, &area.backing)) {
            Some((Backing::File { .. }, file)) => format!("page {page} of {name} is a page of {file}"),
            _ => format!("page {page} of {name} is a page of a file"),
        },
        FaultClass::Swap => format!("page {page} of {name} was in swap"),
        FaultClass::CopyOnWrite => {
            format!("page {page} of {name} was mapped read-only and shared, and this is a store")
        }
        FaultClass::Protection => {
            let what = noun(access.kind);
            format!("the area of page {page} is {perms}, and this is {what}")
        }
        FaultClass::Segmentation => format!("0x{at:X} lies in no area of {name}"),
        FaultClass::Bus => format!("0x{at:X} lies past the last page of the mapped file"),
    }
}

/// Which frame the handler mapped.
pub(crate) fn frame(access: &Access) -> String {
    let Some(fault) = access.faults().first() else { return reason(access) };
    let mapped = fault.steps.iter().rev().find_map(|step| match step {
        KernelStep::Mapped { frame, .. } => Some(*frame),
        _ => None,
    });
    match mapped {
        Some(Some(frame)) => format!("{}, and the handler mapped frame {frame}", reason(access)),
        Some(None) => format!("{}, and the handler mapped the zero page", reason(access)),
        None => format!("{}, and the handler mapped no other frame", reason(access)),
    }
}

fn address(fault: &FaultRecord) -> Option<u64> {
    fault.steps.iter().find_map(|step| match step {
        KernelStep::Fault { va, .. } => Some(va.raw()),
        _ => None,
    })
}

/// Why a page went, or none.
pub(crate) fn eviction(access: &Access) -> String {
    let Some(process) = &access.process else { return NO_PROCESS.to_owned() };
    let Some(fault) = process.faults.first() else { return reason(access) };
    let evicted = fault.steps.iter().find_map(|step| match step {
        KernelStep::Evicted { frame, page, to, .. } => Some((frame, page, to)),
        _ => None,
    });
    let Some((frame, page, to)) = evicted else { return "no page had to be evicted".to_owned() };
    let whose = page.and_then(|page| {
        let name = process.legend.processes.get(&page.pid)?;
        Some(format!("page {} of {name}", Shown::field(page.vpn.raw(), access.spec.vpn_bits())))
    });
    let whose = whose.unwrap_or_else(|| "the page".to_owned());
    match to {
        Some(BackingStore::Swap { slot }) => {
            format!("{whose} left frame {frame} and went to swap slot {slot}")
        }
        Some(_) => format!("{whose} left frame {frame} and was written to its file"),
        None => {
            format!("{whose} left frame {frame}; its bytes stand elsewhere already, so nothing was written")
        }
    }
}
