//! A sweep as a JSON object. `docs/reference/replay.md` describes the object's members.

use serde_json::{Map, Value as Json, json};

use super::points::{SweepCell, rows};
use super::swept::Swept;
use crate::traces::reports::Ended;
use pagewalk_engine::trace::record::Malformed;
use pagewalk_engine::trace::sweep::grid::{Axis, AxisValue};

/// Returns the JSON object of a sweep on one line.
pub fn json(swept: &Swept) -> String {
    format!("{}\n", object(swept))
}

/// Returns the JSON object of a sweep.
pub fn object(swept: &Swept) -> Json {
    let references = swept.references();
    let (ended, error) = match &swept.ended {
        Ended::Whole => ("whole", None),
        Ended::Interrupted => ("interrupted", None),
        Ended::Broken(why) => ("broken", Some(why)),
    };
    let mut object = Map::new();
    let mut put = |name: &str, value: Json| drop(object.insert(name.to_owned(), value));
    put("trace", json!(swept.trace));
    put("machine", json!(swept.machine));
    put(
        "map",
        json!(if swept.demand { "demand" } else { "identity" }),
    );
    put("straddle", json!(swept.straddle.word()));
    put("ended", json!(ended));
    if let Some(why) = error {
        put("error", json!(why));
    }
    if let Some(chosen) = swept.format {
        put("format", json!(chosen.format.name()));
        put("format_guessed", json!(chosen.is_guess()));
    }
    put("lines", json!(swept.lines));
    put("malformed", malformed(&swept.malformed));
    put(
        "references",
        json!({
            "records": references.records,
            "reads": references.reads,
            "writes": references.writes,
            "fetches": references.fetches,
            "outside": references.outside,
        }),
    );
    put(
        "axes",
        swept
            .grid
            .axes
            .iter()
            .map(|axis| self::axis(swept, axis))
            .collect(),
    );
    put("points", points(swept));
    put("skipped", skipped(swept));
    Json::Object(object)
}

fn malformed(malformed: &Malformed) -> Json {
    let first = malformed.first.iter();
    let first: Vec<Json> = first
        .map(|bad| json!({"line": bad.line, "text": bad.text, "why": bad.why}))
        .collect();
    json!({"count": malformed.count, "first": first})
}

fn axis(swept: &Swept, axis: &Axis) -> Json {
    let spec = swept.grid.points.first().map(|point| &point.spec);
    let values: Vec<Json> = axis.values.iter().map(value).collect();
    json!({
        "part": spec.map(|spec| axis.unit.name(spec)),
        "setting": axis.setting,
        "values": values,
    })
}

fn value(value: &AxisValue) -> Json {
    match value {
        AxisValue::Number(n) => json!(n),
        AxisValue::Word(word) => json!(word),
    }
}

/// Returns one object per row, without the values that are constant in the sweep.
fn points(swept: &Swept) -> Json {
    let table = rows(swept);
    let units = swept.grid.units().len().max(1);
    let mut points: Vec<Json> = Vec::with_capacity(table.rows.len());
    for (at, row) in table.rows.iter().enumerate() {
        let mut object = Map::new();
        for (column, item) in table.columns.iter().zip(row) {
            if !matches!(&*column.name, "trace" | "machine") {
                object.insert(column.name.clone(), self::item(item));
            }
        }
        if let Some(Err(why)) = swept.counted.get(at / units) {
            object.insert("error".to_owned(), json!(why));
        }
        points.push(Json::Object(object));
    }
    Json::Array(points)
}

fn item(item: &SweepCell) -> Json {
    match item {
        SweepCell::Nothing => Json::Null,
        SweepCell::Number(n) => json!(n),
        SweepCell::Rate(part, whole) => json!(*part as f64 / *whole as f64),
        SweepCell::Word(word) => json!(word),
    }
}

fn skipped(swept: &Swept) -> Json {
    let each = |skipped: &pagewalk_engine::trace::sweep::grid::SkippedPoint| {
        let axes = swept.grid.axes.iter().zip(&skipped.at);
        let values: Vec<Json> = axes.map(|(axis, at)| value(&axis.values[*at])).collect();
        json!({"values": values, "why": skipped.why})
    };
    swept.grid.skipped.iter().map(each).collect()
}
