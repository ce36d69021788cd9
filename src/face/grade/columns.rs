//! Names of columns with a known meaning.

/// Columns that identify a student, in order of preference. Only letters and digits are compared.
pub(crate) const IDS: &[&str] = &[
    "id",
    "studentid",
    "sid",
    "studentnumber",
    "matriculation",
    "matriculationnumber",
    "idnumber",
    "sisuserid",
    "userid",
    "username",
    "uid",
    "netid",
    "emailaddress",
    "email",
];
/// Columns with a student's full name.
pub(crate) const NAMES: &[&str] = &["name", "fullname", "studentname", "student"];
/// Columns with a given name.
pub(crate) const FIRST: &[&str] = &["firstname", "first", "givenname", "forename"];
/// Columns with a family name.
pub(crate) const LAST: &[&str] = &["lastname", "last", "surname", "familyname"];
/// Other common columns of student tables, which are not marked.
pub(crate) const BESIDE: &[&str] = &[
    "section",
    "group",
    "room",
    "seat",
    "course",
    "institution",
    "department",
    "status",
    "state",
    "started",
    "startedon",
    "completed",
    "finished",
    "duration",
    "timetaken",
    "comment",
    "comments",
    "line",
    "total",
    "max",
    "pending",
    "grade",
];
