//! The scripts of a file.

use std::path::Path;

use super::fences::{Fence, fences};
use super::find::{SuiteFile, SuiteFileKind, report_name};
use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_engine::files::reason;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::golden::{Mistake, Name, TestScript};
use pagewalk_script::lang::loader::{Disk, Loader, Texts};
use pagewalk_script::lang::source::decode;

/// Returns the scripts of a file. Fails for an unreadable Markdown file. An unreadable script is returned as
/// a script with an error.
pub(crate) fn scripts(found: &SuiteFile) -> Result<Vec<TestScript>, Mistake> {
    scripts_from(found, Disk)
}

/// Returns the scripts of a file from a loader.
pub(crate) fn scripts_from(found: &SuiteFile, mut loader: impl Loader) -> Result<Vec<TestScript>, Mistake> {
    let name = Name { file: found.name.clone(), ..Name::default() };
    if found.kind == SuiteFileKind::Script {
        let script = CheckedScript::from_loader(&found.path, &mut loader);
        return Ok(vec![TestScript { name, ..TestScript::new(script) }]);
    }
    let text = document(&found.path, &mut loader).map_err(|message| Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message,
        help: String::new(),
    })?;
    let mut loader = Texts { texts: std::collections::BTreeMap::default(), other: loader };
    let scripts = fences(&text).into_iter().map(|fence| block(found, fence, &name, &mut loader));
    Ok(scripts.collect())
}

/// Returns a block of a document, and makes the block available to later blocks by name.
fn block(found: &SuiteFile, fence: Fence, document: &Name, loader: &mut Texts<impl Loader>) -> TestScript {
    let script = CheckedScript::from_text(&found.path.display().to_string(), &fence.text, loader);
    if let Some(path) = fence.path(&found.path, &loader.other) {
        loader.texts.insert(path, fence.text.into_bytes());
    }
    let name = Name { block: Some(fence.name), ..document.clone() };
    TestScript { name, script, fails: fence.fails, line: fence.line, from: fence.from as u32, clock: None }
}

/// Returns the text of a Markdown file, or the reason why it cannot be read.
fn document(path: &Path, loader: &mut dyn Loader) -> Result<String, String> {
    let bytes = loader
        .argument(path, SCRIPT)
        .map_err(|error| format!("cannot read `{}`: {}", report_name(path), reason(&error)))?;
    let text = decode(&bytes).map_err(|at| {
        format!("cannot read `{}`: the file is not UTF-8 text (byte {at})", report_name(path))
    })?;
    Ok(text.to_owned())
}
