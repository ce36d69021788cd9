//! A script of a suite: read, and parted into cases.

use std::path::{Path, PathBuf};

use super::fences::{Fence, fences};
use super::find::{SuiteFile, SuiteFileKind, error_words, report_name};
use crate::face::reading::Reading;
use pagewalk_script::lang::ast::{Block, Stmt, StmtKind};
use pagewalk_script::lang::loader::{Disk, Loader, Texts};
use pagewalk_script::lang::source::decode;
use pagewalk_script::lang::span::Span;
use pagewalk_script::suite::reports::{Case, Mistake, Name};

/// A script, read and checked. Places in it are those of its file, also in Markdown.
pub(crate) struct Script {
    /// Its name; no scenario.
    pub(crate) name: Name,
    /// Its texts, statements and mistakes.
    pub(crate) reading: Reading,
    /// It is meant to fail.
    pub(crate) fails: bool,
    /// The line where it begins, from 1.
    pub(crate) line: usize,
    /// The first byte of its file that is its own.
    pub(crate) from: u32,
}

/// The scripts of a file.
///
/// # Errors
/// What is wrong with a Markdown file that cannot be read. A script that cannot be read has a mistake that says so.
pub(crate) fn scripts(found: &SuiteFile) -> Result<Vec<Script>, Mistake> {
    let name = Name { file: found.name.clone(), ..Name::default() };
    if found.kind == SuiteFileKind::Script {
        let reading = Reading::from_path(&found.path);
        return Ok(vec![Script { name, reading, fails: false, line: 1, from: 0 }]);
    }
    let text = document(&found.path).map_err(|message| Mistake {
        file: found.name.clone(),
        line: 1,
        column: 1,
        code: "",
        message,
        help: String::new(),
    })?;
    let mut loader = Texts { texts: std::collections::BTreeMap::default(), other: Disk };
    let scripts = fences(&text).into_iter().map(|fence| block(found, fence, &name, &mut loader));
    Ok(scripts.collect())
}

/// A block of a document, which later ones may include by its name.
fn block(found: &SuiteFile, fence: Fence, document: &Name, loader: &mut Texts<Disk>) -> Script {
    let reading = Reading::from_text(&found.path.display().to_string(), &fence.text, loader);
    if let (Some(file), Some(folder)) = (&fence.file, folder(&found.path)) {
        loader.texts.insert(folder.join(file), fence.text.into_bytes());
    }
    let name = Name { block: Some(fence.name), ..document.clone() };
    Script { name, reading, fails: fence.fails, line: fence.line, from: fence.from as u32 }
}

/// The one path of the folder that a file is in.
fn folder(path: &Path) -> Option<PathBuf> {
    let canonical = Disk.canonical(path).ok()?;
    canonical.parent().map(Path::to_owned)
}

/// The text of a Markdown file, or why there is none.
fn document(path: &Path) -> Result<String, String> {
    let bytes = Disk
        .load(path)
        .map_err(|error| format!("cannot read `{}`: {}", report_name(path), error_words(&error)))?;
    let text = decode(&bytes)
        .map_err(|at| format!("cannot read `{}`: it is not UTF-8 text (byte {at})", report_name(path)))?;
    Ok(text.to_owned())
}

impl Script {
    /// Its cases: the statements outside of scenarios first, then every scenario in the order of the text. One that is
    /// meant to fail is one case.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut own = Case::new(self.name.clone(), self.line);
        own.fails = self.fails;
        let mut cases = vec![own];
        if !self.fails {
            self.scenarios(&self.reading.script.body, &mut cases);
        }
        cases
    }

    fn scenarios(&self, block: &Block, cases: &mut Vec<Case>) {
        for stmt in block.iter().filter(|stmt| stmt.span.file != 0 || stmt.span.end > self.from) {
            match &stmt.kind {
                StmtKind::Scenario { name, body } | StmtKind::Question { title: name, body, .. } => {
                    let scenario = Some(name.text.to_string());
                    if cases.iter().all(|case| case.name.scenario != scenario) {
                        let line = self.reading.sources.place(stmt.span).map_or(self.line, |(_, at)| at.line);
                        cases.push(Case::new(Name { scenario, ..self.name.clone() }, line));
                    }
                    self.scenarios(body, cases);
                }
                _ => stmt.blocks().for_each(|body| self.scenarios(body, cases)),
            }
        }
    }

    /// The case that a place of the script belongs to: the innermost scenario around it, else the first.
    pub(crate) fn case_at<'a>(&self, at: Span, mut cases: impl Iterator<Item = &'a Case>) -> usize {
        let mut scenario = None;
        let mut block = &self.reading.script.body;
        loop {
            let around = |stmt: &&Stmt| {
                stmt.span.file == at.file && (stmt.span.start..stmt.span.end).contains(&at.start)
            };
            let Some(stmt) = block.iter().find(around) else { break };
            if let StmtKind::Scenario { name, .. } | StmtKind::Question { title: name, .. } = &stmt.kind {
                scenario = Some(name.text.to_string());
            }
            let deeper = stmt.blocks().find(|body| body.iter().any(|stmt| around(&stmt)));
            let Some(deeper) = deeper else { break };
            block = deeper;
        }
        cases.position(|case| case.name.scenario == scenario).unwrap_or(0)
    }
}
