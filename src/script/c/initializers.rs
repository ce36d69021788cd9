//! Initializers: values, lists with braces and designators, and strings.

use std::rc::Rc;

use super::declarations::UNKNOWN;
use super::lexer::{KEYWORDS, TokenKind};
use super::messages::{Parsed, fail};
use super::parser::Parser;
use super::tree::{Expr, ExprKind, Initial};
use super::types::{INT, Type};
use pagewalk_engine::program::Place;

/// The maximum number of values of an initializer, including zeros between them.
const MOST_VALUES: usize = 1 << 20;

/// A parsed initializer.
enum Init {
    Value(Expr),
    List(Vec<Item>, Place),
}

/// A value of a list, perhaps after `[2] =` or `.x =`.
struct Item {
    designator: Option<Designator>,
    init: Init,
}

/// The element or the member that an item initializes.
enum Designator {
    Index(i64, Place),
    Member(Rc<str>, Place),
}

/// The rest of a list.
type Items = std::iter::Peekable<std::vec::IntoIter<Item>>;

impl Init {
    /// Removes the braces around a single string.
    fn without_braces(self) -> Self {
        match self {
            Self::List(mut list, _) if matches!(&list[..], [Item { designator: None, init: Self::Value(Expr { kind: ExprKind::Text(_), ty, .. }) }] if ty.target().is_some()) => {
                list.remove(0).init
            }
            other => other,
        }
    }
}

impl Parser {
    /// Parses an initializer. The type of an array without a length gets its length.
    pub(super) fn initializer(&mut self, ty: &mut Type) -> Parsed<Initial> {
        let start = self.place();
        let init = self.init()?;
        let place = self.place_from(start);
        let mut values = Vec::new();
        match (&*ty, init.without_braces()) {
            (Type::Array(element, length), Init::Value(value)) => {
                if !matches!(value.kind, ExprKind::Text(_)) {
                    fail!(value.place, "an array needs a list of values"; "write the values between `{{` and `}}`");
                }
                let (element, is_unknown) = (element.clone(), *length == UNKNOWN);
                let length = self.fill_text(ty, 0, &value, &mut values)?;
                if is_unknown {
                    *ty = Type::Array(element, length);
                }
            }
            (Type::Array(..) | Type::Struct(_), Init::List(list, place)) => {
                let length = self.fill_list(ty, 0, list, place, &mut values)?;
                if let Type::Array(element, UNKNOWN) = ty {
                    *ty = Type::Array(element.clone(), length);
                }
            }
            (_, Init::Value(value)) => {
                let value = self.assignable(value, ty)?;
                values.push((0, value));
            }
            (_, Init::List(list, place)) => match <[Item; 1]>::try_from(list) {
                Ok(
                    [
                        Item {
                            designator: None,
                            init: Init::Value(value),
                        },
                    ],
                ) => {
                    let value = self.assignable(value, ty)?;
                    values.push((0, value));
                }
                _ => fail!(place, "one value is expected here"),
            },
        }
        self.check_object("the variable", ty, place)?;
        let covered: u64 = values
            .iter()
            .map(|(_, value)| self.types.size_without_padding(&value.ty))
            .sum();
        let is_partial = covered < self.types.size_without_padding(ty) && !ty.is_scalar();
        if is_partial {
            // As in gcc, all bytes are cleared first, and then the other values are stored.
            values.retain(|(_, value)| !matches!(value.kind, ExprKind::Number(0)));
        }
        Ok(Initial { values, is_partial })
    }

    fn init(&mut self) -> Parsed<Init> {
        if !self.is_mark("{") {
            return Ok(Init::Value(self.assignment()?));
        }
        let start = self.place();
        self.advance();
        let mut list = Vec::new();
        while !self.accept("}") {
            let designator = self.designator()?;
            let init = self.nested(Self::init)?;
            list.push(Item { designator, init });
            if !self.accept(",") {
                let is_value = match self.peek() {
                    TokenKind::Name(_) => !self.peek().is_any(KEYWORDS),
                    TokenKind::Mark(_) | TokenKind::Stray | TokenKind::End => false,
                    _ => true,
                };
                if is_value {
                    return Err(self.missing("`,`"));
                }
                self.expect("}")?;
                break;
            }
        }
        Ok(Init::List(list, self.place_from(start)))
    }

    /// Parses `[2] =` or `.x =` before a value.
    fn designator(&mut self) -> Parsed<Option<Designator>> {
        let place = self.place();
        let designator = if self.accept("[") {
            let index = self.constant("the index")?;
            self.expect("]")?;
            Designator::Index(index, self.place_from(place))
        } else if self.accept(".") {
            let (name, place) = self.name("the name of a member")?;
            Designator::Member(name, place)
        } else {
            return Ok(None);
        };
        if self.is_mark("[") || self.is_mark(".") {
            fail!(self.place(), "only one `[…]` or `.name` is supported here"; "write the inner values between `{{` and `}}`");
        }
        self.expect("=")?;
        Ok(Some(designator))
    }

    /// Returns the number of the part of an array or a struct that a designator names, with its offset and type.
    fn designated(&self, designator: &Designator, ty: &Type) -> Parsed<(u64, u64, Type)> {
        let (found, place) = match (designator, ty) {
            (Designator::Index(index, place), Type::Array(element, length)) => {
                let at = u64::try_from(*index).ok().filter(|at| at < length);
                let size = self.types.size(element).unwrap_or(1);
                (at.map(|at| (at, at * size, (**element).clone())), place)
            }
            (Designator::Member(name, place), Type::Struct(number)) => {
                let found = self.types.member(*number, name).map(|(ty, offset)| {
                    let members = self.types.structs[*number as usize].members.iter();
                    // The last part that begins at or before the member, which may be a member of that part.
                    let after = members.flatten().filter(|one| one.offset <= offset).count();
                    (after.max(1) as u64 - 1, offset, ty.clone())
                });
                (found, place)
            }
            (Designator::Index(_, place) | Designator::Member(_, place), _) => (None, place),
        };
        let Some(found) = found else {
            fail!(
                *place,
                "`{}` has no such element or member",
                self.types.name(ty)
            );
        };
        Ok(found)
    }

    /// Assigns all values of a list with braces to an array or a struct.
    fn fill_list(
        &mut self,
        ty: &Type,
        offset: u64,
        list: Vec<Item>,
        place: Place,
        values: &mut Vec<(u64, Expr)>,
    ) -> Parsed<u64> {
        let mut list = list.into_iter().peekable();
        let length = self.fill(ty, offset, &mut list, true, values)?;
        if list.next().is_some() {
            fail!(
                place,
                "the list has more values than `{}`",
                self.types.name(ty)
            );
        }
        Ok(length)
    }

    /// Assigns the values of a list to an array or a struct. Returns the number of elements up to the last one with
    /// a value. Only a list with braces of its own can have designators.
    fn fill(
        &mut self,
        ty: &Type,
        offset: u64,
        list: &mut Items,
        is_braced: bool,
        values: &mut Vec<(u64, Expr)>,
    ) -> Parsed<u64> {
        let (parts, is_union): (Vec<(u64, Type)>, bool) = match ty {
            Type::Struct(number) => {
                let of = &self.types.structs[*number as usize];
                let members = of.members.iter().flatten();
                let parts = members.map(|one| (one.offset, one.ty.clone()));
                (parts.collect(), of.is_union)
            }
            _ => (Vec::new(), false),
        };
        let (element, size) = match ty {
            Type::Array(element, _) => (
                Some((**element).clone()),
                self.types.size(element).unwrap_or(1),
            ),
            _ => (None, 0),
        };
        let length = match ty {
            Type::Array(_, length) => *length,
            // Without a designator, a value is that of a union's first member.
            _ if is_union => parts.len().min(1) as u64,
            _ => parts.len() as u64,
        };
        let (mut done, mut most) = (0, 0);
        while let Some(next) = list.peek_mut() {
            let designator = match &next.designator {
                Some(_) if !is_braced => break,
                Some(_) => next.designator.take(),
                None if done >= length => break,
                None => None,
            };
            let (at, part) = match (&designator, &element) {
                (Some(designator), _) => {
                    let (number, at, part) = self.designated(designator, ty)?;
                    done = number;
                    (at, part)
                }
                (None, Some(element)) => (done.saturating_mul(size), element.clone()),
                (None, None) => parts[done as usize].clone(),
            };
            let at = offset.saturating_add(at);
            if designator.is_some() {
                // The last value of a part counts. All members of a union are one part.
                let replaced = if is_union { ty } else { &part };
                let end = at.saturating_add(self.types.size(replaced).unwrap_or_default());
                values.retain(|(other, _)| !(at..end).contains(other));
            }
            if values.len() > MOST_VALUES {
                fail!(self.last_place(), "the list has too many values");
            }
            let is_aggregate = matches!(part, Type::Array(..) | Type::Struct(_));
            let whole = list.next_if(|next| match &next.init {
                Init::List(..) => true,
                Init::Value(value) => {
                    !is_aggregate
                        || value.ty == part
                        || matches!((&value.kind, &part), (ExprKind::Text(_), Type::Array(..)))
                }
            });
            match whole.map(|item| item.init) {
                Some(Init::Value(value)) if matches!(part, Type::Array(..)) => {
                    self.fill_text(&part, at, &value, values)?;
                }
                Some(Init::Value(value)) => {
                    let value = self.assignable(value, &part)?;
                    values.push((at, value));
                }
                Some(Init::List(inner, place)) => {
                    if !is_aggregate {
                        fail!(
                            place,
                            "one value of `{}` is expected here",
                            self.types.name(&part)
                        );
                    }
                    self.nested(|parser| parser.fill_list(&part, at, inner, place, values))?;
                }
                // Values without braces of their own.
                None => {
                    let found =
                        self.nested(|parser| parser.fill(&part, at, list, false, values))?;
                    if found == 0 {
                        fail!(
                            self.last_place(),
                            "the list has a value for a struct without members"
                        );
                    }
                }
            }
            done += 1;
            most = most.max(done);
        }
        Ok(most)
    }

    /// Assigns a string to an array of characters. Returns its length with the final zero.
    fn fill_text(
        &mut self,
        ty: &Type,
        offset: u64,
        value: &Expr,
        values: &mut Vec<(u64, Expr)>,
    ) -> Parsed<u64> {
        let (ExprKind::Text(number), Type::Array(element, length)) = (&value.kind, ty) else {
            fail!(value.place, "a string is expected here");
        };
        if self.types.size(element) != Some(1) {
            fail!(
                value.place,
                "a string cannot be the value of `{}`",
                self.types.name(ty)
            );
        }
        let mut bytes = self.texts[*number as usize].clone();
        if bytes.len() as u64 > *length {
            fail!(
                value.place,
                "the string has {} characters and does not fit `{}`",
                bytes.len(),
                self.types.name(ty)
            );
        }
        if (bytes.len() as u64) < *length {
            bytes.push(0);
        }
        for (at, byte) in bytes.iter().enumerate() {
            let value = self.number(u64::from(*byte), INT, value.place);
            let value = self.assignable(value, element)?;
            values.push((offset + at as u64, value));
        }
        Ok(bytes.len() as u64)
    }
}
