//! `figure system`: the declared machine.

use super::request::Request;
use crate::run::record::{FigureData, System, SystemPart};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use pagewalk_engine::machine::spec::{CacheSpec, Latency, Side, Spec, TlbSpec};

/// Returns the declared machine.
///
/// # Errors
/// Returns `no-machine`.
pub(crate) fn system(cx: &mut Cx, request: &Request) -> Result<FigureData, Stop> {
    let spec = cx.machine(request.place)?.spec().clone();
    Ok(FigureData::System(System {
        virtual_bits: spec.mmu.as_ref().map(|mmu| mmu.virtual_bits),
        physical_bits: spec.physical_bits,
        page_bytes: spec
            .mmu
            .as_ref()
            .and_then(|mmu| 1u64.checked_shl(mmu.page_bits)),
        levels: spec.mmu.as_ref().map_or(0, |mmu| mmu.levels.len() as u32),
        cores: spec.cores,
        tlbs: spec.tlbs.iter().map(tlb).collect(),
        caches: spec
            .caches
            .iter()
            .map(|cache| self::cache(&spec, cache))
            .collect(),
        memory_latency: units(spec.memory_latency),
        unit: if spec.nanoseconds { "ns" } else { "cycles" },
    }))
}

fn tlb(tlb: &TlbSpec) -> SystemPart {
    SystemPart {
        name: tlb.name.to_string(),
        serves: serves(tlb.side),
        sets: tlb.sets,
        ways: tlb.ways,
        block_bytes: None,
        shared: false,
        latency: units(tlb.latency),
    }
}

fn cache(spec: &Spec, cache: &CacheSpec) -> SystemPart {
    SystemPart {
        name: cache.name.to_string(),
        serves: serves(cache.side),
        sets: cache.sets,
        ways: cache.ways,
        block_bytes: 1u64.checked_shl(cache.block_bits),
        shared: cache.shared && spec.cores > 1,
        latency: units(cache.latency),
    }
}

fn serves(side: Side) -> &'static str {
    match side {
        Side::Data => "data",
        Side::Instructions => "instructions",
        Side::Both => "unified",
    }
}

/// Converts a latency from thousandths.
fn units(latency: Latency) -> f64 {
    latency as f64 / 1000.0
}
