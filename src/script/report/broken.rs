//! Text broken between words.

use std::borrow::Cow;

/// Returns the number of columns of a text, whose sequences that set a color need none.
pub(crate) fn width(text: &str) -> usize {
    let mut colors = false;
    let columns = text.chars().filter(|&c| {
        let shown = !colors && c != '\x1b';
        colors = c == '\x1b' || colors && c != 'm';
        shown
    });
    columns.count()
}

/// Wraps text to at most `room` columns. A line that fits is unchanged. In a line that does not fit, runs of
/// spaces become one space, and its other lines are indented by `hang` more columns than the first.
pub(crate) fn broken(text: &str, room: usize, hang: usize) -> Cow<'_, str> {
    // A text has at most as many columns as bytes, so nothing is measured or copied at a pipe.
    if text.len() <= room {
        return text.into();
    }
    let mut out: Vec<String> = Vec::new();
    for line in text.split('\n') {
        if width(line) <= room {
            out.push(line.to_owned());
            continue;
        }
        let indent = if hang == 0 {
            0
        } else {
            line.len() - line.trim_start().len()
        };
        let (mut current, mut begins) = (" ".repeat(indent), true);
        for word in line.split_whitespace() {
            // A list of alternatives that is too long for a line may break after each bar.
            let long = width(word) + indent + hang > room;
            let pieces = word.split_inclusive(|c| long && c == '|');
            for (at, piece) in pieces.enumerate() {
                let gap = if at == 0 && !begins { " " } else { "" };
                if !begins && width(&current) + gap.len() + width(piece) > room {
                    out.push(std::mem::replace(&mut current, " ".repeat(indent + hang)));
                } else {
                    current.push_str(gap);
                }
                current.push_str(piece);
                begins = false;
            }
        }
        out.push(current);
    }
    out.join("\n").into()
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn sentences_are_broken_between_words() {
        assert_eq!(broken("one two three", 7, 0), "one two\nthree");
        assert_eq!(broken("one  two", 8, 0), "one  two");
        assert_eq!(broken("a-word-too-long b", 5, 0), "a-word-too-long\nb");
        assert_eq!(broken("of lru|fifo|clock", 9, 0), "of lru|\nfifo|\nclock");
        assert_eq!(broken("", 5, 0), "");
    }

    #[test]
    fn other_lines_hang_below_the_first() {
        assert_eq!(broken("one two three", 7, 2), "one two\n  three");
        assert_eq!(broken(" one two six ten", 8, 2), " one two\n   six\n   ten");
    }

    #[test]
    fn colors_need_no_columns() {
        let painted = "\x1b[31mone\x1b[0m two three";
        assert_eq!(broken(painted, 7, 0), "\x1b[31mone\x1b[0m two\nthree");
    }
}
