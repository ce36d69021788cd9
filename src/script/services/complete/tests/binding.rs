//! Statements of the examples and test scripts, bound from their tree and from their tokens.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::lang::ast::{Command, Setting, Settings};
use crate::lang::include::read_text;
use crate::lang::layout::tokens;
use crate::lang::span::Span;
use crate::lang::visit::{Visit, walk_command, walk_setting};
use crate::questions::LANGUAGE;
use crate::run::bind::{Arg, Atom, Bound, Param, Piece, Slot, bind, bind_command, bind_setting};
use crate::services::complete::walk::Walk;

/// The commands and settings of a script.
#[derive(Default)]
struct Statements<'s> {
    commands: Vec<&'s Command>,
    /// Each setting with the name of its block.
    settings: Vec<(&'s str, &'s Setting)>,
    block: Vec<&'s str>,
}

impl<'s> Visit<'s> for Statements<'s> {
    fn visit_command(&mut self, command: &'s Command) {
        if !command.call {
            self.commands.push(command);
            self.block.push(&command.verb.text);
            walk_command(self, command);
            self.block.pop();
        }
    }

    fn visit_reference(&mut self, _: &'s crate::lang::ast::Pages, settings: &'s Settings) {
        self.block.push("reference");
        self.visit_settings(settings);
        self.block.pop();
    }

    fn visit_setting(&mut self, setting: &'s Setting) {
        if let Some(block) = self.block.last() {
            self.settings.push((block, setting));
        }
        self.block.push(&setting.name.text);
        walk_setting(self, setting);
        self.block.pop();
    }
}

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("fails") {
            scripts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "pw") {
            found.push(path);
        }
    }
}

/// Returns the parameters of the pieces. A unit after a blank is part of its number.
fn params(bound: &Bound) -> Vec<&'static Param> {
    let args = bound.args().map(|arg| arg.param);
    args.filter(|param| !matches!(param, Param::Unit(_)))
        .collect()
}

/// Binds a command from its tokens up to its block.
fn from_tokens<'t>(text: &'t str, command: &Command, bound: &Bound) -> Vec<Piece<'t>> {
    let end = match (bound.block, bound.assigned.last().or(bound.operands.last())) {
        (Some(block), _) => block.span.start,
        (None, Some(last)) => last.span.end,
        (None, None) => command.verb.span.end,
    };
    let written = &text[..end as usize];
    let walk = Walk::over(text, &tokens(written).list);
    let atoms = walk.statement().atoms.iter().copied();
    let block = bound.block.map(|_| Atom::Block);
    atoms.chain(block).map(Piece::from).collect()
}

/// Returns an error if a piece's parameter could not be offered after the pieces before it.
fn offered(bound: &Bound, pieces: &[Piece<'_>]) -> Result<(), String> {
    let mut previous: Option<Arg> = None;
    for (number, arg) in bound.args().enumerate() {
        // The second word of a noun, the operands of an operation, and more pages have no parameter of their own.
        let continues = |before: Arg| {
            before.param == arg.param
                && matches!(arg.param.slot(), Some(Slot::Noun | Slot::Op | Slot::Pages))
        };
        if previous.replace(arg).is_some_and(continues) {
            continue;
        }
        let before = bind(bound.params, pieces[..number].to_vec());
        if !before.next().contains(&arg.param) {
            return Err(format!("{} is not offered", arg.param));
        }
    }
    Ok(())
}

fn pieces_of<'t>(bound: &Bound<'t>) -> Vec<Piece<'t>> {
    bound.args().map(|arg| arg.is).collect()
}

#[test]
fn the_tree_and_the_tokens_of_a_statement_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    scripts(&root.join("examples"), &mut files);
    scripts(&root.join("tests/scripts"), &mut files);
    let (mut commands, mut settings, mut wrong) = (0, 0, String::new());
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a script");
        let (sources, script, _) = read_text("script.pw", &text, &mut ());
        let mut found = Statements::default();
        found.visit_block(&script.body);
        let mut report = |span: Span, error: &str| {
            let line = sources.text(span).lines().next().unwrap_or_default();
            let name = file.strip_prefix(&root).unwrap_or(file);
            writeln!(wrong, "{}: {line}: {error}", name.display()).expect("a text");
        };
        for command in found.commands.iter().filter(|one| one.verb.span.file == 0) {
            let Some(verb) = LANGUAGE.verb(&command.verb.text) else {
                continue;
            };
            // Without the expressions, `read(buf)` is a call.
            if text[command.verb.span.end as usize..].starts_with('(') {
                continue;
            }
            commands += 1;
            let tree = bind_command(verb.params, command);
            let place = Span {
                end: text.len() as u32,
                ..command.verb.span
            };
            if tree.unread().next().is_some() {
                report(place, "an operand is unread");
            }
            if let Err(error) = offered(&tree, &pieces_of(&tree)) {
                report(place, &error);
            }
            let tokens = bind(verb.params, from_tokens(&text, command, &tree));
            if params(&tokens) != params(&tree) {
                let (read, known) = (params(&tokens), params(&tree));
                report(place, &format!("{read:?} instead of {known:?}"));
            }
            if let Err(error) = offered(&tokens, &pieces_of(&tokens)) {
                report(place, &error);
            }
        }
        for (block, setting) in &found.settings {
            let row = LANGUAGE.block(block);
            let Some(row) = row.and_then(|row| row.setting(&setting.name.text)) else {
                continue;
            };
            settings += 1;
            let bound = bind_setting(row.params, setting);
            if bound.unread().next().is_some() {
                report(setting.span, "a value is unread");
            }
            if let Err(error) = offered(&bound, &pieces_of(&bound)) {
                report(setting.span, &error);
            }
        }
    }
    assert!(
        commands > 3_000 && settings > 1_000,
        "{commands} {settings}"
    );
    assert_eq!(wrong, "");
}
