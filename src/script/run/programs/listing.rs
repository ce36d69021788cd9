//! The declaration of a program.

use std::collections::BTreeSet;
use std::sync::Arc;

use pagewalk_engine::program::{Layout, Place, Program, RunError};

use super::settings::{Constant, ProgramDraft};
use crate::c::{self, Mistake};
use crate::lang::ast::Word;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// A program that a script declares.
#[derive(Debug, Clone)]
pub struct Listing {
    pub(crate) name: Word,
    /// The text from its first line on, as gcc compiles it.
    pub(crate) text: Arc<str>,
    /// The place of the text in its file.
    pub(super) place: Span,
    pub(crate) settings: ProgramDraft,
    /// Whether the text is the body of `main`, so that only its arrays and structs are in memory.
    pub(super) is_fragment: bool,
}

/// Returns the listing of a text in quotes, or of a whole file, and checks that it compiles.
///
/// # Errors
/// Returns `c-syntax` for a mistake in the text, and the errors of the settings.
pub(crate) fn declare(
    name: Word,
    (text, place): (&str, Span),
    settings: ProgramDraft,
) -> Result<Listing, Vec<Diagnostic>> {
    // The first line of the program is the one after the quotes.
    let skipped = match text.split_once('\n') {
        Some((first, _)) if first.trim().is_empty() => first.len() + 1,
        _ => 0,
    };
    let text = text[skipped..].trim_end();
    let start = place.start + skipped as u32;
    let listing = Listing {
        name,
        text: text.into(),
        place: Span {
            start,
            end: start + text.len() as u32,
            ..place
        },
        settings,
        is_fragment: c::is_fragment(text),
    };
    listing.compile_all(&[], Layout::default())?;
    Ok(listing)
}

impl Listing {
    /// Returns the settings with other values of `#define`s.
    pub(super) fn draft(&self, more: &[Constant]) -> ProgramDraft {
        let mut draft = self.settings.clone();
        for (name, value, place) in more {
            draft.define.retain(|(known, ..)| known != name);
            draft.define.push((name.clone(), value.clone(), *place));
        }
        draft
    }

    /// Compiles the program. `more` are values of `#define`s that replace those of the declaration.
    ///
    /// # Errors
    /// Returns the first error of [`Listing::compile_all`].
    pub(crate) fn compile(&self, more: &[Constant], layout: Layout) -> Result<Program, Diagnostic> {
        let compiled = self.compile_all(more, layout);
        compiled.map_err(|mut wrong| wrong.swap_remove(0))
    }

    /// Compiles the program, and returns `c-syntax` for each mistake, or `unknown-word` for a setting of a name that the
    /// text does not have.
    fn compile_all(&self, more: &[Constant], layout: Layout) -> Result<Program, Vec<Diagnostic>> {
        let draft = self.draft(more);
        let compiled = c::compile(&self.text, &draft.for_compiler(layout));
        compiled.map_err(|mut mistakes| {
            let file = self.text.trim();
            if file
                .strip_suffix(".c")
                .is_some_and(|stem| !stem.contains(char::is_whitespace))
            {
                let message = "this text is the name of a file, not a program";
                let wrong = Diagnostic::new(Code::CSyntax, self.name.span, message);
                let help = format!("write `program {} from \"{file}\"`", self.name.text);
                return vec![wrong.help(help)];
            }
            if mistakes[0].place.end > 0 {
                let each = mistakes.into_iter();
                return each.map(|one| self.mistake(Code::CSyntax, one)).collect();
            }
            let mistake = mistakes.swap_remove(0);
            // The mistake is not in the text, so one of the settings alone makes the same mistake.
            let is_wrong = |define: &[_], at: &[_]| {
                let alone = ProgramDraft {
                    define: define.to_vec(),
                    at: at.to_vec(),
                    ..ProgramDraft::default()
                };
                let compiled = c::compile(&self.text, &alone.for_compiler(layout));
                compiled.is_err_and(|other| other[0].message == mistake.message)
            };
            let defines = draft.define.iter();
            let define = defines.clone().find(|one| is_wrong(&[(*one).clone()], &[]));
            let at = draft.at.iter().find(|one| is_wrong(&[], &[(*one).clone()]));
            let place = define.map(|one| one.2).or(at.map(|one| one.2));
            // Without such a setting, the whole text is wrong: it is too long.
            let code = place.map_or(Code::CSyntax, |_| Code::UnknownWord);
            let place = place.unwrap_or(self.name.span);
            let diagnostic = Diagnostic::new(code, place, mistake.message);
            vec![with_help(diagnostic, mistake.help)]
        })
    }

    /// Returns the lines of the text that have operations, with other values of `#define`s.
    ///
    /// # Errors
    /// Returns `c-syntax` for a value that does not compile.
    pub(crate) fn lines_with_operations(
        &self,
        more: &[Constant],
    ) -> Result<BTreeSet<u32>, Diagnostic> {
        let program = self.compile(more, Layout::default())?;
        let lines = program.places.iter().map(|place| place.line);
        // An operation that nothing reaches has no line.
        Ok(lines.filter(|line| *line > 0).collect())
    }

    /// Returns the line of the first operation of a function, or `None` if the text has no such function.
    pub(crate) fn first_line_of(&self, function: &str) -> Option<u32> {
        let program = self.compile(&[], Layout::default()).ok()?;
        let mut functions = program.functions.iter();
        let found = functions.find(|one| one.name == function)?;
        Some(program.place(found.entry).line)
    }

    /// Returns the line of the text that is in a line of its file, both counted from 1.
    pub(crate) fn line_in_file(&self, number: u64, file: &str) -> Option<u32> {
        let before = file.get(..self.place.start as usize)?.matches('\n').count() as u64;
        let line = u32::try_from(number.checked_sub(before)?).ok()?;
        (1..=self.text.lines().count() as u32)
            .contains(&line)
            .then_some(line)
    }

    /// Returns a line of the text, counted from 1, without the blanks around it.
    pub(crate) fn line(&self, number: u32) -> &str {
        let lines = self.text.lines();
        lines.map(str::trim).nth(number as usize - 1).unwrap_or("")
    }

    /// Returns whether an update is one access, or `None` if the text updates no element and none of these variables.
    pub(super) fn update_once(&self, variables: &[&str]) -> Option<bool> {
        const UPDATES: [&str; 12] = [
            "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--",
        ];
        let in_memory = |target: &str| {
            let target = target.trim();
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let start = target.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
            target.ends_with(']') || variables.contains(&&target[start..])
        };
        let after = |rest: &str| {
            let name = rest
                .trim_start()
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = name.clone().next().unwrap_or("");
            rest.trim_start()[name.len()..].starts_with('[') || variables.contains(&name)
        };
        let updates = UPDATES.iter().any(|operator| {
            let mut places = self.text.match_indices(operator);
            places.any(|(at, _)| {
                let rest = &self.text[at + operator.len()..];
                in_memory(&self.text[..at]) || !operator.contains('=') && after(rest)
            })
        });
        updates.then_some(self.settings.conventions.update_once)
    }

    /// Returns the sizes of the types that the text uses in memory with this layout.
    pub(super) fn sizes(&self, layout: &Layout) -> Vec<String> {
        let pointer = self.settings.pointer.unwrap_or(layout.pointer);
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = self.text.split(|c| !is_letter(c));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let is_long_long = words.windows(2).any(|two| two == ["long", "long"]);
        let has = |word: &str| words.contains(&word);
        let types = ["char", "short", "int", "long", "float", "double", "void"];
        let points = types.iter().any(|kind| {
            let mut places = self.text.match_indices(kind);
            places.any(|(at, _)| self.text[at + kind.len()..].trim_start().starts_with('*'))
        });
        let kinds = [
            ("a char", has("char"), 1),
            ("a short", has("short"), 2),
            ("an int", has("int"), 4),
            ("a long", has("long") && !is_long_long, pointer),
            ("a long long", is_long_long, 8),
            ("a float", has("float"), 4),
            ("a double", has("double"), 8),
            ("a pointer", points || self.text.contains("->"), pointer),
        ];
        let used = kinds.into_iter().filter(|(_, is_used, _)| *is_used);
        // The sizes of structs depend on it.
        let has_padding = has("struct");
        used.map(|(kind, _, size)| match size {
            1 => format!("{kind} has 1 byte"),
            _ if has_padding && size > pointer => {
                format!("{kind} has {size} bytes (aligned to {pointer} bytes)")
            }
            _ => format!("{kind} has {size} bytes"),
        })
        .collect()
    }

    /// Returns the text as a paper prints it: with the values of the settings in place of those of its `#define`s, and
    /// without the margin that all lines share.
    pub(crate) fn printed(&self) -> String {
        let margin = self.text.lines().filter(|line| !line.trim().is_empty());
        let margin = margin
            .map(|line| line.len() - line.trim_start().len())
            .min();
        let lines = self.text.lines().map(|line| {
            let line = line.get(margin.unwrap_or(0)..).unwrap_or("").trim_end();
            let defined = self.settings.define.iter().find_map(|(name, value, _)| {
                let head = line
                    .strip_prefix("#define")?
                    .trim_start()
                    .strip_prefix(&**name)?;
                let old = head.strip_prefix([' ', '\t'])?.trim();
                let comment = old.find("//").or_else(|| old.find("/*"));
                let comment = comment.map_or(String::new(), |at| format!(" {}", &old[at..]));
                Some(format!("#define {name} {value}{comment}"))
            });
            defined.unwrap_or_else(|| line.to_owned())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns the diagnostic of an error of the running program.
    pub(crate) fn failed(&self, error: &RunError, program: &Program) -> Diagnostic {
        self.mistake(Code::CRun, c::describe(error, program))
    }

    /// Returns a place of the text in its file.
    pub(super) fn span(&self, place: Place) -> Span {
        Span {
            start: self.place.start + place.start,
            end: self.place.start + place.end,
            ..self.place
        }
    }

    /// Returns the warnings about the text.
    pub(crate) fn warnings(&self) -> Vec<Diagnostic> {
        // The sizes of a 64-bit machine, on which a value may not fit its conversion. Nothing in the text says where it runs.
        let settings = self.settings.for_compiler(Layout {
            pointer: 8,
            ..Layout::default()
        });
        let warning = |one: Mistake| {
            let warning = Diagnostic::warning(Code::Unlikely, self.span(one.place), one.message);
            with_help(warning, one.help)
        };
        let all = c::warnings(&self.text, &settings);
        all.into_iter().map(warning).collect()
    }

    fn mistake(&self, code: Code, mistake: Mistake) -> Diagnostic {
        let span = self.span(mistake.place);
        let mut diagnostic = with_help(Diagnostic::new(code, span, mistake.message), mistake.help);
        if let Some((place, what)) = mistake.related.map(|related| *related) {
            diagnostic = diagnostic.also(self.span(place), what);
        }
        let place = mistake.place.start as usize..mistake.place.end as usize;
        match mistake.near.zip(self.text.get(place)) {
            Some((near, said)) => diagnostic.fix(Fix::write(span, said, &*near)),
            None => diagnostic,
        }
    }
}

fn with_help(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
