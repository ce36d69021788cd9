//! Charts of miss rates as SVG: lines over a horizontal scale. Coordinates are in pixels from the upper left corner.

use std::fmt::Write;

use quick_xml::escape::escape;

use crate::report::xml::legal;

/// Width of an image.
const WIDTH: f64 = 900.0;
/// Colors, distinguishable with any color vision (Okabe and Ito).
pub(super) const COLORS: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
];
/// Maximum number of lines in a chart. More lines would be indistinguishable.
const LINES: usize = 14;
/// Minimum distance between the labels of the horizontal scale.
const LABEL: f64 = 51.0;

/// A chart: miss rates at the positions 0, 1, … of a horizontal scale.
pub(super) struct Chart {
    /// Left and right edges.
    pub(super) edges: (f64, f64),
    pub(super) top: f64,
    pub(super) height: f64,
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
    /// Draws the chart, and returns its lower edge, below which the names of the scale need room.
    pub(super) fn draw(&self, canvas: &mut Canvas) -> f64 {
        let (left, right) = self.edges;
        let (top, bottom) = (self.top, self.top + self.height);
        let points = self.lines.iter().flat_map(|line| &line.points);
        let end = scale(points.map(|(_, rate)| *rate).fold(0.0, f64::max));
        let last = self.labels.len().saturating_sub(1).max(1) as f64;
        let at = |position: f64, rate: f64| {
            (
                left + (right - left) * position / last,
                bottom - self.height * rate / end,
            )
        };
        for step in 0..=4 {
            let rate = end * f64::from(step) / 4.0;
            let (x, y) = at(0.0, rate);
            canvas.line(&[(x, y), (right, y)], GRID);
            canvas.text((x - 8.0, y + 4.0), Anchor::End, false, &percent(rate));
        }
        let most = ((right - left) / LABEL) as usize;
        let step = self.labels.len().div_ceil(most).max(1);
        for (position, label) in self.labels.iter().enumerate().step_by(step) {
            let (x, y) = at(position as f64, 0.0);
            canvas.line(&[(x, y), (x, y + 5.0)], AXIS);
            canvas.text((x, y + 19.0), Anchor::Middle, false, label);
        }
        canvas.line(&[(left, top), (left, bottom), (right, bottom)], AXIS);
        canvas.text((20.0, top - 13.0), Anchor::Start, false, &self.caption);
        let middle = (f64::midpoint(left, right), bottom + 38.0);
        canvas.text(middle, Anchor::Middle, false, &self.scale);
        for (position, names) in &self.marks {
            if (0.0..=last).contains(position) {
                let (x, y) = at(*position, 0.0);
                canvas.line(&[(x, top - 8.0), (x, y)], MARK);
                canvas.text((x, top - 13.0), Anchor::Middle, false, names);
            }
        }
        for (number, line) in self.lines.iter().enumerate().take(LINES) {
            let stroke = Stroke {
                color: COLORS[number % COLORS.len()],
                width: 2.0,
                dashed: number >= COLORS.len(),
            };
            let points = line.points.iter();
            let points: Vec<(f64, f64)> = points.map(|(x, rate)| at(*x, *rate)).collect();
            canvas.line(&points, stroke);
            for point in points {
                canvas.dot(point, stroke.color);
            }
            let y = top + 8.0 + 20.0 * number as f64;
            if !line.name.is_empty() {
                canvas.line(&[(right + 16.0, y), (right + 40.0, y)], stroke);
                canvas.text((right + 48.0, y + 4.0), Anchor::Start, false, &line.name);
            }
        }
        let more = self.lines.len().saturating_sub(LINES);
        if more > 0 {
            let place = (right + 16.0, top + 12.0 + 20.0 * LINES as f64);
            let text = format!("and {more} more, not drawn");
            canvas.text(place, Anchor::Start, false, &text);
        }
        bottom
    }
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

/// A picture under construction.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    shapes: String,
}

/// The part of a text that is at the given position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The text's left end.
    Start,
    /// The text's middle.
    Middle,
    /// The text's right end.
    End,
}

/// The style of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) color: &'static str,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

/// A thin grey line.
pub(super) const GRID: Stroke = Stroke {
    color: "#ddd",
    width: 1.0,
    dashed: false,
};
/// The line of an axis.
pub(super) const AXIS: Stroke = Stroke {
    color: "#444",
    ..GRID
};
/// The line of a mark.
const MARK: Stroke = Stroke {
    color: "#888",
    width: 1.0,
    dashed: true,
};

impl Canvas {
    /// Draws a line through these points.
    pub(super) fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let places: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let dashes = if stroke.dashed {
            " stroke-dasharray=\"4 3\""
        } else {
            ""
        };
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(
            self.shapes,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dashes}/>",
            places.join(" "),
            stroke.color,
            stroke.width
        );
    }

    pub(super) fn area(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), color: &str) {
        let _ = writeln!(
            self.shapes,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"/>"
        );
    }

    pub(super) fn dot(&mut self, (x, y): (f64, f64), color: &str) {
        let _ = writeln!(
            self.shapes,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>"
        );
    }

    /// Draws a line of text.
    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, bold: bool, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let bold = if bold { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            self.shapes,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{bold}>{}</text>",
            escape(legal(text))
        );
    }

    /// Returns the picture as an SVG document.
    pub(super) fn document(&self, height: f64, title: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"DejaVu Sans, Liberation Sans, Arial, sans-serif\" \
             font-size=\"12\" fill=\"#222\">\n<title>{}</title>\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n{}</svg>\n",
            escape(legal(title)),
            self.shapes
        )
    }
}
