//! The open documents.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use pagewalk_script::editor::{LineIndex, OpenTexts, RunResult};
use pagewalk_script::lang::include::Script;
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
    /// The statements of the preceding version, or none for Markdown.
    earlier: Script,
    /// The results of running earlier versions. The worker drops them, because dropping many records takes time.
    outdated: Vec<Arc<[Arc<RunResult>]>>,
}

impl Buffer {
    /// Stops the check and the run in progress.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.under_way.take() {
            stop.store(true, Ordering::Relaxed);
        }
    }
}

/// The open documents.
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
        self.forget();
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
            earlier: Script::default(),
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
        buffer.outdated.extend(buffer.ran.take());
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
                Part::blocks(path, &text, texts).into()
            } else {
                [Part::script(path, text, texts, buffer.earlier.clone())].into()
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
        let markdown = buffer.markdown.then(|| LineIndex::new(buffer.text.clone()));
        Some(Views { markdown, views })
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

    /// Drops all cached texts after a text or a file on disk has changed.
    pub(crate) fn forget(&mut self) {
        self.texts = None;
        for buffer in self.buffers.values_mut() {
            if let Some([part]) = buffer.parts.take().as_deref().filter(|_| !buffer.markdown) {
                buffer.earlier = part.document.latest();
            }
        }
    }
}
