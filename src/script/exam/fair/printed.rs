//! The texts that a question prints, from the laid-out paper.

use crate::exam::formats::figure_texts;
use crate::exam::formats::tree::{Block, Cell, Figure, Section, Table};
use crate::run::table::TableId;

/// A text that a question prints.
pub(super) struct Text {
    pub(super) words: String,
    pub(super) source: Source,
}

/// The part of a question that prints a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Prose, values, and labels of figures.
    Prose,
    /// The numbered messages of an operation, which contain its results.
    Steps,
    /// The item with this index in its question, without its blanks.
    Item(usize),
    /// Contents of a machine or a process, in which students look up answers.
    State(TableId),
}

/// Returns the texts of a question in order. The paper shows each item alone, as on a screen.
pub(super) fn texts(section: &Section) -> Vec<Text> {
    let mut printed = Printed::default();
    printed.say(Source::Prose, &section.title);
    printed.blocks(&section.body);
    printed.texts
}

/// Returns the index of an item's text.
pub(super) fn own_place(item: usize, texts: &[Text]) -> usize {
    let is_own = |text: &Text| text.source == Source::Item(item);
    texts.iter().position(is_own).unwrap_or(0)
}

#[derive(Default)]
struct Printed {
    texts: Vec<Text>,
    items: usize,
}

impl Printed {
    fn say(&mut self, source: Source, words: &str) {
        self.texts.push(Text {
            words: words.to_owned(),
            source,
        });
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Part { name, body, .. } => {
                self.say(Source::Prose, name);
                self.blocks(body);
            }
            Block::Prose(paragraphs) => {
                for paragraph in paragraphs {
                    self.say(Source::Prose, &paragraph.lines().join("\n"));
                }
            }
            Block::Given(table) => self.table(table),
            Block::Pairs { title, pairs } => {
                self.say(Source::Prose, title);
                for (name, value) in pairs {
                    self.say(Source::Prose, &format!("{name}: {value}"));
                }
            }
            Block::Figure(figure) => self.figure(figure),
            // Areas, and trees of page tables that do not fit in a figure.
            Block::Lines(lines) => self.say(Source::State(TableId::Maps), lines),
            Block::Steps(steps) => {
                for (who, what) in steps {
                    self.say(Source::Steps, &format!("{who}: {what}"));
                }
            }
            Block::Worksheet { prompt, rows, .. } => {
                let labels = rows.iter().map(|row| row.label.as_str());
                self.item(std::iter::once(prompt.as_str()).chain(labels));
            }
            Block::Value { label, .. } => self.item([label.as_str()]),
            Block::Fill { how, tables, .. } => {
                let tables = tables.iter().flat_map(|table| {
                    let cells = table.rows.iter().flatten().filter_map(Cell::text);
                    std::iter::once(table.title.as_str()).chain(cells)
                });
                self.item(std::iter::once(how.as_str()).chain(tables));
            }
            Block::Choice { text, options, .. } => {
                // A different order of options does not make a different question.
                let mut options: Vec<&str> = options.iter().map(|own| own.text.as_str()).collect();
                options.sort_unstable();
                self.item(std::iter::once(text.as_str()).chain(options));
            }
            Block::Essay { text, .. } => self.item([text.as_str()]),
            Block::Space(_) | Block::Worked(_) => {}
        }
    }

    fn item<'t>(&mut self, words: impl IntoIterator<Item = &'t str>) {
        let words: Vec<&str> = words.into_iter().collect();
        self.say(Source::Item(self.items), &words.join(" "));
        self.items += 1;
    }

    fn table(&mut self, table: &Table) {
        let source = match table.id {
            // These tables contain what the question asks for.
            None | Some(TableId::Reference | TableId::Stats | TableId::Author) => Source::Prose,
            Some(id) => Source::State(id),
        };
        let heads: Vec<&str> = table.columns().map(|(_, name, _)| name).collect();
        self.say(Source::Prose, &table.title);
        self.say(Source::Prose, &heads.join(" "));
        for row in &table.rows {
            let cells: Vec<&str> = row.iter().filter_map(Cell::text).collect();
            self.say(source, &cells.join(" "));
        }
    }

    fn figure(&mut self, figure: &Figure) {
        let source = match figure {
            Figure::Layouts(_) => Source::State(TableId::Maps),
            Figure::Scenes { of: Some(id), .. } => Source::State(*id),
            Figure::Steps { .. } => Source::Steps,
            _ => Source::Prose,
        };
        for text in figure_texts(figure) {
            text.lines().for_each(|line| self.say(source, line));
        }
    }
}

/// Returns the words and numbers of a text.
pub(super) fn tokens(words: &str) -> impl Iterator<Item = &str> {
    words.split(|c: char| !c.is_ascii_alphanumeric())
}
