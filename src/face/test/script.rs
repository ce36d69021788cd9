//! The scripts of a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::fences::{Fence, fences};
use super::find::{SuiteFile, SuiteFileKind, error_words, report_name};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::golden::{Mistake, Name, TestScript};
use pagewalk_script::lang::loader::{Disk, Loader, Texts};
use pagewalk_script::lang::source::decode;

/// Returns the scripts of a file. Fails for an unreadable Markdown file. An unreadable script is returned as
/// a script with an error.
pub(crate) fn scripts(found: &SuiteFile) -> Result<Vec<TestScript>, Mistake> {
    scripts_from(found, &mut Texts { texts: BTreeMap::new(), other: Disk })
}

/// Like [`scripts`], with files from a loader.
pub(crate) fn scripts_from<L: Loader>(
    found: &SuiteFile,
    loader: &mut Texts<L>,
) -> Result<Vec<TestScript>, Mistake> {
    let name = Name { file: found.name.clone(), ..Name::default() };
    if found.kind == SuiteFileKind::Script {
        let script = CheckedScript::from_loader(&found.path, loader);
        return Ok(vec![TestScript { name, ..TestScript::new(script) }]);
    }
    let text = document(&found.path, loader).map_err(|message| Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message,
        help: String::new(),
    })?;
    let scripts = fences(&text).into_iter().map(|fence| block(found, fence, &name, loader));
    Ok(scripts.collect())
}

/// Returns a block of a document, and makes the block available to later blocks by name.
fn block<L: Loader>(found: &SuiteFile, fence: Fence, document: &Name, loader: &mut Texts<L>) -> TestScript {
    let script = CheckedScript::from_text(&found.path.display().to_string(), &fence.text, loader);
    if let (Some(file), Some(folder)) = (&fence.file, folder(&found.path)) {
        loader.texts.insert(folder.join(file), fence.text.into_bytes());
    }
    let name = Name { block: Some(fence.name), ..document.clone() };
    TestScript { name, script, fails: fence.fails, line: fence.line, from: fence.from as u32, clock: None }
}

/// Returns the canonical path of a file's folder.
fn folder(path: &Path) -> Option<PathBuf> {
    let canonical = Disk.canonical(path).ok()?;
    canonical.parent().map(Path::to_owned)
}

/// Returns the text of a Markdown file, or the reason why it cannot be read.
fn document(path: &Path, loader: &mut impl Loader) -> Result<String, String> {
    let bytes = loader
        .load(path)
        .map_err(|error| format!("cannot read `{}`: {}", report_name(path), error_words(&error)))?;
    let text = decode(&bytes).map_err(|at| {
        format!("cannot read `{}`: the file is not UTF-8 text (byte {at})", report_name(path))
    })?;
    Ok(text.to_owned())
}
