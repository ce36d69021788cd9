//! Compiles Typst sources to PDF.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::program::{TypstProgram, find_program};
use crate::face::exam::made::{ExamError, MadePaper};
use crate::face::threads::side_by_side;

/// A Python program that compiles the files with the names on its standard input.
const SCRIPT: &str = include_str!("typeset.py");
/// The most lines of a compiler's message that are reported.
const LINES: usize = 12;

/// Compiles every Typst source. Fails without a compiler, and at the first source that it rejects.
pub(crate) fn typeset(made: &[MadePaper], threads: usize) -> Result<Vec<MadePaper>, ExamError> {
    let program = find_program().map_err(|why| ExamError::wrong(format!("pagewalk: {why}\n")))?;
    let count = made.len();
    let piece = count.div_ceil(threads.max(1)).max(1);
    let pieces: Vec<&[MadePaper]> = made.chunks(piece).collect();
    let work = |piece: &&[MadePaper]| compiled(&program, piece);
    let compiled = side_by_side(&pieces, threads, work, Result::is_err, |_, _| {});
    let compiled: Result<Vec<Vec<MadePaper>>, String> = compiled.into_iter().collect();
    let all =
        compiled.map_err(|why| ExamError::wrong(format!("pagewalk: Typst makes no PDF of it: {why}\n")))?;
    Ok(all.into_iter().flatten().collect())
}

/// Compiles all editions of some versions.
fn compiled(program: &TypstProgram, versions: &[MadePaper]) -> Result<Vec<MadePaper>, String> {
    let said = |error: io::Error| error.to_string();
    let folder = private_folder().map_err(said)?;
    let texts = versions.iter().flat_map(|made| &made.editions);
    let mut names = Vec::new();
    for (at, (_, text)) in texts.enumerate() {
        names.push(at.to_string());
        fs::write(folder.path().join(format!("{at}.typ")), text).map_err(said)?;
    }
    match program {
        TypstProgram::Python(python) => {
            by_script(Command::new(python).args(["-c", SCRIPT]), folder.path(), &names)?;
        }
        TypstProgram::Typst(typst) => {
            for name in &names {
                by_command(typst, folder.path(), name)?;
            }
        }
    }
    let mut names = names.iter();
    let mut read =
        || fs::read(folder.path().join(format!("{}.pdf", names.next().map_or("", String::as_str))));
    let one = |made: &MadePaper| {
        let editions = made.editions.iter().map(|(edition, _)| Ok((*edition, read()?)));
        Ok(MadePaper { editions: editions.collect::<io::Result<_>>()?, script: made.script.clone() })
    };
    versions.iter().map(one).collect::<io::Result<Vec<MadePaper>>>().map_err(said)
}

/// A folder that only its owner can read, since it contains keys. Dropping it removes it.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix("pagewalk-").tempdir()
}

/// Compiles all files in one process, which reads the fonts once.
fn by_script(command: &mut Command, folder: &Path, names: &[String]) -> Result<(), String> {
    let mut child = command
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // If the program reads nothing, its exit status tells why.
        let _ = input.write_all(names.join("\n").as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    match output.status.code() {
        Some(0) => Ok(()),
        Some(66) => Err("this Python has no module `typst`; `pip install typst` gets it".to_owned()),
        _ => Err(message(&output)),
    }
}

/// Compiles one file by the command: to PDF/UA-1, or to plain PDF if the text cannot meet that standard, for
/// example because no font has a letter of a name.
fn by_command(typst: &std::ffi::OsStr, folder: &Path, name: &str) -> Result<(), String> {
    let compile = |more: &[&str]| {
        let files = [format!("{name}.typ"), format!("{name}.pdf")];
        let mut command = Command::new(typst);
        command.arg("compile").args(more).args(files).current_dir(folder).stdin(Stdio::null());
        command.output().map_err(|error| error.to_string())
    };
    let first = compile(&["--pdf-standard", "ua-1"])?;
    if first.status.success() || compile(&[])?.status.success() {
        return Ok(());
    }
    Err(message(&first))
}

/// The beginning of a compiler's error message.
fn message(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().take(LINES).collect();
    lines.join("\n")
}
