//! Tables as lists of entries. A row can contain several entries side by side.

use super::ast::{Cell, CellKind, Record, Table, TableRow};
use super::diagnostic::{Code, Diagnostic};
use super::fix::Fix;

impl Table {
    /// Returns the entries of the table, in order. Each repetition of the first column in the header begins
    /// another entry. The last row can have fewer entries than the header allows. Omits each row with too
    /// many or too few cells, and reports the row as `bad-table`.
    pub(crate) fn records(&self) -> (Vec<Record<'_>>, Vec<Diagnostic>) {
        let mut starts = self.starts();
        starts.push(self.header.len());
        let mut records = Vec::new();
        let mut diagnostics = Vec::new();
        if let Some(diagnostic) = self.wrong_header() {
            return (records, vec![diagnostic]);
        }
        for (index, row) in self.rows.iter().enumerate() {
            let last = index + 1 == self.rows.len();
            if let Some(diagnostic) = self.mistake(row, &starts, last) {
                diagnostics.push(diagnostic);
                continue;
            }
            for bounds in starts.windows(2) {
                let columns = self.header.get(bounds[0]..bounds[1]).unwrap_or(&[]);
                let Some(cells) = row.cells.get(bounds[0]..bounds[1]) else {
                    break;
                };
                records.push(Record {
                    cells: columns.iter().zip(cells).collect(),
                    span: row.span,
                });
            }
        }
        (records, diagnostics)
    }

    /// Whether the header has this column.
    pub(crate) fn has_column(&self, column: &str) -> bool {
        self.header.iter().any(|cell| name(cell) == Some(column))
    }

    /// Returns the columns where entries begin.
    fn starts(&self) -> Vec<usize> {
        let first = self.header.first().map(name);
        let again = self
            .header
            .iter()
            .enumerate()
            .filter(|(_, cell)| Some(name(cell)) == first);
        again.map(|(index, _)| index).collect()
    }

    /// Reports the header if it has a column twice, or if all of several rows have the same other number of cells.
    fn wrong_header(&self) -> Option<Diagnostic> {
        let (wanted, given) = (self.header.len(), self.rows.first()?.cells.len());
        let (first, last) = (self.header.first()?, self.header.last()?);
        if given == wanted || self.rows.iter().any(|row| row.cells.len() != given) {
            return None;
        }
        let twice = |pair: &&[Cell]| name(&pair[0]).is_some() && name(&pair[0]) == name(&pair[1]);
        if let Some([one, again]) = self.header.windows(2).find(twice)
            && given + 1 == wanted
        {
            let column = name(again)?;
            let message = format!("the header has the column `{column}` twice");
            let wrong = Diagnostic::new(Code::BadTable, again.span, message);
            // With a bar between them, either one may be superfluous.
            let beside = again.span.start == one.span.end + 1;
            let fix = beside.then(|| Fix::write(again.span, column, ""));
            return Some(fix.map_or(wrong.clone(), |fix| wrong.fix(fix)));
        }
        // The last row may have fewer entries.
        if self.rows.len() < 2 || given < wanted && self.starts().contains(&given) {
            return None;
        }
        let message = format!(
            "the header has {}, but every row has {}",
            columns(wanted),
            cells(given)
        );
        let span = first.span.to(last.span);
        Some(Diagnostic::new(Code::BadTable, span, message))
    }

    /// Reports a wrong number of cells in a row, at the first extra cell or after the last cell.
    fn mistake(&self, row: &TableRow, starts: &[usize], last: bool) -> Option<Diagnostic> {
        let (wanted, given) = (self.header.len(), row.cells.len());
        if let Some(extra) = row.cells.get(wanted) {
            let message = format!(
                "this row has {}, but the header has {}",
                cells(given),
                columns(wanted)
            );
            let wrong = Diagnostic::new(Code::BadTable, extra.span, message);
            if let Some(sum) = unwrapped(&row.cells) {
                let help = format!("an expression in a table is in parentheses: write `({sum})`");
                return Some(wrong.label("one too many").help(help));
            }
            // A set has several ways, and a row of a page table can have several entries.
            let repeated = match self.header.first().and_then(name) {
                Some("set" | "idx") if wanted > 2 && (given - 1) % (wanted - 1) == 0 => {
                    "the columns after the first one"
                }
                Some("vpn") if given % wanted == 0 => "all columns",
                _ => return Some(wrong.label("one too many")),
            };
            let help = format!("for several entries in a row, the header repeats {repeated}");
            return Some(wrong.label("the header ends here").help(help));
        }
        let whole = given == wanted || (last && starts.contains(&given));
        let missing = self.header.get(given).filter(|_| !whole)?;
        let end = row.cells.last().map_or(row.span, |cell| cell.span);
        let message = format!(
            "this row has {}, but the header has {}",
            cells(given),
            columns(wanted)
        );
        Some(
            Diagnostic::new(Code::BadTable, end, message)
                .label("cells are missing after this one")
                .help(match name(missing) {
                    Some("v" | "p" | "valid") => "write `1` if the entry is valid, or `0`",
                    _ => "`-` means no value",
                })
                .also(missing.span, "the first column without a cell"),
        )
    }
}

/// Returns an expression whose parts are cells of their own: `| page page + 1 |`. A `-` and a `*` are values of cells.
fn unwrapped(cells: &[Cell]) -> Option<String> {
    let text = |cell: &Cell| match &cell.kind {
        CellKind::Bare(text) => text.to_string(),
        _ => String::new(),
    };
    let words: Vec<String> = cells.iter().map(text).collect();
    let is_sign = |at: usize| {
        let sign = words.get(at).map_or("", String::as_str);
        matches!(sign, "+" | "/" | "//" | "%" | "<<" | ">>")
    };
    let first = (1..words.len()).find(|at| is_sign(*at))?;
    let signs = (first..words.len())
        .step_by(2)
        .take_while(|at| is_sign(*at));
    let parts = words.get(first - 1..first + 2 * signs.count())?;
    let whole = parts.iter().all(|part| !part.is_empty());
    whole.then(|| parts.join(" "))
}

/// Whether the cells form a ruler, as in Markdown and databases: `---`, `:--`, `+---+---+`. A cell with a single dash
/// means no value, so its row is not a ruler.
pub(super) fn is_ruler<'a>(cells: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
    let dashes = |cell: &str| {
        cell.len() > 1
            && cell.contains(['-', '─', '━', '═'])
            && cell.chars().all(|c| "-:+─━═┼".contains(c))
    };
    cells.clone().next().is_some() && cells.clone().all(dashes)
}

/// Returns a column's name, which may be quoted.
fn name(cell: &Cell) -> Option<&str> {
    match &cell.kind {
        CellKind::Bare(text) | CellKind::Quoted(text) => Some(text),
        _ => None,
    }
}

fn cells(count: usize) -> String {
    format!("{count} cell{}", if count == 1 { "" } else { "s" })
}

fn columns(count: usize) -> String {
    format!("{count} column{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
