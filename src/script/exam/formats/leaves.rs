//! The table of a format's leaves: the text of each element of a paper, with holes for what it contains.

/// A leaf for a text, and what replaces the leaf if the text is empty. Hole: `«text»`.
pub(crate) type Perhaps = (&'static str, &'static str);
/// A leaf for each item of a list, and the text between two items.
pub(crate) type Each = (&'static str, &'static str);
/// The columns of a table: those for names up to this number of characters, and those for longer names.
pub(crate) type Columns = (usize, &'static str, &'static str);

/// The leaves of a format. A leaf of a block includes the line break at its end. A format does not set the leaves that it lacks.
#[derive(Default)]
pub(crate) struct Leaves {
    // Within a line.
    pub(crate) points: Perhaps,
    pub(crate) how: Perhaps,
    pub(crate) title: Perhaps,
    /// The actor of a step.
    pub(crate) who: Perhaps,
    /// The points after `words`.
    pub(crate) worth: Perhaps,
    /// Words that take as much room as `«room»` in every version, and words without numbers. Holes: `«text»`, `«points»`.
    pub(crate) words: [&'static str; 2],

    // Blocks.
    /// A block on the same page as the next one: prose, and other blocks. Hole: `«body»`, without its last line break.
    pub(crate) keep: [&'static str; 2],
    /// Holes: `«head»`, `«body»`, `«height»`.
    pub(crate) part: &'static str,
    /// Holes: `«name»`, `«points»`.
    pub(crate) part_head: &'static str,
    /// The worked solutions of a part, which are outside of it because they may continue on the next page, the head of the rest
    /// of the part, and the end of the whole. `None` if a part contains its solutions.
    pub(crate) part_divided: Option<[&'static str; 3]>,
    /// Hole: `«text»`, as for `code` and `lines`.
    pub(crate) paragraph: &'static str,
    /// A list with marks, and a numbered one. Hole: `«items»`.
    pub(crate) list: [&'static str; 2],
    /// Holes: `«mark»` (the number or the bullet), `«text»`.
    pub(crate) list_item: Each,
    pub(crate) bullet: &'static str,
    pub(crate) code: &'static str,
    pub(crate) lines: &'static str,
    /// Holes: `«title»`, `«heading»` (the title even if it is empty), `«columns»`, `«rows»`, `«height»`, `«attributes»`.
    pub(crate) pairs: &'static str,
    /// Holes: `«name»`, `«value»`.
    pub(crate) pair: Each,
    pub(crate) pair_columns: Columns,
    /// Hole: `«steps»`.
    pub(crate) steps: &'static str,
    /// Holes: `«number»`, `«who»`, `«what»`.
    pub(crate) step: Each,
    pub(crate) worksheet_lead: Perhaps,
    /// Holes: `«lead»`, `«columns»`, `«heads»`, `«rows»`, `«height»`, `«attributes»`.
    pub(crate) worksheet: &'static str,
    /// Hole: `«text»`.
    pub(crate) worksheet_head: Each,
    /// Holes: `«label»`, `«how»`, `«blank»`.
    pub(crate) worksheet_row: Each,
    pub(crate) worksheet_columns: Columns,
    /// A value with its box after a share of the page's width, and with its box at the right edge. Holes: `«label»`, `«room»`
    /// (the widest label of any version), `«how»`, `«points»`, `«blank»`, `«share»`.
    pub(crate) value: [&'static str; 2],
    /// Hole: `«table»`.
    pub(crate) given: &'static str,
    /// Holes: `«how»`, `«points»`, `«tables»`, `«height»`.
    pub(crate) fill: &'static str,
    pub(crate) fill_between: &'static str,
    /// Holes: `«class»` (`given` or `fill`), `«attributes»`, `«columns»`, `«title»`, `«heads»`, `«rows»`, `«count»`.
    pub(crate) table: &'static str,
    /// Holes: `«name»`, `«class»`.
    pub(crate) table_head: Each,
    /// Hole: `«cells»`.
    pub(crate) table_row: Each,
    /// Holes: `«cell»`, `«class»`, as for `row_head`.
    pub(crate) cell: Each,
    /// The first cell of a row if it names the row.
    pub(crate) row_head: &'static str,
    /// The classes of a cell: `edge` if it begins a group, `word` if it is a word.
    pub(crate) class: Perhaps,
    /// Drawings side by side, and below each other. Hole: `«drawings»`.
    pub(crate) figure: [Each; 2],
    /// Holes: `«text»`, `«how»`, `«points»`, `«field»`, `«options»`, `«input»`, `«height»`.
    pub(crate) choice: &'static str,
    /// Holes: `«tick»`, `«text»`.
    pub(crate) option: Each,
    /// An empty box, and a checked one.
    pub(crate) ticks: [&'static str; 2],
    /// Holes: `«text»`, `«points»`, `«field»`, `«space»`, `«inside»` (lines or the rubric), `«input»`.
    pub(crate) essay: &'static str,
    /// A line to write on.
    pub(crate) rule: &'static str,
    /// Hole: `«rows»`.
    pub(crate) rubric: &'static str,
    /// Holes: `«text»`, `«points»`.
    pub(crate) rubric_row: Each,
    /// Hole: `«height»`, in millimeters.
    pub(crate) space: &'static str,
    /// Hole: `«body»`.
    pub(crate) worked: &'static str,
    /// The indentation of a worked solution, in millimeters.
    pub(crate) indent: f64,

    // The sheet.
    /// Holes: `«title»`, `«edition»`, `«cover»`, `«owner»`, `«grid»`, `«instructions»`, `«assumptions»`.
    pub(crate) front: &'static str,
    pub(crate) edition: Perhaps,
    pub(crate) cover: Perhaps,
    /// Holes: `«name»`, `«words»`.
    pub(crate) cover_field: Each,
    /// Holes: `«label»`, `«blank»`.
    pub(crate) owner: Each,
    /// The grid of points and scores. Holes: `«question»`, `«worth»`, `«score»` (the heads of the rows), `«columns»`, `«numbers»`,
    /// `«points»`, `«scores»`.
    pub(crate) grid: &'static str,
    /// Cells of the grid: columns, numbers, points, and scores. Holes: `«number»`, `«points»`.
    pub(crate) grid_cells: [&'static str; 4],
    /// Sentences before all questions, and those of a question. Holes: `«heading»`, `«sentences»`.
    pub(crate) sentences: [&'static str; 2],
    /// Hole: `«text»`.
    pub(crate) sentence: Each,
    /// Holes: `«number»`, `«title»`, `«points»`, `«introduction»`, `«assumptions»`, `«body»`.
    pub(crate) question: &'static str,
    /// The introduction of a question that has assumptions.
    pub(crate) introduction: Perhaps,
    /// The body of a question.
    pub(crate) body: Perhaps,
    pub(crate) appendix: Perhaps,
}

impl Leaves {
    /// The leaves with which a format starts: nothing, or only the contents of an element.
    pub(crate) fn bare() -> Self {
        Self {
            words: ["«text»«points»"; 2],
            keep: ["«body»\n"; 2],
            worksheet_lead: ("«text»", ""),
            cell: ("«cell»", ""),
            row_head: "«cell»",
            rubric: "«rows»",
            introduction: ("«text»", ""),
            body: ("«text»", ""),
            ..Self::default()
        }
    }
}

/// Replaces each hole of a leaf. A text in a hole may contain anything, because it is not searched for holes.
pub(crate) fn fill(leaf: &str, holes: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (at, part) in leaf.split(['«', '»']).enumerate() {
        let hole = holes.iter().find(|(hole, _)| at % 2 == 1 && *hole == part);
        debug_assert!(
            at % 2 == 0 || hole.is_some(),
            "`{part}` is no hole of {leaf}"
        );
        out.push_str(hole.map_or(part, |(_, text)| text));
    }
    out
}

/// Fills a leaf with variables that have the names of its holes.
macro_rules! filled {
    ($leaf:expr, $($hole:ident),+) => {
        $crate::exam::formats::leaves::fill($leaf, &[$((stringify!($hole), AsRef::<str>::as_ref(&$hole))),+])
    };
}
pub(crate) use filled;

/// Returns the leaf for a text that is already escaped, if there is a text.
pub(crate) fn perhaps(leaf: Perhaps, text: &str) -> String {
    if text.is_empty() {
        leaf.1.to_owned()
    } else {
        filled!(leaf.0, text)
    }
}

/// Joins the items of a list.
pub(crate) fn joined(leaf: Each, items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(leaf.1)
}
