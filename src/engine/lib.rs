//! Simulated memory systems: the hardware, an operating system on it, and traces of real programs.
//!
//! [`machine`] is the hardware: TLBs, page tables, caches, and memory. [`kernel`] adds processes, page
//! faults, frames, swap, and files, modeled on Linux. [`trace`] replays the memory accesses of a real
//! program. [`program`] runs C programs and finds the outputs of all schedules.
//!
//! Describe a machine with a [`Spec`], or use [`Machine::simple`] or [`Machine::core_i7`]. Then set the
//! machine's contents and access it. The simple memory system of CS:APP 9.6.4 translates the virtual address
//! 0x3D4 to 0x354 if virtual page 0x0F is in page frame 0x0D:
//!
//! ```
//! use pagewalk_engine::{Machine, Pte};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut machine = Machine::simple();
//! machine.map(machine.vpn(0x0F)?, Pte::present(0x0D));
//!
//! let va = machine.va(0x3D4)?;
//! assert_eq!(machine.translate(va)?.to_string(), "0x354");
//!
//! machine.write(va, &[0x36])?;
//! assert_eq!(machine.read(va, 1)?, [Some(0x36)]);
//! # Ok(())
//! # }
//! ```
//!
//! To see each step of an access, pass an observer to [`Machine::access`] or [`Machine::translate_as`]. A `Vec` of
//! [`Event`]s is an observer.

pub mod files;
pub mod kernel;
pub mod machine;
pub mod program;
pub mod trace;

pub use kernel::Kernel;
pub use machine::addr::{Pa, Ppn, Va, Vpn};
pub use machine::event::{AccessKind, Event, Fault, MachineObserver, Privilege};
pub use machine::pte::Pte;
pub use machine::spec::{CacheSpec, Mmu, Spec, TlbSpec};
pub use machine::{Data, Machine};

/// Checks at compile time that machines and kernels are `Send` and `Sync`.
const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Machine>();
    is_send_and_sync::<Kernel>();
};
