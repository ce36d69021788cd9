//! Explains why an access was not performed.

use pagewalk_engine::machine::event::{Event, Fault, ProtectionCause, PteKind};
use pagewalk_engine::machine::pte::Bit;

use super::super::handled;
use super::super::row::{low, shifted};
use super::words::{self, noun};
use crate::run::record::{Access, Shown};
use crate::run::steps::WalkEnd;

/// Explains why the access has no physical address.
pub(super) fn no_address(a: &Access) -> String {
    no_translation(a).unwrap_or_else(|| "the access has no physical address".to_owned())
}

/// Explains why the access could not be translated, if translation failed.
pub(super) fn no_translation(a: &Access) -> Option<String> {
    if a.process
        .as_ref()
        .is_some_and(|process| process.killed.is_some())
    {
        return Some(handled::reason(a));
    }
    Some(hardware_fault(a, a.outcome.fault?))
}

/// Explains why the hardware raised a fault.
pub(crate) fn hardware_fault(a: &Access, fault: Fault) -> String {
    let entry = |level| entry(a, a.last_piece(), level);
    match fault {
        Fault::NotPresent { level } => format!("{} is not present (P = 0)", entry(level)),
        Fault::Reserved { level } => format!(
            "{} has a reserved bit set (Intel SDM 3A, 4.5.4)",
            entry(level)
        ),
        Fault::Protection { why } => {
            let kind = noun(a.kind);
            let (bit, denies, page, mode) = match why {
                ProtectionCause::ReadOnly => (Bit::Rw, false, "read-only (R/W = 0)", ""),
                ProtectionCause::Supervisor => (
                    Bit::Us,
                    false,
                    "for the supervisor only (U/S = 0)",
                    " in user mode",
                ),
                ProtectionCause::NoExecute => (Bit::Xd, true, "not executable (XD = 1)", ""),
            };
            match words::deciding_entry(a).or_else(|| denying(a, bit, denies)) {
                Some(entry) => {
                    let (name, value) = (bit.row().label, u8::from(denies));
                    format!(
                        "{entry} has {name} = {value}, and the access is {kind}{mode}{}",
                        stale(a)
                    )
                }
                None => format!("the page is {page}, and the access is {kind}{mode}"),
            }
        }
    }
}

/// Returns a clause that says how the page table differs from the TLB entry that decided the translation, or an
/// empty text if the page table would give the same result. The walk is recorded only for faults and failed
/// expectations, so that other accesses do not pay for it.
pub(super) fn stale(a: &Access) -> String {
    let Some((walk, last)) = a
        .walk
        .as_ref()
        .and_then(|walk| Some((walk, walk.levels.last()?.level)))
    else {
        return String::new();
    };
    let several = a.spec.mmu.as_ref().is_some_and(|mmu| mmu.levels.len() > 1);
    let has = |why: ProtectionCause, denied: bool| {
        let (bit, denies) = match why {
            ProtectionCause::ReadOnly => (Bit::Rw, false),
            ProtectionCause::Supervisor => (Bit::Us, false),
            ProtectionCause::NoExecute => (Bit::Xd, true),
        };
        let entry = match (several, denied) {
            (false, _) => entry(a, a.decided_va(), last),
            (true, true) => "an entry of the page walk".to_owned(),
            (true, false) => "every entry of the page walk".to_owned(),
        };
        format!(
            "{entry} has {} = {}",
            bit.row().label,
            u8::from(denies == denied)
        )
    };
    let found = match (walk.end, a.outcome.fault) {
        (WalkEnd::Fault(now), Some(then)) if now == then => return String::new(),
        (WalkEnd::Fault(Fault::NotPresent { level }), _) => {
            format!("{} is not present (P = 0)", entry(a, a.decided_va(), level))
        }
        (WalkEnd::Fault(Fault::Reserved { level }), _) => {
            format!("{} has a reserved bit set", entry(a, a.decided_va(), level))
        }
        (WalkEnd::Fault(Fault::Protection { why }), _) => has(why, true),
        (WalkEnd::Page(_), Some(Fault::Protection { why })) => has(why, false),
        (WalkEnd::Page(now), None) if a.outcome.pa.is_some_and(|pa| pa != now) => {
            let ppn = Shown::field(now.raw() >> a.spec.page_bits(), a.spec.ppn_bits());
            format!("{} has PPN {ppn}", entry(a, a.decided_va(), last))
        }
        _ => return String::new(),
    };
    format!("; the TLB entry is stale, because {found}")
}

/// Describes the upper-level entry whose bit denies the access. Returns `None` if no upper-level entry denies
/// the access.
fn denying(a: &Access, bit: Bit, denies: bool) -> Option<String> {
    let mmu = a.spec.mmu.as_ref()?;
    let is_piece = |event: &Event| matches!(event, Event::Fragment { .. });
    let first = a.events.iter().rposition(is_piece).unwrap_or(0);
    a.events[first..].iter().find_map(|event| match *event {
        Event::Pte {
            level,
            address,
            value: Some(raw),
            found: PteKind::Table,
            ..
        } if mmu.pte.decode(raw).flags.has(bit) == denies => Some(match address {
            Some(_) => format!(
                "the level-{level} entry {}",
                Shown::hex(raw, 2 * mmu.pte.bytes)
            ),
            None => entry(a, a.last_piece(), level),
        }),
        _ => None,
    })
}

/// Describes the entry at one level for the page that contains an address.
pub(super) fn entry(a: &Access, va: u64, level: u32) -> String {
    match &a.spec.mmu {
        Some(mmu) if mmu.levels.len() > 1 => {
            let bits = mmu.levels.get(level as usize - 1).copied().unwrap_or(0);
            let index = Shown::field(low(shifted(va, mmu.level_page_bits(level)), bits), bits);
            format!("the level-{level} entry for VPN{level} {index}")
        }
        _ => {
            let vpn = Shown::field(va >> a.spec.page_bits(), a.spec.vpn_bits());
            format!("the page-table entry for VPN {vpn}")
        }
    }
}
