//! The scripts of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_engine::files::{reason, visible};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::golden::{Mistake, Name, TestScript};
use pagewalk_script::lang::diagnostic::Code;
use pagewalk_script::lang::loader::{Disk, Loader, Texts, plain};
use pagewalk_script::lang::nearest::nearest;
use pagewalk_script::lang::source::decode;
use pagewalk_script::suite::amend::BlockPlace;
use pagewalk_script::suite::reports::{Case, quoted};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::find::{SuiteFile, SuiteFileKind, report_name};

/// The scripts of a file. Each script is read when the iterator returns it, because a document can contain many.
pub(crate) struct Scripts<'f, L> {
    found: &'f SuiteFile,
    loader: Texts<L>,
    /// The document, or `None` for a script.
    document: Option<Document>,
    next: usize,
}

struct Document {
    fences: Fences,
    paths: Arc<[PathBuf]>,
    fails: Arc<[Range<usize>]>,
}

/// Returns the scripts of a file. Fails for an unreadable Markdown file. An unreadable script is returned as
/// a script with an error.
pub(crate) fn scripts(found: &SuiteFile) -> Result<Scripts<'_, Disk>, Mistake> {
    scripts_from(found, Disk)
}

/// Returns the help that names the scenario of a line, as in `first.pw:8`.
pub(crate) fn scenario_at(missing: &Path) -> Option<String> {
    let (file, place) = missing.to_str()?.split_once(':')?;
    let line: usize = place.split(':').next()?.parse().ok()?;
    let found = SuiteFile::from_path(Path::new(file)).filter(|found| found.path.is_file())?;
    let cases = scripts(&found).ok()?.flat_map(|script| script.cases());
    let Case { name, line, .. } = cases.filter(|case| case.line <= line).last()?;
    let (file, scenario) = (quoted(file), quoted(&visible(&name.scenario?)));
    Some(format!(
        "`pagewalk test {file} --filter {scenario}` runs the scenario that begins on line {line}"
    ))
}

/// Returns the scripts of a file from a loader.
pub(crate) fn scripts_from<L: Loader>(
    found: &SuiteFile,
    mut loader: L,
) -> Result<Scripts<'_, L>, Mistake> {
    let mut document = None;
    if found.kind != SuiteFileKind::Script {
        let text = document_text(&found.path, &mut loader)
            .map_err(|message| mistake(found, 1, "", message))?;
        let fences = Fences::new(&text);
        let folder = found.path.parent().unwrap_or(Path::new(""));
        let names = fences.blocks.iter().filter_map(|block| block.file.as_ref());
        let paths = names.map(|name| plain(&folder.join(name))).collect();
        let failing = fences.blocks.iter().filter(|block| block.fails);
        let fails = failing.flat_map(|block| block.lines.clone()).collect();
        document = Some(Document {
            fences,
            paths,
            fails,
        });
    }
    Ok(Scripts {
        found,
        loader: Texts {
            texts: BTreeMap::new(),
            other: loader,
        },
        document,
        next: 0,
    })
}

impl<L: Loader> Iterator for Scripts<'_, L> {
    type Item = TestScript;

    fn next(&mut self) -> Option<TestScript> {
        let number = self.next;
        self.next += 1;
        let name = Name {
            file: self.found.name.clone(),
            ..Name::default()
        };
        let Some(Document {
            fences,
            paths,
            fails,
        }) = &self.document
        else {
            let script = || CheckedScript::from_loader(&self.found.path, &mut self.loader);
            return (number == 0).then(script).map(|script| TestScript {
                name,
                ..TestScript::new(script)
            });
        };
        let fence = fences.blocks.get(number)?;
        let FenceText {
            start,
            lines_before,
            text,
        } = fences.text_at(number);
        let path = self.found.path.display().to_string();
        let mut script = CheckedScript::from_text(&path, &text, &mut self.loader);
        script.sources.place(0, lines_before);
        // Later blocks can include the block by its name.
        if let Some(path) = fence.path(&self.found.path, &self.loader.other) {
            self.loader.texts.insert(path, text.into_bytes());
        }
        let start = start as u32;
        Some(TestScript {
            name: Name {
                block: Some(fence.name.clone()),
                ..name
            },
            script,
            fails: fence.fails,
            line: fence.line,
            from: fence.from as u32 - start,
            place: Some(BlockPlace {
                document: fences.document.clone(),
                start,
                blocks: paths.clone(),
                fails: fails.clone(),
            }),
            clock: None,
        })
    }
}

impl<L> Scripts<'_, L> {
    /// Returns a warning for each code block without a closing fence, or with a misspelled word after its fence.
    pub(crate) fn warnings(&self) -> Vec<Mistake> {
        let document = self.document.iter();
        let unclosed = document.flat_map(|document| {
            document
                .fences
                .unclosed
                .iter()
                .map(|unclosed| (&document.fences.document, unclosed))
        });
        let warning = |(document, unclosed): (&Arc<str>, &Unclosed)| Mistake {
            help: unclosed.help(document),
            ..mistake(
                self.found,
                unclosed.line,
                Code::UnclosedFence.name(),
                unclosed.message(),
            )
        };
        let fences = self.document.iter().map(|document| &document.fences);
        let misspelled = fences.flat_map(|fences| &fences.misspelled);
        let misspelled = misspelled.map(|(line, message, help)| Mistake {
            help: help.clone(),
            ..mistake(self.found, *line, Code::UnknownWord.name(), message.clone())
        });
        unclosed.map(warning).chain(misspelled).collect()
    }
}

fn mistake(found: &SuiteFile, line: usize, code: &'static str, message: String) -> Mistake {
    Mistake {
        file: found.name.clone(),
        line,
        column: 1,
        code,
        message,
        help: String::new(),
    }
}

/// Returns the text of a Markdown file, or the reason why it cannot be read.
fn document_text(path: &Path, loader: &mut dyn Loader) -> Result<String, String> {
    let bytes = loader
        .argument(path, SCRIPT)
        .map_err(|error| format!("cannot read `{}`: {}", report_name(path), reason(&error)))?;
    let text = decode(&bytes).map_err(|at| {
        format!(
            "cannot read `{}`: the file is not UTF-8 text (byte {at})",
            report_name(path)
        )
    })?;
    Ok(text.to_owned())
}

// Scripts in Markdown: fenced code blocks whose first word is `pagewalk`.
//
// The word `fails` marks a script with an error or a failing expectation, and `skip` marks a block that the
// command does not run. `NAME.pw` is the file name by which later blocks include the block. With
// `continues`, the script begins with the preceding blocks, starting at the nearest one without `continues`.
// Other words are ignored.

/// The byte-order mark, which some editors write at the beginning of a file.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

const FENCES: [char; 2] = ['`', '~'];

/// A Markdown text with its scripts.
#[derive(Debug, Clone)]
pub(crate) struct Fences {
    pub(crate) document: Arc<str>,
    pub(crate) blocks: Vec<Fence>,
    /// The code blocks without a closing fence that are scripts or contain the beginning of a script.
    pub(crate) unclosed: Vec<Unclosed>,
    /// The lines of fences with a word that is probably misspelled or has no meaning there, from 1, with a message and its help.
    misspelled: Vec<(usize, String, String)>,
}

/// A script in a fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The name of the block, which by default is its number, such as `block 3`.
    pub(crate) name: String,
    pub(crate) file: Option<String>,
    /// The line of the first statement, counted from 1.
    pub(crate) line: usize,
    /// The position of the script's first byte in the document.
    pub(crate) from: usize,
    /// Whether the script is expected to fail.
    pub(crate) fails: bool,
    /// The parts of the document that are the script's own lines.
    lines: Vec<Range<usize>>,
    /// The index of the first block that the script continues, or its own index.
    first: usize,
}

/// A code block without a closing fence, which extends to the end of the document, or of the list item or quotation that
/// contains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unclosed {
    /// The line of the opening fence, counted from 1.
    pub(crate) line: usize,
    /// The bytes of the opening fence.
    pub(crate) fence: Range<usize>,
    /// The number of scripts whose opening fences the block contains.
    swallowed: usize,
}

/// The text of a script, which begins at the beginning of a line of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FenceText {
    /// The position in the document.
    pub(crate) start: usize,
    /// The number of lines before the text.
    pub(crate) lines_before: usize,
    /// The part of the document with everything outside the script replaced by spaces.
    pub(crate) text: String,
}

/// The text of a script in an editor. Its lines are lines of the document, but text between the blocks that the script
/// continues does not affect its other bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockText {
    /// The bytes of the document, from the beginning of a line.
    pub(crate) place: Range<usize>,
    pub(crate) text: String,
    /// The position in the text of the script's own first byte, after the blocks that it continues.
    pub(crate) own: usize,
}

impl Unclosed {
    pub(crate) fn message(&self) -> String {
        let holds = match self.swallowed {
            0 => String::new(),
            1 => ", so that the next script is a part of it".to_owned(),
            more => format!(", so that the next {more} scripts are a part of it"),
        };
        format!("this code block has no closing fence{holds}")
    }

    pub(crate) fn help(&self, document: &str) -> String {
        format!(
            "end the block with the line {}",
            &document[self.fence.clone()]
        )
    }
}

impl Fence {
    /// Returns the path by which later blocks of the document `path` include this block.
    pub(crate) fn path(&self, document: &Path, loader: &dyn Loader) -> Option<PathBuf> {
        let name = self.file.as_ref()?;
        Some(loader.canonical(document).ok()?.parent()?.join(name))
    }
}

impl Fences {
    /// Finds the scripts in a document. The numbers in default names include skipped blocks.
    pub(crate) fn new(document: &str) -> Self {
        let mut fences = Self {
            document: document.into(),
            blocks: Vec::new(),
            unclosed: Vec::new(),
            misspelled: Vec::new(),
        };
        let mut names = BTreeSet::new();
        let mut lines = LineCounter {
            document,
            at: 0,
            line: 1,
        };
        let (mut number, mut first, mut skips) = (0, 0, false);
        for block in blocks(document) {
            let words = words(&block.info);
            let line = lines.line_of(block.fence.start);
            fences
                .unclosed
                .extend(block.unclosed(document, line, words.is_some()));
            let named = words.iter().flatten().copied();
            fences.misspelled.extend(named.filter_map(|word| {
                let shown = visible(word);
                let (message, meant) = if let Some(meant) = foreign(word) {
                    let message = format!("the word `{shown}` of this fence has no meaning");
                    (message, meant)
                } else {
                    let meant = meant(word)?;
                    let message =
                        format!("Pagewalk reads the word `{shown}` of this fence as `{meant}`");
                    (message, meant)
                };
                Some((line, message, format!("write `{meant}`")))
            }));
            let Some(words) = words else {
                // The notation of R Markdown, Quarto, and Pandoc, the ending of scripts, and misspellings.
                let word = block.info.trim_start_matches(['{', '.']);
                let end = word.find(|c: char| !c.is_alphanumeric() && c != '-');
                let word = &word[..end.unwrap_or(word.len())];
                if word == "pw" || nearest(word, ["pagewalk"].into_iter()).is_some() {
                    let message =
                        format!("no script begins with the fence `{}`", visible(&block.info));
                    let rest = block.info.split([',', ' ', '\t', '}', '{']);
                    let kept = |word| Some(word).filter(|word| KEPT.contains(word));
                    let rest = rest.filter_map(|word| {
                        foreign(word).or_else(|| meant(word)).or_else(|| kept(word))
                    });
                    let ours: Vec<&str> = ["pagewalk"].into_iter().chain(rest).collect();
                    fences.misspelled.push((
                        line,
                        message,
                        format!("write `{}`", visible(&ours.join(" "))),
                    ));
                }
                continue;
            };
            number += 1;
            // A misspelled word has a warning, and means what it is probably meant to.
            let says = |word: &str| {
                words
                    .iter()
                    .any(|said| *said == word || meant(said) == Some(word))
            };
            if says("skip") {
                skips = true;
                continue;
            }
            if !says("continues") {
                first = fences.blocks.len();
            } else if fences.blocks.is_empty() {
                let (message, help) = if skips {
                    ("the block above does not run", "remove `skip` there")
                } else {
                    (
                        "there is no block above that this one could continue",
                        "begin the fence of the block above with `pagewalk`",
                    )
                };
                fences
                    .misspelled
                    .push((line, message.to_owned(), help.to_owned()));
            }
            let mut files = words.iter().map(|word| meant(word).unwrap_or(word));
            let file = files.find(|word| is_file(word)).map(str::to_owned);
            let mut name = file.clone().unwrap_or_else(|| format!("block {number}"));
            if !names.insert(name.clone()) {
                name = format!("{name} ({number})");
                names.insert(name.clone());
            }
            let from = block.lines.first().map_or(block.end, |line| line.start);
            let (line, fails) = (lines.line_of(from), says("fails"));
            fences.blocks.push(Fence {
                name,
                file,
                line,
                from,
                fails,
                lines: block.lines,
                first,
            });
        }
        fences
    }

    /// Whether a later block continues the script of a block.
    pub(crate) fn is_continued(&self, index: usize) -> bool {
        let first = self.blocks[index].first;
        self.blocks[index + 1..]
            .iter()
            .any(|later| later.first == first)
    }

    /// Returns the text of the block with this index, with the blocks that it continues.
    pub(crate) fn text_at(&self, index: usize) -> FenceText {
        let mut text = String::new();
        let Range { start, .. } = self.each_part(index, |before, part| {
            blank(&mut text, before);
            text.push_str(part);
        });
        let first = self.blocks.get(index).map_or(0, |block| block.first);
        // The text after the last part is omitted.
        FenceText {
            start,
            lines_before: self.blocks.get(first).map_or(0, |begin| begin.line - 1),
            text,
        }
    }

    /// Returns the text of the block with this index in an editor.
    pub(crate) fn block_text(&self, index: usize) -> BlockText {
        let own_parts = self.blocks.get(index).map_or(0, |block| block.lines.len());
        let mut text = String::new();
        let mut starts = Vec::new();
        let place = self.each_part(index, |before, part| {
            // Columns count the bytes before the script on its own lines only.
            let line = before.rfind(ENDS_LINE).map_or(0, |at| at + 1);
            text.extend(before[..line].matches(ENDS_LINE));
            blank(&mut text, &before[line..]);
            starts.push(text.len());
            text.push_str(part);
        });
        let own = starts.len().checked_sub(own_parts);
        BlockText {
            place,
            own: own
                .and_then(|own| starts.get(own).copied())
                .unwrap_or(text.len()),
            text,
        }
    }

    /// Returns the text of a block as a file that other blocks include, whose lines are those of the document.
    pub(crate) fn file_text(&self, block: &BlockText) -> String {
        let before = self.document[..block.place.start].matches(ENDS_LINE);
        before.chain([&*block.text]).collect()
    }

    /// Passes each part of the block with this index and of the blocks that it continues, with the text between the
    /// preceding part and this part. Returns their bytes, from the beginning of the first line.
    fn each_part(&self, index: usize, mut pass: impl FnMut(&str, &str)) -> Range<usize> {
        let Some(last) = self.blocks.get(index) else {
            return 0..0;
        };
        let chain = &self.blocks[last.first..=index];
        let begin = &chain[0];
        // A block in a list or a quotation begins after the beginning of its line.
        let start = self.document[..begin.from]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let mut at = start;
        for part in chain.iter().flat_map(|block| &block.lines) {
            pass(&self.document[at..part.start], &self.document[part.clone()]);
            at = part.end;
        }
        start..at
    }
}

/// A fenced code block.
struct FencedBlock {
    info: String,
    /// The bytes of the opening fence.
    fence: Range<usize>,
    lines: Vec<Range<usize>>,
    end: usize,
    /// Whether the block has a closing fence.
    closed: bool,
}

impl FencedBlock {
    /// Returns the block if it has no own closing fence, and is a script or contains the beginning of one. The
    /// closing fence of a script in the block closes the block. A script in a block with a longer fence is an example.
    fn unclosed(&self, document: &str, line: usize, ours: bool) -> Option<Unclosed> {
        let fence = &document[self.fence.clone()];
        let opens = |line: &&str| {
            let line = line.trim_start();
            let info = line.trim_start_matches(FENCES);
            let other = &line[..line.len() - info.len()];
            let belongs = if self.closed {
                other.starts_with(fence)
            } else {
                other.len() >= 3
            };
            belongs && words(info.trim()).is_some()
        };
        let lines = self
            .lines
            .iter()
            .flat_map(|lines| document[lines.clone()].lines());
        let swallowed = lines.filter(opens).count();
        (swallowed > 0 || ours && !self.closed).then(|| Unclosed {
            line,
            fence: self.fence.clone(),
            swallowed,
        })
    }
}

/// Counts the lines of a document from one position to the next.
struct LineCounter<'d> {
    document: &'d str,
    at: usize,
    line: usize,
}

impl LineCounter<'_> {
    /// Returns the line of a position, which does not precede the last one.
    fn line_of(&mut self, position: usize) -> usize {
        let passed = self.document.get(self.at..position).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.at = self.at.max(position);
        self.line
    }
}

/// Returns the words after `pagewalk` in the info string of a script.
fn words(info: &str) -> Option<Vec<&str>> {
    let mut words = info.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    (words.next() == Some("pagewalk")).then(|| words.collect())
}

/// The words of a fence with a meaning.
const KEPT: &[&str] = &["fails", "skip", "continues"];

/// Returns the word of a fence that is probably meant by another one.
fn meant(word: &str) -> Option<&str> {
    match word {
        word if KEPT.contains(&word) => None,
        word if word.contains("fail") && !is_file(word) => Some("fails"),
        word if word.starts_with("skip") && !is_file(word) => Some("skip"),
        word if word.starts_with("contin") && !is_file(word) => Some("continues"),
        // `name=setup.pw`
        word => match word.split_once('=') {
            Some((_, file)) => Some(file.trim_matches('"')).filter(|file| is_file(file)),
            None => nearest(word, ["continues"].into_iter()),
        },
    }
}

/// Returns the word for a word of R Markdown, Quarto, or rustdoc, which has no meaning here.
fn foreign(word: &str) -> Option<&'static str> {
    match &*word.to_lowercase() {
        "error=true" => Some("fails"),
        "eval=false" | "run=false" | "execute=false" | "no_run" | "ignore" => Some("skip"),
        _ => None,
    }
}

/// Whether a word is the name of a script in the document's folder.
fn is_file(word: &str) -> bool {
    let path = Path::new(word);
    path.extension().is_some_and(|end| end == "pw")
        && path.file_name().is_some_and(|name| name == word)
}

/// Returns all fenced code blocks of a document, as `CommonMark` defines them.
fn blocks(document: &str) -> Vec<FencedBlock> {
    let mark = if document.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut blocks = Vec::new();
    let mut open: Option<FencedBlock> = None;
    for (event, range) in Parser::new_ext(&document[mark..], Options::empty()).into_offset_iter() {
        let range = range.start + mark..range.end + mark;
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let text = &document[range.clone()];
                let length = text.len() - text.trim_start_matches(FENCES).len();
                let fence = range.start..range.start + length;
                let info = info.into_string();
                open = Some(FencedBlock {
                    info,
                    fence,
                    lines: Vec::new(),
                    end: range.end,
                    closed: false,
                });
            }
            Event::Text(_) => {
                if let Some(block) = &mut open {
                    block.lines.push(range);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(mut block) = open.take() {
                    block.closed = is_closed(document, &block);
                    blocks.push(block);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// Whether a fence follows the lines of a block.
fn is_closed(document: &str, block: &FencedBlock) -> bool {
    let after_info = || {
        let rest = &document[block.fence.end..block.end];
        block.fence.end + rest.find(['\n', '\r']).unwrap_or(rest.len())
    };
    let end = block.lines.last().map_or_else(after_info, |line| line.end);
    document[end.min(block.end)..block.end].contains(&document[block.fence.clone()])
}

const ENDS_LINE: [char; 2] = ['\n', '\r'];

fn blank(text: &mut String, document: &str) {
    text.extend(document.bytes().map(|byte| {
        let c = char::from(byte);
        if ENDS_LINE.contains(&c) { c } else { ' ' }
    }));
}

#[cfg(test)]
mod tests {
    use super::Fences;

    /// The lines and the texts of a document's scripts.
    fn scripts(document: &str) -> Vec<(usize, String)> {
        let fences = Fences::new(document);
        (0..fences.blocks.len())
            .map(|at| {
                let text = fences.text_at(at);
                let block = fences.block_text(at);
                let lines = |text: &str| -> Vec<String> {
                    text.lines()
                        .map(|line| line.trim_end().to_owned())
                        .collect()
                };
                assert_eq!(lines(&block.text), lines(&text.text));
                assert_eq!(block.place.start, text.start);
                let from = fences.blocks[at].from;
                assert_eq!(
                    block.text[block.own..].trim_end(),
                    text.text
                        .get(from - text.start..)
                        .unwrap_or_default()
                        .trim_end()
                );
                assert_eq!(
                    document[..text.start].matches('\n').count(),
                    text.lines_before
                );
                (fences.blocks[at].line, text.text.trim().to_owned())
            })
            .collect()
    }

    #[test]
    fn fences_are_those_of_commonmark() {
        let one = |line, text: &str| vec![(line, text.to_owned())];
        assert_eq!(
            scripts("\u{feff}```pagewalk\nread 0\n```\n\n```c\n```\n"),
            one(2, "read 0")
        );
        assert_eq!(
            scripts("```pagewalk\r\nread 0\r\nread 1\r\n```\r\n"),
            one(2, "read 0\r\nread 1")
        );
        assert_eq!(
            scripts("   ~~~~ pagewalk\n   read 0\n~~~\n   ~~~~\n").len(),
            1
        );
        assert_eq!(
            scripts("- a\n\n\t```pagewalk\n\tread 0\n\t```\n"),
            one(4, "read 0")
        );
        assert_eq!(
            scripts("> ```pagewalk\n> read 0\n> ```\nread 1\n"),
            one(2, "read 0")
        );
        assert_eq!(scripts("    ```pagewalk\n    read 0\n    ```\n"), []);
    }

    #[test]
    fn fences_that_are_not_closed_are_found() {
        let found = |document: &str| {
            let unclosed = Fences::new(document).unclosed;
            unclosed
                .iter()
                .map(|one| (one.line, one.swallowed))
                .collect::<Vec<_>>()
        };
        assert_eq!(found("```c\nint x;\n\n```pagewalk\nread 0\n"), [(1, 1)]);
        assert_eq!(found("a\n\n```pagewalk\nread 0\n"), [(3, 0)]);
        assert_eq!(found("a\n\n```pagewalk"), [(3, 0)]);
        assert_eq!(found("> ```pagewalk\n> read 0\n\ntext\n"), [(1, 0)]);
        assert_eq!(found("```pagewalk\nread 0\n~~~\n    ```\n"), [(1, 0)]);
        // The closing fence of the script closes the first block.
        assert_eq!(
            found("```c\nint x;\n\n```pagewalk\nread 0\n```\n"),
            [(1, 1)]
        );
        assert_eq!(found("```c\nint x;\n"), []);
        assert_eq!(found("````text\n```pagewalk\nread 0\n```\n````\n"), []);
        assert_eq!(
            found("```pagewalk\nread 0\n```\n\n~~~pagewalk\n~~~~\n> ```pagewalk\n> read 0\n> ```"),
            []
        );
    }
}
