//! Comparison of versions.

use std::collections::{BTreeMap, BTreeSet};

use super::lacking::Lacking;
use super::sample::{Answer, Guess, ItemSample, Question, Sample};
use crate::questions::arrangement::Acceptance;
use crate::questions::settings::Finding;

/// Maximum percentage of pairs of versions that may share a question by coincidence.
const SHARED: usize = 10;
/// If an answer occurs elsewhere in its question in less than this percentage of versions, the check assumes a
/// coincidence.
const COINCIDENCE: usize = 20;
/// The same percentage for a decimal number, or for one in another radix than the answer.
const COMMON_COINCIDENCE: usize = 50;
/// If at least this percentage of versions have the same answer, the answer is guessable.
const GUESSABLE: usize = 90;

/// The result of comparing versions.
#[derive(Debug, Clone, Default)]
pub struct Fairness {
    pub(crate) versions: usize,
    /// Versions without a paper.
    pub unsolved: Vec<Unsolved>,
    /// Kinds of work whose amount differs between versions.
    pub uneven: Vec<Uneven>,
    /// For each question, the work that is equal in all versions: `tlb hit 1, walk steps 2`.
    pub(crate) even: Vec<(String, String)>,
    pub blanks: Vec<Blank>,
    /// Questions that differ between versions although none of their answers do.
    pub(crate) constant: Vec<String>,
    /// Indexes of versions that have the same questions with the same answers.
    pub same: Vec<Vec<usize>>,
    /// Questions that too many pairs of versions share.
    pub repeated: Vec<Repeated>,
    /// Blanks whose answer appears elsewhere in the question.
    pub readable: Vec<Readable>,
    /// Prompts that a question prints twice although the keys differ.
    pub ambiguous: Vec<Ambiguous>,
    /// Blanks whose answers differ between versions that print the same question.
    pub undetermined: Vec<Undetermined>,
    /// Questions with a fill-in table that the paper also prints with its contents, each with the title of the
    /// table.
    pub(crate) printed_keys: Vec<(String, String)>,
    /// The findings that the author accepts, each with whether there are such findings.
    pub(crate) accepted: Vec<(Acceptance, bool)>,
    /// The points that guessing earns in the tables and choices of each question, and the points of these, as means of all versions.
    pub(crate) guesses: Vec<(String, [f64; 2])>,
    /// Questions whose answers depend on something that the paper does not print.
    pub(crate) lacking: Vec<(String, Lacking)>,
}

/// A question that differs between versions, but in too few pairs of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    pub(crate) question: String,
    /// Number of different questions.
    pub(crate) different: usize,
    /// Number of versions that contain the question.
    pub(crate) versions: usize,
    /// Percentage of pairs of versions with the same question.
    pub percent: usize,
}

/// A prompt that a question prints twice although the keys differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous {
    pub(crate) question: String,
    pub(crate) prompt: String,
    /// The index of the first version with this prompt.
    pub(crate) version: usize,
}

/// A blank whose answers differ between versions that print the same question, so that no student can know the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undetermined {
    pub(crate) question: String,
    pub(crate) blank: String,
    /// The indexes of two versions that print the same question, each with its answer.
    pub(crate) answers: [(usize, String); 2],
}

/// Versions for which no paper can be generated, all for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsolved {
    /// Their indexes, from 0.
    pub versions: Vec<usize>,
    pub why: String,
}

/// A kind of work whose amount differs between versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uneven {
    pub(crate) question: String,
    /// The kind of work: `tlb hit`.
    pub what: String,
    /// Each amount with the versions that require this amount, most frequent first.
    pub amounts: Vec<(u64, Vec<usize>)>,
}

/// The comparison of a blank across all versions that contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    pub question: String,
    /// The name of the blank within its question.
    pub name: String,
    /// Number of versions that contain the blank.
    pub versions: usize,
    /// Number of different answers.
    pub different: usize,
    pub(crate) most: String,
    /// Number of versions with the most frequent answer.
    pub times: usize,
    /// Whether the contents of the item differ between versions.
    pub drawn: bool,
    /// Whether the blank is a cell in a column whose other cells differ between versions. In a grid, the values of
    /// some rows are the same in every version.
    pub forced: bool,
    /// Whether the answer is bytes that follow from a text, and that are not compared with the text above.
    pub(crate) follows: bool,
}

impl Blank {
    /// Whether a constant answer is almost always correct even though the versions differ.
    pub fn guessable(&self) -> bool {
        self.drawn && !self.forced && self.constant()
    }

    fn constant(&self) -> bool {
        self.versions > 1 && self.times * 100 >= self.versions * GUESSABLE
    }
}

/// A blank whose answer appears elsewhere in its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    pub(crate) question: String,
    pub blank: String,
    /// The versions with this problem.
    pub versions: Vec<usize>,
    /// The text that contains the answer in the first of these versions.
    pub(crate) words: String,
    /// The answer in the first of these versions.
    pub(crate) key: String,
}

impl Fairness {
    /// Compares versions and reports why a version has no paper.
    pub fn compare(samples: &[Result<Sample, String>]) -> Self {
        let made: Vec<(usize, &Sample)> = samples
            .iter()
            .enumerate()
            .filter_map(|(at, sample)| Some((at, sample.as_ref().ok()?)))
            .collect();
        let mut fairness = Self {
            versions: samples.len(),
            unsolved: unsolved(samples),
            same: same(&made),
            ..Self::default()
        };
        for title in titles(&made) {
            let each: Vec<(usize, &Question)> = made
                .iter()
                .filter_map(|(at, sample)| Some((*at, sample.questions.get(title)?)))
                .collect();
            fairness.effort(title, &each);
            fairness.repeated.extend(repeated(title, &each));
            fairness.ambiguous(title, &each);
            fairness.undetermined.extend(undetermined(title, &each));
            let keys = each
                .iter()
                .find_map(|(_, question)| question.printed_keys.first());
            fairness
                .printed_keys
                .extend(keys.map(|table| (title.to_owned(), table.clone())));
            let lacking: BTreeSet<Lacking> = each
                .iter()
                .flat_map(|(_, question)| question.lacking.iter().cloned())
                .collect();
            let lacking = lacking.into_iter().map(|what| (title.to_owned(), what));
            fairness.lacking.extend(lacking);
            let known = fairness.blanks.len();
            fairness.blanks(title, &each);
            let own = &fairness.blanks[known..];
            let differs = each
                .windows(2)
                .any(|pair| pair[0].1.stimulus != pair[1].1.stimulus);
            let is_same = |blank: &Blank| blank.different == 1 && !blank.guessable();
            if differs && !own.is_empty() && own.iter().all(is_same) {
                fairness.constant.push(title.to_owned());
            }
            let guesses: Vec<&Guess> = each.iter().map(|(_, own)| &own.guess).collect();
            let mean = Guess::mean(&guesses);
            if mean[1] > 0.0 {
                fairness.guesses.push((title.to_owned(), mean));
            }
        }
        if let Some((_, sample)) = made.first() {
            for accepted in &sample.accepted {
                let found = fairness.accept(accepted);
                fairness.accepted.push((accepted.clone(), found));
            }
        }
        fairness
    }

    /// Removes the findings that an author accepts, and returns whether there are any.
    fn accept(&mut self, by: &Acceptance) -> bool {
        let is_of = |title: &str| by.question.as_ref().is_none_or(|own| own == title);
        let before = self.findings();
        match by.finding.1 {
            Finding::Uneven => self.uneven.retain(|own| !is_of(&own.question)),
            Finding::Same => self.same.clear(),
            Finding::Repeated => self.repeated.retain(|own| !is_of(&own.question)),
            Finding::Ambiguous => {
                self.ambiguous.retain(|own| !is_of(&own.question));
                self.undetermined.retain(|own| !is_of(&own.question));
            }
            Finding::Printed => self.printed_keys.retain(|(title, _)| !is_of(title)),
            Finding::Readable => self.readable.retain(|own| !is_of(&own.question)),
            Finding::Guessable => {
                let mut own = self.blanks.iter_mut().filter(|own| is_of(&own.question));
                own.by_ref().for_each(|blank| blank.forced = true);
            }
        }
        self.findings() < before
    }

    /// Whether there were findings of one of these kinds, which the author accepts.
    pub(crate) fn accepts(&self, kinds: &[Finding]) -> bool {
        let of_kind = |(by, found): &(Acceptance, bool)| *found && kinds.contains(&by.finding.1);
        self.accepted.iter().any(of_kind)
    }

    /// Returns the number of findings that an author can accept.
    fn findings(&self) -> usize {
        let guessable = self.blanks.iter().filter(|blank| blank.guessable());
        self.uneven.len()
            + self.same.len()
            + self.repeated.len()
            + self.readable.len()
            + self.ambiguous.len()
            + self.undetermined.len()
            + self.printed_keys.len()
            + guessable.count()
    }

    /// Whether the comparison found no problems.
    pub fn holds(&self) -> bool {
        self.unsolved.is_empty() && self.findings() == 0
    }

    fn effort(&mut self, title: &str, each: &[(usize, &Question)]) {
        let kinds: BTreeSet<&String> = each
            .iter()
            .flat_map(|(_, question)| question.effort.keys())
            .collect();
        let mut even = Vec::new();
        for what in kinds {
            let mut amounts: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for (at, question) in each {
                amounts
                    .entry(question.effort.get(what).copied().unwrap_or(0))
                    .or_default()
                    .push(*at);
            }
            let mut amounts: Vec<(u64, Vec<usize>)> = amounts.into_iter().collect();
            if let [(amount, _)] = &*amounts {
                even.push(format!("{what} {amount}"));
                continue;
            }
            amounts.sort_by_key(|(_, versions)| std::cmp::Reverse(versions.len()));
            self.uneven.push(Uneven {
                question: title.to_owned(),
                what: what.clone(),
                amounts,
            });
        }
        if !even.is_empty() {
            self.even.push((title.to_owned(), even.join(", ")));
        }
    }

    fn ambiguous(&mut self, title: &str, each: &[(usize, &Question)]) {
        for (version, question) in each {
            for prompt in &question.ambiguous {
                if !self
                    .ambiguous
                    .iter()
                    .any(|known| known.question == title && known.prompt == *prompt)
                {
                    let (question, prompt) = (title.to_owned(), prompt.clone());
                    self.ambiguous.push(Ambiguous {
                        question,
                        prompt,
                        version: *version,
                    });
                }
            }
        }
    }

    fn blanks(&mut self, title: &str, each: &[(usize, &Question)]) {
        let most = each
            .iter()
            .map(|(_, question)| question.items.len())
            .max()
            .unwrap_or(0);
        let printed: Printed = each.iter().map(|(at, own)| (*at, &own.printed)).collect();
        for item in 0..most {
            let samples = each
                .iter()
                .filter_map(|(at, question)| Some((*at, question.items.get(item)?)));
            self.item(title, &samples.collect::<Vec<_>>(), &printed);
        }
    }

    /// Compares the blanks of an item in all versions that contain it.
    fn item(&mut self, title: &str, samples: &[(usize, &ItemSample)], printed: &Printed) {
        let drawn = samples.windows(2).any(|pair| {
            let keys = |at: usize| pair[at].1.answers.iter().map(|answer| &answer.key);
            pair[0].1.basis != pair[1].1.basis || !keys(0).eq(keys(1))
        });
        let mut names: Vec<&str> = Vec::new();
        for answer in samples.iter().flat_map(|(_, samples)| &samples.answers) {
            if !names.contains(&answer.blank.as_str()) {
                names.push(&answer.blank);
            }
        }
        let mut columns: BTreeMap<&str, Vec<Blank>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        for name in names {
            let with = |samples: &'_ ItemSample| {
                samples
                    .answers
                    .iter()
                    .position(|answer| answer.blank == name)
            };
            let answers: Vec<(usize, &Answer)> = samples
                .iter()
                .filter_map(|(at, samples)| Some((*at, &samples.answers[with(samples)?])))
                .collect();
            // A blank outside a table is treated as a separate column.
            let column = answers
                .first()
                .and_then(|(_, answer)| answer.column.as_deref())
                .unwrap_or(name);
            if !order.contains(&column) {
                order.push(column);
            }
            columns
                .entry(column)
                .or_default()
                .push(blank(title, name, &answers, drawn));
            self.readable
                .extend(readable(title, name, &answers, drawn, printed));
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
    // The most frequent answer, or the first one in case of a tie.
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
        follows: answers.iter().any(|(_, answer)| answer.follows),
    }
}

/// The hashes of the texts that each version of a question prints.
type Printed<'s> = BTreeMap<usize, &'s BTreeSet<u64>>;

/// Returns the versions in which a blank's answer appears elsewhere in its question, if any.
fn readable(
    title: &str,
    name: &str,
    answers: &[(usize, &Answer)],
    drawn: bool,
    printed: &Printed,
) -> Option<Readable> {
    // A text that versions with different answers print shows none of them.
    let found = answers
        .iter()
        .filter_map(|(_, answer)| answer.found_in.as_ref());
    let found: BTreeSet<u64> = found.map(|found| found.text).collect();
    let mut keys: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for (at, answer) in answers {
        for text in printed[at].intersection(&found) {
            keys.entry(*text).or_default().insert(&answer.key);
        }
    }
    let reveals = |text: u64| keys.get(&text).is_none_or(|keys| keys.len() == 1);
    let found_in = answers.iter().filter_map(|(at, answer)| {
        let found = answer.found_in.as_ref()?;
        (found.surely || drawn && reveals(found.text)).then_some((*at, answer, found))
    });
    let found_in: Vec<_> = found_in.collect();
    let (_, answer, found) = found_in.first()?;
    // A number may occur elsewhere in a question by coincidence.
    let prefixed = found_in.iter().any(|(_, _, found)| found.prefixed);
    let coincidence = if prefixed {
        COINCIDENCE
    } else {
        COMMON_COINCIDENCE
    };
    if answers.len() > 1
        && (found_in.len() < 2 || found_in.len() * 100 < answers.len() * coincidence)
    {
        return None;
    }
    Some(Readable {
        question: title.to_owned(),
        blank: name.to_owned(),
        versions: found_in.iter().map(|(at, ..)| *at).collect(),
        words: found.excerpt.clone(),
        key: answer.key.clone(),
    })
}

/// Returns a question if it differs between versions but too many pairs of versions share it.
fn repeated(title: &str, each: &[(usize, &Question)]) -> Option<Repeated> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, question) in each {
        *counts.entry(question.stimulus).or_default() += 1;
    }
    let pairs = |n: usize| n * n.saturating_sub(1) / 2;
    let percent =
        counts.values().map(|n| pairs(*n)).sum::<usize>() * 100 / pairs(each.len()).max(1);
    let is_repeated = counts.len() > 1 && percent > SHARED;
    let (different, versions) = (counts.len(), each.len());
    is_repeated.then(|| Repeated {
        question: title.to_owned(),
        different,
        versions,
        percent,
    })
}

/// Returns the first blank of each kind whose answers differ between versions that print the same question.
fn undetermined(title: &str, each: &[(usize, &Question)]) -> Vec<Undetermined> {
    let mut first: BTreeMap<(u64, usize, &str), (usize, &str)> = BTreeMap::new();
    let mut found: BTreeMap<(usize, &str), Undetermined> = BTreeMap::new();
    for (version, question) in each {
        for (item, sample) in question.items.iter().enumerate() {
            for answer in &sample.answers {
                let place = (question.stimulus, item, &*answer.blank);
                let (other, key) = *first.entry(place).or_insert((*version, &answer.key));
                if key != answer.key {
                    found
                        .entry((item, &*answer.blank))
                        .or_insert_with(|| Undetermined {
                            question: title.to_owned(),
                            blank: answer.blank.clone(),
                            answers: [(other, key.to_owned()), (*version, answer.key.clone())],
                        });
                }
            }
        }
    }
    found.into_values().collect()
}

/// Returns the titles of the questions, in order of first appearance.
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
            None => each.push(Unsolved {
                versions: vec![at],
                why: why.clone(),
            }),
        }
    }
    each
}

/// Groups the versions that ask the same questions in any order.
fn same(made: &[(usize, &Sample)]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<Vec<(&str, u64)>, Vec<usize>> = BTreeMap::new();
    for (at, sample) in made {
        let whole = sample.questions.iter();
        let whole = whole.map(|(title, question)| (title.as_str(), question.stimulus));
        groups.entry(whole.collect()).or_default().push(*at);
    }
    let mut several: Vec<Vec<usize>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    several.sort();
    several
}
