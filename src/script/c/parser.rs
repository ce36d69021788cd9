//! From tokens to a typed tree, by recursive descent: names, scopes, and declarations of functions.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

use super::lexer::{Doubt, INSTRUCTIONS, KEYWORDS, Lexed, NOT_ASSEMBLY, Token, TokenKind};
use super::messages::{Mistake, Parsed, fail};
use super::outline::completed;
use super::tree::{Expr, ExprKind, Function, Global, Local, Tree};
use super::types::{Type, Types};
use crate::lang::nearest::nearest;
use pagewalk_engine::program::{Builtin, Place};

/// The maximum depth of nested expressions, statements, and declarators.
const MOST_DEPTH: u32 = 200;

/// Parses a program.
#[derive(Default)]
pub(super) struct Parser {
    pub tokens: Vec<Token>,
    pub at: usize,
    depth: u32,
    pub types: Types,
    pub scopes: Vec<Scope>,
    pub globals: Vec<Global>,
    pub functions: Vec<Function>,
    pub texts: Vec<Vec<u8>>,
    /// The variables of the current function.
    pub locals: Vec<Local>,
    /// The parameters before the current one, whose names can be lengths of arrays.
    pub parameters: Vec<(Option<Named>, Type)>,
    /// The type of the current function's result.
    pub result: Type,
    /// The name of the current function.
    pub function_name: Rc<str>,
    /// The alignment that the latest specifiers or declarator gives to a variable, or 0.
    pub alignment: u64,
    /// Whether the latest specifiers or declarator make a variable `const`.
    pub is_const: bool,
    /// Number of loops around the statement.
    pub loops: u32,
    /// The types and cases of the `switch` statements around the statement.
    pub switches: Vec<(Type, Vec<Option<u64>>)>,
    text: Text,
    /// Number of uses of `fork` other than comparisons with constants.
    pub pid_uses: i32,
    /// See [`Tree::stores_status`].
    pub stores_status: bool,
    /// The variables that only blocks declare so far, with `extern`.
    pub undefined: Vec<(u32, Place)>,
    /// See [`Tree::warnings`].
    pub warnings: Vec<Mistake>,
    /// The mistakes after which the parser continued.
    pub wrong: Vec<Mistake>,
    /// Number of mistakes after which the parser has continued.
    pub recoveries: u32,
    /// Names that can be unknown because of a mistake.
    pub doubtful: BTreeSet<Rc<str>>,
    /// The mistakes in the tokens.
    pub lexed: Lexed,
}

/// What the parser reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Text {
    /// The declarations of the standard headers.
    #[default]
    Headers,
    Program,
    /// The statements of `main`.
    Fragment,
}

/// What names mean in a block.
#[derive(Default)]
pub(super) struct Scope {
    names: BTreeMap<Rc<str>, Meaning>,
    tags: BTreeMap<Rc<str>, Type>,
}

/// What a name means.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Typedef(Type),
    Local(u32),
    Global(u32),
    Function(u32),
    Constant(i32),
}

/// Parses the tokens of the standard headers and those of a program. Returns all mistakes of the program.
pub(super) fn parse(
    standard: Vec<Token>,
    program: Lexed,
    pointer: u8,
) -> Result<Tree, Vec<Mistake>> {
    let mut all = program.wrong.clone();
    let doubtful = program.doubtful.clone();
    match read(standard, program, pointer) {
        Ok(parser) if parser.wrong.is_empty() && all.is_empty() => return Ok(parser.into_tree()),
        Ok(parser) => all.extend(parser.wrong),
        Err(mistake) => all.push(mistake),
    }
    for one in &mut all {
        let (start, end) = (one.place.start, one.place.end);
        let mut uses = doubtful.iter();
        let is_cause = |(of, doubt): &&(Place, Doubt)| {
            (of.start == start || of.end == end) && doubt.is_unknown == one.is_unknown
        };
        if let Some((_, doubt)) = uses.find(is_cause) {
            *one = doubt.explain(one.clone());
        }
    }
    all.sort_by_key(|one| one.place.start);
    Err(all)
}

/// Parses a program, and then an expression that is evaluated at a byte of a function.
pub(super) fn parse_expression(
    (standard, tokens, expression): (Vec<Token>, Vec<Token>, Vec<Token>),
    pointer: u8,
    function: usize,
    at: u32,
) -> Parsed<(Expr, Tree)> {
    let program = Lexed {
        tokens,
        ..Lexed::default()
    };
    let mut parser = read(standard, program, pointer)?;
    (parser.tokens, parser.at) = (expression, 0);
    if let Some(function) = parser.functions.get(function) {
        parser.locals.clone_from(&function.locals);
    }
    let mut scope = Scope::default();
    // An inner variable comes later, and hides an outer one.
    for (number, local) in (0..).zip(&parser.locals) {
        if (local.scope.0..=local.scope.1).contains(&at) {
            scope
                .names
                .insert(local.name.clone(), Meaning::Local(number));
        }
    }
    parser.scopes.push(scope);
    let expr = parser.expression()?;
    if parser.peek() != &TokenKind::End {
        return Err(parser.missing("an operator"));
    }
    Ok((expr, parser.into_tree()))
}

fn read(standard: Vec<Token>, mut program: Lexed, pointer: u8) -> Parsed<Parser> {
    let mut parser = Parser {
        tokens: standard,
        types: Types {
            structs: Vec::new(),
            pointer,
        },
        scopes: vec![Scope::default()],
        ..Parser::default()
    };
    parser.file()?;
    let (tokens, is_fragment) = completed(mem::take(&mut program.tokens))?;
    parser.lexed = program;
    parser.text = if is_fragment {
        Text::Fragment
    } else {
        Text::Program
    };
    (parser.tokens, parser.at) = (tokens, 0);
    parser.scopes.push(Scope::default());
    parser.file()?;
    if let Some((number, place)) = parser.undefined.first() {
        let name = parser.globals[*number as usize].name.clone();
        let message = format!("`{name}` is not declared outside the functions");
        parser.wrong.push(Mistake::new(*place, message));
    }
    Ok(parser)
}

impl Parser {
    fn into_tree(self) -> Tree {
        let pids = |one: &Local| one.is_pid && (one.uses != 0 || one.has_address);
        let uses_pids =
            self.pid_uses != 0 || self.functions.iter().any(|one| one.locals.iter().any(pids));
        Tree {
            types: self.types,
            globals: self.globals,
            functions: self.functions,
            texts: self.texts,
            uses_pids,
            stores_status: self.stores_status,
            warnings: self.warnings,
        }
    }

    fn file(&mut self) -> Parsed<()> {
        while self.peek() != &TokenKind::End {
            let before = self.before_statement();
            if !self.accept(";")
                && let Err(mistake) = self.external_declaration()
            {
                let is_end = self.at == before.at && self.is_mark("}");
                if (self.text == Text::Headers)
                    || is_end
                    || self.recover(&before, mistake.clone()).is_err()
                {
                    self.report(before.at, mistake);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    pub fn peek(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    /// Returns the token after the next one.
    pub fn peek_second(&self) -> &TokenKind {
        self.token(self.at + 1)
    }

    /// Returns the token at a position, or the end.
    pub fn token(&self, at: usize) -> &TokenKind {
        &self.tokens[at.min(self.tokens.len() - 1)].kind
    }

    /// Returns a keyword or the name of a type that is similar to an unknown one.
    fn similar_type(&self, name: &str) -> Option<String> {
        let names = self.scopes.iter().flat_map(|scope| &scope.names);
        let types = names.filter(|(_, of)| matches!(of, Meaning::Typedef(_)));
        let known = KEYWORDS.iter().copied();
        nearest(name, known.chain(types.map(|(name, _)| &**name))).map(str::to_owned)
    }

    /// Returns the tag of a struct or a union with members that is similar to another one.
    pub fn similar_struct(&self, name: &str) -> Option<String> {
        let all = self
            .types
            .structs
            .iter()
            .filter(|one| one.members.is_some());
        nearest(name, all.filter_map(|one| one.name.as_deref())).map(str::to_owned)
    }

    /// Whether the last token is a `}`.
    pub fn follows_brace(&self) -> bool {
        self.at > 0 && self.tokens[self.at - 1].kind.is("}")
    }

    /// The place of the next token.
    pub fn place(&self) -> Place {
        self.tokens[self.at].place
    }

    /// The place of the last token.
    pub fn last_place(&self) -> Place {
        self.tokens[self.at.saturating_sub(1)].place
    }

    /// The place from a token to the last one.
    pub fn place_from(&self, start: Place) -> Place {
        let end = self.last_place().end.max(start.end);
        Place { end, ..start }
    }

    pub fn advance(&mut self) -> TokenKind {
        let kind = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        kind
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn set_position(&mut self, at: usize) {
        self.at = at;
    }

    pub fn is_mark(&self, mark: &str) -> bool {
        self.peek().is(mark)
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenKind::Name(found) if **found == *word)
    }

    pub fn accept(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        if found {
            self.advance();
        }
        found
    }

    pub fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Requires a punctuator. If it is missing, the place is the end of the last token.
    pub fn expect(&mut self, mark: &str) -> Parsed<()> {
        if self.accept(mark) {
            Ok(())
        } else {
            Err(self.missing(&format!("`{mark}`")))
        }
    }

    /// Returns a mistake: something is missing after the last token.
    pub fn missing(&self, what: &str) -> Mistake {
        if self.at == 0 {
            return Mistake::new(self.place(), format!("{what} is missing at the start"));
        }
        let last = self.last_place();
        let place = Place {
            start: last.end,
            ..last
        };
        let mut text = describe(&self.tokens[self.at - 1].kind);
        if self.peek() == &TokenKind::End {
            text = format!("{text} at the end of the program");
        }
        let mistake = Mistake::new(place, format!("{what} is missing after {text}"));
        // The body of a macro begins with a token that does not fit.
        let next = self.place();
        let mut uses = self.lexed.doubtful.iter();
        match uses.find(|(of, doubt)| *of == next && !doubt.is_unknown) {
            Some((_, doubt)) => doubt.explain(mistake),
            None => mistake,
        }
    }

    /// Calls a function one level deeper.
    pub fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MOST_DEPTH {
            fail!(self.place(), "the program has more than {MOST_DEPTH} nested levels here"; "split the expression or the statement");
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    pub fn open_scope(&mut self) {
        self.scopes.push(Scope::default());
    }

    pub fn close_scope(&mut self) {
        let end = self.last_place().end;
        for meaning in self.scopes.pop().iter().flat_map(|one| one.names.values()) {
            if let Meaning::Local(number) = meaning
                && let Some(local) = self.locals.get_mut(*number as usize)
            {
                local.scope.1 = end;
            }
        }
    }

    pub fn find(&self, name: &str) -> Option<&Meaning> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.names.get(name))
    }

    pub fn find_tag(&self, name: &str) -> Option<&Type> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.tags.get(name))
    }

    /// Returns a tag of the current block.
    pub fn own_tag(&self, name: &str) -> Option<&Type> {
        self.scopes.last().and_then(|scope| scope.tags.get(name))
    }

    pub fn define_tag(&mut self, name: Rc<str>, ty: Type) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.tags.insert(name, ty);
        }
    }

    /// Whether the current block is the whole file.
    pub fn is_global(&self) -> bool {
        self.scopes.len() <= 2
    }

    /// Whether the current block is that of a listing without a function. Its arrays are global, so that settings can place them.
    pub fn is_fragment(&self) -> bool {
        self.text == Text::Fragment && self.scopes.len() == 3
    }

    /// Gives a name of the current block a meaning.
    pub fn define(&mut self, name: Rc<str>, meaning: Meaning, place: Place) -> Parsed<()> {
        let is_array = self.is_fragment() && matches!(meaning, Meaning::Global(_));
        let scope = if is_array { 1 } else { self.scopes.len() - 1 };
        match (self.scopes[scope].names.get(&name), &meaning) {
            (Some(Meaning::Typedef(old)), Meaning::Typedef(new)) if old == new => {}
            (Some(Meaning::Global(old)), Meaning::Global(new)) if old == new => {}
            (Some(Meaning::Function(old)), Meaning::Function(new)) if old == new => {}
            // `for (int i = 0, i < 4, i++)`
            (Some(Meaning::Local(_)), _)
                if ["<", "<=", ">", ">=", "!="]
                    .iter()
                    .any(|mark| self.is_mark(mark)) =>
            {
                fail!(place, "`;` is missing before `{name}`"; "`;` separates the parts of a `for`");
            }
            (Some(_), _) => {
                fail!(place, "`{name}` is already declared in this block");
            }
            (None, _) => {}
        }
        self.scopes[scope].names.insert(name, meaning);
        Ok(())
    }

    /// Returns the meaning of a name in the current block.
    pub fn own_meaning(&self, name: &str) -> Option<&Meaning> {
        self.scopes.last().and_then(|scope| scope.names.get(name))
    }

    /// Reads a name.
    pub fn name(&mut self, what: &str) -> Parsed<(Rc<str>, Place)> {
        let place = self.place();
        match self.peek() {
            TokenKind::Name(name) if !KEYWORDS.contains(&&**name) => {
                let name = name.clone();
                self.advance();
                Ok((name, place))
            }
            TokenKind::Name(name) => {
                let message = format!("`{name}` is a keyword and cannot be {what}");
                Err(Mistake::new(place, message))
            }
            _ => Err(self.missing(what)),
        }
    }

    /// Whether the next token begins the name of a type.
    pub fn is_type(&self) -> bool {
        self.begins_type(self.peek())
    }

    pub fn begins_type(&self, token: &TokenKind) -> bool {
        let TokenKind::Name(name) = token else {
            return false;
        };
        match &**name {
            "auto" | "char" | "const" | "double" | "enum" | "extern" | "float" | "inline"
            | "int" | "long" | "register" | "short" | "signed" | "static" | "struct"
            | "typedef" | "union" | "unsigned" | "void" | "volatile" | "_Bool"
            | "__attribute__" => true,
            _ => matches!(self.find(name), Some(Meaning::Typedef(_))),
        }
    }

    /// Returns a mistake if the next token begins something of C that is not supported.
    pub fn check_supported(&self) -> Parsed<()> {
        let TokenKind::Name(name) = self.peek() else {
            return Ok(());
        };
        let (what, help) = match &**name {
            "goto" => (
                "`goto` is not supported",
                "write a loop, `break`, or `return`",
            ),
            "asm" | "__asm__" | "__asm" => (
                "inline assembly is not supported",
                "write the statement in C",
            ),
            "_Static_assert" | "static_assert" => (
                "static assertions are not supported",
                "call `assert` in a function",
            ),
            "typeof" | "__typeof__" if self.find("typeof").is_none() => {
                ("`typeof` is not supported", "write the type")
            }
            "_Generic" | "_Thread_local" | "_Atomic" | "_Alignas" | "_Noreturn" | "_Complex" => {
                let message = format!("`{name}` is not supported");
                return Err(Mistake::new(self.place(), message));
            }
            "__LINE__" => (
                "`__LINE__` is not supported",
                "write the number of the line",
            ),
            "__FILE__" => ("`__FILE__` is not supported", "write the name of the file"),
            _ => return Ok(()),
        };
        Err(Mistake::new(self.place(), what.to_owned()).help(help))
    }

    /// Returns a mistake if a name is used as a type and is none.
    pub fn check_type_name(&self) -> Parsed<()> {
        let TokenKind::Name(name) = self.peek() else {
            return Ok(());
        };
        let is_declaration = match self.peek_second() {
            TokenKind::Name(_) => true,
            TokenKind::Mark("*") => {
                matches!(
                    self.tokens.get(self.at + 2),
                    Some(Token {
                        kind: TokenKind::Name(_),
                        ..
                    })
                ) && matches!(
                    self.tokens.get(self.at + 3),
                    Some(Token {
                        kind: TokenKind::Mark(";" | "="),
                        ..
                    })
                )
            }
            _ => false,
        };
        if is_declaration && !KEYWORDS.contains(&&**name) && self.find(name).is_none() {
            let mistake = Mistake::new(self.place(), format!("unknown type `{name}`")).unknown();
            let help = match &**name {
                "string" => "write `char *`, or an array of `char`".to_owned(),
                "byte" => "write `unsigned char`".to_owned(),
                "uint" => "write `unsigned int`".to_owned(),
                "boolean" => "write `bool`".to_owned(),
                instruction if INSTRUCTIONS.contains(&instruction) => NOT_ASSEMBLY.to_owned(),
                name if self.find_tag(name).is_some() => match self.find_tag(name) {
                    Some(ty @ Type::Struct(_)) => format!("write `{}`", self.types.name(ty)),
                    _ => format!("write `enum {name}`"),
                },
                "jmp_buf" | "sigjmp_buf" => {
                    "return from the functions, because programs have no `setjmp`".to_owned()
                }
                "then" => "remove it".to_owned(),
                "using" => "remove the line, which is C++".to_owned(),
                name if name.starts_with("pthread_") => {
                    "call `fork` and `wait`, because programs have no threads".to_owned()
                }
                name => match self.similar_type(name) {
                    Some(near) => return Err(mistake.did_you_mean(near)),
                    None => format!(
                        "declare it with `typedef`, for example `typedef unsigned int {name};`"
                    ),
                },
            };
            return Err(mistake.help(help));
        }
        Ok(())
    }

    /// Adds or completes the declaration of a function, and returns its number.
    pub fn declare_function(
        &mut self,
        name: &Rc<str>,
        result: Type,
        heading: &Heading,
        place: Place,
    ) -> Parsed<u32> {
        let builtin = if self.text == Text::Headers {
            Builtin::named(name)
        } else {
            None
        };
        // Functions belong to the whole file, wherever they are declared.
        let outer = match self.text {
            Text::Headers => 0,
            Text::Program | Text::Fragment => 1.min(self.scopes.len() - 1),
        };
        let known = match (self.scopes[outer].names.get(name), self.own_meaning(name)) {
            (_, Some(Meaning::Function(number))) | (Some(Meaning::Function(number)), None) => {
                Some(*number)
            }
            _ => None,
        };
        let function = Function {
            name: name.clone(),
            result,
            parameters: heading
                .parameters
                .iter()
                .map(|(_, ty)| ty.clone())
                .collect(),
            has_prototype: heading.has_prototype,
            is_variadic: heading.is_variadic,
            builtin,
            locals: Vec::new(),
            body: None,
            place,
        };
        if let Some(number) = known {
            let old = &mut self.functions[number as usize];
            let same = old.parameters == function.parameters
                || !old.has_prototype
                || !function.has_prototype;
            if old.result != function.result || !same {
                let message = format!("`{name}` is declared elsewhere with other types");
                return Err(Mistake::new(place, message)
                    .help("write the same types in both declarations")
                    .also(old.place, "the other declaration"));
            }
            if function.has_prototype && old.body.is_none() {
                (old.parameters, old.has_prototype) = (function.parameters, true);
            }
            if let Some(scope) = self.scopes.last_mut() {
                scope.names.insert(name.clone(), Meaning::Function(number));
            }
            return Ok(number);
        }
        // A declaration of a standard function does not hide it.
        if let Some(Meaning::Function(number)) = self.find(name)
            && self.functions[*number as usize].builtin.is_some()
            && !self.is_mark("{")
        {
            return Ok(*number);
        }
        self.functions.push(function);
        let number = self.functions.len() as u32 - 1;
        let names = &mut self.scopes[outer].names;
        if names
            .insert(name.clone(), Meaning::Function(number))
            .is_some()
        {
            fail!(place, "`{name}` is already declared in this block");
        }
        Ok(number)
    }

    /// Parses the body of a function.
    pub fn define_function(&mut self, number: u32, heading: Heading, place: Place) -> Parsed<()> {
        let function = &self.functions[number as usize];
        if function.body.is_some() {
            fail!(place, "`{}` has two bodies", function.name);
        }
        if heading.is_variadic {
            fail!(place, "`{}` has a variable number of arguments, which is not supported",
                    function.name; "write each parameter");
        }
        self.result = function.result.clone();
        self.function_name = function.name.clone();
        self.locals = Vec::new();
        self.open_scope();
        for (name, ty) in heading.parameters {
            let Some((name, place)) = name else {
                fail!(place, "the name of a parameter is missing");
            };
            self.is_const = false;
            self.add_local(name, ty, place)?;
        }
        self.functions[number as usize].parameters =
            self.locals.iter().map(|one| one.ty.clone()).collect();
        let body = self.block()?;
        self.close_scope();
        let function = &mut self.functions[number as usize];
        function.locals = std::mem::take(&mut self.locals);
        function.body = Some(body);
        Ok(())
    }

    /// Adds a local variable to the current block.
    pub fn add_local(&mut self, name: Rc<str>, ty: Type, place: Place) -> Parsed<u32> {
        let number = self.locals.len() as u32;
        self.locals.push(Local {
            name: name.clone(),
            ty,
            is_const: self.is_const,
            has_address: false,
            scope: (place.start, u32::MAX),
            is_pid: false,
            uses: 0,
        });
        self.define(name, Meaning::Local(number), place)?;
        Ok(number)
    }

    /// Adds a string literal and returns its number.
    pub fn add_text(&mut self, bytes: Vec<u8>) -> u32 {
        if let Some(at) = self.texts.iter().position(|one| *one == bytes) {
            return at as u32;
        }
        self.texts.push(bytes);
        self.texts.len() as u32 - 1
    }

    /// Returns the value of a constant integer expression.
    pub fn constant(&mut self, what: &str) -> Parsed<i64> {
        let expr = self.conditional().map_err(|mistake| {
            let is_name = |one: &&Token| one.place == mistake.place;
            let name = self.tokens.iter().find(is_name).map(|one| &one.kind);
            match name {
                Some(TokenKind::Name(name)) if mistake.is_unknown && mistake.near.is_none() => {
                    let help = format!("add `#define {name} 64` above, with its value");
                    mistake.help(help)
                }
                _ => mistake,
            }
        });
        let expr: Expr = expr?;
        match expr.kind {
            ExprKind::Number(value) if expr.ty.is_integer() => Ok(value as i64),
            _ => fail!(expr.place, "{what} is not a constant"),
        }
    }
}

/// A name and its place.
pub(super) type Named = (Rc<str>, Place);

/// The parameters of a function.
pub(super) struct Heading {
    pub parameters: Vec<(Option<Named>, Type)>,
    pub has_prototype: bool,
    pub is_variadic: bool,
    /// Whether the types of parameters follow the parentheses, as in old programs.
    pub lacks_types: bool,
}

/// Returns a token for a message.
fn describe(token: &TokenKind) -> String {
    match token {
        TokenKind::Name(name) => format!("`{name}`"),
        TokenKind::Integer { value, .. } => format!("`{value}`"),
        TokenKind::Float { .. } => "the number".to_owned(),
        TokenKind::Character(_) | TokenKind::Stray => "the character".to_owned(),
        TokenKind::Text(_) => "the string".to_owned(),
        TokenKind::Mark(mark) => format!("`{mark}`"),
        TokenKind::End => "the end".to_owned(),
    }
}
