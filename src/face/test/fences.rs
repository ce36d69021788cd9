//! Scripts in Markdown: fenced code blocks whose first word is `pagewalk`.
//!
//! The word `fails` marks a script with an error or a failing expectation, and `skip` marks a block that the
//! command does not run. `NAME.pw` is the file name by which later blocks include the block. With
//! `continues`, the script begins with the preceding blocks, starting at the nearest one without `continues`.
//! Other words are ignored.

use std::ops::Range;
use std::path::{Path, PathBuf};

use pagewalk_script::lang::loader::Loader;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A script in a fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The name of the block, which by default is its number, such as `block 3`.
    pub(crate) name: String,
    /// The block's file name.
    pub(crate) file: Option<String>,
    /// The line of the first statement, counted from 1.
    pub(crate) line: usize,
    /// The position of the script's first byte in the document.
    pub(crate) from: usize,
    /// The document with everything outside the script replaced by spaces, so that positions in the script
    /// are also positions in the document.
    pub(crate) text: String,
    /// Whether the script is expected to fail.
    pub(crate) fails: bool,
}

impl Fence {
    /// Returns the path by which later blocks of the document `path` include this block.
    pub(crate) fn path(&self, document: &Path, loader: &dyn Loader) -> Option<PathBuf> {
        let name = self.file.as_ref()?;
        Some(loader.canonical(document).ok()?.parent()?.join(name))
    }
}

/// A fenced code block.
struct FencedBlock {
    info: String,
    lines: Vec<Range<usize>>,
}

/// Returns the scripts in a document, in order. The numbers in default names include skipped blocks.
pub(crate) fn fences(document: &str) -> Vec<Fence> {
    let mut fences: Vec<Fence> = Vec::new();
    let mut before: Vec<Range<usize>> = Vec::new();
    let blocks = blocks(document).into_iter().filter_map(|block| {
        let mut words = block.info.split([',', ' ']).filter(|word| !word.is_empty());
        let ours = words.next() == Some("pagewalk");
        let words: Vec<String> = words.map(ToOwned::to_owned).collect();
        ours.then_some((words, block.lines))
    });
    for (number, (words, lines)) in (1..).zip(blocks) {
        let says = |word: &str| words.iter().any(|other| other == word);
        if says("skip") {
            continue;
        }
        if !says("continues") {
            before.clear();
        }
        before.extend(lines.iter().cloned());
        let file = words.iter().find(|word| is_file(word)).cloned();
        let name = file.clone().unwrap_or_else(|| format!("block {number}"));
        let name =
            if fences.iter().any(|known| known.name == name) { format!("{name} ({number})") } else { name };
        let from = lines.first().map_or(document.len(), |line| line.start);
        let line = document[..from].matches('\n').count() + 1;
        fences.push(Fence { name, file, line, from, text: masked(document, &before), fails: says("fails") });
    }
    fences
}

/// Whether a word is the name of a script in the document's folder.
fn is_file(word: &str) -> bool {
    let path = Path::new(word);
    path.extension().is_some_and(|end| end == "pw") && path.file_name().is_some_and(|name| name == word)
}

fn blocks(document: &str) -> Vec<FencedBlock> {
    let mut blocks = Vec::new();
    let mut open: Option<FencedBlock> = None;
    for (event, range) in Parser::new_ext(document, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = Some(FencedBlock { info: info.into_string(), lines: Vec::new() });
            }
            Event::Text(_) => {
                if let Some(block) = &mut open {
                    block.lines.push(range);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// Replaces the text outside these parts with spaces. Lines and byte positions stay the same.
fn masked(document: &str, parts: &[Range<usize>]) -> String {
    let mut text = String::with_capacity(document.len());
    let mut at = 0;
    for part in parts {
        blank(&mut text, &document[at..part.start]);
        text.push_str(&document[part.clone()]);
        at = part.end;
    }
    // Omit the text after the last part.
    text
}

fn blank(text: &mut String, document: &str) {
    let ends_line = |byte: &u8| matches!(byte, b'\n' | b'\r');
    text.extend(document.bytes().map(|byte| if ends_line(&byte) { char::from(byte) } else { ' ' }));
}
