//! A sweep as a JSON object. `docs/reference/replay.md` describes the object's members.

use serde_json::{Map, Value as Json, json};

use super::rows::table;
use super::swept::Swept;
use pagewalk_engine::trace::sweep::grid::{Axis, AxisValue, SkippedPoint};

/// Returns the JSON object of a sweep on one line.
pub fn json(swept: &Swept) -> String {
    format!("{}\n", object(swept))
}

/// Returns the JSON object of a sweep.
pub fn object(swept: &Swept) -> Json {
    let references = swept.references();
    let mut object = swept.run.json();
    object["references"] = json!({
        "records": references.records,
        "reads": references.reads,
        "writes": references.writes,
        "fetches": references.fetches,
        "outside": references.outside,
    });
    let grid = &swept.grid;
    let spec = grid.points.first().map(|point| &point.spec);
    let axis = |axis: &Axis| {
        let values: Vec<Json> = axis.values.iter().map(value).collect();
        let part = spec.map(|spec| axis.unit.name(spec));
        json!({"part": part, "setting": axis.setting, "values": values})
    };
    object["axes"] = grid.axes.iter().map(axis).collect();
    object["points"] = points(swept);
    let skipped = |skipped: &SkippedPoint| {
        let axes = grid.axes.iter().zip(&skipped.at);
        let values: Vec<Json> = axes.map(|(axis, at)| value(&axis.values[*at])).collect();
        json!({"values": values, "why": skipped.why})
    };
    object["skipped"] = grid.skipped.iter().map(skipped).collect();
    object
}

fn value(value: &AxisValue) -> Json {
    match value {
        AxisValue::Number(n) => json!(n),
        AxisValue::Word(word) => json!(word),
    }
}

/// Returns one object per row, without the values that are constant in the sweep.
fn points(swept: &Swept) -> Json {
    let table = table(swept);
    let units = swept.grid.units().len().max(1);
    let columns = || {
        table
            .columns
            .iter()
            .filter(|column| !matches!(&*column.name, "trace" | "machine"))
    };
    let point = |at: usize| {
        let members = columns().map(|column| (column.name.clone(), Json::from(&column.cells[at])));
        let mut object: Map<String, Json> = members.collect();
        if let Some(Err(why)) = swept.counted.get(at / units) {
            object.insert("error".to_owned(), json!(why));
        }
        Json::Object(object)
    };
    (0..table.len()).map(point).collect()
}
