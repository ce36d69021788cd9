//! Powers in prose, set with superscripts: `2^n` becomes 2ⁿ.

use crate::exam::formats::tree::{Block, Paragraph, Sheet};

/// The characters of an exponent and their superscripts. Unicode's superscripts keep the text of
/// PDF and HTML searchable.
pub(crate) const SUPERSCRIPTS: [(char, char); 37] = [
    ('0', '⁰'),
    ('1', '¹'),
    ('2', '²'),
    ('3', '³'),
    ('4', '⁴'),
    ('5', '⁵'),
    ('6', '⁶'),
    ('7', '⁷'),
    ('8', '⁸'),
    ('9', '⁹'),
    ('+', '⁺'),
    ('-', '⁻'),
    ('a', 'ᵃ'),
    ('b', 'ᵇ'),
    ('c', 'ᶜ'),
    ('d', 'ᵈ'),
    ('e', 'ᵉ'),
    ('f', 'ᶠ'),
    ('g', 'ᵍ'),
    ('h', 'ʰ'),
    ('i', 'ⁱ'),
    ('j', 'ʲ'),
    ('k', 'ᵏ'),
    ('l', 'ˡ'),
    ('m', 'ᵐ'),
    ('n', 'ⁿ'),
    ('o', 'ᵒ'),
    ('p', 'ᵖ'),
    ('r', 'ʳ'),
    ('s', 'ˢ'),
    ('t', 'ᵗ'),
    ('u', 'ᵘ'),
    ('v', 'ᵛ'),
    ('w', 'ʷ'),
    ('x', 'ˣ'),
    ('y', 'ʸ'),
    ('z', 'ᶻ'),
];

/// The bases of powers. After any other base, `^` more likely means an exclusive or.
const BASES: [&str; 2] = ["2", "10"];

/// Sets the powers in all prose of a paper. Code, figures, and answers stay unchanged.
pub(crate) fn set_powers(sheet: &mut Sheet) {
    let front = &mut sheet.front;
    each(
        [&mut front.title]
            .into_iter()
            .chain(&mut front.instructions)
            .chain(&mut front.assumptions),
    );
    each(front.cover.iter_mut().map(|(_, text)| text));
    for question in &mut sheet.questions {
        each(
            [&mut question.title]
                .into_iter()
                .chain(&mut question.assumptions),
        );
        question.body.iter_mut().for_each(block);
    }
}

fn each<'t>(texts: impl IntoIterator<Item = &'t mut String>) {
    texts
        .into_iter()
        .filter(|text| text.contains('^'))
        .for_each(|text| *text = powers(text));
}

fn block(of: &mut Block) {
    match of {
        Block::Part { name, body, .. } => {
            each([name]);
            body.iter_mut().for_each(block);
        }
        Block::Worked(body) => body.iter_mut().for_each(block),
        Block::Prose(paragraphs) => {
            for paragraph in paragraphs {
                match paragraph {
                    Paragraph::Words(text) => each([text]),
                    Paragraph::List { items, .. } => each(items),
                    Paragraph::Code(_) => {}
                }
            }
        }
        Block::Given(table) => each([&mut table.title]),
        Block::Pairs { title, pairs } => {
            each(
                [title]
                    .into_iter()
                    .chain(pairs.iter_mut().flat_map(|(name, value)| [name, value])),
            );
        }
        Block::Steps(steps) => each(steps.iter_mut().map(|(_, what)| what)),
        Block::Worksheet { prompt, rows, .. } => {
            each(
                [prompt]
                    .into_iter()
                    .chain(rows.iter_mut().map(|row| &mut row.label)),
            );
        }
        Block::Value { label, .. } => each([label]),
        Block::Fill { how, .. } => each([how]),
        Block::Choice { text, options, .. } => {
            each(
                [text]
                    .into_iter()
                    .chain(options.iter_mut().map(|option| &mut option.text)),
            );
        }
        Block::Essay { text, rubric, .. } => {
            each(
                [text]
                    .into_iter()
                    .chain(rubric.iter_mut().map(|(text, _)| text)),
            );
        }
        Block::Figure(_) | Block::Lines(_) | Block::Space(_) => {}
    }
}

/// Replaces the powers in a text, except in pairs of backticks.
fn powers(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let one = |(at, piece): (usize, &&str)| {
        let is_code = at % 2 == 1 && at + 1 < pieces.len();
        if is_code {
            (*piece).to_owned()
        } else {
            outside_code(piece)
        }
    };
    pieces
        .iter()
        .enumerate()
        .map(one)
        .collect::<Vec<_>>()
        .join("`")
}

fn outside_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('^') {
        out.push_str(before);
        let (set, more) = exponent(after)
            .filter(|_| has_base(&out))
            .unwrap_or_else(|| ("^".to_owned(), after));
        out.push_str(&set);
        rest = more;
    }
    out + rest
}

/// Whether a text ends with the base of a power.
fn has_base(text: &str) -> bool {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    BASES.contains(&&text[before.len()..])
        && !before.ends_with(|c: char| c.is_alphanumeric() || "_.^)]".contains(c))
}

/// Returns the exponent at the start of a text as superscripts, and the rest of the text. An exponent is a number, a
/// letter, or an expression in brackets.
fn exponent(text: &str) -> Option<(String, &str)> {
    let brackets = [('(', ')'), ('{', '}')]
        .into_iter()
        .find(|(open, _)| text.starts_with(*open));
    let (exponent, rest) = if let Some((_, close)) = brackets {
        text[1..].split_once(close)?
    } else {
        let sign = usize::from(text.starts_with('-'));
        let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
        text.split_at(if digits > 0 {
            sign + digits
        } else {
            text.chars().next()?.len_utf8()
        })
    };
    let plain = exponent.replace(' ', "").replace('−', "-");
    let set: Option<String> = plain.chars().map(superscript).collect();
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || "_^(".contains(c));
    set.filter(|set| ends && !set.is_empty() && !matches!(exponent, "-" | "+"))
        .map(|set| (set, rest))
}

fn superscript(plain: char) -> Option<char> {
    SUPERSCRIPTS
        .iter()
        .find(|(known, _)| *known == plain)
        .map(|(_, set)| *set)
}

#[cfg(test)]
mod tests {
    use super::powers;

    #[test]
    fn powers_of_two_and_ten_have_superscripts() {
        for (plain, set) in [
            ("2^n entries, 2^12 bytes", "2ⁿ entries, 2¹² bytes"),
            ("6.1*10^-6 s", "6.1*10⁻⁶ s"),
            ("(2^48-1)/2^k.", "(2⁴⁸-1)/2ᵏ."),
            ("2^(n-1) and 2^{p + 1}", "2ⁿ⁻¹ and 2ᵖ⁺¹"),
            ("a `b", "a `b"),
            ("` 2^3", "` 2³"),
        ] {
            assert_eq!(powers(plain), set);
        }
    }

    #[test]
    fn exclusive_ors_and_code_stay() {
        for text in [
            "a ^ b",
            "a^b",
            "0x2^3",
            "2 ^ 3",
            "x2^3",
            "5^3",
            "2^n2",
            "2^",
            "2^-",
            "2^()",
            "2^N",
            "1.2^3",
            "`2^n`",
            "p[2]^3",
            "2^3^4",
            "see `x = 2^10` and `10^3`",
            "2^(a*b)",
            "^_^",
        ] {
            assert_eq!(powers(text), text);
        }
    }
}
