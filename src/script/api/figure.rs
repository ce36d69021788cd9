//! The figures of a statement as data, text, and SVG.

use serde::Serialize;
use serde_json::Value;

use crate::exam::formats::plan::figure;
use crate::exam::formats::tree::Block;
use crate::report::figures::table_scene;
use crate::report::json;
use crate::report::narrate::view;
use crate::report::scene::{PAPER, Scene, Theme, svgs};
use crate::report::text::text;
use crate::run::record::{Did, FIGURE_VERSION, StepRecord, View};

/// The width of a drawing in millimeters: an A4 page without margins.
const WIDTH: f64 = 174.0;

/// A figure that a statement shows.
///
/// ```
/// use pagewalk_script::api::{CheckedScript, Figure, Options, Stepper};
///
/// let script = CheckedScript::from_text("f.pw", "machine simple\nfigure system\n", &mut ());
/// let (mut run, mut records) = (Stepper::new(script.into(), Options::default()), Vec::new());
/// run.forward(2, &mut records);
/// let figures = Figure::from_record(&records[1]);
/// assert_eq!((&*figures[0].name, &figures[0].data["tlbs"][0]["ways"]), ("system", &4.into()));
/// assert!(figures[0].text.contains("16 entries, 4-way"));
/// assert!(figures[0].svg[0].starts_with("<svg"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The version of the format of `data`. The version changes when a member is renamed, removed, or redefined.
    pub version: u32,
    /// The name in scripts, such as `translation`.
    pub name: String,
    /// The values in the figure. `docs/reference/figures.md` describes the members.
    pub data: Value,
    /// The figure for a terminal, as lines of text.
    pub text: String,
    /// The drawings as SVG, each with a title and a description. Two address spaces side by side have two
    /// drawings. A figure that is too large for a page has none.
    pub svg: Vec<String>,
    #[serde(skip)]
    scenes: Vec<Scene>,
    /// The drawings without their answers.
    #[serde(skip)]
    unanswered: Vec<Scene>,
}

/// The look of the drawings of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureStyle {
    /// The colors and sizes.
    pub theme: Theme,
    /// The width in millimeters. A drawing with small type is wider.
    pub width: f64,
    /// Whether the answers are missing, as on a paper.
    pub unanswered: bool,
    /// Whether there is a drawing for each step.
    pub steps: bool,
}

impl Default for FigureStyle {
    /// Returns the style of a printed page with all answers.
    fn default() -> Self {
        Self {
            theme: PAPER,
            width: WIDTH,
            unanswered: false,
            steps: false,
        }
    }
}

impl Figure {
    /// Returns the figures that a statement shows, in order. The figures contain all answers.
    pub fn from_record(record: &StepRecord) -> Vec<Self> {
        match &*record.did {
            Did::Shown(views) => views.iter().filter_map(Self::from_view).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the SVGs of each drawing: one, or in a style with steps one for each message or arrow, in the same size.
    pub fn drawings(&self, style: &FigureStyle) -> Vec<Vec<String>> {
        let scenes = if style.unanswered {
            &self.unanswered
        } else {
            &self.scenes
        };
        let scenes: Vec<&Scene> = scenes
            .iter()
            .map(|scene| scene.on(&style.theme, style.width))
            .collect();
        let last = scenes
            .iter()
            .map(|scene| scene.last_step())
            .max()
            .unwrap_or(0);
        let steps = if style.steps && last > 0 {
            1..=last
        } else {
            last..=last
        };
        let mut drawings = vec![Vec::new(); scenes.len()];
        for step in steps {
            let scenes: Vec<Scene> = if style.steps {
                scenes.iter().map(|scene| scene.upto(step)).collect()
            } else {
                scenes.iter().copied().cloned().collect()
            };
            let svgs = svgs(&scenes, &style.theme, style.width);
            for (drawing, svg) in drawings.iter_mut().zip(svgs) {
                drawing.push(svg);
            }
        }
        drawings
    }

    fn from_view(of: &View) -> Option<Self> {
        let scenes = scenes_of(of, true)?;
        let data = json::view_objects(of)
            .into_iter()
            .next()
            .unwrap_or_default();
        Some(Self {
            version: FIGURE_VERSION,
            name: name(of, &data).to_owned(),
            text: text(&view::blocks(of), false),
            svg: svgs(&scenes, &PAPER, WIDTH),
            unanswered: scenes_of(of, false).unwrap_or_default(),
            scenes,
            data,
        })
    }
}

/// Returns the drawings of a view, with or without the answers, or `None` if the view is not a figure.
fn scenes_of(of: &View, filled: bool) -> Option<Vec<Scene>> {
    if let View::Table(table) = of {
        // A table that `show` prints is no figure.
        table.marks.as_ref()?;
        return Some(table_scene(table, &view::blocks(of)).into_iter().collect());
    }
    let scenes = |block: &Block| match block {
        Block::Figure(figure) => figure.scenes(PAPER.columns(WIDTH)),
        _ => Vec::new(),
    };
    Some(figure(of, filled)?.iter().flat_map(scenes).collect())
}

fn name<'d>(of: &View, data: &'d Value) -> &'d str {
    match of {
        View::Tree(_) => "tables",
        View::Steps(..) => "steps",
        View::Layout(_) => "layout",
        View::Table(table) => table.id.noun(),
        _ => data["figure"].as_str().unwrap_or_default(),
    }
}
