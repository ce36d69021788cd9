//! Scripts: `:load`, `:save`.

use std::fs;
use std::io;
use std::path::Path;

use pagewalk_script::exam::LANGUAGE;

use crate::face::repl::answer::Tell;
use crate::face::repl::context::Desk;
use pagewalk_script::lang::include::read_text;
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::report::{narrate, saved};
use pagewalk_script::run::commands::Command;
use pagewalk_script::run::explore::Mode;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{self, Files};

/// `:load FILE`.
pub fn load_named(desk: &mut Desk, command: &Command, rest: &str) -> io::Result<()> {
    match unquoted(rest) {
        "" => desk.complain_of(&format!("write `{}`", command.usage())),
        name => load(desk, Path::new(name)),
    }
}

/// `:save FILE`.
pub fn save(desk: &mut Desk, command: &Command, rest: &str) -> io::Result<()> {
    let name = unquoted(rest);
    if name.is_empty() {
        return desk.complain_of(&format!("write `{}`", command.usage()));
    }
    let path = desk.folder.join(name);
    if !ours(&path) {
        return desk.complain_of(&format!("`{name}` is there already, and was not written by `:save`"));
    }
    let script = saved::script(&desk.explore);
    let wrong = doubts(&path, &script);
    if let Err(error) = fs::write(&path, &script) {
        return desk.complain_of(&format!("cannot write `{name}`: {error}"));
    }
    let statements = desk.explore.history.at() as u64;
    let count = narrate::count(statements, "statement", "statements");
    desk.line(format!("{count} saved; `pagewalk run {name}` checks that all is as it was seen"))?;
    match wrong {
        Some(wrong) => desk.complain_of(&format!("but it does not hold as it stands: {wrong}")),
        None => Ok(()),
    }
}

/// Whether nothing is lost by writing a file.
fn ours(path: &Path) -> bool {
    fs::read(path).map_or(true, |bytes| bytes.is_empty() || bytes.starts_with(saved::HEAD.as_bytes()))
}

/// What would be wrong with a script if it were run; none if all of it holds.
fn doubts(path: &Path, script: &str) -> Option<String> {
    let (mut sources, read, mut wrong) = read_text(&path.display().to_string(), script, &mut Disk);
    let (files, missing) = Files::read(&read.body, &mut sources, &mut Disk);
    wrong.extend(missing);
    let ended = run::run(&read.body, &sources, &files, Options::of(&LANGUAGE), &mut Vec::new());
    let first = wrong.first().or(ended.diagnostics.first()).map(|first| first.message.clone());
    let failed =
        (ended.totals.failed() > 0).then(|| narrate::failure(ended.totals.failed(), ended.totals.checks));
    first.or(failed)
}

/// Runs a script; each of its statements is one that can be undone. Those before a mistake that only shows in the run
/// stay done.
pub fn load(desk: &mut Desk, file: &Path) -> io::Result<()> {
    let body = match desk.explore.read_file(&desk.folder.join(file), &mut Disk) {
        Ok(body) => body,
        Err(wrong) => return desk.complain(&wrong),
    };
    let before = desk.explore.history.at();
    let ended = desk.run(&body, Mode::Each, Tell::Failures)?;
    let (_, words) = narrate::summary(ended.totals, ended.diagnostics.len());
    desk.line(format!("{}: {words}", file.display()))?;
    let done = desk.explore.history.at() - before;
    if done < body.len() && done > 0 {
        let all = body.len();
        return desk
            .complain_of(&format!("{done} of its {all} statements are done; `:back {done}` undoes them"));
    }
    Ok(())
}

/// A name that may stand in quotes.
fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}
