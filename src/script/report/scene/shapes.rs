//! The shapes of a scene.

/// A figure on a grid of characters. The origin is the upper left corner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// The title.
    pub(crate) title: String,
    /// The description of the figure, sentence by sentence. A sentence that contains an answer is marked.
    pub(crate) said: Vec<(String, bool)>,
    /// The shapes, in drawing order.
    pub(crate) shapes: Vec<SceneShape>,
    /// The objects of a figure that may show them before or after a change.
    pub(crate) subject: Option<String>,
    /// The minimum size, which a paper takes from its key.
    least: Place,
}

/// The column and the row of a cell.
pub(crate) type Place = (u32, u32);

/// A shape of a scene. A shape that is marked as an answer is missing on a paper, or is drawn with a thin line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SceneShape {
    /// A box whose border occupies its outermost cells.
    Frame {
        at: Place,
        size: Place,
        stroke: Stroke,
        shaded: bool,
    },
    /// A sequence of horizontal and vertical lines.
    Path {
        points: Vec<Place>,
        stroke: Stroke,
        arrow: bool,
        answer: bool,
    },
    /// A text on one line.
    Label {
        at: Place,
        text: String,
        bold: bool,
        answer: bool,
    },
}

/// The stroke of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Stroke {
    /// Dashed: what an access did not use, or a page that is copied on a store.
    Dashed,
    /// Thin.
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
    /// Creates an empty scene.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Adds a sentence to the description for readers who do not see the figure.
    pub(crate) fn say(&mut self, sentence: impl Into<String>, answer: bool) {
        self.said.push((sentence.into(), answer));
    }

    /// Adds a text.
    pub(crate) fn write(&mut self, at: Place, text: impl Into<String>) {
        self.label(at, text.into(), false, false);
    }

    /// Adds a heading.
    pub(crate) fn head(&mut self, at: Place, text: impl Into<String>) {
        self.label(at, text.into(), true, false);
    }

    /// Adds an answer, which is missing on a paper.
    pub(crate) fn answer(&mut self, at: Place, text: impl Into<String>) {
        self.label(at, text.into(), false, true);
    }

    fn label(&mut self, at: Place, text: String, bold: bool, answer: bool) {
        if !text.is_empty() {
            self.shapes.push(SceneShape::Label {
                at,
                text,
                bold,
                answer,
            });
        }
    }

    /// Adds an empty box.
    pub(crate) fn frame(&mut self, at: Place, size: Place, stroke: Stroke) -> Frame {
        self.shapes.push(SceneShape::Frame {
            at,
            size,
            stroke,
            shaded: false,
        });
        Frame { at, size }
    }

    /// Adds an empty box with a gray background.
    pub(crate) fn shaded(&mut self, at: Place, size: Place) -> Frame {
        self.shapes.push(SceneShape::Frame {
            at,
            size,
            stroke: Stroke::Thin,
            shaded: true,
        });
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
            self.label(place, line.text.clone(), line.bold, false);
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

    /// Adds a line through these points, which is missing on a paper.
    pub(crate) fn answer_line(&mut self, points: &[Place], stroke: Stroke) {
        self.path(points, stroke, false, true);
    }

    /// Adds an arrow through these points, which is missing on a paper.
    pub(crate) fn answer_arrow(&mut self, points: &[Place], stroke: Stroke) {
        self.path(points, stroke, true, true);
    }

    fn path(&mut self, points: &[Place], stroke: Stroke, arrow: bool, answer: bool) {
        self.shapes.push(SceneShape::Path {
            points: points.to_vec(),
            stroke,
            arrow,
            answer,
        });
    }

    /// Returns the size in cells.
    pub(crate) fn size(&self) -> Place {
        let ends = self.shapes.iter().flat_map(SceneShape::ends);
        ends.fold(self.least, |(right, bottom), (x, y)| {
            (right.max(x + 1), bottom.max(y + 1))
        })
    }

    /// Returns the scene as a paper prints it: without answers, and with thin lines in place of thick ones.
    pub(crate) fn unanswered(mut self) -> Self {
        self.least = self.size();
        self.said.retain(|(_, answer)| !answer);
        self.shapes.retain(|shape| match shape {
            SceneShape::Label { answer, .. } | SceneShape::Path { answer, .. } => !answer,
            SceneShape::Frame { .. } => true,
        });
        for shape in &mut self.shapes {
            match shape {
                SceneShape::Frame { stroke, .. } | SceneShape::Path { stroke, .. } => {
                    if *stroke == Stroke::Taken {
                        *stroke = Stroke::Thin;
                    }
                }
                SceneShape::Label { .. } => {}
            }
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

    /// Returns the description.
    pub(crate) fn description(&self) -> String {
        self.said
            .iter()
            .map(|(sentence, _)| sentence.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl SceneShape {
    /// Returns cells that include the rightmost and the lowest one.
    fn ends(&self) -> Vec<Place> {
        match self {
            Self::Frame { at, size, .. } => vec![(at.0 + size.0 - 1, at.1 + size.1 - 1)],
            Self::Path { points, .. } => points.clone(),
            Self::Label { at, text, .. } => vec![(at.0 + width(text) - 1, at.1)],
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

    /// Creates a heading.
    pub(crate) fn head(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            bold: true,
            ..Self::default()
        }
    }

    /// Creates an answer.
    pub(crate) fn answer(text: impl Into<String>) -> Self {
        Self {
            answer: text.into(),
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
