//! A script with all files that it includes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ast::{Block, Span, Word};
use super::course::{self, BadCourse};
use super::diagnostic::{Code, Diagnostic};
use super::layout::DEPTH_LIMIT;
pub use super::loader::{Disk, Loader, MemoryLimit, Texts, text_of};
use super::loader::{in_megabytes, plain};
use super::nearest::nearest;
use super::parse::{Includes, Pieces, SameEnds, WORD_BYTES, parse_again, word_starts};
use super::source::Sources;
use pagewalk_engine::files::limits::{InputLimit, SCRIPT};
use pagewalk_engine::files::{reason, shown, visible};

/// The first word of a statement that includes a file.
pub(crate) const INCLUDE: &str = "include";

/// Maximum depth of nested includes, excluding the script itself.
const INCLUDE_LIMIT: usize = 64;

/// Maximum number of files in a script with every `include` expanded.
const TOTAL_LIMIT: usize = 10_000;

/// Maximum number of bytes of a script with every `include` expanded, in MB. A check visits the statements of each
/// `include`.
const EXPANDED_LIMIT: u64 = 128;

/// A parsed script: its statements, with the statements of included files in place.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The statements of the first file.
    pub body: Block,
    /// The pieces of the first file.
    pieces: Arc<Pieces>,
}

impl Script {
    /// Whether the script has no unclosed brackets or strings, so that each statement depends only on its own text.
    pub(crate) fn is_balanced(&self) -> bool {
        self.pieces.is_balanced()
    }

    /// Returns the statements that the script shares with the earlier script of [`read_again`], and that include no files.
    pub(crate) fn same(&self) -> SameEnds {
        self.pieces.same
    }
}

/// Reads the script at this path (`-` is standard input) and its includes. Reports a file that cannot be read
/// and treats the file as empty, so the function always returns a script.
pub fn read(path: &Path, loader: &mut dyn Loader) -> (Sources, Script, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let (script, diagnostics) = add(&mut sources, path, loader);
    (sources, script, diagnostics)
}

/// Reads a script in the same way as [`read`], and adds its files to the sources.
pub(crate) fn add(
    sources: &mut Sources,
    path: &Path,
    loader: &mut dyn Loader,
) -> (Script, Vec<Diagnostic>) {
    let stdin = path == Path::new("-");
    let bytes = loader.argument(path, SCRIPT);
    let name = if stdin {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    let is_folder = bytes
        .as_ref()
        .is_err_and(|error| error.kind() == io::ErrorKind::IsADirectory);
    let text = bytes
        .map_err(|error| reason(&error))
        .and_then(|bytes| text_of(&bytes).map(str::to_owned));
    let path = (!stdin).then_some(path);
    match text {
        Ok(text) => Reader::add(sources, loader, &name, path, &text),
        Err(reason) => {
            let file = sources.add(&name, path.map(Path::to_owned), "");
            let message = format!("cannot read `{}`: {reason}", visible(&name));
            let diagnostic = Diagnostic::new(
                Code::Unreadable,
                Span {
                    file,
                    start: 0,
                    end: 0,
                },
                message,
            );
            let help = path.and_then(|path| {
                let of_folder = || {
                    let folder = shown(path);
                    format!("name a script in the folder, or run all of them with `pagewalk test {folder}`")
                };
                missing_help(loader, path).or_else(|| is_folder.then(of_folder))
            });
            let diagnostic = match help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            };
            (Script::default(), vec![diagnostic])
        }
    }
}

/// Reads a text as if it were a file of this name, with its includes.
pub fn read_text(
    name: &str,
    text: &str,
    loader: &mut dyn Loader,
) -> (Sources, Script, Vec<Diagnostic>) {
    read_again(name, text, loader, &Script::default())
}

/// Like [`read_text`], for a text that may resemble an earlier text of the same file. The result does not depend on the
/// earlier script.
pub(crate) fn read_again(
    name: &str,
    text: &str,
    loader: &mut dyn Loader,
    earlier: &Script,
) -> (Sources, Script, Vec<Diagnostic>) {
    Reader::new(loader).script(name, Some(Path::new(name)), text, &earlier.pieces)
}

/// Reads a text that is not in a file and adds it to the sources. The text can include files in the current
/// folder or below it.
pub fn add_text(
    sources: &mut Sources,
    name: &str,
    text: &str,
    loader: &mut dyn Loader,
) -> (Script, Vec<Diagnostic>) {
    Reader::add(sources, loader, name, None, text)
}

/// A file that was read, with the totals of its includes.
#[derive(Debug, Clone)]
struct Read {
    body: Block,
    below: Below,
}

/// The totals of a file and its includes.
#[derive(Debug, Clone, Copy)]
struct Below {
    /// The longest chain of includes below the file.
    height: usize,
    /// The number of files with every `include` expanded, including the file itself.
    total: usize,
    /// The depth of nested blocks and files.
    depth: usize,
    /// The number of bytes of the files, counted like `total`.
    bytes: u64,
}

/// A file being read.
#[derive(Debug)]
struct Open {
    /// The path of the file in messages, which is also the base for the paths of its includes.
    name: PathBuf,
    /// The canonical path of the file, or `None` for standard input or an unknown path.
    canonical: Option<PathBuf>,
    /// The number of blocks and files that enclose the file.
    nesting: usize,
    /// The totals of the file's includes so far.
    below: Below,
}

/// Reads a script's files. A file that is included twice is read only once, and the two includes share its
/// statements.
struct Reader<'a> {
    loader: &'a mut dyn Loader,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    /// The folder that must contain all included files, or `None` if the script's folder cannot be found.
    root: Option<Root>,
    /// The files currently being read, beginning with the script.
    open: Vec<Open>,
    /// The files already read, by canonical path.
    read: BTreeMap<PathBuf, Read>,
    /// Whether the script with its includes is too large.
    too_large: bool,
}

impl<'a> Reader<'a> {
    fn new(loader: &'a mut dyn Loader) -> Self {
        Self {
            loader,
            sources: Sources::default(),
            diagnostics: Vec::new(),
            root: None,
            open: Vec::new(),
            read: BTreeMap::new(),
            too_large: false,
        }
    }

    fn add(
        sources: &mut Sources,
        loader: &'a mut dyn Loader,
        name: &str,
        path: Option<&Path>,
        text: &str,
    ) -> (Script, Vec<Diagnostic>) {
        let reader = Self {
            sources: std::mem::take(sources),
            ..Self::new(loader)
        };
        let (read, script, diagnostics) = reader.script(name, path, text, &Pieces::default());
        *sources = read;
        (script, diagnostics)
    }

    /// Reads the script and its includes. A script without a path comes from standard input and belongs to the
    /// current folder.
    fn script(
        mut self,
        name: &str,
        path: Option<&Path>,
        text: &str,
        earlier: &Pieces,
    ) -> (Sources, Script, Vec<Diagnostic>) {
        let (root, bad_course) = root(self.loader, path);
        self.root = root;
        let canonical = path.and_then(|path| self.loader.canonical(path).ok());
        let name = path.map_or_else(|| PathBuf::from(name), Path::to_owned);
        let (Read { mut body, .. }, pieces) = self.parse(name, path, canonical, 0, (text, earlier));
        if self.too_large {
            // Checking the statements would take too long.
            body = Arc::new([]);
        }
        // Which files are outside depends on the settings.
        if bad_course.is_some() {
            self.diagnostics
                .retain(|one| one.code != Code::OutsideFolder);
        }
        // The script is the first file of the sources.
        self.diagnostics
            .extend(bad_course.map(|bad| bad.diagnostic(&mut self.sources)));
        self.diagnostics
            .sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
        (self.sources, Script { body, pieces }, self.diagnostics)
    }

    fn parse(
        &mut self,
        name: PathBuf,
        path: Option<&Path>,
        canonical: Option<PathBuf>,
        nesting: usize,
        (text, earlier): (&str, &Pieces),
    ) -> (Read, Arc<Pieces>) {
        let file = self
            .sources
            .add(&name.display().to_string(), path.map(Path::to_owned), text);
        let below = Below {
            height: 0,
            total: 1,
            depth: 0,
            bytes: text.len() as u64,
        };
        self.open.push(Open {
            name,
            canonical,
            nesting,
            below,
        });
        let text = self
            .sources
            .file(file)
            .map_or_else(Arc::default, |file| Arc::clone(&file.text));
        let parsed = parse_again(file, text, self, earlier);
        self.diagnostics.extend(parsed.diagnostics);
        let below = self.open.pop().map_or(below, |open| open.below);
        let below = Below {
            depth: below.depth.max(parsed.depth),
            ..below
        };
        (
            Read {
                body: parsed.body,
                below,
            },
            parsed.pieces,
        )
    }

    /// Returns the canonical path of the file that an `include` names, or a diagnostic.
    fn find(&self, path: &Word) -> Result<PathBuf, Diagnostic> {
        let root = self.root.as_ref();
        let folder = self
            .open
            .last()
            .and_then(|open| open.canonical.as_deref()?.parent());
        let folder = folder.or(root.map(|root| root.folder.as_path()));
        find(self.loader, root, folder.unwrap_or(Path::new(".")), path)
    }

    fn included(&mut self, path: &Word, nesting: usize) -> Result<Read, Diagnostic> {
        if is_yaml(&path.text) {
            let message = format!("`{}` is a machine file, not a script", path.text);
            let help = format!("write `machine \"{}\"`", path.text);
            return Err(Diagnostic::new(Code::Unreadable, path.span, message).help(help));
        }
        let canonical = self.find(path)?;
        let same = |open: &Open| open.canonical.as_ref() == Some(&canonical);
        if let Some(begin) = self.open.iter().position(same) {
            return Err(circle(&self.open[begin..], path));
        }
        if let Some(read) = self.read.get(&canonical) {
            return Ok(read.clone());
        }
        if self.open.len() > INCLUDE_LIMIT {
            return Err(too_deep(path));
        }
        if nesting > DEPTH_LIMIT {
            return Err(nested(path));
        }
        let text = load(self.loader, &canonical, SCRIPT).map_err(|reason| {
            let wrong = unreadable(path, &reason);
            // Only a folder has names.
            let names = self.loader.names(&canonical).into_iter();
            let is_open = |name: &str| {
                let path = Some(canonical.join(name));
                self.open.iter().any(|open| open.canonical == path)
            };
            let is_script = |name: &str| Path::new(name).extension().is_some_and(|end| end == "pw");
            let mut scripts = names.filter(|name| is_script(name) && !is_open(name));
            match scripts.next() {
                Some(name) => {
                    let folder = path.text.trim_end_matches('/');
                    wrong.help(format!(
                        "name a script in it, such as `include \"{folder}/{name}\"`"
                    ))
                }
                None => wrong,
            }
        })?;
        let name = name_beside(
            self.open.last().map_or(Path::new(""), |open| &open.name),
            path,
        );
        let new = (&*text, &Pieces::default());
        let (read, _) = self.parse(
            name.clone(),
            Some(&name),
            Some(canonical.clone()),
            nesting,
            new,
        );
        self.read.insert(canonical, read.clone());
        Ok(read)
    }

    /// Adds the totals of an `include` to the current file. Fails if a limit is exceeded.
    fn count(&mut self, read: &Read, path: &Word, inside: usize) -> Result<(), Diagnostic> {
        let (row, outer) = (
            self.open.len(),
            self.open.last().map_or(0, |open| open.nesting),
        );
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        let total = open.below.total + read.below.total;
        if total > TOTAL_LIMIT {
            let message = format!(
                "this script includes more than {TOTAL_LIMIT} files, counting repeated includes"
            );
            return Err(Diagnostic::new(Code::IncludeDepth, path.span, message));
        }
        let bytes = open.below.bytes + read.below.bytes;
        if bytes > EXPANDED_LIMIT << 20 {
            self.too_large = true;
            let message = format!(
                "this script has more than {EXPANDED_LIMIT} MB, counting repeated includes"
            );
            return Err(Diagnostic::new(Code::LimitSize, path.span, message)
                .help("include the file fewer times, or put its statements in a `def`"));
        }
        if row + read.below.height > INCLUDE_LIMIT {
            return Err(too_deep(path));
        }
        if outer + inside + read.below.depth > DEPTH_LIMIT {
            return Err(nested(path));
        }
        open.below = Below {
            height: open.below.height.max(read.below.height + 1),
            depth: open.below.depth.max(inside + read.below.depth),
            total,
            bytes,
        };
        Ok(())
    }
}

impl Includes for Reader<'_> {
    fn include(&mut self, path: &Word, inside: usize) -> Block {
        if self.too_large {
            return Arc::new([]);
        }
        let outer = self.open.last().map_or(0, |open| open.nesting);
        let read = self.included(path, outer + inside);
        let counted = read.and_then(|read| self.count(&read, path, inside).map(|()| read.body));
        counted.unwrap_or_else(|diagnostic| {
            self.diagnostics.push(diagnostic);
            Arc::new([])
        })
    }

    fn count_statements(&mut self, file: u32, text: &str) -> Result<(), Diagnostic> {
        let MemoryLimit { bytes, raised_by } = self.loader.memory_limit();
        let left = bytes.saturating_sub(self.sources.statement_bytes) / WORD_BYTES;
        let words = word_starts(text).count() as u64;
        let first_without = || word_starts(text).nth(left as usize);
        let Some(at) = (words > left).then(first_without).flatten() else {
            self.sources.statement_bytes += words * WORD_BYTES;
            return Ok(());
        };
        let word = text[at..].split_whitespace().next().unwrap_or("");
        let place = Span::new(file, at..at + word.len());
        let message = format!(
            "the script needs more than {} of memory for its statements",
            in_megabytes(bytes)
        );
        Err(Diagnostic::new(Code::LimitMemory, place, message)
            .label("the statements before this word need all of the memory")
            .help(format!(
                "shorten the script, or raise the limit with `{raised_by}`"
            )))
    }
}

/// The folder that must contain all files that a script names.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) folder: PathBuf,
    /// Whether the settings of a course name the folder. Otherwise, it is the script's own folder.
    of_course: bool,
    /// The settings of the course.
    settings: Option<PathBuf>,
}

/// Returns the root of a script, and a mistake in the settings of its course. The script's folder is the current folder
/// for standard input. Returns no root if the folder cannot be found.
pub(super) fn root(
    loader: &mut dyn Loader,
    script: Option<&Path>,
) -> (Option<Root>, Option<BadCourse>) {
    let folder = script
        .and_then(Path::parent)
        .filter(|parent| !parent.as_os_str().is_empty());
    let Ok(folder) = loader.canonical(folder.unwrap_or(Path::new("."))) else {
        return (None, None);
    };
    let (root, settings, bad) = match course::of_folder(loader, &folder) {
        Ok(Some(course)) => (course.root, Some(course.path), None),
        Ok(None) => (None, None, None),
        // Messages about files outside the root would only repeat the mistake.
        Err(bad) => (bad.folder().map(Path::to_owned), None, Some(bad)),
    };
    let root = match root.filter(|root| folder.starts_with(root)) {
        Some(folder) => Root {
            folder,
            of_course: true,
            settings,
        },
        None => Root {
            folder,
            of_course: false,
            settings,
        },
    };
    (Some(root), bad)
}

/// Returns the canonical path of a file that a script names, relative to the folder of the file that contains
/// the name.
///
/// # Errors
/// Returns `outside-folder` if the file is not in `root` or below it (or if no root is known), or `unreadable`
/// if the file does not exist.
pub(super) fn find(
    loader: &dyn Loader,
    root: Option<&Root>,
    folder: &Path,
    path: &Word,
) -> Result<PathBuf, Diagnostic> {
    let target = folder.join(&*path.text);
    match loader.canonical(&target) {
        Ok(canonical) if root.is_some_and(|root| canonical.starts_with(&root.folder)) => {
            Ok(canonical)
        }
        Err(error) if root.is_none_or(|root| plain(&target).starts_with(&root.folder)) => {
            let wrong = unreadable(path, &reason(&error));
            if let Some((said, near)) = near(loader, &target) {
                let folder = path.text.strip_suffix(said).unwrap_or_default();
                let (said, near) = (format!("\"{}\"", path.text), format!("\"{folder}{near}\""));
                return Err(wrong.did_you_mean(&said, &near));
            }
            let with_end = ["pw", "yaml"].map(|end| format!("{}.{end}", path.text));
            let exists = |name: &&String| loader.canonical(&folder.join(name)).is_ok();
            if let Some(near) = with_end.iter().find(exists) {
                let said = format!("\"{}\"", path.text);
                return Err(wrong.did_you_mean(&said, &format!("\"{near}\"")));
            }
            let lower = path.text.to_lowercase();
            if *lower != *path.text && loader.canonical(&folder.join(&lower)).is_ok() {
                let said = format!("\"{}\"", path.text);
                return Err(wrong.did_you_mean(&said, &format!("\"{lower}\"")));
            }
            let found = |name: &String| {
                let found = loader.canonical(&folder.join(name));
                found.is_ok_and(|found| root.is_none_or(|root| found.starts_with(&root.folder)))
            };
            let above = ["../", "../../"].map(|up| format!("{up}{}", path.text));
            Err(match above.into_iter().find(found) {
                Some(above) => {
                    wrong.did_you_mean(&format!("\"{}\"", path.text), &format!("\"{above}\""))
                }
                None => wrong,
            })
        }
        _ => Err(outside(loader, root, folder, path)),
    }
}

/// Reports that a file is outside `root`, or that no root is known.
fn outside(loader: &dyn Loader, root: Option<&Root>, folder: &Path, path: &Word) -> Diagnostic {
    let of = root.filter(|root| root.of_course).map_or_else(
        || "the script's folder".to_owned(),
        |root| format!("the course's folder, `{}`", shown(&root.folder)),
    );
    let message = format!("`{}` is outside {of}", path.text);
    let wrong = Diagnostic::new(Code::OutsideFolder, path.span, message);
    let target = plain(&folder.join(&*path.text));
    let is_below = |at: &PathBuf| at.parent().is_some_and(|above| target.starts_with(above));
    let Some(root) = root else {
        return wrong;
    };
    if target.starts_with(&root.folder) {
        return wrong.help("replace the link with a copy of the file");
    }
    // The path of the file on another computer, whose last parts are those of the file here.
    if Path::new(&*path.text).is_absolute() && loader.canonical(&target).is_err() {
        let mut parts = Path::new(&*path.text).components();
        while parts.next().is_some() {
            let here = parts.as_path();
            let found = loader.canonical(&folder.join(here));
            if here.components().next().is_some()
                && found.is_ok_and(|at| at.starts_with(&root.folder))
            {
                return wrong.did_you_mean(
                    &format!("\"{}\"", path.text),
                    &format!("\"{}\"", here.display()),
                );
            }
        }
        return wrong.help("a name is relative to the script's folder");
    }
    let name = course::NAME;
    let settings = root.settings.as_ref();
    let above = settings.and_then(|settings| {
        let mut folders = settings.parent()?.ancestors().skip(1);
        let has_both = |above: &&Path| target.starts_with(above);
        folders.find(|above| has_both(above) && has_settings(loader, above))
    });
    let ways = if let Some(settings) = settings.filter(|at| is_below(at)) {
        format!("set `root` to `\".\"` in `{}`", shown(settings))
    } else if let (Some(settings), Some(above)) = (settings, above) {
        // The nearest settings count.
        let (settings, above) = (shown(settings), shown(&above.join(name)));
        format!("remove `{settings}`, so that `{above}` applies")
    } else if root.of_course {
        return wrong.help("copy or move the file there");
    } else if let Some(other) = misnamed_settings(loader, &root.folder) {
        return wrong.help(format!(
            "rename `{}` to `{name}`, in lowercase",
            shown(&other)
        ));
    } else {
        format!("put a `{name}` with the line `root = \".\"` in a folder that contains both")
    };
    wrong.help(format!("copy or move the file there, or {ways}"))
}

fn has_settings(loader: &dyn Loader, folder: &Path) -> bool {
    loader.canonical(&folder.join(course::NAME)).is_ok()
}

/// Returns the settings of a course whose name has other capital letters, in this folder or above it.
fn misnamed_settings(loader: &dyn Loader, folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(|folder| {
        let mut names = loader.names(folder).into_iter();
        let name = names.find(|name| name.eq_ignore_ascii_case(course::NAME))?;
        Some(folder.join(name))
    })
}

/// Returns the name of a missing file, and the nearest name of a file in the same folder.
fn near<'a>(loader: &dyn Loader, missing: &'a Path) -> Option<(&'a str, String)> {
    let (said, folder) = (missing.file_name()?.to_str()?, missing.parent()?);
    let names = loader.names(&Path::new(".").join(folder));
    let near = nearest(said, names.iter().map(String::as_str)).filter(|near| *near != said)?;
    Some((said, near.to_owned()))
}

/// Returns the help of the message that a script or a document of the command line cannot be read, if there is a file that
/// the name can mean.
pub fn missing_help(loader: &dyn Loader, path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if loader.canonical(path).is_ok() {
        return None;
    }
    if text.contains(['*', '?']) {
        let help =
            "a shell replaces a pattern without quotes by the names of the files that match it";
        return Some(help.to_owned());
    }
    // The notation of pytest, and of the names that `pagewalk test --list` prints.
    let is_file = |name: &str| !name.is_empty() && loader.canonical(Path::new(name)).is_ok();
    if let Some((file, case)) = text
        .split_once("::")
        .filter(|(file, _)| is_file(file.trim()))
    {
        let (file, case) = (shown(Path::new(file.trim())), visible(case.trim()));
        return Some(format!(
            "`pagewalk test {file} --filter \"{case}\"` runs this case"
        ));
    }
    // A line and a column follow the name in messages, as in `first.pw:8:1`.
    let is_place = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == ':');
    let place = text.split_once(':').filter(|(_, place)| is_place(place));
    let candidates = [
        format!("{text}.pw"),
        text.replace('\\', "/"),
        text.to_lowercase(),
    ];
    if let Some((name, _)) = place.filter(|(name, _)| is_file(name)) {
        return Some(format!(
            "write `{}`: the name of a file takes no line",
            shown(Path::new(name))
        ));
    }
    let meant = candidates.into_iter().find(|name| is_file(name));
    let meant = meant.map(PathBuf::from);
    let meant = meant.or_else(|| {
        let (_, near) = near(loader, path)?;
        Some(path.with_file_name(near))
    });
    meant.map(|meant| format!("did you mean `{}`?", shown(&meant)))
}

/// Returns the path that messages show for a file named in the file `from`.
pub(super) fn name_beside(from: &Path, path: &Word) -> PathBuf {
    plain(&from.parent().unwrap_or(Path::new("")).join(&*path.text))
}

/// Whether a file is a machine file or a golden file by its name.
pub(crate) fn is_yaml(name: &str) -> bool {
    let end = Path::new(name).extension();
    end.is_some_and(|end| end == "yaml" || end == "yml")
}

/// Returns the name of a golden file without its ending.
pub(crate) fn golden_stem(name: &str) -> Option<&str> {
    name.strip_suffix(".golden.yaml")
}

/// Returns the reason why a file is not a machine file by its name, and the instructions for a fix.
pub(crate) fn not_a_machine_file(name: &str) -> Option<(String, String)> {
    if golden_stem(name).is_some() {
        let help = "name a machine file; a golden file has the results of a script".to_owned();
        return Some((
            format!("`{name}` is a golden file, not a machine file"),
            help,
        ));
    }
    let is_script = Path::new(name).extension().is_some_and(|end| end == "pw");
    let message = || format!("`{name}` is a script, not a machine file");
    is_script.then(|| (message(), format!("write `{INCLUDE} \"{name}\"`")))
}

/// Reads the text of a file, or returns the reason why the file cannot be read.
pub(super) fn load(
    loader: &mut dyn Loader,
    path: &Path,
    limit: InputLimit,
) -> Result<String, String> {
    let bytes = loader.load(path, limit).map_err(|error| reason(&error))?;
    text_of(&bytes).map(str::to_owned)
}

/// Returns the diagnostic for a file that cannot be read.
pub(super) fn unreadable(path: &Word, reason: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Unreadable,
        path.span,
        format!("cannot read `{}`: {reason}", path.text),
    )
}

fn too_deep(path: &Word) -> Diagnostic {
    let message = format!("a chain of includes is longer than {INCLUDE_LIMIT} files");
    Diagnostic::new(Code::IncludeDepth, path.span, message)
}

fn nested(path: &Word) -> Diagnostic {
    let message =
        format!("with this file, blocks and files are nested more than {DEPTH_LIMIT} levels deep");
    Diagnostic::new(Code::TooDeep, path.span, message)
}

/// Returns the diagnostic for an include cycle, with the chain of files from the included file to the including
/// file.
fn circle(open: &[Open], path: &Word) -> Diagnostic {
    let again = open.first();
    let names: Vec<String> = open
        .iter()
        .chain(again)
        .map(|open| shown(&open.name))
        .collect();
    let message = format!("files include each other in a cycle: {}", names.join(" → "));
    let help = match open {
        [_] => "remove the line: a file cannot include itself",
        _ => "move what the files share to another file, which includes none of them",
    };
    Diagnostic::new(Code::IncludeCircle, path.span, message)
        .label("this file is already being read")
        .help(help)
}

#[cfg(test)]
mod tests;
