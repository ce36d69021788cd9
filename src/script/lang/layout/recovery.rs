//! Errors in brackets and strings, and the positions where the pass resumes.

use super::note::{Level, LevelKind};
use super::{After, Code, DEPTH_LIMIT, Diagnostic, Scan, WORD_LIMIT, code};
use crate::lang::fix::Fix;

/// Maximum number of bytes from a brace in a list to the end of the list.
const LONGEST_LIST: usize = 400;

/// Maximum number of times that the pass goes back in one file. This limit keeps the running time linear.
const RETURN_LIMIT: u32 = 20;

impl Scan<'_> {
    /// Returns the number of the innermost level that is no bracket.
    fn innermost(&self) -> usize {
        let mut levels = self.levels.iter();
        let at = levels.rposition(|level| !level.kind.is_bracket());
        at.unwrap_or(0)
    }

    /// Reports open brackets at the end of a statement. Returns true if the pass went back to an earlier
    /// line.
    pub(super) fn close_brackets(&mut self) -> bool {
        let block = self.block();
        let inner = self.innermost();
        let Some(level) = self.levels.get(inner + 1) else {
            return false;
        };
        let (at, (open, close)) = (level.at, level.kind.ends());
        let fix = self.closing(inner + 1, self.at.min(self.text.len()));
        let (here, message) = (
            self.span(at, at + 1),
            format!("this `{open}` is never closed"),
        );
        self.report(
            Code::Unclosed,
            here,
            &message,
            &format!("no `{close}` follows"),
        )
        .perhaps(fix);
        self.levels.truncate(inner + 1);
        self.levels[block].damaged = true;
        self.after = After::Nothing;
        inner == block && self.go_back(at)
    }

    /// Reports `[{ … }]`, braces in a bracket that is closed behind them. Returns true if the pass went on behind the bracket.
    pub(super) fn block_in_brackets(&mut self) -> bool {
        let (bracket, kind) = (self.top().at, self.top().kind);
        if !kind.is_bracket() {
            return false;
        }
        let rest = self.text.as_bytes()[self.at..].iter();
        let mut line = rest.take(LONGEST_LIST).take_while(|byte| **byte != b'\n');
        let mut depth = 0_u32;
        let end = line.position(|byte| match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                false
            }
            b')' | b']' | b'}' if depth == 0 => true,
            b')' | b']' | b'}' => {
                depth -= 1;
                false
            }
            _ => false,
        });
        let (_, close) = kind.ends();
        let Some(end) = end.filter(|end| self.text[self.at + end..].starts_with(close)) else {
            return false;
        };
        let brace = self.span(self.at, self.at + 1);
        let message = "brackets contain values, not blocks in braces";
        self.report(Code::Syntax, brace, message, "");
        let end = self.at + end + 1;
        self.levels.pop();
        self.blank(bracket, end);
        let block = self.block();
        self.levels[block].damaged = true;
        self.at = end;
        true
    }

    /// After an unclosed bracket, goes back to the first line that is not indented further than the bracket's
    /// statement.
    fn go_back(&mut self, bracket: usize) -> bool {
        if self.returns >= RETURN_LIMIT {
            return false;
        }
        let begun = self.levels[self.block()].begun().unwrap_or(bracket);
        let line = self.text[..begun]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let indent = self.text[line..begun]
            .bytes()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let newline = self.text[bracket..self.at.min(self.text.len())]
            .match_indices('\n')
            .find_map(|(at, _)| {
                let line = self.text[bracket + at + 1..].lines().next().unwrap_or("");
                let text = line.trim_start_matches([' ', '\t']);
                let begins =
                    text.starts_with(|c: char| c.is_ascii_alphabetic() || "_}|".contains(c));
                (begins && line.len() - text.len() <= indent).then_some(bracket + at)
            });
        let Some(newline) = newline else { return false };
        self.returns += 1;
        self.out[newline..].copy_from_slice(&self.text.as_bytes()[newline..]);
        self.diagnostics
            .retain(|diagnostic| (diagnostic.span.start as usize) < newline);
        self.pending.clear();
        self.at = newline;
        true
    }

    /// Returns the quote that begins the string before an unclosed one, and the end of its first word, if the string lacks its
    /// own closing quote: `file "data.txt = "hello"`.
    fn earlier_string(&self, open: usize) -> Option<(usize, usize)> {
        let start = self.text[..open].rfind('\n').map_or(0, |at| at + 1);
        let quotes: Vec<usize> = self.text[start..open]
            .match_indices('"')
            .map(|(at, _)| start + at)
            .collect();
        let [.., first, second] = quotes[..] else {
            return None;
        };
        let inside = &self.text[first + 1..second];
        let touches = self.text[second + 1..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let word = inside.find(' ').filter(|_| inside.ends_with(' '))?;
        touches.then_some((first, first + 1 + word))
    }

    /// Reports a string that is unclosed at the end of its line.
    pub(super) fn unclosed_string(&mut self, line_end: usize) {
        let open = self.at;
        self.note_open_string();
        let (message, help) = if self.byte(0) == b'"' {
            (
                "this string is never closed",
                "a string must end on the line where it begins; enclose multiline text in `\"\"\"`",
            )
        } else {
            (
                "this `'` is never closed",
                "a byte must be written as 'h', and strings must be in double quotes",
            )
        };
        let (place, fix) = match self.earlier_string(open) {
            Some((quote, end)) => (quote, Some(self.put_in(end, "\""))),
            None => (open, self.closing_quote(open, line_end)),
        };
        let diagnostic = self.report(
            Code::Unclosed,
            self.span(place, place + 1),
            message,
            "opened here",
        );
        diagnostic.help = Some(help.to_owned());
        diagnostic.perhaps(fix);
        let line = self.text[open..line_end].trim_end();
        let block = self.block();
        self.levels[block].damaged = true;
        let inner = self.innermost();
        self.levels.truncate(inner + 1);
        // A block that opens on this line still contains the following lines.
        self.at = if line.ends_with('{') {
            open + line.len() - 1
        } else {
            line_end
        };
    }

    /// Reports prose that ends inside `{`.
    pub(super) fn unclosed_hole(&mut self) {
        let hole = self
            .levels
            .iter()
            .rposition(|level| level.kind == LevelKind::Hole)
            .unwrap_or(0);
        let at = self.levels[hole].at;
        self.report(
            Code::Unclosed,
            self.span(at, at + 1),
            "this `{` is never closed",
            "in this text",
        )
        .help = Some("`{EXPR}` in text prints a value; for a literal brace, write `{{`".to_owned());
        self.levels.truncate(hole);
        let block = self.block();
        self.levels[block].damaged = true;
        // Newlines of a block in the hole end no statement around the text.
        self.pending.clear();
        self.after = After::Nothing;
    }

    /// Reports prose that contains the beginning of the next prose, and skips the rest of the file.
    pub(super) fn unclosed_text(&mut self) {
        let at = self.at;
        let line_end = self
            .rest()
            .find('\n')
            .map_or(self.text.len(), |length| at + length);
        let on_line = self.text[at + 3..line_end].trim_end();
        let end = at + 3 + on_line.len();
        let fix = if self.begins_program() {
            // The program ends before the line with the next `"""`.
            let next = self.text[at + 3..].find("\"\"\"").unwrap_or(0);
            let line = self.text[..at + 3 + next].rfind('\n');
            line.map(|newline| self.put_in(newline + 1, "\"\"\"\n"))
        } else {
            (!on_line.is_empty()).then(|| self.put_in(end, "\"\"\""))
        };
        let place = self.span(at, at + 3);
        let message = "this `\"\"\"` is never closed";
        self.report(
            Code::Unclosed,
            place,
            message,
            "the next text begins inside this one",
        )
        .perhaps(fix);
        self.give_up();
    }

    /// Reports a program between braces, and skips it.
    pub(super) fn braced_program(&mut self) {
        let (at, rest) = (self.at, self.rest());
        let end = at + code::closing(rest);
        let inside = &self.text[at + 1..end];
        let inside = inside.strip_suffix('}').unwrap_or(inside);
        let fix = Fix::replace(self.span(at, end), format!("\"\"\"{inside}\"\"\""));
        let begun = self.levels[self.block()].begun().unwrap_or(at);
        self.blank(begun, end);
        let diagnostic = self.report(
            Code::Syntax,
            self.span(at, at + 1),
            "the text of a program is between `\"\"\"`, not in braces",
            "the text begins here",
        );
        let help = "write `\"\"\"` in place of `{`, and of the `}` after the program";
        diagnostic.help = Some(help.to_owned());
        diagnostic.fix = Some(Box::new(fix));
        self.at = end;
    }

    /// Reports the braces of a program in prose, and skips the prose. Returns false if the prose has no end.
    pub(super) fn code_in_prose(&mut self) -> bool {
        let from = self.top().at + 3;
        let Some(length) = self.text.get(from..).and_then(|rest| rest.find("\"\"\"")) else {
            return false;
        };
        let (at, end) = (self.at, from + length);
        // A string in a value can contain the quotes that end the prose: `{"hex(va)} b"""`.
        if at >= end {
            return false;
        }
        let head = self.text[..from - 3].trim_end();
        let line = head.rfind(['\n', ';', '{']).map_or(0, |sign| sign + 1);
        if let Some(name) = quoted_name(&head[line..]) {
            let (start, message) = (
                head.len() - name.len() - 2,
                "the name of a program is a word without quotes",
            );
            let fix = Fix::replace(self.span(start, head.len()), name);
            let diagnostic = self.report(
                Code::Syntax,
                self.span(start, head.len()),
                message,
                "a text",
            );
            diagnostic.help = Some(format!("write `program {name} \"\"\"`"));
            diagnostic.fix = Some(Box::new(fix));
            self.leave_prose(end);
            return true;
        }
        if head[line..].trim() == "program" {
            // The statements below may already have its name.
            let word = |rest: &str| {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .map(str::to_owned)
            };
            let mut below = self.text[end..].lines();
            let named = |line: &str| {
                let verbs = ["replay ", "run ", "outputs ", "program "];
                let (_, rest) = verbs.iter().find_map(|verb| line.split_once(verb))?;
                word(rest).filter(|name| !name.is_empty())
            };
            let name = below.find_map(named).unwrap_or_else(|| "p".to_owned());
            let (fix, help) = (
                self.put_in(head.len(), format!(" {name}")),
                format!(
                    "write `program {name} \"\"\"`, and `{name}` in each statement that runs the program"
                ),
            );
            let diagnostic = self.report(
                Code::WrongCount,
                self.span(from - 3, from),
                "the name of the program is missing",
                "the text begins here",
            );
            diagnostic.help = Some(help);
            diagnostic.fix = Some(Box::new(fix));
            self.leave_prose(end);
            return true;
        }
        if let Some(name) = open_value(&self.text[..end], at) {
            let fix = self.put_in(at + 1 + name.len(), "}");
            let help = format!("write `{{{name}}}`");
            let message = "`{` begins a value in a text, but no `}` ends it";
            let place = self.span(at, at + 1 + name.len());
            let diagnostic = self.report(Code::Syntax, place, message, "a value of the text");
            diagnostic.help = Some(help);
            diagnostic.fix = Some(Box::new(fix));
            self.leave_prose(end);
            return true;
        }
        let inside = self.span(from, end);
        let fix = Fix::replace(inside, code::as_printed(&self.text[from..end]));
        let diagnostic = self.report(
            Code::Syntax,
            self.span(at, at + 1),
            "`{` begins a value in a text, but code follows",
            "a brace of the code",
        );
        diagnostic.help = Some(
            "write ``` before and after the code, or each of its braces twice: `{{` and `}}`"
                .to_owned(),
        );
        diagnostic.fix = Some(Box::new(fix));
        self.leave_prose(end);
        true
    }

    /// Skips the rest of a prose that ends at a byte, in a statement that stays damaged.
    fn leave_prose(&mut self, end: usize) {
        self.levels.pop();
        let block = self.block();
        self.levels[block].damaged = true;
        self.at = end + 3;
    }

    /// Whether a `)` or `]` at the end of its line is in the place of a `}`: it begins the line, or the line opens the block.
    /// Reports it.
    pub(super) fn closes_block(&mut self, kind: LevelKind) -> bool {
        let level = self.top();
        let opener = level.at;
        if level.kind != LevelKind::Block {
            return false;
        }
        let rest = self.text[self.at + 1..].lines().next().unwrap_or_default();
        let inside = &self.text[opener + 1..self.at];
        let on_line = !inside.contains('\n') && !inside.trim().is_empty();
        if !rest.trim().is_empty() || !(on_line || self.first == Some(self.at)) {
            return false;
        }
        let (_, close) = kind.ends();
        let here = self.span(self.at, self.at + 1);
        let opener = self.span(opener, opener + 1);
        let message = format!("`{{` is closed by `{close}`");
        let diagnostic = self.report(Code::Unclosed, here, &message, "a `}` belongs here");
        diagnostic.related.push((opener, "opened here".to_owned()));
        diagnostic.perhaps(Some(Fix::write(here, close, "}")));
        self.out[self.at] = b'}';
        true
    }

    /// Reports a closing bracket without a matching opening bracket.
    pub(super) fn stray_bracket(&mut self, kind: LevelKind) {
        let (open, close) = kind.ends();
        let here = self.span(self.at, self.at + 1);
        let (top, inner) = (
            self.top(),
            self.levels
                .iter()
                .rposition(|level| !level.kind.is_bracket())
                .unwrap_or(0),
        );
        let partner = self.levels[inner..]
            .iter()
            .rposition(|level| level.kind == kind)
            .map(|at| inner + at);
        if !top.kind.is_bracket() {
            let message = format!("this `{close}` closes nothing");
            self.report(
                Code::Syntax,
                here,
                &message,
                &format!("no `{open}` is open"),
            )
            .perhaps(Some(Fix::write(here, close, "")));
            self.out[self.at] = b' ';
            return;
        }
        let (at, (opened, wanted)) = (top.at, top.kind.ends());
        let opener = self.span(at, at + 1);
        if let Some(partner) = partner {
            let message = format!("this `{opened}` is never closed");
            let fix = self.closing_here(partner + 1);
            let label = format!("no `{wanted}` follows before `{close}`");
            self.report(Code::Unclosed, opener, &message, &label)
                .perhaps(fix);
            self.levels.truncate(partner);
            let block = self.block();
            self.levels[block].damaged = true;
        } else {
            let message = format!("`{opened}` is closed by `{close}`");
            let diagnostic = self.report(
                Code::Unclosed,
                here,
                &message,
                &format!("a `{wanted}` belongs here"),
            );
            diagnostic.related.push((opener, "opened here".to_owned()));
            diagnostic.perhaps(Some(Fix::write(here, close, wanted)));
            self.out[self.at] = wanted.as_bytes()[0];
            self.levels.pop();
        }
    }

    /// Reports a `}` without a matching `{`.
    pub(super) fn stray_brace(&mut self) {
        let here = self.span(self.at, self.at + 1);
        self.out[self.at] = b' ';
        if let Some(head) = self.unopened() {
            let place = self.span(head, head);
            let fix = self.put_in(head, " {");
            let message = "this line opens no block, but a `}` below closes one";
            let diagnostic = self.report(Code::Unclosed, place, message, "`{` is missing here");
            diagnostic.related.push((here, "closed here".to_owned()));
            diagnostic.perhaps(Some(fix));
            return;
        }
        if let Some((_, followed)) = &mut self.early {
            *followed = true;
        }
        self.report(
            Code::Syntax,
            here,
            "this `}` closes nothing",
            "no `{` is open",
        )
        .help = Some("an earlier `}` may have closed its block too early".to_owned());
    }

    /// Leaves out a `}` that closes its block too early.
    pub(super) fn early_brace(&mut self) {
        let (here, at) = (self.span(self.at, self.at + 1), self.top().at);
        let opener = self.span(at, at + 1);
        self.out[self.at] = b' ';
        let message = "this `}` closes its block too early";
        let diagnostic = self.report(Code::Syntax, here, message, "the block goes on below");
        diagnostic.related.push((opener, "opened here".to_owned()));
        diagnostic.perhaps(Some(Fix::write(here, "}", "")));
    }

    /// Returns the end of the line that was meant to open the block of a `}` that begins its line: the line above with the
    /// same indentation, if the lines between are indented further.
    fn unopened(&self) -> Option<usize> {
        if self.first != Some(self.at) {
            return None;
        }
        let mut end = self.text[..self.at].rfind('\n')?;
        let mut deeper = false;
        loop {
            let start = self.text[..end]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            let line = std::str::from_utf8(self.out.get(start..end)?)
                .ok()?
                .trim_end();
            let indent = line.len() - line.trim_start().len();
            if !line.is_empty() && indent <= self.indent {
                let opens = indent == self.indent && deeper && !line.ends_with(['{', '}', ';']);
                return opens.then_some(start + line.len());
            }
            deeper |= !line.is_empty();
            end = start.checked_sub(1)?;
        }
    }

    /// Reports too many nested levels and skips the rest of the file.
    pub(super) fn too_deep(&mut self) {
        let here = self.span(self.at, self.at + 1);
        self.report(
            Code::TooDeep,
            here,
            &format!("brackets and blocks are nested more than {DEPTH_LIMIT} levels deep here"),
            "one too many",
        );
        self.give_up();
    }

    /// Reports a statement with too many words and skips the rest of the file.
    pub(super) fn too_long(&mut self) {
        let here = self.span(self.at, self.at + 1);
        self.report(
            Code::LimitSize,
            here,
            &format!("a statement has more than {WORD_LIMIT} words"),
            "one too many",
        );
        self.give_up();
    }

    fn give_up(&mut self) {
        let from = self.levels[0].begun().unwrap_or(self.at).min(self.at);
        self.blank(from, self.text.len());
        self.levels.truncate(1);
        self.levels[0].statement = None;
        self.done = true;
    }

    /// Reports the levels that are open at the end of the file.
    pub(super) fn unclosed_at_end(&mut self) {
        let mut in_hole = false;
        while self.levels.len() > 1 {
            let sole = self
                .levels
                .get(self.levels.len() - 2)
                .is_some_and(|outer| !outer.kind.is_bracket());
            let bracket = self.top().kind.is_bracket() && sole;
            let closing = if bracket {
                self.closing(self.levels.len() - 1, self.text.len())
            } else {
                None
            };
            let Some(level) = self.levels.pop() else {
                break;
            };
            // An open `{` in prose does not mean that the prose itself is unclosed.
            if std::mem::replace(&mut in_hole, level.kind == LevelKind::Hole) {
                continue;
            }
            if level.kind == LevelKind::Block && !self.strict {
                self.unmatched = true;
            }
            let (open, close) = level.kind.ends();
            let here = self.span(level.at, level.at + open.len());
            let message = format!("this `{open}` is never closed");
            let closing = closing.or_else(|| self.closing_brace(&level, self.text.len()));
            self.report(
                Code::Unclosed,
                here,
                &message,
                &format!("no `{close}` follows"),
            )
            .perhaps(closing);
            let block = self.block();
            self.levels[block].damaged = true;
            // The unclosed text contains the ends of the blocks around it.
            if level.kind == LevelKind::Prose {
                self.levels.truncate(1);
                self.levels[0].damaged = true;
            }
        }
    }

    /// At the start of a statement's line, reports an open block whose lines are indented further than this
    /// line.
    pub(super) fn indentation(&mut self) {
        if !self.strict {
            return;
        }
        let indent = self.indent;
        // A block in the hole of a text is part of the statement around the text.
        while let [.., outer, level] = &mut self.levels[..]
            && outer.kind.is_block()
            && level.kind == LevelKind::Block
        {
            // A line that is indented less than the line with the brace is not in its block.
            let outside = level.deeper.is_none() && indent < level.indent;
            let deeper = outside || *level.deeper.get_or_insert(indent > level.indent);
            if !deeper || indent > level.indent {
                break;
            }
            self.drop_block();
            let end = self.text[..self.at].trim_end().len();
            self.end_statement(end);
        }
    }

    /// At a `}` that begins a line, reports the open blocks that are indented further.
    pub(super) fn indentation_of_close(&mut self) {
        if !self.strict || self.first != Some(self.at) {
            return;
        }
        let indent = self.indent;
        let same = |kind, at: usize| kind == LevelKind::Block && at == indent;
        if !self
            .levels
            .iter()
            .any(|level| same(level.kind, level.indent))
        {
            return;
        }
        while self.top().kind == LevelKind::Block && self.top().indent > indent {
            self.drop_block();
        }
    }

    fn drop_block(&mut self) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        let here = self.span(level.at, level.at + 1);
        let fix = self.closing_brace(&level, self.at);
        self.report(
            Code::Unclosed,
            here,
            "this `{` is never closed",
            "no `}` follows",
        )
        .perhaps(fix);
        let block = self.block();
        self.levels[block].damaged = true;
    }
}

impl Diagnostic {
    /// Sets the fix, if any.
    pub(super) fn perhaps(&mut self, fix: Option<Fix>) {
        if let Some(fix) = fix {
            *self = self.clone().fix(fix);
        }
    }
}

impl Scan<'_> {
    /// Closes the brackets from a level inward, at the end of the line with the outermost bracket or before
    /// `end`. Returns `None` if the line continues, or if the author may have meant the brackets to end before
    /// the last word of the line.
    pub(super) fn closing(&self, from: usize, end: usize) -> Option<Fix> {
        let levels = self.levels.get(from..)?;
        let at = levels.first()?.at;
        let line = self.out.get(at..end)?;
        let line = line.split(|byte| *byte == b'\n').next()?;
        // In the copy, a space replaces each newline within brackets.
        let there = self
            .text
            .get(at..end)?
            .find('\n')
            .map_or(line, |newline| &line[..newline.min(line.len())]);
        let held = std::str::from_utf8(there).ok()?.trim_end();
        // An argument of a call compares nothing.
        let mut words = self.text[..at].rsplit(|c: char| !(c.is_alphanumeric() || c == '_'));
        let word = words.next().unwrap_or_default();
        let keyword = [
            "", "if", "not", "and", "or", "where", "while", "in", "expect",
        ];
        let calls = !keyword.contains(&word);
        // Bits of a value are compared, as in `(va & 0x3F) == 4`.
        let bits = |compares: &usize| {
            let compared = &held[..*compares];
            calls
                || ["&", "|", ">>", "<<", "%"]
                    .iter()
                    .any(|sign| compared.contains(sign))
        };
        let held = match comparison(held).filter(|compares| bits(compares) && levels.len() == 1) {
            Some(compares) => held[..compares].trim_end(),
            None => held,
        };
        let goes_on =
            held.ends_with(|c: char| !(c.is_ascii_alphanumeric() || "_\"')]%".contains(c)));
        if goes_on || held.contains("=>") || held.contains(" where ") || held.contains(['{', ':']) {
            return None;
        }
        // `both[0 == 3` compares an element, and the unclosed list of `[[1, 2, [3]]` may be an inner one.
        if held
            .strip_prefix('[')
            .is_some_and(|held| held.contains("==") || held.contains('['))
        {
            return None;
        }
        let mut text: String = levels
            .iter()
            .rev()
            .map(|level| level.kind.ends().1)
            .collect();
        let compares = there
            .get(held.len())
            .is_some_and(|byte| b"=!<>".contains(byte));
        if compares {
            text.push(' ');
        }
        Some(self.put_in(at + held.len(), text))
    }

    /// Closes the open brackets immediately before the current bracket.
    fn closing_here(&self, from: usize) -> Option<Fix> {
        let levels = self.levels.get(from..)?;
        let text: String = levels
            .iter()
            .rev()
            .map(|level| level.kind.ends().1)
            .collect();
        Some(self.put_in(self.text[..self.at].trim_end().len(), text))
    }

    /// Closes a string at the end of its line if only words follow the quote.
    fn closing_quote(&self, open: usize, line_end: usize) -> Option<Fix> {
        let line = self.text.get(open..line_end)?.trim_end();
        let words = line.get(1..)?;
        let plain = |c: char| c.is_alphanumeric() || "_-./ ".contains(c);
        (line.starts_with('"') && !words.is_empty() && words.chars().all(plain))
            .then(|| self.put_in(open + line.len(), "\""))
    }

    /// Closes a block before this byte if all lines in the block are indented further than the line with the
    /// opening brace. The closing brace gets the indentation of the line with the opening brace. Closes a
    /// block with contents on the line of its brace on the same line.
    fn closing_brace(&self, level: &Level, before: usize) -> Option<Fix> {
        if level.kind != LevelKind::Block {
            return None;
        }
        let mut end = self.text.get(..before)?.trim_end().len();
        // Comments below the block may belong to the next statement.
        while let Some(newline) = self.text[level.at..end].rfind('\n')
            && self.text[level.at + newline..end]
                .trim_start()
                .starts_with('#')
        {
            end = self.text[..level.at + newline].trim_end().len();
        }
        let line = self
            .text
            .get(..level.at)?
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let blanks: String = self.text[line..]
            .chars()
            .take_while(|c| matches!(c, ' ' | '\t'))
            .collect();
        match level.deeper {
            Some(true) => Some(self.put_in(end, format!("\n{blanks}}}"))),
            None if !self.text.get(level.at..end)?.contains(['\n', '#']) => {
                Some(self.put_in(end, " }"))
            }
            // The contents end on the line of the brace, and the next line belongs to the block around it.
            Some(false) if level.indent > 0 => {
                let rest = self.text[level.at + 1..end].lines().next()?.trim_end();
                let whole = !rest.is_empty() && !rest.contains('#');
                whole.then(|| self.put_in(level.at + 1 + rest.len(), " }"))
            }
            _ => None,
        }
    }

    fn put_in(&self, at: usize, text: impl Into<String>) -> Fix {
        Fix::put_in(self.file, at as u32, text)
    }
}

/// Returns the name after a `{` of a prose if no `}` ends this value. Other names after a brace belong to code.
fn open_value(text: &str, brace: usize) -> Option<&str> {
    let inside = &text[brace + 1..];
    let length = inside.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, rest) = inside.split_at(length);
    let ends = rest
        .find(['{', '}', ';', '\n'])
        .is_some_and(|at| rest[at..].starts_with('}'));
    let sets = |verb: &&str| text[..brace].contains(&format!("{verb} {name} "));
    // `{n = 3;` and `{n++;` are code.
    let code = rest.trim_start().starts_with(['=', '+', '-', '*', '(']);
    (!ends && !code && ["let", "choose", "for"].iter().any(sets)).then_some(name)
}

/// Returns the name of a program in quotes at the end of a text: `program "rows"`.
fn quoted_name(head: &str) -> Option<&str> {
    let name = head.trim_start().strip_prefix("program ")?.trim();
    let name = name.strip_prefix('"')?.strip_suffix('"')?;
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_word.then_some(name)
}

/// Returns the position of the first comparison outside of brackets that close in a text, which begins with an open one.
fn comparison(held: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0, false);
    held.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        depth += match c {
            _ if quoted => 0,
            '(' | '[' => 1,
            ')' | ']' => -1,
            _ => 0,
        };
        let signs = ["==", "!=", "<=", ">=", " < ", " > ", "> "];
        // The second half of `>>`.
        if held[..at].ends_with('>') {
            return None;
        }
        (depth == 1 && !quoted && signs.iter().any(|sign| held[at..].starts_with(sign)))
            .then_some(at)
    })
}
