//! Where the next address of data is expected.

/// How the address of a slot is found; its number in the file.
///
/// 0: as far from the slot's last address as that was from the one before it. 1: as far from the trace's last address of
/// data as last time. From 2 on the distance is written down, in 1, 1, 2, 2, 4, 4, 8 and 8 bytes, and reaches from the
/// slot's last address (even numbers) or from the trace's last address of data (odd ones).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rule(u8);

impl Rule {
    pub(crate) const COUNT: u8 = 10;

    pub(crate) fn numbered(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// Does it start at the slot's last address, and not at that of the trace?
    #[inline]
    pub(crate) fn is_of_slot(self) -> bool {
        self.0 & 1 == 0
    }

    /// Bytes of its distance that are written down.
    #[inline]
    pub(crate) fn width(self) -> usize {
        if self.0 < 2 { 0 } else { 1 << ((self.0 - 2) / 2) }
    }

    /// The one that writes a number down, in as few bytes as it needs.
    fn for_distance(number: u64, of_slot: bool) -> Self {
        let width = match number {
            0..0x100 => 0,
            0x100..0x1_0000 => 1,
            0x1_0000..0x1_0000_0000 => 2,
            _ => 3,
        };
        Self(2 + 2 * width + u8::from(!of_slot))
    }
}

/// What is known of a slot. Everything is 0 before its first address.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AddressSlot {
    last: u64,
    /// How far that was from the one before it.
    stride: u64,
    /// How far that was from the address of data before it in the trace.
    step: u64,
}

impl AddressSlot {
    /// The address that is expected after `previous`, the last address of data in the trace: from the slot's last address
    /// if all bits of `of_slot` are set, or from `previous` if none is. There are no jumps, as which rule comes next is
    /// hard to foresee.
    #[inline]
    pub(crate) fn expected(&self, of_slot: i8, previous: u64) -> u64 {
        let of_slot = of_slot as u64;
        let from = previous ^ ((previous ^ self.last) & of_slot);
        from.wrapping_add(self.step ^ ((self.step ^ self.stride) & of_slot))
    }

    /// The address by any rule, with the number that is written down for it in so many bytes; it is 0 if there are none.
    #[inline]
    pub(crate) fn find(&self, of_slot: i8, width: u8, previous: u64, number: u64) -> u64 {
        let of_slot = of_slot as u64;
        let told = u64::from(width == 0).wrapping_sub(1);
        let from = previous ^ ((previous ^ self.last) & of_slot);
        let expected = self.step ^ ((self.step ^ self.stride) & of_slot);
        from.wrapping_add(expected & !told).wrapping_add(distance(number))
    }

    /// The rule by which an address is told in the fewest bytes, and the number that is written down for it.
    pub(crate) fn rule(&self, address: u64, previous: u64) -> (Rule, u64) {
        if address == self.last.wrapping_add(self.stride) {
            return (Rule(0), 0);
        }
        if address == previous.wrapping_add(self.step) {
            return (Rule(1), 0);
        }
        let of_slot = number(address.wrapping_sub(self.last));
        let of_trace = number(address.wrapping_sub(previous));
        (Rule::for_distance(of_slot.min(of_trace), of_slot <= of_trace), of_slot.min(of_trace))
    }

    /// Its next address is known, which is given back.
    #[inline]
    pub(crate) fn fill(&mut self, address: u64, previous: u64) -> u64 {
        self.stride = address.wrapping_sub(self.last);
        self.step = address.wrapping_sub(previous);
        self.last = address;
        address
    }
}

/// A distance, which may be negative, as a number that is small if it is short: 0, -1, 1, -2 … are 0, 1, 2, 3 …
pub(crate) fn number(distance: u64) -> u64 {
    let distance = distance as i64;
    ((distance << 1) ^ (distance >> 63)) as u64
}

/// The distance that a number stands for.
#[inline]
pub(crate) fn distance(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}
