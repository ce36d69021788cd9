//! A Cloze parser that follows Moodle's rules (`question/type/multianswer/questiontype.php`). An answer ends
//! before the first `~`, `#`, or `}` that does not follow `\`, `&`, or `&amp;`.

/// A field of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Sub {
    pub weight: u64,
    pub kind: String,
    /// Each answer and its share of the points: 1 for a correct answer, or else 0.
    pub answers: Vec<(String, f64)>,
}

impl Sub {
    /// Returns the share of a short answer. Patterns support `*` and ignore case.
    pub fn mark(&self, response: &str) -> f64 {
        let right = |pattern: &str| {
            assert!(
                !pattern.replace("\\*", "").contains('*'),
                "{pattern} would match anything"
            );
            pattern.replace("\\*", "*").to_lowercase() == response.trim().to_lowercase()
        };
        self.answers
            .iter()
            .find(|(answer, _)| right(answer))
            .map_or(0.0, |(_, share)| *share)
    }
}

/// The fields in a question's HTML, and the HTML with `{#1}` and so on instead of the fields.
pub fn read(html: &str) -> (Vec<Sub>, String) {
    let (mut subs, mut left, mut rest) = (Vec::new(), String::new(), html);
    while let Some(at) = rest.find('{') {
        left.push_str(&rest[..at]);
        match field(&rest[at..]) {
            Some((sub, length)) => {
                subs.push(sub);
                left.extend(["{#", &subs.len().to_string(), "}"]);
                rest = &rest[at + length..];
            }
            None => panic!("a brace that is no field: {:.80}", &rest[at..]),
        }
    }
    left.push_str(rest);
    (subs, left)
}

fn field(text: &str) -> Option<(Sub, usize)> {
    let (weight, after) = text.strip_prefix('{')?.split_once(':')?;
    let (kind, _) = after.split_once(':')?;
    let known = [
        "SHORTANSWER",
        "NUMERICAL",
        "MULTICHOICE",
        "MULTICHOICE_V",
        "MULTIRESPONSE",
    ];
    if !known.contains(&kind) {
        return None;
    }
    let mut at = weight.len() + kind.len() + 3;
    let mut answers = Vec::new();
    loop {
        let end = at + end(&text[at..]);
        answers.push(answer(&text[at..end]));
        match text.as_bytes()[end] {
            b'}' => {
                let sub = Sub {
                    weight: weight.parse().ok()?,
                    kind: kind.to_owned(),
                    answers,
                };
                return Some((sub, end + 1));
            }
            b'~' => at = end + 1,
            _ => panic!("feedback in {:.80}", &text[at..]),
        }
    }
}

/// The byte offset of an answer's end.
fn end(text: &str) -> usize {
    let mut found = text
        .char_indices()
        .filter(|(_, c)| "~#}".contains(*c))
        .map(|(at, _)| at);
    let ends = |at: &usize| {
        *at > 0
            && !["\\", "&", "&amp;"]
                .iter()
                .any(|before| text[..*at].ends_with(before))
    };
    found.find(ends).expect("an answer ends")
}

fn answer(text: &str) -> (String, f64) {
    let (share, text) = match text.strip_prefix('=') {
        Some(right) => (1.0, right),
        None => (0.0, text),
    };
    assert!(!text.starts_with('%'), "a share: {text}");
    let decoded = super::xml::fragment(text).text;
    (decoded.replace("\\}", "}").replace("\\#", "#"), share)
}
