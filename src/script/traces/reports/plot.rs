//! Plots of replays. Each trace has a miss-ratio curve, if available, and the miss rates of every level by
//! kind.

use super::rows::{all, levels, rate};
use super::trace_run::Replayed;
use crate::report::narrate::thousands;
use crate::report::scene::{CurveStyle, Scene, Stroke, width};
use crate::run::nouns::size;
use crate::traces::chart::{Chart, Line, document, percent, ratio, scale};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{Lookups, MissCurve, ReplayCounts};

/// The columns of the left and right ends of the bars.
const EDGES: (u32, u32) = (20, 84);
/// The right column of a curve, which has no labels on its right.
const FAR: u32 = 116;
/// Height of a bar, relative to a row.
const BAR: f64 = 0.7;

/// Returns an SVG document with the replays arranged vertically.
pub fn plot(replays: &[Replayed]) -> String {
    let mut scene = Scene::new("miss rates");
    let mut y = 0;
    for replayed in replays {
        let name = replayed.run.title();
        scene.say(format!("{name}."));
        scene.head((0, y + 1), name);
        y += 2;
        if let Some(curve) = &replayed.counted.curve {
            y = self::curve(&mut scene, curve, &replayed.counted.spec, y);
        }
        y = bars(&mut scene, &replayed.counted, y);
    }
    document(&scene)
}

/// Draws the curve below row `y`, and returns the row below it.
fn curve(scene: &mut Scene, curve: &MissCurve, spec: &Spec, y: u32) -> u32 {
    let block = size(u128::from(curve.block));
    let sample = curve.sample.as_ref();
    let sample =
        sample.map(|sample| format!(" (estimated from {} of all blocks)", percent(sample.rate)));
    let title = format!(
        "fully associative LRU caches of every size: loads and stores, blocks of {block}{}",
        sample.unwrap_or_default()
    );
    scene.write((0, y + 1), title);
    let points = curve
        .points()
        .map(|point| (point.power as f64, ratio(point.misses, curve.references)));
    let line = Line {
        name: String::new(),
        points: points.collect(),
    };
    let powers = 0..curve.misses.len();
    let chart = Chart {
        edges: (EDGES.0, FAR),
        top: y + 5,
        height: 16,
        caption: "miss rate".to_owned(),
        scale: "size of the cache".to_owned(),
        labels: powers
            .map(|power| size(u128::from(curve.block) << power))
            .collect(),
        marks: marks(spec, curve),
        lines: vec![line],
    };
    chart.draw(scene) + 1
}

/// Returns the names of the machine's data caches, and their positions on the curve's scale.
fn marks(spec: &Spec, curve: &MissCurve) -> Vec<(f64, String)> {
    let mut marks: Vec<(f64, String)> = Vec::new();
    for cache in spec
        .caches
        .iter()
        .filter(|cache| cache.side.serves(AccessKind::Read))
    {
        let power = libm::log2(cache.size() as f64 / curve.block as f64);
        match marks
            .iter_mut()
            .find(|(other, _)| (power - *other).abs() < 0.3)
        {
            Some((_, names)) => names.extend([", ", &cache.name]),
            None => marks.push((power, cache.name.to_string())),
        }
    }
    marks
}

/// A bar, with the part's name, the index and name of the kind, and the counts.
type Bar<'a> = (&'a str, u8, &'static str, Lookups);

/// Draws the bars below row `y`, and returns the row below their scale.
fn bars(scene: &mut Scene, counted: &ReplayCounts, y: u32) -> u32 {
    let mut rows: Vec<Bar> = Vec::new();
    for level in levels(counted) {
        let kinds = (0..).zip(level.kinds().into_iter().take(4));
        let asked = kinds.filter(|(_, (_, lookups))| all(*lookups) > 0);
        rows.extend(asked.map(|(color, (kind, lookups))| (level.name, color, kind, lookups)));
    }
    if rows.is_empty() {
        return y;
    }
    let largest = rows
        .iter()
        .map(|(.., lookups)| ratio(lookups.misses, all(*lookups)))
        .fold(0.0, f64::max);
    let end = scale(largest);
    scene.write((0, y + 1), "misses by level and kind");
    let parts = rows
        .windows(2)
        .filter(|pair| pair[0].0 != pair[1].0)
        .count();
    let top = y + 2;
    let bottom = top + (rows.len() + parts) as u32 + 1;
    for step in 0..=4 {
        let x = EDGES.0 + (EDGES.1 - EDGES.0) * step / 4;
        let rate = percent(end * f64::from(step) / 4.0);
        scene.line(&[(x, top), (x, bottom)], Stroke::Faint);
        scene.write((x - width(&rate) / 2, bottom + 1), rate);
    }
    let (mut above, mut y) = (rows[0].0, top);
    for (name, color, kind, lookups) in &rows {
        y += 1 + u32::from(*name != above);
        if *name != above || y == top + 1 {
            scene.head((0, y), *name);
        }
        above = *name;
        scene.write((EDGES.0 - 1 - width(kind), y), *kind);
        let (misses, all) = (lookups.misses, all(*lookups));
        let x = f64::from(EDGES.0) + f64::from(EDGES.1 - EDGES.0) * ratio(misses, all) / end;
        let (row, left) = (f64::from(y), f64::from(EDGES.0));
        let (over, under) = (row - BAR / 2.0, row + BAR / 2.0);
        let corners = vec![(left, over), (x, over), (x, under), (left, under)];
        scene.curve(corners, *color, CurveStyle::Filled);
        let counts = format!(
            "{} of {} ({})",
            thousands(misses),
            thousands(all),
            rate(misses, all)
        );
        scene.say(format!("{name}, {kind}: {counts}."));
        scene.write((EDGES.1 + 2, y), counts);
    }
    scene.line(&[(EDGES.0, top), (EDGES.0, bottom)], Stroke::Thin);
    bottom + 3
}
