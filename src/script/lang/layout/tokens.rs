//! The tokens of a text as scanned by the layout pass, and the end of the text. Every text has tokens, even
//! if its brackets and strings have errors.

use super::note::{LONG, LevelKind, Notes, Token, TokenKind, Tokens, is_operator};
use super::{After, HEAD_LIMIT, Layout, Scan, code, lay_out};

impl Scan<'_> {
    /// Scans one token or a piece of prose, and records it if tokens are requested.
    pub(super) fn step(&mut self) {
        let (from, before) = (self.at, self.top().kind);
        if before == LevelKind::Prose {
            self.prose();
        } else {
            self.token();
        }
        if self.notes.is_none() {
            return;
        }
        if self.at < from {
            // The pass went back to this position.
            let at = self.at;
            self.noted(|tokens| {
                tokens.list.retain(|token| token.end <= at);
                tokens.is_guess = true;
            });
            return;
        }
        self.note(from, before);
    }

    fn noted(&mut self, change: impl FnOnce(&mut Tokens)) {
        if let Some(notes) = &mut self.notes {
            change(&mut notes.tokens);
        }
    }

    /// Records that the current string is unclosed at the end of its line.
    pub(super) fn note_open_string(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.open = true;
        }
    }

    fn string_kind(&mut self) -> TokenKind {
        let open = self
            .notes
            .as_mut()
            .is_some_and(|notes| std::mem::take(&mut notes.open));
        TokenKind::String { closed: !open }
    }

    fn note(&mut self, from: usize, before: LevelKind) {
        let (text, end) = (self.text, self.at.min(self.text.len()));
        let Some(byte) = text.as_bytes().get(from).copied().filter(|_| from < end) else {
            return;
        };
        let kind = if before == LevelKind::Prose {
            TokenKind::Prose
        } else {
            self.kind(byte, from)
        };
        let hole = before == LevelKind::Prose && self.top().kind == LevelKind::Hole;
        if before != LevelKind::Prose && (b" \t\r\n;".contains(&byte) || self.is_blank(from)) {
            return;
        }
        self.noted(|tokens| {
            if let Some(last) = tokens.list.last_mut()
                && (last.kind, kind) == (TokenKind::Operator, TokenKind::Operator)
                && last.end == from
                && LONG.contains(&&text[last.start..end])
            {
                last.end = end;
                return;
            }
            tokens.list.push(Token {
                kind,
                start: from,
                end,
            });
            if hole {
                tokens.list.push(Token {
                    kind: TokenKind::Hole,
                    start: end,
                    end,
                });
            }
        });
    }

    /// Whether a no-break space begins at this byte.
    fn is_blank(&self, at: usize) -> bool {
        self.text
            .get(at..)
            .is_some_and(|rest| rest.starts_with('\u{a0}') || rest.starts_with('\u{feff}'))
    }

    fn kind(&mut self, byte: u8, from: usize) -> TokenKind {
        match byte {
            b'#' if self.out.get(from) == Some(&b' ') => TokenKind::Comment,
            b'"' if self.text[from..].starts_with("\"\"\"") => TokenKind::Prose,
            b'"' | b'\'' => self.string_kind(),
            b'(' | b'{' => TokenKind::Open(byte),
            b')' | b'}' => TokenKind::Close(byte),
            b'|' if self.in_row() => TokenKind::Bar,
            _ if self.in_row() => TokenKind::Cell,
            b'[' => TokenKind::Open(byte),
            b']' => TokenKind::Close(byte),
            b'_' => TokenKind::Word,
            _ if byte.is_ascii_alphabetic() => TokenKind::Word,
            _ if byte.is_ascii_digit() => TokenKind::Number,
            _ if b"+-*/%<>&^|~!=,.:?".contains(&byte) => TokenKind::Operator,
            _ => TokenKind::Other,
        }
    }

    /// Records a zero-width bar at the start of a row without bars.
    pub(super) fn note_row(&mut self, at: usize) {
        self.noted(|tokens| {
            tokens.list.push(Token {
                kind: TokenKind::Bar,
                start: at,
                end: at,
            });
        });
    }

    /// Records the end of a statement before this byte, which is outside all blocks or in one.
    pub(super) fn note_end(&mut self, at: usize, outside: bool) {
        self.noted(|tokens| {
            if outside {
                tokens.ends.push(tokens.list.len());
            }
            tokens.list.push(Token {
                kind: TokenKind::End,
                start: at,
                end: at,
            });
        });
    }

    /// On first reaching the end of the text, records whether more text must follow and whether the current
    /// statement could be complete.
    pub(super) fn note_last(&mut self) {
        let top = self.top();
        let goes_on = self.after != After::Nothing && top.statement.is_some() && !top.row();
        let unfinished = self.levels.len() > 1 || goes_on;
        let over =
            !goes_on && top.kind.is_block() && top.statement.is_some() && !self.pending.is_empty();
        let end = self.text.len();
        if over {
            self.note_end(end, self.levels.len() == 1);
        }
        let open = self
            .levels
            .iter()
            .filter_map(|level| level.kind.ends().0.bytes().next())
            .collect();
        let done = self.done;
        self.noted(|tokens| {
            (tokens.unfinished, tokens.open) = (unfinished, open);
            tokens.is_guess |= done;
        });
    }
}

impl Scan<'_> {
    pub(super) fn cell(&mut self) {
        self.begin(false);
        if self.byte(0) == b'|' {
            self.at += 1;
            return;
        }
        let ends = |c: char| " \t\r\n|;{}()\"'#\u{a0}".contains(c);
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        self.at += length.max(self.character());
    }

    /// Scans a word, a number, or an operator.
    pub(super) fn word(&mut self) {
        let rest = self.rest();
        let length = word_length(rest);
        let word = &rest[..length];
        if length == 0 {
            let arrow = rest.starts_with("=>");
            self.begin(arrow);
            let row = self.in_row();
            let (block, assigned) = (self.block(), self.byte(0) == b'=');
            if let Some(statement) = &mut self.levels[block].statement {
                statement.assigned |= assigned;
            }
            self.after = match self.byte(0) {
                _ if row => After::Nothing,
                b',' => After::Comma,
                byte if arrow || rest.starts_with("..") || b"+-*/%<>&^|~!=".contains(&byte) => {
                    After::Operator
                }
                _ => After::Nothing,
            };
            self.at += if arrow || rest.starts_with("..") {
                2
            } else {
                self.character()
            };
        } else {
            self.begin(matches!(word, "where" | "else"));
            if is_operator(word) {
                self.after = After::Operator;
            }
            self.at += length;
        }
    }

    /// Whether this block contains only a table, so that its rows need no bars. The statement that opens the
    /// block starts at `begun`. The grammar's rule `table_head` makes the same decision.
    pub(super) fn opens_table(&self, begun: usize) -> bool {
        let head = &String::from_utf8_lossy(&self.out[begun..self.at.min(begun + HEAD_LIMIT)]);
        let (mut verb, mut rest) = head.split_at(word_length(head));
        if let Some(behind) = rest.trim_start().strip_prefix(':') {
            let behind = behind.trim_start();
            (verb, rest) = behind.split_at(word_length(behind));
        }
        let named = rest.trim_start();
        let assigned = self.levels[self.block()]
            .statement
            .as_ref()
            .is_some_and(|statement| statement.assigned);
        (rest != named || named.starts_with(['"', '\'', '!', '~']))
            && !named.is_empty()
            && match verb {
                "expect" => true,
                "process" => !assigned,
                // The braces of `set pte` and `executable` can also contain settings, so their rows
                // need bars.
                "set" => !assigned && &named[..word_length(named)] != "pte",
                _ => false,
            }
    }

    /// Whether the line that ends at this byte ends with a fact whose value is `-`.
    pub(super) fn has_no_value(&self, line_end: usize) -> bool {
        let begun = self.levels[self.block()]
            .statement
            .as_ref()
            .map_or(line_end, |statement| statement.at);
        ends_without_value(&self.out[begun..line_end])
    }

    pub(super) fn string(&mut self) {
        self.begin(false);
        let quote = self.byte(0);
        let mut end = self.at + 1;
        loop {
            match self.text.as_bytes().get(end) {
                Some(b'\\')
                    if !matches!(
                        self.text.as_bytes().get(end + 1),
                        None | Some(b'\n' | b'\r')
                    ) =>
                {
                    end += 2;
                }
                Some(byte) if *byte == quote => break,
                None | Some(b'\n') => return self.unclosed_string(end),
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
    }

    /// Scans the quotes that begin prose, or the quotes that end prose within an open `{`.
    pub(super) fn prose_quotes(&mut self) {
        if self
            .levels
            .iter()
            .any(|level| level.kind == LevelKind::Hole)
        {
            return self.unclosed_hole();
        }
        self.begin(false);
        if self.unclosed == Some(self.at) {
            return self.unclosed_text();
        }
        let raw = self.begins_program();
        self.push(LevelKind::Prose);
        if let Some(level) = self.levels.last_mut() {
            level.raw = raw;
        }
        self.at += 3;
    }

    /// Whether the quotes at the current position begin the text of a `program`, which is C. The grammar's rule
    /// `program_head` makes the same decision.
    pub(super) fn begins_program(&self) -> bool {
        let begun = self.levels[self.block()].begun().unwrap_or(self.at);
        let head = &self.text[begun..self.at];
        let name = head.strip_prefix("program").map(str::trim_start);
        name.is_some_and(|name| {
            head.len() > "program".len() + name.len()
                && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && word_length(name) == name.trim_end_matches([' ', '\t', '\r']).len()
        })
    }

    /// Scans the text of prose up to a `{` or the end of the prose.
    pub(super) fn prose(&mut self) {
        let rest = self.rest();
        if self.top().raw {
            let length = rest.find("\"\"\"");
            self.at += length.map_or(rest.len(), |length| length + 3);
            if length.is_some() {
                self.levels.pop();
            }
            return;
        }
        let Some(length) = rest.find(['{', '"', '}', '`']) else {
            self.at = self.text.len();
            return;
        };
        let rest = &rest[length..];
        self.at += length;
        if rest.starts_with("\"\"\"") {
            self.levels.pop();
            self.at += 3;
        } else if rest.starts_with("{{") || rest.starts_with("}}") {
            self.at += 2;
        } else if rest.starts_with(code::FENCE) {
            self.at += code::fenced(rest);
        } else if let Some(inside) = rest.strip_prefix('{') {
            let before = &self.text[self.top().at + 3..self.at];
            // An editor's tokens do not depend on the text after them.
            let code = self.notes.is_none() && code::is_code(before, inside);
            if code && self.code_in_prose() {
                return;
            }
            self.push(LevelKind::Hole);
            self.at += 1;
        } else {
            self.at += 1;
        }
    }
}

/// Returns the length in bytes of the word or number at the start of the text, or 0 if the text starts with
/// neither.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_word = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let number = bytes.first().is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    loop {
        let next = bytes.get(end + 1).unwrap_or(&0);
        match bytes.get(end) {
            _ if is_word(end) => end += 1,
            Some(b'.') if number && next.is_ascii_digit() => end += 1,
            Some(b'-') if end > 0 && !number && next.is_ascii_alphabetic() => end += 1,
            // A percent sign touches its number and is not followed by an operand.
            Some(b'%') if number && !is_word(end + 1) && *next != b'(' => return end + 1,
            _ => return end,
        }
    }
}

/// Whether the text of a statement ends with a fact whose value is `-`, as in `=> ppn -` and `=> tlb miss, pa not -`.
fn ends_without_value(statement: &[u8]) -> bool {
    let Some(before) = statement.trim_ascii_end().strip_suffix(b"-") else {
        return false;
    };
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let without_word = |text: &[u8]| {
        let text = text.trim_ascii_end();
        text.iter()
            .rposition(|byte| !is_word(byte))
            .map_or(0, |at| at + 1)
    };
    let before = before.trim_ascii_end();
    let before = before
        .strip_suffix(b" not")
        .unwrap_or(before)
        .trim_ascii_end();
    let name = without_word(before);
    let around = before[..name].trim_ascii_end();
    name < before.len()
        && before[name].is_ascii_alphabetic()
        && (around.ends_with(b"=>")
            || around.ends_with(b",") && around.windows(2).any(|pair| pair == b"=>"))
}

/// Returns the tokens of a text that resembles an earlier text, or `None` if no statement around the change is the same.
pub(crate) fn tokens_after(text: &str, (old_text, earlier): (&str, &Tokens)) -> Option<Tokens> {
    let (same, same_again) = same_ends(old_text, text);
    let moved = text.len() as isize - old_text.len() as isize;
    let (number, from) = earlier.settled_before(same)?;
    let kept = earlier.ends[number] + 1;
    let mut scan = Scan::new(0, text, false);
    scan.at = from;
    scan.notes = Some(Notes {
        tokens: Tokens {
            list: earlier.list[..kept].to_vec(),
            ends: earlier.ends[..=number].to_vec(),
            ..Tokens::default()
        },
        open: false,
    });
    while scan.at < text.len() && !scan.done {
        scan.step();
        let tokens = &mut scan.notes.as_mut()?.tokens;
        if tokens.is_guess {
            return None;
        }
        let last = tokens
            .ends
            .last()
            .map(|end| (*end, tokens.list[*end].start));
        let Some((end, place)) = last.filter(|(_, place)| *place >= same_again) else {
            continue;
        };
        let old_place = place.checked_add_signed(-moved)?;
        let ends = &earlier.ends;
        let old = ends.partition_point(|end| earlier.list[*end].start < old_place);
        if ends
            .get(old)
            .is_some_and(|end| earlier.list[*end].start == old_place)
        {
            // Both passes are between the same statements, so the rest is the same.
            let (old_end, by) = (ends[old], end as isize - ends[old] as isize);
            tokens.list.truncate(end + 1);
            let shifted = |token: &Token| Token {
                start: token.start.wrapping_add_signed(moved),
                end: token.end.wrapping_add_signed(moved),
                ..*token
            };
            tokens
                .list
                .extend(earlier.list[old_end + 1..].iter().map(shifted));
            let later = ends[old + 1..].iter();
            tokens
                .ends
                .extend(later.map(|end| end.wrapping_add_signed(by)));
            (tokens.unfinished, tokens.open) = (earlier.unfinished, earlier.open.clone());
            return Some(std::mem::take(tokens));
        }
    }
    scan.run().notes.map(|notes| notes.tokens)
}

/// Returns the byte where two texts begin to differ, and the byte of the new text from which on they are the same again.
pub(crate) fn same_ends(old: &str, new: &str) -> (usize, usize) {
    // Comparing many bytes at once takes a fraction of the time.
    const MANY: usize = 1 << 10;
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let many = old.chunks(MANY).zip(new.chunks(MANY));
    let many = many.take_while(|(old, new)| old == new);
    let begun: usize = many.map(|(old, _)| old.len()).sum();
    let one = old[begun..].iter().zip(&new[begun..]);
    let same = begun + one.take_while(|(old, new)| old == new).count();
    let (old, rest) = (&old[same..], &new[same..]);
    let many = old.rchunks(MANY).zip(rest.rchunks(MANY));
    let many = many.take_while(|(old, new)| old == new);
    let ended: usize = many.map(|(old, _)| old.len()).sum();
    let one = old[..old.len() - ended].iter().rev();
    let one = one.zip(rest[..rest.len() - ended].iter().rev());
    let ended = ended + one.take_while(|(old, new)| old == new).count();
    (same, new.len() - ended)
}

/// Like [`lay_out`], for a text that may resemble an earlier text of the same file. The result does not depend on the
/// earlier text.
pub(crate) fn lay_out_again(file: u32, text: &str, earlier: (&str, &Layout)) -> Layout {
    changed(file, text, earlier).unwrap_or_else(|| lay_out(file, text))
}

/// Returns `None` if there is no earlier text, or if one of the texts has an error, because the pass then guesses from
/// distant lines.
fn changed(file: u32, text: &str, (old_text, earlier): (&str, &Layout)) -> Option<Layout> {
    if old_text.is_empty() || !earlier.diagnostics.is_empty() {
        return None;
    }
    let (same, same_again) = same_ends(old_text, text);
    let moved = text.len() as isize - old_text.len() as isize;

    let mut scan = Scan::new(file, text, false);
    // The token after the end of a statement can still move the end. Therefore, another end must follow before the change.
    let settled = earlier
        .ends
        .partition_point(|end| *end < same)
        .saturating_sub(1);
    scan.ends.extend_from_slice(&earlier.ends[..settled]);
    if let Some(last) = scan.ends.last() {
        scan.at = *last;
        scan.out[..scan.at].copy_from_slice(&earlier.text.as_bytes()[..scan.at]);
    }
    while scan.at < text.len() && scan.diagnostics.is_empty() {
        scan.step();
        let end = scan.ends.last().copied().filter(|end| *end >= same_again);
        if let Some((end, old_end)) =
            end.and_then(|end| Some((end, end.checked_add_signed(-moved)?)))
            && let Ok(number) = earlier.ends.binary_search(&old_end)
        {
            // Both passes are between the same statements, so the rest is the same.
            scan.out.truncate(end);
            scan.out
                .extend_from_slice(&earlier.text.as_bytes()[old_end..]);
            let later = earlier.ends[number + 1..].iter();
            scan.ends
                .extend(later.map(|end| end.wrapping_add_signed(moved)));
            return scan.diagnostics.is_empty().then(|| scan.layout());
        }
    }
    let scan = scan.run();
    scan.diagnostics.is_empty().then(|| scan.layout())
}
