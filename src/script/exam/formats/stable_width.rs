//! Pads text to the same width in every version of a paper. Lines then break at the same words for
//! `0x4` and `0x3FC`, so the boxes below stay in place.

/// Pads every number to a maximum number of digits, so that the text has the same width in every version.
pub(crate) fn stable_width(words: &str) -> Option<String> {
    let mut changed = false;
    let wide = words.split(' ').map(|word| {
        if !word.contains(|c: char| c.is_ascii_digit()) {
            return word.to_owned();
        }
        changed = true;
        let length = word.chars().count();
        "0".repeat(length.next_multiple_of(4))
    });
    let wide = wide.collect::<Vec<_>>().join(" ");
    changed.then_some(wide)
}

#[cfg(test)]
mod tests {
    use super::stable_width;

    #[test]
    fn room_does_not_depend_on_the_digits_of_a_number() {
        assert_eq!(stable_width("at 0x4 now"), stable_width("at 0x3 now"));
        assert_eq!(stable_width("at 0x1A"), stable_width("at 0x1"));
        assert_eq!(stable_width("none"), None);
    }
}
