//! Refuses YAML texts whose reading would take too long. For each comma or bracket, the YAML library searches all
//! brackets that are open, so its running time is quadratic.

/// Maximum number of open brackets.
const MOST_OPEN: u64 = 1000;

/// Maximum sum of the numbers of open brackets at each indicator, such as a comma. The library
/// needs about a second. A limit on the number of brackets alone would refuse large tables of
/// answers.
const MOST_WORK: u64 = 1 << 28;

/// Returns the first line, counted from 1, at which a text's lists and maps in brackets are nested too deeply.
pub fn too_deep(text: &str) -> Option<u64> {
    let (mut open, mut work) = (0u64, 0u64);
    (1..).zip(text.lines()).find_map(|(number, line)| {
        // The last byte that is not a space, and the first byte of its word.
        let (mut last, mut word, mut within) = (b':', b' ', false);
        for byte in line.trim_start_matches('\u{feff}').bytes() {
            if byte.is_ascii_whitespace() {
                within = false;
                // YAML also ends a line at a CR without LF.
                last = if byte == b'\r' { b':' } else { last };
                continue;
            }
            // Outside brackets, a bracket within a plain text such as `x = [1` is a letter.
            let begins =
                open > 0 || matches!(last, b':' | b'-' | b'?') || matches!(word, b'!' | b'&');
            match byte {
                b'[' | b'{' if begins => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if matches!(byte, b'[' | b'{' | b']' | b'}' | b',' | b':' | b'?' | b'-') {
                work += open;
            }
            if open > MOST_OPEN || work > MOST_WORK {
                return Some(number);
            }
            if !within {
                word = byte;
            }
            (last, within) = (byte, true);
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn open_brackets_are_counted_where_yaml_has_lists_and_maps() {
        let deep = |unit: &str| too_deep(&format!("a: 1\nb: {}", unit.repeat(100_000)));
        for unit in [
            "[",
            "{",
            "[\n",
            "{a: ",
            "!t [",
            "&x [!!seq ",
            "? [",
            "[\"\", ",
            "...\r[",
        ] {
            assert!(deep(unit).is_some(), "{unit:?}");
        }
        for unit in [
            "- [1, 2]\n",
            "- {a: [b]}\n",
            "text: x = [0, 1, 2, …\n",
            "- in [0, 9)\n",
        ] {
            assert_eq!(deep(unit), None, "{unit:?}");
        }
        assert_eq!(too_deep(&format!("\u{feff}{}", "[".repeat(1001))), Some(1));
        assert_eq!(too_deep(&format!("a:\n  {}", "[".repeat(1000))), None);
        // Many commas in a moderate depth also take long.
        assert_eq!(
            too_deep(&format!(
                "a:\n  {}{}",
                "[".repeat(1000),
                "x,".repeat(1 << 19)
            )),
            Some(2)
        );
    }
}
