//! Spellings of numbers, matched as patterns. No spelling is evaluated as an expression.

use crate::lang::value::{Dimension, Measure, Number, Unit};
use crate::questions::entry::Radix;

/// Maximum length of a number in characters.
const LONGEST: usize = 100;
/// Number of significant digits that every double has. Programs print more, as in `1.1111111111111112` for 10/9.
const DOUBLE: usize = f64::DIGITS as usize;
/// The signs of negative numbers.
pub(super) const SIGNS: [char; 3] = ['-', '−', '–'];
/// Largest power of ten in scientific notation.
const LARGEST_POWER: i32 = 18;

/// A number as written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spelled {
    pub(crate) value: Number,
    /// Half a unit in the last place, if the number has enough digits to approximate a number without a
    /// finite decimal expansion.
    pub(crate) within: Option<Number>,
    /// The number of significant digits. With only two, the instructor decides about the number as an approximation.
    digits: usize,
    /// Whether the number is a percentage, which has two more decimal places.
    percent: bool,
    /// Whether the unit measures what the blank's unit measures. No key equals a number of other units.
    pub(crate) fits: bool,
    /// The other meanings that fit, each with its `within`: `16.384` could mean 16384, `1,024` could mean 1.024, `4 Kb` could be
    /// bits, and `1010b` could be binary.
    other: Vec<(Number, Option<Number>)>,
}

impl Spelled {
    /// Whether the number has too few digits to approximate a key: fewer than three, and fewer than two decimal places
    /// in the blank's unit.
    pub(crate) fn is_rough(&self) -> bool {
        let hundredth = Number::fraction(1, 200);
        let coarse = |(within, most): (Number, Number)| within.compare(most).is_gt();
        self.digits < 3 && !self.percent && self.within.zip(hundredth.ok()).is_some_and(coarse)
    }

    /// Returns the number with its other meanings, or as an approximation if it is rough.
    pub(crate) fn others(self) -> impl Iterator<Item = Self> {
        let is_approximation = self.is_rough() && self.fits;
        let approximation = is_approximation.then_some((self.value, self.within));
        let others = self.other.clone().into_iter().chain(approximation);
        others.map(move |(value, within)| Self {
            value,
            within,
            digits: usize::MAX,
            fits: true,
            other: Vec::new(),
            ..self
        })
    }

    /// Adds another meaning.
    fn or(mut self, other: Option<Number>) -> Self {
        self.other.extend(other.map(|other| (other, None)));
        self
    }

    fn times(self, factor: Factor) -> Option<Self> {
        let scaled = |number: Number| number.times(factor.by).ok();
        let other = |(value, within): (Number, Option<Number>)| {
            Some((scaled(value)?, within.and_then(scaled)))
        };
        let of_unit = factor.other.and_then(|by| self.value.times(by).ok());
        let others = self.other.into_iter().filter(|_| factor.fits);
        let spelled = Self {
            value: scaled(self.value)?,
            within: self.within.and_then(scaled),
            percent: factor.percent,
            fits: factor.fits,
            other: others.filter_map(other).collect(),
            digits: self.digits,
        };
        Some(spelled.or(of_unit))
    }
}

impl From<Number> for Spelled {
    fn from(value: Number) -> Self {
        Self {
            value,
            within: None,
            digits: usize::MAX,
            percent: false,
            fits: true,
            other: Vec::new(),
        }
    }
}

/// Returns a number from data, such as JSON, as if its decimal digits were an answer: `3.33` can approximate 10/3. A point in data
/// is a decimal point.
pub(crate) fn from_data(number: Number, unit: Option<&str>) -> Spelled {
    let spelled = read(&number.to_string(), Radix::Decimal, None, unit);
    spelled.map_or_else(
        || Spelled::from(number),
        |spelled| Spelled {
            other: Vec::new(),
            ..spelled
        },
    )
}

/// Parses a number for a blank. Digits without a prefix have the blank's radix. `unit` is the blank's unit.
pub fn read(text: &str, radix: Radix, digits: Option<u32>, unit: Option<&str>) -> Option<Spelled> {
    if text.trim().len() > LONGEST {
        return None;
    }
    let text = powers_on_the_line(text.trim());
    let (text, radix) = without_radix(&text).unwrap_or((&text, radix));
    if radix == Radix::Decimal {
        return decimal(text, unit);
    }
    if let Some(rest) = text.strip_prefix(SIGNS) {
        // `-D` is unclear: a dash and then the digit D, or a negative number.
        let begins = rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
        let own = read(rest, radix, None, unit).filter(|_| begins)?;
        let negative = Factor {
            by: Number::integer(-1).ok()?,
            other: None,
            fits: own.fits,
            percent: false,
        };
        return own.times(negative);
    }
    let is_unit = |last: &str| unit.is_some() && factor(last, unit).is_some();
    match text
        .rsplit_once(char::is_whitespace)
        .filter(|(_, last)| is_unit(last))
    {
        // Digits without a prefix are ambiguous before a unit other than the blank's unit: `512 GB`
        // could mean 512 or 0x512. Such an answer is unreadable, so that the instructor decides.
        Some((_, last)) if !unit.is_some_and(|unit| unit.eq_ignore_ascii_case(last)) => {
            scaled(text, unit)
        }
        Some((own, _)) => coded(own, radix, digits)
            .or_else(|| power(own.trim_end()))
            .map(Spelled::from),
        None => coded(text, radix, digits)
            .map(|value| with_suffix(value, text, radix, unit))
            .or_else(|| power(text).map(Spelled::from))
            .or_else(|| scaled(text, unit)),
    }
}

/// Returns a number with the other meanings of a final `b`, which is a digit in hexadecimal: the suffix of a binary number,
/// or the unit of a blank for bytes.
fn with_suffix(value: Number, text: &str, radix: Radix, unit: Option<&str>) -> Spelled {
    let spelled = Spelled::from(value);
    let Some(rest) = text
        .strip_suffix(['b', 'B'])
        .filter(|_| radix == Radix::Hex)
    else {
        return spelled;
    };
    let is_bytes = unit
        .and_then(Unit::spelt)
        .is_some_and(|unit| unit.dimension == Dimension::Bytes);
    let bytes = is_bytes.then(|| coded(rest, radix, None)).flatten();
    spelled.or(whole(&plain(rest), 2)).or(bytes)
}

/// Writes `2¹⁰`, `2**10`, `2 ^ 10`, and `2^(10)` as `2^10`.
fn powers_on_the_line(text: &str) -> String {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    const PLAIN: &[u8] = b"0123456789-";
    let (mut line, mut raised) = (String::new(), false);
    for c in text.chars() {
        let place = RAISED.chars().position(|own| own == c);
        if place.is_some() && !raised {
            line.push('^');
        }
        raised = place.is_some();
        line.push(place.map_or(c, |place| PLAIN[place] as char));
    }
    let line = line.replace("**", "^");
    let mut parts = line.split('^');
    let mut joined = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let part = part.trim_start();
        let inside = part.strip_prefix(['(', '{']);
        let (power, rest) = inside
            .and_then(|inside| inside.split_once([')', '}']))
            .unwrap_or((part, ""));
        joined.truncate(joined.trim_end().len());
        joined.extend(["^", power.trim_start(), rest]);
    }
    joined
}

/// Returns the digits and the radix of `0D hex`, `0D (hex)`, `0D₁₆`, or `1101₂`.
fn without_radix(text: &str) -> Option<(&str, Radix)> {
    const RADIXES: [(&str, Radix); 7] = [
        ("₁₆", Radix::Hex),
        ("(hex)", Radix::Hex),
        ("hex", Radix::Hex),
        ("Hex", Radix::Hex),
        ("HEX", Radix::Hex),
        ("₁₀", Radix::Decimal),
        ("₂", Radix::Binary),
    ];
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut known = RADIXES.iter();
    known.find_map(|(name, radix)| Some((text.strip_suffix(name)?.trim_end(), *radix)))
}

/// Parses a number in a hexadecimal or binary blank.
fn coded(text: &str, radix: Radix, digits: Option<u32>) -> Option<Number> {
    // A comma can separate groups of digits, but not decimal places.
    if text.split(',').skip(1).any(|group| group.trim().len() < 3) {
        return None;
    }
    let plain = plain(text);
    if radix == Radix::Binary {
        let own = plain.strip_suffix('b').unwrap_or(&plain);
        let hex = || Some((plain.strip_suffix('h')?, 16));
        let (digits, radix) = prefixed(&plain).or_else(hex).unwrap_or((own, 2));
        return whole(digits, radix);
    }
    // In `0b…` with the blank's number of digits, `0b` is part of a hexadecimal number.
    let bare =
        digits.is_some_and(|digits| plain.len() == digits as usize) && plain.starts_with("0b");
    let own = plain.strip_suffix('h').unwrap_or(&plain);
    let own = own.strip_prefix(['$', '#', 'x']).unwrap_or(own);
    let (digits, radix) = prefixed(&plain).filter(|_| !bare).unwrap_or((own, 16));
    whole(digits, radix)
}

/// Parses a power, or a number with a prefix, and its unit: `0x200 GB`, `0b100B`, `0x1KB`, `2^9 KB`. Without a space,
/// the `B` of `0x200B` is a digit.
fn scaled(text: &str, unit: Option<&str>) -> Option<Spelled> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let after_space = text
        .rsplit_once(char::is_whitespace)
        .filter(|(_, last)| Unit::spelt(last).is_some());
    let (number, named) = after_space.or_else(|| {
        let lower = text.to_lowercase();
        let digits = if lower.starts_with("0x") {
            16
        } else if lower.starts_with("0b") {
            2
        } else {
            10
        };
        let is_digit = |c: char| c.is_digit(digits) || c == '^' || !c.is_alphanumeric();
        let cut = text
            .char_indices()
            .skip(2)
            .find(|(_, c)| !is_digit(*c))
            .map(|(at, _)| at)?;
        text.split_at_checked(cut)
    })?;
    let value = power(number).or_else(|| {
        let number = plain(number);
        prefixed(&number).and_then(|(digits, radix)| whole(digits, radix))
    })?;
    Spelled::from(value).times(factor(named.trim(), unit)?)
}

/// Converts to lowercase and removes digit separators.
fn plain(text: &str) -> String {
    let between = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '\'' | '’' | ',');
    let plain: String = text
        .chars()
        .filter(between)
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.strip_suffix('.').map(str::to_owned).unwrap_or(plain);
    plain.strip_prefix('+').map(str::to_owned).unwrap_or(plain)
}

/// Returns the digits and the radix of a number with a prefix.
fn prefixed(plain: &str) -> Option<(&str, u32)> {
    if let Some(digits) = plain.strip_prefix("0x") {
        return Some((digits, 16));
    }
    let digits = plain.strip_prefix("0b")?;
    // `0b` followed by other digits is a hexadecimal number.
    let binary = !digits.is_empty() && digits.bytes().all(|digit| matches!(digit, b'0' | b'1'));
    binary.then_some((digits, 2))
}

fn whole(digits: &str, radix: u32) -> Option<Number> {
    let all = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    Number::digits(digits, radix).ok().filter(|_| all)
}

/// Parses a decimal number with its unit: `13`, `1,024`, `1 KB`, `3/4`, `75 %`, `2^10`, `0xD`.
fn decimal(text: &str, unit: Option<&str>) -> Option<Spelled> {
    let lower = plain(text);
    if lower.starts_with("0x") || lower.starts_with("0b") {
        let own = || {
            let (digits, radix) = prefixed(&lower)?;
            let value = whole(digits, radix)?;
            let radix = if radix == 16 {
                Radix::Hex
            } else {
                Radix::Binary
            };
            // Without another unit, the final `B` could be bytes.
            Some(with_suffix(value, text, radix, unit.or(Some("B"))))
        };
        if let Some(spelled) = scaled(text, unit).or_else(own) {
            return Some(spelled);
        }
    }
    let text = text.strip_prefix('+').unwrap_or(text).replace(SIGNS, "-");
    let text = text.strip_suffix('.').unwrap_or(&text);
    let is_unit = |c: char| c.is_alphabetic() || c == '%';
    let (number, named) = text.split_at(text.trim_end_matches(is_unit).len());
    if let Some(spelled) = scientific(number) {
        return spelled.times(factor(named, unit)?);
    }
    let cut = text.find(is_unit).unwrap_or(text.len());
    let (number, named) = text.split_at(cut);
    let factor = factor(named.trim(), unit)?;
    let is_suffix = named.trim().eq_ignore_ascii_case("b");
    let binary = whole(&plain(number), 2).filter(|_| is_suffix);
    let spelled = fraction(number.trim())?.times(factor)?;
    Some(spelled.or(binary))
}

/// Parses scientific notation: `6.1e-6`, `6.1*10^-6`, `6.1 × 10^(-6)`.
fn scientific(text: &str) -> Option<Spelled> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    let (number, power) = text.split_once('e').or_else(|| {
        let (number, power) = text.split_once("10^")?;
        Some((number.strip_suffix(['*', 'x', '×', '·'])?, power))
    })?;
    let power: i32 = power.trim_start_matches('+').parse().ok()?;
    if !(-LARGEST_POWER..=LARGEST_POWER).contains(&power) {
        return None;
    }
    let number = number.replace(',', ".");
    let scale = 10i128.checked_pow(power.unsigned_abs())?;
    let scale = if power < 0 {
        Number::fraction(1, scale)
    } else {
        Number::fraction(scale, 1)
    }
    .ok()?;
    let value = Number::literal(&number).ok()?.times(scale).ok()?;
    let after = number.split_once('.').map_or("", |(_, after)| after);
    // A number with two digits after the leading zeros is an approximation, as in `0.0000061`.
    let digits = number.replace(['.', '-'], "").trim_start_matches('0').len();
    let place = half_in_last_place(after.len(), digits)?;
    let within = place.times(scale).ok().filter(|_| digits > 1);
    Some(Spelled {
        within,
        digits,
        ..Spelled::from(value)
    })
}

/// The factor that converts a number to the blank's unit.
#[derive(Clone, Copy)]
struct Factor {
    by: Number,
    /// The factor of the unit's other meaning.
    other: Option<Number>,
    fits: bool,
    /// Whether the number is a percentage.
    percent: bool,
}

/// Returns the factor of a unit, or `None` for an unknown one.
fn factor(named: &str, unit: Option<&str>) -> Option<Factor> {
    let is_percent =
        |unit: &str| Unit::spelt(unit).is_some_and(|unit| unit.dimension == Dimension::Fraction);
    let percent = is_percent(if named.is_empty() {
        unit.unwrap_or("")
    } else {
        named
    });
    let fits = |by: Number| Factor {
        by,
        other: None,
        fits: true,
        percent,
    };
    let one = Number::from(1u64);
    // `Mb` and `Mb/s` could be bits.
    let bits = |unit: &str| unit.split('/').next().is_some_and(|of| of.ends_with('b'));
    let could_be_bits = bits(named);
    let is_unit = |unit: &str| {
        unit.eq_ignore_ascii_case(named) && !could_be_bits && !bits(unit) || unit == named
    };
    if named.is_empty() || unit == Some(named) {
        return Some(fits(one));
    }
    let own = Unit::spelt(named);
    // The prefixes of SI are powers of 1000. `K` and `Ki` are not among them.
    let could_be_si = named.starts_with(['k', 'M', 'G', 'T']) && named.get(1..2) != Some("i");
    let in_si = |by: Number| {
        let own = own?;
        let thousands = own.factor.0.trailing_zeros() / 10;
        let less = Number::fraction(1000i128.checked_pow(thousands)?, own.factor.0).ok()?;
        by.times(less).ok().filter(|_| could_be_si && thousands > 0)
    };
    let prefixed = |by: Number| Factor {
        other: in_si(by),
        ..fits(by)
    };
    if unit.is_some_and(is_unit) {
        return Some(prefixed(one));
    }
    if unit.is_none() && own.is_none() && names_what_is_counted(named) {
        return Some(fits(one));
    }
    let own = own?;
    let own_factor = Number::fraction(own.factor.0, own.factor.1).ok()?;
    let Some(unit) = unit else {
        return Some(prefixed(own_factor));
    };
    let written = Unit::spelt(unit);
    // The instructor decides whether `cycles` are the `clock cycles` of an author.
    let mut words = unit.split_whitespace();
    if written.is_none() && words.any(|word| word.eq_ignore_ascii_case(named)) {
        return None;
    }
    let unit = written;
    let is = |dimension: Dimension| unit.is_some_and(|unit| unit.dimension == dimension);
    if named == "b" && is(Dimension::Bits) {
        return Some(fits(one));
    }
    let is_prefix = named.len() == 1 || named.to_lowercase().ends_with('i');
    if is_prefix && own.name.len() == 2 && !is(Dimension::Bytes) {
        // `16 K` is 16384 entries, but 2 K ns could be 2000 or 2048.
        let counts = !is(Dimension::Time) && !is(Dimension::Fraction);
        return counts.then(|| prefixed(own_factor));
    }
    let by = match unit.map(quantity) {
        Some((kind, of)) if kind == quantity(own).0 => quantity(own).1?.divide(of?).ok()?,
        _ => {
            return Some(Factor {
                fits: false,
                ..fits(one)
            });
        }
    };
    // `Kb` means kilobits, but many write it for kilobytes, and also `kb`.
    if own.dimension != Dimension::Bytes || !could_be_bits {
        return Some(prefixed(by));
    }
    let bits = by.divide(Number::from(8u64)).ok()?;
    let is_sloppy =
        named.len() > 1 && named.starts_with(char::is_lowercase) && is(Dimension::Bytes);
    let (by, other) = if is_sloppy { (by, bits) } else { (bits, by) };
    Some(Factor {
        other: Some(other),
        ..fits(by)
    })
}

/// Names of things that a blank without a unit can count, in the singular. `3 misses` could mean another blank than that of the hits.
const COUNTED: &[&str] = &[
    "access",
    "block",
    "copy",
    "element",
    "entry",
    "eviction",
    "fault",
    "frame",
    "line",
    "output",
    "page",
    "process",
    "reference",
    "set",
    "time",
    "way",
];

/// Whether the words behind a number only name what it counts: `page faults`.
fn names_what_is_counted(words: &str) -> bool {
    words.to_lowercase().split_whitespace().all(|word| {
        let of = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let is = |one: &str| COUNTED.contains(&one);
        of.is_some_and(|one| is(&one))
            || [Some(word), word.strip_suffix('s'), word.strip_suffix("es")]
                .into_iter()
                .flatten()
                .any(is)
    })
}

/// Returns the dimension of a unit, what it measures, and the unit's size. Bits convert to bytes, but cycles do not convert
/// to nanoseconds, nor pages to entries.
fn quantity(unit: &Unit) -> ((Dimension, Option<Measure>), Option<Number>) {
    let (dimension, measure, parts) = match unit.dimension {
        Dimension::Bits => (Dimension::Bytes, Some(Measure::Bytes), 8),
        other => (other, unit.measure(), 1),
    };
    let size = Number::fraction(unit.factor.0, unit.factor.1 * parts).ok();
    ((dimension, measure), size)
}

/// Parses `3/4`, `2^10`, or one number.
fn fraction(text: &str) -> Option<Spelled> {
    if let Some((above, under)) = text.split_once('/') {
        let part = |text: &str| power(text).map(Spelled::from).or_else(|| spelled(text));
        let (above, under) = (part(above.trim())?, part(under.trim())?);
        return above.value.divide(under.value).ok().map(Spelled::from);
    }
    if text.starts_with("2^") {
        return power(text).map(Spelled::from);
    }
    let other = swapped(text).and_then(|text| spelled(&text));
    Some(Spelled {
        other: other
            .map(|other| (other.value, other.within))
            .into_iter()
            .collect(),
        ..spelled(text)?
    })
}

/// Parses `2^10` and `2^-12`.
fn power(text: &str) -> Option<Number> {
    let power: i32 = text.strip_prefix("2^")?.trim().parse().ok()?;
    let value = 1i128 << Some(power.unsigned_abs()).filter(|power| *power < 64)?;
    let (above, under) = if power < 0 { (1, value) } else { (value, 1) };
    Number::fraction(above, under).ok()
}

/// Parses digits with a decimal point or comma, as [`spelled`] does.
pub(crate) fn places(text: &str) -> Option<Number> {
    spelled(text).map(|spelled| spelled.value)
}

/// Parses digits with a decimal point or comma. Commas, spaces, apostrophes, or `_` may separate groups of
/// three digits. Periods can also separate groups if there are two or more periods.
fn spelled(text: &str) -> Option<Spelled> {
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let joined: String = match groups(text) {
        Some(joined) => joined,
        None => text.replace(',', "."),
    };
    let (before, after) = joined.split_once('.').unwrap_or((&joined, ""));
    let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if before.len() + after.len() == 0 || !digits(before) || !digits(after) {
        return None;
    }
    let before = if before.is_empty() { "0" } else { before };
    let literal = if after.is_empty() {
        before.to_owned()
    } else {
        format!("{before}.{after}")
    };
    let value = Number::literal(&literal).ok()?;
    let value = if sign.is_empty() {
        value
    } else {
        value.negate().ok()?
    };
    let digits = format!("{before}{after}").trim_start_matches('0').len();
    let half = half_in_last_place(after.len(), digits).filter(|_| digits > 1);
    Some(Spelled {
        within: half,
        digits,
        ..Spelled::from(value)
    })
}

/// Exchanges the period of `16.384` or the comma of `1,024`, which can be a decimal or a thousands separator.
fn swapped(text: &str) -> Option<String> {
    let (before, after) = text.split_once(['.', ','])?;
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit())
    };
    let whole = before.strip_prefix('-').unwrap_or(before);
    let either =
        digits(whole, 3) && !whole.starts_with('0') && digits(after, 3) && after.len() == 3;
    let other = if text.contains('.') { ',' } else { '.' };
    either.then(|| format!("{before}{other}{after}"))
}

/// Returns half a unit in the last decimal place, or in the last place that a double rounds correctly.
fn half_in_last_place(decimals: usize, digits: usize) -> Option<Number> {
    let decimals = decimals.saturating_sub(digits.saturating_sub(DOUBLE));
    let tens = 10i128.checked_pow(u32::try_from(decimals).ok()?)?;
    Number::fraction(1, tens.checked_mul(2)?).ok()
}

/// Joins a number's groups of three digits, or returns `None` if there are no groups.
fn groups(text: &str) -> Option<String> {
    let (whole, after) = match text.split_once('.') {
        Some((whole, after)) if !after.contains('.') => (whole, Some(after)),
        _ => (text, None),
    };
    let apart = |separator: char| {
        let mut parts = whole.split(separator);
        let first = parts.next().unwrap_or("");
        let rest: Vec<&str> = parts.collect();
        // `0,125` has no groups.
        let in_threes = rest.iter().all(|part| part.len() == 3)
            && (1..=3).contains(&first.len())
            && !first.starts_with('0');
        let enough = if separator == '.' {
            rest.len() > 1
        } else {
            !rest.is_empty()
        };
        (in_threes && enough).then(|| whole.split(separator).collect::<String>())
    };
    let separators = [
        ',', ' ', '\u{A0}', '\u{202F}', '\u{2009}', '\'', '’', '_', '.',
    ];
    let joined = separators.into_iter().find_map(apart)?;
    Some(after.map_or(joined.clone(), |after| format!("{joined}.{after}")))
}
