//! The scripts of a suite and their cases.

use std::path::{Path, PathBuf};

use super::fences::{Fence, fences};
use super::find::{SuiteFile, SuiteFileKind, error_words, report_name};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::ast::{Block, Stmt, StmtKind};
use pagewalk_script::lang::loader::{Disk, Loader, Texts};
use pagewalk_script::lang::source::decode;
use pagewalk_script::lang::span::Span;
use pagewalk_script::suite::reports::{Case, Mistake, Name};

/// A checked script. Positions are those of its file, also in Markdown.
pub(crate) struct Script {
    /// Its name without a scenario.
    pub(crate) name: Name,
    pub(crate) reading: CheckedScript,
    /// Whether the script must fail.
    pub(crate) fails: bool,
    /// Its first line, from 1.
    pub(crate) line: usize,
    /// Its first byte in the file.
    pub(crate) from: u32,
}

/// The scripts of a file. Fails for an unreadable Markdown file; an unreadable script has a mistake instead.
pub(crate) fn scripts(found: &SuiteFile) -> Result<Vec<Script>, Mistake> {
    let name = Name { file: found.name.clone(), ..Name::default() };
    if found.kind == SuiteFileKind::Script {
        let reading = CheckedScript::from_path(&found.path);
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

/// A block of a document, which later blocks can include by its name.
fn block(found: &SuiteFile, fence: Fence, document: &Name, loader: &mut Texts<Disk>) -> Script {
    let reading = CheckedScript::from_text(&found.path.display().to_string(), &fence.text, loader);
    if let (Some(file), Some(folder)) = (&fence.file, folder(&found.path)) {
        loader.texts.insert(folder.join(file), fence.text.into_bytes());
    }
    let name = Name { block: Some(fence.name), ..document.clone() };
    Script { name, reading, fails: fence.fails, line: fence.line, from: fence.from as u32 }
}

/// The canonical path of a file's folder.
fn folder(path: &Path) -> Option<PathBuf> {
    let canonical = Disk.canonical(path).ok()?;
    canonical.parent().map(Path::to_owned)
}

/// The text of a Markdown file, or the reason why it cannot be read.
fn document(path: &Path) -> Result<String, String> {
    let bytes = Disk
        .load(path)
        .map_err(|error| format!("cannot read `{}`: {}", report_name(path), error_words(&error)))?;
    let text = decode(&bytes)
        .map_err(|at| format!("cannot read `{}`: it is not UTF-8 text (byte {at})", report_name(path)))?;
    Ok(text.to_owned())
}

impl Script {
    /// Its cases: first the statements outside of scenarios, then every scenario in text order. A script that
    /// must fail is one case.
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

    /// The case of a position: the innermost scenario around it, or else the first case.
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
