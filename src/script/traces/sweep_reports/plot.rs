//! Plots of a sweep: the miss rate over one setting, with a line for each combination of the other settings.

use super::matrix::{leading, setting_name, settings, shown};
use super::swept::Swept;
use crate::report::scene::Scene;
use crate::traces::chart::{Chart, Line, document, ratio};
use pagewalk_engine::trace::sweep::grid::SweptUnit;

/// Returns an SVG document with the plots of the swept parts, arranged vertically.
pub fn plot(swept: &Swept) -> String {
    let mut scene = Scene::new(format!("miss rates: {}", swept.run.title()));
    let mut y = 0;
    for unit in swept.grid.units() {
        y = part(&mut scene, swept, unit, y);
    }
    document(&scene)
}

/// Draws the plot of a part below row `y`, and returns the row below the plot.
fn part(scene: &mut Scene, swept: &Swept, unit: SweptUnit, y: u32) -> u32 {
    let varied = swept.grid.varied();
    let Some(over) = leading(swept, &varied).or((!swept.grid.axes.is_empty()).then_some(0)) else {
        return y;
    };
    let axis = &swept.grid.axes[over];
    let name = swept
        .grid
        .points
        .first()
        .map_or("", |point| unit.name(&point.spec));
    let labels = axis.values.iter().map(|value| shown(axis, value));
    let chart = Chart {
        edges: (10, 84),
        top: y + 3,
        height: 24,
        caption: format!("miss rate of {name}"),
        scale: setting_name(&swept.grid, over),
        labels: labels.collect(),
        marks: Vec::new(),
        lines: lines(swept, unit, over, &varied),
    };
    chart.draw(scene) + 1
}

/// Returns the lines. The points of a line differ only in the setting on the horizontal axis.
fn lines(swept: &Swept, unit: SweptUnit, over: usize, varied: &[usize]) -> Vec<Line> {
    let others: Vec<usize> = varied.iter().copied().filter(|at| *at != over).collect();
    let mut lines: Vec<(Vec<usize>, Line)> = Vec::new();
    for (point, counted) in swept.grid.points.iter().zip(&swept.counted) {
        let Ok(counted) = counted else { continue };
        let counts = counted.of(unit);
        let rate = ratio(counts.misses, counts.hits + counts.misses);
        let rest: Vec<usize> = others.iter().map(|at| point.at[*at]).collect();
        let place = (point.at[over] as f64, rate);
        if let Some((_, line)) = lines.iter_mut().find(|(known, _)| *known == rest) {
            line.points.push(place);
        } else {
            let name = settings(&swept.grid, &others, &point.at);
            let points = vec![place];
            lines.push((rest, Line { name, points }));
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}
