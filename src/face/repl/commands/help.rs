//! `:help`.

use std::io;

use crate::face::repl::context::ReplContext;
use pagewalk_script::lang::nearest::nearest;
use pagewalk_script::report::doc::{Block, Tone};
use pagewalk_script::services::commands::{COMMANDS, find};
use pagewalk_script::services::lookup::{look_up, words};

/// `:help [WORD]`.
pub(crate) fn help(context: &mut ReplContext, rest: &str) -> io::Result<()> {
    match rest.split_whitespace().next() {
        None => context.print(commands()),
        Some(word) => about(context, word),
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
        Block::line("`:help WORD` explains a word: `:help read`, `:help tlbi`, `:help mmap`."),
        Block::line(
            "Type an expression, such as `0x3D4 >> 6` or `tlb`, to see its value. Press Up to find earlier lines that begin with your input.",
        ),
    ]
}

/// Explains the meaning of a word in every context.
fn about(context: &mut ReplContext, word: &str) -> io::Result<()> {
    let mut found = look_up(word);
    if let (true, Ok(command)) = (found.is_empty(), find(word.trim_start_matches(':'))) {
        found = look_up(command.name);
    }
    if found.is_empty() {
        let words = words();
        let near = nearest(
            word.trim_start_matches(':'),
            words.iter().map(String::as_str),
        );
        let mend = near
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        return context.complain_sentence(&format!("the language has no word `{word}`{mend}"));
    }
    let mut blocks = Vec::new();
    for row in found {
        let text = format!("{}  ({})", row.usage, row.section);
        let fits = text.chars().count() <= context.display.look.width;
        blocks.push(if fits {
            Block::Statement {
                text,
                place: String::new(),
            }
        } else {
            Block::line(text)
        });
        let cells = row.cells.into_iter().map(|(name, cell)| match name {
            "example" => Block::toned(Tone::Faint, format!("example: {cell}")),
            "is" | "does" | "means" | "shows" => Block::line(cell),
            other => Block::line(format!("{other}: {cell}")),
        });
        blocks.extend(cells);
    }
    context.print(blocks)
}
