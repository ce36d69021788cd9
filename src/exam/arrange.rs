//! Questions picked from pools, and what is shuffled.

use super::paper::{Paper, Piece, Question};
use crate::lang::diagnostic::Diagnostic;
use crate::run::paper::arrangement::{Arrangement, Known, Pool};
use crate::run::paper::entry::ItemKind;
use crate::run::seeds::{draws, mixed, mixed_text};

/// Set what is drawn of a paper apart: what is picked does not change the order, nor that the options.
const POOLS: u64 = 0x706F_6F6C_7300_0001;
const ORDER: u64 = 0x706F_6F6C_7300_0002;
const OPTIONS: u64 = 0x706F_6F6C_7300_0003;

/// Arranges a paper as its script says.
///
/// # Errors
/// What is wrong with the pools, now that all questions are there with their points.
pub fn arrange(paper: &mut Paper, by: &Arrangement) -> Vec<Diagnostic> {
    let known = paper.questions.iter();
    let known: Vec<Known> = known
        .map(|question| Known { title: question.title.clone(), points: Some(question.points) })
        .collect();
    let wrong = by.wrong(&known);
    if !wrong.is_empty() {
        return wrong;
    }
    for pool in &by.pools {
        pick(&mut paper.questions, pool, mixed(by.seed, POOLS));
    }
    if by.questions {
        shuffle(&mut paper.questions, mixed(by.seed, ORDER));
    }
    if by.options {
        for question in &mut paper.questions {
            let seed = mixed_text(mixed(by.seed, OPTIONS), &question.title);
            options(&mut question.body, seed);
        }
    }
    Vec::new()
}

/// Leaves so many questions of a pool, in the order of the script. Which they are follows from the pool's title, so that another
/// pool changes nothing here.
fn pick(questions: &mut Vec<Question>, pool: &Pool, seed: u64) {
    let mut order: Vec<usize> = (0..pool.of.len()).collect();
    shuffle(&mut order, mixed_text(seed, &pool.title.text));
    let picked = &order[..pool.pick.min(order.len())];
    let member = |question: &Question| pool.of.iter().position(|title| title.text == question.title);
    questions.retain(|question| member(question).is_none_or(|at| picked.contains(&at)));
}

/// The options of every choice, those of each by themselves; an option keeps its mark.
fn options(body: &mut [Piece], seed: u64) {
    for (at, piece) in body.iter_mut().enumerate() {
        let seed = mixed(seed, at as u64);
        match piece {
            Piece::Part { body, .. } => options(body, seed),
            Piece::Item(item) => {
                if let ItemKind::Choice { options, .. } = &mut item.kind {
                    shuffle(options, seed);
                }
            }
            _ => {}
        }
    }
}

/// Fisher and Yates' shuffle: each order is equally likely.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut draw = draws(seed);
    for last in (1..items.len()).rev() {
        items.swap(last, draw(last as u64 + 1) as usize);
    }
}
