//! A statement or setting that is being written, token by token: what stands in it so far.

use super::head::{Head, HeadKind};
use crate::run::facts::Family;
use crate::run::params::{Atom, Param, Slot};
use crate::run::syscalls::called;

/// The most pieces of a statement, and names of a path, that are kept: no usage and no path has more.
const PIECES: usize = 16;

/// What a bracket is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bracket<'t> {
    /// None: the statement itself.
    Statement,
    /// The arguments of a call.
    Call(&'t str),
    /// `(…)`, `[…]`
    Group,
    /// `{…}` in prose.
    Hole,
}

/// An expression that is being written: of the statement, or within a bracket.
#[derive(Debug, Clone)]
pub(crate) struct Level<'t> {
    /// What it stands in.
    pub(crate) bracket: Bracket<'t>,
    pub(crate) commas: usize,
    /// A value has been written; an operator or the next piece follows.
    pub(crate) filled: bool,
    /// An operator stands before it.
    pub(crate) joined: bool,
    /// The names of the path at hand.
    pub(crate) path: Vec<&'t str>,
    /// The call whose result the value at hand is.
    pub(crate) of_call: Option<&'t str>,
    /// A dot stands after the path.
    pub(crate) dot: bool,
    /// The words of the expression at hand.
    pub(crate) words: Vec<&'t str>,
}

impl<'t> Level<'t> {
    fn new(bracket: Bracket<'t>) -> Self {
        let (path, words) = (Vec::new(), Vec::new());
        Self { bracket, commas: 0, filled: false, joined: false, path, of_call: None, dot: false, words }
    }

    /// An operator stands at its end.
    pub(crate) fn is_pending(&self) -> bool {
        self.joined && !self.filled
    }

    /// The next expression begins.
    fn clear(&mut self) {
        (self.filled, self.joined, self.dot, self.of_call) = (false, false, false, None);
        self.path.clear();
        self.words.clear();
    }
}

/// Facts that are being written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts<'t> {
    /// The names of those that are complete.
    pub(crate) stated: Vec<&'t str>,
    /// The first and the last byte of the name at hand.
    pub(crate) name: Option<(usize, usize)>,
    /// Something follows the name.
    pub(crate) valued: bool,
}

/// A statement or setting that is being written.
pub struct Statement<'t> {
    /// The process in front of it.
    pub(crate) process: Option<&'t str>,
    /// The variable that conditions are stated of.
    pub(crate) drawn: Option<&'t str>,
    pub(crate) head: Option<(Head, &'t str)>,
    /// A bracket touches the first word.
    pub(crate) call: bool,
    /// The outermost call in it, and its commas.
    pub(crate) made: Option<(&'t str, usize)>,
    /// What follows the first word.
    pub(crate) atoms: Vec<Atom<'t>>,
    /// Its expression, and those of the brackets that are open.
    pub(crate) levels: Vec<Level<'t>>,
    /// The facts stated of it.
    pub(crate) facts: Option<Facts<'t>>,
    /// It is a row of a table.
    pub(crate) row: bool,
    pub(crate) asks: bool,
}

impl<'t> Statement<'t> {
    pub(crate) fn new() -> Self {
        Self {
            process: None,
            drawn: None,
            head: None,
            call: false,
            made: None,
            atoms: Vec::new(),
            levels: vec![Level::new(Bracket::Statement)],
            facts: None,
            row: false,
            asks: false,
        }
    }

    /// The next one begins.
    pub(crate) fn clear(&mut self) {
        (self.process, self.drawn, self.head, self.made, self.facts) = (None, None, None, None, None);
        (self.call, self.row, self.asks) = (false, false, false);
        self.atoms.clear();
        self.levels.truncate(1);
        self.top_mut().clear();
        self.top_mut().commas = 0;
    }

    /// Nothing stands in it, but perhaps a process.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none() && !self.row && self.levels.len() == 1 && !self.top().filled
    }

    /// Its first word; another if there is none.
    pub(crate) fn head(&self) -> Head {
        self.head.map_or(Head::OTHER, |(head, _)| head)
    }

    /// The expression at hand.
    pub(crate) fn top(&self) -> &Level<'t> {
        &self.levels[self.levels.len() - 1]
    }

    fn top_mut(&mut self) -> &mut Level<'t> {
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// No bracket is open.
    pub(crate) fn outside(&self) -> bool {
        self.levels.len() == 1
    }

    /// What its usage says may follow.
    pub(crate) fn takes_more(&self) -> bool {
        self.facts.is_none() && self.outside() && !self.call
    }

    fn atom(&mut self, atom: Atom<'t>) {
        if self.atoms.len() == PIECES {
            self.atoms.pop();
        }
        self.atoms.push(atom);
    }

    /// A value: a name, a number, a string, a closed bracket.
    pub(crate) fn value(&mut self, atom: Atom<'t>) {
        let outside = self.outside() && self.facts.is_none();
        let top = self.top_mut();
        let joined = std::mem::replace(&mut top.joined, false) && !top.filled;
        top.filled = true;
        top.dot = false;
        top.of_call = None;
        top.path.clear();
        if let Atom::Word(word) = atom {
            top.path.push(word);
            top.words.push(word);
        }
        if outside && !joined {
            self.atom(atom);
        }
    }

    /// A name after a dot.
    pub(crate) fn field(&mut self, word: &'t str) {
        let outside = self.outside() && self.facts.is_none();
        let top = self.top_mut();
        if top.path.len() < PIECES {
            top.path.push(word);
        }
        (top.dot, top.filled) = (false, true);
        if outside {
            self.whole();
        }
    }

    /// The value at hand is no bare word any more.
    fn whole(&mut self) {
        if let Some(last) = self.atoms.last_mut() {
            *last = Atom::Value;
        }
    }

    pub(crate) fn operator(&mut self) {
        let outside = self.outside() && self.facts.is_none();
        let filled = self.top().filled;
        if outside {
            if filled {
                self.whole();
            } else if !self.top().joined {
                self.atom(Atom::Value);
            }
        }
        let top = self.top_mut();
        (top.filled, top.joined, top.dot, top.of_call) = (false, true, false, None);
        top.path.clear();
    }

    /// `=`, or a word between two values.
    pub fn mark(&mut self, mark: Atom<'t>) {
        if self.outside() && self.facts.is_none() {
            self.atom(mark);
        }
        self.top_mut().clear();
    }

    /// A dot, which counts after a value.
    pub(crate) fn dot(&mut self) {
        let top = self.top_mut();
        top.dot = top.filled;
    }

    pub(crate) fn comma(&mut self) {
        let top = self.top_mut();
        top.commas += 1;
        top.clear();
        if self.outside() {
            self.next_fact();
        }
        // Nouns that are given stand one after the other.
        if self.head().is_form("given") {
            self.atoms.clear();
        }
    }

    /// `=>`
    pub(crate) fn arrow(&mut self) {
        self.levels.truncate(1);
        self.top_mut().clear();
        self.next_fact();
        self.facts.get_or_insert_default();
    }

    fn next_fact(&mut self) {
        if let Some(facts) = &mut self.facts {
            (facts.name, facts.valued) = (None, false);
        }
    }

    /// A bracket opens; it touches a value before it, or the name of what it calls.
    pub(crate) fn open(&mut self, touches: bool, called: Option<&'t str>) {
        let outside = self.outside() && self.facts.is_none();
        if let Some(name) = called {
            self.top_mut().words.pop();
            if self.outside() && self.made.is_none() {
                self.made = Some((name, 0));
            }
            self.call |= outside && self.atoms.is_empty();
        }
        if called.is_none() && !(touches && self.top().filled) {
            self.value(Atom::Value);
        } else if outside {
            self.whole();
        }
        self.levels.push(Level::new(called.map_or(Bracket::Group, Bracket::Call)));
    }

    /// An expression begins in prose.
    pub(crate) fn hole(&mut self) {
        self.levels.push(Level::new(Bracket::Hole));
    }

    pub(crate) fn close(&mut self) {
        if self.outside() {
            return;
        }
        let Some(level) = self.levels.pop() else { return };
        let outside = self.outside();
        let top = self.top_mut();
        (top.filled, top.joined, top.dot) = (true, false, false);
        if let Bracket::Call(name) = level.bracket {
            top.of_call = Some(name);
            top.path.clear();
            if outside && self.made.is_some_and(|(made, _)| made == name) {
                self.made = Some((name, level.commas + usize::from(level.commas > 0 || level.filled)));
            }
        }
        if self.call && outside && self.atoms.is_empty() {
            self.atom(Atom::Value);
        }
    }

    pub(crate) fn block(&mut self) {
        self.levels.truncate(1);
        self.top_mut().clear();
        self.atom(Atom::Block);
    }

    /// The operation after `probe` or `where` begins with this verb; true if it does.
    pub(crate) fn operation(&mut self, word: &'t str) -> bool {
        let takes = self.head().takes_operation() && self.atoms.is_empty();
        let head = Some(Head::from_word(word)).filter(|head| takes && head.is_operation());
        self.head = head.map(|head| (head, word)).or(self.head);
        head.is_some()
    }

    /// It has a name, and `in` follows.
    pub(crate) fn names_one(&self) -> bool {
        let first_way = self.head().first_way();
        let named = matches!(first_way, [Param::Value(Slot::Variable), Param::Keyword("in"), ..]);
        self.outside() && self.atoms.len() == 1 && named
    }

    /// The variable that it draws a value for.
    pub(crate) fn drawn(&self) -> Option<&'t str> {
        match self.atoms.first() {
            Some(Atom::Word(name)) if self.head().is_form("choose") => Some(name),
            _ => self.drawn,
        }
    }

    /// A colon: what stands before it is the process.
    pub(crate) fn colon(&mut self) {
        let operation = self.head().takes_operation();
        match (self.atoms.as_slice(), self.head) {
            ([Atom::Word(process)], _) if operation => {
                self.process = Some(process);
                self.atoms.clear();
                self.top_mut().clear();
            }
            ([], Some((_, process))) if self.outside() && !self.call => {
                self.process = Some(process);
                self.head = None;
            }
            _ => {}
        }
    }

    /// Which facts it has.
    pub(crate) fn family(&self) -> Family {
        let calls = self.made.is_some_and(|(name, args)| called(name, args).is_some());
        let head = self.head();
        match head.kind {
            HeadKind::Form if head.name == "reference" => Family::Reference,
            HeadKind::Setting => Family::None,
            HeadKind::Verb(family) if !self.call => family,
            _ if calls => Family::Call,
            HeadKind::Verb(family) => family,
            HeadKind::Where => Family::Access,
            HeadKind::Form if head.name == "probe" => Family::Access,
            HeadKind::Form | HeadKind::Other => Family::None,
        }
    }
}
