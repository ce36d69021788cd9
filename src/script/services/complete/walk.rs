//! A walk over the tokens of a text: which blocks are open, what stands in the statement at hand, and what the text names.

use std::collections::BTreeSet;

use super::head::Head;
use super::statement::{Bracket, Facts, Statement};
use super::usage::Atom;
use crate::lang::layout::{Token, TokenKind};
use crate::questions::LANGUAGE;
use crate::run::settings::BlockRow;

/// A block that is open.
pub struct Block<'t> {
    /// What stands in it.
    pub holds: Holds<'t>,
    /// Its statements run in a process.
    pub inside: bool,
    /// The statement at hand.
    pub statement: Statement<'t>,
    /// The settings that it has.
    pub said: Vec<&'t str>,
    /// The cells of the row of names, each with the number of bars before it; none before that row.
    pub header: Vec<(usize, &'t str)>,
    /// Rows that are complete.
    pub rows: usize,
    /// Bars of the row at hand.
    pub bars: usize,
}

/// What stands in a block.
#[derive(Clone)]
pub enum Holds<'t> {
    /// Statements.
    Statements,
    /// Settings, perhaps with a table; and the words between the verb and the block.
    Settings(&'static BlockRow, Vec<Atom<'t>>),
    /// A table of a noun: the words that name it, and the path.
    Table(Vec<Atom<'t>>, Vec<&'t str>),
    /// A table of a process's areas.
    Areas,
    /// Bits and the PPN of one entry.
    Entry,
    /// What is not known.
    Unknown,
}

/// What a text gives a name to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A variable.
    Variable,
    /// A definition.
    Definition,
    /// A process.
    Process,
}

/// A walk over tokens.
pub struct Walk<'t> {
    text: &'t str,
    blocks: Vec<Block<'t>>,
    last: Option<Token>,
    /// What the text names, in order; a name may come again.
    pub named: Vec<(Named, &'t str)>,
    /// The processes among it.
    processes: BTreeSet<&'t str>,
}

impl<'t> Block<'t> {
    fn new(holds: Holds<'t>, inside: bool) -> Self {
        let (said, header) = (Vec::new(), Vec::new());
        Self { holds, inside, statement: Statement::new(), said, header, rows: 0, bars: 0 }
    }
}

impl<'t> Walk<'t> {
    /// Before the first token.
    pub fn new(text: &'t str) -> Self {
        let blocks = vec![Block::new(Holds::Statements, false)];
        Self { text, blocks, last: None, named: Vec::new(), processes: BTreeSet::new() }
    }

    /// The innermost block.
    pub fn block(&self) -> &Block<'t> {
        &self.blocks[self.blocks.len() - 1]
    }

    fn block_mut(&mut self) -> &mut Block<'t> {
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    /// The statement at hand.
    pub fn statement(&self) -> &Statement<'t> {
        &self.block().statement
    }

    fn statement_mut(&mut self) -> &mut Statement<'t> {
        &mut self.block_mut().statement
    }

    /// The text that is gone over.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The statement at hand runs in a process.
    pub fn in_process(&self) -> bool {
        self.block().inside || self.statement().process.is_some()
    }

    /// A number stands before the place.
    pub fn after_number(&self) -> bool {
        self.last.is_some_and(|last| last.kind == TokenKind::Number)
    }

    /// The word that stands before the place; empty if there is none.
    pub fn last_word(&self) -> &'t str {
        self.last.filter(|last| last.kind == TokenKind::Word).map_or("", |last| self.word_of(last))
    }

    /// One token on.
    pub fn take(&mut self, token: Token) {
        let word = self.word_of(token);
        let touches = self.last.is_some_and(|last| last.end == token.start);
        match token.kind {
            TokenKind::Comment | TokenKind::Other => return,
            TokenKind::End => self.end(),
            TokenKind::Word => self.word(token, word, touches),
            TokenKind::Number => self.piece(token, Atom::Number),
            TokenKind::String { .. } => self.piece(token, Atom::Text),
            TokenKind::Prose => self.prose(token),
            TokenKind::Hole => self.statement_mut().hole(),
            TokenKind::Open(b'{') => self.open_block(),
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

    fn end(&mut self) {
        let block = self.block_mut();
        if block.statement.row {
            block.rows += 1;
            block.bars = 0;
        }
        if let (Holds::Settings(..) | Holds::Entry, Some((_, name))) = (&block.holds, block.statement.head) {
            block.said.push(name);
        }
        // `let child = fork()` names a process, too.
        let forked = match (block.statement.head, block.statement.made, block.statement.atoms.first()) {
            (Some((Head::Form("let", _), _)), Some(("fork", _)), Some(Atom::Word(name))) => Some(*name),
            _ => None,
        };
        block.statement.clear();
        if let Some(name) = forked {
            self.process(name);
        }
    }

    /// A number, a string, or what is like one.
    fn piece(&mut self, token: Token, atom: Atom<'t>) {
        if !self.value_of_fact(token) {
            self.statement_mut().value(atom);
        }
    }

    /// In facts: true if the token is the name of one.
    fn value_of_fact(&mut self, token: Token) -> bool {
        let (text, statement) = (self.text, self.statement_mut());
        let outside = statement.outside();
        let Some(facts) = statement.facts.as_mut().filter(|_| outside) else { return false };
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
                *statement = Statement { process, asks, head: Some((Head::Where, word)), ..Statement::new() };
            }
            "if" if statement.atoms.last() == Some(&Atom::Word("else")) => statement.atoms.clear(),
            "in" if statement.names_one() => statement.mark(Atom::Word(word)),
            "and" | "or" | "not" | "in" => statement.operator(),
            _ if statement.operation(word) => {}
            _ => {
                statement.value(Atom::Word(word));
                self.name(word);
            }
        }
    }

    fn head(&mut self, word: &'t str) {
        let block = self.block_mut();
        let head = match &block.holds {
            Holds::Settings(row, _) => Head::of_setting(row, word),
            Holds::Statements => Head::of(word),
            _ => Head::Other,
        };
        block.statement.head = Some((head, word));
        block.statement.asks = matches!(head, Head::Form("ask", _));
    }

    /// What the word gives a name to.
    fn name(&mut self, word: &'t str) {
        let statement = self.statement();
        let Some((head, _)) = statement.head else { return };
        let parameter = head.name() == "def" && statement.levels.len() == 2;
        let first = statement.outside() && statement.atoms.len() == 1 && head.usage().starts_with("NAME");
        if parameter {
            self.named.push((Named::Variable, word));
        } else if first {
            let named = match head.name() {
                "def" => Named::Definition,
                "process" => Named::Process,
                _ => Named::Variable,
            };
            match named {
                Named::Process => self.process(word),
                _ => self.named.push((named, word)),
            }
        }
    }

    fn process(&mut self, name: &'t str) {
        self.named.push((Named::Process, name));
        self.processes.insert(name);
    }

    /// Whether the text names a process so.
    pub fn names_process(&self, name: &str) -> bool {
        self.processes.contains(name)
    }

    fn prose(&mut self, token: Token) {
        // What follows a hole belongs to the same prose.
        if !self.last.is_some_and(|last| matches!(last.kind, TokenKind::Prose | TokenKind::Close(b'}'))) {
            self.piece(token, Atom::Text);
        }
    }

    fn open(&mut self, touches: bool, round: bool) {
        let last = self.last.filter(|last| touches && round && last.kind == TokenKind::Word);
        let called = last.map(|last| self.word_of(last));
        let text = self.text;
        let statement = self.statement_mut();
        if let Some(facts) = &mut statement.facts {
            name_complete(facts, text);
        }
        statement.open(touches, called);
    }

    fn open_block(&mut self) {
        let holds = self.holds();
        let process = matches!(self.statement().head, Some((Head::Other, _)));
        let inside = self.in_process() || process && matches!(self.block().holds, Holds::Statements);
        self.statement_mut().block();
        self.blocks.push(Block::new(holds, inside));
    }

    /// What the block that opens after the statement at hand holds.
    fn holds(&self) -> Holds<'t> {
        let statement = self.statement();
        let settings = |name| LANGUAGE.block(name).map(|row| Holds::Settings(row, statement.atoms.clone()));
        let entry = statement.atoms.first() == Some(&Atom::Word("pte"));
        match statement.head {
            Some((Head::Verb(verb), _)) if verb.params.contains("NOUN {") => {
                if entry {
                    Holds::Entry
                } else {
                    Holds::Table(statement.atoms.clone(), statement.top().path.clone())
                }
            }
            Some((Head::Verb(verb), _)) if verb.params.contains("areas") => Holds::Areas,
            Some((Head::Verb(verb), _)) => settings(verb.name).unwrap_or(Holds::Unknown),
            Some((Head::Form(_, usage), _)) if usage.contains("{ … }") => Holds::Statements,
            Some((Head::Form(name, _), _)) => settings(name).unwrap_or(Holds::Unknown),
            Some((Head::Setting(name, usage), _)) if usage.contains('{') => {
                settings(name).unwrap_or(Holds::Unknown)
            }
            Some((Head::Other, _)) if matches!(self.block().holds, Holds::Statements) => Holds::Statements,
            _ => Holds::Unknown,
        }
    }

    fn close_block(&mut self) {
        if self.statement().levels.iter().any(|level| level.bracket == Bracket::Hole) {
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
        let settings = matches!(self.block().holds, Holds::Settings(..) | Holds::Entry);
        let text = self.text;
        let statement = self.statement_mut();
        match word {
            "," if settings && statement.outside() => self.end(),
            "," => statement.comma(),
            "=>" => statement.arrow(),
            "=" => statement.mark(Atom::Equals),
            ":" => statement.colon(),
            "." => {
                let outside = statement.outside();
                match statement.facts.as_mut().filter(|facts| outside && !facts.valued) {
                    Some(Facts { name: Some((_, to)), .. }) if *to == token.start => *to = token.end,
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

/// Something follows the name of the fact at hand.
fn name_complete<'t>(facts: &mut Facts<'t>, text: &'t str) {
    if let (false, Some((from, to))) = (facts.valued, facts.name) {
        facts.stated.extend(text.get(from..to).filter(|name| !name.is_empty()));
        facts.valued = true;
    }
}
