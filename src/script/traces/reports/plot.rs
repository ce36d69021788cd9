//! Plots of replays. Each trace has a miss-ratio curve, if available, and the miss rates of every level by
//! kind.

use super::rows::{all, levels, rate};
use super::trace_run::Replayed;
use crate::report::narrate::thousands;
use crate::run::nouns::size;
use crate::traces::chart::{
    AXIS, Anchor, COLORS, Canvas, Chart, GRID, Line, percent, ratio, scale,
};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::counts::{Lookups, MissCurve, ReplayCounts};

/// Left and right edges of the bars.
const EDGES: (f64, f64) = (150.0, 650.0);
/// Right edge of a curve, which has no labels on its right.
const FAR: f64 = 860.0;
/// Height of a bar, including the space below it.
const ROW: f64 = 19.0;
/// Additional space between the bars of two parts.
const GAP: f64 = 7.0;

/// Returns an SVG document with the replays arranged vertically.
pub fn plot(replays: &[Replayed]) -> String {
    let mut canvas = Canvas::default();
    let mut y = 0.0;
    for replayed in replays {
        y += 30.0;
        canvas.text((20.0, y), Anchor::Start, true, &replayed.run.title());
        if let Some(curve) = &replayed.counted.curve {
            y = self::curve(&mut canvas, curve, &replayed.counted.spec, y);
        }
        y = bars(&mut canvas, &replayed.counted, y);
    }
    let names: Vec<String> = replays
        .iter()
        .map(|replayed| replayed.run.title())
        .collect();
    canvas.document(y + 20.0, &format!("miss rates: {}", names.join(", ")))
}

/// Draws the curve below `y`, and returns the curve's lower end.
fn curve(canvas: &mut Canvas, curve: &MissCurve, spec: &Spec, y: f64) -> f64 {
    let block = size(u128::from(curve.block));
    let sample = curve.sample.as_ref();
    let sample =
        sample.map(|sample| format!(" (estimated from {} of all blocks)", percent(sample.rate)));
    let title = format!(
        "fully associative LRU caches of every size: loads and stores, blocks of {block}{}",
        sample.unwrap_or_default()
    );
    canvas.text((20.0, y + 22.0), Anchor::Start, false, &title);
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
        top: y + 56.0,
        height: 240.0,
        caption: "miss rate".to_owned(),
        scale: "size of the cache".to_owned(),
        labels: powers
            .map(|power| size(u128::from(curve.block) << power))
            .collect(),
        marks: marks(spec, curve),
        lines: vec![line],
    };
    chart.draw(canvas) + 56.0
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
type Bar<'a> = (&'a str, usize, &'static str, Lookups);

/// Draws the bars below `y`, and returns the lower end of the last bar.
fn bars(canvas: &mut Canvas, counted: &ReplayCounts, y: f64) -> f64 {
    let mut rows: Vec<Bar> = Vec::new();
    for level in levels(counted) {
        let kinds = level.kinds().into_iter().take(4).enumerate();
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
    canvas.text(
        (20.0, y + 22.0),
        Anchor::Start,
        false,
        "misses by level and kind",
    );
    let parts = 1 + rows
        .windows(2)
        .filter(|pair| pair[0].0 != pair[1].0)
        .count();
    let (top, bottom) = (
        y + 34.0,
        y + 34.0 + ROW * rows.len() as f64 + GAP * parts as f64,
    );
    let at = |rate: f64| EDGES.0 + (EDGES.1 - EDGES.0) * rate / end;
    for step in 0..=4 {
        let rate = end * f64::from(step) / 4.0;
        canvas.line(&[(at(rate), top), (at(rate), bottom)], GRID);
        canvas.text(
            (at(rate), bottom + 16.0),
            Anchor::Middle,
            false,
            &percent(rate),
        );
    }
    let (mut above, mut y) = ("", top);
    for bar in &rows {
        y += if bar.0 == above { 0.0 } else { GAP };
        self::bar(canvas, bar, y, at(ratio(bar.3.misses, all(bar.3))), above);
        above = bar.0;
        y += ROW;
    }
    canvas.line(&[(EDGES.0, top), (EDGES.0, bottom)], AXIS);
    bottom + 34.0
}

/// Draws a bar that ends at `x`. The first bar of a part is labeled with the part's name.
fn bar(canvas: &mut Canvas, (name, color, kind, lookups): &Bar, y: f64, x: f64, above: &str) {
    let line = y + 12.0;
    if *name != above {
        canvas.text((20.0, line), Anchor::Start, true, name);
    }
    canvas.text((EDGES.0 - 8.0, line), Anchor::End, false, kind);
    canvas.area((EDGES.0, y), (x - EDGES.0, ROW - 4.0), COLORS[*color]);
    let (misses, all) = (lookups.misses, all(*lookups));
    let counts = format!(
        "{} of {} ({})",
        thousands(misses),
        thousands(all),
        rate(misses, all)
    );
    canvas.text((EDGES.1 + 12.0, line), Anchor::Start, false, &counts);
}
