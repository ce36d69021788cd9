//! Grading of answers to a paper: one blank, or a whole sheet.

use std::collections::BTreeMap;

use super::CheckedScript;
pub use crate::exam::field::Field;
use crate::exam::field::{Asked, alike, slot};
use crate::exam::formats::reason_of;
pub use crate::exam::grade::rules::Rules;
use crate::exam::grade::rules::number;
pub use crate::exam::grade::{Given, Mark, Marked, Sheet, Verdict};
use crate::exam::grade::{Key, mark, mark_field};
pub use crate::exam::marks::{Format as FeedbackFormat, feedback};
use crate::exam::paper::Paper;
use crate::lang::value::{Number, Value};
use crate::questions::entry::Answers;

/// Parses a number of points, also a mixed one such as `2 1/2`.
fn mixed(text: &str) -> Option<Number> {
    let Some((whole, part)) = text.trim().split_once(char::is_whitespace) else {
        return number(text);
    };
    let (whole, part) = (
        number(whole)?,
        Some(part).filter(|part| part.contains('/'))?,
    );
    let is_whole = whole.as_integer().is_some_and(|whole| whole >= 0);
    number(part).filter(|_| is_whole)?.plus(whole).ok()
}

/// The key of a paper, with marking rules.
///
/// ```
/// use pagewalk_script::api::marking::{Marking, Rules, Sheet, Verdict};
/// use pagewalk_script::api::{CheckedScript, Exam};
///
/// let text = "machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\n\
///             question \"Walk\" { ask read 0x3D4 => vpn, ppn, pa }\n";
/// let script = CheckedScript::from_text("quiz.pw", text, &mut ());
/// let paper = Exam::new(&script).paper(None).unwrap();
/// let mut rules = Rules::default();
/// rules.set_written("carried=1/2").unwrap();
/// let marking = Marking::new(&script, &paper, &[], &rules);
/// let mut sheet = Sheet::default();
/// assert!(marking.answer(&mut sheet, "1.vpn", "0F") && marking.answer(&mut sheet, "1.ppn", "0E"));
/// // The physical address follows from the wrong PPN, and is worth a half.
/// let mark = marking.mark_blank("1.pa", "394", &sheet).unwrap();
/// assert_eq!(mark.verdict, Verdict::Carried(vec!["ppn".to_owned()]));
/// marking.answer(&mut sheet, "1.pa", "394");
/// assert_eq!(marking.mark_sheet(&sheet).total.to_string(), "1.5");
/// ```
pub struct Marking<'p> {
    key: Key<'p>,
    /// The index of each field, by its name and by alternative spellings of its name.
    places: BTreeMap<String, usize>,
    rules: &'p Rules,
    paper: &'p Paper,
}

impl<'p> Marking<'p> {
    /// Creates the marking for a script's paper. An item that is right according to the key of another paper
    /// also earns its points.
    pub fn new(
        script: &'p CheckedScript,
        paper: &'p Paper,
        others: &'p [Paper],
        rules: &'p Rules,
    ) -> Self {
        let satisfies = |answers: &Answers, value: &Value| {
            answers
                .open
                .as_ref()
                .is_some_and(|open| open.holds(value, &script.sources, &script.files))
        };
        let key = Key::new(paper, others, satisfies);
        let mut places = BTreeMap::new();
        for (at, field) in key.fields().iter().enumerate() {
            let name = &field.name;
            for alias in [slot(name), alike(&slot(name)), alike(name)] {
                places.entry(alias).or_insert(at);
            }
        }
        places.extend(
            key.fields()
                .iter()
                .enumerate()
                .map(|(at, field)| (field.name.clone(), at)),
        );
        Self {
            key,
            places,
            rules,
            paper,
        }
    }

    /// Returns the fields in the order of the paper.
    pub fn fields(&self) -> &[Field<'p>] {
        self.key.fields()
    }

    /// Returns the field that has this name on the paper or on a learning platform, in any spelling of [`alike`].
    pub fn field(&self, name: &str) -> Option<&Field<'p>> {
        let at = self
            .places
            .get(name)
            .or_else(|| self.places.get(&alike(name)))?;
        self.fields().get(*at)
    }

    /// Returns the names that rules use for a field or its containers.
    pub fn ruled(&self) -> impl Iterator<Item = &str> {
        self.rules.named().filter(|name| self.key.is_named(name))
    }

    /// Writes an answer on a sheet. Returns whether the paper has a field with this name.
    pub fn answer(&self, sheet: &mut Sheet, name: &str, given: impl Into<Given>) -> bool {
        let field = self.field(name);
        field
            .inspect(|field| drop(sheet.answers.insert(field.name.clone(), given.into())))
            .is_some()
    }

    /// Adds points given by hand to a sheet. Returns whether the paper has a field with this name.
    ///
    /// # Errors
    /// The reason why the field cannot get these points.
    pub fn give(&self, sheet: &mut Sheet, name: &str, text: &str) -> Result<bool, String> {
        let Some(Field {
            name,
            points: worth,
            ..
        }) = self.field(name)
        else {
            return Ok(false);
        };
        let points: Number = mixed(text).ok_or_else(|| {
            // The help names no other value, and other words could change it, as in `2 and a half`.
            let mut words = text.split_whitespace();
            let first = words.next().filter(|first| number(first).is_some());
            let is_same = matches!(words.next(), Some("of" | "point" | "points" | "pts"));
            let write = first
                .filter(|_| is_same)
                .map_or_else(String::new, |first| format!("; write `{first}`"));
            format!("`{name} points` must be a number from 0 to {worth}, not `{text}`{write}")
        })?;
        if points.is_negative() || points.compare(*worth).is_gt() {
            return Err(format!(
                "`{name} points` must be from 0 to {worth}, not {text}"
            ));
        }
        sheet.by_hand.insert(name.clone(), points);
        Ok(true)
    }

    /// Marks an answer to one field, taking the other answers into account. Returns `None` if the paper has no
    /// field with this name.
    pub fn mark_blank(&self, name: &str, text: &str, others: &Sheet) -> Option<Mark> {
        let mut sheet = others.clone();
        let field = self.field(name)?;
        sheet.answers.insert(field.name.clone(), text.into());
        mark_field(&self.key, &field.name, &sheet, self.rules)
    }

    /// Returns the reason for the right answer to a blank of an operation: a clause without a period.
    ///
    /// ```
    /// use pagewalk_script::api::marking::{Marking, Rules};
    /// use pagewalk_script::api::{CheckedScript, Exam};
    ///
    /// let text = "machine simple\nquestion \"Walk\" { ask read 0x3D4 => vpn, fault }";
    /// let script = CheckedScript::from_text("quiz.pw", text, &mut ());
    /// let paper = Exam::new(&script).paper(None).unwrap();
    /// let rules = Rules::default();
    /// let marking = Marking::new(&script, &paper, &[], &rules);
    /// let reason = marking.reason("1.vpn").unwrap();
    /// assert_eq!(reason, "VPN is 0b0000_1111, bits 13–6 of the virtual address 0x03D4");
    /// ```
    pub fn reason(&self, name: &str) -> Option<String> {
        let field = self.field(name)?;
        let Asked::Blank(blank) = field.asked else {
            return None;
        };
        let question = self.paper.questions.get(field.question)?;
        reason_of(field.item, &blank.fact, question)
    }

    pub fn mark_sheet(&self, sheet: &Sheet) -> Marked {
        mark(&self.key, sheet, self.rules)
    }
}

#[cfg(test)]
mod tests {
    use super::{Marking, Rules, Sheet};
    use crate::api::{CheckedScript, Exam};

    #[test]
    fn a_blank_is_marked_as_on_its_sheet() {
        let text = "machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\n\
                    question \"Walk\" { ask read 0x3D4 => vpn, vpo, tlb, ppn, pa; ask \"sum\" = 3; essay \"Why?\" space 4 cm }\n";
        let script = CheckedScript::from_text("quiz.pw", text, &mut ());
        let paper = Exam::new(&script).paper(None).expect("a paper");
        let mut rules = Rules::default();
        assert_eq!(
            rules.set_yaml(
                "rules",
                "carried: 1/2\nall-or-nothing: fields\nvoid: [1.1.vpo]\n"
            ),
            [""; 0]
        );
        let marking = Marking::new(&script, &paper, &[], &rules);
        for answers in [
            ["0F", "14", "miss", "0E", "394", "3", ""],
            ["0E", "-", "x", "-", "", "4", "words"],
        ] {
            let mut sheet = Sheet::default();
            for (field, text) in marking.fields().iter().zip(answers) {
                assert!(marking.answer(&mut sheet, &field.name, text));
            }
            let marked = marking.mark_sheet(&sheet);
            assert_eq!(marked.marks.len(), answers.len());
            for mark in marked.marks {
                assert_eq!(
                    marking.mark_blank(&mark.field, &mark.written, &sheet),
                    Some(mark)
                );
            }
        }
        assert_eq!(marking.mark_blank("2", "3", &Sheet::default()), None);
    }
}
