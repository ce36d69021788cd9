//! Counts TLB misses and cache misses on a machine with a two-level page table.

use std::error::Error;

use pagewalk_engine::{AccessKind, Data, Event, Machine, Privilege, Pte, Spec};

fn main() -> Result<(), Box<dyn Error>> {
    // The machine has 256-byte pages, a TLB with 2 sets of 1 entry, and a direct-mapped cache with four
    // 16-byte blocks.
    let spec = Spec::paged(16, 14, 8)
        .levels(&[4, 4])
        .tlb("tlb", 2, 1)
        .cache("cache", 4, 1, 4);
    let mut machine = Machine::new(spec);
    for page in 0..3 {
        machine.map(machine.vpn(page)?, Pte::present(page + 8));
    }
    let mut events = Vec::new();
    for va in [0x000, 0x004, 0x110, 0x200, 0x000, 0x124] {
        let data = Data::SizeOnly(4);
        machine.access(
            machine.va(va)?,
            AccessKind::Read,
            Privilege::User,
            data,
            &mut events,
        );
    }
    let tlb = events
        .iter()
        .filter(|e| matches!(e, Event::TlbLookup { way: None, .. }))
        .count();
    let cache = events
        .iter()
        .filter(|e| matches!(e, Event::CacheLookup { way: None, .. }))
        .count();
    println!("6 accesses: {tlb} TLB misses, {cache} cache misses");
    Ok(())
}
