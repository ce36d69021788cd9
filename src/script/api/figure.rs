//! The figures of a statement as data, text, and SVG.

use serde::Serialize;
use serde_json::Value;

use crate::exam::formats::plan::figure;
use crate::exam::formats::tree::Block;
use crate::report::json;
use crate::report::narrate::view;
use crate::report::scene::{PAPER, Scene, svgs};
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
    /// The drawings with their steps, for other themes.
    #[serde(skip)]
    pub scenes: Vec<Scene>,
}

impl Figure {
    /// Returns the figures that a statement shows, in order. The figures contain all answers.
    pub fn from_record(record: &StepRecord) -> Vec<Self> {
        match &*record.did {
            Did::Shown(views) => views.iter().filter_map(Self::from_view).collect(),
            _ => Vec::new(),
        }
    }

    fn from_view(of: &View) -> Option<Self> {
        let drawn = figure(of, true)?;
        let scenes = |block: &Block| match block {
            Block::Figure(figure) => figure.scenes(PAPER.columns(WIDTH)),
            _ => Vec::new(),
        };
        let scenes: Vec<Scene> = drawn.iter().flat_map(scenes).collect();
        let data = json::view_objects(of)
            .into_iter()
            .next()
            .unwrap_or_default();
        Some(Self {
            version: FIGURE_VERSION,
            name: name(of, &data).to_owned(),
            text: text(&view::blocks(of), false),
            svg: svgs(&scenes, &PAPER, WIDTH),
            scenes,
            data,
        })
    }
}

fn name<'d>(of: &View, data: &'d Value) -> &'d str {
    match of {
        View::Tree(_) => "tables",
        View::Steps(..) => "steps",
        View::Layout(_) => "layout",
        _ => data["figure"].as_str().unwrap_or_default(),
    }
}
