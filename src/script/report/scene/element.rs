//! The things that shapes of a scene represent, so that a page can join a figure to its tables.

use std::fmt::Write;

use crate::report::xml::escaped;

/// The thing that a shape represents. An SVG has the kind as a class and the rest as `data` attributes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ElementId {
    /// A part of the machine, by its name in the script.
    Part(PartClass, String),
    /// A set of a TLB or cache.
    Set(PartClass, String, u64),
    /// A level of the page tables, from 1, the top.
    Level(u32),
    /// A page frame.
    Frame(u64),
    /// An area of a process, by its first address.
    Area(u64),
    /// A field of an address or of a page-table entry, such as `VPN`.
    Field(String),
    Message(u16),
}

/// The kind of a part of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartClass {
    Cpu,
    Mmu,
    Tlb,
    Cache,
    /// Main memory.
    Memory,
    /// The disk, or the swap space on it.
    Disk,
    /// The kernel, or its page-fault handler.
    Kernel,
    Process,
}

impl PartClass {
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Mmu => "mmu",
            Self::Tlb => "tlb",
            Self::Cache => "cache",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Kernel => "kernel",
            Self::Process => "process",
        }
    }
}

impl ElementId {
    /// Returns the class of an SVG element.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Part(class, _) | Self::Set(class, ..) => class.name(),
            Self::Level(_) => "level",
            Self::Frame(_) => "frame",
            Self::Area(_) => "area",
            Self::Field(_) => "field",
            Self::Message(_) => "message",
        }
    }

    /// Returns the `data` attributes of an SVG element, each with a blank before it.
    pub(crate) fn attributes(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Part(_, name) => write!(out, " data-part=\"{}\"", escaped(name)),
            Self::Set(_, name, set) => {
                write!(out, " data-part=\"{}\" data-set=\"{set}\"", escaped(name))
            }
            Self::Level(level) => write!(out, " data-level=\"{level}\""),
            Self::Frame(frame) => write!(out, " data-frame=\"{frame}\""),
            Self::Area(start) => write!(out, " data-area=\"0x{start:X}\""),
            Self::Field(name) => write!(out, " data-field=\"{}\"", escaped(name)),
            Self::Message(number) => write!(out, " data-message=\"{number}\""),
        };
        out
    }
}
