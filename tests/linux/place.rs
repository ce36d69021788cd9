//! Addresses are relative, because each side chooses the places of the window and the heap.

use std::fmt;

/// Number of bytes in a page.
pub const PAGE: i64 = 4096;

/// Number of pages in the window. The window ends at `mmap-base`, so `mmap` chooses addresses from the top of
/// the window.
pub const WINDOW: i64 = 20;

/// The lowest address of the kernel's half of the address space.
pub const KERNEL_HALF: u64 = 0xFFFF_8000_0000_0000;

/// Maximum distance of a heap address from the first break.
const HEAP_REACH: i64 = 1 << 30;

/// The base of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// Address 0.
    Null,
    /// The first break.
    Heap,
    /// The lowest address of the window, which is also the base for addresses outside the window.
    Window,
    /// [`KERNEL_HALF`].
    Kernel,
}

/// An address, expressed as a base and an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The base.
    pub base: Base,
    /// The offset in bytes.
    pub bytes: i64,
}

impl Place {
    /// Address 0.
    pub const NULL: Place = Place {
        base: Base::Null,
        bytes: 0,
    };

    /// The place at a byte offset in the window.
    pub const fn window(bytes: i64) -> Place {
        Place {
            base: Base::Window,
            bytes,
        }
    }

    /// The first byte of a page in the window, by the page's number.
    pub const fn page(pages: i64) -> Place {
        Place::window(pages * PAGE)
    }

    /// The place at a byte offset from the first break.
    pub const fn heap(bytes: i64) -> Place {
        Place {
            base: Base::Heap,
            bytes,
        }
    }

    /// The place at an offset from this place.
    pub const fn plus(self, bytes: i64) -> Place {
        Place {
            base: self.base,
            bytes: self.bytes.saturating_add(bytes),
        }
    }

    /// The first byte of the page that contains this place.
    pub const fn page_start(self) -> Place {
        Place {
            base: self.base,
            bytes: self.bytes - self.bytes.rem_euclid(PAGE),
        }
    }

    /// The offset of this place in the page.
    pub const fn in_page(self) -> i64 {
        self.bytes.rem_euclid(PAGE)
    }
}

impl fmt::Display for Place {
    /// The place in the notation of a script that defines `window` and `heap`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = match self.base {
            Base::Null if self.bytes == 0 => return f.write_str("NULL"),
            Base::Null => return write!(f, "0x{:X}", self.bytes),
            Base::Kernel => {
                return write!(f, "0x{:X}", KERNEL_HALF.wrapping_add(self.bytes as u64));
            }
            Base::Heap => "heap",
            Base::Window => "window",
        };
        match self.bytes {
            0 => f.write_str(base),
            bytes if bytes < 0 => write!(f, "{base} - 0x{:X}", -bytes),
            bytes => write!(f, "{base} + 0x{bytes:X}"),
        }
    }
}

/// The addresses of the window and the heap on a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// `mmap-base`: the end of the range in which `mmap` chooses addresses. The window ends at this address.
    /// The address is a multiple of the page size.
    pub mmap_base: u64,
    /// `brk-start`: the first break. The address is a multiple of the page size.
    pub brk_start: u64,
}

impl Layout {
    /// Pagewalk's defaults.
    pub const OF_SCRIPTS: Layout = Layout {
        mmap_base: 0x7FFF_F7FF_F000,
        brk_start: 0x5555_5555_9000,
    };

    /// The start of the window.
    pub const fn window(self) -> u64 {
        self.mmap_base - (WINDOW * PAGE) as u64
    }

    /// The address of a place.
    pub const fn address(self, place: Place) -> u64 {
        let base = match place.base {
            Base::Null => 0,
            Base::Heap => self.brk_start,
            Base::Window => self.window(),
            Base::Kernel => KERNEL_HALF,
        };
        base.wrapping_add(place.bytes as u64)
    }

    /// The place of an address.
    pub const fn place(self, address: u64) -> Place {
        let from_break = address.wrapping_sub(self.brk_start) as i64;
        if address == 0 {
            Place::NULL
        } else if address >= KERNEL_HALF {
            Place {
                base: Base::Kernel,
                bytes: (address - KERNEL_HALF) as i64,
            }
        } else if -HEAP_REACH < from_break && from_break < HEAP_REACH {
            Place::heap(from_break)
        } else {
            Place::window(address.wrapping_sub(self.window()) as i64)
        }
    }
}
