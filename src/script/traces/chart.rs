//! Charts of miss rates: lines over a horizontal scale.

use crate::report::scene::{CurveStyle, SCREEN, Scene, Stroke, svg, width};

/// Width of a chart in millimeters.
const PAGE: f64 = 240.0;
/// Maximum number of lines in a chart. More lines would be indistinguishable.
const LINES: usize = 14;
/// Minimum distance between the labels of the horizontal scale.
const LABEL: u32 = 7;

/// A chart: miss rates at the positions 0, 1, … of a horizontal scale.
pub(super) struct Chart {
    /// The columns of the left and right edges.
    pub(super) edges: (u32, u32),
    /// The row of the upper edge, which has two rows of names above it.
    pub(super) top: u32,
    /// The height in rows, a multiple of 4.
    pub(super) height: u32,
    /// The text above the chart.
    pub(super) caption: String,
    /// The name of the horizontal scale.
    pub(super) scale: String,
    /// The labels of all positions. If there is no room for all of them, some are omitted.
    pub(super) labels: Vec<String>,
    /// Named positions, which can be between two labels. Those outside the scale are omitted.
    pub(super) marks: Vec<(f64, String)>,
    pub(super) lines: Vec<Line>,
}

/// A line of a chart.
pub(super) struct Line {
    /// The name at the right of the chart. It can be empty.
    pub(super) name: String,
    /// Positions and miss rates.
    pub(super) points: Vec<(f64, f64)>,
}

impl Chart {
    /// Draws the chart, and returns the row below the name of its horizontal scale.
    pub(super) fn draw(&self, scene: &mut Scene) -> u32 {
        let (left, top, bottom) = (self.edges.0, self.top, self.top + self.height);
        let last = self.labels.len().saturating_sub(1).max(1) as u32;
        // Positions are in the middle of cells if the cells suffice.
        let room = self.edges.1 - left;
        let right = if room < last {
            self.edges.1
        } else {
            left + room / last * last
        };
        let points = self.lines.iter().flat_map(|line| &line.points);
        let end = scale(points.map(|(_, rate)| *rate).fold(0.0, f64::max));
        let x =
            |position: f64| f64::from(left) + f64::from(right - left) * position / f64::from(last);
        let y = |rate: f64| f64::from(bottom) - f64::from(self.height) * rate / end;
        for step in 0..=4 {
            let row = bottom - self.height * step / 4;
            let rate = percent(end * f64::from(step) / 4.0);
            scene.line(&[(left, row), (right, row)], Stroke::Faint);
            scene.write((left.saturating_sub(2 + width(&rate)), row), rate);
        }
        let most = ((right - left) / LABEL).max(1) as usize;
        let step = self.labels.len().div_ceil(most).max(1);
        for (position, label) in self.labels.iter().enumerate().step_by(step) {
            let column = x(position as f64).round() as u32;
            scene.write(
                (column.saturating_sub(width(label) / 2), bottom + 1),
                label.clone(),
            );
        }
        scene.line(
            &[(left, top), (left, bottom), (right, bottom)],
            Stroke::Thin,
        );
        scene.write((0, top - 2), self.caption.clone());
        let middle = u32::midpoint(left, right).saturating_sub(width(&self.scale) / 2);
        scene.write((middle, bottom + 2), self.scale.clone());
        let mut free = 0;
        for (position, names) in &self.marks {
            if (0.0..=f64::from(last)).contains(position) {
                let column = x(*position).round() as u32;
                scene.line(&[(column, top), (column, bottom)], Stroke::Dashed);
                let at = column.saturating_sub(width(names) / 2);
                let row = if at < free { top - 1 } else { top - 2 };
                free = at + width(names) + 1;
                scene.write((at, row), names.clone());
            }
        }
        for (series, line) in (0..).zip(self.lines.iter().take(LINES)) {
            let points = line.points.iter().map(|(at, rate)| (x(*at), y(*rate)));
            scene.curve(points.collect(), series, CurveStyle::Dotted);
            let row = top + series as u32;
            if !line.name.is_empty() {
                let sample = [right + 2, right + 5].map(|x| (f64::from(x), f64::from(row)));
                scene.curve(sample.to_vec(), series, CurveStyle::Line);
                scene.write((right + 7, row), line.name.clone());
            }
            let rates = line.points.iter().map(|(_, rate)| percent(*rate));
            let rates = rates.collect::<Vec<_>>().join(", ");
            let name = if line.name.is_empty() {
                &self.caption
            } else {
                &line.name
            };
            scene.say(format!("{name} over {}: {rates}.", self.scale));
        }
        let more = self.lines.len().saturating_sub(LINES);
        if more > 0 {
            let place = (right + 2, top + LINES as u32);
            scene.write(place, format!("and {more} more, not drawn"));
        }
        bottom + 3
    }
}

/// Returns charts as an SVG document.
pub(super) fn document(scene: &Scene) -> String {
    svg(scene, &SCREEN, PAGE) + "\n"
}

/// Returns the end of a scale for the largest rate: 1, 2, or 5 times a power of ten, but at most 1.
pub(super) fn scale(largest: f64) -> f64 {
    let steps = [
        0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
    ];
    steps.into_iter().find(|end| largest <= *end).unwrap_or(1.0)
}

/// Formats a rate for a scale, such as `20%` or `0.05%`.
pub(super) fn percent(rate: f64) -> String {
    let text = format!("{:.4}", rate * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Returns a part of a whole, or 0 if the whole is empty.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
