//! Finds a name in all open scripts: a file that one script includes may also be a script itself or a part of
//! a third one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lsp_types::{Location, Position, Range, Uri};

use super::document::read_document;
use super::position::Lines;
use super::uri::uri_of;
use super::view::View;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::source::SourceFile;
use pagewalk_script::lang::span::Span;
use pagewalk_script::services::names::{Names, Occurrence, Read, names};

/// An open script and its names.
enum Script<'v> {
    Own(&'v View),
    Other(Box<CheckedScript>, Names),
}

impl Script<'_> {
    fn reading(&self) -> &CheckedScript {
        match self {
            Self::Own(view) => view.reading(),
            Self::Other(reading, _) => reading,
        }
    }

    fn names(&self) -> &Names {
        match self {
            Self::Own(view) => view.names(),
            Self::Other(_, names) => names,
        }
    }
}

/// A name at a position of a document, in all open scripts that contain it.
pub(crate) struct NameLookup<'v> {
    view: &'v View,
    scripts: Vec<(Script<'v>, BTreeSet<usize>)>,
    /// The occurrence at the position, with the first script that knows it.
    at: (usize, Occurrence),
}

/// A script without this word consists of one file.
const INCLUDE: &[u8] = b"include";

/// A file, and a range of bytes in it.
type FilePlace = (PathBuf, u32, u32);

impl<'v> NameLookup<'v> {
    /// The name at a position, in the document's own script or else in a script that includes it. None if the
    /// name has no definition.
    pub(crate) fn at_position(view: &'v View, position: Position) -> Option<Self> {
        let own = view.names().at(0, view.byte_at(position) as u32);
        match own {
            Some(one) => {
                let scripts = vec![(Script::Own(view), BTreeSet::from([one.symbol]))];
                Some(Self { view, scripts, at: (0, *one) })
            }
            None => Self::in_all(view, position),
        }
    }

    /// The same in all open scripts.
    pub(crate) fn in_all(view: &'v View, position: Position) -> Option<Self> {
        let byte = view.byte_at(position) as u32;
        let mut scripts = vec![(Script::Own(view), BTreeSet::new())];
        scripts.extend(other_scripts(view).map(|script| (script, BTreeSet::new())));
        let here = |(number, (script, _)): (usize, &(Script, BTreeSet<usize>))| {
            let file = number_of(script.reading(), &view.path)?;
            script.names().at(file, byte).map(|one| (number, *one))
        };
        let at = scripts.iter().enumerate().find_map(here)?;
        let mut named = Self { view, scripts, at };
        named.spread();
        Some(named)
    }

    /// Finds the name's symbol in each script: a place that two scripts share has the same name in both.
    fn spread(&mut self) {
        let (first, one) = self.at;
        let mut next = vec![(first, one.symbol)];
        while let Some((number, symbol)) = next.pop() {
            if !self.scripts[number].1.insert(symbol) {
                continue;
            }
            let places: Vec<FilePlace> = self.places(number, symbol);
            for (other, (script, known)) in self.scripts.iter().enumerate() {
                for (path, start, _) in places.iter().filter(|_| other != number) {
                    let Some(file) = number_of(script.reading(), path) else { continue };
                    let same = script.names().at(file, *start).filter(|one| one.span.start == *start);
                    next.extend(
                        same.filter(|one| !known.contains(&one.symbol)).map(|one| (other, one.symbol)),
                    );
                }
            }
        }
    }

    fn places(&self, number: usize, symbol: usize) -> Vec<FilePlace> {
        let script = &self.scripts[number].0;
        let place = |one: &Occurrence| {
            let path = script.reading().sources.file(one.span.file)?.path.clone()?;
            Some((path, one.span.start, one.span.end))
        };
        script.names().of(symbol).filter_map(place).collect()
    }

    /// The name and its range in the document.
    pub(crate) fn name_and_range(&self) -> (&str, Range) {
        let (number, one) = &self.at;
        let names = self.scripts[*number].0.names();
        (&names.symbols[one.symbol].name, self.view.range(one.span))
    }

    /// The occurrence at the position, with its script.
    pub(crate) fn occurrence(&self) -> (&CheckedScript, &Names, &Occurrence) {
        let (number, one) = &self.at;
        let script = &self.scripts[*number].0;
        (script.reading(), script.names(), one)
    }

    /// The place of the definition.
    pub(crate) fn definition(&self) -> Option<Location> {
        let (reading, names, one) = self.occurrence();
        let span = names.definition(one).map(|one| one.span).or(names.symbols[one.symbol].origin)?;
        location(self.view, reading, span)
    }

    /// All occurrences, each once, in the order of scripts and positions.
    pub(crate) fn all_locations(&self) -> Vec<(Location, Occurrence)> {
        let mut seen: BTreeSet<(String, u32, u32)> = BTreeSet::new();
        let mut all = Vec::new();
        for (script, symbols) in &self.scripts {
            let here = script.names().occurrences.iter().filter(|one| symbols.contains(&one.symbol));
            for one in here {
                let Some(location) = location(self.view, script.reading(), one.span) else { continue };
                if seen.insert((location.uri.as_str().to_owned(), one.span.start, one.span.end)) {
                    all.push((location, *one));
                }
            }
        }
        all
    }

    /// The scripts that contain the name, with its symbols, as renaming needs them.
    pub(crate) fn scripts(&self) -> impl Iterator<Item = (Read<'_>, Vec<usize>)> {
        let having = self.scripts.iter().filter(|(_, symbols)| !symbols.is_empty());
        having.map(|(script, symbols)| {
            let CheckedScript { sources, script: read, files, .. } = script.reading();
            let read = Read { script: &read.body, sources, files, names: script.names() };
            (read, symbols.iter().copied().collect())
        })
    }

    /// The location of a span of a script.
    pub(crate) fn location(&self, read: Read, span: Span) -> Option<Location> {
        place_in(self.view, read.sources.file(span.file)?, span)
    }
}

/// The other open scripts with includes.
fn other_scripts(view: &View) -> impl Iterator<Item = Script<'_>> {
    let open = view.open_texts();
    let includes = |bytes: &[u8]| bytes.windows(INCLUDE.len()).any(|word| word == INCLUDE);
    let others = open.texts.iter().filter(move |(path, bytes)| **path != view.path && includes(bytes));
    others.filter_map(|(path, bytes)| {
        let reading = read_document(path, std::str::from_utf8(bytes).ok()?, open);
        let names = names(&reading.script.body, &reading.sources, &reading.files);
        Some(Script::Other(Box::new(reading), names))
    })
}

/// The number of a file in a script.
fn number_of(reading: &CheckedScript, path: &Path) -> Option<u32> {
    let number = reading.sources.files().iter().position(|file| file.path.as_deref() == Some(path))?;
    u32::try_from(number).ok()
}

fn location(view: &View, reading: &CheckedScript, span: Span) -> Option<Location> {
    place_in(view, reading.sources.file(span.file)?, span)
}

fn place_in(view: &View, file: &SourceFile, span: Span) -> Option<Location> {
    let path = file.path.as_deref()?;
    if path == view.path {
        return Some(Location { uri: view.uri.clone(), range: view.range(span) });
    }
    let uri: Uri = uri_of(path)?;
    let range = Lines::new(&file.text).range(&file.text, span.start as usize..span.end as usize);
    Some(Location { uri, range })
}
