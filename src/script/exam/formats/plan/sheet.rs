//! Whole papers.

use std::collections::BTreeSet;

use super::figures;
use super::figures::put;
use super::front::{appendix, front};
use super::hints::mark_given;
use super::instructions::{authored, instructions};
use super::items::{Items, points};
use super::medium::Medium;
use super::powers::set_powers;
use crate::exam::formats::assumptions::{no_value, stated};
use crate::exam::formats::labels::Labels;
use crate::exam::formats::prompt::{filled, tabled};
use crate::exam::formats::prose::paragraphs;
use crate::exam::formats::solution::solution;
use crate::exam::formats::style::{Edition, Style};
use crate::exam::formats::tree::{Block, Figure, Front, Section, Sheet, Table, from_doc};
use crate::exam::paper::{Paper, PaperItem, Piece, Question};
use crate::exam::topics::Topics;
use crate::lang::value::Number;
use crate::questions::entry::Figure as Drawn;
use crate::report::narrate::{on_paper, view};
use crate::run::record::{StartRow, View};
use crate::run::table::Rows;

/// Lays out an edition of a paper.
pub fn sheet(paper: &Paper, edition: Edition, style: &Style) -> Sheet {
    let medium = if style.large {
        Medium::LargePage
    } else {
        Medium::Page
    };
    let topics: Vec<Topics> = paper.questions.iter().map(Topics::of_question).collect();
    let authored = authored(paper);
    // Instructions of the author leave the sentence about missing values among the assumptions,
    // because the key depends on it.
    let mut sheet = within(paper, &topics, edition, style, medium, authored.is_some());
    sheet.front.instructions = authored.unwrap_or_else(|| {
        let mut all = instructions(paper, &style.labels);
        let dash = no_value(&topics).map(|dash| style.labels.sentence(dash));
        // The dash must not begin a line.
        all.extend(dash.map(|dash| dash.replace(" - ", "\u{a0}- ")));
        all
    });
    set_powers(&mut sheet);
    sheet
}

/// Lays out a paper for students who answer on screen. Does not split tables, so that the blanks are in the
/// order of the fields. Such a paper has no instructions, because a platform explains its own input
/// fields.
pub fn for_screens(paper: &Paper) -> Sheet {
    let topics: Vec<Topics> = paper.questions.iter().map(Topics::of_question).collect();
    let style = Style {
        powers: false,
        ..Style::default()
    };
    within(paper, &topics, Edition::Paper, &style, Medium::Screen, true)
}

/// Lays out a paper for a medium. With `dashes`, the assumptions include how to write missing values.
fn within(
    paper: &Paper,
    topics: &[Topics],
    edition: Edition,
    style: &Style,
    medium: Medium,
    dashes: bool,
) -> Sheet {
    let labels = &style.labels.for_paper(paper);
    let say = |said: &String| labels.sentence(said);
    let of_question = |(question, topics): (&Question, &Topics)| {
        let mut said = stated(question, topics);
        let dash = no_value(std::slice::from_ref(topics)).filter(|_| dashes);
        said.extend(dash.map(str::to_owned));
        said
    };
    let each = paper.questions.iter().zip(topics).map(of_question);
    let each: Vec<Vec<String>> = each.collect();
    // The assumptions of a single question follow its machine.
    let begins_with_machine = |question: &Question| match question.body.first() {
        Some(Piece::Given(views)) => matches!(views.first(), Some(View::Declaration(_))),
        _ => false,
    };
    let is_alone = matches!(&*paper.questions, [only] if begins_with_machine(only));
    let shared = each.first().filter(|_| !is_alone);
    let shared: Vec<String> = shared.map_or_else(Vec::new, |first| {
        first
            .iter()
            .filter(|said| each.iter().all(|own| own.contains(said)))
            .cloned()
            .collect()
    });
    let items = Items::from_paper(paper, edition, labels, medium);
    let mut plan = Plan {
        edition,
        labels,
        medium,
        items,
    };
    let questions = paper
        .questions
        .iter()
        .zip(topics)
        .zip(&each)
        .enumerate()
        .map(|(at, ((question, topics), own))| Section {
            number: (at + 1).to_string(),
            title: question.title.to_string(),
            points: points(question.points, labels),
            assumptions: own
                .iter()
                .filter(|said| !shared.contains(said))
                .map(say)
                .collect(),
            body: plan.pieces(&question.body, question.points, topics),
        });
    Sheet {
        edition,
        continuous: paper.continuous,
        code: paper.version.as_ref().map(|version| version.code.clone()),
        questions: questions.collect(),
        front: Front {
            assumptions: shared.iter().map(say).collect(),
            ..front(paper, edition, labels)
        },
        appendix: if style.powers {
            appendix(labels, medium)
        } else {
            Vec::new()
        },
    }
}

struct Plan<'p> {
    edition: Edition,
    labels: &'p Labels,
    medium: Medium,
    items: Items<'p>,
}

impl Plan<'_> {
    /// Returns the contents of a question or part with `whole` points.
    fn pieces(&mut self, body: &[Piece], whole: Number, topics: &Topics) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut listed: &[StartRow] = &[];
        let is_named = programs(body).collect::<BTreeSet<_>>().len() > 1;
        let mut rest = body;
        while let Some((piece, more)) = rest.split_first() {
            if let Some((items, block)) = self.items.stream(rest, whole) {
                if let Some((first, _)) = items.first() {
                    self.add_above(first, &mut listed, &mut blocks);
                }
                blocks.push(block);
                // A `solution` after the loop is about the whole table.
                let written = items
                    .iter()
                    .filter(|(item, _)| item.printed.solution.is_some())
                    .count();
                match items.last() {
                    Some((last, _)) if written == 1 && last.printed.solution.is_some() => {
                        blocks.extend(self.worked(last, None, topics));
                    }
                    _ => blocks.extend(
                        items
                            .iter()
                            .filter_map(|(item, name)| self.worked(item, Some(name), topics)),
                    ),
                }
                rest = &rest[items.len()..];
                continue;
            }
            rest = more;
            match piece {
                Piece::Text(words) => blocks.push(Block::Prose(paragraphs(words))),
                Piece::Space(height) => blocks.push(Block::Space(*height)),
                Piece::Given(views) => {
                    for view in views {
                        if let (View::Listing { name, .. }, true) = (view, is_named) {
                            let text = filled(self.labels, "Program {name}:", &[("name", name)]);
                            blocks.push(Block::Prose(paragraphs(&text)));
                        }
                        blocks.extend(self.given(view));
                    }
                }
                Piece::Figure(figure) => {
                    for block in self.figure(figure) {
                        put(&mut blocks, block, self.labels);
                    }
                }
                Piece::Item(item) => {
                    self.add_above(item, &mut listed, &mut blocks);
                    blocks.push(self.items.next(item, item.points != whole));
                    blocks.extend(self.worked(item, None, topics));
                }
                Piece::Part {
                    name,
                    points: worth,
                    body,
                } => blocks.push(Block::Part {
                    name: name.to_string(),
                    points: points(*worth, self.labels),
                    body: self.pieces(body, *worth, topics),
                }),
            }
        }
        blocks
    }

    /// Adds the table of initial pages above an item, unless the last such table lists all of these pages.
    fn add_above<'i>(
        &self,
        item: &'i PaperItem,
        listed: &mut &'i [StartRow],
        blocks: &mut Vec<Block>,
    ) {
        let start = tabled(item).map_or(&[][..], |run| &run.start);
        if !start.iter().all(|row| listed.contains(row)) {
            blocks.extend(self.items.above(item));
            *listed = start;
        }
    }

    /// Returns the worked solution of an item in the edition with solutions, if the item has one. The solution begins
    /// with the name of the item, if it has one.
    fn worked(&self, item: &PaperItem, name: Option<&str>, topics: &Topics) -> Option<Block> {
        if self.edition != Edition::Solutions {
            return None;
        }
        let mut worked = from_doc(&solution(item, topics, self.labels));
        if worked.is_empty() {
            return None;
        }
        if let Some(name) = name {
            worked.insert(0, Block::Prose(paragraphs(name)));
        }
        Some(Block::Worked(worked))
    }

    /// Returns a given view. Uses the course's names for tables and columns.
    fn given(&self, view: &View) -> Vec<Block> {
        if let View::Declaration(spec) = view {
            return vec![Block::Lines(on_paper(spec, self.labels.of_words()))];
        }
        let named = |block| match (block, view) {
            (Block::Given(table), View::Table(of)) => {
                let mut table = named(table, Some(of), self.labels);
                table.id = Some(of.id);
                mark_given(&mut table, of, self.labels);
                self.medium.given(table)
            }
            (Block::Given(table), _) => self.medium.given(named(table, None, self.labels)),
            (Block::Lines(lines), View::Maps { table, .. }) => {
                vec![Block::Lines(format!(
                    "{}\n{lines}",
                    self.labels.title(table)
                ))]
            }
            (other, _) => vec![other],
        };
        from_doc(&view::blocks(view))
            .into_iter()
            .flat_map(named)
            .collect()
    }

    fn figure(&self, figure: &Drawn) -> Vec<Block> {
        match figure {
            Drawn::Bits { title, bits, value } => {
                let digit = |bit: u32| if value >> bit & 1 == 1 { '1' } else { '0' };
                let of = |bit: u32| (bit, self.edition.filled().then(|| digit(bit)));
                let bits = (0..*bits).rev().map(of).collect();
                vec![Block::Figure(Figure::Bits {
                    title: self.labels.localize(title).to_owned(),
                    bits,
                })]
            }
            Drawn::Views(views) => {
                let mut blocks = Vec::new();
                for view in views {
                    let drawn = figures::figure(view, self.edition.filled());
                    for mut block in drawn.unwrap_or_else(|| self.given(view)) {
                        if let Block::Figure(Figure::Layouts(layouts)) = &mut block {
                            for layout in layouts {
                                layout.written = true;
                            }
                        }
                        put(&mut blocks, block, self.labels);
                    }
                }
                blocks
            }
        }
    }
}

/// Returns the names of the programs whose texts a question or part prints.
fn programs(body: &[Piece]) -> impl Iterator<Item = &str> {
    let views = body.iter().flat_map(|piece| match piece {
        Piece::Given(views) => &views[..],
        _ => &[],
    });
    views.filter_map(|view| match view {
        View::Listing { name, .. } => Some(&**name),
        _ => None,
    })
}

/// Renames a table and its columns to the course's terms.
fn named(table: Table, of: Option<&Rows>, labels: &Labels) -> Table {
    let noun = of.map_or(&*table.title, |of| of.id.noun());
    let groups = table
        .groups
        .iter()
        .map(|group| group.iter().map(|name| labels.column(noun, name)).collect());
    Table {
        groups: groups.collect(),
        title: of.map_or_else(|| labels.table(&table.title), |of| labels.title(of)),
        ..table
    }
}
