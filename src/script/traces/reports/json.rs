//! A replay as a JSON object. `docs/reference/replay.md` describes the object's members.

use serde_json::{Value, json};

use super::rows::{Level, bytes, levels};
use super::trace_run::Replayed;
use pagewalk_engine::trace::counts::{HotSpot, MissCurve};
use pagewalk_engine::trace::record::{Op, Record};

/// Returns the JSON object of a trace on one line.
pub fn json(replayed: &Replayed) -> String {
    format!("{}\n", object(replayed))
}

/// Returns the JSON object of a trace.
pub fn object(replayed: &Replayed) -> Value {
    let counted = &replayed.counted;
    let mut object = replayed.run.json();
    let references = &counted.references;
    object["references"] = json!({
        "records": references.records,
        "reads": references.reads,
        "writes": references.writes,
        "fetches": references.fetches,
        "straddling": references.straddling,
        "outside": references.outside,
        "first_outside": references.first_outside.map(record),
    });
    for (name, is_cache) in [("tlbs", false), ("caches", true)] {
        let levels = levels(counted).filter(|level| level.is_cache == is_cache);
        object[name] = levels.map(|level| self::level(&level)).collect();
    }
    let memory = counted.memory;
    object["memory"] =
        json!({"reads": memory.reads, "writes": memory.writes, "walks": memory.walks});
    if let Some(paging) = &counted.paging {
        object["paging"] = json!({
            "walks": paging.walks,
            "faults": {"minor": paging.faults.minor, "major": paging.faults.major},
            "evicted": paging.evicted,
            "written": paging.written,
        });
    }
    if let Some(top) = &counted.top {
        object["top"] = json!({"pages": spots(&top.pages), "code": spots(&top.code)});
    }
    if let Some(misses) = &counted.curve {
        object["curve"] = curve(misses);
    }
    object
}

fn record(record: Record) -> Value {
    let op = match record.op {
        Op::Fetch => "fetch",
        Op::Load => "load",
        Op::Store => "store",
        Op::Modify => "modify",
    };
    json!({"op": op, "address": record.address, "size": record.size})
}

fn level(level: &Level) -> Value {
    let mut object = json!({"name": level.name});
    for (kind, lookups) in level.kinds() {
        object[kind] = json!({"hits": lookups.hits, "misses": lookups.misses});
    }
    object["evictions"] = json!(level.counts.counts.evictions);
    if level.is_cache {
        object["write_backs"] = json!(level.counts.counts.writebacks);
    }
    if let Some(causes) = level.counts.causes {
        object["causes"] = json!({
            "compulsory": causes.compulsory,
            "capacity": causes.capacity,
            "conflict": causes.conflict,
        });
    }
    object
}

fn spots(spots: &[HotSpot]) -> Vec<Value> {
    let spot = |spot: &HotSpot| json!({"address": spot.address, "references": spot.references, "misses": spot.misses});
    spots.iter().map(spot).collect()
}

fn curve(curve: &MissCurve) -> Value {
    let sizes = curve.points().map(|point| {
        let mut size = json!({"bytes": bytes(curve, point.power), "misses": point.misses});
        if let Some(error) = point.error {
            size["error"] = json!(error);
        }
        size
    });
    let sizes: Vec<Value> = sizes.collect();
    let mut object = json!({"block": curve.block, "references": curve.references, "sizes": sizes});
    if let Some(sample) = &curve.sample {
        object["sample"] =
            json!({"rate": sample.rate, "blocks": sample.blocks, "references": sample.references});
    }
    object
}
