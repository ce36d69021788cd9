//! Practice pages: an exam in one file with the language inside. The build of the pages for browsers makes the template, which
//! contains everything but the exam.

use std::path::{Path, PathBuf};
use std::{env, io};

use pagewalk_engine::files::limits::PRACTICE_PAGE;
use pagewalk_engine::files::{open_regular, read_all, reason, shown};
use pagewalk_script::api::exam::File;
use pagewalk_script::lang::loader::{Cached, Disk, text_of};
use serde_json::{Map, Value, json};

use super::make::{ExamError, PaperMaker};
use super::output;

/// The name of the format.
pub(crate) const NAME: &str = "practice";
/// A short description of the format.
pub(crate) const ABOUT: &str =
    "web page in which students practice new versions, with the language inside";
/// The environment variable with the path of the template.
const VARIABLE: &str = "PAGEWALK_PRACTICE";
const TEMPLATE: &str = "practice-template.html";
/// The place of the exam in the template.
const PLACE: &str = "\"@EXAM@\"";

/// Returns the practice page of an exam, whose first paper has been made.
pub(crate) fn practice(making: &PaperMaker, script: &Path) -> Result<Vec<File>, ExamError> {
    let template = template().map_err(ExamError::refused)?;
    let files = files_beside(script, making.loader).map_err(ExamError::refused)?;
    let text = making.exam.script.sources.file(0);
    let mut exam = json!({
        "path": script.file_name().map_or_else(|| "exam.pw".into(), |name| name.to_string_lossy()),
        "text": text.map_or("", |file| &file.text),
        "files": files,
    });
    if let Some(seed) = making.exam.seed {
        // JavaScript rounds large numbers.
        exam["seed"] = seed.to_string().into();
    }
    // Nothing in a script ends the element that contains it.
    let exam = exam.to_string().replace('<', "\\u003c");
    let page = template.replacen(PLACE, &exam, 1);
    Ok(vec![File {
        path: format!("{}.html", output::stem(script)),
        bytes: page.into_bytes(),
    }])
}

/// Returns the texts of the files that the script reads, by their paths from the script's folder.
fn files_beside(script: &Path, loader: &Cached<Disk>) -> Result<Map<String, Value>, String> {
    let folder = script
        .canonicalize()
        .ok()
        .and_then(|path| Some(path.parent()?.to_owned()))
        .unwrap_or_default();
    let mut files = Map::new();
    for (path, bytes) in loader.files() {
        let text = text_of(bytes).map_err(|_| {
            format!(
                "a practice page can contain only text, and the exam reads `{}`",
                shown(path)
            )
        })?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let path = pathdiff::diff_paths(&path, &folder).unwrap_or(path);
        let name = path.to_string_lossy().replace('\\', "/");
        files.insert(name, text.into());
    }
    Ok(files)
}

/// Reads the template.
fn template() -> Result<String, String> {
    let tried = places();
    let found = tried.iter().find(|path| path.is_file());
    let Some(path) = found else {
        return Err(format!(
            "`--format {NAME}` needs `{TEMPLATE}`, which is in the folder of the site (see \"Get the files\" in docs/how-to/browser.md); set {VARIABLE} to its path"
        ));
    };
    let failed = |error: io::Error| format!("cannot read `{}`: {}", shown(path), reason(&error));
    let bytes = open_regular(path)
        .and_then(|file| read_all(file, PRACTICE_PAGE))
        .map_err(failed)?;
    String::from_utf8(bytes)
        .ok()
        .filter(|text| text.contains(PLACE))
        .ok_or_else(|| format!("`{}` is not a template of practice pages", shown(path)))
}

/// Returns the possible places of the template: the variable, beside the program, where packages put shared files, and where
/// the build of the pages puts it.
fn places() -> Vec<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return vec![path.into()];
    }
    let program = env::current_exe().unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new(""));
    ["", "../share/pagewalk", "../site"]
        .iter()
        .map(|folder| beside.join(folder).join(TEMPLATE))
        .collect()
}
