//! URIs and paths of documents.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;
use url::Url;

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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::str::FromStr;

    use lsp_types::Uri;

    use super::{path_of, uri_of};

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
