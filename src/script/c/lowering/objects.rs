//! The layout of global objects and string literals, and their initial contents.

use super::super::messages::{Mistake, Parsed, fail};
use super::super::settings::{Conventions, Settings};
use super::super::tree::{Expr, ExprKind, Tree};
use super::super::types::Types;
use pagewalk_engine::program::Place;
use pagewalk_engine::program::ops::{self, Layout, Object};

/// The objects of a program with their addresses.
pub(super) struct Placement {
    pub globals: Vec<u64>,
    pub texts: Vec<u64>,
    pub objects: Vec<Object>,
    pub layout: Layout,
}

/// Places the globals in order, and the string literals after them.
pub(super) fn place(tree: &Tree, settings: &Settings) -> Parsed<Placement> {
    let mut layout = settings.layout;
    let start = Place::START;
    for (name, _) in &settings.at {
        if !tree.globals.iter().any(|one| *one.name == **name) {
            let help = format!("declare `{name}` outside the functions");
            return Err(Mistake::new(
                start,
                format!("the program has no global variable `{name}`"),
            )
            .help(help));
        }
    }
    let (mut globals, mut objects) = (Vec::new(), Vec::<Object>::new());
    let mut next = layout.globals;
    for global in &tree.globals {
        let size = tree.types.size(&global.ty).unwrap_or_default();
        let given = settings.at.iter().find(|(name, _)| **name == *global.name);
        let address = match given {
            Some((_, address)) => *address,
            None => next.next_multiple_of(tree.types.align(&global.ty).max(1)),
        };
        let end = address.checked_add(size).filter(|end| *end <= layout.stack);
        let Some(end) = end else {
            fail!(global.place, "`{}` does not fit the memory", global.name; "declare a larger memory, or a smaller array");
        };
        if let Some(other) = objects
            .iter()
            .find(|one| one.address < end && address < one.address + one.size)
        {
            let message = format!(
                "`{}` at {address:#x} overlaps `{}`",
                global.name, other.name
            );
            return Err(Mistake::new(global.place, message));
        }
        let (dimensions, element) = global.ty.dimensions();
        objects.push(Object {
            name: global.name.to_string(),
            address,
            size,
            dimensions,
            element: tree.types.size(element).unwrap_or_default(),
            column_major: settings.conventions.column_major,
            read_only: false,
        });
        globals.push(address);
        if given.is_none() {
            next = end;
        }
    }
    let mut texts = Vec::new();
    next = next.next_multiple_of(layout.page.max(1));
    for text in &tree.texts {
        let size = text.len() as u64 + 1;
        // String literals have no declared place, and avoid the objects that have one.
        while let Some(other) = objects
            .iter()
            .find(|one| one.address < next + size && next < one.address + one.size)
        {
            next = other.address + other.size;
        }
        let (address, name) = (next, String::new());
        objects.push(Object {
            name,
            address,
            size,
            dimensions: vec![size],
            element: 1,
            column_major: false,
            read_only: true,
        });
        texts.push(address);
        next += size;
    }
    let end = objects
        .iter()
        .map(|one| one.address + one.size)
        .max()
        .unwrap_or_default();
    layout.heap = layout.heap.max(end.next_multiple_of(4096));
    Ok(Placement {
        globals,
        texts,
        objects,
        layout,
    })
}

impl Placement {
    /// Returns the initial contents of the objects that are not all zero.
    pub fn contents(&self, tree: &Tree, conventions: Conventions) -> Parsed<Vec<(u64, Vec<u8>)>> {
        let mut contents = Vec::new();
        for (global, address) in tree.globals.iter().zip(&self.globals) {
            let Some(initial) = &global.initial else {
                continue;
            };
            for (offset, value) in &initial.values {
                let Some(bits) = self.constant(&tree.types, value) else {
                    fail!(value.place, "the initial value of `{}` is not a constant", global.name; "assign the value in a function");
                };
                let bytes =
                    &bits.to_le_bytes()[..tree.types.size(&value.ty).unwrap_or_default() as usize];
                let at = address + tree.types.position(conventions, &global.ty, *offset);
                match contents.last_mut() {
                    Some((start, run)) if *start + (Vec::len(run) as u64) == at => {
                        run.extend_from_slice(bytes);
                    }
                    _ => contents.push((at, bytes.to_vec())),
                }
            }
        }
        for (text, address) in tree.texts.iter().zip(&self.texts) {
            contents.push((*address, text.clone()));
        }
        contents.retain(|(_, bytes)| bytes.iter().any(|byte| *byte != 0));
        Ok(contents)
    }

    /// Returns the value of a constant expression, which may be an address.
    fn constant(&self, types: &Types, expr: &Expr) -> Option<u64> {
        match &expr.kind {
            ExprKind::Number(bits) => Some(*bits),
            ExprKind::Function(number) => Some(u64::from(*number)),
            ExprKind::Address(object) => self.constant_address(types, object),
            ExprKind::Convert(inner) if expr.ty.is_scalar() => {
                let value = self.constant(types, inner)?;
                ops::convert(types.scalar(&inner.ty)?, types.scalar(&expr.ty)?, value).ok()
            }
            ExprKind::Offset(pointer, index, size) => {
                let offset = self.constant(types, index)?.wrapping_mul(u64::from(*size));
                Some(self.constant(types, pointer)?.wrapping_add(offset))
            }
            _ => None,
        }
    }

    fn constant_address(&self, types: &Types, object: &Expr) -> Option<u64> {
        match &object.kind {
            ExprKind::Global(number) => self.globals.get(*number as usize).copied(),
            ExprKind::Text(number) => self.texts.get(*number as usize).copied(),
            ExprKind::Dereference(pointer) => self.constant(types, pointer),
            ExprKind::Member(of, offset) => Some(self.constant_address(types, of)? + offset),
            ExprKind::Element(of, index) => {
                let offset = self
                    .constant(types, index)?
                    .wrapping_mul(types.size(&object.ty)?);
                Some(self.constant_address(types, of)?.wrapping_add(offset))
            }
            _ => None,
        }
    }
}
