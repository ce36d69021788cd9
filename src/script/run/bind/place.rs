//! Units of the numbers that fill parameters.

use super::bound::bind;
use super::param::{Param, Params, Slot};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::{Dimension, Number, UNITS, Unit, Value};

/// A parameter or setting whose value is a number.
pub(crate) struct Place {
    /// The name of the parameter or setting in messages.
    pub(crate) said: String,
    pub(crate) slot: Slot,
    /// The unit that usually follows the number.
    pub(crate) suffix: Option<&'static str>,
}

/// An error without its location.
pub(crate) struct Wrong {
    message: String,
    label: String,
    /// The suggested text, and the text that it follows.
    text: Option<(String, String)>,
}

impl Place {
    /// Returns the place of a setting's first value, or `None` if its numbers have different dimensions.
    pub(crate) fn first(name: &str, params: &'static [Param]) -> Option<Self> {
        let first = bind(params, Vec::new()).next().into_iter();
        let mut slots = first
            .filter_map(Param::slot)
            .filter(|slot| slot.dimension().is_some());
        let slot = slots.next()?;
        slots
            .all(|other| other.dimension() == slot.dimension())
            .then(|| Self::of(name, slot, params))
    }

    /// Returns the place of a slot in a statement or setting.
    pub(crate) fn of(name: &str, slot: Slot, params: &'static [Param]) -> Self {
        Self {
            said: format!("`{name}`"),
            slot,
            suffix: params.unit_after(slot),
        }
    }

    /// Returns the error if a number in this unit does not fit. `page` is the machine's page size.
    pub(crate) fn refuses(&self, value: &Value, unit: &Unit, page: Option<u64>) -> Option<Wrong> {
        let wanted = self
            .slot
            .dimension()
            .filter(|wanted| *wanted != unit.dimension)?;
        let Value::Number(value) = value else {
            return None;
        };
        let text = self
            .rewritten(*value, unit, wanted, page)
            .map(|text| (self.said.replace('`', ""), text));
        Some(Wrong {
            text,
            ..self.wrong(wanted, unit)
        })
    }

    /// Returns the error if this unit after a variable does not fit.
    pub(crate) fn refuses_bare(&self, unit: &Unit) -> Option<Wrong> {
        let wanted = self
            .slot
            .dimension()
            .filter(|wanted| *wanted != unit.dimension)?;
        Some(Wrong {
            text: Some((String::new(), self.suffix.unwrap_or_default().to_owned())),
            ..self.wrong(wanted, unit)
        })
    }

    fn wrong(&self, wanted: Dimension, unit: &Unit) -> Wrong {
        let takes = match (wanted, self.suffix) {
            (Dimension::Count, Some(unit)) => {
                &*format!("a number and its unit, such as `4 {unit}`")
            }
            (Dimension::Bytes, _) if self.slot != Slot::Size => "bytes",
            _ => noun(wanted),
        };
        let message = format!("{} takes {takes}, not {}", self.said, noun(unit.dimension));
        Wrong {
            message,
            label: format!("`{}`: {}", unit.name, unit.help),
            text: None,
        }
    }

    /// Returns the number in a form that fits this place. Guesses the meaning of the unit. If the unit
    /// implies no other value, the number stays.
    fn rewritten(
        &self,
        value: Number,
        unit: &Unit,
        wanted: Dimension,
        page: Option<u64>,
    ) -> Option<String> {
        let (factor, under) = unit.factor;
        let n = value.divide(Number::fraction(factor, under).ok()?).ok()?;
        let whole = |number: Number| u64::try_from(number.as_integer()?).ok();
        let (bytes, count) = (whole(value), whole(n));
        let paged = unit.name.starts_with("page");
        let suffix = |n: u64| {
            self.suffix
                .map_or_else(|| n.to_string(), |suffix| format!("{n} {suffix}"))
        };
        Some(match (wanted, unit.dimension) {
            // A size in bytes becomes the number of address bits in a space of this size.
            (Dimension::Bits, Dimension::Bytes) if (factor > 1 || bytes? > 64) && bytes? > 0 => {
                suffix(bytes?.checked_next_power_of_two()?.ilog2().into())
            }
            // Entries are small, and their widths are known in bits.
            (Dimension::Bytes, Dimension::Bits)
                if self.said == "`pte`" && count?.is_multiple_of(8) && count? > 0 =>
            {
                size_of(count? / 8)
            }
            // A number of bits becomes the size of the range that an offset of this width covers.
            (Dimension::Bytes, Dimension::Bits) if self.slot == Slot::Size && count? < 48 => {
                size_of(1 << count?)
            }
            // A size that was counted in bits.
            (Dimension::Bytes, Dimension::Bits) if self.slot == Slot::Size => {
                size_of(count.filter(|count| count.is_multiple_of(8))? / 8)
            }
            (Dimension::Bytes, Dimension::Count) if paged && page.is_some() => {
                let bytes = count?.checked_mul(page?)?;
                let address = matches!(self.slot, Slot::Va | Slot::Pa);
                if address {
                    format!("0x{bytes:X}")
                } else {
                    size_of(bytes)
                }
            }
            (Dimension::Bytes, Dimension::Count) if paged => return None,
            (Dimension::Count, Dimension::Bytes)
                if self.slot == Slot::Frames
                    && page.is_some_and(|page| bytes.is_some_and(|n| n % page == 0)) =>
            {
                suffix(bytes? / page?)
            }
            // A loop may run once for each of these bytes.
            (Dimension::Count, Dimension::Bytes) if self.said == "`repeat`" => return None,
            _ => match self.suffix {
                Some(suffix) => format!("{n} {suffix}"),
                None => n.to_string(),
            },
        })
    }
}

impl Wrong {
    pub(crate) fn at(self, span: Span) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(Code::WrongUnit, span, self.message).label(self.label);
        match self.text {
            Some((_, text)) if text.is_empty() => diagnostic = diagnostic.fix(Fix::remove(span)),
            Some((_, text)) => offer(&mut diagnostic, span, text),
            None => {}
        }
        diagnostic
    }
}

/// Replaces the fix of a diagnostic.
pub(crate) fn offer(diagnostic: &mut Diagnostic, span: Span, text: String) {
    let fix = Fix::replace(span, text);
    diagnostic.help = Some(fix.title());
    diagnostic.fix = Some(Box::new(fix));
}

/// Returns the noun for a number of this dimension.
const fn noun(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Count => "a count",
        Dimension::Bytes => "a size in bytes",
        Dimension::Bits => "a number of bits",
        Dimension::Time => "a time",
        Dimension::Fraction => "a fraction",
    }
}

/// Formats a size in bytes, in the largest unit that divides it.
pub(crate) fn size(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_integer().and_then(|n| u64::try_from(n).ok()) {
            Some(n) => size_of(n),
            None => number.to_string(),
        },
        value => value.to_string(),
    }
}

pub(crate) fn size_of(bytes: u64) -> String {
    let fits = |unit: &&Unit| {
        let factor = unit.factor.0 as u64;
        unit.dimension == Dimension::Bytes
            && bytes >= factor
            && bytes.is_multiple_of(factor)
            && !unit.name.contains('i')
    };
    match UNITS.iter().rfind(fits) {
        Some(unit) => format!("{} {}", bytes / unit.factor.0 as u64, unit.name),
        None => format!("{bytes} B"),
    }
}
