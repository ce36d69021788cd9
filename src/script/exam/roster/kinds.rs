//! The kinds of rosters that learning platforms and registrars export.

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
    pub(crate) test_student: Option<&'static str>,
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
pub(crate) const KINDS: &[Kind] = &[
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

/// Returns the letters and digits of a header, in lowercase.
pub fn plain(header: &str) -> String {
    header
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
