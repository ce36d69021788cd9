//! The Rust files in a folder.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A Rust file.
pub struct Source {
    /// The path relative to the package's root, with `/`.
    pub path: String,
    /// The file's text.
    pub text: String,
}

/// The Rust files below a folder, sorted by path.
pub fn rust_files(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    gather(Path::new(folder), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} has Rust files");
    found
}

fn gather(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a text");
            found.push(Source {
                path: path.to_string_lossy().replace('\\', "/"),
                text,
            });
        }
    }
}

impl Source {
    /// The names of the public types that are errors: those whose name ends in `Error`, and those in the `Err` of a public function.
    pub fn public_errors(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut function = String::new();
        for line in self.text.lines().map(str::trim) {
            for kind in ["pub struct ", "pub enum "] {
                let name = line.strip_prefix(kind).map(|rest| {
                    let end = rest.find(|c: char| !c.is_alphanumeric());
                    &rest[..end.unwrap_or(rest.len())]
                });
                found.extend(
                    name.filter(|name| name.ends_with("Error"))
                        .map(str::to_owned),
                );
            }
            if line.starts_with("pub fn ") || line.starts_with("pub const fn ") {
                function.clear();
                function.push(' ');
            }
            if function.is_empty() {
                continue;
            }
            function.push_str(line);
            if line.ends_with('{') {
                let result = function.rsplit_once("-> Result<").map(|(_, result)| result);
                let end =
                    result.and_then(|result| result.trim_end_matches(['{', ' ']).strip_suffix('>'));
                let error = end.and_then(|types| types.rsplit([',', ':', ' ']).next());
                found.extend(error.map(str::to_owned));
                function.clear();
            }
        }
        found
    }

    /// The locations of `format!` and of string literals with a blank, outside attributes and tests.
    pub fn sentences(&self) -> Vec<String> {
        let tokens = self
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{} is Rust: {error}", self.path));
        let mut found = Vec::new();
        sentences(tokens, &mut |line, word| {
            found.push(format!("{}:{line}: {word}", self.path));
        });
        found
    }

    /// The locations of `unsafe`, `todo!`, `unimplemented!`, and `#[ignore]`.
    pub fn undone(&self) -> Vec<String> {
        let tokens = self
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{} is Rust: {error}", self.path));
        let mut found = Vec::new();
        undone(tokens, &mut |line, word| {
            found.push(format!("{}:{line}: `{word}`", self.path));
        });
        found
    }
}

fn undone(tokens: TokenStream, found: &mut impl FnMut(usize, &str)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let next_is = |mark| matches!(tokens.get(at + 1), Some(TokenTree::Punct(next)) if next.as_char() == mark);
        match token {
            TokenTree::Ident(word) => {
                let line = word.span().start().line;
                match word.to_string().as_str() {
                    "unsafe" => found(line, "unsafe"),
                    macro_name @ ("todo" | "unimplemented") if next_is('!') => {
                        found(line, &format!("{macro_name}!"));
                    }
                    _ => {}
                }
            }
            // `#[ignore]` and `#[ignore = "why"]`.
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = tokens.get(at + 1)
                    && attribute
                        .stream()
                        .into_iter()
                        .next()
                        .is_some_and(|first| first.to_string() == "ignore")
                {
                    found(hash.span().start().line, "ignore");
                }
            }
            TokenTree::Group(group) => undone(group.stream(), found),
            _ => {}
        }
    }
}

fn sentences(tokens: TokenStream, found: &mut impl FnMut(usize, &str)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_mark = |at: usize, mark| matches!(tokens.get(at), Some(TokenTree::Punct(next)) if next.as_char() == mark);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(_) if is_mark(at - 1, '#') => {
                at += usize::from(is_mark(at, '!'));
                let attribute = tokens.get(at).map(ToString::to_string);
                at += 1;
                // The item after `#[cfg(test)]` ends with its braces or its semicolon.
                if attribute.is_some_and(|text| text.contains("cfg") && text.contains("test")) {
                    let ends = |token: &TokenTree| match token {
                        TokenTree::Group(body) => body.delimiter() == Delimiter::Brace,
                        TokenTree::Punct(mark) => mark.as_char() == ';',
                        _ => false,
                    };
                    at += tokens[at..].iter().take_while(|token| !ends(token)).count() + 1;
                }
            }
            TokenTree::Ident(word) if word == "format" && is_mark(at, '!') => {
                found(word.span().start().line, "`format!`");
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') && text.contains(' ') {
                    found(literal.span().start().line, &text);
                }
            }
            TokenTree::Group(group) => sentences(group.stream(), found),
            _ => {}
        }
    }
}
