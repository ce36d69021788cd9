//! The scripts of the client's folders.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pagewalk_engine::files::limits::SCRIPT;
use pagewalk_script::editor::{Document, OpenTexts};
use pagewalk_script::lang::include::text_of;
use pagewalk_script::lang::loader::{Disk, Loader as _};

use crate::face::terminal::Color;
use crate::face::test::find::{Search, SuiteFileKind};

/// Returns the scripts below the folders, and all open texts, as documents.
pub(crate) fn documents<'a>(
    folders: &'a [PathBuf],
    open: &'a Arc<OpenTexts>,
) -> impl Iterator<Item = Document> + 'a {
    let search = Search {
        paths: folders,
        skip: &[],
        excluded: |_| &[],
        color: Color::Never,
    };
    let scripts = search
        .files()
        .0
        .into_iter()
        .filter(|file| file.kind == SuiteFileKind::Script);
    // The text of an open file replaces the text on disk.
    let mut texts: BTreeMap<PathBuf, Option<&Vec<u8>>> =
        scripts.map(|file| (file.path, None)).collect();
    texts.extend(
        open.texts
            .iter()
            .map(|(path, text)| (path.clone(), Some(text))),
    );
    texts.into_iter().filter_map(|(path, text)| {
        let bytes = text.cloned().or_else(|| Disk.load(&path, SCRIPT).ok())?;
        Some(Document::new(path, text_of(&bytes).ok()?, open.clone()))
    })
}
