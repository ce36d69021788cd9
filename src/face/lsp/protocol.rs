//! Conversions between the protocol's values and Pagewalk's.

use std::ops;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{Diagnostic, NumberOrString, Position, Range, Uri};
use pagewalk_script::editor;
use pagewalk_script::editor::{Encoding, LineIndex};
use serde_json::Value;
use url::Url;

/// The byte offset of a position.
pub(crate) fn byte(lines: &LineIndex, Position { line, character }: Position) -> usize {
    lines.byte(
        editor::Position {
            line,
            column: character,
        },
        Encoding::Utf16,
    )
}

/// The byte offsets of a range, in ascending order.
pub(crate) fn bytes(lines: &LineIndex, range: Range) -> ops::Range<usize> {
    let (start, end) = (byte(lines, range.start), byte(lines, range.end));
    start.min(end)..start.max(end)
}

/// The positions of a byte range.
pub(crate) fn range(lines: &LineIndex, bytes: &ops::Range<usize>) -> Range {
    let position = |at| {
        let editor::Position { line, column } = lines.position(at, Encoding::Utf16);
        Position {
            line,
            character: column,
        }
    };
    Range {
        start: position(bytes.start),
        end: position(bytes.end),
    }
}

pub(crate) fn edits(lines: &LineIndex, edits: Vec<editor::Edit>) -> Vec<lsp_types::TextEdit> {
    let edit = |edit: editor::Edit| lsp_types::TextEdit::new(range(lines, &edit.range), edit.text);
    edits.into_iter().map(edit).collect()
}

/// Returns the client's diagnostics of a range with this code, or `None` if there are none.
pub(crate) fn diagnostics_about(
    known: &[Diagnostic],
    range: Range,
    code: &str,
) -> Option<Vec<Diagnostic>> {
    let code = Some(NumberOrString::String(code.to_owned()));
    let about = known
        .iter()
        .filter(|one| one.range == range && one.code == code);
    Some(about.cloned().collect()).filter(|about: &Vec<_>| !about.is_empty())
}

/// Returns the path of a document. A document without a file (`untitled:1`) gets a relative path that does
/// not match any file.
pub(crate) fn path_of(uri: &Uri) -> PathBuf {
    let file = Url::parse(uri.as_str())
        .ok()
        .filter(|url| url.scheme() == "file");
    file.and_then(|url| url.to_file_path().ok())
        .unwrap_or_else(|| {
            let name: String = uri
                .as_str()
                .chars()
                .map(|c| if c == '/' { '-' } else { c })
                .collect();
            PathBuf::from(format!("<{name}>"))
        })
}

/// The URI of an absolute path.
pub(crate) fn uri_of(path: &Path) -> Option<Uri> {
    let url = Url::from_file_path(path).ok()?;
    Uri::from_str(url.as_str()).ok()
}

/// The URI in a value of the protocol.
pub(crate) fn uri_in(value: Option<&Value>) -> Option<Uri> {
    value?.as_str()?.parse().ok()
}

/// The error of a request whose parameters are wrong.
pub(crate) fn invalid(message: impl Into<String>) -> ResponseError {
    response_error(ErrorCode::InvalidParams, message)
}

pub(crate) fn response_error(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError {
        code: code as i32,
        message: message.into(),
        data: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::str::FromStr;

    use lsp_types::Uri;

    use super::path_of;
    use super::uri_of;

    #[test]
    fn paths_with_blanks_and_umlauts_come_back() {
        let path = Path::new("/home/a b/Übung #1.pw");
        let uri = uri_of(path).unwrap();
        assert_eq!(uri.as_str(), "file:///home/a%20b/%C3%9Cbung%20%231.pw");
        assert_eq!(path_of(&uri), path);
    }

    #[test]
    fn a_text_without_a_file_has_a_name_without_a_folder() {
        let uri = Uri::from_str("untitled:Untitled-1/x").unwrap();
        assert_eq!(path_of(&uri), Path::new("<untitled:Untitled-1-x>"));
        assert_eq!(uri_of(Path::new("relative.pw")), None);
    }
}
