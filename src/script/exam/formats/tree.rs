//! The layout of a paper as a format-independent tree, which every writer renders.

use super::code::unmarked;
use super::labels::Labels;
use super::style::Edition;
use crate::report::doc;
use crate::report::doc::{Layout, Ruler, Step};
use crate::report::figures::{layout, ruler, steps};
use crate::report::scene::Scene;
use crate::report::text::text;
use crate::run::table::TableId;

/// An edition of a paper, laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub(crate) edition: Edition,
    /// Whether a question follows the question before it on the same page.
    pub(crate) continuous: bool,
    /// The version's code, which is printed on each page.
    pub(crate) code: Option<String>,
    /// The contents before the questions.
    pub front: Front,
    pub questions: Vec<Section>,
    /// The last page: powers of two.
    pub(crate) appendix: Vec<Block>,
}

impl Sheet {
    /// Returns `Version 7KXM4` for the foot of each page, or an empty text without a version.
    pub(crate) fn version(&self, labels: &Labels) -> String {
        let code = self.code.as_ref();
        code.map_or_else(String::new, |code| {
            format!("{} {code}", labels.localize("Version"))
        })
    }
}

/// The contents before the questions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Front {
    pub(crate) title: String,
    /// The name of the edition, such as `Key`, or `None` for the students' edition.
    pub(crate) edition: Option<String>,
    /// The cover's fields other than the title: names and texts.
    pub(crate) cover: Vec<(String, String)>,
    /// The labels and boxes for the student's name and ID, empty or filled in from a roster.
    pub owner: Vec<(String, Blank)>,
    /// The points of each question, with room for the scores.
    pub(crate) grid: Grid,
    /// The instructions: the number of questions and points, and how to write the answers.
    pub instructions: Vec<String>,
    /// The common assumptions of all questions.
    pub(crate) assumptions: Vec<String>,
}

/// Questions with their points, and room for the scores.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Grid {
    /// The row headers: question, points, score.
    pub(crate) heads: [String; 3],
    /// Each question's number and points.
    pub(crate) questions: Vec<(String, String)>,
    /// The last column: its header, and the total points.
    pub(crate) total: (String, String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub(crate) number: String,
    pub(crate) title: String,
    /// The points: `8 points`.
    pub(crate) points: String,
    /// The assumptions that apply only to this question.
    pub(crate) assumptions: Vec<String>,
    pub body: Vec<Block>,
}

impl Section {
    /// Returns the introduction, which describes the machine, and the other blocks. A screen prints all assumptions between
    /// them.
    pub(crate) fn parts(&self) -> (&[Block], &[Block]) {
        // The declaration of the machine is a block of lines.
        let introduces = |block: &&Block| {
            matches!(
                block,
                Block::Prose(_) | Block::Pairs { .. } | Block::Lines(_)
            )
        };
        self.body
            .split_at(self.body.iter().take_while(introduces).count())
    }

    /// Returns the parts on a page. Without assumptions between them, the introduction stays with the block after it.
    pub(crate) fn parts_on_page(&self) -> (&[Block], &[Block]) {
        if self.assumptions.is_empty() {
            (&[], &self.body)
        } else {
            self.parts()
        }
    }
}

/// The contents of a question. The points of an item are empty if the item has all the points of its
/// container.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A part, which does not contain other parts.
    Part {
        name: String,
        points: String,
        body: Vec<Block>,
    },
    Prose(Vec<Paragraph>),
    Given(Table),
    /// Names and values with a title.
    Pairs {
        title: String,
        pairs: Vec<(String, String)>,
    },
    Figure(Figure),
    /// Lines with aligned columns.
    Lines(String),
    /// Numbered steps, each with an actor (possibly empty) and an action.
    Steps(Vec<(String, String)>),
    /// The textbook's worksheet for the operation that the prompt describes.
    Worksheet {
        prompt: String,
        points: String,
        heads: [String; 2],
        rows: Vec<WorksheetRow>,
    },
    /// A value with its label.
    Value {
        label: String,
        points: String,
        how: String,
        blank: Blank,
    },
    /// A table to fill in. In large print, a table that is wider than the page has several parts.
    Fill {
        how: String,
        points: String,
        tables: Vec<Table>,
    },
    /// Options to choose from. `field` is the name of the answer field.
    Choice {
        text: String,
        how: String,
        points: String,
        field: String,
        options: Vec<Choice>,
    },
    /// Empty space for the students' work, with its height in millimeters.
    Space(u32),
    /// Free text, with its height in millimeters and its rubric, which only a key shows.
    Essay {
        text: String,
        points: String,
        field: String,
        space: u32,
        rubric: Vec<(String, Option<String>)>,
    },
    /// The worked solution of the preceding item.
    Worked(Vec<Block>),
}

impl Block {
    /// Whether the block prints one or two lines, which should not be alone on a page.
    fn is_short(&self) -> bool {
        matches!(self, Self::Value { .. })
            || matches!(self, Self::Prose(paragraphs) if matches!(&**paragraphs, [Paragraph::Words(_)]))
    }
}

/// Returns, for each block, whether the block stays on the same page as the next block. Prose that introduces an
/// item, a table, or a figure stays with the next block, as does the block before a short last block.
pub(crate) fn kept(blocks: &[Block]) -> impl Iterator<Item = bool> {
    blocks.iter().enumerate().map(|(at, block)| {
        let introduces = matches!(block, Block::Prose(_));
        let part = |block: &Block| matches!(block, Block::Part { .. });
        match &blocks[at + 1..] {
            // A part contains prompts, so the text before a part need not stay with it. The introduction of a
            // question may be on an earlier page.
            [] => false,
            [next, ..] if part(block) || part(next) => false,
            [last] if last.is_short() => true,
            [next, ..] => introduces && !matches!(next, Block::Prose(_)),
        }
    })
}

/// Number of characters of running text on a width of the text size.
const CHARACTERS: f64 = 2.2;
/// Shares of the page's width, in percent, after which boxes begin.
const SHARES: [usize; 5] = [20, 30, 40, 50, 60];

/// Returns, for each block, the share of the page's width after which the box of a value begins, in percent, or `None` if
/// the box is at the right edge. The boxes of adjacent values are below each other. The share depends on the room of
/// the labels, which is the same in every version. `width` is that of the page as a multiple of the text size.
pub(crate) fn label_shares(blocks: &[Block], width: f64) -> Vec<Option<usize>> {
    let page = (width * CHARACTERS) as usize;
    let share = |block: &Block| {
        let Block::Value {
            label, points, how, ..
        } = block
        else {
            return None;
        };
        let room = stable_width(label).unwrap_or_else(|| label.clone());
        let more = [points, how].map(|text| match text.chars().count() {
            0 => 0,
            // The space and the parentheses.
            length => length + 3,
        });
        let length = room.chars().count() + 1 + more[0] + more[1];
        SHARES
            .into_iter()
            .find(|share| length * 100 <= share * page)
    };
    let is_value = |block: &Block| matches!(block, Block::Value { .. });
    blocks
        .chunk_by(|one, other| is_value(one) == is_value(other))
        .flat_map(|run| {
            let widest = run.iter().filter_map(share).max();
            run.iter().map(move |block| share(block).and(widest))
        })
        .collect()
}

/// A paragraph of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paragraph {
    /// Text on a single line of any length.
    Words(String),
    /// A list of items.
    List { numbered: bool, items: Vec<String> },
    /// Preformatted lines, which were indented by four or more spaces.
    Code(String),
}

impl Paragraph {
    /// Returns the paragraph's lines as text. An item begins with its mark.
    pub(crate) fn lines(&self) -> Vec<String> {
        match self {
            Self::Words(words) => vec![words.clone()],
            Self::List { numbered, items } => (1..)
                .zip(items)
                .map(|(number, item)| {
                    if *numbered {
                        format!("{number}. {item}")
                    } else {
                        format!("• {item}")
                    }
                })
                .collect(),
            Self::Code(code) => code.lines().map(str::to_owned).collect(),
        }
    }
}

/// A line of a worksheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorksheetRow {
    pub(crate) label: String,
    /// The expected notation, such as `hex, 2 digits`, or an empty text.
    pub how: String,
    pub blank: Blank,
}

/// A box for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blank {
    /// The name of the field in answers and marks, or an empty text if the field is not marked.
    pub field: String,
    /// The printed prefix: `0x`.
    pub prefix: String,
    /// The width in characters, excluding the prefix. The width is the same in every version and edition.
    pub(crate) width: u32,
    /// Number of digits to write, if known.
    pub(crate) digits: Option<u32>,
    /// The complete answer with its prefix, if the box is filled in.
    pub content: Option<String>,
    /// The unit printed after the box.
    pub(crate) unit: Option<String>,
}

impl Blank {
    /// Returns the total width in characters.
    pub fn room(&self) -> u32 {
        self.width + self.prefix.chars().count() as u32
    }

    /// Returns the scale at which the contents fit, at most 1.
    pub(crate) fn shrunk(&self) -> f64 {
        let length = self
            .content
            .as_ref()
            .map_or(0, |content| content.chars().count());
        (f64::from(self.room()) / length.max(1) as f64).min(1.0)
    }
}

/// Minimum number of rows in a long table.
const LONG: usize = 12;

/// A table whose columns form groups (the ways of a set).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The contents of a machine or process that a given table lists.
    pub(crate) id: Option<TableId>,
    /// The title, which may be empty.
    pub title: String,
    /// The names of the columns, group by group.
    pub groups: Vec<Vec<String>>,
    /// The cells of each row, one per column in each group.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Returns the name of each column, its index from 0, and whether it begins a group other than the first.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let all = self.groups.iter().enumerate().flat_map(|(group, names)| {
            names
                .iter()
                .enumerate()
                .map(move |(at, name)| (name.as_str(), group > 0 && at == 0))
        });
        all.enumerate()
            .map(|(at, (name, begins))| (at, name, begins))
    }

    /// Splits a long table into two halves side by side if they fit in `room` characters.
    #[must_use]
    pub(crate) fn folded(self, room: u32) -> Self {
        let columns = self.columns().count() as u32;
        let wide: u32 = self.widths().iter().sum::<u32>() + 2 * columns;
        if self.rows.len() < LONG || wide * 2 > room {
            return self;
        }
        let half = self.rows.len().div_ceil(2);
        let rows = (0..half).map(|at| {
            let mut row = self.rows[at].clone();
            // An empty word would align its whole column at the left.
            let blank = || vec![Cell::Number(String::new()); columns as usize];
            row.extend(self.rows.get(at + half).cloned().unwrap_or_else(blank));
            row
        });
        Self {
            rows: rows.collect(),
            groups: [self.groups.clone(), self.groups].concat(),
            ..self
        }
    }

    /// Whether a cell of the column is blank, so that formats draw a box.
    pub(crate) fn has_blank(&self, at: usize) -> bool {
        let is_blank = |row: &Vec<Cell>| matches!(row.get(at), Some(Cell::Blank(_)));
        self.rows.iter().any(is_blank)
    }

    /// Whether a cell of the column is a word other than a number, so that formats align the column at the left. The names of
    /// pages are often numbers, and a number at the left would run into the number before it.
    pub(crate) fn has_word(&self, at: usize) -> bool {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_word =
            |row: &Vec<Cell>| matches!(row.get(at), Some(Cell::Word(text)) if !is_number(text));
        self.rows.iter().any(is_word)
    }

    /// Returns the side at which the column is aligned: `l` or `r`.
    pub(crate) fn side(&self, at: usize) -> &'static str {
        if self.has_word(at) || self.has_blank(at) {
            "l"
        } else {
            "r"
        }
    }

    /// Returns the width of each column in characters, including its name.
    pub(crate) fn widths(&self) -> Vec<u32> {
        let cells = |at: usize| {
            self.rows
                .iter()
                .filter_map(move |row| row.get(at))
                .map(Cell::room)
        };
        self.columns()
            .map(|(at, name, _)| {
                cells(at)
                    .chain([unmarked(name).chars().count() as u32])
                    .max()
                    .unwrap_or(1)
            })
            .collect()
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A word, aligned left.
    Word(String),
    /// A number, aligned right.
    Number(String),
    Blank(Blank),
}

impl Cell {
    /// Returns the printed text, or `None` for a box.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Number(text) => Some(text),
            Self::Blank(_) => None,
        }
    }

    /// Returns the width of the table in characters.
    pub(crate) fn room(&self) -> u32 {
        match self {
            Self::Word(text) | Self::Number(text) => unmarked(text).chars().count() as u32,
            Self::Blank(blank) => blank.room(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub(crate) text: String,
    /// Whether the option is checked. In a key, the correct options are checked.
    pub(crate) ticked: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// The bits of an address, highest first: their numbers, and their digits if the boxes are filled in.
    Bits {
        title: String,
        bits: Vec<(u32, Option<char>)>,
    },
    /// Address spaces side by side: before and after.
    Layouts(Vec<Layout>),
    /// An address with its fields.
    Ruler(Ruler),
    /// The messages of an access in order.
    Steps { title: String, steps: Vec<Step> },
    /// Scenes: one, or two of the same objects before and after a change.
    Scenes {
        scenes: Vec<Scene>,
        /// The figure as lines of text, or `None` if they are those of the scenes.
        text: Option<String>,
        /// The contents of a machine or a process that the figure shows.
        of: Option<TableId>,
    },
}

impl Figure {
    /// Returns the scenes for a page with this number of columns.
    pub(crate) fn scenes(&self, columns: u32) -> Vec<Scene> {
        match self {
            Self::Bits { title, bits } => vec![ruler::bits(title, bits, columns)],
            Self::Layouts(layouts) => layout::scenes(layouts, columns),
            Self::Ruler(ruler) => vec![ruler::scene(ruler, columns)],
            Self::Steps { title, steps } => vec![steps::scene(title, steps, columns)],
            Self::Scenes { scenes, .. } => {
                let fitting = |scene: &Scene| scene.within(columns).clone();
                scenes.iter().map(fitting).collect()
            }
        }
    }

    /// Returns the blocks of a report for formats without drawings, one for each drawing.
    pub(crate) fn reported(&self) -> Vec<doc::Block> {
        match self {
            Self::Bits { title, bits } => {
                vec![doc::Block::Figure(ruler::bits(title, bits, 0).into())]
            }
            Self::Layouts(layouts) => layouts
                .iter()
                .map(|layout| doc::Block::Layout(layout.clone().into()))
                .collect(),
            Self::Ruler(ruler) => vec![doc::Block::Ruler(ruler.clone())],
            Self::Steps { steps, .. } => vec![doc::Block::Steps(steps.clone())],
            Self::Scenes {
                text: Some(text), ..
            } => vec![doc::Block::Script(text.clone())],
            Self::Scenes { scenes, .. } => scenes
                .iter()
                .map(|scene| doc::Block::Figure(scene.clone().into()))
                .collect(),
        }
    }
}

impl From<Scene> for Figure {
    fn from(scene: Scene) -> Self {
        Self::Scenes {
            // The frames and the areas of processes.
            of: scene.subject.is_some().then_some(TableId::Frames),
            scenes: vec![scene],
            text: None,
        }
    }
}

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
        doc::Block::Figure(scene) => Block::Figure((**scene).clone().into()),
        doc::Block::Layout(layout) => Block::Figure(Figure::Layouts(vec![(**layout).clone()])),
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
fn given(table: &doc::Table) -> Table {
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

// Pads text to the same width in every version of a paper. Lines then break at the same words for
// `0x4` and `0x3FC`, so the boxes below stay in place.

/// Pads every number to a maximum number of digits, so that the text has the same width in every version.
pub(crate) fn stable_width(words: &str) -> Option<String> {
    let mut changed = false;
    let wide = words.split_inclusive([' ', '`']).map(|word| {
        let bare = word.trim_end_matches([' ', '`']);
        if !bare.contains(|c: char| c.is_ascii_digit()) {
            return word.to_owned();
        }
        changed = true;
        let length = bare.chars().count();
        "0".repeat(length.next_multiple_of(4)) + &word[bare.len()..]
    });
    let wide: String = wide.collect();
    changed.then_some(wide)
}

#[cfg(test)]
mod tests {
    use super::{Blank, Block, Cell, Table, label_shares, stable_width};

    #[test]
    fn room_does_not_depend_on_the_digits_of_a_number() {
        assert_eq!(stable_width("at 0x4 now"), stable_width("at 0x3 now"));
        assert_eq!(stable_width("at 0x1A"), stable_width("at 0x1"));
        assert_eq!(stable_width("none"), None);
        // The backticks around code stay.
        assert_eq!(
            stable_width("of `a[1]`, `b` 2").as_deref(),
            Some("of `0000`, `b` 0000")
        );
    }

    #[test]
    fn adjacent_boxes_are_below_each_other() {
        let value = |label: &str| Block::Value {
            label: label.to_owned(),
            points: "2 points".to_owned(),
            how: String::new(),
            blank: Blank::default(),
        };
        let long = "a label of many words ".repeat(4);
        let (near, far) = (value("Hits"), value(&"x".repeat(30)));
        assert_eq!(
            label_shares(
                &[near.clone(), far, value(&long), Block::Space(10), near],
                45.0
            ),
            [Some(50), Some(50), None, None, Some(20)]
        );
        // The digits of a number move no box.
        assert_eq!(
            label_shares(&[value("Reads of 0x4")], 45.0),
            label_shares(&[value("Reads of 0x3FC")], 45.0)
        );
    }

    #[test]
    fn a_column_of_numbers_is_aligned_at_the_right() {
        let row = |cells: [&str; 2]| cells.map(|text| Cell::Word(text.to_owned())).to_vec();
        let table = Table {
            groups: vec![vec!["Page".to_owned(), "Name".to_owned()]],
            rows: vec![row(["7", "7"]), row(["10", "b"])],
            ..Table::default()
        };
        assert_eq!([table.side(0), table.side(1)], ["r", "l"]);
    }

    #[test]
    fn an_uneven_table_keeps_its_alignment() {
        let row = |n: usize| vec![Cell::Number(n.to_string())];
        let table = Table {
            groups: vec![vec!["VPN".to_owned()]],
            rows: (0..13).map(row).collect(),
            ..Table::default()
        };
        let folded = table.folded(80);
        assert_eq!(folded.rows.len(), 7);
        assert!(!folded.has_word(0) && !folded.has_word(1));
    }
}
