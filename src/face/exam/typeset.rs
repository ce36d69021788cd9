//! Compiles PDF papers with a Typst compiler on this machine.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs, thread};

use tempfile::TempDir;

use super::make::{ExamError, MadePaper};
use crate::face::progress::ItemProgress;
use crate::face::threads::side_by_side;
use pagewalk_engine::files::limits::PDF;
use pagewalk_engine::files::{open_regular, read_all};

/// A Python program that compiles the files listed on its standard input.
const SCRIPT: &str = include_str!("typeset.py");
/// The environment variable that names the compiler: `typst`, or a Python interpreter with the module `typst`.
const VARIABLE: &str = "PAGEWALK_TYPST";
/// How to install Typst.
const INSTALL: &str = "install it with `pip install typst` or your package manager, or set PAGEWALK_TYPST to its path; \
                       see docs/how-to/papers.md";
/// The oldest version of Typst that generates tagged PDF.
const OLDEST: (u32, u32) = (0, 14);
/// Maximum number of reported lines of a compiler message.
const LINES: usize = 12;

/// Compiles all Typst sources. Fails if there is no compiler, and stops at the first source that the compiler
/// rejects.
pub(crate) fn typeset(made: &[MadePaper], threads: usize) -> Result<Vec<MadePaper>, ExamError> {
    let program = find_program().map_err(ExamError::refused)?;
    let count = made.len();
    let piece = count.div_ceil(threads.max(1)).max(1);
    let pieces: Vec<&[MadePaper]> = made.chunks(piece).collect();
    let files = made.iter().map(|made| made.editions.len()).sum();
    let progress = ItemProgress::new("PDF files", files);
    let work = |piece: &&[MadePaper]| compiled(&program, piece, &progress);
    let compiled = side_by_side(&pieces, threads, work, Result::is_err, |_, _| {});
    let compiled: Result<Vec<Vec<MadePaper>>, String> = compiled.into_iter().collect();
    let all = compiled
        .map_err(|why| ExamError::refused(format!("Typst could not generate the PDF: {why}")))?;
    Ok(all.into_iter().flatten().collect())
}

/// Compiles all editions of these versions.
fn compiled(
    program: &TypstProgram,
    versions: &[MadePaper],
    progress: &ItemProgress,
) -> Result<Vec<MadePaper>, String> {
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
            let mut command = Command::new(python);
            by_script(
                command.args(["-c", SCRIPT]),
                folder.path(),
                &names,
                progress,
            )?;
        }
        TypstProgram::Typst(typst) => {
            for name in &names {
                by_command(typst, folder.path(), name)?;
                progress.one();
            }
        }
    }
    let mut names = names.iter();
    let mut read = || {
        let name = names.next().map_or("", String::as_str);
        read_all(
            open_regular(&folder.path().join(format!("{name}.pdf")))?,
            PDF,
        )
    };
    let one = |made: &MadePaper| {
        let editions = made
            .editions
            .iter()
            .map(|(edition, _)| Ok((*edition, read()?)));
        Ok(MadePaper {
            editions: editions.collect::<io::Result<_>>()?,
            script: made.script.clone(),
        })
    };
    versions
        .iter()
        .map(one)
        .collect::<io::Result<Vec<MadePaper>>>()
        .map_err(said)
}

/// Creates a folder that only its owner can read, because it contains keys. Dropping the returned value
/// removes the folder.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix("pagewalk-").tempdir()
}

/// Compiles all files in a single process, which reads the fonts only once.
fn by_script(
    command: &mut Command,
    folder: &Path,
    names: &[String],
    progress: &ItemProgress,
) -> Result<(), String> {
    let mut child = command
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // If the program does not read its input, its exit status indicates the reason.
        let _ = input.write_all(names.join("\n").as_bytes());
    }
    // The program prints the name of each finished file.
    let finished = child.stdout.take();
    let output = thread::scope(|scope| {
        scope.spawn(|| {
            let lines = finished
                .into_iter()
                .flat_map(|finished| BufReader::new(finished).lines());
            lines.map_while(Result::ok).for_each(|_| progress.one());
        });
        child.wait_with_output().map_err(|error| error.to_string())
    })?;
    match output.status.code() {
        Some(0) => Ok(()),
        Some(66) => Err(format!(
            "the Python in {VARIABLE} has no module `typst`\n  {INSTALL}"
        )),
        _ => Err(message(&output)),
    }
}

/// Compiles one file with the `typst` command to PDF/UA-1. If the text cannot conform, for example because no
/// font has a glyph for a character in a name, the result is an ordinary PDF instead.
fn by_command(typst: &std::ffi::OsStr, folder: &Path, name: &str) -> Result<(), String> {
    let compile = |more: &[&str]| {
        let files = [format!("{name}.typ"), format!("{name}.pdf")];
        let mut command = Command::new(typst);
        command
            .arg("compile")
            .args(more)
            .args(files)
            .current_dir(folder)
            .stdin(Stdio::null());
        command.output().map_err(|error| error.to_string())
    };
    let first = compile(&["--pdf-standard", "ua-1"])?;
    if first.status.success() || compile(&[])?.status.success() {
        return Ok(());
    }
    Err(message(&first))
}

/// The first lines of a compiler's error message.
fn message(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().take(LINES).collect();
    lines.join("\n")
}

/// A Typst compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TypstProgram {
    /// The command `typst`.
    Typst(OsString),
    /// A Python interpreter with the module `typst`.
    Python(OsString),
}

/// Returns the compiler that the environment variable names, or else one on the PATH. The error explains how
/// to install a compiler.
fn find_program() -> Result<TypstProgram, String> {
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        let said = version(&named).unwrap_or_default();
        return if said.starts_with("typst") {
            Ok(TypstProgram::Typst(named))
        } else if said.starts_with("Python") {
            Ok(TypstProgram::Python(named))
        } else {
            Err(format!(
                "{VARIABLE} is `{}`, which is neither `typst` nor a Python interpreter",
                Path::new(&named).display()
            ))
        };
    }
    if version(&"typst".into()).is_some_and(|said| is_new(&said)) {
        return Ok(TypstProgram::Typst("typst".into()));
    }
    let python = ["python3", "python"]
        .map(OsString::from)
        .into_iter()
        .find(has_module);
    python.map(TypstProgram::Python).ok_or_else(|| {
        format!(
            "PDF output needs Typst {}.{} or newer\n  {INSTALL}",
            OLDEST.0, OLDEST.1
        )
    })
}

/// The version that a program prints.
fn version(program: &OsString) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a version such as `typst 0.15.0 (…)` is recent enough.
fn is_new(said: &str) -> bool {
    let number = said
        .strip_prefix("typst ")
        .and_then(|rest| rest.split(' ').next());
    let mut parts = number
        .unwrap_or_default()
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
}

fn has_module(python: &OsString) -> bool {
    let find = "import importlib.util, sys; sys.path.pop(0); sys.exit(importlib.util.find_spec('typst') is None)";
    let found = Command::new(python)
        .args(["-c", find])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::is_new;

    #[test]
    fn versions_without_tags_are_too_old() {
        let new = ["typst 0.14.0 (1234)", "typst 0.15.1", "typst 1.0.0"];
        let old = ["typst 0.13.1 (8ace67d9)", "typst 0.9.0", "other 2.0.0", ""];
        assert!(new.into_iter().all(is_new) && !old.into_iter().any(is_new));
    }
}
