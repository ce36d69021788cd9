//! Versions compared.

use std::collections::{BTreeMap, BTreeSet};

use super::sample::{Answer, Question, Said, Sample};

/// An answer that so many of a hundred versions share could be guessed.
const GUESSABLE: usize = 90;

/// How fair versions are.
#[derive(Debug, Clone, Default)]
pub struct Fairness {
    /// How many there are.
    pub(crate) versions: usize,
    /// Those that have no paper.
    pub unsolved: Vec<Unsolved>,
    /// Work of which versions have different amounts.
    pub uneven: Vec<Uneven>,
    /// The work of each question, where all versions have the same: `tlb hit 1, walk steps 2`.
    pub(crate) even: Vec<(String, String)>,
    /// Every blank.
    pub blanks: Vec<Blank>,
    /// Versions that ask for the same with the same answers, by their places.
    pub same: Vec<Vec<usize>>,
    /// Answers that stand elsewhere in their question.
    pub readable: Vec<Readable>,
}

/// Versions without a paper, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsolved {
    /// Their places, from 0.
    pub versions: Vec<usize>,
    /// Why.
    pub why: String,
}

/// Work that is not the same in all versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uneven {
    pub(crate) question: String,
    /// The work: `tlb hit`.
    pub what: String,
    /// Each amount with the versions that have it; the most frequent first.
    pub amounts: Vec<(u64, Vec<usize>)>,
}

/// A blank in all versions that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// The question.
    pub question: String,
    /// Its name within it.
    pub name: String,
    /// How many versions have it.
    pub versions: usize,
    /// How many different answers it has.
    pub different: usize,
    pub(crate) most: String,
    /// How many versions have that.
    pub times: usize,
    /// Versions differ in what is asked there.
    pub drawn: bool,
    /// It is a cell of a column of which other cells differ: a grid has rows that are forced.
    pub forced: bool,
}

impl Blank {
    /// Whether a constant would be right nearly always, though versions differ.
    pub fn guessable(&self) -> bool {
        self.drawn && !self.forced && self.constant()
    }

    fn constant(&self) -> bool {
        self.versions > 1 && self.times * 100 >= self.versions * GUESSABLE
    }
}

/// A blank whose answer stands elsewhere in its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    pub(crate) question: String,
    /// The blank.
    pub blank: String,
    /// The versions in which it does.
    pub versions: Vec<usize>,
    /// The words in which it stands in the first of them.
    pub(crate) words: String,
    /// The answer in the first of them.
    pub(crate) key: String,
}

impl Fairness {
    /// Compares versions, and reports why a version has no paper.
    pub fn compare(samples: &[Result<Sample, String>]) -> Self {
        let made: Vec<(usize, &Sample)> =
            samples.iter().enumerate().filter_map(|(at, sample)| Some((at, sample.as_ref().ok()?))).collect();
        let mut fairness = Self {
            versions: samples.len(),
            unsolved: unsolved(samples),
            same: same(&made),
            ..Self::default()
        };
        for title in titles(&made) {
            let each: Vec<(usize, &Question)> =
                made.iter().filter_map(|(at, sample)| Some((*at, sample.questions.get(title)?))).collect();
            fairness.effort(title, &each);
            fairness.blanks(title, &each);
        }
        fairness
    }

    /// Whether nothing is to be found fault with.
    pub fn holds(&self) -> bool {
        self.unsolved.is_empty()
            && self.uneven.is_empty()
            && self.same.is_empty()
            && self.readable.is_empty()
            && !self.blanks.iter().any(Blank::guessable)
    }

    fn effort(&mut self, title: &str, each: &[(usize, &Question)]) {
        let kinds: BTreeSet<&String> = each.iter().flat_map(|(_, question)| question.effort.keys()).collect();
        let mut even = Vec::new();
        for what in kinds {
            let mut amounts: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for (at, question) in each {
                amounts.entry(question.effort.get(what).copied().unwrap_or(0)).or_default().push(*at);
            }
            let mut amounts: Vec<(u64, Vec<usize>)> = amounts.into_iter().collect();
            if let [(amount, _)] = &*amounts {
                even.push(format!("{what} {amount}"));
                continue;
            }
            amounts.sort_by_key(|(_, versions)| std::cmp::Reverse(versions.len()));
            self.uneven.push(Uneven { question: title.to_owned(), what: what.clone(), amounts });
        }
        if !even.is_empty() {
            self.even.push((title.to_owned(), even.join(", ")));
        }
    }

    fn blanks(&mut self, title: &str, each: &[(usize, &Question)]) {
        let most = each.iter().map(|(_, question)| question.items.len()).max().unwrap_or(0);
        for item in 0..most {
            let said = each.iter().filter_map(|(at, question)| Some((*at, question.items.get(item)?)));
            self.item(title, &said.collect::<Vec<_>>());
        }
    }

    /// The blanks of something asked, in all versions that ask it.
    fn item(&mut self, title: &str, said: &[(usize, &Said)]) {
        let drawn = said.windows(2).any(|pair| {
            let keys = |at: usize| pair[at].1.answers.iter().map(|answer| &answer.key);
            pair[0].1.words != pair[1].1.words || !keys(0).eq(keys(1))
        });
        let mut names: Vec<&str> = Vec::new();
        for answer in said.iter().flat_map(|(_, said)| &said.answers) {
            if !names.contains(&answer.blank.as_str()) {
                names.push(&answer.blank);
            }
        }
        let mut columns: BTreeMap<&str, Vec<Blank>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        for name in names {
            let with = |said: &'_ Said| said.answers.iter().position(|answer| answer.blank == name);
            let answers: Vec<(usize, &Answer)> =
                said.iter().filter_map(|(at, said)| Some((*at, &said.answers[with(said)?]))).collect();
            // What is no cell is a column of its own.
            let column = answers.first().and_then(|(_, answer)| answer.column.as_deref()).unwrap_or(name);
            if !order.contains(&column) {
                order.push(column);
            }
            columns.entry(column).or_default().push(blank(title, name, &answers, drawn));
            if drawn {
                self.readable.extend(readable(title, name, &answers));
            }
        }
        for column in order {
            let mut blanks = columns.remove(column).unwrap_or_default();
            if !blanks.iter().all(Blank::constant) {
                for blank in &mut blanks {
                    blank.forced = true;
                }
            }
            self.blanks.extend(blanks);
        }
    }
}

fn blank(title: &str, name: &str, answers: &[(usize, &Answer)], drawn: bool) -> Blank {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, answer) in answers {
        *counts.entry(&answer.key).or_default() += 1;
    }
    // The first of those that are as frequent.
    let most = counts.iter().rev().max_by_key(|(_, times)| **times);
    let (key, times) = most.map_or(("", 0), |(key, times)| (*key, *times));
    Blank {
        question: title.to_owned(),
        name: name.to_owned(),
        versions: answers.len(),
        different: counts.len(),
        most: key.to_owned(),
        times,
        drawn,
        forced: false,
    }
}

/// Where the answer of a blank stands elsewhere, if it does in any version.
fn readable(title: &str, name: &str, answers: &[(usize, &Answer)]) -> Option<Readable> {
    let stands = answers.iter().filter_map(|(at, answer)| Some((*at, answer, answer.stands.as_ref()?)));
    let stands: Vec<_> = stands.collect();
    let (_, answer, words) = stands.first()?;
    Some(Readable {
        question: title.to_owned(),
        blank: name.to_owned(),
        versions: stands.iter().map(|(at, ..)| *at).collect(),
        words: (*words).clone(),
        key: answer.key.clone(),
    })
}

/// The titles of the questions, in the order of the first version that has them.
fn titles<'s>(made: &[(usize, &'s Sample)]) -> Vec<&'s str> {
    let mut first: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, sample) in made {
        for (title, question) in &sample.questions {
            first.entry(title).or_insert((*at, question.number));
        }
    }
    let mut titles: Vec<&str> = first.keys().copied().collect();
    titles.sort_by_key(|title| first[title]);
    titles
}

fn unsolved(samples: &[Result<Sample, String>]) -> Vec<Unsolved> {
    let mut each: Vec<Unsolved> = Vec::new();
    for (at, sample) in samples.iter().enumerate() {
        let Err(why) = sample else { continue };
        match each.iter_mut().find(|known| known.why == *why) {
            Some(known) => known.versions.push(at),
            None => each.push(Unsolved { versions: vec![at], why: why.clone() }),
        }
    }
    each
}

/// Versions that ask for the same, whatever its order.
fn same(made: &[(usize, &Sample)]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for (at, sample) in made {
        let mut whole: Vec<&str> = Vec::new();
        for (title, question) in &sample.questions {
            whole.push(title);
            for said in &question.items {
                whole.push(&said.words);
                whole.extend(said.answers.iter().map(|answer| answer.key.as_str()));
            }
        }
        groups.entry(whole).or_default().push(*at);
    }
    let mut several: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    several.sort();
    several
}
