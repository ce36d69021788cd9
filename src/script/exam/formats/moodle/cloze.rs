//! Fields in Cloze, the syntax of Moodle's embedded answers (parsed by `question/type/multianswer`).

use std::fmt::Write;

use crate::exam::field::Field;
use crate::exam::formats::bank::html::escaped;
use crate::exam::formats::bank::input::{Input, input};
use crate::exam::formats::bank::stem::Slots;
use crate::exam::formats::export::Refusal;
use crate::report::xml::legal;

/// Writes fields in Cloze. `weights` has one weight for each field except essays, in order.
pub(crate) struct Cloze<'w> {
    /// The weight of each field.
    pub(crate) weights: std::slice::Iter<'w, u64>,
}

impl Slots for Cloze<'_> {
    fn blank(&mut self, field: &Field) -> Result<String, Refusal> {
        let mut weight = || self.weights.next().copied().unwrap_or(1);
        Ok(match input(field)? {
            Input::Pick { options, right } => {
                let each = options
                    .iter()
                    .enumerate()
                    .map(|(at, option)| (option.as_str(), at == right));
                subquestion(
                    "MULTICHOICE",
                    weight(),
                    each.map(|(option, right)| (escaped(option), right)),
                )
            }
            Input::Text(accepted) => subquestion(
                "SHORTANSWER",
                weight(),
                accepted.iter().map(|one| (one.replace('*', "\\*"), true)),
            ),
            Input::Number(number, off) => {
                let said = if off > 0.0 {
                    format!("{}:{off}", number.to_f64())
                } else {
                    number.to_string()
                };
                format!("{{{}:NUMERICAL:={said}}}", weight())
            }
            Input::Choice { options, several } => {
                let kind = if several {
                    "MULTIRESPONSE"
                } else {
                    "MULTICHOICE_V"
                };
                subquestion(
                    kind,
                    weight(),
                    options
                        .iter()
                        .map(|(option, right)| (escaped(option), *right)),
                )
            }
            Input::Essay { .. } => "<em>This is a separate question.</em>".to_owned(),
        })
    }

    fn block(&mut self, field: &Field) -> Result<String, Refusal> {
        Ok(format!("<div>{}</div>", self.blank(field)?))
    }

    fn table(&self) -> &'static str {
        " class=\"generaltable\" border=\"1\""
    }
}

/// Formats a Cloze subquestion: `{2:SHORTANSWER:=0x0D~=0D}`.
fn subquestion(kind: &str, weight: u64, answers: impl Iterator<Item = (String, bool)>) -> String {
    let mut out = format!("{{{weight}:{kind}:");
    for (at, (answer, right)) in answers.enumerate() {
        let tilde = if at > 0 { "~" } else { "" };
        let equals = if right { "=" } else { "" };
        let _ = write!(out, "{tilde}{equals}{}", quoted(&answer));
    }
    out.push('}');
    out
}

/// Escapes an answer for Moodle. Moodle first searches for `~`, `#`, and `}`, then resolves HTML entities,
/// and then resolves `\}` and `\#`. No answer may end in `&` or `\`, and no wrong answer may begin with `=`
/// or `%`. `&` becomes `&#38;` because Moodle does not end an answer after `&amp;`.
fn quoted(answer: &str) -> String {
    let mut out = String::new();
    for c in legal(answer).chars() {
        match c {
            '}' | '#' => {
                let _ = write!(out, "&#92;&#{};", u32::from(c));
            }
            '~' | '&' | '\\' | '<' | '>' | '"' | '{' | '=' | '%' | '$' | '@' | '\'' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            // A line break would end the list of answers.
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    // Answers cannot be empty.
    if out.is_empty() {
        "&#160;".to_owned()
    } else {
        out
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn an_answer_ends_only_where_it_ends() {
        assert_eq!(quoted("0x0D"), "0x0D");
        assert_eq!(quoted("-"), "-");
        assert_eq!(quoted("a}~#b&"), "a&#92;&#125;&#126;&#92;&#35;b&#38;");
        assert_eq!(quoted("%50%=x\\"), "&#37;50&#37;&#61;x&#92;");
        assert_eq!(quoted("<b>"), "&#60;b&#62;");
    }
}
