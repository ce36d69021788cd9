//! Converts a run's report to blocks of a paper.

use super::tree::{Block, Cell, Figure, Paragraph, Table};
use crate::report::doc;
use crate::report::text::text;

/// Returns the blocks of a paper for the blocks of a report.
pub(crate) fn from_doc(blocks: &[doc::Block]) -> Vec<Block> {
    blocks.iter().map(one).collect()
}

fn one(block: &doc::Block) -> Block {
    match block {
        // Multiline text, such as a program, keeps its line breaks.
        doc::Block::Paragraph { text: lines, .. } if lines.contains('\n') => {
            Block::Lines(lines.clone())
        }
        doc::Block::Heading(words) | doc::Block::Paragraph { text: words, .. } => {
            Block::Prose(vec![Paragraph::Words(words.clone())])
        }
        doc::Block::Pairs { title, pairs } => Block::Pairs {
            title: title.clone(),
            pairs: pairs.clone(),
        },
        doc::Block::Table(table) => Block::Given(given(table)),
        doc::Block::Ruler(ruler) => Block::Figure(Figure::Ruler(ruler.clone())),
        doc::Block::Figure(scene) => Block::Figure(Figure::Scene(scene.clone())),
        doc::Block::Layout(layout) => Block::Figure(Figure::Layouts(vec![layout.clone()])),
        doc::Block::Steps(steps) => Block::Steps(
            steps
                .iter()
                .map(|step| (step.who(), step.what.clone()))
                .collect(),
        ),
        doc::Block::Script(lines) => Block::Lines(lines.clone()),
        other => Block::Lines(flush(&text(std::slice::from_ref(other), false))),
    }
}

/// Converts a table of a report.
pub(crate) fn given(table: &doc::Table) -> Table {
    let cell = |cell: &doc::Cell| {
        if cell.word {
            Cell::Word(cell.text.clone())
        } else {
            Cell::Number(cell.text.clone())
        }
    };
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect();
    Table {
        title: table.title.clone(),
        groups: table.groups.clone(),
        rows,
        ..Table::default()
    }
}

/// Removes the indentation of terminal lines.
pub(crate) fn flush(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix("  ").unwrap_or(line))
        .collect();
    lines.join("\n").trim_end().to_owned()
}
