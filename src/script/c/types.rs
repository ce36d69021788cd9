//! The types of C, and their sizes.

use std::rc::Rc;

use super::settings::Conventions;
use pagewalk_engine::program::ops::{Scalar, column_major};

/// A type. Qualifiers are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Type {
    #[default]
    Void,
    Bool,
    Scalar(Scalar),
    Pointer(Rc<Type>),
    Array(Rc<Type>, u64),
    /// An array whose length is the value of the parameter with this number, as in `int a[n][m]`.
    VariableArray(Rc<Type>, u32),
    /// The number of a struct or a union in [`Types`].
    Struct(u32),
    /// The name of a function, which is a value only for `atexit`.
    Function,
}

/// A member of a struct or a union.
#[derive(Debug, Clone)]
pub struct Member {
    /// Empty for a struct or a union whose members are found as members of the one around it.
    pub name: Rc<str>,
    pub ty: Type,
    pub offset: u64,
}

/// A struct or a union. It has no members until its declaration is complete.
#[derive(Debug, Clone)]
pub struct StructType {
    pub name: Option<Rc<str>>,
    /// Whether all members begin at its first byte.
    pub is_union: bool,
    pub members: Option<Vec<Member>>,
    size: u64,
    align: u64,
    /// Number of structs, unions, and arrays in each other, with this one.
    height: usize,
}

/// The structs and unions of a program, and the size of pointers.
#[derive(Debug, Clone, Default)]
pub struct Types {
    pub structs: Vec<StructType>,
    /// Bytes of a pointer and of `long`, 4 or 8.
    pub pointer: u8,
}

/// `int`.
pub const INT: Type = Type::Scalar(Scalar::I32);
/// `char`.
pub const CHAR: Type = Type::Scalar(Scalar::I8);

impl Type {
    /// Returns a pointer to this type.
    pub fn pointer(self) -> Self {
        Self::Pointer(Rc::new(self))
    }

    /// Returns the type of the elements of an array.
    pub fn element(&self) -> Option<&Rc<Type>> {
        match self {
            Self::Array(element, _) | Self::VariableArray(element, _) => Some(element),
            _ => None,
        }
    }

    /// Whether this is an integer type.
    pub fn is_integer(&self) -> bool {
        matches!(self, Self::Bool) || matches!(self, Self::Scalar(one) if !one.is_float())
    }

    /// Whether this is an arithmetic type.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Bool | Self::Scalar(_))
    }

    /// Whether values fit a register.
    pub fn is_scalar(&self) -> bool {
        self.is_number() || matches!(self, Self::Pointer(_))
    }

    /// The type of the elements of an array, or of what a pointer points to.
    pub fn target(&self) -> Option<&Type> {
        match self {
            Self::Pointer(target) => Some(target),
            _ => self.element().map(|element| &**element),
        }
    }

    /// Returns the lengths of an array's dimensions, and the type of its elements.
    pub fn dimensions(&self) -> (Vec<u64>, &Type) {
        let (mut element, mut dimensions) = (self, Vec::new());
        while let Self::Array(of, length) = element {
            dimensions.push(*length);
            element = of;
        }
        (dimensions, element)
    }
}

impl Types {
    /// Returns the scalar type of values, or `None` for arrays, structs, and `void`.
    pub fn scalar(&self, ty: &Type) -> Option<Scalar> {
        match ty {
            Type::Bool => Some(Scalar::U8),
            Type::Scalar(scalar) => Some(*scalar),
            Type::Pointer(_) | Type::Function => Some(self.address()),
            _ => None,
        }
    }

    /// The scalar type of addresses.
    pub fn address(&self) -> Scalar {
        if self.pointer == 4 {
            Scalar::U32
        } else {
            Scalar::U64
        }
    }

    /// The scalar type of `long`.
    pub fn long(&self) -> Scalar {
        if self.pointer == 4 {
            Scalar::I32
        } else {
            Scalar::I64
        }
    }

    /// Number of pointers, arrays, and structs in each other. A struct behind a pointer does not count.
    pub fn height(&self, ty: &Type) -> usize {
        let (mut ty, mut levels) = (ty, 0);
        loop {
            match (ty, ty.target()) {
                (Type::Struct(number), _) => {
                    return levels + self.structs[*number as usize].height;
                }
                (Type::Pointer(_), Some(Type::Struct(_))) => return levels + 1,
                (_, Some(target)) => ty = target,
                (_, None) => return levels,
            }
            levels += 1;
        }
    }

    /// Returns the size in bytes, or `None` for an incomplete type or one that is too large.
    pub fn size(&self, ty: &Type) -> Option<u64> {
        match ty {
            Type::Array(element, length) => {
                let size = self.size(element)?.checked_mul(*length)?;
                u32::try_from(size).is_ok().then_some(size)
            }
            Type::Struct(number) => {
                let of = &self.structs[*number as usize];
                of.members.as_ref().map(|_| of.size)
            }
            _ => self.scalar(ty).map(|one| u64::from(one.size())),
        }
    }

    /// Returns the size in bytes of all values in an object.
    pub fn size_without_padding(&self, ty: &Type) -> u64 {
        match ty {
            Type::Array(element, length) => {
                self.size_without_padding(element).saturating_mul(*length)
            }
            Type::Struct(number) => {
                let of = &self.structs[*number as usize];
                let members = of.members.iter().flatten();
                let sizes = members.map(|one| self.size_without_padding(&one.ty));
                if of.is_union {
                    sizes.max().unwrap_or_default()
                } else {
                    sizes.sum()
                }
            }
            _ => self.size(ty).unwrap_or_default(),
        }
    }

    /// Returns the offset in memory of a part of an object whose offset is given in C's order.
    pub fn position(&self, conventions: Conventions, ty: &Type, offset: u64) -> u64 {
        if !conventions.column_major {
            return offset;
        }
        let (dimensions, element) = ty.dimensions();
        let size = self.size(element).unwrap_or_default().max(1);
        column_major(&dimensions, offset / size) * size + offset % size
    }

    /// Returns the alignment in bytes. With 4-byte pointers, it is at most 4, as in the System V ABI for IA-32.
    pub fn align(&self, ty: &Type) -> u64 {
        match ty {
            Type::Array(element, _) => self.align(element),
            Type::Struct(number) => self.structs[*number as usize].align,
            _ => self.size(ty).unwrap_or(1).min(u64::from(self.pointer)),
        }
    }

    /// Completes a struct or a union. Returns whether its size is valid.
    pub fn complete(&mut self, number: u32, members: Vec<(Rc<str>, Type)>) -> bool {
        let is_union = self.structs[number as usize].is_union;
        let (mut size, mut align, mut height) = (0_u64, 1, 0);
        let mut placed = Vec::new();
        for (name, ty) in members {
            let (Some(bytes), of) = (self.size(&ty), self.align(&ty)) else {
                return false;
            };
            let offset = if is_union {
                0
            } else {
                size.next_multiple_of(of)
            };
            size = size.max(offset + bytes);
            align = align.max(of);
            height = height.max(self.height(&ty));
            placed.push(Member { name, ty, offset });
        }
        let of = &mut self.structs[number as usize];
        (of.size, of.align, of.height) = (size.next_multiple_of(align), align, height + 1);
        of.members = Some(placed);
        u32::try_from(size).is_ok()
    }

    /// Returns a member and its offset, also one of a member without a name.
    pub fn member(&self, number: u32, name: &str) -> Option<(&Type, u64)> {
        let members = self.structs[number as usize].members.as_deref()?;
        members.iter().find_map(|one| match one.ty {
            _ if *one.name == *name => Some((&one.ty, one.offset)),
            Type::Struct(inner) if one.name.is_empty() => self
                .member(inner, name)
                .map(|(ty, offset)| (ty, one.offset + offset)),
            _ => None,
        })
    }

    /// Returns the names that [`Types::member`] finds.
    pub fn member_names(&self, number: u32) -> Vec<Rc<str>> {
        let members = self.structs[number as usize].members.iter().flatten();
        members
            .flat_map(|one| match one.ty {
                Type::Struct(inner) if one.name.is_empty() => self.member_names(inner),
                _ => vec![one.name.clone()],
            })
            .collect()
    }

    /// Adds a struct or a union without members.
    pub fn add_struct(&mut self, name: Option<Rc<str>>, is_union: bool) -> u32 {
        let (size, align, height, members) = (0, 1, 0, None);
        self.structs.push(StructType {
            name,
            is_union,
            members,
            size,
            align,
            height,
        });
        self.structs.len() as u32 - 1
    }

    /// Returns the name of a type in C.
    pub fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Void => "void".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Scalar(scalar) => match scalar {
                Scalar::I8 => "char",
                Scalar::U8 => "unsigned char",
                Scalar::I16 => "short",
                Scalar::U16 => "unsigned short",
                Scalar::I32 => "int",
                Scalar::U32 => "unsigned int",
                Scalar::I64 if self.pointer == 8 => "long",
                Scalar::I64 => "long long",
                Scalar::U64 if self.pointer == 8 => "unsigned long",
                Scalar::U64 => "unsigned long long",
                Scalar::F32 => "float",
                Scalar::F64 => "double",
            }
            .to_owned(),
            Type::Pointer(target) => format!("{} *", self.name(target)),
            Type::Array(..) => {
                let (lengths, element) = ty.dimensions();
                let lengths = lengths.iter().map(|length| format!("[{length}]"));
                format!("{}{}", self.name(element), lengths.collect::<String>())
            }
            Type::VariableArray(element, _) => format!("{}[*]", self.name(element)),
            Type::Struct(number) => {
                let of = &self.structs[*number as usize];
                let word = if of.is_union { "union" } else { "struct" };
                format!("{word} {}", of.name.as_deref().unwrap_or("without a name"))
            }
            Type::Function => "function".to_owned(),
        }
    }
}
