//! Predicts data addresses.

/// A rule for computing the address of a slot, identified by its number in the file.
///
/// Rule 0 repeats the distance between the slot's last two addresses. Rule 1 repeats the slot's last distance
/// from the trace's previous data address. The other rules read a distance of 1, 1, 2, 2, 4, 4, 8, or 8 bytes
/// from the file. Even rules start at the slot's last address, and odd rules start at the trace's last data
/// address.
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

    /// Whether the rule starts at the slot's last address instead of the trace's.
    #[inline]
    pub(crate) fn is_of_slot(self) -> bool {
        self.0 & 1 == 0
    }

    /// Size in bytes of the distance in the file.
    #[inline]
    pub(crate) fn width(self) -> usize {
        if self.0 < 2 {
            0
        } else {
            1 << ((self.0 - 2) / 2)
        }
    }

    /// The rule that stores a number in as few bytes as possible.
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

/// The history of a slot. All fields are 0 before the first address.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AddressSlot {
    last: u64,
    /// The distance between the slot's last two addresses.
    stride: u64,
    /// The distance from the trace's previous data address to the slot's last address.
    step: u64,
}

impl AddressSlot {
    /// The predicted address after `previous`, the trace's last data address. The prediction starts at the
    /// slot's last address if all bits of `of_slot` are set, or at `previous` if no bit is set. The code is
    /// branch-free because the next rule is hard to predict.
    #[inline]
    pub(crate) fn expected(&self, of_slot: i8, previous: u64) -> u64 {
        let of_slot = of_slot as u64;
        let from = previous ^ ((previous ^ self.last) & of_slot);
        from.wrapping_add(self.step ^ ((self.step ^ self.stride) & of_slot))
    }

    /// The address computed with any rule from a number of `width` bytes in the file. The number is 0 if
    /// `width` is 0.
    #[inline]
    pub(crate) fn find(&self, of_slot: i8, width: u8, previous: u64, number: u64) -> u64 {
        let of_slot = of_slot as u64;
        let stored = u64::from(width == 0).wrapping_sub(1);
        let from = previous ^ ((previous ^ self.last) & of_slot);
        let expected = self.step ^ ((self.step ^ self.stride) & of_slot);
        from.wrapping_add(expected & !stored)
            .wrapping_add(distance(number))
    }

    /// The rule that stores an address in the fewest bytes, and the number to store.
    pub(crate) fn rule(&self, address: u64, previous: u64) -> (Rule, u64) {
        if address == self.last.wrapping_add(self.stride) {
            return (Rule(0), 0);
        }
        if address == previous.wrapping_add(self.step) {
            return (Rule(1), 0);
        }
        let of_slot = number(address.wrapping_sub(self.last));
        let of_trace = number(address.wrapping_sub(previous));
        (
            Rule::for_distance(of_slot.min(of_trace), of_slot <= of_trace),
            of_slot.min(of_trace),
        )
    }

    /// Records the next address and returns it.
    #[inline]
    pub(crate) fn fill(&mut self, address: u64, previous: u64) -> u64 {
        self.stride = address.wrapping_sub(self.last);
        self.step = address.wrapping_sub(previous);
        self.last = address;
        address
    }
}

/// Encodes a signed distance as a number that is small for short distances: 0, -1, 1, -2, … become 0, 1, 2, 3, …
pub(crate) fn number(distance: u64) -> u64 {
    let distance = distance as i64;
    ((distance << 1) ^ (distance >> 63)) as u64
}

/// Decodes a distance from a number.
#[inline]
pub(crate) fn distance(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}
