//! The commands that start with a colon.

use std::io;
use std::path::Path;

use pagewalk_engine::files::atomic_write::replace;
use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_engine::files::{open_regular, read_all, reason, shown};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_script::api::explain;
use pagewalk_script::lang::include::read_text;
use pagewalk_script::lang::loader::Disk;
use pagewalk_script::lang::nearest::nearest_option;
use pagewalk_script::prompt::explore::Mode;
use pagewalk_script::prompt::saved;
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::report::narrate;
use pagewalk_script::report::narrate::{bits as drawn, changes, count, on_one_line, why};
use pagewalk_script::run;
use pagewalk_script::run::record::Did;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, changes};
use pagewalk_script::services::commands::{COMMANDS, Command, CommandKind, STATEMENTS_ONLY};
use pagewalk_script::suite::reports::quoted;

use super::answer::AnswerDetail;
use super::context::ReplContext;

/// Executes a command with the arguments `rest`.
pub(crate) fn obey(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    match command.kind {
        CommandKind::Back | CommandKind::Forward => go(context, command, rest),
        CommandKind::Goto => goto(context, command, rest),
        CommandKind::History => history(context),
        CommandKind::Reset => reset(context),
        CommandKind::Save => save(context, command, rest),
        CommandKind::Bits => bits(context, command, rest),
        CommandKind::Load | CommandKind::Open => load_named(context, command, rest),
        CommandKind::Next => next(context, command, rest),
        CommandKind::What => what(context, command, rest),
        CommandKind::Diff => diff(context, command),
        CommandKind::Steps => show(context, "steps"),
        CommandKind::Why => why_so(context, rest),
        CommandKind::Predict => predict(context),
        CommandKind::Help => help(context, rest),
        // The shell handles these commands.
        CommandKind::Practice | CommandKind::Quit => Ok(()),
    }
}

/// `:help [WORD]`.
fn help(context: &mut ReplContext, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return context.print(&commands());
    }
    match explain::find(rest) {
        Ok(page) => context.print(&page.blocks()),
        Err(message) => context.complain_sentence(&message),
    }
}

/// Returns the list of commands and pointers to further documentation.
fn commands() -> Vec<Block> {
    let pairs = COMMANDS
        .iter()
        .map(|row| (row.usage(), row.does()))
        .collect();
    vec![
        Block::line("Type a statement to run it. A block or list can continue on the next line."),
        Block::Pairs {
            title: "commands".to_owned(),
            pairs,
        },
        Block::line(
            "`:help WORD` explains a word: `:help read`, `:help tlbi`, `:help page fault`.",
        ),
        Block::line(
            "Type an expression, such as `0x3D4 >> 6` or `tlb`, to see its value. `_` is the last value. Press Up to find earlier lines that begin with your input.",
        ),
    ]
}

/// `:bits VA`, `:bits P1: VA`, or `:bits pa PA`, where the address may be an expression.
fn bits(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return context.complain_sentence(&format!("write `{}`", command.usage()));
    }
    let physical = rest
        .strip_prefix("pa")
        .filter(|pa| pa.starts_with([' ', '(']) && !context.explore.knows("pa"));
    if let Some(pa) = physical {
        let parts = ["show bits pa (", pa.trim_start(), "\n) fields"];
        return match context.read_operand(parts)? {
            Some(body) => context
                .run(&body, Mode::Tried, AnswerDetail::Answer)
                .map(|_| ()),
            None => Ok(()),
        };
    }
    let has_mmu = context.explore.has_mmu();
    let verb = if has_mmu { "translate" } else { "read" };
    let (process, address) = in_process(rest).unwrap_or(("", rest));
    let kernel = context.explore.state().kernel();
    let processes = kernel.into_iter().flat_map(Kernel::processes);
    let running = processes.filter(|process| process.state == ProcessState::Running);
    let running: Vec<_> = running.take(2).map(|process| &process.name).collect();
    if let ([first, _], "") = (&running[..], process) {
        let help = format!("several processes run; name one of them: `:bits {first}: {rest}`");
        return context.complain_sentence(&help);
    }
    let before = format!("probe {process}{verb} (");
    let Some(body) = context.read_operand([&before, address, "\n)"])? else {
        return Ok(());
    };
    let records = context.try_out(&body)?;
    let Some(Did::Access(access)) = records.last().map(|record| &*record.did) else {
        return Ok(());
    };
    let mut blocks = drawn(access);
    if context.predicts && has_mmu {
        // The physical address is a result. A ruler and its fields are two blocks.
        blocks.truncate(2);
    }
    context.print(&blocks)
}

/// Splits an operand into the prefix of a process, such as `P1: `, and the rest.
pub(super) fn in_process(text: &str) -> Option<(&str, &str)> {
    let colon = text.find(':')?;
    let name = text[..colon].trim();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && !name.is_empty()).then(|| text.split_at(colon + 1))
}

/// `:what STATEMENT`.
fn what(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    if rest.is_empty() {
        return context.complain_sentence(&format!("write `{}`", command.usage()));
    }
    if refuses(context, command)? {
        return Ok(());
    }
    let Some(body) = context.read(rest)? else {
        return Ok(());
    };
    let tell = context.detail_for(&body);
    let ended = context.run(&body, Mode::Tried, tell)?;
    if ended.diagnostics.is_empty() && !ended.interrupted {
        context.print(&[Block::faint("Tried on a copy. Nothing changes.")])?;
    }
    Ok(())
}

/// Refuses a command that would show results while they are hidden.
fn refuses(context: &mut ReplContext, command: &Command) -> io::Result<bool> {
    if context.predicts {
        context.complain_sentence(&format!(
            "`:{}` would show results, and `:predict` hides them; `:predict` again shows them",
            command.name
        ))?;
    }
    Ok(context.predicts)
}

fn diff(context: &mut ReplContext, command: &Command) -> io::Result<()> {
    if refuses(context, command)? {
        return Ok(());
    }
    let Some(before) = context.explore.before() else {
        return context.print_line("No statement has run yet.");
    };
    let changed = changes::changes(&before, context.explore.state());
    context.print(&changes(&changed))
}

/// Shows something without adding a statement to the session.
fn show(context: &mut ReplContext, shown: &str) -> io::Result<()> {
    let Some(body) = context.read(&format!("show {shown}"))? else {
        return Ok(());
    };
    context
        .run(&body, Mode::Tried, AnswerDetail::Answer)
        .map(|_| ())
}

fn predict(context: &mut ReplContext) -> io::Result<()> {
    context.predicts = !context.predicts;
    context.print_line(if context.predicts {
        "Results are hidden. Predict them with `=>`, as in `translate 0x3D4 => tlb hit`; `:why` and `:steps` show them."
    } else {
        "Results are shown."
    })
}

/// `:why [FACT]`.
fn why_so(context: &mut ReplContext, rest: &str) -> io::Result<()> {
    let Some(did) = context.explore.state().last.clone() else {
        return context.print_line("There has been no access or system call yet.");
    };
    let fact = rest.split_whitespace().next();
    match why(&did, fact) {
        Ok(blocks) => context.print(&blocks),
        Err(sentence) => context.complain_sentence(&sentence),
    }
}

/// `:load FILE` and `:open FILE`.
fn load_named(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    match file_name(command, rest) {
        Ok(name) => load(context, Path::new(name), command.kind == CommandKind::Load),
        Err(wrong) => context.complain_sentence(&wrong),
    }
}

/// Returns the file name in the operands of a command, which no option precedes or follows.
fn file_name<'n>(command: &Command, rest: &'n str) -> Result<&'n str, String> {
    let name = unquoted(rest);
    if name.is_empty() {
        return Err(format!("write `{}`", command.usage()));
    }
    if name.len() < rest.len() {
        return Ok(name);
    }
    let quotes = ['"', '\''];
    if name.starts_with(quotes) || name.ends_with(quotes) {
        return Err(format!("a quote is missing around the file name: `{name}`"));
    }
    // `-x.pw` is a name, and so is `a - b.pw`.
    let is_option = |word: &&str| {
        word.starts_with("--") || *word != name && word.len() > 1 && word.starts_with('-')
    };
    let Some(option) = name.split_whitespace().find(is_option) else {
        return Ok(name);
    };
    let word = option.trim_start_matches('-');
    let own = STATEMENTS_ONLY.trim_start_matches('-');
    let is_near =
        command.kind == CommandKind::Save && nearest_option(word, [own].into_iter()).is_some();
    let help = if is_near {
        format!("did you mean `{STATEMENTS_ONLY}`?")
    } else {
        format!(
            "write `{}`, with quotes around a name such as `\"{name}\"`",
            command.usage()
        )
    };
    Err(format!(
        "`:{}` has no option `{option}`; {help}",
        command.name
    ))
}

/// `:save [--statements] FILE`.
fn save(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    context.save_failed = true;
    let before = rest
        .strip_prefix(STATEMENTS_ONLY)
        .filter(|file| file.is_empty() || file.starts_with(char::is_whitespace));
    let after = rest
        .strip_suffix(STATEMENTS_ONLY)
        .filter(|file| file.ends_with(char::is_whitespace));
    let file = before.or(after);
    let name = match file_name(command, file.unwrap_or(rest).trim()) {
        Ok(name) => name,
        Err(wrong) => return context.complain_sentence(&wrong),
    };
    let path = context.folder.join(name);
    let (script, count) = saved::script(&context.explore, file.is_some());
    let known = context.saved_files.get(&path);
    let old = match replaceable(&path, known, &script) {
        Ok(old) => old,
        Err(why) => return context.complain_sentence(&format!("`{name}` {why}")),
    };
    let wrong = doubts(&path, &script);
    if let Err(error) = replace(&path, old.as_deref(), script.as_bytes()) {
        return context.complain_sentence(&format!("cannot write `{name}`: {}", reason(&error)));
    }
    context.save_failed = false;
    context.saved_files.insert(path, script);
    context.saved = context.explore.history.at();
    let count = narrate::count(count, "statement", "statements");
    // `run` would take a name with a dash for an option.
    let dash = if name.starts_with('-') { "./" } else { "" };
    let file_word = quoted(&format!("{dash}{name}"));
    let check = format!("; use `pagewalk run {file_word}` to check that the results are the same");
    let rest = file.map_or(&*check, |_| " without expectations");
    context.print_line(format!("{count} saved{rest}"))?;
    match wrong {
        Some(wrong) => {
            context.complain_sentence(&format!("the saved script does not pass: {wrong}"))
        }
        None => Ok(()),
    }
}

/// Returns the content of a file that can be overwritten without losing data: it is empty, holds this script already, or is as
/// this session wrote it (`known`). A file of an earlier session may have been edited since. Returns `None` if there is no such
/// file. Fails with the reason.
fn replaceable(
    path: &Path,
    known: Option<&String>,
    script: &str,
) -> Result<Option<Vec<u8>>, String> {
    let is = |old: &[u8], text: &str| old == text.as_bytes();
    match open_regular(path).and_then(|file| read_all(file, SCRIPT)) {
        Ok(old)
            if old.is_empty() || is(&old, script) || known.is_some_and(|known| is(&old, known)) =>
        {
            Ok(Some(old))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(None),
        Ok(_) if known.is_some() => Err(
            "was changed after `:save` wrote it; save to another file, and compare the two"
                .to_owned(),
        ),
        Ok(_) => Err(
            "already exists, and this session did not write it; save to another file".to_owned(),
        ),
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

/// Opens a script, and runs it if `runs`. Each of its statements can be undone. After a run-time error, the session
/// keeps the statements before the error. You can thus inspect the state after each of them.
pub(crate) fn load(context: &mut ReplContext, file: &Path, runs: bool) -> io::Result<()> {
    let body = match context
        .explore
        .read_file(&context.folder.join(file), &mut Disk)
    {
        Ok(body) => body,
        Err(wrong) => return context.complain(&wrong),
    };
    context.explore.open(body.clone());
    let all = body.len();
    if !runs {
        let (file, all) = (shown(file), count(all as u64, "statement", "statements"));
        return context.print_line(format!("{file}: {all}; `:next` runs them one at a time"));
    }
    let before = context.explore.history.at();
    let ended = context.run(&body, Mode::Each, AnswerDetail::Failures)?;
    let (_, words) = narrate::summary(ended.totals, ended.diagnostics.len());
    context.print_line(format!("{}: {words}", shown(file)))?;
    let done = context.explore.history.at() - before;
    if done < all && done > 0 {
        return context.complain_sentence(&format!(
            "{done} of the {all} statements ran; `:back {done}` undoes them"
        ));
    }
    let path = context.folder.join(file);
    know_session(context, &path);
    Ok(())
}

/// Lets `:save` overwrite a loaded file that has nothing else than the session, so that a session of another day goes on.
fn know_session(context: &mut ReplContext, path: &Path) {
    let Ok(text) = open_regular(path).and_then(|file| read_all(file, SCRIPT)) else {
        return;
    };
    let mut scripts = [false, true].map(|bare| saved::script(&context.explore, bare).0);
    if let Some(script) = scripts.iter_mut().find(|script| script.as_bytes() == text) {
        context
            .saved_files
            .insert(path.to_owned(), std::mem::take(script));
    }
}

/// `:next [N]`. Stops after an error.
fn next(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    let Some(steps) = number(context, command, rest, Some(1))? else {
        return Ok(());
    };
    for _ in 0..steps {
        let redoes = context.explore.history.at() < context.explore.history.end();
        let Some(body) = context.explore.take_next() else {
            return context.print_line("no statement follows; `:open FILE` opens a script, and `:goto 0` returns to the beginning");
        };
        let text = body
            .first()
            .map_or(":reset", |stmt| context.explore.sources.text(stmt.span));
        let lines = text.lines().map(|line| Block::Statement {
            text: line.to_owned(),
            place: String::new(),
        });
        context.print(&lines.collect::<Vec<_>>())?;
        // An undone statement runs once more on a copy, which prints its results.
        let mode = if redoes { Mode::Tried } else { Mode::Whole };
        let tell = match &*body {
            [only] if context.has_single_answer(only) => AnswerDetail::Effects,
            _ => AnswerDetail::Statement,
        };
        let ended = context.run(&body, mode, tell)?;
        if ended.interrupted || !ended.diagnostics.is_empty() {
            break;
        }
        if redoes {
            context.explore.forward(1);
        }
    }
    Ok(())
}

/// Removes any quotes around a file name.
pub(crate) fn unquoted(name: &str) -> &str {
    let within = |quote| name.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(name)
}

/// Maximum number of listed statements.
const LISTED: usize = 500;

/// `:back [N]` and `:forward [N]`.
fn go(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    let Some(steps) = number(context, command, rest, Some(1))? else {
        return Ok(());
    };
    let (moved, done, none) = match command.kind {
        CommandKind::Back => (
            context.explore.back(steps),
            "undone",
            "nothing to undo: the session is at the beginning",
        ),
        _ => (
            context.explore.forward(steps),
            "redone",
            "nothing to redo: the session is at the latest statement",
        ),
    };
    if moved == 0 {
        return context.print_line(none);
    }
    let moved = count(moved as u64, "statement", "statements");
    report_move(context, &format!("{moved} {done}"))
}

/// `:goto N`.
fn goto(context: &mut ReplContext, command: &Command, rest: &str) -> io::Result<()> {
    let Some(target) = number(context, command, rest, None)? else {
        return Ok(());
    };
    if context.explore.goto(target) {
        return report_move(context, "");
    }
    let end = context.explore.history.end();
    context.complain_sentence(&format!(
        "there is no statement {target}; use a number from 0 (the beginning) to {end}"
    ))
}

fn history(context: &mut ReplContext) -> io::Result<()> {
    let history = &context.explore.history;
    let (at, digits) = (history.at(), history.end().to_string().len());
    // A line that continued below would look like another statement.
    let room = context
        .display
        .look
        .fit
        .columns()
        .saturating_sub(digits + 6);
    let line = |number: usize, text: &str| {
        let mark = if number == at { "→" } else { " " };
        let tone = if number > at {
            Tone::Faint
        } else {
            Tone::Plain
        };
        let text = match text.char_indices().nth(room) {
            Some(_) => text
                .chars()
                .take(room.saturating_sub(1))
                .chain(['…'])
                .collect(),
            None => text.to_owned(),
        };
        Block::toned(tone, format!("{mark} {number:digits$}  {text}"))
    };
    let first = history.end().saturating_sub(LISTED);
    let mut lines = vec![line(0, "(the beginning)")];
    if first > 0 {
        lines.push(Block::faint(format!(
            "… {}",
            count(first as u64, "statement", "statements")
        )));
    }
    lines.extend(
        history
            .all()
            .skip(first)
            .map(|(number, done)| line(number, &short(context.explore.text(done)))),
    );
    context.print(&lines)
}

fn reset(context: &mut ReplContext) -> io::Result<()> {
    context.explore.reset();
    context.print_line("all declarations are removed; `:back` restores them")
}

/// Prints `moved`, followed by the session's position.
fn report_move(context: &mut ReplContext, moved: &str) -> io::Result<()> {
    let history = &context.explore.history;
    let place = match history.last() {
        None => "at the beginning".to_owned(),
        Some(done) => format!(
            "after statement {}: {}",
            history.at(),
            short(context.explore.text(done))
        ),
    };
    let ahead = history.end() - history.at();
    let words = if moved.is_empty() {
        place
    } else {
        format!("{moved}; {place}")
    };
    let ahead = if ahead > 0 {
        format!("  ({ahead} ahead)")
    } else {
        String::new()
    };
    context.print_line(words + &ahead)
}

/// Shortens a statement to one line.
fn short(text: &str) -> String {
    if text.is_empty() {
        ":reset".to_owned()
    } else {
        on_one_line(text)
    }
}

/// The number given after a command, or its default. Reports an argument that is not a number.
fn number(
    context: &mut ReplContext,
    command: &Command,
    rest: &str,
    without: Option<usize>,
) -> io::Result<Option<usize>> {
    if let (true, Some(without)) = (rest.is_empty(), without) {
        return Ok(Some(without));
    }
    // A command with a default moves by N statements.
    let (least, range) = without.map_or((0, ""), |_| (1, " from 1"));
    let number = rest.parse().ok().filter(|number| *number >= least);
    if number.is_none() {
        context.complain_sentence(&format!(
            "write `{}`, where N is a whole number{range}",
            command.usage()
        ))?;
    }
    Ok(number)
}
