//! Translates an address on the simple memory system of CS:APP 9.6.4.

use std::error::Error;

use pagewalk_engine::{Machine, Pte};

fn main() -> Result<(), Box<dyn Error>> {
    let mut machine = Machine::simple();
    machine.map(machine.vpn(0x0F)?, Pte::present(0x0D));

    let va = machine.va(0x3D4)?;
    let pa = machine.translate(va)?;
    println!(
        "{va} -> {pa} (VPN {}, PPN {})",
        machine.vpn_of(va),
        machine.ppn_of(pa)
    );

    // Page 0x10 is not mapped.
    if let Err(fault) = machine.translate(machine.va(0x400)?) {
        println!("0x400 -> {fault}");
    }
    Ok(())
}
