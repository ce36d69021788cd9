//! An address on a ruler, with the value of every field.

use super::ruler::rulers;
use crate::report::doc::{Block, Ruler};
use crate::report::words::numbers::binary;
use crate::run::fields::BitField;
use crate::run::record::{Access, Shown};
use pagewalk_engine::machine::addr::Pa;

/// Returns a ruler of the virtual address of an access. If the kernel was not involved, also returns a ruler of
/// the physical address.
pub fn bits(access: &Access) -> Vec<Block> {
    let virtual_address = access.spec.mmu.is_some().then(|| access.va.raw());
    let physical = access
        .outcome
        .pa
        .filter(|_| access.faults().is_empty())
        .map(Pa::raw);
    let addresses = virtual_address.into_iter().map(Some).chain([physical]);
    let mut blocks = Vec::new();
    for (ruler, address) in rulers(&access.spec).into_iter().zip(addresses) {
        match address {
            Some(address) => blocks.extend(fields(ruler, address)),
            None => blocks.push(Block::line(
                "There is no physical address: the page is not mapped.",
            )),
        }
    }
    blocks
}

/// Returns a ruler, and the fields of the address in hexadecimal and binary.
pub fn fields(ruler: Ruler, address: u64) -> [Block; 2] {
    let mut pairs = vec![(ruler.title.clone(), value(address, ruler.bits))];
    for row in &ruler.rows {
        for field in &row.fields {
            let bits = field.high - field.low + 1;
            let whose = if row.label.is_empty() {
                String::new()
            } else {
                format!("{} ", row.label)
            };
            let name = format!("{whose}{}, {}", field.full_name(), bit_range(field));
            pairs.push((name, value(address >> field.low & ones(bits), bits)));
        }
    }
    [
        Block::Ruler(ruler),
        Block::Pairs {
            title: String::new(),
            pairs,
        },
    ]
}

/// Returns a number whose lowest `bits` bits are 1.
fn ones(bits: u32) -> u64 {
    if bits >= u64::BITS {
        u64::MAX
    } else {
        (1 << bits) - 1
    }
}

/// Returns the bits of a field.
pub fn bit_range(field: &BitField) -> String {
    if field.low == field.high {
        format!("bit {}", field.low)
    } else {
        format!("bits {}–{}", field.high, field.low)
    }
}

fn value(value: u64, bits: u32) -> String {
    format!("{}  {}", Shown::field(value, bits), binary(value, bits))
}
