//! Views of `show`.

use crate::report::doc::Block;
use crate::report::figures::{Room, scene};
use crate::run::record::{AreaRecord, Shown, View};

use crate::run::table::Rows;
use pagewalk_engine::machine::spec::Spec;

use super::declaration::declaration;
use super::page_walk;
use super::process::{layout, maps};
use super::ruler::{of_address, rulers};
use super::steps::{call_steps, steps_at};
use super::tree;
use crate::report::words::counts::approximately;

pub(crate) fn blocks(view: &View) -> Vec<Block> {
    match view {
        View::Table(shown) => [Block::Table(shown.into())]
            .into_iter()
            .chain(legend(shown))
            .collect(),
        View::Pairs { title, pairs } => vec![Block::Pairs {
            title: title.clone(),
            pairs: pairs.clone(),
        }],
        View::Value { of, value } => vec![Block::line(self::value(of, value))],
        View::Rulers(spec) => rulers(spec).into_iter().map(Block::Ruler).collect(),
        View::Walk(of) => page_walk::blocks(of),
        View::Bits(of) => of_address(of, false)
            .into_iter()
            .map(Block::Ruler)
            .collect(),
        View::Steps(access, level) => steps_at(access, *level),
        View::CallSteps(call, level) => vec![Block::Steps(call_steps(call, *level))],
        View::Layout(layout) => layout::blocks(layout, false),
        View::Tree(tree) => tree::blocks(tree),
        View::Maps { spec, areas, .. } => maps(spec, areas),
        View::Declaration(spec) => vec![Block::Script(declaration(spec))],
        View::Listing { text, .. } => vec![Block::Script(numbered(text))],
        View::Figure(data) => vec![Block::Figure(scene(data, Room::PAGE).into())],
        View::Remark(words) => vec![Block::faint(words)],
    }
}

/// Returns the lines of a program with their numbers.
fn numbered(text: &str) -> String {
    let digits = text.lines().count().to_string().len();
    let lines = (1..).zip(text.lines());
    let lines =
        lines.map(|(number, line)| format!("{number:digits$}  {line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the blocks of a view on a paper, without the answers in a figure.
pub(crate) fn unanswered(view: &View) -> Vec<Block> {
    match view {
        View::Figure(data) if !data.is_given() => {
            vec![Block::Figure(scene(data, Room::PAGE).unanswered().into())]
        }
        View::Bits(of) => of_address(of, true).into_iter().map(Block::Ruler).collect(),
        View::Walk(of) => vec![Block::line(page_walk::title(of))],
        View::Layout(of) => layout::blocks(of, true),
        View::Listing { name, .. } => {
            let caption = Block::line(format!("Program {name}:"));
            std::iter::once(caption).chain(blocks(view)).collect()
        }
        other => blocks(other),
    }
}

/// Returns the line below the table of a figure that marks changes.
fn legend(of: &Rows) -> Option<Block> {
    let marks = of.marks.as_ref()?;
    let gone: Vec<String> = marks.gone.iter().map(ToString::to_string).collect();
    let mut notes = Vec::new();
    if !marks.cells.is_empty() {
        notes.push("* changed since the previous figure".to_owned());
    }
    if !gone.is_empty() {
        notes.push(format!("no longer in the table: {}", gone.join(", ")));
    }
    (!notes.is_empty()).then(|| Block::faint(notes.join("; ")))
}

/// Returns the areas of a process.
fn maps(spec: &Spec, areas: &[AreaRecord]) -> Vec<Block> {
    match areas {
        [] => vec![Block::faint("(no areas)")],
        areas => vec![Block::Script(maps::lines(spec, areas).join("\n"))],
    }
}

/// Returns the value if the statement shows nothing else. The line of the statement then shows the value.
pub(crate) fn sole_value(views: &[View]) -> Option<String> {
    match views {
        [View::Value { of, value }] => Some(
            self::value(of, value)
                .lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" "),
        ),
        _ => None,
    }
}

fn value(of: &str, value: &Shown) -> String {
    if of.is_empty() {
        // The value of prose needs no label.
        return value.to_string();
    }
    format!("{of} = {value}{}", approximately(&value.value))
}
