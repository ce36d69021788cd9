//! The layout of global objects and string literals, and their initial contents.

use super::super::messages::{Mistake, Parsed, fail};
use super::super::settings::{Conventions, Settings};
use super::super::tree::{Expr, ExprKind, Global, Tree};
use super::super::types::Types;
use pagewalk_engine::program::Place;
use pagewalk_engine::program::ops::{self, Layout, Object};

/// The end of the largest address space of a machine.
const MOST_ADDRESS: u64 = 1 << 57;

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
    let is_register =
        |one: &Global| settings.conventions.scalars_in_registers && one.ty.is_scalar();
    let size = |one: &Global| tree.types.size(&one.ty).unwrap_or_default();
    let given = |one: &Global| {
        let given = settings.at.iter().find(|(name, _)| **name == *one.name);
        given.map(|(_, address)| address.saturating_add(layout.bias))
    };
    let mut taken: Vec<(u64, u64)> = tree
        .globals
        .iter()
        .filter_map(|one| Some((given(one)?, size(one))))
        .collect();
    // Variables in registers have addresses only for the run, so they come last.
    let mut order: Vec<usize> = (0..tree.globals.len()).collect();
    order.sort_by_key(|at| is_register(&tree.globals[*at]));
    let mut globals = vec![0; tree.globals.len()];
    let mut next = layout.globals;
    for at in order {
        let global = &tree.globals[at];
        let align = tree.types.align(&global.ty).max(global.align).max(1);
        let free = |from: u64| {
            let mut address = from.next_multiple_of(align);
            let end_of_overlapped = |address: u64| {
                let end = address.saturating_add(size(global));
                let mut taken = taken
                    .iter()
                    .map(|(start, size)| (*start, start.saturating_add(*size)));
                taken.find(|(start, after)| *start < end && address < *after)
            };
            while let Some((_, end)) = end_of_overlapped(address) {
                address = end.checked_next_multiple_of(align).unwrap_or(u64::MAX);
            }
            address
        };
        // The variables before this one may be above the stack.
        let start = if next < layout.stack {
            next
        } else {
            layout.globals
        };
        let address = given(global).unwrap_or_else(|| free(start));
        let end = address.checked_add(size(global)).filter(|end| {
            // A variable may be above the stack, if its address is given.
            let above = given(global).is_some() && address >= layout.stack;
            let most = if layout.pointer == 4 {
                1 << 32
            } else {
                MOST_ADDRESS
            };
            *end <= if above { most } else { layout.stack }
        });
        let Some(end) = end else {
            if given(global).is_some() {
                fail!(global.place, "`{}` does not fit the memory at its address", global.name; "write a lower address after `at {}`", global.name);
            }
            fail!(global.place, "`{}` does not fit the memory", global.name; "declare a larger memory, or a smaller array");
        };
        globals[at] = address;
        taken.push((address, size(global)));
        next = end;
    }
    let mut objects = Vec::<Object>::new();
    for (global, address) in tree.globals.iter().zip(&globals) {
        let (address, size) = (*address, size(global));
        if let Some(other) = objects
            .iter()
            .find(|one| one.address < address + size && address < one.address + one.size)
        {
            let message = format!(
                "`{}` at {:#x} overlaps `{}`",
                global.name,
                address - layout.bias,
                other.name
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
            in_register: is_register(global),
            read_only: false,
        });
    }
    let mut texts = Vec::new();
    let mut next = next.next_multiple_of(layout.page.max(1));
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
            in_register: false,
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
