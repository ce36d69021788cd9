//! Declarations: types, declarators, and declared variables and functions.

use std::collections::HashSet;
use std::rc::Rc;

use super::lexer::{KEYWORDS, TokenKind};
use super::messages::{Mistake, Parsed, fail};
use super::parser::{Heading, Meaning, Named, Parser};
use super::tree::{Global, Stmt, StmtKind};
use super::types::{INT, Type};
use pagewalk_engine::program::Place;
use pagewalk_engine::program::ops::Scalar;

/// The length of an array whose initializer determines it.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// The maximum number of pointers, arrays, and structs that a type is made of.
const MOST_TYPE_HEIGHT: usize = 64;

/// What a declaration says besides the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    None,
    Typedef,
    Static,
    Extern,
}

/// The length of an array in a declarator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Elements(u64),
    /// The value of a parameter of the same function.
    Parameter(u32),
}

/// A declared name with its type.
struct Declared {
    name: Option<Named>,
    ty: Type,
    /// The parameters if the name is a function, whose result is `ty`.
    heading: Option<Heading>,
    /// The alignment of `__attribute__((aligned(N)))`, or 0.
    align: u64,
}

impl Parser {
    /// Parses a declaration of the whole file, or a function.
    pub fn external_declaration(&mut self) -> Parsed<()> {
        self.check_supported()?;
        let (base, storage) = if self.is_type() {
            self.specifiers()?
        } else {
            self.check_type_name()?;
            // Old programs begin with `main()`.
            let is_named = self.peek_second().is("(") && !self.peek().is_any(KEYWORDS);
            if !is_named || !self.has_body(self.position() + 1) {
                let place = self.place();
                if self.is_mark("}") {
                    fail!(place, "`}}` has no matching `{{`");
                }
                fail!(place, "a declaration must begin with a type here";
                    "statements belong into a function, such as `int main(void) {{ … }}`");
            }
            (INT, Storage::None)
        };
        if self.accept(";") {
            return Ok(());
        }
        let is_const = self.is_const;
        loop {
            self.is_const = is_const;
            let declared = self.declarator(base.clone())?;
            let Some((name, place)) = declared.name else {
                return Err(self.missing("a name"));
            };
            if let (Some(mut heading), false) = (declared.heading, storage == Storage::Typedef) {
                if heading.lacks_types {
                    self.types_of_parameters(&mut heading)?;
                }
                let number = self.declare_function(&name, declared.ty, &heading, place)?;
                if self.is_mark("{") {
                    return self.define_function(number, heading, place);
                }
            } else if storage == Storage::Typedef {
                self.define(name, Meaning::Typedef(declared.ty), place)?;
            } else {
                self.global(&name, &declared.ty, declared.align, storage, place)?;
            }
            if !self.accept(",") {
                return self.expect(";");
            }
        }
    }

    /// Parses the declarations of parameters after the parentheses, as in old programs: `f(s, t) char *s, *t; { … }`.
    fn types_of_parameters(&mut self, heading: &mut Heading) -> Parsed<()> {
        while !self.is_mark("{") && !self.is_mark(";") {
            if !self.is_type() {
                return Err(self.missing("`{`"));
            }
            let (base, _) = self.specifiers()?;
            loop {
                let declared = self.declarator(base.clone())?;
                let Some((name, place)) = declared.name else {
                    return Err(self.missing("the name of a parameter"));
                };
                let named = |(known, _): &&mut (Option<Named>, Type)| matches!(known, Some((known, _)) if *known == name);
                let Some((_, ty)) = heading.parameters.iter_mut().find(named) else {
                    fail!(place, "`{name}` is no parameter of this function"; "write it between the parentheses, too");
                };
                *ty = parameter_type(declared.ty, declared.heading.is_some(), place)?;
                if !self.accept(",") {
                    break;
                }
            }
            self.expect(";")?;
        }
        Ok(())
    }

    /// Whether a body follows these parentheses, or the types of parameters.
    pub fn has_body(&self, open: usize) -> bool {
        let mut depth = 0_u32;
        for at in open.. {
            match self.token(at) {
                TokenKind::Mark("(") => depth += 1,
                TokenKind::Mark(")") if depth <= 1 => {
                    let next = self.token(at + 1);
                    return next.is("{") || self.begins_type(next);
                }
                TokenKind::Mark(")") => depth -= 1,
                TokenKind::End => return false,
                _ => {}
            }
        }
        false
    }

    /// Parses the initializer of a global or `static` variable.
    fn global(
        &mut self,
        name: &Rc<str>,
        ty: &Type,
        align: u64,
        storage: Storage,
        place: Place,
    ) -> Parsed<()> {
        let known = match self.own_meaning(name) {
            Some(Meaning::Global(number)) if self.is_global() => Some(*number as usize),
            _ => None,
        };
        let number = known.unwrap_or(self.globals.len());
        if storage != Storage::Extern {
            self.undefined.retain(|(one, _)| *one as usize != number);
        }
        if known.is_none() {
            let (name, ty, initial) = (name.clone(), ty.clone(), None);
            self.define(name.clone(), Meaning::Global(number as u32), place)?;
            self.globals.push(Global {
                name,
                ty,
                initial,
                is_const: self.is_const,
                align,
                place,
            });
        }
        let old = &self.globals[number];
        let mut own = match (&old.ty, ty) {
            (Type::Array(a, UNKNOWN), Type::Array(b, _)) if a == b => ty.clone(),
            (Type::Array(a, _), Type::Array(b, UNKNOWN)) if a == b => old.ty.clone(),
            _ if old.ty == *ty => ty.clone(),
            _ => {
                let message = format!("`{name}` is declared elsewhere with another type");
                return Err(Mistake::new(place, message)
                    .help("write the same type in both declarations")
                    .also(old.place, "the other declaration"));
            }
        };
        if self.accept("=") {
            let initial = self.initializer(&mut own)?;
            if self.globals[number].initial.replace(initial).is_some() {
                fail!(place, "`{name}` has two initializers");
            }
        } else if storage != Storage::Extern || !matches!(own, Type::Array(_, UNKNOWN)) {
            self.check_object(name, &own, place)?;
        }
        self.globals[number].ty = own;
        Ok(())
    }

    /// Parses the declaration of local variables.
    pub fn local_declaration(&mut self) -> Parsed<Vec<Stmt>> {
        let (base, storage) = self.specifiers()?;
        let mut statements = Vec::new();
        if self.accept(";") {
            return Ok(statements);
        }
        let is_const = self.is_const;
        loop {
            self.is_const = is_const;
            let declared = self.declarator(base.clone())?;
            let Some((name, place)) = declared.name else {
                return Err(self.missing("a name"));
            };
            let mut ty = declared.ty;
            if storage == Storage::Typedef {
                self.define(name, Meaning::Typedef(ty), place)?;
            } else if let Some(heading) = declared.heading {
                self.declare_function(&name, ty, &heading, place)?;
                if self.is_mark("{") {
                    self.skip_braces();
                    fail!(place, "functions in functions are not supported"; "write `{name}` before this function");
                }
            } else if storage == Storage::Static
                || storage == Storage::None && self.is_fragment() && !ty.is_scalar()
            {
                self.global(&name, &ty, declared.align, storage, place)?;
            } else if storage == Storage::Extern {
                self.extern_in_block(&name, &ty, declared.align, place)?;
            } else {
                let is_unknown = matches!(ty, Type::Array(_, UNKNOWN));
                if declared.align > self.types.align(&ty) {
                    fail!(place, "`aligned` is not supported for local variables"; "declare `{name}` outside the functions");
                }
                if !is_unknown {
                    self.check_object(&name, &ty, place)?;
                }
                let number = self.add_local(name.clone(), ty.clone(), place)?;
                let initial = if self.accept("=") {
                    let initial = self.initializer(&mut ty)?;
                    self.locals[number as usize].ty = ty;
                    if let [(_, value)] = &initial.values[..] {
                        self.note_pid(number, value);
                    }
                    Some(initial)
                } else if is_unknown {
                    fail!(place, "the length of `{name}` is missing");
                } else {
                    None
                };
                let place = self.place_from(place);
                statements.push(Stmt {
                    kind: StmtKind::Declare(number, initial),
                    place,
                });
            }
            if !self.accept(",") {
                self.expect(";")?;
                return Ok(statements);
            }
        }
    }

    /// Declares a global variable in a block: `extern int x;`.
    fn extern_in_block(
        &mut self,
        name: &Rc<str>,
        ty: &Type,
        align: u64,
        place: Place,
    ) -> Parsed<()> {
        let inner = self.scopes.split_off(2.min(self.scopes.len()));
        let is_new = !matches!(self.own_meaning(name), Some(Meaning::Global(_)));
        let declared = self.global(name, ty, align, Storage::Extern, place);
        let meaning = self.own_meaning(name).cloned();
        self.scopes.extend(inner);
        declared?;
        if let Some(meaning) = meaning {
            if let (Meaning::Global(number), true) = (&meaning, is_new) {
                self.undefined.push((*number, place));
            }
            self.define(name.clone(), meaning, place)?;
        }
        Ok(())
    }

    /// Returns a mistake if no object can have this type.
    pub(super) fn check_object(&self, name: &str, ty: &Type, place: Place) -> Parsed<()> {
        if *ty == Type::Void {
            fail!(place, "`{name}` cannot be `void`");
        }
        if matches!(ty, Type::Array(_, UNKNOWN)) {
            fail!(place, "the length of `{name}` is missing");
        }
        if self.types.size(ty).is_none() {
            let name = self.types.name(ty);
            let Type::Struct(number) = *ty.dimensions().1 else {
                fail!(place, "the size of `{name}` is unknown or too large");
            };
            let of = &self.types.structs[number as usize];
            if of.members.is_some() {
                fail!(place, "the size of `{name}` is unknown or too large");
            }
            let word = if of.is_union { "union" } else { "struct" };
            let wrong = Mistake::new(
                place,
                format!("the program does not declare the members of `{name}`"),
            );
            let tag = of.name.as_deref().unwrap_or_default();
            return Err(match self.similar_struct(tag) {
                Some(near) => wrong.help(format!("did you mean `{word} {near}`?")),
                None => wrong,
            });
        }
        Ok(())
    }

    /// Parses the words before the declared names.
    pub fn specifiers(&mut self) -> Parsed<(Type, Storage)> {
        let start = self.place();
        let (mut storage, mut align, mut is_const) = (Storage::None, 0, false);
        let mut words: Vec<Rc<str>> = Vec::new();
        let mut found = None;
        while self.is_type() {
            self.check_supported()?;
            let TokenKind::Name(name) = self.peek().clone() else {
                break;
            };
            match &*name {
                "const" => is_const = true,
                "volatile" | "register" | "auto" | "inline" => {}
                "__attribute__" => {
                    align = self.attributes(align)?;
                    continue;
                }
                "typedef" => storage = Storage::Typedef,
                "static" => storage = Storage::Static,
                "extern" => storage = Storage::Extern,
                "struct" | "union" | "enum" => {
                    self.advance();
                    found = Some(if &*name == "enum" {
                        self.enumeration()?
                    } else {
                        self.nested(|parser| parser.structure(&name))?
                    });
                    continue;
                }
                "long" | "signed" | "unsigned" | "short" | "int" | "char" | "float" | "double"
                | "void" | "_Bool" => {
                    // `struct s { … } int main(void)`
                    if found.is_some() && self.follows_brace() {
                        let wrong = self.missing("`;`");
                        return Err(wrong
                            .help("a declaration of a struct, a union, or an enum ends with `;`"));
                    }
                    words.push(name.clone());
                }
                _ if found.is_some() || !words.is_empty() => break,
                _ => {
                    if let Some(Meaning::Typedef(ty)) = self.find(&name) {
                        found = Some(ty.clone());
                    }
                }
            }
            self.advance();
        }
        // `static _Thread_local int x;`, but `int typeof;`
        if matches!(self.peek(), TokenKind::Name(name) if name.starts_with('_')) {
            self.check_supported()?;
        }
        let place = self.place_from(start);
        if align > 0 && (storage == Storage::Typedef || self.is_mark(";")) {
            fail!(place, "`aligned` is supported for variables only"; "write it in the declaration of a variable");
        }
        (self.alignment, self.is_const) = (align, is_const);
        // `int` and `signed` add nothing to other words, but for `signed char`.
        let is_sized = |word: &Rc<str>| matches!(&**word, "long" | "short" | "unsigned" | "signed");
        if words.iter().any(is_sized) {
            words.retain(|word| &**word != "int");
        }
        if words.len() > 1 {
            words.retain(|word| &**word != "signed");
        }
        words.sort();
        let scalar = match &*words.join(" ") {
            "" | "int" | "signed" => Scalar::I32,
            "char" => Scalar::I8,
            "char unsigned" => Scalar::U8,
            "short" => Scalar::I16,
            "short unsigned" => Scalar::U16,
            "unsigned" => Scalar::U32,
            "long" => self.types.long(),
            "long unsigned" => self.types.address(),
            "long long" => Scalar::I64,
            "long long unsigned" => Scalar::U64,
            "float" => Scalar::F32,
            "double" => Scalar::F64,
            "void" => return Ok((Type::Void, storage)),
            "_Bool" => return Ok((Type::Bool, storage)),
            "double long" => fail!(place, "`long double` is not supported"; "write `double`"),
            _ => fail!(place, "these words are no type together"),
        };
        if found.is_some() && !words.is_empty() {
            fail!(place, "these words are no type together");
        }
        Ok((found.unwrap_or(Type::Scalar(scalar)), storage))
    }

    /// Parses attributes of gcc. Returns the alignment of a variable, at least the given one.
    fn attributes(&mut self, mut align: u64) -> Parsed<u64> {
        while self.accept_word("__attribute__") {
            self.expect("(")?;
            self.expect("(")?;
            while !self.accept(")") {
                let (name, place) = self.name("the name of an attribute")?;
                match name.trim_matches('_') {
                    "aligned" => {
                        self.expect("(")?;
                        let bytes = self.constant("the alignment")?;
                        self.expect(")")?;
                        if !(1..=1 << 20).contains(&bytes) || bytes.count_ones() > 1 {
                            fail!(place, "the alignment must be a power of two, not {bytes}");
                        }
                        align = align.max(bytes as u64);
                    }
                    "unused" | "used" | "noinline" | "noreturn" => {}
                    _ => fail!(place, "the attribute `{name}` is not supported"; "leave it out"),
                }
                self.accept(",");
            }
            self.expect(")")?;
        }
        Ok(align)
    }

    /// Parses a struct or a union after `struct` or `union`.
    fn structure(&mut self, word: &str) -> Parsed<Type> {
        let is_union = word == "union";
        let place = self.place();
        let tag = if self.is_mark("{") {
            None
        } else {
            Some(self.name(&format!("the name of a {word}"))?.0)
        };
        let known = tag.as_ref().and_then(|tag| {
            if self.is_mark("{") {
                self.own_tag(tag)
            } else {
                self.find_tag(tag)
            }
        });
        let number = match known {
            Some(Type::Struct(number))
                if self.types.structs[*number as usize].is_union == is_union =>
            {
                *number
            }
            Some(other @ Type::Struct(_)) => {
                let name = self.types.name(other);
                fail!(place, "the name is that of `{name}`"; "write `{name}`")
            }
            Some(_) => fail!(place, "the name is that of an enum"),
            None => {
                let number = self.types.add_struct(tag.clone(), is_union);
                if let Some(tag) = tag {
                    self.define_tag(tag, Type::Struct(number));
                }
                number
            }
        };
        if self.accept("{") {
            if self.types.structs[number as usize].members.is_some() {
                fail!(
                    place,
                    "`{}` is declared twice",
                    self.types.name(&Type::Struct(number))
                );
            }
            let (mut members, mut names) = (Vec::new(), HashSet::new());
            while !self.accept("}") {
                if !self.is_type() {
                    self.check_type_name()?;
                    return Err(self.missing("`}`"));
                }
                let (base, _) = self.specifiers()?;
                if let Type::Struct(inner) = base
                    && self.types.structs[inner as usize].name.is_none()
                    && self.is_mark(";")
                {
                    for name in self.types.member_names(inner) {
                        if !names.insert(name.clone()) {
                            fail!(place, "the {word} has two members `{name}`"; "give one of them another name");
                        }
                    }
                    members.push(("".into(), base));
                    self.advance();
                    continue;
                }
                loop {
                    let declared = self.declarator(base.clone())?;
                    let Some((name, place)) = declared.name else {
                        return Err(self.missing("the name of a member"));
                    };
                    if self.is_mark(":") {
                        fail!(self.place(), "bit fields are not supported"; "use `&`, `|`, and shifts");
                    }
                    if declared.heading.is_some() {
                        fail!(place, "a member cannot be a function");
                    }
                    if declared.align > 0 {
                        fail!(place, "`aligned` is supported for variables only"; "add members that fill the {word}");
                    }
                    if *declared.ty.dimensions().1 == Type::Struct(number) {
                        let own = self.types.name(&Type::Struct(number));
                        fail!(place, "`{own}` cannot contain itself"; "write a pointer: `{own} *{name}`");
                    }
                    if matches!(declared.ty, Type::Array(_, UNKNOWN)) {
                        fail!(place, "flexible array members are not supported"; "write a length, such as `{name}[16]`");
                    }
                    self.check_object(&name, &declared.ty, place)?;
                    if !names.insert(name.clone()) {
                        fail!(place, "the {word} has two members `{name}`"; "give one of them another name");
                    }
                    members.push((name, declared.ty));
                    if !self.accept(",") {
                        break;
                    }
                }
                self.expect(";")?;
            }
            if !self.types.complete(number, members) {
                fail!(place, "the {word} is too large");
            }
        }
        Ok(Type::Struct(number))
    }

    /// Parses an enum after `enum`.
    fn enumeration(&mut self) -> Parsed<Type> {
        if !self.is_mark("{") {
            let (name, place) = self.name("the name of an enum")?;
            if !self.is_mark("{") {
                return match self.find_tag(&name) {
                    Some(Type::Struct(_)) | None => {
                        fail!(place, "unknown enum `{name}`")
                    }
                    Some(_) => Ok(INT),
                };
            }
            self.define_tag(name, INT);
        }
        self.expect("{")?;
        let mut next = Some(0_i32);
        while !self.accept("}") {
            let (name, place) = self.name("the name of a constant")?;
            if self.accept("=") {
                next = i32::try_from(self.constant("the value")?).ok();
            }
            let Some(value) = next else {
                fail!(place, "the value of `{name}` does not fit `int`");
            };
            self.define(name, Meaning::Constant(value), place)?;
            next = value.checked_add(1);
            if !self.accept(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(INT)
    }

    /// Parses the name of a type, as in a cast.
    pub fn type_name(&mut self) -> Parsed<Type> {
        let (base, _) = self.specifiers()?;
        let place = self.place();
        let declared = self.declarator(base)?;
        match declared {
            Declared {
                heading: Some(_), ..
            } => fail!(place, "function types are not supported here"),
            Declared {
                name: Some((name, place)),
                ..
            } => fail!(place, "`{name}` is unexpected here"),
            Declared { ty, .. } => Ok(ty),
        }
    }

    fn declarator(&mut self, mut ty: Type) -> Parsed<Declared> {
        // The lengths of arrays can contain other types.
        let (of_all, mut is_const) = (self.alignment, self.is_const);
        while self.accept("*") {
            (ty, is_const) = (ty.pointer(), false);
            loop {
                if self.accept_word("const") {
                    is_const = true;
                } else if !self.accept_word("volatile") && !self.accept_word("restrict") {
                    break;
                }
            }
        }
        let is_inner = self.is_mark("(")
            && !self.begins_type(self.peek_second())
            && *self.peek_second() != TokenKind::Mark(")");
        if is_inner {
            // What follows the parentheses belongs to the type inside them.
            let (place, inner) = (self.place(), self.position() + 1);
            let mut depth = 0_u32;
            loop {
                match self.advance() {
                    TokenKind::Mark("(") => depth += 1,
                    TokenKind::Mark(")") => depth -= 1,
                    TokenKind::End => return Err(self.missing("`)`")),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            if self.is_mark("(") {
                fail!(place, "pointers to functions are not supported"; "call the function by its name");
            }
            let (ty, _) = self.suffix(ty)?;
            let end = self.position();
            self.set_position(inner);
            let declared = self.nested(|parser| parser.declarator(ty))?;
            self.expect(")")?;
            self.set_position(end);
            return Ok(declared);
        }
        let name = match self.peek() {
            TokenKind::Name(_) => Some(self.name("a name")?),
            _ => None,
        };
        let (ty, heading) = self.suffix(ty)?;
        let align = self.attributes(of_all)?;
        (self.alignment, self.is_const) = (of_all, is_const);
        if self.types.height(&ty) > MOST_TYPE_HEIGHT {
            fail!(
                self.last_place(),
                "the type has more than {MOST_TYPE_HEIGHT} levels"
            );
        }
        Ok(Declared {
            name,
            ty,
            heading,
            align,
        })
    }

    /// Parses the lengths of an array, or the parameters of a function.
    fn suffix(&mut self, ty: Type) -> Parsed<(Type, Option<Heading>)> {
        if self.accept("(") {
            return Ok((ty, Some(self.heading()?)));
        }
        let mut lengths = Vec::new();
        while self.is_mark("[") {
            let place = self.place();
            self.advance();
            if self.accept("]") {
                lengths.push((Length::Elements(UNKNOWN), place));
                continue;
            }
            if let Some(number) = self.parameter_as_length() {
                lengths.push((Length::Parameter(number), place));
                continue;
            }
            let start = self.place();
            let length =
                self.constant("the length of the array")
                    .map_err(|mistake| match mistake.help {
                        Some(_) => mistake,
                        None => mistake.help(
                            "write a number, or the name of a `#define` or of an `enum` constant",
                        ),
                    })?;
            self.expect("]")?;
            if length <= 0 {
                fail!(start, "an array cannot have the length {length}");
            }
            lengths.push((Length::Elements(length as u64), place));
        }
        if lengths.len() > 16 {
            fail!(lengths[16].1, "an array has at most 16 dimensions");
        }
        if let Some((_, place)) = lengths
            .iter()
            .skip(1)
            .find(|(length, _)| *length == Length::Elements(UNKNOWN))
        {
            fail!(*place, "only the first length can be left out");
        }
        let array = lengths
            .into_iter()
            .rev()
            .fold(ty, |ty, (length, _)| match length {
                Length::Elements(length) => Type::Array(Rc::new(ty), length),
                Length::Parameter(number) => Type::VariableArray(Rc::new(ty), number),
            });
        Ok((array, None))
    }

    /// Reads the name of an earlier parameter and `]`, and returns the number of the parameter.
    fn parameter_as_length(&mut self) -> Option<u32> {
        let (TokenKind::Name(name), TokenKind::Mark("]")) = (self.peek(), self.peek_second())
        else {
            return None;
        };
        let number = self.parameters.iter().position(|(parameter, ty)| {
            ty.is_integer() && matches!(parameter, Some((known, _)) if known == name)
        })?;
        self.advance();
        self.advance();
        Some(number as u32)
    }

    /// Parses parameters after `(`.
    fn heading(&mut self) -> Parsed<Heading> {
        let mut heading = Heading {
            parameters: Vec::new(),
            has_prototype: true,
            is_variadic: false,
            lacks_types: false,
        };
        if self.accept(")") {
            heading.has_prototype = false;
            return Ok(heading);
        }
        if self.is_word("void") && *self.peek_second() == TokenKind::Mark(")") {
            self.advance();
            self.advance();
            return Ok(heading);
        }
        let outer = std::mem::take(&mut self.parameters);
        loop {
            if self.accept("...") {
                heading.is_variadic = true;
                break;
            }
            if !self.is_type() {
                self.check_type_name()?;
                // Old programs declare the types after the parentheses.
                if matches!(self.peek_second(), TokenKind::Mark("," | ")")) && !self.is_mark(")") {
                    let name = self.name("the name of a parameter")?;
                    self.parameters.push((Some(name), INT));
                    heading.lacks_types = true;
                    if self.accept(",") {
                        continue;
                    }
                    break;
                }
                return Err(self.missing("the type of a parameter"));
            }
            let (base, _) = self.specifiers()?;
            let place = self.place();
            let declared = self.nested(|parser| parser.declarator(base))?;
            let ty = parameter_type(declared.ty, declared.heading.is_some(), place)?;
            self.parameters.push((declared.name, ty));
            if !self.accept(",") {
                break;
            }
        }
        heading.parameters = std::mem::replace(&mut self.parameters, outer);
        self.expect(")")?;
        Ok(heading)
    }
}

/// The type of a parameter, which is a pointer if an array is declared.
fn parameter_type(declared: Type, is_function: bool, place: Place) -> Parsed<Type> {
    match declared {
        Type::Array(element, _) | Type::VariableArray(element, _) => Ok(Type::Pointer(element)),
        _ if is_function => fail!(place, "a parameter cannot be a function"),
        Type::Void => fail!(place, "a parameter cannot be `void`"),
        ty => Ok(ty),
    }
}
