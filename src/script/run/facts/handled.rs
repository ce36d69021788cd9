//! Why the kernel did what it did about an access of a process, in one sentence.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep};
use pagewalk_engine::kernel::vma::Backing;
use pagewalk_engine::machine::event::AccessKind;

use crate::run::record::{Access, FaultRecord, Shown};

/// What the first fault of an access was, or that there was none; nothing on bare hardware.
pub fn reason(access: &Access) -> Option<String> {
    reason_of(access, access.faults().first())
}

/// What the last fault of an access was, which is the one that sends a signal.
pub(crate) fn signal(access: &Access) -> Option<String> {
    reason_of(access, access.faults().last())
}

fn reason_of(access: &Access, fault: Option<&FaultRecord>) -> Option<String> {
    let name = &access.process.as_ref()?.process.name;
    let Some(fault) = fault else {
        return Some(format!("the page is mapped in {name} and may be accessed so: there was no fault"));
    };
    let at = address(fault).unwrap_or(access.va.raw());
    let page = Shown::field(at >> access.spec.page_bits(), access.spec.vpn_bits());
    let area = fault.area.as_ref();
    let perms = area.map_or_else(String::new, |area| area.area.perms());
    Some(match fault.class()? {
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
            let what = match access.kind {
                AccessKind::Read => "a load",
                AccessKind::Write => "a store",
                AccessKind::Execute => "an instruction fetch",
            };
            format!("the area of page {page} is {perms}, and this is {what}")
        }
        FaultClass::Segmentation => format!("0x{at:X} lies in no area of {name}"),
        FaultClass::Bus => format!("0x{at:X} lies past the last page of the mapped file"),
    })
}

fn address(fault: &FaultRecord) -> Option<u64> {
    fault.steps.iter().find_map(|step| match step {
        KernelStep::Fault { va, .. } => Some(va.raw()),
        _ => None,
    })
}

/// Why a page went, or none.
pub(crate) fn eviction(access: &Access) -> Option<String> {
    let process = access.process.as_ref()?;
    let Some(fault) = process.faults.first() else { return reason(access) };
    let evicted = fault.steps.iter().find_map(|step| match step {
        KernelStep::Evicted { frame, page, to, .. } => Some((frame, page, to)),
        _ => None,
    });
    let Some((frame, page, to)) = evicted else { return Some("no page had to make room".to_owned()) };
    let whose = page.and_then(|page| {
        let name = process.legend.processes.get(&page.pid)?;
        Some(format!("page {} of {name}", Shown::field(page.vpn.raw(), access.spec.vpn_bits())))
    });
    let whose = whose.unwrap_or_else(|| "the page".to_owned());
    Some(match to {
        Some(BackingStore::Swap { slot }) => {
            format!("{whose} left frame {frame} and went to swap slot {slot}")
        }
        Some(_) => format!("{whose} left frame {frame} and was written to its file"),
        None => {
            format!("{whose} left frame {frame}; its bytes stand elsewhere already, so nothing was written")
        }
    })
}
