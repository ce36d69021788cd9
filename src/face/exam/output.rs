//! The files of an exam: their names and the instructor's list of versions.

use pagewalk_engine::files::shown;
use std::collections::BTreeSet;
use std::path::Path;

use super::make::{ExamError, MadePaper};
use crate::face::options::check_outputs;
use crate::face::terminal::complain;
use pagewalk_engine::files::atomic_write::write_below;
use pagewalk_engine::files::limits::TABLE;
use pagewalk_script::api::exam::{Edition, File, Version};
use pagewalk_script::exam::sheet;
use pagewalk_script::lang::loader::{Disk, Loader};

/// The end of the name of the list of versions.
const LIST_NAME: &str = ".versions.csv";
/// The header of the list of versions.
const LIST: [&str; 5] = ["version", "seed", "id", "name", "files"];
/// Maximum length of an ID in a file name.
const LONGEST: usize = 64;

/// The common prefix of all file names of a script.
pub(crate) fn stem(script: &Path) -> String {
    let stem = script.file_stem().filter(|_| script != Path::new("-"));
    stem.map_or_else(
        || "exam".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// The files of all editions of all versions, and the list of versions.
pub(crate) fn files(
    stem: &str,
    extension: &str,
    versions: &[Option<Version>],
    made: Vec<MadePaper>,
) -> Vec<File> {
    let (mut files, mut rows, mut names) = (Vec::new(), Vec::new(), FileNames::default());
    for (version, made) in versions.iter().zip(made) {
        let own = match version {
            None => stem.to_owned(),
            Some(version) => format!("{stem}-{}", names.name_for(version)),
        };
        let made = files_of(&own, extension, made);
        rows.extend(version.iter().map(|version| version_row(version, &made)));
        files.extend(made);
    }
    files.extend(version_list(stem, &rows));
    files
}

/// The files of all versions together, one for each edition, and the list of versions.
pub(crate) fn together(
    stem: &str,
    extension: &str,
    versions: &[Option<Version>],
    made: MadePaper,
) -> Vec<File> {
    let mut files = files_of(stem, extension, made);
    files.extend(list_of_all(stem, versions, &files));
    files
}

/// The files of one version, or of all versions together.
fn files_of(own: &str, extension: &str, made: MadePaper) -> Vec<File> {
    let edition = |(edition, bytes)| File {
        path: format!("{own}{}.{extension}", infix(edition)),
        bytes,
    };
    let script = made.script.map(|bytes| File {
        path: format!("{own}.pw"),
        bytes,
    });
    let editions = made.editions.into_iter().map(edition);
    editions.chain(script).collect()
}

/// The files of an export and its list of versions.
pub(crate) fn bank(stem: &str, versions: &[Option<Version>], mut files: Vec<File>) -> Vec<File> {
    let listed = if files.len() == 1 { &*files } else { &[] };
    files.extend(list_of_all(stem, versions, listed));
    files
}

/// Writes files below a folder and returns a report. Stops at the first file that cannot be written. Writes nothing if one of
/// the files is an input.
pub(crate) fn write(
    folder: &Path,
    files: &[File],
    inputs: &[&Path],
    versions: usize,
) -> Result<String, ExamError> {
    if folder.is_file() {
        let why = format!("`{}` is a file, not a folder", shown(folder));
        return Err(ExamError::refused(why));
    }
    for file in files {
        check_outputs([&*folder.join(&file.path)], inputs).map_err(ExamError::refused)?;
    }
    for file in files {
        if file.path.ends_with(LIST_NAME) {
            keep_replaced_list(&folder.join(&file.path), &file.bytes)?;
        }
        write_below(folder, &file.path, &file.bytes).map_err(|error| {
            let path = folder.join(&file.path);
            ExamError::refused(format!("cannot write `{}`: {error}", shown(&path)))
        })?;
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    Ok(format!(
        "{}: {}, {}\n",
        shown(folder),
        count(versions, "version"),
        count(files.len(), "file")
    ))
}

/// Returns the codes and seeds in a list of versions.
fn listed(list: &str) -> BTreeSet<Vec<&str>> {
    list.lines()
        .skip(1)
        .map(|row| row.splitn(3, ',').take(2).collect())
        .collect()
}

/// Renames a list of versions that this command replaces, unless the versions are the same. Without the list, the papers of
/// the earlier versions cannot be graded.
fn keep_replaced_list(path: &Path, new: &[u8]) -> Result<(), ExamError> {
    let Ok(old) = Disk.load(path, TABLE) else {
        return Ok(());
    };
    if listed(&String::from_utf8_lossy(&old)) == listed(&String::from_utf8_lossy(new)) {
        return Ok(());
    }
    let mut names = (1..).map(|number| path.with_extension(format!("{number}.csv")));
    let Some(kept) = names.find(|name| !name.exists()) else {
        return Ok(());
    };
    std::fs::rename(path, &kept)
        .map_err(|error| ExamError::refused(format!("cannot rename `{}`: {error}", shown(path))))?;
    complain(&format!(
        "pagewalk: warning: `{}` listed other versions, and is now `{}`\n  \
         help: write each set of versions to its own folder\n",
        shown(path),
        shown(&kept)
    ));
    Ok(())
}

/// The part of a file name that precedes its extension.
fn infix(edition: Edition) -> &'static str {
    match edition {
        Edition::Paper => "",
        Edition::Key => ".key",
        Edition::Solutions => ".solutions",
    }
}

/// A row in the list of versions. The seed is hexadecimal because spreadsheets round long decimal numbers.
fn version_row(version: &Version, files: &[File]) -> String {
    let paths: Vec<_> = files.iter().map(|file| &*file.path).collect();
    let (id, name) = version.student.as_ref().map_or(("", ""), |student| {
        (student.id.as_str(), student.name.as_str())
    });
    // Spreadsheets round decimal numbers with more than 15 digits.
    let seed = format!("{:#018x}", version.seed);
    sheet::row([version.code.as_str(), &seed, id, name, &paths.join(" ; ")])
}

/// Returns the list of versions that are all in the same files.
fn list_of_all(stem: &str, versions: &[Option<Version>], files: &[File]) -> Option<File> {
    let versions = versions.iter().flatten();
    let rows: Vec<String> = versions
        .map(|version| version_row(version, files))
        .collect();
    version_list(stem, &rows)
}

/// Returns the list of versions, or `None` if there are no versions.
fn version_list(stem: &str, rows: &[String]) -> Option<File> {
    let text = format!("{}{}", sheet::row(LIST), rows.concat());
    (!rows.is_empty()).then(|| File {
        path: format!("{stem}{LIST_NAME}"),
        bytes: text.into_bytes(),
    })
}

/// Creates file names from student IDs, or from version codes if there are no students.
#[derive(Default)]
struct FileNames {
    given: BTreeSet<String>,
}

impl FileNames {
    fn name_for(&mut self, version: &Version) -> String {
        let name = version
            .student
            .as_ref()
            .map_or_else(|| version.code.clone(), |student| safe_name(&student.id));
        let mut own = name.clone();
        let mut again = 1;
        // Some file systems are case-insensitive.
        while !self.given.insert(own.to_lowercase()) {
            again += 1;
            own = format!("{name}_{again}");
        }
        own
    }
}

/// Returns an ID with only characters that are safe in a file name: letters and digits of any alphabet, `.`,
/// `-`, `_`, and `@`.
fn safe_name(id: &str) -> String {
    let kept = id.chars().take(LONGEST).map(|c| {
        if c.is_alphanumeric() || ".-_@".contains(c) {
            c
        } else {
            '_'
        }
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::{FileNames, safe_name};
    use pagewalk_script::exam::{Student, Version};

    #[test]
    fn ids_are_safe_as_names_of_files() {
        assert_eq!(safe_name("a1@x.edu"), "a1@x.edu");
        assert_eq!(safe_name("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe_name("=cmd()\0\n"), "_cmd____");
        assert_eq!(safe_name("א12"), "א12");
        assert_eq!(safe_name(&"é".repeat(200)).chars().count(), 64);
    }

    #[test]
    fn no_two_students_share_a_file() {
        let mut names = FileNames::default();
        let each = ["a/b", "a_b", "A_B"].map(|id| {
            let student = Some(Student {
                id: id.to_owned(),
                name: String::new(),
            });
            names.name_for(&Version {
                code: "C".to_owned(),
                seed: 0,
                student,
            })
        });
        assert_eq!(each, ["a_b", "a_b_2", "A_B_3"]);
    }
}
