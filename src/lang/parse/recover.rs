//! stub
use super::grammar::Rule;
use crate::lang::ast::{Command, Span};
use crate::lang::diagnostic::{Code, Diagnostic};

pub(super) fn explain(line: &str, _rule: Rule, file: u32, start: u32) -> Diagnostic {
    Diagnostic::new(Code::Syntax, Span { file, start, end: start + line.len() as u32 }, "broken")
}

pub(super) fn mends(_command: &Command, _span: Span, _diagnostics: &mut Vec<Diagnostic>) {}
