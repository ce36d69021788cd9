//! `textDocument/codeLens`

use lsp_types::{CodeLens, Command};
use serde_json::{Value, json};

use super::custom_requests::COMMANDS;
use super::view::View;
use pagewalk_script::lang::ast::{StmtKind, Word};
use pagewalk_script::lang::span::Span;
use pagewalk_script::lang::visit::statements;

/// The titles of lenses for each of the [`COMMANDS`]: for the script and for a scenario.
const TITLES: [(&str, &str); 2] = [("run script", "run scenario"), ("show steps", "show steps")];

/// Lenses that run the script and each of its scenarios.
pub(crate) fn lenses(view: &View) -> Vec<CodeLens> {
    let mut found = Vec::new();
    if !view.reading().script.body.is_empty() {
        add_lens(view, Span::default(), None, &mut found);
    }
    for stmt in statements(&view.reading().script.body).filter(|stmt| stmt.span.file == 0) {
        if let StmtKind::Scenario { name, .. } = &stmt.kind {
            add_lens(view, Span { end: stmt.span.start, ..stmt.span }, Some(name), &mut found);
        }
    }
    found
}

fn add_lens(view: &View, span: Span, scenario: Option<&Word>, found: &mut Vec<CodeLens>) {
    for (command, (of_script, of_scenario)) in COMMANDS.iter().zip(TITLES) {
        let name = scenario.map_or(Value::Null, |name| json!(&*name.text));
        let command = Command {
            title: if scenario.is_some() { of_scenario } else { of_script }.to_owned(),
            command: command.name.to_owned(),
            arguments: Some(vec![json!(view.uri.as_str()), name]),
        };
        found.push(CodeLens { range: view.range(span), command: Some(command), data: None });
    }
}
