//! Names: definitions, references, and renaming.
//!
//! Each lookup searches all open scripts, because an included file may itself be a script or belong to
//! another script.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::{Document, Edit, Encoding, LineIndex, Location, Position};
use crate::api::CheckedScript;
use crate::lang::include::INCLUDE;
use crate::lang::layout::{Token, TokenKind};
use crate::services::names::{self, Occurrence, Read, Role};

/// An occurrence of a name.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The location of the name, without quotes.
    pub location: Location,
    /// Whether the occurrence is a definition of the name.
    pub is_definition: bool,
}

/// The changes that rename a name.
#[derive(Debug, Clone)]
pub struct Renaming {
    /// The changed files, sorted by path. Scripts that are parts of one text, as blocks of a Markdown text are, have the
    /// same path and different lines.
    pub files: Vec<FileEdits>,
    /// The paths of the scripts that contain the name.
    pub scripts: BTreeSet<PathBuf>,
}

/// The changes to a file.
#[derive(Debug, Clone)]
pub struct FileEdits {
    /// The path of the file.
    pub path: PathBuf,
    /// The text of the file.
    pub lines: Arc<LineIndex>,
    /// The changes in text order, without overlaps.
    pub edits: Vec<Edit>,
}

impl Document {
    /// Returns the definition of the name at a byte, or the file if the byte is in a quoted file name.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "let va = 1\nread va", OpenTexts::default());
    /// assert_eq!(document.definition(17).unwrap().range, 4..6);
    /// ```
    pub fn definition(&self, at: usize) -> Option<Location> {
        let named = self
            .links()
            .into_iter()
            .find(|link| link.quoted().contains(&at));
        if let Some(link) = named {
            return Some(Location {
                path: link.path,
                lines: Arc::new(LineIndex::new("")),
                range: 0..0,
            });
        }
        let lookup = Lookup::preferably_own(self, at)?;
        let (script, one) = lookup.occurrence();
        let names = script.names();
        let span = names
            .definition(one)
            .map(|one| one.span)
            .or(names.symbols[one.symbol].origin)?;
        script.location(span)
    }

    /// Returns all occurrences of the name at a byte, in all open scripts and the files that they include.
    /// `None` if there is no name at the byte.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "let va = 1\nread va", OpenTexts::default());
    /// let found = document.references(5).unwrap();
    /// assert_eq!((found.len(), found[0].is_definition), (2, true));
    /// ```
    pub fn references(&self, at: usize) -> Option<Vec<Reference>> {
        self.references_among(at, self.other_scripts())
    }

    /// Returns all occurrences of the name at a byte, in this document, in these other scripts, and in the files that they
    /// include.
    pub fn references_among(&self, at: usize, others: Vec<Arc<Self>>) -> Option<Vec<Reference>> {
        Some(Lookup::among(self, others, at)?.references())
    }

    /// Returns the occurrences in this document of the name at a byte, and whether each is a definition.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "let va = 1\nread va", OpenTexts::default());
    /// assert_eq!(document.highlights(5), Some(vec![(4..6, true), (16..18, false)]));
    /// ```
    pub fn highlights(&self, at: usize) -> Option<Vec<(Range<usize>, bool)>> {
        let all = Lookup::preferably_own(self, at)?.references().into_iter();
        let own = all.filter(|one| one.location.path == self.path());
        Some(
            own.map(|one| (one.location.range, one.is_definition))
                .collect(),
        )
    }

    /// Returns the bytes and the text of the name at a byte.
    ///
    /// # Errors
    /// Returns a sentence that says why nothing at the byte can be renamed.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "let va = 1\nread va", OpenTexts::default());
    /// assert_eq!(document.prepare_rename(17), Ok((16..18, "va".to_owned())));
    /// assert!(document.prepare_rename(12).unwrap_err().starts_with("`read` is not a name"));
    /// ```
    pub fn prepare_rename(&self, at: usize) -> Result<(Range<usize>, String), String> {
        let lookup = self.renamable(at, self.other_scripts())?;
        let (script, one) = lookup.occurrence();
        Ok((
            one.span.bytes(),
            script.names().symbols[one.symbol].name.to_string(),
        ))
    }

    /// Returns the changes that rename the name at a byte, with the files sorted by path.
    ///
    /// # Errors
    /// Returns a sentence that says why the name cannot be changed to `new`.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, Edit, OpenTexts};
    /// let document = Document::new("a.pw", "let va = 1\nread va", OpenTexts::default());
    /// let files = document.rename(5, "address").unwrap();
    /// assert_eq!(files[0].edits[1], Edit { range: 16..18, text: "address".to_owned() });
    /// assert_eq!(document.rename(5, "in").unwrap_err(), "`in` is a reserved word");
    /// ```
    pub fn rename(&self, at: usize, new: &str) -> Result<Vec<FileEdits>, String> {
        Ok(self.rename_among(at, new, self.other_scripts())?.files)
    }

    /// Returns the changes that rename the name at a byte in this document, in these other scripts, and in the files that
    /// they include.
    ///
    /// # Errors
    /// Returns a sentence that says why the name cannot be changed to `new`.
    pub fn rename_among(
        &self,
        at: usize,
        new: &str,
        others: Vec<Arc<Self>>,
    ) -> Result<Renaming, String> {
        let lookup = self.renamable(at, others)?;
        let mut scripts = BTreeSet::new();
        let mut files: Vec<FileEdits> = Vec::new();
        for (number, symbols) in lookup
            .symbols
            .iter()
            .enumerate()
            .filter(|(_, symbols)| !symbols.is_empty())
        {
            let document = lookup.script(number);
            scripts.insert(document.path().to_owned());
            let CheckedScript {
                sources,
                script,
                files: read,
                ..
            } = document.script();
            let read = Read {
                script: &script.body,
                sources,
                files: read,
                names: document.names(),
            };
            let symbols: Vec<usize> = symbols.iter().copied().collect();
            for edit in names::rename(read, &symbols, new)? {
                let Some(Location { path, lines, .. }) = document.location(edit.span) else {
                    continue;
                };
                let same = |file: &&mut FileEdits| file.path == path && file.lines == lines;
                match files.iter_mut().find(same) {
                    Some(file) => file.edits.push(edit.into()),
                    None => files.push(FileEdits {
                        path,
                        lines,
                        edits: vec![edit.into()],
                    }),
                }
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        for FileEdits { edits, .. } in &mut files {
            // If several scripts include a file, each of them contributes the same edits of that file.
            edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
            edits.dedup_by(|next, last| next.range == last.range);
        }
        Ok(Renaming { files, scripts })
    }

    /// Returns the name at a byte, if it can be renamed.
    fn renamable(&self, at: usize, others: Vec<Arc<Self>>) -> Result<Lookup<'_>, String> {
        let Some(lookup) = Lookup::among(self, others, at) else {
            return Err(match self.word_at(at) {
                Some(word) => format!("`{word}` is not a name that this script defines"),
                None => "no name at this position".to_owned(),
            });
        };
        let (script, one) = lookup.occurrence();
        names::renamable(script.names(), one)?;
        Ok(lookup)
    }

    fn word_at(&self, at: usize) -> Option<&str> {
        let is_word = |token: &&Token| matches!(token.kind, TokenKind::Word | TokenKind::Cell);
        let mut here = self
            .tree()
            .tokens()
            .iter()
            .filter(|token| token.start <= at && at <= token.end);
        here.find(is_word).map(|token| token.text(self.text()))
    }

    /// Returns the other open scripts with includes.
    fn other_scripts(&self) -> Vec<Arc<Self>> {
        let others = self
            .open()
            .texts
            .iter()
            .filter(|(path, _)| *path != self.path());
        let script = |(path, bytes): (&PathBuf, &Vec<u8>)| {
            let script = Self::new(path, str::from_utf8(bytes).ok()?, self.open().clone());
            script.may_include().then(|| Arc::new(script))
        };
        others.filter_map(script).collect()
    }

    /// Whether the script may include a file.
    pub fn may_include(&self) -> bool {
        self.text().contains(INCLUDE)
    }
}

/// A file and a position in it. Bytes of scripts that are parts of one text have different origins.
type FilePlace = (PathBuf, Position);

/// A name at a byte of a file, in all known scripts that contain the file.
struct Lookup<'d> {
    document: &'d Document,
    others: Vec<Arc<Document>>,
    /// The name's symbols in each script, beginning with the document.
    symbols: Vec<BTreeSet<usize>>,
    /// The occurrence at the byte, with the first script that contains it.
    at: (usize, Occurrence),
}

impl<'d> Lookup<'d> {
    /// Returns the name at a byte, found in the document's own script or else in a script that includes the
    /// document. Returns `None` if the name has no definition.
    fn preferably_own(document: &'d Document, at: usize) -> Option<Self> {
        let Some(one) = document.names().at(0, at as u32) else {
            return Self::among(document, document.other_scripts(), at);
        };
        let symbols = vec![BTreeSet::from([one.symbol])];
        Some(Self {
            document,
            others: Vec::new(),
            symbols,
            at: (0, *one),
        })
    }

    /// Returns the name at a byte, in a document and other scripts.
    fn among(document: &'d Document, others: Vec<Arc<Document>>, at: usize) -> Option<Self> {
        let position = document.lines().position(at, Encoding::Utf8);
        let known = |script: &Document| {
            let file = number_of(script, document.path())?;
            script
                .names()
                .at(file, script.byte_at(file, position)?)
                .copied()
        };
        let scripts = std::iter::once(document).chain(others.iter().map(|other| &**other));
        let at = scripts
            .enumerate()
            .find_map(|(number, script)| Some((number, known(script)?)))?;
        let symbols = vec![BTreeSet::new(); others.len() + 1];
        let mut lookup = Self {
            document,
            others,
            symbols,
            at,
        };
        lookup.spread();
        Some(lookup)
    }

    fn script(&self, number: usize) -> &Document {
        number
            .checked_sub(1)
            .map_or(self.document, |other| &self.others[other])
    }

    /// Finds the name's symbol in each script. If two scripts contain the same location, the name at that
    /// location is the same in both.
    fn spread(&mut self) {
        let (first, one) = self.at;
        let mut next = vec![(first, one.symbol)];
        while let Some((number, symbol)) = next.pop() {
            if !self.symbols[number].insert(symbol) {
                continue;
            }
            let places: Vec<FilePlace> = self.places(number, symbol);
            for (other, known) in self
                .symbols
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != number)
            {
                let script = self.script(other);
                for (path, start) in &places {
                    let place = number_of(script, path)
                        .and_then(|file| Some((file, script.byte_at(file, *start)?)));
                    let Some((file, start)) = place else {
                        continue;
                    };
                    let same = script
                        .names()
                        .at(file, start)
                        .filter(|one| one.span.start == start);
                    next.extend(
                        same.filter(|one| !known.contains(&one.symbol))
                            .map(|one| (other, one.symbol)),
                    );
                }
            }
        }
    }

    fn places(&self, number: usize, symbol: usize) -> Vec<FilePlace> {
        let script = self.script(number);
        let place = |one: &Occurrence| {
            let location = script.location(one.span)?;
            let start = location.positions(Encoding::Utf8).start;
            Some((location.path, start))
        };
        script
            .names()
            .occurrences_of(symbol)
            .filter_map(place)
            .collect()
    }

    /// Returns the occurrence at the byte, with its script.
    fn occurrence(&self) -> (&Document, &Occurrence) {
        (self.script(self.at.0), &self.at.1)
    }

    /// Returns all distinct occurrences, ordered by script and position.
    fn references(&self) -> Vec<Reference> {
        let mut seen: BTreeSet<FilePlace> = BTreeSet::new();
        let mut all = Vec::new();
        for (number, symbols) in self.symbols.iter().enumerate() {
            let script = self.script(number);
            let here = script
                .names()
                .occurrences
                .iter()
                .filter(|one| symbols.contains(&one.symbol));
            for one in here {
                let Some(location) = script.location(one.span) else {
                    continue;
                };
                let start = location.positions(Encoding::Utf8).start;
                if seen.insert((location.path.clone(), start)) {
                    all.push(Reference {
                        location,
                        is_definition: one.role == Role::Defines,
                    });
                }
            }
        }
        all
    }
}

/// Returns the number of a file in a script.
fn number_of(script: &Document, path: &Path) -> Option<u32> {
    let number = script
        .script()
        .sources
        .files()
        .position(|file| file.path.as_deref() == Some(path))?;
    u32::try_from(number).ok()
}
