//! Script files: `:load`, `:save`.

use pagewalk_engine::files::shown;
use std::io;
use std::path::Path;

use crate::face::repl::answer::AnswerDetail;
use crate::face::repl::context::ReplContext;
use pagewalk_engine::files::atomic_write::replace;
use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_engine::files::{open_regular, read_all, reason};
use pagewalk_script::lang::include::read_text;
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::prompt::explore::Mode;
use pagewalk_script::prompt::saved;
use pagewalk_script::report::narrate;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{self, Files};
use pagewalk_script::services::commands::Command;

/// `:load FILE`.
pub(crate) fn load_named(
    context: &mut ReplContext,
    command: &Command,
    rest: &str,
) -> io::Result<()> {
    match unquoted(rest) {
        "" => context.complain_sentence(&format!("write `{}`", command.usage())),
        name => load(context, Path::new(name)),
    }
}

/// `:save FILE`.
pub(crate) fn save(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    context.save_failed = true;
    let name = unquoted(rest);
    if name.is_empty() {
        return context.complain_sentence(&format!("write `{}`", command.usage()));
    }
    let path = context.folder.join(name);
    let old = match replaceable(&path) {
        Ok(old) => old,
        Err(why) => return context.complain_sentence(&format!("`{name}` {why}")),
    };
    let known = context.saved_files.get(&path);
    if known
        .zip(old.as_ref())
        .is_some_and(|(known, old)| known.as_bytes() != old)
    {
        return context.complain_sentence(&format!(
            "another program changed `{name}` after `:save` wrote it; save to another file, and compare the two"
        ));
    }
    let script = saved::script(&context.explore);
    let wrong = doubts(&path, &script);
    if let Err(error) = replace(&path, old.as_deref(), script.as_bytes()) {
        return context.complain_sentence(&format!("cannot write `{name}`: {}", reason(&error)));
    }
    context.save_failed = false;
    context.saved_files.insert(path, script);
    context.saved = context.explore.history.at();
    let statements = context.saved as u64;
    let count = narrate::count(statements, "statement", "statements");
    context.print_line(format!(
        "{count} saved; use `pagewalk run {name}` to check that the results are the same"
    ))?;
    match wrong {
        Some(wrong) => {
            context.complain_sentence(&format!("the saved script does not pass: {wrong}"))
        }
        None => Ok(()),
    }
}

/// Returns the content of a file that can be overwritten without losing data, because it is empty or a saved session.
/// Returns `None` if there is no such file. Fails with the reason.
fn replaceable(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match open_regular(path).and_then(|file| read_all(file, SCRIPT)) {
        Ok(old) if old.is_empty() || old.starts_with(saved::HEAD.as_bytes()) => Ok(Some(old)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(None),
        Ok(_) => Err("already exists and was not written by `:save`".to_owned()),
        Err(error) => Err(format!("cannot be replaced: {}", reason(&error))),
    }
}

/// Returns the first error in a saved script, or `None` if all its expectations hold.
fn doubts(path: &Path, script: &str) -> Option<String> {
    let (mut sources, read, mut wrong) = read_text(&path.display().to_string(), script, &mut Disk);
    let (files, missing) = Files::read(&read.body, &mut sources, &mut Disk);
    wrong.extend(missing);
    let ended = run::run(
        &read.body,
        &sources,
        &files,
        Options::default(),
        &mut Vec::new(),
    );
    let first = wrong
        .first()
        .or(ended.diagnostics.first())
        .map(|first| first.message.clone());
    let failed = (ended.totals.failed() > 0)
        .then(|| narrate::failure(ended.totals.failed(), ended.totals.checks));
    first.or(failed)
}

/// Runs a script. Each loaded statement can be undone. After a run-time error, the session keeps the
/// statements before the error. You can thus inspect the state after each of them.
pub(crate) fn load(context: &mut ReplContext, file: &Path) -> io::Result<()> {
    let body = match context
        .explore
        .read_file(&context.folder.join(file), &mut Disk)
    {
        Ok(body) => body,
        Err(wrong) => return context.complain(&wrong),
    };
    let before = context.explore.history.at();
    let ended = context.run(&body, Mode::Each, AnswerDetail::Failures)?;
    let (_, words) = narrate::summary(ended.totals, ended.diagnostics.len());
    context.print_line(format!("{}: {words}", shown(file)))?;
    let done = context.explore.history.at() - before;
    if done < body.len() && done > 0 {
        let all = body.len();
        return context.complain_sentence(&format!(
            "{done} of the {all} statements ran; `:back {done}` undoes them"
        ));
    }
    Ok(())
}

/// Removes any quotes around a file name.
pub(crate) fn unquoted(name: &str) -> &str {
    name.strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .unwrap_or(name)
}
