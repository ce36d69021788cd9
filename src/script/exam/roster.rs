//! Rosters: tables of students from a registrar or a learning platform.

use std::collections::BTreeMap;

use super::sheet::unguarded;
use super::version::Student;
use crate::lang::nearest::nearest;

/// Headers of the student ID column, most preferred first. Only letters and digits are compared.
const IDS: &[&str] = &[
    "id",
    "studentid",
    "sid",
    "studentnumber",
    "studentno",
    "idnumber",
    "sisuserid",
    "userid",
    "username",
    "login",
    "netid",
    "email",
    "emailaddress",
];
/// Headers of the name column.
pub const NAMES: &[&str] = &["name", "fullname", "studentname", "student"];
/// Headers of the first name column.
pub const FIRST: &[&str] = &["firstname", "first", "givenname", "forename"];
/// Headers of the last name column.
pub const LAST: &[&str] = &["lastname", "last", "surname", "familyname"];
/// Maximum number of students in a roster.
const MOST: usize = 10_000;

/// An error in a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The line, from 1.
    pub line: u64,
    /// The message.
    pub message: String,
}

impl Flaw {
    /// Creates an error on this line.
    pub fn new(line: u64, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// Returns the students of a roster, in order.
///
/// # Errors
/// All errors in the roster.
pub fn students(bytes: &[u8]) -> Result<Vec<Student>, Vec<Flaw>> {
    let flaw = |line, message: &str| vec![Flaw::new(line, message)];
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count() as u64;
        flaw(line, "this is not UTF-8 text; save the table as “CSV UTF-8”")
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text.as_bytes()))
        .from_reader(text.as_bytes());
    let mut rows = reader
        .records()
        .map_while(Result::ok)
        .map(|row| (row.position().map_or(0, csv::Position::line), row));
    let Some((line, header)) = rows.next() else {
        return Err(flaw(1, "the roster is empty; its first line must name the columns"));
    };
    let columns = Columns::from_header(&header).map_err(|message| flaw(line, &message))?;
    let mut table = Table { columns, students: Vec::new(), flaws: Vec::new(), seen: BTreeMap::new() };
    for (line, row) in rows {
        if table.students.len() == MOST {
            table.flaws.push(Flaw::new(line, format!("a roster can have at most {MOST} students")));
            break;
        }
        table.row(line, &row);
    }
    if table.students.is_empty() && table.flaws.is_empty() {
        return Err(flaw(line, "the roster has no student"));
    }
    if table.flaws.is_empty() { Ok(table.students) } else { Err(table.flaws) }
}

/// Returns the column separator: the candidate that is most frequent in the first line.
pub fn delimiter(text: &[u8]) -> u8 {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| first.split(|byte| *byte == delimiter).count();
    // `max_by_key` returns the last maximum, so a comma wins a tie.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// The columns to read.
struct Columns {
    id: usize,
    name: Vec<usize>,
}

impl Columns {
    fn from_header(header: &csv::StringRecord) -> Result<Self, String> {
        let own: Vec<String> = header.iter().map(plain).collect();
        let find = |names: &[&str]| names.iter().find_map(|name| own.iter().position(|own| own == name));
        let name = match (find(NAMES), find(FIRST), find(LAST)) {
            (Some(whole), _, _) => vec![whole],
            (None, first, last) => first.into_iter().chain(last).collect(),
        };
        let id = find(IDS).ok_or_else(|| {
            let near = header
                .iter()
                .find_map(|own| nearest(&plain(own), IDS.iter().copied()).map(|near| (own, near)));
            let help =
                near.map_or_else(String::new, |(own, near)| format!("; is `{own}` the column `{near}`?"));
            format!(
                "no column identifies the students: one must be called id, student id, sid, or email{help}"
            )
        })?;
        Ok(Self { id, name })
    }
}

/// Returns the letters and digits of a header, in lowercase.
pub fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

struct Table {
    columns: Columns,
    students: Vec<Student>,
    flaws: Vec<Flaw>,
    /// IDs with their lines.
    seen: BTreeMap<String, u64>,
}

impl Table {
    fn row(&mut self, line: u64, row: &csv::StringRecord) {
        let cell = |at: usize| unguarded(row.get(at).unwrap_or("").trim());
        // Spreadsheets write empty rows.
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let id = cell(self.columns.id).to_owned();
        let parts = self.columns.name.iter().map(|at| cell(*at)).filter(|part| !part.is_empty());
        let name = parts.collect::<Vec<_>>().join(" ");
        if id.is_empty() {
            let whose = if name.is_empty() { String::new() } else { format!(" (“{name}”)") };
            self.flaws.push(Flaw::new(line, format!("this student has no id{whose}")));
            return;
        }
        if let Some(before) = self.seen.insert(id.clone(), line) {
            self.flaws.push(Flaw::new(line, format!("the id “{id}” is also on line {before}")));
            return;
        }
        self.students.push(Student { id, name });
    }
}

#[cfg(test)]
mod tests {
    use super::{Flaw, students};

    fn read(text: &str) -> Vec<(String, String)> {
        let students = students(text.as_bytes()).expect("nothing is wrong with it");
        students.into_iter().map(|student| (student.id, student.name)).collect()
    }

    fn flaws(text: &str) -> Vec<(u64, String)> {
        students(text.as_bytes())
            .expect_err("wrong")
            .into_iter()
            .map(|Flaw { line, message }| (line, message))
            .collect()
    }

    fn pairs(each: &[(&str, &str)]) -> Vec<(String, String)> {
        each.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
    }

    #[test]
    fn columns_are_found_by_their_usual_names() {
        let one = pairs(&[("a1", "Ada Lovelace")]);
        assert_eq!(read("id,name\na1,Ada Lovelace\n"), one);
        assert_eq!(read("\u{FEFF}Name;Student ID\r\nAda Lovelace;a1\r\n"), one);
        assert_eq!(read("First name,Last name,Email address\nAda,Lovelace,a1"), one);
        assert_eq!(read("Student\tID\tSection\nAda Lovelace\ta1\t2\n"), one);
        assert_eq!(read("sid,email,surname,given name\na1,x@y,Lovelace,Ada\n"), one);
        assert_eq!(read("email\na1\n"), pairs(&[("a1", "")]));
    }

    #[test]
    fn names_may_be_any_text() {
        let text = "id,name\n1,\"Smith, \"\"Al\"\"\"\n2,\"שלום, עולם\"\n3,=cmd()\n,,\n'=4,O'Neill\n";
        assert_eq!(
            read(text),
            pairs(&[("1", "Smith, \"Al\""), ("2", "שלום, עולם"), ("3", "=cmd()"), ("=4", "O'Neill")])
        );
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let text = "id,name\n1,Ada\n,Bob\n2,\"two\nlines\"\n1,Cleo\n";
        let found = flaws(text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 6]);
        assert!(found[0].1.contains("no id") && found[0].1.contains("Bob"), "{found:?}");
        assert!(found[1].1.contains("line 2"), "{found:?}");
    }

    #[test]
    fn an_invalid_roster_is_reported() {
        assert_eq!(flaws("")[0].0, 1);
        assert!(flaws("matriculation,name\n1,Ada\n")[0].1.contains("no column identifies"));
        assert!(flaws("studentidd,name\n1,Ada\n")[0].1.contains("is `studentidd` the column `studentid`?"));
        assert!(flaws("id,name\n")[0].1.contains("no student"));
        assert_eq!(students(b"id,name\n1,\xFF\n").expect_err("wrong")[0].line, 2);
    }
}
