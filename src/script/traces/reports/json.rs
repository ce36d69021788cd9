//! A replay as a JSON object. `docs/reference/replay.md` describes the object's members.

use serde_json::{Map, Value, json};

use super::amounts::kinds_of;
use super::replayed::{Ended, Replayed};
use pagewalk_engine::trace::counts::{CurvePoint, HotSpot, LevelCounts, MissCurve, ReplayCounts};
use pagewalk_engine::trace::record::{Op, Record};

/// Returns the JSON object of a trace on one line.
pub fn json(replayed: &Replayed) -> String {
    format!("{}\n", object(replayed))
}

/// Returns the JSON object of a trace.
pub fn object(replayed: &Replayed) -> Value {
    let counted = &replayed.counted;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("trace", json!(replayed.trace));
    put("machine", json!(replayed.machine));
    put(
        "map",
        json!(if counted.paging.is_some() {
            "demand"
        } else {
            "identity"
        }),
    );
    put("straddle", json!(replayed.straddle.word()));
    put("ended", json!(ended(&replayed.ended)));
    if let Ended::Broken(why) = &replayed.ended {
        put("error", json!(why));
    }
    if let Some(chosen) = replayed.format {
        put("format", json!(chosen.format.name()));
        put("format_guessed", json!(chosen.is_guess()));
    }
    put("lines", json!(replayed.lines));
    put("malformed", malformed(replayed));
    put("references", references(counted));
    put(
        "tlbs",
        counted
            .spec
            .tlbs
            .iter()
            .zip(&counted.tlbs)
            .map(|(tlb, p)| part(&tlb.name, p, false))
            .collect(),
    );
    put(
        "caches",
        counted
            .spec
            .caches
            .iter()
            .zip(&counted.caches)
            .map(|(c, p)| part(&c.name, p, true))
            .collect(),
    );
    let memory = counted.memory;
    put(
        "memory",
        json!({"reads": memory.reads, "writes": memory.writes, "walks": memory.walks}),
    );
    if let Some(paging) = &counted.paging {
        let faults = json!({"minor": paging.faults.minor, "major": paging.faults.major});
        put(
            "paging",
            json!({"walks": paging.walks, "faults": faults, "evicted": paging.evicted, "written": paging.written}),
        );
    }
    if let Some(top) = &counted.top {
        put(
            "top",
            json!({"pages": spots(&top.pages), "code": spots(&top.code)}),
        );
    }
    if let Some(misses) = &counted.curve {
        put("curve", curve(misses));
    }
    Value::Object(object)
}

/// Returns the keyword for the end of a replay.
pub(crate) fn ended(ended: &Ended) -> &'static str {
    match ended {
        Ended::Whole => "whole",
        Ended::Interrupted => "interrupted",
        Ended::Broken(_) => "broken",
    }
}

fn malformed(replayed: &Replayed) -> Value {
    let first = replayed.malformed.first.iter();
    let first: Vec<Value> = first
        .map(|bad| json!({"line": bad.line, "text": bad.text, "why": bad.why}))
        .collect();
    json!({"count": replayed.malformed.count, "first": first})
}

fn references(counted: &ReplayCounts) -> Value {
    let references = &counted.references;
    json!({
        "records": references.records,
        "reads": references.reads,
        "writes": references.writes,
        "fetches": references.fetches,
        "straddling": references.straddling,
        "outside": references.outside,
        "first_outside": references.first_outside.map(record),
    })
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

fn part(name: &str, part: &LevelCounts, cache: bool) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(name));
    for (kind, lookups) in kinds_of(&part.kinds) {
        object.insert(
            kind.to_owned(),
            json!({"hits": lookups.hits, "misses": lookups.misses}),
        );
    }
    object.insert("evictions".to_owned(), json!(part.counts.evictions));
    if cache {
        object.insert("write_backs".to_owned(), json!(part.counts.writebacks));
    }
    if let Some(causes) = part.causes {
        let causes = json!({
            "compulsory": causes.compulsory,
            "capacity": causes.capacity,
            "conflict": causes.conflict,
        });
        object.insert("causes".to_owned(), causes);
    }
    Value::Object(object)
}

fn spots(spots: &[HotSpot]) -> Vec<Value> {
    let spots = spots.iter();
    spots
        .map(|spot| json!({"address": spot.address, "references": spot.references, "misses": spot.misses}))
        .collect()
}

fn curve(curve: &MissCurve) -> Value {
    let size = |point: CurvePoint| match point.error {
        None => json!({"bytes": bytes(curve, point.power), "misses": point.misses}),
        Some(error) => {
            json!({"bytes": bytes(curve, point.power), "misses": point.misses, "error": error})
        }
    };
    let sizes: Vec<Value> = curve.points().map(size).collect();
    let mut object = json!({"block": curve.block, "references": curve.references, "sizes": sizes});
    if let Some(sample) = &curve.sample {
        object["sample"] =
            json!({"rate": sample.rate, "blocks": sample.blocks, "references": sample.references});
    }
    object
}

/// Returns the size of a cache with 2^`power` blocks, limited to the largest 64-bit number.
pub(crate) fn bytes(curve: &MissCurve, power: usize) -> u64 {
    let bytes = u128::from(curve.block) << power.min(64);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
