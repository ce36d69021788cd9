//! The memory of a process: the interface that programs use, and a flat memory without a machine.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::error::MemoryError;
use super::ops::Program;

/// An access of a program to its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub address: u64,
    /// Number of bytes: 1, 2, 4, or 8.
    pub size: u8,
    /// The line of the C text.
    pub line: u32,
}

/// The kinds of accesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessKind {
    Load,
    Store,
}

/// A memory. Numbers are little-endian. An access fails if an address is invalid or uninitialized.
#[allow(
    clippy::missing_errors_doc,
    reason = "all accesses fail for the same reasons"
)]
pub trait Memory {
    fn load(&mut self, access: Access) -> Result<u64, MemoryError>;

    fn store(&mut self, access: Access, value: u64) -> Result<(), MemoryError>;

    /// Returns a value without an access.
    fn peek(&self, address: u64, size: u8) -> Result<u64, MemoryError>;

    /// Copies `size` bytes to `to`, in units of at most `from.size` bytes.
    fn copy(&mut self, from: Access, to: u64, size: u64) -> Result<(), MemoryError> {
        each_unit(from.size, size, |at, unit| {
            let (source, size) = (from.address.wrapping_add(at), unit);
            let value = self.load(Access {
                address: source,
                size,
                ..from
            })?;
            let address = to.wrapping_add(at);
            self.store(
                Access {
                    address,
                    size,
                    ..from
                },
                value,
            )
        })
    }

    /// Returns the end of the object at an address, if the memory knows its objects.
    fn object_end(&self, _address: u64) -> Option<u64> {
        None
    }

    /// Returns the error of a store to a byte, if the memory knows it without the store.
    fn store_error(&self, _address: u64) -> Option<MemoryError> {
        None
    }

    /// Makes bytes of the stack usable and uninitialized.
    fn allocate(&mut self, _address: u64, _size: u64) -> Result<(), MemoryError> {
        Ok(())
    }

    /// Ends the use of bytes of the stack.
    fn release(&mut self, _address: u64, _size: u64) {}

    /// Returns the address of a new block, or `None` if the memory is full.
    fn malloc(&mut self, size: u64) -> Option<u64>;

    /// Returns the address of a new block of zeros or 0, if the memory itself clears blocks.
    fn calloc(&mut self, _size: u64, _line: u32) -> Option<u64> {
        None
    }

    /// Frees a block. Returns whether there was one.
    fn free(&mut self, address: u64) -> bool;
}

/// Returns the string at an address. Formats and strings of `printf` are no accesses of the program.
pub(super) fn string<M: Memory>(memory: &M, address: u64) -> Result<Vec<u8>, MemoryError> {
    let mut text = Vec::new();
    for at in 0..MOST_STRING {
        check_inside(memory, address, at)?;
        let byte = memory.peek(address.wrapping_add(at), 1);
        match byte.map_err(|error| in_string(error, at))? {
            0 => return Ok(text),
            byte => text.push(byte as u8),
        }
    }
    Err(MemoryError::Full)
}

/// Returns the error of the access to a byte of a string, after this number of characters.
pub(super) fn in_string(error: MemoryError, length: u64) -> MemoryError {
    match error {
        MemoryError::Uninitialized { .. } if length > 0 => MemoryError::NoStringEnd { length },
        other => other,
    }
}

/// Returns an error if an offset is the end of the object at an address. What follows it is another object.
pub(super) fn check_inside<M: Memory>(
    memory: &M,
    address: u64,
    offset: u64,
) -> Result<(), MemoryError> {
    let at = address.wrapping_add(offset);
    if offset > 0 && memory.object_end(address) == Some(at) {
        return Err(after_object(memory, at));
    }
    Ok(())
}

/// Returns the error of an access to the byte after an object, which may be a block of the heap.
pub(super) fn after_object<M: Memory>(memory: &M, address: u64) -> MemoryError {
    match memory.store_error(address) {
        Some(error @ MemoryError::AfterBlock { .. }) => error,
        // The byte may be that of another object.
        _ => MemoryError::Unmapped { address },
    }
}

/// Divides a range into units of at most `most` bytes, each a power of two.
pub(super) fn each_unit<E>(
    most: u8,
    size: u64,
    mut f: impl FnMut(u64, u8) -> Result<(), E>,
) -> Result<(), E> {
    let mut at = 0;
    while at < size {
        let mut unit = most.max(1);
        while u64::from(unit) > size - at {
            unit /= 2;
        }
        f(at, unit)?;
        at += u64::from(unit);
    }
    Ok(())
}

/// A memory whose accesses a function watches.
pub struct Watched<'a, M, F> {
    pub memory: &'a mut M,
    pub watch: F,
}

impl<M: Memory, F: FnMut(AccessKind, Access)> Memory for Watched<'_, M, F> {
    #[inline]
    fn load(&mut self, access: Access) -> Result<u64, MemoryError> {
        (self.watch)(AccessKind::Load, access);
        self.memory.load(access)
    }

    #[inline]
    fn store(&mut self, access: Access, value: u64) -> Result<(), MemoryError> {
        (self.watch)(AccessKind::Store, access);
        self.memory.store(access, value)
    }

    fn peek(&self, address: u64, size: u8) -> Result<u64, MemoryError> {
        self.memory.peek(address, size)
    }

    fn copy(&mut self, from: Access, to: u64, size: u64) -> Result<(), MemoryError> {
        each_unit(from.size, size, |at, size| {
            let address = from.address.wrapping_add(at);
            (self.watch)(
                AccessKind::Load,
                Access {
                    address,
                    size,
                    ..from
                },
            );
            let address = to.wrapping_add(at);
            (self.watch)(
                AccessKind::Store,
                Access {
                    address,
                    size,
                    ..from
                },
            );
            Ok(())
        })?;
        self.memory.copy(from, to, size)
    }

    fn object_end(&self, address: u64) -> Option<u64> {
        self.memory.object_end(address)
    }

    fn store_error(&self, address: u64) -> Option<MemoryError> {
        self.memory.store_error(address)
    }

    fn allocate(&mut self, address: u64, size: u64) -> Result<(), MemoryError> {
        self.memory.allocate(address, size)
    }

    fn release(&mut self, address: u64, size: u64) {
        self.memory.release(address, size);
    }

    fn malloc(&mut self, size: u64) -> Option<u64> {
        self.memory.malloc(size)
    }

    fn free(&mut self, address: u64) -> bool {
        self.memory.free(address)
    }
}

/// The maximum length of a string.
const MOST_STRING: u64 = 1 << 20;
/// Bytes of a page.
const PAGE: usize = 256;
/// A byte can be loaded.
const READABLE: u8 = 1;
/// A byte can be stored to.
const WRITABLE: u8 = 2;
/// A byte is in a mapping that does not permit all accesses.
const GUARDED: u8 = 4;
/// Bytes of a page of `mmap`.
pub(super) const KERNEL_PAGE: u64 = 4096;
/// The maximum number of pages with contents, 64 MB.
const MOST_PAGES: usize = 1 << 18;
/// The maximum number of freed blocks that the memory remembers.
const MOST_FREED: usize = 1024;

/// The contents of a page, and what a program may do with each byte. A clone shares the page until a write.
#[derive(Debug, Clone)]
struct Page {
    bytes: [u8; PAGE],
    /// [`READABLE`], [`WRITABLE`], and [`GUARDED`], 0 if the byte is in no object.
    states: [u8; PAGE],
    digest: OnceLock<u64>,
}

/// A range of memory that has no page until a store to it: zeros, or uninitialized bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Region {
    start: u64,
    end: u64,
    state: u8,
    origin: Origin,
}

/// What created a range of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Origin {
    /// A variable of the program.
    Object,
    /// `malloc`.
    Block,
    /// `mmap`.
    Mapping,
}

/// The accesses that a mapping permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permitted {
    Nothing,
    Loads,
    /// Loads and stores.
    Stores,
}

/// A memory without a machine, in which each byte is mapped or not, and initialized or not.
#[derive(Debug, Clone)]
pub struct Flat {
    /// Sorted by page number.
    pages: Vec<(u64, Arc<Page>)>,
    /// The positions of recently used pages.
    hints: [u32; 8],
    /// Sorted by address.
    regions: Arc<Vec<Region>>,
    /// The end of the heap.
    heap: u64,
    /// The first freed blocks, for messages.
    freed: Arc<Vec<Range<u64>>>,
}

impl Flat {
    /// Returns a memory with the objects of a program.
    pub fn new(program: &Program) -> Self {
        let mut regions: Vec<Region> = Vec::new();
        for object in &program.objects {
            regions.push(Region {
                start: object.address,
                end: object.address + object.size,
                state: READABLE | WRITABLE,
                origin: Origin::Object,
            });
        }
        regions.sort_by_key(|one| one.start);
        let mut flat = Self {
            pages: Vec::new(),
            hints: [0; 8],
            regions: Arc::new(regions),
            heap: program.layout.heap,
            freed: Arc::default(),
        };
        for (address, bytes) in &program.contents {
            flat.install(*address, bytes);
        }
        for object in program.objects.iter().filter(|one| one.read_only) {
            flat.mark(object.address, object.size, READABLE, false);
        }
        flat
    }

    /// Sets the initial contents of an object.
    pub(crate) fn install(&mut self, address: u64, bytes: &[u8]) {
        for (at, byte) in (address..).zip(bytes) {
            if let Some(page) = self.page_mut(at / PAGE as u64) {
                page.bytes[at as usize % PAGE] = *byte;
            }
        }
    }

    /// Returns a number that is equal for equal contents, and almost certainly different for others.
    pub fn digest(&self) -> u64 {
        let mut sum = 0_u64;
        for (number, page) in &self.pages {
            let digest = *page.digest.get_or_init(|| page.compute_digest());
            if digest != 0 {
                sum = sum.wrapping_add(mix(mix(*number) ^ digest));
            }
        }
        for region in self
            .regions
            .iter()
            .filter(|one| one.origin != Origin::Object)
        {
            let start = mix(region.start ^ u64::from(region.state) << 56);
            sum = sum.wrapping_add(mix(start ^ region.end));
        }
        sum
    }

    /// Returns `size` bytes from `address`, as far as they are initialized.
    ///
    /// # Errors
    ///
    /// Returns the first byte that is not initialized.
    pub fn bytes(&self, address: u64, size: u64) -> Result<Vec<u8>, MemoryError> {
        (0..size)
            .map(|at| {
                self.peek(address.wrapping_add(at), 1)
                    .map(|byte| byte as u8)
            })
            .collect()
    }

    /// Maps pages of zeros below an address, as an anonymous `mmap` does. Returns `None` if there is no room for them.
    pub fn map_zeros(&mut self, size: u64, permitted: Permitted, below: u64) -> Option<u64> {
        let start = self.heap.checked_next_multiple_of(KERNEL_PAGE)?;
        let end = start.checked_add(size.checked_next_multiple_of(KERNEL_PAGE)?)?;
        if end > below {
            return None;
        }
        let state = match permitted {
            Permitted::Nothing => GUARDED,
            Permitted::Loads => GUARDED | READABLE,
            Permitted::Stores => READABLE | WRITABLE,
        };
        self.add_region(start, end, state, Origin::Mapping)?;
        Some(start)
    }

    /// Unmaps the pages of a range, as `munmap` does. Returns false, and changes nothing, if something else than
    /// `mmap` created a part of the range.
    pub fn unmap(&mut self, pages: Range<u64>) -> bool {
        let from = self.regions.partition_point(|one| one.end <= pages.start);
        let to = self.regions.partition_point(|one| one.start < pages.end);
        let touched = self.regions.get(from..to).unwrap_or_default().to_vec();
        if touched.iter().any(|one| one.origin != Origin::Mapping) {
            return false;
        }
        let before = touched.iter().map(|one| Region {
            end: pages.start,
            ..one.clone()
        });
        let after = touched.iter().map(|one| Region {
            start: pages.end,
            ..one.clone()
        });
        // A range that begins and ends within one mapping leaves two.
        let kept = before.chain(after).filter(|one| one.start < one.end);
        Arc::make_mut(&mut self.regions).splice(from..to, kept);
        for one in touched {
            self.forget(one.start.max(pages.start)..one.end.min(pages.end));
        }
        true
    }

    fn add_region(&mut self, start: u64, end: u64, state: u8, origin: Origin) -> Option<()> {
        let region = Region {
            start,
            end,
            state,
            origin,
        };
        let regions = Arc::make_mut(&mut self.regions);
        if regions.len() >= MOST_PAGES {
            return None;
        }
        let at = regions.partition_point(|one| one.start < start);
        regions.insert(at, region);
        self.heap = end;
        self.reset_pages(start, end, state);
        Some(())
    }

    /// Sets the states of a range in the pages that exist, and clears its bytes.
    fn reset_pages(&mut self, start: u64, end: u64, state: u8) {
        let from = self
            .pages
            .partition_point(|(number, _)| (number + 1) * PAGE as u64 <= start);
        for (number, page) in &mut self.pages[from..] {
            let page_start = *number * PAGE as u64;
            if page_start >= end {
                break;
            }
            let first = (start.max(page_start) - page_start) as usize;
            let last = (end - page_start).min(PAGE as u64) as usize;
            let page = Arc::make_mut(page);
            page.states[first..last].fill(state);
            page.bytes[first..last].fill(0);
            page.digest = OnceLock::new();
        }
    }

    /// Removes the contents of bytes that are no longer in a region, and remembers the bytes for messages.
    fn forget(&mut self, bytes: Range<u64>) {
        self.reset_pages(bytes.start, bytes.end, 0);
        if self.freed.len() < MOST_FREED {
            let end = bytes.end.max(bytes.start + 1);
            Arc::make_mut(&mut self.freed).push(bytes.start..end);
        }
        let from = self
            .pages
            .partition_point(|(number, _)| *number < bytes.start / PAGE as u64);
        let to = self
            .pages
            .partition_point(|(number, _)| *number <= bytes.end / PAGE as u64);
        let is_empty = |page: &Page| page.states.iter().all(|state| *state == 0);
        let kept: Vec<_> = self
            .pages
            .drain(from..to)
            .filter(|(_, page)| !is_empty(page))
            .collect();
        self.pages.splice(from..from, kept);
    }

    fn find(&self, number: u64) -> Result<usize, usize> {
        let hint = self.hints[number as usize % 8] as usize;
        match self.pages.get(hint) {
            Some((at, _)) if *at == number => Ok(hint),
            _ => self.pages.binary_search_by_key(&number, |(at, _)| *at),
        }
    }

    /// Returns a page for a write, or `None` if the memory is full.
    fn page_mut(&mut self, number: u64) -> Option<&mut Page> {
        let at = match self.find(number) {
            Ok(at) => at,
            Err(_) if self.pages.len() >= MOST_PAGES => return None,
            Err(at) => {
                let page = self.initial_page(number);
                self.pages.insert(at, (number, Arc::new(page)));
                at
            }
        };
        Some(self.page_at(at))
    }

    /// Returns a page at a position for a write.
    fn page_at(&mut self, at: usize) -> &mut Page {
        let (number, page) = &mut self.pages[at];
        self.hints[*number as usize % 8] = at as u32;
        let page = Arc::make_mut(page);
        page.digest = OnceLock::new();
        page
    }

    /// Returns a page as it is before the first store.
    fn initial_page(&self, number: u64) -> Page {
        let start = number * PAGE as u64;
        let mut page = Page {
            bytes: [0; PAGE],
            states: [0; PAGE],
            digest: OnceLock::new(),
        };
        let end = start + PAGE as u64;
        let from = self.regions.partition_point(|one| one.end <= start);
        for region in self.regions[from..]
            .iter()
            .take_while(|one| one.start < end)
        {
            let bytes = region.start.max(start) - start..region.end.min(end) - start;
            page.states[bytes.start as usize..bytes.end as usize].fill(region.state);
        }
        page
    }

    /// Sets the states of bytes, and their contents to zero.
    fn mark(&mut self, address: u64, size: u64, state: u8, clear: bool) -> Option<()> {
        let (mut at, end) = (address, address + size);
        while at < end {
            let offset = at as usize % PAGE;
            let stop = (end - at).min((PAGE - offset) as u64) as usize + offset;
            let page = self.page_mut(at / PAGE as u64)?;
            page.states[offset..stop].fill(state);
            if clear {
                page.bytes[offset..stop].fill(0);
            }
            at += (stop - offset) as u64;
        }
        Some(())
    }

    /// Whether a byte has a state, and its contents.
    fn byte(&self, address: u64) -> (u8, u8) {
        let number = address / PAGE as u64;
        let offset = address as usize % PAGE;
        if let Ok(at) = self.find(number) {
            let page = &self.pages[at].1;
            return (page.states[offset], page.bytes[offset]);
        }
        (self.region(address).map_or(0, |region| region.state), 0)
    }

    /// Returns the region of a byte.
    fn region(&self, address: u64) -> Option<&Region> {
        let at = self.regions.partition_point(|one| one.end <= address);
        self.regions.get(at).filter(|one| one.start <= address)
    }

    /// Returns the error of a byte in no object, which may follow a block of the heap.
    fn unmapped(&self, address: u64) -> MemoryError {
        let at = self.regions.partition_point(|one| one.start <= address);
        let last = self.regions[..at].last();
        let block = last.filter(|one| one.origin == Origin::Block);
        // Between this block and the end of the heap, the byte may be of a block that is free.
        let follows = |one: &&Region| {
            let next = one.start + chunk(one.end - one.start);
            let is_last = address >= self.heap && address - one.end < PAGE as u64;
            address < next || is_last
        };
        match block.filter(follows) {
            Some(block) => MemoryError::AfterBlock {
                offset: address - block.start,
                size: block.end - block.start,
            },
            None if self.freed.iter().any(|one| one.contains(&address)) => {
                MemoryError::Freed { address }
            }
            None => MemoryError::Unmapped { address },
        }
    }

    /// Returns the error of the first byte that lacks a state.
    fn refusal(&self, address: u64, size: u8, needs: u8) -> Option<MemoryError> {
        let mut addresses = (0..u64::from(size)).map(|at| address.wrapping_add(at));
        addresses.find_map(|address| match self.byte(address).0 {
            0 => Some(self.unmapped(address)),
            state if state & needs != 0 => None,
            state if state & GUARDED != 0 => Some(MemoryError::Protected { address }),
            _ if needs == READABLE => Some(MemoryError::Uninitialized { address }),
            _ => Some(MemoryError::ReadOnly { address }),
        })
    }
}

impl Memory for Flat {
    #[inline]
    fn load(&mut self, access: Access) -> Result<u64, MemoryError> {
        let number = access.address / PAGE as u64;
        if let Ok(at) = self.find(number) {
            self.hints[number as usize % 8] = at as u32;
        }
        self.peek(access.address, access.size)
    }

    #[inline]
    fn peek(&self, address: u64, size: u8) -> Result<u64, MemoryError> {
        let offset = address as usize % PAGE;
        let bytes = offset..offset + usize::from(size);
        if bytes.end <= PAGE {
            match self.find(address / PAGE as u64) {
                Ok(at) => {
                    let page = &self.pages[at].1;
                    let mut states = page.states[bytes.clone()].iter();
                    if states.all(|state| state & READABLE != 0) {
                        return Ok(number(&page.bytes[bytes]));
                    }
                }
                // An array without a store is one region of zeros.
                Err(_) => {
                    if let Some(region) = self.region(address)
                        && region.state & READABLE != 0
                        && u64::from(size) <= region.end - address
                    {
                        return Ok(0);
                    }
                }
            }
        }
        if let Some(error) = self.refusal(address, size, READABLE) {
            return Err(error);
        }
        let bytes = (0..u64::from(size)).rev();
        Ok(bytes.fold(0, |value, at| {
            value << 8 | u64::from(self.byte(address.wrapping_add(at)).1)
        }))
    }

    #[inline]
    fn store(&mut self, access: Access, value: u64) -> Result<(), MemoryError> {
        let (address, size) = (access.address, access.size);
        let offset = address as usize % PAGE;
        let bytes = offset..offset + usize::from(size);
        if bytes.end <= PAGE {
            let number = address / PAGE as u64;
            let page = match self.find(number) {
                Ok(at) => Some(self.page_at(at)),
                Err(_) if self.refusal(address, size, WRITABLE).is_some() => None,
                Err(_) => Some(self.page_mut(number).ok_or(MemoryError::Full)?),
            };
            let is_writable = |page: &&mut Page| {
                let mut states = page.states[bytes.clone()].iter();
                states.all(|state| state & WRITABLE != 0)
            };
            if let Some(page) = page.filter(is_writable) {
                page.states[bytes.clone()].fill(READABLE | WRITABLE);
                page.bytes[bytes].copy_from_slice(&value.to_le_bytes()[..usize::from(size)]);
                return Ok(());
            }
        }
        if let Some(error) = self.refusal(address, size, WRITABLE) {
            return Err(error);
        }
        for (at, byte) in value.to_le_bytes()[..usize::from(size)].iter().enumerate() {
            let access = Access {
                address: address + at as u64,
                size: 1,
                ..access
            };
            self.store(access, u64::from(*byte))?;
        }
        Ok(())
    }

    /// Also copies uninitialized bytes, such as the padding of a struct.
    fn copy(&mut self, from: Access, to: u64, size: u64) -> Result<(), MemoryError> {
        for at in 0..size {
            let (source, address) = (from.address.wrapping_add(at), to.wrapping_add(at));
            let (state, byte) = self.byte(source);
            if state == 0 {
                return Err(self.unmapped(source));
            }
            if state & (GUARDED | READABLE) == GUARDED {
                return Err(MemoryError::Protected { address: source });
            }
            self.store(
                Access {
                    address,
                    size: 1,
                    ..from
                },
                u64::from(byte),
            )?;
            if state & READABLE == 0
                && let Some(page) = self.page_mut(address / PAGE as u64)
            {
                page.states[address as usize % PAGE] = state;
            }
        }
        Ok(())
    }

    fn object_end(&self, address: u64) -> Option<u64> {
        Some(self.region(address)?.end)
    }

    fn store_error(&self, address: u64) -> Option<MemoryError> {
        self.refusal(address, 1, WRITABLE)
    }

    fn allocate(&mut self, address: u64, size: u64) -> Result<(), MemoryError> {
        self.mark(address, size, WRITABLE, true)
            .ok_or(MemoryError::Full)
    }

    fn release(&mut self, address: u64, size: u64) {
        self.mark(address, size, 0, true);
    }

    /// Never returns the address of a freed block again, so that its uses are found.
    fn malloc(&mut self, size: u64) -> Option<u64> {
        let start = self.heap.next_multiple_of(16).checked_add(16)?;
        let end = start.checked_add(size)?;
        if size > MOST_PAGES as u64 * PAGE as u64 {
            return None;
        }
        self.add_region(start, end, WRITABLE, Origin::Block)?;
        self.heap = start + chunk(size) - 16;
        Some(start)
    }

    fn free(&mut self, address: u64) -> bool {
        let found = self
            .regions
            .iter()
            .position(|one| one.origin == Origin::Block && one.start == address);
        let Some(at) = found else { return false };
        let region = Arc::make_mut(&mut self.regions).remove(at);
        self.forget(region.start..region.end);
        true
    }
}

impl Page {
    /// Returns 0 for a page without mapped bytes.
    fn compute_digest(&self) -> u64 {
        if self.states.iter().all(|state| *state == 0) {
            return 0;
        }
        let words = self
            .bytes
            .chunks_exact(8)
            .chain(self.states.chunks_exact(8));
        words.fold(1, |sum, word| mix(sum ^ number(word))).max(1)
    }
}

/// Returns the size of a chunk of glibc's heap, which has a header of 8 bytes, and at least 32 bytes.
fn chunk(size: u64) -> u64 {
    (size + 8).next_multiple_of(16).max(32)
}

/// Returns the little-endian number of at most 8 bytes.
#[inline(always)]
fn number(bytes: &[u8]) -> u64 {
    match bytes.len() {
        4 => bytes
            .first_chunk()
            .map_or(0, |word| u64::from(u32::from_le_bytes(*word))),
        8 => bytes
            .first_chunk()
            .map_or(0, |word| u64::from_le_bytes(*word)),
        _ => bytes
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)),
    }
}

/// Mixes the bits of a number, as `SplitMix64` does.
pub(super) const fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
