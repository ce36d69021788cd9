//! Groups the questions of a paper's versions by title, regardless of each version's order.

use super::name::slug;
use crate::exam::field::{Field, fields};
use crate::exam::formats::plan::for_screens;
use crate::exam::formats::tree::Sheet;
use crate::exam::paper::Paper;

/// A paper laid out for the screen, with its fields.
pub(crate) struct Laid<'p> {
    pub(crate) paper: &'p Paper,
    /// The students' edition.
    pub(crate) sheet: Sheet,
    fields: Vec<Field<'p>>,
}

impl<'p> Laid<'p> {
    pub(crate) fn all(papers: &'p [Paper]) -> Vec<Self> {
        papers
            .iter()
            .map(|paper| Self {
                paper,
                sheet: for_screens(paper),
                fields: fields(paper),
            })
            .collect()
    }

    /// Returns the fields of a question.
    pub(crate) fn own(&self, question: usize) -> &[Field<'p>] {
        let from = self
            .fields
            .partition_point(|field| field.question < question);
        let to = self
            .fields
            .partition_point(|field| field.question <= question);
        &self.fields[from..to]
    }
}

/// A question with its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) title: String,
    /// Number of earlier questions with this title on a paper.
    pub(crate) again: usize,
    /// The versions, each as the index of a paper and the index of a question on that paper.
    pub(crate) versions: Vec<(usize, usize)>,
    /// The question's number, if it is the same on all papers.
    pub(crate) number: Option<usize>,
}

impl Group {
    /// Returns the number and title: `1 Address translation`.
    pub(crate) fn name(&self) -> String {
        match self.number {
            Some(number) => format!("{number} {}", self.title),
            None if self.again > 0 => format!("{} ({})", self.title, self.again + 1),
            None => self.title.clone(),
        }
    }

    /// Returns the name in lowercase letters, digits, and `-`.
    pub(crate) fn slug(&self) -> String {
        match self.number {
            Some(number) => format!("{number}-{}", slug(&self.title)),
            None if self.again > 0 => format!("{}-{}", slug(&self.title), self.again + 1),
            None => slug(&self.title),
        }
    }
}

/// Returns the questions of all papers in order of first appearance.
pub(crate) fn groups(papers: &[Paper]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (of, paper) in papers.iter().enumerate() {
        for (at, question) in paper.questions.iter().enumerate() {
            let again = paper.questions[..at]
                .iter()
                .filter(|before| before.title == question.title)
                .count();
            let same = |group: &&mut Group| group.title == *question.title && group.again == again;
            if let Some(group) = groups.iter_mut().find(same) {
                group.number = group.number.filter(|number| *number == at + 1);
                group.versions.push((of, at));
            } else {
                let title = question.title.to_string();
                groups.push(Group {
                    title,
                    again,
                    versions: vec![(of, at)],
                    number: Some(at + 1),
                });
            }
        }
    }
    // Two groups with the same number come from a pool, so neither group keeps the number.
    let shared: Vec<bool> = groups
        .iter()
        .map(|group| {
            groups
                .iter()
                .filter(|other| group.number.is_some() && other.number == group.number)
                .count()
                > 1
        })
        .collect();
    for (group, shared) in groups.iter_mut().zip(shared) {
        group.number = group.number.filter(|_| !shared);
    }
    groups
}
