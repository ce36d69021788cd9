//! Text broken between words.

/// Wraps text to at most `room` columns. A line that fits is unchanged. In a line that does not fit, runs of
/// spaces become one space.
pub(crate) fn broken(text: &str, room: usize) -> String {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.chars().count() <= room {
            out.push(line.to_owned());
            continue;
        }
        let mut current = String::new();
        for word in line.split_whitespace() {
            // A list of alternatives that is too long for a line may break after each bar.
            let long = word.chars().count() > room;
            let pieces = word.split_inclusive(|c| long && c == '|');
            for (at, piece) in pieces.enumerate() {
                let gap = if at == 0 && !current.is_empty() {
                    " "
                } else {
                    ""
                };
                if !current.is_empty()
                    && current.chars().count() + gap.len() + piece.chars().count() > room
                {
                    out.push(std::mem::take(&mut current));
                } else {
                    current.push_str(gap);
                }
                current.push_str(piece);
            }
        }
        out.push(current);
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn sentences_are_broken_between_words() {
        assert_eq!(broken("one two three", 7), "one two\nthree");
        assert_eq!(broken("one  two", 8), "one  two");
        assert_eq!(broken("a-word-too-long b", 5), "a-word-too-long\nb");
        assert_eq!(broken("of lru|fifo|clock", 9), "of lru|\nfifo|\nclock");
        assert_eq!(broken("", 5), "");
    }
}
