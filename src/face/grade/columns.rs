//! Which columns are what.

/// Columns that identify a student, the best first; letters and digits alone count.
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
/// Columns that name a student.
pub(crate) const NAMES: &[&str] = &["name", "fullname", "studentname", "student"];
/// The parts of a name in two.
pub(crate) const FIRST: &[&str] = &["firstname", "first", "givenname", "forename"];
/// The same, of the family.
pub(crate) const LAST: &[&str] = &["lastname", "last", "surname", "familyname"];
/// What tables of students have besides, and nobody marks.
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
