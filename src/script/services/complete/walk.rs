//! A walk over a text's tokens, which tracks the open blocks and the current statement.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::head::{Head, HeadKind};
use super::statement::{Bracket, Facts, Statement};
use crate::lang::layout::{Token, TokenKind};
use crate::lang::tree::Tree;
use crate::lang::value::unit_factor;
use crate::questions::LANGUAGE;
use crate::run::bind::{Atom, Contents, Slot};
use crate::run::settings::BlockRow;

/// An open block.
pub(crate) struct Block<'t> {
    /// The kind of the block's contents.
    pub(crate) contents: BlockContents<'t>,
    /// Whether the block's statements run in a process.
    pub(crate) inside: bool,
    pub(crate) statement: Statement<'t>,
    /// The byte offset before the statement.
    begun: usize,
    /// The settings that the block contains so far.
    pub(crate) said: Vec<&'t str>,
    /// The cells of the header, each with the number of preceding bars. This list is empty before the header.
    pub(crate) header: Vec<(usize, &'t str)>,
    pub(crate) rows: usize,
    /// Number of bars in the current row.
    pub(crate) bars: usize,
}

/// The kind of a block's contents.
#[derive(Clone)]
pub(crate) enum BlockContents<'t> {
    Statements,
    /// Settings with an optional table. The atoms are those between the verb and the block.
    Settings(&'static BlockRow, Vec<Atom<'t>>),
    /// A table of a noun, with the atoms and the path that name the noun.
    Table(Vec<Atom<'t>>, Vec<&'t str>),
    /// A table of a process's areas.
    Areas,
    /// The bits and the PPN of one entry.
    Entry,
    Unknown,
}

/// A walk over tokens.
pub(crate) struct Walk<'t> {
    text: &'t str,
    blocks: Vec<Block<'t>>,
    last: Option<Token>,
    /// The processes that the walked tokens name.
    processes: BTreeSet<&'t str>,
    /// The variables that the walked tokens assign.
    variables: BTreeSet<&'t str>,
    /// The tokens before the walk.
    earlier: &'t [Token],
    /// The processes and variables that these tokens name. Few words depend on them.
    names_before: OnceCell<[BTreeSet<String>; 2]>,
}

impl<'t> Block<'t> {
    fn new(contents: BlockContents<'t>, inside: bool, begun: usize) -> Self {
        let (said, header) = (Vec::new(), Vec::new());
        Self {
            contents,
            inside,
            statement: Statement::new(),
            begun,
            said,
            header,
            rows: 0,
            bars: 0,
        }
    }
}

impl<'t> Walk<'t> {
    /// Creates a walk that starts before the first token.
    pub(crate) fn new(text: &'t str) -> Self {
        let blocks = vec![Block::new(BlockContents::Statements, false, 0)];
        Self {
            text,
            blocks,
            last: None,
            processes: BTreeSet::new(),
            variables: BTreeSet::new(),
            earlier: &[],
            names_before: OnceCell::new(),
        }
    }

    /// Creates a walk over the tokens before this one in its statement.
    pub(crate) fn before(tree: &'t Tree, token: usize) -> Self {
        let mut walk = Self::at(tree, tree.statement(token).start);
        let begun = walk.earlier.len();
        for token in &tree.tokens()[begun..token] {
            walk.push_token(*token);
        }
        walk
    }

    /// Creates a walk that starts at a statement outside all blocks.
    pub(crate) fn at(tree: &'t Tree, statement: usize) -> Self {
        Self {
            earlier: &tree.tokens()[..statement],
            ..Self::new(tree.text())
        }
    }

    fn names_before(&self) -> &[BTreeSet<String>; 2] {
        self.names_before.get_or_init(|| {
            let walk = Self::over(self.text, self.earlier);
            [walk.processes, walk.variables]
                .map(|names| names.into_iter().map(str::to_owned).collect())
        })
    }

    pub(crate) fn over(text: &'t str, tokens: &[Token]) -> Self {
        let mut walk = Self::new(text);
        for token in tokens {
            walk.push_token(*token);
        }
        walk
    }

    pub(crate) fn block(&self) -> &Block<'t> {
        &self.blocks[self.blocks.len() - 1]
    }

    fn block_mut(&mut self) -> &mut Block<'t> {
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    /// Returns the first word of the statement whose block is open.
    pub(crate) fn enclosing(&self) -> Option<Head> {
        let outer = self.blocks.len().checked_sub(2)?;
        Some(self.blocks[outer].statement.head())
    }

    pub(crate) fn statement(&self) -> &Statement<'t> {
        &self.block().statement
    }

    fn statement_mut(&mut self) -> &mut Statement<'t> {
        &mut self.block_mut().statement
    }

    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the text before the current statement, and the braces that would close its open blocks.
    pub(crate) fn above(&self) -> (&'t str, String) {
        (
            &self.text[..self.block().begun],
            "}".repeat(self.blocks.len() - 1),
        )
    }

    /// Whether the line may end at the position. The line may also end directly after an operator or an opening
    /// bracket, where the statement continues on the next line.
    pub(crate) fn line_may_end(&self) -> bool {
        let (block, statement) = (self.block(), self.statement());
        let breaks = |last: Token| {
            let kind = matches!(
                last.kind,
                TokenKind::Operator | TokenKind::Open(_) | TokenKind::Bar
            );
            kind && last.end == self.text.len() && !statement.top().dot
        };
        if self.last.is_some_and(breaks) || statement.is_empty() {
            return true;
        }
        if statement.row {
            block.rows > 0 || !block.header.is_empty()
        } else {
            statement.may_end()
        }
    }

    /// Whether the current statement runs in a process.
    pub(crate) fn in_process(&self) -> bool {
        self.block().inside || self.statement().process.is_some()
    }

    /// Whether the last token is a number.
    pub(crate) fn after_number(&self) -> bool {
        self.last.is_some_and(|last| last.kind == TokenKind::Number)
    }

    /// Returns the word before the position, or an empty text if there is no such word.
    pub(crate) fn last_word(&self) -> &'t str {
        self.last
            .filter(|last| last.kind == TokenKind::Word)
            .map_or("", |last| self.word_of(last))
    }

    pub(crate) fn push_token(&mut self, token: Token) {
        let word = self.word_of(token);
        let touches = self.last.is_some_and(|last| last.end == token.start);
        match token.kind {
            TokenKind::Comment | TokenKind::Other => return,
            TokenKind::End => self.end(token),
            TokenKind::Word => self.word(token, word, touches),
            TokenKind::Number => self.piece(token, Atom::Number),
            TokenKind::String { .. } => self.piece(token, Atom::Text),
            TokenKind::Prose => self.prose(token),
            TokenKind::Hole => self.statement_mut().hole(),
            TokenKind::Open(b'{') => self.open_block(token),
            TokenKind::Close(b'}') => self.close_block(),
            TokenKind::Open(byte) => self.open(touches, byte == b'('),
            TokenKind::Close(_) => self.statement_mut().close(),
            TokenKind::Bar => self.bar(),
            TokenKind::Cell => self.cell(word),
            TokenKind::Operator => self.operator(token, word),
        }
        self.last = Some(token);
    }

    fn word_of(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    fn end(&mut self, token: Token) {
        let block = self.block_mut();
        block.begun = token.end;
        if block.statement.row {
            block.rows += 1;
            block.bars = 0;
        }
        if let (BlockContents::Settings(..) | BlockContents::Entry, Some((_, name))) =
            (&block.contents, block.statement.head)
        {
            block.said.push(name);
        }
        // `let child = fork()` also names a process.
        let forked = match (block.statement.made, block.statement.atoms.first()) {
            (Some(("fork", _)), Some(Atom::Word(name)))
                if block.statement.head().is_form("let") =>
            {
                Some(*name)
            }
            _ => None,
        };
        block.statement.clear();
        if let Some(name) = forked {
            self.processes.insert(name);
        }
    }

    /// Adds a number, a string, or a similar token.
    fn piece(&mut self, token: Token, atom: Atom<'t>) {
        if !self.value_of_fact(token) {
            self.statement_mut().value(atom);
        }
    }

    /// Handles a token in a list of facts. Returns whether the token is part of a fact's name.
    fn value_of_fact(&mut self, token: Token) -> bool {
        let (text, statement) = (self.text, self.statement_mut());
        let outside = statement.outside();
        let Some(facts) = statement.facts.as_mut().filter(|_| outside) else {
            return false;
        };
        let Some((from, to)) = facts.name else {
            facts.name = Some((token.start, token.end));
            return true;
        };
        if facts.valued {
            return false;
        }
        if to == token.start && text[from..to].ends_with('.') {
            facts.name = Some((from, token.end));
            return true;
        }
        name_complete(facts, text);
        false
    }

    fn word(&mut self, token: Token, word: &'t str, touches: bool) {
        let dot = self.statement().top().dot && touches;
        let unit = self.after_number() && unit_factor(word).is_some();
        if self.statement().is_empty() {
            return self.head(word);
        }
        if self.value_of_fact(token) {
            return;
        }
        let statement = self.statement_mut();
        if dot {
            return statement.field(word);
        }
        match word {
            "where" if statement.outside() => {
                let (process, asks) = (statement.process, statement.asks);
                let drawn = statement.drawn();
                let head = Some((Head::WHERE, word));
                *statement = Statement {
                    process,
                    drawn,
                    head,
                    asks,
                    ..Statement::new()
                };
            }
            "if" if statement.atoms.last() == Some(&Atom::Word("else")) => statement.atoms.clear(),
            "in" if statement.names_one() => statement.mark(Atom::Word(word)),
            "and" | "or" | "not" | "in" => statement.operator(),
            _ if statement.operation(word) => {}
            // The number before the unit is part of an expression.
            _ if unit && statement.atoms.last() == Some(&Atom::Value) => {}
            _ => {
                statement.value(Atom::Word(word));
                let (head, first) = (
                    statement.head(),
                    statement.outside() && statement.atoms.len() == 1,
                );
                let parameter = head.is_form("def") && !statement.outside();
                if first && head.begins_with(Slot::NewProcess) {
                    self.processes.insert(word);
                } else if first && head.begins_with(Slot::Variable) || parameter {
                    self.variables.insert(word);
                }
            }
        }
    }

    fn head(&mut self, word: &'t str) {
        let block = self.block_mut();
        let head = match &block.contents {
            BlockContents::Settings(row, _) => Head::of_setting(row, word),
            BlockContents::Statements => Head::from_word(word),
            _ => Head::OTHER,
        };
        block.statement.head = Some((head, word));
        block.statement.asks = head.is_form("ask");
    }

    /// Whether the text assigns a value to a variable of this name.
    pub(crate) fn names_variable(&self, name: &str) -> bool {
        self.variables.contains(name) || self.names_before()[1].contains(name)
    }

    /// Whether the text has a process with this name.
    pub(crate) fn names_process(&self, name: &str) -> bool {
        self.processes.contains(name) || self.names_before()[0].contains(name)
    }

    fn prose(&mut self, token: Token) {
        // The text after an expression in prose belongs to the same prose.
        if !self
            .last
            .is_some_and(|last| matches!(last.kind, TokenKind::Prose | TokenKind::Close(b'}')))
        {
            self.piece(token, Atom::Text);
        }
    }

    fn open(&mut self, touches: bool, round: bool) {
        let last = self
            .last
            .filter(|last| touches && round && last.kind == TokenKind::Word);
        let called = last.map(|last| self.word_of(last));
        let text = self.text;
        let statement = self.statement_mut();
        if let Some(facts) = &mut statement.facts {
            name_complete(facts, text);
        }
        statement.open(touches, called);
    }

    fn open_block(&mut self, brace: Token) {
        let contents = self.contents();
        let inside = self.in_process() || self.begins_block_of_process();
        self.statement_mut().block();
        self.blocks.push(Block::new(contents, inside, brace.end));
    }

    /// Returns the contents of the block that opens after the current statement.
    fn contents(&self) -> BlockContents<'t> {
        let statement = self.statement();
        let (head, atoms) = (statement.head(), &statement.atoms);
        match statement.contents() {
            Some(Contents::Statements) => BlockContents::Statements,
            Some(Contents::Settings) => LANGUAGE
                .block(head.name)
                .map_or(BlockContents::Unknown, |row| {
                    BlockContents::Settings(row, atoms.clone())
                }),
            Some(Contents::Table) => {
                BlockContents::Table(atoms.clone(), statement.top().path.clone())
            }
            Some(Contents::Areas) => BlockContents::Areas,
            Some(Contents::Entry) => BlockContents::Entry,
            None if self.begins_block_of_process() => BlockContents::Statements,
            None => BlockContents::Unknown,
        }
    }

    /// Whether the current statement may become `NAME { … }`.
    fn begins_block_of_process(&self) -> bool {
        let named = self
            .statement()
            .head
            .is_some_and(|(head, _)| head.kind == HeadKind::Other);
        named && matches!(self.block().contents, BlockContents::Statements)
    }

    fn close_block(&mut self) {
        if self
            .statement()
            .levels
            .iter()
            .any(|level| level.bracket == Bracket::Hole)
        {
            while !self.statement().outside() {
                let hole = self.statement().top().bracket == Bracket::Hole;
                self.statement_mut().close();
                if hole {
                    return;
                }
            }
        }
        if self.blocks.len() > 1 {
            self.blocks.pop();
        }
    }

    fn bar(&mut self) {
        let block = self.block_mut();
        block.statement.row = true;
        block.bars += 1;
    }

    fn cell(&mut self, word: &'t str) {
        let block = self.block_mut();
        if block.rows == 0 {
            block.header.push((block.bars, word));
        }
    }

    fn operator(&mut self, token: Token, word: &str) {
        let settings = matches!(
            self.block().contents,
            BlockContents::Settings(..) | BlockContents::Entry
        );
        let text = self.text;
        let statement = self.statement_mut();
        match word {
            "," if settings && statement.outside() => self.end(token),
            "," => statement.comma(),
            "=>" => statement.arrow(),
            "=" => statement.mark(Atom::Equals),
            ":" => statement.colon(),
            "." => {
                let outside = statement.outside();
                match statement
                    .facts
                    .as_mut()
                    .filter(|facts| outside && !facts.valued)
                {
                    Some(Facts {
                        name: Some((_, to)),
                        ..
                    }) if *to == token.start => *to = token.end,
                    _ => statement.dot(),
                }
            }
            "?" => statement.value(Atom::Value),
            _ => {
                if let Some(facts) = &mut statement.facts {
                    name_complete(facts, text);
                }
                statement.operator();
            }
        }
    }
}

/// Marks the current fact's name as complete.
fn name_complete<'t>(facts: &mut Facts<'t>, text: &'t str) {
    if let (false, Some((from, to))) = (facts.valued, facts.name) {
        facts
            .stated
            .extend(text.get(from..to).filter(|name| !name.is_empty()));
        facts.valued = true;
    }
}
