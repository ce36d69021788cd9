//! Questions picked from pools, and what is shuffled.

use super::paper::{Paper, Piece, Question};
use crate::lang::ast::Word;
use crate::lang::diagnostic::Diagnostic;
use crate::questions::arrangement::{Arrangement, Known, Pool};
use crate::questions::entry::{Alternative, ItemKind};
use crate::run::seeds::{draws, mixed, mixed_text};

/// Set what is drawn of a paper apart: what is picked does not change the order, nor that the options.
const POOLS: u64 = 0x706F_6F6C_7300_0001;
const ORDER: u64 = 0x706F_6F6C_7300_0002;
const OPTIONS: u64 = 0x706F_6F6C_7300_0003;

/// Arranges a paper as its script says.
///
/// # Errors
/// What is wrong with the pools, now that all questions are there with their points.
pub(crate) fn arrange(paper: &mut Paper, by: &Arrangement) -> Vec<Diagnostic> {
    let known = paper.questions.iter();
    let known: Vec<Known> = known
        .map(|question| Known { title: question.title.clone(), points: Some(question.points) })
        .collect();
    let wrong = by.wrong(&known);
    if !wrong.is_empty() {
        return wrong;
    }
    if let Some(listed) = &by.listed {
        paper.questions = list(std::mem::take(&mut paper.questions), listed);
    }
    reorder(paper, &by.orders);
    for pool in &by.pools {
        pick(&mut paper.questions, pool, mixed(by.seed, POOLS));
    }
    if by.questions {
        shuffle(&mut paper.questions, mixed(by.seed, ORDER));
    }
    if by.options {
        for question in &mut paper.questions {
            let seed = mixed_text(mixed(by.seed, OPTIONS), &question.title);
            // Those of each choice by themselves; an option keeps its mark.
            for (at, options) in choices(&mut question.body).into_iter().enumerate() {
                shuffle(options, mixed(seed, at as u64));
            }
        }
    }
    Vec::new()
}

/// The questions of these titles in this order; of two with one title the first comes first.
fn list(mut questions: Vec<Question>, titles: &[Word]) -> Vec<Question> {
    let mut take = |title: &Word| {
        let at = questions.iter().position(|question| question.title == title.text)?;
        Some(questions.remove(at))
    };
    titles.iter().filter_map(&mut take).collect()
}

/// Puts the options of choices in the orders that are listed. An order of another number of options is passed over.
fn reorder(paper: &mut Paper, orders: &[(Word, Vec<usize>)]) {
    for question in &mut paper.questions {
        let mut own = orders.iter().filter(|(title, _)| title.text == question.title).map(|(_, order)| order);
        for options in choices(&mut question.body) {
            let Some(order) = own.next() else { break };
            if order.len() == options.len() {
                *options = order.iter().map(|at| options[*at].clone()).collect();
            }
        }
    }
}

/// The options of every choice, in order.
pub(crate) fn choices(body: &mut [Piece]) -> Vec<&mut Vec<Alternative>> {
    let mut all = Vec::new();
    for piece in body {
        match piece {
            Piece::Part { body, .. } => all.extend(choices(body)),
            Piece::Item(item) => {
                if let ItemKind::Choice { options, .. } = &mut item.kind {
                    all.push(options);
                }
            }
            _ => {}
        }
    }
    all
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

/// Fisher and Yates' shuffle: each order is equally likely.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut draw = draws(seed);
    for last in (1..items.len()).rev() {
        items.swap(last, draw(last as u64 + 1) as usize);
    }
}
