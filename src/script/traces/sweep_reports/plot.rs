//! Plots of a sweep: the miss rate over one setting, with a line for each combination of the other settings.

use super::matrix::{leading, shown};
use super::swept::Swept;
use crate::traces::reports::plot::{percent, scale};
use crate::traces::reports::svg::{AXIS, Anchor, Canvas, GRID, Stroke};
use pagewalk_engine::trace::sweep::grid::SweptUnit;

/// Width of the image.
const WIDTH: f64 = 900.0;
/// Left and right edges of the plot.
const EDGES: (f64, f64) = (80.0, 700.0);
/// Height of the plot.
const HEIGHT: f64 = 320.0;
/// Colors that are distinguishable with any color vision (Okabe and Ito).
const COLORS: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
];
/// Maximum number of lines in a plot. More lines would be indistinguishable.
const LINES: usize = 14;
/// Maximum number of labels below the plot.
const LABELS: usize = 12;

/// A line, with a name and a miss rate for each value on the horizontal axis.
type Line = (String, Vec<(usize, f64)>);

/// Returns an SVG document with the plots of the swept parts, arranged vertically.
pub fn plot(swept: &Swept) -> String {
    let mut canvas = Canvas::default();
    let title = format!("{} on {}", swept.trace, swept.machine);
    canvas.text((20.0, 30.0), Anchor::Start, true, &title);
    let mut y = 30.0;
    for unit in swept.grid.units() {
        y = part(&mut canvas, swept, unit, y);
    }
    canvas.document(WIDTH, y + 20.0, &format!("miss rates: {title}"))
}

/// Draws the plot of a part below `y`, and returns the plot's lower end.
fn part(canvas: &mut Canvas, swept: &Swept, unit: SweptUnit, y: f64) -> f64 {
    let varied = swept.grid.varied();
    let Some(over) = leading(swept, &varied).or((!swept.grid.axes.is_empty()).then_some(0)) else {
        return y;
    };
    let axis = &swept.grid.axes[over];
    let lines = lines(swept, unit, over, &varied);
    let rates = lines
        .iter()
        .flat_map(|(_, points)| points.iter().map(|(_, rate)| *rate));
    let end = scale(rates.fold(0.0, f64::max));
    let (top, bottom) = (y + 44.0, y + 44.0 + HEIGHT);
    let last = axis.values.len().saturating_sub(1).max(1) as f64;
    let at = |value: usize| EDGES.0 + (EDGES.1 - EDGES.0) * value as f64 / last;
    let height = |rate: f64| bottom - HEIGHT * rate / end;
    let name = swept
        .grid
        .points
        .first()
        .map_or("", |point| unit.name(&point.spec));
    canvas.text(
        (20.0, top - 14.0),
        Anchor::Start,
        false,
        &format!("miss rate of {name}"),
    );
    for step in 0..=4 {
        let rate = end * f64::from(step) / 4.0;
        canvas.line(&[(EDGES.0, height(rate)), (EDGES.1, height(rate))], GRID);
        canvas.text(
            (EDGES.0 - 8.0, height(rate) + 4.0),
            Anchor::End,
            false,
            &percent(rate),
        );
    }
    for value in (0..axis.values.len()).step_by(axis.values.len().div_ceil(LABELS).max(1)) {
        canvas.line(&[(at(value), bottom), (at(value), bottom + 5.0)], AXIS);
        let label = shown(axis, &axis.values[value]);
        canvas.text((at(value), bottom + 19.0), Anchor::Middle, false, &label);
    }
    canvas.line(
        &[(EDGES.0, top), (EDGES.0, bottom), (EDGES.1, bottom)],
        AXIS,
    );
    canvas.text(
        (f64::midpoint(EDGES.0, EDGES.1), bottom + 38.0),
        Anchor::Middle,
        false,
        &axis.setting,
    );
    for (number, (name, points)) in lines.iter().enumerate().take(LINES) {
        let stroke = Stroke {
            color: COLORS[number % COLORS.len()],
            width: 2.0,
            dashed: number >= COLORS.len(),
        };
        let places: Vec<(f64, f64)> = points
            .iter()
            .map(|(value, rate)| (at(*value), height(*rate)))
            .collect();
        canvas.line(&places, stroke);
        for place in places {
            canvas.dot(place, stroke.color);
        }
        let line = top + 8.0 + 20.0 * number as f64;
        if !name.is_empty() {
            canvas.line(&[(EDGES.1 + 16.0, line), (EDGES.1 + 40.0, line)], stroke);
            canvas.text((EDGES.1 + 48.0, line + 4.0), Anchor::Start, false, name);
        }
    }
    let more = lines.len().saturating_sub(LINES);
    if more > 0 {
        let line = top + 12.0 + 20.0 * LINES as f64;
        canvas.text(
            (EDGES.1 + 16.0, line),
            Anchor::Start,
            false,
            &format!("and {more} more, not drawn"),
        );
    }
    bottom + 52.0
}

/// Returns the lines. The points of a line differ only in the setting on the horizontal axis.
fn lines(swept: &Swept, unit: SweptUnit, over: usize, varied: &[usize]) -> Vec<Line> {
    let mut lines: Vec<(Vec<usize>, Line)> = Vec::new();
    for (point, counted) in swept.grid.points.iter().zip(&swept.counted) {
        let Ok(counted) = counted else { continue };
        let counts = counted.of(unit);
        let all = counts.hits + counts.misses;
        let rate = if all == 0 {
            0.0
        } else {
            counts.misses as f64 / all as f64
        };
        let rest: Vec<usize> = varied
            .iter()
            .filter(|&&at| at != over)
            .map(|&at| point.at[at])
            .collect();
        let place = (point.at[over], rate);
        match lines.iter_mut().find(|(others, _)| *others == rest) {
            Some((_, (_, points))) => points.push(place),
            None => lines.push((rest, (name(swept, over, varied, &point.at), vec![place]))),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

fn name(swept: &Swept, over: usize, varied: &[usize], at: &[usize]) -> String {
    let others = varied.iter().filter(|&&number| number != over);
    let settings = others.map(|&number| {
        let axis = &swept.grid.axes[number];
        let value = shown(axis, &axis.values[at[number]]);
        if axis.values[0].word() == &*axis.setting {
            value
        } else {
            format!("{} {value}", axis.setting)
        }
    });
    settings.collect::<Vec<String>>().join(", ")
}
