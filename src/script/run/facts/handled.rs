//! Explains the kernel's actions on an access by a process, in one sentence each.

use pagewalk_engine::kernel::event::{BackingStore, FaultClass, KernelStep};
use pagewalk_engine::kernel::vma::Backing;
use pagewalk_engine::machine::event::Fault;

use super::reasons::words::{NO_PROCESS, noun};
use crate::run::record::{Access, FaultRecord, Shown};

/// Describes the first fault of an access, or states that the access did not fault.
pub(crate) fn reason(access: &Access) -> String {
    fault_reason(access, access.faults().first())
}

/// Explains why the kernel sent a signal, or why it sent none.
pub(crate) fn signal(access: &Access) -> String {
    match access.faults().last() {
        Some(fault) if !fault.fatal() => "the kernel resolved every fault of the access".to_owned(),
        last => fault_reason(access, last),
    }
}

fn fault_reason(access: &Access, fault: Option<&FaultRecord>) -> String {
    let Some(process) = &access.process else {
        return NO_PROCESS.to_owned();
    };
    let name = &process.process.name;
    let Some(fault) = fault else {
        return format!(
            "the page is mapped in {name} and permits the access, so there was no fault"
        );
    };
    let at = address(fault).unwrap_or(access.va.raw());
    let page = Shown::field(at >> access.spec.page_bits(), access.spec.vpn_bits());
    let area = fault.area.as_ref();
    let perms = area.map_or_else(String::new, |area| area.area.perms());
    let Some(class) = fault.class() else {
        return format!(
            "memory ran out while the kernel handled the fault on page {page} of {name}"
        );
    };
    let backing = area.map(|area| &area.area.backing);
    let file = area.map_or("a file", |area| area.backing.as_str());
    match class {
        FaultClass::DemandZero if matches!(backing, Some(Backing::Object { .. })) => {
            format!(
                "page {page} of {name} is shared anonymous memory but has no valid PTE in {name} yet"
            )
        }
        FaultClass::DemandZero => {
            format!("page {page} of {name} is anonymous and was not touched before")
        }
        FaultClass::File if matches!(fault.fault(), Some(Fault::Protection { .. })) => {
            format!(
                "page {page} of {name} is a shared page of {file}, and this access is the first store to the page"
            )
        }
        FaultClass::File => {
            format!("page {page} of {name} is backed by {file} but has no valid PTE yet")
        }
        FaultClass::Swap => format!("page {page} of {name} was in swap"),
        FaultClass::CopyOnWrite => {
            format!(
                "the PTE of page {page} of {name} is read-only although the area is writable, and the access is a store"
            )
        }
        FaultClass::Protection => {
            let what = noun(access.kind);
            format!("the area of page {page} has permissions {perms}, and the access is {what}")
        }
        FaultClass::Segmentation => format!("no area of {name} contains 0x{at:X}"),
        FaultClass::Bus => format!("0x{at:X} is past the last page of the mapped file"),
    }
}

/// Explains which frame the handler mapped, or why it mapped none.
pub(crate) fn frame(access: &Access) -> String {
    let Some(fault) = access.faults().first() else {
        return reason(access);
    };
    let mapped = fault.steps.iter().rev().find_map(|step| match step {
        KernelStep::Mapped { frame, .. } => Some(*frame),
        _ => None,
    });
    match mapped {
        _ if fault.fatal() => "the fault was fatal, so no frame was mapped".to_owned(),
        Some(Some(frame)) => format!("{}, and the handler mapped frame {frame}", reason(access)),
        Some(None) => format!(
            "{}, and the handler mapped the shared zero page",
            reason(access)
        ),
        None => copied(access),
    }
}

/// Explains which page the handler copied, or why it copied none.
pub(crate) fn copied(access: &Access) -> String {
    let Some(fault) = access.faults().first() else {
        return reason(access);
    };
    copy_reason(fault.steps.iter()).unwrap_or_else(|| {
        format!(
            "the class of the fault is {}, and the handler copied no page",
            fault_class(fault)
        )
    })
}

/// Describes the copied page or the reused frame, or returns `None` if the handler did neither.
pub(super) fn copy_reason<'a>(mut steps: impl Iterator<Item = &'a KernelStep>) -> Option<String> {
    steps.find_map(|step| match step {
        KernelStep::Copied { from: Some(from), to } => {
            Some(format!("the handler copied frame {from} to frame {to}"))
        }
        KernelStep::Copied { from: None, to } => {
            Some(format!("the page had no private frame, so the handler put its contents into frame {to}"))
        }
        KernelStep::Reused { frame } => Some(format!(
            "no other process shares frame {frame} anymore, so the handler made the PTE writable without copying"
        )),
        _ => None,
    })
}

/// Explains how the kernel resolved the faults: with or without disk I/O.
pub(crate) fn resolved(access: &Access) -> String {
    if access.faults().is_empty() {
        return reason(access);
    }
    fault_costs(
        access.faults(),
        access.spec.page_bits(),
        access.spec.vpn_bits(),
    )
}

/// Explains how the kernel resolved each of these faults.
pub(super) fn fault_costs(faults: &[FaultRecord], page_bits: u32, vpn_bits: u32) -> String {
    let costs = faults.iter().map(|fault| {
        let page = Shown::field(address(fault).unwrap_or(0) >> page_bits, vpn_bits);
        let class = fault_class(fault);
        let how = match (fault.minor(), fault.major()) {
            (_, true) => "was resolved with disk I/O",
            (true, _) => "was resolved without disk I/O",
            _ => "was not resolved",
        };
        format!("the {class} fault on page {page} {how}")
    });
    costs.collect::<Vec<_>>().join(", and ")
}

fn fault_class(fault: &FaultRecord) -> &'static str {
    fault.class().map_or("page", FaultClass::name)
}

fn address(fault: &FaultRecord) -> Option<u64> {
    fault.steps.iter().find_map(|step| match step {
        KernelStep::Fault { va, .. } => Some(va.raw()),
        _ => None,
    })
}

/// Explains why the kernel evicted a page, or why it evicted none.
pub(crate) fn eviction(access: &Access) -> String {
    let Some(process) = &access.process else {
        return NO_PROCESS.to_owned();
    };
    let Some(fault) = process.faults.first() else {
        return reason(access);
    };
    let evicted = fault.steps.iter().find_map(|step| match step {
        KernelStep::Evicted {
            frame, page, to, ..
        } => Some((frame, page, to)),
        _ => None,
    });
    let Some((frame, page, to)) = evicted else {
        return "the kernel did not have to evict a page".to_owned();
    };
    let whose = page.and_then(|page| {
        let name = process.legend.processes.get(&page.pid)?;
        Some(format!(
            "page {} of {name}",
            Shown::field(page.vpn.raw(), access.spec.vpn_bits())
        ))
    });
    let whose = whose.unwrap_or_else(|| "the page".to_owned());
    match to {
        Some(BackingStore::Swap { slot }) => {
            format!(
                "the kernel evicted {whose} from frame {frame} and wrote it to swap slot {slot}"
            )
        }
        Some(_) => {
            format!("the kernel evicted {whose} from frame {frame} and wrote it to its file")
        }
        None => {
            format!(
                "the kernel evicted {whose} from frame {frame} without writing it, because its contents are already \
                 on disk"
            )
        }
    }
}
