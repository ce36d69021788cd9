//! Typed numbers that prevent confusion of addresses, page numbers, and set indices.

use std::fmt;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a number whose width the caller has checked.
            pub(in crate::machine) const fn new(raw: u64) -> Self {
                Self(raw)
            }

            pub const fn raw(self) -> u64 {
                self.0
            }
        }

        impl fmt::LowerHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerHex::fmt(&self.0, f)
            }
        }

        impl fmt::UpperHex for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::UpperHex::fmt(&self.0, f)
            }
        }

        /// Prints the number in hexadecimal with the prefix `0x`.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:#x}", self.0)
            }
        }
    };
}

number! {
    /// A virtual byte address that fits in the machine's virtual address width. A sign-extended address is
    /// truncated to this width.
    Va
}
number! {
    /// A physical byte address that fits in the machine's physical address width.
    Pa
}
number! {
    /// A virtual page number: a virtual address without its page offset, in base pages.
    Vpn
}
number! {
    /// A physical page number: a physical address without its page offset, in base pages.
    Ppn
}
number! {
    /// The number of a set in a TLB or cache.
    SetIndex
}
number! {
    /// The tag of a TLB entry or cache line: the bits of the page or block number above the set index.
    Tag
}
