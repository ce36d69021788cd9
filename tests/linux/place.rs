//! Where an address lies, said so that each side may put the window and the heap where it likes.

use std::fmt;

/// The bytes of a page.
pub const PAGE: i64 = 4096;

/// The pages of the window. Its end is `mmap-base`, so that what `mmap` places by itself comes into it from the top.
pub const WINDOW: i64 = 20;

/// The lowest address of the upper, the kernel's half.
pub const KERNEL_HALF: u64 = 0xFFFF_8000_0000_0000;

/// How far from the first break an address still counts as one of the heap.
const HEAP_REACH: i64 = 1 << 30;

/// What an address is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// Address 0.
    Null,
    /// The first break.
    Heap,
    /// The lowest address of the window; what lies below or above it counts from there too.
    Window,
    /// [`KERNEL_HALF`].
    Kernel,
}

/// An address: so many bytes from a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What it is counted from.
    pub base: Base,
    /// Bytes from there.
    pub bytes: i64,
}

impl Place {
    /// Address 0.
    pub const NULL: Place = Place { base: Base::Null, bytes: 0 };

    /// So many bytes into the window.
    pub const fn window(bytes: i64) -> Place {
        Place { base: Base::Window, bytes }
    }

    /// So many pages into the window.
    pub const fn page(pages: i64) -> Place {
        Place::window(pages * PAGE)
    }

    /// So many bytes beyond the first break.
    pub const fn heap(bytes: i64) -> Place {
        Place { base: Base::Heap, bytes }
    }

    /// The place so many bytes further.
    pub const fn plus(self, bytes: i64) -> Place {
        Place { base: self.base, bytes: self.bytes.saturating_add(bytes) }
    }

    /// The first byte of its page.
    pub const fn page_start(self) -> Place {
        Place { base: self.base, bytes: self.bytes - self.bytes.rem_euclid(PAGE) }
    }

    /// The bytes before it in its page.
    pub const fn in_page(self) -> i64 {
        self.bytes.rem_euclid(PAGE)
    }
}

impl fmt::Display for Place {
    /// As a script writes it, which has named `window` and `heap`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = match self.base {
            Base::Null if self.bytes == 0 => return f.write_str("NULL"),
            Base::Null => return write!(f, "0x{:X}", self.bytes),
            Base::Kernel => return write!(f, "0x{:X}", KERNEL_HALF.wrapping_add(self.bytes as u64)),
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

/// Where a side has the window and the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// `mmap-base`: the first address above what `mmap` chooses by itself; the window ends there. A multiple of the page.
    pub mmap_base: u64,
    /// `brk-start`: the first break. A multiple of the page.
    pub brk_start: u64,
}

impl Layout {
    /// Where Pagewalk has them by itself.
    pub const OF_SCRIPTS: Layout = Layout { mmap_base: 0x7FFF_F7FF_F000, brk_start: 0x5555_5555_9000 };

    /// Where the window begins.
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
            Place { base: Base::Kernel, bytes: (address - KERNEL_HALF) as i64 }
        } else if -HEAP_REACH < from_break && from_break < HEAP_REACH {
            Place::heap(from_break)
        } else {
            Place::window(address.wrapping_sub(self.window()) as i64)
        }
    }
}
