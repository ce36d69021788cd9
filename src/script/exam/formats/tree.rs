//! A paper as it stands on pages, without a format: what every writer draws.

use super::edition::Edition;
use crate::report::doc::{Layout, Ruler};

/// A paper, laid out in one of its editions.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// For whom it is.
    pub(crate) edition: Edition,
    /// What is printed on each page, to tell versions apart.
    pub(crate) code: Option<String>,
    /// What stands before the questions.
    pub front: Front,
    /// The questions, in order.
    pub questions: Vec<Section>,
    /// What stands on a page of its own at the end: powers of two.
    pub(crate) appendix: Vec<Block>,
}

/// What stands before the questions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Front {
    pub(crate) title: String,
    /// What edition it is, where it is not the students': `Key`.
    pub(crate) edition: Option<String>,
    /// What the cover says besides the title: names and words.
    pub(crate) cover: Vec<(String, String)>,
    /// Whose it is: labels and boxes, empty or with what a roster says.
    pub owner: Vec<(String, Blank)>,
    /// The points of each question, and room for the score.
    pub(crate) grid: Grid,
    /// What all questions take for granted.
    pub(crate) assumptions: Vec<String>,
}

/// Questions, what they are worth, and room for the score.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Grid {
    /// Its rows' names: question, points, score.
    pub(crate) heads: [String; 3],
    /// Each question's number and points.
    pub(crate) questions: Vec<(String, String)>,
    /// The last column: its name, and the points in all.
    pub(crate) total: (String, String),
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub(crate) number: String,
    pub(crate) title: String,
    /// What it is worth: `8 points`.
    pub(crate) points: String,
    /// What it takes for granted that the others do not.
    pub(crate) assumptions: Vec<String>,
    /// What stands in it.
    pub body: Vec<Block>,
}

/// What stands in a question. The points of an item are empty where it is all that the place is worth.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Block {
    /// A part; parts hold no parts.
    Part { name: String, points: String, body: Vec<Block> },
    /// Prose.
    Prose(Vec<Paragraph>),
    /// A table that is given.
    Given(Table),
    /// Names and values under a title.
    Pairs { title: String, pairs: Vec<(String, String)> },
    /// A figure.
    Figure(Figure),
    /// Lines whose columns stand below each other.
    Lines(String),
    /// A numbered sequence: who does it (may be empty), and what happens.
    Steps(Vec<(String, String)>),
    /// The textbook's worksheet of an operation.
    Worksheet { operation: String, points: String, rows: Vec<WorksheetRow> },
    /// A value: what it is, in words or as the script writes it (either may be empty).
    Value { label: String, written: String, points: String, how: String, blank: Blank },
    /// A table to fill in.
    Fill { how: String, points: String, table: Table },
    /// What to choose from; `field` names it.
    Choice { text: String, how: String, points: String, field: String, options: Vec<Choice> },
    /// Free text: room in millimetres, and what marks are given for, which only a key says.
    Essay { text: String, points: String, field: String, space: u32, rubric: Vec<(String, Option<String>)> },
    /// The way to the answer of what stands before it.
    Worked(Vec<Block>),
}

/// A paragraph of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paragraph {
    /// Words, on one line however long.
    Words(String),
    /// Lines as they are: what was indented by four or more.
    Code(String),
}

/// A line of a worksheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorksheetRow {
    pub(crate) label: String,
    /// How it is to be written: `hex, 2 digits`; may be empty.
    pub(crate) how: String,
    /// Its box.
    pub blank: Blank,
}

/// A box to write into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blank {
    /// The field that it is, as answers and marks call it; empty for one that is not marked.
    pub field: String,
    /// What is printed in it already: `0x`.
    pub prefix: String,
    /// How many characters of its own it holds, the prefix not counted: the same in every version and edition.
    pub(crate) width: u32,
    /// How many digits are to be written, where that is known.
    pub(crate) digits: Option<u32>,
    /// What stands in it, where it is filled in; the whole answer, with the prefix.
    pub content: Option<String>,
    /// What stands behind it.
    pub(crate) unit: Option<String>,
}

impl Blank {
    /// How many characters it is wide in all.
    pub fn room(&self) -> u32 {
        self.width + self.prefix.chars().count() as u32
    }

    /// How far what stands in it must shrink to have room in it: 1 where it need not.
    pub(crate) fn shrunk(&self) -> f64 {
        let length = self.content.as_ref().map_or(0, |content| content.chars().count());
        (f64::from(self.room()) / length.max(1) as f64).min(1.0)
    }
}

/// Rows from which on a table is long.
const LONG: usize = 12;

/// A table whose columns stand in groups (the ways of a set).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// What it is; may be empty.
    pub title: String,
    /// The names of the columns, group by group.
    pub(crate) groups: Vec<Vec<String>>,
    /// The cells of each row, as many as there are columns in all groups.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Each column: its name, its place from 0, and whether a group begins with it (not the first).
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let all = self.groups.iter().enumerate().flat_map(|(group, names)| {
            names.iter().enumerate().map(move |(at, name)| (name.as_str(), group > 0 && at == 0))
        });
        all.enumerate().map(|(at, (name, begins))| (at, name, begins))
    }

    /// A long table with its halves side by side, where that is at most so many characters wide.
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
            let blank = || vec![Cell::Word(String::new()); columns as usize];
            row.extend(self.rows.get(at + half).cloned().unwrap_or_else(blank));
            row
        });
        Self { rows: rows.collect(), groups: [self.groups.clone(), self.groups].concat(), ..self }
    }

    /// The width of each column in characters: of what stands in it and of its name.
    pub(crate) fn widths(&self) -> Vec<u32> {
        let cells = |at: usize| self.rows.iter().filter_map(move |row| row.get(at)).map(Cell::room);
        self.columns()
            .map(|(at, name, _)| cells(at).chain([name.chars().count() as u32]).max().unwrap_or(1))
            .collect()
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A word: it begins where its column begins.
    Word(String),
    /// A number: it ends where its column ends.
    Number(String),
    /// A box.
    Blank(Blank),
}

impl Cell {
    /// How many characters it needs.
    pub(crate) fn room(&self) -> u32 {
        match self {
            Self::Word(text) | Self::Number(text) => text.chars().count() as u32,
            Self::Blank(blank) => blank.room(),
        }
    }
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub(crate) text: String,
    /// It is ticked: it is right, and this is a key.
    pub(crate) ticked: bool,
}

/// A figure.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Figure {
    /// The bits of an address from the highest: their numbers, and their digits where the boxes are filled in.
    Bits { title: String, bits: Vec<(u32, Option<char>)> },
    /// Address spaces, side by side: before and after.
    Layouts(Vec<Layout>),
    /// An address with its fields.
    Ruler(Ruler),
    /// Page tables.
    Tree(Tree),
    /// Pages of one or two processes, and the frames that they are in.
    Sharing(Sharing),
}

/// Pages of one or two processes, and the frames that they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    pub(crate) title: String,
    /// The same in lines of text.
    pub(crate) text: String,
    /// The frames, in order.
    pub(crate) frames: Vec<String>,
    /// Each process: its name, and its pages with the place of their frame.
    pub(crate) processes: Vec<(String, Vec<(String, usize)>)>,
}

/// Page tables as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub(crate) title: String,
    /// The same in lines of text.
    pub(crate) text: String,
    /// The table of level 1.
    pub(crate) root: Tables,
}

/// A page table, and those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tables {
    /// Its level, and below that where it stands.
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Entry>,
}

/// An entry of a page table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its index in the table.
    pub(crate) index: String,
    /// What it holds; nothing where a table is below it.
    pub(crate) words: String,
    /// The table that it leads to.
    pub(crate) below: Option<Tables>,
}
