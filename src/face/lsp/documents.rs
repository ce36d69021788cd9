//! The open documents.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use pagewalk_script::editor::{LineIndex, OpenTexts, RunResult};
use pagewalk_script::lang::loader::{Disk, MemoryLimit, Within};

use super::client::Client;
use super::parts::{DiagnosticsByFile, Part};
use super::protocol::bytes;
use super::view::{View, Views};
use super::worker::{Check, Task};

/// The language identifier of Markdown.
const MARKDOWN: &str = "markdown";

pub(crate) struct Buffer {
    /// The document's URI in the client's spelling.
    pub(crate) uri: Uri,
    /// The client's version number.
    pub(crate) version: i32,
    pub(crate) text: Arc<str>,
    /// The diagnostics by file, with the checked version, or `None` before the first check.
    pub(crate) checked: Option<(i32, DiagnosticsByFile)>,
    /// The files of the document's script, starting with the document.
    pub(crate) files: Vec<PathBuf>,
    /// The results of running the scripts of this version.
    pub(crate) ran: Option<Arc<[Arc<RunResult>]>>,
    /// The memory of these results, in bytes.
    ran_bytes: u64,
    /// The number of results that were stored before these.
    ran_after: u64,
    /// The failures of the last finished run, by file.
    pub(crate) failed: DiagnosticsByFile,
    /// The flag that stops the check and the run in progress.
    pub(crate) under_way: Option<Arc<AtomicBool>>,
    /// Whether the text is Markdown, so that its code blocks are the scripts.
    markdown: bool,
    parts: Option<Arc<[Part]>>,
    /// The scripts of an earlier version.
    earlier: Arc<[Part]>,
    /// The scripts of the versions before that one. The worker drops them, because dropping the statements and records of a
    /// long script takes time.
    outdated: Vec<Arc<[Part]>>,
}

impl Buffer {
    /// Stops the check and the run in progress.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.under_way.take() {
            stop.store(true, Ordering::Relaxed);
        }
    }
}

#[derive(Default)]
pub(crate) struct Documents {
    pub(crate) buffers: BTreeMap<PathBuf, Buffer>,
    texts: Option<Arc<OpenTexts>>,
    /// The memory that each script may need, and that the results of all documents may need together.
    limit: MemoryLimit,
    /// The number of results that were stored.
    stored: u64,
}

impl Documents {
    /// Sets the memory that each script may need.
    pub(crate) fn allow(&mut self, limit: MemoryLimit) {
        self.limit = limit;
        self.forget_results();
    }

    /// Adds or replaces a document.
    pub(crate) fn open(&mut self, path: PathBuf, document: TextDocumentItem) {
        let TextDocumentItem {
            uri,
            language_id,
            version,
            text,
        } = document;
        let buffer = Buffer {
            uri,
            version,
            text: text.into(),
            checked: None,
            files: vec![path.clone()],
            ran: None,
            ran_bytes: 0,
            ran_after: 0,
            failed: DiagnosticsByFile::new(),
            under_way: None,
            markdown: language_id == MARKDOWN,
            parts: None,
            earlier: Arc::default(),
            outdated: Vec::new(),
        };
        if let Some(mut old) = self.buffers.insert(path, buffer) {
            old.stop();
        }
        self.forget();
    }

    /// Applies the client's edits to a document.
    pub(crate) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
    ) {
        let Some(buffer) = self.buffers.get_mut(path) else {
            return;
        };
        let mut text = buffer.text.to_string();
        for change in changes {
            let Some(range) = change.range else {
                text.clone_from(&change.text);
                continue;
            };
            let range = bytes(&LineIndex::new(text.as_str()), range);
            text.replace_range(range, &change.text);
        }
        buffer.text = text.into();
        buffer.version = version;
        buffer.ran = None;
        buffer.stop();
        self.forget();
    }

    /// Removes a document and returns its data.
    pub(crate) fn close(&mut self, path: &Path) -> Option<Buffer> {
        let mut closed = self.buffers.remove(path)?;
        closed.stop();
        self.forget();
        Some(closed)
    }

    /// Returns all open texts, which scripts can include.
    pub(crate) fn texts(&mut self) -> Arc<OpenTexts> {
        let (buffers, limit) = (&self.buffers, self.limit);
        let texts = self.texts.get_or_insert_with(|| {
            let scripts = buffers.iter().filter(|(_, buffer)| !buffer.markdown);
            let texts =
                scripts.map(|(path, buffer)| (path.clone(), buffer.text.as_bytes().to_vec()));
            Arc::new(OpenTexts {
                texts: texts.collect(),
                other: Some(Within { limit, other: Disk }),
            })
        });
        texts.clone()
    }

    /// Returns the scripts of a text at its current version.
    fn parts(&mut self, path: &Path) -> Option<(&Buffer, Arc<[Part]>)> {
        let texts = self.texts();
        let buffer = self.buffers.get_mut(path)?;
        let text = buffer.text.clone();
        let parts = buffer.parts.get_or_insert_with(|| {
            if buffer.markdown {
                Part::blocks(path, &text, texts, &buffer.earlier).into()
            } else {
                [Part::script(path, text, texts, &buffer.earlier)].into()
            }
        });
        let parts = parts.clone();
        Some((buffer, parts))
    }

    /// Creates a task that checks and runs the scripts of a text on another thread.
    pub(crate) fn check(&mut self, path: &Path) -> Option<Check> {
        let (_, parts) = self.parts(path)?;
        let buffer = self.buffers.get_mut(path)?;
        let (version, outdated) = (buffer.version, std::mem::take(&mut buffer.outdated));
        Some(Check {
            path: path.to_owned(),
            parts,
            version,
            stop: Arc::default(),
            outdated,
        })
    }

    /// Creates a task on a script for another thread. Returns `None` for Markdown.
    pub(crate) fn task(&mut self, path: &Path) -> Option<Task> {
        let (_, parts) = self.parts(path).filter(|(buffer, _)| !buffer.markdown)?;
        Some(Task {
            document: parts.first()?.document.clone(),
            stop: Arc::default(),
        })
    }

    /// Returns the scripts of a text with the results of their runs.
    pub(crate) fn views(
        &mut self,
        path: &Path,
        client: &Arc<Client>,
        predict: bool,
    ) -> Option<Views> {
        let open = self.texts();
        let (buffer, parts) = self.parts(path)?;
        let ran = |at: usize| buffer.ran.as_ref().and_then(|all| all.get(at)).cloned();
        let view = |(at, part): (usize, &Part)| View {
            uri: buffer.uri.clone(),
            document: part.document.clone(),
            part: part.clone(),
            text: buffer.text.clone(),
            parts: parts.clone(),
            open: open.clone(),
            ran: ran(at),
            client: client.clone(),
            predict,
        };
        let views = parts.iter().enumerate().map(view).collect();
        Some(Views {
            markdown: buffer.markdown,
            views,
        })
    }

    /// Stores the result of running a version. Returns false if the document has changed since that version.
    pub(crate) fn store_result(
        &mut self,
        (path, version): (&Path, i32),
        ran: Arc<[Arc<RunResult>]>,
        failed: DiagnosticsByFile,
    ) -> bool {
        let Some(buffer) = self
            .buffers
            .get_mut(path)
            .filter(|buffer| buffer.version == version)
        else {
            return false;
        };
        buffer.ran_bytes = ran.iter().map(|one| one.footprint()).sum();
        buffer.ran = Some(ran);
        buffer.ran_after = self.stored;
        buffer.failed = failed;
        buffer.under_way = None;
        self.stored += 1;
        self.drop_old_results();
        true
    }

    /// Drops the oldest results until the others are within the limit. A document without results has its diagnostics, and
    /// gets results when it changes.
    fn drop_old_results(&mut self) {
        let mut newest: Vec<&mut Buffer> = self
            .buffers
            .values_mut()
            .filter(|buffer| buffer.ran.is_some())
            .collect();
        newest.sort_unstable_by_key(|buffer| Reverse(buffer.ran_after));
        let mut bytes = 0;
        for buffer in newest {
            bytes += buffer.ran_bytes;
            if bytes > self.limit.bytes {
                buffer.ran = None;
                let parts = buffer.parts.iter().flat_map(|parts| parts.iter());
                parts
                    .chain(&*buffer.earlier)
                    .for_each(|part| part.keep_run(None));
            }
        }
    }

    /// The open documents whose scripts contain this file.
    pub(crate) fn scripts_with(&self, file: &Path) -> Vec<PathBuf> {
        let has = |(path, buffer): &(&PathBuf, &Buffer)| {
            *path == file || buffer.files.iter().any(|known| known == file)
        };
        self.buffers
            .iter()
            .filter(has)
            .map(|(path, _)| path.clone())
            .collect()
    }

    /// Returns the diagnostics to publish, by file. A file included by another open script is shown as part
    /// of that script, because the file might not be a complete script.
    pub(crate) fn diagnostics_to_show(&self) -> DiagnosticsByFile {
        let mut all = DiagnosticsByFile::new();
        for (path, buffer) in &self.buffers {
            all.entry(path.clone()).or_default();
            let part = |(other, whole): (&PathBuf, &Buffer)| {
                other != path && whole.files.contains(path) && !buffer.files.contains(other)
            };
            if self.buffers.iter().any(part) {
                continue;
            }
            let checked = buffer.checked.iter().flat_map(|(_, found)| found);
            for (file, diagnostics) in checked.chain(&buffer.failed) {
                let known = all.entry(file.clone()).or_default();
                known.extend(
                    diagnostics
                        .iter()
                        .filter(|one| !known.contains(one))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
            }
        }
        all
    }

    /// Drops the cached texts after an open text has changed.
    fn forget(&mut self) {
        self.texts = None;
        for buffer in self.buffers.values_mut() {
            if let Some(parts) = buffer.parts.take() {
                let outdated = std::mem::replace(&mut buffer.earlier, parts);
                buffer.outdated.push(outdated);
            }
        }
    }

    /// Drops all cached texts and results after a file on disk or a setting has changed.
    pub(crate) fn forget_results(&mut self) {
        self.forget();
        for buffer in self.buffers.values_mut().filter(|buffer| buffer.markdown) {
            buffer.earlier = Arc::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use crossbeam_channel::unbounded;
    use lsp_types::{Position, Range, TextDocumentContentChangeEvent, TextDocumentItem};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::client::Settings;
    use super::super::parts::{DiagnosticsByFile, Part};
    use super::super::protocol::range;
    use super::super::worker::WorkerMessage;
    use super::Documents;

    const PATH: &str = "/notes.md";

    fn opened(text: &str) -> Documents {
        let mut documents = Documents::default();
        documents.allow(Settings::default().memory());
        let document = TextDocumentItem {
            uri: "file:///notes.md".parse().unwrap(),
            language_id: "markdown".to_owned(),
            version: 1,
            text: text.to_owned(),
        };
        documents.open(Path::new(PATH).to_owned(), document);
        documents
    }

    /// Replaces whole lines.
    fn replace_lines(documents: &mut Documents, lines: std::ops::Range<usize>, new: &str) {
        let start = |line: usize| Position::new(line as u32, 0);
        let change = TextDocumentContentChangeEvent {
            range: Some(Range::new(start(lines.start), start(lines.end))),
            range_length: None,
            text: new.to_owned(),
        };
        documents.change(Path::new(PATH), 2, &[change]);
    }

    /// Checks and runs the blocks. Returns their diagnostics and hints, with the lines of the Markdown text.
    fn results(documents: &mut Documents) -> (Vec<DiagnosticsByFile>, Vec<String>) {
        let check = documents.check(Path::new(PATH)).unwrap();
        let parts = check.parts.clone();
        let (sender, messages) = unbounded();
        check.check_and_run(Settings::default(), &sender);
        let (mut diagnostics, mut hints) = (Vec::new(), Vec::new());
        for message in messages.try_iter() {
            match message {
                WorkerMessage::Checked { found, .. } => diagnostics.push(found),
                WorkerMessage::Ran { ran, found, .. } => {
                    diagnostics.push(found);
                    for (part, ran) in parts.iter().zip(&*ran) {
                        let of_part = part.document.inlay_hints(part.own.clone(), ran);
                        hints.extend(of_part.iter().map(|hint| {
                            let place = range(part.document.lines(), &(hint.at..hint.at)).start;
                            format!("{place:?} {} {}", hint.label, hint.explanation)
                        }));
                    }
                }
                WorkerMessage::Answer(..) => {}
            }
        }
        (diagnostics, hints)
    }

    fn parts(documents: &mut Documents) -> Arc<[Part]> {
        documents.parts(Path::new(PATH)).unwrap().1
    }

    const NOTES: &str = "\
# Notes

```pagewalk
let a = 3 * 5
expect a == 15
```

Prose – é.

> ```pagewalk,continues
> let b = a + 1
> expect b == 17
> ```

```pagewalk
machine simple
translate 0x3D4 => fault page
```

- ```pagewalk
  let a = ab
  ```
";

    #[test]
    fn only_a_changed_block_is_read_and_run_again() {
        let mut documents = opened(NOTES);
        results(&mut documents);
        let before = parts(&mut documents);
        let same = |now: &[Part]| -> Vec<(bool, bool, bool)> {
            let pairs = before.iter().zip(now);
            let same = pairs.map(|(before, now)| {
                let run = |part: &Part| part.known_run().unwrap();
                (
                    Arc::ptr_eq(&before.document, &now.document),
                    Arc::ptr_eq(
                        &before.document.script().script.body,
                        &now.document.script().script.body,
                    ),
                    Arc::ptr_eq(&run(before), &run(now)),
                )
            });
            same.collect()
        };
        // Prose between a block and the block that continues it.
        replace_lines(&mut documents, 7..8, "Other prose, longer.\n");
        results(&mut documents);
        assert_eq!(same(&parts(&mut documents)), [(true, true, true); 4]);
        // A new line moves the last blocks. The last one has a message, which could name a line.
        replace_lines(&mut documents, 14..14, "\n");
        results(&mut documents);
        let moved = same(&parts(&mut documents));
        assert_eq!(
            moved[..3],
            [(true, true, true), (true, true, true), (false, true, true)]
        );
        assert_eq!(moved[3], (false, false, true));
        // A change in a block.
        replace_lines(&mut documents, 14..15, "");
        replace_lines(&mut documents, 15..16, "machine simple # faster\n");
        results(&mut documents);
        let changed = same(&parts(&mut documents));
        assert_eq!(changed[..2], [(true, true, true); 2]);
        assert_eq!(changed[2], (false, false, false));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn results_do_not_depend_on_earlier_versions(
            edits in prop::collection::vec((0..24usize, 0..3usize, select(vec![
                "", "\n", "prose\n", "```\n", "```pagewalk\n", "```pagewalk,fails\n", "```pagewalk lib.pw\n", "let a = 3 * 5\n",
                "include \"lib.pw\"\n", "expect a == 16\n", "> expect b == 1\n", "machine simple\n", "translate 0x3D4 => vpn 3\n",
            ])), 1..6),
        ) {
            let mut documents = opened(NOTES);
            for (line, removed, new) in edits {
                replace_lines(&mut documents, line..line + removed, new);
                let text = documents.buffers[Path::new(PATH)].text.to_string();
                prop_assert_eq!(results(&mut documents), results(&mut opened(&text)), "{}", text);
            }
        }
    }
}
