//! The scripts of a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fences::{FenceText, Fences, Unclosed};
use super::find::{SuiteFile, SuiteFileKind, report_name};
use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_engine::files::reason;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::golden::{Mistake, Name, TestScript};
use pagewalk_script::lang::diagnostic::Code;
use pagewalk_script::lang::loader::{Disk, Loader, Texts, plain};
use pagewalk_script::lang::source::decode;
use pagewalk_script::suite::amend::BlockPlace;

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
}

/// Returns the scripts of a file. Fails for an unreadable Markdown file. An unreadable script is returned as
/// a script with an error.
pub(crate) fn scripts(found: &SuiteFile) -> Result<Scripts<'_, Disk>, Mistake> {
    scripts_from(found, Disk)
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
        document = Some(Document { fences, paths });
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
        let Some(Document { fences, paths }) = &self.document else {
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
            }),
            clock: None,
        })
    }
}

impl<L> Scripts<'_, L> {
    /// Returns a warning for each code block without a closing fence.
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
        unclosed.map(warning).collect()
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
