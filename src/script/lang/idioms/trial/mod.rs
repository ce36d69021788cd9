//! Trials of fixes: each is applied to the text together with the earlier fixes that worked, and the text is checked again.

mod least;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::idioms::advice::Advice;
use crate::lang::idioms::outcome::{
    alike, comes_next, has_own_fix, is_reading, new_there, reading, same,
};
use crate::lang::idioms::recognize::advice;
use crate::lang::idioms::search::Statement;
use crate::lang::idioms::tokens::{Token, line_at, nesting, tokens};
use crate::lang::nearest::is_word_of;
use crate::lang::span::Span;

/// Maximum number of bytes to reparse when trying fixes, enough for about a hundred fixes in a script of the
/// usual size. After this maximum, diagnostics keep their own fixes, which nothing has tried, and get no
/// advice from the idiom table.
const READ_AGAIN: usize = 1 << 21;

/// Maximum number of repairs to try for an error. More repairs that parse are ambiguous.
const REPAIRS: usize = 48;

/// By how much a repair must be more plausible than any other.
const MARGIN: i32 = 4;

/// A statement with its operands in another order, or with other words between them.
pub(crate) struct Arrangement {
    /// How much it changes.
    pub(crate) cost: usize,
    pub(crate) text: String,
}

/// Returns the arrangements of a statement of a script, likeliest first.
pub(crate) type Arrange<'a> = dyn Fn(&str, &str) -> Vec<Arrangement> + 'a;

/// The outcome of a fix.
pub(super) enum Tried {
    /// The fix works, and these errors remain.
    Works(Vec<Diagnostic>),
    /// The name that the fix writes is right, but an error that is not shown yet follows in its statement.
    Leads,
    /// The fix leaves an error at the same position.
    Fails,
    /// The fix was not tried.
    Unknown,
}

/// The fixes to try, and the fixes that worked.
pub(super) struct Trial<'a> {
    /// The errors that remain in the text after the fixes that worked.
    pub(super) now: Vec<Diagnostic>,
    /// The fixes that worked.
    pub(super) made: Vec<TextEdit>,
    /// Whether an earlier error has no working fix. Later errors may be its consequences.
    pub(super) open: bool,
    /// The number of bytes reparsed so far.
    pub(super) read: usize,
    /// The work of evaluating the text once, as a number of bytes.
    pub(super) evaluated: usize,
    pub(super) arrange: &'a Arrange<'a>,
    pub(super) wrong: &'a mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
}

impl Trial<'_> {
    /// Returns the first advice whose fix works, with the remaining errors. If no fix works, returns advice
    /// that is correct even without a fix, if any.
    pub(super) fn best(
        &mut self,
        diagnostic: &Diagnostic,
        text: &str,
    ) -> Option<(Advice, Option<Vec<Diagnostic>>)> {
        if has_own_fix(diagnostic, text) || self.read.saturating_add(self.cost(text)) > READ_AGAIN {
            return None;
        }
        let place = diagnostic.span.start as usize;
        let statement = (!self.open).then(|| Statement::at(text, place)).flatten();
        let doubled = statement.as_ref().map_or_else(Vec::new, |one| {
            let mut fixes = one.doubled(diagnostic);
            fixes.extend(one.loose(diagnostic));
            fixes.extend(one.closings(diagnostic));
            fixes
        });
        // Which of several braces is superfluous is clear only if no other error is left.
        let brace = |fix: &Fix| fix.was.as_deref() == Some("}");
        let doubled = doubled.into_iter().find_map(|fix| {
            let found = self.cleared(diagnostic, fix, text);
            let (fix, after) = found?;
            let only = !brace(&fix) || after.is_empty();
            only.then_some((fix, after))
        });
        if let Some((fix, after)) = doubled {
            self.make(&fix, text, &after);
            return Some((Advice::fixed(None, fix), Some(after)));
        }
        let all = advice(diagnostic, text);
        for one in &all {
            let Some(fix) = &one.fix else { continue };
            // A name alone may be a part of the statement above.
            let shows = |was: &String| fix.text == format!("show {was}");
            if self.open && fix.was.as_ref().is_some_and(shows) {
                continue;
            }
            if let Tried::Works(after) = self.after(diagnostic, fix, text)
                && self.is_clean(diagnostic, fix, text, &after)
            {
                // Each blank is one only if the others are, too.
                let (fix, after) = match diagnostic.code {
                    Code::NoBlank => (fix.clone(), after),
                    _ => self.least(diagnostic, fix, after, text),
                };
                self.make(&fix, text, &after);
                let advice = Advice {
                    fix: Some(fix),
                    ..one.clone()
                };
                return Some((advice, Some(after)));
            }
        }
        // A working fix of the diagnostic is better than advice without a fix, except for constructs without an
        // equivalent.
        let own = diagnostic.fix.as_deref();
        let openings = own.map_or_else(Vec::new, |own| self.openings(diagnostic, own, text));
        if !openings.is_empty() {
            let [(fix, after)] = <[_; 1]>::try_from(openings).ok()?;
            self.make(&fix, text, &after);
            return Some((Advice::fixed(None, fix), Some(after)));
        }
        let works =
            own.is_some_and(|own| matches!(self.fixes(diagnostic, own, text), Tried::Works(_)));
        let advised = all.into_iter().find(|one| one.sure);
        if works && advised.as_ref().is_none_or(|one| !one.nothing) {
            return None;
        }
        let brace = works && diagnostic.code == Code::Unclosed && text[place..].starts_with('{');
        // The index of a number in place of a list.
        let is_index = diagnostic.code == Code::WrongType && text[..place].ends_with('[');
        if advised.as_ref().is_none_or(|one| !one.nothing)
            && !brace
            && !is_of_values(diagnostic)
            && !is_index
            && let Some(statement) = statement
            && let Some((fix, after)) = self
                .arranged(diagnostic, &statement, text)
                .or_else(|| self.repair(diagnostic, &statement, text))
        {
            self.make(&fix, text, &after);
            return Some((Advice::fixed(None, fix), Some(after)));
        }
        // A fact later in the statement does not explain an error in what precedes its facts.
        let elsewhere = |fix: &Fix| {
            let between = text.get(diagnostic.span.end as usize..fix.span.start as usize);
            between.is_some_and(|between| between.contains("=>"))
        };
        let advised = advised.filter(|one| !one.fix.as_ref().is_some_and(elsewhere))?;
        let failed = advised
            .fix
            .as_ref()
            .map(|fix| format!("write `{}`", fix.text));
        let help = advised.help.or(advised.otherwise);
        let advice = Advice {
            fix: None,
            help: help.filter(|help| failed.as_deref() != Some(&**help)),
            otherwise: None,
            ..advised
        };
        Some((advice, None))
    }

    /// Returns the errors that remain after a diagnostic's own fix, if the fix works. A sign is only inserted or removed if
    /// the rest of its line then has no error.
    pub(super) fn fixes(&mut self, diagnostic: &Diagnostic, fix: &Fix, text: &str) -> Tried {
        let after = match self.after(diagnostic, fix, text) {
            Tried::Works(after) => after,
            other => return other,
        };
        let word = |text: &str| text.contains(|c: char| c.is_alphanumeric());
        let sign = !word(&fix.text) && !word(fix.was.as_deref().unwrap_or_default());
        // A syntax error hides other errors.
        let fewer = match reading(&self.now) {
            0 => after.len() < self.now.len(),
            errors => reading(&after) < errors,
        };
        // The word that was meant is already there.
        let mut next = text[fix.span.end as usize..].split_whitespace();
        let next = next.find(|word| *word != "|");
        // Two cells may have the value of one variable.
        let next = next.filter(|word| !word.starts_with('('));
        // Or it is before the value, and only a comma is superfluous.
        let before = text[..fix.span.start as usize].trim_end_matches([' ', ',']);
        let before = before.rsplit([' ', ',']).next().unwrap_or_default();
        let repeated = fix
            .text
            .split_once(' ')
            .is_some_and(|(word, _)| word == before);
        let was = fix.was.as_deref().unwrap_or_default();
        let rest = was
            .strip_prefix(&*fix.text)
            .or_else(|| was.strip_suffix(&*fix.text));
        let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit());
        let glued = rest.is_some_and(|rest| number(rest) || is_word_of(text, rest));
        // The facts may be those of a store.
        let line = &text[line_at(text, fix.span.start as usize)];
        let stores = fix.text == "let "
            && line
                .split_once("=>")
                .is_some_and(|(before, _)| !before.contains('('));
        let works =
            if stores || repeated || fix.text.len() > 1 && (next == Some(&*fix.text) || glued) {
                false
            } else if sign
                && fix.text.trim() == ","
                && text[..fix.span.start as usize].ends_with([']', ')'])
                && text[..fix.span.start as usize - 1].ends_with(',')
            {
                // The comma is on the wrong side of the bracket.
                false
            } else if sign && empties(fix, text) {
                false
            } else if sign {
                fewer && self.left_on_line(fix, text, &after).is_empty()
            } else {
                self.is_clean(diagnostic, fix, text, &after)
            };
        // Of two values, only the author knows which one is superfluous.
        let works = works
            && (diagnostic.code != Code::UnknownWord
                || !self.removes_either(diagnostic, fix, text));
        // Only the author knows where a bracket was to open.
        let unclear = works && !self.openings(diagnostic, fix, text).is_empty();
        let renames = matches!(
            diagnostic.code,
            Code::UnknownNoun
                | Code::UnknownSetting
                | Code::UnknownFact
                | Code::UnknownPath
                | Code::UnknownWord
        );
        if works && unclear {
            Tried::Leads
        } else if works {
            Tried::Works(after)
        } else {
            let rarer = || alike(diagnostic, &after) < alike(diagnostic, &self.now);
            if renames && !glued && rarer() || sign && self.goes_on(fix, text, &after) {
                Tried::Leads
            } else {
                Tried::Fails
            }
        }
    }

    /// Whether a sign in place of another one is right up to a mistake that follows in its line.
    fn goes_on(&self, fix: &Fix, text: &str, after: &[Diagnostic]) -> bool {
        let replaces = !fix.text.is_empty() && fix.was.as_ref().is_some_and(|was| !was.is_empty());
        let end = fix.span.end as usize + fix.text.len();
        let left = self.left_on_line(fix, text, after);
        replaces && left.iter().all(|one| one.span.start as usize > end)
    }

    /// Whether a fix removes one of two values in a row, and the removal of the other one would work as well.
    fn removes_either(&mut self, diagnostic: &Diagnostic, fix: &Fix, text: &str) -> bool {
        let surplus = fix.text.is_empty();
        let statement = surplus
            .then(|| Statement::at(text, fix.span.start as usize))
            .flatten();
        let others = statement.map_or_else(Vec::new, |one| one.values_beside(fix));
        let mut others = others.into_iter();
        others.any(|other| self.cleared(diagnostic, other, text).is_some())
    }

    /// Returns the brackets to open that are as good as the removal of a closing one, each with the errors that remain
    /// elsewhere.
    fn openings(
        &mut self,
        diagnostic: &Diagnostic,
        fix: &Fix,
        text: &str,
    ) -> Vec<(Fix, Vec<Diagnostic>)> {
        let statement = match fix.was.as_deref() {
            Some(")" | "]") if fix.text.is_empty() => Statement::at(text, fix.span.start as usize),
            _ => None,
        };
        let Some(statement) = statement else {
            return Vec::new();
        };
        let openings = statement.openings(fix).into_iter();
        let mut found = openings.filter_map(|fix| {
            statement.reads(&fix.edit(text)?)?;
            self.cleared(diagnostic, fix, text)
        });
        // Two are enough to know that the place is unclear.
        let mut all = Vec::from_iter(found.next());
        all.extend(found.next());
        all
    }

    /// Returns a fix with the errors that remain elsewhere, if it leaves no error on its line and adds none.
    fn cleared(
        &mut self,
        diagnostic: &Diagnostic,
        fix: Fix,
        text: &str,
    ) -> Option<(Fix, Vec<Diagnostic>)> {
        let Tried::Works(after) = self.after(diagnostic, &fix, text) else {
            return None;
        };
        let known = |one: &Diagnostic| self.now.iter().any(|old| same(old, one));
        let fewer = alike(diagnostic, &after) < alike(diagnostic, &self.now).max(1);
        let cleared = fewer && after.len() < self.now.len() && after.iter().all(known);
        (cleared && self.left_on_line(&fix, text, &after).is_empty()).then_some((fix, after))
    }

    /// Whether no error remains on the lines of a fix, apart from errors that were known before, and from syntax errors that
    /// a syntax error has hidden.
    fn is_clean(
        &self,
        diagnostic: &Diagnostic,
        fix: &Fix,
        text: &str,
        after: &[Diagnostic],
    ) -> bool {
        let count = |all: &[Diagnostic]| alike(diagnostic, all);
        let known = |one: &&Diagnostic| {
            let before = self
                .now
                .iter()
                .any(|old| same(old, one) && !same(old, diagnostic));
            before || diagnostic.code == Code::Syntax || comes_next(diagnostic.code, one)
        };
        let left = self.left_on_line(fix, text, after);
        let line = &text[line_at(text, fix.span.start as usize)];
        let divided = fix.text.contains("; ask last =>");
        if fix.text.contains("=>")
            && !divided
            && fix.text.matches("=>").count() > line.matches("=>").count().max(1)
        {
            return false;
        }
        // Neither a second `in` nor the loss of a unit is meant.
        let was = text
            .get(fix.span.start as usize..fix.span.end as usize)
            .unwrap_or("");
        let count_of = |text: &str, word: &str| text.matches(word).count();
        let more_in =
            count_of(was, " in ") > 0 && count_of(&fix.text, " in ") > count_of(was, " in ");
        // A page has as many bytes as its offset has values.
        let lost = diagnostic.code != Code::WrongUnit
            && !was.contains("offset")
            && count_of(&fix.text, " bits") < count_of(was, " bits");
        if more_in || lost {
            return false;
        }
        let closes_nothing = |one: &&Diagnostic| one.message.contains("closes nothing");
        if fix.text.contains('{') && left.iter().any(closes_nothing) {
            return false;
        }
        if !is_reading(diagnostic) && left.iter().any(|one| is_reading(one))
            || closes_more(&fix.text)
        {
            return false;
        }
        let more = |one: &&Diagnostic| matches!(one.code, Code::UnknownWord | Code::WrongCount);
        let of_word = matches!(diagnostic.code, Code::BadNumber | Code::UnknownName);
        if of_word && left.iter().any(more) {
            return false;
        }
        // A name that stays unknown is only read in another way.
        let span = diagnostic.span;
        let name = text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default();
        let stays = tokens(&fix.text).iter().any(|token| token.text == name);
        if diagnostic.code == Code::UnknownName && stays && fix.text.starts_with("write ") {
            return false;
        }

        count(after) < count(&self.now).max(1) && left.iter().all(known)
    }

    /// Returns the errors that remain on the lines of a fix.
    fn left_on_line<'d>(
        &self,
        fix: &Fix,
        text: &str,
        after: &'d [Diagnostic],
    ) -> Vec<&'d Diagnostic> {
        let longer = |made: &TextEdit| {
            made.replacement.len() as i64 - i64::from(made.span.end - made.span.start)
        };
        let ahead = |made: &&TextEdit| made.span.end <= fix.span.start;
        let moved: i64 = self.made.iter().filter(ahead).map(longer).sum();
        let start = line_at(text, fix.span.start as usize).start as i64 + moved;
        let end = line_at(text, fix.span.end as usize).end as i64
            + moved
            + fix.edit(text).as_ref().map_or(0, longer);
        let there = |one: &&Diagnostic| {
            one.span.file == fix.span.file && (start..=end).contains(&i64::from(one.span.start))
        };
        after.iter().filter(there).collect()
    }

    /// Returns the repair of one token that leaves no error in the statement and adds none elsewhere, unless another one is
    /// about as plausible.
    fn repair(
        &mut self,
        diagnostic: &Diagnostic,
        statement: &Statement,
        text: &str,
    ) -> Option<(Fix, Vec<Diagnostic>)> {
        let mut only: Option<(i32, String, (Fix, Vec<Diagnostic>))> = None;
        let mut tried = 0;
        for repair in statement.repairs(diagnostic) {
            let best = only.as_ref().map(|(score, _, _)| *score);
            if best.is_some_and(|best| repair.score + MARGIN <= best) {
                break;
            }
            let Some(new) = repair
                .fix
                .edit(text)
                .and_then(|edit| statement.reads(&edit))
            else {
                continue;
            };
            if only.as_ref().is_some_and(|(_, same, _)| *same == new) {
                continue;
            }
            tried += 1;
            if tried > REPAIRS {
                return None;
            }
            if let Some(found) = self.cleared(diagnostic, repair.fix, text)
                && (repair.lacks_value || only.replace((repair.score, new, found)).is_some())
            {
                return None;
            }
        }
        let (_, _, (fix, after)) = only?;
        let clear = !self.removes_either(diagnostic, &fix, text) && self.read <= READ_AGAIN;
        clear.then_some((fix, after))
    }

    /// Returns the arrangement of the statement's operands that leaves no error in it, unless another one is as likely.
    fn arranged(
        &mut self,
        diagnostic: &Diagnostic,
        statement: &Statement,
        text: &str,
    ) -> Option<(Fix, Vec<Diagnostic>)> {
        let place = statement.line()?;
        let said = &text[place.clone()];
        // The value after the operator is missing, and no order of the others replaces it.
        if said
            .trim_end()
            .ends_with(|c: char| "=<>+-*/%&^".contains(c))
        {
            return None;
        }
        let mut only: Option<(usize, (Fix, Vec<Diagnostic>))> = None;
        for one in (self.arrange)(text, said).into_iter().take(REPAIRS) {
            let cost = only.as_ref().map(|(cost, _)| *cost);
            if cost.is_some_and(|cost| cost < one.cost) {
                break;
            }
            let fix = Fix::write(
                Span::new(diagnostic.span.file, place.clone()),
                said,
                one.text,
            );
            if only.as_ref().is_some_and(|(_, (known, _))| *known == fix) {
                continue;
            }
            if let Some(found) = self.cleared(diagnostic, fix, text)
                && only.replace((one.cost, found)).is_some()
            {
                return None;
            }
        }
        only.map(|(_, found)| found)
    }

    /// Keeps a fix that leaves these errors.
    pub(super) fn make(&mut self, fix: &Fix, text: &str, after: &[Diagnostic]) {
        self.made.extend(fix.edit(text));
        self.now = after.to_vec();
    }

    /// The cost of trying a fix, as a number of bytes to reparse.
    fn cost(&self, text: &str) -> usize {
        text.len().saturating_add(self.evaluated)
    }

    fn after(&mut self, diagnostic: &Diagnostic, fix: &Fix, text: &str) -> Tried {
        self.read = self.read.saturating_add(self.cost(text));
        if self.read > READ_AGAIN || fix.span.file != diagnostic.span.file {
            return Tried::Unknown;
        }
        let file = fix.span.file;
        let overlaps = |edit: &TextEdit| self.made.iter().any(|made| made.span.meets(edit.span));
        let Some(edit) = fix.edit(text).filter(|edit| !overlaps(edit)) else {
            return Tried::Fails;
        };
        if glues(text, &edit) {
            return Tried::Fails;
        }
        let alone = edited(text, Span::start_of(file), std::slice::from_ref(&edit));
        if goes_on(&alone, edit.span.start as usize + edit.replacement.len())
            && !goes_on(text, edit.span.end as usize)
        {
            return Tried::Fails;
        }
        let edits: Vec<TextEdit> = self.made.iter().cloned().chain([edit.clone()]).collect();
        let was = &text[line_at(text, edit.span.start as usize)];
        let text = edited(text, Span::start_of(file), &edits);
        let after = (self.wrong)(file, &text);
        let works = reading(&after) <= reading(&self.now)
            && !(diagnostic.code == Code::Syntax && leaves_undeclared(was, &text, &after))
            && !new_there(diagnostic, &edit, &edits, &text, &self.now, &after);
        if works {
            Tried::Works(after)
        } else {
            Tried::Fails
        }
    }
}

/// Whether a fix makes a list without values.
fn empties(fix: &Fix, text: &str) -> bool {
    let (before, after) = (
        &text[..fix.span.start as usize],
        &text[fix.span.end as usize..],
    );
    match fix.text.trim() {
        "[" => after.trim_start().starts_with(']'),
        "]" => before.trim_end().ends_with('['),
        "" => before.trim_end().ends_with(',') && after.trim_start().starts_with([']', ')']),
        _ => false,
    }
}

/// Whether a name of a line with a mistake that declares it is still undeclared in a text with these errors.
fn leaves_undeclared(line: &str, text: &str, after: &[Diagnostic]) -> bool {
    let declared = line
        .split_once("let ")
        .and_then(|(_, rest)| rest.split_once('='));
    let names = declared.map_or_else(Vec::new, |(names, _)| tokens(names));
    let unknown = |one: &&Diagnostic| one.code == Code::UnknownName;
    after.iter().filter(unknown).any(|one| {
        let name = text.get(one.span.start as usize..one.span.end as usize);
        names.iter().any(|token| Some(token.text) == name)
    })
}

/// Whether a text closes a bracket that it does not open, apart from a bracket at its beginning.
fn closes_more(text: &str) -> bool {
    let all = tokens(text);
    let mut depth = all.first().map_or(0, |first| nesting(first.text).max(0));
    let mut closes = |token: &Token| {
        depth += nesting(token.text);
        depth < 0
    };
    all.iter().skip(1).any(&mut closes)
}

/// Whether an edit makes one word of a word and its neighbor.
fn glues(text: &str, edit: &TextEdit) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let (before, after) = (
        text[..start].chars().next_back(),
        text[end..].chars().next(),
    );
    let (old, new) = (&text[start..end], &*edit.replacement);
    if new.is_empty() {
        // A path has names on both sides of a dot, which is not that of a range.
        let dot = after == Some('.') && !text[end..].starts_with("..");
        let path = old == "." && word(after) || dot && word(old.chars().next_back());
        return path || word(before) && word(after);
    }
    word(before) && word(new.chars().next()) && !word(old.chars().next())
        || word(after) && word(new.chars().next_back()) && !word(old.chars().next_back())
}

/// Whether the line with a byte goes on in the next line.
fn goes_on(text: &str, at: usize) -> bool {
    let line = text[line_at(text, at)].trim_end();
    line.ends_with(['|', '&', '+', '*', '/', '=', '<', ',']) && !line.trim_start().starts_with('|')
}

/// Whether an error is about values, in a statement whose words may all be right.
fn is_of_values(one: &Diagnostic) -> bool {
    let geometry = matches!(
        one.code,
        Code::BadWidth | Code::BadGeometry | Code::NotAPowerOfTwo | Code::DivideByZero
    );
    geometry || one.code == Code::WrongType && one.message.starts_with("the definition ")
}
