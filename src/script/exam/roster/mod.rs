//! Rosters: tables of students from a registrar or a learning platform.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::sheet::{is_rounded, unguarded};
use super::version::Student;
use crate::lang::nearest::nearest;

/// Headers of the name column.
pub const NAMES: &[&str] = &["name", "fullname", "studentname", "student"];
/// Headers of the first name column.
pub const FIRST: &[&str] = &["firstname", "first", "givenname", "forename", "vorname"];
/// Headers of the last name column.
pub const LAST: &[&str] = &["lastname", "last", "surname", "familyname", "nachname"];
/// Maximum number of students in a roster.
const MOST: usize = 10_000;

/// An error in a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    pub line: u64,
    pub message: String,
}

impl Flaw {
    /// Creates an error on this line.
    pub fn new(line: u64, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

/// Returns the students of a roster, in order.
///
/// # Errors
/// Returns all errors in the roster.
pub fn students(bytes: &[u8]) -> Result<Vec<Student>, Vec<Flaw>> {
    let flaw = |line, message: &str| vec![Flaw::new(line, message)];
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count() as u64;
        flaw(
            line,
            "the file is not UTF-8 text; save the table as “CSV UTF-8”",
        )
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let (rest, skipped) = without_separator_line(text.as_bytes());
    let text = &text[text.len() - rest.len()..];
    if let Some(line) = unclosed_quote(text.as_bytes()) {
        return Err(flaw(skipped + line, UNCLOSED));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text.as_bytes()))
        .from_reader(text.as_bytes());
    let (mut line, mut counted) = (skipped + 1, 0);
    let mut line_of = |row: &csv::StringRecord| {
        let place = row.position().map_or(0, |place| place.byte() as usize);
        // The position of a record is that of the empty lines before it.
        let empty = text[place..].chars().take_while(|c| "\r\n".contains(*c));
        let start = place + empty.count();
        line += text[counted..start].matches('\n').count() as u64;
        counted = start;
        line
    };
    let mut rows = reader
        .records()
        .map_while(Result::ok)
        .map(|row| (line_of(&row), row));
    let Some((line, header)) = rows.next() else {
        return Err(flaw(
            1,
            "the roster is empty; the first line must name the columns",
        ));
    };
    let rows: Vec<(u64, csv::StringRecord)> = rows.collect();
    let columns = Columns::new(&header, &rows).map_err(|message| flaw(line, &message))?;
    let mut table = Table {
        columns,
        students: Vec::new(),
        flaws: Vec::new(),
        seen: BTreeMap::new(),
    };
    for (line, row) in rows {
        if table.students.len() == MOST {
            table.flaws.push(Flaw::new(
                line,
                format!("a roster can have at most {MOST} students"),
            ));
            break;
        }
        let joined = row
            .iter()
            .next()
            .filter(|_| row.len() == 1 && header.len() > 1);
        if joined.is_some_and(|cell| cell.contains([';', '\t'])) {
            let message = "separates its columns in another way than the header";
            table.flaws.push(Flaw::new(line, message));
            continue;
        }
        // A comma within a name divides it.
        if row
            .iter()
            .skip(header.len())
            .any(|cell| !cell.trim().is_empty())
        {
            let (cells, columns) = (row.len(), header.len());
            let message = format!(
                "has {cells} cells, but the header has {columns}; a name with a comma is in quotes: \"Lovelace, Ada\""
            );
            table.flaws.push(Flaw::new(line, message));
            continue;
        }
        table.row(line, &row);
    }
    if table.students.is_empty() && table.flaws.is_empty() {
        return Err(flaw(line, "the roster has no students"));
    }
    if table.flaws.is_empty() {
        Ok(table.students)
    } else {
        Err(table.flaws)
    }
}

/// Skips the line `sep=;` that Excel reads and writes. Returns the rest of the text and the number of skipped
/// lines.
pub fn without_separator_line(text: &[u8]) -> (&[u8], u64) {
    let is_line = text.len() >= 4 && text[..4].eq_ignore_ascii_case(b"sep=");
    let end = text.iter().position(|byte| *byte == b'\n');
    end.filter(|_| is_line)
        .map_or((text, 0), |end| (&text[end + 1..], 1))
}

/// The mistake in the line that [`unclosed_quote`] returns.
pub const UNCLOSED: &str = "a quotation mark of this row is never closed";

/// Returns the line of a quoted cell that contains the rest of a table, because its closing quotation mark is missing.
pub fn unclosed_quote(text: &[u8]) -> Option<u64> {
    let delimiter = delimiter(text);
    let (mut open, mut begun, mut before, mut closed) = (false, 0, b'\n', false);
    for (at, byte) in text.iter().enumerate() {
        let (quote, was_open) = (*byte == b'"', open);
        if quote && open {
            open = false;
        } else if quote && closed {
            // Two quotation marks in a quoted cell are one.
            open = true;
        } else if quote && (before == delimiter || matches!(before, b'\n' | b'\r')) {
            (open, begun) = (true, at);
        }
        closed = quote && was_open;
        before = *byte;
    }
    let line = text[..begun].split(|byte| *byte == b'\n').count();
    open.then_some(line as u64)
}

/// Returns the column separator: the candidate that is most frequent in the first line, outside quotes.
pub fn delimiter(text: &[u8]) -> u8 {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let unquoted = || first.split(|byte| *byte == b'"').step_by(2).flatten();
    let count = |delimiter: u8| unquoted().filter(|byte| **byte == delimiter).count();
    // `max_by_key` returns the last maximum, so a comma wins a tie.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|delimiter| count(*delimiter))
        .unwrap_or(b',')
}

/// The columns to read.
struct Columns {
    kind: &'static Kind,
    id: usize,
    name: Vec<usize>,
    /// The column that is empty in rows that contain no student.
    filled: Option<usize>,
}

impl Columns {
    /// Finds the columns. Platforms export some columns without any values, so the IDs are in the kind's first
    /// nonempty ID column.
    fn new(header: &csv::StringRecord, rows: &[(u64, csv::StringRecord)]) -> Result<Self, String> {
        let own: Vec<String> = header.iter().map(plain).collect();
        let kind = Kind::of(&own);
        let column = |name: &str| own.iter().position(|own| *own == plain(name));
        let find = |names: &[&str]| names.iter().find_map(|name| column(name));
        let name = match (find(NAMES), find(FIRST), find(LAST)) {
            (Some(whole), _, _) => vec![whole],
            (None, first, last) => first.into_iter().chain(last).collect(),
        };
        let has_values = |at: &usize| {
            rows.iter()
                .any(|(_, row)| row.get(*at).is_some_and(|cell| !cell.trim().is_empty()))
        };
        let ids: Vec<usize> = kind.ids.iter().filter_map(|name| column(name)).collect();
        let id = ids
            .iter()
            .copied()
            .find(has_values)
            .or_else(|| ids.first().copied());
        let filled = kind.filled.and_then(column);
        match id {
            Some(id) => Ok(Self {
                kind,
                id,
                name,
                filled,
            }),
            None => Err(unknown(header)),
        }
    }
}

/// Returns the message for a header without IDs.
fn unknown(header: &csv::StringRecord) -> String {
    let ids = || KINDS.iter().flat_map(|kind| kind.ids.iter().copied());
    let near = |own: &str| {
        ids().find(|id| nearest(&plain(own), [plain(id).as_str()].into_iter()).is_some())
    };
    // `students:` begins a file in YAML.
    let mut names = header.iter().filter(|own| !own.trim().ends_with(':'));
    let help = names.find_map(|own| Some((own, near(own)?)));
    let help = help.map_or_else(
        || "; the first line must name the columns, such as `id,name`".to_owned(),
        |(own, near)| format!("; is `{own}` the column `{near}`?"),
    );
    let found: Vec<String> = header
        .iter()
        .map(|own| format!("`{}`", own.trim()))
        .collect();
    format!(
        "no column identifies the students{help}\n  found: {}\n  recognized: {}",
        found.join(", "),
        Kind::all()
    )
}

struct Table {
    columns: Columns,
    students: Vec<Student>,
    flaws: Vec<Flaw>,
    /// The keys of IDs with their lines.
    seen: BTreeMap<String, u64>,
}

impl Table {
    fn row(&mut self, line: u64, row: &csv::StringRecord) {
        let cell = |at: usize| unguarded(row.get(at).unwrap_or("").trim());
        // Spreadsheets may export empty rows.
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let Columns {
            kind, id, filled, ..
        } = self.columns;
        if filled.is_some_and(|at| cell(at).is_empty()) {
            return;
        }
        let id = cell(id);
        let id = without_prefix(id, kind.prefix).to_owned();
        let parts = self
            .columns
            .name
            .iter()
            .map(|at| cell(*at))
            .filter(|part| !part.is_empty());
        let name = parts.collect::<Vec<_>>().join(" ");
        if kind.test_student == Some(name.as_str()) {
            return;
        }
        if id.is_empty() {
            let whose = if name.is_empty() {
                String::new()
            } else {
                format!(" (“{name}”)")
            };
            self.flaws
                .push(Flaw::new(line, format!("this student has no ID{whose}")));
            return;
        }
        if is_rounded(&id) {
            let message = format!(
                "a spreadsheet has rounded the ID “{id}”; format its column as text, and export the roster again"
            );
            self.flaws.push(Flaw::new(line, message));
            return;
        }
        if let Some(before) = self.seen.insert(id_key(&id), line) {
            self.flaws.push(Flaw::new(
                line,
                format!("the ID “{id}” is also on line {before}"),
            ));
            return;
        }
        self.students.push(Student { id, name });
    }
}

/// A kind of roster, which its header identifies.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The columns that identify the kind: at least one of each group.
    header: &'static [&'static [&'static str]],
    /// Columns with the students' IDs, most preferred first. The IDs are read from the first column that is not
    /// empty.
    pub(crate) ids: &'static [&'static str],
    /// The column that is empty in rows that contain no student.
    pub(crate) filled: Option<&'static str>,
    /// The name of the platform's fictitious test student.
    test_student: Option<&'static str>,
    /// A character that precedes each ID but is not part of the ID.
    pub(crate) prefix: Option<char>,
}

/// Columns of a plain table. In a comparison of column names, only letters and digits are significant.
const PLAIN: Kind = Kind {
    name: "a table with a column",
    header: &[],
    ids: &[
        "id",
        "student id",
        "sid",
        "student number",
        "student no",
        "id number",
        "sis user id",
        "user id",
        "matriculation",
        "matriculation number",
        "matriculation no",
        "matrikelnummer",
        "matrikelnr",
        "registration number",
        "registration no",
        "roll number",
        "roll no",
        "uin",
        "uid",
        "username",
        "login",
        "net id",
        "email",
        "email address",
    ],
    filled: None,
    test_student: None,
    prefix: None,
};

/// The kinds, most specific first. The last kind matches every header.
const KINDS: &[Kind] = &[
    Kind {
        name: "the gradebook of Canvas",
        header: &[&["student"], &["id"], &["section"]],
        // Students know their SIS user ID, but not Canvas's own ID.
        ids: &["SIS User ID", "SIS Login ID", "ID"],
        // In every language, the rows above the students, such as *Points Possible*, have no ID.
        filled: Some("ID"),
        test_student: Some("Student, Test"),
        prefix: None,
    },
    Kind {
        name: "the participants or grades of Moodle",
        header: &[&["First name", "Full name"], &["Email address"]],
        // Moodle exports `ID number` even if no student has one.
        ids: &["ID number", "Username", "Email address"],
        filled: None,
        test_student: None,
        prefix: None,
    },
    Kind {
        name: "the grades of Brightspace",
        header: &[&["OrgDefinedId"]],
        ids: &["OrgDefinedId", "Username", "Email"],
        filled: None,
        test_student: None,
        prefix: Some('#'),
    },
    PLAIN,
];

impl Kind {
    /// Returns the kind of a roster with this header.
    pub(crate) fn of(header: &[String]) -> &'static Self {
        let has = |name: &&str| header.contains(&plain(name));
        let matches = |kind: &&Kind| kind.header.iter().all(|group| group.iter().any(&has));
        KINDS.iter().find(matches).unwrap_or(&PLAIN)
    }

    /// Lists the kinds with their columns.
    pub(crate) fn all() -> String {
        let each = KINDS
            .iter()
            .map(|kind| format!("{} ({})", kind.name, kind.ids.join(", ")));
        each.collect::<Vec<_>>().join("; ")
    }
}

/// The columns of a table that can contain the students' IDs.
#[derive(Debug)]
pub struct IdColumns {
    /// The names in the form of [`plain`], most preferred first.
    pub names: Vec<String>,
    /// A character that precedes each ID but is not part of the ID.
    prefix: Option<char>,
}

impl IdColumns {
    /// Returns the columns for a table with this header: those from which the roster of the same platform has the IDs, and then
    /// all others.
    pub fn of_table<'h>(header: impl Iterator<Item = &'h str>) -> Self {
        let own: Vec<String> = header.map(plain).collect();
        let kind = Kind::of(&own);
        // An `id` that is not a column of the platform was added to identify the students.
        let is_own = |id: &str| kind.ids.iter().any(|own| plain(own) == plain(id));
        let added = PLAIN.ids.first().filter(|id| !is_own(id));
        let names = added.into_iter().chain(kind.ids).chain(PLAIN.ids);
        Self {
            names: names.map(|name| plain(name)).collect(),
            prefix: kind.prefix,
        }
    }

    /// Whether a column of the table can contain IDs.
    pub fn contain(&self, column: &str) -> bool {
        self.names.contains(&plain(column))
    }

    /// Returns an ID without the character that the platform writes before each ID.
    pub fn without_prefix<'i>(&self, id: &'i str) -> &'i str {
        without_prefix(id, self.prefix)
    }
}

fn without_prefix(id: &str, prefix: Option<char>) -> &str {
    prefix
        .and_then(|prefix| id.strip_prefix(prefix))
        .unwrap_or(id)
}

/// Returns the form of an ID in which the IDs of a student are equal, because their case does not matter.
pub fn id_key(id: &str) -> String {
    id.to_lowercase()
}

/// Returns the letters and digits of a header, in lowercase.
pub fn plain(header: &str) -> String {
    header
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
