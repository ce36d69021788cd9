//! Errors in responses to requests.

use lsp_server::{ErrorCode, ResponseError};

/// Creates a protocol error.
pub(crate) fn response_error(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError {
        code: code as i32,
        message: message.into(),
        data: None,
    }
}
