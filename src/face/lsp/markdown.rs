//! Answers requests about Markdown from its code blocks. Outside of code blocks, the server is silent.

use lsp_server::ResponseError;
use lsp_types::Position;
use serde_json::{Value, json};

use super::view::{View, Views};

/// The answer to a request for Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InMarkdown {
    /// Null.
    Silent,
    /// The answer of the block at the position, or at the start of the range.
    AtCursor,
    /// The lists of all blocks.
    Lists,
    /// The semantic tokens of all blocks.
    Tokens,
}

/// Answers a request about a script.
pub(crate) type ScriptAnswer = fn(&View, Value) -> Result<Value, ResponseError>;

/// Answers a request about Markdown. `script` answers for a block.
pub(crate) fn answer(
    how: InMarkdown,
    script: ScriptAnswer,
    views: &Views,
    params: &Value,
) -> Result<Value, ResponseError> {
    let each = || views.views.iter().map(|view| script(view, params.clone()));
    match how {
        InMarkdown::Silent => Ok(Value::Null),
        InMarkdown::AtCursor => match cursor(params).and_then(|position| views.at(position)) {
            Some(view) => script(view, params.clone()),
            None => Ok(Value::Null),
        },
        InMarkdown::Lists => {
            let mut all = Vec::new();
            for answer in each() {
                if let Value::Array(list) = answer? {
                    all.extend(list);
                }
            }
            Ok(Value::Array(all))
        }
        InMarkdown::Tokens => {
            let answers: Result<Vec<Value>, ResponseError> = each().collect();
            Ok(json!({ "data": tokens(&answers?) }))
        }
    }
}

/// The position in the parameters of a request.
fn cursor(params: &Value) -> Option<Position> {
    let range = || params.get("range")?.get("start");
    let position = params.get("position").or_else(range)?;
    serde_json::from_value(position.clone()).ok()
}

/// Joins the tokens of blocks. Each block begins on a later line than the previous block. The first number of each
/// token is its distance in lines from the previous token.
fn tokens(answers: &[Value]) -> Vec<u64> {
    let (mut all, mut last) = (Vec::new(), 0);
    for answer in answers {
        let data = answer
            .get("data")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut data: Vec<u64> = data.filter_map(Value::as_u64).collect();
        let end = data.iter().step_by(5).sum();
        if let Some(first) = data.first_mut() {
            *first -= last;
            last = end;
        }
        all.append(&mut data);
    }
    all
}
