//! Tests of rosters.

use super::{Flaw, students};

fn read(text: &str) -> Vec<(String, String)> {
    let students = students(text.as_bytes()).expect("nothing is wrong with it");
    students
        .into_iter()
        .map(|student| (student.id, student.name))
        .collect()
}

fn flaws(text: &str) -> Vec<(u64, String)> {
    students(text.as_bytes())
        .expect_err("wrong")
        .into_iter()
        .map(|Flaw { line, message }| (line, message))
        .collect()
}

fn pairs(each: &[(&str, &str)]) -> Vec<(String, String)> {
    each.iter()
        .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()))
        .collect()
}

#[test]
fn columns_are_found_by_their_usual_names() {
    let one = pairs(&[("a1", "Ada Lovelace")]);
    assert_eq!(read("id,name\na1,Ada Lovelace\n"), one);
    assert_eq!(read("\u{FEFF}Name;Student ID\r\nAda Lovelace;a1\r\n"), one);
    assert_eq!(
        read("First name,Last name,Email address\nAda,Lovelace,a1"),
        one
    );
    assert_eq!(read("Student\tID\tSection\nAda Lovelace\ta1\t2\n"), one);
    assert_eq!(
        read("sid,email,surname,given name\na1,x@y,Lovelace,Ada\n"),
        one
    );
    assert_eq!(read("email\na1\n"), pairs(&[("a1", "")]));
}

#[test]
fn names_may_be_any_text() {
    let text = "id,name\n1,\"Smith, \"\"Al\"\"\"\n2,\"שלום, עולם\"\n3,=cmd()\n,,\n'=4,O'Neill\n";
    assert_eq!(
        read(text),
        pairs(&[
            ("1", "Smith, \"Al\""),
            ("2", "שלום, עולם"),
            ("3", "=cmd()"),
            ("=4", "O'Neill")
        ])
    );
}

#[test]
fn every_mistake_is_reported_with_its_line() {
    let text = "id,name\n1,Ada\n,Bob\n2,\"two\nlines\"\n1,Cleo\n";
    let found = flaws(text);
    assert_eq!(
        found.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [3, 6]
    );
    assert!(
        found[0].1.contains("no ID") && found[0].1.contains("Bob"),
        "{found:?}"
    );
    assert!(found[1].1.contains("line 2"), "{found:?}");
}

#[test]
fn an_invalid_roster_is_reported() {
    assert_eq!(flaws("")[0].0, 1);
    let (line, message) = flaws("Seat,Name\n1,Ada\n").remove(0);
    assert_eq!(line, 1);
    assert!(message.contains("found: `Seat`, `Name`"), "{message}");
    for understood in [
        "SIS User ID",
        "Email address",
        "OrgDefinedId",
        "matriculation",
        "student id",
    ] {
        assert!(message.contains(understood), "{message}");
    }
    // A list in YAML has no columns.
    let yaml = flaws("students:\n- name: Ada\n");
    assert!(
        yaml[0].1.contains("the first line must name the columns"),
        "{yaml:?}"
    );
    assert!(
        flaws("studentidd,name\n1,Ada\n")[0]
            .1
            .contains("is `studentidd` the column `student id`?")
    );
    assert!(flaws("id,name\n")[0].1.contains("no student"));
    assert_eq!(
        students(b"id,name\n1,\xFF\n").expect_err("wrong")[0].line,
        2
    );
}

#[test]
fn no_student_is_lost_in_a_row() {
    // The open quotation mark of Ada's name contains the next row.
    for text in ["id,name\ns1,\"Ada\ns2,Bob\n", "id,name\ns0,Eve\ns1,\"Ada"] {
        let line = if text.contains("s0") { 3 } else { 2 };
        assert_eq!(flaws(text), [(line, super::UNCLOSED.to_owned())], "{text}");
    }
    let quotes =
        "has 3 cells, but the header has 2; a name with a comma is in quotes: \"Lovelace, Ada\"";
    assert_eq!(
        flaws("id,name\ns1,Lovelace, Ada\n"),
        [(2, quotes.to_owned())]
    );
    let separators = "separates its columns in another way than the header";
    assert_eq!(flaws("id,name\ns1;Ada\n"), [(2, separators.to_owned())]);
    assert_eq!(
        read("id,name\ns1,\"Lovelace, \"\"Ada\"\"\"\ns2,5\" Bob,\n"),
        pairs(&[("s1", "Lovelace, \"Ada\""), ("s2", "5\" Bob")])
    );
}

/// In a Canvas export, the rows before the first student differ between versions and languages, but none of them
/// has an ID.
#[test]
fn the_gradebook_of_canvas_is_read() {
    let header =
        "Student,ID,SIS User ID,SIS Login ID,Section,\"Quiz 1, part 2 (201)\",Current Score\n";
    let text = format!(
        "\u{FEFF}{header},,,,,Manual Posting,\n    Points Possible,,,,,10.00,(read only)\n\
         \"Lovelace, Ada\",11,9001,adl1@example.edu,MATH 140,2.5,80\n\
         \"Hopper, Grace\",12,9002,gxh2@example.edu,MATH 140,,90\n\"Student, Test\",14,,,MATH 140,0,0\n"
    );
    assert_eq!(
        read(&text),
        pairs(&[("9001", "Lovelace, Ada"), ("9002", "Hopper, Grace")])
    );
    let without_sis = "Student,ID,SIS Login ID,Integration ID,Section\n    Points Possible,,,,\n\"Lovelace, Ada\",11,,,A\n";
    assert_eq!(read(without_sis), pairs(&[("11", "Lovelace, Ada")]));
    let one_missing =
        format!("{header}\"Lovelace, Ada\",11,9001,a,A,,\n\"Hopper, Grace\",12,,g,A,,\n");
    assert_eq!(flaws(&one_missing)[0].0, 3);
}

/// The first roster resembles the test data of Moodle's own import, in which no student has an ID number.
#[test]
fn the_participants_and_grades_of_moodle_are_read() {
    let header = "\"First name\",\"Last name\",\"ID number\",Institution,Department,\"Email address\",\"Course total\"\n";
    let text = format!("{header}Anne,Able,,\"Moodle HQ\",Rock,student7@example.com,56.00\n");
    assert_eq!(read(&text), pairs(&[("student7@example.com", "Anne Able")]));
    let numbered =
        "First name,Surname,ID number,Email address\nAnne,Able,s7,student7@example.com\n";
    assert_eq!(read(numbered), pairs(&[("s7", "Anne Able")]));
    let sheet = "Identifier,Full name,ID number,Email address,Status\nParticipant 9,Anne Able,s7,a@example.com,-\n";
    assert_eq!(read(sheet), pairs(&[("s7", "Anne Able")]));
}

#[test]
fn the_grades_of_brightspace_are_read() {
    let text = "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n#400123456,#doej,Doe,John,doej@example.edu,#\n";
    assert_eq!(read(text), pairs(&[("400123456", "John Doe")]));
}

#[test]
fn plain_tables_have_the_usual_headers_and_separators() {
    let one = pairs(&[("7", "Ada Lovelace")]);
    for text in [
        "student_id,name\n7,Ada Lovelace\n",
        "Student ID;First Name;Last Name\r\n7;Ada;Lovelace\r\n",
        "matriculation\tsurname\tgiven name\n7\tLovelace\tAda\n",
        "\u{FEFF}sep=;\r\n\"Name, first\";Matriculation Number;Full Name\r\nx;7;\"Ada Lovelace\"\r\n",
        "UIN,UID,Name\n7,ada@example.edu,Ada Lovelace\n",
    ] {
        assert_eq!(read(text), one, "{text}");
    }
}
