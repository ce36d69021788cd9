//! Selects questions from pools, and shuffles questions and options.

use super::paper::{Paper, Piece, Question};
use crate::lang::ast::Word;
use crate::lang::diagnostic::Diagnostic;
use crate::questions::arrangement::{Arrangement, Known, Pool};
use crate::questions::entry::{Alternative, ItemKind};
use crate::run::seeds::{draws, mixed, mixed_text};

/// Salt that separates the random numbers for pools from those for the order of questions and options.
const POOLS: u64 = 0x706F_6F6C_7300_0001;
const ORDER: u64 = 0x706F_6F6C_7300_0002;
const OPTIONS: u64 = 0x706F_6F6C_7300_0003;

/// Arranges a paper as its script declares.
///
/// # Errors
/// Returns the errors in the pools. Pools can be checked only after every question has been assigned its points.
pub(crate) fn arrange(paper: &mut Paper, by: &Arrangement) -> Vec<Diagnostic> {
    let known = paper.questions.iter();
    let known: Vec<Known> = known
        .map(|question| Known {
            title: question.title.clone(),
            points: Some(question.points),
        })
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
            // Shuffle the options of each choice separately. The correct options remain marked as correct.
            for (at, options) in choices(&mut question.body).into_iter().enumerate() {
                shuffle(options, mixed(seed, at as u64));
            }
        }
    }
    Vec::new()
}

/// Sorts the questions into the order of these titles. Questions with equal titles keep their
/// order.
fn list(mut questions: Vec<Question>, titles: &[Word]) -> Vec<Question> {
    let mut take = |title: &Word| {
        let at = questions
            .iter()
            .position(|question| question.title == title.text)?;
        Some(questions.remove(at))
    };
    titles.iter().filter_map(&mut take).collect()
}

/// Reorders the options of choices according to a list. Skips a list whose length differs from the number of
/// options.
fn reorder(paper: &mut Paper, orders: &[(Word, Vec<usize>)]) {
    for question in &mut paper.questions {
        let mut own = orders
            .iter()
            .filter(|(title, _)| title.text == question.title)
            .map(|(_, order)| order);
        for options in choices(&mut question.body) {
            let Some(order) = own.next() else { break };
            if order.len() == options.len() {
                *options = order.iter().map(|at| options[*at].clone()).collect();
            }
        }
    }
}

/// Returns the options of every choice, in order.
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

/// Keeps the declared number of questions from a pool, in script order. The selection depends only on the
/// seed and the pool's title, so other pools do not affect it.
fn pick(questions: &mut Vec<Question>, pool: &Pool, seed: u64) {
    let mut order: Vec<usize> = (0..pool.of.len()).collect();
    shuffle(&mut order, mixed_text(seed, &pool.title.text));
    let picked = &order[..pool.pick.min(order.len())];
    let member = |question: &Question| {
        pool.of
            .iter()
            .position(|title| title.text == question.title)
    };
    questions.retain(|question| member(question).is_none_or(|at| picked.contains(&at)));
}

/// Shuffles uniformly with the Fisher–Yates algorithm.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut draw = draws(seed);
    for last in (1..items.len()).rev() {
        items.swap(last, draw(last as u64 + 1) as usize);
    }
}
