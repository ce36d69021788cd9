//! Where the next address of data is expected.

/// How the address of a slot is found. The numbers are those of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// As far from the slot's last address as that was from the one before it.
    Stride = 0,
    /// As far from the trace's last address of data as last time.
    Step = 1,
    /// A distance that is written down, from the slot's last address.
    FromLast = 2,
    /// A distance that is written down, from the trace's last address of data.
    FromPrevious = 3,
}

impl Rule {
    /// By its number.
    pub fn numbered(number: u8) -> Option<Self> {
        [Rule::Stride, Rule::Step, Rule::FromLast, Rule::FromPrevious].get(usize::from(number)).copied()
    }
}

/// What is known of a slot. Everything is 0 before its first address.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slot {
    /// Its last address.
    last: u64,
    /// How far that was from the one before it.
    stride: u64,
    /// How far that was from the address of data before it in the trace.
    step: u64,
}

impl Slot {
    /// The address by a rule, after `previous`, the last address of data in the trace; `distance` is asked where it is
    /// written down.
    #[inline(always)]
    pub fn find<E>(
        &self,
        rule: Rule,
        previous: u64,
        distance: impl FnOnce() -> Result<u64, E>,
    ) -> Result<u64, E> {
        Ok(match rule {
            Rule::Stride => self.last.wrapping_add(self.stride),
            Rule::Step => previous.wrapping_add(self.step),
            Rule::FromLast => self.last.wrapping_add(distance()?),
            Rule::FromPrevious => previous.wrapping_add(distance()?),
        })
    }

    /// The rule by which an address is told in the fewest bytes, and the distance that must be written down.
    pub fn rule(&self, address: u64, previous: u64) -> (Rule, Option<u64>) {
        if address == self.last.wrapping_add(self.stride) {
            return (Rule::Stride, None);
        }
        if address == previous.wrapping_add(self.step) {
            return (Rule::Step, None);
        }
        let (last, step) = (address.wrapping_sub(self.last), address.wrapping_sub(previous));
        let short = |distance: u64| (distance as i64).unsigned_abs();
        if short(last) <= short(step) {
            (Rule::FromLast, Some(last))
        } else {
            (Rule::FromPrevious, Some(step))
        }
    }

    /// Its next address is known.
    #[inline(always)]
    pub fn learn(&mut self, address: u64, previous: u64) {
        self.stride = address.wrapping_sub(self.last);
        self.step = address.wrapping_sub(previous);
        self.last = address;
    }
}
