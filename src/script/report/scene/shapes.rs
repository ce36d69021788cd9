//! The shapes of a scene.

use super::element::ElementId;
use crate::report::excerpt::visible;

/// A figure on a grid of characters. The origin is the upper left corner.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    pub(crate) title: String,
    /// The description of the figure, sentence by sentence. A sentence that contains an answer is marked.
    pub(crate) said: Vec<(String, bool)>,
    /// The shapes, in drawing order.
    pub(crate) shapes: Vec<Shape>,
    /// The objects of a figure that may show them before or after a change.
    pub(crate) subject: Option<String>,
    /// The figure for a narrow terminal, if it has another form there.
    pub(crate) narrow: Option<Box<Scene>>,
    /// The figure for a slide, if it has another form there.
    pub(crate) wide: Option<Box<Scene>>,
    /// The minimum size, which a paper takes from its key, and a step from the last one.
    least: Place,
    /// The thing that the next shapes represent, and the step that draws them.
    part: Option<ElementId>,
    step: Option<u16>,
}

/// The column and the row of a cell.
pub(crate) type Place = (u32, u32);

/// A shape of a scene.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) draws: Draws,
    /// What the shape represents.
    pub(crate) part: Option<ElementId>,
    /// The step that draws the shape, from 1, or `None` for a shape that is there from the beginning.
    pub(crate) step: Option<u16>,
    /// Whether the shape is missing on a paper.
    pub(crate) answer: bool,
    /// Whether the latest step draws the shape.
    pub(crate) new: bool,
}

/// The geometry of a shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Draws {
    /// A box whose border occupies its outermost cells.
    Frame {
        at: Place,
        size: Place,
        stroke: Stroke,
        fill: Fill,
    },
    /// A sequence of horizontal and vertical lines.
    Path {
        points: Vec<Place>,
        stroke: Stroke,
        arrow: bool,
    },
    /// A text on one line.
    Label { at: Place, text: String, bold: bool },
    /// Data between the centers of cells, which only drawings show. The number of the series selects the color.
    Curve {
        points: Vec<(f64, f64)>,
        series: u8,
        style: CurveStyle,
    },
}

/// The style of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CurveStyle {
    Line,
    /// A line with a dot at each point.
    Dotted,
    /// An area without a border.
    Filled,
}

/// The inside of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// The color of the background.
    Paper,
    Gray,
}

/// The stroke of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Stroke {
    /// A line of a scale, behind the data.
    Faint,
    /// Dashed: what an access did not use, or a page that is copied on a store.
    Dashed,
    Thin,
    /// Thick: the path of an access. On a paper, the line is thin.
    Taken,
}

/// A drawn box: its upper left corner, and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) at: Place,
    pub(crate) size: Place,
}

impl Frame {
    /// Returns the column of the right border.
    pub(crate) fn right(self) -> u32 {
        self.at.0 + self.size.0 - 1
    }

    /// Returns the row of the lower border.
    pub(crate) fn bottom(self) -> u32 {
        self.at.1 + self.size.1 - 1
    }

    /// Returns the row of the middle.
    pub(crate) fn center(self) -> u32 {
        self.at.1 + self.size.1 / 2
    }
}

/// Returns the width of a text in cells.
pub(crate) fn width(text: &str) -> u32 {
    text.chars().count() as u32
}

impl Scene {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Adds a sentence to the description for readers who do not see the figure.
    pub(crate) fn say(&mut self, sentence: impl Into<String>) {
        self.said.push((sentence.into(), false));
    }

    /// Adds a sentence that contains an answer.
    pub(crate) fn say_answer(&mut self, sentence: impl Into<String>) {
        self.said.push((sentence.into(), true));
    }

    pub(crate) fn write(&mut self, at: Place, text: impl Into<String>) {
        self.label(at, &text.into(), false, false);
    }

    pub(crate) fn head(&mut self, at: Place, text: impl Into<String>) {
        self.label(at, &text.into(), true, false);
    }

    /// Adds an answer, which is missing on a paper.
    pub(crate) fn answer(&mut self, at: Place, text: impl Into<String>) {
        self.label(at, &text.into(), false, true);
    }

    /// Sets what the following shapes represent.
    pub fn part(&mut self, part: Option<ElementId>) {
        self.part = part;
    }

    /// Sets the step, from 1, that draws the following shapes.
    pub fn step(&mut self, step: Option<u16>) {
        self.step = step;
    }

    fn push(&mut self, draws: Draws, answer: bool) {
        self.shapes.push(Shape {
            draws,
            part: self.part.clone(),
            step: self.step,
            answer,
            new: false,
        });
    }

    fn label(&mut self, mut at: Place, text: &str, bold: bool, answer: bool) {
        // Some formats collapse spaces at the beginning.
        let shown = visible(text.trim_start());
        if !shown.is_empty() {
            at.0 += width(text) - width(&shown);
            let text = shown.into_owned();
            self.push(Draws::Label { at, text, bold }, answer);
        }
    }

    /// Adds an empty box.
    pub(crate) fn frame(&mut self, at: Place, size: Place, stroke: Stroke) -> Frame {
        self.filled(at, size, stroke, Fill::Paper)
    }

    /// Adds an empty box with a gray background.
    pub(crate) fn shaded(&mut self, at: Place, size: Place) -> Frame {
        self.filled(at, size, Stroke::Thin, Fill::Gray)
    }

    /// Adds a box with a background.
    pub(crate) fn filled(&mut self, at: Place, size: Place, stroke: Stroke, fill: Fill) -> Frame {
        let draws = Draws::Frame {
            at,
            size,
            stroke,
            fill,
        };
        self.push(draws, false);
        Frame { at, size }
    }

    /// Adds a box that is as wide as its lines of text, or wider.
    pub(crate) fn boxed(&mut self, at: Place, least: u32, lines: &[Line], stroke: Stroke) -> Frame {
        let wide = widest(lines).max(least);
        let frame = self.frame(at, (wide + 4, lines.len() as u32 + 2), stroke);
        self.lines((at.0 + 2, at.1 + 1), lines);
        frame
    }

    /// Adds lines of text below each other.
    pub(crate) fn lines(&mut self, at: Place, lines: &[Line]) {
        for (row, line) in lines.iter().enumerate() {
            let place = (at.0, at.1 + row as u32);
            self.label(place, &line.text, line.bold, false);
            self.answer((place.0 + width(&line.text), place.1), line.answer.clone());
        }
    }

    /// Adds a line through these points.
    pub(crate) fn line(&mut self, points: &[Place], stroke: Stroke) {
        self.path(points, stroke, false, false);
    }

    /// Adds an arrow through these points. The last point is the cell before the target's border.
    pub(crate) fn arrow(&mut self, points: &[Place], stroke: Stroke) {
        self.path(points, stroke, true, false);
    }

    /// Adds an arrow through these points, which is missing on a paper.
    pub(crate) fn answer_arrow(&mut self, points: &[Place], stroke: Stroke) {
        self.path(points, stroke, true, true);
    }

    fn path(&mut self, points: &[Place], stroke: Stroke, arrow: bool, answer: bool) {
        let points = points.to_vec();
        let draws = Draws::Path {
            points,
            stroke,
            arrow,
        };
        self.push(draws, answer);
    }

    /// Makes the scene at least this large.
    pub(crate) fn reserve(&mut self, size: Place) {
        self.least = size;
    }

    /// Returns the size in cells.
    pub(crate) fn size(&self) -> Place {
        let ends = self.shapes.iter().flat_map(|shape| shape.draws.ends());
        ends.fold(self.least, |(right, bottom), (x, y)| {
            (right.max(x + 1), bottom.max(y + 1))
        })
    }

    pub(crate) fn curve(&mut self, points: Vec<(f64, f64)>, series: u8, style: CurveStyle) {
        let draws = Draws::Curve {
            points,
            series,
            style,
        };
        self.push(draws, false);
    }

    /// Returns the number of the last step, or 0 for a scene without steps.
    pub fn last_step(&self) -> u16 {
        let steps = self.shapes.iter().filter_map(|shape| shape.step);
        steps.max().unwrap_or(0)
    }

    /// Returns the scene after a step, in the size of the whole scene. Of the shapes of later steps, the lines and boxes that
    /// will be on the path of the access are there already, but thin. The answers beside the path follow with the last step.
    #[must_use]
    pub fn upto(&self, step: u16) -> Self {
        let mut scene = self.clone();
        scene.least = self.size();
        let last = self.last_step();
        let later = |shape: &Shape| shape.step.is_some_and(|own| own > step);
        scene.shapes.retain(|shape| match shape.step {
            None => !shape.answer || step >= last,
            Some(_) => !later(shape) || !shape.answer && shape.draws.is_taken(),
        });
        for shape in &mut scene.shapes {
            if later(shape) {
                shape.draws.thin();
            }
            shape.new = shape.step == Some(step);
        }
        scene
    }

    /// Returns the scene as a paper prints it: without answers, and with thin lines in place of thick ones.
    #[must_use]
    pub fn unanswered(mut self) -> Self {
        self.least = self.size();
        for form in [&mut self.narrow, &mut self.wide].into_iter().flatten() {
            **form = std::mem::take(&mut **form).unanswered();
        }
        self.said.retain(|(_, answer)| !answer);
        self.shapes.retain(|shape| !shape.answer);
        for shape in &mut self.shapes {
            shape.draws.thin();
        }
        self
    }

    /// Whether the figures show the same objects before and after a change.
    pub(crate) fn precedes(&self, after: &Self) -> bool {
        self.subject.is_some() && self.subject == after.subject
    }

    /// Adds a caption to the title.
    pub(crate) fn caption(&mut self, caption: &str) {
        self.title = format!("{caption}: {}", self.title);
    }

    pub(crate) fn description(&self) -> String {
        self.said
            .iter()
            .map(|(sentence, _)| sentence.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Returns the alternative text.
    pub(crate) fn alt(&self) -> String {
        format!("{}: {}", self.title, self.description())
    }
}

impl Draws {
    /// Whether the path of an access includes the shape.
    pub(crate) fn is_taken(&self) -> bool {
        let (Self::Frame { stroke, .. } | Self::Path { stroke, .. }) = self else {
            return false;
        };
        *stroke == Stroke::Taken
    }

    /// Makes a thick line thin.
    pub(super) fn thin(&mut self) {
        if let Self::Frame { stroke, .. } | Self::Path { stroke, .. } = self
            && *stroke == Stroke::Taken
        {
            *stroke = Stroke::Thin;
        }
    }

    /// Returns cells that include the rightmost and the lowest one.
    fn ends(&self) -> Vec<Place> {
        match self {
            Self::Frame { at, size, .. } => vec![(at.0 + size.0 - 1, at.1 + size.1 - 1)],
            Self::Path { points, .. } => points.clone(),
            Self::Label { at, text, .. } => vec![(at.0 + width(text) - 1, at.1)],
            Self::Curve { points, .. } => {
                let cell = |(x, y): &(f64, f64)| (x.round() as u32, y.round() as u32);
                points.iter().map(cell).collect()
            }
        }
    }
}

/// Returns the width of the widest line.
pub(crate) fn widest(lines: &[Line]) -> u32 {
    lines.iter().map(Line::width).max().unwrap_or(0)
}

/// A line of text in a box: a label, and an answer that is missing on a paper.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    text: String,
    bold: bool,
    answer: String,
}

impl Line {
    /// Creates a line that every edition prints.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    pub(crate) fn head(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            bold: true,
            ..Self::default()
        }
    }

    /// Creates a label with an answer.
    pub(crate) fn labeled(label: impl Into<String>, answer: impl Into<String>) -> Self {
        Self {
            text: label.into(),
            answer: answer.into(),
            bold: false,
        }
    }

    fn width(&self) -> u32 {
        width(&self.text) + width(&self.answer)
    }
}
