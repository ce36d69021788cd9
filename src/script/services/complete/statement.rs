//! An unfinished statement or setting, built token by token.

use super::head::{Head, HeadKind};
use crate::lang::value::{Dimension, unit_factor};
use crate::run::bind::{Atom, Bound, Contents, Params, Piece, bind};
use crate::run::facts::Family;
use crate::run::syscalls::called;

/// Maximum number of pieces in a statement, and of names in a path. Every usage and every path in the language
/// stays below this limit.
const PIECES: usize = 16;

/// The kind of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Bracket<'t> {
    /// The statement itself, outside any bracket.
    #[default]
    Statement,
    /// The arguments of a call.
    Call(&'t str),
    /// Grouping: `(…)`, `[…]`.
    Group,
    /// `{…}` in prose.
    Hole,
}

/// An unfinished expression, in the statement or in a bracket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Level<'t> {
    /// The enclosing bracket.
    pub(crate) bracket: Bracket<'t>,
    pub(crate) commas: usize,
    /// Whether the last token was a value, so that an operator or the next piece follows.
    pub(crate) filled: bool,
    /// Whether an operator precedes the current value.
    pub(crate) joined: bool,
    /// The names of the current path.
    pub(crate) path: Vec<&'t str>,
    /// The call whose result is the current value.
    pub(crate) of_call: Option<&'t str>,
    /// Whether a dot follows the path.
    pub(crate) dot: bool,
    /// The words of the current expression.
    pub(crate) words: Vec<&'t str>,
}

impl<'t> Level<'t> {
    fn new(bracket: Bracket<'t>) -> Self {
        Self {
            bracket,
            ..Self::default()
        }
    }

    /// Whether the expression ends with an operator.
    pub(crate) fn is_pending(&self) -> bool {
        self.joined && !self.filled
    }

    /// Starts the next expression.
    fn clear(&mut self) {
        (self.filled, self.joined, self.dot, self.of_call) = (false, false, false, None);
        self.path.clear();
        self.words.clear();
    }
}

/// An unfinished list of facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts<'t> {
    /// The names of the complete facts.
    pub(crate) stated: Vec<&'t str>,
    /// The byte range of the current name.
    pub(crate) name: Option<(usize, usize)>,
    /// Whether a token follows the name.
    pub(crate) valued: bool,
}

/// An unfinished statement or setting.
#[derive(Default)]
pub struct Statement<'t> {
    /// The process named before the statement.
    pub(crate) process: Option<&'t str>,
    /// The variable that the conditions refer to.
    pub(crate) drawn: Option<&'t str>,
    pub(crate) head: Option<(Head, &'t str)>,
    /// Whether an opening bracket touches the first word.
    pub(crate) call: bool,
    /// The outermost call in the statement, and the number of its arguments.
    pub(crate) made: Option<(&'t str, usize)>,
    /// The atoms after the first word.
    pub(crate) atoms: Vec<Atom<'t>>,
    /// The statement's expression, and the expressions in the open brackets.
    pub(crate) levels: Vec<Level<'t>>,
    pub(crate) facts: Option<Facts<'t>>,
    /// Whether the statement is a row of a table.
    pub(crate) row: bool,
    pub(crate) asks: bool,
}

impl<'t> Statement<'t> {
    pub(crate) fn new() -> Self {
        Self {
            levels: vec![Level::new(Bracket::Statement)],
            ..Self::default()
        }
    }

    /// Starts the next statement.
    pub(crate) fn clear(&mut self) {
        (self.process, self.drawn, self.head, self.made, self.facts) =
            (None, None, None, None, None);
        (self.call, self.row, self.asks) = (false, false, false);
        self.atoms.clear();
        self.levels.truncate(1);
        self.top_mut().clear();
        self.top_mut().commas = 0;
    }

    /// Whether the statement is empty, apart from a process.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none() && !self.row && self.levels.len() == 1 && !self.top().filled
    }

    /// Returns the statement's first word, or an unknown head if the statement has none.
    pub(crate) fn head(&self) -> Head {
        self.head.map_or(Head::OTHER, |(head, _)| head)
    }

    pub(crate) fn top(&self) -> &Level<'t> {
        &self.levels[self.levels.len() - 1]
    }

    fn top_mut(&mut self) -> &mut Level<'t> {
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Whether all brackets are closed.
    pub(crate) fn outside(&self) -> bool {
        self.levels.len() == 1
    }

    /// Returns the dimension of the last number in a setting.
    pub(crate) fn dimension(&self) -> Option<Dimension> {
        if self.head().kind != HeadKind::Setting || self.atoms.last() != Some(&Atom::Number) {
            return None;
        }
        self.bound().args().next_back()?.param.slot()?.dimension()
    }

    /// Matches the pieces with the parameters of the first word.
    pub(crate) fn bound(&self) -> Bound<'t> {
        let pieces = self.atoms.iter().copied().map(Piece::from);
        bind(self.head().params, pieces.collect())
    }

    /// Whether the statement may end at the position.
    pub(crate) fn may_end(&self) -> bool {
        let top = self.top();
        if !self.outside() || top.is_pending() || top.dot {
            return false;
        }
        if let Some(facts) = &self.facts {
            return top.filled || self.asks && facts.name.is_some();
        }
        let head = self.head();
        let named = head.takes_noun() && !self.atoms.is_empty();
        self.call || named || head.kind == HeadKind::Other || self.bound().may_end()
    }

    /// Whether the statement's usage allows more parameters.
    pub(crate) fn takes_more(&self) -> bool {
        self.facts.is_none() && self.outside() && !self.call
    }

    /// Returns the contents of the braces that may follow.
    pub(crate) fn contents(&self) -> Option<Contents> {
        let next = self.bound().next().into_iter();
        let mut next = next.filter_map(|param| std::slice::from_ref(param).block());
        next.next().or_else(|| self.head().params.block())
    }

    fn atom(&mut self, atom: Atom<'t>) {
        if self.atoms.len() == PIECES {
            self.atoms.pop();
        }
        self.atoms.push(atom);
    }

    /// Adds a value: a name, a number, a string, or a closed bracket.
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

    /// Adds a name that follows a dot.
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

    /// Records that the current value is more than a bare word or number.
    fn whole(&mut self) {
        if let [.., Atom::Number, Atom::Word(unit)] = self.atoms.as_slice()
            && unit_factor(unit).is_some()
        {
            self.atoms.pop();
        }
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

    /// Adds `=`, or a keyword between two values.
    pub fn mark(&mut self, mark: Atom<'t>) {
        if self.outside() && self.facts.is_none() {
            self.atom(mark);
        }
        self.top_mut().clear();
    }

    /// Adds a dot, which is significant after a value.
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
        // Each noun of `given` is completed separately.
        if self.head().is_form("given") {
            self.atoms.clear();
        }
    }

    /// Adds `=>`.
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

    /// Opens a bracket, which may directly follow a value or the name of a call.
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
        self.levels
            .push(Level::new(called.map_or(Bracket::Group, Bracket::Call)));
    }

    /// Starts an expression inside prose.
    pub(crate) fn hole(&mut self) {
        self.levels.push(Level::new(Bracket::Hole));
    }

    pub(crate) fn close(&mut self) {
        if self.outside() {
            return;
        }
        let Some(level) = self.levels.pop() else {
            return;
        };
        let outside = self.outside();
        let top = self.top_mut();
        (top.filled, top.joined, top.dot) = (true, false, false);
        if let Bracket::Call(name) = level.bracket {
            top.of_call = Some(name);
            top.path.clear();
            if outside && self.made.is_some_and(|(made, _)| made == name) {
                self.made = Some((
                    name,
                    level.commas + usize::from(level.commas > 0 || level.filled),
                ));
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

    /// Starts the operation of this verb, if the verb follows `probe` or `where`. Returns whether an
    /// operation was started.
    pub(crate) fn operation(&mut self, word: &'t str) -> bool {
        let takes = self.head().takes_operation() && self.atoms.is_empty();
        let head = Some(Head::from_word(word)).filter(|head| takes && head.is_operation());
        self.head = head.map(|head| (head, word)).or(self.head);
        head.is_some()
    }

    /// Whether the statement already has its name, so that `in` is the next word.
    pub(crate) fn names_one(&self) -> bool {
        let next = || self.bound().next();
        self.outside()
            && self.atoms.len() == 1
            && next().iter().any(|param| param.words().contains(&"in"))
    }

    /// Returns the variable that the statement chooses a value for.
    pub(crate) fn drawn(&self) -> Option<&'t str> {
        match self.atoms.first() {
            Some(Atom::Word(name)) if self.head().is_form("choose") => Some(name),
            _ => self.drawn,
        }
    }

    /// Adds the colon that follows a process.
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

    /// Returns the family of the statement's facts.
    pub(crate) fn family(&self) -> Family {
        let calls = self
            .made
            .is_some_and(|(name, args)| called(name, args).is_some());
        let head = self.head();
        match head.kind {
            HeadKind::Form if head.name == "reference" => Family::Reference,
            HeadKind::Setting => Family::None,
            HeadKind::Verb(family) if !self.call => family,
            _ if calls => Family::Call,
            HeadKind::Verb(family) => family,
            HeadKind::Where => Family::Access,
            HeadKind::Form if matches!(head.name, "probe" | "ask") => Family::Access,
            HeadKind::Form | HeadKind::Other => Family::None,
        }
    }
}
