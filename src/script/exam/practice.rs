//! Practice of a question, blank by blank. Answers are marked like the answers on a sheet, so errors are carried
//! forward.

use super::field::{Field, fields};
use super::formats::practice::{demanded, field, name, sections, title, worked};
use super::formats::prompt::several_cores;
use super::grade::rules::Rules;
use super::grade::{Given, Key, Mark, Sheet, Verdict, decimal, mark, mark_field};
use super::marks::{asked, right, why_of};
use super::paper::Paper;
use crate::lang::value::Value;
use crate::questions::entry::Answers;
use crate::report::doc::{Block, Tone};

/// A question in progress.
pub struct Practice {
    /// A paper that contains only this question.
    paper: Paper,
    sheet: Sheet,
    /// Index of the current field among those that are not marked by hand.
    at: usize,
    /// Number of sections of the question that have been shown.
    shown: usize,
}

/// The result of an answer.
pub enum Reply {
    /// The answer is not in a valid form, so the current field does not change.
    Unreadable(String),
    /// The answer is marked.
    Marked(Vec<Block>),
}

impl Practice {
    /// Starts the first question of a paper with this title. An empty title selects the only question.
    ///
    /// # Errors
    /// Returns the titles of all questions if no question has this title.
    pub fn new(mut paper: Paper, title: &str) -> Result<Self, Vec<String>> {
        let wanted = title.to_lowercase();
        let is_named = |own: &str| wanted.is_empty() || own.to_lowercase() == wanted;
        let found: Vec<usize> = (0..paper.questions.len())
            .filter(|at| is_named(&paper.questions[*at].title))
            .collect();
        let Some(first) = found
            .first()
            .filter(|_| found.len() == 1 || !wanted.is_empty())
        else {
            return Err(paper
                .questions
                .iter()
                .map(|question| question.title.to_string())
                .collect());
        };
        paper.questions = vec![paper.questions.swap_remove(*first)];
        Ok(Self {
            paper,
            sheet: Sheet::default(),
            at: 0,
            shown: 0,
        })
    }

    /// Returns the fields to answer.
    fn fields(&self) -> Vec<Field<'_>> {
        fields(&self.paper)
            .into_iter()
            .filter(|field| !field.by_hand())
            .collect()
    }

    /// Whether all fields are answered.
    pub fn is_over(&self) -> bool {
        self.at >= self.fields().len()
    }

    /// Returns the title and the assumptions of the question.
    pub fn title(&self) -> Vec<Block> {
        self.paper.questions.first().map_or_else(Vec::new, title)
    }

    /// Returns the part of the question's text that has not been shown yet, up to the current item.
    pub fn lead(&mut self) -> Vec<Block> {
        let Some(of_item) = self.fields().get(self.at).map(|field| field.of_item) else {
            return Vec::new();
        };
        let Some(question) = self.paper.questions.first() else {
            return Vec::new();
        };
        let sections = sections(question, several_cores(&self.paper));
        let new = sections
            .into_iter()
            .take(of_item + 1)
            .skip(self.shown)
            .flatten()
            .collect();
        self.shown = self.shown.max(of_item + 1);
        new
    }

    /// Shows the current item again.
    pub fn repeat(&mut self) -> Vec<Block> {
        self.shown = self.fields().get(self.at).map_or(0, |field| field.of_item);
        self.lead()
    }

    /// Returns to the field before the current one, which loses its answer. Returns false at the first field.
    pub fn again(&mut self) -> bool {
        let Some(before) = self.at.checked_sub(1) else {
            return false;
        };
        let name = self.fields().get(before).map(|field| field.name.clone());
        self.at = before;
        name.is_some_and(|name| self.sheet.answers.remove(&name).is_some())
    }

    /// Returns the name and the notation of the current field.
    pub fn field(&self) -> String {
        self.fields()
            .get(self.at)
            .map_or_else(String::new, |own| field(own, &asked(own)))
    }

    /// Marks an answer. `satisfies` checks the condition of an item whose key does not list all answers. After the
    /// last field of an item, explains its wrong answers. Showing the key earlier would prevent errors from being
    /// carried forward.
    pub fn answer(&mut self, given: &str, satisfies: impl Fn(&Answers, &Value) -> bool) -> Reply {
        let mut sheet = self.sheet.clone();
        let all = self.fields();
        let Some(own) = all.get(self.at) else {
            return Reply::Marked(Vec::new());
        };
        sheet.answers.insert(own.name.clone(), Given::from(given));
        let (key, rules) = (Key::new(&self.paper, &[], &satisfies), Rules::default());
        let Some(marked) = mark_field(&key, &own.name, &sheet, &rules) else {
            return Reply::Marked(Vec::new());
        };
        if marked.verdict == Verdict::Unreadable {
            return Reply::Unreadable(demanded(own, &asked(own)));
        }
        let mut blocks = vec![verdict(&marked, own)];
        let ends = all
            .get(self.at + 1)
            .is_none_or(|next| next.of_item != own.of_item);
        if ends {
            let mistaken: Vec<(String, String)> = mark(&key, &sheet, &rules)
                .marks
                .iter()
                .filter(|mark| !is_right(&mark.verdict))
                .filter_map(|mark| all.iter().find(|field| field.name == mark.field))
                .filter(|field| field.of_item == own.of_item)
                .map(|field| (name(field, &asked(field)), right(field)))
                .collect();
            if !mistaken.is_empty() {
                blocks.push(Block::Pairs {
                    title: "right answers:".to_owned(),
                    pairs: mistaken,
                });
                if let Some(question) = self.paper.questions.first() {
                    blocks.extend(worked(own.item, question));
                }
            }
        }
        drop(all);
        self.sheet = sheet;
        self.at += 1;
        Reply::Marked(blocks)
    }

    /// Returns the points so far.
    pub fn result(&self, satisfies: impl Fn(&Answers, &Value) -> bool) -> Block {
        let key = Key::new(&self.paper, &[], satisfies);
        let marked = mark(&key, &self.sheet, &Rules::default());
        let answered = |mark: &&Mark| self.sheet.answers.contains_key(&mark.field);
        let of = super::grade::total(marked.marks.iter().filter(answered).map(|mark| mark.of));
        let points =
            super::grade::total(marked.marks.iter().filter(answered).map(|mark| mark.points));
        let tone = if points.compare(of).is_eq() {
            Tone::Good
        } else {
            Tone::Plain
        };
        Block::toned(
            tone,
            format!(
                "{} of {} points; the machine did not change",
                decimal(points),
                decimal(of)
            ),
        )
    }
}

fn is_right(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Right | Verdict::Accepted)
}

fn verdict(mark: &Mark, own: &Field) -> Block {
    let name = name(own, &asked(own));
    match &mark.verdict {
        verdict if is_right(verdict) => Block::toned(Tone::Good, format!("✓ {name}")),
        Verdict::Carried(_) => Block::toned(Tone::Good, format!("✓ {name}: {}", why_of(mark, own))),
        _ => Block::toned(Tone::Bad, format!("✗ {name}: {}", why_of(mark, own))),
    }
}
