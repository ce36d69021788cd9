//! The imports of each source file, found in its tokens: `use` declarations in every form, and paths in code. Also the methods of
//! each type, whose users need no imports.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A module's path: `["pagewalk_engine", "machine", "policy"]`. The path of the root module contains only the
/// package's name.
pub type ModulePath = Vec<String>;

/// An imported path, and the module that contains the import.
#[derive(Debug, Clone)]
struct Import {
    scope: ModulePath,
    path: Vec<String>,
    line: usize,
}

/// The meaning of a name in a module.
#[derive(Debug, Clone)]
enum Name {
    Module,
    Item,
    Use(Vec<String>),
}

#[derive(Debug, Default)]
struct Module {
    file: usize,
    names: BTreeMap<String, Name>,
    globs: Vec<Vec<String>>,
}

#[derive(Debug)]
enum Target {
    Module(ModulePath),
    Item(usize),
}

/// An import of a file by another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The importing file, as an index into [`Crate::files`].
    pub from: usize,
    /// The file that defines the imported item, as an index.
    pub to: usize,
    /// The line, counted from 1.
    pub line: usize,
}

/// The files in a crate, and the files' imports.
#[derive(Debug, Default)]
pub struct Crate {
    /// The files' paths, such as `src/machine/policy.rs`.
    pub files: Vec<String>,
    modules: BTreeMap<ModulePath, Module>,
    imports: Vec<(usize, Import)>,
    /// The module of each `impl` of a type without a trait, the type's path, and the number of functions.
    impls: Vec<(ModulePath, Vec<String>, usize)>,
}

impl Crate {
    /// Parses files, given as pairs of path and text.
    pub fn read<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut read = Self::default();
        for (path, text) in sources {
            let tokens = text
                .parse()
                .unwrap_or_else(|error| panic!("{path} is Rust: {error}"));
            read.files.push(path.to_owned());
            let module = read.module(&module_path(path), read.files.len() - 1);
            read.walk(tokens, &module, true);
        }
        read
    }

    /// Every import between two files, sorted by file and line. An import through a re-export leads to the
    /// file that defines the item. `mod x;` is not an import, but `pub use x::Item` is.
    pub fn arrows(&self) -> Vec<Arrow> {
        let arrow = |(from, import): &(usize, Import)| {
            let to = match self.resolve(&import.scope, &import.path, 0)? {
                Target::Module(path) => self.modules.get(&path)?.file,
                Target::Item(file) => file,
            };
            (*from != to).then_some(Arrow {
                from: *from,
                to,
                line: import.line,
            })
        };
        self.imports.iter().filter_map(arrow).collect()
    }

    /// The number of functions in all `impl` blocks of each type without a trait, by the type's file and name.
    pub fn methods(&self) -> BTreeMap<(&str, &str), usize> {
        let mut methods = BTreeMap::new();
        for (scope, path, count) in &self.impls {
            if let (Some(Target::Item(file)), Some(name)) =
                (self.resolve(scope, path, 0), path.last())
            {
                *methods.entry((&*self.files[file], &**name)).or_default() += count;
            }
        }
        methods
    }

    fn module(&mut self, path: &[String], file: usize) -> ModulePath {
        self.modules.insert(
            path.to_vec(),
            Module {
                file,
                ..Module::default()
            },
        );
        path.to_vec()
    }

    /// Parses the tokens of a module. If `top` is false, the tokens belong to a body in the module.
    fn walk(&mut self, tokens: TokenStream, module: &ModulePath, top: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += match (token, tokens.get(at + 1), tokens.get(at + 2)) {
                (TokenTree::Ident(word), Some(TokenTree::Group(group)), _)
                    if word == "pub" && group.delimiter() == Delimiter::Parenthesis =>
                {
                    2 // `pub(in crate::machine)` is not an import.
                }
                (TokenTree::Ident(word), Some(TokenTree::Ident(name)), after)
                    if word == "mod" && top =>
                {
                    self.define(module, &name.to_string(), Name::Module);
                    if let Some(TokenTree::Group(body)) = after {
                        let inner = self.module(&join(module, name), self.modules[module].file);
                        self.walk(body.stream(), &inner, true);
                    }
                    3
                }
                (TokenTree::Ident(word), Some(_), _) if word == "use" => {
                    let end = (at..tokens.len())
                        .find(|&i| is_punct(&tokens[i], ';'))
                        .unwrap_or(tokens.len());
                    self.uses(&tokens[at + 1..end], &[], module, top);
                    end - at
                }
                (TokenTree::Ident(word), ..) if top && word == "impl" => {
                    if let Some((path, functions)) = inherent(&tokens[at + 1..]) {
                        self.impls.push((module.clone(), path, functions));
                    }
                    1
                }
                (TokenTree::Ident(word), Some(TokenTree::Ident(name)), _)
                    if top && ITEMS.contains(&word.to_string().as_str()) =>
                {
                    self.define(module, &name.to_string(), Name::Item);
                    2
                }
                (TokenTree::Ident(word), ..) => {
                    let path = path_at(&tokens, at);
                    if path.len() > 1 {
                        self.import(module, path.clone(), word.span().start().line);
                    }
                    3 * path.len() - 2
                }
                (TokenTree::Group(group), ..) => {
                    self.walk(group.stream(), module, false);
                    1
                }
                _ => 1,
            };
        }
    }

    /// Parses the tree of a `use`: `a::b`, `a::{b, c::d}`, `a::*`, `a as b`.
    fn uses(&mut self, tree: &[TokenTree], before: &[String], module: &ModulePath, top: bool) {
        let mut path = before.to_vec();
        let mut line = 0;
        for (at, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in inside
                        .split(|token| is_punct(token, ','))
                        .filter(|part| !part.is_empty())
                    {
                        self.uses(part, &path, module, top);
                    }
                    return;
                }
                TokenTree::Punct(mark) if mark.as_char() == '*' => {
                    if let Some(place) = self.modules.get_mut(module).filter(|_| top) {
                        place.globs.push(path.clone());
                    }
                    return self.import(module, path, mark.span().start().line);
                }
                TokenTree::Ident(word) if word == "as" => {
                    let name = tree
                        .get(at + 1)
                        .map(ToString::to_string)
                        .unwrap_or_default();
                    return self.bind(module, &name, path, line, top);
                }
                TokenTree::Ident(word) => {
                    line = word.span().start().line;
                    // `a::{self}` names `a`.
                    if word != "self" || path.is_empty() {
                        path.push(word.to_string());
                    }
                }
                _ => {}
            }
        }
        let name = path.last().cloned().unwrap_or_default();
        self.bind(module, &name, path, line, top);
    }

    fn bind(&mut self, module: &ModulePath, name: &str, path: Vec<String>, line: usize, top: bool) {
        if top {
            self.define(module, name, Name::Use(path.clone()));
        }
        self.import(module, path, line);
    }

    fn define(&mut self, module: &ModulePath, name: &str, meaning: Name) {
        if let Some(place) = self.modules.get_mut(module) {
            // A module and a function may share a name. In a path, such a name refers to the module.
            if !matches!(place.names.get(name), Some(Name::Module)) {
                place.names.insert(name.to_owned(), meaning);
            }
        }
    }

    fn import(&mut self, module: &ModulePath, path: Vec<String>, line: usize) {
        let from = self.modules[module].file;
        self.imports.push((
            from,
            Import {
                scope: module.clone(),
                path,
                line,
            },
        ));
    }

    /// Resolves a path in a module. Returns `None` for an item from another crate.
    fn resolve(&self, scope: &[String], path: &[String], depth: usize) -> Option<Target> {
        let mut at = scope.to_vec();
        for (i, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" if i == 0 => at.truncate(1),
                package if i == 0 && PACKAGES.iter().any(|(_, name)| *name == package) => {
                    at = vec![package.to_owned()];
                }
                "self" if i == 0 => {}
                "super" => drop(at.pop()?),
                name => match self.look_up(&at, name, depth) {
                    Some(Target::Module(path)) => at = path,
                    Some(item) => return Some(item),
                    None if i == 0 => return None,
                    // A macro in that module defines the item.
                    None => {
                        return self
                            .modules
                            .get(&at)
                            .map(|module| Target::Item(module.file));
                    }
                },
            }
        }
        Some(Target::Module(at))
    }

    fn look_up(&self, at: &[String], name: &str, depth: usize) -> Option<Target> {
        /// Limits the length of chains of re-exports, because a `use` of another crate's name could resolve
        /// to itself forever.
        const LONGEST: usize = 16;
        let module = self.modules.get(at).filter(|_| depth < LONGEST)?;
        match module.names.get(name) {
            Some(Name::Module) => {
                let child = join(at, &name);
                self.modules
                    .contains_key(&child)
                    .then_some(Target::Module(child))
            }
            Some(Name::Item) => Some(Target::Item(module.file)),
            Some(Name::Use(path)) => self.resolve(at, path, depth + 1),
            None => {
                module
                    .globs
                    .iter()
                    .find_map(|glob| match self.resolve(at, glob, depth + 1)? {
                        Target::Module(path) => self.look_up(&path, name, depth + 1),
                        Target::Item(_) => None,
                    })
            }
        }
    }
}

/// The keywords before the name of an item.
const ITEMS: [&str; 9] = [
    "fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro",
];

/// The packages, each with its source folder and its name in paths. Inner folders precede their parents.
const PACKAGES: [(&str, &str); 4] = [
    ("grammar/", "pagewalk_grammar"),
    ("src/engine/", "pagewalk_engine"),
    ("src/script/", "pagewalk_script"),
    ("src/", "pagewalk"),
];

/// `src/engine/machine/policy.rs` and `src/engine/machine/policy/mod.rs` are `pagewalk_engine::machine::policy`.
fn module_path(file: &str) -> ModulePath {
    let package = PACKAGES
        .iter()
        .find_map(|(folder, name)| Some((*name, file.strip_prefix(folder)?)));
    let (name, inside) = package.unwrap_or_else(|| panic!("{file} is of no package"));
    let inside = inside.trim_end_matches(".rs");
    let mut path: ModulePath = [name]
        .into_iter()
        .chain(inside.split('/'))
        .map(ToOwned::to_owned)
        .collect();
    if path.last().is_some_and(|last| last == "mod") || inside == "lib" {
        path.pop();
    }
    path
}

/// The type's path and the number of functions in the `impl` whose other tokens these are, unless it implements a trait.
fn inherent(tokens: &[TokenTree]) -> Option<(Vec<String>, usize)> {
    let mut depth = 0;
    let mut of = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '<' => depth += 1,
            // The arrow in `Fn() -> T` closes nothing.
            TokenTree::Punct(mark) if mark.as_char() == '>' && !is_punct(&tokens[at - 1], '-') => {
                depth -= 1;
            }
            TokenTree::Ident(word) if depth == 0 && word == "for" => return None,
            TokenTree::Ident(_) if depth == 0 && of.is_none() => of = Some(path_at(tokens, at)),
            TokenTree::Group(body) if depth == 0 && body.delimiter() == Delimiter::Brace => {
                let is_function =
                    |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn");
                return Some((of?, body.stream().into_iter().filter(is_function).count()));
            }
            _ => {}
        }
    }
    None
}

/// The segments of the path that begins with this word, which may be the only segment.
fn path_at(tokens: &[TokenTree], start: usize) -> Vec<String> {
    let mut path = vec![tokens[start].to_string()];
    let mut at = start + 1;
    while let (Some(first), Some(second), Some(TokenTree::Ident(word))) =
        (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2))
    {
        let joined = matches!(first, TokenTree::Punct(mark) if mark.spacing() == Spacing::Joint);
        if !(joined && is_punct(first, ':') && is_punct(second, ':')) {
            break;
        }
        path.push(word.to_string());
        at += 3;
    }
    path
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn join(path: &[String], name: &impl ToString) -> ModulePath {
    path.iter().cloned().chain([name.to_string()]).collect()
}
